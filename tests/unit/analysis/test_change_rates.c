/* How often the verdict errs when nothing changed, and how often it sees a change of the size that it says it can see:
 * simulated quarters whose incidents cluster in weeks, some of them long, so that the age matters. Prints the rates. */
#include "change_room.h"

#include <stdio.h>

enum { NULL_RUNS = 500, POWER_RUNS = 300, RESAMPLES = 199, WEEKS = 131 };

static double normal(struct ald_rng *rng)
{
    double u = 1 - ald_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * ald_rng_unit(rng));
}

/* Two and a quarter years up to 2026Q3; the durations of that quarter times `factor`. Weeks differ in how many
 * incidents they have and in how long these last. */
static void simulate(struct synthetic *s, uint64_t seed, int64_t as_of, double factor)
{
    const int64_t first = day(2024, 4, 1), period = day(2026, 7, 1), end = day(2026, 10, 1);
    struct ald_rng rng;
    ald_rng_init(&rng, seed);
    room(s, as_of, (size_t)WEEKS * 10);
    s->settings.resamples = RESAMPLES;
    for (int64_t week = 0; week < WEEKS; week++) {
        double effect = 0.5 * normal(&rng);
        uint64_t n = ald_rng_below(&rng, 10);
        for (uint64_t i = 0; i < n; i++) {
            /* Spaced over the week, so that they come in order of start. */
            int64_t start =
                first + week * 7 * DAY + (int64_t)(((double)i + ald_rng_unit(&rng)) * 7 * (double)DAY / (double)n);
            double length = exp(log(6 * (double)HOUR) + effect + 1.3 * normal(&rng));
            if (start < end)
                (void)add(s, start, (int64_t)(length * (start >= period ? factor : 1)) + 1);
        }
    }
}

static struct ald_change change_at(uint64_t seed, int64_t as_of, double factor)
{
    struct synthetic s;
    simulate(&s, seed, as_of, factor);
    struct ald_change c = change_of(&s, "2026Q3");
    synthetic_done(&s); /* the texts are gone, the figures stay */
    return c;
}

static void nominal(void **state)
{
    (void)state;
    static const int ages[] = {1, 7, 30};
    for (size_t a = 0; a < N(ages); a++) {
        int erred = 0, n = 0;
        double beside = 0;
        for (uint64_t run = 0; run < NULL_RUNS; run++) {
            struct ald_change c = change_at(1000 * (uint64_t)ages[a] + run, day(2026, 10, 1) + ages[a] * DAY, 1);
            if (!c.has_p)
                continue;
            n++;
            erred += c.p_value < 0.05;
            beside += log(c.ratio);
        }
        printf("nothing changed, %2d days after the period: %d of %d verdicts say that it did (%.1f %%); mean log "
               "ratio %+.3f\n",
               ages[a], erred, n, 100.0 * erred / n, beside / n);
        assert_true(n > NULL_RUNS * 9 / 10);
        /* Within what 5 % may give in so many runs, 1 time in 1000 aside. */
        assert_true(ald_binomial_cdf((size_t)n, 0.05, erred) > 0.0005);
        assert_true(ald_binomial_cdf((size_t)n, 0.05, erred - 1) < 0.9995);
        assert_true(fabs(beside / n) < 0.05); /* a young quarter does not look faster */
    }
}

static void power(void **state)
{
    (void)state;
    int seen = 0;
    double reduction = 0;
    const int64_t as_of = day(2026, 10, 8);
    for (uint64_t run = 0; run < POWER_RUNS; run++) {
        struct ald_change before = change_at(50000 + run, as_of, 1);
        assert_true(before.has_detectable);
        reduction += before.detectable_reduction / POWER_RUNS;
        struct ald_change after = change_at(50000 + run, as_of, 1 - before.detectable_reduction);
        seen += after.has_p && after.p_value < 0.05;
    }
    printf(
        "shortened by the detectable reduction (%.0f %% on average): seen in %d of %d (%.1f %%; 80 %% are promised)\n",
        100 * reduction, seen, POWER_RUNS, 100.0 * seen / POWER_RUNS);
    assert_true(ald_binomial_cdf(POWER_RUNS, 0.80, seen) > 0.0005);
    assert_true(ald_binomial_cdf(POWER_RUNS, 0.80, seen - 1) < 0.9995);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nominal), cmocka_unit_test(power)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
