/* Counts and clocks of a period. Private to analysis; part of ald_analysis_figures. */
#pragma once

#include "alidade/analysis.h"

/** The incidents that started in [from, to) lie at [*ret_first, *ret_last) of analysis->incidents (all classes). */
void ald_started_between(const struct ald_analysis *analysis, int64_t from, int64_t to, size_t *ret_first,
                         size_t *ret_last);
/** The duration of one clock in ms, or ALD_TIME_NONE. */
int64_t ald_clock_of(const struct ald_incident *inc, int clock);
/** pairs.c: fills pairs of figures whose incidents are chosen and read. */
void ald_pairs_fill(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_figures *ret);
/** A clock over these incidents (class incident, started in the period). */
void ald_clock_summarise(const struct ald_analysis *analysis, const struct ald_period *period, int clock,
                         const uint32_t *incidents, size_t n, struct ald_clock_summary *ret);
/** Within which the number of a period lies, from the k numbers of those before (METHODS 5, Count); absent below 4. */
void ald_count_band(const double *n, size_t k, struct ald_interval *ret);
/** The period's count beside the earlier slices. */
void ald_counts_fill(const struct ald_analysis *analysis, const struct ald_period *period, size_t current,
                     struct ald_arena *arena, struct ald_counts *ret);
