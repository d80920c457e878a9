/* Arenas: see arena.h. Blocks of growing size in a list; large ones come from the kernel and go back there, so that memory
 * falls when an arena is freed and pages that nobody touches are never had. Texts lie close together. Under AddressSanitizer
 * every object is its own malloc, so that overflows are seen. */
#include "alidade/arena.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define ARENA_POISONS 1
#else
#define ARENA_POISONS 0
#endif
#if ARENA_POISONS || defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer) /* the latter does not see mremap */
#define ARENA_APART 1
#else
#define ARENA_APART 0
#endif

#define FIRST_BLOCK_BYTES 4096u
#define LARGEST_BLOCK_BYTES (1u << 20)
#define KEPT_BLOCK_BYTES (1u << 16)
#define POOL_BYTES (1u << 22)
#define OWN_BLOCK_BYTES (1u << 17) /* what is larger lies alone */
#define HUGE_BLOCK_BYTES (1u << 22) /* from here on the kernel may give pages of 2 MB */

struct block {
    struct block *next;
    size_t used, size;
    bool reserved; /* what is large lies in it as well */
    _Alignas(max_align_t) unsigned char bytes[];
};

static bool is_mapped(size_t size)
{
    return !ARENA_APART && size >= OWN_BLOCK_BYTES;
}

struct ald_arena {
    struct block *head;
    size_t next_size;
    struct ald_arena_pool *pool; /* or NULL */
};

struct ald_arena_pool {
    pthread_mutex_t lock;
    struct block *blocks; /* as they were left */
    size_t bytes;
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

struct ald_arena *ald_arena_new(void)
{
    return ald_arena_new_of(NULL);
}

struct ald_arena *ald_arena_new_of(struct ald_arena_pool *pool)
{
    struct ald_arena *arena = must(calloc(1, sizeof *arena));
    arena->next_size = FIRST_BLOCK_BYTES;
    arena->pool = pool;
    return arena;
}

/* ---- Pools ---- */

struct ald_arena_pool *ald_arena_pool_new(void)
{
    struct ald_arena_pool *pool = must(calloc(1, sizeof *pool));
    (void)pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static bool is_pooled(size_t size)
{
    return is_mapped(size) && size <= LARGEST_BLOCK_BYTES;
}

/** One that is not much larger than that, empty; or NULL. */
static struct block *from_pool(struct ald_arena_pool *pool, size_t size)
{
    (void)pthread_mutex_lock(&pool->lock);
    struct block **at = &pool->blocks;
    while (*at && ((*at)->size < size || (*at)->size / 2 > size))
        at = &(*at)->next;
    struct block *b = *at;
    if (b) {
        *at = b->next;
        pool->bytes -= b->size;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (!b)
        return NULL;
    memset(b->bytes, 0, b->used);
    b->used = 0;
    return b;
}

/** Whether the pool takes it. */
static bool into_pool(struct ald_arena_pool *pool, struct block *b)
{
    if (!pool || !is_pooled(b->size))
        return false;
    (void)pthread_mutex_lock(&pool->lock);
    const bool room = pool->bytes + b->size <= POOL_BYTES;
    if (room) {
        b->next = pool->blocks;
        pool->blocks = b;
        pool->bytes += b->size;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return room;
}

/* ---- Blocks ---- */

static struct block *made_block(size_t size)
{
    struct block *b = NULL;
    if (is_mapped(size)) {
        void *p = mmap(NULL, sizeof *b + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        b = must(p == MAP_FAILED ? NULL : p);
#ifdef MADV_HUGEPAGE
        if (size >= HUGE_BLOCK_BYTES)
            (void)madvise(b, sizeof *b + size, MADV_HUGEPAGE);
#endif
    } else {
        b = must(calloc(1, sizeof *b + size));
    }
    b->size = size;
    return b;
}

static struct block *new_block(const struct ald_arena *arena, size_t size)
{
    struct block *b = arena->pool && is_pooled(size) ? from_pool(arena->pool, size) : NULL;
    return b ? b : made_block(size);
}

static void free_block(struct block *b)
{
    if (is_mapped(b->size))
        (void)munmap(b, sizeof *b + b->size);
    else
        free(b);
}

static void free_blocks(struct ald_arena_pool *pool, struct block *b)
{
    while (b) {
        struct block *next = b->next;
        if (!into_pool(pool, b))
            free_block(b);
        b = next;
    }
}

void ald_arena_pool_freep(struct ald_arena_pool **pool)
{
    if (!*pool)
        return;
    free_blocks(NULL, (*pool)->blocks);
    (void)pthread_mutex_destroy(&(*pool)->lock);
    free(*pool);
    *pool = NULL;
}

/* Keeps one small block, so that what is reset for each row does not ask for memory for each row. */
void ald_arena_reset(struct ald_arena *arena)
{
    struct block *kept = ARENA_APART || !arena->head || arena->head->size > KEPT_BLOCK_BYTES ? NULL : arena->head;
    free_blocks(arena->pool, kept ? kept->next : arena->head);
    arena->head = kept;
    arena->next_size = FIRST_BLOCK_BYTES;
    if (!kept)
        return;
    memset(kept->bytes, 0, kept->used);
    kept->used = 0;
    kept->next = NULL;
    arena->next_size = kept->size < LARGEST_BLOCK_BYTES ? kept->size * 2 : LARGEST_BLOCK_BYTES;
}

void ald_arena_free(struct ald_arena *arena)
{
    if (!arena)
        return;
    free_blocks(arena->pool, arena->head);
    free(arena);
}

void ald_arena_freep(struct ald_arena **arena)
{
    ald_arena_free(*arena);
    *arena = NULL;
}

void ald_arena_join(struct ald_arena *into, struct ald_arena *from)
{
    struct block **last = into->head ? &into->head->next : &into->head; /* what is left in its head stays in use */
    struct block *rest = *last;
    *last = from->head;
    while (*last)
        last = &(*last)->next;
    *last = rest;
    *from = (struct ald_arena){.next_size = FIRST_BLOCK_BYTES, .pool = from->pool};
}

void ald_memory_trim(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

void ald_memory_forget(void *from, size_t bytes)
{
#if ARENA_POISONS
    ASAN_POISON_MEMORY_REGION(from, bytes);
#else
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = ((uintptr_t)from + page - 1) & ~(page - 1), end = ((uintptr_t)from + bytes) & ~(page - 1);
    if (first < end)
        (void)madvise((unsigned char *)from + (first - (uintptr_t)from), end - first, MADV_DONTNEED);
#endif
}

static void *take(struct ald_arena *arena, size_t bytes, size_t align)
{
    if (bytes > SIZE_MAX / 2)
        abort();
    struct block *b = arena->head;
    size_t at = b ? (b->used + align - 1) / align * align : 0;
    bool fits = b && at <= b->size && b->size - at >= bytes;
    bool alone = ARENA_APART || (bytes > OWN_BLOCK_BYTES && !(fits && b->reserved)); /* so that it can be made longer where it lies, if it is a list */
    if (alone || !fits) {
        b = new_block(arena, alone ? bytes : arena->next_size < bytes ? bytes : arena->next_size);
        if (arena->head && bytes > OWN_BLOCK_BYTES) { /* full at once: what is left in the head stays in use */
            b->next = arena->head->next;
            arena->head->next = b;
        } else {
            b->next = arena->head;
            arena->head = b;
        }
        if (arena->next_size < LARGEST_BLOCK_BYTES)
            arena->next_size *= 2;
        at = 0;
    }
    b->used = at + bytes;
    return b->bytes + at;
}

void ald_arena_reserve(struct ald_arena *arena, size_t bytes)
{
    if (ARENA_APART || bytes < HUGE_BLOCK_BYTES)
        return;
    struct block *b = new_block(arena, bytes);
    b->reserved = true;
    b->next = arena->head;
    arena->head = b;
}

void *ald_alloc(struct ald_arena *arena, size_t bytes)
{
    return take(arena, bytes, _Alignof(max_align_t));
}

void *ald_calloc(struct ald_arena *arena, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / 2 / size)
        abort();
    return ald_alloc(arena, n * size);
}

char *ald_strndup(struct ald_arena *arena, const char *s, size_t n)
{
    if (!s)
        return NULL;
    size_t len = strnlen(s, n);
    char *copy = take(arena, len + 1, 1);
    memcpy(copy, s, len);
    return copy;
}

char *ald_strdup(struct ald_arena *arena, const char *s)
{
    return s ? ald_strndup(arena, s, strlen(s)) : NULL;
}

/* Where the text will lie, which takes one pass instead of two; NULL, and nothing taken, where it does not fit. */
static ALD_PRINTF(2, 0) char *format_in_place(struct ald_arena *arena, const char *fmt, va_list args)
{
    struct block *b = arena->head;
    size_t room = ARENA_APART || !b ? 0 : b->size - b->used;
    if (!room)
        return NULL;
    char *s = (char *)b->bytes + b->used;
    room = room < OWN_BLOCK_BYTES ? room : OWN_BLOCK_BYTES;
    int n = vsnprintf(s, room, fmt, args);
    if (n >= 0 && (size_t)n < room) {
        b->used += (size_t)n + 1;
        return s;
    }
    memset(s, 0, room); /* what is taken later is zero */
    return NULL;
}

char *ald_sprintf(struct ald_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    char *here = format_in_place(arena, fmt, args);
    va_end(args);
    if (here)
        return here;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        abort();
    char *s = take(arena, (size_t)n + 1, 1);
    (void)vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

/* Makes an object larger that has a block of its own: the kernel moves the pages, nobody copies them. NULL: it has
 * none. */
static void *stretch(struct ald_arena *arena, const void *object, size_t had, size_t bytes)
{
    for (struct block **at = &arena->head; *at; at = &(*at)->next) {
        struct block *b = *at;
        if (b->bytes != object || b->size != had || !is_mapped(b->size))
            continue;
        void *p = mremap(b, sizeof *b + b->size, sizeof *b + bytes, MREMAP_MAYMOVE);
        *at = must(p == MAP_FAILED ? NULL : p);
        (*at)->size = (*at)->used = bytes;
        return (*at)->bytes;
    }
    return NULL;
}

void *ald_grow(struct ald_arena *arena, void *items, size_t n, size_t *cap, size_t size)
{
    const size_t had = *cap;
    if (n < had)
        return items;
    *cap = had ? had * 2 : 8;
    if (*cap > SIZE_MAX / 4 / size)
        abort();
    if (had > OWN_BLOCK_BYTES / size) { /* so large that its block holds nothing else */
        void *longer = stretch(arena, items, had * size, *cap * size);
        if (longer)
            return longer;
    }
    void *moved = ald_calloc(arena, *cap, size);
    if (n)
        memcpy(moved, items, n * size);
    return moved;
}
