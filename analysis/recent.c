/* From which incident on an analysis differs from the one that is stored. Its records were loaded and linked as ever; what is left is to
 * look at signals, read and write, and of that whatever lies before the first change stays as it is:
 *
 * - What an incident is made of: its own records, which were noted if they changed, and how they were linked, which is compared with what is
 *   stored. Lists of services, teams and people, decisions, configuration and program: all is anew where one of them changed.
 * - What its signals see of others lies before its start: starts, stretches that were open then, people's engagements. So D is the earliest
 *   date that a changed record or another one of its incident tells or told of anything, and incidents that start before D see what they saw.
 * - Of all records: since when a source tells, and which facets it shows; all is anew where that changed.
 * - As-of: nothing is dated between that of before and now; an incident whose landmark was to come then counts as changed; of one that is open
 *   the reading moves with as-of, and is made anew.
 * - Its reading: its reference is what started before its quarter. Nothing that started before the quarter of as-of may have changed, so that
 *   the stored frames hold.
 *
 * Whatever else is found makes all anew. */
#include <stdlib.h>
#include <string.h>

#include "alidade/decision.h"
#include "alidade/stats.h"
#include "analysis/kept.h"
#include "analysis/names.h"
#include "analysis/observations.h"
#include "analysis/readings.h"
#include "analysis/stored.h"

struct finding {
    struct ald_store *store;
    struct ald_analysis *a;
    struct ald_arena *scratch;
    struct ald_written written;
    struct ald_recent *recent;
    struct ald_keyed *linked; /* ald_linked_list */
    size_t linked_n;
    struct ald_names *stored; /* ids of stored incidents that changed */
    bool *changed;            /* by incident */
    int64_t from;             /* D; INT64_MAX: nothing changed */
    bool sound;
    uint32_t *relinked;
    size_t relinked_cap;
};

static void lower(struct finding *f, int64_t at)
{
    if (at != ALD_TIME_NONE && at < f->from)
        f->from = at;
}

/* ---- Changed incidents ---- */

static size_t linked_at(const struct finding *f, int64_t row)
{
    size_t low = 0, high = f->linked_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((int64_t)f->linked[mid].value < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low < f->linked_n && (int64_t)f->linked[low].value == row ? low : SIZE_MAX;
}

/* The record of a row is no longer what it was; false: it is in no incident. */
static bool change(struct finding *f, int64_t row)
{
    size_t at = linked_at(f, row);
    if (at != SIZE_MAX)
        f->changed[f->a->records[f->linked[at].at].incident] = true;
    return at != SIZE_MAX;
}

static ALD_CHECK enum ald_rc start_of(struct finding *f, const char *id, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL, *start = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(f->store, "part_find_id", &q, err));
    ald_q_text(q, 1, id);
    ALD_TRY(ald_q_step(q, &row, err));
    f->sound &= row;
    if (!row)
        return ALD_OK;
    ALD_TRY(ald_q_open(f->store, "part_incident_start", &start, err));
    ald_q_int(start, 1, ald_q_col_int(q, 0));
    ALD_TRY(ald_q_step(start, &row, err));
    if (row)
        lower(f, ald_q_col_time(start, 0));
    return ALD_OK;
}

/* A stored incident is no longer what it was, and so is whatever its records are part of now. */
static ALD_CHECK enum ald_rc change_stored(struct finding *f, const char *id, struct ald_err *err)
{
    size_t before = ald_names_n(f->stored);
    if (ald_names_add(f->stored, id) < before)
        return ALD_OK;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(f->store, "recent_members", &q, err));
    ald_q_text(q, 1, id);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return start_of(f, id, err);
        (void)change(f, ald_q_col_int(q, 0));
    }
}

/* ---- Links ---- */

static void relink(struct finding *f, size_t record)
{
    struct ald_recent *recent = f->recent;
    f->relinked = ald_grow(f->a->arena, f->relinked, recent->relinked_n, &f->relinked_cap, sizeof *f->relinked);
    f->relinked[recent->relinked_n++] = (uint32_t)record;
    recent->relinked = f->relinked;
}

/* A record that has no row of links yet. */
static void link_new(struct finding *f, size_t record)
{
    relink(f, record);
    f->changed[f->a->records[record].incident] = true;
}

/* Confidence and words of a link are nothing that its incident depends on. */
static ALD_CHECK enum ald_rc compare_link(struct finding *f, size_t record, struct ald_q *q, struct ald_err *err)
{
    enum { INCIDENT = 1, METHOD = 2, FOLDED = 5 };
    struct ald_kept_cell cells[ALD_LINK_CELLS];
    bool same = true, member = true;
    ald_link_cells(f->a, record, cells);
    for (int i = 1; i < ALD_LINK_CELLS; i++) {
        bool holds = ald_kept_holds(q, i, &cells[i]);
        same &= holds;
        member &= holds || (i != INCIDENT && i != METHOD && i != FOLDED);
    }
    if (!same)
        relink(f, record);
    if (member)
        return ALD_OK;
    f->changed[f->a->records[record].incident] = true;
    return change_stored(f, ald_q_col_text(q, INCIDENT), err);
}

static ALD_CHECK enum ald_rc unlink_row(struct finding *f, struct ald_q *q, struct ald_err *err)
{
    struct ald_recent *recent = f->recent;
    recent->unlinked = ald_grow(f->a->arena, recent->unlinked, recent->unlinked_n, &recent->unlinked_cap, sizeof *recent->unlinked);
    recent->unlinked[recent->unlinked_n++] = ald_q_col_int(q, 0);
    return change_stored(f, ald_q_col_text(q, 1), err);
}

static ALD_CHECK enum ald_rc compare_links(struct finding *f, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t at = 0;
    bool row = true;
    ALD_TRY(ald_q_open(f->store, "analysis_link_rows", &q, err));
    ald_q_int(q, 1, INT64_MIN);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        int64_t number = row ? ald_q_col_int(q, 0) : INT64_MAX;
        for (; at < f->linked_n && (int64_t)f->linked[at].value < number; at++)
            link_new(f, f->linked[at].at);
        if (!row)
            return ALD_OK;
        if (at < f->linked_n && (int64_t)f->linked[at].value == number)
            ALD_TRY(compare_link(f, f->linked[at++].at, q, err));
        else
            ALD_TRY(unlink_row(f, q, err));
    }
}

/* ---- Records ---- */

static ALD_CHECK enum ald_rc lower_to(struct finding *f, struct ald_q *earliest, int64_t record, struct ald_err *err)
{
    bool row = false;
    ald_q_int(earliest, 1, record);
    ALD_TRY(ald_q_step(earliest, &row, err));
    if (row)
        lower(f, ald_q_col_time(earliest, 0));
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_notes(struct finding *f, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL, *earliest = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(f->store, "recent_touched", &q, err));
    ALD_TRY(ald_q_open(f->store, "recent_earliest", &earliest, err));
    while (f->sound) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        int64_t record = ald_q_col_int(q, 0), was_from = ald_q_col_int(q, 1);
        f->sound = record != 0 && was_from != INT64_MIN;
        lower(f, was_from);
        if (!ald_q_col_null(q, 2))
            ALD_TRY(change_stored(f, ald_q_col_text(q, 2), err));
        if (!change(f, record))
            ALD_TRY(lower_to(f, earliest, record, err));
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_dates(struct finding *f, struct ald_err *err)
{
    const struct ald_analysis *a = f->a;
    ALD_CLEANUP(ald_q_closep) struct ald_q *earliest = NULL;
    ALD_TRY(ald_q_open(f->store, "recent_earliest", &earliest, err));
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (!f->changed[i])
            continue;
        lower(f, inc->started_at);
        for (size_t k = 0; k < inc->records_n; k++)
            ALD_TRY(lower_to(f, earliest, a->records[inc->records[k]].row, err));
    }
    return ALD_OK;
}

/* ---- What all records tell ---- */

static ALD_CHECK enum ald_rc compare_origins(struct finding *f, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(f->store, "part_sources", &q, err));
    for (size_t i = 0; f->sound; i++) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row || i == f->a->origins_n) {
            f->sound = !row && i == f->a->origins_n;
            return ALD_OK;
        }
        const struct ald_origin *o = &f->a->origins[i];
        const struct ald_kept_cell cells[] = {ald_kept_text(o->source), ald_kept_time(o->started_at), ald_kept_time(o->posted_at),
                                              ald_kept_int(o->vendor), ald_kept_int(o->seen)};
        for (int k = 0; k < 5; k++)
            f->sound &= ald_kept_holds(q, k, &cells[k]);
    }
    return ALD_OK;
}

/* A severity that people gave takes its rank from any record that has it, unless the configuration orders them. */
static ALD_CHECK enum ald_rc look_at_overrides(struct finding *f, struct ald_err *err)
{
    struct ald_decision *list = NULL;
    size_t n = 0;
    ALD_TRY(ald_decisions(f->store, ALD_DECIDE_OVERRIDE, false, f->scratch, &list, &n, err));
    for (size_t i = 0; i < n; i++)
        f->sound &= f->a->settings->severity_order_n > 0 || !list[i].field || strcmp(list[i].field, "severity") != 0;
    return ALD_OK;
}

/* ---- What comes of it ---- */

/* What is stored of incidents ends before D where this analysis has it end. */
static ALD_CHECK enum ald_rc fits(struct finding *f, size_t first, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *last = NULL, *next = NULL;
    bool row = false;
    f->sound = first > 0; /* the first start is that of the history */
    if (!f->sound)
        return ALD_OK;
    ALD_TRY(ald_q_open(f->store, "part_incident", &last, err));
    ald_q_int(last, 1, (int64_t)first);
    ALD_TRY(ald_q_step(last, &row, err));
    f->sound = row && strcmp(ald_q_col_text(last, 0), f->a->incidents[first - 1].id) == 0;
    ALD_TRY(ald_q_open(f->store, "part_incident_start", &next, err));
    ald_q_int(next, 1, (int64_t)first + 1);
    ALD_TRY(ald_q_step(next, &row, err));
    f->sound &= !row || ald_q_col_time(next, 0) == ALD_TIME_NONE || ald_q_col_time(next, 0) >= f->from;
    return ALD_OK;
}

static void list_older(struct finding *f)
{
    const struct ald_analysis *a = f->a;
    uint32_t *list = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < f->recent->first; i++) {
        if (a->incidents[i].state != ALD_OPEN || !ald_is_read(&a->incidents[i]))
            continue;
        list = ald_grow(a->arena, list, n, &cap, sizeof *list);
        list[n++] = (uint32_t)i;
    }
    f->recent->older = list;
    f->recent->older_n = n;
}

/* Frames of a quarter of which incidents are read. */
static ALD_CHECK enum ald_rc load_frames(struct finding *f, struct ald_stored *stored, size_t *cap, int64_t quarter, struct ald_err *err)
{
    int n = 0;
    bool sound = false;
    if (stored->quarters_n && stored->quarters[stored->quarters_n - 1].quarter == quarter)
        return ALD_OK;
    stored->quarters = ald_grow(f->a->arena, stored->quarters, stored->quarters_n, cap, sizeof *stored->quarters);
    ALD_TRY(ald_frames_load(f->store, f->a, quarter, &stored->quarters[stored->quarters_n++], &n, &sound, err));
    f->sound &= sound && n == ALD_LENS_N;
    return ALD_OK;
}

/* now: the quarter of as-of, to which all incidents from the first on belong. */
static ALD_CHECK enum ald_rc take_frames(struct finding *f, int64_t now, struct ald_stored *stored, struct ald_err *err)
{
    const struct ald_analysis *a = f->a;
    size_t cap = 0;
    bool read = false, frames = false;
    for (size_t k = 0; k < f->recent->older_n; k++)
        ALD_TRY(load_frames(f, stored, &cap, a->incidents[f->recent->older[k]].quarter, err));
    for (size_t i = ald_first_from(a, ald_quarter_start(&a->calendar, now)); i < a->incidents_n && !read; i++)
        read = ald_is_read(&a->incidents[i]);
    if (read)
        return load_frames(f, stored, &cap, now, err);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL; /* nor was any read */
    ALD_TRY(ald_q_open(f->store, "part_frame", &q, err));
    ald_q_int(q, 1, now);
    ALD_TRY(ald_q_step(q, &frames, err));
    f->sound &= !frames;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc count_read(struct finding *f, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *after = NULL, *of = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(f->store, "recent_read_after", &after, err));
    ALD_TRY(ald_q_open(f->store, "recent_read_of", &of, err));
    ald_q_int(after, 1, (int64_t)f->recent->first);
    ALD_TRY(ald_q_step(after, &row, err));
    f->recent->read = f->written.read - ald_q_col_int(after, 0);
    for (size_t k = 0; k < f->recent->older_n; k++) {
        ald_q_int(of, 1, (int64_t)f->recent->older[k] + 1);
        ALD_TRY(ald_q_step(of, &row, err));
        f->recent->read -= ald_q_col_int(of, 0);
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc find(struct finding *f, struct ald_err *err)
{
    const struct ald_analysis *a = f->a;
    int64_t quarter = ald_quarter_of(&a->calendar, a->as_of);
    ALD_TRY(take_notes(f, err));
    if (f->sound)
        ALD_TRY(compare_origins(f, err));
    if (f->sound)
        ALD_TRY(look_at_overrides(f, err));
    if (!f->sound)
        return ALD_OK;
    ALD_TRY(compare_links(f, err));
    ALD_TRY(take_dates(f, err));
    lower(f, f->written.settles);
    if (f->from < ald_quarter_start(&a->calendar, quarter)) {
        f->sound = false;
        return ALD_OK;
    }
    f->recent->first = ald_first_from(a, f->from);
    ALD_TRY(fits(f, f->recent->first, err));
    if (!f->sound)
        return ALD_OK;
    list_older(f);
    struct ald_stored *stored = ald_alloc(a->arena, sizeof *stored);
    *stored = (struct ald_stored){.store = f->store, .incident = SIZE_MAX};
    ALD_TRY(take_frames(f, quarter, stored, err));
    ALD_TRY(count_read(f, err));
    f->a->stored = f->sound ? stored : NULL;
    f->a->recent = f->sound ? f->recent : NULL;
    return ALD_OK;
}

size_t ald_analysis_anew(const struct ald_analysis *a)
{
    return a->recent ? a->incidents_n - a->recent->first + a->recent->older_n : a->incidents_n;
}

static void finding_done(struct finding *f)
{
    if (f->stored)
        ald_names_free(f->stored);
    ald_arena_free(f->scratch);
}

enum ald_rc ald_recent_find(struct ald_store *store, struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(finding_done) struct finding f = {.store = store, .a = a, .scratch = ald_arena_new(), .from = INT64_MAX};
    ALD_TRY(ald_written_load(store, a->settings, &f.written, err));
    f.sound = f.written.sound && f.written.as_of <= a->as_of && a->as_of < f.written.next &&
              ald_quarter_of(&a->calendar, f.written.as_of) == ald_quarter_of(&a->calendar, a->as_of);
    if (!f.sound)
        return ALD_OK;
    f.recent = ald_alloc(a->arena, sizeof *f.recent);
    *f.recent = (struct ald_recent){.first = 0};
    f.linked_n = ald_linked_list(a, f.scratch, &f.linked);
    f.stored = ald_names_new(f.scratch);
    f.changed = ald_calloc(f.scratch, a->incidents_n, sizeof *f.changed);
    return find(&f, err);
}
