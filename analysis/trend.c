/* Trend (METHODS 5): the fiscal quarters of the lookback and the period's own, each at the same age. */
#include <math.h>

#include "alidade/change.h"
#include "shift.h"
#include "summaries.h"
#include "usual.h"

static struct ald_interval median_interval(const double *sorted, size_t n)
{
    size_t l = 0, u = 0;
    if (n == 0)
        return (struct ald_interval){.absent = "no incident of the quarter has such a time on record at the same age"};
    if (!ald_order_interval(n, 0.5, &l, &u))
        return (struct ald_interval){.absent = "too few for an interval"};
    return (struct ald_interval){.has = true, .low = sorted[l - 1], .high = sorted[u - 1]};
}

/* shift: that of these very incidents, or NULL. usual: NULL for what is not earlier. */
static void fill_row(const struct ald_analysis *analysis, const struct ald_period *period, const struct ald_window *window,
                     const struct ald_shift *shift, struct ald_trend_row *ret, struct ald_usual *usual)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_standing standing = {.n = 0};
    ald_standing_add(analysis, window, scratch, &standing);
    double *durations = ald_calloc(scratch, standing.n, sizeof *durations);
    for (size_t i = 0; i < standing.n; i++)
        if (!standing.members[i].open)
            durations[ret->resolved++] = (double)standing.members[i].duration_ms;
    ald_sort_doubles(durations, ret->resolved);
    ret->n = standing.incidents;
    ret->open = standing.open;
    if (ret->resolved > 0)
        ret->median_ms = ald_quantile7(durations, ret->resolved, 0.5);
    ret->median_ci = median_interval(durations, ret->resolved);
    if (shift)
        ret->shift = *shift;
    else
        ald_shift_fill(analysis, period, &standing, &ret->shift, usual);
}

/* Class incident, started in the lookback before the quarter. */
static size_t earlier_ones(const struct ald_analysis *analysis, int64_t quarter)
{
    int64_t from, to;
    size_t n = 0;
    ald_reference_of(analysis, quarter, &from, &to);
    size_t last = ald_first_from(analysis, to);
    for (size_t i = ald_first_from(analysis, from); i < last; i++)
        n += analysis->incidents[i].cls == ALD_INCIDENT;
    return n;
}

size_t ald_trend_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct ald_change *change,
                      struct ald_arena *arena, struct ald_trend_row **ret, struct ald_usual *ret_usual)
{
    const struct ald_period *period = &figures->period;
    const struct ald_calendar *cal = &analysis->calendar;
    int64_t first = ald_quarter_of(cal, period->start), last = ald_quarter_of(cal, period->end - 1);
    int64_t last_start = ald_quarter_start(cal, last), last_end = ald_quarter_start(cal, last + 1);
    int64_t begin = analysis->incidents_n > 0 ? analysis->incidents[0].started_at : ALD_TIME_NONE;
    size_t n = 0, cap = 0;
    *ret = NULL;
    ald_usual_begin(ret_usual, earlier_ones(analysis, first));
    if (begin == ALD_TIME_NONE || analysis->as_of < last_start)
        return 0;
    for (int64_t q = first - analysis->settings->lookback_quarters; q <= last; q++) {
        struct ald_trend_row row = {.start = ald_quarter_start(cal, q), .end = ald_quarter_start(cal, q + 1)};
        if (row.end <= begin)
            continue; /* nobody knows how many there were */
        struct ald_window window = ald_window_at_age(analysis, row.start, row.end, last_start, last_end);
        if (q == last && analysis->as_of < last_end)
            window.to = analysis->as_of + 1;
        row.label = ald_quarter_label(arena, cal, q);
        row.own = q >= first;
        row.part = row.start < begin;
        bool same = row.start == change->current.start && row.end == change->current.end;
        fill_row(analysis, period, &window, same ? &change->shift : NULL, &row, row.own ? NULL : ret_usual);
        *ret = ald_grow(arena, *ret, n, &cap, sizeof **ret);
        (*ret)[n++] = row;
    }
    return n;
}
