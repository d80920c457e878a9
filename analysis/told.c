/* Since when sources tell of what a period holds: see told.h. Knows records of incidents and where they come from. */
#include "alidade/told.h"

#include <string.h>

#define TAKES_PLACE_MS (92 * ALD_DAY_MS) /* where little happens, a move from one tool to another leaves a gap of weeks */

struct telling {
    struct ald_arena *arena;
    struct ald_told_source *items;
    size_t n, cap;
};

static size_t find(const struct ald_told_source *items, size_t n, const char *source)
{
    size_t i = 0;
    while (i < n && items[i].source != source && strcmp(items[i].source, source) != 0)
        i++;
    return i;
}

/* Incidents come by start, so that the first with a record of a source is its first. */
static void tell(struct telling *t, const struct ald_traits *traits, int64_t at, bool now)
{
    size_t i = find(t->items, t->n, traits->source);
    if (i >= t->n) {
        t->items = ald_grow(t->arena, t->items, t->n, &t->cap, sizeof *t->items);
        t->items[t->n++] = (struct ald_told_source){.source = traits->source, .kind = traits->kind, .first = at, .since = at};
    }
    t->items[i].last = at;
    t->items[i].now |= now;
}

static bool took_place(const struct ald_told_source *newer, const struct ald_told_source *older)
{
    return older->first < newer->first && !older->now && older->last >= newer->first - TAKES_PLACE_MS && strcmp(older->kind, newer->kind) == 0;
}

/* Those before come first, so that whose place they took is known. */
static void look_back(struct ald_told_source *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (took_place(&items[i], &items[k]) && items[k].since < items[i].since)
                items[i].since = items[k].since;
}

void ald_told_fill(const struct ald_analysis *analysis, size_t first, size_t last, struct ald_arena *arena, struct ald_told *ret)
{
    struct telling t = {.arena = arena};
    for (size_t i = 0; i < analysis->incidents_n && analysis->incidents[i].started_at != ALD_TIME_NONE; i++) {
        const struct ald_incident *inc = &analysis->incidents[i];
        for (size_t r = 0; r < inc->records_n; r++)
            tell(&t, analysis->records[inc->records[r]].traits, inc->started_at, i >= first && i < last);
    }
    look_back(t.items, t.n);
    *ret = (struct ald_told){t.items, t.n};
}

const struct ald_told_source *ald_told_of(const struct ald_told *told, const char *source)
{
    size_t i = find(told->sources, told->n, source);
    return i < told->n ? &told->sources[i] : NULL;
}

const struct ald_told_source *ald_told_by(const struct ald_told *told, const struct ald_analysis *analysis, size_t incident)
{
    const struct ald_incident *inc = &analysis->incidents[incident];
    const struct ald_told_source *longest = NULL;
    for (size_t r = 0; r < inc->records_n; r++) {
        const struct ald_told_source *source = ald_told_of(told, analysis->records[inc->records[r]].traits->source);
        if (source && (!longest || source->since < longest->since))
            longest = source;
    }
    return longest;
}
