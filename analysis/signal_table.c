/* The table of signals, filled from signals/list.def, and the names of timings. */
#include "analysis/signals/signals.h"

#include <assert.h>

const struct ald_signal *ald_signal_at(size_t i)
{
#define X(name) &ald_signal_##name,
    static const struct ald_signal *const table[] = {
#include "analysis/signals/list.def"
    };
#undef X
    assert(i < ALD_SIGNAL_N);
    return table[i];
}

const char *ald_timing_text(unsigned timing)
{
    static const char *const texts[] = {"",
                                        "structural",
                                        "landmark",
                                        "structural, landmark",
                                        "hindsight",
                                        "structural, hindsight",
                                        "landmark, hindsight",
                                        "structural, landmark, hindsight"};
    assert(timing < sizeof texts / sizeof texts[0]);
    return texts[timing];
}
