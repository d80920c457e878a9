/* Sets of words that forget the words: a bit for each number, which a word shares with few others. What is in no such set needs no
 * look-up. In a few loads: each word of each text comes here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ALD_WORD_NUMBERS (1u << 20)

/** The first eight of the n > 0 bytes; of fewer something that follows from all of them. */
static inline uint64_t ald_word_bytes(const char *word, size_t n)
{
    uint64_t eight;
    uint32_t head, tail;
    if (n >= sizeof eight) {
        memcpy(&eight, word, sizeof eight);
        return eight;
    }
    if (n < sizeof head) {
        const uint64_t one = (unsigned char)word[0], middle = (unsigned char)word[n / 2], end = (unsigned char)word[n - 1];
        return one | middle << 8 | end << 16;
    }
    memcpy(&head, word, sizeof head);
    memcpy(&tail, word + n - sizeof tail, sizeof tail);
    return head | (uint64_t)tail << 32;
}

/** The bytes in lower case, roughly: what takes more together than case does no harm. All bytes beyond ASCII are the same here, since capitals of
 *  most scripts differ from their small letters in any bits. */
static inline uint64_t ald_word_small(uint64_t bytes)
{
    const uint64_t beyond = bytes & 0x8080808080808080;
    return bytes | 0x2020202020202020 | (beyond - (beyond >> 7));
}

/** Number of a word, from 1, in whatever case; the n > 0 bytes of the word as it stands in a text. */
static inline unsigned ald_word_number(const char *word, size_t n)
{
    const uint64_t first = ald_word_small(ald_word_bytes(word, n)),
                   last = ald_word_small(n < sizeof last ? 0 : ald_word_bytes(word + n - sizeof last, sizeof last));
    const uint64_t hash = (first ^ last * UINT64_C(0x9E3779B97F4A7C15) ^ n) * UINT64_C(0xD6E8FEB86659FD93);
    return 1 + (unsigned)(hash >> 44) % (ALD_WORD_NUMBERS - 1);
}

/** Adds a word. bits: a power of two, of which a smaller one takes more words together. */
static inline void ald_words_sieve_add(uint64_t *sieve, unsigned bits, unsigned number)
{
    sieve[number % bits / 64] |= UINT64_C(1) << number % 64;
}

/** False when the word was not added. */
static inline bool ald_words_sieve_has(const uint64_t *sieve, unsigned bits, unsigned number)
{
    return sieve[number % bits / 64] >> number % 64 & 1;
}
