/* Concentration (METHODS 5): how much of all time to resolve the longest incidents of a period hold. */
#include "alidade/change.h"

#include "summaries.h"

enum { LEAST = 10 };

/* Durations of the clock, ascending. */
static double *durations(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *a,
                         size_t *ret_n, double *ret_all)
{
    double *sorted = ald_calloc(a, figures->incidents_n, sizeof *sorted);
    *ret_n = 0;
    *ret_all = 0;
    for (size_t i = 0; i < figures->incidents_n; i++) {
        int64_t ms = ald_clock_of(&analysis->incidents[figures->incidents[i]], ALD_CLOCK_RESOLVE);
        if (ms != ALD_TIME_NONE)
            sorted[(*ret_n)++] = (double)ms;
    }
    ald_sort_doubles(sorted, *ret_n);
    for (size_t i = 0; i < *ret_n; i++)
        *ret_all += sorted[i];
    return sorted;
}

void ald_concentration_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                            struct ald_concentration *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    double all = 0, longest = 0;
    *ret = (struct ald_concentration){.absent = "fewer than 10 incidents have this clock"};
    const double *sorted = durations(analysis, figures, scratch, &ret->n, &all);
    size_t n = ret->n, tenth = (n + 9) / 10;
    if (n < LEAST)
        return;
    ret->absent = NULL;
    for (size_t i = 1; i <= n && (i <= 3 || i <= tenth); i++) {
        longest += sorted[n - i];
        if (i == 1)
            ret->top1_share = longest / all;
        if (i == 3)
            ret->top3_share = longest / all;
        if (i == tenth)
            ret->top10pct_share = longest / all;
    }
    ret->mean_without_longest_ms = (all - sorted[n - 1]) / (double)(n - 1);
}

size_t ald_concentration_curve(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                               struct ald_concentration_point **ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    double all = 0, longest = 0;
    size_t n = 0, at = 0, one_by_one = 12, more = 48;
    const double *sorted = durations(analysis, figures, scratch, &n, &all);
    struct ald_concentration_point *points = ald_calloc(arena, one_by_one + more + 3, sizeof *points);
    *ret = points;
    if (n < LEAST)
        return 0;
    points[at++] = (struct ald_concentration_point){0, 0};
    size_t step = (n + more - 1) / more;
    for (size_t i = 1; i <= n; i++) {
        longest += sorted[n - i];
        if (i <= one_by_one || i == n || i % step == 0)
            points[at++] = (struct ald_concentration_point){i, longest / all};
    }
    return at;
}
