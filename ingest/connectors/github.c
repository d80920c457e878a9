/* GitHub (REST, github.com and Enterprise Server): the issues of repositories, with their timelines and sub-issues. The list of issues is
 * asked for by change; it also holds pull requests, which are passed over. An issue that was deleted or moved to another repository
 * just vanishes from it: open ones are asked for one by one, the others by the weekly reading of the whole list. Must not know SQLite,
 * curl or the clock. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/by_change.h"
#include "connectors/github_priv.h"
#include "connectors/issues.h"
#include "cursor.h"
#include "http.h"

extern const struct ald_connector ald_connector_github;

#define BASE_URL "https://api.github.com"
#define OVERLAP_MS (15 * ALD_MINUTE_MS)
/* Older than asked for by more than this: the source ignored the condition. */
#define SLACK_MS ALD_DAY_MS
#define BLANK ", \t\r\n"

/* ---- Repositories ---- */

/** The i-th name of key `repositories`, or NULL. */
const char *ald_github_repository(struct ald_arena *arena, const struct ald_source_cfg *cfg, int64_t i)
{
    const char *s = ald_source_opt(cfg, "repositories");
    for (; s && *(s += strspn(s, BLANK)); i--) {
        size_t n = strcspn(s, BLANK);
        if (i == 0)
            return ald_strndup(arena, s, n);
        s += n;
    }
    return NULL;
}

static int64_t repositories_n(struct ald_arena *arena, const struct ald_source_cfg *cfg)
{
    int64_t n = 0;
    while (ald_github_repository(arena, cfg, n))
        n++;
    return n;
}

struct ald_github_at ald_github_at(struct ald_arena *arena, const char *subject)
{
    const char *hash = strrchr(subject, '#');
    if (!hash)
        return (struct ald_github_at){.repository = subject, .number = ""};
    return (struct ald_github_at){.repository = ald_strndup(arena, subject, (size_t)(hash - subject)), .number = hash + 1};
}

/** "acme/ops" below the address of the API, each part encoded. */
const char *ald_github_below(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *repository)
{
    const char *base = cfg->base_url ? cfg->base_url : BASE_URL, *slash = strchr(repository, '/');
    const char *owner = ald_url_encode(arena, slash ? ald_strndup(arena, repository, (size_t)(slash - repository)) : repository);
    return ald_sprintf(arena, "%s/repos/%s/%s", base, owner, slash ? ald_url_encode(arena, slash + 1) : "");
}

void ald_github_ask(struct ald_http_req *req, const char *url)
{
    req->url = url;
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = "Bearer";
    req->headers[0] = (struct ald_http_header){"Accept", "application/vnd.github+json"};
    req->headers[1] = (struct ald_http_header){"X-GitHub-Api-Version", "2022-11-28"};
    req->headers_n = 2;
}

static enum ald_rc repository_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    int64_t i = ald_cursor_count(req->cursor);
    const char *first = ald_github_repository(arena, cfg, 0), *name;
    if (!first)
        return ald_fail(err, ALD_ERR_CONFIG, "repositories: expected names such as acme/ops");
    for (int64_t k = 0; (name = ald_github_repository(arena, cfg, k)); k++) {
        const char *slash = strchr(name, '/');
        if (!slash || slash == name || !slash[1] || strchr(slash + 1, '/'))
            return ald_fail(err, ALD_ERR_CONFIG, "repositories: found '%.80s', expected OWNER/NAME", name);
    }
    name = ald_github_repository(arena, cfg, i);
    ald_github_ask(req, ald_github_below(arena, cfg, name ? name : first));
    return ALD_OK;
}

static enum ald_rc repository_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_next *next, struct ald_err *err)
{
    int64_t i = ald_cursor_count(res->req->cursor);
    const char *name = ald_github_repository(rows->arena, cfg, i), *full = NULL, *url = NULL;
    bool has = false, issues = true;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_str(&res->root, "full_name", &full, err));
    ALD_TRY(ald_json_str_opt(&res->root, "html_url", &url, err));
    ALD_TRY(ald_json_bool_opt(&res->root, "has_issues", &has, &issues, err));
    if (has && !issues)
        return ald_fail(err, ALD_ERR_NET, "repository %s has its issues switched off", full);
    ald_rows_alias(rows, "url", url);
    ald_rows_fact(rows, ALD_GITHUB_NAME, name ? name : "", full);
    if (name && strcasecmp(name, full) != 0)
        ald_rows_finding(rows, "renamed", name, "the repository has another name now; its records keep the configured one", 1, "info");
    if (ald_github_repository(rows->arena, cfg, i + 1))
        next->cursor = ald_sprintf(rows->arena, "%" PRId64, i + 1);
    return ALD_OK;
}

/* ---- Issues ---- */

/** A first reading, or one of everything: what the user asks for is left to the source. Later a label that was taken off must be seen, so
 *  that all changes are asked for. */
static bool whole(const struct ald_source_cfg *cfg, const struct ald_window *window)
{
    return window->first || window->since == cfg->since;
}

const char *ald_github_terms(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_window *window)
{
    const char *labels = ald_source_opt(cfg, "labels"), *type = ald_source_opt(cfg, "issue_type"), *text = "";
    if (!whole(cfg, window))
        return text;
    if (labels && *labels)
        text = ald_sprintf(arena, "&labels=%s", ald_url_encode(arena, labels));
    if (type && *type)
        text = ald_sprintf(arena, "%s&type=%s", text, ald_url_encode(arena, type));
    return text;
}

const char *ald_github_since(struct ald_arena *arena, int64_t from)
{
    char text[32];
    if (from == ALD_TIME_NONE)
        return "";
    return ald_sprintf(arena, "&since=%.19sZ", ald_time_format(from - from % 1000, text)); /* whole seconds, at or after */
}

static enum ald_rc issues_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const struct ald_by_change place = ald_by_change_place(arena, req, repositories_n(arena, cfg));
    const char *name = ald_github_repository(arena, cfg, place.list);
    ald_github_ask(req, ald_sprintf(arena, "%s/issues?state=all&sort=updated&direction=asc%s%s%s", ald_github_below(arena, cfg, name ? name : ""),
                         ald_by_change_params(arena, &place, req), ald_github_since(arena, place.from), ald_github_terms(arena, cfg, &req->window)));
    return ALD_OK;
}

static bool is_pull_request(const struct ald_jv *v)
{
    struct ald_jv pull;
    return ald_json_opt(v, "pull_request", &pull);
}

/** What a page of issues is of, and when they changed. */
struct page {
    const char *repository;
    struct ald_by_change_seen seen;
};

static enum ald_rc look_at_issue(void *to, struct ald_arena *arena, const struct ald_jv *v, struct ald_listing_met *met, struct ald_err *err)
{
    struct page *page = to;
    (void)err;
    ald_by_change_see(&page->seen, met->at);
    met->passed = is_pull_request(v);
    met->id = met->id ? ald_sprintf(arena, "%s#%s", page->repository, met->id) : NULL;
    return ALD_OK;
}

static enum ald_rc issue_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    const char *number = NULL;
    ALD_TRY(ald_json_id(rows->arena, v, "number", &number, err)); /* else the id is made of the text */
    return ald_github_issue(cfg, rows, el, el->id, v, !res->req->window.first, err);
}

static enum ald_rc issues_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    int64_t n = repositories_n(rows->arena, cfg);
    const struct ald_by_change place = ald_by_change_place(rows->arena, res->req, n);
    const char *name = ald_github_repository(rows->arena, cfg, place.list);
    if (res->req->subjects_n) /* an issue of the store, which says itself where it belongs */
        name = ald_github_at(rows->arena, ald_listing_subject(res->req)).repository;
    struct page page = {.repository = name ? name : ""};
    const struct ald_listing_how how = {.member = "", .changed = "updated_at", .id = "number", .own_ids = true, .asked = "`since`",
                                        .oldest = ald_listing_oldest(place.from, SLACK_MS), .look = look_at_issue, .seen = &page, .fn = issue_row};
    struct ald_listing found;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    ald_by_change_next(rows->arena, res, &place, n, &page.seen, next);
    return ALD_OK;
}

static enum ald_rc issues_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                               struct ald_next *next, struct ald_err *err)
{
    (void)err;
    ald_by_change_skip(arena, res->req, repositories_n(arena, cfg), next);
    return ALD_OK;
}

/* ---- Details ---- */

static const char *issue_url(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_req *req)
{
    struct ald_github_at at = ald_github_at(arena, ald_listing_subject(req));
    return ald_sprintf(arena, "%s/issues/%s", ald_github_below(arena, cfg, at.repository), ald_url_encode(arena, at.number));
}

static enum ald_rc issue_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    ald_github_ask(req, issue_url(arena, cfg, req));
    return ALD_OK;
}

/** A question for an issue that was moved is answered, after a redirect, by the issue that it is now. */
static bool moved(struct ald_arena *arena, const struct ald_http_res *res, const char *subject)
{
    struct ald_github_at at = ald_github_at(arena, subject);
    const char *number = NULL, *url = NULL, *name = ald_fact(res, ALD_GITHUB_NAME, at.repository);
    name = name ? name : at.repository;
    if (ald_json_id_opt(arena, &res->root, "number", &number, NULL) != ALD_OK || (number && strcmp(number, at.number) != 0))
        return true;
    if (ald_json_str_opt(&res->root, "repository_url", &url, NULL) != ALD_OK || !url)
        return false;
    size_t url_n = strlen(url), name_n = strlen(name);
    return url_n <= name_n || strcasecmp(url + url_n - name_n, name) != 0 || url[url_n - name_n - 1] != '/';
}

static enum ald_rc issue_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    struct ald_err bad = {0};
    const char *subject = ald_listing_subject(res->req);
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    if (ald_json_kind(&res->root) != ALD_JSON_OBJECT)
        return ald_json_expected(&res->root, "an issue", err);
    *v = res->root;
    struct ald_element *el = ald_rows_element(rows, subject, v);
    if (moved(rows->arena, res, subject) || is_pull_request(v))
        el->gone = subject;
    else if (ald_github_issue(cfg, rows, el, subject, v, true, &bad) != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
    return ALD_OK;
}

#define DETAIL(name, path)                                                                                                \
    static enum ald_rc name##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, \
                                      struct ald_err *err)                                                                \
    {                                                                                                                     \
        (void)err;                                                                                                        \
        ald_github_ask(req, ald_sprintf(arena, "%s/" path "?%s", issue_url(arena, cfg, req), ald_counted_params(arena, req)));       \
        return ALD_OK;                                                                                                    \
    }
DETAIL(timeline, "timeline")
DETAIL(sub_issues, "sub_issues")

static enum ald_rc look_at_entry(void *seen, struct ald_arena *arena, const struct ald_jv *v, struct ald_listing_met *met, struct ald_err *err)
{
    (void)seen, (void)err;
    met->id = ald_github_event_id(arena, v);
    return ALD_OK;
}

static enum ald_rc entries(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, ald_listing_row_fn *fn,
                           struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {.member = "", .look = look_at_entry, .fn = fn};
    struct ald_listing found;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    ald_counted_next(rows->arena, res, (int64_t)found.n, next);
    return ALD_OK;
}

static enum ald_rc timeline_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    return entries(cfg, res, rows, ald_github_event, next, err);
}

static enum ald_rc sub_issues_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_next *next, struct ald_err *err)
{
    return entries(cfg, res, rows, ald_github_sub_issue, next, err);
}

/* ---- The tables ---- */

#define READ "the permission to read issues of the repositories (fine-grained: Issues and Metadata, read-only; classic: repo, or " \
             "public_repo for public ones), approved by the organisation where it uses SSO"

static const struct ald_stream streams[] = {
    {.name = "repository",
     .cursor_doc = "number of the next repository",
     .needs = READ,
     .every_time = true,
     .request = repository_request,
     .page = repository_page},
    {.name = "issues",
     .says = true, /* boxes of its text */
     .list = "",
     .alone = true,
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
    {.name = "timeline",
     .parent = "issues",
     .list = "",
     .cursor_doc = ALD_COUNTED_DOC,
     .of_record = true,
     .whole = true,
     .says = true,
     .unsettled_again = true,
     .holds = ALD_GITHUB_TIMELINE_HOLDS,
     .request = timeline_request,
     .page = timeline_page},
    {.name = "sub_issues",
     .parent = "issues",
     .list = "",
     .cursor_doc = ALD_COUNTED_DOC,
     .of_record = true,
     .whole = true,
     .says = true,
     .unsettled_again = true,
     .optional = true,
     .request = sub_issues_request,
     .page = sub_issues_page},
};

/* Wherever an account stands. Organisations and apps are no people. */
#define ACCOUNTS(of)                                                                                                      \
    {                                                                                                                     \
        .stream = of, .path = "**", .primary = true, .own_key = "login", .id_key = "id", .login_key = "login",            \
        .name_key = "name", .email_key = "email", .bot_key = "type", .bot_values = "Bot Organization Mannequin"           \
    }
#define AUTHOR(of, where) {.stream = of, .path = where, .name_key = "name", .email_key = "email", .login_key = "username"}

static const struct ald_person_path people[] = {
    ACCOUNTS("repository"),
    ACCOUNTS("issues"),
    ACCOUNTS("issue"),
    ACCOUNTS("timeline"),
    AUTHOR("timeline", "[].author"), /* of a commit */
    AUTHOR("timeline", "[].committer"),
    ACCOUNTS("sub_issues"),
};

static const struct ald_source_key keys[] = {
    {.key = "repositories", .help = "which repositories: acme/ops, or several: acme/ops, acme/web", .required = true, .example = "acme/ops"},
    {.key = "labels", .help = "only issues with all these labels, such as incident; without it every issue is an incident"},
    {.key = "issue_type", .help = "only issues of this type, such as Incident"},
    {.key = "review_label", .help = "issues with this label that mention an incident are its reviews, such as postmortem"},
    {.key = "action_label", .help = "issues with this label that mention an incident are its actions, beside its sub-issues"},
    {.key = "action_heading", .help = "heading of an incident's text below which boxes are its actions; without it Action items, Follow-ups and the like"},
};

const struct ald_connector ald_connector_github = {
    .type = {.type = "github",
             .title = "GitHub issues",
             .default_kind = "ticket",
             .default_base_url = BASE_URL,
             .needs_token = true,
             .token_envs = "GITHUB_TOKEN GH_TOKEN",
             .lacks = "start of the impact, detection, mitigation, dependencies, escalations, customers, regions, who "
                       "came, learnings, planned work",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = ALD_BY_CHANGE_LIMIT_MAX,
    .page_size_max = ALD_BY_CHANGE_LIMIT_MAX,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .probe = &ald_github_probe,
    .probe_n = 1,
    .requests_per_minute = 83, /* 5,000 an hour */
    .mentions = ALD_MENTIONS_AT,
    .retell = ald_issue_retell,
};
