/* The rows of links: which incident a record is part of, and why. */
#include <string.h>

#include "alidade/stats.h"
#include "analysis/kept.h"
#include "analysis/stored.h"

size_t ald_linked_list(const struct ald_analysis *a, struct ald_arena *arena, struct ald_keyed **ret)
{
    size_t n = 0;
    *ret = ald_calloc(arena, a->records_n, sizeof **ret);
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY)
            (*ret)[n++] = (struct ald_keyed){.value = (double)a->records[i].row, .at = i};
    ald_sort_keyed(*ret, n);
    return n;
}

/* A record's key where its incident goes by another. */
static const char *own_key(const struct ald_incident *inc, const struct ald_record *record)
{
    return record->key && strcmp(record->key, inc->key) != 0 ? record->key : NULL;
}

/* Of its incident, unless it is that itself. */
struct ald_datum ald_first_cell(int64_t first, int64_t row)
{
    return first == row ? ald_datum_text(NULL) : ald_datum_int(first);
}

void ald_link_cells(const struct ald_analysis *a, size_t i, struct ald_datum ret[ALD_LINK_CELLS])
{
    const struct ald_record *record = &a->records[i];
    const struct ald_incident *inc = &a->incidents[record->incident];
    const struct ald_datum cells[ALD_LINK_CELLS] = {ald_datum_int(record->row),
                                                    ald_datum_text(inc->id),
                                                    ald_datum_text(ald_record_method(record)),
                                                    ald_datum_real(ald_record_confidence(record)),
                                                    ald_datum_text(ald_record_via(record)),
                                                    ald_datum_int(record->folded),
                                                    ald_datum_text(own_key(inc, record)),
                                                    ald_first_cell(a->records[inc->records[0]].row, record->row)};
    memcpy(ret, cells, sizeof cells);
}

/* ---- What changed of them ---- */

static ALD_CHECK enum ald_rc save_link(struct ald_q *put, struct ald_q *remove, const struct ald_relink *link, struct ald_err *err)
{
    if (!link->incident) {
        ald_q_int(remove, 1, link->row);
        return ald_q_run(remove, err);
    }
    const struct ald_datum cells[] = {ald_datum_int(link->row),         ald_datum_text(link->incident),
                                      ald_datum_text(link->method),     ald_datum_real(link->confidence),
                                      ald_datum_text(link->via),        ald_datum_int(link->folded),
                                      ald_first_cell(link->first, link->row)};
    ald_q_bind(put, cells, sizeof cells / sizeof cells[0]);
    return ald_q_run(put, err);
}

static ALD_CHECK enum ald_rc save_suggestion(struct ald_q *put, struct ald_q *remove, const struct ald_resuggest *s, struct ald_err *err)
{
    struct ald_q *q = s->via ? put : remove;
    ald_q_int(q, 1, s->a);
    ald_q_int(q, 2, s->b);
    if (s->via) {
        ald_q_real(q, 3, s->confidence);
        ald_q_text_lent(q, 4, s->via);
        ald_q_text_lent(q, 5, s->refused);
    }
    return ald_q_run(q, err);
}

enum ald_rc ald_links_save(struct ald_store *store, const struct ald_renewed *renewed, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *put = NULL, *remove = NULL, *suggest = NULL, *forget = NULL;
    ALD_TRY(ald_q_open(store, "recent_link_put", &put, err));
    ALD_TRY(ald_q_open(store, "analysis_link_remove", &remove, err));
    ALD_TRY(ald_q_open(store, "part_suggestion_put", &suggest, err));
    ALD_TRY(ald_q_open(store, "part_suggestion_remove", &forget, err));
    for (size_t i = 0; i < renewed->links_n; i++)
        ALD_TRY(save_link(put, remove, &renewed->links[i], err));
    for (size_t i = 0; i < renewed->suggestions_n; i++)
        ALD_TRY(save_suggestion(suggest, forget, &renewed->suggestions[i], err));
    return ALD_OK;
}
