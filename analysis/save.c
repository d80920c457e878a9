/* Writes an analysis into the store: incidents, links, signal values, readings, and what they were computed from. The
 * caller holds the write transaction, so that readers see the old analysis or the new one. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/json.h"
#include "observations.h"

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

/* The incident's number in the store. */
static int64_t number_of(size_t incident)
{
    return (int64_t)incident + 1;
}

static ALD_CHECK enum ald_rc save_incidents(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_incident_add", &q, err));
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        ald_q_int(q, 1, number_of(i));
        ald_q_text(q, 2, inc->id);
        ald_q_text(q, 3, inc->key);
        ald_q_text(q, 4, inc->title);
        ald_q_text(q, 5, ald_class_name(inc->cls));
        ald_q_text(q, 6, ald_state_name(inc->state));
        ald_q_time(q, 7, inc->started_at);
        ald_q_time(q, 8, inc->moments[ALD_RESOLVED].at);
        ald_q_time(q, 9, inc->active_ms);
        ald_q_time(q, 10, inc->elapsed_ms);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

static int by_row(const void *x, const void *y)
{
    const struct ald_record *a = *(const struct ald_record *const *)x, *b = *(const struct ald_record *const *)y;
    return (a->row > b->row) - (a->row < b->row);
}

/* In the order of the rows, so that they are appended. */
static ALD_CHECK enum ald_rc save_links(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const struct ald_record **linked = ald_calloc(scratch, a->records_n, sizeof *linked);
    size_t n = 0;
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            linked[n++] = &a->records[i];
    if (n)
        qsort(linked, n, sizeof *linked, by_row);
    ALD_TRY(ald_q_open(store, "analysis_link_add", &q, err));
    for (size_t i = 0; i < n; i++) {
        const struct ald_record *record = linked[i];
        ald_q_int(q, 1, record->row);
        ald_q_text(q, 2, a->incidents[record->incident].id);
        ald_q_text(q, 3, record->method);
        ald_q_real(q, 4, record->confidence);
        ald_q_text(q, 5, record->via);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* ---- Signals ---- */

/* "id":[total,landmark value] or "id":"why there is none", made once for each different observation. */
struct packer {
    struct ald_arena *arena;
    struct ald_buf buf;
    const char **parts[ALD_SIGNAL_N]; /* by number of the observation; NULL: not made yet */
};

static void packer_done(struct packer *packer)
{
    ald_buf_done(&packer->buf);
    ald_arena_free(packer->arena);
}

static ALD_CHECK enum ald_rc make_part(struct packer *packer, size_t s, const struct ald_obs *obs, const char **ret,
                                       struct ald_err *err)
{
    struct ald_jw w;
    ald_buf_clear(&packer->buf);
    ald_jw_init(&w, ald_json_sink_buf(&packer->buf), 0);
    ald_jw_object(&w);
    ald_jw_key(&w, ald_signal_at(s)->id);
    if (obs->has_total) {
        ald_jw_array(&w);
        ald_jw_num(&w, obs->total);
        ald_jw_num(&w, obs->has_landmark_value ? obs->landmark_value : (double)NAN); /* null */
        ald_jw_array_end(&w);
    } else {
        ald_jw_str(&w, obs->absent ? obs->absent : "not recorded");
    }
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    *ret = ald_strndup(packer->arena, packer->buf.data + 1, packer->buf.len - 2); /* without the braces */
    return ALD_OK;
}

static ALD_CHECK enum ald_rc pack(struct packer *packer, const struct ald_analysis *a, size_t i, struct ald_err *err)
{
    const char *parts[ALD_SIGNAL_N];
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_observed *seen = &a->observations->signals[s];
        uint32_t code = ald_code_at(seen, i);
        const char **part = &packer->parts[s][code];
        if (!*part)
            ALD_TRY(make_part(packer, s, seen->distinct[code], part, err));
        parts[s] = *part;
    }
    ald_buf_clear(&packer->buf);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        ALD_TRY(ald_buf_add(&packer->buf, s ? "," : "{", 1, err));
        ALD_TRY(ald_buf_add(&packer->buf, parts[s], strlen(parts[s]), err));
    }
    return ald_buf_add(&packer->buf, "}", 1, err);
}

static ALD_CHECK enum ald_rc save_signals(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_CLEANUP(packer_done) struct packer packer = {.arena = ald_arena_new()};
    ald_buf_init(&packer.buf, MAX_PACKED_BYTES);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        packer.parts[s] = ald_calloc(packer.arena, a->observations->signals[s].n, sizeof(const char *));
    ALD_TRY(ald_q_open(store, "analysis_signals_add", &q, err));
    for (size_t i = 0; i < a->incidents_n; i++) {
        ALD_TRY(pack(&packer, a, i, err));
        ald_q_int(q, 1, number_of(i));
        ald_q_text(q, 2, packer.buf.data);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* ---- Readings ---- */

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

/* Of all incidents, a quarter in memory at a time. */
static ALD_CHECK enum ald_rc save_readings(struct ald_store *store, const struct ald_analysis *a, size_t *ret_read,
                                           struct ald_err *err)
{
    static const char *const names[] = {"landmark", "start"}; /* in the order of the key */
    static const int readings[] = {ALD_LANDMARK_READING, ALD_START_READING};
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_reading_add", &q, err));
    *ret_read = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        if (i > 0 && a->incidents[i].quarter != a->incidents[i - 1].quarter)
            ald_measures_drop(a);
        if (a->incidents[i].cls != ALD_INCIDENT)
            continue;
        const struct ald_measure *measure = ald_measure_at(a, i);
        *ret_read += measure->shown >= 0;
        for (size_t r = 0; r < sizeof readings / sizeof readings[0]; r++) {
            ald_q_int(q, 1, number_of(i));
            ald_q_text(q, 2, names[r]);
            bind_reading(q, &measure->reading[readings[r]]);
            ALD_TRY(ald_q_run(q, err));
        }
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
    ALD_TRY(save_signals(store, a, err));
    ALD_TRY(save_readings(store, a, ret_read, err));
    ALD_TRY(save_meta(store, "analysis_as_of", as_of, err));
    ALD_TRY(save_meta(store, "analysis_config", a->settings->config_hash ? a->settings->config_hash : "", err));
    return save_meta(store, "analysis_generation", generation, err);
}
