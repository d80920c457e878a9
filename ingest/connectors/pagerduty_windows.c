/* Paging through PagerDuty's lists. A list can be read up to offset + limit = 10,000 and no further, and a window of
 * time longer than six months is answered with nothing: so every window is short, both its ends are always sent, and
 * one that holds too much is halved. All that is known of where reading stands is in the cursor. Must not know what
 * elements mean. */
#include <inttypes.h>
#include <string.h>

#include "connectors/pagerduty_priv.h"
#include "cursor.h"
#include "http.h"

#define CAP 10000                           /* offset + limit */
#define LENGTH_MAX_S (150 * INT64_C(86400)) /* below six months, whichever six they are */
#define GROW_BELOW (CAP / 4)                /* rows of a window after which the next one is twice as long */
#define TRIES_MAX 3
#define EPOCH_S INT64_C(1230768000) /* 2009-01-01: older than any account */

/** Where reading stands. Times in seconds. */
struct place {
    int64_t from, to, length, offset, tries;
    const char *last; /* id of the element before offset, which the page must begin with; "": not known */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t floor_s(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

/** The end of all windows, in seconds, rounded up. */
static int64_t until_s(const struct ald_http_req *req, int64_t from)
{
    return req->window.until == ALD_TIME_NONE ? from + LENGTH_MAX_S : floor_s(req->window.until + 999);
}

static struct place start_of(const struct ald_pagerduty_list *list, const struct ald_http_req *req)
{
    struct place p = {.last = ""};
    if (!list->windowed)
        return p;
    p.from = req->window.since == ALD_TIME_NONE ? EPOCH_S : floor_s(req->window.since) - list->slack_s;
    if (p.from < EPOCH_S)
        p.from = EPOCH_S;
    p.length = LENGTH_MAX_S;
    p.to = least(p.from + p.length, until_s(req, p.from));
    if (p.to < p.from)
        p.to = p.from;
    return p;
}

static bool number(const char **s, bool empty, int64_t *ret)
{
    *ret = 0;
    if (!empty || **s != '|')
        return ald_cursor_number(s, 0, INT64_C(1) << 40, ret);
    (*s)++;
    return true;
}

/* What cannot be understood (a cursor of another version) starts the window again: rows are idempotent. */
static struct place place_of(const struct ald_pagerduty_list *list, const struct ald_http_req *req)
{
    struct place p = {0}, start = start_of(list, req);
    const char *s = req->cursor;
    bool bare = !list->windowed;
    if (!s || !number(&s, bare, &p.from) || !number(&s, bare, &p.to) || !number(&s, bare, &p.length) ||
        !number(&s, false, &p.offset) || !number(&s, false, &p.tries))
        return start;
    bool sound = bare ? p.from == 0 && p.to == 0 : p.to >= p.from && p.length > 0 && p.to - p.from <= LENGTH_MAX_S;
    if (!sound || p.offset >= CAP || p.length > LENGTH_MAX_S)
        return start;
    p.last = s;
    return p;
}

static const char *cursor_text(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct place *p)
{
    if (!list->windowed)
        return ald_sprintf(arena, "|||%" PRId64 "|%" PRId64 "|%s", p->offset, p->tries, p->last);
    return ald_sprintf(arena, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%s", p->from, p->to,
                       p->length, p->offset, p->tries, p->last);
}

static bool anchored(const struct place *p)
{
    return *p->last && p->offset > 0;
}

static int64_t asked_offset(const struct place *p)
{
    return anchored(p) ? p->offset - 1 : p->offset;
}

static int64_t asked_limit(const struct place *p, const struct ald_http_req *req)
{
    int64_t limit = (req->page_size > 0 ? req->page_size : 1) + (anchored(p) ? 1 : 0);
    return least(least(limit, ALD_PAGERDUTY_LIMIT_MAX), CAP - asked_offset(p));
}

static const char *time_text(struct ald_arena *arena, int64_t s)
{
    struct ald_civil c = ald_civil_from_ms(s * 1000);
    return ald_sprintf(arena, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
                       c.second);
}

const char *ald_pagerduty_url(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                              const struct ald_pagerduty_list *list, const struct ald_http_req *req)
{
    struct place p = place_of(list, req);
    const char *url =
        ald_sprintf(arena, "%s%s?limit=%" PRId64 "&offset=%" PRId64 "%s%s",
                    cfg->base_url ? cfg->base_url : "https://api.pagerduty.com", list->path, asked_limit(&p, req),
                    asked_offset(&p), list->windowed && p.offset == 0 ? "&total=true" : "", list->params);
    if (!list->windowed)
        return url;
    return ald_sprintf(arena, "%s&since=%s&until=%s", url, ald_url_encode(arena, time_text(arena, p.from)),
                       ald_url_encode(arena, time_text(arena, p.to)));
}

int64_t ald_pagerduty_before(const struct ald_pagerduty_list *list, const struct ald_http_req *req)
{
    struct place p = place_of(list, req);
    return asked_offset(&p);
}

/* ---- What follows ---- */

/** The window after this one, or the end. It begins a second earlier: nobody says to which window its edge belongs. */
static void next_window(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct ald_http_req *req,
                        struct place p, int64_t read, struct ald_next *next)
{
    int64_t until = list->windowed ? until_s(req, p.from) : 0;
    if (!list->windowed || p.to >= until || req->window.until == ALD_TIME_NONE) {
        next->cursor = NULL;
        return;
    }
    if (read >= 0 && read < GROW_BELOW)
        p.length = least(p.length * 2, LENGTH_MAX_S);
    p.from = p.to - 1;
    p.to = least(p.from + 1 + p.length, until);
    if (p.to - p.from > LENGTH_MAX_S)
        p.to = p.from + LENGTH_MAX_S;
    p.offset = p.tries = 0;
    p.last = "";
    next->cursor = cursor_text(arena, list, &p);
}

static const char *window_text(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct place *p)
{
    if (!list->windowed)
        return ald_sprintf(arena, "%s", list->path);
    return ald_sprintf(arena, "%s from %s to %s", list->path, time_text(arena, p->from), time_text(arena, p->to));
}

/** The window's first half; a window of one second cannot be halved any more. */
static void halve(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct ald_http_req *req,
                  struct place p, struct ald_next *next)
{
    if (!list->windowed || p.to - p.from <= 1) {
        next->gap =
            ald_sprintf(arena, "%s: more than the %d entries that can be read", window_text(arena, list, &p), CAP);
        next_window(arena, list, req, p, CAP, next);
        return;
    }
    p.length = (p.to - p.from) / 2;
    p.to = p.from + p.length;
    p.offset = p.tries = 0;
    p.last = "";
    next->cursor = cursor_text(arena, list, &p);
}

/** The window from its beginning: entries have moved while it was read. */
static void again(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct ald_http_req *req,
                  struct place p, const char *why, struct ald_next *next)
{
    if (p.tries >= TRIES_MAX) {
        next->gap = ald_sprintf(arena, "%s: %s, each of %d times; the rest was not read", window_text(arena, list, &p),
                                why, TRIES_MAX + 1);
        next_window(arena, list, req, p, CAP, next);
        return;
    }
    p.tries++;
    p.offset = 0;
    p.last = "";
    next->cursor = cursor_text(arena, list, &p);
}

enum ald_rc ald_pagerduty_next(struct ald_arena *arena, const struct ald_pagerduty_list *list,
                               const struct ald_http_res *res, const struct ald_pagerduty_seen *seen,
                               struct ald_next *next, struct ald_err *err)
{
    struct place p = place_of(list, res->req);
    bool has = false, more = false, has_total = false;
    int64_t total = 0;
    ALD_TRY(ald_json_bool_opt(&res->root, "more", &has, &more, err));
    ALD_TRY(ald_json_int_opt(&res->root, "total", &has_total, &total, err));
    if (p.offset == 0 && has_total && total > CAP && list->windowed) {
        halve(arena, list, res->req, p, next);
        return ALD_OK;
    }
    if (has_total && total > 0)
        next->total = total;
    bool moved = anchored(&p) && (seen->n == 0 || !seen->ids[0] || strcmp(seen->ids[0], p.last) != 0);
    size_t fresh = seen->n - (anchored(&p) && seen->n > 0 ? 1 : 0);
    if (moved) {
        again(arena, list, res->req, p, "a page does not go on where the one before it ended", next);
        return ALD_OK;
    }
    if (!has) /* lists that know no paging */
        more = false;
    if (!more) {
        next_window(arena, list, res->req, p, p.offset + (int64_t)fresh, next);
        return ALD_OK;
    }
    if (fresh == 0) {
        again(arena, list, res->req, p, "an empty page, although there is said to be more", next);
        return ALD_OK;
    }
    p.offset += (int64_t)fresh;
    p.last = seen->ids[seen->n - 1] ? seen->ids[seen->n - 1] : "";
    if (p.offset >= CAP)
        halve(arena, list, res->req, p, next);
    else
        next->cursor = cursor_text(arena, list, &p);
    return ALD_OK;
}

bool ald_pagerduty_too_much(struct ald_arena *arena, const struct ald_pagerduty_list *list,
                            const struct ald_http_res *res, struct ald_next *next)
{
    struct ald_jv error;
    bool has = false;
    int64_t code = 0;
    if (!res->doc || !ald_json_opt(&res->root, "error", &error) ||
        ald_json_int_opt(&error, "code", &has, &code, NULL) != ALD_OK || !has || code != 2002)
        return false;
    struct place p = place_of(list, res->req);
    halve(arena, list, res->req, p, next);
    return true;
}

void ald_pagerduty_skip(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct ald_http_req *req,
                        struct ald_next *next)
{
    struct place p = place_of(list, req);
    p.offset++;
    p.last = "";
    if (p.offset >= CAP)
        halve(arena, list, req, p, next);
    else
        next->cursor = cursor_text(arena, list, &p);
}

enum ald_rc ald_pagerduty_count(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct ald_http_res *res,
                                int64_t *n, const char **ret_cursor, struct ald_err *err)
{
    struct place p = place_of(list, res->req);
    struct ald_next next = {.high_water = ALD_TIME_NONE};
    int64_t total = 0;
    ALD_TRY(ald_json_int(&res->root, "total", &total, err));
    *n += total;
    next_window(arena, list, res->req, p, -1, &next);
    *ret_cursor = next.cursor;
    return ALD_OK;
}
