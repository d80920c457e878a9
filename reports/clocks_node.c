/* Clocks, counts, population and readings of a period as nodes. */
#include "figures_node.h"

#include <math.h>
#include <stdlib.h>

#include "nodes.h"
#include "words.h"

struct ald_node *ald_interval_node(struct ald_arena *a, const struct ald_interval *ci, double unit)
{
    if (!ci->has)
        return ald_node_absent(a, ci->absent ? ci->absent : "too few incidents for an interval");
    struct ald_node *pair = ald_node_list(a);
    ald_node_add(a, pair, ald_node_num(a, ci->low / unit));
    ald_node_add(a, pair, ald_node_num(a, ci->high / unit));
    return pair;
}

static struct ald_node *seconds(struct ald_arena *a, bool has, double ms, const char *reason)
{
    return has ? ald_node_num(a, ms / 1000) : ald_node_absent(a, reason);
}

static struct ald_node *clock_node(struct ald_arena *a, const struct ald_clock_summary *c, bool full)
{
    static const char none[] = "no incident of the period records both of its moments";
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)c->n));
    if (full)
        ald_node_set(a, o, "open", ald_node_int(a, (int64_t)c->open));
    ald_node_set(a, o, "median_s", seconds(a, c->has_median, c->median_ms, none));
    ald_node_set(a, o, "median_ci_s", ald_interval_node(a, &c->median_ci, 1000));
    if (full) {
        ald_node_set(a, o, "geometric_mean_s", seconds(a, c->has_geometric, c->geometric_mean_ms, none));
        ald_node_set(a, o, "geometric_mean_ci_s", ald_interval_node(a, &c->geometric_ci, 1000));
    }
    ald_node_set(a, o, "p90_s", seconds(a, c->has_p90, c->p90_ms, none));
    ald_node_set(a, o, "p90_ci_s", ald_interval_node(a, &c->p90_ci, 1000));
    if (full) {
        ald_node_set(a, o, "mean_s", seconds(a, c->has_mean, c->mean_ms, none));
        ald_node_set(a, o, "mean_ci_s", ald_interval_node(a, &c->mean_ci, 1000));
        ald_node_set(a, o, "km_median_s", seconds(a, c->has_km, c->km_median_ms, c->n + c->open ? "more than half are still open" : none));
        ald_node_set(a, o, "weeks", ald_node_int(a, (int64_t)c->weeks));
    }
    return o;
}

struct ald_node *ald_clocks_node(struct ald_arena *a, const struct ald_figures *f)
{
    struct ald_node *o = ald_node_object(a);
    for (int i = 0; i < ALD_CLOCK_N; i++)
        ald_node_set(a, o, ald_clock_name(i), clock_node(a, &f->clocks[i], i == ALD_CLOCK_RESOLVE));
    return o;
}

/* "3 still open, 1 closed without a time of resolution": which incidents have no time to resolve, and why; NULL: all have one. */
static const char *in_no_time(struct ald_arena *a, const struct ald_population *p)
{
    const struct {
        size_t n;
        const char *what;
    } rows[] = {{p->open, "still open"},
                {p->end_not_recorded, "closed without a time of resolution"},
                {p->impossible, "with an end before the start or in the future"},
                {p->zero_length, "with start and end the same"}};
    const char *why = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].n)
            why = ald_sprintf(a, "%s%s%s %s", why ? why : "", why ? ", " : "", ald_words_count(a, (int64_t)rows[i].n), rows[i].what);
    return why;
}

struct ald_node *ald_population_node(struct ald_arena *a, const struct ald_figures *f)
{
    const struct ald_population *p = &f->population;
    const struct {
        const char *key;
        size_t n;
    } rows[] = {{"records", p->records},       {"incidents", p->incidents},   {"noise", p->noise},
                {"exercises", p->exercises},   {"planned", p->planned},       {"near_misses", p->near_misses},
                {"merged", p->merged},         {"open", p->open},             {"end_not_recorded", p->end_not_recorded},
                {"carried_over", p->carried_over}, {"impossible", p->impossible}, {"zero_length", p->zero_length},
                {"entered_after_the_fact", p->entered_after}, {"ends_differ", p->ends_differ}, {"vendor", p->vendor}, {"quarantined", p->quarantined}};
    struct ald_node *o = ald_node_object(a);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ald_node_set(a, o, rows[i].key, ald_node_int(a, (int64_t)rows[i].n));
    const char *why = in_no_time(a, p);
    ald_node_set(a, o, "in_no_time", why ? ald_node_str(a, why) : ald_node_absent(a, NULL));
    return o;
}

static struct ald_node *slice_node(struct ald_arena *a, const char *label, size_t n)
{
    struct ald_node *slice = ald_node_object(a);
    ald_node_set(a, slice, "label", ald_node_str(a, label));
    ald_node_set(a, slice, "n", ald_node_int(a, (int64_t)n));
    return slice;
}

struct ald_node *ald_counts_node(struct ald_arena *a, const struct ald_figures *f)
{
    const struct ald_counts *c = &f->counts;
    const char *few = c->untold_from == ALD_TIME_NONE ? "fewer than 4 earlier periods of this length begin after the first record"
                                                      : "fewer than 4 earlier periods of this length begin after the sources that tell of this one";
    struct ald_node *o = ald_node_object(a);
    struct ald_node *past = ald_node_list(a);
    struct ald_node *periods = ald_node_list(a); /* oldest first, with this one: as a chart has them */
    for (size_t i = 0; i < c->past_n; i++) {
        ald_node_add(a, past, slice_node(a, c->past[i].label, c->past[i].n));
        ald_node_add(a, periods, slice_node(a, c->past[c->past_n - 1 - i].label, c->past[c->past_n - 1 - i].n));
    }
    ald_node_add(a, periods, slice_node(a, f->period.label, c->current));
    ald_node_set(a, o, "current", ald_node_int(a, (int64_t)c->current));
    ald_node_set(a, o, "past", past);
    ald_node_set(a, o, "periods", periods);
    ald_node_set(a, o, "lower", c->has_band ? ald_node_num(a, c->lower) : ald_node_absent(a, few));
    ald_node_set(a, o, "upper", c->has_band ? ald_node_num(a, c->upper) : ald_node_absent(a, few));
    ald_node_set(a, o, "verdict", ald_node_str(a, c->verdict));
    ald_node_set(a, o, "beyond_all", c->has_band ? ald_node_bool(a, ald_counts_beyond_all(c) != 0) : ald_node_absent(a, few));
    ald_node_set(a, o, "past_n", ald_node_int(a, (int64_t)c->past_n));
    return o;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

/* Incidents of the period that have a position on both axes of the reading shown; how many of them share the commonest blast
 * radius. */
static size_t on_both_axes(const struct ald_analysis *an, const struct ald_figures *f, size_t *ret_same)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    double *wide = ald_calloc(scratch, f->incidents_n, sizeof *wide);
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_measure *m = ald_measure_at(an, f->incidents[i]);
        if (m->shown < 0)
            continue;
        const struct ald_reading *r = &m->reading[m->shown];
        if (r->axis[ALD_COMPLEXITY].has && r->axis[ALD_BLAST_RADIUS].has)
            wide[n++] = r->axis[ALD_BLAST_RADIUS].position;
    }
    if (n)
        qsort(wide, n, sizeof *wide, by_value);
    *ret_same = 0;
    for (size_t i = 0, run = 0; i < n; i++) {
        run = i && wide[i] - wide[i - 1] < 0.01 ? run + 1 : 1;
        *ret_same = run > *ret_same ? run : *ret_same;
    }
    return n;
}

/* Of earlier incidents, at the same age. */
static struct ald_node *usual_node(struct ald_arena *a, const struct ald_usual *usual)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "n", ald_node_int(a, (int64_t)usual->n));
    ald_node_set(a, o, "shorter", ald_node_int(a, (int64_t)usual->shorter));
    ald_node_set(a, o, "typical", ald_node_int(a, (int64_t)usual->typical));
    ald_node_set(a, o, "longer", ald_node_int(a, (int64_t)usual->longer));
    ald_node_set(a, o, "open_longer", ald_node_int(a, (int64_t)usual->open_longer));
    return o;
}

struct ald_node *ald_reading_counts_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                         const struct ald_usual *usual)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "shorter", ald_node_int(a, (int64_t)f->shorter));
    ald_node_set(a, o, "typical", ald_node_int(a, (int64_t)f->typical));
    ald_node_set(a, o, "longer", ald_node_int(a, (int64_t)f->longer));
    ald_node_set(a, o, "open", ald_node_int(a, (int64_t)f->still_open));
    ald_node_set(a, o, "open_longer", ald_node_int(a, (int64_t)f->open_longer));
    ald_node_set(a, o, "none", ald_node_int(a, (int64_t)f->without_reading));
    ald_node_set(a, o, "usual", usual_node(a, usual));
    size_t same = 0;
    ald_node_set(a, o, "on_both_axes", ald_node_int(a, (int64_t)on_both_axes(an, f, &same)));
    ald_node_set(a, o, "same_blast_radius", ald_node_int(a, (int64_t)same));
    ald_node_set(a, o, "over_before_landmark", ald_node_int(a, (int64_t)f->over_before_landmark));
    ald_node_set(a, o, "landmark_known", ald_node_int(a, (int64_t)f->landmark_known));
    ald_node_set(a, o, "first_quartile_s",
                 isfinite(f->first_quartile_ms) ? ald_node_num(a, f->first_quartile_ms / 1000) : ald_node_absent(a, "no resolve clock"));
    return o;
}
