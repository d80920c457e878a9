/* What the matches of incidents come to: of one incident, and over a period. */
#include <math.h>

#include "alidade/stats.h"
#include "analysis/patterns.h"
#include "analysis/percentile.h"
#include "analysis/positions.h"
#include "analysis/shift.h"
#include "analysis/summaries.h"

const struct ald_match *ald_matches_at(const struct ald_analysis *analysis, size_t incident, size_t *ret_n)
{
    const struct ald_patterns *p = analysis->patterns;
    *ret_n = p ? p->first[incident + 1] - p->first[incident] : 0;
    return p ? p->matches + p->first[incident] : NULL;
}

const struct ald_match *ald_match_of(const struct ald_analysis *analysis, size_t incident, size_t pattern)
{
    size_t n;
    const struct ald_match *list = ald_matches_at(analysis, incident, &n);
    for (size_t i = 0; i < n; i++)
        if (list[i].pattern == pattern)
            return &list[i];
    return NULL;
}

const struct ald_lexicon *ald_analysis_lexicon(const struct ald_analysis *analysis)
{
    return analysis->patterns->lexicon;
}

size_t ald_texts_at(const struct ald_analysis *analysis, size_t incident)
{
    return analysis->patterns ? analysis->patterns->texts[incident] : 0;
}

struct ald_discarded ald_discarded_at(const struct ald_analysis *analysis, size_t incident)
{
    const struct ald_patterns *p = analysis->patterns;
    const struct ald_incident *inc = &analysis->incidents[incident];
    struct ald_discarded ret = {.n = 0};
    size_t low = 0, high = p ? p->given_up_n : 0;
    int64_t first = ALD_TIME_NONE;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (p->given_up[mid].incident < incident)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = low; p && i < p->given_up_n && p->given_up[i].incident == incident; i++) {
        const struct ald_given_up *g = &p->given_up[i];
        ret.n++;
        ret.by_landmark += inc->landmark_at != ALD_TIME_NONE && g->at <= inc->landmark_at;
        if (first == ALD_TIME_NONE || g->at < first) {
            first = g->at;
            ret.quote = g->quote;
        }
    }
    return ret;
}

/* ---- Periods ---- */

static bool there(const struct ald_match *match)
{
    return match->tag != ALD_TAG_REJECTED;
}

/* Per pattern, how many class incidents of a half-open span of starts have it. */
static void count_span(const struct ald_analysis *a, int64_t start, int64_t end, double *ret, size_t stride)
{
    for (size_t i = ald_first_from(a, start); i < a->incidents_n && a->incidents[i].started_at != ALD_TIME_NONE && a->incidents[i].started_at < end; i++) {
        size_t n;
        const struct ald_match *list = ald_matches_at(a, i, &n);
        for (size_t m = 0; m < n && a->incidents[i].cls == ALD_INCIDENT; m++)
            ret[list[m].pattern * stride] += there(&list[m]);
    }
}

static void fill_past(const struct ald_analysis *a, const struct ald_figures *figures, struct ald_arena *arena,
                      struct ald_pattern_count *counts, size_t n)
{
    size_t k = figures->counts.past_n, all = ald_lexicon_n(a->patterns->lexicon);
    double *past = ald_calloc(arena, all * k, sizeof *past);
    for (size_t s = 0; s < k; s++)
        count_span(a, figures->counts.past[s].start, figures->counts.past[s].counted_end, past + s, k);
    for (size_t i = 0; i < n; i++)
        ald_count_band(past + counts[i].pattern * k, k, &counts[i].past);
}

static void take_incident(const struct ald_analysis *a, uint32_t i, struct ald_pattern_count *counts, const size_t *place,
                          struct ald_pattern_figures *ret)
{
    const struct ald_measure *measure = ald_measure_at(a, i);
    const struct ald_axis_position *wide = measure->shown < 0 ? NULL : &measure->reading[measure->shown].axis[ALD_BLAST_RADIUS];
    size_t n;
    const struct ald_match *list = ald_matches_at(a, i, &n);
    bool lorin = false, confirmed = false;
    double percentile;
    bool read = ald_percentile_of(a, i, &percentile);
    for (size_t m = 0; m < n; m++) {
        if (!there(&list[m]))
            continue;
        struct ald_pattern_count *count = &counts[place[list[m].pattern]];
        count->confirmed += list[m].tag == ALD_TAG_CONFIRMED;
        count->suggested += list[m].tag == ALD_TAG_SUGGESTED;
        bool counts_here = ald_lexicon_at(a->patterns->lexicon, list[m].pattern)->lorin;
        lorin |= counts_here;
        confirmed |= counts_here && list[m].tag == ALD_TAG_CONFIRMED;
        if (read) {
            count->read++;
            count->mean_percentile += percentile;
        }
    }
    ret->lorin_all += lorin;
    if (wide && wide->has && wide->position >= ALD_WIDE - 1e-9) {
        ret->wide++;
        ret->lorin += lorin;
        ret->lorin_confirmed += confirmed;
    }
    ret->without_text += ald_texts_at(a, i) == 0;
}

/* Chance of the mean percentile of one pattern's incidents: as of all of them, from these alone. */
static void fill_interval(const struct ald_analysis *a, const struct ald_period *period, const struct ald_standing *now,
                          struct ald_arena *scratch, struct ald_pattern_count *count)
{
    struct ald_standing own = {.members = ald_calloc(scratch, now->n, sizeof *own.members)};
    struct ald_shift shift;
    for (size_t i = 0; i < now->n; i++) {
        const struct ald_match *match = ald_match_of(a, now->members[i].incident, count->pattern);
        if (match && there(match))
            own.members[own.n++] = now->members[i];
    }
    ald_shift_fill(a, period, &own, &shift, NULL);
    count->percentile_ci = shift.interval;
    if (shift.interval.has) {
        count->percentile_ci.low = fmax(shift.interval.low, 0);
        count->percentile_ci.high = fmin(shift.interval.high, 1);
    }
}

static void fill_intervals(const struct ald_analysis *a, const struct ald_figures *figures, struct ald_pattern_count *counts, size_t n)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_standing now = ald_standing_now(a, &figures->period, scratch);
    for (size_t i = 0; i < n; i++)
        if (counts[i].read)
            fill_interval(a, &figures->period, &now, scratch, &counts[i]);
}

void ald_patterns_fill(const struct ald_analysis *a, const struct ald_figures *figures, struct ald_arena *arena,
                       struct ald_pattern_figures *ret)
{
    const struct ald_lexicon *lex = a->patterns->lexicon;
    size_t all = ald_lexicon_n(lex), n = 0;
    struct ald_pattern_count *counts = ald_calloc(arena, all, sizeof *counts);
    size_t *place = ald_calloc(arena, all, sizeof *place);
    *ret = (struct ald_pattern_figures){.patterns = counts, .n = figures->incidents_n};
    for (size_t p = 0; p < all; p++) {
        if (ald_lexicon_at(lex, p)->hypothesis)
            continue;
        place[p] = n;
        counts[n++].pattern = p;
    }
    ret->patterns_n = n;
    for (size_t i = 0; i < figures->incidents_n; i++)
        take_incident(a, figures->incidents[i], counts, place, ret);
    for (size_t i = 0; i < n; i++)
        if (counts[i].read)
            counts[i].mean_percentile /= (double)counts[i].read;
    fill_intervals(a, figures, counts, n);
    fill_past(a, figures, arena, counts, n);
}
