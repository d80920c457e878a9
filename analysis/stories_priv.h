/* What the files of stories share. Private to analysis. */
#pragma once

#include "alidade/stories.h"

#define ALD_STORY_MANY_TEAMS 3

/** As ald_story_measure, but what a signal gives as evidence is not made yet: most stories are not chosen. */
void ald_story_weigh(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t incident,
                     struct ald_arena *arena, struct ald_story *ret);
/** Copies what was weighed into the arena. */
void ald_story_keep(struct ald_arena *arena, struct ald_story *story);
/** Makes the evidence of signals, and copies the reasons into the arena. */
void ald_story_evidence(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_story *story);
/** Fronts of non-dominated sorting (Deb et al. 2002): story->front from 1 to `most`; those beyond keep 0. Larger is more on
 *  every axis; equals do not dominate each other. */
void ald_story_fronts(struct ald_story *stories, size_t n, size_t most);

/** Stories that are sorted into fronts as they come. Whoever lies beyond the fronts that are told apart never comes back from there and
 *  moves no other among these; so they are cleared away whenever the room is full, and few are held at a time. */
struct ald_sifting {
    struct ald_story *stories;
    size_t n, settled, cap; /* reasons of the first `settled` lie in the arena, those of the others in fresh */
    size_t most;            /* fronts */
    struct ald_arena *arena, *fresh; /* fresh: for what is weighed; emptied now and then */
};
/** Takes a story that was weighed in fresh. */
void ald_story_sift(struct ald_sifting *sifting, const struct ald_story *story);
/** Leaves those of the first fronts, in the order in which they came, with their fronts. */
void ald_story_settle(struct ald_sifting *sifting);
