/* Phrases into states. The notation of phrases is described in docs/PATTERNS.md. */
#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALD_LEXICON_BAD /* defined here */
#include "alidade/analysis.h"
#include "analysis/lexicon_priv.h"

#define MOST_SYMBOLS 64 /* alternatives of one element */

struct element {
    uint32_t symbols[MOST_SYMBOLS];
    size_t n;
    uint8_t gap; /* before it */
    bool optional;
};
struct chain {
    struct element elements[ALD_PHRASE_ELEMENTS + 1];
    size_t n, swap; /* swap: where "~" stands, 0: nowhere */
};
/* What the reading of one phrase needs to know. */
struct place {
    struct ald_lexicon *lex;
    struct ald_language *lang;
    const char *file, *local;
    const struct ald_yaml *node;
    struct ald_arena *scratch;
};

enum ald_rc ald_lexicon_bad(const char *file, const struct ald_yaml *node, struct ald_err *err, const char *fmt, ...)
{
    char what[300];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: %s", file, node->line, node->column, what);
}

static uint32_t symbol(const struct place *p, const char *kind, const char *text)
{
    char name[ALD_WORD_BYTES + 8];
    (void)snprintf(name, sizeof name, "%s%s", kind, text);
    return ald_names_add(p->lang->symbols, name);
}

/* A set by its name: the file's own, else the language's. */
static uint32_t find_set(const struct place *p, const char *name)
{
    uint32_t own = ALD_NOBODY;
    if (p->local)
        own = ald_names_find(p->lang->symbols, ald_sprintf(p->scratch, "<%s/%s>", p->local, name));
    return own != ALD_NOBODY ? own : ald_names_find(p->lang->symbols, ald_sprintf(p->scratch, "</%s>", name));
}

static ALD_CHECK enum ald_rc add_symbol(const struct place *p, struct element *el, uint32_t sym, struct ald_err *err)
{
    for (size_t i = 0; i < el->n; i++) /* two forms of one word */
        if (el->symbols[i] == sym)
            return ALD_OK;
    if (el->n == MOST_SYMBOLS)
        return ald_lexicon_bad(p->file, p->node, err, "more than %d alternatives: make them a set under words", MOST_SYMBOLS);
    el->symbols[el->n++] = sym;
    return ALD_OK;
}

/* The words that a plain piece of a phrase stands for, stop words left out. */
static size_t plain_words(const struct place *p, const char *text, char ret[][ALD_WORD_BYTES], size_t most)
{
    struct ald_words words;
    struct ald_word word;
    size_t n = 0;
    ald_words_begin(&words, text, strlen(text));
    while (ald_words_next(&words, &word)) {
        char head[ALD_WORD_BYTES];
        const char *rest;
        ald_language_spell(p->lang, word.text);
        ald_language_contraction(p->lang, word.text, head, &rest);
        if (*head && n < most && ald_names_find(p->lang->stop, head) == ALD_NOBODY)
            memcpy(ret[n++], head, strlen(head) + 1);
        if (*rest && n < most)
            (void)snprintf(ret[n++], ALD_WORD_BYTES, "%s", rest);
    }
    return n;
}

/* One alternative: <set>, #, ^, =exact, begin*, -end, or a word. Several words are several elements, where that is possible. */
static ALD_CHECK enum ald_rc alternative(const struct place *p, const char *text, bool alone, struct chain *chain, struct ald_err *err)
{
    struct element *el = &chain->elements[chain->n];
    char words[ALD_PHRASE_ELEMENTS][ALD_WORD_BYTES];
    char stem[ALD_WORD_BYTES];
    size_t n = strlen(text);
    if (n > 2 && text[0] == '<' && text[n - 1] == '>') {
        uint32_t set = find_set(p, ald_strndup(p->scratch, text + 1, n - 2));
        if (set == ALD_NOBODY)
            return ald_lexicon_bad(p->file, p->node, err, "no words '%s' are defined above", text);
        return add_symbol(p, el, set, err);
    }
    if (strcmp(text, "#") == 0 || strcmp(text, "^") == 0)
        return add_symbol(p, el, symbol(p, text, ""), err);
    bool exact = text[0] == '=', ends = n > 1 && text[0] == '-', begins = n > 1 && text[n - 1] == '*';
    size_t found = plain_words(p, text + (exact || ends), words, ALD_PHRASE_ELEMENTS);
    if (found == 0) /* stop words, which texts lose too */
        return ALD_OK;
    if (found > 1 && (!alone || exact || begins || ends))
        return ald_lexicon_bad(p->file, p->node, err, "'%s' is more than one word: make it a member of a set under words", text);
    if (begins) {
        p->lang->beginnings |= 1ull << strlen(words[0]);
        return add_symbol(p, el, symbol(p, "^", words[0]), err);
    }
    if (ends) {
        ald_language_fold(p->lang, words[0], stem);
        p->lang->ends |= 1ull << strlen(stem);
        return add_symbol(p, el, symbol(p, "$", stem), err);
    }
    for (size_t i = 0; i < found; i++) {
        if (chain->n + i >= ALD_PHRASE_ELEMENTS)
            return ald_lexicon_bad(p->file, p->node, err, "a phrase has at most %d words", ALD_PHRASE_ELEMENTS);
        ald_language_fold(p->lang, words[i], stem);
        ALD_TRY(add_symbol(p, &chain->elements[chain->n + i], symbol(p, exact ? "=" : "~", exact ? words[i] : stem), err));
    }
    chain->n += found - 1; /* the last one is counted by the caller */
    return ALD_OK;
}

/* "(one word|or more)": a set without a name; the same words in another phrase are the same set. */
static ALD_CHECK enum ald_rc group(const struct place *p, char *text, struct chain *chain, struct ald_err *err)
{
    size_t n = strlen(text);
    if (text[n - 1] != ')')
        return ald_lexicon_bad(p->file, p->node, err, "'(' without its ')'");
    text[n - 1] = '\0';
    const char *name = ald_sprintf(p->scratch, "(%s/%s", strchr(text, '<') && p->local ? p->local : "", text + 1);
    uint32_t known = ald_names_find(p->lang->symbols, name);
    if (known != ALD_NOBODY)
        return add_symbol(p, &chain->elements[chain->n], known, err);
    uint32_t sym = ald_names_add(p->lang->symbols, name);
    char *rest = text + 1, *one;
    while ((one = strsep(&rest, "|")) != NULL) {
        const struct ald_phrase member = {.kind = ALD_PHRASE_SET, .of = sym};
        char words[2][ALD_WORD_BYTES];
        struct ald_yaml node = *p->node;
        if (*one && !strpbrk(one, "<=*#^.?~") && plain_words(p, one, words, 2) == 0) /* stop words, which texts lose too */
            continue;
        node.text = one;
        ALD_TRY(ald_lexicon_phrase(p->lex, p->lang, p->file, &node, p->local, &member, err));
    }
    return add_symbol(p, &chain->elements[chain->n], sym, err);
}

static ALD_CHECK enum ald_rc element(const struct place *p, char *text, uint8_t *gap, struct chain *chain, struct ald_err *err)
{
    size_t n = strlen(text), first = chain->n;
    bool optional = n > 1 && text[n - 1] == '?';
    if (optional)
        text[n - 1] = '\0';
    if (chain->n >= ALD_PHRASE_ELEMENTS)
        return ald_lexicon_bad(p->file, p->node, err, "a phrase has at most %d words", ALD_PHRASE_ELEMENTS);
    char *rest = text, *one;
    bool alone = strchr(text, '|') == NULL;
    if (*text == '(') {
        ALD_TRY(group(p, text, chain, err));
        rest = NULL;
    }
    while ((one = strsep(&rest, "|")) != NULL) {
        if (!*one)
            return ald_lexicon_bad(p->file, p->node, err, "an empty alternative: write word? for an optional one");
        ALD_TRY(alternative(p, one, alone, chain, err));
    }
    if (!chain->elements[chain->n].n) /* only stop words */
        return ALD_OK;
    chain->elements[first].gap = *gap;
    chain->elements[chain->n++].optional = optional;
    *gap = 0;
    return ALD_OK;
}

/* Pieces of a phrase: what white space separates, a group as one piece. */
static char *next_piece(char **rest)
{
    char *s = *rest;
    if (!s)
        return NULL;
    s += strspn(s, " \t\n");
    char *end = *s == '(' ? strchr(s, ')') : NULL;
    if (!end)
        end = s;
    end += strcspn(end, " \t\n");
    *rest = *end ? end + 1 : NULL;
    *end = '\0';
    return s;
}

static ALD_CHECK enum ald_rc read_chain(const struct place *p, const char *phrase, struct chain *chain, struct ald_err *err)
{
    char *text = ald_strdup(p->scratch, phrase), *rest = text, *item;
    uint8_t gap = 0;
    while ((item = next_piece(&rest)) != NULL) {
        if (!*item)
            continue;
        if (strcmp(item, "..") == 0 || strcmp(item, "...") == 0) {
            gap = item[2] ? ALD_GAP_LONG : ALD_GAP_SHORT;
        } else if (strcmp(item, "~") == 0) {
            if (chain->swap || !chain->n)
                return ald_lexicon_bad(p->file, p->node, err, "one ~ between two parts of a phrase, found another");
            chain->swap = chain->n;
            gap = ALD_GAP_LONG;
        } else {
            ALD_TRY(element(p, item, &gap, chain, err));
        }
    }
    if (!chain->n || gap)
        return ald_lexicon_bad(p->file, p->node, err, "a phrase begins and ends with a word that is not left out as a stop word");
    return ALD_OK;
}

static void add_cue(struct ald_phrase *phrase, uint32_t cue)
{
    for (uint8_t i = 0; i < phrase->cues_n; i++)
        if (phrase->cues[i] == cue)
            return;
    if (phrase->cues_n < ALD_PHRASE_CUES)
        phrase->cues[phrase->cues_n++] = cue;
}

static void add_set(struct ald_phrase *phrase, uint32_t set)
{
    for (uint8_t i = 0; i < phrase->sets_n; i++)
        if (phrase->sets[i] == set)
            return;
    if (phrase->sets_n < ALD_PHRASE_SETS)
        phrase->sets[phrase->sets_n++] = set;
}

static void own_cue(const struct ald_language *lang, struct ald_phrase *phrase, uint32_t sym)
{
    if (sym < lang->cue_word_n && lang->cue_word[sym])
        add_cue(phrase, sym);
    if (!strchr("<(", *ald_names_text(lang->symbols, sym))) /* no set: most are words */
        return;
    for (size_t i = 0; i < lang->set_inner_n; i++)
        if (lang->set_inner[i].set == sym)
            add_set(phrase, lang->set_inner[i].inner);
    for (size_t i = 0; i < lang->set_cues_n; i++)
        if (lang->set_cues[i].set == sym)
            add_cue(phrase, lang->set_cues[i].cue);
}

/* The state after this element, which follows the state before (first: none): phrases that begin alike share it.
 * *ret_new: nothing leads there yet. */
static uint32_t state_after(const struct place *p, bool first, uint32_t before, const struct element *el, bool *ret_new)
{
    struct ald_language *lang = p->lang;
    size_t room = 40 + el->n * 11, used;
    char *name = ald_alloc(p->scratch, room);
    used = first ? 0 : (size_t)snprintf(name, room, "%u/%u", before, (unsigned)el->gap);
    for (size_t s = 0; s < el->n; s++)
        used += (size_t)snprintf(name + used, room - used, ":%u", el->symbols[s]);
    uint32_t state = ald_names_add(lang->beginning, name);
    *ret_new = state == lang->states_n;
    lang->states_n = (uint32_t)ald_names_n(lang->beginning);
    return state;
}

/* One way to read the phrase becomes a chain of states. */
static void add_states(const struct place *p, const struct ald_phrase *phrase, const struct element *const *way, size_t n)
{
    struct ald_language *lang = p->lang;
    uint32_t before = 0;
    lang->phrases = ald_grow(p->lex->arena, lang->phrases, lang->phrases_n, &lang->phrases_cap, sizeof *lang->phrases);
    struct ald_phrase *made = &lang->phrases[lang->phrases_n];
    *made = *phrase;
    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n, fresh = true;
        uint32_t to = last ? (uint32_t)lang->phrases_n : state_after(p, i == 0, before, way[i], &fresh);
        for (size_t s = 0; s < way[i]->n; s++) {
            uint32_t sym = way[i]->symbols[s];
            own_cue(lang, made, sym);
            if (!fresh)
                continue;
            lang->postings = ald_grow(p->lex->arena, lang->postings, lang->postings_n, &lang->postings_cap, sizeof *lang->postings);
            lang->postings[lang->postings_n++] =
                (struct ald_posting){.symbol = sym, .before = i ? before : ALD_NOBODY, .to = to, .gap = way[i]->gap, .first = i == 0, .last = last};
        }
        before = to;
    }
    made->one_word = n == 1;
    if (made->kind >= ALD_CUE_NOT && made->kind <= ALD_CUE_UNREAL)
        made->of = way[0]->symbols[way[0]->n - 1];
    if (made->kind == ALD_PHRASE_SET && made->of != ALD_NOBODY)
        ald_lexicon_set_cues(p->lex, lang, made->of, made);
    lang->phrases_n++;
}

/* Every choice of optional elements. */
static ALD_CHECK enum ald_rc add_ways(const struct place *p, const struct ald_phrase *phrase, const struct element *const *all, size_t n,
                                      struct ald_err *err)
{
    size_t options = 0;
    for (size_t i = 0; i < n; i++)
        options += all[i]->optional;
    if (options > ALD_PHRASE_OPTIONS)
        return ald_lexicon_bad(p->file, p->node, err, "more than %d optional words", ALD_PHRASE_OPTIONS);
    for (unsigned choice = 0; choice < 1u << options; choice++) {
        const struct element *way[2 * ALD_PHRASE_ELEMENTS];
        size_t kept = 0;
        unsigned option = 0;
        for (size_t i = 0; i < n; i++)
            if (!all[i]->optional || (choice >> option++ & 1))
                way[kept++] = all[i];
        if (!kept)
            return ald_lexicon_bad(p->file, p->node, err, "all words of the phrase are optional");
        add_states(p, phrase, way, kept);
    }
    return ALD_OK;
}

enum ald_rc ald_lexicon_phrase(struct ald_lexicon *lex, struct ald_language *lang, const char *file, const struct ald_yaml *node,
                               const char *local, const struct ald_phrase *phrase, struct ald_err *err)
{
    if (node->kind != ALD_YAML_SCALAR || !*node->text)
        return ald_lexicon_bad(file, node, err, "expected a phrase");
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct place p = {lex, lang, file, local, node, scratch};
    struct chain chain;
    chain.n = chain.swap = 0;
    for (size_t i = 0; i <= ALD_PHRASE_ELEMENTS; i++) { /* not their symbols: 17,000 phrases are read whenever an analysis begins */
        chain.elements[i].n = 0;
        chain.elements[i].gap = 0;
        chain.elements[i].optional = false;
    }
    ALD_TRY(read_chain(&p, node->text, &chain, err));
    const struct element *all[ALD_PHRASE_ELEMENTS];
    for (size_t i = 0; i < chain.n; i++)
        all[i] = &chain.elements[i];
    ALD_TRY(add_ways(&p, phrase, all, chain.n, err));
    if (!chain.swap)
        return ALD_OK;
    for (size_t i = 0; i < chain.n; i++)
        all[i] = &chain.elements[(i + chain.swap) % chain.n];
    chain.elements[chain.swap].gap = 0;
    chain.elements[0].gap = ALD_GAP_LONG;
    return add_ways(&p, phrase, all, chain.n, err);
}
