/* Lays all records out for linking: those that were read anew, and of all others their briefs, as if all had been read. What likeness alone asks for
 * (titles, teams, what events name) only the young ones have. Knows what linking asks of a record, not how it links. */
#include "analysis/renew.h"

#include <stdlib.h>
#include <string.h>

/* In place of a record's number, until it has one. */
#define READ (ALD_NOBODY - 1)
#define BRIEF (ALD_NOBODY - 2)
#define LEFT_OUT (ALD_NOBODY - 3)

/* ---- Rows ---- */

static struct ald_laid_chunk *chunk_of(const struct ald_laid *laid, int64_t row)
{
    return &laid->chunks[row / ALD_BRIEFS_A_CHUNK];
}

static uint32_t *slot_of(const struct ald_laid *laid, int64_t row)
{
    return &chunk_of(laid, row)->record[row % ALD_BRIEFS_A_CHUNK];
}

static uint32_t value_of(const struct ald_laid *laid, int64_t row)
{
    return row >= 0 && (size_t)(row / ALD_BRIEFS_A_CHUNK) < laid->chunks_n && chunk_of(laid, row)->record ? *slot_of(laid, row) : ALD_NOBODY;
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
    return laid->touched_n && bsearch(&row, laid->touched, laid->touched_n, sizeof row, ald_laid_by_row);
}

void ald_laid_change(struct ald_laid *laid, int64_t row)
{
    chunk_of(laid, row)->changed = true;
}

bool ald_laid_open(struct ald_laid *laid, const struct ald_briefs *briefs, int64_t rows_to)
{
    int64_t last = briefs->n ? briefs->chunks[briefs->n - 1].number : 0;
    laid->chunks_n = (size_t)(rows_to / ALD_BRIEFS_A_CHUNK > last ? rows_to / ALD_BRIEFS_A_CHUNK : last) + 1;
    laid->chunks = ald_calloc(laid->arena, laid->chunks_n, sizeof *laid->chunks);
    for (size_t i = 0; i < briefs->n; i++) {
        const struct ald_brief_chunk *chunk = &briefs->chunks[i];
        if (chunk->number < 0 || !ald_brief_open(&chunk->packed, laid->arena, &laid->chunks[chunk->number].reader))
            return false;
    }
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

static void mark_brief(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct marking *m = ctx;
    const struct ald_brief_traits *traits = &reader->traits[brief->traits];
    ald_brief_pass(reader, brief);
    if (ald_laid_is_touched(m->laid, row))
        return;
    uint32_t source = ald_names_find(m->b->sources, traits->source);
    bool laid = brief->young || brief->refs_n || brief->state.link || source == ALD_NOBODY || is_asked(m, traits, brief);
    *slot_of(m->laid, row) = laid ? BRIEF : LEFT_OUT;
    if (!laid)
        leave_out(m, source, traits, brief);
}

static void mark_rows(struct ald_laid *laid, struct ald_build *b)
{
    const struct ald_calendar *calendar = &b->a->calendar;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct marking m = {
        .laid = laid, .b = b, .scratch = scratch, .settled = ald_quarter_start(calendar, ald_quarter_of(calendar, b->a->as_of) - 1)};
    size_t sources = ald_names_n(b->sources);
    b->left_out = ald_calloc(b->scratch, sources, sizeof *b->left_out);
    for (size_t i = 0; i < sources; i++)
        b->left_out[i] = (struct ald_left_out){.first = ALD_TIME_NONE, .last = ALD_TIME_NONE, .posted = ALD_TIME_NONE};
    for (size_t c = 0; c < laid->chunks_n; c++) {
        struct ald_laid_chunk *chunk = &laid->chunks[c];
        chunk->record = ald_alloc(laid->arena, ALD_BRIEFS_A_CHUNK * sizeof *chunk->record);
        for (int64_t i = 0; i < ALD_BRIEFS_A_CHUNK; i++)
            chunk->record[i] = ALD_NOBODY;
    }
    ald_laid_each(laid, mark_brief, &m);
    for (size_t i = 0; i < b->a->records_n; i++)
        *slot_of(laid, b->a->records[i].row) = READ;
}

/* Numbers all that are there. ret_place: by record that was read: its number. */
static ALD_CHECK enum ald_rc number_rows(struct ald_laid *laid, struct ald_build *b, uint32_t *ret_place, size_t *ret_n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    uint32_t n = 0, read = 0;
    bool row = true;
    mark_rows(laid, b);
    ALD_TRY(ald_q_open(b->store, "brief_order", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        int64_t id = ald_q_col_int(q, 0);
        uint32_t is = ald_laid_record(laid, id);
        if (is == ALD_NOBODY)
            continue;
        if (is == READ)
            ret_place[read++] = n;
        *slot_of(laid, id) = n++;
    }
    *ret_n = n;
    return ALD_OK;
}

/* ---- Records ---- */

struct laying {
    struct ald_laid *laid;
    struct ald_build *b;
    struct ald_names *services, *teams; /* numbered as in the build; others behind them */
    struct ald_span *spans;
    const struct ald_traits **traits; /* of the chunk at hand; NULL: not met yet */
    uint32_t *source_of;              /* the same: its source */
    bool sound;
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
static void place_read(struct laying *y, const uint32_t *place, size_t n)
{
    struct ald_build *b = y->b;
    struct ald_analysis *a = b->a;
    const struct ald_build was = *b;
    struct ald_record *records = a->records;
    size_t read = a->records_n;
    a->records = ald_calloc(a->arena, n, sizeof *a->records);
    a->records_n = n;
    b->work = ald_calloc(b->scratch, n, sizeof *b->work);
    b->draft = ald_calloc(b->gathering, n, sizeof *b->draft);
    b->refs = ald_calloc(b->linking, n, sizeof *b->refs);
    b->shows = ald_calloc(b->linking, n, sizeof *b->shows);
    b->told = ald_calloc(b->linking, n, sizeof *b->told);
    y->spans = ald_calloc(b->timing, n, sizeof *y->spans);
    for (uint32_t i = 0; i < read; i++) {
        uint32_t to = place[i];
        a->records[to] = records[i];
        b->work[to] = was.work[i];
        b->draft[to] = was.draft[i];
        b->refs[to] = was.refs[i];
        b->shows[to] = was.shows[i];
        set_end(y, to, ald_record_end(&was, i));
    }
}

static void meet_traits(struct laying *y, const struct ald_brief_traits *traits, uint32_t number)
{
    struct ald_build *b = y->b;
    uint32_t source = traits->source ? ald_names_find(b->sources, traits->source) : ALD_NOBODY;
    y->sound &= source != ALD_NOBODY;
    y->source_of[number] = source == ALD_NOBODY ? 0 : source;
    y->traits[number] = ald_build_traits(b, &(struct ald_traits){.source = ald_names_text(b->sources, y->source_of[number]),
                                                                 .kind = ald_build_string(b, traits->kind),
                                                                 .class_ = ald_build_string(b, traits->class_),
                                                                 .address = ald_build_string(b, traits->address)});
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

static void place_brief(struct laying *y, uint32_t i, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct ald_build *b = y->b;
    struct ald_record *r = &b->a->records[i];
    if (!y->traits[brief->traits])
        meet_traits(y, &reader->traits[brief->traits], brief->traits);
    const char *source = reader->traits[brief->traits].source;
    *r = (struct ald_record){.row = row,
                             .traits = y->traits[brief->traits],
                             .external_id = brief->id + strlen(source ? source : "") + 1,
                             .key = brief->key,
                             .url_end = brief->url_end,
                             .entered_at = ALD_TIME_NONE,
                             .started_at = brief->start,
                             .incident = ALD_NOBODY,
                             .vendor = b->vendor[y->source_of[brief->traits]]};
    b->work[i].start = brief->start;
    b->work[i].source = y->source_of[brief->traits];
    b->draft[i].group = b->draft[i].fold_into = ALD_NOBODY;
    b->shows[i] = brief->shows;
    b->seen[b->work[i].source] |= brief->shows;
    set_end(y, i, brief->end);
    take_refs(y, i, reader, brief->refs_n);
    take_services(y, i, reader, brief->services_n);
    if (brief->young)
        take_look(y, i, reader, brief);
}

static void place_chunk(struct laying *y, size_t number)
{
    struct ald_laid *laid = y->laid;
    struct ald_brief_reader reader = laid->chunks[number].reader;
    struct ald_brief brief;
    int64_t first = (int64_t)number * ALD_BRIEFS_A_CHUNK;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    if (!reader.present)
        return;
    y->traits = ald_calloc(scratch, reader.traits_n, sizeof *y->traits);
    y->source_of = ald_calloc(scratch, reader.traits_n, sizeof *y->source_of);
    for (int64_t row = first; row < first + ALD_BRIEFS_A_CHUNK; row++) {
        if (!ald_brief_has(&reader, row))
            continue;
        uint32_t i = ald_laid_record(laid, row);
        ald_brief_next(&reader, row, &brief);
        if (i != ALD_NOBODY)
            laid->before[i] = brief.state;
        if (i != ALD_NOBODY && !y->b->a->records[i].traits)
            place_brief(y, i, row, &reader, &brief);
        else
            ald_brief_pass(&reader, &brief);
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

enum ald_rc ald_laid_out(struct ald_laid *laid, struct ald_build *b, bool *ret_sound, struct ald_err *err)
{
    struct laying y = {.laid = laid, .b = b, .sound = true};
    size_t n = 0;
    uint32_t *place = ald_calloc(b->scratch, b->a->records_n, sizeof *place);
    ALD_TRY(number_rows(laid, b, place, &n, err));
    y.services = names_of(b, b->a->services, b->a->services_n);
    y.teams = names_of(b, b->a->teams, b->a->teams_n);
    place_read(&y, place, n);
    laid->before = ald_calloc(laid->arena, n, sizeof *laid->before);
    for (size_t c = 0; c < laid->chunks_n; c++)
        place_chunk(&y, c);
    for (size_t i = 0; i < n; i++)
        y.sound &= b->a->records[i].traits != NULL;
    y.sound &= ald_names_n(y.teams) == b->a->teams_n;
    b->a->services = texts_of(b, y.services); /* those behind the ones that the build knows have a name, and nothing else */
    ald_names_free(y.services);
    ald_names_free(y.teams);
    *ret_sound = y.sound;
    return ALD_OK;
}
