/* Texts as words, and e-mail addresses in them: see people_words.h. Knows no names. */
#include "people_words.h"

#include <string.h>

#include "alidade/utf8.h"
#include "people_text.h"

static bool within(unsigned c, unsigned from, unsigned to)
{
    return c >= from && c <= to;
}

const unsigned char ald_word_bytes_are[256] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1,
    ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1,
    ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1,
    ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
    ['_'] = 2, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
    ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1,
    ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
};

static enum ald_glyph ascii_glyph(unsigned char c)
{
    return ald_word_bytes_are[c] ? ALD_LETTER : ALD_GAP;
}

/** Ranges of Unicode, coarse: what matters is that a name's neighbours (quotes, dashes, emoji) do not count as its
 * letters. */
static enum ald_glyph glyph_of(unsigned c)
{
    static const struct {
        unsigned to;
        enum ald_glyph glyph;
    } ranges[] = {
        {0xA9, ALD_GAP},       {0xAA, ALD_LETTER},   {0xB4, ALD_GAP},       {0xB5, ALD_LETTER},   {0xB9, ALD_GAP},      {0xBA, ALD_LETTER},
        {0xBF, ALD_GAP},       {0xD6, ALD_LETTER},   {0xD7, ALD_GAP},       {0xF6, ALD_LETTER},   {0xF7, ALD_GAP},      {0xDFF, ALD_LETTER},
        {0x109F, ALD_WHOLE},   {0x10FF, ALD_LETTER}, {0x11FF, ALD_WHOLE},   {0x177F, ALD_LETTER}, {0x17FF, ALD_WHOLE},  {0x1FFF, ALD_LETTER},
        {0x2BFF, ALD_GAP},     {0x2DFF, ALD_LETTER}, {0x2E7F, ALD_GAP},     {0x2FFF, ALD_WHOLE},  {0x3004, ALD_GAP},    {0x3007, ALD_WHOLE},
        {0x3020, ALD_GAP},     {0xA4CF, ALD_WHOLE},  {0xABFF, ALD_LETTER},  {0xD7FF, ALD_WHOLE},  {0xF8FF, ALD_GAP},    {0xFAFF, ALD_WHOLE},
        {0xFDFF, ALD_LETTER},  {0xFE6F, ALD_GAP},    {0xFEFE, ALD_LETTER},  {0xFF0F, ALD_GAP},    {0xFF19, ALD_LETTER}, {0xFF20, ALD_GAP},
        {0xFF3A, ALD_LETTER},  {0xFF40, ALD_GAP},    {0xFF5A, ALD_LETTER},  {0xFF65, ALD_GAP},    {0xFFDC, ALD_WHOLE},  {0xFFFF, ALD_GAP},
        {0x1EFFF, ALD_LETTER}, {0x1FFFF, ALD_GAP},   {0x10FFFF, ALD_WHOLE},
    };
    if (c < 0x80)
        return ascii_glyph((unsigned char)c);
    size_t i = 0;
    while (i + 1 < sizeof ranges / sizeof ranges[0] && c > ranges[i].to)
        i++;
    return ranges[i].glyph;
}

size_t ald_glyph_at(const char *s, size_t n, enum ald_glyph *ret)
{
    if ((unsigned char)*s < 0x80) {
        *ret = ascii_glyph((unsigned char)*s);
        return 1;
    }
    unsigned c;
    size_t len = ald_utf8_next(s, n, &c);
    *ret = glyph_of(c);
    return len;
}

size_t ald_gap_end(const char *s, size_t n, size_t at)
{
    static const bool means[256] = {['%'] = true, ['&'] = true, ['\\'] = true, ['@'] = true, ['['] = true};
    while (at < n && (unsigned char)s[at] < 0x80 && !ald_word_bytes_are[(unsigned char)s[at]] && !means[(unsigned char)s[at]])
        at++;
    return at;
}

/** End of the word that begins at s[at]; at itself when none does. */
size_t ald_word_end(const char *s, size_t n, size_t at)
{
    enum ald_glyph glyph;
    for (size_t from = at; at < n;) {
        unsigned are;
        at = ald_word_ascii(s, n, at, &are); /* most texts are nothing else */
        if (at == n || (unsigned char)s[at] < 0x80)
            return at;
        size_t len = ald_glyph_at(s + at, n - at, &glyph);
        if (glyph == ALD_WHOLE)
            return at == from ? at + len : at;
        if (glyph == ALD_GAP)
            return at;
        at += len;
    }
    return at;
}

/** Adds the word s[from..to). False when it does not fit any more. */
bool ald_words_add(struct ald_words *w, const char *s, size_t from, size_t to, bool apart)
{
    size_t used = w->words_n ? w->ends[w->words_n - 1] : 0;
    if (w->words_n == ALD_NAME_WORDS_MAX || used + 1 + (to - from) > sizeof w->text)
        return false;
    if (apart)
        w->text[used++] = ' ';
    for (size_t i = from; i < to; i++) {
        const unsigned char c = (unsigned char)s[i];
        if ((c & 0xE0u) == 0xC0u && i + 1 < to) { /* a letter of two bytes, in lower case too */
            const unsigned small = ald_utf8_lower((c & 0x1Fu) << 6 | ((unsigned char)s[++i] & 0x3Fu));
            w->text[used++] = (char)(0xC0u | small >> 6);
            w->text[used++] = (char)(0x80u | (small & 0x3Fu));
        } else {
            w->text[used++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : s[i];
        }
    }
    w->ends[w->words_n] = used;
    w->sources[w->words_n++] = to;
    return true;
}

/** Reads on behind the words so far, until want words are there, the text ends, or too much stands between two words.
 */
void ald_words_more(struct ald_words *w, const char *s, size_t n, size_t want, size_t max_gap)
{
    size_t at = w->words_n ? w->sources[w->words_n - 1] : 0;
    while (w->words_n < want && at < n) {
        size_t gap = 0, from = at;
        enum ald_glyph glyph = ALD_GAP;
        while (from < n && gap <= max_gap) {
            size_t len = ald_glyph_at(s + from, n - from, &glyph);
            if (glyph != ALD_GAP)
                break;
            from += len;
            gap++;
        }
        if (from >= n || gap > max_gap)
            return;
        size_t to = ald_word_end(s, n, from);
        if (!ald_words_add(w, s, from, to, w->words_n > 0 && gap > 0))
            return;
        at = to;
    }
}

/** Accounts and placeholders that are nobody, and everyday words of the texts that we want to keep readable. */
static bool is_nobody(const char *s, size_t n)
{
    static const char *const words[] = {
        "admin",  "administrator", "alert",      "anonymous", "api",         "auto",       "automation", "bot",
        "closed", "email",         "guest",      "incident",  "integration", "monitoring", "new",        "nobody",
        "none",   "null",          "open",       "resolved",  "root",        "script",     "service",    "support",
        "system", "team",          "unassigned", "unknown",   "user",        "webhook",    "workflow"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
            return true;
    return false;
}

static bool has_letter(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80 || (s[i] >= 'a' && s[i] <= 'z'))
            return true;
    return false;
}

bool ald_words_of_somebody(const char *words, size_t n)
{
    return has_letter(words, n) && !is_nobody(words, n);
}

/* ---- E-mail addresses ---- */

static bool is_local_at(const char *s, size_t at, size_t n)
{
    static const bool local[256] = {['.'] = true, ['%'] = true, ['+'] = true, ['-'] = true};
    if ((unsigned char)s[at] < 0x80)
        return local[(unsigned char)s[at]] || ald_word_bytes_are[(unsigned char)s[at]];
    enum ald_glyph glyph;
    (void)ald_glyph_at(s + at, n - at, &glyph);
    return glyph == ALD_LETTER;
}

/** Where the part before '@' begins, not before low. */
static size_t local_start(const char *s, size_t n, size_t low, size_t sign)
{
    size_t at = sign;
    while (at > low) {
        size_t before = at - 1;
        while (before > low && ((unsigned char)s[before] & 0xC0u) == 0x80u)
            before--;
        if (!is_local_at(s, before, n))
            break;
        at = before;
    }
    while (at < sign && s[at] == '.')
        at++;
    return at;
}

/** End of a host name with at least one dot and a top level of letters that begins at s[at]; at when there is none. */
static size_t domain_end(const char *s, size_t n, size_t at)
{
    size_t end = at;
    for (size_t i = at; i < n;) {
        size_t label = i;
        bool named = true;
        for (; i < n && ((ascii_glyph((unsigned char)s[i]) == ALD_LETTER && s[i] != '_') || s[i] == '-'); i++)
            named = named && !within((unsigned char)s[i], '0', '9') && s[i] != '-';
        if (i == label)
            break;
        if (label > at && named && i - label >= 2)
            end = i;
        if (i >= n || s[i] != '.')
            break;
        i++;
    }
    return end;
}

bool ald_email_around(const char *s, size_t n, size_t sign)
{
    return local_start(s, n, 0, sign) < sign && domain_end(s, n, sign + 1) > sign + 1;
}

struct ald_email_span ald_next_email(const char *s, size_t n, size_t low)
{
    for (size_t at = low; at < n;) {
        const char *sign = memchr(s + at, '@', n - at);
        if (!sign)
            break;
        size_t p = (size_t)(sign - s);
        size_t from = local_start(s, n, low, p), to = domain_end(s, n, p + 1);
        if (from < p && to > p + 1)
            return (struct ald_email_span){from, to};
        at = p + 1;
    }
    return (struct ald_email_span){SIZE_MAX, SIZE_MAX};
}

bool ald_is_email(const char *s)
{
    size_t n = strlen(s);
    struct ald_email_span span = ald_next_email(s, n, 0);
    return span.from == 0 && span.to == n;
}
