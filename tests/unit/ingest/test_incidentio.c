/* incident.io: lists that go on after an id, what updates mean in their order, what incidents, escalations and follow-ups become. */
#include "trial.h"

static const char *const PAGE =
    "{\"incidents\":[{\"id\":\"01A\",\"reference\":\"INC-1\",\"name\":\"Slow\",\"mode\":\"standard\",\"created_at\":\"2026-01-05T08:00:00.801578Z\","
    "\"updated_at\":\"2026-01-06T08:00:00Z\",\"incident_status\":{\"name\":\"Fixing\",\"category\":\"%s\"}%s}],"
    "\"pagination_meta\":{\"page_size\":1%s}}";

static const char *page(struct trial *t, const char *category, const char *more, const char *meta)
{
    return ald_sprintf(t->arena, PAGE, category, more, meta);
}

static void test_requests(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "incidentio", "incidents");
    assert_string_equal(trial_ask(&t),
                        "https://acme.example/v2/incidents?sort_by=created_at_oldest_first&mode%5Bone_of%5D=standard&mode%5Bone_of%5D="
                        "retrospective&mode%5Bone_of%5D=test&page_size=100");
    assert_string_equal(t.req.auth_scheme, "Bearer");
    t.req.window.since = time_of("2026-03-04T23:59:59Z");
    assert_has(trial_ask(&t), "&updated_at%5Bgte%5D=2026-03-04");
    t.req.window.until = time_of("2026-03-06T01:00:00Z");
    assert_has(trial_ask(&t), "&updated_at%5Bdate_range%5D=2026-03-04~2026-03-07");
    t.req.page_size = 900;
    assert_has(trial_ask(&t), "page_size=250");
    trial_close(&t);
    static const char *const subjects[] = {"01 A"};
    trial_open(&t, "incidentio", "incident_alerts");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    assert_string_equal(trial_ask(&t), "https://acme.example/v2/incident_alerts?page_size=50&incident_id=01%20A");
    trial_close(&t);
}

static void test_goes_on_after_an_id(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "incidentio", "incidents");
    assert_int_equal(trial_page(&t, page(&t, "live", "", ",\"after\":\"01A\",\"total_record_count\":2")), ALD_OK);
    assert_string_equal(t.next.cursor, "1|2|01A");
    assert_int_equal(t.next.high_water, time_of("2026-01-06T08:00:00Z"));
    t.req.cursor = t.next.cursor;
    assert_has(trial_ask(&t), "&after=01A");
    assert_int_equal(trial_page(&t, page(&t, "live", "", "")), ALD_OK);
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    t.req.cursor = "1|3|01A"; /* fewer than were counted */
    assert_int_equal(trial_page(&t, page(&t, "live", "", "")), ALD_OK);
    assert_has(t.next.gap, "says that there are 3, but gave 2");
    assert_int_equal(trial_page(&t, page(&t, "live", "", ",\"after\":\"01A\"")), ALD_OK);
    assert_null(t.next.cursor);
    assert_has(t.next.gap, "given before");
    t.req.cursor = NULL;
    assert_int_equal(trial_page(&t, "{\"incidents\":[],\"pagination_meta\":{\"after\":\"01A\",\"page_size\":1}}"), ALD_OK);
    assert_has(t.next.gap, "empty page");
    t.req.window.since = time_of("2026-02-01T00:00:00Z"); /* older than asked for */
    assert_int_equal(trial_page(&t, page(&t, "live", "", "")), ALD_ERR_NET);
    assert_has(t.err.msg, "ignored the query");
    trial_close(&t);
}

static void test_states_and_times(void **state)
{
    (void)state;
    static const struct {
        const char *category, *end_state, *class_;
    } rows[] = {{"triage", "open", NULL},       {"live", "open", NULL},   {"paused", "open", NULL},     {"learning", "resolved", NULL},
                {"closed", "closed", NULL},     {"merged", "closed", NULL}, {"declined", "closed", "noise"}, {"canceled", "closed", "noise"}};
    struct trial t;
    trial_open(&t, "incidentio", "incidents");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(trial_page(&t, page(&t, rows[i].category, "", "")), ALD_OK);
        assert_string_equal(t.rows.elements[0].record->end_state, rows[i].end_state);
        if (rows[i].class_)
            assert_string_equal(t.rows.elements[0].record->class_, rows[i].class_);
        else
            assert_null(t.rows.elements[0].record->class_);
    }
    static const char times[] = ",\"incident_timestamp_values\":[{\"incident_timestamp\":{\"name\":\"FIXED AT \"},\"value\":{\"value\":"
                                "\"2026-01-05T09:00:00Z\"}},{\"incident_timestamp\":{\"name\":\"Resolved at\"},\"value\":null},"
                                "{\"incident_timestamp\":{\"name\":\"Odd\",\"id\":\"01T\"},\"value\":{\"value\":\"2026-01-05T07:00:00Z\"}}]";
    static const struct ald_source_opt fields[] = {{"impact_started", "01T"}};
    t.cfg.fields = fields;
    t.cfg.fields_n = 1;
    assert_int_equal(trial_page(&t, page(&t, "live", times, "")), ALD_OK);
    const struct ald_row_record *rec = t.rows.elements[0].record;
    assert_int_equal(rec->moments_n, 3);
    assert_string_equal(rec->moments[1].moment, "mitigated");
    assert_string_equal(rec->moments[2].moment, "impact_started");
    assert_int_equal(rec->moments[2].rank, 1);
    trial_close(&t);
}

static struct ald_told told(const char *id)
{
    return (struct ald_told){.event_id = id, .field = "incident_updates", .kind = "status_update"};
}

static void test_updates_in_their_order(void **state)
{
    (void)state;
    struct trial t;
    struct ald_told events[] = {told("state triage 1"), told("state live 2"),    told("severity a 2"), told("state live 3"),
                                told("severity a 3"),   told("severity b 4"),    told("state learning 4"), told("state closed 5"),
                                told("state live 6"),   told("state closed 7"),  told("state merged 8")};
    static const char *const kinds[] = {"opened", "acknowledged",     "other",    "status_update", "other",  "severity_changed",
                                        "resolved", "closed", "reopened", "resolved", "closed"};
    trial_open(&t, "incidentio", "incident_updates");
    for (int twice = 0; twice < 2; twice++) {
        t.connector->retell(events, sizeof events / sizeof events[0]);
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
            assert_string_equal(events[i].kind, kinds[i]);
    }
    trial_close(&t);
}

static void test_severities_from_the_most_severe(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "incidentio", "severities");
    assert_int_equal(trial_page(&t, "{\"severities\":[{\"id\":\"a\",\"rank\":0},{\"id\":\"b\",\"rank\":20},{\"id\":\"c\",\"rank\":5},{\"id\":\"d\"}]}"), ALD_OK);
    assert_int_equal(t.rows.elements[0].label->rank, 3);
    assert_int_equal(t.rows.elements[1].label->rank, 1);
    assert_int_equal(t.rows.elements[2].label->rank, 2);
    assert_has(t.rows.elements[3].error, "rank");
    trial_close(&t);
}

static void test_follow_ups(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "incidentio", "follow_ups");
    assert_int_equal(trial_page(&t, "{\"follow_ups\":[{\"id\":\"1\",\"incident_id\":\"01A\",\"title\":\"Do\",\"status\":\"deleted\"},{\"id\":\"2\","
                                    "\"incident_id\":\"01A\",\"title\":\"Do\",\"status\":\"not_doing\",\"updated_at\":\"2026-01-06T08:00:00Z\"},{\"id\":\"3\"}]}"),
                     ALD_OK);
    assert_int_equal(t.rows.elements[0].actions_n, 0);
    assert_string_equal(t.rows.elements[1].actions[0].incident, "here:01A");
    assert_int_equal(t.rows.elements[1].actions[0].closed_at, time_of("2026-01-06T08:00:00Z"));
    assert_has(t.rows.elements[2].error, "incident_id");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_requests), cmocka_unit_test(test_goes_on_after_an_id),
                                       cmocka_unit_test(test_states_and_times), cmocka_unit_test(test_updates_in_their_order),
                                       cmocka_unit_test(test_severities_from_the_most_severe), cmocka_unit_test(test_follow_ups)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
