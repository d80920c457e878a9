/* Coupling, calibration and groups of a period as nodes of the tree. */
#include "groups_node.h"

#include <math.h>

#include "alidade/calibration.h"
#include "alidade/groups.h"
#include "figures_node.h"
#include "nodes.h"

static struct ald_node *maybe(struct ald_arena *a, bool has, double v, const char *absent)
{
    return has ? ald_node_num(a, v) : ald_node_absent(a, absent);
}

struct ald_node *ald_coupling_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_coupling all[ALD_SIGNAL_N];
    struct ald_node *list = ald_node_list(a);
    ald_coupling_fill(an, f, all);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_coupling *c = &all[s];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "signal", ald_node_str(a, ald_signal_at(s)->id));
        ald_node_set(a, o, "title", ald_node_str(a, ald_signal_at(s)->title));
        ald_node_set(a, o, "timing", ald_node_str(a, ald_timing_text(ald_signal_at(s)->timing)));
        ald_node_set(a, o, "spearman_total", maybe(a, c->has_total, c->total, c->absent_total));
        ald_node_set(a, o, "n_total", ald_node_int(a, (int64_t)c->n_total));
        ald_node_set(a, o, "spearman_landmark", maybe(a, c->has_landmark, c->landmark, c->absent_landmark));
        ald_node_set(a, o, "n_landmark", ald_node_int(a, (int64_t)c->n_landmark));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *reading_node(struct ald_arena *a, const struct ald_calibration *c)
{
    const struct {
        const char *key, *ci;
        const struct ald_share *share;
    } shares[] = {{"below", "below_ci", &c->below}, {"inside", "inside_ci", &c->inside}, {"above", "above_ci", &c->above}};
    struct ald_node *o = ald_node_object(a);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        ald_node_set(a, o, shares[i].key, maybe(a, c->n > 0, shares[i].share->share, "no incident of the period has this reading"));
        ald_node_set(a, o, shares[i].ci, ald_interval_node(a, &shares[i].share->ci, 1));
    }
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)c->n));
    ald_node_set(a, o, "weeks", ald_node_int(a, (int64_t)c->weeks));
    ald_node_set(a, o, "open_left_out", ald_node_int(a, (int64_t)c->open_left_out));
    ald_node_set(a, o, "skill", maybe(a, c->has_skill, c->skill, c->skill_ci.absent ? c->skill_ci.absent : "nothing to compare with"));
    ald_node_set(a, o, "skill_ci", ald_interval_node(a, &c->skill_ci, 1));
    ald_node_set(a, o, "skill_n", ald_node_int(a, (int64_t)c->skill_n));
    ald_node_set(a, o, "verdict", ald_node_str(a, c->verdict));
    return o;
}

struct ald_node *ald_calibration_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_calibration all[ALD_READING_N];
    struct ald_node *o = ald_node_object(a);
    ald_calibration_fill(an, f, all);
    for (int r = 0; r < ALD_READING_N; r++)
        ald_node_set(a, o, ald_reading_id(r), reading_node(a, &all[r]));
    ald_node_set(a, o, "over_before_landmark",
                 maybe(a, f->landmark_known > 0, (double)f->over_before_landmark / (double)f->landmark_known,
                       "of no incident is it known whether it outlasted the landmark"));
    ald_node_set(a, o, "landmark_known", ald_node_int(a, (int64_t)f->landmark_known));
    return o;
}

static const char *text_of(const struct ald_group *g, double centre)
{
    if (!g->has_limits)
        return g->absent;
    if (!g->flagged)
        return "not told apart from chance";
    return g->mean > centre ? "longer than comparable ones, more than chance explains: ask what makes these hard"
                            : "shorter than comparable ones, more than chance explains: ask what goes right";
}

/* A percentile lies within 0 and 1, and so does what it could be: the normal limits of a small group reach beyond. */
static double within(double limit)
{
    return limit < 0 ? 0 : limit > 1 ? 1 : limit;
}

static struct ald_node *group_node(struct ald_arena *a, const struct ald_group *g, double centre)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "by", ald_node_str(a, ald_group_kind_name(g->by)));
    ald_node_set(a, o, "name", ald_node_str(a, g->name));
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)g->n));
    ald_node_set(a, o, "mean_percentile", ald_node_num(a, g->mean));
    ald_node_set(a, o, "few", ald_node_bool(a, g->n < ALD_PERCENTILE_LEAST));
    ald_node_set(a, o, "percentile_told", maybe(a, g->n >= ALD_PERCENTILE_LEAST, g->mean, ALD_PERCENTILE_FEW));
    ald_node_set(a, o, "lower95", maybe(a, g->has_limits, within(g->low95), g->absent));
    ald_node_set(a, o, "upper95", maybe(a, g->has_limits, within(g->high95), g->absent));
    ald_node_set(a, o, "lower998", maybe(a, g->has_limits, within(g->low998), g->absent));
    ald_node_set(a, o, "upper998", maybe(a, g->has_limits, within(g->high998), g->absent));
    ald_node_set(a, o, "p_value", maybe(a, g->has_limits, g->p_value, g->absent));
    ald_node_set(a, o, "p_adjusted", maybe(a, g->has_limits, g->adjusted, g->absent));
    ald_node_set(a, o, "p_by_weeks_adjusted", maybe(a, g->has_limits, g->adjusted_by_weeks, g->absent));
    ald_node_set(a, o, "flagged", ald_node_bool(a, g->flagged));
    ald_node_set(a, o, "wide_n",
                 g->by == ALD_BY_SERVICE ? ald_node_int(a, (int64_t)g->wide) : ald_node_absent(a, "a property of services, not of teams"));
    ald_node_set(a, o, "text", ald_node_str(a, text_of(g, centre)));
    return o;
}

/* What the funnel is drawn from: limits by number of incidents, up to the largest group of the kind. */
static struct ald_node *limits_node(struct ald_arena *a, const struct ald_groups *all, enum ald_group_kind by)
{
    struct ald_node *list = ald_node_list(a);
    size_t most = 0;
    for (size_t i = 0; i < all->groups_n; i++)
        if (all->groups[i].by == by && all->groups[i].n > most)
            most = all->groups[i].n;
    size_t step = most > 80 ? most / 40 : 1;
    for (size_t n = 1; n <= most; n++) {
        struct ald_funnel at;
        if (!ald_groups_limits(all, by, n, &at) || (n > 40 && n != most && n % step != 0))
            continue;
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "n", ald_node_int(a, (int64_t)n));
        ald_node_set(a, o, "lower95", ald_node_num(a, within(at.low95)));
        ald_node_set(a, o, "upper95", ald_node_num(a, within(at.high95)));
        ald_node_set(a, o, "lower998", ald_node_num(a, within(at.low998)));
        ald_node_set(a, o, "upper998", ald_node_num(a, within(at.high998)));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *teams_node(struct ald_arena *a, const struct ald_analysis *an, const bool *small)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t t = 0; t < an->teams_n; t++) /* numbered in the order of their names */
        if (small[t])
            ald_node_add(a, list, ald_node_str(a, an->teams[t]));
    return list;
}

void ald_groups_nodes(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f, struct ald_node **ret_groups,
                      struct ald_node **ret_funnel)
{
    struct ald_groups all;
    ald_groups_fill(an, f, a, &all);
    *ret_groups = ald_node_list(a);
    for (size_t i = 0; i < all.groups_n; i++)
        ald_node_add(a, *ret_groups, group_node(a, &all.groups[i], all.centre));
    struct ald_node *o = *ret_funnel = ald_node_object(a);
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)all.n));
    ald_node_set(a, o, "mean_percentile", maybe(a, all.n > 0, all.centre, "no incident of the period has a start reading"));
    for (int by = 0; by < ALD_GROUP_KIND_N; by++)
        ald_node_set(a, o, by == ALD_BY_SERVICE ? "tau2_service" : "tau2_team",
                     maybe(a, all.n > 0, all.tau2[by], "no incident of the period has a start reading"));
    struct ald_node *limits = ald_node_object(a);
    for (int by = 0; by < ALD_GROUP_KIND_N; by++)
        ald_node_set(a, limits, ald_group_kind_name((enum ald_group_kind)by), limits_node(a, &all, (enum ald_group_kind)by));
    ald_node_set(a, o, "limits", limits);
    ald_node_set(a, o, "small_teams", teams_node(a, an, all.small_teams));
}

struct ald_node *ald_small_teams_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_period *period)
{
    return teams_node(a, an, ald_small_teams(an, period, a));
}
