/* The quarterly report in two halves: the tree (figures) and the views (what people see). */
#pragma once

#include "alidade/report.h"
#include "gathered.h"

/** Everything of the tree, from the analysis and the store; *ret (what was gathered) is what the tree stands on. */
ALD_CHECK enum ald_rc ald_quarterly_tree(const struct ald_report_input *in, struct ald_report *report, const struct ald_quarterly **ret,
                                         struct ald_err *err);
void ald_quarterly_views(const struct ald_report_input *in, struct ald_report *report);
/** The sentences of the summary, most important first; each carries its uncertainty. NULL-terminated, arena-owned. */
const char *const *ald_quarterly_sentences(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures,
                                           const struct ald_changes *changes);
/** How long until incidents can be compared with earlier ones, where none can yet: a sentence. Arena-owned. */
const char *ald_until_readings(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** What is in none of the times, and why; what was counted apart. NULL-terminated, arena-owned. */
const char *const *ald_quarterly_left_out(struct ald_arena *a, const struct ald_figures *figures);
/** " 12 are told by nothing but status (since 3 May 2026): ..." where sources that began within the baseline make a count differ from
 *  those before, or where earlier periods are not counted for that; else "". Arena-owned. */
const char *ald_late_sources(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** "12 are told by nothing but status (since 3 May 2026)": why earlier periods are not counted; NULL: not for that. Arena-owned. */
const char *ald_untold_sources(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
