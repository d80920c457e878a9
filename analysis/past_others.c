/* What others had to do with an incident: people who were notified, other companies whose incidents were open, own status
 * pages. Knows rows already loaded. */
#include <stdlib.h>
#include <string.h>

#include "analysis/build.h"
#include "analysis/past.h"

/* ---- Who was notified ---- */

/* First one by time, undated last. */
static bool sooner(int64_t at, int64_t than)
{
    return at != ALD_TIME_NONE && (than == ALD_TIME_NONE || at < than);
}

static int64_t from_start(const struct ald_incident *inc, bool folded, int64_t at)
{
    return folded && at != ALD_TIME_NONE && at < inc->started_at ? inc->started_at : at;
}

struct calls {
    struct ald_called *items;
    size_t n, cap, from; /* of the incident in hand: from `from` on */
};

static struct ald_called *find(struct calls *calls, uint32_t person)
{
    for (size_t i = calls->from; i < calls->n; i++)
        if (calls->items[i].person == person)
            return &calls->items[i];
    return NULL;
}

static void take_calls(struct ald_build *b, struct ald_past *past, const struct ald_incident *inc, struct calls *calls)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t r = inc->records[i];
        const struct ald_given *given;
        size_t n = ald_given_find(&past->given, r, ALD_GIVEN_NOTIFIED, &given);
        for (size_t k = 0; k < n; k++) {
            int64_t at = from_start(inc, b->work[r].folded, given[k].at);
            if (given[k].person == ALD_NOBODY)
                continue;
            struct ald_called *known = find(calls, given[k].person);
            if (!known) {
                calls->items = ald_grow(b->scratch, calls->items, calls->n, &calls->cap, sizeof *calls->items);
                known = &calls->items[calls->n++];
                *known = (struct ald_called){
                    .person = given[k].person, .at = at, .acted_at = ALD_TIME_NONE, .evidence = given[k].text};
            } else if (sooner(at, known->at)) {
                known->at = at;
                known->evidence = given[k].text;
            }
        }
    }
}

static void act(struct calls *calls, uint32_t person, int64_t at)
{
    struct ald_called *called = person == ALD_NOBODY ? NULL : find(calls, person);
    if (!called)
        return;
    if (!called->acted || sooner(at, called->acted_at))
        called->acted_at = at;
    called->acted = true;
}

/* Who is assigned has not done anything yet. */
static bool acts(unsigned kind)
{
    return ald_kind_engages(kind) && kind != ALD_EV_ASSIGNED && kind != ALD_EV_REASSIGNED && kind != ALD_EV_ESCALATED;
}

static bool acts_by_role(unsigned role)
{
    return role == ALD_ROLE_ACKNOWLEDGED || role == ALD_ROLE_RESPONDER || role == ALD_ROLE_COMMANDER || role == ALD_ROLE_RESOLVED;
}

static void take_acts(struct ald_build *b, const struct ald_incident *inc, struct calls *calls)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &b->a->records[inc->records[i]];
        const struct ald_work *w = &b->work[inc->records[i]];
        for (size_t e = 0; e < record->events_n; e++) {
            const struct ald_event event = ald_event_at(b->a, record, e);
            if (acts(event.kind))
                act(calls, ald_event_actor(b->a, &event), from_start(inc, w->folded, event.at));
        }
        for (size_t k = 0; k < w->people.n; k++) {
            const struct ald_row_named *row = &b->person[w->people.at + k];
            if (acts_by_role(row->role))
                act(calls, row->name, from_start(inc, w->folded, row->at));
        }
    }
}

static int call_order(const void *a, const void *b)
{
    const struct ald_called *x = a, *y = b;
    if (x->at != y->at)
        return sooner(x->at, y->at) ? -1 : 1;
    return (x->person > y->person) - (x->person < y->person);
}

void ald_past_called(struct ald_build *b, struct ald_past *past)
{
    struct ald_analysis *a = b->a;
    uint32_t *at = ald_calloc(a->events_arena, a->incidents_n + 1, sizeof *at);
    struct calls calls = {0};
    for (size_t i = 0; i < a->incidents_n; i++) {
        calls.from = calls.n;
        take_calls(b, past, &a->incidents[i], &calls);
        if (calls.n > calls.from) {
            take_acts(b, &a->incidents[i], &calls);
            qsort(calls.items + calls.from, calls.n - calls.from, sizeof *calls.items, call_order);
        }
        at[i + 1] = (uint32_t)calls.n;
    }
    struct ald_called *items = ald_calloc(a->events_arena, calls.n, sizeof *items);
    if (calls.n)
        memcpy(items, calls.items, calls.n * sizeof *items);
    past->called = items;
    past->called_at = at;
}

/* ---- Other companies, own status pages ---- */

static int span_order(const void *a, const void *b)
{
    const struct ald_vendor_span *x = a, *y = b;
    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

/* A service that was named later counts from then on. */
static void vendor_spans(struct ald_build *b, uint32_t r, struct ald_vendor_span *list, size_t *n)
{
    const struct ald_work *w = &b->work[r];
    for (size_t i = 0; i < w->services.n; i++) {
        const struct ald_row_svc *row = &b->svc[w->services.at + i];
        for (size_t k = 0; k < w->spans_n; k++) {
            struct ald_vendor_span span = {.service = row->service,
                                           .record = r,
                                           .from = w->spans[k].start,
                                           .to = w->spans[k].end == ALD_TIME_NONE ? INT64_MAX : w->spans[k].end};
            if (row->at != ALD_TIME_NONE && !row->at_start && row->at > span.from)
                span.from = row->at;
            if (span.from < span.to)
                list[(*n)++] = span;
        }
    }
}

void ald_past_others(struct ald_build *b, struct ald_past *past)
{
    struct ald_analysis *a = b->a;
    size_t room = 0, n = 0;
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].vendor)
            room += b->work[i].services.n * b->work[i].spans_n;
    struct ald_vendor_span *list = ald_calloc(a->events_arena, room, sizeof *list);
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].vendor)
            vendor_spans(b, (uint32_t)i, list, &n);
    if (n)
        qsort(list, n, sizeof *list, span_order);
    for (size_t i = 0; i < n; i++) {
        bool same = i > 0 && list[i - 1].service == list[i].service;
        list[i].last = same && list[i - 1].last > list[i].to ? list[i - 1].last : list[i].to;
    }
    past->vendors = list;
    past->vendors_n = n;
}
