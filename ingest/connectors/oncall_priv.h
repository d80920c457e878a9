/* What the files of the Grafana OnCall connector share. */
#pragma once

#include "alidade/time.h"
#include "connector.h"
#include "connectors/listing.h"

#define ALD_ONCALL_GROUPS "alert_groups"

/** True where the source's key of that name says on. */
bool ald_oncall_on(const struct ald_source_cfg *cfg, const char *key);

/* ---- oncall_rows.c. A failure quarantines the element. ---- */
ald_listing_row_fn ald_oncall_group, ald_oncall_alert, ald_oncall_note, ald_oncall_team, ald_oncall_integration;
