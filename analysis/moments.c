/* Where the moments of incidents stand: those that are given, one beside the other. Knows nothing of what a moment is taken from. */
#include "analysis/build.h"

#include <assert.h>
#include <stdlib.h>

#define MOMENTS_MOST (1u << 29)

#define NONE {.at = ALD_TIME_NONE}
const struct ald_taken ald_no_moments[ALD_MOMENT_N] = {NONE, NONE, NONE, NONE, NONE, NONE, NONE};
_Static_assert(ALD_MOMENT_N == 7, "a none for each moment, and a bit in struct ald_incident");

static int by_record(const void *record, const void *taken)
{
    uint32_t x = *(const uint32_t *)record, y = ((const struct ald_taken *)taken)->record;
    return (x > y) - (x < y);
}

const struct ald_taken *ald_folded_end(const struct ald_analysis *analysis, const struct ald_record *record)
{
    uint32_t number = (uint32_t)(record - analysis->records);
    return analysis->folded_ends_n ? bsearch(&number, analysis->folded_ends, analysis->folded_ends_n, sizeof *analysis->folded_ends, by_record)
                                   : NULL;
}

static struct ald_record_moment *find_own(const struct ald_build *b, uint32_t record, int moment)
{
    uint32_t number = b->moments_of[record];
    while (number && (int)b->moments[number - 1].moment != moment)
        number = b->moments[number - 1].next;
    return number ? &b->moments[number - 1] : NULL;
}

struct ald_taken ald_own_moment(const struct ald_build *b, uint32_t record, int moment)
{
    const struct ald_record_moment *own = find_own(b, record, moment);
    return own ? (struct ald_taken){.at = own->at, .record = record, .field = own->field} : ald_no_moments[moment];
}

void ald_own_moment_set(struct ald_build *b, uint32_t record, int moment, int64_t at, uint32_t field)
{
    struct ald_record_moment *own = find_own(b, record, moment);
    if (own) {
        own->at = at;
        own->field = field;
        return;
    }
    if (at == ALD_TIME_NONE)
        return;
    assert(b->moments_n < MOMENTS_MOST);
    b->moments = ald_grow(b->timing, b->moments, b->moments_n, &b->moments_cap, sizeof *b->moments);
    b->moments[b->moments_n++] = (struct ald_record_moment){
        .at = at, .field = field, .next = b->moments_of[record] & (MOMENTS_MOST - 1), .moment = (unsigned)moment & 7u};
    b->moments_of[record] = (uint32_t)b->moments_n;
}

void ald_moments_keep(struct ald_build *b, struct ald_incident *inc, const struct ald_taken *moments)
{
    size_t n = 0;
    for (int m = 0; m < ALD_MOMENT_N; m++)
        n += moments[m].at != ALD_TIME_NONE;
    struct ald_taken *own = ald_calloc(b->a->arena, n, sizeof *own);
    inc->moments = own;
    inc->given = 0;
    for (int m = 0; m < ALD_MOMENT_N; m++)
        if (moments[m].at != ALD_TIME_NONE) {
            inc->given |= (uint8_t)ALD_BIT(m);
            *own++ = moments[m];
        }
}
