/* The one error type. Every fallible function returns an ald_rc and takes a struct ald_err last; nothing is allocated,
 * nothing is thread-local, and on success *err is not touched. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum ald_rc {
    ALD_OK = 0,
    ALD_ERR_USAGE,   /* the command line is wrong */
    ALD_ERR_CONFIG,  /* the configuration is wrong */
    ALD_ERR_FORMAT,  /* input could not be understood */
    ALD_ERR_NET,     /* the other side could not be reached, or answered with a failure */
    ALD_ERR_AUTH,    /* the other side refused the credentials */
    ALD_ERR_DB,      /* the store */
    ALD_ERR_IO,      /* files */
    ALD_ERR_LIMIT,   /* a named limit of limits.h was reached */
    ALD_ERR_STOPPED, /* the user asked to stop (Ctrl-C); the store is resumable */
    ALD_ERR_UNKNOWN, /* what was named is not in the store, or the store says otherwise: only a look into it could tell */
    ALD_RC_COUNT_
};

struct ald_err {
    enum ald_rc rc;
    const char *file;
    int line;
    char msg[512]; /* lower case, no full stop: what, where, found */
};

#define ALD_CHECK __attribute__((warn_unused_result))
#define ALD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ALD_TIGHT __attribute__((packed, aligned(4))) /* a struct without gaps, of which there may be millions; no member has its address taken */
#define ALD_CLEANUP(fn) __attribute__((cleanup(fn)))

/** What one rc means to the process: its name, the exit code it leads to, whether trying again may help. */
struct ald_rc_info {
    const char *name;
    int exit_code;
    bool retryable;
};
const struct ald_rc_info *ald_rc_info(enum ald_rc rc);

/** Fills *err (may be NULL) and returns rc, so that `return ald_fail(err, ...)` is the whole failure path. */
#ifndef __clang_analyzer__
#define ald_fail(err, rc, ...) ald_fail_at((err), (rc), __FILE__, __LINE__, __VA_ARGS__)
#else /* which looks at one file at a time, and would suppose that it may return ALD_OK */
#define ald_fail(err, rc, ...) ((void)ald_fail_at((err), (rc), __FILE__, __LINE__, __VA_ARGS__), (rc))
#endif
enum ald_rc ald_fail_at(struct ald_err *err, enum ald_rc rc, const char *file, int line, const char *fmt, ...)
    ALD_PRINTF(5, 6);

/** Puts outer context ("source 'x' page 3") before the message that is already there; returns err->rc. */
enum ald_rc ald_wrap(struct ald_err *err, const char *fmt, ...) ALD_PRINTF(2, 3);

/** Returns the failing rc; cleanup attributes tidy up. The only macro of ours that returns. */
#define ALD_TRY(call)                                                                                                  \
    do {                                                                                                               \
        enum ald_rc ald_try_rc_ = (call);                                                                              \
        if (ald_try_rc_ != ALD_OK)                                                                                     \
            return ald_try_rc_;                                                                                        \
    } while (0)
