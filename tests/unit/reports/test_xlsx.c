/* The xlsx writer on hand-made trees and views: hostile texts, limits, both memory modes, the same bytes twice. What it
 * wrote is read back by tests/e2e/xlsx_check.py, which knows nothing of the writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alidade/file.h"
#include "alidade/zone.h"
#include "xlsx_priv.h"

extern char **environ;

#define AS_OF INT64_C(1759827600000) /* 2025-10-07 09:00 UTC */

struct room {
    char folder[64];
    struct ald_arena *arena;
    struct ald_zone *zone;
    struct ald_report *report;
    struct ald_xlsx_limits limits;
};

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    (void)snprintf(room->folder, sizeof room->folder, "/tmp/alidade-xlsx-XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    struct ald_err err = {0};
    if (ald_zone_load("Europe/Berlin", &room->zone, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    room->arena = ald_arena_new();
    room->limits = ald_xlsx_limits_default;
    room->report = ald_alloc(room->arena, sizeof *room->report);
    *room->report = (struct ald_report){.arena = room->arena,
                                        .kind = "quarterly",
                                        .title = "Review & outlook",
                                        .subtitle = "Example",
                                        .period_label = "2025Q3",
                                        .period_file = "2025Q3",
                                        .root = ald_node_object(room->arena),
                                        .zone = room->zone,
                                        .as_of = AS_OF,
                                        .simulated = true};
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    DIR *dir = opendir(room->folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        if (e->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), e->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(room->folder), 0); /* nothing else was left there */
    ald_zone_free(room->zone);
    ald_arena_free(room->arena);
    free(room);
    return 0;
}

/* ---- Views ---- */

static struct ald_section *section(struct room *room, const char *title)
{
    struct ald_report *r = room->report;
    r->sections = ald_grow(room->arena, r->sections, r->sections_n, &r->sections_cap, sizeof *r->sections);
    r->sections[r->sections_n] = (struct ald_section){.id = title, .title = title, .landscape = true};
    return &r->sections[r->sections_n++];
}

static struct ald_block *block(struct room *room, struct ald_section *s, enum ald_block_kind kind, const char *text)
{
    s->blocks = ald_grow(room->arena, s->blocks, s->blocks_n, &s->blocks_cap, sizeof *s->blocks);
    s->blocks[s->blocks_n] = (struct ald_block){.kind = kind, .text = text};
    return &s->blocks[s->blocks_n++];
}

static void table(struct room *room, struct ald_section *s, const char *rows, const struct ald_column *columns,
                  size_t n, bool filter)
{
    struct ald_table *t = ald_alloc(room->arena, sizeof *t);
    *t = (struct ald_table){
        .rows = rows, .empty = "Nothing here.", .columns = columns, .columns_n = n, .filter = filter};
    block(room, s, ALD_BLOCK_TABLE, NULL)->table = t;
}

static void set(struct room *room, struct ald_node *o, const char *key, struct ald_node *value)
{
    ald_node_set(room->arena, o, key, value);
}

static struct ald_node *str(struct room *room, const char *s)
{
    return ald_node_str(room->arena, s);
}

/* ---- Writing and reading back ---- */

static const char *path_of(struct room *room, const char *name)
{
    return ald_sprintf(room->arena, "%s/%s", room->folder, name);
}

/* The checker lies beside the tests, wherever those were built from. */
static const char *checker(struct room *room)
{
    const char *slash = strrchr(__FILE__, '/');
    const char *beside = ald_sprintf(room->arena, "%.*s/../../e2e/xlsx_check.py", slash ? (int)(slash - __FILE__) : 1,
                                     slash ? __FILE__ : ".");
    return access(beside, R_OK) == 0 ? beside : "tests/e2e/xlsx_check.py";
}

/* The cells of a workbook, one per line, after it was found sound. Nothing may have been said on stderr. */
static const char *read_back(struct room *room, const char *path)
{
    const char *out = path_of(room, "cells.txt"), *said = path_of(room, "said.txt");
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
    char python[] = "/usr/bin/python3", cells[] = "--cells";
    char *argv[] = {python, ald_strdup(room->arena, checker(room)), cells, ald_strdup(room->arena, path), NULL};
    pid_t pid = 0;
    assert_int_equal(posix_spawn(&pid, python, &actions, NULL, argv, environ), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    struct ald_err err = {0};
    char *text = NULL;
    size_t n = 0;
    assert_int_equal(ald_file_read(said, 1 << 20, room->arena, &text, &n, &err), ALD_OK);
    if (n || status)
        fail_msg("status %d: %s", status, text);
    assert_int_equal(ald_file_read(out, 64 << 20, room->arena, &text, &n, &err), ALD_OK);
    return text;
}

static const char *write_book(struct room *room, const char *name)
{
    const char *path = path_of(room, name);
    const char *said = path_of(room, "stderr.txt");
    (void)fflush(stderr);
    int keep = dup(2), file = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(keep >= 0 && file >= 0);
    assert_true(dup2(file, 2) >= 0);
    struct ald_err err = {0};
    enum ald_rc rc = ald_xlsx_write(room->report, path, &room->limits, &err);
    (void)fflush(stderr);
    assert_true(dup2(keep, 2) >= 0);
    (void)close(keep);
    (void)close(file);
    if (rc != ALD_OK)
        fail_msg("%s", err.msg);
    char *text = NULL;
    size_t n = 0;
    assert_int_equal(ald_file_read(said, 1 << 20, room->arena, &text, &n, &err), ALD_OK);
    assert_string_equal(text, "");
    return path;
}

static const char *write_and_read(struct room *room)
{
    const char *first = write_book(room, "first.xlsx"), *again = write_book(room, "again.xlsx");
    char *a = NULL, *b = NULL;
    size_t a_n = 0, b_n = 0;
    struct ald_err err = {0};
    assert_int_equal(ald_file_read(first, 64 << 20, room->arena, &a, &a_n, &err), ALD_OK);
    assert_int_equal(ald_file_read(again, 64 << 20, room->arena, &b, &b_n, &err), ALD_OK);
    assert_int_equal(a_n, b_n);
    assert_memory_equal(a, b, a_n);
    return read_back(room, first);
}

static void has(const char *cells, const char *line)
{
    if (!strstr(cells, line))
        fail_msg("no '%s' in:\n%.6000s", line, cells);
}

static void has_not(const char *cells, const char *line)
{
    if (strstr(cells, line))
        fail_msg("'%s' is there", line);
}

static size_t times(const char *cells, const char *piece)
{
    size_t n = 0;
    for (const char *at = cells; (at = strstr(at, piece)); at += strlen(piece))
        n++;
    return n;
}

static char *repeat(struct room *room, const char *piece, size_t n)
{
    size_t len = strlen(piece);
    char *s = ald_alloc(room->arena, n * len + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(s + i * len, piece, len);
    return s;
}

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
    table(room, s, "rows", text_columns, 3, true);
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
    has(cells, "(sheet)\tTexts\tA9\t$8:$8\tlandscape\t9\t"); /* frozen, and again on each page */
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
    table(room, section(room, "Long"), "rows", text_columns, 3, true);
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
    table(room, section(room, "Links"), "rows", text_columns, 2, true);
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
        {"List", "list", ALD_SHOW_LIST, 8, NULL, NULL},
        {"Missing", "no.such[3]", ALD_SHOW_TEXT, 8, NULL, NULL},
    };
    table(room, section(room, "Values"), "rows", columns, sizeof columns / sizeof columns[0], true);
    table(room, section(room, "Plain"), "rows", columns, 4, false);
    const char *cells = write_and_read(room);
    static const char *const lines[] = {"\tn\t0\t43\n",
                                        "\tn\t0\t-7\n",
                                        "\tn\t0.00\t0.625\n",
                                        "\tn\t0.0 %\t0.125\n",
                                        "\t[h]:mm:ss\t",
                                        "\"-0:01:01\"",
                                        "\td\tyyyy-mm-dd hh:mm:ss\t\"2025-07-01 14:00:00\"\n",
                                        "\"1900-01-01 01:00:00\"",
                                        "\"yes\"",
                                        "\"still open\"",
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
        "\"Clocks\"",        "\"95 % interval\"", "\"0:37:00 to 1:18:00\"",
        "\"fewer than 36\"", "\"from 0:37:00\"",  "\"Half of the incidents were over sooner.\"",
        "\tn\t0\t43\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        has(cells, lines[i]);
}

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
    ald_node_set(scratch, row, "url", ald_node_str(scratch, "https://example.org/incident"));
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
    {"longer", "reading", "longer", ALD_MARK_UP, "#B4540A"},
    {"=shorter", "reading", "shorter", ALD_MARK_DOWN, "#1F6FB4"},
    {"no reading", "reading", NULL, ALD_MARK_CIRCLE, "#8A94A6"},
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
                                            .series = long_series,
                                            .series_n = 3,
                                            .corners = {"simple, long", "complex, long", NULL, "complex, short"}};

static void long_report(struct room *room, struct making *making)
{
    set(room, room->report->root, "rows", ald_node_rows(room->arena, making->n, make_row, making));
    struct ald_section *s = section(room, "Incidents");
    block(room, s, ALD_BLOCK_REMARK, "A remark.");
    block(room, s, ALD_BLOCK_CHART, NULL)->chart = &long_chart;
    table(room, s, "rows", long_columns, 3, true);
    block(room, section(room, "Last"), ALD_BLOCK_TEXT, "The end.");
}

static void test_constant_memory(void **state)
{
    struct room *room = *state;
    struct making making = {25000};
    long_report(room, &making);
    const char *cells = read_back(room, write_book(room, "long.xlsx"));
    has(cells, "\"INC-24999\"\thttps://example.org/incident\n");
    has(cells, "More than 20000 rows in this workbook");
    has(cells, "5000 of 24975 points are drawn");
    has(cells, "25 of 25000 have no place in this chart");
    has(cells, "\"The end.\"");
    has_not(cells, "(table)");
    has(cells, "\tNonex0\tA36:C25036\n"); /* the filter */
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
    has(cells, "(alt)\tEach point is an incident.\n");
    has(cells, "\ttime to resolve (hours)\n");
    has(cells, "\t=x\t");                                     /* the title of an axis, no formula */
    assert_int_equal(times(cells, "\"no reading (20)\""), 2); /* a chart drawn twice has its points once */
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
    table(room, s, "missing", long_columns, 3, true);
    const char *cells = write_and_read(room);
    has(cells, "\"Nothing here.\"");
    has_not(cells, "Simulated");
}

static void test_unwritable(void **state)
{
    struct room *room = *state;
    section(room, "Any");
    struct ald_err err = {0};
    assert_int_equal(ald_xlsx_write(room->report, path_of(room, "no/such/folder.xlsx"), &room->limits, &err),
                     ALD_ERR_IO);
    assert_non_null(strstr(err.msg, "no/such/folder.xlsx': No such file"));
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hostile_texts, enter, leave),
        cmocka_unit_test_setup_teardown(test_long_texts_and_links, enter, leave),
        cmocka_unit_test_setup_teardown(test_too_many_links, enter, leave),
        cmocka_unit_test_setup_teardown(test_values, enter, leave),
        cmocka_unit_test_setup_teardown(test_figures, enter, leave),
        cmocka_unit_test_setup_teardown(test_sheet_names, enter, leave),
        cmocka_unit_test_setup_teardown(test_charts, enter, leave),
        cmocka_unit_test_setup_teardown(test_constant_memory, enter, leave),
        cmocka_unit_test_setup_teardown(test_more_rows_than_a_sheet_holds, enter, leave),
        cmocka_unit_test_setup_teardown(test_empty_report, enter, leave),
        cmocka_unit_test_setup_teardown(test_unwritable, enter, leave),
        cmocka_unit_test(test_wrapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
