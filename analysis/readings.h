/* Fills positions, readings, shown and corner of every measure from the observations. Private to analysis. */
#pragma once

#include "alidade/analysis.h"

/** Needs calendar, settings, as_of, incidents (sorted by start) and measures[].obs; texts go into analysis->arena. */
void ald_readings_all(struct ald_analysis *analysis);
