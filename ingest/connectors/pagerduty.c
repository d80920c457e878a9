/* PagerDuty, REST API v2. /incidents can be asked for by creation only, so what changes later is learned from the
 * account's log: an incident that it names is read again by itself, and so is, on every run, each that is open. Must
 * not know SQLite, curl or the clock. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/pagerduty_priv.h"
#include "http.h"

extern const struct ald_connector ald_connector_pagerduty;

#define BASE_URL "https://api.pagerduty.com"
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
static const struct ald_pagerduty_list priorities = {.path = "/priorities", .params = ""};

/** A list below one incident. */
static struct ald_pagerduty_list below(struct ald_arena *arena, const struct ald_http_req *req, const char *what,
                                       const char *params)
{
    const char *subject = req->subjects_n ? req->subjects[0] : "";
    return (struct ald_pagerduty_list){
        .path = ald_sprintf(arena, "/incidents/%s%s%s", ald_url_encode(arena, subject), *what ? "/" : "", what),
        .params = params};
}

static void sign(struct ald_http_req *req)
{
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = "Token token=";
    req->headers[0] = (struct ald_http_header){"Accept", "application/vnd.pagerduty+json;version=2"};
    req->headers[1] = (struct ald_http_header){"Content-Type", "application/json"};
    req->headers_n = 2;
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_pagerduty_list *list,
                       struct ald_http_req *req)
{
    req->url = ald_pagerduty_url(arena, cfg, list, req);
    sign(req);
    return ALD_OK;
}

/** A document that is not paged. */
static enum ald_rc ask_one(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                           const struct ald_pagerduty_list *list, struct ald_http_req *req)
{
    req->url = ald_sprintf(arena, "%s%s", cfg->base_url ? cfg->base_url : BASE_URL, list->path);
    sign(req);
    return ALD_OK;
}

/* ---- Pages ---- */

/** Reads every element of a page's list by fn. */
static enum ald_rc read_list(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_pagerduty_list *list, const char *member, ald_pagerduty_row_fn *fn,
                             struct ald_next *next, struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    next->high_water = ALD_TIME_NONE;
    if (res->status == 400 && ald_pagerduty_too_much(arena, list, res, next))
        return ALD_OK;
    ALD_TRY(ald_answer_check(res, err));
    struct ald_jv *v = ald_alloc(arena, sizeof *v), it;
    ALD_TRY(ald_json_get(&res->root, member, v, err));
    if (ald_json_kind(v) != ALD_JSON_ARRAY)
        return ald_json_expected(v, "a list", err);
    const char **ids = ald_calloc(arena, ald_json_len(v) + 1, sizeof *ids);
    const char *prefix = res->req->subjects_n && fn != ald_pagerduty_log_entry ? res->req->subjects[0] : NULL;
    size_t n = 0;
    for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it), n++) {
        int64_t created;
        if (ald_json_kind(&it) == ALD_JSON_STRING ? ald_json_as_str(&it, &ids[n], NULL) != ALD_OK
                                                  : ald_json_id_opt(arena, &it, "id", &ids[n], NULL) != ALD_OK)
            ids[n] = NULL;
        if (!fn)
            continue;
        if (list->windowed && ald_json_time_opt(&it, "created_at", &created, NULL) == ALD_OK &&
            created > next->high_water)
            next->high_water = created;
        const char *id = ald_answer_element_id(arena, ids[n], &it);
        struct ald_element *el = ald_rows_element(rows, prefix ? ald_sprintf(arena, "%s/%s", prefix, id) : id, &it);
        struct ald_err bad = {0};
        if (fn(cfg, res->req, rows, el, &it, &bad) != ALD_OK)
            ald_rows_refuse(rows, el, &bad);
    }
    const struct ald_pagerduty_seen seen = {ids, n};
    return ald_pagerduty_next(arena, list, res, &seen, next, err);
}

/** Request, page and skip of a list that is paged. */
#define PAGED(what, list, member, fn)                                                                                  \
    static enum ald_rc what##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,                       \
                                      struct ald_http_req *req, struct ald_err *err)                                   \
    {                                                                                                                  \
        (void)err;                                                                                                     \
        return ask(arena, cfg, list, req);                                                                             \
    }                                                                                                                  \
    static enum ald_rc what##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,                   \
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)                  \
    {                                                                                                                  \
        return read_list(cfg, res, rows, list, member, fn, next, err);                                                 \
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
    return ask(arena, cfg, &priorities, req);
}

static enum ald_rc priorities_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    ALD_TRY(read_list(cfg, res, rows, &priorities, "priorities", ald_pagerduty_priority, next, err));
    int64_t before = ald_pagerduty_before(&priorities, res->req);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->elements[i].label)
            rows->elements[i].label->rank = (int)(before + (int64_t)i + 1);
    return ALD_OK;
}

static enum ald_rc incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                    struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "", "");
    return ask_one(arena, cfg, &list, req);
}

static enum ald_rc incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                 struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    const char *id = NULL;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "incident", v, err));
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    struct ald_element *el = ald_rows_element(rows, id, v);
    struct ald_err bad = {0};
    if (ald_pagerduty_incident(cfg, res->req, rows, el, v, &bad) != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
    return ALD_OK;
}

static enum ald_rc dependencies_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                        struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const char *subject = req->subjects_n ? req->subjects[0] : "";
    const struct ald_pagerduty_list list = {
        .path = ald_sprintf(arena, "/service_dependencies/technical_services/%s", ald_url_encode(arena, subject))};
    return ask_one(arena, cfg, &list, req);
}

static enum ald_rc dependencies_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                     struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    const char *subject = res->req->subjects_n ? res->req->subjects[0] : "";
    struct ald_element *el = ald_rows_element(rows, *subject ? subject : "none", &res->root);
    struct ald_err bad = {0};
    if (ald_pagerduty_dependencies(cfg, res->req, rows, el, &res->root, &bad) != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
    return ALD_OK;
}

#define LOG_PARAMS "&is_overview=false&time_zone=UTC"

static enum ald_rc own_log_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                   struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "log_entries", LOG_PARAMS);
    return ask(arena, cfg, &list, req);
}

static enum ald_rc own_log_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    const struct ald_pagerduty_list list = below(rows->arena, res->req, "log_entries", LOG_PARAMS);
    return read_list(cfg, res, rows, &list, "log_entries", ald_pagerduty_log_entry, next, err);
}

static enum ald_rc notes_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                 struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "notes", "");
    return ask_one(arena, cfg, &list, req);
}

static enum ald_rc notes_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    const struct ald_pagerduty_list list = below(rows->arena, res->req, "notes", "");
    return read_list(cfg, res, rows, &list, "notes", ald_pagerduty_note, next, err);
}

static enum ald_rc alerts_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                  struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "alerts", "");
    return ask(arena, cfg, &list, req);
}

static enum ald_rc alerts_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    const struct ald_pagerduty_list list = below(rows->arena, res->req, "alerts", "");
    return read_list(cfg, res, rows, &list, "alerts", ald_pagerduty_alert, next, err);
}

/* ---- The tables ---- */

#define DOC .cursor_doc = ALD_PAGERDUTY_CURSOR_DOC

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
    {.name = "incident",
     .parent = "log_entries",
     .cursor_doc = "not paged",
     .as = "incidents",
     .open_again = true,
     .tells_gone = true,
     .request = incident_request,
     .page = incident_page},
    {.name = "incident_log_entries",
     .parent = "incident",
     DOC,
     .as = "log_entries",
     .of_record = true,
     .holds = ALD_PAGERDUTY_HOLDS,
     .request = own_log_request,
     .page = own_log_page},
    {.name = "service_dependencies",
     .parent = "services",
     .alone = true,
     .cursor_doc = "not paged; asked for when a service is new or changed, and by --full",
     .optional = true,
     .request = dependencies_request,
     .page = dependencies_page},
    {.name = "notes",
     .list = "notes",
     .parent = "log_entries",
     .cursor_doc = "not paged",
     .whole = true,
     .of_record = true,
     .wanted = ald_pagerduty_notes_wanted,
     .request = notes_request,
     .page = notes_page},
    {.name = "alerts",
     .list = "alerts",
     .parent = "incidents",
     DOC,
     .holds = ALD_HOLDS_ALERTS,
     .whole = true,
     .of_record = true,
     .wanted = ald_pagerduty_alerts_wanted,
     .request = alerts_request,
     .page = alerts_page},
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

static const struct ald_person_path people[] = {
    {.stream = "users", .path = "users[]", .primary = true, .id_key = "id", .name_key = "name", .email_key = "email"},
    USERS("services"),
    USERS("teams"),
    USERS("incidents"),
    USERS("incident"),
    USERS("log_entries"),
    USERS("incident_log_entries"),
    USERS("notes"),
    USERS("alerts"),
    CALLED("log_entries"),
    CALLED("incident_log_entries"),
};

static const struct ald_probe probe[] = {
    {.stream = "incidents", .request = incidents_request, .count = incidents_count},
    {.stream = "log_entries", .request = log_request, .count = log_count},
};

static const struct ald_source_key keys[] = {
    {.key = "notes", .help = "off: do not read notes by themselves; the log's first wording of them is kept"},
    {.key = "alerts", .help = "on: read the alerts of each incident (a request per incident): their ids and keys"},
};

const struct ald_connector ald_connector_pagerduty = {
    .type = {.type = "pagerduty",
             .title = "PagerDuty (REST API v2)",
             .default_kind = "pager",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "PAGERDUTY_TOKEN PAGERDUTY_API_KEY PD_TOKEN",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
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
