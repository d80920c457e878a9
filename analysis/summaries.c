/* Counts beside earlier slices and clocks with their intervals (METHODS 5). Works on incidents in memory. */
#include "summaries.h"

#include <math.h>
#include <stdlib.h>

#include "alidade/told.h"
#include "positions.h"
#include "resample.h"

#define Z975 1.959964
enum { MEAN_LEAST = 100, SLICES_LEAST = 4, UNTOLD_MOST = 5 /* one in so many */ };

void ald_started_between(const struct ald_analysis *analysis, int64_t from, int64_t to, size_t *ret_first,
                         size_t *ret_last)
{
    *ret_first = ald_first_from(analysis, from);
    size_t last = ald_first_from(analysis, to);
    *ret_last = last > *ret_first ? last : *ret_first;
}

/* ---- Clocks ---- */

int64_t ald_clock_of(const struct ald_incident *inc, int clock)
{
    switch (clock) {
    case ALD_CLOCK_RESOLVE:
        return inc->duration_ms;
    case ALD_CLOCK_ACKNOWLEDGE:
        return inc->acknowledge_ms;
    case ALD_CLOCK_DETECT:
        return ald_detect_ms(inc);
    default:
        return ald_mitigate_ms(inc);
    }
}

/* Sorted values of a clock, what they were computed from, and their weeks. */
struct clock_values {
    double *sorted;
    struct ald_seed_line *lines;
    size_t n;
    struct ald_week *sums, *logs; /* weeks with data only */
    size_t weeks;
};

static int64_t last_week(const struct ald_period *period)
{
    return (period->end_day - period->start_day - 1) / 7;
}

static void gather(const struct ald_analysis *analysis, const struct ald_period *period, int clock,
                   const uint32_t *incidents, size_t n, struct ald_arena *scratch, struct clock_values *ret)
{
    size_t all_weeks = (size_t)last_week(period) + 1;
    *ret = (struct clock_values){.sorted = ald_calloc(scratch, n, sizeof *ret->sorted),
                                 .lines = ald_calloc(scratch, n, sizeof *ret->lines),
                                 .sums = ald_calloc(scratch, all_weeks, sizeof *ret->sums),
                                 .logs = ald_calloc(scratch, all_weeks, sizeof *ret->logs)};
    for (size_t i = 0; i < n; i++) {
        const struct ald_incident *inc = &analysis->incidents[incidents[i]];
        int64_t ms = ald_clock_of(inc, clock);
        if (ms == ALD_TIME_NONE)
            continue;
        size_t week = (size_t)ald_period_week(&analysis->calendar, period, inc->started_at);
        ret->sums[week].n++;
        ret->logs[week].n++;
        ret->sums[week].sum += (double)ms;
        ret->logs[week].sum += ms > 0 ? log((double)ms) : 0; /* only resolve uses logs, and is never 0 */
        ret->lines[ret->n] = (struct ald_seed_line){.id = inc->id, .duration_ms = ms};
        ret->sorted[ret->n++] = (double)ms;
    }
    ald_sort_doubles(ret->sorted, ret->n);
    for (size_t week = 0; week < all_weeks; week++) {
        if (ret->sums[week].n == 0)
            continue;
        ret->sums[ret->weeks] = ret->sums[week];
        ret->logs[ret->weeks++] = ret->logs[week];
    }
}

static struct ald_interval order_interval(const double *sorted, size_t n, double q)
{
    size_t l = 0, u = 0;
    if (!ald_order_interval(n, q, &l, &u))
        return (struct ald_interval){.absent = "too few for an interval"};
    return (struct ald_interval){.has = true, .low = sorted[l - 1], .high = sorted[u - 1]};
}

static void fill_km(const struct ald_analysis *analysis, const uint32_t *incidents, size_t n, struct ald_arena *scratch,
                    struct ald_clock_summary *ret)
{
    double *times = ald_calloc(scratch, n, sizeof *times);
    bool *open = ald_calloc(scratch, n, sizeof *open);
    size_t *order = ald_calloc(scratch, n, sizeof *order), used = 0;
    struct ald_km km = {.steps = ald_calloc(scratch, n, sizeof *km.steps)};
    for (size_t i = 0; i < n; i++) {
        const struct ald_incident *inc = &analysis->incidents[incidents[i]];
        int64_t open_for_ms = ald_open_for_ms(analysis, inc);
        bool is_open = open_for_ms != ALD_TIME_NONE;
        if (!is_open && inc->duration_ms == ALD_TIME_NONE)
            continue;
        open[used] = is_open;
        times[used++] = (double)(is_open ? open_for_ms : inc->duration_ms);
    }
    ald_km_fit(times, open, used, order, &km);
    ret->has_km = ald_km_median(&km, &ret->km_median_ms);
}

static void fill_means(const struct ald_analysis *analysis, const struct ald_period *period,
                       const struct clock_values *values, struct ald_arena *scratch, struct ald_clock_summary *ret)
{
    struct ald_seed_text *seeds = ald_seed_text(scratch, period->label, values->lines, values->n);
    int resamples = analysis->settings->resamples;
    double logs = 0;
    for (size_t i = 0; i < values->n; i++)
        logs += log(values->sorted[i]);
    ret->has_geometric = ret->has_mean = true;
    ret->geometric_mean_ms = exp(logs / (double)values->n);
    ret->mean_ms = ald_mean(values->sorted, values->n);
    uint64_t seed = ald_resample_seed(seeds, "clocks.resolve.geometric_mean");
    ret->geometric_ci = ald_resample_weeks(values->logs, values->weeks, ALD_MEAN_OF_LOGS, resamples, seed);
    if (values->n < MEAN_LEAST) {
        ret->mean_ci = (struct ald_interval){.absent = "too few to bound a mean: one incident decides it"};
        return;
    }
    seed = ald_resample_seed(seeds, "clocks.resolve.mean");
    ret->mean_ci = ald_resample_weeks(values->sums, values->weeks, ALD_LOG_OF_MEAN, resamples, seed);
}

void ald_clock_summarise(const struct ald_analysis *analysis, const struct ald_period *period, int clock,
                         const uint32_t *incidents, size_t n, struct ald_clock_summary *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct clock_values values;
    gather(analysis, period, clock, incidents, n, scratch, &values);
    struct ald_interval none = {.absent = "no incident of the period records both of its moments"}, not_given = {.absent = "not computed for this clock"};
    bool resolve = clock == ALD_CLOCK_RESOLVE;
    *ret = (struct ald_clock_summary){.n = values.n, .weeks = values.weeks, .median_ci = none, .p90_ci = none};
    ret->geometric_ci = ret->mean_ci = resolve ? none : not_given;
    if (resolve) {
        for (size_t i = 0; i < n; i++)
            ret->open += analysis->incidents[incidents[i]].state == ALD_OPEN;
        fill_km(analysis, incidents, n, scratch, ret);
    }
    if (values.n == 0)
        return;
    ret->has_median = ret->has_p90 = true;
    ret->median_ms = ald_quantile7(values.sorted, values.n, 0.5);
    ret->p90_ms = ald_quantile7(values.sorted, values.n, 0.9);
    ret->median_ci = order_interval(values.sorted, values.n, 0.5);
    ret->p90_ci = order_interval(values.sorted, values.n, 0.9);
    if (resolve)
        fill_means(analysis, period, &values, scratch, ret);
}

/* ---- Counts ---- */

static size_t count_incidents(const struct ald_analysis *analysis, int64_t from, int64_t to)
{
    size_t first = 0, last = 0, n = 0;
    ald_started_between(analysis, from, to, &first, &last);
    for (size_t i = first; i < last; i++)
        n += analysis->incidents[i].cls == ALD_INCIDENT;
    return n;
}

void ald_count_band(const double *n, size_t k, struct ald_interval *ret)
{
    *ret = (struct ald_interval){.has = false, .absent = "not enough history: fewer than 4 earlier periods of this length begin after the first record"};
    if (k < SLICES_LEAST)
        return;
    double mean = ald_mean(n, k), variance = ald_variance(n, k), q = Z975, slices = (double)k;
    if (variance > mean)
        q = ald_student_t_quantile(0.975, slices - 1);
    double half = q * sqrt(fmax(variance, mean) * (1 + 1 / slices));
    *ret = (struct ald_interval){.has = true, .low = fmax(0, floor(mean - half)), .high = ceil(mean + half)};
}

static void fill_band(struct ald_counts *counts, struct ald_arena *arena)
{
    struct ald_interval band;
    double *n = ald_calloc(arena, counts->past_n, sizeof *n);
    for (size_t i = 0; counts->past && i < counts->past_n; i++)
        n[i] = (double)counts->past[i].n;
    ald_count_band(n, counts->past_n, &band);
    counts->has_band = true;
    counts->lower = band.low;
    counts->upper = band.high;
    double current = (double)counts->current;
    counts->verdict = current < counts->lower   ? "fewer than usual"
                      : current > counts->upper ? "more than usual"
                                                : "about as many as usual";
}

/* Of the incidents that the period counts: since when there is somebody to tell of such. */
struct known {
    const struct ald_told_source **by;
    size_t n;
};

static void fill_known(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena, struct known *ret,
                       struct ald_counts *counts)
{
    struct ald_told *told = ald_alloc(arena, sizeof *told);
    int64_t end = period->end <= analysis->as_of ? period->end : analysis->as_of + 1;
    size_t first = 0, last = 0;
    ald_started_between(analysis, period->start, end, &first, &last);
    ald_told_fill(analysis, first, last, arena, told);
    counts->told = told;
    *ret = (struct known){.by = ald_calloc(arena, last - first, sizeof *ret->by)};
    for (size_t i = first; i < last; i++)
        if (analysis->incidents[i].cls == ALD_INCIDENT && (ret->by[ret->n] = ald_told_by(told, analysis, i)))
            ret->n++;
}

/* Whether a slice that begins then would lack, for want of somebody to tell of them, more than a fifth of what is counted now. */
static bool too_early(const struct known *known, int64_t start)
{
    size_t untold = 0;
    for (size_t i = 0; i < known->n; i++)
        untold += known->by[i]->since >= start;
    return untold * UNTOLD_MOST > known->n;
}

void ald_counts_fill(const struct ald_analysis *analysis, const struct ald_period *period, size_t current,
                     struct ald_arena *arena, struct ald_counts *ret)
{
    *ret = (struct ald_counts){.current = current, .untold_from = ALD_TIME_NONE};
    int64_t begin = analysis->incidents_n > 0 ? analysis->incidents[0].started_at : ALD_TIME_NONE;
    int64_t age = analysis->as_of - period->start;
    if (age < 0) {
        ret->verdict = "the period has not begun";
        return;
    }
    int64_t oldest = ald_lookback_start_day(period->start_day, analysis->settings->lookback_quarters);
    struct ald_count_slice *past = NULL;
    struct known known;
    size_t cap = 0;
    fill_known(analysis, period, arena, &known, ret);
    for (int i = 1; begin != ALD_TIME_NONE; i++) {
        struct ald_period slice;
        ald_period_slice(&analysis->calendar, period, i, &slice);
        /* A slice that is cut short by the lookback holds fewer for that reason alone: it is no yardstick. */
        if (slice.start_day < oldest || slice.start <= begin)
            break;
        if (too_early(&known, slice.start)) {
            ret->untold_from = slice.start;
            break;
        }
        ald_period_name(arena, &analysis->calendar, &slice);
        int64_t end = slice.end;
        if (analysis->as_of < period->end && slice.start + age < end)
            end = slice.start + age;
        past = ald_grow(arena, past, ret->past_n, &cap, sizeof *past);
        past[ret->past_n++] = (struct ald_count_slice){.label = slice.label,
                                                       .n = count_incidents(analysis, slice.start, end),
                                                       .start = slice.start,
                                                       .end = slice.end,
                                                       .counted_end = end};
    }
    ret->past = past;
    if (ret->past_n >= SLICES_LEAST)
        fill_band(ret, arena);
    else
        ret->verdict = ald_sprintf(arena, "not enough history: %zu earlier period%s of this length, 4 are needed", ret->past_n, ret->past_n == 1 ? "" : "s");
}

int ald_counts_beyond_all(const struct ald_counts *counts)
{
    bool above = counts->past_n > 0, below = above;
    for (size_t i = 0; i < counts->past_n; i++) {
        above = above && counts->current > counts->past[i].n;
        below = below && counts->current < counts->past[i].n;
    }
    return above ? 1 : below ? -1 : 0;
}
