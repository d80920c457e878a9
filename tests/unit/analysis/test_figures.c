/* Figures of a period: who belongs to it, counts beside slices, clocks with intervals, pairs against all pairs. */
#include "synthetic.h"

#include "alidade/hash.h"
#include "alidade/stats.h"
#include "analysis/resample.h"

#define N(a) (sizeof(a) / sizeof *(a))

static int64_t day(int year, int month, int d)
{
    return ald_days_from_civil(year, month, d) * ALD_DAY_MS;
}

static struct ald_period period_of(struct synthetic *s, const char *text)
{
    struct ald_period period;
    struct ald_err err;
    assert_int_equal(ald_period_parse(s->analysis.arena, &s->analysis.calendar, text, s->analysis.as_of, &period, &err),
                     ALD_OK);
    return period;
}

/* An analysis without incidents, to which `add` gives some. */
static void make_empty(struct synthetic *s, int64_t as_of)
{
    const struct recipe none = {0, 1, as_of, 2, 0, 0, 0, 1, ALD_DURATION_ACTIVE, 1};
    synthetic_make(s, &none);
    s->analysis.incidents = ald_calloc(s->analysis.arena, 4096, sizeof *s->analysis.incidents);
    synthetic_room(s, 4096);
}

/* Must be called in order of start. length 0: open. */
static struct ald_incident *add(struct synthetic *s, int64_t start, int64_t length)
{
    struct ald_analysis *a = &s->analysis;
    struct ald_incident *inc = &a->incidents[a->incidents_n];
    struct ald_span *span = ald_alloc(a->arena, sizeof *span);
    *span = (struct ald_span){start, length ? start + length : ALD_TIME_NONE};
    inc->id = ald_sprintf(a->arena, "src:%05zu", a->incidents_n);
    inc->moments = ald_no_moments;
    inc->started_at = start;
    synthetic_moment(a, inc, ALD_OPENED, start);
    inc->spans = span;
    inc->spans_n = 1;
    inc->state = length ? ALD_STATE_RESOLVED : ALD_OPEN;
    synthetic_finish(s, inc);
    a->incidents_n++;
    return inc;
}

static void belonging(void **state)
{
    (void)state;
    struct synthetic s;
    struct ald_figures f;
    make_empty(&s, day(2026, 2, 20));
    (void)add(&s, day(2025, 12, 1), ALD_DAY_MS);                    /* over before */
    (void)add(&s, day(2025, 12, 2), 60 * ALD_DAY_MS);               /* carried over */
    (void)add(&s, day(2025, 12, 3), 0);                             /* carried over, open */
    struct ald_incident *unrecorded = add(&s, day(2025, 12, 4), 0); /* carried over until closed */
    unrecorded->state = ALD_END_NOT_RECORDED;
    synthetic_moment(&s.analysis, unrecorded, ALD_CLOSED, day(2026, 1, 2));
    struct ald_incident *closed = add(&s, day(2025, 12, 5), 0);
    closed->state = ALD_END_NOT_RECORDED;
    synthetic_moment(&s.analysis, closed, ALD_CLOSED, day(2025, 12, 31));
    closed->landmark_at = closed->started_at + ALD_DAY_MS;
    assert_false(ald_over_before_landmark(closed)); /* over, and nobody recorded when */
    add(&s, day(2025, 12, 6), 60 * ALD_DAY_MS)->cls = ALD_NOISE;
    (void)add(&s, day(2025, 12, 31), ALD_DAY_MS); /* ends with the first instant: not in it */
    (void)add(&s, day(2026, 1, 1), ALD_DAY_MS);
    add(&s, day(2026, 1, 5), ALD_DAY_MS)->cls = ALD_NOISE;
    add(&s, day(2026, 1, 6), ALD_DAY_MS)->cls = ALD_EXERCISE;
    add(&s, day(2026, 1, 7), ALD_DAY_MS)->cls = ALD_MERGED;
    struct ald_incident *impossible = add(&s, day(2026, 1, 8), ALD_DAY_MS);
    impossible->impossible = true;
    synthetic_finish(&s, impossible);
    (void)add(&s, day(2026, 2, 20), 0); /* at as-of */
    struct ald_record records[] = {
        {.incident = 7}, {.incident = 8}, {.incident = 1}, {.incident = UINT32_MAX, .vendor = true}};
    for (size_t i = 0; i < N(records); i++) {
        records[i].started_at = day(2026, 1, 9);
    }
    s.analysis.records = records;
    s.analysis.records_n = N(records);

    struct ald_period period = period_of(&s, "2026Q1");
    ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &f);
    assert_int_equal(f.incidents_n, 3);
    assert_int_equal(f.incidents[0], 7);
    assert_int_equal(f.incidents[2], 12);
    assert_int_equal(f.carried_over_n, 3);
    assert_int_equal(f.carried_over[0], 1);
    assert_int_equal(f.carried_over[1], 2);
    assert_int_equal(f.carried_over[2], 3);
    assert_int_equal(f.population.incidents, 3);
    assert_int_equal(f.population.records, 2);
    assert_int_equal(f.population.vendor, 1);
    assert_int_equal(f.population.noise, 1);
    assert_int_equal(f.population.exercises, 1);
    assert_int_equal(f.population.merged, 1);
    assert_int_equal(f.population.open, 1);
    assert_int_equal(f.population.impossible, 1);
    assert_int_equal(f.population.carried_over, 3);
    assert_int_equal(f.clocks[ALD_CLOCK_RESOLVE].n, 1);
    assert_int_equal(f.clocks[ALD_CLOCK_RESOLVE].open, 1);
    assert_int_equal(f.without_reading, 3);
    assert_int_equal(f.landmark_known, 1);
    assert_int_equal(f.over_before_landmark, 0);

    struct ald_period later = period_of(&s, "2026Q2");
    ald_analysis_figures(&s.analysis, &later, s.analysis.arena, &f);
    assert_int_equal(f.incidents_n, 0);
    assert_int_equal(f.carried_over_n, 0); /* nothing is known of it yet */
    assert_false(f.clocks[ALD_CLOCK_RESOLVE].has_median);
    assert_true(isnan(f.first_quartile_ms));
    assert_string_equal(f.counts.verdict, "the period has not begun");
    synthetic_done(&s);
}

/* per[i] incidents in the i-th month from January 2025, on its first days at noon. */
static void add_months(struct synthetic *s, const int *per, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int j = 0; j < per[i]; j++)
            (void)add(s, day(2025, 1 + (int)i, 1 + j) + 12 * ALD_HOUR_MS, ALD_HOUR_MS);
}

static void counts(void **state)
{
    (void)state;
    static const struct {
        int per[6];
        const char *verdict;
        double lower, upper;
    } cases[] = {
        /* Five months before; the first begins before the first record, so four slices are left. */
        {{5, 4, 6, 5, 5, 5}, "about as many as usual", 0, 10}, /* 5 -+ 1.959964*sqrt(5*1.25) = 0.0999.., 9.9.. */
        {{5, 4, 6, 5, 5, 20}, "more than usual", 0, 10},
        {{5, 20, 21, 19, 20, 5}, "fewer than usual", 10, 30}, /* 20 -+ 9.8 */
        /* variance 50 > mean 15: 15 -+ 3.182446*sqrt(50*1.25) = -10.2, 40.2 */
        {{5, 10, 20, 8, 22, 28}, "about as many as usual", 0, 41},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct synthetic s;
        struct ald_figures f;
        make_empty(&s, day(2026, 6, 1));
        add_months(&s, cases[i].per, 6);
        struct ald_period period = period_of(&s, "2025-06");
        ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &f);
        assert_int_equal(f.counts.current, cases[i].per[5]);
        assert_int_equal(f.counts.past_n, 4);
        assert_string_equal(f.counts.past[0].label, "2025-05");
        assert_int_equal(f.counts.past[0].n, cases[i].per[4]);
        assert_true(f.counts.has_band);
        double x[4];
        for (size_t j = 0; j < 4; j++)
            x[j] = (double)f.counts.past[j].n;
        double mean = ald_mean(x, 4), variance = ald_variance(x, 4);
        double q = variance <= mean ? 1.959964 : 3.1824463052837064;
        double half = q * sqrt(fmax(mean, variance) * 1.25);
        synthetic_close_to(f.counts.lower, fmax(0, floor(mean - half)), 0, "lower");
        synthetic_close_to(f.counts.upper, ceil(mean + half), 0, "upper");
        if (i < 3) {
            synthetic_close_to(f.counts.lower, cases[i].lower, 0, "lower by hand");
            synthetic_close_to(f.counts.upper, cases[i].upper, 0, "upper by hand");
        }
        assert_string_equal(f.counts.verdict, cases[i].verdict);
        synthetic_done(&s);
    }
}

static void counts_of_a_running_period(void **state)
{
    (void)state;
    struct synthetic s;
    struct ald_figures f;
    make_empty(&s, day(2025, 6, 3) + ALD_HOUR_MS); /* two days and an hour into June */
    add_months(&s, (const int[]){1, 7, 7, 7, 1, 2}, 6);
    struct ald_period period = period_of(&s, "2025-06");
    ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &f);
    static const size_t expected[] = {1, 2, 2, 2}; /* started in the first two days and an hour */
    assert_int_equal(f.counts.past_n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(f.counts.past[i].n, expected[i]);
    struct ald_period year = period_of(&s, "2025");
    ald_analysis_figures(&s.analysis, &year, s.analysis.arena, &f);
    assert_false(f.counts.has_band);
    assert_string_equal(f.counts.verdict, "not enough history: 0 earlier periods of this length, 4 are needed");
    synthetic_done(&s);
}

static void clocks(void **state)
{
    (void)state;
    struct synthetic s;
    struct ald_figures f;
    make_empty(&s, day(2026, 6, 1));
    /* Forty incidents, two a day: 1, 2, 4, 5, 7, ... minutes; two still open. */
    double logs = 0, sum = 0;
    for (int i = 0; i < 40; i++) {
        int minutes = 1 + i + i / 2;
        (void)add(&s, day(2026, 1, 1 + i / 2) + i * ALD_MINUTE_MS, minutes * ALD_MINUTE_MS);
        s.analysis.incidents[i].acknowledge_ms = i % 4 == 0 ? 0 : ALD_TIME_NONE;
        logs += log(minutes);
        sum += minutes;
    }
    (void)add(&s, day(2026, 2, 1), 0);
    (void)add(&s, day(2026, 2, 2), 0);
    struct ald_period period = period_of(&s, "2026Q1");
    ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &f);
    const struct ald_clock_summary *c = &f.clocks[ALD_CLOCK_RESOLVE];
    double minute = ALD_MINUTE_MS;
    assert_int_equal(c->n, 40);
    assert_int_equal(c->open, 2);
    assert_int_equal(c->weeks, 3);
    synthetic_close_to(c->median_ms, 30 * minute, 1e-12, "median"); /* between 29 and 31 */
    /* P(B<=13) = 0.0192, P(B<=14) = 0.0403: ranks 14 and 27 of 40 (Conover's table). */
    synthetic_close_to(c->median_ci.low, 20 * minute, 1e-12, "14th");
    synthetic_close_to(c->median_ci.high, 40 * minute, 1e-12, "27th");
    assert_true(c->p90_ci.has);
    synthetic_close_to(c->p90_ms, 53.2 * minute, 1e-12, "P90"); /* h = 35.1: from the 36th, 53, a tenth to 55 */
    synthetic_close_to(c->geometric_mean_ms, exp(logs / 40) * minute, 1e-12, "geometric mean");
    synthetic_close_to(c->mean_ms, sum / 40 * minute, 1e-12, "mean");
    assert_true(c->has_mean);
    assert_false(c->mean_ci.has);
    assert_string_equal(c->mean_ci.absent, "too few to bound a mean: one incident decides it");
    assert_false(c->geometric_ci.has);
    assert_string_equal(c->geometric_ci.absent, "fewer than 4 weeks with data");
    synthetic_close_to(c->km_median_ms, 31.5 * minute, 1e-12, "21 of 42 are over at 31, the next ends at 32");
    const struct ald_clock_summary *ack = &f.clocks[ALD_CLOCK_ACKNOWLEDGE];
    assert_int_equal(ack->n, 10);
    synthetic_close_to(ack->median_ms, 0, 0, "acknowledged at once");
    assert_true(ack->median_ci.has);
    assert_false(ack->has_mean || ack->has_geometric || ack->has_km);
    assert_int_equal(f.clocks[ALD_CLOCK_DETECT].n, 0);
    assert_false(f.clocks[ALD_CLOCK_DETECT].has_median);
    synthetic_close_to(f.first_quartile_ms, 15.5 * minute, 1e-12, "first quartile");
    assert_int_equal(f.landmark_known, 42);
    assert_int_equal(f.over_before_landmark, 40);
    synthetic_done(&s);
}

static void week_bootstrap(void **state)
{
    (void)state;
    struct ald_week same[] = {{2, 6}, {4, 12}, {1, 3}, {3, 9}}, three[] = {{1, 1}, {1, 2}, {1, 3}};
    struct ald_interval i = ald_resample_weeks(same, 4, ALD_MEAN_OF_LOGS, 200, 1);
    assert_true(i.has); /* every week has the same mean: nothing can move */
    synthetic_close_to(i.low, exp(3), 1e-12, "low");
    synthetic_close_to(i.high, exp(3), 1e-12, "high");
    i = ald_resample_weeks(three, 3, ALD_MEAN_OF_LOGS, 200, 1);
    assert_false(i.has);
    /* Two kinds of weeks, 0 and 1: the resampled mean is binomial(16, 1/2)/16, whose quantiles are 4/16 and 12/16. */
    struct ald_week coin[16];
    for (size_t w = 0; w < N(coin); w++)
        coin[w] = (struct ald_week){1, w % 2 ? 1 : 0};
    i = ald_resample_weeks(coin, N(coin), ALD_MEAN_OF_LOGS, 10000, 7);
    double widen = sqrt(16.0 / 15) * ald_student_t_quantile(0.975, 15) / 1.959964;
    synthetic_close_to(log(i.low), 0.5 - widen * 0.25, 1e-12, "low");
    synthetic_close_to(log(i.high), 0.5 + widen * 0.25, 1e-12, "high");
    i = ald_resample_weeks(coin, N(coin), ALD_LOG_OF_MEAN, 10000, 7);
    synthetic_close_to(log(i.low), log(0.5) + widen * (log(0.25) - log(0.5)), 1e-12, "low of the mean");
    struct ald_interval again = ald_resample_weeks(coin, N(coin), ALD_LOG_OF_MEAN, 10000, 7);
    synthetic_close_to(again.low, i.low, 0, "the same again");
}

static void seeds(void **state)
{
    (void)state;
    struct ald_seed_line lines[] = {{"b:2", 20}, {"a:1", 1000}, {"a:10", 5}};
    static const char text[] = "clocks.resolve.mean\n2026Q3\na:10:5\na:1:1000\nb:2:20";
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_seed_text *seeds = ald_seed_text(arena, "2026Q3", lines, 3);
    for (size_t twice = 0; twice < 2; twice++) { /* a longer id of a figure before the same lines changes nothing */
        assert_int_equal(ald_resample_seed(seeds, "clocks.resolve.mean"), ald_siphash(text, sizeof text - 1));
        (void)ald_resample_seed(seeds, "clocks.resolve.geometric_mean");
    }
    assert_int_equal(ald_resample_seed(ald_seed_text(arena, "y", NULL, 0), "x"), ald_siphash("x\ny\n", 4));
    struct ald_seed_line odd[] = {{"a", -7}, {"a", 0}, {"", INT64_MIN}};
    static const char odd_text[] = "x\ny\n:-9223372036854775808\na:-7\na:0";
    assert_int_equal(ald_resample_seed(ald_seed_text(arena, "y", odd, 3), "x"), ald_siphash(odd_text, sizeof odd_text - 1));
    struct ald_seed_line inside[] = {{"a:1:2", 3}, {"a:1", 5}, {"a:1", 2}, {"a", 10}, {"a:1", 12}, {"a", 1}, {"a:", 1}, {"a", 12}, {"a:1:", 4}, {"b", 1}, {"a:10", 1}};
    static const char inside_text[] = "x\ny\na:1\na:10\na:10:1\na:12\na:1:12\na:1:2\na:1:2:3\na:1:5\na:1::4\na::1\nb:1";
    assert_int_equal(ald_resample_seed(ald_seed_text(arena, "y", inside, N(inside)), "x"), ald_siphash(inside_text, sizeof inside_text - 1));
}

static void order_does_not_matter(void **state)
{
    (void)state;
    struct synthetic s;
    const struct recipe recipe = {600, 500, day(2026, 1, 1), 4, 10, 5, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 21};
    synthetic_make(&s, &recipe);
    synthetic_read(&s.analysis, 0);
    struct ald_figures f, g;
    struct ald_period period = period_of(&s, "2025");
    ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &f);
    ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &g);
    const struct ald_clock_summary *c = &f.clocks[0], *d = &g.clocks[0];
    assert_true(c->mean_ci.has && c->geometric_ci.has);
    assert_true(c->mean_ci.low < c->mean_ms && c->mean_ms < c->mean_ci.high);
    assert_true(c->geometric_ci.low < c->geometric_mean_ms && c->geometric_mean_ms < c->geometric_ci.high);
    synthetic_close_to(c->mean_ci.low, d->mean_ci.low, 0, "equal data, equal figures");
    assert_int_equal(f.shorter + f.typical + f.longer + f.still_open + f.without_reading, f.incidents_n);
    synthetic_done(&s);
}

/* ---- Pairs against all pairs ---- */

struct plain_pair {
    size_t a, b;
    double gap;
    const char *low, *high;
};

static bool plain_allowed(const struct ald_analysis *a, size_t i)
{
    const struct ald_measure *m = ald_measure_at(a, i);
    return a->incidents[i].state == ALD_STATE_RESOLVED && a->incidents[i].duration_ms != ALD_TIME_NONE &&
           m->shown >= 0 && m->reading[m->shown].axis[0].has;
}

static size_t plain_pairs(const struct ald_analysis *a, const struct ald_figures *f, struct plain_pair *all)
{
    size_t n = 0;
    for (size_t x = 0; x < f->incidents_n; x++) {
        for (size_t y = 0; y < f->incidents_n; y++) {
            size_t i = f->incidents[x], j = f->incidents[y];
            if (i == j || !plain_allowed(a, i) || !plain_allowed(a, j) || ald_measure_at(a, i)->shown != ald_measure_at(a, j)->shown)
                continue;
            int r = ald_measure_at(a, i)->shown;
            double gap = ald_measure_at(a, i)->reading[r].axis[0].position - ald_measure_at(a, j)->reading[r].axis[0].position;
            int64_t p = a->incidents[i].duration_ms, q = a->incidents[j].duration_ms;
            if (gap < 0.3 - 1e-12 || (p > q ? p : q) * 10 > (p > q ? q : p) * 11)
                continue;
            const char *s = a->incidents[i].id, *t = a->incidents[j].id;
            bool first = strcmp(s, t) < 0;
            all[n++] = (struct plain_pair){i, j, gap, first ? s : t, first ? t : s};
        }
    }
    return n;
}

static void compare_pairs(const struct ald_analysis *a, const struct ald_figures *f)
{
    struct plain_pair *all = calloc(f->incidents_n * f->incidents_n + 1, sizeof *all);
    assert_non_null(all);
    size_t n = plain_pairs(a, f, all);
    for (size_t k = 0; k < 10; k++) {
        double best = 0;
        for (size_t i = 0; i < n; i++)
            best = fmax(best, all[i].gap);
        if (best <= 0) {
            assert_int_equal(f->pairs_n, k);
            break;
        }
        const struct plain_pair *chosen = NULL;
        for (size_t i = 0; i < n; i++) {
            if (all[i].gap < best - 1e-12)
                continue;
            int order = chosen ? strcmp(all[i].low, chosen->low) : -1;
            if (order < 0 || (order == 0 && strcmp(all[i].high, chosen->high) < 0))
                chosen = &all[i];
        }
        assert_true(f->pairs_n > k && chosen);
        assert_int_equal(f->pairs[k].a, chosen->a);
        assert_int_equal(f->pairs[k].b, chosen->b);
        synthetic_close_to(f->pairs[k].complexity_gap, chosen->gap, 1e-12, "gap");
        assert_true(f->pairs[k].duration_ratio >= 1 && f->pairs[k].duration_ratio <= 1.1 + 1e-12);
        size_t out_a = chosen->a, out_b = chosen->b;
        for (size_t i = 0; i < n; i++)
            if (all[i].a == out_a || all[i].a == out_b || all[i].b == out_a || all[i].b == out_b)
                all[i].gap = -1;
    }
    free(all);
}

static void pairs(void **state)
{
    (void)state;
    const struct recipe cases[] = {
        {500, 600, day(2026, 1, 1), 3, 10, 5, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 31}, /* many ties */
        {500, 600, day(2026, 1, 1), 100000, 10, 5, 10, 17, ALD_DURATION_ACTIVE, 32},
        {500, 600, day(2026, 1, 1), 2, 0, 0, 0, 10 * ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 33},
        {500, 600, day(2026, 1, 1), 1, 0, 0, 0, 10 * ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 34}, /* no gap */
        {60, 600, day(2026, 1, 1), 5, 0, 0, 0, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 35},       /* few */
    };
    size_t found = 0;
    for (size_t i = 0; i < N(cases); i++) {
        static const char *const periods[] = {"2025Q2", "2025Q3", "2025"};
        struct synthetic s;
        synthetic_make(&s, &cases[i]);
        synthetic_read(&s.analysis, 0);
        for (size_t p = 0; p < N(periods); p++) {
            struct ald_figures f;
            struct ald_period period = period_of(&s, periods[p]);
            ald_analysis_figures(&s.analysis, &period, s.analysis.arena, &f);
            compare_pairs(&s.analysis, &f);
            found += f.pairs_n;
        }
        synthetic_done(&s);
    }
    assert_true(found > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(belonging),
        cmocka_unit_test(counts),
        cmocka_unit_test(counts_of_a_running_period),
        cmocka_unit_test(clocks),
        cmocka_unit_test(seeds),
        cmocka_unit_test(week_bootstrap),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
