/* See texts.h. Knows neither incidents nor what is made of what was found. */
#include "analysis/texts.h"

#include <string.h>

#include "alidade/store.h"
#include "analysis/patterns.h"
#include "analysis/stored.h"

static void take_found(void *ctx, const struct ald_found *f)
{
    struct ald_texts *t = ctx;
    if (ald_pattern_is_ours(t->build->a, t->own, t->text, f))
        return;
    if (!t->quote || t->quoted != f->sentence || t->quoted_end != f->sentence_end) {
        t->quote = ald_pattern_quote(t->arena, t->text, f);
        t->quoted = f->sentence;
        t->quoted_end = f->sentence_end;
    }
    t->hits = ald_grow(t->arena, t->hits, t->hits_n, &t->hits_cap, sizeof *t->hits);
    t->hits[t->hits_n++] =
        (struct ald_text_hit){.weight = f->weight, .quote = t->quote, .pattern = (uint32_t)f->pattern, .rule = f->rule};
}

static void add_text(struct ald_texts *t, int64_t row, int64_t at, size_t first)
{
    t->texts = ald_grow(t->arena, t->texts, t->texts_n, &t->texts_cap, sizeof *t->texts);
    t->texts[t->texts_n++] = (struct ald_text){.row = row, .at = at, .first = first};
}

static void count(struct ald_texts *t, int64_t row)
{
    if (!t->counts_n || t->counts[t->counts_n - 1].row != row) {
        t->counts = ald_grow(t->arena, t->counts, t->counts_n, &t->counts_cap, sizeof *t->counts);
        t->counts[t->counts_n++] = (struct ald_text_count){.row = row};
    }
    t->counts[t->counts_n - 1].n++;
}

static void read_text(struct ald_texts *t, struct ald_matcher *matcher, int64_t row, int64_t at, const char *text)
{
    size_t first = t->hits_n;
    t->text = text;
    t->quote = NULL;
    ald_matcher_read(matcher, text, strlen(text), take_found, t);
    if (t->hits_n > first)
        add_text(t, row, at, first);
}

/* In a part of the store some are only looked back at: nothing asks what was written about these. */
static bool is_passed(const struct ald_build *b, uint32_t incident)
{
    const struct ald_incident *inc = incident == ALD_NOBODY ? NULL : &b->a->incidents[incident];
    return inc && inc->state != ALD_OPEN && inc->started_at != ALD_TIME_NONE && inc->started_at < b->part->written_from;
}

static ALD_CHECK enum ald_rc read_events(struct ald_texts *t, struct ald_matcher *matcher, struct ald_store *store, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_texts", &q, err));
    ald_q_int(q, 1, t->build->a->as_of);
    for (bool row = true;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        if (t->some && is_passed(t->build, ald_build_incident(t->build, ald_q_col_int(q, 0))))
            continue;
        count(t, ald_q_col_int(q, 0));
        read_text(t, matcher, ald_q_col_int(q, 0), ald_q_col_time(q, 1), ald_q_col_text(q, 2));
    }
}

static void read_titles(struct ald_texts *t, struct ald_matcher *matcher)
{
    const struct ald_analysis *a = t->build->a;
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].title && !(t->some && is_passed(t->build, a->records[i].incident)))
            read_text(t, matcher, a->records[i].row, ALD_TIME_NONE, a->records[i].title);
}

static ALD_CHECK enum ald_rc read_all(struct ald_texts *t, struct ald_store *store, struct ald_err *err)
{
    ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *matcher = ald_matcher_new(t->lexicon);
    ALD_TRY(read_events(t, matcher, store, err));
    read_titles(t, matcher);
    add_text(t, 0, ALD_TIME_NONE, t->hits_n);
    t->texts_n--;
    return ALD_OK;
}

static void *read_beside(void *ctx)
{
    struct ald_texts *t = ctx;
    t->rc = read_all(t, t->build->beside, NULL);
    return NULL;
}

static void begin_anew(struct ald_texts *t)
{
    ald_arena_free(t->arena);
    *t = (struct ald_texts){.build = t->build, .lexicon = t->lexicon, .own = t->own, .arena = ald_arena_new()};
}

void ald_texts_begin(struct ald_texts *texts, const struct ald_build *build)
{
    const struct ald_lexicon *lexicon = ald_lexicon_built_in();
    *texts = (struct ald_texts){
        .build = build, .lexicon = lexicon, .own = ald_own_words_new(lexicon, build->org, build->a->services)};
    begin_anew(texts);
    bool some = build->part && build->part->written_some; /* of which incidents is not known yet */
    if (build->beside && !some)
        texts->running = pthread_create(&texts->thread, NULL, read_beside, texts) == 0;
}

/* True when all was read beside the store. */
static bool end_beside(struct ald_texts *t)
{
    bool read = t->running && pthread_join(t->thread, NULL) == 0 && t->rc == ALD_OK;
    t->running = false;
    return read;
}

enum ald_rc ald_texts_take(struct ald_texts *texts, struct ald_store *store, struct ald_err *err)
{
    if (end_beside(texts))
        return ALD_OK;
    begin_anew(texts);
    texts->some = texts->build->part && texts->build->part->written_some;
    return read_all(texts, store, err); /* and says what is wrong */
}

void ald_texts_done(struct ald_texts *texts)
{
    (void)end_beside(texts);
    ald_own_words_freep(&texts->own);
    ald_arena_free(texts->arena);
    texts->arena = NULL;
}
