/* responders_engaged: how many people acknowledged, were assigned, acted or joined. Counts only; never who. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!past->analysis->settings->people_stored) {
        ald_obs_absent(ret, "people are not stored");
        return;
    }
    if (!ald_past_holds(past, inc, ALD_HOLDS_RESPONDERS)) {
        ald_obs_absent(
            ret, ald_past_not_held(past, inc, ALD_HOLDS_RESPONDERS, "the source's timeline does not hold responders"));
        return;
    }
    size_t index = ald_past_index(past, inc), n = ald_past_engaged_n(past, index), by_landmark = 0;
    for (size_t i = 0; i < n; i++)
        by_landmark += ald_by_landmark(inc, ald_past_engaged(past, index, i).at);
    ald_obs_accumulating(past, inc, ALD_HOLDS_RESPONDERS, (double)n, (double)by_landmark, ret);
}

/* Where each person first shows, without saying who it is. */
static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    size_t index = ald_past_index(past, inc);
    for (size_t i = 0; i < ald_past_engaged_n(past, index); i++) {
        struct ald_named person = ald_past_engaged(past, index, i);
        const char *where = ald_evidence_of(past->analysis, arena, &person);
        ald_evidence_add(&line, where ? where : "undated");
    }
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_responders_engaged = {
    .id = "responders_engaged",
    .title = "Responders engaged",
    .unit = "people",
    .help =
        "Distinct people who acknowledged, were assigned, acted in the timeline or joined; automation and people whom "
        "the source cannot map aside.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
