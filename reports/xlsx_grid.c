/* Column widths of a sheet: one grid that suits all of its blocks. Writes nothing. */
#include "xlsx_priv.h"

#include <string.h>

#include "alidade/utf8.h"

#define PIECE 14.0 /* of the room that no block has claimed */

/* Label, value, interval, n, what it means. */
const double ald_xlsx_figure_widths[5] = {28, 14, 22, 8, 46};

double ald_xlsx_column_wish(const struct ald_column *column, bool filter)
{
    static const double least[] = {[ALD_SHOW_TEXT] = 8,     [ALD_SHOW_COUNT] = 7,   [ALD_SHOW_NUMBER] = 8,
                                   [ALD_SHOW_POSITION] = 8, [ALD_SHOW_PERCENT] = 9, [ALD_SHOW_SECONDS] = 12,
                                   [ALD_SHOW_TIME] = 20,    [ALD_SHOW_LIST] = 12,   [ALD_SHOW_BOOL] = 7};
    double wish = column->width > 0 ? column->width : 12;
    if (wish < least[column->show])
        wish = least[column->show];
    for (const char *word = column->title; *word;) { /* the header wraps between words, beside the filter's button */
        size_t n = strcspn(word, " ");
        double need = (double)n * 1.12 + (filter ? 4 : 2);
        if (n < 24 && need > wish)
            wish = need;
        word += n + strspn(word + n, " ");
    }
    return wish > 120 ? 120 : wish;
}

static void add(struct ald_xlsx_sheet *s, double width)
{
    if (s->columns < ALD_XLSX_GRID)
        s->widths[s->columns++] = width;
}

static void adopt(struct ald_xlsx_sheet *s, const struct ald_table *table)
{
    for (size_t i = 0; i < table->columns_n; i++) {
        double wish = ald_xlsx_column_wish(&table->columns[i], table->filter);
        if (i >= s->columns)
            add(s, wish);
        else if (wish > s->widths[i])
            s->widths[i] = wish;
    }
}

/* Tables that can be filtered take one column per value; without one, figures decide; without these, the widest table. */
static void adopt_blocks(struct ald_xlsx_sheet *s, const struct ald_section *section)
{
    const struct ald_table *widest = NULL;
    bool figures = false, filter = false;
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_block *b = &section->blocks[i];
        figures = figures || b->kind == ALD_BLOCK_FIGURES;
        if (b->kind != ALD_BLOCK_TABLE)
            continue;
        if (b->table->filter) {
            adopt(s, b->table);
            filter = true;
        }
        if (!widest || b->table->columns_n > widest->columns_n)
            widest = b->table;
    }
    if (filter)
        return;
    for (size_t i = 0; figures && i < 4; i++)
        add(s, ald_xlsx_figure_widths[i]);
    if (!figures && widest)
        adopt(s, widest);
}

void ald_xlsx_grid_plan(struct ald_xlsx_sheet *s, const struct ald_section *section)
{
    double page = ALD_XLSX_PAGE_UNITS(section->landscape), sum = 0;
    adopt_blocks(s, section);
    for (size_t i = 0; i < s->columns; i++)
        sum += s->widths[i];
    while (sum < page - 4 || s->columns < 2) {
        double piece = page - sum > PIECE * 1.5 || page - sum < 4 ? PIECE : page - sum;
        add(s, piece);
        sum += piece;
    }
    sum = 0;
    for (size_t i = 0; i < s->columns && (i == 0 || sum + s->widths[i] <= page * 1.08); i++) {
        sum += s->widths[i];
        s->text_last = i;
    }
}

double ald_xlsx_units(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at)
{
    double sum = 0;
    for (size_t i = at.first; i <= at.last; i++)
        sum += s->widths[i];
    return sum;
}

void ald_xlsx_grid_lay(struct ald_xlsx_sheet *s, const double *wishes, size_t n, bool exact, struct ald_xlsx_span *ret)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (at >= s->columns)
            add(s, wishes[i]);
        ret[i].first = at;
        double have = s->widths[at++];
        /* Each value that is still to come needs a column of its own. */
        while (!exact && have < wishes[i] * 0.85 && at < s->columns && s->columns - at > n - 1 - i)
            have += s->widths[at++];
        ret[i].last = at - 1;
    }
}
