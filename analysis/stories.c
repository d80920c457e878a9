/* Which incidents to tell (METHODS 8): who is eligible, fronts and score, and a choice that avoids telling the same twice. */
#include "alidade/stories.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/past.h"
#include "analysis/readings.h"
#include "analysis/shown.h"
#include "analysis/stories_priv.h"

#define FRONT_COST 0.15
#define FRONTS_MOST 7 /* 1 - 0.15*(front-1) is not above 0 from the eighth on */
#define SIMILAR_COST 0.5
#define NEAR 1e-12
enum { READ_SLOTS = 3 };

/* ---- Eligible ---- */

static bool tellable_class(const struct ald_incident *inc)
{
    return inc->cls == ALD_INCIDENT || inc->cls == ALD_NEAR_MISS;
}

/* Before the day that lies so many quarters (of three months) before as-of. */
static bool old_enough(const struct ald_analysis *a, const struct ald_incident *inc)
{
    struct ald_civil today = ald_zone_civil(a->zone, a->as_of);
    int64_t day = ald_days_from_civil(today.year, today.month, today.day);
    return inc->started_at < ald_zone_day_start(a->zone, ald_lookback_start_day(day, a->settings->story_minimum_age_quarters));
}

enum standing { ELIGIBLE, WRONG_CLASS, UNRESOLVED, TOO_YOUNG, TOLD, EXCLUDED };

static enum standing stands(const struct ald_analysis *a, const struct ald_story_view *view, size_t i)
{
    const struct ald_incident *inc = &a->incidents[i];
    if (!tellable_class(inc) || inc->started_at == ALD_TIME_NONE)
        return WRONG_CLASS;
    if (inc->state != ALD_STATE_RESOLVED || inc->impossible)
        return UNRESOLVED;
    if (!old_enough(a, inc))
        return TOO_YOUNG;
    if (view->lore && view->lore->of[i].told)
        return TOLD;
    return view->excluded && view->excluded[i] ? EXCLUDED : ELIGIBLE;
}

const char *ald_story_not_eligible(const struct ald_analysis *a, const struct ald_story_view *view, size_t incident,
                                   struct ald_arena *arena)
{
    const struct ald_incident *inc = &a->incidents[incident];
    switch (stands(a, view, incident)) {
    case ELIGIBLE:
        return NULL;
    case WRONG_CLASS:
        return ald_sprintf(arena, "its class is %s: stories are incidents and near misses", ald_class_name(inc->cls));
    case UNRESOLVED:
        return inc->state == ALD_OPEN ? "it is still open" : "its end is not recorded";
    case TOO_YOUNG:
        return ald_sprintf(arena,
                           "it is too young: it began in %s, and stories are at least %d quarters old "
                           "(stories.minimum_age)",
                           ald_quarter_label(arena, &a->calendar, inc->quarter),
                           a->settings->story_minimum_age_quarters);
    case TOLD:
        return "it has been told";
    case EXCLUDED:
        break;
    }
    return "people said that it is not to be told";
}

/* ---- Similarity ---- */

static bool share_service(const struct ald_incident *x, const struct ald_incident *y)
{
    for (size_t i = 0; i < x->services_n; i++)
        for (size_t k = 0; k < y->services_n; k++)
            if (x->services[i].name == y->services[k].name)
                return true;
    return false;
}

static double jaccard(const struct ald_story_view *view, size_t x, size_t y)
{
    const struct ald_story_pattern *of_x = NULL, *of_y = NULL;
    size_t n = view->patterns ? view->patterns(view->ctx, x, &of_x) : 0;
    size_t m = view->patterns ? view->patterns(view->ctx, y, &of_y) : 0, both = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            both += strcmp(of_x[i].id, of_y[k].id) == 0;
    return n + m ? (double)both / (double)(n + m - both) : 0;
}

double ald_story_similarity(const struct ald_analysis *a, const struct ald_story_view *view, size_t x, size_t y)
{
    const struct ald_incident *p = &a->incidents[x], *q = &a->incidents[y];
    double team = p->first_team != ALD_NOBODY && p->first_team == q->first_team;
    return ((double)share_service(p, q) + team + jaccard(view, x, y) + (double)(p->quarter == q->quarter)) / 4;
}

/* ---- Score and choice ---- */

static double score_of(const struct ald_story *story)
{
    double rest = 1;
    for (size_t k = 0; k < story->reasons_n; k++)
        rest *= 1 - story->reasons[k].strength / 2;
    double weight = story->front ? 1 - FRONT_COST * (double)(story->front - 1) : 0;
    return weight > 0 ? weight * (1 - rest) : 0;
}

struct pool {
    const struct ald_analysis *a;
    const struct ald_story_view *view;
    struct ald_story *stories;
    size_t n;
    double *similar; /* most to any that was chosen */
};

static int by_id(const struct pool *p, size_t x, size_t y)
{
    return strcmp(p->a->incidents[p->stories[x].incident].id, p->a->incidents[p->stories[y].incident].id);
}

/* The next one: the largest score less half its similarity to those chosen; ties end on id. SIZE_MAX: none is left. */
static size_t next_of(const struct pool *p)
{
    size_t best = SIZE_MAX;
    double most = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->stories[i].rank || p->stories[i].score <= 0)
            continue;
        double value = p->stories[i].score - SIMILAR_COST * p->similar[i];
        if (best == SIZE_MAX || value > most + NEAR || (value >= most - NEAR && by_id(p, i, best) < 0)) {
            best = i;
            most = value;
        }
    }
    return best;
}

static void choose(struct pool *p, size_t slots, size_t wanted, struct ald_arena *arena, struct ald_story_choice *ret)
{
    ret->stories = ald_calloc(arena, wanted, sizeof *ret->stories);
    ret->slots = slots;
    for (size_t i = 0; i < p->n; i++)
        p->stories[i].score = score_of(&p->stories[i]);
    while (ret->n < wanted) {
        size_t chosen = next_of(p);
        if (chosen == SIZE_MAX)
            return;
        p->stories[chosen].rank = ret->n + 1;
        p->stories[chosen].reserve = ret->n >= slots;
        ret->stories[ret->n++] = p->stories[chosen];
        for (size_t i = 0; i < p->n; i++) {
            if (p->stories[i].rank || p->stories[i].score <= 0)
                continue;
            double s = ald_story_similarity(p->a, p->view, p->stories[i].incident, p->stories[chosen].incident);
            p->similar[i] = s > p->similar[i] ? s : p->similar[i];
        }
    }
}

/* Measures the listed incidents, sorts them into fronts and chooses. sweep: the list goes through all of history; of its quarters only
 * corners are looked for, and their readings are let go when they are left, unless they had been made before. */
static void from(const struct ald_analysis *a, const struct ald_story_view *view, const uint32_t *list, size_t n,
                 size_t slots, size_t wanted, bool sweep, struct ald_arena *arena, struct ald_story_choice *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new(), *fresh = ald_arena_new();
    struct ald_sifting s = {.most = FRONTS_MOST, .arena = scratch, .fresh = fresh};
    size_t made = ald_measures_made(a);
    ret->eligible = n;
    for (size_t i = 0; i < n; i++) {
        struct ald_story story;
        if (sweep && i > 0 && a->incidents[list[i]].quarter != a->incidents[list[i - 1]].quarter)
            ald_measures_drop_after(a, made);
        if (sweep && ald_is_read(&a->incidents[list[i]]) && !a->readings->of[list[i]])
            ald_readings_make_corners(a, list[i]);
        ald_story_weigh(a, view, list[i], fresh, &story);
        if (!story.reasons_n) /* is never chosen, and puts no other into a later front */
            continue;
        ret->with_reason++;
        ald_story_sift(&s, &story);
    }
    ald_story_settle(&s);
    struct pool p = {.a = a, .view = view, .stories = s.stories, .n = s.n, .similar = ald_calloc(scratch, s.n, sizeof *p.similar)};
    choose(&p, slots, wanted, arena, ret);
    for (size_t i = 0; i < ret->n; i++)
        ald_story_evidence(a, arena, &ret->stories[i]);
    if (sweep)
        ald_measures_drop_after(a, made);
}

void ald_stories_choose(const struct ald_analysis *a, const struct ald_story_view *view, struct ald_arena *arena,
                        struct ald_story_choice *ret)
{
    *ret = (struct ald_story_choice){.stories = NULL};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint32_t *list = ald_calloc(scratch, a->incidents_n, sizeof *list);
    size_t n = 0, slots = (size_t)a->settings->story_slots, ignored = 0;
    size_t *const counts[] = {[ELIGIBLE] = &n,
                              [WRONG_CLASS] = &ignored,
                              [UNRESOLVED] = &ret->unresolved,
                              [TOO_YOUNG] = &ret->too_young,
                              [TOLD] = &ret->told,
                              [EXCLUDED] = &ret->excluded};
    for (size_t i = 0; i < a->incidents_n; i++) {
        enum standing standing = stands(a, view, i);
        if (standing == ELIGIBLE)
            list[n] = (uint32_t)i;
        ++*counts[standing];
    }
    ald_memory_trim(); /* what figures needed while they were made */
    from(a, view, list, n, slots, 2 * slots, true, arena, ret);
}

void ald_read_in_full(const struct ald_analysis *a, const struct ald_figures *figures, const struct ald_story_view *view,
                      struct ald_arena *arena, struct ald_story_choice *ret)
{
    *ret = (struct ald_story_choice){.stories = NULL};
    uint32_t *list = ald_calloc(arena, figures->incidents_n, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < figures->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[figures->incidents[i]];
        bool excluded = view->excluded && view->excluded[figures->incidents[i]];
        if (inc->state == ALD_STATE_RESOLVED && !inc->impossible && !excluded)
            list[n++] = figures->incidents[i];
    }
    from(a, view, list, n, READ_SLOTS, READ_SLOTS, false, arena, ret);
}

/* ---- Who could tell it ---- */

void ald_story_tellability(const struct ald_analysis *a, const struct ald_lore *lore, size_t incident,
                           struct ald_arena *arena, struct ald_tellability *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_incident *inc = &a->incidents[incident];
    bool *here = ald_calloc(scratch, a->teams_n, 1), *lately = ald_calloc(scratch, a->teams_n, 1);
    uint32_t *teams = ald_calloc(arena, inc->teams_n, sizeof *teams);
    *ret = (struct ald_tellability){.teams = teams, .teams_engaged = inc->teams_n};
    for (size_t k = 0; k < inc->teams_n; k++)
        here[ald_incident_teams(inc)[k].name] = true;
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t k = 0; k < a->incidents[i].teams_n; k++) {
            const struct ald_named *team = &ald_incident_teams(&a->incidents[i])[k];
            int64_t at = team->at == ALD_TIME_NONE ? a->incidents[i].started_at : team->at;
            if (at != ALD_TIME_NONE && at >= a->as_of - ALD_HISTORY_WINDOW_MS && at <= a->as_of)
                lately[team->name] = true;
        }
    for (size_t t = 0; t < a->teams_n; t++) /* teams are numbered by name */
        if (here[t] && lately[t])
            teams[ret->teams_n++] = (uint32_t)t;
    if (lore) {
        ret->write_up = lore->of[incident].write_up;
        ret->review_held = lore->of[incident].reviews_held > 0;
    }
}
