/* Week bootstrap: see resample.h. Knows weeks as a count and a sum; where they came from is the caller's. */
#include "resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/stats.h"

#define Z975 1.959964
enum { WEEKS_LEAST = 4 };

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

uint64_t ald_resample_seed(const char *figure, const char *period_label, const struct ald_seed_line *lines, size_t n)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const char **texts = ald_calloc(scratch, n, sizeof *texts);
    const char *head = ald_sprintf(scratch, "%s\n%s\n", figure, period_label);
    size_t bytes = strlen(head);
    for (size_t i = 0; i < n; i++) {
        texts[i] = ald_sprintf(scratch, "%s:%lld", lines[i].id, (long long)lines[i].duration_ms);
        bytes += strlen(texts[i]) + 1;
    }
    if (n > 1)
        qsort(texts, n, sizeof *texts, compare_text);
    char *all = ald_alloc(scratch, bytes + 1), *end = all;
    end = stpcpy(end, head);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *end++ = '\n';
        end = stpcpy(end, texts[i]);
    }
    return ald_siphash(all, (size_t)(end - all));
}

static double statistic_of(size_t n, double sum, enum ald_statistic statistic)
{
    double mean = sum / (double)n;
    return statistic == ALD_LOG_OF_MEAN ? log(mean) : mean;
}

struct ald_interval ald_resample_weeks(const struct ald_week *weeks, size_t weeks_n, enum ald_statistic statistic,
                                       int resamples, uint64_t seed)
{
    struct ald_interval out = {.absent = "fewer than 4 weeks with data"};
    if (weeks_n < WEEKS_LEAST || resamples < 1)
        return out;
    size_t n = 0, draws = (size_t)resamples;
    double sum = 0;
    for (size_t i = 0; i < weeks_n; i++) {
        n += weeks[i].n;
        sum += weeks[i].sum;
    }
    double estimate = statistic_of(n, sum, statistic);
    double *drawn = calloc(draws, sizeof *drawn);
    if (!drawn)
        abort();
    struct ald_rng rng;
    ald_rng_init(&rng, seed);
    for (size_t b = 0; b < draws; b++) {
        size_t n_drawn = 0;
        double sum_drawn = 0;
        for (size_t i = 0; i < weeks_n; i++) {
            const struct ald_week *week = &weeks[ald_rng_below(&rng, weeks_n)];
            n_drawn += week->n;
            sum_drawn += week->sum;
        }
        drawn[b] = statistic_of(n_drawn, sum_drawn, statistic);
    }
    ald_sort_doubles(drawn, draws);
    double w = (double)weeks_n;
    double widen = sqrt(w / (w - 1)) * ald_student_t_quantile(0.975, w - 1) / Z975;
    out = (struct ald_interval){
        .has = true,
        .low = exp(estimate + widen * (ald_quantile7(drawn, draws, 0.025) - estimate)),
        .high = exp(estimate + widen * (ald_quantile7(drawn, draws, 0.975) - estimate)),
    };
    free(drawn);
    return out;
}
