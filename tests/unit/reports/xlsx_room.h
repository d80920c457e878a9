/* What the tests of the xlsx writer share: a report to fill by hand, a workbook written from it and read back by
 * tests/e2e/xlsx_check.py, which knows nothing of the writer. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alidade/file.h"
#include "alidade/zone.h"
#include "where.h"
#include "xlsx_priv.h"

extern char **environ;

#define AS_OF INT64_C(1759827600000) /* 2025-10-07 09:00 UTC */

struct room {
    char folder[64];
    struct ald_arena *arena;
    struct ald_zone *zone;
    struct ald_report *report;
    struct ald_xlsx_limits limits;
};

static inline int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    new_folder(room->folder, sizeof room->folder, "xlsx");
    struct ald_err err = {0};
    if (ald_zone_load("Europe/Berlin", &room->zone, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    room->arena = ald_arena_new();
    room->limits = ald_xlsx_limits_default;
    room->report = ald_alloc(room->arena, sizeof *room->report);
    *room->report = (struct ald_report){.arena = room->arena,
                                        .kind = "quarterly",
                                        .title = "Review & outlook",
                                        .subtitle = "Example",
                                        .period_label = "2025Q3",
                                        .period_file = "2025Q3",
                                        .root = ald_node_object(room->arena),
                                        .zone = room->zone,
                                        .as_of = AS_OF,
                                        .simulated = true};
    *state = room;
    return 0;
}

static inline int leave(void **state)
{
    struct room *room = *state;
    DIR *dir = opendir(room->folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        if (e->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), e->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(room->folder), 0); /* nothing else was left there */
    ald_zone_free(room->zone);
    ald_arena_free(room->arena);
    free(room);
    return 0;
}

/* ---- Views ---- */

static inline struct ald_section *section(struct room *room, const char *title)
{
    struct ald_report *r = room->report;
    r->sections = ald_grow(room->arena, r->sections, r->sections_n, &r->sections_cap, sizeof *r->sections);
    r->sections[r->sections_n] = (struct ald_section){.id = title, .title = title, .landscape = true};
    return &r->sections[r->sections_n++];
}

static inline struct ald_block *block(struct room *room, struct ald_section *s, enum ald_block_kind kind,
                                      const char *text)
{
    s->blocks = ald_grow(room->arena, s->blocks, s->blocks_n, &s->blocks_cap, sizeof *s->blocks);
    s->blocks[s->blocks_n] = (struct ald_block){.kind = kind, .text = text};
    return &s->blocks[s->blocks_n++];
}

static inline struct ald_table *table(struct room *room, struct ald_section *s, const char *rows, const struct ald_column *columns,
                         size_t n, bool filter)
{
    struct ald_table *t = ald_alloc(room->arena, sizeof *t);
    *t = (struct ald_table){
        .rows = rows, .empty = "Nothing here.", .columns = columns, .columns_n = n, .filter = filter};
    block(room, s, ALD_BLOCK_TABLE, NULL)->table = t;
    return t;
}

static inline void set(struct room *room, struct ald_node *o, const char *key, struct ald_node *value)
{
    ald_node_set(room->arena, o, key, value);
}

static inline struct ald_node *str(struct room *room, const char *s)
{
    return ald_node_str(room->arena, s);
}

/* ---- Writing and reading back ---- */

static inline const char *path_of(struct room *room, const char *name)
{
    return ald_sprintf(room->arena, "%s/%s", room->folder, name);
}

/* The checker lies beside the tests, wherever those were built from. */
static inline const char *checker(struct room *room)
{
    const char *slash = strrchr(__FILE__, '/');
    const char *beside = ald_sprintf(room->arena, "%.*s/../../e2e/xlsx_check.py", slash ? (int)(slash - __FILE__) : 1,
                                     slash ? __FILE__ : ".");
    return access(beside, R_OK) == 0 ? beside : "tests/e2e/xlsx_check.py";
}

/* The cells of a workbook, one per line, after it was found sound. Nothing may have been said on stderr. */
static inline const char *read_back(struct room *room, const char *path)
{
    const char *out = path_of(room, "cells.txt"), *said = path_of(room, "said.txt");
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
    char python[] = "/usr/bin/python3", cells[] = "--cells";
    char *argv[] = {python, ald_strdup(room->arena, checker(room)), cells, ald_strdup(room->arena, path), NULL};
    pid_t pid = 0;
    assert_int_equal(posix_spawn(&pid, python, &actions, NULL, argv, environ), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    struct ald_err err = {0};
    char *text = NULL;
    size_t n = 0;
    assert_int_equal(ald_file_read(said, 1 << 20, room->arena, &text, &n, &err), ALD_OK);
    if (n || status)
        fail_msg("status %d: %s", status, text);
    assert_int_equal(ald_file_read(out, 64 << 20, room->arena, &text, &n, &err), ALD_OK);
    return text;
}

static inline const char *write_book(struct room *room, const char *name)
{
    const char *path = path_of(room, name);
    const char *said = path_of(room, "stderr.txt");
    (void)fflush(stderr);
    int keep = dup(2), file = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(keep >= 0 && file >= 0);
    assert_true(dup2(file, 2) >= 0);
    struct ald_err err = {0};
    struct ald_xlsx *x = NULL;
    enum ald_rc rc = ald_xlsx_fill(room->report, path, &room->limits, &x, &err);
    if (rc == ALD_OK)
        rc = ald_xlsx_pack(x, &err);
    (void)fflush(stderr);
    assert_true(dup2(keep, 2) >= 0);
    (void)close(keep);
    (void)close(file);
    if (rc != ALD_OK)
        fail_msg("%s", err.msg);
    char *text = NULL;
    size_t n = 0;
    assert_int_equal(ald_file_read(said, 1 << 20, room->arena, &text, &n, &err), ALD_OK);
    assert_string_equal(text, "");
    return path;
}

static inline const char *write_and_read(struct room *room)
{
    const char *first = write_book(room, "first.xlsx"), *again = write_book(room, "again.xlsx");
    char *a = NULL, *b = NULL;
    size_t a_n = 0, b_n = 0;
    struct ald_err err = {0};
    assert_int_equal(ald_file_read(first, 64 << 20, room->arena, &a, &a_n, &err), ALD_OK);
    assert_int_equal(ald_file_read(again, 64 << 20, room->arena, &b, &b_n, &err), ALD_OK);
    assert_int_equal(a_n, b_n);
    assert_memory_equal(a, b, a_n);
    return read_back(room, first);
}

static inline void has(const char *cells, const char *line)
{
    if (!strstr(cells, line))
        fail_msg("no '%s' in:\n%.6000s", line, cells);
}

static inline void has_not(const char *cells, const char *line)
{
    if (strstr(cells, line))
        fail_msg("'%s' is there", line);
}

static inline size_t times(const char *cells, const char *piece)
{
    size_t n = 0;
    for (const char *at = cells; (at = strstr(at, piece)); at += strlen(piece))
        n++;
    return n;
}

static inline char *repeat(struct room *room, const char *piece, size_t n)
{
    size_t len = strlen(piece);
    char *s = ald_alloc(room->arena, n * len + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(s + i * len, piece, len);
    return s;
}
