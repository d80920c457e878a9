/* Planned work around an incident: what is near in time and shares a service, and nothing else. */
#include "fixture.h"

/** External ids of what is near, in its order, with its service: "C2/web C1/web". */
static const char *near(struct fixture *f, struct ald_arena *arena, const char *id)
{
    struct ald_planned_near *list;
    const char *text = "";
    size_t n = ald_analysis_planned_near(f->a, (size_t)(incident(f, id) - f->a->incidents), arena, &list);
    for (size_t i = 0; i < n; i++)
        text = ald_sprintf(arena, "%s%s%s/%s", text, i ? " " : "", f->a->incidents[list[i].incident].key, f->a->services[list[i].service]);
    return text;
}

static void planned(struct fixture *f, int64_t row, const char *id, int64_t start, int64_t end, const char *on)
{
    simple(f, row, "desk", id, "ticket", 0, start, end);
    set(f, row, "class", "planned");
    service(f, row, on, NEVER, 1, "service");
}

static void test_near(void **state)
{
    struct fixture *f = *state;
    struct ald_arena *arena = ald_arena_new();
    source(f, "desk", "ticket", "own");
    const int64_t day = DAYS(10);
    planned(f, 1, "UNDERWAY", day - 30, day + 30, "web");
    planned(f, 2, "OVER", day - 90, day - 60, "web");
    planned(f, 3, "JUST", day - DAYS(2), day - DAYS(1), "web");         /* over for exactly a day */
    planned(f, 4, "LONGOVER", day - DAYS(2), day - DAYS(1) - 1, "web"); /* and a minute */
    planned(f, 5, "LATER", day + 1, day + 30, "web");
    planned(f, 6, "ELSEWHERE", day - 30, day + 30, "mail");
    planned(f, 7, "OPEN", day - DAYS(9), NEVER, "web");
    planned(f, 8, "WITH", day, day + 5, "web");
    simple(f, 9, "desk", "X", "ticket", 0, day, day + 100);
    service(f, 9, "web", NEVER, 1, "service");
    simple(f, 10, "desk", "OTHER", "ticket", 0, day - 10, day + 100); /* an incident is no planned work */
    service(f, 10, "web", NEVER, 1, "service");
    simple(f, 11, "desk", "BARE", "ticket", 0, day, day + 100); /* names no service */
    analyse(f, DAYS(20));
    assert_string_equal(near(f, arena, "X"), "WITH/web UNDERWAY/web OVER/web JUST/web OPEN/web");
    assert_string_equal(near(f, arena, "BARE"), "");
    assert_string_equal(near(f, arena, "WITH"), "UNDERWAY/web OVER/web JUST/web OPEN/web"); /* not itself */
    ald_arena_free(arena);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_near)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
