/* Nearest neighbours with all ties, by a k-d tree over the candidates. It must give exactly what comparing all pairs
 * gives: the tree only skips points that are surely farther. Knows positions, not signals. */
#include "comparables.h"

#include <math.h>
#include <string.h>

#define TIE 1e-12
#define SLACK 1e-9 /* pruning is generous: rounding must never lose a tie */
enum { K_LEAST = 20, K_MOST = 200, LEAF = 12, WORD = 64 };

static bool uses(enum ald_basis basis, enum ald_axis axis)
{
    return basis == ALD_BASIS_BOTH || basis == (axis == ALD_COMPLEXITY ? ALD_BASIS_COMPLEXITY : ALD_BASIS_BLAST_RADIUS);
}

static bool is_candidate(const struct ald_frame *frame, enum ald_basis basis, size_t member)
{
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        if (uses(basis, (enum ald_axis)axis) && isnan(frame->axes[axis].position[member]))
            return false;
    return true;
}

void ald_neighbourhood_init(struct ald_neighbourhood *near, const struct ald_frame *frame, struct ald_arena *arena)
{
    *near = (struct ald_neighbourhood){.frame = frame, .arena = arena};
    for (int basis = 0; basis < ALD_BASIS_WHOLE; basis++)
        for (size_t i = 0; i < frame->n; i++)
            near->candidates[basis] += is_candidate(frame, (enum ald_basis)basis, i);
    near->heap = ald_calloc(arena, K_MOST, sizeof *near->heap);
    near->mark = ald_calloc(arena, frame->n / WORD + 1, sizeof *near->mark);
}

void ald_neighbourhood_share(const struct ald_neighbourhood *near, struct ald_arena *arena,
                             struct ald_neighbourhood *ret)
{
    *ret = *near;
    ret->arena = arena;
    ret->heap = ald_calloc(arena, K_MOST, sizeof *ret->heap);
    ret->mark = ald_calloc(arena, near->frame->n / WORD + 1, sizeof *ret->mark);
}

void ald_comparables_choose(const struct ald_neighbourhood *near, struct ald_reading *reading)
{
    bool complexity = reading->axis[ALD_COMPLEXITY].has, blast = reading->axis[ALD_BLAST_RADIUS].has;
    size_t on_complexity = complexity ? near->candidates[ALD_BASIS_COMPLEXITY] : 0;
    size_t on_blast = blast ? near->candidates[ALD_BASIS_BLAST_RADIUS] : 0;
    reading->basis = ALD_BASIS_BOTH;
    reading->candidates = complexity && blast ? near->candidates[ALD_BASIS_BOTH] : 0;
    if (reading->candidates < ALD_REFERENCE_LEAST) {
        bool take_complexity = on_complexity >= on_blast;
        reading->basis = take_complexity ? ALD_BASIS_COMPLEXITY : ALD_BASIS_BLAST_RADIUS;
        reading->candidates = take_complexity ? on_complexity : on_blast;
    }
    if (reading->candidates < ALD_REFERENCE_LEAST) {
        reading->basis = ALD_BASIS_WHOLE;
        reading->candidates = near->frame->n;
    }
    double k = round(sqrt((double)reading->candidates));
    reading->k = k < K_LEAST ? K_LEAST : k > K_MOST ? K_MOST : (size_t)k;
}

/* ---- Tree: points[mid] of a stretch splits it, left not above, right not below ---- */

static void swap_points(struct ald_point *a, struct ald_point *b)
{
    struct ald_point t = *a;
    *a = *b;
    *b = t;
}

/* Puts the point of rank mid at mid (Hoare's selection; equal values are spread over both sides). */
static void select_point(struct ald_point *p, size_t low, size_t high, size_t mid, size_t axis)
{
    while (high - low > 1) {
        double pivot = p[low + (high - low) / 2].at[axis];
        size_t i = low, j = high - 1;
        for (;;) {
            while (p[i].at[axis] < pivot)
                i++;
            while (p[j].at[axis] > pivot)
                j--;
            if (i >= j)
                break;
            swap_points(&p[i++], &p[j--]);
        }
        size_t cut = i > j ? i : i + (p[i].at[axis] <= pivot); /* [low, cut) <= pivot <= [cut, high) */
        if (cut == high)
            cut--;
        if (mid < cut)
            high = cut;
        else
            low = cut;
    }
}

static void build(struct ald_point *p, size_t low, size_t high, size_t axis, size_t axes, size_t first_axis)
{
    while (high - low > LEAF) {
        size_t mid = low + (high - low) / 2;
        select_point(p, low, high, mid, axis);
        axis = axes == 1 ? first_axis : 1 - axis;
        build(p, low, mid, axis, axes, first_axis);
        low = mid + 1;
    }
}

static const struct ald_tree *tree_of(struct ald_neighbourhood *near, enum ald_basis basis)
{
    struct ald_tree *tree = &near->trees[basis];
    if (tree->built)
        return tree;
    const struct ald_frame *frame = near->frame;
    tree->points = ald_calloc(near->arena, near->candidates[basis], sizeof *tree->points);
    for (size_t i = 0; i < frame->n; i++) {
        if (!is_candidate(frame, basis, i))
            continue;
        struct ald_point *point = &tree->points[tree->n++];
        point->member = (uint32_t)i;
        for (int axis = 0; axis < ALD_AXIS_N; axis++)
            point->at[axis] = uses(basis, (enum ald_axis)axis) ? frame->axes[axis].position[i] : 0;
    }
    size_t first_axis = basis == ALD_BASIS_BLAST_RADIUS ? ALD_BLAST_RADIUS : ALD_COMPLEXITY;
    build(tree->points, 0, tree->n, first_axis, basis == ALD_BASIS_BOTH ? 2 : 1, first_axis);
    tree->built = true;
    return tree;
}

void ald_neighbourhood_prepare(struct ald_neighbourhood *near, enum ald_basis basis)
{
    if (basis != ALD_BASIS_WHOLE)
        (void)tree_of(near, basis);
}

/* ---- Search ----
 *
 * Distances are compared squared: the root does not change their order, so the k-th smallest root is the root of the k-th
 * smallest square. Only what lies within rounding of the reach is decided by its root. */

struct search {
    const struct ald_point *points;
    double at[ALD_AXIS_N];
    size_t axes, first_axis;
    double reach; /* nothing farther is wanted */
    double *heap; /* squares of the k smallest distances so far, largest on top */
    size_t heap_n, k;
    double surely; /* squares below it are surely within reach */
    uint32_t *found;
    size_t found_n;
    void (*visit)(struct search *search, const struct ald_point *points, size_t n);
};

static void heap_down(double *heap, size_t n, size_t i)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n)
            return;
        if (child + 1 < n && heap[child + 1] > heap[child])
            child++;
        if (heap[child] <= heap[i])
            return;
        double t = heap[i];
        heap[i] = heap[child];
        heap[child] = t;
        i = child;
    }
}

static double squared(const struct search *search, const struct ald_point *point)
{
    double dx = point->at[0] - search->at[0], dy = point->at[1] - search->at[1];
    return dx * dx + dy * dy;
}

/* First pass: how far the k nearest reach. */
static void measure(struct search *search, const struct ald_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double d = squared(search, &points[i]);
        if (search->heap_n < search->k) {
            search->heap[search->heap_n++] = d;
            if (search->heap_n < search->k)
                continue;
            for (size_t j = search->k / 2 + 1; j-- > 0;)
                heap_down(search->heap, search->k, j);
        } else if (d < search->heap[0]) {
            search->heap[0] = d;
            heap_down(search->heap, search->k, 0);
        } else {
            continue;
        }
        search->reach = sqrt(search->heap[0]);
    }
}

/* Second pass: whatever is within reach, ties as well. */
static void collect(struct search *search, const struct ald_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double d = squared(search, &points[i]);
        if (d < search->surely || sqrt(d) <= search->reach)
            search->found[search->found_n++] = points[i].member;
    }
}

static void descend(struct search *search, size_t low, size_t high, size_t axis)
{
    if (high - low <= LEAF) {
        search->visit(search, &search->points[low], high - low);
        return;
    }
    size_t mid = low + (high - low) / 2, next = search->axes == 1 ? search->first_axis : 1 - axis;
    double side = search->at[axis] - search->points[mid].at[axis];
    search->visit(search, &search->points[mid], 1);
    if (side <= 0)
        descend(search, low, mid, next);
    else
        descend(search, mid + 1, high, next);
    if (fabs(side) > search->reach + SLACK)
        return;
    if (side <= 0)
        descend(search, mid + 1, high, next);
    else
        descend(search, low, mid, next);
}

/* Ascending order: marked as bits, then read off. */
static void sort_members(struct ald_neighbourhood *near, uint32_t *members, size_t m)
{
    size_t n = 0;
    for (size_t i = 0; i < m; i++)
        near->mark[members[i] / WORD] |= UINT64_C(1) << (members[i] % WORD);
    for (size_t i = 0; n < m; i++) {
        for (uint64_t bits = near->mark[i]; bits; bits &= bits - 1)
            members[n++] = (uint32_t)(i * WORD) + (uint32_t)__builtin_ctzll(bits);
        near->mark[i] = 0;
    }
}

size_t ald_comparables_find(struct ald_neighbourhood *near, const struct ald_reading *reading, uint32_t *ret)
{
    if (reading->basis == ALD_BASIS_WHOLE) {
        for (size_t i = 0; i < near->frame->n; i++)
            ret[i] = (uint32_t)i;
        return near->frame->n;
    }
    const struct ald_tree *tree = tree_of(near, reading->basis);
    struct search search = {
        .points = tree->points,
        .axes = reading->basis == ALD_BASIS_BOTH ? 2 : 1,
        .first_axis = reading->basis == ALD_BASIS_BLAST_RADIUS ? ALD_BLAST_RADIUS : ALD_COMPLEXITY,
        .reach = (double)INFINITY,
        .heap = near->heap,
        .k = reading->k,
        .found = ret,
        .visit = measure,
    };
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        search.at[axis] = uses(reading->basis, (enum ald_axis)axis) ? reading->axis[axis].position : 0;
    descend(&search, 0, tree->n, search.first_axis);
    search.reach += TIE;
    search.surely = search.reach * search.reach * (1 - SLACK);
    search.visit = collect;
    descend(&search, 0, tree->n, search.first_axis);
    sort_members(near, ret, search.found_n);
    return search.found_n;
}

int ald_comparables_compare(const struct ald_reading *a, const struct ald_reading *b)
{
    if (a->basis != b->basis)
        return a->basis < b->basis ? -1 : 1;
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        double p = a->axis[axis].position, q = b->axis[axis].position;
        if (uses(a->basis, (enum ald_axis)axis) && (p < q || p > q))
            return p < q ? -1 : 1;
    }
    return 0;
}

double ald_comparables_distance(const struct ald_frame *frame, const struct ald_reading *reading, uint32_t member)
{
    double sum = 0;
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        if (!uses(reading->basis, (enum ald_axis)axis))
            continue;
        double d = frame->axes[axis].position[member] - reading->axis[axis].position;
        sum += d * d;
    }
    return sqrt(sum);
}
