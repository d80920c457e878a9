/* The one error type: see err.h. Knows nothing but text. */
#include "alidade/err.h"

#include <stdio.h>
#include <string.h>

#include "alidade/utf8.h"

static const struct ald_rc_info rc_table[] = {
    [ALD_OK] = {"ok", 0, false},
    [ALD_ERR_USAGE] = {"usage", 2, false},
    [ALD_ERR_CONFIG] = {"config", 2, false},
    [ALD_ERR_FORMAT] = {"format", 1, false},
    [ALD_ERR_NET] = {"net", 3, true},
    [ALD_ERR_AUTH] = {"auth", 4, false},
    [ALD_ERR_DB] = {"store", 1, false},
    [ALD_ERR_IO] = {"io", 1, false},
    [ALD_ERR_LIMIT] = {"limit", 1, false},
    [ALD_ERR_STOPPED] = {"stopped", 3, false},
    [ALD_ERR_UNKNOWN] = {"unknown", 1, false},
};
_Static_assert(sizeof rc_table / sizeof rc_table[0] == ALD_RC_COUNT_, "one row per rc");

const struct ald_rc_info *ald_rc_info(enum ald_rc rc)
{
    return &rc_table[rc < ALD_RC_COUNT_ ? rc : ALD_ERR_FORMAT];
}

/* Messages go into logs, the store and JSON, which want UTF-8: a character that was cut, at the end or by a precision such as %.40s, and
 * bytes that were none become '?'. */
static void mend(char *s)
{
    unsigned c;
    for (size_t n = strlen(s), at = 0, len; at < n; at += len) {
        len = ald_utf8_scan(s + at, n - at, &c);
        if (c == ALD_UTF8_BAD)
            memset(s + at, '?', len);
    }
}

enum ald_rc ald_fail_at(struct ald_err *err, enum ald_rc rc, const char *file, int line, const char *fmt, ...)
{
    if (!err)
        return rc;
    char msg[sizeof err->msg]; /* the old message may be among the arguments */
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    if (n < 0)
        msg[0] = '\0';
    mend(msg);
    err->rc = rc;
    err->file = file;
    err->line = line;
    memcpy(err->msg, msg, strlen(msg) + 1);
    return rc;
}

enum ald_rc ald_wrap(struct ald_err *err, const char *fmt, ...)
{
    if (!err)
        return ALD_ERR_FORMAT;
    char outer[sizeof err->msg];
    va_list args;
    va_start(args, fmt);
    if (vsnprintf(outer, sizeof outer, fmt, args) < 0)
        outer[0] = '\0';
    va_end(args);
    /* The inner message is the cause: when both do not fit, the context gives way. */
    size_t inner_len = strnlen(err->msg, sizeof err->msg - 1);
    size_t room = sizeof err->msg - 1 - inner_len;
    size_t keep = strlen(outer);
    if (room < 3)
        return err->rc;
    if (keep > room - 2) {
        outer[room - 2] = '\0';
        keep = strlen(outer);
    }
    mend(outer);
    memmove(err->msg + keep + 2, err->msg, inner_len);
    memcpy(err->msg, outer, keep);
    memcpy(err->msg + keep, ": ", 2);
    err->msg[keep + 2 + inner_len] = '\0';
    return err->rc;
}
