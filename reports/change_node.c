/* Change, trend, concentration and severity as nodes (DESIGN 8). Computes nothing. */
#include "change_node.h"

#include "nodes.h"
#include "sentences.h"

struct ald_changes *ald_changes_of(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_changes *all = ald_alloc(a, sizeof *all);
    ald_change_fill(an, f, a, &all->change);
    ald_concentration_fill(an, f, &all->concentration);
    ald_severity_fill(an, f, &all->severity);
    all->trend_n = ald_trend_fill(an, f, &all->change, a, &all->trend, &all->usual);
    all->curve_n = ald_concentration_curve(an, f, a, &all->curve);
    return all;
}

static struct ald_node *number_or(struct ald_arena *a, bool has, double v, const char *reason)
{
    return has ? ald_node_num(a, v) : ald_node_absent(a, reason);
}

static struct ald_node *side_node(struct ald_arena *a, const struct ald_change_side *side)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "label", side->label ? ald_node_str(a, side->label) : ald_node_absent(a, "nothing is recorded before the period"));
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)side->n));
    ald_node_set(a, o, "weeks", ald_node_int(a, (int64_t)side->weeks));
    ald_node_set(a, o, "open", ald_node_int(a, (int64_t)side->open));
    ald_node_set(a, o, "incidents", ald_node_int(a, (int64_t)side->incidents));
    return o;
}

static struct ald_node *shift_node(struct ald_arena *a, const struct ald_shift *shift)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "mean_percentile", number_or(a, !shift->absent, shift->mean, shift->absent));
    ald_node_set(a, o, "ci", ald_interval_node(a, &shift->interval, 1));
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)shift->n));
    ald_node_set(a, o, "weeks", ald_node_int(a, (int64_t)shift->weeks));
    return o;
}

static struct ald_node *open_side_node(struct ald_arena *a, const struct ald_change_side *side)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "open", ald_node_int(a, (int64_t)side->open));
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)side->incidents));
    return o;
}

static struct ald_node *open_node(struct ald_arena *a, const struct ald_change *c)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "current", open_side_node(a, &c->current));
    ald_node_set(a, o, "baseline", open_side_node(a, &c->baseline));
    ald_node_set(a, o, "p_value", number_or(a, c->open_then.has_p, c->open_then.p_value, c->open_then.p_absent));
    ald_node_set(a, o, "open_for_at_least_s", ald_node_seconds(a, c->open_then.least_ms, "none of the period is open"));
    return o;
}

static struct ald_node *age_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_period *period)
{
    if (an->as_of < period->end)
        return ald_node_absent(a, "the period is still running: earlier ones are cut where it stands now");
    return ald_node_num(a, (double)(an->as_of - period->end) / 1000);
}

struct ald_node *ald_change_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                 const struct ald_changes *changes)
{
    const struct ald_change *c = &changes->change;
    const char *const *sentences = ald_change_sentences(a, an, f, changes);
    size_t n = ald_sentences_n(sentences);
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "clock", ald_node_str(a, ald_clock_name(ALD_CLOCK_RESOLVE)));
    ald_node_set(a, o, "age_s", age_node(a, an, &f->period));
    ald_node_set(a, o, "baseline", side_node(a, &c->baseline));
    ald_node_set(a, o, "part_baseline", ald_node_bool(a, c->part_baseline));
    ald_node_set(a, o, "current", side_node(a, &c->current));
    ald_node_set(a, o, "open_at_same_age", open_node(a, c));
    ald_node_set(a, o, "ratio", number_or(a, !c->absent, c->ratio, c->absent));
    ald_node_set(a, o, "ratio_ci", ald_interval_node(a, &c->ratio_ci, 1));
    ald_node_set(a, o, "p_value", number_or(a, c->has_p, c->p_value, c->p_absent));
    ald_node_set(a, o, "verdict", c->verdict ? ald_node_str(a, c->verdict) : ald_node_absent(a, c->p_absent));
    ald_node_set(a, o, "luck_interval_mean", ald_interval_node(a, &c->luck, 1));
    ald_node_set(a, o, "detectable_reduction", number_or(a, c->has_detectable, c->detectable_reduction, c->detectable_absent));
    ald_node_set(a, o, "incidents_needed_10pct", c->has_detectable ? ald_node_int(a, (int64_t)c->incidents_needed)
                                                                   : ald_node_absent(a, c->detectable_absent));
    ald_node_set(a, o, "adjusted_shift", shift_node(a, &c->shift));
    ald_node_set(a, o, "sentences", ald_strings_node(a, sentences, n));
    return o;
}

struct ald_node *ald_trend_node(struct ald_arena *a, const struct ald_changes *changes)
{
    static const char none[] = "no incident of the quarter has such a time on record at the same age";
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < changes->trend_n; i++) {
        const struct ald_trend_row *row = &changes->trend[i];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "label", ald_node_str(a, row->label));
        ald_node_set(a, o, "start", ald_node_time(a, row->start));
        ald_node_set(a, o, "n", ald_node_int(a, (int64_t)row->n));
        ald_node_set(a, o, "resolved", ald_node_int(a, (int64_t)row->resolved));
        ald_node_set(a, o, "open", ald_node_int(a, (int64_t)row->open));
        ald_node_set(a, o, "median_s", number_or(a, row->resolved > 0, row->median_ms / 1000, none));
        ald_node_set(a, o, "median_ci_s", ald_interval_node(a, &row->median_ci, 1000));
        ald_node_set(a, o, "mean_percentile", number_or(a, !row->shift.absent, row->shift.mean, row->shift.absent));
        ald_node_set(a, o, "ci", ald_interval_node(a, &row->shift.interval, 1));
        ald_node_set(a, o, "with_reading", ald_node_int(a, (int64_t)row->shift.n));
        ald_node_set(a, o, "own", ald_node_bool(a, row->own));
        ald_node_set(a, o, "part", ald_node_bool(a, row->part));
        ald_node_add(a, list, o);
    }
    return list;
}

struct ald_node *ald_concentration_node(struct ald_arena *a, const struct ald_changes *changes)
{
    const struct ald_concentration *c = &changes->concentration;
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)c->n));
    ald_node_set(a, o, "top1_share", number_or(a, !c->absent, c->top1_share, c->absent));
    ald_node_set(a, o, "top3_share", number_or(a, !c->absent, c->top3_share, c->absent));
    ald_node_set(a, o, "top10pct_share", number_or(a, !c->absent, c->top10pct_share, c->absent));
    ald_node_set(a, o, "mean_without_longest_s", number_or(a, !c->absent, c->mean_without_longest_ms / 1000, c->absent));
    struct ald_node *curve = ald_node_list(a);
    for (size_t i = 0; i < changes->curve_n; i++) {
        struct ald_node *point = ald_node_object(a);
        ald_node_set(a, point, "longest", ald_node_int(a, (int64_t)changes->curve[i].longest));
        ald_node_set(a, point, "share", ald_node_num(a, changes->curve[i].share));
        ald_node_add(a, curve, point);
    }
    ald_node_set(a, o, "curve", curve);
    return o;
}

struct ald_node *ald_severity_node(struct ald_arena *a, const struct ald_changes *changes)
{
    const struct ald_severity *s = &changes->severity;
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "spearman", number_or(a, !s->absent, s->spearman, s->absent));
    ald_node_set(a, o, "ci", ald_interval_node(a, &s->interval, 1));
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)s->n));
    ald_node_set(a, o, "verdict", s->verdict ? ald_node_str(a, s->verdict) : ald_node_absent(a, s->interval.absent));
    return o;
}
