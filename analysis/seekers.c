/* Who looks for comparables from which place: see seekers.h. */
#include "seekers.h"

#include <stdlib.h>

/* The order of ald_comparables_compare; 0: they share their comparables. */
static int compare_places(const struct ald_seeker *x, const struct ald_seeker *y)
{
    if (x->walk < y->walk || x->walk > y->walk)
        return x->walk < y->walk ? -1 : 1;
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        if (x->at[axis] < y->at[axis] || x->at[axis] > y->at[axis])
            return x->at[axis] < y->at[axis] ? -1 : 1;
    return 0;
}

static int compare_seekers(const void *a, const void *b)
{
    const struct ald_seeker *x = a, *y = b;
    int order = compare_places(x, y);
    if (order)
        return order;
    if (x->duration_ms != y->duration_ms)
        return x->duration_ms < y->duration_ms ? -1 : 1;
    return (x->standing > y->standing) - (x->standing < y->standing);
}

static struct ald_seeker make_seeker(const struct ald_neighbourhood *near, const struct ald_member *stood, size_t standing)
{
    struct ald_reading reading = {.absent = NULL};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        reading.axis[axis] = ald_frame_axis(near->frame, (enum ald_axis)axis, stood->incident);
    ald_comparables_choose(near, &reading);
    struct ald_seeker seeker = {.walk = ald_comparables_on_walk(&reading),
                                .basis = reading.basis,
                                .open = stood->open,
                                .standing = (uint32_t)standing,
                                .k = reading.k,
                                .candidates = reading.candidates,
                                .duration_ms = stood->duration_ms};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        if (ald_basis_uses(reading.basis, (enum ald_axis)axis))
            seeker.at[axis] = reading.axis[axis].position;
    return seeker;
}

size_t ald_seekers_of(const struct ald_neighbourhood *near, const struct ald_member *members, size_t first, size_t last, const bool *wanted,
                      struct ald_seeker *ret)
{
    size_t n = 0;
    for (size_t i = first; i < last; i++)
        if (!wanted || wanted[i - first])
            ret[n++] = make_seeker(near, &members[i], i);
    if (n > 1)
        qsort(ret, n, sizeof *ret, compare_seekers);
    return n;
}

size_t ald_seekers_to(const struct ald_seeker *seekers, size_t from, size_t n)
{
    size_t to = from + 1;
    while (to < n && compare_places(&seekers[from], &seekers[to]) == 0)
        to++;
    return to;
}

size_t ald_seekers_find(struct ald_neighbourhood *near, const struct ald_seeker *seeker, uint32_t *ret)
{
    struct ald_reading place = {.basis = seeker->basis, .k = seeker->k, .candidates = seeker->candidates};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        place.axis[axis] = (struct ald_axis_position){.has = true, .position = seeker->at[axis]};
    return ald_comparables_find(near, &place, ret);
}
