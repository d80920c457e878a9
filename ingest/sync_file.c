/* File sources. A file that has not changed is not read; one that has is read whole, a page at a time, of which the next is read while the
 * one before it is stored. */
#include "sync_priv.h"

#include <string.h>

#include "sync_reader.h"

#define LINES_DEFAULT 1000

/** A file under way. */
struct whole {
    const struct ald_stream *stream;
    struct ald_sync_reader reader;
    struct ald_sync_cursor *row;
    int lines; /* of a page */
    struct ald_window window;
    struct ald_sync_turns turns;
};

static void whole_done(struct whole *w)
{
    ald_sync_turns_done(&w->turns); /* which may still read */
    ald_sync_reader_done(&w->reader);
}

/** The next page. */
static enum ald_rc fetch(void *ctx, struct ald_sync_page *page, struct ald_err *err)
{
    struct whole *w = ctx;
    struct ald_sync *s = w->turns.s;
    page->req.window = w->window;
    ALD_TRY(w->stream->request(page->arena, s->cfg, &page->req, err));
    page->at = s->clock.now_ms(s->clock.ctx);
    page->request = w->reader.path;
    ALD_TRY(ald_sync_reader_fill(&w->reader, w->lines, page, err));
    ALD_TRY(ald_sync_page_read(s, w->stream, page, err));
    page->ms = s->clock.now_ms(s->clock.ctx) - page->at;
    return ALD_OK;
}

/** One page, landed; the one after it is read meanwhile. */
static enum ald_rc file_page(struct whole *w, bool *ret_last, struct ald_err *err)
{
    struct ald_sync *s = w->turns.s;
    struct ald_sync_cursor *row = w->row;
    const struct ald_sync_page *page;
    ALD_TRY(ald_sync_turns_next(&w->turns, fetch, w, &page, err));
    *ret_last = page->res.next_offset < 0;
    if (*ret_last) {
        row->complete = true;
        row->gap = NULL;
        row->completed_at = page->at;
        row->fingerprint = ald_strdup(s->arena, w->reader.fingerprint);
    } else {
        ald_sync_turns_ahead(&w->turns, fetch, w);
    }
    const struct ald_sync_landing landing = {.cursor = *ret_last && !s->temporary ? row : NULL,
                                             .last = *ret_last,
                                             .read_whole = *ret_last,
                                             .read_since = ALD_TIME_NONE,
                                             .sweep = *ret_last && !s->temporary ? "" : NULL,
                                             .sweep_before = row->crawl_started};
    return ald_sync_lot_land(s, &w->turns.lot, w->stream, page, &landing, err);
}

static enum ald_rc read_whole(struct ald_sync *s, const struct ald_stream *stream, const char *path, bool csv,
                              struct ald_sync_cursor *row, struct ald_err *err)
{
    ALD_CLEANUP(whole_done)
    struct whole w = {.stream = stream, .row = row, .lines = s->cfg->page_size > 0 ? s->cfg->page_size : LINES_DEFAULT, .turns = {.s = s}};
    w.window = (struct ald_window){.since = s->opts->since, .until = s->opts->until, .first = row->completed_at == ALD_TIME_NONE};
    ALD_TRY(ald_sync_reader_open(s, path, &w.reader, err));
    if (csv)
        ALD_TRY(ald_sync_reader_header(s, stream, &w.reader, err));
    row->crawl_started = s->clock.now_ms(s->clock.ctx);
    for (bool last = false; !last;) {
        enum ald_rc rc = file_page(&w, &last, err);
        const bool stop = rc == ALD_OK && !last && ald_sync_stopped(s);
        if (rc != ALD_OK || last || stop) /* also what came before a failure */
            rc = ald_sync_turns_settle(&w.turns, rc, err);
        ALD_TRY(rc);
        if (stop)
            return ald_fail(err, ALD_ERR_STOPPED, "stopped");
    }
    return ALD_OK;
}

/** Whether the file is as it was when it was read last, so that nothing of it need be read. */
static enum ald_rc is_unchanged(struct ald_sync *s, const char *path, const struct ald_sync_cursor *row, bool *ret, struct ald_err *err)
{
    char now[33];
    *ret = row->complete && row->fingerprint && !s->file_read && !s->opts->full && !s->temporary;
    if (!*ret)
        return ALD_OK;
    ald_gate_leave(s); /* it may be large */
    enum ald_rc rc = ald_sync_reader_fingerprint(s, path, now, err);
    ald_gate_enter(s);
    ALD_TRY(rc);
    *ret = strcmp(row->fingerprint, now) == 0;
    return ALD_OK;
}

enum ald_rc ald_sync_file(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    struct ald_http_req req = {.window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE}};
    ALD_TRY(stream->request(s->arena, s->cfg, &req, err));
    if (!req.file_path)
        return ald_fail(err, ALD_ERR_CONFIG, "path: no file is given");
    ALD_CLEANUP(ald_sync_cursor_done) struct ald_sync_cursor row = {0};
    ALD_TRY(ald_sync_cursor_load(s, stream->name, &row, err));
    bool unchanged = false;
    ALD_TRY(is_unchanged(s, req.file_path, &row, &unchanged, err));
    if (unchanged)
        return ALD_OK;
    s->file_read = true;
    ALD_TRY(read_whole(s, stream, req.file_path, req.csv, &row, err));
    if (!stream->every_time && (s->census_started == ALD_TIME_NONE || row.crawl_started < s->census_started))
        s->census_started = row.crawl_started;
    return ALD_OK;
}

enum ald_rc ald_sync_file_first(struct ald_sync *s, const struct ald_stream *stream, int lines, struct ald_sync_page *page, struct ald_err *err)
{
    ALD_CLEANUP(ald_sync_reader_done) struct ald_sync_reader r = {0};
    ALD_TRY(stream->request(page->arena, s->cfg, &page->req, err));
    ALD_TRY(ald_sync_reader_open(s, page->req.file_path, &r, err));
    if (page->req.csv)
        ALD_TRY(ald_sync_reader_header(s, stream, &r, err));
    ALD_TRY(ald_sync_reader_fill(&r, lines, page, err));
    return ald_sync_page_read(s, stream, page, err);
}
