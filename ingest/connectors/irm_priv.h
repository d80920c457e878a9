/* What the files of the Grafana IRM connector share. */
#pragma once

#include "alidade/time.h"
#include "connector.h"
#include "connectors/listing.h"

#define ALD_IRM_ACTIVITY_HOLDS (ALD_HOLDS_RESPONDERS | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN)

/** The address of the stack, without the path of the API. */
const char *ald_irm_stack(struct ald_arena *arena, const struct ald_source_cfg *cfg);

/* ---- irm_rows.c: previews and what each incident holds. A failure quarantines the element. ---- */
ald_listing_row_fn ald_irm_incident, ald_irm_details;
/* ---- irm_activity.c ---- */
ald_listing_row_fn ald_irm_activity;
