/* What an incident is called: key, title, url, severity, of its records. Knows records already loaded. */
#include "analysis/headings.h"

#include <string.h>

/* The earliest record of a kind (NULL: any) that has the text; folded records only when nothing else has it. */
static const struct ald_record *first_with(const struct ald_analysis *a, const struct ald_incident *inc, const char *kind,
                                           const char *const *(*text)(const struct ald_record *record))
{
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &a->records[inc->records[i]];
        const char *s = *text(record);
        if (s && *s && (!kind || strcmp(record->traits->kind, kind) == 0) && (!kind || !record->folded))
            return record;
    }
    return NULL;
}

static const char *const *key_of(const struct ald_record *record)
{
    return &record->key;
}

static const char *const *title_of(const struct ald_record *record)
{
    return &record->title;
}

static const char *const *url_of(const struct ald_record *record)
{
    return &record->url_end;
}

/* The record whose key an incident bears, or NULL. */
static const struct ald_record *keyed_record(const struct ald_analysis *a, const struct ald_incident *inc)
{
    static const char *const order[] = {"pager", "ticket", "status", NULL};
    const struct ald_record *keyed = NULL;
    for (size_t i = 0; i < sizeof order / sizeof order[0] && !keyed; i++)
        keyed = first_with(a, inc, order[i], key_of);
    return keyed;
}

const char *ald_incident_url(const struct ald_analysis *analysis, struct ald_arena *arena, const struct ald_incident *inc)
{
    const struct ald_record *keyed = keyed_record(analysis, inc);
    const char *url = keyed ? ald_record_url(arena, keyed) : NULL;
    if (url && *url)
        return url;
    const struct ald_record *linked = first_with(analysis, inc, NULL, url_of);
    return linked ? ald_record_url(arena, linked) : NULL;
}

void ald_incident_names(struct ald_build *b, struct ald_incident *inc)
{
    const struct ald_analysis *a = b->a;
    const struct ald_record *first = &a->records[inc->records[0]], *keyed = keyed_record(a, inc);
    inc->id = ald_record_id(first);
    inc->key = keyed ? keyed->key : first->external_id;
    const struct ald_record *pager = first_with(a, inc, "pager", title_of);
    const struct ald_record *titled = first_with(a, inc, "ticket", title_of);
    if (pager &&
        (!titled || ald_record_order(b, (uint32_t)(pager - b->a->records), (uint32_t)(titled - b->a->records)) < 0))
        titled = pager;
    if (!titled)
        titled = first_with(a, inc, NULL, title_of);
    inc->title = titled ? titled->title : "";
    inc->norm_title = ald_norm_title(b->wording, inc->title); /* until they are names */
}

void ald_incident_severity(struct ald_build *b, struct ald_incident *inc)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &b->a->records[inc->records[i]];
        if (!record->traits->severity || record->folded || record->copy)
            continue;
        bool worse = record->severity_rank && (!inc->severity_rank || record->severity_rank < inc->severity_rank);
        if (inc->severity && !worse)
            continue;
        inc->severity = record->traits->severity;
        inc->severity_rank = record->severity_rank;
    }
}
