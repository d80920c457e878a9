/* Known names: which words name a person, and whose pseudonym takes their place. Only keyed hashes of the words are held, so
 * that the set can be kept in the store and says nothing without the key. Knows nothing of connectors or texts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/hash.h"
#include "alidade/store.h"

#define ALD_PSEUDONYM_SIZE 17 /* 16 hex digits and NUL */

struct ald_known_names;

/** True when the n bytes of s have the form of a pseudonym. */
bool ald_is_pseudonym(const char *s, size_t n);

/** What is known of one sequence of words. */
struct ald_name_row {
    uint64_t hash;
    unsigned counts; /* bit n - 1: there is a name of n words that begins with this one word */
    unsigned number; /* of the word where counts is not 0 (people_sieve.h); 0: not known, as in the store, which holds nothing of words */
    char pseudonym[ALD_PSEUDONYM_SIZE]; /* "": by themselves the words name nobody */
};

/** Remembers a name, login or e-mail. Fewer than three code points, no letter, or a word of machines ("system") are
 *  left out: replacing them would ruin texts and protect nobody. Of two people with one name the smaller pseudonym
 *  stays, so that the order of documents does not matter.
 *  @param turned also remember "Doe Jane" for a name of two words. */
void ald_text_names_add(struct ald_known_names *known, const char *text, const char *pseudonym, bool turned);
/** Of one person two pseudonyms are known: what stands in texts for the lesser one, and comes from there, becomes the other. */
void ald_text_names_supersede(struct ald_known_names *known, const char *lesser, const char *pseudonym);
/** The pseudonym of a name given as the first n bytes of text, or NULL. */
const char *ald_text_names_find(const struct ald_known_names *known, const char *text, size_t n);
/** How many words names have that begin with the word of n bytes, as it stands in a text, as bits; 0: none does. Remembers words that were
 *  asked for, which come again and again: so one thread at a time asks. */
unsigned ald_text_names_head(const struct ald_known_names *known, const char *word, size_t n);
/** Whether a name may begin with the word, for whoever goes over a text; if none does the word is noted. */
bool ald_text_names_begin(const struct ald_known_names *known, const char *word, size_t n);
/** Notes a word that stands in a text, if _remember was called. */
void ald_text_names_note(const struct ald_known_names *known, const char *word, size_t n);
/** From now on words of texts are noted: all of them, so that those which were not need not be looked for. */
void ald_text_names_remember(struct ald_known_names *known);
/** False when no name of late begins with a word that was noted in known, whose texts therefore hold none of these names. */
bool ald_text_names_stood(const struct ald_known_names *known, const struct ald_known_names *late);
/** The pseudonym of exactly these words, or NULL; of one that was superseded what took its place. */
const char *ald_text_names_term(const struct ald_known_names *known, const char *words, size_t n);
bool ald_text_names_any(const struct ald_known_names *known);
/** Another number whenever more is known of names. */
unsigned ald_text_names_version(const struct ald_known_names *known);

/** ald_pseudonym. The same few people come again and again: theirs are remembered, by hashes of who they are. One thread at a time asks. */
void ald_text_names_pseudonym(struct ald_known_names *known, const struct ald_key *key, const char *identity, char ret[ALD_PSEUDONYM_SIZE]);
/** Whether it was asked about the same n bytes lately: what they say of somebody was remembered then, and once more changes nothing. */
bool ald_text_names_told(struct ald_known_names *known, const void *bytes, size_t n);

/** A row as the store keeps it: columns hash, counts, pseudonym (NULL: ""). */
struct ald_name_row ald_text_names_row(struct ald_q *q);
/** Takes a row back from where it was kept. */
void ald_text_names_put(struct ald_known_names *known, const struct ald_name_row *row);
/** What was learned since the last _settle (a row may stand there more than once, growing). */
const struct ald_name_row *ald_text_names_fresh(const struct ald_known_names *known, size_t *ret_n);
void ald_text_names_settle(struct ald_known_names *known);

/** Two pseudonyms are one person: the smallest of all that are joined stands for each of them. */
void ald_text_names_join(struct ald_known_names *known, const char *a, const char *b);
/** What stands for a pseudonym, or NULL when it was never joined. */
const char *ald_text_names_alias(const struct ald_known_names *known, const char *pseudonym);
/** False at first, true from then on. */
bool ald_text_names_joined(struct ald_known_names *known);
