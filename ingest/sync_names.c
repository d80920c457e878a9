/* Names across runs. A text is scrubbed with the names that are known when its page comes; a name that a later page teaches may
 * stand in it. So names are kept (as keyed hashes), texts that were stored before are rewritten at the run's end, and what
 * is still to be rewritten is marked in the store, so that a kill does not make it forgotten. Knows no API. */
#include "sync_priv.h"

static bool kept(const struct ald_sync *s)
{
    return s->opts->people == ALD_PEOPLE_PSEUDONYMS; /* with none nothing of people is stored, with names nothing is replaced */
}

static enum ald_rc exec(struct ald_store *store, const char *name, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, name, &q, err));
    return ald_q_run(q, err);
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
    if (kept(s) && (page->names_n > 0 || (s->land.texts && s->connector->type.is_file)))
        ALD_TRY(exec(s->store, "sync_said_owe", err));
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
    s->texts = s->texts || (page->rows.n > 0 && !stream->every_time);
    return ALD_OK;
}

/* ---- Rewriting ---- */

/** Where texts are stored: what reads them (two keys, the text) and what writes one. */
static const struct place {
    const char *list, *set;
    bool json;
} places[] = {
    {"sync_text_titles", "sync_text_title_set", false},   {"sync_text_events", "sync_text_event_set", false},
    {"sync_text_values", "sync_text_value_set", false},   {"sync_text_refs", "sync_text_ref_set", false},
    {"sync_text_raws", "sync_text_raw_set", true},        {"sync_text_quarantined", "sync_text_quarantine_set", true},
    {"sync_text_reasons", "sync_text_reason_set", false}, {"sync_text_gaps", "sync_text_gap_set", false},
    {"sync_text_errors", "sync_text_error_set", false},   {"sync_text_reviews", "sync_text_review_set", false},
    {"sync_text_learnings", "sync_text_learning_set", false}, {"sync_text_actions", "sync_text_action_set", false},
    {"sync_text_told", "sync_text_told_set", false},      {"sync_text_decisions", "sync_text_decision_set", false},
};

/** A text that changes. */
struct hit {
    const char *key[2], *was, *text;
};
struct hits {
    struct ald_arena *arena;
    struct hit *list;
    size_t n, cap;
};

static enum ald_rc find(struct ald_sync *s, const struct place *place, struct hits *hits, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, place->list, &q, err));
    ald_q_text(q, 1, s->cfg->name);
    for (;;) {
        bool row;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        const char *was = ald_q_col_text(q, 2), *text = NULL;
        /* What was kept of what could not be read may be no document. */
        if (!was || (ald_people_rewrite(scratch, &s->scrub, s->late, was, place->json, &text, NULL) != ALD_OK &&
                     ald_people_rewrite(scratch, &s->scrub, s->late, was, false, &text, NULL) != ALD_OK))
            continue;
        if (text) {
            hits->list = ald_grow(hits->arena, hits->list, hits->n, &hits->cap, sizeof *hits->list);
            hits->list[hits->n++] =
                (struct hit){.key = {ald_strdup(hits->arena, ald_q_col_text(q, 0)), ald_strdup(hits->arena, ald_q_col_text(q, 1))},
                             .was = ald_strdup(hits->arena, was),
                             .text = ald_strdup(hits->arena, text)};
        }
        ald_arena_reset(scratch);
    }
}

static enum ald_rc rewrite(struct ald_sync *s, const struct place *place, int64_t *changes, struct ald_err *err)
{
    struct hits hits = {.arena = ald_arena_new()};
    enum ald_rc rc = find(s, place, &hits, err);
    for (size_t i = 0; rc == ALD_OK && i < hits.n; i++) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        rc = ald_q_open(s->store, place->set, &q, err);
        if (rc != ALD_OK)
            break;
        ald_q_text(q, 1, s->cfg->name);
        ald_q_text(q, 2, hits.list[i].key[0]);
        ald_q_text(q, 3, hits.list[i].key[1]);
        ald_q_text(q, 4, hits.list[i].was);
        ald_q_text(q, 5, hits.list[i].text);
        rc = ald_q_run(q, err);
        *changes += rc == ALD_OK ? ald_store_changes(s->store) : 0;
    }
    ald_arena_free(hits.arena);
    return rc;
}

static enum ald_rc mend_source(struct ald_sync *s, int64_t *changes, struct ald_err *err)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        ALD_TRY(rewrite(s, &places[i], changes, err));
    return ALD_OK;
}

static enum ald_rc mend(struct ald_sync *s, struct ald_err *err)
{
    int64_t changes = 0;
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(mend_source(s, &changes, err));
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

/* ---- What people say by hand and in files ---- */

static bool by_hand(const char *source, const char *type)
{
    const struct ald_source_type *known = ald_source_type(type);
    return !*source || (known && known->is_file);
}

/* cfg: that of s, named for each source in turn. */
static enum ald_rc mend_said(struct ald_sync *s, struct ald_source_cfg *cfg, struct ald_err *err)
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
            ALD_TRY(mend_source(s, &changes, err));
    }
    if (changes > 0)
        ALD_TRY(ald_store_touch(s->store, err));
    return exec(s->store, "sync_said_settled", err);
}

enum ald_rc ald_sync_names_said(struct ald_store *store, const struct ald_ingest_opts *opts, const struct ald_key *key, struct ald_err *err)
{
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *known = ald_known_names_new(key);
    struct ald_source_cfg cfg = {0};
    struct ald_sync s = {.store = store, .cfg = &cfg, .opts = opts, .late = known,
                         .scrub = {.key = key, .source = "", .mode = opts->people, .known = known}};
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool owed = false;
    if (!kept(&s))
        return ALD_OK;
    ALD_TRY(ald_q_open(store, "sync_said_owed", &q, err));
    ALD_TRY(ald_q_step(q, &owed, err));
    ald_q_closep(&q);
    if (!owed)
        return ALD_OK;
    ALD_TRY(ald_store_begin(store, err));
    enum ald_rc rc = mend_said(&s, &cfg, err);
    if (rc == ALD_OK)
        rc = ald_store_commit(store, err);
    if (rc != ALD_OK)
        ald_store_rollback(store);
    return rc;
}
