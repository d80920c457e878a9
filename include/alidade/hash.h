/* Hashes, all by libsodium. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "alidade/err.h"

/** SipHash-2-4 with a zero key, as a little-endian 64-bit number. */
uint64_t ald_siphash(const void *bytes, size_t n);
/** 32 hex digits of BLAKE2b-128: fingerprints of files, elements, configuration. ret holds 33 bytes. */
void ald_fingerprint(const void *bytes, size_t n, char ret[33]);

#define ALD_SHA256_BASE64_BYTES 45
/** SHA-256 in base 64, as a Content-Security-Policy has it. */
void ald_sha256_base64(const void *bytes, size_t n, char ret[ALD_SHA256_BASE64_BYTES]);

#define ALD_KEY_BYTES 32
struct ald_key {
    unsigned char bytes[ALD_KEY_BYTES];
};
/** 16 hex digits of BLAKE2b keyed with key. ret holds 17 bytes. */
void ald_pseudonym(const struct ald_key *key, const char *identity, char ret[17]);
/** 16 hex digits that nobody can compute: what takes a pseudonym's place when a person is forgotten. */
void ald_pseudonym_random(char ret[17]);
/** Reads a key file, or makes one (0600) when it does not exist. A file that others may read is refused with what to do.
 *  @return ALD_ERR_IO, ALD_ERR_FORMAT. */
ALD_CHECK enum ald_rc ald_key_load(const char *path, struct ald_key *ret, struct ald_err *err);
void ald_key_wipe(struct ald_key *key);

/** A key for one purpose, made from the pseudonym key: what it makes says nothing without that key. */
struct ald_hash_key {
    unsigned char bytes[16];
};
void ald_hash_key(const struct ald_key *key, const char *purpose, struct ald_hash_key *ret);
/** SipHash-2-4 as a number. */
uint64_t ald_keyed_hash(const struct ald_hash_key *key, const void *bytes, size_t n);
void ald_hash_key_wipe(struct ald_hash_key *key);

/** A secret in memory: own allocation, wiped when freed. */
struct ald_secret {
    char *value; /* NULL: none */
    size_t len;
};
ALD_CHECK enum ald_rc ald_secret_from_env(const char *variable, struct ald_secret *ret, struct ald_err *err);
/** First line of a file, without line end. */
ALD_CHECK enum ald_rc ald_secret_from_file(const char *path, struct ald_secret *ret, struct ald_err *err);
void ald_secret_done(struct ald_secret *secret);
