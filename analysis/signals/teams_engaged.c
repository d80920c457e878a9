/* teams_engaged: how many teams acknowledged, were assigned, acted or joined. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!ald_past_holds(past, inc, ALD_HOLDS_TEAMS)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ALD_HOLDS_TEAMS, "the source's timeline does not hold teams"));
        return;
    }
    size_t by_landmark = 0;
    for (size_t i = 0; i < inc->teams_n; i++)
        by_landmark += ald_by_landmark(inc, ald_incident_teams(inc)[i].at);
    ald_obs_accumulating(past, inc, ALD_HOLDS_TEAMS, (double)inc->teams_n, (double)by_landmark, ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    for (size_t i = 0; i < inc->teams_n; i++) {
        const char *where = ald_evidence_of(past->analysis, arena, &ald_incident_teams(inc)[i]);
        ald_evidence_add(&line,
                         ald_sprintf(arena, "%s (%s)", past->analysis->teams[ald_incident_teams(inc)[i].name], where ? where : "undated"));
    }
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_teams_engaged = {
    .id = "teams_engaged",
    .title = "Teams engaged",
    .unit = "teams",
    .help = "Distinct teams that acknowledged, were assigned, acted in the timeline or joined; automation aside.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
