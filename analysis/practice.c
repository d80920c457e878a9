/* Practice (METHODS 9): whether incidents of one kind on one service get shorter among comparable ones as people meet them
 * again. Knows patterns by their ids alone. */
#include <stdlib.h>
#include <string.h>

#include "alidade/stats.h"
#include "alidade/stories.h"
#include "analysis/percentile.h"
#include "analysis/readings.h"
#include "analysis/summaries.h"

#define FALSE_FLAGS 0.1 /* as in groups */
enum { LEAST = 20 };

/* One incident under a service that it names at its start and a pattern that was seen in it. */
struct met {
    uint32_t service;
    const char *pattern, *title;
    size_t order; /* by start */
    double percentile;
};

static int by_pair(const void *a, const void *b)
{
    const struct met *x = a, *y = b;
    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    int c = strcmp(x->pattern, y->pattern);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int by_order(const void *a, const void *b)
{
    const struct met *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static bool same_pair(const struct met *x, const struct met *y)
{
    return x->service == y->service && strcmp(x->pattern, y->pattern) == 0;
}

/* All that were met, by start. */
static size_t meet(const struct ald_analysis *a, const struct ald_figures *f, const struct ald_story_view *view,
                   struct ald_arena *scratch, struct met **ret)
{
    int64_t oldest =
        ald_zone_day_start(a->zone, ald_lookback_start_day(f->period.start_day, a->settings->lookback_quarters));
    size_t first, last, n = 0, cap = 0;
    struct met *list = NULL;
    ald_started_between(a, oldest, f->period.end, &first, &last);
    for (size_t i = first; i < last && view->patterns; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        const struct ald_story_pattern *patterns = NULL;
        size_t patterns_n = inc->cls == ALD_INCIDENT ? view->patterns(view->ctx, i, &patterns) : 0;
        for (size_t s = 0; s < inc->services_n && inc->services[s].at_start; s++)
            for (size_t k = 0; k < patterns_n; k++) {
                list = ald_grow(scratch, list, n, &cap, sizeof *list);
                list[n++] = (struct met){inc->services[s].name, patterns[k].id, patterns[k].title, i, 0};
            }
    }
    *ret = list;
    return n;
}

/* Sorts by pair; leaves out pairs that were met too seldom to say anything of. @return how many are left. */
static size_t keep_frequent(struct met *list, size_t n)
{
    size_t kept = 0;
    qsort(list, n, sizeof *list, by_pair);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && same_pair(&list[to], &list[from]); to++)
            continue;
        for (size_t i = from; i < to && to - from >= LEAST; i++)
            list[kept++] = list[i];
    }
    return kept;
}

/* Of one quarter; what had to be read for it is gone afterwards. @return how many have a percentile. */
static size_t read_quarter(const struct ald_analysis *a, const struct met *list, size_t n, struct met *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t first = list[0].order, last = list[n - 1].order + 1, made = ald_measures_made(a), read = 0;
    bool *wanted = ald_calloc(scratch, last - first, sizeof *wanted);
    for (size_t i = 0; i < n; i++)
        wanted[list[i].order - first] = true;
    ald_readings_make_some(a, first, last, wanted);
    for (size_t i = 0; i < n; i++) {
        struct met met = list[i];
        if (ald_percentile_of(a, met.order, &met.percentile))
            ret[read++] = met;
    }
    ald_measures_drop_after(a, made);
    return read;
}

/* Looks them up quarter by quarter; those without a percentile go. @return how many are left, by pair. */
static size_t read_all(const struct ald_analysis *a, struct met *list, size_t n)
{
    size_t kept = 0;
    qsort(list, n, sizeof *list, by_order);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && a->incidents[list[to].order].quarter == a->incidents[list[from].order].quarter;)
            to++;
        kept += read_quarter(a, list + from, to - from, list + kept);
    }
    qsort(list, kept, sizeof *list, by_pair);
    return kept;
}

/* p: two-sided, from Student's t. */
static bool measure(const struct met *list, size_t n, struct ald_arena *scratch, struct ald_practice *ret)
{
    double *order = ald_calloc(scratch, n, sizeof *order), *percentile = ald_calloc(scratch, n, sizeof *percentile), rho;
    for (size_t i = 0; i < n; i++) {
        order[i] = (double)i;
        percentile[i] = list[i].percentile;
    }
    if (!ald_spearman(order, percentile, n, &rho))
        return false;
    *ret = (struct ald_practice){
        .service = list->service, .pattern = list->pattern, .title = list->title, .n = n, .spearman = rho};
    double df = (double)n - 2, rest = 1 - rho * rho;
    ret->p_value = rest <= 0 ? 0 : ald_beta_inc(df / 2, 0.5, df / (df + rho * rho * df / rest));
    ret->interval.has = ald_spearman_interval(rho, n, &ret->interval.low, &ret->interval.high);
    ret->interval.absent = "a perfect order";
    return true;
}

static void judge(struct ald_practice *rows, size_t n, struct ald_arena *scratch)
{
    double *p = ald_calloc(scratch, n, sizeof *p), *adjusted = ald_calloc(scratch, n, sizeof *adjusted);
    for (size_t i = 0; i < n; i++)
        p[i] = rows[i].p_value;
    ald_benjamini_hochberg(p, n, adjusted);
    for (size_t i = 0; i < n; i++) {
        rows[i].adjusted = adjusted[i];
        rows[i].verdict = adjusted[i] >= FALSE_FLAGS  ? "not told apart from chance"
                          : rows[i].spearman < 0 ? "later ones were over sooner: ask what was learned"
                                                 : "later ones took longer: ask what made them harder";
    }
}

size_t ald_practice_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                         const struct ald_story_view *view, struct ald_arena *arena, struct ald_practice **ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct met *list;
    size_t met = meet(analysis, figures, view, scratch, &list), n = 0, cap = 0;
    *ret = NULL;
    if (!met)
        return 0;
    size_t all = read_all(analysis, list, keep_frequent(list, met));
    struct ald_practice *rows = NULL;
    for (size_t from = 0, to; from < all; from = to) {
        for (to = from; to < all && same_pair(&list[to], &list[from]); to++)
            continue;
        rows = ald_grow(arena, rows, n, &cap, sizeof *rows);
        if (to - from >= LEAST && measure(list + from, to - from, scratch, &rows[n]))
            n++;
    }
    judge(rows, n, scratch);
    *ret = rows;
    return n;
}
