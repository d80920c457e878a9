/* How fast texts are read, and what is found in one's own: bench-lexicon measures; bench-lexicon - reads texts from standard
 * input, one a line, and prints "LINE<tab>PATTERN<tab>SENTENCE" for each rule that holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alidade/arena.h"
#include "alidade/lexicon.h"
#include "alidade/rng.h"

struct shown {
    const struct ald_lexicon *lex;
    const char *text;
    size_t line, found;
};

static void show(void *ctx, const struct ald_found *f)
{
    struct shown *s = ctx;
    s->found++;
    if (s->text)
        printf("%zu\t%s\t%.*s\t%.*s\n", s->line, ald_lexicon_at(s->lex, f->pattern)->id, (int)(f->to - f->from), s->text + f->from,
               (int)(f->sentence_end - f->sentence), s->text + f->sentence);
}

static int judge(const struct ald_lexicon *lex, struct ald_matcher *matcher)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    struct shown s = {.lex = lex};
    while ((n = getline(&line, &cap, stdin)) > 0) {
        s.text = line;
        s.line++;
        ald_matcher_read(matcher, line, (size_t)n, show, &s);
    }
    free(line);
    return 0;
}

/* Examples in random order: what people write, with as many hits as there will ever be. */
static void measure(const struct ald_lexicon *lex, struct ald_matcher *matcher, size_t texts)
{
    size_t n, bytes = 0;
    const struct ald_example *examples = ald_lexicon_examples(lex, &n);
    struct ald_rng rng;
    struct shown s = {.lex = lex};
    struct timespec from, to;
    char text[4096];
    ald_rng_init(&rng, 1);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (size_t i = 0; i < texts; i++) {
        size_t len = 0;
        for (int k = 0; k < 8; k++) {
            const char *piece = examples[ald_rng_below(&rng, n)].text;
            size_t piece_n = strlen(piece);
            if (len + piece_n + 1 > sizeof text)
                break;
            memcpy(text + len, piece, piece_n);
            len += piece_n;
            text[len++] = ' ';
        }
        bytes += len;
        ald_matcher_read(matcher, text, len, show, &s);
    }
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("%zu texts, %.1f MB, %zu found, %.2f s: %.1f MB/s\n", texts, (double)bytes / 1e6, s.found, seconds, (double)bytes / 1e6 / seconds);
}

int main(int argc, char **argv)
{
    const struct ald_lexicon *lex = ald_lexicon_built_in();
    ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *matcher = ald_matcher_new(lex);
    if (argc > 1 && strcmp(argv[1], "-") == 0)
        return judge(lex, matcher);
    measure(lex, matcher, 10000);
    measure(lex, matcher, 100000);
    return 0;
}
