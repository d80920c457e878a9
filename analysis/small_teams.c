/* Which teams are too small to be shown on their own (METHODS 6): fewer than 5 people were engaged while the team held
 * the incident. It counts people and keeps nothing of them. */
#include "alidade/groups.h"
#include "build.h"
#include "past.h"

enum { PEOPLE_LEAST = 5 };

/* Of a team it is enough to know the first five people that were met. */
struct team {
    uint32_t people[PEOPLE_LEAST];
    size_t people_n;
};
struct members {
    struct team *teams;
    int64_t from, to; /* engaged in it */
};

static void add(struct members *members, uint32_t team, uint32_t person, int64_t at)
{
    if (team == ALD_NOBODY || person == ALD_NOBODY || at < members->from || at >= members->to)
        return;
    struct team *of = &members->teams[team];
    for (size_t i = 0; i < of->people_n; i++)
        if (of->people[i] == person)
            return;
    if (of->people_n < PEOPLE_LEAST)
        of->people[of->people_n++] = person;
}

/* The team that an entry hands its record to, ALD_NOBODY: none. */
static uint32_t handed_to(const struct ald_analysis *a, const struct ald_event *event)
{
    return ald_kind_assigns(event->kind) ? ald_event_names(a, event)->team : ALD_NOBODY;
}

/* Each record has its own line of charge, which begins with the incident's first team. People act on what stands at
 * their moment, whatever the order of events within it. */
static void from_events(const struct ald_analysis *a, struct members *members, const struct ald_incident *inc,
                        const struct ald_record *record)
{
    uint32_t holder = inc->first_team;
    if (inc->started_at < members->from && (!record->events_n || ald_event_at(a, record, record->events_n - 1).at < members->from))
        return; /* all of it lies before */
    for (size_t i = 0; i < record->events_n;) {
        size_t end = i;
        int64_t at = ald_event_at(a, record, i).at;
        for (; end < record->events_n; end++) {
            const struct ald_event event = ald_event_at(a, record, end);
            if (event.at != at)
                break;
            uint32_t team = handed_to(a, &event);
            holder = team == ALD_NOBODY ? holder : team;
        }
        for (; i < end; i++) {
            const struct ald_event event = ald_event_at(a, record, i);
            if (ald_kind_engages(event.kind))
                add(members, holder, ald_event_actor(a, &event), at < inc->started_at ? inc->started_at : at);
        }
    }
}

/* Who held a record at a moment; undated: the only one who ever did, or nobody. */
static uint32_t holder_at(const struct ald_analysis *a, const struct ald_incident *inc, const struct ald_record *record, int64_t at)
{
    uint32_t holder = inc->first_team;
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(a, record, i);
        uint32_t team = handed_to(a, &event);
        if (team == ALD_NOBODY || (at != ALD_TIME_NONE && event.at > at))
            continue;
        if (at == ALD_TIME_NONE && holder != team)
            return ALD_NOBODY;
        holder = team;
    }
    return holder;
}

static void from_incident(const struct ald_analysis *analysis, size_t i, struct members *members)
{
    const struct ald_incident *inc = &analysis->incidents[i];
    for (size_t r = 0; r < inc->records_n; r++)
        from_events(analysis, members, inc, &analysis->records[inc->records[r]]);
    /* Those whom a list of the record names and no event: they came in once. */
    for (size_t e = 0; analysis->past && e < ald_past_engaged_n(analysis->past, i); e++) {
        struct ald_named named = ald_past_engaged(analysis->past, i, e);
        int64_t at = named.at == ALD_TIME_NONE || named.at < inc->started_at ? inc->started_at : named.at;
        if (at >= members->from)
            add(members, holder_at(analysis, inc, &analysis->records[named.record], named.at), named.name, at);
    }
}

bool *ald_small_teams(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    int64_t oldest = ald_lookback_start_day(period->start_day, analysis->settings->lookback_quarters);
    struct members members = {.teams = ald_calloc(scratch, analysis->teams_n, sizeof *members.teams),
                              .from = ald_zone_day_start(analysis->zone, oldest),
                              .to = period->end};
    bool *small = ald_calloc(arena, analysis->teams_n, sizeof *small);
    for (size_t i = 0; i < analysis->incidents_n && analysis->settings->people_stored; i++)
        if (analysis->incidents[i].cls == ALD_INCIDENT && analysis->incidents[i].started_at != ALD_TIME_NONE)
            from_incident(analysis, i, &members);
    for (size_t t = 0; t < analysis->teams_n; t++)
        small[t] = members.teams[t].people_n < PEOPLE_LEAST;
    return small;
}
