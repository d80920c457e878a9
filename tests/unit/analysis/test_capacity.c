/* Capacity and exercises: time with several open, engaged hours, interruptions in the zone where people are, services that few
 * know; and that nothing is said about fewer than five people. */
#include "fixture.h"

#include "alidade/capacity.h"

/* January 2024 begins on a Monday; minute 0 is its first midnight, UTC. */
#define JANUARY "2024-01"

struct room {
    struct fixture *f;
    struct ald_arena *arena;
    struct ald_figures figures;
    struct ald_capacity c;
    struct ald_exercises e;
};

static int setup(void **state)
{
    struct ald_arena *arena;
    struct fixture *fixture = furnished(sizeof(struct room), state, &arena);
    struct room *r = *state;
    r->f = fixture;
    r->arena = arena;
    source(r->f, "pg", "pager", "own");
    for (int k = 0; k < 6 + 30; k++) { /* a to f, and p00 to p29 */
        char who[8];
        (void)snprintf(who, sizeof who, k < 6 ? "%c" : "p%02d", k < 6 ? 'a' + k : k - 6);
        person(r->f, "pg", who, who, 1);
    }
    return 0;
}

static int teardown(void **state)
{
    struct room *r = *state;
    return cleared(r->f, r->arena, r);
}

static void fill(struct room *r, int64_t as_of)
{
    struct ald_period period;
    struct ald_err err = {0};
    (void)analyse(r->f, as_of);
    must(ald_period_parse(r->arena, &r->f->a->calendar, JANUARY, AT(as_of), &period, &err), &err);
    ald_analysis_figures(r->f->a, &period, r->arena, &r->figures);
    ald_capacity_fill(r->f->a, &r->figures, &r->c);
    ald_exercises_fill(r->f->a, &r->figures, r->arena, &r->e);
}

/** An incident that somebody works on: opened, resolved, acknowledged by each of the people one minute after the other. */
static void worked(struct fixture *f, int64_t row, const char *id, int64_t opened, int64_t minutes, const char *people,
                   const char *of_team)
{
    simple(f, row, "pg", id, "pager", ALL_HELD, opened, minutes ? opened + minutes : NEVER);
    service(f, row, row % 2 ? "web" : "db", opened, 1, "s");
    for (int k = 0; people[k]; k++) {
        char who[2] = {people[k], '\0'};
        event_full(f, row, opened + k, "acknowledged", who, 0, of_team, NULL, NULL);
    }
}

static void test_open_at_once(void **state)
{
    struct room *r = *state;
    worked(r->f, 1, "A", DAYS(1), 60, "a", NULL);
    worked(r->f, 2, "B", DAYS(1) + 30, 60, "b", NULL);
    worked(r->f, 3, "C", DAYS(1) + 45, 30, "c", NULL);     /* three from 45 to 60, two from 30 to 75 */
    worked(r->f, 4, "D", DAYS(1) + 90, 30, "d", NULL);     /* begins as B ends */
    worked(r->f, 5, "E", -60, 90, "e", NULL);              /* 30 minutes of it in the period */
    worked(r->f, 6, "F", 0, 30, "f", NULL);
    fill(r, DAYS(40));
    double all = DAYS(31);
    assert_close(r->c.two_share, (30 + 45.0) / all, 1e-12);
    assert_close(r->c.three_share, 15 / all, 1e-12);
    assert_true(r->c.watched_ms == MINUTES(DAYS(31)));
    fill(r, DAYS(2));
    assert_true(r->c.watched_ms == MINUTES(DAYS(2)));
    fill(r, -30);
    assert_string_equal(r->c.absent, "the period has not begun");
}

/* Closed, and nobody wrote down when: not open for ever, and said. */
static void test_an_end_that_nobody_knows(void **state)
{
    struct room *r = *state;
    worked(r->f, 1, "A", DAYS(1), 60, "a", NULL);
    record(r->f, 2, "pg", "B", "ticket", 0, "closed");
    moment(r->f, 2, "opened", 1, -DAYS(100));
    record(r->f, 3, "pg", "C", "ticket", 0, "closed"); /* until it was closed */
    moment(r->f, 3, "opened", 1, DAYS(1) + 30);
    moment(r->f, 3, "closed", 1, DAYS(1) + 50);
    record(r->f, 4, "pg", "D", "ticket", 0, "closed"); /* began later */
    moment(r->f, 4, "opened", 1, DAYS(32));
    simple(r->f, 5, "pg", "E", "ticket", 0, DAYS(2), NEVER); /* open indeed, and the only one then */
    fill(r, DAYS(40));
    assert_int_equal(r->c.end_unknown, 1);
    assert_close(r->c.two_share, 20.0 / DAYS(31), 1e-12);
    assert_close(r->c.three_share, 0, 1e-12);
}

/* Eight minutes of work, and a ticket closed nine days later. */
static void test_hours_end_with_the_incident(void **state)
{
    struct room *r = *state;
    worked(r->f, 1, "A", DAYS(1), 60, "abcde", NULL);
    event_full(r->f, 1, DAYS(1) + 30, "note", "a", 0, NULL, NULL, NULL);
    event_full(r->f, 1, DAYS(10), "closed", "a", 0, NULL, NULL, NULL);
    event_full(r->f, 1, DAYS(10), "note", "f", 0, NULL, NULL, NULL); /* was not there before */
    event_full(r->f, 1, DAYS(1) + 61, "note", "b", 0, NULL, NULL, NULL); /* within a minute of the end: at the end */
    fill(r, DAYS(40));
    assert_close(r->c.engaged_hours, 0.5 + 59.0 / 60 + 3 * 15.0 / 3600, 1e-9);
    simple(r->f, 2, "pg", "B", "ticket", ALL_HELD, DAYS(20), NEVER); /* open: nothing to cut at */
    event_full(r->f, 2, DAYS(20), "note", "f", 0, NULL, NULL, NULL);
    event_full(r->f, 2, DAYS(20) + 120, "note", "f", 0, NULL, NULL, NULL);
    fill(r, DAYS(40));
    assert_close(r->c.engaged_hours, 2.5 + 59.0 / 60 + 3 * 15.0 / 3600, 1e-9);
}

static void test_hours(void **state)
{
    struct room *r = *state;
    worked(r->f, 1, "A", DAYS(1), 300, "abcde", NULL); /* each once: 15 s */
    event_full(r->f, 1, DAYS(1) + 120, "note", "a", 0, NULL, NULL, NULL);
    worked(r->f, 2, "B", DAYS(1) + 60, 300, "a", NULL); /* overlaps: 60..180 joins 0..120 */
    event_full(r->f, 2, DAYS(1) + 180, "note", "a", 0, NULL, NULL, NULL);
    fill(r, DAYS(40));
    assert_null(r->c.people_absent);
    assert_int_equal(r->c.people, 5);
    assert_close(r->c.engaged_hours, 3 + 4 * 15.0 / 3600, 1e-9);
    assert_false(r->c.has_busiest);
    assert_int_equal(r->c.services, 2);
    assert_int_equal(r->c.known_by_one, 1); /* db: a alone */
    assert_int_equal(r->c.known_by_two, 0);
}

static void test_few_people(void **state)
{
    struct room *r = *state;
    worked(r->f, 1, "A", DAYS(1), 60, "abcd", NULL);
    fill(r, DAYS(40));
    assert_non_null(strstr(r->c.people_absent, "fewer than 5"));
    r->f->settings.people_stored = false;
    fill(r, DAYS(40));
    assert_non_null(strstr(r->c.people_absent, "not stored"));
}

/* 23:30 UTC on a Tuesday is 08:30 on Wednesday in Tokyo: at work there. */
static void test_interruptions(void **state)
{
    struct room *r = *state;
    static const struct ald_team_setting teams[] = {{"tokyo", NULL, "Asia/Tokyo"}};
    r->f->settings.teams = teams;
    r->f->settings.teams_n = 1;
    worked(r->f, 1, "A", DAYS(1) + 23 * 60 + 30, 60, "abc", "tokyo");
    worked(r->f, 2, "B", DAYS(2) + 23 * 60 + 30, 20, "de", NULL); /* Wednesday night, in the report's zone */
    worked(r->f, 3, "C", DAYS(5) + 12 * 60, 60, "a", NULL);       /* Saturday noon */
    fill(r, DAYS(40));
    assert_int_equal(r->c.interruptions, 6);
    assert_int_equal(r->c.in_own_zone, 3);
    assert_int_equal(r->c.off_hours, 3);
    assert_int_equal(r->c.sleep_hours, 2);
}

static void test_busiest(void **state)
{
    struct room *r = *state;
    for (int64_t p = 0; p < 30; p++) { /* person p works p + 1 hours */
        char id[8], who[8];
        (void)snprintf(id, sizeof id, "I%02d", (int)p);
        (void)snprintf(who, sizeof who, "p%02d", (int)p);
        simple(r->f, p + 1, "pg", id, "pager", ALL_HELD, DAYS(p % 25), DAYS(p % 25) + 60 * (p + 2));
        event_full(r->f, p + 1, DAYS(p % 25), "acknowledged", who, 0, NULL, NULL, NULL);
        event_full(r->f, p + 1, DAYS(p % 25) + 60 * (p + 1), "note", who, 0, NULL, NULL, NULL);
    }
    fill(r, DAYS(60));
    assert_true(r->c.has_busiest);
    assert_close(r->c.engaged_hours, 465, 1e-9);
    assert_close(r->c.busiest_share, (30 + 29 + 28) / 465.0, 1e-12);
    assert_int_equal(r->c.engaged_incidents, 30);
    assert_null(r->c.few_engaged);
    assert_close(r->c.longest_three_share, (30 + 29 + 28) / 465.0, 1e-12); /* one person each: the same ones */
    assert_close(r->c.longest_tenth_share, (30 + 29 + 28) / 465.0, 1e-12);
}

/* One long incident of many people is what the busiest carried: their stretches count before overlaps are merged. */
static void test_longest(void **state)
{
    struct room *r = *state;
    for (int64_t p = 0; p < 12; p++) {
        char id[8], who[8];
        (void)snprintf(id, sizeof id, "I%02d", (int)p);
        (void)snprintf(who, sizeof who, "p%02d", (int)p);
        simple(r->f, p + 1, "pg", id, "pager", ALL_HELD, DAYS(p), DAYS(p) + 90);
        event_full(r->f, p + 1, DAYS(p), "acknowledged", who, 0, NULL, NULL, NULL);
        event_full(r->f, p + 1, DAYS(p) + 60, "note", who, 0, NULL, NULL, NULL);
    }
    simple(r->f, 50, "pg", "LONG", "pager", ALL_HELD, DAYS(20), DAYS(22));
    for (int p = 0; p < 2; p++) {
        event_full(r->f, 50, DAYS(20), "acknowledged", p ? "p00" : "p01", 0, NULL, NULL, NULL);
        event_full(r->f, 50, DAYS(21), "note", p ? "p00" : "p01", 0, NULL, NULL, NULL);
    }
    fill(r, DAYS(60));
    assert_int_equal(r->c.engaged_incidents, 13);
    assert_close(r->c.longest_three_share, (48 + 2) / 60.0, 1e-12);
    assert_close(r->c.longest_tenth_share, (48 + 1) / 60.0, 1e-12); /* two of 13 */
}

static void test_exercises(void **state)
{
    struct room *r = *state;
    worked(r->f, 1, "X", DAYS(2), 60, "a", NULL);   /* web */
    set(r->f, 1, "class", "exercise");
    worked(r->f, 3, "A", DAYS(5), 60, "a", NULL);   /* web, later */
    worked(r->f, 5, "B", DAYS(1), 60, "a", NULL);   /* web, before */
    worked(r->f, 2, "C", DAYS(6), 60, "a", NULL);   /* db */
    worked(r->f, 4, "Y", -DAYS(30), 60, "a", NULL); /* db, in the lookback */
    set(r->f, 4, "class", "exercise");
    fill(r, DAYS(40));
    assert_int_equal(r->e.n, 1);
    assert_int_equal(r->e.in_lookback, 1);
    assert_int_equal(r->e.covered_n, 1);
    assert_string_equal(r->f->a->services[r->e.covered[0]], "web");
    assert_int_equal(r->e.later, 1);
    assert_int_equal(r->e.with_incidents, 2);
    assert_int_equal(r->e.never_n, 0);
    set(r->f, 4, "class", NULL);
    fill(r, DAYS(40));
    assert_int_equal(r->e.never_n, 1);
    assert_string_equal(r->f->a->services[r->e.never[0]], "db");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_open_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_end_that_nobody_knows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hours_end_with_the_incident, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hours, setup, teardown),
        cmocka_unit_test_setup_teardown(test_few_people, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interruptions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_busiest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_longest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exercises, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
