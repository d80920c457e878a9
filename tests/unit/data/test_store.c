/* The store: opening, refusing, locking, transactions, named statements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/store_priv.h"
#include "where.h"

struct room {
    char folder[64], path[128];
};

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    new_folder(room->folder, sizeof room->folder, "store");
    (void)snprintf(room->path, sizeof room->path, "%s/a.db", room->folder);
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    static const char *const files[] = {"a.db", "a.db-wal", "a.db-shm", "a.db.lock", "b.db", "b.db.lock"};
    char path[256];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", room->folder, files[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(room->folder), 0);
    free(room);
    return 0;
}

static struct ald_store *open_ok(const char *path, enum ald_store_mode mode)
{
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    if (ald_store_open(path, mode, &store, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    return store;
}

static void open_refused(const char *path, enum ald_store_mode mode, enum ald_rc rc, const char *words)
{
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    assert_int_equal(ald_store_open(path, mode, &store, &err), rc);
    assert_null(store);
    if (!strstr(err.msg, words) || !strstr(err.msg, path))
        fail_msg("'%s' lacks '%s' or the path", err.msg, words);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t number(struct ald_store *store, const char *name)
{
    int64_t n = -1;
    assert_int_equal(ald_store_number(store, name, &n, NULL), ALD_OK);
    return n;
}

static void every_named_statement_is_prepared(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(":memory:", ALD_STORE_WRITE);
    size_t n = 0;
    /* Some speak of what a part of the store is made of. */
    assert_int_equal(ald_store_part(store, NULL, 0, NULL), ALD_OK);
    assert_int_equal(ald_store_whole(store, NULL), ALD_OK);
    for (const char *name; (name = ald_store_query_name(n)); n++) {
        struct ald_q *q = NULL;
        struct ald_err err = {0};
        if (ald_q_open(store, name, &q, &err) != ALD_OK) {
            print_error("%s\n", err.msg);
            fail();
        }
        ald_q_close(q);
        if (n > 0)
            assert_true(strcmp(ald_store_query_name(n - 1), name) < 0);
    }
    assert_true(n > 20);
    assert_null(ald_store_query_name(n));
}

/* Steps of the plans of the statements that are asked about, of all records or of a part; fails where one is slow. Counts the
 * statements. */
static size_t look_at_plans(bool part, bool (*asked)(const char *name), bool (*slow)(const char *step))
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(":memory:", ALD_STORE_WRITE);
    size_t found = 0;
    if (part)
        assert_int_equal(ald_store_part(store, (const int64_t[]){1}, 1, NULL), ALD_OK);
    for (size_t i = 0; ald_store_query_name(i); i++) {
        if (!asked(ald_store_query_name(i)))
            continue;
        char *sql = NULL;
        sqlite3_stmt *plan = NULL;
        size_t steps = 0;
        found++;
        assert_true(asprintf(&sql, "EXPLAIN QUERY PLAN %.*s", (int)ald_sql_queries[i].size, (const char *)ald_sql_queries[i].bytes) > 0);
        assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &plan, NULL), SQLITE_OK);
        for (; sqlite3_step(plan) == SQLITE_ROW; steps++) {
            const char *step = (const char *)sqlite3_column_text(plan, 3);
            if (slow(step))
                print_error("%s: %s\n", ald_store_query_name(i), step);
            assert_false(slow(step));
        }
        assert_int_equal(sqlite3_finalize(plan), SQLITE_OK);
        free(sql);
    }
    return found;
}

static bool of_rows(const char *name)
{
    return strncmp(name, "land_", 5) == 0;
}

static bool many_rows(const char *step)
{
    return (strncmp(step, "SCAN ", 5) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0) || strstr(step, "(source=?)");
}

/* What is run for each row of a page finds its rows by a whole key, or ingest takes time that grows with the square of the store:
 * neither all rows of a table nor all records of a source. */
static void rows_of_pages_are_found_by_key(void **state)
{
    (void)state;
    assert_true(look_at_plans(false, of_rows, many_rows) > 20);
}

static bool of_runs(const char *name)
{
    static const char *const names[] = {"sync_oldest_open", "sync_todo_open",     "sync_todo_unsettled",
                                        "sync_record_gone", "cli_status_sources", "report_sources"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (strcmp(name, names[k]) == 0)
            return true;
    return false;
}

static bool all_records(const char *step)
{
    return strstr(step, "sqlite_autoindex_record_1 (source=?)") || strncmp(step, "SCAN r", 6) == 0 ||
           (strstr(step, "record_present") && !strstr(step, "COVERING"));
}

/* What every run and status ask of a source: by whole keys and the indexes of open and present records. */
static void runs_and_status_do_not_read_all_records(void **state)
{
    (void)state;
    assert_int_equal(look_at_plans(false, of_runs, all_records), 6);
}

static bool of_records(const char *name)
{
    static const char *const names[] = {"analysis_record_order", "analysis_records", "analysis_moments", "analysis_openings", "analysis_values",
                                        "analysis_severity_labels", "analysis_reported", "analysis_refs", "analysis_record_services",
                                        "analysis_record_teams", "analysis_record_people", "analysis_events", "analysis_texts", "retention_found",
                                        "part_links"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (strcmp(name, names[k]) == 0)
            return true;
    return false;
}

/* The records that are wanted are walked through, and what labels there are. */
static bool all_of_a_table(const char *step)
{
    return strncmp(step, "SCAN ", 5) == 0 && strcmp(step, "SCAN w") != 0 && strncmp(step, "SCAN label", 10) != 0;
}

/* What an analysis of one incident loads it finds by the rows of the records that are wanted. */
static void a_part_is_found_by_its_records(void **state)
{
    (void)state;
    assert_int_equal(look_at_plans(true, of_records, all_of_a_table), 15);
}

static bool by_rows(const char *name)
{
    return of_records(name) && strcmp(name, "analysis_record_order") != 0;
}

static bool sorted(const char *step)
{
    return strstr(step, "USE TEMP B-TREE FOR ORDER BY") || strstr(step, "USE TEMP B-TREE FOR GROUP BY");
}

/* The order of rows is that in which the wanted ones are walked through: nothing of 40,000 records of a day is put down to be sorted. */
static void a_part_comes_in_the_order_of_its_records(void **state)
{
    (void)state;
    assert_int_equal(look_at_plans(true, by_rows, sorted), 14);
}

static bool of_stored(const char *name)
{
    static const char *const others[] = {"part_sources", "part_suggestions", "part_links", "part_wanted_clear", "part_incident_n"};
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
        if (strcmp(name, others[k]) == 0)
            return false;
    return strncmp(name, "part_", 5) == 0 || strcmp(name, "cli_named_known") == 0;
}

static bool scans(const char *step)
{
    return strncmp(step, "SCAN ", 5) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0 && strcmp(step, "SCAN s") != 0 && strcmp(step, "SCAN f") != 0 &&
           strcmp(step, "SCAN w") != 0 && strncmp(step, "SCAN ald_batch ", 15) != 0; /* rows in memory, which are written */
}

/* And what of the last analysis it asks for, by keys: sources are few. */
static void what_is_stored_is_found_by_key(void **state)
{
    (void)state;
    assert_true(look_at_plans(true, of_stored, scans) > 20);
}

static bool of_days(const char *name)
{
    return strcmp(name, "recent_open") == 0;
}

static bool but_open_ones(const char *step)
{
    return !strstr(step, "incident_open");
}

/* Open incidents are few in a store of a million, and every day asks for all of them. */
static void a_day_goes_over_open_incidents_alone(void **state)
{
    (void)state;
    assert_int_equal(look_at_plans(true, of_days, but_open_ones), 1);
}

static void a_part_is_read_as_if_it_were_all(void **state)
{
    struct room *room = *state;
    ald_store_close(open_ok(room->path, ALD_STORE_WRITE)); /* makes it */
    run_sql(room->path, "INSERT INTO source (name, type, kind) VALUES ('a', 'ndjson', 'pager');"
                        "INSERT INTO record (id, source, external_id, kind, first_seen, last_seen) VALUES (1, 'a', '1', 'pager', 0, 0), "
                        "(2, 'a', '2', 'pager', 0, 0), (3, 'a', '3', 'pager', 0, 0);"
                        "INSERT INTO event (record, event_id, at, kind) VALUES (1, 'x', 1, 'opened'), (2, 'y', 2, 'opened'), (3, 'z', 3, 'opened')");
    ALD_CLEANUP(ald_store_closep) struct ald_store *reader = open_ok(room->path, ALD_STORE_READ), *beside = NULL;
    assert_int_equal(ald_store_begin_read(reader, NULL), ALD_OK);
    const int64_t wanted[] = {3, 1, 3, 99};
    for (int turn = 0; turn < 2; turn++) {
        struct ald_q *q = NULL;
        bool row = false;
        assert_int_equal(ald_store_part(reader, wanted, 4, NULL), ALD_OK);
        assert_int_equal(ald_q_open(reader, "analysis_events", &q, NULL), ALD_OK);
        for (int64_t record = 1; record <= 3; record += 2) {
            assert_int_equal(ald_q_step(q, &row, NULL), ALD_OK);
            assert_true(row);
            assert_int_equal(ald_q_col_int(q, 0), record);
        }
        assert_int_equal(ald_q_step(q, &row, NULL), ALD_OK);
        assert_false(row);
        ald_q_close(q);
        assert_true(ald_store_is_part(reader));
        assert_int_equal(ald_store_beside(reader, &beside, NULL), ALD_OK); /* which reads all */
        assert_false(ald_store_is_part(beside));
        assert_int_equal(ald_q_open(beside, "analysis_events", &q, NULL), ALD_OK);
        for (int64_t n = 0; n < 3; n++) {
            assert_int_equal(ald_q_step(q, &row, NULL), ALD_OK);
            assert_true(row);
        }
        ald_q_close(q);
        ald_store_closep(&beside);
        assert_int_equal(ald_store_whole(reader, NULL), ALD_OK);
        assert_int_equal(ald_q_open(reader, "analysis_events", &q, NULL), ALD_OK);
        for (int64_t n = 0; n < 3; n++) {
            assert_int_equal(ald_q_step(q, &row, NULL), ALD_OK);
            assert_true(row);
        }
        ald_q_close(q);
        assert_int_equal(ald_store_beside(reader, &beside, NULL), ALD_OK);
        ald_store_closep(&beside);
    }
}

static void new_store_is_private_and_configured(void **state)
{
    struct room *room = *state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(room->path, ALD_STORE_WRITE);
    struct stat st;
    assert_int_equal(stat(room->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_string_equal(ald_store_path(store), room->path);
    assert_int_equal(number(store, "store_application_id"), ALD_APPLICATION_ID);
    assert_int_equal(number(store, "store_user_version"), ald_migrate_newest(ald_sql_migrations));
    static const struct {
        const char *sql, *value;
    } settings[] = {{"PRAGMA foreign_keys", "1"},    {"PRAGMA trusted_schema", "0"}, {"PRAGMA secure_delete", "1"},
                    {"PRAGMA synchronous", "2"},     {"PRAGMA journal_mode", "wal"}, {"PRAGMA cell_size_check", "1"},
                    {"PRAGMA busy_timeout", "10000"}};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        sqlite3_stmt *stmt = NULL;
        assert_int_equal(sqlite3_prepare_v2(store->db, settings[i].sql, -1, &stmt, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(stmt, 0), settings[i].value);
        assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    }
    assert_int_equal(ald_store_verify(store, NULL), ALD_OK);
}

static void one_writer_at_a_time(void **state)
{
    struct room *room = *state;
    struct ald_store *store = open_ok(room->path, ALD_STORE_WRITE);
    char words[256];
    (void)snprintf(words, sizeof words, "another alidade (pid %ld) is writing to '%s'; wait for it or stop it",
                   (long)getpid(), room->path);
    open_refused(room->path, ALD_STORE_WRITE, ALD_ERR_IO, words);
    char link_path[256];
    (void)snprintf(link_path, sizeof link_path, "%s/b.db", room->folder);
    assert_int_equal(symlink(room->path, link_path), 0);
    open_refused(link_path, ALD_STORE_WRITE, ALD_ERR_IO, "another alidade (pid");
    struct ald_store *reader = open_ok(room->path, ALD_STORE_READ);
    assert_int_equal(number(reader, "store_generation"), 0);
    ald_store_close(reader);
    ald_store_close(store);
    store = open_ok(room->path, ALD_STORE_WRITE);
    ald_store_close(store);
}

static void a_reader_sees_one_snapshot(void **state)
{
    struct room *room = *state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(room->path, ALD_STORE_WRITE);
    ALD_CLEANUP(ald_store_closep) struct ald_store *reader = open_ok(room->path, ALD_STORE_READ);
    assert_int_equal(ald_store_begin_read(reader, NULL), ALD_OK);
    assert_int_equal(ald_store_begin(store, NULL), ALD_OK);
    assert_int_equal(ald_store_touch(store, NULL), ALD_OK);
    assert_int_equal(ald_store_commit(store, NULL), ALD_OK);
    int64_t seen = -1;
    assert_int_equal(ald_store_generation(reader, &seen, NULL), ALD_OK);
    assert_int_equal(seen, 0);
    assert_int_equal(ald_store_commit(reader, NULL), ALD_OK);
    assert_int_equal(ald_store_generation(reader, &seen, NULL), ALD_OK);
    assert_int_equal(seen, 1);
    struct ald_err err = {0};
    assert_int_equal(ald_store_touch(reader, &err), ALD_ERR_IO);
    assert_non_null(strstr(err.msg, "may not be written"));
}

static void what_is_no_store_is_refused(void **state)
{
    struct room *room = *state;
    struct stat st;
    char lock[256];
    (void)snprintf(lock, sizeof lock, "%s.lock", room->path);
    open_refused(room->path, ALD_STORE_READ, ALD_ERR_IO, "No such file");
    assert_int_not_equal(stat(room->path, &st), 0);
    open_refused("/nowhere/at/all.db", ALD_STORE_WRITE, ALD_ERR_IO, "No such file");
    open_refused("", ALD_STORE_WRITE, ALD_ERR_IO, "path is empty");

    write_file(room->path, "");
    open_refused(room->path, ALD_STORE_READ, ALD_ERR_DB, "is empty");
    const char *text =
        "this is a letter and no database; it is longer than a database's header, which has one hundred bytes";
    write_file(room->path, text);
    open_refused(room->path, ALD_STORE_READ, ALD_ERR_DB, "is not an alidade store");
    open_refused(room->path, ALD_STORE_WRITE, ALD_ERR_DB, "is not an alidade store");
    assert_int_equal(stat(room->path, &st), 0);
    assert_int_equal(st.st_size, (off_t)strlen(text));
    assert_int_equal(unlink(room->path), 0);

    run_sql(room->path, "CREATE TABLE bookmarks (url TEXT)");
    open_refused(room->path, ALD_STORE_READ, ALD_ERR_DB, "is not an alidade store");
    open_refused(room->path, ALD_STORE_WRITE, ALD_ERR_DB, "is not an alidade store");
    assert_int_not_equal(stat(lock, &st), 0); /* nothing was left beside a foreign file */
}

static void a_newer_store_is_refused(void **state)
{
    struct room *room = *state;
    ald_store_close(open_ok(room->path, ALD_STORE_WRITE));
    run_sql(room->path, "PRAGMA user_version = 9999");
    open_refused(room->path, ALD_STORE_READ, ALD_ERR_DB, "newer alidade (schema 9999");
    open_refused(room->path, ALD_STORE_WRITE, ALD_ERR_DB, "newer alidade (schema 9999");
}

static void damage_is_told(void **state)
{
    struct room *room = *state;
    ald_store_close(open_ok(room->path, ALD_STORE_WRITE));
    int fd = open(room->path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    char junk[4096];
    memset(junk, 0xa5, sizeof junk);
    for (off_t page = 1; page < 6; page++)
        assert_int_equal(pwrite(fd, junk, sizeof junk, page * 4096), (ssize_t)sizeof junk);
    assert_int_equal(close(fd), 0);
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    enum ald_rc rc = ald_store_open(room->path, ALD_STORE_READ, &store, &err);
    if (rc == ALD_OK)
        rc = ald_store_verify(store, &err);
    assert_int_equal(rc, ALD_ERR_DB);
    assert_non_null(strstr(err.msg, "damaged"));
    assert_non_null(strstr(err.msg, room->path));
    ald_store_close(store);
}

/** In a child without rights: a store at rest in a folder that may not be written. */
static int read_without_rights(const char *path)
{
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 3;
    if (ald_store_open(path, ALD_STORE_READ, &store, &err) == ALD_OK) {
        ald_store_close(store);
        return 1;
    }
    return err.rc == ALD_ERR_IO && strstr(err.msg, "-shm' cannot be made beside it") ? 0 : 2;
}

static void a_read_only_folder_is_told(void **state)
{
    struct room *room = *state;
    ald_store_close(open_ok(room->path, ALD_STORE_WRITE));
    assert_int_equal(chmod(room->path, 0444), 0);
    assert_int_equal(chmod(room->folder, 0555), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(read_without_rights(room->path));
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(chmod(room->folder, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void transactions_roll_back(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(":memory:", ALD_STORE_WRITE);
    ald_store_rollback(store); /* none open */
    assert_int_equal(ald_store_begin(store, NULL), ALD_OK);
    assert_int_equal(ald_store_touch(store, NULL), ALD_OK);
    assert_int_equal(ald_store_changes(store), 1);
    assert_int_equal(number(store, "store_generation"), 1);
    ald_store_rollback(store);
    assert_int_equal(number(store, "store_generation"), 0);
    assert_int_equal(ald_store_begin(store, NULL), ALD_OK);
    assert_int_equal(ald_store_touch(store, NULL), ALD_OK);
    assert_int_equal(ald_store_commit(store, NULL), ALD_OK);
    assert_int_equal(number(store, "store_generation"), 1);
}

static void one_name_may_be_open_twice(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(":memory:", ALD_STORE_WRITE);
    struct ald_q *a = NULL, *b = NULL, *c = NULL;
    bool row = false;
    assert_int_equal(ald_q_open(store, "store_generation", &a, NULL), ALD_OK);
    assert_int_equal(ald_q_step(a, &row, NULL), ALD_OK);
    assert_true(row);
    assert_int_equal(ald_q_open(store, "store_generation", &b, NULL), ALD_OK);
    assert_ptr_not_equal(a, b);
    assert_int_equal(ald_q_step(b, &row, NULL), ALD_OK);
    assert_true(row);
    assert_int_equal(ald_q_step(b, &row, NULL), ALD_OK);
    assert_false(row);
    assert_int_equal(ald_q_col_int(a, 0), 0); /* still on its row */
    ald_q_close(b);
    assert_int_equal(ald_q_open(store, "store_generation", &c, NULL), ALD_OK);
    assert_ptr_equal(b, c); /* taken from the free list */
    ald_q_close(c);
    ald_q_close(a);
    ald_q_close(NULL);
}

static void a_failed_binding_is_kept(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(":memory:", ALD_STORE_WRITE);
    struct ald_q *q = NULL;
    struct ald_err err = {0};
    bool row = false;
    assert_int_equal(ald_q_open(store, "store_finding_clear", &q, NULL), ALD_OK);
    ald_q_int(q, 9, 1);
    ald_q_text(q, 1, "fine");
    assert_int_equal(ald_q_step(q, &row, &err), ALD_ERR_DB);
    assert_non_null(strstr(err.msg, "store_finding_clear: parameter 9"));
    assert_int_equal(ald_q_run(q, NULL), ALD_ERR_DB);
    ald_q_close(q);
    assert_int_equal(ald_q_open(store, "store_finding_clear", &q, NULL), ALD_OK);
    ald_q_text(q, 1, "fine");
    assert_int_equal(ald_q_run(q, NULL), ALD_OK);
    ald_q_close(q);
}

static int64_t finding_n(struct ald_store *store, const char *id, const char *text)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(store->db, "SELECT n FROM finding WHERE id = ?1 AND text = ?2", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(stmt, 1, id, -1, SQLITE_TRANSIENT), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(stmt, 2, text, -1, SQLITE_TRANSIENT), SQLITE_OK);
    int64_t n = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return n;
}

static void findings_are_set(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = open_ok(":memory:", ALD_STORE_WRITE);
    assert_int_equal(ald_finding_set(store, "repaired", "desk", NULL, "texts repaired", 3, "info", NULL), ALD_OK);
    assert_int_equal(finding_n(store, "repaired", "texts repaired"), 3);
    assert_int_equal(ald_finding_set(store, "repaired", "desk", "", "texts repaired", 5, "info", NULL), ALD_OK);
    assert_int_equal(finding_n(store, "repaired", "texts repaired"), 5);
    assert_int_equal(ald_finding_set(store, "repaired", "desk", "", "texts repaired", 5, "info", NULL), ALD_OK);
    assert_int_equal(ald_store_changes(store), 0); /* the same again writes nothing */
    assert_int_equal(ald_finding_set(store, "repaired", "desk", "", "texts repaired", 0, "info", NULL), ALD_OK);
    assert_int_equal(finding_n(store, "repaired", "texts repaired"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_named_statement_is_prepared),
        cmocka_unit_test(rows_of_pages_are_found_by_key),
        cmocka_unit_test(runs_and_status_do_not_read_all_records),
        cmocka_unit_test(a_part_is_found_by_its_records),
        cmocka_unit_test(a_part_comes_in_the_order_of_its_records),
        cmocka_unit_test(what_is_stored_is_found_by_key),
        cmocka_unit_test(a_day_goes_over_open_incidents_alone),
        cmocka_unit_test_setup_teardown(a_part_is_read_as_if_it_were_all, enter, leave),
        cmocka_unit_test_setup_teardown(new_store_is_private_and_configured, enter, leave),
        cmocka_unit_test_setup_teardown(one_writer_at_a_time, enter, leave),
        cmocka_unit_test_setup_teardown(a_reader_sees_one_snapshot, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_no_store_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_newer_store_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(damage_is_told, enter, leave),
        cmocka_unit_test_setup_teardown(a_read_only_folder_is_told, enter, leave),
        cmocka_unit_test(transactions_roll_back),
        cmocka_unit_test(one_name_may_be_open_twice),
        cmocka_unit_test(a_failed_binding_is_kept),
        cmocka_unit_test(findings_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
