/* Where the moments of incidents stand: those that are given, one beside the other. Knows nothing of what a moment is taken from. */
#include "analysis/build.h"

#define NONE {.at = ALD_TIME_NONE}
const struct ald_taken ald_no_moments[ALD_MOMENT_N] = {NONE, NONE, NONE, NONE, NONE, NONE, NONE};
_Static_assert(ALD_MOMENT_N == 7, "a none for each moment, and a bit in struct ald_incident");

void ald_moments_keep(struct ald_build *b, struct ald_incident *inc, const struct ald_taken *moments)
{
    size_t n = 0;
    for (int m = 0; m < ALD_MOMENT_N; m++)
        n += moments[m].at != ALD_TIME_NONE;
    struct ald_taken *own = ald_calloc(b->a->arena, n, sizeof *own);
    inc->moments = own;
    inc->given = 0;
    for (int m = 0; m < ALD_MOMENT_N; m++)
        if (moments[m].at != ALD_TIME_NONE) {
            inc->given |= (uint8_t)ALD_BIT(m);
            *own++ = moments[m];
        }
}
