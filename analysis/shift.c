/* Adjusted shift: see shift.h. A quarter at a time, as readings are made; incidents at one place share their
 * comparables, so that what they pull at each of them is one walk over both, sorted by duration. */
#include "shift.h"

#include <math.h>
#include <stdlib.h>

#include "seekers.h"
#include "usual.h"

#define Z975 1.959964
enum { WEEKS_LEAST = 4 };

struct work {
    const struct ald_analysis *analysis;
    const struct ald_standing *standing;
    double *percentile; /* parallel to the standing's members; NAN: none */
    double *pull;       /* by incident j: sum over i with j among its m comparables of (c_ij - p_i)/m */
    struct ald_usual *usual; /* NULL: nobody asks */
};

/* ---- One place ---- */

/* The seekers of a place by state, sorted by time, with sums over those from each on. */
struct side {
    double *t, *rest; /* rest[i]: over i.. of (S(t)+S(t-))/2 for ended ones, of S(t)/2 for open ones; n+1 entries */
    size_t n, under, upto; /* how many lie below the time looked at, and up to it */
};

static void advance(struct side *side, double t)
{
    while (side->under < side->n && side->t[side->under] < t)
        side->under++;
    while (side->upto < side->n && side->t[side->upto] <= t)
        side->upto++;
}

/* Sum of c_ij over the seekers i of a place, for one comparable j. Its times must come in ascending order. */
static double outcome(struct side *ended, struct side *open, const struct ald_km *km, double t, bool j_open)
{
    advance(ended, t);
    advance(open, t);
    double later = (double)(ended->n - ended->upto), equal = (double)(ended->upto - ended->under);
    if (!j_open) {
        double reached = (double)(open->n - open->under);
        return later + equal / 2 + (double)open->n / 2 + reached / 2;
    }
    double s = ald_km_s(km, t); /* j was at risk there: above 0 */
    return later - ended->rest[ended->upto] / s + (double)open->upto / 2 + (double)(open->n - open->upto) -
           open->rest[open->upto] / s;
}

static void sum_rest(struct side *side, const struct ald_km *km, bool open)
{
    for (size_t i = side->n; i-- > 0;) {
        double s = ald_km_s(km, side->t[i]);
        side->rest[i] = side->rest[i + 1] + (open ? s / 2 : (s + ald_km_s_minus(km, side->t[i])) / 2);
    }
}

static double percentile_of(const struct ald_km *km, double t, bool open)
{
    double m = (double)km->m, s = ald_km_s(km, t);
    double over = open ? s / 2 : (s + ald_km_s_minus(km, t)) / 2;
    return (m * (1 - over) + 0.5) / (m + 1);
}

struct desk {
    struct ald_frame frame;
    struct ald_neighbourhood near;
    uint32_t *members;
    double *times;
    bool *open;
    struct ald_km km;
    struct side ended, still; /* room for all seekers of the quarter */
    size_t first;  /* of the standing's members */
    bool landmark; /* who was beyond the landmark is shown by that reading */
};

/* Those that are shown as they read at the start. */
static void tell_usual(struct work *w, const struct desk *desk, const struct ald_seeker *seekers, size_t n)
{
    const struct ald_member *members = w->standing->members;
    struct ald_reading bounds = {.m = (uint32_t)desk->km.m};
    ald_reading_bounds(&bounds, &(struct ald_lasting){.m = desk->km.m, .km = &desk->km});
    for (size_t i = 0; i < n; i++)
        if (ald_usual_asks(w->usual, seekers[i].standing - desk->first) && (!desk->landmark || !members[seekers[i].standing].beyond))
            ald_usual_count(w->usual, &bounds, (double)seekers[i].duration_ms, seekers[i].open);
}

/* Seekers at one place, sorted by time. */
static void settle(struct work *w, struct desk *desk, const struct ald_seeker *seekers, size_t n)
{
    size_t m = ald_seekers_find(&desk->near, seekers, desk->members);
    for (size_t j = 0; j < m; j++) {
        desk->times[j] = (double)desk->frame.members[desk->members[j]].duration_ms;
        desk->open[j] = desk->frame.members[desk->members[j]].open;
    }
    ald_km_fit_sorted(desk->times, desk->open, m, &desk->km);
    if (w->usual)
        tell_usual(w, desk, seekers, n);
    desk->ended.n = desk->ended.under = desk->ended.upto = 0;
    desk->still.n = desk->still.under = desk->still.upto = 0;
    double percentiles = 0;
    for (size_t i = 0; i < n; i++) {
        struct side *side = seekers[i].open ? &desk->still : &desk->ended;
        double t = (double)seekers[i].duration_ms, p = percentile_of(&desk->km, t, seekers[i].open);
        side->t[side->n++] = t;
        w->percentile[seekers[i].standing] = p;
        percentiles += p;
    }
    desk->ended.rest[desk->ended.n] = desk->still.rest[desk->still.n] = 0;
    sum_rest(&desk->ended, &desk->km, false);
    sum_rest(&desk->still, &desk->km, true);
    for (size_t j = 0; j < m; j++) {
        double sum = outcome(&desk->ended, &desk->still, &desk->km, desk->times[j], desk->open[j]);
        w->pull[desk->frame.members[desk->members[j]].incident] += (sum - percentiles) / (double)m;
    }
}

/* ---- A quarter ---- */

static struct side make_side(struct ald_arena *scratch, size_t n)
{
    return (struct side){.t = ald_calloc(scratch, n, sizeof(double)),
                         .rest = ald_calloc(scratch, n + 1, sizeof(double))};
}

/* Members first..last-1 of the standing all started in one fiscal quarter. */
static void settle_quarter(struct work *w, size_t first, size_t last)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_member *members = w->standing->members;
    struct ald_reference reference;
    struct ald_tally tally;
    struct desk desk = {.first = first};
    ald_reference_build(w->analysis, w->analysis->incidents[members[first].incident].quarter, scratch, &reference);
    ald_tally_build(w->analysis, &reference, 1, scratch, &tally);
    ald_frame_build(w->analysis, &reference, &tally, ALD_START_READING, 1, scratch, scratch, &desk.frame);
    if (desk.frame.n < ALD_REFERENCE_LEAST)
        return;
    if (w->usual)
        desk.landmark = ald_usual_landmark(w->analysis, &reference, &tally, members, first, last, w->usual);
    ald_neighbourhood_init(&desk.near, &desk.frame, scratch);
    desk.members = ald_calloc(scratch, desk.frame.n, sizeof *desk.members);
    desk.times = ald_calloc(scratch, desk.frame.n, sizeof *desk.times);
    desk.open = ald_calloc(scratch, desk.frame.n, sizeof *desk.open);
    desk.km.steps = ald_calloc(scratch, desk.frame.n, sizeof *desk.km.steps);
    desk.ended = make_side(scratch, last - first);
    desk.still = make_side(scratch, last - first);
    struct ald_seeker *seekers = ald_calloc(scratch, last - first, sizeof *seekers);
    size_t n = ald_seekers_of(&desk.near, members, first, last, NULL, seekers);
    for (size_t i = 0, j = 0; i < n; i = j) {
        j = ald_seekers_to(seekers, i, n);
        settle(w, &desk, &seekers[i], j - i);
    }
}

static void settle_all(struct work *w)
{
    const struct ald_incident *incidents = w->analysis->incidents;
    const struct ald_member *members = w->standing->members;
    for (size_t i = 0, j = 0; i < w->standing->n; i = j) {
        for (j = i + 1;
             j < w->standing->n && incidents[members[j].incident].quarter == incidents[members[i].incident].quarter;)
            j++;
        settle_quarter(w, i, j);
    }
}

/* ---- Together ---- */

/* V1: what weeks contribute; counts them. */
static double between_weeks(const struct work *w, const struct ald_period *period, struct ald_shift *ret)
{
    double total = 0, week_sum = 0, n = (double)ret->n;
    int64_t week = 0;
    for (size_t i = 0; i < w->standing->n; i++) {
        if (isnan(w->percentile[i]))
            continue;
        int64_t start = w->analysis->incidents[w->standing->members[i].incident].started_at;
        int64_t now = ald_period_week(&w->analysis->calendar, period, start);
        if (ret->weeks == 0 || now != week) {
            total += week_sum * week_sum;
            week_sum = 0;
            week = now;
            ret->weeks++;
        }
        week_sum += w->percentile[i] - ret->mean;
    }
    return (total + week_sum * week_sum) / (n * n);
}

/* V2: what the choice of past incidents contributes. */
static double from_comparables(const struct work *w, const struct ald_shift *shift)
{
    double total = 0, n = (double)shift->n;
    for (size_t j = 0; j < w->analysis->incidents_n; j++)
        total += (w->pull[j] / n) * (w->pull[j] / n);
    return total;
}

void ald_shift_fill(const struct ald_analysis *analysis, const struct ald_period *period,
                    const struct ald_standing *standing, struct ald_shift *ret, struct ald_usual *usual)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct work w = {.analysis = analysis,
                     .standing = standing,
                     .usual = usual,
                     .percentile = ald_calloc(scratch, standing->n, sizeof *w.percentile),
                     .pull = ald_calloc(scratch, analysis->incidents_n, sizeof *w.pull)};
    *ret = (struct ald_shift){.absent = "no incident can be read against comparable ones yet"};
    for (size_t i = 0; i < standing->n; i++)
        w.percentile[i] = (double)NAN;
    settle_all(&w);
    double sum = 0;
    for (size_t i = 0; i < standing->n; i++) {
        ret->n += isnan(w.percentile[i]) ? 0 : 1;
        sum += isnan(w.percentile[i]) ? 0 : w.percentile[i];
    }
    ret->interval.absent = ret->absent;
    if (ret->n == 0)
        return;
    ret->absent = NULL;
    ret->mean = sum / (double)ret->n;
    double v1 = between_weeks(&w, period, ret), weeks = (double)ret->weeks;
    ret->interval.absent = "fewer than 4 weeks with readings";
    if (ret->weeks < WEEKS_LEAST)
        return;
    double t = ald_student_t_quantile(0.975, weeks - 1);
    double half = sqrt(t * t * v1 * weeks / (weeks - 1) + Z975 * Z975 * from_comparables(&w, ret));
    ret->interval = (struct ald_interval){.has = true, .low = ret->mean - half, .high = ret->mean + half};
}
