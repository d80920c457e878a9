/* Statuspage: what incidents, updates and components mean; paging of the manage API; what the public feed leaves out.
 */
#include <stdlib.h>

#include "trial.h"

static const struct ald_source_opt managed[] = {{"page_id", "p1"}};

static void open_managed(struct trial *t)
{
    trial_open(t, "statuspage", "incidents");
    t->cfg.base_url = NULL;
    t->cfg.opts = managed;
    t->cfg.opts_n = 1;
}

static void test_requests(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "statuspage", "incidents");
    assert_string_equal(trial_ask(&t), "https://acme.example/api/v2/incidents.json");
    assert_int_equal(t.req.auth, ALD_AUTH_NONE);
    t.cfg.base_url = NULL;
    assert_int_equal(t.stream->request(t.arena, &t.cfg, &t.req, &t.err), ALD_ERR_CONFIG);
    trial_close(&t);
    open_managed(&t);
    assert_string_equal(trial_ask(&t), "https://api.statuspage.io/v1/pages/p1/incidents?limit=100&page=1");
    assert_int_equal(t.req.auth, ALD_AUTH_TOKEN);
    assert_string_equal(t.req.auth_scheme, "OAuth");
    t.cfg.base_url = "http://127.0.0.1:1";
    t.req.page_size = 500;
    t.req.cursor = "3|200|100|x";
    assert_string_equal(trial_ask(&t), "http://127.0.0.1:1/v1/pages/p1/incidents?limit=100&page=3");
    t.req.page_size = 50; /* half the size: the same place */
    assert_string_equal(trial_ask(&t), "http://127.0.0.1:1/v1/pages/p1/incidents?limit=50&page=5");
    t.req.page_size = 7; /* never beyond it */
    assert_string_equal(trial_ask(&t), "http://127.0.0.1:1/v1/pages/p1/incidents?limit=7&page=29");
    trial_close(&t);
    trial_open(&t, "statuspage", "components");
    assert_string_equal(trial_ask(&t), "https://acme.example/api/v2/components.json");
    t.cfg.opts = managed;
    t.cfg.opts_n = 1;
    assert_has(trial_ask(&t), "/v1/pages/p1/components?per_page=100&page=1");
    trial_close(&t);
}

#define UPDATE(id, status, at)                                                                                         \
    "{\"id\":\"" id "\",\"status\":\"" status "\",\"body\":\"b\",\"created_at\":\"" at "\",\"display_at\":\"" at "\"}"

static void test_incident(void **state)
{
    (void)state;
    struct trial t;
    open_managed(&t);
    assert_int_equal(
        trial_page(&t, "[{\"id\":\"i1\",\"name\":\"Slow\",\"status\":\"resolved\",\"impact\":\"major\",\"shortlink\":"
                       "\"https://st.acme.example/incidents/i1\","
                       "\"created_at\":\"2026-01-02T03:00:00.000Z\",\"started_at\":\"2026-01-02T02:50:00Z\",\"updated_"
                       "at\":\"2026-01-02T05:00:00Z\","
                       "\"monitoring_at\":\"2026-01-02T03:30:00Z\",\"resolved_at\":\"2026-01-02T04:00:00Z\","
                       "\"components\":[{\"id\":\"c1\",\"name\":\"Web\"},{\"id\":\"c2\",\"name\":\"API\"},{\"id\":"
                       "\"c3\",\"name\":\"Mail\"},{\"id\":\"g\",\"name\":\"All\",\"group\":true}],"
                       "\"incident_updates\":["
                       "{\"id\":\"u2\",\"status\":\"identified\",\"body\":\"<b>it</"
                       "b>\",\"created_at\":\"2026-01-02T09:00:00Z\",\"display_at\":\"2026-01-02T03:10:00Z\","
                       "\"affected_components\":[{\"code\":\"c2\",\"name\":\"Group - "
                       "API\"},{\"code\":\"c1\",\"name\":\"Group - Web\"},{\"code\":\"c9\",\"name\":\"Old\"}]},"
                       "{\"id\":\"u1\",\"status\":\"investigating\",\"body\":\"\",\"created_at\":\"2026-01-01T20:00:00-"
                       "07:00\",\"display_at\":null,"
                       "\"affected_components\":[{\"code\":\"c1\",\"name\":\"Group - Web\"}]}]}]"),
        ALD_OK);
    const struct ald_element *el = &t.rows.elements[0];
    assert_null(el->error);
    const struct ald_row_record *r = el->record;
    assert_string_equal(r->external_id, "i1");
    assert_string_equal(r->key, "i1");
    assert_string_equal(r->kind, "status");
    assert_string_equal(r->end_state, "resolved");
    assert_null(r->class_);
    assert_null(r->version);
    assert_true(moment_of(r, "impact_started", 1) == time_of("2026-01-02T02:50:00Z"));
    assert_true(moment_of(r, "opened", 1) == time_of("2026-01-02T03:00:00Z"));
    assert_true(moment_of(r, "mitigated", 1) == time_of("2026-01-02T03:30:00Z"));
    assert_true(moment_of(r, "resolved", 1) == time_of("2026-01-02T04:00:00Z"));
    assert_true(r->entered_at == time_of("2026-01-02T03:00:00Z"));
    assert_string_equal(value_of(r, "severity"), "major");
    assert_string_equal(value_of(r, "severity_rank"), "2");
    assert_int_equal(r->timeline, ALD_HOLDS_STATES | ALD_HOLDS_SERVICES);
    static const struct {
        const char *service, *at;
        bool at_start;
    } services[] = {{"Web", "2026-01-02T03:00:00Z", true},
                    {"API", "2026-01-02T03:10:00Z", false},
                    {"Old", "2026-01-02T03:10:00Z", false},
                    {"Mail", NULL, false}};
    assert_int_equal(r->services_n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(r->services[i].service, services[i].service);
        assert_true(r->services[i].at == (services[i].at ? time_of(services[i].at) : ALD_TIME_NONE));
        assert_int_equal(r->services[i].at_start, services[i].at_start);
    }
    assert_int_equal(el->events_n, 2);
    assert_string_equal(el->events[0].event_id, "u1");
    assert_string_equal(el->events[0].kind, "opened");
    assert_string_equal(el->events[1].kind, "acknowledged");
    assert_string_equal(el->events[1].text, "it"); /* without HTML */
    assert_true(el->events[1].at == time_of("2026-01-02T03:10:00Z"));
    assert_int_equal(t.rows.aliases_n, 1);
    assert_string_equal(t.rows.aliases[0].prefix, "https://st.acme.example");
    assert_true(t.next.high_water == r->entered_at);
    trial_close(&t);
}

/* Kinds follow from the changes of state, in the order of time, whatever the order in the document. */
static void test_stories(void **state)
{
    (void)state;
    static const struct {
        const char *updates, *kinds;
    } cases[] = {
        {UPDATE("b", "resolved", "2026-01-01T02:00:00Z") "," UPDATE("a", "investigating", "2026-01-01T01:00:00Z"),
         "opened resolved"},
        {UPDATE("a", "investigating", "2026-01-01T01:00:00Z") "," UPDATE("b", "resolved", "2026-01-01T02:00:00Z"),
         "opened resolved"},
        /* to the minute: newest first breaks the tie */
        {UPDATE("b", "resolved", "2026-01-01T01:00:00Z") "," UPDATE("a", "investigating", "2026-01-01T01:00:00Z"),
         "opened resolved"},
        {UPDATE("d", "monitoring", "2026-01-01T04:00:00Z") "," UPDATE(
             "c", "monitoring",
             "2026-01-01T03:00:00Z") "," UPDATE("b", "identified",
                                                "2026-01-01T02:00:00Z") "," UPDATE("a", "identified",
                                                                                   "2026-01-01T01:00:00Z"),
         "acknowledged status_update mitigated status_update"},
        {UPDATE("d", "resolved", "2026-01-01T04:00:00Z") "," UPDATE(
             "c", "identified",
             "2026-01-01T03:00:00Z") "," UPDATE("b", "resolved",
                                                "2026-01-01T02:00:00Z") "," UPDATE("a", "identified",
                                                                                   "2026-01-01T01:00:00Z"),
         "acknowledged resolved reopened resolved"},
        {UPDATE("c", "resolved", "2026-01-01T03:00:00Z") "," UPDATE(
             "b", "postmortem", "2026-01-01T02:00:00Z") "," UPDATE("a", "resolved", "2026-01-01T01:00:00Z"),
         "resolved note status_update"},
        {UPDATE("c", "completed", "2026-01-01T03:00:00Z") "," UPDATE(
             "b", "in_progress", "2026-01-01T02:00:00Z") "," UPDATE("a", "scheduled", "2026-01-01T01:00:00Z"),
         "status_update status_update resolved"},
        {"{\"id\":\"a\",\"status\":null,\"created_at\":\"2026-01-01\"}", "status_update"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_managed(&t);
        assert_int_equal(
            trial_page(&t, ald_sprintf(t.arena, "[{\"id\":1,\"created_at\":\"2026-01-01\",\"incident_updates\":[%s]}]",
                                       cases[i].updates)),
            ALD_OK);
        assert_null(t.rows.elements[0].error);
        const char *kinds = "";
        for (size_t k = 0; k < t.rows.elements[0].events_n; k++)
            kinds = ald_sprintf(t.arena, "%s%s%s", kinds, k ? " " : "", t.rows.elements[0].events[k].kind);
        assert_string_equal(kinds, cases[i].kinds);
        assert_int_equal(t.rows.elements[0].record->timeline, ALD_HOLDS_STATES);
        trial_close(&t);
    }
}

static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *members, *end_state, *class_, *rank;
    } cases[] = {
        {"\"status\":\"investigating\"", "open", NULL, NULL},
        {"\"status\":\"resolved\",\"impact\":\"none\"", "resolved", NULL, "4"},
        {"\"status\":\"postmortem\",\"impact\":\"critical\"", "resolved", NULL, "1"},
        {"\"status\":\"monitoring\",\"resolved_at\":\"2026-01-01\"", "open", NULL, NULL},
        {"\"status\":\"scheduled\",\"impact\":\"maintenance\"", "open", "planned", NULL},
        {"\"status\":\"completed\",\"impact\":\"none\"", "resolved", "planned", "4"},
        {"\"status\":\"resolved\",\"scheduled_for\":\"2026-01-01\"", "resolved", "planned", NULL},
        {"\"status\":\"brand new\"", "open", NULL, NULL},
        {"\"status\":null,\"resolved_at\":\"2026-01-01\"", "resolved", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_managed(&t);
        assert_int_equal(
            trial_page(&t,
                       ald_sprintf(t.arena,
                                   "[{\"id\":\"i\",\"created_at\":\"2026-01-01\",\"started_at\":\"2026-01-01\",%s}]",
                                   cases[i].members)),
            ALD_OK);
        const struct ald_row_record *r = t.rows.elements[0].record;
        assert_string_equal(r->end_state, cases[i].end_state);
        assert_true(moment_of(r, "impact_started", 1) == ALD_TIME_NONE); /* as opened */
        assert_int_equal(r->class_ == NULL, cases[i].class_ == NULL);
        const char *rank = value_of(r, "severity_rank");
        assert_true(cases[i].rank ? rank && strcmp(rank, cases[i].rank) == 0 : !rank);
        trial_close(&t);
    }
}

static void test_bad_among_good(void **state)
{
    (void)state;
    static const struct {
        const char *element, *error;
    } cases[] = {
        {"{\"id\":\"b\"}", "$[1].created_at"},
        {"{\"id\":\"b\",\"created_at\":\"soon\"}", "$[1].created_at: expected a time"},
        {"{\"created_at\":\"2026-01-01\"}", "$[1].id"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"resolved_at\":true}", "$[1].resolved_at"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"components\":{}}", "$[1].components: expected a list"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"incident_updates\":7}",
         "$[1].incident_updates: expected a list"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"incident_updates\":[{\"id\":1}]}",
         "$[1].incident_updates[0].created_at"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"incident_updates\":[{\"created_at\":\"2026-01-01\",\"affected_"
         "components\":\"x\"}]}",
         "$[1].incident_updates[0].affected_components"},
        {"[]", "$[1]"},
        {"null", "$[1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_managed(&t);
        const char *good = "{\"id\":\"a\",\"created_at\":\"2026-01-01\",\"components\":null,\"incident_updates\":null}";
        assert_int_equal(trial_page(&t, ald_sprintf(t.arena, "[%s,%s,%s]", good, cases[i].element, good)), ALD_OK);
        assert_int_equal(t.rows.n, 3);
        assert_true(!t.rows.elements[0].error && !t.rows.elements[2].error);
        assert_has(t.rows.elements[1].error, cases[i].error);
        assert_true(!t.rows.elements[1].record && !t.rows.elements[1].events_n);
        trial_close(&t);
    }
}

static void test_managed_paging(void **state)
{
    (void)state;
    struct trial t;
    open_managed(&t);
    t.req.page_size = 2;
    static const char page[] =
        "[{\"id\":\"a\",\"created_at\":\"2026-01-03\"},{\"id\":\"b\",\"created_at\":\"2026-01-02\"}]";
    assert_int_equal(trial_page(&t, page), ALD_OK);
    assert_string_equal(t.next.cursor, "2|2|2|b");
    assert_null(t.next.gap);
    t.req.cursor = t.next.cursor; /* the same page again instead of the next one */
    assert_int_equal(trial_page(&t, page), ALD_OK);
    assert_null(t.next.cursor);
    assert_has(t.next.gap, "page 2 repeats");
    assert_int_equal(trial_page(&t, "[]"), ALD_OK);
    assert_true(!t.next.cursor && !t.next.gap);
    /* what is older than the window is known */
    t.req.window.since = time_of("2026-01-02T00:00:00Z");
    assert_int_equal(trial_page(&t, "[{\"id\":\"c\",\"created_at\":\"2026-01-02\"}]"), ALD_OK);
    assert_string_equal(t.next.cursor, "3|3|2|c");
    assert_int_equal(trial_page(&t, "[{\"id\":\"d\",\"created_at\":\"2026-01-01\"}]"), ALD_OK);
    assert_true(!t.next.cursor && !t.next.gap);
    t.req.page_size = 1;
    assert_int_equal(t.stream->skip(t.arena, &t.cfg, &t.res, &t.next, &t.err), ALD_OK);
    assert_string_equal(t.next.cursor, "4|3|1|");
    trial_close(&t);
}

static const char *feed(struct trial *t, size_t n, const char *oldest)
{
    const char *list = "";
    for (size_t i = 0; i < n; i++)
        list = ald_sprintf(t->arena, "%s%s{\"id\":\"i%zu\",\"created_at\":\"%s\"}", list, i ? "," : "", i,
                           i + 1 < n ? "2026-03-01T00:00:00Z" : oldest);
    return ald_sprintf(t->arena, "{\"page\":{\"name\":\"Acme Status\",\"url\":\"https://st.acme.example\"},\"incidents\":[%s]}", list);
}

static void test_public_feed(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        bool first;
        const char *since;
        int64_t overlap_ms;
        bool remark, gap;
    } cases[] = {
        {50, true, NULL, -1, true, false},
        {49, true, NULL, -1, false, false},                    /* all there is */
        {50, true, "2026-02-02T00:00:00Z", -1, false, false},  /* more than was asked for */
        {50, false, "2026-02-02T00:00:00Z", -1, false, false}, /* reaches back into what is known */
        {50, false, "2026-01-15T00:00:00Z", -1, true, false},  /* into the overlap */
        {50, false, "2025-12-01T00:00:00Z", -1, false, true},  /* not at all */
        {50, false, "2026-01-31T00:00:00Z", 0, false, true},
        {49, false, "2025-12-01T00:00:00Z", -1, false, false},
        {50, false, NULL, -1, true, false}, /* --full */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        trial_open(&t, "statuspage", "incidents");
        t.cfg.overlap_ms = cases[i].overlap_ms;
        t.req.window.first = cases[i].first;
        t.req.window.since = cases[i].since ? time_of(cases[i].since) : ALD_TIME_NONE;
        assert_int_equal(trial_page(&t, feed(&t, cases[i].n, "2026-02-01T00:00:00Z")), ALD_OK);
        assert_null(t.next.cursor);
        if ((t.next.remark != NULL) != cases[i].remark || (t.next.gap != NULL) != cases[i].gap)
            fail_msg("case %zu: remark %s, gap %s", i, t.next.remark ? t.next.remark : "-",
                     t.next.gap ? t.next.gap : "-");
        if (t.next.remark || t.next.gap)
            assert_has(t.next.gap ? t.next.gap : t.next.remark, "2026-02-01T00:00:00");
        assert_string_equal(t.rows.aliases[0].prefix, "https://st.acme.example");
        assert_string_equal(t.rows.aliases[1].prefix, "https://acme.example");
        assert_string_equal(t.rows.aliases[2].kind, "name");
        assert_string_equal(t.rows.aliases[2].prefix, "Acme Status");
        assert_int_equal(t.stream->skip(t.arena, &t.cfg, &t.res, &t.next, &t.err), ALD_ERR_FORMAT);
        trial_close(&t);
    }
}

static void test_wrong_documents(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "statuspage", "incidents");
    static const char *const bad[] = {"[]",     "{}", "{\"incidents\":{}}",
                                      "<html>", "7",  "{\"page\":{\"url\":[]},\"incidents\":[]}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(trial_page(&t, bad[i]), ALD_ERR_FORMAT);
    t.res.status = 403;
    assert_int_equal(trial_page(&t, "{\"error\":\"not yours\"}"), ALD_ERR_NET);
    assert_has(t.err.msg, "403: not yours");
    trial_close(&t);
    open_managed(&t);
    assert_int_equal(trial_page(&t, "{\"incidents\":[]}"), ALD_ERR_FORMAT);
    trial_close(&t);
}

static void test_components(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "statuspage", "components");
    assert_int_equal(trial_page(&t, "{\"components\":[{\"id\":\"c1\",\"name\":\"Web\",\"group\":false},{\"id\":\"g\","
                                    "\"name\":\"All\",\"group\":true},"
                                    "{\"id\":\"c2\"}]}"),
                     ALD_OK);
    assert_string_equal(t.rows.elements[0].service_def->external_id, "c1");
    assert_string_equal(t.rows.elements[0].service_def->name, "Web");
    assert_true(!t.rows.elements[1].service_def && !t.rows.elements[1].error);
    assert_has(t.rows.elements[2].error, "$.components[2].name");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),       cmocka_unit_test(test_incident),
        cmocka_unit_test(test_stories),        cmocka_unit_test(test_states),
        cmocka_unit_test(test_bad_among_good), cmocka_unit_test(test_managed_paging),
        cmocka_unit_test(test_public_feed),    cmocka_unit_test(test_wrong_documents),
        cmocka_unit_test(test_components),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
