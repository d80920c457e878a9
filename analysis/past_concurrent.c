/* How many incidents were open beside each one when it started: one walk over all starts, ends and 24 hours after starts, so
 * that a busy day costs no more than a quiet one. Knows incidents and their spans. */
#include "analysis/build.h"
#include "analysis/past.h"

/* The stretch of time in which an incident counts beside others because of one span: while that is open, up to 24 hours after
 * the start of the incident. Both ends are in it. @return false when it is empty. */
static bool counts_in(const struct ald_incident *inc, const struct ald_span *span, int64_t *ret_from, int64_t *ret_to)
{
    *ret_from = span->start > inc->started_at ? span->start : inc->started_at;
    *ret_to = inc->started_at + ALD_CONCURRENT_MS;
    if (span->end != ALD_TIME_NONE && span->end - 1 < *ret_to)
        *ret_to = span->end - 1;
    return *ret_from <= *ret_to;
}

static bool counts(const struct ald_incident *inc)
{
    return inc->cls == ALD_INCIDENT && inc->started_at != ALD_TIME_NONE;
}

static bool counts_itself(const struct ald_incident *inc)
{
    int64_t from, to;
    for (size_t i = 0; counts(inc) && i < inc->spans_n; i++)
        if (counts_in(inc, &inc->spans[i], &from, &to) && from <= inc->started_at && inc->started_at <= to)
            return true;
    return false;
}

/* When somebody begins (ret_from) and ends (ret_after: the instant after) to count; sorted, as many of each. */
static size_t boundaries(const struct ald_analysis *a, struct ald_arena *scratch, double **ret_from, double **ret_after)
{
    size_t room = 0, n = 0;
    for (size_t i = 0; i < a->incidents_n; i++)
        room += a->incidents[i].spans_n;
    double *from = ald_calloc(scratch, room, sizeof *from), *after = ald_calloc(scratch, room, sizeof *after);
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        for (size_t s = 0; counts(inc) && s < inc->spans_n; s++) {
            int64_t begin, end;
            if (!counts_in(inc, &inc->spans[s], &begin, &end))
                continue;
            from[n] = (double)begin;
            after[n++] = (double)end + 1;
        }
    }
    ald_sort_doubles(from, n);
    ald_sort_doubles(after, n);
    *ret_from = from;
    *ret_after = after;
    return n;
}

void ald_past_concurrent(struct ald_build *b, struct ald_past *past)
{
    const struct ald_analysis *a = b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint32_t *concurrent = ald_calloc(a->events_arena, a->incidents_n, sizeof *concurrent);
    double *from = NULL, *after = NULL;
    size_t n = boundaries(a, scratch, &from, &after), begun = 0, over = 0;
    for (size_t i = 0; i < a->incidents_n; i++) { /* by start */
        const struct ald_incident *inc = &a->incidents[i];
        if (inc->started_at == ALD_TIME_NONE)
            break;
        while (begun < n && from[begun] <= (double)inc->started_at)
            begun++;
        while (over < n && after[over] <= (double)inc->started_at)
            over++;
        concurrent[i] = (uint32_t)(begun - over - counts_itself(inc));
    }
    past->concurrent = concurrent;
}
