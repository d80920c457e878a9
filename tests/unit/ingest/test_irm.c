/* Grafana IRM: questions, where reading ends, what an incident, its tasks and its activity tell. */
#include "trial.h"

static void test_requests(void **state)
{
    (void)state;
    static const char *const subjects[] = {"i\"1"};
    struct trial t;
    trial_open(&t, "irm", "incidents");
    t.req.page_size = 50;
    assert_string_equal(trial_ask(&t), "https://acme.example/api/plugins/grafana-irm-app/resources/api/v1/IncidentsService.QueryIncidentPreviews");
    assert_string_equal(t.req.body, "{\"query\":{\"limit\":50,\"orderDirection\":\"DESC\",\"orderField\":\"modifiedTime\"}}");
    t.cfg.base_url = "https://acme.example/api/plugins/grafana-incident-app/resources/api/v1";
    t.req.cursor = "~abc";
    assert_string_equal(trial_ask(&t), "https://acme.example/api/plugins/grafana-incident-app/resources/api/v1/IncidentsService.QueryIncidentPreviews");
    assert_has(t.req.body, "\"cursor\":{\"nextValue\":\"abc\",\"hasMore\":true}");
    trial_close(&t);
    trial_open(&t, "irm", "incident");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    (void)trial_ask(&t);
    assert_string_equal(t.req.body, "{\"incidentID\":\"i\\\"1\"}");
    trial_close(&t);
}

/** A page of two incidents, changed on these days of January. */
static const char *page(struct trial *t, int first, int second)
{
    return ald_sprintf(t->arena,
                       "{\"incidentPreviews\":[{\"incidentID\":\"1\",\"status\":\"active\",\"createdTime\":\"2026-01-01T00:00:00Z\",\"modifiedTime\":"
                       "\"2026-01-%02dT00:00:00Z\"},{\"incidentID\":\"2\",\"status\":\"active\",\"createdTime\":\"2026-01-01T00:00:00Z\",\"modifiedTime\":"
                       "\"2026-01-%02dT00:00:00Z\"}],\"cursor\":{\"nextValue\":\"n\",\"hasMore\":true},\"error\":\"\"}",
                       first, second);
}

static void test_where_reading_ends(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "irm", "incidents");
    t.req.window.since = 1767571200000; /* 2026-01-05 */
    assert_int_equal(trial_page(&t, page(&t, 8, 6)), ALD_OK);
    assert_string_equal(t.next.cursor, "n");
    assert_int_equal(trial_page(&t, page(&t, 6, 4)), ALD_OK);
    assert_null(t.next.cursor);
    assert_null(t.next.gap);
    assert_int_equal(trial_page(&t, page(&t, 4, 6)), ALD_OK); /* not in order: what follows may be newer */
    assert_string_equal(t.next.cursor, "~n");
    t.req.cursor = t.next.cursor;
    assert_int_equal(trial_page(&t, page(&t, 4, 3)), ALD_OK);
    assert_string_equal(t.next.cursor, "~n");
    assert_int_equal(trial_page(&t, "{\"incidentPreviews\":[],\"cursor\":{\"nextValue\":\"n\",\"hasMore\":true}}"), ALD_OK);
    assert_has(t.next.gap, "empty page");
    assert_int_equal(trial_page(&t, "{\"incidentPreviews\":[],\"error\":\"no plan\"}"), ALD_ERR_FORMAT);
    assert_has(t.err.msg, "no plan");
    trial_close(&t);
}

static void test_tasks(void **state)
{
    (void)state;
    static const char *const subjects[] = {"1"};
    struct trial t;
    trial_open(&t, "irm", "incident");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    assert_int_equal(trial_page(&t, "{\"incident\":{\"incidentID\":\"1\",\"incidentEnd\":\"2026-01-05 09:00:00.5\",\"closedTime\":\"\",\"taskList\":{\"tasks\":["
                                    "{\"taskID\":\"a\",\"immutable\":true,\"status\":\"todo\"},"
                                    "{\"taskID\":\"b\",\"status\":\"done\",\"modifiedTime\":\"2026-01-05T08:59:00Z\"},"
                                    "{\"taskID\":\"c\",\"status\":\"done\",\"modifiedTime\":\"2026-01-06T00:00:00Z\"},"
                                    "{\"taskID\":\"d\",\"status\":\"progress\",\"modifiedTime\":\"2026-01-05T08:59:00Z\"}]},\"refs\":null}}"), ALD_OK);
    const struct ald_element *el = &t.rows.elements[0];
    assert_null(el->error);
    assert_int_equal(el->actions_n, 2);
    assert_string_equal(el->actions[0].external_id, "incident/1/c");
    assert_int_equal(el->actions[0].closed_at, 1767657600000);
    assert_int_equal(el->actions[1].closed_at, ALD_TIME_NONE);
    assert_int_equal(trial_page(&t, "{\"incident\":{\"incidentID\":\"2\"}}"), ALD_ERR_FORMAT);
    trial_close(&t);
}

static void test_activity(void **state)
{
    (void)state;
    static const char *const kinds[] = {"reopened", "resolved", "severity_changed", "note", "other", "assigned", "acknowledged"};
    static const char *const subjects[] = {"1"};
    struct trial t;
    trial_open(&t, "irm", "activity");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
#define ITEM(id, kind, more) "{\"activityItemID\":\"" id "\",\"activityKind\":\"" kind "\",\"eventTime\":\"\",\"createdTime\":\"2026-01-05T08:00:00Z\"" more "}"
    assert_int_equal(trial_page(&t, "{\"activityItems\":["
                                    ITEM("a", "incidentStatusChanged", ",\"body\":\"from Resolved to Active\"") ","
                                    ITEM("b", "incidentStatusChanged", ",\"body\":\"active\",\"fieldValues\":{\"status\":\"resolved\"}") ","
                                    ITEM("c", "incidentSeverityChanged", ",\"body\":\"from pending to Major\",\"fieldValues\":null") ","
                                    ITEM("d", "userNote", ",\"body\":\"Looks odd\",\"user\":\"p\"") "," ITEM("e", "siftResult", "") ","
                                    ITEM("f", "roleAssigned", ",\"user\":\"p\",\"subjectUser\":\"q\"") "," ITEM("g", "userNote", ",\"incidentID\":\"2\"")
                                    "]}"), ALD_OK);
    size_t n = 0;
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < t.rows.elements[i].events_n; k++)
            assert_string_equal(t.rows.elements[i].events[k].kind, kinds[n++]);
    assert_int_equal(n, 7);
    assert_string_equal(t.rows.elements[2].events[0].value, "major");
    assert_has(t.rows.elements[6].error, "belongs to 2");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_where_reading_ends),
        cmocka_unit_test(test_tasks),
        cmocka_unit_test(test_activity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
