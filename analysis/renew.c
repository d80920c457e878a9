/* How records are linked after a day of changes, without reading all of them: what would come out otherwise than is stored if all were read and
 * linked anew.
 *
 * - Pointers and shared values look over all of history: all records are laid out from their briefs, those that changed from what the store holds of
 *   them, and are linked by the code that links the whole.
 * - How that came out is compared, record by record, with how it came out the last time. W is the first start of a whole that changed, or in which a
 *   record changed, as it was or as it is.
 * - Likeness is asked for in the window that begins at W (link_window.c), with what it had learnt; what lies before and does not hang together with
 *   it is as it was.
 *
 * Whatever else is found makes all be looked at. */
#include "analysis/renew.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/link_model.h"

void ald_renew_give_up(struct ald_renewing *r, const char *why)
{
    if (r->ret->sound)
        r->ret->why = why;
    r->ret->sound = false;
}

/* ---- What is known before ---- */

static void touch(struct ald_renewing *r, int64_t record)
{
    r->touched = ald_grow(r->scratch, r->touched, r->touched_n, &r->touched_cap, sizeof *r->touched);
    r->touched[r->touched_n++] = record;
}

/* Records of which something is dated between the two as-ofs count as changed. */
static void take_due(struct ald_renewing *r)
{
    struct ald_renewed *ret = r->ret;
    size_t n = 0, cap = 0, touched = r->touched_n;
    for (size_t i = 0; i < r->briefs.later.n && ret->sound; i++) {
        const struct ald_later *later = &r->briefs.later.items[i];
        if (later->at > r->as_of)
            continue;
        if (later->row == 0)
            ald_renew_give_up(r, "a correction is dated between the last as-of and this one");
        ret->due = ald_grow(r->arena, ret->due, n, &cap, sizeof *ret->due);
        ret->due[n++] = later->row;
        touch(r, later->row);
    }
    ret->due_n = n;
    if (r->touched_n == touched)
        return;
    qsort(r->touched, r->touched_n, sizeof *r->touched, ald_laid_by_row);
    for (size_t i = n = 0; i < r->touched_n; i++)
        if (!n || r->touched[n - 1] != r->touched[i])
            r->touched[n++] = r->touched[i];
    r->touched_n = n;
}

static ALD_CHECK enum ald_rc look_at_known(struct ald_renewing *r, const struct ald_calendar *calendar, struct ald_err *err)
{
    bool sound = false;
    if (r->since->why)
        ald_renew_give_up(r, r->since->why);
    r->begins = ald_quarter_start(calendar, ald_quarter_of(calendar, r->as_of));
    for (size_t i = 0; i < r->since->notes_n && r->ret->sound; i++)
        touch(r, r->since->notes[i].record);
    if (!r->ret->sound)
        return ALD_OK;
    ALD_TRY(ald_briefs_head(r->store, r->since->written.generation, r->scratch, &r->briefs, &sound, err));
    if (!sound)
        ald_renew_give_up(r, "no briefs of records are stored");
    take_due(r);
    return ALD_OK;
}

/* ---- What is dated ahead ---- */

static void keep_ahead(struct ald_renewing *r, struct ald_laters *ret)
{
    ald_later_sort(ret);
    r->ret->next_at = ALD_TIME_NONE;
    for (size_t i = 0; i < ret->n; i++)
        if (r->ret->next_at == ALD_TIME_NONE || ret->items[i].at < r->ret->next_at)
            r->ret->next_at = ret->items[i].at;
}

/* Dates that are still to come: of records that were read anew, what they tell now. */
static void look_ahead(struct ald_attempt *t, struct ald_laters *ret)
{
    struct ald_renewing *r = t->r;
    for (size_t i = 0; i < r->briefs.later.n; i++) {
        const struct ald_later *later = &r->briefs.later.items[i];
        if (later->row == 0 || !ald_laid_is_touched(&t->laid, later->row))
            ald_later_add(r->arena, ret, later->row, later->at);
    }
    for (size_t i = 0; i < t->a->later->n; i++)
        ald_later_add(r->arena, ret, t->a->later->items[i].row, t->a->later->items[i].at);
    keep_ahead(r, ret);
}

/* ---- Where nothing was noted and nothing fell due ---- */

/* Whether sources are those that were told of: one more changes what is told of all. */
static ALD_CHECK enum ald_rc are_same_sources(struct ald_renewing *r, const struct ald_origin *origins, size_t n, bool *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    size_t at = 0;
    ALD_TRY(ald_q_open(r->store, "analysis_sources", &q, err));
    for (*ret = true; *ret; at++) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        *ret = at < n && strcmp(origins[at].source, ald_q_col_text(q, 0)) == 0 && origins[at].vendor == (strcmp(ald_q_col_text(q, 1), "vendor") == 0);
    }
    *ret &= at == n;
    return ALD_OK;
}

/* Links come of records, of what people decided, of the configuration and of the quarter of as-of; of as-of itself only by what is dated up to it.
 * Where none of these is otherwise, they are as they were, and so is all that is told of records. False: that has to be looked at. */
static ALD_CHECK enum ald_rc keep_all(struct ald_renewing *r, bool *ret, struct ald_err *err)
{
    struct ald_origin *origins;
    size_t n;
    *ret = r->touched_n == 0;
    if (!*ret)
        return ALD_OK;
    ALD_TRY(ald_origins_load(r->store, r->arena, &origins, &n, err));
    ALD_TRY(are_same_sources(r, origins, n, ret, err));
    if (!*ret)
        return ALD_OK;
    struct ald_briefs *briefs = ald_calloc(r->arena, 1, sizeof *briefs);
    for (size_t i = 0; i < r->briefs.later.n; i++)
        ald_later_add(r->arena, &briefs->later, r->briefs.later.items[i].row, r->briefs.later.items[i].at);
    keep_ahead(r, &briefs->later);
    r->ret->briefs = briefs;
    r->ret->origins = origins;
    r->ret->origins_n = n;
    r->ret->records_n = (size_t)r->since->written.records;
    return ALD_OK;
}

/* ---- Linking ---- */

static void attempt_done(struct ald_attempt *t)
{
    ald_arena_free(t->laid.arena);
    ald_arena_free(t->l.arena);
    if (t->b)
        ald_build_done(t->b);
    ald_analysis_free(t->a);
}

/* Without likeness. */
static ALD_CHECK enum ald_rc link_all(struct ald_attempt *t, struct ald_err *err)
{
    struct ald_linker *l = &t->l;
    l->b = t->b;
    ald_link_init(l);
    l->from = l->pairs_from = l->seen_from = INT64_MIN;
    ald_link_settle(l);
    if (l->settled == INT64_MAX) {
        ald_renew_give_up(t->r, "likeness is learnt from all records");
        return ALD_OK;
    }
    l->asked = &t->laid.asked;
    ald_index_records(l);
    ALD_TRY(ald_link_decisions(l, err));
    ald_link_explicit(l);
    ald_link_identity(l);
    ald_brief_states(l, &t->states);
    ald_renew_changed(t);
    if (t->first < t->r->begins)
        ald_renew_give_up(t->r, "something changed that began before this quarter");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc link_window(struct ald_attempt *t, struct ald_link_learning *learning, struct ald_err *err)
{
    struct ald_linker *l = &t->l;
    const struct ald_part part = {.from = t->first, .complete = ald_brief_young_from(t->a)};
    int64_t settled = l->settled;
    l->learning = learning;
    ALD_TRY(ald_link_window_open(l, &part, err));
    if (l->unsound || l->settled != settled) {
        ald_renew_give_up(t->r, "what likeness has learnt is not stored");
        return ALD_OK;
    }
    l->changed = t->changed;
    ald_link_suggest(l);
    if (l->unsound)
        ald_renew_give_up(t->r, "what looks alike hangs together with what is long over");
    for (uint32_t i = 0; i < t->a->records_n; i++) {
        t->b->draft[i].group = ald_link_group(l, i);
        t->b->draft[i].whole = ald_link_whole(l, i);
    }
    (void)ald_fold(t->b);
    return ALD_OK;
}

/* ---- What all records tell ---- */

static void tell_origins(struct ald_attempt *t)
{
    struct ald_renewed *ret = t->r->ret;
    ald_origins_keep(t->b);
    struct ald_origin *origins = ald_calloc(t->r->arena, t->a->origins_n, sizeof *origins);
    for (size_t i = 0; i < t->a->origins_n; i++) {
        origins[i] = t->a->origins[i];
        origins[i].source = ald_strdup(t->r->arena, origins[i].source);
    }
    ret->origins = origins;
    ret->origins_n = t->a->origins_n;
}

/* ---- The whole ---- */

static ALD_CHECK enum ald_rc renew_all(struct ald_attempt *t, struct ald_err *err)
{
    struct ald_renewing *r = t->r;
    struct ald_link_learning learning = {.from = NULL};
    ALD_TRY(ald_briefs_chunks(r->store, r->scratch, &r->briefs, err));
    ALD_TRY(ald_renew_read(t, err));
    if (r->ret->sound)
        ALD_TRY(link_all(t, err));
    if (r->ret->sound)
        ALD_TRY(link_window(t, &learning, err));
    if (r->ret->sound)
        ALD_TRY(ald_renew_compare(&t->laid, &t->l, r->store, r->arena, r->ret, err));
    if (!r->ret->sound)
        return ALD_OK;
    struct ald_briefs *briefs = ald_renew_pack(&t->laid, t->b, &t->states, r->arena);
    look_ahead(t, &briefs->later);
    tell_origins(t);
    r->ret->briefs = briefs;
    r->ret->records_n = t->a->records_n + t->laid.left_out_n;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc renew(struct ald_renewing *r, struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(attempt_done) struct ald_attempt t = {
        .r = r, .a = a, .laid = {.arena = ald_arena_new()}, .l = {.arena = ald_arena_new()}, .first = INT64_MAX};
    bool kept = false;
    ALD_TRY(look_at_known(r, &a->calendar, err));
    if (r->ret->sound)
        ALD_TRY(keep_all(r, &kept, err));
    return r->ret->sound && !kept ? renew_all(&t, err) : ALD_OK;
}

static void renewing_done(struct ald_renewing *r)
{
    ald_arena_free(r->scratch);
}

enum ald_rc ald_links_renew(struct ald_store *store, const struct ald_settings *settings, const struct ald_since *since, int64_t as_of,
                            struct ald_arena *arena, struct ald_renewed *ret, struct ald_err *err)
{
    ALD_CLEANUP(renewing_done) struct ald_renewing r = {
        .store = store, .settings = settings, .since = since, .as_of = as_of, .arena = arena, .scratch = ald_arena_new(), .ret = ret};
    struct ald_analysis *a = NULL;
    *ret = (struct ald_renewed){.sound = true};
    ALD_TRY(ald_analysis_new(store, settings, as_of, &a, err));
    return renew(&r, a, err);
}
