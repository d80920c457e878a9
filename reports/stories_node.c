/* Story candidates, and what to read in full, as nodes. */
#include <string.h>

#include "learning_node.h"
#include "nodes.h"
#include "sentences.h"

enum { QUOTES_MOST = 4, READ_REASONS = 2 /* of those to read in full, in words */ };

struct ald_node *ald_story_reasons_node(struct ald_arena *a, const struct ald_story *story)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < story->reasons_n; k++) {
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "id", ald_node_str(a, story->reasons[k].id));
        ald_node_set(a, o, "text", ald_node_str(a, story->reasons[k].text));
        ald_node_set(a, o, "strength", ald_node_num(a, story->reasons[k].strength));
        ald_node_set(a, o, "evidence", ald_node_str(a, story->reasons[k].evidence));
        ald_node_add(a, list, o);
    }
    return list;
}

/* One sentence may tell of several patterns: it is quoted once. */
static void quote(struct ald_arena *a, struct ald_node *list, const char *text)
{
    if (!text || list->list.n == QUOTES_MOST)
        return;
    for (size_t i = 0; i < list->list.n; i++)
        if (strcmp(list->list.items[i]->text, text) == 0)
            return;
    ald_node_add(a, list, ald_node_str(a, text));
}

/* People's own words: what they said they learned, then what its timeline says of each pattern. */
static struct ald_node *quotes_node(struct ald_arena *a, const struct ald_remembered *r, const struct ald_story *story)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < r->lore.lessons_n; k++)
        if (r->lore.lessons[k].incident == story->incident)
            quote(a, list, r->lore.lessons[k].text);
    const struct ald_story_pattern *patterns = NULL;
    size_t n = r->view.patterns ? r->view.patterns(r->view.ctx, story->incident, &patterns) : 0;
    for (size_t k = 0; k < n; k++)
        quote(a, list, patterns[k].quote);
    return list;
}

/* A reason in words: a count is part of it, a quote stands among people's words, and where signals come from is for those who ask why. */
static const char *reason_text(struct ald_arena *a, const struct ald_story_reason *reason)
{
    static const char *const counted[] = {"voluntary_attendance", "cited", "recurring_trigger"};
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        if (strcmp(reason->id, counted[i]) == 0 && reason->evidence)
            return ald_sprintf(a, "%s: %s", reason->text, reason->evidence);
    if (strcmp(reason->id, "novelty") == 0 && reason->evidence && reason->evidence[0] != '0') /* how many, without their ids */
        return ald_sprintf(a, "%s: %.*s", reason->text, (int)strcspn(reason->evidence, ";"), reason->evidence);
    return reason->text;
}

/* What its review says of the surprise, or of the risk that was known: more than that it says something. */
static const char *reviewed_as(struct ald_arena *a, const struct ald_story *story)
{
    enum { SAID_MOST = 80 };
    const char *said = story->reasons_n && strcmp(story->reasons[0].id, "surprise") == 0 ? story->reasons[0].evidence : NULL;
    return said && *said ? ald_sprintf(a, "Its review: \"%s\"", ald_title_start(a, said, SAID_MOST)) : NULL;
}

/* The strongest reasons in words, at most so many; one line stands for the others. Where not all are told, what the line above quotes is not said again. */
static struct ald_node *texts_of(struct ald_arena *a, const struct ald_story *story, size_t most)
{
    struct ald_node *list = ald_node_list(a);
    size_t from = most < story->reasons_n && story->reasons_n > 1 && reviewed_as(a, story), left = story->reasons_n - from;
    size_t n = left > most - from + 1 ? most - from : left;
    for (size_t k = 0; k < n; k++)
        ald_node_add(a, list, ald_node_str(a, reason_text(a, &story->reasons[from + k])));
    if (n < left)
        ald_node_add(a, list, ald_node_str(a, ald_sprintf(a, "and %zu more", left - n)));
    return list;
}

/* ---- In one line ---- */

static const char *level(double position, const char *low, const char *middle, const char *high)
{
    return position >= 0.8 ? high : position <= 0.2 ? low : middle;
}

/* A bound that reads like the time that lies beyond it is told apart. */
static const char *bound(struct ald_arena *a, double ms, double took, bool beyond, const char *apart)
{
    const char *words = ald_span(a, ms);
    return beyond && strcmp(words, ald_span(a, took)) == 0 ? ald_sprintf(a, "%s %s", apart, words) : words;
}

/* "Complex by its start, narrow, and over in 15 min; comparable ones took 45 min to 6 h 09 min. 3 teams, 5 people. Ask what went right." */
static const char *in_short(struct ald_arena *a, const struct ald_analysis *an, const struct ald_story *story)
{
    uint32_t i = story->incident;
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_measure *m = ald_measure_at(an, i);
    const char *text = "";
    if (m->shown < 0 || inc->duration_ms == ALD_TIME_NONE)
        return NULL;
    const struct ald_reading *r = &m->reading[m->shown];
    if (r->axis[ALD_COMPLEXITY].has)
        text = ald_sprintf(a, "%s%s", level(r->axis[ALD_COMPLEXITY].position, "Simple", "Neither simple nor complex", "Complex"),
                           m->shown == ALD_START_READING ? " by its start" : "");
    if (r->axis[ALD_BLAST_RADIUS].has)
        text = ald_sprintf(a, "%s%s%s", text, *text ? ", " : "", level(r->axis[ALD_BLAST_RADIUS].position, "narrow", "of middling reach", "wide"));
    double took = (double)inc->duration_ms;
    text = ald_sprintf(a, "%s%s %s", text, *text ? ", and over in" : "Over in", ald_span(a, took));
    if (r->has_lower && r->has_upper)
        text = ald_sprintf(a, "%s; eight in ten comparable ones took %s to %s", text, bound(a, r->lower_ms, took, took < r->lower_ms, "just over"),
                           bound(a, r->upper_ms, took, took > r->upper_ms, "just under"));
    const struct ald_obs *people = ald_obs_at(an, i, ALD_SIGNAL_responders_engaged), *fresh = ald_obs_at(an, i, ALD_SIGNAL_unfamiliar_responders);
    text = ald_sprintf(a, "%s.", text);
    if (inc->teams_n)
        text = ald_sprintf(a, "%s %s", text, ald_many(a, inc->teams_n, "team", "teams"));
    if (inc->teams_n && an->settings->people_stored && people->has_total && people->total >= ALD_PEOPLE_LEAST)
        text = ald_sprintf(a, "%s, %.0f people%s", text, people->total,
                           fresh->has_total && fresh->total >= 0.5 ? ", at least half of them new to its services" : "");
    if (inc->teams_n)
        text = ald_sprintf(a, "%s.", text);
    const char *ask = reviewed_as(a, story);
    ask = ask ? ask : ald_story_ask(story);
    return ald_sprintf(a, "%s %s", text,
                       ask                   ? ask
                       : r->verdict == ALD_LONGER || (r->has_percentile && r->percentile > 0.5) ? "Ask what made it hard." : "Ask what went right.");
}

/** What every story row begins with; most: reasons that are told in words. */
static struct ald_node *story_head(struct ald_arena *a, const struct ald_analysis *an, const struct ald_story *story, size_t most)
{
    const struct ald_incident *inc = &an->incidents[story->incident];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "rank", ald_node_int(a, (int64_t)story->rank));
    ald_node_set(a, o, "slot", ald_node_str(a, story->reserve ? "reserve" : "slot"));
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
    ald_node_set(a, o, "started_at", ald_node_time(a, inc->started_at));
    ald_node_set(a, o, "resolve_s", ald_node_seconds(a, inc->duration_ms, "no time to resolve is recorded"));
    ald_node_set(a, o, "score", ald_node_num(a, story->score));
    ald_node_set(a, o, "reasons", ald_story_reasons_node(a, story));
    ald_node_set(a, o, "why", texts_of(a, story, most));
    ald_node_set(a, o, "in_short", ald_node_str(a, in_short(a, an, story)));
    return o;
}

static struct ald_node *axes_node(struct ald_arena *a, const struct ald_story *story)
{
    static const char *const names[] = {[ALD_STORY_COMPLEXITY] = "complexity",
                                        [ALD_STORY_BLAST_RADIUS] = "blast_radius",
                                        [ALD_STORY_SURPRISE] = "surprise",
                                        [ALD_STORY_UNTOLD] = "untold_learning"};
    struct ald_node *o = ald_node_object(a);
    for (int k = 0; k < ALD_STORY_AXIS_N; k++)
        ald_node_set(a, o, names[k], ald_node_num(a, story->axes[k]));
    ald_node_set(a, o, "front", ald_node_int(a, (int64_t)story->front));
    return o;
}

static struct ald_node *candidate_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_remembered *r,
                                       const struct ald_story *story)
{
    struct ald_node *o = story_head(a, an, story, story->reasons_n);
    struct ald_tellability tellability;
    const char *const *prompts;
    size_t n = ald_story_prompts(story, a, &prompts);
    ald_story_tellability(an, &r->lore, story->incident, a, &tellability);
    struct ald_node *teams = ald_node_list(a);
    for (size_t k = 0; k < tellability.teams_n; k++)
        ald_node_add(a, teams, ald_node_str(a, an->teams[tellability.teams[k]]));
    ald_node_set(a, o, "axes", axes_node(a, story));
    ald_node_set(a, o, "quotes", quotes_node(a, r, story));
    ald_node_set(a, o, "prompts", ald_strings_node(a, prompts, n));
    ald_node_set(a, o, "teams", teams);
    ald_node_set(a, o, "teams_engaged", ald_node_int(a, (int64_t)tellability.teams_engaged));
    ald_node_set(a, o, "write_up", ald_node_bool(a, tellability.write_up));
    ald_node_set(a, o, "review_held", ald_node_bool(a, tellability.review_held));
    ald_node_set(a, o, "told", ald_node_bool(a, r->lore.of[story->incident].told));
    return o;
}

struct ald_node *ald_stories_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_remembered *r)
{
    struct ald_story_choice choice;
    struct ald_node *o = ald_node_object(a);
    struct ald_node *list = ald_node_list(a);
    struct ald_node *out = ald_node_object(a);
    ald_stories_choose(an, &r->view, a, &choice);
    size_t made = ald_measures_made(an);
    for (size_t k = 0; k < choice.n; k++) {
        ald_measure_alone(an, choice.stories[k].incident);
        ald_node_add(a, list, candidate_node(a, an, r, &choice.stories[k]));
        ald_measures_drop_after(an, made);
    }
    const struct {
        const char *key;
        size_t n;
    } left_out[] = {{"too_young", choice.too_young}, {"unresolved", choice.unresolved}, {"told", choice.told}, {"excluded", choice.excluded}};
    for (size_t k = 0; k < sizeof left_out / sizeof left_out[0]; k++)
        ald_node_set(a, out, left_out[k].key, ald_node_int(a, (int64_t)left_out[k].n));
    ald_node_set(a, o, "slots", ald_node_int(a, (int64_t)choice.slots));
    ald_node_set(a, o, "minimum_age_quarters", ald_node_int(a, an->settings->story_minimum_age_quarters));
    ald_node_set(a, o, "eligible", ald_node_int(a, (int64_t)choice.eligible));
    ald_node_set(a, o, "with_reason", ald_node_int(a, (int64_t)choice.with_reason));
    ald_node_set(a, o, "not_eligible", out);
    ald_node_set(a, o, "candidates", list);
    return o;
}

void ald_read_in_full_node(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *an, const struct ald_figures *f,
                           const struct ald_remembered *r)
{
    struct ald_story_choice choice;
    struct ald_node *list = ald_node_list(a);
    ald_read_in_full(an, f, &r->view, a, &choice);
    for (size_t k = 0; k < choice.n; k++)
        ald_node_add(a, list, story_head(a, an, &choice.stories[k], READ_REASONS));
    ald_node_set(a, root, "read_in_full", list);
}
