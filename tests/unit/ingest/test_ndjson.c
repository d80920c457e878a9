/* NDJSON: every column, every refusal by line, kinds of references, round trips of what an export writes. */
#include "trial.h"

static const struct ald_source_opt all_files[] = {{"path", "/data/records"},
                                                  {"events_path", "/data/events"},
                                                  {"services_path", "/data/services"},
                                                  {"teams_path", "/data/teams"}};

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *stream, *path;
    } cases[] = {{"records", "/data/records"},
                 {"events", "/data/events"},
                 {"services", "/data/services"},
                 {"teams", "/data/teams"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        trial_open(&t, "ndjson", cases[i].stream);
        assert_false(t.stream->wanted(&t.cfg));
        assert_int_equal(t.stream->request(t.arena, &t.cfg, &t.req, &t.err), ALD_ERR_CONFIG);
        t.cfg.opts = all_files;
        t.cfg.opts_n = 4;
        assert_true(t.stream->wanted(&t.cfg));
        t.req.cursor = "4096";
        (void)trial_ask(&t);
        assert_string_equal(t.req.file_path, cases[i].path);
        assert_int_equal(t.req.offset, 4096);
        assert_false(t.req.text);
        t.res.next_offset = 8192;
        assert_int_equal(trial_page(&t, "[]"), ALD_OK);
        assert_string_equal(t.next.cursor, "8192");
        t.res.next_offset = -1;
        assert_int_equal(trial_page(&t, "[]"), ALD_OK);
        assert_null(t.next.cursor);
        trial_close(&t);
    }
}

static void test_record(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "ndjson", "records");
    t.cfg.opts = all_files;
    t.cfg.opts_n = 4;
    const char *body =
        "[{\"@line\":1,\"source\":\"here\",\"external_id\":\"a1\",\"kind\":\"pager\",\"title\":\"Disk "
        "\xF0\x9F\x94\xA5\",\"url\":\"https://x/1\","
        "\"status\":\"done\",\"severity\":\"2\",\"urgency\":\"high\",\"impact_started_at\":\"2026-01-02T03:00:00Z\","
        "\"opened_at\":\"2026-01-02T03:04:05.678Z\",\"detected_at\":null,\"acknowledged_at\":\"\",\"resolved_at\":"
        "1767326400,"
        "\"closed_at\":\"2026-01-03\",\"resolve_reason\":\"fixed\",\"merged_into\":\"a0\",\"services\":[\"db\",\"web\"]"
        ","
        "\"services_at_start\":[\"db\"],\"teams\":[\"core\"],\"refs\":[\"https://x/"
        "9\",\"OPS-1\",\"alert:77:8\",\"parent:p\",\"odd:thing\"],"
        "\"customers_impacted\":12,\"regions\":[\"eu\",\"us\"],\"responders_n\":3,\"gone_at\":null,\"incident\":\"here:"
        "a1\"}]";
    assert_int_equal(trial_page(&t, body), ALD_OK);
    assert_int_equal(t.rows.n, 1);
    assert_null(t.rows.elements[0].error);
    const struct ald_row_record *r = t.rows.elements[0].record;
    assert_string_equal(r->external_id, "a1");
    assert_string_equal(r->key, "a1");
    assert_string_equal(r->kind, "pager");
    assert_string_equal(r->title, "Disk \xF0\x9F\x94\xA5");
    assert_string_equal(r->end_state, "resolved");
    assert_true(moment_of(r, "opened", 1) == time_of("2026-01-02T03:04:05.678Z"));
    assert_true(moment_of(r, "resolved", 1) == INT64_C(1767326400000));
    assert_true(moment_of(r, "closed", 1) == time_of("2026-01-03T00:00:00Z"));
    assert_true(moment_of(r, "detected", 1) == ALD_TIME_NONE);
    assert_string_equal(value_of(r, "severity"), "2");
    assert_string_equal(value_of(r, "customers_impacted"), "12");
    assert_string_equal(value_of(r, "responders_n"), "3");
    assert_int_equal(r->services_n, 2);
    assert_true(r->services[0].at_start && !r->services[1].at_start);
    assert_string_equal(r->teams[0].team, "core");
    assert_string_equal(ref_of(r, "url"), "https://x/9");
    assert_string_equal(r->refs[1].value, "OPS-1");
    assert_string_equal(ref_of(r, "alert"), "77:8");
    assert_string_equal(ref_of(r, "parent"), "p");
    assert_string_equal(r->refs[4].kind, "key");
    assert_string_equal(r->refs[4].value, "odd:thing");
    assert_string_equal(ref_of(r, "merged_into"), "a0");
    assert_int_equal(r->timeline, 31 | ALD_HOLDS_AS_SEEN);
    assert_int_equal(r->holds, 31 | ALD_HOLDS_AS_SEEN);
    t.cfg.opts_n = 1; /* no file of events: nothing of the timeline is known */
    assert_int_equal(trial_page(&t, body), ALD_OK);
    assert_int_equal(t.rows.elements[0].record->timeline, 0);
    assert_int_equal(t.rows.elements[0].record->holds, 31 | ALD_HOLDS_AS_SEEN);
    trial_close(&t);
}

static void test_end_states(void **state)
{
    (void)state;
    static const struct {
        const char *body, *end_state;
    } cases[] = {
        {"[{\"external_id\":1}]", "open"},
        {"[{\"external_id\":1,\"closed_at\":\"2026-01-01\"}]", "closed"},
        {"[{\"external_id\":1,\"resolved_at\":\"2026-01-01\"}]", "resolved"},
        {"[{\"external_id\":1,\"closed_at\":\"2026-01-01\",\"resolved_at\":\"2026-01-01\"}]", "resolved"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        trial_open(&t, "ndjson", "records");
        assert_int_equal(trial_page(&t, cases[i].body), ALD_OK);
        assert_string_equal(t.rows.elements[0].record->end_state, cases[i].end_state);
        assert_string_equal(t.rows.elements[0].record->external_id, "1");
        trial_close(&t);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *stream, *line, *error;
    } cases[] = {
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"x\":1}", "line 12: unknown column 'x'"},
        {"records", "{\"@line\":12,\"title\":\"a\"}", "line 12: $.external_id"},
        {"records", "{\"@line\":12,\"external_id\":\"\"}", "line 12: $.external_id: expected"},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"opened_at\":\"soon\"}",
         "line 12: $.opened_at: expected a time such as 2026-07-01 08:30, found \"soon\""},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"kind\":\"page\"}",
         "line 12: $.kind: expected one of pager, ticket"},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"class\":\"noise\"}",
         "line 12: $.class: expected one of planned"},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"services\":\"db\"}", "line 12: $.services: expected a list"},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"teams\":[{}]}", "line 12: $.teams[0]"},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"severity\":[]}", "line 12: $.severity"},
        {"records", "{\"@line\":12,\"external_id\":\"a\",\"source\":\"there\"}",
         "line 12: source 'there' is not this source"},
        {"records", "7", "line 2: $: expected an object"},
        {"events", "{\"@line\":3,\"external_id\":\"a\",\"at\":\"2026-01-01\",\"kind\":\"paged\"}",
         "line 3: $.kind: expected one of opened"},
        {"events", "{\"@line\":3,\"external_id\":\"a\",\"at\":\"2026-01-01\"}", "line 3: kind is missing"},
        {"events", "{\"@line\":3,\"external_id\":\"a\",\"kind\":\"note\"}", "line 3: $.at"},
        {"events", "{\"@line\":3,\"at\":\"2026-01-01\",\"kind\":\"note\"}", "line 3: $.external_id"},
        {"services", "{\"@line\":3,\"tier\":1}", "line 3: $.name"},
        {"services", "{\"@line\":3,\"name\":\"a\",\"tier\":0}", "line 3: tier"},
        {"teams", "{\"@line\":3,\"name\":\"a\",\"lead\":\"b\"}", "line 3: unknown column 'lead'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        trial_open(&t, "ndjson", cases[i].stream);
        bool record = strcmp(cases[i].stream, "records") == 0, event = strcmp(cases[i].stream, "events") == 0;
        const char *good = record  ? "{\"@line\":1,\"external_id\":\"good\"}"
                           : event ? "{\"@line\":1,\"external_id\":\"good\",\"at\":\"2026-01-01\",\"kind\":\"note\"}"
                                   : "{\"@line\":1,\"name\":\"good\"}";
        const char *last = ald_sprintf(t.arena, "[%s,%s,%s]", good, cases[i].line, good);
        assert_int_equal(trial_page(&t, last), ALD_OK);
        assert_int_equal(t.rows.n, 3);
        assert_null(t.rows.elements[0].error);
        assert_null(t.rows.elements[2].error);
        assert_has(t.rows.elements[1].error, cases[i].error);
        assert_true(!t.rows.elements[1].record && !t.rows.elements[1].events_n);
        trial_close(&t);
    }
}

static void test_ignore_extra(void **state)
{
    (void)state;
    static const struct ald_source_opt opts[] = {{"ignore_extra", "true"}};
    struct trial t;
    trial_open(&t, "ndjson", "records");
    t.cfg.opts = opts;
    t.cfg.opts_n = 1;
    assert_int_equal(trial_page(&t, "[{\"external_id\":\"a\",\"x\":{\"y\":[]}}]"), ALD_OK);
    assert_null(t.rows.elements[0].error);
    trial_close(&t);
}

static void test_events(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "ndjson", "events");
    assert_int_equal(
        trial_page(
            &t,
            "[{\"@line\":1,\"source\":\"here\",\"external_id\":\"a\",\"event_id\":9,\"at\":\"2026-01-01T00:00:00Z\","
            "\"kind\":\"note\",\"actor\":\"00112233aabbccdd\",\"team\":null,\"text\":\"hello\"},"
            "{\"@line\":2,\"external_id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"assigned\",\"actor\":\"p\","
            "\"team\":\"t\","
            "\"automatic\":true,\"service\":\"s\",\"value\":3}]"),
        ALD_OK);
    const struct ald_row_event *e = t.rows.elements[0].events;
    assert_string_equal(e->external_id, "a");
    assert_string_equal(e->event_id, "9");
    assert_string_equal(e->actor, "00112233aabbccdd");
    assert_string_equal(e->agent, e->actor);
    assert_string_equal(e->text, "hello");
    assert_int_equal(e->automatic, -1);
    assert_null(e->team);
    e = t.rows.elements[1].events;
    assert_null(e->event_id);
    assert_null(e->agent); /* who was engaged did not do it */
    assert_int_equal(e->automatic, 1);
    assert_string_equal(e->service, "s");
    assert_string_equal(e->value, "3");
    assert_string_equal(e->team, "t");
    trial_close(&t);
}

static void test_services_and_teams(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "ndjson", "services");
    assert_int_equal(
        trial_page(
            &t, "[{\"name\":\"web\",\"tier\":1,\"team\":\"core\",\"depends_on\":[\"db\",\"dns\"]},{\"name\":\"db\"}]"),
        ALD_OK);
    const struct ald_row_service_def *s = t.rows.elements[0].service_def;
    assert_string_equal(s->external_id, "web");
    assert_int_equal(s->tier, 1);
    assert_string_equal(s->depends_on[1], "dns");
    assert_null(s->depends_on[2]);
    assert_int_equal(t.rows.elements[1].service_def->tier, 0);
    trial_close(&t);
    trial_open(&t, "ndjson", "teams");
    assert_int_equal(trial_page(&t, "[{\"name\":\"core\",\"parent\":\"all\",\"timezone\":\"Europe/Berlin\"}]"), ALD_OK);
    assert_string_equal(t.rows.elements[0].team_def->parent, "all");
    assert_string_equal(t.rows.elements[0].team_def->timezone, "Europe/Berlin");
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_end_states),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_ignore_extra),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_services_and_teams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
