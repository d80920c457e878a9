/* UTF-8: validation, repair, cuts, widths, what may be shown. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alidade/utf8.h"

#define FFFD "\xEF\xBF\xBD"

static void test_valid_and_repair(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t n;
        const char *out; /* NULL: valid and without NUL */
        size_t repairs;
    } cases[] = {
#define IN(s) s, sizeof s - 1
        {IN(""), NULL, 0},
        {IN("plain"), NULL, 0},
        {IN("\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), NULL, 0},
        {IN("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), NULL, 0},
        {IN("a\x80z"), "a" FFFD "z", 1},
        {IN("\xC0\xAF"), FFFD FFFD, 2},
        {IN("\xC1\xBF"), FFFD FFFD, 2},
        {IN("\xE0\x9F\xBF"), FFFD FFFD FFFD, 3},
        {IN("\xED\xA0\x80"), FFFD FFFD FFFD, 3},
        {IN("\xF0\x8F\xBF\xBF"), FFFD FFFD FFFD FFFD, 4},
        {IN("\xF4\x90\x80\x80"), FFFD FFFD FFFD FFFD, 4},
        {IN("\xF5\x80"), FFFD FFFD, 2},
        {IN("\xFF"), FFFD, 1},
        {IN("a\xC3"), "a" FFFD, 1},
        {IN("a\xE2\x82"), "a" FFFD, 1},
        {IN("a\xF0\x9F\x98"), "a" FFFD, 1},
        {IN("\xF0\x9F\x98x"), FFFD "x", 1},
        {IN("\xE2\x28\xA1"), FFFD "(" FFFD, 2},
        {IN("\xC3\xC3\xA9"), FFFD "\xC3\xA9", 1},
        {IN("caf\xE9"), "caf" FFFD, 1},
#undef IN
    };
    struct ald_arena *a = ald_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t repairs = 99;
        assert_int_equal(ald_utf8_valid(cases[i].in, cases[i].n), cases[i].out == NULL);
        const char *s = ald_utf8_repair(a, cases[i].in, cases[i].n, &repairs);
        assert_string_equal(s, cases[i].out ? cases[i].out : cases[i].in);
        assert_int_equal(repairs, cases[i].repairs);
        assert_true(ald_utf8_valid(s, strlen(s)));
    }
    size_t repairs;
    assert_true(ald_utf8_valid("a\0b", 3));
    assert_string_equal(ald_utf8_repair(a, "a\0b\0", 4, &repairs), "a" FFFD "b" FFFD);
    assert_int_equal(repairs, 2);
    assert_string_equal(ald_utf8_repair(a, NULL, 0, NULL), "");
    ald_arena_free(a);
}

/* Every code point there and back; every surrogate refused. */
static void test_all_code_points(void **state)
{
    (void)state;
    for (unsigned c = 0; c <= 0x10FFFF; c++) {
        char s[4];
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        unsigned rest = c;
        for (size_t i = n - 1; i > 0; i--, rest >>= 6)
            s[i] = (char)(0x80 | (rest & 0x3F));
        s[0] = (char)(n == 1 ? c : (0xF00u >> n & 0xFFu) | rest);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        unsigned code;
        assert_int_equal(ald_utf8_valid(s, n), !surrogate);
        assert_int_equal(ald_utf8_next(s, n, &code), surrogate ? 1 : n);
        assert_int_equal(code, surrogate ? 0xFFFD : c);
    }
}

static void test_lengths(void **state)
{
    (void)state;
    static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"; /* 1, 2, 3, 4, 1 bytes; 6 UTF-16 units */
    static const size_t by_points[] = {0, 1, 3, 6, 10, 11, 11}, by_units[] = {0, 1, 3, 6, 6, 10, 11, 11};
    assert_int_equal(ald_utf8_count(text), 5);
    assert_int_equal(ald_utf8_count(""), 0);
    assert_int_equal(ald_utf8_count("0123456\xC3\xBC" "0123456789\xE2\x82\xAC" "12345678"), 27);
    assert_int_equal(ald_utf8_count("01234567\xFF" "0123456\xE2\x82"), 17);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(ald_utf8_prefix(text, i), by_points[i]);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(ald_utf8_prefix_utf16(text, i), by_units[i]);
}

static void test_width(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"\xC3\xA9", 1},                 /* e acute */
        {"e\xCC\x81", 1},                /* e and a combining acute */
        {"\xE4\xB8\xAD\xE6\x96\x87", 4}, /* two Han characters */
        {"\xEF\xBC\xA1", 2},             /* full-width A */
        {"\xEF\xBD\xB1", 1},             /* half-width kana */
        {"\xEA\xB0\x80", 2},             /* Hangul syllable */
        {"\xF0\x9F\x98\x80", 2},         /* emoji */
        {"a\xE2\x80\x8D"
         "b",
         2},                             /* joiner */
        {"\xD7\xA9\xD6\xB8", 1},         /* Hebrew with a point */
        {"\xE2\x80\xA6\xE2\x82\xAC", 2}, /* ellipsis, euro */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ald_utf8_width(cases[i].s), cases[i].width);
}

static void test_lower(void **state)
{
    (void)state;
    static const struct {
        unsigned capital, small;
    } cases[] = {{'A', 'a'}, {'Z', 'z'}, {'@', '@'}, {'[', '['}, {0xC4, 0xE4}, {0xD7, 0xD7}, {0xDE, 0xFE}, {0xDF, 0xDF}, {0x100, 0x101},
                 {0x130, 0x130}, {0x138, 0x138}, {0x139, 0x13A}, {0x141, 0x142}, {0x147, 0x148}, {0x149, 0x149}, {0x14A, 0x14B}, {0x178, 0xFF},
                 {0x17D, 0x17E}, {0x17F, 0x17F}, {0x386, 0x3AC}, {0x38A, 0x3AF}, {0x38C, 0x3CC}, {0x38F, 0x3CE}, {0x3A9, 0x3C9}, {0x3A2, 0x3A2},
                 {0x401, 0x451}, {0x1A0, 0x1A1}, {0x1AF, 0x1B0}, {0x218, 0x219}, {0x490, 0x491}, {0x4E8, 0x4E9}, {0x410, 0x430}, {0x42F, 0x44F}, {0x10FFFF, 0x10FFFF}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ald_utf8_lower(cases[i].capital), cases[i].small);
        assert_int_equal(ald_utf8_lower(cases[i].small), cases[i].small);
    }
    for (unsigned c = 0; c < 0x110000; c++) /* as many bytes as before */
        assert_true(ald_utf8_lower(c) == c || (c < 0x80 ? ald_utf8_lower(c) < 0x80 : ald_utf8_lower(c) >= 0x80 && ald_utf8_lower(c) < 0x800));
}

static void test_printable(void **state)
{
    (void)state;
    static const struct {
        const char *in, *one_line, *layout;
    } cases[] = {
        {"", "", ""},
        {"plain \xF0\x9F\x98\x80", "plain \xF0\x9F\x98\x80", "plain \xF0\x9F\x98\x80"},
        {"a\tb\nc", "a b c", "a\tb\nc"},
        {"\x1b[31m\x07\x7f", FFFD "[31m" FFFD FFFD, FFFD "[31m" FFFD FFFD},
        {"\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0", FFFD FFFD FFFD "\xC2\xA0", FFFD FFFD FFFD "\xC2\xA0"},
        {"\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBC", FFFD FFFD "\xEF\xBF\xBC", FFFD FFFD "\xEF\xBF\xBC"},
        {"a\r\n", "a  ", "a" FFFD "\n"},
    };
    struct ald_arena *a = ald_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(ald_utf8_printable(a, cases[i].in, false), cases[i].one_line);
        assert_string_equal(ald_utf8_printable(a, cases[i].in, true), cases[i].layout);
    }
    ald_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_and_repair), cmocka_unit_test(test_all_code_points),
        cmocka_unit_test(test_lengths),          cmocka_unit_test(test_width),
        cmocka_unit_test(test_printable),        cmocka_unit_test(test_lower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
