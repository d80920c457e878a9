/* Forgetting a person: whatever tells of them gets the place of a pseudonym that nobody can compute, so that figures stay and no
 * key and no list of addresses leads back. */
#pragma once

#include "alidade/ingest.h"

struct ald_forgetting;

struct ald_forget {
    const char *person; /* an e-mail address, an id as "source:id", a login, a name, or a pseudonym */
    const char *words;  /* what else stands for them in texts, a nickname; or NULL */
    const char *const *people_aliases; /* as in struct ald_ingest_opts */
    const struct ald_key *key;         /* NULL: lost; only a pseudonym, a stored name or words can be found */
};
/** Who that is, in this store. *ret_n: how many pseudonyms of theirs the store knows. *ret is for ald_forget_endp, also when this fails,
 *  and lives no longer than arena and how. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_forget_begin(struct ald_store *store, const struct ald_forget *how, struct ald_arena *arena,
                                       struct ald_forgetting **ret, size_t *ret_n, struct ald_err *err);
void ald_forget_endp(struct ald_forgetting **f);
/** Rewrites a store, also one of an older schema. *ret_places: values that changed, *ret_names: known names that were dropped. keep false:
 *  only counts. Old pages are left to ald_store_scour. */
ALD_CHECK enum ald_rc ald_forget_in_store(struct ald_forgetting *f, struct ald_store *store, bool keep, int64_t *ret_places,
                                          int64_t *ret_names, struct ald_err *err);
/** Rewrites the pages of a recording, DIR/SOURCE. *ret_pages: how many changed. A folder that is not there has none. @return ALD_ERR_IO. */
ALD_CHECK enum ald_rc ald_forget_in_recording(struct ald_forgetting *f, const char *folder, bool keep, int64_t *ret_pages,
                                              struct ald_err *err);
