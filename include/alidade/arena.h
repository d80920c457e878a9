/* Arenas: one per unit of work (a page, a report), freed at its end. Out of memory aborts: no caller can do better. */
#pragma once

#include <stddef.h>

#include "alidade/err.h"

struct ald_arena;

/** An empty arena, the caller's to free. */
struct ald_arena *ald_arena_new(void);
/** Large blocks that arenas gave up, a few megabytes of them: for units of work that follow each other (pages), whose memory the kernel would
 *  have to give anew each time. Threads may share it. It outlives its arenas. */
struct ald_arena_pool;
struct ald_arena_pool *ald_arena_pool_new(void);
void ald_arena_pool_freep(struct ald_arena_pool **pool);
/** An arena that takes large blocks from the pool, or NULL, and leaves them there. */
struct ald_arena *ald_arena_new_of(struct ald_arena_pool *pool);
/** Frees everything that was made in it. NULL is fine. */
void ald_arena_free(struct ald_arena *arena);
void ald_arena_freep(struct ald_arena **arena);
/** Empties the arena but keeps it: for scratch memory inside long loops. */
void ald_arena_reset(struct ald_arena *arena);
/** Moves all that was made in `from`, which is empty then and still the caller's, into `into`: for what threads made apart. */
void ald_arena_join(struct ald_arena *into, struct ald_arena *from);
/** Puts what is allocated next, up to so many bytes, into one block where that is worth it: the kernel gives large blocks large pages, and
 *  several arrays of a megabyte each would have none. */
void ald_arena_reserve(struct ald_arena *arena, size_t bytes);

/** Gives back to the kernel what the C library keeps of memory that was freed: for when much was. */
void ald_memory_trim(void);
/** Gives back to the kernel what lies in a stretch of an object that stays: nobody reads it from now on, which AddressSanitizer checks. */
void ald_memory_forget(void *from, size_t bytes);

/** Zeroed, aligned for any type; size 0 gives a valid pointer. */
void *ald_alloc(struct ald_arena *arena, size_t bytes);
/** n*size zeroed bytes; aborts when the product overflows. */
void *ald_calloc(struct ald_arena *arena, size_t n, size_t size);
/** Copies; NULL gives NULL. */
char *ald_strdup(struct ald_arena *arena, const char *s);
char *ald_strndup(struct ald_arena *arena, const char *s, size_t n);
char *ald_sprintf(struct ald_arena *arena, const char *fmt, ...) ALD_PRINTF(2, 3);

/** Growable array: returns items, moved if need be, with room for n+1 elements; new room is zeroed.
 *  Use as: a = ald_grow(arena, a, n, &cap, sizeof *a); a[n++] = x; */
void *ald_grow(struct ald_arena *arena, void *items, size_t n, size_t *cap, size_t size);
