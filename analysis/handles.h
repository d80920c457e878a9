/* Every text by which people call an incident: its id, its key, the ids, keys and addresses of its records. Private to
 * analysis. */
#pragma once

#include "analysis/names.h"

#include "alidade/analysis.h"

struct ald_handles;

/** Index of all incidents' texts, of hashes: the texts stay the analysis', which must outlive it. The caller frees it. */
struct ald_handles *ald_handles_new(const struct ald_analysis *analysis, struct ald_arena *arena);
void ald_handles_free(struct ald_handles *handles);
void ald_handles_freep(struct ald_handles **handles);
/** The incident that a text names: an id, key or address as a person types it. SIZE_MAX: none. */
size_t ald_handles_find(const struct ald_handles *handles, const char *text);
/* How a text names an incident: by a key, by an address, or by a number that stands behind the word "incident". */
enum ald_cited_as { ALD_CITED_KEY, ALD_CITED_ADDRESS, ALD_CITED_NUMBER };
/** The incident that an address, a key or a number inside a text names for sure: SIZE_MAX when none, or when it is no telling
 *  name (a bare number as a key, fewer than three digits) or that of several incidents. */
size_t ald_handles_cited(const struct ald_handles *handles, const char *text, enum ald_cited_as as, struct ald_arena *scratch);
