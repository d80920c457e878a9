/* Interned texts and normalised titles. A table of numbers, probed one slot after the other: what is interned once per record
 * takes the text and a dozen bytes. Knows nothing of incidents. */
#include "analysis/names_priv.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/utf8.h"

#define PAIR '\x1f'

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
    names->slots = NULL;
    names->slots_n = 0;
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* What is looked up: a text, or a pair of them. Texts hold no control characters that we care for; U+001F keeps ("a", "bc") and
 * ("ab", "c") apart. */
struct key {
    const char *text, *second; /* second NULL: one text */
    size_t len, second_len;
};

static struct key single(const char *text)
{
    return (struct key){.text = text, .len = strlen(text)};
}

static struct key pair(const char *text, const char *second)
{
    return (struct key){.text = text, .second = second, .len = strlen(text), .second_len = strlen(second)};
}

/* Eight bytes at a time; the high bits of a product know all of them. */
static uint64_t mix(uint64_t h, const char *text, size_t len)
{
    uint64_t word;
    for (; len >= sizeof word; text += sizeof word, len -= sizeof word) {
        memcpy(&word, text, sizeof word);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    word = len;
    for (size_t i = 0; i < len; i++)
        word = word << 8 | (unsigned char)text[i];
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

static uint32_t hash_of(const struct key *key)
{
    uint64_t h = mix(0xcbf29ce484222325u, key->text, key->len);
    return (uint32_t)(key->second ? mix(h, key->second, key->second_len) : h);
}

uint32_t ald_names_hash(const char *text)
{
    struct key key = single(text);
    return hash_of(&key);
}

static bool is_key(const char *known, const struct key *key)
{
    if (strncmp(known, key->text, key->len) != 0)
        return false;
    return key->second ? known[key->len] == PAIR && strcmp(known + key->len + 1, key->second) == 0 : !known[key->len];
}

/* The slot of a text, or the free one where it belongs; NULL: there are no slots. */
static uint32_t *slot_of(const struct ald_names *names, const struct key *key, uint32_t hash)
{
    for (size_t i = hash; names->slots_n; i++) {
        uint32_t *slot = &names->slots[i & (names->slots_n - 1)];
        if (!*slot || (names->hashes[*slot - 1] == hash && is_key(names->texts[*slot - 1], key)))
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

static uint32_t find(const struct ald_names *names, struct key key)
{
    const uint32_t *slot = slot_of(names, &key, hash_of(&key));
    return slot && *slot ? *slot - 1 : ALD_NOBODY;
}

static char *copy_of(struct ald_arena *arena, const struct key *key)
{
    return key->second ? ald_sprintf(arena, "%s%c%s", key->text, PAIR, key->second) : ald_strndup(arena, key->text, key->len);
}

static uint32_t add(struct ald_names *names, struct key key)
{
    uint32_t hash = hash_of(&key), *slot = slot_of(names, &key, hash);
    if (slot && *slot)
        return *slot - 1;
    assert(names->n < ALD_NOBODY - 1);
    names->texts = ald_grow(names->arena, names->texts, names->n, &names->texts_cap, sizeof *names->texts);
    names->hashes = ald_grow(names->arena, names->hashes, names->n, &names->hashes_cap, sizeof *names->hashes);
    names->texts[names->n] = copy_of(names->arena, &key);
    names->hashes[names->n++] = hash;
    if (names->n * 2 > names->slots_n)
        more_slots(names); /* takes the new one in */
    else if (slot) /* always: there is room */
        *slot = (uint32_t)names->n;
    return (uint32_t)names->n - 1;
}

uint32_t ald_names_add(struct ald_names *names, const char *text)
{
    return add(names, single(text));
}

uint32_t ald_names_find(const struct ald_names *names, const char *text)
{
    return find(names, single(text));
}

uint32_t ald_names_add2(struct ald_names *names, const char *a, const char *b)
{
    return add(names, pair(a, b));
}

uint32_t ald_names_find2(const struct ald_names *names, const char *a, const char *b)
{
    return find(names, pair(a, b));
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

/* A code point in lower case has as many bytes as before: ald_utf8_lower. */
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
            used += put(out + used, ald_utf8_lower(c), title + at, len);
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
