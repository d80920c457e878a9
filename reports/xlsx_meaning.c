/* What columns mean, where their figures stand: headings lead to the definition, and at the end of the sheet each is written out,
 * so that paper has them too. Knows the section of definitions, not what they say. */
#include "xlsx_priv.h"

#include <string.h>

const char *ald_xlsx_definition_place(struct ald_xlsx *x, const struct ald_column *column)
{
    return column->definition ? ald_xlsx_place(x, "definitions", column->definition) : NULL;
}

#define HEADING_POINTS 18.0
#define MEANINGS_MOST 64 /* of one sheet */

struct meaning {
    const char *definition, *label; /* label: titles of all columns with it */
};

static bool has_title(const char *label, const char *title)
{
    size_t n = strlen(title);
    for (const char *at = strstr(label, title); at; at = strstr(at + 1, title))
        if ((at == label || at[-1] == ' ') && (at[n] == '\0' || at[n] == ';'))
            return true;
    return false;
}

/* A column that comes twice has a blank at the end of its title, so that the table's titles differ. */
static const char *trimmed(struct ald_arena *a, const char *title)
{
    char *line = ald_strdup(a, ald_words_line(a, title, 200));
    for (size_t n = strlen(line); n && line[n - 1] == ' '; n--)
        line[n - 1] = '\0';
    return line;
}

static size_t gather(struct ald_arena *a, const struct ald_table *table, struct meaning *all, size_t n)
{
    for (size_t i = 0; i < table->columns_n; i++) {
        const char *definition = table->columns[i].definition, *title = trimmed(a, table->columns[i].title);
        size_t k = 0;
        while (definition && k < n && strcmp(all[k].definition, definition) != 0)
            k++;
        if (!definition || k == MEANINGS_MOST)
            continue;
        if (k == n)
            all[n++] = (struct meaning){definition, title};
        else if (!has_title(all[k].label, title))
            all[k].label = ald_sprintf(a, "%s; %s", all[k].label, title);
    }
    return n;
}

enum ald_rc ald_xlsx_meanings(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    const struct ald_section *section = &x->report->sections[s->section];
    static const enum ald_xlsx_style styles[2] = {XS_NOTE_LABEL, XS_NOTE};
    struct meaning all[MEANINGS_MOST];
    size_t n = 0;
    if (section->one_page) /* has no room; its headings lead there */
        return ALD_OK;
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_block *b = &section->blocks[i];
        if (b->kind == ALD_BLOCK_TABLE && !b->table->labelled && ald_xlsx_rows_n(x->report, b->table))
            n = gather(x->scratch, b->table, all, n);
    }
    bool any = false;
    double points = HEADING_POINTS;
    for (size_t i = 0; i < n; i++) {
        const char *text = ald_definition_text(x->report, x->scratch, all[i].definition);
        points += text ? ald_xlsx_pair_points(s, all[i].label, text, styles) : 0;
    }
    if (!ald_xlsx_page_spills(s, points))
        (void)ald_xlsx_page_keep(s, points);
    for (size_t i = 0; i < n; i++) {
        const char *text = ald_definition_text(x->report, x->scratch, all[i].definition);
        if (!text)
            continue;
        if (!any)
            ALD_TRY(ald_xlsx_paragraph(s, "What the columns mean", XS_LABEL, err));
        any = true;
        ALD_TRY(ald_xlsx_pair(s, all[i].label, text, styles, err));
    }
    return ALD_OK;
}
