/* Charts on their sheet: where they stand, what is said around them in cells. */
#include "xlsx_priv.h"

#include <math.h>

#define ROW_PIXELS 20.0
#define HEIGHT_PIXELS 440.0
#define LOW_PIXELS 320.0 /* where all must stand on one page */
#define LOWER_PIXELS 230.0 /* the same, and no chart floats beside words: rows that were written cannot be written again */
#define LOWEST_PIXELS 200.0 /* of two beside each other there */
#define SMALL_PIXELS 260.0
#define PIXEL_POINTS 0.75
#define AROUND_POINTS 75.0 /* heading, corners and what is said under a chart */
#define HEADING_POINTS 30.0
#define ALT_CHARS 450 /* the library keeps 2,080 bytes of an attribute */

static double column_pixels(double units)
{
    return floor(units * 7 + 5);
}

/* Where charts are drawn: their width, the last column of their left half, and of all. */
struct breadth {
    double pixels;
    size_t middle, last;
};

static struct breadth breadth_of(const struct ald_xlsx_sheet *s)
{
    struct breadth b = {.last = ald_xlsx_wide_last(s)};
    for (size_t i = 0; i <= b.last; i++)
        b.pixels += column_pixels(s->widths[i]);
    for (double half = column_pixels(s->widths[0]); b.middle + 2 <= b.last && half < b.pixels / 2 - 20;)
        half += column_pixels(s->widths[++b.middle]);
    return b;
}

/* Two texts in one row, left and right. */
static enum ald_rc put_sides(struct ald_xlsx_sheet *s, const char *left, const char *right, const struct breadth *b,
                             const enum ald_xlsx_style styles[2], struct ald_err *err)
{
    if (!left && !right)
        return ALD_OK;
    struct ald_xlsx_span at[2] = {{0, b->middle}, {b->middle + 1, b->last}};
    double points = 12;
    for (size_t i = 0; i < 2; i++) {
        const char *text = i ? right : left;
        double need = text ? ald_xlsx_text_points(s, at[i], text, styles[i]) : 0;
        points = need > points ? need : points;
    }
    points += 3;
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    ALD_TRY(ald_xlsx_put_text(s, at[0], left, styles[0], err));
    ALD_TRY(ald_xlsx_put_text(s, at[1], right, styles[1], err));
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}

enum ald_rc ald_xlsx_chart_insert(struct ald_xlsx_sheet *s, const struct ald_points *points, lxw_chart *native, const struct ald_xlsx_box *at,
                                  struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    lxw_chart_options options = {.x_offset = (int32_t)at->left,
                                 .y_offset = (int32_t)at->top,
                                 .x_scale = at->width / 480,
                                 .y_scale = at->height / 288,
                                 .object_position = LXW_OBJECT_MOVE_DONT_SIZE};
    options.description = ald_strdup(x->arena, ald_words_line(x->arena, ald_chart_text(x->scratch, x->report, points), ALT_CHARS));
    return ald_xlsx_did(s, worksheet_insert_chart_opt(s->ws, (lxw_row_t)at->row, (lxw_col_t)at->column, native, &options), err);
}

static void leave_room(struct ald_xlsx_sheet *s, double height)
{
    for (double used = 0; used < height + 4; used += ROW_PIXELS)
        ald_xlsx_next_row(s, 15);
}

static enum ald_rc put_below(struct ald_xlsx_sheet *s, const struct ald_points *points, struct ald_err *err)
{
    const char *text = ald_chart_below(s->x->scratch, points);
    return text ? ald_xlsx_paragraph(s, text, XS_REMARK, err) : ALD_OK;
}

double ald_xlsx_chart_points(void)
{
    return SMALL_PIXELS * PIXEL_POINTS + HEADING_POINTS;
}

/* Whole rows of a share of what is left of the page. */
static double pixels_of(const struct ald_xlsx_sheet *s, size_t share)
{
    return floor((ald_xlsx_page_left(s) / (double)share - AROUND_POINTS) / PIXEL_POINTS / ROW_PIXELS) * ROW_PIXELS;
}

/* As high as others on the page let it be; alone where they would all be too low. */
static double height_of(const struct ald_xlsx_sheet *s, const struct ald_chart *chart, size_t share)
{
    double most = !s->x->report->sections[s->section].one_page ? HEIGHT_PIXELS : s->x->constant ? LOWER_PIXELS : LOW_PIXELS;
    if (chart->joined)
        return SMALL_PIXELS;
    double pixels = pixels_of(s, share);
    if (pixels < SMALL_PIXELS) /* too low: the next one begins a page */
        pixels = pixels_of(s, 1);
    return s->x->report->sections[s->section].one_page || pixels > most ? most : pixels < SMALL_PIXELS ? SMALL_PIXELS : pixels;
}

static enum ald_rc put_one(struct ald_xlsx_sheet *s, const struct ald_chart *chart, size_t share, struct ald_err *err)
{
    static const enum ald_xlsx_style styles[2] = {XS_CORNER_LEFT, XS_CORNER_RIGHT};
    const struct ald_points *points = NULL;
    lxw_chart *native = NULL;
    ALD_TRY(ald_xlsx_native(s, chart, ALD_XLSX_LARGE, &native, &points, err));
    if (!native) {
        ALD_TRY(ald_xlsx_paragraph(s, "Nothing to draw.", XS_REMARK, err));
        return put_below(s, points, err);
    }
    struct breadth b = breadth_of(s);
    ALD_TRY(put_sides(s, chart->corners[0], chart->corners[1], &b, styles, err));
    double height = height_of(s, chart, share);
    struct ald_xlsx_box at = {.row = s->row, .width = b.pixels, .height = height};
    ALD_TRY(ald_xlsx_chart_insert(s, points, native, &at, err));
    leave_room(s, height);
    ALD_TRY(put_sides(s, chart->corners[2], chart->corners[3], &b, styles, err));
    return put_below(s, points, err);
}

static enum ald_rc put_two(struct ald_xlsx_sheet *s, const struct ald_chart *const charts[2], struct ald_err *err)
{
    static const enum ald_xlsx_style styles[2] = {XS_LABEL, XS_LABEL}, remarks[2] = {XS_REMARK, XS_REMARK};
    const char *nothing[2] = {NULL, NULL};
    double height = s->x->constant && s->x->report->sections[s->section].one_page ? LOWEST_PIXELS : SMALL_PIXELS;
    bool any = false;
    struct breadth b = breadth_of(s);
    double left = 0, half = 0;
    ALD_TRY(put_sides(s, charts[0]->title, charts[1]->title, &b, styles, err));
    for (size_t i = 0; i <= b.middle; i++)
        half += column_pixels(s->widths[i]);
    for (size_t i = 0; i < 2; i++) {
        const struct ald_points *points = NULL;
        lxw_chart *native = NULL;
        ALD_TRY(ald_xlsx_native(s, charts[i], ALD_XLSX_SMALL, &native, &points, err));
        any = any || native;
        if (native)
            ALD_TRY(ald_xlsx_chart_insert(
                s, points, native,
                &(struct ald_xlsx_box){.row = s->row, .left = left, .width = (i ? b.pixels - half : half) - 6, .height = height}, err));
        else
            nothing[i] = "Nothing to draw.";
        left = half;
    }
    ALD_TRY(put_sides(s, nothing[0], nothing[1], &b, remarks, err));
    if (any)
        leave_room(s, height);
    return ALD_OK;
}

enum ald_rc ald_xlsx_charts(struct ald_xlsx_sheet *s, const struct ald_chart *const *charts, size_t n, size_t share,
                            struct ald_err *err)
{
    return n == 1 ? put_one(s, charts[0], share, err) : put_two(s, charts, err);
}
