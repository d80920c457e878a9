/* Which records could tell of one happening: those that share a service or team, or of which one mentions the other,
 * and overlap in time. Each pair gets odds: how likely two records of one happening look so, over how many unrelated
 * records would by chance, which the organisation's own records tell. One block per service and team, sorted by start,
 * each record beside its neighbours in time: near-linear. Blocks know nothing of each other and are walked on several
 * threads; what they find is sorted. */
#include "analysis/link_odds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/parallel.h"

#define AFTER_END_MS (15 * ALD_MINUTE_MS) /* a record of another source may begin so long after the end */
#define SAME_SOURCE_APART_MS (5 * ALD_MINUTE_MS)
#define SAME_SOURCE_SIMILARITY 0.9
#define ODDS_LEAST 0.1
enum { NEIGHBOURS_MOST = 64 };

/* One thread's part of the blocks. */
struct finder {
    const struct ald_linker *l;
    struct ald_arena *arena;
    struct ald_link_odds odds;
    struct ald_link_pairs pairs;
    struct ald_link_chance chance;
    struct place *places; /* of the block at hand, by start */
    struct ald_link_seat *seats; /* the same */
    size_t cap;
    struct ald_model_block *learnt; /* blocks, where they are to be kept */
    size_t learnt_n, learnt_cap;
};
struct place {
    int64_t start;
    uint32_t record;
};

/* ---- Seats ---- */

static struct ald_link_seat seat_of(const struct ald_linker *l, const struct ald_link_words *words, uint32_t r)
{
    const struct ald_work *w = &l->b->work[r];
    uint32_t whole = l->whole[r];
    return (struct ald_link_seat){
        .start = w->start,
        .end = ald_record_end(l->b, r),
        .class_ = l->b->a->records[r].traits->class_,
        .holds = l->holds[whole],
        .words = words ? words->list + words->at[r] : NULL,
        .words_n = words ? (uint32_t)(words->at[r + 1] - words->at[r]) : 0,
        .record = r,
        .source = w->source,
        .whole = whole,
        .services_n = w->services.n,
        .service = w->services.n ? l->b->svc[w->services.at].service : ALD_NOBODY,
        .has_enemies = l->enemies[whole] != NULL,
    };
}

static int place_order(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

/* Seats those of a block by their starts, each once. @return how many. */
static size_t take_seats(struct finder *f, const uint32_t *records, size_t n)
{
    size_t kept = 0;
    if (n > f->cap) {
        f->cap = n < 2 * f->cap ? 2 * f->cap : n;
        f->places = ald_calloc(f->arena, f->cap, sizeof *f->places);
        f->seats = ald_calloc(f->arena, f->cap, sizeof *f->seats);
    }
    for (size_t i = 0; i < n; i++)
        f->places[i] = (struct place){.start = f->l->b->work[records[i]].start, .record = records[i]};
    qsort(f->places, n, sizeof *f->places, place_order);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || f->places[i].record != f->places[i - 1].record)
            f->seats[kept++] = seat_of(f->l, &f->odds.words, f->places[i].record);
    return kept;
}

/* ---- Pairs ---- */

/* moved: what b is moved by. */
static bool overlap(const struct ald_link_seat *a, const struct ald_link_seat *b, int64_t moved, bool *ret_after_end)
{
    int64_t start_b = b->start + moved, end = a->end;
    bool a_first = a->start <= start_b;
    int64_t apart = a_first ? start_b - a->start : a->start - start_b, late = a_first ? start_b : a->start;
    if (!a_first)
        end = b->end == INT64_MAX ? b->end : b->end + moved;
    *ret_after_end = late > end;
    if (a->source == b->source)
        return late < end && apart <= SAME_SOURCE_APART_MS;
    return end == INT64_MAX || late <= end + AFTER_END_MS;
}

static bool kept_apart(const struct ald_linker *l, const struct ald_link_seat *a, const struct ald_link_seat *b)
{
    for (const struct ald_link_enemy *e = a->has_enemies ? l->enemies[a->whole] : NULL; e; e = e->next)
        if (l->whole[e->record] == b->whole)
            return true;
    return false;
}

/* Already decided: one incident, kept apart by people, or each has a record of a source that the other has, and so a
 * story of its own there. Marks (planned, exercise) must agree. */
static bool may_pair(const struct ald_linker *l, const struct ald_link_seat *a, const struct ald_link_seat *b)
{
    uint32_t but = a->source == b->source ? a->source : ALD_NOBODY;
    return a->class_ == b->class_ && a->whole != b->whole && !ald_both_hold(a->holds, b->holds, but) && !kept_apart(l, a, b);
}

static bool names_service(const struct ald_build *b, uint32_t r, uint32_t service)
{
    const struct ald_slice *rows = &b->work[r].services;
    for (size_t i = 0; i < rows->n; i++)
        if (b->svc[rows->at + i].service == service)
            return true;
    return false;
}

static bool common_service(const struct ald_build *b, const struct ald_link_seat *x, const struct ald_link_seat *y)
{
    if (x->services_n <= 1 && y->services_n <= 1)
        return x->service != ALD_NOBODY && x->service == y->service;
    const struct ald_slice *rows = &b->work[x->record].services;
    for (size_t i = 0; i < rows->n; i++)
        if (names_service(b, y->record, b->svc[rows->at + i].service))
            return true;
    return false;
}

static void add_pair(struct ald_arena *arena, struct ald_link_pairs *pairs, struct ald_link_pair pair)
{
    pairs->items = ald_grow(arena, pairs->items, pairs->n, &pairs->cap, sizeof *pairs->items);
    pairs->items[pairs->n++] = pair;
}

/* What likeness is to learn is known from before; or is to be kept for later. */
static bool is_known(const struct ald_linker *l)
{
    return l->learning && l->learning->from;
}

static bool is_to_keep(const struct ald_linker *l)
{
    return l->learning && !l->learning->from;
}

/* shift 0: a pair; else a coincidence, b moved by ald_link_shift(shift - 1). */
static void weigh_pair(struct finder *f, uint32_t block, enum ald_block_kind kind, const struct ald_link_seat *a,
                       const struct ald_link_seat *b, uint32_t shift)
{
    const struct ald_linker *l = f->l;
    int64_t moved = shift ? ald_link_shift(shift - 1) : 0;
    bool after_end, one_source = a->source == b->source;
    if (a->start < l->pairs_from || b->start < l->pairs_from)
        return;
    if (!overlap(a, b, moved, &after_end) || !may_pair(l, a, b) || (kind != ALD_BLOCK_SERVICE && common_service(l->b, a, b)))
        return;
    double apart = fabs((double)a->start - (double)(b->start + moved));
    bool in_order = a->record < b->record;
    struct ald_link_pair pair = {.a = in_order ? a->record : b->record, .b = in_order ? b->record : a->record, .block = block};
    ald_odds_weigh(&f->odds, a, b, apart, kind, after_end, &pair);
    if (one_source && kind != ALD_BLOCK_EDGE && pair.similarity < SAME_SOURCE_SIMILARITY)
        return;
    if (pair.odds < ODDS_LEAST)
        return;
    if (!f->odds.late && !is_known(l))
        ald_link_decoy_add(l, f->arena, &f->chance, &pair, shift);
    if (!shift)
        add_pair(f->arena, &f->pairs, pair);
}

/* The records that would stand beside this one if they were moved. low: the first seat that is not before that; it only goes
 * forward, as seats come by start. */
static void walk_moved(struct finder *f, uint32_t block, enum ald_block_kind kind, size_t n, size_t i, uint32_t shift, size_t *low)
{
    const struct ald_link_seat *seats = f->seats;
    int64_t at = seats[i].start - ald_link_shift(shift - 1);
    uint32_t source = seats[i].source;
    while (*low < n && seats[*low].start < at)
        ++*low;
    size_t from = *low, to = from;
    while (from > 0 && *low - from < NEIGHBOURS_MOST / 2 && at - seats[from - 1].start <= ALD_LINK_APART_MS)
        from--;
    while (to < n && to - *low < NEIGHBOURS_MOST / 2 && seats[to].start - at <= ALD_LINK_APART_MS)
        to++;
    for (size_t j = from; j < to; j++) {
        uint32_t other = seats[j].source;
        if (other < source || (other == source && shift <= ALD_LINK_SHIFTS / 2))
            weigh_pair(f, block, kind, &seats[i], &seats[j], shift);
    }
}

/* Of a block's seats, how many begin before likeness is no longer learnt from them. */
static size_t settled_of(const struct finder *f, size_t n)
{
    while (n > 0 && f->seats[n - 1].start >= f->l->settled)
        n--;
    return n;
}

static void walk_block(struct finder *f, uint32_t block, size_t n)
{
    const struct ald_link_seat *seats = f->seats;
    enum ald_block_kind kind = ald_block_kind(f->l, block);
    size_t low[ALD_LINK_SHIFTS] = {0}, settled = settled_of(f, n), shifts = is_known(f->l) ? 0 : ALD_LINK_SHIFTS;
    const char *name = ald_block_name(f->l, f->arena, block);
    ald_odds_block(&f->odds, f->arena, block, ald_block_key(kind, name), name, seats, settled);
    if (settled && is_to_keep(f->l)) {
        f->learnt = ald_grow(f->arena, f->learnt, f->learnt_n, &f->learnt_cap, sizeof *f->learnt);
        f->learnt[f->learnt_n++] = ald_odds_pack(&f->odds, f->arena);
    }
    for (size_t i = 0; i < n; i++) {
        if (i >= settled)
            ald_odds_later(&f->odds, seats, settled, i);
        for (size_t j = i; j-- > 0 && i - j <= NEIGHBOURS_MOST && seats[i].start - seats[j].start <= ALD_LINK_APART_MS;)
            weigh_pair(f, block, kind, &seats[i], &seats[j], 0);
        for (uint32_t shift = 1; shift <= shifts && i < settled; shift++)
            walk_moved(f, block, kind, settled, i, shift, &low[shift - 1]);
    }
}

struct walk {
    const struct ald_link_places *places;
    struct finder finders[ALD_PARALLEL_MOST];
    size_t parts;
};

static void walk_part(void *ctx, size_t part)
{
    struct walk *walk = ctx;
    struct finder *f = &walk->finders[part];
    const struct ald_link_places *places = walk->places;
    size_t least = is_to_keep(f->l) ? 1 : 2; /* of one record another may come to stand beside */
    for (uint32_t block = (uint32_t)part; block < places->blocks; block += (uint32_t)walk->parts) {
        size_t n = places->at[block + 1] - places->at[block];
        n = n >= least ? take_seats(f, places->records + places->at[block], n) : 0;
        if (n >= least)
            walk_block(f, block, n);
    }
}

/* First to last start of the settled ones that stand in a block, a day at least. */
static double span_of(const struct ald_linker *l, const bool *placed)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < l->b->a->records_n; i++) {
        int64_t start = l->b->work[i].start;
        if (!placed[i] || start >= l->settled)
            continue;
        first = start < first ? start : first;
        last = start > last ? start : last;
    }
    return first <= last ? fmax((double)(last - first), (double)ALD_DAY_MS) : (double)ALD_DAY_MS;
}

/* What one thread found goes behind what is there already. */
static void gather(struct finder *f, struct ald_link_pairs *pairs, struct ald_link_chance *chance)
{
    if (f->pairs.n)
        memcpy(pairs->items + pairs->n, f->pairs.items, f->pairs.n * sizeof *pairs->items);
    if (f->chance.n)
        memcpy(chance->items + chance->n, f->chance.items, f->chance.n * sizeof *chance->items);
    pairs->n += f->pairs.n;
    chance->n += f->chance.n;
    ald_arena_free(f->arena);
}

/* Blocks that several threads have counted. */
static void keep_blocks(struct ald_linker *l, const struct walk *walk)
{
    struct ald_model_block *blocks;
    size_t n = 0;
    for (size_t i = 0; i < walk->parts; i++)
        n += walk->finders[i].learnt_n;
    blocks = ald_calloc(l->arena, n, sizeof *blocks);
    n = 0;
    for (size_t i = 0; i < walk->parts; n += walk->finders[i++].learnt_n)
        if (walk->finders[i].learnt_n)
            memcpy(blocks + n, walk->finders[i].learnt, walk->finders[i].learnt_n * sizeof *blocks);
    ald_model_put_blocks(l->b->a->arena, blocks, n, l->learning->into);
}

static void walk_blocks(struct ald_linker *l, const struct ald_link_places *places, double span, struct ald_link_pairs *pairs,
                        struct ald_link_chance *chance)
{
    struct walk walk = {.places = places, .parts = ald_parallel_parts_for(l->b->a->records_n)};
    struct ald_link_odds odds;
    ald_odds_build(l, places->blocks, span, &odds);
    for (size_t i = 0; i < walk.parts; i++) {
        struct finder *f = &walk.finders[i];
        *f = (struct finder){.l = l, .arena = ald_arena_new()};
        f->odds = ald_odds_beside(&odds, f->arena);
    }
    ald_parallel(walk.parts, walk_part, &walk);
    if (is_to_keep(l))
        keep_blocks(l, &walk);
    for (size_t i = 0; i < walk.parts; i++) {
        pairs->cap += walk.finders[i].pairs.n;
        chance->cap += walk.finders[i].chance.n;
    }
    pairs->items = ald_calloc(l->arena, pairs->cap, sizeof *pairs->items);
    chance->items = ald_calloc(l->arena, chance->cap, sizeof *chance->items);
    for (size_t i = 0; i < walk.parts; i++)
        gather(&walk.finders[i], pairs, chance);
    ald_odds_done(&odds);
}

/* A mention says something when both were going on; later ones are citations, and within one source they are a habit of
 * trackers
 * ("relates to"). */
static void find_mentions(struct ald_linker *l, struct ald_link_pairs *pairs)
{
    const struct ald_build *b = l->b;
    uint32_t to[ALD_LINK_MENTIONS_MOST];
    for (uint32_t i = 0; i < b->a->records_n; i++) {
        const struct ald_slice *refs = &b->refs[i];
        for (size_t j = 0; j < refs->n && ald_link_takes_part(l, i); j++) {
            const struct ald_row_ref *ref = &b->ref[refs->at + j];
            size_t n = ref->kind == ALD_REF_MENTION ? ald_ref_targets(l, i, ref, to, ALD_LINK_MENTIONS_MOST) : 0;
            for (size_t k = 0; k < n; k++) {
                bool after_end;
                uint32_t x = i < to[k] ? i : to[k], y = i < to[k] ? to[k] : i;
                struct ald_link_seat a = seat_of(l, NULL, x), c = seat_of(l, NULL, y);
                if (ald_link_takes_part(l, to[k]) && a.source != c.source && overlap(&a, &c, 0, &after_end) && !after_end && may_pair(l, &a, &c))
                    add_pair(l->arena, pairs,
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
    struct ald_link_places places;
    struct ald_link_chance chance = {0};
    size_t kept = 0;
    *ret = (struct ald_link_pairs){0};
    ald_link_flatten(l);
    ald_link_places(l, &places);
    bool *placed = ald_calloc(l->arena, l->b->a->records_n, sizeof *placed);
    for (size_t i = 0; i < places.at[places.blocks]; i++)
        placed[places.records[i]] = true;
    ald_link_learn(l, &places);
    walk_blocks(l, &places, span_of(l, placed), ret, &chance);
    ald_link_weigh(l, placed, ret, &chance);
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
