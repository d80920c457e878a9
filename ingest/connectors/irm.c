/* Grafana IRM (before: Grafana Incident): incidents with their roles, tasks, links and activity. Every question is a POST of JSON. The list
 * can be had by its last change, newest first, and by nothing else: it is read until what changed before the window, and as long as it is not
 * in that order to its end. Alert groups of the same product are read by the connector of OnCall. Must not know SQLite, curl or the clock. */
#include "connectors/irm_priv.h"

#include <string.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "connectors/answer.h"
#include "connectors/issues.h"

extern const struct ald_connector ald_connector_irm;

#define OVERLAP_MS (15 * ALD_MINUTE_MS)
#define LIMIT_MAX 100
#define API "/api/plugins/grafana-irm-app/resources/api/v1"
#define PLUGINS "/api/plugins/"

const char *ald_irm_stack(struct ald_arena *arena, const struct ald_source_cfg *cfg)
{
    const char *base = cfg->base_url ? cfg->base_url : "", *path = strstr(base, PLUGINS);
    return path ? ald_strndup(arena, base, (size_t)(path - base)) : base;
}

/** A key of an object. */
static void member(struct ald_jw *w, const char *key, const char *value)
{
    ald_jw_key(w, key);
    ald_jw_str(w, value);
}

/* A cursor is the source's token, behind '~' once a page was not in the order that was asked for. */
static bool disordered(const struct ald_http_req *req)
{
    return req->cursor && *req->cursor == '~';
}

static const char *token_of(const struct ald_http_req *req)
{
    return req->cursor + disordered(req);
}

/** A question of a method. subject: incidentID, NULL: none. paged: with its query and the cursor of the page before. */
struct question {
    const char *method, *subject, *order_field, *order, *query;
    bool paged;
};

static void write_query(struct ald_jw *w, const struct question *q, const struct ald_http_req *req)
{
    ald_jw_key(w, "query");
    ald_jw_object(w);
    ald_jw_key(w, "limit");
    ald_jw_int(w, req->page_size < 1 ? 1 : req->page_size > LIMIT_MAX ? LIMIT_MAX : req->page_size);
    member(w, "orderDirection", q->order);
    if (q->order_field)
        member(w, "orderField", q->order_field);
    if (q->query && *q->query)
        member(w, "queryString", q->query);
    if (q->subject)
        member(w, "incidentID", q->subject);
    ald_jw_object_end(w);
    if (!req->cursor)
        return;
    ald_jw_key(w, "cursor");
    ald_jw_object(w);
    member(w, "nextValue", token_of(req));
    ald_jw_key(w, "hasMore");
    ald_jw_bool(w, true);
    ald_jw_object_end(w);
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct question *q, struct ald_http_req *req,
                       struct ald_err *err)
{
    const char *base = cfg->base_url ? cfg->base_url : "";
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    struct ald_jw w;
    ald_buf_init(&body, ALD_MAX_RESPONSE_BYTES);
    ald_jw_init(&w, ald_json_sink_buf(&body), 0);
    ald_jw_object(&w);
    if (q->paged)
        write_query(&w, q, req);
    else
        member(&w, "incidentID", q->subject);
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    req->url = ald_sprintf(arena, "%s%s/%s", base, strstr(base, PLUGINS) ? "" : API, q->method);
    req->body = ald_strndup(arena, body.data, body.len);
    ald_listing_sign(req, "application/json");
    return ALD_OK;
}

enum order { ORDERED, OLDER /* ends with what changed before the window */, DISORDERED };

/** The page that follows, but where it would hold what was read before. */
static enum ald_rc go_on(struct ald_arena *arena, const struct ald_http_res *res, size_t n, enum order order, struct ald_next *next,
                         struct ald_err *err)
{
    struct ald_jv cursor;
    const char *value = NULL;
    bool has = false, more = false;
    if (!ald_json_opt(&res->root, "cursor", &cursor))
        return ALD_OK;
    ALD_TRY(ald_json_bool_opt(&cursor, "hasMore", &has, &more, err));
    ALD_TRY(ald_json_str_opt(&cursor, "nextValue", &value, err));
    bool lost = order == DISORDERED || disordered(res->req);
    if (!has || !more || (order == OLDER && !lost))
        return ALD_OK;
    if (n == 0)
        next->gap = "an empty page, although there is said to be more";
    else if (!value || !*value)
        next->gap = "there is said to be more, but not how to ask for it";
    else
        next->cursor = ald_sprintf(arena, "%s%s", lost ? "~" : "", value);
    return ALD_OK;
}

/* ---- Incidents ---- */

static enum ald_rc incidents_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    const struct question q = {.method = "IncidentsService.QueryIncidentPreviews", .order_field = "modifiedTime", .order = "DESC",
                               .query = ald_source_opt(cfg, "query"), .paged = true};
    return ask(arena, cfg, &q, req, err);
}

/** Asked for was the newest change first. */
struct order_seen {
    int64_t before;
    bool disordered;
};
static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met, struct ald_err *err)
{
    struct order_seen *order = seen;
    (void)arena, (void)row, (void)err;
    order->disordered = order->disordered || met->at == ALD_TIME_NONE || met->at > order->before;
    order->before = met->at;
    return ALD_OK;
}

static enum ald_rc incidents_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_next *next, struct ald_err *err)
{
    struct order_seen seen = {.before = INT64_MAX};
    const struct ald_listing_how how = {.member = "incidentPreviews", .changed = "modifiedTime", .id = "incidentID",
                                        .oldest = ALD_TIME_NONE, .look = look, .seen = &seen, .fn = ald_irm_incident};
    struct ald_listing found;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    enum order order = seen.disordered ? DISORDERED : seen.before < res->req->window.since ? OLDER : ORDERED;
    return go_on(rows->arena, res, found.n, order, next, err);
}

/* ---- Details ---- */

static enum ald_rc details_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    const struct question q = {.method = "IncidentsService.GetIncident", .subject = ald_listing_subject(req)};
    return ask(arena, cfg, &q, req, err);
}

static enum ald_rc details_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v), incident;
    const char *subject = ald_listing_subject(res->req), *id = NULL;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "incident", &incident, err));
    ALD_TRY(ald_json_id(rows->arena, &incident, "incidentID", &id, err));
    if (*subject && strcmp(id, subject) != 0)
        return ald_fail(err, ALD_ERR_FORMAT, "the source answered with incident '%.60s' instead of '%.60s'", id, subject);
    *v = res->root;
    return ald_listing_element(cfg, res, rows, id, v, ald_irm_details, err);
}

static enum ald_rc activity_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    const struct question q = {.method = "ActivityService.QueryActivity", .subject = ald_listing_subject(req), .order = "ASC", .paged = true};
    return ask(arena, cfg, &q, req, err);
}

static enum ald_rc activity_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {.member = "activityItems", .id = "activityItemID", .fn = ald_irm_activity};
    struct ald_listing found;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    return go_on(rows->arena, res, found.n, ORDERED, next, err);
}

/* ---- The tables ---- */

#define DOC .cursor_doc = "the source's own token for the next page, behind '~' where the list is not in order"
#define READ "a service account with the role Incident Viewer (grafana-irm-app.incidents:read), or Viewer in older stacks"

static const struct ald_stream streams[] = {
    {.name = "incidents",
     .list = "incidentPreviews",
     DOC,
     .needs = READ,
     .overlap_ms = OVERLAP_MS,
     .request = incidents_request,
     .page = incidents_page},
    {.name = "incident",
     .parent = "incidents",
     .cursor_doc = "not paged",
     .alone = true,
     .of_record = true,
     .whole = true,
     .says = true,
     .unsettled_again = true,
     .request = details_request,
     .page = details_page},
    {.name = "activity",
     .parent = "incidents",
     .list = "activityItems",
     DOC,
     .of_record = true,
     .whole = true,
     .holds = ALD_IRM_ACTIVITY_HOLDS,
     .request = activity_request,
     .page = activity_page},
};

/* People are told by their member userID, wherever they stand. */
#define ACCOUNTS(of) \
    {.stream = of, .path = "**", .primary = true, .own_key = "userID", .id_key = "userID", .name_key = "name", .email_key = "email", \
     .login_key = "login"}
#define ATTACHED(of) {.stream = of, .path = "**.attachedByUserID", .primary = true}

static const struct ald_person_path people[] = {
    ACCOUNTS("incidents"), ACCOUNTS("incident"), ACCOUNTS("activity"), ATTACHED("incident"), ATTACHED("activity"),
};

static const struct ald_source_key keys[] = {
    {.key = "query", .help = "only incidents that Grafana's query language finds, such as isdrill:false; without it all, drills as exercises"},
};

const struct ald_connector ald_connector_irm = {
    .type = {.type = "irm",
             .title = "Grafana IRM (incidents)",
             .default_kind = "ticket",
             .needs_token = true,
             .token_envs = "GRAFANA_IRM_TOKEN GRAFANA_AUTH",
             .example_base_url = "https://acme.grafana.net",
             .lacks = "detection, mitigation, dependencies, escalations, customers, regions, reviews, who came, "
                       "learnings, planned work, merges",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = LIMIT_MAX,
    .page_size_max = LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .retell = ald_issue_retell,
};
