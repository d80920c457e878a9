/* Facts by kind and key in one map. Own memory, as they outlive every page. Knows no API and no store. */
#include "facts.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct fact {
    UT_hash_handle hh;
    const char *value;
    char key[]; /* kind, a line feed, key */
};
struct ald_facts {
    struct ald_arena *arena;
    struct fact *map;
};

static const char *joined(struct ald_arena *arena, const char *kind, const char *key)
{
    return ald_sprintf(arena, "%s\n%s", kind, key);
}

struct ald_facts *ald_facts_new(void)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_facts *facts = ald_alloc(arena, sizeof *facts);
    *facts = (struct ald_facts){.arena = arena};
    return facts;
}

void ald_facts_freep(struct ald_facts **facts)
{
    if (!*facts)
        return;
    HASH_CLEAR(hh, (*facts)->map);
    struct ald_arena *arena = (*facts)->arena;
    ald_arena_freep(&arena);
    *facts = NULL;
}

void ald_facts_take(struct ald_facts *facts, const struct ald_rows *rows)
{
    for (size_t i = 0; i < rows->facts_n; i++) {
        const char *key = joined(rows->arena, rows->facts[i].kind, rows->facts[i].key);
        struct fact *fact;
        HASH_FIND_STR(facts->map, key, fact);
        if (!fact) {
            size_t n = strlen(key) + 1;
            fact = ald_alloc(facts->arena, sizeof *fact + n);
            memcpy(fact->key, key, n);
            HASH_ADD_STR(facts->map, key, fact);
        }
        fact->value = ald_strdup(facts->arena, rows->facts[i].value);
    }
}

const char *ald_fact(const struct ald_http_res *res, const char *kind, const char *key)
{
    if (!res->facts || !key)
        return NULL;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct fact *fact;
    const char *name = joined(scratch, kind, key);
    HASH_FIND_STR(res->facts->map, name, fact);
    return fact ? fact->value : NULL;
}
