/* Points of charts: see chart.h. */
#include "chart.h"

#include <math.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/rng.h"
#include "sentences.h"
#include "words.h"

#define LABEL_MAX 30
#define SKIPPED_MOST 12 /* rows without a point that are named */

bool ald_chart_log(const struct ald_chart *chart, int axis)
{
    return axis ? chart->y_log : chart->x_log;
}

bool ald_chart_whole(const struct ald_chart *chart, int axis)
{
    enum ald_show show = axis ? chart->y_show : chart->x_show;
    return (chart->unit_axes || show == ALD_SHOW_POSITION) && !ald_chart_log(chart, axis);
}

/* ---- Picking ---- */

static double number_of(const struct ald_node *node, bool logarithmic)
{
    double v = (double)NAN;
    if (node && node->kind == ALD_NODE_NUM)
        v = node->number;
    else if (node && (node->kind == ALD_NODE_INT || node->kind == ALD_NODE_TIME))
        v = (double)node->integer;
    return logarithmic && v <= 0 ? (double)NAN : v;
}

static double number_at(const struct ald_node *row, const char *path, bool logarithmic)
{
    return number_of(path ? ald_node_at(row, path) : NULL, logarithmic);
}

/* Where a chart looks in each row. */
struct looks {
    struct ald_path x, y, low, high, hollow, *series;
};

static void looks_of(struct ald_arena *a, const struct ald_chart *chart, struct looks *ret)
{
    *ret = (struct looks){.x = {.text = chart->x}, .y = {.text = chart->y}, .low = {.text = chart->low}, .high = {.text = chart->high},
                          .hollow = {.text = chart->hollow}};
    ret->series = ald_calloc(a, chart->series_n, sizeof *ret->series);
    for (size_t i = 0; i < chart->series_n; i++)
        ret->series[i].text = chart->series[i].path;
}

static size_t series_of(const struct ald_chart *chart, struct looks *looks, const struct ald_node *row)
{
    for (size_t i = 0; i < chart->series_n; i++) {
        const struct ald_series *series = &chart->series[i];
        const struct ald_node *at = ald_node_at_path(row, &looks->series[i]);
        bool has = at && at->kind == ALD_NODE_STR;
        if (!series->path || (series->equals ? has && strcmp(at->text, series->equals) == 0 : !has))
            return i;
    }
    return chart->series_n;
}

/* A row that says that it is something else than the series show (a team among services) is not meant by the chart. */
static bool is_other(const struct ald_chart *chart, const struct ald_node *row)
{
    for (size_t i = 0; i < chart->series_n; i++) {
        const struct ald_node *at = chart->series[i].path ? ald_node_at(row, chart->series[i].path) : NULL;
        if (at && at->kind == ALD_NODE_STR)
            return true;
    }
    return false;
}

enum placing { PLACE_NOT_MEANT, PLACE_NONE, PLACE_FOUND };

static enum placing place(const struct ald_chart *chart, struct looks *looks, const struct ald_node *row, size_t i, struct ald_point *ret)
{
    ret->series = series_of(chart, looks, row);
    ret->row = i;
    ret->x = chart->form == ALD_CHART_RANGES ? (double)i : number_of(ald_node_at_path(row, &looks->x), chart->x_log);
    ret->y = number_of(ald_node_at_path(row, &looks->y), chart->y_log);
    ret->low = number_of(ald_node_at_path(row, &looks->low), chart->y_log);
    ret->high = number_of(ald_node_at_path(row, &looks->high), chart->y_log);
    const struct ald_node *mark = ald_node_at_path(row, &looks->hollow);
    ret->hollow = mark && mark->kind == ALD_NODE_STR && strcmp(mark->text, chart->hollow_is) == 0;
    if (ret->series == chart->series_n && is_other(chart, row))
        return PLACE_NOT_MEANT;
    return ret->series < chart->series_n && isfinite(ret->x) && isfinite(ret->y) ? PLACE_FOUND : PLACE_NONE;
}

/* Counts why a row has no place: the reason of the axis that has no value, up to its colon. */
static void leave_out(struct ald_arena *a, struct ald_points *p, const struct ald_node *row, const struct ald_point *at)
{
    const struct ald_chart *chart = p->chart;
    int axis = isfinite(at->x) ? 1 : 0;
    const char *path = axis ? chart->y : chart->x, *why = path ? ald_absent_at(row, path) : NULL;
    if (!why && chart->why)
        why = ald_text_at(row, chart->why);
    size_t n = why ? strcspn(why, ":") : 0, i = 0;
    p->left_out++;
    for (; i < p->reasons_n; i++) {
        const struct ald_left_out *known = &p->reasons[i];
        if (known->axis == axis && (known->why ? n == strlen(known->why) && strncmp(known->why, why ? why : "", n) == 0 : !why))
            break;
    }
    if (i == p->reasons_n) {
        p->reasons = ald_grow(a, p->reasons, p->reasons_n, &p->reasons_cap, sizeof *p->reasons);
        p->reasons[p->reasons_n++] = (struct ald_left_out){why ? ald_strndup(a, why, n) : NULL, axis, 0};
    }
    p->reasons[i].n++;
}

/* Selection sampling: each of the places that are left is taken with (still wanted) / (left). */
static void draw(struct ald_arena *a, const struct ald_report *report, struct ald_points *p, const struct ald_node *rows,
                 const struct ald_point *places)
{
    struct ald_rng rng;
    ald_rng_init(&rng, ald_siphash(p->chart->title, strlen(p->chart->title)));
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    size_t wanted = p->n, at = 0;
    p->points = ald_calloc(a, wanted, sizeof *p->points);
    for (size_t i = 0; i < p->places && at < wanted; i++) {
        if (ald_rng_below(&rng, p->places - i) >= wanted - at)
            continue;
        const struct ald_node *row = ald_rows_at(rows, places[i].row, scratch);
        const char *label = p->chart->label ? ald_words(report, scratch, ald_node_at(row, p->chart->label), ALD_SHOW_TEXT) : NULL;
        p->points[at] = places[i];
        p->points[at++].label = ald_words_line(a, label, LABEL_MAX);
        ald_arena_reset(scratch);
    }
}

static bool holds(const struct ald_node *row, const char *path)
{
    const struct ald_node *node = path ? ald_node_at(row, path) : NULL;
    return node && node->kind == ALD_NODE_BOOL && node->boolean;
}

/* Adds the name of a row that has no point by intent. */
static void skip(struct ald_arena *a, const struct ald_report *report, struct ald_points *p, const struct ald_node *row, size_t n)
{
    const char *label = ald_words(report, a, p->chart->label ? ald_node_at(row, p->chart->label) : NULL, ALD_SHOW_TEXT);
    if (n < SKIPPED_MOST)
        p->skipped = ald_sprintf(a, "%s%s%s", n ? p->skipped : "", n ? ", " : "", ald_words_line(a, label, LABEL_MAX));
}

struct ald_points *ald_chart_points(struct ald_arena *a, const struct ald_report *report, const struct ald_chart *chart, size_t most)
{
    const struct ald_node *rows = ald_node_at(report->root, chart->rows);
    size_t n = ald_rows_n(rows);
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) all = ald_arena_new();
    struct ald_point *places = ald_calloc(all, n, sizeof *places);
    struct ald_points *p = ald_alloc(a, sizeof *p);
    *p = (struct ald_points){.chart = chart, .totals = ald_calloc(a, chart->series_n, sizeof *p->totals), .hollow = ald_calloc(a, chart->series_n, sizeof *p->hollow), .called = "hollow"};
    struct looks looks;
    looks_of(all, chart, &looks);
    size_t skipped = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ald_node *row = ald_rows_at(rows, i, scratch);
        struct ald_point *at = &places[p->places];
        enum placing found = place(chart, &looks, row, i, at);
        if (found != PLACE_NOT_MEANT && holds(row, chart->unless)) {
            skip(a, report, p, row, skipped++);
            found = PLACE_NOT_MEANT;
        }
        if (found == PLACE_NONE)
            leave_out(a, p, row, at);
        if (found == PLACE_FOUND) {
            p->totals[at->series]++;
            p->hollow[at->series] += at->hollow;
            p->hollow_n += at->hollow;
            p->places++;
        }
        ald_arena_reset(scratch);
    }
    if (skipped > SKIPPED_MOST)
        p->skipped = ald_sprintf(a, "%s and %s more", p->skipped, ald_words_count(a, (int64_t)(skipped - SKIPPED_MOST)));
    if (chart->most && chart->most < most)
        most = chart->most;
    p->n = p->places < most ? p->places : most;
    draw(a, report, p, rows, places);
    return p;
}

size_t ald_line_points(struct ald_arena *a, const struct ald_report *report, const struct ald_chart *chart, const struct ald_line *line,
                       struct ald_point **ret)
{
    const struct ald_node *rows = ald_node_at(report->root, line->rows);
    size_t n = ald_rows_n(rows), at = 0;
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_point *points = ald_calloc(a, n, sizeof *points);
    for (size_t i = 0; i < n; i++) {
        const struct ald_node *row = ald_rows_at(rows, i, scratch);
        double x = number_at(row, line->x, chart->x_log), y = number_at(row, line->y, chart->y_log);
        if (isfinite(x) && isfinite(y))
            points[at++] = (struct ald_point){.label = "", .row = i, .x = x, .y = y, .low = (double)NAN, .high = (double)NAN};
        ald_arena_reset(scratch);
    }
    *ret = points;
    return at;
}

bool ald_level_value(const struct ald_report *report, const struct ald_level *level, double *ret)
{
    *ret = level->path ? number_at(report->root, level->path, false) : level->value;
    return isfinite(*ret);
}

/* ---- Extent ---- */

static void take(double v, double *low, double *high)
{
    if (isfinite(v)) {
        *low = fmin(*low, v);
        *high = fmax(*high, v);
    }
}

bool ald_chart_extent(const struct ald_report *report, const struct ald_points *p, int axis, double *ret_low, double *ret_high)
{
    const struct ald_chart *chart = p->chart;
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        take(axis ? p->points[i].y : p->points[i].x, &low, &high);
        if (axis) {
            take(p->points[i].low, &low, &high);
            take(p->points[i].high, &low, &high);
        }
    }
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    for (size_t i = 0; i < chart->lines_n; i++) {
        struct ald_point *points = NULL;
        size_t n = ald_line_points(scratch, report, chart, &chart->lines[i], &points);
        for (size_t k = 0; k < n; k++)
            take(axis ? points[k].y : points[k].x, &low, &high);
    }
    for (size_t i = 0; axis && i < chart->levels_n; i++) {
        double v = 0;
        if (ald_level_value(report, &chart->levels[i], &v))
            take(v, &low, &high);
    }
    if (ald_chart_whole(chart, axis)) {
        take(0, &low, &high);
        take(1, &low, &high);
    }
    *ret_low = low;
    *ret_high = high;
    return low <= high;
}

/* ---- Names of a few points ---- */

struct naming {
    const struct ald_points *p;
    double low[2], high[2]; /* log10 where the axis is */
    struct ald_named_point *named;
    size_t n;
};

#define EDGE 0.7 /* from here on, names stand left of their points */

static double unit(const struct naming *g, int axis, double v)
{
    double low = g->low[axis], high = g->high[axis];
    if (ald_chart_log(g->p->chart, axis)) {
        low = log10(low);
        high = log10(high);
        v = log10(v);
    }
    return high > low ? (v - low) / (high - low) : 0.5;
}

#define NAME_WIDTH 0.17 /* of a name with its gap, in parts of the width */

static int usual_side(const struct naming *g, const struct ald_point *p)
{
    return unit(g, 0, p->x) > EDGE;
}

static double name_from(const struct naming *g, const struct ald_point *p, int side)
{
    return unit(g, 0, p->x) - (side ? NAME_WIDTH : 0);
}

/* Its name would lie over another name. */
static bool crowded(const struct naming *g, const struct ald_point *p, int side)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct ald_point *other = &g->p->points[g->named[i].point];
        if (fabs(name_from(g, other, g->named[i].side) - name_from(g, p, side)) < NAME_WIDTH && fabs(unit(g, 1, other->y) - unit(g, 1, p->y)) < 0.06)
            return true;
    }
    return false;
}

/* Another point lies where the name would stand. */
static bool covered(const struct naming *g, const struct ald_point *p, int side)
{
    double x = unit(g, 0, p->x), y = unit(g, 1, p->y);
    for (size_t i = 0; i < g->p->n; i++) {
        const struct ald_point *other = &g->p->points[i];
        double dx = (side ? -1 : 1) * (unit(g, 0, other->x) - x), dy = unit(g, 1, other->y) - y;
        if (dx > 0.004 && dx < 0.13 && fabs(dy) < 0.035)
            return true;
    }
    return false;
}

/* The other side where the usual one would hide a point and that one is free. */
static int free_side(const struct naming *g, const struct ald_point *p)
{
    int side = usual_side(g, p), other = !side;
    double from = name_from(g, p, other);
    bool room = from >= 0 && from + NAME_WIDTH <= 1;
    return covered(g, p, side) && room && !covered(g, p, other) && !crowded(g, p, other) ? other : side;
}

/* Gives a point its name, where there is room. */
static bool name(struct naming *g, size_t point)
{
    int side = free_side(g, &g->p->points[point]);
    if (crowded(g, &g->p->points[point], side))
        return false;
    g->named[g->n++] = (struct ald_named_point){point, side};
    return true;
}

/* The point nearest to a corner that can still be named; ties go to the first. */
static size_t nearest(const struct naming *g, size_t corner)
{
    size_t best = g->p->n;
    double best_distance = 0.35;
    for (size_t i = 0; i < g->p->n; i++) {
        const struct ald_point *p = &g->p->points[i];
        double dx = unit(g, 0, p->x) - (double)(corner % 2), dy = unit(g, 1, p->y) - (double)(corner / 2);
        double distance = hypot(dx, dy);
        if (distance < best_distance && *p->label && !ald_key_is_drawn(p->label) && !crowded(g, p, usual_side(g, p)) && !covered(g, p, usual_side(g, p))) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

/* Those that the report speaks of, wherever there is room. */
static void name_first(const struct ald_report *report, struct naming *g, const char *path)
{
    const struct ald_node *rows = ald_node_at(report->root, path);
    for (size_t i = 0; rows && i < ald_rows_n(rows) && rows->kind == ALD_NODE_LIST && g->n < ALD_NAMED_MOST; i++) {
        const char *key = ald_text_at(rows->list.items[i], "key");
        for (size_t k = 0; key && k < g->p->n; k++)
            if (strcmp(g->p->points[k].label, key) == 0 && name(g, k))
                break;
    }
}

/* Those for which the row says so, in their order. */
static void name_where(const struct ald_report *report, struct naming *g)
{
    const struct ald_node *rows = ald_node_at(report->root, g->p->chart->rows);
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    for (size_t i = 0; i < g->p->n && g->n < ALD_NAMED_MOST; i++) {
        const struct ald_point *at = &g->p->points[i];
        if (*at->label && holds(ald_rows_at(rows, at->row, scratch), g->p->chart->name_where))
            (void)name(g, i);
        ald_arena_reset(scratch);
    }
}

size_t ald_chart_names(const struct ald_report *report, const struct ald_points *p, struct ald_named_point ret[ALD_NAMED_MOST])
{
    struct naming g = {.p = p, .named = ret};
    for (int axis = 0; axis < 2; axis++)
        if (!ald_chart_extent(report, p, axis, &g.low[axis], &g.high[axis]))
            return 0;
    if (p->chart->name_where) {
        name_where(report, &g);
        return g.n;
    }
    for (size_t i = 0; i < ALD_NAME_FIRST && p->chart->name_first[i]; i++)
        name_first(report, &g, p->chart->name_first[i]);
    for (size_t turn = g.n; p->chart->named && turn < ALD_NAMED_MOST; turn++) {
        size_t at = nearest(&g, turn % 4);
        if (at < p->n)
            ret[g.n++] = (struct ald_named_point){at, usual_side(&g, &p->points[at])};
    }
    return g.n;
}
