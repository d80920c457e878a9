/* GitHub: lists by change that go on from their last time, what the Link header says, labels and headings as fields. */
#include "trial.h"

#include "connectors/by_change.h"
#include "connectors/issues.h"

#define T0 1767600000000 /* 2026-01-05T08:00:00Z */

static const struct ald_source_opt options[] = {{"repositories", "acme/ops, acme/web"}, {"labels", "incident"}};

static void open_issues(struct trial *t)
{
    trial_open(t, "github", "issues");
    t->cfg.opts = options;
    t->cfg.opts_n = 2;
}

/** A page of n issues that changed at at, at + step ... */
static const char *issues(struct trial *t, int first, int n, int64_t at, int64_t step)
{
    const char *list = "";
    for (int i = 0; i < n; i++) {
        char when[32];
        list = ald_sprintf(t->arena, "%s%s{\"number\":%d,\"state\":\"open\",\"labels\":[\"Incident\"],\"created_at\":\"2026-01-05T07:00:00Z\","
                           "\"updated_at\":\"%s\"}", list, i ? "," : "", first + i, ald_time_format(at + i * step, when));
    }
    return ald_sprintf(t->arena, "[%s]", list);
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
    open_issues(&t);
    t.req.page_size = 3;
    assert_string_equal(trial_ask(&t), "https://acme.example/repos/acme/ops/issues?state=all&sort=updated&direction=asc&per_page=3&page=1"
                                       "&labels=incident");
    follow(&t, issues(&t, 1, 3, T0, 1000)); /* full: there may be more, as no header says otherwise */
    assert_has(trial_ask(&t), "&per_page=4&page=1&since=2026-01-05T08:00:02Z");
    follow(&t, issues(&t, 3, 4, T0 + 2000, 0)); /* all of one instant: they are counted */
    assert_has(trial_ask(&t), "&per_page=3&page=2&since=2026-01-05T08:00:02Z"); /* shows one again, leaves none out */
    follow(&t, issues(&t, 6, 2, T0 + 2000, 1000));
    assert_has(trial_ask(&t), "/repos/acme/web/issues?");
    assert_false(strstr(t.req.url, "since=") != NULL);
    follow(&t, "[]");
    assert_null(t.next.cursor);
    t.req.page_size = 1; /* one by one: what stands at the time from which it is asked is counted, or it would come for ever */
    t.req.cursor = ald_sprintf(t.arena, "1|%lld|1|", (long long)T0);
    assert_has(trial_ask(&t), "&per_page=1&page=2&since=2026-01-05T08:00:00Z");
    follow(&t, issues(&t, 2, 1, T0, 0));
    assert_has(trial_ask(&t), "&per_page=1&page=3&since=2026-01-05T08:00:00Z");
    follow(&t, issues(&t, 3, 1, T0 + 1000, 0));
    assert_has(trial_ask(&t), "&per_page=2&page=1&since=2026-01-05T08:00:01Z");
    t.req.window.since = T0;
    t.req.window.first = false;
    t.req.cursor = "1||0|";
    assert_has(trial_ask(&t), "&since=2026-01-05T08:00:00Z"); /* and no label: one that was taken off must be seen */
    assert_false(strstr(t.req.url, "labels=") != NULL);
    trial_close(&t);
}

static void test_the_link_header(void **state)
{
    (void)state;
    struct trial t;
    open_issues(&t);
    t.req.page_size = 2;
    trial_header(&t, "link", "<https://evil.example/x?page=7&after=Y%3D>; title=\"a\"; rel=\"next\", <https://evil.example/x?page=9>; rel=\"last\"");
    follow(&t, issues(&t, 1, 2, T0, 0));
    assert_has(trial_ask(&t), "https://acme.example/repos/acme/ops/issues?"); /* never where it points */
    assert_has(t.req.url, "&after=Y%3D");
    assert_string_equal(ald_link_param(t.arena, &t.res, "last", "page"), "9");
    assert_null(ald_link_param(t.arena, &t.res, "prev", "page"));
    follow(&t, "[]");
    assert_has(t.next.gap, "empty page");
    t.headers[0].value = "<https://api.example/x?page=1>; rel=\"first\", <https://api.example/x?page=1>; rel=prev";
    t.req.cursor = NULL;
    follow(&t, issues(&t, 1, 2, T0, 0)); /* full, but the header names no next page */
    assert_string_equal(t.next.cursor, "1||0|");
    trial_close(&t);
}

static void test_cursors_of_others(void **state)
{
    (void)state;
    static const char *const cursors[] = {"", "x", "0", "0|", "0|x|1|", "2|5|0|", "-1|5|0|", "0|99999999999999999999|0|", "0|5|"};
    struct trial t;
    open_issues(&t);
    t.req.window.since = T0;
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        t.req.cursor = cursors[i];
        assert_has(trial_ask(&t), "page=1&since=2026-01-05T08:00:00Z");
    }
    trial_close(&t);
}

static void test_what_an_issue_is(void **state)
{
    (void)state;
    struct trial t;
    open_issues(&t);
    follow(&t, "[{\"number\":1,\"pull_request\":{\"url\":\"x\"},\"updated_at\":\"2026-01-05T08:00:00Z\"},"
               "{\"number\":2,\"labels\":[{\"name\":\"bug\"}],\"updated_at\":\"2026-01-05T08:00:01Z\"},"
               "{\"number\":3,\"labels\":[{\"name\":\"INCIDENT\"},{\"name\":\"sev2\"}],\"state\":\"closed\",\"state_reason\":\"not_planned\","
               "\"created_at\":\"2026-01-05T08:00:00Z\",\"closed_at\":\"2026-01-05T09:00:00Z\",\"updated_at\":\"2026-01-05T09:00:00Z\",\"user\":null},"
               "{\"labels\":[]}]");
    assert_int_equal(t.rows.n, 3); /* a pull request is none */
    assert_string_equal(t.rows.elements[0].gone, "acme/ops#2");
    assert_null(t.rows.elements[0].record);
    const struct ald_row_record *rec = t.rows.elements[1].record;
    assert_string_equal(rec->external_id, "acme/ops#3");
    assert_string_equal(rec->end_state, "closed");
    assert_non_null(t.rows.elements[2].error);
    trial_close(&t);
}

static void test_labels(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *label, *value;
    } cases[] = {
        {"label:severity", "severity::high", "high"}, {"label:severity", "Severity: High", "High"}, {"label:sev", "sev1", "sev1"},
        {"label:sev", "several", NULL},               {"label:service/", "service/checkout", "checkout"}, {"label:mitigated", "mitigated", "mitigated"},
        {"label:mitigated", "unmitigated", NULL},     {"label:", "x", NULL},                      {"Severity", "Severity: High", NULL},
        {NULL, "sev1", NULL},                         {"label:team", "team:", NULL},
    };
    struct ald_arena *arena = ald_arena_new();
    const struct ald_source_cfg cfg = {.name = "here", .type = "github"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *value = ald_issue_label_value(arena, cases[i].spec, cases[i].label);
        if (!value != !cases[i].value || (value && strcmp(value, cases[i].value) != 0))
            fail_msg("'%s' of '%s': '%s'", cases[i].spec, cases[i].label, value ? value : "none");
    }
    assert_string_equal(ald_issue_label_severity(arena, &cfg, "P1"), "P1");
    assert_null(ald_issue_label_severity(arena, &cfg, "p12"));
    assert_null(ald_issue_label_severity(arena, &cfg, "priority"));
    assert_null(ald_issue_label_severity(arena, &cfg, "python3"));
    static const char *const ranks[][2] = {{"sev1", "1"}, {"P2", "2"}, {"critical", "1"}, {"high - S2", "2"}, {"3", "3"}, {"Low", "4"},
                                           {"sev0", NULL}, {"highest", NULL}, {"sev12", NULL}, {"wide", NULL}};
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        const char *rank = ald_issue_severity_rank(arena, ranks[i][0]);
        if (!rank != !ranks[i][1] || (rank && strcmp(rank, ranks[i][1]) != 0))
            fail_msg("rank of '%s': %s", ranks[i][0], rank ? rank : "none");
    }
    static const char *const labels[] = {"Incident", "prod env", NULL};
    assert_true(ald_issue_has_labels(labels, "incident, Prod Env"));
    assert_false(ald_issue_has_labels(labels, "incident, prod"));
    assert_true(ald_issue_has_labels(labels, NULL));
    ald_arena_free(arena);
}

static void test_sections(void **state)
{
    (void)state;
    static const char text[] = "Intro\r\n\r\n## Impact started:\r\n<!-- in UTC\nplease -->\r\n2026-01-05T08:00Z\r\n\r\n### Services ###\n- checkout\n* ledger\n"
                               "- [ ] web\n- [X] api\n#nothing\n### Customers\n\n_No response_\n\n###### Last\nx";
    struct ald_arena *arena = ald_arena_new();
    assert_string_equal(ald_issue_section(arena, text, "impact started"), "2026-01-05T08:00Z");
    assert_string_equal(ald_issue_section(arena, text, "Services"), "checkout, ledger, api, #nothing");
    assert_null(ald_issue_section(arena, text, "Customers"));
    assert_string_equal(ald_issue_section(arena, text, "Last"), "x");
    assert_null(ald_issue_section(arena, text, "Intro"));
    assert_null(ald_issue_section(arena, NULL, "Last"));
    ald_arena_free(arena);
}

static void test_who_took_over(void **state)
{
    (void)state;
    struct ald_told events[] = {
        {.event_id = "severity labeled 1", .kind = "severity_changed"}, {.event_id = "assigned 1", .kind = "assigned"},
        {.event_id = "taken 1", .kind = "acknowledged"},                {.event_id = "assigned 2", .kind = "assigned"},
        {.event_id = "taken 2", .kind = "acknowledged"},                {.event_id = "unassigned 3", .kind = "status_update"},
        {.event_id = "unassigned 4", .kind = "status_update"},          {.event_id = "assigned 5", .kind = "assigned"},
        {.event_id = "severity labeled 6", .kind = "severity_changed"}, {.event_id = "note 7", .kind = "note"},
    };
    static const char *const kinds[] = {"status_update", "assigned", "acknowledged", "reassigned", "other",
                                        "status_update", "status_update", "reassigned", "severity_changed", "note"};
    for (int again = 0; again < 2; again++) {
        ald_issue_retell(events, sizeof events / sizeof events[0]);
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
            assert_string_equal(events[i].kind, kinds[i]);
    }
}

static void test_mentions(void **state)
{
    (void)state;
    struct ald_arena *arena = ald_arena_new();
    struct ald_rows rows = {.arena = arena};
    struct ald_element *el = ald_rows_element(&rows, "e", NULL);
    ald_issue_mentions(&rows, el, "acme/ops#3", "acme/ops",
                       "See #12, acme/web#4 (not #3), https://acme.example/a/b#5. Duplicate of #9. a#6 &#7; #8x ##1 v1/#2", "s:body", NULL);
    const char *found = "";
    for (size_t i = 0; i < el->additions_n; i++)
        for (size_t k = 0; k < el->additions[i]->refs_n; k++)
            found = ald_sprintf(arena, "%s%s=%s ", found, el->additions[i]->refs[k].kind, el->additions[i]->refs[k].value);
    assert_string_equal(found, "mention=https://acme.example/a/b#5 mention=acme/ops#12 mention=acme/web#4 duplicate_of=acme/ops#9 ");
    ald_arena_free(arena);
}

static void test_task_lists(void **state)
{
    (void)state;
    static const struct {
        const char *title, *status;
    } want[] = {{"Alert on the queue", "done"}, {"Limit retries, see https://wiki.example/1", "open"}, {"Nested", "done"}, {"Numbered", "open"}};
    static const struct ald_source_opt own[] = {{"action_heading", "Afterwards"}};
    struct trial t;
    trial_open(&t, "github", "issues");
#define ISSUE(body) "[{\"number\":1,\"state\":\"open\",\"created_at\":\"2026-01-05T08:00:00Z\",\"updated_at\":\"2026-01-06T08:00:00Z\",\"body\":\"" body "\"}]"
    assert_int_equal(trial_page(&t, ISSUE("- [x] I searched for duplicates\\r\\n## Action items:\\r\\n- [X] Alert on the queue\\r\\n* [ ] Limit retries, see https://wiki.example/1"
                                          "\\r\\n- [ ] #12\\r\\n- [ ]\\r\\n- [y] no\\r\\nWords [ ] here\\r\\n### Later\\r\\n  + [x] Nested\\r\\n1. [ ] Numbered\\r\\n```\\r\\n- [ ] code\\r\\n```"
                                          "\\r\\n## Checks\\r\\n- [ ] Told support")), ALD_OK);
    const struct ald_element *el = &t.rows.elements[0];
    assert_null(el->error);
    assert_int_equal(el->actions_n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(el->actions[i].title, want[i].title);
        assert_string_equal(el->actions[i].status, want[i].status);
        assert_int_equal(el->actions[i].closed_at, strcmp(want[i].status, "done") == 0 ? 1767686400000 : ALD_TIME_NONE);
    }
    assert_string_equal(el->actions[1].url, "https://wiki.example/1");
    t.cfg.opts = own;
    t.cfg.opts_n = 1;
    assert_int_equal(trial_page(&t, ISSUE("# Actions\\n- [ ] a\\n# afterwards\\n- [ ] b")), ALD_OK);
    assert_int_equal(t.rows.elements[0].actions_n, 1);
    assert_string_equal(t.rows.elements[0].actions[0].title, "b");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on_from_the_last_time), cmocka_unit_test(test_the_link_header), cmocka_unit_test(test_cursors_of_others),
        cmocka_unit_test(test_what_an_issue_is),           cmocka_unit_test(test_labels),          cmocka_unit_test(test_sections),
        cmocka_unit_test(test_who_took_over),              cmocka_unit_test(test_mentions),       cmocka_unit_test(test_task_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
