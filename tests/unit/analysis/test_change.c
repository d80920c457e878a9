/* Change by hand: small tables whose figures are worked out in the comments; ages, open incidents, few weeks. */
#include "change_room.h"

#include "analysis/reshuffle.h"
#include "analysis/usual.h"

/* One incident a week: four in January 2026, four in February (whose four weeks they are). Hours; 0: nothing. */
static void make_weeks(struct synthetic *s, int64_t as_of, const int january[4], const int february[4])
{
    room(s, as_of, 64);
    for (int i = 0; i < 4; i++)
        if (january[i])
            (void)add(s, day(2026, 1, 6 + 7 * i), january[i] * HOUR);
    for (int i = 0; i < 4; i++)
        if (february[i])
            (void)add(s, day(2026, 2, 3 + 7 * i), february[i] * HOUR);
}

static void ratio_and_chance(void **state)
{
    (void)state;
    struct synthetic s;
    make_weeks(&s, day(2026, 3, 8), (const int[]){1, 1, 1, 1}, (const int[]){2, 2, 2, 2});
    s.settings.resamples = 10000;
    struct ald_change c = change_of(&s, "2026-02");
    assert_null(c.absent);
    assert_int_equal(c.current.n, 4);
    assert_int_equal(c.baseline.n, 4);
    assert_int_equal(c.current.weeks, 4);
    assert_int_equal(c.baseline.weeks, 4);
    assert_string_equal(c.baseline.label, "2026-01-06..2026-02-01");
    synthetic_close_to(c.ratio, 2, 1e-12, "twice as long");
    /* Of the 70 ways to choose 4 of 8 weeks, 2 part them as far: these labels and their opposite. */
    assert_true(c.has_p);
    synthetic_close_to(c.p_value, 2.0 / 70, 0.01, "p");
    assert_true(c.changed);
    assert_string_equal(c.verdict, "changed by a factor 2.00 (95 % interval 2.00 to 2.00)");
    /* Every draw is the same draw; nothing varies, so nothing says what could be seen. */
    synthetic_close_to(c.ratio_ci.low, 2, 1e-9, "low");
    synthetic_close_to(c.luck.low, 0, 1e-9, "luck");
    assert_true(c.luck.has);
    assert_false(c.has_detectable);
    assert_string_equal(c.detectable_absent, "all of them lasted equally long");
    synthetic_done(&s);
}

static void no_difference(void **state)
{
    (void)state;
    struct synthetic s;
    make_weeks(&s, day(2026, 3, 8), (const int[]){1, 1, 4, 4}, (const int[]){1, 4, 1, 4});
    struct ald_change c = change_of(&s, "2026-02");
    synthetic_close_to(c.ratio, 1, 1e-12, "ratio");
    synthetic_close_to(c.p_value, 1, 0, "every reshuffle parts them at least as far as not at all");
    assert_false(c.changed);
    assert_string_equal(c.verdict,
                        "no evidence of change: a difference this large comes up by chance in 100 % of reshuffles");
    /* Each side: squares 4 (ln 2)^2. Pooled 8/6 (ln 2)^2. Weeks of one incident: F = 1. */
    double spread = log(2) * sqrt(8.0 / 6), z = 1.959964 + 0.841621;
    synthetic_close_to(c.detectable_reduction, 1 - exp(-z * spread * sqrt(0.5)), 1e-12, "detectable");
    synthetic_close_to(c.incidents_needed, ceil(2 * pow(z * spread / log(1 / 0.9), 2)), 0, "needed");
    assert_true(c.ratio_ci.has && c.ratio_ci.low < 1 && c.ratio_ci.high > 1);
    synthetic_done(&s);
}

/* Twins: every week's incidents are alike, so two of them tell little more than one. */
static void weeks_that_cluster(void **state)
{
    (void)state;
    static const int hours[] = {1, 1, 4, 4, 1, 4, 1, 4};
    struct synthetic s;
    room(&s, day(2026, 3, 8), 64);
    for (int i = 0; i < 8; i++)
        for (int twin = 0; twin < 2; twin++)
            (void)add(&s, (i < 4 ? day(2026, 1, 6 + 7 * i) : day(2026, 2, 3 + 7 * (i - 4))) + twin, hours[i] * HOUR);
    struct ald_change c = change_of(&s, "2026-02");
    /* Pooled 16/14 (ln 2)^2; between weeks 16 (ln 2)^2/(8-2): F = 14/6. Their product is 16/6 (ln 2)^2. */
    double spread = log(2) * sqrt(16.0 / 6), z = 1.959964 + 0.841621;
    synthetic_close_to(c.detectable_reduction, 1 - exp(-z * spread * sqrt(0.25)), 1e-12, "detectable");
    synthetic_done(&s);
}

static void open_ones(void **state)
{
    (void)state;
    for (int open = 0; open < 3; open++) {
        struct synthetic s;
        make_weeks(&s, day(2026, 3, 8), (const int[]){1, 2, 3, 4}, (const int[]){1, 2, 3, 4});
        for (int i = 0; i < open; i++)
            (void)add(&s, day(2026, 2, 26 + i), 0);
        struct ald_change c = change_of(&s, "2026-02");
        assert_int_equal(c.current.open, open);
        assert_int_equal(c.current.n, 4);
        assert_true(c.ratio_ci.has); /* stays */
        synthetic_close_to(c.ratio, 1, 1e-12, "ratio");
        assert_int_equal(c.has_p, open < 2); /* 1 of 5 is not more than 20 % */
        if (open == 2) {
            assert_string_equal(c.p_absent, "withheld: 2 of 6 incidents of the period are still open, more than 20 %");
            assert_null(c.verdict);
        }
        synthetic_done(&s);
    }
}

/* How far the shares of the chosen weeks and of the others are apart. */
static double apart(unsigned chosen, const int n[8], const int open[8])
{
    int all[2] = {0, 0}, still[2] = {0, 0};
    for (unsigned i = 0; i < 8; i++) {
        all[chosen >> i & 1u] += n[i];
        still[chosen >> i & 1u] += open[i];
    }
    return fabs((double)still[1] / all[1] - (double)still[0] / all[0]);
}

/* Of all 70 ways to choose 4 of 8 weeks, those that part the shares as far as the last four, which are the period's. */
static double chance_by_hand(const int n[8], const int open[8])
{
    int ways = 0, as_far = 0;
    for (unsigned chosen = 0; chosen < 256; chosen++) {
        unsigned weeks = 0;
        for (unsigned i = 0; i < 8; i++)
            weeks += chosen >> i & 1u;
        if (weeks != 4)
            continue;
        ways++;
        as_far += apart(chosen, n, open) >= apart(0xf0, n, open) - 1e-9;
    }
    assert_int_equal(ways, 70);
    return as_far / 70.0;
}

/* Eight weeks of one that was over at once, and some that stay open for three weeks from the day it began. */
static void still_open_at_the_same_age(void **state)
{
    (void)state;
    static const struct {
        int open[8]; /* of each week, January's first */
    } cases[] = {
        {{0, 0, 0, 0, 1, 1, 1, 1}}, {{0, 0, 0, 0, 0, 0, 0, 4}}, {{0, 0, 0, 3, 0, 0, 0, 1}}, {{0, 0, 2, 2, 0, 0, 0, 0}}, {{0, 0, 0, 1, 0, 0, 0, 1}},
    };
    for (size_t k = 0; k < N(cases); k++) {
        struct synthetic s;
        int n[8], then = 0, now = 0;
        room(&s, day(2026, 3, 2), 64);
        s.settings.resamples = 10000;
        for (int i = 0; i < 8; i++) { /* February's weeks begin on its 1st; January's blocks on 4, 11, 18, 25 */
            int64_t at = i < 4 ? day(2026, 1, 5 + 7 * i) : day(2026, 2, 2 + 7 * (i - 4));
            (void)add(&s, at, HOUR);
            for (int o = 0; o < cases[k].open[i]; o++)
                (void)add(&s, at + HOUR * (o + 1), (i < 4 ? 40 : 90) * DAY);
            n[i] = 1 + cases[k].open[i];
            *(i < 4 ? &then : &now) += cases[k].open[i];
        }
        struct ald_change c = change_of(&s, "2026-02");
        assert_int_equal(c.current.open, now);
        assert_int_equal(c.current.incidents, 4 + now);
        assert_int_equal(c.baseline.open, then);
        assert_int_equal(c.baseline.incidents, 4 + then);
        assert_true(c.open_then.has_p);
        synthetic_close_to(c.open_then.p_value, chance_by_hand(n, cases[k].open), 0.02, "of the open ones");
        if (now)
            assert_true(c.open_then.least_ms >= 6 * DAY && c.open_then.least_ms < 29 * DAY);
        else
            assert_true(c.open_then.least_ms == ALD_TIME_NONE);
        synthetic_done(&s);
    }
}

/* None open on either side is no difference; too few weeks are none to judge by; one without an end on record was an incident too. */
static void open_ones_that_cannot_be_told(void **state)
{
    (void)state;
    struct synthetic s;
    make_weeks(&s, day(2026, 3, 8), (const int[]){1, 2, 3, 4}, (const int[]){1, 2, 3, 4});
    struct ald_incident *gone = add(&s, day(2026, 2, 25), 2 * HOUR);
    gone->state = ALD_END_NOT_RECORDED;
    gone->duration_ms = ALD_TIME_NONE;
    struct ald_change c = change_of(&s, "2026-02");
    assert_int_equal(c.current.n, 4);
    assert_int_equal(c.current.incidents, 5);
    synthetic_close_to(c.open_then.p_value, 1, 0, "none is open");
    synthetic_done(&s);
    make_weeks(&s, day(2026, 3, 8), (const int[]){1, 2, 0, 0}, (const int[]){1, 2, 3, 4});
    c = change_of(&s, "2026-02");
    assert_false(c.open_then.has_p);
    assert_string_equal(c.open_then.p_absent, "fewer than 4 weeks of the baseline have an incident");
    synthetic_done(&s);
}

static void few_weeks(void **state)
{
    (void)state;
    static const struct {
        int january[4], february[4];
        const char *why;
    } cases[] = {
        {{1, 2, 3, 4}, {1, 2, 3, 0}, "only 3 weeks of the period have an incident with a time of resolution, 4 are needed"},
        {{1, 2, 3, 4}, {3, 0, 0, 0}, "only 1 week of the period has an incident with a time of resolution, 4 are needed"},
        {{1, 2, 0, 0}, {1, 2, 3, 4}, "only 2 weeks before the period have an incident with a time of resolution, 4 are needed"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct synthetic s;
        make_weeks(&s, day(2026, 3, 8), cases[i].january, cases[i].february);
        struct ald_change c = change_of(&s, "2026-02");
        assert_null(c.absent);
        assert_true(c.ratio > 0);
        assert_false(c.has_p || c.ratio_ci.has || c.luck.has);
        assert_string_equal(c.p_absent, cases[i].why);
        assert_true(c.has_detectable);
        synthetic_done(&s);
    }
}

static void nothing_to_compare(void **state)
{
    (void)state;
    static const struct {
        int january[4], february[4];
        int64_t as_of_day;
        const char *why;
    } cases[] = {
        {{0}, {0}, 8, "none has a recorded end"},
        {{0}, {1, 2, 3, 4}, 8, "no earlier incident has such a time on record at the same age"},
        {{1, 2, 3, 4}, {0}, 8, "none has a recorded end"},
        {{1, 2, 3, 4}, {0}, -40, "the period has not begun"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct synthetic s;
        make_weeks(&s, day(2026, 3, 1) + (cases[i].as_of_day - 1) * DAY, cases[i].january, cases[i].february);
        struct ald_change c = change_of(&s, "2026-02");
        assert_string_equal(c.absent, cases[i].why);
        assert_string_equal(c.p_absent, cases[i].why);
        assert_string_equal(c.ratio_ci.absent, cases[i].why);
        assert_string_equal(c.luck.absent, cases[i].why);
        assert_string_equal(c.detectable_absent, cases[i].why);
        assert_false(c.has_p || c.has_detectable || c.ratio_ci.has || c.luck.has);
        assert_non_null(c.shift.absent);
        synthetic_done(&s);
    }
}

/* One of January that was over on 9 February: open in the baseline until the slice is as old as that. */
static void same_age(void **state)
{
    (void)state;
    static const struct {
        int days_after;
        size_t n, open;
    } cases[] = {{1, 1, 1}, {7, 1, 1}, {8, 2, 0}, {30, 2, 0}};
    for (size_t i = 0; i < N(cases); i++) {
        struct synthetic s;
        room(&s, day(2026, 3, 1) + cases[i].days_after * DAY, 8);
        (void)add(&s, day(2026, 1, 10), HOUR);
        (void)add(&s, day(2026, 1, 30), 10 * DAY); /* until 9 February, the 8th day after the slice's end */
        (void)add(&s, day(2026, 2, 10), HOUR);
        struct ald_change c = change_of(&s, "2026-02");
        assert_int_equal(c.baseline.incidents, 2);
        assert_int_equal(c.baseline.n, cases[i].n);
        assert_int_equal(c.baseline.open, cases[i].open);
        synthetic_done(&s);
    }
}

/* How an incident stood at a moment: what begins or ends in it has not begun, and has ended. */
static void at_the_very_moment(void **state)
{
    (void)state;
    struct synthetic s;
    struct ald_member member;
    const int64_t now = day(2026, 2, 1);
    room(&s, day(2026, 3, 1), 4);
    struct ald_incident *inc = add(&s, now - 10 * HOUR, HOUR);
    const struct ald_span reopened[] = {inc->spans[0], {now, now + HOUR}};
    inc->spans = reopened;
    inc->spans_n = 2;
    assert_true(ald_stood(&s.analysis, inc, now, &member));
    assert_false(member.open);
    assert_int_equal(member.duration_ms, HOUR);
    assert_false(member.beyond); /* as long as the landmark */
    assert_true(ald_stood(&s.analysis, inc, now + 1, &member));
    assert_true(member.open);
    assert_int_equal(member.duration_ms, HOUR + 1);
    assert_true(member.beyond);
    inc = add(&s, now - 10 * HOUR, 10 * HOUR);
    assert_true(ald_stood(&s.analysis, inc, now, &member));
    assert_false(member.open);
    assert_true(ald_stood(&s.analysis, inc, now - 1, &member));
    assert_true(member.open);
    inc = add(&s, now - 10 * HOUR, 0);
    inc->state = ALD_END_NOT_RECORDED;
    synthetic_moment(&s.analysis, inc, ALD_CLOSED, now);
    assert_false(ald_stood(&s.analysis, inc, now, &member)); /* closed, and nobody knows how long it had lasted */
    assert_true(ald_stood(&s.analysis, inc, now - 1, &member));
    assert_true(member.open);
    synthetic_done(&s);
}

/* Ten days into February: of January only what started in its first ten days, as it stood on the eleventh. */
static void running(void **state)
{
    (void)state;
    struct synthetic s;
    room(&s, day(2026, 2, 11), 16);
    (void)add(&s, day(2025, 12, 9), HOUR);
    (void)add(&s, day(2025, 12, 12), HOUR); /* too late */
    (void)add(&s, day(2026, 1, 9), HOUR);
    (void)add(&s, day(2026, 1, 10), 2 * DAY); /* open then */
    (void)add(&s, day(2026, 1, 11), HOUR);    /* too late */
    (void)add(&s, day(2026, 2, 3), 3 * HOUR);
    (void)add(&s, day(2026, 2, 10), 0);
    (void)add(&s, day(2026, 2, 11), 0); /* in this instant */
    struct ald_change c = change_of(&s, "2026-02");
    assert_int_equal(c.baseline.incidents, 3);
    assert_int_equal(c.baseline.n, 2);
    assert_int_equal(c.baseline.open, 1);
    assert_int_equal(c.current.incidents, 3);
    assert_int_equal(c.current.n, 1);
    assert_int_equal(c.current.open, 2);
    synthetic_close_to(c.ratio, 3, 1e-12, "ratio");
    synthetic_done(&s);
}

/* The baseline is the lookback and no more; its oldest slice is cut. */
static void oldest_slice(void **state)
{
    (void)state;
    struct synthetic s;
    room(&s, day(2026, 3, 20), 16);
    s.settings.lookback_quarters = 1; /* from 10 November 2025; slices of 20 days */
    (void)add(&s, day(2025, 11, 9) + 23 * HOUR, HOUR);
    (void)add(&s, day(2025, 11, 10), HOUR);
    (void)add(&s, day(2026, 2, 9), HOUR);
    (void)add(&s, day(2026, 2, 12), HOUR);
    struct ald_change c = change_of(&s, "2026-02-10..2026-03-02");
    assert_string_equal(c.baseline.label, "2025-11-10..2026-02-10");
    assert_int_equal(c.baseline.n, 2);
    assert_int_equal(c.current.n, 1);
    synthetic_done(&s);
}

static void reshuffling(void **state)
{
    (void)state;
    /* Sides of one week against five: 1 of 6 labellings is as far from the mean. */
    const struct ald_week five[] = {{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}}, one[] = {{2, 20}};
    const struct ald_weeks a = {one, 1}, b = {five, 5};
    synthetic_close_to(ald_reshuffle_p(&a, &b, 20000, 1), 1.0 / 6, 0.02, "1 of 6");
    synthetic_close_to(ald_reshuffle_p(&b, &a, 20000, 2), 1.0 / 6, 0.02, "either way round");
    synthetic_close_to(ald_weeks_mean(&a), 10, 0, "mean");
    assert_false(ald_resample_two(&a, &b, 100, 1).has);
    assert_false(ald_resample_luck(&b, 3, 5, 100, 1).has);
    /* Luck: weeks of 1 and 3; mean of 4 draws over mean of 4 draws lies within 1/3 and 3. */
    const struct ald_week mixed[] = {{1, 1}, {1, 3}, {1, 1}, {1, 3}};
    const struct ald_weeks from = {mixed, 4};
    struct ald_interval luck = ald_resample_luck(&from, 4, 4, 5000, 3), again = ald_resample_luck(&from, 4, 4, 5000, 3);
    assert_true(luck.has && luck.low < -0.3 && luck.low >= -2.0 / 3 && luck.high > 0.4 && luck.high <= 2);
    assert_true(again.has && memcmp(&luck.low, &again.low, sizeof luck.low) == 0 && memcmp(&luck.high, &again.high, sizeof luck.high) == 0);
}

/* ---- Concentration ---- */

static void concentration(void **state)
{
    (void)state;
    static const struct {
        int n;
        double top1, top3, tenth, rest_hours;
    } cases[] = {
        {9, -1, -1, -1, -1},
        {10, 10.0 / 55, 27.0 / 55, 10.0 / 55, 5},        /* 1 + .. + 10 */
        {11, 11.0 / 66, 30.0 / 66, 21.0 / 66, 5.5},      /* the longest tenth is 2 */
        {31, 31.0 / 496, 90.0 / 496, 118.0 / 496, 15.5}, /* and here 4 */
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct synthetic s;
        struct ald_concentration c;
        room(&s, day(2026, 6, 1), 64);
        for (int j = 1; j <= cases[i].n; j++)
            (void)add(&s, day(2026, 1, 1) + j * HOUR, j * HOUR);
        (void)add(&s, day(2026, 3, 1), 0); /* open: in no clock */
        struct ald_figures f = figures_of(&s, "2026Q1");
        ald_concentration_fill(&s.analysis, &f, &c);
        assert_int_equal(c.n, cases[i].n);
        if (cases[i].top1 < 0) {
            assert_string_equal(c.absent, "fewer than 10 incidents have this clock");
        } else {
            assert_null(c.absent);
            synthetic_close_to(c.top1_share, cases[i].top1, 1e-12, "longest");
            synthetic_close_to(c.top3_share, cases[i].top3, 1e-12, "longest three");
            synthetic_close_to(c.top10pct_share, cases[i].tenth, 1e-12, "longest tenth");
            synthetic_close_to(c.mean_without_longest_ms, cases[i].rest_hours * (double)HOUR, 1e-12,
                               "mean of the others");
        }
        synthetic_done(&s);
    }
}

/* ---- Severity ---- */

/* ranks[i]: of the incident that lasted i+1 hours; 0: not known. */
static struct ald_severity severity_of(const int *ranks, size_t n)
{
    struct synthetic s;
    struct ald_severity severity;
    room(&s, day(2026, 12, 1), 4096);
    for (size_t i = 0; i < n; i++)
        add(&s, day(2026, 1, 1) + (int64_t)i * ALD_MINUTE_MS, (int64_t)(i + 1) * HOUR)->severity_rank = ranks[i];
    struct ald_figures f = figures_of(&s, "2026Q1");
    ald_severity_fill(&s.analysis, &f, &severity);
    synthetic_done(&s);
    return severity;
}

static void severity(void **state)
{
    (void)state;
    struct ald_severity x = severity_of((const int[]){0, 0, 0}, 3);
    assert_string_equal(x.absent, "no incident of the period has a rank of severity and this clock");
    x = severity_of((const int[]){1, 2, 0}, 3);
    assert_string_equal(x.absent, "fewer than 3 incidents with a rank of severity");
    assert_int_equal(x.n, 2);
    x = severity_of((const int[]){2, 2, 2, 2}, 4);
    assert_string_equal(x.absent, "all of them have the same severity, or the same duration");
    x = severity_of((const int[]){3, 1, 2}, 3); /* severe: -3 -1 -2 beside 1 2 3: rho = 1 - 6*2/24 */
    assert_null(x.absent);
    synthetic_close_to(x.spearman, 0.5, 1e-12, "rho of three");
    assert_string_equal(x.interval.absent, "fewer than 4 incidents with a rank of severity");
    assert_null(x.verdict);
    x = severity_of((const int[]){5, 4, 3, 2, 1}, 5);
    synthetic_close_to(x.spearman, 1, 1e-12, "the longer, the more severe");
    assert_false(x.interval.has);
    assert_null(x.verdict);
    /* severe: -1 -2 -3 -4 -6 -5 beside 1 .. 6: d = 5 3 1 1 4 4 (ranks 6 5 4 3 1 2): rho = 1 - 6*68/210 */
    x = severity_of((const int[]){1, 2, 3, 4, 6, 5}, 6);
    synthetic_close_to(x.spearman, 1 - 6 * 68.0 / 210, 1e-12, "rho of six");
    double half = 1.959964 * sqrt((1 + x.spearman * x.spearman / 2) / 3);
    synthetic_close_to(x.interval.low, tanh(atanh(x.spearman) - half), 1e-12, "low");
    synthetic_close_to(x.interval.high, tanh(atanh(x.spearman) + half), 1e-12, "high");
    assert_string_equal(x.verdict, "shorter when more severe");
    x = severity_of((const int[]){6, 5, 4, 3, 1, 2}, 6);
    assert_string_equal(x.verdict, "longer when more severe");
    x = severity_of((const int[]){1, 2, 2, 1}, 4);
    synthetic_close_to(x.spearman, 0, 1e-12, "no rho");
    assert_string_equal(x.verdict, "too few to say");
    int many[1000];
    for (int i = 0; i < 1000; i++)
        many[i] = 1 + (i + i / 4) % 4;
    x = severity_of(many, 1000);
    assert_string_equal(x.verdict, "tells next to nothing about duration here");
}

/* ---- Trend ---- */

static void trend(void **state)
{
    (void)state;
    struct synthetic s;
    struct ald_trend_row *rows;
    struct ald_usual usual;
    room(&s, day(2026, 1, 2), 64); /* one day after the end of 2025Q4 */
    (void)add(&s, day(2025, 5, 20), HOUR);
    for (int i = 0; i < 6; i++)
        (void)add(&s, day(2025, 8, 1 + i), (i + 1) * HOUR);
    (void)add(&s, day(2025, 9, 30), 3 * DAY); /* open on 2 October */
    for (int i = 0; i < 5; i++)
        (void)add(&s, day(2025, 11, 1 + i), (i + 1) * HOUR);
    add(&s, day(2025, 11, 9), HOUR)->cls = ALD_NOISE;
    struct ald_figures f = figures_of(&s, "2025-11");
    struct ald_change change;
    ald_change_fill(&s.analysis, &f, s.analysis.arena, &change);
    assert_int_equal(ald_trend_fill(&s.analysis, &f, &change, s.analysis.arena, &rows, &usual), 3); /* none before the first record */
    assert_int_equal(usual.n, 0);                                                              /* without readings nothing is usual */
    static const struct {
        const char *label;
        size_t n, resolved, open;
        double median_hours;
        bool own;
    } expected[] = {{"2025Q2", 1, 1, 0, 1, false}, {"2025Q3", 7, 6, 1, 3.5, false}, {"2025Q4", 5, 5, 0, 3, true}};
    for (size_t i = 0; i < N(expected); i++) {
        assert_string_equal(rows[i].label, expected[i].label);
        assert_int_equal(rows[i].n, expected[i].n);
        assert_int_equal(rows[i].resolved, expected[i].resolved);
        assert_int_equal(rows[i].open, expected[i].open);
        assert_int_equal(rows[i].own, expected[i].own);
        synthetic_close_to(rows[i].median_ms, expected[i].median_hours * (double)HOUR, 1e-12, "median");
        assert_non_null(rows[i].shift.absent);           /* fewer than 30 before each */
        assert_int_equal(rows[i].median_ci.has, i == 1); /* six are enough for the whole range, five are not */
    }
    synthetic_close_to(rows[1].median_ci.high, 6.0 * (double)HOUR, 1e-12, "upper end");
    struct ald_figures none = figures_of(&s, "2027Q1");
    ald_change_fill(&s.analysis, &none, s.analysis.arena, &change);
    assert_int_equal(ald_trend_fill(&s.analysis, &none, &change, s.analysis.arena, &rows, &usual), 0);
    synthetic_done(&s);
}

/* Of many earlier ones every so many-th tells what is usual; a band is left above, below, or not at all. */
static void usual_is_counted(void **state)
{
    (void)state;
    struct ald_usual usual;
    ald_usual_begin(&usual, ALD_USUAL_MOST);
    assert_int_equal(usual.every, 1);
    ald_usual_begin(&usual, 2 * ALD_USUAL_MOST + 1);
    assert_int_equal(usual.every, 3);
    assert_true(ald_usual_asks(&usual, 0) && !ald_usual_asks(&usual, 1) && !ald_usual_asks(&usual, 2) && ald_usual_asks(&usual, 3));
    const struct ald_reading bounds = {.has_lower = true, .lower_ms = 10, .has_upper = true, .upper_ms = 90};
    ald_usual_count(&usual, &bounds, 5, false);
    ald_usual_count(&usual, &bounds, 50, false);
    ald_usual_count(&usual, &bounds, 50, true); /* open within its band: it is not known */
    ald_usual_count(&usual, &bounds, 91, true);
    ald_usual_count(&usual, &bounds, 91, false);
    assert_true(usual.n == 4 && usual.shorter == 1 && usual.typical == 1 && usual.longer == 2 && usual.open_longer == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_is_counted),
        cmocka_unit_test(ratio_and_chance),
        cmocka_unit_test(no_difference),
        cmocka_unit_test(weeks_that_cluster),
        cmocka_unit_test(open_ones),
        cmocka_unit_test(still_open_at_the_same_age),
        cmocka_unit_test(open_ones_that_cannot_be_told),
        cmocka_unit_test(few_weeks),
        cmocka_unit_test(nothing_to_compare),
        cmocka_unit_test(same_age),
        cmocka_unit_test(at_the_very_moment),
        cmocka_unit_test(running),
        cmocka_unit_test(oldest_slice),
        cmocka_unit_test(reshuffling),
        cmocka_unit_test(concentration),
        cmocka_unit_test(severity),
        cmocka_unit_test(trend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
