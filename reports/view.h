/* Builders for views: sections, blocks, tables. Arrays given are copied; texts are not. */
#pragma once

#include "alidade/report.h"

/** Adds a section; what follows adds a block to one, in the order of the calls. Texts live as long as the report. */
struct ald_section *ald_view_section(struct ald_report *report, const char *id, const char *title);
void ald_view_heading(struct ald_report *report, struct ald_section *section, const char *text);
void ald_view_text(struct ald_report *report, struct ald_section *section, const char *text);
void ald_view_remark(struct ald_report *report, struct ald_section *section, const char *text);
void ald_view_figures(struct ald_report *report, struct ald_section *section, const char *caption, const struct ald_figure *figures,
                      size_t n);
/** So many of the figures of a period: all; of one without incidents its count, where a usual range stands beside it; none, where nothing does. The
 *  count comes first. */
size_t ald_view_figures_told(const struct ald_report *report, size_t n);
/** What it returns may be refined: cards, anchor. */
struct ald_table *ald_view_table(struct ald_report *report, struct ald_section *section, const char *caption, const char *rows,
                                 const char *empty, const struct ald_column *columns, size_t n, bool filter);
/** A sentence of the opening; those that follow each other are one paragraph, unless one begins a point of its own. */
void ald_view_lead(struct ald_report *report, struct ald_section *section, const char *text, bool strong, bool item);
/** What was added last begins a page on paper. */
void ald_view_new_page(struct ald_section *section);
void ald_view_quote(struct ald_report *report, struct ald_section *section, const char *text);
void ald_view_chart(struct ald_report *report, struct ald_section *section, const struct ald_chart *chart);
