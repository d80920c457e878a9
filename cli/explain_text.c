/* explain in words: every value with the field or event it came from. */
#include "explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/patterns.h"
#include "alidade/report.h"
#include "alidade/utf8.h"
#include "session.h"

static const char *text(struct ald_arena *a, const char *s)
{
    return ald_shown_by(a, s);
}

/** As many characters of it as fit into a line. */
static const char *start_of(struct ald_arena *a, const char *s)
{
    const char *shown = text(a, s);
    return ald_strndup(a, shown, ald_utf8_prefix(shown, 60));
}

const char *ald_explain_when(const struct ald_analysis *an, int64_t ms, char buf[64])
{
    struct ald_civil c = ald_zone_civil(an->zone, ms);
    (void)snprintf(buf, 64, "%04lld-%02d-%02d %02d:%02d:%02d %s", (long long)c.year, c.month, c.day, c.hour, c.minute, c.second,
                   ald_zone_abbreviation(an->zone, ms));
    return buf;
}

void ald_explain_head(const struct ald_analysis *an, size_t i)
{
    const struct ald_incident *inc = &an->incidents[i];
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) a = ald_arena_new();
    (void)printf("%s  %s\n", text(a, inc->key), text(a, inc->title));
    (void)printf("  id %s, class %s%s%s%s, %s\n", text(a, inc->id), ald_class_name(inc->cls), inc->class_why ? " (" : "",
                 text(a, inc->class_why), inc->class_why ? ")" : "", ald_state_name(inc->state));
    (void)printf("\nRecords\n");
    for (size_t k = 0; k < inc->records_n; k++) {
        const struct ald_record *rec = &an->records[inc->records[k]];
        (void)printf("  %s:%s (%s)%s%s; ", rec->traits->source, text(a, rec->external_id), rec->traits->kind, rec->url_end ? " " : "", text(a, ald_record_url(a, rec)));
        if (inc->records_n == 1)
            (void)printf("single: nothing else tells of it\n");
        else
            (void)printf("linked by %s (confidence %.2f)%s%s\n", ald_record_method(rec), ald_record_confidence(rec), ald_record_via(rec) ? ": " : "",
                         text(a, ald_record_via(rec)));
        if (rec->ignored_before_start)
            (void)printf("    %d change%s of state before the start %s ignored\n", rec->ignored_before_start,
                         rec->ignored_before_start == 1 ? "" : "s", rec->ignored_before_start == 1 ? "was" : "were");
    }
}

static const char *member(struct ald_arena *a, const struct ald_node *o, const char *key)
{
    const struct ald_node *v = ald_node_at(o, key);
    return text(a, v && v->kind == ALD_NODE_STR ? v->text : NULL);
}

void ald_explain_decisions(struct ald_arena *a, const struct ald_node *decisions)
{
    if (decisions->list.n)
        (void)printf("\nDecided by people\n");
    for (size_t k = 0; k < decisions->list.n; k++) {
        const struct ald_node *d = decisions->list.items[k];
        const char *idle = member(a, d, "idle");
        (void)printf("  %lld %s %s%s%s: %s%s%s\n", (long long)ald_node_at(d, "id")->integer, member(a, d, "kind"), member(a, d, "field"),
                     *member(a, d, "field") ? " " : "", member(a, d, "value"), member(a, d, "reason"), *idle ? "; changes nothing: " : "", idle);
    }
}

void ald_explain_suggestions(const struct ald_analysis *an, size_t i)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) a = ald_arena_new();
    bool any = false;
    for (size_t k = 0; k < an->suggestions_n; k++) {
        uint32_t own = ald_suggestion_side(an, k, i);
        if (own == ALD_NOBODY)
            continue;
        const struct ald_link *link = &an->suggestions[k];
        const struct ald_record *other = &an->records[own == link->a ? link->b : link->a];
        if (!any)
            (void)printf("\nCould be the same happening; not taken, as link.accept is %.2f\n", an->settings->link_accept);
        any = true;
        (void)printf("  %s:%s  %s\n    confidence %.2f: %s\n", other->traits->source, text(a, other->external_id), start_of(a, other->title),
                     floor(100 * link->confidence) / 100, text(a, link->via));
    }
    if (any)
        (void)printf("  alidade link RECORD RECORD --reason TEXT joins two; alidade unlink keeps them apart\n");
}

static void print_clock(const char *name, int64_t ms, const char *absent)
{
    char span[32];
    (void)printf("  %-16s %s%s\n", name, ms == ALD_TIME_NONE ? "absent: " : ald_duration_format(ms, span), ms == ALD_TIME_NONE ? absent : "");
}

static const char *no_resolve(const struct ald_incident *inc)
{
    if (inc->impossible)
        return ald_impossible_why(inc);
    if (inc->state == ALD_OPEN)
        return "still open";
    return inc->zero_length ? "zero length" : "closed without a time of resolution";
}

void ald_explain_times(const struct ald_analysis *an, size_t i, const struct ald_node *others)
{
    const struct ald_incident *inc = &an->incidents[i];
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) a = ald_arena_new();
    char at[64];
    char end[64];
    (void)printf("\nMoments (times in %s)\n", an->settings->timezone);
    for (int m = 0; m < ALD_MOMENT_N; m++) {
        const struct ald_taken *t = ald_moment_of(inc, m);
        if (t->at == ALD_TIME_NONE)
            (void)printf("  %-16s absent: not recorded\n", ald_moment_name((enum ald_moment)m));
        else
            (void)printf("  %-16s %s  from %s of %s:%s\n", ald_moment_name((enum ald_moment)m), ald_explain_when(an, t->at, at), t->field ? text(a, ald_word_at(an, t->field)) : "events",
                         an->records[t->record].traits->source, text(a, an->records[t->record].external_id));
        ald_explain_others(a, an, others, ald_moment_name((enum ald_moment)m));
    }
    (void)printf("\nOpen spans (%d reopened)\n", inc->reopens);
    for (size_t k = 0; k < inc->spans_n; k++)
        (void)printf("  %s to %s\n", ald_explain_when(an, inc->spans[k].start, at),
                     inc->spans[k].end != ALD_TIME_NONE ? ald_explain_when(an, inc->spans[k].end, end)
                     : inc->state == ALD_OPEN           ? "now: open"
                                                        : "nobody knows when: it is over, its end is not recorded");
    (void)printf("\nClocks\n");
    print_clock("resolve", inc->duration_ms, no_resolve(inc));
    print_clock("acknowledge", inc->acknowledge_ms, "no acknowledgement by a person is recorded");
    print_clock("detect", ald_detect_ms(inc), "start of impact and detection are not both recorded");
    print_clock("mitigate", ald_mitigate_ms(inc), "mitigation is not recorded");
    if (inc->state == ALD_OPEN && inc->started_at != ALD_TIME_NONE)
        print_clock("open for", ald_open_for_ms(an, inc), "");
}

static void bar(double position, char out[24])
{
    int full = isfinite(position) ? (int)lround(position * 10) : 0;
    for (int i = 0; i < 10; i++)
        out[i] = isfinite(position) ? (i < full ? '#' : '.') : ' ';
    out[10] = '\0';
}

/* Counts whole, however large; shares by two digits. */
static const char *number(double v, char out[32])
{
    (void)snprintf(out, 32, fabs(v - round(v)) < 1e-9 ? "%.0f" : "%.2f", v);
    return out;
}

/* Value, value by the landmark, position as a bar and a number, when it is known; then where it came from. */
static void print_signal(struct ald_arena *a, const struct ald_analysis *an, size_t i, size_t s, const struct ald_explain_entries *entries)
{
    const struct ald_signal *signal = ald_signal_at(s);
    const struct ald_obs *obs = ald_obs_at(an, i, s);
    int shown = ald_measure_at(an, i)->shown;
    bool on_axis = shown >= 0 && isfinite(ald_position_at(an, i, shown, s));
    double position = on_axis ? ald_position_at(an, i, shown, s) : ald_position_total_at(an, i, s);
    bool weighs = ald_signal_weight(an->settings, signal) > 0;
    char landmark[32] = "-";
    char place[32] = "    ";
    char drawn[24], total[32];
    if (obs->has_landmark_value)
        (void)number(obs->landmark_value, landmark);
    if (isfinite(position))
        (void)snprintf(place, sizeof place, "%.2f", position);
    bar(position, drawn);
    (void)printf("    %-22s %8s %8s  %s %s %s%s%s\n", signal->id, number(obs->total, total), landmark, drawn, place, ald_timing_text(signal->timing),
                 on_axis || !isfinite(position) ? "" : ", description only", weighs ? "" : ", weight 0");
    const char *evidence = ald_evidence_text(a, an, i, s);
    if (evidence)
        ald_explain_evidence(a, an, entries, evidence);
    if (!obs->has_landmark_value && obs->absent_landmark && signal->timing & ALD_LANDMARK)
        (void)printf("        up to the landmark absent: %s\n", obs->absent_landmark);
}

void ald_explain_signals(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    static const char *const titles[ALD_AXIS_N] = {"Complexity", "Blast radius"};
    const struct ald_explain_entries *entries = ald_explain_entries(a, an, i);
    char span[32];
    size_t missing = 0;
    (void)printf("\nSignals (in all; by the landmark, %s after detection, else opening; position among earlier incidents)\n",
                 ald_duration_format(an->settings->landmark_ms, span));
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        (void)printf("  %s\n", titles[axis]);
        for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
            missing += axis == 0 && !ald_obs_at(an, i, s)->has_total;
            if ((int)ald_signal_at(s)->axis == axis && ald_obs_at(an, i, s)->has_total)
                print_signal(a, an, i, s, entries);
        }
    }
    if (missing)
        (void)printf("  Not measured: missing is never 0\n");
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        if (!ald_obs_at(an, i, s)->has_total)
            (void)printf("    %-22s absent: %s\n", ald_signal_at(s)->id, ald_obs_at(an, i, s)->absent ? ald_obs_at(an, i, s)->absent : "not recorded");
}

void ald_explain_patterns(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    size_t n;
    const struct ald_match *list = ald_matches_at(an, i, &n);
    (void)printf("\nPatterns (from what was written; confirm or reject with alidade tag)\n");
    for (size_t m = 0; m < n; m++) {
        (void)printf("  %-22s %s", ald_lexicon_at(ald_analysis_lexicon(an), list[m].pattern)->id, ald_tag_name(list[m].tag));
        (void)printf("%s%s\n", list[m].reason ? ": " : "", list[m].reason ? text(a, list[m].reason) : "");
        if (list[m].quote)
            (void)printf("      \"%s\"\n", text(a, list[m].quote));
    }
    if (!n)
        (void)printf("  none%s\n", an->settings->free_text ? "" : ": texts are not stored (free_text: off)");
}

static void print_axis(const struct ald_analysis *an, size_t i, int which, enum ald_axis at, const char *name)
{
    const struct ald_axis_position *axis = &ald_measure_at(an, i)->reading[which].axis[at];
    char drawn[24];
    double raw, coverage;
    size_t told, compared, all = ald_axis_signals(an, i, which, at, &told, &compared);
    (void)ald_axis_told(an, i, which, at, &raw, &coverage);
    bar(axis->has ? axis->position : (double)NAN, drawn);
    if (axis->has)
        (void)printf("    %-14s %s %.2f  (raw %.3f; %zu of %zu signals told, of %zu that can be compared: %.0f %% of their weight)\n", name, drawn, axis->position, raw,
                     told, all, compared, 100 * coverage);
    else
        (void)printf("    %-14s absent: %s\n", name, axis->absent ? axis->absent : "too thin");
}

/* The comparables on a logarithmic strip: '.' one, ':' several, '[' ']' the band, '|' the median, '*' this incident. */
static void strip(const struct ald_reading *r, double own_ms, const struct ald_comparable *c, size_t n)
{
    char line[65];
    double least = own_ms;
    double most = own_ms;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, (double)c[i].duration_ms);
        most = fmax(most, (double)c[i].duration_ms);
    }
    least = fmax(least, 1000);
    if (most <= least)
        return;
    double width = log(most / least);
    memset(line, ' ', 64);
    line[64] = '\0';
#define AT(ms) ((size_t)lround(fmin(1, fmax(0, log(fmax(ms, least) / least) / width)) * 63))
    for (size_t i = 0; i < n; i++)
        line[AT((double)c[i].duration_ms)] = line[AT((double)c[i].duration_ms)] == ' ' ? '.' : ':';
    if (r->has_lower)
        line[AT(r->lower_ms)] = '[';
    if (r->has_upper)
        line[AT(r->upper_ms)] = ']';
    if (r->has_median)
        line[AT(r->median_ms)] = '|';
    line[AT(own_ms)] = '*';
#undef AT
    char from[32];
    char to[32];
    (void)printf("    %s %s %s\n", ald_duration_format((int64_t)least, from), line, ald_duration_format((int64_t)most, to));
    (void)printf("    . a comparable  : several  [ ] eight in ten lie between  | median  * this incident (logarithmic)\n");
}

static void print_reading(struct ald_arena *a, const struct ald_analysis *an, size_t i, int which)
{
    const struct ald_reading *r = &ald_measure_at(an, i)->reading[which];
    char span[32];
    (void)printf("\n%s reading%s\n", which == ALD_START_READING ? "Start" : "Landmark", ald_measure_at(an, i)->shown == which ? " (the one shown)" : "");
    if (r->absent) {
        (void)printf("    absent: %s\n", r->absent);
        return;
    }
    print_axis(an, i, which, ALD_COMPLEXITY, "complexity");
    print_axis(an, i, which, ALD_BLAST_RADIUS, "blast radius");
    (void)printf("    %s", ald_reading_text(r));
    if (r->has_percentile)
        (void)printf("; %.0f %% of the comparables were over sooner", 100 * r->percentile);
    (void)printf("\n    comparables: %u nearest of %u (k %u) in a reference of %u, compared by %s\n", r->m, r->candidates, r->k, r->n_ref,
                 r->basis == ALD_BASIS_BOTH           ? "complexity and blast radius"
                 : r->basis == ALD_BASIS_COMPLEXITY   ? "complexity alone"
                 : r->basis == ALD_BASIS_BLAST_RADIUS ? "blast radius alone"
                                                      : "nothing: the whole reference");
    if (r->tells_little)
        (void)printf("    position tells little: %u of %u share it\n", r->m, r->candidates);
    struct ald_comparable *near = NULL;
    size_t n = ald_analysis_comparables(an, i, which, r->m, a, &near);
    strip(r, (double)ald_read_ms(an, &an->incidents[i]), near, n);
    for (size_t k = 0; k < n && k < 5; k++)
        (void)printf("      %-16s %10s%s  distance %.3f  %s\n", text(a, near[k].key),
                     ald_duration_format(near[k].duration_ms, span), near[k].open ? " (open then)" : "", near[k].distance,
                     start_of(a, near[k].title));
}

void ald_explain_readings(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    const struct ald_measure *m = ald_measure_at(an, i);
    const char *corner = ald_corner_text(m->corner);
    print_reading(a, an, i, ALD_START_READING);
    print_reading(a, an, i, ALD_LANDMARK_READING);
    if (corner)
        (void)printf("\nCorner: %s%s\n", corner, m->shown == ALD_START_READING ? " (by its start: who came is not in it)" : "");
}
