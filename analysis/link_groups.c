/* The groups that linking makes of records, and what people keep apart. Near-linear: union-find with path halving,
 * member sets of sources that are joined in constant time. Knows nothing of why records are joined. */
#include "analysis/links.h"

const char *ald_link_method_name(enum ald_link_method method)
{
    static const char *const names[] = {"decision",     "id",    "url",     "key",       "merged",
                                        "incident_key", "alert", "channel", "suggestion"};
    _Static_assert(sizeof names / sizeof names[0] == ALD_LINK_METHOD_N, "one name per method");
    return names[method];
}

#define SOURCES_TOLD 63u /* have a bit each; all further ones share the last */

static uint64_t bit_of(uint32_t source)
{
    return UINT64_C(1) << (source < SOURCES_TOLD ? source : SOURCES_TOLD);
}

void ald_link_init(struct ald_linker *l)
{
    size_t n = l->b->a->records_n;
    l->group = ald_calloc(l->arena, n, sizeof *l->group);
    l->whole = ald_calloc(l->arena, n, sizeof *l->whole);
    l->holds = ald_calloc(l->arena, n, sizeof *l->holds);
    l->enemies = ald_calloc(l->arena, n, sizeof *l->enemies);
    for (uint32_t i = 0; i < n; i++) {
        l->group[i] = l->whole[i] = i;
        l->holds[i] = bit_of(l->b->work[i].source);
    }
}

static uint32_t root(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x)
        x = parent[x] = parent[parent[x]];
    return x;
}

uint32_t ald_link_group(struct ald_linker *l, uint32_t record)
{
    return root(l->group, record);
}

uint32_t ald_link_whole(struct ald_linker *l, uint32_t record)
{
    return root(l->whole, record);
}

void ald_link_flatten(struct ald_linker *l)
{
    for (uint32_t i = 0; i < l->b->a->records_n; i++)
        l->whole[i] = root(l->whole, i);
}

static void add_enemy(struct ald_linker *l, uint32_t whole, uint32_t record)
{
    struct ald_link_enemy *enemy = ald_alloc(l->arena, sizeof *enemy);
    *enemy = (struct ald_link_enemy){.record = record, .next = l->enemies[whole]};
    l->enemies[whole] = enemy;
}

void ald_keep_apart(struct ald_linker *l, uint32_t a, uint32_t b)
{
    add_enemy(l, ald_link_whole(l, a), b);
    add_enemy(l, ald_link_whole(l, b), a);
}

bool ald_kept_apart(struct ald_linker *l, uint32_t a, uint32_t b)
{
    uint32_t x = ald_link_whole(l, a), y = ald_link_whole(l, b);
    for (const struct ald_link_enemy *e = l->enemies[x]; e && x != y; e = e->next)
        if (ald_link_whole(l, e->record) == y)
            return true;
    return false;
}

bool ald_both_hold(uint64_t holds, uint64_t others, uint32_t but)
{
    uint64_t both = holds & others;
    return (but < SOURCES_TOLD ? both & ~bit_of(but) : both) != 0;
}

bool ald_share_source(struct ald_linker *l, uint32_t a, uint32_t b, uint32_t but)
{
    return ald_both_hold(l->holds[ald_link_whole(l, a)], l->holds[ald_link_whole(l, b)], but);
}

static void unite(uint32_t *parent, uint32_t a, uint32_t b)
{
    uint32_t x = root(parent, a), y = root(parent, b);
    if (x < y)
        parent[y] = x;
    else
        parent[x] = y;
}

static void unite_wholes(struct ald_linker *l, uint32_t a, uint32_t b)
{
    uint32_t x = ald_link_whole(l, a), y = ald_link_whole(l, b);
    unite(l->whole, x, y);
    l->holds[x < y ? x : y] |= l->holds[x < y ? y : x];
    struct ald_link_enemy **from = &l->enemies[x < y ? y : x], **to = &l->enemies[x < y ? x : y];
    while (*to)
        to = &(*to)->next;
    *to = *from;
    *from = NULL;
}

static void note(struct ald_linker *l, uint32_t r, enum ald_link_method method, double confidence, const char *via)
{
    struct ald_record *record = &l->b->a->records[r];
    if (record->link)
        return;
    struct ald_record_link *link = ald_alloc(l->b->a->arena, sizeof *link);
    *link = (struct ald_record_link){.method = ald_link_method_name(method), .via = via, .confidence = confidence};
    record->link = link;
}

/* False: people keep them apart. */
static bool join_wholes(struct ald_linker *l, uint32_t a, uint32_t b, enum ald_link_method method, double confidence,
                        const char *via)
{
    if (ald_link_whole(l, a) == ald_link_whole(l, b))
        return true;
    if (ald_kept_apart(l, a, b))
        return false;
    unite_wholes(l, a, b);
    l->link = ald_grow(l->arena, l->link, l->link_n, &l->link_cap, sizeof *l->link);
    l->link[l->link_n++] = (struct ald_link){.a = a, .b = b, .method = method, .confidence = confidence, .via = via};
    return true;
}

bool ald_link_join(struct ald_linker *l, uint32_t a, uint32_t b, enum ald_link_method method, double confidence,
                   const char *via)
{
    if (a == b)
        return true;
    if (!join_wholes(l, a, b, method, confidence, via))
        return false;
    unite(l->group, a, b);
    note(l, a, method, confidence, via);
    note(l, b, method, confidence, via);
    return true;
}

bool ald_link_fold(struct ald_linker *l, uint32_t from, uint32_t to, const char *via)
{
    if (!join_wholes(l, from, to, ALD_LINK_MERGED, 1, via))
        return false;
    note(l, from, ALD_LINK_MERGED, 1, via);
    l->b->draft[from].fold_into = to;
    return true;
}
