/* The figures of one period: who belongs to it, how many of each class (METHODS 1, 4, 5).
 * Reads a finished analysis and changes nothing in it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "readings.h"
#include "summaries.h"

const char *ald_clock_name(int clock)
{
    static const char *const names[] = {[ALD_CLOCK_RESOLVE] = "resolve",
                                        [ALD_CLOCK_ACKNOWLEDGE] = "acknowledge",
                                        [ALD_CLOCK_DETECT] = "detect",
                                        [ALD_CLOCK_MITIGATE] = "mitigate"};
    return names[clock];
}

/* ---- Who belongs to the period ---- */

/* Was open at some time in the period, as far as as-of knows. */
static bool open_in(const struct ald_incident *inc, const struct ald_period *period)
{
    if (inc->impossible)
        return false;
    if (inc->state == ALD_END_NOT_RECORDED)
        return ald_moment_of(inc, ALD_CLOSED)->at != ALD_TIME_NONE && ald_moment_of(inc, ALD_CLOSED)->at > period->start;
    for (size_t i = 0; i < inc->spans_n && inc->spans[i].start < period->end; i++)
        if (inc->spans[i].end == ALD_TIME_NONE || inc->spans[i].end > period->start)
            return true;
    return false;
}

static void choose_incidents(const struct ald_analysis *analysis, const struct ald_period *period, size_t first,
                             size_t last, struct ald_arena *arena, struct ald_figures *ret)
{
    uint32_t *own = ald_calloc(arena, last - first, sizeof *own), *carried = NULL;
    for (size_t i = first; i < last; i++)
        if (analysis->incidents[i].cls == ALD_INCIDENT)
            own[ret->incidents_n++] = (uint32_t)i;
    size_t cap = 0;
    for (size_t i = 0; i < first && analysis->as_of >= period->start; i++) {
        if (analysis->incidents[i].cls != ALD_INCIDENT || !open_in(&analysis->incidents[i], period))
            continue;
        carried = ald_grow(arena, carried, ret->carried_over_n, &cap, sizeof *carried);
        carried[ret->carried_over_n++] = (uint32_t)i;
    }
    ret->incidents = own;
    ret->carried_over = carried;
}

static void count_population(const struct ald_analysis *analysis, const struct ald_period *period, size_t first,
                             size_t last, struct ald_figures *figures)
{
    struct ald_population *ret = &figures->population;
    size_t classes[ALD_CLASS_N] = {0};
    size_t merged = 0; /* folded groups are no incidents of their own: their parents count them */
    for (size_t i = first; i < last; i++) {
        classes[analysis->incidents[i].cls]++;
        merged += (size_t)analysis->incidents[i].merged_n;
    }
    *ret = (struct ald_population){.incidents = classes[ALD_INCIDENT],
                                   .noise = classes[ALD_NOISE],
                                   .exercises = classes[ALD_EXERCISE],
                                   .planned = classes[ALD_PLANNED],
                                   .near_misses = classes[ALD_NEAR_MISS],
                                   .merged = classes[ALD_MERGED] + merged,
                                   .carried_over = figures->carried_over_n,
                                   .unjoined_people = analysis->unjoined_people,
                                   .people = analysis->persons_n};
    for (size_t i = 0; i < figures->incidents_n; i++) {
        const struct ald_incident *inc = &analysis->incidents[figures->incidents[i]];
        ret->open += inc->state == ALD_OPEN;
        ret->end_not_recorded += inc->state == ALD_END_NOT_RECORDED;
        ret->impossible += inc->impossible;
        ret->zero_length += inc->zero_length;
        ret->entered_after += inc->entered_after;
        ret->ends_differ += inc->ends_differ;
    }
    for (size_t i = 0; i < analysis->records_n; i++) {
        const struct ald_record *record = &analysis->records[i];
        int64_t start = record->started_at;
        if (record->vendor)
            ret->vendor += start >= period->start && start < period->end && start <= analysis->as_of;
        else
            ret->records += record->incident >= first && record->incident < last;
    }
}

static void count_readings(const struct ald_analysis *analysis, struct ald_figures *ret)
{
    for (size_t i = 0; i < ret->incidents_n; i++) {
        const struct ald_measure *measure = ald_measure_at(analysis, ret->incidents[i]);
        if (measure->shown < 0) {
            ret->without_reading++;
            continue;
        }
        const struct ald_reading *reading = &measure->reading[measure->shown];
        enum ald_verdict verdict = reading->verdict;
        enum ald_side side;
        ret->shorter += verdict == ALD_SHORTER;
        ret->typical += verdict == ALD_TYPICAL;
        ret->longer += verdict == ALD_LONGER;
        ret->still_open += verdict == ALD_STILL_OPEN;
        ret->open_longer += verdict == ALD_STILL_OPEN &&
                            ald_reading_side(reading, (double)ald_read_ms(analysis, &analysis->incidents[ret->incidents[i]]), true, &side);
    }
}

/* How many were over before their landmark, and which landmark a quarter of them would not reach. */
static void fill_landmark(const struct ald_analysis *analysis, struct ald_arena *scratch, struct ald_figures *ret)
{
    double *durations = ald_calloc(scratch, ret->incidents_n, sizeof *durations);
    size_t n = 0;
    for (size_t i = 0; i < ret->incidents_n; i++) {
        const struct ald_incident *inc = &analysis->incidents[ret->incidents[i]];
        if (inc->duration_ms != ALD_TIME_NONE)
            durations[n++] = (double)inc->duration_ms;
        if (inc->landmark_at == ALD_TIME_NONE)
            continue;
        if (inc->state == ALD_OPEN) {
            ret->landmark_known += analysis->as_of > inc->landmark_at;
        } else if (inc->duration_ms != ALD_TIME_NONE && inc->spans_n > 0) {
            ret->landmark_known++;
            ret->over_before_landmark += ald_over_before_landmark(inc);
        }
    }
    ald_sort_doubles(durations, n);
    ret->first_quartile_ms = n > 0 ? ald_quantile7(durations, n, 0.25) : (double)NAN;
}

/* ---- All of it ---- */

void ald_figures_count(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena,
                       struct ald_figures *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    *ret = (struct ald_figures){.period = *period};
    int64_t end = period->end <= analysis->as_of ? period->end : analysis->as_of + 1;
    size_t first = 0, last = 0;
    ald_started_between(analysis, period->start, end, &first, &last);
    choose_incidents(analysis, period, first, last, arena, ret);
    count_population(analysis, period, first, last, ret);
    ald_counts_fill(analysis, period, ret->incidents_n, arena, &ret->counts);
    for (int clock = 0; clock < ALD_CLOCK_N; clock++)
        ald_clock_summarise(analysis, period, clock, ret->incidents, ret->incidents_n, &ret->clocks[clock]);
    fill_landmark(analysis, scratch, ret);
}

void ald_figures_read(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_figures *figures)
{
    count_readings(analysis, figures);
    ald_pairs_fill(analysis, arena, figures);
}

void ald_analysis_figures(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena,
                          struct ald_figures *ret)
{
    ald_figures_count(analysis, period, arena, ret);
    ald_figures_read(analysis, arena, ret);
}
