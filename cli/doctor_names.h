/* What doctor says of names. */
#pragma once

#include "alidade/checkup.h"
#include "session.h"

/** Compares services, teams and severities of the configuration with those of the store, and adds rows; none where nothing was read yet. */
ALD_CHECK enum ald_rc ald_doctor_names(const struct ald_session *s, struct ald_store *store, struct ald_checkup *checkup, struct ald_err *err);
/** Says on stderr what of a value that somebody decided nothing that was read is called: services, joined by ';', or a severity that
 *  stands in no order. */
ALD_CHECK enum ald_rc ald_names_remark(struct ald_session *s, const char *field, const char *value, struct ald_err *err);
