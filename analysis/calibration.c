/* Calibration and skill of readings over a period (METHODS 4). It looks at finished readings only, and at what they
 * would have said without positions. */
#include "alidade/calibration.h"

#include <math.h>

#include "readings.h"
#include "resample.h"

/* One kind of reading: sums by week of the period, and the incidents that a figure was computed from. */
struct tally {
    const struct ald_analysis *analysis;
    const struct ald_period *period;
    int reading;
    struct ald_ratio_week *side[ALD_SIDE_N], *loss;
    size_t *n, *skill_n; /* incidents behind each week */
    size_t weeks;
    uint32_t *counted, *skilled;
};

static bool has_all(const struct ald_reading *reading)
{
    return reading->has_lower && reading->has_median && reading->has_upper;
}

/* Pinball loss (Koenker and Bassett 1978) of a forecast of the q-quantile, on logs. */
static double pinball(double q, double forecast_ms, double found_ms)
{
    double off = log(found_ms) - log(forecast_ms);
    return off >= 0 ? q * off : (q - 1) * off;
}

static double loss_of(const struct ald_reading *reading, double found_ms)
{
    return pinball(0.1, reading->lower_ms, found_ms) + pinball(0.5, reading->median_ms, found_ms) +
           pinball(0.9, reading->upper_ms, found_ms);
}

/* Drops weeks without data. @return how many are left. */
static size_t used_weeks(struct ald_ratio_week *weeks, const size_t *counts, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        if (counts[i] > 0)
            weeks[used++] = weeks[i];
    return used;
}

static struct ald_ratio_week sum_of(const struct ald_ratio_week *weeks, size_t n)
{
    struct ald_ratio_week sum = {0};
    for (size_t i = 0; i < n; i++) {
        sum.above += weeks[i].above;
        sum.below += weeks[i].below;
    }
    return sum;
}

static const char *figure_id(struct ald_arena *scratch, int reading, const char *what)
{
    return ald_sprintf(scratch, "calibration.%s.%s", reading == ALD_START_READING ? "start" : "landmark", what);
}

static struct ald_seed_text *seeds_of(const struct tally *tally, const uint32_t *incidents, size_t n, struct ald_arena *arena)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_seed_line *lines = ald_calloc(scratch, n, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (struct ald_seed_line){
            .id = tally->analysis->incidents[incidents[i]].id,
            .duration_ms = ald_read_ms(tally->analysis, &tally->analysis->incidents[incidents[i]])};
    return ald_seed_text(arena, tally->period->label, lines, n);
}

static void fill_shares(const struct tally *tally, struct ald_calibration *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    static const char *const names[ALD_SIDE_N] = {"below", "inside", "above"};
    struct ald_share *const shares[ALD_SIDE_N] = {&ret->below, &ret->inside, &ret->above};
    struct ald_seed_text *seeds = seeds_of(tally, tally->counted, ret->n, scratch);
    for (int side = 0; side < ALD_SIDE_N; side++) {
        ret->weeks = used_weeks(tally->side[side], tally->n, tally->weeks);
        struct ald_ratio_week sum = sum_of(tally->side[side], ret->weeks);
        shares[side]->ci.absent = "no incident of the period has this reading";
        if (ret->n == 0)
            continue;
        uint64_t seed = ald_resample_seed(seeds, figure_id(scratch, tally->reading, names[side]));
        shares[side]->share = sum.above / sum.below;
        shares[side]->ci = ald_resample_ratio(tally->side[side], ret->weeks, tally->analysis->settings->resamples, seed);
        shares[side]->ci.low = fmax(0, shares[side]->ci.low);
        shares[side]->ci.high = fmin(1, shares[side]->ci.high);
    }
}

static const char *say_skill(const struct ald_calibration *calibration)
{
    if (!calibration->skill_ci.has)
        return "whether complexity and blast radius help to tell how long incidents last cannot be told: too few weeks "
               "with "
               "readings";
    if (calibration->skill_ci.low <= 0)
        return "in this data complexity and blast radius do not help to tell how long incidents last; take the "
               "readings as "
               "description";
    return "in this data complexity and blast radius help to tell how long incidents last";
}

static void fill_skill(const struct tally *tally, struct ald_calibration *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ret->skill_weeks = used_weeks(tally->loss, tally->skill_n, tally->weeks);
    struct ald_ratio_week sum = sum_of(tally->loss, ret->skill_weeks);
    ret->has_skill = ret->skill_n > 0 && sum.below > 0;
    ret->skill_ci.absent = "no resolved incident of the period has a reading with all bounds";
    if (ret->has_skill) {
        struct ald_seed_text *seeds = seeds_of(tally, tally->skilled, ret->skill_n, scratch);
        uint64_t seed = ald_resample_seed(seeds, figure_id(scratch, tally->reading, "skill"));
        ret->skill = 1 - sum.above / sum.below;
        struct ald_interval ratio =
            ald_resample_ratio(tally->loss, ret->skill_weeks, tally->analysis->settings->resamples, seed);
        ret->skill_ci = (struct ald_interval){
            .has = ratio.has, .low = 1 - ratio.high, .high = 1 - ratio.low, .absent = ratio.absent};
    }
    ret->verdict = say_skill(ret);
}

static void count(struct tally *tally, uint32_t incident, const struct ald_reading *reading, const struct ald_reading *whole,
                  struct ald_calibration *ret)
{
    const struct ald_incident *inc = &tally->analysis->incidents[incident];
    bool open = inc->state == ALD_OPEN;
    double found_ms = (double)ald_read_ms(tally->analysis, inc);
    enum ald_side at;
    if (!ald_reading_side(reading, found_ms, open, &at)) {
        ret->open_left_out++;
        return;
    }
    size_t week = (size_t)ald_period_week(&tally->analysis->calendar, tally->period, inc->started_at);
    tally->counted[ret->n++] = incident;
    tally->n[week]++;
    for (int side = 0; side < ALD_SIDE_N; side++) {
        tally->side[side][week].below++;
        tally->side[side][week].above += side == (int)at;
    }
    if (open || !has_all(reading) || !has_all(whole))
        return;
    tally->skilled[ret->skill_n++] = incident;
    tally->skill_n[week]++;
    tally->loss[week].above += loss_of(reading, found_ms);
    tally->loss[week].below += loss_of(whole, found_ms);
}

/* What all of the references of the period's quarters would say. */
struct whole {
    int64_t quarter;
    struct ald_reading reading[ALD_READING_N];
};

static void find_wholes(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                        struct whole **ret)
{
    size_t n = 0, cap = 0;
    *ret = NULL;
    for (size_t i = 0; i < figures->incidents_n; i++) { /* by start, so a quarter is one stretch */
        int64_t quarter = analysis->incidents[figures->incidents[i]].quarter;
        if (n > 0 && (*ret)[n - 1].quarter == quarter)
            continue;
        *ret = ald_grow(arena, *ret, n, &cap, sizeof **ret);
        (*ret)[n].quarter = quarter;
        ald_readings_whole(analysis, quarter, (*ret)[n++].reading);
    }
}

/* One kind of reading after the other, so that what one takes makes room for the other. */
static void calibrate(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct whole *wholes, int r,
                      struct ald_calibration *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_period *period = &figures->period;
    size_t n = figures->incidents_n, weeks = (size_t)((period->end_day - period->start_day - 1) / 7) + 1;
    struct tally tally = {.analysis = analysis,
                          .period = period,
                          .reading = r,
                          .weeks = weeks,
                          .loss = ald_calloc(scratch, weeks, sizeof *tally.loss),
                          .n = ald_calloc(scratch, weeks, sizeof *tally.n),
                          .skill_n = ald_calloc(scratch, weeks, sizeof *tally.skill_n),
                          .counted = ald_calloc(scratch, n, sizeof *tally.counted),
                          .skilled = ald_calloc(scratch, n, sizeof *tally.skilled)};
    for (int side = 0; side < ALD_SIDE_N; side++)
        tally.side[side] = ald_calloc(scratch, weeks, sizeof *tally.side[side]);
    *ret = (struct ald_calibration){.n = 0};
    for (size_t i = 0; i < n; i++) {
        const struct ald_reading *reading = &ald_measure_at(analysis, figures->incidents[i])->reading[r];
        while (wholes->quarter != analysis->incidents[figures->incidents[i]].quarter)
            wholes++;
        if (!reading->absent)
            count(&tally, figures->incidents[i], reading, &wholes->reading[r], ret);
    }
    fill_shares(&tally, ret);
    fill_skill(&tally, ret);
}

void ald_calibration_fill(const struct ald_analysis *analysis, const struct ald_figures *figures,
                          struct ald_calibration ret[ALD_READING_N])
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct whole *wholes;
    find_wholes(analysis, figures, scratch, &wholes);
    for (int r = 0; r < ALD_READING_N; r++)
        calibrate(analysis, figures, wholes, r, &ret[r]);
}
