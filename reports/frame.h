/* What every kind of report says before and after its own figures. A kind calls head, sets its own members, calls foot; then it
 * makes its views and ends with the definitions. */
#pragma once

#include "alidade/report.h"

/** schema_version, kind, generator, organisation, simulated, as_of, period, settings. */
void ald_frame_head(const struct ald_report_input *in, struct ald_report *report);
/** sources, findings, definitions, definition_list (empty yet), caveats, overrides, population; sets report->gaps. */
ALD_CHECK enum ald_rc ald_frame_foot(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *figures,
                                     struct ald_err *err);
/** When the first record of any source begins, where the whole period lies before it, so that its zero says nothing; else ALD_TIME_NONE. */
int64_t ald_frame_before_records(const struct ald_analysis *analysis, const struct ald_period *period);
/** "Acme, 2026Q3 (dates, zone), as of ..." */
void ald_frame_subtitle(const struct ald_report_input *in, struct ald_report *report);
/** Where each source stood, and what to know before reading the figures. */
void ald_frame_sources_view(struct ald_report *report, struct ald_section *section);
/** People's corrections. */
void ald_frame_overrides_view(struct ald_report *report, struct ald_section *section);
/** The last sections of a kind that has nothing of its own to say of data quality: it, and the definitions. */
void ald_frame_end_views(struct ald_report *report);
enum ald_frame_words {
    ALD_FRAME_ALL,
    ALD_FRAME_USED /* of the sections that there are by then: what a heading or a figure leads to, and the words that this is said in */
};
/** The section of definitions and of what the figures cannot tell, the last of a report: fills definition_list with what it shows. */
void ald_frame_definitions_view(struct ald_report *report, enum ald_frame_words words);
