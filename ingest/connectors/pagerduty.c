/* PagerDuty, REST API v2. /incidents can be asked for by creation only, so what changes later is learned from the
 * account's log: an incident that it names is read again by itself, and so is, on every run, each that is open. Must
 * not know SQLite, curl or the clock. */
#include <string.h>

#include "connectors/listing.h"
#include "connectors/pagerduty_priv.h"
#include "http.h"

extern const struct ald_connector ald_connector_pagerduty;

/* Notes and titles are edited for some days without a word in the log. */
#define INCIDENT_OVERLAP_MS (7 * ALD_DAY_MS)
#define LOG_OVERLAP_MS ALD_HOUR_MS
/* An incident's first entry may be a little older than the incident. */
#define LOG_SLACK_S 60

/* ---- Requests ---- */

static const struct ald_pagerduty_list incidents = {
    .path = "/incidents",
    .params = "&statuses%5B%5D=triggered&statuses%5B%5D=acknowledged&statuses%5B%5D=resolved&sort_by=created_at%3Aasc"
              "&time_zone=UTC",
    .windowed = true};
static const struct ald_pagerduty_list account_log = {
    .path = "/log_entries", .params = "&is_overview=false&time_zone=UTC", .windowed = true, .slack_s = LOG_SLACK_S};
static const struct ald_pagerduty_list services = {.path = "/services", .params = ""};
static const struct ald_pagerduty_list teams = {.path = "/teams", .params = ""};
static const struct ald_pagerduty_list users = {.path = "/users", .params = ""};
static const struct ald_pagerduty_list maintenance = {.path = "/maintenance_windows", .params = "&filter=all&total=true"};
static const struct ald_pagerduty_list priorities = {.path = "/priorities", .params = ""};

/* ---- Pages ---- */

/** Request, page and skip of a list that is paged. */
#define PAGED(what, list, member, fn)                                                                                  \
    static enum ald_rc what##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,                       \
                                      struct ald_http_req *req, struct ald_err *err)                                   \
    {                                                                                                                  \
        (void)err;                                                                                                     \
        return ald_pagerduty_ask(arena, cfg, list, req);                                                                             \
    }                                                                                                                  \
    static enum ald_rc what##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,                   \
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)                  \
    {                                                                                                                  \
        return ald_pagerduty_read(cfg, res, rows, list, member, fn, next, err);                                                 \
    }                                                                                                                  \
    static enum ald_rc what##_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg,                          \
                                   const struct ald_http_res *res, struct ald_next *next, struct ald_err *err)         \
    {                                                                                                                  \
        (void)cfg;                                                                                                     \
        (void)err;                                                                                                     \
        ald_pagerduty_skip(arena, list, res->req, next);                                                               \
        return ALD_OK;                                                                                                 \
    }
PAGED(incidents, &incidents, "incidents", ald_pagerduty_incident)
PAGED(log, &account_log, "log_entries", ald_pagerduty_log_entry)
PAGED(services, &services, "services", ald_pagerduty_service)
PAGED(teams, &teams, "teams", ald_pagerduty_team)
PAGED(maintenance, &maintenance, "maintenance_windows", ald_pagerduty_maintenance)
/* Gives no rows: whom the list names was replaced before, and is known from now on, also in texts. */
PAGED(users, &users, "users", NULL)

static enum ald_rc incidents_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                                   const char **ret_cursor, struct ald_err *err)
{
    (void)cfg;
    return ald_pagerduty_count(arena, &incidents, res, n, ret_cursor, err);
}

static enum ald_rc log_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                             const char **ret_cursor, struct ald_err *err)
{
    (void)cfg;
    return ald_pagerduty_count(arena, &account_log, res, n, ret_cursor, err);
}

static enum ald_rc priorities_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                      struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    return ald_pagerduty_ask(arena, cfg, &priorities, req);
}

static enum ald_rc priorities_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    ALD_TRY(ald_pagerduty_read(cfg, res, rows, &priorities, "priorities", ald_pagerduty_priority, next, err));
    int64_t before = ald_pagerduty_before(&priorities, res->req);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->elements[i].label)
            rows->elements[i].label->rank = (int)(before + (int64_t)i + 1);
    return ALD_OK;
}

/* ---- The tables ---- */

#define DOC .cursor_doc = ALD_PAGERDUTY_CURSOR_DOC

ALD_LISTING_WANTED(maintenance)

static const struct ald_stream streams[] = {
    {.name = "priorities", /* their order is their rank: one alone tells none */
     DOC,
     .every_time = true,
     .optional = true,
     .request = priorities_request,
     .page = priorities_page},
    {.name = "users",
     .list = "users",
     DOC,
     .every_time = true,
     .optional = true,
     .request = users_request,
     .page = users_page,
     .skip = users_skip},
    {.name = "teams",
     .list = "teams",
     DOC,
     .every_time = true,
     .optional = true,
     .request = teams_request,
     .page = teams_page,
     .skip = teams_skip},
    {.name = "services",
     .list = "services",
     DOC,
     .every_time = true,
     .request = services_request,
     .page = services_page,
     .skip = services_skip},
    {.name = "maintenance_windows", /* read whole: none tells when it was changed */
     .list = "maintenance_windows",
     DOC,
     .optional = true,
     .wanted = maintenance_wanted,
     .request = maintenance_request,
     .page = maintenance_page,
     .skip = maintenance_skip},
    {.name = "incidents",
     .list = "incidents",
     DOC,
     .needs = "a read-only REST API key of the account (a user's key sees that user's teams alone)",
     .overlap_ms = INCIDENT_OVERLAP_MS,
     .bounded = true,
     .by_creation = true,
     .reads_400 = true,
     .request = incidents_request,
     .page = incidents_page,
     .skip = incidents_skip},
    {.name = "log_entries",
     .list = "log_entries",
     DOC,
     .holds = ALD_PAGERDUTY_HOLDS,
     .overlap_ms = LOG_OVERLAP_MS,
     .bounded = true,
     .reads_400 = true,
     .tail = true,
     .request = log_request,
     .page = log_page,
     .skip = log_skip},
    {.name = "analytics", /* after the incidents that its rows add to */
     .list = "data",
     .cursor_doc = "starting_after: the cursor of the last row of the page before",
     .needs = "a plan with analytics, and a key of the account (a user's key has to name teams)",
     .overlap_ms = ALD_DAY_MS,
     .reads_400 = true,
     .tail = true,
     .optional = true,
     .wanted = ald_pagerduty_analytics_wanted,
     .request = ald_pagerduty_analytics_request,
     .page = ald_pagerduty_analytics_page},
    {.name = "incident",
     .parent = "log_entries",
     .cursor_doc = "not paged",
     .as = "incidents",
     .open_again = true,
     .tells_gone = true,
     .request = ald_pagerduty_incident_request,
     .page = ald_pagerduty_incident_page},
    {.name = "incident_log_entries",
     .parent = "incident",
     DOC,
     .as = "log_entries",
     .of_record = true,
     .holds = ALD_PAGERDUTY_HOLDS,
     .request = ald_pagerduty_own_log_request,
     .page = ald_pagerduty_own_log_page},
    {.name = "service_dependencies",
     .parent = "services",
     .alone = true,
     .cursor_doc = "not paged; asked for when a service is new or changed, and by --full",
     .optional = true,
     .request = ald_pagerduty_dependencies_request,
     .page = ald_pagerduty_dependencies_page},
    {.name = "notes",
     .list = "notes",
     .parent = "log_entries",
     .cursor_doc = "not paged",
     .whole = true,
     .of_record = true,
     .wanted = ald_pagerduty_notes_wanted,
     .request = ald_pagerduty_notes_request,
     .page = ald_pagerduty_notes_page},
    {.name = "custom_fields",
     .list = "custom_fields",
     .parent = "incidents",
     .cursor_doc = "not paged; asked for where `fields:` names what is no member of the incident",
     .whole = true,
     .of_record = true,
     .optional = true,
     .wanted = ald_pagerduty_fields_wanted,
     .request = ald_pagerduty_fields_request,
     .page = ald_pagerduty_fields_page},
    {.name = "alerts",
     .list = "alerts",
     .parent = "incidents",
     DOC,
     .holds = ALD_HOLDS_ALERTS,
     .whole = true,
     .of_record = true,
     .wanted = ald_pagerduty_alerts_wanted,
     .request = ald_pagerduty_alerts_request,
     .page = ald_pagerduty_alerts_page},
};

/* A user may be named in any object of any document; services, rules and integrations stand in the same places. */
#define USERS(of)                                                                                                      \
    {                                                                                                                  \
        .stream = of, .path = "**", .own_key = "type", .own_values = "user user_reference", .primary = true,           \
        .id_key = "id", .name_key = "summary", .email_key = "email"                                                    \
    }
/* Telephone numbers and e-mail addresses that were notified. */
#define CALLED(of)                                                                                                     \
    {                                                                                                                  \
        .stream = of, .path = "log_entries[].channel.notification.address", .login = true                              \
    }

/* Lists of ids, and beside them lists of names. */
#define ANALYST(what)                                                                                                  \
    {.stream = "analytics", .path = "data[]." what "_ids[]", .primary = true},                                         \
    {                                                                                                                  \
        .stream = "analytics", .path = "data[]." what "_names[]", .login = true                                        \
    }

static const struct ald_person_path people[] = {
    {.stream = "users", .path = "users[]", .primary = true, .id_key = "id", .name_key = "name", .email_key = "email"},
    USERS("services"),
    USERS("teams"),
    USERS("maintenance_windows"),
    USERS("incidents"),
    USERS("incident"),
    USERS("log_entries"),
    USERS("incident_log_entries"),
    USERS("notes"),
    USERS("alerts"),
    USERS("custom_fields"),
    ANALYST("acknowledged_user"),
    ANALYST("assigned_user"),
    ANALYST("joined_user"),
    {.stream = "analytics", .path = "data[].resolved_by_user_id", .primary = true, .beside = "resolved_by_user_name"},
    CALLED("log_entries"),
    CALLED("incident_log_entries"),
};

static const struct ald_probe probe[] = {
    {.stream = "incidents", .request = incidents_request, .count = incidents_count},
    {.stream = "log_entries", .request = log_request, .count = log_count},
};

static const struct ald_source_key keys[] = {
    {.key = "notes", .help = "off: do not read notes by themselves; the log's first wording of them is kept"},
    {.key = "custom_fields", .help = "off: do not read custom fields that `fields:` names (a request per incident)"},
    {.key = "analytics", .help = "off: do not read PagerDuty's analytics (who answered, when first; a request per 1,000 incidents)"},
    {.key = "maintenance", .help = "off: do not read maintenance windows as planned work"},
    {.key = "alerts", .help = "on: read the alerts of each incident: their times, ids and keys (off by default: a request per incident, and incidents tell how many alerts they group)"},
};

const struct ald_connector ald_connector_pagerduty = {
    .type = {.type = "pagerduty",
             .title = "PagerDuty (REST API v2)",
             .default_kind = "pager",
             .default_base_url = ALD_PAGERDUTY_URL,
             .needs_token = true,
             .token_envs = "PAGERDUTY_TOKEN PAGERDUTY_API_KEY PD_TOKEN",
             .lacks = "start of the impact, detection, mitigation, customers, regions, reviews, who came, learnings, actions",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 2,
    .page_size = ALD_PAGERDUTY_LIMIT_MAX,
    .page_size_max = ALD_PAGERDUTY_LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .retell = ald_pagerduty_retell,
    .probe = probe,
    .probe_n = sizeof probe / sizeof probe[0],
    .requests_per_minute = 960,
};
