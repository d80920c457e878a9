/* Named statements: prepared when first asked for, kept until the store is closed. Knows nothing of what they mean. */
#include "alidade/store.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "store_priv.h"

static size_t queries_n(void)
{
    size_t n = 0;
    while (ald_sql_queries[n].name)
        n++;
    return n;
}

const char *ald_store_query_name(size_t i)
{
    return i < queries_n() ? ald_sql_queries[i].name : NULL;
}

static int by_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct ald_embedded *)row)->name);
}

static const struct ald_embedded *query_named(const char *name, size_t n)
{
    return bsearch(name, ald_sql_queries, n, sizeof *ald_sql_queries, by_name);
}

const char *ald_query_text(const char *name)
{
    const struct ald_embedded *row = query_named(name, queries_n());
    assert(row);
    return row ? (const char *)row->bytes : NULL;
}

/** True when SQL holds nothing but white space and comments. */
static bool is_blank(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    bool blank = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && !stmt;
    (void)sqlite3_finalize(stmt); /* NULL or never run */
    return blank;
}

static enum ald_rc prepare(struct ald_q *q, struct ald_err *err)
{
    const struct ald_embedded *named = &ald_sql_queries[q->slot];
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(q->store->db, (const char *)named->bytes, (int)named->size + 1,
                                SQLITE_PREPARE_PERSISTENT, &q->stmt, &tail);
    if (rc != SQLITE_OK)
        return ald_store_fail(q->store, rc, named->name, err);
    bool one = q->stmt && is_blank(q->store->db, tail);
    assert(one); /* exactly one statement under each name */
    (void)one;   /* without assertions */
    return ALD_OK;
}

/** Number of the statement. Names are mostly literals: where one lies tells which it was the last time. */
static size_t slot_of(struct ald_store *store, const char *name)
{
    unsigned short *met = &store->met_q[((uintptr_t)name ^ (uintptr_t)name >> 8) % ALD_MET_Q];
    if (*met < store->queries_n && strcmp(ald_sql_queries[*met].name, name) == 0)
        return *met;
    const struct ald_embedded *row = query_named(name, store->queries_n);
    assert(row);
    *met = (unsigned short)(row - ald_sql_queries);
    return *met;
}

enum ald_rc ald_q_open(struct ald_store *store, const char *name, struct ald_q **ret, struct ald_err *err)
{
    if (!store->free_q) {
        store->queries_n = queries_n();
        store->free_q = ald_calloc(store->arena, store->queries_n, sizeof(struct ald_q *));
        assert(store->queries_n < USHRT_MAX);
    }
    size_t slot = slot_of(store, name);
    struct ald_q *q = store->free_q[slot];
    if (!q) {
        q = ald_alloc(store->arena, sizeof *q);
        *q = (struct ald_q){.store = store, .slot = slot};
        ALD_TRY(prepare(q, err));
        q->next = store->all_q;
        store->all_q = q;
    } else {
        store->free_q[slot] = q->next_free;
    }
    q->open = true;
    *ret = q;
    return ALD_OK;
}

void ald_q_close(struct ald_q *q)
{
    if (!q)
        return;
    assert(q->open);
    (void)sqlite3_reset(q->stmt); /* repeats the error of the last step, which was reported then */
    (void)sqlite3_clear_bindings(q->stmt);
    q->bind_rc = SQLITE_OK;
    q->open = false;
    q->next_free = q->store->free_q[q->slot];
    q->store->free_q[q->slot] = q;
}

void ald_q_closep(struct ald_q **q)
{
    ald_q_close(*q);
    *q = NULL;
}

void ald_q_free_all(struct ald_store *store)
{
    for (struct ald_q *q = store->all_q; q; q = q->next) {
        assert(!q->open);
        (void)sqlite3_finalize(q->stmt); /* as in ald_q_close */
    }
    store->all_q = NULL;
    store->free_q = NULL;
}

/* ---- Bindings ---- */

static sqlite3_stmt *binding(struct ald_q *q)
{
    if (sqlite3_stmt_busy(q->stmt))
        (void)sqlite3_reset(q->stmt); /* no error: the last step gave a row */
    return q->stmt;
}

static void keep(struct ald_q *q, int i, int rc)
{
    if (rc == SQLITE_OK || q->bind_rc != SQLITE_OK)
        return;
    q->bind_rc = rc;
    q->bind_i = i;
}

static void bind_text(struct ald_q *q, int i, const char *s, sqlite3_destructor_type keeping)
{
    keep(q, i, s ? sqlite3_bind_text64(binding(q), i, s, strlen(s), keeping, SQLITE_UTF8) : sqlite3_bind_null(binding(q), i));
}

void ald_q_text(struct ald_q *q, int i, const char *s)
{
    bind_text(q, i, s, SQLITE_TRANSIENT);
}

void ald_q_text_lent(struct ald_q *q, int i, const char *s)
{
    bind_text(q, i, s, SQLITE_STATIC);
}

void ald_q_int(struct ald_q *q, int i, int64_t v)
{
    keep(q, i, sqlite3_bind_int64(binding(q), i, v));
}

void ald_q_real(struct ald_q *q, int i, double v)
{
    keep(q, i, sqlite3_bind_double(binding(q), i, v));
}

void ald_q_time(struct ald_q *q, int i, int64_t ms)
{
    keep(q, i, ms == ALD_TIME_NONE ? sqlite3_bind_null(binding(q), i) : sqlite3_bind_int64(binding(q), i, ms));
}

void ald_q_blob(struct ald_q *q, int i, const void *bytes, size_t n)
{
    keep(q, i, sqlite3_bind_blob64(binding(q), i, n ? bytes : "", n, SQLITE_TRANSIENT));
}

void ald_q_null(struct ald_q *q, int i)
{
    keep(q, i, sqlite3_bind_null(binding(q), i));
}

void ald_q_pointer(struct ald_q *q, int i, void *p, const char *type)
{
    keep(q, i, sqlite3_bind_pointer(binding(q), i, p, type, NULL));
}

/* ---- Rows ---- */

enum ald_rc ald_q_step(struct ald_q *q, bool *ret_row, struct ald_err *err)
{
    const char *name = ald_sql_queries[q->slot].name;
    if (q->bind_rc != SQLITE_OK)
        return ald_fail(err, ALD_ERR_DB, "store '%s': %s: parameter %d: %s", q->store->path, name, q->bind_i,
                        sqlite3_errstr(q->bind_rc));
    int rc = sqlite3_step(q->stmt);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return ALD_OK;
    }
    if (rc != SQLITE_DONE) {
        enum ald_rc failed = ald_store_fail(q->store, rc, name, err);
        (void)sqlite3_reset(q->stmt); /* repeats the error just reported */
        return failed;
    }
    (void)sqlite3_reset(q->stmt); /* no error after DONE */
    *ret_row = false;
    return ALD_OK;
}

enum ald_rc ald_q_run(struct ald_q *q, struct ald_err *err)
{
    bool row = true;
    while (row)
        ALD_TRY(ald_q_step(q, &row, err));
    return ALD_OK;
}

const char *ald_q_col_text(struct ald_q *q, int i)
{
    return (const char *)sqlite3_column_text(q->stmt, i);
}

int64_t ald_q_col_int(struct ald_q *q, int i)
{
    return sqlite3_column_int64(q->stmt, i);
}

double ald_q_col_real(struct ald_q *q, int i)
{
    return sqlite3_column_double(q->stmt, i);
}

int64_t ald_q_col_time(struct ald_q *q, int i)
{
    return ald_q_col_null(q, i) ? ALD_TIME_NONE : sqlite3_column_int64(q->stmt, i);
}

const void *ald_q_col_blob(struct ald_q *q, int i, size_t *ret_n)
{
    const void *bytes = sqlite3_column_blob(q->stmt, i);
    *ret_n = (size_t)sqlite3_column_bytes(q->stmt, i);
    return bytes;
}

bool ald_q_col_null(struct ald_q *q, int i)
{
    return sqlite3_column_type(q->stmt, i) == SQLITE_NULL;
}
