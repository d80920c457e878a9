/* Growable buffers: the maximum, the NUL at the end, failed calls that change nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "alidade/buf.h"

static void test_empty(void **state)
{
    (void)state;
    struct ald_buf buf;
    ald_buf_init(&buf, 10);
    assert_string_equal(buf.data, "");
    ald_buf_clear(&buf);
    assert_int_equal(ald_buf_add(&buf, NULL, 0, NULL), ALD_OK);
    assert_int_equal(ald_buf_adds(&buf, "", NULL), ALD_OK);
    assert_int_equal(ald_buf_addf(&buf, NULL, "%s", ""), ALD_OK);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.data, "");
    ald_buf_done(&buf);
    assert_string_equal(buf.data, "");
    ald_buf_done(&buf);
}

static void test_add(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_buf_done) struct ald_buf buf;
    ald_buf_init(&buf, 1u << 20);
    assert_int_equal(ald_buf_adds(&buf, "one", NULL), ALD_OK);
    assert_int_equal(ald_buf_add(&buf, " two!", 4, NULL), ALD_OK);
    assert_int_equal(ald_buf_addf(&buf, NULL, " %d", 3), ALD_OK);
    assert_string_equal(buf.data, "one two 3");
    assert_int_equal(buf.len, 9);
    assert_int_equal(ald_buf_add(&buf, "\0x", 2, NULL), ALD_OK);
    assert_int_equal(buf.len, 11);
    assert_int_equal(buf.data[10], 'x');
    ald_buf_clear(&buf);
    assert_string_equal(buf.data, "");
    for (int i = 0; i < 10000; i++)
        assert_int_equal(ald_buf_addf(&buf, NULL, "%05d,", i), ALD_OK);
    assert_int_equal(buf.len, 60000);
    assert_string_equal(buf.data + 59994, "09999,");
}

static void test_integers(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, 1, -1, 9, 10, -10, 1234567890, INT64_MAX, INT64_MIN};
    ALD_CLEANUP(ald_buf_done) struct ald_buf fast;
    ALD_CLEANUP(ald_buf_done) struct ald_buf slow;
    ald_buf_init(&fast, 1000);
    ald_buf_init(&slow, 1000);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(ald_buf_addi(&fast, numbers[i], NULL), ALD_OK);
        assert_int_equal(ald_buf_addf(&slow, NULL, "%lld", (long long)numbers[i]), ALD_OK);
        assert_string_equal(fast.data, slow.data);
    }
}

static void test_maximum(void **state)
{
    (void)state;
    struct ald_err err = {0};
    ALD_CLEANUP(ald_buf_done) struct ald_buf buf;
    ald_buf_init(&buf, 5);
    assert_int_equal(ald_buf_adds(&buf, "12345", &err), ALD_OK);
    assert_int_equal(ald_buf_adds(&buf, "6", &err), ALD_ERR_LIMIT);
    assert_string_equal(err.msg, "more than 5 bytes");
    assert_int_equal(ald_buf_addf(&buf, &err, "%d", 6), ALD_ERR_LIMIT);
    assert_string_equal(buf.data, "12345");
    assert_int_equal(buf.len, 5);
    assert_int_equal(ald_buf_adds(&buf, "", &err), ALD_OK);

    struct ald_buf none;
    ald_buf_init(&none, 0);
    assert_int_equal(ald_buf_adds(&none, "x", NULL), ALD_ERR_LIMIT);
    assert_string_equal(none.data, "");
    ald_buf_done(&none);

    struct ald_buf endless;
    ald_buf_init(&endless, SIZE_MAX);
    assert_int_equal(ald_buf_add(&endless, "x", SIZE_MAX, NULL), ALD_ERR_LIMIT);
    ald_buf_done(&endless);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
