/* Google Cloud's status file: what incidents, updates, products and places mean. */
#include <stdlib.h>

#include "trial.h"

#define UPDATE(status, when) "{\"when\":\"" when "\",\"created\":\"" when "\",\"status\":\"" status "\",\"text\":\"t\"}"

static const struct ald_row_record *read_one(struct trial *t, const char *members)
{
    char body[8192];
    trial_open(t, "gcpstatus", "incidents");
    (void)snprintf(body, sizeof body, "[{\"id\":\"Ab1\",\"begin\":\"2026-01-02T03:00:00+00:00\"%s}]", members);
    assert_int_equal(trial_page(t, body), ALD_OK);
    assert_int_equal(t->rows.n, 1);
    if (t->rows.elements[0].error)
        fail_msg("%s", t->rows.elements[0].error);
    return t->rows.elements[0].record;
}

static void test_request(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "gcpstatus", "incidents");
    assert_string_equal(trial_ask(&t), "https://acme.example/incidents.json");
    assert_int_equal(t.req.auth, ALD_AUTH_NONE);
    t.cfg.base_url = NULL;
    assert_string_equal(trial_ask(&t), "https://status.cloud.google.com/incidents.json");
    trial_close(&t);
}

static void test_incident(void **state)
{
    (void)state;
    struct trial t;
    const struct ald_row_record *r = read_one(
        &t, ",\"created\":\"2026-01-02T03:20:00+00:00\",\"end\":\"2026-01-02T04:00:00+00:00\","
            "\"modified\":\"2026-01-05T09:00:00+00:00\",\"external_desc\":\"Higher latency in one zone.\\nMore to come.\","
            "\"severity\":\"medium\",\"status_impact\":\"SERVICE_DISRUPTION\",\"service_name\":\"Multiple Products\","
            "\"uri\":\"incidents/Ab1\",\"affected_products\":[{\"title\":\"Cloud Run\",\"id\":\"p1\"},{\"id\":\"p2\"},"
            "{\"title\":\"Cloud Run\",\"id\":\"p3\"}],"
            "\"currently_affected_locations\":[],\"previously_affected_locations\":[{\"title\":\"Oregon (us-west1)\","
            "\"id\":\"us-west1\"},{\"title\":\"Tokyo (asia-northeast1)\",\"id\":\"asia-northeast1\"}],"
            "\"updates\":[" UPDATE("AVAILABLE", "2026-01-05T09:00:00+00:00") "," UPDATE(
                "AVAILABLE", "2026-01-02T04:10:00+00:00") "," UPDATE("SERVICE_DISRUPTION",
                                                                      "2026-01-02T03:20:00+00:00") "]");
    assert_string_equal(r->external_id, "Ab1");
    assert_string_equal(r->kind, "status");
    assert_string_equal(r->title, "Higher latency in one zone.");
    assert_string_equal(r->url, "https://acme.example/incidents/Ab1");
    assert_true(moment_of(r, "impact_started", 1) == time_of("2026-01-02T03:00:00Z"));
    assert_true(moment_of(r, "opened", 1) == time_of("2026-01-02T03:20:00Z"));
    assert_true(moment_of(r, "resolved", 1) == time_of("2026-01-02T04:00:00Z"));
    assert_string_equal(r->end_state, "resolved");
    assert_string_equal(value_of(r, "severity"), "medium");
    assert_string_equal(value_of(r, "severity_rank"), "2");
    assert_string_equal(value_of(r, "status_impact"), "SERVICE_DISRUPTION");
    assert_int_equal(r->services_n, 2);
    assert_string_equal(r->services[0].service, "Cloud Run");
    assert_string_equal(r->services[1].service, "p2");
    assert_true(r->services[0].at == ALD_TIME_NONE && !r->services[0].stand_in);
    size_t regions = 0;
    for (size_t i = 0; i < r->values_n; i++)
        regions += strcmp(r->values[i].name, "regions") == 0;
    assert_int_equal(regions, 2);
    const struct ald_element *el = &t.rows.elements[0];
    assert_int_equal(el->events_n, 3);
    assert_string_equal(el->events[0].kind, "opened");
    assert_string_equal(el->events[1].kind, "resolved");
    assert_string_equal(el->events[2].kind, "status_update"); /* a report three days later changes nothing */
    assert_true(t.next.high_water == time_of("2026-01-05T09:00:00Z"));
    assert_null(t.next.cursor);
    trial_close(&t);
}

/* Open; over by the updates alone; back after it was over; no update at all. */
static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *members, *end_state, *last_kind;
    } cases[] = {
        {",\"end\":null,\"updates\":[" UPDATE("SERVICE_OUTAGE", "2026-01-02T03:20:00Z") "]", "open", "opened"},
        {",\"updates\":[" UPDATE("AVAILABLE", "2026-01-02T05:00:00Z") "," UPDATE("SERVICE_OUTAGE",
                                                                               "2026-01-02T03:20:00Z") "]",
         "resolved", "resolved"},
        {",\"updates\":[" UPDATE("SERVICE_OUTAGE", "2026-01-02T06:00:00Z") "," UPDATE(
             "AVAILABLE", "2026-01-02T05:00:00Z") "," UPDATE("SERVICE_OUTAGE", "2026-01-02T03:20:00Z") "]",
         "open", "reopened"},
        {",\"end\":\"2026-01-02T04:00:00Z\",\"updates\":[]", "resolved", NULL},
        {"", "open", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        const struct ald_row_record *r = read_one(&t, cases[i].members);
        assert_string_equal(r->end_state, cases[i].end_state);
        const struct ald_element *el = &t.rows.elements[0];
        assert_int_equal(el->events_n == 0, cases[i].last_kind == NULL);
        if (cases[i].last_kind)
            assert_string_equal(el->events[el->events_n - 1].kind, cases[i].last_kind);
        trial_close(&t);
    }
}

static void test_stand_in_and_long_title(void **state)
{
    (void)state;
    struct trial t;
    char members[1024], text[700] = "";
    for (size_t i = 0; i < 320; i++) /* two bytes each */
        memcpy(text + 2 * i, "\xC3\xA9", 3);
    (void)snprintf(members, sizeof members, ",\"external_desc\":\"x%s\",\"service_name\":\"Multiple Products\"", text);
    const struct ald_row_record *r = read_one(&t, members);
    assert_int_equal(r->services_n, 1);
    assert_true(r->services[0].stand_in);
    assert_int_equal(strlen(r->title), 299 + 3); /* no letter is cut in two */
    trial_close(&t);
}

static void test_refused(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "gcpstatus", "incidents");
    assert_int_equal(trial_page(&t, "{\"error\":\"no\"}"), ALD_ERR_FORMAT);
    assert_int_equal(trial_page(&t, "{}"), ALD_ERR_FORMAT);
    assert_has(t.err.msg, "a list");
    assert_int_equal(trial_page(&t, "[{\"id\":\"a\"},{\"begin\":\"2026-01-02T03:00:00Z\"},"
                                    "{\"id\":\"c\",\"begin\":\"2026-01-02T03:00:00Z\",\"updates\":{}},"
                                    "{\"id\":\"d\",\"begin\":\"2026-01-02T03:00:00Z\",\"updates\":[{}]},"
                                    "{\"id\":\"e\",\"begin\":\"2026-01-02T03:00:00Z\",\"affected_products\":3},"
                                    "{\"id\":\"f\",\"begin\":\"2026-01-02T03:00:00Z\"}]"),
                     ALD_OK);
    assert_int_equal(t.rows.n, 6);
    static const char *const why[] = {"begin", "id", "updates", "created", "affected_products"};
    for (size_t i = 0; i < 5; i++)
        assert_has(t.rows.elements[i].error, why[i]);
    assert_null(t.rows.elements[5].error);
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_incident),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_stand_in_and_long_title),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
