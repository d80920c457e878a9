/* A second connection to an open store, so that two threads read it at the same time. */
#include <inttypes.h>

#include "store_priv.h"

enum ald_rc ald_store_beside(struct ald_store *store, struct ald_store **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *beside = NULL;
    int64_t here = 0, there = 0;
    if (store->memory)
        return ald_fail(err, ALD_ERR_DB, "a store in memory has one connection");
    ALD_TRY(ald_store_generation(store, &here, err));
    ALD_TRY(ald_store_open(store->file, ALD_STORE_READ, &beside, err));
    ALD_TRY(ald_store_reads_whole(beside, err));
    ALD_TRY(ald_store_begin_read(beside, err));
    ALD_TRY(ald_store_generation(beside, &there, err));
    if (here != there)
        return ald_fail(err, ALD_ERR_DB, "store '%s' has changed meanwhile", store->path);
    *ret = beside;
    beside = NULL;
    return ALD_OK;
}
