/* What the files of the gcpstatus connector share. */
#pragma once

#include "connectors/listing.h"

/** One incident of the file becomes a record with its updates as events. A failure quarantines it whole. */
ald_listing_row_fn ald_gcpstatus_incident;
