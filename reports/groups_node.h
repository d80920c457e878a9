/* Coupling, calibration and groups: their nodes in the tree and what people see of them. */
#pragma once

#include "alidade/report.h"

/** The list coupling (a row per signal) and the object calibration (by reading) of the tree. Arena-owned. */
struct ald_node *ald_coupling_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
struct ald_node *ald_calibration_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** groups[] and funnel{}, what the groups are seen beside. */
void ald_groups_nodes(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures,
                      struct ald_node **ret_groups, struct ald_node **ret_funnel);
/** Names of the teams that are folded for a period. */
struct ald_node *ald_small_teams_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_period *period);

/** The section Services. The tree must stand. */
void ald_groups_view(struct ald_report *report, const struct ald_analysis *analysis);
/** Blocks of Data quality: can the readings be trusted, and which signals merely grow with time? */
void ald_calibration_view(struct ald_report *report, struct ald_section *section);
