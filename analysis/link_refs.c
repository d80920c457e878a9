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

const char *ald_link_url(struct ald_arena *arena, const char *url)
{
    char *copy = ald_strdup(arena, ald_link_trimmed(arena, url));
    char *host = strstr(copy, "://");
    if (!host || host == copy)
        return NULL;
    char *path = host + 3 + strcspn(host + 3, "/?#");
    for (char *c = copy; c < path; c++)
        *c = (char)tolower((unsigned char)*c);
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

static void index_add(struct ald_linker *l, struct ald_link_index *index, const char *text, uint32_t record)
{
    uint32_t source = l->b->work[record].source, i = ald_names_add(index->texts, text);
    index->first = ald_grow(l->arena, index->first, i, &index->first_cap, sizeof *index->first);
    for (uint32_t at = index->first[i]; at; at = index->slots[at - 1].next) {
        struct ald_link_slot *slot = &index->slots[at - 1];
        if (slot->source != source)
            continue;
        if (slot->record != record)
            slot->record = ALD_AMBIGUOUS;
        return;
    }
    index->slots = ald_grow(l->arena, index->slots, index->slots_n, &index->slots_cap, sizeof *index->slots);
    index->slots[index->slots_n++] = (struct ald_link_slot){.source = source, .record = record, .next = index->first[i]};
    index->first[i] = (uint32_t)index->slots_n;
}

static const struct ald_link_slot *slot_at(const struct ald_link_index *index, uint32_t number)
{
    return number ? &index->slots[number - 1] : NULL;
}

static const struct ald_link_slot *lookup(const struct ald_link_index *index, const char *text)
{
    uint32_t i = ald_names_find(index->texts, text);
    return i == ALD_NOBODY ? NULL : slot_at(index, index->first[i]);
}

static uint32_t in_source(const struct ald_link_index *index, const char *text, uint32_t source)
{
    for (const struct ald_link_slot *s = lookup(index, text); s; s = slot_at(index, s->next))
        if (s->source == source)
            return s->record == ALD_AMBIGUOUS ? ALD_NOBODY : s->record;
    return ALD_NOBODY;
}

void ald_index_records(struct ald_linker *l)
{
    const struct ald_analysis *a = l->b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    for (size_t i = 0; i < a->records_n; i++, ald_arena_reset(scratch)) {
        const struct ald_record *r = &a->records[i];
        if (r->vendor)
            continue;
        index_add(l, &l->keys, r->external_id, (uint32_t)i);
        if (r->key && *r->key)
            index_add(l, &l->keys, r->key, (uint32_t)i);
        const char *url = r->url ? ald_link_url(scratch, r->url) : NULL;
        if (url && has_path(url))
            index_add(l, &l->urls, url, (uint32_t)i);
    }
}

/* ---- What a pointer means ---- */

static uint32_t by_id(struct ald_linker *l, const char *value)
{
    /* Both halves may hold colons: the source is whichever prefix is one. */
    for (const char *colon = strchr(value, ':'); colon; colon = strchr(colon + 1, ':')) {
        uint32_t source = ald_names_find(l->b->sources, ald_strndup(l->arena, value, (size_t)(colon - value)));
        if (source == ALD_NOBODY)
            continue;
        uint32_t record = in_source(&l->keys, colon + 1, source);
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
        uint32_t record = in_source(&l->keys, url + last, alias->source);
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

static size_t take_slots(const struct ald_link_index *index, const char *text, uint32_t from, uint32_t home, uint32_t *ret,
                         size_t max)
{
    size_t n = 0;
    for (const struct ald_link_slot *s = lookup(index, text); s && n < max; s = slot_at(index, s->next))
        if (s->record != ALD_AMBIGUOUS && s->record != from && (home == ALD_NOBODY || s->source == home))
            ret[n++] = s->record;
    return n;
}

size_t ald_ref_targets(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref, uint32_t *ret, size_t max)
{
    const char *value = ald_link_trimmed(l->arena, ref->value);
    const char *url = ref->kind == ALD_REF_URL || ref->kind == ALD_REF_MENTION ? ald_link_url(l->arena, value) : NULL;
    if (ald_says_nothing(value) || max == 0)
        return 0;
    if (ref->kind == ALD_REF_ID || (url && has_path(url) && !lookup(&l->urls, url))) {
        ret[0] = url ? by_alias(l, url) : by_id(l, value);
        return ret[0] != ALD_NOBODY && ret[0] != from;
    }
    if (url)
        return has_path(url) ? take_slots(&l->urls, url, from, ALD_NOBODY, ret, max) : 0;
    if (ref->kind == ALD_REF_URL)
        return 0;
    return take_slots(&l->keys, value, from, home_of_key(l, value), ret, max);
}

const char *ald_ref_text(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    return ald_sprintf(l->b->a->arena, "%s of %s: %s", ref->field ? ref->field : "ref",
                       ald_record_id(l->arena, &l->b->a->records[from]), ref->value);
}

/* What "merged into X" means: an id or key of the same source, else "source:id", an address, a key that only one source
 * has. */
uint32_t ald_fold_target(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    const char *value = ald_link_trimmed(l->arena, ref->value);
    if (ald_says_nothing(value))
        return ALD_NOBODY;
    uint32_t found = in_source(&l->keys, value, l->b->work[from].source);
    if (found == ALD_NOBODY)
        found = by_id(l, value);
    const char *url = found == ALD_NOBODY ? ald_link_url(l->arena, value) : NULL;
    if (url && has_path(url)) {
        const struct ald_link_slot *s = lookup(&l->urls, url);
        found = s && !s->next && s->record != ALD_AMBIGUOUS ? s->record : s ? ALD_NOBODY : by_alias(l, url);
    }
    if (found == ALD_NOBODY) {
        const struct ald_link_slot *s = lookup(&l->keys, value);
        found = s && !s->next && s->record != ALD_AMBIGUOUS ? s->record : ALD_NOBODY;
    }
    return found == from ? ALD_NOBODY : found;
}
