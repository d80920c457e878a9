/* Arenas: zeroed and aligned memory, copies, growth, reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/arena.h"

static void test_alloc(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    for (size_t bytes = 0; bytes < 10000; bytes += 1 + bytes / 3) {
        unsigned char *p = ald_alloc(arena, bytes);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, bytes);
    }
    unsigned char *large = ald_calloc(arena, 3, 1u << 20);
    assert_int_equal(large[(3u << 20) - 1], 0);
}

static void test_apart(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    char *made[2000];
    for (size_t i = 0; i < 2000; i++) {
        made[i] = ald_alloc(arena, 8);
        memset(made[i], (int)(i % 251), 8);
    }
    for (size_t i = 0; i < 2000; i++)
        assert_int_equal((unsigned char)made[i][7], i % 251);
}

static void test_strings(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    assert_null(ald_strdup(arena, NULL));
    assert_null(ald_strndup(arena, NULL, 3));
    assert_string_equal(ald_strdup(arena, ""), "");
    assert_string_equal(ald_strdup(arena, "alidade"), "alidade");
    assert_string_equal(ald_strndup(arena, "alidade", 3), "ali");
    assert_string_equal(ald_strndup(arena, "ali", 30), "ali");
    assert_string_equal(ald_sprintf(arena, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(ald_sprintf(arena, "%s", ""), "");
    assert_int_equal(strlen(ald_sprintf(arena, "%5000d", 1)), 5000);
    assert_int_equal(strlen(ald_sprintf(arena, "%200000d", 1)), 200000); /* lies alone: what comes next lies where it was tried */
    const char *next = ald_alloc(arena, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(next[i], 0);
}

static void test_grow(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    int *items = NULL;
    size_t cap = 0;
    for (size_t n = 0; n < 1000; n++) {
        items = ald_grow(arena, items, n, &cap, sizeof *items);
        assert_true(cap > n);
        assert_int_equal(items[n], 0);
        items[n] = (int)n;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
}

/* A large list gives back what it grew out of; what was allocated meanwhile stays. */
static void test_grow_large(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    enum { MANY = 1000000, EVERY = 50000 };
    uint64_t *items = NULL;
    size_t cap = 0;
    const char *texts[MANY / EVERY];
    for (size_t n = 0; n < MANY; n++) {
        items = ald_grow(arena, items, n, &cap, sizeof *items);
        assert_int_equal(items[n], 0);
        items[n] = n;
        if (n % EVERY == 0)
            texts[n / EVERY] = ald_sprintf(arena, "%zu", n);
    }
    for (size_t n = 0; n < MANY; n++)
        assert_int_equal(items[n], n);
    for (size_t i = 0; i < MANY / EVERY; i++)
        assert_int_equal(strtoul(texts[i], NULL, 10), i * EVERY);
}

/* What lies in one block goes on to grow by itself. */
static void test_reserve(void **state)
{
    (void)state;
    enum { EACH = 1 << 20 };
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    size_t cap = EACH;
    ald_arena_reserve(arena, 8 * EACH);
    unsigned char *first = ald_calloc(arena, EACH, 1), *second = ald_calloc(arena, EACH, 1), *grown;
#ifndef __SANITIZE_ADDRESS__ /* each object apart */
    assert_ptr_equal(second, first + EACH);
#endif
    for (size_t i = 0; i < EACH; i++)
        assert_int_equal(first[i] | second[i], 0);
    memset(first, 1, EACH);
    memset(second, 2, EACH);
    grown = ald_grow(arena, first, EACH, &cap, 1);
    assert_int_equal(cap, 2 * EACH);
    memset(grown + EACH, 3, EACH);
    for (size_t i = 0; i < EACH; i++)
        assert_true(grown[i] == 1 && second[i] == 2 && grown[EACH + i] == 3);
    ald_arena_reserve(arena, 1); /* not worth it */
    assert_int_equal(*(unsigned char *)ald_alloc(arena, 1), 0);
}

static void test_reset_and_free(void **state)
{
    (void)state;
    struct ald_arena *arena = ald_arena_new();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            memset(ald_alloc(arena, 1000), 1, 1000);
        ald_arena_reset(arena);
    }
    assert_int_equal(*(char *)ald_alloc(arena, 1), 0);
    for (size_t bytes = 1; bytes < 200000; bytes *= 3) { /* memory that is used again is zero again */
        for (int round = 0; round < 3; round++) {
            ald_arena_reset(arena);
            unsigned char *p = ald_alloc(arena, bytes);
            for (size_t i = 0; i < bytes; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAB, bytes);
        }
    }
    ald_arena_freep(&arena);
    assert_null(arena);
    ald_arena_free(NULL);
    ald_arena_freep(&arena);
}

/* Texts of one arena in another one, of blocks shared and alone; into: whether that one held something before. */
/* What one arena gave up another one gets, zero again, and of all sizes. */
static void test_pool(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_pool_freep) struct ald_arena_pool *pool = ald_arena_pool_new();
    const size_t sizes[] = {100, 5000, 70000, 140000, 200000, 900000, 3, 3000000};
    for (int round = 0; round < 5; round++) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new_of(pool), *other = ald_arena_new_of(pool);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            for (size_t k = 0; k < 20; k++) {
                unsigned char *p = ald_alloc(k % 3 ? arena : other, sizes[i]);
                for (size_t at = 0; at < sizes[i]; at += 1 + sizes[i] / 50)
                    assert_int_equal(p[at], 0);
                memset(p, 0xEE, sizes[i]);
            }
        assert_string_equal(ald_sprintf(arena, "%d %s", round, ald_strdup(arena, "again")) + 1, " again");
        ald_arena_reset(other);
        assert_int_equal(*(char *)ald_alloc(other, 250000), 0);
        ald_arena_freep(&other);
    }
}

static void join(bool into)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *all = ald_arena_new();
    struct ald_arena *part = ald_arena_new();
    const char *own = into ? ald_strdup(all, "own") : "own", *made[500];
    for (size_t i = 0; i < 500; i++)
        made[i] = ald_sprintf(part, "%zu", i);
    const char *large = ald_sprintf(part, "%200000d", 7);
    ald_arena_join(all, part);
    assert_string_equal(ald_strdup(part, "empty, and of use"), "empty, and of use");
    ald_arena_free(part);
    const char *later = ald_strdup(all, "later");
    for (size_t i = 0; i < 500; i++)
        assert_int_equal(strtoul(made[i], NULL, 10), i);
    assert_int_equal(strlen(large), 200000);
    assert_string_equal(own, "own");
    assert_string_equal(later, "later");
}

#if defined(__SANITIZE_ADDRESS__)
static void test_forget(void **state)
{
    (void)state;
    (void)fprintf(stderr, "skipped: test_forget (under AddressSanitizer what was forgotten must not be read)\n");
    skip();
}
#else
/* What lies beside a stretch that is forgotten stays to the byte; of its inside the kernel has the pages back, which are zero. */
static void test_forget(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20, FROM = 5000, TO = BYTES - 7000 };
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    unsigned char *p = ald_alloc(arena, BYTES);
    memset(p, 0xAA, BYTES);
    ald_memory_forget(p + FROM, TO - FROM);
    for (size_t i = 0; i < FROM; i++)
        assert_int_equal(p[i], 0xAA);
    for (size_t i = TO; i < BYTES; i++)
        assert_int_equal(p[i], 0xAA);
    assert_int_equal(p[BYTES / 2], 0);
    ald_memory_forget(p, 10); /* less than a page: nothing can be given back */
    assert_int_equal(p[5], 0xAA);
    ald_memory_forget(p, 0);
}
#endif

static void test_join(void **state)
{
    (void)state;
    join(true);
    join(false);
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *all = ald_arena_new();
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *nothing = ald_arena_new();
    ald_arena_join(all, nothing);
    assert_string_equal(ald_strdup(all, "still"), "still");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc), cmocka_unit_test(test_apart),          cmocka_unit_test(test_strings),
        cmocka_unit_test(test_grow),  cmocka_unit_test(test_reset_and_free),
        cmocka_unit_test(test_grow_large), cmocka_unit_test(test_reserve), cmocka_unit_test(test_pool), cmocka_unit_test(test_join),
        cmocka_unit_test(test_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
