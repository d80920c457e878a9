/* Readings (METHODS 4): each incident's duration among its comparables, a fiscal quarter at a time. A quarter reads
 * only what is shared and writes only the measures of its own incidents.
 */
#include "readings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/parallel.h"
#include "comparables.h"
#include "lasting.h"
#include "observations.h"

#define NEAR 1e-9
enum { WORTH_A_THREAD = 4096 };

/* Made once, so that a quarter needs no memory of the analysis. */
struct texts {
    const char *little[ALD_REFERENCE_LEAST]; /* "not enough history: n" */
};

/* One quarter and one reading. */
struct desk {
    const struct ald_quarter *quarter;
    int r;
    struct ald_frame *frame;
    struct ald_neighbourhood near;
    uint32_t *asks; /* incidents whose reading still needs its comparables */
    size_t asks_n;
};

static struct ald_reading *reading_at(const struct desk *desk, size_t incident)
{
    return &desk->quarter->measures[incident - desk->quarter->first].reading[desk->r];
}

struct task {
    const struct ald_analysis *analysis;
    struct ald_quarter *quarter;
    struct texts texts;
    struct ald_reference reference;
    struct ald_tally tally;
    size_t threads; /* 0: as many as there are processors */
};

/* For so many asks or members. */
static size_t threads_for(const struct task *q, size_t items)
{
    size_t n = q->threads ? q->threads : items < WORTH_A_THREAD ? 1 : ald_parallel_parts();
    n = n < ALD_PARALLEL_MOST ? n : ALD_PARALLEL_MOST;
    return n < items ? n : items;
}

static void make_texts(struct ald_arena *arena, struct texts *ret)
{
    for (size_t n = 0; n < ALD_REFERENCE_LEAST; n++)
        ret->little[n] = ald_sprintf(arena, "not enough history: %zu", n);
}

bool ald_is_read(const struct ald_incident *inc)
{
    return inc->cls == ALD_INCIDENT && inc->started_at != ALD_TIME_NONE;
}

/* Why an incident has no duration to be read, or NULL. */
static const char *no_duration(const struct ald_analysis *analysis, const struct ald_incident *inc)
{
    if (inc->impossible)
        return "no duration: its times are impossible";
    if (inc->state == ALD_END_NOT_RECORDED)
        return "no duration: end not recorded";
    if (inc->zero_length)
        return "no duration: zero-length, shorter than the source's clock can tell";
    return ald_read_ms(analysis, inc) == ALD_TIME_NONE ? "no duration: no resolve clock" : NULL;
}

/* Why an incident is not among those that the landmark reading is about, or NULL. */
static const char *not_beyond(const struct ald_analysis *analysis, const struct ald_incident *inc)
{
    if (inc->landmark_at == ALD_TIME_NONE)
        return "no landmark: neither detected nor opened is recorded";
    if (inc->impossible)
        return "no duration: its times are impossible";
    if (inc->state == ALD_OPEN)
        return analysis->as_of > inc->landmark_at ? NULL : "no reading yet";
    bool open = false;
    int64_t last =
        inc->state == ALD_END_NOT_RECORDED ? ald_moment_of(inc, ALD_CLOSED)->at : ald_last_end(inc, INT64_MAX, &open);
    if (!open && last == ALD_TIME_NONE) /* it is over, and nobody knows since when */
        return no_duration(analysis, inc);
    if (!open && last <= inc->landmark_at)
        return "over before the landmark";
    return inc->zero_length ? no_duration(analysis, inc) : NULL;
}

static void set_absent(struct ald_reading *reading, const char *absent)
{
    *reading = (struct ald_reading){.absent = absent, .n_ref = reading->n_ref};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        reading->axis[axis].absent = absent;
}

static bool is_complex(double position)
{
    return position >= 0.8 - NEAR;
}

static bool is_simple(double position)
{
    return position <= 0.2 + NEAR;
}

/* Whether it may be one that is shown and stands in a corner. Landmark readings are placed first. */
static bool may_be_corner(const struct ald_measure *measure, int r)
{
    const struct ald_axis_position *complexity = &measure->reading[r].axis[ALD_COMPLEXITY];
    bool shown = r == ALD_LANDMARK_READING || measure->reading[ALD_LANDMARK_READING].absent;
    return shown && complexity->has && (is_complex(complexity->position) || is_simple(complexity->position));
}

/* Where one incident stands in one frame. @return whether it then needs its comparables. */
static bool place(const struct task *q, const struct desk *desk, size_t incident, int r)
{
    const struct ald_incident *inc = &q->analysis->incidents[incident];
    struct ald_reading *reading = reading_at(desk, incident);
    *reading = (struct ald_reading){.n_ref = (uint32_t)desk->frame->n};
    const char *absent = r == ALD_LANDMARK_READING ? not_beyond(q->analysis, inc) : NULL;
    bool few = !absent && desk->frame->n < ALD_REFERENCE_LEAST;
    if (few)
        absent = q->texts.little[desk->frame->n];
    if (absent) {
        set_absent(reading, absent);
        reading->few = few && desk->frame->n >= ALD_FEW_LEAST && r == ALD_LANDMARK_READING;
        for (int axis = 0; reading->few && axis < ALD_AXIS_N; axis++) {
            struct ald_axis_position at = ald_frame_axis(desk->frame, (enum ald_axis)axis, incident);
            reading->among_few[axis] = at.has ? at.position : (double)NAN;
        }
        return false;
    }
    reading->placed = true;
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        reading->axis[axis] = ald_frame_axis(desk->frame, (enum ald_axis)axis, incident);
    reading->absent = no_duration(q->analysis, inc); /* the positions stay */
    if (reading->absent)
        return false;
    if (q->quarter->corners && !may_be_corner(&q->quarter->measures[incident - q->quarter->first], r))
        return false;
    ald_comparables_choose(&desk->near, reading);
    return true;
}

/* The incidents of a quarter, shared out. */
struct placing {
    const struct task *q;
    struct desk *desk;
    int r;
    size_t shares, asks_n[ALD_PARALLEL_MOST]; /* by share: in desk->asks from its first incident's place on */
};

static size_t share_first(const struct placing *placing, size_t share)
{
    return (placing->q->quarter->last - placing->q->quarter->first) * share / placing->shares;
}

static bool is_wanted(const struct ald_quarter *quarter, size_t incident)
{
    return ald_is_read(&quarter->analysis->incidents[incident]) && (!quarter->wanted || quarter->wanted[incident - quarter->first]);
}

static void place_share(void *ctx, size_t share)
{
    struct placing *placing = ctx;
    const struct ald_quarter *quarter = placing->q->quarter;
    size_t first = share_first(placing, share), n = 0;
    for (size_t i = quarter->first + first; i < quarter->first + share_first(placing, share + 1); i++)
        if (is_wanted(quarter, i) && place(placing->q, placing->desk, i, placing->r))
            placing->desk->asks[first + n++] = (uint32_t)i;
    placing->asks_n[share] = n;
}

/* Who needs comparables is asked for in the order of incidents. */
static void place_all(const struct task *q, struct desk *desk, int r)
{
    struct placing placing = {.q = q, .desk = desk, .r = r, .shares = threads_for(q, q->quarter->last - q->quarter->first)};
    ald_parallel(placing.shares, place_share, &placing);
    for (size_t share = 0; share < placing.shares; share++) {
        memmove(&desk->asks[desk->asks_n], &desk->asks[share_first(&placing, share)], placing.asks_n[share] * sizeof *desk->asks);
        desk->asks_n += placing.asks_n[share];
    }
}

/* ---- Among the comparables ---- */

void ald_reading_bounds(struct ald_reading *reading, const struct ald_lasting *lasting)
{
    size_t m = lasting->m, lower = (m + 1) / 10, upper = (9 * (m + 1) + 9) / 10;
    reading->has_lower = ald_lasting_reach(lasting, lower > 1 ? lower : 1, &reading->lower_ms);
    reading->has_upper = ald_lasting_reach(lasting, upper < m ? upper : m, &reading->upper_ms);
    reading->has_median = ald_lasting_median(lasting, &reading->median_ms);
}

bool ald_reading_side(const struct ald_reading *reading, double t, bool open, enum ald_side *ret)
{
    if (reading->has_upper && t > reading->upper_ms)
        *ret = ALD_ABOVE;
    else if (open)
        return false;
    else
        *ret = reading->has_lower && t < reading->lower_ms ? ALD_BELOW : ALD_INSIDE;
    return true;
}

static void judge(const struct ald_analysis *analysis, const struct ald_incident *inc, const struct ald_lasting *lasting,
                  struct ald_reading *reading)
{
    size_t m = lasting->m;
    double t = (double)ald_read_ms(analysis, inc), s, s_minus;
    ald_lasting_beyond(lasting, t, &s, &s_minus);
    reading->m = (uint32_t)m;
    reading->tells_little = m * 4 > reading->candidates;
    ald_reading_bounds(reading, lasting);
    reading->s_minus = s_minus;
    if (inc->state == ALD_OPEN) {
        reading->s = s;
        reading->verdict = ALD_STILL_OPEN;
        return;
    }
    reading->has_percentile = true;
    reading->percentile = ((double)m * (1 - (s + s_minus) / 2) + 0.5) / ((double)m + 1);
    reading->verdict = ALD_TYPICAL;
    if (reading->has_lower && t < reading->lower_ms)
        reading->verdict = ALD_SHORTER;
    else if (reading->has_upper && t > reading->upper_ms)
        reading->verdict = ALD_LONGER;
}

/* Those that look from one basis together, those at one place side by side, and the others near each other. */
static void sort_asks(struct desk *desk)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_keyed *order = ald_calloc(scratch, desk->asks_n, sizeof *order);
    for (size_t i = 0; i < desk->asks_n; i++) {
        const struct ald_axis_position *complexity = &reading_at(desk, desk->asks[i])->axis[ALD_COMPLEXITY];
        order[i] = (struct ald_keyed){.value = complexity->has ? complexity->position : 0, .at = desk->asks[i]};
    }
    ald_sort_keyed(order, desk->asks_n);
    for (size_t i = 0; i < desk->asks_n; i++)
        order[i].value = ald_comparables_on_walk(reading_at(desk, order[i].at));
    ald_sort_keyed(order, desk->asks_n);
    for (size_t i = 0; i < desk->asks_n; i++)
        desk->asks[i] = (uint32_t)order[i].at;
}

/* A desk's asks on one basis. What one of them is told depends on nothing but itself, so it does not matter how they are
 * shared out. */
struct sharing {
    const struct task *q;
    const struct desk *desk;
    const struct ald_neighbourhood *near; /* with the tree of the basis */
    size_t first, last, shares;
};

/* Answers a share; those at the same place share their comparables and the curve. */
static void answer_share(void *ctx, size_t i_share)
{
    const struct sharing *share = ctx;
    const struct desk *desk = share->desk;
    size_t asks = share->last - share->first, first = share->first + asks * i_share / share->shares;
    size_t last = share->first + asks * (i_share + 1) / share->shares;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_neighbourhood near;
    ald_neighbourhood_share(share->near, scratch, &near);
    size_t n = desk->frame->n;
    uint32_t *members = ald_calloc(scratch, n, sizeof *members);
    struct ald_lasting_scratch curve;
    struct ald_lasting lasting;
    ald_lasting_scratch_init(&curve, n, scratch);
    for (size_t i = first; i < last; i++) {
        struct ald_reading *reading = reading_at(desk, desk->asks[i]);
        if (i == first || ald_comparables_compare(reading, reading_at(desk, desk->asks[i - 1])) != 0) {
            size_t m = ald_comparables_find(&near, reading, members);
            ald_lasting_of(desk->frame->members, members, m, near.found_open, &curve, &lasting);
        }
        judge(share->q->analysis, &share->q->analysis->incidents[desk->asks[i]], &lasting, reading);
    }
}

/* Answers those of a desk's asks that look from one basis; its tree is gone afterwards. */
static void answer_basis(const struct task *q, const struct desk *desk, size_t first, size_t last)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_neighbourhood near;
    ald_neighbourhood_share(&desk->near, scratch, &near);
    ald_neighbourhood_prepare(&near, reading_at(desk, desk->asks[first])->basis);
    struct sharing sharing = {
        .q = q, .desk = desk, .near = &near, .first = first, .last = last, .shares = threads_for(q, last - first)};
    ald_parallel(sharing.shares, answer_share, &sharing);
}

static void answer(const struct task *q, struct desk *desk)
{
    sort_asks(desk);
    for (size_t i = 0, j = 0; i < desk->asks_n; i = j) {
        while (j < desk->asks_n && reading_at(desk, desk->asks[j])->basis == reading_at(desk, desk->asks[i])->basis)
            j++;
        answer_basis(q, desk, i, j);
    }
}

static void choose_shown(struct ald_measure *measure)
{
    measure->shown = !measure->reading[ALD_LANDMARK_READING].absent ? ALD_LANDMARK_READING
                     : !measure->reading[ALD_START_READING].absent  ? ALD_START_READING
                                                                    : -1;
    if (measure->shown < 0)
        return;
    const struct ald_reading *reading = &measure->reading[measure->shown];
    if (!reading->has_percentile || !reading->axis[ALD_COMPLEXITY].has)
        return;
    double complexity = reading->axis[ALD_COMPLEXITY].position;
    if (is_complex(complexity) && reading->percentile <= 0.2 + NEAR)
        measure->corner = ALD_CORNER_COMPLEX_SHORT;
    else if (is_simple(complexity) && reading->percentile >= 0.8 - NEAR)
        measure->corner = ALD_CORNER_SIMPLE_LONG;
}

/* ---- Quarters ---- */

/* One kind of reading of all incidents of a quarter. */
static void read_desk(const struct task *q, int r)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_quarter *quarter = q->quarter;
    struct desk desk = {.quarter = quarter,
                        .r = r,
                        .frame = ald_alloc(scratch, sizeof *desk.frame),
                        .asks = ald_calloc(scratch, quarter->last - quarter->first, sizeof *desk.asks)};
    ald_frame_build(q->analysis, &q->reference, &q->tally, r, threads_for(q, q->reference.n), scratch, quarter->arena, desk.frame);
    memcpy(quarter->places.scales[r], desk.frame->signals, sizeof desk.frame->signals);
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        quarter->places.beyond[r][axis] = ald_axis_share_beyond(&desk.frame->axes[axis], ald_far_from((enum ald_axis)axis));
    if (quarter->packs_frames)
        quarter->frames[r] = ald_frame_pack(desk.frame, quarter->arena);
    if (desk.frame->n >= ALD_REFERENCE_LEAST)
        ald_neighbourhood_init(&desk.near, desk.frame, scratch);
    place_all(q, &desk, r);
    if (desk.asks_n)
        ald_neighbourhood_many(&desk.near, desk.frame, desk.asks_n, scratch);
    answer(q, &desk);
}

/* Where totals stand, which is description: they are on no axis. */
static void read_totals(const struct task *q)
{
    struct ald_quarter *quarter = q->quarter;
    struct ald_frame totals = {.reading = ALD_LENS_TOTAL, .analysis = q->analysis, .n = q->reference.n};
    if (totals.n >= ALD_REFERENCE_LEAST)
        ald_scales_build(q->analysis, &q->tally, ALD_LENS_TOTAL, quarter->arena, totals.signals);
    memcpy(quarter->places.scales[ALD_LENS_TOTAL], totals.signals, sizeof totals.signals);
    if (quarter->packs_frames)
        quarter->frames[ALD_LENS_TOTAL] = ald_frame_pack(&totals, quarter->arena);
}

void ald_quarter_read(struct ald_quarter *quarter, size_t threads)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_analysis *analysis = quarter->analysis;
    struct task q = {.analysis = analysis, .quarter = quarter, .threads = threads};
    make_texts(quarter->arena, &q.texts);
    ald_reference_build(analysis, analysis->incidents[quarter->first].quarter, scratch, &q.reference);
    ald_tally_build(analysis, &q.reference, threads_for(&q, q.reference.n), scratch, &q.tally);
    _Static_assert(ALD_LANDMARK_READING == ALD_READING_N - 1, "the landmark's reading comes first");
    for (int r = ALD_READING_N - 1; r >= 0; r--)
        read_desk(&q, r);
    read_totals(&q);
    for (size_t i = quarter->first; i < quarter->last; i++) {
        struct ald_measure *measure = &quarter->measures[i - quarter->first];
        if (!is_wanted(quarter, i))
            continue;
        measure->places = q.reference.n >= ALD_REFERENCE_LEAST ? &quarter->places : NULL;
        choose_shown(measure);
    }
}

/* ---- All of the reference as comparables ---- */

void ald_readings_whole(const struct ald_analysis *analysis, int64_t quarter, struct ald_reading ret[ALD_READING_N])
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_reference reference;
    ald_reference_build(analysis, quarter, scratch, &reference);
    double *times = ald_calloc(scratch, reference.n, sizeof *times);
    bool *open = ald_calloc(scratch, reference.n, sizeof *open);
    struct ald_km km = {.steps = ald_calloc(scratch, reference.n, sizeof *km.steps)};
    for (int r = 0; r < ALD_READING_N; r++) {
        size_t m = 0;
        for (size_t i = 0; i < reference.n; i++) { /* sorted by duration already */
            const struct ald_member *member = &reference.members[i];
            if (r == ALD_LANDMARK_READING && !member->beyond)
                continue;
            times[m] = (double)member->duration_ms;
            open[m++] = member->open;
        }
        ald_km_fit_sorted(times, open, m, &km);
        ret[r] = (struct ald_reading){
            .n_ref = (uint32_t)m, .candidates = (uint32_t)m, .m = (uint32_t)m};
        ald_reading_bounds(&ret[r], &(struct ald_lasting){.m = m, .km = &km});
    }
}
