/* The leadership report: what leaders ask about a period, answered in plain words from its figures. */
#pragma once

#include "alidade/report.h"
#include "change_node.h"

/** Adds hard{}, customers{}, recurring[], read_in_full[], what stands out by name and answers[] to the tree of the period, which must stand. */
void ald_leadership_tree(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures,
                         const struct ald_changes *changes);
/** Adds open_and_longest[], open_now, open_from_before, severities[] and most_severe[]: what readers ask for by name. */
void ald_standouts_nodes(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** hard{}: how many were hard, how many reached far, of how many, and by which reading. */
struct ald_node *ald_hard_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
/** What is said of it, by the tree. The first sentence tells how they stand beside comparable ones. */
const char *const *ald_leadership_hard(struct ald_arena *a, const struct ald_node *root, const struct ald_analysis *analysis, const struct ald_figures *figures,
                                       const struct ald_changes *changes);
/** How far comparing is to be believed in this period, by its calibration; NULL: as far as it says. */
const char *ald_leadership_skill(struct ald_arena *a, const struct ald_node *root, const struct ald_settings *settings);
const char *ald_leadership_bands(struct ald_arena *a, const struct ald_node *root, const struct ald_settings *settings);
const char *ald_leadership_wide(struct ald_arena *a, const struct ald_node *root);
/** Whether clearly more were over sooner, or took longer, than comparable ones than is usual. */
bool ald_leadership_unusual(const struct ald_node *root);
/** The row of recurring[] whose title is so common, once numbers are left out of it, that a title tells nothing of what came again; NULL. */
const struct ald_node *ald_leadership_one_title(const struct ald_node *root);
/** Sentences of one question, most important first; NULL-terminated, arena-owned. The first one stands alone. */
struct ald_answer {
    const char *id, *question;
    const char *const *sentences;
    int strong; /* which of them stands out, from 0; -1: none does */
};
#define ALD_ANSWERS 10
void ald_leadership_answers(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures,
                            const struct ald_changes *changes, struct ald_answer ret[ALD_ANSWERS]);
void ald_leadership_views(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures);
