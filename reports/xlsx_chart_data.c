/* The points of charts: picked from the rows of the tree, and written as columns of the last sheet. Draws nothing. */
#include "xlsx_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/rng.h"
#include "alidade/zone.h"

#define COLUMNS_EACH 4 /* label, x, y and a free one */
#define LABEL_MAX 30

/* ---- Picking ---- */

static double axis_value(const struct ald_xlsx *x, const struct ald_node *node, enum ald_show show, bool logarithmic)
{
    double v = (double)NAN;
    if (node && node->kind == ALD_NODE_NUM)
        v = node->number;
    else if (node && node->kind == ALD_NODE_INT)
        v = (double)node->integer;
    else if (node && node->kind == ALD_NODE_TIME && ald_xlsx_serial_ok(x->report->zone, node->integer))
        return ald_xlsx_serial(x->report->zone, node->integer);
    if (logarithmic && v <= 0)
        return (double)NAN;
    if (show == ALD_SHOW_SECONDS) /* powers of ten are read better in hours than in parts of a day */
        v /= logarithmic ? 3600 : 86400;
    return v;
}

static size_t series_of(const struct ald_chart *chart, const struct ald_node *row)
{
    for (size_t i = 0; i < chart->series_n; i++) {
        const struct ald_series *series = &chart->series[i];
        const struct ald_node *at = series->path ? ald_node_at(row, series->path) : NULL;
        bool has = at && at->kind == ALD_NODE_STR;
        if (!series->path || (series->equals ? has && strcmp(at->text, series->equals) == 0 : !has))
            return i;
    }
    return chart->series_n;
}

struct place {
    size_t series;
    double x, y;
};

static bool place(const struct ald_xlsx *x, const struct ald_chart *chart, const struct ald_node *row,
                  struct place *ret)
{
    ret->series = series_of(chart, row);
    ret->x = axis_value(x, ald_node_at(row, chart->x), chart->x_show, chart->x_log);
    ret->y = axis_value(x, ald_node_at(row, chart->y), chart->y_show, chart->y_log);
    return ret->series < chart->series_n && isfinite(ret->x) && isfinite(ret->y);
}

static const struct ald_node *row_at(const struct ald_node *rows, size_t i, struct ald_arena *scratch)
{
    return rows->kind == ALD_NODE_LIST ? rows->list.items[i] : rows->rows.row(rows->rows.ctx, i, scratch);
}

static void keep(struct ald_xlsx *x, const struct ald_chart *chart, const struct ald_node *row, const struct place *at,
                 struct ald_xlsx_columns *c)
{
    const char *label =
        chart->label ? ald_xlsx_words(x, x->scratch, ald_node_at(row, chart->label), ALD_SHOW_TEXT) : NULL;
    c->points = ald_grow(x->arena, c->points, c->n, &c->cap, sizeof *c->points);
    c->points[c->n++] = (struct ald_xlsx_point){ald_xlsx_line(x->arena, label, LABEL_MAX), at->x, at->y};
}

/* Which style a value of an axis has in its column. */
static enum ald_xlsx_style axis_style(enum ald_show show, bool logarithmic)
{
    if (show == ALD_SHOW_SECONDS)
        return logarithmic ? XS_CELL_HUNDREDTHS : XS_CELL_SECONDS;
    return show == ALD_SHOW_TIME      ? XS_CELL_TIME
           : show == ALD_SHOW_PERCENT ? XS_CELL_PERCENT
           : show == ALD_SHOW_COUNT   ? XS_CELL_COUNT
                                      : XS_CELL_HUNDREDTHS;
}

static struct ald_xlsx_columns *columns_new(struct ald_xlsx *x, const struct ald_chart *chart)
{
    struct ald_xlsx_columns *all = ald_calloc(x->arena, chart->series_n, sizeof *all);
    for (size_t i = 0; i < chart->series_n; i++)
        all[i] = (struct ald_xlsx_columns){.chart = chart->title,
                                           .title = chart->series[i].title,
                                           .x_title = chart->x_title,
                                           .y_title = chart->y_title,
                                           .x_style = axis_style(chart->x_show, chart->x_log),
                                           .y_style = axis_style(chart->y_show, chart->y_log)};
    return all;
}

/* Selection sampling: each of the points that are left is taken with (still wanted) / (left). */
static void draw(struct ald_xlsx *x, struct ald_xlsx_points *p, const struct ald_node *rows, size_t n)
{
    struct ald_rng rng;
    ald_rng_init(&rng, ald_siphash(p->chart->title, strlen(p->chart->title)));
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct place at;
    size_t wanted = p->drawn, left = p->places;
    for (size_t i = 0; i < n && wanted; i++) {
        const struct ald_node *row = row_at(rows, i, scratch);
        if (place(x, p->chart, row, &at) && ald_rng_below(&rng, left--) < wanted) {
            keep(x, p->chart, row, &at, &p->columns[at.series]);
            wanted--;
        }
        ald_arena_reset(scratch);
        ald_arena_reset(x->scratch);
    }
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_points(const struct ald_chart *a, const struct ald_chart *b)
{
    bool is = same(a->title, b->title) && same(a->rows, b->rows) && same(a->x, b->x) && same(a->y, b->y) &&
              a->x_log == b->x_log && a->y_log == b->y_log && a->series_n == b->series_n;
    for (size_t i = 0; is && i < a->series_n; i++)
        is = same(a->series[i].path, b->series[i].path) && same(a->series[i].equals, b->series[i].equals) &&
             same(a->series[i].title, b->series[i].title);
    return is;
}

struct ald_xlsx_points *ald_xlsx_points(struct ald_xlsx *x, const struct ald_chart *chart)
{
    for (struct ald_xlsx_points *p = x->drawn; p; p = p->next)
        if (same_points(p->chart, chart))
            return p;
    struct ald_xlsx_points *p = ald_alloc(x->arena, sizeof *p);
    *p = (struct ald_xlsx_points){.chart = chart, .columns = columns_new(x, chart), .next = x->drawn};
    x->drawn = p;
    const struct ald_node *rows = ald_node_at(x->report->root, chart->rows);
    size_t n = !rows ? 0 : rows->kind == ALD_NODE_LIST ? rows->list.n : rows->kind == ALD_NODE_ROWS ? rows->rows.n : 0;
    struct place at;
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    for (size_t i = 0; i < n; i++) {
        if (place(x, chart, row_at(rows, i, scratch), &at)) {
            p->places++;
            p->columns[at.series].total++;
        }
        ald_arena_reset(scratch);
    }
    p->drawn = p->places < x->limits->chart_points ? p->places : x->limits->chart_points;
    p->left_out = n - p->places;
    draw(x, p, rows, n);
    return p;
}

/* ---- Writing ---- */

void ald_xlsx_columns_take(struct ald_xlsx *x, struct ald_xlsx_columns *columns)
{
    if (columns->taken)
        return;
    columns->taken = true;
    columns->column = COLUMNS_EACH * x->chart_columns_n++;
    columns->next = NULL;
    *x->chart_columns_end = columns;
    x->chart_columns_end = &columns->next;
}

static enum ald_rc put_heads(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    s->row = ALD_XLSX_DATA_ROW - 3;
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next)
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column, c->column + 2},
                                  ald_xlsx_line(x->arena, c->chart, 200), XS_HEAD, err));
    s->row++;
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next)
        ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column, c->column + 2},
                                  ald_xlsx_line(x->arena, c->title, 200), XS_HEAD, err));
    s->row++;
    ALD_TRY(ald_xlsx_row_height(s, 62, err)); /* titles of axes are sentences */
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next) {
        const char *titles[3] = {"Point", c->x_title ? c->x_title : "x", c->y_title ? c->y_title : "y"};
        for (size_t i = 0; i < 3; i++)
            ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){c->column + i, c->column + i}, titles[i],
                                      i ? XS_HEAD_RIGHT : XS_HEAD, err));
    }
    s->row++;
    return ALD_OK;
}

/* Row by row, as constant memory asks for. */
static enum ald_rc put_points(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    for (size_t i = 0, more = 1; more; i++) {
        more = 0;
        for (const struct ald_xlsx_columns *c = s->x->chart_columns; c; c = c->next) {
            if (i >= c->n)
                continue;
            const struct ald_xlsx_point *p = &c->points[i];
            size_t at = c->column;
            ALD_TRY(ald_xlsx_put_text(s, (struct ald_xlsx_span){at, at}, p->label, XS_CELL_TEXT, err));
            ALD_TRY(ald_xlsx_put_number(s, (struct ald_xlsx_span){at + 1, at + 1}, p->x, c->x_style, err));
            ALD_TRY(ald_xlsx_put_number(s, (struct ald_xlsx_span){at + 2, at + 2}, p->y, c->y_style, err));
            more++;
        }
        s->row += more != 0;
        ald_arena_reset(s->x->scratch);
    }
    return ALD_OK;
}

enum ald_rc ald_xlsx_chart_data(struct ald_xlsx *x, struct ald_err *err)
{
    if (!x->chart_columns)
        return ALD_OK;
    struct ald_xlsx_sheet s;
    ALD_TRY(ald_xlsx_sheet_add(x, x->chart_data_name, &s, err));
    for (const struct ald_xlsx_columns *c = x->chart_columns; c; c = c->next) {
        ALD_TRY(
            ald_xlsx_did(&s, worksheet_set_column(s.ws, (lxw_col_t)c->column, (lxw_col_t)c->column, 28, NULL), err));
        lxw_col_t last = (lxw_col_t)(c->column + 2);
        bool wide = c->x_style == XS_CELL_TIME || c->y_style == XS_CELL_TIME;
        ALD_TRY(
            ald_xlsx_did(&s, worksheet_set_column(s.ws, (lxw_col_t)c->column + 1, last, wide ? 22 : 20, NULL), err));
        ALD_TRY(ald_xlsx_did(&s, worksheet_set_column(s.ws, last + 1, last + 1, 3, NULL), err));
    }
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
    worksheet_set_landscape(s.ws);
    worksheet_fit_to_pages(s.ws, 1, 0);
    return ALD_OK;
}
