/* Rows of what people said that are equal and have no id of their own, such as "the same for me", said by two. By the order in which a
 * run meets them the second is told from the first, so that reading the same file again gives the same rows. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "land_priv.h"

struct equal {
    UT_hash_handle hh;
    size_t n; /* so many were met */
    char id[];
};
struct ald_equals {
    struct equal *map;
};

size_t ald_equals_met(struct ald_equals **equals, const char *id)
{
    if (!*equals && !(*equals = calloc(1, sizeof **equals)))
        abort();
    struct equal *one = NULL;
    HASH_FIND_STR((*equals)->map, id, one);
    if (!one) {
        size_t n = strlen(id) + 1;
        one = calloc(1, sizeof *one + n);
        if (!one)
            abort();
        memcpy(one->id, id, n);
        HASH_ADD_STR((*equals)->map, id, one);
    }
    return one->n++;
}

void ald_equals_freep(struct ald_equals **equals)
{
    struct equal *one, *next;
    if (!*equals)
        return;
    HASH_ITER (hh, (*equals)->map, one, next) {
        HASH_DEL((*equals)->map, one);
        free(one);
    }
    free(*equals);
    *equals = NULL;
}
