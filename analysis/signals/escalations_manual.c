/* escalations_manual: how often a person took the incident to a further level. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static bool by_person(const struct ald_event *event)
{
    return event->kind == ALD_EV_ESCALATED && event->human;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    ald_obs_moments(past, inc, by_person, ALD_HOLDS_ESCALATIONS, "the source's timeline does not hold escalations", ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    return ald_evidence_moments(arena, past, inc, by_person);
}

const struct ald_signal ald_signal_escalations_manual = {
    .id = "escalations_manual",
    .title = "Escalations by people",
    .unit = "escalations",
    .help = "How often a person took it to a further level of the escalation.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
