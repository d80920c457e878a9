/* GitLab: what is asked for, timelines in two questions, what the system's notes say. */
#include "trial.h"

#define T0 1767600000000 /* 2026-01-05T08:00:00Z */

static const struct ald_source_opt project[] = {{"project", "acme/ops"}, {"labels", "prod"}};
static const char *const subjects[] = {"7#41"};

static void open_detail(struct trial *t, const char *stream)
{
    trial_open(t, "gitlab", stream);
    t->cfg.opts = project;
    t->cfg.opts_n = 1;
    t->req.subjects = subjects;
    t->req.subjects_n = 1;
}

static void test_requests(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "gitlab", "issues");
    t.cfg.opts = project;
    t.cfg.opts_n = 2;
    t.cfg.base_url = "https://acme.example/api/v4"; /* as some name it */
    assert_string_equal(trial_ask(&t), "https://acme.example/api/v4/projects/acme%2Fops/issues?scope=all&state=all&order_by=updated_at&sort=asc"
                                       "&per_page=100&page=1&issue_type=incident&labels=prod");
    t.req.window.since = T0 + 1;
    t.req.window.first = false;
    assert_has(trial_ask(&t), "&updated_after=2026-01-05T08%3A00%3A00.001Z");
    assert_false(strstr(t.req.url, "issue_type") != NULL); /* one that is an incident no more must be seen */
    trial_header(&t, "x-next-page", "");
    trial_header(&t, "x-total", "1");
    assert_int_equal(trial_page(&t, "[{\"iid\":4,\"project_id\":7,\"issue_type\":\"issue\",\"state\":\"opened\",\"labels\":[\"prod\"],"
                                    "\"created_at\":\"2026-01-05T08:00:00Z\",\"updated_at\":\"2026-01-05T08:00:01.5Z\"}]"), ALD_OK);
    assert_string_equal(t.rows.elements[0].gone, "7#4");
    assert_null(t.next.cursor);
    assert_int_equal(t.next.total, 1);
    assert_int_equal(t.next.high_water, T0 + 1500);
    trial_close(&t);
    static const struct ald_source_opt both[] = {{"project", "7"}, {"group", "acme"}};
    trial_open(&t, "gitlab", "scope");
    t.cfg.opts = both;
    t.cfg.opts_n = 2;
    assert_int_equal(t.stream->request(t.arena, &t.cfg, &t.req, &t.err), ALD_ERR_CONFIG);
    trial_close(&t);
}

static void test_a_timeline(void **state)
{
    (void)state;
    struct trial t;
    open_detail(&t, "timeline");
    assert_string_equal(trial_ask(&t), "https://acme.example/api/graphql");
    assert_has(t.req.body, "\"variables\":{\"p\":[\"gid://gitlab/Project/7\"],\"i\":\"41\"}");
    assert_int_equal(trial_page(&t, "{\"data\":{\"projects\":{\"nodes\":[{\"fullPath\":\"acme/ops\",\"issue\":{\"id\":\"gid://gitlab/WorkItem/509\"}}]}}}"),
                     ALD_OK);
    assert_true(t.next.preface);
    assert_string_equal(t.next.cursor, "gid://gitlab/Issue/509|acme/ops|");
    t.req.cursor = t.next.cursor;
    (void)trial_ask(&t);
    assert_has(t.req.body, "\"variables\":{\"p\":\"acme/ops\",\"i\":\"gid://gitlab/Issue/509\",\"a\":null}");
    assert_int_equal(trial_page(&t, "{\"data\":{\"project\":{\"incidentManagementTimelineEvents\":{\"nodes\":[{\"id\":\"gid://x/1\",\"note\":\"Back\","
                                    "\"action\":\"comment\",\"occurredAt\":\"2026-01-05T08:00:00Z\",\"timelineEventTags\":{\"nodes\":[{\"name\":\"impact "
                                    "mitigated\"}]}}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"MQ\"}}}}}"), ALD_OK);
    assert_string_equal(t.next.cursor, "gid://gitlab/Issue/509|acme/ops|MQ");
    assert_false(t.next.preface);
    const struct ald_element *el = &t.rows.elements[0];
    assert_string_equal(el->events[0].kind, "mitigated");
    assert_string_equal(el->additions[0]->moments[0].moment, "mitigated");
    assert_int_equal(trial_page(&t, "{\"errors\":[{\"message\":\"Field 'x' doesn't exist on type 'Project'\"}]}"), ALD_OK);
    assert_int_equal(t.rows.findings_n, 1);
    assert_int_equal(trial_page(&t, "{\"errors\":[{\"message\":\"Timeout\"}]}"), ALD_ERR_NET);
    assert_int_equal(trial_page(&t, "{\"data\":{\"project\":null}}"), ALD_ERR_NET);
    t.req.cursor = NULL;
    assert_int_equal(trial_page(&t, "{\"data\":{\"projects\":{\"nodes\":[]}}}"), ALD_ERR_NET);
    assert_has(t.err.msg, "read_api");
    trial_close(&t);
}

static void test_notes_of_the_system(void **state)
{
    (void)state;
    static const struct {
        const char *body, *kind, *value;
    } cases[] = {
        {"changed the incident status to **Acknowledged**", "acknowledged", "Acknowledged"},
        {"changed the incident status to **Acknowledged** by changing the status of ^alert#540", "acknowledged", "Acknowledged"},
        {"changed the incident status to **Resolved** by closing the incident", "status_update", "Resolved"},
        {"changed the incident status to **Resolved**", "mitigated", "Resolved"},
        {"changed the incident status to **Triggered**", "status_update", "Triggered"},
        {"changed the severity to **High - S2**", "severity_changed", "HIGH"},
        {"changed the incident severity to **Critical - S1**", "severity_changed", "CRITICAL"},
        {"assigned to @0123456789abcdef", "assigned", NULL},
        {"marked this issue as a duplicate of #12", "merged", NULL},
        {"mentioned in commit 1234", "other", NULL},
        {"changed title from **a** to **b**", "status_update", NULL},
        {"something new", "status_update", NULL},
    };
    struct trial t;
    open_detail(&t, "notes");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(trial_page(&t, ald_sprintf(t.arena, "[{\"id\":9,\"system\":true,\"created_at\":\"2026-01-05T08:00:00Z\",\"body\":\"%s\","
                                                             "\"author\":\"p\"}]", cases[i].body)), ALD_OK);
        const struct ald_row_event *e = &t.rows.elements[0].events[0];
        if (strcmp(e->kind, cases[i].kind) != 0 || (cases[i].value && (!e->value || strcmp(e->value, cases[i].value) != 0)))
            fail_msg("'%s': %s %s", cases[i].body, e->kind, e->value ? e->value : "");
    }
    /* Where people are not replaced, a login alone tells nobody apart; "someone" is nobody. */
    assert_int_equal(trial_page(&t, "[{\"id\":9,\"system\":true,\"created_at\":\"2026-01-05T08:00:00Z\",\"body\":\"assigned to @ana and @someone\"}]"), ALD_OK);
    assert_int_equal(t.rows.elements[0].events_n, 0);
    assert_int_equal(trial_page(&t, "[{\"id\":9,\"created_at\":\"2026-01-05T08:00:00Z\",\"body\":\"duplicate of #12\"}]"), ALD_OK);
    assert_string_equal(t.rows.elements[0].additions[0]->refs[0].kind, "duplicate_of");
    assert_string_equal(t.rows.elements[0].additions[0]->refs[0].value, "here:7#12");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_a_timeline),
        cmocka_unit_test(test_notes_of_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
