/* What somebody may have meant by a word that is none of those expected. */
#pragma once

#include <stddef.h>

#define ALD_NEAR_MAX 128

struct ald_near {
    const char *word, *best; /* best: NULL while nothing is near enough */
    size_t least;
};
/** Nothing offered yet; word is borrowed. */
struct ald_near ald_near_begin(const char *word);
/** Takes a candidate where it is nearer than those before: at most 3 edits (Levenshtein 1966) and half of the word's
 *  letters, or the word with more behind a '_' ("token": "token_env"). Borrowed. */
void ald_near_offer(struct ald_near *near, const char *candidate);
/** " (did you mean 'report'?)", or "" when nothing was near; written into room, which it returns. */
const char *ald_near_text(const struct ald_near *near, char room[ALD_NEAR_MAX]);
