/* Rows of CSV as JSON objects, for sync_file.c. */
#pragma once

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/csv.h"
#include "alidade/ingest.h"

struct ald_sync_csv {
    char separator;
    const char **columns; /* NULL-terminated; in the arena that was given */
    size_t columns_n;
    const char **spelt; /* as members of an object: "name": */
};
/** Reads the header. @return ALD_ERR_FORMAT: a column without a name, or one that is there twice. */
ALD_CHECK enum ald_rc ald_sync_csv_header(struct ald_arena *arena, const char *row, size_t n, struct ald_sync_csv *ret, struct ald_err *err);
/** Calls columns by the names that the configuration's `fields:` maps to them (NAME: COLUMN).
 *  @return ALD_ERR_FORMAT: a column is not there, is mapped twice, or the header has one of that name already. */
ALD_CHECK enum ald_rc ald_sync_csv_map(struct ald_sync_csv *csv, const struct ald_source_opt *fields, size_t n, struct ald_arena *arena,
                                       struct ald_err *err);
/** Adds {"column":"text",...} to an empty out; empty cells are left out.
 *  @return ALD_ERR_FORMAT: bad quotes, or not as many cells as the header has; ALD_ERR_LIMIT. */
ALD_CHECK enum ald_rc ald_sync_csv_object(struct ald_arena *arena, const struct ald_sync_csv *csv, const char *row, size_t n,
                                          struct ald_buf *out, struct ald_err *err);
