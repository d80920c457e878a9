/* People's decisions as reports and explain show them: what was decided, why, and whether it changes anything. */
#include <string.h>

#include "alidade/override.h"
#include "alidade/report.h"
#include "alidade/time.h"
#include "alidade/zone.h"

/* What became of a decision that linking or pattern matching takes in; NULL: it holds. */
static const char *idle_of(const struct ald_analysis *an, const struct ald_decision *d)
{
    uint32_t x = ald_analysis_record(an, d->subject);
    const char *gone = "its record is not in the store, or had not begun";
    if (d->kind == ALD_DECIDE_OVERRIDE) {
        for (size_t i = 0; i < an->overrides_n; i++)
            if (an->overrides[i].decision->id == d->id)
                return an->overrides[i].idle;
        return gone;
    }
    if (x == ALD_NOBODY)
        return gone;
    if (d->kind == ALD_DECIDE_TAG)
        return an->records[x].incident == ALD_NOBODY ? "its record is another company's" : NULL;
    uint32_t y = ald_analysis_record(an, d->value);
    if (y == ALD_NOBODY)
        return gone;
    bool joined = an->records[x].incident != ALD_NOBODY && an->records[x].incident == an->records[y].incident;
    if (d->kind == ALD_DECIDE_LINK)
        return joined ? NULL : "its records were not joined";
    return joined ? "its records are joined all the same" : NULL;
}

static bool is_of(const struct ald_analysis *an, const char *record, size_t incident)
{
    uint32_t x = record ? ald_analysis_record(an, record) : ALD_NOBODY;
    return x != ALD_NOBODY && an->records[x].incident == incident;
}

/* The value as people read it: a time by the clock of the report, as all others on its pages. */
static const char *shown(struct ald_arena *a, const struct ald_analysis *an, const char *value)
{
    int64_t at;
    if (!value || !ald_time_parse(value, strlen(value), &at))
        return value;
    struct ald_civil c = ald_zone_civil(an->zone, at);
    return ald_sprintf(a, c.second ? "%04lld-%02d-%02d %02d:%02d:%02d" : "%04lld-%02d-%02d %02d:%02d", (long long)c.year, c.month, c.day, c.hour, c.minute,
                       c.second);
}

static struct ald_node *decision_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_decision *d)
{
    struct ald_node *o = ald_node_object(a);
    uint32_t x = ald_analysis_record(an, d->subject);
    const struct ald_incident *inc = x != ALD_NOBODY && an->records[x].incident != ALD_NOBODY ? &an->incidents[an->records[x].incident] : NULL;
    const char *idle = idle_of(an, d);
    ald_node_set(a, o, "id", ald_node_int(a, d->id));
    ald_node_set(a, o, "kind", ald_node_str(a, ald_decision_kind_name(d->kind)));
    ald_node_set(a, o, "incident", ald_node_str(a, inc ? inc->id : d->subject));
    ald_node_set(a, o, "key", ald_node_str(a, inc ? inc->key : d->subject));
    ald_node_set(a, o, "url", ald_node_str(a, inc ? ald_incident_url(an, a, inc) : NULL));
    ald_node_set(a, o, "field", ald_node_str(a, d->field));
    ald_node_set(a, o, "value", ald_node_str(a, d->value));
    ald_node_set(a, o, "value_shown", ald_node_str(a, shown(a, an, d->value)));
    ald_node_set(a, o, "reason", ald_node_str(a, d->reason));
    ald_node_set(a, o, "decided_at", ald_node_time(a, d->decided_at));
    ald_node_set(a, o, "applied", ald_node_bool(a, idle == NULL));
    ald_node_set(a, o, "idle", ald_node_str(a, idle));
    return o;
}

enum ald_rc ald_decisions_node(struct ald_arena *a, struct ald_store *store, const struct ald_analysis *analysis, size_t incident,
                               struct ald_node **ret, struct ald_err *err)
{
    struct ald_decision *list = NULL;
    size_t n = 0;
    ALD_TRY(ald_decisions(store, ALD_DECISION_KIND_N, false, a, &list, &n, err));
    struct ald_node *nodes = ald_node_list(a);
    for (size_t i = 0; i < n; i++) {
        bool pair = list[i].kind == ALD_DECIDE_LINK || list[i].kind == ALD_DECIDE_UNLINK;
        if (incident == SIZE_MAX || is_of(analysis, list[i].subject, incident) || (pair && is_of(analysis, list[i].value, incident)))
            ald_node_add(a, nodes, decision_node(a, analysis, &list[i]));
    }
    *ret = nodes;
    return ALD_OK;
}
