/* Memory for libcurl: keeps what it is given, and holds nothing of it once it is given back. */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http_memory.h"

static const char secret[] = "Authorization: Basic c3ZjOnRva2VuLW9mLWEtc291cmNl";

/* Through the kernel: what was given back must not be read by the program itself. False where it cannot be had. */
static bool peek(uintptr_t at, void *into, size_t n)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    bool read = fd >= 0 && pread(fd, into, n, (off_t)at) == (ssize_t)n;
    if (fd >= 0)
        (void)close(fd);
    return read;
}

/* The last bytes: an allocator may write into the first of what it holds. */
static void holds_nothing(uintptr_t at)
{
    char found[sizeof secret], end[] = "LW9mLWEtc291cmNl";
    if (!peek(at, found, sizeof found))
        skip();
    for (size_t i = 0; i + sizeof end <= sizeof found; i++)
        assert_memory_not_equal(&found[i], end, sizeof end - 1);
}

static void what_is_freed_is_wiped(void **state)
{
    (void)state;
    char seen[sizeof secret];
    char *p = ald_wiped_strdup(secret);
    uintptr_t at = (uintptr_t)p;
    assert_string_equal(p, secret);
    if (!peek(at, seen, sizeof seen))
        skip();
    assert_string_equal(seen, secret);
    ald_wiped_free(p);
    holds_nothing(at);
    ald_wiped_free(NULL);
}

static void what_grows_leaves_nothing_behind(void **state)
{
    (void)state;
    char *p = ald_wiped_realloc(NULL, sizeof secret);
    memcpy(p, secret, sizeof secret);
    uintptr_t at = (uintptr_t)p;
    char *longer = ald_wiped_realloc(p, 4 * sizeof secret);
    assert_string_equal(longer, secret);
    holds_nothing(at);
    char *shorter = ald_wiped_realloc(longer, 14);
    assert_memory_equal(shorter, secret, 14);
    ald_wiped_free(shorter);
}

static void sizes(void **state)
{
    (void)state;
    unsigned char *p = ald_wiped_calloc(3, 5);
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(p[i], 0);
    assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
    ald_wiped_free(p);
    assert_null(ald_wiped_calloc(SIZE_MAX / 2, 3));
    assert_null(ald_wiped_malloc(SIZE_MAX - 1));
    p = ald_wiped_malloc(0); /* as libcurl may ask: something that can be given back */
    ald_wiped_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_freed_is_wiped), cmocka_unit_test(what_grows_leaves_nothing_behind),
                                       cmocka_unit_test(sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
