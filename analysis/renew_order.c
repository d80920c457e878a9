/* The order of records, by source and id, as the store lists them: linking decides by it which of two comes first. Ids of a source mostly begin
 * alike, so that eight bytes behind what all of them have in common tell most apart without looking at the texts. */
#include <stdlib.h>
#include <string.h>

#include "analysis/renew.h"

/* How far two texts are alike. */
static size_t alike(const char *x, const char *y, size_t most)
{
    size_t n = 0;
    while (n < most && x[n] && x[n] == y[n])
        n++;
    return n;
}

/* The first bytes as a number that compares as they do. */
static uint64_t key_of(const char *text)
{
    uint64_t key = 0;
    for (int i = 0; i < 8; i++) {
        key = key << 8 | (unsigned char)*text;
        text += *text != '\0';
    }
    return key;
}

static int place_order(const void *x, const void *y)
{
    const struct ald_place *a = x, *b = y;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return strcmp(a->id, b->id);
}

void ald_places_sort(struct ald_place *places, size_t n, size_t sources)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct {
        const char *first;
        size_t common;
    } *of = ald_calloc(scratch, sources, sizeof *of);
    for (size_t i = 0; i < n; i++) {
        uint32_t source = places[i].source;
        of[source].common = of[source].first ? alike(of[source].first, places[i].id, of[source].common) : strlen(places[i].id);
        if (!of[source].first)
            of[source].first = places[i].id;
    }
    for (size_t i = 0; i < n; i++)
        places[i].key = key_of(places[i].id + of[places[i].source].common);
    if (n)
        qsort(places, n, sizeof *places, place_order);
}
