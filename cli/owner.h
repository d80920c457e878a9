/* For whom a store was filled. */
#pragma once

#include "session.h"

struct ald_owner {
    const char *other; /* the organisation for which the store was filled, where the configuration names another one; else NULL */
    bool simulated;    /* the configuration says so, or did when the store was filled */
};
/** Compares the store with the configuration, and says on stderr where they differ. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_owner_of(struct ald_session *s, struct ald_owner *ret, struct ald_err *err);
/** The same, and notes in the store whose it is from now on. What once held made-up data stays made up. */
ALD_CHECK enum ald_rc ald_owner_note(struct ald_session *s, struct ald_err *err);
