/* What the store remembers of incidents beside their records, gathered for stories: lore, patterns, what people set aside. */
#include <string.h>

#include "alidade/decision.h"
#include "alidade/stories.h"

/* People said of these that they are not to be told. */
static enum ald_rc set_aside(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                             const bool **ret, struct ald_err *err)
{
    struct ald_decision *tags = NULL;
    size_t n = 0;
    bool *excluded = ald_calloc(arena, analysis->incidents_n, sizeof *excluded);
    ALD_TRY(ald_decisions(store, ALD_DECIDE_TAG, false, arena, &tags, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(tags[i].field, ALD_STORY_TAG) != 0 || strcmp(tags[i].value, "reject") != 0)
            continue;
        size_t incident = ald_analysis_find(analysis, tags[i].subject);
        if (incident != SIZE_MAX)
            excluded[incident] = true;
    }
    *ret = excluded;
    return ALD_OK;
}

enum ald_rc ald_remembered_load(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                                struct ald_remembered **ret, struct ald_err *err)
{
    struct ald_remembered *r = ald_alloc(arena, sizeof *r);
    ALD_TRY(ald_lore_load(store, analysis, arena, &r->lore, err));
    r->view.lore = &r->lore;
    ALD_TRY(set_aside(store, analysis, arena, &r->view.excluded, err));
    *ret = r;
    return ALD_OK;
}
