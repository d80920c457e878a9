/* patterns: how many ways of failing were recognised. Hindsight, but for those that a person confirmed before the start. */
#include "alidade/patterns.h"

#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    size_t n, total = 0, before = 0;
    const struct ald_match *list = ald_matches_at(past->analysis, ald_past_index(past, inc), &n);
    for (size_t i = 0; i < n; i++) {
        total += list[i].tag != ALD_TAG_REJECTED;
        before += list[i].tag == ALD_TAG_CONFIRMED && inc->started_at != ALD_TIME_NONE && list[i].decided_at < inc->started_at;
    }
    if (!past->analysis->settings->free_text && !total) {
        ald_obs_absent(ret, "texts are not stored (free_text: off)");
        return;
    }
    if (before)
        ald_obs_structural(ret, (double)before);
    else
        *ret = (struct ald_obs){.absent_landmark = "hindsight: known after the incident"};
    ret->has_total = true;
    ret->total = (double)total;
    ret->absent = NULL;
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    size_t n;
    const struct ald_match *list = ald_matches_at(past->analysis, ald_past_index(past, inc), &n);
    for (size_t i = 0; i < n; i++)
        if (list[i].tag != ALD_TAG_REJECTED)
            ald_evidence_add(&line, ald_sprintf(arena, "%s (%s)", ald_lexicon_at(ald_analysis_lexicon(past->analysis), list[i].pattern)->id,
                                                ald_tag_name(list[i].tag)));
    const char *text = ald_evidence_end(&line);
    return text ? text : "its texts, in which no pattern was recognised";
}

const struct ald_signal ald_signal_patterns = {
    .id = "patterns",
    .title = "Patterns of failing",
    .unit = "patterns",
    .help = "Patterns suggested by the texts or confirmed by people, rejected ones left out. On the axis only what a person "
            "confirmed before the start.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_STRUCTURAL | ALD_HINDSIGHT,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
