/* Files: see file.h. Knows paths and bytes, nothing of what is in them. */
#include "alidade/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/fault.h"

#define READ_STEP_BYTES 65536u

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static enum ald_rc read_all(int fd, const char *path, size_t max_bytes, struct ald_buf *buf, struct ald_err *err)
{
    char *step = malloc(READ_STEP_BYTES);
    if (!step)
        abort();
    enum ald_rc rc = ALD_OK;
    while (rc == ALD_OK) {
        ssize_t got = read(fd, step, READ_STEP_BYTES);
        if (got == 0)
            break;
        if (got > 0) {
            if (ald_buf_add(buf, step, (size_t)got, NULL) != ALD_OK)
                rc = ald_fail(err, ALD_ERR_LIMIT, "'%s' is longer than %zu bytes", path, max_bytes);
        } else if (errno != EINTR) {
            rc = ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
        }
    }
    free(step);
    return rc;
}

enum ald_rc ald_file_read(const char *path, size_t max_bytes, struct ald_arena *arena, char **ret, size_t *ret_n,
                          struct ald_err *err)
{
    ALD_CLEANUP(close_fd) const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ald_fail(err, ALD_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    ALD_CLEANUP(ald_buf_done) struct ald_buf buf;
    ald_buf_init(&buf, max_bytes);
    ALD_TRY(read_all(fd, path, max_bytes, &buf, err));
    /* Not ald_strndup: the bytes may hold NULs. */
    char *bytes = ald_alloc(arena, buf.len + 1);
    memcpy(bytes, buf.data, buf.len);
    *ret = bytes;
    *ret_n = buf.len;
    return ALD_OK;
}

/* Makes every missing folder above the last part of path. */
static enum ald_rc make_parents(const char *path, struct ald_err *err)
{
    char folder[sizeof((struct ald_replace *)NULL)->path];
    size_t n = strnlen(path, sizeof folder);
    if (n == sizeof folder)
        return ald_fail(err, ALD_ERR_IO, "path '%.60s...' is too long", path);
    memcpy(folder, path, n + 1);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
            int why = errno;
            struct stat st;
            /* A read-only file system says EROFS of folders that exist. */
            if (stat(folder, &st) != 0)
                return ald_fail(err, ALD_ERR_IO, "cannot make folder '%s': %s", folder, strerror(why));
        }
        *slash = '/';
    }
    return ALD_OK;
}

/* Names a temp file. No pid: in containers every run has the same, and one of another container on the same volume, or what a kill left where
 * there are no locks, would be in the way. */
static unsigned long long any_number(void)
{
    unsigned long long ret = 0;
    return getrandom(&ret, sizeof ret, 0) == (ssize_t)sizeof ret ? ret : (unsigned long long)getpid();
}

/* Fills in the paths. A link is followed, so that its target is replaced and not the link; a device or a pipe must not
 * become a file. */
static enum ald_rc set_paths(struct ald_replace *r, const char *path, struct ald_err *err)
{
    struct stat st;
    /* Somebody who may write into the folder must not choose which of our files is replaced. */
    if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': it is a symbolic link of another user; remove it", path);
    bool exists = stat(path, &st) == 0;
    if (exists && !S_ISREG(st.st_mode))
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': it is not a regular file", path);
    char *target = exists ? realpath(path, NULL) : strdup(path);
    if (!target)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    int n = snprintf(r->path, sizeof r->path, "%s", target);
    int m = snprintf(r->temp, sizeof r->temp, "%s.tmp.%llu", target, any_number());
    free(target);
    if (n < 0 || m < 0 || (size_t)n >= sizeof r->path || (size_t)m >= sizeof r->temp) {
        r->temp[0] = '\0';
        return ald_fail(err, ALD_ERR_IO, "path '%.60s...' is too long", path);
    }
    return ALD_OK;
}

/* Who writes holds a lock on the temp file until it has its name. A file system without locks makes no harm: nothing is swept there. */
static bool lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Removes `name` in folder when it is a temp file of `base` that nobody writes any more. */
static void sweep_one(int folder, const char *name, const char *base, size_t base_n)
{
    static const char mark[] = ".tmp.";
    if (strncmp(name, base, base_n) != 0 || strncmp(name + base_n, mark, sizeof mark - 1) != 0)
        return;
    const char *number = name + base_n + sizeof mark - 1;
    if (!*number || number[strspn(number, "0123456789")])
        return;
    ALD_CLEANUP(close_fd) const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && lock(fd))
        (void)unlinkat(folder, name, 0); /* one file more than need be, where it may not */
}

/* What runs that were killed left of this file. */
static void sweep(const struct ald_replace *r)
{
    const char *slash = strrchr(r->path, '/'), *base = slash ? slash + 1 : r->path;
    char folder[sizeof r->path];
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - r->path) + 1 : 1, slash ? r->path : ".");
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        sweep_one(dirfd(dir), entry->d_name, base, strlen(base));
    (void)closedir(dir); /* only read */
}

/* The temp file, with its lock. Another run may sweep it away before the lock is taken: then it is made once more. -1: errno. */
static int make_temp(const struct ald_replace *r)
{
    for (;;) {
        int fd = open(r->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
            return -1;
        (void)lock(fd);
        struct stat st;
        if (fstat(fd, &st) != 0 || st.st_nlink > 0)
            return fd;
        (void)close(fd);
    }
}

static enum ald_rc begin(struct ald_replace *r, const char *path, int *ret_fd, struct ald_err *err)
{
    *r = (struct ald_replace){.lock_fd = -1};
    if (!*path)
        return ald_fail(err, ALD_ERR_IO, "cannot write a file without a name");
    ALD_TRY(make_parents(path, err));
    ALD_TRY(set_paths(r, path, err));
    sweep(r);
    int fd = make_temp(r);
    if (fd < 0) {
        enum ald_rc rc = ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", r->temp, strerror(errno));
        r->temp[0] = '\0';
        return rc;
    }
    *ret_fd = fd;
    return ALD_OK;
}

enum ald_rc ald_replace_begin(struct ald_replace *r, const char *path, struct ald_err *err)
{
    int fd = -1;
    ALD_TRY(begin(r, path, &fd, err));
    r->lock_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* the lock is held until both are closed: over the rename */
    r->file = fdopen(fd, "wb");
    if (!r->file)
        abort(); /* a good descriptor and mode: out of memory */
    return ALD_OK;
}

enum ald_rc ald_replace_begin_path(struct ald_replace *r, const char *path, struct ald_err *err)
{
    /* The empty file stays: whoever opens it for writing keeps its 0600. */
    return begin(r, path, &r->lock_fd, err);
}

enum ald_rc ald_sync_to_disk(const char *path, struct ald_err *err)
{
    ALD_CLEANUP(close_fd) const int fd = open(path, O_RDONLY | O_CLOEXEC);
    /* EINVAL is what a file system says that cannot sync a folder: nothing more can be done there. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        return ald_fail(err, ALD_ERR_IO, "cannot sync '%s': %s", path, strerror(errno));
    return ALD_OK;
}

const char *ald_path_folder(struct ald_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : ald_strndup(arena, path, (size_t)(slash - path));
}

static enum ald_rc sync_parent(const char *path, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    return ald_sync_to_disk(ald_path_folder(arena, path), err);
}

/* Everything is on the disk under the temporary name. */
static enum ald_rc finish_temp(struct ald_replace *r, struct ald_err *err)
{
    if (!r->temp[0])
        return ald_fail(err, ALD_ERR_IO, "no file is being written");
    if (!r->file)
        return ald_sync_to_disk(r->temp, err);
    int why = 0;
    errno = 0;
    if (fflush(r->file) != 0 || ferror(r->file) || fsync(fileno(r->file)) != 0)
        why = errno ? errno : EIO;
    if (fclose(r->file) != 0 && !why)
        why = errno;
    r->file = NULL;
    return why ? ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", r->temp, strerror(why)) : ALD_OK;
}

enum ald_rc ald_replace_commit(struct ald_replace *r, struct ald_err *err)
{
    enum ald_rc rc = finish_temp(r, err);
    ald_fault_point("publish");
    if (rc == ALD_OK && rename(r->temp, r->path) != 0)
        rc = ald_fail(err, ALD_ERR_IO, "cannot rename '%s' to '%s': %s", r->temp, r->path, strerror(errno));
    if (rc != ALD_OK) {
        ald_replace_abort(r);
        return rc;
    }
    ald_fault_point("published");
    r->temp[0] = '\0';
    ald_replace_abort(r);
    return sync_parent(r->path, err);
}

/* Not over a file that is there. Some file systems (exFAT, some shares) have no second names, but rename so. */
static int give_new_name(const struct ald_replace *r)
{
    int rc = link(r->temp, r->path);
    if (rc != 0 && (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK))
        rc = renameat2(AT_FDCWD, r->temp, AT_FDCWD, r->path, RENAME_NOREPLACE);
    return rc;
}

enum ald_rc ald_replace_commit_new(struct ald_replace *r, bool *ret_existed, struct ald_err *err)
{
    *ret_existed = false;
    enum ald_rc rc = finish_temp(r, err);
    if (rc == ALD_OK && give_new_name(r) != 0) {
        if (errno == EEXIST)
            *ret_existed = true;
        else
            rc = ald_fail(err, ALD_ERR_IO, "cannot make '%s': %s", r->path, strerror(errno));
    }
    ald_replace_abort(r);
    return rc == ALD_OK ? sync_parent(r->path, err) : rc;
}

void ald_replace_abort(struct ald_replace *r)
{
    if (r->file)
        (void)fclose(r->file);
    r->file = NULL;
    if (r->temp[0])
        (void)unlink(r->temp);
    close_fd(&r->lock_fd); /* after the name is gone: else another could take it for one that was left */
    r->lock_fd = -1;
    r->temp[0] = '\0';
}

/* Where the last folder of dir (so many bytes) begins, when ".." in it is the folder above by name too: a link leads elsewhere. Else n. */
static size_t named_folder(struct ald_arena *arena, const char *dir, size_t n)
{
    struct stat st;
    size_t begin = n;
    while (begin > 0 && dir[begin - 1] != '/')
        begin--;
    size_t length = n - begin;
    bool dots = length == 0 || (length == 1 && dir[begin] == '.') || (length == 2 && dir[begin] == '.' && dir[begin + 1] == '.');
    return !dots && lstat(ald_strndup(arena, dir, n), &st) == 0 && S_ISDIR(st.st_mode) ? begin : n;
}

char *ald_path_beside(struct ald_arena *arena, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    if (name[0] == '/' || !slash)
        return ald_strdup(arena, name);
    size_t n = (size_t)(slash - path);
    while (n > 0 && strncmp(name, "../", 3) == 0) {
        size_t begin = named_folder(arena, path, n);
        if (begin == n)
            break;
        name += 3;
        if (begin == 0)
            return ald_strdup(arena, *name ? name : ".");
        n = begin - 1;
    }
    return ald_sprintf(arena, "%.*s/%s", (int)n, path, name);
}
