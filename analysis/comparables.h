/* The past incidents nearest to a place on the axes (METHODS 4). Private to analysis. */
#pragma once

#include "positions.h"

struct ald_point {
    double at[ALD_AXIS_N];
    uint32_t member; /* index into the frame's members */
};
/** Candidates on one basis in a k-d tree; made when first needed. */
struct ald_tree {
    double *at[ALD_AXIS_N]; /* of each point, in the order of the tree */
    uint32_t *member;
    size_t n;
    bool built;
};
/** What the last search found, from which the next one knows how far it need not look. */
struct ald_searched {
    enum ald_basis basis;
    size_t k; /* 0: nothing was searched yet */
    double at[ALD_AXIS_N], reach;
};
/** The candidates of a frame. */
struct ald_neighbourhood {
    const struct ald_frame *frame;
    struct ald_arena *arena;
    struct ald_tree trees[ALD_BASIS_WHOLE]; /* by basis; the whole reference needs none */
    size_t candidates[ALD_BASIS_WHOLE];
    struct ald_searched last;
    double *squares, *ranked; /* scratch: for each member */
    uint64_t *mark;           /* scratch: a bit for each member of the frame, all zero between calls */
};
void ald_neighbourhood_init(struct ald_neighbourhood *near, const struct ald_frame *frame, struct ald_arena *arena);

/** Another view of the same candidates with scratch of its own, for another thread; both may be searched at once, on bases
 *  that ald_neighbourhood_prepare has seen. */
void ald_neighbourhood_share(const struct ald_neighbourhood *near, struct ald_arena *arena, struct ald_neighbourhood *ret);
/** Makes what searching on a basis needs, which else the first search does. */
void ald_neighbourhood_prepare(struct ald_neighbourhood *near, enum ald_basis basis);

/** Sets basis, candidates and k of a reading from the axes that it has. */
void ald_comparables_choose(const struct ald_neighbourhood *near, struct ald_reading *reading);
/** Order of two readings of one frame by where they look from, so that neighbours in it are near each other and the search for
 *  one shortens that for the next; 0: they share their comparables. */
int ald_comparables_compare(const struct ald_reading *a, const struct ald_reading *b);
/** The members at d <= d_k + 1e-12 by ascending member index (so by duration); ret has room for frame->n.
 *  @return m. */
size_t ald_comparables_find(struct ald_neighbourhood *near, const struct ald_reading *reading, uint32_t *ret);
/** Distance of a member from the place of a reading on its basis. */
double ald_comparables_distance(const struct ald_frame *frame, const struct ald_reading *reading, uint32_t member);
