/* escalations_timed: how often a timer took the incident to a further level. It says that nobody answered in time, not
 * that the incident was complex: weight 0, description. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static bool by_timer(const struct ald_event *event)
{
    return event->kind == ALD_EV_ESCALATED && event->automatic == 1;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    ald_obs_moments(past, inc, by_timer, ALD_HOLDS_ESCALATIONS, "the source's timeline does not hold escalations", ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    return ald_evidence_moments(arena, past, inc, by_timer);
}

const struct ald_signal ald_signal_escalations_timed = {
    .id = "escalations_timed",
    .title = "Escalations by timer",
    .unit = "escalations",
    .help = "How often a timer took it to a further level, because nobody had answered. Weight 0: it tells of paging, not of the "
            "incident.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 0,
    .compute = compute,
    .evidence = evidence,
};
