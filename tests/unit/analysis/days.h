/* What tests share that let day after day pass in a store: notes of what changed, and tables held against what they were. */
#pragma once

#include "fixture.h"

static void note(struct ald_store *store, int64_t row, bool is_new)
{
    struct ald_err err = {0};
    must(is_new ? ald_store_note_new(store, row, &err) : ald_store_note_change(store, row, &err), &err);
}

static void touch(struct ald_store *store, bool noted)
{
    struct ald_err err = {0};
    must(noted ? ald_store_touch_noted(store, &err) : ald_store_touch(store, &err), &err);
}

static void keep_table(struct fixture *f, struct ald_arena *arena, const char *table)
{
    put(f, ald_sprintf(arena, "DROP TABLE IF EXISTS temp.was_%s", table), "");
    put(f, ald_sprintf(arena, "CREATE TEMP TABLE was_%s AS SELECT * FROM %s", table, table), "");
}

/* Fails where rows differ from those that were kept. */
static void same_table(struct fixture *f, struct ald_arena *arena, int64_t day, const char *table, const char *columns)
{
    const char *text = ald_sprintf(arena, "SELECT (SELECT count(*) FROM (SELECT %s FROM %s EXCEPT SELECT %s FROM temp.was_%s)) + (SELECT "
                                          "count(*) FROM (SELECT %s FROM temp.was_%s EXCEPT SELECT %s FROM %s))",
                                   columns, table, columns, table, columns, table, columns, table);
    int64_t n = fixture_number(f, text);
    if (n)
        fail_msg("day %d: %d rows of %s differ", (int)day, (int)n, table);
}
