/* ServiceNow, Table API: incidents with their audit trail, groups and users. Choices are read by value, never by label:
 * labels are translated. Paging is in servicenow_crawl.c; must not know SQLite, curl or the clock. */
#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/servicenow_priv.h"

extern const struct ald_connector ald_connector_servicenow;

/* ---- Requests ---- */

#define INCIDENT_FIELDS                                                                                                \
    "sys_id,number,short_description,state,incident_state,impact,urgency,priority,category,opened_at,sys_created_on,"  \
    "work_start,resolved_at,closed_at,sys_updated_on,sys_mod_count,close_code,business_service,cmdb_ci,"               \
    "assignment_group,assigned_to,opened_by,resolved_by,closed_by,reopened_by,reopened_time,reopen_count,problem_id,"  \
    "rfc,caused_by,parent,parent_incident,correlation_id,vendor"

static struct ald_servicenow_query incident_query(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                                  const struct ald_http_req *req)
{
    const char *fields = INCIDENT_FIELDS;
    for (size_t i = 0; i < cfg->fields_n; i++)
        fields = ald_sprintf(arena, "%s,%s", fields, cfg->fields[i].value);
    return (struct ald_servicenow_query){.table = "incident",
                                         .time_field = "sys_updated_on",
                                         .fields = fields,
                                         .display = "all",
                                         .since = req->window.since,
                                         .until = req->window.until};
}

static struct ald_servicenow_query list_query(const char *table, const char *fields)
{
    return (struct ald_servicenow_query){.table = table,
                                         .time_field = "sys_updated_on",
                                         .fields = fields,
                                         .display = "false",
                                         .since = ALD_TIME_NONE,
                                         .until = ALD_TIME_NONE};
}

#define GROUP_QUERY list_query("sys_user_group", "sys_id,name,parent,sys_updated_on")
#define USER_QUERY list_query("sys_user", "sys_id,user_name,name,email,sys_updated_on")

static struct ald_servicenow_query audit_query(struct ald_arena *arena, const struct ald_http_req *req)
{
    const char *ids = "";
    for (size_t i = 0; i < req->subjects_n; i++)
        ids = ald_sprintf(arena, "%s%s%s", ids, i ? "," : "", req->subjects[i]);
    return (struct ald_servicenow_query){
        .table = "sys_audit",
        .time_field = "sys_created_on",
        .filter = ald_sprintf(arena, "documentkeyIN%s^tablename=incident", ids),
        .fields = "sys_id,tablename,documentkey,fieldname,oldvalue,newvalue,sys_created_on,user",
        .display = "false",
        .append_only = true,
        .since = ALD_TIME_NONE,
        .until = ALD_TIME_NONE};
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_servicenow_query query,
                       struct ald_http_req *req, struct ald_err *err)
{
    if (!cfg->base_url)
        return ald_fail(err, ALD_ERR_CONFIG, "base_url is missing: the address of the instance");
    ald_servicenow_ask(arena, cfg, &query, req);
    return ALD_OK;
}

static enum ald_rc incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                    struct ald_err *err)
{
    return ask(arena, cfg, incident_query(arena, cfg, req), req, err);
}

static enum ald_rc group_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                 struct ald_err *err)
{
    return ask(arena, cfg, GROUP_QUERY, req, err);
}

static enum ald_rc user_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                struct ald_err *err)
{
    return ask(arena, cfg, USER_QUERY, req, err);
}

static enum ald_rc audit_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                 struct ald_err *err)
{
    return ask(arena, cfg, audit_query(arena, req), req, err);
}

/* ---- Pages ---- */

/** Reads every row by fn (NULL: rows give people only) and pages on. */
static enum ald_rc read_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_servicenow_query *query, ald_servicenow_row_fn *fn, struct ald_next *next,
                             struct ald_err *err)
{
    ALD_TRY(ald_answer_check(res, err));
    struct ald_arena *arena = rows->arena;
    struct ald_jv *result = ald_alloc(arena, sizeof *result), it; /* parent of what elements keep */
    ALD_TRY(ald_json_get(&res->root, "result", result, err));
    if (ald_json_kind(result) != ALD_JSON_ARRAY)
        return ald_json_expected(result, "a list", err);
    struct ald_servicenow_place *places = ald_calloc(arena, ald_json_len(result), sizeof *places);
    size_t n = 0;
    next->high_water = ALD_TIME_NONE;
    for (bool ok = ald_json_first(result, &it); ok; ok = ald_json_next(&it), n++) {
        struct ald_servicenow_cell id = {0};
        places[n].at = ALD_TIME_NONE;
        if (ald_json_kind(&it) == ALD_JSON_OBJECT && ald_servicenow_cell(arena, &it, "sys_id", &id, NULL) == ALD_OK)
            places[n].id = id.value;
        if (ald_servicenow_cell_time(&it, query->time_field, &places[n].at, NULL) != ALD_OK)
            places[n].at = ALD_TIME_NONE;
        if (places[n].at > next->high_water)
            next->high_water = places[n].at;
        if (!fn)
            continue;
        struct ald_element *el = ald_rows_element(rows, ald_answer_element_id(arena, id.value, &it), &it);
        struct ald_err bad = {0};
        enum ald_rc rc = fn(cfg, res->req, rows, el, &it, &bad);
        if (rc == ALD_ERR_NET) /* not this row's fault: the answer is not what was asked for */
            return ald_fail(err, rc, "%s", bad.msg);
        if (rc != ALD_OK)
            ald_rows_refuse(rows, el, &bad);
    }
    return ald_servicenow_next(arena, query, res, places, n, next, err);
}

static enum ald_rc incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                 struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_servicenow_query query = incident_query(rows->arena, cfg, res->req);
    if (cfg->base_url)
        ald_rows_alias(rows, "url", cfg->base_url);
    return read_page(cfg, res, rows, &query, ald_servicenow_incident, next, err);
}

static enum ald_rc group_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    struct ald_servicenow_query query = GROUP_QUERY;
    return read_page(cfg, res, rows, &query, ald_servicenow_group, next, err);
}

static enum ald_rc user_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_next *next, struct ald_err *err)
{
    struct ald_servicenow_query query = USER_QUERY;
    return read_page(cfg, res, rows, &query, NULL, next, err);
}

static enum ald_rc audit_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    struct ald_servicenow_query query = audit_query(rows->arena, res->req);
    return read_page(cfg, res, rows, &query, ald_servicenow_audit, next, err);
}

/* ---- The tables ---- */

static const struct ald_stream streams[] = {
    {.name = "sys_user_group",
     .list = "result",
     .cursor_doc = ALD_SERVICENOW_CURSOR_DOC,
     .every_time = true,
     .optional = true,
     .request = group_request,
     .page = group_page,
     .skip = ald_servicenow_skip},
    {.name = "sys_user",
     .list = "result",
     .cursor_doc = ALD_SERVICENOW_CURSOR_DOC,
     .every_time = true,
     .optional = true,
     .request = user_request,
     .page = user_page,
     .skip = ald_servicenow_skip},
    {.name = "incident",
     .list = "result",
     .cursor_doc = ALD_SERVICENOW_CURSOR_DOC,
     .overlap_ms = ALD_SERVICENOW_ZONE_SLACK_MS,
     .request = incident_request,
     .page = incident_page,
     .skip = ald_servicenow_skip},
    {.name = "sys_audit",
     .list = "result",
     .parent = "incident",
     .cursor_doc = ALD_SERVICENOW_CURSOR_DOC,
     .holds = ALD_SERVICENOW_HOLDS,
     .subjects_max = 50,
     .wanted = ald_servicenow_audit_wanted,
     .request = audit_request,
     .page = audit_page,
     .skip = ald_servicenow_skip},
};

#define PERSON(member)                                                                                                 \
    {                                                                                                                  \
        .stream = "incident", .path = "result[]." member, .id_key = "value", .name_key = "display_value"               \
    }
#define LOGIN(member)                                                                                                  \
    {                                                                                                                  \
        .stream = "incident", .path = "result[]." member, .login = true, .login_key = "value",                         \
        .name_key = "display_value"                                                                                    \
    }
/* Lists of people are replaced as a whole: they may hold e-mail addresses. */
#define PERSON_FIELDS                                                                                                  \
    "assigned_to opened_by caller_id resolved_by closed_by reopened_by additional_assignee_list watch_list "           \
    "work_notes_list"

static const struct ald_person_path people[] = {
    PERSON("assigned_to"),
    PERSON("opened_by"),
    PERSON("caller_id"),
    PERSON("resolved_by"),
    PERSON("closed_by"),
    PERSON("reopened_by"),
    LOGIN("sys_created_by"),
    LOGIN("sys_updated_by"),
    {.stream = "sys_audit", .path = "result[].user", .login = true},
    {.stream = "sys_audit", .path = "result[].oldvalue", .when_key = "fieldname", .when_values = PERSON_FIELDS},
    {.stream = "sys_audit", .path = "result[].newvalue", .when_key = "fieldname", .when_values = PERSON_FIELDS},
    {.stream = "sys_user",
     .path = "result[]",
     .primary = true,
     .defines = true,
     .id_key = "sys_id",
     .name_key = "name",
     .email_key = "email",
     .login_key = "user_name"},
};

static const struct ald_source_key keys[] = {
    {.key = "audit", .help = "off: do not read the audit trail (who was assigned, when states changed)"},
    {.key = "state_field", .help = "audited field that tells the state: incident_state (default) or state"},
};

const struct ald_connector ald_connector_servicenow = {
    .type = {.type = "servicenow",
             .title = "ServiceNow (Table API)",
             .default_kind = "ticket",
             .needs_user = true,
             .needs_token = true,
             .token_envs = "SERVICENOW_PASSWORD SN_PASSWORD",
             .user_envs = "SERVICENOW_USERNAME SERVICENOW_USER SN_USER",
             .example_base_url = "https://example.service-now.com",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = 1000,
    .page_size_max = 10000,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
};
