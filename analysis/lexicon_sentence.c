/* The end of a sentence: which of the phrases that stand in it hold. A phrase does not hold where it is negated,
 * conditional, meant for the future, or asked. */
#include <string.h>

#include "alidade/analysis.h"
#include "analysis/lexicon_run.h"

#define NOT_REACH 6 /* words between a negation and what it negates */
#define HEADING 9      /* words of the longest heading that is read as one */
#define HEADING_MORE 4 /* of those: after the words by which it is known */

/* How many turns, joins and outcomes come up to each word: two words in one clause have the same number. */
struct clauses {
    uint16_t turn[2 * ALD_SENTENCE_WORDS + 2], join[2 * ALD_SENTENCE_WORDS + 2], outcome[2 * ALD_SENTENCE_WORDS + 2];
};

static unsigned kind_of(const struct ald_run *run, const struct ald_hit *hit)
{
    return run->lang->phrases[hit->phrase].kind;
}

static bool excepted(const struct ald_run *run, const struct ald_hit *cue)
{
    for (size_t i = 0; i < run->hits_n; i++)
        if (kind_of(run, &run->hits[i]) == ALD_CUE_EXCEPT && run->hits[i].from <= cue->from && cue->to <= run->hits[i].to)
            return true;
    return false;
}

static void cut_clauses(const struct ald_run *run, struct clauses *ret)
{
    bool list = false; /* after a colon, semicolons part the items of a list, which share their beginning */
    for (uint32_t i = 0; i < run->words_n; i++) {
        list |= run->words[i].mark == ALD_MARK_COLON;
        ret->turn[i] = run->words[i].mark == ALD_MARK_STRONG && !list;
        ret->join[i] = run->words[i].mark != ALD_MARK_NONE;
        ret->outcome[i] = 0;
    }
    for (size_t i = 0; i < run->hits_n; i++) {
        unsigned kind = kind_of(run, &run->hits[i]);
        if (kind == ALD_CUE_TURN)
            ret->turn[run->hits[i].from] = 1;
        if (kind == ALD_CUE_TURN || kind == ALD_CUE_JOIN)
            ret->join[run->hits[i].from] = 1;
        if (kind == ALD_CUE_OUTCOME && !excepted(run, &run->hits[i]))
            ret->outcome[run->hits[i].from] = 1;
    }
    for (uint32_t i = 1; i < run->words_n; i++) {
        ret->turn[i] = (uint16_t)(ret->turn[i] + ret->turn[i - 1]);
        ret->join[i] = (uint16_t)(ret->join[i] + ret->join[i - 1]);
        ret->outcome[i] = (uint16_t)(ret->outcome[i] + ret->outcome[i - 1]);
    }
}

bool ald_run_has_cue(const struct ald_run *run)
{
    for (size_t i = 0; i < run->hits_n; i++) {
        unsigned kind = kind_of(run, &run->hits[i]);
        if (kind >= ALD_CUE_NOT && kind <= ALD_CUE_UNREAL && !excepted(run, &run->hits[i]))
            return true;
    }
    return false;
}

/* Cues that count, moved to the front of the hits; their number. */
static size_t gather_cues(struct ald_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->hits_n; i++) {
        unsigned kind = kind_of(run, &run->hits[i]);
        if (kind < ALD_CUE_NOT || kind > ALD_CUE_UNREAL || excepted(run, &run->hits[i]))
            continue;
        struct ald_hit cue = run->hits[i];
        run->hits[i] = run->hits[n];
        run->hits[n++] = cue;
    }
    return n;
}

/* The cue's word is one of the phrase's own. */
static bool has_cue(const struct ald_run *run, const struct ald_hit *hit, const struct ald_hit *cue)
{
    const struct ald_phrase *p = &run->lang->phrases[hit->phrase];
    for (uint8_t i = 0; i < p->cues_n; i++)
        if (p->cues[i] == run->lang->phrases[cue->phrase].of)
            return true;
    return false;
}

static bool uses_set(const struct ald_phrase *phrase, uint32_t set)
{
    for (uint8_t i = 0; i < phrase->sets_n; i++)
        if (phrase->sets[i] == set)
            return true;
    return false;
}

/* The cue is a word of a member of one of the phrase's sets ("could not keep up"). */
static bool within_set(const struct ald_run *run, const struct ald_hit *cue, const struct ald_hit *hit)
{
    const struct ald_phrase *phrase = &run->lang->phrases[hit->phrase];
    if (!phrase->sets_n)
        return false;
    for (size_t i = 0; i < run->hits_n; i++) {
        const struct ald_hit *set = &run->hits[i];
        if (kind_of(run, set) == ALD_PHRASE_SET && uses_set(phrase, run->lang->phrases[set->phrase].of) && has_cue(run, set, cue) && set->from <= cue->from && cue->from <= set->to && hit->from <= set->from && set->to <= hit->to)
            return true;
    }
    return false;
}

static bool voids(const struct ald_run *run, const struct clauses *c, const struct ald_hit *cue, const struct ald_hit *hit)
{
    unsigned kind = kind_of(run, cue);
    bool came_of_it = kind == ALD_CUE_PURPOSE && c->outcome[cue->to] != c->outcome[hit->to];
    if (cue->from >= hit->from && cue->from <= hit->to)
        return !has_cue(run, hit, cue) && !within_set(run, cue, hit) && !came_of_it;
    bool before = cue->from < hit->from;
    switch (kind) {
    case ALD_CUE_NOT:
        return before && c->join[cue->to] == c->join[hit->from] && (cue->to >= hit->from || hit->from - cue->to <= NOT_REACH);
    case ALD_CUE_NOT_BEFORE:
        return !before && c->join[hit->to] == c->join[cue->from] && cue->from - hit->to <= NOT_REACH;
    case ALD_CUE_MODAL:
        return before ? c->turn[cue->to] == c->turn[hit->from] : c->join[hit->to] == c->join[cue->from];
    case ALD_CUE_PURPOSE:
        return before && c->turn[cue->to] == c->turn[hit->from] && !came_of_it;
    default:
        return before && c->turn[cue->to] == c->turn[hit->from];
    }
}

/* Does the phrase hold in this sentence? file: of its rule. */
static bool holds(const struct ald_run *run, const struct clauses *c, size_t cues_n, const struct ald_hit *hit, uint32_t file)
{
    const struct ald_phrase *p = &run->lang->phrases[hit->phrase];
    for (size_t i = 0; !p->as_written && i < cues_n; i++)
        if (voids(run, c, &run->hits[i], hit))
            return false;
    for (size_t i = 0; i < run->hits_n; i++)
        if (kind_of(run, &run->hits[i]) == ALD_PHRASE_NEGATION && run->lang->phrases[run->hits[i].phrase].of == file)
            return false;
    return true;
}

static void tell(const struct ald_run *run, const struct ald_hit *hit, uint32_t file, uint32_t rule, double weight, ald_found_fn *found,
                 void *ctx)
{
    const struct ald_found f = {.pattern = run->lex->files[file].pattern,
                                .rule = rule,
                                .weight = weight,
                                .sentence = run->from,
                                .sentence_end = run->to,
                                .from = run->words[hit->from].from,
                                .to = run->words[hit->to].to};
    found(ctx, &f);
}

/* One part of several holds. When it is the last: have the others, in this sentence or the one before? */
static void take_part(struct ald_run *run, const struct ald_hit *hit, uint64_t sentence, uint64_t first_of_text, ald_found_fn *found,
                      void *ctx)
{
    const struct ald_phrase *p = &run->lang->phrases[hit->phrase];
    uint32_t group = run->lex->together_of[p->of];
    const struct ald_together *t = &run->lex->together[group];
    run->part_last[p->of] = sentence;
    if (p->of + 1 != t->part + t->parts_n)
        return;
    for (uint32_t i = 0; i < t->parts_n; i++) {
        uint64_t last = run->part_last[t->part + i];
        if (last + 1 < sentence || last < first_of_text)
            return;
    }
    if (run->together_last[group] == sentence)
        return;
    run->together_last[group] = sentence;
    tell(run, hit, t->file, t->rule, t->weight, found, ctx);
}

/* Phrases and cues that begin or end with another language's word. */
static void drop_others(struct ald_run *run)
{
    size_t kept = 0;
    for (size_t i = 0; i < run->hits_n; i++)
        if (!run->words[run->hits[i].from].other && !run->words[run->hits[i].to].other)
            run->hits[kept++] = run->hits[i];
    run->hits_n = kept;
}

/* "Action items" and "Root cause", in a line of their own: what follows is to be done, or was so. The first may say a little
 * more ("Next steps for the team"); the second may not, since items of a list begin with such words ("Update the runbook"). */
static void read_heading(struct ald_run *run)
{
    uint32_t first = run->words_n && run->words[0].from == run->words[0].to ? 1 : 0; /* the place of "^" */
    for (size_t i = 0; i < run->hits_n && !run->full_stop && run->words_n <= first + HEADING; i++) {
        const struct ald_hit *hit = &run->hits[i];
        unsigned kind = kind_of(run, hit);
        if (hit->from > first || (kind != ALD_CUE_AHEAD && kind != ALD_CUE_BACK))
            continue;
        uint32_t after = run->words_n - 1 - hit->to;
        if (!after || run->words[hit->to + 1].mark != ALD_MARK_NONE || (kind == ALD_CUE_AHEAD && after <= HEADING_MORE))
            run->ahead = kind == ALD_CUE_AHEAD;
    }
}

void ald_run_sentence(struct ald_run *run, uint64_t sentence, uint64_t first_of_text, bool question, bool foreign, ald_found_fn *found,
                      void *ctx)
{
    if (foreign)
        drop_others(run);
    run->ahead &= sentence != first_of_text;
    read_heading(run);
    size_t hits_n = question || run->ahead ? 0 : run->hits_n;
    if (hits_n) {
        struct clauses clauses;
        cut_clauses(run, &clauses);
        size_t cues_n = gather_cues(run);
        for (size_t i = cues_n; i < hits_n; i++) {
            const struct ald_hit *hit = &run->hits[i];
            const struct ald_phrase *p = &run->lang->phrases[hit->phrase];
            if (p->kind == ALD_PHRASE_RULE && holds(run, &clauses, cues_n, hit, p->of))
                tell(run, hit, p->of, p->rule, p->weight, found, ctx);
            else if (p->kind == ALD_PHRASE_PART && holds(run, &clauses, cues_n, hit, p->rule))
                take_part(run, hit, sentence, first_of_text, found, ctx);
        }
    }
    run->hits_n = 0;
    run->words_n = 0;
    run->begun = false;
    run->common_n = 0;
    run->mark = ALD_MARK_NONE;
    run->first = run->next;
}
