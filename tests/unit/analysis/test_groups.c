/* Groups: who belongs, small teams, limits against numbers worked out in Python, and what noise is flagged. */
#include "flat.h"

#include "alidade/groups.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* The services of an incident; at_start for the first `at_start` of them. */
static void serves(struct flat *flat, size_t i, const uint32_t *services, size_t n, size_t at_start)
{
    struct ald_named *named = ald_calloc(flat->a->arena, n, sizeof *named);
    for (size_t s = 0; s < n; s++)
        named[s] =
            (struct ald_named){.name = services[s], .at = flat->a->incidents[i].started_at, .at_start = s < at_start};
    flat->a->incidents[i].services = named;
    flat->a->incidents[i].services_n = (uint32_t)n;
}

static const char *services[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
static const char *teams[] = {"one", "three", "two"};

static void name_all(struct flat *flat)
{
    flat->a->services = services;
    flat->a->services_n = N(services);
    flat->a->teams = teams;
    flat->a->teams_n = N(teams);
}

static const struct ald_group *group(const struct ald_groups *all, enum ald_group_kind by, const char *name)
{
    for (size_t i = 0; i < all->groups_n; i++)
        if (all->groups[i].by == by && strcmp(all->groups[i].name, name) == 0)
            return &all->groups[i];
    return NULL;
}

/* METHODS 6 in Python, with statistics.NormalDist for p:
 *   g={'a':[.1,.2,.15,.3,.05,.22],'b':[.9,.8,.95,.7,.99,.85,.6],'c':[.5,.4,.6,.55,.45],'d':[.3,.7,.2]}
 *   centre=mean of all, s2=variance; se2=s2/n*(1-n/N); z winsorised at its type 7 10th and 90th percentile;
 *   tau2=(G*phi-(G-1))/(sum(w)-sum(w^2)/sum(w)), w=1/se2, over a, b, c */
static void limits_by_hand(void **state)
{
    (void)state;
    static const double a[] = {.1, .2, .15, .3, .05, .22}, b[] = {.9, .8, .95, .7, .99, .85, .6},
                        c[] = {.5, .4, .6, .55, .45}, d[] = {.3, .7, .2};
    static const struct {
        const double *p;
        size_t n;
        double mean, low95, high998, p_value;
    } cases[] = {
        {a, N(a), 0.17, -0.047453571841669984, 1.3643849588347146, 0.23715613071503883},
        {b, N(b), 0.8271428571428572, -0.0400864800773536, 1.3527694277754572, 0.2362456259040342},
        {c, N(c), 0.5, -0.057604142026690064, 1.38038913891353, 0.9986656432985784},
        {d, N(d), 0.4, (double)NAN, (double)NAN, (double)NAN},
    };
    struct flat flat;
    struct ald_groups found;
    flat_make(&flat, N(a) + N(b) + N(c) + N(d) + 1); /* the last has no reading */
    name_all(&flat);
    size_t at = 0;
    for (uint32_t g = 0; g < N(cases); g++)
        for (size_t i = 0; i < cases[g].n; i++) {
            uint32_t two[] = {g, 11};
            flat_stands(&flat, at, cases[g].p[i]);
            serves(&flat, at++, two, 2, 1); /* l joins later: it does not count */
        }
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
    assert_int_equal(found.n, at);
    assert_int_equal(found.groups_n, N(cases));
    synthetic_close_to(found.centre, 0.5004761904761905, 1e-12, "centre");
    synthetic_close_to(found.tau2[ALD_BY_SERVICE], 0.06771695709451608, 1e-12, "tau2");
    for (size_t g = 0; g < N(cases); g++) {
        const struct ald_group *own = &found.groups[g];
        assert_string_equal(own->name, services[g]);
        assert_int_equal(own->n, cases[g].n);
        assert_int_equal(own->has_limits, cases[g].n >= 5);
        assert_false(own->flagged);
        synthetic_close_to(own->mean, cases[g].mean, 1e-12, "mean");
        if (!own->has_limits) {
            assert_string_equal(own->absent, "fewer than 5 incidents");
            continue;
        }
        synthetic_close_to(own->low95, cases[g].low95, 1e-9, "95 %");
        synthetic_close_to(own->high998, cases[g].high998, 1e-9, "99.8 %");
        synthetic_close_to(own->p_value, cases[g].p_value, 1e-9, "p");
    }
    flat_done(&flat);
}

/* R: p.adjust(c(0.04, 0.005, 0.13, 0.011, 0.02), "BH") */
static void adjusted(void **state)
{
    (void)state;
    static const double p[] = {0.04, 0.005, 0.13, 0.011, 0.02}, want[] = {0.05, 0.025, 0.13, 0.0275, 0.1 / 3};
    static const double ties[] = {0.5, 0.5, 0.9, 1}, want_ties[] = {1, 1, 1, 1}, one[] = {0.03};
    double found[5];
    ald_benjamini_hochberg(p, N(p), found);
    for (size_t i = 0; i < N(p); i++)
        synthetic_close_to(found[i], want[i], 1e-12, "adjusted");
    ald_benjamini_hochberg(ties, N(ties), found);
    for (size_t i = 0; i < N(ties); i++)
        synthetic_close_to(found[i], want_ties[i], 1e-12, "ties");
    ald_benjamini_hochberg(one, 1, found);
    synthetic_close_to(found[0], 0.03, 1e-12, "one");
    ald_benjamini_hochberg(one, 0, found);
}

/* Eleven groups of ten alike and one far off: that one is flagged, unless it is off by less than 0.1. */
static void what_is_flagged(void **state)
{
    (void)state;
    for (int far = 0; far < 2; far++) {
        struct flat flat;
        struct ald_groups found;
        flat_make(&flat, 120);
        name_all(&flat);
        for (size_t i = 0; i < 120; i++) {
            uint32_t g = (uint32_t)(i % 12);
            double spread = far ? 0.25 : 0.025;
            double p = 0.5 + spread * ((double)(i / 12) / 9 - 0.5);
            flat_stands(&flat, i, g == 4 ? p + (far ? 0.4 : 0.08) : p);
            serves(&flat, i, &g, 1, 1);
        }
        ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
        for (size_t i = 0; i < found.groups_n; i++)
            assert_int_equal(found.groups[i].flagged, far && strcmp(found.groups[i].name, "e") == 0);
        assert_true(group(&found, ALD_BY_SERVICE, "e")->adjusted < 0.1);
        flat_done(&flat);
    }
}

static void odd_groups(void **state)
{
    (void)state;
    static const uint32_t zero = 0;
    struct flat flat;
    struct ald_groups found;
    flat_make(&flat, 8);
    name_all(&flat);
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found); /* nothing is read */
    assert_int_equal(found.n, 0);
    assert_int_equal(found.groups_n, 0);
    for (size_t i = 0; i < 8; i++) {
        flat_stands(&flat, i, (double)i / 8);
        serves(&flat, i, &zero, 1, 1);
    }
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found); /* one group holds all: there is no z */
    assert_int_equal(found.groups_n, 1);
    assert_false(found.groups[0].has_limits || found.groups[0].flagged);
    assert_non_null(strstr(found.groups[0].absent, "every incident"));
    flat.a->incidents[7].services_n = 0;
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found); /* G = 1 */
    assert_true(found.groups[0].has_limits && found.tau2[0] <= 0);
    for (size_t i = 0; i < 8; i++)
        flat_stands(&flat, i, 0.5);
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
    assert_false(found.groups[0].has_limits);
    assert_string_equal(found.groups[0].absent, "all percentiles are the same");
    flat.figures.incidents_n = 1; /* one incident */
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
    assert_int_equal(found.groups_n, 1);
    flat_done(&flat);
}

/* (m*(1 - S/2) + 0.5)/(m+1), not the share that it has already passed. */
static void open_ones(void **state)
{
    (void)state;
    static const uint32_t zero = 0;
    struct flat flat;
    struct ald_groups found;
    flat_make(&flat, 1);
    name_all(&flat);
    flat_is_open(&flat, 0);
    flat.measures[0].reading[ALD_START_READING] = (struct ald_reading){.m = 20, .s = 0.4, .s_minus = 0.45};
    serves(&flat, 0, &zero, 1, 1);
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
    synthetic_close_to(found.centre, (20 * 0.8 + 0.5) / 21, 1e-12, "expected place");
    flat_done(&flat);
}

/* ---- Small teams ---- */

struct entries {
    struct ald_entry *events;
    int64_t *instants;             /* each event's own */
    struct ald_event_names *names; /* each event's own */
    uint32_t n;
};

static void put_event(struct entries *entries, int64_t at, enum ald_event_kind kind, uint32_t team, uint32_t who)
{
    entries->names[entries->n] = (struct ald_event_names){.person = who, .team = team, .service = ALD_NOBODY};
    entries->instants[entries->n] = at;
    entries->events[entries->n] = (struct ald_entry){
        .when = ALD_ENTRY_FAR + entries->n, .kind = kind & 15u, .names = entries->n & (ALD_ENTRY_NAMES_MOST - 1), .engaged = who != ALD_NOBODY};
    entries->n++;
}

/* Team one holds the incident until team two takes over after an hour; `before` people act before, `after` after. */
static void staffed(struct flat *flat, unsigned before, unsigned after, int64_t shift)
{
    struct ald_analysis *a = flat->a;
    struct entries entries = {.events = ald_calloc(a->arena, before + after + 3, sizeof *entries.events),
                              .instants = ald_calloc(a->arena, before + after + 3, sizeof *entries.instants),
                              .names = ald_calloc(a->arena, before + after + 3, sizeof *entries.names)};
    int64_t start = a->incidents[0].started_at = flat->period.start + shift;
    a->incidents[0].first_team = 0;
    for (uint32_t i = 0; i < before; i++)
        put_event(&entries, start + ALD_MINUTE_MS, ALD_EV_NOTE, ALD_NOBODY, i);
    put_event(&entries, start + ALD_MINUTE_MS, ALD_EV_OTHER, ALD_NOBODY, 50); /* engages nobody */
    for (uint32_t i = 0; i < after;
         i++) /* listed before the handoff of the same moment: the new holder's all the same */
        put_event(&entries, start + ALD_HOUR_MS, ALD_EV_ACKNOWLEDGED, ALD_NOBODY, 100 + i % 6);
    put_event(&entries, start + ALD_HOUR_MS, ALD_EV_REASSIGNED, 2, ALD_NOBODY);
    struct ald_record *record = ald_alloc(a->arena, sizeof *record);
    uint32_t *index = ald_alloc(a->arena, sizeof *index);
    *record = (struct ald_record){.events = entries.events, .events_n = entries.n};
    a->event_names = entries.names;
    a->instants = entries.instants;
    a->records = record;
    a->records_n = 1;
    a->incidents[0].records = index;
    a->incidents[0].records_n = 1;
}

static void small_teams(void **state)
{
    (void)state;
    const int64_t lookback = -731 * ALD_DAY_MS;
    const struct {
        unsigned before, after;
        int64_t shift;
        bool people, small_one, small_two;
    } cases[] = {
        {5, 5, 0, true, false, false},
        {4, 5, 0, true, true, false},
        {5, 4, 0, true, false, true},
        {6, 30, 0, true, false, false}, /* six people, again and again */
        {5, 5, -700 * ALD_DAY_MS, true, false, false},
        {5, 5, lookback, true, true, true},        /* before the lookback */
        {5, 5, 93 * ALD_DAY_MS, true, true, true}, /* after the period */
        {9, 9, 0, false, true, true},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct flat flat;
        flat_make(&flat, 1);
        name_all(&flat);
        flat.s.settings.people_stored = cases[i].people;
        staffed(&flat, cases[i].before, cases[i].after, cases[i].shift);
        const bool *small = ald_small_teams(flat.a, &flat.period, flat.a->arena);
        assert_int_equal(small[0], cases[i].small_one);
        assert_int_equal(small[2], cases[i].small_two);
        assert_true(small[1]); /* nobody was ever seen */
        flat_done(&flat);
    }
}

static void folded(void **state)
{
    (void)state;
    struct flat flat;
    struct ald_groups found;
    flat_make(&flat, 12);
    name_all(&flat);
    flat.s.settings.people_stored = true;
    staffed(&flat, 5, 0, 0);
    for (size_t i = 0; i < 12; i++) {
        flat_stands(&flat, i, 0.5);
        flat.a->incidents[i].first_team = i < 4 ? 0 : i < 11 ? (uint32_t)(i % 3) : ALD_NOBODY;
    }
    ald_groups_fill(flat.a, &flat.figures, flat.a->arena, &found);
    assert_int_equal(found.groups_n, 2);
    assert_string_equal(found.groups[0].name, "one");
    assert_string_equal(found.groups[1].name, ALD_SMALL_TEAMS);
    assert_int_equal(found.groups[0].n, 6);
    assert_int_equal(found.groups[1].n, 5);
    flat_done(&flat);
}

/* ---- Noise ---- */

static double normal(struct ald_rng *rng)
{
    return sqrt(-2 * log(1 - ald_rng_unit(rng))) * cos(2 * acos(-1.0) * ald_rng_unit(rng));
}

/* Twelve groups of 16 in a quarter of 13 weeks. luck: share of the variance that incidents of a week have in common;
 * bunch: in how many weeks, drawn anew, a group has its incidents; shift: of the first group, in standard deviations.
 */
struct world {
    double luck, shift;
    unsigned bunch;
};
struct rates {
    double literal; /* periods with a flag by the limits alone (METHODS 6) */
    double any, first, outside;
};

static struct rates simulate(const struct world *world)
{
    enum { PERIODS = 400, EACH = 16, WEEKS = 13 };
    struct rates rates = {0};
    struct flat flat;
    flat_make(&flat, EACH * N(services));
    name_all(&flat);
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    for (uint32_t i = 0; i < EACH * N(services); i++)
        serves(&flat, i, &(uint32_t){i / EACH}, 1, 1);
    for (int period = 0; period < PERIODS; period++) {
        double luck[WEEKS];
        for (size_t w = 0; w < WEEKS; w++)
            luck[w] = sqrt(world->luck) * normal(&flat.s.rng);
        for (size_t g = 0, at = 0; g < N(services); g++) {
            unsigned weeks[WEEKS];
            for (unsigned w = 0; w < WEEKS; w++)
                weeks[w] = world->bunch == WEEKS ? w : synthetic_draw(&flat.s, WEEKS);
            for (size_t i = 0; i < EACH; i++, at++) {
                unsigned w = weeks[synthetic_draw(&flat.s, world->bunch)];
                double x = luck[w] + sqrt(1 - world->luck) * normal(&flat.s.rng) + (g == 0 ? world->shift : 0);
                flat.a->incidents[at].started_at = flat.period.start + (int64_t)w * 7 * ALD_DAY_MS;
                flat_stands(&flat, at, erfc(-x / sqrt(2)) / 2);
            }
        }
        struct ald_groups found;
        ald_groups_fill(flat.a, &flat.figures, arena, &found);
        bool any = false, literal = false;
        for (size_t i = 0; i < found.groups_n; i++) {
            const struct ald_group *g = &found.groups[i];
            any = any || g->flagged;
            literal = literal || (g->adjusted < 0.1 && fabs(g->mean - found.centre) >= 0.1);
            rates.outside += (g->mean < g->low95 || g->mean > g->high95) / (double)(PERIODS * found.groups_n);
        }
        rates.any += any / (double)PERIODS;
        rates.literal += literal / (double)PERIODS;
        rates.first += found.groups[0].flagged / (double)PERIODS;
        ald_arena_reset(arena);
    }
    flat_done(&flat);
    return rates;
}

/* No group differs from another, so a flag anywhere is a false one: Benjamini-Hochberg at 0.1 allows one period in ten.
 * The limits alone keep that only while a group's incidents are spread over the weeks; the rate is printed, not
 * asserted. */
static void noise_is_hardly_flagged(void **state)
{
    (void)state;
    static const double luck[] = {0, 0.1, 1.0 / 3};
    static const unsigned bunch[] = {13, 6, 3, 1};
    for (size_t b = 0; b < N(bunch); b++)
        for (size_t l = 0; l < N(luck); l++) {
            struct rates r = simulate(&(struct world){.luck = luck[l], .bunch = bunch[b]});
            print_message(
                "noise, groups in %2u of 13 weeks, %.2f of the variance shared in a week: a flag in %.3f of periods "
                "(nominal 0.1; by the limits alone %.3f), outside 95 %% limits %.3f\n",
                bunch[b], luck[l], r.any, r.literal, r.outside);
            assert_true(r.any <= 0.1);
            assert_true(bunch[b] < 13 || (r.literal <= 0.1 && r.outside <= 0.05));
        }
}

/* What the guard against bunching costs: a large shift must still be found. */
static void a_shift_is_found(void **state)
{
    (void)state;
    static const double shift[] = {0.5, 1, 1.5};
    for (size_t i = 0; i < N(shift); i++) {
        struct rates r = simulate(&(struct world){.luck = 0.1, .bunch = 13, .shift = shift[i]});
        print_message("one group of 16 shifted by %.1f sd: flagged in %.3f of periods\n", shift[i], r.first);
        assert_true(shift[i] < 1.5 || r.first > 0.9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_by_hand),   cmocka_unit_test(adjusted),
        cmocka_unit_test(what_is_flagged),  cmocka_unit_test(odd_groups),
        cmocka_unit_test(open_ones),        cmocka_unit_test(small_teams),
        cmocka_unit_test(folded),           cmocka_unit_test(noise_is_hardly_flagged),
        cmocka_unit_test(a_shift_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
