/* Reads what hangs on the records: services, teams, people and the timeline, cut at as-of; then numbers all names in
 * the order of their texts. Knows the tables, no API. */
#include "analysis/build.h"
#include "analysis/org.h"

#include <stdlib.h>
#include <string.h>

bool ald_kind_engages(unsigned kind)
{
    const unsigned engaging = ALD_BIT(ALD_EV_ACKNOWLEDGED) | ALD_BIT(ALD_EV_ASSIGNED) | ALD_BIT(ALD_EV_REASSIGNED) |
                              ALD_BIT(ALD_EV_ESCALATED) | ALD_BIT(ALD_EV_RESPONDER_ADDED) | ALD_BIT(ALD_EV_NOTE) |
                              ALD_BIT(ALD_EV_STATUS_UPDATE) | ALD_BIT(ALD_EV_MITIGATED) | ALD_BIT(ALD_EV_RESOLVED) |
                              ALD_BIT(ALD_EV_REOPENED) | ALD_BIT(ALD_EV_CLOSED) | ALD_BIT(ALD_EV_SEVERITY_CHANGED) |
                              ALD_BIT(ALD_EV_SERVICE_ADDED) | ALD_BIT(ALD_EV_MERGED);
    return (engaging & ALD_BIT(kind)) != 0;
}

static void extend(struct ald_slice *slice, size_t at)
{
    if (!slice->n)
        slice->at = (uint32_t)at;
    slice->n++;
}

static bool is_automation(const struct ald_build *b, const char *text)
{
    return text && *text && ald_names_find(b->automation, text) != ALD_NOBODY;
}

/* The person behind a pseudonym of a source. A pseudonym that the source could not map is no responder. */
static void resolve_person(struct ald_build *b, const char *source, const char *pseudonym, uint32_t *ret_actor,
                           uint32_t *ret_raw)
{
    *ret_actor = *ret_raw = ALD_NOBODY;
    if (!pseudonym || !*pseudonym || is_automation(b, pseudonym))
        return;
    uint32_t id = ald_names_find2(b->people_ids, source, pseudonym);
    uint32_t raw = id == ALD_NOBODY ? ald_names_add(b->persons, pseudonym) : b->person_of_id[id];
    if (is_automation(b, ald_names_text(b->persons, raw)))
        return;
    *ret_raw = raw;
    if (id != ALD_NOBODY && b->mapped_of_id[id])
        *ret_actor = raw;
}

static uint32_t resolve_name(struct ald_names *ids, const uint32_t *of_id, const char *source, const char *id,
                             struct ald_names *names)
{
    return id && *id ? ald_build_name(ids, of_id, source, id, names) : ALD_NOBODY;
}

static void take_service(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_row_svc row = {
        .service =
            resolve_name(b->service_ids, b->service_of_id, b->a->records[r].traits->source, ald_q_col_text(q, 1), b->services),
        .at = ald_q_col_time(q, 2),
        .at_start = ald_q_col_int(q, 3) != 0,
        .stand_in = ald_q_col_int(q, 4) != 0,
        .field = ald_build_word(b, ald_q_col_text(q, 5)) & ((1u << 30) - 1),
    };
    if (row.service == ALD_NOBODY || row.at > b->a->as_of)
        return;
    b->svc = ald_grow(b->scratch, b->svc, b->svc_n, &b->svc_cap, sizeof *b->svc);
    extend(&b->work[r].services, b->svc_n);
    b->svc[b->svc_n++] = row;
}

static uint8_t role_of(const char *text)
{
    static const char *const names[ALD_ROLE_N] = {"", "assigned", "responder", "acknowledged", "commander", "resolved", "notified", "requested"};
    for (uint8_t role = 1; text && role < ALD_ROLE_N; role++)
        if (strcmp(text, names[role]) == 0)
            return role;
    return ALD_ROLE_OTHER;
}

static void take_team(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_row_named row = {
        .name = resolve_name(b->team_ids, b->team_of_id, b->a->records[r].traits->source, ald_q_col_text(q, 1), b->teams),
        .at = ald_q_col_time(q, 2),
        .role = role_of(ald_q_col_text(q, 3)),
        .field = ald_build_word(b, ald_q_col_text(q, 4)),
    };
    row.raw = row.name;
    if (row.name == ALD_NOBODY || row.at > b->a->as_of)
        return;
    b->team = ald_grow(b->early, b->team, b->team_n, &b->team_cap, sizeof *b->team);
    extend(&b->work[r].teams, b->team_n);
    b->team[b->team_n++] = row;
}

static void count_unjoined(struct ald_build *b, uint32_t actor, uint32_t raw)
{
    if (raw != ALD_NOBODY && actor == ALD_NOBODY)
        (void)ald_names_add(b->unjoined, ald_names_text(b->persons, raw));
}

static void take_person(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_row_named row = {
        .at = ald_q_col_time(q, 2),
        .role = role_of(ald_q_col_text(q, 3)),
        .field = ald_build_word(b, ald_q_col_text(q, 4)),
    };
    resolve_person(b, b->a->records[r].traits->source, ald_q_col_text(q, 1), &row.name, &row.raw);
    if (row.raw == ALD_NOBODY || row.at > b->a->as_of)
        return;
    ald_given_called(b, r, &row);
    b->person = ald_grow(b->scratch, b->person, b->person_n, &b->person_cap, sizeof *b->person);
    extend(&b->work[r].people, b->person_n);
    b->person[b->person_n++] = row;
}

/* ---- The timeline ---- */

static unsigned kind_of(const char *name)
{
    for (unsigned k = 0; k < ALD_EV_N; k++)
        if (strcmp(name, ald_event_kind_name((enum ald_event_kind)k)) == 0)
            return k;
    return ALD_EV_OTHER;
}

/* Who was engaged, and whether a person did it. Where nobody says so, somebody named makes it a person's doing: rather
 * one page too many that somebody worked on than one that is called noise. */
static void take_who(struct ald_build *b, const struct ald_record *record, struct ald_event *event, const char *actor,
                     const char *agent)
{
    uint32_t engaged;
    bool has_agent = agent && *agent, has_actor = actor && *actor;
    bool machine = has_agent ? is_automation(b, agent) : is_automation(b, actor);
    if (machine)
        event->automatic = 1;
    resolve_person(b, record->traits->source, actor, &engaged, &event->person);
    event->engaged = engaged != ALD_NOBODY;
    event->human = event->automatic == 0 || (event->automatic < 0 && (has_agent || has_actor));
    if (event->automatic == 1 && event->kind != ALD_EV_OTHER) /* `other` engages nobody, and names whom it notified */
        event->engaged = false;
    else if (ald_kind_engages(event->kind) && !record->vendor)
        count_unjoined(b, engaged, event->person);
}

/* A service that an event adds; not where the rows of the record's services come from other fields. */
static bool names_service(const struct ald_build *b, const struct ald_work *w, const struct ald_event *event, const char *field)
{
    if (event->kind != ALD_EV_SERVICE_ADDED || event->service == ALD_NOBODY)
        return false;
    if (!field || !*field || !w->services.n)
        return true;
    for (size_t i = 0; i < w->services.n; i++) {
        const char *known = ald_build_text(b, b->svc[w->services.at + i].field);
        if (!known || strcmp(known, field) == 0)
            return true;
    }
    return false;
}

static void take_later(struct ald_build *b, uint32_t r, const struct ald_event *event)
{
    const unsigned changes = ALD_BIT(ALD_EV_RESOLVED) | ALD_BIT(ALD_EV_CLOSED) | ALD_BIT(ALD_EV_REOPENED);
    if (changes & ALD_BIT(event->kind))
        b->work[r].later_change = true;
    bool engages = ald_kind_engages(event->kind);
    struct ald_row_later later = {
        .service = event->kind == ALD_EV_SERVICE_ADDED ? event->service : ALD_NOBODY,
        .team = engages ? event->team : ALD_NOBODY,
        .person = engages ? event->person : ALD_NOBODY,
    };
    if (later.service == ALD_NOBODY && later.team == ALD_NOBODY && later.person == ALD_NOBODY)
        return;
    b->later = ald_grow(b->scratch, b->later, b->later_n, &b->later_cap, sizeof *b->later);
    extend(&b->work[r].later_names, b->later_n);
    b->later[b->later_n++] = later;
}

static void take_event(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_record *record = &b->a->records[r];
    struct ald_event event = {
        .at = ald_q_col_time(q, 2),
        .kind = (uint8_t)kind_of(ald_q_col_text(q, 3)),
        .automatic = ald_q_col_null(q, 6) ? (int8_t)-1 : (int8_t)(ald_q_col_int(q, 6) != 0),
        .team = resolve_name(b->team_ids, b->team_of_id, record->traits->source, ald_q_col_text(q, 7), b->teams),
        .service = resolve_name(b->service_ids, b->service_of_id, record->traits->source, ald_q_col_text(q, 8), b->services),
    };
    bool later = event.at > b->a->as_of;
    if (event.kind == ALD_EV_ESCALATED)
        b->seen[b->work[r].source] |= ALD_HOLDS_ESCALATIONS;
    if (later) {
        uint32_t engaged;
        resolve_person(b, record->traits->source, ald_q_col_text(q, 4), &engaged, &event.person);
        event.engaged = engaged != ALD_NOBODY;
        if (event.kind == ALD_EV_OTHER)
            ald_given_event(b, r, &event, NULL, ald_q_col_text(q, 10));
        take_later(b, r, &event);
        return;
    }
    take_who(b, record, &event, ald_q_col_text(q, 4), ald_q_col_text(q, 5));
    event.names_service = names_service(b, &b->work[r], &event, ald_q_col_text(q, 9));
    if (event.kind == ALD_EV_OTHER)
        ald_given_event(b, r, &event, ald_q_col_text(q, 1), ald_q_col_text(q, 10));
    if (!record->events_n)
        record->events = &b->events[b->events_n];
    record->events_n++;
    b->events[b->events_n++] = event;
}

/* Events of a record come by id; what is of one instant stays in that order. */
struct order {
    struct when {
        struct ald_event event;
        uint32_t came;
    } * list;
    size_t n, cap;
};

static int by_time(const void *a, const void *b)
{
    const struct when *x = a, *y = b;
    if (x->event.at != y->event.at)
        return x->event.at < y->event.at ? -1 : 1;
    return (x->came > y->came) - (x->came < y->came);
}

static void sort_events(struct ald_build *b, struct order *order, struct ald_event *events, uint32_t n)
{
    uint32_t sorted = 1;
    while (sorted < n && events[sorted - 1].at <= events[sorted].at)
        sorted++;
    if (sorted >= n)
        return;
    order->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        order->list = ald_grow(b->scratch, order->list, order->n, &order->cap, sizeof *order->list);
        order->list[order->n++] = (struct when){.event = events[i], .came = i};
    }
    qsort(order->list, n, sizeof *order->list, by_time);
    for (uint32_t i = 0; i < n; i++)
        events[i] = order->list[i].event;
}

static ALD_CHECK enum ald_rc load_events(struct ald_build *b, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row;
    ALD_TRY(ald_q_open(b->store, "analysis_event_count", &q, err));
    ald_q_time(q, 1, b->a->as_of);
    ALD_TRY(ald_q_step(q, &row, err));
    b->events = ald_calloc(b->a->arena, row ? (size_t)ald_q_col_int(q, 0) : 0, sizeof *b->events);
    ALD_TRY(ald_each_record(b, "analysis_events", take_event, err));
    struct order order = {.list = NULL};
    for (size_t i = 0, at = 0; i < b->by_row_n; i++) {
        /* Events came in the order of rows, each record's in one stretch: sorted here, where they are not yet const. */
        uint32_t n = b->a->records[b->by_row[i].record].events_n;
        sort_events(b, &order, &b->events[at], n);
        at += n;
    }
    return ALD_OK;
}

/* ---- Names ---- */

static void renumber(uint32_t *name, const uint32_t *rank)
{
    if (*name != ALD_NOBODY)
        *name = rank[*name];
}

/* Numbers by order of first use depend on the order of rows; reports must not. */
static void sort_names(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    uint32_t *person, *team, *service;
    a->persons = ald_names_sorted(b->persons, a->arena, &person);
    a->persons_n = ald_names_n(b->persons);
    a->teams = ald_names_sorted(b->teams, a->arena, &team);
    a->teams_n = ald_names_n(b->teams);
    a->services = ald_names_sorted(b->services, a->arena, &service);
    a->services_n = ald_names_n(b->services);
    for (size_t i = 0; i < b->events_n; i++) {
        renumber(&b->events[i].person, person);
        renumber(&b->events[i].team, team);
        renumber(&b->events[i].service, service);
    }
    for (size_t i = 0; i < b->given_n; i++)
        renumber(&b->given[i].person, person);
    b->org = ald_org_build(b, service, team);
    for (size_t i = 0; i < b->svc_n; i++)
        renumber(&b->svc[i].service, service);
    for (size_t i = 0; i < b->team_n; i++) {
        renumber(&b->team[i].name, team);
        renumber(&b->team[i].raw, team);
    }
    for (size_t i = 0; i < b->person_n; i++) {
        renumber(&b->person[i].name, person);
        renumber(&b->person[i].raw, person);
    }
    for (size_t i = 0; i < b->later_n; i++) {
        renumber(&b->later[i].person, person);
        renumber(&b->later[i].team, team);
        renumber(&b->later[i].service, service);
    }
    b->service_owner = ald_calloc(a->arena, a->services_n, sizeof *b->service_owner);
    for (size_t i = 0; i < a->services_n; i++)
        b->service_owner[i] = ALD_NOBODY;
    for (size_t i = 0; i < b->owner_n; i++) {
        uint32_t *owner = &b->service_owner[service[b->owner[i].service]];
        if (*owner == ALD_NOBODY || i >= b->owner_of_sources_n)
            *owner = team[b->owner[i].team];
    }
    b->org->owner = b->service_owner;
}

enum ald_rc ald_load_rows(struct ald_build *b, struct ald_err *err)
{
    ALD_TRY(ald_each_record(b, "analysis_record_services", take_service, err));
    ALD_TRY(ald_each_record(b, "analysis_record_teams", take_team, err));
    ALD_TRY(ald_each_record(b, "analysis_record_people", take_person, err));
    ALD_TRY(ald_load_given(b, err));
    ALD_TRY(load_events(b, err));
    sort_names(b);
    b->a->unjoined_people = ald_names_n(b->unjoined);
    return ALD_OK;
}
