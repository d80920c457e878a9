/* Lets words go and keeps what was found in them: see retention.h. */
#include "alidade/retention.h"

#include <string.h>

#include "alidade/buf.h"
#include "alidade/hash.h"
#include "alidade/lexicon.h"
#include "alidade/limits.h"
#include "analysis/citations.h"
#include "analysis/own_words.h"
#include "analysis/past.h"
#include "analysis/patterns.h"

#define PAGE_TEXTS 1000

struct retention {
    struct ald_store *store;
    const struct ald_analysis *a;
    const struct ald_handles *handles;
    const struct ald_lexicon *lexicon;
    struct ald_matcher *matcher;
    struct ald_own_words *own;
    struct ald_arena *arena; /* of one text */
    /* The text that goes. */
    int64_t record, at;
    const char *event_id, *text;
    enum ald_rc rc;
    struct ald_err *err;
};

static enum ald_rc put(struct retention *r, const char *pattern, uint32_t rule, uint64_t sentence, double weight)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(r->store, "retention_found_put", &q, r->err));
    ald_q_int(q, 1, r->record);
    ald_q_text(q, 2, r->event_id);
    ald_q_text(q, 3, pattern);
    ald_q_int(q, 4, rule);
    ald_q_int(q, 5, (int64_t)sentence);
    ald_q_time(q, 6, r->at);
    ald_q_real(q, 7, weight);
    return ald_q_run(q, r->err);
}

static void take_found(void *ctx, const struct ald_found *f)
{
    struct retention *r = ctx;
    const struct ald_pattern *pattern = ald_lexicon_at(r->lexicon, f->pattern);
    if (r->rc != ALD_OK || ald_pattern_is_ours(r->a, r->own, r->text, f))
        return;
    const char *quote = ald_pattern_quote(r->arena, r->text, f);
    r->rc = put(r, pattern->id, f->rule, ald_siphash(quote, strlen(quote)), f->weight);
}

/* The keys of incidents that the text names: what is left of it. NULL: it names none. */
static const char *names_left(struct retention *r)
{
    struct ald_citation_list cited = {.arena = r->arena};
    const char *left = NULL;
    ald_citations_in(&cited, r->a, r->handles, r->arena, ALD_NOBODY, r->at, r->text);
    for (size_t i = 0; i < cited.n; i++) {
        const char *key = r->a->incidents[cited.items[i].incident].key;
        left = left ? ald_sprintf(r->arena, "%s %s", left, key) : key;
    }
    return left;
}

static enum ald_rc let_go(struct retention *r)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(put(r, "", 0, 0, 0));
    r->rc = ALD_OK;
    ald_matcher_read(r->matcher, r->text, strlen(r->text), take_found, r);
    ALD_TRY(r->rc);
    ALD_TRY(ald_q_open(r->store, "retention_text_set", &q, r->err));
    ald_q_int(q, 1, r->record);
    ald_q_text(q, 2, r->event_id);
    ald_q_text(q, 3, names_left(r));
    return ald_q_run(q, r->err);
}

/* Keys that were left of a text are no text any more. */
static bool is_left(struct retention *r)
{
    const char *left = names_left(r);
    return left && strcmp(left, r->text) == 0;
}

/* A text and whose it is. */
struct text {
    int64_t record, at;
    const char *event_id, *text;
};
struct page {
    struct ald_arena *arena;
    struct text *list;
    size_t n, cap;
    bool last;
};

static void stand_at(struct retention *r, const struct text *t)
{
    ald_arena_reset(r->arena);
    r->record = t->record;
    r->at = t->at;
    r->event_id = t->event_id;
    r->text = t->text;
}

/* Whole records, of a thousand texts or a few more: what is read must not change under the statement. */
static enum ald_rc read_page(struct retention *r, int64_t before, int64_t *behind, struct page *page)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    int64_t seen = 0;
    ALD_TRY(ald_q_open(r->store, "retention_texts", &q, r->err));
    ald_q_time(q, 1, before);
    ald_q_int(q, 2, *behind);
    for (;;) {
        bool row;
        ALD_TRY(ald_q_step(q, &row, r->err));
        page->last = !row;
        if (!row)
            return ALD_OK;
        struct text t = {ald_q_col_int(q, 0), ald_q_col_time(q, 2), ald_q_col_text(q, 1), ald_q_col_text(q, 3)};
        if (t.record != *behind && seen >= PAGE_TEXTS)
            return ALD_OK;
        *behind = t.record;
        seen++;
        stand_at(r, &t);
        if (is_left(r))
            continue;
        page->list = ald_grow(page->arena, page->list, page->n, &page->cap, sizeof *page->list);
        page->list[page->n++] = (struct text){t.record, t.at, ald_strdup(page->arena, t.event_id), ald_strdup(page->arena, t.text)};
    }
}

static enum ald_rc texts(struct retention *r, int64_t before, int64_t *ret_n)
{
    int64_t behind = 0; /* rows are numbered from 1 */
    for (bool last = false; !last;) {
        ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
        struct page page = {.arena = arena};
        ALD_TRY(read_page(r, before, &behind, &page));
        for (size_t i = 0; i < page.n; i++) {
            stand_at(r, &page.list[i]);
            ALD_TRY(let_go(r));
        }
        *ret_n += (int64_t)page.n;
        last = page.last;
    }
    return ALD_OK;
}

static enum ald_rc drop(struct ald_store *store, const char *name, int64_t before, int64_t *ret_n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, name, &q, err));
    ald_q_time(q, 1, before);
    ALD_TRY(ald_q_run(q, err));
    *ret_n += ald_store_changes(store);
    return ALD_OK;
}

enum ald_rc ald_retain(struct ald_store *store, const struct ald_analysis *analysis, int64_t before, struct ald_retained *ret,
                       struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new(), *text = ald_arena_new();
    ALD_CLEANUP(ald_handles_freep) struct ald_handles *handles = ald_handles_new(analysis, arena);
    *ret = (struct ald_retained){0};
    const struct ald_lexicon *lexicon = analysis->patterns->lexicon;
    ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *matcher = ald_matcher_new(lexicon);
    ALD_CLEANUP(ald_own_words_freep) struct ald_own_words *own = ald_own_words_new(lexicon, analysis->past->org, analysis->services);
    struct retention r = {.store = store, .a = analysis, .handles = handles, .lexicon = lexicon, .matcher = matcher, .own = own, .arena = text, .err = err};
    ALD_TRY(drop(store, "retention_raw_drop", before, &ret->raw, err)); /* first: what is an event's own is found by it */
    ALD_TRY(drop(store, "retention_quarantine_drop", before, &ret->raw, err));
    ALD_TRY(texts(&r, before, &ret->texts));
    return ret->raw || ret->texts ? ald_store_touch(store, err) : ALD_OK; /* whoever reads texts beside another sees that they went */
}
