/* Planned work that stood around an incident: what a person would ask of first. A matter of times and services, no verdict. Pure. */
#include "alidade/analysis.h"

#include <stdlib.h>

#define BEFORE_MS ALD_DAY_MS /* work that was over for longer is not looked at */

/* A service that both name, or ALD_NOBODY. */
static uint32_t shared_service(const struct ald_incident *a, const struct ald_incident *b)
{
    for (uint32_t i = 0; i < a->services_n; i++)
        for (uint32_t k = 0; k < b->services_n; k++)
            if (a->services[i].name == b->services[k].name)
                return a->services[i].name;
    return ALD_NOBODY;
}

/* Latest start first. */
static int order(const void *x, const void *y)
{
    const struct ald_planned_near *a = x, *b = y;
    if (a->start != b->start)
        return a->start > b->start ? -1 : 1;
    return (a->incident > b->incident) - (a->incident < b->incident);
}

size_t ald_analysis_planned_near(const struct ald_analysis *analysis, size_t i, struct ald_arena *arena, struct ald_planned_near **ret)
{
    const struct ald_incident *inc = &analysis->incidents[i];
    size_t n = 0, cap = 0;
    *ret = NULL;
    for (size_t k = 0; k < analysis->incidents_n && inc->started_at != ALD_TIME_NONE; k++) {
        const struct ald_incident *planned = &analysis->incidents[k];
        if (planned->cls != ALD_PLANNED || k == i || planned->spans_n == 0)
            continue;
        int64_t end = planned->spans[planned->spans_n - 1].end;
        if (planned->spans[0].start > inc->started_at || (end != ALD_TIME_NONE && end < inc->started_at - BEFORE_MS))
            continue;
        uint32_t service = shared_service(inc, planned);
        if (service == ALD_NOBODY)
            continue;
        *ret = ald_grow(arena, *ret, n, &cap, sizeof **ret);
        (*ret)[n++] = (struct ald_planned_near){.incident = (uint32_t)k, .service = service, .start = planned->spans[0].start};
    }
    if (n)
        qsort(*ret, n, sizeof **ret, order);
    return n;
}
