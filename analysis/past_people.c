/* Who is engaged in which incident, and who of them had lately been engaged on one of its services. There are five times as many
 * of them as incidents: each is kept as the event that says so, and what was known is a bit, found service by service. Knows
 * incidents, their events and rows of people. */
#include <stdlib.h>
#include <string.h>

#include "alidade/parallel.h"
#include "analysis/build.h"
#include "analysis/past.h"

/* ---- One of those engaged, in 32 bits ---- */

enum { EVENT_BITS = 25, RECORDS_MOST = 64 };
#define BY_ROW (1u << 31)     /* the rest: a place in engaged_by_rows */
#define IN_ROWS (BY_ROW - 1)  /* else which record of the incident, and the number of its event */
_Static_assert((unsigned)RECORDS_MOST << EVENT_BITS == BY_ROW, "both fit");

struct ald_named ald_past_engaged(const struct ald_past *past, size_t i, size_t k)
{
    const struct ald_incident *inc = &past->analysis->incidents[i];
    uint32_t code = past->engaged[past->engaged_at[i] + k];
    if (code & BY_ROW)
        return past->engaged_by_rows[code & IN_ROWS];
    uint32_t r = inc->records[code >> EVENT_BITS], number = code & ((1u << EVENT_BITS) - 1);
    const struct ald_record *record = &past->analysis->records[r];
    const struct ald_event event = ald_event_at(past->analysis, record, number);
    struct ald_named named = ald_told_by_event(r, &event, number, ald_event_actor(past->analysis, &event));
    ald_mention_place(inc, record->folded, &named);
    return named;
}

static void take_events(const struct ald_past *past, const struct ald_incident *inc,
                        void (*take)(void *ctx, uint32_t person, int64_t at), void *ctx)
{
    for (size_t k = 0; k < inc->records_n; k++) {
        const struct ald_record *record = &past->analysis->records[inc->records[k]];
        for (size_t e = 0; e < record->events_n; e++) {
            const struct ald_event event = ald_event_at(past->analysis, record, e);
            uint32_t person = ald_event_actor(past->analysis, &event);
            if (person == ALD_NOBODY || !ald_kind_engages(event.kind))
                continue;
            struct ald_named named = ald_told_by_event(inc->records[k], &event, e, person);
            ald_mention_place(inc, record->folded, &named);
            take(ctx, person, named.at);
        }
    }
}

void ald_past_engagements(const struct ald_past *past, size_t i, void (*take)(void *ctx, uint32_t person, int64_t at), void *ctx)
{
    take_events(past, &past->analysis->incidents[i], take, ctx);
    for (size_t k = past->engaged_at[i]; k < past->engaged_at[i + 1]; k++) {
        const struct ald_named *row = past->engaged[k] & BY_ROW ? &past->engaged_by_rows[past->engaged[k] & IN_ROWS] : NULL;
        if (row && row->at != ALD_TIME_NONE)
            take(ctx, row->name, row->at);
    }
    size_t low = 0, high = past->again_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (past->again[mid].incident < i)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < past->again_n && past->again[low].incident == i; low++)
        take(ctx, past->again[low].person, past->again[low].at);
}

/* ---- Who is engaged ---- */

/* Of a stretch of the incidents, for one thread: [from, to). */
struct engaged {
    struct ald_build *b;
    struct ald_arena *arena;
    uint32_t from, to;
    struct ald_mentions mentions;
    uint32_t *codes, *codes_at; /* codes_at: by incident, and one more */
    size_t codes_n, codes_cap;
    struct ald_named *rows;
    size_t rows_n, rows_cap;
    struct ald_engagement *again;
    size_t again_n, again_cap;
};

static bool code_of(const struct ald_incident *inc, const struct ald_named *named, uint32_t *ret)
{
    if (!named->by_event || named->evidence > 1u << EVENT_BITS)
        return false;
    for (uint32_t k = 0; k < inc->records_n && k < RECORDS_MOST; k++)
        if (inc->records[k] == named->record) {
            *ret = k << EVENT_BITS | (named->evidence - 1);
            return true;
        }
    return false;
}

static void add_code(struct engaged *e, uint32_t code)
{
    e->codes = ald_grow(e->arena, e->codes, e->codes_n, &e->codes_cap, sizeof *e->codes);
    e->codes[e->codes_n++] = code;
}

static uint32_t add_row(struct engaged *e, const struct ald_named *row)
{
    e->rows = ald_grow(e->arena, e->rows, e->rows_n, &e->rows_cap, sizeof *e->rows);
    e->rows[e->rows_n] = *row;
    return (uint32_t)e->rows_n++ | BY_ROW;
}

static void add_again(struct engaged *e, struct ald_engagement again)
{
    e->again = ald_grow(e->arena, e->again, e->again_n, &e->again_cap, sizeof *e->again);
    e->again[e->again_n++] = again;
}

static void take_incident(struct engaged *e, uint32_t i)
{
    const struct ald_incident *inc = &e->b->a->incidents[i];
    struct ald_mentions *list = &e->mentions;
    uint32_t code;
    ald_incident_engagements(e->b, inc, true, list);
    size_t n = ald_mentions_order(e->b, list);
    for (size_t k = 0; k < n; k++)
        add_code(e, code_of(inc, &list->items[k], &code) ? code : add_row(e, &list->items[k]));
    for (size_t k = n; k < list->n && ald_past_counts(inc); k++) {
        const struct ald_named *named = &list->items[k];
        if (!named->by_event && named->at != ALD_TIME_NONE)
            add_again(e, (struct ald_engagement){.at = named->at, .person = named->name, .incident = i});
    }
    e->codes_at[i + 1] = (uint32_t)e->codes_n;
}

static void take_part(void *ctx, size_t part)
{
    struct engaged *e = (struct engaged *)ctx + part;
    for (uint32_t i = e->from; i < e->to; i++)
        take_incident(e, i);
}

/* What a later stretch found goes behind what the ones before it found. */
static void join(struct engaged *all, const struct engaged *e)
{
    uint32_t codes = (uint32_t)all->codes_n, rows = (uint32_t)all->rows_n;
    for (size_t i = 0; i < e->codes_n; i++)
        add_code(all, e->codes[i] & BY_ROW ? e->codes[i] + rows : e->codes[i]);
    for (size_t i = 0; i < e->rows_n; i++)
        (void)add_row(all, &e->rows[i]);
    for (size_t i = 0; i < e->again_n; i++)
        add_again(all, e->again[i]);
    for (uint32_t i = e->from; i < e->to; i++)
        e->codes_at[i + 1] += codes;
}

/* ---- Who knew the services ---- */

/* When somebody was last engaged on the service at hand, and in which incident; and when last in another one. */
struct last {
    int64_t at, other_at;
    uint32_t incident;
    uint32_t service; /* from 1: the one that this is about */
};
struct moment {
    int64_t at;
    uint32_t person, incident;
};
struct knowing {
    const struct ald_past *past;
    struct ald_naming naming; /* incidents that have a start */
    size_t parts;
    uint8_t *familiar[ALD_PARALLEL_MOST];
};

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void meet(struct last *last, uint32_t service, const struct moment *m)
{
    if (last->service != service + 1)
        *last = (struct last){.at = ALD_TIME_NONE, .other_at = ALD_TIME_NONE, .incident = m->incident, .service = service + 1};
    if (last->incident != m->incident) {
        last->other_at = last->at;
        last->incident = m->incident;
    }
    last->at = m->at;
}

/* Those of an incident who had been engaged in another one before, up to 90 days. */
static void recognise(const struct ald_past *past, uint32_t service, uint32_t i, const struct last *lasts, uint8_t *familiar)
{
    const struct ald_incident *inc = &past->analysis->incidents[i];
    size_t own = ald_past_services(inc), s = 0;
    while (s < own && inc->services[s].name != service)
        s++;
    for (size_t k = 0; k < ald_past_engaged_n(past, i) && s < own; k++) {
        const struct last *last = &lasts[ald_past_engaged(past, i, k).name];
        int64_t at = last->service != service + 1 ? ALD_TIME_NONE : last->incident == i ? last->other_at : last->at;
        size_t bit = past->engaged_at[i] + k;
        if (at != ALD_TIME_NONE && at >= inc->started_at - ALD_HISTORY_WINDOW_MS)
            familiar[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
}

struct moments {
    struct ald_arena *arena;
    struct moment *items;
    size_t n, cap;
    uint32_t incident;
};

static void take_moment(void *ctx, uint32_t person, int64_t at)
{
    struct moments *m = ctx;
    m->items = ald_grow(m->arena, m->items, m->n, &m->cap, sizeof *m->items);
    m->items[m->n++] = (struct moment){.at = at, .person = person, .incident = m->incident};
}

/* Walks one service's engagements and starts of incidents in the order of time. */
static void walk_service(const struct knowing *k, uint32_t service, struct moments *m, struct last *lasts, uint8_t *familiar)
{
    const struct ald_incident *incidents = k->past->analysis->incidents;
    size_t met = 0;
    m->n = 0;
    for (size_t at = k->naming.at[service]; at < k->naming.at[service + 1]; at++) {
        m->incident = k->naming.list[at];
        if (ald_past_counts(&incidents[m->incident]))
            ald_past_engagements(k->past, m->incident, take_moment, m);
    }
    if (m->n)
        qsort(m->items, m->n, sizeof *m->items, by_time);
    for (size_t at = k->naming.at[service]; at < k->naming.at[service + 1]; at++) {
        for (; met < m->n && m->items[met].at < incidents[k->naming.list[at]].started_at; met++)
            meet(&lasts[m->items[met].person], service, &m->items[met]);
        recognise(k->past, service, k->naming.list[at], lasts, familiar);
    }
}

static void know_part(void *ctx, size_t part)
{
    const struct knowing *k = ctx;
    const struct ald_analysis *a = k->past->analysis;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct moments moments = {.arena = scratch};
    struct last *lasts = ald_calloc(scratch, a->persons_n, sizeof *lasts);
    for (size_t s = part; s < a->services_n; s += k->parts)
        walk_service(k, (uint32_t)s, &moments, lasts, k->familiar[part]);
}

static bool has_start(const struct ald_incident *inc)
{
    return inc->started_at != ALD_TIME_NONE;
}

static const uint8_t *know(const struct ald_past *past)
{
    const struct ald_analysis *a = past->analysis;
    size_t bytes = past->engaged_at[a->incidents_n] / 8 + 1;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct knowing k = {.past = past,
                        .naming = ald_past_naming(a, has_start, scratch),
                        .parts = ald_parallel_parts_for(a->incidents_n)};
    for (size_t part = 0; part < k.parts; part++)
        k.familiar[part] = ald_calloc(part ? scratch : a->events_arena, bytes, 1);
    ald_parallel(k.parts, know_part, &k);
    for (size_t part = 1; part < k.parts; part++)
        for (size_t i = 0; i < bytes; i++)
            k.familiar[0][i] |= k.familiar[part][i];
    return k.familiar[0];
}

void ald_past_people(struct ald_build *b, struct ald_past *past)
{
    size_t n = b->a->incidents_n, parts = ald_parallel_parts_for(n);
    struct engaged all[ALD_PARALLEL_MOST];
    uint32_t *codes_at = ald_calloc(b->a->events_arena, n + 1, sizeof *codes_at);
    for (size_t part = 0; part < parts; part++) { /* the first puts down where all comes together */
        struct ald_arena *own = ald_arena_new();
        all[part] = (struct engaged){.b = b,
                                     .arena = part ? own : b->a->events_arena,
                                     .from = (uint32_t)(n * part / parts),
                                     .to = (uint32_t)(n * (part + 1) / parts),
                                     .mentions = {.arena = own},
                                     .codes_at = codes_at};
    }
    ald_parallel(parts, take_part, all);
    for (size_t part = 0; part < parts; part++) {
        if (part)
            join(&all[0], &all[part]);
        ald_arena_free(all[part].mentions.arena);
    }
    past->engaged = all[0].codes;
    past->engaged_at = codes_at;
    past->engaged_by_rows = all[0].rows;
    past->again = all[0].again;
    past->again_n = all[0].again_n;
    past->familiar = know(past);
}
