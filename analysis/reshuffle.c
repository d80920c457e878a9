/* Reshuffling and resampling whole weeks of two sides: see reshuffle.h. Knows weeks as a count and a sum. */
#include "reshuffle.h"

#include <math.h>
#include <string.h>

#define SAME 1e-9 /* a reshuffle that gives the labels back must count as one, however it was summed */
enum { WEEKS_LEAST = 4 };

static const struct ald_interval too_few = {.absent = "fewer than 4 weeks with data on a side"};

double ald_weeks_mean(const struct ald_weeks *side)
{
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < side->n; i++) {
        n += side->items[i].n;
        sum += side->items[i].sum;
    }
    return sum / (double)n;
}

static double draw_mean(const struct ald_weeks *from, size_t draws, struct ald_rng *rng)
{
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < draws; i++) {
        const struct ald_week *week = &from->items[ald_rng_below(rng, from->n)];
        n += week->n;
        sum += week->sum;
    }
    return sum / (double)n;
}

double ald_reshuffle_p(const struct ald_weeks *a, const struct ald_weeks *b, int resamples, uint64_t seed)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t weeks = a->n + b->n, chosen = a->n < b->n ? a->n : b->n, all_n = 0, as_large = 0;
    struct ald_week *all = ald_calloc(scratch, weeks, sizeof *all);
    memcpy(all, a->items, a->n * sizeof *all);
    memcpy(all + a->n, b->items, b->n * sizeof *all);
    double all_sum = 0, found = fabs(ald_weeks_mean(a) - ald_weeks_mean(b));
    for (size_t i = 0; i < weeks; i++) {
        all_n += all[i].n;
        all_sum += all[i].sum;
    }
    struct ald_rng rng;
    ald_rng_init(&rng, seed);
    for (int r = 0; r < resamples; r++) {
        size_t n = 0;
        double sum = 0;
        for (size_t k = 0; k < chosen; k++) {
            size_t j = k + (size_t)ald_rng_below(&rng, weeks - k);
            struct ald_week week = all[j];
            all[j] = all[k];
            all[k] = week;
            n += week.n;
            sum += week.sum;
        }
        as_large += fabs(sum / (double)n - (all_sum - sum) / (double)(all_n - n)) >= found - SAME;
    }
    return ((double)as_large + 1) / ((double)resamples + 1);
}

struct ald_interval ald_resample_two(const struct ald_weeks *a, const struct ald_weeks *b, int resamples, uint64_t seed)
{
    if (a->n < WEEKS_LEAST || b->n < WEEKS_LEAST || resamples < 1)
        return too_few;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t draws = (size_t)resamples;
    double *drawn = ald_calloc(scratch, draws, sizeof *drawn);
    struct ald_rng rng;
    ald_rng_init(&rng, seed);
    for (size_t r = 0; r < draws; r++) {
        double first = draw_mean(a, a->n, &rng);
        drawn[r] = first - draw_mean(b, b->n, &rng);
    }
    struct ald_interval out =
        ald_resample_widened(drawn, draws, ald_weeks_mean(a) - ald_weeks_mean(b), a->n < b->n ? a->n : b->n);
    out.low = exp(out.low);
    out.high = exp(out.high);
    return out;
}

struct ald_interval ald_resample_luck(const struct ald_weeks *from, size_t few, size_t many, int resamples,
                                      uint64_t seed)
{
    if (from->n < WEEKS_LEAST || few < WEEKS_LEAST || many < WEEKS_LEAST || resamples < 1)
        return too_few;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t draws = (size_t)resamples;
    double *drawn = ald_calloc(scratch, draws, sizeof *drawn);
    struct ald_rng rng;
    ald_rng_init(&rng, seed);
    for (size_t r = 0; r < draws; r++) {
        double period = draw_mean(from, few, &rng);
        drawn[r] = period / draw_mean(from, many, &rng) - 1;
    }
    ald_sort_doubles(drawn, draws);
    return (struct ald_interval){
        .has = true, .low = ald_quantile7(drawn, draws, 0.025), .high = ald_quantile7(drawn, draws, 0.975)};
}
