/* Writes what of an analysis is about more than one incident, beside incidents and links: see stored.h. */
#include <stdlib.h>

#include "analysis/kept.h"
#include "analysis/observations.h"
#include "analysis/readings.h"
#include "analysis/stored.h"

static ALD_CHECK enum ald_rc save_origins(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    static const struct ald_kept_table table = {"part_source_rows", "part_source_put", "part_source_add", "part_source_remove", "t", 5};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    for (size_t i = 0; i < a->origins_n; i++) { /* sources come by name */
        const struct ald_origin *origin = &a->origins[i];
        const struct ald_datum cells[] = {ald_datum_text(origin->source), ald_datum_time(origin->started_at), ald_datum_time(origin->posted_at),
                                          ald_datum_int(origin->vendor), ald_datum_int(origin->seen)};
        ALD_TRY(ald_kept_row(&kept, cells, err));
    }
    return ald_kept_end(&kept, err);
}

/* By the rows of its records. */
struct suggested {
    int64_t a, b;
    const struct ald_link *link;
};

static int by_rows(const void *x, const void *y)
{
    const struct suggested *s = x, *t = y;
    if (s->a != t->a)
        return s->a < t->a ? -1 : 1;
    return (s->b > t->b) - (s->b < t->b);
}

static ALD_CHECK enum ald_rc save_suggestions(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    static const struct ald_kept_table table = {"part_suggestion_rows", "part_suggestion_put", "part_suggestion_add", "part_suggestion_remove", "ii", 5};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    struct suggested *list = ald_calloc(scratch, a->suggestions_n, sizeof *list);
    for (size_t i = 0; i < a->suggestions_n; i++)
        list[i] = (struct suggested){a->records[a->suggestions[i].a].row, a->records[a->suggestions[i].b].row, &a->suggestions[i]};
    if (a->suggestions_n)
        qsort(list, a->suggestions_n, sizeof *list, by_rows);
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    for (size_t i = 0; i < a->suggestions_n; i++) {
        const struct ald_link *link = list[i].link;
        const struct ald_datum cells[] = {ald_datum_int(list[i].a), ald_datum_int(list[i].b), ald_datum_real(link->confidence),
                                          ald_datum_text(link->via), ald_datum_text(link->refused)};
        ALD_TRY(ald_kept_row(&kept, cells, err));
    }
    return ald_kept_end(&kept, err);
}

enum ald_rc ald_stored_save(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    if (!a->recent) { /* else they are as they were; suggestions went with links */
        ALD_TRY(save_origins(store, a, err));
        ALD_TRY(save_suggestions(store, a, err));
        ALD_TRY(ald_link_model_save(store, a, err));
    }
    return a->recent && !a->recent->changes ? ALD_OK : ald_past_save(store, a, err);
}

enum ald_rc ald_frames_cut(struct ald_store *store, int64_t after, int64_t before, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "part_frame_cut", &q, err));
    ald_q_int(q, 1, after);
    ald_q_int(q, 2, before);
    return ald_q_run(q, err);
}

enum ald_rc ald_frames_save(struct ald_q *q, const struct ald_quarter *quarter, struct ald_err *err)
{
    const struct ald_analysis *a = quarter->analysis;
    int64_t number = a->incidents[quarter->first].quarter;
    ald_q_int(q, 1, number);
    ald_q_int(q, 3, ald_quarter_start(&a->calendar, number - a->settings->lookback_quarters));
    ald_q_int(q, 4, ald_quarter_start(&a->calendar, number));
    for (int lens = 0; lens < ALD_LENS_N; lens++) {
        ald_q_text_lent(q, 2, ald_frame_name(lens));
        ald_q_blob(q, 5, quarter->frames[lens].data, quarter->frames[lens].n);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}
