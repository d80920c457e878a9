/* See kept.h. Knows no table. */
#include "kept.h"

#include <assert.h>
#include <string.h>

/* NULL reads as zero: only then is its type asked for. */
bool ald_kept_holds(struct ald_q *q, int i, const struct ald_datum *cell)
{
    switch (cell->type) {
    case ALD_DATUM_INT:
        return ald_q_col_int(q, i) == cell->whole && (cell->whole || !ald_q_col_null(q, i));
    case ALD_DATUM_REAL: {
        double real = ald_q_col_real(q, i);
        return !(real < cell->real) && !(real > cell->real) && (real < 0 || real > 0 || !ald_q_col_null(q, i));
    }
    case ALD_DATUM_TEXT: {
        const char *text = ald_q_col_text(q, i);
        return text && strcmp(text, cell->text) == 0;
    }
    case ALD_DATUM_BLOB: {
        size_t n;
        const void *bytes = ald_q_col_blob(q, i, &n);
        return n == cell->n && memcmp(bytes, cell->bytes, n) == 0;
    }
    default:
        return ald_q_col_null(q, i);
    }
}

static size_t keys_of(const struct ald_kept *kept)
{
    return strlen(kept->table->key);
}

/* Order of the row in the table and the one that is given. */
static int compare_keys(const struct ald_kept *kept, const struct ald_datum *cells)
{
    int order = 0;
    for (int i = 0; kept->table->key[i] && !order; i++) {
        if (kept->table->key[i] == 't') {
            order = strcmp(ald_q_col_text(kept->rows, i), cells[i].text);
            continue;
        }
        int64_t whole = ald_q_col_int(kept->rows, i);
        order = (whole > cells[i].whole) - (whole < cells[i].whole);
    }
    return order;
}

/* ---- Changes ---- */

enum { CHANGES_MOST = 4096, CHANGES_MOST_BYTES = 1 << 20 };

/* A row to put, or a key to remove. */
struct ald_kept_change {
    struct ald_datum *cells;
    bool remove;
};

static ALD_CHECK enum ald_rc change(struct ald_kept *kept, const struct ald_datum *cells, bool remove, struct ald_err *err)
{
    ald_q_bind(remove ? kept->remove : kept->put, cells, remove ? (int)keys_of(kept) : kept->table->columns);
    return ald_q_run(remove ? kept->remove : kept->put, err);
}

/* Makes the changes that wait; rows then stands nowhere. */
static ALD_CHECK enum ald_rc make_changes(struct ald_kept *kept, struct ald_err *err)
{
    if (kept->changes_n == 0)
        return ALD_OK;
    ald_q_closep(&kept->rows);
    for (size_t i = 0; i < kept->changes_n; i++)
        ALD_TRY(change(kept, kept->changes[i].cells, kept->changes[i].remove, err));
    ald_arena_reset(kept->arena);
    kept->changes = NULL;
    kept->changes_n = kept->cap = kept->bytes = 0;
    return ALD_OK;
}

enum { ADDED_MOST = 128, ROOM = 1 << 16 };

/* Adds the rows that wait. */
static ALD_CHECK enum ald_rc add_rows(struct ald_kept *kept, struct ald_err *err)
{
    struct ald_batch rows = {.data = kept->added, .n = kept->added_n, .columns = kept->table->columns};
    if (rows.n == 0)
        return ALD_OK;
    ald_q_batch(kept->add, 1, &rows);
    kept->added_n = kept->room_n = 0;
    return ald_q_run(kept->add, err);
}

static bool is_long(const struct ald_datum *cell)
{
    return cell->type == ALD_DATUM_TEXT || cell->type == ALD_DATUM_BLOB;
}

/* Behind all that the table holds: rows are added many at a time. */
static ALD_CHECK enum ald_rc add_later(struct ald_kept *kept, const struct ald_datum *cells, struct ald_err *err)
{
    size_t columns = (size_t)kept->table->columns, bytes = 0;
    for (size_t i = 0; i < columns; i++)
        bytes += is_long(&cells[i]) ? cells[i].n : 0;
    if (kept->added_n == ADDED_MOST || bytes > ROOM - kept->room_n)
        ALD_TRY(add_rows(kept, err));
    if (bytes > ROOM)
        return change(kept, cells, false, err);
    if (!kept->added) {
        kept->added = ald_calloc(kept->adding, ADDED_MOST * columns, sizeof *kept->added);
        kept->room = ald_alloc(kept->adding, ROOM);
    }
    struct ald_datum *row = &kept->added[kept->added_n++ * columns];
    memcpy(row, cells, columns * sizeof *row);
    for (size_t i = 0; i < columns; i++) {
        if (!is_long(&row[i]) || !row[i].n)
            continue;
        row[i].bytes = memcpy(&kept->room[kept->room_n], row[i].bytes, row[i].n);
        kept->room_n += row[i].n;
    }
    return ALD_OK;
}

/* The change is made when rows stands nowhere; now, if it does already. */
static ALD_CHECK enum ald_rc change_later(struct ald_kept *kept, const struct ald_datum *cells, bool remove, struct ald_err *err)
{
    if (!kept->row) {
        ALD_TRY(make_changes(kept, err));
        return remove ? change(kept, cells, true, err) : add_later(kept, cells, err);
    }
    size_t n = remove ? keys_of(kept) : (size_t)kept->table->columns;
    struct ald_datum *copy = ald_calloc(kept->arena, n, sizeof *copy);
    for (size_t i = 0; i < n; i++) {
        copy[i] = cells[i];
        if (copy[i].type == ALD_DATUM_TEXT)
            copy[i].text = ald_strdup(kept->arena, copy[i].text);
        else if (copy[i].type == ALD_DATUM_BLOB)
            copy[i].bytes = memcpy(ald_alloc(kept->arena, copy[i].n), copy[i].bytes, copy[i].n);
        kept->bytes += is_long(&copy[i]) ? copy[i].n : 0;
    }
    kept->changes = ald_grow(kept->arena, kept->changes, kept->changes_n, &kept->cap, sizeof *kept->changes);
    kept->changes[kept->changes_n++] = (struct ald_kept_change){.cells = copy, .remove = remove};
    return ALD_OK;
}

/* ---- Rows ---- */

static ALD_CHECK enum ald_rc look_from(struct ald_kept *kept, const struct ald_datum *key, struct ald_err *err)
{
    ALD_TRY(ald_q_open(kept->store, kept->table->rows, &kept->rows, err));
    for (int i = 0; kept->table->key[i]; i++)
        if (kept->table->key[i] == 't')
            ald_q_text(kept->rows, i + 1, key[i].text);
        else
            ald_q_int(kept->rows, i + 1, key[i].whole);
    if (kept->within.type == ALD_DATUM_INT)
        ald_q_int(kept->rows, (int)keys_of(kept) + 1, kept->within.whole);
    return ald_q_step(kept->rows, &kept->row, err);
}

enum ald_rc ald_kept_open_within(struct ald_store *store, const struct ald_kept_table *table, const struct ald_datum *within,
                                 const struct ald_datum *after, struct ald_kept *ret, struct ald_err *err)
{
    struct ald_datum before_all[ALD_KEPT_KEYS_MOST];
    assert(table->columns <= ALD_DATA_MOST && strlen(table->key) <= ALD_KEPT_KEYS_MOST);
    for (int i = 0; table->key[i]; i++)
        before_all[i] = table->key[i] == 't' ? ald_datum_text("") : ald_datum_int(INT64_MIN);
    *ret = (struct ald_kept){.table = table, .store = store, .arena = ald_arena_new(), .adding = ald_arena_new()};
    if (within)
        ret->within = *within;
    ALD_TRY(ald_q_open(store, table->put, &ret->put, err));
    ALD_TRY(ald_q_open(store, table->add, &ret->add, err));
    ALD_TRY(ald_q_open(store, table->remove, &ret->remove, err));
    return look_from(ret, after ? after : before_all, err);
}

enum ald_rc ald_kept_open(struct ald_store *store, const struct ald_kept_table *table, const struct ald_datum *after,
                          struct ald_kept *ret, struct ald_err *err)
{
    return ald_kept_open_within(store, table, NULL, after, ret, err);
}

/* All up to this key was dealt with: when many changes wait, makes them and looks on from there. */
static ALD_CHECK enum ald_rc relieve(struct ald_kept *kept, const struct ald_datum *key, struct ald_err *err)
{
    if (kept->changes_n < CHANGES_MOST && kept->bytes < CHANGES_MOST_BYTES)
        return ALD_OK;
    ALD_TRY(make_changes(kept, err));
    return look_from(kept, key, err);
}

/* Removes the row that rows stands at, which then goes on. */
static ALD_CHECK enum ald_rc remove_row(struct ald_kept *kept, struct ald_err *err)
{
    struct ald_datum key[ALD_KEPT_KEYS_MOST];
    for (int i = 0; kept->table->key[i]; i++)
        key[i] = kept->table->key[i] == 't' ? ald_datum_text(ald_q_col_text(kept->rows, i)) : ald_datum_int(ald_q_col_int(kept->rows, i));
    ALD_TRY(change_later(kept, key, true, err));
    return ald_q_step(kept->rows, &kept->row, err);
}

enum ald_rc ald_kept_row(struct ald_kept *kept, const struct ald_datum *cells, struct ald_err *err)
{
    int order = 1;
    while (kept->row && (order = compare_keys(kept, cells)) < 0)
        ALD_TRY(remove_row(kept, err));
    bool there = kept->row && order == 0, same = there;
    for (int i = (int)keys_of(kept); same && i < kept->table->columns; i++)
        same = ald_kept_holds(kept->rows, i, &cells[i]);
    if (!same)
        ALD_TRY(change_later(kept, cells, false, err));
    if (there)
        ALD_TRY(ald_q_step(kept->rows, &kept->row, err));
    return relieve(kept, cells, err);
}

enum ald_rc ald_kept_cut(struct ald_kept *kept, struct ald_err *err)
{
    ald_q_closep(&kept->rows);
    kept->row = false;
    return make_changes(kept, err);
}

enum ald_rc ald_kept_end(struct ald_kept *kept, struct ald_err *err)
{
    while (kept->row)
        ALD_TRY(remove_row(kept, err));
    ALD_TRY(make_changes(kept, err));
    return add_rows(kept, err);
}

void ald_kept_done(struct ald_kept *kept)
{
    ald_q_closep(&kept->rows);
    ald_q_closep(&kept->put);
    ald_q_closep(&kept->add);
    ald_q_closep(&kept->remove);
    ald_arena_free(kept->arena);
    ald_arena_free(kept->adding);
}
