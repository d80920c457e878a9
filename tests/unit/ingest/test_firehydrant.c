/* FireHydrant: numbered pages of a list that may change meanwhile, milestones in both shapes, what entries, tickets and retrospectives
 * become. */
#include "trial.h"

static const char *incidents(struct trial *t, int first, int n, const char *meta)
{
    const char *list = "";
    for (int i = 0; i < n; i++)
        list = ald_sprintf(t->arena, "%s%s{\"id\":\"i%d\",\"number\":%d,\"created_at\":\"2026-01-05T08:00:00.000Z\",\"current_milestone\":\"started\"}",
                           list, i ? "," : "", first + i, first + i);
    return ald_sprintf(t->arena, "{\"data\":[%s],\"pagination\":{%s}}", list, meta);
}

static void follow(struct trial *t, const char *body)
{
    if (trial_page(t, body) != ALD_OK)
        fail_msg("%s", t->err.msg);
    t->req.cursor = t->next.cursor;
}

static void test_requests(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "firehydrant", "incidents");
    assert_string_equal(trial_ask(&t), "https://acme.example/v1/incidents?page=1&per_page=100");
    t.req.window.since = time_of("2026-03-04T05:06:07.089Z");
    t.req.window.until = time_of("2026-03-05T00:00:00Z");
    assert_has(trial_ask(&t), "&updated_after=2026-03-04T05%3A06%3A07.089Z&updated_before=2026-03-05T00%3A00%3A00.000Z");
    trial_close(&t);
    static const char *const subjects[] = {"rep/1@inc"};
    trial_open(&t, "firehydrant", "contributing_factors");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    assert_string_equal(trial_ask(&t), "https://acme.example/v1/post_mortems/reports/rep%2F1/reasons?page=1&per_page=100");
    follow(&t, "{\"data\":[{\"id\":\"r\",\"summary\":\"No limit\"},{\"id\":\"s\",\"summary\":null}]}");
    assert_string_equal(t.rows.elements[0].learnings[0].incident, "here:inc");
    assert_int_equal(t.rows.elements[1].learnings_n, 0);
    trial_close(&t);
}

static void test_pages(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "firehydrant", "incidents");
    t.req.page_size = 4;
    follow(&t, incidents(&t, 0, 4, "\"count\":9,\"next\":2"));
    assert_has(trial_ask(&t), "page=2&per_page=4");
    t.req.page_size = 2; /* around what cannot be read */
    assert_has(trial_ask(&t), "page=3&per_page=2");
    follow(&t, incidents(&t, 4, 2, "\"count\":9,\"next\":4"));
    assert_has(trial_ask(&t), "page=4&per_page=2");
    t.req.page_size = 4;
    follow(&t, incidents(&t, 6, 2, "\"count\":9,\"next\":3"));
    assert_null(t.next.cursor); /* page 4 of 2, says that page 3 follows */
    assert_has(t.next.gap, "reading ended there");
    t.req.cursor = "3|4|8|9|0";
    follow(&t, incidents(&t, 8, 1, "\"count\":9,\"next\":null"));
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    t.req.cursor = "3|4|8|12|0"; /* three went while it was read */
    follow(&t, incidents(&t, 8, 1, "\"count\":9,\"next\":null"));
    assert_string_equal(t.next.cursor, "1|4|0|-1|1");
    t.req.cursor = "3|4|8|12|2";
    follow(&t, incidents(&t, 8, 1, "\"count\":9,\"next\":null"));
    assert_null(t.next.cursor);
    assert_has(t.next.gap, "changed its length");
    t.req.cursor = "3|4|8|12|0";
    follow(&t, incidents(&t, 8, 1, "\"count\":12,\"next\":null"));
    assert_has(t.next.gap, "says that there are 12, but gave 9");
    t.req.cursor = NULL;
    follow(&t, incidents(&t, 0, 0, "\"count\":12,\"next\":2"));
    assert_has(t.next.gap, "empty page");
    static const char *const odd[] = {"", "|", "x", "-3|0|-1", "9223372036854775807|9223372036854775807|1|1|1"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        t.req.cursor = odd[i];
        (void)trial_ask(&t);
    }
    trial_close(&t);
}

static const struct ald_row_record *record_of(struct trial *t, const char *members)
{
    follow(t, ald_sprintf(t->arena, "{\"data\":[{\"id\":\"i\",\"number\":1,\"created_at\":\"2026-01-05T08:00:00Z\",%s}]}", members));
    if (t->rows.elements[0].error)
        fail_msg("%s", t->rows.elements[0].error);
    t->req.cursor = NULL;
    return t->rows.elements[0].record;
}

static void test_milestones(void **state)
{
    (void)state;
    static const char reached[] = "\"milestones\":[{\"type\":\"started\",\"occurred_at\":\"2026-01-05T07:00:00Z\",\"duration\":\"PT0S\"},"
                                  "{\"type\":\"resolved\",\"occurred_at\":\"2026-01-05T09:00:00Z\"},{\"type\":\"all_clear\",\"occurred_at\":"
                                  "\"2026-01-05T10:00:00Z\"},{\"type\":\"closed\",\"occurred_at\":null}]";
    struct trial t;
    trial_open(&t, "firehydrant", "incidents");
    const struct ald_row_record *rec = record_of(&t, ald_sprintf(t.arena, "\"current_milestone\":\"resolved\",%s", reached));
    assert_string_equal(rec->end_state, "resolved");
    assert_int_equal(rec->moments_n, 3);
    rec = record_of(&t, ald_sprintf(t.arena, "\"current_milestone\":\"investigating\",\"active\":true,%s", reached));
    assert_string_equal(rec->end_state, "open"); /* opened again: what was resolved is stale */
    assert_int_equal(rec->moments_n, 2);
    rec = record_of(&t, "\"current_milestone\":\"mitigated\",\"active\":false,\"severity\":\"UNSET\",\"customers_impacted\":0");
    assert_string_equal(rec->end_state, "resolved");
    assert_null(value_of(rec, "severity"));
    assert_null(value_of(rec, "customers_impacted"));
    static const struct ald_source_opt fields[] = {{"resolved", "all_clear"}};
    t.cfg.fields = fields;
    t.cfg.fields_n = 1;
    rec = record_of(&t, ald_sprintf(t.arena, "\"current_milestone\":\"all_clear\",%s", reached));
    assert_string_equal(rec->end_state, "resolved");
    assert_int_equal(rec->moments[rec->moments_n - 1].at, time_of("2026-01-05T10:00:00Z"));
    assert_int_equal(rec->moments[rec->moments_n - 1].rank, 1);
    trial_close(&t);
}

static void test_entries_and_tickets(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "firehydrant", "incident_events");
    follow(&t, "{\"data\":[{\"id\":\"1\",\"type\":\"generic_chat_message\",\"data\":{\"body\":\"Hm\"},\"occurred_at\":\"2026-01-05T08:00:00Z\","
               "\"author\":\"0123456789abcdef\"},{\"id\":\"2\",\"type\":\"unheard_of\",\"data\":null,\"occurred_at\":\"2026-01-05T08:00:00Z\",\"author\":\"\"},"
               "{\"id\":\"3\",\"type\":\"note\"}]}");
    assert_string_equal(t.rows.elements[0].events[0].kind, "note");
    assert_string_equal(t.rows.elements[0].events[0].text, "Hm");
    assert_string_equal(t.rows.elements[1].events[0].kind, "other");
    assert_int_equal(t.rows.elements[1].events[0].automatic, 1);
    assert_has(t.rows.elements[2].error, "occurred_at");
    trial_close(&t);
    trial_open(&t, "firehydrant", "tickets");
    follow(&t, "{\"data\":[{\"id\":\"1\",\"type\":\"task\",\"incident_id\":\"i\"},{\"id\":\"2\",\"type\":\"follow_up\",\"incident_id\":\"i\",\"state\":"
               "\"in_progress\",\"updated_at\":\"2026-01-05T08:00:00Z\",\"due_at\":\"2026-01-09T08:00:00Z\"}]}");
    assert_int_equal(t.rows.elements[0].actions_n, 0);
    assert_int_equal(t.rows.elements[1].actions[0].closed_at, ALD_TIME_NONE);
    assert_int_equal(t.rows.elements[1].actions[0].due_at, time_of("2026-01-09T08:00:00Z"));
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_requests), cmocka_unit_test(test_pages), cmocka_unit_test(test_milestones),
                                       cmocka_unit_test(test_entries_and_tickets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
