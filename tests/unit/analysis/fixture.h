/* A small store on disk, filled by hand through SQLite, and the analysis of it. Times are minutes after a Monday
 * midnight, 2024-01-01T00:00Z. For tests of loading, linking, clocks, classes and signals. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "alidade/analysis.h"
#include "alidade/timeline.h"
#include "where.h"

#define T0 INT64_C(1704067200000)
#define AT(minute) (T0 + INT64_C(60000) * (minute))
#define MINUTES(n) (INT64_C(60000) * (n))
#define DAYS(n) ((n)*24 * 60) /* in minutes */
#define NEVER INT64_MIN       /* as a minute: no time */
#define ALL_HELD (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_SERVICES | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN)

struct fixture {
    char dir[64], path[96];
    sqlite3 *db;
    sqlite3_stmt *kept[16]; /* what was put last, to be put again with other values */
    size_t kept_n;
    struct ald_settings settings;
    struct ald_analysis *a;
    struct ald_store *read; /* that the analysis reads: evidence asks it too */
    int next_event;
};

static inline void must(enum ald_rc rc, const struct ald_err *err)
{
    if (rc != ALD_OK)
        fail_msg("%s", err->msg);
}

/* The first column of the one row of a query. */
static inline int64_t fixture_number(struct fixture *f, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(f->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return n;
}

static inline int fixture_setup(void **state)
{
    struct ald_err err = {0};
    struct ald_store *store;
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    new_folder(f->dir, sizeof f->dir, "analysis");
    (void)snprintf(f->path, sizeof f->path, "%s/store.db", f->dir);
    must(ald_store_open(f->path, ALD_STORE_WRITE, &store, &err), &err);
    ald_store_close(store);
    assert_int_equal(sqlite3_open(f->path, &f->db), SQLITE_OK);
    /* Each row is a commit of its own, and none has to outlive the test. */
    assert_int_equal(sqlite3_exec(f->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK);
    f->settings = (struct ald_settings){.timezone = "UTC",
                                        .fiscal_start_month = 1,
                                        .lookback_quarters = 8,
                                        .landmark_ms = MINUTES(60),
                                        .duration = ALD_DURATION_ACTIVE,
                                        .resamples = 100,
                                        .noise_under_ms = MINUTES(5),
                                        .people_stored = true,
                                        .link_accept = 0.9, .config_hash = "test"};
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    struct fixture *f = *state;
    char path[128];
    ald_analysis_free(f->a);
    ald_store_close(f->read);
    for (size_t i = 0; i < f->kept_n; i++)
        sqlite3_finalize(f->kept[i]);
    sqlite3_close(f->db);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", f->path, suffixes[i]);
        (void)unlink(path);
    }
    (void)rmdir(f->dir);
    free(f);
    return 0;
}

/* A room is what a test keeps beside its fixture: a struct of its own that begins anew for every test. The two below furnish one
 * with a fixture and an arena, and clear it. */
static inline struct fixture *furnished(size_t room_bytes, void **ret_room, struct ald_arena **ret_arena)
{
    void *fixture;
    *ret_room = calloc(1, room_bytes);
    assert_non_null(*ret_room);
    assert_int_equal(fixture_setup(&fixture), 0);
    *ret_arena = ald_arena_new();
    return fixture;
}

static inline int cleared(struct fixture *f, struct ald_arena *arena, void *room)
{
    void *fixture = f;
    ald_arena_free(arena);
    assert_int_equal(fixture_teardown(&fixture), 0);
    free(room);
    return 0;
}

/** The statement of these words, ready for its values. */
static inline sqlite3_stmt *prepared(struct fixture *f, const char *sql)
{
    for (size_t i = 0; i < f->kept_n; i++)
        if (strcmp(sqlite3_sql(f->kept[i]), sql) == 0)
            return f->kept[i];
    if (f->kept_n == sizeof f->kept / sizeof f->kept[0])
        sqlite3_finalize(f->kept[--f->kept_n]);
    if (sqlite3_prepare_v2(f->db, sql, -1, &f->kept[f->kept_n], NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(f->db));
    return f->kept[f->kept_n++];
}

/** Runs an insert; format: one letter an argument, t text (NULL: null), i int64_t, m minute (NEVER: null). */
static inline void put(struct fixture *f, const char *sql, const char *format, ...)
{
    sqlite3_stmt *statement = prepared(f, sql);
    va_list args;
    va_start(args, format);
    for (int i = 0; format[i]; i++) {
        if (format[i] == 't') {
            sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
            continue;
        }
        int64_t v = va_arg(args, int64_t);
        if (format[i] == 'i')
            sqlite3_bind_int64(statement, i + 1, v);
        else if (v != NEVER)
            sqlite3_bind_int64(statement, i + 1, AT(v));
    }
    va_end(args);
    if (sqlite3_step(statement) != SQLITE_DONE)
        fail_msg("%s: %s", sql, sqlite3_errmsg(f->db));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static inline void source(struct fixture *f, const char *name, const char *kind, const char *role)
{
    put(f, "INSERT INTO source (name, type, kind, role) VALUES (?1, 'ndjson', ?2, ?3)", "ttt", name, kind, role);
}

/** A record that is seen at the end of time and holds what it was read for. */
static inline void record(struct fixture *f, int64_t row, const char *src, const char *id, const char *kind,
                          unsigned timeline, const char *end_state)
{
    put(f,
        "INSERT INTO record (id, source, external_id, kind, key, title, timeline, holds, end_state, first_seen, "
        "last_seen)"
        " VALUES (?1, ?2, ?3, ?4, ?3, 'Title ' || ?3, ?5, 31, ?6, 0, 9000000000000)",
        "itttit", row, src, id, kind, (int64_t)timeline, end_state);
}

static inline void set(struct fixture *f, int64_t row, const char *column, const char *value)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql, "UPDATE record SET %s = ?2 WHERE id = ?1", column);
    put(f, sql, "it", row, value);
}

static inline void set_time(struct fixture *f, int64_t row, const char *column, int64_t minute)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql, "UPDATE record SET %s = ?2 WHERE id = ?1", column);
    put(f, sql, "im", row, minute);
}

static inline void moment(struct fixture *f, int64_t row, const char *name, int64_t rank, int64_t minute)
{
    put(f, "INSERT INTO record_moment (record, moment, rank, field, at) VALUES (?1, ?2, ?3, ?2 || '_' || ?3, ?4)",
        "itim", row, name, rank, minute);
}

/** The usual record: opened and resolved (NEVER: open). */
static inline void simple(struct fixture *f, int64_t row, const char *src, const char *id, const char *kind,
                          unsigned timeline, int64_t opened, int64_t resolved)
{
    record(f, row, src, id, kind, timeline, resolved == NEVER ? "open" : "resolved");
    moment(f, row, "opened", 1, opened);
    if (resolved != NEVER)
        moment(f, row, "resolved", 1, resolved);
}

/** who: the actor; automatic: -1 not known. Event ids are e001, e002 ... in order of the calls. */
static inline void event_full(struct fixture *f, int64_t row, int64_t minute, const char *kind, const char *who,
                              int automatic, const char *team, const char *service, const char *field)
{
    char id[16];
    (void)snprintf(id, sizeof id, "e%03d", ++f->next_event);
    put(f,
        "INSERT INTO event (record, event_id, at, kind, actor, automatic, team, service, field)"
        " VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, -1), ?7, ?8, ?9)",
        "itmttittt", row, id, minute, kind, who, (int64_t)automatic, team, service, field);
}

static inline void event(struct fixture *f, int64_t row, int64_t minute, const char *kind)
{
    event_full(f, row, minute, kind, NULL, -1, NULL, NULL, NULL);
}

static inline void ref(struct fixture *f, int64_t row, const char *kind, const char *value)
{
    put(f, "INSERT INTO record_ref (record, kind, value, field) VALUES (?1, ?2, ?3, 'refs')", "itt", row, kind, value);
}

static inline void service(struct fixture *f, int64_t row, const char *name, int64_t minute, int at_start,
                           const char *field)
{
    put(f, "INSERT INTO record_service (record, service, at, at_start, field) VALUES (?1, ?2, ?3, ?4, ?5)", "itmit",
        row, name, minute, (int64_t)at_start, field);
}

static inline void team(struct fixture *f, int64_t row, const char *name)
{
    put(f, "INSERT INTO record_team (record, team, role, field) VALUES (?1, ?2, 'assigned', 'teams')", "it", row, name);
}

static inline void person(struct fixture *f, const char *src, const char *pseudonym, const char *canonical, int mapped)
{
    put(f, "INSERT INTO person (pseudonym, source, canonical, mapped) VALUES (?1, ?2, ?3, ?4)", "ttti", pseudonym, src,
        canonical, (int64_t)mapped);
}

static inline const struct ald_analysis *analyse(struct fixture *f, int64_t as_of_minute)
{
    struct ald_err err = {0};
    ald_analysis_freep(&f->a);
    ald_store_closep(&f->read);
    must(ald_store_open(f->path, ALD_STORE_READ, &f->read, &err), &err);
    must(ald_store_begin_read(f->read, &err), &err);
    must(ald_analysis_run(f->read, &f->settings, AT(as_of_minute), &f->a, &err), &err);
    return f->a;
}

/* Keeps the analysis in its store, as analyze does. @return how many incidents have a reading. */
static inline size_t save_analysis(struct fixture *f)
{
    struct ald_err err = {0};
    struct ald_store *store;
    size_t read;
    must(ald_store_open(f->path, ALD_STORE_WRITE, &store, &err), &err);
    must(ald_store_begin(store, &err), &err);
    must(ald_analysis_save(store, f->a, &read, &err), &err);
    must(ald_store_commit(store, &err), &err);
    ald_store_close(store);
    return read;
}

static inline const struct ald_incident *incident(const struct fixture *f, const char *id)
{
    size_t i = ald_analysis_find(f->a, id);
    if (i == SIZE_MAX)
        fail_msg("no incident %s", id);
    return &f->a->incidents[i];
}

static inline const struct ald_record *record_of(const struct fixture *f, const char *id)
{
    for (size_t i = 0; i < f->a->records_n; i++)
        if (strcmp(f->a->records[i].external_id, id) == 0)
            return &f->a->records[i];
    fail_msg("no record %s", id);
    return NULL;
}

/** Two records (external ids) are of one incident. */
static inline bool together(const struct fixture *f, const char *a, const char *b)
{
    return record_of(f, a)->incident == record_of(f, b)->incident;
}

static inline const struct ald_obs *obs(const struct fixture *f, const char *id, int signal)
{
    return ald_obs_at(f->a, (size_t)(incident(f, id) - f->a->incidents), (size_t)signal);
}

static inline void assert_close(double x, double y, double tolerance)
{
    if (!(x - y <= tolerance && y - x <= tolerance))
        fail_msg("%.17g is not %.17g", x, y);
}
