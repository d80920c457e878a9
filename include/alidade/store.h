/* The SQLite store: open, lock, migrate, named queries. Only data/ knows sqlite3.h; SQL text lives in data/sql. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/err.h"

struct ald_store;

struct ald_checkup;

enum ald_store_mode {
    ALD_STORE_READ, /* must exist; never waits for a writer */
    ALD_STORE_LOOK, /* the same, of any older schema, and makes no file beside it where none is needed: ald_store_inspect */
    ALD_STORE_WRITE /* holds flock on PATH.lock ("another alidade (pid) is writing"), created and migrated when need be */
};

/** @return ALD_ERR_IO (missing, unreadable, locked), ALD_ERR_DB (corrupt, newer than this program, not a store).
 *  A failed open never changes or deletes data. ":memory:" is a store of its own. */
ALD_CHECK enum ald_rc ald_store_open(const char *path, enum ald_store_mode mode, struct ald_store **ret, struct ald_err *err);
/** Another connection to the same file, in a read transaction, for another thread: it reads what this one, which is in a transaction
 *  and has written nothing in it, reads; but all records, whatever part of them that one reads. Closed before that one is committed.
 *  @return an error where there can be none, as when the store has changed meanwhile; nothing is wrong with the store for that. */
ALD_CHECK enum ald_rc ald_store_beside(struct ald_store *store, struct ald_store **ret, struct ald_err *err);
void ald_store_close(struct ald_store *store);
void ald_store_closep(struct ald_store **store);
const char *ald_store_path(const struct ald_store *store);

/** Write transaction (BEGIN IMMEDIATE) and read transaction (one snapshot). They do not nest. */
ALD_CHECK enum ald_rc ald_store_begin(struct ald_store *store, struct ald_err *err);
ALD_CHECK enum ald_rc ald_store_begin_read(struct ald_store *store, struct ald_err *err);
ALD_CHECK enum ald_rc ald_store_commit(struct ald_store *store, struct ald_err *err);
/** Safe when no transaction is open. */
void ald_store_rollback(struct ald_store *store);
/** From now on whole tables are read, and written in their order: few pages are kept in memory, since more are of no use. */
ALD_CHECK enum ald_rc ald_store_reads_whole(struct ald_store *store, struct ald_err *err);
/** From now on tables of so many incidents are written that were empty: the pages of their indexes are kept, of which each row needs some. */
ALD_CHECK enum ald_rc ald_store_writes_anew(struct ald_store *store, size_t incidents, struct ald_err *err);
/** From here to ald_store_whole this connection reads of these records (row numbers; any that are not there are none) and of what hangs
 *  on them alone, as if there were no others; sources, people, services and teams stay, and so does what analyze wrote. Writes nothing
 *  into the store. After an error the store is of no more use. */
ALD_CHECK enum ald_rc ald_store_part(struct ald_store *store, const int64_t *records, size_t n, struct ald_err *err);
bool ald_store_is_part(const struct ald_store *store);
/** All records again; safe when all are read already. */
ALD_CHECK enum ald_rc ald_store_whole(struct ald_store *store, struct ald_err *err);
/** Counts changes of what readings depend on: bumped by ald_store_touch, read by reports. */
ALD_CHECK enum ald_rc ald_store_generation(struct ald_store *store, int64_t *ret, struct ald_err *err);
/** Something changed, whatever it was: the next analyze begins from nothing. */
ALD_CHECK enum ald_rc ald_store_touch(struct ald_store *store, struct ald_err *err);
/** Nothing changed but records that were noted, or what no analysis reads. */
ALD_CHECK enum ald_rc ald_store_touch_noted(struct ald_store *store, struct ald_err *err);
/** Notes a record (by row) that is about to change, vanish or come back, or that was added to; one that is new. The transaction then
 *  ends with ald_store_touch_noted. */
ALD_CHECK enum ald_rc ald_store_note_change(struct ald_store *store, int64_t record, struct ald_err *err);
ALD_CHECK enum ald_rc ald_store_note_new(struct ald_store *store, int64_t record, struct ald_err *err);
/** One whose dates changed already, so that what they were is not known; nothing where it was noted before. */
ALD_CHECK enum ald_rc ald_store_note_changed(struct ald_store *store, int64_t record, struct ald_err *err);
/** By analyze, in the transaction that keeps what it found: forgets all notes. */
ALD_CHECK enum ald_rc ald_store_notes_clear(struct ald_store *store, struct ald_err *err);
/** Rows changed by the last _run of an insert, update or delete. */
int64_t ald_store_changes(struct ald_store *store);
int64_t ald_store_last_rowid(struct ald_store *store);
/** Checks: PRAGMA quick_check and foreign_key_check; ALD_ERR_DB names what is broken. */
ALD_CHECK enum ald_rc ald_store_verify(struct ald_store *store, struct ald_err *err);

/** Looks at the store without touching it: adds to checkup whether it is there, whose and of which schema it is, whether it is
 *  intact, who writes to it, and how much room is left. *ret is the store, open for ALD_STORE_LOOK, or NULL where it cannot be
 *  read. Nothing here fails: what is wrong is a row. */
void ald_store_inspect(const char *path, struct ald_checkup *checkup, struct ald_store **ret);

/* ---- Named queries: `-- name: incident_window` in data/sql/queries/?.sql. Parameters ?1.. are bound by number. ---- */
struct ald_q;
/** A ready statement without bindings; give it back with ald_q_close. The same name may be open twice.
 *  An unknown name is a bug (assert). */
ALD_CHECK enum ald_rc ald_q_open(struct ald_store *store, const char *name, struct ald_q **ret, struct ald_err *err);
void ald_q_close(struct ald_q *q);
void ald_q_closep(struct ald_q **q);
/* Bindings; a failure is kept and reported by the next step. text: NULL binds NULL; copied. time: ALD_TIME_NONE binds NULL.
 * Binding while a row is current begins anew: that row's columns are gone. */
void ald_q_text(struct ald_q *q, int i, const char *s);
/** As ald_q_text, but not copied: s must stay as it is until the statement is closed or the parameter is bound again. */
void ald_q_text_lent(struct ald_q *q, int i, const char *s);
void ald_q_int(struct ald_q *q, int i, int64_t v);
void ald_q_real(struct ald_q *q, int i, double v);
void ald_q_time(struct ald_q *q, int i, int64_t ms);
void ald_q_blob(struct ald_q *q, int i, const void *bytes, size_t n);
void ald_q_null(struct ald_q *q, int i);
/** Next row; *ret_row false at the end (the statement is then reset, its bindings kept). */
ALD_CHECK enum ald_rc ald_q_step(struct ald_q *q, bool *ret_row, struct ald_err *err);
/** Runs to the end, ignoring rows, and resets (bindings kept): for inserts in loops. */
ALD_CHECK enum ald_rc ald_q_run(struct ald_q *q, struct ald_err *err);
/* Columns of the current row, from 0. text is borrowed until the next step, NULL for NULL. time: NULL gives ALD_TIME_NONE. */
const char *ald_q_col_text(struct ald_q *q, int i);
int64_t ald_q_col_int(struct ald_q *q, int i);
double ald_q_col_real(struct ald_q *q, int i);
int64_t ald_q_col_time(struct ald_q *q, int i);
const void *ald_q_col_blob(struct ald_q *q, int i, size_t *ret_n);
bool ald_q_col_null(struct ald_q *q, int i);
/** Names of all named queries, for the test that prepares each: i from 0; NULL after the last. */
const char *ald_store_query_name(size_t i);

/** Shared by ingest, analysis and reports: warnings that change a number are data. Counts are set, not added; n 0 removes
 *  the finding (nothing is wrong any more). source and subject NULL are "". */
ALD_CHECK enum ald_rc ald_finding_set(struct ald_store *store, const char *id, const char *source, const char *subject,
                                      const char *text, int64_t n, const char *severity, struct ald_err *err);
