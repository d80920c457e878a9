/* Lines of `export signals` and `export readings`. */
#include "nodes.h"

static struct ald_node *maybe(struct ald_arena *a, bool has, double v)
{
    return has ? ald_node_num(a, v) : ald_node_absent(a, NULL);
}

const char *ald_evidence_text(struct ald_arena *a, const struct ald_analysis *an, size_t i, size_t s)
{
    const struct ald_signal *signal = ald_signal_at(s);
    const struct ald_obs *obs = ald_obs_at(an, i, s);
    if (!obs->has_total)
        return NULL;
    const char *text = signal->evidence ? signal->evidence(a, an->past, &an->incidents[i]) : NULL;
    if (text)
        return text;
    return signal->timing & ALD_STRUCTURAL && !(signal->timing & ALD_LANDMARK) ? "the incidents before it: none"
                                                                               : "its timeline, which was read and holds none";
}

struct ald_node *ald_signal_node(struct ald_arena *a, const struct ald_analysis *an, size_t i, size_t s)
{
    const struct ald_signal *signal = ald_signal_at(s);
    const struct ald_obs *obs = ald_obs_at(an, i, s);
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "incident", ald_node_str(a, an->incidents[i].id));
    ald_node_set(a, o, "signal", ald_node_str(a, signal->id));
    ald_node_set(a, o, "axis", ald_node_str(a, ald_axis_id(signal->axis)));
    ald_node_set(a, o, "timing", ald_node_str(a, ald_timing_text(signal->timing)));
    ald_node_set(a, o, "value", maybe(a, obs->has_total, obs->total));
    ald_node_set(a, o, "landmark_value", maybe(a, obs->has_landmark_value, obs->landmark_value));
    ald_node_set(a, o, "axis_value_start", maybe(a, obs->has[ALD_START_READING], obs->axis_value[ALD_START_READING]));
    ald_node_set(a, o, "axis_value_landmark", maybe(a, obs->has[ALD_LANDMARK_READING], obs->axis_value[ALD_LANDMARK_READING]));
    ald_node_set(a, o, "position_start", ald_node_num(a, ald_position_at(an, i, ALD_START_READING, s)));
    ald_node_set(a, o, "position_landmark", ald_node_num(a, ald_position_at(an, i, ALD_LANDMARK_READING, s)));
    ald_node_set(a, o, "unit", ald_node_str(a, signal->unit));
    ald_node_set(a, o, "absent", ald_node_str(a, obs->has_total ? obs->absent_landmark : obs->absent ? obs->absent : "not recorded"));
    ald_node_set(a, o, "evidence", ald_node_str(a, ald_evidence_text(a, an, i, s)));
    return o;
}

struct ald_node *ald_reading_node(struct ald_arena *a, const struct ald_analysis *an, size_t i, int reading)
{
    const struct ald_reading *r = &ald_measure_at(an, i)->reading[reading];
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_axis_position *x = &r->axis[ALD_COMPLEXITY];
    const struct ald_axis_position *y = &r->axis[ALD_BLAST_RADIUS];
    bool there = r->absent == NULL;
    double x_raw, x_coverage, y_raw, y_coverage;
    (void)ald_axis_told(an, i, reading, ALD_COMPLEXITY, &x_raw, &x_coverage);
    (void)ald_axis_told(an, i, reading, ALD_BLAST_RADIUS, &y_raw, &y_coverage);
    int64_t from = ALD_TIME_NONE, to = ALD_TIME_NONE;
    if (there)
        ald_reference_of(an, inc->quarter, &from, &to);
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "reading", ald_node_str(a, ald_reading_id(reading)));
    ald_node_set(a, o, "as_of", ald_node_time(a, an->as_of));
    ald_node_set(a, o, "landmark_s", ald_node_num(a, (double)an->settings->landmark_ms / 1000));
    ald_node_set(a, o, "duration_s", ald_node_seconds(a, inc->duration_ms != ALD_TIME_NONE ? inc->duration_ms : ald_open_for_ms(an, inc), NULL));
    ald_node_set(a, o, "state", ald_node_str(a, ald_state_name(inc->state)));
    ald_node_set(a, o, "reference_from", there ? ald_node_time(a, from) : ald_node_absent(a, NULL));
    ald_node_set(a, o, "reference_to", there ? ald_node_time(a, to) : ald_node_absent(a, NULL));
    ald_node_set(a, o, "n_ref", maybe(a, there, (double)r->n_ref));
    ald_node_set(a, o, "candidates", maybe(a, there, (double)r->candidates));
    ald_node_set(a, o, "k", maybe(a, there, (double)r->k));
    ald_node_set(a, o, "m", maybe(a, there, (double)r->m));
    ald_node_set(a, o, "complexity", maybe(a, x->has, x->position));
    ald_node_set(a, o, "complexity_raw", maybe(a, x->has, x_raw));
    ald_node_set(a, o, "complexity_coverage", maybe(a, there, x_coverage));
    ald_node_set(a, o, "blast_radius", maybe(a, y->has, y->position));
    ald_node_set(a, o, "blast_radius_raw", maybe(a, y->has, y_raw));
    ald_node_set(a, o, "blast_radius_coverage", maybe(a, there, y_coverage));
    ald_node_set(a, o, "lower_s", maybe(a, r->has_lower, r->lower_ms / 1000));
    ald_node_set(a, o, "median_s", maybe(a, r->has_median, r->median_ms / 1000));
    ald_node_set(a, o, "upper_s", maybe(a, r->has_upper, r->upper_ms / 1000));
    ald_node_set(a, o, "percentile", maybe(a, r->has_percentile, r->percentile));
    ald_node_set(a, o, "text", ald_node_str(a, ald_reading_text(r)));
    ald_node_set(a, o, "absent", ald_node_str(a, r->absent));
    return o;
}
