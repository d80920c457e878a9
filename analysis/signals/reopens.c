/* reopens: how often it was opened again after it had been resolved. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static bool is_reopening(const struct ald_event *event)
{
    return event->kind == ALD_EV_REOPENED;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!ald_past_holds(past, inc, ALD_HOLDS_STATES)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ALD_HOLDS_STATES,
                                              "the source's timeline does not hold changes of state"));
        return;
    }
    *ret = (struct ald_obs){.has_total = true, .total = inc->reopens, .absent_landmark = "known afterwards only"};
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    return inc->reopens > 0 ? ald_evidence_moments(arena, past, inc, is_reopening) : NULL;
}

const struct ald_signal ald_signal_reopens = {
    .id = "reopens",
    .title = "Reopened",
    .unit = "times",
    .help = "How often it was opened again after it had been resolved. Known afterwards: description, on no axis.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_HINDSIGHT,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
