/* Native charts over the columns of 'Chart data': series, names, axes. Knows no sheet but that one. */
#include "xlsx_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID_LINE 0xD9DFE5
#define SOFT 0x5B6776
#define INK 0x1B2733
#define PLOT 0xF6F8FA
#define QUARTER 0.25

struct drawing {
    struct ald_xlsx_sheet *s;
    const struct ald_chart *chart;
    const struct ald_xlsx_drawn *drawn;
    lxw_chart *native;
    enum ald_xlsx_frame frame;
    int16_t in_legend, hidden[16]; /* series so far; those that the legend leaves out, ended by -1 */
    size_t hidden_n;
};

static const lxw_color_t tones[ALD_TONE_N] = {[ALD_TONE_GREY] = 0x7C8798,
                                              [ALD_TONE_BLUE] = 0x1F6FB4,
                                              [ALD_TONE_ORANGE] = 0xB4540A,
                                              [ALD_TONE_VIOLET] = 0x5B4B8A,
                                              [ALD_TONE_INK] = INK};

/* No spreadsheet has a triangle that points down: a diamond stands for it. LibreOffice fills every mark and knows no outlines: marks of lines
 * stand for hollow ones. Of these three are safe: the library writes dashes by names that no spreadsheet knows. */
static uint8_t marker(const struct ald_series *series, bool thin)
{
    static const uint8_t types[][2] = {[ALD_MARK_CIRCLE] = {LXW_CHART_MARKER_CIRCLE, LXW_CHART_MARKER_PLUS},
                                       [ALD_MARK_UP] = {LXW_CHART_MARKER_TRIANGLE, LXW_CHART_MARKER_STAR},
                                       [ALD_MARK_DOWN] = {LXW_CHART_MARKER_DIAMOND, LXW_CHART_MARKER_X},
                                       [ALD_MARK_SQUARE] = {LXW_CHART_MARKER_SQUARE, LXW_CHART_MARKER_PLUS}};
    return types[series->mark][thin];
}

/* Text of a chart: one line; "=" at the start would be read as a formula. */
static const char *chart_text(struct ald_xlsx *x, const char *text)
{
    const char *line = ald_words_line(x->arena, text, 200);
    return line[0] == '=' ? ald_sprintf(x->arena, " %s", line) : line;
}

/* ---- Series ---- */

/* legend: whether it has a line there. */
static lxw_chart_series *refer(struct drawing *d, const struct ald_xlsx_columns *c, const char *title, bool legend)
{
    lxw_chart_series *series = chart_add_series(d->native, NULL, NULL);
    const char *sheet = d->s->x->chart_data_name;
    lxw_row_t first = ALD_XLSX_DATA_ROW, last = (lxw_row_t)(ALD_XLSX_DATA_ROW + c->n - 1);
    lxw_col_t col = (lxw_col_t)c->column;
    chart_series_set_categories(series, sheet, first, col + 1, last, col + 1);
    chart_series_set_values(series, sheet, first, col + 2, last, col + 2);
    chart_series_set_name(series, chart_text(d->s->x, title));
    if (!legend && d->hidden_n + 1 < sizeof d->hidden / sizeof d->hidden[0])
        d->hidden[d->hidden_n++] = d->in_legend;
    d->in_legend++;
    return series;
}

static void draw_line(lxw_chart_series *series, lxw_color_t colour, float width, bool dashed)
{
    lxw_chart_line line = {.color = colour, .width = width, .dash_type = dashed ? LXW_CHART_LINE_DASH_DASH : LXW_CHART_LINE_DASH_SOLID};
    chart_series_set_line(series, &line);
    chart_series_set_marker_type(series, LXW_CHART_MARKER_NONE);
}

static void no_line(lxw_chart_series *series)
{
    lxw_chart_line line = {.none = LXW_TRUE};
    chart_series_set_line(series, &line);
}

static void mark(const struct drawing *d, lxw_chart_series *series, const struct ald_series *view, bool thin)
{
    lxw_chart_fill fill = {.color = tones[view->tone]};
    lxw_chart_line edge = {.color = thin ? tones[view->tone] : 0xFFFFFF, .width = thin ? 1.25F : 0.5F};
    if (d->chart->joined)
        draw_line(series, tones[view->tone], 1.25F, false);
    else
        no_line(series);
    chart_series_set_marker_type(series, marker(view, thin));
    chart_series_set_marker_size(series, view->mark == ALD_MARK_CIRCLE && !thin ? 6 : view->mark == ALD_MARK_SQUARE && thin ? 12 : 8);
    chart_series_set_marker_fill(series, &fill);
    chart_series_set_marker_line(series, &edge);
}

static void add_all(struct drawing *d)
{
    const struct ald_xlsx_drawn *drawn = d->drawn;
    bool intervals = d->chart->form == ALD_CHART_RANGES;
    if (drawn->ranges)
        draw_line(refer(d, drawn->ranges, drawn->ranges->title, true), intervals ? INK : 0xB9C2CD, intervals ? 1.75F : 1.5F, false);
    for (size_t i = 0; i < d->chart->lines_n; i++)
        if (drawn->lines[i]) /* lines with one title have one line in the legend */
            draw_line(refer(d, drawn->lines[i], d->chart->lines[i].title, i == 0 || strcmp(d->chart->lines[i].title, d->chart->lines[i - 1].title) != 0),
                      SOFT, 1.0F, d->chart->lines[i].dashed);
    for (size_t i = 0; i < d->chart->levels_n; i++)
        if (drawn->levels[i])
            draw_line(refer(d, drawn->levels[i], d->chart->levels[i].title, true), SOFT, 1.0F, true);
    for (size_t i = 0; i < d->chart->series_n; i++) {
        if (drawn->series[i])
            mark(d, refer(d, drawn->series[i], drawn->series[i]->title, true), &d->chart->series[i], false);
        if (drawn->hollow[i])
            mark(d, refer(d, drawn->hollow[i], drawn->hollow[i]->title, true), &d->chart->series[i], true);
    }
}

/* Names beside the points of a series of their own. */
static enum ald_rc add_named(struct drawing *d, const struct ald_xlsx_columns *named, uint8_t position, struct ald_err *err)
{
    struct ald_xlsx *x = d->s->x;
    if (!named)
        return ALD_OK;
    lxw_chart_series *series = refer(d, named, named->title, false);
    no_line(series);
    chart_series_set_marker_type(series, LXW_CHART_MARKER_NONE);
    lxw_chart_font font = {.size = position == LXW_CHART_LABEL_POSITION_ABOVE ? 8 : 9, .color = INK};
    lxw_chart_data_label *labels = ald_calloc(x->arena, named->n, sizeof *labels);
    lxw_chart_data_label **list = ald_calloc(x->arena, named->n + 1, sizeof *list);
    for (size_t i = 0; i < named->n; i++) {
        const char *name = chart_text(x, named->points[i].label);
        labels[i].value = ald_sprintf(x->arena, position == LXW_CHART_LABEL_POSITION_LEFT ? "%s  " : position == LXW_CHART_LABEL_POSITION_RIGHT ? "  %s" : "%s", name); /* beside the mark, not over it */
        labels[i].font = &font;
        labels[i].hide = named == d->drawn->across && d->frame == ALD_XLSX_TITLED && named->n > 6 && (named->n - 1 - i) % 2; /* there is room for half of them */
        list[i] = &labels[i];
    }
    chart_series_set_labels(series);
    chart_series_set_labels_font(series, &font);
    chart_series_set_labels_position(series, position);
    return ald_xlsx_did(d->s, chart_series_set_labels_custom(series, list), err);
}

/* ---- Axes ---- */

/* below: the axis begins below 0, where names stand; no number is there. */
static const char *axis_format(enum ald_show show, bool logarithmic, bool below)
{
    if (logarithmic)
        return "General";
    if (below)
        return show == ALD_SHOW_COUNT ? "#,##0;;0" : "0.00;;0.00";
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

/* Names of rows stand along the bottom of the plot: one step below 0, so that they hide no point. */
static bool has_names_below(const struct ald_chart *chart, int i)
{
    return chart->form == ALD_CHART_RANGES && i && !ald_chart_log(chart, i) && (ald_chart_whole(chart, i) || chart->y_show == ALD_SHOW_COUNT);
}

/* A round number: about a fifth of it, and at least 1. */
static double count_step(double high)
{
    double tens = pow(10, floor(log10(high > 5 ? high / 5 : 1))), times = high / 5 / tens;
    return tens * (times > 5 ? 10 : times > 2 ? 5 : times > 1 ? 2 : 1);
}

bool ald_xlsx_axis_ends(const struct ald_xlsx *x, const struct ald_points *points, int i, double *ret_low, double *ret_high)
{
    const struct ald_chart *chart = points->chart;
    enum ald_show show = i ? chart->y_show : chart->x_show;
    double low = 0, high = 0;
    if (!ald_chart_extent(x->report, points, i, &low, &high))
        return false;
    low = ald_xlsx_axis_value(x, chart, i, low);
    high = ald_xlsx_axis_value(x, chart, i, high);
    if (chart->form == ALD_CHART_RANGES && !i) {
        low -= 0.5;
        high += 0.5;
    } else if (ald_chart_whole(chart, i)) {
        low = has_names_below(chart, i) ? -QUARTER : 0;
        high = 1;
    } else if (ald_chart_log(chart, i)) {
        low = pow(10, floor(log10(low)));
        high = pow(10, ceil(log10(high)));
        high = high > low ? high : low * 10;
    } else if (show == ALD_SHOW_TIME) {
        low = floor(low);
        high = ceil(high) > low ? ceil(high) : low + 1;
    } else if (show == ALD_SHOW_PERCENT) {
        low = 0;
        high = high > 0.5 ? 1 : ceil(high * 10) / 10;
    } else if (show == ALD_SHOW_COUNT) {
        double step = count_step(high);
        low = has_names_below(chart, i) ? -step : 0;
        high = ceil(high / step + 0.01) * step;
    } else {
        return false;
    }
    *ret_low = low;
    *ret_high = high;
    return true;
}

static void set_range(struct drawing *d, lxw_chart_axis *axis, int i)
{
    double low = 0, high = 0;
    if (ald_chart_log(d->chart, i))
        chart_axis_set_log_base(axis, 10);
    if (ald_chart_whole(d->chart, i))
        chart_axis_set_major_unit(axis, QUARTER);
    if (!ald_xlsx_axis_ends(d->s->x, d->drawn->points, i, &low, &high))
        return;
    chart_axis_set_min(axis, low);
    chart_axis_set_max(axis, high);
    if ((i ? d->chart->y_show : d->chart->x_show) == ALD_SHOW_COUNT)
        chart_axis_set_major_unit(axis, low < 0 ? -low : count_step(high - 1));
}

/* "median, hours (log scale)": the height of a small chart holds no more. */
static const char *in_hours(struct ald_arena *a, const char *title)
{
    const char *scale = strstr(title, " (logarithmic)");
    return ald_sprintf(a, "%.*s, hours (log scale)", scale ? (int)(scale - title) : (int)strlen(title), title);
}

static void set_axis(struct drawing *d, int i)
{
    lxw_chart_axis *axis = i ? d->native->y_axis : d->native->x_axis;
    bool logarithmic = ald_chart_log(d->chart, i), categories = d->chart->form == ALD_CHART_RANGES && !i;
    enum ald_show show = i ? d->chart->y_show : d->chart->x_show;
    const char *title = chart_text(d->s->x, i ? d->chart->y_title : d->chart->x_title);
    if (logarithmic && show == ALD_SHOW_SECONDS && !strstr(title, "hours"))
        title = in_hours(d->s->x->arena, title);
    lxw_chart_font name_font = {.size = d->frame == ALD_XLSX_SMALL ? 9 : 10, .color = INK, .bold = LXW_EXPLICIT_FALSE};
    lxw_chart_font number_font = {.size = d->frame == ALD_XLSX_TITLED ? 10 : 9, .color = SOFT};
    lxw_chart_line grid = {.color = GRID_LINE, .width = 0.75F}, line = {.color = GRID_LINE, .width = 0.75F};
    if (*title)
        chart_axis_set_name(axis, title);
    chart_axis_set_name_font(axis, &name_font);
    chart_axis_set_num_font(axis, &number_font);
    chart_axis_set_num_format(axis, axis_format(show, logarithmic, has_names_below(d->chart, i)));
    chart_axis_set_line(axis, &line);
    chart_axis_major_gridlines_set_visible(axis, categories ? LXW_FALSE : LXW_TRUE);
    chart_axis_major_gridlines_set_line(axis, &grid);
    chart_axis_set_label_position(axis, categories ? LXW_CHART_AXIS_LABEL_POSITION_NONE : LXW_CHART_AXIS_LABEL_POSITION_LOW);
    chart_axis_set_crossing_min(axis);
    set_range(d, axis, i);
}

static void style_chart(struct drawing *d)
{
    lxw_chart *native = d->native;
    lxw_chart_line none = {.none = LXW_TRUE};
    lxw_chart_fill plot = {.color = PLOT}, area = {.color = 0xFFFFFF};
    lxw_chart_font font = {.size = 10, .color = INK};
    if (d->frame == ALD_XLSX_TITLED) {
        lxw_chart_font title = {.size = 12, .color = INK};
        chart_title_set_name(native, chart_text(d->s->x, d->chart->title));
        chart_title_set_name_font(native, &title);
    } else {
        chart_title_off(native);
    }
    chart_chartarea_set_line(native, &none);
    chart_chartarea_set_fill(native, &area);
    chart_plotarea_set_fill(native, &plot);
    chart_legend_set_position(native, LXW_CHART_LEGEND_BOTTOM);
    chart_legend_set_font(native, &font);
}

enum ald_rc ald_xlsx_native(struct ald_xlsx_sheet *s, const struct ald_chart *chart, enum ald_xlsx_frame frame, lxw_chart **ret_native,
                            const struct ald_points **ret_points, struct ald_err *err)
{
    struct drawing d = {.s = s, .chart = chart, .frame = frame, .drawn = ald_xlsx_drawn(s->x, chart)};
    *ret_points = d.drawn->points;
    *ret_native = NULL;
    if (!d.drawn->points->n)
        return ALD_OK;
    bool lines = d.drawn->ranges || chart->lines_n || chart->levels_n || chart->joined;
    uint8_t type = lines ? LXW_CHART_SCATTER_STRAIGHT_WITH_MARKERS : LXW_CHART_SCATTER;
    d.native = workbook_add_chart(s->x->book, type);
    if (!d.native)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': no chart '%s'", s->x->path, chart->title);
    add_all(&d);
    ALD_TRY(add_named(&d, d.drawn->named[0], LXW_CHART_LABEL_POSITION_RIGHT, err));
    ALD_TRY(add_named(&d, d.drawn->named[1], LXW_CHART_LABEL_POSITION_LEFT, err));
    ALD_TRY(add_named(&d, d.drawn->across, LXW_CHART_LABEL_POSITION_ABOVE, err));
    d.hidden[d.hidden_n] = -1;
    if (d.hidden_n)
        ALD_TRY(ald_xlsx_did(s, chart_legend_delete_series(d.native, d.hidden), err));
    set_axis(&d, 0);
    set_axis(&d, 1);
    style_chart(&d);
    *ret_native = d.native;
    return ALD_OK;
}
