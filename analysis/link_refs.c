/* Explicit pointers: which record an address, a key or an id means, and the joins and folds that follow. A pointer that
 * ties together several separate times names a list, an umbrella or a handbook, and joins nothing. Knows refs and
 * aliases, no API. */
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
    index->slots = ald_grow(l->arena, index->slots, i, &index->cap, sizeof *index->slots);
    for (struct ald_link_slot *s = index->slots[i]; s; s = s->next) {
        if (s->source != source)
            continue;
        if (s->record != record)
            s->record = ALD_AMBIGUOUS;
        return;
    }
    struct ald_link_slot *slot = ald_alloc(l->arena, sizeof *slot);
    *slot = (struct ald_link_slot){.source = source, .record = record, .next = index->slots[i]};
    index->slots[i] = slot;
}

static const struct ald_link_slot *lookup(const struct ald_link_index *index, const char *text)
{
    uint32_t i = ald_names_find(index->texts, text);
    return i == ALD_NOBODY ? NULL : index->slots[i];
}

static uint32_t in_source(const struct ald_link_index *index, const char *text, uint32_t source)
{
    for (const struct ald_link_slot *s = lookup(index, text); s; s = s->next)
        if (s->source == source)
            return s->record == ALD_AMBIGUOUS ? ALD_NOBODY : s->record;
    return ALD_NOBODY;
}

void ald_index_records(struct ald_linker *l)
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

static size_t take_slots(const struct ald_link_slot *s, uint32_t from, uint32_t home, uint32_t *ret, size_t max)
{
    size_t n = 0;
    for (; s && n < max; s = s->next)
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
        return has_path(url) ? take_slots(lookup(&l->urls, url), from, ALD_NOBODY, ret, max) : 0;
    if (ref->kind == ALD_REF_URL)
        return 0;
    return take_slots(lookup(&l->keys, value), from, home_of_key(l, value), ret, max);
}

const char *ald_ref_text(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref)
{
    return ald_sprintf(l->b->a->arena, "%s of %s: %s", ref->field ? ref->field : "ref",
                       ald_record_id(l->arena, &l->b->a->records[from]), ref->value);
}

/* ---- Times ---- */

#define BETWEEN_TIMES_MS (6 * ALD_HOUR_MS)
#define ONE_TIME_MS (7 * ALD_DAY_MS)

/* More than a week lies between two records: one cites the other. */
static bool is_citation(const struct ald_linker *l, uint32_t x, uint32_t y)
{
    int64_t a = l->b->work[x].start, b = l->b->work[y].start;
    if (a == ALD_TIME_NONE || b == ALD_TIME_NONE)
        return false;
    int64_t end = ald_record_end(l->b, a < b ? x : y), late = a < b ? b : a;
    return end != INT64_MAX && late > end + ONE_TIME_MS;
}

/* ---- Folding ---- */

/* What "merged into X" means: an id or key of the same source, else "source:id", an address, a key that only one source
 * has. */
static uint32_t fold_target(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref)
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

/* merged_into before duplicate_of before parent: the order of enum ald_ref_kind. */
static void fold_record(struct ald_linker *l, uint32_t i)
{
    const struct ald_work *w = &l->b->work[i];
    const struct ald_row_ref *best = NULL;
    uint32_t into = ALD_NOBODY;
    for (size_t j = 0; j < w->refs.n; j++) {
        const struct ald_row_ref *ref = &l->b->ref[w->refs.at + j];
        if (ref->kind < ALD_REF_MERGED_INTO || ref->kind > ALD_REF_PARENT || (best && ref->kind >= best->kind))
            continue;
        uint32_t target = fold_target(l, i, ref);
        if (target == ALD_NOBODY || (ref->kind != ALD_REF_MERGED_INTO && is_citation(l, i, target)))
            continue;
        best = ref;
        into = target;
    }
    if (best)
        (void)ald_link_fold(l, i, into, ald_ref_text(l, i, best));
}

/* ---- Joining ---- */

enum { TARGETS_MOST = 16 }; /* sources that hold one key */
#define SEPARATE_TIMES 3    /* of one source, tied together by one record: no single happening */

/* An explicit pointer with its meaning. */
struct pointer {
    uint32_t from, to;
    const struct ald_row_ref *ref;
};
struct pointers {
    struct pointer *items;
    size_t n, cap;
};

static bool is_pointer(const struct ald_row_ref *ref)
{
    return ref->kind < ALD_REF_MERGED_INTO;
}

static void collect(struct ald_linker *l, struct pointers *ret)
{
    const struct ald_analysis *a = l->b->a;
    uint32_t to[TARGETS_MOST];
    for (uint32_t i = 0; i < a->records_n; i++) {
        const struct ald_slice *refs = &l->b->work[i].refs;
        for (size_t j = 0; j < refs->n && !a->records[i].vendor; j++) {
            const struct ald_row_ref *ref = &l->b->ref[refs->at + j];
            size_t n = is_pointer(ref) ? ald_ref_targets(l, i, ref, to, TARGETS_MOST) : 0;
            for (size_t k = 0; k < n; k++) {
                ret->items = ald_grow(l->arena, ret->items, ret->n, &ret->cap, sizeof *ret->items);
                ret->items[ret->n++] = (struct pointer){.from = i, .to = to[k], .ref = ref};
            }
        }
    }
}

/* One end of a pointer: the hub, and the record at the other end. */
struct spoke {
    uint32_t hub, record, source;
    int64_t start;
};

static int spoke_order(const void *x, const void *y)
{
    const struct spoke *a = x, *b = y;
    if (a->hub != b->hub)
        return a->hub < b->hub ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

/* Within the life of a hub that is no longer than a week: what it points at, or what points at it, may be all its own.
 */
static bool is_own(const struct ald_linker *l, uint32_t hub, int64_t start)
{
    int64_t from = l->b->work[hub].start, to = ald_record_end(l->b, hub);
    if (from == ALD_TIME_NONE || to == INT64_MAX || to - from > ONE_TIME_MS)
        return false;
    return start >= from - BETWEEN_TIMES_MS && start <= to + BETWEEN_TIMES_MS;
}

/* Marks the hubs whose spokes to one source lie at three or more separate times: more than six hours after the end of
 * those before, or beyond a week of their first. One happening is told of by one source at one time, perhaps two. */
static void mark_hubs(struct ald_linker *l, const struct pointers *p, bool outgoing, bool *ret_hub)
{
    struct spoke *spokes = ald_calloc(l->arena, p->n, sizeof *spokes);
    size_t n = 0, times = 0;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t hub = outgoing ? p->items[i].from : p->items[i].to,
                 record = outgoing ? p->items[i].to : p->items[i].from;
        int64_t start = l->b->work[record].start;
        if (start != ALD_TIME_NONE && !is_own(l, hub, start))
            spokes[n++] = (struct spoke){hub, record, l->b->work[record].source, start};
    }
    if (n)
        qsort(spokes, n, sizeof *spokes, spoke_order);
    int64_t first = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        const struct spoke *s = &spokes[i];
        int64_t end = ald_record_end(l->b, s->record), latest = s->start + ONE_TIME_MS;
        bool same = i > 0 && spokes[i - 1].hub == s->hub && spokes[i - 1].source == s->source;
        if (!same)
            times = 0;
        if (!same || s->start > last + BETWEEN_TIMES_MS || s->start > first + ONE_TIME_MS) {
            first = last = s->start;
            times++;
        }
        end = end < latest ? end : latest;
        last = end > last ? end : last;
        if (times >= SEPARATE_TIMES)
            ret_hub[s->hub] = true;
    }
}

static void note_hubs(struct ald_linker *l, const struct pointers *p, const bool *umbrella, const bool *list)
{
    size_t *n = ald_calloc(l->arena, l->b->a->records_n, sizeof *n);
    for (size_t i = 0; i < p->n; i++) {
        n[p->items[i].to] += umbrella[p->items[i].to];
        n[p->items[i].from] += list[p->items[i].from];
    }
    for (uint32_t i = 0; i < l->b->a->records_n; i++) {
        const char *id = n[i] ? ald_record_id(l->b->a->arena, &l->b->a->records[i]) : NULL;
        if (id)
            ald_link_idle_add(l, ALD_LINK_KEY, id, n[i],
                              umbrella[i]
                                  ? "records of three or more separate times point at it: an umbrella or a handbook"
                                  : "it points at records of three or more separate times: a list");
    }
}

static void note_citations(struct ald_linker *l, const struct pointers *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (is_citation(l, p->items[i].from, p->items[i].to))
            ald_link_idle_add(l, ALD_LINK_KEY, ald_ref_text(l, p->items[i].from, p->items[i].ref), 2,
                              "more than a week lies between the two records: a citation");
}

static void join_pointer(struct ald_linker *l, const struct pointer *p)
{
    static const enum ald_link_method methods[] = {ALD_LINK_URL, ALD_LINK_KEY, ALD_LINK_ID};
    (void)ald_link_join(l, p->from, p->to, methods[p->ref->kind], 1, ald_ref_text(l, p->from, p->ref));
}

void ald_link_explicit(struct ald_linker *l)
{
    const struct ald_analysis *a = l->b->a;
    struct pointers pointers = {0};
    bool *umbrella = ald_calloc(l->arena, a->records_n, sizeof *umbrella);
    bool *list = ald_calloc(l->arena, a->records_n, sizeof *list);
    bool *apart = ald_calloc(l->arena, a->records_n, sizeof *apart);
    collect(l, &pointers);
    mark_hubs(l, &pointers, false, umbrella);
    mark_hubs(l, &pointers, true, list);
    note_hubs(l, &pointers, umbrella, list);
    note_citations(l, &pointers);
    for (uint32_t i = 0; i < a->records_n; i++)
        apart[i] = l->enemies[ald_link_whole(l, i)] != NULL;
    /* Those that people keep apart come last: what the others make of it stands, and they stay out of it. */
    for (int last = 0; last < 2; last++) {
        for (uint32_t i = 0; i < a->records_n; i++)
            if (!a->records[i].vendor && apart[i] == (last == 1))
                fold_record(l, i);
        for (size_t i = 0; i < pointers.n; i++) {
            const struct pointer *p = &pointers.items[i];
            if (!umbrella[p->to] && !list[p->from] && !is_citation(l, p->from, p->to) &&
                (apart[p->from] || apart[p->to]) == (last == 1))
                join_pointer(l, p);
        }
    }
}
