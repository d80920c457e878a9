/* Week bootstrap: see resample.h. Knows weeks as a count and a sum; where they came from is the caller's. */
#include "resample.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/stats.h"

#define Z975 1.959964
enum { WEEKS_LEAST = 4, FIGURE_ROOM = 64, DIGITS_ROOM = 21 /* "-9223372036854775808" */ };

/* @return its end, where a NUL stands. */
static char *write_number(char *end, int64_t number)
{
    char digits[DIGITS_ROOM];
    size_t n = 0;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        *end++ = '-';
    while (n > 0)
        *end++ = digits[--n];
    *end = '\0';
    return end;
}

/* The order of the lines as text, which nobody has written yet. */
static int compare_lines(const void *a, const void *b)
{
    const struct ald_seed_line *x = a, *y = b;
    const char *s = x->id, *t = y->id;
    while (*s && *s == *t) {
        s++;
        t++;
    }
    if (*s && *t)
        return (unsigned char)*s - (unsigned char)*t;
    if (*s)
        return -compare_lines(b, a);
    char own[DIGITS_ROOM + 1] = ":", other[DIGITS_ROOM + 1] = ":";
    (void)write_number(own + 1, x->duration_ms);
    (void)write_number(other + 1, y->duration_ms);
    if (!*t)
        return strcmp(own, other);
    int order = strncmp(own, t, strlen(t)); /* an id that goes on may do so like a number: "a" of 1 ms, and "a:1" */
    return order ? order : -1;              /* where the other id ends is a colon, which comes after digits */
}

/* The text of all seeds of the lines; a figure's id is put right before it. */
struct ald_seed_text {
    char *bytes; /* room for an id, then "\nLABEL\nLINE\n..." */
    size_t n;    /* without the room */
};

struct ald_seed_text *ald_seed_text(struct ald_arena *arena, const char *period_label, struct ald_seed_line *lines, size_t n)
{
    struct ald_seed_text *ret = ald_alloc(arena, sizeof *ret);
    size_t room = FIGURE_ROOM + strlen(period_label) + 3;
    if (n > 1)
        qsort(lines, n, sizeof *lines, compare_lines);
    for (size_t i = 0; i < n; i++)
        room += strlen(lines[i].id) + DIGITS_ROOM + 2;
    ret->bytes = ald_alloc(arena, room);
    char *end = ret->bytes + FIGURE_ROOM;
    *end++ = '\n';
    end = stpcpy(end, period_label);
    *end++ = '\n';
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *end++ = '\n';
        end = stpcpy(end, lines[i].id);
        *end++ = ':';
        end = write_number(end, lines[i].duration_ms);
    }
    ret->n = (size_t)(end - ret->bytes) - FIGURE_ROOM;
    return ret;
}

uint64_t ald_resample_seed(struct ald_seed_text *text, const char *figure)
{
    size_t n = strlen(figure);
    assert(n < FIGURE_ROOM);
    char *begin = text->bytes + FIGURE_ROOM - n;
    memcpy(begin, figure, n);
    return ald_siphash(begin, n + text->n);
}

static double statistic_of(size_t n, double sum, enum ald_statistic statistic)
{
    double mean = sum / (double)n;
    return statistic == ALD_LOG_OF_MEAN ? log(mean) : mean;
}

struct ald_interval ald_resample_widened(double *drawn, size_t draws, double estimate, size_t weeks_n)
{
    ald_sort_doubles(drawn, draws);
    double w = (double)weeks_n;
    double widen = sqrt(w / (w - 1)) * ald_student_t_quantile(0.975, w - 1) / Z975;
    return (struct ald_interval){
        .has = true,
        .low = estimate + widen * (ald_quantile7(drawn, draws, 0.025) - estimate),
        .high = estimate + widen * (ald_quantile7(drawn, draws, 0.975) - estimate),
    };
}

static double *room_for(size_t draws)
{
    double *drawn = calloc(draws, sizeof *drawn);
    if (!drawn)
        abort();
    return drawn;
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
    double *drawn = room_for(draws);
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
    out = ald_resample_widened(drawn, draws, statistic_of(n, sum, statistic), weeks_n);
    out.low = exp(out.low);
    out.high = exp(out.high);
    free(drawn);
    return out;
}

struct ald_interval ald_resample_ratio(const struct ald_ratio_week *weeks, size_t weeks_n, int resamples, uint64_t seed)
{
    struct ald_interval out = {.absent = "fewer than 4 weeks with data"};
    if (weeks_n < WEEKS_LEAST || resamples < 1)
        return out;
    size_t draws = (size_t)resamples;
    double *drawn = room_for(draws), above = 0, below = 0;
    bool whole = true;
    struct ald_rng rng;
    ald_rng_init(&rng, seed);
    for (size_t i = 0; i < weeks_n; i++) {
        above += weeks[i].above;
        below += weeks[i].below;
    }
    for (size_t b = 0; b < draws; b++) {
        double above_drawn = 0, below_drawn = 0;
        for (size_t i = 0; i < weeks_n; i++) {
            const struct ald_ratio_week *week = &weeks[ald_rng_below(&rng, weeks_n)];
            above_drawn += week->above;
            below_drawn += week->below;
        }
        whole = whole && below_drawn > 0;
        drawn[b] = whole ? above_drawn / below_drawn : 0;
    }
    if (whole)
        out = ald_resample_widened(drawn, draws, above / below, weeks_n);
    else
        out.absent = "some weeks leave nothing to compare with";
    free(drawn);
    return out;
}
