/* What an analysis, and what builds it, begin with and leave behind. */
#include "analysis/build.h"

#include <stdlib.h>

#include "analysis/org.h"

struct ald_calendar ald_settings_calendar(const struct ald_settings *settings, const struct ald_zone *zone)
{
    return (struct ald_calendar){
        .zone = zone, .fiscal_start_month = settings->fiscal_start_month, .fiscal_named_by_end = settings->fiscal_named_by_end};
}

enum ald_rc ald_analysis_new(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_analysis **ret,
                             struct ald_err *err)
{
    struct ald_zone *zone;
    int64_t generation;
    ALD_TRY(ald_store_generation(store, &generation, err));
    ALD_TRY(ald_zone_load(settings->timezone, &zone, err));
    struct ald_arena *arena = ald_arena_new();
    struct ald_analysis *a = ald_alloc(arena, sizeof *a);
    *a = (struct ald_analysis){.arena = arena,
                               .events_arena = ald_arena_new(),
                               .settings = settings,
                               .zone = zone,
                               .as_of = as_of,
                               .generation = generation,
                               .next_at = ALD_TIME_NONE,
                               .calendar = ald_settings_calendar(settings, zone)};
    a->later = ald_calloc(arena, 1, sizeof *a->later);
    ald_event_ids_open(a, store);
    *ret = a;
    return ALD_OK;
}

void ald_build_begin(struct ald_build *ret, struct ald_store *store, struct ald_analysis *a)
{
    struct ald_arena *arena = a->arena, *scratch = ald_arena_new();
    *ret = (struct ald_build){.store = store,
                              .settings = a->settings,
                              .a = a,
                              .scratch = scratch,
                              .mentions = {.arena = scratch},
                              .brief = ald_arena_new(),
                              .wording = ald_arena_new(),
                              .linking = ald_arena_new(),
                              .timing = ald_arena_new(),
                              .gathering = ald_arena_new(),
                              .recognising = ald_arena_new(),
                              /* The texts of these outlive the building: they are the analysis' names. */
                              .sources = ald_names_new(arena),
                              .persons = ald_names_new(arena),
                              .teams = ald_names_new(arena),
                              .services = ald_names_new(arena),
                              .strings = ald_names_new(arena),
                              .titles = ald_names_new(arena),
                              .team_ids = ald_names_new(scratch),
                              .service_ids = ald_names_new(scratch),
                              .people_ids = ald_names_new(scratch),
                              .automation = ald_names_new(scratch)};
    if (!ald_store_is_part(store)) /* most parts are small */
        ald_build_beside(ret);
}

void ald_build_beside(struct ald_build *b)
{
    if (ald_store_beside(b->store, &b->beside, NULL) != ALD_OK)
        b->beside = NULL;
}

void ald_build_done(struct ald_build *b)
{
    struct ald_names *const all[] = {b->sources,  b->persons,     b->teams,      b->services,   b->strings,  b->titles,
                                     b->team_ids, b->service_ids, b->people_ids, b->automation};
    ald_timeline_done(b);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        ald_names_free(all[i]);
    if (b->org) /* no past took it */
        ald_org_done(b->org);
    ald_store_closep(&b->beside);
    ald_arena_free(b->brief);
    ald_arena_free(b->wording);
    ald_arena_free(b->linking);
    ald_arena_free(b->timing);
    ald_arena_free(b->gathering);
    ald_arena_free(b->recognising);
    ald_arena_free(b->scratch);
}

static int by_row(const void *key, const void *item)
{
    int64_t row = *(const int64_t *)key, other = ((const struct ald_row_index *)item)->row;
    return (row > other) - (row < other);
}

uint32_t ald_build_incident(const struct ald_build *b, int64_t row)
{
    const struct ald_row_index *found = b->by_row_n ? bsearch(&row, b->by_row, b->by_row_n, sizeof *b->by_row, by_row) : NULL;
    return found ? b->a->records[found->record].incident : ALD_NOBODY;
}

void ald_later_add(struct ald_arena *arena, struct ald_laters *laters, int64_t row, int64_t at)
{
    struct ald_later *last = laters->n ? &laters->items[laters->n - 1] : NULL;
    if (last && last->row == row) {
        last->at = at < last->at ? at : last->at;
        return;
    }
    laters->items = ald_grow(arena, laters->items, laters->n, &laters->cap, sizeof *laters->items);
    laters->items[laters->n++] = (struct ald_later){.row = row, .at = at};
}
