/* CSV: rows over several lines, quotes, separators, lists in a cell, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "alidade/csv.h"

static void rows_are_split(void **state)
{
    static const struct {
        const char *row;
        size_t n;
        const char *cells[4];
    } cases[] = {
        {"", 1, {""}},
        {"a", 1, {"a"}},
        {"a,b", 2, {"a", "b"}},
        {"a,", 2, {"a", ""}},
        {",", 2, {"", ""}},
        {",,", 3, {"", "", ""}},
        {"\"a,b\",c", 2, {"a,b", "c"}},
        {"\"\"", 1, {""}},
        {"\"\",\"\"", 2, {"", ""}},
        {"\"say \"\"no\"\"\"", 1, {"say \"no\""}},
        {"\"two\r\nlines\",x", 2, {"two\r\nlines", "x"}},
        {"5\" disk,x", 2, {"5\" disk", "x"}}, /* a quote inside a plain cell is itself */
        {"a, b ,c", 3, {"a", " b ", "c"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
        struct ald_csv_row row;
        struct ald_err err = {0};
        if (ald_csv_split(arena, ',', cases[i].row, strlen(cases[i].row), &row, &err) != ALD_OK)
            fail_msg("%s: %s", cases[i].row, err.msg);
        assert_int_equal(row.n, cases[i].n);
        for (size_t k = 0; k < row.n; k++) {
            assert_string_equal(row.cells[k], cases[i].cells[k]);
            assert_int_equal(row.lengths[k], strlen(cases[i].cells[k]));
        }
    }
}

static void nul_bytes_stay_in_their_cell(void **state)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    static const char row[] = "a\0b,\"c\0d\"";
    struct ald_csv_row cells;
    struct ald_err err = {0};
    (void)state;
    assert_int_equal(ald_csv_split(arena, ',', row, sizeof row - 1, &cells, &err), ALD_OK);
    assert_int_equal(cells.n, 2);
    assert_int_equal(cells.lengths[0], 3);
    assert_memory_equal(cells.cells[0], "a\0b", 4);
    assert_int_equal(cells.lengths[1], 3);
    assert_memory_equal(cells.cells[1], "c\0d", 4);
}

static void bad_quotes_are_refused_by_cell(void **state)
{
    static const struct {
        const char *row, *words;
    } cases[] = {{"a,\"b", "cell 2: its quote is never closed"}, {"\"a\"b,c", "cell 1: text after its closing quote"}, {"\"", "cell 1"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
        struct ald_csv_row row;
        struct ald_err err = {0};
        assert_int_equal(ald_csv_split(arena, ',', cases[i].row, strlen(cases[i].row), &row, &err), ALD_ERR_FORMAT);
        assert_non_null(strstr(err.msg, cases[i].words));
    }
}

static void rows_go_on_while_a_quote_is_open(void **state)
{
    struct ald_csv_state at = {0};
    (void)state;
    assert_true(ald_csv_more(&at, ',', "a,\"one", 6));
    assert_true(ald_csv_more(&at, ',', "", 0));
    assert_true(ald_csv_more(&at, ',', "\"\"two", 5));
    assert_false(ald_csv_more(&at, ',', "\",b", 3));
    at = (struct ald_csv_state){0};
    assert_false(ald_csv_more(&at, ',', "5\" disk", 7)); /* only at the beginning of a cell does a quote open one */
    at = (struct ald_csv_state){0};
    assert_false(ald_csv_more(&at, ',', "\"a\"", 3));
    at = (struct ald_csv_state){0};
    assert_true(ald_csv_more(&at, ';', "x;\"a", 4));
}

static void separators(void **state)
{
    static const struct {
        const char *header;
        char separator;
    } cases[] = {{"a,b", ','}, {"a;b", ';'}, {"a\tb", '\t'}, {"a", ','}, {"\"a,b\";c", ';'}, {"a;b,c", ','}, {"", ','}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ald_csv_separator(cases[i].header, strlen(cases[i].header)), cases[i].separator);
}

static void lists(void **state)
{
    static const struct {
        const char *cell, *names[4];
    } cases[] = {
        {"", {NULL}},
        {"a", {"a", NULL}},
        {"a; b ;;c;", {"a", "b", "c", NULL}},
        {"a\\;b;c", {"a;b", "c", NULL}},
        {"C:\\\\;d", {"C:\\", "d", NULL}},
        {"x\\y", {"x\\y", NULL}},
        {" ; ", {NULL}},
        {"two words", {"two words", NULL}},
        {"db\\ ; \\\tx \\\\ ;\\ ", {"db ", "\tx \\", " ", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
        const char *const *found = ald_csv_list(arena, cases[i].cell);
        size_t k = 0;
        for (; cases[i].names[k]; k++) {
            assert_non_null(found[k]);
            assert_string_equal(found[k], cases[i].names[k]);
        }
        assert_null(found[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_split),
        cmocka_unit_test(nul_bytes_stay_in_their_cell),
        cmocka_unit_test(bad_quotes_are_refused_by_cell),
        cmocka_unit_test(rows_go_on_while_a_quote_is_open),
        cmocka_unit_test(separators),
        cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
