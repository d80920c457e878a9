/* The analysis of what changed: which records it needs beside the changed ones, what of the rest it takes from the store, and whether both fit.
 *
 * Incidents that start at D or later are looked at. All of the quarter of as-of and of the 90 days before D are read, and what began before
 * that and reaches in: somebody's engagement, planned work, another company's incident. What is open since before D is read anew, for which
 * the same has to be there around each of these.
 *
 * Where nothing changed but as-of, what is stored of the past of services holds, and few incidents are looked at: those whose landmark was
 * to come, and open ones. Then only what is around each of these is read. */
#include <string.h>

#include "alidade/stats.h"
#include "analysis/names.h"
#include "analysis/observations.h"
#include "analysis/past.h"
#include "analysis/readings.h"
#include "analysis/recent.h"

enum { AROUND_MOST = 1000 }; /* incidents from D on around each of which others are looked for: more share most of the quarter */
#define REACH_MS (ALD_HISTORY_WINDOW_MS + ALD_DAY_MS) /* times of what is stored of the past are minutes */

struct window {
    struct ald_finding *f;
    struct ald_asked *ask;
    struct ald_recent *recent;
    int64_t most;         /* incidents of the store */
    int64_t from, number; /* all incidents from this start on are wanted; the first of them */
    int64_t *older;       /* numbers of open ones that lie before D */
    size_t older_n, older_cap;
    bool quiet; /* all that is looked at is looked around in */
};

/* ---- Which records ---- */

/* What reaches into the window. */
static void take_entry(void *ctx, enum ald_past_kind kind, const struct ald_past_entry *entry)
{
    struct window *w = ctx;
    if (entry->to < ald_past_minute(w->from))
        return;
    if (kind == ALD_PAST_VENDOR)
        ald_want_row(w->ask, entry->number);
    else if (entry->number < w->number)
        ald_want_number(w->ask, entry->number);
}

static ALD_CHECK enum ald_rc want_window(struct window *w, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true, sound;
    ALD_TRY(ald_asked_first_from(w->ask, w->most, w->from, &w->number, err));
    ALD_TRY(ald_q_open(w->f->store, "recent_rows_from", &q, err));
    ald_q_int(q, 1, w->number);
    while (row) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (row)
            ald_want_row(w->ask, ald_q_col_int(q, 0));
    }
    ALD_TRY(ald_past_each(w->f->store, NULL, take_entry, w, &sound, err));
    if (!sound)
        ald_recent_refuse(w->f, "what is stored of services is not what this program writes");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc find_older(struct window *w, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(w->f->store, "recent_open", &q, err));
    ald_q_int(q, 1, w->recent->kept + 1);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        w->older = ald_grow(w->ask->arena, w->older, w->older_n, &w->older_cap, sizeof *w->older);
        w->older[w->older_n++] = ald_q_col_int(q, 0);
    }
}

/* The records that are wanted so far, analysed. */
static ALD_CHECK enum ald_rc analyse(struct window *w, struct ald_analysis **ret, struct ald_err *err)
{
    struct ald_finding *f = w->f;
    ALD_TRY(ald_store_part(f->store, w->ask->rows, w->ask->rows_n, err));
    enum ald_rc rc = ald_analysis_part(f->store, f->settings, f->as_of, &w->ask->part, ret, err);
    ALD_TRY(ald_store_whole(f->store, rc == ALD_OK ? err : NULL));
    if (rc == ALD_OK && w->ask->part.unsound)
        ald_recent_refuse(f, "a record has no link that is known, or a source is new");
    return rc;
}

/* The index of an incident of the store that did not change; SIZE_MAX: it is not there. */
static ALD_CHECK enum ald_rc index_of(struct ald_finding *f, const struct ald_analysis *a, int64_t number, size_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret = SIZE_MAX;
    ALD_TRY(ald_q_open(f->store, "part_incident", &q, err));
    ald_q_int(q, 1, number);
    ALD_TRY(ald_q_step(q, &row, err));
    int64_t start = row ? ald_q_col_time(q, 5) : ALD_TIME_NONE;
    for (size_t i = row ? ald_first_from(a, start) : a->incidents_n; i < a->incidents_n && a->incidents[i].started_at == start; i++)
        if (strcmp(a->incidents[i].id, ald_q_col_text(q, 0)) == 0)
            *ret = i;
    return ALD_OK;
}

/* What one of those that were analysed alone looks at: its own records tell of whom and what it is. */
static ALD_CHECK enum ald_rc want_around(struct window *w, int64_t number, struct ald_err *err)
{
    struct ald_asked *ask = w->ask;
    size_t i;
    ALD_TRY(index_of(w->f, ask->own, number, &i, err));
    if (i == SIZE_MAX) {
        ald_recent_refuse(w->f, "an open incident is not what was stored");
        return ALD_OK;
    }
    ask->number = number;
    ask->inc = &ask->own->incidents[i];
    return ald_want_before(ask, err);
}

/* What each of some incidents looks at. */
static ALD_CHECK enum ald_rc want_around_all(struct window *w, const int64_t *numbers, size_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *own = NULL;
    struct ald_asked *ask = w->ask, alone = *ask;
    alone.rows = NULL;
    alone.rows_n = alone.rows_cap = 0;
    for (size_t k = 0; k < n; k++)
        ALD_TRY(ald_want_incident(&alone, numbers[k], err));
    w->ask = &alone;
    enum ald_rc rc = analyse(w, &own, err);
    w->ask = ask;
    ALD_TRY(rc);
    for (size_t i = 0; i < alone.rows_n; i++)
        ald_want_row(ask, alone.rows[i]);
    ask->own = own;
    for (size_t k = 0; k < n && !w->f->why; k++)
        ALD_TRY(want_around(w, numbers[k], err));
    ask->own = NULL;
    ask->inc = NULL;
    return ALD_OK;
}

/* Open ones; and all from D on, where nothing else is there. */
static ALD_CHECK enum ald_rc want_around_some(struct window *w, struct ald_err *err)
{
    struct ald_arena *arena = w->ask->arena;
    size_t n = w->older_n;
    size_t cap = n;
    int64_t *numbers = n ? ald_calloc(arena, n, sizeof *numbers) : NULL, start = 0;
    for (size_t k = 0; k < n; k++)
        numbers[k] = w->older[k];
    for (int64_t number = w->number; w->quiet && number <= w->most && start != ALD_TIME_NONE; number++) {
        ALD_TRY(ald_asked_start(w->ask, number, &start, err));
        if (start == ALD_TIME_NONE) /* nor has any that follows one: they look at nothing */
            break;
        numbers = ald_grow(arena, numbers, n, &cap, sizeof *numbers);
        numbers[n++] = number;
    }
    return n ? want_around_all(w, numbers, n, err) : ALD_OK;
}

static ALD_CHECK enum ald_rc want_all(struct window *w, struct ald_err *err)
{
    struct ald_finding *f = w->f;
    int64_t quarter = ald_quarter_start(&f->calendar, f->quarter);
    w->quiet = f->quiet && w->most - w->recent->kept <= AROUND_MOST;
    if (w->quiet)
        w->from = f->from;
    else
        w->from = f->from == INT64_MAX || f->from - REACH_MS > quarter ? quarter : f->from - REACH_MS;
    ALD_TRY(want_window(w, err));
    if (!f->quiet || f->as_of != f->since.written.as_of)
        ALD_TRY(find_older(w, err));
    if (!f->why)
        ALD_TRY(want_around_some(w, err));
    if (!w->ask->sound)
        ald_recent_refuse(f, "what is stored does not hold together");
    return ald_want_numbers(w->ask, err);
}

/* ---- Whether it fits ---- */

/* The last one that stays is the one before the first that does not. */
static ALD_CHECK enum ald_rc look_at_seam(struct window *w, const struct ald_analysis *a, struct ald_err *err)
{
    int64_t start;
    size_t last;
    ALD_TRY(ald_asked_start(w->ask, w->recent->kept, &start, err));
    if (w->recent->kept < w->number)
        return ALD_OK; /* it is not there */
    ALD_TRY(index_of(w->f, a, w->recent->kept, &last, err));
    if (last == SIZE_MAX || last + 1 != w->recent->first)
        ald_recent_refuse(w->f, "incidents before the first change are not what was stored");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc place_older(struct window *w, const struct ald_analysis *a, struct ald_err *err)
{
    uint32_t *older = ald_calloc(w->ask->arena, w->older_n, sizeof *older);
    for (size_t k = 0; k < w->older_n; k++) {
        size_t i;
        ALD_TRY(index_of(w->f, a, w->older[k], &i, err));
        if (i == SIZE_MAX || i >= w->recent->first || a->incidents[i].state != ALD_OPEN || !ald_is_read(&a->incidents[i])) {
            ald_recent_refuse(w->f, "an open incident is not what was stored");
            return ALD_OK;
        }
        older[k] = (uint32_t)i;
    }
    w->recent->older = older;
    w->recent->older_numbers = w->older;
    w->recent->older_n = w->older_n;
    return ALD_OK;
}

/* Records of the incidents that changed, all of which lie behind the seam. */
static void place_changed(struct window *w, const struct ald_analysis *a)
{
    struct ald_finding *f = w->f;
    uint32_t *list = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (ald_names_find(f->changed, inc->id) == ALD_NOBODY)
            continue;
        if (i < w->recent->first)
            ald_recent_refuse(f, "a changed incident began before what its records tell");
        for (size_t k = 0; k < inc->records_n; k++) {
            list = ald_grow(f->arena, list, n, &cap, sizeof *list);
            list[n++] = inc->records[k];
        }
    }
    w->recent->changed = list;
    w->recent->changed_n = n;
}

/* Links name the incidents that came of them. */
static void look_at_links(struct window *w, const struct ald_analysis *a)
{
    const struct ald_renewed *renewed = w->f->renewed;
    struct ald_keyed *linked;
    size_t n = ald_linked_list(a, w->ask->arena, &linked), at = 0;
    for (size_t i = 0; i < renewed->links_n; i++) {
        const struct ald_relink *link = &renewed->links[i];
        while (at < n && (int64_t)linked[at].value < link->row)
            at++;
        bool there = at < n && (int64_t)linked[at].value == link->row;
        if (there && (!link->incident || strcmp(a->incidents[a->records[linked[at].at].incident].id, link->incident) != 0))
            ald_recent_refuse(w->f, "a record is not part of the incident that its link tells");
    }
}

/* ---- What of the rest is taken from the store ---- */

/* Frames of a quarter of which incidents are read. */
static ALD_CHECK enum ald_rc load_frames(struct ald_finding *f, const struct ald_analysis *a, struct ald_stored *stored, size_t *cap, int64_t quarter,
                                         struct ald_err *err)
{
    int n = 0;
    bool sound = false;
    if (stored->quarters_n && stored->quarters[stored->quarters_n - 1].quarter == quarter)
        return ALD_OK;
    stored->quarters = ald_grow(a->arena, stored->quarters, stored->quarters_n, cap, sizeof *stored->quarters);
    ALD_TRY(ald_frames_load(f->store, a, quarter, &stored->quarters[stored->quarters_n++], &n, &sound, err));
    if (!sound || n != ALD_LENS_N)
        ald_recent_refuse(f, "the reference of a quarter is not stored");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_frames(struct window *w, struct ald_analysis *a, struct ald_err *err)
{
    struct ald_finding *f = w->f;
    struct ald_stored *stored = ald_alloc(a->arena, sizeof *stored);
    size_t cap = 0;
    bool read = false, frames = false;
    *stored = (struct ald_stored){.store = f->store, .incident = SIZE_MAX};
    for (size_t k = 0; k < w->recent->older_n; k++)
        ALD_TRY(load_frames(f, a, stored, &cap, a->incidents[w->recent->older[k]].quarter, err));
    for (size_t i = ald_first_from(a, ald_quarter_start(&a->calendar, f->quarter)); i < a->incidents_n && !read; i++)
        read = ald_is_read(&a->incidents[i]);
    a->stored = stored;
    if (read)
        return load_frames(f, a, stored, &cap, f->quarter, err);
    if (w->quiet) /* who is read is who was */
        return ALD_OK;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL; /* nor was any read */
    ALD_TRY(ald_q_open(f->store, "part_frame", &q, err));
    ald_q_int(q, 1, f->quarter);
    ALD_TRY(ald_q_step(q, &frames, err));
    if (frames)
        ald_recent_refuse(f, "none of the quarter is read any more");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc count(struct window *w, const char *query, int64_t number, int64_t *less, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(w->f->store, query, &q, err));
    ald_q_int(q, 1, number);
    ALD_TRY(ald_q_step(q, &row, err));
    *less -= row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc count_kept(struct window *w, struct ald_err *err)
{
    struct ald_recent *recent = w->recent;
    recent->read = w->f->since.written.read;
    recent->counted = w->f->since.written.counted;
    ALD_TRY(count(w, "recent_counted_after", recent->kept, &recent->counted, err));
    ALD_TRY(count(w, "recent_read_after", recent->kept, &recent->read, err));
    for (size_t k = 0; k < recent->older_n; k++)
        ALD_TRY(count(w, "recent_read_of", recent->older_numbers[k], &recent->read, err));
    return ALD_OK;
}

/* ---- All ---- */

/* Once the incidents stand, and before signals look at them. */
static enum ald_rc settle(void *ctx, struct ald_analysis *a, struct ald_err *err)
{
    struct window *w = ctx;
    struct ald_finding *f = w->f;
    w->recent->first = ald_first_from(a, f->from);
    ALD_TRY(look_at_seam(w, a, err));
    ALD_TRY(place_older(w, a, err));
    place_changed(w, a);
    look_at_links(w, a);
    if (f->why)
        return ALD_OK;
    ALD_TRY(take_frames(w, a, err));
    ALD_TRY(count_kept(w, err));
    a->next_at = f->renewed->next_at;
    a->recent = w->recent;
    return ALD_OK;
}

enum ald_rc ald_recent_window(struct ald_finding *f, struct ald_analysis **ret, struct ald_err *err)
{
    struct window w = {.f = f, .ask = &f->ask, .recent = ald_calloc(f->arena, 1, sizeof *w.recent)};
    struct ald_part *part = &f->ask.part;
    int64_t first;
    w.recent->renewed = f->renewed;
    w.recent->changes = !f->quiet && f->from != INT64_MAX;
    w.recent->settles = f->quiet && f->as_of == f->since.written.as_of ? f->since.written.settles : INT64_MAX;
    part->linked = true;
    part->renewed = f->renewed;
    part->written_some = true;
    part->written_from = f->from;
    ALD_TRY(ald_asked_most(&f->ask, &w.most, err));
    ALD_TRY(ald_asked_start(&f->ask, 1, &part->history_start, err));
    ALD_TRY(ald_asked_first_from(&f->ask, w.most, f->from, &first, err));
    w.recent->kept = first - 1;
    if (first == 1) /* the first start is that of the history */
        ald_recent_refuse(f, "the first incident changed");
    if (!f->why)
        ALD_TRY(want_all(&w, err));
    if (f->why)
        return ALD_OK;
    part->settle = settle;
    part->settling = &w;
    return analyse(&w, ret, err);
}
