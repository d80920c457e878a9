/* Ways to read a text: see people_reading.h. An escape is one character; no table of positions is kept, since whoever looks for names goes
 * forward only. */
#include "people_reading.h"

#include <string.h>

#include "alidade/utf8.h"

#define MAX_ESCAPE 12u /* bytes: "\ud83d\ude00" */

struct glyph {
    char bytes[4];
    size_t n;
};

/** Value of a digit, or 16. */
static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static struct glyph encode(unsigned c)
{
    if (c == 0)
        return (struct glyph){" ", 1};
    if (c < 0x80)
        return (struct glyph){{(char)c}, 1};
    if (c < 0x800)
        return (struct glyph){{(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))}, 2};
    if ((c >= 0xD800 && c < 0xE000) || c > 0x10FFFF)
        return (struct glyph){ALD_UTF8_REPLACEMENT, 3};
    if (c < 0x10000)
        return (struct glyph){{(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))}, 3};
    return (struct glyph){
        {(char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))}, 4};
}

/** The byte of "%41", also where the sign itself was escaped ("%2541", "%252541"). @return bytes that it takes, or 0. */
static size_t percent_at(const char *s, size_t n, unsigned char *ret)
{
    size_t len = 1;
    if (*s != '%')
        return 0;
    for (;;) {
        if (n < len + 2 || digit(s[len]) > 15 || digit(s[len + 1]) > 15)
            return len == 1 ? 0 : len;
        *ret = (unsigned char)(digit(s[len]) << 4 | digit(s[len + 1]));
        len += 2;
        if (*ret != '%')
            return len;
    }
}

/** A character of one or more such bytes: of UTF-8 where they are that, else of Latin-1. */
static size_t percent_glyph(const char *s, size_t n, struct glyph *ret)
{
    unsigned char bytes[4];
    size_t ends[4], at = 0, count = 0;
    while (count < 4) {
        size_t len = at < n ? percent_at(s + at, n - at, &bytes[count]) : 0;
        if (!len)
            break;
        ends[count++] = at += len;
        if (bytes[0] < 0x80)
            break;
    }
    if (!count)
        return 0;
    unsigned c;
    size_t len = ald_utf8_scan((const char *)bytes, count, &c);
    bool well = c != ALD_UTF8_BAD;
    *ret = encode(well ? c : bytes[0]);
    return ends[well ? len - 1 : 0];
}

/** "&nbsp;", "&#64;", "&#x40;". */
static size_t entity_glyph(const char *s, size_t n, struct glyph *ret)
{
    static const struct {
        const char *name;
        char c;
    } named[] = {{"amp;", '&'}, {"apos;", '\''}, {"commat;", '@'}, {"gt;", '>'}, {"lt;", '<'}, {"nbsp;", ' '}, {"quot;", '"'}};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        size_t len = strlen(named[i].name);
        if (n > len && memcmp(s + 1, named[i].name, len) == 0) {
            *ret = (struct glyph){{named[i].c}, 1};
            return 1 + len;
        }
    }
    if (n < 4 || s[1] != '#')
        return 0;
    bool hex = (s[2] | 0x20) == 'x';
    unsigned c = 0;
    size_t first = hex ? 3 : 2, at = first;
    for (; at < n && at < MAX_ESCAPE && digit(s[at]) < (hex ? 16 : 10); at++)
        c = c * (hex ? 16 : 10) + digit(s[at]);
    if (at == first || at == n || s[at] != ';')
        return 0;
    *ret = encode(c == 0xA0 ? ' ' : c);
    return at + 1;
}

static unsigned four_digits(const char *s)
{
    unsigned c = 0;
    for (size_t i = 0; i < 4; i++) {
        if (digit(s[i]) > 15)
            return ALD_UTF8_BAD;
        c = c << 4 | digit(s[i]);
    }
    return c;
}

/** "\n", "\"", "\u00e9" where a document stands in a text. */
static size_t backslash_glyph(const char *s, size_t n, struct glyph *ret)
{
    if (n < 2)
        return 0;
    if (strchr("nrt\"/", s[1])) {
        *ret = (struct glyph){{s[1] == '"' || s[1] == '/' ? s[1] : ' '}, 1};
        return 2;
    }
    unsigned c = s[1] == 'u' && n >= 6 ? four_digits(s + 2) : ALD_UTF8_BAD;
    if (c == ALD_UTF8_BAD)
        return 0;
    unsigned low = c >= 0xD800 && c < 0xDC00 && n >= 12 && s[6] == '\\' && s[7] == 'u' ? four_digits(s + 8) : 0;
    bool pair = low >= 0xDC00 && low < 0xE000;
    *ret = encode(pair ? 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00)) : c);
    return pair ? 12 : 6;
}

/** The escape that begins at s, of n bytes: how many it takes, or 0 when none does. */
static size_t escape_at(const char *s, size_t n, struct glyph *ret)
{
    switch (*s) {
    case '%':
        return percent_glyph(s, n, ret);
    case '&':
        return entity_glyph(s, n, ret);
    case '\\':
        return backslash_glyph(s, n, ret);
    default:
        return 0;
    }
}

bool ald_reading_begins(const char *s, size_t n)
{
    struct glyph glyph;
    return escape_at(s, n, &glyph) > 0;
}

/** What an escape begins with. */
static const char begins[] = "%&\\";

/** Adds bytes that stand for themselves, but for the underscores. */
static enum ald_rc add_run(struct ald_reading *r, const char *s, size_t n)
{
    const size_t from = r->buf.len;
    ALD_TRY(ald_buf_add(&r->buf, s, n, NULL));
    char *at = r->buf.data + from;
    while (r->kind == ALD_READ_PARTED && (at = memchr(at, '_', (size_t)(r->buf.data + r->buf.len - at))))
        *at = ' ';
    return ALD_OK;
}

static bool has_escapes(const char *s, size_t n)
{
    for (size_t at = 0; (at += strcspn(s + at, begins)) < n; at++)
        if (ald_reading_begins(s + at, n - at))
            return true;
    return false;
}

/** The character of the source at r->source_at as it is read; how many bytes of the source it takes. */
static size_t next(const struct ald_reading *r, struct glyph *ret)
{
    const char *s = r->source + r->source_at;
    size_t len = escape_at(s, r->source_n - r->source_at, ret);
    if (!len) {
        *ret = (struct glyph){{*s}, 1};
        len = 1;
    }
    if (r->kind == ALD_READ_PARTED && ret->bytes[0] == '_')
        ret->bytes[0] = ' ';
    return len;
}

bool ald_reading_begin(struct ald_reading *r, enum ald_reading_kind kind, const char *source, size_t n)
{
    *r = (struct ald_reading){.s = source, .n = n, .source = source, .source_n = n, .kind = kind};
    ald_buf_init(&r->buf, n); /* an escape is longer than what it stands for */
    if (kind == ALD_READ_PLAIN)
        return true;
    if (!has_escapes(source, n) && (kind == ALD_READ_ESCAPES || !strchr(source, '_')))
        return false;
    while (r->source_at < n) {
        struct glyph glyph;
        const size_t run = strcspn(source + r->source_at, begins);
        if (run > 0 && add_run(r, source + r->source_at, run) != ALD_OK)
            return false; /* cannot be, and costs no more than this way of reading */
        r->source_at += run;
        if (r->source_at == n)
            break;
        r->source_at += next(r, &glyph);
        if (ald_buf_add(&r->buf, glyph.bytes, glyph.n, NULL) != ALD_OK)
            return false;
    }
    r->source_at = 0;
    r->s = r->buf.data;
    r->n = r->buf.len;
    return true;
}

size_t ald_reading_source(struct ald_reading *r, size_t at)
{
    if (r->kind == ALD_READ_PLAIN)
        return at;
    while (r->at < at) {
        struct glyph glyph;
        r->source_at += next(r, &glyph);
        r->at += glyph.n;
    }
    return r->source_at;
}

void ald_reading_done(struct ald_reading *r)
{
    ald_buf_done(&r->buf);
}
