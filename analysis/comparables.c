/* Nearest neighbours with all ties, by a k-d tree over the candidates. It must give exactly what comparing all pairs
 * gives: the tree only skips points that are surely farther. Knows positions, not signals. */
#include "comparables.h"

#include <math.h>
#include <string.h>

#define TIE 1e-12
#define SLACK 1e-9 /* pruning is generous: rounding must never lose a tie */
enum { K_LEAST = 20, K_MOST = 200, LEAF = 24, WORD = 64, STRIPS = 64 };

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

static void make_scratch(struct ald_neighbourhood *near, struct ald_arena *arena)
{
    near->arena = arena;
    near->last.k = 0;
    near->squares = ald_calloc(arena, near->frame->n, sizeof *near->squares);
    near->ranked = ald_calloc(arena, near->frame->n, sizeof *near->ranked);
    near->mark = ald_calloc(arena, near->frame->n / WORD + 1, sizeof *near->mark);
}

void ald_neighbourhood_init(struct ald_neighbourhood *near, const struct ald_frame *frame, struct ald_arena *arena)
{
    *near = (struct ald_neighbourhood){.frame = frame};
    for (int basis = 0; basis < ALD_BASIS_WHOLE; basis++)
        for (size_t i = 0; i < frame->n; i++)
            near->candidates[basis] += is_candidate(frame, (enum ald_basis)basis, i);
    make_scratch(near, arena);
}

void ald_neighbourhood_share(const struct ald_neighbourhood *near, struct ald_arena *arena,
                             struct ald_neighbourhood *ret)
{
    *ret = *near;
    make_scratch(ret, arena);
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
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_point *points = ald_calloc(scratch, near->candidates[basis], sizeof *points);
    for (size_t i = 0; i < frame->n; i++) {
        if (!is_candidate(frame, basis, i))
            continue;
        struct ald_point *point = &points[tree->n++];
        point->member = (uint32_t)i;
        for (int axis = 0; axis < ALD_AXIS_N; axis++)
            point->at[axis] = uses(basis, (enum ald_axis)axis) ? frame->axes[axis].position[i] : 0;
    }
    size_t first_axis = basis == ALD_BASIS_BLAST_RADIUS ? ALD_BLAST_RADIUS : ALD_COMPLEXITY;
    build(points, 0, tree->n, first_axis, basis == ALD_BASIS_BOTH ? 2 : 1, first_axis);
    tree->member = ald_calloc(near->arena, tree->n, sizeof *tree->member);
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        tree->at[axis] = ald_calloc(near->arena, tree->n, sizeof(double));
    for (size_t i = 0; i < tree->n; i++) {
        tree->member[i] = points[i].member;
        for (int axis = 0; axis < ALD_AXIS_N; axis++)
            tree->at[axis][i] = points[i].at[axis];
    }
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
 * smallest square. Only what lies within rounding of the reach is decided by its root.
 *
 * One pass takes whatever is within a bound that is surely no less than the reach of the k nearest: that of the last search
 * and the step from there (a ball around here that holds the last one's ball holds k points). */

struct search {
    const struct ald_tree *tree;
    double at[ALD_AXIS_N];
    size_t axes, first_axis;
    double bound;     /* square of the distance beyond which nothing is wanted */
    double *squares;  /* of the found */
    uint32_t *found;
    size_t found_n;
};

static void take(struct search *search, size_t low, size_t high)
{
    const double *x = search->tree->at[0], *y = search->tree->at[1];
    size_t n = search->found_n;
    for (size_t i = low; i < high; i++) { /* without a branch, which could not be foreseen */
        double dx = x[i] - search->at[0], dy = y[i] - search->at[1], d = dx * dx + dy * dy;
        search->squares[n] = d;
        search->found[n] = search->tree->member[i];
        n += d <= search->bound;
    }
    search->found_n = n;
}

/* away: how far the stretch is from here at least, along each axis. */
static void descend(struct search *search, size_t low, size_t high, size_t axis, const double away[ALD_AXIS_N])
{
    if (high - low <= LEAF) {
        take(search, low, high);
        return;
    }
    size_t mid = low + (high - low) / 2, next = search->axes == 1 ? search->first_axis : 1 - axis;
    double side = search->at[axis] - search->tree->at[axis][mid], far[ALD_AXIS_N] = {away[0], away[1]};
    far[axis] = fabs(side);
    bool both = far[0] * far[0] + far[1] * far[1] <= search->bound;
    if (side <= 0 || both)
        descend(search, low, mid, next, side <= 0 ? away : far);
    take(search, mid, mid + 1);
    if (side > 0 || both)
        descend(search, mid + 1, high, next, side <= 0 ? far : away);
}

/* The value of rank k, from 0 (Hoare's selection); v is reordered. */
static double select_value(double *v, size_t n, size_t k)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        double pivot = v[low + (high - low) / 2];
        size_t i = low, j = high - 1;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            double t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        size_t cut = i > j ? i : i + (v[i] <= pivot);
        if (cut == high)
            cut--;
        if (k < cut)
            high = cut;
        else
            low = cut;
    }
    return v[low];
}

/* Square of a distance that is surely no less than what the k nearest and their ties reach. */
static double bound_of(const struct ald_searched *last, const struct ald_reading *reading, const double at[ALD_AXIS_N])
{
    if (last->k != reading->k || last->basis != reading->basis)
        return (double)INFINITY;
    double dx = at[0] - last->at[0], dy = at[1] - last->at[1];
    double bound = last->reach + sqrt(dx * dx + dy * dy) + SLACK;
    return bound * bound;
}

/* Of what was found, those within reach, in ascending order: marked as bits, then read off. */
static size_t keep_within(struct ald_neighbourhood *near, double reach, uint32_t *members, size_t n)
{
    size_t m = 0, kept = 0;
    double surely = reach * reach * (1 - SLACK); /* squares below it are surely within reach */
    for (size_t i = 0; i < n; i++) {
        bool within = near->squares[i] < surely || sqrt(near->squares[i]) <= reach;
        near->mark[members[i] / WORD] |= (uint64_t)within << (members[i] % WORD);
        m += within;
    }
    for (size_t i = 0; kept < m; i++) {
        for (uint64_t bits = near->mark[i]; bits; bits &= bits - 1)
            members[kept++] = (uint32_t)(i * WORD) + (uint32_t)__builtin_ctzll(bits);
        near->mark[i] = 0;
    }
    return m;
}

size_t ald_comparables_find(struct ald_neighbourhood *near, const struct ald_reading *reading, uint32_t *ret)
{
    static const double nowhere[ALD_AXIS_N] = {0, 0};
    if (reading->basis == ALD_BASIS_WHOLE) {
        for (size_t i = 0; i < near->frame->n; i++)
            ret[i] = (uint32_t)i;
        return near->frame->n;
    }
    struct search search = {
        .tree = tree_of(near, reading->basis),
        .axes = reading->basis == ALD_BASIS_BOTH ? 2 : 1,
        .first_axis = reading->basis == ALD_BASIS_BLAST_RADIUS ? ALD_BLAST_RADIUS : ALD_COMPLEXITY,
        .squares = near->squares,
        .found = ret,
    };
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        search.at[axis] = uses(reading->basis, (enum ald_axis)axis) ? reading->axis[axis].position : 0;
    search.bound = bound_of(&near->last, reading, search.at);
    descend(&search, 0, search.tree->n, search.first_axis, nowhere);
    double reach = (double)INFINITY; /* of fewer than k: all */
    if (search.found_n >= reading->k) {
        memcpy(near->ranked, near->squares, search.found_n * sizeof *near->ranked);
        reach = sqrt(select_value(near->ranked, search.found_n, reading->k - 1)) + TIE;
        near->last = (struct ald_searched){.basis = reading->basis, .k = reading->k, .at = {search.at[0], search.at[1]}, .reach = reach};
    }
    return keep_within(near, reach, ret, search.found_n);
}

/* Strips of complexity, up and down by turns. */
int ald_comparables_compare(const struct ald_reading *a, const struct ald_reading *b)
{
    if (a->basis != b->basis)
        return a->basis < b->basis ? -1 : 1;
    const struct ald_axis_position *x = a->axis, *y = b->axis;
    bool complexity = uses(a->basis, ALD_COMPLEXITY), blast = uses(a->basis, ALD_BLAST_RADIUS);
    int strip = complexity ? (int)(x[ALD_COMPLEXITY].position * STRIPS) : 0;
    int other = complexity ? (int)(y[ALD_COMPLEXITY].position * STRIPS) : 0;
    if (strip != other)
        return strip < other ? -1 : 1;
    double by_blast = blast ? x[ALD_BLAST_RADIUS].position - y[ALD_BLAST_RADIUS].position : 0;
    if (by_blast < 0 || by_blast > 0)
        return (by_blast < 0) == (strip % 2 == 0) ? -1 : 1;
    double by_complexity = complexity ? x[ALD_COMPLEXITY].position - y[ALD_COMPLEXITY].position : 0;
    return (by_complexity > 0) - (by_complexity < 0);
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
