/* Reads the timeline of all records, cut at as-of, by a thread and a connection of its own where these can be had, while the rows of
 * the records are read. It changes nothing that others use meanwhile: names that no list of a source knows get numbers of its own,
 * behind those of the lists, and are joined with the others' when both are done. Knows the tables, no API. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/build.h"

/** Ids of one kind as sources give them, and what each stands for: looked up once, however often events name it. */
struct met {
    struct ald_names *ids;      /* source, id */
    struct ald_names *strangers; /* names that no list knows, numbered from `listed` */
    uint32_t listed;
    uint32_t *joined; /* by stranger: the number by which the build knows the name, once both are done */
    size_t cap;
};

/** Who a pseudonym of a source is. */
struct actor {
    uint32_t person; /* ALD_NOBODY: automation */
    bool mapped;     /* the source could map it */
    bool machine;    /* the pseudonym itself is configured as automation */
};

/** Events of a record come by id; what is of one instant stays in that order. */
struct when {
    struct ald_event event;
    uint32_t came;
};

/** A service that an event adds by a field, which rows of the record may contradict: known when these are read. */
struct claim {
    size_t event;
    uint32_t record;
    const char *field;
};

struct ald_timeline {
    const struct ald_build *b;
    struct ald_store *store;
    struct ald_arena *arena;
    struct ald_names *kinds; /* by enum ald_event_kind */
    struct met teams, services, persons;
    uint32_t *team, *service; /* by number of the id */
    struct actor *actor;
    bool *machine; /* by person of the lists */
    bool *unjoined; /* by person: engaged, and nobody knows who it is */
    size_t unjoined_cap;
    unsigned *seen;
    struct ald_event *events;
    size_t events_n, events_cap;
    struct ald_row_later *later;
    size_t later_n, later_cap;
    struct ald_given *given;
    size_t given_n, given_cap;
    struct claim *claims;
    size_t claims_n, claims_cap;
    struct when *order; /* of one record at a time */
    size_t order_cap;
    pthread_t thread;
    bool running;
    enum ald_rc rc;
    struct ald_err err;
};

bool ald_kind_engages(unsigned kind)
{
    const unsigned engaging = ALD_BIT(ALD_EV_ACKNOWLEDGED) | ALD_BIT(ALD_EV_ASSIGNED) | ALD_BIT(ALD_EV_REASSIGNED) |
                              ALD_BIT(ALD_EV_ESCALATED) | ALD_BIT(ALD_EV_RESPONDER_ADDED) | ALD_BIT(ALD_EV_NOTE) |
                              ALD_BIT(ALD_EV_STATUS_UPDATE) | ALD_BIT(ALD_EV_MITIGATED) | ALD_BIT(ALD_EV_RESOLVED) |
                              ALD_BIT(ALD_EV_REOPENED) | ALD_BIT(ALD_EV_CLOSED) | ALD_BIT(ALD_EV_SEVERITY_CHANGED) |
                              ALD_BIT(ALD_EV_SERVICE_ADDED) | ALD_BIT(ALD_EV_MERGED);
    return (engaging & ALD_BIT(kind)) != 0;
}

/* ---- Names ---- */

static struct met met_new(struct ald_arena *arena, const struct ald_names *listed)
{
    return (struct met){.ids = ald_names_new(arena), .strangers = ald_names_new(arena), .listed = (uint32_t)ald_names_n(listed)};
}

static void met_done(struct met *met)
{
    ald_names_free(met->ids);
    ald_names_free(met->strangers);
}

static uint32_t stranger(struct met *met, const char *name)
{
    return met->listed + ald_names_add(met->strangers, name);
}

/* The name of a team or service. */
static uint32_t name_of(struct ald_timeline *t, struct met *met, uint32_t **names, const struct ald_names *ids,
                        const uint32_t *of_id, const char *source, const char *id)
{
    if (!id || !*id)
        return ALD_NOBODY;
    size_t had = ald_names_n(met->ids);
    uint32_t n = ald_names_add2(met->ids, source, id);
    if (n == had) {
        uint32_t known = ald_names_find2(ids, source, id);
        *names = ald_grow(t->arena, *names, n, &met->cap, sizeof **names);
        (*names)[n] = known == ALD_NOBODY ? stranger(met, id) : of_id[known];
    }
    return (*names)[n];
}

/* The person behind a pseudonym of a source. A pseudonym that the source could not map is no responder. */
static struct actor actor_from_lists(struct ald_timeline *t, const char *source, const char *pseudonym)
{
    const struct ald_build *b = t->b;
    if (ald_names_find(b->automation, pseudonym) != ALD_NOBODY)
        return (struct actor){.person = ALD_NOBODY, .machine = true};
    uint32_t id = ald_names_find2(b->people_ids, source, pseudonym);
    if (id == ALD_NOBODY)
        return (struct actor){.person = stranger(&t->persons, pseudonym)};
    uint32_t person = b->person_of_id[id];
    return t->machine[person] ? (struct actor){.person = ALD_NOBODY} : (struct actor){.person = person, .mapped = b->mapped_of_id[id]};
}

static struct actor actor_of(struct ald_timeline *t, const char *source, const char *pseudonym)
{
    if (!pseudonym || !*pseudonym)
        return (struct actor){.person = ALD_NOBODY};
    size_t had = ald_names_n(t->persons.ids);
    uint32_t n = ald_names_add2(t->persons.ids, source, pseudonym);
    if (n == had) {
        t->actor = ald_grow(t->arena, t->actor, n, &t->persons.cap, sizeof *t->actor);
        t->actor[n] = actor_from_lists(t, source, pseudonym);
    }
    return t->actor[n];
}

/* ---- Reading ---- */

static void count_unjoined(struct ald_timeline *t, const struct actor *actor)
{
    if (actor->person == ALD_NOBODY || actor->mapped)
        return;
    while (actor->person >= t->unjoined_cap)
        t->unjoined = ald_grow(t->arena, t->unjoined, t->unjoined_cap, &t->unjoined_cap, sizeof *t->unjoined);
    t->unjoined[actor->person] = true;
}

/* Who was engaged, and whether a person did it. Where nobody says so, somebody named makes it a person's doing: rather
 * one page too many that somebody worked on than one that is called noise. */
static void take_who(struct ald_timeline *t, const struct ald_record *record, struct ald_event *event, const char *source,
                     const char *name, const char *agent)
{
    bool has_agent = agent && *agent, has_actor = name && *name;
    struct actor actor = actor_of(t, source, name);
    bool machine = has_agent ? ald_names_find(t->b->automation, agent) != ALD_NOBODY : actor.machine;
    if (machine)
        event->automatic = 1;
    event->person = actor.person;
    event->engaged = actor.mapped;
    event->human = event->automatic == 0 || (event->automatic < 0 && (has_agent || has_actor));
    if (event->automatic == 1 && event->kind != ALD_EV_OTHER) /* `other` engages nobody, and names whom it notified */
        event->engaged = false;
    else if (ald_kind_engages(event->kind) && !record->vendor)
        count_unjoined(t, &actor);
}

static void take_given(struct ald_timeline *t, uint32_t r, const struct ald_event *event, const char *id, const char *value)
{
    struct ald_given given;
    if (!ald_given_event(event, value, &t->seen[t->b->work[r].source], &given))
        return;
    given.record = r;
    given.text = ald_strdup(t->arena, id);
    t->given = ald_grow(t->arena, t->given, t->given_n, &t->given_cap, sizeof *t->given);
    t->given[t->given_n++] = given;
}

static void take_later(struct ald_timeline *t, uint32_t r, const struct ald_event *event)
{
    const unsigned changes = ALD_BIT(ALD_EV_RESOLVED) | ALD_BIT(ALD_EV_CLOSED) | ALD_BIT(ALD_EV_REOPENED);
    struct ald_work *w = &t->b->work[r];
    if (changes & ALD_BIT(event->kind))
        w->later_change = true;
    bool engages = ald_kind_engages(event->kind);
    struct ald_row_later later = {
        .service = event->kind == ALD_EV_SERVICE_ADDED ? event->service : ALD_NOBODY,
        .team = engages ? event->team : ALD_NOBODY,
        .person = engages ? event->person : ALD_NOBODY,
    };
    if (later.service == ALD_NOBODY && later.team == ALD_NOBODY && later.person == ALD_NOBODY)
        return;
    t->later = ald_grow(t->arena, t->later, t->later_n, &t->later_cap, sizeof *t->later);
    if (!w->later_names.n++)
        w->later_names.at = (uint32_t)t->later_n;
    t->later[t->later_n++] = later;
}

/* A service that an event adds: known later where a field of the record may contradict it. */
static void take_claim(struct ald_timeline *t, uint32_t r, struct ald_event *event, const char *field)
{
    if (event->kind != ALD_EV_SERVICE_ADDED || event->service == ALD_NOBODY)
        return;
    event->names_service = true;
    if (!field || !*field)
        return;
    t->claims = ald_grow(t->arena, t->claims, t->claims_n, &t->claims_cap, sizeof *t->claims);
    t->claims[t->claims_n++] = (struct claim){.event = t->events_n, .record = r, .field = ald_strdup(t->arena, field)};
}

static void take_event(struct ald_timeline *t, uint32_t r, struct ald_q *q)
{
    const struct ald_build *b = t->b;
    struct ald_record *record = &b->a->records[r];
    const char *source = ald_names_text(b->sources, b->work[r].source); /* traits may change meanwhile */
    uint32_t kind = ald_names_find(t->kinds, ald_q_col_text(q, 3));
    struct ald_event event = {
        .at = ald_q_col_time(q, 2),
        .kind = (uint8_t)(kind == ALD_NOBODY ? ALD_EV_OTHER : kind),
        .automatic = ald_q_col_null(q, 6) ? (int8_t)-1 : (int8_t)(ald_q_col_int(q, 6) != 0),
        .team = name_of(t, &t->teams, &t->team, b->team_ids, b->team_of_id, source, ald_q_col_text(q, 7)),
        .service = name_of(t, &t->services, &t->service, b->service_ids, b->service_of_id, source, ald_q_col_text(q, 8)),
    };
    if (event.kind == ALD_EV_ESCALATED)
        t->seen[b->work[r].source] |= ALD_HOLDS_ESCALATIONS;
    bool later = event.at > b->a->as_of;
    if (later) {
        struct actor actor = actor_of(t, source, ald_q_col_text(q, 4));
        event.person = actor.person;
        event.engaged = actor.mapped;
    } else {
        take_who(t, record, &event, source, ald_q_col_text(q, 4), ald_q_col_text(q, 5));
    }
    if (event.kind == ALD_EV_OTHER)
        take_given(t, r, &event, later ? NULL : ald_q_col_text(q, 1), ald_q_col_text(q, 10));
    if (later) {
        take_later(t, r, &event);
        return;
    }
    take_claim(t, r, &event, ald_q_col_text(q, 9));
    t->events = ald_grow(b->a->events_arena, t->events, t->events_n, &t->events_cap, sizeof *t->events);
    t->events[t->events_n++] = event;
    record->events_n++;
}

static ALD_CHECK enum ald_rc read_all(struct ald_timeline *t, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    const struct ald_build *b = t->b;
    bool row = true;
    size_t at = 0;
    ALD_TRY(ald_q_open(t->store, "analysis_events", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        int64_t id = ald_q_col_int(q, 0);
        while (at < b->by_row_n && b->by_row[at].row < id)
            at++;
        if (at < b->by_row_n && b->by_row[at].row == id)
            take_event(t, b->by_row[at].record, q);
    }
}

static void *read_beside(void *ctx)
{
    struct ald_timeline *t = ctx;
    t->rc = read_all(t, &t->err);
    return NULL;
}

void ald_timeline_begin(struct ald_build *b)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_timeline *t = ald_alloc(arena, sizeof *t);
    *t = (struct ald_timeline){.b = b,
                               .store = b->beside ? b->beside : b->store,
                               .arena = arena,
                               .kinds = ald_names_new(arena),
                               .teams = met_new(arena, b->teams),
                               .services = met_new(arena, b->services),
                               .persons = met_new(arena, b->persons),
                               .machine = ald_calloc(arena, ald_names_n(b->persons), sizeof *t->machine),
                               .seen = ald_calloc(arena, ald_names_n(b->sources), sizeof *t->seen)};
    b->timeline = t;
    for (unsigned kind = 0; kind < ALD_EV_N; kind++)
        (void)ald_names_add(t->kinds, ald_event_kind_name((enum ald_event_kind)kind));
    for (uint32_t person = 0; person < t->persons.listed; person++)
        t->machine[person] = ald_names_find(b->automation, ald_names_text(b->persons, person)) != ALD_NOBODY;
    if (b->beside)
        t->running = pthread_create(&t->thread, NULL, read_beside, t) == 0;
}

/* ---- Joining ---- */

/* A field that is named must be one of those that the record's own rows come from, unless these say nothing of it. */
static bool is_contradicted(const struct ald_build *b, const struct claim *claim)
{
    const struct ald_slice *services = &b->work[claim->record].services;
    for (size_t i = 0; i < services->n; i++) {
        const char *known = ald_build_text(b, b->svc[services->at + i].field);
        if (!known || strcmp(known, claim->field) == 0)
            return false;
    }
    return services->n > 0;
}

static void join(struct ald_timeline *t, struct met *met, struct ald_names *names)
{
    size_t n = ald_names_n(met->strangers);
    met->joined = ald_calloc(t->arena, n, sizeof *met->joined);
    for (uint32_t i = 0; i < n; i++)
        met->joined[i] = ald_names_add(names, ald_names_text(met->strangers, i));
}

/* The number by which the build knows a name. */
static uint32_t joined(const struct met *met, uint32_t name)
{
    return name == ALD_NOBODY || name < met->listed ? name : met->joined[name - met->listed];
}

static void join_given(struct ald_timeline *t, struct ald_build *b)
{
    for (size_t i = 0; i < t->given_n; i++) {
        struct ald_given given = t->given[i];
        given.person = joined(&t->persons, given.person);
        given.text = ald_strdup(b->a->arena, given.text);
        ald_given_add(b, given);
    }
}

static size_t count_persons(struct ald_timeline *t, const struct ald_build *b)
{
    bool *met = ald_calloc(t->arena, ald_names_n(b->persons), sizeof *met);
    size_t n = 0;
    for (uint32_t i = 0; i < t->unjoined_cap; i++) {
        if (!t->unjoined[i] || met[joined(&t->persons, i)])
            continue;
        met[joined(&t->persons, i)] = true;
        n++;
    }
    return n;
}

static bool wait_for(struct ald_timeline *t)
{
    bool read = t->running && pthread_join(t->thread, NULL) == 0;
    t->running = false;
    return read;
}

enum ald_rc ald_timeline_take(struct ald_build *b, struct ald_err *err)
{
    struct ald_timeline *t = b->timeline;
    if (!wait_for(t))
        t->rc = read_all(t, &t->err);
    if (t->rc != ALD_OK) {
        if (err)
            *err = t->err;
        return t->rc;
    }
    join(t, &t->persons, b->persons);
    join(t, &t->teams, b->teams);
    join(t, &t->services, b->services);
    join_given(t, b);
    for (size_t i = 0; i < t->claims_n; i++)
        if (is_contradicted(b, &t->claims[i]))
            t->events[t->claims[i].event].names_service = false;
    for (size_t i = 0; i < ald_names_n(b->sources); i++)
        b->seen[i] |= t->seen[i];
    b->a->unjoined_people = count_persons(t, b);
    b->events = t->events;
    return ALD_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct when *x = a, *y = b;
    if (x->event.at != y->event.at)
        return x->event.at < y->event.at ? -1 : 1;
    return (x->came > y->came) - (x->came < y->came);
}

static void sort_events(struct ald_timeline *t, struct ald_event *events, uint32_t n)
{
    uint32_t sorted = 1;
    while (sorted < n && events[sorted - 1].at <= events[sorted].at)
        sorted++;
    if (sorted >= n)
        return;
    for (uint32_t i = 0; i < n; i++) {
        t->order = ald_grow(t->arena, t->order, i, &t->order_cap, sizeof *t->order);
        t->order[i] = (struct when){.event = events[i], .came = i};
    }
    qsort(t->order, n, sizeof *t->order, by_time);
    for (uint32_t i = 0; i < n; i++)
        events[i] = t->order[i].event;
}

static void renumber(uint32_t *name, const struct met *met, const uint32_t *rank)
{
    if (*name != ALD_NOBODY)
        *name = rank[joined(met, *name)];
}

void ald_timeline_number(struct ald_build *b, const uint32_t *person, const uint32_t *team, const uint32_t *service)
{
    struct ald_timeline *t = b->timeline;
    for (size_t i = 0; i < t->events_n; i++) {
        renumber(&t->events[i].person, &t->persons, person);
        renumber(&t->events[i].team, &t->teams, team);
        renumber(&t->events[i].service, &t->services, service);
    }
    for (size_t i = 0, at = 0; i < b->by_row_n; i++) {
        /* Events came in the order of rows, each record's in one stretch: sorted here, where they are not yet const. */
        struct ald_record *record = &b->a->records[b->by_row[i].record];
        record->events = &t->events[at];
        sort_events(t, &t->events[at], record->events_n);
        at += record->events_n;
    }
    b->later = ald_calloc(b->scratch, t->later_n, sizeof *b->later);
    for (size_t i = 0; i < t->later_n; i++) {
        b->later[i] = t->later[i];
        renumber(&b->later[i].person, &t->persons, person);
        renumber(&b->later[i].team, &t->teams, team);
        renumber(&b->later[i].service, &t->services, service);
    }
    ald_timeline_done(b);
}

void ald_timeline_done(struct ald_build *b)
{
    struct ald_timeline *t = b->timeline;
    if (!t)
        return;
    (void)wait_for(t);
    met_done(&t->persons);
    met_done(&t->teams);
    met_done(&t->services);
    ald_names_free(t->kinds);
    ald_arena_free(t->arena); /* which it lies in itself */
    b->timeline = NULL;
}
