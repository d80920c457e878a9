/* What the files of the ndjson connector share: the pages of its streams. */
#pragma once

#include "connector.h"

/* All that a timeline can hold: a file of events is whole. */
#define ALD_NDJSON_HOLDS                                                                                               \
    (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_SERVICES | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN |                \
     ALD_HOLDS_AS_SEEN)

typedef enum ald_rc ald_ndjson_page_fn(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                       struct ald_rows *rows, struct ald_next *next, struct ald_err *err);
ald_ndjson_page_fn ald_ndjson_records, ald_ndjson_events, ald_ndjson_services, ald_ndjson_teams;
