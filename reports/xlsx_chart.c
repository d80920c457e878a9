/* Native scatter charts over the columns of 'Chart data', with what stands around them in cells. */
#include "xlsx_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID_LINE 0xD9DFE5
#define SOFT 0x5B6776
#define INK 0x1B2733
#define PLOT 0xF6F8FA
#define ROW_PIXELS 20.0
#define HEIGHT_PIXELS 440.0
#define LABELS_MAX 8
#define EDGE 0.7      /* from here on, names stand left of their points */
#define ALT_CHARS 450 /* the library keeps 2,080 bytes of an attribute */

struct drawing {
    struct ald_xlsx_sheet *s;
    const struct ald_chart *chart;
    struct ald_xlsx_points *points;
    struct ald_xlsx_columns *columns; /* of the points, one per series */
    lxw_chart *native;
    double low[2], high[2]; /* of x and y over all points */
};

static lxw_color_t colour(const char *text)
{
    return text && text[0] == '#' && strlen(text) == 7 ? (lxw_color_t)strtoul(text + 1, NULL, 16) : SOFT;
}

/* No spreadsheet has a triangle that points down: a diamond stands for it. */
static uint8_t marker(const struct ald_series *series)
{
    static const uint8_t types[] = {[ALD_MARK_CIRCLE] = LXW_CHART_MARKER_CIRCLE,
                                    [ALD_MARK_UP] = LXW_CHART_MARKER_TRIANGLE,
                                    [ALD_MARK_DOWN] = LXW_CHART_MARKER_DIAMOND,
                                    [ALD_MARK_SQUARE] = LXW_CHART_MARKER_SQUARE};
    return types[series->mark];
}

/* Text of a chart: one line; "=" at the start would be read as a formula. */
static const char *chart_text(struct ald_xlsx *x, const char *text)
{
    const char *line = ald_xlsx_line(x->arena, text, 200);
    return line[0] == '=' ? ald_sprintf(x->arena, " %s", line) : line;
}

static void extent(struct drawing *d)
{
    for (size_t axis = 0; axis < 2; axis++) {
        d->low[axis] = (double)INFINITY;
        d->high[axis] = -(double)INFINITY;
    }
    for (size_t i = 0; i < d->chart->series_n; i++)
        for (size_t k = 0; k < d->columns[i].n; k++) {
            const double v[2] = {d->columns[i].points[k].x, d->columns[i].points[k].y};
            for (size_t axis = 0; axis < 2; axis++) {
                d->low[axis] = fmin(d->low[axis], v[axis]);
                d->high[axis] = fmax(d->high[axis], v[axis]);
            }
        }
}

/* ---- Series ---- */

static lxw_chart_series *refer(struct drawing *d, const struct ald_xlsx_columns *c)
{
    lxw_chart_series *series = chart_add_series(d->native, NULL, NULL);
    const char *sheet = d->s->x->chart_data_name;
    lxw_row_t first = ALD_XLSX_DATA_ROW, last = (lxw_row_t)(ALD_XLSX_DATA_ROW + c->n - 1);
    lxw_col_t col = (lxw_col_t)c->column;
    chart_series_set_categories(series, sheet, first, col + 1, last, col + 1);
    chart_series_set_values(series, sheet, first, col + 2, last, col + 2);
    return series;
}

static void add_series(struct drawing *d, size_t i)
{
    struct ald_xlsx_columns *c = &d->columns[i];
    const struct ald_series *view = &d->chart->series[i];
    if (!c->n)
        return;
    struct ald_xlsx *x = d->s->x;
    const char *title = chart_text(x, view->title);
    if (title[0] && title[strlen(title) - 1] != ')')
        title = ald_sprintf(x->arena, "%s (%zu)", title, c->total);
    if (!c->taken)
        c->title = title;
    ald_xlsx_columns_take(x, c);
    lxw_chart_series *series = refer(d, c);
    chart_series_set_name(series, title);
    chart_series_set_marker_type(series, marker(view));
    chart_series_set_marker_size(series, view->mark == ALD_MARK_CIRCLE ? 6 : 8);
    lxw_chart_fill fill = {.color = colour(view->colour)};
    lxw_chart_line edge = {.color = 0xFFFFFF, .width = 0.5F};
    chart_series_set_marker_fill(series, &fill);
    chart_series_set_marker_line(series, &edge);
}

/* ---- Names of a few points ---- */

static double unit(const struct drawing *d, size_t axis, double v)
{
    bool logarithmic = axis ? d->chart->y_log : d->chart->x_log;
    bool position = (axis ? d->chart->y_show : d->chart->x_show) == ALD_SHOW_POSITION;
    bool whole = (d->chart->unit_axes || position) && !logarithmic;
    double low = whole ? 0 : d->low[axis], high = whole ? 1 : d->high[axis];
    if (logarithmic) {
        low = log10(low);
        high = log10(high);
        v = log10(v);
    }
    return high > low ? (v - low) / (high - low) : 0.5;
}

static bool crowded(const struct drawing *d, const struct ald_xlsx_point *p)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < d->points->named[side].n; i++) {
            const struct ald_xlsx_point *other = &d->points->named[side].points[i];
            double dx = unit(d, 0, other->x) - unit(d, 0, p->x), dy = unit(d, 1, other->y) - unit(d, 1, p->y);
            if (fabs(dx) < 0.16 && fabs(dy) < 0.06)
                return true;
        }
    return false;
}

/* Another point lies where the name would stand. */
static bool covered(const struct drawing *d, const struct ald_xlsx_point *p)
{
    double x = unit(d, 0, p->x), y = unit(d, 1, p->y), side = x > EDGE ? -1 : 1;
    for (size_t i = 0; i < d->chart->series_n; i++)
        for (size_t k = 0; k < d->columns[i].n; k++) {
            double dx = side * (unit(d, 0, d->columns[i].points[k].x) - x),
                   dy = unit(d, 1, d->columns[i].points[k].y) - y;
            if (dx > 0.004 && dx < 0.13 && fabs(dy) < 0.035)
                return true;
        }
    return false;
}

/* The point nearest to a corner that can still be named; ties go to the first. */
static const struct ald_xlsx_point *nearest(const struct drawing *d, size_t corner)
{
    const struct ald_xlsx_point *best = NULL;
    double best_distance = 0.35;
    for (size_t i = 0; i < d->chart->series_n; i++)
        for (size_t k = 0; k < d->columns[i].n; k++) {
            const struct ald_xlsx_point *p = &d->columns[i].points[k];
            double dx = unit(d, 0, p->x) - (double)(corner % 2), dy = unit(d, 1, p->y) - (double)(corner / 2);
            double distance = hypot(dx, dy);
            if (distance < best_distance && *p->label && !crowded(d, p) && !covered(d, p)) {
                best = p;
                best_distance = distance;
            }
        }
    return best;
}

/* Names stand right of their points, and left of those at the right edge. */
static void choose_named(struct drawing *d)
{
    struct ald_xlsx *x = d->s->x;
    struct ald_xlsx_columns *named = d->points->named;
    if (named[0].title)
        return;
    for (size_t side = 0; side < 2; side++) {
        named[side] = d->columns[0];
        named[side].title = "Named in the chart";
        named[side].points = NULL;
        named[side].n = named[side].cap = 0;
        named[side].taken = false;
    }
    for (size_t turn = 0; turn < LABELS_MAX; turn++) {
        const struct ald_xlsx_point *p = nearest(d, turn % 4);
        if (!p)
            continue;
        struct ald_xlsx_columns *to = &named[unit(d, 0, p->x) > EDGE];
        to->points = ald_grow(x->arena, to->points, to->n, &to->cap, sizeof *to->points);
        to->points[to->n++] = *p;
    }
}

static enum ald_rc add_named(struct drawing *d, size_t side, struct ald_err *err)
{
    struct ald_xlsx *x = d->s->x;
    struct ald_xlsx_columns *named = &d->points->named[side];
    ald_xlsx_columns_take(x, named);
    lxw_chart_series *series = refer(d, named);
    chart_series_set_name(series, named->title);
    chart_series_set_marker_type(series, LXW_CHART_MARKER_NONE);
    lxw_chart_font font = {.size = 9, .color = INK};
    lxw_chart_data_label *labels = ald_calloc(x->arena, named->n, sizeof *labels);
    lxw_chart_data_label **list = ald_calloc(x->arena, named->n + 1, sizeof *list);
    for (size_t i = 0; i < named->n; i++) {
        const char *name = ald_xlsx_line(x->arena, named->points[i].label, 24);
        labels[i].value = ald_sprintf(x->arena, side ? "%s  " : "  %s", name); /* beside the mark, not over it */
        labels[i].font = &font;
        list[i] = &labels[i];
    }
    chart_series_set_labels(series);
    chart_series_set_labels_font(series, &font);
    chart_series_set_labels_position(series, side ? LXW_CHART_LABEL_POSITION_LEFT : LXW_CHART_LABEL_POSITION_RIGHT);
    return ald_xlsx_did(d->s, chart_series_set_labels_custom(series, list), err);
}

static enum ald_rc add_all_named(struct drawing *d, struct ald_err *err)
{
    choose_named(d);
    int16_t hidden[3] = {-1, -1, -1}, shown = 0;
    size_t n = 0;
    for (size_t i = 0; i < d->chart->series_n; i++)
        shown = (int16_t)(shown + (d->columns[i].n != 0));
    for (size_t side = 0; side < 2; side++) {
        if (!d->points->named[side].n)
            continue;
        ALD_TRY(add_named(d, side, err));
        hidden[n] = (int16_t)(shown + (int16_t)n);
        n++;
    }
    return n ? ald_xlsx_did(d->s, chart_legend_delete_series(d->native, hidden), err) : ALD_OK;
}

/* ---- Axes ---- */

static const char *axis_format(enum ald_show show, bool logarithmic)
{
    if (logarithmic)
        return "General";
    switch (show) {
    case ALD_SHOW_SECONDS:
        return "[h]:mm";
    case ALD_SHOW_TIME:
        return "yyyy-mm-dd";
    case ALD_SHOW_PERCENT:
        return "0 %";
    case ALD_SHOW_POSITION:
        return "0.00";
    default:
        return "General";
    }
}

static void set_range(struct drawing *d, lxw_chart_axis *axis, size_t i)
{
    bool logarithmic = i ? d->chart->y_log : d->chart->x_log;
    enum ald_show show = i ? d->chart->y_show : d->chart->x_show;
    if ((d->chart->unit_axes || show == ALD_SHOW_POSITION) && !logarithmic) {
        chart_axis_set_min(axis, 0);
        chart_axis_set_max(axis, 1);
        chart_axis_set_major_unit(axis, 0.25);
    } else if (logarithmic) {
        double low = floor(log10(d->low[i])), high = ceil(log10(d->high[i]));
        chart_axis_set_log_base(axis, 10);
        chart_axis_set_min(axis, pow(10, low));
        chart_axis_set_max(axis, pow(10, high > low ? high : low + 1));
    } else if (show == ALD_SHOW_TIME) {
        chart_axis_set_min(axis, floor(d->low[i]));
        chart_axis_set_max(axis, ceil(d->high[i]) > floor(d->low[i]) ? ceil(d->high[i]) : floor(d->low[i]) + 1);
    }
}

static void set_axis(struct drawing *d, size_t i)
{
    lxw_chart_axis *axis = i ? d->native->y_axis : d->native->x_axis;
    bool logarithmic = i ? d->chart->y_log : d->chart->x_log;
    enum ald_show show = i ? d->chart->y_show : d->chart->x_show;
    const char *title = chart_text(d->s->x, i ? d->chart->y_title : d->chart->x_title);
    if (logarithmic && show == ALD_SHOW_SECONDS && !strstr(title, "hours"))
        title = ald_sprintf(d->s->x->arena, "%s (hours)", title);
    lxw_chart_font name_font = {.size = 10, .color = INK, .bold = LXW_EXPLICIT_FALSE},
                   number_font = {.size = 9, .color = SOFT};
    lxw_chart_line grid = {.color = GRID_LINE, .width = 0.75F}, line = {.color = GRID_LINE, .width = 0.75F};
    chart_axis_set_name(axis, title);
    chart_axis_set_name_font(axis, &name_font);
    chart_axis_set_num_font(axis, &number_font);
    chart_axis_set_num_format(axis, axis_format(show, logarithmic));
    chart_axis_set_line(axis, &line);
    chart_axis_major_gridlines_set_visible(axis, LXW_TRUE);
    chart_axis_major_gridlines_set_line(axis, &grid);
    chart_axis_set_label_position(axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
    chart_axis_set_crossing_min(axis);
    set_range(d, axis, i);
}

/* ---- Around it ---- */

static double column_pixels(double units)
{
    return floor(units * 7 + 5);
}

static enum ald_rc put_corners(struct ald_xlsx_sheet *s, const char *left, const char *right, size_t middle,
                               struct ald_err *err)
{
    if (!left && !right)
        return ALD_OK;
    struct ald_xlsx_span at[2] = {{0, middle}, {middle + 1, s->text_last}};
    double points = 12;
    for (size_t i = 0; i < 2; i++) {
        const char *text = i ? right : left;
        double need = text ? ald_xlsx_text_points(s, at[i], text, i ? XS_CORNER_RIGHT : XS_CORNER_LEFT) : 0;
        points = need > points ? need : points;
    }
    points += 3;
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    ALD_TRY(ald_xlsx_put_text(s, at[0], left, XS_CORNER_LEFT, err));
    ALD_TRY(ald_xlsx_put_text(s, at[1], right, XS_CORNER_RIGHT, err));
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}

static enum ald_rc insert(struct drawing *d, double width, struct ald_err *err)
{
    struct ald_xlsx_sheet *s = d->s;
    lxw_chart_options options = {
        .x_scale = width / 480, .y_scale = HEIGHT_PIXELS / 288, .object_position = LXW_OBJECT_MOVE_DONT_SIZE};
    options.description =
        ald_strdup(s->x->arena, ald_xlsx_line(s->x->arena, d->chart->alt ? d->chart->alt : d->chart->title, ALT_CHARS));
    ALD_TRY(ald_xlsx_did(s, worksheet_insert_chart_opt(s->ws, (lxw_row_t)s->row, 0, d->native, &options), err));
    for (double used = 0; used < HEIGHT_PIXELS + 4; used += ROW_PIXELS)
        ald_xlsx_next_row(s, 15);
    return ALD_OK;
}

static enum ald_rc put_remarks(const struct drawing *d, struct ald_err *err)
{
    struct ald_xlsx_sheet *s = d->s;
    const struct ald_xlsx_points *p = d->points;
    if (p->drawn < p->places) {
        const char *text = ald_sprintf(
            s->x->scratch, "%zu of %zu points are drawn: a random sample with a fixed seed, the same each time.",
            p->drawn, p->places);
        ALD_TRY(ald_xlsx_paragraph(s, text, XS_REMARK, err));
    }
    if (p->left_out) {
        const char *text =
            ald_sprintf(s->x->scratch, "%zu of %zu have no place in this chart: no value on one of its axes.",
                        p->left_out, p->left_out + p->places);
        ALD_TRY(ald_xlsx_paragraph(s, text, XS_REMARK, err));
    }
    return ALD_OK;
}

static void style_chart(struct drawing *d)
{
    lxw_chart *native = d->native;
    lxw_chart_line none = {.none = LXW_TRUE};
    lxw_chart_fill plot = {.color = PLOT}, area = {.color = 0xFFFFFF};
    lxw_chart_font font = {.size = 10, .color = INK};
    chart_title_off(native);
    chart_chartarea_set_line(native, &none);
    chart_chartarea_set_fill(native, &area);
    chart_plotarea_set_fill(native, &plot);
    chart_legend_set_position(native, LXW_CHART_LEGEND_BOTTOM);
    chart_legend_set_font(native, &font);
}

enum ald_rc ald_xlsx_chart(struct ald_xlsx_sheet *s, const struct ald_chart *chart, struct ald_err *err)
{
    struct drawing d = {.s = s, .chart = chart};
    d.points = ald_xlsx_points(s->x, chart);
    d.columns = d.points->columns;
    if (!d.points->drawn) {
        ALD_TRY(ald_xlsx_paragraph(s, "Nothing to draw.", XS_REMARK, err));
        return put_remarks(&d, err);
    }
    extent(&d);
    d.native = workbook_add_chart(s->x->book, LXW_CHART_SCATTER);
    if (!d.native)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': no chart '%s'", s->x->path, chart->title);
    for (size_t i = 0; i < chart->series_n; i++)
        add_series(&d, i);
    ALD_TRY(add_all_named(&d, err));
    set_axis(&d, 0);
    set_axis(&d, 1);
    style_chart(&d);
    double width = 0;
    for (size_t i = 0; i <= s->text_last; i++)
        width += column_pixels(s->widths[i]);
    size_t middle = 0;
    for (double half = column_pixels(s->widths[0]); middle + 2 <= s->text_last && half < width / 2 - 20;)
        half += column_pixels(s->widths[++middle]);
    ALD_TRY(put_corners(s, chart->corners[0], chart->corners[1], middle, err));
    ALD_TRY(insert(&d, width, err));
    ALD_TRY(put_corners(s, chart->corners[2], chart->corners[3], middle, err));
    return put_remarks(&d, err);
}
