/* Detail requests: subjects that pages of a parent stream left in table todo, asked for in batches. The pages that came meanwhile
 * land together; a subject leaves todo in the transaction of its batch's last page, so a kill makes some be asked for again
 * and none be forgotten. */
#include "sync_priv.h"

#include <string.h>

#include "alidade/limits.h"

struct details {
    const struct ald_stream *stream;
    size_t outages;       /* failures of the connection in a row */
    size_t failed;        /* subjects in a row, each for itself */
    const char **again;   /* subjects of a batch that are to be asked for each alone */
    const char **again_statuses;
    size_t again_n, again_cap, again_statuses_cap;
    int64_t todos;        /* requests noted until its own were listed: none since, so that a list holds all of them */
    bool open;            /* a transaction in which answers land */
    bool answered;        /* some subject was, so that the stream is given: who is refused later is so for itself */
    bool refused;         /* an optional stream that is not given */
    bool ended;           /* asking on makes no sense in this run */
    struct ald_err first; /* failure */
};

/** Failures of the connection in a row after which the rest is left for the next run. */
#define OUTAGES_MAX 2
/** Subjects in a row that fail each for itself, after which it is not the subjects' fault. */
#define FAILED_MAX 10

/** What is known of a subject of a batch. */
enum told { NOTHING, SOME, NOT_ALL };

/** Notes of which subjects a page holds elements, and which it says are not whole. */
static void note_told(const struct ald_rows *rows, const char *const *subjects, size_t n, enum told *told)
{
    size_t k = 0; /* elements of one subject stand together */
    if (n < 2)
        return;
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

/* ---- Answers into the store ---- */

static enum ald_rc lost(struct ald_sync *s, struct details *d, enum ald_rc rc)
{
    ald_store_rollback(s->store);
    d->open = false;
    s->fatal = true;
    return rc;
}

/** Ends the transaction of the answers that landed. */
static enum ald_rc settle(struct ald_sync *s, struct details *d, struct ald_err *err)
{
    if (!d->open)
        return ALD_OK;
    enum ald_rc rc = ald_store_commit(s->store, err);
    if (rc != ALD_OK)
        return lost(s, d, rc);
    d->open = false;
    return ALD_OK;
}

/** The next answer. The gate may be left meanwhile, and nobody leaves it with a transaction open. */
static enum ald_rc next_answer(struct ald_sync *s, struct details *d, struct ald_sync_answers *answers, struct ald_sync_answer **ret,
                               struct ald_err *err)
{
    if (!ald_sync_answers_at_hand(answers))
        ALD_TRY(settle(s, d, err));
    *ret = ald_sync_answers_take(answers);
    return ALD_OK;
}

static enum ald_rc land(struct ald_sync *s, struct details *d, const struct ald_sync_page *page, const struct ald_sync_landing *landing,
                        struct ald_err *err)
{
    if (!d->open) {
        enum ald_rc rc = ald_store_begin(s->store, err);
        if (rc != ALD_OK)
            return lost(s, d, rc);
        d->open = true;
    }
    enum ald_rc rc = ald_sync_land_within(s, d->stream, page, landing, err);
    return rc == ALD_OK ? ALD_OK : lost(s, d, rc);
}

static void ask_again(struct ald_sync *s, struct details *d, const char *subject, const char *status)
{
    d->again = ald_grow(s->arena, d->again, d->again_n, &d->again_cap, sizeof *d->again);
    d->again_statuses = ald_grow(s->arena, d->again_statuses, d->again_n, &d->again_statuses_cap, sizeof *d->again_statuses);
    d->again[d->again_n] = subject;
    d->again_statuses[d->again_n++] = status;
}

/** Some consecutive subjects, and how they are read. */
struct batch {
    struct ald_sync_answers *answers;
    const char *const *subjects, *const *statuses;
    size_t n;
};

static enum ald_rc land_answer(struct ald_sync *s, struct details *d, const struct batch *b, const struct ald_sync_answer *answer,
                               enum told *told, bool *begun, struct ald_err *err)
{
    const struct ald_sync_page *page = &answer->page;
    bool last = answer->last && !d->refused;
    bool first = !*begun && !page->next.preface && !d->refused;
    *begun = *begun || first;
    if (d->stream->asks_again_alone)
        note_told(&page->rows, b->subjects, b->n, told);
    size_t done_n = 0;
    const char **done = ald_alloc(page->arena, b->n * sizeof *done);
    for (size_t i = 0; last && i < b->n; i++)
        if (!alone(d, b->n, told[i]))
            done[done_n++] = b->subjects[i];
        else
            ask_again(s, d, b->subjects[i], b->statuses[i]);
    s->stream_done += (int64_t)done_n;
    const struct ald_sync_landing landing = {.replace = d->stream->whole && first ? b->subjects[0] : NULL,
                                             .done_subjects = last ? done : NULL,
                                             .done_subjects_n = done_n,
                                             .done_between = done_n == b->n && b->n > 1 && !d->stream->of_record && s->land.todos == d->todos};
    return land(s, d, page, &landing, err);
}

/** Whether a refusal is of the whole stream: the first answer of this run, to subjects that never failed for themselves. Of a
 * single subject that is not found nothing follows for others. *ret: it is. */
static enum ald_rc is_of_stream(struct ald_sync *s, const struct details *d, const struct batch *b, long status, bool *ret, struct ald_err *err)
{
    int64_t attempts = 0;
    *ret = status == 0; /* a recording that has nothing of the stream */
    if (*ret || d->answered || (b->n == 1 && (status == 404 || status == 410)))
        return ALD_OK;
    ALD_TRY(ald_sync_todo_attempts(s, d->stream->name, b->subjects[0], &attempts, err));
    *ret = attempts == 0;
    return ALD_OK;
}

/** All pages of one batch. *ret_status: of the last answer, 0 when there was none. told: of each subject. */
static enum ald_rc batch_pages(struct ald_sync *s, struct details *d, const struct batch *b, enum told *told, long *ret_status,
                               struct ald_err *err)
{
    for (bool begun = false;;) {
        struct ald_sync_answer *answer = NULL;
        ALD_TRY(next_answer(s, d, b->answers, &answer, err));
        const struct ald_sync_page *page = &answer->page;
        *ret_status = page->res.status;
        if (answer->rc != ALD_OK) {
            if (err)
                *err = answer->err;
            return answer->rc;
        }
        if (page->refused)
            ALD_TRY(is_of_stream(s, d, b, page->res.status, &d->refused, err));
        if (page->refused && !d->refused)
            return ald_fail(err, ALD_ERR_NET, "status %ld", page->res.status);
        ALD_TRY(land_answer(s, d, b, answer, told, &begun, err));
        d->answered = d->answered || !d->refused;
        if (answer->last || d->refused)
            return ALD_OK;
    }
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
    ALD_TRY(ald_sync_todo_attempts(s, stream, subject, &attempts, err));
    ALD_TRY(ald_store_begin(s->store, err));
    if ((status == 404 || status == 410) && attempts > 0 && !s->lists_untold) {
        ALD_TRY(ald_sync_todo_run(s, "sync_todo_drop", stream, subject, NULL, err));
        if (d->stream->tells_gone)
            ALD_TRY(record_gone(s, subject, err));
        else
            ALD_TRY(ald_finding_set(s->store, "details_gone", s->cfg->name, subject,
                                    "the source no longer has details of this record", 1, "info", err));
    } else {
        ALD_TRY(ald_sync_todo_run(s, "sync_todo_failed", stream, subject, why->msg, err));
    }
    return ald_store_commit(s->store, err);
}

static enum ald_rc batch(struct ald_sync *s, struct details *d, const struct batch *b, struct ald_err *err);

/** Each batch of some subjects, one after the other. */
static enum ald_rc batches(struct ald_sync *s, struct details *d, const char *const *subjects, const char *const *statuses, size_t subjects_n,
                           size_t batch_n, struct ald_err *err)
{
    struct ald_sync_answers *answers = ald_sync_answers_new(s, d->stream, subjects, statuses, subjects_n, batch_n);
    enum ald_rc rc = ALD_OK;
    for (size_t i = 0, n; rc == ALD_OK && i < subjects_n && !d->refused && !d->ended; i += n) {
        n = subjects_n - i < batch_n ? subjects_n - i : batch_n;
        const struct batch b = {.answers = answers, .subjects = subjects + i, .statuses = statuses + i, .n = n};
        rc = i > 0 && ald_sync_stopped(s) ? ald_fail(err, ALD_ERR_STOPPED, "stopped") : batch(s, d, &b, err);
    }
    struct ald_err why = {0};
    if (!s->fatal && settle(s, d, &why) != ALD_OK) { /* also what came before a failure */
        rc = why.rc;
        if (err)
            *err = why;
    }
    ald_sync_answers_done(answers);
    return rc;
}

/** A batch that failed: its halves where they may fare better, else its subjects are kept for the next run. */
static enum ald_rc batch_failed(struct ald_sync *s, struct details *d, const struct batch *b, long status, const struct ald_err *why,
                                struct ald_err *err)
{
    enum ald_rc rc = why->rc;
    bool answered = rc != ALD_ERR_NET || (status >= 400 && status < 500);
    bool denied = !d->answered && (status == 402 || status == 403); /* all of them would be */
    if (answered && b->n > 1 && !denied)
        return batches(s, d, b->subjects, b->statuses, b->n, (b->n + 1) / 2, err);
    if (d->first.rc == ALD_OK) /* halves may have mended what their whole could not */
        d->first = *why;
    d->outages = answered ? 0 : d->outages + 1;
    d->failed = answered ? d->failed + 1 : 0;
    d->ended = d->outages >= OUTAGES_MAX || d->failed >= FAILED_MAX || denied;
    for (size_t i = 0; i < b->n; i++) {
        rc = subject_failed(s, d, b->subjects[i], status, why, err);
        if (rc != ALD_OK)
            return lost(s, d, rc);
    }
    return ALD_OK;
}

/** Subjects of a batch of which its answer did not tell all. */
static enum ald_rc each_alone(struct ald_sync *s, struct details *d, const struct batch *b, struct ald_err *err)
{
    const size_t n = d->again_n;
    d->again_n = 0;
    ALD_TRY(settle(s, d, err));
    if (n > 0)
        ALD_TRY(batches(s, d, d->again, d->again_statuses, n, 1, err));
    if (!d->ended && !d->refused)
        ald_sync_answers_go_on(b->answers);
    return ALD_OK;
}

/** A batch; when its answer cannot be used, its halves, down to the subject at fault. */
static enum ald_rc batch(struct ald_sync *s, struct details *d, const struct batch *b, struct ald_err *err)
{
    struct ald_err why = {0};
    long status = 0;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    enum told *told = ald_calloc(arena, b->n, sizeof *told);
    enum ald_rc rc = batch_pages(s, d, b, told, &status, &why);
    if (rc == ALD_OK) {
        d->outages = d->failed = 0;
        return d->refused || !ald_sync_answers_pause(d->stream, b->n) ? ALD_OK : each_alone(s, d, b, err);
    }
    if (s->fatal || rc == ALD_ERR_AUTH || rc == ALD_ERR_STOPPED || rc == ALD_ERR_CONFIG || rc == ALD_ERR_DB) {
        if (err)
            *err = why;
        return rc;
    }
    ALD_TRY(settle(s, d, err));
    ALD_TRY(batch_failed(s, d, b, status, &why, err));
    if (!d->ended)
        ald_sync_answers_go_on(b->answers);
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
    struct ald_sync_todo todo = {0};
    enum ald_rc rc = ald_sync_todo_load(s, stream, &todo, err);
    if (rc != ALD_OK) {
        s->fatal = true;
        return rc;
    }
    d.todos = s->land.todos;
    bool batched = stream->subjects_max > 1 && (!stream->batched || stream->batched(s->cfg));
    size_t batch_n = batched ? (size_t)stream->subjects_max : 1;
    s->stream_total = (int64_t)todo.n;
    ALD_TRY(batches(s, &d, todo.subjects, todo.statuses, todo.n, batch_n, err));
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
