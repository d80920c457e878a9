/* Narrows what a connection reads to some records, for the statements that name no schema: SQLite takes a temporary view before the
 * table of its name. Knows which tables hang on records, not what they mean. */
#include <assert.h>
#include <stdio.h>

#include "store_priv.h"

enum { VIEWS = 9 }; /* part_make_1 ... */

static ALD_CHECK enum ald_rc each_view(struct ald_store *store, const char *what, struct ald_err *err)
{
    char name[32];
    for (int i = 1; i <= VIEWS; i++) {
        (void)snprintf(name, sizeof name, "part_%s_%d", what, i);
        ALD_TRY(ald_store_exec(store, name, err));
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc want(struct ald_store *store, const int64_t *records, size_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_store_exec(store, "part_wanted_make", err));
    ALD_TRY(ald_store_exec(store, "part_wanted_clear", err));
    ALD_TRY(ald_q_open(store, "part_wanted_add", &q, err));
    for (size_t i = 0; i < n; i++) {
        ald_q_int(q, 1, records[i]);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

enum ald_rc ald_store_part(struct ald_store *store, const int64_t *records, size_t n, struct ald_err *err)
{
    assert(!store->part);
    ALD_TRY(want(store, records, n, err));
    store->part = true;
    return each_view(store, "make", err);
}

bool ald_store_is_part(const struct ald_store *store)
{
    return store->part;
}

enum ald_rc ald_store_whole(struct ald_store *store, struct ald_err *err)
{
    if (!store->part)
        return ALD_OK;
    ALD_TRY(each_view(store, "drop", err));
    store->part = false;
    return ALD_OK;
}
