/* Numbers in cursors: what others wrote into the store is no number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cursor.h"

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t least, most;
        bool is;
        int64_t number;
        const char *rest;
    } cases[] = {
        {"0|x", 0, 9, true, 0, "x"},
        {"9|", 0, 9, true, 9, ""},
        {"9", 0, 9, true, 9, ""}, /* the last part */
        {"007|", 0, 9, true, 7, ""},
        {"-1|x", -1, 9, true, -1, "x"},
        {"-9223372036854775808|x", INT64_MIN, 9, true, INT64_MIN, "x"},
        {"4503599627370496|", 0, ALD_CURSOR_MOST, true, ALD_CURSOR_MOST, ""},
        {"4503599627370497|", 0, ALD_CURSOR_MOST, false, 0, ""},
        {"10|", 0, 9, false, 0, ""},
        {"0|", 1, 9, false, 0, ""},
        {"-2|", -1, 9, false, 0, ""},
        {"-1|", 0, 9, false, 0, ""},
        {"9223372036854775808|", 0, INT64_MAX, false, 0, ""},
        {"99999999999999999999|", 0, INT64_MAX, false, 0, ""},
        {"-99999999999999999999|", INT64_MIN, INT64_MAX, false, 0, ""},
        {"", 0, 9, false, 0, ""},
        {"|", 0, 9, false, 0, ""},
        {"-|", -1, 9, false, 0, ""},
        {"--1|", -1, 9, false, 0, ""},
        {"+1|", -1, 9, false, 0, ""},
        {" 1|", 0, 9, false, 0, ""},
        {"1 |", 0, 9, false, 0, ""},
        {"1x|", 0, 9, false, 0, ""},
        {"0x5|", 0, 9, false, 0, ""},
        {"1.5|", 0, 9, false, 0, ""},
        {"1e3|", 0, 9, false, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *s = cases[i].text;
        int64_t n = 77;
        assert_int_equal(ald_cursor_number(&s, cases[i].least, cases[i].most, &n), cases[i].is);
        assert_int_equal(n, cases[i].is ? cases[i].number : 77);
        assert_string_equal(s, cases[i].is ? cases[i].rest : cases[i].text);
    }
}

static void test_counts(void **state)
{
    (void)state;
    static const char *const none[] = {"", "x", "-1", "1|", "1|2", " 1", "1 ", "1.0", "99999999999999999999", "4503599627370497"};
    assert_int_equal(ald_cursor_count(NULL), 0);
    assert_int_equal(ald_cursor_count("4503599627370496"), ALD_CURSOR_MOST);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(ald_cursor_count(none[i]), 0);
}

static void test_digits_within_a_text(void **state)
{
    (void)state;
    const char *s = "100>; rel";
    int64_t n = 0;
    assert_true(ald_cursor_digits(&s, 0, 1000, &n));
    assert_int_equal(n, 100);
    assert_string_equal(s, ">; rel");
}

static void test_pages_of_another_size(void **state)
{
    (void)state;
    int64_t page = 3, limit = 50;
    ald_cursor_resize(&page, &limit, 100, 50);
    assert_int_equal(page, 3);
    ald_cursor_resize(&page, &limit, 100, 25);
    assert_int_equal(page, 5);
    assert_int_equal(limit, 25);
    ald_cursor_resize(&page, &limit, 110, 20); /* no page begins there: as it was */
    assert_int_equal(page, 5);
    assert_int_equal(limit, 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers), cmocka_unit_test(test_counts),
                                       cmocka_unit_test(test_digits_within_a_text), cmocka_unit_test(test_pages_of_another_size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
