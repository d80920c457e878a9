/* The place where a store is to be: whose it is, and whether something else is there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/file.h"
#include "store_priv.h"

/** What another user has put where the store is to begin would be theirs to read, or to lead elsewhere. */
static enum ald_rc check_planted(const struct ald_store *store, struct ald_err *err)
{
    struct stat st;
    if (lstat(store->path, &st) != 0 || st.st_uid == geteuid() || st.st_uid == 0)
        return ALD_OK;
    if (S_ISLNK(st.st_mode))
        return ald_fail(err, ALD_ERR_IO, "cannot write store '%s': it is a symbolic link of another user; remove it", store->path);
    if (S_ISREG(st.st_mode) && st.st_size == 0)
        return ald_fail(err, ALD_ERR_IO, "cannot begin store '%s': the empty file there is another user's; remove it", store->path);
    return ALD_OK;
}

/** Makes the folder of a store where the one above it is there: so far a name is more likely meant than mistaken. */
static bool made_folder(const struct ald_store *store)
{
    bool made = mkdir(ald_path_folder(store->arena, store->path), 0700) == 0;
    errno = made ? 0 : ENOENT;
    return made;
}

enum ald_rc ald_store_make_file(const struct ald_store *store, struct ald_err *err)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = open(store->path, flags, 0600);
    if (fd < 0 && errno == ENOENT && made_folder(store))
        fd = open(store->path, flags, 0600);
    if (fd >= 0) {
        (void)close(fd); /* empty */
        return ALD_OK;
    }
    if (errno == EEXIST) /* not opened here: closing any descriptor of it would drop SQLite's locks in this process */
        return check_planted(store, err);
    const char *hint = errno == ENOENT ? ": neither its folder nor the one above exists; make it (mkdir -p), or correct key `store`"
                       : errno == EACCES ? ": its folder is not this user's to write"
                                         : "";
    return ald_fail(err, ALD_ERR_IO, "cannot make store '%s': %s%s", store->path, strerror(errno), hint);
}

enum ald_rc ald_store_check_folder(const struct ald_store *store, struct ald_err *err)
{
    struct stat info;
    if (store->memory || stat(store->path, &info) != 0 || !S_ISDIR(info.st_mode))
        return ALD_OK;
    return ald_fail(err, ALD_ERR_IO, "store '%s' is a folder: name a file in it, such as %s/alidade.db", store->path, store->path);
}

enum ald_rc ald_store_check_short(struct ald_store *store, struct ald_err *err)
{
    static const char magic[16] = "SQLite format 3";
    char head[sizeof magic] = {0};
    struct stat info;
    if (store->memory || stat(store->file, &info) != 0 || info.st_size == 0 || info.st_size >= 512)
        return ALD_OK;
    FILE *file = fopen(store->file, "re"); /* no store is this short: SQLite holds no lock on it that closing would drop */
    size_t n = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        (void)fclose(file);
    if (n == sizeof head && memcmp(head, magic, sizeof magic) == 0)
        return ALD_OK;
    store->flaw = ALD_FLAW_FOREIGN;
    return ald_fail(err, ALD_ERR_DB, "'%s' is not an alidade store (not a database)", store->path);
}
