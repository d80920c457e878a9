/* What analyze writes into the store, first and again. */
#include "analysis/stored.h"
#include "fixture.h"

#define FAR 1000000

static void test_save(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "cloud", "status", "vendor");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "desk", "T2", "ticket", ALL_HELD, 300, NEVER);
    simple(f, 3, "cloud", "C1", "status", 0, 100, 200);
    ref(f, 2, "parent", "T1");
    analyse(f, FAR);
    assert_int_equal(save_analysis(f), 0);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident"), 1);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident_record WHERE incident = 'desk:T1'"), 2);
    put(f, "DELETE FROM record_ref", "");
    analyse(f, FAR);
    (void)save_analysis(f); /* replaces */
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident"), 2);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident_record"), 2);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident_record WHERE method = 'single' AND confidence = 1"), 2);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM reading"), 4);
    assert_int_equal(fixture_number(f, "SELECT active_ms FROM incident WHERE id = 'desk:T1'"), MINUTES(100));
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident WHERE resolved_at IS NULL AND state = 'open'"), 1);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM signal_values v JOIN signal_absent a ON a.id = v.absent WHERE json_valid(v.packed) AND "
                              "json_extract(a.packed, '$.customers_impacted') = 'not given'"), 2);
    assert_int_equal(fixture_number(f, "SELECT value FROM meta WHERE key = 'analysis_as_of'"), AT(FAR));
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM meta WHERE key = 'analysis_config' AND value = 'test'"), 1);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* Names stand once for all that have the same signals; asked for by name each has its own value. */
static void test_signals_by_name(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "desk", "T2", "ticket", ALL_HELD, 300, NEVER);
    service(f, 2, "web", NEVER, 1, "fields.service");
    simple(f, 3, "desk", "T3", "ticket", ALL_HELD, 500, 600);
    service(f, 3, "web", NEVER, 1, "fields.service");
    service(f, 3, "mail", NEVER, 1, "fields.service");
    analyse(f, FAR);
    (void)save_analysis(f);
    assert_int_equal(fixture_number(f, "SELECT total FROM signal_value WHERE incident = 2 AND signal = 'services_impacted'"), 1);
    assert_int_equal(fixture_number(f, "SELECT total FROM signal_value WHERE incident = 3 AND signal = 'services_impacted'"), 2);
    assert_int_equal(fixture_number(f, "SELECT landmark FROM signal_value WHERE incident = 3 AND signal = 'services_impacted'"), 2);
    assert_int_equal(fixture_number(f, "SELECT total FROM signal_value WHERE incident = 2 AND signal = 'reopens'"), 0);
    assert_int_equal(fixture_number(f, "SELECT landmark IS NULL FROM signal_value WHERE incident = 2 AND signal = 'reopens'"), 1);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM (SELECT incident, signal FROM signal_value UNION ALL SELECT v.incident, s.key "
                              "FROM signal_values v JOIN signal_absent a ON a.id = v.absent JOIN json_each(a.packed) s GROUP BY 1, 2)"), 3 * ALD_SIGNAL_N);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM signal_values v JOIN signal_absent a ON a.id = v.absent "
                              "WHERE json_array_length(v.packed) <> 2 * json_array_length(a.present)"), 0);
}

/* The number of what an id means, 0: nothing. */
static int64_t found(struct fixture *f, const char *id)
{
    struct ald_store *ALD_CLEANUP(ald_store_closep) store = NULL;
    struct ald_err err = {0};
    int64_t number = 0;
    must(ald_store_open(f->path, ALD_STORE_READ, &store, &err), &err);
    must(ald_stored_find(store, id, &number, &err), &err);
    return number;
}

/* An incident is found by the row of its first record, and its records by it. */
static void test_first_record(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "desk:old", "ticket", "own"); /* ids with colons in both halves */
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "desk", "T2", "ticket", ALL_HELD, 300, 400);
    simple(f, 3, "desk:old", "T:3", "ticket", ALL_HELD, 500, 600);
    ref(f, 2, "parent", "T1");
    analyse(f, FAR);
    (void)save_analysis(f);
    assert_int_equal(fixture_number(f, "SELECT record FROM incident WHERE id = 'desk:T1'"), 1);
    assert_int_equal(fixture_number(f, "SELECT record FROM incident WHERE id = 'desk:old:T:3'"), 3);
    assert_int_equal(fixture_number(f, "SELECT first FROM incident_record WHERE record = 2"), 1);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident_record WHERE first IS NULL"), 2);
    assert_int_equal(found(f, "desk:T1"), 1);
    assert_int_equal(found(f, "desk:T2"), 1);
    assert_int_equal(found(f, "desk:old:T:3"), 2);
    assert_int_equal(found(f, "T:3"), 2);
    assert_int_equal(found(f, "desk:T3"), 0);
}

/* Everything that an analysis writes, as one text. */
static const char *written(struct fixture *f, struct ald_arena *arena)
{
    static const char *const tables[] = {
        "SELECT group_concat(n || id || record || key || title || class || state || quote(started_at) || quote(resolved_at) || quote(active_ms) || "
        "quote(elapsed_ms), char(10)) FROM (SELECT * FROM incident ORDER BY n)",
        "SELECT group_concat(record || incident || quote(first) || method || confidence || quote(via), char(10)) FROM (SELECT * FROM incident_record ORDER BY record)",
        "SELECT group_concat(incident || packed || absent, char(10)) FROM (SELECT * FROM signal_values ORDER BY incident)",
        "SELECT group_concat(id || packed || present || incidents, char(10)) FROM (SELECT * FROM signal_absent ORDER BY id)",
        "SELECT group_concat(incident || reading || quote(n_ref) || quote(candidates) || quote(k) || quote(m) || quote(complexity) || "
        "quote(blast_radius) || quote(lower_ms) || quote(median_ms) || quote(upper_ms) || quote(percentile) || quote(text) || quote(absent), "
        "char(10)) FROM (SELECT * FROM reading ORDER BY incident, reading)"};
    const char *all = "";
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        sqlite3_stmt *statement;
        assert_int_equal(sqlite3_prepare_v2(f->db, tables[i], -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        const unsigned char *text = sqlite3_column_text(statement, 0);
        all = ald_sprintf(arena, "%s%s\n\n", all, text ? (const char *)text : "");
        sqlite3_finalize(statement);
    }
    return all;
}

static void forget_analysis(struct fixture *f)
{
    static const char *const statements[] = {"DELETE FROM incident", "DELETE FROM incident_record", "DELETE FROM signal_values",
                                             "DELETE FROM signal_absent", "DELETE FROM reading"};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        put(f, statements[i], "");
}

/* Saves over what is there and into empty tables, which must come to the same. */
static const char *saved_twice(struct fixture *f, struct ald_arena *arena, int64_t minute)
{
    analyse(f, minute);
    (void)save_analysis(f);
    const char *over = written(f, arena);
    forget_analysis(f);
    (void)save_analysis(f);
    assert_string_equal(over, written(f, arena));
    return over;
}

/* A hundred and twenty incidents, three days apart, so that there are readings. */
static void years(struct fixture *f)
{
    source(f, "desk", "ticket", "own");
    for (int64_t i = 0; i < 120; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "T%03d", (int)i);
        simple(f, i + 1, "desk", id, "ticket", ALL_HELD, DAYS(3) * i, DAYS(3) * i + 60 + i * i % 97);
    }
}

static void test_over_the_last_one(void **state)
{
    struct fixture *f = *state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    years(f);
    const int64_t late = DAYS(3 * 120), early = DAYS(3 * 60);
    const char *first = saved_twice(f, arena, late);
    assert_true(fixture_number(f, "SELECT count(*) FROM reading WHERE text IS NOT NULL") > 10);
    assert_string_not_equal(first, saved_twice(f, arena, early)); /* fewer incidents */
    assert_string_equal(first, saved_twice(f, arena, late));      /* and all of them again */
    simple(f, 500, "desk", "A", "ticket", ALL_HELD, DAYS(10), DAYS(10) + 45); /* all later ones move on by one */
    put(f, "UPDATE record SET gone_at = 1 WHERE external_id IN ('T017', 'T119')", "");
    put(f, "UPDATE record SET class = 'noise' WHERE external_id = 'T091'", ""); /* its readings go */
    put(f, "INSERT INTO record_ref (record, kind, value, field) VALUES (91, 'parent', 'T089', 'parent')", "");
    assert_string_not_equal(first, saved_twice(f, arena, late));
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident WHERE class = 'noise'"), 1);
}

static void test_same_rows_are_left_alone(void **state)
{
    static const char *const tables[] = {"incident", "incident_record", "signal_values", "signal_absent", "reading"};
    struct fixture *f = *state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    years(f);
    analyse(f, DAYS(3 * 120));
    assert_true(save_analysis(f) > 0);
    put(f, "CREATE TABLE written (n)", "");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (int what = 0; what < 3; what++) {
            static const char *const whats[] = {"INSERT", "UPDATE", "DELETE"};
            put(f, ald_sprintf(arena, "CREATE TRIGGER %s_%s AFTER %s ON %s BEGIN INSERT INTO written VALUES (1); END", tables[i],
                               whats[what], whats[what], tables[i]), "");
        }
    analyse(f, DAYS(3 * 120));
    (void)save_analysis(f);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM written"), 0);
    put(f, "UPDATE record SET title = 'another' WHERE id = 5", "");
    analyse(f, DAYS(3 * 120));
    (void)save_analysis(f);
    assert_true(fixture_number(f, "SELECT count(*) FROM written") > 0); /* of its incident, and of who shares its words */
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM incident WHERE title = 'another'"), 1);
}

static void test_empty(void **state)
{
    struct fixture *f = *state;
    analyse(f, FAR);
    assert_int_equal(save_analysis(f), 0);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_save), CASE(test_signals_by_name), CASE(test_first_record), CASE(test_over_the_last_one), CASE(test_same_rows_are_left_alone), CASE(test_empty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
