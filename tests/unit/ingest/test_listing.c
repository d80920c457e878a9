/* The loop over the elements of a page: how they are named, which become rows, and what fails the page instead of one element. */
#include "trial.h"

#include "connectors/listing.h"

static enum ald_rc row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                       const struct ald_jv *v, struct ald_err *err)
{
    const char *word = NULL;
    (void)cfg, (void)res;
    ALD_TRY(ald_json_str(v, "word", &word, err));
    if (strcmp(word, "foreign") == 0)
        return ald_fail(err, ALD_ERR_NET, "not asked for");
    (void)ald_rows_record(rows, el, el->id);
    return ALD_OK;
}

static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *v, struct ald_listing_met *met, struct ald_err *err)
{
    size_t *n = seen;
    const char *word = NULL;
    (*n)++;
    if (ald_json_str_opt(v, "word", &word, NULL) == ALD_OK && word && strcmp(word, "broken") == 0)
        return ald_fail(err, ALD_ERR_FORMAT, "broken off");
    met->passed = word && strcmp(word, "other") == 0;
    met->id = met->id ? ald_sprintf(arena, "n%s", met->id) : NULL;
    return ALD_OK;
}

static void open_page(struct trial *t, const char *text)
{
    trial_open(t, "gitlab", "issues");
    assert_int_equal(ald_json_parse(text, strlen(text), &t->doc, &t->err), ALD_OK);
    t->res.doc = t->doc;
    ald_json_root(t->doc, &t->res.root);
    t->res.req = &t->req;
    t->rows = (struct ald_rows){.arena = t->arena};
}

static enum ald_rc read_page(struct trial *t, const char *text, const struct ald_listing_how *how, struct ald_listing *found)
{
    open_page(t, text);
    return ald_listing_read(&t->cfg, &t->res, &t->rows, how, found, &t->next, &t->err);
}

#define T1 "\"2026-01-01T00:00:00Z\""
#define T2 "\"2026-01-05T00:00:00Z\""
#define T1_MS INT64_C(1767225600000)

static void test_what_a_page_held(void **state)
{
    (void)state;
    struct trial t;
    struct ald_listing found;
    const struct ald_listing_how how = {.member = "data", .changed = "at", .oldest = ALD_TIME_NONE, .fn = row};
    assert_int_equal(read_page(&t, "{\"data\":[{\"id\":1,\"word\":\"a\",\"at\":" T2 "},{\"id\":2,\"word\":3,\"at\":" T1 "},7]}", &how, &found), ALD_OK);
    assert_int_equal(found.n, 3);
    assert_null(found.last); /* 7 has no id */
    assert_int_equal(found.last_at, T1_MS);
    assert_int_equal(found.newest, T1_MS + 4 * ALD_DAY_MS);
    assert_int_equal(t.next.high_water, found.newest);
    assert_int_equal(t.rows.n, 3);
    assert_null(t.rows.elements[0].error);
    assert_non_null(t.rows.elements[1].error); /* waits in quarantine */
    assert_int_equal(t.rows.elements[2].id[0], '#');
    trial_close(&t);
}

static void test_looked_at(void **state)
{
    (void)state;
    static const char *const subjects[] = {"S"};
    struct trial t;
    struct ald_listing found;
    size_t n = 0;
    struct ald_listing_how how = {.member = "", .look = look, .seen = &n, .fn = row};
    assert_int_equal(read_page(&t, "[{\"id\":1,\"word\":\"other\"},{\"id\":2,\"word\":\"a\"}]", &how, &found), ALD_OK);
    assert_int_equal(n, 2);
    assert_int_equal(found.n, 2);
    assert_int_equal(t.rows.n, 1);
    assert_string_equal(t.rows.elements[0].id, "n2");
    t.req.subjects = subjects;
    t.req.subjects_n = 1;
    t.rows.n = 0;
    assert_int_equal(ald_listing_read(&t.cfg, &t.res, &t.rows, &how, &found, &t.next, &t.err), ALD_OK);
    assert_string_equal(t.rows.elements[0].id, "S/n2");
    how.own_ids = true;
    t.rows.n = 0;
    assert_int_equal(ald_listing_read(&t.cfg, &t.res, &t.rows, &how, &found, &t.next, &t.err), ALD_OK);
    assert_string_equal(t.rows.elements[0].id, "n2");
    trial_close(&t);
    assert_int_equal(read_page(&t, "[{\"id\":1,\"word\":\"broken\"}]", &how, &found), ALD_ERR_FORMAT);
    trial_close(&t);
}

static void test_what_fails_a_page(void **state)
{
    (void)state;
    struct trial t;
    struct ald_listing found;
    struct ald_listing_how how = {.member = "", .changed = "at", .oldest = T1_MS + ALD_DAY_MS, .fn = row};
    assert_int_equal(read_page(&t, "[{\"id\":1,\"word\":\"a\",\"at\":" T1 "}]", &how, &found), ALD_ERR_NET);
    assert_string_equal(t.err.msg, "the source gave what is older than asked for: it ignored the query");
    trial_close(&t);
    how.asked = "`since`";
    assert_int_equal(read_page(&t, "[{\"id\":1,\"word\":\"a\",\"at\":" T1 "}]", &how, &found), ALD_ERR_NET);
    assert_has(t.err.msg, "ignored `since`");
    trial_close(&t);
    assert_int_equal(read_page(&t, "[{\"id\":1,\"word\":\"foreign\",\"at\":" T2 "}]", &how, &found), ALD_ERR_NET); /* no quarantine */
    assert_string_equal(t.err.msg, "not asked for");
    trial_close(&t);
    assert_int_equal(read_page(&t, "{\"id\":1}", &how, &found), ALD_ERR_FORMAT);
    trial_close(&t);
}

static void test_the_oldest_that_may_come(void **state)
{
    (void)state;
    assert_int_equal(ald_listing_oldest(ALD_TIME_NONE, ALD_DAY_MS), ALD_TIME_NONE);
    assert_int_equal(ald_listing_oldest(T1_MS, ALD_DAY_MS), T1_MS - ALD_DAY_MS);
    assert_int_equal(ald_listing_oldest(ALD_TIME_NONE + 1, ALD_DAY_MS), ALD_TIME_NONE); /* of a cursor that somebody else wrote */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_a_page_held), cmocka_unit_test(test_looked_at),
                                       cmocka_unit_test(test_what_fails_a_page), cmocka_unit_test(test_the_oldest_that_may_come)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
