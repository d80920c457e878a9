/* `export settings`: everything of the configuration that changes a figure. */
#include <string.h>

#include "groups_node.h"
#include "nodes.h"

struct ald_node *ald_weights_node(struct ald_arena *a, const struct ald_settings *s)
{
    struct ald_node *o = ald_node_object(a);
    for (size_t i = 0; i < ALD_SIGNAL_N; i++)
        ald_node_set(a, o, ald_signal_at(i)->id, ald_node_num(a, ald_signal_weight(s, ald_signal_at(i))));
    return o;
}

static struct ald_node *teams_node(struct ald_arena *a, const struct ald_settings *s)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < s->teams_n; i++) {
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "name", ald_node_str(a, s->teams[i].name));
        ald_node_set(a, o, "parent", ald_node_str(a, s->teams[i].parent));
        ald_node_set(a, o, "timezone", ald_node_str(a, s->teams[i].timezone));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *services_node(struct ald_arena *a, const struct ald_settings *s)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < s->services_n; i++) {
        const struct ald_service_setting *service = &s->services[i];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "name", ald_node_str(a, service->name));
        ald_node_set(a, o, "tier", service->tier ? ald_node_int(a, service->tier) : ald_node_absent(a, NULL));
        ald_node_set(a, o, "team", ald_node_str(a, service->team));
        ald_node_set(a, o, "depends_on", ald_strings_node(a, service->depends_on, service->depends_on_n));
        ald_node_add(a, list, o);
    }
    return list;
}

/* Of the period that a report takes by itself: the quarter before as-of. A report of another period has its own list. */
static struct ald_node *small_teams_node(struct ald_arena *a, const struct ald_analysis *an)
{
    struct ald_period period;
    struct ald_err err;
    if (ald_period_parse(a, &an->calendar, "last-quarter", an->as_of, &period, &err) != ALD_OK)
        return ald_node_list(a);
    return ald_small_teams_node(a, an, &period);
}

struct ald_node *ald_settings_node(struct ald_arena *a, const struct ald_analysis *an)
{
    const struct ald_settings *s = an->settings;
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "organisation", ald_node_str(a, s->organisation));
    ald_node_set(a, o, "timezone", ald_node_str(a, s->timezone));
    ald_node_set(a, o, "fiscal_year_starts", ald_node_int(a, s->fiscal_start_month));
    ald_node_set(a, o, "fiscal_year_named_by", ald_node_str(a, s->fiscal_named_by_end ? "end" : "start"));
    ald_node_set(a, o, "lookback", ald_node_int(a, s->lookback_quarters));
    ald_node_set(a, o, "landmark_s", ald_node_num(a, (double)s->landmark_ms / 1000));
    ald_node_set(a, o, "duration", ald_node_str(a, s->duration == ALD_DURATION_ACTIVE ? "active" : "elapsed"));
    ald_node_set(a, o, "weights", ald_weights_node(a, s));
    ald_node_set(a, o, "severity_order", ald_strings_node(a, s->severity_order, s->severity_order_n));
    ald_node_set(a, o, "resamples", ald_node_int(a, s->resamples));
    ald_node_set(a, o, "noise_under_s", ald_node_num(a, (double)s->noise_under_ms / 1000));
    ald_node_set(a, o, "exercise_match", ald_strings_node(a, s->exercise_match, s->exercise_match_n));
    ald_node_set(a, o, "automation_users", ald_strings_node(a, s->automation_users, s->automation_users_n));
    ald_node_set(a, o, "small_teams", small_teams_node(a, an));
    ald_node_set(a, o, "teams", teams_node(a, s));
    ald_node_set(a, o, "services", services_node(a, s));
    ald_node_set(a, o, "people", ald_node_bool(a, s->people_stored));
    ald_node_set(a, o, "free_text", ald_node_bool(a, s->free_text));
    ald_node_set(a, o, "as_of", ald_node_time(a, an->as_of));
    return o;
}
