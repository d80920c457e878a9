/* Slices of a baseline at the same age, and how incidents stood then: see standing.h. A young period has had less time
 * to resolve its long incidents; so that it is not compared with grown-up ones, each slice is cut at the same age. */
#include "standing.h"

#include "summaries.h"

struct ald_window ald_window_at_age(const struct ald_analysis *analysis, int64_t start, int64_t end,
                                    int64_t reference_start, int64_t reference_end)
{
    if (analysis->as_of >= reference_end)
        return (struct ald_window){.from = start, .to = end, .now = end + (analysis->as_of - reference_end)};
    /* Running: what had started by the same time after its own beginning. */
    int64_t now = start + (analysis->as_of - reference_start);
    return (struct ald_window){.from = start, .to = now < end ? now : end, .now = now};
}

size_t ald_baseline_windows(const struct ald_analysis *analysis, const struct ald_period *period,
                            struct ald_arena *arena, struct ald_window **ret)
{
    int64_t oldest_day = ald_lookback_start_day(period->start_day, analysis->settings->lookback_quarters);
    int64_t oldest = ald_zone_day_start(analysis->calendar.zone, oldest_day);
    size_t n = 0, cap = 0;
    *ret = NULL;
    for (int i = 1; analysis->as_of >= period->start; i++) {
        struct ald_period slice;
        ald_period_slice(&analysis->calendar, period, i, &slice);
        if (slice.end <= oldest)
            break;
        struct ald_window window = ald_window_at_age(analysis, slice.start, slice.end, period->start, period->end);
        if (window.from < oldest)
            window.from = oldest;
        *ret = ald_grow(arena, *ret, n, &cap, sizeof **ret);
        (*ret)[n++] = window;
    }
    return n;
}

/* As it is now: the clocks themselves. */
static bool stands(const struct ald_analysis *analysis, const struct ald_incident *inc, struct ald_member *ret)
{
    ret->open = inc->state == ALD_OPEN;
    ret->duration_ms = ret->open ? ald_open_for_ms(analysis, inc) : inc->duration_ms;
    return ret->duration_ms != ALD_TIME_NONE;
}

void ald_standing_add(const struct ald_analysis *analysis, const struct ald_window *window, struct ald_arena *arena,
                      struct ald_standing *standing)
{
    bool present = window->now >= analysis->as_of;
    size_t first = 0, last = 0;
    ald_started_between(analysis, window->from, window->to, &first, &last);
    for (size_t i = first; i < last; i++) {
        const struct ald_incident *inc = &analysis->incidents[i];
        struct ald_member member = {.incident = (uint32_t)i};
        if (inc->cls != ALD_INCIDENT)
            continue;
        standing->incidents++;
        if (!(present ? stands(analysis, inc, &member) : ald_stood(analysis, inc, window->now, &member))) {
            standing->others = ald_grow(arena, standing->others, standing->others_n, &standing->others_cap, sizeof *standing->others);
            standing->others[standing->others_n++] = (uint32_t)i;
            continue;
        }
        standing->open += member.open;
        standing->members = ald_grow(arena, standing->members, standing->n, &standing->cap, sizeof *standing->members);
        standing->members[standing->n++] = member;
    }
}

struct ald_standing ald_standing_now(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena)
{
    struct ald_window window = {.from = period->start, .to = period->end, .now = analysis->as_of};
    struct ald_standing ret = {.n = 0};
    if (analysis->as_of < window.from)
        return ret;
    if (analysis->as_of < window.to)
        window.to = analysis->as_of + 1; /* what started in this very millisecond has begun */
    ald_standing_add(analysis, &window, arena, &ret);
    return ret;
}
