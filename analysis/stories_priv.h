/* What the files of stories share. Private to analysis. */
#pragma once

#include "alidade/stories.h"

#define ALD_STORY_MANY_TEAMS 3

/** As ald_story_measure, but what a signal gives as evidence is not made yet: most stories are not chosen. */
void ald_story_weigh(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t incident,
                     struct ald_arena *arena, struct ald_story *ret);
/** Makes it, and copies the reasons into the arena. */
void ald_story_evidence(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_story *story);
/** Fronts of non-dominated sorting (Deb et al. 2002): story->front from 1 to `most`; those beyond keep 0. Larger is more on
 *  every axis; equals do not dominate each other. */
void ald_story_fronts(struct ald_story *stories, size_t n, size_t most);
