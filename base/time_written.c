/* Times as people, spreadsheets and ticket tools write them: 01.04.2026 08:09, 4/1/2026 8:09 AM, 1-Apr-26. What API clients read
 * strictly is in time.c. A date whose order could be two things is read by what the caller says, never guessed. */
#include <string.h>
#include <strings.h>

#include "alidade/zone.h"
#include "scan.h"

static void blanks(struct ald_scan *t)
{
    while (t->p < t->end && (*t->p == ' ' || *t->p == '\t'))
        t->p++;
}

/* 1 to `most` digits; *ret_width says how many. */
static bool number(struct ald_scan *t, int most, int *ret, int *ret_width)
{
    *ret = 0;
    *ret_width = 0;
    while (ald_scan_at_digit(t) && *ret_width < most) {
        *ret = *ret * 10 + (*t->p++ - '0');
        (*ret_width)++;
    }
    return *ret_width > 0 && !ald_scan_at_digit(t);
}

static bool letter(const struct ald_scan *t)
{
    return t->p < t->end && ((*t->p >= 'a' && *t->p <= 'z') || (*t->p >= 'A' && *t->p <= 'Z'));
}

/* A month by its English name or the first three letters of it. */
static bool month_name(struct ald_scan *t, int *ret)
{
    static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    const char *from = t->p;
    while (letter(t))
        t->p++;
    size_t n = (size_t)(t->p - from);
    for (int i = 0; n >= 3 && i < 12; i++)
        if (n <= strlen(names[i]) && (n == 3 || n == strlen(names[i])) && strncasecmp(from, names[i], n) == 0) {
            *ret = i + 1;
            (void)ald_scan_take(t, '.'); /* "Apr." */
            return true;
        }
    t->p = from;
    return false;
}

static bool year_of(int value, int width, int64_t *ret)
{
    *ret = width == 2 ? 2000 + value : value;
    return width == 2 || width == 4;
}

/* Between the parts of a date: one of ./- or blanks; *ret is 0 for blanks and a comma. */
static bool between(struct ald_scan *t, char *ret)
{
    *ret = 0;
    if (t->p < t->end && strchr("./-", *t->p)) {
        *ret = *t->p++;
        return true;
    }
    const char *from = t->p;
    blanks(t);
    (void)ald_scan_take(t, ',');
    blanks(t);
    return t->p > from;
}

/* Apr 1, 2026 */
static bool named_first(struct ald_scan *t, struct ald_civil *c)
{
    int year, width;
    char sep;
    return month_name(t, &c->month) && between(t, &sep) && number(t, 2, &c->day, &width) && between(t, &sep) && number(t, 4, &year, &width) &&
           year_of(year, width, &c->year);
}

/* Three numbers, or two around the name of a month. */
static bool numbers(struct ald_scan *t, enum ald_date_order order, struct ald_civil *c)
{
    int a, b, last, width_a, width;
    char first, second;
    if (!number(t, 4, &a, &width_a) || !between(t, &first))
        return false;
    bool named = letter(t);
    if (named ? !month_name(t, &b) : !first || !number(t, 2, &b, &width))
        return false;
    if (!between(t, &second) || second != first || !number(t, 4, &last, &width))
        return false;
    if (width_a == 4) { /* 2026/4/1 */
        c->year = a;
        c->month = b;
        c->day = last;
        return width <= 2;
    }
    if (!named && first == '.') /* nobody writes the month first with dots */
        order = ALD_DATE_DAY_FIRST;
    if (width_a > 2 || (!named && order == ALD_DATE_YEAR_FIRST))
        return false;
    bool month_first = !named && order == ALD_DATE_MONTH_FIRST;
    c->month = month_first ? a : b;
    c->day = month_first ? b : a;
    return year_of(last, width, &c->year);
}

/* Nothing, AM or PM. */
static bool half_of_day(struct ald_scan *t, int *hour)
{
    blanks(t);
    if (!letter(t))
        return true;
    bool pm = *t->p == 'p' || *t->p == 'P';
    if ((!pm && *t->p != 'a' && *t->p != 'A') || *hour < 1 || *hour > 12)
        return false;
    t->p++;
    (void)ald_scan_take(t, '.');
    if (!ald_scan_take(t, 'm') && !ald_scan_take(t, 'M'))
        return false;
    (void)ald_scan_take(t, '.');
    *hour = *hour % 12 + (pm ? 12 : 0);
    return true;
}

/* 8:09, 08:09:30.5, 8:09 PM */
static bool time_of_day(struct ald_scan *t, struct ald_civil *c)
{
    int width;
    if (!number(t, 2, &c->hour, &width) || !ald_scan_take(t, ':') || !number(t, 2, &c->minute, &width) || width != 2)
        return false;
    if (ald_scan_take(t, ':')) {
        if (!number(t, 2, &c->second, &width) || width != 2)
            return false;
        if (ald_scan_take(t, '.') || ald_scan_take(t, ',')) {
            int unit = 100;
            for (; ald_scan_at_digit(t); t->p++, unit /= 10)
                c->ms += (*t->p - '0') * unit;
            if (unit == 100)
                return false;
        }
    }
    return half_of_day(t, &c->hour) && c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

static bool is_day(const struct ald_civil *c)
{
    return c->year >= 1900 && c->year < 2200 && c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= ald_days_in_month(c->year, c->month);
}

/* RFC 3339 without a zone: a date, or a date and a time of day with nothing behind it. */
static bool names_no_zone(const char *s, size_t n)
{
    if (n < 10 || s[4] != '-')
        return false; /* counted from 1970 */
    for (size_t i = 10; i < n; i++)
        if (strchr("Zz+-", s[i]))
            return false;
    return true;
}

/* A zone may lead out of the years that are times. */
static bool keep(int64_t ms, int64_t *ret_ms)
{
    int year = (int)ald_civil_from_ms(ms).year;
    if (year < 1900 || year >= 2200)
        return false;
    *ret_ms = ms;
    return true;
}

bool ald_time_written(const char *s, size_t n, enum ald_date_order order, const struct ald_zone *zone, int64_t *ret_ms)
{
    int64_t ms;
    struct ald_civil c = {0};
    struct ald_scan t = {s, s + n};
    if (ald_time_parse(s, n, &ms)) {
        if (zone && names_no_zone(s, n)) {
            c = ald_civil_from_ms(ms);
            ms = ald_zone_instant(zone, &c);
        }
        return keep(ms, ret_ms);
    }
    blanks(&t);
    if (letter(&t) ? !named_first(&t, &c) : !numbers(&t, order, &c))
        return false;
    bool comma = ald_scan_take(&t, ',');
    const char *after = t.p;
    blanks(&t);
    if (t.p < t.end && (t.p == after && !comma && !ald_scan_take(&t, 'T')))
        return false;
    if (t.p < t.end && !time_of_day(&t, &c))
        return false;
    blanks(&t);
    if (t.p != t.end || !is_day(&c))
        return false;
    return keep(zone ? ald_zone_instant(zone, &c) : ald_ms_from_civil(&c), ret_ms);
}

bool ald_time_skipped(const char *s, size_t n, enum ald_date_order order, const struct ald_zone *zone)
{
    int64_t at, wall, ms;
    if (!zone || !ald_time_written(s, n, order, zone, &at) || ald_zone_offset_s(zone, at) == ald_zone_offset_s(zone, at - 1))
        return false; /* what is skipped is taken as the moment of the change */
    if (ald_time_parse(s, n, &ms) && !names_no_zone(s, n))
        return false;
    struct ald_civil found = ald_zone_civil(zone, at);
    return ald_time_written(s, n, order, NULL, &wall) && ald_ms_from_civil(&found) != wall;
}
