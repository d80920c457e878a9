/* Charts as inline SVG: shapes as well as colours, a text alternative, colours by class so that dark mode and print have their
 * own. Presentation attributes only: the Content-Security-Policy of the page lets no style attribute through. */
#include "html_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/utf8.h"

#define WIDTH 520.0
#define LEFT 64.0
#define RIGHT 12.0
#define TOP 10.0
#define TIPS_MOST 400 /* points that have their name as a tip */
#define LINE 13.0   /* height of a line of words in the drawing */
#define NAME_CHARS 18 /* of a point's name, at most */
#define LETTER 5.4  /* about how wide a letter of it is */
#define LARGE_MOST 300 /* more points than this are drawn smaller */

struct plot {
    struct ald_html *h;
    const struct ald_chart *chart;
    const struct ald_points *points;
    struct ald_scale axis[2];
    struct ald_named_point named[ALD_NAMED_MOST]; /* points that have their name beside them */
    size_t named_n;
    double height, bottom; /* of the whole drawing; of what stands below the plot */
};

static double px(const struct plot *p, double v)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * ald_scale_unit(&p->axis[0], v);
}

static double py(const struct plot *p, double v)
{
    return p->height - p->bottom - (p->height - TOP - p->bottom) * ald_scale_unit(&p->axis[1], v);
}

/* Inside the drawing, whatever the data. */
static double clip(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

void ald_html_shapes(struct ald_html *h)
{
    ald_html_raw(h, "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>"
                    "<circle id=\"m0\" r=\"4.1\"/><path id=\"m1\" d=\"M-5.2 4.4h10.4L0-5.2z\"/><path id=\"m2\" d=\"M-5.2-4.4h10.4L0 5.2z\"/>"
                    "<path id=\"m3\" d=\"M-4-4h8v8h-8z\"/><circle id=\"s0\" r=\"2.2\"/><path id=\"s1\" d=\"M-3 2.5h6L0-3z\"/>"
                    "<path id=\"s2\" d=\"M-3-2.5h6L0 3z\"/><path id=\"s3\" d=\"M-2.2-2.2h4.4v4.4h-4.4z\"/></defs></svg>\n");
}

/* ---- Axes ---- */

static void put_x_axis(const struct plot *p)
{
    double bottom = p->height - p->bottom;
    for (size_t i = 0; i < p->axis[0].ticks_n; i++) {
        double x = px(p, p->axis[0].ticks[i].at);
        if (p->chart->form == ALD_CHART_POINTS)
            ald_html_rawf(p->h, "<path class=\"gr\" d=\"M%.1f %.1fV%.1f\"/>", x, TOP, bottom);
        ald_html_rawf(p->h, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x, bottom + 15);
        ald_html_text(p->h, p->axis[0].ticks[i].label);
        ald_html_raw(p->h, "</text>");
    }
    if (p->chart->x_title && *p->chart->x_title) {
        ald_html_rawf(p->h, "<text class=\"at\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", (LEFT + WIDTH - RIGHT) / 2, p->height - 9);
        ald_html_text(p->h, p->chart->x_title);
        ald_html_raw(p->h, "</text>");
    }
}

static void put_y_axis(const struct plot *p)
{
    for (size_t i = 0; i < p->axis[1].ticks_n; i++) {
        double y = py(p, p->axis[1].ticks[i].at);
        ald_html_rawf(p->h, "<path class=\"gr\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, y, WIDTH - RIGHT);
        ald_html_rawf(p->h, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 6, y + 4);
        ald_html_text(p->h, p->axis[1].ticks[i].label);
        ald_html_raw(p->h, "</text>");
    }
    if (p->chart->y_title && *p->chart->y_title) {
        ald_html_rawf(p->h, "<text class=\"at\" transform=\"translate(11 %.1f) rotate(-90)\" text-anchor=\"middle\">", (TOP + p->height - p->bottom) / 2);
        ald_html_text(p->h, p->chart->y_title);
        ald_html_raw(p->h, "</text>");
    }
}

/* Where the baseline of a point's name stands; *ret_x: where it begins, or ends when it stands to the left. */
static double name_at(const struct plot *p, const struct ald_named_point *named, double *ret_x)
{
    const struct ald_point *at = &p->points->points[named->point];
    *ret_x = px(p, at->x) + (named->side ? -8 : 8);
    return clip(py(p, at->y) + 4, TOP + 10, p->height - p->bottom - 2);
}

/** The word of a corner gives way to names of points: by as many lines as it takes, up to four. */
static double corner_y(const struct plot *p, bool right, bool low, size_t chars)
{
    double y = low ? p->height - p->bottom - 7 : TOP + 14, wide = LETTER * (double)chars + 12;
    for (int moved = 0; moved < 4; moved++) {
        bool clear = true;
        for (size_t i = 0; i < p->named_n && clear; i++) {
            const struct ald_named_point *named = &p->named[i];
            double x, name_y = name_at(p, named, &x), length = LETTER * NAME_CHARS;
            double from = named->side ? x - length : x, to = named->side ? x : x + length;
            bool beside = right ? to < WIDTH - RIGHT - wide : from > LEFT + wide;
            clear = beside || name_y < y - LINE || name_y > y + LINE;
        }
        if (clear)
            break;
        y += low ? -LINE : LINE;
    }
    return y;
}

static void put_corners(const struct plot *p)
{
    for (int i = 0; i < 4; i++) {
        if (!p->chart->corners[i])
            continue;
        bool right = i % 2, low = i / 2;
        ald_html_rawf(p->h, "<text class=\"co\" x=\"%.1f\" y=\"%.1f\"%s>", right ? WIDTH - RIGHT - 6 : LEFT + 6,
                      corner_y(p, right, low, strlen(p->chart->corners[i])), right ? " text-anchor=\"end\"" : "");
        ald_html_text(p->h, p->chart->corners[i]);
        ald_html_raw(p->h, "</text>");
    }
}

/* ---- Lines ---- */

static void put_lines(const struct plot *p)
{
    for (size_t i = 0; i < p->chart->lines_n; i++) {
        const struct ald_line *line = &p->chart->lines[i];
        struct ald_point *points = NULL;
        size_t n = ald_line_points(p->h->scratch, p->h->report, p->chart, line, &points);
        if (!n)
            continue;
        ald_html_rawf(p->h, "<path class=\"ln%s\" d=\"", line->dashed ? " da" : "");
        for (size_t k = 0; k < n; k++)
            ald_html_rawf(p->h, "%c%.1f %.1f", k ? 'L' : 'M', px(p, points[k].x), clip(py(p, points[k].y), TOP, p->height - p->bottom));
        ald_html_raw(p->h, "\"/>");
    }
}

static void put_levels(const struct plot *p)
{
    for (size_t i = 0; i < p->chart->levels_n; i++) {
        double v = 0;
        if (!ald_level_value(p->h->report, &p->chart->levels[i], &v))
            continue;
        double y = py(p, v);
        ald_html_rawf(p->h, "<path class=\"lv da\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, y, WIDTH - RIGHT);
    }
}

static double across(const struct plot *p, size_t i)
{
    return px(p, p->chart->form == ALD_CHART_RANGES ? (double)i : p->points->points[i].x);
}

static void put_ranges(const struct plot *p)
{
    bool interval = p->chart->form == ALD_CHART_RANGES;
    if (!p->chart->low)
        return;
    ald_html_rawf(p->h, "<path class=\"%s\" d=\"", interval ? "ci" : "bd");
    for (size_t i = 0; i < p->points->n; i++) {
        const struct ald_point *at = &p->points->points[i];
        if (isfinite(at->low) && isfinite(at->high))
            ald_html_rawf(p->h, "M%.1f %.1fV%.1f", across(p, i), py(p, at->low), py(p, at->high));
    }
    ald_html_raw(p->h, "\"/>");
}

/* ---- Points ---- */

static void put_joined(const struct plot *p)
{
    if (!p->chart->joined || p->points->n < 2)
        return;
    ald_html_raw(p->h, "<path class=\"jn\" d=\"");
    for (size_t i = 0; i < p->points->n; i++)
        ald_html_rawf(p->h, "%c%.1f %.1f", i ? 'L' : 'M', across(p, i), py(p, p->points->points[i].y));
    ald_html_raw(p->h, "\"/>");
}

/* Many dots as one path of round ends: a third of the bytes. */
static void put_dots(const struct plot *p, size_t series)
{
    ald_html_rawf(p->h, "<path class=\"dt d%d\" d=\"", (int)p->chart->series[series].tone);
    for (size_t i = 0; i < p->points->n; i++)
        if (p->points->points[i].series == series)
            ald_html_rawf(p->h, "M%.1f %.1fh0", across(p, i), py(p, p->points->points[i].y));
    ald_html_raw(p->h, "\"/>");
}

static void put_series(const struct plot *p, size_t series)
{
    const struct ald_series *view = &p->chart->series[series];
    bool tips = p->points->n <= TIPS_MOST;
    char size = p->points->n > LARGE_MOST ? 's' : 'm';
    if (!p->points->totals[series])
        return;
    if (!tips && view->mark == ALD_MARK_CIRCLE) {
        put_dots(p, series);
        return;
    }
    ald_html_rawf(p->h, "<g class=\"mk t%d\">", (int)view->tone);
    for (size_t i = 0; i < p->points->n; i++) {
        const struct ald_point *at = &p->points->points[i];
        if (at->series != series)
            continue;
        ald_html_rawf(p->h, "<use href=\"#%c%d\" x=\"%.1f\" y=\"%.1f\"", size, (int)view->mark, across(p, i), py(p, at->y));
        if (tips && *at->label) {
            ald_html_raw(p->h, "><title>");
            ald_html_text(p->h, at->label);
            ald_html_raw(p->h, "</title></use>");
        } else {
            ald_html_raw(p->h, "/>");
        }
    }
    ald_html_raw(p->h, "</g>");
}

static void put_names(const struct plot *p)
{
    for (size_t i = 0; i < p->named_n; i++) {
        double x, y = name_at(p, &p->named[i], &x);
        ald_html_rawf(p->h, "<text class=\"nm\" x=\"%.1f\" y=\"%.1f\"%s>", x, y, p->named[i].side ? " text-anchor=\"end\"" : "");
        ald_html_text(p->h, ald_words_line(p->h->scratch, p->points->points[p->named[i].point].label, NAME_CHARS));
        ald_html_raw(p->h, "</text>");
    }
}

/* ---- The legend ---- */

static void put_key(struct ald_html *h, int mark, int tone, const char *title, size_t n)
{
    ald_html_rawf(h, "<span><svg width=\"12\" height=\"12\" viewBox=\"-6 -6 12 12\" aria-hidden=\"true\"><use href=\"#m%d\" class=\"t%d\"/></svg> ",
                  mark, tone);
    ald_html_text(h, title);
    if (n)
        ald_html_rawf(h, " (%s)", ald_words_count(h->scratch, (int64_t)n));
    ald_html_raw(h, "</span> ");
}

static void put_line_key(struct ald_html *h, const char *class_, const char *title)
{
    ald_html_rawf(h, "<span><svg width=\"22\" height=\"12\" viewBox=\"0 0 22 12\" aria-hidden=\"true\"><path class=\"%s\" d=\"M1 6h20\"/></svg> ", class_);
    ald_html_text(h, title);
    ald_html_raw(h, "</span> ");
}

static void put_legend(const struct plot *p)
{
    const struct ald_chart *chart = p->chart;
    ald_html_raw(p->h, "<figcaption>");
    for (size_t i = 0; i < chart->series_n; i++)
        if (p->points->totals[i])
            put_key(p->h, (int)chart->series[i].mark, (int)chart->series[i].tone, chart->series[i].title,
                    chart->form == ALD_CHART_POINTS && !chart->joined ? p->points->totals[i] : 0);
    if (chart->low && chart->range_title)
        put_line_key(p->h, chart->form == ALD_CHART_RANGES ? "ci" : "bd", chart->range_title);
    for (size_t i = 0; i < chart->lines_n; i++)
        if (chart->lines[i].title && (i == 0 || !chart->lines[i - 1].title || strcmp(chart->lines[i].title, chart->lines[i - 1].title) != 0))
            put_line_key(p->h, chart->lines[i].dashed ? "ln da" : "ln", chart->lines[i].title);
    for (size_t i = 0; i < chart->levels_n; i++)
        put_line_key(p->h, "lv da", chart->levels[i].title);
    const char *left_out = ald_chart_left_out(p->h->scratch, p->points);
    if (left_out) {
        ald_html_raw(p->h, "<br>");
        ald_html_text(p->h, left_out);
    }
    ald_html_raw(p->h, "</figcaption>");
}

/* ---- A chart ---- */

static void put_drawing(const struct plot *p, size_t number)
{
    struct ald_html *h = p->h;
    ald_html_rawf(h, "<svg role=\"img\" aria-labelledby=\"c%zut c%zud\" viewBox=\"0 0 %.0f %.0f\"><title id=\"c%zut\">", number, number, WIDTH,
                  p->height, number);
    ald_html_text(h, p->chart->title);
    ald_html_rawf(h, "</title><desc id=\"c%zud\">", number);
    ald_html_text(h, ald_chart_text(h->scratch, h->report, p->points));
    ald_html_rawf(h, "</desc><rect class=\"pl\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>", LEFT, TOP, WIDTH - LEFT - RIGHT,
                  p->height - TOP - p->bottom);
    put_x_axis(p);
    put_y_axis(p);
    put_corners(p);
    put_levels(p);
    put_lines(p);
    put_ranges(p);
    put_joined(p);
    for (size_t i = 0; i < p->chart->series_n; i++)
        put_series(p, i);
    put_names(p);
    ald_html_raw(h, "</svg>");
}

void ald_html_chart(struct ald_html *h, const struct ald_chart *chart)
{
    struct plot p = {.h = h, .chart = chart, .points = ald_chart_points(h->scratch, h->report, chart, ALD_HTML_POINTS)};
    size_t number = ++h->charts;
    if (!p.points->n) {
        ald_html_raw(h, "<p class=\"r\">");
        ald_html_text(h, chart->title);
        ald_html_raw(h, ": nothing to draw. ");
        ald_html_text(h, ald_chart_left_out(h->scratch, p.points));
        ald_html_raw(h, "</p>\n");
        return;
    }
    p.bottom = chart->x_title && *chart->x_title ? 44 : 24;
    p.height = chart->form == ALD_CHART_RANGES ? 176 : 330;
    ald_scale_lay(h->scratch, h->report, p.points, 0, chart->form == ALD_CHART_RANGES ? 9 : 8, &p.axis[0]);
    ald_scale_lay(h->scratch, h->report, p.points, 1, chart->form == ALD_CHART_RANGES ? 4 : 6, &p.axis[1]);
    p.named_n = ald_chart_names(h->report, p.points, p.named);
    ald_html_raw(h, "<figure>");
    if (!h->two) {
        ald_html_raw(h, "<p class=\"fc\">");
        ald_html_text(h, chart->title);
        ald_html_raw(h, "</p>");
    }
    put_drawing(&p, number);
    put_legend(&p);
    ald_html_raw(h, "</figure>\n");
}
