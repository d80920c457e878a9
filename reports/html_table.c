/* Figures and tables as HTML. A value that is not there is a dash with a note that says why. */
#include "html_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/utf8.h"
#include "notes.h"

#define CELL_CHARS 1000
#define KEY_CHARS 16
#define ISO_DAY 10 /* letters of 2026-07-04 */
#define QUANTITY_COLUMNS 20 /* the style knows so many */
#define WIDE 24 /* characters of a column that takes room from others */
#define WIDE_OF_MANY 20
#define LEAST_PRINTED 4
#define MOST_PRINTED 16
#define MANY_COLUMNS 10 /* so many are set smaller, else the last ones lie beyond the edge of the screen */

static bool is_quantity(enum ald_show show)
{
    return show != ALD_SHOW_TEXT && show != ALD_SHOW_LIST && show != ALD_SHOW_BOOL && show != ALD_SHOW_WORD && show != ALD_SHOW_SENTENCE && show != ALD_SHOW_TIME;
}

/* ---- Figures ---- */

/* The value as people read it, and as machines do. */
static void put_value(struct ald_html *h, const struct ald_node *node, enum ald_show show, const char *path)
{
    const char *words = ald_words(h->report, h->scratch, node, show);
    ald_html_raw(h, "<td class=\"n");
    if (!node || !words) {
        ald_html_raw(h, " a\">");
        const char *reason = path ? ald_absent_at(h->report->root, path) : NULL;
        ald_html_prose(h, reason ? reason : "not recorded");
        ald_html_raw(h, "</td>");
        return;
    }
    ald_html_raw(h, "\"");
    if (path) {
        ald_html_raw(h, " data-path=\"");
        ald_html_text(h, path);
        ald_html_raw(h, "\"");
    }
    ald_html_raw(h, ">");
    double v = node->kind == ALD_NODE_NUM ? node->number : node->kind == ALD_NODE_INT ? (double)node->integer : (double)NAN;
    if (isfinite(v))
        ald_html_rawf(h, "<data value=\"%.12g\">", v);
    ald_html_text(h, words);
    ald_html_raw(h, isfinite(v) ? "</data></td>" : "</td>");
}

static void put_figure(struct ald_html *h, const struct ald_figure *f, const struct ald_figure *before, bool intervals, bool counts)
{
    const struct ald_node *root = h->report->root;
    bool absent = false;
    ald_html_raw(h, "<tr><th scope=\"row\">");
    ald_html_text(h, f->label);
    ald_html_raw(h, "</th>");
    put_value(h, f->path ? ald_node_at(root, f->path) : NULL, f->show, f->path);
    const char *interval = ald_words_interval(h->report, h->scratch, f, &absent);
    if (intervals) {
        ald_html_rawf(h, "<td class=\"n iv%s\">", absent ? " a" : "");
        ald_html_text(h, interval);
        ald_html_raw(h, "</td>");
    }
    if (counts) {
        ald_html_raw(h, "<td class=\"n nn\">");
        ald_html_text(h, f->n ? ald_words(h->report, h->scratch, ald_node_at(root, f->n), ALD_SHOW_COUNT) : NULL);
        ald_html_raw(h, "</td>");
    }
    ald_html_raw(h, "<td class=\"a w\">");
    ald_html_text(h, ald_figure_meaning(h->report, h->scratch, f, before));
    ald_html_raw(h, "</td></tr>\n");
}

/* Long words without blanks, which break where they must. */
static bool ends_with_ids(const struct ald_table *table)
{
    const struct ald_column *last = &table->columns[table->columns_n - 1];
    return last->show == ALD_SHOW_TEXT && last->width > WIDE;
}

/* How many of its columns are printed; the style knows LEAST_PRINTED to MOST_PRINTED. */
static size_t printed_columns(const struct ald_table *table)
{
    size_t n = table->printed ? table->printed : table->columns_n;
    return n < LEAST_PRINTED || n > MOST_PRINTED || n > table->columns_n ? table->columns_n : n;
}

/* A table that may be wider than the screen scrolls by itself, also by keyboard. Which of its columns hold quantities is said
 * once, not of each cell: that is a tenth of a page of a thousand incidents. */
static void open_table(struct ald_html *h, const char *caption, const struct ald_table *table)
{
    size_t number = ++h->tables;
    ald_html_raw(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    ald_html_text(h, caption && *caption ? caption : "Table");
    ald_html_rawf(h, " (table %zu)\"><table", number);
    if (table) {
        ald_html_rawf(h, " class=\"%s%s", table->columns_n >= MANY_COLUMNS ? "many" : "", ends_with_ids(table) ? " id" : "");
        if (printed_columns(table) < table->columns_n)
            ald_html_rawf(h, " p%zu", printed_columns(table));
        for (size_t i = 0; i < table->columns_n && i < QUANTITY_COLUMNS; i++)
            if (is_quantity(table->columns[i].show) || table->columns[i].show == ALD_SHOW_TIME)
                ald_html_rawf(h, " %c%zu", table->columns[i].show == ALD_SHOW_TIME ? 't' : 'q', i + 1);
        ald_html_raw(h, "\" data-rows=\"");
        ald_html_text(h, table->rows);
        ald_html_raw(h, "\"");
    }
    ald_html_raw(h, table ? ">" : " class=\"fig\">");
    if (caption && *caption) {
        ald_html_raw(h, "<caption>");
        ald_html_text(h, caption);
        ald_html_raw(h, "</caption>");
    }
}

void ald_html_figures(struct ald_html *h, const struct ald_block *b)
{
    bool intervals = false, counts = false;
    for (size_t i = 0; i < b->figures_n; i++) {
        intervals = intervals || b->figures[i].low || b->figures[i].high;
        counts = counts || b->figures[i].n;
    }
    open_table(h, b->text, NULL);
    ald_html_raw(h, "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\" class=\"n\">Value</th>");
    ald_html_raw(h, intervals ? "<th scope=\"col\" class=\"n\">95 % interval</th>" : "");
    ald_html_raw(h, counts ? "<th scope=\"col\" class=\"n\">n</th>" : "");
    ald_html_raw(h, "<th scope=\"col\">What it means</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < b->figures_n; i++) {
        put_figure(h, &b->figures[i], i ? &b->figures[i - 1] : NULL, intervals, counts);
        ald_arena_reset(h->scratch);
    }
    ald_html_raw(h, "</tbody></table></div>\n");
}

/* ---- Tables ---- */

static void put_absent(struct ald_html *h, const struct ald_node *node, struct ald_notes *notes)
{
    const char *why = node && node->kind == ALD_NODE_NULL ? node->absent : NULL;
    size_t number = why ? ald_note(notes, h->arena, why) : 0;
    ald_html_raw(h, why && !number ? "<td class=a>" : "<td>");
    if (number)
        ald_html_rawf(h, "\xE2\x80\x93<sup>%zu</sup>", number);
    else
        ald_html_text(h, why);
}

static void put_cell(struct ald_html *h, const struct ald_column *col, const struct ald_node *row, bool first, bool many, struct ald_notes *notes)
{
    const struct ald_node *node = ald_node_at(row, col->path);
    const char *words = ald_words(h->report, h->scratch, node, col->show);
    if (!words || !*words) {
        put_absent(h, node, notes);
        return;
    }
    if (ald_utf8_count(words) > CELL_CHARS)
        words = ald_sprintf(h->scratch, "%.*s\xE2\x80\xA6 [cut]", (int)ald_utf8_prefix(words, CELL_CHARS), words);
    ald_html_raw(h, first ? "<th>" : "<td>");
    if (col->show == ALD_SHOW_TIME && strlen(words) > ISO_DAY && words[ISO_DAY] == ' ') { /* the day, and below it the hour */
        ald_html_text(h, ald_sprintf(h->scratch, "%.*s ", ISO_DAY, words));
        ald_html_raw(h, many ? "<br>" : "");
        words += ISO_DAY + 1;
    }
    if (col->show == ALD_SHOW_SENTENCE) /* our own words; of a value the blanks stay as they are: people look for it */
        words = ald_words_kept(h->scratch, words);
    bool key = col->width <= KEY_CHARS && strchr(words, '-') && !strchr(words, ' ') && ald_utf8_count(words) <= KEY_CHARS;
    ald_html_raw(h, key ? "<span class=o>" : ""); /* no line ends at its hyphen */
    ald_html_link_at(h, col, row, words);
    ald_html_raw(h, key ? "</span>" : "");
}

static void put_head(struct ald_html *h, const struct ald_table *table)
{
    ald_html_raw(h, "<thead><tr>");
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct ald_column *col = &table->columns[i];
        bool wide = i && !is_quantity(col->show) && col->width > (table->columns_n >= MANY_COLUMNS ? WIDE_OF_MANY : WIDE);
        ald_html_rawf(h, "<th scope=\"col\"%s data-path=\"", is_quantity(col->show) ? " class=\"n\"" : wide ? " class=\"w\"" : "");
        ald_html_text(h, col->path);
        ald_html_raw(h, "\">");
        bool linked = col->definition && ald_definition_text(h->report, h->scratch, col->definition);
        if (linked) {
            ald_html_raw(h, "<a href=\"#definitions-");
            ald_html_text(h, col->definition);
            ald_html_raw(h, "\">");
        }
        ald_html_text(h, ald_words_line(h->scratch, col->title, 200));
        ald_html_raw(h, linked ? "</a></th>" : "</th>");
    }
    ald_html_raw(h, "</tr></thead><tbody>\n");
    ald_arena_reset(h->scratch);
}

static void put_notes(struct ald_html *h, const struct ald_notes *notes)
{
    if (!notes->n)
        return;
    ald_html_raw(h, "<ul class=\"notes\">");
    for (size_t i = 0; i < notes->n; i++) {
        ald_html_rawf(h, "<li>\xE2\x80\x93<sup>%zu</sup> ", i + 1);
        ald_html_prose(h, notes->texts[i]);
        ald_html_raw(h, "</li>");
    }
    ald_html_raw(h, "</ul>\n");
}

/* Before the table: who reads on paper need not miss a column before they know that it is there. */
static void put_not_printed(struct ald_html *h, const struct ald_table *table)
{
    size_t n = printed_columns(table);
    if (n == table->columns_n)
        return;
    ald_html_raw(h, "<p class=\"r paper\">On paper without: ");
    for (size_t i = n; i < table->columns_n; i++) {
        ald_html_raw(h, i == n ? "" : ", ");
        ald_html_text(h, table->columns[i].title);
    }
    ald_html_raw(h, ". This page on a screen, and the workbook, have them.</p>\n");
}

void ald_html_table(struct ald_html *h, const struct ald_block *b)
{
    const struct ald_table *table = b->table;
    const struct ald_node *rows = ald_node_at(h->report->root, table->rows);
    size_t n, most = ald_table_rows(h->report, table, &n), shown = most < ALD_HTML_ROWS ? most : ALD_HTML_ROWS;
    struct ald_notes notes = {.n = 0};
    if (!n) {
        ald_html_raw(h, "<p class=\"r\">");
        if (b->text && *b->text && !h->two) {
            ald_html_text(h, b->text);
            ald_html_raw(h, b->text[strlen(b->text) - 1] == '?' ? " " : ": ");
        }
        ald_html_prose(h, table->empty ? table->empty : "None.");
        ald_html_raw(h, "</p>\n");
        return;
    }
    if (table->cards) {
        ald_html_cards(h, table, rows, shown);
        return;
    }
    const struct ald_section *section = &h->report->sections[h->section];
    const bool *named = h->targets[h->section].named;
    bool all = strcmp(section->id, "definitions") == 0; /* headers lead there */
    h->register_rows = table->filter;
    put_not_printed(h, table);
    open_table(h, b->text, table);
    put_head(h, table);
    for (size_t i = 0; i < shown; i++) {
        const struct ald_node *row = ald_rows_at(rows, i, h->scratch);
        const char *anchor = all || (named && named[i]) ? ald_text_at(row, table->anchor) : NULL;
        ald_html_raw(h, anchor ? "<tr id=\"" : "<tr>");
        if (anchor) {
            ald_html_anchor(h, section->id, anchor);
            ald_html_raw(h, "\">");
        }
        for (size_t k = 0; k < table->columns_n; k++)
            put_cell(h, &table->columns[k], row, k == 0, table->columns_n >= MANY_COLUMNS, &notes);
        ald_html_raw(h, "\n");
        ald_arena_reset(h->scratch);
    }
    h->register_rows = false;
    ald_html_raw(h, "</tbody></table></div>\n");
    put_notes(h, &notes);
    const char *remark = ald_table_remark(h->scratch, h->report, table, shown);
    if (remark)
        ald_html_rawf(h, "<p class=\"r\">%s</p>\n", remark);
}
