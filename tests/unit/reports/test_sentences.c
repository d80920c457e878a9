/* Sentences about ratios: as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "change_node.h"
#include "sentences.h"
#include "words.h"

static const struct {
    double ratio;
    struct ald_interval ci;
    bool plain;
    const char *words;
} cases[] = {
    {2.2, {.has = true, .low = 1.2, .high = 4.6}, false, "2.2 times as long as before (95 % interval 1.2 to 4.6)"},
    {2.2, {.has = true, .low = 1.2, .high = 4.6}, true, "2.2 times as long as before (1.2 to 4.6, allowing for chance)"},
    {0.14, {.has = true, .low = 0.05, .high = 0.46}, true, "86 % less time than before (54 % to 95 % less, allowing for chance)"},
    {0.5, {.has = false}, true, "50 % less time than before"},
    {0.8, {.has = true, .low = 0.6, .high = 1.1}, true, "0.8 times as long as before (0.6 to 1.1, allowing for chance)"}, /* "less" would be said of more */
    {0.001, {.has = true, .low = 0.0001, .high = 0.004}, false, "99 % less time than before (95 % interval 99 % to 99 % less)"},
};

static void ratios_are_said(void **state)
{
    (void)state;
    struct ald_arena *a = ald_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(ald_as_long(a, cases[i].ratio, &cases[i].ci, "before", cases[i].plain), cases[i].words);
    ald_arena_free(a);
}

/* A direction, and what fits with it. */
static void directions_are_said(void **state)
{
    (void)state;
    struct ald_arena *a = ald_arena_new();
    static const struct {
        double ratio;
        struct ald_interval ci;
        const char *words;
    } took[] = {
        {1.43, {.has = true, .low = 0.8, .high = 2.47}, "43 % longer than before (anything from 0.8 to 2.5 times as long fits)"},
        {0.81, {.has = true, .low = 0.6, .high = 1.09}, "19 % less time than before (anything from 0.6 to 1.1 times as long fits)"},
        {3.1, {.has = false}, "3.1 times as long as before"},
        {1.001, {.has = true, .low = 0.9, .high = 1.1}, "as long as before (anything from 0.9 to 1.1 times as long fits)"},
    };
    for (size_t i = 0; i < sizeof took / sizeof took[0]; i++)
        assert_string_equal(ald_took(a, took[i].ratio, &took[i].ci, "before"), took[i].words);
    assert_string_equal(ald_noticed(a, 0.44), "44 % less or 79 % longer");
    assert_string_equal(ald_noticed(a, 0.8), "80 % less or 5 times as long");
    assert_string_equal(ald_noticed_only(a, 0.44), "with this many, only a change like 44 % less or 79 % longer would likely show");
    const struct ald_usual usual = {.n = 273, .shorter = 36, .typical = 222, .longer = 15}, few = {.n = 29, .typical = 29};
    assert_string_equal(ald_usual(a, 6.8), "usual: about 7");
    assert_string_equal(ald_usual(a, 0.4), "usual: less than 1");
    assert_string_equal(ald_usual_readings(a, &usual, 39), " (usual: about 5, 32, 2)");
    assert_string_equal(ald_usual_readings(a, &usual, 9), "");
    assert_string_equal(ald_usual_readings(a, &few, 39), "");
    ald_arena_free(a);
}

#define HOURS(n) ((n) * (int64_t)3600000)

/* What is still open, both ways; nothing where luck explains it, nor beside less than one period. */
static void open_ones_are_said(void **state)
{
    (void)state;
    struct ald_arena *a = ald_arena_new();
    static const struct {
        size_t open, of, then, then_of;
        double p, ratio;
        bool part;
        const char *alone, *with, *took;
    } sides[] = {
        {3, 44, 0, 276, 0.01, 1.4, false, "3 are still open, for 6 d 20 h or more; at this age none of 276 earlier ones was",
         "most took about as long as before, but 3 are still open, for 6 d 20 h or more; at this age none of 276 earlier ones was",
         "they took longer; and 3 are still open, for 6 d 20 h or more; at this age none of 276 earlier ones was"},
        {1, 9, 1, 2760, 0.04, 0.5, false, "1 is still open, for 6 d 20 h; at this age 1 of 2,760 earlier ones was",
         "most took about as long as before, but 1 is still open, for 6 d 20 h; at this age 1 of 2,760 earlier ones was",
         "they took longer; but 1 is still open, for 6 d 20 h; at this age 1 of 2,760 earlier ones was"},
        {2, 44, 60, 276, 0.01, 0.5, false, "only 2 are still open, for 6 d 20 h or more; at this age 60 of 276 earlier ones were",
         "most took about as long as before, and only 2 are still open, for 6 d 20 h or more; at this age 60 of 276 earlier ones were",
         "they took longer; and only 2 are still open, for 6 d 20 h or more; at this age 60 of 276 earlier ones were"},
        {0, 44, 60, 276, 0.01, 1.5, false, "none is still open; at this age 60 of 276 earlier ones were",
         "most took about as long as before, and none is still open; at this age 60 of 276 earlier ones were",
         "they took longer; but none is still open; at this age 60 of 276 earlier ones were"},
        {3, 44, 0, 276, 0.05, 1.4, false, NULL, NULL, NULL},
        {3, 44, 0, 276, 0.01, 1.4, true, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        struct ald_change c = {.current = {.open = sides[i].open, .incidents = sides[i].of},
                               .baseline = {.open = sides[i].then, .incidents = sides[i].then_of, .weeks = 5},
                               .open_then = {.has_p = true, .p_value = sides[i].p, .least_ms = HOURS(164)},
                               .ratio = sides[i].ratio,
                               .part_baseline = sides[i].part};
        const char *said[] = {ald_change_open(a, &c), ald_change_with_open(a, &c, "before", NULL), ald_change_with_open(a, &c, "before", "they took longer")};
        const char *const words[] = {sides[i].alone, sides[i].with, sides[i].took};
        for (size_t k = 0; k < 3; k++) {
            if (words[k])
                assert_string_equal(said[k], words[k]);
            else
                assert_null(said[k]);
        }
        assert_int_equal(ald_change_strong(&c), sides[i].alone != NULL);
        assert_string_equal(ald_change_beside_few(a, &c, "So many."), sides[i].part ? "So many; seen beside only 5 weeks of earlier incidents." : "So many.");
    }
    ald_arena_free(a);
}

/* The same words in every format, and the workbook named only where it shows more. */
static void left_out_rows_are_said(void **state)
{
    (void)state;
    struct ald_arena *a = ald_arena_new();
    struct ald_report report = {.arena = a, .root = ald_node_object(a)};
    struct ald_node *list = ald_node_list(a);
    struct ald_table table = {.rows = "list"};
    for (int i = 0; i < 2575; i++)
        ald_node_add(a, list, ald_node_int(a, i));
    ald_node_set(a, report.root, "list", list);
    assert_null(ald_table_remark(a, &report, &table, 2575));
    assert_string_equal(ald_table_remark(a, &report, &table, 2000), "The first 2,000 of 2,575 rows; all are in the workbook and the JSON of this report.");
    table.most = 30;
    assert_string_equal(ald_table_remark(a, &report, &table, 30), "The first 30 of 2,575 rows; all are in the JSON of this report.");
    table.most = 2575;
    assert_null(ald_table_remark(a, &report, &table, 2575));
    ald_arena_free(a);
}

/* By its key, unless nobody would say it; a title that is cut ends with a word. */
static void incidents_are_called(void **state)
{
    (void)state;
    static const char title[] = "event-bus has two primaries, booking-api stopped writing";
    static const struct {
        const char *key;
        bool drawn;
    } keys[] = {{"1577", false},          {"LUM-1416", false},     {"INC0014330", false},       {"2026-07-03-checkout", false}, {"Q1W3LMLR", false},
                {"fr6wzzpg0bsv", true}, {"6wlqmlpsn6by", true}, {"ow5i3PPK96RduMcb1SsW", true}, {"0b7e9f3c-52f5-4a29-8a4e-6d7d1f1b2c3d", true}};
    struct ald_arena *a = ald_arena_new();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(ald_key_is_drawn(keys[i].key), keys[i].drawn);
        assert_string_equal(ald_called(a, keys[i].key, "Short"), keys[i].drawn ? "\"Short\"" : keys[i].key);
        assert_string_equal(ald_called(a, keys[i].key, NULL), keys[i].key);
    }
    assert_string_equal(ald_title_start(a, title, 60), title);
    assert_string_equal(ald_title_start(a, title, 32), "event-bus has two primaries\xe2\x80\xa6");
    assert_string_equal(ald_title_start(a, title, 40), "event-bus has two primaries\xe2\x80\xa6");
    assert_string_equal(ald_title_start(a, "Unbroken-and-without-a-blank-in-it", 12), "Unbroken-an\xe2\x80\xa6");
    ald_arena_free(a);
}

/* The least of several is shown no longer than it is; a time by itself is rounded. */
static void spans_are_said(void **state)
{
    (void)state;
    struct ald_arena *a = ald_arena_new();
    static const int64_t min = 60000, h = 60 * min, d = 24 * h;
    assert_string_equal(ald_span(a, (double)(6 * d + 20 * h + 40 * min)), "6 d 21 h");
    assert_string_equal(ald_span_least(a, 6 * d + 20 * h + 40 * min), "6 d 20 h");
    assert_string_equal(ald_span_least(a, 59 * min + 40000), "59 min");
    assert_string_equal(ald_span_least(a, 9 * min + 40900), "9 min 40 s");
    ald_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ratios_are_said), cmocka_unit_test(directions_are_said), cmocka_unit_test(open_ones_are_said),
                                       cmocka_unit_test(left_out_rows_are_said), cmocka_unit_test(incidents_are_called), cmocka_unit_test(spans_are_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
