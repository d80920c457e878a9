/* concurrent: other incidents of the last 24 hours that had not ended when this one started. */
#include "analysis/past.h"
#include "analysis/positions.h"
#include "analysis/signals/signals.h"

/* As it stood at that instant: between an end and a reopening it had ended. */
static bool was_open(const struct ald_incident *inc, int64_t at)
{
    for (size_t i = 0; i < inc->spans_n && inc->spans[i].start <= at; i++)
        if (inc->spans[i].end == ALD_TIME_NONE || inc->spans[i].end > at)
            return true;
    return false;
}

static bool is_concurrent(const struct ald_incident *other, const struct ald_incident *inc)
{
    return other != inc && other->cls == ALD_INCIDENT && was_open(other, inc->started_at);
}

static const char *why_absent(const struct ald_past *past, const struct ald_incident *inc)
{
    if (inc->started_at == ALD_TIME_NONE)
        return "no start is recorded";
    return inc->started_at - past->history_start < ALD_CONCURRENT_MS ? "the first 24 hours of the history" : NULL;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    const char *absent = why_absent(past, inc);
    if (absent) {
        ald_obs_absent(ret, absent);
        return;
    }
    ald_obs_structural(ret, past->concurrent[ald_past_index(past, inc)]);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    const struct ald_analysis *a = past->analysis;
    if (why_absent(past, inc))
        return NULL;
    struct ald_evidence line = {.arena = arena};
    size_t end = ald_first_from(a, inc->started_at + 1), told = 0;
    for (size_t i = ald_first_from(a, inc->started_at - ALD_CONCURRENT_MS); i < end && !line.left_out; i++)
        if (is_concurrent(&a->incidents[i], inc)) {
            ald_evidence_add(&line, a->incidents[i].id);
            told += !line.left_out;
        }
    if (line.left_out) /* how many there are is known: a busy day need not be gone through for each of its incidents */
        line.left_out = past->concurrent[ald_past_index(past, inc)] - told;
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_concurrent = {
    .id = "concurrent",
    .title = "Concurrent incidents",
    .unit = "incidents",
    .help = "Other incidents that started in the 24 hours up to this start and had not ended.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_STRUCTURAL,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
