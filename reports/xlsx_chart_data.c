/* What charts draw, as columns of the last sheet: the points of chart.h in cells. Draws nothing. */
#include "xlsx_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/zone.h"

#define LABEL_MAX 24
#define COLUMNS_EACH 4 /* label, x, y and a free one */
#define ACROSS_MOST 10 /* names along the bottom */

/* ---- Values ---- */

double ald_xlsx_axis_value(const struct ald_xlsx *x, const struct ald_chart *chart, int axis, double v)
{
    enum ald_show show = axis ? chart->y_show : chart->x_show;
    if (chart->form == ALD_CHART_RANGES && !axis)
        return v + 1; /* rows are counted from one */
    if (show == ALD_SHOW_TIME && isfinite(v))
        return ald_xlsx_serial(x->report->zone, (int64_t)v);
    if (show == ALD_SHOW_SECONDS) /* powers of ten are read better in hours than in parts of a day */
        return v / (ald_chart_log(chart, axis) ? 3600 : 86400);
    return v;
}

/* Which style a value of an axis has in its column. */
static enum ald_xlsx_style axis_style(const struct ald_chart *chart, int axis)
{
    enum ald_show show = axis ? chart->y_show : chart->x_show;
    if (show == ALD_SHOW_SECONDS)
        return ald_chart_log(chart, axis) ? XS_CELL_HUNDREDTHS : XS_CELL_SECONDS;
    return show == ALD_SHOW_TIME      ? XS_CELL_TIME
           : show == ALD_SHOW_PERCENT ? XS_CELL_PERCENT
           : show == ALD_SHOW_COUNT   ? XS_CELL_COUNT
                                      : XS_CELL_HUNDREDTHS;
}

/* ---- Columns ---- */

static void add(struct ald_xlsx *x, struct ald_xlsx_columns *c, const char *label, double across, double up)
{
    c->points = ald_grow(x->arena, c->points, c->n, &c->cap, sizeof *c->points);
    c->points[c->n++] = (struct ald_xlsx_point){label, across, up};
}

static struct ald_xlsx_columns *columns_new(struct ald_xlsx *x, const struct ald_chart *chart, const char *title)
{
    struct ald_xlsx_columns *c = ald_alloc(x->arena, sizeof *c);
    bool ranges = chart->form == ALD_CHART_RANGES;
    *c = (struct ald_xlsx_columns){.chart = chart->title, .title = title};
    c->x_title = ranges ? "place" : chart->x_title ? chart->x_title : "x";
    c->y_title = chart->y_title ? chart->y_title : "y";
    c->x_style = ranges ? XS_CELL_COUNT : axis_style(chart, 0);
    c->y_style = axis_style(chart, 1);
    return c;
}

/* Puts columns on the sheet; NULL for none without points. */
static struct ald_xlsx_columns *keep(struct ald_xlsx *x, struct ald_xlsx_columns *c)
{
    if (!c->n)
        return NULL;
    c->column = x->chart_column;
    x->chart_column += COLUMNS_EACH;
    *x->chart_columns_end = c;
    x->chart_columns_end = &c->next;
    return c;
}

static double y_of(const struct ald_xlsx *x, const struct ald_chart *chart, double v)
{
    return ald_xlsx_axis_value(x, chart, 1, v);
}

/* Filled and thin marks are two series of a native chart. */
static struct ald_xlsx_columns *series_columns(struct ald_xlsx *x, const struct ald_points *p, size_t series, bool hollow)
{
    const struct ald_chart *chart = p->chart;
    const char *title = chart->series[series].title;
    size_t n = hollow ? p->hollow[series] : p->totals[series] - p->hollow[series];
    if (hollow)
        title = ald_sprintf(x->arena, "%s, %s", title, chart->hollow_brief);
    if (title[0] && title[strlen(title) - 1] != ')' && chart->form == ALD_CHART_POINTS && !chart->joined)
        title = ald_sprintf(x->arena, "%s (%s)", title, ald_words_count(x->arena, (int64_t)n));
    struct ald_xlsx_columns *c = columns_new(x, chart, title);
    for (size_t i = 0; i < p->n; i++) {
        const struct ald_point *at = &p->points[i];
        if (at->series == series && at->hollow == hollow)
            add(x, c, at->label, ald_xlsx_axis_value(x, chart, 0, at->x), y_of(x, chart, at->y));
    }
    return keep(x, c);
}

/* A line that breaks at a blank cell: from low to high of each point. */
static struct ald_xlsx_columns *range_columns(struct ald_xlsx *x, const struct ald_points *p)
{
    const struct ald_chart *chart = p->chart;
    struct ald_xlsx_columns *c = columns_new(x, chart, chart->range_title ? chart->range_title : "range");
    for (size_t i = 0; i < p->n && chart->low; i++) {
        const struct ald_point *at = &p->points[i];
        if (!isfinite(at->low) || !isfinite(at->high))
            continue;
        double across = ald_xlsx_axis_value(x, chart, 0, at->x);
        add(x, c, at->label, across, y_of(x, chart, at->low));
        add(x, c, "", across, y_of(x, chart, at->high));
        add(x, c, "", (double)NAN, (double)NAN);
    }
    return keep(x, c);
}

static struct ald_xlsx_columns *line_columns(struct ald_xlsx *x, const struct ald_chart *chart, const struct ald_line *line)
{
    struct ald_point *points = NULL;
    size_t n = ald_line_points(x->arena, x->report, chart, line, &points);
    struct ald_xlsx_columns *c = columns_new(x, chart, line->title);
    for (size_t i = 0; i < n; i++)
        add(x, c, "", ald_xlsx_axis_value(x, chart, 0, points[i].x), y_of(x, chart, points[i].y));
    return keep(x, c);
}

/* Across the chart, from end to end. */
static struct ald_xlsx_columns *level_columns(struct ald_xlsx *x, const struct ald_points *p, const struct ald_level *level)
{
    double v = 0, low = 0, high = 0;
    if (!ald_level_value(x->report, level, &v) || !ald_chart_extent(x->report, p, 0, &low, &high))
        return NULL;
    v = y_of(x, p->chart, v);
    double room = p->chart->form == ALD_CHART_RANGES ? 0.5 : 0;
    struct ald_xlsx_columns *c = columns_new(x, p->chart, level->title);
    add(x, c, "", ald_xlsx_axis_value(x, p->chart, 0, low) - room, v);
    add(x, c, "", ald_xlsx_axis_value(x, p->chart, 0, high) + room, v);
    return keep(x, c);
}

/* An axis of numbers has no names: a series along the bottom carries them. */
static struct ald_xlsx_columns *across_columns(struct ald_xlsx *x, const struct ald_points *p, double bottom)
{
    struct ald_xlsx_columns *c = columns_new(x, p->chart, "Names along the bottom");
    size_t step = (p->n + ACROSS_MOST - 1) / ACROSS_MOST;
    for (size_t i = (p->n - 1) % step; i < p->n; i += step)
        add(x, c, ald_words_line(x->arena, p->points[i].label, LABEL_MAX), ald_xlsx_axis_value(x, p->chart, 0, p->points[i].x), bottom);
    return keep(x, c);
}

static void name_points(struct ald_xlsx *x, struct ald_xlsx_drawn *d)
{
    struct ald_named_point named[ALD_NAMED_MOST];
    size_t n = ald_chart_names(x->report, d->points, named);
    for (int side = 0; side < 2; side++) {
        struct ald_xlsx_columns *c = columns_new(x, d->chart, "Named in the chart");
        for (size_t i = 0; i < n; i++) {
            const struct ald_point *at = &d->points->points[named[i].point];
            if (named[i].side == side)
                add(x, c, ald_words_line(x->arena, at->label, LABEL_MAX), ald_xlsx_axis_value(x, d->chart, 0, at->x),
                    y_of(x, d->chart, at->y));
        }
        d->named[side] = keep(x, c);
    }
}

/* ---- Charts ---- */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_points(const struct ald_chart *a, const struct ald_chart *b)
{
    bool is = a->form == b->form && same(a->title, b->title) && same(a->rows, b->rows) && same(a->x, b->x) && same(a->y, b->y) && same(a->hollow, b->hollow) &&
              a->x_log == b->x_log && a->y_log == b->y_log && a->most == b->most && a->series_n == b->series_n;
    for (size_t i = 0; is && i < a->series_n; i++)
        is = same(a->series[i].path, b->series[i].path) && same(a->series[i].equals, b->series[i].equals) &&
             same(a->series[i].title, b->series[i].title);
    return is;
}

struct ald_xlsx_drawn *ald_xlsx_drawn(struct ald_xlsx *x, const struct ald_chart *chart)
{
    for (struct ald_xlsx_drawn *d = x->drawn; d; d = d->next)
        if (same_points(d->chart, chart))
            return d;
    struct ald_xlsx_drawn *d = ald_alloc(x->arena, sizeof *d);
    *d = (struct ald_xlsx_drawn){.chart = chart, .next = x->drawn};
    x->drawn = d;
    d->points = ald_chart_points(x->arena, x->report, chart, x->limits->chart_points);
    d->points->called = "thin"; /* not every program draws hollow ones */
    d->series = ald_calloc(x->arena, chart->series_n, sizeof(struct ald_xlsx_columns *));
    d->hollow = ald_calloc(x->arena, chart->series_n, sizeof(struct ald_xlsx_columns *));
    d->lines = ald_calloc(x->arena, chart->lines_n, sizeof(struct ald_xlsx_columns *));
    d->levels = ald_calloc(x->arena, chart->levels_n, sizeof(struct ald_xlsx_columns *));
    if (!d->points->n)
        return d;
    d->ranges = range_columns(x, d->points);
    for (size_t i = 0; i < chart->lines_n; i++)
        d->lines[i] = line_columns(x, chart, &chart->lines[i]);
    for (size_t i = 0; i < chart->levels_n; i++)
        d->levels[i] = level_columns(x, d->points, &chart->levels[i]);
    for (size_t i = 0; i < chart->series_n; i++) {
        d->series[i] = series_columns(x, d->points, i, false);
        d->hollow[i] = series_columns(x, d->points, i, true);
    }
    if (chart->named && chart->form == ALD_CHART_POINTS)
        name_points(x, d);
    double low = 0, high = 0;
    if (chart->form == ALD_CHART_RANGES && ald_xlsx_axis_ends(x, d->points, 1, &low, &high))
        d->across = across_columns(x, d->points, low);
    return d;
}

/* ---- Writing ---- */

static enum ald_rc put_heads(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    s->row = ALD_XLSX_DATA_ROW - 3;
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next)
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column, c->column + 2}, ald_words_line(x->arena, c->chart, 200),
                                  XS_HEAD, err));
    s->row++;
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next)
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column, c->column + 2}, ald_words_line(x->arena, c->title, 200),
                                  XS_HEAD, err));
    s->row++;
    ALD_TRY(ald_xlsx_row_height(s, 62, err)); /* titles of axes are sentences */
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next) {
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column, c->column}, "Point", XS_HEAD, err));
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column + 1, c->column + 1}, c->x_title, XS_HEAD_RIGHT, err));
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column + 2, c->column + 2}, c->y_title, XS_HEAD_RIGHT, err));
    }
    s->row++;
    return ALD_OK;
}

/* Nothing at all where there is no value: of a blank cell with a format, charts keep a 0, which no logarithm has. */
static enum ald_rc put_value(struct ald_xlsx_sheet *s, size_t column, double v, enum ald_xlsx_style style, struct ald_err *err)
{
    return isfinite(v) ? ald_xlsx_put_number(s, (struct ald_xlsx_span){column, column}, v, style, err) : ALD_OK;
}

static enum ald_rc put_point(struct ald_xlsx_sheet *s, const struct ald_xlsx_columns *c, size_t i, struct ald_err *err)
{
    const struct ald_xlsx_point *p = &c->points[i];
    ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column, c->column}, p->label, XS_CELL_TEXT, err));
    ALD_TRY(put_value(s, c->column + 1, p->x, c->x_style, err));
    return put_value(s, c->column + 2, p->y, c->y_style, err);
}

/* Row by row, as constant memory asks for. */
static enum ald_rc put_points(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    for (size_t i = 0, more = 1; more; i++) {
        more = 0;
        for (const struct ald_xlsx_columns *c = s->x->chart_columns; c; c = c->next) {
            if (i >= c->n)
                continue;
            ALD_TRY(put_point(s, c, i, err));
            more++;
        }
        s->row += more != 0;
        ald_arena_reset(s->x->scratch);
    }
    return ALD_OK;
}

static enum ald_rc set_widths(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    for (const struct ald_xlsx_columns *c = s->x->chart_columns; c; c = c->next) {
        lxw_col_t first = (lxw_col_t)c->column, last = (lxw_col_t)(c->column + 2);
        ALD_TRY(ald_xlsx_did(s, worksheet_set_column(s->ws, first, first, 28, NULL), err));
        ALD_TRY(ald_xlsx_did(s, worksheet_set_column(s->ws, first + 1, last, 22, NULL), err));
        ALD_TRY(ald_xlsx_did(s, worksheet_set_column(s->ws, last + 1, last + 1, 3, NULL), err));
    }
    return ALD_OK;
}

enum ald_rc ald_xlsx_chart_data(struct ald_xlsx *x, struct ald_err *err)
{
    if (!x->chart_columns)
        return ALD_OK;
    struct ald_xlsx_sheet s;
    ALD_TRY(ald_xlsx_sheet_add(x, x->chart_data_name, &s, err));
    ALD_TRY(set_widths(&s, err));
    struct ald_xlsx_span top = {0, 10};
    ALD_TRY(ald_xlsx_row_height(&s, 27, err));
    ALD_TRY(ald_xlsx_put_text(&s, top, x->chart_data_name, XS_TITLE, err));
    s.row++;
    ALD_TRY(ald_xlsx_put_text(
        &s, top,
        x->report->simulated ? "What the charts of this workbook draw: simulated data. They change with these cells."
                             : "What the charts of this workbook draw. They change with these cells.",
        XS_SUBTITLE, err));
    ALD_TRY(put_heads(&s, err));
    ALD_TRY(put_points(&s, err));
    worksheet_freeze_panes(s.ws, ALD_XLSX_DATA_ROW, 0);
    worksheet_hide(s.ws); /* what is to be seen of it are the charts; on paper it would be columns of numbers */
    return ALD_OK;
}
