/* Severity (METHODS 5): whether declared severity says anything about duration. The order is the configured one or the
 * source's rank; it is never guessed from a label. */
#include "alidade/change.h"
#include "alidade/stats.h"
#include "summaries.h"

#define LITTLE 0.2
enum { LEAST = 4 };

static struct ald_interval interval_of(double rho, size_t n)
{
    struct ald_interval ret = {.absent = n < LEAST ? "fewer than 4 incidents with a rank of severity"
                                                   : "the order is perfect: it has no interval by this formula"};
    ret.has = ald_spearman_interval(rho, n, &ret.low, &ret.high);
    return ret;
}

static const char *verdict_of(double rho, const struct ald_interval *interval)
{
    if (!interval->has)
        return NULL;
    if (interval->low >= -LITTLE && interval->high <= LITTLE)
        return "tells next to nothing about duration here";
    if (interval->low > 0 || interval->high < 0)
        return rho > 0 ? "longer when more severe" : "shorter when more severe";
    return "too few to say";
}

void ald_severity_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_severity *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    double *severe = ald_calloc(scratch, figures->incidents_n, sizeof *severe);
    double *durations = ald_calloc(scratch, figures->incidents_n, sizeof *durations);
    *ret = (struct ald_severity){.n = 0};
    for (size_t i = 0; i < figures->incidents_n; i++) {
        const struct ald_incident *inc = &analysis->incidents[figures->incidents[i]];
        if (inc->severity_rank < 1 || inc->duration_ms == ALD_TIME_NONE)
            continue;
        severe[ret->n] = -(double)inc->severity_rank; /* rank 1 is the most severe */
        durations[ret->n++] = (double)inc->duration_ms;
    }
    if (!ald_spearman(severe, durations, ret->n, &ret->spearman)) {
        ret->absent = ret->n == 0  ? "no incident of the period has a rank of severity and this clock"
                      : ret->n < 3 ? "fewer than 3 incidents with a rank of severity"
                                   : "all of them have the same severity, or the same duration";
        ret->interval.absent = ret->absent;
        return;
    }
    ret->interval = interval_of(ret->spearman, ret->n);
    ret->verdict = verdict_of(ret->spearman, &ret->interval);
}
