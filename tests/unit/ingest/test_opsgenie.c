/* Opsgenie and Jira Service Management Operations: lists that go on from the time of their last element, offsets as texts, what
 * incidents, alerts, timelines and logs mean. */
#include <inttypes.h>

#include "trial.h"

#define T0 1767600000000 /* 2026-01-05T08:00:00Z */

/** A page of n alerts of the milliseconds at, at + step ... */
static const char *alerts(struct trial *t, int first, int n, int64_t at, int64_t step, bool more)
{
    const char *list = "";
    for (int i = 0; i < n; i++) {
        char when[32];
        list = ald_sprintf(t->arena, "%s%s{\"id\":\"a%d\",\"createdAt\":\"2026-01-05T07:00:00Z\",\"updatedAt\":\"%s\",\"status\":\"open\"}",
                           list, i ? "," : "", first + i, ald_time_format(at + i * step, when));
    }
    return ald_sprintf(t->arena, "{\"data\":[%s],\"paging\":{%s}}", list, more ? "\"next\":\"https://api.opsgenie.com/v2/alerts?offset=7\"" : "");
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
    trial_open(&t, "opsgenie", "incidents");
    assert_string_equal(trial_ask(&t), "https://acme.example/v1/incidents?limit=100&offset=0&sort=createdAt&order=asc&query=createdAt%3E0");
    assert_string_equal(t.req.auth_scheme, "GenieKey");
    t.req.window.since = T0;
    t.req.window.until = T0 + 1;
    assert_has(trial_ask(&t), "&query=createdAt%3E1767599999999%20AND%20createdAt%3C1767600000001");
    trial_close(&t);
    static const struct ald_source_opt opts[] = {{"alert_query", "priority: P1"}, {"cloud_id", "a/b"}};
    trial_open(&t, "jsm", "alerts");
    t.cfg.opts = opts;
    t.cfg.opts_n = 2;
    assert_has(trial_ask(&t), "https://acme.example/jsm/ops/api/a%2Fb/v1/alerts?size=100&offset=0&sort=updatedAt&order=asc&query=");
    assert_has(t.req.url, "%20AND%20%28priority%3A%20P1%29");
    assert_int_equal(t.req.auth, ALD_AUTH_TOKEN);
    t.cfg.user_env = "JSM_USER";
    (void)trial_ask(&t);
    assert_int_equal(t.req.auth, ALD_AUTH_BASIC);
    trial_close(&t);
}

static void test_goes_on_from_the_last_time(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "opsgenie", "alerts");
    (void)trial_ask(&t);
    follow(&t, alerts(&t, 0, 100, T0, 1000, true));
    assert_int_equal(t.next.high_water, T0 + 99000);
    assert_has(trial_ask(&t), "offset=0");
    assert_has(t.req.url, "query=updatedAt%3E1767600098999"); /* the last element again, and what follows */
    follow(&t, alerts(&t, 99, 100, T0 + 99000, 0, true)); /* all of one millisecond */
    assert_has(trial_ask(&t), "offset=100");
    assert_has(t.req.url, "query=updatedAt%3E1767600098999");
    follow(&t, alerts(&t, 199, 3, T0 + 99000, 1, false));
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    t.req.page_size = 50; /* a page that begins with the last element of the one before has room for it */
    t.req.cursor = NULL;
    assert_has(trial_ask(&t), "limit=50&offset=0&");
    t.req.cursor = "1767600000000|0";
    assert_has(trial_ask(&t), "limit=51&offset=0&");
    t.req.cursor = "1767600000000|3";
    assert_has(trial_ask(&t), "limit=50&offset=3&");
    trial_close(&t);
}

static void test_no_end_is_believed_lightly(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "opsgenie", "alerts");
    (void)trial_ask(&t);
    follow(&t, alerts(&t, 0, 3, T0, 1000, true)); /* short, but there is said to be more */
    assert_non_null(t.next.cursor);
    (void)trial_ask(&t);
    follow(&t, "{\"data\":[],\"paging\":{\"next\":\"https://api.opsgenie.com/v2/alerts?offset=7\"}}");
    assert_has(t.next.gap, "empty page");
    assert_null(t.next.cursor);
    t.req.cursor = "1767600000000|19950";
    assert_has(trial_ask(&t), "limit=50&offset=19950");
    follow(&t, alerts(&t, 0, 50, T0, 0, true));
    assert_has(t.next.gap, "20000");
    assert_string_equal(t.next.cursor, "1767600000001|0"); /* the others are read all the same */
    t.req.cursor = "1767600000000|0";
    assert_int_equal(trial_page(&t, alerts(&t, 0, 3, T0 - ALD_DAY_MS, 1000, false)), ALD_OK); /* clocks and rounding */
    assert_int_equal(trial_page(&t, alerts(&t, 0, 3, T0 - 30 * ALD_DAY_MS, 1000, false)), ALD_ERR_NET);
    trial_close(&t);
}

static void test_cursors_of_others(void **state)
{
    (void)state;
    static const char *const cursors[] = {"", "x", "12", "12|", "12|x", "|5", "99999999999999999999|1", "5|20000", "-4|1"};
    struct trial t;
    trial_open(&t, "opsgenie", "alerts");
    t.req.window.since = T0;
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        t.req.cursor = cursors[i];
        assert_has(trial_ask(&t), "query=updatedAt%3E1767599999999");
        assert_has(t.req.url, "offset=0&");
    }
    trial_close(&t);
}

static void test_offsets_as_texts(void **state)
{
    (void)state;
    static const char *const subjects[] = {"a b"};
    struct trial t;
    trial_open(&t, "opsgenie", "alert_logs");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    t.req.page_size = 1;
    assert_string_equal(trial_ask(&t),
                        "https://acme.example/v2/alerts/a%20b/logs?limit=1&order=asc&direction=next&identifierType=id");
#define LOG "{\"log\":\"Escalated to next\",\"type\":\"system\",\"owner\":\"\",\"createdAt\":\"2026-01-05T08:00:00.49Z\",\"offset\":\"7_8\"}"
    follow(&t, "{\"data\":[" LOG "],\"paging\":{\"next\":\"https://evil.example/v2/x?apiKey=secret&offset=7%5F8%2B&direction=next\"}}");
    assert_string_equal(t.next.cursor, "7_8+");
    assert_has(trial_ask(&t), "https://acme.example/");
    assert_has(t.req.url, "&offset=7_8%2B");
    assert_lacks(t.req.url, "apiKey");
    follow(&t, "{\"data\":[],\"paging\":{\"next\":\"https://api.opsgenie.com/?offset=9\"}}");
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    t.req.page_size = 100; /* not full: the last, whatever its link says */
    t.req.cursor = NULL;
    follow(&t, "{\"data\":[" LOG "],\"paging\":{\"next\":\"https://api.opsgenie.com/?offset=9\"}}");
    assert_null(t.next.cursor);
    assert_int_equal(t.rows.elements[0].events[0].automatic, 1);
    assert_string_equal(t.rows.elements[0].events[0].kind, "escalated");
    assert_int_equal(t.rows.elements[0].events[0].at, T0 + 490);
    trial_close(&t);
    trial_open(&t, "opsgenie", "incident_timeline");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    follow(&t, "{\"data\":{\"entries\":[{\"id\":\"1\",\"type\":\"IncidentResolved\",\"eventTime\":\"2026-01-05T08:00:00Z\",\"actor\":\"p\"},"
               "{\"id\":\"2\",\"type\":\"CustomUserEntry\",\"eventTime\":\"2026-01-05T08:00:00Z\",\"hidden\":true},"
               "{\"id\":\"3\",\"type\":\"NewType\",\"eventTime\":\"2026-01-05T08:00:00Z\",\"actor\":{\"type\":\"api\"}}],\"nextOffset\":\"o3\"}}");
    assert_string_equal(t.next.cursor, "o3");
    assert_string_equal(t.rows.elements[0].events[0].kind, "resolved");
    assert_int_equal(t.rows.elements[0].events[0].automatic, 0);
    assert_int_equal(t.rows.elements[1].events_n, 0);
    assert_string_equal(t.rows.elements[2].events[0].kind, "other");
    assert_int_equal(t.rows.elements[2].events[0].automatic, 1);
    trial_close(&t);
}

static void test_incident(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "opsgenie", "incidents");
    follow(&t, "{\"data\":[{\"id\":\"i1\",\"tinyId\":\"7\",\"message\":\"Down\",\"status\":\"closed\",\"createdAt\":\"2026-01-05T08:00:00Z\","
               "\"updatedAt\":\"2026-02-05T08:00:00.4Z\",\"priority\":\"P2\",\"ownerTeam\":\"\",\"impactedServices\":[\"s1\",\"\"],"
               "\"responders\":[{\"type\":\"team\",\"id\":\"t1\"},\"pseudonym\",{\"type\":\"schedule\",\"id\":\"x\"},null],\"extraProperties\":{},"
               "\"links\":{\"web\":\"https://acme.app.opsgenie.com/incident/detail/i1\"},\"impactStartDate\":\"2026-01-05T07:59:00Z\","
               "\"impactEndDate\":\"2026-01-05T09:00:00.49Z\",\"tags\":null}]}");
    const struct ald_row_record *rec = t.rows.elements[0].record;
    assert_null(t.rows.elements[0].error);
    assert_string_equal(rec->end_state, "closed");
    assert_int_equal(moment_of(rec, "impact_started", 2), T0 - 60000);
    assert_int_equal(moment_of(rec, "mitigated", 2), T0 + 3600490);
    assert_int_equal(moment_of(rec, "resolved", 2), ALD_TIME_NONE); /* updatedAt moves with every edit */
    assert_int_equal(rec->services_n, 1);
    assert_int_equal(rec->teams_n, 1);
    assert_int_equal(rec->people_n, 1);
    assert_string_equal(t.rows.aliases[0].prefix, "https://acme.app.opsgenie.com");
    assert_int_equal(t.rows.elements[0].todos_n, 3);
    trial_close(&t);
}

static void test_mapped_fields(void **state)
{
    (void)state;
    static const struct ald_source_opt fields[] = {{"team", "squad"}, {"service", "app"}, {"class", "kind"}, {"acknowledged", "taken"}, {"regions", "regions"}};
    struct trial t;
    trial_open(&t, "opsgenie", "incidents");
    t.cfg.fields = fields;
    t.cfg.fields_n = 5;
    follow(&t, "{\"data\":[{\"id\":\"i1\",\"message\":\"Down\",\"status\":\"open\",\"createdAt\":\"2026-01-05T08:00:00Z\",\"regions\":[\"eu\",\"us\"],"
               "\"extraProperties\":{\"squad\":\"Payments\",\"app\":\"checkout\",\"kind\":\"Game day\",\"taken\":\"2026-01-05T08:01:00Z\"}}]}");
    const struct ald_row_record *rec = t.rows.elements[0].record;
    assert_null(t.rows.elements[0].error);
    assert_string_equal(rec->teams[0].team, "Payments");
    assert_string_equal(rec->services[0].service, "checkout");
    assert_true(rec->services[0].at_start);
    assert_string_equal(rec->class_, "exercise");
    assert_int_equal(moment_of(rec, "acknowledged", 1), T0 + 60000);
    size_t regions = 0;
    for (size_t i = 0; i < rec->values_n; i++)
        regions += strncmp(rec->values[i].name, "region", 6) == 0;
    assert_int_equal(regions, 2);
    trial_close(&t);
}

static void test_alert(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "jsm", "alerts");
    follow(&t, "{\"values\":[{\"id\":\"a-1\",\"alias\":\"a-1\",\"message\":\"Slow\",\"status\":\"closed\",\"createdAt\":\"2026-01-05T08:00:00.000Z\","
               "\"updatedAt\":\"2026-01-05T09:00:00.000Z\",\"priority\":\"P5\",\"owner\":\"\",\"ownerTeamId\":\"t1\",\"count\":3,"
               "\"report\":{\"ackTime\":128197,\"closeTime\":2862487,\"acknowledgedBy\":\"p\",\"closedBy\":\"\"}},"
               "{\"id\":\"a-2\",\"alias\":\"check\",\"status\":\"open\",\"createdAt\":\"2026-01-05T08:00:00Z\",\"report\":{\"ackTime\":5,"
               "\"acknowledgedBy\":\"\"}},{\"id\":\"a-3\"}],\"links\":{}}");
    const struct ald_row_record *rec = t.rows.elements[0].record;
    assert_int_equal(moment_of(rec, "acknowledged", 1), T0 + 128197);
    assert_int_equal(moment_of(rec, "resolved", 2), T0 + 2862487);
    assert_string_equal(rec->end_state, "resolved");
    assert_null(ref_of(rec, "incident_key")); /* the source made the alias up */
    assert_string_equal(ref_of(rec, "alert"), "a-1");
    rec = t.rows.elements[1].record;
    assert_int_equal(moment_of(rec, "acknowledged", 1), ALD_TIME_NONE); /* software did */
    assert_string_equal(ref_of(rec, "incident_key"), "check");
    assert_has(t.rows.elements[2].error, "createdAt");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),          cmocka_unit_test(test_goes_on_from_the_last_time),
        cmocka_unit_test(test_no_end_is_believed_lightly), cmocka_unit_test(test_cursors_of_others),
        cmocka_unit_test(test_offsets_as_texts),  cmocka_unit_test(test_incident),
        cmocka_unit_test(test_mapped_fields), cmocka_unit_test(test_alert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
