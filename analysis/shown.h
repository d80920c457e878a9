/* The reading that reports show of an incident. Private to analysis. */
#pragma once

#include <math.h>

#include "alidade/analysis.h"

/** NULL: no reading is shown. Stands until readings are dropped. */
static inline const struct ald_reading *ald_reading_shown(const struct ald_analysis *analysis, size_t incident)
{
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    return measure->shown < 0 ? NULL : &measure->reading[measure->shown];
}

/** Position of a signal in the reading that reports show; false where there is none. */
static inline bool ald_shown_position(const struct ald_analysis *analysis, size_t incident, size_t signal, double *ret)
{
    int shown = ald_measure_at(analysis, incident)->shown;
    double position = shown < 0 ? (double)NAN : ald_position_at(analysis, incident, shown, signal);
    if (isnan(position))
        return false;
    *ret = position;
    return true;
}
