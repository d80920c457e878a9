/* Tables: rows of nodes under a header. Knows columns and spans, not what they mean. */
#include "xlsx_priv.h"

#include <stdio.h>
#include <string.h>

#include "alidade/utf8.h"
#include "alidade/zone.h"
#include "notes.h"

#define LINE_POINTS 15.0
#define FILTER_LINES 10     /* where people filter, a longer text is whole in its cell, but the row stays this high */
#define FREEZE_POINTS 190.0 /* frozen rows may take this much of a screen */
#define MIN_FREEZE_ROWS 8
#define MEASURED 4000 /* characters of a text that decide how high a row is that stays low anyway */

static const struct ald_node *rows_node(const struct ald_report *report, const struct ald_table *table)
{
    return ald_node_at(report->root, table->rows);
}

size_t ald_xlsx_rows_n(const struct ald_report *report, const struct ald_table *table)
{
    return ald_table_rows(report, table, NULL);
}

/* ---- A table ---- */
struct grid {
    const struct ald_table *table;
    const struct ald_node *rows;
    struct ald_xlsx_span *spans;
    struct ald_xlsx_wish *wishes;
    const char **titles;
    size_t n, rows_n; /* columns, rows */
    size_t low_n;     /* rows that are lower than their texts */
    const struct ald_node **nodes; /* of the row that is being written */
    struct ald_path *paths;
    bool main, real; /* real: a spreadsheet table */
    bool over;       /* it goes on on another page */
    lxw_table_column **columns;
    struct ald_notes notes; /* why values are not there, where a cell has no room for it */
};

/* Titles of a spreadsheet table differ from each other, in any case, and are not empty. */
static void make_titles(struct ald_xlsx *x, struct grid *g)
{
    g->titles = ald_calloc(x->arena, g->n + 1, sizeof *g->titles);
    for (size_t i = 0; i < g->n; i++) {
        const struct ald_column *col = &g->table->columns[i];
        const char *base = ald_words_line(x->arena, col->title, 200);
        if (col->show == ALD_SHOW_TIME)
            base = ald_sprintf(x->arena, "%s (%s)", base, ald_zone_name(x->report->zone));
        if (!*base)
            base = "Column";
        const char *title = base;
        for (size_t k = 0, number = 1; k < i; k++) {
            if (strcasecmp(title, g->titles[k]) != 0)
                continue;
            title = ald_sprintf(x->arena, "%s %zu", base, ++number);
            k = (size_t)-1; /* again from the first */
        }
        g->titles[i] = title;
    }
}

/* A heading that leads to its definition looks like that. */
static enum ald_xlsx_style head_style(const struct ald_xlsx_sheet *s, const struct grid *g, size_t i)
{
    enum ald_show show = g->table->columns[i].show;
    enum ald_xlsx_style style = g->table->filter ? XS_HEAD_FILTER : XS_HEAD_RIGHT;
    if (!ald_xlsx_is_quantity(show) || show == ALD_SHOW_TIME)
        style = XS_HEAD;
    struct ald_xlsx_link link = {.place = ald_xlsx_definition_place(s->x, &g->table->columns[i])};
    bool linked = link.place && ald_xlsx_can_link(s, g->spans[i], link, g->titles[i], style);
    return linked ? (enum ald_xlsx_style)((int)style + XS_LINKED) : style;
}

static enum ald_rc put_note(struct ald_xlsx_sheet *s, const struct grid *g, size_t i, struct ald_err *err)
{
    const char *text = ald_definition_text(s->x->report, s->x->scratch, g->table->columns[i].definition);
    if (!text)
        return ALD_OK;
    lxw_comment_options options = {.author = ald_strdup(s->x->scratch, "alidade"), .width = 320, .font_size = 10};
    options.height = (uint16_t)(24 + 18 * ald_xlsx_lines(text, 44, 10));
    const char *clean = ald_words_printable(s->x->scratch, text);
    return ald_xlsx_did(
        s, worksheet_write_comment_opt(s->ws, (lxw_row_t)s->row, (lxw_col_t)g->spans[i].first, clean, &options), err);
}

static double header_points(struct ald_xlsx_sheet *s, const struct grid *g)
{
    double points = 0;
    for (size_t i = 0; i < g->n; i++) {
        /* The button of a filter takes its part of the width. */
        enum ald_xlsx_style style = head_style(s, g, i);
        bool button = g->table->filter && (style == XS_HEAD || style == XS_HEAD_LINK);
        const char *title = button ? ald_sprintf(s->x->scratch, "%s mm", g->titles[i]) : g->titles[i];
        double need = ald_xlsx_text_points(s, g->spans[i], title, style);
        points = need > points ? need : points;
    }
    return points + 6;
}

static enum ald_rc put_header(struct ald_xlsx_sheet *s, struct grid *g, struct ald_err *err)
{
    double points = header_points(s, g);
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    for (size_t i = 0; i < g->n; i++) {
        struct ald_xlsx_link link = {.place = ald_xlsx_definition_place(s->x, &g->table->columns[i])};
        enum ald_xlsx_style style = head_style(s, g, i);
        if (style >= XS_HEAD_LINK)
            ALD_TRY(ald_xlsx_put_link(s, g->spans[i], g->titles[i], link, style, err));
        else
            ALD_TRY(ald_xlsx_put_text(s, g->spans[i], g->titles[i], style, err));
        ALD_TRY(put_note(s, g, i, err));
    }
    if (!s->repeats && g->main) {
        s->repeats = true;
        s->repeated = g->over ? points : 0; /* else it would stand above what follows the table */
        if (g->over)
            ALD_TRY(ald_xlsx_did(s, worksheet_repeat_rows(s->ws, (lxw_row_t)s->row, (lxw_row_t)s->row), err));
        bool names_first = g->n > 6 && ald_xlsx_units(s, g->spans[0]) < 30;
        if (ald_rows_n(g->rows) > MIN_FREEZE_ROWS && s->height + points < FREEZE_POINTS)
            worksheet_freeze_panes(s->ws, (lxw_row_t)s->row + 1, names_first ? 1 : 0);
    }
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}

/* The reason of a value that is not there, where it takes more than a line of its cell; else NULL. */
static const char *long_reason(const struct ald_xlsx_sheet *s, const struct grid *g, size_t column, const struct ald_node *node)
{
    const char *reason = node && node->kind == ALD_NODE_NULL ? node->absent : NULL;
    return reason && ald_xlsx_text_points(s, g->spans[column], reason, XS_CELL_ABSENT) > LINE_POINTS ? reason : NULL;
}

/* The text of a cell that may need more than a line; NULL: a quantity, or nothing there. */
static const char *long_text(struct ald_xlsx_sheet *s, const struct grid *g, size_t i)
{
    const struct ald_node *node = g->nodes[i];
    enum ald_show show = g->table->columns[i].show;
    if (!node || node->kind == ALD_NODE_NULL || (ald_xlsx_is_quantity(show) && node->kind != ALD_NODE_STR)) /* takes one line, or is a note */
        return NULL;
    return ald_words(s->x->report, s->x->scratch, node, show);
}

/* What its texts need; of no more than one line: 0. */
static double row_points(struct ald_xlsx_sheet *s, const struct grid *g)
{
    double most = LINE_POINTS;
    for (size_t i = 0; i < g->n; i++) {
        const char *text = long_text(s, g, i);
        if (!text)
            continue;
        if (g->table->filter && strnlen(text, MEASURED + 1) > MEASURED)
            text = ald_strndup(s->x->scratch, text, ald_utf8_prefix(text, MEASURED));
        double points = ald_xlsx_text_points(s, g->spans[i], text, XS_CELL_TEXT);
        most = points > most ? points : most;
    }
    return most > LINE_POINTS + 1 ? most + 2 : 0;
}

static enum ald_rc put_cell(struct ald_xlsx_sheet *s, struct grid *g, size_t i, const struct ald_node *row, struct ald_err *err)
{
    const struct ald_column *col = &g->table->columns[i];
    struct ald_xlsx_link link = {NULL, NULL};
    const char *reason = long_reason(s, g, i, g->nodes[i]);
    size_t note = reason ? ald_note(&g->notes, s->x->arena, reason) : 0;
    if (note)
        return ald_xlsx_put_text(s, g->spans[i], ald_note_mark(s->x->scratch, note), XS_CELL_NOTE, err);
    if (col->link)
        link = ald_xlsx_link_at(s, col, row, g->rows_n);
    return ald_xlsx_put_node(s, g->spans[i], g->nodes[i], col->show, link, err);
}

/* Texts that are longer than a row can be high go on in the rows below: programs would cut them, or draw them over what follows. */
static enum ald_rc put_long_row(struct ald_xlsx_sheet *s, struct grid *g, const struct ald_node *row, struct ald_err *err)
{
    const char **rest = ald_calloc(s->x->scratch, g->n, sizeof *rest);
    for (size_t i = 0; i < g->n; i++) {
        const char *text = long_text(s, g, i);
        bool fits = !text || ald_xlsx_text_fit(s, g->spans[i], text, XS_CELL_TEXT) == strlen(text);
        rest[i] = fits ? NULL : ald_words_printable(s->x->scratch, text);
    }
    for (size_t part = 0, more = 1; more; part++) {
        double points = LINE_POINTS;
        more = 0;
        const char **pieces = ald_calloc(s->x->scratch, g->n, sizeof *pieces);
        for (size_t i = 0; i < g->n; i++) {
            const char *text = rest[i] ? rest[i] : part ? NULL : long_text(s, g, i);
            if (!text)
                continue;
            if (rest[i]) {
                size_t n = ald_xlsx_text_fit(s, g->spans[i], rest[i], XS_CELL_TEXT);
                text = pieces[i] = ald_strndup(s->x->scratch, rest[i], n);
                rest[i] += n;
                more += *rest[i] != '\0';
            }
            double need = ald_xlsx_text_points(s, g->spans[i], text, XS_CELL_TEXT) + 2;
            points = need > points ? need : points;
        }
        ALD_TRY(ald_xlsx_row_height(s, points, err));
        for (size_t i = 0; i < g->n; i++) {
            if (pieces[i] || part)
                ALD_TRY(ald_xlsx_put_text(s, g->spans[i], pieces[i], XS_CELL_TEXT, err));
            else
                ALD_TRY(put_cell(s, g, i, row, err));
        }
        ald_xlsx_next_row(s, points);
    }
    return ALD_OK;
}

static void look_at(struct grid *g, const struct ald_node *row)
{
    for (size_t i = 0; i < g->n; i++)
        g->nodes[i] = ald_node_at_path(row, &g->paths[i]);
}

static enum ald_rc put_row(struct ald_xlsx_sheet *s, struct grid *g, const struct ald_node *row, struct ald_err *err)
{
    look_at(g, row);
    double points = row_points(s, g);
    if (!g->table->filter && points > ALD_XLSX_ROW_POINTS)
        return put_long_row(s, g, row, err);
    if (g->table->filter && points > FILTER_LINES * LINE_POINTS + 2) {
        points = FILTER_LINES * LINE_POINTS;
        g->low_n++;
    }
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    for (size_t i = 0; i < g->n; i++)
        ALD_TRY(put_cell(s, g, i, row, err));
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}

static enum ald_rc add_table(struct ald_xlsx_sheet *s, struct grid *g, size_t head, size_t last, struct ald_err *err)
{
    struct ald_arena *a = s->x->arena;
    g->columns = ald_calloc(a, g->n + 1, sizeof *g->columns);
    for (size_t i = 0; i < g->n; i++) {
        g->columns[i] = ald_alloc(a, sizeof *g->columns[i]);
        g->columns[i]->header = ald_strdup(a, g->titles[i]);
        g->columns[i]->header_format = s->x->formats[head_style(s, g, i)];
    }
    lxw_table_options options = {
        .style_type = LXW_TABLE_STYLE_TYPE_LIGHT, .no_banded_rows = LXW_TRUE, .columns = g->columns};
    return ald_xlsx_did(
        s, worksheet_add_table(s->ws, (lxw_row_t)head, 0, (lxw_row_t)last, (lxw_col_t)(g->n - 1), &options), err);
}

/* The filter of the rows just written, as a table or as a plain filter (one per sheet, and no table in constant
 * memory). */
static enum ald_rc close_part(struct ald_xlsx_sheet *s, struct grid *g, size_t head, struct ald_err *err)
{
    size_t last = s->row - 1;
    if (!g->table->filter || last <= head)
        return ALD_OK;
    if (g->real)
        return add_table(s, g, head, last, err);
    if (s->filters)
        return ALD_OK;
    s->filters = true;
    return ald_xlsx_did(s, worksheet_autofilter(s->ws, (lxw_row_t)head, 0, (lxw_row_t)last, (lxw_col_t)(g->n - 1)),
                        err);
}

/* Rows that stay free for what follows a table. */
size_t ald_xlsx_reserve(const struct ald_xlsx *x)
{
    size_t share = x->limits->sheet_rows / 16;
    return share < 200 ? share : 200;
}

static enum ald_rc put_rows(struct ald_xlsx_sheet *s, struct grid *g, struct ald_err *err)
{
    size_t n = g->rows_n, head = s->row;
    ALD_TRY(put_header(s, g, err));
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    for (size_t i = 0; i < n; i++) {
        if (s->row + ald_xlsx_reserve(s->x) > s->x->limits->sheet_rows) {
            ALD_TRY(close_part(s, g, head, err));
            ALD_TRY(ald_xlsx_paragraph(s, ald_sprintf(s->x->scratch, "%zu more rows: on the next sheet", n - i),
                                       XS_REMARK, err));
            ALD_TRY(ald_xlsx_sheet_end(s, err));
            ALD_TRY(ald_xlsx_sheet_begin(s->x, s->section, s->part + 1, s, err));
            ald_xlsx_grid_lay(s, g->wishes, g->n, g->table->filter, g->spans);
            head = s->row;
            ALD_TRY(put_header(s, g, err));
        }
        ALD_TRY(put_row(s, g, ald_rows_at(g->rows, i, scratch), err));
        ald_arena_reset(scratch);
        ald_arena_reset(s->x->scratch);
    }
    return close_part(s, g, head, err);
}

static enum ald_rc put_remarks(struct ald_xlsx_sheet *s, const struct grid *g, struct ald_err *err)
{
    for (size_t i = 0; i < g->notes.n; i++)
        ALD_TRY(ald_xlsx_paragraph(s, ald_sprintf(s->x->scratch, "%s %s", ald_note_mark(s->x->scratch, i + 1), g->notes.texts[i]), XS_REMARK, err));
    const char *remark = ald_table_remark(s->x->scratch, s->x->report, g->table, g->rows_n);
    if (remark)
        ALD_TRY(ald_xlsx_paragraph(s, remark, XS_REMARK, err));
    if (g->low_n) {
        const char *text = ald_sprintf(s->x->scratch, "%zu %s a text that is longer than the row is high; the cell holds it whole.", g->low_n,
                                       g->low_n == 1 ? "row has" : "rows have");
        ALD_TRY(ald_xlsx_paragraph(s, text, XS_REMARK, err));
    }
    if (s->links_left_out) {
        const char *text =
            s->x->constant ? ald_sprintf(s->x->scratch,
                                         "%zu addresses are not linked: they are longer than %zu characters, or neither http nor https. "
                                         "They are in the JSON.",
                                         s->links_left_out, ald_xlsx_url_bytes(s->x))
                           : ald_sprintf(s->x->scratch,
                                         "%zu addresses are not linked: a sheet holds %zu links of at most %zu characters, to http and "
                                         "https. They are in the JSON.",
                                         s->links_left_out, s->x->limits->links, ald_xlsx_url_bytes(s->x));
        ALD_TRY(ald_xlsx_paragraph(s, text, XS_REMARK, err));
        s->links_left_out = 0;
    }
    if (s->print_last && s->print_last < s->used_last) {
        const char *text = ald_sprintf(s->x->scratch, "On paper the first %zu of %zu columns.", ald_xlsx_printed(s, g->table), g->n);
        ALD_TRY(ald_xlsx_paragraph(s, text, XS_REMARK, err));
    }
    if (g->table->filter && s->x->constant) {
        const char *text = ald_sprintf(s->x->scratch, "More than %s rows in this workbook: filters instead of tables.",
                                       ald_words_count(s->x->scratch, (int64_t)s->x->limits->table_rows));
        ALD_TRY(ald_xlsx_paragraph(s, text, XS_REMARK, err));
    }
    return ALD_OK;
}

/* The columns of a table that has rows. */
static struct grid grid_of(struct ald_xlsx_sheet *s, const struct ald_table *table)
{
    struct grid g = {.table = table, .rows = rows_node(s->x->report, table)};
    g.n = table->columns_n < ALD_XLSX_GRID ? table->columns_n : ALD_XLSX_GRID;
    g.rows_n = ald_table_rows(s->x->report, table, NULL);
    g.nodes = ald_calloc(s->x->arena, g.n, sizeof *g.nodes);
    g.paths = ald_calloc(s->x->arena, g.n, sizeof *g.paths);
    for (size_t i = 0; i < g.n; i++)
        g.paths[i].text = table->columns[i].path;
    g.real = table->filter && !s->x->constant;
    g.spans = ald_calloc(s->x->arena, g.n, sizeof *g.spans);
    g.wishes = ald_calloc(s->x->arena, g.n, sizeof *g.wishes);
    for (size_t i = 0; i < g.n; i++)
        g.wishes[i] = ald_xlsx_column_wish(&table->columns[i], table->filter, s->text_first > 0);
    ald_xlsx_grid_lay(s, g.wishes, g.n, table->filter, g.spans);
    make_titles(s->x, &g);
    return g;
}

double ald_xlsx_table_points(struct ald_xlsx_sheet *s, const struct ald_table *table)
{
    if (!ald_xlsx_rows_n(s->x->report, table))
        return LINE_POINTS;
    struct grid g = grid_of(s, table);
    double points = header_points(s, &g), page = ald_xlsx_page_points(s);
    for (size_t i = 0; i < g.rows_n && points <= page; i++) {
        look_at(&g, ald_rows_at(g.rows, i, s->x->scratch));
        double need = row_points(s, &g);
        points += need > LINE_POINTS ? need : LINE_POINTS;
    }
    return points;
}

enum ald_rc ald_xlsx_table(struct ald_xlsx_sheet *s, const struct ald_table *table, bool main, struct ald_err *err)
{
    if (!ald_xlsx_rows_n(s->x->report, table))
        return ald_xlsx_paragraph(s, table->empty ? table->empty : "None.", XS_REMARK, err);
    struct grid g = grid_of(s, table);
    g.main = main;
    g.over = main && ald_xlsx_table_points(s, table) > ald_xlsx_page_left(s);
    size_t printed = ald_xlsx_printed(s, table);
    if (printed < g.n)
        s->print_last = g.spans[printed - 1].last;
    ALD_TRY(put_rows(s, &g, err));
    return put_remarks(s, &g, err);
}
