/* The table of connectors: what every row of it must hold. */
#include "trial.h"

static void test_sorted_and_unique(void **state)
{
    (void)state;
    const struct ald_connector *c, *before = NULL;
    size_t n = 0;
    for (size_t i = 0; (c = ald_connector_at(i)); i++, before = c, n++) {
        if (before)
            assert_true(strcmp(before->type.type, c->type.type) < 0);
        assert_ptr_equal(ald_connector_find(c->type.type), c);
        assert_ptr_equal(ald_source_type(c->type.type), &c->type);
        assert_ptr_equal(ald_source_type_at(i), &c->type);
    }
    assert_true(n >= 3);
    assert_null(ald_connector_find("no such type"));
}

static void test_required_members(void **state)
{
    (void)state;
    static const char *const kinds[] = {"pager", "ticket", "status", "file"};
    const struct ald_connector *c;
    for (size_t i = 0; (c = ald_connector_at(i)); i++) {
        assert_non_null(c->type.title);
        assert_non_null(c->type.default_kind);
        size_t known = 0;
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            known += strcmp(kinds[k], c->type.default_kind) == 0;
        assert_int_equal(known, 1);
        assert_true(c->mapping >= 1);
        assert_true(c->page_size >= 1 && c->page_size <= c->page_size_max);
        assert_true(c->streams_n >= 1);
        for (size_t k = 0; k < c->type.keys_n; k++)
            assert_true(c->type.keys[k].key && c->type.keys[k].help && *c->type.keys[k].help);
    }
}

static size_t stream_at(const struct ald_connector *c, const char *name)
{
    for (size_t i = 0; i < c->streams_n; i++)
        if (strcmp(c->streams[i].name, name) == 0)
            return i;
    return c->streams_n;
}

static void test_streams(void **state)
{
    (void)state;
    const struct ald_connector *c;
    for (size_t i = 0; (c = ald_connector_at(i)); i++)
        for (size_t k = 0; k < c->streams_n; k++) {
            const struct ald_stream *s = &c->streams[k];
            assert_non_null(s->name);
            assert_int_equal(stream_at(c, s->name), k);
            assert_true(s->cursor_doc && *s->cursor_doc && !strchr(s->cursor_doc, '\n'));
            assert_non_null(s->request);
            assert_non_null(s->page);
            if (s->parent) /* read before it */
                assert_true(stream_at(c, s->parent) < k);
            else if (!c->type.is_file && !s->tail) /* a file of events is whole, and so is a log of all changes */
                assert_int_equal(s->holds, 0);
            if (s->as)
                assert_true(s->parent && stream_at(c, s->as) < k);
            if (s->whole)
                assert_true(s->parent && s->subjects_max <= 1);
            if (s->unsettled_again)
                assert_true(s->parent && s->says && s->of_record);
            if (s->open_again || s->of_record || s->tells_gone)
                assert_non_null(s->parent);
        }
}

static void test_people(void **state)
{
    (void)state;
    const struct ald_connector *c;
    for (size_t i = 0; (c = ald_connector_at(i)); i++)
        for (size_t k = 0; k < c->people_n; k++) {
            const struct ald_person_path *p = &c->people[k];
            assert_true(stream_at(c, p->stream) < c->streams_n);
            assert_true(p->path && *p->path);
            assert_int_equal(p->when_key == NULL, p->when_values == NULL);
            if (p->defines)
                assert_true(p->id_key || p->login_key || p->email_key);
        }
}

static void test_probes(void **state)
{
    (void)state;
    const struct ald_connector *c;
    for (size_t i = 0; (c = ald_connector_at(i)); i++)
        for (size_t k = 0; k < c->probe_n; k++) {
            size_t counted = stream_at(c, c->probe[k].stream);
            assert_true(counted < c->streams_n);
            assert_true(!c->streams[counted].parent && !c->streams[counted].every_time);
            assert_non_null(c->probe[k].request);
            assert_non_null(c->probe[k].count);
        }
}

/* The same configuration and cursor give the same request: a killed run goes on as if nothing had been. */
static void test_requests_are_pure(void **state)
{
    (void)state;
    static const struct ald_source_opt opts[] = {
        {"path", "/a"},         {"events_path", "/b"},     {"services_path", "/c"},  {"teams_path", "/d"}, {"reviews_path", "/e"},
        {"attendance_path", "/f"}, {"learnings_path", "/g"}, {"actions_path", "/h"}, {"told_path", "/i"},
        {"repositories", "made/ops"}, {"project", "made/ops"}};
    static const char *const cursors[] = {
        NULL, "", "nonsense", "|||", "2|200|100|x", "2026-01-01 00:00:00|1|0|k|2026-01-01 00:00:00|a", "77", "-1",
        "9223372036854775807|9223372036854775807|9223372036854775807|9223372036854775807|9223372036854775807|",
        "-9223372036854775808|-9223372036854775808|-9223372036854775808|-9223372036854775808|-9223372036854775808|"};
    const struct ald_connector *c;
    for (size_t i = 0; (c = ald_connector_at(i)); i++)
        for (size_t k = 0; k < c->streams_n; k++)
            for (size_t j = 0; j < sizeof cursors / sizeof cursors[0]; j++) {
                struct trial t;
                trial_open(&t, c->type.type, c->streams[k].name);
                t.cfg.opts = opts;
                t.cfg.opts_n = sizeof opts / sizeof opts[0];
                t.req.cursor = cursors[j];
                const char *one = trial_ask(&t);
                const char *two = trial_ask(&t);
                if (c->type.is_file)
                    assert_true(!one && t.req.file_path);
                else
                    assert_string_equal(one, two);
                trial_close(&t);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_and_unique), cmocka_unit_test(test_required_members),
        cmocka_unit_test(test_streams),           cmocka_unit_test(test_people),
        cmocka_unit_test(test_requests_are_pure), cmocka_unit_test(test_probes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
