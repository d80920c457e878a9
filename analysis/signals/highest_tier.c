/* highest_tier: the highest tier among the services named at the start; 1 is the highest, so less is more. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* The one of the highest tier, or NULL. */
static const struct ald_named *highest(const struct ald_past *past, const struct ald_incident *inc)
{
    const struct ald_named *best = NULL;
    for (size_t i = 0; i < inc->services_n; i++) {
        const struct ald_named *service = &inc->services[i];
        int tier = past->org->tier[service->name];
        if (service->at_start && tier > 0 && (!best || tier < past->org->tier[best->name]))
            best = service;
    }
    return best;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    const struct ald_named *best = highest(past, inc);
    if (!best) {
        ald_obs_absent(ret, "no service named at the start has a tier");
        return;
    }
    int tier = past->org->tier[best->name];
    ald_obs_structural(ret, -tier);
    ret->total = tier;
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    const struct ald_named *best = highest(past, inc);
    return best ? ald_sprintf(arena, "%s (tier %d)", past->analysis->services[best->name], past->org->tier[best->name])
                : NULL;
}

const struct ald_signal ald_signal_highest_tier = {
    .id = "highest_tier",
    .title = "Highest tier",
    .unit = "tier",
    .help = "The highest tier of the services named at the start. 1 is the highest and stands highest on the axis, so a "
            "negative correlation means that higher tiers last longer.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_STRUCTURAL,
    .weight = 1,
    .less_is_more = true,
    .compute = compute,
    .evidence = evidence,
};
