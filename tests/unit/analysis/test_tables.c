/* The statistics against tables that R computed (tables.h, made by tables.R): quantiles of type 7, Spearman, Wilson, ranks of
 * order-statistic intervals, Benjamini-Hochberg, Student's t, Kaplan-Meier with its midpoint rule, the band of a count, funnel
 * limits with over-dispersion. */
#include "flat.h"

#include <stdio.h>

#include "alidade/groups.h"
#include "alidade/stats.h"
#include "tables.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define R_TOLERANCE 1e-12
#define Z_TOLERANCE 2e-7 /* METHODS writes 1.959964 where R has qnorm(0.975) */

static void quantiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(type7); i++) {
        double x[12];
        size_t n = type7[i].n;
        memcpy(x, type7[i].x, sizeof x);
        ald_sort_doubles(x, n);
        const double want[][2] = {{0.1, type7[i].q10}, {0.25, type7[i].q25}, {0.5, type7[i].q50}, {0.9, type7[i].q90}, {1, type7[i].q100}};
        for (size_t k = 0; k < N(want); k++)
            synthetic_close_to(ald_quantile7(x, n, want[k][0]), want[k][1], R_TOLERANCE, "quantile");
    }
}

static void correlations(void **state)
{
    (void)state;
    double rho = 0;
    for (size_t i = 0; i < N(rank_correlation); i++) {
        assert_true(ald_spearman(rank_correlation[i].x, rank_correlation[i].y, rank_correlation[i].n, &rho));
        synthetic_close_to(rho, rank_correlation[i].rho, R_TOLERANCE, "rho");
    }
    static const double flat[] = {4, 4, 4}, up[] = {1, 2, 3};
    assert_false(ald_spearman(flat, up, 3, &rho)); /* R gives NA */
    assert_false(ald_spearman(up, flat, 3, &rho));
    assert_false(ald_spearman(up, up, 2, &rho));
}

static void intervals(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(wilson_interval); i++) {
        double low = 0, high = 0;
        ald_wilson(wilson_interval[i].k, wilson_interval[i].n, &low, &high);
        synthetic_close_to(low, wilson_interval[i].low, Z_TOLERANCE, "Wilson");
        synthetic_close_to(high, wilson_interval[i].high, Z_TOLERANCE, "Wilson");
    }
    for (size_t i = 0; i < N(order_ranks); i++) {
        size_t l = 0, u = 0;
        bool has = ald_order_interval(order_ranks[i].n, order_ranks[i].q, &l, &u);
        assert_int_equal(has, order_ranks[i].u > 0);
        if (has) {
            assert_int_equal(l, order_ranks[i].l);
            assert_int_equal(u, order_ranks[i].u);
        }
    }
    for (size_t i = 0; i < N(student); i++)
        synthetic_close_to(ald_student_t_quantile(0.975, student[i].df), student[i].t, 1e-11, "t");
}

static void adjusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(adjusted_p); i++) {
        double found[6];
        ald_benjamini_hochberg(adjusted_p[i].p, adjusted_p[i].n, found);
        for (size_t k = 0; k < adjusted_p[i].n; k++)
            synthetic_close_to(found[k], adjusted_p[i].adjusted[k], R_TOLERANCE, "adjusted");
    }
}

static void curves(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(survival); i++) {
        struct ald_km_step steps[12];
        struct ald_km km = {.steps = steps};
        size_t order[12], n = survival[i].n;
        double median = 0;
        ald_km_fit(survival[i].t, survival[i].open, n, order, &km);
        for (size_t k = 0; k < survival[i].times_n; k++) {
            double t = survival[i].times[k], before = k ? survival[i].s[k - 1] : 1;
            synthetic_close_to(ald_km_s(&km, t), survival[i].s[k], R_TOLERANCE, survival[i].what);
            synthetic_close_to(ald_km_s_minus(&km, t), before, R_TOLERANCE, survival[i].what);
        }
        bool has = ald_km_median(&km, &median);
        if (has != (survival[i].median >= 0))
            fail_msg("%s: %s a median", survival[i].what, has ? "has" : "lacks");
        if (has)
            synthetic_close_to(median, survival[i].median, R_TOLERANCE, survival[i].what);
    }
}

/* Four quarters before the period, and one incident before them, so that all four begin after the first record. */
static void counts(void **state)
{
    (void)state;
    static const int first_month[] = {7, 10, 1, 4};
    for (size_t i = 0; i < N(count_band); i++) {
        struct flat flat;
        struct ald_figures figures;
        size_t n = 2, at = 0;
        for (size_t k = 0; k < 4; k++)
            n += (size_t)count_band[i].per[k];
        flat_make(&flat, n);
        struct ald_incident *inc = flat.a->incidents;
        inc[at++].started_at = ald_days_from_civil(2025, 6, 30) * ALD_DAY_MS;
        for (size_t k = 0; k < 4; k++)
            for (int j = 0; j < count_band[i].per[k]; j++)
                inc[at++].started_at = ald_days_from_civil(k < 2 ? 2025 : 2026, first_month[k], 1 + j) * ALD_DAY_MS;
        inc[at].started_at = flat.period.start;
        ald_analysis_figures(flat.a, &flat.period, flat.a->arena, &figures);
        assert_int_equal(figures.counts.past_n, 4);
        for (size_t k = 0; k < 4; k++) /* newest first */
            assert_int_equal(figures.counts.past[3 - k].n, count_band[i].per[k]);
        assert_true(figures.counts.has_band);
        synthetic_close_to(figures.counts.lower, count_band[i].lower, 0, "lower");
        synthetic_close_to(figures.counts.upper, count_band[i].upper, 0, "upper");
        flat_done(&flat);
    }
}

static void funnels(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    struct flat flat;
    struct ald_groups found;
    size_t n = 0, at = 0;
    for (size_t g = 0; g < N(funnel); g++)
        n += funnel[g].n;
    flat_make(&flat, n);
    flat.a->services = ald_calloc(flat.a->arena, N(funnel), sizeof *flat.a->services);
    flat.a->services_n = N(funnel);
    for (size_t g = 0; g < N(funnel); g++) {
        flat.a->services[g] = names[g];
        for (size_t i = 0; i < funnel[g].n; i++, at++) {
            struct ald_named *service = ald_calloc(flat.a->arena, 1, sizeof *service);
            *service = (struct ald_named){.name = (uint32_t)g, .at_start = true, .at = flat.a->incidents[at].started_at};
            flat.a->incidents[at].services = service;
            flat.a->incidents[at].services_n = 1;
            flat_stands(&flat, at, funnel[g].p[i]);
        }
    }
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
    synthetic_close_to(found.centre, funnel_centre, R_TOLERANCE, "centre");
    synthetic_close_to(found.tau2[ALD_BY_SERVICE], funnel_tau2, R_TOLERANCE, "tau2");
    assert_int_equal(found.groups_n, N(funnel));
    for (size_t g = 0; g < N(funnel); g++) {
        const struct ald_group *own = &found.groups[g];
        synthetic_close_to(own->mean, funnel[g].mean, R_TOLERANCE, "mean");
        assert_int_equal(own->has_limits, funnel[g].n >= 5);
        if (!own->has_limits)
            continue;
        synthetic_close_to(own->low95, funnel[g].low95, 1e-9, "95 %");
        synthetic_close_to(own->high998, funnel[g].high998, 1e-9, "99.8 %");
        synthetic_close_to(own->p_value, funnel[g].p_value, 1e-9, "p");
    }
    flat_done(&flat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles), cmocka_unit_test(correlations), cmocka_unit_test(intervals), cmocka_unit_test(adjusted),
        cmocka_unit_test(curves),    cmocka_unit_test(counts),       cmocka_unit_test(funnels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
