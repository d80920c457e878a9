/* services_impacted: how many services are named. Those named at the start are structural, dated additions accumulate,
 * undated ones are hindsight: they count in the total alone. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    bool held = ald_past_holds(past, inc, ALD_HOLDS_SERVICES);
    if (!inc->services_n && !held) {
        ald_obs_absent(
            ret, ald_past_not_held(past, inc, ALD_HOLDS_SERVICES, "the source's timeline does not hold services"));
        return;
    }
    size_t at_start = 0, added = 0, dated = 0;
    for (size_t i = 0; i < inc->services_n; i++) {
        const struct ald_named *service = &inc->services[i];
        dated += service->at_start || service->at != ALD_TIME_NONE;
        at_start += service->at_start;
        added += !service->at_start && ald_by_landmark(inc, service->at);
    }
    ald_obs_accumulating(past, inc, ALD_HOLDS_SERVICES, (double)inc->services_n, (double)(at_start + added), ret);
    if (inc->services_n && !dated) {
        ret->has_landmark_value = ret->has[ALD_LANDMARK_READING] = false;
        ret->absent_landmark = "services are not dated by this source";
        return;
    }
    ret->has[ALD_START_READING] = true;
    ret->axis_value[ALD_START_READING] = (double)at_start;
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    for (size_t i = 0; i < inc->services_n; i++) {
        const struct ald_named *service = &inc->services[i];
        const char *where = ald_evidence_of(past->analysis, arena, service);
        const char *when = service->at_start              ? "at the start"
                           : service->at == ALD_TIME_NONE ? "undated"
                                                          : "added later";
        ald_evidence_add(&line, ald_sprintf(arena, "%s (%s%s, %s)", past->analysis->services[service->name], when,
                                            service->stand_in ? ", stand-in" : "",
                                            where ? where : "no field"));
    }
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_services_impacted = {
    .id = "services_impacted",
    .title = "Services impacted",
    .unit = "services",
    .help = "Services that the incident names: at the start, added by the landmark, in all.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_STRUCTURAL | ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
