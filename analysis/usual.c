/* How earlier incidents stand in the reading shown: see usual.h. */
#include "usual.h"

#include "seekers.h"

void ald_usual_begin(struct ald_usual *usual, size_t earlier)
{
    *usual = (struct ald_usual){.every = earlier > ALD_USUAL_MOST ? (earlier + ALD_USUAL_MOST - 1) / ALD_USUAL_MOST : 1};
}

void ald_usual_count(struct ald_usual *usual, const struct ald_reading *bounds, double t, bool open)
{
    enum ald_side side;
    if (!ald_reading_side(bounds, t, open, &side))
        return;
    usual->n++;
    usual->shorter += side == ALD_BELOW;
    usual->typical += side == ALD_INSIDE;
    usual->longer += side == ALD_ABOVE;
    usual->open_longer += side == ALD_ABOVE && open;
}

bool ald_usual_landmark(const struct ald_analysis *analysis, const struct ald_reference *reference, const struct ald_tally *tally,
                        const struct ald_member *members, size_t first, size_t last, struct ald_usual *usual)
{
    if (tally->beyond_n < ALD_REFERENCE_LEAST)
        return false;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_frame frame;
    struct ald_neighbourhood near;
    struct ald_lasting_scratch curve;
    struct ald_lasting lasting;
    ald_frame_build(analysis, reference, tally, ALD_LANDMARK_READING, 1, scratch, scratch, &frame);
    ald_neighbourhood_init(&near, &frame, scratch);
    ald_lasting_scratch_init(&curve, frame.n, scratch);
    uint32_t *found = ald_calloc(scratch, frame.n, sizeof *found);
    struct ald_seeker *seekers = ald_calloc(scratch, last - first, sizeof *seekers);
    bool *wanted = ald_calloc(scratch, last - first, sizeof *wanted);
    for (size_t i = first; i < last; i++)
        wanted[i - first] = members[i].beyond && ald_usual_asks(usual, i - first);
    size_t n = ald_seekers_of(&near, members, first, last, wanted, seekers);
    for (size_t i = 0, j = 0; i < n; i = j) {
        size_t m = ald_seekers_find(&near, &seekers[i], found);
        struct ald_reading bounds = {.m = (uint32_t)m};
        ald_lasting_of(frame.members, found, m, near.found_open, &curve, &lasting);
        ald_reading_bounds(&bounds, &lasting);
        for (j = ald_seekers_to(seekers, i, n); i < j; i++)
            ald_usual_count(usual, &bounds, (double)seekers[i].duration_ms, seekers[i].open);
    }
    return true;
}
