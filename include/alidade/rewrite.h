/* Texts of a whole store, rewritten: for `alidade forget`. Holds for every table there is, so that one that is added later cannot be
 * left out. */
#pragma once

#include "alidade/arena.h"
#include "alidade/store.h"

/** @param prose the column holds what people write (title, text, raw ...), not only names and keys
 *  @return text itself where nothing is to change, else what takes its place; borrowed until the next call. */
typedef const char *ald_rewrite_fn(void *ctx, bool prose, const char *text);

/** Lets fn rewrite every text of every table, in one transaction. *ret: how many values changed. keep false: only counts.
 *  @return ALD_ERR_DB, ALD_ERR_IO. */
ALD_CHECK enum ald_rc ald_store_rewrite(struct ald_store *store, bool keep, ald_rewrite_fn *fn, void *ctx, int64_t *ret, struct ald_err *err);
/** Writes the file anew and empties its log, so that nothing of what was replaced or deleted is left in free pages, in pages'
 *  gaps or in the -wal. Takes as much room again, in SQLITE_TMPDIR, else /var/tmp. What was owed is paid.
 *  @return ALD_ERR_IO also when another program that reads the store kept the log from being emptied. */
ALD_CHECK enum ald_rc ald_store_scour(struct ald_store *store, struct ald_err *err);
/** Notes, in the transaction that deletes, that ald_store_scour is to follow: a run that is killed before leaves it to the next. */
ALD_CHECK enum ald_rc ald_store_owe_scour(struct ald_store *store, struct ald_err *err);
/** *ret: it was noted and has not been done. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_store_scour_owed(struct ald_store *store, bool *ret, struct ald_err *err);
/** Opens a store of whatever schema up to ours without migrating it, backups for one. write false: only to look. */
ALD_CHECK enum ald_rc ald_store_open_as_is(const char *path, bool write, struct ald_store **ret, struct ald_err *err);

/** Copies the store to path while others read and write it: a temp file, checked, synced, then named. A file that is there already
 *  is replaced when it is a store itself, else refused. Notes path in STORE.backups, for who must find all copies.
 *  @param stop true: give up (ALD_ERR_STOPPED); may be NULL. @param ret_bytes of the copy. */
ALD_CHECK enum ald_rc ald_store_copy(struct ald_store *store, const char *path, bool (*stop)(void *ctx), void *stop_ctx, int64_t *ret_bytes,
                                     struct ald_err *err);
/** Paths of the copies that are known: STORE.backup-N beside it and what STORE.backups lists, be they there or not;
 *  NULL-terminated, arena-owned. */
ALD_CHECK enum ald_rc ald_store_copies(struct ald_store *store, struct ald_arena *arena, const char *const **ret, struct ald_err *err);
