/* The table of signals, filled from signals/list.def, and the names of timings. */
#include "analysis/signals/signals.h"

#include <assert.h>
#include <string.h>

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

double ald_signal_weight(const struct ald_settings *settings, const struct ald_signal *signal)
{
    for (size_t i = 0; i < settings->weights_n; i++)
        if (strcmp(settings->weights[i].signal, signal->id) == 0)
            return settings->weights[i].weight;
    return signal->weight;
}

double ald_signal_rank(size_t signal, double total)
{
    return ald_signal_at(signal)->less_is_more ? -total : total;
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
