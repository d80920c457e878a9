/* What doctor says of names. */
#pragma once

#include "alidade/checkup.h"
#include "session.h"

/** Compares services, teams and severities of the configuration with those of the store, and adds rows; none where nothing was read yet. */
ALD_CHECK enum ald_rc ald_doctor_names(const struct ald_session *s, struct ald_store *store, struct ald_checkup *checkup, struct ald_err *err);
/** @return ALD_ERR_USAGE for a severity that stands in no configured order. */
ALD_CHECK enum ald_rc ald_names_check(const struct ald_session *s, const char *field, const char *value, struct ald_err *err);
/** Says on stderr what of a value that somebody decided nothing that was read is called: services, joined by ';'. */
ALD_CHECK enum ald_rc ald_names_remark(struct ald_session *s, const char *field, const char *value, struct ald_err *err);
