/* YAML: the nodes with their positions, and every refusal with its position. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "alidade/yaml.h"

static const struct ald_yaml *parsed(struct ald_arena *arena, const char *text)
{
    struct ald_err err = {0};
    const struct ald_yaml *root = NULL;
    if (ald_yaml_parse(arena, "a.yaml", text, strlen(text), &root, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    return root;
}

static void test_nodes(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    const struct ald_yaml *root = parsed(arena, "# comment\n"
                                                "organisation: Example Works\n"
                                                "sources:\n"
                                                "  - name: desk\n"
                                                "    page_size: 100\n"
                                                "  - {name: \"pager\", streams: [a, b]}\n"
                                                "note: |\n"
                                                "  two\n"
                                                "  lines\n"
                                                "nothing:\n"
                                                "empty: ''\n");
    assert_int_equal(root->kind, ALD_YAML_MAP);
    assert_int_equal(root->n, 5);
    assert_int_equal(root->line, 2);
    assert_int_equal(root->column, 1);
    const char *const keys[] = {"organisation", "sources", "note", "nothing", "empty"};
    const int lines[] = {2, 3, 7, 10, 11};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(root->keys[i], keys[i]);
        assert_int_equal(root->key_lines[i], lines[i]);
    }
    const struct ald_yaml *node = ald_yaml_get(root, "organisation");
    assert_string_equal(node->text, "Example Works");
    assert_false(node->quoted);
    assert_int_equal(node->line, 2);
    assert_int_equal(node->column, 15);
    const struct ald_yaml *sources = ald_yaml_get(root, "sources");
    assert_int_equal(sources->kind, ALD_YAML_LIST);
    assert_int_equal(sources->n, 2);
    node = ald_yaml_get(sources->items[1], "name");
    assert_string_equal(node->text, "pager");
    assert_true(node->quoted);
    assert_int_equal(node->line, 6);
    assert_int_equal(node->column, 12);
    node = ald_yaml_get(sources->items[1], "streams");
    assert_int_equal(node->n, 2);
    assert_string_equal(node->items[1]->text, "b");
    node = ald_yaml_get(root, "note");
    assert_string_equal(node->text, "two\nlines\n");
    assert_true(node->quoted);
    assert_true(ald_yaml_is_null(ald_yaml_get(root, "nothing")));
    assert_false(ald_yaml_is_null(ald_yaml_get(root, "empty")));
    assert_null(ald_yaml_get(root, "Note"));
    assert_null(ald_yaml_get(sources, "name"));
    assert_null(ald_yaml_get(NULL, "name"));
}

static void test_empty(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    static const char *const texts[] = {"",        "\n", "# only a comment\n", "---\n",
                                        "--- ~\n", "{}", "\xEF\xBB\xBF",       "---\n...\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct ald_yaml *root = parsed(arena, texts[i]);
        assert_int_equal(root->kind, ALD_YAML_MAP);
        assert_int_equal(root->n, 0);
        assert_int_equal(root->line, 1);
        assert_null(ald_yaml_get(root, "x"));
    }
    assert_string_equal(ald_yaml_get(parsed(arena, "\xEF\xBB\xBFk: v\n"), "k")->text, "v");
    assert_string_equal(ald_yaml_get(parsed(arena, "k: v\r\nl: w\r\n"), "l")->text, "w");
    assert_int_equal(parsed(arena, "[]")->kind, ALD_YAML_LIST);
    assert_int_equal(parsed(arena, "x")->kind, ALD_YAML_SCALAR);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *starts;
    } cases[] = {
        {"a: &x 1\n", "a.yaml:1:4: anchors (&) are not supported"},
        {"a: &x [1]\n", "a.yaml:1:4: anchors"},
        {"a: &x {b: 1}\n", "a.yaml:1:4: anchors"},
        {"a: *x\n", "a.yaml:1:4: aliases (*) are not supported"},
        {"*x : 1\n", "a.yaml:1:1: aliases"},
        {"a: !!int 1\n", "a.yaml:1:4: tags (!) are not supported"},
        {"a: !mine 1\n", "a.yaml:1:4: tags"},
        {"a: !!seq [1]\n", "a.yaml:1:4: tags"},
        {"a: !!map {b: 1}\n", "a.yaml:1:4: tags"},
        {"a: ! \"x\"\n", "a.yaml:1:4: tags"},
        {"%TAG !e! tag:example.org,2026:\n---\na: 1\n", "a.yaml:1:1: tags"},
        {"a: 1\n---\nb: 2\n", "a.yaml:2:1: only one document is allowed"},
        {"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: duplicate key 'a', first on line 1"},
        {"z: 1\nc: {k: 1, \"k\": 2}\nz: 1\n", "a.yaml:2:11: duplicate key 'k', first on line 2"},
        {"b: 1\na: 1\nb: 2\na: 2\n", "a.yaml:3:1: duplicate key 'b', first on line 1"},
        {"[1]: x\n", "a.yaml:1:1: a key must be a text"},
        {"? {a: 1}\n: x\n", "a.yaml:1:3: a key must be a text"},
        {"a: b: c\n", "a.yaml:1:5: mapping values are not allowed in this context: a text with ': ' in it stands in quotes"},
        {"a:\n\tb: c\n", "a.yaml:2:1: a tab: lines are indented with spaces"},
        {"a: [1, 2\n", "a.yaml:2:1: "},
        {"a:\n\t- b\n", "a.yaml:2:1: "},
        {"a: \"open\n", "a.yaml:2:1: "},
        {"a: @x\n", "a.yaml:1:4: "},
        {"a: ok\nb: caf\xC3\xA9 \xFF\n", "a.yaml:2:9: "},
        {"a: \xED\xA0\x80\n", "a.yaml:1:4: "},
        {"a: \xC0\x80\n", "a.yaml:1:4: "},
        {"a: b\x01\n", "a.yaml:1:5: "},
        {"a: \"x\\0y\"\n", "a.yaml:1:4: the text contains a NUL character"},
        {"\xFF\xFE"
         "a",
         "a.yaml:1:1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
        struct ald_err err = {0};
        const struct ald_yaml *root = NULL;
        enum ald_rc rc = ald_yaml_parse(arena, "a.yaml", cases[i].text, strlen(cases[i].text), &root, &err);
        if (rc != ALD_ERR_CONFIG || strncmp(err.msg, cases[i].starts, strlen(cases[i].starts)) != 0)
            fail_msg("%s: rc %d, '%s' instead of '%s'", cases[i].text, (int)rc, err.msg, cases[i].starts);
        assert_null(root);
    }
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    const struct ald_yaml *root = NULL;
    struct ald_err err = {0};
    assert_int_equal(ald_yaml_parse(arena, "a.yaml", "a: \0", 5, &root, &err), ALD_ERR_CONFIG);
    assert_non_null(strstr(err.msg, "a.yaml:1:4: "));
}

static void test_limits(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_err err = {0};
    const struct ald_yaml *root;
    char deep[2 * ALD_MAX_YAML_DEPTH + 3];
    for (size_t depth = ALD_MAX_YAML_DEPTH; depth <= ALD_MAX_YAML_DEPTH + 1; depth++) {
        memset(deep, '[', depth);
        memset(deep + depth, ']', depth);
        bool fits = depth == ALD_MAX_YAML_DEPTH;
        assert_int_equal(ald_yaml_parse(arena, "d", deep, 2 * depth, &root, &err), fits ? ALD_OK : ALD_ERR_CONFIG);
    }
    assert_string_equal(err.msg, "d:1:33: nested more than 32 deep");
    size_t n = 4 * (ALD_MAX_YAML_NODES + 10);
    char *wide = malloc(n);
    assert_non_null(wide);
    for (size_t i = 0; i < n; i += 4)
        memcpy(wide + i, "- a\n", 4);
    assert_int_equal(ald_yaml_parse(arena, "w", wide, 4 * (ALD_MAX_YAML_NODES - 1), &root, &err), ALD_OK);
    assert_int_equal(root->n, ALD_MAX_YAML_NODES - 1);
    assert_int_equal(root->items[ALD_MAX_YAML_NODES - 2]->line, ALD_MAX_YAML_NODES - 1);
    assert_int_equal(ald_yaml_parse(arena, "w", wide, n, &root, &err), ALD_ERR_CONFIG);
    assert_string_equal(err.msg, "w:100000:3: more than 100000 values");
    free(wide);
}

static void test_null_and_bool(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    static const struct {
        const char *text;
        bool null, is_bool, value;
    } cases[] = {
        {"k: true", false, true, true},     {"k: False", false, true, false},   {"k: yes", false, true, true},
        {"k: no", false, true, false},      {"k: on", false, true, true},       {"k: OFF", false, true, false},
        {"k: 'true'", false, false, false}, {"k: 1", false, false, false},      {"k: y", false, false, false},
        {"k: truely", false, false, false}, {"k: [true]", false, false, false}, {"k:", true, false, false},
        {"k: ~", true, false, false},       {"k: null", true, false, false},    {"k: Null", true, false, false},
        {"k: ''", false, false, false},     {"k: 'null'", false, false, false}, {"k: nil", false, false, false},
        {"k: {}", false, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ald_yaml *node = ald_yaml_get(parsed(arena, cases[i].text), "k");
        bool value = false;
        assert_int_equal(ald_yaml_is_null(node), cases[i].null);
        assert_int_equal(ald_yaml_bool(node, &value), cases[i].is_bool);
        assert_int_equal(value, cases[i].value);
    }
    bool value;
    assert_false(ald_yaml_is_null(NULL));
    assert_false(ald_yaml_bool(NULL, &value));
}

static void test_numbers(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    static const struct {
        const char *text;
        bool is_int;
        long long whole;
        bool is_num;
        double num;
    } cases[] = {
        {"k: 42", true, 42, true, 42},
        {"k: -7", true, -7, true, -7},
        {"k: +7", true, 7, true, 7},
        {"k: 007", true, 7, true, 7},
        {"k: 9223372036854775807", true, INT64_MAX, true, 0x1p63},
        {"k: 9223372036854775808", false, 0, true, 0x1p63},
        {"k: 0.25", false, 0, true, 0.25},
        {"k: .5", false, 0, true, 0.5},
        {"k: 5.", false, 0, true, 5},
        {"k: 1e3", false, 0, true, 1000},
        {"k: -2.5E-1", false, 0, true, -0.25},
        {"k: '42'", false, 0, false, 0},
        {"k: 0x10", false, 0, false, 0},
        {"k: 1_000", false, 0, false, 0},
        {"k: 1 000", false, 0, false, 0},
        {"k: 12m", false, 0, false, 0},
        {"k: 1e", false, 0, false, 0},
        {"k: e5", false, 0, false, 0},
        {"k: .", false, 0, false, 0},
        {"k: +", false, 0, false, 0},
        {"k: --1", false, 0, false, 0},
        {"k: 1.2.3", false, 0, false, 0},
        {"k: .inf", false, 0, false, 0},
        {"k: inf", false, 0, false, 0},
        {"k: nan", false, 0, false, 0},
        {"k: 1e999", false, 0, false, 0},
        {"k:", false, 0, false, 0},
        {"k: [1]", false, 0, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ald_yaml *node = ald_yaml_get(parsed(arena, cases[i].text), "k");
        long long whole = 0;
        double num = 0;
        if (ald_yaml_int(node, &whole) != cases[i].is_int || whole != cases[i].whole)
            fail_msg("int of '%s'", cases[i].text);
        if (ald_yaml_num(node, &num) != cases[i].is_num || num < cases[i].num || num > cases[i].num)
            fail_msg("num of '%s'", cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes),  cmocka_unit_test(test_empty),         cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_null_and_bool), cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
