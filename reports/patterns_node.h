/* Patterns in the tree and in the views. */
#pragma once

#include "alidade/report.h"

/** incidents[].patterns: also in exports and explain. */
struct ald_node *ald_matches_node(struct ald_arena *a, const struct ald_analysis *analysis, size_t incident);
/** patterns[], widest{}, without_text and quotes[] of the root. */
void ald_patterns_nodes(struct ald_report *report, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** The section Patterns. The tree must stand. */
void ald_patterns_view(struct ald_report *report, const struct ald_analysis *analysis);
