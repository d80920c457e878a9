/* What a page changes beyond its own elements: details that replace earlier ones, and kinds of events that follow from those
 * before them. Knows no API. */
#include <string.h>

#include "land_priv.h"

/* ---- Details that replace earlier ones ---- */

static bool has_event(const struct ald_rows *rows, const char *id)
{
    for (size_t i = 0; i < rows->n; i++)
        for (size_t j = 0; j < rows->elements[i].events_n; j++)
            if (rows->elements[i].events[j].event_id && strcmp(rows->elements[i].events[j].event_id, id) == 0)
                return true;
    return false;
}

static bool has_element(const struct ald_rows *rows, const char *id)
{
    for (size_t i = 0; i < rows->n; i++)
        if (strcmp(rows->elements[i].id, id) == 0)
            return true;
    return false;
}

/** Rows of an open query that the page does not hold. */
static enum ald_rc stale_rows(struct ald_landing *l, struct ald_q *q, const struct ald_rows *rows,
                              bool (*has)(const struct ald_rows *rows, const char *id), const char ***ret, size_t *ret_n,
                              struct ald_err *err)
{
    size_t cap = 0;
    *ret = NULL;
    *ret_n = 0;
    for (;;) {
        bool row = false;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        const char *id = ald_q_col_text(q, 0);
        if (has(rows, id))
            continue;
        *ret = ald_grow(l->scratch, *ret, *ret_n, &cap, sizeof **ret);
        (*ret)[(*ret_n)++] = ald_strdup(l->scratch, id);
    }
}

enum ald_rc ald_landing_events_replace(struct ald_landing *l, const struct ald_rows *rows, int64_t record, struct ald_err *err)
{
    const char **stale = NULL;
    size_t n = 0;
    {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_whole_events", &q, err));
        ald_q_int(q, 1, record);
        ald_q_text_lent(q, 2, l->stream);
        ALD_TRY(stale_rows(l, q, rows, has_event, &stale, &n, err));
    }
    for (size_t i = 0; i < n; i++) {
        ALD_TRY(ald_landing_note(l, record, err));
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_whole_event_drop", &q, err));
        ald_q_int(q, 1, record);
        ald_q_text(q, 2, stale[i]);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

static enum ald_rc forget_element(struct ald_landing *l, const char *statement, const char *element,
                                  struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, l->stream);
    ald_q_text(q, 3, element);
    return ald_q_run(q, err);
}

/** What was kept of elements "SUBJECT/..." (statement: which of it) that the page does not hold goes. */
static enum ald_rc kept_replace(struct ald_landing *l, const struct ald_rows *rows, const char *statement, const char *subject,
                                struct ald_err *err)
{
    const char **stale = NULL;
    size_t n = 0;
    {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
        ald_q_text_lent(q, 1, l->land->cfg->name);
        ald_q_text_lent(q, 2, l->stream);
        ald_q_text_lent(q, 3, subject);
        ALD_TRY(stale_rows(l, q, rows, has_element, &stale, &n, err));
    }
    for (size_t i = 0; i < n; i++) {
        ALD_TRY(forget_element(l, "land_raw_drop", stale[i], err));
        ALD_TRY(forget_element(l, "land_quarantine_heal", stale[i], err));
    }
    return ALD_OK;
}

enum ald_rc ald_landing_replace(struct ald_landing *l, const struct ald_rows *rows, const char *subject,
                                struct ald_err *err)
{
    int64_t record = 0;
    ALD_TRY(ald_landing_find(l, subject, &record, err));
    if (record)
        ALD_TRY(ald_landing_events_replace(l, rows, record, err));
    ALD_TRY(ald_landing_additions_replace(l, rows, subject, err));
    ALD_TRY(kept_replace(l, rows, "land_whole_raw", subject, err));
    return l->quarantined ? kept_replace(l, rows, "land_whole_quarantined", subject, err) : ALD_OK;
}

/* ---- Kinds that follow from the order ---- */

static enum ald_rc load_told(struct ald_landing *l, int64_t record, struct ald_told **ret, size_t *ret_n,
                             struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_told", &q, err));
    ald_q_int(q, 1, record);
    size_t cap = 0;
    *ret = NULL;
    *ret_n = 0;
    for (;;) {
        bool row = false;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        *ret = ald_grow(l->scratch, *ret, *ret_n, &cap, sizeof **ret);
        const char *field = ald_q_col_text(q, 2);
        (*ret)[(*ret_n)++] = (struct ald_told){.event_id = ald_strdup(l->scratch, ald_q_col_text(q, 0)),
                                               .kind = ald_strdup(l->scratch, ald_q_col_text(q, 1)),
                                               .field = field ? ald_strdup(l->scratch, field) : NULL,
                                               .at = ald_q_col_time(q, 3)};
    }
}

/** The kind that an event had before this page; now: the one that the store has. */
static const char *kind_before(const struct ald_landing *l, int64_t record, const char *event_id, const char *now)
{
    for (size_t i = 0; i < l->rekinds_n; i++)
        if (l->rekinds[i].record == record && strcmp(l->rekinds[i].event_id, event_id) == 0)
            return l->rekinds[i].before;
    return now;
}

static enum ald_rc retell_record(struct ald_landing *l, int64_t record, struct ald_err *err)
{
    struct ald_told *told = NULL;
    size_t n = 0;
    ALD_TRY(load_told(l, record, &told, &n, err));
    const char **before = ald_calloc(l->scratch, n, sizeof *before);
    for (size_t i = 0; i < n; i++)
        before[i] = told[i].kind;
    l->land->connector->retell(told, n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(told[i].kind, kind_before(l, record, told[i].event_id, before[i])) != 0)
            ALD_TRY(ald_landing_note(l, record, err));
        if (strcmp(told[i].kind, before[i]) == 0)
            continue;
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_retell", &q, err));
        ald_q_int(q, 1, record);
        ald_q_text(q, 2, told[i].event_id);
        ald_q_text(q, 3, told[i].kind);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

enum ald_rc ald_landing_retell(struct ald_landing *l, const struct ald_rows *rows, struct ald_err *err)
{
    int64_t *seen = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t j = 0; j < rows->elements[i].events_n; j++) {
            const struct ald_row_event *event = &rows->elements[i].events[j];
            int64_t record = 0;
            size_t k = 0;
            if (event->external_id || rows->elements[i].record)
                ALD_TRY(ald_landing_find(
                    l, event->external_id ? event->external_id : rows->elements[i].record->external_id, &record, err));
            while (k < n && seen[k] != record)
                k++;
            if (!record || k < n)
                continue;
            seen = ald_grow(l->page, seen, n, &cap, sizeof *seen);
            seen[n++] = record;
            ALD_TRY(retell_record(l, record, err));
            ald_arena_reset(l->scratch);
        }
    }
    return ALD_OK;
}
