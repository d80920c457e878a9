/* Findings: warnings that change a number in a report, kept as rows. */
#include "alidade/store.h"

static enum ald_rc clear(struct ald_store *store, const char *id, const char *source, const char *subject,
                         struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "store_finding_clear", &q, err));
    ald_q_text(q, 1, id);
    ald_q_text(q, 2, source);
    ald_q_text(q, 3, subject);
    return ald_q_run(q, err);
}

enum ald_rc ald_finding_set(struct ald_store *store, const char *id, const char *source, const char *subject,
                            const char *text, int64_t n, const char *severity, struct ald_err *err)
{
    source = source ? source : "";
    subject = subject ? subject : "";
    if (n == 0)
        return clear(store, id, source, subject, err);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "store_finding_set", &q, err));
    ald_q_text(q, 1, id);
    ald_q_text(q, 2, source);
    ald_q_text(q, 3, subject);
    ald_q_text(q, 4, text);
    ald_q_int(q, 5, n);
    ald_q_text(q, 6, severity);
    return ald_q_run(q, err);
}
