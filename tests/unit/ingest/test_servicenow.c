/* ServiceNow: what rows mean, and what is refused. Paging has its own test. */
#include "trial.h"

static void open_incidents(struct trial *t)
{
    trial_open(t, "servicenow", "incident");
    t->cfg.kind = "ticket";
}

static void test_incident_request(void **state)
{
    (void)state;
    static const struct ald_source_opt fields[] = {{"severity", "u_sev"}};
    struct trial t;
    open_incidents(&t);
    t.cfg.fields = fields;
    t.cfg.fields_n = 1;
    const char *url = trial_ask(&t);
    assert_has(url, "https://acme.example/api/now/table/incident?sysparm_query=ORDERBYsys_updated_on%5EORDERBYsys_id&");
    assert_has(url, "u_sev");
    assert_has(url, "sysparm_display_value=all");
    assert_has(url, "sysparm_exclude_reference_link=true");
    assert_has(url, "sysparm_limit=100&sysparm_offset=0");
    assert_int_equal(t.req.auth, ALD_AUTH_BASIC);
    t.req.window.since = time_of("2026-03-01T00:00:00Z");
    t.req.window.until = time_of("2026-03-02T00:00:00Z");
    assert_has(trial_ask(&t), "sysparm_query=sys_updated_on%3E%3D2026-03-01%2000%3A00%3A00%5E"
                              "sys_updated_on%3C2026-03-03%2002%3A00%3A00%5EORDERBY");
    t.cfg.base_url = NULL;
    assert_int_equal(t.stream->request(t.arena, &t.cfg, &t.req, &t.err), ALD_ERR_CONFIG);
    trial_close(&t);
}

#define BOTH(name, value, display) "\"" name "\":{\"value\":\"" value "\",\"display_value\":\"" display "\"}"
#define SAME(name, value) BOTH(name, value, value)

/* clang-format off */
static const char whole[] =
    "{\"result\":[{"
    SAME("sys_id", "s1") ","
    SAME("number", "INC0001") ","
    SAME("short_description", "Shop is slow") ","
    BOTH("state", "6", "Gel\xC3\xB6st") ","
    BOTH("incident_state", "6", "x") ","
    BOTH("priority", "2", "2 - High") ","
    SAME("urgency", "1") ","
    SAME("impact", "3") ","
    BOTH("category", "soft", "Software") ","
    SAME("opened_at", "2026-01-02 03:04:05") ","
    SAME("sys_created_on", "2026-01-02 03:10:00") ","
    SAME("work_start", "") ","
    SAME("resolved_at", "2026-01-02 04:00:00") ","
    SAME("closed_at", "") ","
    SAME("sys_updated_on", "2026-01-02 04:00:01") ","
    SAME("sys_mod_count", "7") ","
    BOTH("close_code", "dup", "Duplicate of another") ","
    BOTH("business_service", "bs1", "Web shop") ","
    BOTH("cmdb_ci", "ci1", "host-1") ","
    BOTH("assignment_group", "g1", "Core") ","
    BOTH("problem_id", "p1", "PRB7") ","
    BOTH("parent_incident", "s0", "INC0000") ","
    SAME("correlation_id", "PD-9") ","
    SAME("u_began", "2026-01-02 02:00:00") ","
    SAME("u_sev", "SEV1") ","
    "\"assigned_to\":\"0123456789abcdef\"}]}";
/* clang-format on */

static void test_incident(void **state)
{
    (void)state;
    struct trial t;
    open_incidents(&t);
    trial_header(&t, "x-total-count", "1");
    assert_int_equal(trial_page(&t, whole), ALD_OK);
    assert_int_equal(t.rows.n, 1);
    const struct ald_element *el = &t.rows.elements[0];
    assert_null(el->error);
    assert_string_equal(el->id, "s1");
    const struct ald_row_record *r = el->record;
    assert_string_equal(r->external_id, "s1");
    assert_string_equal(r->key, "INC0001");
    assert_string_equal(r->title, "Shop is slow");
    assert_string_equal(r->kind, "ticket");
    assert_string_equal(r->status, "Gel\xC3\xB6st");
    assert_string_equal(r->end_state, "resolved");
    assert_string_equal(r->version, "7@2026-01-02 04:00:01");
    assert_string_equal(r->url, "https://acme.example/incident.do?sys_id=s1");
    assert_string_equal(r->resolve_reason, "Duplicate of another");
    assert_true(r->entered_at == time_of("2026-01-02T03:10:00Z"));
    assert_true(r->updated_at == time_of("2026-01-02T04:00:01Z"));
    assert_true(moment_of(r, "opened", 1) == time_of("2026-01-02T03:04:05Z"));
    assert_true(moment_of(r, "opened", 3) == r->entered_at);
    assert_true(moment_of(r, "resolved", 1) == time_of("2026-01-02T04:00:00Z"));
    assert_true(moment_of(r, "closed", 1) == ALD_TIME_NONE);
    assert_true(moment_of(r, "acknowledged", 1) == ALD_TIME_NONE);
    assert_string_equal(value_of(r, "severity"), "2");
    assert_string_equal(value_of(r, "severity_label"), "2 - High");
    assert_string_equal(value_of(r, "severity_rank"), "2");
    assert_string_equal(value_of(r, "priority"), "2");
    assert_string_equal(value_of(r, "urgency"), "1");
    assert_null(value_of(r, "urgency_label"));
    assert_string_equal(value_of(r, "category_label"), "Software");
    assert_int_equal(r->services_n, 1);
    assert_string_equal(r->services[0].service, "Web shop");
    assert_string_equal(r->services[0].field, "business_service");
    assert_true(!r->services[0].stand_in && !r->services[0].at_start && r->services[0].at == ALD_TIME_NONE);
    assert_string_equal(el->service_def->external_id, "bs1");
    assert_string_equal(r->teams[0].team, "g1");
    assert_string_equal(el->team_def->name, "Core");
    assert_string_equal(r->people[0].person, "0123456789abcdef");
    assert_string_equal(ref_of(r, "key"), "PRB7");
    assert_string_equal(ref_of(r, "id"), "p1");
    assert_string_equal(ref_of(r, "parent"), "s0");
    assert_string_equal(ref_of(r, "merged_into"), "s0");
    assert_string_equal(r->refs[r->refs_n - 2].value, "PD-9");
    assert_int_equal(r->timeline, 0);
    assert_int_equal(r->holds, 31 | ALD_HOLDS_VENDOR); /* no field of impact is mapped */
    assert_int_equal(el->todos_n, 6); /* the item's relations, audit trail, journal, affected items, services and offerings */
    assert_string_equal(el->todos[0].stream, "cmdb_rel_ci");
    for (size_t i = 1; i < el->todos_n; i++)
        assert_string_equal(el->todos[i].subject, "s1");
    assert_int_equal(t.rows.aliases_n, 2);
    assert_string_equal(t.rows.aliases[0].prefix, "https://acme.example");
    assert_string_equal(t.rows.aliases[1].prefix, "INC");
    assert_true(t.next.high_water == r->updated_at);
    assert_null(t.next.cursor);
    trial_close(&t);
}

static void test_mapped_fields(void **state)
{
    (void)state;
    static const struct ald_source_opt fields[] = {
        {"severity", "u_sev"}, {"impact_started", "u_began"}, {"opened", "u_began"}, {"service", "cmdb_ci"}};
    static const struct ald_source_opt opts[] = {{"audit", "off"}, {"journal", "off"}, {"affected", "off"}, {"problems", "off"}};
    struct trial t;
    open_incidents(&t);
    t.cfg.fields = fields;
    t.cfg.fields_n = 4;
    t.cfg.opts = opts;
    t.cfg.opts_n = sizeof opts / sizeof opts[0];
    assert_int_equal(trial_page(&t, whole), ALD_OK);
    const struct ald_row_record *r = t.rows.elements[0].record;
    assert_string_equal(value_of(r, "severity"), "SEV1");
    assert_null(value_of(r, "severity_rank"));
    assert_true(moment_of(r, "impact_started", 1) == time_of("2026-01-02T02:00:00Z"));
    assert_true(moment_of(r, "opened", 1) == time_of("2026-01-02T02:00:00Z"));
    assert_true(moment_of(r, "opened", 2) == time_of("2026-01-02T03:04:05Z"));
    assert_string_equal(r->services[0].service, "host-1");
    assert_int_equal(t.rows.elements[0].todos_n, 0);
    trial_close(&t);
}

/* The service is the first of three fields that holds something; a category only stands in for one. */
static void test_service_choice(void **state)
{
    (void)state;
    static const struct {
        const char *row, *service, *field;
        bool stand_in;
    } cases[] = {
        {"\"business_service\":\"a\",\"cmdb_ci\":\"b\",\"category\":\"c\"", "a", "business_service", false},
        {"\"business_service\":\"\",\"cmdb_ci\":\"b\",\"category\":\"c\"", "b", "cmdb_ci", false},
        {"\"business_service\":null,\"category\":\"c\"", "c", "category", true},
        {"\"category\":{\"value\":\"c\",\"display_value\":\"\"}", "c", "category", true},
        {"\"business_service\":{\"link\":\"https://l\",\"value\":\"v\"}", "v", "business_service", false},
        {"\"category\":\"\"", NULL, NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t);
        assert_int_equal(trial_page(&t, ald_sprintf(t.arena, "{\"result\":[{\"sys_id\":\"s\",%s}]}", cases[i].row)),
                         ALD_OK);
        const struct ald_row_record *r = t.rows.elements[0].record;
        assert_int_equal(r->services_n, cases[i].service != NULL);
        if (cases[i].service) {
            assert_string_equal(r->services[0].service, cases[i].service);
            assert_string_equal(r->services[0].field, cases[i].field);
            assert_int_equal(r->services[0].stand_in, cases[i].stand_in);
        }
        trial_close(&t);
    }
}

static void test_end_states(void **state)
{
    (void)state;
    static const struct {
        const char *row, *end_state;
    } cases[] = {{"\"state\":\"1\"", "open"},     {"\"state\":\"3\"", "open"},
                 {"\"state\":\"6\"", "resolved"}, {"\"state\":\"7\"", "closed"},
                 {"\"state\":\"8\"", "closed"},   {"\"state\":\"-5\"", "open"},
                 {"\"state\":7", "closed"},       {"\"state\":\"\",\"incident_state\":\"7\"", "closed"},
                 {"\"state\":null", "open"},      {"\"resolved_at\":\"2026-01-01 00:00:00\"", "open"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t);
        assert_int_equal(trial_page(&t, ald_sprintf(t.arena, "{\"result\":[{\"sys_id\":\"s\",%s}]}", cases[i].row)),
                         ALD_OK);
        assert_string_equal(t.rows.elements[0].record->end_state, cases[i].end_state);
        trial_close(&t);
    }
}

static void test_bad_rows_among_good(void **state)
{
    (void)state;
    static const struct {
        const char *row, *error;
    } cases[] = {
        {"{\"sys_id\":\"b\",\"opened_at\":\"soon\"}", "$.result[1].opened_at: expected a time, found \"soon\""},
        {"{\"sys_id\":\"b\",\"opened_at\":{\"value\":\"soon\"}}", "$.result[1].opened_at.value: expected a time"},
        {"{\"sys_id\":\"b\",\"opened_at\":[]}", "$.result[1].opened_at"},
        {"{\"number\":\"INC1\"}", "$.result[1].sys_id"},
        {"{\"sys_id\":\"\"}", "$.result[1].sys_id: expected an id"},
        {"{\"sys_id\":null}", "$.result[1].sys_id"},
        {"{\"sys_id\":\"b\",\"priority\":{\"value\":{}}}", "$.result[1].priority.value"},
        {"{\"sys_id\":\"b\",\"assignment_group\":[1]}", "$.result[1].assignment_group"},
        {"\"text\"", "$.result[1]"},
        {"null", "$.result[1]"},
        {"[]", "$.result[1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t);
        const char *body =
            ald_sprintf(t.arena, "{\"result\":[{\"sys_id\":\"a\"},%s,{\"sys_id\":\"c\"}]}", cases[i].row);
        assert_int_equal(trial_page(&t, body), ALD_OK);
        assert_int_equal(t.rows.n, 3);
        assert_non_null(t.rows.elements[0].record);
        assert_non_null(t.rows.elements[2].record);
        const struct ald_element *bad = &t.rows.elements[1];
        assert_has(bad->error, cases[i].error);
        assert_true(bad->id && *bad->id);
        assert_true(!bad->record && bad->todos_n == 0);
        trial_close(&t);
    }
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *body, *error;
        enum ald_rc rc;
    } cases[] = {
        {200, "{\"result\":[],\"error\":{\"message\":\"took too long\",\"detail\":\"cut\"}}", "took too long - cut",
         ALD_ERR_FORMAT},
        {403, "{\"error\":{\"message\":\"no right\",\"detail\":null},\"status\":\"failure\"}", "403: no right",
         ALD_ERR_NET},
        {400, "{\"error\":{\"message\":\"Invalid table x\"}}", "Invalid table x", ALD_ERR_NET},
        {404, "not json", "404", ALD_ERR_NET},
        {401, "{}", "401", ALD_ERR_AUTH},
        {200, " <html>asleep</html>", "HTML", ALD_ERR_FORMAT},
        {200, "", "nothing", ALD_ERR_FORMAT},
        {200, "{}", "$.result", ALD_ERR_FORMAT},
        {200, "{\"result\":{}}", "$.result: expected a list", ALD_ERR_FORMAT},
        {200, "[]", "$", ALD_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        open_incidents(&t);
        t.res.status = cases[i].status;
        assert_int_equal(trial_page(&t, cases[i].body), cases[i].rc);
        assert_has(t.err.msg, cases[i].error);
        trial_close(&t);
    }
}

static void test_audit_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *field, *from, *to, *kind, *team, *service, *value, *actor;
    } cases[] = {
        {"incident_state", "", "1", "opened", NULL, NULL, "1", "me"},
        {"incident_state", "", "2", "acknowledged", NULL, NULL, "2", "me"},
        {"incident_state", "1", "3", "acknowledged", NULL, NULL, "3", "me"},
        {"incident_state", "2", "3", "status_update", NULL, NULL, "3", "me"},
        {"incident_state", "2", "6", "resolved", NULL, NULL, "6", "me"},
        {"incident_state", "", "6", "resolved", NULL, NULL, "6", "me"},
        {"incident_state", "6", "7", "closed", NULL, NULL, "7", "me"},
        {"incident_state", "1", "8", "closed", NULL, NULL, "8", "me"},
        {"incident_state", "6", "2", "reopened", NULL, NULL, "2", "me"},
        {"incident_state", "7", "1", "reopened", NULL, NULL, "1", "me"},
        {"incident_state", "1", "", "status_update", NULL, NULL, NULL, "me"},
        {"state", "2", "6", "status_update", NULL, NULL, "6", "me"},
        {"assignment_group", "", "g", "assigned", "g", NULL, NULL, "me"},
        {"assignment_group", "g", "h", "reassigned", "h", NULL, NULL, "me"},
        {"assignment_group", "g", "", "status_update", NULL, NULL, NULL, "me"},
        {"assigned_to", "", "p", "assigned", NULL, NULL, NULL, "p"},
        {"assigned_to", "p", "q", "reassigned", NULL, NULL, NULL, "q"},
        {"assigned_to", "p", "", "status_update", NULL, NULL, NULL, "me"},
        {"cmdb_ci", "", "c", "service_added", NULL, "c", NULL, "me"},
        {"category", "c", "d", "service_added", NULL, "d", NULL, "me"},
        {"business_service", "c", "", "status_update", NULL, NULL, NULL, "me"},
        {"priority", "", "3", "severity_changed", NULL, NULL, "3", "me"},
        {"urgency", "3", "1", "severity_changed", NULL, NULL, "1", "me"},
        {"work_notes", "", "x", "note", NULL, NULL, NULL, "me"}, /* without the journal, which has its words */
        {"short_description", "a", "b", "status_update", NULL, NULL, NULL, "me"},
    };
    static const char *const subjects[] = {"s1", "s2"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trial t;
        trial_open(&t, "servicenow", "sys_audit");
        t.req.subjects = subjects;
        t.req.subjects_n = 2;
        static const struct ald_source_opt without[] = {{"journal", "off"}};
        t.cfg.opts = without;
        t.cfg.opts_n = 1;
        const char *body =
            ald_sprintf(t.arena,
                        "{\"result\":[{\"sys_id\":\"a1\",\"tablename\":\"incident\",\"documentkey\":\"s2\","
                        "\"fieldname\":\"%s\",\"oldvalue\":\"%s\",\"newvalue\":\"%s\","
                        "\"sys_created_on\":\"2026-01-02 03:04:05\",\"user\":\"me\"}]}",
                        cases[i].field, cases[i].from, cases[i].to);
        assert_int_equal(trial_page(&t, body), ALD_OK);
        assert_int_equal(t.rows.elements[0].events_n, 1);
        const struct ald_row_event *e = t.rows.elements[0].events;
        const struct {
            const char *is, *should;
        } pairs[] = {{e->kind, cases[i].kind},
                     {e->team, cases[i].team},
                     {e->service, cases[i].service},
                     {e->value, cases[i].value},
                     {e->actor, cases[i].actor},
                     {e->agent, "me"},
                     {e->field, cases[i].field},
                     {e->external_id, "s2"},
                     {e->event_id, "a1"},
                     {e->text, NULL}};
        for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++)
            if ((pairs[k].is == NULL) != (pairs[k].should == NULL) ||
                (pairs[k].is && strcmp(pairs[k].is, pairs[k].should) != 0))
                fail_msg("case %zu, member %zu: %s, not %s", i, k, pairs[k].is ? pairs[k].is : "(null)",
                         pairs[k].should ? pairs[k].should : "(null)");
        assert_int_equal(e->automatic, -1);
        assert_true(e->at == time_of("2026-01-02T03:04:05Z"));
        trial_close(&t);
    }
}

static void test_audit_page(void **state)
{
    (void)state;
    static const char *const subjects[] = {"s1", "s2"};
    struct trial t;
    trial_open(&t, "servicenow", "sys_audit");
    t.req.subjects = subjects;
    t.req.subjects_n = 2;
    assert_has(trial_ask(&t),
               "sysparm_query=documentkeyINs1%2Cs2%5Etablename%3Dincident%5EORDERBYsys_created_on%5EORDERBYsys_id&");
    assert_has(t.req.url, "sysparm_display_value=false");
    assert_int_equal(
        trial_page(
            &t,
            "{\"result\":[{\"sys_id\":\"a\",\"documentkey\":\"s1\",\"fieldname\":\"reopen_count\",\"sys_created_on\":"
            "\"2026-01-02 "
            "03:04:05\"},{\"sys_id\":\"b\",\"documentkey\":\"s1\",\"fieldname\":\"x\",\"sys_created_on\":\"\"},"
            "{\"sys_id\":\"c\",\"documentkey\":\"s1\",\"sys_created_on\":\"2026-01-02 03:04:05\"}]}"),
        ALD_OK);
    assert_int_equal(t.rows.elements[0].events_n, 0);
    assert_null(t.rows.elements[0].error);
    assert_has(t.rows.elements[1].error, "$.result[1].sys_created_on: expected a time");
    assert_has(t.rows.elements[2].error, "$.result[2].fieldname");
    /* entries are never changed: offsets in one query, which the source need not run again for every page */
    trial_header(&t, "x-total-count", "9");
    t.req.page_size = 1;
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"a\",\"documentkey\":\"s1\",\"fieldname\":\"x\","
                                    "\"sys_created_on\":\"2026-01-02 03:04:05\"}]}"),
                     ALD_OK);
    assert_string_equal(t.next.cursor, "|0|0|o|2026-01-02 03:04:05|a");
    t.req.cursor = t.next.cursor;
    assert_has(trial_ask(&t), "tablename%3Dincident%5EORDERBYsys_created_on%5EORDERBYsys_id&");
    assert_has(t.req.url, "sysparm_limit=2&sysparm_offset=0");
    t.req.cursor = NULL;
    static const char *const foreign[] = {
        "{\"result\":[{\"sys_id\":\"a\",\"documentkey\":\"s9\",\"fieldname\":\"x\",\"sys_created_on\":\"2026-01-02 "
        "03:04:05\"}]}",
        "{\"result\":[{\"sys_id\":\"a\",\"tablename\":\"problem\",\"documentkey\":\"s1\",\"fieldname\":\"x\"}]}"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(trial_page(&t, foreign[i]), ALD_ERR_NET);
        assert_has(t.err.msg, "ignored the filter");
    }
    trial_close(&t);
}

static void test_state_field(void **state)
{
    (void)state;
    static const struct ald_source_opt opts[] = {{"state_field", "state"}};
    struct trial t;
    trial_open(&t, "servicenow", "sys_audit");
    t.cfg.opts = opts;
    t.cfg.opts_n = sizeof opts / sizeof opts[0];
    assert_int_equal(
        trial_page(&t,
                   "{\"result\":[{\"sys_id\":\"a\",\"documentkey\":\"s\",\"fieldname\":\"state\",\"oldvalue\":\"2\","
                   "\"newvalue\":\"6\",\"sys_created_on\":\"2026-01-02 03:04:05\",\"user\":null}]}"),
        ALD_OK);
    assert_string_equal(t.rows.elements[0].events[0].kind, "resolved");
    assert_null(t.rows.elements[0].events[0].actor);
    trial_close(&t);
}

static void test_lists(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "servicenow", "sys_user_group");
    assert_has(trial_ask(&t), "/sys_user_group?");
    assert_int_equal(
        trial_page(
            &t,
            "{\"result\":[{\"sys_id\":\"g1\",\"name\":\"Core\",\"parent\":\"g0\"},{\"sys_id\":\"g0\",\"name\":\"\"}]}"),
        ALD_OK);
    assert_string_equal(t.rows.elements[0].team_def->name, "Core");
    assert_string_equal(t.rows.elements[0].team_def->parent, "g0");
    assert_string_equal(t.rows.elements[1].team_def->name, "g0");
    assert_null(t.rows.elements[1].team_def->parent);
    trial_close(&t);
    trial_open(&t, "servicenow", "sys_user");
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"0123456789abcdef\",\"name\":null},{\"sys_id\":null}]}"),
                     ALD_OK);
    assert_int_equal(t.rows.n, 0);
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incident_request),
        cmocka_unit_test(test_incident),
        cmocka_unit_test(test_mapped_fields),
        cmocka_unit_test(test_service_choice),
        cmocka_unit_test(test_end_states),
        cmocka_unit_test(test_bad_rows_among_good),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_audit_kinds),
        cmocka_unit_test(test_audit_page),
        cmocka_unit_test(test_state_field),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
