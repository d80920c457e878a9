/* Prepared indexes over all incidents, for signals: by service, by title, by person, by start. Private to analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/timeline.h"
#include "analysis/given.h"
#include "analysis/org.h"

#define ALD_HISTORY_LEAST_MS (28 * ALD_DAY_MS)  /* less history than this cannot tell what is unusual */
#define ALD_HISTORY_WINDOW_MS (90 * ALD_DAY_MS) /* how far back something still counts as known */
#define ALD_CONCURRENT_MS (24 * ALD_HOUR_MS)

/** A dated engagement of somebody whom no event names then, beyond the first in its incident. */
struct ald_engagement {
    int64_t at;
    uint32_t person, incident;
};
/** An incident or noise under its normalised title. */
struct ald_titled {
    uint32_t title, incident;
};
/** Somebody who was notified or paged in an incident, once each. */
struct ald_called {
    uint32_t person;
    int64_t at;          /* ALD_TIME_NONE: undated */
    bool acted;          /* acknowledged, joined or did something; being assigned is not acting */
    int64_t acted_at;    /* ALD_TIME_NONE: never, or undated */
    const char *evidence;
};
/** A stretch in which an incident of another company was open on a service. */
struct ald_vendor_span {
    uint32_t service, record;
    int64_t from, to; /* to INT64_MAX: open */
    int64_t last;     /* the latest `to` of the service's spans up to this one */
};
struct ald_past {
    const struct ald_analysis *analysis;
    struct ald_org *org;
    struct ald_givens given;
    const struct ald_called *called; /* of incident i: called[called_at[i]] up to called[called_at[i + 1]] */
    const uint32_t *called_at;
    const struct ald_vendor_span *vendors; /* sorted by service, from */
    size_t vendors_n;
    int64_t vendors_from; /* first start of another company's incident; ALD_TIME_NONE: none is read */
    int64_t status_from;  /* first start of a post on an own status page; ALD_TIME_NONE: none is read */
    int64_t history_start;               /* first start in the store, of any class; ALD_TIME_NONE when empty */
    const struct ald_source_start {
        const char *source; /* as in the traits of its records */
        int64_t first;      /* start in it */
    } * source_starts;
    size_t source_starts_n;
    const uint32_t *titles; /* parallel to incidents: number of the normalised title, ALD_NOBODY without one */
    const uint32_t *concurrent; /* parallel to incidents: others of class incident of the 24 hours before its start that were
                                   open at it */
    /* Who is engaged in incident i, by their first engagement (undated last): engaged[engaged_at[i]] up to
     * engaged[engaged_at[i + 1]], which ald_past_engaged reads. */
    const uint32_t *engaged, *engaged_at;
    const struct ald_named *engaged_by_rows;
    const uint8_t *familiar; /* a bit for each of `engaged` */
    const struct ald_engagement *again; /* sorted by incident; class incident or noise */
    size_t again_n;
    /* Those that name service s: titled[titled_at[s]] up to titled[titled_at[s + 1]], sorted by title, incident. */
    const struct ald_titled *titled;
    const uint32_t *titled_at;
    const uint32_t *titled_noise; /* places in titled whose incident is noise, ascending */
    size_t titled_noise_n;
};

/** Incidents by the services that they name, those of a service by start: list[at[s]] up to list[at[s + 1]]. */
struct ald_naming {
    const uint32_t *list;
    const size_t *at; /* by service, and one more */
};
/** Of those that are wanted; in the arena. */
struct ald_naming ald_past_naming(const struct ald_analysis *analysis, bool (*wanted)(const struct ald_incident *inc), struct ald_arena *arena);

/** Frees what does not lie in the analysis' arenas; NULL is allowed. */
void ald_past_free(struct ald_past *past);
/** True for what counts as something that was known before: class incident or noise, with a start. */
bool ald_past_counts(const struct ald_incident *inc);
/** Incidents and noise that name a service, have a title and started from `from` on, before `to`: *ret is the first of them,
 *  by start. @return how many. */
size_t ald_past_titled(const struct ald_past *past, uint32_t service, uint32_t title, int64_t from, int64_t to,
                       const struct ald_titled **ret);
/** How many of these are no noise. */
size_t ald_past_titled_incidents(const struct ald_past *past, uint32_t service, uint32_t title, int64_t from, int64_t to);
/** How many people are engaged in incident i; the kth of them by first engagement (undated last). */
static inline size_t ald_past_engaged_n(const struct ald_past *past, size_t i)
{
    return past->engaged_at[i + 1] - past->engaged_at[i];
}
struct ald_named ald_past_engaged(const struct ald_past *past, size_t i, size_t k);
/** Whether the kth of them had been engaged in another incident on one of its services in the 90 days before its start. */
static inline bool ald_past_is_familiar(const struct ald_past *past, size_t i, size_t k)
{
    size_t at = past->engaged_at[i] + k;
    return past->familiar[at / 8] >> at % 8 & 1;
}
/** Every dated engagement of people in incident i (class incident or noise), in no order, some of them twice. */
void ald_past_engagements(const struct ald_past *past, size_t i, void (*take)(void *ctx, uint32_t person, int64_t at), void *ctx);
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
/** Why nothing can be counted up to the landmark, or NULL. facets 0: no timeline is needed. */
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

/** How many moments of the timeline match, in all and by the landmark: one a record and moment; a folded record's count from
 *  the parent's start. facets: what the timeline must hold; never: why it is absent where no source of the incident does. */
void ald_obs_moments(const struct ald_past *past, const struct ald_incident *inc,
                     bool (*match)(const struct ald_event *event), unsigned facets, const char *never,
                     struct ald_obs *ret);
const char *ald_evidence_moments(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc,
                                 bool (*match)(const struct ald_event *event));

/* signal_obs.c: observations that several signals share. never: why it is absent where no source of the incident has it. */
/** How many there are: dated ones accumulate, a number without dates is only the total. */
void ald_obs_counted(const struct ald_past *past, const struct ald_incident *inc, enum ald_given_what what,
                     const char *never, struct ald_obs *ret);
const char *ald_evidence_counted(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc,
                                 enum ald_given_what what);
/** How large it was said to be: the latest word in total, the latest by the landmark where words are dated. */
void ald_obs_measured(const struct ald_past *past, const struct ald_incident *inc, enum ald_given_what what,
                      struct ald_obs *ret);
const char *ald_evidence_measured(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc,
                                  enum ald_given_what what);

/** A line of evidence that ends before ALD_MAX_EVIDENCE_CHARS with "+ n more": begin, add, end. */
struct ald_evidence {
    struct ald_arena *arena;
    const char *text;
    char *grown; /* the text, once it has more than one item, with room for more */
    size_t room, bytes, chars, left_out;
};
void ald_evidence_add(struct ald_evidence *evidence, const char *item);
/** NULL when nothing was added. */
const char *ald_evidence_end(struct ald_evidence *evidence);
