/* Coupling (METHODS 3): how each signal goes together with duration, as a whole and as it stood at the landmark. A
 * total that only grows because an incident is long shows here, and so does that the landmark value does not. */
#include "alidade/calibration.h"

#include "positions.h"

/* Pairs of a signal's value and a duration. */
struct pairs {
    double *value, *duration;
    size_t n;
};

static void add(struct pairs *pairs, double value, int64_t duration)
{
    pairs->value[pairs->n] = value;
    pairs->duration[pairs->n++] = (double)duration;
}

static struct pairs make(struct ald_arena *arena, size_t room)
{
    return (struct pairs){.value = ald_calloc(arena, room, sizeof(double)),
                          .duration = ald_calloc(arena, room, sizeof(double))};
}

static bool spearman(const struct pairs *pairs, double *ret, const char **ret_absent)
{
    if (ald_spearman(pairs->value, pairs->duration, pairs->n, ret))
        return true;
    *ret_absent = pairs->n < 3 ? "fewer than 3 incidents have it" : "all values are the same";
    return false;
}

void ald_coupling_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                       struct ald_coupling ret[ALD_SIGNAL_N])
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct pairs total = make(scratch, figures->incidents_n), landmark = make(scratch, figures->incidents_n);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        total.n = landmark.n = 0;
        for (size_t i = 0; i < figures->incidents_n; i++) {
            const struct ald_incident *inc = &analysis->incidents[figures->incidents[i]];
            const struct ald_obs *obs = ald_obs_at(analysis, figures->incidents[i], s);
            bool open = false;
            if (inc->duration_ms == ALD_TIME_NONE)
                continue;
            if (obs->has_total)
                add(&total, obs->total, inc->duration_ms);
            if (obs->has_landmark_value && inc->landmark_at != ALD_TIME_NONE &&
                ald_last_end(inc, INT64_MAX, &open) > inc->landmark_at)
                add(&landmark, obs->landmark_value, inc->duration_ms);
        }
        ret[s] = (struct ald_coupling){.n_total = total.n, .n_landmark = landmark.n};
        ret[s].has_total = spearman(&total, &ret[s].total, &ret[s].absent_total);
        ret[s].has_landmark = spearman(&landmark, &ret[s].landmark, &ret[s].absent_landmark);
        if (!(ald_signal_at(s)->timing & ALD_LANDMARK))
            ret[s].absent_landmark = "does not accumulate: it has no landmark value";
    }
}
