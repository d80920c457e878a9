/* Renders views as Markdown (CommonMark with tables). Everything that came from outside goes through put_text, which escapes
 * what Markdown or HTML could take for markup. Charts are told by their text alternatives. */
#include "markdown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

enum { ROWS_MOST = 200, CELL_CHARS = 600 };

struct md {
    FILE *file; /* its error flag is looked at once, when it is closed */
    const struct ald_report *report;
    struct ald_arena *scratch; /* emptied after each block or row */
};

static void put(struct md *m, const char *ours)
{
    (void)fputs(ours, m->file);
}

/* One line of any text. */
static void put_text(struct md *m, const char *text)
{
    const char *line = ald_words_line(m->scratch, text, 1000);
    for (const char *p = line; *p; p++) {
        if (strchr("\\`*_[]<>#|~&!$", *p) || (p == line && strchr("-+=.", *p)))
            (void)fputc('\\', m->file);
        (void)fputc(*p, m->file);
    }
}

static void put_link(struct md *m, const char *url, const char *text)
{
    bool linked = url && ald_words_can_link(m->scratch, url) && !strpbrk(url, "()");
    put(m, linked ? "[" : "");
    put_text(m, text);
    if (linked) {
        put(m, "](");
        put(m, url);
        put(m, ")");
    }
}

static const char *words_at(struct md *m, const struct ald_column *col, const struct ald_node *row)
{
    const char *words = ald_words(m->report, m->scratch, ald_node_at(row, col->path), col->show);
    return words && *words ? words : NULL;
}

/* ---- Tables ---- */

static void put_row(struct md *m, const struct ald_table *table, const struct ald_node *row)
{
    for (size_t k = 0; k < table->columns_n; k++) {
        const struct ald_column *col = &table->columns[k];
        const char *words = words_at(m, col, row);
        put(m, "| ");
        if (words)
            put_link(m, ald_text_at(row, col->link), ald_words_line(m->scratch, words, CELL_CHARS));
        put(m, " ");
    }
    put(m, "|\n");
}

static void put_list(struct md *m, const struct ald_column *col, const struct ald_node *list)
{
    if (!list || list->kind != ALD_NODE_LIST || list->list.n == 0)
        return;
    put(m, "\n**");
    put_text(m, col->title);
    put(m, "**\n\n");
    for (size_t i = 0; i < list->list.n; i++) {
        const char *words = ald_words(m->report, m->scratch, list->list.items[i], ALD_SHOW_TEXT);
        put(m, "- ");
        put_text(m, words);
        put(m, "\n");
    }
}

/* A brief of its own for each row. */
static void put_card(struct md *m, const struct ald_table *table, const struct ald_node *row)
{
    put(m, "\n### ");
    for (size_t k = 0; k < table->columns_n && k < 2; k++) {
        const char *words = words_at(m, &table->columns[k], row);
        put(m, k ? " " : "");
        if (words)
            put_link(m, ald_text_at(row, table->columns[k].link), words);
    }
    put(m, "\n\n");
    const char *between = "";
    for (size_t k = 2; k < table->columns_n; k++) {
        const struct ald_column *col = &table->columns[k];
        const char *words = ald_words_own_list(col) ? NULL : words_at(m, col, row);
        if (!words)
            continue;
        put(m, between);
        put_text(m, col->title);
        put(m, ": ");
        put_text(m, words);
        between = " \xC2\xB7 ";
    }
    put(m, "\n");
    for (size_t k = 2; k < table->columns_n; k++)
        if (ald_words_own_list(&table->columns[k]))
            put_list(m, &table->columns[k], ald_node_at(row, table->columns[k].path));
}

static void put_table(struct md *m, const struct ald_block *b)
{
    const struct ald_table *table = b->table;
    const struct ald_node *rows = ald_node_at(m->report->root, table->rows);
    size_t n, most = ald_table_rows(m->report, table, &n), shown = most < ROWS_MOST ? most : ROWS_MOST;
    if (b->text && *b->text) {
        put(m, "\n**");
        put_text(m, b->text);
        put(m, "**\n");
    }
    if (!n) {
        put(m, "\n");
        put_text(m, table->empty ? table->empty : "None.");
        put(m, "\n");
        return;
    }
    if (!table->cards) {
        put(m, "\n");
        for (size_t k = 0; k < table->columns_n; k++) {
            put(m, "| ");
            put_text(m, table->columns[k].title);
            put(m, " ");
        }
        put(m, "|\n");
        for (size_t k = 0; k < table->columns_n; k++)
            put(m, "|---");
        put(m, "|\n");
    }
    for (size_t i = 0; i < shown; i++) {
        const struct ald_node *row = ald_rows_at(rows, i, m->scratch);
        if (table->cards)
            put_card(m, table, row);
        else
            put_row(m, table, row);
        ald_arena_reset(m->scratch);
    }
    const char *remark = ald_table_remark(m->scratch, m->report, table, shown);
    if (remark)
        put(m, ald_sprintf(m->scratch, "\n%s\n", remark));
}

/* ---- Other blocks ---- */

static void put_figures(struct md *m, const struct ald_block *b)
{
    put(m, "\n| ");
    put_text(m, b->text && *b->text ? b->text : "Figure");
    put(m, " | | Interval | n |\n|---|---|---|---|\n");
    for (size_t i = 0; i < b->figures_n; i++) {
        const struct ald_figure *f = &b->figures[i];
        const struct ald_node *node = ald_node_at(m->report->root, f->path);
        const char *value = ald_words(m->report, m->scratch, node, f->show);
        bool absent = false;
        const char *interval = ald_words_interval(m->report, m->scratch, f, &absent);
        const char *n = f->n ? ald_words(m->report, m->scratch, ald_node_at(m->report->root, f->n), ALD_SHOW_COUNT) : NULL;
        put(m, "| ");
        put_text(m, f->label);
        put(m, " | ");
        put_text(m, value && *value ? value : node && node->kind == ALD_NODE_NULL ? node->absent : NULL);
        put(m, " | ");
        put_text(m, interval);
        put(m, " | ");
        put_text(m, n);
        put(m, " |\n");
        ald_arena_reset(m->scratch);
    }
}

static void put_block(struct md *m, const struct ald_block *b)
{
    switch (b->kind) {
    case ALD_BLOCK_HEADING:
        put(m, "\n### ");
        put_text(m, b->text);
        put(m, "\n");
        break;
    case ALD_BLOCK_TEXT:
    case ALD_BLOCK_LEAD:
    case ALD_BLOCK_REMARK:
        put(m, "\n");
        put_text(m, b->text);
        put(m, "\n");
        break;
    case ALD_BLOCK_QUOTE:
        put(m, "\n> ");
        put_text(m, b->text);
        put(m, "\n");
        break;
    case ALD_BLOCK_FIGURES:
        put_figures(m, b);
        break;
    case ALD_BLOCK_TABLE:
        put_table(m, b);
        break;
    case ALD_BLOCK_CHART:
        put(m, "\n");
        put_text(m, b->chart->title);
        put(m, ": a chart in the other formats.\n");
        break;
    }
    ald_arena_reset(m->scratch);
}

enum ald_rc ald_markdown_write(const struct ald_report *report, const char *path, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct md m = {.file = fopen(path, "we"), .report = report, .scratch = scratch};
    if (!m.file)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    put(&m, "# ");
    put_text(&m, report->title);
    put(&m, "\n\n");
    put_text(&m, report->subtitle);
    put(&m, "\n");
    if (report->simulated)
        put(&m, "\n**Simulated data: no real organisation, people or incidents.**\n");
    for (size_t s = 0; s < report->sections_n; s++) {
        put(&m, "\n## ");
        put_text(&m, report->sections[s].title);
        put(&m, "\n");
        for (size_t b = 0; b < report->sections[s].blocks_n; b++)
            put_block(&m, &report->sections[s].blocks[b]);
    }
    bool bad = ferror(m.file) != 0;
    if (fclose(m.file) != 0 || bad)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    return ALD_OK;
}
