/* What the files of the xlsx format share. Only they include xlsxwriter.h; they know views and nodes, never incidents. */
#pragma once

#include <xlsxwriter.h>

#include "alidade/report.h"
#include "chart.h"
#include "words.h"

#if LXW_VERSION_ID < 114
#error "libxlsxwriter 1.1.4 or newer is needed"
#endif

/** What a spreadsheet cannot hold more of. A parameter, so that tests reach the edges with little data. */
struct ald_xlsx_limits {
    size_t sheet_rows;   /* rows of a sheet */
    size_t table_rows;   /* above: constant memory, and filters instead of a table */
    size_t links;        /* of one sheet */
    size_t url_bytes;    /* of one link */
    size_t formula_text; /* of one text in a formula */
    size_t text_utf16;   /* UTF-16 units of one cell */
    size_t chart_points; /* above: a sample is drawn */
};
extern const struct ald_xlsx_limits ald_xlsx_limits_default;

/** Fills the workbook that will be at path, all of which the library keeps; then writes it there, without the report, and frees it.
 *  @return ALD_ERR_IO. */
struct ald_xlsx;
ALD_CHECK enum ald_rc ald_xlsx_fill(const struct ald_report *report, const char *path, const struct ald_xlsx_limits *limits,
                                    struct ald_xlsx **ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_pack(struct ald_xlsx *x, struct ald_err *err);

enum ald_xlsx_style {
    XS_TITLE, XS_SUBTITLE, XS_SIMULATED, XS_HEADING, XS_LABEL, XS_TEXT, XS_LEAD, XS_LEAD_STRONG, XS_QUOTE, XS_REMARK, XS_CORNER_LEFT, XS_CORNER_RIGHT, XS_GOTO,
    XS_HEAD, XS_HEAD_RIGHT, XS_HEAD_FILTER, /* and, XS_LINKED further on, the same as links: */
    XS_HEAD_LINK, XS_HEAD_RIGHT_LINK, XS_HEAD_FILTER_LINK, XS_NOTE_LABEL, XS_NOTE,
    XS_CELL_TEXT, XS_CELL_LABEL, XS_CELL_SMALL, XS_CELL_RIGHT, XS_CELL_LINK, XS_CELL_ABSENT, XS_CELL_NOTE,
    XS_CELL_COUNT, XS_CELL_TENTHS, XS_CELL_HUNDREDTHS, XS_CELL_THOUSANDTHS, XS_CELL_TINY,
    XS_CELL_PERCENT, XS_CELL_SECONDS, XS_CELL_DAYS, XS_CELL_TIME,
    XS_STYLE_N
};

#define XS_LINKED (XS_HEAD_LINK - XS_HEAD)

/* ---- The workbook ---- */
struct ald_xlsx_name { /* a sheet's name that is taken */
    const char *name;
    struct ald_xlsx_name *next;
};
struct ald_xlsx {
    lxw_workbook *book;
    const struct ald_report *report;
    const char *path;
    const struct ald_xlsx_limits *limits;
    struct ald_arena *arena;   /* lives as long as the workbook */
    struct ald_arena *scratch; /* emptied after each block or row */
    bool constant;             /* constant-memory mode */
    lxw_format *formats[XS_STYLE_N];
    struct ald_xlsx_name *names;
    const char **section_names;
    const char *chart_data_name;
    struct ald_xlsx_columns *chart_columns, **chart_columns_end;
    struct ald_xlsx_sheet *sheets; /* one per section; where a section goes on */
    struct ald_xlsx_target *targets;
    size_t chart_column; /* the next free one */
    struct ald_xlsx_drawn *drawn; /* charts whose points are on the sheet already */
};

/* ---- A sheet ---- */
#define ALD_XLSX_EDGE (5.0 / 7.0) /* of a column: what it is wider than its units */
/** What a page of a sheet of these columns holds. */
struct ald_xlsx_page {
    double percent, points;
    double most; /* percents that something asked for; 0: nothing */
    size_t columns, used_last, print_last;
};
#define ALD_XLSX_GRID 512
/** Columns first..last hold one value: one cell, or merged ones. */
struct ald_xlsx_span {
    size_t first, last;
};
struct ald_xlsx_sheet {
    struct ald_xlsx *x;
    lxw_worksheet *ws;
    const char *name;
    size_t section, part; /* part: 0, or the number of continuation sheets before this one */
    size_t row;           /* the next row to write */
    double height;        /* of the rows above, in points */
    double widths[ALD_XLSX_GRID];
    size_t columns; /* of the grid */
    size_t text_first, text_last; /* text runs over these columns; text_first: 0, or the right one of two columns of blocks */
    size_t print_last; /* right-most column that is printed; 0: the last one used */
    size_t used_last; /* right-most column that holds something */
    size_t links, links_left_out;
    size_t block; /* the next one of the section to put */
    bool headed;  /* what stands above it is there */
    double page_from;     /* height where the page begins */
    double repeated;      /* height of the header row that each page begins with */
    size_t pages;         /* that are full */
    struct ald_xlsx_page *page;
    lxw_row_t breaks[1023]; /* rows that begin a page, ended by 0: the format allows a sheet 1,022 (the library one more) */
    size_t breaks_n;
    size_t block_row; /* where the block that was put last begins, with its heading; block_height: what stands above it */
    double block_height;
    size_t meant; /* so many of its definitions stand there already */
    bool parted; /* one of them is there because of what follows it */
    bool repeats; /* a header row is repeated on each page */
    bool filters; /* has its one filter */
};

/** LXW_NO_ERROR, or an error that names the sheet and the row. */
ALD_CHECK enum ald_rc ald_xlsx_did(const struct ald_xlsx_sheet *s, lxw_error e, struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_sheet_add(struct ald_xlsx *x, const char *name, struct ald_xlsx_sheet *ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_sheet_begin(struct ald_xlsx *x, size_t section, size_t part, struct ald_xlsx_sheet *ret,
                                           struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_sheet_end(struct ald_xlsx_sheet *s, struct ald_err *err);
/** Adds the sheet of a section and fills it up to the first row that links can lead to; then the rest of it. Sheets come in the
 *  order in which they are begun, and each row of each must be known before links to it are written. */
ALD_CHECK enum ald_rc ald_xlsx_section_begin(struct ald_xlsx *x, size_t section, struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_section_end(struct ald_xlsx *x, size_t section, struct ald_err *err);

/* ---- Links (xlsx_links.c) ---- */
/** Where a cell leads to; both NULL: nowhere. */
struct ald_xlsx_link {
    const char *place; /* "'Incidents'!A12" */
    const char *url;
};
/** Rows of a table under this header, the first of which stands below s->row: links find them by their anchors from now on. */
void ald_xlsx_target_add(struct ald_xlsx_sheet *s, const struct ald_table *table);
/** The row with this anchor in a section; NULL when there is none. On scratch. */
const char *ald_xlsx_place(struct ald_xlsx *x, const char *section, const char *anchor);
/** What the link of a column leads to from this row; rows: how many the table has. */
struct ald_xlsx_link ald_xlsx_link_at(struct ald_xlsx_sheet *s, const struct ald_column *column, const struct ald_node *row, size_t rows);
/** Whether a cell can hold the link: address, text and sheet within what the mode can, and no line to break. */
bool ald_xlsx_can_link(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, struct ald_xlsx_link link, const char *text,
                       enum ald_xlsx_style style);
/** A text that leads there; only the text where that is not possible. */
ALD_CHECK enum ald_rc ald_xlsx_put_link(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, struct ald_xlsx_link link,
                                        enum ald_xlsx_style style, struct ald_err *err);
/** Most bytes of an address that can be linked. */
size_t ald_xlsx_url_bytes(const struct ald_xlsx *x);

/* ---- Text (xlsx_text.c) ---- */
/** Text as a cell can hold it: printable, escaped, within the limit (else cut, and says so); for one cell writer. Arena-owned. */
const char *ald_xlsx_clean(struct ald_arena *a, const char *text, size_t max_utf16);
/** A sheet name from a title that no sheet has yet; it is taken from now on. Arena-owned. */
const char *ald_xlsx_name(struct ald_xlsx *x, const char *title, size_t part);
/** Lines that the text takes in a column that is units wide (of digits at 11 points) at a font size. At least 1. */
size_t ald_xlsx_lines(const char *text, double units, double size);
/** Width of a word of a heading, in digits at 11 points. */
double ald_xlsx_word_units(const char *word, size_t bytes);
/** Bytes of text that fit into at most lines lines, cut between words. */
size_t ald_xlsx_fit(const char *text, double units, double size, size_t lines);
/** Days since 1899-12-30 in the report's zone: what spreadsheets take for a date. */
double ald_xlsx_serial(const struct ald_zone *zone, int64_t ms);
bool ald_xlsx_serial_ok(const struct ald_zone *zone, int64_t ms);

/* ---- Cells (xlsx_cells.c) ---- */
void ald_xlsx_formats(struct ald_xlsx *x);
/** Height in points that wrapped text takes there. */
double ald_xlsx_text_points(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, enum ald_xlsx_style style);
/** Bytes of the text that one row can hold there, cut between words. */
size_t ald_xlsx_text_fit(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, enum ald_xlsx_style style);
#define ALD_XLSX_ROW_POINTS 408.75 /* of a row: spreadsheets know no more than 409.5, and draw whole pixels */
/** Text (cleaned here), in the row that is being written. NULL or "": a blank cell of that style. */
ALD_CHECK enum ald_rc ald_xlsx_put_text(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, enum ald_xlsx_style style,
                                        struct ald_err *err);
/** A number; a blank cell when it is not finite. */
ALD_CHECK enum ald_rc ald_xlsx_put_number(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, double value, enum ald_xlsx_style style,
                                          struct ald_err *err);
/** A node as show says; link makes a text a link where that is possible. */
ALD_CHECK enum ald_rc ald_xlsx_put_node(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const struct ald_node *node,
                                        enum ald_show show, struct ald_xlsx_link link, struct ald_err *err);
/** Merges the span, whose first cell is written after this. */
ALD_CHECK enum ald_rc ald_xlsx_open_span(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, enum ald_xlsx_style style, struct ald_err *err);
/** Height of the row that is being written, in points; 0: one line. Every wrapped text needs it: not all programs find it. */
/** So many points as a row takes: whole pixels, and no more than a row may have. */
double ald_xlsx_row_points(double points);
ALD_CHECK enum ald_rc ald_xlsx_row_height(struct ald_xlsx_sheet *s, double points, struct ald_err *err);
void ald_xlsx_next_row(struct ald_xlsx_sheet *s, double points);
/** Wrapped text over the text columns, in as many rows as it needs; the next row follows. */
ALD_CHECK enum ald_rc ald_xlsx_paragraph(struct ald_xlsx_sheet *s, const char *text, enum ald_xlsx_style style, struct ald_err *err);

/* ---- Grid (xlsx_grid.c) ---- */
/** Columns that suit all blocks of a section. */
void ald_xlsx_grid_plan(struct ald_xlsx_sheet *s, const struct ald_section *section);
struct ald_xlsx_wish {
    double units;
    double least; /* less would break words, and show numbers as #### */
};
/** Lays n values on the grid, from the left, merging columns so that each has about what it wishes; the grid grows where it
 *  is too small. exact: one column each, for what people filter. */
void ald_xlsx_grid_lay(struct ald_xlsx_sheet *s, const struct ald_xlsx_wish *wishes, size_t n, bool exact, struct ald_xlsx_span *ret);
double ald_xlsx_units(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at);
/** Width of a column of a table: what the view wishes, and at least what header and values need. */
struct ald_xlsx_wish ald_xlsx_column_wish(const struct ald_column *column, bool filter, bool narrow);
bool ald_xlsx_is_quantity(enum ald_show show);
/** Label, value, interval, n, what it means. */
extern const struct ald_xlsx_wish ald_xlsx_figure_wishes[5];
#define ALD_XLSX_PAGE_UNITS(landscape) ((landscape) ? 164.0 : 122.0) /* with the edges of columns */

/* ---- Blocks ---- */
ALD_CHECK enum ald_rc ald_xlsx_figures(struct ald_xlsx_sheet *s, const struct ald_block *block, struct ald_err *err);
/** How high they will be; of a table no more than a page and a row, with its remarks left out. */
double ald_xlsx_figures_points(struct ald_xlsx_sheet *s, const struct ald_block *block);
double ald_xlsx_table_points(struct ald_xlsx_sheet *s, const struct ald_table *table);
ALD_CHECK enum ald_rc ald_xlsx_table(struct ald_xlsx_sheet *s, const struct ald_table *table, bool main, struct ald_err *err);
/** Rows of a sheet that stay free for what follows a table. */
size_t ald_xlsx_reserve(const struct ald_xlsx *x);
/** A few lines free; a paragraph or quote with what follows it; sentences as one paragraph, with what matters most in bold. */
ALD_CHECK enum ald_rc ald_xlsx_space(struct ald_xlsx_sheet *s, struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_words(struct ald_xlsx_sheet *s, const struct ald_block *block, struct ald_err *err);
ALD_CHECK enum ald_rc ald_xlsx_lead(struct ald_xlsx_sheet *s, const struct ald_block *blocks, size_t n, struct ald_err *err);
/** Rows that are read one by one, in few words: name and title, and the rest as one paragraph. */
ALD_CHECK enum ald_rc ald_xlsx_brief(struct ald_xlsx_sheet *s, const struct ald_table *table, struct ald_err *err);
/** Whether blocks from this one on stand in two columns, and how many; and those two columns. */
bool ald_xlsx_has_columns(const struct ald_xlsx_sheet *s, const struct ald_section *view, size_t first, size_t *ret_n);
ALD_CHECK enum ald_rc ald_xlsx_columns(struct ald_xlsx_sheet *s, const struct ald_block *blocks, size_t n, struct ald_err *err);
/** Rows that are read one by one, each under its name and title: what a table of long texts would need a magnifying glass for. */
ALD_CHECK enum ald_rc ald_xlsx_cards(struct ald_xlsx_sheet *s, const struct ald_table *table, struct ald_err *err);
/** A label and what stands beside it, over the text columns; and how high that is. */
double ald_xlsx_pair_points(const struct ald_xlsx_sheet *s, const char *label, const char *text, const enum ald_xlsx_style styles[2]);
ALD_CHECK enum ald_rc ald_xlsx_pair(struct ald_xlsx_sheet *s, const char *label, const char *text, const enum ald_xlsx_style styles[2],
                                    struct ald_err *err);
size_t ald_xlsx_rows_n(const struct ald_report *report, const struct ald_table *table);
/** A chart over the width of the text; with a second one, both side by side. share: so many are to fit on what is left of the
 *  page, if they can. */
ALD_CHECK enum ald_rc ald_xlsx_charts(struct ald_xlsx_sheet *s, const struct ald_chart *const *charts, size_t n, size_t share,
                                      struct ald_err *err);
/** Where a chart stands: so many pixels below the top of a row, from the left edge of a column. */
struct ald_xlsx_box {
    size_t row, column;
    double left, top, width, height; /* pixels */
};
ALD_CHECK enum ald_rc ald_xlsx_chart_insert(struct ald_xlsx_sheet *s, const struct ald_points *points, lxw_chart *native,
                                            const struct ald_xlsx_box *at, struct ald_err *err);
/** The least height of a chart with its heading, in points. */
double ald_xlsx_chart_points(void);

/* ---- Pages (xlsx_page.c) ---- */
/** Height of what one page holds, in points of the sheet; and what is left of the page that is being filled. */
double ald_xlsx_page_points(const struct ald_xlsx_sheet *s);
double ald_xlsx_page_left(const struct ald_xlsx_sheet *s);
/** A row of this height was written: the page that it began, if it did not fit, is the one that is being filled. */
void ald_xlsx_page_row(struct ald_xlsx_sheet *s, double points);
/** The next row begins a page. */
void ald_xlsx_page_break(struct ald_xlsx_sheet *s);
/** What is so high and must not be parted begins a page where it does not fit on this one. @return whether it does. */
bool ald_xlsx_page_keep(struct ald_xlsx_sheet *s, double points);
/** What is so high and has no room left takes the block before it along to a page of both, where one can hold them. @return whether it does. */
bool ald_xlsx_page_take_along(struct ald_xlsx_sheet *s, double points);
/** Columns of a table that are printed: as many as its view says, and what people filter no more than print legibly. */
size_t ald_xlsx_printed(const struct ald_xlsx_sheet *s, const struct ald_table *table);
/** The last column of what is drawn over the whole width: where text ends, or a wider table that people filter. */
size_t ald_xlsx_wide_last(const struct ald_xlsx_sheet *s);
/** Whether so much, the last of a sheet, will stand on this page, which prints a little smaller for it where that is all it takes. */
bool ald_xlsx_page_draw_in(struct ald_xlsx_sheet *s, double points);
/** The scale at which the sheet prints; when all of it stands. */
void ald_xlsx_page_fit(struct ald_xlsx_sheet *s);
/** The native chart (xlsx_chart_native.c), NULL where there is nothing to draw; its points in *ret_points. */
enum ald_xlsx_frame { ALD_XLSX_LARGE, ALD_XLSX_SMALL, ALD_XLSX_TITLED /* has its title inside */ };
ALD_CHECK enum ald_rc ald_xlsx_native(struct ald_xlsx_sheet *s, const struct ald_chart *chart, enum ald_xlsx_frame frame, lxw_chart **ret_native,
                                      const struct ald_points **ret_points, struct ald_err *err);

/* ---- What columns mean (xlsx_meaning.c) ---- */
/** Where the definition of a column stands; NULL when it has none. On scratch. */
const char *ald_xlsx_definition_place(struct ald_xlsx *x, const struct ald_column *column);
/** What the columns of tables mean, each definition once: at the end of a sheet (blocks: SIZE_MAX) all that is left; where a page ends
 *  before, those of the tables among the first blocks of the section, as many as it has room for. */
ALD_CHECK enum ald_rc ald_xlsx_meanings(struct ald_xlsx_sheet *s, size_t blocks, struct ald_err *err);

/* ---- Chart data (xlsx_chart_data.c) ---- */
struct ald_xlsx_point {
    const char *label;
    double x, y; /* NAN: a blank cell */
};
/** One series on the sheet 'Chart data': columns label, x, y. */
struct ald_xlsx_columns {
    const char *chart, *title;
    const char *x_title, *y_title;
    enum ald_xlsx_style x_style, y_style;
    struct ald_xlsx_point *points;
    size_t n, cap;
    size_t column; /* the first of its columns */
    struct ald_xlsx_columns *next;
};
#define ALD_XLSX_DATA_ROW 6 /* first row of the points */
ALD_CHECK enum ald_rc ald_xlsx_chart_data(struct ald_xlsx *x, struct ald_err *err);
/** What a chart draws, on the sheet once: a chart that comes again draws the same cells. */
struct ald_xlsx_drawn {
    const struct ald_chart *chart;
    struct ald_points *points;
    struct ald_xlsx_columns **series, **hollow; /* one per series; hollow: of those with thin marks; NULL: no point */
    struct ald_xlsx_columns *ranges; /* from low to high, a blank, from low ... ; NULL: none */
    struct ald_xlsx_columns *across; /* of RANGES: names of the rows along the bottom; NULL: none */
    struct ald_xlsx_columns **lines, **levels; /* NULL: nothing there */
    struct ald_xlsx_columns *named[2];         /* points with a name beside them, right and left of it */
    struct ald_xlsx_drawn *next;
};
/** Arena-owned. */
struct ald_xlsx_drawn *ald_xlsx_drawn(struct ald_xlsx *x, const struct ald_chart *chart);
/** A value of an axis as its cell and its axis have it. */
double ald_xlsx_axis_value(const struct ald_xlsx *x, const struct ald_chart *chart, int axis, double v);
/** Where an axis begins and ends, as its cells have it; false where the spreadsheet decides. */
bool ald_xlsx_axis_ends(const struct ald_xlsx *x, const struct ald_points *points, int axis, double *ret_low, double *ret_high);
