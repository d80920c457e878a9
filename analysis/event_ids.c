/* Ids of events, which evidence alone asks for: read from the store when they are, those of one record at a time. */
#include "analysis/build.h"

struct ald_event_ids {
    struct ald_store *store;
    struct ald_arena *arena; /* of the ids of the record read last */
    uint32_t record;         /* ALD_NOBODY: none */
    const char **list;
    size_t n, cap;
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
    bool row = true;
    ald_arena_reset(ids->arena);
    ids->record = record;
    ids->list = NULL;
    ids->n = ids->cap = 0;
    ALD_TRY(ald_q_open(ids->store, "analysis_event_ids", &q, err));
    ald_q_int(q, 1, a->records[record].row);
    ald_q_time(q, 2, a->as_of);
    while (row) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        ids->list = ald_grow(ids->arena, ids->list, ids->n, &ids->cap, sizeof *ids->list);
        ids->list[ids->n++] = ald_strdup(ids->arena, ald_q_col_text(q, 0));
    }
    return ALD_OK;
}

const char *ald_event_id(const struct ald_analysis *analysis, struct ald_arena *arena, uint32_t record, uint32_t event)
{
    struct ald_event_ids *ids = analysis->event_ids;
    struct ald_err err;
    if (!ids)
        return unreadable;
    if (ids->record != record && read_ids(analysis, record, &err) != ALD_OK)
        ids->record = ALD_NOBODY;
    return ids->record == record && event < ids->n ? ald_strdup(arena, ids->list[event]) : unreadable;
}

const char *ald_evidence_of(const struct ald_analysis *analysis, struct ald_arena *arena, const struct ald_named *named)
{
    if (named->by_event)
        return ald_event_id(analysis, arena, named->record, named->evidence - 1);
    return ald_word_at(analysis, named->evidence);
}
