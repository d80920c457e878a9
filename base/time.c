/* Times: civil arithmetic, parsing, formatting, the system's clock. Knows no zones (zone.c) and no
 * locale; all calendar arithmetic is here, none of libc's. */
#include "alidade/time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "alidade/fault.h"
#include "scan.h"

/* ---- Civil arithmetic ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t ald_days_from_civil(int64_t year, int month, int day)
{
    int64_t carry = floor_div((int64_t)month - 1, 12);
    year += carry;
    int64_t m = (int64_t)month - 12 * carry; /* 1..12 */
    /* Years begin in March here, so that the leap day is the last of its year. */
    year -= m <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct ald_civil ald_civil_from_ms(int64_t ms)
{
    int64_t days = floor_div(ms, ALD_DAY_MS);
    int64_t rest = ms % ALD_DAY_MS;
    rest += rest < 0 ? ALD_DAY_MS : 0;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct ald_civil){
        .year = yoe + era * 400 + (month <= 2),
        .month = (int)month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / ALD_HOUR_MS),
        .minute = (int)(rest / ALD_MINUTE_MS % 60),
        .second = (int)(rest / ALD_SECOND_MS % 60),
        .ms = (int)(rest % ALD_SECOND_MS),
    };
}

int64_t ald_ms_from_civil(const struct ald_civil *c)
{
    return ald_days_from_civil(c->year, c->month, c->day) * ALD_DAY_MS + c->hour * ALD_HOUR_MS +
           c->minute * ALD_MINUTE_MS + c->second * ALD_SECOND_MS + c->ms;
}

int ald_days_in_month(int64_t year, int month)
{
    return (int)(ald_days_from_civil(year, month + 1, 1) - ald_days_from_civil(year, month, 1));
}

int ald_weekday(int64_t days)
{
    int64_t r = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(r < 0 ? r + 7 : r);
}

/* ---- Reading ---- */

static bool take_either(struct ald_scan *s, char a, char b)
{
    return ald_scan_take(s, a) || ald_scan_take(s, b);
}

/* Exactly `width` digits. */
static bool digits(struct ald_scan *s, int width, int64_t *ret)
{
    int64_t v = 0;
    for (int i = 0; i < width; i++) {
        if (!ald_scan_at_digit(s))
            return false;
        v = v * 10 + (*s->p++ - '0');
    }
    *ret = v;
    return true;
}

static bool digits_int(struct ald_scan *s, int width, int *ret)
{
    int64_t v;
    if (!digits(s, width, &v))
        return false;
    *ret = (int)v;
    return true;
}

static bool in_range(int64_t ms)
{
    return ms >= ald_days_from_civil(1900, 1, 1) * ALD_DAY_MS && ms < ald_days_from_civil(2200, 1, 1) * ALD_DAY_MS;
}

static bool keep(int64_t ms, int64_t *ret)
{
    if (!in_range(ms))
        return false;
    *ret = ms;
    return true;
}

static bool scan_date(struct ald_scan *s, struct ald_civil *c)
{
    return digits(s, 4, &c->year) && ald_scan_take(s, '-') && digits_int(s, 2, &c->month) && ald_scan_take(s, '-') &&
           digits_int(s, 2, &c->day) && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= ald_days_in_month(c->year, c->month);
}

/* "." and 1 to 9 digits, truncated to milliseconds; nothing there is fine. */
static bool scan_fraction(struct ald_scan *s, int *ret_ms)
{
    *ret_ms = 0;
    if (!ald_scan_take(s, '.'))
        return true;
    int n = 0;
    for (int unit = 100; ald_scan_at_digit(s); unit /= 10, n++)
        *ret_ms += (*s->p++ - '0') * unit;
    return n >= 1 && n <= 9;
}

/* hh:mm[:ss[.f]]; a leap second becomes the last millisecond of its minute. */
static bool scan_clock(struct ald_scan *s, struct ald_civil *c)
{
    if (!digits_int(s, 2, &c->hour) || !ald_scan_take(s, ':') || !digits_int(s, 2, &c->minute) || c->hour > 23 ||
        c->minute > 59)
        return false;
    if (!ald_scan_take(s, ':'))
        return true;
    if (!digits_int(s, 2, &c->second) || c->second > 60 || !scan_fraction(s, &c->ms))
        return false;
    if (c->second == 60) {
        c->second = 59;
        c->ms = 999;
    }
    return true;
}

/* Nothing, Z, ±HH, ±HHMM or ±HH:MM, up to the end. */
static bool scan_offset(struct ald_scan *s, int64_t *ret_ms)
{
    *ret_ms = 0;
    if (s->p == s->end || take_either(s, 'Z', 'z'))
        return s->p == s->end;
    int64_t sign = *s->p == '-' ? -1 : 1;
    int64_t hours, minutes = 0;
    if (!take_either(s, '+', '-') || !digits(s, 2, &hours))
        return false;
    if (s->p < s->end) {
        (void)ald_scan_take(s, ':');
        if (!digits(s, 2, &minutes))
            return false;
    }
    if (s->p != s->end || hours > 23 || minutes > 59)
        return false;
    *ret_ms = sign * (hours * ALD_HOUR_MS + minutes * ALD_MINUTE_MS);
    return true;
}

static bool parse_epoch(struct ald_scan s, int64_t *ret_ms)
{
    int n = (int)(s.end - s.p);
    bool seconds = n == 9 || n == 10;
    int64_t v;
    if ((!seconds && n != 12 && n != 13) || !digits(&s, n, &v))
        return false;
    return keep(seconds ? v * ALD_SECOND_MS : v, ret_ms);
}

bool ald_time_parse(const char *s, size_t n, int64_t *ret_ms)
{
    if (!s || n < 9 || n > 40)
        return false;
    struct ald_scan at = {s, s + n};
    if (s[4] != '-')
        return parse_epoch(at, ret_ms);
    struct ald_civil c = {0};
    int64_t offset_ms = 0;
    if (!scan_date(&at, &c))
        return false;
    if (at.p < at.end) {
        if (!ald_scan_take(&at, 'T') && !take_either(&at, 't', ' '))
            return false;
        if (!scan_clock(&at, &c) || !scan_offset(&at, &offset_ms))
            return false;
    }
    return keep(ald_ms_from_civil(&c) - offset_ms, ret_ms);
}

bool ald_time_from_number(double v, int64_t *ret_ms)
{
    /* Below nine digits of seconds a number is a count or a slip, as it is in a text: 17 is not 1970. */
    if (!isfinite(v) || fabs(v) >= 1e15 || fabs(v) < 1e8)
        return false;
    return keep(llround(fabs(v) < 1e11 ? v * 1e3 : v), ret_ms);
}

/* Index of the three letters at p in a list like "JanFeb...", or -1; letter case does not matter. */
static int name_index(const struct ald_scan *s, const char *names)
{
    if (s->end - s->p < 3)
        return -1;
    for (int i = 0; names[3 * i]; i++) {
        if (!strncasecmp(s->p, names + 3 * (size_t)i, 3))
            return i;
    }
    return -1;
}

bool ald_time_parse_http(const char *s, int64_t *ret_ms)
{
    if (!s)
        return false;
    s += strspn(s, " \t");
    struct ald_scan at = {s, s + strlen(s)};
    while (at.end > at.p && strchr(" \t\r\n", at.end[-1]))
        at.end--;
    struct ald_civil c = {0};
    if (name_index(&at, "MonTueWedThuFriSatSun") < 0)
        return false;
    at.p += 3;
    if (!ald_scan_take(&at, ',') || !ald_scan_take(&at, ' '))
        return false;
    int day_digits = at.end - at.p > 1 && at.p[1] == ' ' ? 1 : 2;
    if (!digits_int(&at, day_digits, &c.day) || !ald_scan_take(&at, ' '))
        return false;
    c.month = name_index(&at, "JanFebMarAprMayJunJulAugSepOctNovDec") + 1;
    if (c.month == 0)
        return false;
    at.p += 3;
    if (!ald_scan_take(&at, ' ') || !digits(&at, 4, &c.year) || !ald_scan_take(&at, ' ') || c.day < 1 ||
        c.day > ald_days_in_month(c.year, c.month))
        return false;
    const char *clock = at.p;
    if (!scan_clock(&at, &c) || at.p - clock != 8 || !ald_scan_take(&at, ' '))
        return false;
    if (name_index(&at, "GMTUTC") < 0 || at.end - at.p != 3)
        return false;
    return keep(ald_ms_from_civil(&c), ret_ms);
}

/* ---- Writing ---- */

/* The digits of v >= 0 before end, over the zeros that stand there. */
static void put_digits(char *end, int v)
{
    for (; v > 0; v /= 10)
        *--end = (char)('0' + v % 10);
}

char *ald_time_format(int64_t ms, char buf[32])
{
    if (ms == ALD_TIME_NONE) {
        (void)snprintf(buf, 32, "none");
        return buf;
    }
    struct ald_civil c = ald_civil_from_ms(ms);
    if (c.year < 0 || c.year > 9999) {
        (void)snprintf(buf, 32, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)c.year, c.month, c.day, c.hour,
                       c.minute, c.second, c.ms);
        return buf;
    }
    memcpy(buf, "0000-00-00T00:00:00.000Z", 25);
    put_digits(buf + 4, (int)c.year);
    put_digits(buf + 7, c.month);
    put_digits(buf + 10, c.day);
    put_digits(buf + 13, c.hour);
    put_digits(buf + 16, c.minute);
    put_digits(buf + 19, c.second);
    put_digits(buf + 23, c.ms);
    return buf;
}

/* ---- The clock ---- */

static int64_t system_now_ms(void *ctx)
{
    (void)ctx;
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ald_fault_clock_ms();
}

/* A signal ends the sleep early on purpose: Ctrl-C must be noticed during a long wait. */
static void system_sleep_ms(void *ctx, int64_t ms)
{
    (void)ctx;
    if (ms <= 0)
        return;
    struct timespec wait = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&wait, NULL);
}

struct ald_clock ald_clock_system(void)
{
    return (struct ald_clock){.now_ms = system_now_ms, .sleep_ms = system_sleep_ms};
}
