/* Paging through Opsgenie's lists. offset + limit may not go beyond 20,000, and a list that is read by offsets alone shifts under
 * the reader: so every page of a list of records begins at the time of the last element of the page before, and offsets only
 * count elements of that one millisecond. What changes meanwhile moves to the end of a list that is sorted by change. Must not know
 * what elements mean. */
#include <inttypes.h>
#include <string.h>

#include "connectors/answer.h"
#include "connectors/opsgenie_priv.h"
#include "cursor.h"
#include "http.h"

#define CAP 20000
/* Older than asked for by more than this: the source ignored the condition. */
#define SLACK_MS ALD_DAY_MS

struct place {
    int64_t from, offset;
};

static struct place start_of(const struct ald_opsgenie_list *list, const struct ald_http_req *req)
{
    struct place p = {0};
    if (list->time && req->window.since > 0)
        p.from = req->window.since;
    return p;
}

/* What cannot be understood (a cursor of another version) starts again: rows are idempotent. */
static struct place place_of(const struct ald_opsgenie_list *list, const struct ald_http_req *req)
{
    struct place p;
    const char *s = req->cursor;
    if (!s || !ald_cursor_number(&s, 0, ALD_CURSOR_MOST, &p.from) || !ald_cursor_number(&s, 0, CAP - 1, &p.offset) || *s)
        return start_of(list, req);
    return p;
}

/** A page that goes on also shows the element that the one before ended with. */
static int64_t limit_of(const struct ald_opsgenie_list *list, const struct place *p, const struct ald_http_req *req)
{
    int64_t limit = (req->page_size > 0 ? req->page_size : 1) + (list->time && req->cursor && p->offset == 0 ? 1 : 0);
    if (limit > ALD_OPSGENIE_LIMIT_MAX)
        limit = ALD_OPSGENIE_LIMIT_MAX;
    return limit < CAP - p->offset ? limit : CAP - p->offset;
}

static int text_limit(const struct ald_http_req *req)
{
    return req->page_size > 0 && req->page_size < ALD_OPSGENIE_LIMIT_MAX ? req->page_size : ALD_OPSGENIE_LIMIT_MAX;
}

static const char *query_of(struct ald_arena *arena, const struct ald_opsgenie_list *list, const struct place *p,
                            const struct ald_http_req *req)
{
    const char *query = ald_sprintf(arena, "%s>%" PRId64, list->time, p->from > 0 ? p->from - 1 : 0);
    if (req->window.until != ALD_TIME_NONE)
        query = ald_sprintf(arena, "%s AND %s<%" PRId64, query, list->time, req->window.until);
    return list->terms && *list->terms ? ald_sprintf(arena, "%s AND (%s)", query, list->terms) : query;
}

const char *ald_opsgenie_url(struct ald_arena *arena, const char *base, const struct ald_opsgenie_list *list,
                             const struct ald_http_req *req)
{
    const char *params = list->params ? list->params : "";
    if (list->single)
        return ald_sprintf(arena, "%s%s", base, list->path);
    if (list->by_offset_text) {
        const char *offset = req->cursor ? ald_sprintf(arena, "&offset=%s", ald_url_encode(arena, req->cursor)) : "";
        return ald_sprintf(arena, "%s%s?%s=%d%s%s", base, list->path, list->size, text_limit(req), params, offset);
    }
    struct place p = place_of(list, req);
    const char *url = ald_sprintf(arena, "%s%s?%s=%" PRId64 "&offset=%" PRId64 "%s", base, list->path, list->size,
                                  limit_of(list, &p, req), p.offset, params);
    if (!list->time)
        return url;
    return ald_sprintf(arena, "%s&sort=%s&order=asc&query=%s", url, list->time, ald_url_encode(arena, query_of(arena, list, &p, req)));
}

const char *ald_opsgenie_below(struct ald_arena *arena, const struct ald_http_req *req, const char *before, const char *after)
{
    return ald_sprintf(arena, "%s%s%s", before, ald_url_encode(arena, ald_listing_subject(req)), after);
}

/* ---- What follows ---- */

/** The link to the next page, or NULL. It is never followed: only the offset in it is read. */
static const char *next_link(const struct ald_jv *root)
{
    static const char *const holders[] = {"paging", "links"};
    struct ald_jv holder;
    const char *link = NULL;
    for (size_t i = 0; i < 2; i++)
        if (ald_json_opt(root, holders[i], &holder) && ald_json_str_opt(&holder, "next", &link, NULL) == ALD_OK && link && *link)
            return link;
    return NULL;
}

/** Pages of one record's details. Opsgenie's links lead on for ever: there, a page that is not full is the last. */
static enum ald_rc next_by_text(struct ald_arena *arena, const struct ald_http_res *res, int64_t n, int64_t limit, struct ald_next *next,
                                struct ald_err *err)
{
    struct ald_jv data, paging;
    const char *offset = NULL, *link = next_link(&res->root);
    if (n == 0)
        return ALD_OK;
    if (ald_json_opt(&res->root, "data", &data) && ald_json_kind(&data) == ALD_JSON_OBJECT)
        ALD_TRY(ald_json_id_opt(arena, &data, "nextOffset", &offset, err));
    if (ald_json_opt(&res->root, "paging", &paging) && n < limit)
        link = NULL;
    next->cursor = offset ? offset : link ? ald_url_param(arena, link, "offset") : NULL;
    return ALD_OK;
}

static void next_by_offset(struct ald_arena *arena, struct place p, int64_t n, int64_t limit, bool more, struct ald_next *next)
{
    if (n == 0 && more)
        next->gap = "an empty page, although there is said to be more";
    if (n == 0 || (n < limit && !more))
        return;
    p.offset += n;
    if (p.offset >= CAP)
        next->gap = ald_sprintf(arena, "more than the %d entries that can be read", CAP);
    else
        next->cursor = ald_sprintf(arena, "%" PRId64 "|%" PRId64, p.from, p.offset);
}

/** last: time of the page's last element, ALD_TIME_NONE when it has none that can be read. */
static void next_by_time(struct ald_arena *arena, struct place p, int64_t n, int64_t limit, bool more, int64_t last,
                         struct ald_next *next)
{
    bool goes_on = n > 0 && (n >= limit || more) && last != ALD_TIME_NONE && last > p.from;
    if (!goes_on) {
        next_by_offset(arena, p, n, limit, more, next);
        if (next->gap && n > 0) { /* so many of one millisecond: the rest of them is passed over */
            next->gap = ald_sprintf(arena, "more than the %d entries of one moment that can be read", CAP);
            next->cursor = ald_sprintf(arena, "%" PRId64 "|0", p.from + 1);
        }
        return;
    }
    next->cursor = ald_sprintf(arena, "%" PRId64 "|0", last);
}

/** Some elements are bare ids. */
static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met, struct ald_err *err)
{
    (void)seen, (void)arena, (void)err;
    if (ald_json_kind(row) == ALD_JSON_STRING && ald_json_as_str(row, &met->id, NULL) != ALD_OK)
        met->id = NULL;
    return ALD_OK;
}

enum ald_rc ald_opsgenie_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              const struct ald_opsgenie_list *list, ald_listing_row_fn *fn, struct ald_next *next,
                              struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    struct ald_jv *v = ald_alloc(arena, 2 * sizeof *v), *entries = v + 1;
    const struct place p = place_of(list, res->req);
    const struct ald_listing_how how = {.changed = list->time, .oldest = ald_listing_oldest(p.from, SLACK_MS), .look = look, .fn = fn};
    struct ald_listing found;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, list->member, v, err));
    if (ald_json_kind(v) == ALD_JSON_OBJECT && ald_json_opt(v, "entries", entries)) /* of a timeline */
        v = entries;
    ALD_TRY(ald_listing_each(cfg, res, rows, v, &how, &found, err));
    next->high_water = found.newest;
    int64_t n = (int64_t)found.n, limit = limit_of(list, &p, res->req);
    if (list->by_offset_text)
        return next_by_text(arena, res, n, text_limit(res->req), next, err);
    bool more = next_link(&res->root) != NULL;
    if (list->time)
        next_by_time(arena, p, n, limit, more, found.last_at, next);
    else if (!list->single)
        next_by_offset(arena, p, n, limit, more, next);
    return ALD_OK;
}

void ald_opsgenie_skip(struct ald_arena *arena, const struct ald_opsgenie_list *list, const struct ald_http_req *req,
                       struct ald_next *next)
{
    struct place p = place_of(list, req);
    next_by_offset(arena, p, limit_of(list, &p, req), 0, true, next);
}

enum ald_rc ald_opsgenie_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                               const char **ret_cursor, struct ald_err *err)
{
    (void)cfg;
    struct ald_jv data, paging;
    const char *link = NULL, *offset = NULL;
    bool has = false;
    int64_t count = 0;
    *ret_cursor = NULL;
    ALD_TRY(ald_json_get(&res->root, "data", &data, err));
    if (ald_json_kind(&data) == ALD_JSON_OBJECT)
        ALD_TRY(ald_json_int_opt(&data, "count", &has, &count, err));
    else if (ald_json_opt(&res->root, "paging", &paging) && ald_json_str_opt(&paging, "last", &link, NULL) == ALD_OK && link)
        offset = ald_url_param(arena, link, "offset");
    if (!has && !offset && !(ald_json_kind(&data) == ALD_JSON_ARRAY && ald_json_len(&data) == 0))
        return ald_fail(err, ALD_ERR_FORMAT, "the answer does not count");
    *n += has ? count : offset ? ald_cursor_count(offset) + 1 : 0;
    return ALD_OK;
}
