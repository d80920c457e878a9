/* Two columns of a page that is to be one: charts on the left float over the rows, which the words and tables on the right make.
 * Programs print such a page as small as its height asks for, so height is what two columns save. Knows blocks, not what they say. */
#include "xlsx_priv.h"

#include <math.h>

#define PIXEL_POINTS 0.75
#define WIDE_PIXELS 340.0 /* of a chart of points, at least */
#define LOW_PIXELS 192.0  /* of one of rows side by side */
#define GAP_PIXELS 24.0   /* between the columns */
#define ROW_POINTS 15.0
#define MOST 8            /* charts of a column */
#define LEFT 0.44         /* of the width: charts need less height than the words beside them */

bool ald_xlsx_has_columns(const struct ald_xlsx_sheet *s, const struct ald_section *view, size_t first, size_t *ret_n)
{
    size_t n = 0, left = 0, right = 0;
    for (; first + n < view->blocks_n && view->blocks[first + n].place != ALD_PLACE_FULL; n++) {
        const struct ald_block *b = &view->blocks[first + n];
        if (b->place == ALD_PLACE_LEFT && b->kind != ALD_BLOCK_CHART)
            return false; /* only charts can float */
        left += b->place == ALD_PLACE_LEFT;
        right += b->place == ALD_PLACE_RIGHT;
    }
    *ret_n = n;
    return view->one_page && !s->x->constant && right && left <= MOST;
}

static double column_pixels(const struct ald_xlsx_sheet *s, size_t first, size_t last)
{
    double width = 0;
    for (size_t i = first; i <= last; i++)
        width += floor(s->widths[i] * 7 + 5);
    return width;
}

static double least_pixels(const struct ald_chart *chart)
{
    return chart->form == ALD_CHART_POINTS ? WIDE_PIXELS : LOW_PIXELS;
}

struct column {
    struct ald_xlsx_sheet *s;
    size_t row;             /* of the sheet, where both columns begin */
    size_t first, last;     /* columns of the sheet */
    const struct ald_chart *charts[MOST];
    lxw_chart *natives[MOST];
    const struct ald_points *points[MOST];
    size_t n;
    double pixels; /* least height of the charts that there are */
    bool words;    /* holds more than charts */
};

/* The charts of a place that have something to draw. */
static enum ald_rc gather(struct column *c, const struct ald_block *blocks, size_t n, enum ald_place place, struct ald_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct ald_block *b = &blocks[i];
        if (b->place != place)
            continue;
        c->words = c->words || b->kind != ALD_BLOCK_CHART;
        if (b->kind != ALD_BLOCK_CHART || c->n == MOST)
            continue;
        ALD_TRY(ald_xlsx_native(c->s, b->chart, ALD_XLSX_TITLED, &c->natives[c->n], &c->points[c->n], err));
        if (!c->natives[c->n])
            continue;
        c->charts[c->n] = b->chart;
        c->pixels += least_pixels(b->chart);
        c->n++;
    }
    return ALD_OK;
}

/* Charts under each other, drawn out to the height that there is. */
static enum ald_rc put_charts(const struct column *c, double pixels, struct ald_err *err)
{
    struct ald_xlsx_box at = {.row = c->row, .column = c->first, .width = column_pixels(c->s, c->first, c->last) - (c->first ? 4 : GAP_PIXELS)};
    for (size_t i = 0; i < c->n; i++) {
        at.height = floor(pixels * least_pixels(c->charts[i]) / c->pixels) - 6;
        ALD_TRY(ald_xlsx_chart_insert(c->s, c->points[i], c->natives[i], &at, err));
        at.top += at.height + 6;
    }
    return ALD_OK;
}

static enum ald_rc put_right(struct ald_xlsx_sheet *s, const struct ald_block *b, struct ald_err *err)
{
    switch (b->kind) {
    case ALD_BLOCK_CHART: /* stands with the others */
        return ALD_OK;
    case ALD_BLOCK_HEADING:
        return ald_xlsx_paragraph(s, b->text ? b->text : "", XS_HEADING, err);
    case ALD_BLOCK_TABLE:
        if (b->table->cards && ald_xlsx_rows_n(s->x->report, b->table))
            ALD_TRY(ald_xlsx_brief(s, b->table, err));
        else
            ALD_TRY(ald_xlsx_table(s, b->table, false, err));
        return ald_xlsx_space(s, err);
    case ALD_BLOCK_FIGURES:
        ALD_TRY(ald_xlsx_figures(s, b, err));
        return ald_xlsx_space(s, err);
    default:
        return ald_xlsx_words(s, b, err);
    }
}

static size_t said_below(const struct column *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += ald_chart_below(c->s->x->scratch, c->points[i]) != NULL;
    return n;
}

/* What marks mean and what of the charts is not drawn is said below both columns; of which, where that is not plain. */
static enum ald_rc put_below(const struct column *c, bool named, struct ald_err *err)
{
    struct ald_xlsx *x = c->s->x;
    for (size_t i = 0; i < c->n; i++) {
        const char *text = ald_chart_below(x->scratch, c->points[i]);
        if (text)
            ALD_TRY(ald_xlsx_paragraph(c->s, named ? ald_sprintf(x->scratch, "%s: %s", c->charts[i]->title, text) : text, XS_REMARK, err));
    }
    return ALD_OK;
}

/* The first column of the right half. */
static size_t middle(const struct ald_xlsx_sheet *s)
{
    double all = column_pixels(s, 0, s->text_last);
    size_t first = 1;
    while (first < s->text_last && column_pixels(s, 0, first - 1) < LEFT * all)
        first++;
    return first;
}

enum ald_rc ald_xlsx_columns(struct ald_xlsx_sheet *s, const struct ald_block *blocks, size_t n, struct ald_err *err)
{
    struct column left = {.s = s, .row = s->row, .last = middle(s) - 1};
    struct column right = {.s = s, .row = s->row, .first = left.last + 1, .last = s->text_last};
    double from = s->height;
    ALD_TRY(gather(&left, blocks, n, ALD_PLACE_LEFT, err));
    ALD_TRY(gather(&right, blocks, n, ALD_PLACE_RIGHT, err));
    bool two = left.n > 0;
    s->text_first = two ? right.first : 0;
    for (size_t i = 0; i < n; i++) {
        if (blocks[i].place == ALD_PLACE_RIGHT)
            ALD_TRY(put_right(s, &blocks[i], err));
        ald_arena_reset(s->x->scratch);
    }
    s->text_first = 0;
    double pixels = (s->height - from) / PIXEL_POINTS;
    if (!right.words) {
        pixels = fmax(left.pixels, right.pixels);
        right.first = two ? right.first : 0;
        ALD_TRY(put_charts(&right, pixels, err));
    }
    pixels = fmax(pixels, left.pixels);
    ALD_TRY(put_charts(&left, pixels, err));
    for (double rest; (rest = (pixels + 4) * PIXEL_POINTS - (s->height - from)) > 0;) {
        ALD_TRY(ald_xlsx_row_height(s, fmin(rest, ROW_POINTS), err));
        ald_xlsx_next_row(s, fmin(rest, ROW_POINTS));
    }
    bool named = said_below(&left) + said_below(&right) > 1;
    ALD_TRY(put_below(&left, named, err));
    return put_below(&right, named, err);
}
