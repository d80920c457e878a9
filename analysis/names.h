/* Interned texts: text -> running number. Private to analysis. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "alidade/arena.h"

struct ald_names;

/** Texts live in the arena; the table itself is heap memory: ald_names_free. */
struct ald_names *ald_names_new(struct ald_arena *arena);
void ald_names_free(struct ald_names *names);
/** Number of a text, which is added when it is new: 0, 1, 2 ... in order of first use. */
uint32_t ald_names_add(struct ald_names *names, const char *text);
/** ALD_NOBODY when unknown. */
uint32_t ald_names_find(const struct ald_names *names, const char *text);
/** The same for a pair of texts, which is one key of its own. */
uint32_t ald_names_add2(struct ald_names *names, const char *a, const char *b);
uint32_t ald_names_find2(const struct ald_names *names, const char *a, const char *b);
/** A text's hash, which others may share. */
uint32_t ald_names_hash(const char *text);
const char *ald_names_text(const struct ald_names *names, uint32_t i);
/** All texts, by number; until one is added. */
const char *const *ald_names_texts(const struct ald_names *names);
size_t ald_names_n(const struct ald_names *names);
/** All texts sorted by bytes; *ret_rank[old number] = place in that order. Both arena-owned. */
const char **ald_names_sorted(const struct ald_names *names, struct ald_arena *arena, uint32_t **ret_rank);

/** Title for comparing: lower case, white space collapsed, runs of digits and hex strings of 8 or more with a digit
 *  replaced by #. NULL gives NULL. Arena-owned. */
const char *ald_norm_title(struct ald_arena *arena, const char *title);
