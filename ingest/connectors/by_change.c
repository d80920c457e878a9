/* Pages of lists in the order of change: see by_change.h. */
#include "connectors/by_change.h"

#include <inttypes.h>
#include <string.h>

#include "cursor.h"
#include "http.h"

static bool number(const char **s, bool empty, int64_t *ret)
{
    if (!empty || **s != '|')
        return ald_cursor_number(s, 0, ALD_CURSOR_MOST, ret);
    *ret = ALD_TIME_NONE;
    (*s)++;
    return true;
}

/** Of list number list: at the window's beginning. */
static struct ald_by_change start_of(const struct ald_http_req *req, int64_t list)
{
    int64_t since = req->window.since;
    return (struct ald_by_change){.list = list, .from = since == ALD_TIME_NONE || since < 0 ? ALD_TIME_NONE : since, .after = ""};
}

struct ald_by_change ald_by_change_place(struct ald_arena *arena, const struct ald_http_req *req, int64_t lists_n)
{
    struct ald_by_change p = {.after = ""};
    const char *s = req->cursor;
    if (!s || !number(&s, false, &p.list) || !number(&s, true, &p.from) || !number(&s, false, &p.offset) || p.list >= lists_n)
        return start_of(req, 0);
    if (p.offset == 0 && p.from == ALD_TIME_NONE)
        return start_of(req, p.list); /* the next list, from its beginning */
    p.begun = true;
    p.after = ald_strdup(arena, s);
    return p;
}

static const char *cursor_text(struct ald_arena *arena, const struct ald_by_change *p)
{
    const char *from = p->from == ALD_TIME_NONE ? "" : ald_sprintf(arena, "%" PRId64, p->from);
    return ald_sprintf(arena, "%" PRId64 "|%s|%" PRId64 "|%s", p->list, from, p->offset, p->after);
}

static int64_t size_of(const struct ald_http_req *req)
{
    return req->page_size < 1 ? 1 : req->page_size > ALD_BY_CHANGE_LIMIT_MAX ? ALD_BY_CHANGE_LIMIT_MAX : req->page_size;
}

int64_t ald_by_change_limit(const struct ald_by_change *p, const struct ald_http_req *req)
{
    int64_t size = size_of(req);
    return p->begun && p->offset == 0 && size < ALD_BY_CHANGE_LIMIT_MAX ? size + 1 : size;
}

const char *ald_by_change_params(struct ald_arena *arena, const struct ald_by_change *p, const struct ald_http_req *req)
{
    int64_t limit = ald_by_change_limit(p, req); /* a page that does not begin at offset begins before it: nothing is left out */
    const char *after = *p->after ? ald_sprintf(arena, "&after=%s", ald_url_encode(arena, p->after)) : "";
    return ald_sprintf(arena, "&per_page=%" PRId64 "&page=%" PRId64 "%s", limit, p->offset / limit + 1, after);
}

void ald_by_change_see(struct ald_by_change_seen *seen, int64_t at)
{
    seen->n++;
    if (seen->n == 1)
        seen->first = seen->last = seen->newest = ALD_TIME_NONE;
    if (at == ALD_TIME_NONE)
        return;
    seen->disordered = seen->disordered || (seen->last != ALD_TIME_NONE && at < seen->last);
    seen->first = seen->first == ALD_TIME_NONE ? at : seen->first;
    seen->last = at;
    seen->newest = at > seen->newest ? at : seen->newest;
}

/* ---- The Link header: <https://...?page=2&after=x>; rel="next", <...>; rel="last" ---- */

/** The address that a Link header gives for rel, or NULL. */
static const char *link_of(struct ald_arena *arena, const struct ald_http_res *res, const char *rel)
{
    const char *s = ald_http_header(res, "link");
    while (s && (s = strchr(s, '<'))) {
        size_t n = strcspn(s + 1, ">");
        if (s[1 + n] != '>')
            return NULL;
        const char *params = s + 2 + n, *end = strchr(params, '<');
        size_t params_n = end ? (size_t)(end - params) : strlen(params);
        const char *at = ald_strndup(arena, params, params_n);
        for (at = strcasestr(at, "rel="); at; at = strcasestr(at + 1, "rel=")) {
            const char *value = at + 4 + (at[4] == '"');
            if (strncmp(value, rel, strlen(rel)) == 0 && strchr("\" ,;", value[strlen(rel)]))
                return ald_strndup(arena, s + 1, n);
        }
        s = params;
    }
    return NULL;
}

const char *ald_link_param(struct ald_arena *arena, const struct ald_http_res *res, const char *rel, const char *param)
{
    const char *url = link_of(arena, res, rel);
    return url ? ald_url_param(arena, url, param) : NULL;
}

bool ald_link_more(struct ald_arena *arena, const struct ald_http_res *res, int64_t n, int64_t limit)
{
    const char *page = ald_http_header(res, "x-next-page");
    if (ald_http_header(res, "link"))
        return link_of(arena, res, "next") != NULL;
    return page ? *page != '\0' : n >= limit;
}

/* ---- What follows ---- */

static void next_list(struct ald_arena *arena, const struct ald_by_change *p, int64_t lists_n, struct ald_next *next)
{
    const struct ald_by_change to = {.list = p->list + 1, .from = ALD_TIME_NONE, .after = ""};
    if (to.list < lists_n)
        next->cursor = cursor_text(arena, &to);
}

void ald_by_change_next(struct ald_arena *arena, const struct ald_http_res *res, const struct ald_by_change *place, int64_t lists_n,
                        const struct ald_by_change_seen *seen, struct ald_next *next)
{
    struct ald_by_change to = *place;
    int64_t limit = ald_by_change_limit(place, res->req);
    bool more = ald_link_more(arena, res, seen->n, limit);
    next->high_water = seen->n ? seen->newest : ALD_TIME_NONE;
    if (seen->n == 0 && more)
        next->gap = "an empty page, although there is said to be more";
    if (seen->n == 0 || !more) {
        next_list(arena, place, lists_n, next);
        return;
    }
    /* A page of one instant would be asked for again as it is: its elements are counted. */
    bool on = !seen->disordered && seen->last != ALD_TIME_NONE && seen->last > place->from && (seen->last > seen->first || limit == 1);
    if (on) {
        to.from = seen->last;
        to.offset = 0;
        to.after = "";
    } else {
        const char *after = ald_link_param(arena, res, "next", "after");
        to.offset = place->offset / limit * limit + seen->n;
        to.after = after ? after : "";
    }
    to.begun = true;
    next->cursor = cursor_text(arena, &to);
}

void ald_by_change_skip(struct ald_arena *arena, const struct ald_http_req *req, int64_t lists_n, struct ald_next *next)
{
    struct ald_by_change p = ald_by_change_place(arena, req, lists_n);
    int64_t limit = ald_by_change_limit(&p, req);
    p.offset = p.offset / limit * limit + limit;
    p.after = "";
    next->high_water = ALD_TIME_NONE;
    next->cursor = cursor_text(arena, &p);
}

/* ---- Lists whose pages are counted ---- */

static int64_t offset_of(const struct ald_http_req *req)
{
    return ald_cursor_count(req->cursor); /* 0 of a token */
}

const char *ald_counted_params(struct ald_arena *arena, const struct ald_http_req *req)
{
    int64_t limit = size_of(req);
    if (req->cursor && *req->cursor == 'a')
        return ald_sprintf(arena, "per_page=%" PRId64 "&after=%s", limit, ald_url_encode(arena, req->cursor + 1));
    return ald_sprintf(arena, "per_page=%" PRId64 "&page=%" PRId64, limit, offset_of(req) / limit + 1);
}

void ald_counted_next(struct ald_arena *arena, const struct ald_http_res *res, int64_t n, struct ald_next *next)
{
    int64_t limit = size_of(res->req);
    next->high_water = ALD_TIME_NONE;
    if (!ald_link_more(arena, res, n, limit))
        return;
    if (n == 0) {
        next->gap = ald_http_header(res, "link") ? "an empty page, although there is said to be more" : NULL;
        return;
    }
    const char *page = ald_link_param(arena, res, "next", "page"), *after = ald_link_param(arena, res, "next", "after");
    if (after && !page)
        next->cursor = ald_sprintf(arena, "a%s", after);
    else
        next->cursor = ald_sprintf(arena, "%" PRId64, offset_of(res->req) / limit * limit + limit);
}
