/* Column widths of a sheet: one grid that suits all of its blocks. Writes nothing. */
#include "xlsx_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/utf8.h"

#define NARROW 16 /* of a column of text */
#define PIECE 4.0 /* of the room that no block has claimed */
#define SMALL_PIECE 2.0 /* the same on a page that is to be one */
#define EDGE ALD_XLSX_EDGE /* a text that runs over several columns has all but one of them */
#define MOST_COLUMNS 96
#define ONE_PAGE_UNITS 126.0 /* of a page in portrait at three quarters of its size */

/* Label, value, interval, n, what it means. */
const struct ald_xlsx_wish ald_xlsx_figure_wishes[5] = {{28, 14}, {14, 14}, {22, 18}, {8, 8}, {46, 30}};

struct ald_xlsx_wish ald_xlsx_column_wish(const struct ald_column *column, bool filter, bool narrow)
{
    static const double least[] = {[ALD_SHOW_TEXT] = 8,     [ALD_SHOW_COUNT] = 8,    [ALD_SHOW_NUMBER] = 9,
                                   [ALD_SHOW_POSITION] = 8, [ALD_SHOW_PERCENT] = 10, [ALD_SHOW_SECONDS] = 12, [ALD_SHOW_AGE] = 9,
                                   [ALD_SHOW_TIME] = 22,    [ALD_SHOW_LIST] = 12,    [ALD_SHOW_BOOL] = 7,     [ALD_SHOW_WORD] = 8,
                                   [ALD_SHOW_SENTENCE] = 8};
    struct ald_xlsx_wish wish = {.units = column->width > 0 ? column->width : 12};
    if (wish.units < least[column->show])
        wish.units = least[column->show];
    for (const char *word = column->title; *word;) { /* the header wraps between words, beside the filter's button */
        size_t n = strcspn(word, " ");
        double need = ald_xlsx_word_units(word, n) + (narrow ? 1 : filter ? 4 : 2);
        if (n < 24 && need > wish.least)
            wish.least = need;
        word += n + strspn(word + n, " ");
    }
    if (wish.units > 120)
        wish.units = 120;
    if (wish.units < wish.least)
        wish.units = wish.least;
    if (narrow && column->show == ALD_SHOW_COUNT) { /* of few digits, beside another column of blocks */
        wish.units = wish.least = wish.least < 6 ? 6 : wish.least;
        return wish;
    }
    if (ald_xlsx_is_quantity(column->show))
        wish.least = wish.units;
    else if (wish.units <= NARROW && wish.least < 0.85 * wish.units) /* single words: none is broken */
        wish.least = 0.85 * wish.units;
    return wish;
}

bool ald_xlsx_is_quantity(enum ald_show show)
{
    return show == ALD_SHOW_COUNT || show == ALD_SHOW_NUMBER || show == ALD_SHOW_POSITION || show == ALD_SHOW_PERCENT ||
           show == ALD_SHOW_SECONDS || show == ALD_SHOW_AGE || show == ALD_SHOW_TIME;
}

static void add(struct ald_xlsx_sheet *s, double width)
{
    if (s->columns < ALD_XLSX_GRID)
        s->widths[s->columns++] = width;
}

static void adopt(struct ald_xlsx_sheet *s, const struct ald_table *table)
{
    for (size_t i = 0; i < table->columns_n; i++) {
        double wish = ald_xlsx_column_wish(&table->columns[i], table->filter, false).units;
        if (i >= s->columns)
            add(s, wish);
        else if (wish > s->widths[i])
            s->widths[i] = wish;
    }
}

/* Tables that can be filtered take one column per value; without one, figures decide; without these, the widest table.
 */
static void adopt_blocks(struct ald_xlsx_sheet *s, const struct ald_section *section)
{
    const struct ald_table *widest = NULL;
    bool figures = false, filter = false;
    size_t tables = 0;
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_block *b = &section->blocks[i];
        figures = figures || b->kind == ALD_BLOCK_FIGURES;
        if (b->kind != ALD_BLOCK_TABLE || b->table->labelled || !ald_xlsx_rows_n(s->x->report, b->table))
            continue;
        tables++;
        if (b->table->filter) {
            adopt(s, b->table);
            filter = true;
        }
        if (!widest || b->table->columns_n > widest->columns_n)
            widest = b->table;
    }
    if (filter || (tables && figures) || (tables > 1 && section->one_page)) /* blocks that differ share a grid of pieces */
        return;
    for (size_t i = 0; figures && i < 4; i++)
        add(s, ald_xlsx_figure_wishes[i].units);
    if (!figures && widest)
        adopt(s, widest);
}

void ald_xlsx_grid_plan(struct ald_xlsx_sheet *s, const struct ald_section *section)
{
    double page = ALD_XLSX_PAGE_UNITS(section->landscape), sum = 0;
    adopt_blocks(s, section);
    if (section->one_page) { /* printed as large as it can be: what columns add at their edges counts */
        for (size_t i = 0; i < s->columns; i++)
            sum += s->widths[i] + EDGE;
        for (; sum < ONE_PAGE_UNITS || s->columns < 2; sum += SMALL_PIECE + EDGE)
            add(s, SMALL_PIECE);
        s->text_last = s->columns - 1;
        return;
    }
    for (size_t i = 0; i < s->columns; i++)
        sum += s->widths[i] + EDGE;
    for (; sum < page - 3 || s->columns < 2; sum += PIECE + EDGE)
        add(s, PIECE);
    /* Text ends with the column that ends nearest to the width of a page. */
    double best = page;
    sum = 0;
    for (size_t i = 0; i < s->columns; i++) {
        sum += s->widths[i] + EDGE;
        if (fabs(sum - page) < best) {
            best = fabs(sum - page);
            s->text_last = i;
        }
    }
    if (s->text_last == 0)
        s->text_last = 1;
}

double ald_xlsx_units(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at)
{
    double sum = -EDGE;
    for (size_t i = at.first; i <= at.last; i++)
        sum += s->widths[i] + EDGE;
    return sum;
}

/* ---- Laying a block on the grid ---- */

/* How badly a value sits in have units where it wishes for more or less. */
static double misfit(const struct ald_xlsx_wish *wish, double have)
{
    double by = (have - wish->units) / wish->units;
    if (have < wish->least)
        return 1000 * -by;
    if (by < 0)
        return 6 * by * by * wish->units / 10;
    return by > 3 ? 3 : by * by / 3;
}

static void make_room(struct ald_xlsx_sheet *s, const struct ald_xlsx_wish *wishes, size_t n)
{
    double need = 0, have = 0;
    for (size_t i = 0; i < n; i++)
        need += fmax(wishes[i].least, 0.6 * wishes[i].units);
    for (size_t i = 0; i < s->columns; i++)
        have += s->widths[i];
    while ((have < need || s->columns < n) && s->columns < ALD_XLSX_GRID) {
        add(s, PIECE);
        have += PIECE;
    }
}

/* Least total misfit, by dynamic programming over "the first i values take the first m columns". Where columns are added, what was
 * found for those before them stays. */
struct laying {
    size_t first, most, m; /* first column of the sheet; columns that there is room for, and that were looked at */
    double *cost, *units;  /* units: of the columns from each on to the last that was looked at */
    size_t *from;
};

static struct laying laying_new(const struct ald_xlsx_sheet *s, size_t n)
{
    struct laying l = {.first = s->text_first, .most = s->columns > MOST_COLUMNS ? s->columns : MOST_COLUMNS};
    l.cost = ald_calloc(s->x->scratch, (n + 1) * (l.most + 1), sizeof *l.cost);
    l.from = ald_calloc(s->x->scratch, (n + 1) * (l.most + 1), sizeof *l.from);
    l.units = ald_calloc(s->x->scratch, l.most, sizeof *l.units);
    for (size_t i = 1; i < (n + 1) * (l.most + 1); i++)
        l.cost[i] = (double)INFINITY;
    return l;
}

/* Values may take one column more. */
static void lay_column(const struct ald_xlsx_sheet *s, struct laying *l, const struct ald_xlsx_wish *wishes, size_t n)
{
    const size_t width = l->most + 1, m = l->m + 1;
    l->units[l->m] = -EDGE;
    for (size_t start = 0; start < m; start++)
        l->units[start] += s->widths[l->first + l->m] + EDGE;
    for (size_t i = 1; i <= n && i <= m; i++) {
        const double *before = &l->cost[(i - 1) * width];
        double *best = &l->cost[i * width + m];
        for (size_t start = m; start-- > i - 1;) {
            double c = before[start] + misfit(&wishes[i - 1], l->units[start]);
            if (c < *best) {
                *best = c;
                l->from[i * width + m] = start;
            }
        }
    }
    l->m = m;
}

static void lay_best(const struct ald_xlsx_sheet *s, struct laying *l, const struct ald_xlsx_wish *wishes, size_t n, struct ald_xlsx_span *ret)
{
    const size_t width = l->most + 1, columns = (s->text_first ? s->text_last + 1 : s->columns) - l->first;
    while (l->m < columns)
        lay_column(s, l, wishes, n);
    size_t end = n;
    for (size_t m = n; m <= columns; m++)
        if (l->cost[n * width + m] < l->cost[n * width + end])
            end = m;
    for (size_t i = n; i > 0; i--) {
        size_t start = l->from[i * width + end];
        ret[i - 1] = (struct ald_xlsx_span){l->first + start, l->first + end - 1};
        end = start;
    }
}

static bool too_narrow(const struct ald_xlsx_sheet *s, const struct ald_xlsx_wish *wishes, size_t n, const struct ald_xlsx_span *spans)
{
    for (size_t i = 0; i < n; i++)
        if (ald_xlsx_units(s, spans[i]) < wishes[i].least)
            return true;
    return false;
}

void ald_xlsx_grid_lay(struct ald_xlsx_sheet *s, const struct ald_xlsx_wish *wishes, size_t n, bool exact,
                       struct ald_xlsx_span *ret)
{
    if (s->text_first || !exact) {
        if (!s->text_first) /* one of two columns takes no room from what is beside it */
            make_room(s, wishes, n);
        struct laying l = laying_new(s, n);
        lay_best(s, &l, wishes, n, ret);
        while (!s->text_first && too_narrow(s, wishes, n, ret) && s->columns < MOST_COLUMNS) { /* beside wide columns of others */
            add(s, PIECE);
            lay_best(s, &l, wishes, n, ret);
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (i >= s->columns)
            add(s, wishes[i].units);
        ret[i] = (struct ald_xlsx_span){i, i};
    }
}
