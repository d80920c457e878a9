/* The matches of all incidents, and how they are gathered. Private to analysis. */
#pragma once

#include "alidade/patterns.h"
#include "analysis/build.h"
#include "analysis/texts.h"

/** A sentence in which an explanation was given up. */
struct ald_given_up {
    uint32_t incident;
    uint64_t hash; /* of the sentence: the same one twice counts once */
    int64_t at;
    const char *quote;
};
struct ald_patterns {
    const struct ald_lexicon *lexicon;
    struct ald_match *matches; /* by incident, then pattern */
    uint32_t *first;           /* by incident; one more than incidents */
    struct ald_given_up *given_up; /* by incident, then time */
    size_t given_up_n;
    uint32_t *texts; /* by incident */
    bool none_written; /* texts were read, and no event up to as-of has one */
};
/** Takes what was found in texts (where they are stored) and reads every decision. Incidents must stand. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_patterns_gather(struct ald_build *b, struct ald_texts *texts, struct ald_err *err);
/** The sentence that f was found in, cut to what a report shows; arena-owned. Its hash tells the same one written twice. */
const char *ald_pattern_quote(struct ald_arena *arena, const char *text, const struct ald_found *f);
/** True when what a rule about others found is the organisation itself: "Acme had an outage" in Acme's own notes, or the name of a service of its own. */
bool ald_pattern_is_ours(const struct ald_analysis *analysis, struct ald_own_words *own, const char *text, const struct ald_found *f);
