/* Detail requests: subjects that pages of a parent stream left in table todo, asked for in batches. Each batch is one question, with its
 * pages; answers that came meanwhile land together. A subject leaves todo in the transaction of its batch's last page, so a kill makes some
 * be asked for again and none be forgotten. A batch of which an answer cannot be used is cut in halves, down to the subject at fault; of
 * which an answer does not tell all, the rest is asked for one by one. */
#include "sync_details.h"

#include <string.h>

#include "alidade/limits.h"

/* ---- What an answer tells of each subject ---- */

/** Of a subject of a batch; of SOME it is all, as far as anybody knows. */
enum told { NOTHING, SOME, NOT_ALL };

static bool is_of(const char *id, const char *subject)
{
    size_t n = strcspn(id, "/");
    return strncmp(subject, id, n) == 0 && !subject[n];
}

/** Notes of which subjects a page holds elements, and which it says are not whole. */
static void note_told(const struct ald_rows *rows, const struct ald_details_batch *b, enum told *told)
{
    size_t k = 0; /* elements of one subject stand together */
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t tries = 0; tries < b->n && !is_of(rows->elements[i].id, b->subjects[k]); tries++)
            k = (k + 1) % b->n;
        if (told[k] == NOTHING && is_of(rows->elements[i].id, b->subjects[k]))
            told[k] = SOME;
    }
    for (size_t i = 0; i < rows->alone_n; i++)
        for (k = 0; k < b->n; k++)
            if (strcmp(b->subjects[k], rows->alone[i]) == 0)
                told[k] = NOT_ALL;
}

static void ask_again(struct ald_details *d, const char *subject, const char *status)
{
    struct ald_arena *arena = d->s->arena;
    d->again = ald_grow(arena, d->again, d->again_n, &d->again_cap, sizeof *d->again);
    d->again_statuses = ald_grow(arena, d->again_statuses, d->again_n, &d->again_statuses_cap, sizeof *d->again_statuses);
    d->again[d->again_n] = subject;
    d->again_statuses[d->again_n++] = status;
}

/* ---- One batch: its pages into the store ---- */

/** Where reading a batch stands. */
struct reading {
    bool pauses;     /* some of it may be asked for once more: nobody asks on before that is known */
    bool begun;      /* a page landed that was more than a preface */
    enum told *told; /* of each subject */
    long status;     /* of the last answer, 0: there was none */
};

/** After the last page: who is done, and leaves todo. The others are asked for alone. */
static size_t who_is_done(struct ald_details *d, const struct ald_details_batch *b, const struct reading *r, const char **done)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (r->pauses && r->told[i] != SOME)
            ask_again(d, b->subjects[i], b->statuses[i]);
        else
            done[n++] = b->subjects[i];
    d->s->stream_done += (int64_t)n;
    return n;
}

static enum ald_rc land_answer(struct ald_details *d, const struct ald_details_batch *b, const struct ald_sync_answer *answer,
                               struct reading *r, struct ald_err *err)
{
    const struct ald_sync_page *page = &answer->page;
    const bool given = d->state != ALD_DETAILS_REFUSED, first = given && !r->begun && !page->next.preface;
    struct ald_sync_landing landing = {.replace = d->stream->whole && first ? b->subjects[0] : NULL};
    r->begun = r->begun || first;
    if (r->pauses)
        note_told(&page->rows, b, r->told);
    if (given && answer->last) {
        const char **done = ald_alloc(page->arena, b->n * sizeof *done);
        landing.done_subjects_n = who_is_done(d, b, r, done);
        landing.done_subjects = done;
        /* Of a list that is still whole, one statement drops all from the first to the last. */
        landing.done_between = landing.done_subjects_n == b->n && b->n > 1 && !d->stream->of_record && d->s->land.todos == d->todos;
    }
    return ald_sync_lot_land(d->s, &d->lot, d->stream, page, &landing, err);
}

/** The next answer. The gate may be left meanwhile, and nobody leaves it with a transaction open. */
static enum ald_rc next_answer(struct ald_details *d, struct ald_sync_answers *answers, struct ald_sync_answer **ret, struct ald_err *err)
{
    if (!ald_sync_answers_at_hand(answers))
        ALD_TRY(ald_sync_lot_settle(d->s, &d->lot, err));
    *ret = ald_sync_answers_take(answers);
    return ALD_OK;
}

/** All pages of one batch, or the answer that refuses the stream. */
static enum ald_rc read_batch(struct ald_details *d, const struct ald_details_batch *b, struct reading *r, struct ald_err *err)
{
    for (;;) {
        struct ald_sync_answer *answer = NULL;
        ALD_TRY(next_answer(d, b->answers, &answer, err));
        r->status = answer->page.res.status;
        if (answer->rc != ALD_OK) {
            if (err)
                *err = answer->err;
            return answer->rc;
        }
        bool refused = false;
        if (answer->page.refused)
            ALD_TRY(ald_details_is_refused(d, b, r->status, &refused, err));
        if (answer->page.refused && !refused)
            return ald_fail(err, ALD_ERR_NET, "status %ld", r->status);
        if (refused)
            d->state = ALD_DETAILS_REFUSED;
        ALD_TRY(land_answer(d, b, answer, r, err)); /* of a refusal that it came */
        if (refused)
            return ALD_OK;
        d->answered = true;
        if (answer->last)
            return ALD_OK;
    }
}

/* ---- Batches ---- */

static enum ald_rc batch(struct ald_details *d, const struct ald_details_batch *b, struct ald_err *err);

/** Each batch of some subjects, one after the other. */
static enum ald_rc batches(struct ald_details *d, const char *const *subjects, const char *const *statuses, size_t subjects_n, size_t batch_n,
                           struct ald_err *err)
{
    struct ald_sync *s = d->s;
    struct ald_sync_answers *answers = ald_sync_answers_new(s, d->stream, subjects, statuses, subjects_n, batch_n);
    enum ald_rc rc = ALD_OK;
    for (size_t i = 0, n; rc == ALD_OK && i < subjects_n && d->state == ALD_DETAILS_ASKING; i += n) {
        n = subjects_n - i < batch_n ? subjects_n - i : batch_n;
        const struct ald_details_batch b = {.answers = answers, .subjects = subjects + i, .statuses = statuses + i, .n = n};
        rc = i > 0 && ald_sync_stopped(s) ? ald_fail(err, ALD_ERR_STOPPED, "stopped") : batch(d, &b, err);
    }
    struct ald_err why = {0};
    if (!s->fatal && ald_sync_lot_settle(s, &d->lot, &why) != ALD_OK) { /* also what came before a failure */
        rc = why.rc;
        if (err)
            *err = why;
    }
    ald_sync_answers_done(answers);
    return rc;
}

/** Those of a batch of which its answer did not tell all. None of them comes here again: a batch of one tells all that there is. */
static enum ald_rc each_alone(struct ald_details *d, struct ald_err *err)
{
    const size_t n = d->again_n;
    d->again_n = 0;
    return n > 0 ? batches(d, d->again, d->again_statuses, n, 1, err) : ALD_OK;
}

/** Failures of this run, not of a request: nothing is kept, and nothing asked any more. */
static bool ends_run(const struct ald_sync *s, enum ald_rc rc)
{
    return s->fatal || rc == ALD_ERR_AUTH || rc == ALD_ERR_STOPPED || rc == ALD_ERR_CONFIG || rc == ALD_ERR_DB;
}

static enum ald_rc batch(struct ald_details *d, const struct ald_details_batch *b, struct ald_err *err)
{
    struct ald_err why = {0};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct reading r = {.pauses = ald_sync_answers_pause(d->stream, b->n), .told = ald_calloc(arena, b->n, sizeof *r.told)};
    enum ald_rc rc = read_batch(d, b, &r, &why);
    if (rc != ALD_OK && ends_run(d->s, rc)) {
        if (err)
            *err = why;
        return rc;
    }
    if (rc == ALD_OK) {
        d->outages = d->failed = 0;
        if (d->state == ALD_DETAILS_REFUSED || !r.pauses)
            return ALD_OK;
    }
    /* Nobody asks while this is decided (sync_answers.c): what came so far is stored first. */
    ALD_TRY(ald_sync_lot_settle(d->s, &d->lot, err));
    if (rc == ALD_OK)
        ALD_TRY(each_alone(d, err));
    else if (ald_details_may_halve(d, b, r.status, rc))
        ALD_TRY(batches(d, b->subjects, b->statuses, b->n, (b->n + 1) / 2, err));
    else
        ALD_TRY(ald_details_keep(d, b, r.status, &why, err));
    if (d->state == ALD_DETAILS_ASKING)
        ald_sync_answers_go_on(b->answers);
    return ALD_OK;
}

/* ---- The stream ---- */

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
    struct ald_details d = {.s = s, .stream = stream};
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
    ALD_TRY(batches(&d, todo.subjects, todo.statuses, todo.n, batch_n, err));
    s->connection_lost = s->connection_lost && d.state == ALD_DETAILS_CUT_OFF; /* other details would wait for it as long */
    int64_t outstanding = 0;
    if (d.state != ALD_DETAILS_REFUSED)
        ALD_TRY(ald_sync_todo_n(s, stream->name, &outstanding, err));
    const char *gap = NULL;
    if (outstanding > 0)
        gap = ald_sprintf(s->arena, "%lld detail request%s outstanding: %s", (long long)outstanding,
                          outstanding == 1 ? "" : "s",
                          d.first.rc != ALD_OK ? d.first.msg : "what they belong to could not be read");
    return finish(s, stream, gap, err);
}
