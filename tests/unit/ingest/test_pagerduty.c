/* PagerDuty: windows that stay short and are halved, paging that notices what moves, what incidents and log entries
 * mean. */
#include <stdlib.h>

#include "trial.h"

static void open_incidents(struct trial *t, const char *since, const char *until)
{
    trial_open(t, "pagerduty", "incidents");
    t->req.window.since = since ? time_of(since) : ALD_TIME_NONE;
    t->req.window.until = until ? time_of(until) : ALD_TIME_NONE;
}

/** A page of n incidents, ids from `first` on. */
static const char *page_of(struct trial *t, int first, int n, bool more, const char *total)
{
    const char *list = "";
    for (int i = 0; i < n; i++)
        list = ald_sprintf(t->arena,
                           "%s%s{\"id\":\"Q%d\",\"created_at\":\"2026-01-01T00:00:00Z\",\"status\":\"resolved\"}", list,
                           i ? "," : "", first + i);
    return ald_sprintf(t->arena, "{\"incidents\":[%s],\"more\":%s,\"total\":%s}", list, more ? "true" : "false", total);
}

static void follow(struct trial *t, const char *body)
{
    assert_int_equal(trial_page(t, body), ALD_OK);
    t->req.cursor = t->next.cursor;
}

static void test_requests(void **state)
{
    (void)state;
    struct trial t;
    open_incidents(&t, "2026-01-01T00:00:00.500Z", "2026-01-02T00:00:00.500Z");
    assert_string_equal(
        trial_ask(&t),
        "https://acme.example/incidents?limit=100&offset=0&total=true&statuses%5B%5D=triggered&statuses%5B%5D="
        "acknowledged&statuses%5B%5D=resolved&sort_by=created_at%3Aasc&time_zone=UTC"
        "&since=2026-01-01T00%3A00%3A00Z&until=2026-01-02T00%3A00%3A01Z");
    assert_string_equal(t.req.auth_scheme, "Token token=");
    assert_string_equal(t.req.headers[0].value, "application/vnd.pagerduty+json;version=2");
    t.cfg.base_url = NULL;
    assert_has(trial_ask(&t), "https://api.pagerduty.com/incidents?");
    trial_close(&t);
    static const struct {
        const char *stream, *url;
    } details[] = {
        {"incident", "https://acme.example/incidents/Q%2F1"},
        {"notes", "https://acme.example/incidents/Q%2F1/notes"},
        {"incident_log_entries",
         "https://acme.example/incidents/Q%2F1/log_entries?limit=100&offset=0&is_overview=false&time_zone=UTC"},
        {"alerts", "https://acme.example/incidents/Q%2F1/alerts?limit=100&offset=0"},
    };
    const char *const subjects[] = {"Q/1"};
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        trial_open(&t, "pagerduty", details[i].stream);
        t.req.subjects = subjects;
        t.req.subjects_n = 1;
        assert_string_equal(trial_ask(&t), details[i].url);
        trial_close(&t);
    }
}

/* Windows go from the beginning to the end without a hole, none longer than six months. */
static void test_windows(void **state)
{
    (void)state;
    struct trial t;
    open_incidents(&t, NULL, "2026-11-20T12:00:00Z");
    assert_has(trial_ask(&t), "since=2009-01-01T00%3A00%3A00Z");
    int n = 0;
    const char *end = "2009-01-01T00%3A00%3A00Z";
    for (bool more = true; more && n < 100; n++) {
        const char *url = trial_ask(&t), *since = strstr(url, "since=") + 6, *until = strstr(url, "until=") + 6;
        assert_true(strncmp(since, end, strlen("2009-01-01T00%3A00%3A00Z")) <= 0);
        end = ald_strndup(t.arena, until, strlen("2009-01-01T00%3A00%3A00Z"));
        follow(&t, page_of(&t, 0, 0, false, "0"));
        more = t.next.cursor != NULL;
        assert_null(t.next.gap);
    }
    assert_true(n > 40 && n < 50);
    assert_string_equal(end, "2026-11-20T12%3A00%3A00Z");
    trial_close(&t);
}

static void test_halving(void **state)
{
    (void)state;
    struct trial t;
    open_incidents(&t, "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z");
    follow(&t, page_of(&t, 0, 1, true, "10001")); /* told by its total */
    assert_has(trial_ask(&t), "since=2026-01-01T00%3A00%3A00Z&until=2026-01-03T00%3A00%3A00Z");
    t.res.status = 400; /* told by a refusal */
    follow(&t, "{\"error\":{\"message\":\"Arguments Caused Error\",\"code\":2002,\"errors\":[\"Offset+limit\"]}}");
    assert_has(trial_ask(&t), "since=2026-01-01T00%3A00%3A00Z&until=2026-01-02T00%3A00%3A00Z");
    t.res.status = 200;
    /* by the offset, where nothing else tells */
    int at = 0;
    t.req.page_size = 99;
    while (at < 9999) {
        assert_has(trial_ask(&t), at == 0 ? "offset=0" : "limit=");
        int n = 9999 - at < 99 ? 9999 - at : 99;
        follow(&t, page_of(&t, at == 0 ? 0 : at - 1, n + (at > 0), true, "null"));
        at += n;
    }
    assert_has(trial_ask(&t), "limit=2&offset=9998");
    follow(&t, page_of(&t, 9998, 2, true, "null"));
    assert_has(trial_ask(&t), "since=2026-01-01T00%3A00%3A00Z&until=2026-01-01T12%3A00%3A00Z");
    /* the next one is as long, and a second earlier; after few rows the one after it is twice as long */
    follow(&t, page_of(&t, 0, 2, false, "9000"));
    assert_has(trial_ask(&t), "since=2026-01-01T11%3A59%3A59Z&until=2026-01-02T12%3A00%3A00Z");
    trial_close(&t);
    open_incidents(&t, "2026-01-01T00:00:00Z", "2026-01-10T00:00:00Z"); /* few rows: less than a quarter of what can be read */
    for (int read = 2499; read <= 2500; read++) {
        t.req.cursor = ald_sprintf(t.arena, "1767225600|1767312000|86400|%d|0|Q%d", read - 2, read - 3);
        follow(&t, page_of(&t, read - 3, 3, false, "null"));
        assert_has(trial_ask(&t), "since=2026-01-01T23%3A59%3A59Z&until=");
        assert_has(t.req.url, read < 2500 ? "until=2026-01-04T00%3A00%3A00Z" : "until=2026-01-03T00%3A00%3A00Z");
    }
    trial_close(&t);
    open_incidents(&t, "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z");
    follow(&t, page_of(&t, 0, 1, true, "10000")); /* as many as can be read */
    assert_has(trial_ask(&t), "offset=0");
    assert_has(t.req.url, "until=2026-01-05T00%3A00%3A00Z");
    trial_close(&t);
    open_incidents(&t, "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
    follow(&t, page_of(&t, 0, 1, true, "20000"));
    assert_has(t.next.gap, "more than the 10000 entries");
    assert_null(t.next.cursor);
    t.res.status = 400;
    assert_int_equal(trial_page(&t, "{\"error\":{\"message\":\"Bad range\",\"code\":2004}}"), ALD_ERR_NET);
    assert_has(t.err.msg, "400: Bad range");
    trial_close(&t);
}

static void test_paging(void **state)
{
    (void)state;
    struct trial t;
    open_incidents(&t, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    t.req.page_size = 2;
    follow(&t, page_of(&t, 0, 2, true, "5"));
    assert_true(t.next.total == 5);
    assert_has(trial_ask(&t), "limit=3&offset=1&");
    follow(&t, page_of(&t, 1, 3, true, "null"));
    assert_has(trial_ask(&t), "limit=3&offset=3&");
    t.req.page_size = 1; /* in smaller steps */
    assert_has(trial_ask(&t), "limit=2&offset=3&");
    const char *here = t.req.cursor;
    follow(&t, page_of(&t, 3, 2, false, "null"));
    assert_null(t.next.cursor);
    /* rows have moved: the window is read again, three times; then that is said */
    t.req.cursor = here;
    for (int i = 0; i < 3; i++) {
        follow(&t, page_of(&t, 7, 2, true, "null"));
        assert_has(trial_ask(&t), "limit=1&offset=0");
        assert_null(t.next.gap);
        follow(&t, page_of(&t, 0, 1, true, "null"));
    }
    follow(&t, page_of(&t, 7, 2, true, "null"));
    assert_has(t.next.gap, "does not go on where");
    assert_null(t.next.cursor);
    /* more, but nothing there */
    for (int i = 0; i < 4; i++)
        follow(&t, page_of(&t, 0, 0, true, "null"));
    assert_has(t.next.gap, "said to be more");
    /* one that cannot be read is stepped over */
    t.req.cursor = here;
    assert_int_equal(t.stream->skip(t.arena, &t.cfg, &t.res, &t.next, &t.err), ALD_OK);
    t.req.cursor = t.next.cursor;
    assert_has(trial_ask(&t), "limit=1&offset=5&");
    /* what is no cursor starts again */
    static const char *const odd[] = {"x", "1|2|3", "9|1|1|0|0|", "1|99999999|1|0|0|", "1|2|3|20000|0|a", "1|2|0|1|0|"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        t.req.cursor = odd[i];
        assert_has(trial_ask(&t), "limit=1&offset=0&total=true");
    }
    trial_close(&t);
}

#define PERSON "\"0123456789abcdef\"" /* as people.c leaves a user */
#define SERVICE "{\"id\":\"S1\",\"type\":\"service_reference\",\"summary\":\"Web\"}"

static const struct ald_row_record *incident(struct trial *t, const char *members)
{
    assert_int_equal(
        trial_page(
            t, ald_sprintf(t->arena,
                           "{\"incidents\":[{\"id\":\"Q1\",\"incident_number\":12,\"title\":\"Slow\",\"created_at\":"
                           "\"2026-01-02T03:00:00Z\",\"service\":" SERVICE ",%s}],\"more\":false}",
                           members)),
        ALD_OK);
    assert_null(t->rows.elements[0].error);
    return t->rows.elements[0].record;
}

static void test_incident(void **state)
{
    (void)state;
    struct trial t;
    open_incidents(&t, NULL, NULL);
    const struct ald_row_record *r = incident(
        &t, "\"status\":\"resolved\",\"resolved_at\":\"2026-01-02T04:00:00Z\",\"last_status_change_at\":"
            "\"2026-01-09T00:00:00Z\",\"updated_at\":\"2026-01-09T00:00:00Z\",\"urgency\":\"low\",\"priority\":{\"id\":"
            "\"P9\","
            "\"summary\":\"P1\"},\"alert_counts\":{\"all\":3},\"teams\":[{\"id\":\"T1\"}],\"html_url\":"
            "\"https://a.example/incidents/"
            "Q1\",\"incident_key\":\"k\",\"resolve_reason\":{\"type\":\"merge_resolve_reason\","
            "\"incident\":{\"id\":\"Q2\"}},\"external_references\":[{\"external_id\":\"OPS-7\",\"external_url\":"
            "\"https://j.example/browse/OPS-7\"}],\"assignments\":null,\"acknowledgements\":[]");
    assert_string_equal(r->external_id, "Q1");
    assert_string_equal(r->key, "12");
    assert_string_equal(r->kind, "pager");
    assert_string_equal(r->end_state, "resolved");
    assert_true(moment_of(r, "resolved", 1) == time_of("2026-01-02T04:00:00Z"));
    assert_true(moment_of(r, "opened", 1) == time_of("2026-01-02T03:00:00Z"));
    for (size_t i = 0; i < r->moments_n; i++)
        assert_lacks(r->moments[i].field, "last_status_change_at");
    assert_string_equal(value_of(r, "severity"), "P1");
    assert_string_equal(value_of(r, "severity_id"), "P9");
    assert_string_equal(value_of(r, "alerts_grouped"), "3");
    assert_string_equal(ref_of(r, "merged_into"), "Q2");
    assert_string_equal(ref_of(r, "incident_key"), "k");
    assert_string_equal(ref_of(r, "key"), "OPS-7");
    assert_string_equal(ref_of(r, "url"), "https://j.example/browse/OPS-7");
    assert_string_equal(r->services[0].service, "S1");
    assert_true(r->services[0].at_start);
    assert_string_equal(r->teams[0].team, "T1");
    assert_string_equal(t.rows.aliases[0].prefix, "https://a.example");
    assert_int_equal(t.rows.elements[0].todos_n, 0);
    trial_close(&t);
}

static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *members, *end_state;
        bool resolved;
    } cases[] = {
        {"\"status\":\"triggered\"", "open", false},
        {"\"status\":\"acknowledged\",\"resolved_at\":\"2026-01-02T04:00:00Z\"", "open", false}, /* reopened */
        {"\"status\":\"resolved\",\"resolved_at\":null", "resolved", false},
        {"\"status\":\"brand_new\"", "open", false},
        {"\"status\":\"brand_new\",\"resolved_at\":\"2026-01-02T04:00:00Z\"", "resolved", true},
        {"\"status\":null", "open", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t, NULL, NULL);
        const struct ald_row_record *r = incident(&t, cases[i].members);
        assert_string_equal(r->end_state, cases[i].end_state);
        assert_int_equal(moment_of(r, "resolved", 1) != ALD_TIME_NONE, cases[i].resolved);
        trial_close(&t);
    }
}

static void test_people(void **state)
{
    (void)state;
    static const struct {
        const char *members, *role;
    } cases[] = {
        {"\"assigned_via\":\"escalation_policy\",\"assignments\":[{\"at\":\"2026-01-02T03:00:00Z\",\"assignee\":" PERSON
         "}]",
         "notified"},
        {"\"assigned_via\":\"direct_assignment\",\"assignments\":[{\"assignee\":" PERSON "}]", "assigned"},
        {"\"acknowledgements\":[{\"at\":\"2026-01-02T03:00:00Z\",\"acknowledger\":" PERSON "}]", "acknowledged"},
        {"\"acknowledgements\":[{\"at\":\"2026-01-02T03:00:00Z\",\"acknowledger\":" SERVICE "}]", NULL},
        {"\"incidents_responders\":[{\"state\":\"joined\",\"user\":" PERSON "}]", "responder"},
        {"\"incidents_responders\":[{\"state\":\"declined\",\"user\":" PERSON "}]", "requested"},
        {"\"assignments\":[{\"assignee\":null}]", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t, NULL, NULL);
        const struct ald_row_record *r = incident(&t, cases[i].members);
        assert_int_equal(r->people_n, cases[i].role != NULL);
        if (cases[i].role)
            assert_string_equal(r->people[0].role, cases[i].role);
        trial_close(&t);
    }
}

static void test_log_entries(void **state)
{
    (void)state;
    static const struct {
        const char *type, *members, *kind;
        int automatic;
        bool actor;
    } cases[] = {
        {"trigger", "\"agent\":" SERVICE, "opened", 1, false},
        {"trigger", "\"agent\":" PERSON, "opened", 0, true},
        {"acknowledge", "\"agent\":" PERSON, "acknowledged", 0, true},
        {"acknowledge", "\"agent\":null", "acknowledged", 0, false},
        {"assign", "\"agent\":" SERVICE ",\"assignees\":[" PERSON "]", "assigned", 1, true},
        {"assign", "\"agent\":" PERSON ",\"assignees\":[]", "assigned", 0, false},
        {"escalate", "\"channel\":{\"type\":\"timeout\"},\"assignees\":[" PERSON "]", "escalated", 1, true},
        {"escalate", "\"agent\":" PERSON ",\"assignees\":null", "escalated", 0, false},
        {"resolve", "\"agent\":" SERVICE, "resolved", 1, false},
        {"resolve", "\"channel\":{\"type\":\"sms\"}", "resolved", 0, false},
        {"resolve", "\"channel\":null", "resolved", -1, false},
        {"notify", "\"agent\":" SERVICE ",\"user\":" PERSON, "other", 1, true},
        {"snooze", "\"agent\":" PERSON, "status_update", 0, true},
        {"exhaust_escalation_path", "\"agent\":" SERVICE, "other", 1, false},
        {"never_heard_of", "\"agent\":" PERSON, "other", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        trial_open(&t, "pagerduty", "log_entries");
        assert_int_equal(
            trial_page(
                &t,
                ald_sprintf(t.arena,
                            "{\"log_entries\":[{\"id\":\"R1\",\"type\":\"%s_log_entry\",\"created_at\":"
                            "\"2026-01-02T03:00:00-05:00\",\"incident\":{\"id\":\"Q1\"},\"teams\":[{\"id\":\"T1\"}],%s"
                            "}],\"more\":false}",
                            cases[i].type, cases[i].members)),
            ALD_OK);
        const struct ald_element *el = &t.rows.elements[0];
        assert_null(el->error);
        assert_int_equal(el->events_n, 1);
        const struct ald_row_event *e = &el->events[0];
        assert_string_equal(e->external_id, "Q1");
        assert_string_equal(e->kind, cases[i].kind);
        assert_int_equal(e->automatic, cases[i].automatic);
        assert_int_equal(e->actor != NULL, cases[i].actor);
        assert_true(e->at == time_of("2026-01-02T08:00:00Z"));
        assert_true(t.next.high_water == e->at);
        assert_int_equal(e->team != NULL,
                         strcmp(cases[i].type, "assign") == 0 || strcmp(cases[i].type, "escalate") == 0);
        /* the incident is read again, unless nothing but a telephone rang; its own log only when it is not there */
        assert_int_equal(el->todos_n, strcmp(cases[i].type, "notify") == 0 ? 1 : 2);
        assert_true(el->todos[el->todos_n - 1].stranger);
        trial_close(&t);
    }
}

static void test_notes(void **state)
{
    (void)state;
    static const struct ald_source_opt off[] = {{"notes", "off"}};
    static const char entry[] =
        "{\"log_entries\":[{\"id\":\"R1\",\"type\":\"annotate_log_entry\",\"created_at\":\"2026-01-02\","
        "\"agent\":" PERSON ",\"channel\":{\"type\":\"note\",\"summary\":\"words\"},\"incident\":{\"id\":"
        "\"Q1\"}}],\"more\":false}";
    struct trial t;
    trial_open(&t, "pagerduty", "log_entries");
    assert_int_equal(trial_page(&t, entry), ALD_OK);
    assert_int_equal(t.rows.elements[0].events_n, 0); /* the note itself is read */
    assert_string_equal(t.rows.elements[0].todos[0].stream, "notes");
    t.cfg.opts = off;
    t.cfg.opts_n = 1;
    assert_int_equal(trial_page(&t, entry), ALD_OK);
    assert_string_equal(t.rows.elements[0].events[0].kind, "note");
    assert_string_equal(t.rows.elements[0].events[0].text, "words");
    trial_close(&t);

    const char *const subjects[] = {"Q1"};
    trial_open(&t, "pagerduty", "notes");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    assert_int_equal(
        trial_page(&t, "{\"notes\":[{\"id\":\"N1\",\"user\":" PERSON
                       ",\"content\":\"see https://w.example/a, (http://x.example/b) "
                       "and https://\",\"created_at\":\"2026-01-02T03:00:00-05:00\"},{\"id\":\"N2\",\"user\":{\"type\":"
                       "\"bot_user_reference\"},\"content\":null,\"created_at\":\"2026-01-03\"}]}"),
        ALD_OK);
    const struct ald_element *el = t.rows.elements;
    assert_string_equal(el[0].id, "Q1/N1");
    assert_int_equal(el[0].additions[0]->refs_n, 2);
    assert_string_equal(el[0].additions[0]->refs[0].value, "https://w.example/a");
    assert_string_equal(el[0].additions[0]->refs[1].value, "http://x.example/b");
    assert_string_equal(el[0].additions[0]->refs[0].kind, "mention");
    assert_int_equal(el[0].events[0].automatic, 0);
    assert_int_equal(el[1].events[0].automatic, 1);
    assert_null(t.next.cursor);
    trial_close(&t);
}

/* What an entry meant follows from those before it. */
static void test_stories(void **state)
{
    (void)state;
    static const struct {
        const char *entries, *kinds; /* type@second */
    } cases[] = {
        {"trigger@1 assign@2 acknowledge@3 resolve@4", "opened assigned acknowledged resolved"},
        {"trigger@1 assign@2 trigger@3 assign@4 escalate@5", "opened assigned status_update reassigned escalated"},
        {"trigger@1 resolve@2 assign@3 resolve@4", "opened resolved reopened resolved"},
        {"trigger@1 resolve@2 acknowledge@3", "opened resolved reopened"},
        {"trigger@1 resolve@2 unacknowledge@3 assign@3", "opened resolved reopened assigned"},
        {"trigger@1 assign@2 resolve@2", "opened assigned resolved"},
        {"trigger@1 resolve@2 assign@2", "opened resolved assigned"}, /* in one second: no reopening */
        {"trigger@1 resolve@2 annotate@3 notify@4", "opened resolved note other"},
        {"trigger@1 assign@2 assign@2 assign@3 assign@3", "opened assigned assigned reassigned reassigned"},
        {"resolve@1 trigger@2", "resolved reopened"},
        {"notes@1 trigger@2", "x opened"},
    };
    const struct ald_connector *c = ald_connector_find("pagerduty");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_arena *arena = ald_arena_new();
        struct ald_told told[8];
        size_t n = 0;
        for (const char *p = cases[i].entries; *p; n++) {
            size_t len = strcspn(p, "@");
            const char *type = ald_strndup(arena, p, len);
            told[n] = (struct ald_told){.event_id = "e", .kind = "x", .at = atoll(p + len + 1)};
            told[n].field = strcmp(type, "notes") == 0 ? "notes" : ald_sprintf(arena, "%s_log_entry", type);
            p += strcspn(p, " ");
            p += *p == ' ';
        }
        for (int again = 0; again < 2; again++) { /* told again it is the same */
            c->retell(told, n);
            const char *kinds = "";
            for (size_t k = 0; k < n; k++)
                kinds = ald_sprintf(arena, "%s%s%s", kinds, k ? " " : "", told[k].kind);
            assert_string_equal(kinds, cases[i].kinds);
        }
        ald_arena_free(arena);
    }
}

static void test_bad_among_good(void **state)
{
    (void)state;
    static const struct {
        const char *element, *error;
    } cases[] = {
        {"{\"id\":\"b\"}", "$.incidents[1].created_at"},
        {"{\"id\":\"b\",\"created_at\":\"soon\"}", "expected a time"},
        {"{\"created_at\":\"2026-01-01\"}", "$.incidents[1].id"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"teams\":{}}", "$.incidents[1].teams: expected a list"},
        {"{\"id\":\"b\",\"created_at\":\"2026-01-01\",\"assignments\":7}", "$.incidents[1].assignments"},
        {"null", "$.incidents[1]"},
        {"[]", "$.incidents[1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t, NULL, NULL);
        const char *good = "{\"id\":\"a\",\"created_at\":\"2026-01-01\",\"teams\":null}";
        assert_int_equal(
            trial_page(&t, ald_sprintf(t.arena, "{\"incidents\":[%s,%s,%s]}", good, cases[i].element, good)), ALD_OK);
        assert_true(!t.rows.elements[0].error && !t.rows.elements[2].error);
        assert_has(t.rows.elements[1].error, cases[i].error);
        trial_close(&t);
    }
}

/* Windows that follow one another to the end, each counted at its beginning, also where it holds more than can be read. */
static void test_counts(void **state)
{
    (void)state;
    struct trial t;
    int64_t n = 0;
    int asked = 0;
    open_incidents(&t, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    t.req.page_size = 1;
    for (const char *cursor = NULL;; asked++) {
        t.req.cursor = cursor;
        assert_non_null(strstr(trial_ask(&t), "limit=1&offset=0&total=true"));
        assert_int_equal(trial_page(&t, "{\"incidents\":[],\"more\":false,\"total\":12000}"), ALD_OK);
        assert_int_equal(t.connector->probe[0].count(t.arena, &t.cfg, &t.res, &n, &cursor, &t.err), ALD_OK);
        if (!cursor)
            break;
    }
    assert_int_equal(asked + 1, 3); /* 365 days in windows of 150 */
    assert_int_equal(n, 36000);
    t.req.cursor = NULL;
    (void)trial_page(&t, "{\"incidents\":[],\"more\":false,\"total\":null}");
    const char *cursor = NULL;
    assert_int_equal(t.connector->probe[0].count(t.arena, &t.cfg, &t.res, &n, &cursor, &t.err), ALD_ERR_FORMAT);
    trial_close(&t);
}

static void test_reference_lists(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "pagerduty", "priorities");
    assert_int_equal(
        trial_page(&t, "{\"priorities\":[{\"id\":\"A\",\"name\":\"P1\"},{\"id\":\"B\",\"summary\":\"P2\"}],\"more\":"
                       "true}"),
        ALD_OK);
    assert_int_equal(t.rows.elements[1].label->rank, 2);
    assert_string_equal(t.rows.elements[1].label->name, "P2");
    t.req.cursor = t.next.cursor;
    assert_int_equal(trial_page(&t, "{\"priorities\":[{\"id\":\"B\",\"name\":\"P2\"},{\"id\":\"C\",\"name\":\"P3\"}]}"),
                     ALD_OK);
    assert_int_equal(t.rows.elements[1].label->rank, 3);
    trial_close(&t);
    trial_open(&t, "pagerduty", "services");
    assert_int_equal(
        trial_page(&t, "{\"services\":[{\"id\":\"S1\",\"name\":\"Web\",\"teams\":[{\"id\":\"T1\"}]},{\"id\":\"S2\","
                       "\"summary\":\"Mail\",\"teams\":[{\"id\":\"T1\"},{\"id\":\"T2\"}]}]}"),
        ALD_OK);
    assert_string_equal(t.rows.elements[0].service_def->team, "T1");
    assert_null(t.rows.elements[1].service_def->team);
    assert_string_equal(t.rows.elements[1].service_def->name, "Mail");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests), cmocka_unit_test(test_windows),        cmocka_unit_test(test_halving),
        cmocka_unit_test(test_paging),   cmocka_unit_test(test_incident),       cmocka_unit_test(test_states),
        cmocka_unit_test(test_people),   cmocka_unit_test(test_log_entries),    cmocka_unit_test(test_notes),
        cmocka_unit_test(test_stories),  cmocka_unit_test(test_bad_among_good), cmocka_unit_test(test_reference_lists),
        cmocka_unit_test(test_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
