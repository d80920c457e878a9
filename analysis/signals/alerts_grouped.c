/* alerts_grouped: how many alerts were grouped into it. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    ald_obs_counted(past, inc, ALD_GIVEN_ALERT, "the source's timeline does not hold alerts", ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    return ald_evidence_counted(arena, past, inc, ALD_GIVEN_ALERT);
}

const struct ald_signal ald_signal_alerts_grouped = {
    .id = "alerts_grouped",
    .title = "Alerts grouped",
    .unit = "alerts",
    .help = "Alerts that were grouped into it; a number without dates is only its total.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
