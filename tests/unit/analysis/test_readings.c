/* Readings against METHODS 4 taken literally: every member compared with every other, distances sorted, the curve
 * stepped through. Slow and plain on purpose. */
#include "synthetic.h"

#include "alidade/stats.h"
#include "where.h"

#define N(a) (sizeof(a) / sizeof *(a))
enum { MOST = 1500 };

struct plain_member {
    size_t incident;
    double duration;
    bool open, beyond;
    double raw[ALD_AXIS_N], at[ALD_AXIS_N]; /* NAN: none */
};
struct plain {
    struct plain_member members[MOST];
    size_t n;
    bool eligible[ALD_SIGNAL_N];
    int64_t quarter;
    int reading;
};

static const struct ald_obs *obs_of(const struct ald_analysis *a, size_t incident, size_t signal)
{
    return ald_obs_at(a, incident, signal);
}

static double position(const double *values, size_t n, double x, bool member)
{
    double below = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        below += values[i] < x;
        equal += !(values[i] < x) && !(values[i] > x);
    }
    return member ? (below + (equal - 1) / 2 + 0.5) / (double)n : (below + equal / 2 + 0.5) / ((double)n + 1);
}

static bool plain_stood(const struct ald_analysis *a, size_t i, int64_t q, struct plain_member *ret)
{
    const struct ald_incident *inc = &a->incidents[i];
    if (inc->cls != ALD_INCIDENT || inc->impossible)
        return false;
    bool open = false;
    int64_t active = 0, last = ALD_TIME_NONE;
    for (size_t s = 0; s < inc->spans_n; s++) {
        if (inc->spans[s].start >= q)
            continue;
        bool still = inc->spans[s].end == ALD_TIME_NONE || inc->spans[s].end > q;
        open = open || still;
        last = still ? q : inc->spans[s].end;
        active += last - inc->spans[s].start;
    }
    if (inc->state == ALD_END_NOT_RECORDED) {
        if (ald_moment_of(inc, ALD_CLOSED)->at <= q)
            return false;
        open = true;
    }
    int64_t duration = a->settings->duration == ALD_DURATION_ACTIVE ? active : last - inc->started_at;
    if (!open && duration == 0)
        return false;
    *ret = (struct plain_member){
        .incident = i, .duration = (double)duration, .open = open, .beyond = last > inc->landmark_at};
    return true;
}

static double weight(const struct ald_analysis *a, size_t signal)
{
    for (size_t i = 0; i < a->settings->weights_n; i++)
        if (!strcmp(a->settings->weights[i].signal, ald_signal_at(signal)->id))
            return a->settings->weights[i].weight;
    return ald_signal_at(signal)->weight;
}

/* The values that the members have for a signal. */
static size_t values_of(const struct ald_analysis *a, const struct plain *p, size_t signal, double *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (obs_of(a, p->members[i].incident, signal)->has[p->reading])
            ret[n++] = obs_of(a, p->members[i].incident, signal)->axis_value[p->reading];
    return n;
}

/* Raw of an incident on an axis, NAN when too thin. */
static double raw_of(const struct ald_analysis *a, const struct plain *p, size_t incident, int axis, bool member,
                     double *ret_coverage)
{
    double all = 0, present = 0, sum = 0, values[MOST];
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        if ((int)ald_signal_at(s)->axis != axis || !p->eligible[s])
            continue;
        const struct ald_obs *obs = obs_of(a, incident, s);
        size_t n = values_of(a, p, s, values);
        all += weight(a, s);
        present += obs->has[p->reading] ? weight(a, s) : 0;
        sum += weight(a, s) * (obs->has[p->reading] ? position(values, n, obs->axis_value[p->reading], member) : 0.5);
    }
    *ret_coverage = all > 0 ? present / all : 0;
    return all > 0 && *ret_coverage >= 0.5 ? sum / all : (double)NAN;
}

static size_t raws_of(const struct plain *p, int axis, double *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (!isnan(p->members[i].raw[axis]))
            ret[n++] = (double)llround(p->members[i].raw[axis] * 1e9);
    return n;
}

static void plain_build(const struct ald_analysis *a, int64_t quarter, int reading, struct plain *p)
{
    *p = (struct plain){.quarter = quarter, .reading = reading};
    int64_t from = ald_quarter_start(&a->calendar, quarter - 8), q = ald_quarter_start(&a->calendar, quarter);
    double values[MOST];
    for (size_t i = 0; i < a->incidents_n; i++) {
        if (a->incidents[i].started_at < from || a->incidents[i].started_at >= q)
            continue;
        assert_true(p->n < MOST);
        if (plain_stood(a, i, q, &p->members[p->n]) && (reading == ALD_START_READING || p->members[p->n].beyond))
            p->n++;
    }
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        size_t n = values_of(a, p, s, values);
        bool differ = false;
        for (size_t i = 1; i < n; i++)
            differ = differ || values[i] < values[0] || values[i] > values[0];
        p->eligible[s] = weight(a, s) > 0 && (double)n >= 0.25 * (double)p->n && differ;
    }
    double coverage = 0;
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        for (size_t i = 0; i < p->n; i++)
            p->members[i].raw[axis] = raw_of(a, p, p->members[i].incident, axis, true, &coverage);
        size_t n = raws_of(p, axis, values);
        for (size_t i = 0; i < p->n; i++) {
            double raw = p->members[i].raw[axis];
            p->members[i].at[axis] = isnan(raw) ? (double)NAN : position(values, n, (double)llround(raw * 1e9), true);
        }
    }
}

static size_t candidates_on(const struct plain *p, bool complexity, bool blast)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += (!complexity || !isnan(p->members[i].at[0])) && (!blast || !isnan(p->members[i].at[1]));
    return n;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kaplan-Meier straight from its definition: the product over event times u <= t (or < t). */
static double survival(const double *t, const bool *open, size_t m, double at, bool before)
{
    double s = 1, seen = -1;
    for (;;) {
        double u = (double)INFINITY;
        for (size_t i = 0; i < m; i++)
            if (!open[i] && t[i] > seen && t[i] < u)
                u = t[i];
        if (before ? u >= at : u > at)
            return s;
        double events = 0, risk = 0;
        for (size_t i = 0; i < m; i++) {
            events += !open[i] && !(t[i] < u) && !(t[i] > u);
            risk += t[i] >= u;
        }
        s *= 1 - events / risk;
        seen = u;
        if (isinf(u))
            return s;
    }
}

static double reach(const double *t, const bool *open, size_t m, double want)
{
    double least = (double)NAN;
    for (size_t i = 0; i < m; i++)
        if (!open[i] && !(t[i] >= least) && (double)m * (1 - survival(t, open, m, t[i], false)) >= want - 1e-9)
            least = t[i];
    return least;
}

static double median(const double *t, const bool *open, size_t m)
{
    double first = (double)NAN, next = (double)NAN;
    for (size_t i = 0; i < m; i++)
        if (!open[i] && !(t[i] >= first) && survival(t, open, m, t[i], false) <= 0.5 + 1e-9)
            first = t[i];
    if (isnan(first) || fabs(survival(t, open, m, first, false) - 0.5) > 1e-9)
        return first;
    for (size_t i = 0; i < m; i++)
        if (!open[i] && t[i] > first && !(t[i] >= next))
            next = t[i];
    return isnan(next) ? first : (first + next) / 2;
}

static void compare_curve(const struct ald_reading *r, double at, const double *t, const bool *open, size_t m, bool is_open)
{
    double s = survival(t, open, m, at, false), before = survival(t, open, m, at, true);
    size_t low = (m + 1) / 10 < 1 ? 1 : (m + 1) / 10, high = (9 * (m + 1) + 9) / 10 > m ? m : (9 * (m + 1) + 9) / 10;
    double lower = reach(t, open, m, (double)low), upper = reach(t, open, m, (double)high);
    synthetic_close_to(r->has_lower ? r->lower_ms : (double)NAN, lower, 1e-9, "lower");
    synthetic_close_to(r->has_upper ? r->upper_ms : (double)NAN, upper, 1e-9, "upper");
    synthetic_close_to(r->has_median ? r->median_ms : (double)NAN, median(t, open, m), 1e-9, "median");
    synthetic_close_to(r->s_minus, before, 1e-9, "S(t-)");
    assert_int_equal(r->has_percentile, !is_open);
    if (is_open) {
        assert_int_equal(r->verdict, ALD_STILL_OPEN);
        char text[64];
        (void)snprintf(text, sizeof text, "already longer than %d %% of comparable",
                       (int)floor(100 * (1 - before) + 1e-9));
        assert_string_equal(ald_reading_text(r), text);
        return;
    }
    synthetic_close_to(r->percentile, ((double)m * (1 - (s + before) / 2) + 0.5) / ((double)m + 1), 1e-9, "percentile");
    const char *text = at < lower ? "shorter than comparable" : at > upper ? "longer than comparable" : "typical";
    assert_string_equal(ald_reading_text(r), text);
}

static void compare_reading(const struct ald_analysis *a, size_t i, const struct plain *p)
{
    const struct ald_incident *inc = &a->incidents[i];
    const struct ald_measure *measure = ald_measure_at(a, i);
    const struct ald_reading *r = &measure->reading[p->reading];
    double values[MOST], place[ALD_AXIS_N], d[MOST], sorted[MOST], t[MOST];
    bool open[MOST];
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        size_t n = values_of(a, p, s, values);
        bool has = obs_of(a, i, s)->has[p->reading] && n > 0;
        synthetic_close_to(ald_position_at(a, i, p->reading, s),
                           has ? position(values, n, obs_of(a, i, s)->axis_value[p->reading], false) : (double)NAN,
                           1e-12, "position");
    }
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        double coverage = 0, raw = raw_of(a, p, i, axis, true, &coverage);
        size_t n = raws_of(p, axis, values);
        place[axis] = isnan(raw) || n == 0 ? (double)NAN : position(values, n, (double)llround(raw * 1e9), false);
        synthetic_close_to(r->axis[axis].has ? r->axis[axis].position : (double)NAN, place[axis], 1e-12, "axis");
        double told_raw, told_coverage;
        assert_true(ald_axis_told(a, i, p->reading, (enum ald_axis)axis, &told_raw, &told_coverage));
        synthetic_close_to(told_coverage, coverage, 1e-12, "coverage");
        if (r->axis[axis].has)
            synthetic_close_to(told_raw, raw, 1e-12, "raw");
    }
    if (r->absent) {
        assert_true(inc->impossible || inc->zero_length || inc->state == ALD_END_NOT_RECORDED);
        return;
    }
    bool x = !isnan(place[0]), y = !isnan(place[1]);
    size_t candidates = x && y ? candidates_on(p, true, true) : 0;
    if (candidates < 30) {
        size_t on_x = x ? candidates_on(p, true, false) : 0, on_y = y ? candidates_on(p, false, true) : 0;
        x = on_x >= 30 && on_x >= on_y;
        y = on_y >= 30 && !x;
        candidates = x ? on_x : y ? on_y : p->n;
    }
    size_t k = (size_t)fmin(200, fmax(20, round(sqrt((double)candidates)))), n = 0, m = 0;
    for (size_t j = 0; j < p->n; j++) {
        double dx = x ? p->members[j].at[0] - place[0] : 0, dy = y ? p->members[j].at[1] - place[1] : 0;
        d[j] = sqrt(dx * dx + dy * dy);
        if (!isnan(d[j]))
            sorted[n++] = d[j];
    }
    assert_int_equal(n, candidates);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t j = 0; j < p->n; j++) {
        if (!(d[j] <= sorted[k - 1] + 1e-12))
            continue;
        t[m] = p->members[j].duration;
        open[m++] = p->members[j].open;
    }
    assert_int_equal(r->n_ref, p->n);
    assert_int_equal(r->candidates, candidates);
    assert_int_equal(r->k, k);
    assert_int_equal(r->m, m);
    assert_int_equal(r->basis, x && y ? ALD_BASIS_BOTH
                               : x    ? ALD_BASIS_COMPLEXITY
                               : y    ? ALD_BASIS_BLAST_RADIUS
                                      : ALD_BASIS_WHOLE);
    assert_int_equal(r->tells_little, (double)m > (double)candidates / 4);
    compare_curve(r, (double)ald_read_ms(a, inc), t, open, m, inc->state == ALD_OPEN);
}

static bool over_landmark(const struct ald_analysis *a, const struct ald_incident *inc)
{
    if (inc->impossible)
        return false;
    if (inc->state == ALD_OPEN)
        return a->as_of > inc->landmark_at;
    int64_t last = inc->state == ALD_END_NOT_RECORDED ? ald_moment_of(inc, ALD_CLOSED)->at : inc->spans[inc->spans_n - 1].end;
    return last > inc->landmark_at;
}

static void compare_total(const struct ald_analysis *a, size_t i, const struct plain *p)
{
    double values[MOST];
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        size_t n = 0;
        double sign = s == ALD_SIGNAL_highest_tier ? -1 : 1; /* tier 1 is the highest */
        for (size_t j = 0; j < p->n; j++)
            if (obs_of(a, p->members[j].incident, s)->has_total)
                values[n++] = sign * obs_of(a, p->members[j].incident, s)->total;
        const struct ald_obs *obs = obs_of(a, i, s);
        bool has = obs->has_total && n > 0 && p->n >= 30;
        synthetic_close_to(ald_position_total_at(a, i, s), has ? position(values, n, sign * obs->total, false) : (double)NAN,
                           1e-12, "total");
    }
}

static void compare_shown(const struct ald_measure *m)
{
    assert_int_equal(m->shown, !m->reading[1].absent ? 1 : !m->reading[0].absent ? 0 : -1);
    if (m->shown < 0)
        return;
    const struct ald_reading *r = &m->reading[m->shown];
    bool known = r->has_percentile && r->axis[0].has;
    bool what_went_right = known && r->axis[0].position >= 0.8 - 1e-9 && r->percentile <= 0.2 + 1e-9;
    bool made_hard = known && r->axis[0].position <= 0.2 + 1e-9 && r->percentile >= 0.8 - 1e-9;
    assert_int_equal(m->corner, what_went_right ? ALD_CORNER_COMPLEX_SHORT
                                : made_hard     ? ALD_CORNER_SIMPLE_LONG
                                                : ALD_CORNER_NONE);
}

/* @return how many readings were compared. */
static size_t compare_all(struct synthetic *s)
{
    struct ald_analysis *a = &s->analysis;
    struct plain *p = calloc(ALD_READING_N, sizeof *p);
    assert_non_null(p);
    size_t compared = 0;
    p[0].quarter = p[1].quarter = INT64_MIN;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (inc->cls != ALD_INCIDENT) {
            assert_string_equal(ald_measure_at(a, i)->reading[0].absent, "not of class incident");
            assert_int_equal(ald_measure_at(a, i)->shown, -1);
            continue;
        }
        for (int r = 0; r < ALD_READING_N; r++) {
            if (p[r].quarter != inc->quarter)
                plain_build(a, inc->quarter, r, &p[r]);
            const struct ald_reading *reading = &ald_measure_at(a, i)->reading[r];
            if (r == ALD_LANDMARK_READING && !over_landmark(a, inc)) {
                assert_non_null(reading->absent);
                if (!inc->impossible)
                    assert_string_equal(reading->absent,
                                        inc->state == ALD_OPEN                                                                               ? "no reading yet"
                                        : inc->state == ALD_END_NOT_RECORDED && ald_moment_of(inc, ALD_CLOSED)->at == ALD_TIME_NONE ? "no duration: end not recorded"
                                                                                                                                             : "over before the landmark");
                continue;
            }
            if (p[r].n < 30) {
                char text[64];
                (void)snprintf(text, sizeof text, "not enough history: %zu", p[r].n);
                assert_string_equal(reading->absent, text);
                continue;
            }
            compare_reading(a, i, &p[r]);
            compared++;
        }
        compare_total(a, i, &p[0]);
        compare_shown(ald_measure_at(a, i));
    }
    free(p);
    return compared;
}

static int64_t day(int year, int month, int d)
{
    return ald_days_from_civil(year, month, d) * ALD_DAY_MS;
}

static void against_the_plain_way(void **state)
{
    (void)state;
    const struct recipe cases[] = {
        {400, 1000, day(2026, 10, 1), 4, 0, 0, 0, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 1},
        {400, 1000, day(2026, 9, 3), 3, 20, 10, 30, 5 * ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 2},
        {400, 1000, day(2026, 9, 3), 1000000, 20, 10, 30, 1, ALD_DURATION_ELAPSED, 3},
        {300, 700, day(2026, 1, 15), 2, 60, 50, 20, 20 * ALD_MINUTE_MS, ALD_DURATION_ELAPSED, 4},
        {300, 700, day(2026, 1, 15), 1, 0, 0, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 5}, /* all equal */
        {300, 700, day(2026, 1, 15), 6, 10, 93, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE,
         6},                                                                               /* hardly any blast radius */
        {300, 700, day(2026, 1, 15), 6, 95, 0, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 7}, /* hardly any signal */
        {250, 500, day(2025, 5, 20), 5, 10, 5, 90, 30 * ALD_MINUTE_MS, ALD_DURATION_ACTIVE,
         8}, /* hardly any plain one */
        {0, 10, day(2025, 5, 20), 5, 10, 5, 90, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 9},
    };
    for (size_t i = 0; i < N(cases); i += brief() ? 3 : 1) {
        struct synthetic s;
        synthetic_make(&s, &cases[i]);
        synthetic_read(&s.analysis, 0);
        size_t compared = compare_all(&s);
        assert_true(cases[i].n == 0 || compared > 100);
        synthetic_done(&s);
    }
}

static void own_weights(void **state)
{
    (void)state;
    struct synthetic s;
    const struct recipe recipe = {300, 700, day(2026, 1, 1), 5, 15, 5, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 11};
    synthetic_make(&s, &recipe);
    const struct ald_weight weights[] = {{"novelty", 0}, {"concurrent", 2.5}, {"handoffs", 0.1}};
    s.settings.weights = weights;
    s.settings.weights_n = N(weights);
    synthetic_read(&s.analysis, 0);
    assert_true(compare_all(&s) > 100);
    synthetic_done(&s);
}

/* n incidents in the first quarter, one more in the next. */
static void little_history(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 29, 30, 31};
    for (size_t i = 0; i < N(sizes); i++) {
        struct synthetic s;
        const struct recipe recipe = {sizes[i] + 1,        60, day(2024, 5, 1), 3, 0, 0, 0, 90 * ALD_MINUTE_MS,
                                      ALD_DURATION_ACTIVE, 12};
        synthetic_make(&s, &recipe);
        struct ald_analysis *a = &s.analysis;
        struct ald_incident *last = &a->incidents[a->incidents_n - 1];
        struct ald_span span = {day(2024, 4, 2), day(2024, 4, 3)};
        last->started_at = span.start;
        synthetic_moment(a, last, ALD_OPENED, span.start);
        last->spans = &span;
        for (size_t j = 0; j + 1 < a->incidents_n; j++) { /* none may reach into the quarter */
            struct ald_span *own = ald_alloc(a->arena, sizeof *own);
            *own =
                (struct ald_span){a->incidents[j].started_at, a->incidents[j].started_at + (int64_t)(j + 61) * 60000};
            a->incidents[j].spans = own;
            a->incidents[j].state = ALD_STATE_RESOLVED;
            a->incidents[j].landmark_at = own->start + ALD_HOUR_MS;
        }
        synthetic_finish(&s, last);
        synthetic_read(a, 0);
        const struct ald_measure *m = ald_measure_at(a, a->incidents_n - 1);
        assert_int_equal(m->reading[0].n_ref, sizes[i]);
        assert_int_equal(m->reading[0].absent == NULL, sizes[i] >= 30);
        assert_int_equal(m->shown, sizes[i] >= 30 ? ALD_LANDMARK_READING : -1);
        if (sizes[i] == 29)
            assert_string_equal(m->reading[0].absent, "not enough history: 29");
        if (sizes[i] == 30) {
            assert_int_equal(m->reading[0].k, 20);
            assert_string_equal(ald_reading_text(&m->reading[1]), "longer than comparable");
        }
        (void)compare_all(&s);
        synthetic_done(&s);
    }
}

static void comparables_of_one(void **state)
{
    (void)state;
    struct synthetic s;
    const struct recipe recipe = {300, 700, day(2026, 1, 1), 4, 10, 5, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 13};
    synthetic_make(&s, &recipe);
    struct ald_analysis *a = &s.analysis;
    synthetic_read(a, 0);
    size_t seen = 0;
    for (size_t i = 0; i < a->incidents_n; i += 7) {
        for (int r = 0; r < ALD_READING_N; r++) {
            struct ald_comparable *list = NULL;
            const struct ald_reading *reading = &ald_measure_at(a, i)->reading[r];
            int64_t reference_from, reference_to;
            ald_reference_of(a, a->incidents[i].quarter, &reference_from, &reference_to);
            size_t n = ald_analysis_comparables(a, i, r, SIZE_MAX, a->arena, &list);
            assert_int_equal(n, reading->absent ? 0 : reading->m);
            for (size_t j = 0; j < n; j++) {
                assert_true(j == 0 || list[j].distance >= list[j - 1].distance);
                assert_true(a->incidents[list[j].incident].started_at < reference_to);
            }
            seen += n;
            if (n > 3)
                assert_int_equal(ald_analysis_comparables(a, i, r, 3, a->arena, &list), 3);
        }
    }
    assert_true(seen > 100);
    synthetic_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_the_plain_way),
        cmocka_unit_test(own_weights),
        cmocka_unit_test(little_history),
        cmocka_unit_test(comparables_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
