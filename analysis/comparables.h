/* The past incidents nearest to a place on the axes (METHODS 4). Private to analysis. */
#pragma once

#include "positions.h"

/** Candidates on one basis: strips across one axis, and in each strip by where they stand along the other. Of one axis alone there is one
 *  strip. Made when first needed. */
struct ald_strips {
    double *at[ALD_AXIS_N]; /* of each candidate, in the order of the strips */
    uint32_t *member;
    size_t n, strips;
    enum ald_axis across, along;
    size_t *first;      /* of each strip, and n */
    double *low, *high; /* of each strip across */
    bool made;
};
/** What the last search found, from which the next one knows about how far it must look, and how far surely not. */
struct ald_searched {
    enum ald_basis basis;
    size_t k; /* 0: nothing was searched yet */
    double at[ALD_AXIS_N], reach;
};
/** The candidates of a frame. */
struct ald_neighbourhood {
    const struct ald_frame *frame;
    struct ald_arena *arena;
    struct ald_strips strips[ALD_BASIS_WHOLE]; /* by basis; the whole reference needs none */
    size_t candidates[ALD_BASIS_WHOLE];
    bool once;                /* a search or few: looking at all is quicker than making strips, of which there are none then */
    struct ald_searched last;
    const uint64_t *open;     /* a bit for each member of the frame: was open */
    bool found_open;          /* one of those found last was */
    double *squares, *ranked; /* scratch: for each member */
    uint64_t *mark, *marks;   /* scratch: a bit for each member of the frame and one for each word of these, all zero between calls */
};
enum { ALD_MARKS_A_WORD = 64 };

/** Whether a basis looks at an axis. */
static inline bool ald_basis_uses(enum ald_basis basis, enum ald_axis axis)
{
    return basis == ALD_BASIS_BOTH || basis == (axis == ALD_COMPLEXITY ? ALD_BASIS_COMPLEXITY : ALD_BASIS_BLAST_RADIUS);
}

/* ---- neighbourhood.c: the candidates ---- */

/** The candidates of a frame, with scratch for searches; all in the arena. */
void ald_neighbourhood_init(struct ald_neighbourhood *near, const struct ald_frame *frame, struct ald_arena *arena);
/** Says how many searches there will be: of a frame that was stored, whose axes have no order, they get one where that pays.
 *  What is found is the same. frame: the neighbourhood's; arena: outlives both. */
void ald_neighbourhood_many(struct ald_neighbourhood *near, struct ald_frame *frame, size_t asks, struct ald_arena *arena);

/** Another view of the same candidates with scratch of its own, for another thread; both may be searched at once, on bases
 *  that ald_neighbourhood_prepare has seen. */
void ald_neighbourhood_share(const struct ald_neighbourhood *near, struct ald_arena *arena, struct ald_neighbourhood *ret);
/** Makes what searching on a basis needs, which else the first search does. */
void ald_neighbourhood_prepare(struct ald_neighbourhood *near, enum ald_basis basis);

/** The strips of a basis, made where they were not. */
const struct ald_strips *ald_strips_of(struct ald_neighbourhood *near, enum ald_basis basis);
/** Sets basis, candidates and k of a reading from the axes that it has. */
void ald_comparables_choose(const struct ald_neighbourhood *near, struct ald_reading *reading);

/* ---- comparables.c: the search ---- */

/** Where a reading stands on a walk through its frame's axes on which neighbours are near each other, so that the search for one shortens
 *  that for the next. */
double ald_comparables_on_walk(const struct ald_reading *reading);
/** Order of two readings of one frame by basis and on that walk; 0: they share their comparables. */
int ald_comparables_compare(const struct ald_reading *a, const struct ald_reading *b);
/** The members at d <= d_k + 1e-12 by ascending member index (so by duration); ret has room for frame->n.
 *  @return m. */
size_t ald_comparables_find(struct ald_neighbourhood *near, const struct ald_reading *reading, uint32_t *ret);
/** Distance of a member from the place of a reading on its basis. */
double ald_comparables_distance(const struct ald_frame *frame, const struct ald_reading *reading, uint32_t member);
