/* Joins the timeline, when it is read (load_events.c), with what else was read of the records, and gives its names their numbers. Knows no
 * tables. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/load_events.h"

/** Events of a record come by id; what is of one instant stays in that order. */
struct ald_when {
    int64_t at;
    struct ald_entry entry;
    uint32_t came;
};

/* A field that is named must be one of those that the record's own rows come from, unless these say nothing of it. */
static bool is_contradicted(const struct ald_timeline *t, const struct ald_build *b, const struct ald_claim *claim)
{
    const struct ald_slice *services = &b->work[t->told[claim->told].record].services;
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
        given.record = t->told[given.record].record;
        given.person = ald_whom_joined(t->whom, &names).person;
        given.text = ald_strdup(b->a->arena, given.text);
        ald_given_add(b, given);
    }
}

/* Which records are still there, and lie in the order in which they were told, has been settled meanwhile. */
static void number_records(struct ald_timeline *t, struct ald_build *b)
{
    b->shows = ald_calloc(b->linking, b->a->records_n, sizeof *b->shows);
    for (size_t i = 0, at = 0; i < t->told_n; i++) {
        struct ald_told *told = &t->told[i];
        if (told->source == ALD_NOBODY)
            continue;
        assert(at < b->by_row_n && b->by_row[at].row == told->row);
        told->record = b->by_row[at++].record;
        b->shows[told->record] = told->shows;
        b->seen[told->source] |= told->shows;
    }
    for (size_t i = 0; i < t->laters_n; i++) {
        struct ald_work *w = &b->work[t->told[t->laters[i].told].record];
        w->later_change = t->laters[i].change;
        w->later_names = t->laters[i].names;
    }
}

enum ald_rc ald_timeline_take(struct ald_build *b, struct ald_err *err)
{
    struct ald_timeline *t = b->timeline;
    if (!ald_timeline_wait(t))
        t->rc = ald_timeline_read(t, &t->err);
    if (t->rc != ALD_OK) {
        if (err)
            *err = t->err;
        return t->rc;
    }
    number_records(t, b);
    ald_whom_join(t->whom, b);
    join_given(t, b);
    for (size_t i = 0; i < t->claims_n; i++)
        if (is_contradicted(t, b, &t->claims[i]))
            t->events[t->claims[i].event].names_service = false;
    for (size_t i = 0; i < t->dates.n; i++)
        (void)ald_build_later(b, t->dates.items[i].row, t->dates.items[i].at);
    b->a->unjoined_people = ald_whom_unjoined_n(t->whom, b);
    b->events = t->events;
    return ALD_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct ald_when *x = a, *y = b;
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
        t->order[i] = (struct ald_when){.at = ald_event_at(a, record, i).at, .entry = events[i], .came = i};
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
    for (size_t i = 0, at = 0; i < t->told_n; i++) {
        /* Events came in the order of rows, each record's in one stretch: sorted here, where they are not yet const. */
        if (t->told[i].source == ALD_NOBODY)
            continue;
        struct ald_record *record = &b->a->records[t->told[i].record];
        record->events = &t->events[at];
        record->events_n = t->told[i].events_n;
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
