/* Values and rows in memory, given to statements: see batch.h. Rows are a virtual table (https://www.sqlite.org/vtab.html) that
 * holds nothing itself. Knows no table. */
#include "alidade/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "store_priv.h"

/* ---- Values ---- */

struct ald_datum ald_datum_int(int64_t v)
{
    return (struct ald_datum){.type = ALD_DATUM_INT, .whole = v};
}

struct ald_datum ald_datum_time(int64_t ms)
{
    return (struct ald_datum){.type = ms == ALD_TIME_NONE ? ALD_DATUM_NULL : ALD_DATUM_INT, .whole = ms};
}

struct ald_datum ald_datum_real(double v)
{
    return (struct ald_datum){.type = isnan(v) ? ALD_DATUM_NULL : ALD_DATUM_REAL, .real = v};
}

struct ald_datum ald_datum_text(const char *text)
{
    return (struct ald_datum){.type = text ? ALD_DATUM_TEXT : ALD_DATUM_NULL, .text = text, .n = text ? strlen(text) : 0};
}

struct ald_datum ald_datum_blob(const void *bytes, size_t n)
{
    return (struct ald_datum){.type = ALD_DATUM_BLOB, .bytes = bytes, .n = n};
}

void ald_q_bind(struct ald_q *q, const struct ald_datum *data, int n)
{
    for (int i = 0; i < n; i++) {
        if (data[i].type == ALD_DATUM_INT)
            ald_q_int(q, i + 1, data[i].whole);
        else if (data[i].type == ALD_DATUM_REAL)
            ald_q_real(q, i + 1, data[i].real);
        else if (data[i].type == ALD_DATUM_BLOB)
            ald_q_blob(q, i + 1, data[i].bytes, data[i].n);
        else
            ald_q_text_lent(q, i + 1, data[i].type == ALD_DATUM_TEXT ? data[i].text : NULL);
    }
}

/* ---- Rows ---- */

#define POINTER "ald_batch" /* what tells such a parameter from others */

struct cursor {
    sqlite3_vtab_cursor base;
    const struct ald_batch *rows; /* NULL: none were given */
    size_t at;
};

static int connect_rows(sqlite3 *db, void *ctx, int argc, const char *const *argv, sqlite3_vtab **ret, char **ret_error)
{
    (void)ctx;
    (void)argc;
    (void)argv;
    (void)ret_error;
    int rc = sqlite3_declare_vtab(db, ald_query_text("store_batch"));
    if (rc == SQLITE_OK) {
        *ret = sqlite3_malloc(sizeof **ret);
        if (!*ret)
            return SQLITE_NOMEM;
        memset(*ret, 0, sizeof **ret);
    }
    return rc;
}

static int disconnect_rows(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* Nothing but the rows that are given can be asked for. */
static int plan_rows(sqlite3_vtab *table, sqlite3_index_info *plan)
{
    (void)table;
    for (int i = 0; i < plan->nConstraint; i++)
        if (plan->aConstraint[i].usable && plan->aConstraint[i].iColumn == ALD_DATA_MOST && plan->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ) {
            plan->aConstraintUsage[i].argvIndex = 1;
            plan->aConstraintUsage[i].omit = 1;
            return SQLITE_OK;
        }
    return SQLITE_CONSTRAINT;
}

static int open_rows(sqlite3_vtab *table, sqlite3_vtab_cursor **ret)
{
    (void)table;
    struct cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    *ret = &cursor->base;
    return SQLITE_OK;
}

static int close_rows(sqlite3_vtab_cursor *base)
{
    sqlite3_free(base);
    return SQLITE_OK;
}

static int first_row(sqlite3_vtab_cursor *base, int number, const char *name, int argc, sqlite3_value **argv)
{
    struct cursor *cursor = (struct cursor *)base;
    (void)number;
    (void)name;
    cursor->rows = argc ? sqlite3_value_pointer(argv[0], POINTER) : NULL;
    cursor->at = 0;
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->at++;
    return SQLITE_OK;
}

static int after_last(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return !cursor->rows || cursor->at >= cursor->rows->n;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
    const struct cursor *cursor = (const struct cursor *)base;
    if (i >= cursor->rows->columns)
        return SQLITE_OK; /* NULL */
    const struct ald_datum *datum = &cursor->rows->data[cursor->at * (size_t)cursor->rows->columns + (size_t)i];
    switch (datum->type) {
    case ALD_DATUM_INT:
        sqlite3_result_int64(context, datum->whole);
        break;
    case ALD_DATUM_REAL:
        sqlite3_result_double(context, datum->real);
        break;
    case ALD_DATUM_TEXT:
        sqlite3_result_text64(context, datum->text, datum->n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case ALD_DATUM_BLOB:
        sqlite3_result_blob64(context, datum->bytes, datum->n, SQLITE_STATIC);
        break;
    default:
        break;
    }
    return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)((const struct cursor *)base)->at;
    return SQLITE_OK;
}

enum ald_rc ald_store_knows_batches(struct ald_store *store, struct ald_err *err)
{
    static const sqlite3_module module = {.xConnect = connect_rows, /* no xCreate: it is there without being made */
                                          .xBestIndex = plan_rows,
                                          .xDisconnect = disconnect_rows,
                                          .xOpen = open_rows,
                                          .xClose = close_rows,
                                          .xFilter = first_row,
                                          .xNext = next_row,
                                          .xEof = after_last,
                                          .xColumn = column,
                                          .xRowid = row_number};
    int rc = sqlite3_create_module(store->db, "ald_batch", &module, NULL);
    return rc == SQLITE_OK ? ALD_OK : ald_store_fail(store, rc, "rows", err);
}

void ald_q_batch(struct ald_q *q, int i, struct ald_batch *rows)
{
    ald_q_pointer(q, i, rows, POINTER);
}
