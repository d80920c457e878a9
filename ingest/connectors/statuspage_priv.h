/* What the files of the statuspage connector share. */
#pragma once

#include "connectors/listing.h"

/** One incident or maintenance becomes a record with its updates as events. A failure quarantines it whole. */
ald_listing_row_fn ald_statuspage_incident;
