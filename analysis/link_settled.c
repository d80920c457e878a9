/* Which records likeness is learnt from. In a store with a long history: those that have settled, so that what comes in today changes
 * the links of today alone, and last quarter's stay as they were printed. Knows starts and sources, not what is learnt. */
#include "analysis/links.h"

/* Every source that tells of what is not settled told something a quarter before that: what is learnt is about it, too. */
static bool sources_are_known(struct ald_linker *l, int64_t settled, int64_t long_before)
{
    size_t sources = ald_names_n(l->b->sources);
    bool *known = ald_calloc(l->arena, sources, sizeof *known), *needed = ald_calloc(l->arena, sources, sizeof *needed);
    for (uint32_t i = 0; i < l->b->a->records_n; i++) {
        if (!ald_link_takes_part(l, i))
            continue;
        known[l->b->work[i].source] |= l->b->work[i].start < long_before;
        needed[l->b->work[i].source] |= l->b->work[i].start >= settled;
    }
    for (size_t s = 0; s < sources; s++)
        if (needed[s] && !known[s])
            return false;
    return true;
}

void ald_link_settle(struct ald_linker *l)
{
    const struct ald_calendar *calendar = &l->b->a->calendar;
    int64_t quarter = ald_quarter_of(calendar, l->b->a->as_of);
    int64_t settled = ald_quarter_start(calendar, quarter - 1);
    size_t least = l->b->settings->link_learn_least > 0 ? (size_t)l->b->settings->link_learn_least : ALD_LINK_LEARN_LEAST, n = 0;
    for (uint32_t i = 0; i < l->b->a->records_n; i++)
        n += ald_link_takes_part(l, i) && l->b->work[i].start < settled;
    l->settled = INT64_MAX;
    if (n >= least && sources_are_known(l, settled, ald_quarter_start(calendar, quarter - 2)))
        l->settled = settled;
}

bool ald_link_is_settled(const struct ald_linker *l, uint32_t record)
{
    return l->settled == INT64_MAX || (ald_link_takes_part(l, record) && l->b->work[record].start < l->settled);
}
