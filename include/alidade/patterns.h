/* Patterns of incidents (METHODS 7): what the lexicon suggests from what was written, with its quote, and what people
 * confirmed or rejected. The two are never mixed: a report says which is which. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/lexicon.h"

#define ALD_WIDE 0.8 /* blast radius from which an incident counts as wide */

enum ald_tag { ALD_TAG_SUGGESTED, ALD_TAG_CONFIRMED, ALD_TAG_REJECTED, ALD_TAG_N };
const char *ald_tag_name(enum ald_tag tag); /* "suggested", "confirmed", "rejected" */

/** One pattern of one incident. */
struct ald_match {
    size_t pattern;     /* number in the lexicon */
    enum ald_tag tag;
    const char *quote;  /* at most 200 characters of the sentence; NULL: no text says so, people do */
    int64_t at;         /* when the text was written; ALD_TIME_NONE: the title, or no quote */
    const char *reason; /* of the people's decision; NULL: none */
    int64_t decided_at; /* ALD_TIME_NONE: nobody decided */
};
/** Matches by pattern, rejected ones among them; analysis-owned. */
const struct ald_match *ald_matches_at(const struct ald_analysis *analysis, size_t incident, size_t *ret_n);
/** The match of one pattern, or NULL. */
const struct ald_match *ald_match_of(const struct ald_analysis *analysis, size_t incident, size_t pattern);
/** The lexicon of the analysis. Its hypotheses are no patterns: see struct ald_pattern. */
const struct ald_lexicon *ald_analysis_lexicon(const struct ald_analysis *analysis);

/** Explanations that were given up: different sentences of the timeline. */
struct ald_discarded {
    size_t n, by_landmark;
    const char *quote; /* the first of them; NULL when n is 0 */
};
struct ald_discarded ald_discarded_at(const struct ald_analysis *analysis, size_t incident);
/** Texts of its timeline that were read. */
size_t ald_texts_at(const struct ald_analysis *analysis, size_t incident);

/* ---- Figures of a period ---- */
struct ald_pattern_count {
    size_t pattern, confirmed, suggested;
    struct ald_interval past;      /* within which the number lies in a period like those before; METHODS 5, Count */
    size_t read;                   /* of its incidents, those with a start reading */
    double mean_percentile;        /* of them; only when read > 0 */
    struct ald_interval percentile_ci; /* of that mean: METHODS 5, adjusted shift; cut at 0 and 1 */
};
struct ald_pattern_figures {
    const struct ald_pattern_count *patterns; /* every pattern, by id */
    size_t patterns_n, n;                     /* n: incidents of the period */
    size_t wide, lorin;                       /* incidents at ALD_WIDE or above in the reading shown; those with a pattern of Lorin's law */
    size_t lorin_all;                         /* the same of all n */
    size_t lorin_confirmed;                   /* of these, those where a person confirmed one */
    size_t without_text;                      /* incidents of which no text but the title was read */
};
void ald_patterns_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                       struct ald_pattern_figures *ret);
