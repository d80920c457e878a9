/* Builders for views: see view.h. */
#include "view.h"

#include <string.h>

struct ald_section *ald_view_section(struct ald_report *report, const char *id, const char *title)
{
    report->sections =
        ald_grow(report->arena, report->sections, report->sections_n, &report->sections_cap, sizeof *report->sections);
    struct ald_section *section = &report->sections[report->sections_n++];
    *section = (struct ald_section){.id = id, .title = title};
    return section;
}

static struct ald_block *block(struct ald_report *report, struct ald_section *section, enum ald_block_kind kind, const char *text)
{
    section->blocks = ald_grow(report->arena, section->blocks, section->blocks_n, &section->blocks_cap, sizeof *section->blocks);
    struct ald_block *b = &section->blocks[section->blocks_n++];
    *b = (struct ald_block){.kind = kind, .text = text, .place = section->place, .aside = section->aside};
    return b;
}

void ald_view_heading(struct ald_report *report, struct ald_section *section, const char *text)
{
    (void)block(report, section, ALD_BLOCK_HEADING, text);
}

void ald_view_text(struct ald_report *report, struct ald_section *section, const char *text)
{
    (void)block(report, section, ALD_BLOCK_TEXT, text);
}

void ald_view_remark(struct ald_report *report, struct ald_section *section, const char *text)
{
    (void)block(report, section, ALD_BLOCK_REMARK, text);
}

void ald_view_lead(struct ald_report *report, struct ald_section *section, const char *text, bool strong, bool item)
{
    struct ald_block *b = block(report, section, ALD_BLOCK_LEAD, text);
    b->strong = strong;
    b->item = item;
}

void ald_view_new_page(struct ald_section *section)
{
    if (section->blocks_n)
        section->blocks[section->blocks_n - 1].new_page = true;
}

void ald_view_quote(struct ald_report *report, struct ald_section *section, const char *text)
{
    (void)block(report, section, ALD_BLOCK_QUOTE, text);
}

size_t ald_view_figures_told(const struct ald_report *report, size_t n)
{
    const struct ald_node *lower = ald_node_at(report->root, "counts.lower");
    if (ald_node_at(report->root, "counts.current")->integer > 0)
        return n;
    return lower && lower->kind == ALD_NODE_NUM;
}

static void *copy(struct ald_arena *a, const void *items, size_t n, size_t size)
{
    void *to = ald_calloc(a, n ? n : 1, size);
    if (n)
        memcpy(to, items, n * size);
    return to;
}

void ald_view_figures(struct ald_report *report, struct ald_section *section, const char *caption, const struct ald_figure *figures, size_t n)
{
    struct ald_block *b = block(report, section, ALD_BLOCK_FIGURES, caption);
    b->figures = copy(report->arena, figures, n, sizeof *figures);
    b->figures_n = n;
}

struct ald_table *ald_view_table(struct ald_report *report, struct ald_section *section, const char *caption, const char *rows,
                                 const char *empty, const struct ald_column *columns, size_t n, bool filter)
{
    struct ald_block *b = block(report, section, ALD_BLOCK_TABLE, caption);
    struct ald_table *table = ald_alloc(report->arena, sizeof *table);
    *table = (struct ald_table){.rows = rows, .empty = empty, .columns_n = n, .filter = filter};
    table->columns = copy(report->arena, columns, n, sizeof *columns);
    b->table = table;
    return table;
}

void ald_view_chart(struct ald_report *report, struct ald_section *section, const struct ald_chart *chart)
{
    struct ald_block *b = block(report, section, ALD_BLOCK_CHART, chart->title);
    struct ald_chart *own = copy(report->arena, chart, 1, sizeof *chart);
    own->series = copy(report->arena, chart->series, chart->series_n, sizeof *chart->series);
    own->lines = copy(report->arena, chart->lines, chart->lines_n, sizeof *chart->lines);
    own->levels = copy(report->arena, chart->levels, chart->levels_n, sizeof *chart->levels);
    b->chart = own;
}
