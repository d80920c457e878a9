/* What the store remembers of incidents beside their records, gathered for stories: lore, patterns, what people set aside. */
#include <string.h>

#include "alidade/decision.h"
#include "alidade/patterns.h"
#include "alidade/stories.h"
#include "analysis/handles.h"

/* People said of these that they are not to be told. */
static ALD_CHECK enum ald_rc set_aside(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                             const bool **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ALD_CLEANUP(ald_handles_freep) struct ald_handles *handles = NULL;
    struct ald_decision *tags = NULL;
    size_t n = 0;
    bool *excluded = ald_calloc(arena, analysis->incidents_n, sizeof *excluded);
    ALD_TRY(ald_decisions(store, ALD_DECIDE_TAG, false, arena, &tags, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(tags[i].field, ALD_STORY_TAG) != 0 || strcmp(tags[i].value, "reject") != 0)
            continue;
        if (!handles) /* most stores hold no such word */
            handles = ald_handles_new(analysis, scratch);
        size_t incident = ald_handles_find(handles, tags[i].subject);
        if (incident != SIZE_MAX)
            excluded[incident] = true;
    }
    *ret = excluded;
    return ALD_OK;
}

/* Patterns short of rejected ones, by incident: of incident i items[at[i]] up to items[at[i + 1]]. */
struct seen {
    struct ald_story_pattern *items;
    uint32_t *at;
};

static size_t seen_in(const void *ctx, size_t incident, const struct ald_story_pattern **ret)
{
    const struct seen *seen = ctx;
    *ret = seen->items + seen->at[incident];
    return seen->at[incident + 1] - seen->at[incident];
}

/* Puts the patterns of incident i from items[n] on (NULL: counts them). @return where the next one's begin. */
static size_t see_incident(const struct ald_analysis *analysis, size_t i, struct ald_story_pattern *items, size_t n)
{
    size_t matches_n;
    const struct ald_match *matches = ald_matches_at(analysis, i, &matches_n);
    for (size_t k = 0; k < matches_n; k++) {
        const struct ald_pattern *pattern = ald_lexicon_at(ald_analysis_lexicon(analysis), matches[k].pattern);
        if (matches[k].tag == ALD_TAG_REJECTED || pattern->hypothesis)
            continue;
        if (items)
            items[n] = (struct ald_story_pattern){
                .id = pattern->id, .title = pattern->title, .confirmed = matches[k].tag == ALD_TAG_CONFIRMED, .quote = matches[k].quote};
        n++;
    }
    return n;
}

static const struct seen *see(const struct ald_analysis *analysis, struct ald_arena *arena)
{
    struct seen *seen = ald_alloc(arena, sizeof *seen);
    size_t n = 0;
    seen->at = ald_calloc(arena, analysis->incidents_n + 1, sizeof *seen->at);
    for (size_t i = 0; i < analysis->incidents_n; i++)
        seen->at[i + 1] = (uint32_t)(n = see_incident(analysis, i, NULL, n));
    seen->items = ald_calloc(arena, n, sizeof *seen->items);
    for (size_t i = 0; i < analysis->incidents_n; i++)
        (void)see_incident(analysis, i, seen->items, seen->at[i]);
    return seen;
}

enum ald_rc ald_remembered_load(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                                struct ald_arena *by_incident, struct ald_remembered **ret, struct ald_err *err)
{
    struct ald_remembered *r = ald_alloc(by_incident, sizeof *r);
    ALD_TRY(ald_lore_load(store, analysis, arena, by_incident, &r->lore, err));
    r->view.lore = &r->lore;
    r->view.patterns = seen_in;
    r->view.ctx = see(analysis, by_incident);
    ALD_TRY(set_aside(store, analysis, by_incident, &r->view.excluded, err));
    *ret = r;
    return ALD_OK;
}
