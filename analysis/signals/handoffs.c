/* handoffs: at how many moments the last team or person in charge was replaced by another. */
#include <stdlib.h>
#include <string.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

#define FACETS (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS)

struct handoff {
    int64_t at;
    uint32_t record, event;
    const char *id; /* of the event, where evidence is asked for */
};

static int order(const void *a, const void *b)
{
    const struct handoff *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->id && y->id ? strcmp(x->id, y->id) : 0; /* of one instant only one counts, whichever */
}

/* Who was in charge before this moment, and after the events seen of it. */
struct charge {
    uint32_t before, now;
};

static bool replaced(struct charge *charge, uint32_t name)
{
    if (name == ALD_NOBODY)
        return false;
    charge->now = name;
    return charge->before != ALD_NOBODY && charge->before != name;
}

/* Several people assigned in one instant do not hand over to each other: a moment compares with what stood before it.
 * Each record has its own line of charge: the ticket's assignee does not take over from the pager's. */
static size_t of_record(const struct ald_past *past, uint32_t r, int64_t not_before, struct handoff *ret)
{
    const struct ald_record *record = &past->analysis->records[r];
    struct charge team = {ALD_NOBODY, ALD_NOBODY}, person = team;
    int64_t moment = ALD_TIME_NONE;
    size_t n = 0;
    for (uint32_t i = 0; i < record->events_n; i++) {
        const struct ald_event event = ald_event_at(past->analysis, record, i);
        if (!ald_kind_assigns(event.kind))
            continue;
        if (event.at != moment) {
            team.before = team.now;
            person.before = person.now;
            moment = event.at;
        }
        const struct ald_event_names *names = ald_event_names(past->analysis, &event);
        bool a = replaced(&team, names->team), b = replaced(&person, names->person);
        if (a || b)
            ret[n++] = (struct handoff){.at = event.at < not_before ? not_before : event.at, .record = r, .event = i};
    }
    return n;
}

/* Heap memory, sorted, one per moment. arena: for the ids of the events; NULL: without. */
static struct handoff *find(const struct ald_past *past, const struct ald_incident *inc, struct ald_arena *arena, size_t *ret_n)
{
    size_t room = 1, n = 0, kept = 0;
    for (size_t i = 0; i < inc->records_n; i++)
        room += past->analysis->records[inc->records[i]].events_n;
    struct handoff *list = calloc(room, sizeof *list);
    if (!list)
        abort();
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        n += of_record(past, inc->records[i], record->folded ? inc->started_at : ALD_TIME_NONE, list + n);
    }
    for (size_t i = 0; arena && i < n; i++)
        list[i].id = ald_event_id(past->analysis, arena, list[i].record, list[i].event);
    qsort(list, n, sizeof *list, order);
    for (size_t i = 0; i < n; i++)
        if (!kept || list[kept - 1].at != list[i].at)
            list[kept++] = list[i];
    *ret_n = kept;
    return list;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!ald_past_holds(past, inc, FACETS)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, FACETS, "the source's timeline does not hold assignments"));
        return;
    }
    size_t n, by_landmark = 0;
    struct handoff *list = find(past, inc, NULL, &n);
    for (size_t i = 0; i < n; i++)
        by_landmark += ald_by_landmark(inc, list[i].at);
    free(list);
    ald_obs_accumulating(past, inc, FACETS, (double)n, (double)by_landmark, ret);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    size_t n;
    struct handoff *list = find(past, inc, arena, &n);
    for (size_t i = 0; i < n; i++)
        ald_evidence_add(&line, list[i].id);
    free(list);
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_handoffs = {
    .id = "handoffs",
    .title = "Handoffs",
    .unit = "handoffs",
    .help = "Distinct moments at which the last team or person in charge was replaced by another (A to B to A is 2).",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
