/* Which records could tell of one happening: those that share a service or team, or of which one mentions the other,
 * and overlap in time. Each pair gets odds: how likely two records of one happening look so, over how many unrelated
 * records would by chance, which the organisation's own records tell. One block per service and team, sorted by start,
 * each record beside its neighbours in time: near-linear. */
#include "analysis/link_odds.h"
#include "analysis/org.h"

#include <math.h>
#include <stdlib.h>

#define AFTER_END_MS (15 * ALD_MINUTE_MS) /* a record of another source may begin so long after the end */
#define SAME_SOURCE_APART_MS (5 * ALD_MINUTE_MS)
#define SAME_SOURCE_SIMILARITY 0.9
#define ODDS_LEAST 0.1
enum { NEIGHBOURS_MOST = 64 };

/* A record in a block. */
struct place {
    uint32_t block, record;
    int64_t start;
};

struct finder {
    struct ald_linker *l;
    struct ald_link_odds odds;
    struct ald_link_pairs *pairs;
    struct ald_link_chance chance;
    uint32_t *records; /* of the block at hand */
};

/* ---- Blocks ---- */

struct places {
    struct place *items;
    size_t n, cap;
};

/* Ten events of a record name the same team: those that stand already are seen within a few steps back. */
static bool stands(const struct places *places, uint32_t block, uint32_t record)
{
    enum { STEPS = 16 };
    size_t least = places->n > STEPS ? places->n - STEPS : 0;
    for (size_t i = places->n; i-- > least && places->items[i].record == record;)
        if (places->items[i].block == block)
            return true;
    return false;
}

static void add_place(struct ald_linker *l, struct places *places, uint32_t block, uint32_t record)
{
    if (stands(places, block, record))
        return;
    places->items = ald_grow(l->arena, places->items, places->n, &places->cap, sizeof *places->items);
    places->items[places->n++] = (struct place){block, record, l->b->work[record].start};
}

static void add_service(struct ald_linker *l, struct places *places, uint32_t service, uint32_t record)
{
    if (service == ALD_NOBODY)
        return;
    uint32_t owner = l->b->service_owner[service];
    add_place(l, places, service, record);
    if (owner != ALD_NOBODY)
        add_place(l, places, (uint32_t)l->b->a->services_n + owner, record);
}

/* Number of the edge by which a service needs another: its place in the list of needs. */
static uint32_t edge_of(const struct ald_org *org, uint32_t service, uint32_t needs)
{
    uint32_t i = org->needs_at[service];
    while (i < org->needs_at[service + 1] && org->needs[i] != needs)
        i++;
    return i;
}

/* What goes wrong in one service shows in those that need it. */
static void add_edges(struct ald_linker *l, struct places *places, uint32_t service, uint32_t record)
{
    const struct ald_org *org = l->b->org;
    if (!org || service == ALD_NOBODY)
        return;
    for (uint32_t i = org->needs_at[service]; i < org->needs_at[service + 1]; i++)
        add_place(l, places, ald_block_edge(l, i), record);
    for (uint32_t i = org->needed_by_at[service]; i < org->needed_by_at[service + 1]; i++)
        add_place(l, places, ald_block_edge(l, edge_of(org, org->needed_by[i], service)), record);
}

static void add_team(struct ald_linker *l, struct places *places, uint32_t team, uint32_t record)
{
    if (team != ALD_NOBODY)
        add_place(l, places, (uint32_t)l->b->a->services_n + team, record);
}

static int place_order(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

static bool takes_part(const struct ald_linker *l, uint32_t i)
{
    return !l->b->a->records[i].vendor && l->b->work[i].start != ALD_TIME_NONE;
}

static void collect_places(struct ald_linker *l, struct places *ret)
{
    const struct ald_build *b = l->b;
    size_t kept = 0;
    for (uint32_t i = 0; i < b->a->records_n; i++) {
        const struct ald_work *w = &b->work[i];
        const struct ald_record *record = &b->a->records[i];
        if (!takes_part(l, i))
            continue;
        for (size_t j = 0; j < w->services.n; j++) {
            add_service(l, ret, b->svc[w->services.at + j].service, i);
            add_edges(l, ret, b->svc[w->services.at + j].service, i);
        }
        for (size_t j = 0; j < w->teams.n; j++)
            add_team(l, ret, b->team[w->teams.at + j].name, i);
        for (size_t j = 0; j < record->events_n; j++) {
            add_service(l, ret, record->events[j].service, i);
            add_team(l, ret, record->events[j].team, i);
        }
    }
    if (ret->n)
        qsort(ret->items, ret->n, sizeof *ret->items, place_order);
    for (size_t i = 0; i < ret->n; i++)
        if (!kept || place_order(&ret->items[kept - 1], &ret->items[i]) != 0)
            ret->items[kept++] = ret->items[i];
    ret->n = kept;
}

/* ---- Pairs ---- */

/* shift: what b is moved by. */
static bool overlap(const struct ald_linker *l, uint32_t a, uint32_t b, int64_t shift, bool *ret_after_end)
{
    const struct ald_work *work = l->b->work;
    int64_t start_a = work[a].start, start_b = work[b].start + shift, end = ald_record_end(l->b, a);
    bool a_first = start_a <= start_b, one_source = work[a].source == work[b].source;
    int64_t apart = a_first ? start_b - start_a : start_a - start_b, late = a_first ? start_b : start_a;
    if (!a_first) {
        end = ald_record_end(l->b, b);
        end += end == INT64_MAX ? 0 : shift;
    }
    *ret_after_end = late > end;
    if (one_source)
        return late < end && apart <= SAME_SOURCE_APART_MS;
    return end == INT64_MAX || late <= end + AFTER_END_MS;
}

/* Already decided: one incident, kept apart by people, or each has a record of a source that the other has, and so a
 * story of its own there. Marks (planned, exercise) must agree. */
static bool may_pair(struct ald_linker *l, uint32_t a, uint32_t b)
{
    const struct ald_record *x = &l->b->a->records[a], *y = &l->b->a->records[b];
    uint32_t but = l->b->work[a].source == l->b->work[b].source ? l->b->work[a].source : ALD_NOBODY;
    return x->traits->class_ == y->traits->class_ && ald_link_whole(l, a) != ald_link_whole(l, b) && !ald_share_source(l, a, b, but) &&
           !ald_kept_apart(l, a, b);
}

static bool names_service(const struct ald_build *b, uint32_t r, uint32_t service)
{
    const struct ald_slice *rows = &b->work[r].services;
    for (size_t i = 0; i < rows->n; i++)
        if (b->svc[rows->at + i].service == service)
            return true;
    return false;
}

static bool common_service(const struct ald_build *b, uint32_t x, uint32_t y)
{
    const struct ald_slice *rows = &b->work[x].services;
    for (size_t i = 0; i < rows->n; i++)
        if (names_service(b, y, b->svc[rows->at + i].service))
            return true;
    return false;
}

static void add_pair(struct ald_linker *l, struct ald_link_pairs *pairs, struct ald_link_pair pair)
{
    pairs->items = ald_grow(l->arena, pairs->items, pairs->n, &pairs->cap, sizeof *pairs->items);
    pairs->items[pairs->n++] = pair;
}

/* shift 0: a pair; else a coincidence, b moved by ald_link_shift(shift - 1). */
static void weigh_pair(struct finder *f, uint32_t block, uint32_t a, uint32_t b, uint32_t shift)
{
    struct ald_linker *l = f->l;
    const struct ald_work *work = l->b->work;
    int64_t moved = shift ? ald_link_shift(shift - 1) : 0;
    enum ald_block_kind kind = ald_block_kind(l, block);
    bool after_end;
    if (!overlap(l, a, b, moved, &after_end) || (kind != ALD_BLOCK_SERVICE && common_service(l->b, a, b)) ||
        !may_pair(l, a, b))
        return;
    double apart = fabs((double)work[a].start - (double)(work[b].start + moved));
    struct ald_link_pair pair = {.a = a < b ? a : b, .b = a < b ? b : a, .block = block};
    ald_odds_weigh(&f->odds, apart, kind, after_end, &pair);
    if (work[a].source == work[b].source && kind != ALD_BLOCK_EDGE && pair.similarity < SAME_SOURCE_SIMILARITY)
        return;
    if (pair.odds < ODDS_LEAST)
        return;
    ald_link_decoy_add(l, &f->chance, &pair, shift);
    if (!shift)
        add_pair(l, f->pairs, pair);
}

/* The records that would stand beside this one if they were moved. low: the first place that is not before that; it only goes
 * forward, as places come by start. */
static void walk_moved(struct finder *f, const struct place *items, size_t n, size_t i, uint32_t shift, size_t *low)
{
    const struct ald_work *work = f->l->b->work;
    int64_t moved = ald_link_shift(shift - 1), at = items[i].start - moved;
    uint32_t source = work[items[i].record].source;
    while (*low < n && items[*low].start < at)
        ++*low;
    size_t from = *low, to = *low;
    while (from > 0 && *low - from < NEIGHBOURS_MOST / 2 && at - items[from - 1].start <= ALD_LINK_APART_MS)
        from--;
    while (to < n && to - *low < NEIGHBOURS_MOST / 2 && items[to].start - at <= ALD_LINK_APART_MS)
        to++;
    for (size_t j = from; j < to; j++) {
        uint32_t other = work[items[j].record].source;
        if (other < source || (other == source && shift <= ALD_LINK_SHIFTS / 2))
            weigh_pair(f, items[i].block, items[i].record, items[j].record, shift);
    }
}

static void walk_block(struct finder *f, const struct place *items, size_t n)
{
    uint32_t block = items[0].block;
    size_t low[ALD_LINK_SHIFTS] = {0};
    for (size_t i = 0; i < n; i++)
        f->records[i] = items[i].record;
    ald_odds_block(&f->odds, block, ald_block_name(f->l, block), f->records, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j-- > 0 && i - j <= NEIGHBOURS_MOST && items[i].start - items[j].start <= ALD_LINK_APART_MS;)
            weigh_pair(f, block, items[i].record, items[j].record, 0);
        for (uint32_t shift = 1; shift <= ALD_LINK_SHIFTS; shift++)
            walk_moved(f, items, n, i, shift, &low[shift - 1]);
    }
}

static void walk_blocks(struct finder *f, const struct places *places)
{
    struct ald_linker *l = f->l;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < places->n; i++) {
        first = places->items[i].start < first ? places->items[i].start : first;
        last = places->items[i].start > last ? places->items[i].start : last;
    }
    double span = places->n ? fmax((double)(last - first), (double)ALD_DAY_MS) : (double)ALD_DAY_MS;
    ald_odds_build(l, ald_block_edge(l, l->b->org ? (uint32_t)l->b->org->edges_n : 0), span, &f->odds);
    f->records = ald_calloc(l->arena, places->n, sizeof *f->records);
    for (size_t from = 0, to = 0; from < places->n; from = to) {
        while (to < places->n && places->items[to].block == places->items[from].block)
            to++;
        if (to - from > 1)
            walk_block(f, &places->items[from], to - from);
    }
    ald_odds_done(&f->odds);
}

/* A mention says something when both were going on; later ones are citations, and within one source they are a habit of
 * trackers
 * ("relates to"). */
static void find_mentions(struct ald_linker *l, struct ald_link_pairs *pairs)
{
    enum { MOST = 8 };
    const struct ald_build *b = l->b;
    uint32_t to[MOST];
    for (uint32_t i = 0; i < b->a->records_n; i++) {
        const struct ald_slice *refs = &b->work[i].refs;
        for (size_t j = 0; j < refs->n && takes_part(l, i); j++) {
            const struct ald_row_ref *ref = &b->ref[refs->at + j];
            size_t n = ref->kind == ALD_REF_MENTION ? ald_ref_targets(l, i, ref, to, MOST) : 0;
            for (size_t k = 0; k < n; k++) {
                bool after_end;
                uint32_t x = i < to[k] ? i : to[k], y = i < to[k] ? to[k] : i;
                if (takes_part(l, to[k]) && b->work[x].source != b->work[y].source && overlap(l, x, y, 0, &after_end) &&
                    !after_end && may_pair(l, x, y))
                    add_pair(l, pairs,
                             (struct ald_link_pair){.a = x, .b = y, .block = ALD_NOBODY, .most = 1, .mention = ref});
            }
        }
    }
}

static int pair_order(const void *x, const void *y)
{
    const struct ald_link_pair *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    if (a->odds < b->odds || a->odds > b->odds)
        return a->odds > b->odds ? -1 : 1;
    return (a->block > b->block) - (a->block < b->block);
}

void ald_pairs_find(struct ald_linker *l, struct ald_link_pairs *ret)
{
    struct finder f = {.l = l, .pairs = ret};
    struct places places = {0};
    size_t kept = 0;
    *ret = (struct ald_link_pairs){0};
    collect_places(l, &places);
    walk_blocks(&f, &places);
    bool *placed = ald_calloc(l->arena, l->b->a->records_n, sizeof *placed);
    for (size_t i = 0; i < places.n; i++)
        placed[places.items[i].record] = true;
    ald_link_weigh(l, placed, ret, &f.chance);
    find_mentions(l, ret);
    if (ret->n)
        qsort(ret->items, ret->n, sizeof *ret->items, pair_order);
    for (size_t i = 0; i < ret->n; i++) {
        struct ald_link_pair *last = kept ? &ret->items[kept - 1] : NULL;
        if (!last || last->a != ret->items[i].a || last->b != ret->items[i].b)
            ret->items[kept++] = ret->items[i];
        else if (!last->mention)
            last->mention = ret->items[i].mention;
    }
    ret->n = kept;
}
