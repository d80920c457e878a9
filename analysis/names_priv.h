/* The table behind interned texts, for names.c and for who writes one out as C (lexicon_write.c). Private to analysis. */
#pragma once

#include "analysis/names.h"

struct ald_names {
    struct ald_arena *arena;
    const char **texts; /* by number */
    uint32_t *hashes;   /* parallel: a stranger is told apart without looking at its text */
    size_t n, texts_cap, hashes_cap;
    uint32_t *slots; /* number + 1, 0: free; heap memory */
    size_t slots_n;  /* power of two, at most half full */
};
