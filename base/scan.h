/* A position in bytes that need no NUL at their end, for what reads times. Private to base. */
#pragma once

#include <stdbool.h>

struct ald_scan {
    const char *p, *end;
};

/** True where a decimal digit stands. */
static inline bool ald_scan_at_digit(const struct ald_scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

/** Steps over c where it stands. */
static inline bool ald_scan_take(struct ald_scan *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}
