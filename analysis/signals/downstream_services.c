/* downstream_services: services that need those named at the start, directly or through others. */
#include <stdlib.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* Its services that the graph knows, as numbers (heap). */
static uint32_t *known(const struct ald_past *past, const struct ald_incident *inc, size_t *ret_n)
{
    size_t n = 0;
    uint32_t *list = calloc(inc->services_n + 1, sizeof *list);
    if (!list)
        abort();
    for (size_t i = 0; i < inc->services_n; i++)
        if (inc->services[i].at_start && past->org->in_graph[inc->services[i].name])
            list[n++] = inc->services[i].name;
    *ret_n = n;
    return list;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!past->org->edges_n) {
        ald_obs_absent(ret, "what depends on what is not known");
        return;
    }
    size_t n;
    uint32_t *services = known(past, inc, &n);
    if (n > 0)
        ald_obs_structural(ret, (double)ald_org_downstream(past->org, services, n, NULL));
    else
        ald_obs_absent(ret, "no service named at the start is in the graph of services");
    free(services);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    size_t n;
    uint32_t *services = known(past, inc, &n), *found = NULL;
    size_t found_n = n ? ald_org_downstream(past->org, services, n, &found) : 0;
    for (size_t i = 0; i < found_n; i++)
        ald_evidence_add(&line, past->analysis->services[found[i]]);
    if (n && !found_n)
        ald_evidence_add(&line, "the graph of services: nothing depends on them");
    free(found);
    free(services);
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_downstream_services = {
    .id = "downstream_services",
    .title = "Services downstream",
    .unit = "services",
    .help = "Services that depend, directly or through others, on those named at the start.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_STRUCTURAL,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
