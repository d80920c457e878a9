/* A page into the store: rows, cursor, request log and findings in one transaction, so that a kill at any moment leaves
 * either all of a page or nothing of it. */
#include "sync_priv.h"

/** Pages of a list that share a transaction, and how large they may be together. */
#define LOT_PAGES 16
#define LOT_BYTES (4u << 20)

static enum ald_rc scalar(struct ald_sync *s, const char *name, const char *id, const char *subject, int64_t *ret,
                          struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, name, &q, err));
    int i = 1;
    if (id)
        ald_q_text(q, i++, id);
    ald_q_text(q, i++, s->cfg->name);
    ald_q_text(q, i, subject);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

enum ald_rc ald_sync_finding_drop(struct ald_sync *s, const char *id, const char *subject, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_finding_drop", &q, err));
    ald_q_text(q, 1, id);
    ald_q_text(q, 2, s->cfg->name);
    ald_q_text(q, 3, subject);
    return ald_q_run(q, err);
}

/** While pages come, repairs are added up; at the end the elements that hold them are counted, so that the figure does
 * not depend on how often a page was read. */
static enum ald_rc note_repairs(struct ald_sync *s, const char *stream, size_t repairs, bool last, struct ald_err *err)
{
    static const char id[] = "repaired_text";
    int64_t n = 0;
    if (repairs == 0 && !last)
        return ALD_OK;
    ALD_TRY(scalar(s, "sync_finding_n", id, stream, &n, err));
    if (repairs == 0 && n == 0)
        return ALD_OK;
    n += (int64_t)repairs;
    if (last)
        ALD_TRY(scalar(s, "sync_repaired_n", NULL, stream, &n, err));
    if (n == 0)
        return ald_sync_finding_drop(s, id, stream, err);
    return ald_finding_set(s->store, id, s->cfg->name, stream,
                           "bytes that are no text were replaced by U+FFFD in elements of this stream", n, "info", err);
}

static enum ald_rc note_limits(struct ald_sync *s, const char *stream, const struct ald_sync_page *page,
                               const struct ald_sync_landing *landing, struct ald_err *err)
{
    if (page->refused)
        return ald_finding_set(s->store, "stream_refused", s->cfg->name, stream,
                               s->replay && page->res.status == 0
                                   ? "the recording holds nothing of this stream"
                                   : ald_sprintf(page->arena, "the source does not give this stream to these credentials (status %ld)",
                                                 page->res.status),
                               1, "info", err);
    if (page->next.remark)
        return ald_finding_set(s->store, "source_limit", s->cfg->name, stream, page->next.remark, 1, "info", err);
    if (!landing->last)
        return ALD_OK;
    if (!landing->remarked)
        ALD_TRY(ald_sync_finding_drop(s, "source_limit", stream, err));
    return ald_sync_finding_drop(s, "stream_refused", stream, err);
}

static enum ald_rc add_fetch(struct ald_sync *s, const char *stream, const struct ald_sync_page *page,
                             struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_fetch_add", &q, err));
    if (s->opts->run_id)
        ald_q_int(q, 1, s->opts->run_id);
    ald_q_text(q, 2, s->cfg->name);
    ald_q_text(q, 3, stream);
    ald_q_time(q, 4, page->at);
    ald_q_text(q, 5, page->request ? page->request : "");
    ald_q_int(q, 6, page->res.status);
    ald_q_int(q, 7, (int64_t)page->rows.n);
    ald_q_int(q, 8, (int64_t)page->bytes);
    ald_q_int(q, 9, page->ms);
    return ald_q_run(q, err);
}

static enum ald_rc sweep(struct ald_sync *s, const char *stream, const struct ald_sync_landing *landing,
                         struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_quarantine_sweep", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    ald_q_time(q, 3, landing->sweep_before);
    ald_q_text(q, 4, landing->sweep);
    return ald_q_run(q, err);
}

/** Detail streams with requests still to make are marked incomplete at once, not when they come to be read. */
static enum ald_rc mark_todo(struct ald_sync *s, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_todo_mark", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, "detail requests are still to be made");
    return ald_q_run(q, err);
}

/* Rows that a statement changed come once all are changed, and until the last one came each statement beside it costs as much as they are
 * many: what they are is noted afterwards. */
enum ald_rc ald_sync_note_changed(struct ald_sync *s, struct ald_q *q, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    int64_t *records = NULL;
    size_t n = 0, cap = 0;
    for (bool row = true;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        records = ald_grow(arena, records, n, &cap, sizeof *records);
        records[n++] = ald_q_col_int(q, 0);
    }
    for (size_t i = 0; i < n; i++)
        ALD_TRY(ald_store_note_changed(s->store, records[i], err));
    return n > 0 ? ald_store_touch_noted(s->store, err) : ALD_OK;
}

/** Gives records of the source, often all of them, the stream's bits of a timeline: nothing is held of those that change. from: where both
 *  statements begin. */
static enum ald_rc add_timelines(struct ald_sync *s, const struct ald_stream *stream, const char *note, const char *add, int64_t from,
                                 struct ald_err *err)
{
    const char *const steps[] = {note, add};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(s->store, steps[i], &q, err));
        ald_q_text(q, 1, s->cfg->name);
        ald_q_int(q, 2, stream->holds);
        ald_q_int(q, 3, from);
        ALD_TRY(ald_q_run(q, err));
    }
    return ald_store_changes(s->store) > 0 ? ald_store_touch_noted(s->store, err) : ALD_OK;
}

/** Records are never deleted, and bits of a timeline only added: of those that were there when such a list was last read from its beginning
 *  every one has them. */
static enum ald_rc timelines_whole(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    const char *key = ald_sprintf(s->arena, "timelines/%s/%u", s->cfg->name, stream->holds);
    int64_t last = 0;
    ALD_TRY(ald_sync_meta(s, key, 0, &last, err));
    ALD_TRY(add_timelines(s, stream, "sync_timeline_behind_note", "sync_timeline_behind", last, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *put = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_timeline_last", &put, err));
    ald_q_text(put, 1, key);
    return ald_q_run(put, err);
}

/** A list of events is whole: when it was read to its end, the timeline of every record made since was read, also that of
 * one without events. */
static enum ald_rc timelines_read(struct ald_sync *s, const struct ald_stream *stream, int64_t since,
                                  struct ald_err *err)
{
    return since == ALD_TIME_NONE ? timelines_whole(s, stream, err)
                                  : add_timelines(s, stream, "sync_timeline_all_note", "sync_timeline_all", since, err);
}

static enum ald_rc land(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                        const struct ald_sync_landing *landing, struct ald_err *err)
{
    s->land.now = page->at;
    s->land.replace = landing->replace;
    s->land.texts = false;
    const int64_t todos = s->land.todos;
    ALD_TRY(ald_land_page(&s->land, stream->name, &page->rows, &page->people, err));
    for (size_t i = 0; i < page->bad_n; i++)
        ALD_TRY(ald_land_quarantine(&s->land, stream->name, page->bad[i].element, page->bad[i].reason, "", err));
    ALD_TRY(ald_sync_names_save(s, stream, page, err));
    ALD_TRY(note_repairs(s, stream->name, page->repairs, landing->last, err));
    ALD_TRY(note_limits(s, stream->name, page, landing, err));
    if (landing->done_subjects)
        ALD_TRY(ald_land_details_done(&s->land, stream, landing->done_subjects, landing->done_subjects_n,
                                      landing->done_between && s->land.todos == todos, err));
    if (landing->cursor)
        ALD_TRY(ald_sync_cursor_save(s, stream->name, landing->cursor, err));
    if (landing->sweep)
        ALD_TRY(sweep(s, stream->name, landing, err));
    if (landing->sweep && s->connector->type.is_file && !ald_source_opt(s->cfg, "one_run"))
        ALD_TRY(ald_land_said_sweep(&s->land, stream->name, landing->sweep_before, err));
    if (landing->read_whole && stream->says && stream->every_time)
        ALD_TRY(ald_land_said_list(&s->land, stream->name, landing->list_began, err));
    if (landing->read_whole && stream->holds && !stream->parent)
        ALD_TRY(timelines_read(s, stream, landing->read_since, err));
    if (!stream->parent)
        ALD_TRY(mark_todo(s, err));
    return add_fetch(s, stream->name, page, err);
}

enum ald_rc ald_sync_land_within(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                                 const struct ald_sync_landing *landing, struct ald_err *err)
{
    ALD_TRY(land(s, stream, page, landing, err));
    s->out->pages++;
    s->out->records_new = s->land.records_new;
    s->out->records_changed = s->land.records_changed;
    s->out->events_new = s->land.events_new;
    s->out->quarantined_new = s->land.quarantined_new;
    s->out->said_new = s->land.said_new;
    s->stream_pages++;
    s->stream_rows += (int64_t)page->rows.n;
    if (page->next.total > 0 && !stream->parent)
        s->stream_total = page->next.total;
    if (ald_log_shows(s->opts->log, ALD_LOG_DEBUG))
        ald_log_kv(s->opts->log, ALD_LOG_DEBUG, "page", "source", s->cfg->name, "stream", stream->name, "rows",
                   ald_sprintf(page->arena, "%zu", page->rows.n), "ms",
                   ald_sprintf(page->arena, "%lld", (long long)page->ms), "request", page->request ? page->request : "",
                   NULL);
    ald_sync_progress(s, NULL);
    return ALD_OK;
}

/** What a step of a lot has come to; with a failure all of the lot is undone. */
static enum ald_rc of_lot(struct ald_sync *s, struct ald_sync_lot *lot, enum ald_rc rc)
{
    if (rc == ALD_OK)
        return ALD_OK;
    ald_store_rollback(s->store);
    *lot = (struct ald_sync_lot){.open = false};
    s->fatal = true;
    return rc;
}

enum ald_rc ald_sync_lot_land(struct ald_sync *s, struct ald_sync_lot *lot, const struct ald_stream *stream, const struct ald_sync_page *page,
                              const struct ald_sync_landing *landing, struct ald_err *err)
{
    if (!lot->open)
        ALD_TRY(of_lot(s, lot, ald_store_begin(s->store, err)));
    lot->open = true;
    lot->pages++;
    lot->bytes += page->bytes;
    return of_lot(s, lot, ald_sync_land_within(s, stream, page, landing, err));
}

bool ald_sync_lot_full(const struct ald_sync_lot *lot)
{
    return lot->pages >= LOT_PAGES || lot->bytes >= LOT_BYTES;
}

enum ald_rc ald_sync_lot_settle(struct ald_sync *s, struct ald_sync_lot *lot, struct ald_err *err)
{
    if (lot->open)
        ALD_TRY(of_lot(s, lot, ald_store_commit(s->store, err)));
    *lot = (struct ald_sync_lot){.open = false};
    return ALD_OK;
}

void ald_sync_progress(struct ald_sync *s, const char *note)
{
    if (!s->opts->progress)
        return;
    const struct ald_progress_event event = {.source = s->cfg->name,
                                             .stream = s->stream ? s->stream->name : "",
                                             .source_i = s->source_i,
                                             .sources_n = s->opts->sources_n,
                                             .pages = s->stream_pages,
                                             .rows = s->stream_rows,
                                             .done = s->stream && s->stream->parent ? s->stream_done : s->stream_rows,
                                             .total = s->stream_total,
                                             .note = note};
    s->opts->progress(s->opts->progress_ctx, &event);
}
