/* unfamiliar_responders: share of those engaged who had not worked on an incident of these services lately. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* First entry of a service that does not come before (person, at). */
static size_t lower(const struct ald_past *past, uint32_t service, uint32_t person, int64_t at)
{
    size_t lo = past->engagements_at[service], hi = past->engagements_at[service + 1];
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct ald_engagement *e = &past->engagements[mid];
        bool before = e->person != person ? e->person < person : e->at < at;
        if (before)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool is_familiar(const struct ald_past *past, const struct ald_incident *inc, uint32_t person)
{
    uint32_t self = (uint32_t)ald_past_index(past, inc);
    for (size_t s = 0; s < ald_past_services(inc); s++) {
        uint32_t service = inc->services[s].name;
        for (size_t i = lower(past, service, person, inc->started_at - ALD_HISTORY_WINDOW_MS);
             i < past->engagements_at[service + 1]; i++) {
            const struct ald_engagement *e = &past->engagements[i];
            if (e->person != person || e->at >= inc->started_at)
                break;
            if (e->incident != self)
                return true;
        }
    }
    return false;
}

/* Some source of its responders must reach back far enough. */
static bool has_history(const struct ald_past *past, const struct ald_incident *inc)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        int64_t first = past->source_history_start[r];
        if ((past->analysis->records[r].timeline & ALD_HOLDS_RESPONDERS) && first != ALD_TIME_NONE &&
            inc->started_at - first >= ALD_HISTORY_LEAST_MS)
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
    if (!past->engaged_n[ald_past_index(past, inc)])
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
    size_t index = ald_past_index(past, inc), n = past->engaged_n[index], unfamiliar = 0, early = 0,
           early_unfamiliar = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ald_named *person = &past->engaged[index][i];
        bool stranger = !is_familiar(past, inc, person->name), in_time = ald_by_landmark(inc, person->at);
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
    size_t index = ald_past_index(past, inc), n = past->engaged_n[index], unfamiliar = 0;
    for (size_t i = 0; i < n; i++)
        unfamiliar += !is_familiar(past, inc, past->engaged[index][i].name);
    ald_evidence_add(&line, ald_sprintf(arena, "%zu of %zu responders new to its services in 90 days", unfamiliar, n));
    for (size_t i = 0; i < n; i++) {
        const struct ald_named *person = &past->engaged[index][i];
        const char *where = is_familiar(past, inc, person->name) ? NULL : ald_evidence_of(past->analysis, arena, person);
        if (!is_familiar(past, inc, person->name))
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
