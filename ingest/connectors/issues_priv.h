/* What issues.c and issues_events.c share. */
#pragma once

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LABEL "label:" /* before the beginning of a label, in a field of the configuration */

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline bool begins(const char *text, const char *words)
{
    return strncasecmp(text, words, strlen(words)) == 0;
}

static inline bool of_labels(const char *spec)
{
    return spec && begins(spec, LABEL);
}
