/* What people say by hand and in files is searched for whom any source named once a run has read all of its sources. Until then that is owed,
 * which the store notes, so that a kill does not make it forgotten. Of files whose texts alone are new only those are searched; a new name
 * is looked for in all. */
#include "sync_priv.h"

#include <string.h>

#define CAME_MAX 65536 /* with more it is not slower to look through all */

/* ---- What came ---- */

static void came(struct ald_came *came, const struct ald_came_text *text)
{
    if (came->all)
        return;
    came->texts = ald_grow(came->arena, came->texts, came->n, &came->cap, sizeof *came->texts);
    came->texts[came->n++] = *text;
    came->all = came->n == CAME_MAX;
}

void ald_came_element(struct ald_came *c, const char *source, const char *stream, const char *element)
{
    if (!c->all)
        came(c, &(struct ald_came_text){.source = source, .stream = stream, .element = ald_strdup(c->arena, element)});
}

void ald_came_record(struct ald_came *c, const char *source, int64_t record)
{
    bool same = c->n > 1 && (c->texts[c->n - 1].record == record || c->texts[c->n - 2].record == record); /* events of one follow each other */
    if (record && !same)
        came(c, &(struct ald_came_text){.source = source, .record = record});
}

/* ---- What is owed ---- */

static enum ald_rc exec(struct ald_store *store, const char *name, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, name, &q, err));
    return ald_q_run(q, err);
}

static enum ald_rc owed(struct ald_store *store, bool *ret, bool *ret_all, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "sync_said_owed", &q, err));
    ALD_TRY(ald_q_step(q, ret, err));
    *ret_all = *ret && ald_q_col_int(q, 0) != 0;
    return ALD_OK;
}

enum ald_rc ald_sync_said_begin(struct ald_store *store, struct ald_came *c, struct ald_err *err)
{
    bool all = false;
    ALD_TRY(owed(store, &c->left, &all, err)); /* what another run left cannot be known */
    c->all = c->left;
    return ALD_OK;
}

enum ald_rc ald_sync_said_owe(struct ald_sync *s, const struct ald_sync_page *page, struct ald_err *err)
{
    const bool kept = s->opts->people == ALD_PEOPLE_PSEUDONYMS, texts = s->land.texts && s->connector->type.is_file;
    if (kept && page->names_n > 0)
        return exec(s->store, "sync_said_owe_all", err);
    if (!texts)
        return ALD_OK;
    return exec(s->store, kept ? "sync_said_owe" : "sync_said_owe_all", err); /* whom nobody replaces now may be replaced later */
}

/* ---- Paying ---- */

static bool by_hand(const char *source, const char *type)
{
    const struct ald_source_type *known = ald_source_type(type);
    return !*source || (known && known->is_file);
}

/* What pages of a source brought was searched for whom it names itself. */
static enum ald_rc mend_source(struct ald_sync *s, const struct ald_came *c, bool all, int64_t *changes, struct ald_err *err)
{
    const struct ald_came *came = all || c->all ? NULL : c;
    if (c->left)
        return ald_sync_texts_mend(s, came, s->late, changes, err);
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *others = ald_known_names_new(s->scrub.key);
    ALD_TRY(ald_known_names_beside(s->store, s->cfg->name, others, err));
    return ald_sync_texts_mend(s, came, ald_text_names_any(others) ? others : NULL, changes, err);
}

/* cfg: that of s, named for each source in turn. */
static enum ald_rc mend(struct ald_sync *s, struct ald_source_cfg *cfg, const struct ald_came *c, bool all, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    int64_t changes = 0;
    ALD_TRY(ald_known_names_of_all(s->store, s->late, err));
    ALD_TRY(ald_q_open(s->store, "sync_said_sources", &q, err));
    for (;;) {
        bool row;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        cfg->name = ald_strdup(arena, ald_q_col_text(q, 0));
        if (by_hand(cfg->name, ald_q_col_text(q, 1)))
            ALD_TRY(mend_source(s, c, all, &changes, err));
    }
    if (changes > 0)
        ALD_TRY(ald_store_touch(s->store, err));
    return exec(s->store, "sync_said_settled", err);
}

enum ald_rc ald_sync_names_said(struct ald_store *store, const struct ald_ingest_opts *opts, const struct ald_key *key,
                                const struct ald_came *c, struct ald_err *err)
{
    if (opts->people != ALD_PEOPLE_PSEUDONYMS)
        return ALD_OK; /* with none nothing of people is stored, with names nothing is replaced */
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *known = ald_known_names_new(key);
    struct ald_source_cfg cfg = {0};
    struct ald_sync s = {.store = store, .cfg = &cfg, .opts = opts, .late = known,
                         .scrub = {.key = key, .source = "", .mode = opts->people, .known = known}};
    bool any = false, all = false;
    ALD_TRY(owed(store, &any, &all, err));
    if (!any)
        return ALD_OK;
    ALD_TRY(ald_store_begin(store, err));
    enum ald_rc rc = mend(&s, &cfg, c, all, err);
    if (rc == ALD_OK)
        rc = ald_store_commit(store, err);
    if (rc != ALD_OK)
        ald_store_rollback(store);
    return rc;
}
