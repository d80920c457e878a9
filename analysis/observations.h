/* What the signals saw, packed: most signals give few different observations, so that an incident holds a number for each
 * and the observation itself stands once. Positions are then a matter of numbers too: incidents that a signal sees alike
 * stand alike. Private to analysis. */
#pragma once

#include "alidade/analysis.h"

/** Which of an observation's values is looked at: one of the readings' (ALD_START_READING, ALD_LANDMARK_READING) or the
 *  total. */
enum { ALD_LENS_TOTAL = ALD_READING_N, ALD_LENS_N };

/** Different observations in ascending order of their value through a lens; those without one are not in it. */
struct ald_ranked {
    const struct ald_obs_code {
        double value;
        uint32_t code;
    } * items;
    size_t n;
    bool made;
};
struct ald_obs_entry;
struct ald_observed {
    struct ald_arena *arena; /* of what observing adds */
    uint8_t *numbers; /* by incident, in as many bytes as they need, for ald_code_at; 0: not looked at, all zero */
    unsigned bytes;   /* 1, 2 or 4 */
    const struct ald_obs **distinct; /* by number */
    size_t n, cap; /* of distinct */
    struct ald_obs_entry *index;
    struct ald_ranked ranked[ALD_LENS_N];
};
struct ald_observations {
    struct ald_arena *arena;
    size_t incidents;
    struct ald_observed signals[ALD_SIGNAL_N];
    struct ald_arena *parts[ALD_SIGNAL_N]; /* ald_observations_split; else NULL */
};

/** Room for so many incidents, none of them looked at yet; everything is owned by the arena. */
struct ald_observations *ald_observations_new(struct ald_arena *arena, size_t incidents);
/** Gives each of n parts of the signals, to which signal s belongs as s % n, memory of its own, so that a thread may observe the
 *  signals of each; ald_observations_done then frees it. */
void ald_observations_split(struct ald_observations *observations, size_t n);
void ald_observations_done(struct ald_observations *observations);
/** Gives back what was seen in incidents before first and from last on: nobody asks for it, nor for ranks, from now on. */
void ald_observations_forget(struct ald_observations *observations, size_t first, size_t last);
/** Keeps what a signal saw. Not while others read, and one thread at a time for each part. */
void ald_observe(struct ald_observations *observations, size_t incident, size_t signal, const struct ald_obs *obs);
const struct ald_obs *ald_observed(const struct ald_observations *observations, size_t incident, size_t signal);
/** The number of what a signal saw in an incident: an index into distinct. */
static inline uint32_t ald_code_at(const struct ald_observed *seen, size_t incident)
{
    if (seen->bytes == 1)
        return seen->numbers[incident];
    return seen->bytes == 2 ? ((const uint16_t *)(const void *)seen->numbers)[incident] : ((const uint32_t *)(const void *)seen->numbers)[incident];
}
/** Whether an observation has a value through a lens. */
bool ald_obs_has(const struct ald_obs *obs, int lens);
/** That value; where there is none it says nothing. */
double ald_obs_through(const struct ald_obs *obs, size_t signal, int lens);
/** Stands until something new is observed. */
const struct ald_ranked *ald_observed_ranked(struct ald_observations *observations, size_t signal, int lens);
