/* Clocks, names and classes of all incidents, on several threads: what is made of one incident is made of its own records. Each thread has a share of
 * the incidents and memory of its own, which is the analysis' afterwards. What people corrected is left to the thread that asked: a correction may
 * name what nobody named before, or be dated ahead. */
#include "alidade/parallel.h"
#include "analysis/build.h"
#include "analysis/copies.h"
#include "analysis/overrides.h"

enum { GATHERED_AT_ONCE = 1 << 16 };

/* All but its memory is the build's and its analysis'. */
struct share {
    struct ald_build b;
    struct ald_analysis a;
    size_t from, to;
};

/* Groups that were folded into an incident; a record folded inside its own group counts for itself. met: by group, the
 * incident that counted it last, from 1. */
static size_t count_folded(const struct ald_build *b, const struct ald_incident *inc, uint32_t *met)
{
    uint32_t own = b->draft[inc->records[0]].group, self = (uint32_t)(inc - b->a->incidents) + 1;
    size_t n = 0;
    for (size_t i = 0; i < inc->records_n; i++) {
        uint32_t group = b->draft[inc->records[i]].group;
        if (!b->work[inc->records[i]].folded || (group != own && met[group] == self))
            continue;
        met[group] = self;
        n++;
    }
    return n;
}

static void clock(struct ald_build *b, struct ald_incident *inc, uint32_t *met)
{
    inc->merged_n = (uint32_t)count_folded(b, inc, met);
    if (inc->records_n > 1)
        ald_copies_mark(b, inc);
    ald_incident_clocks(b, inc);
}

static void gather(struct ald_build *b, struct ald_incident *inc)
{
    ald_incident_gather(b, inc);
    ald_incident_classify(b, inc);
}

static void clock_share(void *ctx, size_t part)
{
    struct share *share = (struct share *)ctx + part;
    uint32_t *met = ald_calloc(share->b.scratch, share->a.records_n, sizeof *met);
    for (size_t i = share->from; i < share->to; i++)
        if (!ald_overrides_any(&share->b, &share->a.incidents[i]))
            clock(&share->b, &share->a.incidents[i], met);
}

static void gather_share(void *ctx, size_t part)
{
    struct share *share = (struct share *)ctx + part;
    for (size_t i = share->from; i < share->to; i++)
        if (!ald_overrides_any(&share->b, &share->a.incidents[i]))
            gather(&share->b, &share->a.incidents[i]);
}

static void begin(struct share *share, const struct ald_build *b, size_t from, size_t to)
{
    struct ald_arena *scratch = ald_arena_new();
    *share = (struct share){.b = *b, .a = *b->a, .from = from, .to = to};
    share->b.a = &share->a;
    share->a.arena = ald_arena_new();
    share->b.scratch = scratch;
    share->b.mentions = (struct ald_mentions){.arena = scratch};
    share->b.brief = ald_arena_new();
    share->b.wording = ald_arena_new();
}

static void end(struct share *share, struct ald_build *b)
{
    ald_arena_join(b->a->arena, share->a.arena);
    ald_arena_join(b->wording, share->b.wording);
    ald_arena_free(share->a.arena);
    ald_arena_free(share->b.wording);
    ald_arena_free(share->b.brief);
    ald_arena_free(share->b.scratch);
}

/* Incidents from..to-1. */
static void share_out(struct ald_build *b, size_t from, size_t to, void (*share_part)(void *ctx, size_t part))
{
    struct share shares[ALD_PARALLEL_MOST];
    size_t n = to - from, parts = ald_parallel_parts_for(n);
    for (size_t part = 0; part < parts; part++)
        begin(&shares[part], b, from + n * part / parts, from + n * (part + 1) / parts);
    ald_parallel(parts, share_part, shares);
    for (size_t part = 0; part < parts; part++)
        end(&shares[part], b);
}

void ald_incidents_clocks(struct ald_build *b)
{
    share_out(b, 0, b->a->incidents_n, clock_share);
    if (!b->override_of)
        return;
    uint32_t *met = ald_calloc(b->timing, b->a->records_n, sizeof *met);
    for (size_t i = 0; i < b->a->incidents_n; i++)
        if (ald_overrides_any(b, &b->a->incidents[i]))
            clock(b, &b->a->incidents[i], met);
}

static void gather_corrected(struct ald_build *b, size_t from, size_t to)
{
    for (size_t i = from; i < to && b->override_of; i++)
        if (ald_overrides_any(b, &b->a->incidents[i]))
            gather(b, &b->a->incidents[i]);
}

/* Names are numbered in the order of incidents. */
static void number_titles(struct ald_build *b, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct ald_incident *inc = &b->a->incidents[i];
        inc->norm_title = ald_names_text(b->titles, ald_names_add(b->titles, inc->norm_title));
    }
    ald_arena_reset(b->wording);
}

/* A part of them after the other: titles that are no names yet stand once for each incident. */
void ald_incidents_gather(struct ald_build *b)
{
    for (size_t from = 0, to = 0; from < b->a->incidents_n; from = to) {
        to = b->a->incidents_n - from < GATHERED_AT_ONCE ? b->a->incidents_n : from + GATHERED_AT_ONCE;
        share_out(b, from, to, gather_share);
        gather_corrected(b, from, to);
        number_titles(b, from, to);
    }
}
