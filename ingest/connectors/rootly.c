/* Rootly (JSON:API): incidents with their roles, timelines, alerts and what these went through, form fields, action items, feedback,
 * retrospectives and posts on status pages; the log of audits; severities, teams, services, users, form fields. Incidents are sorted and asked for by their last change, so that the list goes on
 * from the time of its last element. Must not know SQLite, curl or the clock. */
#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/rootly_priv.h"
#include "cursor.h"
#include "http.h"

extern const struct ald_connector ald_connector_rootly;

#define BASE_URL "https://api.rootly.com"
#define PAGE_SIZE 100
#define OVERLAP_MS (15 * ALD_MINUTE_MS)
#define PAGES_MAX 1000000000

/* ---- Requests ---- */

/** A list: path, what goes after the subject, its parameters (each with '&' before it), by which time its elements are asked for and
 *  sorted (NULL: all of them). whole: one resource, no pages; large: in the largest pages, whatever is asked for. */
struct list {
    const char *path, *below, *params, *time;
    bool whole, large;
};

/** Where reading goes on: from this time on (windowed lists), on this page of such a size, elements read before it; id of the last
 *  element that was read. */
struct place {
    int64_t from, page, limit, seen;
    const char *last;
};

static struct place place_of(const struct ald_http_req *req)
{
    int64_t limit = req->page_size > 0 ? req->page_size : PAGE_SIZE;
    struct place p = {.from = req->window.since, .page = 1, .limit = limit, .last = ""};
    const struct place start = p;
    const char *s = req->cursor;
    if (!s || !ald_cursor_number(&s, ALD_TIME_NONE, ALD_CURSOR_MOST, &p.from) || !ald_cursor_number(&s, 1, PAGES_MAX, &p.page) ||
        !ald_cursor_number(&s, 1, PAGES_MAX, &p.limit) || !ald_cursor_number(&s, 0, PAGES_MAX, &p.seen))
        return start;
    p.last = s;
    ald_cursor_resize(&p.page, &p.limit, p.seen, limit);
    return p;
}

static const char *cursor_text(struct ald_arena *arena, const struct place *p)
{
    return ald_sprintf(arena, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%s", p->from, p->page, p->limit, p->seen, p->last);
}

static const char *stamp(struct ald_arena *arena, int64_t at)
{
    char text[32];
    return ald_url_encode(arena, ald_time_format(at, text));
}

static enum ald_rc ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct list *list, struct ald_http_req *req)
{
    const struct place p = place_of(req);
    const char *query = list->params ? list->params : "", *base = cfg->base_url ? cfg->base_url : BASE_URL;
    if (list->time)
        query = ald_sprintf(arena, "%s&sort=%s", query, list->time);
    if (!list->whole)
        query = ald_sprintf(arena, "%s&page%%5Bnumber%%5D=%" PRId64 "&page%%5Bsize%%5D=%" PRId64, query, p.page,
                            list->large ? PAGE_SIZE : p.limit);
    if (list->time && p.from != ALD_TIME_NONE)
        query = ald_sprintf(arena, "%s&filter%%5B%s%%5D%%5Bgte%%5D=%s", query, list->time, stamp(arena, p.from));
    if (list->time && req->window.until != ALD_TIME_NONE)
        query = ald_sprintf(arena, "%s&filter%%5B%s%%5D%%5Blte%%5D=%s", query, list->time, stamp(arena, req->window.until));
    /* "ALERT@INCIDENT": answers about an alert do not say whose it is. */
    const char *subject = ald_listing_subject(req), *id = ald_strndup(arena, subject, strcspn(subject, "@"));
    req->url = ald_sprintf(arena, "%s%s%s%s%s%s", base, list->path, ald_url_encode(arena, id),
                           list->below ? list->below : "", *query ? "?" : "", *query ? query + 1 : "");
    ald_listing_sign(req, "application/vnd.api+json");
    return ALD_OK;
}

/* ---- Pages ---- */

/** Whether there is said to be more: a link, or a number. */
static bool says_more(const struct ald_http_res *res)
{
    struct ald_jv in;
    const char *link = NULL;
    int64_t page = 0;
    bool has = false;
    if (ald_json_opt(&res->root, "links", &in) && ald_json_str_opt(&in, "next", &link, NULL) == ALD_OK && link)
        return true;
    return ald_json_opt(&res->root, "meta", &in) && ald_json_int_opt(&in, "next_page", &has, &page, NULL) == ALD_OK && has && page > 0;
}

/** last: time of the page's last element, ALD_TIME_NONE when it has none. */
static void go_on(struct ald_arena *arena, const struct ald_http_res *res, struct place p, const struct ald_listing *found,
                  struct ald_next *next)
{
    bool more = says_more(res), again = found->last && p.page > 1 && strcmp(found->last, p.last) == 0;
    if (found->n == 0 && more)
        next->gap = "an empty page, although there is said to be more";
    else if (again && more)
        next->gap = "the source gave a page that it had given before instead of the next one; reading ended there";
    if (!more || next->gap)
        return;
    if (found->last_at > p.from) { /* ALD_TIME_NONE is before all */
        p = (struct place){.from = found->last_at, .page = 1, .limit = p.limit}; /* deep pages would shift while incidents change */
    } else {
        p.page++;
        p.seen += (int64_t)found->n;
    }
    p.last = found->last ? found->last : "";
    next->cursor = cursor_text(arena, &p);
}

/** seen: the member of the time, which stands below `attributes`, or NULL. */
static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met, struct ald_err *err)
{
    const char *const *time = seen;
    struct ald_jv attributes;
    (void)arena, (void)err;
    if (!*time || !ald_json_opt(row, "attributes", &attributes) || ald_json_time_opt(&attributes, *time, &met->at, NULL) != ALD_OK)
        met->at = ALD_TIME_NONE;
    return ALD_OK;
}

static enum ald_rc read_list(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct list *list, ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_listing found;
    const char *time = list->time;
    const struct place p = place_of(res->req);
    const struct ald_listing_how how = {.member = "data", .look = look, .seen = &time, .fn = fn};
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    if (found.last_at != ALD_TIME_NONE && found.last_at < ald_listing_oldest(p.from, ALD_LISTING_SLACK_MS))
        return ald_fail(err, ALD_ERR_NET, "the source gave what is older than asked for: it ignored the query");
    next->high_water = found.last_at;
    go_on(rows->arena, res, p, &found, next);
    return ALD_OK;
}

ALD_LISTING(severities, ald_rootly_severity, .path = "/v1/severities", .large = true)
ALD_LISTING(users, NULL, .path = "/v1/users")
ALD_LISTING(teams, ald_rootly_team, .path = "/v1/teams")
ALD_LISTING(services, ald_rootly_service, .path = "/v1/services")
ALD_LISTING(form_fields, ald_rootly_definition, .path = "/v1/form_fields", .params = "&include=options")
ALD_LISTING(incidents, ald_rootly_incident, .path = "/v1/incidents", .time = "updated_at")
ALD_LISTING(events, ald_rootly_event, .path = "/v1/incidents/", .below = "/events")
ALD_LISTING(posts, ald_rootly_status_page_event, .path = "/v1/incidents/", .below = "/status-page-events")
ALD_LISTING(alerts, ald_rootly_alert, .path = "/v1/incidents/", .below = "/alerts")
ALD_LISTING(alert_events, ald_rootly_alert_event, .path = "/v1/alerts/", .below = "/events")
ALD_LISTING(audits, ald_rootly_audit, .path = "/v1/audits", .params = "&filter%5Bitem_type%5D=Incident", .time = "created_at")
ALD_LISTING(selections, ald_rootly_form_field, .path = "/v1/incidents/", .below = "/form_field_selections")
ALD_LISTING(action_items, ald_rootly_action_item, .path = "/v1/incidents/", .below = "/action_items")
ALD_LISTING(feedbacks, ald_rootly_feedback, .path = "/v1/incidents/", .below = "/feedbacks")

/** Ranks need the whole list: by the level of a severity, then by its place. */
static enum ald_rc severities_whole(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_next *next, struct ald_err *err)
{
    ALD_TRY(severities_page(cfg, res, rows, next, err));
    int *ranks = ald_calloc(rows->arena, rows->n + 1, sizeof *ranks);
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < rows->n; k++)
            ranks[i] += rows->elements[i].label && rows->elements[k].label &&
                        rows->elements[k].label->rank < rows->elements[i].label->rank;
    int before = (int)place_of(res->req).seen;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->elements[i].label)
            rows->elements[i].label->rank = before + ranks[i] + 1;
    return ALD_OK;
}

/** With the options of each: elements of their own, so that what is read again from the store knows them too. */
static enum ald_rc form_fields_whole(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *list = ald_alloc(rows->arena, sizeof *list), it;
    bool any = false;
    ALD_TRY(form_fields_page(cfg, res, rows, next, err));
    ALD_TRY(ald_answer_each(&res->root, "included", list, &any, err));
    for (bool ok = any && ald_json_first(list, &it); ok; ok = ald_json_next(&it)) {
        const char *id = NULL;
        if (ald_json_kind(&it) != ALD_JSON_OBJECT || ald_json_id_opt(rows->arena, &it, "id", &id, NULL) != ALD_OK)
            id = NULL;
        id = ald_sprintf(rows->arena, "option/%s", ald_answer_element_id(rows->arena, id, &it));
        ALD_TRY(ald_listing_element(cfg, res, rows, id, &it, ald_rootly_definition, err));
    }
    return ALD_OK;
}

static const struct list incident_list = {.path = "/v1/incidents/", .whole = true},
                         included_list = {.path = "/v1/incidents/", .params = "&include=roles,incident_post_mortem", .whole = true};

static enum ald_rc incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    return ask(arena, cfg, &incident_list, req);
}

static enum ald_rc incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    return ald_listing_one(cfg, res, rows, "data", ald_rootly_incident, next, err);
}

static enum ald_rc included_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    return ask(arena, cfg, &included_list, req);
}

static enum ald_rc included_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v), data;
    const char *subject = ald_listing_subject(res->req), *id = NULL;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "data", &data, err));
    ALD_TRY(ald_json_id(rows->arena, &data, "id", &id, err));
    if (*subject && strcmp(id, subject) != 0)
        return ald_fail(err, ALD_ERR_FORMAT, "the source answered with incident '%.60s' instead of '%.60s'", id, subject);
    *v = res->root;
    return ald_listing_element(cfg, res, rows, id, v, ald_rootly_included, err);
}

/** Past one element that cannot be read at all: its time is not known, so its place is. */
static enum ald_rc skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_next *next,
                        struct ald_err *err)
{
    (void)cfg;
    (void)err;
    struct place p = place_of(res->req);
    p.page++;
    p.seen += p.limit;
    next->cursor = cursor_text(arena, &p);
    return ALD_OK;
}

/** Newer answers count. */
static enum ald_rc incidents_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                                   const char **ret_cursor, struct ald_err *err)
{
    (void)arena;
    (void)cfg;
    struct ald_jv meta;
    bool has = false;
    int64_t total = 0;
    *ret_cursor = NULL;
    if (ald_json_opt(&res->root, "meta", &meta))
        ALD_TRY(ald_json_int_opt(&meta, "total_count", &has, &total, err));
    if (!has)
        return ald_fail(err, ALD_ERR_FORMAT, "the source does not count its incidents");
    *n += total;
    return ALD_OK;
}

/* ---- The tables ---- */

ALD_LISTING_WANTED(alerts)
ALD_LISTING_WANTED(audits)

static bool alert_events_wanted(const struct ald_source_cfg *cfg)
{
    return ald_rootly_calls(cfg) != 0;
}
ALD_LISTING_WANTED(feedbacks)
ALD_LISTING_WANTED(form_fields)
ALD_LISTING_WANTED(status_page_events)

#define DOC .cursor_doc = "from|page|size|seen|id: time in ms that the list goes on from, page, its size, elements read since, the last one"
#define LISTED(what) .list = "data", DOC, .skip = skip, .request = what##_request, .page = what##_page
#define DETAIL(what) .name = "incident_" what, .parent = "incidents", .whole = true, .of_record = true
#define READ "an API key that may read incidents (private ones only where its role allows it)"

static const struct ald_stream streams[] = {
    {.name = "severities", .every_time = true, .cursor_doc = "page", .request = severities_request, .page = severities_whole},
    {.name = "users", .every_time = true, .optional = true, LISTED(users)},
    {.name = "teams", .every_time = true, .optional = true, LISTED(teams)},
    {.name = "services", .every_time = true, .optional = true, LISTED(services)},
    {.name = "form_fields",
     .list = "data",
     DOC,
     .every_time = true,
     .optional = true,
     .wanted = form_fields_wanted,
     .request = form_fields_request,
     .page = form_fields_whole},
    {.name = "incidents", .needs = READ, .overlap_ms = OVERLAP_MS, .bounded = true, LISTED(incidents)},
    {.name = "incident",
     .parent = "incidents",
     .cursor_doc = "not paged",
     .as = "incidents",
     .open_again = true,
     .tells_gone = true,
     .request = incident_request,
     .page = incident_page},
    {DETAIL("included"),
     .cursor_doc = "not paged",
     .alone = true,
     .holds = ALD_HOLDS_RESPONDERS,
     .says = true,
     .request = included_request,
     .page = included_page},
    {DETAIL("events"), LISTED(events)},
    {DETAIL("status_page_events"), .optional = true, .wanted = status_page_events_wanted, LISTED(posts)},
    {DETAIL("alerts"), .holds = ALD_HOLDS_ALERTS, .optional = true, .wanted = alerts_wanted, LISTED(alerts)},
    {.name = "incident_alert_events",
     .parent = "incident_alerts",
     .whole = true,
     .of_part = true,
     .holds = ALD_ROOTLY_CALLS,
     .optional = true,
     .wanted = alert_events_wanted,
     LISTED(alert_events)},
    {DETAIL("form_fields"), .optional = true, .wanted = form_fields_wanted, LISTED(selections)},
    {DETAIL("action_items"), .says = true, .unsettled_again = true, LISTED(action_items)},
    {DETAIL("feedbacks"), .optional = true, .says = true, .wanted = feedbacks_wanted, LISTED(feedbacks)},
    {.name = "audits",
     .needs = "the right to read audit logs; without it: audits: off",
     .overlap_ms = OVERLAP_MS,
     .bounded = true,
     .tail = true,
     .holds = ALD_ROOTLY_AUDITS,
     .optional = true,
     .wanted = audits_wanted,
     LISTED(audits)},
};

/* Users are told by their type wherever they stand; in some answers one stands without it but with an address, or as a number alone. */
#define NAMES                                                                                                            \
    .primary = true, .id_key = "id", .name_key = "attributes.full_name|attributes.name|full_name|name",                  \
    .email_key = "attributes.email|email"
#define USERS(of)                                                                                                        \
    {.stream = of, .path = "**", .own_key = "type", .own_values = "users", NAMES}, {.stream = of, .path = "**", .own_key = "email", NAMES},     \
        {.stream = of, .path = "**.assigned_to_user_id", .primary = true}, {.stream = of, .path = "**.user_id", .primary = true},              \
        {.stream = of, .path = "**.assigned_by_user_id", .primary = true},                                                                    \
    {                                                                                                                    \
        .stream = of, .path = "**.notify_emails", .login = true                                                          \
    }

static const struct ald_person_path people[] = {
    USERS("users"),
    USERS("severities"),
    USERS("teams"),
    USERS("services"),
    USERS("form_fields"),
    USERS("incidents"),
    USERS("incident"),
    USERS("incident_included"),
    USERS("incident_events"),
    USERS("incident_status_page_events"),
    USERS("incident_alerts"),
    USERS("incident_alert_events"),
    USERS("audits"),
    USERS("incident_form_fields"),
    USERS("incident_action_items"),
    USERS("incident_feedbacks"),
};

static const struct ald_probe probe[] = {{.stream = "incidents", .request = incidents_request, .count = incidents_count}};

static const struct ald_source_key keys[] = {
    {.key = "alerts", .help = "off: do not read the alerts of each incident (a request per incident)"},
    {.key = "alert_events", .help = "off: do not read what each alert went through: who was called, who answered (a request per alert)"},
    {.key = "audits", .help = "off: do not read the log of audits: how state and severity of incidents changed"},
    {.key = "feedbacks", .help = "off: do not read what people said of each incident afterwards (a request per incident)"},
    {.key = "form_fields", .help = "off: do not read the form fields of each incident (a request per incident)"},
    {.key = "status_page_events", .help = "off: do not read what was posted of each incident (a request per incident)"},
};

const struct ald_connector ald_connector_rootly = {
    .type = {.type = "rootly",
             .title = "Rootly",
             .default_kind = "pager",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "ROOTLY_API_TOKEN ROOTLY_API_KEY ROOTLY_TOKEN",
             .lacks = "services added later, dependencies, handovers, customers, regions, who came",
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
    .requests_per_minute = 3000,
};
