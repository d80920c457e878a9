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

/* How many members the rows of a long list have: room for them is taken once. */
enum { SIGNAL_MEMBERS = 9, READING_MEMBERS = 14, INCIDENT_MEMBERS = 41 };

/* The incident whose members are asked for. */
struct asked {
    const struct ald_analysis *analysis;
    size_t incident;
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

static struct ald_node *records_node(void *ctx, struct ald_arena *a)
{
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

static struct ald_node *some_services(void *ctx, struct ald_arena *a, bool at_start)
{
    const struct ald_analysis *an = analysis_of(ctx);
    const struct ald_incident *inc = incident_of(ctx);
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < inc->services_n; i++)
        if (!at_start || inc->services[i].at_start)
            ald_node_add(a, list, ald_node_str(a, an->services[inc->services[i].name]));
    return list;
}

static struct ald_node *services_node(void *ctx, struct ald_arena *a)
{
    return some_services(ctx, a, false);
}

static struct ald_node *services_at_start_node(void *ctx, struct ald_arena *a)
{
    return some_services(ctx, a, true);
}

static struct ald_node *teams_node(void *ctx, struct ald_arena *a)
{
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

static struct ald_node *clocks_node(void *ctx, struct ald_arena *a)
{
    const struct ald_incident *inc = incident_of(ctx);
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "resolve_s", ald_node_seconds(a, inc->duration_ms, no_clock(inc)));
    ald_node_set(a, o, "acknowledge_s", ald_node_seconds(a, inc->acknowledge_ms, "no acknowledgement by a person is recorded"));
    ald_node_set(a, o, "detect_s", ald_node_seconds(a, ald_detect_ms(inc), "start of impact and detection are not both recorded"));
    ald_node_set(a, o, "mitigate_s", ald_node_seconds(a, ald_mitigate_ms(inc), "mitigation is not recorded"));
    return o;
}

static struct ald_node *spans_node(void *ctx, struct ald_arena *a)
{
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

static struct ald_node *axis_node(struct ald_arena *a, const struct ald_axis_position *axis)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "position", axis->has ? ald_node_num(a, axis->position) : ald_node_absent(a, axis->absent));
    ald_node_set(a, o, "coverage", ald_node_num(a, axis->coverage));
    ald_node_set(a, o, "raw", axis->has ? ald_node_num(a, axis->raw) : ald_node_absent(a, NULL));
    return o;
}

static struct ald_node *reading_node(struct ald_arena *a, const struct ald_reading *r)
{
    struct ald_node *o = ald_node_object_for(a, READING_MEMBERS);
    if (r->absent) {
        ald_node_set(a, o, "absent", ald_node_str(a, r->absent));
        return o;
    }
    ald_node_set(a, o, "complexity", axis_node(a, &r->axis[ALD_COMPLEXITY]));
    ald_node_set(a, o, "blast_radius", axis_node(a, &r->axis[ALD_BLAST_RADIUS]));
    ald_node_set(a, o, "n_ref", ald_node_int(a, (int64_t)r->n_ref));
    ald_node_set(a, o, "candidates", ald_node_int(a, (int64_t)r->candidates));
    ald_node_set(a, o, "k", ald_node_int(a, (int64_t)r->k));
    ald_node_set(a, o, "m", ald_node_int(a, (int64_t)r->m));
    ald_node_set(a, o, "basis", ald_node_str(a, ald_basis_text(r->basis)));
    ald_node_set(a, o, "percentile",
                 r->has_percentile ? ald_node_num(a, r->percentile) : ald_node_absent(a, "open: it has no percentile of its own yet"));
    const char *beyond = "longer than seen so far among the comparables";
    ald_node_set(a, o, "lower_s", r->has_lower ? ald_node_num(a, r->lower_ms / 1000) : ald_node_absent(a, beyond));
    ald_node_set(a, o, "median_s", r->has_median ? ald_node_num(a, r->median_ms / 1000) : ald_node_absent(a, beyond));
    ald_node_set(a, o, "upper_s", r->has_upper ? ald_node_num(a, r->upper_ms / 1000) : ald_node_absent(a, beyond));
    ald_node_set(a, o, "verdict", ald_node_str(a, ald_verdict_id(r->verdict)));
    ald_node_set(a, o, "text", ald_node_str(a, r->text));
    ald_node_set(a, o, "remark",
                 ald_node_str(a, r->tells_little ? ald_sprintf(a, "position tells little: %u of %u share it", r->m, r->candidates) : NULL));
    return o;
}

static struct ald_node *quarter_node(void *ctx, struct ald_arena *a)
{
    const struct ald_incident *inc = incident_of(ctx);
    if (inc->started_at == ALD_TIME_NONE)
        return ald_node_absent(a, "no start is recorded");
    return ald_node_str(a, ald_quarter_label(a, &analysis_of(ctx)->calendar, inc->quarter));
}

static struct ald_node *start_reading_node(void *ctx, struct ald_arena *a)
{
    return reading_node(a, &ald_measure_at(analysis_of(ctx), ((const struct asked *)ctx)->incident)->reading[ALD_START_READING]);
}

static struct ald_node *landmark_reading_node(void *ctx, struct ald_arena *a)
{
    return reading_node(a, &ald_measure_at(analysis_of(ctx), ((const struct asked *)ctx)->incident)->reading[ALD_LANDMARK_READING]);
}

static struct ald_node *patterns_node(void *ctx, struct ald_arena *a)
{
    return ald_matches_node(a, analysis_of(ctx), ((const struct asked *)ctx)->incident);
}

static const char *value_absent(const struct ald_incident *inc)
{
    return inc->severity ? "the source gives no order of its labels" : "not recorded";
}

/* What a chart looks at for every incident is made at once, the rest when it is read. */
struct ald_node *ald_incident_node(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_measure *m = ald_measure_at(an, i);
    struct asked *of = ald_alloc(a, sizeof *of);
    *of = (struct asked){.analysis = an, .incident = i};
    struct ald_node *o = ald_node_object_for(a, INCIDENT_MEMBERS);
    ald_node_set(a, o, "id", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
    ald_node_set(a, o, "records", ald_node_later(a, records_node, of));
    ald_node_set(a, o, "class", ald_node_str(a, ald_class_name(inc->cls)));
    ald_node_set(a, o, "state", ald_node_str(a, ald_state_name(inc->state)));
    ald_node_set(a, o, "quarter", ald_node_later(a, quarter_node, of));
    ald_node_set(a, o, "services", ald_node_later(a, services_node, of));
    ald_node_set(a, o, "services_at_start", ald_node_later(a, services_at_start_node, of));
    ald_node_set(a, o, "teams", ald_node_later(a, teams_node, of));
    ald_node_set(a, o, "first_team", ald_node_str(a, inc->first_team == ALD_NOBODY ? NULL : an->teams[inc->first_team]));
    ald_node_set(a, o, "severity", ald_node_str(a, inc->severity));
    ald_node_set(a, o, "severity_rank", inc->severity_rank > 0 ? ald_node_int(a, inc->severity_rank) : ald_node_absent(a, value_absent(inc)));
    ald_node_set(a, o, "clocks", ald_node_later(a, clocks_node, of));
    static const char *const keys[ALD_MOMENT_N] = {"impact_started_at", "detected_at", "opened_at", "acknowledged_at",
                                                   "mitigated_at",      "resolved_at", "closed_at"};
    for (size_t k = 0; k < ALD_MOMENT_N; k++)
        ald_node_set(a, o, keys[k], ald_node_time(a, ald_moment_of(inc, (int)k)->at));
    ald_node_set(a, o, "started_at", ald_node_time(a, inc->started_at));
    ald_node_set(a, o, "spans", ald_node_later(a, spans_node, of));
    ald_node_set(a, o, "active_s", ald_node_seconds(a, inc->active_ms, no_clock(inc)));
    ald_node_set(a, o, "elapsed_s", ald_node_seconds(a, ald_elapsed_ms(inc), no_clock(inc)));
    ald_node_set(a, o, "open_for_s", ald_node_seconds(a, inc->open_for_ms, NULL));
    ald_node_set(a, o, "impossible", ald_node_bool(a, inc->impossible));
    ald_node_set(a, o, "zero_length", ald_node_bool(a, inc->zero_length));
    ald_node_set(a, o, "reopens", ald_node_int(a, inc->reopens));
    ald_node_set(a, o, "signals", ald_node_rows(a, ALD_SIGNAL_N, signal_row, of));
    struct ald_node *readings = ald_node_object(a);
    ald_node_set(a, readings, "start", ald_node_later(a, start_reading_node, of));
    ald_node_set(a, readings, "landmark", ald_node_later(a, landmark_reading_node, of));
    ald_node_set(a, o, "readings", readings);
    ald_node_set(a, o, "shown", ald_node_str(a, m->shown < 0 ? NULL : ald_reading_id(m->shown)));
    ald_node_set(a, o, "corner", ald_node_str(a, ald_corner_text(m->corner)));
    ald_node_set(a, o, "patterns", ald_node_later(a, patterns_node, of));
    return o;
}
