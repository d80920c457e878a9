/* Ids of events, which evidence alone asks for: read from the store when they are, those of one record at a time. */
#include "analysis/build.h"

struct ald_event_ids {
    struct ald_store *store;
    struct ald_arena *arena; /* of the ids of the record read last */
    uint32_t record;         /* ALD_NOBODY: none */
    const char **list;
    size_t n;
};

static const char unreadable[] = "an event whose id cannot be read from the store";

void ald_event_ids_open(struct ald_analysis *analysis, struct ald_store *store)
{
    struct ald_event_ids *ids = ald_alloc(analysis->arena, sizeof *ids);
    *ids = (struct ald_event_ids){.store = store, .arena = ald_arena_new(), .record = ALD_NOBODY};
    analysis->event_ids = ids;
}

void ald_event_ids_close(struct ald_event_ids *ids)
{
    if (ids)
        ald_arena_free(ids->arena);
}

static ALD_CHECK enum ald_rc read_ids(const struct ald_analysis *a, uint32_t record, struct ald_err *err)
{
    struct ald_event_ids *ids = a->event_ids;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    const char **list = NULL;
    size_t n = 0, cap = 0;
    bool row = true;
    ald_arena_reset(ids->arena);
    ids->record = ALD_NOBODY; /* until its ids are read whole */
    ALD_TRY(ald_q_open(ids->store, "analysis_event_ids", &q, err));
    ald_q_int(q, 1, a->records[record].row);
    ald_q_time(q, 2, a->as_of);
    while (row) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        list = ald_grow(ids->arena, list, n, &cap, sizeof *list);
        list[n++] = ald_strdup(ids->arena, ald_q_col_text(q, 0));
    }
    ids->record = record;
    ids->list = list;
    ids->n = n;
    return ALD_OK;
}

const char *ald_event_id(const struct ald_analysis *analysis, struct ald_arena *arena, uint32_t record, uint32_t event)
{
    struct ald_event_ids *ids = analysis->event_ids;
    struct ald_err err;
    if (!ids)
        return unreadable;
    if (ids->record != record && read_ids(analysis, record, &err) != ALD_OK)
        return unreadable;
    return ids->list && event < ids->n ? ald_strdup(arena, ids->list[event]) : unreadable;
}

const char *ald_evidence_of(const struct ald_analysis *analysis, struct ald_arena *arena, const struct ald_named *named)
{
    if (named->by_event)
        return ald_event_id(analysis, arena, named->record, named->evidence - 1);
    return ald_word_at(analysis, named->evidence);
}
