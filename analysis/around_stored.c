/* The analysis of one incident: its own records and those of the others that its signals, links and decisions look at are read and
 * analysed as ever, what is about all incidents comes from what analyze wrote. Whatever does not fit makes the caller run the whole. */
#include <string.h>

#include "analysis/asked.h"
#include "analysis/observations.h"
#include "analysis/readings.h"

/* ---- Whether what is stored holds ---- */

/* Written by this program from this store with these settings; and nothing is dated between its as-of and that which is asked for, so
 * that no more has happened: only what is open has been so for longer. */
static ALD_CHECK enum ald_rc holds(struct ald_asked *ask, struct ald_err *err)
{
    struct ald_written written;
    int64_t generation;
    ALD_TRY(ald_store_generation(ask->store, &generation, err));
    ALD_TRY(ald_written_load(ask->store, ask->settings, &written, err));
    ask->sound = written.sound && written.generation == generation && ask->as_of >= written.as_of && ask->as_of < written.next;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc id_of(struct ald_asked *ask, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(ask->store, "part_incident", &q, err));
    ald_q_int(q, 1, ask->number);
    ALD_TRY(ald_q_step(q, &row, err));
    ask->part.id = row ? ald_strdup(ask->arena, ald_q_col_text(q, 0)) : "";
    return ALD_OK;
}

/* ---- The two readings of the store ---- */

/* Analyses the records that are wanted so far. */
static ALD_CHECK enum ald_rc analyse(struct ald_asked *ask, struct ald_analysis **ret, struct ald_err *err)
{
    ask->part.others = NULL;
    ask->part.others_n = ask->part.others_cap = 0;
    ALD_TRY(ald_store_part(ask->store, ask->rows, ask->rows_n, err));
    enum ald_rc rc = ald_analysis_part(ask->store, ask->settings, ask->as_of, &ask->part, ret, err);
    ALD_TRY(ald_store_whole(ask->store, rc == ALD_OK ? err : NULL));
    ask->sound &= rc != ALD_OK || (!ask->part.unsound && ask->part.incident != SIZE_MAX);
    return rc;
}

/* What its own records say decides which others are looked at. */
static ALD_CHECK enum ald_rc look_around(struct ald_asked *ask, struct ald_err *err)
{
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *own = NULL;
    ALD_TRY(analyse(ask, &own, err));
    if (!ask->sound)
        return ALD_OK;
    ask->own = own;
    ask->inc = &own->incidents[ask->part.incident];
    return ald_want_others(ask, err);
}

/* The incident that came of it is the one that analyze wrote. */
static ALD_CHECK enum ald_rc check(struct ald_asked *ask, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    const struct ald_incident *inc = &a->incidents[ask->part.incident];
    bool row = false;
    ALD_TRY(ald_q_open(ask->store, "part_incident", &q, err));
    ald_q_int(q, 1, ask->number);
    ALD_TRY(ald_q_step(q, &row, err));
    ask->sound &= row && inc->records_n == ask->own_n && strcmp(ald_q_col_text(q, 0), inc->id) == 0 &&
                  strcmp(ald_q_col_text(q, 1), inc->key) == 0 && strcmp(ald_q_col_text(q, 2), inc->title) == 0 &&
                  strcmp(ald_q_col_text(q, 3), ald_class_name(inc->cls)) == 0 &&
                  strcmp(ald_q_col_text(q, 4), ald_state_name(inc->state)) == 0 && ald_q_col_time(q, 5) == inc->started_at;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc keep_stored(struct ald_asked *ask, struct ald_analysis *a, struct ald_err *err)
{
    struct ald_stored *stored = ald_alloc(a->arena, sizeof *stored);
    struct ald_stored_quarter *quarter = ald_alloc(a->arena, sizeof *quarter);
    int n = ALD_LENS_N;
    *quarter = (struct ald_stored_quarter){.quarter = ALD_QUARTER_NONE};
    *stored = (struct ald_stored){.store = ask->store, .incident = ask->part.incident, .quarters = quarter, .quarters_n = 1};
    ALD_TRY(check(ask, a, err));
    if (ask->sound && ald_is_read(&a->incidents[stored->incident]))
        ALD_TRY(ald_frames_load(ask->store, a, a->incidents[stored->incident].quarter, quarter, &n, &ask->sound, err));
    ask->sound &= n == ALD_LENS_N;
    a->stored = stored;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc run(struct ald_asked *ask, const char *id_or_key, struct ald_analysis **ret, struct ald_err *err)
{
    ALD_TRY(holds(ask, err));
    if (!ask->sound)
        return ALD_OK;
    ALD_TRY(ald_stored_find(ask->store, id_or_key, &ask->number, err));
    if (!ask->number) {
        ask->sound = false;
        return ALD_OK;
    }
    struct ald_origin *origins;
    ALD_TRY(ald_origins_load(ask->store, ask->arena, &origins, &ask->part.origins_n, err));
    ask->part.origins = origins;
    ask->part.linked = true;
    ALD_TRY(ald_asked_start(ask, 1, &ask->part.history_start, err));
    ALD_TRY(id_of(ask, err));
    ALD_TRY(ald_want_incident(ask, ask->number, err));
    ask->own_n = ask->rows_n;
    ALD_TRY(look_around(ask, err));
    if (!ask->sound)
        return ALD_OK;
    ALD_TRY(analyse(ask, ret, err));
    return ask->sound ? keep_stored(ask, *ret, err) : ALD_OK;
}

enum ald_rc ald_analysis_around(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, const char *id_or_key,
                                struct ald_analysis **ret, size_t *ret_incident, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *a = NULL;
    struct ald_asked ask = {.store = store, .settings = settings, .as_of = as_of, .arena = arena};
    *ret = NULL;
    *ret_incident = SIZE_MAX;
    ALD_TRY(run(&ask, id_or_key, &a, err));
    if (!ask.sound)
        return ALD_OK;
    *ret_incident = ask.part.incident;
    *ret = a;
    a = NULL;
    return ALD_OK;
}
