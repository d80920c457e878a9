/* A made-up period in memory, for tests of what is made of finished readings: n resolved incidents, two a day from
 * 2026-07-01 on unless told otherwise, no readings. The caller sets durations and readings by hand. */
#pragma once

#include "synthetic.h"

struct flat {
    struct synthetic s;
    struct ald_analysis *a;
    struct ald_measure *measures; /* by incident: what stands for readings */
    struct ald_period period;
    struct ald_figures figures;
};

/** The period is the third quarter of 2026; as-of is after it. */
static inline void flat_make(struct flat *flat, size_t n)
{
    struct ald_err err;
    memset(flat, 0, sizeof *flat);
    struct recipe nothing = {.n = 0, .days = 1, .as_of = ald_days_from_civil(2026, 11, 1) * ALD_DAY_MS, .levels = 1};
    synthetic_make(&flat->s, &nothing);
    struct ald_analysis *a = flat->a = &flat->s.analysis;
    assert_int_equal(ald_period_parse(a->arena, &a->calendar, "2026Q3", a->as_of, &flat->period, &err), ALD_OK);
    a->incidents = ald_calloc(a->arena, n, sizeof *a->incidents);
    synthetic_room(&flat->s, n);
    flat->measures = ald_calloc(a->arena, n, sizeof *flat->measures);
    a->incidents_n = n;
    uint32_t *own = ald_calloc(a->arena, n, sizeof *own);
    for (size_t i = 0; i < n; i++) {
        struct ald_incident *inc = &a->incidents[i];
        own[i] = (uint32_t)i;
        inc->id = ald_sprintf(a->arena, "src:%04zu", i);
        inc->moments = ald_no_moments;
        inc->first_team = ALD_NOBODY;
        inc->state = ALD_STATE_RESOLVED;
        inc->started_at = flat->period.start + (int64_t)i * 12 * ALD_HOUR_MS;
        synthetic_moment(a, inc, ALD_OPENED, inc->started_at);
        synthetic_finish(&flat->s, inc);
        for (int r = 0; r < ALD_READING_N; r++)
            flat->measures[i].reading[r].absent = "none";
        flat->measures[i].shown = -1;
        a->readings->of[i] = &flat->measures[i];
    }
    flat->figures = (struct ald_figures){.period = flat->period, .incidents = own, .incidents_n = n};
}

static inline void flat_lasts(struct flat *flat, size_t i, int64_t ms)
{
    struct ald_incident *inc = &flat->a->incidents[i];
    struct ald_span *span = ald_alloc(flat->a->arena, sizeof *span);
    *span = (struct ald_span){inc->started_at, inc->started_at + ms};
    inc->spans = span;
    inc->spans_n = 1;
    synthetic_finish(&flat->s, inc);
}

static inline void flat_is_open(struct flat *flat, size_t i)
{
    struct ald_incident *inc = &flat->a->incidents[i];
    struct ald_span *span = ald_alloc(flat->a->arena, sizeof *span);
    *span = (struct ald_span){inc->started_at, ALD_TIME_NONE};
    inc->spans = span;
    inc->spans_n = 1;
    inc->state = ALD_OPEN;
    synthetic_finish(&flat->s, inc);
}

/** A start reading that has nothing but a percentile. */
static inline void flat_stands(struct flat *flat, size_t i, double percentile)
{
    struct ald_reading *r = &flat->measures[i].reading[ALD_START_READING];
    *r = (struct ald_reading){.m = 20, .has_percentile = true, .percentile = percentile};
    flat->measures[i].shown = ALD_START_READING;
}

static inline void flat_done(struct flat *flat)
{
    synthetic_done(&flat->s);
}
