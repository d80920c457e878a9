/* Linking by what records share, by people's word, and what links nothing: keys that come back, rooms, forms' fillers,
 * umbrellas, lists, citations. */
#include "fixture.h"

#define FAR 1000000

static void three_sources(struct fixture *f)
{
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    source(f, "web", "status", "own");
    put(f, "INSERT INTO alias VALUES ('desk', 'key', 'WORK-')", "");
}

static void page(struct fixture *f, int64_t row, const char *id, int64_t from, int64_t to)
{
    simple(f, row, "pager", id, "pager", 0, from, to);
}

static void ticket(struct fixture *f, int64_t row, const char *id, int64_t from, int64_t to)
{
    simple(f, row, "desk", id, "ticket", 0, from, to);
}

static void decide(struct fixture *f, const char *kind, const char *subject, const char *value)
{
    put(f, "INSERT INTO decision (kind, subject, value, reason, decided_at) VALUES (?1, ?2, ?3, 'seen by hand', 0)",
        "ttt", kind, subject, value);
}

/* A pager's key is the same for every occurrence of its condition: each has its own incident, and its own ticket. */
static void test_key_comes_back(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    page(f, 1, "P1", 0, 20);
    page(f, 2, "P2", 25, 60); /* minutes later */
    page(f, 3, "P3", DAYS(3), DAYS(3) + 10);
    ticket(f, 11, "T1", 5, 500);
    ticket(f, 12, "T2", 30, 500);
    ticket(f, 13, "T3", DAYS(3) + 300, DAYS(3) + 500); /* written once the page was over */
    for (int64_t row = 1; row < 14; row++)
        if (row < 4 || row > 10)
            ref(f, row, "incident_key", " db-7/disk ");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 3);
    assert_true(together(f, "P1", "T1"));
    assert_true(together(f, "P2", "T2"));
    assert_true(together(f, "P3", "T3"));
    assert_string_equal(ald_record_method(record_of(f, "T3")), "incident_key");
    assert_string_equal(ald_record_via(record_of(f, "T3")), "incident key db-7/disk");
    assert_close(ald_record_confidence(record_of(f, "T3")), 0.98, 0);
    assert_int_equal(incident(f, "P1")->records_n, 2);
}

static void test_alert_and_room(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    page(f, 1, "P1", 0, 60);
    page(f, 2, "P2", 10, 70);
    ticket(f, 11, "T1", 12, 90);
    simple(f, 21, "web", "W1", "status", 0, 15, 80);
    ref(f, 1, "alert", "A-77777");
    ref(f, 2, "alert", "A-77777"); /* one alert in two pages at once: they were split */
    ref(f, 2, "channel", "https://chat.example/inc-9");
    ref(f, 11, "channel", "https://Chat.example/inc-9/");
    ref(f, 21, "channel", "https://chat.example/inc-9");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 1);
    assert_string_equal(ald_record_method(record_of(f, "P1")), "alert");
    assert_string_equal(ald_record_method(record_of(f, "T1")), "channel");
    assert_close(ald_record_confidence(record_of(f, "T1")), 0.95, 0);
    assert_int_equal(incident(f, "P1")->records_n, 4);
    page(f, 3, "P3", DAYS(9), DAYS(9) + 5); /* the room is used again: it is a standing one */
    ref(f, 3, "channel", "https://chat.example/inc-9");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 4);
    assert_int_equal(f->a->idle_links_n, 1);
    assert_int_equal(f->a->idle_links[0].method, ALD_LINK_CHANNEL);
    assert_int_equal(f->a->idle_links[0].records, 4);
    assert_non_null(strstr(f->a->idle_links[0].why, "standing room"));
}

static void test_says_nothing(void **state)
{
    static const char *const values[] = {"", "none", "N/A", "Default", "-", "17", "ops", "unknown"};
    struct fixture *f = *state;
    three_sources(f);
    page(f, 1, "P1", 0, 60);
    ticket(f, 11, "T1", 5, 90);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        put(f, "DELETE FROM record_ref", "");
        ref(f, 1, "incident_key", values[i]);
        ref(f, 11, "incident_key", values[i]);
        ref(f, 1, "channel", values[i]);
        ref(f, 11, "channel", values[i]);
        analyse(f, FAR);
        assert_int_equal(f->a->incidents_n, 2);
    }
}

/* "production" on every second page: open several at a time, again and again. */
static void test_boilerplate(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    for (int64_t i = 0; i < 12; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "P%d", (int)i);
        page(f, 1 + i, id, i * DAYS(1) / 2, i * DAYS(1) / 2 + (i % 3 ? 1000 : 60));
        ref(f, 1 + i, "incident_key", "production");
    }
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 12);
    assert_int_equal(f->a->idle_links_n, 1);
    assert_string_equal(f->a->idle_links[0].value, "production");
    assert_int_equal(f->a->idle_links[0].records, 12);
}

/* A key that comes back for another service each time is about nothing; one that comes back for the same is a
 * condition. */
static void test_about_nothing(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    for (int same = 0; same < 2; same++) {
        put(f, "DELETE FROM record_ref", "");
        put(f, "DELETE FROM record_service", "");
        put(f, "DELETE FROM record_moment", "");
        put(f, "DELETE FROM record", "");
        for (int64_t i = 0; i < 4; i++) {
            char id[8], svc[16];
            (void)snprintf(id, sizeof id, "P%d", (int)i);
            (void)snprintf(svc, sizeof svc, "svc%d", same ? 0 : (int)i);
            page(f, 1 + i, id, i * DAYS(9), i * DAYS(9) + 30);
            service(f, 1 + i, svc, NEVER, 1, "services");
            ref(f, 1 + i, "incident_key", "acme-default");
        }
        ticket(f, 11, "T1", DAYS(9) + 3, DAYS(9) + 90);
        ref(f, 11, "incident_key", "acme-default");
        analyse(f, FAR);
        assert_int_equal(together(f, "P1", "T1"), same);
        assert_int_equal(f->a->idle_links_n, !same);
    }
}

/* Pages of a year point at one ticket: an umbrella. Those of one long incident do not make one. */
static void test_umbrella(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    ticket(f, 11, "T1", 0, DAYS(300));
    set(f, 11, "key", "WORK-1");
    for (int64_t i = 0; i < 4; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "P%d", (int)i);
        page(f, 1 + i, id, i * DAYS(20) + 5, i * DAYS(20) + 30);
        ref(f, 1 + i, "key", "WORK-1");
    }
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 5);
    assert_int_equal(f->a->idle_links_n, 1);
    assert_string_equal(f->a->idle_links[0].value, "desk:T1");
    assert_non_null(strstr(f->a->idle_links[0].why, "umbrella"));
    put(f, "UPDATE record_moment SET at = at - (record - 1) * 19 * 86400000 WHERE record < 5", ""); /* one a day */
    put(f, "UPDATE record_moment SET at = ?1 WHERE record = 11 AND moment = 'resolved'", "m", DAYS(4));
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 1);
    assert_int_equal(f->a->idle_links_n, 0);
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    ticket(f, 11, "T1", DAYS(28), DAYS(28) + 60); /* the review of a month */
    for (int64_t i = 0; i < 5; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "P%d", (int)i);
        page(f, 1 + i, id, DAYS(22 + i), DAYS(22 + i) + 30);
        ref(f, 11, "key", id);
    }
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 6);
    assert_non_null(strstr(f->a->idle_links[0].why, "a list"));
}

static void test_citation(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    page(f, 1, "P1", 0, 60);
    ticket(f, 11, "T1", DAYS(6), DAYS(7));
    ticket(f, 12, "T2", DAYS(8), DAYS(9));
    ref(f, 11, "key", "P1");
    ref(f, 12, "key", "P1");
    ref(f, 12, "duplicate_of", "pager:P1");
    analyse(f, FAR);
    assert_true(together(f, "P1", "T1"));
    assert_false(together(f, "P1", "T2")); /* "like the one of last week" */
    assert_int_equal(f->a->idle_links_n, 1);
    put(f, "UPDATE record_ref SET kind = 'merged_into' WHERE kind = 'duplicate_of'", "");
    analyse(f, FAR);
    assert_true(together(f, "P1", "T2")); /* its source did it */
    assert_int_equal(incident(f, "P1")->merged_n, 1);
}

static void test_decisions(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    page(f, 1, "P1", 0, 60);
    ticket(f, 11, "T1", 5, 90);
    ticket(f, 12, "T2", 6, 95);
    simple(f, 21, "web", "W1", "status", 0, DAYS(40), DAYS(41));
    ref(f, 11, "key", "P1");
    ref(f, 12, "key", "P1");
    decide(f, "link", "pager:P1", "web:W1");
    decide(f, "unlink", "desk:T2", "pager:P1");
    analyse(f, FAR);
    assert_true(together(f, "P1", "W1"));
    assert_string_equal(ald_record_method(record_of(f, "W1")), "decision");
    assert_string_equal(ald_record_via(record_of(f, "W1")), "pager:P1 with web:W1: seen by hand");
    assert_true(together(f, "P1", "T1"));
    assert_false(together(f, "P1", "T2"));
    assert_int_equal(f->a->idle_links_n, 0);
    put(f, "UPDATE decision SET undone_at = 5", "");
    analyse(f, FAR);
    assert_false(together(f, "P1", "W1"));
    assert_true(together(f, "P1", "T2"));
}

/* T2 is kept apart from the page; what points at both does not bring them together, whichever comes first. */
static void test_unlink_wins(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    page(f, 1, "P1", 0, 60);
    ticket(f, 11, "A1", 5, 90);
    ticket(f, 12, "T2", 6, 95);
    ref(f, 11, "id", "desk:T2");
    ref(f, 11, "key", "P1");
    ref(f, 12, "merged_into", "P1");
    decide(f, "unlink", "desk:T2", "pager:P1");
    analyse(f, FAR);
    assert_false(together(f, "P1", "T2"));
    assert_true(together(f, "P1", "A1") != together(f, "T2", "A1")); /* it names both: it goes with one */
    assert_int_equal(incident(f, "P1")->merged_n, 0);
    decide(f, "link", "desk:A1", "desk:T2"); /* a person's link comes before what the records say */
    analyse(f, FAR);
    assert_true(together(f, "A1", "T2"));
    assert_false(together(f, "P1", "A1"));
}

static void test_decisions_without_effect(void **state)
{
    struct fixture *f = *state;
    three_sources(f);
    source(f, "cloud", "status", "vendor");
    page(f, 1, "P1", 0, 60);
    ticket(f, 11, "T1", 5, 90);
    simple(f, 40, "cloud", "C1", "status", 0, 0, 60);
    decide(f, "link", "cloud:C1", "pager:P1"); /* a vendor's record is never ours */
    decide(f, "link", "desk:gone", "pager:P1");
    decide(f, "link", "desk:T1", "pager:P1");
    decide(f, "unlink", "desk:T1", "pager:P1");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 2);
    assert_int_equal(record_of(f, "C1")->incident, ALD_NOBODY);
    assert_int_equal(f->a->idle_links_n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(f->a->idle_links[i].method, ALD_LINK_DECISION);
}

/* One link less than records, in every incident; their methods add up. */
static void test_counts(void **state)
{
    struct fixture *f = *state;
    struct ald_linking linking;
    struct ald_period period = {.start = AT(0), .end = AT(DAYS(5))};
    three_sources(f);
    page(f, 1, "P1", 0, 60);
    page(f, 2, "P2", 3, 60);
    page(f, 3, "P3", DAYS(6), DAYS(6) + 5);
    ticket(f, 11, "T1", 5, 90);
    ticket(f, 12, "T2", 6, 95);
    ref(f, 2, "merged_into", "P1");
    ref(f, 11, "key", "P1");
    ref(f, 12, "incident_key", "shared-key");
    ref(f, 1, "incident_key", "shared-key");
    analyse(f, FAR);
    ald_linking_of(f->a, &period, &linking);
    assert_int_equal(linking.records, 4);
    assert_int_equal(linking.incidents, 1);
    assert_int_equal(linking.by[ALD_LINK_MERGED], 1);
    assert_int_equal(linking.by[ALD_LINK_KEY], 1);
    assert_int_equal(linking.by[ALD_LINK_INCIDENT_KEY], 1);
    assert_int_equal(linking.not_taken, 0);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_key_comes_back),
                                       CASE(test_alert_and_room),
                                       CASE(test_says_nothing),
                                       CASE(test_boilerplate),
                                       CASE(test_about_nothing),
                                       CASE(test_umbrella),
                                       CASE(test_list),
                                       CASE(test_citation),
                                       CASE(test_decisions),
                                       CASE(test_unlink_wins),
                                       CASE(test_decisions_without_effect),
                                       CASE(test_counts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
