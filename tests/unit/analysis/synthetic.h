/* A made-up analysis in memory for the tests of readings and figures: incidents with every state, ties, gaps and open
 * ends, observations filled by seeded draws. No store, no signals. */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alidade/analysis.h"
#include "alidade/rng.h"
#include "analysis/observations.h"
#include "analysis/readings.h"

struct synthetic {
    struct ald_settings settings;
    struct ald_analysis analysis;
    struct ald_rng rng;
};

/** What the draws look like. */
struct recipe {
    size_t n;
    int days; /* starts are spread over so many days from 2024-01-01 */
    int64_t as_of;
    int levels;        /* different values of a signal; 1: all equal */
    unsigned missing;  /* per cent of observations that are absent */
    unsigned no_blast; /* per cent of incidents without any blast radius signal */
    unsigned odd;      /* per cent open, unrecorded, impossible, zero-length, reopened or of another class */
    int64_t grain_ms;  /* durations are multiples of it */
    enum ald_duration_kind duration;
    uint64_t seed;
};

static inline void synthetic_close_to(double found, double expected, double tolerance, const char *what)
{
    if (isnan(expected) ? !isnan(found) : !(fabs(found - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%s: found %.17g, expected %.17g", what, found, expected);
}

static inline unsigned synthetic_draw(struct synthetic *s, unsigned below)
{
    return (unsigned)ald_rng_below(&s->rng, below);
}

/** Says when a moment of an incident was; the others stay. */
static inline void synthetic_moment(const struct ald_analysis *a, struct ald_incident *inc, enum ald_moment moment, int64_t at)
{
    struct ald_taken *own = ald_calloc(a->arena, ALD_MOMENT_N, sizeof *own);
    for (int m = 0; m < ALD_MOMENT_N; m++)
        own[m] = *ald_moment_of(inc, m);
    own[moment].at = at;
    inc->moments = own;
    inc->given = (1u << ALD_MOMENT_N) - 1;
}

/** Fills what follows from spans, state and as-of, as the clocks would. */
static inline void synthetic_finish(struct synthetic *s, struct ald_incident *inc)
{
    const struct ald_analysis *a = &s->analysis;
    inc->duration_ms = inc->acknowledge_ms = ALD_TIME_NONE;
    inc->quarter = ald_quarter_of(&a->calendar, inc->started_at);
    inc->landmark_at = ald_moment_of(inc, ALD_OPENED)->at + a->settings->landmark_ms;
    if (inc->impossible || inc->state == ALD_END_NOT_RECORDED || inc->spans_n == 0)
        return;
    int64_t active = 0, last = inc->started_at;
    for (size_t i = 0; i < inc->spans_n; i++) {
        last = inc->spans[i].end == ALD_TIME_NONE ? a->as_of : inc->spans[i].end;
        active += last - inc->spans[i].start;
    }
    int64_t elapsed = last - inc->started_at;
    int64_t chosen = a->settings->duration == ALD_DURATION_ACTIVE ? active : elapsed;
    if (inc->state == ALD_OPEN)
        return;
    inc->zero_length = chosen == 0;
    if (inc->zero_length)
        return;
    inc->duration_ms = chosen;
}

static inline void synthetic_end(struct synthetic *s, struct ald_incident *inc, struct ald_span *spans, int64_t length,
                                 unsigned odd)
{
    int64_t as_of = s->analysis.as_of;
    inc->spans = spans;
    inc->spans_n = 1;
    spans[0] = (struct ald_span){inc->started_at, inc->started_at + length};
    inc->state = ALD_STATE_RESOLVED;
    switch (odd) {
    case 1:
        spans[0].end = ALD_TIME_NONE;
        break;
    case 2:
        inc->state = ALD_END_NOT_RECORDED;
        synthetic_moment(&s->analysis, inc, ALD_CLOSED, inc->started_at + 40 * length);
        spans[0].end = ALD_TIME_NONE;
        break;
    case 3:
        inc->impossible = true;
        spans[0].end = inc->started_at - length;
        break;
    case 4:
        spans[0].end = inc->started_at;
        break;
    case 5: /* reopened: the second span may be open, and may lie in another quarter */
        inc->spans_n = 2;
        spans[1].start = spans[0].end + 30 * length;
        spans[1].end = synthetic_draw(s, 3) ? spans[1].start + length : ALD_TIME_NONE;
        break;
    case 6:
        inc->cls = (uint8_t)(1 + synthetic_draw(s, ALD_CLASS_N - 1));
        break;
    default:
        break;
    }
    if (inc->spans_n == 2 && spans[1].start >= as_of)
        inc->spans_n = 1;
    struct ald_span *last = &spans[inc->spans_n - 1];
    if (inc->state == ALD_STATE_RESOLVED && (last->end == ALD_TIME_NONE || last->end > as_of)) {
        last->end = ALD_TIME_NONE;
        inc->state = ALD_OPEN;
    }
}

static inline void synthetic_observe(struct synthetic *s, const struct recipe *recipe, struct ald_obs *obs)
{
    bool no_blast = synthetic_draw(s, 100) < recipe->no_blast;
    for (size_t i = 0; i < ALD_SIGNAL_N; i++) {
        const struct ald_signal *signal = ald_signal_at(i);
        double value = synthetic_draw(s, (unsigned)recipe->levels);
        bool missing = synthetic_draw(s, 100) < recipe->missing || (no_blast && signal->axis == ALD_BLAST_RADIUS);
        if (missing || signal->timing == ALD_HINDSIGHT)
            continue;
        obs[i].has_total = true;
        obs[i].total = value + synthetic_draw(s, (unsigned)recipe->levels);
        obs[i].has[ALD_LANDMARK_READING] = true;
        obs[i].axis_value[ALD_LANDMARK_READING] = value;
        obs[i].has[ALD_START_READING] = (signal->timing & ALD_STRUCTURAL) != 0;
        obs[i].axis_value[ALD_START_READING] = value;
    }
}

static inline int synthetic_by_start(const void *a, const void *b)
{
    const struct ald_incident *x = a, *y = b;
    if (x->started_at != y->started_at)
        return x->started_at < y->started_at ? -1 : 1;
    return strcmp(x->id, y->id);
}

/* Room for what is observed of so many incidents and for their readings, none of which is there yet. */
static inline void synthetic_room(struct synthetic *s, size_t incidents)
{
    s->analysis.observations = ald_observations_new(s->analysis.arena, incidents);
    s->analysis.readings = ald_readings_new(s->analysis.arena, incidents);
}

static inline void synthetic_make(struct synthetic *s, const struct recipe *recipe)
{
    memset(s, 0, sizeof *s);
    struct ald_analysis *a = &s->analysis;
    ald_rng_init(&s->rng, recipe->seed);
    s->settings = (struct ald_settings){
        .lookback_quarters = 8, .landmark_ms = ALD_HOUR_MS, .resamples = 500, .duration = recipe->duration};
    struct ald_err err;
    assert_int_equal(ald_zone_load("UTC", &a->zone, &err), ALD_OK);
    a->arena = ald_arena_new();
    a->settings = &s->settings;
    a->calendar = (struct ald_calendar){a->zone, 1, true};
    a->as_of = recipe->as_of;
    int64_t first = ald_days_from_civil(2024, 1, 1) * ALD_DAY_MS;
    a->incidents = ald_calloc(a->arena, recipe->n, sizeof *a->incidents);
    for (size_t i = 0; i < recipe->n; i++) {
        struct ald_incident *inc = &a->incidents[a->incidents_n];
        inc->id = ald_sprintf(a->arena, "src:%u-%zu", synthetic_draw(s, 1000), i);
        inc->moments = ald_no_moments;
        inc->started_at = first + (int64_t)synthetic_draw(s, (unsigned)recipe->days * 24) * ALD_HOUR_MS;
        if (inc->started_at > a->as_of)
            continue;
        synthetic_moment(a, inc, ALD_OPENED, inc->started_at + (int64_t)synthetic_draw(s, 3) * ALD_MINUTE_MS);
        int64_t length = (1 + (int64_t)(exp(6 * ald_rng_unit(&s->rng)))) * recipe->grain_ms;
        bool odd = synthetic_draw(s, 100) < recipe->odd;
        synthetic_end(s, inc, ald_calloc(a->arena, 2, sizeof(struct ald_span)), length,
                      odd ? 1 + synthetic_draw(s, 6) : 0);
        a->incidents_n++;
    }
    qsort(a->incidents, a->incidents_n, sizeof *a->incidents, synthetic_by_start);
    synthetic_room(s, a->incidents_n);
    for (size_t i = 0; i < a->incidents_n; i++) {
        struct ald_obs obs[ALD_SIGNAL_N] = {{.has_total = false}};
        synthetic_finish(s, &a->incidents[i]);
        synthetic_observe(s, recipe, obs);
        for (size_t k = 0; k < ALD_SIGNAL_N; k++)
            ald_observe(a->observations, i, k, &obs[k]);
    }
}

/* Makes all readings anew, on so many threads (0: as many as are worth it). */
static inline void synthetic_read(const struct ald_analysis *a, size_t threads)
{
    ald_measures_drop(a);
    for (size_t i = 0; i < a->incidents_n; i++)
        if (ald_is_read(&a->incidents[i]) && !a->readings->of[i])
            ald_readings_make(a, i, threads);
}

static inline void synthetic_done(struct synthetic *s)
{
    ald_measures_drop(&s->analysis);
    ald_zone_free(s->analysis.zone);
    ald_arena_free(s->analysis.arena);
}
