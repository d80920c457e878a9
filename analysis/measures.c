/* What others ask of readings: makes the quarter that is asked about, once, and keeps it. Knows how readings are kept, not
 * how they come about. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparables.h"
#include "observations.h"
#include "readings.h"
#include "stored.h"

struct ald_readings *ald_readings_new(struct ald_arena *arena, size_t incidents)
{
    struct ald_readings *readings = ald_alloc(arena, sizeof *readings);
    readings->of = ald_calloc(arena, incidents, sizeof(struct ald_measure *));
    return readings;
}

struct ald_quarter *ald_quarter_around(const struct ald_analysis *analysis, size_t incident)
{
    const struct ald_incident *all = analysis->incidents;
    struct ald_arena *arena = ald_arena_new();
    struct ald_quarter *quarter = ald_alloc(arena, sizeof *quarter);
    *quarter = (struct ald_quarter){.analysis = analysis, .arena = arena, .first = incident, .last = incident + 1};
    while (!analysis->stored && quarter->first > 0 && all[quarter->first - 1].quarter == all[incident].quarter)
        quarter->first--;
    while (!analysis->stored && quarter->last < analysis->incidents_n && all[quarter->last].started_at != ALD_TIME_NONE &&
           all[quarter->last].quarter == all[incident].quarter)
        quarter->last++;
    quarter->measures = ald_calloc(arena, quarter->last - quarter->first, sizeof *quarter->measures);
    return quarter;
}

struct ald_quarter *ald_quarter_some(const struct ald_analysis *analysis, size_t first, size_t last, const bool *wanted)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_quarter *quarter = ald_alloc(arena, sizeof *quarter);
    bool *copy = ald_calloc(arena, last - first, sizeof *copy);
    memcpy(copy, wanted, (last - first) * sizeof *copy);
    *quarter = (struct ald_quarter){.analysis = analysis,
                                    .arena = arena,
                                    .first = first,
                                    .last = last,
                                    .wanted = copy,
                                    .measures = ald_calloc(arena, last - first, sizeof *quarter->measures)};
    return quarter;
}

static void make(const struct ald_analysis *analysis, struct ald_quarter *quarter, size_t threads)
{
    struct ald_readings *readings = analysis->readings;
    ald_quarter_read(quarter, threads);
    for (size_t i = quarter->first; i < quarter->last; i++)
        readings->of[i] = &quarter->measures[i - quarter->first];
    quarter->next = readings->quarters;
    readings->quarters = quarter;
    readings->quarters_n++;
}

void ald_readings_make(const struct ald_analysis *analysis, size_t incident, size_t threads)
{
    make(analysis, ald_quarter_around(analysis, incident), threads);
}

void ald_readings_make_corners(const struct ald_analysis *analysis, size_t incident)
{
    struct ald_quarter *quarter = ald_quarter_around(analysis, incident);
    quarter->corners = true;
    make(analysis, quarter, 0);
}

void ald_readings_make_some(const struct ald_analysis *analysis, size_t first, size_t last, const bool *wanted)
{
    for (size_t i = first; i < last; i++)
        if (wanted[i - first] && ald_is_read(&analysis->incidents[i])) { /* a quarter is made as a whole, or not yet */
            if (!analysis->readings->of[i])
                make(analysis, ald_quarter_some(analysis, first, last, wanted), 0);
            return;
        }
}

void ald_measure_alone(const struct ald_analysis *analysis, size_t incident)
{
    const bool wanted = true;
    if (ald_is_read(&analysis->incidents[incident]) && !analysis->readings->of[incident])
        make(analysis, ald_quarter_some(analysis, incident, incident + 1, &wanted), 0);
}

size_t ald_measures_made(const struct ald_analysis *analysis)
{
    return analysis->readings ? analysis->readings->quarters_n : 0;
}

void ald_measures_drop_after(const struct ald_analysis *analysis, size_t kept)
{
    struct ald_readings *readings = analysis->readings;
    while (readings && readings->quarters_n > kept) { /* the newest is the first of the list */
        struct ald_quarter *quarter = readings->quarters;
        readings->quarters = quarter->next;
        readings->quarters_n--;
        memset(&readings->of[quarter->first], 0, (quarter->last - quarter->first) * sizeof(struct ald_measure *));
        ald_arena_free(quarter->arena); /* the quarter itself lies in it */
    }
}

void ald_measures_drop(const struct ald_analysis *analysis)
{
    ald_measures_drop_after(analysis, 0);
}

const struct ald_measure *ald_measure_at(const struct ald_analysis *analysis, size_t incident)
{
#define UNREAD(why) {{{.absent = (why), .axis = {{.absent = (why)}, {.absent = (why)}}}, {.absent = (why), .axis = {{.absent = (why)}, {.absent = (why)}}}}, NULL, -1, ALD_CORNER_NONE}
    static const struct ald_measure other = UNREAD("not of class incident"), timeless = UNREAD("no start recorded");
#undef UNREAD
    const struct ald_incident *inc = &analysis->incidents[incident];
    if (!ald_is_read(inc))
        return inc->cls == ALD_INCIDENT ? &timeless : &other;
    if (!analysis->readings->of[incident])
        ald_readings_make(analysis, incident, 0);
    return analysis->readings->of[incident];
}

const struct ald_obs *ald_obs_at(const struct ald_analysis *analysis, size_t incident, size_t signal)
{
    return ald_observed(analysis->observations, incident, signal);
}

double ald_position_at(const struct ald_analysis *analysis, size_t incident, int reading, size_t signal)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    if (!measure->places || !measure->reading[reading].placed)
        return (double)NAN;
    return ald_scale_position(analysis, &measure->places->scales[reading][signal], signal, incident);
}

bool ald_axis_told(const struct ald_analysis *analysis, size_t incident, int reading, enum ald_axis axis, double *ret_raw, double *ret_coverage)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    *ret_raw = (double)NAN;
    *ret_coverage = 0;
    if (!measure->places || !measure->reading[reading].placed)
        return false;
    double weight = ald_axis_weight(measure->places->scales[reading], axis);
    if (weight > 0)
        *ret_raw = ald_axis_raw(analysis, measure->places->scales[reading], weight, axis, incident, ret_coverage);
    return true;
}

size_t ald_axis_signals(const struct ald_analysis *analysis, size_t incident, int reading, enum ald_axis axis, size_t *ret_told, size_t *ret_compared)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    unsigned timing = reading == ALD_START_READING ? ALD_STRUCTURAL : ALD_STRUCTURAL | ALD_LANDMARK;
    size_t all = 0;
    *ret_told = *ret_compared = 0;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_signal *signal = ald_signal_at(s);
        if (signal->axis != axis || !(signal->timing & timing) || !(ald_signal_weight(analysis->settings, signal) > 0))
            continue;
        all++;
        if (!measure->places || !measure->reading[reading].placed || !measure->places->scales[reading][s].eligible)
            continue;
        ++*ret_compared;
        *ret_told += isnan(ald_position_at(analysis, incident, reading, s)) ? 0 : 1;
    }
    return all;
}

double ald_far_from(enum ald_axis axis)
{
    return axis == ALD_COMPLEXITY ? 0.9 : 0.8;
}

double ald_share_far(const struct ald_analysis *analysis, size_t incident, int reading, enum ald_axis axis)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    return measure->places ? measure->places->beyond[reading][axis] : (double)NAN;
}

double ald_position_among_few(const struct ald_analysis *analysis, size_t incident, size_t signal)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    const struct ald_reading *reading = &measure->reading[ALD_LANDMARK_READING];
    if (!measure->places || !reading->few)
        return (double)NAN;
    return ald_scale_position(analysis, &measure->places->scales[ALD_LANDMARK_READING][signal], signal, incident);
}

double ald_position_total_at(const struct ald_analysis *analysis, size_t incident, size_t signal)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    if (!measure->places)
        return (double)NAN;
    return ald_scale_position(analysis, &measure->places->scales[ALD_LENS_TOTAL][signal], signal, incident);
}

/* ---- Explain ---- */

static int compare_comparables(const void *a, const void *b)
{
    const struct ald_comparable *x = a, *y = b;
    if (x->distance < y->distance || x->distance > y->distance)
        return x->distance < y->distance ? -1 : 1;
    return (x->incident > y->incident) - (x->incident < y->incident);
}

static void name_comparable(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_comparable *of)
{
    if (analysis->stored) {
        ald_stored_name(analysis, arena, of);
        return;
    }
    const struct ald_incident *inc = &analysis->incidents[of->incident];
    of->id = inc->id;
    of->key = inc->key;
    of->title = inc->title;
}

size_t ald_analysis_comparables(const struct ald_analysis *analysis, size_t incident, int reading, size_t max,
                                struct ald_arena *arena, struct ald_comparable **ret)
{
    const struct ald_reading *of = &ald_measure_at(analysis, incident)->reading[reading];
    *ret = NULL;
    if (of->absent)
        return 0;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_reference reference;
    struct ald_tally tally;
    struct ald_frame frame;
    struct ald_neighbourhood near;
    ald_reference_build(analysis, analysis->incidents[incident].quarter, scratch, &reference);
    ald_tally_build(analysis, &reference, 1, scratch, &tally);
    ald_frame_build(analysis, &reference, &tally, reading, 1, scratch, scratch, &frame);
    ald_neighbourhood_init(&near, &frame, scratch);
    uint32_t *members = ald_calloc(scratch, frame.n, sizeof *members);
    size_t m = ald_comparables_find(&near, of, members);
    struct ald_comparable *all = ald_calloc(scratch, m, sizeof *all);
    for (size_t i = 0; i < m; i++) {
        const struct ald_member *member = &frame.members[members[i]];
        all[i] = (struct ald_comparable){.incident = member->incident,
                                         .distance = ald_comparables_distance(&frame, of, members[i]),
                                         .duration_ms = member->duration_ms,
                                         .open = member->open};
    }
    qsort(all, m, sizeof *all, compare_comparables);
    size_t n = m < max ? m : max;
    *ret = ald_calloc(arena, n, sizeof **ret);
    for (size_t i = 0; i < n; i++) {
        (*ret)[i] = all[i];
        name_comparable(analysis, arena, &(*ret)[i]);
    }
    return n;
}
