/* Time zones: the installed tables at known instants, made-up files for the rules, and what a broken file is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/arena.h"
#include "alidade/zone.h"

#define N_OF(a) (sizeof(a) / sizeof *(a))

static int64_t at(const char *s)
{
    int64_t ms = 0;
    if (!ald_time_parse(s, strlen(s), &ms))
        fail_msg("'%s' is no time", s);
    return ms;
}

static struct ald_zone *loaded(const char *name)
{
    struct ald_zone *zone = NULL;
    struct ald_err err = {0};
    if (ald_zone_load(name, &zone, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    return zone;
}

static void test_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *instant;
        int32_t offset_s;
        const char *abbreviation;
    } cases[] = {
        {"UTC", "2026-11-20T00:00:00Z", 0, "UTC"},
        {"Europe/Berlin", "2026-01-01T00:00:00Z", 3600, "CET"},
        {"Europe/Berlin", "2026-03-29T00:59:59.999Z", 3600, "CET"},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", 7200, "CEST"},
        {"Europe/Berlin", "2026-10-25T00:59:59Z", 7200, "CEST"},
        {"Europe/Berlin", "2026-10-25T01:00:00Z", 3600, "CET"},
        {"Europe/Berlin", "2150-07-01T00:00:00Z", 7200, "CEST"},
        {"Europe/London", "1970-06-01T00:00:00Z", 3600, "BST"},
        {"Europe/London", "1971-12-01T00:00:00Z", 0, "GMT"},
        {"Europe/Dublin", "2030-01-01T00:00:00Z", 0, "GMT"},
        {"Europe/Dublin", "2030-07-01T00:00:00Z", 3600, "IST"},
        {"America/New_York", "2026-03-08T06:59:59Z", -18000, "EST"},
        {"America/New_York", "2026-03-08T07:00:00Z", -14400, "EDT"},
        {"America/New_York", "2059-11-02T06:00:00Z", -18000, "EST"},
        {"Pacific/Apia", "2026-01-01T00:00:00Z", 13 * 3600, "+13"},
        {"Pacific/Pago_Pago", "2026-01-01T00:00:00Z", -11 * 3600, "SST"},
        {"Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700, "+0545"},
        {"Asia/Kathmandu", "1980-01-01T00:00:00Z", 19800, "+0530"},
        {"Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39600, "+11"},
        {"Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37800, "+1030"},
        {"Australia/Lord_Howe", "2059-01-01T00:00:00Z", 39600, "+11"},
        {"Africa/Casablanca", "2026-01-01T00:00:00Z", 3600, "+01"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = loaded(cases[i].zone);
        assert_string_equal(ald_zone_name(zone), cases[i].zone);
        if (ald_zone_offset_s(zone, at(cases[i].instant)) != cases[i].offset_s)
            fail_msg("%s %s: %d", cases[i].zone, cases[i].instant, ald_zone_offset_s(zone, at(cases[i].instant)));
        assert_string_equal(ald_zone_abbreviation(zone, at(cases[i].instant)), cases[i].abbreviation);
    }
}

static void test_instants(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *local, *utc;
    } cases[] = {
        {"UTC", "2026-01-02 03:04:05.678", "2026-01-02T03:04:05.678Z"},
        {"Europe/Berlin", "2026-07-01 12:00:00.001", "2026-07-01T10:00:00.001Z"},
        {"Europe/Berlin", "2026-03-29 01:59:59.999", "2026-03-29T00:59:59.999Z"},
        {"Europe/Berlin", "2026-03-29 02:00:00.000", "2026-03-29T01:00:00.000Z"}, /* skipped */
        {"Europe/Berlin", "2026-03-29 02:30:00.500", "2026-03-29T01:00:00.000Z"},
        {"Europe/Berlin", "2026-03-29 03:00:00.000", "2026-03-29T01:00:00.000Z"},
        {"Europe/Berlin", "2026-10-25 01:59:59.999", "2026-10-24T23:59:59.999Z"},
        {"Europe/Berlin", "2026-10-25 02:30:00.250", "2026-10-25T00:30:00.250Z"}, /* twice: the first */
        {"Europe/Berlin", "2026-10-25 03:00:00.000", "2026-10-25T02:00:00.000Z"},
        {"Europe/Berlin", "2055-10-31 02:30:00.000", "2055-10-31T00:30:00.000Z"}, /* by the rule */
        {"Pacific/Apia", "2011-12-30 12:00:00.500", "2011-12-30T10:00:00.000Z"},  /* the day that was not */
        {"Pacific/Apia", "2011-12-29 23:59:59.999", "2011-12-30T09:59:59.999Z"},
        {"Pacific/Apia", "2026-01-01 00:00:00.000", "2025-12-31T11:00:00.000Z"},
        {"Pacific/Pago_Pago", "2026-01-01 00:00:00.000", "2026-01-01T11:00:00.000Z"},
        {"Australia/Lord_Howe", "2026-10-04 02:15:00.000", "2026-10-03T15:30:00.000Z"}, /* half an hour skipped */
        {"Asia/Kathmandu", "1969-12-31 23:59:59.250", "1969-12-31T18:29:59.250Z"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = loaded(cases[i].zone);
        struct ald_civil local = ald_civil_from_ms(at(cases[i].local));
        char got[32];
        assert_string_equal(ald_time_format(ald_zone_instant(zone, &local), got), cases[i].utc);
    }
}

static void test_day_starts(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *day, *utc;
    } cases[] = {
        {"UTC", "2026-04-01", "2026-04-01T00:00:00.000Z"},
        {"Europe/Berlin", "2026-04-01", "2026-03-31T22:00:00.000Z"},
        {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z"},
        {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000Z"}, /* began at 01:00 */
        {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00.000Z"}, /* 23:00-24:00 twice before it */
        {"America/Havana", "2024-11-03", "2024-11-03T04:00:00.000Z"},    /* 00:00-01:00 twice in it */
        {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00.000Z"},
        {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00.000Z"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = loaded(cases[i].zone);
        char got[32];
        assert_string_equal(ald_time_format(ald_zone_day_start(zone, at(cases[i].day) / ALD_DAY_MS), got),
                            cases[i].utc);
    }
}

/* Every hour's local time leads back to the hour, or to the first of two. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Dublin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Tehran"};
    for (size_t i = 0; i < N_OF(zones); i++) {
        ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = loaded(zones[i]);
        for (int64_t ms = at("2020-01-01"); ms < at("2024-01-01"); ms += ALD_HOUR_MS / 2) {
            struct ald_civil local = ald_zone_civil(zone, ms);
            int64_t back = ald_zone_instant(zone, &local);
            struct ald_civil again = ald_zone_civil(zone, back);
            assert_true(back <= ms && ms - back <= ALD_HOUR_MS);
            assert_int_equal(ald_ms_from_civil(&again), ald_ms_from_civil(&local));
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"",          "Mars/Olympus",    "../../etc/passwd", "/etc/localtime",
                                        "Europe/",   "Europe",          "Europe//Berlin",   "Europe/../UTC",
                                        "tzdata.zi", "Europe/Berlin\n", "Eur ope/B",        "Europe/Be%dlin"};
    for (size_t i = 0; i < N_OF(names); i++) {
        struct ald_zone *zone = NULL;
        struct ald_err err = {0};
        assert_int_equal(ald_zone_load(names[i], &zone, &err), ALD_ERR_CONFIG);
        assert_null(zone);
        assert_true(*err.msg);
    }
    struct ald_zone *none = NULL;
    ald_zone_free(none);
    ald_zone_freep(&none);
}

/* ---- Files made here ---- */

struct file {
    unsigned char bytes[512];
    size_t n;
};

static void be(struct file *f, uint64_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        f->bytes[f->n++] = (unsigned char)(v >> (8 * i));
}

static void header(struct file *f, uint32_t times, uint32_t types, uint32_t chars)
{
    memcpy(f->bytes + f->n, "TZif2", 5);
    f->n += 20; /* fifteen reserved bytes are zero */
    be(f, 0, 4);
    be(f, 0, 4);
    be(f, 0, 4);
    be(f, times, 4);
    be(f, types, 4);
    be(f, chars, 4);
}

/* Two types, +1 h "ONE" and +2 h "TWO"; at each of the times the other one begins. */
static struct file made(const int64_t *times, size_t n, const char *footer)
{
    struct file f = {0};
    header(&f, 0, 0, 0);
    header(&f, (uint32_t)n, 2, 8);
    for (size_t i = 0; i < n; i++)
        be(&f, (uint64_t)times[i], 8);
    for (size_t i = 0; i < n; i++)
        f.bytes[f.n++] = (unsigned char)((i + 1) % 2);
    be(&f, 3600, 4);
    be(&f, 0, 2);
    be(&f, 7200, 4);
    be(&f, 0x0104, 2);
    memcpy(f.bytes + f.n, "ONE\0TWO", 8);
    f.n += 8;
    f.n += (size_t)snprintf((char *)f.bytes + f.n, sizeof f.bytes - f.n, "\n%s\n", footer);
    return f;
}

static void test_table(void **state)
{
    (void)state;
    static const int64_t times[] = {-1000, 0, 1000};
    struct file f = made(times, 3, "");
    ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = NULL;
    assert_int_equal(ald_zone_parse("made", f.bytes, f.n, &zone, NULL), ALD_OK);
    static const struct {
        int64_t ms;
        int32_t offset_s;
    } cases[] = {{INT64_MIN, 3600}, {-1000001, 3600}, {-1000000, 7200}, {-1, 7200},
                 {0, 3600},         {999999, 3600},   {1000000, 7200},  {INT64_MAX, 7200}};
    for (size_t i = 0; i < N_OF(cases); i++)
        assert_int_equal(ald_zone_offset_s(zone, cases[i].ms), cases[i].offset_s);
    (void)ald_zone_civil(zone, INT64_MAX);
    (void)ald_zone_civil(zone, INT64_MIN);
}

/* Footers and what they give; checked by hand against the rule in the text. */
static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *footer, *instant;
        int32_t offset_s;
        const char *abbreviation;
    } cases[] = {
        {"<+03>-3", "2030-01-01T00:00:00Z", 10800, "+03"},
        {"<-0330>3:30", "2030-01-01T00:00:00Z", -12600, "-0330"},
        {"EST5", "2030-01-01T00:00:00Z", -18000, "EST"},
        {"ABC-1:02:03", "2030-01-01T00:00:00Z", 3723, "ABC"},
        {"EST5EDT,M3.2.0,M11.1.0", "2030-03-10T06:59:59Z", -18000, "EST"},
        {"EST5EDT,M3.2.0,M11.1.0", "2030-03-10T07:00:00Z", -14400, "EDT"},
        {"EST5EDT,M3.2.0,M11.1.0", "2030-11-03T05:59:59Z", -14400, "EDT"},
        {"EST5EDT,M3.2.0,M11.1.0", "2030-11-03T06:00:00Z", -18000, "EST"},
        {"AAA0BBB-3,M3.5.0/1,M10.5.0/2", "2030-07-01T00:00:00Z", 10800, "BBB"},
        /* South: the span crosses the new year. */
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2030-01-01T00:00:00Z", 39600, "AEDT"},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2030-07-01T00:00:00Z", 36000, "AEST"},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2030-12-31T23:59:59Z", 39600, "AEDT"},
        /* Jn never counts 29 February: J60 is 1 March; n counts it. */
        {"AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0, "AAA"},
        {"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600, "BBB"},
        {"AAA0BBB,J60/0,J300/0", "2027-03-01T00:00:00Z", 3600, "BBB"},
        {"AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600, "BBB"},
        {"AAA0BBB,59/0,300/0", "2027-03-01T00:00:00Z", 3600, "BBB"},
        {"AAA0BBB,59/0,300/0", "2027-02-28T23:59:59Z", 0, "AAA"},
        /* Negative times and times beyond a day. */
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2030-03-31T00:59:59Z", -7200, "-02"},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2030-03-31T01:00:00Z", -3600, "-01"},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2030-03-28T23:59:59Z", 7200, "IST"},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2030-03-29T00:00:00Z", 10800, "IDT"},
        {"AAA0BBB,M1.1.1/-167,M12.5.0/167", "2029-12-31T23:59:59Z", 3600, "BBB"},
        /* Daylight saving time all year. */
        {"XXX3EDT4,0/0,J365/23", "2030-01-01T02:59:59Z", -14400, "EDT"},
        {"XXX3EDT4,0/0,J365/23", "2030-01-01T03:00:00Z", -14400, "EDT"},
        {"XXX3EDT4,0/0,J365/23", "2030-07-01T00:00:00Z", -14400, "EDT"},
        /* "Summer" time before "winter" time, as in Ireland. */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2030-01-01T00:00:00Z", 0, "GMT"},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2030-07-01T00:00:00Z", 3600, "IST"},
        /* Week 5 is the last; week 4 is not. */
        {"AAA0BBB,M2.5.4/0,M2.5.5/0", "2028-02-24T12:00:00Z", 3600, "BBB"},
        {"AAA0BBB,M9.4.1/0,M9.5.1/0", "2030-09-23T00:00:00Z", 3600, "BBB"},
        {"AAA0BBB,M9.4.1/0,M9.5.1/0", "2030-09-30T00:00:00Z", 0, "AAA"},
    };
    static const int64_t times[] = {0, 100};
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct file f = made(times, i % 2 ? 2 : 0, cases[i].footer);
        struct ald_err err = {0};
        ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = NULL;
        if (ald_zone_parse("made", f.bytes, f.n, &zone, &err) != ALD_OK)
            fail_msg("%s: %s", cases[i].footer, err.msg);
        int32_t offset_s = ald_zone_offset_s(zone, at(cases[i].instant));
        if (offset_s != cases[i].offset_s)
            fail_msg("%s at %s: %d", cases[i].footer, cases[i].instant, offset_s);
        assert_string_equal(ald_zone_abbreviation(zone, at(cases[i].instant)), cases[i].abbreviation);
    }
}

static void test_bad_footers(void **state)
{
    (void)state;
    static const char *const footers[] = {"EST",
                                          "ES5",
                                          "<EST5",
                                          "<>5",
                                          "5",
                                          "EST5EDT",
                                          "EST25",
                                          "EST5:60",
                                          "EST5:00:60",
                                          "EST5EDT,",
                                          "EST5EDT,M3.2.0",
                                          "EST5EDT,M3.2.0,M11.1.0,",
                                          "EST5EDT,M0.2.0,M11.1.0",
                                          "EST5EDT,M13.2.0,M11.1.0",
                                          "EST5EDT,M3.0.0,M11.1.0",
                                          "EST5EDT,M3.6.0,M11.1.0",
                                          "EST5EDT,M3.2.7,M11.1.0",
                                          "EST5EDT,J0,J365",
                                          "EST5EDT,J366,J1",
                                          "EST5EDT,366,1",
                                          "EST5EDT,M3.2.0/168,M11.1.0",
                                          "EST5EDT,M3.2.0/,M11.1.0",
                                          "EST5EDT;M3.2.0,M11.1.0",
                                          "EST5 ",
                                          " EST5",
                                          "EST99999999999999999999",
                                          ":America/New_York"};
    for (size_t i = 0; i < N_OF(footers); i++) {
        struct file f = made(NULL, 0, footers[i]);
        struct ald_err err = {0};
        struct ald_zone *zone = NULL;
        if (ald_zone_parse("made", f.bytes, f.n, &zone, &err) != ALD_ERR_FORMAT)
            fail_msg("'%s' accepted", footers[i]);
        assert_null(zone);
        assert_string_equal(err.msg, "time zone 'made': its footer is not a POSIX TZ rule");
    }
}

/* Copies to its own allocation, so that the address sanitizer sees a read behind the end. */
static enum ald_rc parse_copy(const unsigned char *bytes, size_t n)
{
    unsigned char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = NULL;
    struct ald_err err = {0};
    enum ald_rc rc = ald_zone_parse("made", copy, n, &zone, &err);
    if (rc == ALD_OK) {
        for (int64_t ms = -4 * ALD_DAY_MS; ms < 400 * ALD_DAY_MS; ms += 50 * ALD_DAY_MS)
            (void)ald_zone_day_start(zone, ms / ALD_DAY_MS + ald_zone_offset_s(zone, ms));
    }
    free(copy);
    return rc;
}

static void test_broken(void **state)
{
    (void)state;
    static const int64_t times[] = {-1000, 0, 1000}, backwards[] = {0, 0};
    const struct file good = made(times, 3, "EST5EDT,M3.2.0,M11.1.0");
    assert_int_equal(parse_copy(good.bytes, good.n), ALD_OK);
    for (size_t n = 0; n < good.n; n++)
        assert_int_equal(parse_copy(good.bytes, n), ALD_ERR_FORMAT);
    struct file f = made(backwards, 2, "");
    assert_int_equal(parse_copy(f.bytes, f.n), ALD_ERR_FORMAT);
    size_t counts = 44 + 20, data = 88;
    static const struct {
        size_t from; /* 0: the second header; 1: its data */
        size_t offset;
        unsigned char byte;
    } damage[] = {
        {0, 11, 1},       /* leap seconds */
        {0, 12, 0xff},    /* times beyond the file */
        {0, 16, 0xff},    /* types beyond the file */
        {0, 19, 0},       /* no types */
        {0, 20, 0xff},    /* characters beyond the file */
        {0, 23, 0},       /* no characters */
        {1, 24, 2},       /* a transition to a third type */
        {1, 27, 0x7f},    /* an offset of centuries */
        {1, 27 + 5, 8},   /* an abbreviation beyond the table */
        {1, 27 + 19, 'X'} /* an abbreviation without an end */
    };
    for (size_t i = 0; i < N_OF(damage); i++) {
        f = good;
        f.bytes[(damage[i].from ? data : counts) + damage[i].offset] = damage[i].byte;
        assert_int_equal(parse_copy(f.bytes, f.n), ALD_ERR_FORMAT);
    }
    f = good;
    f.bytes[4] = 0; /* version 1 */
    assert_int_equal(parse_copy(f.bytes, f.n), ALD_ERR_FORMAT);
    /* Any single damaged byte: refused or read, never a crash. */
    for (size_t i = 0; i < good.n; i++) {
        static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
        for (size_t v = 0; v < N_OF(values); v++) {
            f = good;
            f.bytes[i] = values[v];
            (void)parse_copy(f.bytes, f.n);
        }
    }
}

static void test_release(void **state)
{
    (void)state;
    char buf[16];
    const char *release = ald_zone_release(buf);
    assert_ptr_equal(release, buf);
    assert_true(strcmp(release, "unknown") == 0 || (strncmp(release, "20", 2) == 0 && strlen(release) >= 5));
}

/* Times as spreadsheets and ticket tools write them. */
static void test_written(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        enum ald_date_order order;
        const char *zone, *want; /* NULL: refused */
    } cases[] = {
        {"2026-07-01T08:00:00Z", ALD_DATE_YEAR_FIRST, "Europe/Berlin", "2026-07-01T08:00:00.000Z"},
        {"2026-07-01 08:00+02:00", ALD_DATE_YEAR_FIRST, "America/New_York", "2026-07-01T06:00:00.000Z"},
        {"2026-07-01 08:00", ALD_DATE_YEAR_FIRST, "Europe/Berlin", "2026-07-01T06:00:00.000Z"},
        {"2026-01-01 08:00", ALD_DATE_YEAR_FIRST, "Europe/Berlin", "2026-01-01T07:00:00.000Z"},
        {"2026-07-01 08:00", ALD_DATE_YEAR_FIRST, NULL, "2026-07-01T08:00:00.000Z"},
        {"2026-07-01", ALD_DATE_YEAR_FIRST, "Europe/Berlin", "2026-06-30T22:00:00.000Z"},
        {"1783080000", ALD_DATE_YEAR_FIRST, "Europe/Berlin", "2026-07-03T12:00:00.000Z"},
        {"01.04.2026 08:09", ALD_DATE_YEAR_FIRST, "Europe/Berlin", "2026-04-01T06:09:00.000Z"},
        {"1.4.26 8:09:30,5", ALD_DATE_MONTH_FIRST, NULL, "2026-04-01T08:09:30.500Z"},
        {"31.12.2026", ALD_DATE_YEAR_FIRST, NULL, "2026-12-31T00:00:00.000Z"},
        {"4/1/2026 8:09 AM", ALD_DATE_MONTH_FIRST, NULL, "2026-04-01T08:09:00.000Z"},
        {"4/1/2026, 12:09 am", ALD_DATE_MONTH_FIRST, NULL, "2026-04-01T00:09:00.000Z"},
        {"4/1/2026 12:09PM", ALD_DATE_DAY_FIRST, NULL, "2026-01-04T12:09:00.000Z"},
        {"04-01-2026 23:59:59", ALD_DATE_DAY_FIRST, NULL, "2026-01-04T23:59:59.000Z"},
        {"2026/7/2 8:00", ALD_DATE_MONTH_FIRST, NULL, "2026-07-02T08:00:00.000Z"},
        {"03-Jul-2026 08:00", ALD_DATE_YEAR_FIRST, NULL, "2026-07-03T08:00:00.000Z"},
        {"3 July 2026", ALD_DATE_MONTH_FIRST, NULL, "2026-07-03T00:00:00.000Z"},
        {"Jul 3, 2026 08:00 p.m.", ALD_DATE_DAY_FIRST, NULL, "2026-07-03T20:00:00.000Z"},
        {" 03.07.2026  08:00 ", ALD_DATE_YEAR_FIRST, NULL, "2026-07-03T08:00:00.000Z"},
        {"4/1/2026", ALD_DATE_YEAR_FIRST, NULL, NULL}, /* April or January: nobody said */
        {"13/1/2026", ALD_DATE_MONTH_FIRST, NULL, NULL},
        {"29.02.2026", ALD_DATE_YEAR_FIRST, NULL, NULL},
        {"1.4/2026", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.126", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.2026 24:00", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.2026 13:00 PM", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.2026 8", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.2026 8:5", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.2026 08:00 CEST", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.4.2026x", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1 Aprik 2026", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"1.1.1900", ALD_DATE_YEAR_FIRST, "Europe/Berlin", NULL}, /* 1899 in UTC */
        {"46204.5", ALD_DATE_DAY_FIRST, NULL, NULL}, /* a spreadsheet's count of days */
        {"soon", ALD_DATE_DAY_FIRST, NULL, NULL},
        {"", ALD_DATE_DAY_FIRST, NULL, NULL},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct ald_zone *zone = cases[i].zone ? loaded(cases[i].zone) : NULL;
        char text[32];
        int64_t ms = 7;
        bool ok = ald_time_written(cases[i].s, strlen(cases[i].s), cases[i].order, zone, &ms);
        if (ok != (cases[i].want != NULL) || (ok && strcmp(ald_time_format(ms, text), cases[i].want) != 0))
            fail_msg("'%s': %s, expected %s", cases[i].s, ok ? ald_time_format(ms, text) : "refused", cases[i].want ? cases[i].want : "refused");
        if (!ok)
            assert_int_equal(ms, 7);
        ald_zone_free(zone);
    }
}

static void test_skipped(void **state)
{
    (void)state;
    static const struct {
        const char *s, *zone;
        bool skipped;
    } cases[] = {
        {"29.03.2026 02:30", "Europe/Berlin", true},       {"2026-03-29 02:00", "Europe/Berlin", true},
        {"29.03.2026 03:00", "Europe/Berlin", false},      {"29.03.2026 01:59", "Europe/Berlin", false},
        {"2026-03-29T02:30:00Z", "Europe/Berlin", false},  {"2026-03-29T01:00:00Z", "Europe/Berlin", false},
        {"2026-03-29 01:30", "Europe/London", true},       {"2026-03-29T01:30:00+00:00", "Europe/London", false},
        {"25.10.2026 02:30", "Europe/Berlin", false},      {"29.03.2026 02:30", NULL, false},
        {"soon", "Europe/Berlin", false},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct ald_zone *zone = cases[i].zone ? loaded(cases[i].zone) : NULL;
        if (ald_time_skipped(cases[i].s, strlen(cases[i].s), ALD_DATE_DAY_FIRST, zone) != cases[i].skipped)
            fail_msg("'%s' in %s: expected %d", cases[i].s, cases[i].zone ? cases[i].zone : "no zone", cases[i].skipped);
        ald_zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_offsets), cmocka_unit_test(test_written),    cmocka_unit_test(test_instants),    cmocka_unit_test(test_day_starts),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_names),       cmocka_unit_test(test_table),
        cmocka_unit_test(test_rules),      cmocka_unit_test(test_bad_footers), cmocka_unit_test(test_broken),
        cmocka_unit_test(test_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
