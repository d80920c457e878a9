/* GitLab (REST v4, and GraphQL for timelines of incidents): the incidents of a project or of a group, with their notes, changes of state
 * and labels, linked issues and merge requests. The list is asked for by change. An issue that was deleted vanishes from it: open ones are
 * asked for one by one, the others by the weekly reading of the whole list. Must not know SQLite, curl or the clock. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/by_change.h"
#include "connectors/gitlab_priv.h"
#include "connectors/issues.h"
#include "cursor.h"
#include "http.h"

extern const struct ald_connector ald_connector_gitlab;

#define BASE_URL "https://gitlab.com"
#define OVERLAP_MS (15 * ALD_MINUTE_MS)
/* Older than asked for by more than this: the source ignored the condition. */
#define SLACK_MS ALD_DAY_MS

const char *ald_gitlab_host(struct ald_arena *arena, const struct ald_source_cfg *cfg)
{
    static const char api[] = "/api/v4";
    const char *base = cfg->base_url ? cfg->base_url : BASE_URL;
    size_t n = strlen(base), api_n = sizeof api - 1;
    return n > api_n && strcmp(base + n - api_n, api) == 0 ? ald_strndup(arena, base, n - api_n) : base;
}

void ald_gitlab_ask(struct ald_http_req *req, const char *url)
{
    req->url = url;
    req->auth = ALD_AUTH_TOKEN; /* as good for personal, project and group tokens as for OAuth ones */
    req->auth_scheme = "Bearer";
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
}

bool ald_gitlab_on(const struct ald_source_cfg *cfg, const char *key)
{
    const char *value = ald_source_opt(cfg, key);
    return !value || strcmp(value, "off") != 0;
}

struct ald_gitlab_at ald_gitlab_at(struct ald_arena *arena, const char *subject)
{
    const char *hash = strchr(subject, '#');
    if (!hash)
        return (struct ald_gitlab_at){.project = subject, .iid = ""};
    return (struct ald_gitlab_at){.project = ald_strndup(arena, subject, (size_t)(hash - subject)), .iid = hash + 1};
}

/* ---- What is read ---- */

/** ".../projects/acme%2Fops" or ".../groups/acme". */
static const char *place(struct ald_arena *arena, const struct ald_source_cfg *cfg)
{
    const char *project = ald_source_opt(cfg, "project"), *group = ald_source_opt(cfg, "group");
    bool one = project && *project;
    return ald_sprintf(arena, "%s/api/v4/%s/%s", ald_gitlab_host(arena, cfg), one ? "projects" : "groups",
                       ald_url_encode(arena, one ? project : group ? group : ""));
}

static enum ald_rc scope_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    const char *project = ald_source_opt(cfg, "project"), *group = ald_source_opt(cfg, "group");
    if ((project && *project) == (group && *group))
        return ald_fail(err, ALD_ERR_CONFIG, "expected either project (acme/ops, or its number) or group");
    ald_gitlab_ask(req, place(arena, cfg));
    return ALD_OK;
}

static enum ald_rc scope_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    (void)cfg;
    const char *url = NULL, *id = NULL;
    bool has = false, issues = true;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_id(rows->arena, &res->root, "id", &id, err));
    ALD_TRY(ald_json_str_opt(&res->root, "web_url", &url, err));
    ALD_TRY(ald_json_bool_opt(&res->root, "issues_enabled", &has, &issues, err));
    if (has && !issues)
        return ald_fail(err, ALD_ERR_NET, "the project has its issues switched off");
    ald_rows_alias(rows, "url", url);
    return ALD_OK;
}

/* ---- Issues ---- */

/** A first reading, or one of everything: what the user asks for is left to the source. Later a label or a type that was taken away must
 *  be seen, so that all changes are asked for. */
static const char *terms(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_window *window)
{
    const char *labels = ald_source_opt(cfg, "labels"), *type = ald_source_opt(cfg, "issue_type"), *text = "";
    if (!window->first && window->since != cfg->since)
        return text;
    if (!type || strcmp(type, "any") != 0)
        text = ald_sprintf(arena, "&issue_type=%s", ald_url_encode(arena, type && *type ? type : "incident"));
    if (labels && *labels)
        text = ald_sprintf(arena, "%s&labels=%s", text, ald_url_encode(arena, labels));
    return text;
}

static enum ald_rc issues_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    char at[32];
    const struct ald_by_change p = ald_by_change_place(arena, req, 1);
    const char *after = p.from == ALD_TIME_NONE ? "" : ald_sprintf(arena, "&updated_after=%s", ald_url_encode(arena, ald_time_format(p.from, at)));
    const char *group = ald_source_opt(cfg, "group");
    ald_gitlab_ask(req, ald_sprintf(arena, "%s/issues?scope=all&state=all&order_by=updated_at&sort=asc%s%s%s%s", place(arena, cfg),
                                    ald_by_change_params(arena, &p, req), after, group ? "&non_archived=false" : "",
                                    terms(arena, cfg, &req->window)));
    return ALD_OK;
}

/** "PROJECT#IID", or NULL. */
static const char *issue_id(struct ald_arena *arena, const struct ald_jv *v)
{
    const char *project = NULL, *iid = NULL;
    bool known = ald_json_id(arena, v, "iid", &iid, NULL) == ALD_OK && ald_json_id(arena, v, "project_id", &project, NULL) == ALD_OK;
    return known ? ald_sprintf(arena, "%s#%s", project, iid) : NULL;
}

static enum ald_rc look_at_issue(void *seen, struct ald_arena *arena, const struct ald_jv *v, struct ald_listing_met *met, struct ald_err *err)
{
    (void)err;
    ald_by_change_see(seen, met->at);
    met->id = issue_id(arena, v);
    return ALD_OK;
}

static enum ald_rc issue_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    const char *project = NULL, *iid = NULL;
    (void)res;
    ALD_TRY(ald_json_id(rows->arena, v, "iid", &iid, err)); /* else the id is made of the text */
    ALD_TRY(ald_json_id(rows->arena, v, "project_id", &project, err));
    return ald_gitlab_issue(cfg, rows, el, el->id, v, err);
}

static enum ald_rc issues_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    const struct ald_by_change p = ald_by_change_place(rows->arena, res->req, 1);
    struct ald_by_change_seen seen = {0};
    const struct ald_listing_how how = {.member = "", .changed = "updated_at", .own_ids = true, .asked = "`updated_after`",
                                        .oldest = ald_listing_oldest(p.from, SLACK_MS), .look = look_at_issue, .seen = &seen, .fn = issue_row};
    struct ald_listing found;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    ald_by_change_next(rows->arena, res, &p, 1, &seen, next);
    next->total = res->req->cursor ? 0 : ald_cursor_count(ald_http_header(res, "x-total")); /* left out where there are very many */
    return ALD_OK;
}

static enum ald_rc issues_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                               struct ald_next *next, struct ald_err *err)
{
    (void)cfg;
    (void)err;
    ald_by_change_skip(arena, res->req, 1, next);
    return ALD_OK;
}

/* ---- Details ---- */

static const char *issue_url(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_req *req)
{
    struct ald_gitlab_at at = ald_gitlab_at(arena, ald_listing_subject(req));
    return ald_sprintf(arena, "%s/api/v4/projects/%s/issues/%s", ald_gitlab_host(arena, cfg), ald_url_encode(arena, at.project),
                       ald_url_encode(arena, at.iid));
}

static enum ald_rc issue_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    ald_gitlab_ask(req, issue_url(arena, cfg, req));
    return ALD_OK;
}

static enum ald_rc issue_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    if (ald_json_kind(&res->root) != ALD_JSON_OBJECT)
        return ald_json_expected(&res->root, "an issue", err);
    *v = res->root;
    return ald_listing_element(cfg, res, rows, ald_answer_element_id(rows->arena, issue_id(rows->arena, v), v), v, issue_row, err);
}

static enum ald_rc entries(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, ald_listing_row_fn *fn,
                           bool paged, struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {.member = "", .fn = fn};
    struct ald_listing listing;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &listing, next, err));
    if (paged)
        ald_counted_next(rows->arena, res, (int64_t)listing.n, next);
    return ALD_OK;
}

/** Request and page of a list below an issue. */
#define DETAIL(name, path, params, row, paged)                                                                                   \
    static enum ald_rc name##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, \
                                      struct ald_err *err)                                                                \
    {                                                                                                                     \
        (void)err;                                                                                                        \
        ald_gitlab_ask(req, ald_sprintf(arena, "%s/" path "?%s" params, issue_url(arena, cfg, req), ald_counted_params(arena, req))); \
        return ALD_OK;                                                                                                    \
    }                                                                                                                     \
    static enum ald_rc name##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, \
                                   struct ald_next *next, struct ald_err *err)                                            \
    {                                                                                                                     \
        return entries(cfg, res, rows, row, paged, next, err);                                                            \
    }
DETAIL(notes, "notes", "&order_by=created_at&sort=asc", ald_gitlab_note, true) /* sorted by change, an edited one would shift the others */
DETAIL(states, "resource_state_events", "", ald_gitlab_state, true)
DETAIL(labels, "resource_label_events", "", ald_gitlab_label, true)
DETAIL(milestones, "resource_milestone_events", "", ald_gitlab_milestone, true)
DETAIL(links, "links", "", ald_gitlab_link, false) /* one answer holds all */
DETAIL(merge_requests, "related_merge_requests", "", ald_gitlab_merge_request, true)

/* ---- The tables ---- */

static bool links_wanted(const struct ald_source_cfg *cfg)
{
    return ald_gitlab_on(cfg, "links");
}

static bool merge_requests_wanted(const struct ald_source_cfg *cfg)
{
    return ald_gitlab_on(cfg, "merge_requests");
}

static bool milestones_wanted(const struct ald_source_cfg *cfg)
{
    return ald_gitlab_on(cfg, "milestones");
}

static bool timeline_wanted(const struct ald_source_cfg *cfg)
{
    return ald_gitlab_on(cfg, "timeline");
}

static bool tasks_wanted(const struct ald_source_cfg *cfg)
{
    return ald_gitlab_on(cfg, "tasks");
}

#define READ "the scope read_api (read_user is not enough), and at least the role Reporter in the project or group, also for confidential " \
             "incidents"
#define BELOW_ISSUE(name_, stem) \
    .name = name_, .parent = "issues", .list = "", .cursor_doc = ALD_COUNTED_DOC, .of_record = true, .whole = true, \
    .request = stem##_request, .page = stem##_page

static const struct ald_stream streams[] = {
    {.name = "scope", .cursor_doc = "not paged", .needs = READ, .every_time = true, .request = scope_request, .page = scope_page},
    {.name = "issues",
     .says = true, /* boxes of its text */
     .list = "",
     .cursor_doc = ALD_BY_CHANGE_DOC,
     .needs = READ,
     .overlap_ms = OVERLAP_MS,
     .request = issues_request,
     .page = issues_page,
     .skip = issues_skip},
    {.name = "issue",
     .parent = "issues",
     .cursor_doc = "not paged",
     .as = "issues",
     .open_again = true,
     .tells_gone = true,
     .request = issue_request,
     .page = issue_page},
    {BELOW_ISSUE("notes", notes), .holds = ALD_GITLAB_NOTES_HOLDS},
    {BELOW_ISSUE("state_events", states), .holds = ALD_GITLAB_STATES_HOLDS},
    {BELOW_ISSUE("label_events", labels), .holds = ALD_GITLAB_LABELS_HOLDS},
    {BELOW_ISSUE("milestone_events", milestones), .optional = true, .wanted = milestones_wanted},
    {BELOW_ISSUE("links", links), .says = true, .unsettled_again = true, .optional = true, .wanted = links_wanted},
    {BELOW_ISSUE("merge_requests", merge_requests), .optional = true, .wanted = merge_requests_wanted},
    {.name = "timeline",
     .parent = "issues",
     .list = "nodes",
     .cursor_doc = ALD_GITLAB_TIMELINE_DOC,
     .of_record = true,
     .whole = true,
     .optional = true,
     .wanted = timeline_wanted,
     .request = ald_gitlab_timeline_request,
     .page = ald_gitlab_timeline_page},
    {.name = "tasks",
     .parent = "issues",
     .list = "nodes",
     .cursor_doc = "the source's own token for the next page",
     .of_record = true,
     .whole = true,
     .says = true,
     .unsettled_again = true,
     .optional = true,
     .wanted = tasks_wanted,
     .request = ald_gitlab_tasks_request,
     .page = ald_gitlab_tasks_page},
};

/* Wherever an account stands; timelines name it without its number. */
#define ACCOUNTS(of)                                                                                                      \
    {                                                                                                                     \
        .stream = of, .path = "**", .primary = true, .own_key = "username", .id_key = "id", .login_key = "username",      \
        .name_key = "name", .email_key = "email", .bot_key = "username",                                                  \
        .bot_values = "GitLab-Alert-Bot GitLab-Security-Bot GitLab-Automation-Bot alert-bot support-bot security-bot automation-bot" \
    }

static const struct ald_person_path people[] = {
    ACCOUNTS("scope"),        ACCOUNTS("issues"),           ACCOUNTS("issue"), ACCOUNTS("notes"),          ACCOUNTS("state_events"),
    ACCOUNTS("label_events"), ACCOUNTS("milestone_events"), ACCOUNTS("links"), ACCOUNTS("merge_requests"), ACCOUNTS("timeline"),
    ACCOUNTS("tasks"),
};

static const struct ald_source_key keys[] = {
    {.key = "project", .help = "which project: acme/ops, or its number", .example = "acme/ops"},
    {.key = "group", .help = "or all projects of a group and its subgroups: acme"},
    {.key = "issue_type", .help = "incident (default), issue, test_case or any"},
    {.key = "labels", .help = "only issues with all these labels"},
    {.key = "review_label", .help = "linked issues with this label are reviews of the incident, such as postmortem"},
    {.key = "action_label", .help = "linked issues with this label are actions after it, such as corrective action"},
    {.key = "action_heading", .help = "heading of an incident's text below which boxes are its actions; without it Action items, Follow-ups and the like"},
    {.key = "timeline", .help = "off: do not read timelines of incidents (two requests per issue, by GraphQL)"},
    {.key = "tasks", .help = "off: do not read child tasks as actions (GraphQL)"},
    {.key = "links", .help = "off: do not read linked issues (a request per issue)"},
    {.key = "merge_requests", .help = "off: do not read merge requests (a request per issue)"},
    {.key = "milestones", .help = "off: do not read changes of the milestone (a request per issue)"},
};

const struct ald_connector ald_connector_gitlab = {
    .type = {.type = "gitlab",
             .title = "GitLab incidents and issues",
             .default_kind = "ticket",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "GITLAB_TOKEN",
             .lacks = "start of the impact, dependencies, escalations, customers, regions, who came, learnings, "
                       "planned work",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = ALD_BY_CHANGE_LIMIT_MAX,
    .page_size_max = ALD_BY_CHANGE_LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .mentions = ALD_MENTIONS_AT,
    .retell = ald_issue_retell,
};
