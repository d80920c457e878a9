/* Signals: each counted by hand, with what was known by the landmark (60 minutes after the opening), and its absence.
 */
#include "fixture.h"

#include "analysis/past.h"

#include "alidade/limits.h"
#include "alidade/utf8.h"

#define FAR 1000000

static void has_total(const struct fixture *f, const char *id, int signal, double total)
{
    const struct ald_obs *o = obs(f, id, signal);
    assert_true(o->has_total);
    assert_null(o->absent);
    assert_close(o->total, total, 1e-12);
}

/* A landmark signal: total, value at the landmark, on the axis of the landmark reading alone. */
static void has_landmark(const struct fixture *f, const char *id, int signal, double total, double by_landmark)
{
    const struct ald_obs *o = obs(f, id, signal);
    has_total(f, id, signal, total);
    assert_null(o->absent_landmark);
    assert_true(o->has_landmark_value);
    assert_close(o->landmark_value, by_landmark, 1e-12);
    assert_true(o->has[ALD_LANDMARK_READING]);
    assert_close(o->axis_value[ALD_LANDMARK_READING], by_landmark, 1e-12);
}

static void no_landmark(const struct fixture *f, const char *id, int signal, const char *why)
{
    const struct ald_obs *o = obs(f, id, signal);
    assert_false(o->has_landmark_value);
    assert_false(o->has[ALD_LANDMARK_READING]);
    assert_string_equal(o->absent_landmark, why);
}

static void is_absent(const struct fixture *f, const char *id, int signal, const char *why)
{
    const struct ald_obs *o = obs(f, id, signal);
    assert_false(o->has_total);
    assert_false(o->has[ALD_START_READING]);
    assert_string_equal(o->absent, why);
    no_landmark(f, id, signal, why);
}

static const char *evidence(const struct fixture *f, const char *id, int signal)
{
    const char *line = ald_signal_at((size_t)signal)->evidence(f->a->arena, f->a->past, incident(f, id));
    if (line)
        assert_true(ald_utf8_count(line) <= ALD_MAX_EVIDENCE_CHARS);
    return line;
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALD_SIGNAL_N; i++) {
        const struct ald_signal *s = ald_signal_at(i);
        assert_non_null(s->id);
        assert_non_null(s->title);
        assert_non_null(s->unit);
        assert_non_null(s->help);
        assert_non_null(s->compute);
        assert_non_null(s->evidence);
        assert_true(s->weight >= 0);
        assert_true(s->timing > 0 && s->timing < 8);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(s->id, ald_signal_at(j)->id);
    }
    assert_string_equal(ald_signal_at(ALD_SIGNAL_novelty)->id, "novelty");
    assert_string_equal(ald_timing_text(ALD_STRUCTURAL | ALD_LANDMARK), "structural, landmark");
    assert_string_equal(ald_timing_text(ALD_HINDSIGHT), "hindsight");
}

/* Opened at 100, landmark at 160. */
static void worked_on(struct fixture *f, unsigned timeline)
{
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", timeline, 100, 400);
    person(f, "desk", "anna", "anna", 1);
    person(f, "desk", "ben", "ben", 1);
    person(f, "desk", "x", "x", 0);
    event_full(f, 1, 100, "assigned", "anna", 0, "a", NULL, NULL);   /* e001 */
    event_full(f, 1, 100, "assigned", "ben", 0, "a", NULL, NULL);    /* e002: the same instant hands nothing over */
    event_full(f, 1, 120, "reassigned", "x", 0, "b", NULL, NULL);    /* e003: team and person at once are one moment */
    event_full(f, 1, 130, "note", "anna", 0, NULL, NULL, NULL);      /* e004 */
    event_full(f, 1, 160, "reassigned", "anna", 0, "a", NULL, NULL); /* e005: at the landmark counts */
    event_full(f, 1, 161, "escalated", "x", 1, "c", NULL, NULL);     /* e006 */
    event_full(f, 1, 170, "reassigned", NULL, 0, "c", NULL, NULL);   /* e007: the same team */
    event_full(f, 1, 180, "opened", "cleo", 0, "d", NULL, NULL);     /* e008: opening engages nobody */
}

static void test_engaged_and_handoffs(void **state)
{
    struct fixture *f = *state;
    worked_on(f, ALL_HELD);
    analyse(f, FAR);
    has_landmark(f, "T1", ALD_SIGNAL_teams_engaged, 3, 2);
    has_landmark(f, "T1", ALD_SIGNAL_responders_engaged, 2, 2);
    has_landmark(f, "T1", ALD_SIGNAL_handoffs, 3, 2);
    assert_false(obs(f, "T1", ALD_SIGNAL_handoffs)->has[ALD_START_READING]);
    assert_string_equal(evidence(f, "T1", ALD_SIGNAL_handoffs), "e003; e005; e006");
    assert_string_equal(evidence(f, "T1", ALD_SIGNAL_teams_engaged), "a (e001); b (e003); c (e006)");
    assert_string_equal(evidence(f, "T1", ALD_SIGNAL_responders_engaged), "e001; e002");
    analyse(f, 150); /* b is in charge; the landmark has not come */
    has_total(f, "T1", ALD_SIGNAL_handoffs, 1);
    no_landmark(f, "T1", ALD_SIGNAL_handoffs, "the landmark is still to come");
}

static void test_absence(void **state)
{
    struct fixture *f = *state;
    worked_on(f, 0);
    analyse(f, FAR);
    is_absent(f, "T1", ALD_SIGNAL_teams_engaged, "the timeline was not read");
    is_absent(f, "T1", ALD_SIGNAL_responders_engaged, "the timeline was not read");
    is_absent(f, "T1", ALD_SIGNAL_handoffs, "the timeline was not read");
    is_absent(f, "T1", ALD_SIGNAL_services_impacted, "the timeline was not read");
    put(f, "UPDATE record SET holds = 0", "");
    analyse(f, FAR);
    is_absent(f, "T1", ALD_SIGNAL_teams_engaged, "the source's timeline does not hold teams");
    put(f, "UPDATE record SET timeline = 31", "");
    set_time(f, 1, "entered_at", 161);
    analyse(f, FAR);
    has_total(f, "T1", ALD_SIGNAL_teams_engaged, 3);
    no_landmark(f, "T1", ALD_SIGNAL_teams_engaged, "entered after the landmark");
    f->settings.people_stored = false;
    analyse(f, FAR);
    is_absent(f, "T1", ALD_SIGNAL_responders_engaged, "people are not stored");
    put(f, "DELETE FROM event", "");
    put(f, "UPDATE record SET entered_at = NULL", "");
    analyse(f, FAR);
    has_landmark(f, "T1", ALD_SIGNAL_teams_engaged, 0, 0); /* read, and there is none */
    assert_null(evidence(f, "T1", ALD_SIGNAL_teams_engaged));
}

/* The pager's line of charge and the ticket's do not cross. */
static void test_handoffs_of_two_records(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    simple(f, 1, "pager", "P1", "pager", ALL_HELD, 100, 400);
    simple(f, 2, "desk", "T1", "ticket", ALL_HELD, 101, 400);
    ref(f, 2, "key", "P1");
    event_full(f, 1, 100, "assigned", NULL, 1, "a", NULL, NULL);
    event_full(f, 2, 101, "assigned", NULL, 0, "b", NULL, NULL);
    event_full(f, 1, 110, "escalated", NULL, 1, "b", NULL, NULL);
    event_full(f, 2, 110, "reassigned", NULL, 0, "c", NULL, NULL); /* the same moment */
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_handoffs, 1, 1);
    has_landmark(f, "P1", ALD_SIGNAL_teams_engaged, 3, 3);
}

static void test_services(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 400);
    service(f, 1, "web", NEVER, 1, "services");
    service(f, 1, "mail", 160, 0, "services");
    service(f, 1, "ledger", 161, 0, "services");
    analyse(f, FAR);
    has_landmark(f, "T1", ALD_SIGNAL_services_impacted, 3, 2);
    assert_true(obs(f, "T1", ALD_SIGNAL_services_impacted)->has[ALD_START_READING]);
    assert_close(obs(f, "T1", ALD_SIGNAL_services_impacted)->axis_value[ALD_START_READING], 1, 0);
    assert_string_equal(evidence(f, "T1", ALD_SIGNAL_services_impacted),
                        "web (at the start, services); mail (added later, services); ledger (added later, services)");
    put(f, "UPDATE record_service SET at = NULL, at_start = 0", "");
    put(f, "UPDATE record SET timeline = 0", "");
    analyse(f, FAR);
    has_total(f, "T1", ALD_SIGNAL_services_impacted, 3); /* description only */
    assert_false(obs(f, "T1", ALD_SIGNAL_services_impacted)->has[ALD_START_READING]);
    no_landmark(f, "T1", ALD_SIGNAL_services_impacted, "services are not dated by this source");
    put(f, "DELETE FROM record_service", "");
    put(f, "UPDATE record SET timeline = 31", "");
    analyse(f, FAR);
    has_landmark(f, "T1", ALD_SIGNAL_services_impacted, 0, 0);
    assert_true(obs(f, "T1", ALD_SIGNAL_services_impacted)->has[ALD_START_READING]);
}

/* "Disk full" on web at days 0, 40, 50 (noise), 60, 131; on mail at day 61; another title at day 62. */
static void repeated(struct fixture *f)
{
    static const struct {
        const char *id, *title, *service;
        int64_t day;
    } rows[] = {{"A", "Disk full on web-1", "web", 0},   {"B", "disk FULL on web-22", "web", 40},
                {"C", "Disk full on web-3", "web", 50},  {"D", "Disk full on web-4", "web", 60},
                {"E", "Disk full on web-5", "web", 130}, {"F", "Disk full on web-6", "mail", 61},
                {"G", "Out of file handles", "web", 62}};
    source(f, "pager", "pager", "own");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t row = (int64_t)i + 1, start = DAYS(rows[i].day);
        simple(f, row, "pager", rows[i].id, "pager", ALL_HELD, start, start + (i == 2 ? 1 : 90));
        set(f, row, "title", rows[i].title);
        service(f, row, rows[i].service, NEVER, 1, "services");
    }
}

static void test_novelty(void **state)
{
    struct fixture *f = *state;
    repeated(f);
    analyse(f, FAR);
    assert_int_equal(incident(f, "C")->cls, ALD_NOISE);
    is_absent(f, "A", ALD_SIGNAL_novelty, "less than 28 days of history");
    has_total(f, "B", ALD_SIGNAL_novelty, 1.0 / 2);
    has_total(f, "D", ALD_SIGNAL_novelty, 1.0 / 4); /* A, B and the noise C */
    has_total(f, "E", ALD_SIGNAL_novelty, 1.0 / 4); /* B is exactly 90 days back: still counts; C, D too; A does not */
    has_total(f, "F", ALD_SIGNAL_novelty, 1);
    has_total(f, "G", ALD_SIGNAL_novelty, 1);
    const struct ald_obs *o = obs(f, "D", ALD_SIGNAL_novelty);
    assert_true(o->has[ALD_START_READING] && o->has[ALD_LANDMARK_READING]);
    assert_close(o->axis_value[ALD_LANDMARK_READING], 0.25, 0);
    assert_false(o->has_landmark_value);
    assert_string_equal(evidence(f, "D", ALD_SIGNAL_novelty),
                        "3 with this title and service in the 90 days before; pager:C; pager:B; pager:A");
    service(f, 4, "mail", NEVER, 1, "services"); /* two services in common: counted once */
    service(f, 2, "mail", NEVER, 1, "services");
    analyse(f, FAR);
    has_total(f, "D", ALD_SIGNAL_novelty, 1.0 / 4);
    has_total(f, "F", ALD_SIGNAL_novelty, 1.0 / 3); /* B and D name mail now */
    put(f, "DELETE FROM record_service WHERE record = 7", "");
    set(f, 6, "title", NULL);
    analyse(f, FAR);
    is_absent(f, "G", ALD_SIGNAL_novelty, "no service is recorded");
    is_absent(f, "F", ALD_SIGNAL_novelty, "no title is recorded");
}

static void test_concurrent(void **state)
{
    struct fixture *f = *state;
    const int64_t day = DAYS(10);
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "OLD", "ticket", 0, 0, 10);
    simple(f, 2, "desk", "LONG", "ticket", 0, day - DAYS(1), NEVER); /* exactly 24 h before */
    simple(f, 3, "desk", "LONGER", "ticket", 0, day - DAYS(1) - 1, NEVER);
    simple(f, 4, "desk", "ENDED", "ticket", 0, day - 50, day); /* ended at this very instant */
    simple(f, 5, "desk", "X", "ticket", 0, day, day + 100);
    simple(f, 6, "desk", "Y", "ticket", 0, day, day + 100); /* with it */
    simple(f, 7, "desk", "AFTER", "ticket", 0, day + 1, NEVER);
    simple(f, 8, "desk", "WORKS", "ticket", 0, day - 10, NEVER);
    set(f, 8, "class", "planned");
    record(f, 9, "desk", "AGAIN", "ticket", ALD_HOLDS_STATES, "open"); /* open before and after, not then */
    moment(f, 9, "opened", 1, day - 30);
    event(f, 9, day - 20, "resolved");
    event(f, 9, day + 20, "reopened");
    analyse(f, FAR);
    is_absent(f, "OLD", ALD_SIGNAL_concurrent, "the first 24 hours of the history");
    has_total(f, "X", ALD_SIGNAL_concurrent, 2); /* LONG, Y */
    has_total(f, "Y", ALD_SIGNAL_concurrent, 2);
    has_total(f, "AFTER", ALD_SIGNAL_concurrent, 2); /* X, Y; LONG began too long ago */
    has_total(f, "LONG", ALD_SIGNAL_concurrent, 1);  /* LONGER */
    assert_true(obs(f, "X", ALD_SIGNAL_concurrent)->has[ALD_START_READING]);
    assert_string_equal(evidence(f, "X", ALD_SIGNAL_concurrent), "desk:LONG; desk:Y");
    assert_null(evidence(f, "LONGER", ALD_SIGNAL_concurrent));
}

/* Day 0: anna on web; day 20: ben on web; day 40: cleo on mail; day 100: anna, ben, cleo and (late) dan on web. */
static void test_unfamiliar(void **state)
{
    struct fixture *f = *state;
    static const char *const who[] = {"anna", "ben", "cleo", "dan"};
    source(f, "desk", "ticket", "own");
    for (size_t i = 0; i < 4; i++)
        person(f, "desk", who[i], who[i], 1);
    simple(f, 1, "desk", "A", "ticket", ALL_HELD, DAYS(0), DAYS(1));
    simple(f, 2, "desk", "B", "ticket", ALL_HELD, DAYS(20), DAYS(21));
    simple(f, 3, "desk", "C", "ticket", ALL_HELD, DAYS(40), DAYS(41));
    simple(f, 4, "desk", "D", "ticket", ALL_HELD, DAYS(100), DAYS(101));
    simple(f, 5, "desk", "E", "ticket", ALL_HELD, DAYS(101), DAYS(102));
    service(f, 1, "web", NEVER, 1, "services");
    service(f, 2, "web", NEVER, 1, "services");
    service(f, 3, "mail", NEVER, 1, "services");
    service(f, 4, "web", NEVER, 1, "services");
    service(f, 5, "web", NEVER, 1, "services");
    event_full(f, 1, DAYS(0) + 5, "note", "anna", 0, NULL, NULL, NULL);
    event_full(f, 2, DAYS(20) + 5, "note", "ben", 0, NULL, NULL, NULL);
    event_full(f, 3, DAYS(40) + 5, "note", "cleo", 0, NULL, NULL, NULL);
    event_full(f, 4, DAYS(100) - 5, "note", "anna", 0, NULL, NULL, NULL); /* its own events do not make it familiar */
    event_full(f, 4, DAYS(100) + 5, "note", "ben", 0, NULL, NULL, NULL);
    event_full(f, 4, DAYS(100) + 60, "note", "cleo", 0, NULL, NULL, NULL);
    event_full(f, 4, DAYS(100) + 61, "note", "dan", 0, NULL, NULL, NULL);
    event_full(f, 5, DAYS(101) + 61, "note", "dan", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    is_absent(f, "A", ALD_SIGNAL_unfamiliar_responders, "less than 28 days of the source's history");
    has_landmark(f, "C", ALD_SIGNAL_unfamiliar_responders, 1, 1);
    has_landmark(f, "D", ALD_SIGNAL_unfamiliar_responders, 3.0 / 4,
                 2.0 / 3); /* only ben knows it; anna's is 100 days old */
    has_total(f, "E", ALD_SIGNAL_unfamiliar_responders, 0);
    no_landmark(f, "E", ALD_SIGNAL_unfamiliar_responders, "no responders by the landmark");
    assert_string_equal(evidence(f, "C", ALD_SIGNAL_unfamiliar_responders),
                        "1 of 1 responders new to its services in 90 days; e003");
    put(f, "DELETE FROM event WHERE record = 4", "");
    put(f, "DELETE FROM record_service WHERE record = 5", "");
    analyse(f, FAR);
    is_absent(f, "D", ALD_SIGNAL_unfamiliar_responders, "no responders");
    is_absent(f, "E", ALD_SIGNAL_unfamiliar_responders, "no service is recorded");
}

static void notes_by_row(struct fixture *f, int64_t row, const char *who, const char *role, int64_t minute)
{
    put(f, "INSERT INTO record_person (record, person, role, origin, at, field) VALUES (?1, ?2, ?3, '', ?4, 'people')", "ittm", row, who, role,
        minute);
}

/* An incident of 100 days: who worked on it at its end knows the service, whatever says so. */
static void test_familiar_again(void **state)
{
    struct fixture *f = *state;
    static const char *const who[] = {"anna", "ben", "cleo"};
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "A", "ticket", ALL_HELD, DAYS(0), DAYS(100));
    simple(f, 2, "desk", "B", "ticket", ALL_HELD, DAYS(140), DAYS(141));
    service(f, 1, "web", NEVER, 1, "services");
    service(f, 2, "web", NEVER, 1, "services");
    for (int i = 0; i < 3; i++) {
        person(f, "desk", who[i], who[i], 1);
        event_full(f, 2, DAYS(140) + i, "note", who[i], 0, NULL, NULL, NULL);
    }
    notes_by_row(f, 1, "anna", "responder", DAYS(0) + 5);
    notes_by_row(f, 1, "anna", "acknowledged", DAYS(99));
    event_full(f, 1, DAYS(0) + 6, "note", "ben", 0, NULL, NULL, NULL);
    event_full(f, 1, DAYS(99), "note", "ben", 0, NULL, NULL, NULL);
    event_full(f, 1, DAYS(0) + 7, "note", "cleo", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    has_total(f, "B", ALD_SIGNAL_unfamiliar_responders, 1.0 / 3);
    assert_non_null(strstr(evidence(f, "B", ALD_SIGNAL_unfamiliar_responders), "1 of 3 responders new"));
}

static const char *engaged(const struct ald_analysis *a, size_t i, size_t k, int64_t *ret_at)
{
    struct ald_named named = ald_past_engaged(a->past, i, k);
    *ret_at = named.at;
    return a->persons[named.name];
}

/* More records than the short form of who is engaged can tell apart. */
static void test_engaged_in_many_records(void **state)
{
    enum { RECORDS = 70 };
    struct fixture *f = *state;
    char id[16], who[16];
    source(f, "desk", "ticket", "own");
    for (int64_t i = 1; i <= RECORDS; i++) {
        (void)snprintf(id, sizeof id, "R%d", (int)i);
        (void)snprintf(who, sizeof who, "p%02d", (int)i);
        person(f, "desk", who, who, 1);
        simple(f, i, "desk", id, "ticket", ALL_HELD, 100 + i, 400);
        event_full(f, i, 100 + 2 * i, "note", who, 0, NULL, NULL, NULL);
        if (i > 1)
            ref(f, i, "merged_into", "R1");
    }
    const struct ald_analysis *a = analyse(f, FAR);
    assert_int_equal(a->incidents_n, 1);
    assert_int_equal(ald_past_engaged_n(a->past, 0), RECORDS);
    for (int64_t i = 1; i <= RECORDS; i++) {
        int64_t at;
        (void)snprintf(who, sizeof who, "p%02d", (int)i);
        assert_string_equal(engaged(a, 0, (size_t)i - 1, &at), who);
        assert_int_equal(at, AT(100 + 2 * i));
    }
}

/* So many that threads share them: seven people on three services take turns, each meets its service again after 21 hours. */
static void test_many_incidents(void **state)
{
    enum { INCIDENTS = 2100 };
    static const char *const services[] = {"web", "mail", "db"};
    struct fixture *f = *state;
    char id[16], who[16];
    source(f, "desk", "ticket", "own");
    for (int64_t i = 0; i < 8; i++) {
        (void)snprintf(who, sizeof who, "p%d", (int)i);
        person(f, "desk", who, who, 1);
    }
    for (int64_t i = 0; i < INCIDENTS; i++) {
        (void)snprintf(id, sizeof id, "T%04d", (int)i);
        (void)snprintf(who, sizeof who, "p%d", i == INCIDENTS - 1 ? 7 : (int)(i % 7));
        simple(f, i + 1, "desk", id, "ticket", ALL_HELD, 60 * i, 60 * i + 30);
        service(f, i + 1, services[i % 3], NEVER, 1, "services");
        if (i % 2)
            event_full(f, i + 1, 60 * i + 1, "note", who, 0, NULL, NULL, NULL);
        else
            notes_by_row(f, i + 1, who, "responder", 60 * i + 1);
    }
    const struct ald_analysis *a = analyse(f, FAR);
    assert_int_equal(a->incidents_n, INCIDENTS);
    for (size_t i = 0; i < INCIDENTS; i++) {
        int64_t at;
        (void)snprintf(who, sizeof who, "p%d", i == INCIDENTS - 1 ? 7 : (int)(i % 7));
        assert_int_equal(ald_past_engaged_n(a->past, i), 1);
        assert_string_equal(engaged(a, i, 0, &at), who);
        assert_int_equal(at, AT(60 * (int64_t)i + 1));
        assert_int_equal(ald_past_is_familiar(a->past, i, 0), i >= 21 && i != INCIDENTS - 1);
    }
    has_total(f, "T2098", ALD_SIGNAL_unfamiliar_responders, 0);
    has_total(f, "T2099", ALD_SIGNAL_unfamiliar_responders, 1);
}

static void test_long_evidence(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 400);
    for (int i = 0; i < 60; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "équipe %d", i);
        event_full(f, 1, 100 + i, "assigned", NULL, 0, name, NULL, NULL);
    }
    analyse(f, FAR);
    has_landmark(f, "T1", ALD_SIGNAL_teams_engaged, 60, 60);
    const char *line = evidence(f, "T1", ALD_SIGNAL_teams_engaged);
    assert_non_null(strstr(line, "équipe 0 (e001); équipe 1 (e002)"));
    assert_non_null(strstr(line, " more"));
    line = evidence(f, "T1", ALD_SIGNAL_handoffs);
    assert_non_null(strstr(line, "e002; e003"));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), CASE(test_engaged_and_handoffs),
                                       CASE(test_absence),           CASE(test_handoffs_of_two_records),
                                       CASE(test_services),          CASE(test_novelty),
                                       CASE(test_concurrent),        CASE(test_unfamiliar),
                                       CASE(test_long_evidence),     CASE(test_familiar_again),
                                       CASE(test_engaged_in_many_records), CASE(test_many_incidents)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
