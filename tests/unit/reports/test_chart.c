/* Words for people, points of charts, axes: what every format that is read by people rests on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/zone.h"
#include "chart.h"
#include "html_priv.h"
#include "words.h"

struct room {
    struct ald_arena *arena;
    struct ald_zone *zone;
    struct ald_report report;
};

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct ald_err err = {0};
    assert_non_null(room);
    if (ald_zone_load("Europe/Berlin", &room->zone, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    room->arena = ald_arena_new();
    room->report = (struct ald_report){.arena = room->arena, .root = ald_node_object(room->arena), .zone = room->zone};
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    ald_zone_free(room->zone);
    ald_arena_free(room->arena);
    free(room);
    return 0;
}

/* ---- Paths ---- */

struct made {
    int n[2];
};

static struct ald_node *make_member(void *ctx, size_t at, struct ald_arena *a)
{
    struct made *made = ctx;
    made->n[at]++;
    return ald_node_int(a, (int64_t)at);
}

static void test_members_are_made_once_and_when_asked_for(void **state)
{
    struct room *room = *state;
    static const struct ald_making members[] = {{"first", make_member, 0}, {"second", make_member, 1}};
    struct made made = {{0, 0}};
    struct ald_node *object = ald_node_object_later(room->arena, members, 2, &made);
    assert_int_equal(made.n[0] + made.n[1], 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(ald_node_at(object, "second")->integer, 1);
    assert_int_equal(made.n[0], 0);
    assert_int_equal(made.n[1], 1);
}

/* An object of such members, each of which holds {"key": its name}, and "shown". */
static struct ald_node *with_members(struct ald_arena *a, const char *shown, const char *const *names, size_t n)
{
    struct ald_node *object = ald_node_object(a), *inner = ald_node_object(a);
    for (size_t i = 0; i < n; i++) {
        struct ald_node *named = ald_node_object(a);
        ald_node_set(a, named, "key", ald_node_str(a, names[i]));
        ald_node_set(a, inner, names[i], named);
    }
    ald_node_set(a, object, "of", inner);
    ald_node_set(a, object, "shown", ald_node_str(a, shown));
    return object;
}

/* What was found in one node is looked for at the same place in the next, and found where it stands elsewhere. */
static void test_paths_find_what_stands_elsewhere(void **state)
{
    struct room *room = *state;
    const char *const names[] = {"a", "ab", "abc"}, *const turned[] = {"abc", "ab", "a"}, *const less[] = {"abc"};
    struct ald_node *nodes[] = {with_members(room->arena, "a", names, 3), with_members(room->arena, "abc", names, 3),
                                with_members(room->arena, "a", turned, 3), with_members(room->arena, "abc", less, 1),
                                with_members(room->arena, "a", less, 1), with_members(room->arena, "ab", turned, 3)};
    struct ald_path shown = {.text = "of.{shown}.key"}, plain = {.text = "of.abc.key"}, none = {.text = NULL};
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        assert_ptr_equal(ald_node_at_path(nodes[i], &shown), ald_node_at(nodes[i], "of.{shown}.key"));
        assert_string_equal(ald_node_at_path(nodes[i], &plain)->text, "abc");
        assert_null(ald_node_at_path(nodes[i], &none));
    }
    assert_string_equal(ald_node_at_path(nodes[5], &shown)->text, "ab");
    assert_null(ald_node_at_path(nodes[4], &shown));
    assert_null(ald_node_at(nodes[0], "of.abcd"));
}

/* ---- Words ---- */

static void test_values(void **state)
{
    struct room *room = *state;
    const struct {
        double v;
        enum ald_show show;
        const char *words;
    } cases[] = {{273600, ALD_SHOW_SECONDS, "3 d 4 h"}, {7500, ALD_SHOW_SECONDS, "2 h 05 min"}, {0.4, ALD_SHOW_SECONDS, "0.4 s"},
                 {-61, ALD_SHOW_SECONDS, "-1 min 01 s"}, {0, ALD_SHOW_SECONDS, "0 s"}, {1234567, ALD_SHOW_COUNT, "1,234,567"},
                 {-1000, ALD_SHOW_COUNT, "-1,000"}, {999, ALD_SHOW_COUNT, "999"}, {0.0814, ALD_SHOW_PERCENT, "8.1 %"},
                 {0.5, ALD_SHOW_POSITION, "0.50"}, {1.4289, ALD_SHOW_NUMBER, "1.43"}, {0.0046, ALD_SHOW_NUMBER, "0.005"},
                 {123.6, ALD_SHOW_NUMBER, "124"}, {0.9994, ALD_SHOW_NUMBER, "0.999"}, {9.994, ALD_SHOW_NUMBER, "9.99"},
                 {10.04, ALD_SHOW_NUMBER, "10.0"}, {99.94, ALD_SHOW_NUMBER, "99.9"}, {100.4, ALD_SHOW_NUMBER, "100"},
                 {999.4, ALD_SHOW_NUMBER, "999"}, {999.5, ALD_SHOW_NUMBER, "1,000"}, {-999.7, ALD_SHOW_NUMBER, "-1,000"},
                 {1000.4, ALD_SHOW_NUMBER, "1,000"}, {1000, ALD_SHOW_NUMBER, "1,000"}, {59.9996, ALD_SHOW_SECONDS, "1 min"},
                 {0.9995, ALD_SHOW_PERCENT, "100.0 %"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct ald_node node = {.kind = ALD_NODE_NUM, .number = cases[i].v};
        assert_string_equal(ald_words(&room->report, room->arena, &node, cases[i].show), cases[i].words);
    }
    const struct ald_node bad = {.kind = ALD_NODE_NUM, .number = (double)NAN};
    assert_null(ald_words(&room->report, room->arena, &bad, ALD_SHOW_NUMBER));
    assert_null(ald_words(&room->report, room->arena, NULL, ALD_SHOW_TEXT));
}

static void test_figures_are_not_parted(void **state)
{
    struct room *room = *state;
    static const struct {
        const char *text, *kept; /* ~: a no-break space */
    } cases[] = {{"took 4 h 42 min, then", "took 4~h~42~min, then"}, {"3 d 4 h to 12 d", "3~d~4~h to 12~d"}, {"29 min to 2 h 20 min", "29~min to 2~h~20~min"},
                 {"1 min 39 s", "1~min~39~s"},  {"in 5 % of 20 h", "in 5~% of 20~h"}, {"2 h 30 incidents", "2~h 30 incidents"},
                 {"path 42 min", "path 42~min"}, {"5 hosts", "5 hosts"}, {"h 42 min", "h 42~min"}, {" 4 h ", " 4~h "}, {"", ""}, {"4 minutes", "4 minutes"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *kept = ald_words_kept(room->arena, cases[i].text), *want = cases[i].kept;
        for (; *want; want++) {
            bool joined = *want == '~';
            assert_memory_equal(kept, joined ? "\xC2\xA0" : want, joined ? 2 : 1);
            kept += joined ? 2 : 1;
        }
        assert_string_equal(kept, "");
    }
    const char *plain = "nothing to keep 5 times";
    assert_ptr_equal(ald_words_kept(room->arena, plain), plain);
}

static int64_t at(const struct room *room, int64_t year, int month, int day)
{
    struct ald_civil c = {.year = year, .month = month, .day = day};
    return ald_zone_instant(room->zone, &c);
}

static void test_periods(void **state)
{
    struct room *room = *state;
    const struct {
        int64_t from_year, to_year;
        int from_month, from_day, to_month, to_day, months;
        const char *words;
    } cases[] = {{2026, 2026, 7, 1, 10, 1, 3, "July to September 2026"},
                 {2026, 2026, 8, 1, 9, 1, 1, "August 2026"},
                 {2026, 2027, 1, 1, 1, 1, 12, "2026"},
                 {2025, 2026, 4, 1, 4, 1, 12, "April 2025 to March 2026"},
                 {2025, 2026, 11, 1, 2, 1, 3, "November 2025 to January 2026"},
                 {2026, 2026, 7, 1, 8, 13, 0, "1 July to 12 August 2026"},
                 {2026, 2026, 10, 3, 10, 4, 0, "3 October 2026"},
                 {2025, 2026, 12, 30, 1, 3, 0, "30 December 2025 to 2 January 2026"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(ald_words_period(room->arena, room->zone, at(room, cases[i].from_year, cases[i].from_month, cases[i].from_day),
                                             at(room, cases[i].to_year, cases[i].to_month, cases[i].to_day), cases[i].months),
                            cases[i].words);
    assert_string_equal(ald_words_date(room->arena, room->zone, at(room, 2026, 10, 7)), "7 October 2026");
}

static void test_links(void **state)
{
    struct room *room = *state;
    static const char *const good[] = {"https://a.example/b?c=d#e", "http://127.0.0.1/x"};
    static const char *const bad[] = {"javascript:alert(1)", "https://a b", "https://a\"b", "//a", "", "data:x", "https://a\xC2\x85", "file:///x"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(ald_words_can_link(room->arena, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ald_words_can_link(room->arena, bad[i]));
}

/* ---- Points ---- */

static const struct ald_series by_kind[] = {{"a", "kind", "a", ALD_MARK_CIRCLE, ALD_TONE_BLUE}, {"b", "kind", "b", ALD_MARK_UP, ALD_TONE_ORANGE}};
static const struct ald_chart points_chart = {.title = "Points", .alt = "Points.", .rows = "rows", .x = "x", .y = "y", .label = "key", .x_show = ALD_SHOW_POSITION,
                                              .y_show = ALD_SHOW_SECONDS, .y_log = true, .named = true, .series = by_kind, .series_n = 2};

static void add_row(struct room *room, struct ald_node *rows, const char *key, const char *kind, double x, double y)
{
    struct ald_arena *a = room->arena;
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "key", ald_node_str(a, ald_strdup(a, key)));
    ald_node_set(a, o, "kind", ald_node_str(a, kind));
    ald_node_set(a, o, "x", ald_node_num(a, x));
    ald_node_set(a, o, "y", ald_node_num(a, y));
    ald_node_add(a, rows, o);
}

static struct ald_node *rows_of(struct room *room)
{
    struct ald_node *rows = ald_node_list(room->arena);
    ald_node_set(room->arena, room->report.root, "rows", rows);
    return rows;
}

static void test_places(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room);
    add_row(room, rows, "one", "a", 0.1, 60);
    add_row(room, rows, "two", "b", 0.9, 3600);
    add_row(room, rows, "zero", "a", 0.5, 0);             /* no place on a logarithmic axis */
    add_row(room, rows, "none", "b", (double)NAN, 60);
    add_row(room, rows, "other", "c", 0.5, 60);           /* not meant by this chart */
    add_row(room, rows, "unknown", NULL, 0.5, 60);        /* meant, but of no kind */
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &points_chart, 100);
    assert_int_equal(p->n, 2);
    assert_int_equal(p->places, 2);
    assert_int_equal(p->left_out, 3);
    assert_int_equal(p->totals[0], 1);
    assert_string_equal(p->points[1].label, "two");
    assert_string_equal(ald_chart_left_out(room->arena, p), "3 of 5 are not drawn: no value on one of the axes.");
    const char *text = ald_chart_text(room->arena, &room->report, p);
    assert_non_null(strstr(text, "Points. a: 1. b: 1."));
    double low = 0, high = 0;
    assert_true(ald_chart_extent(&room->report, p, 0, &low, &high));
    assert_true(low == 0 && high == 1); /* positions: the whole axis */
    assert_true(ald_chart_extent(&room->report, p, 1, &low, &high));
    assert_true(low == 60 && high == 3600);
}

/* Hollow marks are told apart in words too; what is not drawn is said with its reasons, those of most first. */
static void test_marks_and_what_is_left_out(void **state)
{
    struct room *room = *state;
    struct ald_arena *a = room->arena;
    struct ald_node *rows = rows_of(room);
    for (int i = 0; i < 9; i++) {
        bool no_x = i > 2 && i < 6, no_y = i > 5 && i < 8;
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "key", ald_node_str(a, ald_sprintf(a, "k%d", i)));
        ald_node_set(a, o, "kind", ald_node_str(a, i == 8 ? NULL : i % 2 ? "a" : "b"));
        ald_node_set(a, o, "shown", ald_node_str(a, i == 1 ? "start" : "landmark"));
        ald_node_set(a, o, "x", no_x ? ald_node_absent(a, "too thin: less than half") : ald_node_num(a, 0.1 * i));
        ald_node_set(a, o, "y", no_y ? ald_node_absent(a, "open") : ald_node_num(a, 60));
        if (i == 8)
            ald_node_set(a, o, "why", ald_node_str(a, "no duration: end not recorded"));
        ald_node_add(a, rows, o);
    }
    struct ald_chart chart = points_chart;
    chart.hollow = "shown";
    chart.hollow_is = "start";
    chart.hollow_means = "by their start";
    chart.filled_means = "by their first hour";
    chart.apart = "Apart.";
    chart.noun = "incidents";
    chart.x_word = "complexity";
    chart.y_word = "length";
    chart.why = "why";
    struct ald_points *p = ald_chart_points(a, &room->report, &chart, 10);
    assert_int_equal(p->places, 3);
    assert_int_equal(p->hollow_n, 1);
    assert_int_equal(p->hollow[0], 1);
    assert_int_equal(p->hollow[1], 0);
    assert_true(p->points[1].hollow && !p->points[0].hollow);
    assert_string_equal(ald_chart_below(a, p), "Marks that are filled: by their first hour (2); hollow: by their start (1). Apart. 3 of 9 incidents have both a complexity "
                                               "and a length. The other 6 are not drawn: too little recorded for a complexity (3), open (2), no duration (1).");
    assert_non_null(strstr(ald_chart_text(a, &room->report, p), "a: 1, 1 of them hollow. b: 2. Marks that are filled: by their first hour (2); hollow: by their start (1)."));
    chart.hollow_is = "landmark";
    p = ald_chart_points(a, &room->report, &chart, 10);
    p->called = "thin";
    assert_int_equal(p->hollow_n, 2);
    chart.hollow_is = "none";
    assert_string_equal(ald_chart_marks_text(a, ald_chart_points(a, &room->report, &chart, 10)), "All marks are filled: by their first hour (3).");
    chart.hollow = NULL;
    assert_null(ald_chart_marks_text(a, ald_chart_points(a, &room->report, &chart, 10)));
}

static void test_samples_are_the_same_each_time(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        add_row(room, rows, key, i % 2 ? "a" : "b", i / 1000.0, 60 + i);
    }
    struct ald_points *one = ald_chart_points(room->arena, &room->report, &points_chart, 100);
    struct ald_points *two = ald_chart_points(room->arena, &room->report, &points_chart, 100);
    assert_int_equal(one->n, 100);
    assert_int_equal(one->totals[0] + one->totals[1], 1000);
    size_t in_first_half = 0;
    for (size_t i = 0; i < one->n; i++) {
        assert_int_equal(one->points[i].row, two->points[i].row);
        assert_true(i == 0 || one->points[i].row > one->points[i - 1].row);
        in_first_half += one->points[i].row < 500;
    }
    assert_in_range(in_first_half, 30, 70);
    struct ald_named_point named[ALD_NAMED_MOST];
    assert_in_range(ald_chart_names(&room->report, one, named), 1, ALD_NAMED_MOST);
}

static void test_names_do_not_cover_each_other(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room), *first = ald_node_list(room->arena);
    add_row(room, rows, "left", "a", 0.60, 3600);
    add_row(room, rows, "right", "a", 0.80, 3600); /* its name stands left of it: over that of "left" */
    add_row(room, rows, "low", "b", 0.10, 60);
    add_row(room, first, "right", "a", 0, 0);
    add_row(room, first, "left", "a", 0, 0);
    ald_node_set(room->arena, room->report.root, "first", first);
    struct ald_chart chart = points_chart;
    chart.name_first[0] = "first";
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &chart, 10);
    struct ald_named_point named[ALD_NAMED_MOST];
    size_t n = ald_chart_names(&room->report, p, named);
    assert_int_equal(n, 2);
    assert_string_equal(p->points[named[0].point].label, "right");
    assert_int_equal(named[0].side, 1);
    assert_string_equal(p->points[named[1].point].label, "low");
}

/* A name hides no point where its other side is free. */
static void test_names_do_not_cover_points(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room), *first = ald_node_list(room->arena);
    add_row(room, rows, "named", "a", 0.40, 3600);
    add_row(room, rows, "near", "a", 0.45, 3600);
    add_row(room, rows, "low", "b", 0.10, 60);
    add_row(room, rows, "far", "b", 0.90, 60);
    add_row(room, first, "named", "a", 0, 0);
    ald_node_set(room->arena, room->report.root, "first", first);
    struct ald_chart chart = points_chart;
    chart.name_first[0] = "first";
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &chart, 10);
    struct ald_named_point named[ALD_NAMED_MOST];
    assert_true(ald_chart_names(&room->report, p, named) >= 1);
    assert_string_equal(p->points[named[0].point].label, "named");
    assert_int_equal(named[0].side, 1);
}

/* Nobody looks for an identifier that a machine drew. */
static void test_drawn_keys_are_no_names(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room);
    add_row(room, rows, "fr6wzzpg0bsv", "a", 0.05, 60);
    add_row(room, rows, "LUM-7", "a", 0.95, 3600);
    struct ald_chart chart = points_chart;
    chart.named = true;
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &chart, 10);
    struct ald_named_point named[ALD_NAMED_MOST];
    assert_int_equal(ald_chart_names(&room->report, p, named), 1);
    assert_string_equal(p->points[named[0].point].label, "LUM-7");
}

/* Rows that a chart leaves out by intent are named below it, and count as neither drawn nor without a value; only marked points have names. */
static void test_rows_left_out_by_intent(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room);
    static const struct {
        const char *key, *kind;
        double x;
        bool few, flagged;
    } all[] = {{"many", "a", 0.2, false, false}, {"out", "a", 0.5, false, true}, {"few", "a", 0.9, true, true}, {"least", "b", 0.6, true, false},
               {"other", "c", 0.5, true, true}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        add_row(room, rows, all[i].key, all[i].kind, all[i].x, 60);
        ald_node_set(room->arena, rows->list.items[i], "few", ald_node_bool(room->arena, all[i].few));
        ald_node_set(room->arena, rows->list.items[i], "flagged", ald_node_bool(room->arena, all[i].flagged));
    }
    struct ald_chart chart = points_chart;
    chart.unless = "few";
    chart.unless_why = "fewer than 5 incidents";
    chart.name_where = "flagged";
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &chart, 10);
    assert_int_equal(p->n, 2);
    assert_int_equal(p->left_out, 0);
    assert_string_equal(ald_chart_left_out(room->arena, p), "Not drawn, fewer than 5 incidents: few, least.");
    struct ald_named_point named[ALD_NAMED_MOST];
    assert_int_equal(ald_chart_names(&room->report, p, named), 1);
    assert_string_equal(p->points[named[0].point].label, "out");
    for (int i = 0; i < 20; i++) {
        add_row(room, rows, "more", "a", 0.5, 60);
        ald_node_set(room->arena, rows->list.items[rows->list.n - 1], "few", ald_node_bool(room->arena, true));
    }
    p = ald_chart_points(room->arena, &room->report, &chart, 10);
    assert_string_equal(ald_chart_left_out(room->arena, p),
                        "Not drawn, fewer than 5 incidents: few, least, more, more, more, more, more, more, more, more, more, more and 10 more.");
}

/* ---- Axes ---- */

static void has_ticks(const struct ald_scale *axis, const char *expected)
{
    char all[256] = "";
    for (size_t i = 0; i < axis->ticks_n; i++) {
        size_t n = strlen(all);
        (void)snprintf(all + n, sizeof all - n, "%s%s", i ? " | " : "", axis->ticks[i].label);
        double u = ald_scale_unit(axis, axis->ticks[i].at);
        assert_true(u >= -1e-9 && u <= 1 + 1e-9);
    }
    assert_string_equal(all, expected);
}

static void test_axes(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room);
    add_row(room, rows, "one", "a", 0.1, 70);
    add_row(room, rows, "two", "b", 0.9, 200000);
    struct ald_scale axis;
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &points_chart, 10);
    ald_scale_lay(room->arena, &room->report, p, 0, 8, &axis);
    has_ticks(&axis, "0 | 0.25 | 0.5 | 0.75 | 1");
    ald_scale_lay(room->arena, &room->report, p, 1, 6, &axis);
    has_ticks(&axis, "1 min | 15 min | 4 h | 1 d");
    struct ald_chart chart = points_chart;
    chart.y_log = false;
    chart.y_show = ALD_SHOW_COUNT;
    p = ald_chart_points(room->arena, &room->report, &chart, 10);
    ald_scale_lay(room->arena, &room->report, p, 1, 5, &axis);
    has_ticks(&axis, "0 | 50,000 | 100,000 | 150,000 | 200,000");
    chart.form = ALD_CHART_RANGES;
    p = ald_chart_points(room->arena, &room->report, &chart, 10);
    ald_scale_lay(room->arena, &room->report, p, 0, 9, &axis);
    has_ticks(&axis, "one | two");
    struct ald_point *last = &p->points[p->n - 1];
    last->label = "2026-10-03..2026-10-04";
    ald_scale_lay(room->arena, &room->report, p, 0, 9, &axis);
    has_ticks(&axis, "one | 2026-10-03");
}

static void test_axes_of_time(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = rows_of(room);
    add_row(room, rows, "first", "a", (double)at(room, 2026, 7, 2), 60);
    add_row(room, rows, "last", "b", (double)at(room, 2026, 9, 29), 120);
    struct ald_chart chart = points_chart;
    chart.x_show = ALD_SHOW_TIME;
    struct ald_points *p = ald_chart_points(room->arena, &room->report, &chart, 10);
    struct ald_scale axis;
    ald_scale_lay(room->arena, &room->report, p, 0, 8, &axis);
    has_ticks(&axis, "Jul | Aug | Sep | Oct");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_figures_are_not_parted, enter, leave),
        cmocka_unit_test_setup_teardown(test_members_are_made_once_and_when_asked_for, enter, leave),
        cmocka_unit_test_setup_teardown(test_paths_find_what_stands_elsewhere, enter, leave),
        cmocka_unit_test_setup_teardown(test_values, enter, leave),
        cmocka_unit_test_setup_teardown(test_periods, enter, leave),
        cmocka_unit_test_setup_teardown(test_links, enter, leave),
        cmocka_unit_test_setup_teardown(test_places, enter, leave),
        cmocka_unit_test_setup_teardown(test_marks_and_what_is_left_out, enter, leave),
        cmocka_unit_test_setup_teardown(test_samples_are_the_same_each_time, enter, leave),
        cmocka_unit_test_setup_teardown(test_names_do_not_cover_each_other, enter, leave),
        cmocka_unit_test_setup_teardown(test_names_do_not_cover_points, enter, leave),
        cmocka_unit_test_setup_teardown(test_drawn_keys_are_no_names, enter, leave),
        cmocka_unit_test_setup_teardown(test_rows_left_out_by_intent, enter, leave),
        cmocka_unit_test_setup_teardown(test_axes, enter, leave),
        cmocka_unit_test_setup_teardown(test_axes_of_time, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
