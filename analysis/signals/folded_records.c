/* folded_records: how many records (pages, tickets) were merged into it. */
#include <string.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* When it was merged: what its timeline says, else when it ended; ALD_TIME_NONE: not known. *ret_event: the number of the event
 * that says so, from 1; 0: none. */
static int64_t folded_at(const struct ald_past *past, const struct ald_incident *inc, const struct ald_record *record, uint32_t *ret_event)
{
    const struct ald_taken *end = ald_folded_end(past->analysis, record);
    int64_t at = end ? end->at : ALD_TIME_NONE;
    *ret_event = 0;
    for (uint32_t i = 0; i < record->events_n; i++)
        if (record->events[i].kind == ALD_EV_MERGED) {
            at = ald_event_at(past->analysis, record, i).at;
            *ret_event = i + 1;
        }
    return at != ALD_TIME_NONE && at < inc->started_at ? inc->started_at : at;
}

/* A status post is never merged into another. */
static bool can_fold(const struct ald_past *past, const struct ald_incident *inc)
{
    for (size_t i = 0; i < inc->records_n; i++)
        if (strcmp(past->analysis->records[inc->records[i]].traits->kind, "status") != 0)
            return true;
    return false;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!can_fold(past, inc)) {
        ald_obs_absent(ret, "posts on a status page are not merged");
        return;
    }
    size_t n = 0, by_landmark = 0;
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        uint32_t event;
        if (!record->folded)
            continue;
        n++;
        by_landmark += ald_by_landmark(inc, folded_at(past, inc, record, &event));
    }
    ald_obs_accumulating(past, inc, 0, (double)n, (double)by_landmark, ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        uint32_t event;
        if (!record->folded)
            continue;
        (void)folded_at(past, inc, record, &event);
        const struct ald_taken *end = ald_folded_end(past->analysis, record);
        const char *where = event ? ald_event_id(past->analysis, arena, inc->records[i], event - 1)
                            : end ? ald_word_at(past->analysis, end->field)
                                  : NULL;
        ald_evidence_add(&line, ald_sprintf(arena, "%s:%s (%s)", record->traits->source, record->external_id,
                                            where ? where : "undated"));
    }
    if (!line.text)
        ald_evidence_add(&line, "no record was merged into it");
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_folded_records = {
    .id = "folded_records",
    .title = "Records merged into it",
    .unit = "records",
    .help = "Pages and tickets that were merged into it, each counted from when it was merged, else from when it ended.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
