/* The clocks of one record (METHODS 2): when it was resolved, and its spans, from its moments and its history of states. Pure; knows rows
 * already loaded and cut at as-of. */
#include "analysis/build.h"

#include <string.h>

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
        b->draft[r].reopens = (uint16_t)(b->draft[r].reopens + (event.kind == ALD_EV_REOPENED && b->draft[r].reopens < UINT16_MAX));
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
    w->spans_n = walk->n < ALD_SPANS_MOST ? (uint32_t)walk->n & ALD_SPANS_MOST : ALD_SPANS_MOST;
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
