/* Building lists of sentences that carry their figures. */
#pragma once

#include "alidade/report.h"

struct ald_sentences {
    struct ald_arena *a;
    const char **items;
    size_t n, cap;
};
/** Adds a sentence; NULL adds nothing. The text is not copied. */
void ald_sentence_add(struct ald_sentences *t, const char *sentence);
/** All of them, NULL-terminated. */
const char *const *ald_sentences_end(struct ald_sentences *t);
size_t ald_sentences_n(const char *const *sentences);
/** "none", "1", "2,575". */
const char *ald_none_or(struct ald_arena *a, size_t n);
/** A factor as people read it: two figures, "0.14", "2.2", "140". */
const char *ald_times(struct ald_arena *a, double factor);
/** How long compared with what came before: "2.2 times as long as before (1.2 to 4.6, allowing for chance)", "86 % less time than before (54 % to
    95 % less, ...)" where the interval too is below 1; not `plain`: "(95 % interval 1.2 to 4.6)". */
const char *ald_as_long(struct ald_arena *a, double ratio, const struct ald_interval *ci, const char *than, bool plain);
/** "1 incident", "7 incidents". */
const char *ald_many(struct ald_arena *a, size_t n, const char *one, const char *more);
/** "24 to 39"; "24" where both are the same. */
const char *ald_from_to(struct ald_arena *a, size_t least, size_t most);
/** A duration in ms as people say it: "2 h 20 min". */
const char *ald_span(struct ald_arena *a, double ms);
