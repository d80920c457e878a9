/* Addresses of records. What those of one source begin with stands once, and what follows is mostly the record's own id or key, which
 * stands there already. Knows no API's addresses. */
#include "analysis/build.h"

#include <string.h>

#define TRAITS_MOST 4096 /* where so many are told apart, beginnings of urls are not what records have in common */

/* Where a name begins that is a whole part of the address, up to its end or not; NULL: nowhere. */
static const char *part_that_is(const char *url, const char *name)
{
    if (!name || !*name)
        return NULL;
    for (const char *at = strstr(url, name); at; at = strstr(at + 1, name))
        if (at > url && (at[-1] == '/' || at[-1] == '='))
            return at;
    return NULL;
}

static const char *end_of(const char *url, const struct ald_record *record)
{
    const char *at = part_that_is(url, record->external_id);
    if (!at)
        at = part_that_is(url, record->key);
    if (at)
        return at;
    at = strrchr(url, '/');
    return at && at[1] ? at + 1 : url;
}

const char *ald_url_divide(struct ald_build *b, struct ald_record *record, const char *url)
{
    if (!url)
        return NULL;
    const char *end = ald_build_traits_n(b) < TRAITS_MOST ? end_of(url, record) : url;
    if (strcmp(end, record->external_id) == 0)
        record->url_end = record->external_id;
    else if (record->key && strcmp(end, record->key) == 0)
        record->url_end = record->key;
    else
        record->url_end = ald_strdup(b->a->arena, end);
    if (end == url)
        return NULL;
    ald_arena_reset(b->brief);
    return ald_build_string(b, ald_strndup(b->brief, url, (size_t)(end - url)));
}

const char *ald_record_url(struct ald_arena *arena, const struct ald_record *record)
{
    const char *address = record->traits->address;
    if (!record->url_end || !address)
        return record->url_end;
    size_t n = strlen(address), end_n = strlen(record->url_end);
    char *url = ald_alloc(arena, n + end_n + 1);
    memcpy(url, address, n);
    memcpy(url + n, record->url_end, end_n + 1);
    return url;
}
