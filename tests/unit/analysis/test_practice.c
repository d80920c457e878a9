/* Practice: the same figures as from readings of everything, of which none is left behind. */
#include "synthetic.h"

#include "alidade/stories.h"
#include "analysis/percentile.h"

#define DAY_MS(year, month, day) (ald_days_from_civil(year, month, day) * ALD_DAY_MS)
enum { SERVICES = 3, RARE_MOST = 19 };

static const struct ald_story_pattern both[] = {{.id = "often", .title = "Often"}, {.id = "seldom", .title = "Seldom"}};

/* "often" in two of three incidents; "seldom" as well, in as many as are one too few. */
static size_t patterns_of(const void *ctx, size_t incident, const struct ald_story_pattern **ret)
{
    (void)ctx;
    *ret = both;
    return incident % 3 == 0 ? 0 : incident / SERVICES < RARE_MOST ? 2 : 1;
}

/* By hand: order and percentile of those on one service with "often", from readings that stay. */
static size_t by_hand(const struct ald_analysis *a, const struct ald_figures *f, uint32_t service, double *ret_rho)
{
    double *order = ald_calloc(a->arena, a->incidents_n, sizeof *order), *percentile = ald_calloc(a->arena, a->incidents_n, sizeof *percentile);
    int64_t from = ald_zone_day_start(a->zone, ald_lookback_start_day(f->period.start_day, a->settings->lookback_quarters));
    size_t n = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (inc->cls == ALD_INCIDENT && inc->started_at >= from && inc->started_at < f->period.end && i % 3 != 0 &&
            inc->services->name == service && ald_percentile_of(a, i, &percentile[n]))
            order[n++] = (double)i;
    }
    assert_true(ald_spearman(order, percentile, n, ret_rho));
    return n;
}

static void same_as_by_hand(void **state)
{
    (void)state;
    struct synthetic s;
    const struct recipe recipe = {600, 700, DAY_MS(2026, 1, 1), 4, 10, 5, 10, ALD_MINUTE_MS, ALD_DURATION_ACTIVE, 5};
    synthetic_make(&s, &recipe);
    struct ald_analysis *a = &s.analysis;
    a->services_n = SERVICES;
    for (size_t i = 0; i < a->incidents_n; i++) {
        struct ald_named *named = ald_alloc(a->arena, sizeof *named);
        *named = (struct ald_named){.at = ALD_TIME_NONE, .name = (uint32_t)(i / 3 % SERVICES), .at_start = true};
        a->incidents[i].services = named;
        a->incidents[i].services_n = 1;
    }
    struct ald_figures f = {.incidents_n = 0};
    struct ald_err err;
    assert_int_equal(ald_period_parse(a->arena, &a->calendar, "2025Q3", a->as_of, &f.period, &err), ALD_OK);
    const struct ald_story_view view = {.patterns = patterns_of};
    struct ald_practice *rows;
    size_t n = ald_practice_fill(a, &f, &view, a->arena, &rows);
    assert_int_equal(ald_measures_made(a), 0); /* of all history: of a store of a million a quarter of a gigabyte */
    assert_int_equal(n, SERVICES);
    synthetic_read(a, 0);
    size_t made = ald_measures_made(a);
    for (uint32_t service = 0; service < SERVICES; service++) {
        double rho;
        assert_int_equal(rows[service].service, service);
        assert_string_equal(rows[service].pattern, "often");
        assert_int_equal(rows[service].n, by_hand(a, &f, service, &rho));
        synthetic_close_to(rows[service].spearman, rho, 0, "rank correlation");
    }
    struct ald_practice *again;
    assert_int_equal(ald_practice_fill(a, &f, &view, a->arena, &again), n); /* what others have read is taken, and stays */
    assert_int_equal(ald_measures_made(a), made);
    for (size_t i = 0; i < n; i++)
        assert_true(again[i].n == rows[i].n && memcmp(&again[i].spearman, &rows[i].spearman, sizeof(double)) == 0);
    synthetic_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_by_hand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
