/* One stream, read from its window's beginning, or from where the last run was interrupted, to its last page. */
#include "sync_priv.h"

#include <string.h>

#include "alidade/limits.h"

#define SAME_WINDOWS_MAX 8  /* pages of windows in a row that may be the same */
#define SAME_EMPTY_MAX 1000 /* and pages without a row: what an account may not see is left out of them */

/** A crawl under way. */
struct crawl {
    const struct ald_stream *stream;
    struct ald_sync_cursor row;
    struct ald_window window;
    struct ald_sync_size size;
    struct ald_buf seen; /* a cursor of some pages ago: meeting it again means going round in a circle */
    int same; /* pages in a row that were the same, byte for byte */
    uint64_t rows_seen; /* of the page before, or 0: the same rows again mean that the source ignores where we are */
    int64_t pages, seen_at, rows;
    const char *gap; /* in the source's arena */
    bool resumed, remarked, refused;
    struct ald_sync_turns turns;
};

static void crawl_done(struct crawl *c)
{
    ald_sync_turns_done(&c->turns);
    ald_sync_cursor_done(&c->row);
    ald_buf_done(&c->seen);
}

static enum ald_rc crawl_begin(struct ald_sync *s, const struct ald_stream *stream, struct crawl *c,
                               struct ald_err *err)
{
    ald_buf_init(&c->seen, 1u << 16);
    ALD_TRY(ald_sync_cursor_load(s, stream->name, &c->row, err));
    c->size = ald_sync_size_of(s);
    /* A reference list is read whole: it also says who the people in later documents are. */
    c->resumed = ald_sync_resumable(s, &c->row) && !s->temporary && !s->opts->full && !stream->every_time &&
                 !s->record && !s->replay; /* a recording begins at the beginning */
    if (c->resumed) {
        c->window = (struct ald_window){
            .since = c->row.crawl_since, .until = c->row.crawl_until, .first = c->row.high_water == ALD_TIME_NONE};
        if (c->row.gap && strncmp(c->row.gap, ALD_SYNC_INTERRUPTED, strlen(ALD_SYNC_INTERRUPTED)) != 0)
            c->gap = c->row.gap; /* some page of this crawl told of one */
        return ALD_OK;
    }
    ALD_TRY(ald_sync_window(s, stream, &c->row, &c->window, err));
    c->row.crawl_started = s->clock.now_ms(s->clock.ctx);
    if (!s->opts->dry_run)
        ALD_TRY(ald_sync_record_window(s, stream, &c->window, &c->row.crawl_started, err));
    ald_buf_clear(&c->row.cursor);
    c->row.crawl_since = c->window.since;
    c->row.crawl_until = c->window.until;
    c->row.crawl_high = ALD_TIME_NONE;
    return ALD_OK;
}

/** True when the next page would be one that was read already. Remembers the cursor of every 2^k-th page (Brent). */
static enum ald_rc circle(struct crawl *c, const char *next, bool *ret, struct ald_err *err)
{
    *ret = (c->row.cursor.len && strcmp(next, c->row.cursor.data) == 0) ||
           (c->seen.len && strcmp(next, c->seen.data) == 0);
    if (!*ret && c->pages >= c->seen_at * 2) {
        c->seen_at = c->pages ? c->pages : 1;
        ald_buf_clear(&c->seen);
        return ald_buf_adds(&c->seen, next, err);
    }
    return ALD_OK;
}

/** Newest change that was seen, but not later than when the crawl began, by the source's clock: what changed meanwhile may
 * stand on a page that was read before, and a record dated in the future must not hide what comes before it. */
static int64_t high_water(const struct crawl *c, const struct ald_sync_page *page)
{
    int64_t local = page->at + page->ms, now = page->res.server_date;
    if (now == ALD_TIME_NONE || now <= 0)
        now = local;
    int64_t began = now - (local > c->row.crawl_started ? local - c->row.crawl_started : 0);
    int64_t high = c->row.crawl_high > c->row.high_water ? c->row.crawl_high : c->row.high_water;
    return high > began ? began : high;
}

/** The row as it is once this page is in the store. */
static enum ald_rc advance(struct ald_sync *s, struct crawl *c, const struct ald_sync_page *page, bool *ret_last,
                           struct ald_err *err)
{
    const char *next = page->next.cursor;
    if (page->next.high_water > c->row.crawl_high)
        c->row.crawl_high = page->next.high_water;
    if (page->next.gap && !c->gap)
        c->gap = ald_strdup(s->arena, page->next.gap);
    c->remarked = c->remarked || page->next.remark;
    c->refused = c->refused || page->refused;
    c->rows += (int64_t)page->rows.n;
    bool round = false;
    if (next)
        ALD_TRY(circle(c, next, &round, err));
    if (next) {
        const uint64_t rows = ald_sync_page_mark(page);
        const int same_max = page->rows.n == 0 && page->people.n == 0 ? SAME_EMPTY_MAX : s->stream->bounded ? SAME_WINDOWS_MAX : 1;
        c->same = rows == c->rows_seen ? c->same + 1 : 0;
        /* Two windows may begin with the same rows; many do not. */
        round = round || c->same >= same_max;
        c->rows_seen = rows;
    }
    if (page->next.back)
        c->rows_seen = 0;
    c->pages++;
    if (round || (next && c->pages >= ALD_MAX_PAGES)) {
        if (!c->gap)
            c->gap =
                round ? "the source gave a page that it had given before instead of the next one; reading ended there"
                      : "more pages than one run may read";
        next = NULL;
    }
    *ret_last = next == NULL;
    ald_buf_clear(&c->row.cursor);
    if (next) {
        c->row.complete = false;
        c->row.gap = c->gap ? c->gap : ALD_SYNC_INTERRUPTED;
        return ald_buf_adds(&c->row.cursor, next, err);
    }
    c->row.complete = c->gap == NULL;
    c->row.gap = c->gap;
    if (c->row.complete) { /* else the next run reads the same window again */
        c->row.high_water = high_water(c, page);
        ald_sync_scope_read(s, &c->row);
        c->row.completed_at = page->at + page->ms;
    }
    return ALD_OK;
}

/** The page behind the cursor, which stays as it is meanwhile. */
static enum ald_rc fetch(void *ctx, struct ald_sync_page *page, struct ald_err *err)
{
    struct crawl *c = ctx;
    const struct ald_sync_ask ask = {
        .cursor = c->row.cursor.len ? c->row.cursor.data : NULL, .window = c->window, .size = &c->size};
    return ald_sync_page_fetch(c->turns.s, c->stream, &ask, page, err);
}

/** One page, landed; the one after it is fetched meanwhile. */
static enum ald_rc crawl_page(struct ald_sync *s, const struct ald_stream *stream, struct crawl *c, bool *ret_last,
                              struct ald_err *err)
{
    const struct ald_sync_page *page;
    ALD_TRY(ald_sync_turns_next(&c->turns, fetch, c, &page, err));
    ALD_TRY(advance(s, c, page, ret_last, err));
    ald_sync_size_read(&c->size);
    if (!*ret_last)
        ald_sync_turns_ahead(&c->turns, fetch, c);
    const bool whole = !c->resumed && c->window.since == s->cfg->since && c->row.complete;
    const struct ald_sync_landing landing = {
        .cursor = s->temporary ? NULL : &c->row,
        .last = *ret_last,
        .read_whole = *ret_last && c->row.complete && !c->refused && s->opts->until == ALD_TIME_NONE,
        .read_since = c->window.since,
        .list_began = c->row.crawl_started,
        .remarked = c->remarked,
        .sweep = *ret_last && whole && !s->temporary ? "page " : NULL,
        .sweep_before = c->row.crawl_started,
    };
    return ald_sync_lot_land(s, &c->turns.lot, stream, page, &landing, err);
}

/** When not one record but the stream cannot be read, what was stepped over must be read again: the next run begins
 * anew. */
static enum ald_rc give_up(struct ald_sync *s, const struct ald_stream *stream, struct crawl *c, struct ald_err *err)
{
    ald_buf_clear(&c->row.cursor);
    c->row.complete = false;
    enum ald_rc rc = s->temporary ? ALD_OK : ald_sync_cursor_save(s, stream->name, &c->row, err);
    s->fatal = s->fatal || rc != ALD_OK;
    return rc;
}

static enum ald_rc has_records(struct ald_sync *s, const char *stream, bool *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "sync_stream_records", &q, err));
    ald_q_text_lent(q, 1, s->cfg->name);
    ald_q_text_lent(q, 2, stream);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row && ald_q_col_int(q, 0);
    return ALD_OK;
}

enum ald_rc ald_sync_crawl(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    ALD_CLEANUP(crawl_done) struct crawl c = {.stream = stream, .turns = {.s = s}};
    ALD_TRY(crawl_begin(s, stream, &c, err));
    for (bool last = false; !last;) {
        enum ald_rc rc = crawl_page(s, stream, &c, &last, err);
        const bool stop = rc == ALD_OK && !last && ald_sync_stopped(s);
        if (rc != ALD_OK || last || stop) /* also what came before a failure */
            rc = ald_sync_turns_settle(&c.turns, rc, err);
        if (rc != ALD_OK && !s->fatal && c.size.unreadable > ALD_SYNC_UNREADABLE_MAX)
            ALD_TRY(give_up(s, stream, &c, err));
        ALD_TRY(rc);
        if (stop)
            return ald_fail(err, ALD_ERR_STOPPED, "stopped");
    }
    if (c.gap)
        ald_sync_note_gap(s, stream->name, c.gap);
    bool hidden = false; /* records that the source refuses to list now */
    if (c.refused || (c.rows == 0 && s->census_due && !stream->every_time))
        ALD_TRY(has_records(s, stream->name, &hidden, err));
    s->lists_untold = s->lists_untold || hidden;
    hidden = hidden && c.refused; /* an empty list: the census says what it makes of it */
    if (!stream->every_time && !stream->tail) { /* a list of records: one that it did not show may be gone */
        s->census_spoiled = s->census_spoiled || c.gap || c.remarked || c.resumed || hidden;
        s->census_by_creation = s->census_by_creation || stream->by_creation; /* what was made since was also changed since */
        s->census_since = c.window.since;
        if (s->census_started == ALD_TIME_NONE || c.row.crawl_started < s->census_started)
            s->census_started = c.row.crawl_started;
    }
    return ALD_OK;
}

/* ---- --dry-run ---- */

static enum ald_rc dry_stream(struct ald_sync *s, const struct ald_stream *stream, const char **ret,
                              struct ald_err *err)
{
    if (stream->parent) {
        int64_t n = 0;
        ALD_TRY(ald_sync_todo_n(s, stream->name, &n, err));
        *ret = ald_sprintf(s->arena, "%s: details of %lld records that are outstanding, and of each that %s changes",
                           stream->name, (long long)n, stream->parent);
        return ALD_OK;
    }
    ALD_CLEANUP(crawl_done) struct crawl c = {0};
    ALD_TRY(crawl_begin(s, stream, &c, err));
    if (s->connector->type.is_file) {
        struct ald_http_req req = {.page_size = c.size.full, .window = c.window};
        ALD_TRY(stream->request(s->arena, s->cfg, &req, err));
        *ret =
            ald_sprintf(s->arena, "%s: %s, if it has changed", stream->name, req.file_path ? req.file_path : "no file");
        return ALD_OK;
    }
    if (c.resumed)
        *ret = ald_sprintf(s->arena, "%s: goes on with an interrupted read at %s (%s)", stream->name, c.row.cursor.data,
                           ald_sync_window_text(s->arena, &c.window));
    else
        *ret =
            ald_sprintf(s->arena, "%s: %s, %d a page", stream->name,
                        stream->every_time ? "the whole list" : ald_sync_window_text(s->arena, &c.window), c.size.full);
    return ALD_OK;
}

enum ald_rc ald_sync_dry_run(struct ald_sync *s, struct ald_err *err)
{
    const char *text = "";
    for (size_t i = 0; i < s->connector->streams_n; i++) {
        const struct ald_stream *stream = &s->connector->streams[i];
        const char *line = NULL;
        if (stream->wanted && !stream->wanted(s->cfg))
            continue;
        ALD_TRY(dry_stream(s, stream, &line, err));
        text = ald_sprintf(s->arena, "%s%s%s", text, *text ? "\n" : "", line);
    }
    s->out->dry_run = text;
    return ALD_OK;
}
