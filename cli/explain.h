/* The parts of explain's text. */
#pragma once

#include "alidade/report.h"

/** Each prints its part of one incident to standard output; incident is a number of analysis->incidents. This one: key, title,
 *  sources, class. */
void ald_explain_head(const struct ald_analysis *analysis, size_t incident);
/** What people decided about it, as ald_decisions_node gives it. */
void ald_explain_decisions(struct ald_arena *arena, const struct ald_node *decisions);
/** Records that could tell of the same happening, but not surely enough; nothing when there are none. */
void ald_explain_suggestions(const struct ald_analysis *analysis, size_t incident);
void ald_explain_times(const struct ald_analysis *analysis, size_t incident);
void ald_explain_signals(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
void ald_explain_patterns(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
void ald_explain_readings(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
