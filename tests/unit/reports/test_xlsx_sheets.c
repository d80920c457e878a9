/* Sheets of the xlsx writer: their names, charts, more rows than fit, constant memory, nothing at all. */
#include "xlsx_room.h"

/* ---- Sheets ---- */

static void test_sheet_names(void **state)
{
    struct room *room = *state;
    static const char *const titles[] = {"Incidents",
                                         "INCIDENTS",
                                         "Chart data",
                                         "a/b:c*d?e[f]\\g",
                                         "'quoted'",
                                         "History",
                                         "",
                                         "A title of far more than thirty-one characters",
                                         "A title of far more than thirty-one letters",
                                         "\xC3\x84rger",
                                         "\xC3\xA4RGER",
                                         "\xF0\x9F\x94\xA5"};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        block(room, section(room, titles[i]), ALD_BLOCK_TEXT, "text");
    const char *cells = write_and_read(room);
    static const char *const names[] = {"Incidents\t",
                                        "INCIDENTS 2\t",
                                        "Chart data 2\t",
                                        "a-b-c-d-e-f--g\t",
                                        "_quoted_\t",
                                        "History 2\t",
                                        "Sheet\t",
                                        "A title of far more than thirty\t",
                                        "A title of far more than thir 2\t",
                                        "\xC3\x84rger\t",
                                        "\xC3\xA4RGER 2\t",
                                        "\xF0\x9F\x94\xA5\t"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        has(cells, names[i]);
}

struct making {
    size_t n;
};

static struct ald_node *make_row(void *ctx, size_t i, struct ald_arena *scratch)
{
    const struct making *making = ctx;
    struct ald_node *row = ald_node_object(scratch);
    ald_node_set(scratch, row, "key", ald_node_str(scratch, ald_sprintf(scratch, "INC-%zu", i)));
    ald_node_set(scratch, row, "url", ald_node_str(scratch, i < 200 ? "https://example.org/incident" : NULL));
    ald_node_set(scratch, row, "x", ald_node_num(scratch, (double)i / (double)making->n));
    ald_node_set(scratch, row, "y", ald_node_num(scratch, (double)(i * 7919 % making->n) / (double)making->n));
    ald_node_set(scratch, row, "took", ald_node_num(scratch, (double)(i % 1000) * 60));
    const char *reading = i % 3 == 0 ? "longer" : i % 3 == 1 ? "shorter" : NULL;
    ald_node_set(scratch, row, "reading", ald_node_str(scratch, reading));
    return row;
}

static const struct ald_column long_columns[] = {
    {"Incident", "key", ALD_SHOW_TEXT, 12, "url", NULL},
    {"Complexity", "x", ALD_SHOW_POSITION, 12, NULL, NULL},
    {"Time to resolve", "took", ALD_SHOW_SECONDS, 12, NULL, NULL},
};
static const struct ald_series long_series[] = {
    {"longer", "reading", "longer", ALD_MARK_UP, ALD_TONE_ORANGE},
    {"=shorter", "reading", "shorter", ALD_MARK_DOWN, ALD_TONE_BLUE},
    {"no reading", "reading", NULL, ALD_MARK_CIRCLE, ALD_TONE_GREY},
};
static const struct ald_chart long_chart = {.title = "Complexity & time",
                                            .alt = "Each point is an incident.",
                                            .rows = "rows",
                                            .x = "x",
                                            .y = "took",
                                            .label = "key",
                                            .x_title = "complexity",
                                            .y_title = "time to resolve",
                                            .x_show = ALD_SHOW_POSITION,
                                            .y_show = ALD_SHOW_SECONDS,
                                            .y_log = true,
                                            .named = true,
                                            .series = long_series,
                                            .series_n = 3,
                                            .corners = {"simple, long", "complex, long", NULL, "complex, short"}};

static void long_report(struct room *room, struct making *making)
{
    set(room, room->report->root, "rows", ald_node_rows(room->arena, making->n, make_row, making));
    struct ald_section *s = section(room, "Incidents");
    block(room, s, ALD_BLOCK_REMARK, "A remark.");
    block(room, s, ALD_BLOCK_CHART, NULL)->chart = &long_chart;
    (void)table(room, s, "rows", long_columns, 3, true);
    block(room, section(room, "Last"), ALD_BLOCK_TEXT, "The end.");
}

static void test_constant_memory(void **state)
{
    struct room *room = *state;
    if (brief()) { /* a hundred rows go the same way below */
        print_message("skipped: test_constant_memory (25,000 rows: the sanitizers see them)\n");
        skip();
    }
    struct making making = {25000};
    long_report(room, &making);
    room->limits.links = 10; /* of those that the library keeps: here none is one of them */
    const char *cells = read_back(room, write_book(room, "long.xlsx"));
    has(cells, "\"INC-24999\"\n");
    has(cells, "\"INC-199\"\thttps://example.org/incident\n");
    assert_int_equal(times(cells, "\thttps://example.org/incident\n"), 200);
    has_not(cells, "not linked");
    has(cells, "More than 20,000 rows in this workbook");
    has(cells, "5,000 of 24,975 points are drawn");
    has(cells, "25 of 25,000 are not drawn");
    has(cells, "\"The end.\"");
    has_not(cells, "(table)");
    has(cells, " %\tA36:C25036\n"); /* the filter */
    has(cells, "symbol=triangle");
}

static void test_charts(void **state)
{
    struct room *room = *state;
    struct making making = {60};
    long_report(room, &making);
    block(room, section(room, "Again"), ALD_BLOCK_CHART, NULL)->chart = &long_chart;
    static const struct ald_chart unit = {.title = "Unit",
                                          .rows = "rows",
                                          .x = "x",
                                          .y = "y",
                                          .label = "key",
                                          .x_title = "=x",
                                          .y_title = "y",
                                          .x_show = ALD_SHOW_POSITION,
                                          .y_show = ALD_SHOW_POSITION,
                                          .unit_axes = true,
                                          .named = true,
                                          .series = long_series,
                                          .series_n = 3};
    static const struct ald_chart empty = {.title = "Empty",
                                           .rows = "none",
                                           .x = "x",
                                           .y = "y",
                                           .x_title = "x",
                                           .y_title = "y",
                                           .series = long_series,
                                           .series_n = 3};
    struct ald_section *s = section(room, "More");
    block(room, s, ALD_BLOCK_CHART, "A heading")->chart = &unit;
    block(room, s, ALD_BLOCK_CHART, NULL)->chart = &empty;
    const char *cells = write_and_read(room);
    has(cells, "\"simple, long\"");
    has(cells, "\"Nothing to draw.\"");
    has(cells, "\"longer (19)\"");
    has(cells, "Chart data\tA7\ts");
    has(cells, "(chart)\tsymbol=triangle\tsymbol=diamond\tsymbol=circle\tsymbol=none");
    has(cells, "logBase=10\tmax=1\tmin=0.01\n");
    has(cells, "\tmax=1\tmin=0\tmax=1\tmin=0\n");
    has(cells, "(alt)\tEach point is an incident. longer: 19. =shorter: 20. no reading: 20.");
    has(cells, "\ttime to resolve, hours (log scale)\n");
    has(cells, "\t=x\t");                                     /* the title of an axis, no formula */
    assert_int_equal(times(cells, "\"no reading (20)\""), 2); /* a chart drawn twice has its points once */
}

/* Links between sheets, there and back; in both modes. An id that no row has leads nowhere, and an address may say "internal:". */
static void test_links_between_sheets(void **state)
{
    static const struct ald_column there[] = {{"Key", "key", ALD_SHOW_TEXT, 14, "url", NULL}, {"Title", "title", ALD_SHOW_TEXT, 30, "#all:id", NULL}};
    static const struct ald_column back[] = {{"Title", "title", ALD_SHOW_TEXT, 30, "#some:id", NULL}};
    static const char *const ids[] = {"p:1", "p:2", "p:3", "p:missing"};
    struct room *room = *state;
    struct ald_node *all = ald_node_list(room->arena), *some = ald_node_list(room->arena);
    for (size_t i = 0; i < 4; i++) {
        struct ald_node *row = ald_node_object(room->arena);
        set(room, row, "id", ald_node_str(room->arena, ids[i]));
        set(room, row, "key", ald_node_str(room->arena, "K \"=1\""));
        set(room, row, "url", ald_node_str(room->arena, "https://wiki.example/internal:page"));
        set(room, row, "title", ald_node_str(room->arena, ald_sprintf(room->arena, "The \"%s\"", ids[i])));
        if (i < 3)
            ald_node_add(room->arena, all, row);
        if (i > 1)
            ald_node_add(room->arena, some, row);
    }
    set(room, room->report->root, "all", all);
    set(room, room->report->root, "some", some);
    struct ald_section *s = section(room, "Some of them");
    s->id = "some";
    table(room, s, "some", there, 2, false)->anchor = "id";
    s = section(room, "All");
    s->id = "all";
    block(room, s, ALD_BLOCK_TEXT, "A text above.");
    table(room, s, "all", back, 1, true)->anchor = "id";
    const char *cells = write_and_read(room);
    has(cells, "\"The \\\"p:3\\\"\"\t'All'!A12\n");         /* rows under top, text and header */
    has(cells, "All\tA12\ts\tGeneral\t\"The \\\"p:3\\\"\"\t'Some of them'!A7\n");
    has(cells, "\"The \\\"p:missing\\\"\"\n");
    has(cells, "https://wiki.example/internal%3Apage\n");
    room->limits.table_rows = 3;
    cells = write_and_read(room);
    has(cells, "\"The \\\"p:3\\\"\"\t#'All'!A12\n");
    has(cells, "\"K \\\"=1\\\"\"\thttps://wiki.example/internal:page\n");
}

/* A heading leads to what it means, which also stands at the end of the sheet, once; rows of long texts are cards. */
static void test_meanings_and_cards(void **state)
{
    static const struct ald_column columns[] = {{"Median", "key", ALD_SHOW_TEXT, 14, NULL, "median"},
                                                {"Half are under", "title", ALD_SHOW_TEXT, 20, NULL, "median"},
                                                {"Plain", "key", ALD_SHOW_TEXT, 14, NULL, "unknown"}};
    static const struct ald_column words[] = {{"Word", "id", ALD_SHOW_TEXT, 14, NULL, NULL}, {"Meaning", "text", ALD_SHOW_TEXT, 60, NULL, NULL}};
    static const struct ald_column cards[] = {{"Incident", "key", ALD_SHOW_TEXT, 14, "url", "median"},
                                              {"Title", "title", ALD_SHOW_TEXT, 40, NULL, NULL},
                                              {"Place", "place", ALD_SHOW_TEXT, 10, NULL, NULL},
                                              {"Questions", "questions", ALD_SHOW_LIST, 70, NULL, NULL}};
    struct room *room = *state;
    struct ald_node *row = ald_node_object(room->arena), *definitions = ald_node_object(room->arena), *list = ald_node_list(room->arena);
    struct ald_node *meaning = ald_node_object(room->arena), *meanings = ald_node_list(room->arena), *questions = ald_node_list(room->arena);
    ald_node_add(room->arena, questions, str(room, "What did you see?"));
    ald_node_add(room->arena, questions, str(room, "What came next?"));
    set(room, row, "key", str(room, "K-1"));
    set(room, row, "title", str(room, "A title"));
    set(room, row, "url", str(room, "https://example.org/k1"));
    set(room, row, "place", str(room, "first"));
    set(room, row, "questions", questions);
    ald_node_add(room->arena, list, row);
    set(room, definitions, "median", str(room, "Half lie under it."));
    set(room, meaning, "id", str(room, "median"));
    set(room, meaning, "text", str(room, "Half lie under it."));
    ald_node_add(room->arena, meanings, meaning);
    set(room, room->report->root, "definitions", definitions);
    set(room, room->report->root, "list", list);
    set(room, room->report->root, "meanings", meanings);
    (void)table(room, section(room, "Figures"), "list", columns, 3, true);
    table(room, section(room, "Cards"), "list", cards, 4, false)->labelled = true;
    struct ald_section *s = section(room, "Definitions");
    s->id = "definitions";
    table(room, s, "meanings", words, 2, false)->anchor = "id";
    const char *cells = write_and_read(room);
    has(cells, "Figures\tA6\ts\tGeneral\t\"Median\"\t'Definitions'!A8\n");
    has(cells, "\"What the columns mean\"");
    has(cells, "\"Median; Half are under\"\n");
    has(cells, "\"Plain\"\n");
    assert_int_equal(times(cells, "\"Half lie under it.\""), 2); /* on the sheet and among the definitions */
    has(cells, "\"K-1\"\thttps://example.org/k1\n");
    has(cells, "\"Place: first\"");
    has(cells, "\"What did you see?\\nWhat came next?\"");
}

static void test_more_rows_than_a_sheet_holds(void **state)
{
    struct room *room = *state;
    struct making making = {100};
    long_report(room, &making);
    room->limits.sheet_rows = 80;
    for (size_t turn = 0; turn < 2; turn++) {
        const char *cells = write_and_read(room);
        has(cells, "more rows: on the next sheet");
        has(cells, "Incidents 2\tA1\ts\tGeneral\t\"Incidents, continued (2)\"");
        assert_int_equal(times(cells, "https://example.org/incident\n"), 100);
        room->limits.table_rows = 50; /* and in constant memory */
    }
}

static void test_empty_report(void **state)
{
    struct room *room = *state;
    room->report->simulated = false;
    room->report->subtitle = NULL;
    struct ald_section *s = section(room, "Nothing");
    (void)table(room, s, "missing", long_columns, 3, true);
    const char *cells = write_and_read(room);
    has(cells, "\"Nothing here.\"");
    has_not(cells, "Simulated");
}

/* The header of a table that ends on its page would stand above what follows on the next one. */
static void test_header_again(void **state)
{
    struct room *room = *state;
    struct making few = {20}, many = {120};
    set(room, room->report->root, "few", ald_node_rows(room->arena, few.n, make_row, &few));
    set(room, room->report->root, "many", ald_node_rows(room->arena, many.n, make_row, &many));
    (void)table(room, section(room, "Few"), "few", long_columns, 3, true);
    (void)table(room, section(room, "Many"), "many", long_columns, 3, true);
    const char *cells = write_and_read(room);
    has(cells, "(sheet)\tFew\tA7\tNone\t");
    has(cells, "(sheet)\tMany\tA8\t$7:$7\t");
}

/* Above cells that hold durations stands how they are written; cards say theirs in words. */
static void test_form_of_durations(void **state)
{
    struct room *room = *state;
    struct making making = {3};
    set(room, room->report->root, "rows", ald_node_rows(room->arena, making.n, make_row, &making));
    table(room, section(room, "Cards"), "rows", long_columns, 3, false)->cards = true;
    has_not(write_and_read(room), "durations in hours:minutes:seconds");
    (void)table(room, section(room, "Cells"), "rows", long_columns, 3, false);
    has(write_and_read(room), "durations in hours:minutes:seconds");
}

/* What is longer than a row can be high goes on in the next ones, and nothing of it is lost; where people filter it stays one row. */
static void test_long_rows(void **state)
{
    struct room *room = *state;
    static const struct ald_column columns[] = {{"Incident", "key", ALD_SHOW_TEXT, 12, NULL, NULL}, {"Words", "text", ALD_SHOW_TEXT, 60, NULL, NULL}};
    static const struct ald_column filtered[] = {{"Incident", "key", ALD_SHOW_TEXT, 12, NULL, NULL}, {"Words", "text", ALD_SHOW_TEXT, 60, NULL, NULL}};
    char *words = ald_alloc(room->arena, 1500 * 8 + 1);
    for (size_t i = 0; i < 1500; i++)
        (void)snprintf(words + 8 * i, 9, "w%06zu ", i);
    words[1500 * 8 - 1] = '\0';
    struct ald_node *rows = ald_node_list(room->arena), *row = ald_node_object(room->arena);
    ald_node_set(room->arena, row, "key", ald_node_str(room->arena, "INC-1"));
    ald_node_set(room->arena, row, "text", ald_node_str(room->arena, words));
    ald_node_add(room->arena, rows, row);
    set(room, room->report->root, "rows", rows);
    (void)table(room, section(room, "Said"), "rows", columns, 2, false);
    const char *cells = write_and_read(room);
    assert_int_equal(times(cells, "\"INC-1\""), 1);
    for (size_t i = 0; i < 1500; i += 7)
        assert_int_equal(times(cells, ald_sprintf(room->arena, "w%06zu", i)), 1);
    has_not(cells, "[cut]");
    assert_true(times(cells, "Said\tC") + times(cells, "Said\tB") > 4);
    (void)table(room, section(room, "Filtered"), "rows", filtered, 2, true);
    cells = write_and_read(room);
    assert_int_equal(times(cells, words), 1);
    has(cells, "1 row has a text that is longer than the row is high; the cell holds it whole.");
}

static void test_unwritable(void **state)
{
    struct room *room = *state;
    section(room, "Any");
    struct ald_err err = {0};
    struct ald_xlsx *x = NULL;
    assert_int_equal(ald_xlsx_fill(room->report, path_of(room, "no/such/folder.xlsx"), &room->limits, &x, &err),
                     ALD_ERR_IO);
    assert_non_null(strstr(err.msg, "no/such/folder.xlsx': No such file"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sheet_names, enter, leave),
        cmocka_unit_test_setup_teardown(test_charts, enter, leave),
        cmocka_unit_test_setup_teardown(test_constant_memory, enter, leave),
        cmocka_unit_test_setup_teardown(test_links_between_sheets, enter, leave),
        cmocka_unit_test_setup_teardown(test_meanings_and_cards, enter, leave),
        cmocka_unit_test_setup_teardown(test_more_rows_than_a_sheet_holds, enter, leave),
        cmocka_unit_test_setup_teardown(test_empty_report, enter, leave),
        cmocka_unit_test_setup_teardown(test_header_again, enter, leave),
        cmocka_unit_test_setup_teardown(test_form_of_durations, enter, leave),
        cmocka_unit_test_setup_teardown(test_long_rows, enter, leave),
        cmocka_unit_test_setup_teardown(test_unwritable, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
