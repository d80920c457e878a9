/* Concentration (METHODS 5): how much of all time to resolve the longest incidents of a period hold. */
#include "alidade/change.h"

#include "summaries.h"

enum { LEAST = 10 };

void ald_concentration_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                            struct ald_concentration *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    double *sorted = ald_calloc(scratch, figures->incidents_n, sizeof *sorted), all = 0, longest = 0;
    *ret = (struct ald_concentration){.absent = "fewer than 10 incidents have this clock"};
    for (size_t i = 0; i < figures->incidents_n; i++) {
        int64_t ms = ald_clock_of(&analysis->incidents[figures->incidents[i]], ALD_CLOCK_RESOLVE);
        if (ms != ALD_TIME_NONE)
            sorted[ret->n++] = (double)ms;
    }
    size_t n = ret->n, tenth = (n + 9) / 10;
    if (n < LEAST)
        return;
    ret->absent = NULL;
    ald_sort_doubles(sorted, n);
    for (size_t i = 0; i < n; i++)
        all += sorted[i];
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
