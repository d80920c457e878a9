/* Rewrites the texts of a whole store and leaves nothing of the old ones behind: see rewrite.h. Knows nothing of people. */
#include "alidade/rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "store_priv.h"

struct rewriting {
    ald_rewrite_fn *fn;
    void *ctx;
    bool prose, keep;
};

/* Columns that hold what people write, by name in whatever table. */
static bool is_prose(const char *table, const char *column)
{
    static const char *const names[] = {"title", "text", "value", "raw", "reason", "undone_reason", "resolve_reason", "gap", "last_error",
                                        "quote", "place", "why_surprised", "risk_awareness", "actor", "agent", "request", "evidence", "packed", "url"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(column, names[i]) == 0)
            return strcmp(table, "meta") != 0;
    return strcmp(table, "person") == 0 && strcmp(column, "name") == 0;
}

static void rewrite(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    struct rewriting *w = sqlite3_user_data(context);
    const char *text = (const char *)sqlite3_value_text(values[0]);
    const char *now = text ? w->fn(w->ctx, w->prose, text) : NULL;
    if (now == text)
        sqlite3_result_value(context, values[0]);
    else
        sqlite3_result_text(context, now, -1, SQLITE_TRANSIENT);
}

static int take_number(void *ctx, int n, char **values, char **names)
{
    (void)n;
    (void)names;
    *(int64_t *)ctx += values[0] ? strtoll(values[0], NULL, 10) : 0;
    return 0;
}

/* The one statement of this program that is not in data/sql: it must hold for tables that are yet to come. */
static enum ald_rc rewrite_column(struct ald_store *store, const struct rewriting *w, const char *table, const char *column,
                                  int64_t *changes, struct ald_err *err)
{
    char *sql = w->keep ? sqlite3_mprintf("UPDATE OR REPLACE \"%w\" SET \"%w\" = ald_rewrite(\"%w\") WHERE \"%w\" IS NOT ald_rewrite(\"%w\")",
                                          table, column, column, column, column)
                        : sqlite3_mprintf("SELECT count(*) FROM \"%w\" WHERE \"%w\" IS NOT ald_rewrite(\"%w\")", table, column, column);
    if (!sql)
        return ald_store_fail(store, SQLITE_NOMEM, "rewrite", err);
    int rc = sqlite3_exec(store->db, sql, take_number, changes, NULL);
    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return ald_store_fail(store, rc, "rewrite", err);
    *changes += w->keep ? sqlite3_changes64(store->db) : 0;
    return ALD_OK;
}

static enum ald_rc rewrite_all(struct ald_store *store, struct rewriting *w, int64_t *changes, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct pair {
        const char *table, *column;
    } *pairs = NULL;
    size_t n = 0, cap = 0;
    bool row;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "store_text_columns", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        pairs = ald_grow(arena, pairs, n, &cap, sizeof *pairs);
        pairs[n++] = (struct pair){ald_strdup(arena, ald_q_col_text(q, 0)), ald_strdup(arena, ald_q_col_text(q, 1))};
    }
    for (size_t i = 0; i < n; i++) {
        w->prose = is_prose(pairs[i].table, pairs[i].column);
        ALD_TRY(rewrite_column(store, w, pairs[i].table, pairs[i].column, changes, err));
    }
    return ALD_OK;
}

enum ald_rc ald_store_rewrite(struct ald_store *store, bool keep, ald_rewrite_fn *fn, void *ctx, int64_t *ret, struct ald_err *err)
{
    struct rewriting w = {.fn = fn, .ctx = ctx, .keep = keep};
    *ret = 0;
    int made = sqlite3_create_function_v2(store->db, "ald_rewrite", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, &w, rewrite, NULL, NULL, NULL);
    if (made != SQLITE_OK)
        return ald_store_fail(store, made, "rewrite", err);
    enum ald_rc rc = keep ? ald_store_begin(store, err) : ald_store_begin_read(store, err);
    if (rc == ALD_OK)
        rc = rewrite_all(store, &w, ret, err);
    if (rc == ALD_OK && keep && *ret > 0)
        rc = ald_store_touch(store, err);
    if (rc == ALD_OK && keep)
        rc = ald_store_commit(store, err);
    ald_store_rollback(store);
    (void)sqlite3_create_function_v2(store->db, "ald_rewrite", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL); /* w ends here */
    return rc;
}

/* In memory the temporary copy would take as much as the store. What was to be gone is not in it any more. */
static ALD_CHECK enum ald_rc vacuum(struct ald_store *store, struct ald_err *err)
{
    ald_q_free_all(store); /* a statement that is still there keeps VACUUM from beginning */
    ALD_TRY(ald_store_exec(store, "store_temp_in_file", err));
    enum ald_rc rc = ald_store_exec(store, "store_vacuum", err);
    struct ald_err back = {0};
    if (ald_store_exec(store, "store_temp_in_memory", &back) != ALD_OK && rc == ALD_OK) {
        *err = back;
        return back.rc;
    }
    return rc;
}

enum ald_rc ald_store_scour(struct ald_store *store, struct ald_err *err)
{
    ALD_TRY(ald_store_exec(store, "store_secure_delete", err));
    ALD_TRY(vacuum(store, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "store_truncate_log", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    if (row && ald_q_col_int(q, 0) != 0)
        return ald_fail(err, ALD_ERR_IO,
                        "store '%s': another program reads it, so old pages are still in '%s-wal'; run this again when it has ended",
                        store->path, store->path);
    return ald_store_exec(store, "store_scour_done", err);
}

enum ald_rc ald_store_owe_scour(struct ald_store *store, struct ald_err *err)
{
    return ald_store_exec(store, "store_scour_owe", err);
}

enum ald_rc ald_store_scour_owed(struct ald_store *store, bool *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "store_scour_owed", &q, err));
    return ald_q_step(q, ret, err);
}
