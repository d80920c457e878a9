/* The state of reading texts with one language. Private to the matcher. */
#pragma once

#include "analysis/lexicon_priv.h"

#define ALD_SENTENCE_WORDS 250 /* a longer "sentence" is cut: no prose, and all work per sentence stays bounded */
#define ALD_SENTENCE_HITS 600  /* the same: written by people, a sentence has a few dozen */
#define ALD_WORD_SYMBOLS 10

/** A phrase that stands in the sentence; from and to: first and last word. */
struct ald_hit {
    uint32_t phrase, from, to;
};
struct ald_reached {
    uint64_t start[2], end[2]; /* running numbers of words: of the latest and the one before */
};
/** What a word means to a language; two parts for a contraction. */
struct ald_meaning {
    char text[ALD_WORD_BYTES];
    struct {
        bool stop;
        uint32_t n;
        const struct ald_posting *postings; /* of its symbols and of all sets that it alone is a member of; by state before */
    } parts[2];
    uint8_t parts_n;
    bool used, common;
};
struct ald_run {
    const struct ald_lexicon *lex;
    const struct ald_language *lang;
    struct ald_meaning *memo;
    size_t memo_n, memo_slots; /* slots: a power of two */
    struct ald_arena *memo_arena, *memo_own; /* what its meanings point to; itself */
    uint32_t *reached;            /* by symbol: the number of the gathering that last came to it */
    uint32_t gathering;
    struct ald_posting *gathered; /* room for one word's postings */
    size_t gathered_cap;
    struct ald_reached *states;
    uint32_t *recent;     /* by state: low bits of end[0], so that most states are passed over by a look at little memory */
    uint64_t *phrase_end; /* by phrase: where it last ended, so that it is noted once a place */
    uint64_t next, first; /* running number of the next word, and of the first of the sentence */
    struct {
        size_t from, to;
        uint8_t mark;
        bool other; /* one of the words by which another language is known */
    } words[2 * ALD_SENTENCE_WORDS + 2];
    uint32_t words_n;
    uint32_t common_n; /* words of the sentence by which the language is known */
    bool common;       /* the latest word is one */
    bool begun;      /* the sentence has a word, if only one without meaning */
    bool full_stop;  /* the sentence ended with one: a heading does not */
    bool ahead;      /* under a heading of what is to be done */
    uint8_t mark;    /* before the next word that is not left out */
    size_t from, to; /* bytes of the sentence */
    struct ald_hit *hits;
    size_t hits_n, hits_cap;
    uint64_t *part_last, *together_last; /* number of the sentence; shared by all languages */
    struct ald_arena *arena;
};

/** lexicon_memo.c: makes room for the meanings of words, on the run's arena; ald_run_forget frees what is not on it. */
void ald_run_remember(struct ald_run *run);
void ald_run_forget(struct ald_run *run);
/** lexicon_memo.c: what a word (not empty) means; holds until the next one is asked for. hash: ald_siphash of its text, which all
 *  languages look up. */
const struct ald_meaning *ald_run_meaning(struct ald_run *run, const struct ald_word *word, uint64_t hash);
/** lexicon_match.c: takes one word. @return how many places it has taken: none when it is left out. */
uint32_t ald_run_word(struct ald_run *run, const struct ald_word *word, uint64_t hash);
/** lexicon_sentence.c: does anything in the sentence negate, ask of it what is not (yet) real? */
bool ald_run_has_cue(const struct ald_run *run);
/** lexicon_sentence.c: the sentence is over. sentence: its number, counted over all texts; first_of_text: of the first
 *  sentence of this text; question: nothing holds in a question; foreign: the
 *  sentence is in another language, whose words do not count where this one spells another so ("die"). */
void ald_run_sentence(struct ald_run *run, uint64_t sentence, uint64_t first_of_text, bool question, bool foreign,
                      ald_found_fn *found, void *ctx);
