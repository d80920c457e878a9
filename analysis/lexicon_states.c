/* What the states of a language need when its phrases are made: which cue words sets bring along, and the postings in the
 * order in which they are read. */
#include <stdlib.h>

#include "alidade/analysis.h"
#include "analysis/lexicon_priv.h"

static void note_inner(struct ald_lexicon *lex, struct ald_language *lang, uint32_t set, uint32_t inner)
{
    for (size_t i = 0; i < lang->set_inner_n; i++)
        if (lang->set_inner[i].set == set && lang->set_inner[i].inner == inner)
            return;
    lang->set_inner = ald_grow(lex->arena, lang->set_inner, lang->set_inner_n, &lang->set_inner_cap, sizeof *lang->set_inner);
    lang->set_inner[lang->set_inner_n++] = (struct ald_set_inner){set, inner};
}

void ald_lexicon_set_cues(struct ald_lexicon *lex, struct ald_language *lang, uint32_t set, const struct ald_phrase *member)
{
    if (member->cues_n && !member->one_word)
        note_inner(lex, lang, set, set);
    for (uint8_t i = 0; i < member->sets_n; i++)
        note_inner(lex, lang, set, member->sets[i]);
    for (uint8_t i = 0; member->one_word && i < member->cues_n; i++) {
        lang->set_cues = ald_grow(lex->arena, lang->set_cues, lang->set_cues_n, &lang->set_cues_cap, sizeof *lang->set_cues);
        lang->set_cues[lang->set_cues_n++] = (struct ald_set_cue){set, member->cues[i]};
    }
}

static int by_symbol(const void *x, const void *y)
{
    const struct ald_posting *a = x, *b = y;
    if (a->symbol != b->symbol)
        return a->symbol < b->symbol ? -1 : 1;
    if (a->before != b->before)
        return a->before < b->before ? -1 : 1;
    if (a->last != b->last)
        return a->last - b->last;
    return a->to != b->to ? (a->to < b->to ? -1 : 1) : 0;
}

/* A phrase of a set that no cue asks for later is its set and nothing else. */
static void shorten(const struct ald_language *lang, struct ald_posting *p)
{
    p->set = false;
    if (!p->last)
        return;
    const struct ald_phrase *phrase = &lang->phrases[p->to];
    p->set = phrase->kind == ALD_PHRASE_SET && (!phrase->cues_n || phrase->one_word);
    if (p->set)
        p->to = phrase->of;
}

void ald_lexicon_finish(struct ald_lexicon *lex, struct ald_language *lang)
{
    size_t n = ald_names_n(lang->symbols), at = 0;
    if (lang->postings_n)
        qsort(lang->postings, lang->postings_n, sizeof *lang->postings, by_symbol);
    lang->first = ald_calloc(lex->arena, n + 1, sizeof *lang->first);
    for (size_t s = 0; s <= n; s++) {
        while (at < lang->postings_n && lang->postings[at].symbol < s)
            at++;
        lang->first[s] = (uint32_t)at;
    }
    for (size_t i = lang->postings_n; i-- > 0;) {
        struct ald_posting *p = &lang->postings[i];
        bool more = i + 1 < lang->postings_n && p[1].symbol == p->symbol && p[1].before == p->before && p[1].same < UINT16_MAX;
        p->same = more ? (uint16_t)(p[1].same + 1) : 1;
        shorten(lang, p);
    }
    lang->start = ald_names_find(lang->symbols, "^");
    ald_names_free(lang->beginning);
    lang->beginning = NULL;
}
