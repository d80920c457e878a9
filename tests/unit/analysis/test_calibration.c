/* Calibration and skill: who counts on which side, the baseline of the whole reference, intervals by weeks. */
#include "flat.h"

#include "alidade/calibration.h"
#include "analysis/readings.h"
#include "analysis/resample.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define HOURS(n) ((int64_t)(n)*ALD_HOUR_MS)

/* A start reading with a band; 0: the bound is absent. */
static void read_with(struct flat *flat, size_t i, int64_t lower, int64_t median, int64_t upper)
{
    flat->measures[i].reading[ALD_START_READING] = (struct ald_reading){
        .m = 20,
        .has_lower = lower > 0,
        .has_median = median > 0,
        .has_upper = upper > 0,
        .lower_ms = (double)lower,
        .median_ms = (double)median,
        .upper_ms = (double)upper,
    };
}

/* 39 incidents of 1 to 39 hours, one a day from 2026-01-01: as a reference they give bounds of 4, 20 and 36 hours. */
static void add_reference(struct flat *flat, size_t own)
{
    struct ald_analysis *a = flat->a;
    struct ald_incident *all = ald_calloc(a->arena, own + 39, sizeof *all);
    struct ald_measure *measures = ald_calloc(a->arena, own + 39, sizeof *measures);
    struct ald_readings *readings = ald_readings_new(a->arena, own + 39);
    uint32_t *indexes = ald_calloc(a->arena, own, sizeof *indexes);
    memcpy(all + 39, a->incidents, own * sizeof *all);
    memcpy(measures + 39, flat->measures, own * sizeof *measures);
    for (size_t i = 0; i < own; i++)
        indexes[i] = (uint32_t)(39 + i);
    a->incidents = all;
    flat->measures = measures;
    a->readings = readings;
    for (size_t i = 0; i < own + 39; i++)
        readings->of[i] = &measures[i];
    a->incidents_n = own + 39;
    flat->figures.incidents = indexes;
    for (size_t i = 0; i < 39; i++) {
        all[i].id = ald_sprintf(a->arena, "old:%zu", i);
        all[i].moments = ald_no_moments;
        all[i].started_at = (ald_days_from_civil(2026, 1, 1) + (int64_t)i) * ALD_DAY_MS;
        synthetic_moment(a, &all[i], ALD_OPENED, all[i].started_at);
        all[i].state = ALD_STATE_RESOLVED;
        flat_lasts(flat, i, HOURS(i + 1));
    }
}

static void sides(void **state)
{
    (void)state;
    static const struct {
        int hours;
        bool open;
        int lower, median, upper;
        int side; /* -1 below, 0 inside, 1 above, 2 left out */
    } cases[] = {
        {1, false, 2, 5, 9, -1}, {2, false, 2, 5, 9, 0},  {9, false, 2, 5, 9, 0},    {10, false, 2, 5, 9, 1},
        {10, false, 0, 5, 9, 1}, {1, false, 0, 0, 0, 0},  {99, false, 2, 5, 0, 0},   {99, false, 2, 0, 0, 0},
        {1, true, 2, 5, 0, 2},   {1, true, 2, 5, 100, 2}, {1, true, 2, 5, 10000, 2}, {3, true, 1, 2, 9, 1},
    };
    struct flat flat;
    struct ald_calibration found[ALD_READING_N];
    size_t n[4] = {0}, last_two = N(cases) + 2;
    flat_make(&flat, last_two);
    for (size_t i = 0; i < N(cases); i++) {
        if (cases[i].open)
            flat_is_open(&flat, i);
        else
            flat_lasts(&flat, i, HOURS(cases[i].hours));
        if (cases[i].open && cases[i].upper == 100)
            read_with(&flat, i, HOURS(2), HOURS(5), HOURS(100000));
        else
            read_with(&flat, i, HOURS(cases[i].lower), HOURS(cases[i].median), HOURS(cases[i].upper));
        n[cases[i].side + 1]++;
    }
    flat_lasts(&flat, N(cases), HOURS(5)); /* without a reading */
    add_reference(&flat, last_two);
    ald_calibration_fill(flat.a, &flat.figures, found);
    const struct ald_calibration *c = &found[ALD_START_READING];
    size_t all = n[0] + n[1] + n[2];
    assert_int_equal(c->n, all);
    assert_int_equal(c->open_left_out, n[3]);
    synthetic_close_to(c->below.share, (double)n[0] / (double)all, 1e-12, "below");
    synthetic_close_to(c->inside.share, (double)n[1] / (double)all, 1e-12, "inside");
    synthetic_close_to(c->above.share, (double)n[2] / (double)all, 1e-12, "above");
    assert_int_equal(c->skill_n, 4); /* resolved, with all three bounds */
    assert_false(c->below.ci.has);   /* one week */
    assert_string_equal(c->below.ci.absent, "fewer than 4 weeks with data");
    assert_non_null(strstr(c->verdict, "cannot be told"));
    assert_int_equal(found[ALD_LANDMARK_READING].n, 0);
    assert_false(found[ALD_LANDMARK_READING].has_skill);
    flat_done(&flat);
}

static void whole_reference(void **state)
{
    (void)state;
    struct flat flat;
    struct ald_reading whole[ALD_READING_N];
    flat_make(&flat, 1);
    add_reference(&flat, 1);
    int64_t quarter = ald_quarter_of(&flat.a->calendar, flat.period.start);
    ald_readings_whole(flat.a, quarter, whole);
    const struct ald_reading *w = &whole[ALD_START_READING];
    assert_int_equal(w->m, 39);
    synthetic_close_to(w->lower_ms, (double)HOURS(4), 1e-12, "lower");
    synthetic_close_to(w->median_ms, (double)HOURS(20), 1e-12, "median");
    synthetic_close_to(w->upper_ms, (double)HOURS(36), 1e-12, "upper");
    w = &whole[ALD_LANDMARK_READING]; /* all but the one of an hour: 38, L 3, U 35, the curve is 0.5 from 20 h to 21 h
                                       */
    assert_int_equal(w->m, 38);
    synthetic_close_to(w->lower_ms, (double)HOURS(4), 1e-12, "lower");
    synthetic_close_to(w->median_ms, (double)HOURS(41) / 2, 1e-12, "median");
    synthetic_close_to(w->upper_ms, (double)HOURS(37), 1e-12, "upper");
    ald_readings_whole(flat.a, quarter - 40, whole);
    assert_int_equal(whole[0].m, 0);
    assert_false(whole[0].has_lower || whole[0].has_median || whole[0].has_upper);
    flat_done(&flat);
}

/* python3:
 *   from math import log
 *   pin=lambda q,f,y:max(q*log(y/f),(q-1)*log(y/f))
 *   loss=lambda b,y:sum(pin(q,f,y) for q,f in zip((.1,.5,.9),b))
 *   y=[3,7,12,30,50]; own=[(2,6,20),(2,6,20),(5,10,40),(5,10,40),(5,20,40)]
 *   1-sum(map(loss,own,y))/sum(loss((4,20,36),t) for t in y)                                   0.3105828387721161 */
static void skill_by_hand(void **state)
{
    (void)state;
    static const int y[] = {3, 7, 12, 30, 50},
                     own[][3] = {{2, 6, 20}, {2, 6, 20}, {5, 10, 40}, {5, 10, 40}, {5, 20, 40}};
    struct flat flat;
    struct ald_calibration found[ALD_READING_N];
    flat_make(&flat, N(y));
    for (size_t i = 0; i < N(y); i++) {
        flat_lasts(&flat, i, HOURS(y[i]));
        read_with(&flat, i, HOURS(own[i][0]), HOURS(own[i][1]), HOURS(own[i][2]));
    }
    add_reference(&flat, N(y));
    ald_calibration_fill(flat.a, &flat.figures, found);
    assert_true(found[ALD_START_READING].has_skill);
    synthetic_close_to(found[ALD_START_READING].skill, 0.3105828387721161, 1e-9, "skill");
    flat_done(&flat);
}

/* Readings that know the duration beat the whole reference; ones that say the same as it does have skill 0. */
static void intervals(void **state)
{
    (void)state;
    struct flat flat;
    struct ald_calibration found[ALD_READING_N], again[ALD_READING_N];
    for (int knows = 0; knows < 2; knows++) {
        size_t n = 120;
        flat_make(&flat, n);
        for (size_t i = 0; i < n; i++) {
            int64_t t = HOURS(1 + synthetic_draw(&flat.s, 45));
            flat_lasts(&flat, i, t);
            if (knows)
                read_with(&flat, i, t / 2, t, 2 * t);
            else
                read_with(&flat, i, HOURS(4), HOURS(20), HOURS(36));
        }
        add_reference(&flat, n);
        ald_calibration_fill(flat.a, &flat.figures, found);
        ald_calibration_fill(flat.a, &flat.figures, again);
        const struct ald_calibration *c = &found[ALD_START_READING];
        assert_int_equal(c->weeks, 9); /* 120 at two a day */
        assert_true(c->skill_ci.has && c->inside.ci.has);
        assert_memory_equal(&c->skill_ci.low, &again[ALD_START_READING].skill_ci.low, sizeof(double));
        assert_memory_equal(&c->skill_ci.high, &again[ALD_START_READING].skill_ci.high, sizeof(double));
        const struct ald_share *shares[] = {&c->below, &c->inside, &c->above};
        for (size_t i = 0; i < N(shares); i++) {
            assert_true(shares[i]->ci.low >= 0 && shares[i]->ci.low <= shares[i]->share);
            assert_true(shares[i]->ci.high <= 1 && shares[i]->ci.high >= shares[i]->share);
        }
        if (knows) {
            assert_true(c->skill > 0.3 && c->skill_ci.low > 0 && c->skill_ci.high < 1);
            assert_non_null(strstr(c->verdict, "blast radius help to tell"));
        } else {
            synthetic_close_to(c->skill, 0, 1e-12, "no skill");
            assert_non_null(strstr(c->verdict, "do not help"));
        }
        flat_done(&flat);
    }
}

/* The interval of a mean of +-1 over W weeks, widened for W, against the normal approximation of its bootstrap:
 * estimate +- 1.959964*sd/sqrt(W)*sqrt(W/(W-1))*t/1.959964, sd with divisor W. */
static void ratio_interval(void **state)
{
    (void)state;
    struct ald_ratio_week weeks[40];
    for (size_t i = 0; i < N(weeks); i++)
        weeks[i] = (struct ald_ratio_week){.above = i % 4 == 0 ? 1 : 0, .below = 1};
    struct ald_interval ci = ald_resample_ratio(weeks, N(weeks), 20000, 7);
    double half = sqrt(0.25 * 0.75 / 40) * sqrt(40.0 / 39) * ald_student_t_quantile(0.975, 39);
    assert_true(ci.has);
    synthetic_close_to(ci.low, 0.25 - half, 0.02, "low");
    synthetic_close_to(ci.high, 0.25 + half, 0.02, "high");
    assert_false(ald_resample_ratio(weeks, 3, 1000, 7).has);
    for (size_t i = 1; i < N(weeks); i++)
        weeks[i].below = 0;
    assert_false(ald_resample_ratio(weeks, N(weeks), 1000, 7).has); /* some draws have nothing below */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides),     cmocka_unit_test(whole_reference), cmocka_unit_test(skill_by_hand),
        cmocka_unit_test(intervals), cmocka_unit_test(ratio_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
