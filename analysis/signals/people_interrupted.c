/* people_interrupted: how many people were notified or paged and did nothing in it. Counts only; never who. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static bool idle_by_landmark(const struct ald_incident *inc, const struct ald_called *called)
{
    bool acted = called->acted && (called->acted_at == ALD_TIME_NONE || ald_by_landmark(inc, called->acted_at));
    return ald_by_landmark(inc, called->at) && !acted;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!past->analysis->settings->people_stored) {
        ald_obs_absent(ret, "people are not stored");
        return;
    }
    if (!ald_past_holds(past, inc, ALD_HOLDS_NOTIFIED)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ALD_HOLDS_NOTIFIED,
                                              "the source's timeline does not hold who was notified"));
        return;
    }
    size_t index = ald_past_index(past, inc), n = 0, by_landmark = 0;
    for (uint32_t i = past->called_at[index]; i < past->called_at[index + 1]; i++) {
        n += !past->called[i].acted;
        by_landmark += idle_by_landmark(inc, &past->called[i]);
    }
    ald_obs_accumulating(past, inc, ALD_HOLDS_NOTIFIED, (double)n, (double)by_landmark, ret);
}

/* Where each was notified, without saying who it is. */
static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    size_t index = ald_past_index(past, inc);
    for (uint32_t i = past->called_at[index]; i < past->called_at[index + 1]; i++)
        if (!past->called[i].acted)
            ald_evidence_add(&line, past->called[i].evidence ? past->called[i].evidence : "undated");
    if (!line.text && past->called_at[index + 1] > past->called_at[index])
        ald_evidence_add(&line, "all who were notified acted");
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_people_interrupted = {
    .id = "people_interrupted",
    .title = "People interrupted",
    .unit = "people",
    .help = "People who were notified or paged and did not act: no acknowledgement, joining, note or change.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
