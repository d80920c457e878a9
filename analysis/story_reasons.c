/* Reasons for telling an incident (METHODS 8), one row each: what makes it, how strong it is, and its evidence. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/past.h"
#include "analysis/shown.h"
#include "analysis/stories_priv.h"

#define SUGGESTED 0.6
#define UNSEEN 0.6 /* a corner of a start reading, which knows nothing of the people and teams that came */
#define SIMPLE 0.5 /* what recurs is simple when it is no more complex than half of the others; how trivial its trigger was, no record tells */

struct asked {
    const struct ald_analysis *a;
    const struct ald_story_view *view;
    size_t i;
    struct ald_arena *arena;
};
/** What one reason found: its strength (0: no reason) and its evidence, or the signal whose it is. */
struct found {
    double strength;
    const char *evidence;
    const struct ald_signal *signal; /* NULL: none */
    const char *text;                /* static: what this value says, where the row's words do not hold for all; else NULL */
};

static const struct ald_incident *inc_of(const struct asked *q)
{
    return &q->a->incidents[q->i];
}

static struct found pattern(const struct asked *q, const char *id)
{
    const struct ald_story_pattern *list = NULL;
    size_t n = q->view->patterns ? q->view->patterns(q->view->ctx, q->i, &list) : 0;
    for (size_t k = 0; k < n; k++)
        if (strcmp(list[k].id, id) == 0)
            return (struct found){.strength = list[k].confirmed ? 1 : SUGGESTED, .evidence = list[k].quote};
    return (struct found){.strength = 0};
}

static double above(double position)
{
    double x = (position - 0.7) / 0.3;
    return x > 0 ? x : 0;
}

static struct found position(const struct asked *q, size_t signal)
{
    double x;
    if (!ald_shown_position(q->a, q->i, signal, &x))
        x = ald_position_among_few(q->a, q->i, signal); /* a start reading has none of what gathers while it lasts */
    if (isnan(x) || above(x) <= 0)
        return (struct found){.strength = 0};
    return (struct found){.strength = above(x), .signal = ald_signal_at(signal)};
}

static struct found stronger(struct found x, struct found y)
{
    return y.strength > x.strength ? y : x;
}

static struct found counted(const struct asked *q, size_t c, const char *one, const char *more)
{
    if (c == 0)
        return (struct found){.strength = 0};
    return (struct found){.strength = (double)c / ((double)c + 3), .evidence = ald_sprintf(q->arena, "%zu %s", c, c == 1 ? one : more)};
}

/* ---- One function a reason, in the order of METHODS ---- */

static struct found corner(const struct asked *q, enum ald_corner wanted, const char *by_start)
{
    const struct ald_measure *measure = ald_measure_at(q->a, q->i);
    bool start = measure->shown == ALD_START_READING;
    return (struct found){.strength = measure->corner != wanted ? 0 : start ? UNSEEN : 1, .text = start ? by_start : NULL};
}

static struct found complex_short(const struct asked *q)
{
    return corner(q, ALD_CORNER_COMPLEX_SHORT, "complex by its start, and yet over soon");
}

static struct found simple_long(const struct asked *q)
{
    return corner(q, ALD_CORNER_SIMPLE_LONG, "simple by its start, and yet it dragged on");
}

static struct found backfired(const struct asked *q)
{
    return pattern(q, "mitigation_backfired");
}

static struct found reliability(const struct asked *q)
{
    return pattern(q, "reliability_subsystem");
}

static struct found saturation(const struct asked *q)
{
    return pattern(q, "saturation");
}

static struct found storm(const struct asked *q)
{
    const struct ald_story_pattern *list = NULL;
    size_t n = q->view->patterns ? q->view->patterns(q->view->ctx, q->i, &list) : 0;
    if (n < 2)
        return (struct found){.strength = 0};
    const char *names = list[0].title;
    for (size_t k = 1; k < n; k++)
        names = ald_sprintf(q->arena, "%s, %s", names, list[k].title);
    return (struct found){.strength = (double)n / ((double)n + 3), .evidence = names};
}

/* Rare for this organisation need not be new: most of what happens elsewhere may come even more often. */
static struct found novelty(const struct asked *q)
{
    struct found found = position(q, ALD_SIGNAL_novelty);
    const struct ald_obs *obs = ald_obs_at(q->a, q->i, ALD_SIGNAL_novelty);
    if (obs->has_total && obs->total < 1)
        found.text = "seen less often than most";
    return found;
}

static struct found unfamiliar(const struct asked *q)
{
    return position(q, ALD_SIGNAL_unfamiliar_responders);
}

/* Many teams, and far apart: the weaker of the two decides. Where most incidents have one team, two stand high; they are not many. */
static struct found far_apart(const struct asked *q)
{
    const struct ald_obs *teams = ald_obs_at(q->a, q->i, ALD_SIGNAL_teams_engaged);
    if (!teams->has_total || teams->total < ALD_STORY_MANY_TEAMS)
        return (struct found){.strength = 0};
    struct found many = position(q, ALD_SIGNAL_teams_engaged), far = position(q, ALD_SIGNAL_org_distance);
    return many.strength < far.strength ? (struct found){.strength = many.strength, .signal = far.signal} : far;
}

static struct found vendor(const struct asked *q)
{
    return stronger(pattern(q, "external_party"), position(q, ALD_SIGNAL_external_party));
}

static struct found latent(const struct asked *q)
{
    return pattern(q, "latent");
}

static struct found near_miss(const struct asked *q)
{
    if (inc_of(q)->cls == ALD_NEAR_MISS)
        return (struct found){.strength = 1, .evidence = inc_of(q)->class_why};
    return pattern(q, "near_miss");
}

static struct found volunteers(const struct asked *q)
{
    size_t c = q->view->lore ? q->view->lore->of[q->i].voluntary : 0;
    struct found found = counted(q, c, "", "people");
    if (c > 0 && c < ALD_PEOPLE_LEAST)
        found.evidence = "fewer than five people";
    return found;
}

static struct found cited(const struct asked *q)
{
    return counted(q, q->view->lore ? q->view->lore->of[q->i].citations : 0, "later text", "later texts");
}

/* Earlier incidents with this title on one of its services, within the lookback. */
static size_t recurrences(const struct asked *q)
{
    const struct ald_past *past = q->a->past;
    const struct ald_incident *inc = inc_of(q);
    uint32_t title = past ? past->titles[q->i] : ALD_NOBODY;
    int64_t from = ald_quarter_start(&q->a->calendar, inc->quarter - q->a->settings->lookback_quarters);
    size_t most = 0;
    for (size_t s = 0; s < inc->services_n && title != ALD_NOBODY; s++) {
        size_t n = ald_past_titled_incidents(past, inc->services[s].name, title, from, inc->started_at);
        most = n > most ? n : most;
    }
    return most;
}

static struct found recurring(const struct asked *q)
{
    const struct ald_reading *shown = ald_reading_shown(q->a, q->i);
    if (!shown || !shown->axis[ALD_COMPLEXITY].has || shown->axis[ALD_COMPLEXITY].position > SIMPLE)
        return (struct found){.strength = 0};
    size_t c = recurrences(q);
    if (c < 2)
        return (struct found){.strength = 0};
    return counted(q, c, "", "earlier incidents with this title on its service");
}

static struct found recorded_surprise(const struct asked *q)
{
    const struct ald_lore *lore = q->view->lore;
    if (!lore || (!lore->of[q->i].surprised && !lore->of[q->i].risk_known))
        return (struct found){.strength = 0};
    size_t n;
    const struct ald_review *r = ald_lore_reviews(lore, q->i, &n);
    for (; n; n--, r++)
        if (r->why_surprised || r->risk_awareness)
            return (struct found){.strength = 1,
                                  .evidence = r->why_surprised ? r->why_surprised : r->risk_awareness,
                                  .text = r->why_surprised ? "its review records a surprise" : "its review records that the risk was known"};
    return (struct found){.strength = 1};
}

static const struct {
    const char *id, *text;
    struct found (*find)(const struct asked *q);
} rows[] = {
    {"complex_short", "complex, and yet over soon", complex_short},
    {"simple_long", "simple, and yet it dragged on", simple_long},
    {"mitigation_backfired", "a step meant to help made it worse", backfired},
    {"reliability_subsystem", "something built for reliability took part in the failure", reliability},
    {"saturation", "a resource or a limit ran out", saturation},
    {"perfect_storm", "several ways of failing at once", storm},
    {"novelty", "nothing like it was seen in the 90 days before", novelty},
    {"unfamiliar_responders", "those who worked on it were new to the service", unfamiliar},
    {"far_apart", "many teams, far apart in the organisation", far_apart},
    {"vendor_boundary", "it crossed the boundary to another company", vendor},
    {"latent", "what failed had been in place long before", latent},
    {"near_miss", "it nearly happened", near_miss},
    {"voluntary_attendance", "people came to its review without having to", volunteers},
    {"cited", "what came later still names it", cited},
    {"recurring_trigger", "no more complex than most, and it keeps coming back", recurring},
    {"surprise", "its review records a surprise, or that the risk was known", recorded_surprise},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* Strongest first; equal ones in the order of the table, which is the order in which they were added. */
static void settle(struct ald_story_reason *reasons, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct ald_story_reason moved = reasons[i];
        size_t at = i;
        for (; at > 0 && reasons[at - 1].strength < moved.strength; at--)
            reasons[at] = reasons[at - 1];
        reasons[at] = moved;
    }
}

static double strength_of(const struct ald_story *story, const char *id)
{
    for (size_t k = 0; k < story->reasons_n; k++)
        if (strcmp(story->reasons[k].id, id) == 0)
            return story->reasons[k].strength;
    return 0;
}

static double largest(const double *x, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

static void axes(const struct asked *q, struct ald_story *story)
{
    const struct ald_reading *shown = ald_reading_shown(q->a, q->i);
    const struct ald_reading *landmark = &ald_measure_at(q->a, q->i)->reading[ALD_LANDMARK_READING];
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        story->axes[axis == ALD_COMPLEXITY ? ALD_STORY_COMPLEXITY : ALD_STORY_BLAST_RADIUS] =
            landmark->few && !isnan(landmark->among_few[axis]) ? landmark->among_few[axis]
            : shown && shown->axis[axis].has                   ? shown->axis[axis].position
                                                               : 0;
    const double surprise[] = {strength_of(story, "novelty"), strength_of(story, "unfamiliar_responders"),
                               pattern(q, "automation_surprise").strength, strength_of(story, "surprise")};
    const double untold[] = {strength_of(story, "cited"), strength_of(story, "voluntary_attendance"),
                             strength_of(story, "latent"), strength_of(story, "perfect_storm")};
    story->axes[ALD_STORY_SURPRISE] = largest(surprise, sizeof surprise / sizeof surprise[0]);
    story->axes[ALD_STORY_UNTOLD] = largest(untold, sizeof untold / sizeof untold[0]);
}

void ald_story_keep(struct ald_arena *arena, struct ald_story *story)
{
    struct ald_story_reason *copy = ald_calloc(arena, story->reasons_n, sizeof *copy);
    for (size_t k = 0; k < story->reasons_n; k++) {
        copy[k] = story->reasons[k];
        copy[k].evidence = ald_strdup(arena, copy[k].evidence);
    }
    story->reasons = copy;
}

void ald_story_evidence(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_story *story)
{
    struct ald_story_reason *copy = ald_calloc(arena, story->reasons_n, sizeof *copy);
    for (size_t k = 0; k < story->reasons_n; k++) {
        const struct ald_signal *signal = story->reasons[k].signal;
        copy[k] = story->reasons[k];
        copy[k].signal = NULL;
        copy[k].evidence = !signal             ? ald_strdup(arena, copy[k].evidence)
                           : !signal->evidence ? NULL
                                               : signal->evidence(arena, analysis->past, &analysis->incidents[story->incident]);
    }
    story->reasons = copy;
}

void ald_story_measure(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t incident,
                       struct ald_arena *arena, struct ald_story *ret)
{
    ald_story_weigh(analysis, view, incident, arena, ret);
    ald_story_evidence(analysis, arena, ret);
}

void ald_story_weigh(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t incident,
                     struct ald_arena *arena, struct ald_story *ret)
{
    const struct asked q = {analysis, view, incident, arena};
    struct ald_story_reason reasons[ROWS];
    *ret = (struct ald_story){.incident = (uint32_t)incident};
    for (size_t k = 0; k < ROWS; k++) {
        struct found found = rows[k].find(&q);
        if (found.strength > 0)
            reasons[ret->reasons_n++] =
                (struct ald_story_reason){rows[k].id, found.text ? found.text : rows[k].text, found.strength, found.evidence, found.signal};
    }
    settle(reasons, ret->reasons_n);
    struct ald_story_reason *copy = ald_calloc(arena, ret->reasons_n, sizeof *copy);
    memcpy(copy, reasons, ret->reasons_n * sizeof *copy);
    ret->reasons = copy;
    axes(&q, ret);
}
