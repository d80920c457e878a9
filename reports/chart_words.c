/* Charts in words: see chart.h. */
#include "chart.h"

#include <math.h>
#include <string.h>

#include "words.h"

#define TOLD_MOST 40  /* rows that are told one by one */
#define REASONS_MOST 3 /* why rows have no place: those of most rows */

static const char *value(struct ald_arena *a, const struct ald_report *report, double v, enum ald_show show)
{
    const struct ald_node node = {.kind = ALD_NODE_NUM, .number = v};
    return ald_words(report, a, &node, show);
}

static const char *one_by_one(struct ald_arena *a, const struct ald_report *report, const struct ald_points *p)
{
    const char *text = "";
    for (size_t i = 0; i < p->n; i++) {
        const struct ald_point *at = &p->points[i];
        enum ald_show show = p->chart->y_show;
        text = ald_sprintf(a, "%s%s %s: %s", text, i ? ";" : "", at->label, value(a, report, at->y, show));
        if (isfinite(at->low) && isfinite(at->high))
            text = ald_sprintf(a, "%s (%s to %s)", text, value(a, report, at->low, show), value(a, report, at->high, show));
    }
    return text;
}

const char *ald_chart_text(struct ald_arena *a, const struct ald_report *report, const struct ald_points *p)
{
    const struct ald_chart *chart = p->chart;
    const char *text = chart->alt ? chart->alt : chart->title;
    if (chart->form == ALD_CHART_RANGES && p->n <= TOLD_MOST)
        return ald_sprintf(a, "%s%s.", text, one_by_one(a, report, p));
    for (size_t i = 0; i < chart->series_n && !chart->joined; i++)
        if (p->totals[i])
            text = ald_sprintf(a, "%s %s: %zu%s.", text, chart->series[i].title, p->totals[i],
                               p->hollow[i] ? ald_sprintf(a, ", %zu of them %s", p->hollow[i], p->called) : "");
    const char *marks = ald_chart_marks_text(a, p);
    text = marks ? ald_sprintf(a, "%s %s", text, marks) : text;
    struct ald_named_point named[ALD_NAMED_MOST];
    size_t n = ald_chart_names(report, p, named);
    for (size_t i = 0; i < n; i++) {
        const struct ald_point *at = &p->points[named[i].point];
        const char *y = value(a, report, at->y, chart->y_show);
        text = ald_sprintf(a, "%s %s: %s%s %s%s.", text, at->label, chart->x_show == ALD_SHOW_TIME ? "" : value(a, report, at->x, chart->x_show),
                           chart->x_show == ALD_SHOW_TIME ? "" : " across,", y, at->hollow ? ald_sprintf(a, ", %s", p->called) : "");
    }
    return text;
}

/* ---- Below a chart ---- */

void ald_chart_marks(struct ald_arena *a, const struct ald_points *p, const char **ret_filled, const char **ret_hollow)
{
    const struct ald_chart *chart = p->chart;
    size_t filled = p->places - p->hollow_n;
    *ret_filled = chart->hollow && filled ? ald_sprintf(a, "%s (%s)", chart->filled_means, ald_words_count(a, (int64_t)filled)) : NULL;
    *ret_hollow = chart->hollow && p->hollow_n ? ald_sprintf(a, "%s (%s)", chart->hollow_means, ald_words_count(a, (int64_t)p->hollow_n)) : NULL;
}

const char *ald_chart_marks_text(struct ald_arena *a, const struct ald_points *p)
{
    const char *filled, *hollow;
    ald_chart_marks(a, p, &filled, &hollow);
    if (filled && hollow)
        return ald_sprintf(a, "Marks that are filled: %s; %s: %s. %s", filled, p->called, hollow, p->chart->apart);
    return filled ? ald_sprintf(a, "All marks are filled: %s.", filled) : hollow ? ald_sprintf(a, "All marks are %s: %s.", p->called, hollow) : NULL;
}

static const char *axis_word(const struct ald_chart *chart, int axis)
{
    return axis ? chart->y_word : chart->x_word;
}

static const char *reason_text(struct ald_arena *a, const struct ald_chart *chart, const struct ald_left_out *r)
{
    const char *word = axis_word(chart, r->axis);
    if (r->why && strcmp(r->why, "too thin") != 0)
        return r->why;
    return ald_sprintf(a, r->why ? "too little recorded for a %s" : "no %s", word ? word : axis_word(chart, !r->axis));
}

/* "no duration (5), too little is recorded for a blast radius (5)": those of most rows first. */
static const char *reasons(struct ald_arena *a, const struct ald_points *p)
{
    bool *told = ald_calloc(a, p->reasons_n, sizeof *told);
    const char *text = "";
    size_t others = p->left_out;
    for (size_t turn = 0; turn < p->reasons_n && turn < REASONS_MOST; turn++) {
        size_t best = p->reasons_n;
        for (size_t i = 0; i < p->reasons_n; i++)
            if (!told[i] && (best == p->reasons_n || p->reasons[i].n > p->reasons[best].n))
                best = i;
        told[best] = true;
        others -= p->reasons[best].n;
        text = ald_sprintf(a, "%s%s%s (%s)", text, turn ? ", " : "", reason_text(a, p->chart, &p->reasons[best]), ald_words_count(a, (int64_t)p->reasons[best].n));
    }
    return others ? ald_sprintf(a, "%s, other reasons (%s)", text, ald_words_count(a, (int64_t)others)) : text;
}

/* "34 of 44 incidents have both a complexity and a blast radius. The other 10 are not drawn: no duration (5), ..." */
static const char *none_known(struct ald_arena *a, const struct ald_points *p)
{
    const struct ald_chart *chart = p->chart;
    const char *all = ald_words_count(a, (int64_t)(p->left_out + p->places)), *out = ald_words_count(a, (int64_t)p->left_out);
    bool one = p->left_out == 1;
    if (!chart->noun || !(chart->x_word || chart->y_word))
        return ald_sprintf(a, "%s of %s %s not drawn: no value on one of the axes.", out, all, one ? "is" : "are");
    bool both = chart->x_word && chart->y_word;
    const char *known = both ? ald_sprintf(a, "both a %s and a %s", chart->x_word, chart->y_word) : ald_sprintf(a, "a %s", chart->x_word ? chart->x_word : chart->y_word);
    if (p->left_out + p->places == 1)
        return ald_sprintf(a, "The only one is not drawn: %s.", reasons(a, p));
    return ald_sprintf(a, "%s of %s %s %s %s. The other %s not drawn: %s.", p->places ? ald_words_count(a, (int64_t)p->places) : "None", all, chart->noun,
                       p->places > 1 ? "have" : "has", known, one ? "one is" : ald_sprintf(a, "%s are", out), reasons(a, p));
}

/* Two sentences, either of which may be NULL. */
static const char *both(struct ald_arena *a, const char *first, const char *second)
{
    return first && second ? ald_sprintf(a, "%s %s", first, second) : first ? first : second;
}

const char *ald_chart_left_out(struct ald_arena *a, const struct ald_points *p)
{
    const char *sample = p->n < p->places ? ald_sprintf(a, "%s of %s points are drawn: a random sample with a fixed seed, the same each time.",
                                                        ald_words_count(a, (int64_t)p->n), ald_words_count(a, (int64_t)p->places))
                                          : NULL;
    const char *skipped = p->skipped && p->chart->unless_why ? ald_sprintf(a, "Not drawn, %s: %s.", p->chart->unless_why, p->skipped) : NULL;
    return both(a, both(a, sample, p->left_out ? none_known(a, p) : NULL), skipped);
}

const char *ald_chart_below(struct ald_arena *a, const struct ald_points *p)
{
    const char *marks = ald_chart_marks_text(a, p), *left_out = ald_chart_left_out(a, p);
    return both(a, marks, left_out);
}
