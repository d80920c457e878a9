/* Likeness in a window of the store: of the records that start at some time or later, and of those that hang together with them. Who could be
 * whose counterpart is settled among records that hang together, over likely pairs and links, and by nobody else: where all of these were
 * looked at, what comes out is what the whole gives. Knows pairs and groups, not what they rest on. */
#include "analysis/link_model.h"

#define PAIRS_MS (14 * ALD_DAY_MS)         /* how far back pairs are looked for: chains of them are hours long, rarely days */
#define SEEN_MS (PAIRS_MS + 29 * ALD_DAY_MS) /* what came up in the 28 days before a pair counts (link_odds.c) */

int64_t ald_link_window_seen(int64_t from)
{
    return from == INT64_MAX ? from : from - SEEN_MS;
}

enum ald_rc ald_link_window_open(struct ald_linker *l, const struct ald_part *part, struct ald_err *err)
{
    const struct ald_calendar *calendar = &l->b->a->calendar;
    l->from = part->from;
    l->pairs_from = part->from - PAIRS_MS;
    l->seen_from = ald_link_window_seen(part->from);
    l->settled = ald_quarter_start(calendar, ald_quarter_of(calendar, l->b->a->as_of) - 1);
    ALD_TRY(ald_link_model_read(l, &l->learning->from, err));
    bool known = l->learning->from && ald_model_head(l->learning->from, &l->learning->head) && l->learning->head.settled == l->settled;
    l->unsound = !known || part->complete > l->seen_from;
    if (!known)
        l->settled = INT64_MAX;
    return ALD_OK;
}

static uint32_t root(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x)
        x = parent[x] = parent[parent[x]];
    return x;
}

void ald_link_window_close(struct ald_linker *l, struct ald_link_pairs *pairs)
{
    enum { PAIRED = 1, WANTED = 2, EARLIER = 4, CHANGED = 8 };
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t n = l->b->a->records_n, kept = 0;
    uint32_t *parent = ald_calloc(scratch, n, sizeof *parent);
    unsigned char *is = ald_calloc(scratch, n, sizeof *is); /* by root */
    for (uint32_t i = 0; i < n; i++)
        parent[i] = ald_link_whole(l, i);
    for (size_t i = 0; i < pairs->n; i++)
        parent[root(parent, pairs->items[i].a)] = root(parent, pairs->items[i].b);
    for (size_t i = 0; i < pairs->n; i++)
        is[root(parent, pairs->items[i].a)] |= PAIRED;
    /* Whoever began up to six hours before may have had a likeness that is gone. */
    for (uint32_t i = 0; i < n; i++) {
        if (l->changed && l->changed[i])
            is[root(parent, i)] |= WANTED | CHANGED;
        else if (ald_link_takes_part(l, i) && l->b->work[i].start >= l->from - ALD_LINK_APART_MS)
            is[root(parent, i)] |= WANTED;
    }
    for (uint32_t i = 0; i < n; i++)
        if (ald_link_takes_part(l, i) && l->b->work[i].start < l->pairs_from + ALD_LINK_APART_MS)
            is[root(parent, i)] |= EARLIER;
    l->reached = ald_calloc(l->arena, n, sizeof *l->reached);
    for (uint32_t i = 0; i < n; i++) {
        unsigned char of = is[root(parent, i)];
        l->unsound |= (of & WANTED) && (of & EARLIER) && (of & (PAIRED | CHANGED));
        l->reached[i] = !(of & WANTED) ? ALD_LINK_NOT_REACHED : of & EARLIER ? ALD_LINK_REACHES_BACK : ALD_LINK_REACHED;
    }
    for (size_t i = 0; i < pairs->n; i++)
        if (is[root(parent, pairs->items[i].a)] & WANTED)
            pairs->items[kept++] = pairs->items[i];
    pairs->n = kept;
}
