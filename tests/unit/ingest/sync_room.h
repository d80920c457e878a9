/* For tests of sync: a store in a folder of its own, a clock of its own, and, on demand, the loopback server of
 * tests/http/table_api.py playing a scenario that the test writes. */
#pragma once

#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#undef skip /* cmocka's, in the way of streams' */

#include "alidade/ingest.h"
#include "where.h"

#define ROOM_NOW INT64_C(1793700000000)

struct room {
    char folder[64], store_path[128], key_path[128], scenario[128], base[80];
    struct ald_store *store;
    struct ald_arena *arena;
    sqlite3 *db; /* a second connection, to look with */
    pid_t server;
    _Atomic int64_t now, pages; /* sources have threads */
    int64_t stop_after; /* stop_after: pages of a run; < 0 never */
    struct ald_source_cfg sources[2];
    struct ald_ingest_opts opts;
    struct ald_source_outcome out[2];
    struct ald_err err;
};

static inline int64_t room_now(void *ctx)
{
    return ((struct room *)ctx)->now++; /* no two moments are the same */
}

static inline void room_sleep(void *ctx, int64_t ms)
{
    ((struct room *)ctx)->now += ms;
}

static inline void room_progress(void *ctx, const struct ald_progress_event *event)
{
    assert_non_null(event->source);
    assert_non_null(event->stream);
    ((struct room *)ctx)->pages += event->note == NULL;
}

static inline bool room_stop(void *ctx)
{
    const struct room *room = ctx;
    return room->stop_after >= 0 && room->pages >= room->stop_after;
}

static inline void room_write(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static inline void room_store(struct room *room)
{
    assert_int_equal(ald_store_open(room->store_path, ALD_STORE_WRITE, &room->store, &room->err), ALD_OK);
    assert_int_equal(sqlite3_open(room->store_path, &room->db), SQLITE_OK);
}

static inline void room_open(struct room *room)
{
    *room = (struct room){.now = ROOM_NOW, .stop_after = -1, .arena = ald_arena_new()};
    new_folder(room->folder, sizeof room->folder, "sync");
    (void)snprintf(room->store_path, sizeof room->store_path, "%s/store.db", room->folder);
    (void)snprintf(room->key_path, sizeof room->key_path, "%s/store.key", room->folder);
    (void)snprintf(room->scenario, sizeof room->scenario, "%s/scenario.json", room->folder);
    room->opts = (struct ald_ingest_opts){.sources = room->sources,
                                          .since = ALD_TIME_NONE,
                                          .until = ALD_TIME_NONE,
                                          .free_text = true,
                                          .key_path = room->key_path,
                                          .version = "test",
                                          .clock = {room_now, room_sleep, room},
                                          .progress = room_progress,
                                          .progress_ctx = room,
                                          .stop = room_stop,
                                          .stop_ctx = room};
    room_store(room);
}

static inline void room_close(struct room *room)
{
    if (room->server > 0) {
        (void)kill(room->server, SIGTERM);
        (void)waitpid(room->server, NULL, 0);
    }
    sqlite3_close(room->db);
    ald_store_close(room->store);
    ald_arena_free(room->arena);
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "store.db.lock", "store.key",
                                        "scenario.json", "a.ndjson", "b.ndjson"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%s", room->folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(room->folder), 0);
}

/** What the server plays from now on. */
static inline void room_play(struct room *room, const char *scenario)
{
    char fresh[160];
    (void)snprintf(fresh, sizeof fresh, "%s.new", room->scenario);
    room_write(fresh, scenario, strlen(scenario));
    assert_int_equal(rename(fresh, room->scenario), 0);
}

static inline void room_serve(struct room *room, const char *scenario)
{
    char script[1100];
    const char *given = getenv("ALD_TESTS");
    const char *slash = strrchr(__FILE__, '/');
    assert_true(given || slash);
    if (given)
        (void)snprintf(script, sizeof script, "%s/http/table_api.py", given);
    else
        (void)snprintf(script, sizeof script, "%.*s/../../http/table_api.py", (int)(slash - __FILE__), __FILE__);
    room_play(room, scenario);
    int out[2];
    assert_int_equal(pipe(out), 0);
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    char python[] = "/usr/bin/python3", option[] = "--seconds", seconds[] = "120", path[] = "PATH=/usr/bin:/bin";
    char *argv[] = {python, script, room->scenario, option, seconds, NULL};
    char *environment[] = {path, NULL};
    assert_int_equal(posix_spawn(&room->server, python, &actions, NULL, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    FILE *talk = fdopen(out[0], "r");
    char line[80] = "";
    assert_non_null(fgets(line, sizeof line, talk));
    fclose(talk);
    line[strcspn(line, "\n")] = '\0';
    assert_int_equal(strncmp(line, "listening ", 10), 0);
    (void)snprintf(room->base, sizeof room->base, "%s", line + 10);
}

static inline int64_t room_count(struct room *room, const char *sql)
{
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_prepare_v2(room->db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

/** First column of the first row; arena-owned; "" when there is none. */
static inline const char *room_text(struct room *room, const char *sql)
{
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_prepare_v2(room->db, sql, -1, &q, NULL), SQLITE_OK);
    const char *text = "";
    if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0))
        text = ald_strdup(room->arena, (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    return text;
}

static inline int64_t room_generation(struct room *room)
{
    int64_t n = 0;
    assert_int_equal(ald_store_generation(room->store, &n, &room->err), ALD_OK);
    return n;
}

static inline enum ald_rc room_run(struct room *room)
{
    room->pages = 0;
    return ald_ingest_run(room->store, &room->opts, room->arena, room->out, &room->err);
}
