/* Learning, capacity and exercises of a period as nodes. Counts only: nobody is named. */
#include "learning_node.h"

#include "nodes.h"

static void set_count(struct ald_arena *a, struct ald_node *o, const char *key, size_t n)
{
    ald_node_set(a, o, key, ald_node_int(a, (int64_t)n));
}

static void set_maybe(struct ald_arena *a, struct ald_node *o, const char *key, bool has, double v, const char *absent)
{
    ald_node_set(a, o, key, has ? ald_node_num(a, v) : ald_node_absent(a, absent));
}

/** Which incident a row is about: id, key, title, url. */
static void set_incident(struct ald_arena *a, struct ald_node *o, const struct ald_analysis *an, uint32_t i)
{
    const struct ald_incident *inc = &an->incidents[i];
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
}

static struct ald_node *lessons_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_lore *lore,
                                     const struct ald_learning *l)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < l->lessons_n; k++) {
        const struct ald_lesson *lesson = &lore->lessons[l->lessons[k]];
        struct ald_node *o = ald_node_object(a);
        if (!lesson->text) /* counted, but not stored */
            continue;
        set_incident(a, o, an, lesson->incident);
        ald_node_set(a, o, "text", ald_node_str(a, lesson->text));
        ald_node_set(a, o, "kind", ald_node_str(a, lesson->kind));
        ald_node_set(a, o, "at", ald_node_time(a, lesson->at));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *action_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_action *action)
{
    struct ald_node *o = ald_node_object(a);
    bool open = action->closed_at == ALD_TIME_NONE;
    set_incident(a, o, an, action->incident);
    ald_node_set(a, o, "action", ald_node_str(a, action->title));
    ald_node_set(a, o, "action_url", ald_node_str(a, action->url));
    ald_node_set(a, o, "team", ald_node_str(a, action->team));
    ald_node_set(a, o, "status", ald_node_str(a, action->status));
    ald_node_set(a, o, "opened_at", ald_node_time(a, action->opened_at));
    ald_node_set(a, o, "due_at", ald_node_time(a, action->due_at));
    ald_node_set(a, o, "closed_at", ald_node_time(a, action->closed_at));
    ald_node_set(a, o, "late", ald_node_bool(a, open && action->due_at != ALD_TIME_NONE && action->due_at < an->as_of));
    ald_node_set(a, o, "age_s",
                 open && action->opened_at != ALD_TIME_NONE
                     ? ald_node_seconds(a, an->as_of - action->opened_at, NULL)
                     : ald_node_absent(a, open ? "when it was opened is not recorded" : "it is closed"));
    return o;
}

/* A zero is said only where actions are read at all. */
static const char no_actions[] = "no action was ever recorded; 'alidade import' brings them in";

static struct ald_node *actions_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_lore *lore,
                                     const struct ald_learning *l)
{
    struct ald_node *o = ald_node_object(a);
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < l->actions_n; k++)
        ald_node_add(a, list, action_node(a, an, &lore->actions[l->actions[k]]));
    set_maybe(a, o, "opened", lore->any_actions, (double)l->actions_n, no_actions);
    set_maybe(a, o, "open", lore->any_actions, (double)l->actions_open, no_actions);
    set_maybe(a, o, "closed", lore->any_actions, (double)l->actions_closed, no_actions);
    set_maybe(a, o, "late", lore->any_actions, (double)l->actions_late, no_actions);
    set_maybe(a, o, "open_age_median_s", l->open_dated > 0, l->open_age_median_ms / 1000,
              lore->any_actions ? "no open action with a date" : no_actions);
    set_count(a, o, "open_dated", l->open_dated);
    ald_node_set(a, o, "list", list);
    return o;
}

/* What is asked of who knows patterns while the tree is built: nobody knows them any more when it is written. */
struct worth {
    const struct ald_analysis *analysis;
    const uint32_t *incidents;
    const struct ald_story_pattern **patterns; /* by row: of those that have some */
    size_t *patterns_n;
    size_t complex; /* so many rows, which come first, are among the most complex */
};

static struct worth *worth_of(struct ald_arena *a, const struct ald_analysis *an, const struct ald_story_view *view, const struct ald_learning *l)
{
    struct worth *worth = ald_alloc(a, sizeof *worth);
    *worth = (struct worth){.analysis = an,
                            .incidents = l->worth,
                            .patterns = ald_calloc(a, l->worth_n, sizeof(struct ald_story_pattern *)),
                            .patterns_n = ald_calloc(a, l->worth_n, sizeof(size_t)),
                            .complex = l->worth_complex};
    for (size_t row = 0; row < l->worth_n && view->patterns; row++) {
        const struct ald_story_pattern *list = NULL;
        size_t n = view->patterns(view->ctx, l->worth[row], &list);
        struct ald_story_pattern *kept = n ? ald_alloc(a, n * sizeof *kept) : NULL;
        for (size_t k = 0; k < n; k++)
            kept[k] = (struct ald_story_pattern){.id = list[k].id, .title = list[k].title, .confirmed = list[k].confirmed};
        worth->patterns[row] = kept;
        worth->patterns_n[row] = n;
    }
    return worth;
}

/* Why it looks worth a review: its complexity, and what people confirmed or a rule suggests. */
static struct ald_node *why_node(struct ald_arena *a, const struct worth *worth, size_t row, bool by_start)
{
    const struct ald_story_pattern *list = worth->patterns[row];
    struct ald_node *why = ald_node_list(a);
    if (row < worth->complex)
        ald_node_add(a, why, ald_node_str(a, by_start ? "among the most complex by its start" : "among the most complex"));
    for (size_t k = 0; k < worth->patterns_n[row]; k++)
        ald_node_add(a, why, ald_node_str(a, ald_sprintf(a, "%s: %s", list[k].confirmed ? "confirmed" : "suggested", list[k].title)));
    return why;
}

static struct ald_node *worth_row(void *ctx, size_t row, struct ald_arena *a)
{
    const struct worth *worth = ctx;
    const struct ald_analysis *an = worth->analysis;
    uint32_t i = worth->incidents[row];
    const struct ald_measure *m = ald_measure_at(an, i);
    const struct ald_axis_position *c = m->shown < 0 ? NULL : &m->reading[m->shown].axis[ALD_COMPLEXITY];
    struct ald_node *o = ald_node_object(a);
    set_incident(a, o, an, i);
    set_maybe(a, o, "complexity", c && c->has, c ? c->position : 0, c ? c->absent : "no reading");
    ald_node_set(a, o, "resolve_s", ald_node_seconds(a, an->incidents[i].duration_ms, "no time to resolve is recorded"));
    ald_node_set(a, o, "why", why_node(a, worth, row, m->shown == ALD_START_READING));
    return o;
}

/* There may be as many as incidents. */
static struct ald_node *worth_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_story_view *view, const struct ald_learning *l)
{
    return ald_node_rows(a, l->worth_n, worth_row, worth_of(a, an, view, l));
}

static struct ald_node *citations_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                       const struct ald_lore *lore, const struct ald_learning *l)
{
    struct ald_node *o = ald_node_object(a);
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < lore->citations_n; k++) {
        const struct ald_citation *c = &lore->citations[k];
        if (c->at == ALD_TIME_NONE || c->at < f->period.start || c->at >= f->period.end)
            continue;
        struct ald_node *row = ald_node_object(a);
        set_incident(a, row, an, c->incident);
        ald_node_set(a, row, "by", c->by == ALD_NOBODY ? ald_node_absent(a, "another document") : ald_node_str(a, an->incidents[c->by].key));
        ald_node_set(a, row, "at", ald_node_time(a, c->at));
        ald_node_set(a, row, "quote", ald_node_str(a, c->quote));
        ald_node_add(a, list, row);
    }
    set_count(a, o, "incidents", l->cited);
    set_count(a, o, "n", l->citations);
    ald_node_set(a, o, "list", list);
    return o;
}

/* A count of so few would be people. */
static bool few_people(size_t n)
{
    return n > 0 && n < ALD_PEOPLE_LEAST;
}

static struct ald_node *attendance_node(struct ald_arena *a, const struct ald_lore *lore, const struct ald_learning *l)
{
    static const char none[] = "no attendance was ever recorded; 'alidade import' brings it in";
    struct ald_node *o = ald_node_object(a);
    const struct {
        const char *key;
        size_t n;
        bool people;
    } counts[] = {{"required", l->required, true},
                  {"voluntary", l->voluntary, true},
                  {"not_known", l->attendance_unknown, true},
                  {"teams_not_involved", l->teams_not_involved, false}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        bool few = counts[i].people && few_people(counts[i].n);
        set_maybe(a, o, counts[i].key, lore->any_attendance && !few, (double)counts[i].n, few ? ALD_FEW_PEOPLE : none);
    }
    return o;
}

static struct ald_node *learning_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                      const struct ald_lore *lore, const struct ald_story_view *view, const struct ald_learning *l)
{
    struct ald_node *o = ald_node_object(a);
    set_count(a, o, "incidents", l->incidents);
    set_maybe(a, o, "reviewed", !l->absent, (double)l->reviewed, l->absent);
    set_maybe(a, o, "reviews_held", !l->absent, (double)l->held, l->absent);
    set_maybe(a, o, "days_to_review_median", l->days_n > 0, l->days_median, "no review with a date after the end of its incident");
    set_count(a, o, "days_to_review_n", l->days_n);
    set_maybe(a, o, "reviews_without_actions", !l->absent && lore->any_actions, (double)l->reviews_without_actions, l->absent ? l->absent : no_actions);
    set_maybe(a, o, "led_by_somebody_involved", l->facilitator_known > 0, (double)l->facilitated_by_involved,
              "of no review is it recorded");
    set_count(a, o, "led_by_known_n", l->facilitator_known);
    bool few_readers = l->readers_n > 0 && few_people((size_t)l->readers);
    set_maybe(a, o, "readers", l->readers_n > 0 && !few_readers, (double)l->readers,
              few_readers ? ALD_FEW_PEOPLE : "no source counts the readers of write-ups");
    set_count(a, o, "readers_n", l->readers_n);
    ald_node_set(a, o, "attendance", attendance_node(a, lore, l));
    set_maybe(a, o, "learnings_n", lore->any_lessons, (double)l->lessons_n, "nothing that people learned was ever recorded; 'alidade import' brings it in");
    ald_node_set(a, o, "learnings", lessons_node(a, an, lore, l));
    ald_node_set(a, o, "actions", actions_node(a, an, lore, l));
    ald_node_set(a, o, "citations", citations_node(a, an, f, lore, l));
    ald_node_set(a, o, "never_reviewed", worth_node(a, an, view, l));
    set_count(a, o, "never_reviewed_complex", l->worth_complex);
    set_count(a, o, "never_reviewed_complex_by_start", l->worth_by_start);
    set_count(a, o, "strangers", lore->strangers);
    return o;
}

/* ---- Capacity and exercises ---- */

static struct ald_node *capacity_node(struct ald_arena *a, const struct ald_capacity *c)
{
    struct ald_node *o = ald_node_object(a);
    const char *gone = c->absent ? c->absent : c->people_absent;
    set_maybe(a, o, "two_open_share", !c->absent, c->two_share, c->absent);
    set_maybe(a, o, "three_open_share", !c->absent, c->three_share, c->absent);
    set_maybe(a, o, "end_unknown", !c->absent, (double)c->end_unknown, c->absent);
    set_maybe(a, o, "watched_s", !c->absent, (double)c->watched_ms / 1000, c->absent);
    set_maybe(a, o, "people", !gone, (double)c->people, gone);
    set_maybe(a, o, "engaged_hours", !gone, c->engaged_hours, gone);
    set_maybe(a, o, "engaged_incidents", !gone, (double)c->engaged_incidents, gone);
    set_maybe(a, o, "engaged_longest_three_share", !gone && !c->few_engaged, c->longest_three_share, gone ? gone : c->few_engaged);
    set_maybe(a, o, "engaged_longest_tenth_share", !gone && !c->few_engaged, c->longest_tenth_share, gone ? gone : c->few_engaged);
    set_maybe(a, o, "busiest_tenth_share", !gone && c->has_busiest, c->busiest_share, gone ? gone : c->busiest_absent);
    set_maybe(a, o, "interruptions", !gone, (double)c->interruptions, gone);
    set_maybe(a, o, "interruptions_off_hours", !gone, (double)c->off_hours, gone);
    set_maybe(a, o, "interruptions_sleep_hours", !gone, (double)c->sleep_hours, gone);
    set_maybe(a, o, "interruptions_in_own_zone", !gone, (double)c->in_own_zone, gone);
    set_maybe(a, o, "services", !gone, (double)c->services, gone);
    set_maybe(a, o, "services_known_by_one", !gone, (double)c->known_by_one, gone);
    set_maybe(a, o, "services_known_by_two", !gone, (double)c->known_by_two, gone);
    return o;
}

static struct ald_node *names_node(struct ald_arena *a, const char *const *names, const uint32_t *list, size_t n)
{
    struct ald_node *node = ald_node_list(a);
    for (size_t i = 0; i < n; i++)
        ald_node_add(a, node, ald_node_str(a, names[list[i]]));
    return node;
}

static struct ald_node *exercises_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_exercises *e)
{
    struct ald_node *o = ald_node_object(a);
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < e->n; k++) {
        struct ald_node *row = ald_node_object(a);
        set_incident(a, row, an, e->list[k]);
        ald_node_set(a, row, "started_at", ald_node_time(a, an->incidents[e->list[k]].started_at));
        ald_node_add(a, list, row);
    }
    set_count(a, o, "n", e->n);
    set_count(a, o, "in_lookback", e->in_lookback);
    ald_node_set(a, o, "list", list);
    ald_node_set(a, o, "services_covered", names_node(a, an->services, e->covered, e->covered_n));
    set_count(a, o, "later_incidents", e->later);
    set_count(a, o, "services_with_incidents", e->with_incidents);
    ald_node_set(a, o, "services_never_exercised", names_node(a, an->services, e->never, e->never_n));
    return o;
}

static struct ald_node *practice_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                      const struct ald_remembered *r)
{
    struct ald_practice *rows;
    struct ald_node *list = ald_node_list(a);
    size_t n = ald_practice_fill(an, f, &r->view, a, &rows);
    for (size_t i = 0; i < n; i++) {
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "service", ald_node_str(a, an->services[rows[i].service]));
        ald_node_set(a, o, "pattern", ald_node_str(a, rows[i].pattern));
        ald_node_set(a, o, "title", ald_node_str(a, rows[i].title));
        set_count(a, o, "n", rows[i].n);
        ald_node_set(a, o, "spearman", ald_node_num(a, rows[i].spearman));
        ald_node_set(a, o, "ci", ald_interval_node(a, &rows[i].interval, 1));
        ald_node_set(a, o, "p_value", ald_node_num(a, rows[i].p_value));
        ald_node_set(a, o, "p_adjusted", ald_node_num(a, rows[i].adjusted));
        ald_node_set(a, o, "verdict", ald_node_str(a, rows[i].verdict));
        ald_node_add(a, list, o);
    }
    return list;
}

static bool has_pattern(const void *ctx, size_t incident)
{
    const struct ald_story_view *view = ctx;
    const struct ald_story_pattern *list;
    return view->patterns && view->patterns(view->ctx, incident, &list) > 0;
}

void ald_capacity_nodes(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f, struct ald_capacity_nodes *ret)
{
    struct ald_exercises exercises;
    struct ald_capacity capacity;
    ald_exercises_fill(an, f, a, &exercises);
    ald_capacity_fill(an, f, &capacity);
    *ret = (struct ald_capacity_nodes){.exercises = exercises_node(a, an, &exercises), .capacity = capacity_node(a, &capacity)};
}

void ald_learning_nodes(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *an, const struct ald_figures *f,
                        const struct ald_remembered *r, const struct ald_capacity_nodes *capacity)
{
    struct ald_learning learning;
    ald_learning_fill(an, f, &r->lore, has_pattern, &r->view, a, &learning);
    ald_node_set(a, root, "exercises", capacity->exercises);
    ald_node_set(a, root, "capacity", capacity->capacity);
    ald_node_set(a, root, "practice", practice_node(a, an, f, r));
    ald_node_set(a, root, "learning", learning_node(a, an, f, &r->lore, &r->view, &learning));
}
