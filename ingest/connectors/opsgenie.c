/* Opsgenie (its API ends on 2027-04-05): incidents with their timelines, alerts with their logs, notes of both, services, teams,
 * users. Alerts are asked for by change; incidents by creation alone, so those of the last weeks and each that is open are read again
 * on every run. Must not know SQLite, curl or the clock. */
#include "connectors/opsgenie_priv.h"

extern const struct ald_connector ald_connector_opsgenie;

#define BASE_URL "https://api.opsgenie.com"
/* Incidents are edited after they ended, and nothing tells. */
#define INCIDENT_OVERLAP_MS (30 * ALD_DAY_MS)
#define ALERT_OVERLAP_MS (15 * ALD_MINUTE_MS)

static const char *base_of(const struct ald_source_cfg *cfg)
{
    return cfg->base_url ? cfg->base_url : BASE_URL;
}

static void sign(struct ald_http_req *req)
{
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = "GenieKey";
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
}

static enum ald_rc opsgenie_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_opsgenie_list *list,
                                struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    req->url = ald_opsgenie_url(arena, base_of(cfg), list, req);
    sign(req);
    return ALD_OK;
}

/* ---- The lists ---- */

#define LIST(name, ...)                                                                                                  \
    static struct ald_opsgenie_list name##_list(struct ald_arena *arena, const struct ald_source_cfg *cfg,               \
                                                const struct ald_http_req *req)                                          \
    {                                                                                                                    \
        (void)arena;                                                                                                     \
        (void)cfg;                                                                                                       \
        (void)req;                                                                                                       \
        return (struct ald_opsgenie_list){.member = "data", .size = "limit", __VA_ARGS__};                               \
    }
#define BELOW(before, after) .path = ald_opsgenie_below(arena, req, before, after), .by_offset_text = true
LIST(teams, .path = "/v2/teams", .single = true)
LIST(users, .path = "/v2/users", .params = "&sort=username&order=asc")
LIST(services, .path = "/v1/services", .params = "&sort=name&order=asc")
LIST(incidents, .path = "/v1/incidents", .time = "createdAt", .terms = ald_source_opt(cfg, "incident_query"))
LIST(alerts, .path = "/v2/alerts", .time = "updatedAt", .terms = ald_source_opt(cfg, "alert_query"))
LIST(counted, .path = "/v2/alerts/count", .time = "updatedAt", .terms = ald_source_opt(cfg, "alert_query"))
LIST(timeline, BELOW("/v2/incident-timelines/", "/entries"), .params = "&order=asc")
LIST(incident_notes, BELOW("/v1/incidents/", "/notes"), .params = "&order=asc&direction=next")
LIST(responder_alerts, BELOW("/v1/incidents/", "/responder-alert-ids"), .params = "&order=asc")
LIST(logs, BELOW("/v2/alerts/", "/logs"), .params = "&order=asc&direction=next&identifierType=id")
LIST(notes, BELOW("/v2/alerts/", "/notes"), .params = "&order=asc&direction=next&identifierType=id")

ALD_OPSGENIE_PAGED(opsgenie, teams, ald_opsgenie_team)
ALD_OPSGENIE_PAGED(opsgenie, users, NULL) /* whom the list names was replaced before, and is known from now on, also in texts */
ALD_OPSGENIE_PAGED(opsgenie, services, ald_opsgenie_service)
ALD_OPSGENIE_PAGED(opsgenie, incidents, ald_opsgenie_incident)
ALD_OPSGENIE_PAGED(opsgenie, alerts, ald_opsgenie_alert)
ALD_OPSGENIE_PAGED(opsgenie, timeline, ald_opsgenie_timeline)
ALD_OPSGENIE_PAGED(opsgenie, incident_notes, ald_opsgenie_incident_note)
ALD_OPSGENIE_PAGED(opsgenie, responder_alerts, ald_opsgenie_responder_alert)
ALD_OPSGENIE_PAGED(opsgenie, logs, ald_opsgenie_log)
ALD_OPSGENIE_PAGED(opsgenie, notes, ald_opsgenie_alert_note)
ALD_OPSGENIE_SKIPPED(users)
ALD_OPSGENIE_SKIPPED(services)
ALD_OPSGENIE_SKIPPED(incidents)
ALD_OPSGENIE_SKIPPED(alerts)

static enum ald_rc counted_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    const struct ald_opsgenie_list list = counted_list(arena, cfg, req);
    return opsgenie_ask(arena, cfg, &list, req, err);
}

static enum ald_rc incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                    struct ald_err *err)
{
    (void)err;
    req->url = ald_sprintf(arena, "%s%s?identifierType=id", base_of(cfg), ald_opsgenie_below(arena, req, "/v1/incidents/", ""));
    sign(req);
    return ALD_OK;
}

static enum ald_rc incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    return ald_listing_one(cfg, res, rows, "data", ald_opsgenie_incident, next, err);
}

/* ---- The tables ---- */

static bool incidents_wanted(const struct ald_source_cfg *cfg)
{
    return ald_opsgenie_on(cfg, "incidents");
}

static bool alerts_wanted(const struct ald_source_cfg *cfg)
{
    return ald_opsgenie_on(cfg, "alerts");
}

static bool logs_wanted(const struct ald_source_cfg *cfg)
{
    return alerts_wanted(cfg) && ald_opsgenie_on(cfg, "alert_logs");
}

static bool notes_wanted(const struct ald_source_cfg *cfg)
{
    return alerts_wanted(cfg) && ald_opsgenie_on(cfg, "alert_notes");
}

#define READ "an API integration's key with the right to read (a team's key sees that team alone)"

static const struct ald_stream streams[] = {
    {.name = "teams", .list = "data", .cursor_doc = "not paged", .every_time = true, .optional = true, .request = teams_request, .page = teams_page},
    {.name = "users",
     .list = "data",
     .cursor_doc = ALD_OPSGENIE_TIME_DOC,
     .needs = "the right to read the account's configuration",
     .every_time = true,
     .optional = true,
     .request = users_request,
     .page = users_page,
     .skip = users_skip},
    {.name = "services",
     .list = "data",
     .cursor_doc = ALD_OPSGENIE_TIME_DOC,
     .every_time = true,
     .optional = true,
     .request = services_request,
     .page = services_page,
     .skip = services_skip},
    {.name = "incidents",
     .list = "data",
     .cursor_doc = ALD_OPSGENIE_TIME_DOC,
     .needs = "a plan with incidents (Standard or Enterprise); without one: incidents: off",
     .overlap_ms = INCIDENT_OVERLAP_MS,
     .by_creation = true,
     .optional = true,
     .wanted = incidents_wanted,
     .request = incidents_request,
     .page = incidents_page,
     .skip = incidents_skip},
    {.name = "alerts",
     .list = "data",
     .cursor_doc = ALD_OPSGENIE_TIME_DOC,
     .needs = READ,
     .overlap_ms = ALERT_OVERLAP_MS,
     .wanted = alerts_wanted,
     .request = alerts_request,
     .page = alerts_page,
     .skip = alerts_skip},
    {.name = "incident",
     .parent = "incidents",
     .cursor_doc = "not paged",
     .as = "incidents",
     .open_again = true,
     .tells_gone = true,
     .wanted = incidents_wanted,
     .request = incident_request,
     .page = incident_page},
    {.name = "incident_timeline",
     .list = "data",
     .parent = "incidents",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .holds = ALD_OPSGENIE_TIMELINE,
     .wanted = incidents_wanted,
     .request = timeline_request,
     .page = timeline_page},
    {.name = "incident_notes",
     .list = "data",
     .parent = "incidents",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .optional = true,
     .wanted = incidents_wanted,
     .request = incident_notes_request,
     .page = incident_notes_page},
    {.name = "responder_alerts",
     .list = "data",
     .parent = "incidents",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .optional = true,
     .wanted = incidents_wanted,
     .request = responder_alerts_request,
     .page = responder_alerts_page},
    {.name = "alert_logs",
     .list = "data",
     .parent = "alerts",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .holds = ALD_OPSGENIE_LOG,
     .wanted = logs_wanted,
     .request = logs_request,
     .page = logs_page},
    {.name = "alert_notes",
     .list = "data",
     .parent = "alerts",
     .cursor_doc = ALD_OPSGENIE_OFFSET_DOC,
     .whole = true,
     .of_record = true,
     .wanted = notes_wanted,
     .request = notes_request,
     .page = notes_page},
};

/* Users are told by type where an object stands, and by their e-mail where a text does. */
#define USERS(of)                                                                                                        \
    {                                                                                                                    \
        .stream = of, .path = "**", .own_key = "type", .own_values = "user", .primary = true, .id_key = "id"             \
    }
/* An API key or an integration stands there by its own name ("Alert API", "System"). */
#define NAMED(of, where) {.stream = of, .path = where, .login = true, .by_email = true}

static const struct ald_person_path people[] = {
    {.stream = "users", .path = "data[]", .primary = true, .id_key = "id", .name_key = "fullName", .email_key = "username"},
    USERS("incidents"),
    USERS("incident"),
    {.stream = "incident_timeline",
     .path = "**",
     .own_key = "type",
     .own_values = "user",
     .id_key = "id",
     .name_key = "name",
     .bot_key = "name",
     .bot_values = "System|API|Alert API"},
    NAMED("incident_notes", "data[].owner"),
    USERS("alerts"),
    NAMED("alerts", "data[].owner"),
    NAMED("alerts", "data[].report.acknowledgedBy"),
    NAMED("alerts", "data[].report.closedBy"),
    NAMED("alert_logs", "data[].owner"),
    NAMED("alert_notes", "data[].owner"),
};

static const struct ald_probe probe[] = {
    {.stream = "incidents", .wanted = incidents_wanted, .request = incidents_request, .count = ald_opsgenie_count},
    {.stream = "alerts", .wanted = alerts_wanted, .request = counted_request, .count = ald_opsgenie_count},
};

static const struct ald_source_key keys[] = {
    {.key = "incidents", .help = "off: do not read incidents, where the plan has none"},
    {.key = "alerts", .help = "off: read incidents alone"},
    {.key = "alert_query", .help = "only alerts that this search finds, such as priority: (P1 OR P2)"},
    {.key = "incident_query", .help = "only incidents that this search finds"},
    {.key = "alert_logs", .help = "off: do not read the log of each alert (a request per alert): who was called, who took it"},
    {.key = "alert_notes", .help = "off: do not read the notes of each alert (a request per alert)"},
};

const struct ald_connector ald_connector_opsgenie = {
    .type = {.type = "opsgenie",
             .title = "Opsgenie",
             .default_kind = "pager",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "OPSGENIE_API_KEY OPSGENIE_TOKEN",
             .ends = "2027-04-05",
             .lacks = "detection, dependencies, customers, regions, reviews, who came, learnings, actions, planned "
                       "work, merges",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = ALD_OPSGENIE_LIMIT_MAX,
    .page_size_max = ALD_OPSGENIE_LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .probe = probe,
    .probe_n = sizeof probe / sizeof probe[0],
    .retell = ald_opsgenie_retell,
};
