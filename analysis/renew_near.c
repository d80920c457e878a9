/* Which records a day may link otherwise, or likeness ask for: those that changed, those that people decided about, young ones, and whatever hangs
 * together with one of these over texts that pointers ask for and values that records share. All others keep their links, and are left out.
 *
 * A record hangs together with whoever asks for a text that it carries or asks for as well, whatever comes of it: how pointers and shared
 * values link it depends on nothing else. But for one thing: a value that more than half of a source's records carry says nothing. Whose
 * share is so large may be otherwise tomorrow though nobody touched it, so that these are looked at as well. */
#include "analysis/renew.h"

#include <string.h>

enum { TURNS_MOST = 16, SHARED_KINDS = 3 };

/* A record that is left out unless something near is not. */
struct far {
    struct ald_place place;
    uint32_t texts_at, texts_n;
    unsigned shares; /* a bit for each kind of what it shares */
    bool there;      /* it is laid out */
};
/* A value that a record shares. */
struct share {
    uint32_t hash, source;
    unsigned kind; /* from 0 */
};

struct marking {
    struct ald_laid *laid;
    struct ald_build *b;
    struct ald_arena *scratch, *arena; /* of texts; of lists */
    struct ald_near *ret;
    size_t places_cap, was_cap;
    int64_t settled;
    size_t ask; /* where the asks of the next brief begin */
    struct ald_link_hashes texts;
    struct ald_link_asked woken; /* texts of what is laid out */
    struct far *far;
    size_t far_n, far_cap;
    struct share *shares;
    size_t shares_n, shares_cap;
    uint32_t *carriers; /* of shared values, by some bits of their hashes: at least as many as carry one */
    uint32_t carriers_mask;
    size_t (*sharing)[SHARED_KINDS]; /* by source: records that carry some value, but those that changed */
    bool sound;
};

/* ---- Texts ---- */

static void take_text(struct marking *m, const char *text)
{
    uint32_t hash = ald_names_hash(text);
    if (ald_link_is_asked(&m->laid->asked, hash))
        ald_link_hashes_add(&m->texts, hash);
}

/* Those that it carries, and that somebody may ask for. */
static void take_carried(struct marking *m, const char *external_id, const char *key, const char *address, const char *url_end)
{
    take_text(m, external_id);
    if (key)
        take_text(m, key);
    if (!m->laid->asked.urls || !url_end)
        return;
    ald_arena_reset(m->scratch);
    const char *url = ald_link_url(m->scratch, ald_sprintf(m->scratch, "%s%s", address ? address : "", url_end));
    if (url)
        take_text(m, url);
}

static uint32_t hash_of_shared(unsigned kind, const char *value)
{
    return ald_names_hash(value) ^ (kind * UINT32_C(2654435761));
}

/* A value that it shares, if that is one; returns its kind's bit. */
static unsigned take_shared(struct marking *m, uint32_t source, const struct ald_row_ref *ref)
{
    if (!ald_ref_is_shared(ref->kind))
        return 0;
    ald_arena_reset(m->scratch);
    const char *value = ald_link_shared(m->scratch, ref);
    struct share share = {.source = source, .kind = ref->kind - ALD_REF_INCIDENT_KEY};
    if (value) {
        share.hash = hash_of_shared(ref->kind, value);
        ald_link_hashes_add(&m->texts, share.hash);
        m->shares = ald_grow(m->arena, m->shares, m->shares_n, &m->shares_cap, sizeof *m->shares);
        m->shares[m->shares_n++] = share;
    }
    return 1u << share.kind;
}

static void wake(struct marking *m, const uint32_t *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ald_link_ask_hash(&m->woken, texts[i]);
}

/* ---- Those that are left out ---- */

static void leave_out(struct marking *m, int64_t row, uint32_t source, const struct ald_brief_traits *traits, const struct ald_brief *brief, unsigned shares)
{
    struct ald_build *b = m->b;
    struct ald_left_out *out = &b->left_out[source];
    bool posted = !b->vendor[source] && strcmp(traits->kind ? traits->kind : "", "status") == 0;
    *ald_laid_slot(m->laid, row) = ALD_LEFT_OUT;
    m->laid->left_out_n++;
    out->n++;
    b->seen[source] |= brief->shows;
    if (brief->start == ALD_TIME_NONE)
        return;
    out->first = out->first == ALD_TIME_NONE || brief->start < out->first ? brief->start : out->first;
    out->last = out->last == ALD_TIME_NONE || brief->start > out->last ? brief->start : out->last;
    if (posted)
        out->posted = out->posted == ALD_TIME_NONE || brief->start < out->posted ? brief->start : out->posted;
    out->settled_n += !b->vendor[source] && brief->start < m->settled;
    for (unsigned kind = 0; kind < SHARED_KINDS; kind++)
        out->shares[kind] += shares >> kind & 1u;
}

/* ---- One brief ---- */

static void add_place(struct marking *m, const struct ald_place *place)
{
    struct ald_near *near = m->ret;
    near->places = ald_grow(m->arena, near->places, near->places_n, &m->places_cap, sizeof *near->places);
    near->places[near->places_n++] = *place;
}

/* What changed, as it was. */
static void take_was(struct marking *m, int64_t row, const struct ald_brief *brief)
{
    struct ald_near *near = m->ret;
    near->was = ald_grow(m->arena, near->was, near->was_n, &m->was_cap, sizeof *near->was);
    near->was[near->was_n++] = (struct ald_was){.row = row, .state = brief->state};
}

static void add_far(struct marking *m, const struct ald_place *place, size_t texts_at, unsigned shares)
{
    m->far = ald_grow(m->arena, m->far, m->far_n, &m->far_cap, sizeof *m->far);
    m->far[m->far_n++] =
        (struct far){.place = *place, .texts_at = (uint32_t)texts_at, .texts_n = (uint32_t)(m->texts.n - texts_at), .shares = shares};
}

/* All texts of a brief; returns the kinds of what it shares. Its reader goes on to the next. */
static unsigned take_texts(struct marking *m, uint32_t source, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    const struct ald_brief_traits *traits = &reader->traits[brief->traits];
    const struct ald_link_hashes *asks = &m->laid->asks;
    struct ald_brief_reader at = *reader;
    unsigned shares = 0;
    for (uint32_t i = 0; i < brief->refs_n; i++) {
        const struct ald_row_ref ref = ald_brief_ref(&at);
        shares |= take_shared(m, source, &ref);
    }
    for (uint32_t n = brief->refs_n ? asks->items[m->ask++] : 0; n > 0; n--)
        ald_link_hashes_add(&m->texts, asks->items[m->ask++]);
    take_carried(m, brief->id + strlen(traits->source) + 1, brief->key, traits->address, brief->url_end);
    ald_brief_pass(reader, brief);
    return brief->start == ALD_TIME_NONE ? 0 : shares; /* else it takes no part */
}

/* Forgets the texts and shares from these on. */
static void forget(struct marking *m, size_t texts, size_t shares)
{
    m->texts.n = texts;
    m->shares_n = shares;
}

static void mark_brief(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct marking *m = ctx;
    const struct ald_brief_traits *traits = &reader->traits[brief->traits];
    uint32_t source = ald_laid_chunk(m->laid, row)->source_of[brief->traits];
    size_t from = m->texts.n, shares_from = m->shares_n;
    unsigned shares = take_texts(m, source, reader, brief);
    const struct ald_place place = {.id = brief->id + strlen(traits->source) + 1, .at = brief->at, .row = (uint32_t)row, .source = source};
    bool touched = ald_laid_is_touched(m->laid, row);
    if (touched || source == ALD_NOBODY) {
        m->sound &= touched; /* what that tells now was read */
        if (touched)
            take_was(m, row, brief);
        wake(m, &m->texts.items[from], m->texts.n - from);
        forget(m, from, shares_from);
        return;
    }
    for (unsigned kind = 0; kind < SHARED_KINDS; kind++)
        m->sharing[source][kind] += shares >> kind & 1u;
    if (!brief->young && m->texts.n > from) {
        add_far(m, &place, from, shares);
        return;
    }
    if (brief->young) {
        wake(m, &m->texts.items[from], m->texts.n - from);
        add_place(m, &place);
    } else {
        leave_out(m, row, source, traits, brief, shares);
    }
    forget(m, from, m->shares_n);
}

/* ---- What wakes more ---- */

/* A value that more than half of a source's records may carry, as it is or was. */
static void wake_common(struct marking *m)
{
    for (size_t i = 0; i < m->shares_n; i++)
        m->carriers[m->shares[i].hash & m->carriers_mask]++;
    for (size_t i = 0; i < m->shares_n; i++) {
        const struct share *share = &m->shares[i];
        size_t carriers = m->carriers[share->hash & m->carriers_mask];
        if (carriers >= ALD_LINK_COMMON_LEAST && carriers * 2 > m->sharing[share->source][share->kind])
            wake(m, &share->hash, 1);
    }
}

/* What was read, and what people decided about. */
static void wake_read(struct marking *m)
{
    struct ald_build *b = m->b;
    m->texts.n = 0;
    for (size_t i = 0; i < b->a->records_n; i++) {
        const struct ald_record *record = &b->a->records[i];
        take_carried(m, record->external_id, record->key, record->traits->address, record->url_end);
        for (size_t k = 0; k < b->refs[i].n; k++)
            (void)take_shared(m, b->work[i].source, &b->ref[b->refs[i].at + k]);
        add_place(m, &(struct ald_place){.id = record->external_id, .row = (uint32_t)record->row, .source = b->work[i].source});
    }
    wake(m, m->texts.items, m->texts.n);
    wake(m, m->laid->seeds.items, m->laid->seeds.n);
}

static bool is_near(const struct marking *m, const struct far *far)
{
    for (uint32_t i = 0; i < far->texts_n; i++)
        if (ald_link_is_asked(&m->woken, m->texts.items[far->texts_at + i]))
            return true;
    return false;
}

/* Whether one that was left out so far is not. */
static bool look_again(struct marking *m, struct far *far)
{
    if (far->there || !is_near(m, far))
        return false;
    far->there = true;
    wake(m, &m->texts.items[far->texts_at], far->texts_n);
    return true;
}

/* From the last ones on, and back: what hangs together mostly lies close. Where it takes long to find all, none is left out. */
static void wake_others(struct marking *m)
{
    bool more = true;
    for (int turn = 0; more && turn < TURNS_MOST; turn++) {
        more = false;
        for (size_t i = 0; i < m->far_n; i++)
            more |= look_again(m, &m->far[turn % 2 ? i : m->far_n - 1 - i]);
    }
    for (size_t i = 0; more && i < m->far_n; i++)
        m->far[i].there = true;
}

/* ---- The whole ---- */

static void begin_chunk(struct ald_laid *laid, struct ald_laid_chunk *chunk, const struct ald_build *b)
{
    chunk->record = ald_alloc(laid->arena, ALD_BRIEFS_A_CHUNK * sizeof *chunk->record);
    chunk->traits = ald_calloc(laid->arena, chunk->reader.traits_n, sizeof *chunk->traits);
    chunk->source_of = ald_calloc(laid->arena, chunk->reader.traits_n, sizeof *chunk->source_of);
    for (int64_t i = 0; i < ALD_BRIEFS_A_CHUNK; i++)
        chunk->record[i] = ALD_NOBODY;
    for (size_t i = 0; i < chunk->reader.traits_n; i++) {
        const char *source = chunk->reader.traits[i].source;
        chunk->source_of[i] = source ? ald_names_find(b->sources, source) : ALD_NOBODY;
    }
}

static void begin(struct marking *m)
{
    struct ald_build *b = m->b;
    struct ald_laid *laid = m->laid;
    const struct ald_calendar *calendar = &b->a->calendar;
    size_t sources = ald_names_n(b->sources), rows = laid->chunks_n * ALD_BRIEFS_A_CHUNK;
    m->settled = ald_quarter_start(calendar, ald_quarter_of(calendar, b->a->as_of) - 1);
    b->left_out = ald_calloc(b->scratch, sources, sizeof *b->left_out);
    for (size_t i = 0; i < sources; i++)
        b->left_out[i] = (struct ald_left_out){.first = ALD_TIME_NONE, .last = ALD_TIME_NONE, .posted = ALD_TIME_NONE};
    for (size_t c = 0; c < laid->chunks_n; c++)
        begin_chunk(laid, &laid->chunks[c], b);
    m->sharing = ald_calloc(m->arena, sources, sizeof *m->sharing);
    m->carriers_mask = 1023;
    while (m->carriers_mask < rows)
        m->carriers_mask = 2 * m->carriers_mask + 1;
    m->carriers = ald_calloc(m->arena, m->carriers_mask + (size_t)1, sizeof *m->carriers);
    ald_link_ask_begin(m->arena, 2 * rows, &m->woken); /* so many bits that few texts meet */
}

static void place_far(struct marking *m)
{
    struct ald_brief brief;
    for (size_t i = 0; i < m->far_n; i++) {
        const struct far *far = &m->far[i];
        if (far->there) {
            add_place(m, &far->place);
            continue;
        }
        struct ald_brief_reader reader = ald_laid_chunk(m->laid, far->place.row)->reader;
        reader.at = far->place.at;
        ald_brief_next(&reader, far->place.row, &brief);
        leave_out(m, far->place.row, far->place.source, &reader.traits[brief.traits], &brief, far->shares);
    }
}

bool ald_laid_near(struct ald_laid *laid, struct ald_build *b, struct ald_arena *arena, struct ald_near *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct marking m = {.laid = laid, .b = b, .scratch = scratch, .arena = arena, .ret = ret, .texts = {.arena = arena}, .sound = true};
    *ret = (struct ald_near){.places_n = 0};
    begin(&m);
    ald_laid_each(laid, mark_brief, &m);
    wake_common(&m);
    struct ald_link_hashes far_texts = m.texts;
    m.texts = (struct ald_link_hashes){.arena = arena};
    wake_read(&m);
    m.texts = far_texts;
    wake_others(&m);
    place_far(&m);
    ald_places_sort(ret->places, ret->places_n, ald_names_n(b->sources));
    for (size_t i = 0; i < ret->places_n; i++)
        *ald_laid_slot(laid, ret->places[i].row) = (uint32_t)i;
    return m.sound;
}
