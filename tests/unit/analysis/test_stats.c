/* Statistics against numbers worked by hand and by Python (fractions, statistics, closed-form t distributions). */
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

#define N(a) (sizeof(a) / sizeof *(a))

static void assert_close(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void quantiles(void **state)
{
    (void)state;
    double x[] = {3, 1, 4, 1, 5, 9, 2, 6};
    ald_sort_doubles(x, N(x));
    static const struct {
        double q, expected;
    } cases[] = {{0, 1}, {0.25, 1.75}, {0.5, 3.5}, {0.9, 6.9}, {1, 9}, {2.0 / 7, 2}};
    for (size_t i = 0; i < N(cases); i++)
        assert_close(ald_quantile7(x, N(x), cases[i].q), cases[i].expected, 1e-12);
    double one[] = {7};
    assert_close(ald_quantile7(one, 1, 0.9), 7, 0);
    assert_close(ald_mean(x, N(x)), 3.875, 1e-15);
    assert_close(ald_variance(x, N(x)), 7.553571428571429, 1e-12);
}

static void binomial(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double p;
        int64_t k;
        double expected;
    } cases[] = {
        {10, 0.5, 2, 0.0546875},
        {36, 0.9, 35, 0.9774716004550609},
        {35, 0.9, 34, 0.9749684449500676},
        {100, 0.9, 85, 0.07257296526488076},
        {1000, 0.5, 470, 0.03101159754918159},
        {5000, 0.9, 4450, 0.010533535726016471},
        {10, 0.5, -1, 0},
        {10, 0.5, 10, 1},
    };
    for (size_t i = 0; i < N(cases); i++)
        assert_close(ald_binomial_cdf(cases[i].n, cases[i].p, cases[i].k), cases[i].expected, 1e-10);
    assert_close(ald_beta_inc(2, 3, 0.4), 0.5248, 1e-13);
    assert_close(ald_beta_inc(1, 1, 0.3), 0.3, 1e-14);
}

static void order_intervals(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double q;
        size_t l, u; /* 0: there is none */
    } cases[] = {
        {0, 0.5, 0, 0},    {1, 0.5, 0, 0},     {5, 0.5, 0, 0},       {6, 0.5, 1, 6},
        {7, 0.5, 1, 7},    {10, 0.5, 2, 9},    {20, 0.5, 6, 15},     {35, 0.5, 12, 24},
        {36, 0.5, 12, 25}, {100, 0.5, 40, 61}, {501, 0.5, 229, 273}, {35, 0.9, 0, 0},
        {36, 0.9, 29, 36}, {37, 0.9, 29, 37},  {100, 0.9, 84, 96},   {501, 0.9, 437, 465},
    };
    for (size_t i = 0; i < N(cases); i++) {
        size_t l = 0, u = 0;
        assert_int_equal(ald_order_interval(cases[i].n, cases[i].q, &l, &u), cases[i].u > 0);
        assert_int_equal(l, cases[i].l);
        assert_int_equal(u, cases[i].u);
    }
    size_t l = 0, u = 0; /* large n stays affordable and sound */
    assert_true(ald_order_interval(100000, 0.5, &l, &u));
    assert_in_range(l, 49600, 49700);
    assert_int_equal(l + u, 100001);
}

static void student_t(void **state)
{
    (void)state;
    static const struct {
        double df, t975, t95;
    } cases[] = {
        {1, 12.706204736174676, 6.313751514675028},   {2, 4.302652729749459, 2.919985580353722},
        {3, 3.1824463052837064, 2.353363434801821},   {4, 2.7764451051977934, 2.1318467863266495},
        {7, 2.364624251592783, 1.8945786050900062},   {11, 2.200985160091639, 1.7958848187040424},
        {12, 2.1788128296672262, 1.7822875556493187}, {25, 2.0595385527532954, 1.7081407612518982},
        {51, 2.007583770315832, 1.675284950424908},   {103, 1.9832641447734498, 1.6597822733802507},
    };
    for (size_t i = 0; i < N(cases); i++) {
        assert_close(ald_student_t_quantile(0.975, cases[i].df), cases[i].t975, 1e-11);
        assert_close(ald_student_t_quantile(0.95, cases[i].df), cases[i].t95, 1e-11);
        assert_close(ald_student_t_quantile(0.025, cases[i].df), -cases[i].t975, 1e-11);
    }
    assert_close(ald_student_t_quantile(0.5, 5), 0, 0);
}

static void wilson(void **state)
{
    (void)state;
    double low = 0, high = 0;
    ald_wilson(3, 10, &low, &high);
    assert_close(low, 0.10779126655639398, 1e-14);
    assert_close(high, 0.6032218546540291, 1e-14);
    ald_wilson(0, 10, &low, &high);
    assert_close(low, 0, 0);
    assert_close(high, 0.2775328030260577, 1e-14);
    ald_wilson(10, 10, &low, &high);
    assert_close(low, 0.7224671969739421, 1e-14);
    assert_close(high, 1, 0);
}

static void spearman(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 2, 3, 5, 8, 8, 8}, y[] = {2, 1, 4, 4, 9, 7, 7, 10};
    double rho = 0;
    assert_true(ald_spearman(x, y, N(x), &rho));
    assert_close(rho, 0.8262304062195837, 1e-12);
    static const double up[] = {1, 5, 9}, down[] = {3, 2, 1}, flat[] = {4, 4, 4};
    assert_true(ald_spearman(up, down, 3, &rho));
    assert_close(rho, -1, 1e-15);
    assert_false(ald_spearman(up, flat, 3, &rho));
    assert_false(ald_spearman(up, down, 2, &rho));
}

static void positions(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 2, 2, 5};
    static const struct {
        double at;
        bool member;
        double expected;
    } cases[] = {
        {0, false, 0.5 / 6}, {1, false, 1.0 / 6}, {1.5, false, 1.5 / 6},        {2, false, (1 + 1.5 + 0.5) / 6},
        {9, false, 5.5 / 6}, {1, true, 0.5 / 5},  {2, true, (1 + 1 + 0.5) / 5}, {5, true, 4.5 / 5},
    };
    for (size_t i = 0; i < N(cases); i++)
        assert_close(ald_position_of(x, N(x), cases[i].at, cases[i].member), cases[i].expected, 1e-15);
}

/* Few are compared, many are sorted by their bytes: both keep the order of equals, and both zeros are one value. */
static void keyed(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 700, 1023, 1024, 4096, 70000};
    for (size_t c = 0; c < N(sizes); c++) {
        size_t n = sizes[c];
        struct ald_keyed *x = calloc(n + 1, sizeof *x);
        double *plain = calloc(n + 1, sizeof *plain);
        uint64_t draw = 88172645463325252u;
        assert_true(x && plain);
        for (size_t i = 0; i < n; i++) {
            draw ^= draw << 13;
            draw ^= draw >> 7;
            draw ^= draw << 17;
            double value = (double)(int64_t)draw / (i % 3 ? 1e19 : 1e300);
            if (i % 2)
                value = (double)((int64_t)(draw % 41) - 20) * (i % 4 == 1 ? 1 : 0.25); /* many ties, -0.0 among them */
            if (i % 101 == 0)
                value = i % 2 ? (double)INFINITY : -(double)INFINITY;
            x[i] = (struct ald_keyed){.value = value, .at = i};
            plain[i] = value;
        }
        ald_sort_keyed(x, n);
        ald_sort_doubles(plain, n);
        for (size_t i = 1; i < n; i++) {
            assert_true(x[i - 1].value < x[i].value || (x[i - 1].value <= x[i].value && x[i - 1].at < x[i].at));
            assert_true(plain[i - 1] <= plain[i]);
        }
        for (size_t i = 0; i < n; i++)
            assert_true(plain[i] <= x[i].value && plain[i] >= x[i].value);
        free(x);
        free(plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles), cmocka_unit_test(binomial), cmocka_unit_test(order_intervals),
        cmocka_unit_test(student_t), cmocka_unit_test(wilson),   cmocka_unit_test(spearman),
        cmocka_unit_test(positions), cmocka_unit_test(keyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
