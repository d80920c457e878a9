/* The streaming JSON writer of json.h. Knows nothing of reading, nor of what is written. */
#include "json_priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/time.h"

/* Significant digits of a figure in a report: more would show the noise of the last bits. */
#define FIGURE_DIGITS 12

static enum ald_rc write_buf(void *ctx, const char *bytes, size_t n, struct ald_err *err)
{
    return ald_buf_add(ctx, bytes, n, err);
}

static enum ald_rc write_file(void *ctx, const char *bytes, size_t n, struct ald_err *err)
{
    if (fwrite(bytes, 1, n, ctx) != n)
        return ald_fail(err, ALD_ERR_IO, "cannot write: %s", strerror(errno));
    return ALD_OK;
}

struct ald_json_sink ald_json_sink_buf(struct ald_buf *buf)
{
    return (struct ald_json_sink){write_buf, buf};
}

struct ald_json_sink ald_json_sink_file(void *file)
{
    return (struct ald_json_sink){write_file, file};
}

void ald_jw_init(struct ald_jw *w, struct ald_json_sink sink, int indent)
{
    /* Not by a compound literal: the chunk need not be cleared. */
    w->sink = sink;
    w->indent = indent;
    w->depth = 0;
    w->first = true;
    w->after_key = false;
    w->rc = ALD_OK;
    memset(&w->err, 0, sizeof w->err);
    w->used = 0;
}

static void pass_on(struct ald_jw *w, const char *bytes, size_t n)
{
    if (w->rc == ALD_OK && n)
        w->rc = w->sink.write(w->sink.ctx, bytes, n, &w->err);
}

static void flush(struct ald_jw *w)
{
    pass_on(w, w->chunk, w->used);
    w->used = 0;
}

static void put(struct ald_jw *w, const char *bytes, size_t n)
{
    if (n > sizeof w->chunk - w->used)
        flush(w);
    if (n > sizeof w->chunk) {
        pass_on(w, bytes, n);
        return;
    }
    memcpy(w->chunk + w->used, bytes, n);
    w->used += n;
}

static void put_char(struct ald_jw *w, char c)
{
    if (w->used == sizeof w->chunk)
        flush(w);
    w->chunk[w->used++] = c;
}

static void puts_(struct ald_jw *w, const char *s)
{
    put(w, s, strlen(s));
}

static void line(struct ald_jw *w)
{
    static const char spaces[] = "                                ";
    if (w->indent <= 0)
        return;
    put_char(w, '\n');
    for (size_t left = (size_t)w->indent * (size_t)w->depth, n; left > 0; left -= n) {
        n = left < sizeof spaces - 1 ? left : sizeof spaces - 1;
        put(w, spaces, n);
    }
}

static void separate(struct ald_jw *w)
{
    if (w->depth > 0) {
        if (!w->first)
            put_char(w, ',');
        line(w);
    }
    w->first = false;
}

static void value(struct ald_jw *w)
{
    if (w->after_key)
        w->after_key = false;
    else
        separate(w);
}

static void open_with(struct ald_jw *w, char bracket)
{
    value(w);
    put_char(w, bracket);
    w->depth++;
    w->first = true;
}

static void close_with(struct ald_jw *w, char bracket)
{
    assert(w->depth > 0 && !w->after_key);
    w->depth--;
    if (!w->first)
        line(w);
    put_char(w, bracket);
    w->first = false;
}

void ald_jw_object(struct ald_jw *w)
{
    open_with(w, '{');
}

void ald_jw_object_end(struct ald_jw *w)
{
    close_with(w, '}');
}

void ald_jw_array(struct ald_jw *w)
{
    open_with(w, '[');
}

void ald_jw_array_end(struct ald_jw *w)
{
    close_with(w, ']');
}

/* The code of what must be escaped at s, or 0; *len is then its length in bytes. C1 controls and the line separators
 * are legal in JSON, but the one kind steers terminals and the other ends lines of JavaScript. */
static unsigned to_escape(const unsigned char *s, size_t *len)
{
    *len = 1;
    if (s[0] < 0x20 || s[0] == '"' || s[0] == '\\' || s[0] == 0x7F)
        return s[0];
    *len = 2;
    if (s[0] == 0xC2 && s[1] >= 0x80 && s[1] <= 0x9F)
        return s[1];
    *len = 3;
    if (s[0] == 0xE2 && s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9))
        return 0x2000u | (s[2] - 0x80u);
    return 0;
}

static void escape(struct ald_jw *w, unsigned code)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    char text[8] = "\\";
    const char *at = code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (at)
        text[1] = letters[at - plain];
    else
        (void)snprintf(text, sizeof text, "\\u%04x", code);
    puts_(w, text);
}

static void string(struct ald_jw *w, const char *s)
{
    put_char(w, '"');
    const char *run = s, *end = s + strlen(s);
    while ((s += ald_json_plain(s, (size_t)(end - s))) < end) {
        size_t len;
        unsigned code = to_escape((const unsigned char *)s, &len);
        if (!code) {
            s++;
            continue;
        }
        put(w, run, (size_t)(s - run));
        escape(w, code);
        s += len;
        run = s;
    }
    put(w, run, (size_t)(end - run));
    put_char(w, '"');
}

void ald_jw_key(struct ald_jw *w, const char *key)
{
    assert(w->depth > 0 && !w->after_key);
    separate(w);
    string(w, key);
    put(w, ": ", w->indent > 0 ? 2 : 1);
    w->after_key = true;
}

void ald_jw_str(struct ald_jw *w, const char *s)
{
    if (!s) {
        ald_jw_null(w);
        return;
    }
    value(w);
    string(w, s);
}

void ald_jw_literal(struct ald_jw *w, const char *text)
{
    value(w);
    puts_(w, text);
}

void ald_jw_int(struct ald_jw *w, int64_t v)
{
    char text[ALD_JSON_NUMBER_BYTES];
    ald_jw_literal(w, ald_json_int_text(v, text));
}

void ald_jw_num(struct ald_jw *w, double v)
{
    char text[ALD_JSON_NUMBER_BYTES];
    if (!isfinite(v))
        ald_jw_null(w);
    else
        ald_jw_literal(w, v == 0 ? "0" : ald_json_double_text(v, FIGURE_DIGITS, text));
}

void ald_jw_bool(struct ald_jw *w, bool v)
{
    ald_jw_literal(w, v ? "true" : "false");
}

void ald_jw_null(struct ald_jw *w)
{
    ald_jw_literal(w, "null");
}

void ald_jw_time(struct ald_jw *w, int64_t ms)
{
    char text[32];
    ald_jw_str(w, ms == ALD_TIME_NONE ? NULL : ald_time_format(ms, text));
}

void ald_jw_newline(struct ald_jw *w)
{
    assert(w->indent <= 0 && w->depth == 0);
    puts_(w, "\n");
    w->first = true;
}

enum ald_rc ald_jw_finish(struct ald_jw *w, struct ald_err *err)
{
    if (w->rc == ALD_OK) {
        assert(w->depth == 0 && !w->after_key);
        if (w->indent > 0 && !w->first) /* a file for people ends with its line */
            puts_(w, "\n");
        w->first = true;
        flush(w);
    }
    if (w->rc != ALD_OK && err)
        *err = w->err;
    return w->rc;
}
