/* Prepared indexes over all incidents, for signals: by service, by title, by person, by start. Private to analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/timeline.h"

#define ALD_HISTORY_LEAST_MS (28 * ALD_DAY_MS)  /* less history than this cannot tell what is unusual */
#define ALD_HISTORY_WINDOW_MS (90 * ALD_DAY_MS) /* how far back something still counts as known */
#define ALD_CONCURRENT_MS (24 * ALD_HOUR_MS)

/** One person's engagement in an incident that names a service; class incident or noise. */
struct ald_engagement {
    uint32_t service, person, incident;
    int64_t at;
};
/** An incident or noise under a service that it names and its normalised title. */
struct ald_titled {
    uint32_t service, title, incident;
    int64_t start;
};
struct ald_past {
    const struct ald_analysis *analysis;
    int64_t history_start;               /* first start in the store, of any class; ALD_TIME_NONE when empty */
    const int64_t *source_history_start; /* parallel to records: the first start in that record's source */
    /* by_service[s]: incident indexes (incident or noise) that name service s, by start. */
    const uint32_t *const *by_service;
    const size_t *by_service_n;
    /* Parallel to incidents: people by their first engagement (undated last); number of the normalised title,
     * ALD_NOBODY without one. */
    const struct ald_named *const *engaged;
    const size_t *engaged_n;
    const uint32_t *titles;
    const struct ald_engagement *engagements; /* sorted by service, person, at, incident */
    size_t engagements_n;
    const struct ald_titled *titled; /* sorted by service, title, start, incident */
    size_t titled_n;
};

/** Index of an incident of this analysis. */
static inline size_t ald_past_index(const struct ald_past *past, const struct ald_incident *inc)
{
    return (size_t)(inc - past->analysis->incidents);
}
/** "Its services": those named at the start if any are known, else all as last synced; they stand first in
 * inc->services.
 *  @return how many. */
size_t ald_past_services(const struct ald_incident *inc);
/** True when the timeline of some record of the incident was read for one of the facets (ALD_HOLDS_*). */
bool ald_past_holds(const struct ald_past *past, const struct ald_incident *inc, unsigned facets);
/** Why a facet is not known: `never` when no source of the incident has it, else that the timeline was not read. */
const char *ald_past_not_held(const struct ald_past *past, const struct ald_incident *inc, unsigned facets,
                              const char *never);
/** Why nothing can be counted up to the landmark, or NULL. */
const char *ald_past_landmark_absent(const struct ald_past *past, const struct ald_incident *inc, unsigned facets);

/* ---- Observations ---- */
/** Absent altogether. */
void ald_obs_absent(struct ald_obs *ret, const char *reason);
/** Structural: known at the start, in both readings. */
void ald_obs_structural(struct ald_obs *ret, double value);
/** Accumulating: total, and what had come together by the landmark (unless that cannot be said). */
void ald_obs_accumulating(const struct ald_past *past, const struct ald_incident *inc, unsigned facets, double total,
                          double by_landmark, struct ald_obs *ret);
/** True when something dated `at` (ALD_TIME_NONE: undated) had happened by the landmark. */
bool ald_by_landmark(const struct ald_incident *inc, int64_t at);

/** A line of evidence that ends before ALD_MAX_EVIDENCE_CHARS with "+ n more": begin, add, end. */
struct ald_evidence {
    struct ald_arena *arena;
    const char *text;
    size_t left_out;
};
void ald_evidence_add(struct ald_evidence *evidence, const char *item);
/** NULL when nothing was added. */
const char *ald_evidence_end(struct ald_evidence *evidence);
