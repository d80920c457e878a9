/* Groups of incidents beside the period (METHODS 6): by service and by first team, with the limits within which chance alone
 * keeps a group. Never people, never a rank: groups come by name. */
#pragma once

#include "alidade/analysis.h"

enum ald_group_kind { ALD_BY_SERVICE, ALD_BY_TEAM, ALD_GROUP_KIND_N };
const char *ald_group_kind_name(enum ald_group_kind kind); /* "service", "team" */
#define ALD_SMALL_TEAMS "small teams" /* what teams of fewer than 5 people are folded into */

struct ald_group {
    enum ald_group_kind by;
    const char *name;
    size_t n;    /* incidents of the period that have a percentile */
    double mean; /* mean percentile; 0.5 = like comparable past incidents */
    bool has_limits; /* the rest needs it */
    double low95, high95, low998, high998, p_value;
    double adjusted, adjusted_by_weeks; /* Benjamini-Hochberg within its kind: of p_value; of a t test between its weeks */
    bool flagged;
    const char *absent; /* static: why there are no limits */
    size_t wide, placed; /* of its incidents with a blast radius (placed), those at 0.8 or more */
};
struct ald_groups {
    size_t n;      /* incidents of the period that have a percentile */
    double centre; /* their mean; only when n > 0 */
    double variance;               /* of their percentiles, divisor n - 1; 0 when n < 2 */
    double tau2[ALD_GROUP_KIND_N]; /* over-dispersion */
    const struct ald_group *groups; /* by kind, then by name */
    size_t groups_n;
    const bool *small_teams; /* ald_small_teams of the period */
};
/** Services and first teams of the period of figures: funnel limits with over-dispersion (Spiegelhalter 2005), flags by
 *  Benjamini and Hochberg (1995) (METHODS 6). Rows are arena-owned. */
void ald_groups_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                     struct ald_groups *ret);

/** The limits of a group of a kind that has n incidents: what a funnel is drawn from. They may lie outside 0..1. */
struct ald_funnel {
    double low95, high95, low998, high998;
};
/** @return false where there are no limits: below 5 incidents, all of the period, or all percentiles the same. */
bool ald_groups_limits(const struct ald_groups *groups, enum ald_group_kind by, size_t n, struct ald_funnel *ret);

/** By team: true where fewer than 5 people were engaged in the period or in the lookback before it while the team held the
 *  incident. All are small where people are not stored: nobody can tell. */
bool *ald_small_teams(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena);
