/* The leadership report: what leaders ask about a period, answered in plain words from its figures. */
#pragma once

#include "alidade/report.h"
#include "change_node.h"

/** Adds hard{}, customers{}, recurring[], read_in_full[], what stands out by name and answers[] to the tree of the period, which must stand. */
void ald_leadership_tree(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures,
                         const struct ald_changes *changes);
/** Adds open_and_longest[], open_now, open_from_before and severities[]: what readers ask for by name. */
void ald_standouts_nodes(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** Sentences of one question, most important first; NULL-terminated, arena-owned. The first one stands alone. */
struct ald_answer {
    const char *id, *question;
    const char *const *sentences;
};
#define ALD_ANSWERS 10
void ald_leadership_answers(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures,
                            const struct ald_changes *changes, struct ald_answer ret[ALD_ANSWERS]);
void ald_leadership_views(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures);
