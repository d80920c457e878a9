/* Numbers in cursors, in headers and in the heads of recorded pages: pages, offsets, times. A cursor is what this program wrote, but maybe
 * an older version of it, and it lies in a store that others can write to. So each number has bounds, and what cannot be understood starts
 * the list again: rows are idempotent, so that reading twice does no harm, where going on in the wrong place would leave something out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Of elements, pages, or milliseconds: sums of a few do not overflow. */
#define ALD_CURSOR_MOST (INT64_C(1) << 52)

/** Decimal digits, behind a '-' where least is below 0; *s is then what follows. False, and both stay, where none stand there or the
 *  number is not from least to most. */
bool ald_cursor_digits(const char **s, int64_t least, int64_t most, int64_t *ret);
/** The same as one part of "1|20|...": with a '|' behind, which is passed over, or the end. */
bool ald_cursor_number(const char **s, int64_t least, int64_t most, int64_t *ret);
/** A cursor or a header that is one number from 0 to ALD_CURSOR_MOST; 0: it is anything else, or NULL. */
int64_t ald_cursor_count(const char *text);
/** Page that begins behind `seen` elements, where pages are smaller or larger now than when the cursor was made: sizes divide one
 *  another (sync.c). */
void ald_cursor_resize(int64_t *page, int64_t *limit, int64_t seen, int64_t now);
