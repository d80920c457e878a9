/* What follows from explicit pointers: folds and joins. A record that ties together several separate times names a
 * list, an umbrella or a handbook, and a pointer over more than a week is a citation: neither joins anything. Knows
 * pointers and times. */
#include "analysis/links.h"

#include <stdlib.h>

/* ---- Times ---- */

#define BETWEEN_TIMES_MS (6 * ALD_HOUR_MS)
#define ONE_TIME_MS (7 * ALD_DAY_MS)

/* More than a week lies between two records: one cites the other. */
static bool is_citation(const struct ald_linker *l, uint32_t x, uint32_t y)
{
    int64_t a = l->b->work[x].start, b = l->b->work[y].start;
    if (a == ALD_TIME_NONE || b == ALD_TIME_NONE)
        return false;
    int64_t end = ald_record_end(l->b, a < b ? x : y), late = a < b ? b : a;
    return end != INT64_MAX && late > end + ONE_TIME_MS;
}

/* ---- Folding ---- */

/* merged_into before duplicate_of before parent: the order of enum ald_ref_kind. */
static void fold_record(struct ald_linker *l, uint32_t i)
{
    const struct ald_row_ref *best = NULL;
    uint32_t into = ALD_NOBODY;
    const struct ald_slice *refs = &l->b->refs[i];
    for (size_t j = 0; j < refs->n; j++) {
        const struct ald_row_ref *ref = &l->b->ref[refs->at + j];
        if (ref->kind < ALD_REF_MERGED_INTO || ref->kind > ALD_REF_PARENT || (best && ref->kind >= best->kind))
            continue;
        uint32_t target = ald_fold_target(l, i, ref);
        if (target == ALD_NOBODY || (ref->kind != ALD_REF_MERGED_INTO && is_citation(l, i, target)))
            continue;
        best = ref;
        into = target;
    }
    if (best)
        (void)ald_link_fold(l, i, into, ald_ref_text(l, i, best));
}

/* ---- Joining ---- */

enum { TARGETS_MOST = 16 }; /* sources that hold one key */
#define SEPARATE_TIMES 3    /* of one source, tied together by one record: no single happening */

/* An explicit pointer with its meaning. */
struct pointer {
    uint32_t from, to;
    const struct ald_row_ref *ref;
};
struct pointers {
    struct pointer *items;
    size_t n, cap;
};

static bool is_pointer(const struct ald_row_ref *ref)
{
    return ref->kind < ALD_REF_MERGED_INTO;
}

static void collect(struct ald_linker *l, struct pointers *ret)
{
    const struct ald_analysis *a = l->b->a;
    uint32_t to[TARGETS_MOST];
    for (uint32_t i = 0; i < a->records_n; i++) {
        const struct ald_slice *refs = &l->b->refs[i];
        for (size_t j = 0; j < refs->n && !a->records[i].vendor; j++) {
            const struct ald_row_ref *ref = &l->b->ref[refs->at + j];
            size_t n = is_pointer(ref) ? ald_ref_targets(l, i, ref, to, TARGETS_MOST) : 0;
            for (size_t k = 0; k < n; k++) {
                ret->items = ald_grow(l->arena, ret->items, ret->n, &ret->cap, sizeof *ret->items);
                ret->items[ret->n++] = (struct pointer){.from = i, .to = to[k], .ref = ref};
            }
        }
    }
}

/* One end of a pointer: the hub, and the record at the other end with its life, taken as a week at most. */
struct spoke {
    uint32_t hub, record, source;
    int64_t start, end;
};

static int spoke_order(const void *x, const void *y)
{
    const struct spoke *a = x, *b = y;
    if (a->hub != b->hub)
        return a->hub < b->hub ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

/* Within the life of a hub that is no longer than a week: what it points at, or what points at it, may be all its own.
 */
static bool is_own(const struct ald_linker *l, uint32_t hub, int64_t start)
{
    int64_t from = l->b->work[hub].start, to = ald_record_end(l->b, hub);
    if (from == ALD_TIME_NONE || to == INT64_MAX || to - from > ONE_TIME_MS)
        return false;
    return start >= from - BETWEEN_TIMES_MS && start <= to + BETWEEN_TIMES_MS;
}

/* Marks the hubs with three spokes to one source of which each began more than six hours after the one before had ended
 * (by their ends, so that a long one hides no short ones). One happening is told of by one source at one time, perhaps
 * two. */
static void mark_hubs(struct ald_linker *l, const struct pointers *p, bool outgoing, bool *ret_hub)
{
    struct spoke *spokes = ald_calloc(l->arena, p->n, sizeof *spokes);
    size_t n = 0, times = 0;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t hub = outgoing ? p->items[i].from : p->items[i].to,
                 record = outgoing ? p->items[i].to : p->items[i].from;
        int64_t start = l->b->work[record].start, end = ald_record_end(l->b, record);
        if (start == ALD_TIME_NONE || is_own(l, hub, start))
            continue;
        end = end < start + ONE_TIME_MS ? end : start + ONE_TIME_MS;
        spokes[n++] = (struct spoke){hub, record, l->b->work[record].source, start, end};
    }
    if (n)
        qsort(spokes, n, sizeof *spokes, spoke_order);
    int64_t last = 0;
    for (size_t i = 0; i < n; i++) {
        const struct spoke *s = &spokes[i];
        if (i == 0 || spokes[i - 1].hub != s->hub || spokes[i - 1].source != s->source)
            times = 0;
        if (times > 0 && s->start <= last + BETWEEN_TIMES_MS)
            continue;
        last = s->end;
        if (++times >= SEPARATE_TIMES)
            ret_hub[s->hub] = true;
    }
}

static void note_hubs(struct ald_linker *l, const struct pointers *p, const bool *umbrella, const bool *list)
{
    size_t *n = ald_calloc(l->arena, l->b->a->records_n, sizeof *n);
    for (size_t i = 0; i < p->n; i++) {
        n[p->items[i].to] += umbrella[p->items[i].to];
        n[p->items[i].from] += list[p->items[i].from];
    }
    for (uint32_t i = 0; i < l->b->a->records_n; i++) {
        const char *id = n[i] ? ald_record_id(&l->b->a->records[i]) : NULL;
        if (id)
            ald_link_idle_add(l, ALD_LINK_KEY, id, n[i],
                              umbrella[i]
                                  ? "records of three or more separate times point at it: an umbrella or a handbook"
                                  : "it points at records of three or more separate times: a list");
    }
}

static void note_citations(struct ald_linker *l, const struct pointers *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (is_citation(l, p->items[i].from, p->items[i].to))
            ald_link_idle_add(l, ALD_LINK_KEY, ald_ref_text(l, p->items[i].from, p->items[i].ref), 2,
                              "more than a week lies between the two records: a citation");
}

static void join_pointer(struct ald_linker *l, const struct pointer *p)
{
    static const enum ald_link_method methods[] = {ALD_LINK_URL, ALD_LINK_KEY, ALD_LINK_ID};
    (void)ald_link_join(l, p->from, p->to, methods[p->ref->kind], 1, ald_ref_text(l, p->from, p->ref));
}

void ald_link_explicit(struct ald_linker *l)
{
    const struct ald_analysis *a = l->b->a;
    struct pointers pointers = {0};
    bool *umbrella = ald_calloc(l->arena, a->records_n, sizeof *umbrella);
    bool *list = ald_calloc(l->arena, a->records_n, sizeof *list);
    bool *apart = ald_calloc(l->arena, a->records_n, sizeof *apart);
    collect(l, &pointers);
    mark_hubs(l, &pointers, false, umbrella);
    mark_hubs(l, &pointers, true, list);
    note_hubs(l, &pointers, umbrella, list);
    note_citations(l, &pointers);
    for (uint32_t i = 0; i < a->records_n; i++)
        apart[i] = l->enemies[ald_link_whole(l, i)] != NULL;
    /* Those that people keep apart come last: what the others make of it stands, and they stay out of it. */
    for (int last = 0; last < 2; last++) {
        for (uint32_t i = 0; i < a->records_n; i++)
            if (!a->records[i].vendor && apart[i] == (last == 1))
                fold_record(l, i);
        for (size_t i = 0; i < pointers.n; i++) {
            const struct pointer *p = &pointers.items[i];
            if ((apart[p->from] || apart[p->to]) == (last == 1) && !umbrella[p->to] && !list[p->from] && !is_citation(l, p->from, p->to))
                join_pointer(l, p);
        }
    }
}
