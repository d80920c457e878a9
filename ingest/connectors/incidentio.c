/* incident.io: incidents with their updates, attachments, alerts and related ones, escalations, follow-ups, post-mortems, severities,
 * teams, users. Incidents can be asked for by the day of their last change, never sorted by it, so they come in the order in which they
 * were declared, from one id to the next. Must not know SQLite, curl or the clock. */
#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/incidentio_priv.h"
#include "cursor.h"
#include "http.h"

extern const struct ald_connector ald_connector_incidentio;

#define BASE_URL "https://api.incident.io"
#define PAGE_MAX 250
#define PAGE_SMALL 50 /* of lists of alerts and escalations */
/* Only days can be asked for: what is read again anyway. */
#define OVERLAP_MS ALD_DAY_MS

/* ---- Requests ---- */

/** A list: path, its parameters (each with '&' before it), the largest page (0: not paged), by which member windows are cut. */
struct list {
    const char *path, *member, *params;
    int page_max;
    bool windowed, of_incident;
    const char *of; /* member of its elements that names the incident they are of, or NULL */
};

/** Where reading goes on: after this id; elements read before, and how many the source said that there are. */
struct place {
    const char *after;
    int64_t seen, total;
};

static struct place place_of(const struct ald_http_req *req)
{
    struct place p = {.after = "", .total = -1};
    const struct place start = p;
    const char *s = req->cursor;
    if (!s || !ald_cursor_number(&s, 0, ALD_CURSOR_MOST, &p.seen) || !ald_cursor_number(&s, -1, ALD_CURSOR_MOST, &p.total))
        return start;
    p.after = s;
    return p;
}

static int size_of(const struct list *list, const struct ald_http_req *req)
{
    int most = list->page_max;
    return req->page_size > 0 && req->page_size < most ? req->page_size : most;
}

static const char *day(struct ald_arena *arena, int64_t at)
{
    char text[32];
    return ald_strndup(arena, ald_time_format(at, text), 10);
}

/** Days are those of UTC, both ends included. */
static const char *window_text(struct ald_arena *arena, const struct ald_window *w)
{
    if (w->since != ALD_TIME_NONE && w->until != ALD_TIME_NONE)
        return ald_sprintf(arena, "&updated_at%%5Bdate_range%%5D=%s~%s", day(arena, w->since), day(arena, w->until + ALD_DAY_MS));
    if (w->since != ALD_TIME_NONE)
        return ald_sprintf(arena, "&updated_at%%5Bgte%%5D=%s", day(arena, w->since));
    return w->until != ALD_TIME_NONE ? ald_sprintf(arena, "&updated_at%%5Blte%%5D=%s", day(arena, w->until + ALD_DAY_MS)) : "";
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct list *list, struct ald_http_req *req)
{
    const struct place p = place_of(req);
    const char *query = list->params ? list->params : "";
    if (list->page_max)
        query = ald_sprintf(arena, "%s&page_size=%d", query, size_of(list, req));
    if (list->of_incident)
        query = ald_sprintf(arena, "%s&incident_id=%s", query, ald_url_encode(arena, ald_listing_subject(req)));
    if (list->windowed)
        query = ald_sprintf(arena, "%s%s", query, window_text(arena, &req->window));
    if (*p.after)
        query = ald_sprintf(arena, "%s&after=%s", query, ald_url_encode(arena, p.after));
    req->url = ald_sprintf(arena, "%s%s%s%s", cfg->base_url ? cfg->base_url : BASE_URL, list->path, *query ? "?" : "",
                           *query ? query + 1 : "");
    ald_listing_sign(req, "application/json");
    return ALD_OK;
}

/* ---- Pages ---- */

/** The id after which the list goes on, or NULL at its end; what the source says how many there are, or -1. */
static enum ald_rc pagination(const struct ald_http_res *res, struct ald_arena *arena, const char **ret_after, int64_t *ret_total,
                              struct ald_err *err)
{
    struct ald_jv meta;
    bool has = false;
    int64_t total = 0;
    *ret_after = NULL;
    *ret_total = -1;
    if (!ald_json_opt(&res->root, "pagination_meta", &meta))
        return ALD_OK;
    ALD_TRY(ald_json_id_opt(arena, &meta, "after", ret_after, err));
    if (*ret_after && !**ret_after)
        *ret_after = NULL;
    ALD_TRY(ald_json_int_opt(&meta, "total_record_count", &has, &total, err));
    if (has)
        *ret_total = total;
    return ALD_OK;
}

static enum ald_rc read_list(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct list *list, ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    struct place p = place_of(res->req);
    struct ald_listing found;
    const char *after = NULL;
    int64_t total = -1;
    const struct ald_listing_how how = {.member = list->member,
                                        .changed = list->windowed ? "updated_at" : NULL,
                                        .oldest = ald_listing_oldest(res->req->window.since, ALD_LISTING_SLACK_MS),
                                        .of = list->of,
                                        .fn = fn};
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    ALD_TRY(pagination(res, arena, &after, &total, err));
    p.seen += (int64_t)found.n;
    if (p.total < 0)
        p.total = total; /* as the first page said: what comes while reading goes on is read by the next run */
    next->total = p.total > 0 ? p.total : 0;
    if (!list->page_max)
        return ALD_OK;
    if (after && strcmp(after, p.after) == 0)
        next->gap = "the source gave a page that it had given before instead of the next one; reading ended there";
    else if (after && found.n == 0)
        next->gap = "an empty page, although there is said to be more";
    else if (after)
        next->cursor = ald_sprintf(arena, "%" PRId64 "|%" PRId64 "|%s", p.seen, p.total, after);
    else if (p.total > p.seen)
        next->gap = ald_sprintf(arena, "the source says that there are %" PRId64 ", but gave %" PRId64, p.total, p.seen);
    return ALD_OK;
}

/* Tutorials are nobody's incidents. Tests are exercises. */
#define MODES "&mode%5Bone_of%5D=standard&mode%5Bone_of%5D=retrospective&mode%5Bone_of%5D=test"
ALD_LISTING(severities, ald_incidentio_severity, .member = "severities", .path = "/v1/severities")
ALD_LISTING(users, NULL, .member = "users", .path = "/v2/users", .params = "&include_inactive=true", .page_max = PAGE_MAX)
ALD_LISTING(teams, ald_incidentio_team, .member = "teams", .path = "/v3/teams", .page_max = PAGE_MAX)
ALD_LISTING(incidents, ald_incidentio_incident, .member = "incidents", .path = "/v2/incidents",
     .params = "&sort_by=created_at_oldest_first" MODES,
     .page_max = PAGE_MAX, .windowed = true)
ALD_LISTING(updates, ald_incidentio_update, .member = "incident_updates", .path = "/v2/incident_updates",
     .page_max = PAGE_MAX, .of_incident = true, .of = "incident_id")
ALD_LISTING(attachments, ald_incidentio_attachment, .member = "incident_attachments", .path = "/v1/incident_attachments", .of_incident = true, .of = "incident_id")
ALD_LISTING(alerts, ald_incidentio_alert, .member = "incident_alerts", .path = "/v2/incident_alerts", .page_max = PAGE_SMALL, .of_incident = true, .of = "incident")
ALD_LISTING(relationships, ald_incidentio_relationship, .member = "incident_relationships", .path = "/v1/incident_relationships",
     .page_max = PAGE_MAX, .of_incident = true)
static const struct list participants_list = {.path = "/v2/incident_participants", .of_incident = true};
ALD_LISTING(escalations, ald_incidentio_escalation, .member = "escalations", .path = "/v2/escalations", .page_max = PAGE_SMALL, .windowed = true)
ALD_LISTING(follow_ups, ald_incidentio_follow_up, .member = "follow_ups", .path = "/v2/follow_ups")
ALD_LISTING(postmortems, ald_incidentio_postmortem, .member = "postmortem_documents", .path = "/v1/postmortem_documents",
     .params = "&sort_by=created_at_oldest_first", .page_max = PAGE_MAX)

/* Severities rank from the mildest up; ours is from the most severe down, and only the whole list tells. */
static enum ald_rc severities_whole(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_next *next, struct ald_err *err)
{
    ALD_TRY(severities_page(cfg, res, rows, next, err));
    int *ranks = ald_calloc(rows->arena, rows->n + 1, sizeof *ranks);
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < rows->n; k++)
            ranks[i] += rows->elements[i].label && rows->elements[k].label &&
                        rows->elements[k].label->rank > rows->elements[i].label->rank;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->elements[i].label)
            rows->elements[i].label->rank = ranks[i] + 1;
    return ALD_OK;
}

static enum ald_rc participants_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                        struct ald_err *err)
{
    (void)err;
    return ask(arena, cfg, &participants_list, req);
}

static enum ald_rc participants_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "incident_participants", v, err)); /* else it is some other document */
    *v = res->root;
    return ald_listing_element(cfg, res, rows, ald_answer_element_id(rows->arena, ald_listing_subject(res->req), v), v,
                               ald_incidentio_participants, err);
}

/** Of a document, "DOCUMENT@INCIDENT@TIME": the answer says neither whose it is nor of when. */
static enum ald_rc content_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const char *subject = ald_listing_subject(req), *id = ald_strndup(arena, subject, strcspn(subject, "@"));
    req->url = ald_sprintf(arena, "%s/v1/postmortem_documents/%s/content", cfg->base_url ? cfg->base_url : BASE_URL, ald_url_encode(arena, id));
    ald_listing_sign(req, "application/json");
    return ALD_OK;
}

static enum ald_rc content_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_next *next,
                                struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    const char *subject = ald_listing_subject(res->req);
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "markdown", v, err));
    *v = res->root;
    return ald_listing_element(cfg, res, rows, *subject ? ald_strndup(rows->arena, subject, strcspn(subject, "@")) : "none", v, ald_incidentio_content, err);
}

static enum ald_rc incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                    struct ald_err *err)
{
    (void)err;
    req->url = ald_sprintf(arena, "%s/v2/incidents/%s", cfg->base_url ? cfg->base_url : BASE_URL,
                           ald_url_encode(arena, ald_listing_subject(req)));
    ald_listing_sign(req, "application/json");
    return ALD_OK;
}

static enum ald_rc incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    return ald_listing_one(cfg, res, rows, "incident", ald_incidentio_incident, next, err);
}

/* ---- How many there are: one element a page, and the count beside it ---- */

static enum ald_rc incidents_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                                   const char **ret_cursor, struct ald_err *err)
{
    (void)cfg;
    const char *after;
    int64_t total;
    *ret_cursor = NULL;
    ALD_TRY(pagination(res, arena, &after, &total, err));
    *n += total > 0 ? total : 0;
    return ALD_OK;
}

/* ---- The tables ---- */

ALD_LISTING_WANTED(escalations)
ALD_LISTING_WANTED(alerts)
ALD_LISTING_WANTED(attachments)
ALD_LISTING_WANTED(relationships)
ALD_LISTING_WANTED(participants)
ALD_LISTING_WANTED(postmortems)

#define AFTER_DOC "seen|total|id: elements read, how many the source counted, id after which the list goes on"
#define DETAIL(what, of)                                                                                                 \
    .name = "incident_" what, .list = of, .parent = "incidents", .cursor_doc = AFTER_DOC, .whole = true, .of_record = true
#define VIEW "an API key with \"View data, like public incidents and organisation settings\""

static const struct ald_stream streams[] = {
    {.name = "severities",
     .cursor_doc = "not paged", /* their order is their rank: one alone tells none */
     .needs = VIEW,
     .every_time = true,
     .request = severities_request, .page = severities_whole},
    {.name = "users",
     .list = "users",
     .cursor_doc = AFTER_DOC,
     .every_time = true,
     .optional = true,
     .request = users_request, .page = users_page},
    {.name = "teams",
     .list = "teams",
     .cursor_doc = AFTER_DOC,
     .needs = "the right to view catalogue and teams",
     .every_time = true,
     .optional = true,
     .request = teams_request, .page = teams_page},
    {.name = "incidents",
     .list = "incidents",
     .cursor_doc = AFTER_DOC,
     .needs = VIEW "; private incidents only with the right to view all incidents, including private ones",
     .overlap_ms = OVERLAP_MS,
     .says = true,
     .request = incidents_request, .page = incidents_page},
    {.name = "incident",
     .parent = "incidents",
     .cursor_doc = "not paged",
     .as = "incidents",
     .open_again = true,
     .tells_gone = true,
     .says = true,
     .request = incident_request, .page = incident_page},
    {DETAIL("updates", "incident_updates"),
     .holds = ALD_INCIDENTIO_STATES,
     .request = updates_request, .page = updates_page},
    {DETAIL("attachments", "incident_attachments"),
     .optional = true, .wanted = attachments_wanted,
     .request = attachments_request, .page = attachments_page},
    {DETAIL("alerts", "incident_alerts"),
     .holds = ALD_HOLDS_ALERTS,
     .optional = true, .wanted = alerts_wanted,
     .request = alerts_request, .page = alerts_page},
    {DETAIL("relationships", "incident_relationships"),
     .optional = true, .wanted = relationships_wanted,
     .request = relationships_request, .page = relationships_page},
    {DETAIL("participants", NULL),
     .alone = true,
     .holds = ALD_HOLDS_RESPONDERS,
     .optional = true, .wanted = participants_wanted,
     .request = participants_request, .page = participants_page},
    {.name = "escalations",
     .list = "escalations",
     .cursor_doc = AFTER_DOC,
     .holds = ALD_INCIDENTIO_CALLS,
     .needs = "the right to view on-call resources; without incident.io On-call: escalations: off",
     .overlap_ms = OVERLAP_MS,
     .tail = true,
     .optional = true, .wanted = escalations_wanted,
     .request = escalations_request, .page = escalations_page},
    {.name = "follow_ups",
     .list = "follow_ups",
     .cursor_doc = "not paged",
     .needs = VIEW,
     .every_time = true,
     .says = true,
     .request = follow_ups_request, .page = follow_ups_page},
    {.name = "postmortems",
     .list = "postmortem_documents",
     .cursor_doc = AFTER_DOC,
     .needs = VIEW,
     .every_time = true,
     .optional = true,
     .says = true,
     .wanted = postmortems_wanted,
     .request = postmortems_request, .page = postmortems_page},
    {.name = "postmortem_content",
     .parent = "postmortems",
     .cursor_doc = "not paged",
     .tail = true, /* of incidents that are not read, nothing is kept */
     .optional = true, .wanted = postmortems_wanted,
     .request = content_request, .page = content_page},
};

#define USER(of, where)                                                                                                  \
    {                                                                                                                    \
        .stream = of, .path = where, .primary = true, .id_key = "id", .name_key = "name", .email_key = "email",          \
        .login_key = "slack_user_id"                                                                                     \
    }

static const struct ald_person_path people[] = {
    USER("users", "users[]"),
    USER("teams", "teams[].members[]"),
    USER("incidents", "incidents[].creator.user"),
    USER("incidents", "incidents[].incident_role_assignments[].assignee"),
    USER("incident", "incident.creator.user"),
    USER("incident", "incident.incident_role_assignments[].assignee"),
    USER("incident_updates", "incident_updates[].updater.user"),
    USER("incident_participants", "incident_participants.active[].user"),
    USER("incident_participants", "incident_participants.passive[].user"),
    USER("escalations", "escalations[].creator.user"),
    USER("escalations", "escalations[].events[].users[]"),
    USER("follow_ups", "follow_ups[].assignee"),
    USER("follow_ups", "follow_ups[].creator.user"),
    USER("postmortems", "postmortem_documents[].editors[]"),
};

static const struct ald_probe probe[] = {{.stream = "incidents", .request = incidents_request, .count = incidents_count}};

static const struct ald_source_key keys[] = {
    {.key = "escalations", .help = "off: do not read escalations (who was called, who answered)"},
    {.key = "alerts", .help = "off: do not read the alerts of each incident (a request per incident)"},
    {.key = "attachments", .help = "off: do not read what is attached to each incident: pages, tickets, pull requests (a request per incident)"},
    {.key = "relationships", .help = "off: do not read which incidents are related (a request per incident)"},
    {.key = "participants", .help = "off: do not read who took part in each incident (a request per incident)"},
    {.key = "postmortems", .help = "off: do not read post-mortem documents"},
};

const struct ald_connector ald_connector_incidentio = {
    .type = {.type = "incidentio",
             .title = "incident.io",
             .default_kind = "pager",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "INCIDENT_API_KEY INCIDENT_IO_API_KEY INCIDENTIO_API_KEY",
             .lacks = "services added later, dependencies, handovers, customers, regions, who came, learnings, planned "
                       "work",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = PAGE_MAX,
    .page_size_max = PAGE_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .probe = probe,
    .probe_n = sizeof probe / sizeof probe[0],
    .requests_per_minute = 1200,
    .retell = ald_incidentio_retell,
};
