/* Looks at a store and changes nothing, not even the files beside it: for `alidade doctor`. Knows nothing of incidents. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "alidade/checkup.h"
#include "alidade/file.h"
#include "store_priv.h"

#define MIB (INT64_C(1) << 20)
#define ROOM_MIN (256 * MIB) /* below it the next run may fail half-way */
/* A migration makes a backup first and keeps two: so much of the store's own size must be free. */
#define ROOM_TIMES 2

/** What to do about a store that cannot be used; each leaves it as it is. */
static const char *const remedies[ALD_FLAW_COUNT_] = {
    [ALD_FLAW_FOREIGN] = "name another file (key `store`); this one is left as it is",
    [ALD_FLAW_NEWER] = "use that version of alidade, or name another file (key `store`); this one is left as it is",
    [ALD_FLAW_DAMAGED] = "keep the file; put a backup in its place (yours, or STORE.backup-N), then ingest: it knows where to go on",
    [ALD_FLAW_FOLDER] = "give this account write access to the folder, or copy the store to one where it has",
    [ALD_FLAW_OTHER] = "see who owns the file and its folder, and whether the disk is well",
};

static const char *size_text(struct ald_arena *arena, int64_t bytes)
{
    if (bytes < 10 * MIB)
        return ald_sprintf(arena, "%.1f MiB", (double)bytes / (double)MIB);
    if (bytes < 10240 * MIB)
        return ald_sprintf(arena, "%" PRId64 " MiB", bytes / MIB);
    return ald_sprintf(arena, "%" PRId64 " GiB", bytes / (1024 * MIB));
}

static void look_at_room(struct ald_checkup *checkup, const char *path, int64_t store_bytes)
{
    const char *folder = ald_path_folder(checkup->arena, path);
    struct statvfs vfs;
    if (statvfs(folder, &vfs) != 0)
        return; /* a folder that is not there has its own row */
    int64_t room = (int64_t)vfs.f_bavail * (int64_t)vfs.f_frsize, wanted = ROOM_TIMES * store_bytes;
    if (wanted < ROOM_MIN)
        wanted = ROOM_MIN;
    if (room >= wanted)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_OK, "room", NULL, "%s free", size_text(checkup->arena, room));
    else
        (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "room",
                              "make room, or move the store (key `store`, and its .key file with it)",
                              "%s free in %s; the backup before a migration and a long run need %s",
                              size_text(checkup->arena, room), folder, size_text(checkup->arena, wanted));
}

static void look_at_writer(struct ald_checkup *checkup, const char *file)
{
    long pid = ald_store_writer(checkup->arena, file);
    if (pid == 0)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_OK, "lock", NULL, "nobody is writing");
    else if (pid > 0)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "lock", "wait for it; reports can be made meanwhile",
                              "another alidade (pid %ld) is writing", pid);
    else
        (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "lock", "see which process holds it: fuser -v STORE.lock",
                              "'%s.lock' is held or cannot be read", file);
}

static void missing(struct ald_checkup *checkup, const char *path)
{
    const char *folder = ald_path_folder(checkup->arena, path);
    struct stat info;
    if (stat(folder, &info) == 0 && S_ISDIR(info.st_mode) && access(folder, W_OK | X_OK) == 0) {
        (void)ald_checkup_add(checkup, ALD_CHECKUP_NOTE, "file", NULL, "%s: not there yet; the first ingest makes it", path);
        return;
    }
    bool there = stat(folder, &info) == 0;
    const char *why = there ? "its folder may not be written" : strerror(errno);
    ald_checkup_add(checkup, ALD_CHECKUP_BAD, "file",
                    ald_sprintf(checkup->arena, there ? "let this account write to %s, or set key `store`" : "mkdir -p %s, or set key `store`", folder),
                    "%s cannot be made: %s", path, why)
        ->rc = ALD_ERR_IO;
}

/** @return true when it can be queried. */
static bool look_at_schema(struct ald_checkup *checkup, struct ald_store *store, int64_t bytes, const char *path)
{
    int64_t version = 0, newest = ald_migrate_newest(ald_sql_migrations);
    struct ald_err err = {0};
    if (ald_store_number(store, "store_user_version", &version, &err) != ALD_OK) {
        (void)ald_checkup_fail(checkup, "file", remedies[ALD_FLAW_DAMAGED], &err);
        return false;
    }
    const char *size = size_text(checkup->arena, bytes);
    if (access(path, W_OK) != 0)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "file", "reports can be made; to ingest, use the account that owns it",
                              "%s: schema %" PRId64 ", %s, may only be read by this account", path, version, size);
    else if (version == 0)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_NOTE, "file", NULL, "%s: empty; the first ingest fills it", path);
    else if (version < newest)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "file", "run `alidade analyze`: it makes a backup first, then migrates it",
                              "%s: schema %" PRId64 " of an older alidade, this one has %" PRId64, path, version, newest);
    else
        (void)ald_checkup_add(checkup, ALD_CHECKUP_OK, "file", NULL, "%s: schema %" PRId64 ", %s", path, version, size);
    return version == newest;
}

enum ald_rc ald_store_check_references(struct ald_store *store, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "store_foreign_key_check", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_DB, "store '%s': a row of '%s' refers to a missing row of '%s'", store->path,
                    ald_q_col_text(q, 0), ald_q_col_text(q, 2));
}

enum ald_rc ald_store_verify(struct ald_store *store, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "store_quick_check", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    const char *found = row ? ald_q_col_text(q, 0) : NULL;
    if (found && strcmp(found, "ok") != 0)
        return ald_fail(err, ALD_ERR_DB, "store '%s': the file is damaged; restore a backup (%s)", store->path, found);
    return ald_store_check_references(store, err);
}

void ald_store_inspect(const char *path, struct ald_checkup *checkup, struct ald_store **ret)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = NULL;
    struct ald_err err = {0};
    struct stat info = {0};
    *ret = NULL;
    if (stat(path, &info) != 0 && errno == ENOENT) {
        missing(checkup, path);
        look_at_room(checkup, path, 0);
        return;
    }
    enum ald_store_flaw flaw = ALD_FLAW_NONE;
    if (ald_store_look(path, &flaw, &store, &err) != ALD_OK) {
        (void)ald_checkup_fail(checkup, "file", remedies[flaw], &err);
        look_at_writer(checkup, path);
        look_at_room(checkup, path, (int64_t)info.st_size);
        return;
    }
    bool current = look_at_schema(checkup, store, (int64_t)info.st_size, path);
    enum ald_rc sound = ald_store_verify(store, &err);
    if (sound == ALD_OK)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_OK, "integrity", NULL, "quick check and references are sound");
    else
        (void)ald_checkup_fail(checkup, "integrity", remedies[ALD_FLAW_DAMAGED], &err);
    look_at_writer(checkup, store->file);
    look_at_room(checkup, store->file, (int64_t)info.st_size);
    if (sound != ALD_OK || !current)
        return;
    *ret = store;
    store = NULL;
}
