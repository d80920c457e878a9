/* Mean percentile of incidents among their comparables, with an interval that knows that weeks cluster and that
 * comparables are themselves a sample (METHODS 5 "Adjusted shift"). Private to analysis. */
#pragma once

#include "alidade/change.h"
#include "standing.h"

/** The incidents as they stood, in order of start. Weeks are those of the period. */
void ald_shift_fill(const struct ald_analysis *analysis, const struct ald_period *period,
                    const struct ald_standing *standing, struct ald_shift *ret);
