/* Words of titles, for telling whether two records speak of the same thing. Words are runs of letters of the normalised
 * title; scripts without spaces between words give pairs of neighbouring characters. Knows nothing of time or place. */
#include "analysis/link_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/utf8.h"

enum { WORD_LEAST = 2, WORD_MOST = 64, WORDS_MOST = 64 }; /* bytes; words of one title */
#define IDEOGRAPHS 0x2E80u /* scripts from here on write words without spaces, near enough */

struct reader {
    void (*take)(void *ctx, const char *word);
    void *ctx;
    char word[WORD_MOST + 8];
    size_t len;
    char last[8]; /* the ideograph before */
};

static bool separates(unsigned c)
{
    return c < 0x80 && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

static void flush(struct reader *r)
{
    r->word[r->len] = '\0';
    if (r->len >= WORD_LEAST)
        r->take(r->ctx, r->word);
    r->len = 0;
}

static void take_ideograph(struct reader *r, const char *c, size_t len)
{
    char pair[16];
    flush(r);
    size_t before = strlen(r->last);
    memcpy(pair, r->last, before);
    memcpy(pair + before, c, len);
    pair[before + len] = '\0';
    if (before)
        r->take(r->ctx, pair);
    memcpy(r->last, c, len);
    r->last[len] = '\0';
}

static void read_words(struct ald_arena *arena, const char *text, struct reader *r)
{
    const char *norm = ald_norm_title(arena, text ? text : "");
    size_t n = strlen(norm);
    for (size_t at = 0; at < n;) {
        unsigned c;
        size_t len = ald_utf8_next(norm + at, n - at, &c);
        if (c >= IDEOGRAPHS && len < sizeof r->last) {
            take_ideograph(r, norm + at, len);
        } else {
            r->last[0] = '\0';
            if (separates(c))
                flush(r);
            else if (r->len + len <= WORD_MOST) {
                memcpy(r->word + r->len, norm + at, len);
                r->len += len;
            }
        }
        at += len;
    }
    flush(r);
}

/* ---- The words of all records ---- */

struct adder {
    struct ald_link_words *words;
    uint32_t found[WORDS_MOST];
    size_t n;
};

static void add_word(void *ctx, const char *word)
{
    struct adder *adder = ctx;
    if (adder->n < WORDS_MOST)
        adder->found[adder->n++] = ald_names_add(adder->words->texts, word);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int by_hash(const void *x, const void *y)
{
    const struct ald_model_word *a = x, *b = y;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static uint64_t hash_of(const struct ald_link_words *words, uint32_t text)
{
    const char *word = ald_names_text(words->texts, text);
    return ald_siphash(word, strlen(word));
}

static void make_places(struct ald_linker *l, struct ald_link_words *words, size_t places)
{
    words->places = places;
    words->place = ald_calloc(l->arena, words->n, sizeof *words->place);
    words->by_place = ald_calloc(l->arena, places, sizeof *words->by_place);
    for (size_t i = 0; i < words->n; i++)
        words->place[i] = ALD_NOBODY;
    for (size_t i = 0; i < places; i++)
        words->by_place[i] = ALD_NOBODY;
}

static void put_at(struct ald_link_words *words, uint32_t word, uint32_t place)
{
    words->place[word] = place;
    words->by_place[place] = word;
}

/* Keeps for a later analysis how many settled records have each word. */
static void keep(struct ald_linker *l, struct ald_link_words *words, const size_t *records, size_t titled)
{
    struct ald_model_word *list = ald_calloc(l->arena, words->n, sizeof *list);
    size_t n = 0;
    for (uint32_t i = 0; i < words->n; i++) {
        uint32_t word = words->rank[i];
        if (records[word])
            list[n++] = (struct ald_model_word){hash_of(words, i), (uint32_t)records[word], word};
    }
    if (n)
        qsort(list, n, sizeof *list, by_hash);
    make_places(l, words, n);
    for (size_t i = 0; i < n; i++)
        put_at(words, list[i].word, (uint32_t)i);
    ald_model_put_words(l->b->a->arena, list, n, l->learning->into);
    l->learning->head.titled = titled;
}

/* Takes it from one before. */
static void take_kept(struct ald_linker *l, struct ald_link_words *words)
{
    const struct ald_link_model *from = l->learning->from;
    make_places(l, words, ald_model_words(from));
    for (uint32_t i = 0; i < words->n; i++) {
        uint32_t place = ald_model_find_word(from, hash_of(words, i)), records = 1;
        if (place != ALD_NOBODY) {
            put_at(words, words->rank[i], place);
            records = ald_model_word_records(from, place);
        }
        words->weight[words->rank[i]] = log((double)(l->learning->head.titled + 1) / (double)records);
    }
}

static void weigh(struct ald_linker *l, struct ald_link_words *words)
{
    size_t *records = ald_calloc(l->arena, words->n, sizeof *records), titled = 0;
    words->weight = ald_calloc(l->arena, words->n, sizeof *words->weight);
    if (l->learning && l->learning->from) {
        take_kept(l, words);
        return;
    }
    for (uint32_t i = 0; i < l->b->a->records_n; i++) {
        if (!ald_link_is_settled(l, i))
            continue;
        titled += words->at[i] < words->at[i + 1];
        for (size_t k = words->at[i]; k < words->at[i + 1]; k++)
            records[words->list[k]]++;
    }
    for (size_t i = 0; i < words->n; i++)
        words->weight[i] = log((double)(titled + 1) / (double)(records[i] ? records[i] : 1));
    if (l->learning)
        keep(l, words, records, titled);
}

/* Numbers words by their texts: sums over them come out the same, to the last bit, whichever records stand around. */
static void number_by_text(struct ald_linker *l, struct ald_link_words *words)
{
    (void)ald_names_sorted(words->texts, l->arena, &words->rank);
    for (size_t i = 0; i < l->b->a->records_n; i++) {
        uint32_t *list = words->list + words->at[i];
        size_t n = words->at[i + 1] - words->at[i];
        for (size_t k = 0; k < n; k++)
            list[k] = words->rank[list[k]];
        if (n)
            qsort(list, n, sizeof *list, by_number);
    }
}

void ald_words_build(struct ald_linker *l, struct ald_link_words *ret)
{
    const struct ald_analysis *a = l->b->a;
    struct ald_arena *titles = ald_arena_new();
    size_t used = 0, cap = 0;
    *ret = (struct ald_link_words){.texts = ald_names_new(l->arena)};
    ret->at = ald_calloc(l->arena, a->records_n + 1, sizeof *ret->at);
    for (size_t i = 0; i < a->records_n; i++) {
        struct adder adder = {.words = ret};
        struct reader reader = {.take = add_word, .ctx = &adder};
        if (l->b->work[i].start >= l->seen_from)
            read_words(titles, a->records[i].title, &reader);
        if (i % 1024 == 0)
            ald_arena_reset(titles);
        qsort(adder.found, adder.n, sizeof *adder.found, by_number);
        ret->at[i] = used;
        for (size_t k = 0; k < adder.n; k++) {
            if (k > 0 && adder.found[k] == adder.found[k - 1])
                continue;
            ret->list = ald_grow(l->arena, ret->list, used, &cap, sizeof *ret->list);
            ret->list[used++] = adder.found[k];
        }
    }
    ald_arena_free(titles);
    ret->at[a->records_n] = used;
    ret->n = ald_names_n(ret->texts);
    if (l->learning)
        number_by_text(l, ret);
    weigh(l, ret);
}

struct finder {
    const struct ald_link_words *words;
    void (*take)(void *ctx, uint32_t word);
    void *ctx;
};

static void find_word(void *ctx, const char *word)
{
    const struct finder *finder = ctx;
    uint32_t known = ald_names_find(finder->words->texts, word);
    if (known != ALD_NOBODY)
        finder->take(finder->ctx, finder->words->rank ? finder->words->rank[known] : known);
}

void ald_words_each(struct ald_arena *scratch, const struct ald_link_words *words, const char *text,
                    void (*take)(void *ctx, uint32_t word), void *ctx)
{
    struct finder finder = {.words = words, .take = take, .ctx = ctx};
    struct reader reader = {.take = find_word, .ctx = &finder};
    read_words(scratch, text, &reader);
}
