/* See percentile.h. Knows readings, not how they were made. */
#include "percentile.h"

bool ald_percentile_of(const struct ald_analysis *analysis, size_t incident, double *ret)
{
    const struct ald_reading *reading = &ald_measure_at(analysis, incident)->reading[ALD_START_READING];
    if (reading->absent)
        return false;
    double m = (double)reading->m;
    *ret = reading->has_percentile ? reading->percentile : (m * (1 - reading->s / 2) + 0.5) / (m + 1);
    return true;
}
