/* Reads the timeline of all records, cut at as-of, by a thread and a connection of its own where these can be had, while the records and
 * their rows are read. It changes nothing that others use meanwhile; names and facts are joined with the others' when both are done
 * (load_events_join.c). Knows the tables, no API. */
#include "analysis/load_events.h"

#include <assert.h>
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

/* ---- Reading ---- */

/* Who was engaged, and whether a person did it. Where nobody says so, somebody named makes it a person's doing: rather
 * one page too many that somebody worked on than one that is called noise. */
static void take_who(struct ald_timeline *t, uint32_t source, struct ald_event *event, const struct ald_actor *actor, bool has_actor,
                     const char *agent)
{
    bool has_agent = agent && *agent;
    bool machine = has_agent ? ald_names_find(t->b->automation, agent) != ALD_NOBODY : actor->machine;
    if (machine)
        event->automatic = 1;
    event->human = event->automatic == 0 || (event->automatic < 0 && (has_agent || has_actor));
    if (event->automatic == 1 && event->kind != ALD_EV_OTHER) /* `other` engages nobody, and names whom it notified */
        event->engaged = false;
    else if (ald_kind_engages(event->kind) && !t->b->vendor[source] && !actor->mapped)
        ald_whom_unjoined(t->whom, actor->person);
}

static void take_given(struct ald_timeline *t, uint32_t told, int64_t at, uint32_t person, const char *id, const char *value)
{
    struct ald_given given;
    if (!ald_given_event(at, person, value, &t->told[told].shows, &given))
        return;
    given.record = told;
    given.text = ald_strdup(t->arena, id);
    t->given = ald_grow(t->arena, t->given, t->given_n, &t->given_cap, sizeof *t->given);
    t->given[t->given_n++] = given;
}

static struct ald_told_later *later_of(struct ald_timeline *t, uint32_t told)
{
    if (!t->laters_n || t->laters[t->laters_n - 1].told != told) {
        t->laters = ald_grow(t->arena, t->laters, t->laters_n, &t->laters_cap, sizeof *t->laters);
        t->laters[t->laters_n++] = (struct ald_told_later){.told = told};
    }
    return &t->laters[t->laters_n - 1];
}

static void take_later(struct ald_timeline *t, uint32_t told, unsigned kind, const struct ald_event_names *names)
{
    const unsigned changes = ALD_BIT(ALD_EV_RESOLVED) | ALD_BIT(ALD_EV_CLOSED) | ALD_BIT(ALD_EV_REOPENED);
    if (changes & ALD_BIT(kind))
        later_of(t, told)->change = true;
    bool engages = ald_kind_engages(kind);
    struct ald_event_names later = {
        .service = kind == ALD_EV_SERVICE_ADDED ? names->service : ALD_NOBODY,
        .team = engages ? names->team : ALD_NOBODY,
        .person = engages ? names->person : ALD_NOBODY,
    };
    if (later.service == ALD_NOBODY && later.team == ALD_NOBODY && later.person == ALD_NOBODY)
        return;
    struct ald_slice *slice = &later_of(t, told)->names;
    t->later = ald_grow(t->arena, t->later, t->later_n, &t->later_cap, sizeof *t->later);
    if (!slice->n++)
        slice->at = (uint32_t)t->later_n;
    t->later[t->later_n++] = later;
}

/* A service that an event adds: known later where a field of the record may contradict it. */
static void take_claim(struct ald_timeline *t, uint32_t told, struct ald_event *event, uint32_t service, const char *field)
{
    if (event->kind != ALD_EV_SERVICE_ADDED || service == ALD_NOBODY)
        return;
    event->names_service = true;
    if (!field || !*field)
        return;
    t->claims = ald_grow(t->arena, t->claims, t->claims_n, &t->claims_cap, sizeof *t->claims);
    t->claims[t->claims_n++] = (struct ald_claim){.event = t->events_n, .told = told, .field = ald_strdup(t->arena, field)};
}

/* Where a moment lies beside a record's start, or the number of an instant. */
static uint32_t when_of(struct ald_timeline *t, int64_t start, int64_t at)
{
    int64_t from = start == ALD_TIME_NONE ? ALD_TIME_NONE : start - ALD_ENTRY_BEFORE_MS;
    if (from != ALD_TIME_NONE && at >= from && at - from < ALD_ENTRY_FAR)
        return (uint32_t)(at - from);
    t->instants = ald_grow(t->b->a->events_arena, t->instants, t->instants_n, &t->instants_cap, sizeof *t->instants);
    t->instants[t->instants_n] = at;
    return ALD_ENTRY_FAR + (uint32_t)t->instants_n++;
}

static struct ald_entry entry_of(struct ald_timeline *t, int64_t start, const struct ald_event *event)
{
    return (struct ald_entry){.when = when_of(t, start, event->at),
                              .names = event->names & (ALD_ENTRY_NAMES_MOST - 1),
                              .kind = event->kind & 15u,
                              .automatic = (unsigned)(event->automatic + 1) & 3u,
                              .human = event->human,
                              .engaged = event->engaged,
                              .names_service = event->names_service};
}

static void take_event(struct ald_timeline *t, uint32_t number, struct ald_q *q)
{
    const struct ald_build *b = t->b;
    struct ald_told *told = &t->told[number];
    const char *source = ald_names_text(b->sources, told->source);
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
        told->shows |= ALD_HOLDS_ESCALATIONS;
    if (!later)
        take_who(t, told->source, &event, &actor, name && *name, ald_q_col_text(q, 5));
    if (event.kind == ALD_EV_OTHER)
        take_given(t, number, event.at, event.engaged ? names.person : ALD_NOBODY, later ? NULL : ald_q_col_text(q, 1), ald_q_col_text(q, 10));
    if (later) {
        ald_later_add(t->arena, &t->dates, b->keeps ? told->row : 0, event.at);
        take_later(t, number, event.kind, &names);
        return;
    }
    take_claim(t, number, &event, names.service, ald_q_col_text(q, 9));
    event.names = ald_whom_names(t->whom, &names);
    t->events = ald_grow(b->a->events_arena, t->events, t->events_n, &t->events_cap, sizeof *t->events);
    t->events[t->events_n++] = entry_of(t, told->start, &event);
    told->events_n++;
}

/* What an entry has room to number. */
static ALD_CHECK enum ald_rc check_room(const struct ald_timeline *t, struct ald_err *err)
{
    if (ald_whom_names_n(t->whom) < ALD_ENTRY_NAMES_MOST && t->instants_n < ALD_ENTRY_FAR)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_LIMIT, "timelines name more than %u different combinations of a person, a team and a service, or tell more than %u events far from the start of their record; forget what is old (alidade forget) or divide the store",
                    ALD_ENTRY_NAMES_MOST, ALD_ENTRY_FAR);
}

/* Waits until the record is told, or nobody tells any more. */
static bool is_told(struct ald_timeline *t, size_t number)
{
    if (number < t->heard)
        return true;
    (void)pthread_mutex_lock(&t->lock);
    while (number >= t->known && !t->over)
        (void)pthread_cond_wait(&t->more, &t->lock);
    t->heard = t->known;
    (void)pthread_mutex_unlock(&t->lock);
    return number < t->heard;
}

enum ald_rc ald_timeline_read(struct ald_timeline *t, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    size_t at = 0;
    ALD_TRY(ald_q_open(t->store, "analysis_events", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        int64_t id = ald_q_col_int(q, 0);
        while (at < t->told_n && t->told[at].row < id)
            at++;
        if (at == t->told_n || t->told[at].row != id)
            continue;
        if (!is_told(t, at))
            return ALD_OK; /* somebody failed, and says so */
        if (t->told[at].source != ALD_NOBODY)
            take_event(t, (uint32_t)at, q);
        ALD_TRY(check_room(t, err));
    }
}

/* The other connection of a part reads of the same records. */
static ALD_CHECK enum ald_rc narrow(struct ald_timeline *t, struct ald_err *err)
{
    int64_t *rows = ald_calloc(t->arena, t->told_n, sizeof *rows);
    for (size_t i = 0; i < t->told_n; i++)
        rows[i] = t->told[i].row;
    return ald_store_part(t->store, rows, t->told_n, err);
}

static void *read_beside(void *ctx)
{
    struct ald_timeline *t = ctx;
    t->rc = t->part ? narrow(t, &t->err) : ALD_OK;
    if (t->rc == ALD_OK)
        t->rc = ald_timeline_read(t, &t->err);
    return NULL;
}

static void list_records(struct ald_timeline *t, const struct ald_build *b)
{
    t->told_n = b->by_row_n;
    t->told = ald_calloc(t->arena, t->told_n, sizeof *t->told);
    for (size_t i = 0; i < t->told_n; i++)
        t->told[i] = (struct ald_told){.row = b->by_row[i].row, .source = ALD_NOBODY};
}

void ald_timeline_begin(struct ald_build *b)
{
    enum { WORTH_IT = 1000 }; /* records of a part: another connection takes as long as theirs do */
    struct ald_arena *arena = ald_arena_new();
    bool part = ald_store_is_part(b->store);
    if (part && b->by_row_n >= WORTH_IT)
        ald_build_beside(b);
    struct ald_timeline *t = ald_alloc(arena, sizeof *t);
    *t = (struct ald_timeline){.b = b,
                               .store = b->beside ? b->beside : b->store,
                               .arena = arena,
                               .part = part,
                               .kinds = ald_names_new(arena),
                               .whom = ald_whom_new(b, arena),
                               .lock = PTHREAD_MUTEX_INITIALIZER,
                               .more = PTHREAD_COND_INITIALIZER};
    b->timeline = t;
    list_records(t, b);
    for (unsigned kind = 0; kind < ALD_EV_N; kind++)
        (void)ald_names_add(t->kinds, ald_event_kind_name((enum ald_event_kind)kind));
    if (b->beside)
        t->running = pthread_create(&t->thread, NULL, read_beside, t) == 0;
}

/* ---- What is told of the records meanwhile ---- */

static void let_know(struct ald_timeline *t, bool over)
{
    (void)pthread_mutex_lock(&t->lock);
    t->known = t->said;
    t->over |= over;
    (void)pthread_cond_signal(&t->more);
    (void)pthread_mutex_unlock(&t->lock);
}

void ald_timeline_tell(struct ald_build *b, uint32_t source, int64_t start)
{
    enum { AT_ONCE = 256 };
    struct ald_timeline *t = b->timeline;
    assert(t->said < t->told_n);
    t->told[t->said].source = source;
    t->told[t->said++].start = start;
    if (t->said % AT_ONCE == 0)
        let_know(t, false);
}

void ald_timeline_all_told(struct ald_build *b)
{
    let_know(b->timeline, true);
}

bool ald_timeline_wait(struct ald_timeline *t)
{
    let_know(t, true); /* who failed told not all */
    bool read = t->running && pthread_join(t->thread, NULL) == 0;
    t->running = false;
    return read;
}

void ald_timeline_done(struct ald_build *b)
{
    struct ald_timeline *t = b->timeline;
    if (!t)
        return;
    (void)ald_timeline_wait(t);
    (void)pthread_cond_destroy(&t->more);
    (void)pthread_mutex_destroy(&t->lock);
    ald_whom_free(t->whom);
    ald_names_free(t->kinds);
    ald_arena_free(t->arena); /* which it lies in itself */
    b->timeline = NULL;
}
