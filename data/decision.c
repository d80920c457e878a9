/* People's decisions as rows: added, answered, undone, listed. Knows nothing of what they do to an incident. */
#include "alidade/decision.h"

#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"

const char *ald_decision_kind_name(enum ald_decision_kind kind)
{
    static const char *const names[] = {"link", "unlink", "override", "tag"};
    _Static_assert(sizeof names / sizeof names[0] == ALD_DECISION_KIND_N, "one name per kind");
    return names[kind];
}

static bool kind_of(const char *name, enum ald_decision_kind *ret)
{
    for (unsigned i = 0; i < ALD_DECISION_KIND_N; i++) {
        if (strcmp(name, ald_decision_kind_name((enum ald_decision_kind)i)) == 0) {
            *ret = (enum ald_decision_kind)i;
            return true;
        }
    }
    return false;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static enum ald_rc undo(struct ald_store *store, int64_t id, int64_t at, const char *by, const char *reason, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "decision_undo", &q, err));
    ald_q_int(q, 1, id);
    ald_q_time(q, 2, at);
    ald_q_text(q, 3, by);
    ald_q_text(q, 4, reason);
    return ald_q_run(q, err);
}

/* Undoes what d answers. *ret_same_id: of an equal decision in force, 0 when there is none. */
static enum ald_rc answer(struct ald_store *store, const struct ald_decision *d, int64_t *ret_same_id, bool *ret_any,
                          struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    const char *name = ald_decision_kind_name(d->kind);
    bool row = false;
    *ret_same_id = 0;
    *ret_any = false;
    ALD_TRY(ald_q_open(store, "decision_answered", &q, err));
    ald_q_text(q, 1, name);
    ald_q_text(q, 2, d->subject);
    ald_q_text(q, 3, d->field);
    ald_q_text(q, 4, d->value);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        bool equal = same(ald_q_col_text(q, 1), name) && same(ald_q_col_text(q, 2), d->value) && same(ald_q_col_text(q, 3), d->reason);
        if (equal) {
            *ret_same_id = ald_q_col_int(q, 0);
            return ALD_OK;
        }
        *ret_any = true;
        ALD_TRY(undo(store, ald_q_col_int(q, 0), d->decided_at, d->decided_by, "replaced by a later decision", err));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

enum ald_rc ald_decision_add(struct ald_store *store, const struct ald_decision *decision, int64_t *ret_id,
                             enum ald_decision_effect *ret_effect, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    struct ald_decision d = *decision;
    int64_t equal = 0;
    bool replaces = false;
    if (!d.reason || !d.reason[strspn(d.reason, " \t\r\n")])
        return ald_fail(err, ALD_ERR_USAGE, "a decision needs a reason: --reason TEXT, for whoever reads it later");
    bool pair = d.kind == ALD_DECIDE_LINK || d.kind == ALD_DECIDE_UNLINK;
    if (pair && strcmp(d.subject, d.value) > 0) {
        d.subject = decision->value;
        d.value = decision->subject;
    }
    ALD_TRY(answer(store, &d, &equal, &replaces, err));
    if (equal) {
        *ret_id = equal;
        *ret_effect = ALD_DECISION_SAME;
        return ALD_OK;
    }
    ALD_TRY(ald_q_open(store, "decision_add", &q, err));
    ald_q_text(q, 1, ald_decision_kind_name(d.kind));
    ald_q_text(q, 2, d.subject);
    ald_q_text(q, 3, d.field);
    ald_q_text(q, 4, d.value);
    ald_q_text(q, 5, d.reason);
    ald_q_time(q, 6, d.decided_at);
    ald_q_text(q, 7, d.decided_by);
    ALD_TRY(ald_q_run(q, err));
    *ret_id = ald_store_last_rowid(store);
    *ret_effect = replaces ? ALD_DECISION_REPLACES : ALD_DECISION_NEW;
    return ald_store_touch(store, err);
}

static enum ald_rc read_row(struct ald_q *q, struct ald_arena *arena, struct ald_decision *ret, struct ald_err *err)
{
    *ret = (struct ald_decision){
        .id = ald_q_col_int(q, 0),
        .subject = ald_strdup(arena, ald_q_col_text(q, 2)),
        .field = ald_strdup(arena, ald_q_col_text(q, 3)),
        .value = ald_strdup(arena, ald_q_col_text(q, 4)),
        .reason = ald_strdup(arena, ald_q_col_text(q, 5)),
        .decided_at = ald_q_col_time(q, 6),
        .decided_by = ald_strdup(arena, ald_q_col_text(q, 7)),
        .undone_at = ald_q_col_time(q, 8),
        .undone_by = ald_strdup(arena, ald_q_col_text(q, 9)),
        .undone_reason = ald_strdup(arena, ald_q_col_text(q, 10)),
    };
    const char *kind = ald_q_col_text(q, 1);
    if (!kind_of(kind, &ret->kind))
        return ald_fail(err, ALD_ERR_DB, "decision %" PRId64 " is of a kind '%.40s' that this version does not know", ret->id, kind);
    return ALD_OK;
}

enum ald_rc ald_decision_undo(struct ald_store *store, int64_t id, int64_t at, const char *by, const char *reason, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    char when[32];
    ALD_TRY(ald_q_open(store, "decision_get", &q, err));
    ald_q_int(q, 1, id);
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ald_fail(err, ALD_ERR_UNKNOWN, "there is no decision %" PRId64 "; --list shows them", id);
    if (!ald_q_col_null(q, 8))
        return ald_fail(err, ALD_ERR_UNKNOWN, "decision %" PRId64 " was undone at %s", id, ald_time_format(ald_q_col_time(q, 8), when));
    ALD_TRY(undo(store, id, at, by, reason, err));
    return ald_store_touch(store, err);
}

enum ald_rc ald_decisions(struct ald_store *store, enum ald_decision_kind kind, bool undone, struct ald_arena *arena,
                          struct ald_decision **ret, size_t *ret_n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    struct ald_decision *list = NULL;
    size_t n = 0, cap = 0;
    bool row = false;
    ALD_TRY(ald_q_open(store, "decision_list", &q, err));
    ald_q_text(q, 1, kind == ALD_DECISION_KIND_N ? NULL : ald_decision_kind_name(kind));
    ald_q_int(q, 2, undone);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        list = ald_grow(arena, list, n, &cap, sizeof *list);
        ALD_TRY(read_row(q, arena, &list[n], err));
        n++;
        ALD_TRY(ald_q_step(q, &row, err));
    }
    *ret = list;
    *ret_n = n;
    return ALD_OK;
}
