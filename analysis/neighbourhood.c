/* The candidates of a frame, and the strips in which they lie for searches on one basis. Knows nothing of what is searched. */
#include "comparables.h"

#include <math.h>
#include <string.h>

#include "alidade/stats.h"

enum { K_LEAST = 20, K_MOST = 200 };
enum { MANY = 16 }; /* searches that looking at all costs more than strips */
#define STRIPS_ACROSS 12.0 /* strips in a square that holds k points when they are evenly spread */

static bool is_candidate(const struct ald_frame *frame, enum ald_basis basis, size_t member)
{
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        if (ald_basis_uses(basis, (enum ald_axis)axis) && isnan(frame->axes[axis].position[member]))
            return false;
    return true;
}

static void make_scratch(struct ald_neighbourhood *near, struct ald_arena *arena)
{
    near->arena = arena;
    near->last.k = 0;
    near->squares = ald_calloc(arena, near->frame->n, sizeof *near->squares);
    near->ranked = ald_calloc(arena, near->frame->n, sizeof *near->ranked);
    near->mark = ald_calloc(arena, near->frame->n / ALD_MARKS_A_WORD + 1, sizeof *near->mark);
    near->marks = ald_calloc(arena, near->frame->n / (ALD_MARKS_A_WORD * ALD_MARKS_A_WORD) + 1, sizeof *near->marks);
}

/* How many members are candidates on each basis: all are gone over, without a branch. */
static void count_candidates(struct ald_neighbourhood *near)
{
    const double *x = near->frame->axes[ALD_COMPLEXITY].position, *y = near->frame->axes[ALD_BLAST_RADIUS].position;
    size_t on_x = 0, on_y = 0, on_both = 0;
    for (size_t i = 0; i < near->frame->n && x && y; i++) {
        bool has_x = !isnan(x[i]), has_y = !isnan(y[i]);
        on_x += has_x;
        on_y += has_y;
        on_both += has_x & has_y;
    }
    near->candidates[ALD_BASIS_COMPLEXITY] = on_x;
    near->candidates[ALD_BASIS_BLAST_RADIUS] = on_y;
    near->candidates[ALD_BASIS_BOTH] = on_both;
}

void ald_neighbourhood_init(struct ald_neighbourhood *near, const struct ald_frame *frame, struct ald_arena *arena)
{
    uint64_t *open = ald_calloc(arena, frame->n / ALD_MARKS_A_WORD + 1, sizeof *open);
    for (size_t i = 0; i < frame->n; i++)
        open[i / ALD_MARKS_A_WORD] |= (uint64_t)frame->members[i].open << (i % ALD_MARKS_A_WORD);
    *near = (struct ald_neighbourhood){.frame = frame, .open = open, .once = frame->stored};
    count_candidates(near);
    make_scratch(near, arena);
}

/* The members of an axis in the order of their positions; those at one place in any. */
static uint32_t *order_of(const struct ald_axis_frame *axis, size_t members_n, struct ald_arena *arena)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_keyed *placed = ald_calloc(scratch, axis->raw_n, sizeof *placed);
    uint32_t *order = ald_calloc(arena, axis->raw_n, sizeof *order);
    size_t n = 0;
    for (size_t i = 0; i < members_n && n < axis->raw_n; i++)
        if (!isnan(axis->position[i]))
            placed[n++] = (struct ald_keyed){.value = axis->position[i], .at = i};
    ald_sort_keyed(placed, n);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)placed[i].at;
    return order;
}

void ald_neighbourhood_many(struct ald_neighbourhood *near, struct ald_frame *frame, size_t asks, struct ald_arena *arena)
{
    if (!near->once || asks < MANY)
        return;
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        frame->axes[axis].order = order_of(&frame->axes[axis], frame->n, arena);
    near->once = false;
}

void ald_neighbourhood_share(const struct ald_neighbourhood *near, struct ald_arena *arena,
                             struct ald_neighbourhood *ret)
{
    *ret = *near;
    make_scratch(ret, arena);
}

static uint8_t k_of(size_t candidates)
{
    double k = round(sqrt((double)candidates));
    return k < K_LEAST ? K_LEAST : k > K_MOST ? K_MOST : (uint8_t)k;
}

void ald_comparables_choose(const struct ald_neighbourhood *near, struct ald_reading *reading)
{
    bool complexity = reading->axis[ALD_COMPLEXITY].has, blast = reading->axis[ALD_BLAST_RADIUS].has;
    size_t on_complexity = complexity ? near->candidates[ALD_BASIS_COMPLEXITY] : 0;
    size_t on_blast = blast ? near->candidates[ALD_BASIS_BLAST_RADIUS] : 0;
    size_t n = complexity && blast ? near->candidates[ALD_BASIS_BOTH] : 0;
    reading->basis = ALD_BASIS_BOTH;
    if (n < ALD_REFERENCE_LEAST) {
        bool take_complexity = on_complexity >= on_blast;
        reading->basis = take_complexity ? ALD_BASIS_COMPLEXITY : ALD_BASIS_BLAST_RADIUS;
        n = take_complexity ? on_complexity : on_blast;
    }
    if (n < ALD_REFERENCE_LEAST) {
        reading->basis = ALD_BASIS_WHOLE;
        n = near->frame->n;
    }
    reading->candidates = (uint32_t)n;
    reading->k = k_of(n);
}

/* ---- Strips ---- */

/* Cuts the candidates, in their order across, into strips of about `each`; those at one place stay together, so that however many they
 * are, a search asks one strip for them. */
static void cut_strips(const struct ald_neighbourhood *near, enum ald_basis basis, size_t each, struct ald_strips *strips, uint32_t *strip_of)
{
    const struct ald_axis_frame *across = &near->frame->axes[strips->across];
    size_t n = 0;
    for (size_t i = 0; i < across->raw_n; i++) {
        uint32_t member = across->order[i];
        if (!is_candidate(near->frame, basis, member))
            continue;
        double at = across->position[member];
        if (n == 0 || (n - strips->first[strips->strips - 1] >= each && at > strips->high[strips->strips - 1])) {
            strips->low[strips->strips] = at;
            strips->first[strips->strips++] = n;
        }
        strips->high[strips->strips - 1] = at;
        strip_of[member] = (uint32_t)strips->strips - 1;
        n++;
    }
}

/* Deals the candidates out to their strips in their order along. */
static void fill_strips(const struct ald_neighbourhood *near, enum ald_basis basis, const uint32_t *strip_of, size_t *at,
                        struct ald_strips *strips)
{
    const struct ald_frame *frame = near->frame;
    const struct ald_axis_frame *along = &frame->axes[strips->along];
    for (size_t i = 0; i < along->raw_n; i++) {
        uint32_t member = along->order[i];
        if (!is_candidate(frame, basis, member))
            continue;
        size_t to = at[strip_of[member]]++;
        strips->member[to] = member;
        for (int axis = 0; axis < ALD_AXIS_N; axis++)
            strips->at[axis][to] = ald_basis_uses(basis, (enum ald_axis)axis) ? frame->axes[axis].position[member] : 0;
    }
}

const struct ald_strips *ald_strips_of(struct ald_neighbourhood *near, enum ald_basis basis)
{
    struct ald_strips *strips = &near->strips[basis];
    if (strips->made)
        return strips;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint32_t *strip_of = ald_calloc(scratch, near->frame->n, sizeof *strip_of);
    size_t n = near->candidates[basis];
    double wanted = basis == ALD_BASIS_BOTH ? STRIPS_ACROSS * sqrt((double)n / (double)k_of(n)) : 1;
    size_t each = (size_t)((double)n / wanted) + 1, most = n / each + 1;
    *strips = (struct ald_strips){.n = n,
                                  .across = basis == ALD_BASIS_COMPLEXITY ? ALD_BLAST_RADIUS : ALD_COMPLEXITY,
                                  .along = basis == ALD_BASIS_COMPLEXITY ? ALD_COMPLEXITY : ALD_BLAST_RADIUS,
                                  .first = ald_calloc(near->arena, most + 1, sizeof *strips->first),
                                  .low = ald_calloc(near->arena, most, sizeof *strips->low),
                                  .high = ald_calloc(near->arena, most, sizeof *strips->high),
                                  .member = ald_calloc(near->arena, n, sizeof *strips->member),
                                  .made = true};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        strips->at[axis] = ald_calloc(near->arena, n, sizeof(double));
    if (basis == ALD_BASIS_BOTH)
        cut_strips(near, basis, each, strips, strip_of);
    else
        strips->strips = 1; /* from 0 to 0 */
    strips->first[strips->strips] = n;
    size_t *at = ald_calloc(scratch, strips->strips, sizeof *at);
    memcpy(at, strips->first, strips->strips * sizeof *at);
    fill_strips(near, basis, strip_of, at, strips);
    return strips;
}

void ald_neighbourhood_prepare(struct ald_neighbourhood *near, enum ald_basis basis)
{
    if (basis != ALD_BASIS_WHOLE && !near->once)
        (void)ald_strips_of(near, basis);
}
