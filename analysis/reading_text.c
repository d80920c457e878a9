/* A reading in words. */
#include <math.h>

#include "alidade/analysis.h"

#define NEAR 1e-9

const char *ald_reading_text(const struct ald_reading *reading)
{
#define SHARE(x) "already longer than " #x " % of comparable"
#define SHARES(t) SHARE(t##0), SHARE(t##1), SHARE(t##2), SHARE(t##3), SHARE(t##4), SHARE(t##5), SHARE(t##6), SHARE(t##7), SHARE(t##8), SHARE(t##9)
    static const char *const already[] = {SHARE(0), SHARE(1), SHARE(2), SHARE(3), SHARE(4), SHARE(5), SHARE(6), SHARE(7), SHARE(8), SHARE(9),
                                          SHARES(1), SHARES(2), SHARES(3), SHARES(4), SHARES(5),
                                          SHARES(6), SHARES(7), SHARES(8), SHARES(9), SHARE(100)};
#undef SHARES
#undef SHARE
    static const char *const verdicts[] = {
        [ALD_SHORTER] = "shorter than comparable", [ALD_TYPICAL] = "typical", [ALD_LONGER] = "longer than comparable"};
    if (reading->absent || !reading->m)
        return NULL;
    if (reading->verdict != ALD_STILL_OPEN)
        return verdicts[reading->verdict];
    return already[(int)floor(100 * (1 - reading->s_minus) + NEAR)]; /* what is whole but for rounding of the curve is whole */
}

const char *ald_corner_text(enum ald_corner corner)
{
    static const char *const texts[] = {[ALD_CORNER_NONE] = NULL,
                                        [ALD_CORNER_COMPLEX_SHORT] = "complex, short: ask what went right",
                                        [ALD_CORNER_SIMPLE_LONG] = "simple, long: ask what made it hard"};
    return texts[corner];
}
