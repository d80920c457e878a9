/* Linking and folding: what makes one incident of several records, and what does not. */
#include "fixture.h"

#define FAR 1000000

/* A pager with P1..P3 and a desk with T1..T3; the desk owns https://desk.example/work. */
static void two_sources(struct fixture *f)
{
    static const char *const ids[][2] = {{"P1", "T1"}, {"P2", "T2"}, {"P3", "T3"}};
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    put(f, "INSERT INTO alias VALUES ('desk', 'url', 'https://desk.example/work/')", "");
    for (int64_t i = 0; i < 3; i++) {
        simple(f, 1 + i, "pager", ids[i][0], "pager", 0, 100 * (i + 1), 100 * (i + 1) + 30);
        simple(f, 11 + i, "desk", ids[i][1], "ticket", 0, 100 * (i + 1) + 5, 100 * (i + 1) + 50);
    }
    set(f, 1, "url", "https://Pager.example/incidents/P1/");
    set(f, 12, "key", "WORK-2");
}

struct link_case {
    int64_t from;
    const char *kind, *value;
    const char *joined; /* two records that are then one incident, or NULL: nothing is linked */
    const char *with, *method;
};
static const struct link_case cases[] = {
    {11, "url", "HTTPS://PAGER.example/incidents/P1", "T1", "P1", "url"},
    {11, "url", "  https://pager.example/incidents/P1/ ", "T1", "P1", "url"},
    {11, "url", "https://pager.example/Incidents/P1", NULL, NULL, NULL}, /* paths keep their case */
    {1, "url", "https://desk.example/work/WORK-2", "P1", "T2", "url"},
    {1, "url", "https://desk.example/work/item?id=T3", "P1", "T3", "url"},
    {1, "url", "https://desk.example/workshop/T3", NULL, NULL, NULL}, /* only looks like the base address */
    {1, "url", "https://desk.example/work", NULL, NULL, NULL},
    {1, "url", "https://desk.example", NULL, NULL, NULL},
    {1, "url", "https://elsewhere.example/T3", NULL, NULL, NULL},
    {1, "key", "WORK-2", "P1", "T2", "key"},
    {1, "key", "T3", "P1", "T3", "key"},
    {1, "key", "work-2", NULL, NULL, NULL},
    {1, "key", "P1", NULL, NULL, NULL}, /* itself */
    {1, "key", "", NULL, NULL, NULL},
    {1, "key", "n/a", NULL, NULL, NULL},
    {1, "id", "desk:T1", "P1", "T1", "id"},
    {1, "id", "T1", NULL, NULL, NULL},
    {1, "mention", "T1", NULL, NULL, NULL},
    {1, "incident_key", "T1", NULL, NULL, NULL},
};

static void test_explicit(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct link_case *c = &cases[i];
        put(f, "DELETE FROM record_ref", "");
        ref(f, c->from, c->kind, c->value);
        analyse(f, FAR);
        print_message("%s %s\n", c->kind, c->value);
        assert_int_equal(f->a->incidents_n, c->joined ? 5 : 6);
        if (!c->joined)
            continue;
        const struct ald_record *x = record_of(f, c->joined), *y = record_of(f, c->with);
        assert_int_equal(x->incident, y->incident);
        assert_string_equal(ald_record_method(x), c->method);
        assert_string_equal(ald_record_method(y), c->method);
        assert_non_null(strstr(ald_record_via(x), "refs of "));
        assert_string_equal(ald_record_method(record_of(f, "P2")), c->joined && y == record_of(f, "P2") ? c->method : "single");
    }
}

static void test_fillers(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    put(f, "UPDATE record SET key = 'none', url = 'https://same.example/x'", "");
    for (int64_t i = 0; i < 3; i++) {
        ref(f, 1 + i, "key", "none");
        ref(f, 1 + i, "url", "https://same.example/x"); /* several records of one source: says nothing */
        ref(f, 1 + i, "merged_into", "none");
    }
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 6);
    put(f, "UPDATE record SET key = 'WORK-7' WHERE id IN (11, 12)", "");
    ref(f, 1, "key", "WORK-7"); /* two of the desk have it */
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 6);
}

static void test_key_at_home(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    source(f, "old", "ticket", "own");
    simple(f, 30, "old", "WORK-2", "ticket", 0, 100, 120);
    ref(f, 1, "key", "WORK-2");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 5); /* no source claims the key: P1, T2 and old:WORK-2 are one */
    put(f, "INSERT INTO alias VALUES ('desk', 'key', 'WORK-')", "");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 6);
    assert_int_equal(record_of(f, "P1")->incident, record_of(f, "T2")->incident);
    assert_int_equal(incident(f, "old:WORK-2")->records_n, 1);
}

static void test_chain(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    ref(f, 1, "key", "T1");
    ref(f, 2, "key", "T1");
    ref(f, 13, "id", "pager:P2");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 3);
    const struct ald_incident *inc = incident(f, "P2");
    assert_int_equal(inc->records_n, 4);
    assert_string_equal(inc->id, "pager:P1");
    assert_string_equal(inc->title, "Title P1");
    assert_int_equal(inc->merged_n, 0);
}

/* T2 (with its page P2) was merged into T1. */
static void test_merged(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    ref(f, 2, "key", "T2");
    ref(f, 12, "merged_into", "T1");
    moment(f, 12, "impact_started", 1, 1);
    service(f, 12, "ledger", 210, 0, "services");
    event_full(f, 2, 50, "note", "anna", 0, "payments", NULL, NULL);
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 4);
    const struct ald_incident *inc = incident(f, "T1");
    assert_int_equal(inc->records_n, 3);
    assert_int_equal(inc->merged_n, 1);
    assert_string_equal(inc->id, "desk:T1");
    assert_int_equal(inc->started_at, AT(105)); /* the parent's clocks are its own */
    assert_int_equal(inc->duration_ms, MINUTES(45));
    assert_int_equal(inc->spans_n, 1);
    assert_int_equal(inc->services_n, 1);
    assert_int_equal(inc->services[0].at, AT(210));
    assert_int_equal(inc->teams_n, 1);
    assert_int_equal(ald_incident_teams(inc)[0].at, AT(105)); /* what came before the parent's start counts at its start */
    assert_false(record_of(f, "T1")->folded);
    assert_true(record_of(f, "T2")->folded);
    assert_true(record_of(f, "P2")->folded);
    assert_string_equal(ald_record_method(record_of(f, "T2")), "merged");
    assert_string_equal(ald_record_via(record_of(f, "T2")), "refs of desk:T2: T1");
    assert_ptr_equal(incident(f, "P2"), inc);
    assert_int_equal(f->a->link_cycles, 0);
}

static void test_merged_chain_and_cycle(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    ref(f, 11, "merged_into", "T2");
    ref(f, 12, "duplicate_of", "T3");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 4);
    assert_string_equal(incident(f, "T1")->id, "desk:T3");
    assert_int_equal(incident(f, "T1")->merged_n, 2);

    ref(f, 13, "parent", "T1"); /* T1 -> T2 -> T3 -> T1: broken at T1 */
    analyse(f, FAR);
    assert_int_equal(f->a->link_cycles, 1);
    assert_int_equal(f->a->incidents_n, 4);
    assert_string_equal(incident(f, "T3")->id, "desk:T1");
    assert_int_equal(incident(f, "T3")->merged_n, 2);
    assert_false(record_of(f, "T1")->folded);
    assert_true(record_of(f, "T3")->folded);

    ref(f, 1, "merged_into", "P1"); /* itself */
    analyse(f, FAR);
    assert_int_equal(f->a->link_cycles, 1);
}

/* Two groups, each with a record merged into the other's: {P1,T1} and {P2,T2}. */
static void test_cycle_of_groups(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    ref(f, 1, "key", "T1");
    ref(f, 2, "key", "T2");
    ref(f, 11, "merged_into", "T2");
    ref(f, 2, "merged_into", "P1");
    analyse(f, FAR);
    assert_int_equal(f->a->link_cycles, 1);
    assert_int_equal(f->a->incidents_n, 3);
    assert_string_equal(incident(f, "T2")->id, "pager:P1");
    assert_int_equal(incident(f, "T2")->merged_n, 1);
    assert_false(record_of(f, "T1")->folded);
}

/* Linked and merged: the merged one keeps no clocks, and somebody does. */
static void test_merged_inside(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    ref(f, 1, "key", "P2");
    ref(f, 1, "merged_into", "P2");
    ref(f, 2, "duplicate_of", "P1");
    analyse(f, FAR);
    assert_int_equal(f->a->link_cycles, 1);
    const struct ald_incident *inc = incident(f, "P2");
    assert_int_equal(inc->records_n, 2);
    assert_int_equal(inc->merged_n, 1);
    assert_false(record_of(f, "P1")->folded);
    assert_int_equal(inc->started_at, AT(100));
    assert_int_equal(inc->duration_ms, MINUTES(30));
}

static void test_vendor(void **state)
{
    struct fixture *f = *state;
    two_sources(f);
    source(f, "cloud", "status", "vendor");
    simple(f, 40, "cloud", "C1", "status", 0, 100, 200);
    ref(f, 40, "key", "T1");
    ref(f, 1, "key", "C1");
    analyse(f, FAR);
    assert_int_equal(f->a->incidents_n, 6);
    assert_true(record_of(f, "C1")->vendor);
    assert_int_equal(record_of(f, "C1")->incident, ALD_NOBODY);
    assert_int_equal(ald_analysis_find(f->a, "cloud:C1"), SIZE_MAX);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_explicit),        CASE(test_fillers),       CASE(test_key_at_home),
        CASE(test_chain),           CASE(test_merged),        CASE(test_merged_chain_and_cycle),
        CASE(test_cycle_of_groups), CASE(test_merged_inside), CASE(test_vendor)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
