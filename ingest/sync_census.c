/* Deletions: no list tells of them. Once a week, and with --full, the lists of a source are read whole; a record that two
 * such reads in a row did not show is gone. A list that is empty altogether says nothing of the kind. Knows no API. */

#include "sync_priv.h"

#define CENSUS_MS (7 * ALD_DAY_MS)

static const char *meta_key(const struct ald_sync *s)
{
    return ald_sprintf(s->arena, "census/%s", s->cfg->name);
}

enum ald_rc ald_sync_census_begin(struct ald_sync *s, struct ald_err *err)
{
    int64_t last;
    ALD_TRY(ald_sync_meta(s, meta_key(s), ALD_TIME_NONE, &last, err));
    /* A source that was never read is read whole anyway; one whose first read was interrupted goes on with it. */
    s->census_never = !s->temporary && !s->replay && last == ALD_TIME_NONE;
    bool weekly = !s->replay && last != ALD_TIME_NONE && (s->began - last >= CENSUS_MS || s->began < last);
    s->census_due = !s->temporary && (s->opts->full || weekly);
    return ALD_OK;
}

/** Whether it could tell anything or not: what spoils a census (a limit of the source) may do so on every run. */
static enum ald_rc put_time(struct ald_sync *s, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_meta_put", &q, err));
    ald_q_text(q, 1, meta_key(s));
    ald_q_text(q, 2, ald_sprintf(s->arena, "%lld", (long long)s->began));
    return ald_q_run(q, err);
}

/** Parameters: source, when the read began, since when of changes, of creation it read, now; the first n of them. */
static enum ald_rc census_step(struct ald_sync *s, const char *name, int n, struct ald_err *err)
{
    const int64_t times[] = {s->census_started, s->census_by_creation ? ALD_TIME_NONE : s->census_since,
                             s->census_by_creation ? s->census_since : ALD_TIME_NONE,
                             s->clock.now_ms(s->clock.ctx)};
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, name, &q, err));
    ald_q_text(q, 1, s->cfg->name);
    for (int i = 2; i <= n; i++)
        ald_q_time(q, i, times[i - 2]);
    return ald_sync_note_changed(s, q, err); /* none, but of a step that returns records */
}

/** An empty list where records were: an account that lost its rights, or was closed, is answered so by some sources. */
static enum ald_rc told_nothing(struct ald_sync *s, bool *ret, struct ald_err *err)
{
    const char **streams = NULL;
    int64_t counts[32];
    size_t n = 0, cap = 0;
    bool row = false;
    {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(s->store, "sync_census_empty", &q, err));
        ald_q_text(q, 1, s->cfg->name);
        ald_q_time(q, 2, s->census_started);
        ald_q_time(q, 3, s->census_by_creation ? ALD_TIME_NONE : s->census_since);
        ald_q_time(q, 4, s->census_by_creation ? s->census_since : ALD_TIME_NONE);
        ALD_TRY(ald_q_step(q, &row, err));
        while (row && n < sizeof counts / sizeof counts[0]) {
            streams = ald_grow(s->arena, streams, n, &cap, sizeof *streams);
            counts[n] = ald_q_col_int(q, 1);
            streams[n++] = ald_strdup(s->arena, ald_q_col_text(q, 0));
            ALD_TRY(ald_q_step(q, &row, err));
        }
    }
    for (size_t i = 0; i < n; i++)
        ALD_TRY(ald_sync_gap(s, streams[i],
                             ald_sprintf(s->arena, "the list is empty, but the store has %lld records of it, none of which is called gone: may the "
                                                   "account still see them?", (long long)counts[i]), err));
    *ret = n > 0;
    return ALD_OK;
}

static enum ald_rc census(struct ald_sync *s, struct ald_err *err)
{
    bool nothing = false;
    ALD_TRY(told_nothing(s, &nothing, err));
    if (nothing)
        return ALD_OK;
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(census_step(s, "sync_census_gone", 5, err));
    ALD_TRY(census_step(s, "sync_census_clear", 2, err));
    ALD_TRY(census_step(s, "sync_census_mark", 4, err));
    return ald_store_commit(s->store, err);
}

enum ald_rc ald_sync_census(struct ald_sync *s, struct ald_err *err)
{
    if (!s->census_due && !s->census_never)
        return ALD_OK;
    bool told = s->census_due && !s->census_spoiled && s->census_started != ALD_TIME_NONE;
    enum ald_rc rc = told ? census(s, err) : ALD_OK;
    if (rc == ALD_OK)
        rc = put_time(s, err);
    if (rc != ALD_OK) {
        ald_store_rollback(s->store);
        s->fatal = true;
    }
    return rc;
}
