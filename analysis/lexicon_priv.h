/* The compiled lexicon. A phrase is a chain of states over symbols (words, exact words, beginnings of words, sets of
 * phrases); phrases that begin alike share the states of their beginnings. A symbol knows which states it can enter, so a
 * word costs only the phrases that it occurs in. Private to analysis. */
#pragma once

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/lexicon.h"
#include "alidade/yaml.h"
#include "analysis/lexicon_words.h"
#include "analysis/names.h"

#define ALD_GAP_SHORT 3 /* words that ".." may skip */
#define ALD_GAP_LONG 8  /* words that "..." and "~" may skip */
#define ALD_LANGUAGES 32
#define ALD_PHRASE_ELEMENTS 24
#define ALD_PHRASE_CUES 4
#define ALD_PHRASE_SETS 6    /* sets of one phrase whose members hold cue words */
#define ALD_PHRASE_OPTIONS 4 /* optional words of one phrase: each doubles it */

enum ald_phrase_kind {
    ALD_PHRASE_SET,      /* a member of a set: gives the symbol of the set */
    ALD_PHRASE_RULE,
    ALD_PHRASE_PART,     /* one of the phrases that must stand in neighbouring sentences */
    ALD_PHRASE_NEGATION, /* of one rule file: voids its rules in the sentence */
    /* Of a language: */
    ALD_CUE_NOT,         /* negates what follows soon */
    ALD_CUE_NOT_BEFORE,  /* negates what it follows */
    ALD_CUE_MODAL,       /* "will", "could": the whole clause and what follows is not (yet) real */
    ALD_CUE_PURPOSE,     /* "to prevent": what follows is not real, up to what came of it */
    ALD_CUE_UNREAL,      /* "if", "we plan to": what follows is not real */
    ALD_CUE_EXCEPT,      /* undoes the cues within it */
    ALD_CUE_TURN,        /* ends the reach of cues in both directions: "but", "because" */
    ALD_CUE_JOIN,        /* ends the backward reach: "and", "which" */
    ALD_CUE_OUTCOME,     /* ends the reach of a purpose: "resulted in" */
    ALD_CUE_AHEAD,       /* a heading under which stands what is to be done: "action items" */
    ALD_CUE_BACK         /* a heading under which stands what was: "root cause" */
};
struct ald_phrase {
    uint8_t kind;
    bool one_word;
    uint8_t cues_n, sets_n;
    bool as_written;
    uint32_t cues[ALD_PHRASE_CUES]; /* cue words that are its own: "could", "not" of "could not be restored" */
    uint32_t sets[ALD_PHRASE_SETS]; /* its sets with members that hold a cue word: "could not keep up" */
    uint32_t of;   /* set and cue of one word: symbol; part: number of the part; else the rule file */
    uint32_t rule; /* number of the rule, for counting each once */
    double weight;
};
struct ald_posting {
    uint32_t symbol;
    uint32_t before; /* state that must hold; first: none */
    uint32_t to;     /* state that is entered; last: phrase that is complete; set: symbol of the set */
    uint16_t same;   /* postings of the symbol from this one on that want the same state before */
    uint8_t gap;     /* words that may stand between the element before and this one */
    bool first : 1, last : 1;
    bool set : 1; /* the phrase that is complete only gives the symbol of its set: most are, and need no look at the phrase */
};
/** Phrases that must all hold in one sentence or in two neighbours. */
struct ald_together {
    uint32_t file, rule, part, parts_n; /* parts part .. part+parts_n-1 */
    double weight;
};
struct ald_ending {
    const char *from, *to;
    size_t from_n, to_n;
};
struct ald_fold_step {
    const struct ald_ending *endings;
    size_t n;
};
struct ald_language {
    const char *code;
    struct ald_names *symbols; /* "=word", "~stem", "^beginning", "$end of a stem", "#", "^" (the sentence begins), "<set>" */
    struct ald_names *irregular, *stop, *contraction, *abbreviation;
    struct ald_names *common;       /* words by which the language is known */
    struct ald_names *after_number; /* before them a full stop after a number ends no sentence: "12. April" */
    const struct ald_ending *letters; /* "ä" -> "ae": in texts and rules alike, before anything else */
    size_t letters_n;
    const char **irregular_to, **contraction_to;
    size_t irregular_cap, contraction_cap;
    const struct ald_fold_step *steps;
    size_t steps_n;
    uint64_t beginnings, ends; /* bit n: some beginning, some end of a stem has n bytes */
    uint32_t start;      /* symbol of the beginning of a sentence, ALD_NOBODY when no phrase wants it */
    struct ald_posting *postings; /* sorted by symbol */
    size_t postings_n, postings_cap;
    uint32_t *first; /* of each symbol's postings; one more than symbols */
    struct ald_phrase *phrases;
    size_t phrases_n, phrases_cap;
    uint32_t states_n;
    struct ald_names *beginning; /* "state before/gap:symbols" of each state; only while compiling */
    bool *cue_word; /* by symbol: it begins a cue; only while compiling */
    size_t cue_word_n;
    struct ald_set_cue {
        uint32_t set, cue;
    } * set_cues; /* cue words that are members of sets; only while compiling */
    size_t set_cues_n, set_cues_cap;
    struct ald_set_inner {
        uint32_t set, inner;
    } * set_inner; /* a set, and one (itself, or one that it uses) whose members hold cue words; only while compiling */
    size_t set_inner_n, set_inner_cap;
};
struct ald_rule_file {
    size_t pattern;
    uint32_t language;
    bool as_written;
};
struct ald_lexicon {
    struct ald_arena *arena;
    struct ald_language *languages;
    size_t languages_n, languages_cap;
    struct ald_pattern *patterns;
    size_t patterns_n, patterns_cap;
    struct ald_rule_file *files;
    size_t files_n, files_cap;
    struct ald_together *together;
    size_t together_n, together_cap;
    struct ald_example *examples;
    size_t examples_n, examples_cap;
    uint32_t parts_n, rules_n;
    uint32_t *together_of; /* by part */
};

/* ---- lexicon_fold.c ---- */
/** Reads what a language file says of words: steps, irregular, stop, contractions, abbreviations. */
ALD_CHECK enum ald_rc ald_language_words(struct ald_lexicon *lex, struct ald_language *lang, const char *file,
                                         const struct ald_yaml *root, struct ald_err *err);
/** Spells a word (lower case) with the language's letters, in place. */
void ald_language_spell(const struct ald_language *lang, char *word);
/** Folds an inflected word (lower case) into ret, which holds ALD_WORD_BYTES. */
void ald_language_fold(const struct ald_language *lang, const char *word, char *ret);
/** Splits a contraction ("didn't" -> "did", "not"): *ret_rest is "" when there is none. */
void ald_language_contraction(const struct ald_language *lang, const char *word, char *ret_head, const char **ret_rest);

/* ---- lexicon_read.c: one file each; languages before patterns ---- */
ALD_CHECK enum ald_rc ald_lexicon_read_language(struct ald_lexicon *lex, const char *file, const struct ald_yaml *root,
                                                struct ald_err *err);
ALD_CHECK enum ald_rc ald_lexicon_read_pattern(struct ald_lexicon *lex, const char *file, const struct ald_yaml *root,
                                               struct ald_err *err);

/* ---- lexicon_write.c: when the program is built ---- */
/** Adds a C source that defines ald_lexicon_built_in as this lexicon. The same lexicon gives the same bytes. */
ALD_CHECK enum ald_rc ald_lexicon_write(const struct ald_lexicon *lex, struct ald_buf *out, struct ald_err *err);
/** Reads rule files and writes their lexicon. @return ALD_ERR_CONFIG as ald_lexicon_read; ALD_ERR_IO. */
ALD_CHECK enum ald_rc ald_lexicon_compile(const char *const *paths, size_t n, struct ald_buf *out, struct ald_err *err);

/* ---- lexicon_compile.c ---- */
/** The phrase of a scalar node, with its optional words spelt out and "~" in both orders. local: code of the file's own
 *  sets, looked up before the language's. */
ALD_CHECK enum ald_rc ald_lexicon_phrase(struct ald_lexicon *lex, struct ald_language *lang, const char *file,
                                         const struct ald_yaml *node, const char *local, const struct ald_phrase *phrase,
                                         struct ald_err *err);
/** Notes the cue words that a member brings into its set: a phrase of the set has them as its own, those of a member of
 *  several words where that member stands. */
void ald_lexicon_set_cues(struct ald_lexicon *lex, struct ald_language *lang, uint32_t set, const struct ald_phrase *member);
/** Sorts the postings. */
void ald_lexicon_finish(struct ald_lexicon *lex, struct ald_language *lang);
/** Fails with "FILE:LINE:COLUMN: ...". */
enum ald_rc ald_lexicon_bad(const char *file, const struct ald_yaml *node, struct ald_err *err, const char *fmt, ...)
    ALD_PRINTF(4, 5);
#if defined(__clang_analyzer__) && !defined(ALD_LEXICON_BAD) /* which looks at one file at a time, and would suppose that it may return ALD_OK */
#define ald_lexicon_bad(...) ((void)ald_lexicon_bad(__VA_ARGS__), ALD_ERR_CONFIG)
#endif
