/* Rows in memory as a table of SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "alidade/batch.h"
#include "alidade/time.h"
#include "data/store_priv.h"

static int enter(void **state)
{
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    if (ald_store_open(":memory:", ALD_STORE_WRITE, &store, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    *state = store;
    return 0;
}

static int leave(void **state)
{
    ald_store_close(*state);
    return 0;
}

static int64_t number(struct ald_store *store, const char *sql)
{
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    assert_int_equal(sqlite3_finalize(q), SQLITE_OK);
    return n;
}

/* Each kind of value, and NULL of each; texts are as long as they say, whatever follows them. */
static void every_value_arrives(void **state)
{
    struct ald_store *store = *state;
    struct ald_q *q = NULL;
    struct ald_datum rows[3 * 5] = {
        ald_datum_text("a"), ald_datum_time(ALD_TIME_NONE), ald_datum_time(-7), ald_datum_int(0), ald_datum_int(INT64_MAX),
        ald_datum_text("longer"), ald_datum_int(INT64_MIN), ald_datum_time(ALD_TIME_NONE), ald_datum_int(1), ald_datum_int(2),
        ald_datum_text(""), ald_datum_int(5), ald_datum_int(6), ald_datum_int(7), ald_datum_int(8)};
    rows[5].n = 4;
    struct ald_batch batch = {.data = rows, .n = 3, .columns = 5};
    assert_int_equal(ald_q_open(store, "part_source_add", &q, NULL), ALD_OK);
    ald_q_batch(q, 1, &batch);
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    assert_int_equal(number(store, "SELECT count(*) FROM source_past"), 3);
    assert_int_equal(number(store, "SELECT count(*) FROM source_past WHERE (source, posted_at, vendor, seen) = ('a', -7, 0, 9223372036854775807) "
                                   "AND started_at IS NULL"), 1);
    assert_int_equal(number(store, "SELECT count(*) FROM source_past WHERE (source, started_at, vendor) = ('long', -9223372036854775807 - 1, 1) "
                                   "AND posted_at IS NULL"), 1);
    assert_int_equal(number(store, "SELECT count(*) FROM source_past WHERE (source, seen) = ('', 8)"), 1);
    batch.n = 0; /* again, and of none */
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    assert_int_equal(number(store, "SELECT count(*) FROM source_past"), 3);
    ald_q_close(q);
}

static void reals_and_bytes_arrive(void **state)
{
    struct ald_store *store = *state;
    struct ald_q *q = NULL;
    struct ald_datum suggestion[] = {ald_datum_int(1), ald_datum_int(2), ald_datum_real(0.1), ald_datum_text("words"), ald_datum_text("")};
    struct ald_datum brief[] = {ald_datum_int(3), ald_datum_blob("\0\1", 2)};
    struct ald_batch of_suggestions = {.data = suggestion, .n = 1, .columns = 5}, of_briefs = {.data = brief, .n = 1, .columns = 2};
    assert_int_equal(ald_datum_real((double)NAN).type, ALD_DATUM_NULL);
    assert_int_equal(ald_datum_text(NULL).type, ALD_DATUM_NULL);
    assert_int_equal(ald_q_open(store, "part_suggestion_add", &q, NULL), ALD_OK);
    ald_q_batch(q, 1, &of_suggestions);
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    ald_q_close(q);
    assert_int_equal(ald_q_open(store, "part_brief_add", &q, NULL), ALD_OK);
    ald_q_batch(q, 1, &of_briefs);
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    ald_q_close(q);
    assert_int_equal(number(store, "SELECT count(*) FROM suggestion WHERE confidence = 0.1 AND via = 'words'"), 1);
    assert_int_equal(number(store, "SELECT count(*) FROM brief WHERE packed = x'0001'"), 1);
}

/* What is there already is not written over; without rows there are none, and a number is no rows. */
static void refuses(void **state)
{
    struct ald_store *store = *state;
    struct ald_q *q = NULL;
    struct ald_err err = {0};
    struct ald_datum brief[] = {ald_datum_int(3), ald_datum_blob("a", 1), ald_datum_int(3), ald_datum_blob("b", 1)};
    struct ald_batch batch = {.data = brief, .n = 2, .columns = 2};
    assert_int_equal(ald_q_open(store, "part_brief_add", &q, NULL), ALD_OK);
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    ald_q_int(q, 1, 1);
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    assert_int_equal(number(store, "SELECT count(*) FROM brief"), 0);
    ald_q_batch(q, 1, &batch);
    assert_int_equal(ald_q_run(q, &err), ALD_ERR_DB);
    assert_non_null(strstr(err.msg, "part_brief_add"));
    ald_q_close(q);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, enter, leave)
    const struct CMUnitTest tests[] = {CASE(every_value_arrives), CASE(reals_and_bytes_arrive), CASE(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
