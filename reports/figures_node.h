/* Figures of a period as nodes of the tree. */
#pragma once

#include "alidade/report.h"

struct ald_node *ald_clocks_node(struct ald_arena *a, const struct ald_figures *figures);
struct ald_node *ald_population_node(struct ald_arena *a, const struct ald_figures *figures);
struct ald_node *ald_counts_node(struct ald_arena *a, const struct ald_figures *figures);
struct ald_node *ald_reading_counts_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** [low, high] in units, or absent with its reason. */
struct ald_node *ald_interval_node(struct ald_arena *a, const struct ald_interval *ci, double unit);
