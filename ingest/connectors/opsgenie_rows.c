/* What Opsgenie's incidents, alerts, teams and services mean; alerts of Jira Service Management Operations are the same. updatedAt
 * is no time of resolution: it also moves when nothing was resolved. Must not know requests or paging. */
#include <inttypes.h>
#include <string.h>

#include "connectors/answer.h"
#include "connectors/listing.h"
#include "connectors/opsgenie_priv.h"
#include "connectors/word.h"

bool ald_opsgenie_on(const struct ald_source_cfg *cfg, const char *key)
{
    return !is(ald_source_opt(cfg, key), "off");
}

/** The id of an object, or what stands there itself. */
static enum ald_rc id_of(struct ald_arena *arena, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    *ret = NULL;
    if (ald_json_kind(v) == ALD_JSON_STRING)
        return ald_json_as_str(v, ret, err);
    return ald_json_kind(v) == ALD_JSON_NULL ? ALD_OK : ald_json_id_opt(arena, v, "id", ret, err); /* null: no person is kept */
}

/* ---- Parts that incidents and alerts have in common ---- */

/** {type: user | team | escalation | schedule, id}: whom it was sent to. A user is a pseudonym by now. */
static enum ald_rc add_responders(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false;
    ALD_TRY(ald_answer_each(it, "responders", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *type = NULL, *id = NULL;
        ALD_TRY(id_of(rows->arena, &x, &id, err));
        if (ald_json_kind(&x) == ALD_JSON_STRING) {
            if (id && *id)
                ald_rows_person(rows, rec, id, "requested", ALD_TIME_NONE, "responders");
            continue;
        }
        if (id)
            ALD_TRY(ald_json_str_opt(&x, "type", &type, err));
        if (is(type, "team") && id)
            ald_rows_team(rows, rec, id, "assigned", ALD_TIME_NONE, "responders");
    }
    return ALD_OK;
}

static enum ald_rc add_tags(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false;
    const char *tag = NULL;
    ALD_TRY(ald_answer_each(it, "tags", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_as_str(&x, &tag, err));
        ald_rows_value(rows, rec, "tag", tag, "tags");
    }
    return ALD_OK;
}

/** Fields of the user's choice: of extraProperties (in alerts also: details), else of the object itself. For ald_mapped_read. */
static enum ald_rc texts_of(struct ald_arena *arena, const void *from, const char *field, const char *const **ret, size_t *ret_n,
                            struct ald_err *err)
{
    static const char *const holders[] = {"extraProperties", "details", NULL};
    const struct ald_jv *it = from;
    struct ald_texts texts = {0};
    for (size_t i = 0; i < sizeof holders / sizeof holders[0] && !texts.n; i++) {
        struct ald_jv holder, v, x;
        const char *s = NULL;
        bool in = holders[i] && ald_json_opt(it, holders[i], &holder) && ald_json_kind(&holder) == ALD_JSON_OBJECT;
        const struct ald_jv *where = in ? &holder : it;
        if ((holders[i] && !in) || !ald_json_opt(where, field, &v))
            continue;
        if (ald_json_kind(&v) != ALD_JSON_ARRAY) {
            ALD_TRY(ald_json_id_opt(arena, where, field, &s, err));
            ald_texts_add(arena, &texts, s);
        }
        for (bool ok = ald_json_kind(&v) == ALD_JSON_ARRAY && ald_json_first(&v, &x); ok; ok = ald_json_next(&x)) {
            ALD_TRY(id_of(arena, &x, &s, err));
            ald_texts_add(arena, &texts, s);
        }
    }
    *ret = texts.at;
    *ret_n = texts.n;
    return ALD_OK;
}

/** A service stands there from the beginning. */
static enum ald_rc add_mapped(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                              const struct ald_jv *it, struct ald_err *err)
{
    size_t before = rec->services_n;
    ALD_TRY(ald_mapped_read(cfg, rows, rec, it, texts_of, err));
    for (size_t i = before; i < rec->services_n; i++)
        rec->services[i].at_start = true;
    return ALD_OK;
}

/** What every record of this source has; times and states are the caller's. */
static enum ald_rc begin(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *it,
                         struct ald_row_record **ret, struct ald_err *err)
{
    const char *id = NULL, *priority = NULL, *updated = NULL;
    ALD_TRY(ald_json_id(rows->arena, it, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->holds = ALD_OPSGENIE_TIMELINE;
    ALD_TRY(ald_json_id_opt(rows->arena, it, "tinyId", &rec->key, err));
    ALD_TRY(ald_json_str_opt(it, "message", &rec->title, err));
    ALD_TRY(ald_json_str_opt(it, "status", &rec->status, err));
    ALD_TRY(ald_json_time(it, "createdAt", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(it, "updatedAt", &rec->updated_at, err));
    ALD_TRY(ald_json_str_opt(it, "updatedAt", &updated, err));
    ALD_TRY(ald_json_str_opt(it, "priority", &priority, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "createdAt", 1);
    if (!ald_source_field(cfg, "severity")) {
        ald_rows_value(rows, rec, "severity", priority, "priority");
        if (priority && priority[0] == 'P' && strlen(priority) == 2) /* P1 to P5, whatever the account */
            ald_rows_value(rows, rec, "severity_rank", priority + 1, "priority");
    }
    if (updated && *updated)
        rec->version = ald_sprintf(rows->arena, "%s|%s", updated, rec->status ? rec->status : "");
    ALD_TRY(add_responders(rows, rec, it, err));
    ALD_TRY(add_tags(rows, rec, it, err));
    ALD_TRY(add_mapped(cfg, rows, rec, it, err));
    *ret = rec;
    return ALD_OK;
}

/* ---- Incidents ---- */

static enum ald_rc add_impact(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false;
    int64_t started, ended;
    ALD_TRY(ald_json_time_opt(it, "impactStartDate", &started, err));
    ALD_TRY(ald_json_time_opt(it, "impactEndDate", &ended, err));
    ald_rows_moment(rows, rec, "impact_started", started, "impactStartDate", 2);
    ald_rows_moment(rows, rec, "mitigated", ended, "impactEndDate", 2);
    ALD_TRY(ald_answer_each(it, "impactedServices", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *service = NULL;
        ALD_TRY(id_of(rows->arena, &x, &service, err));
        if (service && *service) /* when it was named is not told */
            (void)ald_rows_service(rows, rec, service, "impactedServices");
    }
    return ALD_OK;
}

enum ald_rc ald_opsgenie_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    static const char *const details[] = {"incident_timeline", "incident_notes", "responder_alerts"};
    struct ald_row_record *rec = NULL;
    struct ald_jv links;
    const char *team = NULL;
    ALD_TRY(begin(cfg, rows, el, row, &rec, err));
    if (ald_json_opt(row, "links", &links))
        ALD_TRY(ald_json_str_opt(&links, "web", &rec->url, err));
    ald_answer_site_alias(rows, rec->url);
    /* Resolved, and closed after that: when, only the timeline tells. */
    rec->end_state = is(rec->status, "resolved") ? "resolved" : is(rec->status, "closed") ? "closed" : "open";
    ALD_TRY(add_impact(rows, rec, row, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "ownerTeam", &team, err));
    if (team)
        ald_rows_team(rows, rec, team, "assigned", ALD_TIME_NONE, "ownerTeam");
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        (void)ald_rows_todo(rows, el, details[i], rec->external_id);
    return ALD_OK;
}

/* ---- Alerts ---- */

/** ackTime and closeTime are lengths since the alert was made; who did it is "" where software did. */
static enum ald_rc add_report(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, struct ald_err *err)
{
    struct ald_jv report;
    const char *by = NULL;
    bool acknowledged = false, closed = false;
    int64_t ack = 0, close = 0;
    if (!ald_json_opt(it, "report", &report))
        return ALD_OK;
    ALD_TRY(ald_json_int_opt(&report, "ackTime", &acknowledged, &ack, err));
    ALD_TRY(ald_json_int_opt(&report, "closeTime", &closed, &close, err));
    ALD_TRY(ald_json_str_opt(&report, "acknowledgedBy", &by, err));
    if (acknowledged && by && *by) {
        ald_rows_moment(rows, rec, "acknowledged", rec->entered_at + ack, "report.ackTime", 1);
        ald_rows_person(rows, rec, by, "acknowledged", rec->entered_at + ack, "report.acknowledgedBy");
    }
    ALD_TRY(ald_json_str_opt(&report, "closedBy", &by, err));
    if (closed && is(rec->status, "closed")) { /* closing is all the end that an alert has */
        ald_rows_moment(rows, rec, "resolved", rec->entered_at + close, "report.closeTime", 2);
        if (by && *by)
            ald_rows_person(rows, rec, by, "resolved", rec->entered_at + close, "report.closedBy");
    }
    return ALD_OK;
}

static enum ald_rc add_origin(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, struct ald_err *err)
{
    static const char *const values[] = {"source", "entity", "integrationName"};
    struct ald_jv integration;
    const char *s = NULL;
    bool has = false;
    int64_t n = 0;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ALD_TRY(ald_json_str_opt(it, values[i], &s, err));
        ald_rows_value(rows, rec, i == 2 ? "integration" : values[i], s, values[i]);
    }
    if (ald_json_opt(it, "integration", &integration)) {
        ALD_TRY(ald_json_str_opt(&integration, "name", &s, err));
        ald_rows_value(rows, rec, "integration", s, "integration.name");
    }
    ALD_TRY(ald_json_int_opt(it, "count", &has, &n, err));
    if (has)
        ald_rows_value(rows, rec, "alerts_grouped", ald_sprintf(rows->arena, "%" PRId64, n), "count");
    return ALD_OK;
}

static enum ald_rc add_teams(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false;
    const char *id = NULL;
    ALD_TRY(ald_json_id_opt(rows->arena, it, "ownerTeamId", &id, err));
    if (id)
        ald_rows_team(rows, rec, id, "assigned", ALD_TIME_NONE, "ownerTeamId");
    ALD_TRY(ald_answer_each(it, "teams", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(id_of(rows->arena, &x, &id, err));
        if (id && *id)
            ald_rows_team(rows, rec, id, "assigned", ALD_TIME_NONE, "teams");
    }
    return ALD_OK;
}

enum ald_rc ald_opsgenie_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    struct ald_row_record *rec = NULL;
    const char *alias = NULL, *owner = NULL;
    ALD_TRY(begin(cfg, rows, el, row, &rec, err));
    rec->holds = ALD_OPSGENIE_LOG;
    rec->end_state = is(rec->status, "closed") ? "resolved" : "open";
    ALD_TRY(add_report(rows, rec, row, err));
    ALD_TRY(add_origin(rows, rec, row, err));
    ALD_TRY(add_teams(rows, rec, row, err));
    ALD_TRY(ald_json_str_opt(row, "owner", &owner, err));
    if (owner && *owner)
        ald_rows_person(rows, rec, owner, "assigned", ALD_TIME_NONE, "owner");
    /* Alerts keep their ids when an account moves from one product to the other: read twice, they are one. */
    ald_rows_ref(rows, rec, "alert", rec->external_id, "id");
    ald_rows_ref(rows, rec, "key", rec->external_id, "id");
    ALD_TRY(ald_json_id_opt(rows->arena, row, "alias", &alias, err));
    if (!is(alias, rec->external_id)) /* else the source made it up */
        ald_rows_ref(rows, rec, "incident_key", alias, "alias");
    if (ald_opsgenie_on(cfg, "alert_logs"))
        (void)ald_rows_todo(rows, el, "alert_logs", rec->external_id);
    if (ald_opsgenie_on(cfg, "alert_notes"))
        (void)ald_rows_todo(rows, el, "alert_notes", rec->external_id);
    return ALD_OK;
}

/* ---- Reference lists ---- */

enum ald_rc ald_opsgenie_team(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_team_def def = {0};
    bool named = ald_json_opt(row, "teamId", &(struct ald_jv){0});
    ALD_TRY(ald_json_id(rows->arena, row, named ? "teamId" : "id", &def.external_id, err));
    ALD_TRY(ald_json_str_opt(row, named ? "teamName" : "name", &def.name, err));
    el->team_def = ald_alloc(rows->arena, sizeof def);
    *el->team_def = def;
    return ALD_OK;
}

enum ald_rc ald_opsgenie_service(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_service_def def = {0};
    ALD_TRY(ald_json_id(rows->arena, row, "id", &def.external_id, err));
    ALD_TRY(ald_json_str_opt(row, "name", &def.name, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "teamId", &def.team, err));
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    return ALD_OK;
}
