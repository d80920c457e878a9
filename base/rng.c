/* The random numbers of resampling: see rng.h. Only integers up to the last step, so that every machine draws alike. */
#include "alidade/rng.h"

__extension__ typedef unsigned __int128 wide;

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void ald_rng_init(struct ald_rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        rng->s[i] = splitmix64(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t ald_rng_next(struct ald_rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t ald_rng_below(struct ald_rng *rng, uint64_t bound)
{
    wide product = (wide)ald_rng_next(rng) * bound;
    if ((uint64_t)product < bound) {
        uint64_t threshold = (0 - bound) % bound; /* 2^64 mod bound: products below it would favour some numbers */
        while ((uint64_t)product < threshold)
            product = (wide)ald_rng_next(rng) * bound;
    }
    return (uint64_t)(product >> 64);
}

double ald_rng_unit(struct ald_rng *rng)
{
    return (double)(ald_rng_next(rng) >> 11) * 0x1p-53;
}
