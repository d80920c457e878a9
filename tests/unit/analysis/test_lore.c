/* What people did afterwards: which incident a row means, the cut at as-of, names of incidents in later texts, and the figures
 * of a period. */
#include "analysis/links.h"
#include "fixture.h"

#include "alidade/learning.h"

struct room {
    struct fixture *f;
    struct ald_arena *arena;
    struct ald_lore lore;
};

static void load(struct room *r, int64_t as_of_minute)
{
    struct ald_err err = {0};
    struct ald_store *store;
    (void)analyse(r->f, as_of_minute);
    must(ald_store_open(r->f->path, ALD_STORE_READ, &store, &err), &err);
    must(ald_store_begin_read(store, &err), &err);
    must(ald_lore_load(store, r->f->a, r->arena, r->arena, &r->lore, &err), &err);
    ald_store_rollback(store);
    ald_store_close(store);
}

static const struct ald_incident_lore *of(const struct room *r, const char *id)
{
    return &r->lore.of[incident(r->f, id) - r->f->a->incidents];
}

static void note(struct fixture *f, int64_t row, int64_t minute, const char *text)
{
    char id[16];
    (void)snprintf(id, sizeof id, "n%03d", ++f->next_event);
    put(f, "INSERT INTO event (record, event_id, at, kind, text) VALUES (?1, ?2, ?3, 'note', ?4)", "itmt", row, id, minute,
        text);
}

static void review(struct fixture *f, const char *id, const char *about, int64_t minute, const char *url,
                   const char *surprise)
{
    put(f,
        "INSERT INTO review (source, external_id, incident, held_at, url, why_surprised, seen_at)"
        " VALUES ('r', ?1, ?2, ?3, ?4, ?5, 0)",
        "ttmtt", id, about, minute, url, surprise);
}

static void attend(struct fixture *f, const char *id, const char *about, int64_t required, const char *team)
{
    put(f,
        "INSERT INTO attendance (source, external_id, incident, required, team, seen_at)"
        " VALUES ('r', ?1, ?2, nullif(?3, -1), ?4, 0)",
        "ttit", id, about, required, team);
}

static void action(struct fixture *f, const char *id, const char *about, int64_t opened, int64_t due, int64_t closed)
{
    put(f,
        "INSERT INTO action_item (source, external_id, incident, opened_at, due_at, closed_at, seen_at)"
        " VALUES ('r', ?1, ?2, ?3, ?4, ?5, 0)",
        "ttmmm", id, about, opened, due, closed);
}

static int setup(void **state)
{
    struct ald_arena *arena;
    struct fixture *fixture = furnished(sizeof(struct room), state, &arena);
    struct room *r = *state;
    r->f = fixture;
    r->arena = arena;
    source(r->f, "pg", "pager", "own");
    simple(r->f, 1, "pg", "INC-1", "pager", ALL_HELD, DAYS(0), DAYS(0) + 60);
    simple(r->f, 2, "pg", "INC-2", "pager", ALL_HELD, DAYS(10), DAYS(10) + 60);
    simple(r->f, 3, "pg", "INC-3", "pager", ALL_HELD, DAYS(20), NEVER);
    set(r->f, 1, "url", "https://Pager.example/incidents/INC-1/");
    for (int64_t row = 1; row <= 3; row++) /* somebody works on each: no noise */
        event_full(r->f, row, row == 1 ? 5 : row == 2 ? DAYS(10) + 5 : DAYS(20) + 5, "acknowledged", "ana", 0, "core", NULL,
                   NULL);
    return 0;
}

static int teardown(void **state)
{
    struct room *r = *state;
    return cleared(r->f, r->arena, r);
}

/* Rows name an incident by id, key or record; others are counted; what is dated after as-of has not happened. */
static void test_rows(void **state)
{
    struct room *r = *state;
    review(r->f, "a", "pg:INC-1", DAYS(3), "https://wiki/1", "the cache was thought to be empty");
    review(r->f, "b", "INC-2", DAYS(40), NULL, NULL);
    review(r->f, "c", "nobody", DAYS(3), NULL, NULL);
    attend(r->f, "a", "INC-1", 0, "web");
    attend(r->f, "b", "INC-1", 0, "core");
    attend(r->f, "c", "INC-1", 1, "web");
    attend(r->f, "d", "INC-1", -1, NULL);
    action(r->f, "a", "INC-1", DAYS(3), DAYS(5), NEVER);
    action(r->f, "b", "INC-1", DAYS(3), NEVER, DAYS(35));
    action(r->f, "c", "INC-1", DAYS(35), NEVER, NEVER);
    put(r->f, "INSERT INTO story_told (source, external_id, incident, told_at, seen_at) VALUES ('r', 'a', 'INC-1', ?1, 0)",
        "m", (int64_t)DAYS(31));
    load(r, DAYS(30));
    const struct ald_incident_lore *one = of(r, "INC-1"), *two = of(r, "INC-2");
    assert_int_equal(one->reviews, 1);
    assert_int_equal(one->reviews_held, 1);
    assert_true(one->write_up && one->surprised && !one->risk_known && !one->told);
    assert_int_equal(one->voluntary, 2);
    assert_int_equal(one->required, 1);
    assert_int_equal(one->actions, 2);
    assert_int_equal(two->reviews, 1);
    assert_int_equal(two->reviews_held, 0);
    assert_int_equal(r->lore.strangers, 1);
    assert_int_equal(r->lore.actions_n, 2);
    assert_true(r->lore.actions[1].closed_at == ALD_TIME_NONE); /* closed only later */
    size_t n;
    assert_true(ald_lore_reviews(&r->lore, 1, &n)[0].held_at == ALD_TIME_NONE && n == 1);
    (void)ald_lore_reviews(&r->lore, 2, &n);
    assert_int_equal(n, 0);
    load(r, DAYS(40));
    assert_true(of(r, "INC-1")->told);
    assert_int_equal(of(r, "INC-2")->reviews_held, 1);
}

static void test_citations(void **state)
{
    struct room *r = *state;
    note(r->f, 2, DAYS(10) + 20, "Same as (INC-1), see https://pager.example/incidents/INC-1.\nAlso INC-1!");
    note(r->f, 3, DAYS(20) + 20, "not INC-12, XINC-1, INC-1x or INC_1; INC-3 is this one");
    note(r->f, 1, 30, "INC-2 has not begun");
    load(r, DAYS(30));
    assert_int_equal(of(r, "INC-1")->citations, 1);
    assert_int_equal(of(r, "INC-2")->citations, 0);
    assert_int_equal(of(r, "INC-3")->citations, 0);
    assert_int_equal(r->lore.citations_n, 1);
    const struct ald_citation *c = &r->lore.citations[0];
    assert_true(c->at == AT(DAYS(10) + 20) && c->by == 1);
    assert_string_equal(c->quote, "Same as (INC-1), see https://pager.example/incidents/INC-1. Also INC-1!");

    note(r->f, 3, DAYS(20) + 30, "see:https://pager.example/incidents/INC-1?utm_campaign=channel&utm_source=slack, again");
    put(r->f,
        "INSERT INTO citation (source, external_id, incident, at, field, quote) VALUES ('wiki', 'p', 'INC-1', ?1, 'x', 'q')",
        "m", (int64_t)DAYS(25));
    ref(r->f, 3, "mention", "INC-2");
    load(r, DAYS(30));
    assert_int_equal(of(r, "INC-1")->citations, 3);
    assert_int_equal(of(r, "INC-2")->citations, 1);
    load(r, DAYS(15));
    assert_int_equal(of(r, "INC-1")->citations, 1);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *same;
    } cases[] = {{"HTTPS://Wiki.Example/A/", "https://wiki.example/A"},
                 {" https://w/x?utm_a=1 ", "https://w/x"},
                 {"https://w/x?utm_a=1&b=2&utm_c=3#f", "https://w/x?b=2#f"},
                 {"https://w/x?b=2&utm_c", "https://w/x?b=2"},
                 {"https://w/x?futm_a=1&&", "https://w/x?futm_a=1&&"},
                 {"https://w#?utm_a=1", "https://w#?utm_a=1"},
                 {"https://w?", "https://w?"}};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *a = ald_arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(ald_link_url(a, cases[i].url), cases[i].same);
    assert_null(ald_link_url(a, "w/x?utm_a=1"));
}

/* A pager counts its incidents: behind the word a number is a name, alone it is not. */
static void test_numbers(void **state)
{
    struct room *r = *state;
    set(r->f, 1, "key", "4711");
    set(r->f, 2, "key", "4712");
    note(r->f, 2, DAYS(10) + 20, "4711 requests failed, 4711 of them twice, #4711 is a pull request, incident of 4711 minutes");
    load(r, DAYS(30));
    assert_int_equal(of(r, "pg:INC-1")->citations, 0);
    note(r->f, 3, DAYS(20) + 20, "As in Incident #4711: the pool. (See incidents 4711 and 4712.)");
    load(r, DAYS(30));
    assert_int_equal(of(r, "pg:INC-1")->citations, 1);
    assert_int_equal(of(r, "pg:INC-2")->citations, 1);
    assert_string_equal(r->lore.citations[0].quote, "As in Incident #4711: the pool. (See incidents 4711 and 4712.)");
}

/* A key that two incidents have, and a bare number, name nobody. */
static void test_no_telling_names(void **state)
{
    struct room *r = *state;
    simple(r->f, 4, "pg", "4", "pager", ALL_HELD, DAYS(1), DAYS(1) + 60);
    simple(r->f, 5, "pg", "OTHER-5", "pager", ALL_HELD, DAYS(1), DAYS(1) + 60);
    simple(r->f, 6, "pg", "OTHER-6", "pager", ALL_HELD, DAYS(2), DAYS(2) + 60);
    set(r->f, 5, "key", "TWICE-1");
    set(r->f, 6, "key", "TWICE-1");
    note(r->f, 3, DAYS(20) + 20, "4 of 5, incident 4, TWICE-1, OTHER-5");
    load(r, DAYS(30));
    assert_int_equal(r->lore.citations_n, 1);
    assert_int_equal(of(r, "pg:OTHER-5")->citations, 1);
}

static bool has_pattern(const void *ctx, size_t i)
{
    return i == *(const size_t *)ctx;
}

static void test_period(void **state)
{
    struct room *r = *state;
    struct ald_learning learning;
    struct ald_figures figures;
    struct ald_period period;
    struct ald_err err = {0};
    size_t pattern = 1;
    review(r->f, "a", "INC-1", DAYS(0) + 60 + DAYS(2), NULL, NULL);
    attend(r->f, "a", "INC-1", 0, "web");
    attend(r->f, "b", "INC-1", 0, "core");
    attend(r->f, "c", "INC-1", 1, "web");
    action(r->f, "a", "INC-1", DAYS(3), DAYS(5), NEVER);
    action(r->f, "b", "INC-1", DAYS(4), NEVER, DAYS(9));
    put(r->f, "INSERT INTO learning (source, external_id, incident, at, text, seen_at) VALUES ('r', 'a', 'INC-1', ?1, 't', 0)",
        "m", (int64_t)DAYS(4));
    note(r->f, 3, DAYS(20) + 20, "like INC-1");
    load(r, DAYS(33));
    must(ald_period_parse(r->arena, &r->f->a->calendar, "2024-01", AT(DAYS(33)), &period, &err), &err);
    ald_analysis_figures(r->f->a, &period, r->arena, &figures);
    ald_learning_fill(r->f->a, &figures, &r->lore, has_pattern, &pattern, r->arena, &learning);
    assert_int_equal(learning.incidents, 2); /* the third is open */
    assert_int_equal(learning.reviewed, 1);
    assert_int_equal(learning.held, 1);
    assert_int_equal(learning.days_n, 1);
    assert_close(learning.days_median, 2, 1e-12);
    assert_int_equal(learning.voluntary, 2);
    assert_int_equal(learning.required, 1);
    assert_int_equal(learning.teams_not_involved, 1); /* web; core acted */
    assert_int_equal(learning.actions_open, 1);
    assert_int_equal(learning.actions_closed, 1);
    assert_int_equal(learning.actions_late, 1);
    assert_close(learning.open_age_median_ms, (double)MINUTES(DAYS(30)), 1e-6);
    assert_int_equal(learning.lessons_n, 1);
    assert_int_equal(learning.cited, 1);
    assert_int_equal(learning.citations, 1);
    assert_int_equal(learning.worth_n, 1);
    assert_string_equal(r->f->a->incidents[learning.worth[0]].id, "pg:INC-2");
    assert_null(learning.absent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_citations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_telling_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_period, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
