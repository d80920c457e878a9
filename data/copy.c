/* Copies of a store: made while it is in use, noted, found again. Knows nothing of what is in them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/file.h"
#include "alidade/rewrite.h"
#include "store_priv.h"

#define STEP_PAGES 4096
#define MAX_LIST_BYTES (1u << 20)

/* ---- Which there are ---- */

static const char *list_path(const struct ald_store *store, struct ald_arena *arena)
{
    return ald_sprintf(arena, "%s.backups", store->file);
}

/* A path may be the end of another: /mnt/safe/a.db of /mnt/safe/a.db, and /safe/a.db of both. */
static bool has_line(const char *text, const char *line)
{
    for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
        if (at == text || at[-1] == '\n')
            return true;
    return false;
}

/* One line a copy; the same one may stand there often. */
static enum ald_rc note(const struct ald_store *store, const char *copy, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    char *real = realpath(copy, NULL);
    const char *line = ald_sprintf(arena, "%s\n", real ? real : copy), *path = list_path(store, arena);
    free(real);
    char *known = NULL;
    size_t n = 0;
    if (access(path, F_OK) == 0 && ald_file_read(path, MAX_LIST_BYTES, arena, &known, &n, NULL) == ALD_OK && has_line(known, line))
        return ALD_OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool done = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line) && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    return done ? ALD_OK : ald_fail(err, ALD_ERR_IO, "the copy was made, but could not be noted in '%s': %s", path, strerror(why));
}

struct paths {
    struct ald_arena *arena;
    const char **list;
    size_t n, cap;
};

static void add(struct paths *paths, const char *path)
{
    for (size_t i = 0; i < paths->n; i++)
        if (strcmp(paths->list[i], path) == 0)
            return;
    paths->list = ald_grow(paths->arena, paths->list, paths->n, &paths->cap, sizeof *paths->list);
    paths->list[paths->n++] = ald_strdup(paths->arena, path);
}

/* STORE.backup-N, made before migrations. */
static enum ald_rc add_beside(const struct ald_store *store, struct paths *paths, struct ald_err *err)
{
    const char *slash = strrchr(store->file, '/'), *name = slash ? slash + 1 : store->file;
    const char *folder = slash ? ald_strndup(paths->arena, store->file, (size_t)(slash - store->file) + 1) : "./";
    DIR *dir = opendir(folder);
    if (!dir)
        return ald_fail(err, ALD_ERR_IO, "cannot read folder '%s': %s", folder, strerror(errno));
    const char *head = ald_sprintf(paths->arena, "%s.backup-", name);
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        size_t n = strlen(head), digits = strncmp(entry->d_name, head, n) == 0 ? strspn(entry->d_name + n, "0123456789") : 0;
        if (digits && !entry->d_name[n + digits])
            add(paths, ald_sprintf(paths->arena, "%s%s", folder, entry->d_name));
    }
    (void)closedir(dir); /* only read */
    return ALD_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum ald_rc ald_store_copies(struct ald_store *store, struct ald_arena *arena, const char *const **ret, struct ald_err *err)
{
    struct paths paths = {.arena = arena};
    char *text = NULL;
    size_t n = 0;
    ALD_TRY(add_beside(store, &paths, err));
    const char *path = list_path(store, arena);
    if (access(path, F_OK) == 0) {
        ALD_TRY(ald_file_read(path, MAX_LIST_BYTES, arena, &text, &n, err));
        for (const char *line = text; *line;) {
            size_t len = strcspn(line, "\n");
            add(&paths, ald_strndup(arena, line, len));
            line += len + (line[len] == '\n');
        }
    }
    if (paths.n)
        qsort(paths.list, paths.n, sizeof *paths.list, by_text);
    paths.list = ald_grow(arena, paths.list, paths.n, &paths.cap, sizeof *paths.list);
    paths.list[paths.n] = NULL;
    *ret = paths.list;
    return ALD_OK;
}

/* ---- Making one ---- */

/* Nobody's note, and not the store itself, is to be lost to a slip of the hand. */
static enum ald_rc check_target(const struct ald_store *store, const char *path, struct ald_err *err)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *other = NULL;
    enum ald_store_flaw flaw = ALD_FLAW_NONE;
    struct stat mine, there;
    if (stat(path, &there) != 0 || (S_ISREG(there.st_mode) && there.st_size == 0))
        return ALD_OK;
    if (stat(store->file, &mine) == 0 && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino)
        return ald_fail(err, ALD_ERR_USAGE, "'%s' is the store itself: name another file", path);
    if (!S_ISREG(there.st_mode) || (ald_store_look(path, &flaw, &other, NULL) != ALD_OK && flaw == ALD_FLAW_FOREIGN))
        return ald_fail(err, ALD_ERR_USAGE, "'%s' is there already and is no copy of a store: name another file", path);
    return ALD_OK;
}

static enum ald_rc copy_pages(struct ald_store *store, sqlite3 *to, bool (*stop)(void *ctx), void *stop_ctx, struct ald_err *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
    if (!backup)
        return ald_store_fail(store, sqlite3_errcode(to), "backup", err);
    int rc = SQLITE_OK;
    bool stopped = false;
    while (rc == SQLITE_OK && !stopped) {
        rc = sqlite3_backup_step(backup, STEP_PAGES);
        stopped = stop && stop(stop_ctx);
    }
    int end = sqlite3_backup_finish(backup);
    if (stopped && rc != SQLITE_DONE)
        return ald_fail(err, ALD_ERR_STOPPED, "stopped; no copy was made");
    if (rc == SQLITE_DONE && end == SQLITE_OK)
        return ALD_OK;
    store->failed = rc == SQLITE_DONE ? end : rc;
    return ald_fail(err, ALD_ERR_IO, "the copy: %s", sqlite3_errstr(store->failed));
}

/* The copy is not in WAL mode: one file, that can be moved. It is what it should be, page by page. */
static enum ald_rc finish_copy(const char *temp, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_store_closep) struct ald_store *copy = NULL;
    enum ald_rc rc = ald_store_open_as_is(temp, true, &copy, err);
    if (rc == ALD_OK)
        rc = ald_store_exec(copy, "store_copy_journal", err);
    if (rc == ALD_OK)
        rc = ald_store_verify(copy, err);
    ald_store_closep(&copy);
    (void)unlink(ald_sprintf(arena, "%s.lock", temp)); /* nobody else knows of this name */
    return rc;
}

static enum ald_rc copy_to(struct ald_store *store, const char *temp, bool (*stop)(void *ctx), void *stop_ctx, struct ald_err *err)
{
    sqlite3 *to = NULL;
    int opened = sqlite3_open_v2(temp, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    enum ald_rc rc = opened == SQLITE_OK ? copy_pages(store, to, stop, stop_ctx, err)
                                         : ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", temp, sqlite3_errstr(opened));
    if (sqlite3_close(to) != SQLITE_OK && rc == ALD_OK)
        rc = ald_fail(err, ALD_ERR_IO, "cannot write '%s'", temp);
    return rc == ALD_OK ? finish_copy(temp, err) : rc;
}

enum ald_rc ald_store_copy(struct ald_store *store, const char *path, bool (*stop)(void *ctx), void *stop_ctx, int64_t *ret_bytes,
                           struct ald_err *err)
{
    struct ald_replace place;
    struct stat info = {0};
    ALD_TRY(check_target(store, path, err));
    ALD_TRY(ald_replace_begin_path(&place, path, err));
    /* One snapshot: what others commit meanwhile would make the copy begin again, for as long as they write. */
    enum ald_rc rc = ald_store_begin_read(store, err);
    if (rc == ALD_OK)
        rc = copy_to(store, place.temp, stop, stop_ctx, err);
    ald_store_rollback(store);
    if (rc == ALD_OK)
        rc = ald_replace_commit(&place, err);
    else
        ald_replace_abort(&place);
    if (rc != ALD_OK)
        return rc == ALD_ERR_USAGE ? rc : ald_wrap(err, "backup '%s'", path);
    *ret_bytes = stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
    return note(store, path, err);
}
