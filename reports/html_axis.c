/* Axes of drawn charts: their range, and ticks at values that people count in. Writes nothing. */
#include "html_priv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alidade/utf8.h"
#include "alidade/zone.h"

double ald_scale_unit(const struct ald_scale *axis, double v)
{
    if (axis->logarithmic)
        return log(v / axis->low) / log(axis->high / axis->low);
    return (v - axis->low) / (axis->high - axis->low);
}

static void add(struct ald_scale *axis, double at, const char *label)
{
    if (axis->ticks_n < ALD_TICKS_MOST)
        axis->ticks[axis->ticks_n++] = (struct ald_tick){at, label};
}

/* ---- Durations ---- */

struct span {
    double s;
    const char *label;
};
static const struct span spans[] = {{1, "1 s"},        {5, "5 s"},       {15, "15 s"},      {60, "1 min"},   {300, "5 min"},
                                    {900, "15 min"},   {3600, "1 h"},    {14400, "4 h"},    {43200, "12 h"}, {86400, "1 d"},
                                    {259200, "3 d"},   {604800, "7 d"},  {2592000, "30 d"}, {7776000, "90 d"},
                                    {31536000, "1 y"}, {157680000, "5 y"}};
/* For short axes, which those above would leave almost bare. */
static const struct span finer[] = {{1, "1 s"},       {2, "2 s"},       {5, "5 s"},      {10, "10 s"},    {20, "20 s"},   {30, "30 s"},   {60, "1 min"},
                                    {120, "2 min"},   {300, "5 min"},   {600, "10 min"}, {1200, "20 min"}, {1800, "30 min"}, {2400, "40 min"}, {3600, "1 h"},
                                    {5400, "90 min"}, {7200, "2 h"},    {10800, "3 h"},   {21600, "6 h"},  {43200, "12 h"}, {86400, "1 d"}, {172800, "2 d"},
                                    {345600, "4 d"},  {604800, "7 d"},  {1209600, "14 d"}, {2592000, "30 d"}, {5184000, "60 d"},
                                    {15552000, "180 d"}, {31536000, "1 y"}};
#define N(items) (sizeof(items) / sizeof *(items))

/* How many of a ladder lie on the axis, and the first of them. */
static size_t on_axis(const struct ald_scale *axis, const struct span *ladder, size_t n, size_t *ret_first)
{
    size_t first = 0, found = 0;
    while (first < n && ladder[first].s < axis->low * 0.999)
        first++;
    while (first + found < n && ladder[first + found].s <= axis->high * 1.001)
        found++;
    *ret_first = first;
    return found;
}

static void span_ticks(struct ald_scale *axis, size_t most)
{
    size_t first = 0;
    const struct span *ladder = spans;
    size_t n = on_axis(axis, spans, N(spans), &first);
    if (n < 3) {
        ladder = finer;
        n = on_axis(axis, finer, N(finer), &first);
    }
    for (; n < 2 && axis->high < finer[N(finer) - 1].s && axis->low > finer[0].s; n = on_axis(axis, finer, N(finer), &first)) {
        axis->low /= 1.2; /* one value says little beside a bare axis */
        axis->high *= 1.2;
    }
    size_t step = most && n > most ? (n + most - 1) / most : 1;
    for (size_t i = 0; i < n; i += step)
        add(axis, ladder[first + i].s, ladder[first + i].label);
}

static void power_ticks(struct ald_arena *a, struct ald_scale *axis)
{
    for (double p = ceil(log10(axis->low) - 1e-9); p <= log10(axis->high) + 1e-9; p++)
        add(axis, pow(10, p), ald_sprintf(a, "%g", pow(10, p)));
}

/* ---- Numbers ---- */

/* 1, 2 or 5 times a power of ten: the least that needs at most so many steps. */
static double round_step(double range, size_t most)
{
    double raw = range / (double)most, power = pow(10, floor(log10(raw)));
    for (size_t i = 0; i < 3; i++) {
        const double times[] = {1, 2, 5};
        if (times[i] * power >= raw * (1 - 1e-9))
            return times[i] * power;
    }
    return 10 * power;
}

static const char *number_label(struct ald_arena *a, double v, enum ald_show show, double step)
{
    if (show == ALD_SHOW_PERCENT)
        return ald_sprintf(a, "%lld %%", llround(v * 100));
    if (show == ALD_SHOW_SECONDS)
        return ald_sprintf(a, "%g h", v / 3600);
    if (show == ALD_SHOW_POSITION)
        return ald_sprintf(a, "%g", v);
    return step < 1 ? ald_sprintf(a, "%.*f", (int)ceil(-log10(step) - 1e-9), v) : ald_words_count(a, llround(v));
}

static void number_ticks(struct ald_arena *a, struct ald_scale *axis, enum ald_show show, size_t most)
{
    double unit = show == ALD_SHOW_SECONDS ? 3600 : 1, step = round_step((axis->high - axis->low) / unit, most);
    if (show == ALD_SHOW_COUNT && step < 1)
        step = 1;
    step *= unit;
    for (double k = ceil(axis->low / step - 1e-9); k * step <= axis->high + 1e-9 * step; k++)
        add(axis, k * step, number_label(a, k * step, show, step));
}

/* ---- Times ---- */

/* First instants of months, every 1, 2, 3, 6, 12 ... of them; short ranges: days. */
static void month_ticks(struct ald_arena *a, const struct ald_zone *zone, struct ald_scale *axis, size_t most)
{
    static const int steps[] = {1, 2, 3, 6, 12, 24, 60, 120};
    struct ald_civil first = ald_zone_civil(zone, (int64_t)axis->low), last = ald_zone_civil(zone, (int64_t)axis->high);
    int64_t months = (last.year - first.year) * 12 + last.month - first.month + 1;
    size_t s = 0;
    while (s + 1 < sizeof steps / sizeof steps[0] && months / steps[s] > (int64_t)most)
        s++;
    for (int64_t m = 0; m <= months; m++) {
        int64_t month0 = first.month - 1 + m;
        struct ald_civil c = {.year = first.year + month0 / 12, .month = (int)(month0 % 12) + 1, .day = 1};
        double at = (double)ald_zone_instant(zone, &c);
        if (((c.year * 12 + c.month - 1) % steps[s]) != 0 || at < axis->low || at > axis->high)
            continue;
        bool year = steps[s] >= 12;
        const char *month = ald_words_month_short(c.month);
        add(axis, at, year ? ald_sprintf(a, "%" PRId64, c.year) : months > 12 ? ald_sprintf(a, "%s %02d", month, (int)(c.year % 100)) : month);
    }
}

static void day_ticks(struct ald_arena *a, const struct ald_zone *zone, struct ald_scale *axis, size_t most)
{
    struct ald_civil c = ald_zone_civil(zone, (int64_t)axis->low);
    int64_t first = ald_days_from_civil(c.year, c.month, c.day), days = (int64_t)((axis->high - axis->low) / ALD_DAY_MS) + 2;
    int64_t step = days > (int64_t)most ? (days + (int64_t)most - 1) / (int64_t)most : 1;
    for (int64_t d = 0; d <= days; d += step) {
        double at = (double)ald_zone_day_start(zone, first + d);
        if (at < axis->low || at > axis->high)
            continue;
        c = ald_zone_civil(zone, (int64_t)at);
        add(axis, at, ald_sprintf(a, "%d %s", c.day, ald_words_month_short(c.month)));
    }
}

/* ---- An axis ---- */

static void widen(struct ald_scale *axis, enum ald_show show, bool whole)
{
    if (axis->logarithmic) {
        double room = pow(axis->high / axis->low, 0.04);
        axis->low /= room > 1.15 ? room : 1.15;
        axis->high *= room > 1.15 ? room : 1.15;
        return;
    }
    if (whole)
        return;
    if (show != ALD_SHOW_TIME && axis->low > 0)
        axis->low = 0;
    double room = (axis->high - axis->low) * 0.04;
    axis->high += room > 0 ? room : 1;
    if (show == ALD_SHOW_TIME)
        axis->low -= room > 0 ? room : 1;
}

enum { SHORT_LABEL = 7 }; /* "2026-07" */

/* Of a period that is a span of days, its first: below an axis there is no room for both. */
static const char *begins(struct ald_arena *a, const char *label)
{
    const char *to = strstr(label, "..");
    return to ? ald_strndup(a, label, (size_t)(to - label)) : label;
}

void ald_scale_lay(struct ald_arena *a, const struct ald_report *report, const struct ald_points *p, int i, size_t ticks, struct ald_scale *ret)
{
    const struct ald_chart *chart = p->chart;
    enum ald_show show = i ? chart->y_show : chart->x_show;
    *ret = (struct ald_scale){.low = 0, .high = 1, .logarithmic = ald_chart_log(chart, i)};
    if (chart->form == ALD_CHART_RANGES && !i) {
        ret->low = -0.5;
        ret->high = (double)p->n - 0.5;
        size_t chars = ald_utf8_count(begins(a, p->points[p->n - 1].label));
        if (chars > SHORT_LABEL) /* half as many, and the last one wholly left of the end */
            ticks = ticks * 5 / chars > 1 ? ticks * 5 / chars : 1;
        size_t step = p->n > ticks ? (p->n + ticks - 1) / ticks : 1;
        for (size_t k = (p->n - 1) % step; k < p->n; k += step) /* the last one always has its name */
            add(ret, (double)k, begins(a, p->points[k].label));
        return;
    }
    if (!ald_chart_extent(report, p, i, &ret->low, &ret->high))
        return;
    widen(ret, show, ald_chart_whole(chart, i));
    if (show == ALD_SHOW_TIME && ret->high - ret->low < 70.0 * ALD_DAY_MS)
        day_ticks(a, report->zone, ret, ticks);
    else if (show == ALD_SHOW_TIME)
        month_ticks(a, report->zone, ret, ticks);
    else if (ret->logarithmic && show == ALD_SHOW_SECONDS)
        span_ticks(ret, ticks + 1);
    else if (ret->logarithmic)
        power_ticks(a, ret);
    else if (ald_chart_whole(chart, i))
        for (int k = 0; k <= 4; k++)
            add(ret, k / 4.0, ald_sprintf(a, "%g", k / 4.0));
    else
        number_ticks(a, ret, show, ticks);
}
