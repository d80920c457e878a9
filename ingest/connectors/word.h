/* Words of a source's answers, any of which may be absent. */
#pragma once

#include <stdbool.h>
#include <string.h>

/** The same word; NULL is none. */
static inline bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/** One of a NULL-terminated list; NULL is none of them. */
static inline bool one_of(const char *s, const char *const *list)
{
    for (; s && *list; list++)
        if (strcmp(s, *list) == 0)
            return true;
    return false;
}
