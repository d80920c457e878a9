/* Words through the automaton. Each word is looked up once (lexicon_memo.c), and enters the states that it can enter: its work
 * does not depend on how many other phrases there are. */
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/hash.h"
#include "analysis/lexicon_run.h"

#define FOREIGN 2        /* a sentence with so many more common words of another language is not in this one */

struct ald_matcher {
    const struct ald_lexicon *lex;
    struct ald_arena *arena;
    struct ald_run *runs; /* by language */
    uint64_t sentence;
    struct ald_names *abbreviations, *after_number; /* of all languages */
};

struct ald_matcher *ald_matcher_new(const struct ald_lexicon *lex)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_matcher *m = ald_alloc(arena, sizeof *m);
    uint64_t *part_last = ald_calloc(arena, lex->parts_n, sizeof *part_last);
    uint64_t *together_last = ald_calloc(arena, lex->together_n, sizeof *together_last);
    *m = (struct ald_matcher){.lex = lex, .arena = arena, .sentence = 1, .abbreviations = ald_names_new(arena), .after_number = ald_names_new(arena)};
    m->runs = ald_calloc(arena, lex->languages_n, sizeof *m->runs);
    for (size_t i = 0; i < lex->languages_n; i++) {
        struct ald_run *run = &m->runs[i];
        run->lex = lex;
        run->lang = &lex->languages[i];
        run->states = ald_calloc(arena, run->lang->states_n, sizeof *run->states);
        run->recent = ald_calloc(arena, run->lang->states_n, sizeof *run->recent);
        run->phrase_end = ald_calloc(arena, run->lang->phrases_n, sizeof *run->phrase_end);
        run->next = run->first = 1;
        run->part_last = part_last;
        run->together_last = together_last;
        run->arena = arena;
        ald_run_remember(run);
        for (uint32_t j = 0; j < ald_names_n(run->lang->abbreviation); j++)
            (void)ald_names_add(m->abbreviations, ald_names_text(run->lang->abbreviation, j));
        for (uint32_t j = 0; j < ald_names_n(run->lang->after_number); j++)
            (void)ald_names_add(m->after_number, ald_names_text(run->lang->after_number, j));
    }
    return m;
}

void ald_matcher_free(struct ald_matcher *matcher)
{
    if (!matcher)
        return;
    ald_names_free(matcher->abbreviations);
    ald_names_free(matcher->after_number);
    for (size_t i = 0; i < matcher->lex->languages_n; i++)
        ald_run_forget(&matcher->runs[i]);
    ald_arena_free(matcher->arena); /* the matcher itself lies in it */
}

void ald_matcher_freep(struct ald_matcher **matcher)
{
    ald_matcher_free(*matcher);
    *matcher = NULL;
}

/* ---- Through the states ---- */

static void feed(struct ald_run *run, uint32_t symbol, uint64_t start, uint64_t end);

static void complete(struct ald_run *run, uint32_t phrase, uint64_t start, uint64_t end)
{
    const struct ald_phrase *p = &run->lang->phrases[phrase];
    if (run->phrase_end[phrase] == end)
        return;
    run->phrase_end[phrase] = end;
    if (p->kind == ALD_PHRASE_SET) {
        feed(run, p->of, start, end);
    }
    if (run->hits_n == ALD_SENTENCE_HITS)
        return;
    run->hits = ald_grow(run->arena, run->hits, run->hits_n, &run->hits_cap, sizeof *run->hits);
    run->hits[run->hits_n++] =
        (struct ald_hit){.phrase = phrase, .from = (uint32_t)(start - run->first), .to = (uint32_t)(end - run->first)};
}

/* Of the places where the state before holds, the latest that ends before start; no earlier one would fit better. */
static bool follows(const struct ald_run *run, const struct ald_posting *p, uint64_t start, uint64_t *ret_start)
{
    const struct ald_reached *before = &run->states[p->before];
    for (int i = 0; i < 2; i++) {
        if (before->end[i] >= start)
            continue;
        *ret_start = before->start[i];
        return before->end[i] >= run->first && before->end[i] != 0 && start - before->end[i] - 1 <= p->gap;
    }
    return false;
}

/* Each of these that can enter its state does. Sets lead to sets defined after them, so this ends. */
static void walk(struct ald_run *run, const struct ald_posting *p, const struct ald_posting *stop, uint64_t start, uint64_t end)
{
    for (; p < stop; p++) {
        uint64_t from = start;
        if (!p->first) {
            int32_t since = (int32_t)((uint32_t)start - run->recent[p->before]);
            if (since > ALD_GAP_LONG + 1) {
                p += p->same - 1u;
                continue;
            }
            if (since > p->gap + 1 || !follows(run, p, start, &from))
                continue;
        }
        if (p->set) {
            feed(run, p->to, from, end);
            continue;
        }
        if (p->last) {
            complete(run, p->to, from, end);
            continue;
        }
        struct ald_reached *state = &run->states[p->to];
        if (state->end[0] == end)
            continue;
        state->start[1] = state->start[0];
        state->end[1] = state->end[0];
        state->start[0] = from;
        state->end[0] = end;
        run->recent[p->to] = (uint32_t)end;
    }
}

static void feed(struct ald_run *run, uint32_t symbol, uint64_t start, uint64_t end)
{
    const struct ald_language *lang = run->lang;
    walk(run, lang->postings + lang->first[symbol], lang->postings + lang->first[symbol + 1], start, end);
}

static uint64_t place(struct ald_run *run, size_t from, size_t to, uint8_t mark)
{
    run->words[run->words_n].from = from;
    run->words[run->words_n].to = to;
    run->words[run->words_n].other = false;
    run->words[run->words_n++].mark = mark;
    return run->next++;
}

uint32_t ald_run_word(struct ald_run *run, const struct ald_word *word, uint64_t hash)
{
    static const struct ald_meaning unknown = {.parts_n = 1};
    const struct ald_meaning *m = word->len ? ald_run_meaning(run, word, hash) : &unknown;
    if (!run->begun && !m->parts[0].stop && run->lang->start != ALD_NOBODY) {
        uint64_t at = place(run, word->from, word->from, ALD_MARK_NONE);
        feed(run, run->lang->start, at, at);
    }
    if (!run->begun)
        run->from = word->from;
    run->to = word->to;
    run->begun = true;
    run->common = m->common;
    run->common_n += m->common;
    uint32_t before = run->words_n;
    if (word->mark > run->mark)
        run->mark = word->mark;
    for (uint8_t part = 0; part < m->parts_n; part++) {
        if (m->parts[part].stop)
            continue;
        uint64_t at = place(run, word->from, word->to, run->mark);
        run->mark = ALD_MARK_NONE;
        walk(run, m->parts[part].postings, m->parts[part].postings + m->parts[part].n, at, at);
    }
    return run->words_n - before;
}

/* ---- Texts ---- */

/* A full stop ends a sentence unless it belongs to an abbreviation, an initial or an ordinal number. */
static bool ends(const struct ald_matcher *m, const struct ald_words *words, const struct ald_word *before, const struct ald_word *after)
{
    if (words->stop)
        return true;
    if (words->dot && before->number && before->len <= 2 && ald_names_find(m->after_number, after->text) != ALD_NOBODY)
        return false;
    bool initial = before->len == 1 && !before->number && before->text[0] != '%';
    return words->dot && !initial && ald_names_find(m->abbreviations, before->text) == ALD_NOBODY;
}

/* Each language reads the word, and is told where it is a word by which another is known. */
static void take_word(struct ald_matcher *m, const struct ald_word *word)
{
    size_t commons = 0;
    uint32_t taken[ALD_LANGUAGES];
    uint64_t hash = ald_siphash(word->text, word->len);
    for (size_t i = 0; i < m->lex->languages_n; i++) {
        taken[i] = ald_run_word(&m->runs[i], word, hash);
        commons += m->runs[i].common;
    }
    for (size_t i = 0; commons && i < m->lex->languages_n; i++)
        for (uint32_t k = 1; !m->runs[i].common && k <= taken[i]; k++)
            m->runs[i].words[m->runs[i].words_n - k].other = true;
}

/* In a sentence of one language the others see loan words, and nothing of its grammar: where it negates or supposes, what
 * they find does not hold. */
static void end_sentence(struct ald_matcher *m, uint64_t first, const struct ald_words *words, ald_found_fn *found, void *ctx)
{
    uint32_t most = 0;
    bool cued = false;
    for (size_t i = 0; i < m->lex->languages_n; i++)
        most = m->runs[i].common_n > most ? m->runs[i].common_n : most;
    for (size_t i = 0; i < m->lex->languages_n; i++)
        cued |= m->runs[i].common_n == most && ald_run_has_cue(&m->runs[i]);
    for (size_t i = 0; i < m->lex->languages_n; i++) {
        bool foreign = m->runs[i].common_n + FOREIGN <= most;
        m->runs[i].full_stop = words->dot;
        ald_run_sentence(&m->runs[i], m->sentence, first, words->question || (foreign && cued), foreign, found, ctx);
    }
}

void ald_matcher_read(struct ald_matcher *m, const char *text, size_t n, ald_found_fn *found, void *ctx)
{
    struct ald_words words;
    struct ald_word word, before = {.len = 0};
    uint64_t first = m->sentence;
    size_t in_sentence = 0;
    bool more = true;
    ald_words_begin(&words, text, n);
    while (more) {
        more = ald_words_next(&words, &word);
        if (in_sentence && (!more || in_sentence == ALD_SENTENCE_WORDS || ends(m, &words, &before, &word))) {
            end_sentence(m, first, &words, found, ctx);
            m->sentence++;
            in_sentence = 0;
        }
        if (!more)
            break;
        take_word(m, &word);
        in_sentence++;
        before = word;
    }
    m->sentence++; /* texts are no neighbours */
}
