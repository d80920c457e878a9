/* Files on a real file system: whole reads, atomic replacement, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/file.h"
#include "where.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    new_folder(folder, sizeof folder, "file");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a test, or the code, leaves a file */
}

static const char *in_folder(const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void assert_content(const char *path, const char *want)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    char *bytes;
    size_t n;
    assert_int_equal(ald_file_read(path, 1000, arena, &bytes, &n, NULL), ALD_OK);
    assert_int_equal(n, strlen(want));
    assert_string_equal(bytes, want);
}

static void test_read(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_err err = {0};
    char path[128], *bytes;
    size_t n;
    in_folder("data", path);
    put(path, "a\0b\n", 4);
    assert_int_equal(ald_file_read(path, 4, arena, &bytes, &n, &err), ALD_OK);
    assert_int_equal(n, 4);
    assert_memory_equal(bytes, "a\0b\n", 5);
    assert_int_equal(ald_file_read(path, 3, arena, &bytes, &n, &err), ALD_ERR_LIMIT);
    assert_non_null(strstr(err.msg, "longer than 3 bytes"));
    put(path, "", 0);
    assert_int_equal(ald_file_read(path, 0, arena, &bytes, &n, &err), ALD_OK);
    assert_int_equal(n, 0);
    char *large = ald_alloc(arena, 200000);
    memset(large, 'x', 200000);
    put(path, large, 200000);
    assert_int_equal(ald_file_read(path, 200000, arena, &bytes, &n, &err), ALD_OK);
    assert_int_equal(n, 200000);
    assert_memory_equal(bytes, large, 200000);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ald_file_read(path, 10, arena, &bytes, &n, &err), ALD_ERR_IO);
    assert_non_null(strstr(err.msg, "No such file"));
    assert_int_equal(ald_file_read(folder, 10, arena, &bytes, &n, &err), ALD_ERR_IO);
    assert_non_null(strstr(err.msg, folder));
}

static void test_replace(void **state)
{
    (void)state;
    struct ald_replace r;
    struct ald_err err = {0};
    struct stat st;
    char path[128];
    in_folder("out", path);
    put(path, "old", 3);
    assert_int_equal(ald_replace_begin(&r, path, &err), ALD_OK);
    assert_true(fputs("new", r.file) >= 0);
    assert_content(path, "old");
    assert_int_equal(ald_replace_commit(&r, &err), ALD_OK);
    assert_content(path, "new");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    ald_replace_abort(&r); /* does nothing now */
    assert_content(path, "new");

    assert_int_equal(ald_replace_begin(&r, path, &err), ALD_OK);
    assert_true(fputs("half", r.file) >= 0);
    ald_replace_abort(&r);
    assert_content(path, "new");
    assert_int_equal(ald_replace_commit(&r, &err), ALD_ERR_IO);
    assert_content(path, "new");
    assert_int_equal(unlink(path), 0);
}

static void test_replace_by_name(void **state)
{
    (void)state;
    struct ald_replace r;
    struct ald_err err = {0};
    char path[128];
    in_folder("book", path);
    assert_int_equal(ald_replace_begin_path(&r, path, &err), ALD_OK);
    assert_null(r.file);
    put(r.temp, "sheet", 5);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(ald_replace_commit(&r, &err), ALD_OK);
    assert_content(path, "sheet");
    assert_int_equal(ald_replace_begin_path(&r, path, &err), ALD_OK);
    put(r.temp, "other", 5);
    ald_replace_abort(&r);
    assert_content(path, "sheet");
    /* The writer removed its file: no commit, and nothing under the name is lost. */
    assert_int_equal(ald_replace_begin_path(&r, path, &err), ALD_OK);
    assert_int_equal(unlink(r.temp), 0);
    assert_int_equal(ald_replace_commit(&r, &err), ALD_ERR_IO);
    assert_content(path, "sheet");
    assert_int_equal(unlink(path), 0);
}

static void test_commit_new(void **state)
{
    (void)state;
    struct ald_replace r;
    struct ald_err err = {0};
    bool existed = true;
    char path[128];
    in_folder("once", path);
    assert_int_equal(ald_replace_begin(&r, path, &err), ALD_OK);
    assert_true(fputs("first", r.file) >= 0);
    assert_int_equal(ald_replace_commit_new(&r, &existed, &err), ALD_OK);
    assert_false(existed);
    assert_int_equal(ald_replace_begin(&r, path, &err), ALD_OK);
    assert_true(fputs("second", r.file) >= 0);
    assert_int_equal(ald_replace_commit_new(&r, &existed, &err), ALD_OK);
    assert_true(existed);
    assert_content(path, "first");
    assert_int_equal(unlink(path), 0);
}

static void test_folders_made(void **state)
{
    (void)state;
    struct ald_replace r;
    struct ald_err err = {0};
    struct stat st;
    char path[128], part[128];
    assert_int_equal(ald_replace_begin(&r, in_folder("a//b/c", path), &err), ALD_OK);
    assert_int_equal(ald_replace_commit(&r, &err), ALD_OK);
    assert_content(path, "");
    assert_int_equal(stat(in_folder("a", part), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    /* A file where a folder is needed. */
    assert_int_equal(ald_replace_begin(&r, in_folder("a/b/c/d", part), &err), ALD_ERR_IO);
    ald_replace_abort(&r);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(in_folder("a/b", part)), 0);
    assert_int_equal(rmdir(in_folder("a", part)), 0);
}

static void test_refused(void **state)
{
    (void)state;
    struct ald_replace r;
    struct ald_err err = {0};
    char longest[5000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const paths[] = {"", "/dev/null", folder, longest, "/proc/none/file"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(ald_replace_begin(&r, paths[i], &err), ALD_ERR_IO);
        assert_null(r.file);
        ald_replace_abort(&r);
    }
    assert_int_equal(access("/dev/null", F_OK), 0);
}

static void test_full_disk(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        (void)fprintf(stderr, "skipped: test_full_disk (there is no /dev/full here)\n");
        skip();
    }
    struct ald_replace r;
    struct ald_err err = {0};
    char path[128];
    assert_int_equal(ald_replace_begin(&r, in_folder("full", path), &err), ALD_OK);
    FILE *full = freopen("/dev/full", "w", r.file);
    assert_non_null(full);
    r.file = full;
    assert_true(fputs("lost", r.file) >= 0);
    assert_int_equal(ald_replace_commit(&r, &err), ALD_ERR_IO);
    assert_non_null(strstr(err.msg, "No space left"));
    assert_int_equal(access(path, F_OK), -1);
}

/* A link stays a link, and the file behind it is replaced; a left-over temporary file is no hindrance. */
static void test_link_and_left_over(void **state)
{
    (void)state;
    struct ald_replace r;
    struct ald_err err = {0};
    struct stat st;
    char target[128], link_path[128], left[160];
    put(in_folder("target", target), "old", 3);
    assert_int_equal(symlink("target", in_folder("link", link_path)), 0);
    (void)snprintf(left, sizeof left, "%s.tmp.%ld", target, (long)getpid());
    put(left, "junk", 4);
    assert_int_equal(ald_replace_begin(&r, link_path, &err), ALD_OK);
    assert_true(fputs("new", r.file) >= 0);
    assert_int_equal(ald_replace_commit(&r, &err), ALD_OK);
    assert_int_equal(lstat(link_path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_content(target, "new");
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(unlink(target), 0);
}

static void test_path_beside(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    static const struct {
        const char *path, *name, *want;
    } cases[] = {
        {"/etc/alidade.yaml", "store.db", "/etc/store.db"},
        {"alidade.yaml", "store.db", "store.db"},
        {"conf/alidade.yaml", "data/store.db", "conf/data/store.db"},
        {"./alidade.yaml", "../store.db", "./../store.db"},
        {"/alidade.yaml", "store.db", "/store.db"},
        {"conf/alidade.yaml", "/var/store.db", "/var/store.db"},
        {"no-such/alidade.yaml", "../store.db", "no-such/../store.db"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(ald_path_beside(arena, cases[i].path, cases[i].name), cases[i].want);
}

/* What "../" names is said without it where that is the same place: not through a link, nor above what is written. */
static void test_path_beside_above(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    char a[128], b[128], other[128], file[128], want[128];
    assert_int_equal(mkdir(in_folder("a", a), 0700), 0);
    assert_int_equal(mkdir(in_folder("a/b", b), 0700), 0);
    assert_int_equal(symlink("a/b", in_folder("other", other)), 0);
    assert_string_equal(ald_path_beside(arena, in_folder("a/b/c.yaml", file), "../../out/x"), in_folder("out/x", want));
    assert_string_equal(ald_path_beside(arena, in_folder("a/b/c.yaml", file), "../x"), in_folder("a/x", want));
    assert_string_equal(ald_path_beside(arena, in_folder("other/c.yaml", file), "../x"), in_folder("other/../x", want));
    assert_string_equal(ald_path_beside(arena, "/etc/c.yaml", "../x"), "/x");
    assert_string_equal(ald_path_beside(arena, "/etc/c.yaml", "../../x"), "/../x");
    assert_int_equal(chdir(in_folder("", file)), 0);
    assert_string_equal(ald_path_beside(arena, "a/b/c.yaml", "../../x"), "x");
    assert_string_equal(ald_path_beside(arena, "a/c.yaml", "../"), ".");
    assert_string_equal(ald_path_beside(arena, "a/c.yaml", "../../x"), "../x");
    assert_string_equal(ald_path_beside(arena, "../c.yaml", "../x"), "../../x");
    assert_int_equal(unlink(other), 0);
    assert_int_equal(rmdir(b), 0);
    assert_int_equal(rmdir(a), 0);
}

/* What another run is writing is left to it, also one of our own pid in another container; what nobody holds any more goes, and nothing that is called otherwise. */
static void test_left_over_of_others(void **state)
{
    (void)state;
    char target[128], names[3][160], own[32];
    (void)snprintf(own, sizeof own, "tmp.%ld", (long)getpid());
    const char *const tails[] = {own, "tmp.99999998", "tmp.9x"};
    struct ald_replace r;
    (void)in_folder("others", target);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s.%s", target, tails[i]);
        put(names[i], "junk", 4);
    }
    int held = open(names[0], O_RDONLY | O_CLOEXEC);
    assert_true(held >= 0);
    assert_int_equal(flock(held, LOCK_EX), 0);
    for (int released = 0; released < 2; released++) {
        assert_int_equal(ald_replace_begin(&r, target, NULL), ALD_OK);
        assert_int_equal(access(names[0], F_OK), released ? -1 : 0);
        assert_int_equal(access(names[1], F_OK), -1);
        assert_int_equal(access(names[2], F_OK), 0);
        ald_replace_abort(&r);
        if (!released)
            assert_int_equal(close(held), 0);
    }
    assert_int_equal(unlink(names[2]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_replace_by_name),
        cmocka_unit_test(test_commit_new),
        cmocka_unit_test(test_folders_made),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_link_and_left_over),
        cmocka_unit_test(test_left_over_of_others),
        cmocka_unit_test(test_path_beside),
        cmocka_unit_test(test_path_beside_above),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
