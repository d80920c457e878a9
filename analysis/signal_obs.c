/* Observations that several signals share: of moments that match, and of facts that sources give in numbers (how many alerts or
 * tickets, how many customers, regions, requests). */
#include <stdlib.h>
#include <string.h>

#include "analysis/past.h"

/* ---- Moments ---- */

struct when {
    int64_t at;
    const char *id; /* of the event, where evidence is asked for */
};

static int when_order(const void *a, const void *b)
{
    const struct when *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->id && y->id ? strcmp(x->id, y->id) : 0;
}

/* Heap memory, by time. arena: for the ids of the events; NULL: without. */
static size_t moments(const struct ald_past *past, const struct ald_incident *inc,
                      bool (*match)(const struct ald_event *event), struct ald_arena *arena, struct when **ret)
{
    size_t room = 1, n = 0;
    for (size_t i = 0; i < inc->records_n; i++)
        room += past->analysis->records[inc->records[i]].events_n;
    struct when *list = calloc(room, sizeof *list);
    if (!list)
        abort();
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        int64_t last = ALD_TIME_NONE;
        for (uint32_t e = 0; e < record->events_n; e++) {
            const struct ald_event event = ald_event_at(past->analysis, record, e);
            if (!match(&event) || event.at == last)
                continue;
            last = event.at;
            list[n++] = (struct when){.at = record->folded && last < inc->started_at ? inc->started_at : last,
                                      .id = arena ? ald_event_id(past->analysis, arena, inc->records[i], e) : NULL};
        }
    }
    qsort(list, n, sizeof *list, when_order);
    *ret = list;
    return n;
}

void ald_obs_moments(const struct ald_past *past, const struct ald_incident *inc,
                     bool (*match)(const struct ald_event *event), unsigned facets, const char *never,
                     struct ald_obs *ret)
{
    if (!ald_past_holds(past, inc, facets)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, facets, never));
        return;
    }
    struct when *list;
    size_t n = moments(past, inc, match, NULL, &list), by_landmark = 0;
    for (size_t i = 0; i < n; i++)
        by_landmark += ald_by_landmark(inc, list[i].at);
    free(list);
    ald_obs_accumulating(past, inc, facets, (double)n, (double)by_landmark, ret);
}

const char *ald_evidence_moments(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc,
                                 bool (*match)(const struct ald_event *event))
{
    struct ald_evidence line = {.arena = arena};
    struct when *list;
    size_t n = moments(past, inc, match, arena, &list);
    for (size_t i = 0; i < n; i++)
        ald_evidence_add(&line, list[i].id);
    free(list);
    return ald_evidence_end(&line);
}

/* ---- Counted ---- */

struct counted {
    double undated, dated, by_landmark;
    bool any; /* a record gives something of it */
};

/* What is given of a record; nothing of a copy whose newer one gives it. */
static size_t given_once(const struct ald_past *past, const struct ald_incident *inc, size_t i, enum ald_given_what what,
                         const struct ald_given **ret)
{
    const struct ald_record *records = past->analysis->records, *record = &records[inc->records[i]];
    for (size_t k = 0; record->copy && k < inc->records_n; k++) {
        const struct ald_record *other = &records[inc->records[k]];
        if (!other->copy && strcmp(other->external_id, record->external_id) == 0 && ald_given_find(&past->given, inc->records[k], what, ret))
            return 0;
    }
    return ald_given_find(&past->given, inc->records[i], what, ret);
}

/* Within a record the larger of a number and what its timeline lists; records add up. */
static struct counted count(const struct ald_past *past, const struct ald_incident *inc, enum ald_given_what what)
{
    struct counted sum = {0};
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_given *given;
        size_t n = given_once(past, inc, i, what, &given);
        double undated = 0, dated = 0;
        for (size_t k = 0; k < n; k++) {
            sum.any = true;
            if (given[k].at == ALD_TIME_NONE) {
                undated = given[k].number > undated ? given[k].number : undated;
                continue;
            }
            dated += given[k].number;
            sum.by_landmark += ald_by_landmark(inc, given[k].at) ? given[k].number : 0;
        }
        sum.dated += undated > dated ? undated : dated;
    }
    return sum;
}

void ald_obs_counted(const struct ald_past *past, const struct ald_incident *inc, enum ald_given_what what,
                     const char *never, struct ald_obs *ret)
{
    unsigned facet = ald_given_facet(what);
    struct counted sum = count(past, inc, what);
    if (!sum.any && !ald_past_holds(past, inc, facet)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, facet, never));
        return;
    }
    ald_obs_accumulating(past, inc, facet, sum.dated, sum.by_landmark, ret);
}

const char *ald_evidence_counted(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc,
                                 enum ald_given_what what)
{
    struct ald_evidence line = {.arena = arena};
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_given *given;
        size_t n = given_once(past, inc, i, what, &given);
        for (size_t k = 0; k < n; k++) {
            const char *where = given[k].text ? given[k].text : "no field";
            ald_evidence_add(&line, given[k].at == ALD_TIME_NONE
                                        ? ald_sprintf(arena, "%.12g (%s, undated)", given[k].number, where)
                                        : where);
        }
    }
    return ald_evidence_end(&line);
}

/* ---- Measured ---- */

/* The last word of a record that is dated up to a moment (INT64_MAX: any), or NULL. */
static const struct ald_given *last_word(const struct ald_given *given, size_t n, int64_t until)
{
    const struct ald_given *last = NULL;
    for (size_t k = 0; k < n && given[k].at != ALD_TIME_NONE && given[k].at <= until; k++)
        last = &given[k];
    return last;
}

static bool named_before(const struct ald_past *past, const struct ald_incident *inc, size_t upto,
                         const struct ald_given *given)
{
    for (size_t i = 0; i <= upto; i++) {
        const struct ald_given *other;
        size_t n = ald_given_find(&past->given, inc->records[i], given->what, &other);
        for (size_t k = 0; k < n; k++) {
            if (&other[k] == given)
                return false;
            if (other[k].at == ALD_TIME_NONE && strcmp(other[k].text, given->text) == 0)
                return true;
        }
    }
    return false;
}

struct measured {
    double total, by_landmark, regions; /* regions: names that differ */
    bool any, has_landmark, dated;
};

static void larger(double *value, double than)
{
    *value = than > *value ? than : *value;
}

/* Of several records the largest counts; regions by name are one list. What has no date, in a record whose timeline
 * shows every change and shows none, was so from the start. */
static struct measured measure(const struct ald_past *past, const struct ald_incident *inc, enum ald_given_what what)
{
    struct measured all = {0};
    double early_regions = 0;
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        const struct ald_given *given;
        size_t n = ald_given_find(&past->given, inc->records[i], what, &given);
        const struct ald_given *last = last_word(given, n, INT64_MAX), *early = last_word(given, n, inc->landmark_at);
        bool from_start = !last && (record->traits->timeline & ald_given_facet(what));
        double undated = 0;
        size_t undated_n = 0;
        for (size_t k = 0; k < n; k++) {
            bool is_new = given[k].at == ALD_TIME_NONE &&
                          (what != ALD_GIVEN_REGIONS || !named_before(past, inc, i, &given[k]));
            undated_n += given[k].at == ALD_TIME_NONE;
            if (!is_new)
                continue;
            undated += given[k].number;
            all.regions += what == ALD_GIVEN_REGIONS ? given[k].number : 0;
            early_regions += what == ALD_GIVEN_REGIONS && from_start ? given[k].number : 0;
        }
        all.any |= n > 0;
        all.dated |= last != NULL;
        if (undated_n > 0)
            larger(&all.total, undated);
        else if (last)
            larger(&all.total, last->number);
        if (early || (from_start && undated_n > 0)) {
            all.has_landmark = true;
            larger(&all.by_landmark, early ? early->number : undated);
        }
    }
    larger(&all.total, all.regions);
    larger(&all.by_landmark, early_regions);
    return all;
}

void ald_obs_measured(const struct ald_past *past, const struct ald_incident *inc, enum ald_given_what what,
                      struct ald_obs *ret)
{
    struct measured all = measure(past, inc, what);
    if (!all.any) {
        ald_obs_absent(ret, "not given");
        return;
    }
    *ret = (struct ald_obs){.has_total = true, .total = all.total};
    ret->absent_landmark = ald_past_landmark_absent(past, inc, 0);
    if (!ret->absent_landmark && !all.has_landmark)
        ret->absent_landmark = all.dated ? "not given by the landmark" : "undated: the source does not say when it was given";
    if (ret->absent_landmark)
        return;
    ret->has_landmark_value = ret->has[ALD_LANDMARK_READING] = true;
    ret->landmark_value = ret->axis_value[ALD_LANDMARK_READING] = all.by_landmark;
}

const char *ald_evidence_measured(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc,
                                  enum ald_given_what what)
{
    struct ald_evidence line = {.arena = arena};
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_given *given;
        size_t n = ald_given_find(&past->given, inc->records[i], what, &given);
        for (size_t k = 0; k < n; k++) {
            const char *where = given[k].text ? given[k].text : "no field";
            ald_evidence_add(&line, what == ALD_GIVEN_REGIONS && given[k].at == ALD_TIME_NONE
                                        ? ald_sprintf(arena, "%s (undated)", where)
                                        : ald_sprintf(arena, "%.12g (%s%s)", given[k].number, where,
                                                      given[k].at == ALD_TIME_NONE ? ", undated" : ""));
        }
    }
    return ald_evidence_end(&line);
}
