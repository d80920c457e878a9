/* Which records likeness is learnt from. In a store with a long history: those that have settled, so that what comes in today changes
 * the links of today alone, and last quarter's stay as they were printed. Knows starts and sources, not what is learnt. */
#include "analysis/link_model.h"

#include <string.h>

#include "alidade/hash.h"
#include "analysis/packing.h"

/* Every source that tells of what is not settled told something a quarter before that: what is learnt is about it, too. */
static bool sources_are_known(struct ald_linker *l, int64_t settled, int64_t long_before)
{
    size_t sources = ald_names_n(l->b->sources);
    bool *known = ald_calloc(l->arena, sources, sizeof *known), *needed = ald_calloc(l->arena, sources, sizeof *needed);
    for (uint32_t i = 0; i < l->b->a->records_n; i++) {
        if (!ald_link_takes_part(l, i))
            continue;
        known[l->b->work[i].source] |= l->b->work[i].start < long_before;
        needed[l->b->work[i].source] |= l->b->work[i].start >= settled;
    }
    for (size_t s = 0; l->b->left_out && s < sources; s++) {
        const struct ald_left_out *out = &l->b->left_out[s];
        bool dated = out->first != ALD_TIME_NONE && !l->b->vendor[s];
        known[s] |= dated && out->first < long_before;
        needed[s] |= dated && out->last >= settled;
    }
    for (size_t s = 0; s < sources; s++)
        if (needed[s] && !known[s])
            return false;
    return true;
}

void ald_link_settle(struct ald_linker *l)
{
    const struct ald_calendar *calendar = &l->b->a->calendar;
    int64_t quarter = ald_quarter_of(calendar, l->b->a->as_of);
    int64_t settled = ald_quarter_start(calendar, quarter - 1);
    size_t least = l->b->settings->link_learn_least > 0 ? (size_t)l->b->settings->link_learn_least : ALD_LINK_LEARN_LEAST, n = 0;
    for (uint32_t i = 0; i < l->b->a->records_n; i++)
        n += ald_link_takes_part(l, i) && l->b->work[i].start < settled;
    for (size_t s = 0; l->b->left_out && s < ald_names_n(l->b->sources); s++)
        n += l->b->left_out[s].settled_n;
    l->settled = INT64_MAX;
    if (n >= least && sources_are_known(l, settled, ald_quarter_start(calendar, quarter - 2)))
        l->settled = settled;
}

bool ald_link_is_settled(const struct ald_linker *l, uint32_t record)
{
    return l->settled == INT64_MAX || (ald_link_takes_part(l, record) && l->b->work[record].start < l->settled);
}

/* ---- What is learnt from, in one number ---- */

/* Numbers and texts, one after the other; a full buffer becomes one number of the next. */
struct digest {
    unsigned char bytes[256];
    size_t n;
};

static void add(struct digest *d, uint64_t v)
{
    if (d->n + 8 > sizeof d->bytes) {
        uint64_t before = ald_siphash(d->bytes, d->n);
        d->n = 0;
        add(d, before);
    }
    unsigned char *at = d->bytes + d->n;
    ald_put_bytes(&at, v, 8);
    d->n += 8;
}

static uint64_t hash_of(const char *text)
{
    return text ? ald_siphash(text, strlen(text)) : 0;
}

static int64_t row_of(const struct ald_linker *l, uint32_t record)
{
    return l->b->a->records[record].row;
}

/* Which records a whole is kept apart from, whatever their order. */
static uint64_t enemies_of(const struct ald_linker *l, uint32_t whole)
{
    uint64_t sum = 0;
    for (const struct ald_link_enemy *e = l->enemies[whole]; e; e = e->next)
        sum += ald_siphash(&l->b->a->records[l->whole[e->record]].row, sizeof(int64_t));
    return sum;
}

static void add_record(const struct ald_linker *l, const uint64_t *services, uint32_t r, struct digest *d)
{
    const struct ald_work *w = &l->b->work[r];
    const struct ald_record *record = &l->b->a->records[r];
    const uint64_t own[] = {(uint64_t)record->row,           (uint64_t)w->start,          (uint64_t)ald_record_end(l->b, r),
                            hash_of(record->title),          hash_of(record->traits->class_), w->source,
                            (uint64_t)row_of(l, l->whole[r]), l->holds[l->whole[r]],        enemies_of(l, l->whole[r]),
                            w->services.n};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        add(d, own[i]);
    for (size_t i = 0; i < w->services.n; i++)
        add(d, services[l->b->svc[w->services.at + i].service]);
}

/* The links that joined settled records, in one number, whatever their order. */
static uint64_t settled_links(const struct ald_linker *l)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < l->link_n; i++) {
        const struct ald_link *link = &l->link[i];
        const int64_t key[] = {row_of(l, link->a), row_of(l, link->b), link->method};
        if (ald_link_is_settled(l, link->a) && ald_link_is_settled(l, link->b))
            sum += ald_siphash(key, sizeof key);
    }
    return sum;
}

static uint64_t fingerprint(const struct ald_linker *l, const struct ald_link_places *places)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_analysis *a = l->b->a;
    struct digest d = {.n = 0};
    uint64_t *services = ald_calloc(l->arena, a->services_n, sizeof *services);
    for (size_t i = 0; i < a->services_n; i++)
        services[i] = hash_of(a->services[i]);
    add(&d, (uint64_t)l->settled);
    for (uint32_t i = 0; i < ald_names_n(l->b->sources); i++)
        add(&d, hash_of(ald_names_text(l->b->sources, i)));
    for (uint32_t i = 0; i < a->records_n; i++)
        if (ald_link_is_settled(l, i))
            add_record(l, services, i, &d);
    for (uint32_t block = 0; block < places->blocks; block++, ald_arena_reset(scratch)) {
        bool named = false;
        for (size_t i = places->at[block]; i < places->at[block + 1]; i++) {
            if (!ald_link_is_settled(l, places->records[i]))
                continue;
            if (!named)
                add(&d, ald_block_key(ald_block_kind(l, block), ald_block_name(l, scratch, block)));
            named = true;
            add(&d, (uint64_t)row_of(l, places->records[i]));
        }
    }
    add(&d, settled_links(l));
    return ald_siphash(d.bytes, d.n);
}

void ald_link_learn(struct ald_linker *l, const struct ald_link_places *places)
{
    struct ald_link_learning *learning = l->learning;
    struct ald_arena *arena = l->b->a->arena;
    if (!learning)
        return;
    if (l->from != INT64_MIN) { /* whoever asks for a window knows that nothing before it has changed */
        l->b->a->link_model = learning->from;
        return;
    }
    uint64_t of = fingerprint(l, places);
    if (learning->from && ald_model_head(learning->from, &learning->head) && learning->head.of == of)
        l->b->a->link_model = learning->from;
    else {
        learning->from = NULL;
        learning->into = ald_alloc(arena, sizeof *learning->into);
        *learning->into = (struct ald_link_model){.part = {{NULL, 0}}};
        learning->head = (struct ald_model_head){.of = of, .settled = l->settled};
        l->b->a->link_model = learning->into;
    }
}
