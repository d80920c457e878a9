/* One writer at a time: an flock on a file beside the store, which holds the writer's pid for messages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store_priv.h"

/** The pid in a lock file, 0 when it holds none. */
static long lock_holder(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return strtol(text, NULL, 10);
}

long ald_store_writer(struct ald_arena *arena, const char *file)
{
    int fd = open(ald_sprintf(arena, "%s.lock", file), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    long pid = held ? lock_holder(fd) : 0;
    (void)close(fd); /* gives the shared lock back as well */
    return held && pid == 0 ? -1 : pid;
}

enum ald_rc ald_store_lock(struct ald_store *store, struct ald_err *err)
{
    const char *path = ald_sprintf(store->arena, "%s.lock", store->file);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ald_fail(err, ALD_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        long pid = lock_holder(fd);
        (void)close(fd); /* nothing was written */
        if (why != EWOULDBLOCK)
            return ald_fail(err, ALD_ERR_IO, "cannot lock '%s': %s", path, strerror(why));
        return ald_fail(err, ALD_ERR_IO, "another alidade (pid %ld) is writing to '%s'; wait for it or stop it", pid,
                        store->path);
    }
    store->lock_fd = fd;
    char pid[32];
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    /* The pid is for the message above; the lock holds without it. */
    if (ftruncate(fd, 0) == 0)
        (void)!pwrite(fd, pid, (size_t)n, 0);
    return ALD_OK;
}

void ald_store_unlock(struct ald_store *store)
{
    if (store->lock_fd < 0)
        return;
    /* The file stays: removing it would let two writers hold locks on two files of one name. */
    (void)!ftruncate(store->lock_fd, 0);
    (void)close(store->lock_fd);
    store->lock_fd = -1;
}
