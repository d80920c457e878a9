/* Who and what took part in an incident: services, teams, people, each with the time from which it counts. Knows rows
 * already loaded; computes no clock. */
#include "analysis/build.h"
#include "analysis/headings.h"
#include "analysis/overrides.h"

#include <stdlib.h>
#include <string.h>

/* ---- Mentions ---- */

static void mention(struct ald_mentions *list, struct ald_named item)
{
    list->items = ald_grow(list->arena, list->items, list->n, &list->cap, sizeof *list->items);
    list->items[list->n++] = item;
}

static int at_order(int64_t x, int64_t y)
{
    if (x == y)
        return 0;
    if (x == ALD_TIME_NONE || y == ALD_TIME_NONE)
        return x == ALD_TIME_NONE ? 1 : -1;
    return x < y ? -1 : 1;
}

/* Of one instant an event says more than a field, and the first event is the evidence. */
static int by_name_then_time(const void *a, const void *b, void *build)
{
    const struct ald_named *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    int c = at_order(x->at, y->at);
    if (c)
        return c;
    if (x->record != y->record)
        return x->record < y->record ? -1 : 1;
    if (x->by_event != y->by_event)
        return x->by_event ? -1 : 1;
    if (x->evidence == y->evidence)
        return 0;
    if (x->by_event)
        return x->evidence < y->evidence ? -1 : 1;
    const char *p = ald_build_text(build, x->evidence), *q = ald_build_text(build, y->evidence);
    return strcmp(p ? p : "", q ? q : "");
}

static int by_time_then_name(const void *a, const void *b, void *ctx)
{
    (void)ctx;
    const struct ald_named *x = a, *y = b;
    int c = at_order(x->at, y->at);
    return c ? c : (x->name > y->name) - (x->name < y->name);
}

/* A handful, millions of times: they are in order before a sort of the C library has found memory. */
static void sort_mentions(struct ald_named *items, size_t n, int (*order)(const void *a, const void *b, void *ctx), void *ctx)
{
    const size_t few = 16;
    if (n > few) {
        qsort_r(items, n, sizeof *items, order, ctx);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct ald_named item = items[i];
        size_t at = i;
        for (; at && order(&items[at - 1], &item, ctx) > 0; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

size_t ald_mentions_order(struct ald_build *b, struct ald_mentions *list)
{
    size_t n = 0;
    sort_mentions(list->items, list->n, by_name_then_time, b);
    for (size_t i = 0; i < list->n; i++) {
        struct ald_named *last = n ? &list->items[n - 1] : NULL, item = list->items[i];
        if (last && last->name == item.name) {
            last->stand_in &= item.stand_in; /* a stand-in only when nothing but a stand-in names it */
            continue;
        }
        list->items[i] = list->items[n];
        list->items[n++] = item;
    }
    sort_mentions(list->items, n, by_time_then_name, NULL);
    return n;
}

void ald_mention_place(const struct ald_incident *inc, bool folded, struct ald_named *item)
{
    if (item->at == ALD_TIME_NONE)
        return;
    item->at_start = item->at <= inc->started_at;
    if (folded && item->at_start)
        item->at = inc->started_at;
}

struct ald_named ald_told_by_event(uint32_t record, const struct ald_event *event, size_t number, uint32_t name)
{
    return (struct ald_named){.name = name,
                              .record = ALD_RECORD_OF(record),
                              .at = event->at,
                              .by_event = true,
                              .evidence = (uint32_t)(number + 1) & ((1u << 31) - 1)};
}

/* What an event says of a name. */
static struct ald_named told(const struct ald_build *b, uint32_t r, size_t number, uint32_t name)
{
    const struct ald_event event = ald_event_at(b->a, &b->a->records[r], number);
    return ald_told_by_event(r, &event, number, name);
}

/* ---- Services ---- */

/* The number of the first event that names it; as many as there are: none does. */
static size_t first_naming(const struct ald_build *b, uint32_t r, uint32_t service)
{
    const struct ald_record *record = &b->a->records[r];
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(b->a, record, i);
        if (event.names_service && ald_event_names(b->a, &event)->service == service)
            return i;
    }
    return record->events_n;
}

static bool service_named_later(const struct ald_build *b, const struct ald_work *w, uint32_t service)
{
    for (size_t i = 0; i < w->later_names.n; i++)
        if (b->later[w->later_names.at + i].service == service)
            return true;
    return false;
}

/* What was named by the time the record was made counts as named when it opened; so does what has no date where the
 * timeline shows every change: then nothing changed since. */
static void record_services(struct ald_build *b, uint32_t r, struct ald_mentions *list)
{
    const struct ald_record *record = &b->a->records[r];
    const struct ald_work *w = &b->work[r];
    int64_t made = record->entered_at > w->start ? record->entered_at : w->start;
    for (size_t i = 0; i < w->services.n; i++) {
        const struct ald_row_svc *row = &b->svc[w->services.at + i];
        size_t event = row->at == ALD_TIME_NONE ? first_naming(b, r, row->service) : record->events_n;
        struct ald_named item =
            event < record->events_n ? told(b, r, event, row->service)
                  : (struct ald_named){.name = row->service, .record = ALD_RECORD_OF(r), .at = row->at, .evidence = row->field};
        item.stand_in = row->stand_in;
        item.at_start = row->at_start || (item.at != ALD_TIME_NONE && item.at <= made);
        if (item.at == ALD_TIME_NONE && !item.at_start) {
            if (service_named_later(b, w, row->service))
                continue;
            item.at_start = (record->traits->timeline & ALD_HOLDS_SERVICES) != 0;
        }
        if (item.at_start)
            item.at = w->start;
        mention(list, item);
    }
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(b->a, record, i);
        if (!event.names_service)
            continue;
        struct ald_named item = ald_told_by_event(r, &event, i, ald_event_names(b->a, &event)->service);
        item.stand_in = true; /* says nothing against a row that is one */
        item.at = event.at <= made ? w->start : event.at;
        mention(list, item);
    }
}

static void take_services(struct ald_build *b, struct ald_incident *inc)
{
    struct ald_mentions *list = &b->mentions;
    list->n = 0;
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        size_t from = list->n;
        record_services(b, r, list);
        bool row_is_stand_in = false;
        for (size_t j = 0; j < b->work[r].services.n; j++)
            row_is_stand_in |= b->svc[b->work[r].services.at + j].stand_in;
        for (size_t j = from; j < list->n; j++) {
            list->items[j].stand_in &= row_is_stand_in;
            ald_mention_place(inc, b->work[r].folded, &list->items[j]);
        }
    }
    inc->services_n = (uint32_t)ald_mentions_order(b, list);
    struct ald_named *first = ald_calloc(b->brief, inc->services_n, sizeof *first); /* until keep_named */
    if (inc->services_n)
        memcpy(first, list->items, inc->services_n * sizeof *first);
    inc->services = first;
}

/* ---- Teams and people ---- */

static bool engages_by_role(unsigned role)
{
    const unsigned engaging = ALD_BIT(ALD_ROLE_ASSIGNED) | ALD_BIT(ALD_ROLE_RESPONDER) | ALD_BIT(ALD_ROLE_ACKNOWLEDGED) |
                              ALD_BIT(ALD_ROLE_COMMANDER) | ALD_BIT(ALD_ROLE_RESOLVED);
    return (engaging & ALD_BIT(role)) != 0;
}

static bool is_assigned(const struct ald_row_named *row)
{
    return row->role == ALD_ROLE_ASSIGNED;
}

/* Whether the timeline says when a team or person of an undated row came in, as of as-of or later. */
static bool timeline_names(const struct ald_build *b, uint32_t r, uint32_t name, bool people)
{
    const struct ald_record *record = &b->a->records[r];
    const struct ald_slice *later = &b->work[r].later_names;
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(b->a, record, i);
        const struct ald_event_names *names = ald_event_names(b->a, &event);
        if (ald_kind_engages(event.kind) && (people ? names->person : names->team) == name)
            return true;
    }
    for (size_t i = 0; i < later->n; i++)
        if ((people ? b->later[later->at + i].person : b->later[later->at + i].team) == name)
            return true;
    return false;
}

/* Undated, and the timeline, which shows every assignment, has none of it: it was so from the start. */
static bool from_the_start(const struct ald_build *b, uint32_t r, const struct ald_row_named *row, bool people)
{
    unsigned facet = people ? ALD_HOLDS_RESPONDERS : ALD_HOLDS_TEAMS;
    return row->at == ALD_TIME_NONE && (!people || is_assigned(row)) && (b->a->records[r].traits->timeline & facet) != 0;
}

static void record_engagements(struct ald_build *b, uint32_t r, bool people, struct ald_mentions *list)
{
    const struct ald_record *record = &b->a->records[r];
    const struct ald_work *w = &b->work[r];
    const struct ald_slice *rows = people ? &w->people : &b->draft[r].teams;
    for (size_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(b->a, record, i);
        uint32_t name = people ? ald_event_actor(b->a, &event) : ald_event_names(b->a, &event)->team;
        if (name != ALD_NOBODY && ald_kind_engages(event.kind))
            mention(list, ald_told_by_event(r, &event, i, name));
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct ald_row_named *row = people ? &b->person[rows->at + i] : &b->team[rows->at + i];
        if (row->name == ALD_NOBODY || (people && !engages_by_role(row->role)))
            continue;
        if (row->at == ALD_TIME_NONE && timeline_names(b, r, row->raw, people))
            continue;
        mention(list,
                (struct ald_named){.name = row->name,
                                   .evidence = row->field & ((1u << 31) - 1),
                                   .record = ALD_RECORD_OF(r),
                                   .at = from_the_start(b, r, row, people) ? w->start : row->at});
    }
}

void ald_incident_engagements(struct ald_build *b, const struct ald_incident *inc, bool people,
                              struct ald_mentions *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < inc->records_n; i++) {
        size_t from = ret->n;
        record_engagements(b, inc->records[i], people, ret);
        for (size_t j = from; j < ret->n; j++)
            ald_mention_place(inc, b->work[inc->records[i]].folded, &ret->items[j]);
    }
}

/* ---- The first team ---- */

struct assignment {
    int64_t at;
    uint32_t team; /* ALD_NOBODY: none */
    bool several;  /* more than one team could be meant */
};

static void sooner(struct assignment *best, int64_t at, uint32_t team)
{
    if (best->team == ALD_NOBODY || at < best->at)
        *best = (struct assignment){.at = at, .team = team};
}

static void only(struct assignment *one, int64_t at, uint32_t team)
{
    one->several |= one->team != ALD_NOBODY && one->team != team;
    sooner(one, at, team);
}

/* Of the services named when it began: what joins later may do so because the incident is long. */
static uint32_t owner_of_services(const struct ald_build *b, const struct ald_incident *inc)
{
    for (size_t i = 0; i < inc->services_n; i++)
        if (inc->services[i].at_start && b->service_owner[inc->services[i].name] != ALD_NOBODY)
            return b->service_owner[inc->services[i].name];
    return ALD_NOBODY;
}

/* The earliest dated assignment; before it, or without one, the only team that a record names as assigned. */
static uint32_t first_team(const struct ald_build *b, const struct ald_incident *inc)
{
    struct assignment dated = {.team = ALD_NOBODY}, start = dated, undated = dated;
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        const struct ald_record *record = &b->a->records[r];
        const struct ald_work *w = &b->work[r];
        for (size_t j = 0; j < record->events_n && !w->folded; j++) {
            const struct ald_event event = ald_event_at(b->a, record, j);
            uint32_t team = ald_event_names(b->a, &event)->team;
            if (team != ALD_NOBODY && ald_kind_assigns(event.kind))
                sooner(&dated, event.at, team);
        }
        const struct ald_slice *teams = &b->draft[r].teams;
        for (size_t j = 0; j < teams->n && !w->folded; j++) {
            const struct ald_row_named *row = &b->team[teams->at + j];
            if (!is_assigned(row))
                continue;
            if (row->at != ALD_TIME_NONE)
                sooner(&dated, row->at, row->name);
            else if (!timeline_names(b, r, row->name, false))
                only(from_the_start(b, r, row, false) ? &start : &undated, w->start, row->name);
        }
    }
    if (start.team != ALD_NOBODY && !start.several && (dated.team == ALD_NOBODY || start.at < dated.at))
        return start.team;
    if (dated.team != ALD_NOBODY)
        return dated.team;
    if (start.team == ALD_NOBODY && undated.team != ALD_NOBODY && !undated.several)
        return undated.team;
    return owner_of_services(b, inc);
}

/* ---- The whole ---- */

/* Services, and the first mention of each team behind them. */
static void keep_named(struct ald_build *b, struct ald_incident *inc, struct ald_mentions *teams)
{
    inc->teams_n = (uint32_t)ald_mentions_order(b, teams);
    struct ald_named *both = ald_calloc(b->a->arena, (size_t)inc->services_n + inc->teams_n, sizeof *both);
    if (inc->services_n)
        memcpy(both, inc->services, inc->services_n * sizeof *both);
    if (inc->teams_n)
        memcpy(both + inc->services_n, teams->items, inc->teams_n * sizeof *both);
    inc->services = both;
}

void ald_incident_gather(struct ald_build *b, struct ald_incident *inc)
{
    ald_arena_reset(b->brief);
    ald_incident_names(b, inc);
    ald_incident_severity(b, inc);
    take_services(b, inc);
    ald_overrides_labels(b, inc);
    ald_incident_engagements(b, inc, false, &b->mentions);
    keep_named(b, inc, &b->mentions);
    inc->first_team = first_team(b, inc);
}
