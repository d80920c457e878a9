/* The charts that reports share: views over the tree of a period, for every kind and format. The tree must stand. */
#pragma once

#include "view.h"

/** Complexity against blast radius; where fewer than five incidents have both, or most share one blast radius (a line is no picture),
 *  complexity against the time to resolve. */
void ald_charts_scatter(struct ald_report *report, struct ald_section *section);
/** Whether any incident of the period has a reading. Charts of readings are left out where none has: sentences say so and how long. */
bool ald_charts_any_reading(const struct ald_report *report);
/** True where the scatter shows blast radius. */
bool ald_charts_both_axes(const struct ald_report *report);
/** Every incident by its start and its time to resolve (logarithmic), with the band of its comparables. */
void ald_charts_durations(struct ald_report *report, struct ald_section *section);
/** Incidents of this period and of those before, with the band in which a count is no surprise. */
void ald_charts_counts(struct ald_report *report, struct ald_section *section);
/** Fiscal quarters at the same age: median with its interval. */
void ald_charts_medians(struct ald_report *report, struct ald_section *section);
/** Fiscal quarters at the same age: mean percentile among comparable past incidents with its interval. */
void ald_charts_percentiles(struct ald_report *report, struct ald_section *section);
/** Groups of a kind ("service", "team") by their number of incidents, within both limits. */
void ald_charts_funnel(struct ald_report *report, struct ald_section *section, bool services);
/** How much of all time the longest incidents hold. */
void ald_charts_concentration(struct ald_report *report, struct ald_section *section);
