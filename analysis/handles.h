/* Every text by which people call an incident: its id, its key, the ids, keys and addresses of its records. Private to
 * analysis. */
#pragma once

#include "analysis/names.h"

#include "alidade/analysis.h"

struct ald_handles;

struct ald_handles *ald_handles_new(const struct ald_analysis *analysis, struct ald_arena *arena);
void ald_handles_free(struct ald_handles *handles);
void ald_handles_freep(struct ald_handles **handles);
/** The incident that a text names: an id or key as a person types it. SIZE_MAX: none. */
size_t ald_handles_find(const struct ald_handles *handles, const char *text);
/** The incident that an address or a key inside a text names for sure: SIZE_MAX when none, or when it is no telling name (a
 *  bare number) or that of several incidents. url: text is an address. */
size_t ald_handles_cited(const struct ald_handles *handles, const char *text, bool url, struct ald_arena *scratch);
