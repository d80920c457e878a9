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
    a->origins = origins;
    a->origins_n = n;
}

static const struct ald_origin *origin_of(const struct ald_part *part, const char *source)
{
    for (size_t i = 0; i < part->origins_n; i++)
        if (strcmp(part->origins[i].source, source) == 0)
            return &part->origins[i];
    return NULL;
}

void ald_part_seen(struct ald_build *b)
{
    for (size_t i = 0; i < ald_names_n(b->sources); i++) {
        const struct ald_origin *origin = origin_of(b->part, ald_names_text(b->sources, (uint32_t)i));
        if (origin)
            b->seen[i] |= origin->seen;
        else
            b->part->unsound = true;
    }
}

static void first_of_others(const struct ald_part *part, struct ald_past *past)
{
    past->vendors_from = past->status_from = ALD_TIME_NONE;
    for (size_t i = 0; i < part->origins_n; i++) {
        const struct ald_origin *origin = &part->origins[i];
        if (origin->vendor && sooner(origin->started_at, past->vendors_from))
            past->vendors_from = origin->started_at;
        if (sooner(origin->posted_at, past->status_from))
            past->status_from = origin->posted_at;
    }
}

void ald_part_past(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    struct ald_past *past = a->past;
    int64_t *starts = ald_calloc(a->arena, a->records_n, sizeof *starts);
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_origin *origin = origin_of(b->part, a->records[i].traits->source);
        starts[i] = origin ? origin->started_at : ALD_TIME_NONE;
    }
    past->source_history_start = starts;
    past->history_start = b->part->history_start;
    first_of_others(b->part, past);
}
