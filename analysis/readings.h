/* Fills positions, readings, shown and corner of every measure from the observations. Private to analysis. */
#pragma once

#include "alidade/analysis.h"

/** Needs calendar, settings, as_of, incidents (sorted by start) and measures[].obs; texts go into analysis->arena. */
void ald_readings_all(struct ald_analysis *analysis);
/** The same on so many threads, however few there are to read: the results are the same bytes. */
void ald_readings_on(struct ald_analysis *analysis, size_t threads);
/** The same for the incidents that started in one quarter only. */
void ald_readings_quarter(struct ald_analysis *analysis, int64_t quarter);
/** What a reading would say in this quarter if all of its reference (in the landmark reading: its subset) were comparables:
 *  n_ref, m and the bounds; the measure of what position adds. */
void ald_readings_whole(const struct ald_analysis *analysis, int64_t quarter, struct ald_reading ret[ALD_READING_N]);
