/* One record read twice: from a product and from its successor, to which it moved with its id, or from two sources of one account. The
 * copy that changed last tells how it is; what both tell is told once. */
#include <string.h>

#include "analysis/build.h"
#include "analysis/copies.h"

static bool same_thing(const struct ald_record *x, const struct ald_record *y)
{
    return !x->folded && !y->folded && strcmp(x->external_id, y->external_id) == 0 && strcmp(x->traits->source, y->traits->source) != 0 &&
           strcmp(x->traits->kind, y->traits->kind) == 0;
}

/* Where neither changed later, the one that has ended, then the first by name: the order of reading must not matter. */
static bool is_newer(const struct ald_build *b, const struct ald_record *x, const struct ald_record *y)
{
    int64_t x_at = b->draft[x - b->a->records].updated_at, y_at = b->draft[y - b->a->records].updated_at;
    if (x_at != y_at)
        return x_at > y_at;
    bool x_open = strcmp(x->traits->end_state, "open") == 0, y_open = strcmp(y->traits->end_state, "open") == 0;
    return x_open != y_open ? y_open : strcmp(x->traits->source, y->traits->source) < 0;
}

/* Both lists are in order of time. A copy's event that its newer one tells too keeps its place, since ids are found by it, but says
 * nothing. */
static void silence(struct ald_build *b, const struct ald_record *copy, const struct ald_record *newer)
{
    struct ald_entry *events = b->events + (copy->events - b->events);
    size_t from = 0;
    for (size_t i = 0; i < copy->events_n; i++) {
        int64_t at = ald_event_at(b->a, copy, i).at;
        while (from < newer->events_n && ald_event_at(b->a, newer, from).at < at)
            from++;
        for (size_t k = from; k < newer->events_n && ald_event_at(b->a, newer, k).at == at; k++) {
            if (newer->events[k].kind != events[i].kind)
                continue;
            events[i].kind = ALD_EV_OTHER;
            events[i].engaged = events[i].names_service = false;
            break;
        }
    }
}

void ald_copies_mark(struct ald_build *b, const struct ald_incident *inc)
{
    struct ald_record *records = b->a->records;
    for (size_t i = 0; i < inc->records_n; i++) {
        struct ald_record *record = &records[inc->records[i]], *newest = NULL;
        for (size_t k = 0; k < inc->records_n; k++) {
            struct ald_record *other = &records[inc->records[k]];
            if (k != i && same_thing(record, other) && is_newer(b, other, record) && (!newest || is_newer(b, other, newest)))
                newest = other;
        }
        if (!newest)
            continue;
        record->copy = true;
        if (record->events_n)
            silence(b, record, newest);
    }
}
