/* Statuspage: the manage API when a page_id is set, else the public feed, which holds the 50 newest incidents and no
 * more. What an incident means is in statuspage_rows.c; must not know SQLite, curl or the clock. */
#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/statuspage_priv.h"
#include "cursor.h"
#include "http.h"

extern const struct ald_connector ald_connector_statuspage;

#define MANAGE_URL "https://api.statuspage.io"
#define FEED_MAX 50   /* the public feed's own limit */
#define LIMIT_MAX 100 /* of the manage API's pages */
/* Posts are edited and get their post-mortems days after they were resolved. */
#define OVERLAP_MS (30 * ALD_DAY_MS)

/** Pages are counted in the limit that was asked with; when that changes, the rows read so far say where to go on. */
struct place {
    int64_t page, rows, limit; /* rows: before this page */
    const char *last;          /* id of the last element; "" when none */
};

static int64_t limit_of(const struct ald_http_req *req)
{
    return req->page_size < 1 ? 1 : (req->page_size > LIMIT_MAX ? LIMIT_MAX : req->page_size);
}

/** The page to ask for now. A cursor that cannot be understood starts again: rows are idempotent. */
static struct place place_of(const struct ald_http_req *req)
{
    int64_t limit = limit_of(req);
    struct place p = {0}, start = {.page = 1, .limit = limit, .last = ""};
    const char *s = req->cursor;
    if (!s || !ald_cursor_number(&s, 1, INT32_MAX, &p.page) || !ald_cursor_number(&s, 0, INT32_MAX, &p.rows) ||
        !ald_cursor_number(&s, 0, INT32_MAX, &p.limit))
        return start;
    p.last = p.limit == limit ? s : "";
    if (p.limit != limit) { /* may read some rows again, never leaves one out */
        p.page = p.rows / limit + 1;
        p.rows = (p.page - 1) * limit;
        p.limit = limit;
    }
    return p;
}

static const char *cursor_text(struct ald_arena *arena, const struct place *p)
{
    return ald_sprintf(arena, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%s", p->page, p->rows, p->limit, p->last);
}

static const char *page_id(const struct ald_source_cfg *cfg)
{
    const char *id = ald_source_opt(cfg, "page_id");
    return id && *id ? id : NULL;
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *what,
                       const char *limit_name, struct ald_http_req *req, struct ald_err *err)
{
    const char *page = page_id(cfg);
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
    if (!page) {
        if (!cfg->base_url || strcmp(cfg->base_url, MANAGE_URL) == 0)
            return ald_fail(err, ALD_ERR_CONFIG,
                            "give base_url (the status page's address, for its public feed) or page_id and a token");
        req->url = ald_sprintf(arena, "%s/api/v2/%s.json", cfg->base_url, what);
        req->auth = ALD_AUTH_NONE;
        return ALD_OK;
    }
    struct place p = place_of(req);
    req->url =
        ald_sprintf(arena, "%s/v1/pages/%s/%s?%s=%" PRId64 "&page=%" PRId64, cfg->base_url ? cfg->base_url : MANAGE_URL,
                    ald_url_encode(arena, page), what, limit_name, p.limit, p.page);
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = "OAuth";
    return ALD_OK;
}

static enum ald_rc incidents_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                     struct ald_http_req *req, struct ald_err *err)
{
    return ask(arena, cfg, "incidents", "limit", req, err);
}

static enum ald_rc components_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                      struct ald_http_req *req, struct ald_err *err)
{
    return ask(arena, cfg, "components", "per_page", req, err);
}

/** seen: when the oldest was created. An element without an id keeps its place by its text, so that a page which comes twice is known. */
static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met, struct ald_err *err)
{
    int64_t *oldest = seen;
    (void)err;
    if (met->at != ALD_TIME_NONE && (*oldest == ALD_TIME_NONE || met->at < *oldest))
        *oldest = met->at;
    met->id = ald_answer_element_id(arena, met->id, row);
    return ALD_OK;
}

/** The list is the document itself (manage) or a member of it (public). */
static enum ald_rc read_list(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, const char *member,
                             const char *created, ald_listing_row_fn *fn, int64_t *ret_oldest, struct ald_listing *ret,
                             struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {
        .member = page_id(cfg) ? "" : member, .changed = created, .own_ids = true, .oldest = ALD_TIME_NONE, .look = look, .seen = ret_oldest, .fn = fn};
    struct ald_jv page;
    const char *url = NULL, *name = NULL;
    *ret_oldest = ALD_TIME_NONE;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, ret, next, err));
    if (page_id(cfg))
        return ALD_OK;
    if (ald_json_opt(&res->root, "page", &page)) {
        ALD_TRY(ald_json_str_opt(&page, "url", &url, err));
        ALD_TRY(ald_json_str_opt(&page, "name", &name, err));
    }
    ald_rows_alias(rows, "url", url);
    ald_rows_alias(rows, "url", cfg->base_url);
    ald_rows_alias(rows, "name", name); /* whose page it is */
    return ALD_OK;
}

/** Sets the cursor of the manage API's next page after one of n elements that ended with last. */
static void page_on(struct ald_arena *arena, const struct ald_http_req *req, size_t n, const char *last,
                    struct ald_next *next)
{
    struct place p = place_of(req);
    if (n == 0)
        return;
    if (last && strcmp(last, p.last) == 0) {
        next->gap =
            ald_sprintf(arena, "page %" PRId64 " repeats the page before it: the rest could not be read", p.page);
        return;
    }
    p.rows += (int64_t)n;
    p.page++;
    p.last = last ? last : "";
    next->cursor = cursor_text(arena, &p);
}

/** The public feed has no second page: says what lies beyond it. since already has the overlap taken off. */
static void judge_feed(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_window *window,
                       size_t n, int64_t oldest, struct ald_next *next)
{
    if (n < FEED_MAX || oldest == ALD_TIME_NONE || (window->since != ALD_TIME_NONE && oldest <= window->since))
        return;
    char from[32];
    (void)ald_time_format(oldest, from);
    int64_t overlap = cfg->overlap_ms >= 0 ? cfg->overlap_ms : OVERLAP_MS;
    if (!window->first && window->since != ALD_TIME_NONE && oldest > window->since + overlap)
        next->gap =
            ald_sprintf(arena,
                        "the public feed holds the %d newest posts, back to %s: those between the last read and "
                        "then are missing; read more often, or set page_id and a token for the manage API",
                        FEED_MAX, from);
    else
        next->remark =
            ald_sprintf(arena,
                        "the public feed holds the %d newest posts, back to %s; older ones only through the "
                        "manage API (page_id and a token)",
                        FEED_MAX, from);
}

/** Incidents, or planned maintenance, which a public feed has in a list of its own. */
static enum ald_rc read_posts(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              const char *member, struct ald_next *next, struct ald_err *err)
{
    const struct ald_window *window = &res->req->window;
    struct ald_listing found;
    int64_t oldest;
    ALD_TRY(read_list(cfg, res, rows, member, "created_at", ald_statuspage_incident, &oldest, &found, next, err));
    if (!page_id(cfg))
        judge_feed(rows->arena, cfg, window, found.n, oldest, next);
    else if (oldest == ALD_TIME_NONE || oldest >= window->since)
        page_on(rows->arena, res->req, found.n, found.last, next); /* newest first: what is older is known */
    return ALD_OK;
}

static enum ald_rc incidents_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                  struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    return read_posts(cfg, res, rows, "incidents", next, err);
}

static enum ald_rc maintenance_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                    struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    return read_posts(cfg, res, rows, "scheduled_maintenances", next, err);
}

static enum ald_rc maintenance_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                       struct ald_http_req *req, struct ald_err *err)
{
    return ask(arena, cfg, "scheduled-maintenances", "limit", req, err);
}

/** The manage API's incidents hold the planned ones. */
static bool maintenance_wanted(const struct ald_source_cfg *cfg)
{
    return !page_id(cfg);
}

static enum ald_rc component(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *it, struct ald_err *err)
{
    (void)cfg, (void)res;
    bool has, group = false;
    struct ald_row_service_def def = {0};
    ALD_TRY(ald_json_id(rows->arena, it, "id", &def.external_id, err));
    ALD_TRY(ald_json_str(it, "name", &def.name, err));
    ALD_TRY(ald_json_bool_opt(it, "group", &has, &group, err));
    if (has && group) /* a heading */
        return ALD_OK;
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    return ALD_OK;
}

static enum ald_rc components_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_listing found;
    int64_t oldest;
    ALD_TRY(read_list(cfg, res, rows, "components", NULL, component, &oldest, &found, next, err));
    if (page_id(cfg))
        page_on(rows->arena, res->req, found.n, found.last, next);
    return ALD_OK;
}

/** Past one incident that cannot be read at all; the public feed has no way. */
static enum ald_rc skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                        struct ald_next *next, struct ald_err *err)
{
    if (!page_id(cfg))
        return ald_fail(err, ALD_ERR_FORMAT, "the public feed is one document");
    struct place p = place_of(res->req);
    p.page++;
    p.rows += p.limit;
    p.last = "";
    next->cursor = cursor_text(arena, &p);
    return ALD_OK;
}

#define CURSOR_DOC                                                                                                     \
    "page|rows|limit|id: next page of the manage API, rows read before it, its size, id of the last element"

/* The manage API answers with the list itself, a public feed with an object that holds it. */
static const char *components_in(const struct ald_source_cfg *cfg)
{
    return ald_source_opt(cfg, "page_id") ? "" : "components";
}

static const char *incidents_in(const struct ald_source_cfg *cfg)
{
    return ald_source_opt(cfg, "page_id") ? "" : "incidents";
}

static const struct ald_stream streams[] = {
    {.name = "components",
     .list_in = components_in,
     .cursor_doc = CURSOR_DOC,
     .every_time = true,
     .optional = true,
     .request = components_request,
     .page = components_page,
     .skip = skip},
    {.name = "incidents",
     .list_in = incidents_in,
     .cursor_doc = CURSOR_DOC,
     .overlap_ms = OVERLAP_MS,
     .rescan_open = true,
     .says = true,
     .request = incidents_request,
     .page = incidents_page,
     .skip = skip},
    {.name = "scheduled_maintenances",
     .list = "scheduled_maintenances",
     .cursor_doc = "none: one page",
     .overlap_ms = OVERLAP_MS,
     .rescan_open = true,
     .says = true,
     .optional = true, /* feeds of other makers in this form */
     .wanted = maintenance_wanted,
     .request = maintenance_request,
     .page = maintenance_page},
};

static const struct ald_source_key keys[] = {
    {.key = "page_id",
     .help = "the page's id: read all of its history through the manage API; without it, base_url's public feed"},
};

const struct ald_connector ald_connector_statuspage = {
    .type = {.type = "statuspage",
             .title = "Statuspage (manage API or public feed)",
             .default_kind = "status",
             .default_base_url = MANAGE_URL,
             .needs_token = true,
             .token_when_key = "page_id",
             .token_envs = "STATUSPAGE_API_KEY",
             .lacks = "detection, its history, dependencies, teams, responders, escalations, handovers, customers, regions, who came, learnings, actions, merges",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 2,
    .page_size = LIMIT_MAX,
    .page_size_max = LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
};
