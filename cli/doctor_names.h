/* What doctor says of names. */
#pragma once

#include "alidade/checkup.h"
#include "session.h"

/** Compares services, teams and severities of the configuration with those of the store, and adds rows; none where nothing was read yet. */
ALD_CHECK enum ald_rc ald_doctor_names(const struct ald_session *s, struct ald_store *store, struct ald_checkup *checkup, struct ald_err *err);
