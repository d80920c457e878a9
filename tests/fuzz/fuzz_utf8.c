/* Any bytes: repaired text is valid, stays as it is when repaired again, and every cut of it is valid and within its
 * bound. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void cut(const char *s, size_t max)
{
    size_t n = ald_utf8_prefix(s, max), n16 = ald_utf8_prefix_utf16(s, max);
    must(ald_utf8_valid(s, n) && ald_utf8_valid(s, n16) && n16 <= n && n <= strlen(s));
    size_t points = 0, units = 0;
    for (size_t i = 0, len; i < n; i += len) {
        unsigned code;
        len = ald_utf8_next(s + i, n - i, &code);
        must(len > 0 && len <= 4 && code > 0 && code <= 0x10FFFF);
        points++;
        if (i < n16)
            units += code > 0xFFFF ? 2 : 1;
    }
    must(points <= max && units <= max);
    must(points == max || s[n] == '\0');
}

static void printable(struct ald_arena *a, const char *s, bool keep_layout)
{
    const char *p = ald_utf8_printable(a, s, keep_layout);
    must(ald_utf8_valid(p, strlen(p)) && ald_utf8_count(p) == ald_utf8_count(s));
    for (size_t i = 0, n = strlen(p); i < n;) {
        unsigned code;
        i += ald_utf8_next(p + i, n - i, &code);
        bool layout = keep_layout && (code == '\t' || code == '\n');
        must(layout || (code >= 0x20 && (code < 0x7F || code > 0x9F) && code != 0xFFFE && code != 0xFFFF));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *a = ald_arena_new();
    const char *bytes = (const char *)data;
    size_t repairs = 0, repairs2 = 0;
    const char *s = ald_utf8_repair(a, bytes, size, &repairs);
    size_t n = strlen(s);
    must(ald_utf8_valid(s, n));
    bool clean = ald_utf8_valid(bytes, size) && (size == 0 || !memchr(bytes, 0, size));
    must(clean == (repairs == 0));
    must(!clean || (n == size && memcmp(s, bytes, n) == 0));
    const char *s2 = ald_utf8_repair(a, s, n, &repairs2);
    must(repairs2 == 0 && strcmp(s, s2) == 0);
    must(ald_utf8_count(s) <= n && ald_utf8_width(s) <= 2 * n);
    for (size_t max = 0; max < 9; max++)
        cut(s, max);
    cut(s, n);
    printable(a, s, false);
    printable(a, s, true);
    return 0;
}
