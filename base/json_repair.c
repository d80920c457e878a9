/* One linear pass over the bytes of a JSON document before cJSON sees them: repairs what real APIs send and cJSON would
 * refuse, cut or round, and refuses what cJSON would let pass. Knows tokens, not their order, and nothing of cJSON. */
#include "json_priv.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "alidade/utf8.h"

#define REPLACEMENT_BYTES (sizeof ALD_UTF8_REPLACEMENT - 1)
#define NOWHERE SIZE_MAX
/* cJSON copies a number into 64 bytes and reads the rest of a longer one as the next token. */
#define LONGEST_NUMBER_OF_CJSON 60

struct lexer {
    const char *in;
    size_t n, pos, run; /* run: start of the bytes that are not copied yet */
    struct ald_buf out;
    struct ald_json_repairs repairs;
    int depth;
    size_t nodes; /* values begun so far, by what stands before them */
    size_t wanted_out, found_in; /* for ald_json_repair_origin */
};

static enum ald_rc bad(size_t at, const char *what, struct ald_err *err)
{
    return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: %s", at, what);
}

static void emit(struct lexer *lx, const char *bytes, size_t n)
{
    if (ald_buf_add(&lx->out, bytes, n, NULL) != ALD_OK)
        abort(); /* more than half of the address space */
}

static void flush(struct lexer *lx)
{
    size_t n = lx->pos - lx->run;
    if (lx->found_in == NOWHERE && lx->wanted_out < lx->out.len + n)
        lx->found_in = lx->run + (lx->wanted_out - lx->out.len);
    emit(lx, lx->in + lx->run, n);
    lx->run = lx->pos;
}

/* Puts `text` in the place of the next `skip` bytes. */
static void swap_in(struct lexer *lx, size_t skip, const char *text, size_t n)
{
    flush(lx);
    if (lx->found_in == NOWHERE && lx->wanted_out < lx->out.len + n)
        lx->found_in = lx->pos;
    emit(lx, text, n);
    lx->pos += skip;
    lx->run = lx->pos;
}

static void replace(struct lexer *lx, size_t skip, size_t *count)
{
    swap_in(lx, skip, ALD_UTF8_REPLACEMENT, REPLACEMENT_BYTES);
    ++*count;
}

/* The value of \uXXXX at `at`, or -1. */
static int hex_escape(const struct lexer *lx, size_t at)
{
    if (lx->n - at < 6 || lx->in[at] != '\\' || lx->in[at + 1] != 'u')
        return -1;
    int value = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = lx->in[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* pos is at a backslash. Adds the bytes that the escape stands for to *decoded. */
static enum ald_rc lex_escape(struct lexer *lx, size_t *decoded, struct ald_err *err)
{
    size_t at = lx->pos;
    if (lx->n - at < 2)
        return bad(lx->n, "the text ends inside a string", err);
    if (lx->in[at + 1] != 'u') {
        if (!memchr("\"\\/bfnrt", lx->in[at + 1], 8))
            return bad(at, "unknown escape in a string", err);
        lx->pos += 2;
        ++*decoded;
        return ALD_OK;
    }
    int code = hex_escape(lx, at);
    if (code < 0)
        return bad(at, "\\u without four hexadecimal digits", err);
    *decoded += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    if (code == 0) {
        *decoded += REPLACEMENT_BYTES - 1;
        replace(lx, 6, &lx->repairs.nuls);
    } else if (code < 0xD800 || code > 0xDFFF) {
        lx->pos += 6;
    } else {
        int low = code < 0xDC00 ? hex_escape(lx, at + 6) : -1;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            lx->pos += 12;
            ++*decoded;
        } else {
            replace(lx, 6, &lx->repairs.surrogates);
        }
    }
    return ALD_OK;
}

/* Whether one of eight bytes may be special. */
static bool is_special(const char *s)
{
    const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t x;
    memcpy(&x, s, sizeof x);
    const uint64_t quote = x ^ (ones * '"'), backslash = x ^ (ones * '\\'), del = x ^ (ones * 0x7F);
    return (x | (x - ones * 0x20) | (quote - ones) | (backslash - ones) | (del - ones)) & high;
}

size_t ald_json_plain(const char *s, size_t n)
{
    enum { AT_ONCE = sizeof(uint64_t) };
    size_t i = 0;
    while (n - i >= AT_ONCE && !is_special(s + i))
        i += AT_ONCE;
    if (i > 0 && n - i < AT_ONCE && !is_special(s + n - AT_ONCE)) /* the last eight, some of which have been looked at */
        return n;
    while (i < n && s[i] >= 0x20 && s[i] < 0x7F && s[i] != '"' && s[i] != '\\')
        i++;
    return i;
}

/* pos is at the opening quote. Raw control characters other than NUL pass: exports have them and nothing is ambiguous.
 */
static enum ald_rc lex_string(struct lexer *lx, struct ald_err *err)
{
    size_t start = lx->pos++, decoded = 0;
    while (lx->pos < lx->n) {
        size_t plain = ald_json_plain(lx->in + lx->pos, lx->n - lx->pos);
        lx->pos += plain;
        decoded += plain;
        if (decoded > ALD_MAX_STRING_BYTES || lx->pos == lx->n)
            break;
        unsigned char c = (unsigned char)lx->in[lx->pos];
        if (c == '"') {
            lx->pos++;
            return ALD_OK;
        }
        if (c == '\\') {
            ALD_TRY(lex_escape(lx, &decoded, err));
        } else if (c == 0) {
            decoded += REPLACEMENT_BYTES;
            replace(lx, 1, &lx->repairs.nuls);
        } else if (c < 0x80) {
            lx->pos++;
            decoded++;
        } else {
            unsigned code;
            size_t len = ald_utf8_scan(lx->in + lx->pos, lx->n - lx->pos, &code);
            decoded += code == ALD_UTF8_BAD ? REPLACEMENT_BYTES : len;
            if (code == ALD_UTF8_BAD)
                replace(lx, len, &lx->repairs.utf8);
            else
                lx->pos += len;
        }
    }
    if (decoded > ALD_MAX_STRING_BYTES)
        return ald_fail(err, ALD_ERR_LIMIT, "JSON at byte %zu: a string of more than %u bytes", start, ALD_MAX_STRING_BYTES);
    return bad(lx->n, "the text ends inside a string", err);
}

static size_t digits(const char *s, size_t i, size_t n)
{
    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    return i;
}

size_t ald_json_number_scan(const char *s, size_t n, bool *ret_integer)
{
    size_t start = n > 0 && s[0] == '-', i = digits(s, start, n);
    if (i == start || (s[start] == '0' && i - start > 1))
        return 0;
    *ret_integer = true;
    if (i < n && s[i] == '.') {
        size_t end = digits(s, i + 1, n);
        if (end == i + 1)
            return 0;
        i = end;
        *ret_integer = false;
    }
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        size_t from = i + 1;
        if (from < n && (s[from] == '+' || s[from] == '-'))
            from++;
        i = digits(s, from, n);
        if (i == from)
            return 0;
        *ret_integer = false;
    }
    return i;
}

double ald_json_number_value(const char *s, size_t n)
{
    const char *point = localeconv()->decimal_point;
    size_t point_len = strlen(point);
    char small[128];
    char *text = n + point_len < sizeof small ? small : malloc(n + point_len + 1);
    if (!text)
        abort();
    const char *dot = memchr(s, '.', n);
    size_t head = dot ? (size_t)(dot - s) : n, len = head;
    memcpy(text, s, head);
    if (dot) {
        memcpy(text + len, point, point_len);
        len += point_len;
        memcpy(text + len, dot + 1, n - head - 1);
        len += n - head - 1;
    }
    text[len] = '\0';
    double value = strtod(text, NULL);
    if (text != small)
        free(text);
    return value;
}

/* Whether a double would change it: an integer beyond 2^53, or a number beyond the range of doubles. */
static bool loses(const char *s, size_t n, bool integer)
{
    if (!integer)
        return n > 300 || memchr(s, 'e', n) || memchr(s, 'E', n) ? isinf(ald_json_number_value(s, n)) != 0 : false;
    size_t sign = s[0] == '-', len = n - sign;
    return len > 16 || (len == 16 && memcmp(s + sign, "9007199254740992", 16) > 0);
}

static enum ald_rc lex_number(struct lexer *lx, struct ald_err *err)
{
    const char *s = lx->in + lx->pos;
    size_t left = lx->n - lx->pos;
    bool integer = false;
    size_t len = ald_json_number_scan(s, left, &integer);
    if (len == 0 || (len < left && s[len] != '\0' && strchr("0123456789+-.eE\"", s[len])))
        return bad(lx->pos, "malformed number", err);
    if (loses(s, len, integer)) {
        size_t next = len;
        while (next < left && s[next] != '\0' && strchr(" \t\r\n", s[next]))
            next++;
        if (next < left && s[next] == ':') /* as text it would pass for a key */
            return bad(lx->pos, "a number where a key must be", err);
        swap_in(lx, 0, "\"", 1);
        lx->pos += len;
        swap_in(lx, 0, "\"", 1);
        lx->repairs.big_integers++;
    } else if (len > LONGEST_NUMBER_OF_CJSON) {
        char text[ALD_JSON_NUMBER_BYTES];
        ald_json_exact_text(ald_json_number_value(s, len), text);
        swap_in(lx, len, text, strlen(text));
    } else {
        lx->pos += len;
    }
    return ALD_OK;
}

static enum ald_rc lex_word(struct lexer *lx, struct ald_err *err)
{
    static const char *const words[] = {"true", "false", "null"};
    const char *s = lx->in + lx->pos;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        if (lx->n - lx->pos >= len && memcmp(s, words[i], len) == 0) {
            lx->pos += len;
            return ALD_OK;
        }
    }
    unsigned char c = (unsigned char)s[0];
    if (c > 0x20 && c < 0x7F)
        return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: unexpected '%c'", lx->pos, c);
    return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: unexpected byte 0x%02x", lx->pos, (unsigned)c);
}

static enum ald_rc lex_token(struct lexer *lx, struct ald_err *err)
{
    char c = lx->in[lx->pos];
    switch (c) {
    case '"':
        return lex_string(lx, err);
    case '[':
    case '{':
        if (++lx->depth > ALD_MAX_JSON_DEPTH)
            return ald_fail(err, ALD_ERR_LIMIT, "JSON at byte %zu: nested deeper than %d", lx->pos, ALD_MAX_JSON_DEPTH);
        lx->nodes++;
        break;
    case ']':
    case '}':
        lx->depth--;
        break;
    case ',':
        lx->nodes++;
        break;
    default:
        return c == '-' || (c >= '0' && c <= '9') ? lex_number(lx, err) : lex_word(lx, err);
    }
    lx->pos++;
    return ALD_OK;
}

/** What stands between tokens and means nothing here. */
static bool is_between(char c)
{
    return c == ' ' || c == ':' || c == '\n' || c == '\t' || c == '\r';
}

static enum ald_rc lex(struct lexer *lx, struct ald_err *err)
{
    if (lx->n >= 3 && memcmp(lx->in, "\xEF\xBB\xBF", 3) == 0)
        lx->pos = lx->run = 3;
    size_t start = lx->pos;
    while (start < lx->n && lx->in[start] != '\0' && strchr(" \t\r\n", lx->in[start]))
        start++;
    if (start == lx->n)
        return bad(start, "the text is empty", err);
    if (lx->in[start] == '<')
        return bad(start, "it looks like HTML", err);
    const size_t nodes_max = ALD_JSON_NODES_FREE + lx->n / ALD_JSON_BYTES_A_NODE;
    for (;;) {
        while (lx->pos < lx->n && is_between(lx->in[lx->pos]))
            lx->pos++;
        if (lx->pos == lx->n)
            break;
        ALD_TRY(lex_token(lx, err));
        if (lx->nodes > nodes_max)
            return ald_fail(err, ALD_ERR_LIMIT, "JSON at byte %zu: more than %zu values in %zu bytes", lx->pos, nodes_max, lx->n);
    }
    return ALD_OK;
}

enum ald_rc ald_json_repair(const char *bytes, size_t n, struct ald_json_repaired *ret, struct ald_err *err)
{
    struct lexer lx = {.in = bytes, .n = n, .wanted_out = NOWHERE, .found_in = NOWHERE};
    ald_buf_init(&lx.out, SIZE_MAX / 2);
    enum ald_rc rc = lex(&lx, err);
    if (rc != ALD_OK) {
        ald_buf_done(&lx.out);
        return rc;
    }
    const bool as_it_is = lx.out.len == 0 && lx.depth == 0; /* most are */
    if (!as_it_is)
        flush(&lx);
    *ret = (struct ald_json_repaired){.text = as_it_is ? bytes + lx.run : lx.out.data,
                                      .len = as_it_is ? n - lx.run : lx.out.len,
                                      .copy = lx.out,
                                      .repairs = lx.repairs,
                                      .open = lx.depth};
    return ALD_OK;
}

size_t ald_json_repair_origin(const char *bytes, size_t n, size_t offset)
{
    struct lexer lx = {.in = bytes, .n = n, .wanted_out = offset, .found_in = NOWHERE};
    ald_buf_init(&lx.out, SIZE_MAX / 2);
    enum ald_rc rc = lex(&lx, NULL);
    if (rc == ALD_OK)
        flush(&lx);
    ald_buf_done(&lx.out);
    return rc == ALD_OK && lx.found_in != NOWHERE ? lx.found_in : n;
}
