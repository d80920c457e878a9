/* Figures of a period as nodes of the tree. */
#pragma once

#include "alidade/change.h"
#include "alidade/report.h"

/** Members of the tree: clocks, population, counts, readings by corner. Arena-owned. */
struct ald_node *ald_clocks_node(struct ald_arena *a, const struct ald_figures *figures);
struct ald_node *ald_population_node(struct ald_arena *a, const struct ald_figures *figures);
struct ald_node *ald_counts_node(struct ald_arena *a, const struct ald_figures *figures);
/** usual: how earlier ones stood. */
struct ald_node *ald_reading_counts_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures,
                                         const struct ald_usual *usual);
