/* Calendar periods and fiscal quarters in the configured zone. Days are local; instants come from the zone, so that
 * daylight saving and zones far from UTC need no thought here. */
#include "alidade/period.h"

#include <ctype.h>
#include <string.h>

#define FORMS                                                                                                          \
    "expected a fiscal quarter 2026Q3, half 2026H1 or year 2026, a month 2026-07, days 2026-01-01..2026-03-15 "        \
    "(the last day not included), or last-quarter"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2199 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Months are counted from year 0, January = 0. */
static int64_t month_index(int64_t days)
{
    struct ald_civil c = ald_civil_from_ms(days * ALD_DAY_MS);
    return c.year * 12 + c.month - 1;
}

static int64_t month_first_day(int64_t index)
{
    int64_t year = floor_div(index, 12);
    return ald_days_from_civil(year, (int)(index - year * 12) + 1, 1);
}

static int64_t local_day(const struct ald_zone *zone, int64_t utc_ms)
{
    struct ald_civil c = ald_zone_civil(zone, utc_ms);
    return ald_days_from_civil(c.year, c.month, c.day);
}

/* First month of the fiscal year that is named `year`. */
static int64_t fiscal_first_month(const struct ald_calendar *cal, int64_t year)
{
    bool year_before = cal->fiscal_named_by_end && cal->fiscal_start_month > 1;
    return (year - year_before) * 12 + cal->fiscal_start_month - 1;
}

/* The name of the fiscal year that begins with this month. */
static int64_t fiscal_name(const struct ald_calendar *cal, int64_t first_month)
{
    return floor_div(first_month, 12) + (cal->fiscal_named_by_end && cal->fiscal_start_month > 1);
}

int32_t ald_quarter_of(const struct ald_calendar *cal, int64_t utc_ms)
{
    struct ald_civil c = ald_zone_civil(cal->zone, utc_ms);
    return (int32_t)floor_div(c.year * 12 + c.month - cal->fiscal_start_month, 3);
}

int64_t ald_quarter_start(const struct ald_calendar *cal, int64_t quarter)
{
    return ald_zone_day_start(cal->zone, month_first_day(quarter * 3 + cal->fiscal_start_month - 1));
}

const char *ald_quarter_label(struct ald_arena *arena, const struct ald_calendar *cal, int64_t quarter)
{
    int64_t year = floor_div(quarter, 4);
    int64_t name = fiscal_name(cal, year * 12 + cal->fiscal_start_month - 1);
    return ald_sprintf(arena, "%lldQ%lld", (long long)name, (long long)(quarter - year * 4 + 1));
}

static void set_days(const struct ald_calendar *cal, int64_t start_day, int64_t end_day, struct ald_period *ret)
{
    *ret = (struct ald_period){.start_day = start_day, .end_day = end_day};
    ret->start = ald_zone_day_start(cal->zone, start_day);
    ret->end = ald_zone_day_start(cal->zone, end_day);
    int64_t first = month_index(start_day), last = month_index(end_day);
    if (month_first_day(first) == start_day && month_first_day(last) == end_day)
        ret->months = (int)(last - first);
}

static const char *day_text(struct ald_arena *arena, int64_t day)
{
    struct ald_civil c = ald_civil_from_ms(day * ALD_DAY_MS);
    return ald_sprintf(arena, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
}

static void set_range_label(struct ald_arena *arena, struct ald_period *period)
{
    const char *from = day_text(arena, period->start_day), *to = day_text(arena, period->end_day);
    period->label = ald_sprintf(arena, "%s..%s", from, to);
    period->file_part = ald_sprintf(arena, "%s_%s", from, to);
}

void ald_period_name(struct ald_arena *arena, const struct ald_calendar *cal, struct ald_period *period)
{
    int64_t first = month_index(period->start_day);
    int64_t into_year = (first - (cal->fiscal_start_month - 1)) % 12;
    into_year += into_year < 0 ? 12 : 0;
    long long year = (long long)fiscal_name(cal, first - into_year);
    if (period->months == 1) {
        long long calendar_year = (long long)floor_div(first, 12);
        period->label = ald_sprintf(arena, "%04lld-%02d", calendar_year, (int)(first - calendar_year * 12) + 1);
    } else if (period->months == 3 && into_year % 3 == 0) {
        period->label = ald_sprintf(arena, "%lldQ%d", year, (int)into_year / 3 + 1);
    } else if (period->months == 6 && into_year % 6 == 0) {
        period->label = ald_sprintf(arena, "%lldH%d", year, (int)into_year / 6 + 1);
    } else if (period->months == 12 && into_year == 0) {
        period->label = ald_sprintf(arena, "%lld", year);
    } else {
        set_range_label(arena, period);
        return;
    }
    period->file_part = period->label;
}

/* n digits at s. */
static bool digits(const char *s, size_t n, int *ret)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)s[i]))
            return false;
        value = value * 10 + (s[i] - '0');
    }
    *ret = value;
    return true;
}

/* YYYY-MM-DD at s, at least 10 bytes long. */
static bool date_at(const char *s, int64_t *ret_day)
{
    int year = 0, month = 0, day = 0;
    if (!digits(s, 4, &year) || s[4] != '-' || !digits(s + 5, 2, &month) || s[7] != '-' || !digits(s + 8, 2, &day))
        return false;
    if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
        day > ald_days_in_month(year, month))
        return false;
    *ret_day = ald_days_from_civil(year, month, day);
    return true;
}

/* The forms that begin with a year and are whole months: first month (counted from year 0) and their number. */
static bool months_of(const struct ald_calendar *cal, const char *text, int64_t *ret_first, int *ret_months)
{
    size_t n = strlen(text);
    int year = 0, part = 0;
    if (n < 4 || !digits(text, 4, &year) || year < FIRST_YEAR || year > LAST_YEAR)
        return false;
    int64_t first = fiscal_first_month(cal, year);
    const char *of_year = text + 4 + (n == 7 && text[4] == '-'); /* 2026-Q3 is how others write it */
    bool one_digit = strlen(of_year) == 2;
    if (n == 4) {
        *ret_months = 12;
    } else if (one_digit && (of_year[0] == 'Q' || of_year[0] == 'q') && of_year[1] >= '1' && of_year[1] <= '4') {
        *ret_months = 3;
        first += (of_year[1] - '1') * 3;
    } else if (one_digit && (of_year[0] == 'H' || of_year[0] == 'h') && (of_year[1] == '1' || of_year[1] == '2')) {
        *ret_months = 6;
        first += (of_year[1] - '1') * 6;
    } else if (n == 7 && text[4] == '-' && digits(text + 5, 2, &part) && part >= 1 && part <= 12) {
        *ret_months = 1;
        first = (int64_t)year * 12 + part - 1;
    } else {
        return false;
    }
    *ret_first = first;
    return true;
}

enum ald_rc ald_period_parse(struct ald_arena *arena, const struct ald_calendar *cal, const char *text, int64_t now,
                             struct ald_period *ret, struct ald_err *err)
{
    struct ald_period period = {.label = NULL};
    int64_t first = 0, from = 0, to = 0;
    int months = 0;
    if (strcmp(text, "last-quarter") == 0) {
        first = (ald_quarter_of(cal, now) - 1) * 3 + cal->fiscal_start_month - 1;
        months = 3;
    } else if (strlen(text) == 22 && memcmp(text + 10, "..", 2) == 0 && date_at(text, &from) &&
               date_at(text + 12, &to)) {
        if (to <= from)
            return ald_fail(err, ALD_ERR_USAGE, "period '%s' is empty: its end is not after its start", text);
        set_days(cal, from, to, &period);
        set_range_label(arena, &period);
        *ret = period;
        return ALD_OK;
    } else if (!months_of(cal, text, &first, &months)) {
        return ald_fail(err, ALD_ERR_USAGE, "period '%.40s' is not understood: " FORMS, text);
    }
    set_days(cal, month_first_day(first), month_first_day(first + months), &period);
    ald_period_name(arena, cal, &period);
    *ret = period;
    return ALD_OK;
}

void ald_period_slice(const struct ald_calendar *cal, const struct ald_period *period, int i, struct ald_period *ret)
{
    if (period->months > 0) {
        int64_t first = month_index(period->start_day) - (int64_t)i * period->months;
        set_days(cal, month_first_day(first), month_first_day(first + period->months), ret);
        return;
    }
    int64_t days = period->end_day - period->start_day;
    set_days(cal, period->start_day - i * days, period->start_day - (i - 1) * days, ret);
    ret->months = 0; /* stays a stretch of days also where it happens to be whole months */
}

int64_t ald_lookback_start_day(int64_t start_day, int quarters)
{
    struct ald_civil c = ald_civil_from_ms(start_day * ALD_DAY_MS);
    int64_t first = month_first_day(c.year * 12 + c.month - 1 - (int64_t)quarters * 3);
    struct ald_civil target = ald_civil_from_ms(first * ALD_DAY_MS);
    int longest = ald_days_in_month(target.year, target.month);
    return first + (c.day < longest ? c.day : longest) - 1;
}

int64_t ald_period_week(const struct ald_calendar *cal, const struct ald_period *period, int64_t utc_ms)
{
    return floor_div(local_day(cal->zone, utc_ms) - period->start_day, 7);
}
