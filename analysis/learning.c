/* Learning of a period (METHODS 9): how many incidents were reviewed, how soon, who came, what people said they learned, what
 * became of actions. Counts only: nobody is named. */
#include "alidade/learning.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/stats.h"
#include "analysis/shown.h"

#define WORTH_COMPLEXITY 0.8
#define NEAR 1e-9

struct gather {
    const struct ald_analysis *a;
    const struct ald_lore *lore;
    struct ald_arena *arena, *scratch;
    bool *own; /* by incident: of the period */
    double *days, *ages;
    size_t ages_n;
    struct ald_learning *ret;
};

static bool over(const struct ald_incident *inc)
{
    return inc->state != ALD_OPEN;
}

/* What the period's learning is about: its incidents and near misses. */
static void choose(struct gather *g, const struct ald_figures *f)
{
    g->own = ald_calloc(g->scratch, g->a->incidents_n, sizeof *g->own);
    for (size_t i = 0; i < g->a->incidents_n; i++) {
        const struct ald_incident *inc = &g->a->incidents[i];
        if ((inc->cls != ALD_INCIDENT && inc->cls != ALD_NEAR_MISS) || inc->started_at == ALD_TIME_NONE ||
            inc->started_at < f->period.start || inc->started_at >= f->period.end || inc->started_at > g->a->as_of)
            continue;
        g->own[i] = true;
        g->ret->incidents += over(inc);
    }
}

/* ---- Reviews ---- */

static int64_t end_of(const struct ald_incident *inc)
{
    return inc->spans_n ? inc->spans[inc->spans_n - 1].end : ALD_TIME_NONE;
}

static void review_incident(struct gather *g, size_t i, const struct ald_review *reviews, size_t n)
{
    int64_t end = end_of(&g->a->incidents[i]), first = ALD_TIME_NONE;
    for (size_t k = 0; k < n; k++) {
        const struct ald_review *review = &reviews[k];
        if (review->held_at != ALD_TIME_NONE && first == ALD_TIME_NONE && (end == ALD_TIME_NONE || review->held_at >= end))
            first = review->held_at;
        if (review->readers >= 0) {
            g->ret->readers_n++;
            g->ret->readers += review->readers;
        }
        if (review->facilitator_involved >= 0) {
            g->ret->facilitator_known++;
            g->ret->facilitated_by_involved += review->facilitator_involved == 1;
        }
    }
    g->ret->reviewed++;
    g->ret->held += g->lore->of[i].reviews_held > 0;
    g->ret->reviews_without_actions += g->lore->of[i].actions == 0;
    if (first != ALD_TIME_NONE && end != ALD_TIME_NONE)
        g->days[g->ret->days_n++] = (double)(first - end) / (double)ALD_DAY_MS;
}

static void reviews(struct gather *g)
{
    const struct ald_lore *lore = g->lore;
    g->days = ald_calloc(g->scratch, lore->reviews_n, sizeof *g->days);
    for (size_t from = 0, to; from < lore->reviews_n; from = to) {
        size_t i = lore->reviews[from].incident;
        for (to = from; to < lore->reviews_n && lore->reviews[to].incident == i; to++)
            continue;
        if (g->own[i] && over(&g->a->incidents[i]))
            review_incident(g, i, lore->reviews + from, to - from);
    }
    ald_sort_doubles(g->days, g->ret->days_n);
    if (g->ret->days_n)
        g->ret->days_median = ald_quantile7(g->days, g->ret->days_n, 0.5);
}

/* ---- Who came ---- */

static bool acted(const struct ald_analysis *a, const struct ald_incident *inc, const char *team)
{
    for (size_t i = 0; i < inc->teams_n; i++)
        if (strcmp(a->teams[ald_incident_teams(inc)[i].name], team) == 0)
            return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void attendance(struct gather *g)
{
    const char **teams = ald_calloc(g->scratch, g->lore->attendance_n, sizeof *teams);
    size_t n = 0;
    for (size_t k = 0; k < g->lore->attendance_n; k++) {
        const struct ald_attendance *row = &g->lore->attendance[k];
        if (!g->own[row->incident])
            continue;
        g->ret->required += row->required == 1;
        g->ret->voluntary += row->required == 0;
        g->ret->attendance_unknown += row->required < 0;
        if (row->team && !acted(g->a, &g->a->incidents[row->incident], row->team))
            teams[n++] = row->team;
    }
    if (n)
        qsort(teams, n, sizeof *teams, by_text);
    for (size_t k = 0; k < n; k++)
        g->ret->teams_not_involved += k == 0 || strcmp(teams[k], teams[k - 1]) != 0;
}

/* ---- What was said, what was to be done ---- */

static void lessons(struct gather *g)
{
    uint32_t *list = ald_calloc(g->arena, g->lore->lessons_n, sizeof *list);
    for (size_t k = 0; k < g->lore->lessons_n; k++)
        if (g->own[g->lore->lessons[k].incident])
            list[g->ret->lessons_n++] = (uint32_t)k;
    g->ret->lessons = list;
}

static void take_actions(struct gather *g, uint32_t *list, bool open)
{
    for (size_t k = 0; k < g->lore->actions_n; k++) {
        const struct ald_action *action = &g->lore->actions[k];
        if (!g->own[action->incident] || (action->closed_at == ALD_TIME_NONE) != open)
            continue;
        list[g->ret->actions_n++] = (uint32_t)k;
        g->ret->actions_open += open;
        g->ret->actions_closed += !open;
        g->ret->actions_late += open && action->due_at != ALD_TIME_NONE && action->due_at < g->a->as_of;
        if (open && action->opened_at != ALD_TIME_NONE)
            g->ages[g->ages_n++] = (double)(g->a->as_of - action->opened_at);
    }
}

static void actions(struct gather *g)
{
    uint32_t *list = ald_calloc(g->arena, g->lore->actions_n, sizeof *list);
    g->ages = ald_calloc(g->scratch, g->lore->actions_n, sizeof *g->ages);
    take_actions(g, list, true);
    take_actions(g, list, false);
    g->ret->actions = list;
    g->ret->open_dated = g->ages_n;
    ald_sort_doubles(g->ages, g->ages_n);
    if (g->ages_n)
        g->ret->open_age_median_ms = ald_quantile7(g->ages, g->ages_n, 0.5);
}

/* Texts of the period, whatever the age of what they name. */
static void citations(struct gather *g, const struct ald_figures *f)
{
    uint32_t last = ALD_NOBODY;
    for (size_t k = 0; k < g->lore->citations_n; k++) {
        const struct ald_citation *c = &g->lore->citations[k];
        if (c->at == ALD_TIME_NONE || c->at < f->period.start || c->at >= f->period.end)
            continue;
        g->ret->citations++;
        g->ret->cited += c->incident != last;
        last = c->incident;
    }
}

/* Of the reading shown; NULL: no reading, or no position there. */
static const struct ald_axis_position *complexity_of(const struct ald_analysis *a, size_t i)
{
    const struct ald_reading *shown = ald_reading_shown(a, i);
    return shown && shown->axis[ALD_COMPLEXITY].has ? &shown->axis[ALD_COMPLEXITY] : NULL;
}

static int most_complex_first(const void *left, const void *right, void *ctx)
{
    const struct gather *g = ctx;
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct ald_axis_position *x = complexity_of(g->a, a), *y = complexity_of(g->a, b);
    const double p = x ? x->position : -1, q = y ? y->position : -1;
    return p > q ? -1 : p < q ? 1 : a < b ? -1 : a > b;
}

static void worth(struct gather *g, ald_has_pattern *has_pattern, const void *ctx)
{
    uint32_t *list = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < g->a->incidents_n; i++) {
        if (!g->own[i] || !over(&g->a->incidents[i]) || g->lore->of[i].reviews)
            continue;
        const struct ald_axis_position *complexity = complexity_of(g->a, i);
        bool complex = complexity && complexity->position >= WORTH_COMPLEXITY - NEAR;
        if (!complex && !(has_pattern && has_pattern(ctx, i)))
            continue;
        g->ret->worth_complex += complex;
        g->ret->worth_by_start += complex && ald_measure_at(g->a, i)->shown == ALD_START_READING;
        list = ald_grow(g->arena, list, g->ret->worth_n, &cap, sizeof *list);
        list[g->ret->worth_n++] = (uint32_t)i;
    }
    if (list)
        qsort_r(list, g->ret->worth_n, sizeof *list, most_complex_first, g);
    g->ret->worth = list;
}

void ald_learning_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct ald_lore *lore,
                       ald_has_pattern *has_pattern, const void *ctx, struct ald_arena *arena, struct ald_learning *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    *ret = (struct ald_learning){.incidents = 0};
    struct gather g = {.a = analysis, .lore = lore, .arena = arena, .scratch = scratch, .ret = ret};
    choose(&g, figures);
    reviews(&g);
    attendance(&g);
    lessons(&g);
    actions(&g);
    citations(&g, figures);
    worth(&g, has_pattern, ctx);
    if (!lore->any_reviews)
        ret->absent = "no review was ever recorded: see 'alidade review add --help'";
}
