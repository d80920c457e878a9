/* Writes an analysis into the store: incidents, links, signal values, readings, and what they were computed from. The
 * caller holds the write transaction, so that readers see the old analysis or the new one. Most rows of a daily run are
 * those of the day before: SQLite compares them and leaves them alone. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "packed.h"
#include "readings.h"

/* ---- Rows that are no more ---- */

/* Which rows of a table stay: told of each key in ascending order. */
struct staying {
    const struct ald_analysis *analysis;
    const struct ald_record *const *linked; /* by row */
    size_t at, n;
    bool (*stays)(struct staying *staying, int64_t key, struct ald_q *row);
};

/* keys: the statement that lists the keys of a table; remove: the one that deletes a row. */
static ALD_CHECK enum ald_rc prune(struct ald_store *store, const char *keys, const char *remove, struct staying *staying,
                                   struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL, *gone = NULL;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    int64_t *list = NULL;
    size_t n = 0, cap = 0;
    bool row = true;
    ALD_TRY(ald_q_open(store, keys, &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        if (staying->stays(staying, ald_q_col_int(q, 0), q))
            continue;
        list = ald_grow(scratch, list, n, &cap, sizeof *list);
        list[n++] = ald_q_col_int(q, 0);
    }
    ALD_TRY(ald_q_open(store, remove, &gone, err));
    for (size_t i = 0; i < n; i++) {
        ald_q_int(gone, 1, list[i]);
        ALD_TRY(ald_q_run(gone, err));
    }
    return ALD_OK;
}

/* Up to the first that has another number now: what it was called may be the name of one that comes later. */
static bool incident_stays(struct staying *staying, int64_t key, struct ald_q *row)
{
    const struct ald_analysis *a = staying->analysis;
    if (staying->at + 1 != (size_t)key || staying->at >= a->incidents_n ||
        strcmp(a->incidents[staying->at].id, ald_q_col_text(row, 1)) != 0)
        return false;
    staying->at++;
    return true;
}

static bool link_stays(struct staying *staying, int64_t key, struct ald_q *row)
{
    (void)row;
    while (staying->at < staying->n && staying->linked[staying->at]->row < key)
        staying->at++;
    return staying->at < staying->n && staying->linked[staying->at]->row == key;
}

static bool number_stays(struct staying *staying, int64_t key, struct ald_q *row)
{
    (void)row;
    return key <= (int64_t)staying->n;
}

static bool reading_stays(struct staying *staying, int64_t key, struct ald_q *row)
{
    return number_stays(staying, key, row) && staying->analysis->incidents[key - 1].cls == ALD_INCIDENT;
}

/* ---- Incidents and links ---- */

/* The incident's number in the store. */
static int64_t number_of(size_t incident)
{
    return (int64_t)incident + 1;
}

static ALD_CHECK enum ald_rc put_incident(struct ald_q *q, const struct ald_incident *inc, int64_t number, struct ald_err *err)
{
    ald_q_int(q, 1, number);
    ald_q_text_lent(q, 2, inc->id);
    ald_q_text_lent(q, 3, inc->key);
    ald_q_text_lent(q, 4, inc->title);
    ald_q_text_lent(q, 5, ald_class_name(inc->cls));
    ald_q_text_lent(q, 6, ald_state_name(inc->state));
    ald_q_time(q, 7, inc->started_at);
    ald_q_time(q, 8, ald_moment_of(inc, ALD_RESOLVED)->at);
    ald_q_time(q, 9, inc->active_ms);
    ald_q_time(q, 10, inc->elapsed_ms);
    return ald_q_run(q, err);
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
    struct staying staying = {.linked = linked, .n = n, .stays = link_stays};
    ALD_TRY(prune(store, "analysis_link_keys", "analysis_link_remove", &staying, err));
    ALD_TRY(ald_q_open(store, "analysis_link_put", &q, err));
    for (size_t i = 0; i < n; i++) {
        const struct ald_record *record = linked[i];
        ald_q_int(q, 1, record->row);
        ald_q_text_lent(q, 2, a->incidents[record->incident].id);
        ald_q_text_lent(q, 3, record->method);
        ald_q_real(q, 4, record->confidence);
        ald_q_text_lent(q, 5, record->via);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* ---- Signals ---- */

static ALD_CHECK enum ald_rc put_signals(struct ald_q *q, struct ald_q *absences, struct ald_packer *packer, size_t i, struct ald_err *err)
{
    struct ald_packed packed;
    const char *absent;
    ALD_TRY(ald_pack(packer, i, &packed, err));
    ald_q_int(q, 1, number_of(i));
    ald_q_text_lent(q, 2, packed.values);
    ald_q_int(q, 3, packed.absent);
    ALD_TRY(ald_q_run(q, err));
    if (!packed.absent_is_new)
        return ALD_OK;
    ALD_TRY(ald_pack_absent(packer, i, &absent, err));
    ald_q_int(absences, 1, packed.absent);
    ald_q_text_lent(absences, 2, absent);
    return ald_q_run(absences, err);
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
    ald_q_text_lent(q, 13, reading->absent ? NULL : reading->text);
    ald_q_text_lent(q, 14, reading->absent);
}

static ALD_CHECK enum ald_rc put_readings(struct ald_q *q, const struct ald_measure *measure, int64_t number, struct ald_err *err)
{
    static const char *const names[] = {"landmark", "start"}; /* in the order of the key */
    static const int readings[] = {ALD_LANDMARK_READING, ALD_START_READING};
    for (size_t r = 0; r < sizeof readings / sizeof readings[0]; r++) {
        ald_q_int(q, 1, number);
        ald_q_text_lent(q, 2, names[r]);
        bind_reading(q, &measure->reading[readings[r]]);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* ---- The whole ---- */

static ALD_CHECK enum ald_rc prune_incidents(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    struct staying incidents = {.analysis = a, .stays = incident_stays};
    struct staying signals = {.n = a->incidents_n, .stays = number_stays};
    struct staying readings = {.analysis = a, .n = a->incidents_n, .stays = reading_stays};
    ALD_TRY(prune(store, "analysis_incident_keys", "analysis_incident_remove", &incidents, err));
    ALD_TRY(prune(store, "analysis_signals_keys", "analysis_signals_remove", &signals, err));
    return prune(store, "analysis_reading_keys", "analysis_reading_remove", &readings, err);
}

/* Incident by incident, all that there is of it, so that SQLite writes one quarter while another thread reads the next. */
static ALD_CHECK enum ald_rc save_incidents(struct ald_store *store, const struct ald_analysis *a, size_t *ret_read, struct ald_err *err)
{
    ALD_CLEANUP(ald_packer_done) struct ald_packer packer;
    ALD_CLEANUP(ald_ahead_end) struct ald_ahead ahead;
    ALD_CLEANUP(ald_q_closep) struct ald_q *incidents = NULL, *signals = NULL, *absences = NULL, *readings = NULL;
    ald_packer_init(&packer, a);
    ald_ahead_begin(&ahead, a, false);
    ALD_TRY(prune_incidents(store, a, err));
    ALD_TRY(ald_q_open(store, "analysis_incident_put", &incidents, err));
    ALD_TRY(ald_q_open(store, "analysis_signals_put", &signals, err));
    ALD_TRY(ald_q_open(store, "analysis_absent_put", &absences, err));
    ALD_TRY(ald_q_open(store, "analysis_reading_put", &readings, err));
    *ret_read = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        ALD_TRY(put_incident(incidents, &a->incidents[i], number_of(i), err));
        ALD_TRY(put_signals(signals, absences, &packer, i, err));
        if (a->incidents[i].cls != ALD_INCIDENT)
            continue;
        const struct ald_measure *measure = ald_ahead_at(&ahead, i);
        *ret_read += measure->shown >= 0;
        ALD_TRY(put_readings(readings, measure, number_of(i), err));
    }
    struct staying staying = {.n = packer.absent_n, .stays = number_stays};
    return prune(store, "analysis_absent_keys", "analysis_absent_remove", &staying, err);
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
    ALD_TRY(save_incidents(store, a, ret_read, err));
    ALD_TRY(save_links(store, a, err));
    ALD_TRY(save_meta(store, "analysis_as_of", as_of, err));
    ALD_TRY(save_meta(store, "analysis_config", a->settings->config_hash ? a->settings->config_hash : "", err));
    return save_meta(store, "analysis_generation", generation, err);
}
