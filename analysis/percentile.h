/* Where an incident's duration stands among its comparables, open ones too (METHODS 5). Private to analysis. */
#pragma once

#include "alidade/analysis.h"

/** The percentile of an incident's start reading, for every mean percentile (shift, trend, groups): for a resolved one the
 *  reading's own; for an open one (m*(1 - S(t)/2) + 0.5)/(m+1), t its time so far: its expected place, given that it lasts
 *  longer. @return false without a start reading. */
bool ald_percentile_of(const struct ald_analysis *analysis, size_t incident, double *ret);
