/* customer_reports: how many support tickets of customers were linked to it. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    ald_obs_counted(past, inc, ALD_GIVEN_REPORT, "the source does not tell linked support tickets", ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    return ald_evidence_counted(arena, past, inc, ALD_GIVEN_REPORT);
}

const struct ald_signal ald_signal_customer_reports = {
    .id = "customer_reports",
    .title = "Customer reports",
    .unit = "tickets",
    .help = "Support tickets of customers that were linked to it.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
