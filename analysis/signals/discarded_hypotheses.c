/* discarded_hypotheses: how many explanations or remedies were tried and given up, from what was written while it lasted. */
#include "alidade/patterns.h"
#include "analysis/past.h"
#include "analysis/signals/signals.h"

#define ANY_FACET                                                                                                      \
    (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_SERVICES | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN)

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    size_t i = ald_past_index(past, inc);
    if (!past->analysis->settings->free_text) {
        ald_obs_absent(ret, "texts are not stored (free_text: off)");
        return;
    }
    if (!ald_texts_at(past->analysis, i) && !ald_past_holds(past, inc, ANY_FACET)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ANY_FACET, "the source's timeline holds no texts"));
        return;
    }
    struct ald_discarded found = ald_discarded_at(past->analysis, i);
    ald_obs_accumulating(past, inc, ANY_FACET, (double)found.n, (double)found.by_landmark, ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_discarded found = ald_discarded_at(past->analysis, ald_past_index(past, inc));
    struct ald_evidence line = {.arena = arena};
    if (!found.n)
        return NULL;
    ald_evidence_add(&line, ald_sprintf(arena, "\"%s\"", found.quote));
    line.left_out += found.n - 1;
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_discarded_hypotheses = {
    .id = "discarded_hypotheses",
    .title = "Explanations given up",
    .unit = "sentences",
    .help = "Different sentences of the timeline in which an explanation or a remedy was given up.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
