/* Makes readings, a fiscal quarter at a time, and keeps them until they are dropped. Private to analysis. */
#pragma once

#include <pthread.h>

#include "lasting.h"
#include "positions.h"
#include "stored.h"

/** What is known of where things stand in the reference of a quarter. */
struct ald_places {
    struct ald_scale scales[ALD_READING_N + 1][ALD_SIGNAL_N]; /* by lens (observations.h) */
    double beyond[ALD_READING_N][ALD_AXIS_N]; /* share of the reference from ald_far_from on; NAN: nobody is placed there */
};
/** The readings of one quarter: its incidents are a stretch, sorted as they are by start. */
struct ald_quarter {
    const struct ald_analysis *analysis;
    struct ald_arena *arena; /* of all that is kept */
    size_t first, last;
    const bool *wanted;           /* of these: which are read; NULL: all */
    struct ald_measure *measures; /* of first..last-1 */
    struct ald_places places;
    bool corners; /* comparables are looked for only where a corner may come of it: other readings have no bounds, verdict and percentile */
    bool packs_frames; /* else they are gone when all is read */
    struct ald_bytes frames[ALD_READING_N + 1]; /* packed ones, by lens */
    struct ald_quarter *next;
};
struct ald_readings {
    struct ald_quarter *quarters; /* the newest first */
    size_t quarters_n;
    struct ald_measure **of; /* by incident; NULL: not read yet */
};
/** Owned by arena but for the quarters, which ald_measures_drop frees. */
struct ald_readings *ald_readings_new(struct ald_arena *arena, size_t incidents);

/** Whether an incident is one to be read at all: of class incident, with a start. */
bool ald_is_read(const struct ald_incident *inc);
/** Reads all incidents of a quarter on so many threads, however few there are to read (0: as many as are worth it): the
 *  results are the same bytes. Fills measures and places. */
void ald_quarter_read(struct ald_quarter *quarter, size_t threads);
/** The quarter of an incident that is to be read, not read yet, in an arena of its own. */
struct ald_quarter *ald_quarter_around(const struct ald_analysis *analysis, size_t incident);
/** Some incidents of one quarter: those of first..last-1 that are wanted (by first..last-1; they are copied). */
struct ald_quarter *ald_quarter_some(const struct ald_analysis *analysis, size_t first, size_t last, const bool *wanted);
/** Reads the quarter of an incident that is to be read and was not yet. */
void ald_readings_make(const struct ald_analysis *analysis, size_t incident, size_t threads);
/** The same, but all that is asked of the quarter's measures is where its incidents stand, what is shown, and their corners. */
void ald_readings_make_corners(const struct ald_analysis *analysis, size_t incident);
/** Reads those of first..last-1, which are of one quarter, that are wanted (by first..last-1), where they were not read yet. Nothing may ask
 *  for the others before these are dropped (ald_measures_drop_after): they count as a quarter made. */
void ald_readings_make_some(const struct ald_analysis *analysis, size_t first, size_t last, const bool *wanted);

/** The bounds of a reading, from its comparables. */
void ald_reading_bounds(struct ald_reading *reading, const struct ald_lasting *lasting);
enum ald_side { ALD_BELOW, ALD_INSIDE, ALD_ABOVE, ALD_SIDE_N };
/** Where a duration lies against the band; an open one is only known to be above, or it is not known (false). */
bool ald_reading_side(const struct ald_reading *reading, double t, bool open, enum ald_side *ret);

/** What a reading would say in this quarter if all of its reference (in the landmark reading: its subset) were comparables:
 *  n_ref, m and the bounds; the measure of what position adds. */
void ald_readings_whole(const struct ald_analysis *analysis, int64_t quarter, struct ald_reading ret[ALD_READING_N]);

/** Readings of all incidents from first to last, the next quarters being made while those of one are looked at. */
#define ALD_AHEAD_MOST 2 /* quarters */
struct ald_coming {
    struct ald_quarter *quarter;
    pthread_t thread;
    bool running; /* makes the quarter */
    size_t threads;
};
struct ald_ahead {
    const struct ald_analysis *analysis;
    struct ald_quarter *now;
    struct ald_coming coming[ALD_AHEAD_MOST]; /* from coming_first on, and round */
    size_t coming_first, coming_n, from; /* from: the first incident after them */
    size_t threads; /* of each */
    bool packs_frames;
};
/** Until ald_ahead_end, for which it stays where it is, nothing else asks the analysis for readings or allocates in its arena. packs_frames: each quarter has its
 *  frames as the store keeps them. */
void ald_ahead_begin(struct ald_ahead *ahead, const struct ald_analysis *analysis, bool packs_frames);
/** Incidents are asked about in ascending order. The measure stands until one of another quarter is asked about. */
const struct ald_measure *ald_ahead_at(struct ald_ahead *ahead, size_t incident);
/** The quarter of the incident that was asked about last, as long as its measures stand; NULL: none was yet. */
const struct ald_quarter *ald_ahead_quarter(const struct ald_ahead *ahead);
/** Waits for what is being made and frees all. */
void ald_ahead_end(struct ald_ahead *ahead);
