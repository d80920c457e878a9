/* Later texts that name an incident by its key or address (METHODS 9). Private to analysis. */
#pragma once

#include "alidade/learning.h"
#include "analysis/handles.h"

struct ald_citation_list {
    struct ald_arena *arena;
    struct ald_citation *items;
    size_t n, cap;
};
/** Adds what one text names: incidents that began before `at` and are not `by` itself. by ALD_NOBODY: another document. */
void ald_citations_in(struct ald_citation_list *list, const struct ald_analysis *analysis, const struct ald_handles *handles,
                      struct ald_arena *scratch, uint32_t by, int64_t at, const char *text);
/** Adds one naming whose subject is known. */
void ald_citation_add(struct ald_citation_list *list, const struct ald_analysis *analysis, uint32_t incident, uint32_t by,
                      int64_t at, const char *quote);
/** Sorts by incident, time, citing incident; keeps the first of each citing incident. Documents each count. */
void ald_citations_settle(struct ald_citation_list *list);
