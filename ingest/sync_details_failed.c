/* What a failed detail request means: whose fault it is, what is kept for the next run, and when asking on makes no sense. */
#include "sync_details.h"

/** Failures of the connection in a row after which the rest is left for the next run. */
#define OUTAGES_MAX 2
/** Subjects in a row that fail each for itself, after which it is not the subjects' fault. */
#define FAILED_MAX 10

/** Whose fault it is. */
enum blame {
    CONNECTION, /* no answer, or trouble of the server's own: others would fare no better now */
    ACCOUNT,    /* it may not ask for such things at all */
    SUBJECTS    /* an answer that cannot be used: one of those that were asked for is at fault */
};

static enum blame blame_of(const struct ald_details *d, long status, enum ald_rc why)
{
    if (!d->answered && (status == 402 || status == 403))
        return ACCOUNT;
    return why != ALD_ERR_NET || (status >= 400 && status < 500) ? SUBJECTS : CONNECTION;
}

static bool not_found(long status)
{
    return status == 404 || status == 410;
}

enum ald_rc ald_details_is_refused(const struct ald_details *d, const struct ald_details_batch *b, long status, bool *ret, struct ald_err *err)
{
    int64_t attempts = 0;
    *ret = status == 0; /* a recording that has nothing of the stream */
    if (*ret || d->answered || (b->n == 1 && not_found(status)))
        return ALD_OK;
    ALD_TRY(ald_sync_todo_attempts(d->s, d->stream->name, b->subjects[0], &attempts, err));
    *ret = attempts == 0;
    return ALD_OK;
}

bool ald_details_may_halve(const struct ald_details *d, const struct ald_details_batch *b, long status, enum ald_rc why)
{
    return b->n > 1 && blame_of(d, status, why) == SUBJECTS;
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

/** Once may be the source's mistake, and where lists failed, or came empty, "not found" may mean that nobody is let in. */
static enum ald_rc subject_failed(struct ald_details *d, const char *subject, long status, const struct ald_err *why, struct ald_err *err)
{
    struct ald_sync *s = d->s;
    const char *stream = d->stream->name;
    int64_t attempts = 0;
    ALD_TRY(ald_sync_todo_attempts(s, stream, subject, &attempts, err));
    ALD_TRY(ald_store_begin(s->store, err));
    bool gone = not_found(status) && attempts > 0 && !s->lists_untold;
    if (!gone) {
        ALD_TRY(ald_sync_todo_run(s, "sync_todo_failed", stream, subject, why->msg, err));
        return ald_store_commit(s->store, err);
    }
    ALD_TRY(ald_sync_todo_run(s, "sync_todo_drop", stream, subject, NULL, err));
    if (d->stream->tells_gone)
        ALD_TRY(record_gone(s, subject, err));
    else
        ALD_TRY(ald_finding_set(s->store, "details_gone", s->cfg->name, subject, "the source no longer has details of this record", 1, "info",
                                err));
    return ald_store_commit(s->store, err);
}

enum ald_rc ald_details_keep(struct ald_details *d, const struct ald_details_batch *b, long status, const struct ald_err *why,
                             struct ald_err *err)
{
    const enum blame blame = blame_of(d, status, why->rc);
    if (d->first.rc == ALD_OK) /* halves may have mended what their whole could not */
        d->first = *why;
    d->outages = blame == CONNECTION ? d->outages + 1 : 0;
    d->failed = blame == CONNECTION ? 0 : d->failed + 1;
    if (d->outages >= OUTAGES_MAX)
        d->state = ALD_DETAILS_CUT_OFF;
    else if (d->failed >= FAILED_MAX || blame == ACCOUNT)
        d->state = ALD_DETAILS_GIVEN_UP;
    for (size_t i = 0; i < b->n; i++) {
        enum ald_rc rc = subject_failed(d, b->subjects[i], status, why, err);
        if (rc == ALD_OK)
            continue;
        ald_store_rollback(d->s->store);
        d->s->fatal = true;
        return rc;
    }
    return ALD_OK;
}
