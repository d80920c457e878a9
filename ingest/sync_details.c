/* Detail requests: subjects that pages of a parent stream left in table todo, asked for in batches. Every page lands by
 * itself; a subject leaves todo in the transaction of its batch's last page, so a kill makes some be asked for again
 * and none be forgotten. */
#include "sync_priv.h"

#include <string.h>

#include "alidade/limits.h"

struct details {
    const struct ald_stream *stream;
    const char **subjects, **statuses; /* and of their records, or NULL */
    size_t n;
    size_t outages;       /* failures of the connection in a row */
    size_t failed;        /* subjects in a row, each for itself */
    bool refused;         /* an optional stream that is not given */
    bool ended;           /* asking on makes no sense in this run */
    struct ald_err first; /* failure */
};

/** Failures of the connection in a row after which the rest is left for the next run. */
#define OUTAGES_MAX 2
/** Subjects in a row that fail each for itself, after which it is not the subjects' fault. */
#define FAILED_MAX 10

enum ald_rc ald_sync_todo_n(struct ald_sync *s, const char *stream, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_todo_count", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

/** Every open record of the stream's kind whose state was not read in this run. */
static enum ald_rc ask_open_again(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_todo_open", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream->name);
    ald_q_time(q, 3, s->began);
    ald_q_text(q, 4, stream->as ? stream->as : stream->name);
    return ald_q_run(q, err);
}

/** Actions and reviews end long after their incident, which does not change with them. */
static enum ald_rc ask_unsettled_again(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_todo_unsettled", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream->name);
    return ald_q_run(q, err);
}

static enum ald_rc load(struct ald_sync *s, struct details *d, struct ald_err *err)
{
    if (d->stream->open_again && !s->temporary)
        ALD_TRY(ask_open_again(s, d->stream, err));
    if (d->stream->unsettled_again && !s->temporary)
        ALD_TRY(ask_unsettled_again(s, d->stream, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_todo_list", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, d->stream->name);
    ald_q_int(q, 3, d->stream->of_record);
    size_t cap = 0, statuses_cap = 0;
    for (;;) {
        bool row;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        d->subjects = ald_grow(s->arena, d->subjects, d->n, &cap, sizeof *d->subjects);
        d->statuses = ald_grow(s->arena, d->statuses, d->n, &statuses_cap, sizeof *d->statuses);
        const char *status = ald_q_col_text(q, 1);
        d->statuses[d->n] = status ? ald_strdup(s->arena, status) : NULL;
        d->subjects[d->n++] = ald_strdup(s->arena, ald_q_col_text(q, 0));
    }
}

static enum ald_rc todo_run(struct ald_sync *s, const char *name, const char *stream, const char *subject,
                            const char *why, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, name, &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    ald_q_text(q, 3, subject);
    if (why)
        ald_q_text(q, 4, why);
    return ald_q_run(q, err);
}

/** What is known of a subject of a batch. */
enum told { NOTHING, SOME, NOT_ALL };

/** Notes of which subjects a page holds elements, and which it says are not whole. */
static void note_told(const struct ald_rows *rows, const char *const *subjects, size_t n, enum told *told)
{
    size_t k = 0; /* elements of one subject stand together */
    for (size_t i = 0; i < rows->n; i++) {
        const char *id = rows->elements[i].id;
        size_t length = strcspn(id, "/");
        for (size_t tries = 0; tries < n && (strncmp(subjects[k], id, length) != 0 || subjects[k][length]); tries++)
            k = (k + 1) % n;
        if (strncmp(subjects[k], id, length) == 0 && !subjects[k][length] && told[k] == NOTHING)
            told[k] = SOME;
    }
    for (size_t i = 0; i < rows->alone_n; i++)
        for (k = 0; k < n; k++)
            if (strcmp(subjects[k], rows->alone[i]) == 0)
                told[k] = NOT_ALL;
}

static bool alone(const struct details *d, size_t n, enum told told)
{
    return d->stream->asks_again_alone && n > 1 && told != SOME;
}

/** All pages of one batch. *ret_status: of the last answer, 0 when there was none. told: of each subject. */
static enum ald_rc batch_pages(struct ald_sync *s, struct details *d, const char *const *subjects, size_t n, enum told *told,
                               long *ret_status, struct ald_err *err)
{
    struct ald_sync_size size = ald_sync_size_of(s);
    ALD_CLEANUP(ald_buf_done) struct ald_buf cursor;
    char before[33] = "", body[33] = "";
    ald_buf_init(&cursor, 1u << 16);
    bool begun = false;
    for (int64_t pages = 0; pages < ALD_MAX_PAGES; pages++) {
        ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
        ald_sync_page_init(&page);
        const struct ald_sync_ask ask = {.cursor = cursor.len ? cursor.data : NULL,
                                         .subjects = subjects,
                                         .statuses = d->statuses + (subjects - d->subjects),
                                         .subjects_n = n,
                                         .window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE, .first = true},
                                         .size = &size};
        enum ald_rc rc = ald_sync_page_get(s, d->stream, &ask, &page, err);
        *ret_status = page.res.status;
        if (rc != ALD_OK)
            return rc;
        d->refused = page.refused && (page.res.status == 0 || page.res.status == 400 || page.res.status == 402 || page.res.status == 403 || n > 1);
        if (page.refused && !d->refused)
            return ald_fail(err, ALD_ERR_NET, "status %ld", page.res.status);
        if (page.next.gap)
            return ald_fail(err, ALD_ERR_NET, "%s", page.next.gap);
        *body = '\0';
        if (page.rows.n > 0)
            ald_fingerprint(page.res.body, page.res.body_n, body);
        if (cursor.len && ((page.next.cursor && strcmp(page.next.cursor, cursor.data) == 0) || (*body && strcmp(body, before) == 0)))
            return ald_fail(err, ALD_ERR_NET, "the same page again instead of the next one");
        memcpy(before, body, sizeof before);
        ald_sync_size_read(&size);
        bool last = page.next.cursor == NULL && !d->refused;
        bool first = !begun && !page.next.preface && !d->refused;
        begun = begun || first;
        note_told(&page.rows, subjects, n, told);
        size_t done_n = 0;
        const char **done = ald_alloc(page.arena, n * sizeof *done);
        for (size_t i = 0; last && i < n; i++)
            if (!alone(d, n, told[i]))
                done[done_n++] = subjects[i];
        s->stream_done += (int64_t)done_n;
        const struct ald_sync_landing landing = {.replace = d->stream->whole && first ? subjects[0] : NULL,
                                                 .done_subjects = last ? done : NULL,
                                                 .done_subjects_n = done_n};
        ALD_TRY(ald_sync_land(s, d->stream, &page, &landing, err));
        if (last || d->refused)
            return ALD_OK;
        ald_buf_clear(&cursor);
        ALD_TRY(ald_buf_adds(&cursor, page.next.cursor, err));
    }
    return ald_fail(err, ALD_ERR_LIMIT, "more than %d pages of details", ALD_MAX_PAGES);
}

static enum ald_rc attempts_of(struct ald_sync *s, const char *stream, const char *subject, int64_t *ret,
                               struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_todo_attempts", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream);
    ald_q_text(q, 3, subject);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

static enum ald_rc record_gone(struct ald_sync *s, const char *subject, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_record_gone", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, subject);
    ald_q_time(q, 3, s->clock.now_ms(s->clock.ctx));
    ALD_TRY(ald_q_run(q, err));
    if (ald_store_changes(s->store) > 0)
        ALD_TRY(ald_store_touch(s->store, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *rest = NULL; /* details of what is not there */
    ALD_TRY(ald_q_open(s->store, "sync_todo_gone", &rest, err));
    ald_q_text(rest, 1, s->cfg->name);
    ald_q_text(rest, 2, subject);
    return ald_q_run(rest, err);
}

/** Keeps one subject for the next run, or forgets it when the source, which lets us in, has twice said that it does not exist. */
static enum ald_rc subject_failed(struct ald_sync *s, struct details *d, const char *subject, long status,
                                  const struct ald_err *why, struct ald_err *err)
{
    const char *stream = d->stream->name;
    int64_t attempts = 0;
    ALD_TRY(attempts_of(s, stream, subject, &attempts, err));
    ALD_TRY(ald_store_begin(s->store, err));
    if ((status == 404 || status == 410) && attempts > 0 && !s->lists_untold) {
        ALD_TRY(todo_run(s, "sync_todo_drop", stream, subject, NULL, err));
        if (d->stream->tells_gone)
            ALD_TRY(record_gone(s, subject, err));
        else
            ALD_TRY(ald_finding_set(s->store, "details_gone", s->cfg->name, subject,
                                    "the source no longer has details of this record", 1, "info", err));
    } else {
        ALD_TRY(todo_run(s, "sync_todo_failed", stream, subject, why->msg, err));
    }
    return ald_store_commit(s->store, err);
}

/** A batch; when its answer cannot be used, its halves, down to the subject at fault. */
static enum ald_rc batch(struct ald_sync *s, struct details *d, const char *const *subjects, size_t n,
                         struct ald_err *err)
{
    struct ald_err why = {0};
    long status = 0;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    enum told *told = ald_calloc(arena, n, sizeof *told);
    enum ald_rc rc = batch_pages(s, d, subjects, n, told, &status, &why);
    if (rc == ALD_OK) {
        d->outages = d->failed = 0;
        for (size_t i = 0; i < n && !d->refused && !d->ended; i++)
            if (alone(d, n, told[i]))
                ALD_TRY(batch(s, d, subjects + i, 1, err));
        return ALD_OK;
    }
    if (s->fatal || rc == ALD_ERR_AUTH || rc == ALD_ERR_STOPPED || rc == ALD_ERR_CONFIG || rc == ALD_ERR_DB) {
        if (err)
            *err = why;
        return rc;
    }
    bool answered = rc != ALD_ERR_NET || (status >= 400 && status < 500);
    if (answered && n > 1 && status != 402 && status != 403) {
        ALD_TRY(batch(s, d, subjects, n / 2, err));
        return d->ended ? ALD_OK : batch(s, d, subjects + n / 2, n - n / 2, err);
    }
    if (d->first.rc == ALD_OK) /* halves may have mended what their whole could not */
        d->first = why;
    d->outages = answered ? 0 : d->outages + 1;
    d->failed = answered ? d->failed + 1 : 0;
    d->ended = d->outages >= OUTAGES_MAX || d->failed >= FAILED_MAX || status == 402 || status == 403;
    for (size_t i = 0; i < n; i++) {
        rc = subject_failed(s, d, subjects[i], status, &why, err);
        if (rc != ALD_OK) {
            ald_store_rollback(s->store);
            s->fatal = true;
            return rc;
        }
    }
    return ALD_OK;
}

/** The cursor row of a detail stream says only whether something is outstanding. */
static enum ald_rc finish(struct ald_sync *s, const struct ald_stream *stream, const char *gap, struct ald_err *err)
{
    if (gap)
        return ald_sync_gap(s, stream->name, gap, err);
    ALD_CLEANUP(ald_sync_cursor_done) struct ald_sync_cursor row = {0};
    enum ald_rc rc = ald_sync_cursor_load(s, stream->name, &row, err);
    if (rc == ALD_OK && (row.exists || !s->temporary)) {
        row.complete = true;
        row.gap = NULL;
        row.completed_at = s->clock.now_ms(s->clock.ctx);
        rc = ald_sync_cursor_save(s, stream->name, &row, err);
    }
    s->fatal = s->fatal || rc != ALD_OK;
    return rc;
}

enum ald_rc ald_sync_details(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    struct details d = {.stream = stream};
    enum ald_rc rc = load(s, &d, err);
    if (rc != ALD_OK) {
        s->fatal = true;
        return rc;
    }
    bool batched = stream->subjects_max > 1 && (!stream->batched || stream->batched(s->cfg));
    size_t batch_n = batched ? (size_t)stream->subjects_max : 1;
    s->stream_total = (int64_t)d.n;
    for (size_t i = 0, n; i < d.n && !d.refused && !d.ended; i += n) {
        if (i > 0 && ald_sync_stopped(s))
            return ald_fail(err, ALD_ERR_STOPPED, "stopped");
        n = d.n - i < batch_n ? d.n - i : batch_n;
        ALD_TRY(batch(s, &d, d.subjects + i, n, err));
    }
    s->connection_lost = s->connection_lost && d.outages >= OUTAGES_MAX; /* other details would wait for it as long */
    int64_t outstanding = 0;
    if (!d.refused)
        ALD_TRY(ald_sync_todo_n(s, stream->name, &outstanding, err));
    const char *gap = NULL;
    if (outstanding > 0)
        gap = ald_sprintf(s->arena, "%lld detail request%s outstanding: %s", (long long)outstanding,
                          outstanding == 1 ? "" : "s",
                          d.first.rc != ALD_OK ? d.first.msg : "what they belong to could not be read");
    return finish(s, stream, gap, err);
}
