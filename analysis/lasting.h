/* How long comparables lasted: what share of them lasted longer than a time, and after what time so many of them had ended (METHODS 4).
 * Private to analysis. */
#pragma once

#include "alidade/stats.h"
#include "positions.h"

/** Comparables by duration. Where none of them was open their curve is a step of 1/m at each, which is read off the members themselves;
 *  else it is fitted. */
struct ald_lasting {
    const struct ald_member *members; /* of a frame */
    const uint32_t *at;               /* the comparables: ascending indexes of members, so ascending durations */
    size_t m;
    const struct ald_km *km;          /* NULL: none of them was open */
};
/** Scratch for fitting curves over a frame's members. */
struct ald_lasting_scratch {
    double *times;
    bool *open;
    struct ald_km km;
};
void ald_lasting_scratch_init(struct ald_lasting_scratch *scratch, size_t members_n, struct ald_arena *arena);
/** some_open: whether one of the comparables was. Members, at and scratch stay as they are as long as ret is asked. */
void ald_lasting_of(const struct ald_member *members, const uint32_t *at, size_t m, bool some_open, struct ald_lasting_scratch *scratch,
                    struct ald_lasting *ret);
/** Shares that last longer than t and at least t: S(t) and S(t-) of Kaplan and Meier. */
void ald_lasting_beyond(const struct ald_lasting *lasting, double t, double *ret_s, double *ret_s_minus);
/** The first time at which `rank` of them (1 <= rank <= m) had ended. @return false: never. */
bool ald_lasting_reach(const struct ald_lasting *lasting, size_t rank, double *ret);
/** Their median. @return false: more than half were open too long for there to be one. */
bool ald_lasting_median(const struct ald_lasting *lasting, double *ret);
