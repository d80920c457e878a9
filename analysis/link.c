/* Linking (this far: explicit pointers only): which records tell of one incident. Records that point at each other by
 * address, key or id form a group (union-find, near-linear); a record that was merged into another folds its group into
 * the other's. Knows refs and aliases, no API. */
#include "analysis/links.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AMBIGUOUS (ALD_NOBODY - 1)

/* ---- Values ---- */

/* What forms and people write when they have nothing to say. */
static bool says_nothing(const char *value)
{
    static const char *const fillers[] = {"-",    "--",  "?",       ".",         "0",    "x",   "n/a", "na",   "none",
                                          "null", "nil", "unknown", "undefined", "todo", "tbd", "tbc", "test", "no"};
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
        if (strcasecmp(value, fillers[i]) == 0)
            return true;
    return !*value;
}

static const char *trimmed(struct ald_arena *arena, const char *s)
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
    char *copy = ald_strdup(arena, trimmed(arena, url));
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

/* What one text means in each source: one record, or several (then it says nothing). Chains are as short as there are
 * sources, so that a filler in every record costs nothing. */
struct slot {
    uint32_t source, record;
    struct slot *next;
};
struct index {
    struct ald_names *texts;
    struct slot **slots; /* parallel to texts */
    size_t cap;
};

struct linker {
    struct ald_build *b;
    struct ald_arena *arena;
    struct index keys, urls;
    uint32_t *parent; /* union-find */
};

static void index_add(struct linker *l, struct index *index, const char *text, uint32_t record)
{
    uint32_t source = l->b->work[record].source, i = ald_names_add(index->texts, text);
    index->slots = ald_grow(l->arena, index->slots, i, &index->cap, sizeof *index->slots);
    for (struct slot *s = index->slots[i]; s; s = s->next) {
        if (s->source != source)
            continue;
        if (s->record != record)
            s->record = AMBIGUOUS;
        return;
    }
    struct slot *slot = ald_alloc(l->arena, sizeof *slot);
    *slot = (struct slot){.source = source, .record = record, .next = index->slots[i]};
    index->slots[i] = slot;
}

static const struct slot *lookup(const struct index *index, const char *text)
{
    uint32_t i = ald_names_find(index->texts, text);
    return i == ALD_NOBODY ? NULL : index->slots[i];
}

static uint32_t in_source(const struct index *index, const char *text, uint32_t source)
{
    for (const struct slot *s = lookup(index, text); s; s = s->next)
        if (s->source == source)
            return s->record == AMBIGUOUS ? ALD_NOBODY : s->record;
    return ALD_NOBODY;
}

static void index_records(struct linker *l)
{
    const struct ald_analysis *a = l->b->a;
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *r = &a->records[i];
        if (r->vendor)
            continue;
        index_add(l, &l->keys, r->external_id, (uint32_t)i);
        if (r->key && *r->key)
            index_add(l, &l->keys, r->key, (uint32_t)i);
        const char *url = r->url ? ald_link_url(l->arena, r->url) : NULL;
        if (url && has_path(url))
            index_add(l, &l->urls, url, (uint32_t)i);
    }
}

/* ---- Groups ---- */

static uint32_t root(struct linker *l, uint32_t x)
{
    while (l->parent[x] != x)
        x = l->parent[x] = l->parent[l->parent[x]];
    return x;
}

static void note_method(struct linker *l, uint32_t r, const char *method, const char *via)
{
    struct ald_record *record = &l->b->a->records[r];
    if (record->method)
        return;
    record->method = method;
    record->via = via;
}

static const char *via_text(struct linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    return ald_sprintf(l->b->a->arena, "%s of %s: %s", ref->field ? ref->field : "ref",
                       ald_record_id(l->arena, &l->b->a->records[from]), ref->value);
}

static void join(struct linker *l, uint32_t from, uint32_t to, const struct ald_row_ref *ref)
{
    static const char *const methods[] = {"url", "key", "id"};
    if (from == to || to == ALD_NOBODY || to == AMBIGUOUS)
        return;
    const char *via = via_text(l, from, ref);
    note_method(l, from, methods[ref->kind], via);
    note_method(l, to, methods[ref->kind], via);
    uint32_t x = root(l, from), y = root(l, to);
    if (x < y)
        l->parent[y] = x;
    else
        l->parent[x] = y;
}

static uint32_t by_id(struct linker *l, const char *value)
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
static uint32_t by_alias(struct linker *l, const char *url)
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
static uint32_t home_of_key(const struct linker *l, const char *key)
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

static void join_ref(struct linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    const char *value = trimmed(l->arena, ref->value);
    if (says_nothing(value))
        return;
    if (ref->kind == ALD_REF_ID) {
        join(l, from, by_id(l, value), ref);
    } else if (ref->kind == ALD_REF_KEY) {
        uint32_t home = home_of_key(l, value);
        for (const struct slot *s = lookup(&l->keys, value); s; s = s->next)
            if (home == ALD_NOBODY || s->source == home)
                join(l, from, s->record, ref);
    } else {
        const char *url = ald_link_url(l->arena, value);
        if (!url || !has_path(url))
            return;
        const struct slot *slots = lookup(&l->urls, url);
        for (const struct slot *s = slots; s; s = s->next)
            join(l, from, s->record, ref);
        if (!slots)
            join(l, from, by_alias(l, url), ref);
    }
}

/* ---- Folding ---- */

/* What "merged into X" means: an id or key of the same source, else "source:id", an address, a key that only one source
 * has. */
static uint32_t fold_target(struct linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    const char *value = trimmed(l->arena, ref->value);
    if (says_nothing(value))
        return ALD_NOBODY;
    uint32_t found = in_source(&l->keys, value, l->b->work[from].source);
    if (found == ALD_NOBODY)
        found = by_id(l, value);
    const char *url = found == ALD_NOBODY ? ald_link_url(l->arena, value) : NULL;
    if (url && has_path(url)) {
        const struct slot *s = lookup(&l->urls, url);
        found = s && !s->next && s->record != AMBIGUOUS ? s->record : s ? ALD_NOBODY : by_alias(l, url);
    }
    if (found == ALD_NOBODY) {
        const struct slot *s = lookup(&l->keys, value);
        found = s && !s->next && s->record != AMBIGUOUS ? s->record : ALD_NOBODY;
    }
    return found == from ? ALD_NOBODY : found;
}

/* merged_into before duplicate_of before parent: the order of enum ald_ref_kind. */
static void choose_folds(struct linker *l)
{
    struct ald_analysis *a = l->b->a;
    for (size_t i = 0; i < a->records_n; i++) {
        struct ald_work *w = &l->b->work[i];
        unsigned best = ALD_REF_N;
        for (size_t j = 0; j < w->refs.n && !a->records[i].vendor; j++) {
            const struct ald_row_ref *ref = &l->b->ref[w->refs.at + j];
            if (ref->kind < ALD_REF_MERGED_INTO || ref->kind >= best)
                continue;
            uint32_t target = fold_target(l, (uint32_t)i, ref);
            if (target == ALD_NOBODY)
                continue;
            best = ref->kind;
            w->fold_into = target;
            a->records[i].method = "merged";
            a->records[i].via = via_text(l, (uint32_t)i, ref);
        }
    }
}

size_t ald_link(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    struct linker l = {.b = b, .arena = b->scratch};
    l.keys.texts = ald_names_new(b->scratch);
    l.urls.texts = ald_names_new(b->scratch);
    l.parent = ald_calloc(b->scratch, a->records_n, sizeof *l.parent);
    for (size_t i = 0; i < a->records_n; i++)
        l.parent[i] = (uint32_t)i;
    index_records(&l);
    choose_folds(&l);
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_slice *refs = &b->work[i].refs;
        for (size_t j = 0; j < refs->n && !a->records[i].vendor; j++)
            if (b->ref[refs->at + j].kind < ALD_REF_MERGED_INTO)
                join_ref(&l, (uint32_t)i, &b->ref[refs->at + j]);
    }
    for (size_t i = 0; i < a->records_n; i++) {
        b->work[i].group = root(&l, (uint32_t)i);
        if (!a->records[i].method)
            a->records[i].method = "single";
    }
    ald_names_free(l.keys.texts);
    ald_names_free(l.urls.texts);
    return ald_fold(b);
}
