/* Loading and gathering: what exists as of as-of, names, teams, services, severity; and saving. */
#include "fixture.h"

#include "analysis/names.h"
#include "analysis/past.h"

#define FAR 1000000

static const char *service_name(const struct fixture *f, const struct ald_incident *inc, size_t i)
{
    assert_true(i < inc->services_n);
    return f->a->services[inc->services[i].name];
}

static const char *team_name(const struct fixture *f, uint32_t i)
{
    return i == ALD_NOBODY ? "nobody" : f->a->teams[i];
}

static void test_as_of(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "desk", "T2", "ticket", ALL_HELD, 300, 400);
    simple(f, 3, "desk", "T3", "ticket", ALL_HELD, 100, 200);
    set_time(f, 3, "gone_at", 500);
    record(f, 4, "desk", "T4", "ticket", ALL_HELD, "open"); /* opening by its first event alone */
    event(f, 4, 250, "opened");
    event(f, 4, 260, "note");
    record(f, 5, "desk", "T5", "ticket", 0, "open"); /* nobody knows when */
    analyse(f, 50);
    assert_int_equal(f->a->records_n, 1);
    assert_int_equal(f->a->incidents[0].started_at, ALD_TIME_NONE);
    analyse(f, 100);
    assert_int_equal(f->a->records_n, 2);
    analyse(f, 255);
    assert_int_equal(f->a->records_n, 3);
    assert_int_equal(incident(f, "T4")->started_at, AT(250));
    assert_string_equal(ald_word_at(f->a, ald_moment_of(incident(f, "T4"), ALD_OPENED)->field), "events");
    assert_int_equal(f->a->records[1].events_n, 1); /* T4's note is still to come */
    analyse(f, FAR);
    assert_int_equal(f->a->records_n, 4);
    assert_string_equal(f->a->incidents[0].id, "desk:T1");
    assert_string_equal(f->a->incidents[1].id, "desk:T4");
    assert_string_equal(f->a->incidents[2].id, "desk:T2");
    assert_string_equal(f->a->incidents[3].id, "desk:T5"); /* without a start: last */
    assert_int_equal(ald_analysis_find(f->a, "T3"), SIZE_MAX);
}

static void test_names(void **state)
{
    struct fixture *f = *state;
    static const struct ald_team_setting teams[] = {{.name = "Payments"}};
    static const struct ald_service_setting services[] = {{.name = "checkout", .team = "Payments"}};
    f->settings.teams = teams;
    f->settings.teams_n = 1;
    f->settings.services = services;
    f->settings.services_n = 1;
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    put(f,
        "INSERT INTO team (source, external_id, name) VALUES ('desk', 'g1', 'Payments'), ('pager', 'X9', 'Payments')",
        "");
    put(f, "INSERT INTO service (source, external_id, name, team) VALUES ('pager', 'S1', 'checkout', 'X1')", "");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "pager", "P1", "pager", ALL_HELD, 100, 200);
    ref(f, 2, "key", "T1");
    service(f, 1, "checkout", NEVER, 1, "services");
    service(f, 2, "S1", NEVER, 1, "services");
    event_full(f, 1, 120, "assigned", NULL, 0, "g1", NULL, NULL);
    event_full(f, 2, 110, "responder_added", NULL, 0, "X9", NULL, NULL);
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_int_equal(inc->services_n, 1);
    assert_string_equal(service_name(f, inc, 0), "checkout");
    assert_int_equal(inc->teams_n, 1);
    assert_string_equal(team_name(f, ald_incident_teams(inc)[0].name), "Payments");
    assert_int_equal(ald_incident_teams(inc)[0].at, AT(110));
    assert_string_equal(team_name(f, inc->first_team), "Payments");
    put(f, "DELETE FROM event", "");
    analyse(f, FAR);
    assert_string_equal(team_name(f, incident(f, "T1")->first_team),
                        "Payments"); /* owner; the configuration's word wins */
}

static void test_first_team(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    team(f, 1, "b");
    analyse(f, FAR);
    assert_string_equal(team_name(f, incident(f, "T1")->first_team), "b");
    assert_int_equal(ald_incident_teams(incident(f, "T1"))[0].at, AT(100)); /* every assignment would show: so from the start */
    event_full(f, 1, 110, "assigned", NULL, 0, "a", NULL, NULL);
    event_full(f, 1, 120, "reassigned", NULL, 0, "b", NULL, NULL);
    analyse(f, FAR);
    assert_string_equal(team_name(f, incident(f, "T1")->first_team), "a");
    assert_int_equal(ald_incident_teams(incident(f, "T1"))[1].at, AT(120)); /* dated by the event, not by the row */
    analyse(f, 115);
    assert_int_equal(incident(f, "T1")->teams_n, 1); /* b comes later */
    put(f, "UPDATE record SET timeline = 0", "");
    put(f, "DELETE FROM event", "");
    team(f, 1, "c");
    analyse(f, FAR);
    assert_string_equal(team_name(f, incident(f, "T1")->first_team), "nobody"); /* two undated ones */
    assert_int_equal(incident(f, "T1")->teams_n, 2);
    assert_int_equal(ald_incident_teams(incident(f, "T1"))[0].at, ALD_TIME_NONE);
}

static void test_service_dates(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    set_time(f, 1, "entered_at", 105);
    service(f, 1, "mail", NEVER, 0, "category");
    event_full(f, 1, 105, "service_added", NULL, 0, NULL, "mail", "category");   /* when the record was made */
    event_full(f, 1, 120, "service_added", NULL, 0, NULL, "ledger", "category"); /* named once */
    event_full(f, 1, 110, "service_added", NULL, 0, NULL, "other",
               "cmdb_ci"); /* another field: not what stands for it */
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_int_equal(inc->services_n, 2);
    assert_string_equal(service_name(f, inc, 0), "mail");
    assert_true(inc->services[0].at_start);
    assert_int_equal(inc->services[0].at, AT(100));
    assert_string_equal(ald_evidence_of(f->a, f->a->arena, &inc->services[0]), "e001");
    assert_string_equal(service_name(f, inc, 1), "ledger");
    assert_false(inc->services[1].at_start);
    assert_int_equal(inc->services[1].at, AT(120));

    put(f, "UPDATE record_service SET service = 'late'", "");
    event_full(f, 1, 150, "service_added", NULL, 0, NULL, "late", "category");
    analyse(f, 130); /* what is last synced was named after as-of */
    inc = incident(f, "T1");
    assert_int_equal(inc->services_n, 2);
    assert_string_equal(service_name(f, inc, 1), "ledger");

    put(f, "DELETE FROM event", "");
    analyse(f, FAR); /* nothing changed since it opened */
    assert_true(incident(f, "T1")->services[0].at_start);
    put(f, "UPDATE record SET timeline = 0", "");
    analyse(f, FAR); /* nobody knows */
    assert_false(incident(f, "T1")->services[0].at_start);
    assert_int_equal(incident(f, "T1")->services[0].at, ALD_TIME_NONE);
}

static void test_joined_later(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "page", "status", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "page", "S1", "status", 0, 130, 190);
    ref(f, 2, "key", "T1");
    service(f, 1, "mail", NEVER, 1, "services");
    service(f, 2, "web", NEVER, 1, "components");
    analyse(f, FAR);
    const struct ald_incident *inc = incident(f, "T1");
    assert_string_equal(service_name(f, inc, 1), "web");
    assert_false(inc->services[1].at_start); /* named when the post opened */
    assert_int_equal(inc->services[1].at, AT(130));
}

static void test_severity(void **state)
{
    struct fixture *f = *state;
    static const char *const order[] = {"Critical", "Minor"};
    static const struct {
        const char *label, *rank;
        bool ordered;
        int expected;
    } cases[] = {{"2", NULL, false, 2},    {"P2", NULL, false, 0}, {"high", "3", false, 3}, {"critical", "7", true, 1},
                 {"MINOR", NULL, true, 2}, {"2", NULL, true, 0},   {"12", NULL, false, 0},  {"high", "0", false, 0}};
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", 0, 100, 200);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        f->settings.severity_order = order;
        f->settings.severity_order_n = cases[i].ordered ? 2 : 0;
        put(f, "DELETE FROM record_value", "");
        put(f, "INSERT INTO record_value (record, name, value, field) VALUES (1, 'severity', ?1, 'x')", "t",
            cases[i].label);
        if (cases[i].rank)
            put(f, "INSERT INTO record_value (record, name, value, field) VALUES (1, 'severity_rank', ?1, 'x')", "t",
                cases[i].rank);
        analyse(f, FAR);
        assert_string_equal(incident(f, "T1")->severity, cases[i].label);
        assert_int_equal(incident(f, "T1")->severity_rank, cases[i].expected);
    }
}

static void test_people(void **state)
{
    struct fixture *f = *state;
    static const char *const bots[] = {"bot"};
    f->settings.automation_users = bots;
    f->settings.automation_users_n = 1;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    person(f, "desk", "a1", "anna", 1);
    person(f, "desk", "a2", "anna", 1);
    person(f, "desk", "x", "x", 0);
    event_full(f, 1, 101, "note", "a1", -1, NULL, NULL, NULL);
    event_full(f, 1, 102, "note", "a2", -1, NULL, NULL, NULL);
    event_full(f, 1, 103, "note", "x", -1, NULL, NULL, NULL);
    event_full(f, 1, 104, "note", "unheard", -1, NULL, NULL, NULL);
    event_full(f, 1, 105, "note", "bot", -1, NULL, NULL, NULL);
    event_full(f, 1, 106, "assigned", "a1", 1, NULL, NULL, NULL);
    event_full(f, 1, 107, "strange", "a1", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    struct ald_event e[7];
    for (size_t i = 0; i < sizeof e / sizeof e[0]; i++)
        e[i] = ald_event_at(f->a, &f->a->records[0], i);
    assert_string_equal(f->a->persons[ald_event_actor(f->a, &e[0])], "anna");
    assert_int_equal(ald_event_actor(f->a, &e[1]), ald_event_actor(f->a, &e[0])); /* two ids, one person */
    assert_true(e[0].human);
    assert_int_equal(ald_event_actor(f->a, &e[2]), ALD_NOBODY); /* cannot be mapped */
    assert_string_equal(f->a->persons[ald_event_names(f->a, &e[2])->person], "x");
    assert_int_equal(ald_event_actor(f->a, &e[3]), ALD_NOBODY);
    assert_int_equal(ald_event_names(f->a, &e[4])->person, ALD_NOBODY); /* no person at all */
    assert_int_equal(e[4].automatic, 1);
    assert_false(e[4].human);
    assert_int_equal(ald_event_actor(f->a, &e[5]), ALD_NOBODY); /* a machine's assignment engages nobody */
    assert_int_equal(ald_event_names(f->a, &e[5])->person, ald_event_actor(f->a, &e[0]));
    assert_int_equal(e[6].kind, ALD_EV_OTHER);
    assert_int_equal(f->a->unjoined_people, 2);
}

/* Names that no list knows, named by rows and by events, of one source and another; claims; the same again by other origins. */
static void crowd(struct fixture *f)
{
    static const char *const origins[] = {"", "a/1/", "b/1/"};
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    person(f, "desk", "a1", "anna", 1);
    put(f, "INSERT INTO team (source, external_id, name) VALUES ('desk', 'g1', 'Zebra')", "");
    put(f, "INSERT INTO service (source, external_id, name) VALUES ('pager', 'S1', 'store')", "");
    for (int64_t row = 1; row <= 9; row++) {
        char id[8];
        (void)snprintf(id, sizeof id, "R%d", (int)(100 - row)); /* rows are the other way round than ids */
        simple(f, row, row % 2 ? "desk" : "pager", id, "ticket", ALL_HELD, 100, row == 9 ? 900 : 200);
        event_full(f, row, 150, "assigned", "a1", 0, "g1", NULL, NULL);
        event_full(f, row, 120, "acknowledged", row % 2 ? "zoe" : "anna", 0, row % 3 ? "Aard" : "g1", NULL, NULL); /* before the one above */
        event_full(f, row, 130, "service_added", NULL, 0, NULL, row % 2 ? "mail" : "S1", row % 3 ? "category" : "other");
        event_full(f, row, 400, "resolved", "late", 0, "Yak", NULL, NULL);
        event(f, row, 160, "of another kind");
        put(f, "UPDATE event SET value = 'customers_impacted=' || record WHERE kind = 'of another kind'", "");
        for (int o = 0; o < 3; o++)
            put(f, "INSERT INTO record_service (record, service, origin, at, at_start, stand_in, field) VALUES (?1, 'Basis', ?2, ?3, ?4, ?5, ?6)",
                "itmiit", row, origins[o], o == 0 ? NEVER : row == 9 ? (int64_t)500 : (int64_t)(110 - o), (int64_t)(o == 1 && row != 7), (int64_t)(o != 1),
                o == 2 ? "category" : "named");
        put(f, "INSERT INTO record_person (record, person, role, origin, at, field) VALUES (?1, 'newcomer', 'notified', '', NULL, 'n'), "
               "(?1, 'newcomer', 'notified', 'x/', 500000, 'm')", "i", row);
    }
}

static void assert_same_names(const char **x, size_t x_n, const char **y, size_t y_n)
{
    assert_int_equal(x_n, y_n);
    for (size_t i = 0; i < x_n; i++)
        assert_string_equal(x[i], y[i]);
}

static void test_beside_or_not(void **state)
{
    struct fixture *f = *state;
    struct ald_err err = {0};
    struct ald_store *writer, *none;
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *alone = NULL;
    crowd(f);
    const struct ald_analysis *a = analyse(f, 300);
    must(ald_store_open(f->path, ALD_STORE_WRITE, &writer, &err), &err);
    must(ald_store_begin(writer, &err), &err);
    must(ald_store_touch(writer, &err), &err);
    assert_int_equal(ald_store_beside(writer, &none, &err), ALD_ERR_DB);
    must(ald_analysis_run(writer, &f->settings, AT(300), &alone, &err), &err);
    assert_same_names(a->teams, a->teams_n, alone->teams, alone->teams_n);
    assert_same_names(a->persons, a->persons_n, alone->persons, alone->persons_n);
    assert_same_names(a->services, a->services_n, alone->services, alone->services_n);
    assert_int_equal(a->unjoined_people, 3); /* zoe of the desk; a1 and anna, whom the pager does not list */
    assert_int_equal(alone->unjoined_people, 3);
    assert_int_equal(a->records_n, 9);
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *x = &a->records[i], *y = &alone->records[i];
        assert_int_equal(x->row, y->row);
        assert_int_equal(x->events_n, 4); /* one is still to come */
        assert_int_equal(y->events_n, 4);
        for (size_t e = 0; e < 4; e++) {
            const struct ald_event one = ald_event_at(a, x, e), other = ald_event_at(alone, y, e);
            assert_int_equal(one.at, other.at);
            assert_memory_equal(&x->events[e], &y->events[e], sizeof x->events[e]);
            assert_memory_equal(ald_event_names(a, &one), ald_event_names(alone, &other), sizeof(struct ald_event_names));
        }
        assert_true(ald_event_at(a, x, 0).at < ald_event_at(a, x, 2).at);
    }
    ald_store_close(writer);
}

static void test_origins(void **state)
{
    struct fixture *f = *state;
    f->settings.link_accept = 2; /* each record by itself */
    crowd(f);
    const struct ald_analysis *a = analyse(f, 300);
    const struct ald_incident *inc = incident(f, "R99");
    assert_int_equal(inc->services_n, 2); /* Basis and mail */
    assert_true(inc->services[0].at_start);
    assert_false(inc->services[0].stand_in);
    inc = incident(f, "R93");
    assert_string_equal(service_name(f, inc, 0), "Basis");
    assert_false(inc->services[0].at_start);
    assert_int_equal(inc->services[0].at, AT(108)); /* the earliest that is known */
    assert_string_equal(ald_word_at(a, inc->services[0].evidence), "category"); /* the first of the fields */
    inc = incident(f, "R91");
    for (size_t i = 0; i < inc->services_n; i++)
        assert_string_not_equal(service_name(f, inc, i), "Basis"); /* dated after as-of, though one does not say when */
}

static void test_titles(void **state)
{
    static const struct {
        const char *title, *norm;
    } cases[] = {
        {"Disk  full on db-17\t(93 %)", "disk full on db-# (# %)"},
        {"  trimmed ", "trimmed"},
        {"pod 7f9c1d2e4a crashed", "pod # crashed"},
        {"facade deadbeef defaced", "facade deadbeef defaced"}, /* no digit: words */
        {"run 1234567", "run #"},
        {"ÄRGER İN ÉCOLE", "ärger İn école"},
        {"ΣΦΆΛΜΑ Ошибка ЁЛКА ŽIVOT ŁÓDŹ", "σφάλμα ошибка ёлка život łódź"},
        {"a\xC2\xA0\xE3\x80\x80z", "a z"},
        {"", ""},
    };
    (void)state;
    struct ald_arena *arena = ald_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(ald_norm_title(arena, cases[i].title), cases[i].norm);
    assert_null(ald_norm_title(arena, NULL));
    ald_arena_free(arena);
}

static void test_bad_zone(void **state)
{
    struct fixture *f = *state;
    struct ald_err err = {0};
    struct ald_store *store;
    struct ald_analysis *a = NULL;
    f->settings.timezone = "Nowhere/Atlantis";
    must(ald_store_open(f->path, ALD_STORE_READ, &store, &err), &err);
    assert_int_equal(ald_analysis_run(store, &f->settings, AT(0), &a, &err), ALD_ERR_CONFIG);
    assert_null(a);
    ald_store_close(store);
}

static void test_empty(void **state)
{
    struct fixture *f = *state;
    analyse(f, 0);
    assert_int_equal(f->a->incidents_n, 0);
    assert_int_equal(f->a->past->history_start == ALD_TIME_NONE, 1);
    assert_int_equal(ald_analysis_find(f->a, "x"), SIZE_MAX);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_as_of),        CASE(test_names),    CASE(test_first_team), CASE(test_service_dates),
        CASE(test_joined_later), CASE(test_severity), CASE(test_people),     cmocka_unit_test(test_titles),
        CASE(test_beside_or_not), CASE(test_origins),
        CASE(test_bad_zone),     CASE(test_empty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
