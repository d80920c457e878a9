/* xoshiro256** 1.0 (Blackman and Vigna 2018), the state expanded from 64 bits by splitmix64. */
#pragma once

#include <stdint.h>

struct ald_rng {
    uint64_t s[4];
};
/** Any seed will do, 0 too; the same seed gives the same draws on every machine. _next: 64 uniform bits. */
void ald_rng_init(struct ald_rng *rng, uint64_t seed);
uint64_t ald_rng_next(struct ald_rng *rng);
/** Uniform in [0, bound), bound > 0: Lemire's multiply-shift with rejection (Lemire 2019), always on 64 bits: one draw
 *  times bound gives 128 bits; the high half is the answer unless the low half falls below 2^64 mod bound. */
uint64_t ald_rng_below(struct ald_rng *rng, uint64_t bound);
/** Uniform in [0, 1) with 53 bits. */
double ald_rng_unit(struct ald_rng *rng);
