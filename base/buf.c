/* Growable byte buffer with a maximum: see buf.h. */
#include "alidade/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1] = "";

void ald_buf_init(struct ald_buf *buf, size_t max)
{
    /* A quarter of the address space is plenty, and keeps the sums below from wrapping. */
    *buf = (struct ald_buf){.data = empty, .max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4};
}

void ald_buf_done(struct ald_buf *buf)
{
    if (buf->data != empty)
        free(buf->data);
    ald_buf_init(buf, buf->max);
}

void ald_buf_clear(struct ald_buf *buf)
{
    buf->len = 0;
    if (buf->data != empty)
        buf->data[0] = '\0';
}

static enum ald_rc reserve(struct ald_buf *buf, size_t more, struct ald_err *err)
{
    if (more > buf->max - buf->len)
        return ald_fail(err, ALD_ERR_LIMIT, "more than %zu bytes", buf->max);
    size_t need = buf->len + more + 1;
    if (need <= buf->cap)
        return ALD_OK;
    size_t cap = buf->cap ? buf->cap : 64;
    while (cap < need)
        cap *= 2;
    char *data = realloc(buf->data == empty ? NULL : buf->data, cap);
    if (!data)
        abort();
    data[buf->len] = '\0';
    buf->data = data;
    buf->cap = cap;
    return ALD_OK;
}

enum ald_rc ald_buf_add(struct ald_buf *buf, const void *bytes, size_t n, struct ald_err *err)
{
    ALD_TRY(reserve(buf, n, err));
    if (n)
        memcpy(buf->data + buf->len, bytes, n);
    buf->len += n;
    if (buf->data != empty)
        buf->data[buf->len] = '\0';
    return ALD_OK;
}

enum ald_rc ald_buf_adds(struct ald_buf *buf, const char *s, struct ald_err *err)
{
    return ald_buf_add(buf, s, strlen(s), err);
}

enum ald_rc ald_buf_addi(struct ald_buf *buf, int64_t v, struct ald_err *err)
{
    char text[20], *at = text + sizeof text; /* 19 digits and a sign */
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (v < 0)
        *--at = '-';
    return ald_buf_add(buf, at, (size_t)(text + sizeof text - at), err);
}

enum ald_rc ald_buf_addf(struct ald_buf *buf, struct ald_err *err, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    enum ald_rc rc = n < 0 ? ald_fail(err, ALD_ERR_FORMAT, "bad format") : reserve(buf, (size_t)n, err);
    if (rc == ALD_OK && n > 0) {
        (void)vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    return rc;
}
