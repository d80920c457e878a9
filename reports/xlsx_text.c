/* Text for spreadsheets: what a cell may hold, what it needs in room, names of sheets. Writes nothing. */
#include "xlsx_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/utf8.h"
#include "alidade/zone.h"

#define CUT_MARK " \xE2\x80\xA6 [cut]"
#define CUT_UTF16 8 /* units of CUT_MARK */
#define LINES_MOST 253 /* line feeds that Excel lets a cell hold */

/* "_x0041_" in a cell is read as "A". */
static bool looks_escaped(const char *s)
{
    if (s[0] != '_' || s[1] != 'x')
        return false;
    for (size_t i = 2; i < 6; i++)
        if (s[i] == '\0' || !strchr("0123456789abcdefABCDEF", s[i]))
            return false;
    return s[6] == '_';
}

static const char *keep_escapes(struct ald_arena *a, const char *s)
{
    size_t n = strlen(s), found = 0;
    for (const char *at = strstr(s, "_x"); at; at = strstr(at + 1, "_x"))
        found += looks_escaped(at);
    if (!found)
        return s;
    char *to = ald_alloc(a, n + found * 6 + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (looks_escaped(s + i)) {
            memcpy(to + at, "_x005F", 6);
            at += 6;
        }
        to[at++] = s[i];
    }
    return to;
}

/* The line feeds beyond what a cell holds become blanks. */
static const char *few_lines(struct ald_arena *a, const char *s)
{
    size_t found = 0;
    for (const char *at = strchr(s, '\n'); at; at = strchr(at + 1, '\n'))
        found++;
    if (found <= LINES_MOST)
        return s;
    char *to = ald_strdup(a, s);
    size_t kept = 0;
    for (char *at = strchr(to, '\n'); at; at = strchr(at + 1, '\n'))
        if (kept++ >= LINES_MOST)
            *at = ' ';
    return to;
}

const char *ald_xlsx_clean(struct ald_arena *a, const char *text, size_t max_utf16)
{
    const char *s = few_lines(a, ald_words_printable(a, text));
    const char *whole = keep_escapes(a, s);
    size_t bytes = strlen(whole); /* never fewer than UTF-16 units */
    if (bytes <= max_utf16 || ald_utf8_prefix_utf16(whole, max_utf16) == bytes)
        return whole;
    /* What must be escaped grows to at most twice its length. */
    size_t room = max_utf16 - CUT_UTF16;
    const char *cut = keep_escapes(a, ald_strndup(a, s, ald_utf8_prefix_utf16(s, room)));
    if (ald_utf8_prefix_utf16(cut, room) < strlen(cut))
        cut = keep_escapes(a, ald_strndup(a, s, ald_utf8_prefix_utf16(s, room / 2)));
    return ald_sprintf(a, "%s" CUT_MARK, cut);
}

/* ---- Names of sheets ---- */

/* Upper and lower case as one, for the scripts whose letters pair up by a fixed distance: Latin-1, Greek, Cyrillic. */
static unsigned fold(unsigned c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    return c >= 0x100 && c <= 0x17F ? c | 1u : c;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && *b) {
        unsigned x = 0, y = 0;
        a += ald_utf8_next(a, strlen(a), &x);
        b += ald_utf8_next(b, strlen(b), &y);
        if (fold(x) != fold(y))
            return false;
    }
    return *a == *b;
}

static bool taken(const struct ald_xlsx *x, const char *name)
{
    if (same_name(name, "History")) /* kept by spreadsheets for themselves */
        return true;
    for (const struct ald_xlsx_name *n = x->names; n; n = n->next)
        if (same_name(n->name, name))
            return true;
    return false;
}

static const char *numbered(struct ald_arena *a, const char *base, size_t number)
{
    if (number < 2)
        return ald_strndup(a, base, ald_utf8_prefix_utf16(base, 31));
    char tail[24];
    int n = snprintf(tail, sizeof tail, " %zu", number);
    return ald_sprintf(a, "%.*s%s", (int)ald_utf8_prefix_utf16(base, 31 - (size_t)n), base, tail);
}

const char *ald_xlsx_name(struct ald_xlsx *x, const char *title, size_t part)
{
    char *base = ald_strdup(x->arena, ald_words_line(x->arena, title, 255));
    for (char *c = base; *c; c++)
        if (strchr("[]:*?/\\'", *c))
            *c = *c == '\'' ? '_' : '-';
    while (*base == ' ')
        base++;
    for (size_t n = strlen(base); n && base[n - 1] == ' ';)
        base[--n] = '\0';
    if (!*base)
        base = ald_strdup(x->arena, "Sheet");
    size_t number = part + 1;
    const char *name = numbered(x->arena, base, number);
    while (taken(x, name))
        name = numbered(x->arena, base, ++number);
    struct ald_xlsx_name *own = ald_alloc(x->arena, sizeof *own);
    *own = (struct ald_xlsx_name){name, x->names};
    x->names = own;
    return name;
}

/* ---- Room ---- */

#define WIDEST 1.6 /* of one byte */
#define HEAD_RATIO (1.07 * 10 / 11) /* headings are bold, and of 10 points */

/* Width of one character in digits, for the proportional fonts of spreadsheets; a little generous. */
static double char_units(const char *s, size_t n, unsigned c)
{
    static const double ascii[128] = {
        [' '] = 0.5,  ['i'] = 0.5,  ['j'] = 0.5,  ['l'] = 0.5,  ['.'] = 0.5,  [','] = 0.5,  [':'] = 0.5,  [';'] = 0.5,
        ['\''] = 0.5, ['|'] = 0.5,  ['!'] = 0.5,  ['`'] = 0.5,  ['f'] = 0.7,  ['t'] = 0.7,  ['('] = 0.7,  [')'] = 0.7,
        ['['] = 0.7,  [']'] = 0.7,  ['r'] = 0.7,  ['-'] = 0.7,  ['I'] = 0.7,  ['/'] = 0.7,  ['\\'] = 0.7, ['c'] = 0.85,
        ['s'] = 0.85, ['z'] = 0.85, ['a'] = 0.94, ['k'] = 0.94, ['v'] = 0.94, ['x'] = 0.94, ['y'] = 0.94, ['m'] = 1.6,
        ['w'] = 1.6,  ['M'] = 1.6,  ['W'] = 1.6,  ['@'] = 1.6,  ['%'] = 1.6,
    };
    if (c < 0x80) {
        if (ascii[c] > 0)
            return ascii[c];
        return c >= 'A' && c <= 'Z' ? 1.18 : 1;
    }
    char one[8] = {0};
    memcpy(one, s, n < sizeof one ? n : sizeof one - 1);
    return 1.05 * (double)ald_utf8_width(one);
}

double ald_xlsx_word_units(const char *word, size_t bytes)
{
    double used = 0;
    for (size_t at = 0; at < bytes;) {
        unsigned c = 0;
        size_t len = ald_utf8_next(word + at, bytes - at, &c);
        used += char_units(word + at, len, c);
        at += len;
    }
    return used * HEAD_RATIO;
}

/* Bytes of the first line, with the blank or line feed that ends it. */
static size_t line_bytes(const char *s, double room)
{
    double used = 0;
    size_t at = 0, blank = 0, n = strlen(s);
    while (at < n) {
        if (s[at] == '\n')
            return at + 1;
        unsigned c = (unsigned char)s[at];
        size_t len = c < 0x80 ? 1 : ald_utf8_next(s + at, n - at, &c);
        used += char_units(s + at, len, c);
        if (used > room && c != ' ' && at)
            return blank ? blank : at;
        at += len;
        if (c == ' ' || c == '-')
            blank = at;
    }
    return at;
}

size_t ald_xlsx_fit(const char *text, double units, double size, size_t lines)
{
    double room = units * 11 / size * 0.99;
    size_t at = 0;
    while (text[at] && lines--)
        at += line_bytes(text + at, room);
    return at;
}

size_t ald_xlsx_lines(const char *text, double units, double size)
{
    double room = units * 11 / size * 0.99;
    size_t lines = 0;
    if ((double)strlen(text) * WIDEST <= room && !strchr(text, '\n'))
        return 1;
    for (; *text; lines++)
        text += line_bytes(text, room);
    return lines ? lines : 1;
}

/* ---- Dates ---- */

bool ald_xlsx_serial_ok(const struct ald_zone *zone, int64_t ms)
{
    struct ald_civil c = ald_zone_civil(zone, ms);
    return c.year > 1900 && c.year <= 9999; /* the first two months of 1900 are counted wrongly in spreadsheets */
}

double ald_xlsx_serial(const struct ald_zone *zone, int64_t ms)
{
    struct ald_civil c = ald_zone_civil(zone, ms);
    int64_t days = ald_days_from_civil(c.year, c.month, c.day) + 25569;
    int64_t in_day = (((int64_t)c.hour * 60 + c.minute) * 60 + c.second) * 1000 + c.ms;
    return (double)days + (double)in_day / (double)ALD_DAY_MS;
}
