/* Blocks: the services, the teams and the edges between services that records are looked at in, in one numbering. */
#include "analysis/links.h"
#include "analysis/org.h"

#include <string.h>

#include "alidade/hash.h"

uint32_t ald_block_edge(const struct ald_linker *l, uint32_t i)
{
    return (uint32_t)(l->b->a->services_n + l->b->a->teams_n) + i;
}

enum ald_block_kind ald_block_kind(const struct ald_linker *l, uint32_t block)
{
    if (block < l->b->a->services_n)
        return ALD_BLOCK_SERVICE;
    return block < ald_block_edge(l, 0) ? ALD_BLOCK_TEAM : ALD_BLOCK_EDGE;
}

/* The service that has edge i: the last whose needs begin at or before it. */
static uint32_t needing(const struct ald_org *org, uint32_t i)
{
    uint32_t low = 0, high = (uint32_t)org->services_n;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (org->needs_at[mid] <= i)
            low = mid;
        else
            high = mid;
    }
    return low;
}

uint64_t ald_block_key(enum ald_block_kind kind, const char *name)
{
    return ald_siphash(name, strlen(name)) ^ (uint64_t)kind << 62;
}

const char *ald_block_name(const struct ald_linker *l, struct ald_arena *arena, uint32_t block)
{
    const struct ald_analysis *a = l->b->a;
    enum ald_block_kind kind = ald_block_kind(l, block);
    if (kind != ALD_BLOCK_EDGE)
        return kind == ALD_BLOCK_SERVICE ? a->services[block] : a->teams[block - a->services_n];
    uint32_t edge = block - ald_block_edge(l, 0);
    return ald_sprintf(arena, "%s needs %s", a->services[needing(l->b->org, edge)],
                       a->services[l->b->org->needs[edge]]);
}
