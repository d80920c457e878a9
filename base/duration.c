/* Durations: see time.h. Reading them in ISO 8601 and in the configuration's form, writing them for people. Knows no
 * zones and no calendar: a day has 24 hours, and months have no length. */
#include <stdio.h>
#include <string.h>

#include "alidade/time.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400
#define LONGEST_MS (INT64_C(200) * 366 * ALD_DAY_MS) /* no configured or reported duration is longer */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

/* A decimal number kept in integers, so that 1.1 h has no rounding surprises: whole + part / scale. */
struct amount {
    int64_t whole, part, scale;
};

static bool scan_amount(const char **s, bool comma, struct amount *ret)
{
    *ret = (struct amount){.scale = 1};
    if (!is_digit(**s))
        return false;
    for (; is_digit(**s); (*s)++) {
        ret->whole = ret->whole * 10 + (**s - '0');
        if (ret->whole > LONGEST_MS)
            return false;
    }
    if (!take(s, '.') && !(comma && take(s, ',')))
        return true;
    for (; is_digit(**s) && ret->scale < 1000000000; (*s)++) {
        ret->part = ret->part * 10 + (**s - '0');
        ret->scale *= 10;
    }
    return ret->scale > 1 && !is_digit(**s);
}

static bool add_amount(const struct amount *a, int64_t unit_ms, int64_t *total)
{
    if (a->whole > LONGEST_MS / unit_ms)
        return false;
    *total += a->whole * unit_ms + a->part * unit_ms / a->scale;
    return *total <= LONGEST_MS;
}

/* ServiceNow writes a duration as the time that long after 1970 began; later than the eighties it would be a date. */
static bool parse_since_1970(const char *s, size_t n, int64_t *ret_ms)
{
    int64_t ms;
    if (n != 19 || s[10] != ' ' || !ald_time_parse(s, n, &ms) || ms < 0 || ms >= INT64_C(20) * 365 * ALD_DAY_MS)
        return false;
    *ret_ms = ms;
    return true;
}

/* The components of an ISO duration in their order. Years and months have no length in milliseconds: 0, and only none
 * of them will do. */
static const struct iso_unit {
    char letter;
    bool clock; /* behind the T */
    int64_t unit_ms;
} iso_units[] = {{'Y', false, 0},           {'M', false, 0},          {'W', false, 7 * ALD_DAY_MS},
                 {'D', false, ALD_DAY_MS},  {'H', true, ALD_HOUR_MS}, {'M', true, ALD_MINUTE_MS},
                 {'S', true, ALD_SECOND_MS}};

static bool scan_iso_components(const char **s, int64_t *ret_total)
{
    size_t n_units = sizeof iso_units / sizeof iso_units[0], next = 0;
    bool clock = false, fraction = false;
    *ret_total = 0;
    do {
        struct amount a;
        clock |= !clock && take(s, 'T');
        /* Only the last component may have a fraction. */
        if (fraction || !scan_amount(s, true, &a) || !**s)
            return false;
        while (next < n_units && (iso_units[next].letter != **s || iso_units[next].clock != clock))
            next++;
        if (next == n_units)
            return false;
        int64_t unit_ms = iso_units[next++].unit_ms;
        if (unit_ms ? !add_amount(&a, unit_ms, ret_total) : a.whole || a.part)
            return false;
        fraction = a.scale > 1;
        (*s)++;
    } while (**s);
    return true;
}

bool ald_duration_parse_iso(const char *s, int64_t *ret_ms)
{
    size_t n = s ? strnlen(s, 65) : 0;
    if (n == 0 || n > 64)
        return false;
    if (parse_since_1970(s, n, ret_ms))
        return true;
    const char *at = s;
    bool minus = take(&at, '-');
    int64_t total;
    if (!take(&at, 'P') || !scan_iso_components(&at, &total))
        return false;
    *ret_ms = minus ? -total : total;
    return true;
}

bool ald_duration_parse(const char *s, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        int64_t unit_ms;
    } units[] = {{"ms", 1},          {"s", ALD_SECOND_MS}, {"m", ALD_MINUTE_MS}, {"min", ALD_MINUTE_MS},
                 {"h", ALD_HOUR_MS}, {"d", ALD_DAY_MS},    {"w", 7 * ALD_DAY_MS}};
    if (!s || strnlen(s, 65) > 64)
        return false;
    const char *at = s;
    struct amount a;
    if (!scan_amount(&at, false, &a))
        return false;
    while (take(&at, ' '))
        ;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t total = 0;
        if (strcmp(at, units[i].name) != 0)
            continue;
        if (!add_amount(&a, units[i].unit_ms, &total))
            return false;
        *ret_ms = total;
        return true;
    }
    return false;
}

/* Rounded to what is shown of it: the smaller of the two units that a length of its kind has. */
static unsigned long long shown_ms(unsigned long long size)
{
    unsigned long long step = size < 100                              ? 1
                              : size < ALD_SECOND_MS                  ? 100
                              : size < 10ULL * ALD_MINUTE_MS          ? ALD_SECOND_MS
                              : size < (unsigned long long)ALD_DAY_MS ? ALD_MINUTE_MS
                                                                      : ALD_HOUR_MS;
    return (size + step / 2) / step * step;
}

char *ald_duration_format(int64_t ms, char buf[32])
{
    if (ms == ALD_TIME_NONE) {
        (void)snprintf(buf, 32, "none");
        return buf;
    }
    const char *sign = ms < 0 ? "-" : "";
    unsigned long long size = shown_ms((unsigned long long)(ms < 0 ? -ms : ms));
    unsigned long long s = size / 1000, d = s / DAY_S, h = s % DAY_S / HOUR_S, min = s % HOUR_S / MINUTE_S;
    if (d > 0 && h == 0)
        (void)snprintf(buf, 32, "%s%llu d", sign, d);
    else if (d > 0)
        (void)snprintf(buf, 32, "%s%llu d %llu h", sign, d, h);
    else if (h > 0 && min == 0)
        (void)snprintf(buf, 32, "%s%llu h", sign, h);
    else if (h > 0)
        (void)snprintf(buf, 32, "%s%llu h %02llu min", sign, h, min);
    else if (min > 0 && s % 60 == 0)
        (void)snprintf(buf, 32, "%s%llu min", sign, min);
    else if (min > 0)
        (void)snprintf(buf, 32, "%s%llu min %02llu s", sign, min, s % 60);
    else if (s > 0 || size == 0)
        (void)snprintf(buf, 32, "%s%llu s", sign, s);
    else if (size >= 100)
        (void)snprintf(buf, 32, "%s0.%llu s", sign, size / 100);
    else
        (void)snprintf(buf, 32, "%s%llu ms", sign, size);
    return buf;
}
