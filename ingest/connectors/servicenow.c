/* ServiceNow, Table API: incidents with their audit trail and journal, affected items, tasks, problems, changes, groups and users.
 * Choices are read by value, never by label: labels are translated. Paging is in servicenow_crawl.c; must not know SQLite, curl or
 * the clock. */
#include <string.h>

#include "alidade/time.h"
#include "connectors/servicenow_priv.h"

extern const struct ald_connector ald_connector_servicenow;

/* ---- Queries: what is asked of each table ---- */

#define INCIDENT_FIELDS                                                                                                \
    "sys_id,number,short_description,state,incident_state,impact,urgency,priority,category,opened_at,sys_created_on,"  \
    "work_start,resolved_at,closed_at,sys_updated_on,sys_mod_count,close_code,business_service,cmdb_ci,"               \
    "assignment_group,assigned_to,opened_by,resolved_by,closed_by,reopened_by,reopened_time,reopen_count,problem_id,"  \
    "rfc,caused_by,parent,parent_incident,correlation_id,vendor"
#define PROBLEM_FIELDS                                                                                                 \
    ",problem_id.short_description,problem_id.state,problem_id.closed_at,problem_id.resolved_at,problem_id.sys_updated_on"
#define CHANGE_FIELDS                                                                                                  \
    "sys_id,number,short_description,state,type,risk,priority,impact,start_date,end_date,work_start,work_end,"         \
    "opened_at,closed_at,close_code,business_service,cmdb_ci,assignment_group,sys_created_on,sys_updated_on"
#define TASK_FIELDS "sys_id,number,short_description,state,opened_at,due_date,closed_at,assignment_group,sys_updated_on"

static const char *ids_of(struct ald_arena *arena, const struct ald_http_req *req)
{
    size_t bytes = 1;
    for (size_t i = 0; i < req->subjects_n; i++)
        bytes += strlen(req->subjects[i]) + 1;
    char *ids = ald_alloc(arena, bytes), *end = ids;
    for (size_t i = 0; i < req->subjects_n; i++) {
        if (i)
            *end++ = ',';
        end = stpcpy(end, req->subjects[i]);
    }
    return ids;
}

static struct ald_servicenow_query incident_query(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                                  const struct ald_http_req *req)
{
    const char *fields = ald_listing_on(cfg, "problems") ? INCIDENT_FIELDS PROBLEM_FIELDS : INCIDENT_FIELDS;
    for (size_t i = 0; i < cfg->fields_n; i++)
        fields = ald_sprintf(arena, "%s,%s", fields, cfg->fields[i].value);
    return (struct ald_servicenow_query){.table = "incident",
                                         .time_field = "sys_updated_on",
                                         .fields = fields,
                                         .display = "all",
                                         .since = req->window.since,
                                         .until = req->window.until};
}

static struct ald_servicenow_query problem_incident_query(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                                          const struct ald_http_req *req)
{
    struct ald_servicenow_query query = incident_query(arena, cfg, req);
    query.filter = ald_sprintf(arena, "problem_idIN%s", ids_of(arena, req));
    query.since = query.until = ALD_TIME_NONE;
    return query;
}

/** A list by the time of changes, whole or in a window. */
static struct ald_servicenow_query list_query(const char *table, const char *fields, const char *display, const struct ald_window *window)
{
    return (struct ald_servicenow_query){.table = table,
                                         .time_field = "sys_updated_on",
                                         .fields = fields,
                                         .display = display,
                                         .since = window ? window->since : ALD_TIME_NONE,
                                         .until = window ? window->until : ALD_TIME_NONE};
}

/** Rows of a table that name the subjects in a column. */
static struct ald_servicenow_query detail_query(const char *table, const char *filter, const char *fields, const char *display)
{
    return (struct ald_servicenow_query){.table = table,
                                         .time_field = "sys_created_on",
                                         .filter = filter,
                                         .fields = fields,
                                         .display = display,
                                         .append_only = true,
                                         .since = ALD_TIME_NONE,
                                         .until = ALD_TIME_NONE};
}

/* ---- Pages ---- */

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_servicenow_query query,
                       struct ald_http_req *req, struct ald_err *err)
{
    if (!cfg->base_url)
        return ald_fail(err, ALD_ERR_CONFIG, "base_url is missing: the address of the instance");
    ald_servicenow_ask(arena, cfg, &query, req);
    return ALD_OK;
}

/** Rows as paging must know them. */
struct seen {
    const struct ald_servicenow_query *query;
    struct ald_servicenow_place *places;
    size_t n;
};

static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met, struct ald_err *err)
{
    struct seen *s = seen;
    struct ald_servicenow_cell id = {0};
    struct ald_jv error;
    bool object = ald_json_kind(row) == ALD_JSON_OBJECT;
    if (object && ald_servicenow_cell(arena, row, "sys_id", &id, NULL) != ALD_OK)
        id.value = NULL;
    if (ald_servicenow_cell_time(row, s->query->time_field, &met->at, NULL) != ALD_OK)
        met->at = ALD_TIME_NONE;
    if (!id.value && object && ald_json_opt(row, "error", &error))
        return ald_fail(err, ALD_ERR_FORMAT, "the source broke off its answer after %zu rows", s->n);
    met->id = id.value;
    s->places[s->n++] = (struct ald_servicenow_place){.id = id.value, .at = met->at};
    return ALD_OK;
}

/** Reads every row by fn (NULL: rows give people only) and pages on. */
static enum ald_rc read_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_servicenow_query *query, ald_listing_row_fn *fn, struct ald_next *next,
                             struct ald_err *err)
{
    if (cfg->base_url)
        ald_rows_alias(rows, "url", cfg->base_url);
    struct ald_jv result;
    struct ald_listing found;
    size_t most = ald_json_opt(&res->root, "result", &result) ? ald_json_len(&result) : 0;
    struct seen seen = {.query = query, .places = ald_calloc(rows->arena, most, sizeof *seen.places)};
    const struct ald_listing_how how = {.member = "result", .own_ids = true, .look = look, .seen = &seen, .fn = fn};
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    return ald_servicenow_next(rows->arena, query, res, seen.places, seen.n, next, err);
}

/* The request and the page of a table: both have to know the query. `arena`, `cfg` and `req` are its words. */
#define TABLE(name, query_of, row_fn)                                                                                  \
    static enum ald_rc name##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, \
                                      struct ald_err *err)                                                             \
    {                                                                                                                  \
        return ask(arena, cfg, query_of, req, err);                                                                    \
    }                                                                                                                  \
    static enum ald_rc name##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, \
                                   struct ald_next *next, struct ald_err *err)                                         \
    {                                                                                                                  \
        struct ald_arena *arena = rows->arena;                                                                         \
        const struct ald_http_req *req = res->req;                                                                     \
        struct ald_servicenow_query query = query_of;                                                                  \
        (void)arena, (void)req;                                                                                        \
        return read_page(cfg, res, rows, &query, row_fn, next, err);                                                   \
    }

TABLE(group, list_query("sys_user_group", "sys_id,name,parent,sys_updated_on", "false", NULL), ald_servicenow_group)
TABLE(user, list_query("sys_user", "sys_id,user_name,name,email,sys_updated_on", "false", NULL), NULL)
TABLE(incident, incident_query(arena, cfg, req), ald_servicenow_incident)
TABLE(audit,
      detail_query("sys_audit", ald_sprintf(arena, "documentkeyIN%s^tablename=incident", ids_of(arena, req)),
                   "sys_id,tablename,documentkey,fieldname,oldvalue,newvalue,sys_created_on,user", "false"),
      ald_servicenow_audit)
TABLE(journal,
      detail_query("sys_journal_field", ald_sprintf(arena, "element_idIN%s", ids_of(arena, req)),
                   "sys_id,element_id,element,value,sys_created_on,sys_created_by", "false"),
      ald_servicenow_note)
TABLE(task_ci,
      detail_query("task_ci", ald_sprintf(arena, "taskIN%s", ids_of(arena, req)), "sys_id,task,ci_item,sys_created_on", "all"),
      ald_servicenow_task_ci)
TABLE(task_service,
      detail_query("task_cmdb_ci_service", ald_sprintf(arena, "taskIN%s", ids_of(arena, req)),
                   "sys_id,task,cmdb_ci_service,sys_created_on", "all"),
      ald_servicenow_task_service)
TABLE(task_offering,
      detail_query("task_service_offering", ald_sprintf(arena, "taskIN%s", ids_of(arena, req)),
                   "sys_id,task,service_offering,sys_created_on", "all"),
      ald_servicenow_task_offering)
TABLE(relation,
      detail_query("cmdb_rel_ci",
                   ald_sprintf(arena, "parentIN%s^ORchildIN%s^type.name=" ALD_SERVICENOW_DEPENDS, ids_of(arena, req), ids_of(arena, req)),
                   "sys_id,parent,child,type,sys_created_on", "all"),
      ald_servicenow_relation)
TABLE(incident_task, list_query("incident_task", TASK_FIELDS ",incident", "all", &req->window), ald_servicenow_incident_task)
TABLE(problem_task, list_query("problem_task", TASK_FIELDS ",problem,problem.first_reported_by_task", "all", &req->window),
      ald_servicenow_problem_task)
TABLE(problem, list_query("problem", "sys_id,number,state,sys_updated_on", "false", &req->window), ald_servicenow_problem)
TABLE(change, list_query("change_request", CHANGE_FIELDS, "all", &req->window), ald_servicenow_change)
TABLE(problem_incident, problem_incident_query(arena, cfg, req), ald_servicenow_incident)

/* ---- The tables ---- */

ALD_LISTING_WANTED(audit)
ALD_LISTING_WANTED(journal)
ALD_LISTING_WANTED(affected)
ALD_LISTING_WANTED(tasks)
ALD_LISTING_WANTED(problems)
ALD_LISTING_WANTED(changes)

#define STREAM(table, fn) .name = table, .list = "result", .cursor_doc = ALD_SERVICENOW_CURSOR_DOC, .request = fn##_request, \
    .page = fn##_page, .skip = ald_servicenow_skip
#define OPTIONAL .optional = true, .refusal_400 = "Invalid table" /* a plugin or a right is missing */
#define CHANGES .overlap_ms = ALD_SERVICENOW_ZONE_SLACK_MS
#define OF_INCIDENTS .parent = "incident", .subjects_max = 100 /* addresses of some 4 KB */

static const struct ald_stream streams[] = {
    {STREAM("sys_user_group", group), .every_time = true, OPTIONAL},
    {STREAM("sys_user", user), .every_time = true, OPTIONAL},
    {STREAM("incident", incident), CHANGES},
    {STREAM("sys_audit", audit), OF_INCIDENTS, .holds = ALD_SERVICENOW_HOLDS, .wanted = audit_wanted},
    {STREAM("sys_journal_field", journal), OF_INCIDENTS, OPTIONAL, .wanted = journal_wanted},
    {STREAM("task_ci", task_ci), OF_INCIDENTS, OPTIONAL, .wanted = affected_wanted},
    {STREAM("task_cmdb_ci_service", task_service), OF_INCIDENTS, OPTIONAL, .wanted = affected_wanted},
    {STREAM("task_service_offering", task_offering), OF_INCIDENTS, OPTIONAL, .wanted = affected_wanted},
    {STREAM("cmdb_rel_ci", relation), OF_INCIDENTS, OPTIONAL, .wanted = affected_wanted},
    {STREAM("incident_task", incident_task), CHANGES, OPTIONAL, .wanted = tasks_wanted},
    {STREAM("problem_task", problem_task), CHANGES, OPTIONAL, .wanted = tasks_wanted},
    {STREAM("problem", problem), CHANGES, OPTIONAL, .tail = true, .wanted = problems_wanted},
    {STREAM("problem_incident", problem_incident), .parent = "problem", .as = "incident", .subjects_max = 50,
     .wanted = problems_wanted},
    {STREAM("change_request", change), CHANGES, OPTIONAL, .wanted = changes_wanted},
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
    {.stream = "sys_journal_field", .path = "result[].sys_created_by", .login = true},
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
    {.key = "journal", .help = "off: do not read work notes and comments (table sys_journal_field)"},
    {.key = "affected", .help = "off: do not read affected items and services, and what depends on them (task_ci, task_cmdb_ci_service, task_service_offering, cmdb_rel_ci)"},
    {.key = "tasks", .help = "off: do not read incident tasks and problem tasks as actions"},
    {.key = "problems", .help = "off: do not read problems as write-ups of their incidents"},
    {.key = "changes", .help = "off: do not read change requests as planned work, in the window in which they were done"},
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
             .lacks = "start of the impact, detection, mitigation, escalations, customers, regions, who came, learnings",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 3,
    .page_size = 1000,
    .page_size_max = 10000,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
};
