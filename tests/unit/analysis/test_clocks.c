/* Clocks of records and incidents, each case worked out by hand. */
#include "fixture.h"

#define NO_CLOCK INT64_MIN

/* One ticket a case, opened at minute 100. Moves: kind and minute, ended by NULL. */
struct move {
    const char *kind;
    int64_t minute;
};
struct clock_case {
    const char *name;
    unsigned timeline;
    const char *end_state;
    int64_t resolved, closed; /* fields; NEVER: none */
    struct move moves[6];
    int64_t as_of;
    enum ald_state state;
    int64_t active, elapsed; /* minutes; NO_CLOCK */
    size_t spans;
    int reopens, ignored;
    bool impossible, zero_length, entered_after;
};

#define S ALD_HOLDS_STATES
#define FAR 100000
static const struct clock_case cases[] = {
    {"field, no history",
     0,
     "resolved",
     160,
     NEVER,
     {{0}},
     FAR,
     ALD_STATE_RESOLVED,
     60,
     60,
     1,
     0,
     0,
     false,
     false,
     false},
    {"open, stale field",
     0,
     "open",
     160,
     NEVER,
     {{0}},
     FAR,
     ALD_OPEN,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     false,
     false},
    {"field beats events",
     S,
     "closed",
     160,
     NEVER,
     {{"resolved", 130}, {"closed", 300}},
     FAR,
     ALD_STATE_RESOLVED,
     60,
     60,
     1,
     0,
     0,
     false,
     false,
     false},
    {"events without field",
     S,
     "closed",
     NEVER,
     300,
     {{"resolved", 130}, {"closed", 300}},
     FAR,
     ALD_STATE_RESOLVED,
     30,
     30,
     1,
     0,
     0,
     false,
     false,
     false},
    {"last change to resolved",
     S,
     "closed",
     NEVER,
     NEVER,
     {{"resolved", 130}, {"resolved", 140}},
     FAR,
     ALD_STATE_RESOLVED,
     40,
     40,
     1,
     0,
     0,
     false,
     false,
     false},
    {"reopened, resolved again by field",
     S,
     "resolved",
     200,
     NEVER,
     {{"resolved", 130}, {"reopened", 180}, {"resolved", 199}},
     FAR,
     ALD_STATE_RESOLVED,
     50,
     100,
     2,
     1,
     0,
     false,
     false,
     false},
    {"reopened after a stale field",
     S,
     "resolved",
     130,
     NEVER,
     {{"resolved", 130}, {"reopened", 180}, {"resolved", 190}},
     FAR,
     ALD_STATE_RESOLVED,
     40,
     90,
     2,
     1,
     0,
     false,
     false,
     false},
    {"reopened and open",
     S,
     "open",
     130,
     NEVER,
     {{"resolved", 130}, {"reopened", 180}},
     FAR,
     ALD_OPEN,
     NO_CLOCK,
     NO_CLOCK,
     2,
     1,
     0,
     false,
     false,
     false},
    {"resolved and reopened in one instant",
     S,
     "open",
     130,
     NEVER,
     {{"resolved", 130}, {"reopened", 130}},
     FAR,
     ALD_OPEN,
     NO_CLOCK,
     NO_CLOCK,
     1,
     1,
     0,
     false,
     false,
     false},
    {"as-of in the middle of the second span",
     S,
     "resolved",
     200,
     NEVER,
     {{"resolved", 130}, {"reopened", 180}, {"resolved", 200}},
     190,
     ALD_OPEN,
     NO_CLOCK,
     NO_CLOCK,
     2,
     1,
     0,
     false,
     false,
     false},
    {"as-of between the spans",
     S,
     "resolved",
     200,
     NEVER,
     {{"resolved", 130}, {"reopened", 180}, {"resolved", 200}},
     150,
     ALD_STATE_RESOLVED,
     30,
     30,
     1,
     0,
     0,
     false,
     false,
     false},
    {"as-of before the end",
     0,
     "resolved",
     160,
     NEVER,
     {{0}},
     120,
     ALD_OPEN,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     false,
     false},
    {"as-of at the end",
     0,
     "resolved",
     160,
     NEVER,
     {{0}},
     160,
     ALD_STATE_RESOLVED,
     60,
     60,
     1,
     0,
     0,
     false,
     false,
     false},
    {"closed without resolution",
     S,
     "closed",
     NEVER,
     150,
     {{"closed", 150}},
     FAR,
     ALD_END_NOT_RECORDED,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     false,
     false},
    {"closed without resolution, not yet at as-of",
     S,
     "closed",
     NEVER,
     150,
     {{"closed", 150}},
     140,
     ALD_OPEN,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     false,
     false},
    {"closed, no history, no time",
     0,
     "closed",
     NEVER,
     NEVER,
     {{0}},
     FAR,
     ALD_END_NOT_RECORDED,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     false,
     false},
    {"reopened, closed without resolution",
     S,
     "closed",
     NEVER,
     NEVER,
     {{"resolved", 130}, {"reopened", 180}, {"closed", 190}},
     FAR,
     ALD_END_NOT_RECORDED,
     NO_CLOCK,
     NO_CLOCK,
     2,
     1,
     0,
     false,
     false,
     false},
    {"zero length",
     0,
     "resolved",
     100,
     NEVER,
     {{0}},
     FAR,
     ALD_STATE_RESOLVED,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     true,
     false},
    {"first seen resolved",
     S,
     "resolved",
     NEVER,
     NEVER,
     {{"resolved", 100}},
     FAR,
     ALD_STATE_RESOLVED,
     NO_CLOCK,
     NO_CLOCK,
     1,
     0,
     0,
     false,
     true,
     true},
    {"end before start",
     0,
     "resolved",
     90,
     NEVER,
     {{0}},
     FAR,
     ALD_STATE_RESOLVED,
     NO_CLOCK,
     NO_CLOCK,
     0,
     0,
     0,
     true,
     false,
     false},
    {"reopened in the instant of the field, without its change",
     S,
     "resolved",
     160,
     NEVER,
     {{"resolved", 130}, {"reopened", 160}},
     FAR,
     ALD_STATE_RESOLVED,
     30,
     60,
     2,
     1,
     0,
     false,
     false,
     false},
    {"changes before the start",
     S,
     "resolved",
     160,
     NEVER,
     {{"resolved", 50}, {"reopened", 60}},
     FAR,
     ALD_STATE_RESOLVED,
     60,
     60,
     1,
     0,
     2,
     false,
     false,
     false},
};

static void check(struct fixture *f, const struct clock_case *c)
{
    static const char *const tables[] = {"event", "record_moment", "record", "source"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        put(f, sql, "");
    }
    source(f, "desk", "ticket", "own");
    record(f, 1, "desk", "T1", "ticket", c->timeline, c->end_state);
    moment(f, 1, "opened", 1, 100);
    if (c->resolved != NEVER)
        moment(f, 1, "resolved", 1, c->resolved);
    if (c->closed != NEVER)
        moment(f, 1, "closed", 1, c->closed);
    for (const struct move *m = c->moves; m->kind; m++)
        event(f, 1, m->minute, m->kind);
    analyse(f, c->as_of);
    const struct ald_incident *inc = incident(f, "desk:T1");
    print_message("%s\n", c->name);
    assert_int_equal(inc->state, c->state);
    assert_int_equal(ald_active_ms(f->a, inc), c->active == NO_CLOCK ? NO_CLOCK : MINUTES(c->active));
    assert_int_equal(ald_elapsed_ms(inc), c->elapsed == NO_CLOCK ? NO_CLOCK : MINUTES(c->elapsed));
    assert_int_equal(inc->duration_ms, ald_active_ms(f->a, inc));
    assert_int_equal(inc->spans_n, c->spans);
    assert_int_equal(inc->reopens, c->reopens);
    assert_int_equal(f->a->records[0].ignored_before_start, c->ignored);
    assert_int_equal(inc->impossible, c->impossible);
    assert_int_equal(inc->zero_length, c->zero_length);
    assert_int_equal(inc->entered_after, c->entered_after);
    assert_int_equal(ald_moment_of(inc, ALD_RESOLVED)->at != NO_CLOCK, c->state == ALD_STATE_RESOLVED);
}

static void test_one_record(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(*state, &cases[i]);
}

static void test_open_so_far(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    record(f, 1, "desk", "T1", "ticket", S, "open");
    moment(f, 1, "opened", 1, 100);
    event(f, 1, 130, "resolved");
    event(f, 1, 180, "reopened");
    analyse(f, 200);
    assert_int_equal(ald_open_for_ms(f->a, incident(f, "T1")), MINUTES(50)); /* 30 + 20 */
    assert_int_equal(incident(f, "T1")->spans[1].end, NO_CLOCK);
    f->settings.duration = ALD_DURATION_ELAPSED;
    analyse(f, 200);
    assert_int_equal(ald_open_for_ms(f->a, incident(f, "T1")), MINUTES(100));
}

/* Closed in the instant of a reopening: it was closed then, and nothing is open since. */
static void test_closed_as_it_reopened(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    record(f, 1, "desk", "T1", "ticket", S, "closed");
    moment(f, 1, "opened", 1, 100);
    moment(f, 1, "closed", 1, 300);
    event(f, 1, 130, "closed");
    event(f, 1, 300, "reopened");
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_int_equal(inc->state, ALD_END_NOT_RECORDED);
    assert_int_equal(inc->spans_n, 2);
    assert_int_equal(inc->spans[1].end, AT(300));
}

static void test_future_end(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, 160);
    set_time(f, 1, "last_seen", 150);
    analyse(f, 1000);
    assert_true(incident(f, "T1")->impossible);
    assert_int_equal(incident(f, "T1")->duration_ms, NO_CLOCK);
    assert_string_equal(ald_impossible_why(incident(f, "T1")), "the end was in the future when it was read");
    set_time(f, 1, "last_seen", 160); /* it ended as it was read */
    analyse(f, 1000);
    assert_false(incident(f, "T1")->impossible);
    assert_int_equal(incident(f, "T1")->duration_ms, MINUTES(60));
}

/* Pager 100..150, again 170..200; ticket from 90, left open until 900; status post 110..210. */
static void test_several_records(void **state)
{
    struct fixture *f = *state;
    source(f, "pager", "pager", "own");
    source(f, "desk", "ticket", "own");
    source(f, "page", "status", "own");
    record(f, 1, "pager", "P1", "pager", S, "resolved");
    moment(f, 1, "opened", 1, 100);
    moment(f, 1, "resolved", 1, 200);
    event(f, 1, 103, "acknowledged");
    event(f, 1, 150, "resolved");
    event(f, 1, 170, "reopened");
    event(f, 1, 200, "resolved");
    simple(f, 2, "desk", "T1", "ticket", 0, 90, 900);
    moment(f, 2, "mitigated", 1, 140);
    ref(f, 2, "key", "P1");
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "P1");
    assert_int_equal(inc->records_n, 2);
    assert_string_equal(inc->id, "desk:T1");
    assert_string_equal(inc->key, "P1");
    assert_int_equal(inc->started_at, AT(90));
    assert_int_equal(ald_moment_of(inc, ALD_RESOLVED)->at, AT(200)); /* the ticket's end does not count */
    assert_int_equal(inc->spans_n, 2);
    assert_int_equal(inc->spans[0].start, AT(90)); /* the ticket shows that work had begun */
    assert_int_equal(inc->spans[0].end, AT(150));
    assert_int_equal(ald_active_ms(f->a, inc), MINUTES(90));
    assert_int_equal(ald_elapsed_ms(inc), MINUTES(110));
    assert_int_equal(inc->acknowledge_ms, MINUTES(3)); /* from the pager's opening */
    assert_int_equal(ald_mitigate_ms(inc), MINUTES(50));   /* from the start */
    assert_int_equal(ald_detect_ms(inc), NO_CLOCK);
    assert_int_equal(inc->landmark_at, AT(150));

    simple(f, 3, "page", "S1", "status", 0, 110, 210);
    ref(f, 3, "id", "pager:P1");
    analyse(f, FAR);
    inc = incident(f, "P1");
    assert_int_equal(inc->records_n, 3);
    assert_int_equal(ald_moment_of(inc, ALD_RESOLVED)->at, AT(210)); /* latest of pager and status */
    assert_int_equal(inc->spans_n, 1);
    assert_int_equal(ald_active_ms(f->a, inc), MINUTES(120));

    put(f, "UPDATE record SET end_state = 'open' WHERE id = 3", "");
    put(f, "DELETE FROM record_moment WHERE record = 3 AND moment = 'resolved'", "");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->state, ALD_OPEN); /* one of those that decide is open */
}

static void test_ticket_where_nothing_else(void **state)
{
    struct fixture *f = *state;
    source(f, "pager", "pager", "own");
    source(f, "desk", "ticket", "own");
    record(f, 1, "pager", "P1", "pager", S, "closed");
    moment(f, 1, "opened", 1, 100);
    simple(f, 2, "desk", "T1", "ticket", 0, 105, 150);
    ref(f, 2, "key", "P1");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->state, ALD_STATE_RESOLVED);
    assert_int_equal(ald_active_ms(f->a, incident(f, "P1")), MINUTES(50));
}

static void test_impact_detected(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, 160);
    moment(f, 1, "impact_started", 2, 95); /* the lower rank is taken first */
    moment(f, 1, "impact_started", 1, 80);
    moment(f, 1, "detected", 1, 90);
    event_full(f, 1, 96, "acknowledged", NULL, 1, NULL, NULL, NULL);
    event_full(f, 1, 110, "acknowledged", "anna", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_int_equal(inc->started_at, AT(80));
    assert_int_equal(inc->duration_ms, MINUTES(80));
    assert_int_equal(ald_detect_ms(inc), MINUTES(10));
    assert_int_equal(inc->acknowledge_ms, MINUTES(10)); /* not the machine's at 96 */
    assert_string_equal(ald_word_at(f->a, ald_moment_of(inc, ALD_ACKNOWLEDGED)->field), "events");
    assert_string_equal(ald_word_at(f->a, ald_moment_of(inc, ALD_IMPACT_STARTED)->field), "impact_started_1");
    assert_int_equal(inc->landmark_at, AT(150));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_one_record),      CASE(test_open_so_far),
                                       CASE(test_closed_as_it_reopened),
                                       CASE(test_future_end),      CASE(test_several_records),
                                       CASE(test_impact_detected), CASE(test_ticket_where_nothing_else)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
