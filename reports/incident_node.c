/* INCIDENT of the JSON contract: one function, used by reports, exports and explain alike. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/report.h"
#include "nodes.h"
#include "patterns_node.h"

struct ald_node *ald_strings_node(struct ald_arena *a, const char *const *items, size_t n)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < n; i++)
        ald_node_add(a, list, ald_node_str(a, items[i]));
    return list;
}

/* Members of a signal's row: room for them is taken once. */
enum { SIGNAL_MEMBERS = 9 };

/* The incident whose members are asked for, and which of its readings. */
struct asked {
    const struct ald_analysis *analysis;
    size_t incident, reading;
};

static const struct ald_incident *incident_of(void *ctx)
{
    const struct asked *of = ctx;
    return &of->analysis->incidents[of->incident];
}

static const struct ald_analysis *analysis_of(void *ctx)
{
    return ((const struct asked *)ctx)->analysis;
}

static const struct ald_measure *measure_of(void *ctx)
{
    return ald_measure_at(analysis_of(ctx), ((const struct asked *)ctx)->incident);
}

static struct ald_node *records_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    const struct ald_analysis *an = analysis_of(ctx);
    const struct ald_incident *inc = incident_of(ctx);
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *rec = &an->records[inc->records[i]];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "source", ald_node_str(a, rec->traits->source));
        ald_node_set(a, o, "external_id", ald_node_str(a, rec->external_id));
        ald_node_set(a, o, "kind", ald_node_str(a, rec->traits->kind));
        ald_node_set(a, o, "url", ald_node_str(a, ald_record_url(a, rec)));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *services_node(void *ctx, size_t at_start, struct ald_arena *a)
{
    const struct ald_analysis *an = analysis_of(ctx);
    const struct ald_incident *inc = incident_of(ctx);
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < inc->services_n; i++)
        if (!at_start || inc->services[i].at_start)
            ald_node_add(a, list, ald_node_str(a, an->services[inc->services[i].name]));
    return list;
}

static struct ald_node *teams_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    const struct ald_analysis *an = analysis_of(ctx);
    const struct ald_incident *inc = incident_of(ctx);
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < inc->teams_n; i++)
        ald_node_add(a, list, ald_node_str(a, an->teams[ald_incident_teams(inc)[i].name]));
    return list;
}

static const char *no_clock(const struct ald_incident *inc)
{
    if (inc->impossible)
        return ald_impossible_why(inc);
    if (inc->state == ALD_OPEN)
        return "open";
    if (inc->state == ALD_END_NOT_RECORDED)
        return "closed without a time of resolution";
    return inc->zero_length ? "zero length: shorter than the source's clock can tell" : "not recorded";
}

enum { RESOLVE, ACKNOWLEDGE, DETECT, MITIGATE, ACTIVE, ELAPSED, OPEN_FOR };

static struct ald_node *clock_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_incident *inc = incident_of(ctx);
    switch (at) {
    case RESOLVE:
        return ald_node_seconds(a, inc->duration_ms, no_clock(inc));
    case ACKNOWLEDGE:
        return ald_node_seconds(a, inc->acknowledge_ms, "no acknowledgement by a person is recorded");
    case DETECT:
        return ald_node_seconds(a, ald_detect_ms(inc), "start of impact and detection are not both recorded");
    case MITIGATE:
        return ald_node_seconds(a, ald_mitigate_ms(inc), "mitigation is not recorded");
    case ACTIVE:
        return ald_node_seconds(a, ald_active_ms(analysis_of(ctx), inc), no_clock(inc));
    case ELAPSED:
        return ald_node_seconds(a, ald_elapsed_ms(inc), no_clock(inc));
    default:
        return ald_node_seconds(a, ald_open_for_ms(analysis_of(ctx), inc), NULL);
    }
}

static struct ald_node *clocks_node(void *ctx, size_t at, struct ald_arena *a)
{
    static const struct ald_making members[] = {
        {"resolve_s", clock_node, RESOLVE},
        {"acknowledge_s", clock_node, ACKNOWLEDGE},
        {"detect_s", clock_node, DETECT},
        {"mitigate_s", clock_node, MITIGATE},
    };
    (void)at;
    return ald_node_object_later(a, members, sizeof members / sizeof members[0], ctx);
}

static struct ald_node *spans_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    const struct ald_incident *inc = incident_of(ctx);
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < inc->spans_n; i++) {
        struct ald_node *pair = ald_node_list(a);
        ald_node_add(a, pair, ald_node_time(a, inc->spans[i].start));
        ald_node_add(a, pair, ald_node_time(a, inc->spans[i].end));
        ald_node_add(a, list, pair);
    }
    return list;
}

/* The position shown beside a signal: in the reading shown, or of its total where it is on no axis of that reading. */
static double shown_position(const struct ald_analysis *an, size_t i, size_t signal)
{
    int shown = ald_measure_at(an, i)->shown;
    double position = shown >= 0 ? ald_position_at(an, i, shown, signal) : (double)NAN;
    return isfinite(position) ? position : ald_position_total_at(an, i, signal);
}

static struct ald_node *signal_row(void *ctx, size_t s, struct ald_arena *a)
{
    const struct ald_analysis *an = analysis_of(ctx);
    size_t i = ((const struct asked *)ctx)->incident;
    const struct ald_signal *signal = ald_signal_at(s);
    const struct ald_obs *obs = ald_obs_at(an, i, s);
    struct ald_node *o = ald_node_object_for(a, SIGNAL_MEMBERS);
    ald_node_set(a, o, "id", ald_node_str(a, signal->id));
    ald_node_set(a, o, "axis", ald_node_str(a, ald_axis_id(signal->axis)));
    ald_node_set(a, o, "timing", ald_node_str(a, ald_timing_text(signal->timing)));
    ald_node_set(a, o, "value", obs->has_total ? ald_node_num(a, obs->total) : ald_node_absent(a, NULL));
    ald_node_set(a, o, "landmark_value", obs->has_landmark_value ? ald_node_num(a, obs->landmark_value) : ald_node_absent(a, NULL));
    ald_node_set(a, o, "unit", ald_node_str(a, signal->unit));
    ald_node_set(a, o, "position", ald_node_num(a, shown_position(an, i, s)));
    if (obs->has_total)
        ald_node_set(a, o, "evidence", ald_node_str(a, ald_evidence_text(a, an, i, s)));
    else
        ald_node_set(a, o, "absent", ald_node_str(a, obs->absent ? obs->absent : "not recorded"));
    return o;
}

static const struct ald_reading *reading_of(void *ctx)
{
    return &measure_of(ctx)->reading[((const struct asked *)ctx)->reading];
}

static struct ald_node *axis_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct asked *of = ctx;
    const struct ald_axis_position *axis = &reading_of(ctx)->axis[at];
    double raw, coverage;
    (void)ald_axis_told(of->analysis, of->incident, (int)of->reading, (enum ald_axis)at, &raw, &coverage);
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "position", axis->has ? ald_node_num(a, axis->position) : ald_node_absent(a, axis->absent));
    ald_node_set(a, o, "coverage", ald_node_num(a, coverage));
    ald_node_set(a, o, "raw", axis->has ? ald_node_num(a, raw) : ald_node_absent(a, NULL));
    return o;
}

enum { N_REF, CANDIDATES, K, M };

static struct ald_node *size_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_reading *r = reading_of(ctx);
    return ald_node_int(a, at == N_REF ? (int64_t)r->n_ref : at == CANDIDATES ? (int64_t)r->candidates : at == K ? (int64_t)r->k : (int64_t)r->m);
}

enum { LOWER, MEDIAN, UPPER };

static struct ald_node *bound_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_reading *r = reading_of(ctx);
    bool has = at == LOWER ? r->has_lower : at == MEDIAN ? r->has_median : r->has_upper;
    double ms = at == LOWER ? r->lower_ms : at == MEDIAN ? r->median_ms : r->upper_ms;
    return has ? ald_node_num(a, ms / 1000) : ald_node_absent(a, "longer than seen so far among the comparables");
}

static struct ald_node *percentile_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_reading *r = reading_of(ctx);
    (void)at;
    return r->has_percentile ? ald_node_num(a, r->percentile) : ald_node_absent(a, "open: it has no percentile of its own yet");
}

enum { BASIS, VERDICT, TEXT, REMARK };

static struct ald_node *said_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_reading *r = reading_of(ctx);
    switch (at) {
    case BASIS:
        return ald_node_str(a, ald_basis_text(r->basis));
    case VERDICT:
        return ald_node_str(a, ald_verdict_id(r->verdict));
    case TEXT:
        return ald_node_str(a, ald_reading_text(r));
    default:
        return ald_node_str(a, r->tells_little ? ald_sprintf(a, "position tells little: %u of %u share it", r->m, r->candidates) : NULL);
    }
}

static struct ald_node *reading_node(void *ctx, size_t at, struct ald_arena *a)
{
    static const struct ald_making members[] = {
        {"complexity", axis_node, ALD_COMPLEXITY},
        {"blast_radius", axis_node, ALD_BLAST_RADIUS},
        {"n_ref", size_node, N_REF},
        {"candidates", size_node, CANDIDATES},
        {"k", size_node, K},
        {"m", size_node, M},
        {"basis", said_node, BASIS},
        {"percentile", percentile_node, 0},
        {"lower_s", bound_node, LOWER},
        {"median_s", bound_node, MEDIAN},
        {"upper_s", bound_node, UPPER},
        {"verdict", said_node, VERDICT},
        {"text", said_node, TEXT},
        {"remark", said_node, REMARK},
    };
    struct asked *of = ald_alloc(a, sizeof *of);
    *of = *(const struct asked *)ctx;
    of->reading = at;
    if (!reading_of(of)->absent)
        return ald_node_object_later(a, members, sizeof members / sizeof members[0], of);
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "absent", ald_node_str(a, reading_of(of)->absent));
    return o;
}

static struct ald_node *readings_node(void *ctx, size_t at, struct ald_arena *a)
{
    static const struct ald_making members[] = {{"start", reading_node, ALD_START_READING}, {"landmark", reading_node, ALD_LANDMARK_READING}};
    (void)at;
    return ald_node_object_later(a, members, sizeof members / sizeof members[0], ctx);
}

static struct ald_node *quarter_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_incident *inc = incident_of(ctx);
    (void)at;
    if (inc->started_at == ALD_TIME_NONE)
        return ald_node_absent(a, "no start is recorded");
    return ald_node_str(a, ald_quarter_label(a, &analysis_of(ctx)->calendar, inc->quarter));
}

static struct ald_node *patterns_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    return ald_matches_node(a, analysis_of(ctx), ((const struct asked *)ctx)->incident);
}

static struct ald_node *signals_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    return ald_node_rows(a, ALD_SIGNAL_N, signal_row, ctx);
}

enum { ID, KEY, TITLE, URL, CLASS, STATE, FIRST_TEAM, SEVERITY, SHOWN, CORNER };

static const char *text_of(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_analysis *an = analysis_of(ctx);
    const struct ald_incident *inc = incident_of(ctx);
    switch (at) {
    case ID:
        return inc->id;
    case KEY:
        return inc->key;
    case TITLE:
        return inc->title;
    case URL:
        return ald_incident_url(an, a, inc);
    case CLASS:
        return ald_class_name(inc->cls);
    case STATE:
        return ald_state_name(inc->state);
    case FIRST_TEAM:
        return inc->first_team == ALD_NOBODY ? NULL : an->teams[inc->first_team];
    case SEVERITY:
        return inc->severity;
    case SHOWN:
        return measure_of(ctx)->shown < 0 ? NULL : ald_reading_id(measure_of(ctx)->shown);
    default:
        return ald_corner_text(measure_of(ctx)->corner);
    }
}

static struct ald_node *text_node(void *ctx, size_t at, struct ald_arena *a)
{
    return ald_node_str(a, text_of(ctx, at, a));
}

static struct ald_node *rank_node(void *ctx, size_t at, struct ald_arena *a)
{
    const struct ald_incident *inc = incident_of(ctx);
    (void)at;
    if (inc->severity_rank > 0)
        return ald_node_int(a, inc->severity_rank);
    return ald_node_absent(a, inc->severity ? "the source gives no order of its labels" : "not recorded");
}

static struct ald_node *moment_node(void *ctx, size_t at, struct ald_arena *a)
{
    return ald_node_time(a, ald_moment_of(incident_of(ctx), (int)at)->at);
}

static struct ald_node *started_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    return ald_node_time(a, incident_of(ctx)->started_at);
}

enum { IMPOSSIBLE, ZERO_LENGTH };

static struct ald_node *is_node(void *ctx, size_t at, struct ald_arena *a)
{
    return ald_node_bool(a, at == IMPOSSIBLE ? incident_of(ctx)->impossible : incident_of(ctx)->zero_length);
}

static struct ald_node *reopens_node(void *ctx, size_t at, struct ald_arena *a)
{
    (void)at;
    return ald_node_int(a, incident_of(ctx)->reopens);
}

struct ald_node *ald_incident_node(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    static const struct ald_making members[] = {
        {"id", text_node, ID},
        {"key", text_node, KEY},
        {"title", text_node, TITLE},
        {"url", text_node, URL},
        {"records", records_node, 0},
        {"class", text_node, CLASS},
        {"state", text_node, STATE},
        {"quarter", quarter_node, 0},
        {"services", services_node, false},
        {"services_at_start", services_node, true},
        {"teams", teams_node, 0},
        {"first_team", text_node, FIRST_TEAM},
        {"severity", text_node, SEVERITY},
        {"severity_rank", rank_node, 0},
        {"clocks", clocks_node, 0},
        {"impact_started_at", moment_node, ALD_IMPACT_STARTED},
        {"detected_at", moment_node, ALD_DETECTED},
        {"opened_at", moment_node, ALD_OPENED},
        {"acknowledged_at", moment_node, ALD_ACKNOWLEDGED},
        {"mitigated_at", moment_node, ALD_MITIGATED},
        {"resolved_at", moment_node, ALD_RESOLVED},
        {"closed_at", moment_node, ALD_CLOSED},
        {"started_at", started_node, 0},
        {"spans", spans_node, 0},
        {"active_s", clock_node, ACTIVE},
        {"elapsed_s", clock_node, ELAPSED},
        {"open_for_s", clock_node, OPEN_FOR},
        {"impossible", is_node, IMPOSSIBLE},
        {"zero_length", is_node, ZERO_LENGTH},
        {"reopens", reopens_node, 0},
        {"signals", signals_node, 0},
        {"readings", readings_node, 0},
        {"shown", text_node, SHOWN},
        {"corner", text_node, CORNER},
        {"patterns", patterns_node, 0},
    };
    struct asked *of = ald_alloc(a, sizeof *of);
    *of = (struct asked){.analysis = an, .incident = i};
    return ald_node_object_later(a, members, sizeof members / sizeof members[0], of);
}
