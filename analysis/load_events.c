/* Reads the timeline of all records, cut at as-of, by a thread and a connection of its own where these can be had, while the rows of
 * the records are read. It changes nothing that others use meanwhile; names and facts are joined with the others' when both are done.
 * Knows the tables, no API. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/whom.h"

/** Events of a record come by id; what is of one instant stays in that order. */
struct when {
    int64_t at;
    struct ald_entry entry;
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
    struct ald_whom *whom;
    unsigned *shows; /* by record */
    struct ald_laters dates; /* after as-of */
    struct ald_entry *events;
    size_t events_n, events_cap;
    int64_t *instants; /* of those that are far from their record's start */
    size_t instants_n, instants_cap;
    struct ald_event_names *later;
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

/* ---- Reading ---- */

/* Who was engaged, and whether a person did it. Where nobody says so, somebody named makes it a person's doing: rather
 * one page too many that somebody worked on than one that is called noise. */
static void take_who(struct ald_timeline *t, const struct ald_record *record, struct ald_event *event, const struct ald_actor *actor,
                     bool has_actor, const char *agent)
{
    bool has_agent = agent && *agent;
    bool machine = has_agent ? ald_names_find(t->b->automation, agent) != ALD_NOBODY : actor->machine;
    if (machine)
        event->automatic = 1;
    event->human = event->automatic == 0 || (event->automatic < 0 && (has_agent || has_actor));
    if (event->automatic == 1 && event->kind != ALD_EV_OTHER) /* `other` engages nobody, and names whom it notified */
        event->engaged = false;
    else if (ald_kind_engages(event->kind) && !record->vendor && !actor->mapped)
        ald_whom_unjoined(t->whom, actor->person);
}

static void take_given(struct ald_timeline *t, uint32_t r, int64_t at, uint32_t person, const char *id, const char *value)
{
    struct ald_given given;
    if (!ald_given_event(at, person, value, &t->shows[r], &given))
        return;
    given.record = r;
    given.text = ald_strdup(t->arena, id);
    t->given = ald_grow(t->arena, t->given, t->given_n, &t->given_cap, sizeof *t->given);
    t->given[t->given_n++] = given;
}

static void take_later(struct ald_timeline *t, uint32_t r, unsigned kind, const struct ald_event_names *names)
{
    const unsigned changes = ALD_BIT(ALD_EV_RESOLVED) | ALD_BIT(ALD_EV_CLOSED) | ALD_BIT(ALD_EV_REOPENED);
    struct ald_work *w = &t->b->work[r];
    if (changes & ALD_BIT(kind))
        w->later_change = true;
    bool engages = ald_kind_engages(kind);
    struct ald_event_names later = {
        .service = kind == ALD_EV_SERVICE_ADDED ? names->service : ALD_NOBODY,
        .team = engages ? names->team : ALD_NOBODY,
        .person = engages ? names->person : ALD_NOBODY,
    };
    if (later.service == ALD_NOBODY && later.team == ALD_NOBODY && later.person == ALD_NOBODY)
        return;
    t->later = ald_grow(t->arena, t->later, t->later_n, &t->later_cap, sizeof *t->later);
    if (!w->later_names.n++)
        w->later_names.at = (uint32_t)t->later_n;
    t->later[t->later_n++] = later;
}

/* A service that an event adds: known later where a field of the record may contradict it. */
static void take_claim(struct ald_timeline *t, uint32_t r, struct ald_event *event, uint32_t service, const char *field)
{
    if (event->kind != ALD_EV_SERVICE_ADDED || service == ALD_NOBODY)
        return;
    event->names_service = true;
    if (!field || !*field)
        return;
    t->claims = ald_grow(t->arena, t->claims, t->claims_n, &t->claims_cap, sizeof *t->claims);
    t->claims[t->claims_n++] = (struct claim){.event = t->events_n, .record = r, .field = ald_strdup(t->arena, field)};
}

/* Where a moment lies beside a record's start, or the number of an instant. */
static uint32_t when_of(struct ald_timeline *t, const struct ald_record *record, int64_t at)
{
    int64_t from = record->started_at == ALD_TIME_NONE ? ALD_TIME_NONE : record->started_at - ALD_ENTRY_BEFORE_MS;
    if (from != ALD_TIME_NONE && at >= from && at - from < ALD_ENTRY_FAR)
        return (uint32_t)(at - from);
    t->instants = ald_grow(t->b->a->events_arena, t->instants, t->instants_n, &t->instants_cap, sizeof *t->instants);
    t->instants[t->instants_n] = at;
    return ALD_ENTRY_FAR + (uint32_t)t->instants_n++;
}

static struct ald_entry entry_of(struct ald_timeline *t, const struct ald_record *record, const struct ald_event *event)
{
    return (struct ald_entry){.when = when_of(t, record, event->at),
                              .names = event->names & (ALD_ENTRY_NAMES_MOST - 1),
                              .kind = event->kind & 15u,
                              .automatic = (unsigned)(event->automatic + 1) & 3u,
                              .human = event->human,
                              .engaged = event->engaged,
                              .names_service = event->names_service};
}

static void take_event(struct ald_timeline *t, uint32_t r, struct ald_q *q)
{
    const struct ald_build *b = t->b;
    struct ald_record *record = &b->a->records[r];
    const char *source = ald_names_text(b->sources, b->work[r].source); /* traits may change meanwhile */
    const char *name = ald_q_col_text(q, 4);
    uint32_t kind = ald_names_find(t->kinds, ald_q_col_text(q, 3));
    struct ald_actor actor = ald_whom_actor(t->whom, source, name);
    struct ald_event_names names = {
        .person = actor.person,
        .team = ald_whom_team(t->whom, source, ald_q_col_text(q, 7)),
        .service = ald_whom_service(t->whom, source, ald_q_col_text(q, 8)),
    };
    struct ald_event event = {
        .at = ald_q_col_time(q, 2),
        .kind = (uint8_t)(kind == ALD_NOBODY ? ALD_EV_OTHER : kind),
        .automatic = ald_q_col_null(q, 6) ? (int8_t)-1 : (int8_t)(ald_q_col_int(q, 6) != 0),
        .engaged = actor.mapped,
    };
    bool later = event.at > b->a->as_of;
    if (event.kind == ALD_EV_ESCALATED)
        t->shows[r] |= ALD_HOLDS_ESCALATIONS;
    if (!later)
        take_who(t, record, &event, &actor, name && *name, ald_q_col_text(q, 5));
    if (event.kind == ALD_EV_OTHER)
        take_given(t, r, event.at, event.engaged ? names.person : ALD_NOBODY, later ? NULL : ald_q_col_text(q, 1), ald_q_col_text(q, 10));
    if (later) {
        ald_later_add(t->arena, &t->dates, b->keeps ? record->row : 0, event.at);
        take_later(t, r, event.kind, &names);
        return;
    }
    take_claim(t, r, &event, names.service, ald_q_col_text(q, 9));
    event.names = ald_whom_names(t->whom, &names);
    t->events = ald_grow(b->a->events_arena, t->events, t->events_n, &t->events_cap, sizeof *t->events);
    t->events[t->events_n++] = entry_of(t, record, &event);
    record->events_n++;
}

/* What an entry has room to number. */
static ALD_CHECK enum ald_rc check_room(const struct ald_timeline *t, struct ald_err *err)
{
    if (ald_whom_names_n(t->whom) < ALD_ENTRY_NAMES_MOST && t->instants_n < ALD_ENTRY_FAR)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_LIMIT, "timelines name more than %u different combinations of a person, a team and a service, or tell more than %u events far from the start of their record; forget what is old (alidade forget) or divide the store",
                    ALD_ENTRY_NAMES_MOST, ALD_ENTRY_FAR);
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
        ALD_TRY(check_room(t, err));
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
                               .whom = ald_whom_new(b, arena),
                               .shows = ald_calloc(b->linking, b->a->records_n, sizeof *t->shows)};
    b->timeline = t;
    for (unsigned kind = 0; kind < ALD_EV_N; kind++)
        (void)ald_names_add(t->kinds, ald_event_kind_name((enum ald_event_kind)kind));
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

static void join_given(struct ald_timeline *t, struct ald_build *b)
{
    for (size_t i = 0; i < t->given_n; i++) {
        struct ald_given given = t->given[i];
        struct ald_event_names names = {.person = given.person, .team = ALD_NOBODY, .service = ALD_NOBODY};
        given.person = ald_whom_joined(t->whom, &names).person;
        given.text = ald_strdup(b->a->arena, given.text);
        ald_given_add(b, given);
    }
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
    ald_whom_join(t->whom, b);
    join_given(t, b);
    for (size_t i = 0; i < t->claims_n; i++)
        if (is_contradicted(b, &t->claims[i]))
            t->events[t->claims[i].event].names_service = false;
    for (size_t i = 0; i < b->a->records_n; i++)
        b->seen[b->work[i].source] |= t->shows[i];
    b->shows = t->shows;
    for (size_t i = 0; i < t->dates.n; i++)
        (void)ald_build_later(b, t->dates.items[i].row, t->dates.items[i].at);
    b->a->unjoined_people = ald_whom_unjoined_n(t->whom, b);
    b->events = t->events;
    return ALD_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct when *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->came > y->came) - (x->came < y->came);
}

static void sort_events(struct ald_timeline *t, const struct ald_record *record, struct ald_entry *events)
{
    const struct ald_analysis *a = t->b->a;
    uint32_t n = record->events_n, sorted = 1;
    while (sorted < n && ald_event_at(a, record, sorted - 1).at <= ald_event_at(a, record, sorted).at)
        sorted++;
    if (sorted >= n)
        return;
    for (uint32_t i = 0; i < n; i++) {
        t->order = ald_grow(t->arena, t->order, i, &t->order_cap, sizeof *t->order);
        t->order[i] = (struct when){.at = ald_event_at(a, record, i).at, .entry = events[i], .came = i};
    }
    qsort(t->order, n, sizeof *t->order, by_time);
    for (uint32_t i = 0; i < n; i++)
        events[i] = t->order[i].entry;
}

static struct ald_event_names ranked(const struct ald_event_names *names, const uint32_t *person, const uint32_t *team, const uint32_t *service)
{
    return (struct ald_event_names){.person = names->person == ALD_NOBODY ? ALD_NOBODY : person[names->person],
                                    .team = names->team == ALD_NOBODY ? ALD_NOBODY : team[names->team],
                                    .service = names->service == ALD_NOBODY ? ALD_NOBODY : service[names->service]};
}

void ald_timeline_number(struct ald_build *b, const uint32_t *person, const uint32_t *team, const uint32_t *service)
{
    struct ald_timeline *t = b->timeline;
    size_t n;
    struct ald_event_names *names = ald_whom_all(t->whom, b->a->arena, &n);
    for (size_t i = 0; i < n; i++)
        names[i] = ranked(&names[i], person, team, service);
    b->a->event_names = names;
    b->a->instants = t->instants;
    for (size_t i = 0, at = 0; i < b->by_row_n; i++) {
        /* Events came in the order of rows, each record's in one stretch: sorted here, where they are not yet const. */
        struct ald_record *record = &b->a->records[b->by_row[i].record];
        record->events = &t->events[at];
        sort_events(t, record, &t->events[at]);
        at += record->events_n;
    }
    b->later = ald_calloc(b->scratch, t->later_n, sizeof *b->later);
    for (size_t i = 0; i < t->later_n; i++) {
        struct ald_event_names joined = ald_whom_joined(t->whom, &t->later[i]);
        b->later[i] = ranked(&joined, person, team, service);
    }
    ald_timeline_done(b);
}

void ald_timeline_done(struct ald_build *b)
{
    struct ald_timeline *t = b->timeline;
    if (!t)
        return;
    (void)wait_for(t);
    ald_whom_free(t->whom);
    ald_names_free(t->kinds);
    ald_arena_free(t->arena); /* which it lies in itself */
    b->timeline = NULL;
}
