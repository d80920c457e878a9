/* Writes what of an analysis is about more than one incident, beside incidents and links: see stored.h. */
#include "analysis/observations.h"
#include "analysis/readings.h"
#include "analysis/stored.h"

enum ald_rc ald_rows_cut(struct ald_store *store, const char *cut, int64_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, cut, &q, err));
    ald_q_int(q, 1, n);
    return ald_q_run(q, err);
}

static ALD_CHECK enum ald_rc save_origins(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "part_source_put", &q, err));
    for (size_t i = 0; i < a->origins_n; i++) {
        ald_q_int(q, 1, (int64_t)i + 1);
        ald_q_text_lent(q, 2, a->origins[i].source);
        ald_q_time(q, 3, a->origins[i].started_at);
        ald_q_time(q, 4, a->origins[i].posted_at);
        ald_q_int(q, 5, a->origins[i].vendor);
        ald_q_int(q, 6, a->origins[i].seen);
        ALD_TRY(ald_q_run(q, err));
    }
    return ald_rows_cut(store, "part_source_cut", (int64_t)a->origins_n, err);
}

static ALD_CHECK enum ald_rc save_suggestions(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "part_suggestion_put", &q, err));
    for (size_t i = 0; i < a->suggestions_n; i++) {
        const struct ald_link *link = &a->suggestions[i];
        ald_q_int(q, 1, (int64_t)i + 1);
        ald_q_int(q, 2, a->records[link->a].row);
        ald_q_int(q, 3, a->records[link->b].row);
        ald_q_real(q, 4, link->confidence);
        ald_q_text_lent(q, 5, link->via);
        ald_q_text_lent(q, 6, link->refused);
        ALD_TRY(ald_q_run(q, err));
    }
    return ald_rows_cut(store, "part_suggestion_cut", (int64_t)a->suggestions_n, err);
}

enum ald_rc ald_stored_save(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    ALD_TRY(save_origins(store, a, err));
    ALD_TRY(save_suggestions(store, a, err));
    return ald_past_save(store, a, err);
}

enum ald_rc ald_frames_save(struct ald_q *q, const struct ald_quarter *quarter, int64_t *rows, struct ald_err *err)
{
    const struct ald_analysis *a = quarter->analysis;
    int64_t number = a->incidents[quarter->first].quarter;
    ald_q_int(q, 2, number);
    ald_q_int(q, 4, ald_quarter_start(&a->calendar, number - a->settings->lookback_quarters));
    ald_q_int(q, 5, ald_quarter_start(&a->calendar, number));
    for (int lens = 0; lens < ALD_LENS_N; lens++) {
        ald_q_int(q, 1, ++*rows);
        ald_q_text_lent(q, 3, ald_frame_name(lens));
        ald_q_blob(q, 6, quarter->frames[lens].data, quarter->frames[lens].n);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}
