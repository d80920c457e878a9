/* What an incident of Rootly means: a record with its moments, severity, services, teams and refs. Every time stands in a member of its
 * own. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/rootly_priv.h"
#include "connectors/word.h"

enum ald_rc ald_rootly_attributes(const struct ald_jv *resource, struct ald_jv *ret, struct ald_err *err)
{
    ALD_TRY(ald_json_get(resource, "attributes", ret, err));
    return ald_json_kind(ret) == ALD_JSON_OBJECT ? ALD_OK : ald_json_expected(ret, "an object", err);
}

bool ald_rootly_resource(const struct ald_jv *v, struct ald_jv *ret)
{
    struct ald_jv in;
    if (ald_json_kind(v) != ALD_JSON_OBJECT)
        return false;
    *ret = *v;
    if (ald_json_opt(v, "data", &in))
        *ret = in;
    return ald_json_kind(ret) == ALD_JSON_OBJECT;
}

enum ald_rc ald_rootly_user(const struct ald_jv *v, const char *member, const char **ret, struct ald_err *err)
{
    struct ald_jv given, in;
    *ret = NULL;
    if (!ald_json_opt(v, member, &given))
        return ALD_OK;
    bool wrapped = ald_json_kind(&given) == ALD_JSON_OBJECT && ald_json_opt(&given, "data", &in);
    const struct ald_jv *who = wrapped ? &in : &given;
    if (ald_json_kind(who) == ALD_JSON_STRING)
        ALD_TRY(ald_json_as_str(who, ret, err));
    *ret = *ret && **ret ? *ret : NULL;
    return ALD_OK;
}

/** Name of a resource, by "name", else by slug, title or what is there. */
static enum ald_rc name_of(struct ald_arena *arena, const struct ald_jv *resource, const char **ret, struct ald_err *err)
{
    struct ald_jv attributes;
    *ret = NULL;
    const struct ald_jv *from = ald_json_opt(resource, "attributes", &attributes) ? &attributes : resource;
    return ald_json_id_opt(arena, from, "name", ret, err);
}

/* ---- Fields of the user's choice ---- */

static enum ald_rc add_text(struct ald_arena *arena, const struct ald_jv *v, struct ald_texts *texts, struct ald_err *err)
{
    const char *s = NULL;
    struct ald_jv resource;
    if (ald_json_kind(v) == ALD_JSON_STRING)
        ALD_TRY(ald_json_as_str(v, &s, err));
    else if (ald_rootly_resource(v, &resource))
        ALD_TRY(name_of(arena, &resource, &s, err));
    ald_texts_add(arena, texts, s);
    return ALD_OK;
}

/** Of a label, or of an attribute: a text, a number, a resource by its name, or a list of those. Form fields come by themselves. */
static enum ald_rc texts_of(struct ald_arena *arena, const void *given, const char *field, const char *const **ret, size_t *ret_n,
                            struct ald_err *err)
{
    struct ald_texts texts = {.n = 0};
    struct ald_jv labels, v, x;
    const struct ald_jv *attributes = given, *from = attributes;
    if (ald_json_opt(attributes, "labels", &labels) && ald_json_kind(&labels) == ALD_JSON_OBJECT && ald_json_opt(&labels, field, &v))
        from = &labels;
    if (ald_json_opt(from, field, &v)) {
        if (ald_json_kind(&v) == ALD_JSON_NUMBER) {
            const char *s = NULL;
            ALD_TRY(ald_json_id_opt(arena, from, field, &s, err));
            ald_texts_add(arena, &texts, s);
        } else if (ald_json_kind(&v) == ALD_JSON_ARRAY) {
            for (bool ok = ald_json_first(&v, &x); ok; ok = ald_json_next(&x))
                ALD_TRY(add_text(arena, &x, &texts, err));
        } else {
            ALD_TRY(add_text(arena, &v, &texts, err));
        }
    }
    *ret = texts.at;
    *ret_n = texts.n;
    return ALD_OK;
}

/* ---- State and times ---- */

static enum ald_rc add_state(struct ald_row_record *rec, const struct ald_jv *attributes, const char **ret_kind, struct ald_err *err)
{
    static const char *const over[] = {"resolved", "completed", NULL}, *const ended[] = {"closed", "cancelled", "canceled", NULL};
    ALD_TRY(ald_json_str_opt(attributes, "status", &rec->status, err));
    ALD_TRY(ald_json_str_opt(attributes, "kind", ret_kind, err));
    rec->end_state = one_of(rec->status, over) ? "resolved" : one_of(rec->status, ended) ? "closed" : "open";
    bool turned_down = is(rec->status, "cancelled") || is(rec->status, "canceled");
    rec->resolve_reason = turned_down ? rec->status : NULL;
    if (*ret_kind && strncmp(*ret_kind, "test", 4) == 0)
        rec->class_ = "exercise";
    else if (*ret_kind && strncmp(*ret_kind, "scheduled", 9) == 0)
        rec->class_ = "planned";
    else if (turned_down)
        rec->class_ = "noise";
    return ALD_OK;
}

/** Ends that are left over from before it was opened again do not count. Who came to it, where that is told. */
static enum ald_rc add_times(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *attributes, struct ald_err *err)
{
    static const struct {
        const char *member, *moment, *by, *role;
        int rank;
        bool end;
    } times[] = {{"started_at", "impact_started", "started_by", "reporter", 2, false},
                 {"detected_at", "detected", NULL, NULL, 2, false},
                 {"in_triage_at", "opened", "in_triage_by", "reporter", 2, false},
                 {"scheduled_for", "opened", NULL, NULL, 3, false},
                 {"acknowledged_at", "acknowledged", "acknowledged_by", "acknowledged", 2, false},
                 {"mitigated_at", "mitigated", "mitigated_by", "responder", 2, false},
                 {"resolved_at", "resolved", "resolved_by", "resolved", 2, true},
                 {"closed_at", "closed", "closed_by", "responder", 2, true},
                 {"cancelled_at", "closed", "cancelled_by", "responder", 3, true}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t at;
        const char *person = NULL;
        ALD_TRY(ald_json_time_opt(attributes, times[i].member, &at, err));
        if (times[i].by)
            ALD_TRY(ald_rootly_user(attributes, times[i].by, &person, err));
        if (times[i].end && is(rec->end_state, "open"))
            continue;
        ald_rows_moment(rows, rec, times[i].moment, at, times[i].member, times[i].rank);
        if (person)
            ald_rows_person(rows, rec, person, times[i].role, at, times[i].by);
    }
    return ALD_OK;
}

/* ---- Severity, services, teams ---- */

static enum ald_rc add_severity(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                const struct ald_jv *attributes, struct ald_err *err)
{
    struct ald_jv v, resource;
    const char *id = NULL, *name = NULL;
    if (ald_source_field(cfg, "severity") || !ald_json_opt(attributes, "severity", &v) || !ald_rootly_resource(&v, &resource))
        return ALD_OK;
    ALD_TRY(ald_json_id_opt(rows->arena, &resource, "id", &id, err));
    ALD_TRY(name_of(rows->arena, &resource, &name, err));
    ald_rows_value(rows, rec, "severity", name, "severity.name");
    ald_rows_value(rows, rec, "severity_id", id, "severity.id"); /* its place in the list gives the rank */
    return ALD_OK;
}

static enum ald_rc add_lists(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                             const struct ald_jv *attributes, struct ald_err *err)
{
    static const char *const lists[] = {"services", "functionalities", "groups", "environments", "incident_types"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct ald_jv list, x, resource;
        bool any = false;
        ALD_TRY(ald_answer_each(attributes, lists[i], &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
            const char *id = NULL, *name = NULL;
            if (!ald_rootly_resource(&x, &resource))
                continue;
            ALD_TRY(ald_json_id_opt(rows->arena, &resource, "id", &id, err));
            ALD_TRY(name_of(rows->arena, &resource, &name, err));
            if (i < 2 && !ald_source_field(cfg, "service") && (i == 0 ? id : name)) /* what customers use is hit as what runs it is */
                (void)ald_rows_service(rows, rec, i == 0 ? id : name, lists[i]);
            else if (i == 2 && !ald_source_field(cfg, "team") && id)
                ald_rows_team(rows, rec, id, "assigned", ALD_TIME_NONE, lists[i]);
            else if (i > 2)
                ald_rows_value(rows, rec, i == 3 ? "environment" : "type", name, lists[i]);
        }
    }
    return ALD_OK;
}

/* ---- Refs ---- */

/** Records of other systems that belong to it. */
static enum ald_rc add_refs(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                            const struct ald_jv *attributes, struct ald_err *err)
{
    static const struct {
        const char *member, *kind;
    } members[] = {{"slack_channel_id", "channel"},          {"zoom_meeting_join_url", "channel"},
                   {"google_meeting_url", "channel"},        {"jira_issue_url", "url"},
                   {"jira_issue_key", "key"},                {"pagerduty_incident_url", "url"},
                   {"opsgenie_incident_url", "url"},         {"opsgenie_alert_url", "url"},
                   {"victor_ops_incident_id", "alert"},      {"github_issue_url", "url"},
                   {"gitlab_issue_url", "url"},              {"linear_issue_url", "url"},
                   {"service_now_incident_key", "key"},      {"zendesk_ticket_url", "customer_report"},
                   {"freshservice_ticket_url", "customer_report"}};
    static const struct {
        const char *member, *kind;
    } own[] = {{"duplicate_incident_id", "merged_into"}, {"parent_incident_id", "parent"}};
    const char *s = NULL;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        ALD_TRY(ald_json_id_opt(rows->arena, attributes, members[i].member, &s, err));
        ald_rows_ref(rows, rec, members[i].kind, s, members[i].member);
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        ALD_TRY(ald_json_id_opt(rows->arena, attributes, own[i].member, &s, err));
        if (s && *s)
            ald_rows_ref(rows, rec, own[i].kind, ald_listing_ref(rows->arena, cfg, s), own[i].member);
    }
    return ALD_OK;
}

/* ---- The whole ---- */

static void ask_details(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el)
{
    static const char *const always[] = {"incident_included", "incident_events", "incident_action_items"};
    static const char *const details[] = {"status_page_events", "alerts", "form_fields", "feedbacks"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        (void)ald_rows_todo(rows, el, always[i], el->record->external_id);
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (ald_listing_on(cfg, details[i]))
            (void)ald_rows_todo(rows, el, ald_sprintf(rows->arena, "incident_%s", details[i]), el->record->external_id);
}

enum ald_rc ald_rootly_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    struct ald_jv attributes;
    const char *id = NULL, *kind = NULL, *number = NULL, *person = NULL;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "kind", &kind, err));
    if (kind && strncmp(kind, "example", 7) == 0) /* of the product's own making */
        return ALD_OK;
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->holds = ALD_HOLDS_RESPONDERS | ALD_HOLDS_TEAMS | (ald_listing_on(cfg, "alerts") ? ALD_HOLDS_ALERTS : 0u) |
                 ald_rootly_calls(cfg) | (ald_listing_on(cfg, "audits") ? ALD_ROOTLY_AUDITS : 0u);
    rec->timeline = ALD_HOLDS_TEAMS; /* they stand here, all of them */
    ALD_TRY(ald_json_id_opt(rows->arena, &attributes, "sequential_id", &number, err));
    ALD_TRY(ald_json_str_opt(&attributes, "slug", &rec->key, err));
    if (number)
        rec->key = ald_sprintf(rows->arena, "#%s", number);
    ALD_TRY(ald_json_str_opt(&attributes, "title", &rec->title, err));
    ALD_TRY(ald_json_str_opt(&attributes, "url", &rec->url, err));
    ALD_TRY(ald_json_time(&attributes, "created_at", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(&attributes, "updated_at", &rec->updated_at, err));
    ALD_TRY(ald_json_str_opt(&attributes, "updated_at", &rec->version, err));
    ALD_TRY(add_state(rec, &attributes, &kind, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created_at", 4);
    ALD_TRY(add_times(rows, rec, &attributes, err));
    ALD_TRY(add_severity(cfg, rows, rec, &attributes, err));
    ALD_TRY(add_lists(cfg, rows, rec, &attributes, err));
    ALD_TRY(ald_mapped_read(cfg, rows, rec, &attributes, texts_of, err));
    ALD_TRY(add_refs(cfg, rows, rec, &attributes, err));
    ALD_TRY(ald_rootly_user(&attributes, "user", &person, err));
    if (person)
        ald_rows_person(rows, rec, person, "reporter", rec->entered_at, "user");
    ald_rows_value(rows, rec, "kind", kind, "kind");
    ald_answer_site_alias(rows, rec->url);
    ask_details(cfg, rows, el);
    return ALD_OK;
}

/* ---- Reference lists ---- */

enum ald_rc ald_rootly_severity(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    static const char *const levels[] = {"critical", "high", "medium", "low"};
    struct ald_row_label label = {.kind = "severity"};
    struct ald_jv attributes;
    const char *level = NULL;
    bool has = false;
    int64_t position = 0;
    int place = 4;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &label.external_id, err));
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "name", &label.name, err));
    ALD_TRY(ald_json_str_opt(&attributes, "severity", &level, err));
    ALD_TRY(ald_json_int_opt(&attributes, "position", &has, &position, err));
    for (int i = 0; i < 4; i++)
        if (is(level, levels[i]))
            place = i;
    label.rank = place * 100000 + (has && position >= 0 && position < 100000 ? (int)position : 99999);
    el->label = ald_alloc(rows->arena, sizeof label);
    *el->label = label;
    return ALD_OK;
}

enum ald_rc ald_rootly_service(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_service_def def = {0};
    struct ald_jv attributes, list, it;
    bool any = false;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &def.external_id, err));
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "name", &def.name, err));
    ALD_TRY(ald_answer_each(&attributes, "owners_group_ids", &list, &any, err));
    if (any && ald_json_first(&list, &it) && ald_json_kind(&it) == ALD_JSON_STRING)
        ALD_TRY(ald_json_as_str(&it, &def.team, err));
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    return ALD_OK;
}

enum ald_rc ald_rootly_team(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                            struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_jv attributes;
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_listing_team(rows, el, row, &attributes, err));
    if (el->team_def->name)
        ald_rows_fact(rows, ALD_ROOTLY_TEAM, el->team_def->external_id, el->team_def->name);
    return ALD_OK;
}
