/* Writes an analysis into the store: incidents, links, signal values, readings, and what they were computed from. The
 * caller holds the write transaction, so that readers see the old analysis or the new one. Most rows of a daily run are
 * those of the day before, and are left alone. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/stats.h"
#include "kept.h"
#include "packed.h"
#include "readings.h"
#include "stored.h"

/* ---- Incidents ---- */

/* The incident's number in the store. */
static int64_t number_of(size_t incident)
{
    return (int64_t)incident + 1;
}

/* What an incident was called may be the name of one that comes later: from the first that has another number now, all go. */
static ALD_CHECK enum ald_rc cut_incidents(struct ald_store *store, struct ald_kept *kept, const struct ald_incident *inc, int64_t number,
                                           struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    if (!kept->row || (ald_q_col_int(kept->rows, 0) == number && strcmp(ald_q_col_text(kept->rows, 1), inc->id) == 0))
        return ALD_OK;
    ALD_TRY(ald_kept_cut(kept, err));
    ALD_TRY(ald_q_open(store, "analysis_incident_remove_from", &q, err));
    ald_q_int(q, 1, number);
    return ald_q_run(q, err);
}

static ALD_CHECK enum ald_rc put_incident(struct ald_kept *kept, const struct ald_incident *inc, int64_t number, struct ald_err *err)
{
    const struct ald_kept_cell cells[] = {ald_kept_int(number),
                                     ald_kept_text(inc->id),
                                     ald_kept_text(inc->key),
                                     ald_kept_text(inc->title),
                                     ald_kept_text(ald_class_name(inc->cls)),
                                     ald_kept_text(ald_state_name(inc->state)),
                                     ald_kept_time(inc->started_at),
                                     ald_kept_time(ald_moment_of(inc, ALD_RESOLVED)->at),
                                     ald_kept_time(inc->active_ms),
                                     ald_kept_time(inc->elapsed_ms)};
    return ald_kept_row(kept, cells, err);
}

/* ---- Links ---- */

/* Records that have an incident, by row, which is the key of their links; written a part at a time, while quarters are read. */
struct links {
    const struct ald_analysis *analysis;
    struct ald_arena *arena;
    struct ald_keyed *linked; /* by row: indexes of records */
    size_t n, at;
    struct ald_kept kept;
};

static ALD_CHECK enum ald_rc links_open(struct ald_store *store, const struct ald_analysis *a, struct links *ret, struct ald_err *err)
{
    static const struct ald_kept_table table = {"analysis_link_rows", "analysis_link_put", "analysis_link_remove", "i", 7};
    *ret = (struct links){.analysis = a, .arena = ald_arena_new()};
    ret->linked = ald_calloc(ret->arena, a->records_n, sizeof *ret->linked);
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            ret->linked[ret->n++] = (struct ald_keyed){.value = (double)a->records[i].row, .at = i};
    ald_sort_keyed(ret->linked, ret->n);
    return ald_kept_open(store, &table, NULL, &ret->kept, err);
}

static void links_done(struct links *links)
{
    ald_kept_done(&links->kept);
    ald_arena_free(links->arena);
}

/* A record's key where its incident goes by another. */
static const char *own_key(const struct ald_incident *inc, const struct ald_record *record)
{
    return record->key && strcmp(record->key, inc->key) != 0 ? record->key : NULL;
}

static ALD_CHECK enum ald_rc put_links(struct links *links, size_t up_to, struct ald_err *err)
{
    for (; links->at < up_to; links->at++) {
        const struct ald_record *record = &links->analysis->records[links->linked[links->at].at];
        const struct ald_incident *inc = &links->analysis->incidents[record->incident];
        const struct ald_kept_cell cells[] = {ald_kept_int(record->row),
                                              ald_kept_text(inc->id),
                                              ald_kept_text(ald_record_method(record)),
                                              ald_kept_real(ald_record_confidence(record)),
                                              ald_kept_text(ald_record_via(record)),
                                              ald_kept_int(record->folded),
                                              ald_kept_text(own_key(inc, record))};
        ALD_TRY(ald_kept_row(&links->kept, cells, err));
    }
    return ALD_OK;
}

/* ---- Signals ---- */

static ALD_CHECK enum ald_rc put_signals(struct ald_kept *signals, struct ald_packer *packer, size_t i, struct ald_err *err)
{
    struct ald_packed packed;
    ALD_TRY(ald_pack(packer, i, &packed, err));
    const struct ald_kept_cell cells[] = {ald_kept_int(number_of(i)), ald_kept_text(packed.values), ald_kept_int(packed.absent)};
    return ald_kept_row(signals, cells, err);
}

static ALD_CHECK enum ald_rc save_absences(struct ald_store *store, struct ald_packer *packer, struct ald_err *err)
{
    static const struct ald_kept_table table = {"analysis_absent_rows", "analysis_absent_put", "analysis_absent_remove", "i", 3};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    struct ald_absences *list;
    size_t n = ald_pack_absences(packer, &list);
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    for (size_t i = 0; i < n; i++) {
        const struct ald_kept_cell cells[] = {ald_kept_int(list[i].id), ald_kept_text(list[i].packed), ald_kept_int(list[i].incidents)};
        ALD_TRY(ald_kept_row(&kept, cells, err));
    }
    return ald_kept_end(&kept, err);
}

/* ---- Readings ---- */

static struct ald_kept_cell real_cell(bool has, double v)
{
    return ald_kept_real(has ? v : (double)NAN);
}

static ALD_CHECK enum ald_rc put_reading(struct ald_kept *kept, const struct ald_reading *reading, const char *name, int64_t number,
                                         struct ald_err *err)
{
    const struct ald_axis_position *x = &reading->axis[ALD_COMPLEXITY], *y = &reading->axis[ALD_BLAST_RADIUS];
    const struct ald_kept_cell cells[] = {ald_kept_int(number),
                                     ald_kept_text(name),
                                     ald_kept_int((int64_t)reading->n_ref),
                                     ald_kept_int((int64_t)reading->candidates),
                                     ald_kept_int((int64_t)reading->k),
                                     ald_kept_int((int64_t)reading->m),
                                     real_cell(x->has, x->position),
                                     real_cell(y->has, y->position),
                                     real_cell(reading->has_lower, reading->lower_ms),
                                     real_cell(reading->has_median, reading->median_ms),
                                     real_cell(reading->has_upper, reading->upper_ms),
                                     real_cell(reading->has_percentile, reading->percentile),
                                     ald_kept_text(reading->absent ? NULL : reading->text),
                                     ald_kept_text(reading->absent)};
    return ald_kept_row(kept, cells, err);
}

static ALD_CHECK enum ald_rc put_readings(struct ald_kept *kept, const struct ald_measure *measure, int64_t number, struct ald_err *err)
{
    ALD_TRY(put_reading(kept, &measure->reading[ALD_LANDMARK_READING], "landmark", number, err)); /* in the order of the key */
    return put_reading(kept, &measure->reading[ALD_START_READING], "start", number, err);
}

/* ---- The whole ---- */

struct tables {
    struct ald_kept incidents, signals, readings;
    struct links links;
};

static ALD_CHECK enum ald_rc tables_open(struct ald_store *store, const struct ald_analysis *a, struct tables *ret, struct ald_err *err)
{
    static const struct ald_kept_table incidents = {"analysis_incident_rows", "analysis_incident_put", "analysis_incident_remove", "i", 10};
    static const struct ald_kept_table signals = {"analysis_signals_rows", "analysis_signals_put", "analysis_signals_remove", "i", 3};
    static const struct ald_kept_table readings = {"analysis_reading_rows", "analysis_reading_put", "analysis_reading_remove", "it", 14};
    ALD_TRY(ald_kept_open(store, &incidents, NULL, &ret->incidents, err));
    ALD_TRY(ald_kept_open(store, &signals, NULL, &ret->signals, err));
    ALD_TRY(ald_kept_open(store, &readings, NULL, &ret->readings, err));
    return links_open(store, a, &ret->links, err);
}

static void tables_done(struct tables *t)
{
    struct ald_kept *const all[] = {&t->incidents, &t->signals, &t->readings};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        ald_kept_done(all[i]);
    links_done(&t->links);
}

static ALD_CHECK enum ald_rc tables_end(struct tables *t, struct ald_err *err)
{
    ALD_TRY(put_links(&t->links, t->links.n, err));
    ALD_TRY(ald_kept_end(&t->incidents, err));
    ALD_TRY(ald_kept_end(&t->signals, err));
    ALD_TRY(ald_kept_end(&t->readings, err));
    return ald_kept_end(&t->links.kept, err);
}

/* Incident by incident, all that there is of it, so that SQLite writes one quarter while other threads read the next ones; of the links a
 * share with each quarter. */
static ALD_CHECK enum ald_rc save_incidents(struct ald_store *store, const struct ald_analysis *a, size_t *ret_read, struct ald_err *err)
{
    ALD_CLEANUP(ald_packer_done) struct ald_packer packer;
    ALD_CLEANUP(ald_ahead_end) struct ald_ahead ahead;
    ALD_CLEANUP(tables_done) struct tables t = {.links = {.n = 0}};
    ALD_CLEANUP(ald_q_closep) struct ald_q *frames = NULL;
    int64_t quarter = INT64_MIN; /* whose frames are written */
    ald_packer_init(&packer, a);
    ald_ahead_begin(&ahead, a, true);
    ALD_TRY(tables_open(store, a, &t, err));
    ALD_TRY(ald_q_open(store, "part_frame_put", &frames, err));
    *ret_read = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        ALD_TRY(cut_incidents(store, &t.incidents, inc, number_of(i), err));
        ALD_TRY(put_incident(&t.incidents, inc, number_of(i), err));
        ALD_TRY(put_signals(&t.signals, &packer, i, err));
        if (i && inc->quarter != a->incidents[i - 1].quarter)
            ALD_TRY(put_links(&t.links, (size_t)((double)t.links.n * (double)i / (double)a->incidents_n), err));
        if (inc->cls != ALD_INCIDENT)
            continue;
        const struct ald_measure *measure = ald_ahead_at(&ahead, i);
        *ret_read += measure->shown >= 0;
        ALD_TRY(put_readings(&t.readings, measure, number_of(i), err));
        if (!ald_is_read(inc) || inc->quarter == quarter)
            continue;
        ALD_TRY(ald_frames_cut(store, quarter, inc->quarter, err));
        quarter = inc->quarter;
        ALD_TRY(ald_frames_save(frames, ald_ahead_quarter(&ahead), err));
    }
    ALD_TRY(ald_frames_cut(store, quarter, INT64_MAX, err));
    ALD_TRY(save_absences(store, &packer, err));
    return tables_end(&t, err);
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
    char as_of[32], generation[32], next[32];
    (void)snprintf(as_of, sizeof as_of, "%" PRId64, a->as_of);
    (void)snprintf(generation, sizeof generation, "%" PRId64, a->generation);
    (void)snprintf(next, sizeof next, "%" PRId64, a->next_at == ALD_TIME_NONE ? INT64_MAX : a->next_at);
    ALD_TRY(save_incidents(store, a, ret_read, err));
    ALD_TRY(ald_stored_save(store, a, err));
    ALD_TRY(save_meta(store, "analysis_as_of", as_of, err));
    ALD_TRY(save_meta(store, "analysis_config", a->settings->config_hash ? a->settings->config_hash : "", err));
    ALD_TRY(save_meta(store, "analysis_next", next, err));
    ALD_TRY(save_meta(store, "analysis_version", ALD_VERSION, err));
    ALD_TRY(save_meta(store, "analysis_generation", generation, err));
    return ald_store_notes_clear(store, err);
}
