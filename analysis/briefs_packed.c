/* A chunk of briefs as bytes; back: briefs_unpacked.c. Knows what linking asks of a record, not how it links.
 *
 * Bytes: hash of what follows (8); version (1); a bit for each row of the chunk; texts: how many, each with a NUL; traits: how many, each four texts
 * (numbers from 1; 0: none); the records by row: traits, flags, id, key, end of the address, start, end, state, facets, refs (kind, value, field)
 * and services; of young ones title, teams, and pairs of a service and a team that events name. Numbers are of 7 bits a byte; hashes have 8. */
#include "analysis/briefs_priv.h"

#include <string.h>

#include "alidade/hash.h"
#include "analysis/packing.h"

/* Bytes that grow. */
struct sink {
    struct ald_arena *arena;
    unsigned char *data;
    size_t n, cap;
};

static unsigned char *room(struct sink *s, size_t n)
{
    if (s->n + n > s->cap) {
        size_t cap = 2 * s->cap > s->n + n ? 2 * s->cap : s->n + n + 1024;
        unsigned char *data = ald_alloc(s->arena, cap);
        if (s->n)
            memcpy(data, s->data, s->n);
        s->data = data;
        s->cap = cap;
    }
    return s->data + s->n;
}

static void put_byte(struct sink *s, unsigned char v)
{
    *room(s, 1) = v;
    s->n++;
}

static void put_number(struct sink *s, uint64_t v)
{
    unsigned char *at = room(s, ALD_NUMBER_BYTES), *from = at;
    ald_put_number(&at, v);
    s->n += (size_t)(at - from);
}

static void put_signed(struct sink *s, int64_t v)
{
    put_number(s, ald_unsigned_of(v));
}

static void put_hash(struct sink *s, uint64_t v)
{
    unsigned char *at = room(s, 8);
    ald_put_bytes(&at, v, 8);
    s->n += 8;
}

static void put_text(struct sink *s, const char *text)
{
    size_t n = strlen(text) + 1;
    memcpy(room(s, n), text, n);
    s->n += n;
}

enum { MET_SLOTS = 2 * ALD_BRIEFS_A_CHUNK }; /* a power of two */
struct writer {
    const struct ald_build *b;
    struct ald_names *texts;
    int64_t young_from;
    struct sink records;
    struct {
        const struct ald_traits *traits;
        uint32_t number;
    } met[MET_SLOTS]; /* by address */
    uint32_t traits[ALD_BRIEFS_A_CHUNK][4];
    uint32_t traits_n;
};

/* From 1; 0: no text. */
static uint32_t text_number(struct writer *w, const char *text)
{
    return text ? ald_names_add(w->texts, text) + 1 : 0;
}

static uint32_t new_traits(struct writer *w, const struct ald_brief_traits *traits)
{
    const uint32_t own[4] = {text_number(w, traits->source), text_number(w, traits->kind), text_number(w, traits->class_), text_number(w, traits->address)};
    for (uint32_t i = 0; i < w->traits_n; i++)
        if (memcmp(w->traits[i], own, sizeof own) == 0)
            return i;
    memcpy(w->traits[w->traits_n], own, sizeof own);
    return w->traits_n++;
}

static uint32_t traits_number(struct writer *w, const struct ald_traits *traits)
{
    size_t slot = ((uintptr_t)traits / sizeof(void *)) % MET_SLOTS;
    while (w->met[slot].traits && w->met[slot].traits != traits)
        slot = (slot + 1) % MET_SLOTS;
    if (!w->met[slot].traits) {
        w->met[slot].traits = traits;
        w->met[slot].number = new_traits(
            w, &(struct ald_brief_traits){.source = traits->source, .kind = traits->kind, .class_ = traits->class_, .address = traits->address});
    }
    return w->met[slot].number;
}

static unsigned flags_of(const struct writer *w, uint32_t i, const struct ald_brief_state *state)
{
    const struct ald_build *b = w->b;
    bool young = !b->a->records[i].vendor && b->work[i].start != ALD_TIME_NONE && b->work[i].start >= w->young_from;
    const struct ald_record *r = &b->a->records[i];
    const struct ald_slice *refs = &b->refs[i];
    bool shares = false;
    unsigned flags = 0;
    for (size_t k = 0; k < refs->n; k++)
        shares |= ald_ref_is_shared(b->ref[refs->at + k].kind);
    if (r->key)
        flags |= HAS_KEY;
    if (r->url_end)
        flags |= r->url_end == r->external_id ? URL_IS_ID : r->url_end == r->key ? URL_IS_KEY : URL_IS_ID | URL_IS_KEY;
    if (ald_record_end(b, i) == INT64_MAX)
        flags |= OPEN;
    if (b->work[i].start == ALD_TIME_NONE)
        flags |= UNDATED;
    if (state->link)
        flags |= LINKED;
    if (refs->n && !r->vendor)
        flags |= HAS_REFS;
    if (b->shows[i])
        flags |= SHOWS;
    if ((young || (shares && !r->vendor)) && b->work[i].services.n) /* what those that share something are about */
        flags |= HAS_SERVICES;
    if (young)
        flags |= r->title ? YOUNG | TITLED : YOUNG;
    return flags;
}

static void put_names(struct sink *s, const char *id, const char *key, const char *url_end, unsigned flags)
{
    put_text(s, id);
    if (flags & HAS_KEY)
        put_text(s, key);
    if ((flags & URL_IS_ID) && (flags & URL_IS_KEY))
        put_text(s, url_end);
}

static void put_times(struct sink *s, int64_t start, int64_t end, unsigned flags)
{
    if (!(flags & UNDATED))
        put_signed(s, start);
    if (flags & OPEN)
        return;
    if (flags & UNDATED)
        put_hash(s, (uint64_t)end); /* whatever it is */
    else
        put_number(s, (uint64_t)end - (uint64_t)start);
}

static void put_name(struct writer *w, uint32_t number, const char *const *names)
{
    put_number(&w->records, text_number(w, number == ALD_NOBODY ? NULL : names[number]));
}

/* Each pair of a service and a team that events name. */
static void put_told(struct writer *w, uint32_t i)
{
    const struct ald_build *b = w->b;
    const struct ald_record *r = &b->a->records[i];
    struct ald_event_names *told = NULL;
    size_t n = 0, cap = 0, told_n = b->told ? b->told[i].n : 0;
    for (size_t k = 0; k < r->events_n + told_n; k++) {
        const struct ald_event event = k < r->events_n ? ald_event_at(b->a, r, k) : (struct ald_event){.at = 0};
        const struct ald_event_names *names = k < r->events_n ? ald_event_names(b->a, &event) : &b->told_names[b->told[i].at + k - r->events_n];
        size_t same = 0;
        while (same < n && (told[same].service != names->service || told[same].team != names->team))
            same++;
        if (same < n || (names->service == ALD_NOBODY && names->team == ALD_NOBODY))
            continue;
        told = ald_grow(w->records.arena, told, n, &cap, sizeof *told);
        told[n++] = *names;
    }
    put_number(&w->records, n);
    for (size_t k = 0; k < n; k++) {
        put_name(w, told[k].service, (const char *const *)b->a->services);
        put_name(w, told[k].team, (const char *const *)b->a->teams);
    }
}

/* What likeness asks for. */
static void put_look(struct writer *w, uint32_t i, unsigned flags)
{
    const struct ald_build *b = w->b;
    const struct ald_slice *teams = &b->draft[i].teams;
    if (flags & TITLED)
        put_text(&w->records, b->a->records[i].title);
    put_number(&w->records, teams->n);
    for (size_t k = 0; k < teams->n; k++)
        put_name(w, b->team[teams->at + k].name, (const char *const *)b->a->teams);
    put_told(w, i);
}

static void put_lists(struct writer *w, uint32_t i, unsigned flags)
{
    const struct ald_build *b = w->b;
    struct sink *s = &w->records;
    const struct ald_slice *refs = &b->refs[i], *services = &b->work[i].services;
    if (flags & HAS_REFS)
        put_number(s, refs->n);
    if (flags & HAS_SERVICES)
        put_number(s, services->n);
    for (size_t k = 0; k < refs->n && (flags & HAS_REFS); k++) {
        const struct ald_row_ref *ref = &b->ref[refs->at + k];
        put_byte(s, ref->kind);
        put_text(s, ref->value);
        put_number(s, text_number(w, ref->field));
    }
    for (size_t k = 0; k < services->n && (flags & HAS_SERVICES); k++)
        put_name(w, b->svc[services->at + k].service, (const char *const *)b->a->services);
    if (flags & YOUNG)
        put_look(w, i, flags);
}

static void put_record(struct writer *w, const struct ald_row_index *row, const struct ald_brief_states *states)
{
    const struct ald_brief_state *state = &states->of[row->record];
    const struct ald_record *r = &w->b->a->records[row->record];
    struct sink *s = &w->records;
    unsigned flags = flags_of(w, row->record, state);
    put_number(s, traits_number(w, r->traits));
    put_number(s, flags);
    put_names(s, ald_record_id(r), r->key, r->url_end, flags);
    put_times(s, w->b->work[row->record].start, ald_record_end(w->b, row->record), flags);
    if (flags & LINKED) {
        put_signed(s, row->row - state->root);
        put_hash(s, state->link);
        put_number(s, state->named_n);
        for (uint32_t i = 0; i < state->named_n; i++)
            put_number(s, (uint64_t)states->named[state->named_at + i]);
    }
    if (flags & SHOWS)
        put_number(s, w->b->shows[row->record]);
    put_lists(w, row->record, flags);
}

static unsigned flags_of_other(const struct ald_brief *brief, const char *external_id)
{
    unsigned flags = brief->key ? HAS_KEY : 0;
    if (brief->url_end)
        flags |= brief->url_end == external_id ? URL_IS_ID : brief->url_end == brief->key ? URL_IS_KEY : URL_IS_ID | URL_IS_KEY;
    flags |= (brief->end == INT64_MAX ? OPEN : 0u) | (brief->start == ALD_TIME_NONE ? UNDATED : 0u) | (brief->shows ? SHOWS : 0u);
    return flags | (brief->state.link ? LINKED : 0u) | (brief->refs_n ? HAS_REFS : 0u) | (brief->services_n ? HAS_SERVICES : 0u);
}

static void put_lists_of_other(struct writer *w, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct sink *s = &w->records;
    if (brief->refs_n)
        put_number(s, brief->refs_n);
    if (brief->services_n)
        put_number(s, brief->services_n);
    for (uint32_t i = 0; i < brief->refs_n; i++) {
        const struct ald_row_ref ref = ald_brief_ref(reader);
        put_byte(s, ref.kind);
        put_text(s, ref.value);
        put_number(s, text_number(w, ref.field));
    }
    for (uint32_t i = 0; i < brief->services_n; i++)
        put_number(s, text_number(w, ald_brief_name(reader)));
}

/* As put_record writes it: what has numbers of the chunk may have others now. */
static void put_other(struct writer *w, const struct ald_brief_others *others, size_t k, int64_t row)
{
    struct sink *s = &w->records;
    struct ald_brief_reader reader = *others->reader;
    struct ald_brief brief;
    reader.at = others->at[k];
    ald_brief_next(&reader, row, &brief);
    const struct ald_brief_traits *traits = &reader.traits[brief.traits];
    unsigned flags = flags_of_other(&brief, brief.id + strlen(traits->source) + 1);
    put_number(s, new_traits(w, traits));
    put_number(s, flags);
    put_names(s, brief.id, brief.key, brief.url_end, flags);
    put_times(s, brief.start, brief.end, flags);
    if (flags & LINKED) {
        const unsigned char *named = brief.named;
        put_signed(s, row - brief.state.root);
        put_hash(s, brief.state.link);
        put_number(s, brief.state.named_n);
        for (uint32_t i = 0; i < brief.state.named_n; i++)
            put_number(s, ald_get_number(&named));
    }
    if (flags & SHOWS)
        put_number(s, brief.shows);
    put_lists_of_other(w, &reader, &brief);
}

static struct ald_bytes whole_of(struct writer *w, const struct ald_row_index *rows, size_t n, struct ald_arena *arena)
{
    struct sink s = {.arena = w->records.arena};
    unsigned char present[PRESENT_BYTES] = {0};
    for (size_t i = 0; i < n; i++)
        present[rows[i].row % ALD_BRIEFS_A_CHUNK / 8] |= (unsigned char)(1u << (rows[i].row % 8));
    put_hash(&s, 0);
    put_byte(&s, VERSION);
    memcpy(room(&s, PRESENT_BYTES), present, PRESENT_BYTES);
    s.n += PRESENT_BYTES;
    put_number(&s, ald_names_n(w->texts));
    for (uint32_t i = 0; i < ald_names_n(w->texts); i++)
        put_text(&s, ald_names_text(w->texts, i));
    put_number(&s, w->traits_n);
    for (uint32_t i = 0; i < w->traits_n; i++)
        for (size_t k = 0; k < 4; k++)
            put_number(&s, w->traits[i][k]);
    struct ald_bytes ret = {.data = ald_alloc(arena, s.n + w->records.n), .n = s.n + w->records.n};
    memcpy(ret.data, s.data, s.n);
    if (w->records.n)
        memcpy(ret.data + s.n, w->records.data, w->records.n);
    unsigned char *at = ret.data;
    ald_put_bytes(&at, ald_siphash(ret.data + HASH_BYTES, ret.n - HASH_BYTES), HASH_BYTES);
    return ret;
}

int64_t ald_brief_young_from(const struct ald_analysis *a)
{
    return ald_link_window_seen(ald_quarter_start(&a->calendar, ald_quarter_of(&a->calendar, a->as_of)));
}

struct ald_bytes ald_brief_pack(const struct ald_build *b, const struct ald_row_index *rows, size_t n, const struct ald_brief_states *states,
                                const struct ald_brief_others *others, struct ald_arena *arena)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct writer *w = ald_calloc(scratch, 1, sizeof *w);
    if (!n)
        return (struct ald_bytes){.n = 0};
    w->b = b;
    w->texts = ald_names_new(scratch);
    w->young_from = ald_brief_young_from(b->a);
    w->records.arena = scratch;
    for (size_t i = 0, k = 0; i < n; i++) {
        if (rows[i].record != ALD_NOBODY) {
            put_record(w, &rows[i], states);
            continue;
        }
        put_other(w, others, k++, rows[i].row);
    }
    struct ald_bytes ret = whole_of(w, rows, n, arena);
    ald_names_free(w->texts);
    return ret;
}
