/* Paging through a ServiceNow table while it changes: by the time column, not by offset, because rows that change
 * during the crawl move to its end and would shift all offsets behind them. Each page begins with the last row of the
 * one before (the anchor): where it is missing, rows have moved, or the account's time zone is not UTC, and reading
 * goes back. Must not know what the rows mean. */
#include "connectors/servicenow_priv.h"

#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"
#include "cursor.h"
#include "http.h"

#define TRIES_MAX 20
#define EMPTY_PAGES_MAX 200

/** mode k: `base` is the time of the last row, `offset` its place among the rows of that time.
 *  mode o: plain offsets in one query: for rows that never change, and, below a base that lies a zone's width back, for
 *  accounts whose zone is not UTC. */
struct place {
    bool first, plain;
    int64_t base, offset, tries;
    const char *anchor; /* sys_id of the last row, which must be on the page; NULL: none expected */
    int64_t anchor_at;  /* with this time: a row that changed stands elsewhere, and proves nothing */
};

static const char *time_text(struct ald_arena *arena, int64_t ms)
{
    if (ms == ALD_TIME_NONE)
        return "";
    struct ald_civil c = ald_civil_from_ms(ms);
    return ald_sprintf(arena, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
                       c.second);
}

static const char *cursor_text(struct ald_arena *arena, const struct place *p)
{
    return ald_sprintf(arena, "%s|%" PRId64 "|%" PRId64 "|%c|%s|%s", time_text(arena, p->base), p->offset, p->tries,
                       p->plain ? 'o' : 'k', p->anchor ? time_text(arena, p->anchor_at) : "",
                       p->anchor ? p->anchor : "");
}

/** A time or nothing, and the bar after it. */
static bool time_field(const char **s, int64_t *ret)
{
    const char *bar = strchr(*s, '|');
    *ret = ALD_TIME_NONE;
    if (!bar || (bar > *s && !ald_time_parse(*s, (size_t)(bar - *s), ret)))
        return false;
    *s = bar + 1;
    return true;
}

/* What cannot be understood (a cursor of an older version) starts the window again: rows are idempotent. */
static struct place place_of(const char *cursor)
{
    struct place p = {.base = ALD_TIME_NONE}, start = {.first = true, .base = ALD_TIME_NONE};
    const char *s = cursor;
    if (!s || !time_field(&s, &p.base) || !ald_cursor_number(&s, 0, ALD_CURSOR_MOST, &p.offset) ||
        !ald_cursor_number(&s, 0, EMPTY_PAGES_MAX, &p.tries))
        return start;
    if ((s[0] != 'k' && s[0] != 'o') || s[1] != '|')
        return start;
    p.plain = s[0] == 'o';
    s += 2;
    if (!time_field(&s, &p.anchor_at))
        return start;
    p.anchor = *s ? s : NULL;
    return p;
}

static int64_t limit_of(const struct place *p, const struct ald_http_req *req)
{
    int64_t size = req->page_size > 0 ? req->page_size : 1;
    return p->anchor ? size + 1 : size;
}

void ald_servicenow_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                        const struct ald_servicenow_query *query, struct ald_http_req *req)
{
    struct place p = place_of(req->cursor);
    int64_t from = p.first ? query->since : p.base;
    const char *t = query->time_field, *filter = query->filter ? query->filter : "", *lower = "", *upper = "";
    if (from != ALD_TIME_NONE)
        lower = ald_sprintf(arena, "%s%s>=%s", *filter ? "^" : "", t, time_text(arena, from));
    /* Asked wider, because the literal may be read in another zone; too much does no harm. */
    if (query->until != ALD_TIME_NONE)
        upper = ald_sprintf(arena, "%s%s<%s", *filter || *lower ? "^" : "", t,
                            time_text(arena, query->until + ALD_SERVICENOW_ZONE_SLACK_MS));
    const char *terms = ald_sprintf(arena, "%s%s%s%sORDERBY%s^ORDERBYsys_id", filter, lower, upper,
                                    *filter || *lower || *upper ? "^" : "", t);
    req->url = ald_sprintf(arena,
                           "%s/api/now/table/%s?sysparm_query=%s&sysparm_fields=%s&sysparm_display_value=%s"
                           "&sysparm_exclude_reference_link=true&sysparm_limit=%" PRId64 "&sysparm_offset=%" PRId64,
                           cfg->base_url ? cfg->base_url : "", query->table, ald_url_encode(arena, terms),
                           ald_url_encode(arena, query->fields), query->display, limit_of(&p, req), p.offset);
    req->auth = ALD_AUTH_BASIC;
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
}

/** The offset of Link's rel="next", 0 when that link does not say; -1: no next link. */
static int64_t next_link(const char *link)
{
    const char *rel = link ? strstr(link, "rel=\"next\"") : NULL;
    if (!rel)
        return -1;
    int64_t offset = 0;
    for (const char *s = link; (s = strstr(s, "sysparm_offset=")) && s < rel;) {
        s += strlen("sysparm_offset=");
        const char *digits = s;
        if (strstr(s, "rel=\"") != rel || !ald_cursor_digits(&digits, 0, ALD_CURSOR_MOST, &offset))
            offset = 0; /* another link's, or none */
    }
    return offset;
}

static int64_t total_of(const struct ald_http_res *res)
{
    const char *text = ald_http_header(res, "x-total-count");
    int64_t total;
    return text && ald_cursor_digits(&text, 0, ALD_CURSOR_MOST, &total) ? total : -1;
}

/* A short page is not the end: the limit is applied before access rules hide rows, and servers cap it. */
static bool more_follows(const struct ald_http_res *res, const struct place *p, size_t n, size_t fresh_n,
                         int64_t *ret_offset)
{
    int64_t total = total_of(res), limit = limit_of(p, res->req);
    const char *link = ald_http_header(res, "link");
    int64_t linked = next_link(link);
    *ret_offset = linked > p->offset ? linked : p->offset + limit;
    if (total >= 0 && p->offset >= total)
        return false;
    if (linked >= 0 || (total >= 0 && p->offset + limit < total))
        return true;
    if (link)
        return false;
    return (fresh_n > 0 || (int64_t)n >= limit) && (total < 0 || p->offset + (int64_t)n < total);
}

/* An unknown term of a query is ignored and the whole table answered: rows that the filter excludes give that away. */
static enum ald_rc check_rows(struct ald_arena *arena, const struct ald_servicenow_query *query, int64_t base,
                              const struct ald_servicenow_place *rows, size_t n, struct ald_err *err)
{
    int64_t before = ALD_TIME_NONE;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].at == ALD_TIME_NONE)
            continue;
        if (base != ALD_TIME_NONE && rows[i].at < base - ALD_SERVICENOW_ZONE_SLACK_MS)
            return ald_fail(err, ALD_ERR_NET,
                            "%s: asked for %s from %s, got a row of %s: the source ignored the filter", query->table,
                            query->time_field, time_text(arena, base), time_text(arena, rows[i].at));
        if (before != ALD_TIME_NONE && rows[i].at < before)
            return ald_fail(err, ALD_ERR_NET, "%s: rows are not in the order of %s: the source ignored the order",
                            query->table, query->time_field);
        before = rows[i].at;
    }
    return ALD_OK;
}

/* The first page below a new base proves that the account reads times as UTC by a row of exactly that time. */
static bool base_proven(const struct place *p, const struct ald_servicenow_place *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].at != ALD_TIME_NONE)
            return rows[i].at == p->base;
    return false;
}

/** Where to read again after the anchor was not found. */
static struct place step_back(const struct place *p, const struct ald_http_req *req)
{
    struct place to = *p;
    to.tries++;
    if (p->plain) {
        int64_t back = limit_of(p, req) << (p->tries < 16 ? p->tries : 16);
        to.offset = p->offset > back ? p->offset - back : 0;
    } else if (p->offset > 0) {
        to.offset = 0; /* the rows of that one time again: others of the same second came or went */
    } else {
        to.plain = true;
        to.base = p->base == ALD_TIME_NONE ? p->base : p->base - ALD_SERVICENOW_ZONE_SLACK_MS;
    }
    if (to.offset == 0)
        to.anchor = NULL;
    return to;
}

/** Where the page after this one begins; last: index of the last row that could be read. */
static struct place step_on(const struct place *p, int64_t base, const struct ald_servicenow_place *rows, size_t last)
{
    struct place to = {
        .plain = p->plain, .base = base, .tries = p->tries, .anchor = rows[last].id, .anchor_at = rows[last].at};
    if (p->plain || rows[last].at == base) {
        to.offset = p->offset + (int64_t)last;
        if (p->plain && p->anchor)
            to.tries = 0;
        return to;
    }
    size_t same = 0; /* rows before the last that have its time */
    while (same < last && rows[last - same - 1].at == rows[last].at)
        same++;
    if (same == last && !p->anchor && p->offset > 0) { /* after a row that was stepped over, which may have it too */
        to.offset = p->offset + (int64_t)last;
        return to;
    }
    to.base = rows[last].at;
    to.offset = (int64_t)same;
    if (base == ALD_TIME_NONE || to.base > base)
        to.tries = 0;
    return to;
}

enum ald_rc ald_servicenow_next(struct ald_arena *arena, const struct ald_servicenow_query *query,
                                const struct ald_http_res *res, const struct ald_servicenow_place *rows, size_t n,
                                struct ald_next *next, struct ald_err *err)
{
    struct place p = place_of(res->req->cursor), to;
    int64_t base = p.first ? query->since : p.base;
    p.plain = p.plain || (p.first && query->append_only);
    ALD_TRY(check_rows(arena, query, base, rows, n, err));
    int64_t total = total_of(res);
    next->total = p.first && total > 0 ? total : 0;

    size_t fresh = 0; /* index of the first row that the page before did not have */
    bool found = !p.anchor;
    for (size_t i = 0; i < n && !found; i++)
        if (rows[i].id && rows[i].at == p.anchor_at && strcmp(rows[i].id, p.anchor) == 0) {
            found = true;
            fresh = i + 1;
        }
    bool at_base = !p.first && !p.plain && p.offset == 0;
    if (at_base && (!found || !p.anchor))
        found = base_proven(&p, rows, n);
    if (!found) {
        if (p.tries >= TRIES_MAX)
            return ald_fail(err, ALD_ERR_NET, "%s: rows from %s on moved %d times while they were read", query->table,
                            time_text(arena, p.base), TRIES_MAX);
        to = step_back(&p, res->req);
        next->cursor = cursor_text(arena, &to);
        next->back = true;
        return ALD_OK;
    }

    int64_t offset;
    if (!more_follows(res, &p, n, n - fresh, &offset))
        return ALD_OK;
    size_t last = n;
    while (last > fresh && (!rows[last - 1].id || rows[last - 1].at == ALD_TIME_NONE))
        last--;
    if (last > fresh || last > 1) { /* with nothing after the anchor: the next page begins with it */
        to = step_on(&p, base, rows, last - 1);
    } else { /* nothing to hold on to: all hidden or unreadable */
        to = (struct place){.plain = p.plain, .base = base, .offset = offset, .tries = p.tries + (total < 0 && n == 0)};
        if (to.tries > EMPTY_PAGES_MAX) {
            next->gap = ald_sprintf(arena, "%s: %d pages without a row, although the source says that more follow",
                                    query->table, EMPTY_PAGES_MAX);
            return ALD_OK;
        }
    }
    next->cursor = cursor_text(arena, &to);
    return ALD_OK;
}

/** Past one row that cannot be read at all: by offset, since there is no row to hold on to. */
enum ald_rc ald_servicenow_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                const struct ald_http_res *res, struct ald_next *next, struct ald_err *err)
{
    (void)cfg;
    (void)err;
    struct place p = place_of(res->req->cursor), to = p;
    int64_t offset, limit = limit_of(&p, res->req);
    if (!more_follows(res, &p, (size_t)limit, 1, &offset))
        return ALD_OK;
    to.base = p.first ? res->req->window.since : p.base;
    to.offset = offset;
    to.anchor = NULL;
    next->cursor = cursor_text(arena, &to);
    return ALD_OK;
}
