/* The graph of services and the tree of teams. Nothing here trusts its input: cycles, unknown names and bad zones occur in
 * every organisation's lists. */
#include "analysis/org.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/build.h"
#include "analysis/past.h"

/* ---- Services ---- */

static int edge_order(const void *a, const void *b)
{
    const struct ald_edge *x = a, *y = b;
    if (x->needs != y->needs)
        return x->needs < y->needs ? -1 : 1;
    return (x->service > y->service) - (x->service < y->service);
}

static int reverse_order(const void *a, const void *b)
{
    const struct ald_edge *x = a, *y = b;
    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    return (x->needs > y->needs) - (x->needs < y->needs);
}

/* What each service needs, of edges that differ. */
static void reverse(struct ald_build *b, struct ald_org *org, struct ald_edge *edges)
{
    uint32_t *list = ald_calloc(b->a->arena, org->edges_n, sizeof *list);
    uint32_t *at = ald_calloc(b->a->arena, org->services_n + 1, sizeof *at);
    if (org->edges_n)
        qsort(edges, org->edges_n, sizeof *edges, reverse_order);
    for (size_t i = 0; i < org->edges_n; i++) {
        list[i] = edges[i].needs;
        at[edges[i].service + 1]++;
    }
    for (size_t s = 0; s < org->services_n; s++)
        at[s + 1] += at[s];
    org->needs = list;
    org->needs_at = at;
}

/* By the service that is needed; doubled ones and those of a service that needs itself are dropped. */
static void graph(struct ald_build *b, struct ald_org *org, const uint32_t *rank)
{
    struct ald_arena *arena = b->a->arena;
    uint32_t *list = ald_calloc(arena, b->edge_n, sizeof *list);
    struct ald_edge *kept = ald_calloc(b->scratch, b->edge_n, sizeof *kept);
    uint32_t *at = ald_calloc(arena, org->services_n + 1, sizeof *at);
    bool *in_graph = ald_calloc(arena, org->services_n, sizeof *in_graph);
    bool *tells = ald_calloc(b->scratch, ald_names_n(b->sources) + 1, sizeof *tells); /* the last: the configuration */
    for (size_t i = 0; i < b->edge_n; i++) {
        struct ald_edge *e = &b->edge[i];
        e->service = rank[e->service];
        e->needs = rank[e->needs];
        tells[e->source] = true;
    }
    if (b->edge_n)
        qsort(b->edge, b->edge_n, sizeof *b->edge, edge_order);
    for (size_t i = 0; i < b->edge_n; i++) {
        const struct ald_edge *e = &b->edge[i];
        in_graph[e->service] = in_graph[e->needs] = true;
        if (e->service == e->needs || (i > 0 && edge_order(e, e - 1) == 0))
            continue;
        kept[org->edges_n] = *e;
        list[org->edges_n++] = e->service;
        at[e->needs + 1]++;
    }
    reverse(b, org, kept);
    for (size_t s = 0; s < org->services_n; s++)
        at[s + 1] += at[s];
    for (size_t i = 0; i < b->listed_n; i++)
        if (tells[b->listed[i].source])
            in_graph[rank[b->listed[i].service]] = true;
    org->needed_by = list;
    org->needed_by_at = at;
    org->in_graph = in_graph;
}

static void ours(struct ald_build *b, struct ald_org *org, const uint32_t *rank)
{
    bool *ours = ald_calloc(b->a->arena, org->services_n, sizeof *ours);
    for (size_t i = 0; i < b->listed_n; i++)
        ours[rank[b->listed[i].service]] |= b->listed[i].source == ald_names_n(b->sources) || !b->vendor[b->listed[i].source];
    org->ours = ours;
}

/* The configuration's word, else the highest that a source gives. */
static void tiers(struct ald_build *b, struct ald_org *org, const uint32_t *rank)
{
    int *tier = ald_calloc(b->a->arena, org->services_n, sizeof *tier);
    for (int own = 1; own >= 0; own--) {
        bool *set = ald_calloc(b->scratch, org->services_n, sizeof *set);
        for (size_t s = 0; s < org->services_n; s++)
            set[s] = tier[s] != 0;
        for (size_t i = 0; i < b->listed_n; i++) {
            const struct ald_listed *l = &b->listed[i];
            uint32_t s = rank[l->service];
            if ((l->source == ald_names_n(b->sources)) == (own == 1) && l->tier > 0 && !set[s] && (!tier[s] || l->tier < tier[s]))
                tier[s] = l->tier;
        }
    }
    org->tier = tier;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

size_t ald_org_downstream(const struct ald_org *org, const uint32_t *services, size_t n, uint32_t **ret)
{
    unsigned char *met = calloc(org->services_n + 1, 1);
    uint32_t *queue = calloc(org->services_n + 1, sizeof *queue);
    size_t head = 0, tail = 0, first = 0;
    if (!met || !queue)
        abort();
    for (size_t i = 0; i < n; i++)
        if (!met[services[i]]) {
            met[services[i]] = 1;
            queue[tail++] = services[i];
        }
    for (first = tail; head < tail; head++)
        for (uint32_t e = org->needed_by_at[queue[head]]; e < org->needed_by_at[queue[head] + 1]; e++)
            if (!met[org->needed_by[e]]) {
                met[org->needed_by[e]] = 1;
                queue[tail++] = org->needed_by[e];
            }
    free(met);
    if (ret) {
        memmove(queue, queue + first, (tail - first) * sizeof *queue);
        qsort(queue, tail - first, sizeof *queue, by_number);
        *ret = queue;
    } else {
        free(queue);
    }
    return tail - first;
}

/* ---- Teams ---- */

/* The first word counts, the configuration's before all. */
static uint32_t *parents(struct ald_build *b, struct ald_org *org, const uint32_t *rank)
{
    uint32_t *parent = ald_calloc(b->a->arena, org->teams_n, sizeof *parent);
    const char **zone = ald_calloc(b->a->arena, org->teams_n, sizeof *zone);
    for (size_t t = 0; t < org->teams_n; t++)
        parent[t] = ALD_NOBODY;
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < b->member_n; i++) {
            const struct ald_member_of *m = &b->member[i];
            uint32_t team = rank[m->team];
            if ((m->source == ald_names_n(b->sources)) != (own == 1))
                continue;
            if (m->parent != ALD_NOBODY && parent[team] == ALD_NOBODY && rank[m->parent] != team)
                parent[team] = rank[m->parent];
            if (m->zone && !zone[team])
                zone[team] = m->zone;
        }
    org->parent = parent;
    org->zone_name = zone;
    return parent;
}

/* Walks up from each team; whoever is met twice on one walk is on a cycle, which loses the parent of its smallest. */
static void break_cycles(struct ald_build *b, struct ald_org *org, uint32_t *parent)
{
    uint32_t *walk = ald_calloc(b->scratch, org->teams_n, sizeof *walk);
    for (uint32_t t = 0; t < org->teams_n; t++) {
        uint32_t at = t;
        while (at != ALD_NOBODY && !walk[at]) {
            walk[at] = t + 1;
            at = parent[at];
        }
        if (at == ALD_NOBODY || walk[at] != t + 1)
            continue;
        uint32_t least = at;
        for (uint32_t next = parent[at]; next != at; next = parent[next])
            least = next < least ? next : least;
        parent[least] = ALD_NOBODY;
        org->cycles++;
    }
}

static void tree(struct ald_build *b, struct ald_org *org, uint32_t *parent)
{
    uint32_t *depth = ald_calloc(b->a->arena, org->teams_n, sizeof *depth);
    bool *in_tree = ald_calloc(b->a->arena, org->teams_n, sizeof *in_tree);
    break_cycles(b, org, parent);
    for (uint32_t t = 0; t < org->teams_n; t++) {
        for (uint32_t at = parent[t]; at != ALD_NOBODY; at = parent[at])
            depth[t]++;
        if (parent[t] != ALD_NOBODY)
            org->has_tree = in_tree[t] = in_tree[parent[t]] = true;
    }
    org->depth = depth;
    org->in_tree = in_tree;
}

uint32_t ald_org_distance(const struct ald_org *org, uint32_t team, uint32_t other)
{
    uint32_t edges = 0;
    while (team != other) {
        bool up = org->depth[team] >= org->depth[other];
        uint32_t above = org->parent[up ? team : other];
        if (above == ALD_NOBODY) /* two roots: both hang below the organisation */
            return edges + 2;
        *(up ? &team : &other) = above;
        edges++;
    }
    return edges;
}

/* A zone that cannot be loaded is as good as none; the evidence of what asks for it says so. */
static void zones(struct ald_build *b, struct ald_org *org)
{
    struct ald_arena *arena = b->a->arena;
    org->zone = ald_calloc(arena, org->teams_n, sizeof *org->zone);
    org->zones = ald_calloc(arena, org->teams_n, sizeof *org->zones);
    for (size_t t = 0; t < org->teams_n; t++) {
        struct ald_err ignored = {0};
        if (!org->zone_name[t])
            continue;
        for (size_t k = 0; k < t && !org->zone[t]; k++)
            if (org->zone[k] && org->zone_name[k] && strcmp(org->zone_name[k], org->zone_name[t]) == 0)
                org->zone[t] = org->zone[k];
        if (!org->zone[t] && ald_zone_load(org->zone_name[t], &org->zones[org->zones_n], &ignored) == ALD_OK)
            org->zone[t] = org->zones[org->zones_n++];
    }
}

struct ald_org *ald_org_build(struct ald_build *b, const uint32_t *service_rank, const uint32_t *team_rank)
{
    struct ald_org *org = ald_alloc(b->a->arena, sizeof *org);
    *org = (struct ald_org){.services_n = b->a->services_n, .teams_n = b->a->teams_n};
    graph(b, org, service_rank);
    ours(b, org, service_rank);
    tiers(b, org, service_rank);
    tree(b, org, parents(b, org, team_rank));
    zones(b, org);
    return org;
}

void ald_analysis_service(const struct ald_analysis *a, size_t i, struct ald_service_view *ret)
{
    const struct ald_org *org = a->past->org;
    *ret = (struct ald_service_view){.name = a->services[i],
                                     .tier = org->tier[i],
                                     .team = org->owner[i] == ALD_NOBODY ? NULL : a->teams[org->owner[i]],
                                     .needs = org->needs + org->needs_at[i],
                                     .needs_n = org->needs_at[i + 1] - org->needs_at[i]};
}

void ald_analysis_team(const struct ald_analysis *a, size_t i, struct ald_team_view *ret)
{
    const struct ald_org *org = a->past->org;
    *ret = (struct ald_team_view){.name = a->teams[i],
                                  .parent = org->parent[i] == ALD_NOBODY ? NULL : a->teams[org->parent[i]],
                                  .timezone = org->zone_name[i]};
}

void ald_org_done(struct ald_org *org)
{
    for (size_t i = 0; org && i < org->zones_n; i++)
        ald_zone_free(org->zones[i]);
}
