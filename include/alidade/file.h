/* Files: read whole with a limit, replaced atomically. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/err.h"

/** @return ALD_ERR_IO with path and reason; ALD_ERR_LIMIT. */
ALD_CHECK enum ald_rc ald_file_read(const char *path, size_t max_bytes, struct ald_arena *arena, char **ret, size_t *ret_n,
                                    struct ald_err *err);

/** A file that appears under its name only when it is complete: temp in the same folder, fsync, rename, fsync of the folder. */
struct ald_replace {
    char path[4096], temp[4096];
    FILE *file; /* open for writing, or NULL after _begin_path */
    int lock_fd; /* tells others that the temp file is being written; -1: none */
};
/** Makes missing folders of path (0700 and umask) and opens the temp file (0600 and umask). What runs that were killed left of the same
 *  file is removed: who writes holds an flock on the temp file. */
ALD_CHECK enum ald_rc ald_replace_begin(struct ald_replace *r, const char *path, struct ald_err *err);
/** The same for writers that open the temp file by name themselves (r->temp). */
ALD_CHECK enum ald_rc ald_replace_begin_path(struct ald_replace *r, const char *path, struct ald_err *err);
ALD_CHECK enum ald_rc ald_replace_commit(struct ald_replace *r, struct ald_err *err);
/** Like _commit, but never replaces: when path exists by now it stays as it is and *ret_existed is true. */
ALD_CHECK enum ald_rc ald_replace_commit_new(struct ald_replace *r, bool *ret_existed, struct ald_err *err);
/** Removes the temp file; safe after commit. */
void ald_replace_abort(struct ald_replace *r);
/** The folder that a path lies in: what stands before its last '/', "/" or ".". Arena-owned or static. */
const char *ald_path_folder(struct ald_arena *arena, const char *path);
/** Brings a file or a folder to the disk. A file system that cannot sync folders is no error. @return ALD_ERR_IO with path and reason. */
ALD_CHECK enum ald_rc ald_sync_to_disk(const char *path, struct ald_err *err);
/** DIR of path joined with name when name is relative; "../" at its beginning takes away folders of DIR that are there and no links.
 *  Arena-owned. */
char *ald_path_beside(struct ald_arena *arena, const char *path, const char *name);
