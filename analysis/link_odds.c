/* The odds that two records in one block (a service or a team) tell of one happening: how likely two of one happening
 * look so, over how many unrelated ones would by chance, both learned from the organisation's own records. Knows words
 * and times, not which pairs are looked at. */
#include "analysis/link_odds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BURST_MS ALD_HOUR_MS /* what starts within it of its first is one time that something came up */
#define HISTORY_LEAST_MS (28 * ALD_DAY_MS)
#define LATELY_HOURS (28 * INT64_C(24)) /* of what has not settled, what came up so long before counts */

/* ---- What comes up by chance ---- */

static void exclude(void *ctx, uint32_t word)
{
    struct ald_link_odds *f = ctx;
    f->excluded[word] = f->block;
}

static void count_bursts(struct ald_link_odds *f, const struct ald_link_seat *seats, size_t n)
{
    int64_t first = 0;
    f->block_bursts = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t start = seats[i].start;
        if (f->block_bursts < 1 || start > first + BURST_MS) {
            first = start;
            f->block_bursts++;
        }
        for (uint32_t k = 0; k < seats[i].words_n; k++) {
            uint32_t w = seats[i].words[k];
            if (f->met[w] == f->block && start <= f->burst[w] + BURST_MS)
                continue;
            if (f->came && f->met[w] != f->block)
                f->came[f->came_n++] = w;
            f->bursts[w] = f->met[w] == f->block ? f->bursts[w] + 1 : 1;
            f->met[w] = f->block;
            f->burst[w] = start;
        }
    }
}

/* ---- What came up lately ---- */

static void enter(struct ald_link_lately *of, uint32_t block, int64_t hour)
{
    if (of->met != block)
        *of = (struct ald_link_lately){.met = block, .entered = INT64_MIN, .left = INT64_MIN};
    of->hours += of->entered != hour;
    of->entered = hour;
}

static void leave(struct ald_link_lately *of, int64_t hour)
{
    of->hours -= of->left != hour;
    of->left = hour;
}

void ald_odds_later(struct ald_link_odds *odds, const struct ald_link_seat *seats, size_t first, size_t i)
{
    struct ald_link_lately *any = &odds->lately[odds->words.n];
    int64_t hour = seats[i].start / ALD_HOUR_MS;
    if (i == first)
        odds->oldest = first;
    enter(any, odds->block, hour);
    for (uint32_t k = 0; k < seats[i].words_n; k++)
        enter(&odds->lately[seats[i].words[k]], odds->block, hour);
    for (; seats[odds->oldest].start / ALD_HOUR_MS <= hour - LATELY_HOURS; odds->oldest++) {
        const struct ald_link_seat *old = &seats[odds->oldest];
        leave(any, old->start / ALD_HOUR_MS);
        for (uint32_t k = 0; k < old->words_n; k++)
            leave(&odds->lately[old->words[k]], old->start / ALD_HOUR_MS);
    }
    double since = fmin((double)(seats[i].start - odds->l->settled), (double)(LATELY_HOURS * ALD_HOUR_MS));
    odds->history_ms = fmax(odds->settled_ms + since, fmin((double)HISTORY_LEAST_MS, odds->span_ms));
    odds->late = true;
}

static double lately(const struct ald_link_odds *f, size_t word)
{
    return f->late && f->lately[word].met == f->block ? f->lately[word].hours : 0;
}

static double bursts_of(const struct ald_link_odds *f, uint32_t word)
{
    return (f->met[word] == f->block ? f->bursts[word] : 0) + lately(f, word);
}

/* Dice's coefficient of the words' weights, names of the block aside. *ret_bursts: how often the rarest word that both
 * have came up in the block; without one, how often anything did. */
static double similarity(const struct ald_link_odds *f, const uint32_t *x, size_t x_n, const uint32_t *y, size_t y_n,
                         double *ret_bursts)
{
    double shared = 0, all = 0;
    *ret_bursts = f->block_bursts + lately(f, f->words.n);
    for (size_t i = 0, j = 0; i < x_n || j < y_n;) {
        bool from_x = j == y_n || (i < x_n && x[i] <= y[j]);
        bool from_y = i == x_n || (j < y_n && y[j] <= x[i]);
        uint32_t w = from_x ? x[i] : y[j];
        i += from_x;
        j += from_y;
        if (f->excluded[w] == f->block)
            continue;
        double weight = f->words.weight[w];
        all += from_x && from_y ? 2 * weight : weight;
        if (!from_x || !from_y)
            continue;
        shared += 2 * weight;
        *ret_bursts = fmin(*ret_bursts, bursts_of(f, w));
    }
    return all > 0 ? shared / all : 0;
}

/* ---- How two records of one happening look ---- */

static size_t look_of(double alike)
{
    return alike < 0.1 ? 0 : alike < 0.5 ? 1 : 2;
}

/* Ends of the stretches of time between two starts, minutes. Nearer than the first says no more: clocks and people are
 * not better than that. */
static const int gap_ends[ALD_GAPS + 1] = {0, 5, 15, 30, 60, 120, 360};

static size_t gap_of(double apart_ms)
{
    size_t i = 0;
    while (i + 1 < ALD_GAPS && apart_ms > (double)(gap_ends[i + 1] * ALD_MINUTE_MS))
        i++;
    return i;
}

static void exclude_names(struct ald_link_odds *f, uint32_t r)
{
    const struct ald_build *b = f->l->b;
    const struct ald_slice *rows = &b->work[r].services;
    for (size_t i = 0; i < rows->n; i++)
        ald_words_each(b->brief, &f->words, b->a->services[b->svc[rows->at + i].service], exclude, f);
}

static double similarity_of(const struct ald_link_odds *f, uint32_t a, uint32_t b)
{
    const size_t *at = f->words.at;
    double bursts;
    return similarity(f, f->words.list + at[a], at[a + 1] - at[a], f->words.list + at[b], at[b + 1] - at[b], &bursts);
}

/* How alike the titles of records are that are linked for better reasons, and how far apart they start, tells what to
 * expect of those that are not. Ten pairs' worth of guess where there are none. */
static void learn_looks(struct ald_link_odds *f, uint32_t blocks)
{
    double looks[ALD_LOOKS] = {3, 3, 4}, gaps[ALD_GAPS] = {4, 2.5, 1.5, 1, 0.5, 0.5}, all = 10, near = 10;
    struct ald_linker *l = f->l;
    for (size_t i = 0; i < l->link_n; i++) {
        const struct ald_link *link = &l->link[i];
        if (link->method == ALD_LINK_MERGED || l->b->work[link->a].source == l->b->work[link->b].source ||
            !ald_link_is_settled(l, link->a) || !ald_link_is_settled(l, link->b))
            continue;
        f->block = blocks + 1 + (uint32_t)i; /* no block's number */
        ald_arena_reset(l->b->brief);
        exclude_names(f, link->a);
        exclude_names(f, link->b);
        looks[look_of(similarity_of(f, link->a, link->b))]++;
        all++;
        int64_t x = l->b->work[link->a].start, y = l->b->work[link->b].start;
        if (x == ALD_TIME_NONE || y == ALD_TIME_NONE || (x < y ? y - x : x - y) > ALD_LINK_APART_MS)
            continue;
        gaps[gap_of(fabs((double)x - (double)y))]++;
        near++;
    }
    for (size_t i = 0; i < ALD_LOOKS; i++)
        f->look[i] = looks[i] / all;
    for (size_t i = 0; i < ALD_GAPS; i++)
        f->gap[i] = gaps[i] / near;
}

/* One in four names services that differ, one in four begins after the other's end: reasoned, not measured. */
static double look(const struct ald_link_odds *f, const struct ald_link_seat *a, const struct ald_link_seat *b, double alike,
                   size_t gap, enum ald_block_kind kind, bool after_end)
{
    double m = a->source == b->source ? 1 : f->look[look_of(alike)] * f->gap[gap];
    if (kind == ALD_BLOCK_TEAM && a->services_n && b->services_n)
        m /= 4;
    return after_end ? m / 4 : m;
}

/* ---- The whole ---- */

struct ald_link_odds ald_odds_beside(const struct ald_link_odds *odds, struct ald_arena *arena)
{
    struct ald_link_odds own = *odds;
    own.excluded = ald_calloc(arena, odds->words.n, sizeof *own.excluded);
    own.met = ald_calloc(arena, odds->words.n, sizeof *own.met);
    own.burst = ald_calloc(arena, odds->words.n, sizeof *own.burst);
    own.bursts = ald_calloc(arena, odds->words.n, sizeof *own.bursts);
    if (odds->l->learning)
        own.lately = ald_calloc(arena, odds->words.n + 1, sizeof *own.lately);
    if (odds->l->learning && !odds->l->learning->from)
        own.came = ald_calloc(arena, odds->words.n, sizeof *own.came);
    return own;
}

void ald_odds_build(struct ald_linker *l, uint32_t blocks, double span_ms, struct ald_link_odds *ret)
{
    *ret = (struct ald_link_odds){.l = l, .span_ms = span_ms};
    ald_words_build(l, &ret->words);
    *ret = ald_odds_beside(ret, l->arena);
    if (l->learning && l->learning->from) {
        const struct ald_model_head *head = &l->learning->head;
        ret->span_ms = head->span_ms;
        memcpy(ret->look, head->look, sizeof ret->look);
        memcpy(ret->gap, head->gap, sizeof ret->gap);
        return;
    }
    learn_looks(ret, blocks);
    if (l->learning) {
        struct ald_model_head *head = &l->learning->head;
        head->span_ms = span_ms;
        memcpy(head->look, ret->look, sizeof head->look);
        memcpy(head->gap, ret->gap, sizeof head->gap);
    }
}

void ald_odds_done(struct ald_link_odds *odds)
{
    ald_names_free(odds->words.texts);
}

/* What an analysis before counted in the block at hand. */
static void take_counted(struct ald_link_odds *f)
{
    struct ald_model_block counted;
    uint32_t place = 0, further, bursts;
    f->block_bursts = f->settled_ms = 0;
    if (!ald_model_find_block(f->l->learning->from, f->key, &counted))
        return;
    f->block_bursts = counted.bursts;
    f->settled_ms = counted.settled_ms;
    for (const unsigned char *at = counted.words.data, *end = at + counted.words.n; at < end;) {
        ald_model_block_word(&at, &further, &bursts);
        place += further;
        uint32_t word = place < f->words.places ? f->words.by_place[place] : ALD_NOBODY;
        if (word == ALD_NOBODY)
            continue;
        f->met[word] = f->block;
        f->bursts[word] = bursts;
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

struct ald_model_block ald_odds_pack(struct ald_link_odds *odds, struct ald_arena *arena)
{
    struct ald_model_block ret = {.key = odds->key, .bursts = (uint32_t)odds->block_bursts, .settled_ms = odds->settled_ms};
    uint32_t *places = odds->came, before = 0;
    for (size_t i = 0; i < odds->came_n; i++)
        places[i] = odds->words.place[odds->came[i]];
    if (odds->came_n)
        qsort(places, odds->came_n, sizeof *places, by_number);
    unsigned char *at = ret.words.data = ald_alloc(arena, odds->came_n * ALD_MODEL_BLOCK_WORD_BYTES + 1);
    for (size_t i = 0; i < odds->came_n; i++) {
        ald_model_put_block_word(&at, places[i] - before, (uint32_t)odds->bursts[odds->words.by_place[places[i]]]);
        before = places[i];
    }
    ret.words.n = (size_t)(at - ret.words.data);
    return ret;
}

void ald_odds_block(struct ald_link_odds *odds, struct ald_arena *scratch, uint32_t block, uint64_t key, const char *name,
                    const struct ald_link_seat *seats, size_t n)
{
    odds->block = block + 1;
    odds->key = key;
    ald_words_each(scratch, &odds->words, name, exclude, odds);
    odds->late = false;
    odds->came_n = 0;
    odds->settled_ms = n ? (double)(seats[n - 1].start - seats[0].start) : 0;
    if (odds->l->learning && odds->l->learning->from)
        take_counted(odds);
    else
        count_bursts(odds, seats, n);
    odds->history_ms = fmax(odds->settled_ms, fmin((double)HISTORY_LEAST_MS, odds->span_ms));
}

void ald_odds_weigh(const struct ald_link_odds *odds, const struct ald_link_seat *a, const struct ald_link_seat *b,
                    double apart_ms, enum ald_block_kind kind, bool after_end, struct ald_link_pair *pair)
{
    double bursts;
    size_t gap = gap_of(apart_ms);
    pair->similarity = similarity(odds, a->words, a->words_n, b->words, b->words_n, &bursts);
    pair->by_chance = bursts * 2 * (double)((gap_ends[gap + 1] - gap_ends[gap]) * ALD_MINUTE_MS) / odds->history_ms;
    pair->odds = look(odds, a, b, pair->similarity, gap, kind, after_end) / pair->by_chance;
}
