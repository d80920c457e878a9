/* Hashes against values from Python (hashlib and a SipHash written from its paper), keys and secrets on real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/file.h"
#include "alidade/hash.h"
#include "where.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    new_folder(folder, sizeof folder, "hash");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *in_folder(const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const char *text, size_t n, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_siphash(void **state)
{
    (void)state;
    unsigned char ramp[64];
    for (unsigned i = 0; i < 64; i++)
        ramp[i] = (unsigned char)i;
    assert_true(ald_siphash("", 0) == UINT64_C(0x1e924b9d737700d7));
    assert_true(ald_siphash("a", 1) == UINT64_C(0x96c20860cd93a249));
    assert_true(ald_siphash("alidade", 7) == UINT64_C(0x9833db352778476a));
    assert_true(ald_siphash(ramp, 64) == UINT64_C(0x8b19265d1c12cdc7));
}

static void test_fingerprint(void **state)
{
    (void)state;
    char hex[33];
    ald_fingerprint("", 0, hex);
    assert_string_equal(hex, "cae66941d9efbd404e4d88758ea67670");
    ald_fingerprint("abc", 3, hex);
    assert_string_equal(hex, "cf4ab791c62b8d2b2109c90275287816");
}

static void test_pseudonym(void **state)
{
    (void)state;
    struct ald_key key;
    for (unsigned i = 0; i < ALD_KEY_BYTES; i++)
        key.bytes[i] = (unsigned char)i;
    char name[17];
    ald_pseudonym(&key, "ada@example.org", name);
    assert_string_equal(name, "6cb7e3b2a2755a1f");
    ald_pseudonym(&key, "", name);
    assert_string_equal(name, "3daf97bce7888fd5");
    key.bytes[31] ^= 1;
    ald_pseudonym(&key, "ada@example.org", name);
    assert_string_not_equal(name, "6cb7e3b2a2755a1f");
    ald_key_wipe(&key);
    for (unsigned i = 0; i < ALD_KEY_BYTES; i++)
        assert_int_equal(key.bytes[i], 0);
}

static void test_key_made_once(void **state)
{
    (void)state;
    char path[128], deeper[128];
    struct ald_key first, second;
    struct ald_err err = {0};
    struct stat st;
    in_folder("made.key", path);
    assert_int_equal(ald_key_load(path, &first, &err), ALD_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(st.st_size, 65);
    assert_int_equal(ald_key_load(path, &second, &err), ALD_OK);
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ald_key_load(in_folder("sub/made.key", deeper), &second, &err), ALD_OK);
    assert_memory_not_equal(&first, &second, sizeof first);
    assert_int_equal(unlink(deeper), 0);
    assert_int_equal(rmdir(in_folder("sub", deeper)), 0); /* and no temporary file was left */
}

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void test_key_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
        enum ald_rc rc;
        const char *says;
    } cases[] = {
        {HEX64, 0600, ALD_OK, ""},
        {HEX64 "\n", 0400, ALD_OK, ""},
        {HEX64 "\n", 0640, ALD_ERR_IO, "chmod 600 "},
        {HEX64 "\n", 0604, ALD_ERR_IO, "chmod 600 "},
        {HEX64 "\n", 0620, ALD_ERR_IO, "chmod 600 "},
        {HEX64 "\n\n", 0600, ALD_ERR_FORMAT, "64 hex digits"},
        {HEX64 "00", 0600, ALD_ERR_FORMAT, "64 hex digits"},
        {"0011", 0600, ALD_ERR_FORMAT, "64 hex digits"},
        {"", 0600, ALD_ERR_FORMAT, "64 hex digits"},
        {"g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", 0600, ALD_ERR_FORMAT, "64 hex digits"},
    };
    char path[128];
    in_folder("some.key", path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ald_key key;
        struct ald_err err = {0};
        write_file(path, cases[i].text, strlen(cases[i].text), cases[i].mode);
        assert_int_equal(ald_key_load(path, &key, &err), cases[i].rc);
        assert_non_null(strstr(err.msg, cases[i].says));
        if (cases[i].rc != ALD_OK)
            assert_non_null(strstr(err.msg, path));
        else
            assert_int_equal(key.bytes[31], 0xff);
        assert_int_equal(unlink(path), 0);
    }
    struct ald_key key;
    struct ald_err err = {0};
    assert_int_equal(ald_key_load(folder, &key, &err), ALD_ERR_IO);
    assert_non_null(strstr(err.msg, "not a regular file"));
    assert_int_equal(ald_key_load("/dev/null/x.key", &key, &err), ALD_ERR_IO);
}

static void test_secret_env(void **state)
{
    (void)state;
    static const struct {
        const char *value, *want, *says;
    } cases[] = {
        {"token", "token", ""},
        {"two words", "two words", ""},
        {"token\n", "token", ""},
        {"token\r\n", "token", ""},
        {"", NULL, "'ALIDADE_TEST_TOKEN' is empty"},
        {"\n", NULL, "'ALIDADE_TEST_TOKEN' is empty"},
        {"to\nken", NULL, "'ALIDADE_TEST_TOKEN' contains a control character"},
        {"to\rken", NULL, "'ALIDADE_TEST_TOKEN' contains a control character"},
        {"to\x7fken", NULL, "'ALIDADE_TEST_TOKEN' contains a control character"},
        {NULL, NULL, "'ALIDADE_TEST_TOKEN' is not set"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ald_err err = {0};
        struct ald_secret secret;
        if (cases[i].value)
            assert_int_equal(setenv("ALIDADE_TEST_TOKEN", cases[i].value, 1), 0);
        else
            assert_int_equal(unsetenv("ALIDADE_TEST_TOKEN"), 0);
        enum ald_rc rc = ald_secret_from_env("ALIDADE_TEST_TOKEN", &secret, &err);
        assert_int_equal(rc, cases[i].want ? ALD_OK : ALD_ERR_CONFIG);
        if (cases[i].want) {
            assert_string_equal(secret.value, cases[i].want);
            assert_int_equal(secret.len, strlen(cases[i].want));
        } else {
            assert_null(secret.value);
            assert_non_null(strstr(err.msg, cases[i].says));
            assert_null(strstr(err.msg, "ken"));
        }
        ald_secret_done(&secret);
        assert_null(secret.value);
    }
}

static void test_secret_file(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
        enum ald_rc rc;
        const char *want; /* the value, or what the message says */
    } cases[] = {
        {"token", 0600, ALD_OK, "token"},
        {"token\nsecond line\n", 0600, ALD_OK, "token"},
        {"token\r\n", 0400, ALD_OK, "token"},
        {"token\n", 0644, ALD_ERR_IO, "chmod 600 "},
        {"", 0600, ALD_ERR_CONFIG, "is empty"},
        {"\ntoken", 0600, ALD_ERR_CONFIG, "is empty"},
        {"to\tken", 0600, ALD_ERR_CONFIG, "control character"},
    };
    char path[128];
    struct ald_secret secret;
    struct ald_err err = {0};
    in_folder("token", path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_file(path, cases[i].text, strlen(cases[i].text), cases[i].mode);
        assert_int_equal(ald_secret_from_file(path, &secret, &err), cases[i].rc);
        if (cases[i].rc == ALD_OK)
            assert_string_equal(secret.value, cases[i].want);
        else
            assert_non_null(strstr(err.msg, cases[i].want));
        ald_secret_done(&secret);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(ald_secret_from_file(path, &secret, &err), ALD_ERR_IO);
    assert_null(secret.value);
    char longest[17000];
    memset(longest, 'x', sizeof longest);
    write_file(path, longest, sizeof longest, 0600);
    assert_int_equal(ald_secret_from_file(path, &secret, &err), ALD_ERR_LIMIT);
    write_file(path, "to\0ken", 6, 0600);
    assert_int_equal(ald_secret_from_file(path, &secret, &err), ALD_ERR_CONFIG);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash),       cmocka_unit_test(test_fingerprint), cmocka_unit_test(test_pseudonym),
        cmocka_unit_test(test_key_made_once), cmocka_unit_test(test_key_refused), cmocka_unit_test(test_secret_env),
        cmocka_unit_test(test_secret_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
