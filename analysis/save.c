/* Writes an analysis into the store: incidents, links, signal values, readings, and what they were computed from. The
 * caller holds the write transaction, so that readers see the old analysis or the new one. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "alidade/analysis.h"
#include "alidade/json.h"

#define MAX_PACKED_BYTES (1u << 20)

static ALD_CHECK enum ald_rc run(struct ald_store *store, const char *query, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, query, &q, err));
    return ald_q_run(q, err);
}

static ALD_CHECK enum ald_rc clear(struct ald_store *store, struct ald_err *err)
{
    ALD_TRY(run(store, "analysis_clear_readings", err));
    ALD_TRY(run(store, "analysis_clear_signals", err));
    ALD_TRY(run(store, "analysis_clear_links", err));
    return run(store, "analysis_clear_incidents", err);
}

static ALD_CHECK enum ald_rc save_incidents(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_incident_add", &q, err));
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        ald_q_text(q, 1, inc->id);
        ald_q_text(q, 2, inc->key);
        ald_q_text(q, 3, inc->title);
        ald_q_text(q, 4, ald_class_name(inc->cls));
        ald_q_text(q, 5, ald_state_name(inc->state));
        ald_q_time(q, 6, inc->started_at);
        ald_q_time(q, 7, inc->moments[ALD_RESOLVED].at);
        ald_q_time(q, 8, inc->active_ms);
        ald_q_time(q, 9, inc->elapsed_ms);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc save_links(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_link_add", &q, err));
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *record = &a->records[i];
        if (record->incident == ALD_NOBODY)
            continue;
        ald_q_int(q, 1, record->row);
        ald_q_text(q, 2, a->incidents[record->incident].id);
        ald_q_text(q, 3, record->method);
        ald_q_real(q, 4, record->confidence);
        ald_q_text(q, 5, record->via);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* NAN and what is absent become null. */
static void pack_pair(struct ald_jw *w, const char *key, const bool has[ALD_READING_N],
                      const double value[ALD_READING_N])
{
    ald_jw_key(w, key);
    ald_jw_array(w);
    for (int r = 0; r < ALD_READING_N; r++)
        ald_jw_num(w, !has || has[r] ? value[r] : (double)NAN);
    ald_jw_array_end(w);
}

static void pack_signal(struct ald_jw *w, const struct ald_analysis *a, size_t i, size_t s)
{
    const struct ald_obs *obs = ald_obs_at(a, i, s);
    const double position[ALD_READING_N] = {ald_position_at(a, i, ALD_START_READING, s),
                                            ald_position_at(a, i, ALD_LANDMARK_READING, s)};
    ald_jw_key(w, ald_signal_at(s)->id);
    ald_jw_object(w);
    if (obs->has_total) {
        ald_jw_key(w, "value");
        ald_jw_num(w, obs->total);
        pack_pair(w, "axis_value", obs->has, obs->axis_value);
        pack_pair(w, "position", NULL, position);
    } else {
        ald_jw_key(w, "absent");
        ald_jw_str(w, obs->absent);
    }
    if (obs->has_landmark_value) {
        ald_jw_key(w, "landmark_value");
        ald_jw_num(w, obs->landmark_value);
    } else if (obs->has_total && obs->absent_landmark) {
        ald_jw_key(w, "absent_landmark");
        ald_jw_str(w, obs->absent_landmark);
    }
    ald_jw_object_end(w);
}

static ALD_CHECK enum ald_rc save_signals(struct ald_q *q, struct ald_buf *buf, const struct ald_analysis *a, size_t i,
                                          struct ald_err *err)
{
    struct ald_jw w;
    ald_buf_clear(buf);
    ald_jw_init(&w, ald_json_sink_buf(buf), 0);
    ald_jw_object(&w);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        pack_signal(&w, a, i, s);
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    ald_q_text(q, 1, a->incidents[i].id);
    ald_q_text(q, 2, buf->data);
    return ald_q_run(q, err);
}

static void bind_real(struct ald_q *q, int i, bool has, double v)
{
    if (has)
        ald_q_real(q, i, v);
    else
        ald_q_null(q, i);
}

static void bind_reading(struct ald_q *q, const struct ald_reading *reading)
{
    const struct ald_axis_position *x = &reading->axis[ALD_COMPLEXITY], *y = &reading->axis[ALD_BLAST_RADIUS];
    ald_q_int(q, 3, (int64_t)reading->n_ref);
    ald_q_int(q, 4, (int64_t)reading->candidates);
    ald_q_int(q, 5, (int64_t)reading->k);
    ald_q_int(q, 6, (int64_t)reading->m);
    bind_real(q, 7, x->has, x->position);
    bind_real(q, 8, y->has, y->position);
    bind_real(q, 9, reading->has_lower, reading->lower_ms);
    bind_real(q, 10, reading->has_median, reading->median_ms);
    bind_real(q, 11, reading->has_upper, reading->upper_ms);
    bind_real(q, 12, reading->has_percentile, reading->percentile);
    ald_q_text(q, 13, reading->absent ? NULL : reading->text);
    ald_q_text(q, 14, reading->absent);
}

static ALD_CHECK enum ald_rc save_readings(struct ald_q *q, const struct ald_analysis *a, size_t i, struct ald_err *err)
{
    static const char *const names[ALD_READING_N] = {"start", "landmark"};
    for (int r = 0; r < ALD_READING_N; r++) {
        ald_q_text(q, 1, a->incidents[i].id);
        ald_q_text(q, 2, names[r]);
        bind_reading(q, &ald_measure_at(a, i)->reading[r]);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* Signals and readings of all incidents, a quarter in memory at a time. */
static ALD_CHECK enum ald_rc save_measures(struct ald_store *store, const struct ald_analysis *a, size_t *ret_read,
                                           struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *signals = NULL;
    ALD_CLEANUP(ald_q_closep) struct ald_q *readings = NULL;
    ALD_CLEANUP(ald_buf_done) struct ald_buf buf;
    ald_buf_init(&buf, MAX_PACKED_BYTES);
    ALD_TRY(ald_q_open(store, "analysis_signals_add", &signals, err));
    ALD_TRY(ald_q_open(store, "analysis_reading_add", &readings, err));
    *ret_read = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        if (i > 0 && a->incidents[i].quarter != a->incidents[i - 1].quarter)
            ald_measures_drop(a);
        ALD_TRY(save_signals(signals, &buf, a, i, err));
        if (a->incidents[i].cls == ALD_INCIDENT)
            ALD_TRY(save_readings(readings, a, i, err));
        *ret_read += ald_measure_at(a, i)->shown >= 0;
    }
    ald_measures_drop(a);
    return ALD_OK;
}

static ALD_CHECK enum ald_rc save_meta(struct ald_store *store, const char *key, const char *value, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_meta_put", &q, err));
    ald_q_text(q, 1, key);
    ald_q_text(q, 2, value);
    return ald_q_run(q, err);
}

enum ald_rc ald_analysis_save(struct ald_store *store, const struct ald_analysis *a, size_t *ret_read,
                              struct ald_err *err)
{
    char as_of[32], generation[32];
    (void)snprintf(as_of, sizeof as_of, "%" PRId64, a->as_of);
    (void)snprintf(generation, sizeof generation, "%" PRId64, a->generation);
    ALD_TRY(clear(store, err));
    ALD_TRY(save_incidents(store, a, err));
    ALD_TRY(save_links(store, a, err));
    ALD_TRY(save_measures(store, a, ret_read, err));
    ALD_TRY(save_meta(store, "analysis_as_of", as_of, err));
    ALD_TRY(save_meta(store, "analysis_config", a->settings->config_hash ? a->settings->config_hash : "", err));
    return save_meta(store, "analysis_generation", generation, err);
}
