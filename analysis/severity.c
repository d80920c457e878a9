/* Severity (METHODS 5): whether declared severity says anything about duration. The order is the configured one or the
 * source's rank; it is never guessed from a label. */
#include <math.h>

#include "alidade/change.h"
#include "summaries.h"

#define Z975 1.959964
#define LITTLE 0.2
#define SURE 1e-12 /* a perfect order has no interval by Fisher's transformation */
enum { LEAST = 4 };

/* Standard error of atanh(rho) by Bonett and Wright (2000). */
static struct ald_interval interval_of(double rho, size_t n)
{
    if (n < LEAST)
        return (struct ald_interval){.absent = "fewer than 4 incidents with a rank of severity"};
    if (1 - fabs(rho) < SURE)
        return (struct ald_interval){.absent = "the order is perfect: it has no interval by this formula"};
    double half = Z975 * sqrt((1 + rho * rho / 2) / ((double)n - 3));
    return (struct ald_interval){.has = true, .low = tanh(atanh(rho) - half), .high = tanh(atanh(rho) + half)};
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
