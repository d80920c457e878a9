/* unfamiliar_responders: share of those engaged who had not worked on an incident of these services lately. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static int64_t first_of(const struct ald_past *past, const char *source)
{
    size_t i = 0;
    while (i < past->source_starts_n && past->source_starts[i].source != source)
        i++;
    return i < past->source_starts_n ? past->source_starts[i].first : ALD_TIME_NONE;
}

/* Some source of its responders must reach back far enough. */
static bool has_history(const struct ald_past *past, const struct ald_incident *inc)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_traits *traits = past->analysis->records[inc->records[i]].traits;
        int64_t first = traits->timeline & ALD_HOLDS_RESPONDERS ? first_of(past, traits->source) : ALD_TIME_NONE;
        if (first != ALD_TIME_NONE && inc->started_at - first >= ALD_HISTORY_LEAST_MS)
            return true;
    }
    return false;
}

static const char *why_absent(const struct ald_past *past, const struct ald_incident *inc)
{
    if (!past->analysis->settings->people_stored)
        return "people are not stored";
    if (!ald_past_holds(past, inc, ALD_HOLDS_RESPONDERS))
        return ald_past_not_held(past, inc, ALD_HOLDS_RESPONDERS, "the source's timeline does not hold responders");
    if (inc->started_at == ALD_TIME_NONE)
        return "no start is recorded";
    if (!ald_past_engaged_n(past, ald_past_index(past, inc)))
        return "no responders";
    if (!inc->services_n)
        return "no service is recorded";
    return has_history(past, inc) ? NULL : "less than 28 days of the source's history";
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    const char *absent = why_absent(past, inc);
    if (absent) {
        ald_obs_absent(ret, absent);
        return;
    }
    size_t index = ald_past_index(past, inc), n = ald_past_engaged_n(past, index), unfamiliar = 0, early = 0,
           early_unfamiliar = 0;
    for (size_t i = 0; i < n; i++) {
        bool stranger = !ald_past_is_familiar(past, index, i), in_time = ald_by_landmark(inc, ald_past_engaged(past, index, i).at);
        unfamiliar += stranger;
        early += in_time;
        early_unfamiliar += in_time && stranger;
    }
    double share = early ? (double)early_unfamiliar / (double)early : 0;
    ald_obs_accumulating(past, inc, ALD_HOLDS_RESPONDERS, (double)unfamiliar / (double)n, share, ret);
    if (!early && ret->has_landmark_value) {
        ret->has_landmark_value = ret->has[ALD_LANDMARK_READING] = false;
        ret->absent_landmark = "no responders by the landmark";
    }
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    if (why_absent(past, inc))
        return NULL;
    struct ald_evidence line = {.arena = arena};
    size_t index = ald_past_index(past, inc), n = ald_past_engaged_n(past, index), unfamiliar = 0;
    for (size_t i = 0; i < n; i++)
        unfamiliar += !ald_past_is_familiar(past, index, i);
    ald_evidence_add(&line, ald_sprintf(arena, "%zu of %zu responders new to its services in 90 days", unfamiliar, n));
    for (size_t i = 0; i < n; i++) {
        if (ald_past_is_familiar(past, index, i))
            continue;
        struct ald_named person = ald_past_engaged(past, index, i);
        const char *where = ald_evidence_of(past->analysis, arena, &person);
        ald_evidence_add(&line, where ? where : "undated");
    }
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_unfamiliar_responders = {
    .id = "unfamiliar_responders",
    .title = "Unfamiliar responders",
    .unit = "share",
    .help = "Share of the people engaged who had not been engaged in an incident on any of its services in the 90 days "
            "before the start.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
