/* See lasting.h. Knows members, not where they stand. */
#include "lasting.h"

void ald_lasting_scratch_init(struct ald_lasting_scratch *scratch, size_t members_n, struct ald_arena *arena)
{
    scratch->times = ald_calloc(arena, members_n, sizeof *scratch->times);
    scratch->open = ald_calloc(arena, members_n, sizeof *scratch->open);
    scratch->km = (struct ald_km){.steps = ald_calloc(arena, members_n, sizeof *scratch->km.steps)};
}

void ald_lasting_of(const struct ald_member *members, const uint32_t *at, size_t m, bool some_open, struct ald_lasting_scratch *scratch,
                    struct ald_lasting *ret)
{
    *ret = (struct ald_lasting){.members = members, .at = at, .m = m};
    if (!some_open)
        return;
    for (size_t i = 0; i < m; i++) {
        scratch->times[i] = (double)members[at[i]].duration_ms;
        scratch->open[i] = members[at[i]].open;
    }
    ald_km_fit_sorted(scratch->times, scratch->open, m, &scratch->km);
    ret->km = &scratch->km;
}

static double time_of(const struct ald_lasting *lasting, size_t i)
{
    return (double)lasting->members[lasting->at[i]].duration_ms;
}

/* How many lasted less than t, or at most t. */
static size_t up_to(const struct ald_lasting *lasting, double t, bool or_at)
{
    size_t low = 0, high = lasting->m;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        double at = time_of(lasting, mid);
        if (at < t || (or_at && at <= t))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void ald_lasting_beyond(const struct ald_lasting *lasting, double t, double *ret_s, double *ret_s_minus)
{
    if (lasting->km) {
        *ret_s = ald_km_s(lasting->km, t);
        *ret_s_minus = ald_km_s_minus(lasting->km, t);
        return;
    }
    *ret_s = (double)(lasting->m - up_to(lasting, t, true)) / (double)lasting->m;
    *ret_s_minus = (double)(lasting->m - up_to(lasting, t, false)) / (double)lasting->m;
}

bool ald_lasting_reach(const struct ald_lasting *lasting, size_t rank, double *ret)
{
    if (lasting->km)
        return ald_km_reach(lasting->km, (double)rank, ret);
    *ret = time_of(lasting, rank - 1);
    return true;
}

/* Of an even number the middle between the two in the middle, as the curve has it where it is flat at one half. */
bool ald_lasting_median(const struct ald_lasting *lasting, double *ret)
{
    if (lasting->km)
        return ald_km_median(lasting->km, ret);
    *ret = (time_of(lasting, (lasting->m - 1) / 2) + time_of(lasting, lasting->m / 2)) / 2;
    return true;
}
