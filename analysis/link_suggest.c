/* Suggestions: takes the pairs that are likely enough to be one happening, the surest first, and lists the others. Of
 * several records of one source that could be the counterpart of another only one is, so they share the odds. */
#include "analysis/links.h"

#include <stdlib.h>

#define MENTION_CONFIDENCE 0.75 /* of a mention while both were going on, alone; a convention */
#define SUGGEST_LEAST 0.5       /* below: not worth showing */
enum { ROUNDS_MOST = 8 };

/* A pair as one of its records sees it. */
struct side {
    uint32_t record, source, whole; /* source, whole: of the partner */
    struct ald_link_pair *pair;
};

static int side_order(const void *x, const void *y)
{
    const struct side *a = x, *b = y;
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->whole != b->whole)
        return a->whole < b->whole ? -1 : 1;
    if (a->pair->odds < b->pair->odds || a->pair->odds > b->pair->odds)
        return a->pair->odds > b->pair->odds ? -1 : 1;
    return (a->pair > b->pair) - (a->pair < b->pair);
}

/* One record's candidates in one source: lowers the confidence of each to its share of the odds. */
static void share(const struct side *sides, size_t n)
{
    double sum = 0, best = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || sides[i].whole != sides[i - 1].whole)
            sum += sides[i].pair->odds;
    for (size_t i = 0; i < n; i++) {
        double odds = sides[i].pair->odds;
        best = i == 0 || sides[i].whole != sides[i - 1].whole ? odds : best; /* of its whole */
        double confidence = odds > 0 ? odds / (1 + sum - best + odds) : 0;
        if (confidence < sides[i].pair->confidence)
            sides[i].pair->confidence = confidence;
    }
}

static void judge(struct ald_linker *l, struct ald_link_pair **open, size_t n, struct side *sides)
{
    size_t sides_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_link_pair *p = open[i];
        p->confidence = p->odds / (1 + p->odds);
        if (ald_pair_of_one_source(l, p))
            continue;
        sides[sides_n++] = (struct side){p->a, l->b->work[p->b].source, ald_link_whole(l, p->b), p};
        sides[sides_n++] = (struct side){p->b, l->b->work[p->a].source, ald_link_whole(l, p->a), p};
    }
    if (sides_n)
        qsort(sides, sides_n, sizeof *sides, side_order);
    for (size_t from = 0, to = 0; from < sides_n; from = to) {
        while (to < sides_n && sides[to].record == sides[from].record && sides[to].source == sides[from].source)
            to++;
        share(&sides[from], to - from);
    }
    for (size_t i = 0; i < n; i++)
        if (open[i]->confidence > open[i]->most)
            open[i]->confidence = open[i]->most;
    for (size_t i = 0; i < n; i++)
        if (open[i]->mention)
            open[i]->confidence = 1 - (1 - MENTION_CONFIDENCE) * (1 - open[i]->confidence);
}

static int surest_first(const void *x, const void *y)
{
    const struct ald_link_pair *a = *(struct ald_link_pair *const *)x, *b = *(struct ald_link_pair *const *)y;
    if (a->confidence < b->confidence || a->confidence > b->confidence)
        return a->confidence > b->confidence ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static const char *via(struct ald_linker *l, const struct ald_link_pair *p)
{
    const struct ald_analysis *a = l->b->a;
    const struct ald_work *work = l->b->work;
    char apart[32];
    const char *mention = "";
    if (p->mention) {
        uint32_t to;
        uint32_t from = ald_ref_targets(l, p->a, p->mention, &to, 1) && to == p->b ? p->a : p->b;
        mention = ald_ref_text(l, from, p->mention);
    }
    if (p->block == ALD_NOBODY)
        return mention;
    static const char *const words[] = {
        [ALD_BLOCK_SERVICE] = "service", [ALD_BLOCK_TEAM] = "team", [ALD_BLOCK_EDGE] = "services:"};
    int64_t ms =
        work[p->a].start < work[p->b].start ? work[p->b].start - work[p->a].start : work[p->a].start - work[p->b].start;
    return ald_sprintf(a->arena, "%s%s%s %s, starts %s apart, titles alike %.2f; by chance %.2g such", mention,
                       *mention ? "; " : "", words[ald_block_kind(l, p->block)], ald_block_name(l, l->arena, p->block),
                       ald_duration_format(ms, apart), p->similarity, p->by_chance);
}

/* What is still open of the pairs: joined ones, and those that people or other links have decided since, drop out. */
static size_t still_open(struct ald_linker *l, struct ald_link_pair **open, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_link_pair *p = open[i];
        uint32_t but = ald_pair_of_one_source(l, p) ? l->b->work[p->a].source : ALD_NOBODY;
        if (ald_link_whole(l, p->a) != ald_link_whole(l, p->b) && !ald_kept_apart(l, p->a, p->b) &&
            !ald_share_source(l, p->a, p->b, but))
            open[kept++] = p;
    }
    return kept;
}

/* A record that was merged into another speaks for that one, which keeps the clocks. */
static uint32_t speaker(const struct ald_linker *l, uint32_t r)
{
    for (int step = 0; step < 32 && l->b->draft[r].fold_into != ALD_NOBODY; step++)
        r = l->b->draft[r].fold_into;
    return r;
}

/* One round; pairs of one source first: a storm of pages is one counterpart, not many. @return how many were joined. */
static size_t take(struct ald_linker *l, struct ald_link_pair **open, size_t n, double accept, bool one_source)
{
    size_t joined = 0;
    for (size_t i = 0; i < n && open[i]->confidence >= accept; i++) {
        struct ald_link_pair *p = open[i];
        if (ald_pair_of_one_source(l, p) != one_source || still_open(l, &p, 1) == 0)
            continue;
        joined += ald_link_join(l, speaker(l, p->a), speaker(l, p->b), ALD_LINK_SUGGESTION, p->confidence, via(l, p));
    }
    return joined;
}

/* The best pair between two wholes stands for them. */
static void list_rest(struct ald_linker *l, struct ald_link_pair **open, size_t n)
{
    struct ald_names *listed = ald_names_new(l->arena);
    for (size_t i = 0; i < n && open[i]->confidence >= SUGGEST_LEAST; i++) {
        const struct ald_link_pair *p = open[i];
        uint32_t x = ald_link_whole(l, p->a), y = ald_link_whole(l, p->b);
        size_t before = ald_names_n(listed);
        if (ald_names_add(listed, ald_sprintf(l->arena, "%u %u", x < y ? x : y, x < y ? y : x)) < before)
            continue;
        l->suggestion =
            ald_grow(l->b->a->arena, l->suggestion, l->suggestion_n, &l->suggestion_cap, sizeof *l->suggestion);
        l->suggestion[l->suggestion_n++] = (struct ald_link){.a = p->a,
                                                             .b = p->b,
                                                             .method = ALD_LINK_SUGGESTION,
                                                             .confidence = p->confidence,
                                                             .via = via(l, p),
                                                             .refused = "below link.accept"};
    }
    ald_names_free(listed);
}

void ald_link_suggest(struct ald_linker *l)
{
    struct ald_link_pairs pairs;
    double accept = l->b->settings->link_accept > 0 ? l->b->settings->link_accept : ALD_LINK_ACCEPT;
    ald_pairs_find(l, &pairs);
    if (l->from != INT64_MIN)
        ald_link_window_close(l, &pairs);
    struct ald_link_pair **open = ald_calloc(l->arena, pairs.n, sizeof *open);
    struct side *sides = ald_calloc(l->arena, 2 * pairs.n, sizeof *sides);
    size_t n = pairs.n, joined = n;
    for (size_t i = 0; i < n; i++)
        open[i] = &pairs.items[i];
    for (int round = 0; round < ROUNDS_MOST && n && (joined || round < 2); round++) {
        judge(l, open, n, sides);
        qsort(open, n, sizeof *open, surest_first);
        joined = take(l, open, n, accept, round == 0);
        n = still_open(l, open, n);
    }
    if (!n)
        return;
    judge(l, open, n, sides);
    qsort(open, n, sizeof *open, surest_first);
    list_rest(l, open, n);
}
