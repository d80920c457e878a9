/* Jira Service Management Operations, Opsgenie's successor: its alerts with their logs and notes. Its incidents are Jira issues: the
 * jira connector reads them. Must not know SQLite, curl or the clock. */
#include <string.h>

#include "connectors/opsgenie_priv.h"
#include "http.h"

extern const struct ald_connector ald_connector_jsm;

#define BASE_URL "https://api.atlassian.com"
#define OVERLAP_MS (15 * ALD_MINUTE_MS)

static const char *base_of(struct ald_arena *arena, const struct ald_source_cfg *cfg)
{
    const char *cloud = ald_source_opt(cfg, "cloud_id");
    return ald_sprintf(arena, "%s/jsm/ops/api/%s/v1", cfg->base_url ? cfg->base_url : BASE_URL, ald_url_encode(arena, cloud ? cloud : ""));
}

static enum ald_rc jsm_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_opsgenie_list *list,
                           struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    req->url = ald_opsgenie_url(arena, base_of(arena, cfg), list, req);
    bool basic = cfg->user_env || cfg->user_file;
    req->auth = basic ? ALD_AUTH_BASIC : ALD_AUTH_TOKEN;
    req->auth_scheme = "Bearer";
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
    return ALD_OK;
}

#define LIST(name, ...)                                                                                                  \
    static struct ald_opsgenie_list name##_list(struct ald_arena *arena, const struct ald_source_cfg *cfg,               \
                                                const struct ald_http_req *req)                                          \
    {                                                                                                                    \
        (void)arena;                                                                                                     \
        (void)cfg;                                                                                                       \
        (void)req;                                                                                                       \
        return (struct ald_opsgenie_list){.size = "size", __VA_ARGS__};                                                  \
    }
#define BELOW(after) .path = ald_opsgenie_below(arena, req, "/alerts/", after), .by_offset_text = true
LIST(teams, .path = "/teams", .member = "platformTeams", .single = true)
LIST(alerts, .path = "/alerts", .member = "values", .time = "updatedAt", .terms = ald_source_opt(cfg, "alert_query"))
LIST(logs, BELOW("/logs"), .member = "values", .params = "&order=asc")
LIST(notes, BELOW("/notes"), .member = "values", .params = "&order=asc")

ALD_OPSGENIE_PAGED(jsm, teams, ald_opsgenie_team)
ALD_OPSGENIE_PAGED(jsm, alerts, ald_opsgenie_alert)
ALD_OPSGENIE_PAGED(jsm, logs, ald_opsgenie_log)
ALD_OPSGENIE_PAGED(jsm, notes, ald_opsgenie_alert_note)
ALD_OPSGENIE_SKIPPED(alerts)

static bool logs_wanted(const struct ald_source_cfg *cfg)
{
    return ald_opsgenie_on(cfg, "alert_logs");
}

static bool notes_wanted(const struct ald_source_cfg *cfg)
{
    return ald_opsgenie_on(cfg, "alert_notes");
}

static const struct ald_stream streams[] = {
    {.name = "teams",
     .list = "platformTeams",
     .cursor_doc = "not paged",
     .needs = "the scope read:ops-config:jira-service-management",
     .every_time = true,
     .optional = true,
     .request = teams_request,
     .page = teams_page},
    {.name = "alerts",
     .list = "values",
     .cursor_doc = ALD_OPSGENIE_TIME_DOC,
     .needs = "the scope read:ops-alert:jira-service-management, and membership of the teams: who sees no team is given an empty list",
     .overlap_ms = OVERLAP_MS,
     .request = alerts_request,
     .page = alerts_page,
     .skip = alerts_skip},
    {.name = "alert_logs",
     .list = "values",
     .parent = "alerts",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .holds = ALD_OPSGENIE_LOG,
     .wanted = logs_wanted,
     .request = logs_request,
     .page = logs_page},
    {.name = "alert_notes",
     .list = "values",
     .parent = "alerts",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .wanted = notes_wanted,
     .request = notes_request,
     .page = notes_page},
};

/* Users are bare ids of Atlassian accounts, in logs also addresses or names; an API key stands there by a name of its own. */
#define ACCOUNT(of, where) \
    {.stream = of, .path = where, .primary = true, .bot_values = "System|API|Alert API|Automation|Jira|Opsgenie|Jira Service Management"}

static const struct ald_person_path people[] = {
    {.stream = "alerts", .path = "**", .own_key = "type", .own_values = "user", .primary = true, .id_key = "id"},
    ACCOUNT("alerts", "values[].owner"),
    ACCOUNT("alerts", "values[].report.acknowledgedBy"),
    ACCOUNT("alerts", "values[].report.closedBy"),
    ACCOUNT("alert_logs", "values[].owner"),
    ACCOUNT("alert_notes", "values[].owner"),
};

static const struct ald_source_key keys[] = {
    {.key = "cloud_id", .help = "id of the site: https://SITE.atlassian.net/_edge/tenant_info shows it", .required = true, .example = "11111111-2222-3333-4444-555555555555"},
    {.key = "alert_query", .help = "only alerts that this search finds, such as priority: (P1 OR P2)"},
    {.key = "alert_logs", .help = "off: do not read the log of each alert (a request per alert): who was called, who took it"},
    {.key = "alert_notes", .help = "off: do not read the notes of each alert (a request per alert)"},
};

const struct ald_connector ald_connector_jsm = {
    .type = {.type = "jsm",
             .title = "Jira Service Management Operations (alerts)",
             .default_kind = "pager",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "JSM_API_TOKEN",
             .user_envs = "JSM_EMAIL",
             .lacks = "start of the impact, detection, mitigation, reopening, services, services added later, "
                       "dependencies, customers, regions, reviews, who came, learnings, actions, planned work, merges",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = ALD_OPSGENIE_LIMIT_MAX,
    .page_size_max = ALD_OPSGENIE_LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .retell = ald_opsgenie_retell,
};
