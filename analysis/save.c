/* Writes an analysis into the store: incidents, links, signal values, readings, and what they were computed from. The
 * caller holds the write transaction, so that readers see the old analysis or the new one; where there is no old one, it is committed a part
 * at a time, and counts for none until the last. Most rows of a daily run are those of the day before, and are left alone. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "alidade/stats.h"
#include "briefs.h"
#include "kept.h"
#include "packed.h"
#include "past.h"
#include "readings.h"
#include "stored.h"

/* ---- Incidents ---- */

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

static ALD_CHECK enum ald_rc put_incident(struct ald_kept *kept, const struct ald_analysis *a, const struct ald_incident *inc, int64_t number, struct ald_err *err)
{
    const struct ald_datum cells[] = {ald_datum_int(number),
                                      ald_datum_text(inc->id),
                                      ald_datum_text(inc->key),
                                      ald_datum_text(inc->title),
                                      ald_datum_text(ald_class_name(inc->cls)),
                                      ald_datum_text(ald_state_name(inc->state)),
                                      ald_datum_time(inc->started_at),
                                      ald_datum_time(ald_moment_of(inc, ALD_RESOLVED)->at),
                                      ald_datum_time(ald_active_ms(a, inc)),
                                      ald_datum_time(ald_elapsed_ms(inc)),
                                      ald_datum_int(a->records[inc->records[0]].row)};
    return ald_kept_row(kept, cells, err);
}

/* ---- Links ---- */

static const struct ald_kept_table link_table = {"analysis_link_rows", "analysis_link_put", "analysis_link_add", "analysis_link_remove",
                                                 "i", ALD_LINK_CELLS};

/* Written a part at a time, while quarters are read. */
struct links {
    const struct ald_analysis *analysis;
    struct ald_arena *arena;
    struct ald_keyed *linked; /* ald_linked_list */
    size_t n, at;
    struct ald_kept kept;
};

static ALD_CHECK enum ald_rc links_open(struct ald_store *store, const struct ald_analysis *a, struct links *ret, struct ald_err *err)
{
    *ret = (struct links){.analysis = a, .arena = ald_arena_new()};
    ret->n = ald_linked_list(a, ret->arena, &ret->linked);
    return ald_kept_open(store, &link_table, NULL, &ret->kept, err);
}

static void links_done(struct links *links)
{
    ald_kept_done(&links->kept);
    ald_arena_free(links->arena);
}

static ALD_CHECK enum ald_rc put_links(struct links *links, size_t up_to, struct ald_err *err)
{
    struct ald_datum cells[ALD_LINK_CELLS];
    for (; links->at < up_to; links->at++) {
        ald_link_cells(links->analysis, links->linked[links->at].at, cells);
        ALD_TRY(ald_kept_row(&links->kept, cells, err));
    }
    return ALD_OK;
}

/* ---- Signals ---- */

static ALD_CHECK enum ald_rc put_signals(struct ald_kept *signals, struct ald_packer *packer, size_t i, struct ald_err *err)
{
    struct ald_packed packed;
    ALD_TRY(ald_pack(packer, i, &packed, err));
    const struct ald_datum cells[] = {ald_datum_int(ald_stored_number(packer->analysis, i)), ald_datum_text(packed.values), ald_datum_int(packed.absent)};
    return ald_kept_row(signals, cells, err);
}

/* ---- Readings ---- */

static struct ald_datum real_cell(bool has, double v)
{
    return ald_datum_real(has ? v : (double)NAN);
}

enum { READING_CELLS = 14 };
static const char *const reading_names[ALD_READING_N] = {[ALD_START_READING] = "start", [ALD_LANDMARK_READING] = "landmark"};

static void reading_cells(const struct ald_reading *reading, const char *name, int64_t number, struct ald_datum ret[READING_CELLS])
{
    const struct ald_axis_position *x = &reading->axis[ALD_COMPLEXITY], *y = &reading->axis[ALD_BLAST_RADIUS];
    const struct ald_datum cells[READING_CELLS] = {ald_datum_int(number),
                                                   ald_datum_text(name),
                                                   ald_datum_int((int64_t)reading->n_ref),
                                                   ald_datum_int((int64_t)reading->candidates),
                                                   ald_datum_int((int64_t)reading->k),
                                                   ald_datum_int((int64_t)reading->m),
                                                   real_cell(x->has, x->position),
                                                   real_cell(y->has, y->position),
                                                   real_cell(reading->has_lower, reading->lower_ms),
                                                   real_cell(reading->has_median, reading->median_ms),
                                                   real_cell(reading->has_upper, reading->upper_ms),
                                                   real_cell(reading->has_percentile, reading->percentile),
                                                   ald_datum_text(ald_reading_text(reading)),
                                                   ald_datum_text(reading->absent)};
    memcpy(ret, cells, sizeof cells);
}

static ALD_CHECK enum ald_rc put_readings(struct ald_kept *kept, const struct ald_measure *measure, int64_t number, struct ald_err *err)
{
    static const int order[] = {ALD_LANDMARK_READING, ALD_START_READING}; /* of their names */
    struct ald_datum cells[READING_CELLS];
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        reading_cells(&measure->reading[order[i]], reading_names[order[i]], number, cells);
        ALD_TRY(ald_kept_row(kept, cells, err));
    }
    return ALD_OK;
}

/* ---- The whole ---- */

struct tables {
    struct ald_kept incidents, signals, readings;
};

/* kept: the number of the incident up to which tables stay as they are. */
static ALD_CHECK enum ald_rc tables_open(struct ald_store *store, int64_t kept, struct tables *ret, struct ald_err *err)
{
    static const struct ald_kept_table incidents = {"analysis_incident_rows", "analysis_incident_put", "analysis_incident_add",
                                                    "analysis_incident_remove", "i", 11};
    static const struct ald_kept_table signals = {"analysis_signals_rows", "analysis_signals_put", "analysis_signals_add",
                                                  "analysis_signals_remove", "i", 3};
    static const struct ald_kept_table readings = {"analysis_reading_rows", "analysis_reading_put", "analysis_reading_add",
                                                   "analysis_reading_remove", "it", READING_CELLS};
    const struct ald_datum after[] = {ald_datum_int(kept), ald_datum_text("~")}; /* behind all names of readings */
    ALD_TRY(ald_kept_open(store, &incidents, after, &ret->incidents, err));
    ALD_TRY(ald_kept_open(store, &signals, after, &ret->signals, err));
    return ald_kept_open(store, &readings, after, &ret->readings, err);
}

static void tables_done(struct tables *t)
{
    struct ald_kept *const all[] = {&t->incidents, &t->signals, &t->readings};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        ald_kept_done(all[i]);
}

static ALD_CHECK enum ald_rc tables_end(struct tables *t, struct ald_err *err)
{
    ALD_TRY(ald_kept_end(&t->incidents, err));
    ALD_TRY(ald_kept_end(&t->signals, err));
    return ald_kept_end(&t->readings, err);
}

/* An incident and its signals. */
static ALD_CHECK enum ald_rc put_all(struct tables *t, struct ald_store *store, struct ald_packer *packer, size_t i, struct ald_err *err)
{
    const struct ald_incident *inc = &packer->analysis->incidents[i];
    int64_t number = ald_stored_number(packer->analysis, i);
    ALD_TRY(cut_incidents(store, &t->incidents, inc, number, err));
    ALD_TRY(put_incident(&t->incidents, packer->analysis, inc, number, err));
    return put_signals(&t->signals, packer, i, err);
}

/* ---- A first analysis ---- */

enum { PART_INCIDENTS = 32768 }; /* some 25 MB of rows */

static bool is_first(const struct tables *t, const struct links *links)
{
    return !t->incidents.row && !t->signals.row && !t->readings.row && !links->kept.row;
}

/* The log of one transaction holds all that it writes, is read once more for its sums, and is copied into the file at the end, when nothing is left
 * to be done beside. Of a part it is short, and copied while readings are made. What tells that there is an analysis comes last: a part alone, after
 * a kill for one, is none to anybody, and the next analyze keeps what is right of it. */
static ALD_CHECK enum ald_rc save_part(struct ald_store *store, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_meta_none", &q, err));
    ALD_TRY(ald_q_run(q, err));
    ALD_TRY(ald_store_commit(store, err));
    return ald_store_begin(store, err);
}

/* ---- All ---- */

/* Incident by incident, all that there is of it, so that SQLite writes one quarter while other threads read the next ones; of the links a
 * share with each quarter. */
static ALD_CHECK enum ald_rc save_incidents(struct ald_store *store, const struct ald_analysis *a, struct ald_ahead *ahead, int64_t *ret_read, struct ald_err *err)
{
    ALD_CLEANUP(ald_packer_done) struct ald_packer packer;
    ALD_CLEANUP(tables_done) struct tables t = {.incidents = {.store = NULL}};
    ALD_CLEANUP(links_done) struct links links = {.n = 0};
    ALD_CLEANUP(ald_q_closep) struct ald_q *frames = NULL;
    int64_t quarter = INT64_MIN; /* whose frames are written */
    ald_packer_init(&packer, a);
    ALD_TRY(tables_open(store, 0, &t, err));
    ALD_TRY(links_open(store, a, &links, err));
    bool first = is_first(&t, &links);
    if (first)
        ALD_TRY(ald_store_writes_anew(store, a->incidents_n, err));
    ALD_TRY(ald_q_open(store, "part_frame_put", &frames, err));
    for (size_t i = 0; i < a->incidents_n; i++) {
        const struct ald_incident *inc = &a->incidents[i];
        if (first && i && i % PART_INCIDENTS == 0)
            ALD_TRY(save_part(store, err));
        ALD_TRY(put_all(&t, store, &packer, i, err));
        if (i && inc->quarter != a->incidents[i - 1].quarter)
            ALD_TRY(put_links(&links, (size_t)((double)links.n * (double)i / (double)a->incidents_n), err));
        if (inc->cls != ALD_INCIDENT)
            continue;
        const struct ald_measure *measure = ald_ahead_at(ahead, i);
        *ret_read += measure->shown >= 0;
        ALD_TRY(put_readings(&t.readings, measure, ald_stored_number(a, i), err));
        if (!ald_is_read(inc) || inc->quarter == quarter)
            continue;
        ALD_TRY(ald_frames_cut(store, quarter, inc->quarter, err));
        quarter = inc->quarter;
        ALD_TRY(ald_frames_save(frames, ald_ahead_quarter(ahead), err));
    }
    ALD_TRY(ald_frames_cut(store, quarter, INT64_MAX, err));
    ALD_TRY(put_links(&links, links.n, err));
    ALD_TRY(ald_kept_end(&links.kept, err));
    ALD_TRY(ald_absences_save(store, &packer, err));
    return tables_end(&t, err);
}

/* ---- What changed ---- */

/* Those that are read again, a quarter at a time. */
struct rereading {
    const struct ald_analysis *analysis;
    struct ald_quarter *quarter; /* read last, or NULL */
};

static void rereading_done(struct rereading *r)
{
    if (r->quarter)
        ald_arena_free(r->quarter->arena);
}

/* All of the quarter of an incident that are to be read again. */
static void reread(struct rereading *r, size_t incident)
{
    const struct ald_analysis *a = r->analysis;
    const struct ald_recent *recent = a->recent;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    int32_t quarter = a->incidents[incident].quarter;
    size_t last = incident + 1;
    for (size_t k = 0; k < recent->older_n; k++)
        if (a->incidents[recent->older[k]].quarter == quarter)
            last = recent->older[k] + 1 > last ? recent->older[k] + 1 : last;
    for (size_t i = recent->first; i < a->incidents_n && a->incidents[i].started_at != ALD_TIME_NONE && a->incidents[i].quarter == quarter; i++)
        last = i + 1;
    bool *wanted = ald_calloc(scratch, last - incident, sizeof *wanted);
    for (size_t k = 0; k < recent->older_n; k++)
        if (recent->older[k] >= incident && recent->older[k] < last)
            wanted[recent->older[k] - incident] = true;
    for (size_t i = recent->first > incident ? recent->first : incident; i < last; i++)
        wanted[i - incident] = true;
    rereading_done(r);
    r->quarter = ald_quarter_some(a, incident, last, wanted);
    ald_quarter_read(r->quarter, 0);
}

/* Incidents are asked about in ascending order. */
static const struct ald_measure *reread_at(struct rereading *r, size_t incident)
{
    if (!ald_is_read(&r->analysis->incidents[incident]))
        return ald_measure_at(r->analysis, incident); /* says why, and reads nothing */
    if (!r->quarter || incident >= r->quarter->last)
        reread(r, incident);
    return &r->quarter->measures[incident - r->quarter->first];
}

/* Of what was open before and still is, the readings. */
static ALD_CHECK enum ald_rc save_older(struct ald_store *store, struct rereading *r, int64_t *ret_read, struct ald_err *err)
{
    const struct ald_recent *recent = r->analysis->recent;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "analysis_reading_put", &q, err));
    for (size_t k = 0; k < recent->older_n; k++) {
        const struct ald_measure *measure = reread_at(r, recent->older[k]);
        *ret_read += measure->shown >= 0;
        for (int i = 0; i < ALD_READING_N; i++) {
            struct ald_datum cells[READING_CELLS];
            reading_cells(&measure->reading[i], reading_names[i], recent->older_numbers[k], cells);
            ald_q_bind(q, cells, READING_CELLS);
            ALD_TRY(ald_q_run(q, err));
        }
    }
    return ALD_OK;
}

/* Of what changed; incidents by which records go may be called otherwise now. */
static ALD_CHECK enum ald_rc save_changed(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    const struct ald_recent *recent = a->recent;
    ALD_CLEANUP(ald_q_closep) struct ald_q *put = NULL;
    struct ald_datum cells[ALD_LINK_CELLS];
    ALD_TRY(ald_links_save(store, recent->renewed, err));
    ALD_TRY(ald_q_open(store, link_table.put, &put, err));
    for (size_t i = 0; i < recent->changed_n; i++) {
        ald_link_cells(a, recent->changed[i], cells);
        ald_q_bind(put, cells, ALD_LINK_CELLS);
        ALD_TRY(ald_q_run(put, err));
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc save_recent(struct ald_store *store, const struct ald_analysis *a, int64_t *ret_read, struct ald_err *err)
{
    ALD_CLEANUP(ald_packer_done) struct ald_packer packer;
    ALD_CLEANUP(rereading_done) struct rereading r = {.analysis = a};
    ALD_CLEANUP(tables_done) struct tables t = {.incidents = {.store = NULL}};
    *ret_read = a->recent->read;
    ald_packer_init(&packer, a);
    ALD_TRY(ald_absences_let_go(store, &packer, a->recent->kept, err));
    ALD_TRY(save_changed(store, a, err));
    ALD_TRY(save_older(store, &r, ret_read, err));
    ALD_TRY(tables_open(store, a->recent->kept, &t, err));
    for (size_t i = a->recent->first; i < a->incidents_n; i++) {
        ALD_TRY(put_all(&t, store, &packer, i, err));
        if (a->incidents[i].cls != ALD_INCIDENT)
            continue;
        const struct ald_measure *measure = reread_at(&r, i);
        *ret_read += measure->shown >= 0;
        ALD_TRY(put_readings(&t.readings, measure, ald_stored_number(a, i), err));
    }
    ALD_TRY(ald_absences_save(store, &packer, err));
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

static ALD_CHECK enum ald_rc save_number(struct ald_store *store, const char *key, int64_t value, struct ald_err *err)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    return save_meta(store, key, text, err);
}

/* The earliest start of an incident whose landmark is still to come; of those before a window only where as-of is what it was. */
static int64_t settles(const struct ald_analysis *a)
{
    if (a->recent && a->recent->settles != INT64_MAX)
        return a->recent->settles;
    for (size_t i = a->recent ? a->recent->first : 0; i < a->incidents_n; i++)
        if (a->incidents[i].landmark_at > a->as_of)
            return a->incidents[i].started_at == ALD_TIME_NONE ? INT64_MAX : a->incidents[i].started_at;
    return INT64_MAX;
}

/* Of all: what is about more than one incident comes first, as rows of incidents, signals and readings come from what was observed. Readings
 * are made meanwhile. */
static ALD_CHECK enum ald_rc save_whole(struct ald_store *store, struct ald_analysis *a, int64_t *ret_read, struct ald_err *err)
{
    ALD_CLEANUP(ald_ahead_end) struct ald_ahead ahead;
    ald_ahead_begin(&ahead, a, true);
    ALD_TRY(ald_stored_save(store, a, err));
    ALD_TRY(ald_briefs_save(store, a, NULL, err));
    if (a->only_saved)
        ald_analysis_let_go(a);
    return save_incidents(store, a, &ahead, ret_read, err);
}

enum ald_rc ald_analysis_save(struct ald_store *store, struct ald_analysis *a, size_t *ret_read, struct ald_err *err)
{
    int64_t read = 0;
    ALD_TRY(a->recent ? save_recent(store, a, &read, err) : save_whole(store, a, &read, err));
    *ret_read = (size_t)read;
    if (a->recent) {
        ALD_TRY(ald_stored_save(store, a, err));
        ALD_TRY(ald_briefs_save(store, a, a->recent->renewed, err));
    }
    ALD_TRY(save_number(store, "analysis_as_of", a->as_of, err));
    ALD_TRY(save_meta(store, "analysis_config", a->settings->config_hash ? a->settings->config_hash : "", err));
    ALD_TRY(save_number(store, "analysis_next", a->next_at == ALD_TIME_NONE ? INT64_MAX : a->next_at, err));
    ALD_TRY(save_number(store, "analysis_settles", settles(a), err));
    ALD_TRY(save_number(store, "analysis_read", read, err));
    ALD_TRY(save_number(store, "analysis_counted", (int64_t)ald_analysis_all(a).counted, err));
    ALD_TRY(save_number(store, "analysis_records", (int64_t)ald_analysis_all(a).records, err));
    ALD_TRY(save_meta(store, "analysis_version", ald_written_by(a->arena), err));
    ALD_TRY(save_number(store, "analysis_generation", a->generation, err));
    return ald_store_notes_clear(store, err);
}
