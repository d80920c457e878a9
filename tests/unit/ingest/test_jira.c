/* Jira: requests and paging of both deployments, what issues, changelogs, comments and links mean. */
#include "facts.h"
#include "trial.h"

static const struct ald_source_opt cloud[] = {{"jql", "project = INC order by rank"}},
                                   dc[] = {{"jql", "labels = \"order by\" "}, {"deployment", "datacenter"}};

static void open_on(struct trial *t, const char *stream, bool datacenter)
{
    trial_open(t, "jira", stream);
    t->cfg.opts = datacenter ? dc : cloud;
    t->cfg.opts_n = datacenter ? 2 : 1;
}

static void test_search_requests(void **state)
{
    (void)state;
    struct trial t;
    open_on(&t, "issue", false);
    assert_has(trial_ask(&t), "https://acme.example/rest/api/3/search/jql?jql=");
    assert_has(t.req.url, "%28project%20%3D%20INC%20%29%20ORDER%20BY%20created%20ASC%2C%20key%20ASC");
    assert_lacks(t.req.url, "rank");
    assert_has(t.req.url, "&fields=summary%2C");
    assert_has(t.req.url, "&maxResults=100");
    assert_lacks(t.req.url, "nextPageToken");
    assert_int_equal(t.req.auth, ALD_AUTH_TOKEN);
    assert_string_equal(t.req.auth_scheme, "Bearer");
    t.cfg.user_env = "JIRA_USER";
    t.req.window.since = time_of("2026-01-05T08:00:00Z");
    t.req.cursor = "t|0|a+/=";
    assert_has(trial_ask(&t), "updated%20%3E%3D%201767600000000%20ORDER");
    assert_has(t.req.url, "nextPageToken=a%2B%2F%3D");
    assert_int_equal(t.req.auth, ALD_AUTH_BASIC);
    t.req.cursor = "T|0|1767600000001|"; /* and one more, which the page before ended with */
    assert_has(trial_ask(&t), "created%20%3E%3D%201767600000001%20ORDER");
    assert_has(t.req.url, "&maxResults=101");
    t.req.cursor = "s|0|abc"; /* step over: ids alone */
    assert_has(trial_ask(&t), "&fields=id&maxResults=1&nextPageToken=abc");
    trial_close(&t);
    open_on(&t, "issue", true);
    assert_has(trial_ask(&t), "/rest/api/2/search?jql=%28labels%20%3D%20%22order%20by%22%20%29%20ORDER");
    t.req.cursor = "o|99|1767600000000|20099"; /* one more, for the issue that must stand there */
    assert_has(trial_ask(&t), "&startAt=99&maxResults=101");
    trial_close(&t);
    trial_open(&t, "jira", "issue"); /* no query at all: still bounded */
    assert_has(trial_ask(&t), "jql=updated%20%3E%3D%200%20ORDER");
    trial_close(&t);
}

#define ISSUE(id, more)                                                                                                \
    "{\"id\":\"" id "\",\"key\":\"INC-" id                                                                             \
    "\",\"fields\":{\"summary\":\"Slow\",\"created\":\"2026-01-05T03:00:00.000-0500\","                                \
    "\"updated\":\"2026-01-05T11:00:00.000+0000\",\"status\":{\"name\":\"Over\",\"statusCategory\":{\"key\":\"done\"}" \
    "}" more "}}"

static void test_tokens(void **state)
{
    (void)state;
    struct trial t;
    static const struct {
        const char *cursor, *end, *next, *gap;
    } cases[] = {
        {NULL, "\"isLast\":true", NULL, NULL},
        {NULL, "\"isLast\":false,\"nextPageToken\":\"b\"", "T|0|1767600000000|", NULL},
        {"t|0|a", "\"nextPageToken\":\"b\"", "T|0|1767600000000|", NULL},
        {"T|0|1767599999999|", "\"nextPageToken\":\"b\"", "T|0|1767600000000|", NULL},
        {"T|0|1767600000000|", "\"nextPageToken\":\"b\"", "T|0|1767600000000|b", NULL}, /* all of one instant */
        {"T|0|1767600000000|a", "\"nextPageToken\":\"b\"", "T|0|1767600000000|b", NULL},
        {"T|0|1767600000000|a", "\"nextPageToken\":\"a\"", NULL, "repeats its page token"},
        {"S|0|1767500000000|a", "\"nextPageToken\":\"b\"", "T|0|1767500000000|b", NULL},
        {"t|0|a", "\"nextPageToken\":\"a\"", NULL, "repeats its page token"},
        {"t|0|a", "\"isLast\":false", NULL, "not how to ask"},
        {"t|0|a", "\"nextPageToken\":null", NULL, NULL},
        {"s|0|a", "\"nextPageToken\":\"b\"", "t|0|b", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_on(&t, "issue", false);
        t.req.cursor = cases[i].cursor;
        char body[512];
        (void)snprintf(body, sizeof body, "{\"issues\":[" ISSUE("1", "") "],%s}", cases[i].end);
        assert_int_equal(trial_page(&t, body), ALD_OK);
        assert_int_equal(t.rows.n, cases[i].cursor && strchr("sS", *cases[i].cursor) ? 0 : 1);
        assert_int_equal(t.next.high_water, time_of("2026-01-05T11:00:00Z"));
        if (cases[i].next)
            assert_string_equal(t.next.cursor, cases[i].next);
        else
            assert_null(t.next.cursor);
        if (cases[i].gap)
            assert_has(t.next.gap, cases[i].gap);
        else
            assert_null(t.next.gap);
        trial_close(&t);
    }
    open_on(&t, "issue",
            false); /* refused: from the start, but not for ever; without a token it is the query's fault */
    t.res.status = 400;
    t.req.cursor = "t|0|a";
    assert_int_equal(trial_page(&t, "{\"errorMessages\":[\"expired\"]}"), ALD_OK);
    assert_string_equal(t.next.cursor, "r|1|");
    t.req.cursor = "T|0|1767600000000|a"; /* from where it stands */
    assert_int_equal(trial_page(&t, "{\"errorMessages\":[\"expired\"]}"), ALD_OK);
    assert_string_equal(t.next.cursor, "R|1|1767600000000|");
    t.req.cursor = "t|3|a";
    assert_int_equal(trial_page(&t, "{\"errorMessages\":[\"expired\"]}"), ALD_ERR_NET);
    t.req.cursor = NULL;
    assert_int_equal(trial_page(&t, "{\"errorMessages\":[\"no field x\"]}"), ALD_ERR_NET);
    assert_has(t.err.msg, "no field x");
    trial_close(&t);
    open_on(&t, "issue", false); /* nobody's answer, and an answer to another question */
    trial_header(&t, "x-seraph-loginreason", "AUTHENTICATED_FAILED");
    assert_int_equal(trial_page(&t, "{\"issues\":[],\"isLast\":true}"), ALD_ERR_AUTH);
    t.res.headers_n = 0;
    t.req.window.since = time_of("2026-02-01T00:00:00Z");
    assert_int_equal(trial_page(&t, "{\"issues\":[" ISSUE("1", "") "],\"isLast\":true}"), ALD_ERR_NET);
    trial_close(&t);
}

static void test_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *cursor, *start, *next, *gap;
    } cases[] = {
        {NULL, "0", "o|1|1767600000000|2", NULL},                  /* two of nine: the next begins with the last */
        {"o|1|1767600000000|1", "1", "o|2|1767600000000|2", NULL}, /* it stands there */
        {"o|5|1767600000001|7", "5", "o|6|1767600000000|2", NULL}, /* older ones stand there: nothing was missed */
        {"o|5|1767600000000|7", "5", "o|2|1767600000000|7", NULL}, /* another of the same time: go back */
        {"o|2|1767500000000|7", "2", "o|0|1767500000000|7", NULL}, /* younger ones: some moved up unseen */
        {"o|7|1767600000000|1", "7", NULL, NULL},                  /* nine of nine */
        {"o|3|1767600000000|1", "0", NULL, "got those from 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_on(&t, "issue", true);
        t.req.page_size = 2;
        t.req.cursor = cases[i].cursor;
        char body[1024];
        (void)snprintf(body, sizeof body,
                       "{\"issues\":[" ISSUE("1", "") "," ISSUE("2", "") "],\"startAt\":%s,\"total\":9}",
                       cases[i].start);
        assert_int_equal(trial_page(&t, body), ALD_OK);
        if (cases[i].next)
            assert_string_equal(t.next.cursor, cases[i].next);
        else
            assert_null(t.next.cursor);
        if (cases[i].gap)
            assert_has(t.next.gap, cases[i].gap);
        trial_close(&t);
    }
}

static void test_issue(void **state)
{
    (void)state;
    struct trial t;
    open_on(&t, "issue", false);
    assert_int_equal(
        trial_page(
            &t,
            "{\"isLast\":true,\"issues\":[" ISSUE(
                "7",
                ",\"resolutiondate\":\"2026-01-05T04:30:00.000-0500\",\"priority\":{\"id\":\"10001\",\"name\":\"Red\"},"
                "\"assignee\":\"aa\",\"components\":[{\"id\":\"1\",\"name\":\"pay\"}],\"parent\":{\"key\":\"INC-1\"},"
                "\"issuelinks\":[{\"type\":{\"name\":\"Duplicate\"},\"outwardIssue\":{\"key\":\"INC-2\"}},"
                "{\"type\":{\"name\":\"Duplicate\"},\"inwardIssue\":{\"key\":\"INC-3\"}}]") ",{\"id\":\"8\"}]}"),
        ALD_OK);
    assert_int_equal(t.rows.n, 2);
    assert_non_null(t.rows.elements[1].error); /* ids alone: the fields were not given */
    const struct ald_row_record *r = t.rows.elements[0].record;
    assert_string_equal(r->external_id, "7");
    assert_string_equal(r->key, "INC-7");
    assert_string_equal(r->url, "https://acme.example/browse/INC-7");
    assert_string_equal(r->end_state, "resolved");
    assert_int_equal(moment_of(r, "opened", 2), time_of("2026-01-05T08:00:00Z"));
    assert_int_equal(moment_of(r, "resolved", 2), time_of("2026-01-05T09:30:00Z"));
    assert_string_equal(value_of(r, "severity"), "Red");
    assert_string_equal(value_of(r, "severity_id"), "10001");
    assert_string_equal(ref_of(r, "duplicate_of"), "INC-2");
    assert_string_equal(ref_of(r, "mention"), "INC-3");
    assert_string_equal(r->services[0].service, "pay");
    assert_int_equal(r->holds & ALD_HOLDS_TEAMS, 0);
    assert_int_equal(t.rows.elements[0].todos_n, 3);
    assert_string_equal(t.rows.aliases[0].prefix, "INC-");
    trial_close(&t);
}

/** Kinds of the events that one entry of a changelog becomes, joined by blanks. */
static const char *kinds_of(struct trial *t, const char *items)
{
    static const char *const subject[] = {"7"};
    t->req.subjects = subject;
    t->req.subjects_n = 1;
    const char *body =
        ald_sprintf(t->arena,
                    "{\"startAt\":0,\"total\":1,\"values\":[{\"id\":\"5\",\"created\":\"2026-01-05T09:00:00.000+0000\","
                    "\"author\":\"aa\",\"items\":[%s]}]}",
                    items);
    assert_int_equal(trial_page(t, body), ALD_OK);
    assert_null(t->rows.elements[0].error);
    const char *kinds = "";
    for (size_t i = 0; i < t->rows.elements[0].events_n; i++)
        kinds = ald_sprintf(t->arena, "%s%s%s", kinds, i ? " " : "", t->rows.elements[0].events[i].kind);
    return kinds;
}

#define STATUS(from, to) "{\"field\":\"status\",\"fieldId\":\"status\",\"from\":\"" from "\",\"to\":\"" to "\"}"
#define RESOLUTION(to) "{\"field\":\"resolution\",\"from\":null,\"to\":" to "}"

static void test_changelog(void **state)
{
    (void)state;
    static const struct {
        const char *items, *kinds;
    } cases[] = {
        {STATUS("1", "3"), "acknowledged"},
        {STATUS("3", "4"), "status_update"},
        {STATUS("3", "5"), "resolved"},
        {STATUS("5", "6"), "status_update"}, /* from done to done */
        {STATUS("5", "3"), "reopened"},
        {STATUS("5", "1"), "reopened"},
        {STATUS("3", "5") "," RESOLUTION("\"1\""), "resolved"},
        {STATUS("3", "99") "," RESOLUTION("\"1\""), "resolved"}, /* 99 is listed no longer */
        {STATUS("99", "3") "," RESOLUTION("null"), "reopened"},
        {STATUS("99", "98"), "status_update"},
        {RESOLUTION("\"1\""), "status_update"},
        {"{\"field\":\"assignee\",\"from\":null,\"to\":\"bb\"}", "assigned acknowledged"},
        {"{\"field\":\"assignee\",\"from\":\"aa\",\"to\":\"bb\"}", "reassigned"},
        {"{\"field\":\"assignee\",\"from\":\"aa\",\"to\":null}", "status_update"},
        {"{\"field\":\"Component\",\"from\":null,\"to\":\"1\",\"toString\":\"pay, later\"}", "service_added"},
        {"{\"field\":\"Component\",\"from\":\"1\",\"fromString\":\"pay\",\"to\":null,\"toString\":null}",
         "status_update"},
        {"{\"field\":\"priority\",\"fieldId\":\"priority\",\"to\":\"1\",\"toString\":\"Red\"}", "severity_changed"},
        {"{\"field\":\"Rank\",\"to\":\"\"}", "other"},
        {"", ""},
    };
    struct ald_facts *facts = ald_facts_new();
    struct trial t;
    open_on(&t, "status", false);
    static const char *const categories[] = {"1", "new",  "3", "indeterminate", "4", "indeterminate",
                                             "5", "done", "6", "done"};
    const char *list = "";
    for (size_t i = 0; i < 10; i += 2)
        list = ald_sprintf(t.arena, "%s%s{\"id\":\"%s\",\"statusCategory\":{\"key\":\"%s\"}}", list, i ? "," : "",
                           categories[i], categories[i + 1]);
    assert_int_equal(trial_page(&t, ald_sprintf(t.arena, "[%s]", list)), ALD_OK);
    ald_facts_take(facts, &t.rows);
    trial_close(&t);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_on(&t, "changelog", false);
        t.res.facts = facts;
        assert_string_equal(kinds_of(&t, cases[i].items), cases[i].kinds);
        trial_close(&t);
    }
    open_on(&t, "changelog", false); /* several choices: those that came */
    static const struct ald_source_opt fields[] = {{"service", "customfield_2"}};
    t.cfg.fields = fields;
    t.cfg.fields_n = 1;
    assert_string_equal(
        kinds_of(&t, "{\"field\":\"Affected\",\"fieldId\":\"customfield_2\",\"from\":\"[1]\",\"to\":\"[1, 2, 3]\","
                     "\"fromString\":\"pay\",\"toString\":\"pay, web, app\"}"),
        "service_added service_added");
    assert_string_equal(t.rows.elements[0].events[1].service, "app");
    trial_close(&t);
    ald_facts_freep(&facts);
}

static void test_details(void **state)
{
    (void)state;
    static const char *const subject[] = {"7"};
    struct trial t;
    open_on(&t, "comment", false);
    t.req.subjects = subject;
    t.req.subjects_n = 1;
    assert_string_equal(trial_ask(&t), "https://acme.example/rest/api/3/issue/7/comment?startAt=0&maxResults=100");
    assert_int_equal(
        trial_page(
            &t,
            "{\"startAt\":0,\"total\":3,\"comments\":[{\"id\":\"1\",\"created\":\"2026-01-05T09:00:00.000+0530\","
            "\"author\":"
            "\"\",\"body\":{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\","
            "\"text\":"
            "\"see "
            "\"},{\"type\":\"mention\",\"attrs\":\"aa\"},{\"type\":\"hardBreak\"},{\"type\":\"inlineCard\",\"attrs\":"
            "{\"url\":\"https://"
            "x.example\"}}]},{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":["
            "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"one\"}]}]}]}]}},"
            "{\"id\":\"2\",\"created\":\"2026-01-05T09:00:00.000+0000\",\"body\":\"wiki *text*\"}]}"),
        ALD_OK);
    const struct ald_row_event *e = t.rows.elements[0].events;
    assert_string_equal(e->text, "see @aa\nhttps://x.example\n- one");
    assert_int_equal(e->at, time_of("2026-01-05T03:30:00Z"));
    assert_int_equal(e->automatic, 1); /* an app wrote it */
    assert_string_equal(t.rows.elements[1].events->text, "wiki *text*");
    assert_string_equal(t.next.cursor, "2");
    t.req.cursor = "2";
    assert_int_equal(trial_page(&t, "{\"startAt\":2,\"total\":3,\"comments\":[]}"), ALD_OK);
    assert_has(t.next.gap, "counts 3 entries, but gave none after 2");
    assert_int_equal(trial_page(&t, "{\"startAt\":0,\"total\":3,\"comments\":[]}"), ALD_OK);
    assert_has(t.next.gap, "got those from 0");
    trial_close(&t);
    open_on(&t, "changelog", true);
    t.req.subjects = subject;
    t.req.subjects_n = 1;
    assert_string_equal(trial_ask(&t), "https://acme.example/rest/api/2/issue/7?fields=created&expand=changelog");
    assert_int_equal(trial_page(&t, "{\"changelog\":{\"total\":5,\"histories\":[]}}"), ALD_OK);
    assert_has(t.next.gap, "has 5 entries, but only 0");
    trial_close(&t);
    open_on(&t, "remotelink", false);
    t.req.subjects = subject;
    t.req.subjects_n = 1;
    assert_int_equal(trial_page(&t, "[{\"id\":1,\"object\":{\"url\":\"https://y.example/p\"}},{\"id\":2}]"), ALD_OK);
    assert_string_equal(t.rows.elements[0].id, "7/1");
    assert_string_equal(t.rows.elements[0].additions[0]->refs[0].value, "https://y.example/p");
    assert_non_null(t.rows.elements[1].error);
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_requests), cmocka_unit_test(test_tokens),    cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_issue),           cmocka_unit_test(test_changelog), cmocka_unit_test(test_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
