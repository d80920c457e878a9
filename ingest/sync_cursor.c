/* How far each stream was read: the row of table cursor, and the window of the next crawl; and numbers that runs note. */
#include "sync_priv.h"

#include <stdio.h>
#include <string.h>

#include "cursor.h"

#define CURSOR_MAX_BYTES (1u << 16)

enum ald_rc ald_sync_meta(struct ald_sync *s, const char *key, int64_t none, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "store_meta", &q, err));
    ald_q_text(q, 1, key);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row && !ald_q_col_null(q, 0) ? ald_q_col_int(q, 0) : none;
    return ALD_OK;
}

enum ald_rc ald_sync_cursor_load(struct ald_sync *s, const char *stream, struct ald_sync_cursor *ret,
                                 struct ald_err *err)
{
    ald_buf_init(&ret->cursor, CURSOR_MAX_BYTES);
    ret->crawl_since = ret->crawl_until = ret->crawl_high = ret->crawl_started = ALD_TIME_NONE;
    ret->high_water = ret->completed_at = ALD_TIME_NONE;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_cursor_get", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ALD_OK;
    ret->exists = true;
    if (!ald_q_col_null(q, 0))
        ALD_TRY(ald_buf_adds(&ret->cursor, ald_q_col_text(q, 0), err));
    ret->crawl_since = ald_q_col_time(q, 1);
    ret->crawl_until = ald_q_col_time(q, 2);
    ret->crawl_high = ald_q_col_time(q, 3);
    ret->crawl_started = ald_q_col_time(q, 4);
    ret->high_water = ald_q_col_time(q, 5);
    ret->completed_at = ald_q_col_time(q, 6);
    ret->complete = ald_q_col_int(q, 7) != 0;
    ret->gap = ald_strdup(s->arena, ald_q_col_text(q, 8));
    ret->fingerprint = ald_strdup(s->arena, ald_q_col_text(q, 9));
    return ALD_OK;
}

void ald_sync_cursor_done(struct ald_sync_cursor *row)
{
    ald_buf_done(&row->cursor);
}

enum ald_rc ald_sync_cursor_save(struct ald_sync *s, const char *stream, const struct ald_sync_cursor *row,
                                 struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_cursor_put", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    ald_q_text(q, 3, row->cursor.len ? row->cursor.data : NULL);
    ald_q_time(q, 4, row->crawl_since);
    ald_q_time(q, 5, row->crawl_until);
    ald_q_time(q, 6, row->crawl_high);
    ald_q_time(q, 7, row->crawl_started);
    ald_q_time(q, 8, row->high_water);
    ald_q_time(q, 9, row->completed_at);
    ald_q_int(q, 10, row->complete);
    ald_q_text(q, 11, row->gap);
    ald_q_text(q, 12, row->fingerprint);
    return ald_q_run(q, err);
}

static enum ald_rc put_gap(struct ald_sync *s, const char *stream, const char *why, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_cursor_gap", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    ald_q_text(q, 3, why);
    return ald_q_run(q, err);
}

void ald_sync_note_gap(struct ald_sync *s, const char *stream, const char *why)
{
    s->out->gap = true;
    struct ald_err said = {0};
    if (s->out->message[0])
        return;
    (void)ald_fail(&said, ALD_ERR_FORMAT, "source '%s': %s: %s", s->cfg->name, stream, why);
    (void)snprintf(s->out->message, sizeof s->out->message, "%s", said.msg);
}

enum ald_rc ald_sync_gap(struct ald_sync *s, const char *stream, const char *why, struct ald_err *err)
{
    ald_sync_note_gap(s, stream, why);
    if (s->temporary)
        return ALD_OK;
    enum ald_rc rc = put_gap(s, stream, why, err);
    s->fatal = s->fatal || rc != ALD_OK;
    return rc;
}

static enum ald_rc oldest_open(struct ald_sync *s, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_oldest_open", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_time(q, 0) : ALD_TIME_NONE;
    return ALD_OK;
}

/** What the configuration asks this source for: from when, and with which keys (a filter, a page). */
static const char *scope(const struct ald_sync *s, char ret[64])
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    char digits[33];
    ald_buf_init(&text, CURSOR_MAX_BYTES);
    ret[0] = '\0';
    if (s->replay && ald_buf_addf(&text, NULL, "replay=%s\n", ald_recording_contents(s->replay)) != ALD_OK)
        return ret;
    for (size_t i = 0; i < s->cfg->opts_n + s->cfg->fields_n; i++) {
        const struct ald_source_opt *o = i < s->cfg->opts_n ? &s->cfg->opts[i] : &s->cfg->fields[i - s->cfg->opts_n];
        if (ald_buf_addf(&text, NULL, "%s=%s\n", o->key, o->value) != ALD_OK)
            break; /* beyond 64 KiB of keys the rest does not count */
    }
    ald_fingerprint(text.data, text.len, digits);
    (void)snprintf(ret, 64, "%lld %s", (long long)s->cfg->since, digits);
    return ret;
}

void ald_sync_scope_read(struct ald_sync *s, struct ald_sync_cursor *row)
{
    char now[64];
    row->fingerprint = ald_strdup(s->arena, scope(s, now));
}

bool ald_sync_scope_is(const struct ald_sync *s, const struct ald_sync_cursor *row)
{
    char now[64];
    return row->fingerprint && strcmp(row->fingerprint, scope(s, now)) == 0;
}

/** True when the configuration asks for more than what was last read to the end: an earlier `since`, or other keys. */
static bool asks_for_more(const struct ald_sync *s, const struct ald_sync_cursor *row)
{
    char now[64];
    const char *read = row->fingerprint, *keys = strchr(scope(s, now), ' ');
    int64_t since = ALD_TIME_NONE;
    if (!read)
        return false;
    return !ald_cursor_digits(&read, INT64_MIN, INT64_MAX, &since) || s->cfg->since < since || !keys || strcmp(read, keys) != 0;
}

bool ald_sync_resumable(const struct ald_sync *s, const struct ald_sync_cursor *row)
{
    if (row->cursor.len == 0)
        return false;
    /* An unfinished first crawl knows only its own beginning; a later one may have begun before the configuration changed. */
    return row->fingerprint ? !asks_for_more(s, row) : row->high_water != ALD_TIME_NONE || row->crawl_since == s->cfg->since;
}

static enum ald_rc window(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_cursor *row,
                          struct ald_window *ret, struct ald_err *err)
{
    *ret =
        (struct ald_window){.since = ALD_TIME_NONE, .until = ALD_TIME_NONE, .first = row->high_water == ALD_TIME_NONE};
    if (stream->every_time)
        return ALD_OK;
    if (s->temporary) {
        ret->since = s->opts->since;
        ret->until = s->opts->until;
        return ALD_OK;
    }
    ret->since = s->cfg->since;
    if (s->opts->full || ret->first || asks_for_more(s, row) || (s->census_due && !stream->tail))
        return ALD_OK;
    int64_t overlap = s->cfg->overlap_ms >= 0 ? s->cfg->overlap_ms : stream->overlap_ms;
    int64_t since = row->high_water - overlap;
    if (stream->rescan_open) {
        int64_t opened = ALD_TIME_NONE;
        ALD_TRY(oldest_open(s, &opened, err));
        if (opened != ALD_TIME_NONE && opened < since)
            since = opened;
    }
    if (since > ret->since) /* ALD_TIME_NONE is before every time */
        ret->since = since;
    return ALD_OK;
}

enum ald_rc ald_sync_window(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_cursor *row,
                            struct ald_window *ret, struct ald_err *err)
{
    ALD_TRY(window(s, stream, row, ret, err));
    if (stream->bounded && ret->until == ALD_TIME_NONE)
        ret->until = s->clock.now_ms(s->clock.ctx);
    return ALD_OK;
}

const char *ald_sync_window_text(struct ald_arena *arena, const struct ald_window *window)
{
    char since[32], until[32];
    bool from = window->since != ALD_TIME_NONE, to = window->until != ALD_TIME_NONE;
    if (!from && !to)
        return "everything";
    if (from)
        (void)ald_time_format(window->since, since);
    if (to)
        (void)ald_time_format(window->until, until);
    return ald_sprintf(arena, "%s%s%s%s", from ? "from " : "", from ? since : "", to ? (from ? " to " : "up to ") : "",
                       to ? until : "");
}
