/* Names of the organisation's own services that hold words of somebody else: "partner-gateway fails" tells of no partner. Private to
 * analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/lexicon.h"

struct ald_org;
struct ald_own_words;

/** For one thread. Of the names, those of services that are on a list of ours (org) count, and of these those of several words: a
 *  service called "stripe" is how people call Stripe. Lexicon, org and names must outlive it;
 *  until something is asked it costs nothing. */
struct ald_own_words *ald_own_words_new(const struct ald_lexicon *lexicon, const struct ald_org *org, const char *const *services);
void ald_own_words_free(struct ald_own_words *own);
void ald_own_words_freep(struct ald_own_words **own);
/** True when what was found in the text rests on such a name: with other words in its place the rule does not hold. */
bool ald_own_words_made(struct ald_own_words *own, const char *text, const struct ald_found *found);
