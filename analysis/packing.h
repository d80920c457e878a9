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
