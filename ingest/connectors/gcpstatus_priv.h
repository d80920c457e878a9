/* What the files of the gcpstatus connector share. */
#pragma once

#include "connector.h"

/** One incident of the file becomes a record with its updates as events. A failure quarantines it whole. */
ALD_CHECK enum ald_rc ald_gcpstatus_incident(const struct ald_source_cfg *cfg, struct ald_rows *rows,
                                             struct ald_element *el, const struct ald_jv *it, struct ald_err *err);
