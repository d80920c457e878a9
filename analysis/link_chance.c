/* How much of what looks alike is coincidence. The same records are looked at with one source moved by whole weeks:
 * what then looks alike cannot be one happening, and it comes up at the same hours and weekdays. Where records of two
 * sources point at each other as a habit, the ones left over have no counterpart, and a likeness among them is chance;
 * where they never do, most have one. Knows pairs and sources, not words or places. */
#include "analysis/link_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"

#define WEEK_MS (7 * ALD_DAY_MS)
#define FACTOR_LEAST 1e-6
#define FACTOR_MOST 1e3
#define GUESS_WEIGHS 20 /* as many records */

int64_t ald_link_shift(size_t i)
{
    static const int weeks[ALD_LINK_SHIFTS] = {1, 2, -1, -2};
    return weeks[i] * WEEK_MS;
}

/* Pairs over an edge between services are a class of their own. */
static uint32_t class_of(const struct ald_linker *l, const struct ald_link_pair *pair)
{
    uint32_t x = l->b->work[pair->a].source, y = l->b->work[pair->b].source, n = (uint32_t)ald_names_n(l->b->sources);
    return 2 * (x < y ? x * n + y : y * n + x) + (ald_block_kind(l, pair->block) == ALD_BLOCK_EDGE);
}

void ald_link_decoy_add(const struct ald_linker *l, struct ald_arena *arena, struct ald_link_chance *chance,
                        const struct ald_link_pair *pair, uint32_t shift)
{
    bool sides = ald_pair_of_one_source(l, pair);
    for (int side = 0; side < 2; side++) { /* which source is the sparser one is not known yet: both ends */
        chance->items = ald_grow(arena, chance->items, chance->n, &chance->cap, sizeof *chance->items);
        chance->items[chance->n++] = (struct ald_link_decoy){
            .class_ = class_of(l, pair), .record = side ? pair->b : pair->a, .shift = shift, .odds = pair->odds};
        if (sides && shift)
            break; /* moved against itself: one end stands for the pair */
    }
}

/* Records of x that could still have a counterpart in y. */
static size_t without_counterpart(struct ald_linker *l, const bool *placed, const uint32_t *wholes_with, uint32_t stamp,
                                  uint32_t x)
{
    size_t n = 0;
    for (uint32_t i = 0; i < l->b->a->records_n; i++)
        n += placed[i] && l->b->work[i].source == x && wholes_with[ald_link_whole(l, i)] != stamp && ald_link_is_settled(l, i);
    return n;
}

struct class_ {
    uint32_t source; /* the sparser one */
    size_t without;
    const double *found; /* odds, each record's best, descending */
    size_t found_n;
    const double *chance; /* the same of all moves */
    size_t chance_n;
    double moves, factor;
    bool used; /* by some pair */
};

static int decoy_order(const void *x, const void *y)
{
    const struct ald_link_decoy *a = x, *b = y;
    if (a->class_ != b->class_)
        return a->class_ < b->class_ ? -1 : 1;
    if (a->shift != b->shift)
        return a->shift < b->shift ? -1 : 1;
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    return a->odds < b->odds ? 1 : -(a->odds > b->odds);
}

static int descending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? 1 : -(a > b);
}

static size_t at_least(const double *odds, size_t n, double least)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (odds[mid] >= least)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* How many of the records found would have a counterpart if the odds were multiplied by factor. */
static double expected(const struct class_ *c, double factor)
{
    double sum = 0;
    for (size_t i = 0; i < c->found_n; i++)
        sum += factor * c->found[i] / (1 + factor * c->found[i]);
    return sum;
}

/* The odds are right up to a factor: it is chosen so that as many counterparts are expected as there are more
 * likenesses than moving gives. Few records say little about it: then it stays near the share of records that have a
 * counterpart, (found - by chance)/without, counted from odds of one, half a record more so that nothing is quite
 * impossible. */
static double factor_of(const struct class_ *c)
{
    double found = (double)at_least(c->found, c->found_n, 1),
           chance = (double)at_least(c->chance, c->chance_n, 1) / c->moves;
    double share = fmin(1, (fmax(0, found - chance) + 0.5) / ((double)c->without + 1));
    double more = (double)c->found_n - (double)c->chance_n / c->moves, low = log(FACTOR_LEAST), high = log(FACTOR_MOST);
    for (int i = 0; i < 60; i++) {
        double mid = (low + high) / 2;
        if (expected(c, exp(mid)) < more)
            low = mid;
        else
            high = mid;
    }
    double weight = (double)c->found_n / ((double)c->found_n + GUESS_WEIGHS);
    return exp(weight * low + (1 - weight) * log(share));
}

static void fill_class(struct ald_linker *l, const struct ald_link_decoy *items, size_t n, struct class_ *c)
{
    double *found = ald_calloc(l->arena, n, sizeof *found), *chance = ald_calloc(l->arena, n, sizeof *chance);
    for (size_t i = 0; i < n; i++) {
        bool best = i == 0 || items[i - 1].record != items[i].record || items[i - 1].shift != items[i].shift;
        if (!best || l->b->work[items[i].record].source != c->source)
            continue;
        if (items[i].shift)
            chance[c->chance_n++] = items[i].odds;
        else
            found[c->found_n++] = items[i].odds;
    }
    if (c->found_n)
        qsort(found, c->found_n, sizeof *found, descending);
    if (c->chance_n)
        qsort(chance, c->chance_n, sizeof *chance, descending);
    c->found = found;
    c->chance = chance;
    c->factor = factor_of(c);
}

static void count_without(struct ald_linker *l, const bool *placed, uint32_t x, uint32_t y, uint32_t *wholes_with,
                          uint32_t stamp, struct class_ *c)
{
    size_t of[2];
    uint32_t source[2] = {x, y};
    if (x == y) {
        *c = (struct class_){.source = x, .moves = ALD_LINK_SHIFTS / 2.0};
        for (uint32_t i = 0; i < l->b->a->records_n; i++)
            c->without += placed[i] && l->b->work[i].source == x && ald_link_is_settled(l, i);
        return;
    }
    for (int k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < l->b->a->records_n; i++)
            if (l->b->work[i].source == source[1 - k] && ald_link_is_settled(l, i))
                wholes_with[ald_link_whole(l, i)] = stamp + (uint32_t)k;
        of[k] = without_counterpart(l, placed, wholes_with, stamp + (uint32_t)k, source[k]);
    }
    *c = (struct class_){.source = source[of[1] < of[0]], .without = of[of[1] < of[0]], .moves = ALD_LINK_SHIFTS};
}

static void learn_class(struct ald_linker *l, const bool *placed, uint32_t *wholes_with, uint32_t class_,
                        const struct ald_link_decoy *items, size_t n, struct class_ *ret)
{
    uint32_t sources = (uint32_t)ald_names_n(l->b->sources);
    count_without(l, placed, class_ / 2 / sources, class_ / 2 % sources, wholes_with, 1 + 2 * class_, ret);
    fill_class(l, items, n, ret);
}

/* ---- From one analysis to the next ---- */

static uint64_t key_of(const struct ald_linker *l, size_t class_)
{
    const struct ald_names *names = l->b->sources;
    size_t sources = ald_names_n(names);
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const char *text = ald_sprintf(scratch, "%s\n%s\n%zu", ald_names_text(names, (uint32_t)(class_ / 2 / sources)),
                                   ald_names_text(names, (uint32_t)(class_ / 2 % sources)), class_ % 2);
    return ald_siphash(text, strlen(text));
}

/* Of classes of which nothing settled looks alike those that some pair needs, as if all was learnt now. more: something was learnt. */
static void keep(struct ald_linker *l, const struct class_ *classes, size_t n, bool more)
{
    struct ald_model_class *list = ald_calloc(l->arena, n, sizeof *list);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool idle = !classes[i].used && classes[i].found_n + classes[i].chance_n == 0;
        more |= classes[i].moves >= 1 && idle;
        if (classes[i].moves >= 1 && !idle)
            list[kept++] = (struct ald_model_class){.key = key_of(l, i),
                                                    .factor = classes[i].factor,
                                                    .moves = classes[i].moves,
                                                    .found = classes[i].found,
                                                    .chance = classes[i].chance,
                                                    .found_n = (uint32_t)classes[i].found_n,
                                                    .chance_n = (uint32_t)classes[i].chance_n};
    }
    if (!more)
        return;
    struct ald_link_learning *learning = l->learning;
    struct ald_arena *arena = l->b->a->arena;
    if (!learning->into) { /* what was taken, and more */
        assert(learning->from);
        learning->into = ald_alloc(arena, sizeof *learning->into);
        *learning->into = *learning->from;
        l->b->a->link_model = learning->into;
    }
    ald_model_put_classes(arena, list, kept, learning->into);
    ald_model_put_head(arena, &learning->head, learning->into);
}

static void take_kept(struct ald_linker *l, struct class_ *classes, size_t n)
{
    struct ald_model_class *list;
    size_t kept = ald_model_classes(l->learning->from, l->arena, &list);
    for (size_t i = 0; i < n && kept; i++) {
        uint64_t key = key_of(l, i);
        for (size_t k = 0; k < kept; k++)
            if (list[k].key == key)
                classes[i] = (struct class_){.found = list[k].found,
                                             .found_n = list[k].found_n,
                                             .chance = list[k].chance,
                                             .chance_n = list[k].chance_n,
                                             .moves = list[k].moves,
                                             .factor = list[k].factor};
    }
}

void ald_link_weigh(struct ald_linker *l, const bool *placed, struct ald_link_pairs *pairs,
                    struct ald_link_chance *chance)
{
    size_t classes_n = 2 * ald_names_n(l->b->sources) * ald_names_n(l->b->sources);
    struct class_ *classes = ald_calloc(l->arena, classes_n, sizeof *classes);
    uint32_t *wholes_with = ald_calloc(l->arena, l->b->a->records_n, sizeof *wholes_with);
    if (chance->n)
        qsort(chance->items, chance->n, sizeof *chance->items, decoy_order);
    for (size_t from = 0, to = 0; from < chance->n; from = to) {
        uint32_t class_ = chance->items[from].class_;
        while (to < chance->n && chance->items[to].class_ == class_)
            to++;
        learn_class(l, placed, wholes_with, class_, &chance->items[from], to - from, &classes[class_]);
    }
    bool more = l->learning && !l->learning->from;
    if (l->learning && l->learning->from)
        take_kept(l, classes, classes_n);
    for (size_t i = 0; i < pairs->n; i++) {
        struct ald_link_pair *p = &pairs->items[i];
        struct class_ *c = &classes[class_of(l, p)];
        l->unsound |= c->moves < 1 && l->from != INT64_MIN; /* which records have no counterpart is not known */
        more |= c->moves < 1;
        if (c->moves < 1) /* nothing settled looks alike */
            learn_class(l, placed, wholes_with, class_of(l, p), NULL, 0, c);
        double itself = ald_link_is_settled(l, p->a) && ald_link_is_settled(l, p->b) ? 0 : 1; /* it is among those found */
        double found = (double)at_least(c->found, c->found_n, p->odds) + itself;
        double by_chance = (double)at_least(c->chance, c->chance_n, p->odds) / c->moves;
        p->most = found > 0 ? 1 - fmin(1, by_chance / found) : 0;
        p->odds *= c->factor;
        c->used = true;
    }
    if (l->learning && l->from == INT64_MIN)
        keep(l, classes, classes_n, more);
}
