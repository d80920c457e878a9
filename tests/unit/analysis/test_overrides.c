/* People's corrections: every field, what follows from it, and why some change nothing. */
#include "fixture.h"

#include "alidade/override.h"

#define FAR 1000000


static void decide(struct fixture *f, const char *subject, const char *field, const char *value)
{
    put(f, "INSERT INTO decision (kind, subject, field, value, reason, decided_at) VALUES ('override', ?1, ?2, ?3, 'because', 0)", "ttt",
        subject, field, value);
}

static void decide_time(struct fixture *f, const char *subject, const char *field, int64_t minute)
{
    char text[32];
    decide(f, subject, field, ald_time_format(AT(minute), text));
}

static const char *idle(const struct fixture *f, size_t i)
{
    assert_true(i < f->a->overrides_n);
    return f->a->overrides[i].idle ? f->a->overrides[i].idle : "";
}

static void test_class(void **state)
{
    struct fixture *f = *state;
    static const enum ald_class classes[] = {ALD_INCIDENT, ALD_NOISE, ALD_EXERCISE, ALD_PLANNED, ALD_NEAR_MISS};
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, 200);
    set(f, 1, "class", "planned");
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        put(f, "DELETE FROM decision", "");
        decide(f, "desk:T1", "class", ald_class_name(classes[i]));
        analyse(f, FAR);
        assert_int_equal(incident(f, "T1")->cls, classes[i]);
        assert_non_null(strstr(incident(f, "T1")->class_why, ": because"));
        assert_string_equal(idle(f, 0), "");
        assert_ptr_equal(&f->a->incidents[ald_override_incident(f->a, &f->a->overrides[0])], incident(f, "T1"));
    }
}

static void test_end_and_start_move_spans(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    record(f, 1, "desk", "T1", "ticket", ALL_HELD, "resolved");
    moment(f, 1, "opened", 1, 100);
    moment(f, 1, "resolved", 1, 400);
    event(f, 1, 150, "resolved");
    event(f, 1, 300, "reopened");
    event(f, 1, 400, "resolved");
    analyse(f, FAR);
    assert_int_equal(ald_active_ms(f->a, incident(f, "T1")), MINUTES(150));
    decide_time(f, "desk:T1", "resolved_at", 350);
    decide_time(f, "desk:T1", "started_at", 90);
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_int_equal(inc->started_at, AT(90));
    assert_int_equal(inc->spans_n, 2);
    assert_int_equal(inc->spans[0].start, AT(90));
    assert_int_equal(inc->spans[0].end, AT(150));
    assert_int_equal(inc->spans[1].end, AT(350));
    assert_int_equal(ald_active_ms(f->a, inc), MINUTES(110));
    assert_int_equal(ald_elapsed_ms(inc), MINUTES(260));
    assert_non_null(strstr(ald_word_at(f->a, ald_moment_of(inc, ALD_RESOLVED)->field), "decision "));
    assert_string_equal(f->a->records[ald_moment_of(inc, ALD_RESOLVED)->record].external_id, "T1");
    /* As of a moment before the corrected end it is open, as of one before the start that was corrected it had begun. */
    analyse(f, 340);
    assert_int_equal(incident(f, "T1")->state, ALD_OPEN);
    assert_string_equal(idle(f, 0), "it is dated after as-of");
}

static void test_end_of_the_never_ended(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, NEVER);
    simple(f, 2, "desk", "T2", "ticket", 0, 100, 50);
    simple(f, 3, "desk", "T3", "ticket", 0, 100, 200);
    decide_time(f, "desk:T1", "resolved_at", 160);
    decide_time(f, "desk:T2", "resolved_at", 130);
    decide(f, "desk:T3", "resolved_at", "none");
    analyse(f, FAR);
    assert_int_equal(incident(f, "T1")->state, ALD_STATE_RESOLVED);
    assert_int_equal(incident(f, "T1")->duration_ms, MINUTES(60));
    assert_false(incident(f, "T2")->impossible); /* the correction mends what was impossible */
    assert_int_equal(incident(f, "T2")->duration_ms, MINUTES(30));
    assert_int_equal(incident(f, "T3")->state, ALD_END_NOT_RECORDED);
    assert_int_equal(incident(f, "T3")->duration_ms, ALD_TIME_NONE);
    /* An impossible correction is impossible too. */
    put(f, "DELETE FROM decision", "");
    decide_time(f, "desk:T3", "resolved_at", 60);
    analyse(f, FAR);
    assert_true(incident(f, "T3")->impossible);
    assert_int_equal(incident(f, "T3")->duration_ms, ALD_TIME_NONE);
}

static void test_moments(void **state)
{
    struct fixture *f = *state;
    source(f, "pager", "pager", "own");
    simple(f, 1, "pager", "P1", "pager", ALL_HELD, 100, 200);
    event_full(f, 1, 110, "acknowledged", "anna", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->acknowledge_ms, MINUTES(10));
    decide(f, "pager:P1", "acknowledged_at", "none");
    decide_time(f, "pager:P1", "impact_started_at", 80);
    decide_time(f, "pager:P1", "detected_at", 95);
    decide_time(f, "pager:P1", "mitigated_at", 180);
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "P1");
    assert_int_equal(inc->acknowledge_ms, ALD_TIME_NONE);
    assert_int_equal(inc->started_at, AT(80)); /* impact_started is the start */
    assert_int_equal(ald_detect_ms(inc), MINUTES(15));
    assert_int_equal(ald_mitigate_ms(inc), MINUTES(100));
    assert_int_equal(inc->duration_ms, MINUTES(120));
    put(f, "DELETE FROM decision", "");
    decide_time(f, "pager:P1", "opened_at", 105);
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->started_at, AT(105));
    assert_int_equal(incident(f, "P1")->acknowledge_ms, MINUTES(5));
}

static void test_severity_and_services(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = {"SEV1", "SEV2"};
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, 200);
    simple(f, 2, "desk", "T2", "ticket", 0, 100, 200);
    service(f, 1, "web", 120, 0, "services");
    service(f, 1, "queue", NEVER, 1, "services");
    service(f, 2, "ledger", NEVER, 1, "services");
    f->settings.severity_order = order;
    f->settings.severity_order_n = 2;
    decide(f, "desk:T1", "severity", "SEV2");
    decide(f, "desk:T1", "services", "web;brand new;ledger");
    decide(f, "desk:T2", "services", "none");
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_string_equal(inc->severity, "SEV2");
    assert_int_equal(inc->severity_rank, 2);
    assert_int_equal(inc->services_n, 3);
    static const char *const names[] = {"web", "brand new", "ledger"};
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(f->a->services[inc->services[i].name], names[i]);
    assert_false(inc->services[0].at_start); /* what the record says of when stays */
    assert_int_equal(inc->services[0].at, AT(120));
    assert_true(inc->services[1].at_start);
    assert_int_equal(incident(f, "T2")->services_n, 0);
}

static void test_follows_its_record(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    source(f, "cloud", "status", "vendor");
    simple(f, 1, "pager", "P1", "pager", ALL_HELD, 100, 200);
    simple(f, 2, "desk", "T1", "ticket", 0, 110, 200);
    simple(f, 3, "desk", "T2", "ticket", 0, 110, 200);
    simple(f, 4, "cloud", "C1", "status", 0, 110, 200);
    ref(f, 1, "key", "T1");
    ref(f, 3, "merged_into", "pager:P1");
    decide(f, "desk:T1", "class", "near_miss");
    decide(f, "desk:T2", "class", "planned");
    decide(f, "cloud:C1", "class", "planned");
    decide(f, "desk:T9", "class", "planned");
    decide(f, "pager:P1", "colour", "red");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->cls, ALD_NEAR_MISS);
    assert_string_equal(idle(f, 0), "");
    assert_string_equal(idle(f, 1), "its record was merged into another");
    assert_string_equal(idle(f, 2), "its record is another company's");
    assert_string_equal(idle(f, 3), "its record is not in the store, or had not begun");
    assert_string_equal(idle(f, 4), "this version does not know its field");
    /* Two records of one incident, two words on one field: the later one counts. */
    decide(f, "pager:P1", "class", "exercise");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->cls, ALD_EXERCISE);
    assert_non_null(strstr(idle(f, 0), "a later decision"));
    assert_string_equal(idle(f, 5), "");
}

static void test_spelling(void **state)
{
    static const struct {
        const char *field, *value, *spelt; /* NULL: refused */
    } cases[] = {
        {"class", "noise", "noise"},
        {"class", "merged", NULL},
        {"class", "none", NULL},
        {"severity", " SEV1", "SEV1"},
        {"severity", "None", "none"},
        {"severity", "", NULL},
        {"services", " a ; b;;a ", "a;b"},
        {"services", " ; ", NULL},
        {"services", "none", "none"},
        {"started_at", "2024-06-01T12:00:00Z", "2024-06-01T12:00:00.000Z"},
        {"started_at", "2024-06-01T12:00:00+02:00", "2024-06-01T10:00:00.000Z"},
        {"started_at", "2024-06-01 12:00", "2024-06-01T10:00:00.000Z"}, /* in the zone: summer in Berlin */
        {"started_at", "2024-06-01", NULL},                            /* a day is no moment */
        {"started_at", "none", NULL},
        {"opened_at", "none", NULL},
        {"resolved_at", "none", "none"},
        {"resolved_at", "2024-02-30T10:00:00Z", NULL},
        {"resolved_at", "soon", NULL},
        {"colour", "red", NULL},
    };
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = NULL;
    struct ald_err err = {0};
    (void)state;
    must(ald_zone_load("Europe/Berlin", &zone, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *spelt = NULL;
        enum ald_rc rc = ald_override_spell(arena, zone, cases[i].field, cases[i].value, &spelt, &err);
        assert_int_equal(rc, cases[i].spelt ? ALD_OK : ALD_ERR_USAGE);
        if (cases[i].spelt)
            assert_string_equal(spelt, cases[i].spelt);
        else
            assert_non_null(strstr(err.msg, "found '"));
    }
    for (size_t i = 0; ald_override_field_at(i); i++)
        assert_non_null(strstr(err.msg, ald_override_field_at(i)->name)); /* of the unknown field: all that there are */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_class, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_end_and_start_move_spans, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_end_of_the_never_ended, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_moments, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_severity_and_services, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_follows_its_record, fixture_setup, fixture_teardown),
        cmocka_unit_test(test_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
