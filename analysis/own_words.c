/* See own_words.h. A sentence in which a rule held is read once more with our names blotted out; few sentences need it. */
#include "analysis/own_words.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/arena.h"
#include "analysis/build.h"
#include "analysis/names.h"
#include "analysis/org.h"

struct own_name {
    const char *text;
    uint32_t next; /* with the same first word; ALD_NOBODY: none */
};

struct ald_own_words {
    const struct ald_lexicon *lexicon;
    const struct ald_org *org;
    const char *const *services;
    struct ald_arena *arena, *sentence;
    struct ald_names *first_words;
    uint32_t *with; /* by first word: its last name */
    size_t with_cap;
    struct own_name *names;
    size_t names_n, names_cap;
    struct ald_matcher *matcher; /* NULL: nothing was asked yet */
    /* The rule that is looked for, and whether it still held. */
    size_t pattern;
    uint32_t rule;
    bool held;
};

/* ---- Names ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Small letters, and one blank for whatever stands between two words: people write "partner gateway" for partner-gateway. */
static const char *plain(struct ald_arena *arena, const char *name)
{
    char *text = ald_alloc(arena, strlen(name) + 1), *to = text;
    for (bool between = false; *name; name++) {
        if (!is_word(*name)) {
            between = to > text;
            continue;
        }
        if (between)
            *to++ = ' ';
        between = false;
        *to++ = lower(*name);
    }
    *to = '\0';
    return text;
}

static void add(struct ald_own_words *own, const char *service)
{
    const char *name = plain(own->arena, service), *blank = strchr(name, ' ');
    if (!blank)
        return;
    uint32_t words = (uint32_t)ald_names_n(own->first_words);
    uint32_t first = ald_names_add(own->first_words, ald_strndup(own->arena, name, (size_t)(blank - name)));
    own->with = ald_grow(own->arena, own->with, first, &own->with_cap, sizeof *own->with);
    own->names = ald_grow(own->arena, own->names, own->names_n, &own->names_cap, sizeof *own->names);
    own->names[own->names_n] = (struct own_name){.text = name, .next = first < words ? own->with[first] : ALD_NOBODY};
    own->with[first] = (uint32_t)own->names_n++;
}

struct ald_own_words *ald_own_words_new(const struct ald_lexicon *lexicon, const struct ald_org *org, const char *const *services)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_own_words *own = ald_alloc(arena, sizeof *own);
    *own = (struct ald_own_words){.lexicon = lexicon, .org = org, .services = services, .arena = arena, .sentence = ald_arena_new(), .first_words = ald_names_new(arena)};
    return own;
}

/* At the first sentence that is asked about: most analyses of one incident have none. */
static void prepare(struct ald_own_words *own)
{
    own->matcher = ald_matcher_new(own->lexicon);
    for (size_t s = 0; s < own->org->services_n; s++)
        if (own->org->ours[s])
            add(own, own->services[s]);
}

void ald_own_words_free(struct ald_own_words *own)
{
    if (!own)
        return;
    ald_matcher_free(own->matcher);
    ald_names_free(own->first_words);
    ald_arena_free(own->sentence);
    ald_arena_free(own->arena);
}

void ald_own_words_freep(struct ald_own_words **own)
{
    ald_own_words_free(*own);
    *own = NULL;
}

/* ---- Sentences ---- */

/* Bytes of the text, which ends at n, that spell the name; 0: they do not. */
static size_t spelt(const char *text, size_t n, const char *name)
{
    size_t at = 0;
    for (; *name; name++) {
        if (*name != ' ') {
            if (at == n || lower(text[at]) != *name)
                return 0;
            at++;
            continue;
        }
        if (at == n || is_word(text[at]))
            return 0;
        while (at < n && !is_word(text[at]))
            at++;
    }
    return at == n || !is_word(text[at]) ? at : 0;
}

/* Bytes of the longest name that begins with this word of the text. */
static size_t name_at(struct ald_own_words *own, const char *text, size_t n)
{
    char first[64];
    size_t len = 0, longest = 0;
    while (len < n && len < sizeof first - 1 && is_word(text[len])) {
        first[len] = lower(text[len]);
        len++;
    }
    first[len] = '\0';
    uint32_t word = ald_names_find(own->first_words, first);
    for (uint32_t i = word == ALD_NOBODY ? ALD_NOBODY : own->with[word]; i != ALD_NOBODY; i = own->names[i].next) {
        size_t bytes = spelt(text, n, own->names[i].text);
        longest = bytes > longest ? bytes : longest;
    }
    return longest;
}

/* @return true when a name stood in the n bytes; it is one word that no rule knows then. */
static bool blot(struct ald_own_words *own, char *text, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n;) {
        size_t name = is_word(text[i]) ? name_at(own, text + i, n - i) : 0;
        if (name) {
            memset(text + i, 'x', name);
            any = true;
            i += name;
        }
        while (i < n && is_word(text[i]))
            i++;
        while (i < n && !is_word(text[i]))
            i++;
    }
    return any;
}

static void see(void *ctx, const struct ald_found *f)
{
    struct ald_own_words *own = ctx;
    own->held |= f->pattern == own->pattern && f->rule == own->rule;
}

bool ald_own_words_made(struct ald_own_words *own, const char *text, const struct ald_found *found)
{
    if (!own->matcher)
        prepare(own);
    if (!own->names_n)
        return false;
    size_t from = found->from < found->sentence ? found->from : found->sentence; /* a rule may reach into the sentence before */
    size_t n = (found->to > found->sentence_end ? found->to : found->sentence_end) - from;
    ald_arena_reset(own->sentence);
    char *sentence = ald_strndup(own->sentence, text + from, n);
    if (!blot(own, sentence, n))
        return false;
    own->pattern = found->pattern;
    own->rule = found->rule;
    own->held = false;
    ald_matcher_read(own->matcher, sentence, n, see, own);
    return !own->held;
}
