/* The streaming JSON writer: layout, escapes, numbers, sticky failures. */
#include <stdarg.h>
#include <setjmp.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alidade/json.h"
#include "alidade/rng.h"
#include "alidade/time.h"

static void sample(struct ald_jw *w)
{
    ald_jw_object(w);
    ald_jw_key(w, "a");
    ald_jw_int(w, INT64_MIN);
    ald_jw_key(w, "b");
    ald_jw_array(w);
    ald_jw_bool(w, true);
    ald_jw_null(w);
    ald_jw_array(w);
    ald_jw_array_end(w);
    ald_jw_object(w);
    ald_jw_object_end(w);
    ald_jw_str(w, NULL);
    ald_jw_array_end(w);
    ald_jw_key(w, "t");
    ald_jw_time(w, INT64_C(1767323045678));
    ald_jw_key(w, "u");
    ald_jw_time(w, ALD_TIME_NONE);
    ald_jw_object_end(w);
}

static void test_layout(void **state)
{
    (void)state;
    static const struct {
        int indent;
        const char *text;
    } cases[] = {
        {0, "{\"a\":-9223372036854775808,\"b\":[true,null,[],{},null],\"t\":\"2026-01-02T03:04:05.678Z\",\"u\":null}"},
        {2, "{\n  \"a\": -9223372036854775808,\n  \"b\": [\n    true,\n    null,\n    [],\n    {},\n    null\n  ],\n"
            "  \"t\": \"2026-01-02T03:04:05.678Z\",\n  \"u\": null\n}\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_buf buf;
        struct ald_jw w;
        ald_buf_init(&buf, 10000);
        ald_jw_init(&w, ald_json_sink_buf(&buf), cases[i].indent);
        sample(&w);
        assert_int_equal(ald_jw_finish(&w, NULL), ALD_OK);
        assert_string_equal(buf.data, cases[i].text);
        ald_buf_done(&buf);
    }
}

static void test_lines(void **state)
{
    (void)state;
    struct ald_buf buf;
    struct ald_jw w;
    ald_buf_init(&buf, 10000);
    ald_jw_init(&w, ald_json_sink_buf(&buf), 0);
    for (int i = 0; i < 3; i++) {
        ald_jw_object(&w);
        ald_jw_key(&w, "i");
        ald_jw_int(&w, i);
        ald_jw_object_end(&w);
        ald_jw_newline(&w);
    }
    assert_int_equal(ald_jw_finish(&w, NULL), ALD_OK);
    assert_string_equal(buf.data, "{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n");
    ald_buf_done(&buf);
}

static void test_strings(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", "\"\""},
        {"a/b", "\"a/b\""},
        {"\"\\\b\f\n\r\t", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\x01\x1b[0m\x7f", "\"\\u0001\\u001b[0m\\u007f\""},
        {"\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0", "\"\\u0080\\u009b\\u009f\xC2\xA0\""},
        {"\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", "\"\xE2\x80\xA7\\u2028\\u2029\xE2\x80\xAA\""},
        {"\xF0\x9F\x98\x80 \xD7\xA9", "\"\xF0\x9F\x98\x80 \xD7\xA9\""},
        {"=SUM(1)", "\"=SUM(1)\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_buf buf;
        struct ald_jw w;
        ald_buf_init(&buf, 10000);
        ald_jw_init(&w, ald_json_sink_buf(&buf), 0);
        ald_jw_str(&w, cases[i].in);
        assert_int_equal(ald_jw_finish(&w, NULL), ALD_OK);
        assert_string_equal(buf.data, cases[i].out);
        ald_buf_done(&buf);
    }
}

static void check_numbers(void)
{
    static const struct {
        double in;
        const char *out;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {0.1, "0.1"},
        {1.0 / 3, "0.333333333333"},
        {-2.0 / 3, "-0.666666666667"},
        {123456789012345, "1.23456789012e+14"},
        {123456789012, "123456789012"},
        {1e-7, "1e-07"},
        {HUGE_VAL, "null"},
        {-HUGE_VAL, "null"},
        {(double)NAN, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_buf buf;
        struct ald_jw w;
        ald_buf_init(&buf, 10000);
        ald_jw_init(&w, ald_json_sink_buf(&buf), 0);
        ald_jw_num(&w, cases[i].in);
        assert_int_equal(ald_jw_finish(&w, NULL), ALD_OK);
        assert_string_equal(buf.data, cases[i].out);
        ald_buf_done(&buf);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    check_numbers();
}

static char *number(double v, char ret[64])
{
    struct ald_buf buf;
    struct ald_jw w;
    ald_buf_init(&buf, 64);
    ald_jw_init(&w, ald_json_sink_buf(&buf), 0);
    ald_jw_num(&w, v);
    assert_int_equal(ald_jw_finish(&w, NULL), ALD_OK);
    strcpy(ret, buf.data);
    ald_buf_done(&buf);
    return ret;
}

/* Most numbers are not written by printf; they are written as it would. */
static void test_numbers_as_printf(void **state)
{
    (void)state;
    struct ald_rng rng;
    ald_rng_init(&rng, 1);
    for (size_t i = 0; i < 60000; i++) {
        double size = pow(10, (double)ald_rng_below(&rng, 20) - 6), share = (double)ald_rng_below(&rng, 1000000) / 999999;
        double all[] = {size * share,
                        nextafter(size, i & 1 ? 0 : HUGE_VAL),
                        size * (double)ald_rng_below(&rng, 4096) / 4096 + 1, /* halves of the last digit */
                        (double)ald_rng_below(&rng, 2000000000001) / 2000};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
            char got[64], wanted[64];
            double v = i & 2 ? -all[k] : all[k];
            (void)snprintf(wanted, sizeof wanted, "%.12g", v);
            if (v < 0 || v > 0)
                assert_string_equal(number(v, got), wanted);
        }
    }
}

/* Writes and reads numbers under a locale that has a decimal comma. */
static void test_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    size_t i = 0;
    while (i < 4 && !setlocale(LC_ALL, names[i]))
        i++;
    if (i == 4) {
        (void)fprintf(stderr, "skipped: test_locale (no locale with a decimal comma is installed)\n");
        skip();
    }
    assert_string_equal(localeconv()->decimal_point, ",");
    check_numbers();
    struct ald_json_doc *doc = NULL;
    struct ald_jv root;
    struct ald_buf buf;
    static const char text[] = "{\"a\":0.30000000000000004,\"b\":\"2.5\",\"c\":1.5e300}";
    bool has = false;
    double number = 0;
    ald_buf_init(&buf, 10000);
    assert_int_equal(ald_json_parse(text, sizeof text - 1, &doc, NULL), ALD_OK);
    ald_json_root(doc, &root);
    assert_int_equal(ald_json_num_opt(&root, "b", &has, &number, NULL), ALD_OK);
    assert_true(has && number > 2.49 && number < 2.51);
    assert_int_equal(ald_json_text(&root, &buf, NULL), ALD_OK);
    assert_string_equal(buf.data, "{\"a\":0.30000000000000004,\"b\":\"2.5\",\"c\":1.5e+300}");
    ald_buf_done(&buf);
    ald_json_doc_free(doc);
    assert_non_null(setlocale(LC_ALL, "C"));
}

static enum ald_rc refuse(void *ctx, const char *bytes, size_t n, struct ald_err *err)
{
    (void)bytes;
    (void)n;
    return ald_fail(err, ALD_ERR_IO, "failure %d", ++*(int *)ctx);
}

static void test_sticky(void **state)
{
    (void)state;
    struct ald_jw w;
    struct ald_err err = {0};
    int calls = 0;
    ald_jw_init(&w, (struct ald_json_sink){refuse, &calls}, 2);
    ald_jw_array(&w);
    for (int i = 0; i < 20000; i++)
        ald_jw_str(&w, "something to write");
    assert_int_equal(ald_jw_finish(&w, &err), ALD_ERR_IO);
    assert_string_equal(err.msg, "failure 1");
    assert_int_equal(calls, 1);
    assert_int_equal(ald_jw_finish(&w, NULL), ALD_ERR_IO);
}

static void test_file(void **state)
{
    (void)state;
    struct ald_jw w;
    struct ald_err err = {0};
    FILE *file = tmpfile();
    assert_non_null(file);
    /* Longer than the chunk, in one piece and in many. */
    char *text = malloc(10001);
    assert_non_null(text);
    memset(text, 'x', 10000);
    text[10000] = '\0';
    ald_jw_init(&w, ald_json_sink_file(file), 0);
    ald_jw_array(&w);
    ald_jw_str(&w, text);
    for (int i = 0; i < 5000; i++)
        ald_jw_int(&w, 7);
    ald_jw_array_end(&w);
    assert_int_equal(ald_jw_finish(&w, &err), ALD_OK);
    assert_int_equal(ftell(file), 1 + 10002 + 2 * 5000 + 1);
    free(text);
    assert_int_equal(fclose(file), 0);

    file = fopen("/dev/full", "w");
    if (file) {
        (void)setvbuf(file, NULL, _IONBF, 0);
        ald_jw_init(&w, ald_json_sink_file(file), 0);
        ald_jw_null(&w);
        assert_int_equal(ald_jw_finish(&w, &err), ALD_ERR_IO);
        (void)fclose(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),  cmocka_unit_test(test_lines),  cmocka_unit_test(test_strings),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_numbers_as_printf), cmocka_unit_test(test_locale), cmocka_unit_test(test_sticky),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
