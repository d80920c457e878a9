/* The JSON reader: repairs, strictness, limits, typed readers, errors with paths, replacing in place. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alidade/json.h"
#include "alidade/limits.h"
#include "alidade/time.h"

#define FFFD "\xEF\xBF\xBD"

static struct ald_json_doc *parsed_n(const char *text, size_t n, struct ald_jv *ret_root)
{
    struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    if (ald_json_parse(text, n, &doc, &err) != ALD_OK)
        fail_msg("%s: %s", text, err.msg);
    ald_json_root(doc, ret_root);
    return doc;
}

static struct ald_json_doc *parsed(const char *text, struct ald_jv *ret_root)
{
    return parsed_n(text, strlen(text), ret_root);
}

static void assert_text(const struct ald_jv *v, const char *expected)
{
    struct ald_buf buf;
    ald_buf_init(&buf, SIZE_MAX / 2);
    assert_int_equal(ald_json_text(v, &buf, NULL), ALD_OK);
    assert_string_equal(buf.data, expected);
    ald_buf_done(&buf);
}

static void test_repairs(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t n;
        const char *out;
        struct ald_json_repairs repairs;
    } cases[] = {
#define IN(s) s, sizeof s - 1
        {IN("[\"\\ud83d\\ude00\"]"), "[\"\xF0\x9F\x98\x80\"]", {0, 0, 0, 0}},
        {IN("[\"a\\ud800b\"]"), "[\"a" FFFD "b\"]", {0, 1, 0, 0}},
        {IN("[\"\\udc00\"]"), "[\"" FFFD "\"]", {0, 1, 0, 0}},
        {IN("[\"\\ud83d\\ud83d\\ude00\"]"), "[\"" FFFD "\xF0\x9F\x98\x80\"]", {0, 1, 0, 0}},
        {IN("[\"\\ud83d\\u0041\"]"), "[\"" FFFD "A\"]", {0, 1, 0, 0}},
        {IN("[\"\\\\ud800\"]"), "[\"\\\\ud800\"]", {0, 0, 0, 0}},
        {IN("{\"k\\u0000\":\"v\\u0000w\"}"), "{\"k" FFFD "\":\"v" FFFD "w\"}", {0, 0, 2, 0}},
        {IN("[\"a\0b\"]"), "[\"a" FFFD "b\"]", {0, 0, 1, 0}},
        {IN("[\"\xFF\xC0\xAF\"]"), "[\"" FFFD FFFD FFFD "\"]", {3, 0, 0, 0}},
        {IN("[\"\xE2\x82\",\"\xF0\x9F\x98x\"]"), "[\"" FFFD "\",\"" FFFD "x\"]", {2, 0, 0, 0}},
        {IN("[\"\xED\xA0\x80\"]"), "[\"" FFFD FFFD FFFD "\"]", {3, 0, 0, 0}},
        {IN("[9007199254740992,-9007199254740992]"), "[9007199254740992,-9007199254740992]", {0, 0, 0, 0}},
        {IN("[9007199254740993,-9007199254740993]"), "[\"9007199254740993\",\"-9007199254740993\"]", {0, 0, 0, 2}},
        {IN("{\"id\" : 12345678901234567890 }"), "{\"id\":\"12345678901234567890\"}", {0, 0, 0, 1}},
        {IN("[\"12345678901234567890\"]"), "[\"12345678901234567890\"]", {0, 0, 0, 0}},
        {IN("[1e400,-1.5E+999]"), "[\"1e400\",\"-1.5E+999\"]", {0, 0, 0, 2}},
        {IN("12345678901234567890"), "\"12345678901234567890\"", {0, 0, 0, 1}},
        {IN("\xEF\xBB\xBF[1]\r\n"), "[1]", {0, 0, 0, 0}},
        {IN("[\"a\tb\nc\"]"), "[\"a\\tb\\nc\"]", {0, 0, 0, 0}},
#undef IN
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_jv root;
        struct ald_json_doc *doc = parsed_n(cases[i].in, cases[i].n, &root);
        assert_text(&root, cases[i].out);
        struct ald_json_repairs r = ald_json_repairs(doc);
        assert_int_equal(r.utf8, cases[i].repairs.utf8);
        assert_int_equal(r.surrogates, cases[i].repairs.surrogates);
        assert_int_equal(r.nuls, cases[i].repairs.nuls);
        assert_int_equal(r.big_integers, cases[i].repairs.big_integers);
        ald_json_doc_free(doc);
    }
}

/* Strings are read and written eight bytes at once where nothing in them is special: every special byte at every place. */
static void test_special_bytes_anywhere(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } special[] = {
        {"\\\"", "\\\""}, {"\\\\", "\\\\"}, {"\\/", "/"},        {"\x01", "\\u0001"}, {"\x1F", "\\u001f"},
        {"\x7F", "\\u007f"}, {"\xC3\xA9", "\xC3\xA9"}, {"\xFF", "\xEF\xBF\xBD"}, {"\xC2\x85", "\\u0085"},
        {" ", " "},     {"~", "~"},           {"!", "!"},
    };
    for (size_t before = 0; before < 20; before++) {
        for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
            char in[80], out[80];
            (void)snprintf(in, sizeof in, "[\"%.*s%sxyz\",1]", (int)before, "abcdefghijklmnopqrst", special[i].in);
            (void)snprintf(out, sizeof out, "[\"%.*s%sxyz\",1]", (int)before, "abcdefghijklmnopqrst", special[i].out);
            struct ald_json_doc *doc = NULL;
            struct ald_jv root;
            assert_int_equal(ald_json_parse(in, strlen(in), &doc, NULL), ALD_OK);
            ald_json_root(doc, &root);
            assert_text(&root, out);
            ald_json_doc_free(doc);
        }
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *in, *message;
    } cases[] = {
        {"", "not JSON at byte 0: the text is empty"},
        {" \n", "not JSON at byte 2: the text is empty"},
        {"\n <html><body>", "not JSON at byte 2: it looks like HTML"},
        {"{} x", "not JSON at byte 3: unexpected 'x'"},
        {"{}{}", "not JSON at byte 2: unexpected '{'"},
        {"[1,]", "not JSON at byte 3: unexpected ']'"},
        {"[1 2]", "not JSON at byte 3: unexpected '2'"},
        {"{\"a\" 1}", "not JSON at byte 5: unexpected '1'"},
        {"[}", "not JSON at byte 1: unexpected '}'"},
        {"[\"\xFF\xFF\",}", "not JSON at byte 6: unexpected '}'"}, /* offsets count the bytes before the repair */
        {"[12345678901234567890,}", "not JSON at byte 22: unexpected '}'"},
        {"[01]", "not JSON at byte 1: malformed number"},
        {"[1.]", "not JSON at byte 1: malformed number"},
        {"[-]", "not JSON at byte 1: malformed number"},
        {"[1-2]", "not JSON at byte 1: malformed number"},
        {"[+1]", "not JSON at byte 1: unexpected '+'"},
        {"[NaN]", "not JSON at byte 1: unexpected 'N'"},
        {"[truthy]", "not JSON at byte 1: unexpected 't'"},
        {"[\x01]", "not JSON at byte 1: unexpected byte 0x01"},
        {"[\xC3\xA9]", "not JSON at byte 1: unexpected byte 0xc3"},
        {"[\"\\q\"]", "not JSON at byte 2: unknown escape in a string"},
        {"[\"\\u12g4\"]", "not JSON at byte 2: \\u without four hexadecimal digits"},
        {"{99999999999999999999:1}", "not JSON at byte 1: a number where a key must be"},
        {"{\"a\":[1,2", "not JSON at byte 9: the text ends inside an array or object"},
        {"{\"a\":\"b", "not JSON at byte 7: the text ends inside a string"},
        {"[\"\\", "not JSON at byte 3: the text ends inside a string"},
        {"{\"a\":1}\v", "not JSON at byte 7: unexpected byte 0x0b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_json_doc *doc = NULL;
        struct ald_err err = {0};
        assert_int_equal(ald_json_parse(cases[i].in, strlen(cases[i].in), &doc, &err), ALD_ERR_FORMAT);
        assert_null(doc);
        assert_string_equal(err.msg, cases[i].message);
    }
}

static char *nested(int depth)
{
    char *text = malloc((size_t)depth * 2 + 1);
    assert_non_null(text);
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[2 * depth] = '\0';
    return text;
}

static void test_limits(void **state)
{
    (void)state;
    struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    char *text = nested(ALD_MAX_JSON_DEPTH);
    assert_int_equal(ald_json_parse(text, strlen(text), &doc, &err), ALD_OK);
    ald_json_doc_freep(&doc);
    free(text);
    text = nested(ALD_MAX_JSON_DEPTH + 1);
    assert_int_equal(ald_json_parse(text, strlen(text), &doc, &err), ALD_ERR_LIMIT);
    assert_string_equal(err.msg, "JSON at byte 128: nested deeper than 128");
    free(text);

    size_t most = ALD_MAX_STRING_BYTES;
    text = malloc(most + 8);
    assert_non_null(text);
    memset(text, 'x', most + 8);
    memcpy(text, "[\"", 2);
    memcpy(text + 2 + most, "\"]", 2);
    assert_int_equal(ald_json_parse(text, most + 4, &doc, &err), ALD_OK);
    ald_json_doc_freep(&doc);
    memcpy(text + 2 + most, "x\"]", 3);
    assert_int_equal(ald_json_parse(text, most + 5, &doc, &err), ALD_ERR_LIMIT);
    assert_string_equal(err.msg, "JSON at byte 1: a string of more than 1048576 bytes");
    memset(text + 2, '\0', most); /* each of these becomes three bytes */
    assert_int_equal(ald_json_parse(text, most + 5, &doc, &err), ALD_ERR_LIMIT);
    assert_null(doc);
    free(text);
}

static void test_numbers_as_text(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"1E3", "1000"},
        {"0.1", "0.1"},
        {"-2.5e-3", "-0.0025"},
        {"1234567890123460", "1234567890123460"},
        {"9007199254740992", "9007199254740992"},
        {"1e16", "1e+16"},
        {"12345678901234567.0", "12345678901234568.0"}, /* would else come back as text */
        {"0.30000000000000004", "0.30000000000000004"},
        {"5e-324", "4.94065645841247e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"1e-999", "0"},
        {"0.1000000000000000055511151231257827021181583404541015625000000000000000000000000", "0.1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_jv root;
        struct ald_json_doc *doc = parsed(cases[i].in, &root);
        assert_text(&root, cases[i].out);
        ald_json_doc_free(doc);
    }
}

static void test_walk(void **state)
{
    (void)state;
    struct ald_jv root, it, v;
    struct ald_json_doc *doc =
        parsed("{\"ID\":1,\"id\":\"x\",\"id\":\"y\",\"n\":null,\"a\":[10,20,30],\"e\":{}}", &root);
    static const char *const keys[] = {"ID", "id", "id", "n", "a", "e"};
    size_t n = 0;
    for (bool ok = ald_json_first(&root, &it); ok; ok = ald_json_next(&it)) {
        assert_string_equal(it.key, keys[n]);
        assert_int_equal(it.index, n);
        n++;
    }
    assert_int_equal(n, 6);
    assert_int_equal(ald_json_len(&root), 6);
    assert_true(ald_json_opt(&root, "id", &v)); /* case counts, the first of two wins */
    assert_text(&v, "\"x\"");
    assert_false(ald_json_opt(&root, "Id", &v));
    assert_false(ald_json_opt(&root, "n", &v));
    assert_int_equal(ald_json_get(&root, "n", &v, NULL), ALD_OK);
    assert_int_equal(ald_json_kind(&v), ALD_JSON_NULL);
    assert_true(ald_json_opt(&root, "a", &v));
    assert_int_equal(ald_json_len(&v), 3);
    n = 0;
    for (bool ok = ald_json_first(&v, &it); ok; ok = ald_json_next(&it)) {
        assert_null(it.key);
        assert_int_equal(it.index, n++);
        assert_int_equal(ald_json_len(&it), 0);
        assert_false(ald_json_first(&it, &(struct ald_jv){0}));
        assert_false(ald_json_opt(&it, "x", &(struct ald_jv){0}));
    }
    assert_int_equal(n, 3);
    assert_true(ald_json_opt(&root, "e", &v));
    assert_false(ald_json_first(&v, &it));
    assert_string_equal(ald_json_kind_name(ald_json_kind(&v)), "object");
    ald_json_doc_free(doc);
}

static void test_paths(void **state)
{
    (void)state;
    struct ald_jv root, list, row, v;
    struct ald_err err = {0};
    const char *s = "untouched";
    int64_t ms = 7;
    struct ald_arena *a = ald_arena_new();
    struct ald_json_doc *doc =
        parsed("{\"result\":[{},{\"opened_at\":\"soon\",\"id\":true,\"a.b\":[[1]],\"\\u001b\":0}]}", &root);
    assert_int_equal(ald_json_get(&root, "result", &list, &err), ALD_OK);
    assert_true(ald_json_first(&list, &row));
    assert_int_equal(ald_json_str(&row, "id", &s, &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "$.result[0].id: expected string, found nothing");
    assert_int_equal(ald_json_get(&row, "id", &v, &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "$.result[0].id: expected a value, found nothing");
    assert_true(ald_json_next(&row));
    assert_int_equal(ald_json_time(&row, "opened_at", &ms, &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "$.result[1].opened_at: expected a time, found \"soon\"");
    assert_int_equal(ald_json_str(&row, "id", &s, &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "$.result[1].id: expected string, found boolean");
    assert_int_equal(ald_json_str_opt(&row, "id", &s, &err), ALD_ERR_FORMAT);
    assert_int_equal(ald_json_str(&list, "id", &s, &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "$.result: expected object, found array");
    assert_string_equal(s, "untouched");
    assert_int_equal(ms, 7);
    assert_true(ald_json_opt(&row, "opened_at", &v));
    assert_int_equal(ald_json_expected(&v, "object", &err), ALD_ERR_FORMAT);
    assert_string_equal(err.msg, "$.result[1].opened_at: expected object, found string");
    assert_true(ald_json_opt(&row, "a.b", &v));
    struct ald_jv in1, in2;
    assert_true(ald_json_first(&v, &in1));
    assert_true(ald_json_first(&in1, &in2));
    assert_string_equal(ald_json_path(a, &in2), "$.result[1][\"a.b\"][0][0]");
    assert_true(ald_json_opt(&row, "\x1b", &v));
    assert_string_equal(ald_json_path(a, &v), "$.result[1][\"\\u001b\"]");
    assert_string_equal(ald_json_path(a, &root), "$");
    ald_json_doc_free(doc);
    ald_arena_free(a);
}

static void test_long_errors(void **state)
{
    (void)state;
    char text[2000] = "{\"";
    for (size_t i = 2; i < 602; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    memcpy(text + 602, "\":\"", 3);
    for (size_t i = 605; i < 1005; i += 2)
        memcpy(text + i, "\xC3\xBC", 2);
    memcpy(text + 1005, "\"}", 3);
    struct ald_jv root, v;
    struct ald_err err = {0};
    struct ald_json_doc *doc = parsed(text, &root);
    assert_true(ald_json_first(&root, &v));
    assert_int_equal(ald_json_expected(&v, "a time", &err), ALD_ERR_FORMAT);
    assert_int_equal(strncmp(err.msg, "...\xC3\xA9", 5), 0);
    assert_non_null(strstr(err.msg, "expected a time, found \"\xC3\xBC"));
    assert_string_equal(err.msg + strlen(err.msg) - 4, "...\"");
    assert_true(strlen(err.msg) < 400);
    ald_json_doc_free(doc);
}

static void test_typed(void **state)
{
    (void)state;
    static const struct {
        const char *value; /* of the member "m" */
        const char *id;    /* "-": refused by _opt; NULL: absent */
        const char *integer, *number, *boolean;
    } cases[] = {
        {"null", NULL, NULL, NULL, NULL},
        {"\"\"", NULL, NULL, NULL, NULL},
        {"12", "12", "12", "12", "-"},
        {"\"12\"", "12", "12", "12", "-"},
        {"\"-9223372036854775808\"", "-9223372036854775808", "-9223372036854775808", "-9.22337203685e+18", "-"},
        {"\"9223372036854775808\"", "9223372036854775808", "-", "9.22337203685e+18", "-"},
        {"1700000000000000001", "1700000000000000001", "1700000000000000001", "1.7e+18", "-"},
        {"1.5", "-", "-", "1.5", "-"},
        {"\"1.5e1\"", "1.5e1", "15", "15", "-"},
        {"1e17", "-", "-", "1e+17", "-"},
        {"1e400", "1e400", "-", "-", "-"},
        {"\" 12\"", " 12", "-", "-", "-"},
        {"\"0x10\"", "0x10", "-", "-", "-"},
        {"\"nan\"", "nan", "-", "-", "-"},
        {"true", "-", "-", "-", "true"},
        {"\"true\"", "true", "-", "-", "true"},
        {"false", "-", "-", "-", "false"},
        {"\"false\"", "false", "-", "-", "false"},
        {"\"True\"", "True", "-", "-", "-"},
        {"[]", "-", "-", "-", "-"},
        {"{}", "-", "-", "-", "-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_arena *a = ald_arena_new();
        struct ald_jv root;
        struct ald_json_doc *doc = parsed(ald_sprintf(a, "{\"m\":%s}", cases[i].value), &root);
        const char *id = "-", *text = "-";
        int64_t integer = 0;
        double number = 0;
        bool has = true, yes = false;
        if (ald_json_id_opt(a, &root, "m", &id, NULL) != ALD_OK)
            id = "-";
        assert_true(id == cases[i].id || (id && cases[i].id && strcmp(id, cases[i].id) == 0));
        if (ald_json_int_opt(&root, "m", &has, &integer, NULL) == ALD_OK)
            text = has ? ald_sprintf(a, "%lld", (long long)integer) : NULL;
        assert_true(text == cases[i].integer || (text && cases[i].integer && strcmp(text, cases[i].integer) == 0));
        text = "-";
        if (ald_json_num_opt(&root, "m", &has, &number, NULL) == ALD_OK)
            text = has ? ald_sprintf(a, "%.12g", number) : NULL;
        assert_true(text == cases[i].number || (text && cases[i].number && strcmp(text, cases[i].number) == 0));
        text = "-";
        if (ald_json_bool_opt(&root, "m", &has, &yes, NULL) == ALD_OK)
            text = has ? (yes ? "true" : "false") : NULL;
        assert_true(text == cases[i].boolean || (text && cases[i].boolean && strcmp(text, cases[i].boolean) == 0));

        /* The plain forms agree, but refuse what is absent. */
        bool good = ald_json_id(a, &root, "m", &id, NULL) == ALD_OK;
        assert_int_equal(good, cases[i].id && strcmp(cases[i].id, "-") != 0);
        good = ald_json_int(&root, "m", &integer, NULL) == ALD_OK;
        assert_int_equal(good, cases[i].integer && strcmp(cases[i].integer, "-") != 0);
        assert_int_equal(ald_json_int(&root, "absent", &integer, NULL), ALD_ERR_FORMAT);
        assert_int_equal(ald_json_int_opt(&root, "absent", &has, &integer, NULL), ALD_OK);
        assert_false(has);
        ald_json_doc_free(doc);
        ald_arena_free(a);
    }
}

static void test_times(void **state)
{
    (void)state;
    struct ald_jv root;
    int64_t ms = 7;
    const char *s = "x";
    struct ald_json_doc *doc = parsed("{\"text\":\"2026-01-02T03:04:05.678Z\",\"s\":1767323045,\"ms\":1767323045678,"
                                      "\"none\":null,\"empty\":\"\",\"bad\":\"2026-02-30\",\"flag\":true,\"old\":12}",
                                      &root);
    assert_int_equal(ald_json_time(&root, "text", &ms, NULL), ALD_OK);
    assert_int_equal(ms, INT64_C(1767323045678));
    assert_int_equal(ald_json_time(&root, "s", &ms, NULL), ALD_OK);
    assert_int_equal(ms, INT64_C(1767323045000));
    assert_int_equal(ald_json_time_opt(&root, "ms", &ms, NULL), ALD_OK);
    assert_int_equal(ms, INT64_C(1767323045678));
    static const char *const absent[] = {"none", "empty", "missing"};
    for (size_t i = 0; i < 3; i++) {
        ms = 7;
        assert_int_equal(ald_json_time(&root, absent[i], &ms, NULL), ALD_ERR_FORMAT);
        assert_int_equal(ms, 7);
        assert_int_equal(ald_json_time_opt(&root, absent[i], &ms, NULL), ALD_OK);
        assert_true(ms == ALD_TIME_NONE);
    }
    assert_int_equal(ald_json_time_opt(&root, "bad", &ms, NULL), ALD_ERR_FORMAT);
    assert_int_equal(ald_json_time_opt(&root, "flag", &ms, NULL), ALD_ERR_FORMAT);
    assert_int_equal(ald_json_str_opt(&root, "none", &s, NULL), ALD_OK);
    assert_null(s);
    assert_int_equal(ald_json_str_opt(&root, "empty", &s, NULL), ALD_OK);
    assert_string_equal(s, "");
    ald_json_doc_free(doc);
}

static const char *swap_name(void *ctx, const char *s)
{
    ++*(int *)ctx;
    return strcmp(s, "Ann") == 0 ? "p1" : strcmp(s, "tail of it") == 0 ? s + 5 : strcmp(s, "none") == 0 ? NULL : s;
}

static void test_replacing(void **state)
{
    (void)state;
    struct ald_jv root, it;
    struct ald_json_doc *doc = parsed(
        "{\"who\":{\"name\":\"Ann\",\"n\":[1]},\"Ann\":\"Ann\",\"x\":[\"Ann\",\"tail of it\",3,\"none\"],\"y\":12}",
        &root);
    int calls = 0;
    ald_json_map_strings(&root, swap_name, &calls);
    assert_int_equal(calls, 5);
    assert_text(&root,
                "{\"who\":{\"name\":\"p1\",\"n\":[1]},\"Ann\":\"p1\",\"x\":[\"p1\",\"of it\",3,\"none\"],\"y\":12}");

    /* A cursor that stands on a changed value goes on from there, and the member keeps its name. */
    int n = 0;
    for (bool ok = ald_json_first(&root, &it); ok; ok = ald_json_next(&it)) {
        if (n == 0) {
            struct ald_jv name;
            const char *text;
            assert_true(ald_json_opt(&it, "name", &name));
            assert_int_equal(ald_json_as_str(&name, &text, NULL), ALD_OK);
            ald_json_set_str(&it, text); /* the text lives in what is being replaced */
            assert_int_equal(ald_json_kind(&it), ALD_JSON_STRING);
            assert_int_equal(ald_json_len(&it), 0);
        } else if (n > 1) {
            ald_json_set_null(&it);
        }
        n++;
    }
    assert_int_equal(n, 4);
    assert_text(&root, "{\"who\":\"p1\",\"Ann\":\"p1\",\"x\":null,\"y\":null}");
    ald_json_set_str(&root, "all gone");
    assert_text(&root, "\"all gone\"");
    ald_json_doc_free(doc);
}

static void test_text_limit(void **state)
{
    (void)state;
    struct ald_jv root;
    struct ald_json_doc *doc = parsed("[\"0123456789\"]", &root);
    struct ald_buf buf;
    struct ald_err err = {0};
    ald_buf_init(&buf, 8);
    assert_int_equal(ald_json_text(&root, &buf, &err), ALD_ERR_LIMIT);
    assert_int_equal(err.rc, ALD_ERR_LIMIT);
    ald_buf_done(&buf);
    ald_json_doc_free(doc);
}

/* Each row is judged by itself, also where two of them would be rows together. */
static void test_rows(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        enum ald_rc rc;
    } rows[] = {
        {"{\"a\":1,\"b\":[\"\xFF\"]}", ALD_OK}, {"{\"a\":[{}", ALD_ERR_FORMAT},      {"{}]}", ALD_ERR_FORMAT}, {"{ }", ALD_OK},
        {"{\"c\":1},{\"d\":2}", ALD_ERR_FORMAT}, {"[{\"e\":1}]", ALD_ERR_FORMAT}, {"", ALD_ERR_FORMAT},     {"{\"f\":\"g\"} ", ALD_OK},
    };
    struct ald_arena *arena = ald_arena_new();
    struct ald_json_doc *doc = ald_json_rows_new(arena), *whole = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ald_err err = {0};
        assert_int_equal(ald_json_rows_add(doc, rows[i].row, strlen(rows[i].row), "@row", (int64_t)i, &err), rows[i].rc);
    }
    struct ald_jv root, last;
    struct ald_buf buf;
    ald_json_root(doc, &root);
    ald_buf_init(&buf, 1000);
    assert_int_equal(ald_json_text(&root, &buf, NULL), ALD_OK);
    assert_string_equal(buf.data, "[{\"@row\":0,\"a\":1,\"b\":[\"\xEF\xBF\xBD\"]},{\"@row\":3},{\"@row\":7,\"f\":\"g\"}]");
    assert_int_equal(ald_json_repairs(doc).utf8, 1);
    bool more = ald_json_first(&root, &last);
    while (more && last.index < 2)
        more = ald_json_next(&last);
    assert_string_equal(ald_json_path(arena, &last), "$[2]");
    assert_int_equal(ald_json_parse_into(arena, buf.data, buf.len, &whole, NULL), ALD_OK);
    ald_json_root(whole, &root);
    assert_int_equal(ald_json_len(&root), 3);
    ald_buf_done(&buf);
    ald_json_doc_free(whole); /* both go with the arena */
    ald_json_doc_free(doc);
    ald_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_special_bytes_anywhere), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_repairs),         cmocka_unit_test(test_refused),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_numbers_as_text), cmocka_unit_test(test_walk),       cmocka_unit_test(test_paths),
        cmocka_unit_test(test_long_errors),     cmocka_unit_test(test_typed),      cmocka_unit_test(test_times),
        cmocka_unit_test(test_replacing),       cmocka_unit_test(test_text_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
