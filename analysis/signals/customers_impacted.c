/* customers_impacted: how many customers were hit, as the record gives it. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    ald_obs_measured(past, inc, ALD_GIVEN_CUSTOMERS, ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    return ald_evidence_measured(arena, past, inc, ALD_GIVEN_CUSTOMERS);
}

const struct ald_signal ald_signal_customers_impacted = {
    .id = "customers_impacted",
    .title = "Customers impacted",
    .unit = "customers",
    .help = "Customers impacted, as the record gives it; dated words count up to the landmark, undated ones describe only.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_LANDMARK | ALD_HINDSIGHT,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
