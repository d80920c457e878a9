/* A table that is kept: whatever it held, it holds what was given afterwards, also of more rows than wait at once, and rows that are as
 * they were are not written. */
#include "fixture.h"

#include <math.h>

#include "alidade/rng.h"
#include "kept.h"

enum { KEYS = 12000, COLUMNS = 14 };
static const char *const names[] = {"landmark", "start"};
static const struct ald_kept_table table = {"analysis_reading_rows", "analysis_reading_put", "analysis_reading_add", "analysis_reading_remove", "it", COLUMNS};

/* The row of a key: k is its value, 0: there is none. */
static void make_row(size_t key, unsigned k, struct ald_datum cells[COLUMNS])
{
    memset(cells, 0, COLUMNS * sizeof *cells);
    cells[0] = ald_datum_int((int64_t)(key / 2) + 1);
    cells[1] = ald_datum_text(names[key % 2]);
    cells[4] = ald_datum_int(k - 1);
    cells[6] = ald_datum_real(k % 3 == 0 ? 0 : k % 3 == 1 ? (double)k / 7 - 1 : (double)NAN);
    cells[12] = ald_datum_text(k % 2 ? "longer" : NULL);
}

static void keep(struct ald_store *store, const unsigned *values)
{
    struct ald_err err = {0};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept;
    struct ald_datum cells[COLUMNS];
    must(ald_kept_open(store, &table, NULL, &kept, &err), &err);
    for (size_t key = 0; key < KEYS; key++) {
        if (!values[key])
            continue;
        make_row(key, values[key], cells);
        must(ald_kept_row(&kept, cells, &err), &err);
    }
    must(ald_kept_end(&kept, &err), &err);
}

/* Everything that the table holds is what was given, and all of it. */
static void assert_holds(struct fixture *f, const unsigned *values)
{
    sqlite3_stmt *statement;
    struct ald_datum cells[COLUMNS];
    size_t key = 0;
    assert_int_equal(sqlite3_prepare_v2(f->db, "SELECT incident, reading, k, complexity, text FROM reading ORDER BY incident, reading", -1,
                                        &statement, NULL), SQLITE_OK);
    for (; sqlite3_step(statement) == SQLITE_ROW; key++) {
        while (key < KEYS && !values[key])
            key++;
        assert_true(key < KEYS);
        make_row(key, values[key], cells);
        const char *text = (const char *)sqlite3_column_text(statement, 4);
        double real = sqlite3_column_double(statement, 3);
        assert_int_equal(sqlite3_column_int64(statement, 0), cells[0].whole);
        assert_string_equal(sqlite3_column_text(statement, 1), cells[1].text);
        assert_int_equal(sqlite3_column_int64(statement, 2), cells[4].whole);
        if (cells[6].type == ALD_DATUM_REAL)
            assert_memory_equal(&real, &cells[6].real, sizeof real);
        assert_int_equal(sqlite3_column_type(statement, 3), cells[6].type == ALD_DATUM_NULL ? SQLITE_NULL : SQLITE_FLOAT);
        assert_string_equal(text ? text : "", cells[12].type == ALD_DATUM_NULL ? "" : cells[12].text);
    }
    sqlite3_finalize(statement);
    while (key < KEYS && !values[key])
        key++;
    assert_int_equal(key, KEYS);
}

/* How the values of one time differ from those of the time before. */
enum change { ALL_NEW, NOTHING, A_FEW, MOST, FEWER, NONE, LATE_ONES, EARLY_ONES, CHANGE_N };

static unsigned value_of(struct ald_rng *rng, enum change how, size_t key, unsigned before)
{
    unsigned any = 1 + (unsigned)ald_rng_below(rng, 1000);
    switch (how) {
    case ALL_NEW:
        return any;
    case NOTHING:
        return before;
    case A_FEW:
        return ald_rng_below(rng, 500) ? before : any;
    case MOST:
        return ald_rng_below(rng, 10) ? any : 0;
    case FEWER:
        return ald_rng_below(rng, 2) ? before : 0;
    case NONE:
        return 0;
    case LATE_ONES:
        return key >= KEYS / 4 ? any : 0;
    default: /* before what is there, more than wait at once */
        return key < KEYS / 2 ? any : before;
    }
}

static void whatever_it_held(void **state)
{
    static const enum change steps[] = {ALL_NEW, NOTHING, A_FEW, MOST, FEWER, A_FEW, NONE, NOTHING, LATE_ONES, EARLY_ONES, MOST, NONE};
    struct fixture *f = *state;
    struct ald_store *store;
    struct ald_err err = {0};
    struct ald_rng rng;
    static unsigned values[KEYS];
    ald_rng_init(&rng, 9);
    put(f, "CREATE TABLE written (n)", "");
    put(f, "CREATE TRIGGER a AFTER INSERT ON reading BEGIN INSERT INTO written VALUES (1); END", "");
    put(f, "CREATE TRIGGER b AFTER UPDATE ON reading BEGIN INSERT INTO written VALUES (1); END", "");
    put(f, "CREATE TRIGGER c AFTER DELETE ON reading BEGIN INSERT INTO written VALUES (1); END", "");
    must(ald_store_open(f->path, ALD_STORE_WRITE, &store, &err), &err);
    for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
        int64_t differ = 0, touched = fixture_number(f, "SELECT count(*) FROM written");
        for (size_t key = 0; key < KEYS; key++) {
            unsigned value = value_of(&rng, steps[step], key, values[key]);
            differ += value != values[key];
            values[key] = value;
        }
        must(ald_store_begin(store, &err), &err);
        keep(store, values);
        must(ald_store_commit(store, &err), &err);
        assert_holds(f, values);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM written") - touched, differ);
    }
    ald_store_close(store);
}

/* A key of texts and a number, a column of bytes; what lies up to a key is neither looked at nor changed. */
static void of_any_key(void **state)
{
    static const struct ald_kept_table pasts = {"part_service_rows", "part_service_put", "part_service_add", "part_service_remove", "tti", 4};
    static const struct {
        const char *given[5], *after, *wanted; /* quarters of "cart"/"planned"; bytes are the same */
    } steps[] = {{{"1", "2", "3"}, NULL, "1:1 2:2 3:3"},
                 {{"2", "3", "4"}, NULL, "2:2 3:3 4:4"},
                 {{"5"}, "3", "2:2 3:3 5:5"},
                 {{NULL}, "3", "2:2 3:3"},
                 {{NULL}, NULL, NULL}};
    struct fixture *f = *state;
    struct ald_err err = {0};
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = NULL;
    must(ald_store_open(f->path, ALD_STORE_WRITE, &store, &err), &err);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        ALD_CLEANUP(ald_kept_done) struct ald_kept kept;
        const struct ald_datum after[] = {ald_datum_text("cart"), ald_datum_text("planned"), ald_datum_int(steps[i].after ? *steps[i].after - '0' : 0)};
        must(ald_kept_open(store, &pasts, steps[i].after ? after : NULL, &kept, &err), &err);
        for (size_t k = 0; steps[i].given[k]; k++) {
            const struct ald_datum cells[] = {after[0], after[1], ald_datum_int(*steps[i].given[k] - '0'), ald_datum_blob(steps[i].given[k], 1)};
            must(ald_kept_row(&kept, cells, &err), &err);
        }
        must(ald_kept_end(&kept, &err), &err);
        sqlite3_stmt *statement;
        assert_int_equal(sqlite3_prepare_v2(f->db, "SELECT group_concat(quarter || ':' || CAST(packed AS TEXT), ' ') FROM (SELECT * FROM "
                                                   "service_past WHERE service = 'cart' AND kind = 'planned' ORDER BY quarter)", -1, &statement, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        const char *found = (const char *)sqlite3_column_text(statement, 0);
        if (steps[i].wanted)
            assert_string_equal(found, steps[i].wanted);
        else
            assert_null(found);
        sqlite3_finalize(statement);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(whatever_it_held, fixture_setup, fixture_teardown),
                                       cmocka_unit_test_setup_teardown(of_any_key, fixture_setup, fixture_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
