/* Migrations: numbered SQL files, each in a transaction of its own, after a backup. Nothing here deletes data but
 * backups beyond the newest two, and those only after a migration that worked. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alidade/file.h"
#include "store_priv.h"

static int64_t number_of(const struct ald_embedded *migration)
{
    return strtol(migration->name, NULL, 10);
}

int64_t ald_migrate_newest(const struct ald_embedded *migrations)
{
    int64_t newest = 0;
    for (; migrations->name; migrations++) {
        assert(number_of(migrations) == newest + 1); /* 1, 2, 3 ...: none missing, none twice */
        newest++;
    }
    return newest;
}

/* ---- Backup ---- */

static enum ald_rc copy_to(struct ald_store *store, const char *temp, const char *path, struct ald_err *err)
{
    /* VACUUM INTO takes an empty file: made here, so that its mode is right from the start. */
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", temp, strerror(errno));
    (void)close(fd); /* empty */
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "store_backup", &q, err));
    ald_q_text(q, 1, temp);
    ALD_TRY(ald_q_run(q, err));
    ALD_TRY(ald_sync_to_disk(temp, err));
    if (rename(temp, path) != 0)
        return ald_fail(err, ALD_ERR_IO, "cannot rename '%s': %s", temp, strerror(errno));
    return ald_sync_to_disk(ald_path_folder(store->arena, store->file), err);
}

static enum ald_rc back_up(struct ald_store *store, int64_t version, struct ald_err *err)
{
    const char *path = ald_sprintf(store->arena, "%s.backup-%" PRId64, store->file, version);
    const char *temp = ald_sprintf(store->arena, "%s.tmp", path);
    (void)unlink(temp); /* of an attempt that was cut off; we hold the lock */
    enum ald_rc rc = copy_to(store, temp, path, err);
    if (rc == ALD_OK)
        return ALD_OK;
    (void)unlink(temp); /* incomplete */
    (void)ald_wrap(err, "no backup could be made, so store '%s' was not migrated", store->path);
    return rc;
}

/** Version of a backup of this store, or -1 when the file is something else. */
static int64_t backup_version(const char *file_name, const char *store_name)
{
    size_t n = strlen(store_name);
    const char *mark = ".backup-";
    if (strncmp(file_name, store_name, n) != 0 || strncmp(file_name + n, mark, strlen(mark)) != 0)
        return -1;
    const char *digits = file_name + n + strlen(mark);
    size_t len = strspn(digits, "0123456789");
    return len && len < 10 && !digits[len] ? strtol(digits, NULL, 10) : -1;
}

/** Removes the oldest backups. Failing to is no failure: there is only one more file than need be. */
static void prune_backups(const struct ald_store *store)
{
    const char *slash = strrchr(store->file, '/');
    const char *name = slash ? slash + 1 : store->file;
    for (;;) {
        DIR *dir = opendir(ald_path_folder(store->arena, store->file));
        if (!dir)
            return;
        int64_t oldest = INT64_MAX;
        int n = 0;
        for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
            int64_t version = backup_version(entry->d_name, name);
            n += version >= 0;
            if (version >= 0 && version < oldest)
                oldest = version;
        }
        (void)closedir(dir); /* only read */
        if (n <= ALD_BACKUPS_KEPT || unlink(ald_sprintf(store->arena, "%s.backup-%" PRId64, store->file, oldest)) != 0)
            return;
    }
}

/* ---- Migration ---- */

static enum ald_rc run_text(struct ald_store *store, const char *sql, const char *doing, struct ald_err *err)
{
    int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ALD_OK : ald_store_fail(store, rc, doing, err);
}

static enum ald_rc apply(struct ald_store *store, const struct ald_embedded *migration, struct ald_err *err)
{
    ALD_TRY(ald_store_begin(store, err));
    ALD_TRY(run_text(store, (const char *)migration->bytes, migration->name, err));
    ALD_TRY(ald_store_exec(store, "store_mark", err));
    /* A pragma takes no parameters; the number is ours. */
    char version[64];
    (void)snprintf(version, sizeof version, "PRAGMA user_version = %" PRId64, number_of(migration));
    ALD_TRY(run_text(store, version, migration->name, err));
    ALD_TRY(ald_store_check_references(store, err));
    return ald_store_commit(store, err);
}

static enum ald_rc set_foreign_keys(struct ald_store *store, int on, struct ald_err *err)
{
    int rc = sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_FKEY, on, NULL);
    return rc == SQLITE_OK ? ALD_OK : ald_store_fail(store, rc, "foreign keys", err);
}

enum ald_rc ald_migrate(struct ald_store *store, const struct ald_embedded *migrations, int64_t version,
                        struct ald_err *err)
{
    if (version == ald_migrate_newest(migrations))
        return ALD_OK;
    if (version > 0 && !store->memory)
        ALD_TRY(back_up(store, version, err));
    /* Off while tables are rebuilt (dropping one would delete what refers to it); checked before each commit instead.
     */
    ALD_TRY(set_foreign_keys(store, 0, err));
    const bool whole = version == 0 && migrations == ald_sql_migrations; /* a new store is made at once */
    for (const struct ald_embedded *m = whole ? ald_sql_schema : migrations; m->name; m++) {
        if (number_of(m) <= version)
            continue;
        enum ald_rc rc = apply(store, m, err);
        if (rc != ALD_OK) {
            ald_store_rollback(store);
            (void)ald_wrap(err, "migration '%s' failed and was undone", m->name);
            return rc;
        }
    }
    if (version > 0 && !store->memory)
        prune_backups(store);
    return set_foreign_keys(store, 1, err);
}
