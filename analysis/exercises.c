/* Exercises (METHODS 9): which services they covered, what came after, and which services with incidents had none. */
#include <stdlib.h>

#include "alidade/capacity.h"
#include "analysis/summaries.h"

static size_t collect(const bool *set, size_t n, struct ald_arena *arena, const uint32_t **ret)
{
    uint32_t *list = ald_calloc(arena, n, sizeof *list);
    size_t found = 0;
    for (size_t i = 0; i < n; i++) /* services are numbered by name */
        if (set[i])
            list[found++] = (uint32_t)i;
    *ret = list;
    return found;
}

static void mark(const struct ald_incident *inc, bool *set)
{
    for (size_t i = 0; i < inc->services_n; i++)
        set[inc->services[i].name] = true;
}

/* Incidents that began after an exercise of the period on one of its services. first: by service, the earliest such. */
static size_t later(const struct ald_analysis *a, const int64_t *first)
{
    size_t n = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        bool after = false;
        if (inc->cls != ALD_INCIDENT || inc->started_at == ALD_TIME_NONE || inc->started_at > a->as_of)
            continue;
        for (size_t s = 0; s < inc->services_n; s++) {
            int64_t exercised = first[inc->services[s].name];
            after = after || (exercised != ALD_TIME_NONE && inc->started_at > exercised);
        }
        n += after;
    }
    return n;
}

void ald_exercises_fill(const struct ald_analysis *a, const struct ald_figures *f, struct ald_arena *arena,
                        struct ald_exercises *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    bool *covered = ald_calloc(scratch, a->services_n, 1), *exercised = ald_calloc(scratch, a->services_n, 1),
         *hit = ald_calloc(scratch, a->services_n, 1);
    int64_t *first = ald_calloc(scratch, a->services_n, sizeof *first);
    int64_t oldest =
        ald_zone_day_start(a->zone, ald_lookback_start_day(f->period.start_day, a->settings->lookback_quarters));
    uint32_t *list = NULL;
    size_t cap = 0;
    *ret = (struct ald_exercises){.n = 0};
    for (size_t s = 0; s < a->services_n; s++)
        first[s] = ALD_TIME_NONE;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (inc->cls != ALD_EXERCISE || inc->started_at == ALD_TIME_NONE || inc->started_at < oldest ||
            inc->started_at >= f->period.end || inc->started_at > a->as_of)
            continue;
        mark(inc, exercised);
        if (inc->started_at < f->period.start) {
            ret->in_lookback++;
            continue;
        }
        list = ald_grow(arena, list, ret->n, &cap, sizeof *list);
        list[ret->n++] = (uint32_t)i;
        mark(inc, covered);
        for (size_t s = 0; s < inc->services_n; s++)
            if (first[inc->services[s].name] == ALD_TIME_NONE)
                first[inc->services[s].name] = inc->started_at;
    }
    for (size_t i = 0; i < f->incidents_n; i++)
        mark(&a->incidents[f->incidents[i]], hit);
    for (size_t s = 0; s < a->services_n; s++) {
        ret->with_incidents += hit[s];
        hit[s] = hit[s] && !exercised[s];
    }
    ret->list = list;
    ret->covered_n = collect(covered, a->services_n, arena, &ret->covered);
    ret->never_n = collect(hit, a->services_n, arena, &ret->never);
    ret->later = later(a, first);
}
