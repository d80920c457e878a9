/* Kaplan-Meier: ties, censoring, the flat stretch at one half, everything censored. Worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alidade/stats.h"

enum { MOST = 64 };

static void assert_close(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-12))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

/* A curve with its memory. */
struct curve {
    struct ald_km_step steps[MOST];
    size_t order[MOST];
    struct ald_km km;
};

static void fit(struct curve *curve, const double *times, const bool *open, size_t n)
{
    curve->km = (struct ald_km){.steps = curve->steps};
    ald_km_fit(times, open, n, curve->order, &curve->km);
}

static void without_open_ones(void **state)
{
    (void)state;
    struct curve c;
    fit(&c, (double[]){30, 10, 20, 20}, (bool[4]){false}, 4);
    assert_int_equal(c.km.m, 4);
    assert_int_equal(c.km.n_steps, 3);
    assert_close(ald_km_s(&c.km, 9), 1);
    assert_close(ald_km_s(&c.km, 10), 0.75);
    assert_close(ald_km_s_minus(&c.km, 10), 1);
    assert_close(ald_km_s(&c.km, 20), 0.25);
    assert_close(ald_km_s_minus(&c.km, 20), 0.75);
    assert_close(ald_km_s(&c.km, 1000), 0);
    double t = 0;
    assert_true(ald_km_median(&c.km, &t));
    assert_close(t, 20);
    assert_true(ald_km_reach(&c.km, 1, &t));
    assert_close(t, 10);
    assert_true(ald_km_reach(&c.km, 2, &t));
    assert_close(t, 20);
    assert_true(ald_km_reach(&c.km, 4, &t));
    assert_close(t, 30);
}

static void flat_at_one_half(void **state)
{
    (void)state;
    struct curve c;
    double t = 0;
    fit(&c, (double[]){1, 2, 5, 9}, (bool[4]){false}, 4);
    assert_true(ald_km_median(&c.km, &t));
    assert_close(t, 3.5); /* the middle of 2 and 5, as every median of four */
    /* One half to the end: its first time. */
    fit(&c, (double[]){1, 2, 5, 9}, (bool[]){false, false, true, true}, 4);
    assert_true(ald_km_median(&c.km, &t));
    assert_close(t, 2);
    /* A censoring inside the flat stretch does not end it: 0.5 from 2 until the next event at 9. */
    fit(&c, (double[]){1, 2, 5, 9}, (bool[]){false, false, true, false}, 4);
    assert_true(ald_km_median(&c.km, &t));
    assert_close(t, 5.5);
}

static void censored(void **state)
{
    (void)state;
    struct curve c;
    double t = 0;
    /* At risk 6: 5/6; at 4 one ends and one is open (ends first): * 4/5; at 7 of 3 two: * 1/3; then open. */
    fit(&c, (double[]){4, 2, 4, 7, 9, 7}, (bool[]){true, false, false, false, true, false}, 6);
    assert_int_equal(c.km.n_steps, 3);
    assert_close(ald_km_s(&c.km, 2), 5.0 / 6);
    assert_close(ald_km_s(&c.km, 4), 5.0 / 6 * 4 / 5);
    assert_close(ald_km_s(&c.km, 7), 5.0 / 6 * 4 / 5 / 3);
    assert_true(ald_km_median(&c.km, &t));
    assert_close(t, 7);
    assert_true(ald_km_reach(&c.km, 1, &t));
    assert_close(t, 2);
    assert_false(ald_km_reach(&c.km, 5, &t)); /* longer than seen so far */
}

static void all_censored(void **state)
{
    (void)state;
    struct curve c;
    double t = 0;
    fit(&c, (double[]){3, 1, 2}, (bool[]){true, true, true}, 3);
    assert_int_equal(c.km.n_steps, 0);
    assert_close(ald_km_s(&c.km, 100), 1);
    assert_false(ald_km_median(&c.km, &t));
    assert_false(ald_km_reach(&c.km, 1, &t));
    fit(&c, (double[]){0}, (bool[]){false}, 0);
    assert_close(ald_km_s(&c.km, 1), 1);
}

static void sorted_is_the_same(void **state)
{
    (void)state;
    struct curve c, d;
    static const double times[] = {1, 1, 2, 3, 3, 3, 8};
    static const bool open[] = {false, true, false, false, false, true, false};
    fit(&c, times, open, 7);
    d.km = (struct ald_km){.steps = d.steps};
    ald_km_fit_sorted(times, open, 7, &d.km);
    assert_int_equal(c.km.n_steps, d.km.n_steps);
    for (size_t i = 0; i < c.km.n_steps; i++)
        assert_close(c.km.steps[i].s, d.km.steps[i].s);
    assert_close(d.km.steps[d.km.n_steps - 1].s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_open_ones), cmocka_unit_test(flat_at_one_half),   cmocka_unit_test(censored),
        cmocka_unit_test(all_censored),      cmocka_unit_test(sorted_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
