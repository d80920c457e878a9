/* Where the moments of incidents stand: most incidents have those of one of their records, which stand once. Knows nothing of
 * what a moment is taken from. */
#include <string.h>

#include "analysis/build.h"

#define NONE {.at = ALD_TIME_NONE}
const struct ald_taken ald_no_moments[ALD_MOMENT_N] = {NONE, NONE, NONE, NONE, NONE, NONE, NONE};
_Static_assert(ALD_MOMENT_N == 7, "a none for each moment");

static bool same_moments(const struct ald_taken *a, const struct ald_taken *b)
{
    for (int m = 0; m < ALD_MOMENT_N; m++)
        if (a[m].at != b[m].at || (a[m].at != ALD_TIME_NONE && (a[m].record != b[m].record || a[m].field != b[m].field)))
            return false;
    return true;
}

const struct ald_taken *ald_moments_keep(struct ald_build *b, const struct ald_incident *inc,
                                         const struct ald_taken *moments)
{
    if (same_moments(moments, ald_no_moments))
        return ald_no_moments;
    for (size_t i = 0; i < inc->records_n; i++)
        if (same_moments(moments, b->a->records[inc->records[i]].moments))
            return b->a->records[inc->records[i]].moments;
    struct ald_taken *own = ald_calloc(b->a->arena, ALD_MOMENT_N, sizeof *own);
    memcpy(own, moments, ALD_MOMENT_N * sizeof *own);
    return own;
}
