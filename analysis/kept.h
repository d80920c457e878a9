/* Tables that analyze makes anew each time and mostly as they were: what a table holds is read in the order of its key beside what it is
 * to hold, and only differences are written. Private to analysis. */
#pragma once

#include "alidade/arena.h"
#include "alidade/batch.h"

enum { ALD_KEPT_KEYS_MOST = 3 };

/** How a table is kept: names of queries. rows lists all columns in ascending order of the key, which comes first; its parameters are the key
 *  after which it begins. put writes a row of as many parameters, add writes rows of ald_batch(?1), of keys that are not there, remove deletes the row of
 *  a key. key: 'i' for each whole number, 't' for each text of it. */
struct ald_kept_table {
    const char *rows, *put, *add, *remove, *key;
    int columns; /* with those of the key */
};
struct ald_kept_change;
struct ald_kept {
    const struct ald_kept_table *table;
    struct ald_store *store;
    struct ald_q *rows, *put, *add, *remove;
    struct ald_datum within; /* ald_kept_open_within */
    bool row; /* rows stands at one that was not reached yet; false: there are none from here on */
    /* Nothing is written while rows stands at a row: what SQLite would show of it then is not defined. */
    struct ald_arena *arena; /* of the changes that wait */
    struct ald_kept_change *changes;
    size_t changes_n, cap, bytes; /* bytes: of their texts and blobs */
    struct ald_arena *adding;
    struct ald_datum *added; /* rows that wait to be added, behind all that the table holds */
    char *room;              /* their texts and blobs */
    size_t added_n, room_n;
};

/** after: a key, up to which the table stays as it is; NULL: all of it is looked at. */
ALD_CHECK enum ald_rc ald_kept_open(struct ald_store *store, const struct ald_kept_table *table, const struct ald_datum *after,
                                    struct ald_kept *ret, struct ald_err *err);
/** Of a part of a table, which rows lists: within, a whole number, is its parameter after those of the key; NULL: as ald_kept_open. */
ALD_CHECK enum ald_rc ald_kept_open_within(struct ald_store *store, const struct ald_kept_table *table, const struct ald_datum *within,
                                           const struct ald_datum *after, struct ald_kept *ret, struct ald_err *err);
/** The table is to hold this row; rows come in ascending order of their key. What lies before it and was not given is deleted. */
ALD_CHECK enum ald_rc ald_kept_row(struct ald_kept *kept, const struct ald_datum *cells, struct ald_err *err);
/** The caller deletes all that the table holds from here on: makes the changes that wait, and looks no further. */
ALD_CHECK enum ald_rc ald_kept_cut(struct ald_kept *kept, struct ald_err *err);
/** There are no more rows: deletes what was not reached, and makes the changes that wait. */
ALD_CHECK enum ald_rc ald_kept_end(struct ald_kept *kept, struct ald_err *err);
/** Whether a column (from 0) of the row that rows stands at holds a cell's value. */
bool ald_kept_holds(struct ald_q *rows, int column, const struct ald_datum *cell);
/** Gives the statements back, after success or failure. */
void ald_kept_done(struct ald_kept *kept);
