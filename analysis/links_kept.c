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

void ald_link_cells(const struct ald_analysis *a, size_t i, struct ald_kept_cell ret[ALD_LINK_CELLS])
{
    const struct ald_record *record = &a->records[i];
    const struct ald_incident *inc = &a->incidents[record->incident];
    const struct ald_kept_cell cells[ALD_LINK_CELLS] = {ald_kept_int(record->row),
                                                        ald_kept_text(inc->id),
                                                        ald_kept_text(ald_record_method(record)),
                                                        ald_kept_real(ald_record_confidence(record)),
                                                        ald_kept_text(ald_record_via(record)),
                                                        ald_kept_int(record->folded),
                                                        ald_kept_text(own_key(inc, record))};
    memcpy(ret, cells, sizeof cells);
}
