/* Names across runs. A text is scrubbed with the names that are known when its page comes; a name that a later page teaches may
 * stand in it. So names are kept (as keyed hashes), texts that were stored before are rewritten at the run's end, and what
 * is still to be rewritten is marked in the store, so that a kill does not make it forgotten. Knows no API. */
#include "sync_priv.h"

static bool kept(const struct ald_sync *s)
{
    return s->opts->people == ALD_PEOPLE_PSEUDONYMS; /* with none nothing of people is stored, with names nothing is replaced */
}

enum ald_rc ald_sync_names_load(struct ald_sync *s, struct ald_err *err)
{
    s->scrub.known = ald_known_names_new(s->scrub.key);
    s->late = ald_known_names_new(s->scrub.key);
    ALD_CLEANUP(ald_q_closep) struct ald_q *any = NULL, *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_text_any", &any, err));
    ald_q_text(any, 1, s->cfg->name);
    bool row;
    ALD_TRY(ald_q_step(any, &row, err));
    s->texts = row;
    if (!s->texts && !s->replay) /* recorded documents are not gone over */
        ald_text_names_remember(s->scrub.known);
    if (!kept(s))
        return ALD_OK;
    ALD_TRY(ald_q_open(s->store, "sync_name_list", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        const struct ald_name_row name = ald_text_names_row(q);
        ald_text_names_put(s->scrub.known, &name);
        if (ald_q_col_int(q, 3))
            ald_text_names_put(s->late, &name);
    }
}

enum ald_rc ald_sync_names_save(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                                struct ald_err *err)
{
    const struct ald_name_row *fresh = page->names;
    ALD_TRY(ald_sync_said_owe(s, page, err));
    for (size_t i = 0; i < page->names_n; i++) {
        if (s->texts)
            ald_text_names_put(s->late, &fresh[i]);
        if (!kept(s))
            continue;
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(s->store, "sync_name_put", &q, err));
        ald_q_text(q, 1, s->cfg->name);
        ald_q_int(q, 2, (int64_t)fresh[i].hash);
        ald_q_int(q, 3, fresh[i].counts);
        ald_q_text(q, 4, *fresh[i].pseudonym ? fresh[i].pseudonym : NULL);
        ald_q_int(q, 5, s->texts);
        ALD_TRY(ald_q_run(q, err));
    }
    s->texts = s->texts || (page->rows.n > 0 && (!stream->every_time || s->connector->type.is_file)); /* lists of APIs say who people are */
    return ALD_OK;
}

static enum ald_rc mend(struct ald_sync *s, struct ald_err *err)
{
    int64_t changes = 0;
    s->raws_unnamed = !ald_text_names_stood(s->scrub.known, s->late);
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(ald_sync_texts_mend(s, NULL, s->late, &changes, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_name_settled", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ALD_TRY(ald_q_run(q, err));
    if (changes > 0)
        ALD_TRY(ald_store_touch(s->store, err));
    return ald_store_commit(s->store, err);
}

static enum ald_rc rewrite_page(void *ctx, struct ald_arena *arena, const char *body, const char **ret, struct ald_err *err)
{
    struct ald_sync *s = ctx;
    return ald_people_rewrite(arena, &s->scrub, s->late, body, true, ret, err);
}

enum ald_rc ald_sync_names_mend(struct ald_sync *s, struct ald_err *err)
{
    if (!ald_text_names_any(s->late))
        return ALD_OK;
    enum ald_rc rc = mend(s, err);
    if (rc == ALD_OK && s->record)
        rc = ald_recording_rewrite(s->record, rewrite_page, s, err);
    if (rc != ALD_OK) {
        ald_store_rollback(s->store);
        s->fatal = true;
    }
    return rc;
}
