/* Sources whose API comes to an end (ald_source_type.ends). */
#pragma once

#include "alidade/checkup.h"
#include "alidade/ingest.h"

/** Says when the API ends or that it ended, and what to do; nothing where it does not end. */
void ald_ends_tell(struct ald_checkup *checkup, const struct ald_source_type *type, int64_t now);
/** Adds to a failure that an API was ended, or an account switched off, where that explains it: refused credentials, 403, 404, 410, and
 *  anything after the end. */
void ald_ends_explain(const struct ald_source_type *type, int64_t now, struct ald_err *why);
