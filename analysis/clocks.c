/* Clocks (METHODS 2): from the records of an incident (record_clocks.c) its state, its moments, its spans and its clocks. Pure; knows rows
 * already loaded and cut at as-of. */
#include "analysis/build.h"
#include "analysis/overrides.h"

#include <stdlib.h>
#include <string.h>

static bool is_decider_kind(const struct ald_record *record)
{
    return strcmp(record->traits->kind, "pager") == 0 || strcmp(record->traits->kind, "status") == 0;
}

/* Whose end counts: pager and status records; tickets only where those give none. */
static bool pager_or_status_decide(const struct ald_build *b, const struct ald_incident *inc)
{
    bool any = false, any_end = false, ticket_end = false, ticket_open = false;
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        const struct ald_work *w = &b->work[r];
        if (w->folded || b->a->records[r].copy)
            continue;
        if (is_decider_kind(&b->a->records[r])) {
            any = true;
            any_end |= b->draft[r].state != ALD_END_NOT_RECORDED;
        } else {
            ticket_end |= b->draft[r].state == ALD_STATE_RESOLVED;
            ticket_open |= b->draft[r].state == ALD_OPEN;
        }
    }
    return any && (any_end || !ticket_end || ticket_open);
}

static void earlier(struct ald_taken *best, struct ald_taken other)
{
    if (other.at != ALD_TIME_NONE && (best->at == ALD_TIME_NONE || other.at < best->at))
        *best = other;
}

static void later(struct ald_taken *best, struct ald_taken other)
{
    if (other.at > best->at)
        *best = other;
}

static bool decides(const struct ald_build *b, uint32_t r, bool pager_or_status)
{
    return !pager_or_status || is_decider_kind(&b->a->records[r]);
}

/* Whether a record that tells of it itself gives another end than the one that was taken. */
static bool ends_differ(const struct ald_build *b, const struct ald_incident *inc, int64_t taken)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        int64_t own = ald_own_moment(b, r, ALD_RESOLVED).at;
        if (own == ALD_TIME_NONE || b->work[r].folded || b->a->records[r].copy)
            continue;
        if (taken == ALD_TIME_NONE || own <= taken - ALD_ALIKE_MS || own >= taken + ALD_ALIKE_MS)
            return inc->records_n > 1;
    }
    return false;
}

/* First moments are the earliest of all records, ends the latest of those that decide. */
static void take_moments(struct ald_build *b, struct ald_incident *inc, bool pager_or_status)
{
    bool open = false, resolved = false;
    struct ald_taken moments[ALD_MOMENT_N];
    memcpy(moments, ald_no_moments, sizeof moments);
    inc->started_at = ALD_TIME_NONE;
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        const struct ald_work *w = &b->work[r];
        if (w->folded)
            continue;
        if (w->start != ALD_TIME_NONE && (inc->started_at == ALD_TIME_NONE || w->start < inc->started_at))
            inc->started_at = w->start;
        for (int m = 0; m < ALD_RESOLVED; m++)
            earlier(&moments[m], ald_own_moment(b, r, m));
        if (!decides(b, r, pager_or_status) || b->a->records[r].copy)
            continue;
        open |= b->draft[r].state == ALD_OPEN;
        resolved |= b->draft[r].state == ALD_STATE_RESOLVED;
        later(&moments[ALD_RESOLVED], ald_own_moment(b, r, ALD_RESOLVED));
        later(&moments[ALD_CLOSED], ald_own_moment(b, r, ALD_CLOSED));
        inc->reopens += b->draft[r].reopens;
    }
    inc->state = open ? ALD_OPEN : resolved ? ALD_STATE_RESOLVED : ALD_END_NOT_RECORDED;
    if (inc->state != ALD_STATE_RESOLVED)
        moments[ALD_RESOLVED] = (struct ald_taken){.at = ALD_TIME_NONE};
    inc->ends_differ = ends_differ(b, inc, moments[ALD_RESOLVED].at);
    ald_moments_keep(b, inc, moments);
}

static int span_order(const void *a, const void *b)
{
    const struct ald_span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Cuts a span to what lies before `limit` (ALD_TIME_NONE: no limit); false when nothing is left. */
static bool cut(struct ald_span *span, int64_t limit)
{
    if (limit == ALD_TIME_NONE)
        return true;
    if (span->end == ALD_TIME_NONE || span->end > limit)
        span->end = limit;
    return span->end >= span->start;
}

static size_t unite(struct ald_span *spans, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_span *last = kept ? &spans[kept - 1] : NULL;
        if (!last || (last->end != ALD_TIME_NONE && spans[i].start > last->end))
            spans[kept++] = spans[i];
        else if (last->end != ALD_TIME_NONE && (spans[i].end == ALD_TIME_NONE || spans[i].end > last->end))
            last->end = spans[i].end;
    }
    return kept;
}

/* The one span of the one record of an incident, as most have; NULL: it is not as simple. */
static const struct ald_span *single_span(const struct ald_build *b, const struct ald_incident *inc)
{
    const struct ald_work *w = &b->work[inc->records[0]];
    if (inc->records_n != 1 || w->spans_n != 1 || w->folded || b->a->records[inc->records[0]].copy)
        return NULL;
    struct ald_span span = w->spans[0];
    return cut(&span, ald_moment_of(inc, ALD_RESOLVED)->at) && span.end == w->spans[0].end ? w->spans : NULL;
}

/* The union of the spans of the records that decide. Of a ticket beside them only the time before the first of them
 * counts: it shows that work had begun; how long somebody left it open afterwards is administration. */
static void take_spans(struct ald_build *b, struct ald_incident *inc, bool pager_or_status)
{
    size_t room = 0, n = 0;
    int64_t first = ALD_TIME_NONE;
    inc->spans = single_span(b, inc);
    inc->spans_n = inc->spans != NULL;
    if (inc->spans)
        return;
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_work *w = &b->work[inc->records[i]];
        room += w->spans_n;
        if (!w->folded && !b->a->records[inc->records[i]].copy && w->spans_n && decides(b, inc->records[i], pager_or_status) &&
            (first == ALD_TIME_NONE || w->spans[0].start < first))
            first = w->spans[0].start;
    }
    struct ald_span *spans = ald_calloc(b->a->arena, room, sizeof *spans);
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_work *w = &b->work[inc->records[i]];
        bool full = decides(b, inc->records[i], pager_or_status);
        for (size_t j = 0; j < w->spans_n && !w->folded && !b->a->records[inc->records[i]].copy && first != ALD_TIME_NONE; j++) {
            struct ald_span span = w->spans[j];
            if (cut(&span, ald_moment_of(inc, ALD_RESOLVED)->at) && (full || (span.start < first && cut(&span, first))))
                spans[n++] = span;
        }
    }
    if (n)
        qsort(spans, n, sizeof *spans, span_order);
    inc->spans = spans;
    inc->spans_n = (uint32_t)unite(spans, n);
}

/* Of its open spans. */
static int64_t length(const struct ald_incident *inc, int64_t now)
{
    int64_t sum = 0;
    for (size_t i = 0; i < inc->spans_n; i++)
        sum += (inc->spans[i].end == ALD_TIME_NONE ? now : inc->spans[i].end) - inc->spans[i].start;
    return sum;
}

int64_t ald_active_ms(const struct ald_analysis *analysis, const struct ald_incident *inc)
{
    return inc->duration_ms == ALD_TIME_NONE ? ALD_TIME_NONE : length(inc, analysis->as_of);
}

int64_t ald_open_for_ms(const struct ald_analysis *analysis, const struct ald_incident *inc)
{
    if (inc->state != ALD_OPEN || inc->started_at == ALD_TIME_NONE)
        return ALD_TIME_NONE;
    return analysis->settings->duration == ALD_DURATION_ACTIVE ? length(inc, analysis->as_of) : analysis->as_of - inc->started_at;
}

static int64_t pager_opened(const struct ald_build *b, const struct ald_incident *inc)
{
    struct ald_taken opened = {.at = ALD_TIME_NONE};
    if (ald_overridden(b, inc, "opened_at"))
        return ald_moment_of(inc, ALD_OPENED)->at;
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &b->a->records[inc->records[i]];
        if (!record->folded && strcmp(record->traits->kind, "pager") == 0)
            earlier(&opened, ald_own_moment(b, inc->records[i], ALD_OPENED));
    }
    return opened.at != ALD_TIME_NONE ? opened.at : ald_moment_of(inc, ALD_OPENED)->at;
}

/* told_anew: people corrected the start or the end, so what the record says of both no longer holds. */
static void judge_end(const struct ald_build *b, struct ald_incident *inc, bool told_anew)
{
    const struct ald_taken *end = ald_moment_of(inc, ALD_RESOLVED);
    if (inc->state != ALD_STATE_RESOLVED || inc->started_at == ALD_TIME_NONE)
        return;
    const struct ald_work *w = &b->work[end->record];
    inc->in_future = w->in_future && !told_anew;
    inc->impossible = (w->impossible && !told_anew) || end->at < inc->started_at;
}

void ald_incident_clocks(struct ald_build *b, struct ald_incident *inc)
{
    const struct ald_settings *s = b->settings;
    bool active = s->duration == ALD_DURATION_ACTIVE, deciding = pager_or_status_decide(b, inc);
    take_moments(b, inc, deciding);
    take_spans(b, inc, deciding);
    judge_end(b, inc, ald_overrides_times(b, inc));
    inc->duration_ms = inc->acknowledge_ms = inc->landmark_at = ALD_TIME_NONE;
    inc->quarter = ALD_QUARTER_NONE;
    int64_t noticed = ald_moment_of(inc, ald_moment_of(inc, ALD_DETECTED)->at != ALD_TIME_NONE ? ALD_DETECTED : ALD_OPENED)->at;
    if (noticed != ALD_TIME_NONE)
        inc->landmark_at = noticed + s->landmark_ms;
    if (inc->started_at == ALD_TIME_NONE)
        return;
    inc->quarter = ald_quarter_of(&b->a->calendar, inc->started_at);
    if (inc->impossible)
        return; /* neither its start nor its end can be trusted */
    inc->acknowledge_ms = ald_clock_between(pager_opened(b, inc), ald_moment_of(inc, ALD_ACKNOWLEDGED)->at);
    if (inc->state != ALD_STATE_RESOLVED)
        return;
    const struct ald_taken *resolved = ald_moment_of(inc, ALD_RESOLVED);
    int64_t active_ms = length(inc, b->a->as_of), elapsed_ms = resolved->at - inc->started_at;
    inc->zero_length = (active ? active_ms : elapsed_ms) == 0;
    if (inc->zero_length) {
        inc->entered_after = b->work[resolved->record].entered_after;
        return;
    }
    inc->duration_ms = active ? active_ms : elapsed_ms;
}
