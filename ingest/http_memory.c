/* See http_memory.h. How long a piece is stands before it. */
#include "http_memory.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct piece {
    size_t n;
    _Alignas(max_align_t) unsigned char bytes[];
};

static struct piece *piece_of(void *p)
{
    return (struct piece *)(void *)((unsigned char *)p - offsetof(struct piece, bytes));
}

static void *make(size_t n, void *(*get)(size_t bytes))
{
    struct piece *piece = n > SIZE_MAX - sizeof *piece ? NULL : get(sizeof *piece + n);
    if (!piece)
        return NULL;
    piece->n = n;
    return piece->bytes;
}

static void *zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void *ald_wiped_malloc(size_t n)
{
    return make(n, malloc);
}

void *ald_wiped_calloc(size_t n, size_t size)
{
    return size && n > SIZE_MAX / size ? NULL : make(n * size, zeroed);
}

void ald_wiped_free(void *p)
{
    if (!p)
        return;
    struct piece *piece = piece_of(p);
    sodium_memzero(piece->bytes, piece->n);
    free(piece);
}

void *ald_wiped_realloc(void *p, size_t n)
{
    if (!p)
        return ald_wiped_malloc(n);
    void *longer = ald_wiped_malloc(n);
    size_t had = piece_of(p)->n;
    if (!longer)
        return NULL;
    memcpy(longer, p, had < n ? had : n);
    ald_wiped_free(p); /* what realloc leaves behind would not be wiped */
    return longer;
}

char *ald_wiped_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = ald_wiped_malloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}
