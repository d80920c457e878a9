/* References as they stood on the first day of a quarter (METHODS 4): which incidents were in it, and how long they had lasted by then.
 * Works on incidents in memory. */
#include "positions.h"

#include "stored.h"

int64_t ald_last_end(const struct ald_incident *inc, int64_t now, bool *ret_open)
{
    int64_t last = ALD_TIME_NONE;
    *ret_open = false;
    for (size_t i = 0; i < inc->spans_n && inc->spans[i].start < now; i++) {
        if (inc->spans[i].end == ALD_TIME_NONE || inc->spans[i].end > now) {
            *ret_open = true;
            return now;
        }
        if (inc->spans[i].end > last)
            last = inc->spans[i].end;
    }
    return last;
}

/* Length of what lies before `now`: the union of the spans, or from the first start to the last end. */
static int64_t length_by(const struct ald_incident *inc, int64_t now, int64_t last_end, enum ald_duration_kind kind)
{
    if (kind == ALD_DURATION_ELAPSED)
        return last_end - inc->spans[0].start;
    int64_t sum = 0;
    for (size_t i = 0; i < inc->spans_n && inc->spans[i].start < now; i++) {
        int64_t end = inc->spans[i].end;
        sum += (end == ALD_TIME_NONE || end > now ? now : end) - inc->spans[i].start;
    }
    return sum;
}

bool ald_stood(const struct ald_analysis *analysis, const struct ald_incident *inc, int64_t now, struct ald_member *ret)
{
    if (inc->cls != ALD_INCIDENT || inc->impossible)
        return false;
    enum ald_duration_kind kind = analysis->settings->duration;
    bool open = false;
    int64_t last = ald_last_end(inc, now, &open), duration = ALD_TIME_NONE;
    if (inc->state == ALD_END_NOT_RECORDED) {
        /* Open until closed, then not in it; without the time of closing nobody knows until when. */
        if (ald_moment_of(inc, ALD_CLOSED)->at == ALD_TIME_NONE || ald_moment_of(inc, ALD_CLOSED)->at <= now)
            return false;
        open = true;
        last = now;
    }
    if (inc->spans_n > 0 && inc->spans[0].start < now)
        duration = length_by(inc, now, last, kind);
    else if (open)
        duration = now - inc->started_at;
    if (duration == ALD_TIME_NONE || (!open && duration <= 0))
        return false;
    ret->open = open;
    ret->duration_ms = duration;
    ret->beyond = inc->landmark_at != ALD_TIME_NONE && last > inc->landmark_at;
    return true;
}

size_t ald_first_from(const struct ald_analysis *analysis, int64_t at)
{
    size_t low = 0, high = analysis->incidents_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int64_t start = analysis->incidents[mid].started_at;
        if (start != ALD_TIME_NONE && start < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void ald_reference_of(const struct ald_analysis *analysis, int64_t quarter, int64_t *ret_from, int64_t *ret_to)
{
    *ret_from = ald_quarter_start(&analysis->calendar, quarter - analysis->settings->lookback_quarters);
    *ret_to = ald_quarter_start(&analysis->calendar, quarter);
}

void ald_reference_build(const struct ald_analysis *analysis, int64_t quarter, struct ald_arena *arena,
                         struct ald_reference *ret)
{
    if (analysis->stored) {
        ald_reference_read(analysis, quarter, ret);
        return;
    }
    *ret = (struct ald_reference){.n = 0};
    ald_reference_of(analysis, quarter, &ret->from, &ret->to);
    size_t first = ald_first_from(analysis, ret->from), last = ald_first_from(analysis, ret->to);
    /* By duration, ended before open ones, then by incident: sorting keeps the order in which they are listed. */
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_member *stood = ald_calloc(scratch, last - first, sizeof *stood);
    struct ald_keyed *keyed = ald_calloc(scratch, last - first, sizeof *keyed);
    size_t listed = 0;
    for (size_t i = first; i < last; i++) {
        stood[ret->n].incident = (uint32_t)i;
        ret->n += ald_stood(analysis, &analysis->incidents[i], ret->to, &stood[ret->n]);
    }
    for (int open = 0; open < 2; open++)
        for (size_t i = 0; i < ret->n; i++)
            if (stood[i].open == (open == 1))
                keyed[listed++] = (struct ald_keyed){.value = (double)stood[i].duration_ms, .at = i};
    ald_sort_keyed(keyed, ret->n);
    uint32_t *incidents = ald_calloc(arena, ret->n, sizeof *incidents), *at = ald_calloc(arena, ret->n, sizeof *at);
    ret->members = ald_calloc(arena, ret->n, sizeof *ret->members);
    for (size_t i = 0; i < ret->n; i++) {
        ret->members[i] = stood[keyed[i].at];
        incidents[i] = stood[i].incident;
        at[keyed[i].at] = (uint32_t)i;
    }
    ret->incidents = incidents;
    ret->at = at;
}
