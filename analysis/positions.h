/* The reference of a fiscal quarter and where things stand in it (METHODS 4). Private to analysis. A reference is shared by
 * all incidents that started in its quarter; a frame is that reference as one of the two readings sees it. */
#pragma once

#include "alidade/analysis.h"

/** A reference incident as it stood on the first day of the quarter. */
struct ald_member {
    uint32_t incident;
    bool open;           /* then: duration_ms is the time so far */
    bool beyond;         /* lasted longer than its landmark by then */
    int64_t duration_ms;
};
/** Whether an incident is in a reference that is made at `now`, and how it stood then: ended with the duration of the spans
 *  that had ended, else open with the time so far. Fills all of ret but the incident. */
bool ald_stood(const struct ald_analysis *analysis, const struct ald_incident *inc, int64_t now, struct ald_member *ret);

/** The first incident that started at or after `at`; those without a start come last. */
size_t ald_first_from(const struct ald_analysis *analysis, int64_t at);

struct ald_reference {
    int64_t from, to;    /* half-open starts; to = first instant of the quarter */
    struct ald_member *members; /* sorted by duration, ended ones before open ones, then incident */
    struct ald_stored_quarter *stored; /* where its frames come from the store (stored.h); members are not listed then. Else NULL */
    const uint32_t *incidents, *at; /* the same in ascending order of incidents, and where each is among the members: what is told of
                                       incidents is read in this order, one after the other */
    size_t n;
};
/** Everything is owned by arena. */
void ald_reference_build(const struct ald_analysis *analysis, int64_t quarter, struct ald_arena *arena,
                         struct ald_reference *ret);

/** Where the observations of one signal stand among members, by the number of the observation (observations.h). */
struct ald_scale {
    const uint32_t *twice; /* 2*(members below) + (members equal), so that halves are whole; ALD_NO_PLACE: no value */
    size_t n;              /* members that have a value */
    double weight;
    bool eligible;
};
#define ALD_NO_PLACE UINT32_MAX
/** How many members of a reference have each observation, by its number: all of them in the low half, those beyond their landmark in the
 *  high half. */
struct ald_tally {
    const struct ald_stored_quarter *stored; /* the reference's: nothing is counted */
    size_t n, beyond_n;
    const uint64_t *of[ALD_SIGNAL_N];
};
/** Everything is owned by arena. parts: threads (parallel.h). */
void ald_tally_build(const struct ald_analysis *analysis, const struct ald_reference *reference, size_t parts, struct ald_arena *arena,
                      struct ald_tally *ret);
/** Scales of all signals through a lens (observations.h), of the members that it looks at; their tables are owned by arena. */
void ald_scales_build(const struct ald_analysis *analysis, const struct ald_tally *tally, int lens, struct ald_arena *arena,
                      struct ald_scale ret[ALD_SIGNAL_N]);
/** An empty scale of a signal, with its weight. */
void ald_scale_begin(const struct ald_analysis *analysis, size_t signal, struct ald_scale *ret);
/** Sets the rest: of members_n members n have a value, and that many values differ. */
void ald_scale_set(struct ald_scale *scale, const uint32_t *twice, size_t n, size_t values, size_t members_n);
/** Position of a newcomer on a signal; NAN where it has no value or no member has the signal. */
double ald_scale_position(const struct ald_analysis *analysis, const struct ald_scale *scale, size_t signal,
                          size_t incident);

struct ald_axis_frame {
    double weight;       /* of all eligible signals; 0: nothing eligible */
    double *raw_keys;    /* llround(raw*1e9) of the members that have a raw, sorted */
    uint32_t *order;     /* these members, in the same order; NULL in a stored frame of which few ask */
    size_t raw_n;
    double *position;    /* parallel to members; NAN: none */
};
/** What share of the members would stand at or above a place if they came anew; NAN: none has a place. */
double ald_axis_share_beyond(const struct ald_axis_frame *axis, double from);
struct ald_frame {
    int reading;
    bool stored; /* read, and not made of incidents */
    const struct ald_analysis *analysis;
    const struct ald_member *members; /* order of the reference kept: by duration */
    size_t n;
    struct ald_scale signals[ALD_SIGNAL_N];
    struct ald_axis_frame axes[ALD_AXIS_N];
};
/** The weight of an axis: of its eligible signals, by their scales. */
double ald_axis_weight(const struct ald_scale signals[ALD_SIGNAL_N], enum ald_axis axis);
/** The weighted mean of the positions on the signals of an axis of that weight, above 0; *ret_coverage: what share of it is present. */
double ald_axis_raw(const struct ald_analysis *analysis, const struct ald_scale signals[ALD_SIGNAL_N], double weight, enum ald_axis axis,
                    size_t incident, double *ret_coverage);
/** A frame of fewer than ALD_REFERENCE_LEAST members (of the landmark: ALD_FEW_LEAST) has members and n, but no scales. What scales need goes into `scales`,
 *  which may outlive the rest. */
#define ALD_REFERENCE_LEAST 30
void ald_frame_build(const struct ald_analysis *analysis, const struct ald_reference *reference, const struct ald_tally *tally,
                     int reading, size_t parts, struct ald_arena *arena, struct ald_arena *scales, struct ald_frame *ret);
/** Axis position of a newcomer. */
struct ald_axis_position ald_frame_axis(const struct ald_frame *frame, enum ald_axis axis, size_t incident);

/** The moment of the last end: of the spans that started before `now`; now when one of them was still open then;
 *  ALD_TIME_NONE without such spans. */
int64_t ald_last_end(const struct ald_incident *inc, int64_t now, bool *ret_open);
