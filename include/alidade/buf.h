/* Growable byte buffer with a maximum that is fixed when it is made. Always NUL-terminated. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "alidade/err.h"

struct ald_buf {
    char *data; /* "" when empty, never NULL after init */
    size_t len, cap, max;
};

/** An empty buffer that takes at most max bytes, NUL not counted; _done frees what it holds, _clear empties it and keeps its memory. */
void ald_buf_init(struct ald_buf *buf, size_t max);
void ald_buf_done(struct ald_buf *buf);
void ald_buf_clear(struct ald_buf *buf);
/** @return ALD_ERR_LIMIT when the buffer would grow beyond its maximum; the content stays as it was. */
ALD_CHECK enum ald_rc ald_buf_add(struct ald_buf *buf, const void *bytes, size_t n, struct ald_err *err);
ALD_CHECK enum ald_rc ald_buf_adds(struct ald_buf *buf, const char *s, struct ald_err *err);
ALD_CHECK enum ald_rc ald_buf_addf(struct ald_buf *buf, struct ald_err *err, const char *fmt, ...) ALD_PRINTF(3, 4);
/** As "%lld". */
ALD_CHECK enum ald_rc ald_buf_addi(struct ald_buf *buf, int64_t v, struct ald_err *err);
