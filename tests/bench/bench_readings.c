/* How long readings take and how much memory: REFERENCE incidents in the eight quarters before, READ in the quarter
 * that is read. Prints time, and the peak of the process beside what the incidents themselves take. Not part of the
 * test run:
 *
 *     meson test --benchmark -C build     or     bench_readings [REFERENCE READ [LEVELS]]
 *
 * LEVELS: different values of a signal; few make ties, which are the hard case of nearest neighbours with all ties. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "alidade/analysis.h"
#include "alidade/rng.h"
#include "analysis/observations.h"
#include "analysis/readings.h"

#define DAYS_BEFORE 730

static double now_s(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double peak_mb(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static double normal(struct ald_rng *rng)
{
    return sqrt(-2 * log(1 - ald_rng_unit(rng))) * cos(2 * acos(-1.0) * ald_rng_unit(rng));
}

static void fill_incident(struct ald_analysis *a, size_t i, int64_t start, struct ald_rng *rng)
{
    struct ald_incident *inc = &a->incidents[i];
    struct ald_span *span = ald_alloc(a->arena, sizeof *span);
    int64_t length = 1 + (int64_t)(3 * ALD_HOUR_MS * exp(1.2 * normal(rng)));
    *span = (struct ald_span){start, start + length};
    inc->id = "bench";
    inc->started_at = start;
    inc->moments = ald_no_moments; /* a record's in earnest; readings ask for none of a resolved incident */
    inc->landmark_at = start + a->settings->landmark_ms;
    inc->quarter = ald_quarter_of(&a->calendar, start);
    inc->state = ALD_STATE_RESOLVED;
    inc->duration_ms = length;
    inc->spans = span;
    inc->spans_n = 1;
}

static void observe(struct ald_analysis *a, size_t incident, unsigned levels, struct ald_rng *rng)
{
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        unsigned timing = ald_signal_at(s)->timing;
        if (timing == ALD_HINDSIGHT || ald_rng_below(rng, 20) == 0)
            continue;
        double value = (double)ald_rng_below(rng, levels);
        const struct ald_obs obs = {.has_total = true,
                                    .has = {(timing & ALD_STRUCTURAL) != 0, true},
                                    .total = value,
                                    .axis_value = {value, value}};
        ald_observe(a->observations, incident, s, &obs);
    }
}

int main(int argc, char **argv)
{
    size_t reference = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 1000000;
    size_t to_read = argc > 2 ? (size_t)strtoull(argv[2], NULL, 10) : 100000;
    unsigned levels = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1000;
    if (reference < 1 || to_read < 1 || levels < 1)
        return 2;
    struct ald_err err;
    struct ald_zone *zone = NULL;
    struct ald_settings settings = {.lookback_quarters = 8, .landmark_ms = ALD_HOUR_MS, .resamples = 1000};
    if (ald_zone_load("UTC", &zone, &err) != ALD_OK)
        return 1;
    int64_t quarter = ald_days_from_civil(2026, 7, 1) * ALD_DAY_MS;
    struct ald_analysis a = {.arena = ald_arena_new(),
                             .settings = &settings,
                             .zone = zone,
                             .calendar = {zone, 1, true},
                             .as_of = quarter + 200 * ALD_DAY_MS,
                             .incidents_n = reference + to_read};
    struct ald_rng rng;
    ald_rng_init(&rng, 1);
    a.incidents = ald_calloc(a.arena, a.incidents_n, sizeof *a.incidents);
    a.observations = ald_observations_new(a.arena, a.incidents_n);
    a.readings = ald_readings_new(a.arena, a.incidents_n);
    for (size_t i = 0; i < a.incidents_n; i++) { /* by start */
        int64_t start = i < reference
                            ? quarter - DAYS_BEFORE * ALD_DAY_MS +
                                  (int64_t)((double)i / (double)reference * DAYS_BEFORE * ALD_DAY_MS)
                            : quarter + (int64_t)((double)(i - reference) / (double)to_read * 90 * ALD_DAY_MS);
        fill_incident(&a, i, start, &rng);
        observe(&a, i, levels, &rng);
    }
    double before_mb = peak_mb(), wall = now_s(), cpu = cpu_s();
    ald_readings_make(&a, reference, 0);
    wall = now_s() - wall;
    cpu = cpu_s() - cpu;
    double sum = 0;
    size_t readings = 0;
    for (size_t i = reference; i < a.incidents_n; i++)
        for (int r = 0; r < ALD_READING_N; r++) {
            readings += !ald_measure_at(&a, i)->reading[r].absent;
            sum += ald_measure_at(&a, i)->reading[r].has_percentile ? ald_measure_at(&a, i)->reading[r].percentile : 0;
        }
    printf("%zu reference incidents, %zu to read, %u levels: %zu readings in %.2f s (processor %.2f s); peak %.0f MB, "
           "of which "
           "%.0f MB are the incidents and their observations; sum of percentiles %.9g\n",
           reference, to_read, levels, readings, wall, cpu, peak_mb(), before_mb, sum);
    ald_measures_drop(&a);
    ald_arena_free(a.arena);
    ald_zone_free(zone);
    return 0;
}
