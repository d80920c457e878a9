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
#define FLAG_LEAST 0.1 /* a difference smaller than this is not worth a question */
#define WIDE 0.8
#define NEAR 1e-9
enum { LIMITS_LEAST = 5 };

const char *ald_group_kind_name(enum ald_group_kind kind)
{
    return kind == ALD_BY_SERVICE ? "service" : "team";
}

/* ---- Who belongs to a group ---- */

/* One incident of the period that has a percentile. */
struct placed {
    const struct ald_incident *inc;
    double percentile;
    bool has_blast, wide;
};

struct sums {
    size_t n, placed, wide;
    double sum;
};

static struct placed *place(const struct ald_analysis *analysis, const struct ald_figures *figures,
                            struct ald_arena *scratch, size_t *ret_n)
{
    struct placed *list = ald_calloc(scratch, figures->incidents_n, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < figures->incidents_n; i++) {
        const struct ald_measure *measure = &analysis->measures[figures->incidents[i]];
        if (!ald_percentile_of(analysis, figures->incidents[i], &list[n].percentile))
            continue;
        const struct ald_axis_position *blast =
            &measure->reading[measure->shown >= 0 ? measure->shown : ALD_START_READING].axis[ALD_BLAST_RADIUS];
        list[n].inc = &analysis->incidents[figures->incidents[i]];
        list[n].has_blast = blast->has;
        list[n++].wide = blast->has && blast->position >= WIDE - NEAR;
    }
    *ret_n = n;
    return list;
}

static void take(struct sums *sums, const struct placed *placed)
{
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

static void set_limits(struct ald_group *group, double centre, double se2, double tau2)
{
    double sd = sqrt(se2 + tau2), off = group->mean - centre;
    group->has_limits = true;
    group->low95 = centre - Z975 * sd;
    group->high95 = centre + Z975 * sd;
    group->low998 = centre - Z999 * sd;
    group->high998 = centre + Z999 * sd;
    group->p_value = erfc(fabs(off) / sd / sqrt(2));
}

/* The groups of one kind; s2: variance of all percentiles, all: how many there are. */
static double judge(struct ald_group *groups, size_t n, double centre, double s2, size_t all, struct ald_arena *scratch)
{
    double *z = ald_calloc(scratch, n, sizeof *z), *se2 = ald_calloc(scratch, n, sizeof *se2);
    double *p = ald_calloc(scratch, n, sizeof *p), *adjusted = ald_calloc(scratch, n, sizeof *adjusted);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_group *group = &groups[i];
        if (group->n < LIMITS_LEAST)
            group->absent = "fewer than 5 incidents";
        else if (group->n == all)
            group->absent = "it holds every incident of the period: there is nothing to compare with";
        else if (!(s2 > 0))
            group->absent = "all percentiles are the same";
        if (group->absent)
            continue;
        se2[used] = s2 / (double)group->n * (1 - (double)group->n / (double)all);
        z[used] = (group->mean - centre) / sqrt(se2[used]);
        used++;
    }
    double tau2 = over_dispersion(z, se2, used, scratch);
    for (size_t i = 0, at = 0; i < n; i++) {
        if (groups[i].absent)
            continue;
        set_limits(&groups[i], centre, se2[at], tau2);
        p[at++] = groups[i].p_value;
    }
    ald_benjamini_hochberg(p, used, adjusted);
    for (size_t i = 0, at = 0; i < n; i++) {
        if (groups[i].absent)
            continue;
        groups[i].adjusted = adjusted[at++];
        groups[i].flagged = groups[i].adjusted < 0.1 && fabs(groups[i].mean - centre) >= FLAG_LEAST - NEAR;
    }
    return tau2;
}

/* ---- All of it ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ald_group *)a)->name, ((const struct ald_group *)b)->name);
}

/* Groups with an incident, by name. names: by number; the one after the last, if sums has it, is small teams. */
static size_t list_groups(enum ald_group_kind by, const struct sums *sums, const char *const *names, size_t names_n,
                          struct ald_group *ret)
{
    size_t n = 0;
    for (size_t i = 0; i <= names_n; i++)
        if (sums[i].n > 0)
            ret[n++] = (struct ald_group){.by = by,
                                          .name = i < names_n ? names[i] : ALD_SMALL_TEAMS,
                                          .n = sums[i].n,
                                          .mean = sums[i].sum / (double)sums[i].n,
                                          .wide = sums[i].wide,
                                          .placed = sums[i].placed};
    if (n > 1)
        qsort(ret, n, sizeof *ret, by_name);
    return n;
}

static void sum_services(const struct placed *list, size_t n, struct sums *ret)
{
    for (size_t i = 0; i < n; i++)
        for (size_t s = 0; s < list[i].inc->services_n; s++)
            if (list[i].inc->services[s].at_start)
                take(&ret[list[i].inc->services[s].name], &list[i]);
}

static void sum_teams(const struct placed *list, size_t n, const bool *small, size_t teams_n, struct sums *ret)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t team = list[i].inc->first_team;
        if (team != ALD_NOBODY)
            take(&ret[small[team] ? teams_n : team], &list[i]);
    }
}

void ald_groups_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                     struct ald_groups *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    *ret = (struct ald_groups){.n = 0};
    const struct placed *list = place(analysis, figures, scratch, &ret->n);
    if (ret->n == 0)
        return;
    double *percentiles = ald_calloc(scratch, ret->n, sizeof *percentiles);
    for (size_t i = 0; i < ret->n; i++)
        percentiles[i] = list[i].percentile;
    ret->centre = ald_mean(percentiles, ret->n);
    double s2 = ret->n > 1 ? ald_variance(percentiles, ret->n) : 0;
    const char *const *const names[ALD_GROUP_KIND_N] = {analysis->services, analysis->teams};
    const size_t names_n[ALD_GROUP_KIND_N] = {analysis->services_n, analysis->teams_n};
    const bool *small = ald_small_teams(analysis, &figures->period, scratch);
    struct ald_group *groups = ald_calloc(arena, names_n[0] + names_n[1] + 2, sizeof *groups);
    for (int by = 0; by < ALD_GROUP_KIND_N; by++) {
        struct sums *sums = ald_calloc(scratch, names_n[by] + 1, sizeof *sums);
        if (by == ALD_BY_SERVICE)
            sum_services(list, ret->n, sums);
        else
            sum_teams(list, ret->n, small, names_n[by], sums);
        struct ald_group *own = groups + ret->groups_n;
        size_t n = list_groups((enum ald_group_kind)by, sums, names[by], names_n[by], own);
        ret->tau2[by] = judge(own, n, ret->centre, s2, ret->n, scratch);
        ret->groups_n += n;
    }
    ret->groups = groups;
}
