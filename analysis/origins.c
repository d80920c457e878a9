/* What the past of all records is by source, and how an analysis of some of them takes it over. */
#include <string.h>

#include "analysis/past.h"
#include "analysis/stored.h"

static bool sooner(int64_t at, int64_t than)
{
    return at != ALD_TIME_NONE && (than == ALD_TIME_NONE || at < than);
}

void ald_origins_keep(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    size_t n = ald_names_n(b->sources);
    struct ald_origin *origins = ald_calloc(a->arena, n, sizeof *origins);
    for (size_t i = 0; i < n; i++)
        origins[i] = (struct ald_origin){.source = ald_names_text(b->sources, (uint32_t)i),
                                         .started_at = ALD_TIME_NONE,
                                         .posted_at = ALD_TIME_NONE,
                                         .seen = b->seen[i]};
    for (size_t i = 0; i < a->records_n; i++) {
        struct ald_origin *origin = &origins[b->work[i].source];
        if (sooner(b->work[i].start, origin->started_at))
            origin->started_at = b->work[i].start;
        origin->vendor |= a->records[i].vendor;
        if (!a->records[i].vendor && strcmp(a->records[i].traits->kind, "status") == 0 && sooner(b->work[i].start, origin->posted_at))
            origin->posted_at = b->work[i].start;
    }
    for (size_t i = 0; b->left_out && i < n; i++) {
        const struct ald_left_out *out = &b->left_out[i];
        if (sooner(out->first, origins[i].started_at))
            origins[i].started_at = out->first;
        if (sooner(out->posted, origins[i].posted_at))
            origins[i].posted_at = out->posted;
        origins[i].vendor |= out->n && b->vendor[i];
    }
    a->origins = origins;
    a->origins_n = n;
}

enum ald_rc ald_origins_load(struct ald_store *store, struct ald_arena *arena, struct ald_origin **ret, size_t *ret_n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t cap = 0;
    bool row = true;
    *ret = NULL;
    *ret_n = 0;
    ALD_TRY(ald_q_open(store, "part_sources", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        *ret = ald_grow(arena, *ret, *ret_n, &cap, sizeof **ret);
        (*ret)[(*ret_n)++] = (struct ald_origin){.source = ald_strdup(arena, ald_q_col_text(q, 0)),
                                                 .started_at = ald_q_col_time(q, 1),
                                                 .posted_at = ald_q_col_time(q, 2),
                                                 .vendor = ald_q_col_int(q, 3) != 0,
                                                 .seen = (unsigned)ald_q_col_int(q, 4)};
    }
}

/* A part of the store takes the origins of all of it. */
static const struct ald_origin *origins_of(const struct ald_build *b, size_t *ret_n)
{
    *ret_n = b->part ? b->part->origins_n : b->a->origins_n;
    return b->part ? b->part->origins : b->a->origins;
}

static const struct ald_origin *origin_of(const struct ald_build *b, uint32_t source)
{
    size_t n;
    const struct ald_origin *origins = origins_of(b, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(origins[i].source, ald_names_text(b->sources, source)) == 0)
            return &origins[i];
    return NULL;
}

void ald_part_seen(struct ald_build *b)
{
    for (size_t i = 0; i < ald_names_n(b->sources); i++) {
        const struct ald_origin *origin = origin_of(b, (uint32_t)i);
        if (origin)
            b->seen[i] |= origin->seen;
        else
            b->part->unsound = true;
    }
}

static void first_of_others(const struct ald_build *b, struct ald_past *past)
{
    size_t n;
    const struct ald_origin *origins = origins_of(b, &n);
    past->vendors_from = past->status_from = ALD_TIME_NONE;
    for (size_t i = 0; i < n; i++) {
        if (origins[i].vendor && sooner(origins[i].started_at, past->vendors_from))
            past->vendors_from = origins[i].started_at;
        if (sooner(origins[i].posted_at, past->status_from))
            past->status_from = origins[i].posted_at;
    }
}

void ald_past_origins(struct ald_build *b, struct ald_past *past)
{
    struct ald_analysis *a = b->a;
    size_t n = ald_names_n(b->sources);
    struct ald_source_start *starts = ald_calloc(a->events_arena, n, sizeof *starts);
    for (size_t i = 0; i < n; i++) {
        const struct ald_origin *origin = origin_of(b, (uint32_t)i);
        starts[i] = (struct ald_source_start){.source = ald_names_text(b->sources, (uint32_t)i),
                                              .first = origin ? origin->started_at : ALD_TIME_NONE};
    }
    past->source_starts = starts;
    past->source_starts_n = n;
    past->history_start = b->part ? b->part->history_start : a->incidents_n ? a->incidents[0].started_at : ALD_TIME_NONE;
    first_of_others(b, past);
}
