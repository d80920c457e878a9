/* What a PagerDuty incident means, and what its reference lists do: services, teams, priorities. last_status_change_at
 * is read nowhere: it also moves when nothing was resolved. Must not know requests or paging. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/pagerduty_priv.h"
#include "connectors/word.h"

bool ald_pagerduty_notes_wanted(const struct ald_source_cfg *cfg)
{
    return !is(ald_source_opt(cfg, "notes"), "off");
}

bool ald_pagerduty_alerts_wanted(const struct ald_source_cfg *cfg)
{
    return is(ald_source_opt(cfg, "alerts"), "on");
}

/* ---- References ---- */

enum ald_rc ald_pagerduty_ref(struct ald_arena *arena, const struct ald_jv *v, const char *name, const char **ret,
                              struct ald_err *err)
{
    struct ald_jv ref;
    *ret = NULL;
    return ald_json_opt(v, name, &ref) ? ald_json_id_opt(arena, &ref, "id", ret, err) : ALD_OK;
}

/** What a reference is called. */
static const char *label_of(const struct ald_jv *ref)
{
    static const char *const keys[] = {"name", "summary"};
    const char *label = NULL;
    for (size_t i = 0; i < 2 && !(label && *label); i++)
        if (ald_json_str_opt(ref, keys[i], &label, NULL) != ALD_OK)
            label = NULL;
    return label && *label ? label : NULL;
}

const char *ald_pagerduty_person(const struct ald_jv *v, const char *name, bool *ret_machine)
{
    struct ald_jv who;
    const char *pseudonym = NULL;
    *ret_machine = false;
    if (!ald_json_opt(v, name, &who))
        return NULL;
    *ret_machine = ald_json_kind(&who) == ALD_JSON_OBJECT;
    return ald_json_as_str(&who, &pseudonym, NULL) == ALD_OK && *pseudonym ? pseudonym : NULL;
}

/* ---- The incident ---- */

/** What the configuration maps is taken before the incident's own. */
static int rank(const struct ald_source_cfg *cfg, const char *moment)
{
    return ald_source_field(cfg, moment) ? 2 : 1;
}

static enum ald_rc add_moments(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                               const struct ald_jv *it, struct ald_err *err)
{
    int64_t resolved;
    ALD_TRY(ald_json_time(it, "created_at", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(it, "resolved_at", &resolved, err));
    ALD_TRY(ald_json_time_opt(it, "updated_at", &rec->updated_at, err));
    ALD_TRY(ald_json_str_opt(it, "status", &rec->status, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created_at", rank(cfg, "opened"));
    bool open = is(rec->status, "triggered") || is(rec->status, "acknowledged") ||
                (!is(rec->status, "resolved") && resolved == ALD_TIME_NONE);
    rec->end_state = open ? "open" : "resolved";
    if (!open) /* a reopened one may still carry it */
        ald_rows_moment(rows, rec, "resolved", resolved, "resolved_at", rank(cfg, "resolved"));
    return ALD_OK;
}

static enum ald_rc add_values(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                              const struct ald_jv *it, struct ald_err *err)
{
    const char *mapped = ald_source_field(cfg, "severity");
    struct ald_jv priority, counts, type;
    const char *s = NULL;
    bool has = false;
    int64_t n = 0;
    if ((!mapped || is(mapped, "priority")) && ald_json_opt(it, "priority", &priority)) {
        ALD_TRY(ald_json_id_opt(rows->arena, &priority, "id", &s, err));
        if (!mapped)
            ald_rows_value(rows, rec, "severity", label_of(&priority), "priority.name");
        ald_rows_value(rows, rec, "severity_id", s, "priority.id"); /* its place in /priorities gives the rank */
    }
    ALD_TRY(ald_json_str_opt(it, "urgency", &s, err));
    ald_rows_value(rows, rec, "urgency", s, "urgency");
    if (ald_json_opt(it, "alert_counts", &counts))
        ALD_TRY(ald_json_int_opt(&counts, "all", &has, &n, err));
    if (has)
        ald_rows_value(rows, rec, "alerts_grouped", ald_sprintf(rows->arena, "%lld", (long long)n), "alert_counts.all");
    if (ald_json_opt(it, "incident_type", &type)) {
        ALD_TRY(ald_json_str_opt(&type, "name", &s, err));
        ald_rows_value(rows, rec, "incident_type", s, "incident_type.name");
    }
    return ALD_OK;
}

static enum ald_rc add_service(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                               struct ald_err *err)
{
    const char *id = NULL;
    ALD_TRY(ald_pagerduty_ref(rows->arena, it, "service", &id, err));
    struct ald_row_service *service = ald_rows_service(rows, rec, id, "service");
    service->at = rec->entered_at;
    service->at_start = true;
    struct ald_jv list, team;
    bool any = false;
    ALD_TRY(ald_answer_each(it, "teams", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &team); ok; ok = ald_json_next(&team)) {
        ALD_TRY(ald_json_id_opt(rows->arena, &team, "id", &id, err));
        ald_rows_team(rows, rec, id, "assigned", ALD_TIME_NONE, "teams");
    }
    return ALD_OK;
}

/** Only what the incident says of now: assignments are gone once it is resolved, and the log tells the whole story. */
static enum ald_rc add_people(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                              struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false, machine;
    int64_t at;
    const char *via = NULL, *state = NULL;
    ALD_TRY(ald_json_str_opt(it, "assigned_via", &via, err));
    ALD_TRY(ald_answer_each(it, "assignments", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_time_opt(&x, "at", &at, err));
        /* Whom a rota named was called, not chosen. */
        ald_rows_person(rows, rec, ald_pagerduty_person(&x, "assignee", &machine),
                        is(via, "direct_assignment") ? "assigned" : "notified", at, "assignments");
    }
    ALD_TRY(ald_answer_each(it, "acknowledgements", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_time_opt(&x, "at", &at, err));
        ald_rows_person(rows, rec, ald_pagerduty_person(&x, "acknowledger", &machine), "acknowledged", at,
                        "acknowledgements");
    }
    ALD_TRY(ald_answer_each(it, "incidents_responders", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_time_opt(&x, "updated_at", &at, err));
        ALD_TRY(ald_json_str_opt(&x, "state", &state, err));
        ald_rows_person(rows, rec, ald_pagerduty_person(&x, "user", &machine),
                        is(state, "joined") ? "responder" : "requested", at, "incidents_responders");
    }
    return ALD_OK;
}

static enum ald_rc add_refs(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                            struct ald_err *err)
{
    struct ald_jv reason, bridge, list, x;
    const char *s = NULL;
    bool any = false;
    ALD_TRY(ald_json_id_opt(rows->arena, it, "incident_key", &s, err));
    ald_rows_ref(rows, rec, "incident_key", s, "incident_key");
    if (ald_json_opt(it, "resolve_reason", &reason)) {
        ALD_TRY(ald_json_str_opt(&reason, "type", &rec->resolve_reason, err));
        ALD_TRY(ald_pagerduty_ref(rows->arena, &reason, "incident", &s, err));
        ald_rows_ref(rows, rec, "merged_into", s, "resolve_reason.incident");
    }
    if (ald_json_opt(it, "conference_bridge", &bridge)) {
        ALD_TRY(ald_json_str_opt(&bridge, "conference_url", &s, err));
        ald_rows_ref(rows, rec, "channel", s, "conference_bridge.conference_url");
    }
    ALD_TRY(ald_answer_each(it, "external_references", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_str_opt(&x, "external_url", &s, err));
        ald_rows_ref(rows, rec, "url", s, "external_references[].external_url");
        ALD_TRY(ald_json_id_opt(rows->arena, &x, "external_id", &s, err));
        ald_rows_ref(rows, rec, "key", s, "external_references[].external_id");
    }
    return ALD_OK;
}

/** A detail of one incident, or one read with its list: the same. */
static void add_todos(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                      struct ald_element *el, const char *alerts)
{
    const struct ald_row_record *rec = el->record;
    bool single = req->subjects_n > 0;
    if (single && ald_pagerduty_notes_wanted(cfg)) /* an edit or a deletion of a note leaves no entry in the log */
        (void)ald_rows_todo(rows, el, "notes", rec->external_id);
    if (ald_pagerduty_alerts_wanted(cfg) && !is(alerts, "0"))
        (void)ald_rows_todo(rows, el, "alerts", rec->external_id);
}

static const char *value_of(const struct ald_row_record *rec, const char *name)
{
    for (size_t i = 0; i < rec->values_n; i++)
        if (strcmp(rec->values[i].name, name) == 0)
            return rec->values[i].value;
    return NULL;
}

enum ald_rc ald_pagerduty_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                   struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                   struct ald_err *err)
{
    const char *id = NULL, *updated = NULL;
    bool rest = false;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->holds = ALD_PAGERDUTY_HOLDS;
    ALD_TRY(ald_json_id_opt(rows->arena, row, "incident_number", &rec->key, err));
    ALD_TRY(ald_json_str_opt(row, "html_url", &rec->url, err));
    static const char *const titles[] = {"title", "description", "summary"};
    for (size_t i = 0; i < 3 && !(rec->title && *rec->title); i++)
        ALD_TRY(ald_json_str_opt(row, titles[i], &rec->title, err));
    ALD_TRY(add_moments(cfg, rows, rec, row, err));
    ALD_TRY(add_values(cfg, rows, rec, row, err));
    ALD_TRY(ald_pagerduty_mapped(cfg, rows, rec, row, &rest, err));
    ALD_TRY(add_service(rows, rec, row, err));
    ALD_TRY(add_people(rows, rec, row, err));
    ALD_TRY(add_refs(rows, rec, row, err));
    ald_answer_site_alias(rows, rec->url);
    const char *alerts = value_of(rec, "alerts_grouped");
    if (ald_pagerduty_alerts_wanted(cfg)) {
        rec->holds |= ALD_HOLDS_ALERTS;
        rec->timeline |= is(alerts, "0") ? ALD_HOLDS_ALERTS : 0; /* there are none to read */
    }
    ALD_TRY(ald_json_str_opt(row, "updated_at", &updated, err));
    if (updated && *updated)
        rec->version =
            ald_sprintf(rows->arena, "%s|%s|%s%s", updated, rec->status ? rec->status : "", alerts ? alerts : "",
                        ald_pagerduty_mapping(rows->arena, cfg));
    if (rest)
        (void)ald_rows_todo(rows, el, "custom_fields", rec->external_id);
    add_todos(cfg, res->req, rows, el, alerts);
    return ALD_OK;
}

/* ---- Reference lists ---- */

enum ald_rc ald_pagerduty_service(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                  struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                  struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_service_def def = {0};
    struct ald_jv list, team;
    bool any = false;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &def.external_id, err));
    def.name = label_of(row);
    ALD_TRY(ald_answer_each(row, "teams", &list, &any, err));
    if (any && ald_json_len(&list) == 1 && ald_json_first(&list, &team)) /* of several, none is the owner */
        ALD_TRY(ald_json_id_opt(rows->arena, &team, "id", &def.team, err));
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    (void)ald_rows_todo(rows, el, "service_dependencies", def.external_id);
    return ALD_OK;
}

/** {"relationships": [{"supporting_service", "dependent_service"}]}: both what the service needs and what needs it. */
enum ald_rc ald_pagerduty_dependencies(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                       struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                       struct ald_err *err)
{
    (void)cfg;
    const char *service = ald_listing_subject(res->req);
    struct ald_row_service_def def = {.external_id = service};
    struct ald_jv list, x;
    bool any = false;
    ALD_TRY(ald_answer_each(row, "relationships", &list, &any, err));
    const char **depends_on = ald_calloc(rows->arena, (any ? ald_json_len(&list) : 0) + 1, sizeof *depends_on);
    size_t n = 0;
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *supporting = NULL, *dependent = NULL;
        ALD_TRY(ald_pagerduty_ref(rows->arena, &x, "supporting_service", &supporting, err));
        ALD_TRY(ald_pagerduty_ref(rows->arena, &x, "dependent_service", &dependent, err));
        if (is(dependent, service) && supporting && !is(supporting, service))
            depends_on[n++] = supporting;
    }
    def.depends_on = depends_on;
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    return ALD_OK;
}

enum ald_rc ald_pagerduty_team(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_team_def def = {0};
    ALD_TRY(ald_json_id(rows->arena, row, "id", &def.external_id, err));
    def.name = label_of(row);
    ALD_TRY(ald_pagerduty_ref(rows->arena, row, "parent", &def.parent, err));
    el->team_def = ald_alloc(rows->arena, sizeof def);
    *el->team_def = def;
    return ALD_OK;
}

/** The list comes from the most to the least severe. */
enum ald_rc ald_pagerduty_priority(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                   struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                   struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_label label = {.kind = "severity"};
    ALD_TRY(ald_json_id(rows->arena, row, "id", &label.external_id, err));
    label.name = label_of(row);
    el->label = ald_alloc(rows->arena, sizeof label);
    *el->label = label; /* its rank is its place: pagerduty.c */
    return ALD_OK;
}

/** A maintenance window, in which its services page nobody: planned work. Before it begins it has not happened. */
enum ald_rc ald_pagerduty_maintenance(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *id = NULL;
    struct ald_jv list, x;
    bool any = false;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, ald_sprintf(rows->arena, "maintenance_windows/%s", id));
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->class_ = "planned";
    rec->end_state = "resolved"; /* at the end that it has, be it to come */
    ALD_TRY(ald_json_str_opt(row, "html_url", &rec->url, err));
    ALD_TRY(ald_json_str_opt(row, "description", &rec->title, err));
    if (!rec->title || !*rec->title)
        ALD_TRY(ald_json_str_opt(row, "summary", &rec->title, err));
    ALD_TRY(ald_json_time(row, "start_time", &at, err));
    rec->entered_at = at;
    ald_rows_moment(rows, rec, "opened", at, "start_time", 1);
    ALD_TRY(ald_json_time(row, "end_time", &at, err));
    ald_rows_moment(rows, rec, "resolved", at, "end_time", 1);
    ALD_TRY(ald_answer_each(row, "services", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_id(rows->arena, &x, "id", &id, err));
        ald_rows_service(rows, rec, id, "services")->at_start = true;
    }
    ALD_TRY(ald_answer_each(row, "teams", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_id(rows->arena, &x, "id", &id, err));
        ald_rows_team(rows, rec, id, "assigned", ALD_TIME_NONE, "teams");
    }
    return ALD_OK;
}
