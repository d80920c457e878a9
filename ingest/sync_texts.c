/* Where texts of a source are stored, and how they are rewritten once more names are known. Knows no API. */
#include "sync_priv.h"

#include <string.h>

/** What reads them (two keys, the text) and what writes one. */
static const struct place {
    const char *list, *set;
    const char *of; /* lists that of one record (?2), or of one element (?2, ?3) */
    bool json;
    bool page; /* what pages brought, in which whom the source had named by then was looked for */
} places[] = {
    {"sync_text_titles", "sync_text_title_set", "sync_text_title_of", false, true},
    {"sync_text_events", "sync_text_event_set", "sync_text_events_of", false, true},
    {"sync_text_values", "sync_text_value_set", "sync_text_values_of", false, true},
    {"sync_text_refs", "sync_text_ref_set", "sync_text_refs_of", false, true},
    {"sync_text_raws", "sync_text_raw_set", "sync_text_raw_of", true, true},
    {"sync_text_quarantined", "sync_text_quarantine_set", NULL, true, false},
    {"sync_text_reasons", "sync_text_reason_set", NULL, false, false},
    {"sync_text_gaps", "sync_text_gap_set", NULL, false, false},
    {"sync_text_errors", "sync_text_error_set", NULL, false, false},
    {"sync_text_reviews", "sync_text_review_set", NULL, false, true},
    {"sync_text_learnings", "sync_text_learning_set", NULL, false, true},
    {"sync_text_actions", "sync_text_action_set", NULL, false, true},
    {"sync_text_told", "sync_text_told_set", NULL, false, true},
    {"sync_text_decisions", "sync_text_decision_set", NULL, false, false},
};
#define PLACES_N (sizeof places / sizeof places[0])

/** A text that changes. */
struct hit {
    const char *key[2], *was, *text;
};
struct hits {
    struct ald_arena *arena;
    struct hit *list;
    size_t n, cap;
};

/** Texts of an open query that change. */
static enum ald_rc find(struct ald_sync *s, struct ald_q *q, bool json, const struct ald_known_names *names, struct hits *hits, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ald_q_text(q, 1, s->cfg->name);
    for (;;) {
        bool row;
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        const char *was = ald_q_col_text(q, 2), *text = NULL;
        /* What was kept of what could not be read may be no document. */
        if (!was || (ald_people_rewrite(scratch, &s->scrub, names, was, json, &text, NULL) != ALD_OK &&
                     ald_people_rewrite(scratch, &s->scrub, names, was, false, &text, NULL) != ALD_OK))
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

static enum ald_rc find_all(struct ald_sync *s, const struct place *place, const struct ald_known_names *names, struct hits *hits,
                            struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, place->list, &q, err));
    return find(s, q, place->json, names, hits, err);
}

/** Those that came, of the source. */
static enum ald_rc find_came(struct ald_sync *s, const struct place *place, const struct ald_came *came, const struct ald_known_names *names,
                             struct hits *hits, struct ald_err *err)
{
    for (size_t i = 0; i < came->n; i++) {
        const struct ald_came_text *text = &came->texts[i];
        if ((text->element != NULL) != place->json || strcmp(text->source, s->cfg->name) != 0)
            continue;
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(s->store, place->of, &q, err));
        if (text->element) {
            ald_q_text(q, 2, text->stream);
            ald_q_text(q, 3, text->element);
        } else {
            ald_q_int(q, 2, text->record);
        }
        ALD_TRY(find(s, q, place->json, names, hits, err));
    }
    return ALD_OK;
}

static enum ald_rc set(struct ald_sync *s, const struct place *place, const struct hit *hit, int64_t *changes, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, place->set, &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, hit->key[0]);
    ald_q_text(q, 3, hit->key[1]);
    ald_q_text(q, 4, hit->was);
    ald_q_text(q, 5, hit->text);
    ALD_TRY(ald_q_run(q, err));
    *changes += ald_store_changes(s->store);
    return ALD_OK;
}

static enum ald_rc rewrite(struct ald_sync *s, const struct place *place, const struct ald_came *came, const struct ald_known_names *names,
                           int64_t *changes, struct ald_err *err)
{
    struct hits hits = {.arena = ald_arena_new()};
    enum ald_rc rc = came && place->of ? find_came(s, place, came, names, &hits, err) : find_all(s, place, names, &hits, err);
    for (size_t i = 0; rc == ALD_OK && i < hits.n; i++)
        rc = set(s, place, &hits.list[i], changes, err);
    ald_arena_free(hits.arena);
    return rc;
}

enum ald_rc ald_sync_texts_mend(struct ald_sync *s, const struct ald_came *came, const struct ald_known_names *of_pages, int64_t *changes,
                                struct ald_err *err)
{
    for (size_t i = 0; i < PLACES_N; i++) {
        const struct ald_known_names *names = places[i].page ? of_pages : s->late;
        if (names && !(s->raws_unnamed && places[i].of && places[i].json))
            ALD_TRY(rewrite(s, &places[i], came, names, changes, err));
    }
    return ALD_OK;
}
