/* What the xlsx writer puts into cells: hostile and long texts, links, values, figures. */
#include "xlsx_room.h"

/* ---- Texts ---- */

static const struct ald_column text_columns[] = {
    {"Title", "title", ALD_SHOW_TEXT, 30, "url", NULL},
    {"title", "n", ALD_SHOW_NUMBER, 10, NULL, "n"},
    {"", "list", ALD_SHOW_LIST, 10, NULL, NULL},
};

static void add_row(struct room *room, struct ald_node *rows, const char *title, double n, const char *url)
{
    struct ald_node *row = ald_node_object(room->arena);
    set(room, row, "title", str(room, title));
    struct ald_node *number = ald_alloc(room->arena, sizeof *number);
    *number = (struct ald_node){.kind = ALD_NODE_NUM, .number = n};
    set(room, row, "n", number);
    set(room, row, "url", str(room, url));
    ald_node_add(room->arena, rows, row);
}

static void hostile_rows(struct room *room)
{
    struct ald_node *rows = ald_node_list(room->arena);
    static const char *const titles[] = {"=SUM(1)",
                                         "=HYPERLINK(\"http://x\",\"y\")",
                                         "+1",
                                         "-3",
                                         "@x",
                                         "1e5",
                                         "2025-01-01",
                                         "TRUE",
                                         "#N/A",
                                         "<b>&amp;\"'</b>",
                                         "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xF0\x9F\x94\xA5",
                                         "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",
                                         "bell\x07 null\x1B[31m del\x7F",
                                         "broken \xFF\xC3(",
                                         "line\r\nfeed\ttab",
                                         "  blanks  ",
                                         "_x0041_ stays _x000D_",
                                         "",
                                         "\xEF\xBF\xBE noncharacter"};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        add_row(room, rows, titles[i], (double)i, NULL);
    set(room, room->report->root, "rows", rows);
}

static void test_hostile_texts(void **state)
{
    struct room *room = *state;
    hostile_rows(room);
    struct ald_section *s = section(room, "Texts");
    block(room, s, ALD_BLOCK_TEXT, "=1+1 as a sentence");
    (void)table(room, s, "rows", text_columns, 3, true);
    const char *cells = write_and_read(room);
    static const char *const kept[] = {"\"=SUM(1)\"",
                                       "\"=HYPERLINK(\\\"http://x\\\",\\\"y\\\")\"",
                                       "\"+1\"",
                                       "\"-3\"",
                                       "\"@x\"",
                                       "\"1e5\"",
                                       "\"2025-01-01\"",
                                       "\"TRUE\"",
                                       "\"#N/A\"",
                                       "\"<b>&amp;\\\"'</b>\"",
                                       "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xF0\x9F\x94\xA5",
                                       "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",
                                       "bell\xEF\xBF\xBD null\xEF\xBF\xBD[31m del\xEF\xBF\xBD",
                                       "broken \xEF\xBF\xBD\xEF\xBF\xBD(",
                                       "line\\nfeed\\ttab",
                                       "\"  blanks  \"",
                                       "\"_x0041_ stays _x000D_\"",
                                       "\xEF\xBF\xBD noncharacter",
                                       "\"=1+1 as a sentence\"",
                                       "\"Title\"",
                                       "\"title 2\"",
                                       "\"Column\"",
                                       "Simulated data"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        has(cells, kept[i]);
    has(cells, "\ts\tGeneral\t\"-3\"");
    has(cells, "(workbook)\tReview & outlook\tExample\talidade\t2025-10-07 09:00:00\n"); /* as of, not the clock */
    has(cells, "(sheet)\tTexts\tA9\tNone\tlandscape\t9\t"); /* frozen; it ends on its page */
    has(cells, "(table)\tA8:C27\n");
}

static void test_long_texts_and_links(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = ald_node_list(room->arena);
    add_row(room, rows, repeat(room, "long ", 8000), 1, NULL);
    add_row(room, rows, repeat(room, "\xF0\x9F\x94\xA5", 20000), 1, NULL); /* two UTF-16 units each */
    add_row(room, rows, repeat(room, "_x0041_", 5000), 1, NULL);
    add_row(room, rows, "web", 1, "https://example.org/a?b=1&c=%20#top");
    add_row(room, rows, "far", 1, ald_sprintf(room->arena, "https://example.org/%s", repeat(room, "a", 3000)));
    add_row(room, rows, "near", 1, ald_sprintf(room->arena, "https://example.org/%s", repeat(room, "b", 2059)));
    add_row(room, rows, "script", 1, "javascript:alert(1)");
    add_row(room, rows, "odd", 1, "https://example.org/\"><x>");
    set(room, room->report->root, "rows", rows);
    (void)table(room, section(room, "Long"), "rows", text_columns, 3, true);
    const char *cells = write_and_read(room);
    assert_int_equal(times(cells, " \xE2\x80\xA6 [cut]\""), 3);
    has(cells, "\"web\"\thttps://example.org/a?b=1&c=%20");
    has(cells, "\"near\"\thttps://example.org/bbbb");
    has(cells, "\"far\"\n");
    has(cells, "\"script\"\n");
    has(cells, "\"odd\"\n");
    has(cells, "3 addresses are not linked");
}

static void test_too_many_links(void **state)
{
    struct room *room = *state;
    struct ald_node *rows = ald_node_list(room->arena);
    for (size_t i = 0; i < 8; i++)
        add_row(room, rows, ald_sprintf(room->arena, "link %zu", i), 1, "https://example.org/");
    set(room, room->report->root, "rows", rows);
    (void)table(room, section(room, "Links"), "rows", text_columns, 2, true);
    room->limits.links = 5;
    const char *cells = write_and_read(room);
    assert_int_equal(times(cells, "\thttps://example.org/\n"), 5);
    has(cells, "3 addresses are not linked");
}

/* ---- Values ---- */

static void test_values(void **state)
{
    struct room *room = *state;
    struct ald_arena *a = room->arena;
    struct ald_node *row = ald_node_object(a), *rows = ald_node_list(a);
    set(room, row, "count", ald_node_int(a, 43));
    set(room, row, "below", ald_node_int(a, -7));
    set(room, row, "position", ald_node_num(a, 0.625));
    set(room, row, "share", ald_node_num(a, 0.125));
    set(room, row, "took", ald_node_num(a, 120.0 * 3600));
    set(room, row, "back", ald_node_num(a, -61));
    set(room, row, "at", ald_node_time(a, INT64_C(1751371200000)));   /* 2025-07-01 12:00 UTC: 14:00 in Berlin */
    set(room, row, "old", ald_node_time(a, INT64_C(-2208988800000))); /* 1900-01-01 */
    set(room, row, "yes", ald_node_bool(a, true));
    struct ald_node *nan_node = ald_alloc(a, sizeof *nan_node), *inf_node = ald_alloc(a, sizeof *inf_node);
    *nan_node = (struct ald_node){.kind = ALD_NODE_NUM, .number = (double)NAN};
    *inf_node = (struct ald_node){.kind = ALD_NODE_NUM, .number = (double)INFINITY};
    set(room, row, "nan", nan_node);
    set(room, row, "inf", inf_node);
    set(room, row, "none", ald_node_absent(a, "still open"));
    set(room, row, "thin", ald_node_absent(a, "too thin: no signal of this axis tells past incidents apart"));
    struct ald_node *list = ald_node_list(a);
    ald_node_add(a, list, str(room, "one"));
    ald_node_add(a, list, str(room, "two"));
    set(room, row, "list", list);
    ald_node_add(a, rows, row);
    set(room, room->report->root, "rows", rows);
    static const struct ald_column columns[] = {
        {"Count", "count", ALD_SHOW_COUNT, 8, NULL, NULL},
        {"Below", "below", ALD_SHOW_NUMBER, 8, NULL, NULL},
        {"Position", "position", ALD_SHOW_POSITION, 8, NULL, NULL},
        {"Share", "share", ALD_SHOW_PERCENT, 8, NULL, NULL},
        {"Took", "took", ALD_SHOW_SECONDS, 8, NULL, NULL},
        {"Back", "back", ALD_SHOW_SECONDS, 8, NULL, NULL},
        {"Started", "at", ALD_SHOW_TIME, 8, NULL, NULL},
        {"Old", "old", ALD_SHOW_TIME, 8, NULL, NULL},
        {"Yes", "yes", ALD_SHOW_BOOL, 8, NULL, NULL},
        {"Nan", "nan", ALD_SHOW_NUMBER, 8, NULL, NULL},
        {"Inf", "inf", ALD_SHOW_SECONDS, 8, NULL, NULL},
        {"None", "none", ALD_SHOW_SECONDS, 8, NULL, NULL},
        {"Thin", "thin", ALD_SHOW_POSITION, 8, NULL, NULL},
        {"List", "list", ALD_SHOW_LIST, 8, NULL, NULL},
        {"Missing", "no.such[3]", ALD_SHOW_TEXT, 8, NULL, NULL},
        {"Age", "took", ALD_SHOW_AGE, 8, NULL, NULL},
    };
    (void)table(room, section(room, "Values"), "rows", columns, sizeof columns / sizeof columns[0], true);
    (void)table(room, section(room, "Plain"), "rows", columns, 4, false);
    const char *cells = write_and_read(room);
    static const char *const lines[] = {"\tn\t#,##0\t43\n",
                                        "\tn\t#,##0\t-7\n",
                                        "\tn\t0.00\t0.625\n",
                                        "\tn\t0.0 %\t0.125\n",
                                        "\t[h]:mm:ss\t",
                                        "\t#,##0.0 \"d\"\t",
                                        "\"-1 min 01 s\"",
                                        "\td\tyyyy-mm-dd hh:mm:ss\t\"2025-07-01 14:00:00\"\n",
                                        "\"1900-01-01 01:00\"",
                                        "\"yes\"",
                                        "\"still open\"",
                                        "\ts\tGeneral\t\"\xE2\x80\x93\xC2\xB9\"\n", /* what has no room in its cell stands below, by number */
                                        "\"\xE2\x80\x93\xC2\xB9 too thin: no signal of this axis tells past incidents apart\"",
                                        "\"one, two\"",
                                        "\"Started (Europe/Berlin)\"",
                                        "Values\tJ",
                                        "Plain\tA"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        has(cells, lines[i]);
    has_not(cells, "NAN");
    has_not(cells, "inf\n");
}

static void test_figures(void **state)
{
    struct room *room = *state;
    struct ald_arena *a = room->arena;
    struct ald_node *root = room->report->root, *clock = ald_node_object(a), *ci = ald_node_list(a),
                    *words = ald_node_object(a);
    set(room, clock, "median_s", ald_node_num(a, 3120));
    ald_node_add(a, ci, ald_node_num(a, 2220));
    ald_node_add(a, ci, ald_node_num(a, 4680));
    set(room, clock, "ci", ci);
    set(room, clock, "n", ald_node_int(a, 43));
    set(room, clock, "p90", ald_node_absent(a, "fewer than 36"));
    set(room, root, "clock", clock);
    set(room, words, "median", str(room, "Half of the incidents were over sooner."));
    set(room, root, "definitions", words);
    static const struct ald_figure figures[] = {
        {"Median", "clock.median_s", "clock.ci[0]", "clock.ci[1]", "clock.n", ALD_SHOW_SECONDS, "median"},
        {"Nine of ten", "clock.p90", "clock.ci[0]", NULL, "clock.n", ALD_SHOW_SECONDS, "unknown"},
    };
    struct ald_block *b = block(room, section(room, "Figures"), ALD_BLOCK_FIGURES, "Clocks");
    b->figures = figures;
    b->figures_n = 2;
    const char *cells = write_and_read(room);
    static const char *const lines[] = {
        "\"Clocks\"",        "\"95 % interval\"", "\"37 min to 1 h 18 min\"",
        "\"fewer than 36\"", "\"from 37 min\"",  "\"Half of the incidents were over sooner.\"",
        "\tn\t#,##0\t43\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        has(cells, lines[i]);
}

/* ---- Parts ---- */

static void test_wrapping(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double units;
        size_t lines;
    } cases[] = {{"", 10, 1},
                 {"one", 10, 1},
                 {"one two three four", 10, 2},
                 {"a\nb\nc", 10, 3},
                 {"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", 11, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ald_xlsx_lines(cases[i].text, cases[i].units, 11), cases[i].lines);
    const char *text = "one two three four five six seven";
    size_t first = ald_xlsx_fit(text, 10, 11, 1);
    assert_true(first > 0 && first < strlen(text) && text[first - 1] == ' ');
    assert_int_equal(ald_xlsx_fit(text, 10, 11, 100), strlen(text));
}

/* Spreadsheets read "_x0041_" as "A". openpyxl does not, so the file cannot tell. */
static void test_escapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *cell;
    } cases[] = {{"plain _x text", 100, "plain _x text"},
                 {"_x0041_", 100, "_x005F_x0041_"},
                 {"_x0041_x0042_", 100, "_x005F_x0041_x005F_x0042_"},
                 {"_x00G1_ _x004_", 100, "_x00G1_ _x004_"},
                 {"one two three", 12, "one  \xE2\x80\xA6 [cut]"},
                 {"\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5",
                  11, "\xF0\x9F\x94\xA5 \xE2\x80\xA6 [cut]"}};
    struct ald_arena *a = ald_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(ald_xlsx_clean(a, cases[i].text, cases[i].max), cases[i].cell);
    ald_arena_free(a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hostile_texts, enter, leave),
        cmocka_unit_test_setup_teardown(test_long_texts_and_links, enter, leave),
        cmocka_unit_test_setup_teardown(test_too_many_links, enter, leave),
        cmocka_unit_test_setup_teardown(test_values, enter, leave),
        cmocka_unit_test_setup_teardown(test_figures, enter, leave),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
