/* severity_disagrees: whether two records give severities of different rank. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* The next record from *at on with a severity of known rank; a folded one is another page, not another view. */
static const struct ald_record *next_ranked(const struct ald_past *past, const struct ald_incident *inc, size_t *at)
{
    while (*at < inc->records_n) {
        const struct ald_record *record = &past->analysis->records[inc->records[(*at)++]];
        if (!record->folded && !record->copy && record->traits->severity && record->severity_rank > 0)
            return record;
    }
    return NULL;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    size_t at = 0, n = 0;
    int first = 0;
    bool differ = false;
    for (const struct ald_record *record; (record = next_ranked(past, inc, &at)); n++) {
        first = n ? first : record->severity_rank;
        differ |= record->severity_rank != first;
    }
    if (n < 2)
        ald_obs_absent(ret, "fewer than two records give a severity of known rank");
    else
        ald_obs_structural(ret, differ);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    size_t at = 0;
    for (const struct ald_record *record; (record = next_ranked(past, inc, &at));)
        ald_evidence_add(&line, ald_sprintf(arena, "%s:%s says %s (rank %d)", record->traits->source, record->external_id,
                                            record->traits->severity, record->severity_rank));
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_severity_disagrees = {
    .id = "severity_disagrees",
    .title = "Severities disagree",
    .unit = "yes or no",
    .help = "1 when two records of it give severities of different rank.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_STRUCTURAL,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
