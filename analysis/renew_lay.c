/* Lays records out for linking: those that were read anew, and of others their briefs, as if they had been read. What likeness alone asks for
 * (titles, teams, what events name) only the young ones have. Knows what linking asks of a record, not how it links. */
#include "analysis/renew.h"

#include <stdlib.h>
#include <string.h>

/* ---- Rows ---- */

static bool has_chunk(const struct ald_laid *laid, int64_t row)
{
    return row >= 0 && (size_t)(row / ALD_BRIEFS_A_CHUNK) < laid->chunks_n;
}

static uint32_t value_of(const struct ald_laid *laid, int64_t row)
{
    return has_chunk(laid, row) ? *ald_laid_slot(laid, row) : ALD_NOBODY;
}

uint32_t ald_laid_record(const struct ald_laid *laid, int64_t row)
{
    uint32_t is = value_of(laid, row);
    return is == ALD_LEFT_OUT ? ALD_NOBODY : is;
}

bool ald_laid_is_left_out(const struct ald_laid *laid, int64_t row)
{
    return value_of(laid, row) == ALD_LEFT_OUT;
}

int ald_laid_by_row(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

bool ald_laid_is_touched(const struct ald_laid *laid, int64_t row)
{
    return has_chunk(laid, row) && ald_laid_chunk(laid, row)->touched && bsearch(&row, laid->touched, laid->touched_n, sizeof row, ald_laid_by_row);
}

void ald_laid_change(struct ald_laid *laid, int64_t row)
{
    ald_laid_chunk(laid, row)->changed = true;
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
        ald_laid_chunk(laid, laid->touched[i])->touched = true;
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
static void place_read(struct laying *y, const struct ald_near *m)
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
    struct ald_laid_chunk *chunk = ald_laid_chunk(y->laid, place->row);
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

static void place_all(struct laying *y, const struct ald_near *m)
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
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *lists = ald_arena_new();
    struct ald_near near;
    struct laying y = {.laid = laid, .b = b};
    bool sound = ald_laid_near(laid, b, lists, &near);
    y.services = names_of(b, b->a->services, b->a->services_n);
    y.teams = names_of(b, b->a->teams, b->a->teams_n);
    place_all(&y, &near);
    sound &= ald_names_n(y.teams) == b->a->teams_n;
    b->a->services = texts_of(b, y.services); /* those behind the ones that the build knows have a name, and nothing else */
    ald_names_free(y.services);
    ald_names_free(y.teams);
    return sound;
}
