/* Start readings worked by hand: forty earlier incidents, two days apart from 2026-04-01 on, and one in the quarter after them.
 * Ties, constant axes, one axis alone, comparables that are still open, and nothing at all to compare with. Hours. */
#include "flat.h"

#include "analysis/observations.h"

enum { BEFORE = 40, NEWCOMER = BEFORE };
#define HOURS(n) ((int64_t)((n) * (double)ALD_HOUR_MS))

static void see(struct flat *flat, size_t incident, size_t signal, double value)
{
    const struct ald_obs obs = {.has_total = true,
                                .total = value,
                                .has = {true, true},
                                .axis_value = {value, value},
                                .absent_landmark = "does not accumulate"};
    ald_observe(flat->a->observations, incident, signal, &obs);
}

/* Durations as given; the newcomer's last. Observed is nothing. */
static void begin(struct flat *flat, const double hours[BEFORE + 1])
{
    flat_make(flat, BEFORE + 1);
    for (size_t i = 0; i <= BEFORE; i++) {
        struct ald_incident *inc = &flat->a->incidents[i];
        inc->started_at =
            ald_days_from_civil(2026, 4, 1) * ALD_DAY_MS + (int64_t)(i < BEFORE ? 2 * i : 100) * ALD_DAY_MS;
        synthetic_moment(flat->a, inc, ALD_OPENED, inc->started_at);
        flat_lasts(flat, i, HOURS(hours[i]));
    }
}

/* Readings as they are made, in place of flat.h's by hand. */
static void read_all(const struct flat *flat)
{
    for (size_t i = 0; i < flat->a->incidents_n; i++)
        flat->a->readings->of[i] = NULL;
    synthetic_read(flat->a, 0);
}

static const struct ald_reading *start_reading(const struct flat *flat)
{
    read_all(flat);
    const struct ald_reading *r = &ald_measure_at(flat->a, NEWCOMER)->reading[ALD_START_READING];
    if (r->absent)
        fail_msg("absent: %s", r->absent);
    return r;
}

/* Bounds in hours; negative: absent. */
static void reads(const struct ald_reading *r, size_t m, double percentile, double lower, double median, double upper,
                  const char *text)
{
    assert_int_equal(r->m, m);
    synthetic_close_to(r->percentile, percentile, 1e-12, "percentile");
    const struct {
        bool has;
        double found, want;
    } bounds[] = {{r->has_lower, r->lower_ms, lower}, {r->has_median, r->median_ms, median}, {r->has_upper, r->upper_ms, upper}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(bounds[i].has, bounds[i].want >= 0);
        if (bounds[i].has)
            synthetic_close_to(bounds[i].found, bounds[i].want * (double)ALD_HOUR_MS, 1e-12, "bound");
    }
    assert_string_equal(ald_reading_text(r), text);
}

static void one_to_forty(double hours[BEFORE + 1], double newcomer)
{
    for (int i = 0; i < BEFORE; i++)
        hours[i] = 1 + (i * 7) % BEFORE; /* 1 to 40 in some order */
    hours[NEWCOMER] = newcomer;
}

/* Every signal the same: no axis tells them apart, the whole reference is compared. S is 1/2 from 20 to 21 h. */
static void constant_axes(void **state)
{
    (void)state;
    static const struct {
        double hours, percentile;
        const char *text;
    } cases[] = {{20.5, 20.5 / 41, "typical"},
                 {20, 20.0 / 41, "typical"}, /* 19 shorter, one equal */
                 {3.9, 3.5 / 41, "shorter than comparable"},
                 {4, 4.0 / 41, "typical"}, /* on the bound is inside */
                 {37, 37.0 / 41, "typical"},
                 {37.1, 37.5 / 41, "longer than comparable"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct flat flat;
        double hours[BEFORE + 1];
        one_to_forty(hours, cases[i].hours);
        begin(&flat, hours);
        for (size_t k = 0; k <= BEFORE; k++)
            see(&flat, k, ALD_SIGNAL_novelty, 1);
        const struct ald_reading *r = start_reading(&flat);
        assert_int_equal(r->basis, ALD_BASIS_WHOLE);
        assert_false(r->axis[ALD_COMPLEXITY].has);
        assert_true(r->tells_little);
        assert_int_equal(r->k, 20);
        reads(r, 40, cases[i].percentile, 4, 20.5, 37, cases[i].text);
        flat_done(&flat);
    }
}

/* All lasted equally long: bounds and median are that one time. */
static void ties(void **state)
{
    (void)state;
    static const struct {
        double hours, percentile;
        const char *text;
    } cases[] = {{5, 20.5 / 41, "typical"}, {4, 0.5 / 41, "shorter than comparable"}, {6, 40.5 / 41, "longer than comparable"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct flat flat;
        double hours[BEFORE + 1];
        for (size_t k = 0; k < BEFORE; k++)
            hours[k] = 5;
        hours[NEWCOMER] = cases[i].hours;
        begin(&flat, hours);
        reads(start_reading(&flat), 40, cases[i].percentile, 5, 5, 5, cases[i].text);
        flat_done(&flat);
    }
}

/* Twenty new ones (novelty 1) of 1 to 20 h and twenty known ones (1/2) of 100 h; no signal of blast radius. */
static void two_kinds(struct flat *flat, double newcomer)
{
    double hours[BEFORE + 1];
    for (int i = 0; i < BEFORE; i++)
        hours[i] = i % 2 ? 100 : 1 + i / 2;
    hours[NEWCOMER] = newcomer;
    begin(flat, hours);
    for (size_t i = 0; i <= BEFORE; i++)
        see(flat, i, ALD_SIGNAL_novelty, i % 2 ? 0.5 : 1);
}

static void one_axis(void **state)
{
    (void)state;
    struct flat flat;
    two_kinds(&flat, 20.5);
    const struct ald_reading *r = start_reading(&flat);
    assert_int_equal(r->basis, ALD_BASIS_COMPLEXITY);
    assert_false(r->axis[ALD_BLAST_RADIUS].has);
    assert_int_equal(r->candidates, 40);
    /* 20 below, 20 equal: raw (20 + 19/2 + 1/2)/40 as its equals have it, position (20 + 20/2 + 1/2)/41. */
    double raw, coverage;
    assert_true(ald_axis_told(flat.a, NEWCOMER, ALD_START_READING, ALD_COMPLEXITY, &raw, &coverage));
    synthetic_close_to(raw, 0.75, 1e-12, "raw");
    synthetic_close_to(r->axis[ALD_COMPLEXITY].position, 30.5 / 41, 1e-12, "position");
    synthetic_close_to(coverage, 1, 1e-12, "coverage");
    reads(r, 20, 20.5 / 21, 2, 10.5, 19, "longer than comparable");
    flat_done(&flat);
}

/* Of the new ones those of 16 to 20 h are open on the first day of the quarter, longer than the others lasted: S stays at a
 * quarter. Nothing is beyond a bound that is not there. */
static void open_comparables(void **state)
{
    (void)state;
    struct flat flat;
    two_kinds(&flat, 2000);
    for (size_t i = 30; i < BEFORE; i += 2)
        flat_lasts(&flat, i, HOURS(24 * 120));
    reads(start_reading(&flat), 20, (20 * 0.75 + 0.5) / 21, 2, 10.5, -1, "typical");
    flat_done(&flat);
    two_kinds(&flat, 10); /* S(10 h) = 1/2 exactly: its half, 9 shorter and itself half */
    for (size_t i = 20; i < BEFORE; i += 2)
        flat_lasts(&flat, i, HOURS(24 * 120));
    reads(start_reading(&flat), 20, (20 * (1 - (0.5 + 0.55) / 2) + 0.5) / 21, 2, 10, -1, "typical"); /* to the end: its first time */
    flat_done(&flat);
    two_kinds(&flat, 10);
    for (size_t i = 0; i < BEFORE; i += 2)
        flat_lasts(&flat, i, HOURS(24 * 120));
    reads(start_reading(&flat), 20, 0.5 / 21, -1, -1, -1, "typical"); /* all open: nothing is known */
    flat_done(&flat);
}

/* Still open after 12 h and a half: longer than twelve of twenty. It has no percentile of its own. */
static void open_newcomer(void **state)
{
    (void)state;
    struct flat flat;
    two_kinds(&flat, 1);
    flat.a->as_of = flat.a->incidents[NEWCOMER].started_at + HOURS(12.5);
    flat_is_open(&flat, NEWCOMER);
    const struct ald_reading *r = start_reading(&flat);
    assert_false(r->has_percentile);
    assert_int_equal(r->verdict, ALD_STILL_OPEN);
    assert_string_equal(ald_reading_text(r), "already longer than 60 % of comparable");
    flat_done(&flat);
}

static void nothing_before(void **state)
{
    (void)state;
    struct flat flat;
    flat_make(&flat, 1);
    flat_lasts(&flat, 0, HOURS(1));
    read_all(&flat);
    const struct ald_measure *m = ald_measure_at(flat.a, 0);
    assert_string_equal(m->reading[ALD_START_READING].absent, "not enough history: 0");
    assert_int_equal(m->shown, -1);
    flat_done(&flat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_axes),    cmocka_unit_test(ties),          cmocka_unit_test(one_axis),
        cmocka_unit_test(open_comparables), cmocka_unit_test(open_newcomer), cmocka_unit_test(nothing_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
