/* Fronts: what nothing else exceeds on every axis comes first, then what only the first exceed, and so on. Stories are taken
 * in falling order of their axes, so that only those already placed can dominate one; a binary search over the fronts finds
 * its own (Zhang et al. 2015, ENS-BS). Fronts that cannot score are not told apart, which bounds the work. */
#include <stdlib.h>
#include <string.h>

#include "analysis/stories_priv.h"

enum { ROOM_FIRST = 2048 };

struct ranked {
    struct ald_story *story;
    size_t next; /* in its front: place + 1, 0 at the end */
};

static int falling(const void *a, const void *b)
{
    const struct ald_story *x = ((const struct ranked *)a)->story, *y = ((const struct ranked *)b)->story;
    for (int k = 0; k < ALD_STORY_AXIS_N; k++)
        if (x->axes[k] != y->axes[k])
            return x->axes[k] > y->axes[k] ? -1 : 1;
    return (x->incident > y->incident) - (x->incident < y->incident);
}

static bool dominates(const struct ald_story *x, const struct ald_story *y)
{
    bool more = false;
    for (int k = 0; k < ALD_STORY_AXIS_N; k++) {
        if (x->axes[k] < y->axes[k])
            return false;
        more = more || x->axes[k] > y->axes[k];
    }
    return more;
}

static bool dominated(const struct ranked *list, size_t head, const struct ald_story *story)
{
    for (size_t i = head; i; i = list[i - 1].next) /* the newest first: the nearest, so the likeliest */
        if (dominates(list[i - 1].story, story))
            return true;
    return false;
}

void ald_story_fronts(struct ald_story *stories, size_t n, size_t most)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ranked *list = ald_calloc(scratch, n, sizeof *list);
    size_t *heads = ald_calloc(scratch, most, sizeof *heads); /* place + 1 of the newest of each front */
    for (size_t i = 0; i < n; i++)
        list[i].story = &stories[i];
    if (n)
        qsort(list, n, sizeof *list, falling);
    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = most; /* the first front that does not dominate it */
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (dominated(list, heads[middle], list[i].story))
                low = middle + 1;
            else
                high = middle;
        }
        list[i].story->front = low < most ? low + 1 : 0;
        if (low == most)
            continue;
        list[i].next = heads[low];
        heads[low] = i + 1;
    }
}

void ald_story_settle(struct ald_sifting *s)
{
    size_t kept = 0;
    ald_story_fronts(s->stories, s->n, s->most);
    for (size_t i = 0; i < s->n; i++) {
        if (!s->stories[i].front)
            continue;
        if (i >= s->settled)
            ald_story_keep(s->arena, &s->stories[i]);
        s->stories[kept++] = s->stories[i];
    }
    s->n = s->settled = kept;
    ald_arena_reset(s->fresh);
}

static void grow(struct ald_sifting *s)
{
    size_t cap = s->cap ? 2 * s->cap : ROOM_FIRST;
    struct ald_story *more = ald_calloc(s->arena, cap, sizeof *more);
    if (s->n)
        memcpy(more, s->stories, s->n * sizeof *more);
    s->stories = more;
    s->cap = cap;
}

void ald_story_sift(struct ald_sifting *s, const struct ald_story *story)
{
    if (s->n == s->cap)
        grow(s);
    s->stories[s->n++] = *story;
    if (s->n < s->cap)
        return;
    ald_story_settle(s);
    if (2 * s->n > s->cap)
        grow(s);
}
