/* Capacity (METHODS 9): how much of people's time incidents took, and at which hours. People are counted and forgotten here:
 * nothing of one of them leaves this file. */
#include "alidade/capacity.h"
#include "alidade/learning.h"
#include "alidade/stats.h"

#include <stdlib.h>

#include "analysis/build.h"
#include "analysis/past.h"

#define ENGAGED_LEAST_MS (15 * ALD_SECOND_MS) /* looking at a page takes at least so long */
#define AT_THE_END_MS (60 * ALD_SECOND_MS)    /* sources write an end and the act that brought it at moments that differ a little */
#define KNOWN_MS (365 * ALD_DAY_MS)
enum { KNOWN_MOST = 3, BUSIEST_LEAST = 30, LONGEST_LEAST = 10, WORK_FROM = 8, WORK_TO = 18, SLEEP_FROM = 22, SLEEP_TO = 7, FRIDAY = 4 };

/* ---- Open at once ---- */

/* Whether something of it was open until nobody knows when: it is over, and no end is recorded. */
static bool end_unknown(const struct ald_incident *inc)
{
    return inc->state != ALD_OPEN && inc->spans_n && inc->spans[inc->spans_n - 1].end == ALD_TIME_NONE;
}

static bool watched(const struct ald_incident *inc)
{
    return inc->cls == ALD_INCIDENT && !inc->impossible && !end_unknown(inc);
}

/* How many that began before `to` may have been open then, for all that anybody knows. */
static size_t count_unknown(const struct ald_analysis *a, int64_t to)
{
    size_t n = 0;
    for (size_t i = 0; i < a->incidents_n; i++)
        n += a->incidents[i].cls == ALD_INCIDENT && !a->incidents[i].impossible && end_unknown(&a->incidents[i]) && a->incidents[i].started_at < to;
    return n;
}

/* A moment is a whole number of milliseconds, which a double holds exactly. Ends come before starts of the same moment: touching
 * ones do not overlap. */
static void open_at_once(const struct ald_analysis *a, int64_t from, int64_t to, struct ald_capacity *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    double *starts = NULL, *ends = NULL;
    size_t n = 0, starts_cap = 0, ends_cap = 0;
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t s = 0; s < a->incidents[i].spans_n && watched(&a->incidents[i]); s++) {
            const struct ald_span *span = &a->incidents[i].spans[s];
            int64_t start = span->start > from ? span->start : from;
            int64_t end = span->end == ALD_TIME_NONE || span->end > to ? to : span->end;
            if (start >= end)
                continue;
            starts = ald_grow(scratch, starts, n, &starts_cap, sizeof *starts);
            ends = ald_grow(scratch, ends, n, &ends_cap, sizeof *ends);
            starts[n] = (double)start;
            ends[n++] = (double)end;
        }
    ald_sort_doubles(starts, n);
    ald_sort_doubles(ends, n);
    int64_t two = 0, three = 0, last = 0;
    for (size_t started = 0, ended = 0; ended < n;) {
        size_t open = started - ended;
        int64_t now = (int64_t)(started == n || ends[ended] <= starts[started] ? ends[ended++] : starts[started++]);
        two += open >= 2 ? now - last : 0;
        three += open >= 3 ? now - last : 0;
        last = now;
    }
    ret->two_share = (double)two / (double)(to - from);
    ret->three_share = (double)three / (double)(to - from);
    ret->end_unknown = count_unknown(a, to);
}

/* ---- People ---- */

/* From the first to the last thing that somebody did in an incident, inside the period. */
struct stint {
    int64_t from, to;
};
struct act {
    uint32_t person;
    struct stint stint;
};
struct crew {
    const struct ald_analysis *a;
    int64_t from, to;
    struct ald_arena *arena;
    size_t *n;    /* by person: stints in the period; above 0: engaged */
    bool *called; /* by person: called or engaged there without a stint */
    size_t *acts; /* by person: 1 + place in what follows, of those who acted in the incident that is looked at */
    struct act *own;
    size_t own_n, own_cap;
    struct stint **next; /* by person: where the next stint goes; NULL while they are counted */
};

static bool works(const struct ald_incident *inc)
{
    return inc->cls == ALD_INCIDENT || inc->cls == ALD_NEAR_MISS || inc->cls == ALD_NOISE;
}

static int by_time(const void *a, const void *b)
{
    const struct stint *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* Its last end, where one is recorded. What is done later (a ticket is closed, a report is written) is no engagement. */
static int64_t over_at(const struct ald_incident *inc)
{
    int64_t end = inc->spans_n && !inc->impossible ? inc->spans[inc->spans_n - 1].end : ALD_TIME_NONE;
    return end == ALD_TIME_NONE ? INT64_MAX : end;
}

/* over: the incident's last end, INT64_MAX: none. */
static void act(struct crew *crew, uint32_t person, int64_t at, int64_t over)
{
    if (at > over && at - over > AT_THE_END_MS)
        return;
    at = at < over ? at : over;
    if (!crew->acts[person]) {
        crew->own = ald_grow(crew->arena, crew->own, crew->own_n, &crew->own_cap, sizeof *crew->own);
        crew->own[crew->own_n++] = (struct act){person, {at, at}};
        crew->acts[person] = crew->own_n;
        return;
    }
    struct stint *stint = &crew->own[crew->acts[person] - 1].stint;
    stint->from = at < stint->from ? at : stint->from;
    stint->to = at > stint->to ? at : stint->to;
}

/* Whether something happened in it so late that somebody may have been engaged after the period began. */
static bool reaches(const struct crew *crew, const struct ald_incident *inc)
{
    for (size_t r = 0; r < inc->records_n; r++) {
        const struct ald_record *record = &crew->a->records[inc->records[r]];
        if (record->events_n && ald_event_at(crew->a, record, record->events_n - 1).at + ENGAGED_LEAST_MS > crew->from)
            return true;
    }
    return false;
}

/* One incident's actions become one stint per person. @return what they come to inside the period. */
static int64_t stints_of(struct crew *crew, const struct ald_incident *inc)
{
    int64_t over = over_at(inc), all = 0;
    if (!reaches(crew, inc))
        return 0;
    for (size_t r = 0; r < inc->records_n; r++) {
        const struct ald_record *record = &crew->a->records[inc->records[r]];
        for (size_t e = 0; e < record->events_n; e++) {
            const struct ald_event event = ald_event_at(crew->a, record, e);
            if (ald_event_actor(crew->a, &event) != ALD_NOBODY && ald_kind_engages(event.kind))
                act(crew, ald_event_names(crew->a, &event)->person, event.at, over);
        }
    }
    for (size_t i = 0; i < crew->own_n; i++) {
        uint32_t person = crew->own[i].person;
        struct stint own = crew->own[i].stint;
        int64_t to = own.to < own.from + ENGAGED_LEAST_MS ? own.from + ENGAGED_LEAST_MS : own.to;
        own.from = own.from > crew->from ? own.from : crew->from;
        own.to = to < crew->to ? to : crew->to;
        crew->acts[person] = 0;
        if (own.from >= own.to)
            continue;
        all += own.to - own.from;
        if (crew->next)
            *crew->next[person]++ = own;
        else
            crew->n[person]++;
    }
    crew->own_n = 0;
    return all;
}

/* Whether somebody can have worked on it in the period. */
static bool concerns(const struct crew *crew, const struct ald_incident *inc)
{
    return works(inc) && inc->started_at != ALD_TIME_NONE && inc->started_at < crew->to;
}

/* Hours of one person, overlaps merged. Sorts the stints. */
static double merged_hours(struct stint *stints, size_t n)
{
    double hours = 0;
    int64_t until = INT64_MIN;
    qsort(stints, n, sizeof *stints, by_time);
    for (size_t i = 0; i < n; i++) {
        int64_t from = stints[i].from > until ? stints[i].from : until;
        if (stints[i].to > from)
            hours += (double)(stints[i].to - from) / (double)ALD_HOUR_MS;
        until = stints[i].to > until ? stints[i].to : until;
    }
    return hours;
}

/* How much of it the incidents with most of it hold. Sorts. */
static void fill_longest(double *incidents, size_t n, struct ald_capacity *ret)
{
    double all = 0;
    ret->engaged_incidents = n;
    ret->few_engaged = n < LONGEST_LEAST ? "somebody was engaged in fewer than 10 incidents" : NULL;
    if (ret->few_engaged)
        return;
    ald_sort_doubles(incidents, n);
    for (size_t i = 0; i < n; i++)
        all += incidents[i];
    for (size_t i = 0; i < (n + 9) / 10 || i < 3; i++) {
        ret->longest_tenth_share += i < (n + 9) / 10 ? incidents[n - 1 - i] / all : 0;
        ret->longest_three_share += i < 3 ? incidents[n - 1 - i] / all : 0;
    }
}

/* Hours of each person. @return how many people; *ret: their hours. */
static size_t hours_of(struct crew *crew, double **ret, struct ald_capacity *capacity)
{
    const struct ald_analysis *a = crew->a;
    size_t all = 0, found = 0;
    for (size_t p = 0; p < a->persons_n; p++)
        all += crew->n[p];
    struct stint *stints = ald_calloc(crew->arena, all, sizeof *stints); /* by person, as they come: nearly by time */
    crew->next = ald_calloc(crew->arena, a->persons_n, sizeof *crew->next);
    for (size_t p = 0, at = 0; p < a->persons_n; at += crew->n[p++])
        crew->next[p] = &stints[at];
    double *incidents = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        int64_t ms = concerns(crew, &a->incidents[i]) ? stints_of(crew, &a->incidents[i]) : 0;
        if (!ms)
            continue;
        incidents = ald_grow(crew->arena, incidents, n, &cap, sizeof *incidents);
        incidents[n++] = (double)ms;
    }
    fill_longest(incidents, n, capacity);
    *ret = ald_calloc(crew->arena, a->persons_n, sizeof **ret);
    for (size_t p = 0; p < a->persons_n; p++)
        if (crew->n[p])
            (*ret)[found++] = merged_hours(crew->next[p] - crew->n[p], crew->n[p]);
    return found;
}

static void engaged_hours(struct crew *crew, struct ald_capacity *ret)
{
    double *hours;
    size_t people = hours_of(crew, &hours, ret);
    for (size_t i = 0; i < people; i++)
        ret->engaged_hours += hours[i];
    ret->has_busiest = people >= BUSIEST_LEAST && ret->engaged_hours > 0;
    ret->busiest_absent = ret->has_busiest ? NULL : "fewer than 30 people were engaged";
    if (!ret->has_busiest)
        return;
    ald_sort_doubles(hours, people);
    for (size_t i = 0; i < (people + 9) / 10; i++)
        ret->busiest_share += hours[people - 1 - i] / ret->engaged_hours;
}

/* ---- Interruptions ---- */

/* The team in whose zone somebody's hours are judged: that of their first entry which names one, else the incident's first. */
static const struct ald_zone *zone_of(const struct crew *crew, const struct ald_incident *inc, uint32_t person, bool *ret_own)
{
    const struct ald_org *org = crew->a->past->org;
    uint32_t team = ALD_NOBODY;
    for (size_t r = 0; r < inc->records_n && team == ALD_NOBODY; r++) {
        const struct ald_record *record = &crew->a->records[inc->records[r]];
        for (size_t e = 0; e < record->events_n && team == ALD_NOBODY; e++) {
            const struct ald_event event = ald_event_at(crew->a, record, e);
            if (ald_event_actor(crew->a, &event) == person)
                team = ald_event_names(crew->a, &event)->team;
        }
    }
    team = team == ALD_NOBODY ? inc->first_team : team;
    *ret_own = team != ALD_NOBODY && org->zone[team];
    return *ret_own ? org->zone[team] : crew->a->zone;
}

static void interrupt(struct crew *crew, const struct ald_incident *inc, uint32_t person, int64_t at,
                      struct ald_capacity *ret)
{
    bool own;
    if (at == ALD_TIME_NONE || at < crew->from || at >= crew->to)
        return;
    struct ald_civil t = ald_zone_civil(zone_of(crew, inc, person, &own), at);
    bool weekend = ald_weekday(ald_days_from_civil(t.year, t.month, t.day)) > FRIDAY;
    ret->interruptions++;
    ret->in_own_zone += own;
    ret->off_hours += weekend || t.hour < WORK_FROM || t.hour >= WORK_TO;
    ret->sleep_hours += t.hour < SLEEP_TO || t.hour >= SLEEP_FROM;
    crew->called[person] = true;
}

/* Somebody is interrupted by an incident once: when first called into it or first engaged. */
static void interruptions(struct crew *crew, size_t i, struct ald_capacity *ret)
{
    const struct ald_past *past = crew->a->past;
    const struct ald_incident *inc = &crew->a->incidents[i];
    const struct ald_called *called = past->called + past->called_at[i];
    size_t called_n = past->called_at[i + 1] - past->called_at[i];
    for (size_t k = 0; k < called_n; k++)
        interrupt(crew, inc, called[k].person, called[k].at, ret);
    for (size_t k = 0; k < ald_past_engaged_n(past, i); k++) {
        struct ald_named engaged = ald_past_engaged(past, i, k);
        bool was_called = false;
        for (size_t c = 0; c < called_n; c++)
            was_called = was_called || called[c].person == engaged.name;
        if (!was_called)
            interrupt(crew, inc, engaged.name, engaged.at, ret);
    }
}

/* ---- Who knows a service ---- */

/* Of a service it is enough to know the first three people that were met. */
struct known {
    uint32_t people[KNOWN_MOST];
    size_t people_n;
};
struct knowing {
    const struct crew *crew;
    const struct ald_incident *inc;
    struct known *services;
};

static void take_known(void *ctx, uint32_t person, int64_t at)
{
    struct knowing *k = ctx;
    if (at <= k->crew->to - KNOWN_MS || at > k->crew->to)
        return;
    for (size_t s = 0; s < k->inc->services_n; s++) {
        struct known *known = &k->services[k->inc->services[s].name];
        size_t met = 0;
        while (met < known->people_n && known->people[met] != person)
            met++;
        if (met == known->people_n && met < KNOWN_MOST)
            known->people[known->people_n++] = person;
    }
}

static void known_by(const struct crew *crew, struct ald_capacity *ret)
{
    size_t services = crew->a->services_n;
    struct knowing k = {.crew = crew, .services = ald_calloc(crew->arena, services, sizeof *k.services)};
    for (size_t i = 0; i < crew->a->incidents_n; i++) {
        k.inc = &crew->a->incidents[i];
        if (k.inc->services_n && ald_past_counts(k.inc))
            ald_past_engagements(crew->a->past, i, take_known, &k);
    }
    for (size_t s = 0; s < services; s++) {
        ret->services += k.services[s].people_n > 0;
        ret->known_by_one += k.services[s].people_n == 1;
        ret->known_by_two += k.services[s].people_n == 2;
    }
}

void ald_capacity_fill(const struct ald_analysis *a, const struct ald_figures *f, struct ald_capacity *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    int64_t to = f->period.end < a->as_of ? f->period.end : a->as_of;
    *ret = (struct ald_capacity){.absent = to > f->period.start ? NULL : "the period has not begun"};
    if (ret->absent)
        return;
    ret->watched_ms = to - f->period.start;
    open_at_once(a, f->period.start, to, ret);
    struct crew crew = {.a = a, .from = f->period.start, .to = to, .arena = arena};
    crew.n = ald_calloc(arena, a->persons_n, sizeof *crew.n);
    crew.called = ald_calloc(arena, a->persons_n, sizeof *crew.called);
    crew.acts = ald_calloc(arena, a->persons_n, sizeof *crew.acts);
    for (size_t i = 0; i < a->incidents_n && a->settings->people_stored; i++) {
        if (!concerns(&crew, &a->incidents[i]))
            continue;
        (void)stints_of(&crew, &a->incidents[i]);
        interruptions(&crew, i, ret);
    }
    for (size_t p = 0; p < a->persons_n; p++)
        ret->people += crew.n[p] > 0 || crew.called[p];
    if (!a->settings->people_stored)
        ret->people_absent = "people are not stored (people: none)";
    else if (ret->people < ALD_PEOPLE_LEAST)
        ret->people_absent = "fewer than 5 people are on record: no figures about so few";
    if (ret->people_absent)
        return;
    engaged_hours(&crew, ret);
    known_by(&crew, ret);
}
