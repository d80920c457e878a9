/* The nearest of some words, by edits. */
#include "near.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 63
#define FAR 4 /* so many edits are another word */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein distance of two short words; anything long is far. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t n = strlen(a);
    size_t m = strlen(b);
    if (n > WORD_MAX || m > WORD_MAX)
        return FAR;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t up = row[j];
            row[j] = smaller(smaller(up + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
            diagonal = up;
        }
    }
    return row[m];
}

struct ald_near ald_near_begin(const char *word)
{
    size_t half = strlen(word) / 2;
    return (struct ald_near){.word = word, .least = smaller(FAR, half + 1)};
}

void ald_near_offer(struct ald_near *near, const char *candidate)
{
    size_t n = strlen(near->word);
    size_t d = n && strncmp(candidate, near->word, n) == 0 && candidate[n] == '_' ? 1 : distance(near->word, candidate);
    if (d < near->least) {
        near->least = d;
        near->best = candidate;
    }
}

const char *ald_near_text(const struct ald_near *near, char room[ALD_NEAR_MAX])
{
    room[0] = '\0';
    if (near->best)
        (void)snprintf(room, ALD_NEAR_MAX, " (did you mean '%s'?)", near->best);
    return room;
}
