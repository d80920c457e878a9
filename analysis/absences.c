/* Why signals have no value: each set of reasons stands once, with how many incidents have it, so that those that some incidents have no
 * longer can be told from those that nobody has. */
#include <stdlib.h>

#include "analysis/kept.h"
#include "analysis/packed.h"

static ALD_CHECK enum ald_rc load(struct ald_store *store, struct ald_packer *packer, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t cap = 0;
    bool row = true;
    ALD_TRY(ald_q_open(store, "analysis_absent_rows", &q, err));
    ald_q_int(q, 1, INT64_MIN);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        packer->others = ald_grow(packer->arena, packer->others, packer->others_n, &cap, sizeof *packer->others);
        packer->others[packer->others_n++] = (struct ald_absences){
            .id = ald_q_col_int(q, 0), .packed = ald_strdup(packer->arena, ald_q_col_text(q, 1)),
            .present = ald_strdup(packer->arena, ald_q_col_text(q, 2)), .incidents = ald_q_col_int(q, 3)};
    }
}

enum ald_rc ald_absences_let_go(struct ald_store *store, struct ald_packer *packer, int64_t after, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    size_t at = 0;
    ALD_TRY(load(store, packer, err));
    ALD_TRY(ald_q_open(store, "recent_absent_after", &q, err));
    ald_q_int(q, 1, after);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        while (at < packer->others_n && packer->others[at].id < ald_q_col_int(q, 0))
            at++;
        if (at < packer->others_n && packer->others[at].id == ald_q_col_int(q, 0))
            packer->others[at].incidents -= ald_q_col_int(q, 1);
    }
}

/* Rows of a set of both lists, by id. */
static ALD_CHECK enum ald_rc put(struct ald_kept *kept, const struct ald_absences *of, int64_t more, struct ald_err *err)
{
    if (of->incidents + more == 0)
        return ALD_OK;
    const struct ald_datum cells[] = {ald_datum_int(of->id), ald_datum_text(of->packed), ald_datum_text(of->present),
                                      ald_datum_int(of->incidents + more)};
    return ald_kept_row(kept, cells, err);
}

enum ald_rc ald_absences_save(struct ald_store *store, struct ald_packer *packer, struct ald_err *err)
{
    static const struct ald_kept_table table = {"analysis_absent_rows", "analysis_absent_put", "analysis_absent_add", "analysis_absent_remove", "i", 4};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    struct ald_absences *list, *others = packer->others;
    size_t n = ald_pack_absences(packer, &list), k = 0;
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    for (size_t i = 0; i < n; i++) {
        for (; k < packer->others_n && others[k].id < list[i].id; k++)
            ALD_TRY(put(&kept, &others[k], 0, err));
        bool both = k < packer->others_n && others[k].id == list[i].id;
        ALD_TRY(put(&kept, &list[i], both ? others[k].incidents : 0, err));
        k += both;
    }
    for (; k < packer->others_n; k++)
        ALD_TRY(put(&kept, &others[k], 0, err));
    return ald_kept_end(&kept, err);
}
