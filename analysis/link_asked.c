/* Which texts explicit pointers may ask for: only these are worth an index, and of a million records few are pointed at. A set of hashes: it may hold
 * texts that nobody asks for, and lacks none that somebody does. And which value a record shares with others. Knows refs, not what they lead to. */
#include "analysis/links.h"

#include <string.h>

void ald_link_ask_hash(struct ald_link_asked *asked, uint32_t hash)
{
    uint32_t bit = hash & asked->mask;
    asked->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

bool ald_link_is_asked(const struct ald_link_asked *asked, uint32_t hash)
{
    uint32_t bit = hash & asked->mask;
    return asked->bits[bit / 64] & (UINT64_C(1) << (bit % 64));
}

void ald_link_hashes_add(struct ald_link_hashes *hashes, uint32_t hash)
{
    hashes->items = ald_grow(hashes->arena, hashes->items, hashes->n, &hashes->cap, sizeof *hashes->items);
    hashes->items[hashes->n++] = hash;
}

static void add(struct ald_link_hashes *hashes, const char *text)
{
    ald_link_hashes_add(hashes, ald_names_hash(text));
}

/* An id or key: itself, and whatever follows a colon. */
static void add_value(struct ald_link_hashes *hashes, const char *value)
{
    add(hashes, value);
    for (const char *colon = strchr(value, ':'); colon; colon = strchr(colon + 1, ':'))
        add(hashes, colon + 1);
}

/* An address: itself, and its last part, with and without a place within it. */
static void add_url(struct ald_link_hashes *hashes, struct ald_arena *scratch, const char *url)
{
    add(hashes, url);
    for (;;) {
        size_t n = strlen(url), last = n, page = strcspn(url, "?#");
        while (last && !strchr("/=", url[last - 1]))
            last--;
        add(hashes, url + last);
        if (page == n)
            return;
        url = ald_strndup(scratch, url, page);
    }
}

static bool is_pointer(unsigned kind)
{
    return kind <= ALD_REF_PARENT || kind == ALD_REF_MENTION;
}

void ald_link_ask_begin(struct ald_arena *arena, size_t refs, struct ald_link_asked *ret)
{
    uint32_t bits = 1024;
    while (bits / 16 < refs && bits < 1u << 30)
        bits *= 2;
    *ret = (struct ald_link_asked){.bits = ald_calloc(arena, bits / 64, sizeof *ret->bits), .mask = bits - 1};
}

void ald_link_ask(struct ald_link_asked *asked, struct ald_arena *scratch, const struct ald_row_ref *ref, struct ald_link_hashes *hashes)
{
    size_t from = hashes->n;
    if (!is_pointer(ref->kind))
        return;
    const char *value = ald_link_trimmed(scratch, ref->value), *url = ald_link_url(scratch, value);
    add_value(hashes, value);
    if (url)
        add_url(hashes, scratch, url);
    asked->urls |= url != NULL;
    for (size_t i = from; i < hashes->n; i++)
        ald_link_ask_hash(asked, hashes->items[i]);
}

const char *ald_link_shared(struct ald_arena *scratch, const struct ald_row_ref *ref)
{
    enum { SHORTEST_VALUE = 4 }; /* bytes: "ops", "17" are no identity */
    if (!ald_ref_is_shared(ref->kind))
        return NULL;
    const char *value = ald_link_trimmed(scratch, ref->value), *url = ald_link_url(scratch, value);
    if (ald_says_nothing(value) || strlen(value) < SHORTEST_VALUE)
        return NULL;
    return url ? url : value;
}

void ald_link_asked(struct ald_linker *l, struct ald_link_asked *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_build *b = l->b;
    struct ald_link_hashes hashes = {.arena = l->arena};
    ald_link_ask_begin(l->arena, b->ref_n, ret);
    for (uint32_t i = 0; i < b->a->records_n; i++) {
        for (size_t k = 0; k < b->refs[i].n && !b->a->records[i].vendor; k++) {
            hashes.n = 0;
            ald_link_ask(ret, scratch, &b->ref[b->refs[i].at + k], &hashes);
            ald_arena_reset(scratch);
        }
    }
}
