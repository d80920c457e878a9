/* Reads the records as they lie, each with its moments, which lie in the same order, and tells the timeline of each what its events need
 * (load_events.h). What is dated after as-of has not happened yet. Knows the tables, no API. */
#include "analysis/build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int by_row(const void *a, const void *b)
{
    const struct ald_row_index *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static void sort_rows(struct ald_build *b)
{
    if (b->by_row_n)
        qsort(b->by_row, b->by_row_n, sizeof *b->by_row, by_row);
}

static void take_order(struct ald_build *b, struct ald_q *q)
{
    assert(b->by_row_n < ALD_RECORDS_MOST);
    b->by_row = ald_grow(b->recognising, b->by_row, b->by_row_n, &b->by_row_cap, sizeof *b->by_row);
    b->by_row[b->by_row_n] = (struct ald_row_index){.row = ald_q_col_int(q, 0), .record = (uint32_t)b->by_row_n};
    b->by_row_n++;
}

static void take_record(struct ald_build *b, uint32_t i, struct ald_q *q)
{
    struct ald_analysis *a = b->a;
    struct ald_record *r = &a->records[i];
    struct ald_work *w = &b->work[i];
    struct ald_draft *d = &b->draft[i];
    r->row = ald_q_col_int(q, 0);
    w->source = ald_names_find(b->sources, ald_q_col_text(q, 1));
    const char *source = ald_names_text(b->sources, w->source);
    r->external_id = ald_sprintf(a->arena, "%s:%s", source, ald_q_col_text(q, 2)) + strlen(source) + 1;
    r->key = ald_strdup(a->arena, ald_q_col_text(q, 4));
    r->title = ald_strdup(a->arena, ald_q_col_text(q, 5));
    r->traits = ald_build_traits(b, &(struct ald_traits){.source = source,
                                                         .address = ald_url_divide(b, r, ald_q_col_text(q, 6)),
                                                         .kind = ald_build_string(b, ald_q_col_text(q, 3)),
                                                         .status = ald_build_string(b, ald_q_col_text(q, 7)),
                                                         .resolve_reason = ald_build_string(b, ald_q_col_text(q, 8)),
                                                         .class_ = ald_build_string(b, ald_q_col_text(q, 9)),
                                                         .end_state = ald_build_string(b, ald_q_col_text(q, 10)),
                                                         .timeline = (unsigned)ald_q_col_int(q, 11),
                                                         .holds = (unsigned)ald_q_col_int(q, 12)});
    r->vendor = b->vendor[w->source];
    r->entered_at = ald_q_col_time(q, 13);
    b->last_seen[i] = ald_q_col_time(q, 14);
    d->updated_at = ald_q_col_time(q, 15);
    r->incident = ALD_NOBODY;
    w->start = ALD_TIME_NONE;
    d->group = d->fold_into = ALD_NOBODY;
}

/* What is gone has a place in the order, but was not read. */
static bool is_gone(const struct ald_record *record)
{
    return !record->traits;
}

static int moment_of(const char *name)
{
    for (int m = 0; m < ALD_MOMENT_N; m++)
        if (strcmp(name, ald_moment_name((enum ald_moment)m)) == 0)
            return m;
    return -1;
}

static void take_moment(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    int m = moment_of(ald_q_col_text(q, 1));
    if (m < 0)
        return;
    int64_t at = ald_q_col_time(q, 2);
    if (ald_build_later(b, b->a->records[r].row, at))
        b->draft[r].later |= (uint8_t)ALD_BIT(m);
    else if (ald_own_moment(b, r, m).at == ALD_TIME_NONE) /* rows come by rank */
        ald_own_moment_set(b, r, m, at, ald_build_word(b, ald_q_col_text(q, 3)));
}

static bool lacks_opening(const struct ald_build *b, uint32_t r)
{
    return !is_gone(&b->a->records[r]) && ald_own_moment(b, r, ALD_OPENED).at == ALD_TIME_NONE &&
           !(b->draft[r].later & ALD_BIT(ALD_OPENED));
}

static void take_opening(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    if (!lacks_opening(b, r))
        return;
    int64_t at = ald_q_col_time(q, 1);
    if (ald_build_later(b, b->a->records[r].row, at))
        b->draft[r].later |= (uint8_t)ALD_BIT(ALD_OPENED);
    else
        ald_own_moment_set(b, r, ALD_OPENED, at, ald_build_word(b, "events"));
}

/* Once its moments are read. */
static void place(struct ald_build *b, uint32_t r)
{
    int64_t impact = ald_own_moment(b, r, ALD_IMPACT_STARTED).at;
    b->work[r].start = impact != ALD_TIME_NONE ? impact : ald_own_moment(b, r, ALD_OPENED).at;
    b->a->records[r].started_at = b->work[r].start;
}

/* A record that starts after as-of does not exist yet. */
static bool is_there(const struct ald_build *b, uint32_t r)
{
    const struct ald_record *record = &b->a->records[r];
    return !is_gone(record) && (record->started_at != ALD_TIME_NONE ||
                                !(b->draft[r].later & (ALD_BIT(ALD_IMPACT_STARTED) | ALD_BIT(ALD_OPENED))));
}

/* Moments, in the order of records. */
struct moments {
    struct ald_q *q;
    int64_t record; /* of the row at which q stands; INT64_MAX: there are no more */
};

static ALD_CHECK enum ald_rc next_moment(struct moments *m, struct ald_err *err)
{
    bool row = false;
    ALD_TRY(ald_q_step(m->q, &row, err));
    m->record = row ? ald_q_col_int(m->q, 0) : INT64_MAX;
    return ALD_OK;
}

/* Those of one record; passes over those of records before it, which are gone. */
static ALD_CHECK enum ald_rc take_moments(struct ald_build *b, uint32_t r, struct moments *m, struct ald_err *err)
{
    int64_t row = b->a->records[r].row;
    while (m->record <= row) {
        if (m->record == row)
            take_moment(b, r, m->q);
        ALD_TRY(next_moment(m, err));
    }
    return ALD_OK;
}

/* Tells the timeline of the records from one place in the order of rows to another, up to the first whose opening is yet to be looked for.
 * @return how far that is. */
static size_t tell(struct ald_build *b, size_t from, size_t to, bool openings_read)
{
    for (; from < to; from++) {
        uint32_t r = b->by_row[from].record;
        if (!openings_read && lacks_opening(b, r))
            break;
        place(b, r);
        ald_timeline_tell(b, is_there(b, r) ? b->work[r].source : ALD_NOBODY, b->work[r].start);
    }
    return from;
}

static ALD_CHECK enum ald_rc read_records(struct ald_build *b, size_t *ret_told, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL, *moments = NULL;
    bool row = true;
    size_t at = 0, told = 0;
    ALD_TRY(ald_q_open(b->store, "analysis_moments", &moments, err));
    struct moments m = {.q = moments};
    ALD_TRY(next_moment(&m, err));
    ALD_TRY(ald_q_open(b->store, "analysis_records", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        if (!ald_build_goes_to(b, ald_q_col_int(q, 0), &at))
            continue;
        take_record(b, b->by_row[at].record, q);
        ALD_TRY(take_moments(b, b->by_row[at].record, &m, err));
        told = tell(b, told, ++at, false);
    }
    *ret_told = tell(b, told, b->by_row_n, false);
    return ALD_OK;
}

static void drop_later_records(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    size_t kept = 0;
    for (size_t i = 0; i < a->records_n; i++) {
        if (!is_there(b, (uint32_t)i))
            continue;
        if (kept != i) {
            a->records[kept] = a->records[i];
            b->work[kept] = b->work[i];
            b->draft[kept] = b->draft[i];
            b->moments_of[kept] = b->moments_of[i];
            b->last_seen[kept] = b->last_seen[i];
        }
        kept++;
    }
    if (kept == a->records_n)
        return;
    a->records_n = b->by_row_n = kept;
    for (size_t i = 0; i < kept; i++)
        b->by_row[i] = (struct ald_row_index){.row = a->records[i].row, .record = (uint32_t)i};
    sort_rows(b);
}

enum ald_rc ald_load_records(struct ald_build *b, struct ald_err *err)
{
    struct ald_analysis *a = b->a;
    size_t told = 0;
    ALD_TRY(ald_each(b, "analysis_record_order", take_order, err));
    sort_rows(b);
    a->records_n = b->by_row_n;
    a->records = ald_calloc(a->arena, a->records_n, sizeof *a->records);
    b->work = ald_calloc(b->scratch, a->records_n, sizeof *b->work);
    b->draft = ald_calloc(b->gathering, a->records_n, sizeof *b->draft);
    b->refs = ald_calloc(b->linking, a->records_n, sizeof *b->refs);
    b->last_seen = ald_calloc(b->linking, a->records_n, sizeof *b->last_seen);
    b->moments_of = ald_calloc(b->timing, a->records_n, sizeof *b->moments_of);
    ald_timeline_begin(b);
    ALD_TRY(read_records(b, &told, err));
    if (told < b->by_row_n) {
        ALD_TRY(ald_each_record(b, "analysis_openings", take_opening, err));
        (void)tell(b, told, b->by_row_n, true);
    }
    ald_timeline_all_told(b);
    drop_later_records(b);
    return ALD_OK;
}
