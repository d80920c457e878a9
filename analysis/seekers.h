/* Incidents, as they stood at some age, that look for their comparables in one frame: those at one place side by side, since they share them.
 * Private to analysis. */
#pragma once

#include "comparables.h"

struct ald_seeker {
    double walk, at[ALD_AXIS_N]; /* ald_comparables_on_walk; 0 on axes that its basis does not use */
    enum ald_basis basis;
    bool open;
    uint32_t standing; /* which of the members it is */
    uint32_t candidates;
    uint8_t k;
    int64_t duration_ms;
};
/** Of members first..last-1, which all started in the frame's quarter: those that are wanted (by first..last-1), or all (NULL). By place, then
 *  by duration. ret has room for all. @return how many. */
size_t ald_seekers_of(const struct ald_neighbourhood *near, const struct ald_member *members, size_t first, size_t last, const bool *wanted,
                      struct ald_seeker *ret);
/** Where those at the place of the one at `from` end. */
size_t ald_seekers_to(const struct ald_seeker *seekers, size_t from, size_t n);
/** The comparables of a seeker, as ald_comparables_find. */
size_t ald_seekers_find(struct ald_neighbourhood *near, const struct ald_seeker *seeker, uint32_t *ret);
