/* Migrations: backups, roll-back, what readers are told. The migrations here are the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/buf.h"
#include "data/store_priv.h"
#include "where.h"

static const unsigned char sql_1[] = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;\n"
                                     "INSERT INTO meta VALUES ('generation', '41');";
static const unsigned char sql_2[] = "CREATE TABLE two (a TEXT REFERENCES meta (key)) STRICT;";
static const unsigned char sql_3[] = "CREATE TABLE three (a INTEGER) STRICT;";
static const unsigned char sql_4[] = "CREATE TABLE four (a INTEGER) STRICT;";
static const unsigned char sql_bad[] = "CREATE TABLE half (a INTEGER) STRICT; DROP TABLE two; CREATE TABEL whole (a);";
static const unsigned char sql_orphan[] = "CREATE TABLE child (p TEXT REFERENCES meta (key)) STRICT;\n"
                                          "INSERT INTO child VALUES ('nobody');";

static const struct ald_embedded upto_1[] = {{"0001_a.sql", sql_1, sizeof sql_1 - 1}, {NULL, NULL, 0}};
static const struct ald_embedded upto_2[] = {
    {"0001_a.sql", sql_1, sizeof sql_1 - 1}, {"0002_b.sql", sql_2, sizeof sql_2 - 1}, {NULL, NULL, 0}};
static const struct ald_embedded upto_4[] = {{"0001_a.sql", sql_1, sizeof sql_1 - 1},
                                             {"0002_b.sql", sql_2, sizeof sql_2 - 1},
                                             {"0003_c.sql", sql_3, sizeof sql_3 - 1},
                                             {"0004_d.sql", sql_4, sizeof sql_4 - 1},
                                             {NULL, NULL, 0}};
static const struct ald_embedded upto_3[] = {{"0001_a.sql", sql_1, sizeof sql_1 - 1},
                                             {"0002_b.sql", sql_2, sizeof sql_2 - 1},
                                             {"0003_c.sql", sql_3, sizeof sql_3 - 1},
                                             {NULL, NULL, 0}};
static const struct ald_embedded bad_at_3[] = {{"0001_a.sql", sql_1, sizeof sql_1 - 1},
                                               {"0002_b.sql", sql_2, sizeof sql_2 - 1},
                                               {"0003_bad.sql", sql_bad, sizeof sql_bad - 1},
                                               {NULL, NULL, 0}};
static const struct ald_embedded orphan_at_2[] = {
    {"0001_a.sql", sql_1, sizeof sql_1 - 1}, {"0002_orphan.sql", sql_orphan, sizeof sql_orphan - 1}, {NULL, NULL, 0}};

struct room {
    char folder[64], path[128];
};

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    new_folder(room->folder, sizeof room->folder, "migrate");
    (void)snprintf(room->path, sizeof room->path, "%s/a.db", room->folder);
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    DIR *dir = opendir(room->folder);
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", room->folder, entry->d_name);
        if (entry->d_name[0] != '.')
            (void)unlink(path);
    }
    assert_int_equal(closedir(dir), 0);
    assert_int_equal(rmdir(room->folder), 0);
    free(room);
    return 0;
}

static void open_and_close(const char *path, const struct ald_embedded *migrations, int64_t version)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = NULL;
    struct ald_err err = {0};
    int64_t found = 0;
    if (ald_store_open_with(path, ALD_STORE_WRITE, migrations, &store, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(ald_store_number(store, "store_user_version", &found, NULL), ALD_OK);
    assert_int_equal(found, version);
    assert_int_equal(ald_store_generation(store, &found, NULL), ALD_OK);
    assert_int_equal(found, 41); /* the data is still there */
    assert_int_equal(ald_store_verify(store, NULL), ALD_OK);
}

static void open_fails(const char *path, enum ald_store_mode mode, const struct ald_embedded *migrations,
                       const char *words)
{
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    assert_int_equal(ald_store_open_with(path, mode, migrations, &store, &err), ALD_ERR_DB);
    assert_null(store);
    if (!strstr(err.msg, words))
        fail_msg("'%s' lacks '%s'", err.msg, words);
}

static bool has_backup(const struct room *room, int version)
{
    char path[256];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s.backup-%d", room->path, version);
    if (stat(path, &st) != 0)
        return false;
    assert_int_equal(st.st_mode & 0777, 0600);
    return true;
}

static void two_backups_are_kept(void **state)
{
    struct room *room = *state;
    open_and_close(room->path, upto_1, 1);
    assert_false(has_backup(room, 0)); /* nothing to save in a new store */
    open_and_close(room->path, upto_1, 1);
    assert_false(has_backup(room, 1)); /* nothing to migrate */
    open_and_close(room->path, upto_2, 2);
    assert_true(has_backup(room, 1));
    open_and_close(room->path, upto_3, 3);
    assert_true(has_backup(room, 1));
    assert_true(has_backup(room, 2));
    open_and_close(room->path, upto_4, 4);
    assert_false(has_backup(room, 1));
    assert_true(has_backup(room, 2));
    assert_true(has_backup(room, 3));
    char backup[256];
    (void)snprintf(backup, sizeof backup, "%s.backup-3", room->path);
    open_and_close(backup, upto_3, 3); /* a backup is a store */
}

static void several_at_once(void **state)
{
    struct room *room = *state;
    open_and_close(room->path, upto_1, 1);
    open_and_close(room->path, upto_4, 4);
    assert_true(has_backup(room, 1));
}

static void a_failed_migration_leaves_the_store_as_it_was(void **state)
{
    struct room *room = *state;
    open_and_close(room->path, upto_2, 2);
    open_fails(room->path, ALD_STORE_WRITE, bad_at_3, "migration '0003_bad.sql' failed and was undone");
    assert_true(has_backup(room, 2));
    open_and_close(room->path, upto_2, 2);
    open_fails(room->path, ALD_STORE_WRITE, bad_at_3, "0003_bad.sql");
    open_and_close(room->path, upto_4, 4); /* and with the mended one it goes on */
}

static void references_are_checked_before_the_commit(void **state)
{
    struct room *room = *state;
    open_and_close(room->path, upto_1, 1);
    open_fails(room->path, ALD_STORE_WRITE, orphan_at_2, "a row of 'child' refers to a missing row of 'meta'");
    open_and_close(room->path, upto_1, 1);
}

static void a_new_store_that_fails_stays_empty(void **state)
{
    struct room *room = *state;
    static const struct ald_embedded bad[] = {{"0001_bad.sql", sql_bad, sizeof sql_bad - 1}, {NULL, NULL, 0}};
    open_fails(room->path, ALD_STORE_WRITE, bad, "0001_bad.sql");
    struct stat st;
    assert_int_equal(stat(room->path, &st), 0);
    assert_int_equal(st.st_size, 0);
    open_and_close(room->path, upto_1, 1);
}

static void readers_ask_for_the_migration(void **state)
{
    struct room *room = *state;
    open_and_close(room->path, upto_1, 1);
    open_fails(room->path, ALD_STORE_READ, upto_2, "run alidade analyze or ingest to migrate it");
    assert_false(has_backup(room, 1));
    open_and_close(room->path, upto_2, 2);
    open_fails(room->path, ALD_STORE_READ, upto_1, "newer alidade (schema 2, this one knows 1)");
}

static void the_built_in_migrations_make_a_store(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = NULL;
    assert_int_equal(ald_store_open(":memory:", ALD_STORE_READ, &store, NULL), ALD_OK);
    assert_int_equal(ald_store_verify(store, NULL), ALD_OK);
    int64_t objects = 0;
    assert_int_equal(ald_store_number(store, "store_object_count", &objects, NULL), ALD_OK);
    assert_true(objects > 20);
}

/** What a query gives, as text. */
static void add_rows(struct ald_store *store, const char *sql, struct ald_buf *ret)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        assert_int_equal(ald_buf_addf(ret, NULL, "%s\n", (const char *)sqlite3_column_text(stmt, 0)), ALD_OK);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

static void add_store(const struct ald_embedded *migrations, struct ald_buf *ret)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = NULL;
    assert_int_equal(ald_store_open_with(":memory:", ALD_STORE_WRITE, migrations, &store, NULL), ALD_OK);
    ald_buf_init(ret, 1u << 20);
    add_rows(store, "SELECT user_version FROM pragma_user_version", ret);
    add_rows(store, "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY rowid", ret);
    add_rows(store, "SELECT key || ' ' || value FROM meta ORDER BY key", ret);
    add_rows(store, "SELECT record || ' ' || was_from FROM touched ORDER BY record", ret);
}

static void a_new_store_is_what_all_migrations_make(void **state)
{
    (void)state;
    const size_t n = (size_t)ald_migrate_newest(ald_sql_migrations) + 1;
    struct ald_embedded *each = calloc(n, sizeof *each); /* another list than the program's: applied one after the other */
    assert_non_null(each);
    memcpy(each, ald_sql_migrations, n * sizeof *each);
    ALD_CLEANUP(ald_buf_done) struct ald_buf at_once, one_by_one;
    add_store(ald_sql_migrations, &at_once);
    add_store(each, &one_by_one);
    assert_true(at_once.len > 10000);
    assert_string_equal(at_once.data, one_by_one.data);
    free(each);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_store_is_what_all_migrations_make),
        cmocka_unit_test_setup_teardown(two_backups_are_kept, enter, leave),
        cmocka_unit_test_setup_teardown(several_at_once, enter, leave),
        cmocka_unit_test_setup_teardown(a_failed_migration_leaves_the_store_as_it_was, enter, leave),
        cmocka_unit_test_setup_teardown(references_are_checked_before_the_commit, enter, leave),
        cmocka_unit_test_setup_teardown(a_new_store_that_fails_stays_empty, enter, leave),
        cmocka_unit_test_setup_teardown(readers_ask_for_the_migration, enter, leave),
        cmocka_unit_test(the_built_in_migrations_make_a_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
