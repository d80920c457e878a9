/* Who is in the past of a service, packed: for each incident that names it when it was, a hash of its title and a few bits for its
 * people. Whoever looks at the past of one incident finds here which others to load; too many is as good, too few never happens. */
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/parallel.h"
#include "analysis/kept.h"
#include "analysis/packing.h"
#include "analysis/past.h"
#include "analysis/stored.h"

enum { ENTRY_BYTES = 8 + 4 + 4 + 4 + 8 };

static const char *const kind_names[ALD_PAST_KIND_N] = {"incident", "planned", "vendor"};

uint32_t ald_past_title(const char *norm_title)
{
    return (uint32_t)ald_siphash(norm_title, strlen(norm_title));
}

uint64_t ald_past_person(const char *person)
{
    uint64_t hash = ald_siphash(person, strlen(person));
    return UINT64_C(1) << (hash & 63u) | UINT64_C(1) << (hash >> 6 & 63u);
}

/* Down to the minute; INT64_MAX: still. */
int32_t ald_past_minute(int64_t at)
{
    int64_t minute = at / ALD_MINUTE_MS - (at % ALD_MINUTE_MS < 0);
    return minute >= INT32_MAX ? INT32_MAX : minute <= INT32_MIN ? INT32_MIN : (int32_t)minute;
}

/* ---- Writing ---- */

/* What is known of each incident whatever service it names. */
struct about {
    int64_t from, to; /* of its start and of what its people did */
    uint64_t people;
    uint32_t title;
};

static bool is_planned(const struct ald_incident *inc)
{
    return inc->cls == ALD_PLANNED && inc->spans_n > 0;
}

static void stretch(struct about *of, int64_t at)
{
    if (at == ALD_TIME_NONE)
        return;
    of->from = at < of->from ? at : of->from;
    of->to = at > of->to ? at : of->to;
}

/* People by their first engagements, which begin the stretch; no event is later than the last. */
static void about_people(const struct ald_past *past, size_t i, const uint64_t *bits, struct about *of)
{
    const struct ald_incident *inc = &past->analysis->incidents[i];
    for (size_t k = 0; k < ald_past_engaged_n(past, i); k++) {
        struct ald_named person = ald_past_engaged(past, i, k);
        of->people |= bits[person.name];
        stretch(of, person.at);
    }
    for (size_t k = 0; k < inc->records_n; k++) {
        const struct ald_record *record = &past->analysis->records[inc->records[k]];
        if (record->events_n)
            stretch(of, ald_event_at(past->analysis, record, record->events_n - 1).at);
    }
}

/* Incidents, shared out. */
struct telling {
    const struct ald_analysis *analysis;
    const uint64_t *bits; /* by person */
    struct about *about;
    size_t parts;
};

static void tell_part(void *ctx, size_t part)
{
    const struct telling *t = ctx;
    const struct ald_analysis *a = t->analysis;
    for (size_t i = a->incidents_n * part / t->parts; i < a->incidents_n * (part + 1) / t->parts; i++) {
        if (!ald_past_counts(&a->incidents[i]))
            continue;
        t->about[i].from = t->about[i].to = a->incidents[i].started_at;
        about_people(a->past, i, t->bits, &t->about[i]);
    }
}

static struct about *about_all(const struct ald_analysis *a, struct ald_arena *scratch)
{
    const struct ald_past *past = a->past;
    struct about *about = ald_calloc(scratch, a->incidents_n, sizeof *about);
    uint64_t *bits = ald_calloc(scratch, a->persons_n, sizeof *bits);
    uint32_t *hashes = ald_calloc(scratch, a->incidents_n, sizeof *hashes); /* by number of the title; 0: not made yet */
    for (size_t p = 0; p < a->persons_n; p++)
        bits[p] = ald_past_person(a->persons[p]);
    struct telling telling = {
        .analysis = a, .bits = bits, .about = about, .parts = ald_parallel_parts_for(a->incidents_n)};
    ald_parallel(telling.parts, tell_part, &telling);
    for (size_t i = 0; i < a->incidents_n; i++) {
        if (!ald_past_counts(&a->incidents[i]))
            continue;
        uint32_t title = past->titles[i];
        if (title != ALD_NOBODY && !hashes[title])
            hashes[title] = ald_past_title(a->incidents[i].norm_title);
        about[i].title = title == ALD_NOBODY ? ald_past_title(a->incidents[i].norm_title) : hashes[title];
    }
    for (size_t k = 0; k < past->again_n; k++)
        stretch(&about[past->again[k].incident], past->again[k].at);
    return about;
}

static void put(unsigned char **at, int64_t number, int64_t from, int64_t to, uint32_t title, uint64_t people)
{
    ald_put_bytes(at, (uint64_t)number, 8);
    ald_put_bytes(at, (uint32_t)ald_past_minute(from), 4);
    ald_put_bytes(at, (uint32_t)ald_past_minute(to), 4);
    ald_put_bytes(at, title, 4);
    ald_put_bytes(at, people, 8);
}

/* Rows of a service, one for each kind and quarter; entries come by kind and start. */
struct writer {
    const struct ald_analysis *analysis;
    struct ald_kept kept;
    unsigned char *room, *end;
    const char *service;
    enum ald_past_kind kind;
    int64_t quarter, since; /* rows before this quarter stay */
};

static ALD_CHECK enum ald_rc write_row(struct writer *w, struct ald_err *err)
{
    if (w->end == w->room)
        return ALD_OK;
    if (w->quarter < w->since && w->quarter != ALD_QUARTER_NONE) { /* is as it was */
        w->end = w->room;
        return ALD_OK;
    }
    const struct ald_datum cells[] = {ald_datum_text(w->service), ald_datum_text(kind_names[w->kind]), ald_datum_int(w->quarter),
                                      ald_datum_blob(w->room, (size_t)(w->end - w->room))};
    w->end = w->room;
    return ald_kept_row(&w->kept, cells, err);
}

/* Where the next entry goes; what is of another kind or quarter is written before. */
static ALD_CHECK enum ald_rc turn(struct writer *w, uint32_t service, enum ald_past_kind kind, int64_t quarter, struct ald_err *err)
{
    const char *name = w->analysis->services[service];
    if (w->service != name || w->kind != kind || w->quarter != quarter)
        ALD_TRY(write_row(w, err));
    w->service = name;
    w->kind = kind;
    w->quarter = quarter;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc write_incidents(struct writer *w, const struct ald_naming *naming, const struct about *about, uint32_t s,
                                             struct ald_err *err)
{
    for (size_t k = naming->at[s]; k < naming->at[s + 1]; k++) {
        uint32_t i = naming->list[k];
        ALD_TRY(turn(w, s, ALD_PAST_INCIDENT, w->analysis->incidents[i].quarter, err));
        put(&w->end, ald_stored_number(w->analysis, i), about[i].from, about[i].to, about[i].title, about[i].people);
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc write_planned(struct writer *w, const struct ald_naming *naming, uint32_t s, struct ald_err *err)
{
    for (size_t k = naming->at[s]; k < naming->at[s + 1]; k++) {
        const struct ald_incident *inc = &w->analysis->incidents[naming->list[k]];
        int64_t end = inc->spans[inc->spans_n - 1].end;
        ALD_TRY(turn(w, s, ALD_PAST_PLANNED, inc->quarter, err));
        put(&w->end, ald_stored_number(w->analysis, naming->list[k]), inc->spans[0].start, end == ALD_TIME_NONE ? INT64_MAX : end, 0, 0);
    }
    return ALD_OK;
}

/* *vendor: the first span of the service; moved on to the next service's. */
static ALD_CHECK enum ald_rc write_vendors(struct writer *w, size_t *vendor, uint32_t s, struct ald_err *err)
{
    const struct ald_analysis *a = w->analysis;
    for (; *vendor < a->past->vendors_n && a->past->vendors[*vendor].service == s; ++*vendor) {
        const struct ald_vendor_span *span = &a->past->vendors[*vendor];
        ALD_TRY(turn(w, s, ALD_PAST_VENDOR, ald_quarter_of(&a->calendar, span->from), err));
        put(&w->end, a->records[span->record].row, span->from, span->to, 0, 0);
    }
    return ALD_OK;
}

static void writer_done(struct writer *w)
{
    ald_kept_done(&w->kept);
}

/* Bytes that the longest row may take. */
static size_t longest(const struct ald_analysis *a, const struct ald_naming *incidents, const struct ald_naming *planned)
{
    size_t most = a->past->vendors_n;
    for (size_t s = 0; s < a->services_n; s++) {
        size_t n = incidents->at[s + 1] - incidents->at[s], m = planned->at[s + 1] - planned->at[s];
        most = n > most ? n : most;
        most = m > most ? m : most;
    }
    return most * ENTRY_BYTES;
}

enum ald_rc ald_past_save(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    static const struct ald_kept_table table = {"part_service_rows", "part_service_put", "part_service_add", "part_service_remove", "tti", 4};
    static const struct ald_kept_table table_since = {"part_service_rows_since", "part_service_put", "part_service_add", "part_service_remove", "tti", 4};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ALD_CLEANUP(writer_done) struct writer w = {.analysis = a, .since = a->recent ? ald_quarter_of(&a->calendar, a->as_of) : INT64_MIN};
    const struct about *about = about_all(a, scratch);
    struct ald_naming incidents = ald_past_naming(a, ald_past_counts, scratch), planned = ald_past_naming(a, is_planned, scratch);
    size_t vendor = 0;
    const struct ald_datum since = ald_datum_int(w.since);
    ALD_TRY(ald_kept_open_within(store, a->recent ? &table_since : &table, a->recent ? &since : NULL, NULL, &w.kept, err));
    w.room = w.end = ald_alloc(scratch, longest(a, &incidents, &planned) + 1);
    for (uint32_t s = 0; s < a->services_n; s++) {
        ALD_TRY(write_incidents(&w, &incidents, about, s, err));
        ALD_TRY(write_planned(&w, &planned, s, err));
        ALD_TRY(write_vendors(&w, &vendor, s, err));
    }
    ALD_TRY(write_row(&w, err));
    return ald_kept_end(&w.kept, err);
}

/* ---- Reading ---- */

static int kind_of(const char *name)
{
    for (int kind = 0; kind < ALD_PAST_KIND_N; kind++)
        if (strcmp(kind_names[kind], name) == 0)
            return kind;
    return -1;
}

enum ald_rc ald_past_each(struct ald_store *store, const char *service,
                          void (*take)(void *ctx, enum ald_past_kind kind, const struct ald_past_entry *entry), void *ctx,
                          bool *ret_sound, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(store, service ? "part_services" : "recent_services", &q, err));
    if (service)
        ald_q_text(q, 1, service);
    for (*ret_sound = true; *ret_sound;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        size_t n;
        int kind = kind_of(ald_q_col_text(q, 0));
        const unsigned char *at = ald_q_col_blob(q, 1, &n), *end = at + n;
        *ret_sound = kind >= 0 && n % ENTRY_BYTES == 0;
        while (*ret_sound && at < end) {
            struct ald_past_entry entry = {.number = (int64_t)ald_get_bytes(&at, 8)};
            entry.from = (int32_t)(uint32_t)ald_get_bytes(&at, 4);
            entry.to = (int32_t)(uint32_t)ald_get_bytes(&at, 4);
            entry.title = (uint32_t)ald_get_bytes(&at, 4);
            entry.people = ald_get_bytes(&at, 8);
            take(ctx, (enum ald_past_kind)kind, &entry);
        }
    }
    return ALD_OK;
}
