/* Sheets: a section's blocks from top to bottom, what stands above them, and how they print. Knows no incidents. */
#include "xlsx_priv.h"

#include <string.h>

#include "alidade/utf8.h"
#include "alidade/zone.h"
#include "anchors.h"

#define SPACE_POINTS 8.0
#define LITTLE_POINTS 3.0 /* where all must be on one page */
#define CONTENTS_ACROSS 4 /* links in a row */
#define HEADING_POINTS 22.0
#define REMARKS_POINTS 36.0 /* of a table, below it */
#define NEARLY_EMPTY 0.35 /* of a page */

enum ald_rc ald_xlsx_sheet_add(struct ald_xlsx *x, const char *name, struct ald_xlsx_sheet *ret, struct ald_err *err)
{
    lxw_worksheet *ws = workbook_add_worksheet(x->book, name);
    if (!ws)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': sheet '%s' is refused", x->path, name);
    *ret = (struct ald_xlsx_sheet){.x = x, .ws = ws, .name = name, .page = ald_calloc(x->arena, 1, sizeof *ret->page)};
    worksheet_gridlines(ws, LXW_HIDE_ALL_GRIDLINES);
    worksheet_set_paper(ws, 9); /* A4 */
    worksheet_set_margins(ws, 0.4, 0.4, 0.7, 0.6);
    /* Texts that look like numbers are meant to be texts. */
    return ald_xlsx_did(ret, worksheet_ignore_errors(ws, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576"), err);
}

enum ald_rc ald_xlsx_space(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    double points = s->x->report->sections[s->section].one_page ? LITTLE_POINTS : SPACE_POINTS;
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}

/* Whether cells of it hold durations; cards say them in words. */
static bool has_durations(const struct ald_section *view)
{
    bool has = false;
    for (size_t i = 0; i < view->blocks_n && !has; i++) {
        const struct ald_block *b = &view->blocks[i];
        for (size_t k = 0; k < b->figures_n; k++)
            has = has || b->figures[k].show == ALD_SHOW_SECONDS;
        for (size_t k = 0; b->table && !b->table->cards && k < b->table->columns_n; k++)
            has = has || b->table->columns[k].show == ALD_SHOW_SECONDS;
    }
    return has;
}

static enum ald_rc put_top(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    const struct ald_report *report = x->report;
    const char *title = report->sections[s->section].title;
    if (s->part)
        title = ald_sprintf(x->scratch, "%s, continued (%zu)", title, s->part + 1);
    bool of_report = report->first_untitled && s->section == 0;
    ALD_TRY(ald_xlsx_paragraph(s, of_report ? report->title : title, XS_TITLE, err));
    const char *what = report->title ? report->title : "";
    if (of_report)
        what = report->subtitle ? report->subtitle : "";
    else if (report->subtitle && *report->subtitle)
        what = ald_sprintf(x->scratch, "%s \xC2\xB7 %s", what, report->subtitle);
    if (!report->sections[s->section].one_page)
        ALD_TRY(ald_xlsx_paragraph(s, what, XS_SUBTITLE, err));
    const struct ald_node as_of = {.kind = ALD_NODE_TIME, .integer = report->as_of};
    const char *when =
        report->subtitle && strstr(report->subtitle, "as of")
            ? "T"
            : ald_sprintf(x->scratch, "As of %s \xC2\xB7 t", ald_words(x->report, x->scratch, &as_of, ALD_SHOW_TIME));
    const struct ald_section *view = &report->sections[s->section];
    bool one = view->one_page;
    when = ald_sprintf(x->scratch, "%simes in %s%s", when, ald_zone_name(report->zone),
                       has_durations(view) ? " \xC2\xB7 durations in hours:minutes:seconds" : "");
    if (one && *what) /* every line counts there */
        ALD_TRY(ald_xlsx_paragraph(s, ald_sprintf(x->scratch, "%s \xC2\xB7 %c%s", what, when[0] == 'T' ? 't' : 'a', when + 1), XS_SUBTITLE, err));
    else
        ALD_TRY(ald_xlsx_paragraph(s, when, XS_SUBTITLE, err));
    if (report->simulated)
        ALD_TRY(ald_xlsx_paragraph(s, "Simulated data: no real organisation, people or incidents.", XS_SIMULATED, err));
    if (s->section) {
        const char *url = ald_sprintf(x->scratch, "internal:'%s'!A1", x->section_names[0]);
        const char *text = ald_sprintf(x->scratch, "Back to %s", x->section_names[0]);
        lxw_error e = worksheet_write_url_opt(s->ws, (lxw_row_t)s->row, 0, url, x->formats[XS_GOTO], text, NULL);
        ALD_TRY(ald_xlsx_did(s, e, err));
        s->links++;
        ald_xlsx_next_row(s, 15);
    }
    ald_arena_reset(x->scratch);
    return ald_xlsx_space(s, err);
}

/* In headers and footers & starts a code. */
static const char *plain(struct ald_arena *a, const char *text, size_t max)
{
    const char *line = ald_words_line(a, text, max);
    char *to = ald_alloc(a, 2 * strlen(line) + 1);
    size_t at = 0;
    for (; *line; line++) {
        if (*line == '&')
            to[at++] = '&';
        to[at++] = *line;
    }
    return to;
}

static enum ald_rc set_print(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    const struct ald_section *section = &x->report->sections[s->section];
    if (section->landscape)
        worksheet_set_landscape(s->ws);
    lxw_header_footer_options edge = {.margin = 0.3};
    if (section->one_page) { /* whose letters are as large as its margins let them be */
        edge.margin = 0.2;
        worksheet_set_margins(s->ws, 0.4, 0.4, 0.45, 0.4);
    }
    const char *header = ald_sprintf(x->scratch, "&L%s&R%s", plain(x->scratch, x->report->title, 50),
                                     plain(x->scratch, x->report->period_label, 40));
    const char *footer = ald_sprintf(x->scratch, "&L%s%s&RPage &P of &N", plain(x->scratch, section->title, 50),
                                     x->report->simulated ? " \xC2\xB7 simulated data" : "");
    ALD_TRY(ald_xlsx_did(s, worksheet_set_header_opt(s->ws, header, &edge), err));
    return ald_xlsx_did(s, worksheet_set_footer_opt(s->ws, footer, &edge), err);
}

enum ald_rc ald_xlsx_sheet_begin(struct ald_xlsx *x, size_t section, size_t part, struct ald_xlsx_sheet *ret,
                                 struct ald_err *err)
{
    const char *name = x->section_names[section];
    if (part)
        name = ald_xlsx_name(x, x->report->sections[section].title, part);
    ALD_TRY(ald_xlsx_sheet_add(x, name, ret, err));
    ret->section = section;
    ret->part = part;
    ald_xlsx_grid_plan(ret, &x->report->sections[section]);
    ALD_TRY(set_print(ret, err));
    return put_top(ret, err);
}

enum ald_rc ald_xlsx_sheet_end(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    for (size_t i = 0; i < s->columns; i++)
        ALD_TRY(ald_xlsx_did(s, worksheet_set_column(s->ws, (lxw_col_t)i, (lxw_col_t)i, s->widths[i], NULL), err));
    lxw_row_t last = (lxw_row_t)(s->row ? s->row - 1 : 0);
    ald_xlsx_page_fit(s);
    if (s->breaks_n)
        ALD_TRY(ald_xlsx_did(s, worksheet_set_h_pagebreaks(s->ws, s->breaks), err));
    size_t used = s->print_last ? s->print_last : s->used_last;
    lxw_col_t right = (lxw_col_t)(used > s->text_last ? used : s->text_last);
    return ald_xlsx_did(s, worksheet_print_area(s->ws, 0, 0, last, right), err);
}

/* The table whose header stays in sight and comes again on each page: the only one of a sheet. */
static const struct ald_table *main_table(const struct ald_report *report, const struct ald_section *section)
{
    const struct ald_table *only = NULL;
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_block *b = &section->blocks[i];
        if (only && b->kind != ALD_BLOCK_REMARK && b->kind != ALD_BLOCK_TEXT && b->kind != ALD_BLOCK_TABLE)
            return NULL; /* its header would stand above what follows */
        if (b->kind != ALD_BLOCK_TABLE || b->table->labelled || !ald_xlsx_rows_n(report, b->table))
            continue;
        if (only)
            return NULL;
        only = b->table;
    }
    return only;
}

static enum ald_xlsx_style text_style(const struct ald_block *b)
{
    switch (b->kind) {
    case ALD_BLOCK_REMARK:
        return XS_REMARK;
    case ALD_BLOCK_LEAD:
        return b->strong ? XS_LEAD_STRONG : XS_LEAD;
    case ALD_BLOCK_QUOTE:
        return XS_QUOTE;
    default:
        return XS_TEXT;
    }
}

enum ald_rc ald_xlsx_words(struct ald_xlsx_sheet *s, const struct ald_block *b, struct ald_err *err)
{
    ALD_TRY(ald_xlsx_paragraph(s, b->text ? b->text : "", text_style(b), err));
    return ald_xlsx_space(s, err);
}

/* Charts that may share a row: two in a row with a place beside the other. */
static size_t charts_at(const struct ald_section *view, size_t i)
{
    const struct ald_block *b = &view->blocks[i];
    bool two = i + 1 < view->blocks_n && b->place != ALD_PLACE_FULL && b[1].kind == ALD_BLOCK_CHART && b[1].place != ALD_PLACE_FULL &&
               b->chart->form == b[1].chart->form;
    return two ? 2 : 1;
}

static bool is_words(const struct ald_block *b)
{
    return b->kind == ALD_BLOCK_TEXT || b->kind == ALD_BLOCK_REMARK || b->kind == ALD_BLOCK_LEAD || b->kind == ALD_BLOCK_QUOTE;
}

/* Of a block with its heading, what may not be parted: a chart, the first rows of a table. */
static double least_points(const struct ald_xlsx_sheet *s, const struct ald_section *view, size_t i)
{
    const struct ald_block *b = &view->blocks[i];
    if (b->kind == ALD_BLOCK_CHART)
        return ald_xlsx_chart_points();
    if (b->kind == ALD_BLOCK_TABLE)
        return ald_xlsx_rows_n(s->x->report, b->table) ? 120 : 50;
    return b->kind == ALD_BLOCK_FIGURES ? 100 : b->kind == ALD_BLOCK_HEADING ? 70 : 0;
}

/* The whole of a table whose header would not come again on the next page, where a page can hold it; else 0. */
static double whole_points(struct ald_xlsx_sheet *s, const struct ald_section *view, size_t i, const struct ald_table *main)
{
    const struct ald_block *b = &view->blocks[i];
    bool table = b->kind == ALD_BLOCK_TABLE && !b->table->labelled && b->table != main;
    if (!table && b->kind != ALD_BLOCK_FIGURES)
        return 0;
    double whole = HEADING_POINTS + (table ? ald_xlsx_table_points(s, b->table) : ald_xlsx_figures_points(s, b));
    return whole <= ald_xlsx_page_points(s) ? whole : 0;
}

/* Whether a block begins a page. A page that would stay nearly empty for that prints a little smaller instead, if that is enough. */
static bool begins_page(struct ald_xlsx_sheet *s, const struct ald_section *view, size_t i, const struct ald_table *main)
{
    if (view->one_page || !s->row)
        return false;
    double left = ald_xlsx_page_left(s), whole = 0;
    if (view->blocks[i].new_page || left < least_points(s, view, i))
        return true;
    whole = whole_points(s, view, i, main);
    if (whole <= left)
        return false;
    bool nearly_empty = left > (1 - NEARLY_EMPTY) * ald_xlsx_page_points(s);
    return !nearly_empty || !ald_xlsx_page_draw_in(s, whole + REMARKS_POINTS);
}

/* Charts over the whole width that follow each other from here on. */
static size_t charts_from(const struct ald_section *view, size_t i)
{
    size_t n = 0;
    while (i + n < view->blocks_n && view->blocks[i + n].kind == ALD_BLOCK_CHART && view->blocks[i + n].place == ALD_PLACE_FULL &&
           (n == 0 || !view->blocks[i + n].new_page))
        n++;
    return n ? n : 1;
}

/* What stands above a block. */
static enum ald_rc put_heading(struct ald_xlsx_sheet *s, const struct ald_section *view, size_t i, const struct ald_table *main, struct ald_err *err)
{
    const struct ald_block *b = &view->blocks[i];
    if (begins_page(s, view, i, main)) {
        ALD_TRY(ald_xlsx_meanings(s, i + 1, err));
        ald_xlsx_page_break(s);
    }
    if (b->kind != ALD_BLOCK_REMARK && (i == 0 || b[-1].kind != ALD_BLOCK_HEADING)) {
        s->block_row = s->row;
        s->block_height = s->height;
    }
    size_t n = 0;
    if (is_words(b) || (b->kind == ALD_BLOCK_CHART && charts_at(view, i) == 2) || ald_xlsx_has_columns(s, view, i, &n))
        return ALD_OK;
    const char *heading = b->text ? b->text : b->kind == ALD_BLOCK_CHART ? b->chart->title : NULL;
    if (!heading || !*heading)
        return ALD_OK;
    if (b->kind == ALD_BLOCK_HEADING && !view->one_page)
        ALD_TRY(ald_xlsx_space(s, err));
    return ald_xlsx_paragraph(s, heading, XS_HEADING, err);
}

/* *ret_n: how many blocks were put. */
static enum ald_rc put_block(struct ald_xlsx_sheet *s, const struct ald_section *view, size_t i, const struct ald_table *main, size_t *ret_n,
                             struct ald_err *err)
{
    const struct ald_block *b = &view->blocks[i];
    if (ald_xlsx_has_columns(s, view, i, ret_n))
        return ald_xlsx_columns(s, b, *ret_n, err);
    *ret_n = 1;
    if (b->kind == ALD_BLOCK_LEAD) {
        while (i + *ret_n < view->blocks_n && b[*ret_n].kind == ALD_BLOCK_LEAD && !b[*ret_n].item)
            ++*ret_n;
        ALD_TRY(ald_xlsx_lead(s, b, *ret_n, err));
        bool more = i + *ret_n < view->blocks_n && b[*ret_n].kind == ALD_BLOCK_LEAD; /* points of one opening stand together */
        return more ? ALD_OK : ald_xlsx_space(s, err);
    }
    if (is_words(b))
        return ald_xlsx_words(s, b, err);
    const struct ald_chart *charts[2] = {b->chart};
    switch (b->kind) {
    case ALD_BLOCK_FIGURES:
        ALD_TRY(ald_xlsx_figures(s, b, err));
        break;
    case ALD_BLOCK_TABLE:
        if (b->table->labelled && ald_xlsx_rows_n(s->x->report, b->table))
            ALD_TRY(ald_xlsx_cards(s, b->table, err));
        else
            ALD_TRY(ald_xlsx_table(s, b->table, b->table == main, err));
        break;
    case ALD_BLOCK_CHART:
        *ret_n = charts_at(view, i);
        charts[1] = *ret_n == 2 ? b[1].chart : NULL;
        ALD_TRY(ald_xlsx_charts(s, charts, *ret_n, charts_from(view, i), err));
        break;
    default:
        return ALD_OK;
    }
    return ald_xlsx_space(s, err);
}

/* The first sheet ends with links to the others, several in a row. */
static enum ald_rc put_contents(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    size_t n = x->report->sections_n;
    if (s->section || n < 2)
        return ALD_OK;
    static const struct ald_xlsx_wish wishes[CONTENTS_ACROSS] = {{28, 20}, {28, 20}, {28, 20}, {28, 20}};
    struct ald_xlsx_span at[CONTENTS_ACROSS];
    ald_xlsx_grid_lay(s, wishes, CONTENTS_ACROSS, false, at);
    size_t few = n <= CONTENTS_ACROSS; /* fit beside their heading */
    bool beside = n < CONTENTS_ACROSS && x->chart_columns; /* so does what is said of charts */
    (void)ald_xlsx_page_draw_in(s, 15.0 * (double)(n / CONTENTS_ACROSS + 1) + (few ? 0 : HEADING_POINTS) + (x->chart_columns && !beside ? 17 : 0));
    if (few)
        ALD_TRY(ald_xlsx_put_text(s, at[0], "In this workbook:", XS_TEXT, err));
    else
        ALD_TRY(ald_xlsx_paragraph(s, "In this workbook", XS_HEADING, err));
    for (size_t i = 1; i < n; i++) {
        size_t k = (i - 1 + few) % CONTENTS_ACROSS;
        const char *text = ald_words_line(x->scratch, x->report->sections[i].title, 200);
        struct ald_xlsx_link link = {.place = ald_sprintf(x->scratch, "'%s'!A1", x->section_names[i])};
        ALD_TRY(ald_xlsx_put_link(s, at[k], *text ? text : x->section_names[i], link, XS_GOTO, err));
        if (i == n - 1 && beside)
            ALD_TRY(ald_xlsx_put_text(s, at[n], "Charts draw from a hidden sheet.", XS_REMARK, err));
        if (k == CONTENTS_ACROSS - 1 || i == n - 1)
            ald_xlsx_next_row(s, 15);
    }
    if (!x->chart_columns || beside)
        return ALD_OK;
    return ald_xlsx_paragraph(s, ald_sprintf(x->scratch, "Charts draw from the sheet %s, which is hidden.", x->chart_data_name), XS_REMARK, err);
}

enum ald_rc ald_xlsx_section_begin(struct ald_xlsx *x, size_t section, struct ald_err *err)
{
    const struct ald_section *view = &x->report->sections[section];
    struct ald_xlsx_sheet *s = &x->sheets[section];
    ALD_TRY(ald_xlsx_sheet_begin(x, section, 0, s, err));
    const struct ald_table *main = main_table(x->report, view), *target = ald_anchored_table(x->report, view);
    for (size_t n = 0; target && s->block < view->blocks_n; s->block += n) {
        ALD_TRY(put_heading(s, view, s->block, main, err));
        if (view->blocks[s->block].kind == ALD_BLOCK_TABLE && view->blocks[s->block].table == target) {
            ald_xlsx_target_add(s, target);
            s->headed = true;
            break;
        }
        ALD_TRY(put_block(s, view, s->block, main, &n, err));
        ald_arena_reset(x->scratch);
    }
    return ALD_OK;
}

enum ald_rc ald_xlsx_section_end(struct ald_xlsx *x, size_t section, struct ald_err *err)
{
    const struct ald_section *view = &x->report->sections[section];
    const struct ald_table *main = main_table(x->report, view);
    struct ald_xlsx_sheet *s = &x->sheets[section];
    for (size_t n = 0; s->block < view->blocks_n; s->block += n) {
        if (!s->headed)
            ALD_TRY(put_heading(s, view, s->block, main, err));
        s->headed = false;
        size_t block = s->block;
        ALD_TRY(put_block(s, view, block, main, &n, err));
        s->block = block; /* a table may have gone on, on a sheet of its own */
        ald_arena_reset(x->scratch);
    }
    ALD_TRY(ald_xlsx_meanings(s, SIZE_MAX, err));
    ALD_TRY(put_contents(s, err));
    ald_arena_reset(x->scratch);
    return ald_xlsx_sheet_end(s, err);
}
