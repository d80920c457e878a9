/* What stood around an incident: planned work that it names, or that was done on its services just then. A change that came before is
 * no cause: it says what to look at. */
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "session.h"

static const char *text(struct ald_arena *a, const char *s)
{
    return ald_shown_by(a, s);
}

static struct ald_node *planned_node(struct ald_arena *a, const struct ald_analysis *an, size_t i, const char *service, const char *field)
{
    const struct ald_incident *inc = &an->incidents[i];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "start", ald_node_time(a, inc->spans_n ? inc->spans[0].start : ALD_TIME_NONE));
    ald_node_set(a, o, "end", ald_node_time(a, inc->spans_n ? inc->spans[inc->spans_n - 1].end : ALD_TIME_NONE));
    ald_node_set(a, o, "service", ald_node_str(a, service));
    ald_node_set(a, o, "named_by", ald_node_str(a, field));
    return o;
}

static enum ald_rc target_of(const struct ald_analysis *an, struct ald_arena *a, const char *source, const char *value, size_t *ret, struct ald_err *err)
{
    ALD_TRY(ald_analysis_locate(an, ald_sprintf(a, "%s:%s", source, value), ret, err));
    return *ret == SIZE_MAX ? ald_analysis_locate(an, value, ret, err) : ALD_OK;
}

/** Planned work that one record of the incident names, as its source's fields give it. Each once. */
static enum ald_rc add_named(struct ald_arena *a, struct ald_store *store, const struct ald_analysis *an, const struct ald_record *rec,
                             bool *taken, struct ald_node *list, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "cli_refs_of", &q, err));
    ald_q_text_lent(q, 1, rec->traits->source);
    ald_q_text_lent(q, 2, rec->external_id);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        size_t i;
        ALD_TRY(target_of(an, a, rec->traits->source, ald_q_col_text(q, 0), &i, err));
        if (i == SIZE_MAX || an->incidents[i].cls != ALD_PLANNED || taken[i])
            continue;
        taken[i] = true;
        ald_node_add(a, list, planned_node(a, an, i, NULL, ald_strdup(a, ald_q_col_text(q, 1))));
    }
}

enum ald_rc ald_planned_around_node(struct ald_arena *a, struct ald_store *store, const struct ald_analysis *an, size_t incident,
                                    struct ald_node **ret, struct ald_err *err)
{
    const struct ald_incident *inc = &an->incidents[incident];
    bool *taken = ald_calloc(a, an->incidents_n, sizeof *taken);
    struct ald_planned_near *near = NULL;
    *ret = ald_node_list(a);
    taken[incident] = true;
    for (size_t k = 0; k < inc->records_n; k++)
        ALD_TRY(add_named(a, store, an, &an->records[inc->records[k]], taken, *ret, err));
    size_t n = ald_analysis_planned_near(an, incident, a, &near);
    for (size_t k = 0; k < n; k++)
        if (!taken[near[k].incident])
            ald_node_add(a, *ret, planned_node(a, an, near[k].incident, an->services[near[k].service], NULL));
    return ALD_OK;
}

static const char *when(const struct ald_analysis *an, const struct ald_node *o, const char *key, char buf[48])
{
    const struct ald_node *v = ald_node_at(o, key);
    if (!v || v->kind != ALD_NODE_TIME)
        return "open";
    struct ald_civil c = ald_zone_civil(an->zone, v->integer);
    (void)snprintf(buf, 48, "%04lld-%02d-%02d %02d:%02d", (long long)c.year, c.month, c.day, c.hour, c.minute);
    return buf;
}

static const char *member(struct ald_arena *a, const struct ald_node *o, const char *key)
{
    const struct ald_node *v = ald_node_at(o, key);
    return v && v->kind == ALD_NODE_STR ? text(a, v->text) : NULL;
}

void ald_explain_around(struct ald_arena *a, const struct ald_analysis *an, const struct ald_node *planned)
{
    enum { SHOWN = 10 };
    char from[48], to[48];
    if (planned->list.n)
        (void)printf("\nPlanned work around it (named by it; or on its services, under way at its start or over for at most a day)\n");
    for (size_t k = 0; k < planned->list.n && k < SHOWN; k++) {
        const struct ald_node *o = planned->list.items[k];
        const char *service = member(a, o, "service"), *field = member(a, o, "named_by");
        (void)printf("  %s  %.60s\n      %s to %s; %s %s\n", member(a, o, "key"), member(a, o, "title"), when(an, o, "start", from),
                     when(an, o, "end", to), field ? "named in" : "on", field ? field : service);
    }
    if (planned->list.n > SHOWN)
        (void)printf("  and %zu more (--json holds them all)\n", planned->list.n - SHOWN);
}
