/* What linking made of the records of a period, and what it left open. Reads a finished analysis. */
#include "alidade/analysis.h"

uint32_t ald_suggestion_side(const struct ald_analysis *a, size_t suggestion, size_t incident)
{
    const struct ald_link *link = &a->suggestions[suggestion];
    if (a->records[link->a].incident == incident)
        return link->a;
    return a->records[link->b].incident == incident ? link->b : ALD_NOBODY;
}

static bool starts_in(const struct ald_analysis *a, uint32_t record, const struct ald_period *period)
{
    uint32_t incident = a->records[record].incident;
    int64_t start = incident == ALD_NOBODY ? ALD_TIME_NONE : a->incidents[incident].started_at;
    return start != ALD_TIME_NONE && start >= period->start && start < period->end;
}

bool ald_suggestion_in(const struct ald_analysis *a, size_t suggestion, const struct ald_period *period)
{
    const struct ald_link *link = &a->suggestions[suggestion];
    return starts_in(a, link->a, period) || starts_in(a, link->b, period);
}

void ald_linking_of(const struct ald_analysis *a, const struct ald_period *period, struct ald_linking *ret)
{
    *ret = (struct ald_linking){0};
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (inc->started_at == ALD_TIME_NONE || inc->started_at < period->start || inc->started_at >= period->end)
            continue;
        ret->incidents++;
        ret->records += inc->records_n;
        for (size_t j = 0; j + 1 < inc->records_n; j++)
            ret->by[inc->links[j].method]++;
    }
    for (size_t i = 0; i < a->suggestions_n; i++)
        ret->not_taken += ald_suggestion_in(a, i, period);
}
