/* Change of a period's times to resolve against the lookback at the same age (METHODS 5). Reads a finished analysis. */
#include "alidade/change.h"

#include <math.h>

#include "reshuffle.h"
#include "shift.h"
#include "summaries.h"

#define Z975 1.959964
#define Z80 0.841621
#define ALPHA 0.05
enum { WEEKS_LEAST = 4 };

/* One side: its values and its weeks with data. */
struct pile {
    double *logs;
    struct ald_week *log_weeks, *sum_weeks;
    size_t n, weeks;
    struct ald_week *open_weeks; /* of all incidents: how many, and how many of them were open */
    size_t all_weeks;
    int64_t least_open_ms;
};

/* Weeks come in order. */
static void count_week(struct pile *pile, int64_t week, int64_t *at, bool open)
{
    if (pile->all_weeks == 0 || week != *at)
        pile->all_weeks++;
    *at = week;
    pile->open_weeks[pile->all_weeks - 1].n++;
    pile->open_weeks[pile->all_weeks - 1].sum += open;
}

static int64_t shorter_of(int64_t ms, int64_t other)
{
    return ms == ALD_TIME_NONE || other < ms ? other : ms;
}

static void pile_up(const struct ald_analysis *analysis, const struct ald_period *period,
                    const struct ald_standing *standing, struct ald_arena *scratch, struct pile *ret,
                    struct ald_seed_line *lines, size_t *lines_n)
{
    size_t room = standing->n;
    *ret = (struct pile){.logs = ald_calloc(scratch, room, sizeof *ret->logs),
                         .log_weeks = ald_calloc(scratch, room, sizeof *ret->log_weeks),
                         .sum_weeks = ald_calloc(scratch, room, sizeof *ret->sum_weeks),
                         .open_weeks = ald_calloc(scratch, room + standing->others_n, sizeof *ret->open_weeks),
                         .least_open_ms = ALD_TIME_NONE};
    int64_t week = 0, any_week = 0;
    size_t other = 0;
    for (size_t i = 0; i <= standing->n; i++) {
        const struct ald_member *member = i < standing->n ? &standing->members[i] : NULL;
        for (; other < standing->others_n && (!member || standing->others[other] < member->incident); other++)
            count_week(ret, ald_period_week(&analysis->calendar, period, analysis->incidents[standing->others[other]].started_at), &any_week, false);
        if (!member)
            break;
        const struct ald_incident *inc = &analysis->incidents[member->incident];
        int64_t now = ald_period_week(&analysis->calendar, period, inc->started_at);
        count_week(ret, now, &any_week, member->open);
        if (member->open) {
            ret->least_open_ms = shorter_of(ret->least_open_ms, member->duration_ms);
            continue;
        }
        if (ret->n == 0 || now != week)
            ret->weeks++;
        week = now;
        double ms = (double)member->duration_ms;
        struct ald_week *logs = &ret->log_weeks[ret->weeks - 1], *sums = &ret->sum_weeks[ret->weeks - 1];
        ret->logs[ret->n++] = log(ms);
        logs->n++;
        sums->n++;
        logs->sum += log(ms);
        sums->sum += ms;
        lines[(*lines_n)++] = (struct ald_seed_line){.id = inc->id, .duration_ms = member->duration_ms};
    }
}

static double squares(const struct pile *pile, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < pile->n; i++)
        sum += (pile->logs[i] - mean) * (pile->logs[i] - mean);
    return sum;
}

static double squares_of_weeks(const struct pile *pile, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < pile->weeks; i++) {
        double off = pile->log_weeks[i].sum / (double)pile->log_weeks[i].n - mean;
        sum += (double)pile->log_weeks[i].n * off * off;
    }
    return sum;
}

/* What could have been seen: variance of logs, blown up where weeks differ by more than their incidents explain. */
static void fill_detectable(const struct pile *now, const struct pile *then, double mean_now, double mean_then,
                            struct ald_change *ret)
{
    double n1 = (double)now->n, n2 = (double)then->n, weeks = (double)(now->weeks + then->weeks);
    ret->detectable_absent = "too few incidents or weeks to tell how much they vary";
    if (n1 + n2 <= 2 || weeks <= 2)
        return;
    double variance = (squares(now, mean_now) + squares(then, mean_then)) / (n1 + n2 - 2);
    ret->detectable_absent = "all of them lasted equally long";
    if (!(variance > 0))
        return;
    double f = (squares_of_weeks(now, mean_now) + squares_of_weeks(then, mean_then)) / (weeks - 2) / variance;
    double s = sqrt(variance * fmax(1, f)), z = Z975 + Z80;
    ret->has_detectable = true;
    ret->detectable_absent = NULL;
    ret->detectable_reduction = 1 - exp(-z * s * sqrt(1 / n1 + 1 / n2));
    double one = z * s / log(1 / 0.9);
    ret->incidents_needed = ceil(2 * one * one);
}

static void say(struct ald_arena *arena, struct ald_change *ret)
{
    if (!ret->changed)
        ret->verdict = ald_sprintf(arena,
                                   "no evidence of change: a difference this large comes up by chance in %.0f %% of "
                                   "reshuffles",
                                   100 * ret->p_value);
    else if (ret->ratio_ci.has)
        ret->verdict = ald_sprintf(arena, "changed by a factor %.2f (95 %% interval %.2f to %.2f)", ret->ratio,
                                   ret->ratio_ci.low, ret->ratio_ci.high);
    else
        ret->verdict = ald_sprintf(arena, "changed by a factor %.2f", ret->ratio);
}

static const char *withheld(const struct ald_figures *figures, const struct ald_change *change, struct ald_arena *arena)
{
    size_t open = figures->population.open, n = figures->incidents_n;
    if (change->current.weeks < WEEKS_LEAST)
        return ald_sprintf(arena, "only %zu week%s of the period %s an incident with a time of resolution, 4 are needed", change->current.weeks,
                           change->current.weeks == 1 ? "" : "s", change->current.weeks == 1 ? "has" : "have");
    if (change->baseline.weeks < WEEKS_LEAST)
        return ald_sprintf(arena, "only %zu week%s before the period %s an incident with a time of resolution, 4 are needed", change->baseline.weeks,
                           change->baseline.weeks == 1 ? "" : "s", change->baseline.weeks == 1 ? "has" : "have");
    if (open * 5 > n)
        return ald_sprintf(arena, "withheld: %zu of %zu incidents of the period are still open, more than 20 %%", open,
                           n);
    return NULL;
}

static void compare(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct pile *now,
                    const struct pile *then, struct ald_seed_text *seeds, struct ald_arena *arena, struct ald_change *ret)
{
    int resamples = analysis->settings->resamples;
    const struct ald_weeks logs_now = {now->log_weeks, now->weeks}, logs_then = {then->log_weeks, then->weeks};
    const struct ald_weeks sums_then = {then->sum_weeks, then->weeks};
    double mean_now = ald_weeks_mean(&logs_now), mean_then = ald_weeks_mean(&logs_then);
    ret->ratio = exp(mean_now - mean_then);
    ret->ratio_ci = ald_resample_two(&logs_now, &logs_then, resamples, ald_resample_seed(seeds, "change.ratio"));
    ret->luck = ald_resample_luck(&sums_then, now->weeks, then->weeks, resamples,
                                  ald_resample_seed(seeds, "change.luck_interval_mean"));
    fill_detectable(now, then, mean_now, mean_then, ret);
    ret->p_absent = withheld(figures, ret, arena);
    if (ret->p_absent || resamples < 1)
        return;
    ret->has_p = true;
    ret->p_value = ald_reshuffle_p(&logs_now, &logs_then, resamples, ald_resample_seed(seeds, "change.p_value"));
    ret->changed = ret->p_value < ALPHA;
    say(arena, ret);
}

/* Whether one side has more that are still open than luck explains. It looks at what the ratio leaves out. */
static void compare_open(const struct ald_analysis *analysis, const struct pile *now, const struct pile *then,
                         struct ald_seed_text *seeds, struct ald_change *ret)
{
    const struct ald_weeks weeks_now = {now->open_weeks, now->all_weeks}, weeks_then = {then->open_weeks, then->all_weeks};
    int resamples = analysis->settings->resamples;
    struct ald_open_then *open = &ret->open_then;
    open->least_ms = now->least_open_ms;
    open->p_absent = now->all_weeks < WEEKS_LEAST    ? "fewer than 4 weeks of the period have an incident"
                     : then->all_weeks < WEEKS_LEAST ? "fewer than 4 weeks of the baseline have an incident"
                                                     : NULL;
    if (open->p_absent || resamples < 1)
        return;
    open->has_p = true;
    open->p_value = ret->current.open + ret->baseline.open == 0
                        ? 1
                        : ald_reshuffle_p(&weeks_now, &weeks_then, resamples, ald_resample_seed(seeds, "change.open_at_same_age"));
}

/* ---- The two sides ---- */

/* Whether the history begins after the start of the period just before. */
static bool only_part(const struct ald_analysis *analysis, const struct ald_period *period)
{
    struct ald_period before;
    int64_t first = analysis->incidents_n > 0 ? analysis->incidents[0].started_at : ALD_TIME_NONE;
    ald_period_slice(&analysis->calendar, period, 1, &before);
    return first != ALD_TIME_NONE && first < period->start && first >= before.start;
}

/* The baseline begins with the lookback, or where the history does. */
static void label_baseline(const struct ald_analysis *analysis, const struct ald_period *period,
                           struct ald_arena *arena, struct ald_change_side *ret)
{
    const struct ald_zone *zone = analysis->calendar.zone;
    int64_t first = analysis->incidents_n > 0 ? analysis->incidents[0].started_at : ALD_TIME_NONE;
    int64_t day = ald_lookback_start_day(period->start_day, analysis->settings->lookback_quarters);
    if (first == ALD_TIME_NONE || first >= period->start)
        return;
    struct ald_civil c = ald_zone_civil(zone, first), end = ald_civil_from_ms(period->start_day * ALD_DAY_MS);
    int64_t first_day = ald_days_from_civil(c.year, c.month, c.day);
    if (first_day > day)
        day = first_day;
    struct ald_civil begin = ald_civil_from_ms(day * ALD_DAY_MS);
    ret->start = ald_zone_day_start(zone, day);
    ret->end = period->start;
    ret->label = ald_sprintf(arena, "%04lld-%02d-%02d..%04lld-%02d-%02d", (long long)begin.year, begin.month, begin.day,
                             (long long)end.year, end.month, end.day);
}

static void stand_then(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *scratch,
                       struct ald_standing *ret)
{
    struct ald_window *windows;
    size_t n = ald_baseline_windows(analysis, period, scratch, &windows);
    while (n-- > 0)
        ald_standing_add(analysis, &windows[n], scratch, ret);
}

static void count_side(const struct ald_standing *standing, const struct pile *pile, struct ald_change_side *ret)
{
    ret->incidents = standing->incidents;
    ret->n = pile->n;
    ret->open = standing->open;
    ret->weeks = pile->weeks;
}

void ald_change_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                     struct ald_change *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_period *period = &figures->period;
    static const char not_begun[] = "the period has not begun";
    *ret = (struct ald_change){.current = {.label = period->label, .start = period->start, .end = period->end},
                               .absent = not_begun,
                               .open_then = {.p_absent = not_begun, .least_ms = ALD_TIME_NONE},
                               .shift = {.absent = not_begun, .interval = {.absent = not_begun}}};
    label_baseline(analysis, period, arena, &ret->baseline);
    ret->part_baseline = only_part(analysis, period);
    struct ald_standing now = {.n = 0}, then = {.n = 0};
    if (analysis->as_of >= period->start) {
        struct pile now_pile, then_pile;
        size_t lines_n = 0;
        now = ald_standing_now(analysis, period, scratch);
        stand_then(analysis, period, scratch, &then);
        struct ald_seed_line *lines = ald_calloc(scratch, now.n + then.n, sizeof *lines);
        pile_up(analysis, period, &now, scratch, &now_pile, lines, &lines_n);
        pile_up(analysis, period, &then, scratch, &then_pile, lines, &lines_n);
        count_side(&now, &now_pile, &ret->current);
        count_side(&then, &then_pile, &ret->baseline);
        ald_shift_fill(analysis, period, &now, &ret->shift, NULL);
        ret->absent = now_pile.n == 0    ? "none has a recorded end"
                      : then_pile.n == 0 ? "no earlier incident has such a time on record at the same age"
                                         : NULL;
        struct ald_seed_text *seeds = ald_seed_text(scratch, period->label, lines, lines_n);
        compare_open(analysis, &now_pile, &then_pile, seeds, ret);
        if (!ret->absent)
            compare(analysis, figures, &now_pile, &then_pile, seeds, arena, ret);
    }
    if (ret->absent)
        ret->p_absent = ret->detectable_absent = ret->ratio_ci.absent = ret->luck.absent = ret->absent;
}
