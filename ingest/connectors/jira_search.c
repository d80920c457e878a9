/* Paging through a search while issues change. Pages come in the order of creation, which never changes: sorted by the
 * last change, an issue that is touched meanwhile would jump to the end and shift all others past an offset. What
 * changes behind our back is read by the next run, whose window begins before this one began. Must not know what issues
 * mean. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/jira_priv.h"
#include "cursor.h"
#include "http.h"

#define RESTARTS_MAX 3
/* Older than asked for by more than this: the source ignored the condition. */
#define SLACK_MS ALD_DAY_MS

#define ISSUE_FIELDS                                                                                                   \
    "summary,status,priority,created,updated,resolutiondate,resolution,assignee,reporter,issuetype,labels,"            \
    "components,issuelinks,parent"

/** Where to go on. Cloud: the time from which on issues were created, and only where a whole page was created in one instant
 * a token, which may be a mere offset that deletions shift. Data Center: an offset, where the last issue of the page before must
 * stand. */
struct place {
    char mode; /* t o, s: step over one, r: start again */
    int64_t restarts;
    const char *token; /* "": the first page */
    int64_t offset;
    int64_t anchor_at; /* Cloud: created then or later; ALD_TIME_NONE: all */
    const char *anchor; /* "": none expected */
};

/* What cannot be understood (a cursor of an older version) starts the window again: rows are idempotent. */
static struct place place_of(const struct ald_source_cfg *cfg, const struct ald_http_req *req)
{
    bool dc = ald_jira_is_datacenter(cfg);
    struct place start = {.mode = dc ? 'o' : 't', .token = "", .anchor = "", .anchor_at = ALD_TIME_NONE}, p = start;
    const char *s = req->cursor;
    if (!s || !*s || s[1] != '|' || !strchr(dc ? "o" : "tsrTSR", *s))
        return start;
    bool from = *s >= 'A' && *s <= 'Z';
    p.mode = (char)(*s | 0x20);
    s += 2;
    if (dc) {
        if (!ald_cursor_number(&s, 0, ALD_CURSOR_MOST, &p.offset) || !ald_cursor_number(&s, -ALD_CURSOR_MOST, ALD_CURSOR_MOST, &p.anchor_at))
            return start;
        p.anchor = s;
        return p;
    }
    if (!ald_cursor_number(&s, 0, RESTARTS_MAX, &p.restarts) || (from && !ald_cursor_number(&s, -ALD_CURSOR_MOST, ALD_CURSOR_MOST, &p.anchor_at)))
        return start;
    p.token = s;
    return p;
}

static const char *cursor_text(struct ald_arena *arena, const struct place *p)
{
    if (p->mode == 'o')
        return ald_sprintf(arena, "o|%" PRId64 "|%" PRId64 "|%s", p->offset, *p->anchor ? p->anchor_at : 0, p->anchor);
    if (p->anchor_at != ALD_TIME_NONE)
        return ald_sprintf(arena, "%c|%" PRId64 "|%" PRId64 "|%s", p->mode & ~0x20, p->restarts, p->anchor_at, p->token);
    return ald_sprintf(arena, "%c|%" PRId64 "|%s", p->mode, p->restarts, p->token);
}

/** A configured query without an order of its own, which ours replaces. */
static const char *condition(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *query)
{
    const char *jql = ald_source_opt(cfg, query), *order = NULL;
    if (!jql)
        return "";
    for (const char *s = jql, *quote = NULL; *s; s++) {
        if (quote)
            quote = *s == '\\' && s[1] ? (s++, quote) : *s == *quote ? NULL : quote;
        else if (*s == '"' || *s == '\'')
            quote = s;
        else if (strncasecmp(s, "order", 5) == 0 && (s == jql || strchr(" \t\n)", s[-1])) && strchr(" \t\n", s[5]) &&
                 s[5] && strncasecmp(s + 5 + strspn(s + 5, " \t\n"), "by", 2) == 0)
            order = s;
    }
    return ald_strndup(arena, jql, order ? (size_t)(order - jql) : strlen(jql));
}

const char *ald_jira_terms(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *query, const struct ald_window *window)
{
    const char *terms = condition(arena, cfg, query);
    bool any = strspn(terms, " \t\n") < strlen(terms);
    terms = any ? ald_sprintf(arena, "(%s)", terms) : "";
    /* Dates as text would be read in the zone of the account; milliseconds have none. */
    if (window->since != ALD_TIME_NONE || !any) /* a search without any condition is refused */
        terms = ald_sprintf(arena, "%s%supdated >= %" PRId64, terms, any ? " AND " : "",
                            window->since != ALD_TIME_NONE && window->since > 0 ? window->since : 0);
    if (window->until != ALD_TIME_NONE)
        terms = ald_sprintf(arena, "%s AND updated < %" PRId64, terms, window->until);
    return terms;
}

static int64_t limit_of(const struct place *p, const struct ald_http_req *req)
{
    int64_t size = req->page_size > 0 ? req->page_size : 1;
    if (p->mode == 's')
        return 1;
    if (p->mode == 'o')
        return *p->anchor ? size + 1 : size;
    /* The first issue of such a page is the last one of the page before; a page of one is left to tokens. */
    return p->anchor_at != ALD_TIME_NONE && !*p->token && size > 1 ? size + 1 : size;
}

void ald_jira_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *path, struct ald_http_req *req)
{
    req->url = ald_sprintf(arena, "%s/rest/api/%s/%s", cfg->base_url ? cfg->base_url : "",
                           ald_jira_is_datacenter(cfg) ? "2" : "3", path);
    bool user = cfg->user_env || cfg->user_file;
    req->auth = user ? ALD_AUTH_BASIC : ALD_AUTH_TOKEN;
    req->auth_scheme = user ? NULL : "Bearer";
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
}

enum ald_rc ald_jira_search_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                struct ald_err *err)
{
    const char *fields = ISSUE_FIELDS;
    for (size_t i = 0; i < cfg->fields_n; i++)
        fields = ald_sprintf(arena, "%s,%s", fields, cfg->fields[i].value);
    return ald_jira_search_for(arena, cfg, "jql", fields, req, err);
}

enum ald_rc ald_jira_search_for(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *query, const char *fields,
                                struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    struct place p = place_of(cfg, req);
    const char *terms = ald_jira_terms(arena, cfg, query, &req->window), *path;
    if (p.mode != 'o' && p.anchor_at != ALD_TIME_NONE)
        terms = ald_sprintf(arena, "%s AND created >= %" PRId64, terms, p.anchor_at);
    const char *jql = ald_url_encode(arena, ald_sprintf(arena, "%s ORDER BY created ASC, key ASC", terms));
    if (p.mode == 's') /* ids alone: what could not be read is in the fields */
        fields = "id";
    fields = ald_url_encode(arena, fields);
    if (p.mode == 'o')
        path = ald_sprintf(arena, "search?jql=%s&fields=%s&startAt=%" PRId64 "&maxResults=%" PRId64, jql, fields,
                           p.offset, limit_of(&p, req));
    else
        path = ald_sprintf(arena, "search/jql?jql=%s&fields=%s&maxResults=%" PRId64 "%s%s", jql, fields,
                           limit_of(&p, req), *p.token ? "&nextPageToken=" : "", ald_url_encode(arena, p.token));
    ald_jira_ask(arena, cfg, path, req);
    return ALD_OK;
}

enum ald_rc ald_jira_check(const struct ald_http_res *res, struct ald_err *err)
{
    /* Wrong credentials are often taken for nobody's: answered with 200 and what everybody may see. */
    const char *login = ald_http_header(res, "x-seraph-loginreason");
    if (login && (strcasestr(login, "AUTHENTICATED_FAILED") || strcasestr(login, "AUTHENTICATION_DENIED")))
        return ald_fail(err, ALD_ERR_AUTH, "the source took the credentials for nobody's (%.60s)", login);
    return ald_answer_check(res, err);
}

/* ---- What follows a page ---- */

static enum ald_rc cloud_next(struct ald_arena *arena, const struct place *p, const struct ald_jv *root, int64_t last_at,
                              struct ald_next *next, struct ald_err *err)
{
    struct place to = *p;
    const char *token = NULL;
    bool has, is_last = false;
    ALD_TRY(ald_json_str_opt(root, "nextPageToken", &token, err));
    ALD_TRY(ald_json_bool_opt(root, "isLast", &has, &is_last, err));
    if (!token || !*token) {
        if (has && !is_last)
            next->gap = "the search says that more issues follow, but not how to ask for them";
        return ALD_OK;
    }
    if (*p->token && strcmp(token, p->token) == 0) {
        next->gap = "the search repeats its page token: the issues after it could not be read";
        return ALD_OK;
    }
    bool on = last_at != ALD_TIME_NONE && last_at > p->anchor_at && p->mode != 's';
    to.mode = 't';
    to.token = on ? "" : token;
    to.anchor_at = on ? last_at : p->anchor_at;
    next->cursor = cursor_text(arena, &to);
    return ALD_OK;
}

/** A token ends after some days, and when the search is changed. The window is read again, not given up. */
static enum ald_rc token_refused(struct ald_arena *arena, const struct place *p, const struct ald_http_res *res,
                                 struct ald_next *next, struct ald_err *err)
{
    if (!*p->token || p->restarts >= RESTARTS_MAX)
        return ald_jira_check(res, err);
    const struct place to = {
        .mode = 'r', .restarts = p->restarts + 1, .token = "", .anchor = "", .anchor_at = p->anchor_at};
    next->cursor = cursor_text(arena, &to);
    return ALD_OK;
}

/** Issues by when they were created. */
struct seen {
    const char *first_id, *last_id;
    int64_t first_at, last_at;
    size_t n;
    int64_t oldest; /* change that may be */
};

static enum ald_rc datacenter_next(struct ald_arena *arena, const struct place *p, const struct ald_http_res *res,
                                   const struct seen *seen, struct ald_next *next, struct ald_err *err)
{
    bool has_total, has_start;
    int64_t total = 0, start = 0;
    struct place to = *p;
    ALD_TRY(ald_json_int_opt(&res->root, "total", &has_total, &total, err));
    ALD_TRY(ald_json_int_opt(&res->root, "startAt", &has_start, &start, err));
    next->total = has_total && total > 0 ? total : 0;
    if (has_start && start != p->offset) {
        next->gap =
            ald_sprintf(arena, "asked for issues from %" PRId64 " on, got those from %" PRId64, p->offset, start);
        return ALD_OK;
    }
    bool here = !*p->anchor || p->offset == 0 ||
                (seen->n && seen->first_id &&
                 (strcmp(seen->first_id, p->anchor) == 0 ||
                  (seen->first_at != ALD_TIME_NONE && seen->first_at < p->anchor_at)));
    if (!here) { /* issues went, and those behind moved up: some were never shown */
        int64_t back = limit_of(p, res->req);
        to.offset = p->offset > back ? p->offset - back : 0;
        next->cursor = cursor_text(arena, &to);
        return ALD_OK;
    }
    int64_t end = p->offset + (int64_t)seen->n;
    bool more = has_total ? end < total : (int64_t)seen->n >= limit_of(p, res->req);
    if (!more)
        return ALD_OK;
    if (seen->n == 0 || (seen->n == 1 && *p->anchor && seen->last_id && strcmp(seen->last_id, p->anchor) == 0)) {
        next->gap =
            ald_sprintf(arena, "the search counts %" PRId64 " issues, but gave none after %" PRId64, total, end);
        return ALD_OK;
    }
    to.anchor = seen->last_id && seen->last_at != ALD_TIME_NONE ? seen->last_id : "";
    to.anchor_at = seen->last_at;
    to.offset = *to.anchor ? end - 1 : end;
    next->cursor = cursor_text(arena, &to);
    return ALD_OK;
}

/* ---- Pages ---- */

static enum ald_rc look(void *to, struct ald_arena *arena, const struct ald_jv *issue, struct ald_listing_met *met, struct ald_err *err)
{
    struct seen *seen = to;
    struct ald_jv fields;
    int64_t created = ALD_TIME_NONE;
    (void)arena;
    bool has = ald_json_opt(issue, "fields", &fields);
    if (has && ald_json_time_opt(&fields, "created", &created, NULL) != ALD_OK)
        created = ALD_TIME_NONE;
    if (has && ald_json_time_opt(&fields, "updated", &met->at, NULL) != ALD_OK)
        met->at = ALD_TIME_NONE;
    if (seen->n++ == 0) {
        seen->first_id = met->id;
        seen->first_at = created;
    }
    seen->last_id = met->id;
    seen->last_at = created;
    if (met->at != ALD_TIME_NONE && met->at < seen->oldest)
        return ald_fail(err, ALD_ERR_NET,
                        "the search gave an issue from before the time that was asked for: the source "
                        "ignored the condition");
    return ALD_OK;
}

static void key_alias(struct ald_rows *rows, const char *key)
{
    const char *dash = key ? strrchr(key, '-') : NULL;
    if (!dash)
        return;
    ald_rows_alias(rows, "key", ald_strndup(rows->arena, key, (size_t)(dash + 1 - key)));
}

enum ald_rc ald_jira_search_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                 struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    return ald_jira_search_read(cfg, res, rows, ald_jira_issue, next, err);
}

enum ald_rc ald_jira_search_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct place p = place_of(cfg, res->req);
    if (res->status == 400)
        return token_refused(rows->arena, &p, res, next, err);
    ALD_TRY(ald_jira_check(res, err));
    struct seen seen = {.first_at = ALD_TIME_NONE, .last_at = ALD_TIME_NONE, .oldest = ald_listing_oldest(res->req->window.since, SLACK_MS)};
    const struct ald_listing_how how = {
        .member = "issues", .own_ids = true, .look = look, .seen = &seen, .fn = p.mode == 's' ? NULL : fn};
    struct ald_listing found;
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    for (size_t i = 0; i < rows->n; i++) {
        const char *key = NULL;
        if (!rows->elements[i].error && ald_json_str_opt(&rows->elements[i].raw, "key", &key, NULL) == ALD_OK)
            key_alias(rows, key);
    }
    if (p.mode == 'o')
        return datacenter_next(rows->arena, &p, res, &seen, next, err);
    return cloud_next(rows->arena, &p, &res->root, seen.last_at, next, err);
}

/** Past one issue that cannot be read at all: on Cloud its page is asked for again without fields, for the token. */
enum ald_rc ald_jira_search_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                 const struct ald_http_res *res, struct ald_next *next, struct ald_err *err)
{
    struct place p = place_of(cfg, res->req), to = p;
    if (p.mode == 's')
        return ald_fail(err, ALD_ERR_FORMAT, "an issue's id cannot be read");
    if (p.mode == 'o')
        to.offset = p.offset + limit_of(&p, res->req);
    else
        to.mode = 's';
    to.anchor = "";
    next->cursor = cursor_text(arena, &to);
    return ALD_OK;
}
