/* Coupling: which incidents count for a signal, and Spearman's rho with ties against numbers worked out elsewhere. */
#include "flat.h"

#include "alidade/calibration.h"

#define N(a) (sizeof(a) / sizeof *(a))
enum { TEAMS = ALD_SIGNAL_teams_engaged, NOVELTY = ALD_SIGNAL_novelty };

static void observe(struct flat *flat, size_t i, int signal, double total, double landmark)
{
    const struct ald_obs obs = {.has_total = !isnan(total),
                                .total = total,
                                .has_landmark_value = !isnan(landmark),
                                .landmark_value = landmark};
    ald_observe(flat->a->observations, i, (size_t)signal, &obs);
}

/* python3: from scipy.stats import spearmanr
 *   spearmanr([1,2,2,3,5,5,5,8], [30,20,45,60,60,200,90,400]).statistic
 * by hand: ranks x 1 2.5 2.5 4 6 6 6 8, y 2 1 3 4.5 4.5 7 6 8; Sxx 39.5, Syy 41.5, Sxy 37: 0.9138588624268931. */
static void ties(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 2, 3, 5, 5, 5, 8};
    static const int minutes[] = {30, 20, 45, 60, 60, 200, 90, 400};
    struct flat flat;
    struct ald_coupling found[ALD_SIGNAL_N];
    flat_make(&flat, N(x) + 4);
    for (size_t i = 0; i < N(x); i++) {
        flat_lasts(&flat, i, minutes[i] * ALD_MINUTE_MS);
        observe(&flat, i, TEAMS, x[i], x[i]);
    }
    flat_is_open(&flat, N(x)); /* no resolve clock: counts nowhere */
    observe(&flat, N(x), TEAMS, 100, 100);
    flat_lasts(&flat, N(x) + 1, 0); /* zero length: no clock either */
    observe(&flat, N(x) + 1, TEAMS, 100, 100);
    flat_lasts(&flat, N(x) + 2, 3 * ALD_HOUR_MS); /* nothing observed: missing is not 0 */
    observe(&flat, N(x) + 2, TEAMS, (double)NAN, (double)NAN);
    flat_lasts(&flat, N(x) + 3, 3 * ALD_HOUR_MS); /* entered after the landmark: a total only */
    observe(&flat, N(x) + 3, TEAMS, 4, (double)NAN);
    ald_coupling_fill(flat.a, &flat.figures, found);
    assert_int_equal(found[TEAMS].n_total, N(x) + 1);
    assert_int_equal(found[TEAMS].n_landmark, 3); /* 60 min is not beyond 60 min: 200, 90 and 400 are */
    assert_true(found[TEAMS].has_landmark);
    synthetic_close_to(found[TEAMS].landmark, 1.5 / sqrt(1.5 * 2), 1e-12, "landmark"); /* ranks 1.5 1.5 3, 2 1 3 */
    flat.figures.incidents_n = N(x);
    ald_coupling_fill(flat.a, &flat.figures, found);
    synthetic_close_to(found[TEAMS].total, 37 / sqrt(39.5 * 41.5), 1e-12, "total");
    flat_done(&flat);
}

static void nothing_to_say(void **state)
{
    (void)state;
    struct ald_coupling found[ALD_SIGNAL_N];
    for (size_t n = 0; n < 5; n++) {
        struct flat flat;
        flat_make(&flat, n);
        for (size_t i = 0; i < n; i++) {
            flat_lasts(&flat, i, (int64_t)(i + 2) * ALD_HOUR_MS);
            observe(&flat, i, TEAMS, 2, (double)i);
            observe(&flat, i, NOVELTY, (double)i, (double)NAN);
        }
        ald_coupling_fill(flat.a, &flat.figures, found);
        assert_int_equal(found[TEAMS].n_total, n);
        assert_false(found[TEAMS].has_total); /* all equal, or too few */
        assert_string_equal(found[TEAMS].absent_total,
                            n < 3 ? "fewer than 3 incidents have it" : "all values are the same");
        assert_int_equal(found[TEAMS].has_landmark, n >= 3);
        if (n >= 3)
            synthetic_close_to(found[TEAMS].landmark, 1, 1e-12, "in step");
        assert_int_equal(found[NOVELTY].has_total, n >= 3);
        assert_false(found[NOVELTY].has_landmark); /* structural */
        assert_int_equal(found[NOVELTY].n_landmark, 0);
        assert_non_null(strstr(found[NOVELTY].absent_landmark, "does not accumulate"));
        flat_done(&flat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties),
        cmocka_unit_test(nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
