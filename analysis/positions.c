/* Positions on signals and axes among the members of a reference (METHODS 4; references.c). Works on incidents and observations in
 * memory; knows neither the store nor where a value came from. */
#include "positions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/parallel.h"
#include "observations.h"
#include "stored.h"

struct counting {
    const struct ald_observations *observations;
    const struct ald_reference *reference;
    const uint64_t *one; /* what each incident of the reference counts for */
    uint64_t *of[ALD_SIGNAL_N];
    size_t parts;
};

static void count_part(void *ctx, size_t part)
{
    const struct counting *c = ctx;
    for (size_t s = part; s < ALD_SIGNAL_N; s += c->parts) {
        const struct ald_observed *seen = &c->observations->signals[s];
        for (size_t i = 0; i < c->reference->n; i++)
            c->of[s][ald_code_at(seen, c->reference->incidents[i])] += c->one[i];
    }
}

void ald_tally_build(const struct ald_analysis *analysis, const struct ald_reference *reference, size_t parts, struct ald_arena *arena,
                      struct ald_tally *ret)
{
    *ret = (struct ald_tally){.stored = reference->stored, .n = reference->n};
    if (reference->stored) /* scales come from the store */
        return;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint64_t *one = ald_calloc(scratch, reference->n, sizeof *one);
    struct counting c = {.observations = analysis->observations, .reference = reference, .one = one, .parts = parts};
    for (size_t i = 0; i < reference->n; i++) {
        bool beyond = reference->members[reference->at[i]].beyond;
        one[i] = 1 | (uint64_t)beyond << 32;
        ret->beyond_n += beyond;
    }
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        ret->of[s] = c.of[s] = ald_calloc(arena, analysis->observations->signals[s].n, sizeof(uint64_t));
    ald_parallel(parts, count_part, &c);
}

void ald_scale_begin(const struct ald_analysis *analysis, size_t signal, struct ald_scale *ret)
{
    const struct ald_signal *def = ald_signal_at(signal);
    *ret = (struct ald_scale){.weight = def->timing == ALD_HINDSIGHT ? 0 : ald_signal_weight(analysis->settings, def)};
}

void ald_scale_set(struct ald_scale *scale, const uint32_t *twice, size_t n, size_t values, size_t members_n)
{
    scale->twice = twice;
    scale->n = n;
    scale->eligible = scale->weight > 0 && n * 4 >= members_n && values > 1;
}

/* Walks over the observations in the order of their values. */
static void build_scale(const struct ald_observed *seen, const struct ald_ranked *ranked, const struct ald_tally *tally, size_t signal,
                        int lens, uint32_t *twice, struct ald_scale *ret)
{
    const uint64_t *of = tally->of[signal];
    unsigned half = lens == ALD_LANDMARK_READING ? 32 : 0;
    size_t below = 0, values = 0, members_n = half ? tally->beyond_n : tally->n;
    for (size_t code = 0; code < seen->n; code++)
        if (!ald_obs_has(seen->distinct[code], lens))
            twice[code] = ALD_NO_PLACE;
    for (size_t i = 0, j = 0; i < ranked->n; i = j) {
        size_t equal = 0;
        for (; j < ranked->n && !(ranked->items[j].value > ranked->items[i].value); j++)
            equal += (uint32_t)(of[ranked->items[j].code] >> half);
        for (size_t l = i; l < j; l++)
            twice[ranked->items[l].code] = (uint32_t)(2 * below + equal);
        below += equal;
        values += equal > 0;
    }
    ald_scale_set(ret, twice, below, values, members_n);
}

void ald_scales_build(const struct ald_analysis *analysis, const struct ald_tally *tally, int lens, struct ald_arena *arena,
                      struct ald_scale ret[ALD_SIGNAL_N])
{
    if (tally->stored) {
        ald_scales_read(analysis, tally->stored, lens, arena, ret);
        return;
    }
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_observed *seen = &analysis->observations->signals[s];
        ald_scale_begin(analysis, s, &ret[s]);
        build_scale(seen, ald_observed_ranked(analysis->observations, s, lens), tally, s, lens,
                    ald_calloc(arena, seen->n, sizeof(uint32_t)), &ret[s]);
    }
}

static uint32_t twice_of(const struct ald_analysis *analysis, const struct ald_scale *scale, size_t signal,
                         size_t incident)
{
    return scale->twice[ald_code_at(&analysis->observations->signals[signal], incident)];
}

double ald_scale_position(const struct ald_analysis *analysis, const struct ald_scale *scale, size_t signal,
                          size_t incident)
{
    uint32_t twice = twice_of(analysis, scale, signal, incident);
    if (twice == ALD_NO_PLACE || scale->n == 0)
        return (double)NAN;
    return ((double)twice / 2 + 0.5) / ((double)scale->n + 1);
}

/* What is present of an axis' weight, and the weighted mean of the positions, an absent one counting 0.5.
 *
 * A newcomer takes the members' own formula, (below + half the equal)/n, not its own: raws are compared with the
 * members', and equal values must give equal raws. With (n+1) the newcomer's differs by up to 1/(2n), which puts the
 * commonest values above or below all of their ties (docs/METHODS.md, "Where we differ"). */
double ald_axis_raw(const struct ald_analysis *analysis, const struct ald_scale signals[ALD_SIGNAL_N], double weight, enum ald_axis axis,
                    size_t incident, double *ret_coverage)
{
    double raw = 0, present = 0;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_scale *scale = &signals[s];
        if (ald_signal_at(s)->axis != axis || !scale->eligible)
            continue;
        uint32_t twice = twice_of(analysis, scale, s, incident);
        bool has = twice != ALD_NO_PLACE;
        present += has ? scale->weight : 0;
        raw += scale->weight * (has ? (double)twice / 2 / (double)scale->n : 0.5);
    }
    *ret_coverage = present / weight;
    return raw / weight;
}

/* Sorts and gives every member its position among the others; position[] of members that are not in `placed` is kept.
 */
static void place_members(struct ald_keyed *placed, size_t n, double *sorted, double *position)
{
    ald_sort_keyed(placed, n); /* members come in ascending order */
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && !(placed[j].value > placed[i].value))
            j++;
        double others = (double)(j - i - 1);
        for (size_t l = i; l < j; l++) {
            sorted[l] = placed[l].value;
            position[placed[l].at] = ((double)i + others / 2 + 0.5) / (double)n;
        }
        i = j;
    }
}

/* The members of a frame in the order of incidents. */
struct roll {
    const uint32_t *incidents, *at;
    size_t n;
};

/* What one signal adds to a member's sums, by the number of its observation, as ald_axis_raw adds it. */
struct adding {
    const struct ald_observed *seen;
    struct add {
        double raw, present;
    } * by_code;
};

static struct adding what_adds(const struct ald_frame *frame, size_t signal, struct ald_arena *arena)
{
    const struct ald_scale *scale = &frame->signals[signal];
    const struct ald_observed *seen = &frame->analysis->observations->signals[signal];
    struct add *by_code = ald_calloc(arena, seen->n, sizeof *by_code);
    for (size_t code = 0; code < seen->n; code++) {
        bool has = scale->twice[code] != ALD_NO_PLACE;
        by_code[code].raw = scale->weight * (has ? (double)scale->twice[code] / 2 / (double)scale->n : 0.5);
        by_code[code].present = has ? scale->weight : 0;
    }
    return (struct adding){.seen = seen, .by_code = by_code};
}

/* The signals of an axis, one after the other, over so few members that their sums stay in the cache. */
enum { AT_ONCE = 1024 };
struct sums {
    double raw[AT_ONCE], present[AT_ONCE];
};

static void add_up(const struct adding *adding, size_t adding_n, const uint32_t *incidents, size_t n, struct sums *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t s = 0; s < adding_n; s++)
        for (size_t i = 0; i < n; i++) {
            const struct add *add = &adding[s].by_code[ald_code_at(adding[s].seen, incidents[i])];
            ret->raw[i] += add->raw;
            ret->present[i] += add->present;
        }
}

double ald_axis_weight(const struct ald_scale signals[ALD_SIGNAL_N], enum ald_axis axis)
{
    double weight = 0;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        if (ald_signal_at(s)->axis == axis && signals[s].eligible)
            weight += signals[s].weight;
    return weight;
}

/* The members' raws on an axis and their positions among them. The axis has room for all of them. */
static void build_axis(const struct ald_frame *frame, const struct roll *roll, enum ald_axis axis, struct ald_axis_frame *out)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_keyed *placed = ald_calloc(scratch, roll->n, sizeof *placed);
    struct adding adding[ALD_SIGNAL_N];
    struct sums sums;
    size_t adding_n = 0;
    out->weight = ald_axis_weight(frame->signals, axis);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        if (ald_signal_at(s)->axis == axis && frame->signals[s].eligible)
            adding[adding_n++] = what_adds(frame, s, scratch);
    for (size_t from = 0, n = 0; from < roll->n; from += n) {
        n = roll->n - from < AT_ONCE ? roll->n - from : AT_ONCE;
        add_up(adding, adding_n, &roll->incidents[from], n, &sums);
        for (size_t i = 0; i < n; i++) {
            size_t at = roll->at[from + i];
            out->position[at] = (double)NAN;
            if (out->weight > 0 && sums.present[i] / out->weight >= 0.5)
                placed[out->raw_n++] = (struct ald_keyed){.value = (double)llround(sums.raw[i] / out->weight * 1e9), .at = at};
        }
    }
    place_members(placed, out->raw_n, out->raw_keys, out->position);
    for (size_t i = 0; i < out->raw_n; i++)
        out->order[i] = (uint32_t)placed[i].at;
}

struct axes {
    struct ald_frame *frame;
    const struct roll *roll;
    size_t parts;
};

static void build_axes_part(void *ctx, size_t part)
{
    const struct axes *axes = ctx;
    for (size_t axis = part; axis < ALD_AXIS_N; axis += axes->parts)
        build_axis(axes->frame, axes->roll, (enum ald_axis)axis, &axes->frame->axes[axis]);
}

static void build_axes(struct ald_frame *frame, const struct roll *roll, size_t parts, struct ald_arena *arena)
{
    struct axes axes = {.frame = frame, .roll = roll, .parts = parts < ALD_AXIS_N ? parts : ALD_AXIS_N};
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        struct ald_axis_frame *out = &frame->axes[axis];
        out->position = ald_calloc(arena, frame->n, sizeof *out->position);
        out->raw_keys = ald_calloc(arena, frame->n, sizeof *out->raw_keys);
        out->order = ald_calloc(arena, frame->n, sizeof *out->order);
    }
    ald_parallel(axes.parts, build_axes_part, &axes);
}

/* Those of a reference that are beyond their landmark: the members of a frame, and the same in the order of incidents. */
static void take_beyond(const struct ald_reference *reference, struct ald_arena *arena, struct ald_arena *scratch, struct ald_frame *frame,
                        struct roll *roll)
{
    struct ald_member *subset = ald_calloc(arena, reference->n, sizeof *subset);
    uint32_t *now_at = ald_calloc(scratch, reference->n, sizeof *now_at);
    uint32_t *incidents = ald_calloc(scratch, reference->n, sizeof *incidents), *at = ald_calloc(scratch, reference->n, sizeof *at);
    frame->members = subset;
    frame->n = 0;
    for (size_t i = 0; i < reference->n; i++) {
        now_at[i] = (uint32_t)frame->n;
        if (reference->members[i].beyond)
            subset[frame->n++] = reference->members[i];
    }
    *roll = (struct roll){.incidents = incidents, .at = at};
    for (size_t i = 0; i < reference->n; i++) {
        if (!reference->members[reference->at[i]].beyond)
            continue;
        incidents[roll->n] = reference->incidents[i];
        at[roll->n++] = now_at[reference->at[i]];
    }
}

void ald_frame_build(const struct ald_analysis *analysis, const struct ald_reference *reference, const struct ald_tally *tally,
                     int reading, size_t parts, struct ald_arena *arena, struct ald_arena *scales, struct ald_frame *ret)
{
    if (reference->stored) {
        ald_frame_read(analysis, reference->stored, reading, ret);
        return;
    }
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct roll roll = {.incidents = reference->incidents, .at = reference->at, .n = reference->n};
    *ret =
        (struct ald_frame){.reading = reading, .analysis = analysis, .members = reference->members, .n = reference->n};
    if (reading == ALD_LANDMARK_READING)
        take_beyond(reference, arena, scratch, ret, &roll);
    if (ret->n < (reading == ALD_LANDMARK_READING ? ALD_FEW_LEAST : ALD_REFERENCE_LEAST))
        return;
    ald_scales_build(analysis, tally, reading, scales, ret->signals);
    build_axes(ret, &roll, parts, arena);
}

struct ald_axis_position ald_frame_axis(const struct ald_frame *frame, enum ald_axis axis, size_t incident)
{
    const struct ald_axis_frame *in = &frame->axes[axis];
    struct ald_axis_position out = {.has = false};
    if (!(in->weight > 0)) {
        out.absent = "too thin: no signal of this axis tells past incidents apart";
        return out;
    }
    double coverage = 0, raw = ald_axis_raw(frame->analysis, frame->signals, in->weight, axis, incident, &coverage);
    if (coverage < 0.5) {
        out.absent = "too thin: less than half of its signals were measured";
        return out;
    }
    if (in->raw_n == 0) {
        out.absent = "too thin: no past incident has a position on this axis";
        return out;
    }
    out.has = true;
    out.position = ald_position_of(in->raw_keys, in->raw_n, (double)llround(raw * 1e9), false);
    return out;
}

double ald_axis_share_beyond(const struct ald_axis_frame *axis, double from)
{
    size_t n = axis->raw_n, left = n;
    while (left > 0 && ald_position_of(axis->raw_keys, n, axis->raw_keys[left - 1], false) >= from) {
        double same = axis->raw_keys[left - 1];
        while (left > 0 && !(axis->raw_keys[left - 1] < same))
            left--;
    }
    return n > 0 ? (double)(n - left) / (double)n : (double)NAN;
}
