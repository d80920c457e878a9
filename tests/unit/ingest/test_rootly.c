/* Rootly: lists that go on from the time of their last element, resources in both forms, what incidents, selections and action items
 * become. */
#include "trial.h"

#include "facts.h"

static const char *incidents(struct trial *t, int first, int n, const char *updated, bool more)
{
    const char *list = "";
    for (int i = 0; i < n; i++)
        list = ald_sprintf(t->arena,
                           "%s%s{\"id\":\"i%d\",\"type\":\"incidents\",\"attributes\":{\"title\":\"T\",\"status\":\"started\",\"created_at\":\"2026-01-05T08:00:00Z\","
                           "\"updated_at\":\"%s\"}}",
                           list, i ? "," : "", first + i, updated);
    return ald_sprintf(t->arena, "{\"data\":[%s],\"links\":{\"next\":%s}}", list, more ? "\"https://api.rootly.com/v1/incidents?page=2\"" : "null");
}

static void follow(struct trial *t, const char *body)
{
    if (trial_page(t, body) != ALD_OK)
        fail_msg("%s", t->err.msg);
    t->req.cursor = t->next.cursor;
}

static void test_goes_on_from_the_last_time(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "rootly", "incidents");
    t.req.page_size = 2;
    assert_string_equal(trial_ask(&t), "https://acme.example/v1/incidents?sort=updated_at&page%5Bnumber%5D=1&page%5Bsize%5D=2");
    follow(&t, incidents(&t, 0, 2, "2026-01-05T01:00:00.500-07:00", true));
    assert_int_equal(t.next.high_water, time_of("2026-01-05T08:00:00.500Z"));
    assert_has(trial_ask(&t), "page%5Bnumber%5D=1&page%5Bsize%5D=2&filter%5Bupdated_at%5D%5Bgte%5D=2026-01-05T08%3A00%3A00.500Z");
    follow(&t, incidents(&t, 0, 2, "2026-01-05T08:00:00.500Z", true)); /* the same moment: on by pages */
    assert_has(trial_ask(&t), "page%5Bnumber%5D=2");
    t.req.page_size = 1;
    assert_has(trial_ask(&t), "page%5Bnumber%5D=3&page%5Bsize%5D=1");
    t.req.page_size = 2;
    follow(&t, incidents(&t, 2, 2, "2026-01-05T08:00:00.500Z", true));
    assert_has(trial_ask(&t), "page%5Bnumber%5D=3");
    follow(&t, incidents(&t, 2, 2, "2026-01-05T08:00:00.500Z", true)); /* and again */
    assert_null(t.next.cursor);
    assert_has(t.next.gap, "given before");
    t.req.cursor = NULL;
    follow(&t, incidents(&t, 0, 0, "", true));
    assert_has(t.next.gap, "empty page");
    follow(&t, incidents(&t, 0, 1, "2026-01-05T08:00:00Z", false));
    assert_null(t.next.cursor);
    t.req.window.since = time_of("2026-02-01T00:00:00Z");
    assert_int_equal(trial_page(&t, incidents(&t, 0, 1, "2026-01-05T08:00:00Z", true)), ALD_ERR_NET);
    assert_has(t.err.msg, "ignored the query");
    static const char *const odd[] = {"", "|", "x", "-3|0|-1|-1|", "1|9223372036854775807|9223372036854775807|9223372036854775807|x"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        t.req.cursor = odd[i];
        (void)trial_ask(&t);
    }
    trial_close(&t);
}

static const struct ald_row_record *record_of(struct trial *t, const char *members)
{
    follow(t, ald_sprintf(t->arena, "{\"data\":[{\"id\":\"i\",\"attributes\":{\"created_at\":\"2026-01-05T08:00:00Z\",%s}}]}", members));
    if (t->rows.elements[0].error)
        fail_msg("%s", t->rows.elements[0].error);
    return t->rows.elements[0].record;
}

static void test_incidents(void **state)
{
    (void)state;
    static const char times[] = "\"resolved_at\":\"2026-01-05T09:00:00Z\",\"started_at\":\"2026-01-05T07:00:00Z\"";
    struct trial t;
    trial_open(&t, "rootly", "incidents");
    const struct ald_row_record *rec = record_of(&t, ald_sprintf(t.arena, "\"status\":\"resolved\",\"kind\":\"normal_sub\",\"parent_incident_id\":\"p\",%s", times));
    assert_string_equal(rec->end_state, "resolved");
    assert_int_equal(rec->moments_n, 3);
    assert_string_equal(ref_of(rec, "parent"), "here:p");
    rec = record_of(&t, ald_sprintf(t.arena, "\"status\":\"mitigated\",%s", times)); /* left over from before it was opened again */
    assert_string_equal(rec->end_state, "open");
    assert_int_equal(rec->moments_n, 2);
    rec = record_of(&t, "\"status\":\"cancelled\",\"duplicate_incident_id\":\"d\",\"severity\":{\"id\":\"s\",\"attributes\":{\"name\":\"SEV2\"}},"
                        "\"services\":[{\"data\":{\"id\":\"a\",\"attributes\":{\"name\":\"A\"}}},{\"id\":\"b\",\"attributes\":{\"name\":\"B\"}}]");
    assert_string_equal(rec->class_, "noise");
    assert_string_equal(ref_of(rec, "merged_into"), "here:d");
    assert_string_equal(value_of(rec, "severity"), "SEV2");
    assert_string_equal(value_of(rec, "severity_id"), "s");
    assert_int_equal(rec->services_n, 2);
    assert_string_equal(record_of(&t, "\"kind\":\"test\"")->class_, "exercise");
    assert_string_equal(record_of(&t, "\"kind\":\"scheduled\",\"scheduled_for\":\"2026-01-06T08:00:00Z\"")->class_, "planned");
    assert_null(record_of(&t, "\"kind\":\"example_sub\""));
    trial_close(&t);
}

static void test_form_fields(void **state)
{
    (void)state;
    static const char *const subjects[] = {"i"};
    static const struct ald_source_opt fields[] = {{"customers", "Customers hit"}, {"regions", "f2"}, {"impact_started", "Began"}};
    struct trial t;
    trial_open(&t, "rootly", "form_fields");
    follow(&t, "{\"data\":[{\"id\":\"f1\",\"type\":\"form_fields\",\"attributes\":{\"name\":\"Customers hit\"}},{\"id\":\"f3\",\"type\":\"form_fields\","
               "\"attributes\":{\"name\":\"Began\"}}],\"included\":[{\"id\":\"o1\",\"type\":\"form_field_options\",\"attributes\":{\"value\":\"eu\"}},7]}");
    assert_string_equal(t.rows.elements[2].id, "option/o1");
    struct ald_facts *facts = ald_facts_new();
    ald_facts_take(facts, &t.rows);
    trial_close(&t);
    trial_open(&t, "rootly", "incident_form_fields");
    t.cfg.fields = fields;
    t.cfg.fields_n = 3;
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    t.res.facts = facts;
    follow(&t, "{\"data\":[{\"id\":\"1\",\"attributes\":{\"form_field_id\":\"f1\",\"value\":\"340\"}},{\"id\":\"2\",\"attributes\":{\"form_field_id\":\"f2\","
               "\"selected_option_ids\":[\"o1\",\"o9\"]}},{\"id\":\"3\",\"attributes\":{\"form_field_id\":\"f3\",\"value\":\"soon\"}},{\"id\":\"4\",\"attributes\":{}}]}");
    assert_string_equal(value_of(t.rows.elements[0].additions[0], "customers_impacted"), "340");
    assert_string_equal(value_of(t.rows.elements[1].additions[0], "regions"), "eu");
    assert_int_equal(t.rows.elements[1].additions[0]->values_n, 4); /* both by their field, both as regions */
    assert_string_equal(t.rows.findings[0].id, "mapped_no_time");
    assert_has(t.rows.elements[3].error, "form_field_id");
    trial_close(&t);
    ald_facts_freep(&facts);
}

static void test_action_items_and_reviews(void **state)
{
    (void)state;
    static const char *const subjects[] = {"i"};
    struct trial t;
    trial_open(&t, "rootly", "incident_action_items");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    follow(&t, "{\"data\":[{\"id\":\"1\",\"attributes\":{\"summary\":\"Now\",\"kind\":\"task\"}},{\"id\":\"2\",\"attributes\":{\"summary\":\"Later\",\"kind\":"
               "\"follow_up\",\"status\":\"done\",\"due_date\":\"2026-01-09\",\"updated_at\":\"2026-01-08T08:00:00Z\"}}]}");
    assert_int_equal(t.rows.elements[0].actions_n, 0);
    assert_int_equal(t.rows.elements[1].actions[0].due_at, time_of("2026-01-09T00:00:00Z"));
    assert_int_equal(t.rows.elements[1].actions[0].closed_at, time_of("2026-01-08T08:00:00Z"));
    trial_close(&t);
    trial_open(&t, "rootly", "incident_included");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    static const char draft[] = "{\"data\":{\"id\":\"i\",\"attributes\":{\"retrospective_progress_status\":\"%s\"}},\"included\":[{\"type\":\"incident_post_mortems\","
                                "\"attributes\":{\"title\":\"R\",\"status\":\"draft\"}}]}";
    follow(&t, ald_sprintf(t.arena, draft, "not_started"));
    assert_int_equal(t.rows.elements[0].reviews_n, 0);
    follow(&t, ald_sprintf(t.arena, draft, "active"));
    assert_string_equal(t.rows.elements[0].reviews[0].title, "R");
    trial_close(&t);
}

static void test_alert_events_and_audits(void **state)
{
    (void)state;
    static const char *const subjects[] = {"al@i1"};
    struct trial t;
    trial_open(&t, "rootly", "incident_alert_events");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    assert_has(trial_ask(&t), "https://acme.example/v1/alerts/al/events?page");
#define EVENT(id, rest) "{\"id\":\"" id "\",\"attributes\":{\"created_at\":\"2026-01-05T08:00:00Z\"," rest "}}"
    follow(&t, "{\"data\":[" EVENT("1", "\"kind\":\"action\",\"action\":\"acknowledged\",\"user\":\"p\"") ","
               EVENT("2", "\"kind\":\"action\",\"action\":\"escalated\",\"user_id\":null") ","
               EVENT("3", "\"kind\":\"notification\",\"action\":\"texted\",\"user\":\"p\"") ","
               EVENT("4", "\"kind\":\"status_update\",\"action\":\"resolved\"") "," EVENT("5", "\"kind\":null") "]}");
    static const char *const kinds[] = {"acknowledged", "escalated", "other", "other"}, *const values[] = {"acknowledged", "escalated", "notified", "resolved"};
    static const int automatic[] = {0, 1, 1, 1};
    for (size_t i = 0; i < 4; i++) {
        const struct ald_row_event *e = &t.rows.elements[i].events[0];
        assert_string_equal(e->external_id, "i1");
        assert_string_equal(e->kind, kinds[i]); /* an alert's end is not the incident's */
        assert_string_equal(e->value, values[i]);
        assert_int_equal(e->automatic, automatic[i]);
    }
    assert_has(t.rows.elements[4].error, "action");
    trial_close(&t);
    trial_open(&t, "rootly", "audits");
    t.req.window.since = time_of("2026-01-05T08:00:00Z");
    assert_has(trial_ask(&t), "/v1/audits?filter%5Bitem_type%5D=Incident&sort=created_at&page");
    assert_has(t.req.url, "&filter%5Bcreated_at%5D%5Bgte%5D=2026-01-05");
#define AUDIT(id, changes) EVENT(id, "\"item_type\":\"Incident\",\"item_id\":\"i1\",\"object_changes\":" changes)
    follow(&t, "{\"data\":[" AUDIT("1", "{\"status\":[\"resolved\",\"started\"],\"severity_id\":[\"a\",\"b\"]}") ","
               AUDIT("2", "{\"status\":[null,\"started\"],\"severity_id\":[null,\"a\"]}") "," AUDIT("3", "{\"status\":[\"mitigated\",\"resolved\"]}") ","
               AUDIT("4", "{\"status\":[\"started\",\"cancelled\"]}") "," AUDIT("5", "null") "," AUDIT("6", "{\"status\":\"started\"}") ","
               AUDIT("7", "{\"status\":[\"resolved\"]}") "," AUDIT("8", "{\"status\":[1,{}]}") ","
               EVENT("9", "\"item_type\":\"Service\",\"item_id\":\"i1\",\"object_changes\":{\"status\":[\"resolved\",\"started\"]}") "]}");
    static const size_t n[] = {2, 0, 1, 1, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < sizeof n / sizeof n[0]; i++) {
        assert_null(t.rows.elements[i].error);
        assert_int_equal(t.rows.elements[i].events_n, n[i]);
    }
    assert_string_equal(t.rows.elements[0].events[0].kind, "reopened");
    assert_string_equal(t.rows.elements[0].events[1].kind, "severity_changed");
    assert_string_equal(t.rows.elements[2].events[0].kind, "resolved");
    assert_string_equal(t.rows.elements[3].events[0].kind, "closed");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_goes_on_from_the_last_time), cmocka_unit_test(test_incidents),
                                       cmocka_unit_test(test_form_fields), cmocka_unit_test(test_action_items_and_reviews),
                                       cmocka_unit_test(test_alert_events_and_audits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
