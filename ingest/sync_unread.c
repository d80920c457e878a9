/* Sources that were configured once and never gave anything: a starter's example, a name that was changed before the first read. They
 * would be incomplete in every report from then on, and no run could mend it. */
#include <string.h>

#include "alidade/ingest.h"

static bool stays(const struct ald_source_cfg *sources, size_t n, const char *name, const char *type)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(sources[i].name, name) == 0)
            return strcmp(sources[i].type, type) == 0;
    return false;
}

static enum ald_rc forget(struct ald_store *store, const char *name, struct ald_err *err)
{
    static const char *const statements[] = {"sync_unread_finding", "sync_unread_todo", "sync_unread_cursor", "sync_unread_alias", "sync_unread_source"};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
        ALD_TRY(ald_q_open(store, statements[i], &q, err));
        ald_q_text(q, 1, name);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

static enum ald_rc names_of(struct ald_store *store, const struct ald_source_cfg *sources, size_t n, struct ald_arena *arena, const char ***ret,
                            size_t *ret_n, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    size_t cap = 0;
    ALD_TRY(ald_q_open(store, "sync_unread", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        if (!stays(sources, n, ald_q_col_text(q, 0), ald_q_col_text(q, 1))) {
            *ret = ald_grow(arena, *ret, *ret_n, &cap, sizeof **ret);
            (*ret)[(*ret_n)++] = ald_strdup(arena, ald_q_col_text(q, 0));
        }
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

enum ald_rc ald_ingest_forget_unread(struct ald_store *store, const struct ald_source_cfg *sources, size_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    const char **names = NULL;
    size_t names_n = 0;
    enum ald_rc rc = ALD_OK;
    ALD_TRY(names_of(store, sources, n, arena, &names, &names_n, err));
    if (names_n == 0)
        return ALD_OK;
    ALD_TRY(ald_store_begin(store, err));
    for (size_t i = 0; i < names_n && rc == ALD_OK; i++)
        rc = forget(store, names[i], err);
    if (rc == ALD_OK)
        return ald_store_commit(store, err);
    ald_store_rollback(store);
    return rc;
}
