/* Reads what was written about the incidents through the lexicon, once, and puts people's word above it. Which quote stands
 * for a pattern does not depend on the order of texts: the latest (it knows most), of equals the first in the alphabet; a
 * title only where no text says it. */
#include "analysis/patterns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alidade/decision.h"
#include "alidade/hash.h"
#include "alidade/limits.h"
#include "alidade/utf8.h"
#include "analysis/stored.h"

#define ENOUGH (1 - 1e-9) /* weights come to 1 */
#define RULES_KEPT 8      /* different rules of a pattern that are told apart in one incident */

/* What is gathered of one pattern in one incident. */
struct draft {
    uint32_t next; /* of the same incident; 0: none */
    uint32_t pattern;
    double weight;
    uint32_t rules[RULES_KEPT];
    uint8_t rules_n;
    int64_t at;
    const char *quote;
};
struct gather {
    struct ald_analysis *a;
    struct ald_patterns *p;
    struct ald_arena *scratch;
    struct draft *drafts; /* the first is nobody's */
    size_t drafts_n, drafts_cap, given_up_cap;
    uint32_t *of; /* by incident: its first draft */
    /* What is being taken. */
    uint32_t incident;
    int64_t at;
    const char *quote;
};

const char *ald_tag_name(enum ald_tag tag)
{
    static const char *const names[ALD_TAG_N] = {"suggested", "confirmed", "rejected"};
    return names[tag];
}

/* The sentence, cut around what matched when it is too long. */
const char *ald_pattern_quote(struct ald_arena *arena, const char *text, const struct ald_found *f)
{
    const char *raw = ald_strndup(arena, text + f->sentence, f->sentence_end - f->sentence);
    char *s = ald_utf8_repair(arena, raw, strlen(raw), NULL);
    for (char *c = s; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    if (ald_utf8_count(s) <= ALD_MAX_EVIDENCE_CHARS)
        return s;
    const size_t room = ALD_MAX_EVIDENCE_CHARS - 6; /* "..." on both sides */
    size_t before = f->from - f->sentence, n = strlen(s);
    size_t skip = before > room / 3 && before < n ? before - room / 3 : 0;
    while (skip && skip < n && s[skip - 1] != ' ')
        skip--;
    size_t len = ald_utf8_prefix(s + skip, room);
    while (len && s[skip + len] && s[skip + len] != ' ')
        len--;
    if (!len)
        len = ald_utf8_prefix(s + skip, room);
    return ald_sprintf(arena, "%s%.*s%s", skip ? "..." : "", (int)len, s + skip, s[skip + len] ? "..." : "");
}

static struct draft *draft_of(struct gather *g, uint32_t pattern)
{
    for (uint32_t d = g->of[g->incident]; d; d = g->drafts[d].next)
        if (g->drafts[d].pattern == pattern)
            return &g->drafts[d];
    g->drafts = ald_grow(g->scratch, g->drafts, g->drafts_n, &g->drafts_cap, sizeof *g->drafts);
    g->drafts[g->drafts_n] = (struct draft){.next = g->of[g->incident], .pattern = pattern, .at = ALD_TIME_NONE};
    g->of[g->incident] = (uint32_t)g->drafts_n;
    return &g->drafts[g->drafts_n++];
}

/* True when a quote of this time says more than the one of the draft. */
static bool better(const struct gather *g, const struct draft *d)
{
    if (!d->quote)
        return true;
    if (d->at != g->at)
        return d->at == ALD_TIME_NONE || (g->at != ALD_TIME_NONE && g->at > d->at);
    return strcmp(g->quote, d->quote) < 0;
}

static void give_up(struct gather *g, uint64_t hash)
{
    if (g->at == ALD_TIME_NONE) /* a title is no step of the search */
        return;
    struct ald_patterns *p = g->p;
    p->given_up = ald_grow(g->a->arena, p->given_up, p->given_up_n, &g->given_up_cap, sizeof *p->given_up);
    p->given_up[p->given_up_n++] = (struct ald_given_up){
        .incident = g->incident, .hash = hash, .at = g->at, .quote = g->quote};
}

/* How much of a company's full name is what people call it: "Acme Freight GmbH", "Acme Freight (Europe)" and "Acme Freight Status" are
 * Acme Freight. */
static size_t called(const char *us)
{
    static const char *const forms[] = {" status page", " system status", " status", " gmbh", " ag", " se", " kg", " inc", " inc.", " ltd", " ltd.", " limited", " llc", " plc", " corp", " corp.", " s.a.", " b.v."};
    size_t n = strcspn(us, "(,");
    for (bool cut = true; cut;) {
        cut = false;
        while (n && us[n - 1] == ' ')
            n--;
        for (size_t i = 0; i < sizeof forms / sizeof forms[0] && !cut; i++) {
            size_t form = strlen(forms[i]);
            cut = n > form && strncasecmp(us + n - form, forms[i], form) == 0;
            n -= cut ? form : 0;
        }
    }
    return n;
}

static bool names(const char *us, const char *text, const struct ald_found *f)
{
    size_t n = us ? called(us) : 0;
    for (size_t i = f->from; n && i + n <= f->to; i++)
        if (strncasecmp(text + i, us, n) == 0)
            return true;
    return false;
}

bool ald_pattern_is_ours(const struct ald_analysis *analysis, struct ald_own_words *own, const char *text, const struct ald_found *f)
{
    if (!ald_lexicon_at(ald_lexicon_built_in(), f->pattern)->outside)
        return false;
    bool us = names(analysis->settings->organisation, text, f);
    for (size_t i = 0; i < analysis->own_names_n && !us; i++)
        us = names(analysis->own_names[i], text, f);
    return us || ald_own_words_made(own, text, f);
}

static void add_rule(struct draft *d, uint32_t rule, double weight)
{
    bool known = d->rules_n == RULES_KEPT;
    for (uint8_t i = 0; i < d->rules_n; i++)
        known |= d->rules[i] == rule;
    if (!known) {
        d->rules[d->rules_n++] = rule;
        d->weight += weight;
    }
}

static void take_hit(struct gather *g, const struct ald_text_hit *hit)
{
    g->quote = hit->quote;
    if (ald_lexicon_at(g->p->lexicon, hit->pattern)->hypothesis) {
        give_up(g, ald_siphash(g->quote, strlen(g->quote)));
        return;
    }
    struct draft *d = draft_of(g, hit->pattern);
    add_rule(d, hit->rule, hit->weight);
    if (better(g, d)) {
        d->quote = g->quote;
        d->at = g->at;
    }
}

/* The incident of a record's row, ALD_NOBODY where it has none; rows come in order. */
static uint32_t incident_of(const struct ald_build *b, const struct gather *g, int64_t row, size_t *at)
{
    while (*at < b->by_row_n && b->by_row[*at].row < row)
        ++*at;
    return *at == b->by_row_n || b->by_row[*at].row != row ? ALD_NOBODY : g->a->records[b->by_row[*at].record].incident;
}

/* What had been found in texts that are no longer kept. */
static void take_kept(struct gather *g, struct ald_q *q)
{
    const char *name = ald_q_col_text(q, 2);
    size_t pattern = *name ? ald_lexicon_find(g->p->lexicon, name) : SIZE_MAX;
    g->p->texts[g->incident] += !*name;
    if (pattern == SIZE_MAX)
        return;
    if (ald_lexicon_at(g->p->lexicon, pattern)->hypothesis) {
        give_up(g, (uint64_t)ald_q_col_int(q, 5));
        return;
    }
    struct draft *d = draft_of(g, (uint32_t)pattern);
    add_rule(d, (uint32_t)ald_q_col_int(q, 3), ald_q_col_real(q, 4));
    if (!d->quote) { /* any text that is still there says more */
        d->quote = g->quote;
        d->at = g->at;
    }
}

static ALD_CHECK enum ald_rc read_kept(struct ald_build *b, struct gather *g, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    size_t at = 0;
    g->quote = "(the text is no longer kept: retention)";
    ALD_TRY(ald_q_open(b->store, "retention_found", &q, err));
    ald_q_int(q, 1, g->a->as_of);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        g->incident = incident_of(b, g, ald_q_col_int(q, 0), &at);
        g->at = ald_q_col_time(q, 1);
        if (g->incident != ALD_NOBODY)
            take_kept(g, q);
    }
}

/* What was found in the texts, in the order in which they were read. */
static void take_texts(struct ald_build *b, struct gather *g, const struct ald_texts *texts)
{
    for (size_t i = 0; i < texts->counts_n; i++) {
        uint32_t incident = ald_build_incident(b, texts->counts[i].row);
        if (incident != ALD_NOBODY)
            g->p->texts[incident] += texts->counts[i].n;
    }
    for (size_t i = 0; i < texts->texts_n; i++) {
        g->incident = ald_build_incident(b, texts->texts[i].row);
        g->at = texts->texts[i].at;
        for (size_t h = texts->texts[i].first; g->incident != ALD_NOBODY && h < texts->texts[i + 1].first; h++)
            take_hit(g, &texts->hits[h]);
    }
}

/* ---- People's word ---- */

struct word {
    uint32_t incident, pattern, order;
    const struct ald_decision *decision;
};

static int word_order(const void *x, const void *y)
{
    const struct word *a = x, *b = y;
    if (a->incident != b->incident)
        return a->incident < b->incident ? -1 : 1;
    if (a->pattern != b->pattern)
        return a->pattern < b->pattern ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* In a part of the store others could be called so who are not in it. */
static ALD_CHECK enum ald_rc find_subject(const struct ald_build *b, const char *subject, size_t *ret, struct ald_err *err)
{
    int64_t number = 0;
    *ret = ald_analysis_find(b->a, subject);
    if (!b->part || *ret == SIZE_MAX)
        return ALD_OK;
    ALD_TRY(ald_stored_find(b->store, subject, &number, err));
    return ald_stored_index(b->store, b->a, number, ret, err);
}

/* Tags name records; of two that came to one incident, the later word counts. */
static ALD_CHECK enum ald_rc read_words(struct ald_build *b, struct gather *g, struct word **ret, size_t *ret_n, struct ald_err *err)
{
    struct ald_decision *all;
    size_t n, kept = 0;
    ALD_TRY(ald_decisions(b->store, ALD_DECIDE_TAG, false, g->scratch, &all, &n, err));
    struct word *words = ald_calloc(g->scratch, n, sizeof *words);
    for (size_t i = 0; i < n; i++) {
        size_t incident;
        ALD_TRY(find_subject(b, all[i].subject, &incident, err));
        size_t pattern = all[i].field ? ald_lexicon_find(g->p->lexicon, all[i].field) : SIZE_MAX;
        if (incident != SIZE_MAX && pattern != SIZE_MAX && !ald_lexicon_at(g->p->lexicon, pattern)->hypothesis)
            words[kept++] = (struct word){(uint32_t)incident, (uint32_t)pattern, (uint32_t)i, &all[i]};
    }
    if (kept > 1)
        qsort(words, kept, sizeof *words, word_order);
    *ret = words;
    *ret_n = kept;
    return ALD_OK;
}

static int match_order(const void *x, const void *y)
{
    const struct ald_match *a = x, *b = y;
    return (a->pattern > b->pattern) - (a->pattern < b->pattern);
}

static struct ald_match *match_in(struct ald_match *list, size_t n, size_t pattern)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].pattern == pattern)
            return &list[i];
    return NULL;
}

/* A quote that is shown: those that were found go with the reading of texts. */
static const char *kept(struct gather *g, const char *quote)
{
    return quote ? ald_strdup(g->a->arena, quote) : NULL;
}

static void settle(struct gather *g, const struct word *words, size_t words_n)
{
    struct ald_patterns *p = g->p;
    size_t n = 0, w = 0;
    p->first = ald_calloc(g->a->arena, g->a->incidents_n + 1, sizeof *p->first);
    p->matches = ald_calloc(g->a->arena, g->drafts_n + words_n, sizeof *p->matches);
    for (size_t i = 0; i < g->a->incidents_n; i++) {
        p->first[i] = (uint32_t)n;
        struct ald_match *own = p->matches + n;
        size_t own_n = 0;
        for (uint32_t d = g->of[i]; d; d = g->drafts[d].next)
            if (g->drafts[d].weight >= ENOUGH)
                own[own_n++] = (struct ald_match){
                    .pattern = g->drafts[d].pattern, .quote = kept(g, g->drafts[d].quote), .at = g->drafts[d].at, .decided_at = ALD_TIME_NONE};
        for (; w < words_n && words[w].incident == i; w++) {
            struct ald_match *match = match_in(own, own_n, words[w].pattern);
            if (!match) {
                match = &own[own_n++];
                *match = (struct ald_match){.pattern = words[w].pattern, .at = ALD_TIME_NONE};
            }
            match->tag = strcmp(words[w].decision->value, "confirm") == 0 ? ALD_TAG_CONFIRMED : ALD_TAG_REJECTED;
            match->reason = ald_strdup(g->a->arena, words[w].decision->reason);
            match->decided_at = words[w].decision->decided_at;
        }
        if (own_n > 1)
            qsort(own, own_n, sizeof *own, match_order);
        n += own_n;
    }
    p->first[g->a->incidents_n] = (uint32_t)n;
}

static int given_up_order(const void *x, const void *y)
{
    const struct ald_given_up *a = x, *b = y;
    if (a->incident != b->incident)
        return a->incident < b->incident ? -1 : 1;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* Each sentence once, at its first time. */
static void settle_given_up(struct gather *g)
{
    struct ald_patterns *p = g->p;
    size_t n = 0;
    if (p->given_up_n > 1)
        qsort(p->given_up, p->given_up_n, sizeof *p->given_up, given_up_order);
    for (size_t i = 0; i < p->given_up_n; i++)
        if (!n || p->given_up[n - 1].incident != p->given_up[i].incident || p->given_up[n - 1].hash != p->given_up[i].hash)
            p->given_up[n++] = p->given_up[i];
    p->given_up_n = n;
    for (size_t i = 0; i < n; i++)
        p->given_up[i].quote = kept(g, p->given_up[i].quote);
}

enum ald_rc ald_patterns_gather(struct ald_build *b, struct ald_texts *texts, struct ald_err *err)
{
    struct ald_patterns *p = b->a->patterns = ald_alloc(b->a->arena, sizeof *p);
    p->lexicon = ald_lexicon_built_in();
    struct gather g = {.a = b->a, .p = p, .scratch = b->scratch, .drafts_n = 1};
    struct word *words;
    size_t words_n;
    g.drafts = ald_grow(g.scratch, NULL, 0, &g.drafts_cap, sizeof *g.drafts);
    g.of = ald_calloc(b->scratch, b->a->incidents_n, sizeof *g.of);
    p->texts = ald_calloc(b->a->arena, b->a->incidents_n, sizeof *p->texts);
    if (b->settings->free_text) {
        ALD_TRY(ald_texts_take(texts, b->store, err));
        p->none_written = texts->counts_n == 0 && !texts->some;
        take_texts(b, &g, texts);
        ALD_TRY(read_kept(b, &g, err));
    }
    ALD_TRY(read_words(b, &g, &words, &words_n, err));
    settle(&g, words, words_n);
    settle_given_up(&g);
    return ALD_OK;
}
