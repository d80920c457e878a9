/* Words that are kept no longer than asked for, while figures stay. */
#pragma once

#include "alidade/analysis.h"

struct ald_retained {
    int64_t texts, raw; /* that were deleted by this call */
};
/** Deletes bodies and notes of timelines, and what was kept as it was sent, of records that are over and of which nothing is dated at or
 *  after `before`. What the lexicon finds in a text is noted first (table kept_found), and of incidents that it names the keys stay,
 *  so that patterns, signals and citations come out as they did. Titles, times and what people decided, reviewed and learned stay.
 *  Inside a transaction. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_retain(struct ald_store *store, const struct ald_analysis *analysis, int64_t before, struct ald_retained *ret,
                                 struct ald_err *err);
