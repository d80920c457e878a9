/* Error values: messages, context, what each rc means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "alidade/err.h"
#include "alidade/utf8.h"

static void test_table(void **state)
{
    (void)state;
    for (int rc = 0; rc < ALD_RC_COUNT_; rc++) {
        const struct ald_rc_info *info = ald_rc_info((enum ald_rc)rc);
        assert_non_null(info->name);
        assert_true(*info->name);
        assert_int_equal(info->exit_code == 0, rc == ALD_OK);
        for (int other = 0; other < rc; other++)
            assert_string_not_equal(info->name, ald_rc_info((enum ald_rc)other)->name);
    }
    assert_int_equal(ald_rc_info(ALD_ERR_AUTH)->exit_code, 4);
    assert_int_equal(ald_rc_info(ALD_ERR_NET)->exit_code, 3);
    assert_true(ald_rc_info(ALD_ERR_NET)->retryable);
    assert_int_equal(ald_rc_info(ALD_ERR_CONFIG)->exit_code, 2);
    assert_int_equal(ald_rc_info(ALD_ERR_UNKNOWN)->exit_code, 1);
    assert_non_null(ald_rc_info(ALD_RC_COUNT_)->name);
}

static enum ald_rc fails(int depth, struct ald_err *err)
{
    if (depth == 0)
        return ald_fail(err, ALD_ERR_IO, "no %s", "disk");
    ALD_TRY(fails(depth - 1, err));
    return ALD_OK;
}

static void test_fail_and_try(void **state)
{
    (void)state;
    struct ald_err err = {0};
    assert_int_equal(fails(3, &err), ALD_ERR_IO);
    assert_int_equal(err.rc, ALD_ERR_IO);
    assert_string_equal(err.msg, "no disk");
    assert_non_null(strstr(err.file, "test_err.c"));
    assert_true(err.line > 0);
    assert_int_equal(fails(1, NULL), ALD_ERR_IO);
    /* The old message may be an argument of the new one. */
    assert_int_equal(ald_fail(&err, ALD_ERR_NET, "again: %s", err.msg), ALD_ERR_NET);
    assert_string_equal(err.msg, "again: no disk");
}

static void test_wrap(void **state)
{
    (void)state;
    struct ald_err err = {0};
    (void)ald_fail(&err, ALD_ERR_FORMAT, "expected a time");
    assert_int_equal(ald_wrap(&err, "page %d", 3), ALD_ERR_FORMAT);
    assert_int_equal(ald_wrap(&err, "source '%s'", "desk"), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "source 'desk': page 3: expected a time");
    assert_int_equal(ald_wrap(NULL, "x"), ALD_ERR_FORMAT);
}

/* The cause survives whole; context is what gets cut. */
static void test_wrap_long(void **state)
{
    (void)state;
    char longest[600];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct ald_err err = {0};
    (void)ald_fail(&err, ALD_ERR_FORMAT, "the cause");
    (void)ald_wrap(&err, "%s", longest);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_string_equal(err.msg + strlen(err.msg) - 11, ": the cause");
    (void)ald_wrap(&err, "outermost");
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_string_equal(err.msg + strlen(err.msg) - 11, ": the cause");
    (void)ald_fail(&err, ALD_ERR_FORMAT, "%s", longest);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    (void)ald_wrap(&err, "no room");
    assert_int_equal(err.msg[0], 'x');
}

static void test_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (size_t c = 0; c < sizeof characters / sizeof *characters; c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[1200] = "....";
            text[shift] = '\0';
            while (strlen(text) < 800)
                memcpy(text + strlen(text), characters[c], strlen(characters[c]) + 1);
            struct ald_err err = {0};
            (void)ald_fail(&err, ALD_ERR_FORMAT, "%s", text);
            assert_true(ald_utf8_valid(err.msg, strlen(err.msg)));
            assert_true(strlen(err.msg) >= sizeof err.msg - 4);
            (void)ald_fail(&err, ALD_ERR_FORMAT, "cause");
            (void)ald_wrap(&err, "%s", text);
            assert_true(ald_utf8_valid(err.msg, strlen(err.msg)));
            assert_string_equal(err.msg + strlen(err.msg) - 7, ": cause");
        }
    }
}

/* A precision counts bytes, and what is shown may be anything. */
static void test_broken_characters(void **state)
{
    (void)state;
    struct ald_err err = {0};
    (void)ald_fail(&err, ALD_ERR_FORMAT, "found '%.4s', expected", "abc\xC3\xA9");
    assert_string_equal(err.msg, "found 'abc?', expected");
    (void)ald_fail(&err, ALD_ERR_FORMAT, "'%s' in '%.4s'", "\xFF\xE2\x82z\xC3\xA9", "\xF0\x9F\x98\x80");
    assert_string_equal(err.msg, "'???z\xC3\xA9' in '\xF0\x9F\x98\x80'");
    (void)ald_wrap(&err, "%.1s", "\xC3\xA9");
    assert_string_equal(err.msg, "?: '???z\xC3\xA9' in '\xF0\x9F\x98\x80'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),     cmocka_unit_test(test_fail_and_try),           cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_wrap_long), cmocka_unit_test(test_broken_characters), cmocka_unit_test(test_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
