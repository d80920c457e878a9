/* What a word means: how it folds, and which postings it enters. Most words are members of many sets; what follows from that is
 * gathered once, when the word is first seen, so that reading it again walks one list. */
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/hash.h"
#include "analysis/lexicon_run.h"

enum { SLOTS_FIRST = 1024, SLOTS_MOST = 16384 }; /* more when three quarters are taken, and emptied at last */

struct symbols {
    uint32_t of[ALD_WORD_SYMBOLS];
    uint8_t n;
};

void ald_run_remember(struct ald_run *run)
{
    run->memo_slots = SLOTS_FIRST;
    run->memo_own = ald_arena_new();
    run->memo = ald_calloc(run->memo_own, run->memo_slots, sizeof *run->memo);
    run->reached = ald_calloc(run->arena, ald_names_n(run->lang->symbols), sizeof *run->reached);
    run->memo_arena = ald_arena_new();
}

void ald_run_forget(struct ald_run *run)
{
    ald_arena_free(run->memo_arena);
    ald_arena_free(run->memo_own);
    run->memo_arena = run->memo_own = NULL;
}

/* The word's slot, or the one that is free for it. */
static struct ald_meaning *slot_of(const struct ald_run *run, const char *word, uint64_t hash)
{
    size_t slot = (size_t)hash & (run->memo_slots - 1);
    while (run->memo[slot].used && strcmp(run->memo[slot].text, word) != 0)
        slot = (slot + 1) & (run->memo_slots - 1);
    return &run->memo[slot];
}

static void make_room(struct ald_run *run)
{
    const struct ald_meaning *had = run->memo;
    size_t slots = run->memo_slots;
    if (slots == SLOTS_MOST) {
        memset(run->memo, 0, slots * sizeof *run->memo);
        run->memo_n = 0;
        ald_arena_free(run->memo_arena);
        run->memo_arena = ald_arena_new();
        return;
    }
    struct ald_arena *old = run->memo_own;
    run->memo_own = ald_arena_new();
    run->memo_slots *= 2;
    run->memo = ald_calloc(run->memo_own, run->memo_slots, sizeof *run->memo);
    for (size_t i = 0; i < slots; i++)
        if (had[i].used)
            *slot_of(run, had[i].text, ald_siphash(had[i].text, strlen(had[i].text))) = had[i];
    ald_arena_free(old);
}

static void add_symbol(const struct ald_language *lang, struct symbols *s, const char *name)
{
    uint32_t sym = ald_names_find(lang->symbols, name);
    if (sym != ALD_NOBODY && lang->first[sym] < lang->first[sym + 1] && s->n < ALD_WORD_SYMBOLS)
        s->of[s->n++] = sym;
}

static int by_before(const void *x, const void *y)
{
    const struct ald_posting *a = x, *b = y;
    if (a->before != b->before)
        return a->before < b->before ? -1 : 1;
    if (a->last != b->last)
        return a->last ? 1 : -1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (a->gap > b->gap) - (a->gap < b->gap);
}

/* The postings of a symbol, and of the sets that it gives by itself. */
static void gather(struct ald_run *run, uint32_t symbol, size_t *n)
{
    const struct ald_language *lang = run->lang;
    if (run->reached[symbol] == run->gathering)
        return;
    run->reached[symbol] = run->gathering;
    for (uint32_t i = lang->first[symbol]; i < lang->first[symbol + 1]; i++) {
        const struct ald_posting *p = &lang->postings[i];
        if (p->first && p->set) {
            gather(run, p->to, n);
            continue;
        }
        run->gathered = ald_grow(run->arena, run->gathered, *n, &run->gathered_cap, sizeof *run->gathered);
        run->gathered[(*n)++] = *p;
    }
}

static void add_postings(struct ald_run *run, struct ald_meaning *m, const struct symbols *s)
{
    size_t n = 0;
    run->gathering++;
    for (uint8_t i = 0; i < s->n; i++)
        gather(run, s->of[i], &n);
    if (!n)
        return;
    struct ald_posting *made = ald_alloc(run->memo_arena, n * sizeof *made);
    memcpy(made, run->gathered, n * sizeof *made);
    qsort(made, n, sizeof *made, by_before);
    for (size_t i = n; i-- > 0;) {
        bool more = i + 1 < n && made[i + 1].before == made[i].before && made[i + 1].same < UINT16_MAX;
        made[i].same = more ? (uint16_t)(made[i + 1].same + 1) : 1;
    }
    m->parts[m->parts_n].postings = made;
    m->parts[m->parts_n].n = (uint32_t)n;
}

static void add_part(struct ald_run *run, struct ald_meaning *m, const char *word, bool number)
{
    const struct ald_language *lang = run->lang;
    char name[ALD_WORD_BYTES + 1], stem[ALD_WORD_BYTES];
    struct symbols s = {.n = 0};
    size_t n = strlen(word);
    m->parts[m->parts_n].stop = ald_names_find(lang->stop, word) != ALD_NOBODY;
    if (!m->parts[m->parts_n].stop) {
        name[0] = '=';
        memcpy(name + 1, word, n + 1);
        add_symbol(lang, &s, name);
        name[0] = '~';
        ald_language_fold(lang, word, stem);
        size_t stem_n = strlen(stem);
        memcpy(name + 1, stem, stem_n + 1);
        add_symbol(lang, &s, name);
        for (size_t len = 1; len <= n; len++) {
            if (!(lang->beginnings >> len & 1))
                continue;
            name[0] = '^';
            memcpy(name + 1, word, len);
            name[len + 1] = '\0';
            add_symbol(lang, &s, name);
        }
        name[0] = '$';
        for (size_t len = 1; lang->ends && len <= stem_n; len++)
            if (lang->ends >> len & 1) {
                memcpy(name + 1, stem + stem_n - len, len + 1);
                add_symbol(lang, &s, name);
            }
        if (number)
            add_symbol(lang, &s, "#");
        add_postings(run, m, &s);
    }
    m->parts_n++;
}

const struct ald_meaning *ald_run_meaning(struct ald_run *run, const struct ald_word *word, uint64_t hash)
{
    struct ald_meaning *m = slot_of(run, word->text, hash);
    if (m->used)
        return m;
    if (run->memo_n >= run->memo_slots / 4 * 3) {
        make_room(run);
        m = slot_of(run, word->text, hash);
    }
    char spelt[ALD_WORD_BYTES], head[ALD_WORD_BYTES];
    const char *rest;
    *m = (struct ald_meaning){.used = true};
    memcpy(m->text, word->text, word->len + 1);
    memcpy(spelt, word->text, word->len + 1);
    run->memo_n++;
    ald_language_spell(run->lang, spelt);
    m->common = ald_names_find(run->lang->common, spelt) != ALD_NOBODY;
    ald_language_contraction(run->lang, spelt, head, &rest);
    add_part(run, m, head, word->number);
    if (*rest)
        add_part(run, m, rest, false);
    return m;
}
