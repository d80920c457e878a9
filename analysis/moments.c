/* Where the moments of incidents stand: those that are given, one beside the other. Knows nothing of what a moment is taken from. */
#include "analysis/build.h"

#include <stdlib.h>

#define NONE {.at = ALD_TIME_NONE}
const struct ald_taken ald_no_moments[ALD_MOMENT_N] = {NONE, NONE, NONE, NONE, NONE, NONE, NONE};
_Static_assert(ALD_MOMENT_N == 7, "a none for each moment, and a bit in struct ald_incident");

static int by_record(const void *record, const void *taken)
{
    uint32_t x = *(const uint32_t *)record, y = ((const struct ald_taken *)taken)->record;
    return (x > y) - (x < y);
}

const struct ald_taken *ald_folded_end(const struct ald_analysis *analysis, const struct ald_record *record)
{
    uint32_t number = (uint32_t)(record - analysis->records);
    return analysis->folded_ends_n ? bsearch(&number, analysis->folded_ends, analysis->folded_ends_n, sizeof *analysis->folded_ends, by_record)
                                   : NULL;
}

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
