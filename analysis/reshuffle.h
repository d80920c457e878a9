/* Two sides made of weeks: is their difference more than the luck of which weeks fell where (METHODS 5). Needs a count
 * and a sum per week only. Private to analysis. */
#pragma once

#include "resample.h"

/** Weeks of one side; each holds at least one value. */
struct ald_weeks {
    const struct ald_week *items;
    size_t n;
};
double ald_weeks_mean(const struct ald_weeks *side);
/** Two-sided permutation test of week labels, statistic mean(a) - mean(b): (b+1)/(B+1). Per reshuffle, the side with
 *  fewer weeks is chosen by the first steps of a Fisher-Yates shuffle over all weeks (a's first): at step k, week
 *  k + ald_rng_below(W - k) is put at k. The order of one reshuffle is where the next begins. */
double ald_reshuffle_p(const struct ald_weeks *a, const struct ald_weeks *b, int resamples, uint64_t seed);
/** 95 % interval of exp(mean(a) - mean(b)): per resample first the weeks of a, then those of b are drawn with
 * replacement; widened for the fewer weeks of the two. Absent below 4 weeks on a side. */
struct ald_interval ald_resample_two(const struct ald_weeks *a, const struct ald_weeks *b, int resamples,
                                     uint64_t seed);
/** 95 % interval of mean(few weeks)/mean(many weeks) - 1, all drawn with replacement from one side. Not widened: it
 * tells what luck does, not where a figure lies. Absent below 4 weeks, drawn or drawn from. */
struct ald_interval ald_resample_luck(const struct ald_weeks *from, size_t few, size_t many, int resamples,
                                      uint64_t seed);
