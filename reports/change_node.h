/* Change, trend, concentration and severity: their nodes in the tree and what people see of them. */
#pragma once

#include "alidade/change.h"
#include "alidade/report.h"

/** All of them for one period; arena-owned. */
struct ald_changes {
    struct ald_change change;
    struct ald_concentration concentration;
    struct ald_severity severity;
    struct ald_trend_row *trend;
    size_t trend_n;
    struct ald_usual usual;
    struct ald_concentration_point *curve;
    size_t curve_n;
};
struct ald_changes *ald_changes_of(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures);
struct ald_node *ald_change_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures,
                                 const struct ald_changes *changes);
struct ald_node *ald_trend_node(struct ald_arena *a, const struct ald_changes *changes);
struct ald_node *ald_concentration_node(struct ald_arena *a, const struct ald_changes *changes);
struct ald_node *ald_severity_node(struct ald_arena *a, const struct ald_changes *changes);

/** What there is to say, most important first; NULL-terminated, arena-owned. */
const char *const *ald_change_sentences(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_figures *figures,
                                        const struct ald_changes *changes);
/** The one sentence of the summary, or NULL where nothing is said. */
const char *ald_change_summary(struct ald_arena *a, const struct ald_changes *changes);
/** "only 5 weeks of earlier incidents are on record, from 2016-02-29 on, less than one whole period": of a part_baseline. */
const char *ald_change_part(struct ald_arena *a, const struct ald_change *change);
/** Whether more, or fewer, are still open than luck explains: then no sentence may say that nothing changed, or how much, and leave it at that. */
bool ald_change_open_differs(const struct ald_change *change);
/** "3 are still open, for 6 d 20 h or more; at this age none of 276 earlier ones was", where they differ; else NULL. */
const char *ald_change_open(struct ald_arena *a, const struct ald_change *change);
/** The first words of a verdict where ratio and open ones must be said together: "most took about as long as before, but 3 are
 *  still open, ..." where the ratio tells nothing; "they took 30 % less time than before; but 3 ..." where took says that; NULL: the open ones do not differ. */
const char *ald_change_with_open(struct ald_arena *a, const struct ald_change *change, const char *than, const char *took);
/** What is worth standing out: a change beyond chance, in the times or in what is still open; never beside less than one whole period. */
bool ald_change_strong(const struct ald_change *change);
/** The sentence with "; seen beside only 5 weeks of earlier incidents" at its end, where not even one whole period is on record. */
const char *ald_change_beside_few(struct ald_arena *a, const struct ald_change *change, const char *sentence);
/** The section Change. The tree must stand. */
void ald_change_view(struct ald_report *report);
