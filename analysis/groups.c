/* Groups beside the period (METHODS 6): mean percentiles by service and by first team, with limits that allow for
 * chance and for groups that differ a little always (over-dispersion, Spiegelhalter 2005). Knows readings and names,
 * not how they came about. */
#include "alidade/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "percentile.h"

#define Z975 1.959964
#define Z999 3.090232
#define FALSE_FLAGS 0.1 /* share of flags that may be false (Benjamini and Hochberg 1995) */
#define FLAG_LEAST 0.1  /* a difference smaller than this is not worth a question */
#define WIDE 0.8
#define NEAR 1e-9
enum { LIMITS_LEAST = 5, WEEKS_LEAST = 4 };

const char *ald_group_kind_name(enum ald_group_kind kind)
{
    return kind == ALD_BY_SERVICE ? "service" : "team";
}

/* ---- Who belongs to a group ---- */

/* One incident of the period that has a percentile. */
struct placed {
    const struct ald_incident *inc;
    double percentile;
    size_t week; /* of the period */
    bool has_blast, wide;
};

struct sums {
    size_t n, placed, wide;
    double sum;
    struct by_week {
        size_t n;
        double sum;
    } * weeks; /* NULL without incidents */
};

/* A group on its way to its limits. */
struct draft {
    struct ald_group group;
    const struct by_week *weeks;
};

static struct placed *place(const struct ald_analysis *analysis, const struct ald_figures *figures,
                            struct ald_arena *scratch, size_t *ret_n)
{
    struct placed *list = ald_calloc(scratch, figures->incidents_n, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < figures->incidents_n; i++) {
        const struct ald_measure *measure = ald_measure_at(analysis, figures->incidents[i]);
        if (!ald_percentile_of(analysis, figures->incidents[i], &list[n].percentile))
            continue;
        const struct ald_axis_position *blast =
            &measure->reading[measure->shown >= 0 ? measure->shown : ALD_START_READING].axis[ALD_BLAST_RADIUS];
        list[n].inc = &analysis->incidents[figures->incidents[i]];
        list[n].week = (size_t)ald_period_week(&analysis->calendar, &figures->period, list[n].inc->started_at);
        list[n].has_blast = blast->has;
        list[n++].wide = blast->has && blast->position >= WIDE - NEAR;
    }
    *ret_n = n;
    return list;
}

static void take(struct sums *sums, const struct placed *placed, size_t weeks_n, struct ald_arena *scratch)
{
    if (!sums->weeks)
        sums->weeks = ald_calloc(scratch, weeks_n, sizeof *sums->weeks);
    sums->weeks[placed->week].n++;
    sums->weeks[placed->week].sum += placed->percentile;
    sums->n++;
    sums->sum += placed->percentile;
    sums->placed += placed->has_blast;
    sums->wide += placed->wide;
}

/* ---- Limits ---- */

/* Over-dispersion of the groups that have a z: how much more they differ than chance makes them. */
static double over_dispersion(const double *z, const double *se2, size_t n, struct ald_arena *scratch)
{
    if (n < 2)
        return 0;
    double *sorted = ald_calloc(scratch, n, sizeof *sorted), phi = 0, w = 0, w2 = 0;
    memcpy(sorted, z, n * sizeof *sorted);
    ald_sort_doubles(sorted, n);
    double low = ald_quantile7(sorted, n, 0.1), high = ald_quantile7(sorted, n, 0.9);
    for (size_t i = 0; i < n; i++) {
        double winsorised = fmin(fmax(z[i], low), high);
        phi += winsorised * winsorised / (double)n;
        w += 1 / se2[i];
        w2 += 1 / (se2[i] * se2[i]);
    }
    return fmax(0, ((double)n * phi - ((double)n - 1)) / (w - w2 / w));
}

static double squared_error(double variance, size_t n, size_t all)
{
    return variance / (double)n * (1 - (double)n / (double)all);
}

static struct ald_funnel limits(double centre, double sd)
{
    return (struct ald_funnel){centre - Z975 * sd, centre + Z975 * sd, centre - Z999 * sd, centre + Z999 * sd};
}

static void set_limits(struct ald_group *group, double centre, double se2, double tau2)
{
    double sd = sqrt(se2 + tau2), off = group->mean - centre;
    struct ald_funnel at = limits(centre, sd);
    group->has_limits = true;
    group->low95 = at.low95;
    group->high95 = at.high95;
    group->low998 = at.low998;
    group->high998 = at.high998;
    group->p_value = erfc(fabs(off) / sd / sqrt(2));
}

bool ald_groups_limits(const struct ald_groups *groups, enum ald_group_kind by, size_t n, struct ald_funnel *ret)
{
    if (n < LIMITS_LEAST || n >= groups->n || !(groups->variance > 0))
        return false;
    *ret = limits(groups->centre, sqrt(squared_error(groups->variance, n, groups->n) + groups->tau2[by]));
    return true;
}

/* Incidents cluster in weeks, which the limits do not know: a group whose incidents bunch in a few unlucky weeks would
 * stand out by chance far too often (docs/METHODS.md, "Where we differ"). So a flag also needs the mean to be off by
 * its own weeks: t of W-1 degrees of freedom with the variance between them; fewer than 4 weeks give no verdict. */
static double p_by_weeks(const struct draft *draft, double centre, size_t weeks_n)
{
    const struct ald_group *group = &draft->group;
    double sum = 0, n = (double)group->n;
    size_t used = 0;
    for (size_t i = 0; i < weeks_n; i++) {
        double off = draft->weeks[i].sum - (double)draft->weeks[i].n * group->mean;
        used += draft->weeks[i].n > 0;
        sum += off * off;
    }
    if (used < WEEKS_LEAST)
        return 1;
    double w = (double)used, variance = sum / (n * n) * w / (w - 1);
    double off2 = (group->mean - centre) * (group->mean - centre);
    return ald_beta_inc((w - 1) / 2, 0.5, (w - 1) * variance / ((w - 1) * variance + off2));
}

/* The groups of one kind; s2: variance of all percentiles, all: how many there are. */
static double judge(struct draft *drafts, size_t n, double centre, double s2, size_t all, size_t weeks_n,
                    struct ald_arena *scratch)
{
    double *z = ald_calloc(scratch, n, sizeof *z), *se2 = ald_calloc(scratch, n, sizeof *se2);
    double *p = ald_calloc(scratch, n, sizeof *p), *adjusted = ald_calloc(scratch, n, sizeof *adjusted);
    double *by_weeks = ald_calloc(scratch, n, sizeof *by_weeks);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_group *group = &drafts[i].group;
        if (group->n < LIMITS_LEAST)
            group->absent = "fewer than 5 incidents";
        else if (group->n == all)
            group->absent = "it holds every incident of the period: there is nothing to compare with";
        else if (!(s2 > 0))
            group->absent = "all percentiles are the same";
        if (group->absent)
            continue;
        se2[used] = squared_error(s2, group->n, all);
        z[used] = (group->mean - centre) / sqrt(se2[used]);
        used++;
    }
    double tau2 = over_dispersion(z, se2, used, scratch);
    for (size_t i = 0, at = 0; i < n; i++) {
        if (drafts[i].group.absent)
            continue;
        set_limits(&drafts[i].group, centre, se2[at], tau2);
        by_weeks[at] = p_by_weeks(&drafts[i], centre, weeks_n);
        p[at++] = drafts[i].group.p_value;
    }
    ald_benjamini_hochberg(p, used, adjusted);
    ald_benjamini_hochberg(by_weeks, used, by_weeks);
    for (size_t i = 0, at = 0; i < n; i++) {
        struct ald_group *group = &drafts[i].group;
        if (group->absent)
            continue;
        group->adjusted = adjusted[at];
        group->adjusted_by_weeks = by_weeks[at++];
        group->flagged = group->adjusted < FALSE_FLAGS && group->adjusted_by_weeks < FALSE_FLAGS &&
                         fabs(group->mean - centre) >= FLAG_LEAST - NEAR;
    }
    return tau2;
}

/* ---- All of it ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct draft *)a)->group.name, ((const struct draft *)b)->group.name);
}

/* Groups with an incident, by name. names: by number; the one after the last, if sums has it, is small teams. */
static size_t list_groups(enum ald_group_kind by, const struct sums *sums, const char *const *names, size_t names_n,
                          struct draft *ret)
{
    size_t n = 0;
    for (size_t i = 0; i <= names_n; i++) {
        if (sums[i].n == 0)
            continue;
        struct draft *draft = &ret[n++];
        draft->weeks = sums[i].weeks;
        draft->group = (struct ald_group){.by = by,
                                            .name = i < names_n ? names[i] : ALD_SMALL_TEAMS,
                                            .n = sums[i].n,
                                            .mean = sums[i].sum / (double)sums[i].n,
                                            .wide = sums[i].wide,
                                            .placed = sums[i].placed};
    }
    if (n > 1)
        qsort(ret, n, sizeof *ret, by_name);
    return n;
}

/* What is summed over, the same for both kinds. */
struct source {
    const struct placed *list;
    size_t n, weeks_n;
    struct ald_arena *scratch;
};

static void sum_services(const struct source *from, struct sums *ret)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct ald_incident *inc = from->list[i].inc;
        for (size_t s = 0; s < inc->services_n; s++)
            if (inc->services[s].at_start)
                take(&ret[inc->services[s].name], &from->list[i], from->weeks_n, from->scratch);
    }
}

static void sum_teams(const struct source *from, const bool *small, size_t teams_n, struct sums *ret)
{
    for (size_t i = 0; i < from->n; i++) {
        uint32_t team = from->list[i].inc->first_team;
        if (team != ALD_NOBODY)
            take(&ret[small[team] ? teams_n : team], &from->list[i], from->weeks_n, from->scratch);
    }
}

void ald_groups_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                     struct ald_groups *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_period *period = &figures->period;
    *ret = (struct ald_groups){.small_teams = ald_small_teams(analysis, period, arena)};
    const struct placed *list = place(analysis, figures, scratch, &ret->n);
    if (ret->n == 0)
        return;
    const struct source from = {.list = list,
                                .n = ret->n,
                                .weeks_n = (size_t)((period->end_day - period->start_day - 1) / 7) + 1,
                                .scratch = scratch};
    double *percentiles = ald_calloc(scratch, ret->n, sizeof *percentiles);
    for (size_t i = 0; i < ret->n; i++)
        percentiles[i] = list[i].percentile;
    ret->centre = ald_mean(percentiles, ret->n);
    double s2 = ret->variance = ret->n > 1 ? ald_variance(percentiles, ret->n) : 0;
    const char *const *const names[ALD_GROUP_KIND_N] = {analysis->services, analysis->teams};
    const size_t names_n[ALD_GROUP_KIND_N] = {analysis->services_n, analysis->teams_n};
    struct ald_group *groups = ald_calloc(arena, names_n[0] + names_n[1] + 2, sizeof *groups);
    for (int by = 0; by < ALD_GROUP_KIND_N; by++) {
        struct sums *sums = ald_calloc(scratch, names_n[by] + 1, sizeof *sums);
        struct draft *drafts = ald_calloc(scratch, names_n[by] + 1, sizeof *drafts);
        if (by == ALD_BY_SERVICE)
            sum_services(&from, sums);
        else
            sum_teams(&from, ret->small_teams, names_n[by], sums);
        size_t n = list_groups((enum ald_group_kind)by, sums, names[by], names_n[by], drafts);
        ret->tau2[by] = judge(drafts, n, ret->centre, s2, ret->n, from.weeks_n, scratch);
        for (size_t i = 0; i < n; i++)
            groups[ret->groups_n++] = drafts[i].group;
    }
    ret->groups = groups;
}
