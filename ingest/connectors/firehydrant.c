/* FireHydrant: incidents with their timelines, alerts, links and related ones, tickets, retrospectives, severities, services and what they depend on, teams,
 * users. Incidents can be asked for by their last change, but do not tell it and come in no order that is promised, page by number: a
 * list that changed its length while it was read is read again. Must not know SQLite, curl or the clock. */
#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/firehydrant_priv.h"
#include "cursor.h"
#include "http.h"

extern const struct ald_connector ald_connector_firehydrant;

#define BASE_URL "https://api.firehydrant.io"
#define PAGE_SIZE 100
#define OVERLAP_MS ALD_DAY_MS
#define TRIES_MAX 3
#define PAGES_MAX 1000000000

/* ---- Requests ---- */

/** A list: path, what goes after the subject, its parameters (each with '&' before it). whole: one answer, no pages. */
struct list {
    const char *path, *below, *params;
    bool windowed, whole;
};

/** Where reading goes on. */
struct place {
    int64_t page, limit, seen, count, tries; /* count: of the first page, -1: not told */
};

static struct place place_of(const struct ald_http_req *req)
{
    struct place p = {.page = 1, .limit = req->page_size > 0 ? req->page_size : PAGE_SIZE, .count = -1};
    const struct place start = p;
    const char *s = req->cursor;
    if (!s || !ald_cursor_number(&s, 1, PAGES_MAX, &p.page) || !ald_cursor_number(&s, 1, PAGES_MAX, &p.limit) ||
        !ald_cursor_number(&s, 0, PAGES_MAX, &p.seen) || !ald_cursor_number(&s, -1, ALD_CURSOR_MOST, &p.count) ||
        !ald_cursor_number(&s, 0, PAGES_MAX, &p.tries))
        return start;
    ald_cursor_resize(&p.page, &p.limit, p.seen, start.limit);
    return p;
}

static const char *cursor_text(struct ald_arena *arena, const struct place *p)
{
    return ald_sprintf(arena, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64, p->page, p->limit, p->seen, p->count, p->tries);
}

static const char *stamp(struct ald_arena *arena, int64_t at)
{
    char text[32];
    return ald_url_encode(arena, ald_time_format(at, text));
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct list *list, struct ald_http_req *req)
{
    const struct place p = place_of(req);
    const struct ald_window *w = &req->window;
    /* "REPORT@INCIDENT": answers about a report do not say whose it is. */
    const char *subject = ald_listing_subject(req), *query = list->params ? list->params : "", *base = cfg->base_url ? cfg->base_url : BASE_URL;
    const char *id = ald_url_encode(arena, ald_strndup(arena, subject, strcspn(subject, "@")));
    if (!list->whole)
        query = ald_sprintf(arena, "%s&page=%" PRId64 "&per_page=%" PRId64, query, p.page, p.limit);
    if (list->windowed && w->since != ALD_TIME_NONE)
        query = ald_sprintf(arena, "%s&updated_after=%s", query, stamp(arena, w->since));
    if (list->windowed && w->until != ALD_TIME_NONE)
        query = ald_sprintf(arena, "%s&updated_before=%s", query, stamp(arena, w->until));
    req->url = ald_sprintf(arena, "%s%s%s%s%s%s", base, list->path, id, list->below ? list->below : "", *query ? "?" : "", *query ? query + 1 : "");
    ald_listing_sign(req, "application/json");
    return ALD_OK;
}

/* ---- Pages ---- */

/** *ret_next: number of the page that follows, 0 at the end. */
static enum ald_rc pagination(const struct ald_http_res *res, int64_t *ret_next, int64_t *ret_count, struct ald_err *err)
{
    struct ald_jv meta;
    bool has = false;
    *ret_next = 0;
    *ret_count = -1;
    if (!ald_json_opt(&res->root, "pagination", &meta))
        return ALD_OK;
    ALD_TRY(ald_json_int_opt(&meta, "next", &has, ret_next, err));
    *ret_next = has ? *ret_next : 0;
    int64_t count = 0;
    ALD_TRY(ald_json_int_opt(&meta, "count", &has, &count, err));
    *ret_count = has ? count : -1;
    return ALD_OK;
}

static void go_on(struct ald_arena *arena, struct place p, int64_t n, int64_t follows, int64_t count, struct ald_next *next)
{
    if (p.count >= 0 && count >= 0 && count != p.count) { /* what was on a page of before may stand on none that is still to come */
        struct place again = {.page = 1, .limit = p.limit, .count = -1, .tries = p.tries + 1};
        if (p.tries + 1 < TRIES_MAX)
            next->cursor = cursor_text(arena, &again);
        else
            next->gap = "the list changed its length each time that it was read: some may have been passed over";
        return;
    }
    p.count = count;
    p.seen += n;
    next->total = count > 0 ? count : 0;
    if (follows > 0 && n == 0) {
        next->gap = "an empty page, although there is said to be more";
    } else if (follows > 0 && follows <= p.page) {
        next->gap = ald_sprintf(arena, "page %" PRId64 " says that page %" PRId64 " follows it; reading ended there", p.page, follows);
    } else if (follows > 0) {
        p.page = follows;
        next->cursor = cursor_text(arena, &p);
    } else if (count > p.seen) {
        next->gap = ald_sprintf(arena, "the source says that there are %" PRId64 ", but gave %" PRId64, count, p.seen);
    }
}

static enum ald_rc read_list(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct list *list, ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_listing found;
    int64_t follows, count;
    const struct ald_listing_how how = {.member = "data", .id = fn == ald_firehydrant_severity ? "slug" : NULL, .fn = fn};
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    ALD_TRY(pagination(res, &follows, &count, err));
    if (list->windowed) /* incidents do not tell when they changed: up to when this was asked (sync.c cuts it) */
        next->high_water = INT64_MAX;
    if (!list->whole)
        go_on(rows->arena, place_of(res->req), (int64_t)found.n, follows, count, next);
    return ALD_OK;
}

ALD_LISTING(severities, ald_firehydrant_severity, .path = "/v1/severities")
ALD_LISTING(users, NULL, .path = "/v1/users")
ALD_LISTING(teams, ald_firehydrant_team, .path = "/v1/teams", .params = "&lite=true")
ALD_LISTING(services, ald_firehydrant_service, .path = "/v1/services")
ALD_LISTING(incidents, ald_firehydrant_incident, .path = "/v1/incidents", .windowed = true)
ALD_LISTING(events, ald_firehydrant_event, .path = "/v1/incidents/", .below = "/events")
ALD_LISTING(alerts, ald_firehydrant_alert, .path = "/v1/incidents/", .below = "/alerts", .whole = true)
ALD_LISTING(links, ald_firehydrant_link, .path = "/v1/incidents/", .below = "/links")
ALD_LISTING(tickets, ald_firehydrant_ticket, .path = "/v1/ticketing/tickets")
ALD_LISTING(reports, ald_firehydrant_report, .path = "/v1/post_mortems/reports")
ALD_LISTING(reasons, ald_firehydrant_reason, .path = "/v1/post_mortems/reports/", .below = "/reasons")

static const struct list incident_list = {.path = "/v1/incidents/", .whole = true},
                         relationships_list = {.path = "/v1/incidents/", .below = "/relationships", .whole = true};

static const struct list dependencies_list = {.path = "/v1/services/", .below = "/dependencies", .whole = true};

static enum ald_rc dependencies_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                        struct ald_err *err)
{
    (void)err;
    return ask(arena, cfg, &dependencies_list, req);
}

static enum ald_rc dependencies_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v), held;
    const char *subject = ald_listing_subject(res->req);
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    *v = res->root;
    ALD_TRY(ald_json_get(v, "parent_service_dependencies", &held, err)); /* else it is some other document */
    return ald_listing_element(cfg, res, rows, *subject ? subject : "none", v, ald_firehydrant_dependencies, err);
}

static enum ald_rc incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    return ask(arena, cfg, &incident_list, req);
}

static enum ald_rc incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    return ald_listing_one(cfg, res, rows, "", ald_firehydrant_incident, next, err);
}

static enum ald_rc relationships_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                         struct ald_err *err)
{
    (void)err;
    return ask(arena, cfg, &relationships_list, req);
}

static enum ald_rc relationships_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    *v = res->root;
    struct ald_jv held; /* none of them: another document, and no word that there are no relatives */
    if (ald_json_get(v, "parent", &held, NULL) != ALD_OK && ald_json_get(v, "children", &held, NULL) != ALD_OK &&
        ald_json_get(v, "siblings", &held, NULL) != ALD_OK)
        return ald_json_expected(v, "an object of parent, children and siblings", err);
    return ald_listing_element(cfg, res, rows, ald_answer_element_id(rows->arena, ald_listing_subject(res->req), v), v,
                               ald_firehydrant_relationships, err);
}

/** Past one element that cannot be read at all. */
static enum ald_rc skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_next *next,
                        struct ald_err *err)
{
    (void)cfg;
    (void)err;
    struct place p = place_of(res->req);
    p.page++;
    p.seen += p.limit;
    if (p.count < 0 || p.seen < p.count)
        next->cursor = cursor_text(arena, &p);
    return ALD_OK;
}

static enum ald_rc incidents_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                                   const char **ret_cursor, struct ald_err *err)
{
    (void)arena;
    (void)cfg;
    int64_t follows, count;
    *ret_cursor = NULL;
    ALD_TRY(pagination(res, &follows, &count, err));
    *n += count > 0 ? count : 0;
    return ALD_OK;
}

/* ---- The tables ---- */

ALD_LISTING_WANTED(alerts)
ALD_LISTING_WANTED(dependencies)
ALD_LISTING_WANTED(links)
ALD_LISTING_WANTED(relationships)
ALD_LISTING_WANTED(retrospectives)

#define DOC .cursor_doc = "page|size|seen|count|tries: page that follows, its size, elements read, how many there are, times begun again"
#define LISTED(what) .list = "data", DOC, .skip = skip, .request = what##_request, .page = what##_page
#define DETAIL(what) .name = "incident_" #what, .parent = "incidents", .whole = true, .of_record = true
#define BOT "a bot token of the account (restricted incidents only where it was given access)"

static const struct ald_stream streams[] = {
    {.name = "severities", .needs = BOT, .every_time = true, LISTED(severities)},
    {.name = "users", .every_time = true, .optional = true, LISTED(users)},
    {.name = "teams", .every_time = true, .optional = true, LISTED(teams)},
    {.name = "services", .every_time = true, .optional = true, LISTED(services)},
    {.name = "service_dependencies",
     .parent = "services",
     .alone = true,
     .cursor_doc = "not paged; asked for when a service is new or changed, and by --full",
     .optional = true,
     .wanted = dependencies_wanted,
     .request = dependencies_request,
     .page = dependencies_page},
    {.name = "incidents", .needs = BOT, .overlap_ms = OVERLAP_MS, LISTED(incidents)},
    {.name = "incident",
     .parent = "incidents",
     .cursor_doc = "not paged",
     .as = "incidents",
     .open_again = true,
     .tells_gone = true,
     .request = incident_request,
     .page = incident_page},
    {DETAIL(events), LISTED(events)},
    {DETAIL(alerts), .holds = ALD_HOLDS_ALERTS, .optional = true, .wanted = alerts_wanted, LISTED(alerts)},
    {DETAIL(links), .optional = true, .wanted = links_wanted, LISTED(links)},
    {DETAIL(relationships),
     .alone = true,
     .cursor_doc = "not paged",
     .optional = true,
     .wanted = relationships_wanted,
     .request = relationships_request,
     .page = relationships_page},
    {.name = "tickets", .every_time = true, .optional = true, .says = true, LISTED(tickets)},
    {.name = "retrospectives",
     .needs = "a plan with retrospectives; without one: retrospectives: off",
     .every_time = true,
     .optional = true,
     .says = true,
     .wanted = retrospectives_wanted,
     LISTED(reports)},
    {.name = "contributing_factors",
     .parent = "retrospectives",
     .whole = true,
     .optional = true,
     .says = true,
     .wanted = retrospectives_wanted,
     LISTED(reasons)},
};

/* Who did something: a user, or an integration by the name of its product. */
#define INTEGRATIONS                                                                                                     \
    "firehydrant_bot alertmanager asana aws bugsnag checkly custom_alerts datadog shortcut new_relic nunc github giphy "   \
    "google_meet google_calendar microsoft_teams microsoft_teams_v2 webex jira_cloud jira_onprem opsgenie pager_duty "      \
    "honeycomb patchy service_now signals slack statuspage victorops zendesk zoom confluence_cloud google_docs zoom_v2 "    \
    "linear cortex"
#define USER(of, where)                                                                                                  \
    {                                                                                                                    \
        .stream = of, .path = where, .primary = true, .id_key = "id", .name_key = "name", .email_key = "email",          \
        .login_key = "slack_user_id", .bot_key = "source", .bot_values = INTEGRATIONS                                    \
    }

static const struct ald_person_path people[] = {
    USER("users", "data[]"),
    USER("teams", "data[].created_by"),
    USER("teams", "data[].memberships[].user"),
    USER("services", "data[].updated_by"),
    USER("services", "data[].owner.created_by"),
    USER("services", "data[].teams[].created_by"),
    USER("service_dependencies", "**.created_by"),
    USER("service_dependencies", "**.updated_by"),
    USER("incidents", "**.created_by"),
    USER("incidents", "**.updated_by"),
    USER("incidents", "data[].role_assignments[].user"),
    USER("incidents", "data[].incident_tickets[].assignees[]"),
    USER("incidents", "data[].ticket.assignees[]"),
    USER("incident", "**.created_by"),
    USER("incident", "**.updated_by"),
    USER("incident", "role_assignments[].user"),
    USER("incident", "incident_tickets[].assignees[]"),
    USER("incident", "ticket.assignees[]"),
    USER("incident_events", "data[].author"),
    USER("incident_events", "data[].data.user"),
    USER("incident_events", "data[].data.assignee"),
    USER("incident_events", "data[].data.created_by"),
    USER("tickets", "data[].assignees[]"),
    USER("tickets", "data[].created_by"),
    USER("retrospectives", "**.created_by"),
    USER("retrospectives", "**.updated_by"),
    USER("retrospectives", "data[].incident.role_assignments[].user"),
    USER("retrospectives", "data[].incident.incident_tickets[].assignees[]"),
    USER("retrospectives", "data[].incident.ticket.assignees[]"),
    USER("contributing_factors", "data[].created_by"),
};

static const struct ald_probe probe[] = {{.stream = "incidents", .request = incidents_request, .count = incidents_count}};

static const struct ald_source_key keys[] = {
    {.key = "alerts", .help = "off: do not read the alerts of each incident (a request per incident)"},
    {.key = "dependencies", .help = "off: do not read what services depend on (a request per service)"},
    {.key = "links", .help = "off: do not read the links of each incident (a request per incident)"},
    {.key = "relationships", .help = "off: do not read which incidents belong together (a request per incident)"},
    {.key = "retrospectives", .help = "off: do not read retrospectives, where the plan has none"},
};

const struct ald_connector ald_connector_firehydrant = {
    .type = {.type = "firehydrant",
             .title = "FireHydrant",
             .default_kind = "pager",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "FIREHYDRANT_API_KEY FIREHYDRANT_TOKEN",
             .lacks = "reopening, its history, services added later, escalations, regions, who came, planned work",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = PAGE_SIZE,
    .page_size_max = PAGE_SIZE,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .probe = probe,
    .probe_n = sizeof probe / sizeof probe[0],
    .requests_per_minute = 300,
    .retell = ald_firehydrant_retell,
};
