/* Clocks (METHODS 2): when a record was resolved, its spans, and from the records of an incident its state, its moments
 * and its clocks. Pure; knows rows already loaded and cut at as-of. */
#include "analysis/build.h"
#include "analysis/overrides.h"

#include <stdlib.h>
#include <string.h>

/* ---- One record ---- */

/* Changes of state in order of time: what spans they cut and where the last one leaves the record. */
struct walk {
    struct ald_span *spans;
    size_t n;
    bool open;             /* the last span has no end yet */
    bool by_resolved;      /* the last end is a change to resolved, not only to closed */
    int64_t last_resolved; /* the last change to resolved that no reopening follows */
    int64_t last_closed;
    int64_t last_reopened;
    int64_t before_reopening; /* last_resolved as it was when the last reopening came */
    bool resolved_at_start, resolved_by_nobody;
};

static void walk_event(struct walk *walk, const struct ald_event *event, int64_t start)
{
    struct ald_span *last = &walk->spans[walk->n - 1];
    switch (event->kind) {
    case ALD_EV_RESOLVED:
        /* A record counts as resolved from its first change to resolved; but "closed" gives way to "resolved". */
        if (walk->open || !walk->by_resolved)
            last->end = event->at;
        walk->open = false;
        walk->by_resolved = true;
        walk->last_resolved = event->at;
        walk->resolved_at_start |= event->at == start;
        walk->resolved_by_nobody = !event->human;
        break;
    case ALD_EV_CLOSED:
        if (walk->open) {
            last->end = event->at;
            walk->by_resolved = false;
        }
        walk->open = false;
        walk->last_closed = event->at;
        break;
    default: /* reopened */
        walk->before_reopening = walk->last_resolved;
        walk->last_resolved = walk->last_closed = ALD_TIME_NONE;
        walk->last_reopened = event->at;
        if (!walk->open)
            walk->spans[walk->n++] = (struct ald_span){.start = event->at, .end = ALD_TIME_NONE};
        walk->open = true;
        break;
    }
}

static bool changes_state(unsigned kind)
{
    return kind == ALD_EV_RESOLVED || kind == ALD_EV_CLOSED || kind == ALD_EV_REOPENED;
}

static struct walk walk_states(struct ald_build *b, uint32_t r)
{
    struct ald_record *record = &b->a->records[r];
    struct ald_work *w = &b->work[r];
    struct walk walk = {.open = true,
                        .last_resolved = ALD_TIME_NONE,
                        .last_closed = ALD_TIME_NONE,
                        .last_reopened = ALD_TIME_NONE,
                        .before_reopening = ALD_TIME_NONE};
    size_t room = 1;
    for (size_t i = 0; i < record->events_n; i++)
        room += record->events[i].kind == ALD_EV_REOPENED;
    /* Those of other companies are asked for by the past; of all others most are the spans of their incidents. */
    walk.spans = ald_calloc(record->vendor ? b->scratch : b->a->arena, room, sizeof *walk.spans);
    walk.spans[walk.n++] = (struct ald_span){.start = w->start, .end = ALD_TIME_NONE};
    if (!(record->traits->timeline & ALD_HOLDS_STATES))
        return walk;
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(b->a, record, i);
        if (!changes_state(event.kind))
            continue;
        if (event.at < w->start) {
            if (record->ignored_before_start < UINT16_MAX)
                record->ignored_before_start++;
            continue;
        }
        b->draft[r].reopens += event.kind == ALD_EV_REOPENED;
        walk_event(&walk, &event, w->start);
    }
    return walk;
}

static void moments_from_events(struct ald_build *b, const struct ald_record *record, uint32_t r)
{
    static const struct {
        enum ald_moment moment;
        enum ald_event_kind kind;
        bool by_people;
    } fallbacks[] = {{ALD_ACKNOWLEDGED, ALD_EV_ACKNOWLEDGED, true}, {ALD_MITIGATED, ALD_EV_MITIGATED, false}};
    for (size_t f = 0; f < sizeof fallbacks / sizeof fallbacks[0]; f++) {
        bool given = ald_own_moment(b, r, (int)fallbacks[f].moment).at != ALD_TIME_NONE;
        for (size_t i = 0; i < record->events_n && !given; i++) {
            const struct ald_event event = ald_event_at(b->a, record, i);
            given = event.kind == fallbacks[f].kind && !(fallbacks[f].by_people && event.automatic == 1);
            if (given)
                ald_own_moment_set(b, r, (int)fallbacks[f].moment, event.at, ald_build_word(b, "events"));
        }
    }
}

/* The resolution field counts unless a reopening follows it. Of a change and a reopening in one instant the later in
 * the order of events decides. Without a history of states a record that is open now has a stale field or none. */
static struct ald_taken resolution_of(struct ald_build *b, const struct ald_record *record, const struct walk *walk, uint32_t r)
{
    struct ald_taken field = ald_own_moment(b, r, ALD_RESOLVED), none = {.at = ALD_TIME_NONE};
    if (!(record->traits->timeline & ALD_HOLDS_STATES))
        return strcmp(record->traits->end_state, "open") == 0 ? none : field;
    bool reopened_after =
        walk->last_reopened > field.at ||
        (walk->last_reopened == field.at && walk->before_reopening == field.at && walk->last_resolved == ALD_TIME_NONE);
    if (field.at != ALD_TIME_NONE && !reopened_after)
        return field;
    if (walk->last_resolved == ALD_TIME_NONE)
        return none;
    return (struct ald_taken){.at = walk->last_resolved, .field = ald_build_word(b, "events"), .record = r};
}

/* Closed, but nothing says when it was resolved. *ret_end: when it was closed, ALD_TIME_NONE when that is not known. */
static bool ended_without_resolution(const struct ald_build *b, uint32_t r, const struct walk *walk, int64_t *ret_end)
{
    const struct ald_record *record = &b->a->records[r];
    const struct ald_work *w = &b->work[r];
    int64_t closed = ald_own_moment(b, r, ALD_CLOSED).at;
    bool open_now = strcmp(record->traits->end_state, "open") == 0;
    *ret_end = ALD_TIME_NONE;
    if (closed != ALD_TIME_NONE && closed >= walk->last_reopened && (!open_now || w->later_change)) {
        *ret_end = closed;
        return true;
    }
    if (!walk->open) { /* by an event */
        *ret_end = walk->last_closed;
        return true;
    }
    return !open_now && !w->later_change && !(b->draft[r].later & (ALD_BIT(ALD_RESOLVED) | ALD_BIT(ALD_CLOSED)));
}

static void finish_spans(struct ald_work *w, const struct walk *walk, int64_t end)
{
    struct ald_span *last = &walk->spans[walk->n - 1];
    w->spans = walk->spans;
    w->spans_n = (uint32_t)walk->n;
    last->end = end != ALD_TIME_NONE && end < last->start ? last->start : end;
}

/* Of a record that tells its present state alone: whether software is told to have resolved it. */
static bool resolved_by_itself(const struct ald_build *b, const struct ald_record *record, int64_t resolved)
{
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(b->a, record, i);
        if (event.kind == ALD_EV_RESOLVED && event.at == resolved && event.automatic == 1)
            return true;
    }
    return false;
}

void ald_record_clocks(struct ald_build *b, uint32_t r)
{
    struct ald_record *record = &b->a->records[r];
    struct ald_work *w = &b->work[r];
    moments_from_events(b, record, r);
    for (size_t i = 0; i < record->events_n; i++)
        w->human |= record->events[i].human && ald_kind_engages(record->events[i].kind);
    struct walk walk = walk_states(b, r);
    w->ended_itself = walk.resolved_by_nobody && walk.last_resolved != ALD_TIME_NONE;
    struct ald_taken resolution = resolution_of(b, record, &walk, r);
    int64_t closed;
    ald_own_moment_set(b, r, ALD_RESOLVED, resolution.at, resolution.field);
    if (!(record->traits->timeline & ALD_HOLDS_STATES) && resolution.at != ALD_TIME_NONE)
        w->ended_itself = resolved_by_itself(b, record, resolution.at);
    if (resolution.at == ALD_TIME_NONE) {
        bool ended = ended_without_resolution(b, r, &walk, &closed);
        b->draft[r].state = ended ? ALD_END_NOT_RECORDED : ALD_OPEN;
        if (ended && closed != ALD_TIME_NONE && ald_own_moment(b, r, ALD_CLOSED).at == ALD_TIME_NONE)
            ald_own_moment_set(b, r, ALD_CLOSED, closed, ald_build_word(b, "events"));
        if (w->start != ALD_TIME_NONE)
            finish_spans(w, &walk, closed);
        return;
    }
    b->draft[r].state = ALD_STATE_RESOLVED;
    if (w->start == ALD_TIME_NONE)
        return;
    w->in_future = resolution.at >= w->start && resolution.at > b->last_seen[r];
    w->impossible = resolution.at < w->start || w->in_future;
    w->entered_after = resolution.at == w->start && walk.resolved_at_start;
    if (resolution.at >= w->start) /* an end before the start bounds no span */
        finish_spans(w, &walk, resolution.at);
}

/* ---- An incident ---- */

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

static int64_t length(const struct ald_incident *inc, int64_t now)
{
    int64_t sum = 0;
    for (size_t i = 0; i < inc->spans_n; i++)
        sum += (inc->spans[i].end == ALD_TIME_NONE ? now : inc->spans[i].end) - inc->spans[i].start;
    return sum;
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
    inc->active_ms = inc->duration_ms = inc->open_for_ms = ALD_TIME_NONE;
    inc->acknowledge_ms = inc->landmark_at = ALD_TIME_NONE;
    inc->quarter = ALD_QUARTER_NONE;
    int64_t noticed = ald_moment_of(inc, ald_moment_of(inc, ALD_DETECTED)->at != ALD_TIME_NONE ? ALD_DETECTED : ALD_OPENED)->at;
    if (noticed != ALD_TIME_NONE)
        inc->landmark_at = noticed + s->landmark_ms;
    if (inc->started_at == ALD_TIME_NONE)
        return;
    inc->quarter = ald_quarter_of(&b->a->calendar, inc->started_at);
    if (inc->state == ALD_OPEN)
        inc->open_for_ms = active ? length(inc, b->a->as_of) : b->a->as_of - inc->started_at;
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
    inc->active_ms = active_ms;
    inc->duration_ms = active ? active_ms : elapsed_ms;
}
