/* Rows of a table by the id that links to them carry: what every format that links from row to row shares. */
#pragma once

#include "alidade/report.h"

struct ald_anchors;
/** Of the first n rows of a table that has an anchor. Arena-owned. */
struct ald_anchors *ald_anchors_of(struct ald_arena *a, const struct ald_report *report, const struct ald_table *table, size_t n);
/** The first row with this id; SIZE_MAX when there is none. */
size_t ald_anchors_find(const struct ald_anchors *anchors, const char *id);

/** The section and the id that a column's link "#SECTION:PATH" names in this row; false for other links and without an id. */
bool ald_anchor_at(struct ald_arena *scratch, const struct ald_column *column, const struct ald_node *row, const char **ret_section,
                   const char **ret_id);
/** The first table of a section that has an anchor and rows; NULL when there is none. */
const struct ald_table *ald_anchored_table(const struct ald_report *report, const struct ald_section *section);
