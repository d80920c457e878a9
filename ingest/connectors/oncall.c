/* Grafana OnCall, today part of Grafana Cloud IRM: alert groups with their alerts and resolution notes. Groups are asked for by when they
 * began and in no order but newest first: those of the last weeks and each that is open are read again on every run. A page past the end of
 * a list is answered with its last page. Must not know SQLite, curl or the clock. */
#include <inttypes.h>
#include <string.h>

#include "connectors/listing.h"
#include "connectors/oncall_priv.h"
#include "cursor.h"
#include "http.h"

#define MOST (INT64_C(1) << 40) /* a number of a cursor */

extern const struct ald_connector ald_connector_oncall;

/* Groups are resolved, silenced and reopened after they began, and nothing tells. */
#define OVERLAP_MS (30 * ALD_DAY_MS)
#define EPOCH_MS INT64_C(1514764800000) /* 2018-01-01: older than the product */
#define LIMIT_MAX 100
#define RESTARTS_MAX 3

bool ald_oncall_on(const struct ald_source_cfg *cfg, const char *key)
{
    const char *value = ald_source_opt(cfg, key);
    return value && strcmp(value, "on") == 0;
}

/** With the address of the stack the token is a service account's, else a key of OnCall's own, which stands bare. */
static void ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *path, struct ald_http_req *req)
{
    static const char api[] = "/api/v1";
    const char *base = cfg->base_url ? cfg->base_url : "", *stack = ald_source_opt(cfg, "grafana_url");
    size_t n = strlen(base), api_n = sizeof api - 1;
    bool named = n > api_n && strcmp(base + n - api_n, api) == 0;
    req->url = ald_sprintf(arena, "%s%s/%s", base, named ? "" : api, path);
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = stack && *stack ? "Bearer" : NULL;
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
    if (stack && *stack)
        req->headers[req->headers_n++] = (struct ald_http_header){"X-Grafana-URL", stack};
}

/* ---- Pages are counted; a list that became shorter meanwhile may have shifted ---- */

struct place {
    int64_t offset, count, restarts; /* count: of the list when reading began; -1: not known */
};

/* What cannot be understood (a cursor of another version) starts again: rows are idempotent. */
static struct place place_of(const struct ald_http_req *req)
{
    struct place p, start = {.count = -1};
    const char *s = req->cursor;
    if (!s || !ald_cursor_number(&s, 0, MOST, &p.offset) || !ald_cursor_number(&s, 0, MOST, &p.count) ||
        !ald_cursor_number(&s, 0, MOST, &p.restarts) || *s)
        return start;
    return p;
}

static int64_t size_of(const struct ald_http_req *req)
{
    return req->page_size < 1 ? 1 : req->page_size > LIMIT_MAX ? LIMIT_MAX : req->page_size;
}

static int64_t page_of(const struct ald_http_req *req, const struct place *p)
{
    return p->offset / size_of(req) + 1;
}

static const char *paged(struct ald_arena *arena, const struct ald_http_req *req)
{
    const struct place p = place_of(req);
    return ald_sprintf(arena, "perpage=%" PRId64 "&page=%" PRId64, size_of(req), page_of(req, &p));
}

static const char *cursor_text(struct ald_arena *arena, const struct place *p)
{
    return ald_sprintf(arena, "%" PRId64 "|%" PRId64 "|%" PRId64 "|", p->offset, p->count, p->restarts);
}

static enum ald_rc page_on(struct ald_arena *arena, const struct ald_http_res *res, int64_t n, struct ald_next *next, struct ald_err *err)
{
    struct place p = place_of(res->req);
    struct ald_jv link;
    bool has_count, has_page;
    int64_t count = 0, page = 0, asked = page_of(res->req, &p);
    ALD_TRY(ald_json_int_opt(&res->root, "count", &has_count, &count, err));
    ALD_TRY(ald_json_int_opt(&res->root, "current_page_number", &has_page, &page, err));
    next->total = has_count && !res->req->cursor ? count : 0;
    bool shorter = has_count && p.count >= 0 && count < p.count;
    if (shorter && p.restarts >= RESTARTS_MAX) {
        next->gap = ald_sprintf(arena, "the list became shorter %d times while it was read: something of it may have been passed over", RESTARTS_MAX);
    } else if (shorter) { /* what stood behind what went has moved onto a page that was read before */
        p = (struct place){.count = count, .restarts = p.restarts + 1};
        next->cursor = cursor_text(arena, &p);
        return ALD_OK;
    }
    if (has_page && page != asked) { /* the last page again, in place of one past the end; else it gives what was not asked for */
        if (page > asked || ald_json_opt(&res->root, "next", &link))
            next->gap = ald_sprintf(arena, "asked for page %" PRId64 ", got page %" PRId64, asked, page);
        return ALD_OK;
    }
    if (!ald_json_opt(&res->root, "next", &link))
        return ALD_OK;
    if (n == 0) {
        next->gap = "an empty page, although there is said to be more";
        return ALD_OK;
    }
    p.offset = asked * size_of(res->req);
    p.count = has_count ? count : 0;
    next->cursor = cursor_text(arena, &p);
    return ALD_OK;
}

static enum ald_rc read_list(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, ald_listing_row_fn *fn,
                             const char *changed, struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {.member = "results", .changed = changed,
                                        .oldest = ald_listing_oldest(res->req->window.since, ALD_LISTING_SLACK_MS), .fn = fn};
    struct ald_listing listing;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &listing, next, err));
    return page_on(rows->arena, res, (int64_t)listing.n, next, err);
}

/* ---- Lists ---- */

/** Both ends are needed, and have no zone: UTC. */
static const char *range(struct ald_arena *arena, const struct ald_window *window)
{
    char from[32], to[32];
    int64_t since = window->since == ALD_TIME_NONE || window->since < EPOCH_MS ? EPOCH_MS : window->since;
    int64_t until = window->until == ALD_TIME_NONE || window->until < since ? since + ALD_DAY_MS : window->until;
    (void)ald_time_format(since - since % 1000, from);
    (void)ald_time_format(until - until % 1000 + 1000, to);
    return ald_sprintf(arena, "%.19s_%.19s", from, to);
}

static enum ald_rc groups_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const char *team = ald_source_opt(cfg, "team_id"), *integration = ald_source_opt(cfg, "integration_id"), *more = "";
    if (team && *team)
        more = ald_sprintf(arena, "&team_id=%s", ald_url_encode(arena, team));
    if (integration && *integration)
        more = ald_sprintf(arena, "%s&integration_id=%s", more, ald_url_encode(arena, integration));
    ask(arena, cfg, ald_sprintf(arena, "alert_groups/?%s&started_at=%s%s", paged(arena, req), ald_url_encode(arena, range(arena, &req->window)), more),
        req);
    return ALD_OK;
}

static enum ald_rc groups_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    return read_list(cfg, res, rows, ald_oncall_group, "created_at", next, err);
}

static enum ald_rc skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_next *next,
                        struct ald_err *err)
{
    (void)cfg;
    (void)err;
    struct place p = place_of(res->req);
    p.offset += size_of(res->req);
    p.count = p.count < 0 ? 0 : p.count;
    next->cursor = cursor_text(arena, &p);
    return ALD_OK;
}

static enum ald_rc group_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    ask(arena, cfg, ald_sprintf(arena, "alert_groups/%s", ald_url_encode(arena, ald_listing_subject(req))), req);
    return ALD_OK;
}

static enum ald_rc group_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    return ald_listing_one(cfg, res, rows, "", ald_oncall_group, next, err);
}

/** Request and page of a list; below: of one group. */
#define LIST(name, path, below, fn_)                                                                                      \
    static enum ald_rc name##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, \
                                      struct ald_err *err)                                                                \
    {                                                                                                                     \
        (void)err;                                                                                                        \
        const char *of = below ? ald_sprintf(arena, "&alert_group_id=%s", ald_url_encode(arena, ald_listing_subject(req))) : ""; \
        ask(arena, cfg, ald_sprintf(arena, path "/?%s%s", paged(arena, req), of), req);                                   \
        return ALD_OK;                                                                                                    \
    }                                                                                                                     \
    static enum ald_rc name##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, \
                                   struct ald_next *next, struct ald_err *err)                                            \
    {                                                                                                                     \
        return read_list(cfg, res, rows, fn_, NULL, next, err);                                                           \
    }
LIST(teams, "teams", false, ald_oncall_team)
LIST(users, "users", false, NULL) /* whom the list names was replaced before, and is known from now on, also in texts */
LIST(integrations, "integrations", false, ald_oncall_integration)
LIST(notes, "resolution_notes", true, ald_oncall_note)
LIST(alerts, "alerts", true, ald_oncall_alert)

/* ---- The tables ---- */

static bool alerts_wanted(const struct ald_source_cfg *cfg)
{
    return ald_oncall_on(cfg, "alerts");
}

#define PAGES_DOC "offset|count|restarts|: elements before the next page, how many there are in the list, how often it was begun again"
#define READ "a key of OnCall, or a service account's token with alert-groups:read and grafana_url"

static const struct ald_stream streams[] = {
    {.name = "teams", .list = "results", .cursor_doc = PAGES_DOC, .every_time = true, .optional = true, .request = teams_request, .page = teams_page,
     .skip = skip},
    {.name = "users", .list = "results", .cursor_doc = PAGES_DOC, .needs = "user-settings:read", .every_time = true, .optional = true,
     .request = users_request, .page = users_page, .skip = skip},
    {.name = "integrations", .list = "results", .cursor_doc = PAGES_DOC, .needs = "integrations:read", .every_time = true, .optional = true,
     .request = integrations_request, .page = integrations_page, .skip = skip},
    {.name = ALD_ONCALL_GROUPS,
     .list = "results",
     .cursor_doc = PAGES_DOC,
     .needs = READ,
     .overlap_ms = OVERLAP_MS,
     .by_creation = true,
     .bounded = true,
     .events_whole = true,
     .request = groups_request,
     .page = groups_page,
     .skip = skip},
    {.name = "alert_group",
     .parent = ALD_ONCALL_GROUPS,
     .cursor_doc = "not paged",
     .as = ALD_ONCALL_GROUPS,
     .open_again = true,
     .tells_gone = true,
     .events_whole = true,
     .request = group_request,
     .page = group_page},
    {.name = "resolution_notes",
     .list = "results",
     .parent = ALD_ONCALL_GROUPS,
     .cursor_doc = PAGES_DOC,
     .of_record = true,
     .whole = true,
     .request = notes_request,
     .page = notes_page},
    {.name = "alerts",
     .list = "results",
     .parent = ALD_ONCALL_GROUPS,
     .cursor_doc = PAGES_DOC,
     .of_record = true,
     .whole = true,
     .holds = ALD_HOLDS_ALERTS,
     .wanted = alerts_wanted,
     .request = alerts_request,
     .page = alerts_page},
};

/* Users are bare ids; the list of users joins them with who they are. */
#define BARE(of, where) {.stream = of, .path = where, .primary = true}

static const struct ald_person_path people[] = {
    {.stream = "users", .path = "results[]", .primary = true, .id_key = "id", .login_key = "username", .name_key = "name", .email_key = "email"},
    BARE(ALD_ONCALL_GROUPS, "results[].acknowledged_by"),
    BARE(ALD_ONCALL_GROUPS, "results[].resolved_by"),
    BARE("alert_group", "acknowledged_by"),
    BARE("alert_group", "resolved_by"),
    BARE("resolution_notes", "results[].author"),
};

static const struct ald_source_key keys[] = {
    {.key = "grafana_url", .help = "address of the Grafana stack, with a service account's token; without it the token is a key of OnCall"},
    {.key = "team_id", .help = "only alert groups of this team"},
    {.key = "integration_id", .help = "only alert groups of this integration"},
    {.key = "alerts", .help = "on: read each alert of each group (a request per group), not only how many there are"},
};

const struct ald_connector ald_connector_oncall = {
    .type = {.type = "oncall",
             .title = "Grafana OnCall (alert groups)",
             .default_kind = "pager",
             .needs_token = true,
             .token_envs = "GRAFANA_ONCALL_ACCESS_TOKEN GRAFANA_ONCALL_TOKEN",
             .example_base_url = "https://oncall-prod-us-central-0.grafana.net/oncall",
             .lacks = "start of the impact, detection, mitigation, reopening, its history, services added later, "
                       "dependencies, escalations, handovers, customers, regions, reviews, who came, learnings, "
                       "actions, planned work, merges",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = LIMIT_MAX,
    .page_size_max = LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .requests_per_minute = 60, /* 300 in five minutes */
};
