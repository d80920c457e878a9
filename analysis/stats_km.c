/* Kaplan-Meier (Kaplan and Meier 1958): the curve of those that are still going on, with open ones censored. */
#include "alidade/stats.h"

#include <math.h>
#include <stdlib.h>

#define NEAR 1e-9

struct by_time {
    const double *times;
    const bool *open;
};

/* Events come before censorings of the same time: one that was open at t had not ended at t. */
static int compare_times(const void *a, const void *b, void *ctx)
{
    const struct by_time *by = ctx;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (by->times[i] < by->times[j] || by->times[i] > by->times[j])
        return by->times[i] < by->times[j] ? -1 : 1;
    if (by->open[i] != by->open[j])
        return by->open[i] ? 1 : -1;
    return (i > j) - (i < j);
}

/* One pass over times that ascend; order NULL: they stand in their order already. Between two censorings the factors
 * telescope, so that the curve is s_base * left / base there: exact without open ones, however many there are. */
static void fit(const double *times, const bool *open, size_t n, const size_t *order, struct ald_km *km)
{
    double s_base = 1, s = 1;
    size_t base = n;
    km->m = n;
    km->n_steps = 0;
    for (size_t i = 0; i < n;) {
        double t = times[order ? order[i] : i];
        size_t j = i, events = 0;
        for (; j < n && !(times[order ? order[j] : j] > t); j++)
            events += !open[order ? order[j] : j];
        if (events > 0) {
            double before = s;
            s = s_base * ((double)(n - i - events) / (double)base);
            km->steps[km->n_steps++] = (struct ald_km_step){.t = t, .s_before = before, .s = s};
        }
        if (i + events < j) {
            s_base = s;
            base = n - j;
        }
        i = j;
    }
}

void ald_km_fit(const double *times, const bool *open, size_t n, size_t *order, struct ald_km *km)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    struct by_time by = {.times = times, .open = open};
    if (n > 1)
        qsort_r(order, n, sizeof *order, compare_times, &by);
    fit(times, open, n, order, km);
}

void ald_km_fit_sorted(const double *times, const bool *open, size_t n, struct ald_km *km)
{
    fit(times, open, n, NULL, km);
}

/* Number of steps with step.t < t, or <= t. */
static size_t steps_up_to(const struct ald_km *km, double t, bool or_at)
{
    size_t low = 0, high = km->n_steps;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        double at = km->steps[mid].t;
        if (at < t || (or_at && at <= t))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

double ald_km_s(const struct ald_km *km, double t)
{
    size_t i = steps_up_to(km, t, true);
    return i ? km->steps[i - 1].s : 1;
}

double ald_km_s_minus(const struct ald_km *km, double t)
{
    size_t i = steps_up_to(km, t, false);
    return i ? km->steps[i - 1].s : 1;
}

bool ald_km_median(const struct ald_km *km, double *ret)
{
    for (size_t i = 0; i < km->n_steps; i++) {
        if (km->steps[i].s > 0.5 + NEAR)
            continue;
        bool flat = fabs(km->steps[i].s - 0.5) <= NEAR && i + 1 < km->n_steps;
        *ret = flat ? (km->steps[i].t + km->steps[i + 1].t) / 2 : km->steps[i].t;
        return true;
    }
    return false;
}

bool ald_km_reach(const struct ald_km *km, double want, double *ret)
{
    size_t low = 0, high = km->n_steps; /* the curve only falls */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((double)km->m * (1 - km->steps[mid].s) >= want - NEAR)
            high = mid;
        else
            low = mid + 1;
    }
    if (low == km->n_steps)
        return false;
    *ret = km->steps[low].t;
    return true;
}
