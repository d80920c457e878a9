/* UTF-8: validation, repair, lengths. Everything that enters the store is valid UTF-8 without NUL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/arena.h"

#define ALD_UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define ALD_UTF8_BAD 0xFFFFFFFFu            /* what ald_utf8_scan answers for ill-formed bytes */

/** Decodes one code point from any bytes (n > 0 of them left). @return the length of the well-formed sequence, or of the
 *  maximal ill-formed subsequence, of which *ret_code_point is then ALD_UTF8_BAD. Never 0. */
size_t ald_utf8_scan(const char *bytes, size_t n, unsigned *ret_code_point);
/** True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms, <= U+10FFFF). NUL bytes are allowed. */
bool ald_utf8_valid(const char *s, size_t n);
/** Arena-owned copy in which each maximal ill-formed subsequence and each NUL became U+FFFD; *ret_repairs (may be NULL) counts them. */
char *ald_utf8_repair(struct ald_arena *arena, const char *s, size_t n, size_t *ret_repairs);
/** Decodes one code point from valid UTF-8 at s (n > 0 bytes left); returns its length in bytes. */
size_t ald_utf8_next(const char *s, size_t n, unsigned *ret_code_point);
/** Number of code points of valid UTF-8. */
size_t ald_utf8_count(const char *s);
/** Bytes that hold at most max_code_points code points, cut at a code point boundary. */
size_t ald_utf8_prefix(const char *s, size_t max_code_points);
/** Bytes of the longest prefix that has at most max_utf16 UTF-16 units (spreadsheets count so), cut at a boundary. */
size_t ald_utf8_prefix_utf16(const char *s, size_t max_utf16);
/** Simple lower case of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic, with as many bytes as the capital; else c itself. There is no
 *  NFKC here (no library of ours brings it), so composed and decomposed forms stay apart. */
unsigned ald_utf8_lower(unsigned c);
/** Terminal columns, roughly: East Asian wide and emoji 2, combining 0, else 1. */
size_t ald_utf8_width(const char *s);
/** Arena-owned copy in which C0/C1 controls and DEL (except tab and line feed when keep_layout) became U+FFFD:
 *  what may be shown on a terminal or written into XML 1.0. Also replaces U+FFFE/U+FFFF. */
char *ald_utf8_printable(struct ald_arena *arena, const char *s, bool keep_layout);
