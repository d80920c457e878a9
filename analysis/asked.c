/* Which records an analysis of one incident has to read beside its own: those of others in its past, of what was open at its start, of
 * what it or people name. Too many is as good, too few never. */
#include <stdlib.h>
#include <string.h>

#include "alidade/decision.h"
#include "analysis/asked.h"
#include "analysis/past.h"

enum ald_rc ald_asked_start(struct ald_asked *ask, int64_t number, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(ask->store, "part_incident_start", &q, err));
    ald_q_int(q, 1, number);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_time(q, 0) : ALD_TIME_NONE;
    ask->sound &= row;
    return ALD_OK;
}

void ald_want_row(struct ald_asked *ask, int64_t row)
{
    ask->rows = ald_grow(ask->arena, ask->rows, ask->rows_n, &ask->rows_cap, sizeof *ask->rows);
    ask->rows[ask->rows_n++] = row;
}

void ald_want_number(struct ald_asked *ask, int64_t number)
{
    ask->numbers = ald_grow(ask->arena, ask->numbers, ask->numbers_n, &ask->numbers_cap, sizeof *ask->numbers);
    ask->numbers[ask->numbers_n++] = number;
}

/* The first column of what a query of one parameter gives: rows of records. */
static ALD_CHECK enum ald_rc want_rows(struct ald_asked *ask, const char *query, int64_t key, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(ask->store, query, &q, err));
    ald_q_int(q, 1, key);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        ald_want_row(ask, ald_q_col_int(q, 0));
    }
}

/* A record with all that are one incident with it; one that is nobody's alone. */
static ALD_CHECK enum ald_rc want_record(struct ald_asked *ask, int64_t row, struct ald_err *err)
{
    size_t before = ask->rows_n;
    ALD_TRY(want_rows(ask, "part_with", row, err));
    if (ask->rows_n == before)
        ald_want_row(ask, row);
    return ALD_OK;
}

/* ---- Others in its past ---- */

/* Of the 90 days before: those of its title, and those that somebody was engaged in who was engaged in it. */
static bool is_known(const struct ald_asked *ask, const struct ald_past_entry *entry)
{
    int64_t start = ask->inc->started_at;
    if (entry->number == ask->number || entry->from > ald_past_minute(start) || entry->to < ald_past_minute(start - ALD_HISTORY_WINDOW_MS))
        return false;
    bool known = entry->title == ald_past_title(ask->inc->norm_title);
    for (size_t p = 0; p < ask->people_n; p++)
        known |= (entry->people & ask->people[p]) == ask->people[p];
    return known;
}

static void take_entry(void *ctx, enum ald_past_kind kind, const struct ald_past_entry *entry)
{
    struct ald_asked *ask = ctx;
    int64_t start = ask->inc->started_at;
    int32_t minute = ald_past_minute(start);
    if (kind == ALD_PAST_INCIDENT && is_known(ask, entry))
        ald_want_number(ask, entry->number);
    else if (kind == ALD_PAST_PLANNED && entry->from <= minute && entry->to >= ald_past_minute(start - ALD_DAY_MS))
        ald_want_number(ask, entry->number);
    else if (kind == ALD_PAST_VENDOR && entry->from <= minute && entry->to >= minute)
        ald_want_row(ask, entry->number);
}

static ALD_CHECK enum ald_rc want_past(struct ald_asked *ask, struct ald_err *err)
{
    const struct ald_past *past = ask->own->past;
    size_t self = ald_past_index(past, ask->inc);
    ask->people_n = ald_past_engaged_n(past, self);
    ask->people = ald_calloc(ask->arena, ask->people_n, sizeof *ask->people);
    for (size_t p = 0; p < ask->people_n; p++)
        ask->people[p] = ald_past_person(ask->own->persons[ald_past_engaged(past, self, p).name]);
    for (uint32_t s = 0; s < ask->inc->services_n && ask->sound; s++)
        ALD_TRY(ald_past_each(ask->store, ask->own->services[ask->inc->services[s].name], take_entry, ask, &ask->sound, err));
    return ALD_OK;
}

/* Incidents are numbered by start, those without one last. */
enum ald_rc ald_asked_first_from(struct ald_asked *ask, int64_t most, int64_t at, int64_t *ret, struct ald_err *err)
{
    int64_t low = 1, high = most + 1;
    while (low < high) {
        int64_t mid = low + (high - low) / 2, start;
        ALD_TRY(ald_asked_start(ask, mid, &start, err));
        if (start != ALD_TIME_NONE && start < at)
            low = mid + 1;
        else
            high = mid;
    }
    *ret = low;
    return ALD_OK;
}

enum ald_rc ald_asked_most(struct ald_asked *ask, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(ask->store, "part_incident_n", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc want_concurrent(struct ald_asked *ask, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    int64_t start = ask->inc->started_at, first, end, most;
    bool row = false;
    ALD_TRY(ald_asked_most(ask, &most, err));
    ALD_TRY(ald_asked_first_from(ask, most, start - ALD_CONCURRENT_MS, &first, err));
    ALD_TRY(ald_asked_first_from(ask, most, start + 1, &end, err));
    ALD_TRY(ald_q_open(ask->store, "part_open", &q, err));
    ald_q_int(q, 1, first);
    ald_q_int(q, 2, end - 1);
    ald_q_int(q, 3, start);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        ald_want_number(ask, ald_q_col_int(q, 0));
    }
}

/* ---- Others that it, or people, name ---- */

/* What a pointer of a record means, as explain looks for planned work: an id or key of its source first. */
static ALD_CHECK enum ald_rc want_target(struct ald_asked *ask, const char *source, const char *value, struct ald_err *err)
{
    int64_t number;
    ALD_TRY(ald_stored_find(ask->store, ald_sprintf(ask->arena, "%s:%s", source, value), &number, err));
    if (!number)
        ALD_TRY(ald_stored_find(ask->store, value, &number, err));
    if (number)
        ald_want_number(ask, number);
    return ALD_OK;
}

static ALD_CHECK enum ald_rc want_targets(struct ald_asked *ask, struct ald_err *err)
{
    for (size_t i = 0; i < ask->inc->records_n; i++) {
        const struct ald_record *record = &ask->own->records[ask->inc->records[i]];
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        bool row = true;
        ALD_TRY(ald_q_open(ask->store, "part_refs", &q, err));
        ald_q_int(q, 1, record->row);
        for (;;) {
            ALD_TRY(ald_q_step(q, &row, err));
            if (!row)
                break;
            ALD_TRY(want_target(ask, record->traits->source, ald_q_col_text(q, 0), err));
        }
    }
    return ALD_OK;
}

static bool is_own(const struct ald_asked *ask, const char *record)
{
    uint32_t r = record ? ald_analysis_record(ask->own, record) : ALD_NOBODY;
    return r != ALD_NOBODY && ask->own->records[r].incident == ald_past_index(ask->own->past, ask->inc);
}

static ALD_CHECK enum ald_rc want_named(struct ald_asked *ask, const char *record, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(ask->store, "part_record_row", &q, err));
    ald_q_text(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    return row ? want_record(ask, ald_q_col_int(q, 0), err) : ALD_OK;
}

/* The other side of a pair that people decided on. A label that they gave takes its rank from any record of the store that has it. */
static ALD_CHECK enum ald_rc want_decided(struct ald_asked *ask, struct ald_err *err)
{
    struct ald_decision *list = NULL;
    size_t n = 0;
    ALD_TRY(ald_decisions(ask->store, ALD_DECISION_KIND_N, false, ask->arena, &list, &n, err));
    for (size_t i = 0; i < n; i++) {
        const struct ald_decision *d = &list[i];
        bool pair = d->kind == ALD_DECIDE_LINK || d->kind == ALD_DECIDE_UNLINK;
        if (pair && d->value && is_own(ask, d->subject))
            ALD_TRY(want_named(ask, d->value, err));
        else if (pair && is_own(ask, d->value))
            ALD_TRY(want_named(ask, d->subject, err));
        else if (d->kind == ALD_DECIDE_OVERRIDE && d->field && strcmp(d->field, "severity") == 0 && is_own(ask, d->subject))
            ask->sound &= ask->settings->severity_order_n > 0;
    }
    return ALD_OK;
}

enum ald_rc ald_want_incident(struct ald_asked *ask, int64_t number, struct ald_err *err)
{
    return want_rows(ask, "part_rows", number, err);
}

enum ald_rc ald_want_before(struct ald_asked *ask, struct ald_err *err)
{
    if (ask->inc->started_at == ALD_TIME_NONE)
        return ALD_OK;
    ALD_TRY(want_past(ask, err));
    return want_concurrent(ask, err);
}

static int by_number(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

/* In their order, and each once: several look at the same ones. */
enum ald_rc ald_want_numbers(struct ald_asked *ask, struct ald_err *err)
{
    if (ask->numbers_n)
        qsort(ask->numbers, ask->numbers_n, sizeof *ask->numbers, by_number);
    for (size_t i = 0; i < ask->numbers_n; i++)
        if (i == 0 || ask->numbers[i] != ask->numbers[i - 1])
            ALD_TRY(ald_want_incident(ask, ask->numbers[i], err));
    return ALD_OK;
}

enum ald_rc ald_want_others(struct ald_asked *ask, struct ald_err *err)
{
    ALD_TRY(ald_want_before(ask, err));
    ALD_TRY(want_targets(ask, err));
    ALD_TRY(want_decided(ask, err));
    for (size_t i = 0; i < ask->part.others_n; i++)
        ALD_TRY(want_record(ask, ask->part.others[i], err));
    return ald_want_numbers(ask, err);
}
