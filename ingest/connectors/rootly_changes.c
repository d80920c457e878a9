/* What Rootly's alerts went through (who was called, who answered, to whom it went on), and what its log of audits tells of incidents:
 * each change of their state and severity. Must not know requests or paging. */
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/rootly_priv.h"
#include "connectors/word.h"

/* ---- Events of alerts ---- */

unsigned ald_rootly_calls(const struct ald_source_cfg *cfg)
{
    return ald_listing_on(cfg, "alerts") && ald_listing_on(cfg, "alert_events") ? ALD_ROOTLY_CALLS : 0;
}

#define CALLED "notified"

/** An alert's own end is not the incident's; whom it called was not engaged by that. */
static const struct {
    const char *action, *kind;
} actions[] = {
    {"acknowledged", "acknowledged"}, {"escalated", "escalated"}, {"notified", CALLED}, {"called", CALLED},
    {"texted", CALLED},               {"emailed", CALLED},        {"slacked", CALLED},  {"paged", CALLED},
};

static void tell_action(const char *kind, const char *action, const char *text, const char *person, struct ald_row_event *e)
{
    const char *found = is(kind, "note") ? "note" : "other";
    for (size_t i = 0; i < sizeof actions / sizeof actions[0] && is(found, "other"); i++)
        found = is(action, actions[i].action) ? actions[i].kind : found;
    bool called = is(found, CALLED);
    e->kind = called ? "other" : found;
    e->value = called ? CALLED : action;
    e->text = is(found, "note") ? text : NULL;
    e->actor = e->agent = person;
    e->automatic = called || !person ? 1 : 0;
    if (called)
        e->agent = NULL; /* the person is whom it called */
}

enum ald_rc ald_rootly_alert_event(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *at_sign = strchr(ald_listing_subject(res->req), '@'); /* ALERT@INCIDENT: the answer does not say whose it is */
    const char *id = NULL, *kind = NULL, *action = NULL, *text = NULL, *person = NULL;
    struct ald_jv attributes;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "kind", &kind, err));
    ALD_TRY(ald_json_str(&attributes, "action", &action, err));
    ALD_TRY(ald_json_str_opt(&attributes, "details", &text, err));
    ALD_TRY(ald_json_time(&attributes, "created_at", &at, err));
    ALD_TRY(ald_rootly_user(&attributes, "user", &person, err));
    if (!person)
        ALD_TRY(ald_rootly_user(&attributes, "user_id", &person, err));
    if (!at_sign)
        return ALD_OK;
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "alert %s", id), at, "other");
    e->external_id = at_sign + 1;
    e->field = "incident_alert_events";
    tell_action(kind, action, text, person, e);
    ald_answer_mentions(rows, el, e->external_id, e->text, "incident_alert_events:details");
    return ALD_OK;
}

/* ---- Audits ---- */

/** A change [before, after] of a member; false: there is none, or it has another form. null is NULL. */
static bool change_of(struct ald_arena *arena, const struct ald_jv *changes, const char *member, const char **before, const char **after)
{
    struct ald_jv pair, it;
    const char **const to[] = {before, after};
    if (!ald_json_opt(changes, member, &pair) || ald_json_kind(&pair) != ALD_JSON_ARRAY || ald_json_len(&pair) != 2)
        return false;
    bool ok = ald_json_first(&pair, &it);
    for (size_t i = 0; ok && i < 2; i++, ok = ald_json_next(&it)) {
        *to[i] = NULL;
        if (ald_json_kind(&it) != ALD_JSON_NULL && ald_json_as_str(&it, to[i], NULL) != ALD_OK)
            return false;
        *to[i] = *to[i] ? ald_strdup(arena, *to[i]) : NULL;
    }
    return true;
}

/** What a change of state is; NULL: the incident's own times tell it. */
static const char *state_kind(const char *before, const char *after)
{
    static const char *const over[] = {"resolved", "closed", "cancelled", "completed", NULL},
                      *const open[] = {"in_triage", "started", "detected", "acknowledged", "mitigated", "in_progress", NULL};
    if (one_of(before, over) && one_of(after, open))
        return "reopened";
    if (one_of(before, open) && (is(after, "resolved") || is(after, "completed")))
        return "resolved";
    return one_of(before, open) && one_of(after, over) ? "closed" : NULL;
}

static struct ald_row_event *audit_event(struct ald_rows *rows, struct ald_element *el, const char *incident, const char *what,
                                         int64_t at, const char *kind, const char *person)
{
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "audit %s %s", el->id, what), at, kind);
    e->external_id = incident;
    e->field = "audits";
    e->actor = e->agent = person;
    e->automatic = person ? 0 : -1;
    return e;
}

enum ald_rc ald_rootly_audit(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    const char *type = NULL, *incident = NULL, *person = NULL, *before = NULL, *after = NULL, *kind;
    struct ald_jv attributes, changes;
    int64_t at;
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "item_type", &type, err));
    ALD_TRY(ald_json_time(&attributes, "created_at", &at, err));
    ALD_TRY(ald_json_id_opt(rows->arena, &attributes, "item_id", &incident, err));
    ALD_TRY(ald_rootly_user(&attributes, "user_id", &person, err));
    if (!is(type, "Incident") || !incident || !ald_json_opt(&attributes, "object_changes", &changes) ||
        ald_json_kind(&changes) != ALD_JSON_OBJECT)
        return ALD_OK;
    if (change_of(rows->arena, &changes, "status", &before, &after) && (kind = state_kind(before, after)))
        audit_event(rows, el, incident, "status", at, kind, person)->value = after;
    /* The first severity is given, not changed. What it was changed to is told by an id alone. */
    if (change_of(rows->arena, &changes, "severity_id", &before, &after) && before && after)
        audit_event(rows, el, incident, "severity", at, "severity_changed", person);
    return ALD_OK;
}
