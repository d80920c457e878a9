/* Grafana OnCall: both ends of a window, pages past the end, lists that become shorter, what a group tells. */
#include "trial.h"

#define T0 1767600000000 /* 2026-01-05T08:00:00Z */

static void test_requests(void **state)
{
    (void)state;
    static const struct ald_source_opt stack[] = {{"grafana_url", "https://acme.grafana.net"}, {"team_id", "T 1"}};
    static const char *const subjects[] = {"I/1"};
    struct trial t;
    trial_open(&t, "oncall", "alert_groups");
    t.req.window.since = T0;
    t.req.window.until = T0 + 90500;
    t.req.page_size = 50;
    assert_string_equal(trial_ask(&t), "https://acme.example/api/v1/alert_groups/?perpage=50&page=1&started_at=2026-01-05T08%3A00%3A00_2026-01-05T08%3A01%3A31");
    assert_null(t.req.auth_scheme);
    assert_int_equal(t.req.headers_n, 1);
    t.cfg.opts = stack;
    t.cfg.opts_n = 2;
    t.cfg.base_url = "https://acme.example/oncall/api/v1";
    t.req.cursor = "100|120|0|";
    assert_has(trial_ask(&t), "https://acme.example/oncall/api/v1/alert_groups/?perpage=50&page=3&");
    assert_has(t.req.url, "&team_id=T%201");
    assert_string_equal(t.req.auth_scheme, "Bearer");
    assert_string_equal(t.req.headers[1].value, "https://acme.grafana.net");
    trial_close(&t);
    trial_open(&t, "oncall", "alert_group");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    assert_string_equal(trial_ask(&t), "https://acme.example/api/v1/alert_groups/I%2F1");
    trial_close(&t);
}

/** A page of one group of a list of count, which says that it is page number. */
static const char *page(struct trial *t, int64_t count, int number, bool more)
{
    return ald_sprintf(t->arena, "{\"count\":%d,\"next\":%s,\"current_page_number\":%d,\"results\":[{\"id\":\"I1\",\"state\":\"firing\","
                       "\"created_at\":\"2026-01-05T08:00:00.5Z\"}]}", (int)count, more ? "\"https://evil.example/?page=9\"" : "null", number);
}

static void test_pages(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "oncall", "alert_groups");
    t.req.page_size = 1;
    assert_int_equal(trial_page(&t, page(&t, 3, 1, true)), ALD_OK);
    assert_int_equal(t.next.total, 3);
    assert_string_equal(t.next.cursor, "1|3|0|");
    t.req.cursor = t.next.cursor;
    assert_int_equal(trial_page(&t, page(&t, 2, 2, false)), ALD_OK); /* shorter: from the beginning again */
    assert_string_equal(t.next.cursor, "0|2|1|");
    t.req.cursor = "1|2|1|";
    assert_int_equal(trial_page(&t, page(&t, 2, 2, false)), ALD_OK);
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    t.req.cursor = "2|2|1|";
    assert_int_equal(trial_page(&t, page(&t, 2, 2, false)), ALD_OK); /* the last page in place of one past the end */
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    assert_int_equal(trial_page(&t, page(&t, 5, 1, true)), ALD_OK); /* one after which there is more: not the end */
    assert_null(t.next.cursor);
    assert_has(t.next.gap, "asked for page 3, got page 1");
    t.req.cursor = "2|5|3|";
    assert_int_equal(trial_page(&t, page(&t, 4, 3, false)), ALD_OK);
    assert_has(t.next.gap, "shorter");
    t.req.cursor = NULL;
    assert_int_equal(trial_page(&t, "{\"count\":5,\"next\":\"x\",\"current_page_number\":1,\"results\":[]}"), ALD_OK);
    assert_has(t.next.gap, "empty page");
    assert_int_equal(trial_page(&t, page(&t, 5, 4, true)), ALD_OK);
    assert_has(t.next.gap, "got page 4");
    trial_close(&t);
}

static void test_a_group(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "oncall", "alert_groups");
    assert_int_equal(trial_page(&t, "{\"results\":[{\"id\":\"I1\",\"state\":\"resolved\",\"created_at\":\"2026-01-05T08:00:00.430444Z\","
                                    "\"resolved_at\":\"2026-01-05T09:00:00Z\",\"resolved_by\":null,\"acknowledged_at\":\"2026-01-05T08:10:00Z\","
                                    "\"acknowledged_by\":\"p\",\"integration_id\":\"C1\",\"alerts_count\":3,\"labels\":[{\"key\":{\"name\":\"Severity\"},"
                                    "\"value\":{\"name\":\"Critical\"}}]}]}"), ALD_OK);
    const struct ald_element *el = &t.rows.elements[0];
    assert_string_equal(el->record->end_state, "resolved");
    assert_int_equal(el->record->moments_n, 3);
    assert_true(el->record->services[0].stand_in);
    assert_int_equal(el->events_n, 3);
    assert_string_equal(el->events[1].event_id, "I1 acknowledged");
    assert_int_equal(el->events[1].automatic, 0);
    assert_int_equal(el->events[2].automatic, 1); /* its source resolved it */
    size_t ranks = 0;
    for (size_t i = 0; i < el->record->values_n; i++)
        ranks += strcmp(el->record->values[i].name, "severity_rank") == 0 && strcmp(el->record->values[i].value, "1") == 0;
    assert_int_equal(ranks, 1);
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
