/* Commits at which a build for tests can be made to die: see alidade/fault.h. Part of such builds alone. */
#include "store_priv.h"

static int on_commit(void *ctx)
{
    (void)ctx;
    ald_fault_point("commit"); /* also of a statement that is a transaction of its own */
    return 0;
}

void ald_store_faults(const struct ald_store *store)
{
    (void)sqlite3_commit_hook(store->db, on_commit, NULL);
}
