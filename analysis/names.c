/* Interned texts and normalised titles. A table of numbers, probed one slot after the other: what is interned once per record
 * takes the text and a dozen bytes. Knows nothing of incidents. */
#include "analysis/names_priv.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/utf8.h"

struct ald_names *ald_names_new(struct ald_arena *arena)
{
    struct ald_names *names = ald_alloc(arena, sizeof *names);
    names->arena = arena;
    return names;
}

/* The texts are the arena's and stay. */
void ald_names_free(struct ald_names *names)
{
    if (!names)
        return;
    free(names->slots);
    free(names->key);
    names->slots = NULL;
    names->key = NULL;
    names->slots_n = names->key_cap = 0;
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* FNV-1a, with its high bits mixed into the low ones that choose a slot. */
static uint32_t hash_of(const char *text, size_t len)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
    return (uint32_t)(h ^ h >> 32);
}

uint32_t ald_names_hash(const char *text)
{
    return hash_of(text, strlen(text));
}

/* The slot of a text, or the free one where it belongs; NULL: there are no slots. */
static uint32_t *slot_of(const struct ald_names *names, const char *text, size_t len, uint32_t hash)
{
    for (size_t i = hash; names->slots_n; i++) {
        uint32_t *slot = &names->slots[i & (names->slots_n - 1)];
        if (!*slot)
            return slot;
        const char *known = names->texts[*slot - 1];
        if (names->hashes[*slot - 1] == hash && strncmp(known, text, len) == 0 && !known[len])
            return slot;
    }
    return NULL;
}

static void more_slots(struct ald_names *names)
{
    free(names->slots);
    names->slots_n = names->slots_n ? names->slots_n * 2 : 16;
    names->slots = must(calloc(names->slots_n, sizeof *names->slots));
    for (uint32_t n = 0; n < names->n; n++) {
        size_t i = names->hashes[n] & (names->slots_n - 1);
        while (names->slots[i])
            i = (i + 1) & (names->slots_n - 1);
        names->slots[i] = n + 1;
    }
}

static uint32_t find(const struct ald_names *names, const char *text, size_t len)
{
    const uint32_t *slot = slot_of(names, text, len, hash_of(text, len));
    return slot && *slot ? *slot - 1 : ALD_NOBODY;
}

static uint32_t add(struct ald_names *names, const char *text, size_t len)
{
    uint32_t hash = hash_of(text, len), *slot = slot_of(names, text, len, hash);
    if (slot && *slot)
        return *slot - 1;
    assert(names->n < ALD_NOBODY - 1);
    names->texts = ald_grow(names->arena, names->texts, names->n, &names->texts_cap, sizeof *names->texts);
    names->hashes = ald_grow(names->arena, names->hashes, names->n, &names->hashes_cap, sizeof *names->hashes);
    names->texts[names->n] = ald_strndup(names->arena, text, len);
    names->hashes[names->n++] = hash;
    if (names->n * 2 > names->slots_n)
        more_slots(names); /* takes the new one in */
    else if (slot) /* always: there is room */
        *slot = (uint32_t)names->n;
    return (uint32_t)names->n - 1;
}

/* Texts hold no control characters that we care for; U+001F keeps ("a", "bc") and ("ab", "c") apart. */
static const char *pair(struct ald_names *names, const char *a, const char *b, size_t *ret_len)
{
    size_t la = strlen(a), lb = strlen(b), need = la + lb + 2;
    if (names->key_cap < need) {
        free(names->key);
        names->key_cap = need * 2;
        names->key = must(malloc(names->key_cap));
    }
    memcpy(names->key, a, la);
    names->key[la] = '\x1f';
    memcpy(names->key + la + 1, b, lb + 1);
    *ret_len = need - 1;
    return names->key;
}

uint32_t ald_names_add(struct ald_names *names, const char *text)
{
    return add(names, text, strlen(text));
}

uint32_t ald_names_find(const struct ald_names *names, const char *text)
{
    return find(names, text, strlen(text));
}

uint32_t ald_names_add2(struct ald_names *names, const char *a, const char *b)
{
    size_t len;
    const char *key = pair(names, a, b, &len);
    return add(names, key, len);
}

uint32_t ald_names_find2(struct ald_names *names, const char *a, const char *b)
{
    size_t len;
    const char *key = pair(names, a, b, &len);
    return find(names, key, len);
}

const char *ald_names_text(const struct ald_names *names, uint32_t i)
{
    assert(i < names->n);
    return names->texts[i];
}

const char *const *ald_names_texts(const struct ald_names *names)
{
    return names->texts;
}

size_t ald_names_n(const struct ald_names *names)
{
    return names->n;
}

static int by_text(const void *a, const void *b, void *ctx)
{
    const char *const *texts = ctx;
    return strcmp(texts[*(const uint32_t *)a], texts[*(const uint32_t *)b]);
}

const char **ald_names_sorted(const struct ald_names *names, struct ald_arena *arena, uint32_t **ret_rank)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint32_t *order = ald_calloc(scratch, names->n, sizeof *order);
    const char **texts = ald_calloc(arena, names->n, sizeof *texts);
    uint32_t *rank = ald_calloc(arena, names->n, sizeof *rank);
    for (uint32_t i = 0; i < names->n; i++)
        order[i] = i;
    qsort_r(order, names->n, sizeof *order, by_text, names->texts);
    for (size_t i = 0; i < names->n; i++) {
        texts[i] = names->texts[order[i]];
        rank[order[i]] = (uint32_t)i;
    }
    *ret_rank = rank;
    return texts;
}

/* ---- Normalised titles ---- */

/* Simple lower case of the scripts whose upper case lies at a fixed distance: ASCII, Latin-1, Latin Extended-A, Greek,
 * Cyrillic. NFKC is not available here (no library of ours brings it), so composed and decomposed forms stay apart. */
static unsigned lower(unsigned c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3AB && c != 0x3A2) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177))
        return c | 1u;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c + (c & 1u);
    if (c == 0x178)
        return 0xFF;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c == 0x386)
        return 0x3AC;
    if (c >= 0x388 && c <= 0x38A)
        return c + 37;
    if (c == 0x38C)
        return 0x3CC;
    if (c == 0x38E || c == 0x38F)
        return c + 63;
    return c;
}

static bool is_space(unsigned c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Every code point that lower() changes has two bytes before and after, or one. */
static size_t put(char *out, unsigned c, const char *as_was, size_t len)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (len == 2) {
        out[0] = (char)(0xC0u | (c >> 6));
        out[1] = (char)(0x80u | (c & 0x3Fu));
        return 2;
    }
    memcpy(out, as_was, len);
    return len;
}

static char *fold(struct ald_arena *arena, const char *title)
{
    size_t n = strlen(title), used = 0;
    char *out = ald_alloc(arena, n + 1);
    bool gap = false;
    for (size_t at = 0; at < n;) {
        unsigned c;
        size_t len = ald_utf8_next(title + at, n - at, &c);
        if (is_space(c)) {
            gap = used > 0;
        } else {
            if (gap)
                out[used++] = ' ';
            gap = false;
            used += put(out + used, lower(c), title + at, len);
        }
        at += len;
    }
    out[used] = '\0';
    return out;
}

const char *ald_lower(struct ald_arena *arena, const char *text)
{
    return fold(arena, text);
}

const char *ald_norm_title(struct ald_arena *arena, const char *title)
{
    if (!title)
        return NULL;
    char *s = fold(arena, title);
    size_t used = 0;
    for (size_t at = 0; s[at];) {
        size_t hex = 0, digits = 0;
        bool has_digit = false;
        while (is_hex(s[at + hex])) {
            has_digit |= is_digit(s[at + hex]);
            hex++;
        }
        while (is_digit(s[at + digits]))
            digits++;
        if (hex >= 8 && has_digit) {
            s[used++] = '#';
            at += hex;
        } else if (digits) {
            s[used++] = '#';
            at += digits;
        } else {
            s[used++] = s[at++];
        }
    }
    s[used] = '\0';
    return s;
}
