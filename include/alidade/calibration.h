/* How far readings can be trusted: whether bands hold what they promise, whether position tells anything about duration
 * (METHODS 4), and how each signal goes together with duration (METHODS 3). */
#pragma once

#include "alidade/analysis.h"

/** A share of incidents with its interval by weeks, cut at 0 and 1. */
struct ald_share {
    double share; /* only when n > 0 */
    struct ald_interval ci;
};
/** One kind of reading over the incidents of a period that have it. */
struct ald_calibration {
    size_t n, open_left_out; /* open ones beyond their upper bound count in n (as above), other open ones are left out */
    size_t weeks;            /* with an incident that counts */
    struct ald_share below, inside, above; /* expected: 0.1, 0.8, 0.1 */
    size_t skill_n, skill_weeks; /* resolved ones that have all six bounds */
    bool has_skill;
    double skill;            /* 1: perfect; 0: no better than all of the reference; below: worse */
    struct ald_interval skill_ci;
    const char *verdict;     /* what the skill says, in words; static */
};
/** figures: whose incidents and period it is about. */
void ald_calibration_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                          struct ald_calibration ret[ALD_READING_N]);

/** Spearman's rho of a signal with duration, over incidents of the period with a resolve clock. */
struct ald_coupling {
    size_t n_total, n_landmark; /* of the latter: only those that were open beyond the landmark */
    bool has_total, has_landmark;
    double total, landmark;
    const char *absent_total, *absent_landmark; /* static, when there is none */
};
void ald_coupling_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                       struct ald_coupling ret[ALD_SIGNAL_N]);
