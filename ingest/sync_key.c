/* Which key made the pseudonyms of a store. With another key the same people would get other pseudonyms and count as new
 * ones, without a word. */
#include <string.h>

#include "sync_priv.h"

#define META_KEY "pseudonym_key"
#define OF_WHAT "the key of this store" /* no identity: they hold a colon or an @ */

static enum ald_rc stored(struct ald_store *store, char ret[17], struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "store_meta", &q, err));
    ald_q_text(q, 1, META_KEY);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    const char *text = row ? ald_q_col_text(q, 0) : NULL;
    ret[0] = '\0';
    if (text && strlen(text) == 16)
        memcpy(ret, text, 17);
    return ALD_OK;
}

enum ald_rc ald_store_check_key(struct ald_store *store, const struct ald_key *key, const char *key_path, bool *ret_known,
                                struct ald_err *err)
{
    char was[17], is[17];
    ald_pseudonym(key, OF_WHAT, is);
    ALD_TRY(stored(store, was, err));
    *ret_known = *was != '\0';
    if (*was && strcmp(was, is) != 0)
        return ald_fail(err, ALD_ERR_CONFIG,
                        "key file '%s' is another one than the pseudonyms in store '%s' were made with: the same people would "
                        "count as new ones; put the right file back (without it, begin a new store)",
                        key_path, ald_store_path(store));
    return ALD_OK;
}

enum ald_rc ald_sync_check_key(struct ald_store *store, const struct ald_ingest_opts *opts, const struct ald_key *key,
                               struct ald_err *err)
{
    char is[17];
    bool known;
    if (opts->people == ALD_PEOPLE_NONE) /* no pseudonym is made */
        return ALD_OK;
    ALD_TRY(ald_store_check_key(store, key, opts->key_path, &known, err));
    if (known)
        return ALD_OK;
    ald_pseudonym(key, OF_WHAT, is);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "sync_meta_put", &q, err));
    ald_q_text(q, 1, META_KEY);
    ald_q_text(q, 2, is);
    return ald_q_run(q, err);
}
