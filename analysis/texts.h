/* What the lexicon finds in all texts of a store, read by a thread and a connection of its own while others link: a text tells the
 * same whatever it is linked to. Private to analysis. */
#pragma once

#include <pthread.h>

#include "alidade/lexicon.h"
#include "analysis/build.h"
#include "analysis/own_words.h"

/** Something found in a text. */
struct ald_text_hit {
    double weight;
    const char *quote; /* the sentence, cut to what a report shows */
    uint32_t pattern, rule;
};
/** A text in which something was found. */
struct ald_text {
    int64_t row; /* of its record */
    int64_t at;  /* ALD_TIME_NONE: a title */
    size_t first; /* of its hits; the next text's first ends them */
};
/** How many texts a record has. */
struct ald_text_count {
    int64_t row;
    uint32_t n;
};
struct ald_texts {
    const struct ald_build *build; /* its records and their titles stand */
    const struct ald_lexicon *lexicon;
    struct ald_own_words *own;
    struct ald_arena *arena; /* of all that follows */
    struct ald_text_hit *hits;
    struct ald_text *texts; /* by record's row and event id, then titles in the order of the records; one more closes the last */
    struct ald_text_count *counts; /* by row; titles are not counted */
    size_t hits_n, hits_cap, texts_n, texts_cap, counts_n, counts_cap;
    pthread_t thread;
    bool running;
    bool some; /* of incidents that stand: only what is asked for (struct ald_part) */
    enum ald_rc rc;
    /* The text being read. */
    const char *text, *quote;
    size_t quoted, quoted_end;
};

/** Begins to read where that can be done beside the store (b->beside, which nobody else may use until all is read). */
void ald_texts_begin(struct ald_texts *texts, const struct ald_build *build);
/** Waits until all is read, or reads it now, from the build's store. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_texts_take(struct ald_texts *texts, struct ald_store *store, struct ald_err *err);
/** Waits and frees. */
void ald_texts_done(struct ald_texts *texts);
