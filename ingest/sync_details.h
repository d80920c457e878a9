/* What the parts of reading details share: sync_details.c asks and lands, sync_details_failed.c decides what a failure means. */
#pragma once

#include "sync_priv.h"

/** Where reading a detail stream stands. Whatever it ends with, what was not answered stays in table todo. */
enum ald_details_state {
    ALD_DETAILS_ASKING,
    ALD_DETAILS_REFUSED,  /* an optional stream that this account does not have: no gap, and nothing is owed */
    ALD_DETAILS_CUT_OFF,  /* the connection is lost: a gap, and other details of this run would wait for it as long */
    ALD_DETAILS_GIVEN_UP, /* refused to this account, or too many that failed: a gap */
};
struct ald_details {
    struct ald_sync *s;
    const struct ald_stream *stream;
    enum ald_details_state state;
    struct ald_sync_lot lot; /* answers that landed and are not settled yet */
    bool answered;           /* some subject was, so that the stream is given: who is refused later is so for itself */
    size_t outages;          /* failures of the connection in a row */
    size_t failed;           /* subjects in a row, each for itself */
    struct ald_err first;    /* failure */
    int64_t todos;           /* requests noted until its own were listed: none since, so that a list holds all of them */
    const char **again;      /* subjects of a batch that are to be asked for each alone */
    const char **again_statuses;
    size_t again_n, again_cap, again_statuses_cap;
};

/** Some consecutive subjects that one request asks for. */
struct ald_details_batch {
    struct ald_sync_answers *answers;
    const char *const *subjects, *const *statuses;
    size_t n;
};

/* ---- sync_details_failed.c ---- */

/** Whether a refusal is of the whole stream: the first answer of this run, to subjects that never failed for themselves. Of a
 *  single subject that is not found nothing follows for others. *ret: it is. */
ALD_CHECK enum ald_rc ald_details_is_refused(const struct ald_details *d, const struct ald_details_batch *b, long status, bool *ret,
                                             struct ald_err *err);
/** Whether a request failed in a way that halves of the batch may mend. status: of the answer, 0: there was none. */
bool ald_details_may_halve(const struct ald_details *d, const struct ald_details_batch *b, long status, enum ald_rc why);
/** Keeps all subjects of a batch for the next run, or forgets those that are gone; counts, and may give up. In transactions of its own. A
 *  failure is the store's: s->fatal is set. */
ALD_CHECK enum ald_rc ald_details_keep(struct ald_details *d, const struct ald_details_batch *b, long status, const struct ald_err *why,
                                       struct ald_err *err);
