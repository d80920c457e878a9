/* Learning, capacity, exercises and stories as nodes of the tree, and the sections that show them. */
#pragma once

#include "alidade/capacity.h"
#include "alidade/learning.h"
#include "alidade/report.h"
#include "alidade/stories.h"

/** What of it needs no reading of the period. */
struct ald_capacity_nodes {
    struct ald_node *exercises, *capacity;
};
void ald_capacity_nodes(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures,
                        struct ald_capacity_nodes *ret);
/** Sets exercises, capacity, practice and learning. */
void ald_learning_nodes(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *analysis, const struct ald_figures *figures,
                        const struct ald_remembered *remembered, const struct ald_capacity_nodes *capacity);
/** The member stories. What it reads of all history is gone afterwards. */
struct ald_node *ald_stories_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_remembered *remembered);
/** Sets read_in_full. */
void ald_read_in_full_node(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *analysis,
                           const struct ald_figures *figures, const struct ald_remembered *remembered);

/** Sections of the workbook and the page; each reads the tree alone. */
void ald_learning_view(struct ald_report *report);
void ald_capacity_view(struct ald_report *report);
void ald_stories_view(struct ald_report *report);
