/* The points of a chart, picked from the rows of the tree: the same ones for every format that draws it. Values are those of
 * the tree (seconds, shares, counts, ms of times): a format scales them. Draws nothing. */
#pragma once

#include "alidade/report.h"

struct ald_point {
    const char *label; /* on one line, short; "" when there is none */
    size_t series, row;
    bool hollow; /* or thin, where a format has no hollow marks */
    double x, y, low, high; /* NAN: none */
};
struct ald_points {
    const struct ald_chart *chart;
    struct ald_point *points; /* in the order of the rows */
    size_t n;                 /* drawn */
    size_t places, left_out;  /* rows with a place; rows without a value on one of the axes */
    size_t *totals, *hollow;  /* per series, before a sample was drawn; hollow: so many of these */
    size_t hollow_n;          /* of all places */
    const char *called;       /* what such marks are where they are drawn: "hollow", else as the format says */
    struct ald_left_out {
        const char *why; /* short: "no duration"; NULL: not known */
        int axis;        /* 0: without a value on the first axis */
        size_t n;
    } *reasons; /* of those left out, as they came */
    size_t reasons_n, reasons_cap;
    const char *skipped;      /* names of the rows that the chart's `unless` takes out, and how many more; NULL: none */
};
/** Picks at most `most` points (and the chart's own most), a seeded sample where there are more. Arena-owned. */
struct ald_points *ald_chart_points(struct ald_arena *a, const struct ald_report *report, const struct ald_chart *chart, size_t most);
/** The points of a line: only x and y, rows without both left out. @return how many. */
size_t ald_line_points(struct ald_arena *a, const struct ald_report *report, const struct ald_chart *chart, const struct ald_line *line,
                       struct ald_point **ret);
/** Where a level lies; false where its path holds no number. */
bool ald_level_value(const struct ald_report *report, const struct ald_level *level, double *ret);

/** Least and greatest value of an axis (0: x, 1: y) over all that is drawn: points, ranges, lines, levels. Of 0..1 axes the
 *  whole. False when there is nothing. */
bool ald_chart_extent(const struct ald_report *report, const struct ald_points *points, int axis, double *ret_low, double *ret_high);
/** True where an axis runs from 0 to 1 whatever the data. */
bool ald_chart_whole(const struct ald_chart *chart, int axis);
bool ald_chart_log(const struct ald_chart *chart, int axis);

/** A few points with room for their name: those nearest to the corners. side: 0 right of the point, 1 left of it. */
struct ald_named_point {
    size_t point;
    int side;
};
#define ALD_NAMED_MOST 8
size_t ald_chart_names(const struct ald_report *report, const struct ald_points *points, struct ald_named_point ret[ALD_NAMED_MOST]);

/** What the chart shows, for those who cannot see it: its alt, how many points of each kind, what each range is. In chart_words.c, as is what
 *  stands below a chart. */
const char *ald_chart_text(struct ald_arena *a, const struct ald_report *report, const struct ald_points *points);
/** What filled and hollow (or thin) marks mean, and how many there are of each: *ret_filled and *ret_hollow, each NULL where there is none; both NULL
 *  where a chart does not tell them apart. */
void ald_chart_marks(struct ald_arena *a, const struct ald_points *points, const char **ret_filled, const char **ret_hollow);
/** The same in a sentence, with what follows from it; NULL when there is nothing to say. */
const char *ald_chart_marks_text(struct ald_arena *a, const struct ald_points *points);
/** That, and what is not drawn: for a format without a place of its own for each; NULL: neither. */
const char *ald_chart_below(struct ald_arena *a, const struct ald_points *points);
/** What of the rows is not drawn, and why; NULL when all is. */
const char *ald_chart_left_out(struct ald_arena *a, const struct ald_points *points);
