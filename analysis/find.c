/* Which incident an id or key means: of the incidents of an analysis, or, where that is about one of them alone, of all that analyze wrote. */
#include <string.h>

#include "analysis/stored.h"

static bool is_id_of(const struct ald_record *record, const char *id)
{
    size_t n = strlen(record->traits->source);
    return strncmp(id, record->traits->source, n) == 0 && id[n] == ':' && strcmp(id + n + 1, record->external_id) == 0;
}

/* Records come in the order of source and external id. */
static uint32_t record_at(const struct ald_analysis *a, const char *source, size_t source_n, const char *external_id)
{
    size_t low = 0, high = a->records_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct ald_record *record = &a->records[mid];
        int order = strncmp(record->traits->source, source, source_n);
        if (order == 0)
            order = record->traits->source[source_n] ? 1 : strcmp(record->external_id, external_id);
        if (order == 0)
            return (uint32_t)mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return ALD_NOBODY;
}

uint32_t ald_analysis_record(const struct ald_analysis *a, const char *id)
{
    /* Both halves may hold colons. */
    for (const char *colon = strchr(id, ':'); colon; colon = strchr(colon + 1, ':')) {
        uint32_t record = record_at(a, id, (size_t)(colon - id), colon + 1);
        if (record != ALD_NOBODY)
            return record;
    }
    return ALD_NOBODY;
}

size_t ald_analysis_find(const struct ald_analysis *a, const char *id_or_key)
{
    for (size_t i = 0; i < a->incidents_n; i++)
        if (strcmp(a->incidents[i].id, id_or_key) == 0)
            return i;
    for (size_t i = 0; i < a->incidents_n; i++)
        if (strcmp(a->incidents[i].key, id_or_key) == 0)
            return i;
    for (size_t i = 0; i < a->records_n; i++)
        if (a->records[i].incident != ALD_NOBODY && is_id_of(&a->records[i], id_or_key))
            return a->records[i].incident;
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *record = &a->records[i];
        if (record->incident != ALD_NOBODY &&
            ((record->key && strcmp(record->key, id_or_key) == 0) || strcmp(record->external_id, id_or_key) == 0))
            return record->incident;
    }
    return SIZE_MAX;
}

/* ---- In the store: the same, asked of what analyze wrote ---- */

enum ald_rc ald_stored_find(struct ald_store *store, const char *id_or_key, int64_t *ret, struct ald_err *err)
{
    static const char *const queries[] = {"part_find_id", "part_find_key", "part_find_record", "part_find_other"};
    bool found = false;
    *ret = 0;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0] && !found; i++) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(store, queries[i], &q, err));
        ald_q_text(q, 1, id_or_key);
        ALD_TRY(ald_q_step(q, &found, err));
        if (found)
            *ret = ald_q_col_int(q, 0);
    }
    return ALD_OK;
}

enum ald_rc ald_stored_index(struct ald_store *store, const struct ald_analysis *a, int64_t number, size_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret = SIZE_MAX;
    ALD_TRY(ald_q_open(store, "part_incident", &q, err));
    ald_q_int(q, 1, number);
    ALD_TRY(ald_q_step(q, &row, err));
    for (size_t i = 0; row && i < a->incidents_n; i++)
        if (strcmp(a->incidents[i].id, ald_q_col_text(q, 0)) == 0)
            *ret = i;
    return ALD_OK;
}

enum ald_rc ald_analysis_locate(const struct ald_analysis *a, const char *id_or_key, size_t *ret, struct ald_err *err)
{
    int64_t number = 0;
    *ret = SIZE_MAX;
    if (!a->stored) {
        *ret = ald_analysis_find(a, id_or_key);
        return ALD_OK;
    }
    ALD_TRY(ald_stored_find(a->stored->store, id_or_key, &number, err));
    return ald_stored_index(a->stored->store, a, number, ret, err);
}

static ALD_CHECK enum ald_rc read_name(const struct ald_stored *stored, struct ald_arena *arena, struct ald_comparable *of, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(stored->store, "part_incident", &q, err));
    ald_q_int(q, 1, (int64_t)of->incident + 1);
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ALD_OK;
    of->id = ald_strdup(arena, ald_q_col_text(q, 0));
    of->key = ald_strdup(arena, ald_q_col_text(q, 1));
    of->title = ald_strdup(arena, ald_q_col_text(q, 2));
    return ALD_OK;
}

void ald_stored_name(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_comparable *of)
{
    static const char unreadable[] = "an incident that cannot be read from the store";
    struct ald_err err;
    of->id = of->key = of->title = unreadable;
    if (read_name(analysis->stored, arena, of, &err) != ALD_OK)
        of->id = of->key = of->title = unreadable;
}
