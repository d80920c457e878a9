/* What elements add to records that other elements hold: rows beside a record's own, told apart by their origin, so that neither a
 * change of the record nor one of another detail touches them. Knows no API. */
#include <string.h>

#include "land_priv.h"

static const char *origin_of(struct ald_landing *l, const char *element)
{
    return ald_sprintf(l->scratch, "%s/%s", l->stream, element);
}

/** Origins from first on, to the last that begins with it: '0' follows '/'. */
static const char *end_of(struct ald_landing *l, const char *first)
{
    return ald_sprintf(l->scratch, "%.*s0", (int)strlen(first) - 1, first);
}

/** Most streams add nothing: asked once. */
static enum ald_rc adds(struct ald_landing *l, struct ald_err *err)
{
    if (l->land->adds >= 0)
        return ALD_OK;
    const char *first = ald_sprintf(l->scratch, "%s/", l->stream);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(l->land->store, "land_addition_any", &q, err));
    ald_q_text(q, 1, first);
    ald_q_text(q, 2, end_of(l, first));
    ALD_TRY(ald_q_step(q, &row, err));
    l->land->adds = row;
    return ALD_OK;
}

struct added {
    int64_t record;
    const char *origin, *fingerprint;
};

/** What is in the store of origins from first to before end. */
static enum ald_rc load_added(struct ald_landing *l, const char *first, const char *end, struct added **ret, size_t *ret_n,
                              struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t cap = 0;
    *ret = NULL;
    *ret_n = 0;
    ALD_TRY(ald_q_open(l->land->store, end ? "land_additions_below" : "land_additions_of", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, first);
    if (end)
        ald_q_text(q, 3, end);
    for (;;) {
        bool row = false;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        *ret = ald_grow(l->scratch, *ret, *ret_n, &cap, sizeof **ret);
        (*ret)[(*ret_n)++] = (struct added){.record = ald_q_col_int(q, 0),
                                            .origin = ald_strdup(l->scratch, ald_q_col_text(q, 1)),
                                            .fingerprint = ald_strdup(l->scratch, ald_q_col_text(q, 2))};
    }
}

static enum ald_rc note(struct ald_landing *l, const char *origin, int64_t record, const char *fingerprint, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, fingerprint ? "land_addition_put" : "land_addition_drop", &q, err));
    ald_q_text(q, 1, origin);
    ald_q_int(q, 2, record);
    if (fingerprint)
        ald_q_text(q, 3, fingerprint);
    return ald_q_run(q, err);
}

static enum ald_rc drop(struct ald_landing *l, const struct added *added, struct ald_err *err)
{
    ALD_TRY(ald_landing_note(l, added->record, err));
    ALD_TRY(ald_landing_children_clear(l, added->record, added->origin, err));
    return note(l, added->origin, added->record, NULL, err);
}

/** A class is a column of the record, which is its own element's; of an addition it stands among the values. */
static struct ald_row_record with_class(struct ald_landing *l, const struct ald_row_record *addition)
{
    struct ald_row_record ret = *addition;
    if (!addition->class_)
        return ret;
    ret.values = ald_calloc(l->scratch, ret.values_n + 1, sizeof *ret.values);
    for (size_t i = 0; i < ret.values_n; i++)
        ret.values[i] = addition->values[i];
    ret.values[ret.values_n++] =
        (struct ald_row_value){.name = "class", .value = addition->class_, .field = ald_sprintf(l->scratch, "%s:class", l->stream)};
    return ret;
}

/** The row in before that this replaces is done with. */
static enum ald_rc add_to(struct ald_landing *l, const struct ald_row_record *told, const char *origin, struct added *before,
                          size_t before_n, struct ald_err *err)
{
    const struct ald_row_record with = with_class(l, told), *addition = &with;
    struct ald_line *lines = NULL;
    size_t n = 0, i = 0;
    int64_t record = 0;
    char print[33];
    ALD_TRY(ald_landing_find(l, addition->external_id, &record, err));
    ALD_TRY(ald_landing_children_sort(l, addition, &lines, &n, err));
    if (!record || !n)
        return ALD_OK;
    ald_buf_clear(&l->text);
    ALD_TRY(ald_landing_children_spell(l, lines, n, err));
    ald_fingerprint(l->text.data, l->text.len, print);
    while (i < before_n && before[i].record != record)
        i++;
    if (i < before_n) {
        before[i].record = 0;
        if (strcmp(before[i].fingerprint, print) == 0)
            return ALD_OK;
        ALD_TRY(ald_landing_note(l, record, err));
        ALD_TRY(ald_landing_children_clear(l, record, origin, err));
    }
    ALD_TRY(ald_landing_note(l, record, err));
    l->land->adds = 1;
    ALD_TRY(ald_landing_children_add(l, addition, record, origin, lines, n, err));
    return note(l, origin, record, print, err);
}

enum ald_rc ald_landing_additions(struct ald_landing *l, const struct ald_element *el, struct ald_err *err)
{
    struct added *before = NULL;
    size_t n = 0;
    ALD_TRY(adds(l, err));
    if (!el->additions_n && !l->land->adds)
        return ALD_OK;
    const char *origin = origin_of(l, el->id);
    if (l->land->adds)
        ALD_TRY(load_added(l, origin, NULL, &before, &n, err));
    for (size_t i = 0; i < el->additions_n; i++)
        ALD_TRY(add_to(l, el->additions[i], origin, before, n, err));
    for (size_t i = 0; i < n; i++)
        if (before[i].record)
            ALD_TRY(drop(l, &before[i], err));
    return ALD_OK;
}

enum ald_rc ald_landing_additions_replace(struct ald_landing *l, const struct ald_rows *rows, const char *subject, struct ald_err *err)
{
    struct added *before = NULL;
    size_t n = 0;
    ALD_TRY(adds(l, err));
    if (!l->land->adds)
        return ALD_OK;
    const char *first = ald_sprintf(l->scratch, "%s/", origin_of(l, subject));
    ALD_TRY(load_added(l, first, end_of(l, first), &before, &n, err));
    for (size_t i = 0; i < n; i++) {
        bool held = false;
        for (size_t j = 0; j < rows->n && !held; j++)
            held = strcmp(before[i].origin + strlen(l->stream) + 1, rows->elements[j].id) == 0;
        if (!held)
            ALD_TRY(drop(l, &before[i], err));
    }
    return ALD_OK;
}
