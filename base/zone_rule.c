/* The rule for times after a zone's table: the POSIX TZ string at the end of TZif files, with the extensions of RFC
 * 8536. Knows neither files nor tables. */
#include "base/zone_priv.h"

#include <string.h>

#define DAY_S INT64_C(86400)

static bool number(const char **p, int max, int *ret)
{
    int v = 0, n = 0;
    for (; **p >= '0' && **p <= '9' && n < 3; n++, (*p)++)
        v = v * 10 + (**p - '0');
    *ret = v;
    return n > 0 && v <= max;
}

static bool take(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

/* [+-]h[hh][:mm[:ss]] */
static bool seconds(const char **p, int max_hours, int64_t *ret)
{
    int sign = take(p, '-') ? -1 : 1, h, m = 0, s = 0;
    if (sign > 0)
        (void)take(p, '+');
    if (!number(p, max_hours, &h))
        return false;
    if (take(p, ':') && !number(p, 59, &m))
        return false;
    if (take(p, ':') && !number(p, 59, &s))
        return false;
    *ret = (int64_t)sign * (h * 3600 + m * 60 + s);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Letters, or letters, digits and signs in <>. */
static bool abbreviation(struct ald_arena *arena, const char **p, const char **ret)
{
    const char *from = *p;
    bool quoted = take(p, '<');
    from += quoted;
    while (is_letter(**p) || (quoted && (strchr("+-", **p) || (**p >= '0' && **p <= '9')) && **p))
        (*p)++;
    size_t n = (size_t)(*p - from);
    if (n < 3 || n > 32 || (quoted && !take(p, '>')))
        return false;
    *ret = ald_strndup(arena, from, n);
    return true;
}

/* ,Mm.w.d[/time] or ,Jn[/time] or ,n[/time] */
static bool change(const char **p, struct ald_zone_change *ret)
{
    *ret = (struct ald_zone_change){.kind = 'N', .time_s = 7200};
    if (!take(p, ','))
        return false;
    bool ok;
    if (take(p, 'M')) {
        ret->kind = 'M';
        ok = number(p, 12, &ret->month) && ret->month >= 1 && take(p, '.') && number(p, 5, &ret->week) &&
             ret->week >= 1 && take(p, '.') && number(p, 6, &ret->day);
    } else if (take(p, 'J')) {
        ret->kind = 'J';
        ok = number(p, 365, &ret->day) && ret->day >= 1;
    } else {
        ok = number(p, 365, &ret->day);
    }
    return ok && (!take(p, '/') || seconds(p, 167, &ret->time_s));
}

bool ald_zone_rule_parse(struct ald_arena *arena, const char *text, struct ald_zone_rule *ret)
{
    int64_t west;
    const char *p = text;
    *ret = (struct ald_zone_rule){.present = *text != '\0'};
    if (!ret->present)
        return true;
    if (!abbreviation(arena, &p, &ret->std.abbreviation) || !seconds(&p, 24, &west))
        return false;
    ret->std.offset_s = (int32_t)-west;
    if (!*p)
        return true;
    ret->has_dst = true;
    if (!abbreviation(arena, &p, &ret->dst.abbreviation))
        return false;
    ret->dst.offset_s = ret->std.offset_s + 3600;
    if (*p && *p != ',') {
        if (!seconds(&p, 24, &west))
            return false;
        ret->dst.offset_s = (int32_t)-west;
    }
    return change(&p, &ret->start) && change(&p, &ret->end) && !*p;
}

/* The day of a change in a year, as days since 1970. */
static int64_t change_day(const struct ald_zone_change *c, int64_t year)
{
    int64_t jan1 = ald_days_from_civil(year, 1, 1);
    if (c->kind == 'N')
        return jan1 + c->day;
    if (c->kind == 'J')
        return jan1 + c->day - 1 + (c->day >= 60 && ald_days_in_month(year, 2) == 29);
    int64_t first = ald_days_from_civil(year, c->month, 1);
    int sunday_is_0 = (ald_weekday(first) + 1) % 7;
    int day = (c->day - sunday_is_0 + 7) % 7 + 7 * (c->week - 1);
    return first + (day < ald_days_in_month(year, c->month) ? day : day - 7); /* week 5 is the last one */
}

static int64_t dst_start(const struct ald_zone_rule *f, int64_t year)
{
    return change_day(&f->start, year) * DAY_S + f->start.time_s - f->std.offset_s;
}

static int64_t dst_end(const struct ald_zone_rule *f, int64_t year)
{
    return change_day(&f->end, year) * DAY_S + f->end.time_s - f->dst.offset_s;
}

/* The span of daylight saving time that starts in a year; in the south it ends in the next one. */
static void dst_span(const struct ald_zone_rule *f, int64_t year, int64_t *ret_start, int64_t *ret_end)
{
    *ret_start = dst_start(f, year);
    *ret_end = dst_end(f, year);
    if (*ret_end < *ret_start)
        *ret_end = dst_end(f, year + 1);
}

static int64_t year_of(int64_t t)
{
    int64_t ms;
    if (__builtin_mul_overflow(t, ALD_SECOND_MS, &ms))
        ms = t < 0 ? INT64_MIN : INT64_MAX;
    return ald_civil_from_ms(ms).year;
}

const struct ald_zone_type *ald_zone_rule_type(const struct ald_zone_rule *f, int64_t t)
{
    if (!f->has_dst)
        return &f->std;
    int64_t year = year_of(t);
    /* Spans that touch (daylight saving time all year) are one: hence any span, not the latest change. */
    for (int64_t y = year - 2; y <= year + 1; y++) {
        int64_t start, end;
        dst_span(f, y, &start, &end);
        if (start <= t && t < end)
            return &f->dst;
    }
    return &f->std;
}

int64_t ald_zone_rule_next(const struct ald_zone_rule *f, int64_t t)
{
    int64_t next = INT64_MAX;
    if (!f->has_dst)
        return next;
    int64_t year = year_of(t);
    for (int64_t y = year - 2; y <= year + 2; y++) {
        int64_t at[2] = {dst_start(f, y), dst_end(f, y)};
        for (int i = 0; i < 2; i++) {
            if (at[i] > t && at[i] < next)
                next = at[i];
        }
    }
    return next;
}
