/* What columns mean, where their figures stand: headings lead to the definition, and at the end of the sheet each is written out,
 * so that paper has them too. Knows the section of definitions, not what they say. */
#include "xlsx_priv.h"

#include <math.h>
#include <string.h>

const char *ald_xlsx_definition_place(struct ald_xlsx *x, const struct ald_column *column)
{
    return column->definition ? ald_xlsx_place(x, "definitions", column->definition) : NULL;
}

#define HEADING_POINTS 18.0
#define MEANINGS_MOST 64 /* of one sheet */
#define FEW 3 /* are not worth a heading, where others follow elsewhere */

static const enum ald_xlsx_style styles[2] = {XS_NOTE_LABEL, XS_NOTE};

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

static size_t gather(const struct ald_report *report, struct ald_arena *a, const struct ald_table *table, struct meaning *all, size_t n)
{
    for (size_t i = 0; i < table->columns_n; i++) {
        const char *definition = table->columns[i].definition, *title = trimmed(a, table->columns[i].title);
        size_t k = 0;
        while (definition && k < n && strcmp(all[k].definition, definition) != 0)
            k++;
        if (!definition || k == MEANINGS_MOST || !ald_definition_text(report, a, definition))
            continue;
        if (k == n)
            all[n++] = (struct meaning){definition, title};
        else if (!has_title(all[k].label, title))
            all[k].label = ald_sprintf(a, "%s; %s", all[k].label, title);
    }
    return n;
}

/* Of the tables among the first blocks. */
static size_t gather_blocks(struct ald_xlsx_sheet *s, size_t blocks, struct meaning *all)
{
    struct ald_xlsx *x = s->x;
    const struct ald_section *section = &x->report->sections[s->section];
    size_t n = 0;
    for (size_t i = 0; i < blocks && i < section->blocks_n; i++) {
        const struct ald_block *b = &section->blocks[i];
        if (b->kind == ALD_BLOCK_TABLE && !b->table->labelled && ald_xlsx_rows_n(x->report, b->table))
            n = gather(x->report, x->scratch, b->table, all, n);
    }
    return n;
}

/* How many of them, from one on, stand in that height under their heading; *ret_points: what those need. */
static size_t that_fit(struct ald_xlsx_sheet *s, const struct meaning *all, size_t from, size_t n, double room, double *ret_points)
{
    double points = HEADING_POINTS;
    size_t i = from;
    for (; i < n; i++) {
        double need = ald_xlsx_row_points(ald_xlsx_pair_points(s, all[i].label, ald_definition_text(s->x->report, s->x->scratch, all[i].definition), styles));
        if (points + need > room)
            break;
        points += need;
    }
    *ret_points = points;
    return i - from;
}

enum ald_rc ald_xlsx_meanings(struct ald_xlsx_sheet *s, size_t blocks, struct ald_err *err)
{
    const struct ald_section *section = &s->x->report->sections[s->section];
    struct meaning all[MEANINGS_MOST] = {0};
    double points = 0;
    if (section->one_page) /* has no room; its headings lead there */
        return ALD_OK;
    bool early = blocks != SIZE_MAX;
    size_t some_n = gather_blocks(s, blocks, all), from = s->meant; /* the first of all: a label may become longer by later tables */
    (void)gather_blocks(s, SIZE_MAX, all);
    size_t n = that_fit(s, all, from, some_n, early ? ald_xlsx_page_left(s) : (double)INFINITY, &points);
    if (early && from + n < some_n) { /* the others would stand alone behind the table: rather print a little smaller */
        double whole = 0;
        size_t rest = that_fit(s, all, from, some_n, (double)INFINITY, &whole);
        n = ald_xlsx_page_draw_in(s, whole) ? rest : n;
    }
    if (!n || (early && n < FEW && from + n < some_n))
        return ALD_OK;
    if (!early && !ald_xlsx_page_draw_in(s, points) && !ald_xlsx_page_take_along(s, points))
        (void)ald_xlsx_page_keep(s, points);
    ALD_TRY(ald_xlsx_paragraph(s, from ? "What the other columns mean" : "What the columns mean", XS_LABEL, err));
    s->meant += n;
    for (size_t i = from; i < from + n; i++)
        ALD_TRY(ald_xlsx_pair(s, all[i].label, ald_definition_text(s->x->report, s->x->scratch, all[i].definition), styles, err));
    return ALD_OK;
}
