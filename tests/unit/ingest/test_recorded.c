/* Heads of recorded pages: files that anybody may have made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alidade/time.h"
#include "recording_priv.h"

static enum ald_rc read_head(struct ald_arena *arena, const char *line, struct ald_recorded *ret, struct ald_err *err)
{
    char *text = ald_sprintf(arena, "GET /a\nat: 2026-01-01T00:00:00Z\n%s\n\n{}", line);
    return ald_recorded_read(text, strlen(text), "GET /a", arena, ret, err);
}

/* Times are added to: one that is no duration overflows. */
static void test_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"ms: 9223372036854775807", "ms: 99999999999999999999", "ms: -1", "ms: +1", "ms: 1x", "ms: ", "bytes: 0x5",
                                      "status: 2e2", "repairs: 9223372036854775807"};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_recorded page;
    struct ald_err err = {0};
    assert_int_equal(read_head(arena, "ms: 250", &page, &err), ALD_OK);
    assert_int_equal(page.ms, 250);
    assert_int_equal(page.at, INT64_C(1767225600000));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(read_head(arena, bad[i], &page, &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "line 3: not a line of a recorded page");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
