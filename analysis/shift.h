/* Mean percentile of incidents among their comparables, with an interval that knows that weeks cluster and that
 * comparables are themselves a sample (METHODS 5 "Adjusted shift"). Private to analysis. */
#pragma once

#include "alidade/change.h"
#include "standing.h"

/** The incidents as they stood, in order of start. Weeks are those of the period. usual: what the reading that would be shown of each says is
 *  added to it, on the way; NULL: nobody asks. */
void ald_shift_fill(const struct ald_analysis *analysis, const struct ald_period *period,
                    const struct ald_standing *standing, struct ald_shift *ret, struct ald_usual *usual);
