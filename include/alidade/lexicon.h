/* The lexicon: rules that recognise ways of failing in what people wrote (METHODS 7). Rules are files of data/lexicon, one
 * per pattern and language; all of them are compiled into one automaton over words, so that a text is read once, whatever
 * the number of rules. Knows texts only: no incidents, no store. docs/PATTERNS.md says how rules are written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/embedded.h"
#include "alidade/err.h"

struct ald_lexicon;

/** What the rules of one id stand for. */
struct ald_pattern {
    const char *id, *title, *help;
    bool lorin;      /* counts for "Lorin's law" (Hochstein 2017): reliability work that became part of the failure */
    bool outside;    /* about others: words that name the organisation itself do not count */
    bool hypothesis; /* not a pattern of failing: an explanation that was given up; counted by a signal, never reported */
};
/** A sentence that a rule file gives as an example. Tests run all of them. */
struct ald_example {
    size_t pattern;
    bool positive;
    const char *text, *file;
    int line;
};

/** Compiles rule files; the table ends with a row without a name. Bytes must outlive the lexicon.
 *  @return ALD_ERR_CONFIG "NAME:LINE:COLUMN: what was expected". */
ALD_CHECK enum ald_rc ald_lexicon_read(const struct ald_embedded *files, struct ald_lexicon **ret, struct ald_err *err);
/** The rules of data/lexicon, read when the program was built; nothing to free. */
const struct ald_lexicon *ald_lexicon_built_in(void);
/** Of what ald_lexicon_read gave. */
void ald_lexicon_free(struct ald_lexicon *lexicon);
void ald_lexicon_freep(struct ald_lexicon **lexicon);

/** Patterns by id; hypotheses among them. */
size_t ald_lexicon_n(const struct ald_lexicon *lexicon);
const struct ald_pattern *ald_lexicon_at(const struct ald_lexicon *lexicon, size_t i);
/** Number of the pattern with this id, or SIZE_MAX. */
size_t ald_lexicon_find(const struct ald_lexicon *lexicon, const char *id);
/** Ids of the patterns that people may confirm or reject, joined by ", "; cut to n bytes. @return ret. */
const char *ald_patterns_known(const struct ald_lexicon *lexicon, char *ret, size_t n);
const struct ald_example *ald_lexicon_examples(const struct ald_lexicon *lexicon, size_t *ret_n);

/** One rule that holds in one sentence of a text. */
struct ald_found {
    size_t pattern;
    uint32_t rule;          /* number of the rule: the same rule may hold in many sentences, and counts once */
    double weight;          /* a pattern is there when the weights of its different rules come to 1 */
    size_t sentence, sentence_end; /* bytes of the sentence in the text, half-open */
    size_t from, to;        /* bytes of the words that matched */
};
typedef void ald_found_fn(void *ctx, const struct ald_found *found);

/** Working memory of reading texts; one thread. */
struct ald_matcher;
struct ald_matcher *ald_matcher_new(const struct ald_lexicon *lexicon);
void ald_matcher_free(struct ald_matcher *matcher);
void ald_matcher_freep(struct ald_matcher **matcher);
/** Reads one text of n bytes (any bytes; ill-formed UTF-8 separates words) and calls found for each rule that holds, in the
 *  order of sentences. Texts do not see each other: neighbours are sentences of the same text. Time is linear in n. */
void ald_matcher_read(struct ald_matcher *matcher, const char *text, size_t n, ald_found_fn *found, void *ctx);
