/* Charts as inline SVG: shapes as well as colours, a text alternative, colours by class so that dark mode and print have their
 * own. Presentation attributes only: the Content-Security-Policy of the page lets no style attribute through. */
#include "html_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/utf8.h"

#define TIPS_MOST 400 /* points that have their name as a tip */
#define NAME_CHARS 18 /* of a point's name, at most */
#define NAME_GAP 8    /* from a point to its name */
#define LINE 13.0     /* height of a line of words */
#define HALF_LAST 26.0 /* of a word below the end of an axis: more has no room there */
#define HALF_MARK 5.0 /* from the middle of a mark to its edge */
#define MOVED_MOST 4  /* lines that the word of a corner gives way */
#define LARGE_MOST 300 /* more points than this are drawn smaller */
#define WHOLE 1000.0 /* the paths' own units across the plot, whatever its size */

/* Everything but words lies at shares of the plot, so a drawing takes any width and its words keep their size. Words that have no
 * room in the narrowest drawing (a column on paper, a telephone) are of the class "wd", which the style leaves out there. */
struct size {
    double width, height, letter; /* of the plot; of a letter, in pixels */
};
static const struct size narrow = {250, 176, 6.4}, wide = {440, 276, 7};

struct plot {
    struct ald_html *h;
    const struct ald_chart *chart;
    const struct ald_points *points;
    struct ald_scale axis[2];
    struct ald_named_point named[ALD_NAMED_MOST]; /* points that have their name beside them */
    size_t named_n;
    bool roomy[ALD_NAMED_MOST]; /* whose name has no room in the narrowest drawing */
};

/* Inside the plot, whatever the data. */
static double clip(double v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* From the left, and from the top. */
static double ux(const struct plot *p, double v)
{
    return clip(ald_scale_unit(&p->axis[0], v));
}

static double uy(const struct plot *p, double v)
{
    return clip(1 - ald_scale_unit(&p->axis[1], v));
}

void ald_html_shapes(struct ald_html *h)
{
    ald_html_raw(h, "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>"
                    "<circle id=\"m0\" r=\"4.1\"/><path id=\"m1\" d=\"M-5.2 4.4h10.4L0-5.2z\"/><path id=\"m2\" d=\"M-5.2-4.4h10.4L0 5.2z\"/>"
                    "<path id=\"m3\" d=\"M-4-4h8v8h-8z\"/><circle id=\"s0\" r=\"2.2\"/><path id=\"s1\" d=\"M-3 2.5h6L0-3z\"/>"
                    "<path id=\"s2\" d=\"M-3-2.5h6L0 3z\"/><path id=\"s3\" d=\"M-2.2-2.2h4.4v4.4h-4.4z\"/></defs></svg>\n");
}

/* ---- Axes ---- */

static double half_length(const struct ald_tick *tick)
{
    return narrow.letter * (double)ald_utf8_count(tick->label) / 2;
}

/* The last tick always has its word. */
static void put_x_axis(const struct plot *p)
{
    double free_to = (double)INFINITY;
    for (size_t i = p->axis[0].ticks_n; i-- > 0;) {
        const struct ald_tick *tick = &p->axis[0].ticks[i];
        double x = ux(p, tick->at), half = half_length(tick);
        bool beyond = x * narrow.width + half > narrow.width + HALF_LAST; /* the edge of the figure */
        bool fits = x * narrow.width + half + 4 <= free_to;
        if (fits)
            free_to = x * narrow.width - (beyond ? 2 * half : half);
        if (p->chart->form == ALD_CHART_POINTS)
            ald_html_rawf(p->h, "<line class=\"gr\" x1=\"%.1f%%\" x2=\"%.1f%%\" y2=\"100%%\"/>", 100 * x, 100 * x);
        ald_html_rawf(p->h, "<text%s x=\"%.1f%%\" y=\"100%%\" dy=\"15\" text-anchor=\"%s\">", fits ? "" : " class=\"wd\"", 100 * x, beyond ? "end" : "middle");
        ald_html_text(p->h, tick->label);
        ald_html_raw(p->h, "</text>");
    }
}

static void put_y_axis(const struct plot *p)
{
    for (size_t i = 0; i < p->axis[1].ticks_n; i++) {
        double y = 100 * uy(p, p->axis[1].ticks[i].at);
        ald_html_rawf(p->h, "<line class=\"gr\" x2=\"100%%\" y1=\"%.1f%%\" y2=\"%.1f%%\"/>", y, y);
        ald_html_rawf(p->h, "<text x=\"-6\" y=\"%.1f%%\" dy=\"4\" text-anchor=\"end\">", y);
        ald_html_text(p->h, p->axis[1].ticks[i].label);
        ald_html_raw(p->h, "</text>");
    }
    if (p->chart->y_title && *p->chart->y_title) {
        ald_html_raw(p->h, "<svg class=\"ay\" y=\"50%\"><text class=\"at\" transform=\"rotate(-90)\" text-anchor=\"middle\">");
        ald_html_text(p->h, p->chart->y_title);
        ald_html_raw(p->h, "</text></svg>");
    }
}

/* ---- Names of points, words of corners ---- */

static double across(const struct plot *p, size_t i)
{
    return ux(p, p->chart->form == ALD_CHART_RANGES ? (double)i : p->points->points[i].x);
}

struct box {
    double left, right, y; /* y: the middle of its line */
};

static bool overlap(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && fabs(a->y - b->y) < LINE;
}

static struct box name_box(const struct plot *p, const struct ald_named_point *named, const struct size *size)
{
    const struct ald_point *at = &p->points->points[named->point];
    size_t chars = ald_utf8_count(at->label);
    double x = ux(p, at->x) * size->width, length = size->letter * (double)(chars < NAME_CHARS ? chars : NAME_CHARS) + NAME_GAP;
    return (struct box){named->side ? x - length : x, named->side ? x : x + length, uy(p, at->y) * size->height};
}

/* Names that in the narrowest drawing would lie over one before them, or beyond its edge. */
static void find_roomy(struct plot *p)
{
    for (size_t i = 0; i < p->named_n; i++) {
        struct box box = name_box(p, &p->named[i], &narrow);
        p->roomy[i] = box.left < -NAME_GAP || box.right > narrow.width + NAME_GAP;
        for (size_t k = 0; k < i && !p->roomy[i]; k++) {
            struct box other = name_box(p, &p->named[k], &narrow);
            p->roomy[i] = !p->roomy[k] && overlap(&box, &other);
        }
    }
}

/* Whether a point lies there. */
static bool on_point(const struct plot *p, const struct box *box, const struct size *size)
{
    for (size_t i = 0; i < p->points->n; i++) {
        double x = across(p, i) * size->width, y = uy(p, p->points->points[i].y) * size->height;
        if (x > box->left - HALF_MARK && x < box->right + HALF_MARK && fabs(y - box->y) < LINE / 2 + HALF_MARK)
            return true;
    }
    return false;
}

static bool on_name(const struct plot *p, const struct box *box, const struct size *size)
{
    for (size_t i = 0; i < p->named_n; i++) {
        struct box name = name_box(p, &p->named[i], size);
        if (!(size == &narrow && p->roomy[i]) && overlap(box, &name))
            return true;
    }
    return false;
}

/* The word of a corner gives way to names of points, and to points: by so many lines; MOVED_MOST: there is no room for it. */
static int lines_moved(const struct plot *p, bool right, bool low, size_t chars, const struct size *size)
{
    double length = size->letter * (double)chars + NAME_GAP;
    int clear_of_names = MOVED_MOST;
    for (int moved = 0; moved < MOVED_MOST; moved++) {
        const struct box box = {right ? size->width - length : 0, right ? size->width : length,
                                low ? size->height - 11 - LINE * moved : 10 + LINE * moved};
        if (on_name(p, &box, size))
            continue;
        if (!on_point(p, &box, size))
            return moved;
        if (clear_of_names == MOVED_MOST)
            clear_of_names = moved;
    }
    return clear_of_names;
}

/* Below the points, that no halo hides one; above them where so many lie that nobody could read what is below. What the corner asks has no room in a narrow drawing. */
static void put_corners(const struct plot *p)
{
    for (int i = 0; i < 4; i++) {
        const char *words = p->chart->corners[i], *asks = words ? strchr(words, ':') : NULL;
        if (!words)
            continue;
        bool right = i % 2, low = i / 2;
        size_t chars = strlen(words), brief = asks ? (size_t)(asks - words) : chars;
        int moved = lines_moved(p, right, low, chars, &wide), in_narrow = lines_moved(p, right, low, brief, &narrow);
        double by = LINE * (in_narrow < MOVED_MOST && in_narrow > moved ? in_narrow : moved);
        ald_html_rawf(p->h, "<text class=\"co%s\" x=\"%d%%\" y=\"%d%%\" dx=\"%d\" dy=\"%.0f\"%s>", in_narrow < MOVED_MOST ? "" : " wd", right ? 100 : 0,
                      low ? 100 : 0, right ? -6 : 6, low ? -7 - by : 14 + by, right ? " text-anchor=\"end\"" : "");
        ald_html_text(p->h, ald_strndup(p->h->scratch, words, brief));
        if (asks) {
            ald_html_raw(p->h, "<tspan class=\"wd\">");
            ald_html_text(p->h, asks);
            ald_html_raw(p->h, "</tspan>");
        }
        ald_html_raw(p->h, "</text>");
    }
}

static void put_names(const struct plot *p)
{
    for (size_t i = 0; i < p->named_n; i++) {
        const struct ald_point *at = &p->points->points[p->named[i].point];
        double y = uy(p, at->y);
        ald_html_rawf(p->h, "<text class=\"nm%s\" x=\"%.1f%%\" y=\"%.1f%%\" dx=\"%d\" dy=\"%d\"%s>", p->roomy[i] ? " wd" : "", 100 * ux(p, at->x), 100 * y,
                      p->named[i].side ? -NAME_GAP : NAME_GAP, y < 0.03 ? 10 : y > 0.97 ? 0 : 4, p->named[i].side ? " text-anchor=\"end\"" : "");
        ald_html_text(p->h, ald_words_line(p->h->scratch, at->label, NAME_CHARS));
        ald_html_raw(p->h, "</text>");
    }
}

/* ---- Lines ---- */

/* Paths know no shares: they are drawn in units of their own, which are stretched over the plot; the style keeps their strokes. */
static void open_paths(const struct plot *p)
{
    ald_html_rawf(p->h, "<svg class=\"pa\" viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\">", WHOLE, WHOLE);
}

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
            ald_html_rawf(p->h, "%c%.0f %.0f", k ? 'L' : 'M', WHOLE * ux(p, points[k].x), WHOLE * uy(p, points[k].y));
        ald_html_raw(p->h, "\"/>");
    }
}

static void put_levels(const struct plot *p)
{
    for (size_t i = 0; i < p->chart->levels_n; i++) {
        double v = 0;
        if (ald_level_value(p->h->report, &p->chart->levels[i], &v))
            ald_html_rawf(p->h, "<path class=\"lv da\" d=\"M0 %.0fH%.0f\"/>", WHOLE * uy(p, v), WHOLE);
    }
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
            ald_html_rawf(p->h, "M%.0f %.0fV%.0f", WHOLE * across(p, i), WHOLE * uy(p, at->low), WHOLE * uy(p, at->high));
    }
    ald_html_raw(p->h, "\"/>");
}

static void put_joined(const struct plot *p)
{
    if (!p->chart->joined || p->points->n < 2)
        return;
    ald_html_raw(p->h, "<path class=\"jn\" d=\"");
    for (size_t i = 0; i < p->points->n; i++)
        ald_html_rawf(p->h, "%c%.0f %.0f", i ? 'L' : 'M', WHOLE * across(p, i), WHOLE * uy(p, p->points->points[i].y));
    ald_html_raw(p->h, "\"/>");
}

/* ---- Points ---- */

/* Many dots as one path of round ends: a third of the bytes. */
static void put_dots(const struct plot *p, size_t series)
{
    open_paths(p);
    ald_html_rawf(p->h, "<path class=\"dt d%d\" d=\"", (int)p->chart->series[series].tone);
    for (size_t i = 0; i < p->points->n; i++)
        if (p->points->points[i].series == series && !p->points->points[i].hollow)
            ald_html_rawf(p->h, "M%.0f %.0fh0", WHOLE * across(p, i), WHOLE * uy(p, p->points->points[i].y));
    ald_html_raw(p->h, "\"/></svg>");
}

static void put_marks(const struct plot *p, size_t series, bool hollow)
{
    const struct ald_series *view = &p->chart->series[series];
    bool tips = p->points->n <= TIPS_MOST;
    char size = p->points->n > LARGE_MOST ? 's' : 'm';
    ald_html_rawf(p->h, "<g class=\"mk%s t%d\">", !hollow ? "" : size == 's' ? " h s" : " h", (int)view->tone);
    for (size_t i = 0; i < p->points->n; i++) {
        const struct ald_point *at = &p->points->points[i];
        if (at->series != series || at->hollow != hollow)
            continue;
        ald_html_rawf(p->h, "<use href=\"#%c%d\" x=\"%.1f%%\" y=\"%.1f%%\"", size, (int)view->mark, 100 * across(p, i), 100 * uy(p, at->y));
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

static void put_series(const struct plot *p, size_t series)
{
    size_t all = p->points->totals[series], hollow = p->points->hollow[series];
    if (all > hollow && p->points->n > TIPS_MOST && p->chart->series[series].mark == ALD_MARK_CIRCLE)
        put_dots(p, series);
    else if (all > hollow)
        put_marks(p, series, false);
    if (hollow)
        put_marks(p, series, true);
}

/* ---- The legend ---- */

/* Which marks are filled, which hollow, and what that means. */
static void put_marks_key(const struct plot *p)
{
    const char *means[2];
    ald_chart_marks(p->h->scratch, p->points, &means[0], &means[1]);
    if (!means[0] && !means[1])
        return;
    for (int hollow = 0; hollow < 2; hollow++) {
        if (!means[hollow])
            continue;
        ald_html_rawf(p->h, "<span class=\"mm\"><svg width=\"12\" height=\"12\" viewBox=\"-6 -6 12 12\" aria-hidden=\"true\"><use href=\"#m0\" class=\"t0%s\"/></svg> %s: ",
                      hollow ? " h" : "", hollow ? "hollow" : "filled");
        ald_html_text(p->h, means[hollow]);
        ald_html_raw(p->h, "</span> ");
    }
    if (means[0] && means[1])
        ald_html_text(p->h, p->chart->apart);
}

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
    for (size_t i = 0; i < chart->lines_n; i++) {
        bool repeats = i && chart->lines[i - 1].title && chart->lines[i].title && strcmp(chart->lines[i].title, chart->lines[i - 1].title) == 0;
        struct ald_point *drawn = NULL;
        if (chart->lines[i].title && !repeats && ald_line_points(p->h->scratch, p->h->report, chart, &chart->lines[i], &drawn))
            put_line_key(p->h, chart->lines[i].dashed ? "ln da" : "ln", chart->lines[i].title);
    }
    for (size_t i = 0; i < chart->levels_n; i++) {
        double v = 0;
        if (ald_level_value(p->h->report, &chart->levels[i], &v))
            put_line_key(p->h, "lv da", chart->levels[i].title);
    }
    put_marks_key(p);
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
    ald_html_rawf(h, "<svg class=\"%s\" role=\"img\" aria-labelledby=\"c%zut c%zud\"><title id=\"c%zut\">",
                  p->chart->form == ALD_CHART_RANGES ? "hr" : "hp", number, number, number);
    ald_html_text(h, p->chart->title);
    ald_html_rawf(h, "</title><desc id=\"c%zud\">", number);
    ald_html_text(h, ald_chart_text(h->scratch, h->report, p->points));
    ald_html_raw(h, "</desc><rect class=\"pl\" width=\"100%\" height=\"100%\"/>");
    put_x_axis(p);
    put_y_axis(p);
    open_paths(p);
    put_levels(p);
    put_lines(p);
    put_ranges(p);
    put_joined(p);
    ald_html_raw(h, "</svg>");
    bool many = p->points->n > LARGE_MOST;
    if (!many)
        put_corners(p);
    for (size_t i = 0; i < p->chart->series_n; i++)
        put_series(p, i);
    if (many)
        put_corners(p);
    put_names(p);
    ald_html_raw(h, "</svg>");
    if (p->chart->x_title && *p->chart->x_title) { /* below the drawing, where it may take two lines */
        ald_html_raw(h, "<p class=\"ax\" aria-hidden=\"true\">");
        ald_html_text(h, p->chart->x_title);
        ald_html_raw(h, "</p>");
    }
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
    ald_scale_lay(h->scratch, h->report, p.points, 0, chart->form == ALD_CHART_RANGES ? 9 : 8, &p.axis[0]);
    ald_scale_lay(h->scratch, h->report, p.points, 1, chart->form == ALD_CHART_RANGES ? 4 : 6, &p.axis[1]);
    p.named_n = ald_chart_names(h->report, p.points, p.named);
    find_roomy(&p);
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
