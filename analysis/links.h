/* The two halves of linking: link.c finds groups and pointers, folds.c folds what was merged. Private to analysis. */
#pragma once

#include "analysis/build.h"

/** Address for comparing: trimmed, scheme and host in lower case, no '/' at the end; NULL when it has no scheme. */
const char *ald_link_url(struct ald_arena *arena, const char *url);
/** Breaks cycles at the smaller id (counted in link_cycles), folds groups, numbers incidents: sets records[].incident,
 *  folded, work[].folded. @return the number of incidents. */
size_t ald_fold(struct ald_build *b);
