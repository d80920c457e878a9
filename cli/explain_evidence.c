/* Where a value came from, for people: of each entry of a timeline when it was, what it was, of which kind of hand and team, and in which source,
 * with its id behind. Never who: people are no evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "session.h"

enum { TOLD_MOST = 6 }; /* entries of one value that are told; of the others the id is enough */

struct entry {
    const char *id;
    uint32_t record, event;
};

struct ald_explain_entries {
    struct entry *list; /* by id */
    size_t n;
};

static int by_id(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int order = strcmp(a->id, b->id);
    return order ? order : a->record != b->record ? (a->record < b->record ? -1 : 1) : a->event < b->event ? -1 : a->event > b->event;
}

struct ald_explain_entries *ald_explain_entries(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    const struct ald_incident *inc = &an->incidents[i];
    struct ald_explain_entries *all = ald_alloc(a, sizeof *all);
    size_t room = 0;
    for (size_t k = 0; k < inc->records_n; k++)
        room += an->records[inc->records[k]].events_n;
    *all = (struct ald_explain_entries){.list = ald_calloc(a, room, sizeof *all->list)};
    for (size_t k = 0; k < inc->records_n; k++)
        for (uint32_t e = 0; e < an->records[inc->records[k]].events_n; e++)
            all->list[all->n++] = (struct entry){ald_event_id(an, a, inc->records[k], e), inc->records[k], e};
    if (all->n)
        qsort(all->list, all->n, sizeof *all->list, by_id);
    return all;
}

static const struct entry *find(const struct ald_explain_entries *all, const char *text, size_t n)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strncmp(all->list[mid].id, text, n);
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < all->n && strncmp(all->list[low].id, text, n) == 0 && all->list[low].id[n] == '\0' ? &all->list[low] : NULL;
}

/* "responder_added" as people write it. */
static const char *kind_words(struct ald_arena *a, unsigned kind)
{
    char *words = ald_strdup(a, kind == ALD_EV_OTHER ? "entry" : ald_event_kind_name((enum ald_event_kind)kind));
    for (char *at = words; (at = strchr(at, '_')); at++)
        *at = ' ';
    return words;
}

/* "2026-07-22 09:19:04 acknowledged by a person, team booking, in pager" */
static const char *described(struct ald_arena *a, const struct ald_analysis *an, const struct entry *entry)
{
    const struct ald_record *record = &an->records[entry->record];
    const struct ald_event event = ald_event_at(an, record, entry->event);
    struct ald_civil c = ald_zone_civil(an->zone, event.at);
    uint32_t team = ald_event_names(an, &event)->team;
    const char *hand = event.automatic == 1 ? " by automation" : event.human && !ald_kind_assigns(event.kind) ? " by a person" : "";
    return ald_sprintf(a, "%04lld-%02d-%02d %02d:%02d:%02d %s%s%s%s, in %s", (long long)c.year, c.month, c.day, c.hour, c.minute, c.second,
                       kind_words(a, event.kind), hand, team != ALD_NOBODY ? ", team " : "", team != ALD_NOBODY ? an->teams[team] : "", record->traits->source);
}

/* An item with each id that it holds behind what that is; *ret_told: so many. */
static const char *told(struct ald_arena *a, const struct ald_analysis *an, const struct ald_explain_entries *all, const char *item, size_t *ret_told)
{
    const struct entry *whole = find(all, item, strlen(item));
    const char *text = "";
    *ret_told = whole != NULL;
    if (whole)
        return ald_sprintf(a, "%s (%s)", described(a, an, whole), item);
    for (const char *at = item; *at;) {
        size_t n = strcspn(at, " (),"), gap = strspn(at + n, " (),");
        const struct entry *entry = n ? find(all, at, n) : NULL;
        text = entry ? ald_sprintf(a, "%s%s: %.*s", text, described(a, an, entry), (int)(n + gap), at) : ald_sprintf(a, "%s%.*s", text, (int)(n + gap), at);
        *ret_told += entry != NULL;
        at += n + gap;
    }
    return text;
}

void ald_explain_evidence(struct ald_arena *a, const struct ald_analysis *an, const struct ald_explain_entries *all, const char *evidence)
{
    char *rest = ald_strdup(a, evidence), *next = NULL;
    size_t told_n = 0;
    bool alone = false; /* the line holds an entry that was told */
    (void)fputs("        from ", stdout);
    for (const char *item = rest; item; item = next) {
        next = strstr(item, "; ");
        if (next) {
            *next = '\0';
            next += 2;
        }
        size_t n = 0;
        const char *text = told_n < TOLD_MOST ? told(a, an, all, item, &n) : item;
        if (item != rest)
            (void)fputs(alone || n ? "\n             " : "; ", stdout);
        (void)fputs(ald_shown_by(a, text), stdout);
        told_n += n;
        alone = n > 0;
    }
    (void)putchar('\n');
}
