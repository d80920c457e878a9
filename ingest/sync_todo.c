/* Table todo: subjects whose details are still to be asked for. Knows no API. */
#include "sync_priv.h"

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

enum ald_rc ald_sync_todo_load(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_todo *ret, struct ald_err *err)
{
    if (stream->open_again && !s->temporary)
        ALD_TRY(ask_open_again(s, stream, err));
    if (stream->unsettled_again && !s->temporary)
        ALD_TRY(ask_unsettled_again(s, stream, err));
    const bool records = stream->of_record || stream->asks_again_alone; /* else nobody asks what their records are */
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, records ? "sync_todo_list" : "sync_todo_subjects", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, stream->name);
    if (records)
        ald_q_int(q, 3, stream->of_record);
    size_t cap = 0, statuses_cap = 0;
    for (;;) {
        bool row;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        ret->subjects = ald_grow(s->arena, ret->subjects, ret->n, &cap, sizeof *ret->subjects);
        ret->statuses = ald_grow(s->arena, ret->statuses, ret->n, &statuses_cap, sizeof *ret->statuses);
        const char *status = ald_q_col_text(q, 1);
        ret->statuses[ret->n] = status ? ald_strdup(s->arena, status) : NULL;
        ret->subjects[ret->n++] = ald_strdup(s->arena, ald_q_col_text(q, 0));
    }
}

enum ald_rc ald_sync_todo_run(struct ald_sync *s, const char *name, const char *stream, const char *subject, const char *why,
                              struct ald_err *err)
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

enum ald_rc ald_sync_todo_attempts(struct ald_sync *s, const char *stream, const char *subject, int64_t *ret, struct ald_err *err)
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
