/* Suggestions: what looks alike enough is one incident, what does not is listed, what cannot be is neither. */
#include "fixture.h"

#define FAR 10000000

/* A year of pages on two services, one every 3 days, each with a ticket of its own 4 minutes later that nothing links.
 */
static void history(struct fixture *f, int n)
{
    static const char *const monitors[] = {"Disk usage above 91 % on db-4", "p99 latency above 900 ms",
                                           "Certificate expires soon"};
    static const char *const people[] = {"No disk space on the database", "Latency of the basket", "Renew certificate"};
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    source(f, "web", "status", "own");
    for (int64_t i = 0; i < n; i++) {
        char page[8], ticket[8];
        (void)snprintf(page, sizeof page, "P%d", (int)i);
        (void)snprintf(ticket, sizeof ticket, "T%d", (int)i);
        int64_t at = i * DAYS(3) + (i * 7919) % 900;
        simple(f, 1000 + i, "pager", page, "pager", 0, at, at + 40);
        simple(f, 5000 + i, "desk", ticket, "ticket", 0, at + 4, at + 300);
        set(f, 1000 + i, "title", monitors[i % 3]);
        set(f, 5000 + i, "title", people[i % 3]);
        service(f, 1000 + i, i % 2 ? "basket" : "ledger", NEVER, 1, "services");
        service(f, 5000 + i, i % 2 ? "basket" : "ledger", NEVER, 1, "services");
    }
}

static void add(struct fixture *f, int64_t row, const char *src, const char *id, const char *title, const char *svc,
                int64_t from, int64_t to)
{
    simple(f, row, src, id,
           strcmp(src, "desk") == 0  ? "ticket"
           : strcmp(src, "web") == 0 ? "status"
                                     : "pager",
           0, from, to);
    set(f, row, "title", title);
    service(f, row, svc, NEVER, 1, "services");
}

static void test_taken(void **state)
{
    struct fixture *f = *state;
    history(f, 60);
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 60);
    assert_true(together(f, "P7", "T7"));
    const struct ald_record *ticket = record_of(f, "T7");
    assert_string_equal(ald_record_method(ticket), "suggestion");
    assert_true(ald_record_confidence(ticket) >= 0.9 && ald_record_confidence(ticket) < 1);
    assert_non_null(strstr(ald_record_via(ticket), "service basket, starts 4 min apart, titles alike 0."));
    f->settings.link_accept = 1;
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 120);
    assert_int_equal(f->a->suggestions_n, 60);
    for (size_t i = 1; i < 60; i++)
        assert_true(f->a->suggestions[i - 1].confidence >= f->a->suggestions[i].confidence);
    assert_true(ald_suggestion_side(f->a, 0, f->a->records[f->a->suggestions[0].a].incident) == f->a->suggestions[0].a);
}

/* Whoever points at each other as a habit leaves only records without a counterpart: a likeness among them is chance.
 */
static void test_habit(void **state)
{
    struct fixture *f = *state;
    history(f, 60);
    for (int64_t i = 0; i < 60; i++) {
        char page[8];
        (void)snprintf(page, sizeof page, "P%d", (int)i);
        ref(f, 5000 + i, "key", page);
    }
    for (int64_t i = 0; i < 40; i++) { /* tickets and pages that have nothing to do with each other */
        char id[8];
        (void)snprintf(id, sizeof id, "R%d", (int)i);
        add(f, 7000 + i, "desk", id, "Please rotate the keys", i % 2 ? "basket" : "ledger", DAYS(4) * i + 700,
            DAYS(4) * i + 5000);
        (void)snprintf(id, sizeof id, "N%d", (int)i);
        add(f, 8000 + i, "pager", id, "Queue is long", i % 2 ? "basket" : "ledger", DAYS(5) * i + 100,
            DAYS(5) * i + 108);
    }
    add(f, 9001, "pager", "PX", "Memory above 80 %", "basket", DAYS(170) + 900, DAYS(170) + 950);
    add(f, 9002, "desk", "TX", "Question about invoices", "basket", DAYS(170) + 903, DAYS(170) + 990);
    analyse(f, FAR);
    assert_false(together(f, "PX", "TX"));
    assert_int_equal(f->a->incidents_n, 60 + 80 + 2);
}

/* Never: other services, ended long before, the same source one after the other, marks that differ, vendors, kept
 * apart. */
static void test_never(void **state)
{
    struct fixture *f = *state;
    history(f, 60);
    source(f, "cloud", "status", "vendor");
    int64_t at = DAYS(200);
    add(f, 1, "pager", "A1", "Replication broken", "ledger", at, at + 20);
    add(f, 2, "desk", "A2", "Replication broken", "basket", at + 2, at + 60);   /* another service */
    add(f, 3, "desk", "A3", "Replication broken", "ledger", at + 60, at + 90);  /* 40 minutes after the end */
    add(f, 4, "pager", "A4", "Replication broken", "ledger", at + 22, at + 50); /* the next page of the rule */
    add(f, 5, "cloud", "A5", "Replication broken", "ledger", at + 1, at + 50);
    add(f, 6, "web", "A6", "Replication broken", "ledger", at + 3, at + 50);
    set(f, 6, "class", "planned");
    analyse(f, FAR);
    static const char *const others[] = {"A2", "A3", "A4", "A6"};
    for (size_t i = 0; i < 4; i++)
        assert_false(together(f, "A1", others[i]));
    assert_int_equal(record_of(f, "A5")->incident, ALD_NOBODY);
    put(f,
        "INSERT INTO decision (kind, subject, value, reason, decided_at) VALUES ('unlink', 'desk:T8', 'pager:P8', "
        "'no', 0)",
        "");
    analyse(f, FAR);
    assert_false(together(f, "P8", "T8"));
    assert_true(together(f, "P9", "T9"));
    for (size_t i = 0; i < f->a->suggestions_n; i++)
        assert_string_not_equal(f->a->records[f->a->suggestions[i].a].external_id, "T8"); /* people have decided */
}

/* Two outages of one service within minutes stay two, each with its own ticket. */
static void test_twins(void **state)
{
    struct fixture *f = *state;
    history(f, 60);
    int64_t at = DAYS(200);
    add(f, 1, "pager", "A1", "Disk usage above 93 % on db-4", "ledger", at, at + 30);
    add(f, 2, "desk", "A2", "Disk of the ledger database", "ledger", at + 3, at + 200);
    add(f, 3, "pager", "B1", "p99 latency above 800 ms", "ledger", at + 36, at + 90);
    add(f, 4, "desk", "B2", "Latency of the ledger", "ledger", at + 40, at + 220);
    analyse(f, FAR);
    assert_false(together(f, "A1", "B1"));
    assert_false(together(f, "A2", "B2"));
    assert_false(together(f, "A1", "B2"));
    assert_false(together(f, "B1", "A2"));
}

/* A storm: the pages of one rule within minutes are one incident when the rule is not always firing. */
static void test_storm(void **state)
{
    struct fixture *f = *state;
    char id[8];
    history(f, 60);
    for (int64_t storm = 0; storm < 8; storm++)
        for (int64_t i = 0; i < 4; i++) {
            char title[48];
            (void)snprintf(id, sizeof id, "S%d%d", (int)storm, (int)i);
            (void)snprintf(title, sizeof title, "Replica lag above %d s on db-%d", 30 + (int)i, (int)i);
            add(f, 100 + 10 * storm + i, "pager", id, title, "ledger", DAYS(17) * storm + 1000 + i,
                DAYS(17) * storm + 1060);
        }
    analyse(f, FAR);
    assert_true(together(f, "S30", "S31") && together(f, "S30", "S32") && together(f, "S30", "S33"));
    assert_false(together(f, "S30", "S40"));
    for (int64_t i = 0; i < 2500; i++) { /* now it fires all the time */
        (void)snprintf(id, sizeof id, "F%d", (int)i);
        add(f, 20000 + i, "pager", id, "Replica lag above 9 s on db-2", "ledger", i * 97, i * 97 + 60);
    }
    analyse(f, FAR);
    assert_false(together(f, "S30", "S31"));
}

/* What goes wrong in the ledger pages in the basket that needs it: within minutes, again and again, and so not by
 * chance. A page of a service that has nothing to do with it stays out. */
static void test_edge(void **state)
{
    struct fixture *f = *state;
    char id[8];
    history(f, 60);
    put(f,
        "INSERT INTO service (source, external_id, name) VALUES ('pager', 'basket', 'basket'), ('pager', 'ledger', "
        "'ledger'),"
        " ('pager', 'posters', 'posters')",
        "");
    put(f, "INSERT INTO service_edge VALUES ('pager', 'basket', 'ledger')", "");
    for (int64_t i = 0; i < 30; i++) {
        int64_t at = DAYS(6) * i + 1200 + (i * 7919) % 300;
        (void)snprintf(id, sizeof id, "L%d", (int)i);
        add(f, 100 + i, "pager", id, "Writes refused", "ledger", at, at + 60);
        (void)snprintf(id, sizeof id, "B%d", (int)i);
        add(f, 200 + i, "pager", id, "Orders drop", "basket", at + 2, at + 55);
    }
    add(f, 300, "pager", "X1", "Printer queue", "posters", DAYS(6) * 7 + 1200 + (7 * 7919) % 300 + 1,
        DAYS(6) * 7 + 1600);
    analyse(f, FAR);
    assert_true(together(f, "L7", "B7"));
    assert_false(together(f, "L7", "X1"));
    assert_non_null(strstr(ald_record_via(record_of(f, "B7")), "services: basket needs ledger, starts 2 min apart"));
    put(f, "DELETE FROM service_edge", "");
    analyse(f, FAR);
    assert_false(together(f, "L7", "B7"));
}

/* A mention while both were going on says something, not enough alone; together with a likeness it does. */
static void test_mention(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    add(f, 1, "pager", "P1", "Errors", "ledger", 0, 60);
    add(f, 2, "desk", "T1", "Something else", "basket", 10, 90);
    add(f, 3, "desk", "T2", "Later", "ledger", 300, 390);
    set(f, 2, "key", "WORK-1");
    set(f, 3, "key", "WORK-2");
    ref(f, 1, "mention", "WORK-1");
    ref(f, 1, "mention", "WORK-2"); /* began hours after the page was over: a citation */
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 3);
    assert_int_equal(f->a->suggestions_n, 1);
    assert_close(f->a->suggestions[0].confidence, 0.75, 1e-9);
    assert_string_equal(f->a->suggestions[0].via, "refs of pager:P1: WORK-1");
    put(f, "UPDATE record_service SET service = 'ledger'", "");
    put(f, "UPDATE record SET title = 'Errors in writes' WHERE id < 3", "");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 2);
    assert_true(together(f, "P1", "T1"));
}

/* What is shown and taken does not depend on the order of rows. */
static void test_order(void **state)
{
    struct fixture *f = *state;
    history(f, 40);
    analyse(f, FAR);
    double confidence = ald_record_confidence(record_of(f, "T7"));
    put(f, "PRAGMA foreign_keys = OFF", "");
    static const char *const tables[] = {"UPDATE record SET id = 100000 - id",
                                         "UPDATE record_moment SET record = 100000 - record",
                                         "UPDATE record_service SET record = 100000 - record"};
    for (size_t i = 0; i < 3; i++)
        put(f, tables[i], "");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 40);
    assert_close(ald_record_confidence(record_of(f, "T7")), confidence, 0);
}

/* ---- Learnt from what has settled ---- */

#define WINTER DAYS(400) /* 2025-02-04: what starts before 2024-10-01, day 274, has settled */

static double confidence_of(const struct fixture *f, const char *id)
{
    return ald_record_confidence(record_of(f, id));
}

/* A history of 13 months that is learnt from up to October, and how sure each ticket's link is. */
static void settled(struct fixture *f, double *ret, int n)
{
    history(f, n);
    f->settings.link_learn_least = 100;
    analyse(f, WINTER);
    for (int i = 0; i < n; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "T%d", i);
        assert_string_equal(ald_record_method(record_of(f, id)), "suggestion");
        ret[i] = confidence_of(f, id);
    }
}

/* How many tickets' links are as sure as they were, to the last bit. */
static int as_before(const struct fixture *f, const double *before, int n)
{
    int same = 0;
    for (int i = 0; i < n; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "T%d", i);
        double now = confidence_of(f, id);
        same += now <= before[i] && now >= before[i];
    }
    return same;
}

/* New records change no older links, whatever they say; in the next quarter all is learnt anew. */
static void test_settled(void **state)
{
    enum { N = 130 };
    struct fixture *f = *state;
    double before[N];
    settled(f, before, N);
    for (int64_t i = 0; i < 20; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "N%d", (int)i);
        add(f, 8000 + i, "pager", id, i % 2 ? "Renew the disk" : "p99 latency of the database", i % 3 ? "basket" : "ledger",
            DAYS(391) + i * 400, DAYS(391) + i * 400 + 30);
    }
    analyse(f, WINTER);
    assert_int_equal(as_before(f, before, N), N);
    analyse(f, DAYS(460)); /* 2025-04-05: learnt up to the new year */
    assert_true(as_before(f, before, N) < N / 2);
    f->settings.link_learn_least = 185; /* 184 have settled */
    analyse(f, WINTER);
    assert_true(as_before(f, before, N) < N / 2);
    f->settings.link_learn_least = 184;
    analyse(f, WINTER);
    assert_int_equal(as_before(f, before, N), N);
}

/* A source that is new has no past to learn from: then all records are. One of which nothing is new is no reason. */
static void test_new_source(void **state)
{
    enum { N = 130 };
    struct fixture *f = *state;
    double before[N];
    settled(f, before, N);
    add(f, 1, "web", "W1", "Renew certificate", "basket", DAYS(200), DAYS(200) + 30);
    analyse(f, WINTER);
    double known = confidence_of(f, "T7"); /* of a source that tells of the settled part alone */
    f->settings.link_learn_least = 1000;
    analyse(f, WINTER);
    double all = confidence_of(f, "T7");
    assert_true(known < all || known > all);
    f->settings.link_learn_least = 100;
    add(f, 2, "web", "W2", "Something else", "elsewhere", DAYS(380), DAYS(380) + 30);
    analyse(f, WINTER); /* its first record is not a quarter older than what has not settled */
    double young = confidence_of(f, "T7");
    assert_true(young < known || young > known);
    put(f, "DELETE FROM record_service WHERE record = 2", "");
    put(f, "DELETE FROM record_moment WHERE record = 2", "");
    analyse(f, WINTER); /* nobody knows when it began: it takes no part */
    assert_close(confidence_of(f, "T7"), known, 0);
}

/* An alert that is new and comes up all the time is known as such within days; what is four weeks ago counts no more. */
static void test_lately(void **state)
{
    enum { N = 130 };
    struct fixture *f = *state;
    double before[N];
    settled(f, before, N);
    add(f, 1, "pager", "PX", "Quota exceeded", "ledger", DAYS(391), DAYS(391) + 60);
    add(f, 2, "desk", "TX", "Quota exceeded", "ledger", DAYS(391) + 20, DAYS(391) + 90);
    f->settings.link_accept = 1;
    analyse(f, WINTER);
    double once = 0, rare = 0, often = 0;
    for (int when = 0; when < 3; when++) {
        for (int64_t i = 0; i < 20 && when; i++) {
            char id[32];
            (void)snprintf(id, sizeof id, "Q%d%d", when, (int)i);
            add(f, 7000 + 100 * when + i, "pager", id, "Quota exceeded", "ledger", DAYS(when == 1 ? 340 : 368) + i * 700,
                DAYS(when == 1 ? 340 : 368) + i * 700 + 10);
        }
        analyse(f, WINTER);
        for (size_t i = 0; i < f->a->suggestions_n; i++)
            if (strcmp(f->a->records[f->a->suggestions[i].a].external_id, "TX") == 0 ||
                strcmp(f->a->records[f->a->suggestions[i].b].external_id, "TX") == 0)
                *(when == 0 ? &once : when == 1 ? &rare : &often) = f->a->suggestions[i].confidence;
    }
    assert_true(once > 0.5);
    assert_close(rare, once, 0);
    assert_true(often < once);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_taken), CASE(test_habit), CASE(test_never),   CASE(test_twins),
                                       CASE(test_storm), CASE(test_edge),  CASE(test_mention), CASE(test_order),
                                       CASE(test_settled), CASE(test_new_source), CASE(test_lately)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
