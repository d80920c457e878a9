/* What is usual (METHODS 5): how earlier incidents stand in the reading that would be shown of them, made on the way where the trend reads their
 * starts. Private to analysis. */
#pragma once

#include "alidade/change.h"
#include "readings.h"

#define ALD_USUAL_MOST 10000 /* of more earlier ones not all are looked at: a share of so many is known to half a per cent */
/** Begins with nothing, and says how many earlier incidents there are. */
void ald_usual_begin(struct ald_usual *usual, size_t earlier);
/** Whether the i-th of a quarter is looked at. */
static inline bool ald_usual_asks(const struct ald_usual *usual, size_t i)
{
    return i % usual->every == 0;
}
/** Adds one that stood so; nothing where it is not known on which side of its band it is. */
void ald_usual_count(struct ald_usual *usual, const struct ald_reading *bounds, double t, bool open);
/** Adds those of members first..last-1, which started in the reference's quarter, that were beyond their landmark. @return false: too few of the
 *  reference were for such readings, so these are shown as they read at the start. */
bool ald_usual_landmark(const struct ald_analysis *analysis, const struct ald_reference *reference, const struct ald_tally *tally,
                        const struct ald_member *members, size_t first, size_t last, struct ald_usual *usual);
