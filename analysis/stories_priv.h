/* What the files of stories share. Private to analysis. */
#pragma once

#include "alidade/stories.h"

/** Fronts of non-dominated sorting (Deb et al. 2002): story->front from 1 to `most`; those beyond keep 0. Larger is more on
 *  every axis; equals do not dominate each other. */
void ald_story_fronts(struct ald_story *stories, size_t n, size_t most);
