/* status_page_posted: whether a post on an own status page belongs to it. */
#include <string.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

static const struct ald_record *post(const struct ald_past *past, const struct ald_incident *inc)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        if (strcmp(record->traits->kind, "status") == 0)
            return record;
    }
    return NULL;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    const struct ald_record *found = post(past, inc);
    if (!found && past->status_from == ALD_TIME_NONE) {
        ald_obs_absent(ret, "no status page is read");
        return;
    }
    if (!found && (inc->started_at == ALD_TIME_NONE || inc->started_at < past->status_from)) {
        ald_obs_absent(ret, "before the first post on the status page that was read");
        return;
    }
    *ret = (struct ald_obs){.has_total = true, .total = found != NULL, .absent_landmark = "known afterwards only"};
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    const struct ald_record *found = post(past, inc);
    return found ? ald_sprintf(arena, "%s:%s", found->traits->source, found->external_id) : "no post is linked to it";
}

const struct ald_signal ald_signal_status_page_posted = {
    .id = "status_page_posted",
    .title = "Posted on the status page",
    .unit = "yes or no",
    .help = "1 when a post on an own status page is linked to it. Known afterwards: description, on no axis.",
    .axis = ALD_BLAST_RADIUS,
    .timing = ALD_HINDSIGHT,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
