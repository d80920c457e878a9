/* Lays all records out for linking: those that were read anew, and of all others their briefs, as if all had been read. What likeness alone asks for
 * (titles, teams, what events name) only the young ones have. Knows what linking asks of a record, not how it links. */
#include "analysis/renew.h"

#include <stdlib.h>
#include <string.h>

/* In place of a record's number: it is there, but left out. */
#define LEFT_OUT (ALD_NOBODY - 1)

/* ---- Rows ---- */

static struct ald_laid_chunk *chunk_of(const struct ald_laid *laid, int64_t row)
{
    return &laid->chunks[row / ALD_BRIEFS_A_CHUNK];
}

static uint32_t *slot_of(const struct ald_laid *laid, int64_t row)
{
    return &chunk_of(laid, row)->record[row % ALD_BRIEFS_A_CHUNK];
}

static bool has_chunk(const struct ald_laid *laid, int64_t row)
{
    return row >= 0 && (size_t)(row / ALD_BRIEFS_A_CHUNK) < laid->chunks_n;
}

static uint32_t value_of(const struct ald_laid *laid, int64_t row)
{
    return has_chunk(laid, row) ? *slot_of(laid, row) : ALD_NOBODY;
}

uint32_t ald_laid_record(const struct ald_laid *laid, int64_t row)
{
    uint32_t is = value_of(laid, row);
    return is == LEFT_OUT ? ALD_NOBODY : is;
}

bool ald_laid_is_left_out(const struct ald_laid *laid, int64_t row)
{
    return value_of(laid, row) == LEFT_OUT;
}

int ald_laid_by_row(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

bool ald_laid_is_touched(const struct ald_laid *laid, int64_t row)
{
    return has_chunk(laid, row) && chunk_of(laid, row)->touched && bsearch(&row, laid->touched, laid->touched_n, sizeof row, ald_laid_by_row);
}

void ald_laid_change(struct ald_laid *laid, int64_t row)
{
    chunk_of(laid, row)->changed = true;
}

bool ald_laid_open(struct ald_laid *laid, const struct ald_briefs *briefs)
{
    int64_t last = briefs->n ? briefs->chunks[briefs->n - 1].number : 0, to = laid->touched_n ? laid->touched[laid->touched_n - 1] : 0;
    laid->chunks_n = (size_t)(to / ALD_BRIEFS_A_CHUNK > last ? to / ALD_BRIEFS_A_CHUNK : last) + 1;
    if (laid->chunks_n > UINT32_MAX / ALD_BRIEFS_A_CHUNK)
        return false;
    laid->chunks = ald_calloc(laid->arena, laid->chunks_n, sizeof *laid->chunks);
    for (size_t i = 0; i < briefs->n; i++) {
        const struct ald_brief_chunk *chunk = &briefs->chunks[i];
        if (chunk->number < 0 || !ald_brief_open(&chunk->packed, laid->arena, &laid->chunks[chunk->number].reader))
            return false;
    }
    for (size_t i = 0; i < laid->touched_n; i++)
        chunk_of(laid, laid->touched[i])->touched = true;
    return true;
}

void ald_laid_each(const struct ald_laid *laid, void (*take)(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief), void *ctx)
{
    struct ald_brief brief;
    for (size_t c = 0; c < laid->chunks_n; c++) {
        struct ald_brief_reader reader = laid->chunks[c].reader;
        int64_t first = (int64_t)c * ALD_BRIEFS_A_CHUNK;
        for (int64_t row = first; reader.present && row < first + ALD_BRIEFS_A_CHUNK; row++) {
            if (!ald_brief_has(&reader, row))
                continue;
            ald_brief_next(&reader, row, &brief);
            take(ctx, row, &reader, &brief);
        }
    }
}

/* ---- Order ---- */

struct marking {
    struct ald_laid *laid;
    struct ald_build *b;
    struct ald_arena *scratch;
    int64_t settled;
    struct ald_place *places; /* of all that are laid out */
    size_t places_n, places_cap;
    struct was {
        int64_t row;
        struct ald_brief_state state;
    } * was; /* of those that changed */
    size_t was_n, was_cap;
    struct ald_arena *arena; /* of these lists */
    bool sound;
};

/* Some pointer or decision may mean it. */
static bool is_asked(struct marking *m, const struct ald_brief_traits *traits, const struct ald_brief *brief)
{
    const struct ald_link_asked *asked = &m->laid->asked;
    const char *external_id = brief->id + strlen(traits->source) + 1;
    if (ald_link_is_asked(asked, ald_names_hash(external_id)) || (brief->key && ald_link_is_asked(asked, ald_names_hash(brief->key))))
        return true;
    if (!asked->urls || !brief->url_end)
        return false;
    ald_arena_reset(m->scratch);
    const char *url = ald_link_url(m->scratch, ald_sprintf(m->scratch, "%s%s", traits->address ? traits->address : "", brief->url_end));
    return url && ald_link_is_asked(asked, ald_names_hash(url));
}

static void leave_out(struct marking *m, uint32_t source, const struct ald_brief_traits *traits, const struct ald_brief *brief)
{
    struct ald_build *b = m->b;
    struct ald_left_out *out = &b->left_out[source];
    bool posted = !b->vendor[source] && strcmp(traits->kind ? traits->kind : "", "status") == 0;
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
}

static void add_place(struct marking *m, const struct ald_place *place)
{
    m->places = ald_grow(m->arena, m->places, m->places_n, &m->places_cap, sizeof *m->places);
    m->places[m->places_n++] = *place;
}

static void mark_brief(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct marking *m = ctx;
    const struct ald_brief_traits *traits = &reader->traits[brief->traits];
    uint32_t source = chunk_of(m->laid, row)->source_of[brief->traits];
    ald_brief_pass(reader, brief);
    if (ald_laid_is_touched(m->laid, row)) {
        m->was = ald_grow(m->arena, m->was, m->was_n, &m->was_cap, sizeof *m->was);
        m->was[m->was_n++] = (struct was){.row = row, .state = brief->state};
    } else if (brief->young || brief->refs_n || brief->state.link || source == ALD_NOBODY || is_asked(m, traits, brief)) {
        m->sound &= source != ALD_NOBODY;
        add_place(m, &(struct ald_place){.id = brief->id + strlen(traits->source) + 1,
                                         .at = brief->at,
                                         .row = (uint32_t)row,
                                         .source = source == ALD_NOBODY ? 0 : source});
    } else {
        *slot_of(m->laid, row) = LEFT_OUT;
        leave_out(m, source, traits, brief);
    }
}

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

/* Which are laid out, in order. */
static void mark_rows(struct marking *m)
{
    struct ald_build *b = m->b;
    struct ald_laid *laid = m->laid;
    const struct ald_calendar *calendar = &b->a->calendar;
    size_t sources = ald_names_n(b->sources);
    m->settled = ald_quarter_start(calendar, ald_quarter_of(calendar, b->a->as_of) - 1);
    b->left_out = ald_calloc(b->scratch, sources, sizeof *b->left_out);
    for (size_t i = 0; i < sources; i++)
        b->left_out[i] = (struct ald_left_out){.first = ALD_TIME_NONE, .last = ALD_TIME_NONE, .posted = ALD_TIME_NONE};
    for (size_t c = 0; c < laid->chunks_n; c++)
        begin_chunk(laid, &laid->chunks[c], b);
    ald_laid_each(laid, mark_brief, m);
    for (size_t i = 0; i < b->a->records_n; i++)
        add_place(m, &(struct ald_place){.id = b->a->records[i].external_id, .row = (uint32_t)b->a->records[i].row, .source = b->work[i].source});
    ald_places_sort(m->places, m->places_n, sources);
    for (size_t i = 0; i < m->places_n; i++)
        *slot_of(laid, m->places[i].row) = (uint32_t)i;
}

/* ---- Records ---- */

struct laying {
    struct ald_laid *laid;
    struct ald_build *b;
    struct ald_names *services, *teams; /* numbered as in the build; others behind them */
    struct ald_span *spans;
};

/* All that linking asks of when a record was over is its end. */
static void set_end(struct laying *y, uint32_t i, int64_t end)
{
    y->spans[i] = (struct ald_span){.start = y->b->work[i].start, .end = end};
    y->b->work[i].spans = &y->spans[i];
    y->b->work[i].spans_n = 1;
    y->b->draft[i].state = end == INT64_MAX ? ALD_OPEN : ALD_STATE_RESOLVED;
}

/* Those that were read move to their places. */
static void place_read(struct laying *y, const struct marking *m)
{
    struct ald_build *b = y->b;
    struct ald_analysis *a = b->a;
    const struct ald_build was = *b;
    const struct ald_record *records = a->records;
    size_t n = m->places_n;
    uint32_t i = 0; /* they come in the same order */
    a->records = ald_calloc(a->arena, n, sizeof *a->records);
    a->records_n = n;
    b->work = ald_calloc(b->scratch, n, sizeof *b->work);
    b->draft = ald_calloc(b->gathering, n, sizeof *b->draft);
    b->refs = ald_calloc(b->linking, n, sizeof *b->refs);
    b->shows = ald_calloc(b->linking, n, sizeof *b->shows);
    b->told = ald_calloc(b->linking, n, sizeof *b->told);
    y->spans = ald_calloc(b->timing, n, sizeof *y->spans);
    for (uint32_t to = 0; to < n; to++) {
        if (m->places[to].at)
            continue;
        a->records[to] = records[i];
        b->work[to] = was.work[i];
        b->draft[to] = was.draft[i];
        b->refs[to] = was.refs[i];
        b->shows[to] = was.shows[i];
        set_end(y, to, ald_record_end(&was, i));
        i++;
    }
}

static const struct ald_traits *traits_of(struct ald_build *b, struct ald_laid_chunk *chunk, uint32_t number, uint32_t source)
{
    const struct ald_brief_traits *traits = &chunk->reader.traits[number];
    if (!chunk->traits[number])
        chunk->traits[number] = ald_build_traits(b, &(struct ald_traits){.source = ald_names_text(b->sources, source),
                                                                         .kind = ald_build_string(b, traits->kind),
                                                                         .class_ = ald_build_string(b, traits->class_),
                                                                         .address = ald_build_string(b, traits->address)});
    return chunk->traits[number];
}

static void take_refs(struct laying *y, uint32_t i, struct ald_brief_reader *reader, uint32_t n)
{
    struct ald_build *b = y->b;
    b->refs[i] = (struct ald_slice){.at = (uint32_t)b->ref_n, .n = n};
    for (uint32_t k = 0; k < n; k++) {
        b->ref = ald_grow(b->linking, b->ref, b->ref_n, &b->ref_cap, sizeof *b->ref);
        b->ref[b->ref_n++] = ald_brief_ref(reader);
    }
}

static uint32_t number_of(struct ald_names *names, const char *name)
{
    return name ? ald_names_add(names, name) : ALD_NOBODY;
}

static void take_services(struct laying *y, uint32_t i, struct ald_brief_reader *reader, uint32_t n)
{
    struct ald_build *b = y->b;
    b->work[i].services = (struct ald_slice){.at = (uint32_t)b->svc_n, .n = n};
    for (uint32_t k = 0; k < n; k++) {
        b->svc = ald_grow(b->gathering, b->svc, b->svc_n, &b->svc_cap, sizeof *b->svc);
        b->svc[b->svc_n++] = (struct ald_row_svc){.at = ALD_TIME_NONE, .service = number_of(y->services, ald_brief_name(reader))};
    }
}

/* What likeness asks for. */
static void take_look(struct laying *y, uint32_t i, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct ald_build *b = y->b;
    b->a->records[i].title = ald_brief_title(reader, brief);
    uint32_t n = ald_brief_number(reader);
    b->draft[i].teams = (struct ald_slice){.at = (uint32_t)b->team_n, .n = n};
    for (uint32_t k = 0; k < n; k++) {
        b->team = ald_grow(b->gathering, b->team, b->team_n, &b->team_cap, sizeof *b->team);
        b->team[b->team_n++] = (struct ald_row_named){.at = ALD_TIME_NONE, .name = number_of(y->teams, ald_brief_name(reader))};
    }
    n = ald_brief_number(reader);
    b->told[i] = (struct ald_slice){.at = (uint32_t)b->told_n, .n = n};
    for (uint32_t k = 0; k < n; k++) {
        uint32_t service = number_of(y->services, ald_brief_name(reader)), team = number_of(y->teams, ald_brief_name(reader));
        b->told_names = ald_grow(b->linking, b->told_names, b->told_n, &b->told_cap, sizeof *b->told_names);
        b->told_names[b->told_n++] = (struct ald_event_names){.person = ALD_NOBODY, .service = service, .team = team};
    }
}

static void place_brief(struct laying *y, uint32_t i, const struct ald_place *place)
{
    struct ald_build *b = y->b;
    struct ald_laid_chunk *chunk = chunk_of(y->laid, place->row);
    struct ald_brief_reader reader = chunk->reader;
    struct ald_brief brief;
    reader.at = place->at;
    ald_brief_next(&reader, place->row, &brief);
    b->a->records[i] = (struct ald_record){.row = place->row,
                                           .traits = traits_of(b, chunk, brief.traits, place->source),
                                           .external_id = place->id,
                                           .key = brief.key,
                                           .url_end = brief.url_end,
                                           .entered_at = ALD_TIME_NONE,
                                           .started_at = brief.start,
                                           .incident = ALD_NOBODY,
                                           .vendor = b->vendor[place->source]};
    b->work[i].start = brief.start;
    b->work[i].source = place->source;
    b->draft[i].group = b->draft[i].fold_into = ALD_NOBODY;
    b->shows[i] = brief.shows;
    b->seen[place->source] |= brief.shows;
    y->laid->before[i] = brief.state;
    set_end(y, i, brief.end);
    take_refs(y, i, &reader, brief.refs_n);
    take_services(y, i, &reader, brief.services_n);
    if (brief.young)
        take_look(y, i, &reader, &brief);
}

static void place_all(struct laying *y, const struct marking *m)
{
    struct ald_laid *laid = y->laid;
    place_read(y, m);
    laid->before = ald_calloc(laid->arena, m->places_n, sizeof *laid->before);
    for (uint32_t i = 0; i < m->places_n; i++)
        if (m->places[i].at)
            place_brief(y, i, &m->places[i]);
    for (size_t i = 0; i < m->was_n; i++) {
        uint32_t record = ald_laid_record(laid, m->was[i].row);
        if (record != ALD_NOBODY)
            laid->before[record] = m->was[i].state;
    }
}

static struct ald_names *names_of(struct ald_build *b, const char **texts, size_t n)
{
    struct ald_names *names = ald_names_new(b->a->arena);
    for (size_t i = 0; i < n; i++)
        (void)ald_names_add(names, texts[i]);
    return names;
}

static const char **texts_of(struct ald_build *b, const struct ald_names *names)
{
    uint32_t n = (uint32_t)ald_names_n(names);
    const char **texts = ald_calloc(b->a->arena, n, sizeof *texts);
    for (uint32_t i = 0; i < n; i++)
        texts[i] = ald_names_text(names, i);
    return texts;
}

bool ald_laid_out(struct ald_laid *laid, struct ald_build *b)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *lists = ald_arena_new();
    struct marking m = {.laid = laid, .b = b, .scratch = scratch, .arena = lists, .sound = true};
    struct laying y = {.laid = laid, .b = b};
    mark_rows(&m);
    y.services = names_of(b, b->a->services, b->a->services_n);
    y.teams = names_of(b, b->a->teams, b->a->teams_n);
    place_all(&y, &m);
    m.sound &= ald_names_n(y.teams) == b->a->teams_n;
    b->a->services = texts_of(b, y.services); /* those behind the ones that the build knows have a name, and nothing else */
    ald_names_free(y.services);
    ald_names_free(y.teams);
    return m.sound;
}
