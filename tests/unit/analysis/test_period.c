/* Periods: fiscal years by end and by start, daylight saving, zones far from UTC, slices, errors. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alidade/period.h"

#define N(a) (sizeof(a) / sizeof *(a))

struct fixture {
    struct ald_arena *arena;
    struct ald_zone *zones[5];
};
enum { UTC, BERLIN, TONGATAPU, PAGO, LONDON };

static int setup(void **state)
{
    static const char *const names[] = {"UTC", "Europe/Berlin", "Pacific/Tongatapu", "Pacific/Pago_Pago", "Europe/London"};
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return 1;
    f->arena = ald_arena_new();
    struct ald_err err;
    for (size_t i = 0; i < N(names); i++)
        if (ald_zone_load(names[i], &f->zones[i], &err) != ALD_OK)
            return 1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < N(f->zones); i++)
        ald_zone_free(f->zones[i]);
    ald_arena_free(f->arena);
    free(f);
    return 0;
}

static int64_t at(const char *text)
{
    int64_t ms = 0;
    assert_true(ald_time_parse(text, strlen(text), &ms));
    return ms;
}

static void assert_time(int64_t found, const char *expected)
{
    char buf[32];
    char wanted[32];
    assert_string_equal(ald_time_format(found, buf), ald_time_format(at(expected), wanted));
}

static void forms(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int zone, month;
        bool by_end;
        const char *text, *label, *file, *start, *end;
        int months;
    } cases[] = {
        {UTC, 1, true, "2026Q3", "2026Q3", "2026Q3", "2026-07-01", "2026-10-01", 3},
        {UTC, 1, false, "2026Q3", "2026Q3", "2026Q3", "2026-07-01", "2026-10-01", 3},
        {UTC, 1, true, "2026-Q3", "2026Q3", "2026Q3", "2026-07-01", "2026-10-01", 3}, /* as others write it */
        {UTC, 1, true, "2026-h2", "2026H2", "2026H2", "2026-07-01", "2027-01-01", 6},
        {UTC, 4, true, "2026Q3", "2026Q3", "2026Q3", "2025-10-01", "2026-01-01", 3},
        {UTC, 4, false, "2026Q3", "2026Q3", "2026Q3", "2026-10-01", "2027-01-01", 3},
        {UTC, 10, true, "2026Q1", "2026Q1", "2026Q1", "2025-10-01", "2026-01-01", 3},
        {UTC, 10, false, "2026Q4", "2026Q4", "2026Q4", "2027-07-01", "2027-10-01", 3},
        {UTC, 10, true, "2026H2", "2026H2", "2026H2", "2026-04-01", "2026-10-01", 6},
        {UTC, 4, false, "2026H1", "2026H1", "2026H1", "2026-04-01", "2026-10-01", 6},
        {UTC, 4, true, "2026", "2026", "2026", "2025-04-01", "2026-04-01", 12},
        {UTC, 1, true, "2024-02", "2024-02", "2024-02", "2024-02-01", "2024-03-01", 1},
        {UTC, 4, true, "2026-12", "2026-12", "2026-12", "2026-12-01", "2027-01-01", 1},
        {UTC, 1, true, "2026-01-01..2026-03-15", "2026-01-01..2026-03-15", "2026-01-01_2026-03-15", "2026-01-01",
         "2026-03-15", 0},
        {UTC, 1, true, "2026-01-01..2026-06-01", "2026-01-01..2026-06-01", "2026-01-01_2026-06-01", "2026-01-01",
         "2026-06-01", 5},
        {UTC, 1, true, "2024-02-29..2024-03-01", "2024-02-29..2024-03-01", "2024-02-29_2024-03-01", "2024-02-29",
         "2024-03-01", 0},
        /* Daylight saving: the quarter begins in winter time and ends in summer time. */
        {BERLIN, 1, true, "2026Q1", "2026Q1", "2026Q1", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z", 3},
        {BERLIN, 1, true, "2026-03-29..2026-03-30", "2026-03-29..2026-03-30", "2026-03-29_2026-03-30",
         "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 0},
        {LONDON, 1, true, "2026-10", "2026-10", "2026-10", "2026-09-30T23:00:00Z", "2026-11-01T00:00:00Z", 1},
        {LONDON, 1, true, "2026-10-25..2026-10-26", "2026-10-25..2026-10-26", "2026-10-25_2026-10-26",
         "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 0}, /* 25 hours */
        {LONDON, 4, true, "2027Q3", "2027Q3", "2027Q3", "2026-09-30T23:00:00Z", "2027-01-01T00:00:00Z", 3},
        {LONDON, 4, false, "2026Q3", "2026Q3", "2026Q3", "2026-09-30T23:00:00Z", "2027-01-01T00:00:00Z", 3},
        {LONDON, 10, true, "2027Q1", "2027Q1", "2027Q1", "2026-09-30T23:00:00Z", "2027-01-01T00:00:00Z", 3},
        {LONDON, 10, false, "2026Q1", "2026Q1", "2026Q1", "2026-09-30T23:00:00Z", "2027-01-01T00:00:00Z", 3},
        {LONDON, 10, false, "2026", "2026", "2026", "2026-09-30T23:00:00Z", "2027-09-30T23:00:00Z", 12},
        {TONGATAPU, 4, true, "2024Q4", "2024Q4", "2024Q4", "2023-12-31T11:00:00Z", "2024-03-31T11:00:00Z", 3},
        {PAGO, 10, false, "2023Q2", "2023Q2", "2023Q2", "2024-01-01T11:00:00Z", "2024-04-01T11:00:00Z", 3},
        {TONGATAPU, 1, true, "2024-02-29..2024-03-01", "2024-02-29..2024-03-01", "2024-02-29_2024-03-01",
         "2024-02-28T11:00:00Z", "2024-02-29T11:00:00Z", 0},
        {TONGATAPU, 1, true, "2026-01", "2026-01", "2026-01", "2025-12-31T11:00:00Z", "2026-01-31T11:00:00Z", 1},
        {PAGO, 1, true, "2026-01", "2026-01", "2026-01", "2026-01-01T11:00:00Z", "2026-02-01T11:00:00Z", 1},
        {UTC, 1, true, "last-quarter", "2026Q2", "2026Q2", "2026-04-01", "2026-07-01", 3},
        {UTC, 10, true, "last-quarter", "2026Q3", "2026Q3", "2026-04-01", "2026-07-01", 3},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct ald_calendar cal = {f->zones[cases[i].zone], cases[i].month, cases[i].by_end};
        struct ald_period p;
        struct ald_err err;
        assert_int_equal(ald_period_parse(f->arena, &cal, cases[i].text, at("2026-08-01"), &p, &err), ALD_OK);
        assert_string_equal(p.label, cases[i].label);
        assert_string_equal(p.file_part, cases[i].file);
        assert_time(p.start, cases[i].start);
        assert_time(p.end, cases[i].end);
        assert_int_equal(p.months, cases[i].months);
    }
}

static void refused(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[] = {"",
                                        "2026Q5",
                                        "2026Q0",
                                        "2026H3",
                                        "2026-13",
                                        "26Q1",
                                        "2026-1",
                                        "quarter",
                                        "2026Q12",
                                        "2026-Q5",
                                        "2026--Q3",
                                        "2026-Q12",
                                        "2026 Q3",
                                        "2026-01-01",
                                        "9999",
                                        "2026-02-30..2026-03-01",
                                        "2026-03-01..2026-03-01",
                                        "2026-03-02..2026-03-01"};
    struct ald_calendar cal = {f->zones[UTC], 1, true};
    for (size_t i = 0; i < N(cases); i++) {
        struct ald_period p;
        struct ald_err err;
        assert_int_equal(ald_period_parse(f->arena, &cal, cases[i], 0, &p, &err), ALD_ERR_USAGE);
        assert_non_null(strstr(err.msg, "period '"));
    }
    struct ald_period p;
    struct ald_err err;
    assert_int_equal(ald_period_parse(f->arena, &cal, "Q3", 0, &p, &err), ALD_ERR_USAGE);
    assert_non_null(strstr(err.msg, "2026Q3"));
    assert_non_null(strstr(err.msg, "last-quarter"));
}

static void quarters(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int zone, month;
        bool by_end;
        const char *at, *label, *start;
    } cases[] = {
        {UTC, 1, true, "2026-07-01", "2026Q3", "2026-07-01"},
        {UTC, 1, true, "2026-06-30T23:59:59.999Z", "2026Q2", "2026-04-01"},
        {UTC, 4, true, "2026-02-10", "2026Q4", "2026-01-01"},
        {UTC, 4, false, "2026-02-10", "2025Q4", "2026-01-01"},
        {UTC, 10, true, "2025-11-10", "2026Q1", "2025-10-01"},
        {UTC, 10, false, "2025-11-10", "2025Q1", "2025-10-01"},
        {UTC, 2, true, "2026-01-31", "2026Q4", "2025-11-01"},
        {TONGATAPU, 1, true, "2026-03-31T11:00:00Z", "2026Q2", "2026-03-31T11:00:00Z"},
        {TONGATAPU, 1, true, "2026-03-31T10:59:59Z", "2026Q1", "2025-12-31T11:00:00Z"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct ald_calendar cal = {f->zones[cases[i].zone], cases[i].month, cases[i].by_end};
        int64_t q = ald_quarter_of(&cal, at(cases[i].at));
        assert_string_equal(ald_quarter_label(f->arena, &cal, q), cases[i].label);
        assert_time(ald_quarter_start(&cal, q), cases[i].start);
        assert_int_equal(ald_quarter_of(&cal, ald_quarter_start(&cal, q)), q);
        assert_int_equal(ald_quarter_of(&cal, ald_quarter_start(&cal, q) - 1), q - 1);
        assert_int_equal(ald_quarter_of(&cal, ald_quarter_start(&cal, q + 1)), q + 1);
    }
}

static void slices(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int month;
        const char *period;
        int i;
        const char *label, *start, *end;
    } cases[] = {
        {1, "2026Q1", 1, "2025Q4", "2025-10-01", "2026-01-01"},
        {1, "2026Q1", 8, "2024Q1", "2024-01-01", "2024-04-01"},
        {4, "2026Q1", 1, "2025Q4", "2025-01-01", "2025-04-01"},
        {1, "2026H1", 2, "2025H1", "2025-01-01", "2025-07-01"},
        {4, "2026", 1, "2025", "2024-04-01", "2025-04-01"},
        {1, "2024-03", 1, "2024-02", "2024-02-01", "2024-03-01"},
        {1, "2026-01-01..2026-06-01", 1, "2025-08-01..2026-01-01", "2025-08-01", "2026-01-01"},
        {1, "2024-03-08..2024-03-15", 2, "2024-02-23..2024-03-01", "2024-02-23", "2024-03-01"},
        {1, "2024-03-02..2024-03-31", 1, "2024-02-02..2024-03-02", "2024-02-02", "2024-03-02"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct ald_calendar cal = {f->zones[UTC], cases[i].month, true};
        struct ald_period p, slice;
        struct ald_err err;
        assert_int_equal(ald_period_parse(f->arena, &cal, cases[i].period, 0, &p, &err), ALD_OK);
        ald_period_slice(&cal, &p, cases[i].i, &slice);
        assert_null(slice.label);
        ald_period_name(f->arena, &cal, &slice);
        assert_string_equal(slice.label, cases[i].label);
        assert_time(slice.start, cases[i].start);
        assert_time(slice.end, cases[i].end);
    }
}

static void weeks_and_lookback(void **state)
{
    struct fixture *f = *state;
    struct ald_calendar cal = {f->zones[BERLIN], 1, true};
    struct ald_period p;
    struct ald_err err;
    assert_int_equal(ald_period_parse(f->arena, &cal, "2026Q1", 0, &p, &err), ALD_OK);
    assert_int_equal(ald_period_week(&cal, &p, p.start), 0);
    assert_int_equal(ald_period_week(&cal, &p, p.start - 1), -1);
    /* The 13th week begins on 26 March; on the 29th the clocks change. */
    assert_int_equal(ald_period_week(&cal, &p, at("2026-03-25T22:59:59Z")), 11);
    assert_int_equal(ald_period_week(&cal, &p, at("2026-03-25T23:00:00Z")), 12);
    assert_int_equal(ald_period_week(&cal, &p, p.end - 1), 12);
    assert_int_equal(ald_lookback_start_day(ald_days_from_civil(2026, 1, 1), 8), ald_days_from_civil(2024, 1, 1));
    assert_int_equal(ald_lookback_start_day(ald_days_from_civil(2026, 5, 31), 1), ald_days_from_civil(2026, 2, 28));
    assert_int_equal(ald_lookback_start_day(ald_days_from_civil(2024, 2, 29), 4), ald_days_from_civil(2023, 2, 28));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(refused),
        cmocka_unit_test(quarters),
        cmocka_unit_test(slices),
        cmocka_unit_test(weeks_and_lookback),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
