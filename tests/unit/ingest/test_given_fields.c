/* What connectors pass on beside the usual timeline, in the words of timeline.h: impact and companies that users map to fields,
 * customers' tickets, alerts, who was notified; and what they then say that their timelines hold. */
#include "trial.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* NULL: none. */
static void same(const char *found, const char *expected)
{
    if (!found || !expected)
        assert_true(found == expected);
    else
        assert_string_equal(found, expected);
}

static void words(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *word;
    } cases[] = {{"customers_impacted", "1200", "customers_impacted=1200"},
                 {"customers_impacted", "12.0 ", "customers_impacted=12.0 "},
                 {"customers_impacted", "many", NULL},
                 {"customers_impacted", "", NULL}, /* cleared: nobody says 0 */
                 {"customers_impacted", NULL, NULL},
                 {"requests_failed", "7", "requests_failed=7"},
                 {"regions", "eu, us;apac,", "regions_impacted=3"},
                 {"regions", " , ", NULL},
                 {"external_party", "Harbour CDN", "external_party"},
                 {"external_party", "", NULL},
                 {"customer_reports", "4", NULL}}; /* a number of tickets is no ticket */
    struct ald_arena *arena = ald_arena_new();
    const struct ald_given_field *given;
    for (size_t i = 0; i < N(cases); i++) {
        for (size_t k = 0; (given = ald_given_field_at(k)) && strcmp(given->name, cases[i].name) != 0;)
            k++;
        assert_non_null(given);
        same(ald_given_word(arena, given, cases[i].text), cases[i].word);
    }
    ald_arena_free(arena);
}

static size_t values_n(const struct ald_row_record *rec, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < rec->values_n; i++)
        n += strcmp(rec->values[i].name, name) == 0;
    return n;
}

static const struct ald_source_opt fields[] = {{"customers", "customfield_1"}, {"regions", "customfield_2"}};

/** The value of the event of kind `other` that an element's events hold, or NULL. */
static const char *told(const struct trial *t)
{
    const struct ald_element *el = &t->rows.elements[0];
    assert_null(el->error);
    for (size_t i = 0; i < el->events_n; i++)
        if (strcmp(el->events[i].kind, "other") == 0 && el->events[i].value)
            return el->events[i].value;
    return NULL;
}

static void jira_issue(void **state)
{
    (void)state;
    static const struct ald_source_opt opts[] = {{"jql", "project = INC"}, {"support_projects", "HELP, SUP"}};
    const char *body =
        "{\"issues\":[{\"id\":\"7\",\"key\":\"INC-7\",\"fields\":{\"summary\":\"x\",\"created\":\"2026-01-05T09:00:00.000+0000\","
        "\"status\":{\"name\":\"Open\",\"statusCategory\":{\"key\":\"new\"}},\"customfield_1\":120,\"customfield_2\":"
        "[{\"value\":\"eu\"},{\"value\":\"us\"}],\"issuelinks\":[{\"type\":{\"name\":\"Relates\"},\"outwardIssue\":{\"key\":"
        "\"SUP-3\"}},{\"type\":{\"name\":\"Relates\"},\"inwardIssue\":{\"key\":\"SUPER-3\"}}]}}],\"isLast\":true}";
    struct trial t;
    trial_open(&t, "jira", "issue");
    t.cfg.opts = opts;
    t.cfg.opts_n = 2;
    t.cfg.fields = fields;
    t.cfg.fields_n = 2;
    assert_int_equal(trial_page(&t, body), ALD_OK);
    const struct ald_row_record *rec = t.rows.elements[0].record;
    assert_non_null(rec);
    assert_string_equal(value_of(rec, "customers_impacted"), "120");
    assert_int_equal(values_n(rec, "regions"), 2);
    assert_string_equal(ref_of(rec, "customer_report"), "SUP-3");
    assert_string_equal(ref_of(rec, "mention"), "SUPER-3");
    assert_int_equal(rec->holds & (ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR | ALD_HOLDS_REPORTS),
                     ALD_HOLDS_IMPACT | ALD_HOLDS_REPORTS);
    t.cfg.opts_n = 1;
    t.cfg.fields_n = 0; /* nothing is mapped: nothing of it can be known */
    assert_int_equal(trial_page(&t, body), ALD_OK);
    rec = t.rows.elements[0].record;
    assert_null(ref_of(rec, "customer_report"));
    assert_int_equal(rec->holds & (ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR | ALD_HOLDS_REPORTS), 0);
    trial_close(&t);
}

static void jira_changes(void **state)
{
    (void)state;
    static const char *const subject[] = {"7"};
    static const struct ald_source_opt opts[] = {{"jql", "project = INC"}, {"support_projects", "SUP"}};
    static const struct {
        const char *item, *word;
    } cases[] = {{"{\"field\":\"Customers\",\"fieldId\":\"customfield_1\",\"fromString\":\"5\",\"toString\":\"90\"}", "customers_impacted=90"},
                 {"{\"field\":\"Customers\",\"fieldId\":\"customfield_1\",\"fromString\":\"5\",\"toString\":\"\"}", NULL},
                 {"{\"field\":\"Regions\",\"fieldId\":\"customfield_2\",\"toString\":\"eu, us\"}", "regions_impacted=2"},
                 {"{\"field\":\"Link\",\"to\":\"SUP-3\",\"toString\":\"This issue relates to SUP-3\"}", "customer_report"},
                 {"{\"field\":\"Link\",\"to\":\"OPS-3\",\"toString\":\"This issue relates to OPS-3\"}", NULL},
                 {"{\"field\":\"Link\",\"from\":\"SUP-3\",\"to\":null}", NULL},
                 {"{\"field\":\"Other\",\"fieldId\":\"customfield_9\",\"toString\":\"90\"}", NULL}};
    for (size_t i = 0; i < N(cases); i++) {
        struct trial t;
        trial_open(&t, "jira", "changelog");
        t.cfg.opts = opts;
        t.cfg.opts_n = 2;
        t.cfg.fields = fields;
        t.cfg.fields_n = 2;
        t.req.subjects = subject;
        t.req.subjects_n = 1;
        const char *body = ald_sprintf(t.arena,
                                       "{\"startAt\":0,\"total\":1,\"values\":[{\"id\":\"5\",\"created\":"
                                       "\"2026-01-05T09:00:00.000+0000\",\"author\":\"aa\",\"items\":[%s]}]}",
                                       cases[i].item);
        assert_int_equal(trial_page(&t, body), ALD_OK);
        same(told(&t), cases[i].word);
        trial_close(&t);
    }
}

static void servicenow(void **state)
{
    (void)state;
    static const char *const subject[] = {"s1"};
    static const struct ald_source_opt mapped[] = {{"customers", "u_customers"}};
    static const struct {
        const char *field, *to, *word;
    } cases[] = {{"vendor", "c0ffee", "external_party"}, {"vendor", "", NULL}, {"u_customers", "30", "customers_impacted=30"},
                 {"u_other", "30", NULL}};
    for (size_t i = 0; i < N(cases); i++) {
        struct trial t;
        trial_open(&t, "servicenow", "sys_audit");
        t.cfg.fields = mapped;
        t.cfg.fields_n = 1;
        t.req.subjects = subject;
        t.req.subjects_n = 1;
        const char *body = ald_sprintf(t.arena,
                                       "{\"result\":[{\"sys_id\":\"a1\",\"tablename\":\"incident\",\"documentkey\":\"s1\","
                                       "\"fieldname\":\"%s\",\"oldvalue\":\"\",\"newvalue\":\"%s\",\"sys_created_on\":"
                                       "\"2026-01-02 03:04:05\",\"user\":\"me\"}]}",
                                       cases[i].field, cases[i].to);
        assert_int_equal(trial_page(&t, body), ALD_OK);
        same(told(&t), cases[i].word);
        trial_close(&t);
    }
    struct trial t;
    trial_open(&t, "servicenow", "incident");
    assert_has(trial_ask(&t), "%2Cvendor");
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"s1\",\"number\":\"INC1\",\"vendor\":{\"display_value\":"
                                    "\"Harbour\",\"value\":\"c0ffee\"},\"state\":\"2\",\"opened_at\":\"2026-01-02 03:04:05\"}]}"),
                     ALD_OK);
    assert_string_equal(value_of(t.rows.elements[0].record, "external_party"), "Harbour");
    trial_close(&t);
}

static void pagerduty(void **state)
{
    (void)state;
    static const char *const subject[] = {"Q1"};
    static const struct ald_source_opt alerts[] = {{"alerts", "on"}};
    struct trial t;
    trial_open(&t, "pagerduty", "incident_log_entries");
    t.req.subjects = subject;
    t.req.subjects_n = 1;
    assert_int_equal(
        trial_page(&t, "{\"log_entries\":[{\"id\":\"R1\",\"type\":\"notify_log_entry\",\"created_at\":\"2026-01-05T09:00:00Z\","
                       "\"incident\":{\"id\":\"Q1\"},\"user\":\"aa\",\"channel\":{\"type\":\"auto\"}}],\"more\":false}"),
        ALD_OK);
    assert_string_equal(told(&t), "notified");
    assert_string_equal(t.rows.elements[0].events[0].actor, "aa");
    assert_int_equal(t.rows.elements[0].events[0].automatic, 1);
    trial_close(&t);
    trial_open(&t, "pagerduty", "alerts");
    t.cfg.opts = alerts;
    t.cfg.opts_n = 1;
    t.req.subjects = subject;
    t.req.subjects_n = 1;
    assert_int_equal(t.stream->holds, ALD_HOLDS_ALERTS);
    assert_int_equal(trial_page(&t, "{\"alerts\":[{\"id\":\"A1\",\"created_at\":\"2026-01-05T09:00:00Z\",\"severity\":"
                                    "\"critical\"}],\"more\":false}"),
                     ALD_OK);
    assert_string_equal(told(&t), "alert:critical");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),      cmocka_unit_test(jira_issue), cmocka_unit_test(jira_changes),
        cmocka_unit_test(servicenow), cmocka_unit_test(pagerduty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
