/* What explicit pointers mean: which record an address, a key or an id names. Knows refs and aliases, no API, and
 * nothing of what follows from a pointer. */
#include "analysis/links.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Values ---- */

bool ald_says_nothing(const char *value)
{
    static const char *const fillers[] = {
        "-",         "--",   "?",   ".",   "0",    "x",  "n/a",     "na",    "none",    "null", "nil",    "unknown",
        "undefined", "todo", "tbd", "tbc", "test", "no", "default", "empty", "not set", "n.a.", "(none)", "<none>"};
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
        if (strcasecmp(value, fillers[i]) == 0)
            return true;
    return !*value;
}

const char *ald_link_trimmed(struct ald_arena *arena, const char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1]))
        n--;
    return ald_strndup(arena, s, n);
}

/* Chats and mails add from where they lead ("?utm_source=slack"): the address is the same without. */
static void without_campaign(char *query)
{
    char *out = query, *fragment = strchr(query, '#');
    char *end = fragment ? fragment : query + strlen(query);
    for (char *p = query; p < end;) {
        size_t n = 1 + strcspn(p + 1, "&#"); /* a parameter with its sign */
        if (strncmp(p + 1, "utm_", 4) != 0) {
            memmove(out, p, n);
            if (out == query)
                *out = '?';
            out += n;
        }
        p += n;
    }
    memmove(out, end, strlen(end) + 1);
}

const char *ald_link_url(struct ald_arena *arena, const char *url)
{
    char *copy = ald_strdup(arena, ald_link_trimmed(arena, url));
    char *host = strstr(copy, "://");
    if (!host || host == copy)
        return NULL;
    char *path = host + 3 + strcspn(host + 3, "/?#");
    for (char *c = copy; c < path; c++)
        *c = (char)tolower((unsigned char)*c);
    char *query = path + strcspn(path, "?#");
    if (*query == '?')
        without_campaign(query);
    size_t n = strlen(copy);
    while (n && copy + n > path && copy[n - 1] == '/')
        copy[--n] = '\0';
    return copy;
}

/* An address of nothing but a host names a site, not a record. */
static bool has_path(const char *url)
{
    const char *host = strstr(url, "://");
    return host && strpbrk(host + 3, "/?#");
}

/* ---- Indexes ---- */

static bool is_key(struct ald_linker *l, uint32_t record, const char *text)
{
    const struct ald_record *r = &l->b->a->records[record];
    return strcmp(r->external_id, text) == 0 || (r->key && strcmp(r->key, text) == 0);
}

static bool is_url(struct ald_linker *l, uint32_t record, const char *text)
{
    ald_arena_reset(l->b->brief);
    const char *url = ald_link_url(l->b->brief, ald_record_url(l->b->brief, &l->b->a->records[record]));
    return url && strcmp(url, text) == 0;
}

static void index_add(struct ald_linker *l, struct ald_link_index *index, const struct ald_link_asked *asked, const char *text, uint32_t record)
{
    uint32_t hash = ald_names_hash(text);
    if (!ald_link_is_asked(asked, hash))
        return;
    index->slots = ald_grow(l->arena, index->slots, index->n, &index->cap, sizeof *index->slots);
    index->slots[index->n++] = (struct ald_link_slot){.hash = hash, .record = ALD_RECORD_OF(record)};
}

static int slot_order(const void *x, const void *y)
{
    const struct ald_link_slot *a = x, *b = y;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

/* The text of a record that has a hash; lent until the next. */
static const char *text_of(struct ald_linker *l, const struct ald_link_index *index, const struct ald_link_slot *slot)
{
    const struct ald_record *r = &l->b->a->records[slot->record];
    if (index->is == is_url)
        return ald_link_url(l->b->brief, ald_record_url(l->b->brief, r));
    return ald_names_hash(r->external_id) == slot->hash ? r->external_id : r->key;
}

/* The slot among those of one hash that has the same text in the same source, or NULL. */
static struct ald_link_slot *known(struct ald_linker *l, const struct ald_link_index *index, struct ald_arena *scratch,
                                   struct ald_link_slot *from, const struct ald_link_slot *to, const struct ald_link_slot *slot)
{
    const struct ald_work *work = l->b->work;
    const char *text = from < to ? ald_strdup(scratch, text_of(l, index, slot)) : NULL;
    for (; from < to; from++)
        if (work[from->record].source == work[slot->record].source && index->is(l, from->record, text))
            return from;
    return NULL;
}

/* Sorts, and leaves one slot of a text in each source. */
static void index_done(struct ald_linker *l, struct ald_link_index *index)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t kept = 0, run = 0;
    if (index->n)
        qsort(index->slots, index->n, sizeof *index->slots, slot_order);
    for (size_t i = 0; i < index->n; i++, ald_arena_reset(scratch)) {
        struct ald_link_slot slot = index->slots[i];
        if (kept == run || index->slots[run].hash != slot.hash)
            run = kept;
        struct ald_link_slot *same = known(l, index, scratch, &index->slots[run], &index->slots[kept], &slot);
        if (!same)
            index->slots[kept++] = slot;
        else if (same->record != slot.record)
            same->several = true;
    }
    index->n = kept;
}

/* The next slot of a text after one (NULL: the first), the latest source first; NULL: no more. */
static const struct ald_link_slot *next_slot(struct ald_linker *l, const struct ald_link_index *index, const char *text,
                                             const struct ald_link_slot *after)
{
    uint32_t hash = ald_names_hash(text);
    size_t low = 0, high = after ? (size_t)(after - index->slots) : index->n;
    while (!after && low < high) { /* the first one beyond the hash */
        size_t mid = low + (high - low) / 2;
        if (index->slots[mid].hash <= hash)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = high; i-- > 0 && index->slots[i].hash == hash;)
        if (index->is(l, index->slots[i].record, text))
            return &index->slots[i];
    return NULL;
}

static const struct ald_link_slot *lookup(struct ald_linker *l, const struct ald_link_index *index, const char *text)
{
    return next_slot(l, index, text, NULL);
}

/* The one record that a text means in all sources, or ALD_NOBODY. */
static uint32_t only_one(struct ald_linker *l, const struct ald_link_index *index, const char *text)
{
    const struct ald_link_slot *s = lookup(l, index, text);
    return s && !s->several && !next_slot(l, index, text, s) ? s->record : ALD_NOBODY;
}

static uint32_t in_source(struct ald_linker *l, const char *key, uint32_t source)
{
    for (const struct ald_link_slot *s = lookup(l, &l->keys, key); s; s = next_slot(l, &l->keys, key, s))
        if (l->b->work[s->record].source == source)
            return s->several ? ALD_NOBODY : s->record;
    return ALD_NOBODY;
}

void ald_index_records(struct ald_linker *l)
{
    const struct ald_analysis *a = l->b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_link_asked found;
    const struct ald_link_asked *asked = l->asked;
    if (!asked) {
        ald_link_asked(l, &found);
        asked = &found;
    }
    l->keys = (struct ald_link_index){.is = is_key};
    l->urls = (struct ald_link_index){.is = is_url};
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *r = &a->records[i];
        if (r->vendor)
            continue;
        index_add(l, &l->keys, asked, r->external_id, (uint32_t)i);
        if (r->key && *r->key)
            index_add(l, &l->keys, asked, r->key, (uint32_t)i);
        if (!asked->urls || !r->url_end)
            continue;
        const char *url = ald_link_url(scratch, ald_record_url(scratch, r));
        if (url && has_path(url))
            index_add(l, &l->urls, asked, url, (uint32_t)i);
        ald_arena_reset(scratch);
    }
    index_done(l, &l->keys);
    index_done(l, &l->urls);
}

/* ---- What a pointer means ---- */

static uint32_t by_id(struct ald_linker *l, const char *value)
{
    /* Both halves may hold colons: the source is whichever prefix is one. */
    for (const char *colon = strchr(value, ':'); colon; colon = strchr(colon + 1, ':')) {
        uint32_t source = ald_names_find(l->b->sources, ald_strndup(l->arena, value, (size_t)(colon - value)));
        if (source == ALD_NOBODY)
            continue;
        uint32_t record = in_source(l, colon + 1, source);
        if (record != ALD_NOBODY)
            return record;
    }
    return ALD_NOBODY;
}

/* An address below the base address of a source whose last part is a key or id there. */
static uint32_t by_alias(struct ald_linker *l, const char *url)
{
    size_t n = strlen(url), last = n;
    while (last && !strchr("/=", url[last - 1]))
        last--;
    for (size_t i = 0; i < l->b->alias_n; i++) {
        const struct ald_alias *alias = &l->b->alias[i];
        const char *base = alias->url ? ald_link_url(l->arena, alias->prefix) : NULL;
        size_t base_n = base ? strlen(base) : 0;
        if (!base_n || strncmp(url, base, base_n) != 0 || last <= base_n || !strchr("/?=#", url[base_n]))
            continue;
        uint32_t record = in_source(l, url + last, alias->source);
        if (record != ALD_NOBODY)
            return record;
    }
    /* A place within the record: .../browse/INC-5?focusedCommentId=3. */
    size_t page = strcspn(url, "?#");
    return page < n ? by_alias(l, ald_strndup(l->arena, url, page)) : ALD_NOBODY;
}

/* The longest key prefix that some source owns says where a key is at home; ALD_NOBODY: no source claims it. */
static uint32_t home_of_key(const struct ald_linker *l, const char *key)
{
    uint32_t home = ALD_NOBODY;
    size_t best = 0;
    for (size_t i = 0; i < l->b->alias_n; i++) {
        const struct ald_alias *alias = &l->b->alias[i];
        size_t n = strlen(alias->prefix);
        if (!alias->url && n > best && strncmp(key, alias->prefix, n) == 0) {
            best = n;
            home = alias->source;
        }
    }
    return home;
}

static size_t take_slots(struct ald_linker *l, const struct ald_link_index *index, const char *text, uint32_t from, uint32_t home,
                         uint32_t *ret, size_t max)
{
    size_t n = 0;
    for (const struct ald_link_slot *s = lookup(l, index, text); s && n < max; s = next_slot(l, index, text, s))
        if (!s->several && s->record != from && (home == ALD_NOBODY || l->b->work[s->record].source == home))
            ret[n++] = s->record;
    return n;
}

size_t ald_ref_targets(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref, uint32_t *ret, size_t max)
{
    const char *value = ald_link_trimmed(l->arena, ref->value);
    const char *url = ref->kind == ALD_REF_URL || ref->kind == ALD_REF_MENTION ? ald_link_url(l->arena, value) : NULL;
    if (ald_says_nothing(value) || max == 0)
        return 0;
    if (ref->kind == ALD_REF_ID || (url && has_path(url) && !lookup(l, &l->urls, url))) {
        ret[0] = url ? by_alias(l, url) : by_id(l, value);
        return ret[0] != ALD_NOBODY && ret[0] != from;
    }
    if (url)
        return has_path(url) ? take_slots(l, &l->urls, url, from, ALD_NOBODY, ret, max) : 0;
    if (ref->kind == ALD_REF_URL)
        return 0;
    return take_slots(l, &l->keys, value, from, home_of_key(l, value), ret, max);
}

const char *ald_ref_text(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    return ald_sprintf(l->b->a->arena, "%s of %s: %s", ref->field ? ref->field : "ref",
                       ald_record_id(&l->b->a->records[from]), ref->value);
}

/* What "merged into X" means: an id or key of the same source, else "source:id", an address, a key that only one source
 * has. */
uint32_t ald_fold_target(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    const char *value = ald_link_trimmed(l->arena, ref->value);
    if (ald_says_nothing(value))
        return ALD_NOBODY;
    uint32_t found = in_source(l, value, l->b->work[from].source);
    if (found == ALD_NOBODY)
        found = by_id(l, value);
    const char *url = found == ALD_NOBODY ? ald_link_url(l->arena, value) : NULL;
    if (url && has_path(url)) {
        found = lookup(l, &l->urls, url) ? only_one(l, &l->urls, url) : by_alias(l, url);
    }
    if (found == ALD_NOBODY)
        found = only_one(l, &l->keys, value);
    return found == from ? ALD_NOBODY : found;
}
