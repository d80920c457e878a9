/* Numbers in packed columns: little-endian, whatever the machine, because stores are carried from one to another. Private to analysis. */
#pragma once

#include <stdint.h>
#include <string.h>

/** Writes the low n bytes of v and moves on. */
static inline void ald_put_bytes(unsigned char **at, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        *(*at)++ = (unsigned char)(v >> (8 * i));
}

/** Reads n bytes and moves on. */
static inline uint64_t ald_get_bytes(const unsigned char **at, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)*(*at)++ << (8 * i);
    return v;
}

/** Writes 8 bytes and moves on. */
static inline void ald_put_double(unsigned char **at, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    ald_put_bytes(at, bits, sizeof bits);
}

/** Reads 8 bytes and moves on. */
static inline double ald_get_double(const unsigned char **at)
{
    uint64_t bits = ald_get_bytes(at, sizeof bits);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/** Writes v in seven bits a byte, the lowest first; the last has no eighth bit: at most ALD_NUMBER_BYTES. Moves on. */
static inline void ald_put_number(unsigned char **at, uint64_t v)
{
    for (; v > 0x7F; v >>= 7)
        *(*at)++ = (unsigned char)(v | 0x80);
    *(*at)++ = (unsigned char)v;
}
#define ALD_NUMBER_BYTES 10

/** Reads such a number and moves on. */
static inline uint64_t ald_get_number(const unsigned char **at)
{
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = *(*at)++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80) || shift >= 63)
            return v;
    }
}

/** A number of either sign as one without, small where it is near 0; and back. */
static inline uint64_t ald_unsigned_of(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}
static inline int64_t ald_signed_of(uint64_t v)
{
    return (int64_t)((v >> 1) ^ (v & 1 ? UINT64_MAX : 0));
}
