/* A made-up history for the tests of change: incidents added one by one in order of start, months and quarters in UTC.
 */
#pragma once

#include "synthetic.h"

#include "alidade/change.h"
#include "alidade/stats.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define HOUR ALD_HOUR_MS
#define DAY ALD_DAY_MS

static inline int64_t day(int year, int month, int d)
{
    return ald_days_from_civil(year, month, d) * ALD_DAY_MS;
}

static inline struct ald_period period_of(struct synthetic *s, const char *text)
{
    struct ald_period period;
    struct ald_err err;
    assert_int_equal(ald_period_parse(s->analysis.arena, &s->analysis.calendar, text, s->analysis.as_of, &period, &err),
                     ALD_OK);
    return period;
}

/* Room for so many incidents, none of them there yet. */
static inline void room(struct synthetic *s, int64_t as_of, size_t most)
{
    const struct recipe none = {0, 1, as_of, 2, 0, 0, 0, 1, ALD_DURATION_ACTIVE, 1};
    synthetic_make(s, &none);
    s->settings.resamples = 2000;
    s->analysis.incidents = ald_calloc(s->analysis.arena, most, sizeof *s->analysis.incidents);
    synthetic_room(s, most);
}

/* What had not ended by as-of is open; what had not started is not there (NULL). length 0: open. */
static inline struct ald_incident *add(struct synthetic *s, int64_t start, int64_t length)
{
    struct ald_analysis *a = &s->analysis;
    if (start > a->as_of)
        return NULL;
    struct ald_incident *inc = &a->incidents[a->incidents_n];
    struct ald_span *span = ald_alloc(a->arena, sizeof *span);
    bool open = length == 0 || start + length > a->as_of;
    *span = (struct ald_span){start, open ? ALD_TIME_NONE : start + length};
    inc->id = ald_sprintf(a->arena, "src:%05zu", a->incidents_n);
    inc->moments = ald_no_moments;
    inc->started_at = start;
    synthetic_moment(a, inc, ALD_OPENED, start);
    inc->spans = span;
    inc->spans_n = 1;
    inc->state = open ? ALD_OPEN : ALD_STATE_RESOLVED;
    synthetic_finish(s, inc);
    a->incidents_n++;
    return inc;
}

static inline struct ald_figures figures_of(struct synthetic *s, const char *period)
{
    struct ald_figures figures;
    struct ald_period p = period_of(s, period);
    ald_analysis_figures(&s->analysis, &p, s->analysis.arena, &figures);
    return figures;
}

static inline struct ald_change change_of(struct synthetic *s, const char *period)
{
    struct ald_change change;
    struct ald_figures figures = figures_of(s, period);
    ald_change_fill(&s->analysis, &figures, s->analysis.arena, &change);
    return change;
}
