/* novelty: 1/(1+n), n = how often the same title came up on the same service lately. */
#include <stdlib.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

static int order(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Earlier ones within 90 days that share a service and the title. ret (heap, may be NULL): which, each once, by start.
 */
static size_t earlier(const struct ald_past *past, const struct ald_incident *inc, uint32_t **ret)
{
    size_t services = ald_past_services(inc), room = 0, n = 0, kept = 0;
    uint32_t title = past->titles[ald_past_index(past, inc)];
    int64_t from = inc->started_at - ALD_HISTORY_WINDOW_MS;
    const struct ald_titled *titled;
    for (size_t s = 0; s < services; s++)
        room += ald_past_titled(past, inc->services[s].name, title, from, inc->started_at, &titled);
    if (!ret && services == 1) /* nothing can be met twice: counting by search alone keeps this fast */
        return room;
    uint32_t *list = calloc(room ? room : 1, sizeof *list);
    if (!list)
        abort();
    for (size_t s = 0; s < services; s++) {
        size_t found = ald_past_titled(past, inc->services[s].name, title, from, inc->started_at, &titled);
        for (size_t i = 0; i < found; i++)
            list[n++] = titled[i].incident;
    }
    qsort(list, n, sizeof *list, order);
    for (size_t i = 0; i < n; i++)
        if (!kept || list[kept - 1] != list[i])
            list[kept++] = list[i];
    if (ret)
        *ret = list;
    else
        free(list);
    return kept;
}

static const char *why_absent(const struct ald_past *past, const struct ald_incident *inc)
{
    if (inc->started_at == ALD_TIME_NONE)
        return "no start is recorded";
    if (!inc->services_n)
        return "no service is recorded";
    if (past->titles[ald_past_index(past, inc)] == ALD_NOBODY)
        return "no title is recorded";
    if (inc->started_at - past->history_start < ALD_HISTORY_LEAST_MS)
        return "less than 28 days of history";
    return NULL;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    const char *absent = why_absent(past, inc);
    if (absent)
        ald_obs_absent(ret, absent);
    else
        ald_obs_structural(ret, 1.0 / (1.0 + (double)earlier(past, inc, NULL)));
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    if (why_absent(past, inc))
        return NULL;
    struct ald_evidence line = {.arena = arena};
    uint32_t *list;
    size_t n = earlier(past, inc, &list);
    ald_evidence_add(&line, ald_sprintf(arena, "%zu with this title and service in the 90 days before", n));
    for (size_t i = n; i-- > 0;)
        ald_evidence_add(&line, past->analysis->incidents[list[i]].id);
    free(list);
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_novelty = {
    .id = "novelty",
    .title = "Novelty",
    .unit = "share",
    .help = "1/(1+n), n = incidents or noise within the 90 days before the start that share a service and the title "
            "(numbers aside).",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_STRUCTURAL,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
