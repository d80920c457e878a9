/* One analysis from store to readings: loads, links, builds incidents in the order of their starts, lets every signal
 * look at them, and hands over to the readings. Also the words of the enums. Knows the order of steps, not their
 * content. */
#include "alidade/analysis.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/parallel.h"
#include "alidade/stats.h"
#include "analysis/build.h"
#include "analysis/observations.h"
#include "analysis/org.h"
#include "analysis/overrides.h"
#include "analysis/past.h"
#include "analysis/patterns.h"
#include "analysis/readings.h"
#include "analysis/stored.h"

/* ---- Words ---- */

const char *ald_moment_name(enum ald_moment moment)
{
    static const char *const names[] = {"impact_started", "detected", "opened", "acknowledged",
                                        "mitigated",      "resolved", "closed"};
    _Static_assert(sizeof names / sizeof names[0] == ALD_MOMENT_N, "one name per moment");
    assert(moment < ALD_MOMENT_N);
    return names[moment];
}

const char *ald_class_name(enum ald_class cls)
{
    static const char *const names[] = {"incident", "noise", "exercise", "planned", "near_miss", "merged"};
    _Static_assert(sizeof names / sizeof names[0] == ALD_CLASS_N, "one name per class");
    assert(cls < ALD_CLASS_N);
    return names[cls];
}

const char *ald_state_name(enum ald_state state)
{
    static const char *const names[] = {"open", "resolved", "end_not_recorded"};
    assert((size_t)state < sizeof names / sizeof names[0]);
    return names[state];
}

const char *ald_event_kind_name(enum ald_event_kind kind)
{
    static const char *const names[] = {"opened",          "acknowledged",  "assigned",      "escalated",
                                        "reassigned",      "note",          "mitigated",     "resolved",
                                        "reopened",        "closed",        "merged",        "severity_changed",
                                        "responder_added", "service_added", "status_update", "other"};
    _Static_assert(sizeof names / sizeof names[0] == ALD_EV_N, "one name per kind");
    assert(kind < ALD_EV_N);
    return names[kind];
}

/* ---- Incidents ---- */

static int record_order(const void *x, const void *y, void *ctx)
{
    const struct ald_build *b = ctx;
    uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
    if (b->work[i].folded != b->work[j].folded)
        return b->work[i].folded ? 1 : -1;
    return ald_record_order(b, i, j);
}

/* Gives each incident its records: those that keep the clocks first, each part earliest first. */
static void distribute(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t *at = ald_calloc(scratch, a->incidents_n + 1, sizeof *at);
    uint32_t *list = ald_calloc(a->arena, a->records_n, sizeof *list);
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            at[a->records[i].incident + 1]++;
    for (size_t i = 0; i < a->incidents_n; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < a->incidents_n; i++)
        a->incidents[i].records = &list[at[i]];
    for (size_t i = 0; i < a->records_n; i++) {
        uint32_t n = a->records[i].incident;
        if (n != ALD_NOBODY)
            list[at[n] + a->incidents[n].records_n++] = (uint32_t)i;
    }
    for (size_t i = 0; i < a->incidents_n; i++)
        if (a->incidents[i].records_n > 1)
            qsort_r(&list[at[i]], a->incidents[i].records_n, sizeof *list, record_order, b);
}

/* All that is asked of a record's own moments once the incident has its own. */
static void keep_folded_ends(struct ald_build *b)
{
    struct ald_taken *ends = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < b->a->records_n; i++) {
        if (!b->a->records[i].folded)
            continue;
        struct ald_taken resolved = ald_own_moment(b, (uint32_t)i, ALD_RESOLVED);
        if (resolved.at == ALD_TIME_NONE)
            continue;
        ends = ald_grow(b->a->arena, ends, n, &cap, sizeof *ends);
        ends[n++] = resolved;
    }
    b->a->folded_ends = ends;
    b->a->folded_ends_n = n;
}

static int incident_order(const void *x, const void *y)
{
    const struct ald_incident *i = x, *j = y;
    if (i->started_at != j->started_at) {
        if (i->started_at == ALD_TIME_NONE || j->started_at == ALD_TIME_NONE)
            return i->started_at == ALD_TIME_NONE ? 1 : -1;
        return i->started_at < j->started_at ? -1 : 1;
    }
    return strcmp(i->id, j->id);
}

/* They were numbered by start: where no correction moved one, and no two began at once, they are in order. */
static void sort_incidents(struct ald_analysis *a)
{
    size_t i = 1;
    while (i < a->incidents_n && incident_order(&a->incidents[i - 1], &a->incidents[i]) <= 0)
        i++;
    if (i < a->incidents_n)
        qsort(a->incidents, a->incidents_n, sizeof *a->incidents, incident_order);
}

/* The links that joined go to the incident that they made; they stay strongest first. */
static void hand_out_links(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t *at = ald_calloc(scratch, a->incidents_n + 1, sizeof *at);
    struct ald_link *links = ald_calloc(scratch, b->link_n, sizeof *links);
    for (size_t i = 0; i < b->link_n; i++)
        at[a->records[b->link[i].a].incident + 1]++;
    for (size_t i = 0; i < a->incidents_n; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < a->incidents_n; i++)
        a->incidents[i].links = &b->link[at[i]];
    for (size_t i = 0; i < b->link_n; i++) {
        struct ald_incident *inc = &a->incidents[a->records[b->link[i].a].incident];
        links[at[inc - a->incidents]++] = b->link[i];
    }
    if (b->link_n)
        memcpy(b->link, links, b->link_n * sizeof *links);
}

/* Numbers incidents by the first start of their records: what is kept of one after the other lies one after the other, and is gone over
 * in that order from then on. Corrections may yet move some. */
static void number_by_start(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_keyed *order = ald_calloc(scratch, a->incidents_n, sizeof *order);
    uint32_t *number = ald_calloc(scratch, a->incidents_n, sizeof *number);
    for (size_t i = 0; i < a->incidents_n; i++)
        order[i] = (struct ald_keyed){.value = (double)INFINITY, .at = i};
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *record = &a->records[i];
        if (record->incident != ALD_NOBODY && record->started_at != ALD_TIME_NONE)
            order[record->incident].value = fmin(order[record->incident].value, (double)record->started_at);
    }
    ald_sort_keyed(order, a->incidents_n);
    for (size_t i = 0; i < a->incidents_n; i++)
        number[order[i].at] = (uint32_t)i;
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            a->records[i].incident = number[a->records[i].incident];
}

static ALD_CHECK enum ald_rc build_incidents(struct ald_build *b, struct ald_err *err)
{
    struct ald_analysis *a = b->a;
    for (size_t i = 0; i < a->records_n; i++)
        ald_record_clocks(b, (uint32_t)i);
    if (b->part && b->part->linked)
        ALD_TRY(ald_link_stored(b, &a->incidents_n, err));
    else if (b->part)
        ALD_TRY(ald_link_window(b, &a->incidents_n, err));
    else
        ALD_TRY(ald_link(b, &a->incidents_n, err));
    ald_arena_reset(b->linking);
    if (!b->part)
        ald_memory_trim();
    number_by_start(b);
    a->incidents = ald_calloc(a->arena, a->incidents_n, sizeof *a->incidents);
    distribute(b);
    ald_overrides_place(b);
    hand_out_links(b);
    ald_incidents_clocks(b);
    keep_folded_ends(b);
    ald_arena_reset(b->timing); /* what clocks need is gone before names take its place */
    b->moments = NULL;
    b->moments_of = NULL;
    ald_incidents_gather(b);
    ald_load_vendors_stay(b);
    ald_arena_reset(b->gathering);
    sort_incidents(a);
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t j = 0; j < a->incidents[i].records_n; j++)
            a->records[a->incidents[i].records[j]].incident = (uint32_t)i;
    return ALD_OK;
}

struct observing {
    const struct ald_analysis *analysis;
    size_t parts;
};

/* What some of the signals see in all incidents; numbers are given in the order of the incidents, whoever gives them. */
static void observe_part(void *ctx, size_t part)
{
    const struct observing *o = ctx;
    const struct ald_analysis *a = o->analysis;
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t s = part; s < ALD_SIGNAL_N; s += o->parts) {
            struct ald_obs obs = {.has_total = false};
            ald_signal_at(s)->compute(a->past, &a->incidents[i], &obs);
            ald_observe(a->observations, i, s, &obs);
        }
}

static void observe_one(const struct ald_analysis *a, size_t incident)
{
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        struct ald_obs obs = {.has_total = false};
        ald_signal_at(s)->compute(a->past, &a->incidents[incident], &obs);
        ald_observe(a->observations, incident, s, &obs);
    }
}

static void observe_recent(const struct ald_analysis *a)
{
    for (size_t k = 0; k < a->recent->older_n; k++)
        observe_one(a, a->recent->older[k]);
    for (size_t i = a->recent->first; i < a->incidents_n; i++)
        observe_one(a, i);
}

/* part NULL: all incidents, or the recent ones. */
static void observe(struct ald_analysis *a, const struct ald_part *part)
{
    struct observing o = {.analysis = a, .parts = ald_parallel_parts_for(a->incidents_n)};
    a->observations = ald_observations_new(a->arena, a->incidents_n);
    a->readings = ald_readings_new(a->arena, a->incidents_n);
    if (a->recent) {
        observe_recent(a);
        return;
    }
    if (part) {
        if (part->incident != SIZE_MAX)
            observe_one(a, part->incident);
        return;
    }
    if (o.parts > 1)
        ald_observations_split(a->observations, o.parts);
    ald_parallel(o.parts, observe_part, &o);
}

/* ---- The whole ---- */

/* What is looked at. */
struct scope {
    bool measured;         /* else incidents alone */
    bool keeps;            /* it may be saved: with what linking the next time needs */
    struct ald_part *part; /* of the store; NULL: all of it */
};

/* Everything up to the indexes of the past, or up to the incidents; what only the building needs is gone afterwards. */
static ALD_CHECK enum ald_rc build(struct ald_store *store, struct ald_analysis *a, const struct scope *scope, struct ald_err *err)
{
    ALD_CLEANUP(ald_build_done) struct ald_build b;
    ald_build_begin(&b, store, a);
    b.part = scope->part;
    b.keeps = scope->keeps;
    ALD_CLEANUP(ald_texts_done) struct ald_texts texts = {.running = false};
    ALD_TRY(ald_load(&b, err));
    if (scope->part)
        ald_part_seen(&b);
    else
        ald_origins_keep(&b);
    if (scope->measured && b.settings->free_text)
        ald_texts_begin(&texts, &b);
    ALD_TRY(build_incidents(&b, err));
    if (scope->measured) {
        ALD_TRY(ald_patterns_gather(&b, &texts, err));
        ald_texts_done(&texts);
        ald_store_closep(&b.beside); /* nobody reads there any more */
        if (!scope->part)
            ald_memory_trim(); /* what reading texts took */
        ald_arena_reset(b.recognising);
        b.by_row = NULL;
        b.by_row_n = 0;
        ald_past_build(&b);
    }
    a->words = ald_names_texts(b.strings);
    return ALD_OK;
}

/* Of an analysis of a part: the incident asked about. */
static void find_asked(const struct ald_analysis *a, struct ald_part *part)
{
    part->incident = SIZE_MAX;
    for (size_t i = 0; i < a->incidents_n && part->id; i++)
        if (strcmp(a->incidents[i].id, part->id) == 0)
            part->incident = i;
}

static ALD_CHECK enum ald_rc run(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct scope scope,
                                 struct ald_analysis **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *a = NULL;
    ALD_TRY(ald_analysis_new(store, settings, as_of, &a, err));
    if (!scope.part) {
        ALD_TRY(ald_store_reads_whole(store, err));
        ald_memory_trim(); /* what the store's migration took */
    }
    a->only_saved = scope.keeps;
    ALD_TRY(build(store, a, &scope, err));
    if (scope.part)
        find_asked(a, scope.part);
    else
        ald_memory_trim(); /* all that only the building needed */
    if (scope.part && scope.part->settle)
        ALD_TRY(scope.part->settle(scope.part->settling, a, err));
    if (scope.measured)
        observe(a, scope.part);
    *ret = a;
    a = NULL;
    return ALD_OK;
}

enum ald_rc ald_analysis_run(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                             struct ald_analysis **ret, struct ald_err *err)
{
    return run(store, settings, as_of, (struct scope){.measured = true}, ret, err);
}

enum ald_rc ald_analysis_again(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                               struct ald_analysis **ret, struct ald_err *err)
{
    const char *why = NULL;
    ALD_TRY(ald_recent_analyse(store, settings, as_of, ret, &why, err));
    if (*ret)
        return ALD_OK;
    ALD_TRY(ald_analysis_whole(store, settings, as_of, ret, err));
    (*ret)->all_because = why;
    return ALD_OK;
}

enum ald_rc ald_analysis_whole(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                               struct ald_analysis **ret, struct ald_err *err)
{
    return run(store, settings, as_of, (struct scope){.measured = true, .keeps = true}, ret, err);
}

enum ald_rc ald_analysis_link(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                              struct ald_analysis **ret, struct ald_err *err)
{
    return run(store, settings, as_of, (struct scope){.measured = false}, ret, err);
}

enum ald_rc ald_analysis_part(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_part *part,
                              struct ald_analysis **ret, struct ald_err *err)
{
    return run(store, settings, as_of, (struct scope){.measured = true, .part = part}, ret, err);
}

void ald_analysis_free(struct ald_analysis *analysis)
{
    if (!analysis)
        return;
    ald_measures_drop(analysis);
    ald_zone_free(analysis->zone);
    ald_past_free(analysis->past);
    if (analysis->observations)
        ald_observations_done(analysis->observations);
    ald_event_ids_close(analysis->event_ids);
    ald_arena_free(analysis->events_arena);
    ald_arena_free(analysis->recent_arena);
    ald_arena_free(analysis->arena); /* the analysis itself lies in it */
}

void ald_analysis_freep(struct ald_analysis **analysis)
{
    ald_analysis_free(*analysis);
    *analysis = NULL;
}
