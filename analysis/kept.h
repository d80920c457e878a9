/* Tables that analyze makes anew each time and mostly as they were: what a table holds is read in the order of its key beside what it is
 * to hold, and only differences are written. Private to analysis. */
#pragma once

#include "alidade/arena.h"
#include "alidade/store.h"

enum { ALD_KEPT_MOST = 16, ALD_KEPT_KEYS_MOST = 3 };

struct ald_kept_cell {
    enum { ALD_KEPT_NULL, ALD_KEPT_INT, ALD_KEPT_REAL, ALD_KEPT_TEXT, ALD_KEPT_BLOB } type;
    union {
        int64_t whole;
        double real;
        const void *bytes; /* of a blob; lent until the next row is given */
        const char *text;  /* the same */
    };
    size_t n; /* bytes of a blob */
};
/** A whole number. */
struct ald_kept_cell ald_kept_int(int64_t v);
/** NULL for ALD_TIME_NONE. */
struct ald_kept_cell ald_kept_time(int64_t ms);
/** NULL for NAN. */
struct ald_kept_cell ald_kept_real(double v);
/** NULL for NULL. */
struct ald_kept_cell ald_kept_text(const char *text);
/** n at least 1. */
struct ald_kept_cell ald_kept_blob(const void *bytes, size_t n);

/** How a table is kept: names of queries. rows lists all columns in ascending order of the key, which comes first; its parameters are the key
 *  after which it begins. put writes a row of as many parameters, remove deletes the one of a key. key: 'i' for each whole number, 't' for
 *  each text of it. */
struct ald_kept_table {
    const char *rows, *put, *remove, *key;
    int columns; /* with those of the key */
};
struct ald_kept_change;
struct ald_kept {
    const struct ald_kept_table *table;
    struct ald_store *store;
    struct ald_q *rows, *put, *remove;
    struct ald_kept_cell within; /* ald_kept_open_within */
    bool row; /* rows stands at one that was not reached yet; false: there are none from here on */
    /* Nothing is written while rows stands at a row: what SQLite would show of it then is not defined. */
    struct ald_arena *arena; /* of the changes that wait */
    struct ald_kept_change *changes;
    size_t changes_n, cap, bytes; /* bytes: of their texts and blobs */
};

/** after: a key, up to which the table stays as it is; NULL: all of it is looked at. */
ALD_CHECK enum ald_rc ald_kept_open(struct ald_store *store, const struct ald_kept_table *table, const struct ald_kept_cell *after,
                                    struct ald_kept *ret, struct ald_err *err);
/** Of a part of a table, which rows lists: within, a whole number, is its parameter after those of the key; NULL: as ald_kept_open. */
ALD_CHECK enum ald_rc ald_kept_open_within(struct ald_store *store, const struct ald_kept_table *table, const struct ald_kept_cell *within,
                                           const struct ald_kept_cell *after, struct ald_kept *ret, struct ald_err *err);
/** The table is to hold this row; rows come in ascending order of their key. What lies before it and was not given is deleted. */
ALD_CHECK enum ald_rc ald_kept_row(struct ald_kept *kept, const struct ald_kept_cell *cells, struct ald_err *err);
/** The caller deletes all that the table holds from here on: makes the changes that wait, and looks no further. */
ALD_CHECK enum ald_rc ald_kept_cut(struct ald_kept *kept, struct ald_err *err);
/** There are no more rows: deletes what was not reached, and makes the changes that wait. */
ALD_CHECK enum ald_rc ald_kept_end(struct ald_kept *kept, struct ald_err *err);
/** Cells as parameters from ?1 on; texts and bytes are lent. */
void ald_kept_bind(struct ald_q *q, const struct ald_kept_cell *cells, int n);
/** Whether a column (from 0) of the row that rows stands at holds a cell's value. */
bool ald_kept_holds(struct ald_q *rows, int column, const struct ald_kept_cell *cell);
/** Gives the statements back, after success or failure. */
void ald_kept_done(struct ald_kept *kept);
