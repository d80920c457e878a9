/* Sources that began within the baseline: with them the present has incidents that the past could not have had. */
#include <string.h>

#include "quarterly.h"
#include "sentences.h"
#include "words.h"

/* Below this share of a period's incidents their coming changes no count that is looked at. */
#define SHARE_TOLD 0.05

struct begun {
    const char *source;
    int64_t first; /* start of its first record */
    bool late, alone; /* alone: an incident of the period has no record but of late ones, and one of it */
};

struct gathered {
    struct begun *sources;
    size_t n, cap;
};

static struct begun *of_source(struct ald_arena *a, struct gathered *g, const char *source)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->sources[i].source == source || strcmp(g->sources[i].source, source) == 0)
            return &g->sources[i];
    g->sources = ald_grow(a, g->sources, g->n, &g->cap, sizeof *g->sources);
    g->sources[g->n] = (struct begun){.source = source, .first = ALD_TIME_NONE};
    return &g->sources[g->n++];
}

/* Those whose first record began after the first of the earlier periods was over. @return how many. */
static size_t find_late(struct ald_arena *a, const struct ald_analysis *an, int64_t first_end, struct gathered *ret)
{
    size_t late = 0;
    for (size_t r = 0; r < an->records_n; r++) {
        const struct ald_record *rec = &an->records[r];
        if (rec->vendor || rec->incident == ALD_NOBODY || rec->started_at == ALD_TIME_NONE)
            continue;
        struct begun *source = of_source(a, ret, rec->traits->source);
        if (source->first == ALD_TIME_NONE || rec->started_at < source->first)
            source->first = rec->started_at;
    }
    for (size_t i = 0; i < ret->n; i++) {
        ret->sources[i].late = ret->sources[i].first >= first_end;
        late += ret->sources[i].late;
    }
    return late;
}

enum { ELSEWHERE, LATE_ONLY, KNOWN_BEFORE };

/* Incidents of the period that only late sources tell of. */
static size_t count_alone(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f, struct gathered *g)
{
    unsigned char *seen = ald_calloc(a, an->incidents_n + 1, sizeof *seen);
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n; i++)
        seen[f->incidents[i]] = LATE_ONLY;
    for (size_t r = 0; r < an->records_n; r++) {
        const struct ald_record *rec = &an->records[r];
        if (!rec->vendor && rec->incident != ALD_NOBODY && seen[rec->incident] == LATE_ONLY && !of_source(a, g, rec->traits->source)->late)
            seen[rec->incident] = KNOWN_BEFORE;
    }
    for (size_t r = 0; r < an->records_n; r++) {
        const struct ald_record *rec = &an->records[r];
        if (!rec->vendor && rec->incident != ALD_NOBODY && seen[rec->incident] == LATE_ONLY)
            of_source(a, g, rec->traits->source)->alone = true;
    }
    for (size_t i = 0; i < f->incidents_n; i++)
        n += seen[f->incidents[i]] == LATE_ONLY;
    return n;
}

const char *ald_late_sources(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    const struct ald_counts *c = &f->counts;
    struct gathered g = {.n = 0};
    if (!c->past_n || !find_late(a, an, c->past[c->past_n - 1].end, &g))
        return "";
    size_t alone = count_alone(a, an, f, &g);
    if (!alone || (double)alone < SHARE_TOLD * (double)c->current)
        return "";
    const char *names = "";
    for (size_t i = 0; i < g.n; i++)
        if (g.sources[i].alone)
            names = ald_sprintf(a, "%s%s%s (since %s)", names, *names ? ", " : "", g.sources[i].source, ald_words_date(a, an->zone, g.sources[i].first));
    return ald_sprintf(a, " %s told by nothing but %s: earlier ones of that sort are on no record, so these counts are not of the same things.",
                       ald_many(a, alone, "is", "are"), names);
}
