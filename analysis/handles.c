/* Texts by which people call incidents, as one map. What comes first wins, in the order in which a person would mean it: ids,
 * keys, ids of records, keys of records, addresses. */
#include "analysis/handles.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/links.h"

#define SEVERAL UINT32_MAX

struct map {
    struct ald_names *texts;
    uint32_t *incident; /* by number of the text; the first that has it */
    bool *several;      /* more than one incident has it */
    size_t cap;
};
struct ald_handles {
    struct ald_arena *arena;
    struct map called, addressed;
};

static void add(struct ald_handles *h, struct map *map, const char *text, size_t incident)
{
    if (!text || !*text)
        return;
    size_t n = ald_names_n(map->texts);
    uint32_t i = ald_names_add(map->texts, text);
    if (i < n) {
        map->several[i] = map->several[i] || map->incident[i] != incident;
        return;
    }
    size_t cap = map->cap;
    map->incident = ald_grow(h->arena, map->incident, i, &cap, sizeof *map->incident);
    map->several = ald_grow(h->arena, map->several, i, &map->cap, sizeof *map->several);
    map->incident[i] = (uint32_t)incident;
    map->several[i] = false;
}

struct ald_handles *ald_handles_new(const struct ald_analysis *a, struct ald_arena *arena)
{
    struct ald_handles *h = ald_alloc(arena, sizeof *h);
    h->arena = arena;
    h->called.texts = ald_names_new(arena);
    h->addressed.texts = ald_names_new(arena);
    for (size_t i = 0; i < a->incidents_n; i++)
        add(h, &h->called, a->incidents[i].id, i);
    for (size_t i = 0; i < a->incidents_n; i++)
        add(h, &h->called, a->incidents[i].key, i);
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            add(h, &h->called, ald_sprintf(arena, "%s:%s", a->records[i].traits->source, a->records[i].external_id),
                a->records[i].incident);
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *record = &a->records[i];
        if (record->incident == ALD_NOBODY)
            continue;
        add(h, &h->called, record->key, record->incident);
        add(h, &h->called, record->external_id, record->incident);
        add(h, &h->addressed, record->url ? ald_link_url(arena, record->url) : NULL, record->incident);
    }
    return h;
}

void ald_handles_free(struct ald_handles *handles)
{
    if (!handles)
        return;
    ald_names_free(handles->called.texts);
    ald_names_free(handles->addressed.texts);
}

void ald_handles_freep(struct ald_handles **handles)
{
    ald_handles_free(*handles);
    *handles = NULL;
}

size_t ald_handles_find(const struct ald_handles *handles, const char *text)
{
    const struct map *map = &handles->called;
    uint32_t i = ald_names_find(map->texts, text);
    if (i == ALD_NOBODY && strstr(text, "://")) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
        map = &handles->addressed;
        i = ald_names_find(map->texts, ald_link_url(scratch, text));
    }
    return i == ALD_NOBODY ? SIZE_MAX : map->incident[i];
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
    const struct map *map = as == ALD_CITED_ADDRESS ? &handles->addressed : &handles->called;
    bool number = as == ALD_CITED_NUMBER && strlen(text) >= 3 && strspn(text, "0123456789") == strlen(text);
    const char *name = as == ALD_CITED_ADDRESS ? ald_link_url(scratch, text) : number || telling(text) ? text : NULL;
    uint32_t i = name ? ald_names_find(map->texts, name) : ALD_NOBODY;
    return i == ALD_NOBODY || map->several[i] ? SIZE_MAX : map->incident[i];
}
