/* Which answers are asked for again, and after how long: tables of dialects, no network. */
#include "http_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "alidade/limits.h"

#define NOW 1793700000000LL /* 2026-11-03T10:00:00Z */

static void dialects(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"7", 7000},
        {" 7 ", 7000},
        {"2.5", 2000},
        {"3600", 3600000},
        {"3601", 3600000},
        {"99999999", 3600000},
        {"1793700030", 30000},
        {"1793699000", 0},
        {"1793700030500", 30500},
        {"1793700000001", 1},
        {"99999999999999999999999999", 3600000},
        {"Tue, 03 Nov 2026 10:00:20 GMT", 20000},
        {"Tue, 03 Nov 2026 10:00:20 UTC", 20000},
        {"Tue, 03 Nov 2026 09:00:20 GMT", 0},
        {"Wed, 04 Nov 2026 10:00:20 GMT", 3600000},
        {"2026-11-03T10:05Z", 300000},
        {"2026-11-03T10:05:01Z", 301000},
        {"2026-11-03T11:05+01:00", 300000},
        {"", -1},
        {"soon", -1},
        {"-5", -1},
        {"12 apples", -1},
        {"1.2.3", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = ald_retry_parse(cases[i].value, NOW);
        if (ms != cases[i].ms)
            fail_msg("'%s': %lld, expected %lld", cases[i].value, (long long)ms, (long long)cases[i].ms);
    }
}

static void statuses(void **state)
{
    (void)state;
    static const struct ald_http_header spent[] = {{"x-ratelimit-remaining", "0"}},
                                        left[] = {{"x-ratelimit-remaining", "9"}}, after[] = {{"retry-after", "3"}};
    static const struct {
        long status;
        const struct ald_http_header *header;
        enum ald_retry_cause cause;
    } cases[] = {
        {200, NULL, ALD_RETRY_NO},     {204, NULL, ALD_RETRY_NO},     {302, NULL, ALD_RETRY_NO},
        {400, NULL, ALD_RETRY_NO},     {401, NULL, ALD_RETRY_AUTH},   {403, NULL, ALD_RETRY_NO},
        {403, spent, ALD_RETRY_BUSY},  {403, left, ALD_RETRY_NO},     {403, after, ALD_RETRY_BUSY},
        {404, after, ALD_RETRY_NO},    {408, NULL, ALD_RETRY_FAILED}, {410, NULL, ALD_RETRY_NO},
        {420, NULL, ALD_RETRY_BUSY},   {425, NULL, ALD_RETRY_FAILED}, {429, NULL, ALD_RETRY_BUSY},
        {500, NULL, ALD_RETRY_FAILED}, {502, NULL, ALD_RETRY_FAILED}, {599, NULL, ALD_RETRY_FAILED},
        {600, NULL, ALD_RETRY_NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ald_retry_answer(cases[i].status, cases[i].header, cases[i].header ? 1 : 0, NULL, 0), cases[i].cause);
}

/** GitHub's secondary limit may tell no time: then at least a minute, and the reset of the quota is not meant. */
static void a_limit_that_tells_no_time(void **state)
{
    (void)state;
    static const char body[] = "{\"message\":\"You have exceeded a secondary rate limit\"}";
    const struct ald_http_header left[] = {{"x-ratelimit-remaining", "4000"}, {"x-ratelimit-reset", "1793703500"}};
    const struct ald_http_header spent[] = {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1793700500"}}, after[] = {{"retry-after", "3"}};
    struct ald_rng rng;
    struct ald_retry retry = {0};
    ald_rng_init(&rng, 7);
    assert_int_equal(ald_retry_answer(403, left, 2, body, sizeof body - 1), ALD_RETRY_SLOWER);
    assert_int_equal(ald_retry_answer(429, NULL, 0, body, sizeof body - 1), ALD_RETRY_SLOWER);
    assert_int_equal(ald_retry_answer(403, spent, 2, body, sizeof body - 1), ALD_RETRY_BUSY);
    assert_int_equal(ald_retry_answer(403, after, 1, body, sizeof body - 1), ALD_RETRY_BUSY);
    assert_int_equal(ald_retry_answer(403, left, 2, "{}", 2), ALD_RETRY_NO);
    assert_int_equal(ald_retry_answer(404, NULL, 0, body, sizeof body - 1), ALD_RETRY_NO);
    int64_t least = 60000;
    for (int i = 0; i < 3; i++, least *= 2) {
        int64_t ms = ald_retry_wait(&retry, ALD_RETRY_SLOWER, left, 2, NOW, &rng);
        assert_in_range(ms, least, least + least / 4);
    }
    assert_in_range(ald_retry_wait(&retry, ALD_RETRY_BUSY, left, 2, NOW, &rng), 0, 2000); /* not until the reset */
}

static void headers_are_obeyed(void **state)
{
    (void)state;
    struct ald_rng rng;
    ald_rng_init(&rng, 7);
    const struct ald_http_header both[] = {{"x-ratelimit-reset", "1793700500"}, {"retry-after", "7"}};
    const struct ald_http_header reset[] = {{"ratelimit-reset", "40"}};
    const struct ald_http_header broken[] = {{"retry-after", "soon"}, {"x-ratelimit-reset", "1793700500"}};
    struct ald_retry retry = {0};
    int64_t ms = ald_retry_wait(&retry, ALD_RETRY_BUSY, both, 2, NOW, &rng);
    assert_in_range(ms, 7000, 7999); /* Retry-After first; jitter only adds */
    ms = ald_retry_wait(&retry, ALD_RETRY_BUSY, reset, 1, NOW, &rng);
    assert_in_range(ms, 40000, 40999);
    ms = ald_retry_wait(&retry, ALD_RETRY_BUSY, broken, 2, NOW, &rng);
    assert_in_range(ms, 500000, 500999);
    ms = ald_retry_wait(&retry, ALD_RETRY_FAILED, both, 2, NOW, &rng);
    assert_in_range(ms, 7000, 7999);
    ms = ald_retry_wait(&retry, ALD_RETRY_FAILED, reset, 1, NOW, &rng); /* a reset says nothing about a failure */
    assert_in_range(ms, 0, 4000);
    const struct ald_http_header day[] = {{"retry-after", "86400"}};
    ms = ald_retry_wait(&retry, ALD_RETRY_BUSY, day, 1, NOW, &rng);
    assert_int_equal(ms, ALD_MAX_RETRY_WAIT_MS);
    assert_int_equal(ald_retry_wait(&retry, ALD_RETRY_BUSY, day, 1, NOW, &rng), -1); /* the seventh */
}

static void backoff_is_bounded_and_seeded(void **state)
{
    (void)state;
    static const struct {
        enum ald_retry_cause cause;
        int tries;
        int64_t first_ms, most_ms;
    } cases[] = {
        {ALD_RETRY_NO, 0, 0, 0},
        {ALD_RETRY_CONNECT, 2, 500, 1000},
        {ALD_RETRY_TIMEOUT, 2, 1000, 5000},
        {ALD_RETRY_CUT, ALD_MAX_RETRIES, 1000, 60000},
        {ALD_RETRY_BUSY, ALD_MAX_RETRIES, 2000, 120000},
        {ALD_RETRY_FAILED, ALD_MAX_RETRIES, 1000, 60000},
        {ALD_RETRY_AUTH, 1, 1000, 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool varies = false;
        for (uint64_t seed = 0; seed < 50; seed++) {
            struct ald_rng rng, again;
            ald_rng_init(&rng, seed);
            ald_rng_init(&again, seed);
            struct ald_retry one = {0}, other = {0};
            int64_t most = cases[i].first_ms, first = -1;
            for (int k = 0; k < cases[i].tries; k++) {
                int64_t ms = ald_retry_wait(&one, cases[i].cause, NULL, 0, NOW, &rng);
                assert_in_range(ms, 0, most);
                assert_int_equal(ms, ald_retry_wait(&other, cases[i].cause, NULL, 0, NOW, &again));
                varies = varies || (first >= 0 && ms != first);
                first = ms;
                most = most * 2 < cases[i].most_ms ? most * 2 : cases[i].most_ms;
            }
            assert_int_equal(ald_retry_wait(&one, cases[i].cause, NULL, 0, NOW, &rng), -1);
        }
        assert_true(varies || cases[i].tries < 2);
        assert_non_null(ald_retry_why(cases[i].cause));
    }
}

/** A server that asks for no wait, or for one that is over, is waited for as one that asks for nothing. */
static void no_wait_is_no_answer(void **state)
{
    (void)state;
    static const char *const values[] = {"0", "Sat, 01 Nov 2025 00:00:00 GMT"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const struct ald_http_header none = {"retry-after", values[i]};
        struct ald_rng rng, again;
        ald_rng_init(&rng, 3);
        ald_rng_init(&again, 3);
        struct ald_retry one = {0}, other = {0};
        for (int k = 0; k < ALD_MAX_RETRIES; k++)
            assert_int_equal(ald_retry_wait(&one, ALD_RETRY_BUSY, &none, 1, NOW, &rng), ald_retry_wait(&other, ALD_RETRY_BUSY, NULL, 0, NOW, &again));
    }
}

static void causes_share_one_budget(void **state)
{
    (void)state;
    struct ald_rng rng;
    ald_rng_init(&rng, 1);
    struct ald_retry retry = {0};
    for (int i = 0; i < ALD_MAX_RETRIES; i++)
        assert_true(ald_retry_wait(&retry, i % 2 ? ALD_RETRY_CUT : ALD_RETRY_FAILED, NULL, 0, NOW, &rng) >= 0);
    assert_int_equal(ald_retry_wait(&retry, ALD_RETRY_BUSY, NULL, 0, NOW, &rng), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects),
        cmocka_unit_test(statuses),
        cmocka_unit_test(a_limit_that_tells_no_time), cmocka_unit_test(headers_are_obeyed),
        cmocka_unit_test(backoff_is_bounded_and_seeded),
        cmocka_unit_test(no_wait_is_no_answer),
        cmocka_unit_test(causes_share_one_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
