/* Shared identity: records that carry the same incident key, alert or channel tell of one happening when they do so at
 * the same time. A deduplication key comes back whenever its condition does, so a key alone says little: its records
 * are cut into occurrences, and only those of one occurrence are joined. A value that no happening can own joins
 * nothing. */
#include "analysis/links.h"

#include <stdlib.h>
#include <string.h>

/* After its end, for a record of another source: a ticket is often written once the page is over. */
#define AFTERWARDS_MS ALD_DAY_MS
/* Longer, and records of one source that carry the same value are a heap, not a happening. */
#define OCCURRENCE_MOST_MS (7 * ALD_DAY_MS)
enum {
    CROWD_MOST = 100,   /* records of one source in one occurrence */
    CROWDED_OCCURRENCES = 2,
    COMES_BACK = 3 /* occurrences from which a key has to be about something */
};

/* A value that a record carries. */
struct carrier {
    uint32_t value, record, source;
    uint8_t kind; /* enum ald_ref_kind */
    int64_t start;
};

/* The carriers of one value, cut into occurrences. */
struct run {
    const struct carrier *items;
    size_t n;
    uint32_t *occurrence; /* parallel to items */
    size_t occurrences;
};

/* What one source has in the occurrence at hand. */
struct presence {
    uint32_t run, occurrence; /* from 1: which ones the rest is about */
    int64_t end;
    size_t n;                                  /* in this occurrence */
    size_t all, occurrences, crowded, largest; /* in this run */
    uint32_t last;                             /* the record before */
    size_t changes;                            /* times that the next record names none of its services */
};

static enum ald_link_method method_of(unsigned kind)
{
    return kind == ALD_REF_INCIDENT_KEY ? ALD_LINK_INCIDENT_KEY
           : kind == ALD_REF_ALERT      ? ALD_LINK_ALERT
                                        : ALD_LINK_CHANNEL;
}

/* Conventions, not measurements (docs/METHODS.md): a room is shared more easily than a key. */
static double confidence_of(unsigned kind)
{
    return kind == ALD_REF_CHANNEL ? 0.95 : 0.98;
}

static int carrier_order(const void *x, const void *y)
{
    const struct carrier *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

static size_t collect(struct ald_linker *l, struct ald_names *values, size_t *of_kind, struct carrier **ret)
{
    const struct ald_analysis *a = l->b->a;
    struct carrier *list = NULL;
    size_t n = 0, cap = 0, sources = ald_names_n(l->b->sources);
    for (uint32_t i = 0; i < a->records_n; i++) {
        const struct ald_work *w = &l->b->work[i];
        int counted = -1;
        for (size_t j = 0; j < l->b->refs[i].n && !a->records[i].vendor && w->start != ALD_TIME_NONE; j++) {
            const struct ald_row_ref *ref = &l->b->ref[l->b->refs[i].at + j];
            if (!ald_ref_is_shared(ref->kind))
                continue;
            if (counted != ref->kind) /* refs come by kind as text: each kind in one stretch */
                of_kind[ref->kind * sources + w->source]++;
            counted = ref->kind;
            const char *value = ald_link_shared(l->arena, ref);
            if (!value)
                continue;
            list = ald_grow(l->arena, list, n, &cap, sizeof *list);
            list[n++] = (struct carrier){.value = ald_names_add(values, value),
                                         .record = i,
                                         .source = w->source,
                                         .kind = ref->kind,
                                         .start = w->start};
        }
    }
    for (size_t s = 0; l->b->left_out && s < sources; s++)
        for (unsigned kind = ALD_REF_INCIDENT_KEY; kind <= ALD_REF_CHANNEL; kind++)
            of_kind[kind * sources + s] += l->b->left_out[s].shares[kind - ALD_REF_INCIDENT_KEY];
    if (n)
        qsort(list, n, sizeof *list, carrier_order);
    *ret = list;
    return n;
}

/* Where a carrier belongs: true: to the occurrence at hand. */
static bool belongs(const struct presence *own, uint32_t run, uint32_t occurrence, int64_t first, int64_t last_end,
                    int64_t start)
{
    bool there = own->run == run && own->occurrence == occurrence;
    if (there)
        return start < own->end && start <= first + OCCURRENCE_MOST_MS;
    return last_end == INT64_MAX || start <= last_end + AFTERWARDS_MS;
}

/* True when both name services and none is the same. */
static bool elsewhere(const struct ald_build *b, uint32_t x, uint32_t y)
{
    const struct ald_slice *a = &b->work[x].services, *c = &b->work[y].services;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < c->n; j++)
            if (b->svc[a->at + i].service == b->svc[c->at + j].service)
                return false;
    return a->n && c->n;
}

static void enter(const struct ald_build *b, struct presence *own, uint32_t run, uint32_t occurrence, uint32_t record,
                  int64_t end)
{
    if (own->run != run)
        *own = (struct presence){.run = run, .last = record};
    own->changes += elsewhere(b, own->last, record);
    own->last = record;
    if (own->occurrence != occurrence) {
        own->occurrence = occurrence;
        own->occurrences++;
        own->n = 0;
        own->end = end;
    }
    own->n++;
    own->all++;
    own->crowded += own->n == 2;
    if (own->n > own->largest)
        own->largest = own->n;
    if (end > own->end)
        own->end = end;
}

static void cut(struct ald_linker *l, struct run *run, uint32_t number, struct presence *presence)
{
    int64_t first = 0, last_end = 0;
    run->occurrences = 0;
    for (size_t i = 0; i < run->n; i++) {
        const struct carrier *c = &run->items[i];
        int64_t end = ald_record_end(l->b, c->record);
        if (i == 0 || !belongs(&presence[c->source], number, (uint32_t)run->occurrences, first, last_end, c->start)) {
            run->occurrences++;
            first = c->start;
            last_end = end;
        }
        run->occurrence[i] = (uint32_t)run->occurrences;
        enter(l->b, &presence[c->source], number, (uint32_t)run->occurrences, c->record, end);
        if (end > last_end)
            last_end = end;
    }
}

/* Why a value names no single happening, or NULL. */
static const char *why_idle(const struct run *run, uint32_t number, const struct presence *presence,
                            const size_t *of_kind, size_t sources)
{
    unsigned kind = run->items[0].kind;
    for (size_t i = 0; i < run->n; i++) {
        const struct presence *own = &presence[run->items[i].source];
        size_t all = of_kind[kind * sources + run->items[i].source];
        if (own->run != number)
            continue;
        if (kind == ALD_REF_CHANNEL && own->occurrences > 1)
            return "used at separate times: a standing room";
        if (own->crowded >= CROWDED_OCCURRENCES)
            return "several records of one source carry it at once, and again at another time: a group, not a "
                   "happening";
        if (own->occurrences >= COMES_BACK && own->changes * 2 >= own->all)
            return "it comes back for other services every time: it is about nothing";
        if (own->largest > CROWD_MOST)
            return "more than 100 records of one source carry it at once";
        if (own->all >= ALD_LINK_COMMON_LEAST && own->all * 2 > all)
            return "more than half of a source's records carry it";
    }
    return NULL;
}

static void join_run(struct ald_linker *l, const struct run *run, const char *value)
{
    static const char *const words[] = {
        [ALD_LINK_INCIDENT_KEY] = "incident key", [ALD_LINK_ALERT] = "alert", [ALD_LINK_CHANNEL] = "channel"};
    enum ald_link_method method = method_of(run->items[0].kind);
    const char *via = NULL;
    for (size_t i = 1, head = 0; i < run->n; i++) {
        if (run->occurrence[i] != run->occurrence[head]) {
            head = i;
            continue;
        }
        if (run->items[i].record == run->items[head].record)
            continue;
        if (!via)
            via = ald_sprintf(l->b->a->arena, "%s %s", words[method], value);
        /* With the first of the occurrence that it may be with. */
        for (size_t j = head; j < i; j++)
            if (ald_link_join(l, run->items[j].record, run->items[i].record, method, confidence_of(run->items[0].kind),
                              via))
                break;
    }
}

void ald_link_identity(struct ald_linker *l)
{
    struct ald_names *values = ald_names_new(l->arena);
    size_t sources = ald_names_n(l->b->sources);
    size_t *of_kind = ald_calloc(l->arena, ALD_REF_N * sources, sizeof *of_kind);
    struct presence *presence = ald_calloc(l->arena, sources, sizeof *presence);
    struct carrier *list = NULL;
    size_t n = collect(l, values, of_kind, &list);
    struct run run = {.occurrence = ald_calloc(l->arena, n, sizeof *run.occurrence)};
    uint32_t number = 0;
    for (size_t from = 0, to = 0; from < n; from = to) {
        while (to < n && list[to].kind == list[from].kind && list[to].value == list[from].value)
            to++;
        if (to - from < 2)
            continue;
        run.items = &list[from];
        run.n = to - from;
        cut(l, &run, ++number, presence);
        const char *value = ald_names_text(values, list[from].value);
        const char *why = why_idle(&run, number, presence, of_kind, sources);
        if (!why)
            join_run(l, &run, value);
        else
            ald_link_idle_add(l, method_of(list[from].kind), ald_strdup(l->b->a->arena, value), run.n, why);
    }
    ald_names_free(values);
}
