/* The store's file: opened, recognised, locked, its transactions. Knows nothing of incidents. */
#include "alidade/store.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/rewrite.h"
#include "store_priv.h"

#define BUSY_TIMEOUT_MS 10000

/* ---- Failures ---- */

static const struct {
    int code; /* SQLite's primary code */
    enum ald_rc rc;
    enum ald_store_flaw flaw;
    const char *text;
} failure_table[] = {
    {SQLITE_CORRUPT, ALD_ERR_DB, ALD_FLAW_DAMAGED, "the file is damaged; restore a backup"},
    {SQLITE_NOTADB, ALD_ERR_DB, ALD_FLAW_FOREIGN, "the file is not a database"},
    {SQLITE_FULL, ALD_ERR_IO, ALD_FLAW_OTHER, "no space left"},
    {SQLITE_READONLY, ALD_ERR_IO, ALD_FLAW_FOLDER, "it may not be written"},
    {SQLITE_BUSY, ALD_ERR_IO, ALD_FLAW_OTHER, "another program keeps it locked"},
    {SQLITE_LOCKED, ALD_ERR_IO, ALD_FLAW_OTHER, "another program keeps it locked"},
    {SQLITE_IOERR, ALD_ERR_IO, ALD_FLAW_OTHER, "reading or writing failed"},
    {SQLITE_CANTOPEN, ALD_ERR_IO, ALD_FLAW_FOLDER, "it cannot be opened"},
    {SQLITE_PERM, ALD_ERR_IO, ALD_FLAW_OTHER, "permission denied"},
    {SQLITE_AUTH, ALD_ERR_IO, ALD_FLAW_OTHER, "permission denied"},
};

enum ald_rc ald_store_fail(struct ald_store *store, int sqlite_rc, const char *doing, struct ald_err *err)
{
    store->failed = sqlite_rc & 0xff;
    if (store->failed == SQLITE_NOMEM) {
        errno = ENOMEM; /* for who says it */
        abort();
    }
    store->flaw = ALD_FLAW_OTHER;
    const char *words = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(sqlite_rc);
    for (size_t i = 0; i < sizeof failure_table / sizeof failure_table[0]; i++)
        if (failure_table[i].code == store->failed) {
            store->flaw = failure_table[i].flaw;
            return ald_fail(err, failure_table[i].rc, "store '%s': %s (%s: %s)", store->path, failure_table[i].text,
                            doing, words);
        }
    return ald_fail(err, ALD_ERR_DB, "store '%s': %s: %s", store->path, doing, words);
}

enum ald_rc ald_store_exec(struct ald_store *store, const char *name, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, name, &q, err));
    return ald_q_run(q, err);
}

enum ald_rc ald_store_number(struct ald_store *store, const char *name, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, name, &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

/* ---- Opening ---- */

/** The file's name for SQLite. Only to look at, a store on which no WAL lies is opened as one that nobody changes: SQLite
 *  would make a WAL beside it. */
static const char *sqlite_name(const struct ald_store *store, enum ald_store_mode mode, int *ret_flags)
{
    struct stat info;
    if (mode != ALD_STORE_LOOK ||
        (stat(ald_sprintf(store->arena, "%s-wal", store->file), &info) == 0 && info.st_size > 0))
        return store->file;
    static const char hex[] = "0123456789ABCDEF", plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    char *name = ald_alloc(store->arena, 3 * strlen(store->file) + 1), *to = name;
    for (const char *c = store->file; *c; c++) {
        if (strchr(plain, *c)) {
            *to++ = *c;
            continue;
        }
        *to++ = '%';
        *to++ = hex[(unsigned char)*c >> 4];
        *to++ = hex[(unsigned char)*c & 15u];
    }
    *ret_flags |= SQLITE_OPEN_URI;
    return ald_sprintf(store->arena, "file:%s?immutable=1", name);
}

static enum ald_rc connect_file(struct ald_store *store, enum ald_store_mode mode, struct ald_err *err)
{
    ALD_TRY(ald_store_check_short(store, err));
    /* No statistics of memory, which nobody reads and each allocation would take a lock for. Refused once SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = mode != ALD_STORE_WRITE && !store->memory ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (store->memory)
        flags |= SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
    const char *name = sqlite_name(store, mode, &flags);
    /* Without locks of its own: whoever shares a store among threads lets one at a time touch it. */
    int rc = sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        enum ald_rc failed = ald_store_fail(store, rc, "open", err);
        if (store->failed == SQLITE_CANTOPEN && access(store->file, R_OK) != 0 && errno == EACCES) /* SQLite does not say why */
            return ald_fail(err, failed, "store '%s': permission denied: run as the user that owns it, or let this one read it", store->path);
        return failed;
    }
    (void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS); /* cannot fail on an open connection */
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},          {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},       {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        rc = sqlite3_db_config(store->db, settings[i].option, settings[i].value, NULL);
        if (rc != SQLITE_OK)
            return ald_store_fail(store, rc, "configure", err);
    }
    ald_store_faults(store);
    ALD_TRY(ald_store_knows_batches(store, err));
    ALD_TRY(ald_store_exec(store, "store_cell_size_check", err));
    ALD_TRY(ald_store_exec(store, "store_mmap_off", err));
    return ald_store_exec(store, "store_temp_in_memory", err);
}

/** The first look into the file. A store on which a WAL lies cannot be read where its -wal and -shm cannot be made. */
static enum ald_rc first_read(struct ald_store *store, int64_t *ret_application, struct ald_err *err)
{
    struct ald_err inner = {0};
    enum ald_rc rc = ald_store_number(store, "store_application_id", ret_application, &inner);
    if (rc == ALD_OK)
        return ALD_OK;
    switch (store->failed) {
    case SQLITE_NOTADB:
        return ald_fail(err, ALD_ERR_DB, "'%s' is not an alidade store (not a database)", store->path);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        if (!sqlite3_db_readonly(store->db, "main"))
            break;
        return ald_fail(
            err, ALD_ERR_IO,
            "cannot read store '%s': '%s-wal' and '%s-shm' cannot be made beside it; copy it to a folder that "
            "you may write to",
            store->path, store->path, store->path);
    default:
        break;
    }
    if (err)
        *err = inner;
    return rc;
}

/** Refuses what is not a store or newer than this program. *ret_version 0: the file is empty. */
static enum ald_rc identify(struct ald_store *store, int64_t newest, int64_t *ret_version, struct ald_err *err)
{
    int64_t application = 0, version = 0, objects = 0;
    ALD_TRY(first_read(store, &application, err));
    ALD_TRY(ald_store_number(store, "store_user_version", &version, err));
    ALD_TRY(ald_store_number(store, "store_object_count", &objects, err));
    bool empty = application == 0 && version == 0 && objects == 0;
    store->flaw = !empty && application != ALD_APPLICATION_ID ? ALD_FLAW_FOREIGN
                  : version > newest                          ? ALD_FLAW_NEWER
                                                              : ALD_FLAW_NONE;
    if (store->flaw == ALD_FLAW_FOREIGN)
        return ald_fail(err, ALD_ERR_DB, "'%s' is not an alidade store (a database of another program)", store->path);
    if (store->flaw == ALD_FLAW_NEWER)
        return ald_fail(err, ALD_ERR_DB,
                        "store '%s' was written by a newer alidade (schema %" PRId64 ", this one knows %" PRId64
                        "): use that one",
                        store->path, version, newest);
    *ret_version = version;
    return ALD_OK;
}

static enum ald_rc open_read(struct ald_store *store, enum ald_store_mode mode, int64_t newest, struct ald_err *err)
{
    int64_t version = 0;
    if (access(store->path, R_OK) != 0)
        return ald_fail(err, ALD_ERR_IO, "cannot open store '%s': %s%s", store->path, strerror(errno),
                        errno == ENOENT ? " (alidade ingest makes it)" : "");
    ALD_TRY(connect_file(store, mode, err));
    ALD_TRY(identify(store, newest, &version, err));
    if (mode == ALD_STORE_LOOK)
        return ALD_OK;
    if (version == 0)
        return ald_fail(err, ALD_ERR_DB, "store '%s' is empty: run alidade ingest", store->path);
    if (version < newest)
        return ald_fail(err, ALD_ERR_DB,
                        "store '%s' was written by an older alidade (schema %" PRId64 ", this one reads %" PRId64
                        "): run alidade analyze or ingest to migrate it",
                        store->path, version, newest);
    return ALD_OK;
}

static enum ald_rc resolve(struct ald_store *store, struct ald_err *err)
{
    char *real = realpath(store->path, NULL);
    if (!real)
        return ald_fail(err, ALD_ERR_IO, "cannot open store '%s': %s", store->path, strerror(errno));
    store->file = ald_strdup(store->arena, real);
    free(real);
    return ALD_OK;
}

static enum ald_rc open_write(struct ald_store *store, const struct ald_embedded *migrations, struct ald_err *err)
{
    int64_t version = 0, newest = ald_migrate_newest(migrations);
    if (!store->memory) {
        ALD_TRY(ald_store_make_file(store, err));
        ALD_TRY(resolve(store, err));
    }
    ALD_TRY(connect_file(store, ALD_STORE_WRITE, err));
    if (sqlite3_db_readonly(store->db, "main")) /* SQLite falls back to reading when it may not write */
        return ald_fail(err, ALD_ERR_IO, "cannot write store '%s': permission denied", store->path);
    ALD_TRY(identify(store, newest, &version, err)); /* before the lock: no lock file beside a foreign file */
    if (!store->memory) {
        ALD_TRY(ald_store_lock(store, err));
        ALD_TRY(identify(store, newest, &version, err)); /* another writer may have migrated it meanwhile */
    }
    ALD_TRY(ald_store_exec(store, "store_secure_delete", err));
    ALD_TRY(ald_store_exec(store, "store_cache", err));
    ALD_TRY(ald_store_exec(store, "store_checkpoint", err));
    ALD_TRY(ald_store_exec(store, "store_synchronous", err));
    if (store->as_is)
        return ALD_OK;
    ALD_TRY(ald_migrate(store, migrations, version, err));
    /* After the migration, so that a new file on which it fails stays empty. */
    return ald_store_exec(store, "store_journal_wal", err);
}

static enum ald_rc open_any(struct ald_store *store, enum ald_store_mode mode, const struct ald_embedded *migrations,
                            struct ald_err *err)
{
    if (!*store->path)
        return ald_fail(err, ALD_ERR_IO, "the store's path is empty");
    ALD_TRY(ald_store_check_folder(store, err));
    if (mode != ALD_STORE_WRITE && !store->memory)
        return open_read(store, mode, ald_migrate_newest(migrations), err);
    return open_write(store, migrations, err);
}

static struct ald_store *closed_store(const char *path)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_store *store = ald_alloc(arena, sizeof *store);
    *store = (struct ald_store){.arena = arena, .lock_fd = -1, .memory = strcmp(path, ":memory:") == 0};
    store->path = store->file = ald_strdup(arena, path);
    return store;
}

enum ald_rc ald_store_look(const char *path, enum ald_store_flaw *ret_flaw, struct ald_store **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *store = closed_store(path);
    enum ald_rc rc = open_any(store, ALD_STORE_LOOK, ald_sql_migrations, err);
    *ret_flaw = rc == ALD_OK ? ALD_FLAW_NONE : store->flaw != ALD_FLAW_NONE ? store->flaw : ALD_FLAW_OTHER;
    if (rc != ALD_OK)
        return rc;
    *ret = store;
    store = NULL;
    return ALD_OK;
}

static enum ald_rc open_new(struct ald_store *store, enum ald_store_mode mode, const struct ald_embedded *migrations,
                            struct ald_store **ret, struct ald_err *err)
{
    enum ald_rc rc = open_any(store, mode, migrations, err);
    if (rc != ALD_OK) {
        ald_store_close(store);
        return rc;
    }
    *ret = store;
    return ALD_OK;
}

enum ald_rc ald_store_reads_whole(struct ald_store *store, struct ald_err *err)
{
    return ald_store_exec(store, "store_cache_small", err);
}

enum ald_rc ald_store_writes_anew(struct ald_store *store, size_t incidents, struct ald_err *err)
{
    return ald_store_exec(store, incidents <= 100000 ? "store_cache_100k" : incidents <= 400000 ? "store_cache_400k" : "store_cache_more", err);
}

enum ald_rc ald_store_open_with(const char *path, enum ald_store_mode mode, const struct ald_embedded *migrations,
                                struct ald_store **ret, struct ald_err *err)
{
    return open_new(closed_store(path), mode, migrations, ret, err);
}

enum ald_rc ald_store_open_as_is(const char *path, bool write, struct ald_store **ret, struct ald_err *err)
{
    if (access(path, F_OK) != 0) /* opening to write would make it */
        return ald_fail(err, ALD_ERR_IO, "cannot open store '%s': %s", path, strerror(errno));
    struct ald_store *store = closed_store(path);
    store->as_is = true;
    return open_new(store, write ? ALD_STORE_WRITE : ALD_STORE_LOOK, ald_sql_migrations, ret, err);
}

enum ald_rc ald_store_open(const char *path, enum ald_store_mode mode, struct ald_store **ret, struct ald_err *err)
{
    return ald_store_open_with(path, mode, ald_sql_migrations, ret, err);
}

void ald_store_close(struct ald_store *store)
{
    if (!store)
        return;
    if (store->db)
        ald_store_rollback(store);
    ald_q_free_all(store);
    int rc = sqlite3_close(store->db);
    assert(rc == SQLITE_OK); /* anything else is a statement or backup that we forgot */
    (void)rc;
    ald_store_unlock(store);
    ald_arena_free(store->arena);
}

void ald_store_closep(struct ald_store **store)
{
    ald_store_close(*store);
    *store = NULL;
}

const char *ald_store_path(const struct ald_store *store)
{
    return store->path;
}

/* ---- Transactions ---- */

enum ald_rc ald_store_begin(struct ald_store *store, struct ald_err *err)
{
    assert(sqlite3_get_autocommit(store->db));
    return ald_store_exec(store, "store_begin", err);
}

enum ald_rc ald_store_begin_read(struct ald_store *store, struct ald_err *err)
{
    assert(sqlite3_get_autocommit(store->db));
    ALD_TRY(ald_store_exec(store, "store_begin_read", err));
    /* The snapshot is taken by the first read, so read now. */
    int64_t generation = 0;
    enum ald_rc rc = ald_store_generation(store, &generation, err);
    if (rc != ALD_OK)
        ald_store_rollback(store);
    return rc;
}

enum ald_rc ald_store_commit(struct ald_store *store, struct ald_err *err)
{
    assert(!sqlite3_get_autocommit(store->db));
    ALD_TRY(ald_store_exec(store, "store_commit", err));
    ald_fault_point("committed");
    return ALD_OK;
}

void ald_store_rollback(struct ald_store *store)
{
    /* A failure such as a full disk may have rolled back already. Should the roll-back fail too, closing undoes the
     * rest. */
    if (!sqlite3_get_autocommit(store->db) && ald_store_exec(store, "store_rollback", NULL) != ALD_OK)
        return;
}

enum ald_rc ald_store_generation(struct ald_store *store, int64_t *ret, struct ald_err *err)
{
    return ald_store_number(store, "store_generation", ret, err);
}

int64_t ald_store_changes(struct ald_store *store)
{
    return sqlite3_changes64(store->db);
}

int64_t ald_store_last_rowid(struct ald_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}
