/* Hashes, the pseudonym key and secrets, by libsodium. Knows nothing of who needs them; never puts a secret in a
 * message.
 *
 * The hashing functions need no sodium_init(): without it they only use the plain code, with the same results. */
#include "alidade/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/file.h"

#define KEY_HEX (2 * ALD_KEY_BYTES)
#define MAX_SECRET_BYTES 16384

uint64_t ald_siphash(const void *bytes, size_t n)
{
    static const struct ald_hash_key zero;
    return ald_keyed_hash(&zero, bytes, n);
}

void ald_hash_key(const struct ald_key *key, const char *purpose, struct ald_hash_key *ret)
{
    _Static_assert(sizeof ret->bytes == crypto_shorthash_KEYBYTES, "a key of SipHash");
    (void)crypto_generichash(ret->bytes, sizeof ret->bytes, (const unsigned char *)purpose, strlen(purpose), key->bytes,
                             sizeof key->bytes);
}

void ald_hash_key_wipe(struct ald_hash_key *key)
{
    sodium_memzero(key, sizeof *key);
}

uint64_t ald_keyed_hash(const struct ald_hash_key *key, const void *bytes, size_t n)
{
    unsigned char out[crypto_shorthash_BYTES];
    (void)crypto_shorthash(out, bytes, n, key->bytes);
    uint64_t v = 0;
    for (size_t i = sizeof out; i-- > 0;)
        v = v << 8 | out[i];
    return v;
}

void ald_fingerprint(const void *bytes, size_t n, char ret[33])
{
    unsigned char out[16];
    (void)crypto_generichash(out, sizeof out, bytes, n, NULL, 0);
    (void)sodium_bin2hex(ret, 33, out, sizeof out);
}

void ald_sha256_base64(const void *bytes, size_t n, char ret[ALD_SHA256_BASE64_BYTES])
{
    unsigned char out[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(out, bytes, n);
    (void)sodium_bin2base64(ret, ALD_SHA256_BASE64_BYTES, out, sizeof out, sodium_base64_VARIANT_ORIGINAL);
}

void ald_pseudonym(const struct ald_key *key, const char *identity, char ret[17])
{
    unsigned char out[crypto_generichash_BYTES_MIN]; /* 16; the first half is used */
    (void)crypto_generichash(out, sizeof out, (const unsigned char *)identity, strlen(identity), key->bytes,
                             sizeof key->bytes);
    (void)sodium_bin2hex(ret, 17, out, 8);
}

void ald_key_wipe(struct ald_key *key)
{
    sodium_memzero(key, sizeof *key);
}

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

/* Reads up to cap bytes of a file that only its owner may read. *ret_missing tells apart a file that is not there. */
static enum ald_rc read_private(const char *path, char *bytes, size_t cap, size_t *ret_n, bool *ret_missing,
                                struct ald_err *err)
{
    *ret_missing = false;
    /* O_NONBLOCK: opening a pipe must not hang. */
    ALD_CLEANUP(close_fd) const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        *ret_missing = errno == ENOENT;
        return ald_fail(err, ALD_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    struct stat st;
    if (fstat(fd, &st) != 0)
        return ald_fail(err, ALD_ERR_IO, "cannot examine '%s': %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return ald_fail(err, ALD_ERR_IO, "'%s' is not a regular file", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return ald_fail(err, ALD_ERR_IO, "others than its owner may use '%s' (mode %04o); run: chmod 600 %s", path,
                        (unsigned)st.st_mode & 07777u, path);
    *ret_n = 0;
    while (*ret_n < cap) {
        ssize_t got = read(fd, bytes + *ret_n, cap - *ret_n);
        if (got == 0)
            break;
        if (got > 0)
            *ret_n += (size_t)got;
        else if (errno != EINTR)
            return ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    }
    return ALD_OK;
}

/* ---- The pseudonym key: 64 hex digits and a line end ---- */

static enum ald_rc read_key(const char *path, struct ald_key *ret, bool *ret_missing, struct ald_err *err)
{
    char text[KEY_HEX + 2];
    size_t n = 0, bytes = 0;
    ALD_TRY(read_private(path, text, sizeof text, &n, ret_missing, err));
    if (n == KEY_HEX + 1 && text[KEY_HEX] == '\n')
        n--;
    bool good = n == KEY_HEX && sodium_hex2bin(ret->bytes, sizeof ret->bytes, text, n, NULL, &bytes, NULL) == 0 &&
                bytes == ALD_KEY_BYTES;
    sodium_memzero(text, sizeof text);
    if (good)
        return ALD_OK;
    ald_key_wipe(ret);
    return ald_fail(err, ALD_ERR_FORMAT, "key file '%s' does not hold %d hex digits; restore it from a backup", path,
                    KEY_HEX);
}

/* The key appears complete or not at all, and never replaces one: with another key all people would change their names.
 */
static enum ald_rc make_key(const char *path, struct ald_err *err)
{
    struct ald_replace r;
    ALD_TRY(ald_replace_begin(&r, path, err));
    unsigned char bytes[ALD_KEY_BYTES];
    char text[KEY_HEX + 2];
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
    text[KEY_HEX] = '\n';
    text[KEY_HEX + 1] = '\0';
    (void)setvbuf(r.file, NULL, _IONBF, 0); /* no copy of the key stays in a buffer */
    (void)fputs(text, r.file);              /* a failure shows when it is committed */
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    bool existed; /* another process was faster: its key is the one */
    return ald_replace_commit_new(&r, &existed, err);
}

void ald_pseudonym_random(char ret[17])
{
    unsigned char bytes[8];
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(ret, 17, bytes, sizeof bytes);
}

enum ald_rc ald_key_load(const char *path, struct ald_key *ret, struct ald_err *err)
{
    if (sodium_init() < 0)
        return ald_fail(err, ALD_ERR_IO, "libsodium cannot start: no source of random bytes");
    bool missing;
    enum ald_rc rc = read_key(path, ret, &missing, err);
    if (rc == ALD_OK || !missing)
        return rc;
    ALD_TRY(make_key(path, err));
    return read_key(path, ret, &missing, err);
}

/* ---- Secrets ---- */

/* Takes the value over without line ends; where says where it is from. */
static enum ald_rc take_secret(const char *value, size_t n, const char *what, const char *where, struct ald_secret *ret,
                               struct ald_err *err)
{
    while (n > 0 && (value[n - 1] == '\n' || value[n - 1] == '\r'))
        n--;
    if (n == 0)
        return ald_fail(err, ALD_ERR_CONFIG, "%s '%s' is empty", what, where);
    for (size_t i = 0; i < n; i++) {
        /* They could split a request header; more likely a whole file was pasted. */
        if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
            return ald_fail(err, ALD_ERR_CONFIG, "%s '%s' contains a control character", what, where);
    }
    char *copy = malloc(n + 1);
    if (!copy)
        abort();
    memcpy(copy, value, n);
    copy[n] = '\0';
    *ret = (struct ald_secret){.value = copy, .len = n};
    return ALD_OK;
}

enum ald_rc ald_secret_from_env(const char *variable, struct ald_secret *ret, struct ald_err *err)
{
    *ret = (struct ald_secret){0};
    const char *value = getenv(variable);
    if (!value)
        return ald_fail(err, ALD_ERR_CONFIG, "environment variable '%s' is not set", variable);
    return take_secret(value, strlen(value), "environment variable", variable, ret, err);
}

enum ald_rc ald_secret_from_file(const char *path, struct ald_secret *ret, struct ald_err *err)
{
    *ret = (struct ald_secret){0};
    char bytes[MAX_SECRET_BYTES];
    size_t n = 0;
    bool missing;
    enum ald_rc rc = read_private(path, bytes, sizeof bytes, &n, &missing, err);
    if (rc == ALD_OK) {
        const char *end = memchr(bytes, '\n', n);
        if (!end && n == sizeof bytes)
            rc = ald_fail(err, ALD_ERR_LIMIT, "the first line of '%s' is longer than %d bytes", path, MAX_SECRET_BYTES);
        else
            rc = take_secret(bytes, end ? (size_t)(end - bytes) : n, "secret file", path, ret, err);
    }
    sodium_memzero(bytes, sizeof bytes);
    return rc;
}

void ald_secret_done(struct ald_secret *secret)
{
    if (secret->value)
        sodium_memzero(secret->value, secret->len);
    free(secret->value);
    *secret = (struct ald_secret){0};
}
