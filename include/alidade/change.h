/* Change (METHODS 5): the period's times to resolve beside those of the lookback at the same age, quarter by quarter, how
 * they are spread over incidents, and what severity labels say about them. Durations in ms. A figure that cannot be said
 * has a reason instead. */
#pragma once

#include "alidade/analysis.h"

/** One side of the comparison: the period, or the baseline as it stood at the same age. */
struct ald_change_side {
    const char *label;     /* NULL: there is no such stretch of time */
    int64_t start, end;    /* half-open */
    size_t incidents;      /* class incident, whatever their state */
    size_t n, open, weeks; /* with the clock; open; weeks with an incident that has the clock */
};
/** Mean percentile of start readings; open incidents at their expected place. */
struct ald_shift {
    size_t n, weeks; /* incidents with a percentile; weeks with one */
    double mean;     /* when n > 0 */
    struct ald_interval interval;
    const char *absent; /* when n == 0 */
};
/** How many were still open, of all of class incident, at the age that the period has: open and incidents of both sides. */
struct ald_open_then {
    bool has_p;
    double p_value;         /* of the difference of the two shares */
    const char *p_absent;   /* why there is none, when !has_p */
    int64_t least_ms;       /* so long is that of the period open which began last; ALD_TIME_NONE: none is */
};
struct ald_change {
    struct ald_change_side baseline, current;
    struct ald_open_then open_then;
    const char *absent; /* why there is nothing to compare, or NULL: then ratio stands */
    double ratio;       /* exp(difference of mean logs), period over baseline */
    struct ald_interval ratio_ci;
    bool has_p;
    double p_value;
    const char *verdict;   /* in words, with its uncertainty; NULL without p */
    const char *p_absent;  /* why there is no verdict, when !has_p */
    bool changed;          /* p < 0.05 */
    bool part_baseline;    /* no whole earlier period is on record: what differs may be that stretch, so it is no verdict */
    struct ald_interval luck; /* fractions: -0.27 is 27 % less */
    bool has_detectable;
    double detectable_reduction; /* fraction */
    double incidents_needed;     /* per period, to see 10 % less */
    const char *detectable_absent;
    struct ald_shift shift;
};
/** A fiscal quarter at the same age. */
struct ald_trend_row {
    const char *label;
    int64_t start, end;
    size_t n, resolved, open; /* started in it; resolved and open at that age */
    bool own;                 /* overlaps the period */
    bool part;                /* it began before the first record: of what was before that, nobody told */
    double median_ms;         /* when resolved > 0 */
    struct ald_interval median_ci;
    struct ald_shift shift;
};
/** How earlier incidents stand in the reading that is shown of them, as they stood at the age that the period has now. */
struct ald_usual {
    size_t n;                      /* of so many is it known */
    size_t shorter, typical, longer;
    size_t open_longer;            /* of those that are longer: they were still open */
    size_t every;                  /* of many, every so many-th of a quarter was looked at */
};
/** How much of all time the longest incidents hold. */
struct ald_concentration {
    size_t n;           /* with the clock */
    const char *absent; /* below 10 incidents; else NULL and the rest stands */
    double top1_share, top3_share, top10pct_share, mean_without_longest_ms;
};
/** A point of the curve behind it: the longest so many incidents hold this share of all time. */
struct ald_concentration_point {
    size_t longest;
    double share;
};
/** Rank correlation of declared severity with duration; positive: more severe lasts longer. */
struct ald_severity {
    size_t n; /* with a rank and the clock */
    double spearman;
    const char *absent; /* why there is no correlation, or NULL */
    struct ald_interval interval;
    const char *verdict; /* NULL without an interval */
};

/** The period of figures beside its lookback at the same age: permutation of weeks, interval of the ratio, luck and detectable
 *  change (METHODS 5). Texts are arena-owned. */
void ald_change_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                     struct ald_change *ret);
/** Oldest first: the quarters of the lookback that do not end before the first record, and the period's own. change: that of the
 *  same figures; where the period is a quarter, its shift is that of its row. *ret_usual: over those before the period's own. Arena-owned.
 *  @return how many. */
size_t ald_trend_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct ald_change *change,
                      struct ald_arena *arena, struct ald_trend_row **ret, struct ald_usual *ret_usual);
void ald_concentration_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                            struct ald_concentration *ret);
void ald_severity_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_severity *ret);
/** From 0 incidents to all, at most about 60 points, the first twelve one by one; none below 10 incidents. Arena-owned.
 *  @return how many. */
size_t ald_concentration_curve(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                               struct ald_concentration_point **ret);
