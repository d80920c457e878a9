/* What many records have in common: source, kind, states. Each combination stands once, whatever the number of records. */
#include "analysis/build.h"

#include <string.h>

#define uthash_malloc(bytes) ald_alloc(b->scratch, bytes)
#define uthash_free(p, bytes) ((void)(p))
#include <uthash.h>

struct ald_traits_entry {
    struct ald_traits traits; /* the key: pointers to interned texts */
    UT_hash_handle hh;
};

const struct ald_traits *ald_build_traits(struct ald_build *b, const struct ald_traits *traits)
{
    struct ald_traits_entry *entry;
    HASH_FIND(hh, b->traits, traits, sizeof *traits, entry);
    if (!entry) {
        entry = ald_alloc(b->a->arena, sizeof *entry);
        entry->traits = *traits;
        HASH_ADD(hh, b->traits, traits, sizeof entry->traits, entry);
    }
    return &entry->traits;
}

size_t ald_build_traits_n(const struct ald_build *b)
{
    return HASH_COUNT(b->traits);
}
