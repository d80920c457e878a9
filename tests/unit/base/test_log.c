/* Log lines as they reach the stream, in both forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/log.h"

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return INT64_C(1795435200000); /* 2026-11-23T12:00:00Z */
}

#define WHEN "2026-11-23T12:00:00.000Z"

static char *logged(bool json, enum ald_log_level level, const char *key, const char *value)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    struct ald_log log = {.out = out, .level = ALD_LOG_INFO, .json = json, .clock = {.now_ms = fixed_now}};
    ald_log_kv(&log, level, "page", key, value, "rows", "100", NULL);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *value, *want;
    } cases[] = {
        {"desk", "desk"},
        {"a-b_c.d/e:f,g", "a-b_c.d/e:f,g"},
        {"", "\"\""},
        {"two words", "\"two words\""},
        {"a=b", "\"a=b\""},
        {"say \"hi\"", "\"say \\\"hi\\\"\""},
        {"back\\slash", "\"back\\\\slash\""},
        {"line\nbreak\ttab", "\"line\\nbreak\\ttab\""},
        {"\x1b[31mred\r", "\"\\u001b[31mred\\u000d\""},
        {"\xC2\x9B"
         "31m",
         "\"\\u009b31m\""},
        {"caf\xC3\xA9", "\"caf\xC3\xA9\""},
        {"bad \xFF byte", "\"bad \xEF\xBF\xBD byte\""},
        {NULL, "\"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[256];
        (void)snprintf(want, sizeof want, WHEN " level=info event=page source=%s rows=100\n", cases[i].want);
        char *got = logged(false, ALD_LOG_INFO, "source", cases[i].value);
        assert_string_equal(got, want);
        free(got);
    }
}

static void test_json(void **state)
{
    (void)state;
    char *got = logged(true, ALD_LOG_ERROR, "source", "say \"hi\"\n\xFF");
    assert_string_equal(got, "{\"time\":\"" WHEN "\",\"level\":\"error\",\"event\":\"page\",\"source\":"
                             "\"say \\\"hi\\\"\\n\xEF\xBF\xBD\",\"rows\":\"100\"}\n");
    free(got);
}

static void test_levels(void **state)
{
    (void)state;
    char *got = logged(false, ALD_LOG_DEBUG, "source", "desk");
    assert_string_equal(got, "");
    free(got);
    got = logged(false, ALD_LOG_WARN, "source", "desk");
    assert_non_null(strstr(got, " level=warn "));
    free(got);
    ald_log_kv(NULL, ALD_LOG_ERROR, "nobody listens", "k", "v", NULL);
    ald_log_line(&(struct ald_log){0}, ALD_LOG_ERROR, "nobody listens", NULL);
}

static void test_no_fields(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct ald_log log = {.out = out, .level = ALD_LOG_DEBUG, .clock = {.now_ms = fixed_now}};
    ald_log_line(&log, ALD_LOG_DEBUG, "start", NULL);
    ald_log_kv(&log, ALD_LOG_DEBUG, "end of it", NULL);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, WHEN " level=debug event=start\n" WHEN " level=debug event=\"end of it\"\n");
    free(text);
}

static void test_too_long(void **state)
{
    (void)state;
    char *longest = malloc(100000);
    assert_non_null(longest);
    memset(longest, 'x', 99999);
    longest[99999] = '\0';
    for (int json = 0; json < 2; json++) {
        char *got = logged(json, ALD_LOG_INFO, "body", longest);
        assert_true(strlen(got) < 200);
        assert_non_null(strstr(got, "too long"));
        assert_non_null(strstr(got, "page"));
        assert_int_equal(got[strlen(got) - 1], '\n');
        free(got);
    }
    free(longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),      cmocka_unit_test(test_json),     cmocka_unit_test(test_levels),
        cmocka_unit_test(test_no_fields), cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
