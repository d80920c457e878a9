/* Since when there are sources that tell of what a period holds (METHODS 5, Count): what nobody told of before cannot have been counted
 * before. */
#pragma once

#include "alidade/analysis.h"

struct ald_told_source {
    const char *source, *kind;
    int64_t first, last; /* first and last start of an incident that has a record of it */
    int64_t since;       /* first; or that of a source of the same kind whose place it took: which tells nothing of the period, and told of
                            something in the 92 days before it began, or later */
    bool now;            /* tells of the period */
};
struct ald_told {
    const struct ald_told_source *sources; /* own ones, in the order of their first incident */
    size_t n;
};
/** Sources as they tell of the incidents (all classes) at [first, last) of analysis->incidents. In the arena. */
void ald_told_fill(const struct ald_analysis *analysis, size_t first, size_t last, struct ald_arena *arena, struct ald_told *ret);
/** What is known of a source; NULL: it tells of nothing. */
const struct ald_told_source *ald_told_of(const struct ald_told *told, const char *source);
/** The source that tells of incidents like this one since longest; NULL: none tells of it. */
const struct ald_told_source *ald_told_by(const struct ald_told *told, const struct ald_analysis *analysis, size_t incident);
