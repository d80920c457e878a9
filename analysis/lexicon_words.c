/* From text to words: see lexicon_words.h. Linear: every byte is looked at a bounded number of times. */
#include "analysis/lexicon_words.h"

#include <string.h>
#include <strings.h>

#include "alidade/utf8.h"

#define TAG_BYTES 300 /* a '<' without its '>' within so many bytes is no tag */

void ald_words_begin(struct ald_words *words, const char *text, size_t n)
{
    *words = (struct ald_words){.text = text, .n = n};
}

static bool is_digit(unsigned c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(unsigned c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) || c == 0x3000;
}

/* Scripts without spaces: each character is a word. */
static bool stands_alone(unsigned c)
{
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3134F);
}

static bool is_letter(unsigned c)
{
    if (c < 0x80)
        return (c | 32) >= 'a' && (c | 32) <= 'z';
    return c != ALD_UTF8_BAD && c >= 0xAA && c != 0xD7 && c != 0xF7 && c != 0xAB && c != 0xBB && c != 0xBF && c != 0xB7 &&
           !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) && !(c >= 0xE000 && c <= 0xF8FF) &&
           !(c >= 0xFE00 && c <= 0xFE6F) && !(c >= 0xFF00 && c <= 0xFF20) && c < 0xE0000 && !(c >= 0x1F000 && c <= 0x1FFFF);
}

/* Latin, Greek and Cyrillic; other scripts have no case or are left as they are. */
static unsigned lower(unsigned c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c == 0x178)
        return 0xFF;
    if (c == 0x1E9E)
        return 0xDF;
    if ((c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF))
        return c | 1;
    if (c == 0x386)
        return 0x3AC;
    if (c >= 0x388 && c <= 0x38A)
        return c + 37;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c + (c & 1);
    return c;
}

static unsigned peek(const struct ald_words *w, size_t at, size_t *ret_len)
{
    unsigned code = ' ';
    *ret_len = 0;
    if (at < w->n)
        *ret_len = ald_utf8_scan(w->text + at, w->n - at, &code);
    return code;
}

/* Length of an apostrophe at `at` in any of its spellings, else 0. */
static size_t apostrophe(const struct ald_words *w, size_t at)
{
    static const char *const spellings[] = {"'", "\xE2\x80\x99", "&#39;", "&#x27;", "&apos;", "&rsquo;"};
    if (at >= w->n || (w->text[at] != '\'' && w->text[at] != '&' && w->text[at] != '\xE2'))
        return 0;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        size_t n = strlen(spellings[i]);
        if (n <= w->n - at && memcmp(w->text + at, spellings[i], n) == 0)
            return n;
    }
    return 0;
}

/* A letter and the accent that follows it, as some keyboards and file systems write them; 0: no letter of its own. */
static unsigned composed(unsigned letter, unsigned accent)
{
    static const char bases[] = "aeioucny";
    static const unsigned short made[][8] = {
        /*        a     e     i     o     u     c     n     y */
        {0xE0, 0xE8, 0xEC, 0xF2, 0xF9, 0, 0, 0},        /* U+0300 grave */
        {0xE1, 0xE9, 0xED, 0xF3, 0xFA, 0x107, 0x144, 0xFD}, /* U+0301 acute */
        {0xE2, 0xEA, 0xEE, 0xF4, 0xFB, 0x109, 0, 0},    /* U+0302 circumflex */
        {0xE3, 0, 0, 0xF5, 0, 0, 0xF1, 0},              /* U+0303 tilde */
        {0xE4, 0xEB, 0xEF, 0xF6, 0xFC, 0, 0, 0xFF},     /* U+0308 diaeresis */
        {0, 0, 0, 0, 0, 0xE7, 0, 0},                    /* U+0327 cedilla */
    };
    static const unsigned short accents[] = {0x300, 0x301, 0x302, 0x303, 0x308, 0x327};
    const char *base = letter && letter < 0x80 ? strchr(bases, (int)letter) : NULL;
    for (size_t i = 0; base && i < sizeof accents / sizeof accents[0]; i++)
        if (accents[i] == accent)
            return made[i][base - bases];
    return 0;
}

static void put(struct ald_word *word, unsigned c)
{
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (n == 1) {
        bytes[0] = (char)c;
    } else {
        for (size_t i = n; i-- > 1; c >>= 6)
            bytes[i] = (char)(0x80 | (c & 0x3F));
        bytes[0] = (char)((n == 2 ? 0xC0u : n == 3 ? 0xE0u : 0xF0u) | c);
    }
    if (word->len + n >= ALD_WORD_BYTES) {
        word->len = ALD_WORD_BYTES;
        return;
    }
    memcpy(word->text + word->len, bytes, n);
    word->len += n;
}

/* Goes on over an apostrophe between letters, or a point or comma between digits; 0 when the word ends at `at`. */
static size_t inside(const struct ald_words *w, size_t at, unsigned before, struct ald_word *word)
{
    size_t len, skip = apostrophe(w, at);
    unsigned after;
    if (skip) {
        after = peek(w, at + skip, &len);
        if (!is_letter(before) || !len || !is_letter(after))
            return 0;
        put(word, '\'');
        return skip;
    }
    if (at < w->n && (w->text[at] == '.' || w->text[at] == ',') && is_digit(before) && is_digit(peek(w, at + 1, &len))) {
        put(word, (unsigned char)w->text[at]);
        return 1;
    }
    return 0;
}

/* Takes what most words are made of: letters and digits of ASCII that nothing beyond ASCII follows. @return the last; before where there is none. */
static unsigned plain(struct ald_words *w, unsigned before, struct ald_word *word)
{
    for (; w->at < w->n; w->at++) {
        unsigned c = (unsigned char)w->text[w->at];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if ((!letter && !is_digit(c)) || (w->at + 1 < w->n && (unsigned char)w->text[w->at + 1] >= 0x80))
            break;
        word->number &= !letter;
        if (word->len + 1 < ALD_WORD_BYTES)
            word->text[word->len++] = (char)(letter ? c | 32 : c);
        else
            word->len = ALD_WORD_BYTES;
        before = c;
    }
    return before;
}

static void read_word(struct ald_words *w, unsigned first, struct ald_word *word)
{
    unsigned before = first;
    size_t len, skip;
    word->number = is_digit(first);
    word->upper = lower(first) != first;
    for (;;) {
        before = plain(w, before, word);
        unsigned c = peek(w, w->at, &len);
        if (len && (is_letter(c) || is_digit(c)) && !(stands_alone(c) && word->len)) {
            unsigned mark, letter = lower(c);
            size_t mark_len;
            word->number &= is_digit(c);
            mark = peek(w, w->at + len, &mark_len);
            unsigned whole = mark_len && mark >= 0x300 && mark <= 0x327 ? composed(letter, mark) : 0;
            put(word, whole ? whole : letter);
            w->at += len + (whole ? mark_len : 0);
            before = c;
            if (stands_alone(c))
                break;
        } else if ((skip = inside(w, w->at, before, word)) != 0) {
            w->at += skip;
            before = 0;
        } else {
            break;
        }
    }
    word->to = w->at;
    if (word->len >= ALD_WORD_BYTES)
        word->len = 0;
    word->text[word->len] = '\0';
}

static void strong(struct ald_words *w)
{
    w->mark = ALD_MARK_STRONG;
}

/* A tag of HTML: those of blocks end a sentence. Returns its length, 0 when it is none. */
static size_t tag(struct ald_words *w)
{
    static const char *const blocks[] = {"p", "br", "div", "li", "ul", "ol", "tr", "td", "h1", "h2", "h3", "h4", "table", "hr", "pre"};
    const char *s = w->text + w->at;
    size_t left = w->n - w->at < TAG_BYTES ? w->n - w->at : TAG_BYTES, i = 1, name;
    i += i < left && s[i] == '/';
    name = i;
    while (i < left && (is_letter((unsigned char)s[i]) || is_digit((unsigned char)s[i])) && (unsigned char)s[i] < 0x80)
        i++;
    if (i == name || i - name > 12)
        return 0;
    for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++)
        if (strlen(blocks[b]) == i - name && strncasecmp(blocks[b], s + name, i - name) == 0)
            w->stop = true;
    const char *end = memchr(s + i, '>', left - i);
    return end ? (size_t)(end - s) + 1 : 0;
}

/* A line feed ends a sentence unless the next line goes on in lower case. */
static void line_feed(struct ald_words *w)
{
    size_t len, at = w->at + 1;
    unsigned c = peek(w, at, &len);
    while (len && is_space(c) && c != '\n') {
        at += len;
        c = peek(w, at, &len);
    }
    if (!len || !is_letter(c) || lower(c) != c)
        w->stop = true;
}

static void full_stop(struct ald_words *w, unsigned c)
{
    size_t len;
    unsigned after = peek(w, w->at + 1, &len);
    bool glued = w->at && len && is_letter(after) && lower(after) != after && (unsigned char)w->text[w->at - 1] < 0x80 &&
                 is_letter((unsigned char)w->text[w->at - 1]) && lower((unsigned char)w->text[w->at - 1]) == (unsigned char)w->text[w->at - 1];
    if (c == '.') {
        w->dot |= !len || is_space(after) || after == '"' || after == ')' || after == '<' || after == '*' || after == 0x201D || glued;
    } else {
        w->stop |= !len || !(is_letter(after) || is_digit(after) || after == '=');
        w->question |= w->stop && (c == '?' || c == 0xFF1F);
    }
}

static bool starts(const struct ald_words *w, const char *with)
{
    size_t n = strlen(with);
    return w->n - w->at >= n && memcmp(w->text + w->at, with, n) == 0;
}

/* What stands between words. */
static size_t between(struct ald_words *w, unsigned c, size_t len)
{
    size_t skip;
    switch (c) {
    case '\n':
        line_feed(w);
        return len;
    case '.': case '!': case '?':
        full_stop(w, c);
        return len;
    case 0x3002: case 0xFF01: case 0xFF1F: case 0x2026:
        w->stop = true;
        w->question |= c == 0xFF1F;
        return len;
    case ',': case 0x3001:
        if (w->mark == ALD_MARK_NONE)
            w->mark = ALD_MARK_COMMA;
        return len;
    case ':':
        if (w->mark < ALD_MARK_COLON)
            w->mark = ALD_MARK_COLON;
        return len;
    case ';': case '(': case ')': case 0x2013: case 0x2014:
        strong(w);
        return len;
    case '-':
        if (w->at && is_space((unsigned char)w->text[w->at - 1]))
            strong(w);
        return len;
    case '&':
        return starts(w, "&nbsp;") ? 6 : starts(w, "&quot;") ? 6 : starts(w, "&amp;") ? 5 : len;
    case '<':
        skip = tag(w);
        return skip ? skip : len;
    default:
        return len;
    }
}

/* Addresses are no prose. */
static size_t address(const struct ald_words *w)
{
    if (!starts(w, "http://") && !starts(w, "https://"))
        return 0;
    size_t n = 7;
    while (w->at + n < w->n && !strchr(" \t\r\n<>\"')]|", w->text[w->at + n]))
        n++;
    while (n > 7 && strchr(".,;:!?", w->text[w->at + n - 1]))
        n--;
    return n;
}

bool ald_words_next(struct ald_words *w, struct ald_word *ret)
{
    w->dot = w->stop = w->question = false;
    w->mark = ALD_MARK_NONE;
    *ret = (struct ald_word){.len = 0};
    while (w->at < w->n) {
        size_t len, skip;
        unsigned c = peek(w, w->at, &len);
        if (is_letter(c) || is_digit(c)) {
            if (c == 'h' && (skip = address(w)) != 0) {
                w->at += skip;
                continue;
            }
            ret->from = w->at;
            ret->mark = w->mark;
            read_word(w, c, ret);
            return true;
        }
        if (c == '%') {
            *ret = (struct ald_word){.text = "%", .len = 1, .from = w->at, .to = w->at + 1, .mark = w->mark};
            w->at++;
            return true;
        }
        w->at += between(w, c, len);
    }
    return false;
}
