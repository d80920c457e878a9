/* What the files of the html format share. They know views and nodes, never incidents. Everything that came from outside goes
 * through ald_html_text: nothing else may write it. */
#pragma once

#include <stdio.h>

#include "alidade/report.h"
#include "anchors.h"
#include "chart.h"
#include "words.h"

/** Rows of a section that links of earlier ones lead to. */
struct ald_html_targets {
    struct ald_anchors *anchors; /* NULL: not looked at yet */
    bool *named;                 /* by row: something leads there */
};
struct ald_html {
    FILE *file; /* its error flag is looked at once, when it is closed */
    const struct ald_report *report;
    struct ald_arena *arena, *scratch; /* scratch is emptied after each block or row */
    size_t charts, tables;
    size_t section; /* the one that is being written */
    struct ald_html_targets *targets; /* of each section */
    bool two; /* inside one of two columns */
    bool register_rows; /* inside a table of all incidents */
};
#define ALD_HTML_ROWS 2000   /* of one table; the rest is in the other formats */
#define ALD_HTML_POINTS 2000 /* of one chart */

/** Markup of ours, as it stands. */
void ald_html_raw(struct ald_html *h, const char *markup);
/** The same by a format; its arguments may only be numbers and texts of ours. */
void ald_html_rawf(struct ald_html *h, const char *format, ...) ALD_PRINTF(2, 3);
/** Any text, printable and escaped: for element content and for quoted attributes. NULL: nothing. */
void ald_html_text(struct ald_html *h, const char *text);
/** Text as element content; an option of the command line ("--kind") is not broken at the end of a line. */
void ald_html_prose(struct ald_html *h, const char *text);
/** A link where the address can be one, else the text alone. */
void ald_html_link(struct ald_html *h, const char *url, const char *text);
/** The name of a row of a section, for its id and for links to it. */
void ald_html_anchor(struct ald_html *h, const char *section, const char *id);
/** A text with the link that its column has in this row: to an address, or to a row of this page. */
void ald_html_link_at(struct ald_html *h, const struct ald_column *column, const struct ald_node *row, const char *text);

ALD_CHECK enum ald_rc ald_html_write(const struct ald_report *report, const char *path, struct ald_err *err);
/** Each writes one part of the page. only: the page has no other section, so this one needs no heading. */
void ald_html_section(struct ald_html *h, const struct ald_section *section, bool only);
void ald_html_figures(struct ald_html *h, const struct ald_block *block);
void ald_html_table(struct ald_html *h, const struct ald_block *block);
/** The first n rows of a table as cards. */
void ald_html_cards(struct ald_html *h, const struct ald_table *table, const struct ald_node *rows, size_t n);
/** A figure: inline SVG with its text alternative, a legend of shapes, what is left out. */
void ald_html_chart(struct ald_html *h, const struct ald_chart *chart);
/** The shapes that charts and legends use; once in a page. */
void ald_html_shapes(struct ald_html *h);

/* ---- Axes (html_axis.c) ---- */
struct ald_tick {
    double at; /* in the units of the tree */
    const char *label;
};
#define ALD_TICKS_MOST 16
/** An axis of a drawing: from low to high of the values, and how far that is on paper. */
struct ald_scale {
    double low, high;
    bool logarithmic;
    struct ald_tick ticks[ALD_TICKS_MOST];
    size_t ticks_n;
};
/** Room around the values and ticks at round ones, at most about so many. Labels are arena-owned. */
void ald_scale_lay(struct ald_arena *a, const struct ald_report *report, const struct ald_points *points, int axis, size_t ticks,
                  struct ald_scale *ret);
/** 0 at low, 1 at high. */
double ald_scale_unit(const struct ald_scale *axis, double v);
