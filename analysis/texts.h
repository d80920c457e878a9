/* What the lexicon finds in all texts of a store, read by a thread and a connection of its own while others load and link:
 * a text tells the same whatever it is linked to. Private to analysis. */
#pragma once

#include <pthread.h>

#include "alidade/lexicon.h"
#include "analysis/build.h"

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
    const struct ald_settings *settings;
    const struct ald_lexicon *lexicon;
    int64_t as_of;
    struct ald_arena *arena; /* of all that follows */
    struct ald_text_hit *hits;
    struct ald_text *texts; /* by record's row and event id, then titles by source and external id; one more closes the last */
    struct ald_text_count *counts; /* by row; titles are not counted */
    size_t hits_n, hits_cap, texts_n, texts_cap, counts_n, counts_cap;
    struct ald_store *beside; /* NULL: none could be had */
    pthread_t thread;
    bool running;
    enum ald_rc rc;
    /* The text being read. */
    const char *text, *quote;
    size_t quoted, quoted_end;
};

/** Begins to read where that can be done beside the store. */
void ald_texts_begin(struct ald_texts *texts, struct ald_store *store, const struct ald_settings *settings, int64_t as_of);
/** Waits until all is read, or reads it now; from then on nothing else reads the store. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_texts_take(struct ald_texts *texts, struct ald_store *store, struct ald_err *err);
/** Waits and frees. */
void ald_texts_done(struct ald_texts *texts);
