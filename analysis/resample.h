/* Resampling whole weeks (METHODS 5 "Weeks", METHODS 10). It needs a count and a sum per week and nothing else, so its cost
 * does not grow with the number of incidents. Private to analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/rng.h"

struct ald_week {
    size_t n;
    double sum;
};

/** What a figure was computed from, for its seed. */
struct ald_seed_line {
    const char *id;
    int64_t duration_ms;
};
/** What the seeds of all figures have in common that are computed from the same lines. Sorts the lines. Arena-owned. */
struct ald_seed_text *ald_seed_text(struct ald_arena *arena, const char *period_label, struct ald_seed_line *lines, size_t n);
/** The seed of a resampled figure: SipHash-2-4 with key 0 over the bytes
 *      FIGURE_ID "\n" PERIOD_LABEL "\n" LINE "\n" LINE "\n" ... LINE
 *  where a LINE is ID ":" DURATION_MS in decimal; lines sorted by their bytes; no line end after the last one (without lines
 *  the text ends with that of the label). Figure ids are paths of the report, "clocks.resolve.geometric_mean", of less than
 *  64 bytes. The figure's id is written into the text: one thread at a time. */
uint64_t ald_resample_seed(struct ald_seed_text *text, const char *figure);

/** What a resampled set of weeks is reduced to. */
enum ald_statistic { ALD_MEAN_OF_LOGS, ALD_LOG_OF_MEAN };
/** 95 % interval, on the scale of exp(statistic), of the values that the weeks hold: weeks_n weeks are drawn with replacement
 *  `resamples` times (draw by draw, week = ald_rng_below(weeks_n)), type 7 quantiles of the statistic at 2.5 and 97.5 %, each
 *  end then moved away from the estimate by sqrt(W/(W-1))*t/1.959964. Every week holds at least one value. Fewer than
 *  4 weeks: absent. For ALD_MEAN_OF_LOGS the sums are sums of logs. */
struct ald_interval ald_resample_weeks(const struct ald_week *weeks, size_t weeks_n, enum ald_statistic statistic,
                                       int resamples, uint64_t seed);
/** Sorts the draws of a statistic; their 95 % interval (type 7), each end moved away from the estimate by
 *  sqrt(W/(W-1))*t/1.959964 for W = weeks_n > 1 weeks, t the 97.5 % quantile of Student's t with W-1 degrees of freedom. */
struct ald_interval ald_resample_widened(double *drawn, size_t draws, double estimate, size_t weeks_n);

/** A week of a ratio of two sums: marked ones and all, or a loss and another loss. */
struct ald_ratio_week {
    double above, below;
};
/** 95 % interval of sum(above)/sum(below) by the same draws, ends moved away on the scale of the ratio itself. Absent below
 *  4 weeks, and when some draw has nothing below. */
struct ald_interval ald_resample_ratio(const struct ald_ratio_week *weeks, size_t weeks_n, int resamples, uint64_t seed);
