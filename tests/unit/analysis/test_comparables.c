/* The nearest with all ties against comparing all, however points lie and in whatever order is asked; and what is read off those that
 * have ended against the curve of Kaplan and Meier, to the bit. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alidade/rng.h"
#include "comparables.h"
#include "lasting.h"

enum { MEMBERS = 1500, ASKED = 300 };

/* How points lie: all over, on few places, along a line, most of them in one place. */
enum lie { EVENLY, ON_FEW, ON_LINE, IN_HEAP, LIE_N };

static void lie(struct ald_rng *rng, enum lie how, double ret[ALD_AXIS_N])
{
    ret[0] = ald_rng_unit(rng);
    ret[1] = ald_rng_unit(rng);
    if (how == ON_FEW) {
        ret[0] = floor(ret[0] * 3) / 3;
        ret[1] = floor(ret[1] * 40) / 40;
    } else if (how == ON_LINE) {
        ret[1] = ret[0];
    } else if (how == IN_HEAP && ald_rng_below(rng, 3)) {
        ret[0] = ret[1] = 0.5;
    }
}

static void place(struct ald_arena *arena, struct ald_axis_frame *axis)
{
    struct ald_keyed *order = ald_calloc(arena, MEMBERS, sizeof *order);
    for (size_t i = 0; i < MEMBERS; i++)
        if (!isnan(axis->position[i]))
            order[axis->raw_n++] = (struct ald_keyed){.value = axis->position[i], .at = i};
    ald_sort_keyed(order, axis->raw_n);
    axis->order = ald_calloc(arena, axis->raw_n, sizeof *axis->order);
    for (size_t i = 0; i < axis->raw_n; i++)
        axis->order[i] = (uint32_t)order[i].at;
}

/* Some members have no place on an axis, and some are open where that is wanted. */
static void make_frame(struct ald_rng *rng, enum lie how, bool some_open, struct ald_arena *arena, struct ald_frame *ret)
{
    struct ald_member *members = ald_calloc(arena, MEMBERS, sizeof *members);
    int64_t duration = 1;
    *ret = (struct ald_frame){.members = members, .n = MEMBERS};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        ret->axes[axis].position = ald_calloc(arena, MEMBERS, sizeof(double));
    for (size_t i = 0; i < MEMBERS; i++) {
        double at[ALD_AXIS_N];
        duration += (int64_t)ald_rng_below(rng, 3); /* with ties */
        members[i] = (struct ald_member){.incident = (uint32_t)i, .duration_ms = duration, .open = some_open && ald_rng_below(rng, 20) == 0};
        lie(rng, how, at);
        for (int axis = 0; axis < ALD_AXIS_N; axis++)
            ret->axes[axis].position[i] = ald_rng_below(rng, 10) ? at[axis] : (double)NAN;
    }
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        place(arena, &ret->axes[axis]);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The definition (METHODS 4). */
static size_t by_all_pairs(const struct ald_frame *frame, const struct ald_reading *reading, uint32_t *ret)
{
    static double d[MEMBERS], sorted[MEMBERS];
    size_t n = 0, m = 0;
    for (size_t i = 0; i < frame->n; i++) {
        d[i] = reading->basis == ALD_BASIS_WHOLE ? 0 : ald_comparables_distance(frame, reading, (uint32_t)i);
        if (!isnan(d[i]))
            sorted[n++] = d[i];
    }
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    double reach = n <= reading->k ? (double)INFINITY : sorted[reading->k - 1] + 1e-12;
    for (size_t i = 0; i < frame->n; i++)
        if (d[i] <= reach || reading->basis == ALD_BASIS_WHOLE)
            ret[m++] = (uint32_t)i;
    return m;
}

static void assert_lasting(const struct ald_frame *frame, const uint32_t *at, size_t m, bool open)
{
    static struct ald_km_step steps[MEMBERS];
    static double times[MEMBERS];
    static bool still[MEMBERS];
    struct ald_km km = {.steps = steps};
    struct ald_lasting lasting;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_lasting_scratch scratch;
    for (size_t i = 0; i < m; i++) {
        times[i] = (double)frame->members[at[i]].duration_ms;
        still[i] = frame->members[at[i]].open;
    }
    ald_km_fit_sorted(times, still, m, &km);
    ald_lasting_scratch_init(&scratch, m, arena);
    ald_lasting_of(frame->members, at, m, open, &scratch, &lasting);
    for (size_t rank = 1; rank <= m; rank++) {
        double expected = 0, found = 0;
        bool reached = ald_km_reach(&km, (double)rank, &expected);
        assert_int_equal(ald_lasting_reach(&lasting, rank, &found), reached);
        assert_memory_equal(&found, &expected, sizeof found);
    }
    double expected = 0, found = 0;
    bool has = ald_km_median(&km, &expected);
    assert_int_equal(ald_lasting_median(&lasting, &found), has);
    assert_memory_equal(&found, &expected, sizeof found);
    for (double t = times[0] - 1; t <= times[m - 1] + 1; t += 1 + floor((times[m - 1] - times[0]) / 100)) {
        double s, s_minus, s_km = ald_km_s(&km, t), s_minus_km = ald_km_s_minus(&km, t);
        ald_lasting_beyond(&lasting, t, &s, &s_minus);
        assert_memory_equal(&s, &s_km, sizeof s);
        assert_memory_equal(&s_minus, &s_minus_km, sizeof s_minus);
    }
}

static void assert_nearest(struct ald_neighbourhood *near, const struct ald_reading *reading)
{
    static uint32_t found[MEMBERS], expected[MEMBERS];
    size_t m = ald_comparables_find(near, reading, found), n = by_all_pairs(near->frame, reading, expected);
    bool open = false;
    assert_int_equal(m, n);
    assert_memory_equal(found, expected, m * sizeof *found);
    for (size_t i = 0; i < m; i++)
        open = open || near->frame->members[found[i]].open;
    assert_int_equal(near->found_open, open);
    assert_lasting(near->frame, found, m, near->found_open);
}

static int by_walk(const void *a, const void *b)
{
    return ald_comparables_compare(a, b);
}

/* Axes of a frame that was stored have no order: it makes its own once many ask. */
static void assert_nearest_of_stored(struct ald_frame frame, const struct ald_reading *asked, struct ald_arena *arena)
{
    struct ald_neighbourhood near;
    frame.stored = true;
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        frame.axes[axis].order = NULL;
    ald_neighbourhood_init(&near, &frame, arena);
    ald_neighbourhood_many(&near, &frame, 1, arena);
    assert_true(near.once);
    assert_nearest(&near, &asked[0]);
    ald_neighbourhood_many(&near, &frame, ASKED, arena);
    assert_false(near.once);
    for (size_t i = 0; i < ASKED; i++)
        assert_nearest(&near, &asked[i]);
}

static void nearest(void **state)
{
    (void)state;
    static struct ald_reading asked[ASKED];
    struct ald_rng rng;
    ald_rng_init(&rng, 4);
    for (int round = 0; round < LIE_N * 2; round++) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
        struct ald_frame frame;
        struct ald_neighbourhood near, shared;
        make_frame(&rng, (enum lie)(round / 2), round % 2, arena, &frame);
        ald_neighbourhood_init(&near, &frame, arena);
        for (size_t i = 0; i < ASKED; i++) {
            double at[ALD_AXIS_N];
            lie(&rng, (enum lie)(round / 2), at);
            asked[i] = (struct ald_reading){.absent = NULL};
            for (int axis = 0; axis < ALD_AXIS_N; axis++)
                if (ald_rng_below(&rng, 5))
                    asked[i].axis[axis] = (struct ald_axis_position){.has = true, .position = at[axis]};
            ald_comparables_choose(&near, &asked[i]);
            assert_nearest(&near, &asked[i]); /* as they come */
        }
        qsort(asked, ASKED, sizeof *asked, by_walk);
        ald_neighbourhood_share(&near, arena, &shared);
        for (size_t i = 0; i < ASKED; i++)
            assert_nearest(&shared, &asked[i]); /* as they are asked in earnest */
        assert_nearest_of_stored(frame, asked, arena);
    }
}

/* METHODS 4: both axes where 30 have both, else the axis that more have (a tie: complexity), else all; k = round(sqrt(n)) in 20..200. */
static void how_many(void **state)
{
    (void)state;
    enum { WHOLE = 100000 };
    static const struct {
        bool complexity, blast;
        size_t on_complexity, on_blast, on_both;
        enum ald_basis basis;
        uint32_t candidates, k;
    } cases[] = {
        {true, true, 90, 90, 30, ALD_BASIS_BOTH, 30, 20},
        {true, true, 90, 91, 29, ALD_BASIS_BLAST_RADIUS, 91, 20},
        {true, true, 91, 90, 29, ALD_BASIS_COMPLEXITY, 91, 20},
        {true, true, 90, 90, 29, ALD_BASIS_COMPLEXITY, 90, 20},
        {true, true, 29, 29, 29, ALD_BASIS_WHOLE, WHOLE, 200},
        {true, false, 30, 90, 30, ALD_BASIS_COMPLEXITY, 30, 20},
        {true, false, 29, 90, 29, ALD_BASIS_WHOLE, WHOLE, 200},
        {false, true, 90, 30, 30, ALD_BASIS_BLAST_RADIUS, 30, 20},
        {false, false, 90, 90, 90, ALD_BASIS_WHOLE, WHOLE, 200},
        {true, true, 900, 900, 420, ALD_BASIS_BOTH, 420, 20},  /* 20.49 */
        {true, true, 900, 900, 421, ALD_BASIS_BOTH, 421, 21},  /* 20.52 */
        {true, true, 900, 900, 462, ALD_BASIS_BOTH, 462, 21},  /* 21.49 */
        {true, true, 900, 900, 463, ALD_BASIS_BOTH, 463, 22},  /* 21.52 */
        {true, true, 50000, 50000, 39800, ALD_BASIS_BOTH, 39800, 199}, /* 199.4994 */
        {true, true, 50000, 50000, 50000, ALD_BASIS_BOTH, 50000, 200},
    };
    const struct ald_frame frame = {.n = WHOLE};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct ald_neighbourhood near = {.frame = &frame,
                                               .candidates = {[ALD_BASIS_BOTH] = cases[i].on_both,
                                                              [ALD_BASIS_COMPLEXITY] = cases[i].on_complexity,
                                                              [ALD_BASIS_BLAST_RADIUS] = cases[i].on_blast}};
        struct ald_reading reading = {.axis = {[ALD_COMPLEXITY].has = cases[i].complexity, [ALD_BLAST_RADIUS].has = cases[i].blast}};
        ald_comparables_choose(&near, &reading);
        assert_int_equal(reading.basis, cases[i].basis);
        assert_int_equal(reading.candidates, cases[i].candidates);
        assert_int_equal(reading.k, cases[i].k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nearest), cmocka_unit_test(how_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
