/* Builds the indexes that signals look into, and the small words that signals share. Everything is sorted arrays with
 * complete order, so that look-ups are binary searches and no result depends on hashing. */
#include "analysis/past.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "alidade/utf8.h"
#include "analysis/build.h"
#include "analysis/observations.h"
#include "analysis/summaries.h"

/* ---- Building ---- */

bool ald_past_counts(const struct ald_incident *inc)
{
    return (inc->cls == ALD_INCIDENT || inc->cls == ALD_NOISE) && inc->started_at != ALD_TIME_NONE;
}

struct ald_naming ald_past_naming(const struct ald_analysis *a, bool (*wanted)(const struct ald_incident *inc), struct ald_arena *arena)
{
    size_t *ends = ald_calloc(arena, a->services_n + 1, sizeof *ends), *at = ends + 1, sum = 0;
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t s = 0; s < a->incidents[i].services_n && wanted(&a->incidents[i]); s++)
            at[a->incidents[i].services[s].name]++;
    for (size_t s = 0; s < a->services_n; s++) {
        size_t n = at[s];
        at[s] = sum;
        sum += n;
    }
    uint32_t *list = ald_calloc(arena, sum, sizeof *list);
    for (size_t i = 0; i < a->incidents_n; i++) /* incidents come by start */
        for (size_t s = 0; s < a->incidents[i].services_n && wanted(&a->incidents[i]); s++)
            list[at[a->incidents[i].services[s].name]++] = (uint32_t)i;
    return (struct ald_naming){.list = list, .at = ends}; /* each has been filled up to where the next begins */
}

static int titled_order(const void *a, const void *b)
{
    const struct ald_titled *x = a, *y = b;
    if (x->title != y->title)
        return x->title < y->title ? -1 : 1;
    return (x->incident > y->incident) - (x->incident < y->incident);
}

static bool is_titled(const struct ald_past *past, size_t i)
{
    return ald_past_counts(&past->analysis->incidents[i]) && past->titles[i] != ALD_NOBODY;
}

/* So that nobody goes through all that share a title to count some of them. */
static void note_noise(const struct ald_analysis *a, uint32_t titled_n, struct ald_past *past)
{
    uint32_t *places = NULL;
    size_t n = 0, cap = 0;
    for (uint32_t i = 0; i < titled_n; i++) {
        if (a->incidents[past->titled[i].incident].cls != ALD_NOISE)
            continue;
        places = ald_grow(a->events_arena, places, n, &cap, sizeof *places);
        places[n++] = i;
    }
    past->titled_noise = places;
    past->titled_noise_n = n;
}

static void titles(struct ald_build *b, struct ald_past *past)
{
    struct ald_analysis *a = b->a;
    uint32_t *numbers = ald_calloc(a->events_arena, a->incidents_n, sizeof *numbers), sum = 0;
    uint32_t *ends = ald_calloc(a->events_arena, a->services_n + 1, sizeof *ends), *at = ends + 1;
    past->titles = numbers;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        numbers[i] = *inc->norm_title ? ald_names_find(b->titles, inc->norm_title) : ALD_NOBODY;
        for (size_t j = 0; j < inc->services_n && is_titled(past, i); j++)
            at[inc->services[j].name]++;
    }
    for (size_t s = 0; s < a->services_n; s++) {
        uint32_t n = at[s];
        at[s] = sum;
        sum += n;
    }
    struct ald_titled *list = ald_calloc(a->events_arena, sum, sizeof *list);
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t j = 0; j < a->incidents[i].services_n && is_titled(past, i); j++)
            list[at[a->incidents[i].services[j].name]++] = (struct ald_titled){.title = numbers[i], .incident = (uint32_t)i};
    for (size_t s = 0; s < a->services_n; s++) /* each has been filled up to where the next begins */
        if (ends[s + 1] > ends[s])
            qsort(&list[ends[s]], ends[s + 1] - ends[s], sizeof *list, titled_order);
    past->titled = list;
    past->titled_at = ends;
    note_noise(a, sum, past);
}

void ald_past_build(struct ald_build *b)
{
    struct ald_past *past = ald_alloc(b->a->arena, sizeof *past);
    past->analysis = b->a;
    past->org = b->org;
    b->org = NULL;
    past->given = ald_givens_of(b);
    ald_past_origins(b, past);
    titles(b, past);
    ald_past_concurrent(b, past); /* sorts much, so before who was engaged takes its room */
    ald_past_people(b, past);
    ald_past_called(b, past);
    ald_past_others(b, past);
    b->a->past = past;
}

void ald_analysis_let_go(struct ald_analysis *a)
{
    *a->past = (struct ald_past){.analysis = a, .org = a->past->org};
    for (size_t i = 0; i < a->records_n; i++)
        a->records[i].events = NULL; /* there were so many: who asks for one all the same is not told that there is none */
    a->instants = NULL;
    ald_arena_reset(a->events_arena);
}

void ald_analysis_narrow(struct ald_analysis *a, const struct ald_period *period)
{
    size_t first = 0, last = 0;
    ald_analysis_let_go(a);
    ald_started_between(a, period->start, period->end, &first, &last);
    ald_memory_forget(a->incidents, first * sizeof *a->incidents);
    ald_memory_forget(a->incidents + last, (a->incidents_n - last) * sizeof *a->incidents);
    ald_observations_forget(a->observations, first, last);
}

void ald_past_free(struct ald_past *past)
{
    if (past)
        ald_org_done(past->org);
}

/* ---- What signals ask ---- */

/* Incidents come by start. */
static size_t titled_from(const struct ald_past *past, uint32_t service, uint32_t title, int64_t start)
{
    size_t low = past->titled_at[service], high = past->titled_at[service + 1];
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct ald_titled *t = &past->titled[mid];
        bool before = t->title != title ? t->title < title : past->analysis->incidents[t->incident].started_at < start;
        if (before)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t ald_past_titled(const struct ald_past *past, uint32_t service, uint32_t title, int64_t from, int64_t to,
                       const struct ald_titled **ret)
{
    size_t first = titled_from(past, service, title, from), end = titled_from(past, service, title, to);
    *ret = &past->titled[first];
    return end > first ? end - first : 0;
}

static size_t noise_before(const struct ald_past *past, size_t place)
{
    size_t low = 0, high = past->titled_noise_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (past->titled_noise[mid] < place)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t ald_past_titled_incidents(const struct ald_past *past, uint32_t service, uint32_t title, int64_t from, int64_t to)
{
    const struct ald_titled *first;
    size_t n = ald_past_titled(past, service, title, from, to, &first), at = (size_t)(first - past->titled);
    return n ? n - (noise_before(past, at + n) - noise_before(past, at)) : 0;
}

size_t ald_past_services(const struct ald_incident *inc)
{
    size_t n = 0;
    while (n < inc->services_n && inc->services[n].at_start)
        n++;
    return n ? n : inc->services_n;
}

bool ald_past_holds(const struct ald_past *past, const struct ald_incident *inc, unsigned facets)
{
    for (size_t i = 0; i < inc->records_n; i++)
        if (past->analysis->records[inc->records[i]].traits->timeline & facets)
            return true;
    return false;
}

const char *ald_past_not_held(const struct ald_past *past, const struct ald_incident *inc, unsigned facets,
                              const char *never)
{
    for (size_t i = 0; i < inc->records_n; i++)
        if (past->analysis->records[inc->records[i]].traits->holds & facets)
            return "the timeline was not read";
    return never;
}

const char *ald_past_landmark_absent(const struct ald_past *past, const struct ald_incident *inc, unsigned facets)
{
    if (inc->landmark_at == ALD_TIME_NONE)
        return "neither detected nor opened is recorded";
    if (inc->landmark_at > past->analysis->as_of)
        return "the landmark is still to come";
    const char *why = facets ? ald_past_not_held(past, inc, facets, "the source does not date it")
                             : "entered after the landmark";
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        if (facets && !(record->traits->timeline & facets))
            continue;
        if (record->entered_at <= inc->landmark_at) /* ALD_TIME_NONE: when it opened */
            return NULL;
        why = "entered after the landmark";
    }
    return why;
}

/* ---- Observations ---- */

void ald_obs_absent(struct ald_obs *ret, const char *reason)
{
    *ret = (struct ald_obs){.absent = reason, .absent_landmark = reason};
}

void ald_obs_structural(struct ald_obs *ret, double value)
{
    *ret = (struct ald_obs){.has_total = true, .total = value};
    for (int r = 0; r < ALD_READING_N; r++) {
        ret->has[r] = true;
        ret->axis_value[r] = value;
    }
}

void ald_obs_accumulating(const struct ald_past *past, const struct ald_incident *inc, unsigned facets, double total,
                          double by_landmark, struct ald_obs *ret)
{
    *ret = (struct ald_obs){.has_total = true, .total = total};
    ret->absent_landmark = ald_past_landmark_absent(past, inc, facets);
    if (ret->absent_landmark)
        return;
    ret->has_landmark_value = ret->has[ALD_LANDMARK_READING] = true;
    ret->landmark_value = ret->axis_value[ALD_LANDMARK_READING] = by_landmark;
}

bool ald_by_landmark(const struct ald_incident *inc, int64_t at)
{
    return at != ALD_TIME_NONE && inc->landmark_at != ALD_TIME_NONE && at <= inc->landmark_at;
}

/* ---- Evidence ---- */

#define ROOM_FOR_MORE 16 /* "; + 123456 more" */

static void append(struct ald_evidence *evidence, const char *item, size_t n)
{
    if (evidence->bytes + n + sizeof "; " > evidence->room) {
        evidence->room = 2 * (evidence->bytes + n) + ALD_MAX_EVIDENCE_CHARS;
        char *longer = ald_alloc(evidence->arena, evidence->room);
        memcpy(longer, evidence->text, evidence->bytes);
        evidence->text = evidence->grown = longer;
    }
    char *end = stpcpy(evidence->grown + evidence->bytes, "; ");
    memcpy(end, item, n + 1);
    evidence->bytes += n + 2;
}

void ald_evidence_add(struct ald_evidence *evidence, const char *item)
{
    if (evidence->left_out) { /* of a thousand items only their number is told */
        evidence->left_out++;
        return;
    }
    size_t chars = ald_utf8_count(item), between = evidence->text ? 2 : 0;
    if (evidence->chars + between + chars > ALD_MAX_EVIDENCE_CHARS - ROOM_FOR_MORE) {
        if (evidence->text) {
            evidence->left_out++;
            return;
        }
        chars = ALD_MAX_EVIDENCE_CHARS - ROOM_FOR_MORE;
        item = ald_strndup(evidence->arena, item, ald_utf8_prefix(item, chars));
    }
    size_t n = strlen(item);
    evidence->chars += between + chars;
    if (evidence->text) {
        append(evidence, item, n);
        return;
    }
    evidence->text = item;
    evidence->bytes = n;
}

const char *ald_evidence_end(struct ald_evidence *evidence)
{
    if (!evidence->left_out)
        return evidence->text;
    return ald_sprintf(evidence->arena, "%s; + %zu more", evidence->text, evidence->left_out);
}
