/* escalations_timed: how often a timer took the incident to a further level. It says that nobody answered in time, not
 * that the incident was complex: weight 0, description. */
#include <stdlib.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

static bool by_timer(const struct ald_event *event)
{
    return event->kind == ALD_EV_ESCALATED && event->automatic == 1;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!ald_past_holds(past, inc, ALD_HOLDS_ESCALATIONS)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ALD_HOLDS_ESCALATIONS,
                                              "the source's timeline does not hold escalations"));
        return;
    }
    struct ald_when *list;
    size_t n = ald_past_moments(past, inc, by_timer, &list), by_landmark = 0;
    for (size_t i = 0; i < n; i++)
        by_landmark += ald_by_landmark(inc, list[i].at);
    free(list);
    ald_obs_accumulating(past, inc, ALD_HOLDS_ESCALATIONS, (double)n, (double)by_landmark, ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    struct ald_when *list;
    size_t n = ald_past_moments(past, inc, by_timer, &list);
    for (size_t i = 0; i < n; i++)
        ald_evidence_add(&line, list[i].event_id);
    free(list);
    return ald_evidence_end(&line);
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
