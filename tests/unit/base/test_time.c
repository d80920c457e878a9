/* Times and durations: civil arithmetic, the forms that are read and those that are refused, what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/time.h"

#define N_OF(a) (sizeof(a) / sizeof *(a))

static void test_civil(void **state)
{
    (void)state;
    static const struct {
        int64_t year;
        int month, day;
        int64_t days;
        int weekday; /* 0 = Monday */
    } cases[] = {
        {1970, 1, 1, 0, 3},      {1969, 12, 31, -1, 2},    {2000, 2, 29, 11016, 1}, {2000, 3, 1, 11017, 2},
        {2024, 2, 29, 19782, 3}, {1900, 3, 1, -25508, 3},  {1, 1, 1, -719162, 0},   {0, 1, 1, -719528, 5},
        {2023, 13, 1, 19723, 0}, {2025, -11, 1, 19723, 0}, {2024, 0, 31, 19722, 6}, {9999, 12, 31, 2932896, 4},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        assert_int_equal(ald_days_from_civil(cases[i].year, cases[i].month, cases[i].day), cases[i].days);
        assert_int_equal(ald_weekday(cases[i].days), cases[i].weekday);
    }
    assert_int_equal(ald_days_in_month(2024, 2), 29);
    assert_int_equal(ald_days_in_month(2100, 2), 28);
    assert_int_equal(ald_days_in_month(2000, 2), 29);
    assert_int_equal(ald_days_in_month(2023, 12), 31);
    assert_int_equal(ald_days_in_month(2023, 4), 30);
}

static void test_civil_round_trip(void **state)
{
    (void)state;
    int64_t previous = ald_days_from_civil(-401, 12, 31);
    for (int64_t year = -400; year <= 2400; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= ald_days_in_month(year, month); day++) {
                int64_t days = ald_days_from_civil(year, month, day);
                assert_int_equal(days, previous + 1);
                previous = days;
                struct ald_civil c = ald_civil_from_ms(days * ALD_DAY_MS + ALD_DAY_MS - 1);
                assert_true(c.year == year && c.month == month && c.day == day);
                assert_true(c.hour == 23 && c.minute == 59 && c.second == 59 && c.ms == 999);
                assert_int_equal(ald_ms_from_civil(&c), days * ALD_DAY_MS + ALD_DAY_MS - 1);
            }
        }
    }
    /* No overflow at the ends. */
    char buf[32];
    (void)ald_time_format(INT64_MAX, buf);
    (void)ald_time_format(INT64_MIN + 1, buf);
    assert_non_null(strstr(buf, "-292275055-05-16T16:47:04.193Z"));
    assert_string_equal(ald_time_format(ALD_TIME_NONE, buf), "none");
}

static const struct {
    const char *s, *want; /* NULL: refused */
} forms[] = {
    {"2026-11-20T12:34:56Z", "2026-11-20T12:34:56.000Z"},
    {"2026-11-20t12:34:56z", "2026-11-20T12:34:56.000Z"},
    {"2026-11-20 12:34:56", "2026-11-20T12:34:56.000Z"},
    {"2026-11-20T12:34:56", "2026-11-20T12:34:56.000Z"},
    {"2026-11-20T12:34:56+02:00", "2026-11-20T10:34:56.000Z"},
    {"2026-11-20T12:34:56-0530", "2026-11-20T18:04:56.000Z"},
    {"2026-11-20T12:34:56+13", "2026-11-19T23:34:56.000Z"},
    {"2026-11-20T12:34:56-00:00", "2026-11-20T12:34:56.000Z"},
    {"2026-11-20T12:34Z", "2026-11-20T12:34:00.000Z"},
    {"2026-11-20T12:34", "2026-11-20T12:34:00.000Z"},
    {"2026-11-20 12:34+01:00", "2026-11-20T11:34:00.000Z"},
    {"2026-11-20", "2026-11-20T00:00:00.000Z"},
    {"2026-11-20T12:34:56.4Z", "2026-11-20T12:34:56.400Z"},
    {"2026-11-20T12:34:56.49Z", "2026-11-20T12:34:56.490Z"},
    {"2026-11-20T12:34:56.801578Z", "2026-11-20T12:34:56.801Z"},
    {"2026-11-20T12:34:56.999999999+01:00", "2026-11-20T11:34:56.999Z"},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"},
    {"2016-12-31T23:59:60.500Z", "2016-12-31T23:59:59.999Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
    {"1900-01-01", "1900-01-01T00:00:00.000Z"},
    {"2199-12-31T23:59:59.999Z", "2199-12-31T23:59:59.999Z"},
    {"1969-12-31T23:59:59.001Z", "1969-12-31T23:59:59.001Z"},
    {"1700000000", "2023-11-14T22:13:20.000Z"},
    {"999999999", "2001-09-09T01:46:39.000Z"},
    {"1700000000123", "2023-11-14T22:13:20.123Z"},
    {"999999999999", "2001-09-09T01:46:39.999Z"},
    /* refused */
    {"", NULL},
    {" ", NULL},
    {"soon", NULL},
    {"2024-02-30", NULL},
    {"2023-02-29", NULL},
    {"2024-1-1", NULL},
    {"2024-01-1", NULL},
    {"2024-13-01", NULL},
    {"2024-00-01", NULL},
    {"2024-01-00", NULL},
    {"2024-04-31T00:00:00Z", NULL},
    {"20240101", NULL},
    {"20240101T000000Z", NULL},
    {"2024-01-01T", NULL},
    {"2024-01-01Z", NULL},
    {"2024-01-01T12", NULL},
    {"2024-01-01T12Z", NULL},
    {"2024-01-01T1:00:00Z", NULL},
    {"2024-01-01T24:00:00Z", NULL},
    {"2024-01-01T12:60:00Z", NULL},
    {"2024-01-01T12:00:61Z", NULL},
    {"2024-01-01T12:00:00.Z", NULL},
    {"2024-01-01T12:00:00,5Z", NULL},
    {"2024-01-01T12:00:00.1234567890Z", NULL},
    {"2024-01-01T12:00.5Z", NULL},
    {"2024-01-01T12:00:00ZZ", NULL},
    {"2024-01-01T12:00:00Z ", NULL},
    {" 2024-01-01T12:00:00Z", NULL},
    {"2024-01-01T12:00:00+", NULL},
    {"2024-01-01T12:00:00+2", NULL},
    {"2024-01-01T12:00:00+02:", NULL},
    {"2024-01-01T12:00:00+02:0", NULL},
    {"2024-01-01T12:00:00+020", NULL},
    {"2024-01-01T12:00:00+24:00", NULL},
    {"2024-01-01T12:00:00+02:60", NULL},
    {"2024-01-01T12:00:00+02:00:00", NULL},
    {"2024-01-01T12:00:00 UTC", NULL},
    {"2024-01-01X12:00:00Z", NULL},
    {"2024/01/01 12:00:00", NULL},
    {"-024-01-01", NULL},
    {"+2024-01-01", NULL},
    {"0001-01-01T00:00:00Z", NULL},
    {"1899-12-31T23:59:59Z", NULL},
    {"2200-01-01T00:00:00Z", NULL},
    {"2199-12-31T23:59:59-00:01", NULL},
    {"12345678", NULL},
    {"12345678901", NULL},
    {"12345678901234", NULL},
    {"9999999999", NULL}, /* the year 2286 */
    {"-1700000000", NULL},
    {"1700000000.5", NULL},
    {"1.7e9......", NULL},
    {"2024-01-01T12:00:00Z and a great many words behind it", NULL},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(forms); i++) {
        int64_t ms = 77;
        char buf[32];
        bool ok = ald_time_parse(forms[i].s, strlen(forms[i].s), &ms);
        if (ok != (forms[i].want != NULL))
            fail_msg("'%s': %s", forms[i].s, ok ? "accepted" : "refused");
        if (ok)
            assert_string_equal(ald_time_format(ms, buf), forms[i].want);
        else
            assert_int_equal(ms, 77);
    }
    int64_t ms;
    assert_false(ald_time_parse(NULL, 0, &ms));
    /* Only n bytes count. */
    assert_true(ald_time_parse("2024-01-01T12:00:00Z", 10, &ms));
    assert_int_equal(ms, INT64_C(1704067200000));
    assert_false(ald_time_parse("2024-01-01\0", 11, &ms));
}

static void test_number(void **state)
{
    (void)state;
    static const struct {
        double v;
        bool ok;
        int64_t ms;
    } cases[] = {
        {1700000000, true, INT64_C(1700000000000)},
        {1700000000.123, true, INT64_C(1700000000123)},
        {1700000000123, true, INT64_C(1700000000123)},
        {0, false, 0},
        {17, false, 0},
        {-1.5, false, 0},
        {99999999, false, 0},
        {100000000, true, INT64_C(100000000000)},
        {-2208988800, true, INT64_C(-2208988800000)},
        {-2208988801, false, 0},
        {7258118399, true, INT64_C(7258118399000)},
        {7258118400, false, 0},
        {99999999999, false, 0},
        {100000000000, true, INT64_C(100000000000)},
        {1e300, false, 0},
        {(double)INFINITY, false, 0},
        {(double)NAN, false, 0},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        int64_t ms = 0;
        assert_int_equal(ald_time_from_number(cases[i].v, &ms), cases[i].ok);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_http(void **state)
{
    (void)state;
    static const struct {
        const char *s, *want;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
        {"Thu, 17 Apr 2025 11:17:18 UTC", "2025-04-17T11:17:18.000Z"},
        {"  thu, 7 apr 2025 11:17:18 gmt \r\n", "2025-04-07T11:17:18.000Z"},
        {"Sun, 31 Feb 1994 08:49:37 GMT", NULL},
        {"Sun, 00 Nov 1994 08:49:37 GMT", NULL},
        {"Sun, 06 Nov 1994 08:49 GMT", NULL},
        {"Sun, 06 Nov 1994 08:49:37.5 GMT", NULL},
        {"Sun, 06 Nov 1994 08:49:37 CET", NULL},
        {"Sun, 06 Nov 1994 08:49:37 GMT+1", NULL},
        {"Sun, 06 Nov 1994 08:49:37", NULL},
        {"Sunday, 06-Nov-94 08:49:37 GMT", NULL},
        {"Sun Nov  6 08:49:37 1994", NULL},
        {"Sun, 06 Foo 1994 08:49:37 GMT", NULL},
        {"Xyz, 06 Nov 1994 08:49:37 GMT", NULL},
        {"120", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        int64_t ms = 77;
        char buf[32];
        assert_int_equal(ald_time_parse_http(cases[i].s, &ms), cases[i].want != NULL);
        if (cases[i].want)
            assert_string_equal(ald_time_format(ms, buf), cases[i].want);
        else
            assert_int_equal(ms, 77);
    }
    int64_t ms;
    assert_false(ald_time_parse_http(NULL, &ms));
}

#define NO INT64_MIN

static void test_iso_duration(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t ms;
    } cases[] = {
        {"P1D", ALD_DAY_MS},
        {"PT36H", 36 * ALD_HOUR_MS},
        {"P1DT2H3M4S", ALD_DAY_MS + 2 * ALD_HOUR_MS + 3 * ALD_MINUTE_MS + 4000},
        {"PT0.5S", 500},
        {"PT0,5S", 500},
        {"PT1.5H", 90 * ALD_MINUTE_MS},
        {"PT4.1234567S", 4123},
        {"P2W", 14 * ALD_DAY_MS},
        {"PT0S", 0},
        {"P0D", 0},
        {"P0Y0M3DT0H5M", 3 * ALD_DAY_MS + 5 * ALD_MINUTE_MS},
        {"-PT5M", -5 * ALD_MINUTE_MS},
        {"PT90M", 90 * ALD_MINUTE_MS},
        {"1970-01-01 00:12:34", 754000},
        {"1970-01-01 00:00:00", 0},
        {"1970-01-03 04:00:00", 2 * ALD_DAY_MS + 4 * ALD_HOUR_MS},
        {"1971-01-01 00:00:00", 365 * ALD_DAY_MS},
        {"", NO},
        {"P", NO},
        {"PT", NO},
        {"-", NO},
        {"P1DT", NO},
        {"1D", NO},
        {"P1", NO},
        {"PD", NO},
        {"P1Y", NO},
        {"P1M", NO},
        {"P1H", NO},
        {"PT1D", NO},
        {"PT1M1H", NO},
        {"PT1H1H", NO},
        {"PTT1H", NO},
        {"PT1HT1M", NO},
        {"PT1.5H3M", NO},
        {"PT1.H", NO},
        {"PT.5H", NO},
        {"PT-5M", NO},
        {"pt5m", NO},
        {"PT5M ", NO},
        {"PT99999999999999999999999H", NO},
        {"P999999999999D", NO},
        {"1969-12-31 23:59:59", NO},
        {"2024-01-01 00:00:00", NO},
        {"1970-01-01T00:12:34", NO},
        {"1970-01-01", NO},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        int64_t ms = 77;
        bool ok = ald_duration_parse_iso(cases[i].s, &ms);
        if (ok != (cases[i].ms != NO) || (ok && ms != cases[i].ms) || (!ok && ms != 77))
            fail_msg("'%s': %s %lld", cases[i].s, ok ? "accepted as" : "refused", (long long)ms);
    }
    int64_t ms;
    assert_false(ald_duration_parse_iso(NULL, &ms));
}

static void test_config_duration(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t ms;
    } cases[] = {
        {"5m", 5 * ALD_MINUTE_MS},
        {"60 m", ALD_HOUR_MS},
        {"90s", 90000},
        {"1.5h", 90 * ALD_MINUTE_MS},
        {"1.1h", 66 * ALD_MINUTE_MS},
        {"250ms", 250},
        {"10 min", 10 * ALD_MINUTE_MS},
        {"2d", 2 * ALD_DAY_MS},
        {"1w", 7 * ALD_DAY_MS},
        {"0s", 0},
        {"0.0005s", 0},
        {"", NO},
        {"5", NO},
        {"m", NO},
        {"-5m", NO},
        {"+5m", NO},
        {"5 m ", NO},
        {" 5m", NO},
        {"5M", NO},
        {"5minutes", NO},
        {"5.m", NO},
        {".5m", NO},
        {"1,5h", NO},
        {"1.5.5h", NO},
        {"1h30m", NO},
        {"1e3s", NO},
        {"99999999999999999999w", NO},
        {"999999999w", NO},
        {"1.0000000001s", NO},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        int64_t ms = 77;
        bool ok = ald_duration_parse(cases[i].s, &ms);
        if (ok != (cases[i].ms != NO) || (ok && ms != cases[i].ms) || (!ok && ms != 77))
            fail_msg("'%s': %s %lld", cases[i].s, ok ? "accepted as" : "refused", (long long)ms);
    }
    int64_t ms;
    assert_false(ald_duration_parse(NULL, &ms));
}

static void test_duration_format(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *want;
    } cases[] = {
        {0, "0 s"},
        {7, "7 ms"},
        {99, "99 ms"},
        {449, "0.4 s"},
        {450, "0.5 s"},
        {949, "0.9 s"},
        {950, "1 s"},
        {1000, "1 s"},
        {59499, "59 s"},
        {59500, "1 min"},
        {60000, "1 min"},
        {9 * ALD_MINUTE_MS + 30000, "9 min 30 s"},
        {9 * ALD_MINUTE_MS + 59499, "9 min 59 s"},
        {9 * ALD_MINUTE_MS + 59500, "10 min"},
        {5 * ALD_MINUTE_MS + 5000, "5 min 05 s"},
        {10 * ALD_MINUTE_MS + 29999, "10 min"},
        {10 * ALD_MINUTE_MS + 30000, "11 min"},
        {58 * ALD_MINUTE_MS + 54000, "59 min"},
        {59 * ALD_MINUTE_MS + 29999, "59 min"},
        {59 * ALD_MINUTE_MS + 40000, "1 h"},
        {ALD_HOUR_MS, "1 h"},
        {2 * ALD_HOUR_MS + 5 * ALD_MINUTE_MS + 29999, "2 h 05 min"},
        {2 * ALD_HOUR_MS + 59 * ALD_MINUTE_MS + 30000, "3 h"},
        {ALD_DAY_MS - 30001, "23 h 59 min"},
        {ALD_DAY_MS - 1, "1 d"},
        {ALD_DAY_MS, "1 d"},
        {ALD_DAY_MS + 29 * ALD_MINUTE_MS, "1 d"},
        {ALD_DAY_MS + 59 * ALD_MINUTE_MS, "1 d 1 h"},
        {2 * ALD_DAY_MS - 30 * ALD_MINUTE_MS, "2 d"},
        {3 * ALD_DAY_MS + 4 * ALD_HOUR_MS, "3 d 4 h"},
        {-90 * ALD_MINUTE_MS, "-1 h 30 min"},
        {-400, "-0.4 s"},
        {ALD_TIME_NONE, "none"},
        {INT64_MAX, "106751991167 d 7 h"},
        {INT64_MIN + 1, "-106751991167 d 7 h"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        char buf[32];
        assert_string_equal(ald_duration_format(cases[i].ms, buf), cases[i].want);
    }
}

static void test_clock(void **state)
{
    (void)state;
    struct ald_clock clock = ald_clock_system();
    int64_t before = clock.now_ms(clock.ctx);
    assert_true(before > INT64_C(1700000000000));
    clock.sleep_ms(clock.ctx, 20);
    clock.sleep_ms(clock.ctx, 0);
    clock.sleep_ms(clock.ctx, -5);
    assert_true(clock.now_ms(clock.ctx) >= before + 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_civil),
        cmocka_unit_test(test_civil_round_trip),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_iso_duration),
        cmocka_unit_test(test_config_duration),
        cmocka_unit_test(test_duration_format),
        cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
