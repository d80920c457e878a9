/* Same length, different story (METHODS 4): pairs of incidents of a period that took about as long although one was far more complex.
 * Reads a finished analysis and changes nothing in it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "summaries.h"

#define TIE 1e-12
#define GAP_LEAST 0.3
enum { PAIRS_MOST = 10 };

/* Incidents sorted by duration; those within the ratio above one of them are a stretch after it. A tree over the order
 * holds the least and the largest complexity of every stretch with the smallest id that has it: finding everybody's partners
 * costs n log n, and a round one look at each. Equal positions are equal doubles (one rounding of the same fraction) and
 * different ones are more than 1e-12 apart below references of 700,000, so an extreme and its ties are all that a largest gap
 * can end at. */

struct paired {
    uint32_t incident, id_rank;
    int64_t duration_ms;
    double complexity;
    uint32_t end;        /* of the stretch of those within the ratio above it */
    uint32_t partner[2]; /* whom the stretch offers: the least, the largest complexity; ALD_NOBODY */
    bool taken;
};

/* [0] the least, [1] the largest; at: index into the pool, ALD_NOBODY when the stretch is empty. */
struct extremes {
    uint32_t at[2];
};

struct pool {
    struct paired *items;
    size_t n;
    struct extremes *tree; /* 1-based heap order; the leaves from n on */
};

static uint32_t better(const struct pool *pool, uint32_t a, uint32_t b, int side)
{
    if (a == ALD_NOBODY || b == ALD_NOBODY)
        return a == ALD_NOBODY ? b : a;
    double x = pool->items[a].complexity, y = pool->items[b].complexity;
    if (x < y || x > y)
        return (x > y) == (side == 1) ? a : b;
    return pool->items[a].id_rank < pool->items[b].id_rank ? a : b;
}

static void pull(struct pool *pool, size_t node)
{
    for (int side = 0; side < 2; side++)
        pool->tree[node].at[side] =
            better(pool, pool->tree[2 * node].at[side], pool->tree[2 * node + 1].at[side], side);
}

/* Of extremes it does not matter in which order they are taken, so any number of leaves will do. */
static void plant(struct pool *pool, struct ald_arena *scratch)
{
    pool->tree = ald_calloc(scratch, 2 * pool->n, sizeof *pool->tree);
    for (uint32_t i = 0; i < pool->n; i++)
        pool->tree[pool->n + i] = (struct extremes){{i, i}};
    for (size_t node = pool->n; node-- > 1;)
        pull(pool, node);
}

static void take(struct pool *pool, size_t i)
{
    pool->items[i].taken = true;
    size_t node = pool->n + i;
    pool->tree[node] = (struct extremes){{ALD_NOBODY, ALD_NOBODY}};
    for (node /= 2; node > 0; node /= 2)
        pull(pool, node);
}

static uint32_t extreme_in(const struct pool *pool, size_t low, size_t high, int side)
{
    uint32_t found = ALD_NOBODY;
    for (low += pool->n, high += pool->n; low < high; low /= 2, high /= 2) {
        if (low & 1)
            found = better(pool, found, pool->tree[low++].at[side], side);
        if (high & 1)
            found = better(pool, found, pool->tree[--high].at[side], side);
    }
    return found;
}

struct couple {
    uint32_t i, j; /* into the pool; ALD_NOBODY: none */
    double gap;
    uint32_t ids[2]; /* ranks of the two ids, the smaller first */
};

static struct couple make_couple(const struct pool *pool, uint32_t i, uint32_t j, int side)
{
    const struct paired *x = &pool->items[i], *y = &pool->items[j];
    bool x_first = x->id_rank < y->id_rank;
    return (struct couple){
        .i = i,
        .j = j,
        .gap = side == 1 ? y->complexity - x->complexity : x->complexity - y->complexity,
        .ids = {x_first ? x->id_rank : y->id_rank, x_first ? y->id_rank : x->id_rank},
    };
}

/* The smaller pair of ids, each pair with its smaller id first; none comes last. */
static bool ids_before(const struct couple *a, const struct couple *b)
{
    if (b->i == ALD_NOBODY)
        return true;
    return a->ids[0] != b->ids[0] ? a->ids[0] < b->ids[0] : a->ids[1] < b->ids[1];
}

static void find_partners(struct pool *pool)
{
    for (uint32_t i = 0, end = 0; i < pool->n; i++) {
        struct paired *own = &pool->items[i];
        if (end < i + 1)
            end = i + 1;
        while (end < pool->n && pool->items[end].duration_ms * 10 <= own->duration_ms * 11)
            end++;
        own->end = end;
        for (int side = 0; side < 2; side++)
            own->partner[side] = extreme_in(pool, i + 1, end, side);
    }
}

/* One pass. Without a bar (0) the largest gap; with one, the smallest ids among the gaps that reach it. Whose partner has
 * been taken is given another one. */
static struct couple largest_gap(struct pool *pool, double bar)
{
    struct couple best = {.i = ALD_NOBODY, .gap = 0};
    for (uint32_t i = 0; i < pool->n; i++) {
        struct paired *own = &pool->items[i];
        for (int side = 0; side < 2 && !own->taken; side++) {
            uint32_t j = own->partner[side];
            if (j != ALD_NOBODY && pool->items[j].taken)
                j = own->partner[side] = extreme_in(pool, i + 1, own->end, side);
            if (j == ALD_NOBODY)
                continue;
            struct couple now = make_couple(pool, i, j, side);
            if (bar > 0 ? now.gap >= bar && ids_before(&now, &best) : now.gap > best.gap)
                best = now;
        }
    }
    return best;
}

static int compare_paired(const void *a, const void *b)
{
    const struct paired *x = a, *y = b;
    if (x->duration_ms != y->duration_ms)
        return x->duration_ms < y->duration_ms ? -1 : 1;
    return (x->id_rank > y->id_rank) - (x->id_rank < y->id_rank);
}

struct id_at {
    const char *id;
    uint32_t at;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct id_at *)a)->id, ((const struct id_at *)b)->id);
}

/* Rank of each of the period's incidents by id. */
static uint32_t *rank_ids(const struct ald_analysis *analysis, const struct ald_figures *figures,
                          struct ald_arena *arena)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t n = figures->incidents_n;
    struct id_at *ids = ald_calloc(scratch, n, sizeof *ids);
    uint32_t *ranks = ald_calloc(arena, n, sizeof *ranks);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = (struct id_at){.id = analysis->incidents[figures->incidents[i]].id, .at = i};
    if (n > 1)
        qsort(ids, n, sizeof *ids, compare_ids);
    for (uint32_t i = 0; i < n; i++)
        ranks[ids[i].at] = i;
    return ranks;
}

/* Resolved, shows this reading, and has a complexity there. */
static bool can_pair(const struct ald_analysis *analysis, uint32_t incident, int reading)
{
    const struct ald_incident *inc = &analysis->incidents[incident];
    const struct ald_measure *measure = ald_measure_at(analysis, incident);
    return measure->shown == reading && inc->state == ALD_STATE_RESOLVED && inc->duration_ms != ALD_TIME_NONE &&
           measure->reading[reading].axis[ALD_COMPLEXITY].has;
}

static void fill_pool(const struct ald_analysis *analysis, const struct ald_figures *figures, const uint32_t *ranks,
                      int reading, struct ald_arena *scratch, struct pool *pool)
{
    size_t n = 0;
    for (size_t i = 0; i < figures->incidents_n; i++)
        n += can_pair(analysis, figures->incidents[i], reading);
    *pool = (struct pool){.items = ald_calloc(scratch, n, sizeof *pool->items)};
    for (size_t i = 0; i < figures->incidents_n; i++) {
        const struct ald_incident *inc = &analysis->incidents[figures->incidents[i]];
        const struct ald_measure *measure = ald_measure_at(analysis, figures->incidents[i]);
        if (!can_pair(analysis, figures->incidents[i], reading))
            continue;
        pool->items[pool->n++] = (struct paired){.incident = figures->incidents[i],
                                                 .id_rank = ranks[i],
                                                 .duration_ms = inc->duration_ms,
                                                 .complexity = measure->reading[reading].axis[ALD_COMPLEXITY].position};
    }
    if (pool->n > 1)
        qsort(pool->items, pool->n, sizeof *pool->items, compare_paired);
}

static struct ald_pair make_pair(const struct ald_analysis *analysis, const struct pool *pool,
                                 const struct couple *couple, int reading)
{
    const struct paired *i = &pool->items[couple->i], *j = &pool->items[couple->j]; /* j lasted as long or longer */
    const struct paired *a = i->complexity > j->complexity ? i : j, *b = a == i ? j : i;
    const struct ald_axis_position *blast_a = &ald_measure_at(analysis, a->incident)->reading[reading].axis[ALD_BLAST_RADIUS];
    const struct ald_axis_position *blast_b = &ald_measure_at(analysis, b->incident)->reading[reading].axis[ALD_BLAST_RADIUS];
    return (struct ald_pair){
        .a = a->incident,
        .b = b->incident,
        .duration_ratio = (double)j->duration_ms / (double)i->duration_ms,
        .complexity_gap = a->complexity - b->complexity,
        .blast_radius_gap = blast_a->has && blast_b->has ? blast_a->position - blast_b->position : (double)NAN,
        .reading = reading,
    };
}

void ald_pairs_fill(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_figures *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct pool pools[ALD_READING_N];
    struct ald_pair *pairs = ald_calloc(arena, PAIRS_MOST, sizeof *pairs);
    const uint32_t *ranks = rank_ids(analysis, ret, scratch);
    for (int r = 0; r < ALD_READING_N; r++) {
        fill_pool(analysis, ret, ranks, r, scratch, &pools[r]);
        plant(&pools[r], scratch);
        find_partners(&pools[r]);
    }
    while (ret->pairs_n < PAIRS_MOST) {
        double gap = 0;
        for (int r = 0; r < ALD_READING_N; r++)
            gap = fmax(gap, largest_gap(&pools[r], 0).gap);
        if (gap < GAP_LEAST - TIE)
            break;
        struct couple best = {.i = ALD_NOBODY};
        int reading = -1;
        for (int r = 0; r < ALD_READING_N; r++) {
            struct couple couple = largest_gap(&pools[r], gap - TIE);
            if (couple.i == ALD_NOBODY || !ids_before(&couple, &best))
                continue;
            best = couple;
            reading = r;
        }
        pairs[ret->pairs_n++] = make_pair(analysis, &pools[reading], &best, reading);
        take(&pools[reading], best.i);
        take(&pools[reading], best.j);
    }
    ret->pairs = pairs;
}
