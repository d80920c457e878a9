/* Which records stand in which block: those of a service, of a team, or of either end of an edge between services. Knows rows and
 * events already loaded, not what is made of the blocks. */
#include "analysis/links.h"
#include "analysis/org.h"

#include <stdlib.h>

/* A record in a block. */
struct place {
    uint32_t block, record;
};
struct places {
    struct ald_arena *arena;
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

static void add_place(struct places *places, uint32_t block, uint32_t record)
{
    if (stands(places, block, record))
        return;
    places->items = ald_grow(places->arena, places->items, places->n, &places->cap, sizeof *places->items);
    places->items[places->n++] = (struct place){block, record};
}

static void add_service(const struct ald_linker *l, struct places *places, uint32_t service, uint32_t record)
{
    if (service == ALD_NOBODY)
        return;
    uint32_t owner = l->b->service_owner[service];
    add_place(places, service, record);
    if (owner != ALD_NOBODY)
        add_place(places, (uint32_t)l->b->a->services_n + owner, record);
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
static void add_edges(const struct ald_linker *l, struct places *places, uint32_t service, uint32_t record)
{
    const struct ald_org *org = l->b->org;
    if (!org || service == ALD_NOBODY)
        return;
    for (uint32_t i = org->needs_at[service]; i < org->needs_at[service + 1]; i++)
        add_place(places, ald_block_edge(l, i), record);
    for (uint32_t i = org->needed_by_at[service]; i < org->needed_by_at[service + 1]; i++)
        add_place(places, ald_block_edge(l, edge_of(org, org->needed_by[i], service)), record);
}

static void add_team(const struct ald_linker *l, struct places *places, uint32_t team, uint32_t record)
{
    if (team != ALD_NOBODY)
        add_place(places, (uint32_t)l->b->a->services_n + team, record);
}

static void add_told(const struct ald_linker *l, struct places *places, const struct ald_event_names *names, uint32_t record)
{
    add_service(l, places, names->service, record);
    add_team(l, places, names->team, record);
}

bool ald_link_takes_part(const struct ald_linker *l, uint32_t record)
{
    return !l->b->a->records[record].vendor && l->b->work[record].start != ALD_TIME_NONE;
}

static void place_record(const struct ald_linker *l, struct places *places, uint32_t i)
{
    const struct ald_build *b = l->b;
    const struct ald_work *w = &b->work[i];
    const struct ald_record *record = &b->a->records[i];
    for (size_t j = 0; j < w->services.n; j++) {
        add_service(l, places, b->svc[w->services.at + j].service, i);
        add_edges(l, places, b->svc[w->services.at + j].service, i);
    }
    const struct ald_slice *teams = &b->draft[i].teams;
    for (size_t j = 0; j < teams->n; j++)
        add_team(l, places, b->team[teams->at + j].name, i);
    for (size_t j = 0; j < record->events_n; j++) {
        const struct ald_event event = ald_event_at(b->a, record, j);
        add_told(l, places, ald_event_names(b->a, &event), i);
    }
    for (uint32_t j = 0; b->told && j < b->told[i].n; j++)
        add_told(l, places, &b->told_names[b->told[i].at + j], i);
}

void ald_link_places(const struct ald_linker *l, struct ald_link_places *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct places places = {.arena = scratch};
    size_t blocks = ald_block_edge(l, l->b->org ? (uint32_t)l->b->org->edges_n : 0);
    for (uint32_t i = 0; i < l->b->a->records_n; i++)
        if (ald_link_takes_part(l, i) && l->b->work[i].start >= l->seen_from)
            place_record(l, &places, i);
    size_t *ends = ald_calloc(l->arena, blocks + 1, sizeof *ends), *at = ends + 1, sum = 0;
    for (size_t i = 0; i < places.n; i++)
        at[places.items[i].block]++;
    for (size_t i = 0; i < blocks; i++) {
        size_t n = at[i];
        at[i] = sum;
        sum += n;
    }
    uint32_t *records = ald_calloc(l->arena, places.n, sizeof *records);
    for (size_t i = 0; i < places.n; i++)
        records[at[places.items[i].block]++] = places.items[i].record;
    *ret = (struct ald_link_places){.records = records, .at = ends, .blocks = (uint32_t)blocks}; /* each was filled up to the next */
}
