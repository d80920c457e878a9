/* Texts by which people call incidents, as one map. What comes first wins, in the order in which a person would mean it: ids,
 * keys, ids of records, keys of records, addresses. */
#include "analysis/handles.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/links.h"

enum { ROOM_FIRST = 1024, AT_MOST = (1 << 30) - 1 };

/* A text is not kept: its hash is, with what is called so, which tells whether it is that text. */
struct slot {
    uint32_t hash;
    uint32_t at : 30; /* 1 + number of an incident or of a record; 0: free */
    bool record : 1;
    bool several : 1; /* more than one incident has this text; then it is the first that stands here */
};
struct map {
    struct slot *slots;
    size_t n, cap; /* cap: a power of two */
};
struct ald_handles {
    const struct ald_analysis *a;
    struct map called;
    struct map *addressed; /* made when an address is first looked for: most texts name none */
};

static struct slot *slots_of(size_t n)
{
    struct slot *slots = calloc(n, sizeof *slots);
    if (!slots)
        abort();
    return slots;
}

static void put(struct map *map, struct slot slot)
{
    size_t i = slot.hash & (map->cap - 1);
    while (map->slots[i].at)
        i = (i + 1) & (map->cap - 1);
    map->slots[i] = slot;
    map->n++;
}

/* Room for n texts and one more. */
static void make_room(struct map *map, size_t n)
{
    if (4 * n < 3 * map->cap)
        return;
    struct map larger = {.cap = map->cap ? 2 * map->cap : ROOM_FIRST};
    while (4 * n >= 3 * larger.cap)
        larger.cap *= 2;
    larger.slots = slots_of(larger.cap);
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].at)
            put(&larger, map->slots[i]);
    free(map->slots);
    *map = larger;
}

static size_t incident_of(const struct ald_handles *h, const struct slot *slot)
{
    size_t i = (size_t)slot->at - 1;
    return slot->record ? h->a->records[i].incident : i;
}

static bool same(const char *x, const char *y)
{
    return x && strcmp(x, y) == 0;
}

static bool is_called(const struct ald_handles *h, const struct slot *slot, const char *text)
{
    if (!slot->record) {
        const struct ald_incident *inc = &h->a->incidents[slot->at - 1];
        return same(inc->id, text) || same(inc->key, text);
    }
    const struct ald_record *record = &h->a->records[slot->at - 1];
    return same(record->key, text) || same(record->external_id, text) || same(ald_record_id(record), text);
}

static bool is_addressed(const struct ald_handles *h, const struct slot *slot, const char *text)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    return same(ald_link_url(scratch, ald_record_url(scratch, &h->a->records[slot->at - 1])), text);
}

/* The slot of a text, or NULL. */
static struct slot *find(const struct ald_handles *h, const struct map *map, const char *text, uint32_t hash)
{
    for (size_t i = hash & (map->cap - 1); map->cap && map->slots[i].at; i = (i + 1) & (map->cap - 1)) {
        struct slot *slot = &map->slots[i];
        if (slot->hash == hash && (map == &h->called ? is_called(h, slot, text) : is_addressed(h, slot, text)))
            return slot;
    }
    return NULL;
}

static void add(const struct ald_handles *h, struct map *map, const char *text, size_t incident, size_t record)
{
    if (!text || !*text)
        return;
    uint32_t hash = ald_names_hash(text);
    struct slot *known = find(h, map, text, hash);
    if (known) {
        known->several = known->several || incident_of(h, known) != incident;
        return;
    }
    bool is_record = record != SIZE_MAX;
    make_room(map, map->n);
    put(map, (struct slot){.hash = hash, .at = ((is_record ? record : incident) + 1) & AT_MOST, .record = is_record});
}

/* The names of a record, but for those that its incident has from it. */
static void add_record(struct ald_handles *h, size_t i)
{
    const struct ald_record *record = &h->a->records[i];
    if (record->key != h->a->incidents[record->incident].key)
        add(h, &h->called, record->key, record->incident, i);
    if (!record->key || strcmp(record->key, record->external_id) != 0)
        add(h, &h->called, record->external_id, record->incident, i);
}

struct ald_handles *ald_handles_new(const struct ald_analysis *a, struct ald_arena *arena)
{
    struct ald_handles *h = ald_calloc(arena, 1, sizeof *h);
    h->a = a;
    h->addressed = ald_calloc(arena, 1, sizeof *h->addressed);
    make_room(&h->called, a->incidents_n + a->records_n);
    for (size_t i = 0; i < a->incidents_n; i++)
        add(h, &h->called, a->incidents[i].id, i, SIZE_MAX);
    for (size_t i = 0; i < a->incidents_n; i++)
        add(h, &h->called, a->incidents[i].key, i, SIZE_MAX);
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *record = &a->records[i];
        if (record->incident != ALD_NOBODY && ald_record_id(record) != a->incidents[record->incident].id)
            add(h, &h->called, ald_record_id(record), record->incident, i);
    }
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            add_record(h, i);
    return h;
}

static const struct map *addressed(const struct ald_handles *h)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    if (h->addressed->cap)
        return h->addressed;
    make_room(h->addressed, 0);
    for (size_t i = 0; i < h->a->records_n; i++) {
        const struct ald_record *record = &h->a->records[i];
        if (record->incident == ALD_NOBODY || !record->url_end)
            continue;
        add(h, h->addressed, ald_link_url(scratch, ald_record_url(scratch, record)), record->incident, i);
        ald_arena_reset(scratch);
    }
    return h->addressed;
}

void ald_handles_free(struct ald_handles *handles)
{
    if (!handles)
        return;
    free(handles->called.slots);
    free(handles->addressed->slots);
}

void ald_handles_freep(struct ald_handles **handles)
{
    ald_handles_free(*handles);
    *handles = NULL;
}

size_t ald_handles_find(const struct ald_handles *handles, const char *text)
{
    const struct slot *slot = find(handles, &handles->called, text, ald_names_hash(text));
    if (!slot && strstr(text, "://")) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
        const char *url = ald_link_url(scratch, text);
        slot = url ? find(handles, addressed(handles), url, ald_names_hash(url)) : NULL;
    }
    return slot ? incident_of(handles, slot) : SIZE_MAX;
}

/* A number or a word alone may mean anything; a name that tells has a letter and a digit, and four characters. */
static bool telling(const char *text)
{
    bool letter = false, digit = false;
    for (const char *p = text; *p; p++) {
        letter = letter || isalpha((unsigned char)*p);
        digit = digit || isdigit((unsigned char)*p);
    }
    return letter && digit && strlen(text) >= 4;
}

size_t ald_handles_cited(const struct ald_handles *handles, const char *text, enum ald_cited_as as, struct ald_arena *scratch)
{
    bool number = as == ALD_CITED_NUMBER && strlen(text) >= 3 && strspn(text, "0123456789") == strlen(text);
    const char *name = as == ALD_CITED_ADDRESS ? ald_link_url(scratch, text) : number || telling(text) ? text : NULL;
    const struct map *map = name && as == ALD_CITED_ADDRESS ? addressed(handles) : &handles->called;
    const struct slot *slot = name ? find(handles, map, name, ald_names_hash(name)) : NULL;
    return !slot || slot->several ? SIZE_MAX : incident_of(handles, slot);
}
