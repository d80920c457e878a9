/* Classes: marks, exercises by title, and when a page is noise. */
#include "fixture.h"

#define FAR 1000000

static void test_marks(void **state)
{
    struct fixture *f = *state;
    static const char *const match[] = {"Game Day", "[test]"};
    static const struct {
        const char *mark, *title;
        enum ald_class cls;
    } cases[] = {
        {NULL, "Checkout down", ALD_INCIDENT},         {"planned", "Checkout down", ALD_PLANNED},
        {"planned", "game day", ALD_PLANNED},          {"exercise", "Checkout down", ALD_EXERCISE},
        {"near_miss", "Checkout down", ALD_NEAR_MISS}, {NULL, "Autumn GAME  DAY: lose a zone", ALD_EXERCISE},
        {"near_miss", "[TEST] pager", ALD_EXERCISE},   {NULL, "Latest game", ALD_INCIDENT},
        {"somehow", "Checkout down", ALD_INCIDENT},
    };
    f->settings.exercise_match = match;
    f->settings.exercise_match_n = 2;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, 200);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set(f, 1, "class", cases[i].mark);
        set(f, 1, "title", cases[i].title);
        analyse(f, FAR);
        assert_int_equal(incident(f, "T1")->cls, cases[i].cls);
        assert_int_equal(incident(f, "T1")->class_why != NULL, cases[i].cls != ALD_INCIDENT);
    }
}

struct noise_case {
    const char *name, *kind;
    unsigned timeline;
    int64_t resolved; /* opened at 100 */
    struct {
        const char *kind, *who;
        int automatic;
    } events[4];
    enum ald_class cls;
};
static const struct noise_case noise[] = {
    {"itself", "pager", ALL_HELD, 400, {{"opened", NULL, 1}, {"resolved", NULL, 1}}, ALD_NOISE},
    {"nobody named", "pager", ALL_HELD, 400, {{"resolved", NULL, -1}}, ALD_NOISE},
    {"short", "pager", ALL_HELD, 104, {{"opened", NULL, 1}}, ALD_NOISE},
    {"not short", "pager", ALL_HELD, 105, {{"opened", NULL, 1}}, ALD_INCIDENT},
    {"still open", "pager", ALL_HELD, NEVER, {{"opened", NULL, 1}}, ALD_INCIDENT},
    {"acknowledged", "pager", ALL_HELD, 102, {{"acknowledged", "anna", -1}, {"resolved", NULL, 1}}, ALD_INCIDENT},
    {"resolved by hand", "pager", ALL_HELD, 102, {{"resolved", NULL, 0}}, ALD_INCIDENT},
    {"assigned by a rule", "pager", ALL_HELD, 102, {{"assigned", "anna", 1}, {"resolved", NULL, 1}}, ALD_NOISE},
    {"opened by hand", "pager", ALL_HELD, 102, {{"opened", "anna", 0}, {"resolved", NULL, 1}}, ALD_NOISE},
    {"a bot's note", "pager", ALL_HELD, 102, {{"note", "deploybot", -1}, {"resolved", NULL, 1}}, ALD_NOISE},
    {"incomplete", "pager", ALL_HELD & ~(unsigned)ALD_HOLDS_HUMAN, 102, {{"resolved", NULL, 1}}, ALD_INCIDENT},
    {"a ticket", "ticket", ALL_HELD, 102, {{"resolved", NULL, 1}}, ALD_INCIDENT},
};

static void test_noise(void **state)
{
    struct fixture *f = *state;
    static const char *const bots[] = {"deploybot"};
    f->settings.automation_users = bots;
    f->settings.automation_users_n = 1;
    source(f, "pager", "pager", "own");
    for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
        const struct noise_case *c = &noise[i];
        put(f, "DELETE FROM event", "");
        put(f, "DELETE FROM record_moment", "");
        put(f, "DELETE FROM record", "");
        simple(f, 1, "pager", "P1", c->kind, c->timeline, 100, c->resolved);
        for (int j = 0; c->events[j].kind; j++)
            event_full(f, 1, j == 0 ? 100 : 102, c->events[j].kind, c->events[j].who, c->events[j].automatic, NULL,
                       NULL, NULL);
        analyse(f, FAR);
        print_message("%s\n", c->name);
        assert_int_equal(incident(f, "P1")->cls, c->cls);
    }
}

static void test_noise_needs_pager_alone(void **state)
{
    struct fixture *f = *state;
    source(f, "pager", "pager", "own");
    source(f, "page", "status", "own");
    simple(f, 1, "pager", "P1", "pager", ALL_HELD, 100, 102);
    simple(f, 2, "page", "S1", "status", ALL_HELD, 101, 102);
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->cls, ALD_NOISE);
    ref(f, 2, "key", "P1");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->cls, ALD_INCIDENT);
}

/* What people declined or cancelled: noise by itself, and a page beside it is judged for itself. */
static void test_turned_down(void **state)
{
    struct fixture *f = *state;
    source(f, "tracker", "pager", "own");
    source(f, "pager", "pager", "own");
    simple(f, 1, "tracker", "T1", "pager", 0, 100, NEVER);
    set(f, 1, "class", "noise");
    event_full(f, 1, 101, "note", "anna", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    assert_int_equal(incident(f, "T1")->cls, ALD_NOISE);
    assert_string_equal(incident(f, "T1")->class_why, "declined or cancelled in its source");
    simple(f, 2, "pager", "P1", "pager", ALL_HELD, 99, 400);
    event_full(f, 2, 400, "resolved", NULL, 1, NULL, NULL, NULL);
    ref(f, 1, "key", "P1");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->records_n, 2);
    assert_int_equal(incident(f, "P1")->cls, ALD_INCIDENT); /* its page ended, and the tracker's record is open for ever */
    set(f, 1, "end_state", "closed");
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->cls, ALD_NOISE);
    event_full(f, 2, 120, "acknowledged", "anna", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    assert_int_equal(incident(f, "P1")->cls, ALD_INCIDENT);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_marks), CASE(test_noise), CASE(test_noise_needs_pager_alone), CASE(test_turned_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
