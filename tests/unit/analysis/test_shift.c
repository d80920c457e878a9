/* Adjusted shift against its definition, over all pairs of an incident and a comparable. */
#include "change_room.h"

static double outcome(const struct ald_km *km, double t, bool open, const struct ald_comparable *j)
{
    double c = (double)j->duration_ms;
    if (open && !j->open)
        return 0.5 + (c <= t ? 0.5 : 0);
    if (open)
        return c < t ? 1 - ald_km_s(km, t) / (2 * ald_km_s(km, c)) : 0.5;
    if (j->open)
        return c < t ? 1 - (ald_km_s(km, t) + ald_km_s_minus(km, t)) / (2 * ald_km_s(km, c)) : 0;
    return c < t ? 1 : c > t ? 0 : 0.5;
}

/* Adds what incident i pulls at each comparable; returns its percentile. */
static double pulls_of(const struct ald_analysis *a, uint32_t i, double *pulls)
{
    struct ald_comparable *all;
    const struct ald_reading *reading = &ald_measure_at(a, i)->reading[ALD_START_READING];
    size_t m = ald_analysis_comparables(a, i, ALD_START_READING, SIZE_MAX, a->arena, &all);
    double *times = ald_calloc(a->arena, m, sizeof *times);
    bool *ended_not = ald_calloc(a->arena, m, sizeof *ended_not), open = a->incidents[i].state == ALD_OPEN;
    size_t *order = ald_calloc(a->arena, m, sizeof *order);
    struct ald_km km = {.steps = ald_calloc(a->arena, m, sizeof *km.steps)};
    for (size_t j = 0; j < m; j++) {
        times[j] = (double)all[j].duration_ms;
        ended_not[j] = all[j].open;
    }
    ald_km_fit(times, ended_not, m, order, &km);
    double t = (double)ald_read_ms(a, &a->incidents[i]);
    double p = open ? ((double)m * (1 - ald_km_s(&km, t) / 2) + 0.5) / ((double)m + 1) : reading->percentile;
    for (size_t j = 0; j < m; j++)
        pulls[all[j].incident] += (outcome(&km, t, open, &all[j]) - p) / (double)m;
    return p;
}

static void shift_of_all_pairs(const struct recipe *recipe, const char *text)
{
    struct synthetic s;
    synthetic_make(&s, recipe);
    struct ald_analysis *a = &s.analysis;
    synthetic_read(a, 0);
    struct ald_change c = change_of(&s, text);
    struct ald_figures f = figures_of(&s, text);
    double *pulls = ald_calloc(a->arena, a->incidents_n, sizeof *pulls),
           *p = ald_calloc(a->arena, f.incidents_n, sizeof *p);
    double weeks[64] = {0}, sum = 0, v1 = 0, v2 = 0;
    bool used[64] = {false};
    size_t n = 0, weeks_n = 0;
    for (size_t i = 0; i < f.incidents_n; i++) {
        p[i] = (double)NAN;
        if (ald_measure_at(a, f.incidents[i])->reading[ALD_START_READING].absent)
            continue;
        p[i] = pulls_of(a, f.incidents[i], pulls);
        sum += p[i];
        n++;
    }
    assert_true(n > 30);
    assert_int_equal(c.shift.n, n);
    synthetic_close_to(c.shift.mean, sum / (double)n, 1e-12, "mean percentile");
    for (size_t i = 0; i < f.incidents_n; i++) {
        if (isnan(p[i]))
            continue;
        size_t week = (size_t)((a->incidents[f.incidents[i]].started_at - f.period.start) / (7 * DAY));
        weeks[week] += p[i] - sum / (double)n;
        used[week] = true;
    }
    for (size_t w = 0; w < N(weeks); w++) {
        v1 += weeks[w] * weeks[w];
        weeks_n += used[w];
    }
    v1 /= (double)n * (double)n;
    for (size_t j = 0; j < a->incidents_n; j++)
        v2 += pulls[j] * pulls[j] / (double)n / (double)n;
    double w = (double)weeks_n, t = ald_student_t_quantile(0.975, w - 1);
    double half = sqrt(t * t * v1 * w / (w - 1) + 1.959964 * 1.959964 * v2);
    assert_int_equal(c.shift.weeks, weeks_n);
    synthetic_close_to(c.shift.interval.low, sum / (double)n - half, 1e-12, "low");
    synthetic_close_to(c.shift.interval.high, sum / (double)n + half, 1e-12, "high");
    synthetic_done(&s);
}

static void shift(void **state)
{
    (void)state;
    const int64_t late = day(2026, 5, 1), early = day(2026, 2, 20);
    const struct recipe recipes[] = {
        {600, 820, late, 6, 10, 10, 30, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 1},
        {600, 820, early, 6, 10, 10, 30, ALD_HOUR_MS, ALD_DURATION_ELAPSED, 2},
        {600, 820, late, 1, 0, 0, 40, ALD_HOUR_MS, ALD_DURATION_ACTIVE, 3},        /* one place for all */
        {600, 820, late, 2, 40, 60, 10, 12 * ALD_HOUR_MS, ALD_DURATION_ACTIVE, 4}, /* ties, gaps */
        {600, 820, late, 50, 0, 0, 0, 1, ALD_DURATION_ACTIVE, 5},
        {3000, 820, late, 1, 0, 0, 60, ALD_HOUR_MS, ALD_DURATION_ACTIVE, 6}, /* some are open as long as past ones were then */
    };
    for (size_t i = 0; i < N(recipes); i++) {
        shift_of_all_pairs(&recipes[i], "2025Q4");
        shift_of_all_pairs(&recipes[i], "2025"); /* four references */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shift)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
