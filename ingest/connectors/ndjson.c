/* Files of one JSON object a line: the way in for everything that has no connector. The columns, and what they
 * mean, are those of every file of lines: lines_*.c. */
#include "connectors/lines.h"

extern const struct ald_connector ald_connector_ndjson;

const struct ald_connector ald_connector_ndjson = {
    .type = {.type = "ndjson",
             .title = "Files of one JSON object a line",
             .default_kind = "file",
             .is_file = true,
             .keys = ald_lines_keys,
             .keys_n = ALD_LINES_KEYS_N},
    .mapping = 1,
    .page_size = 1000,
    .page_size_max = 10000,
    .streams = ald_lines_streams,
    .streams_n = ALD_LINES_STREAMS_N,
    .people = ald_lines_people,
    .people_n = ALD_LINES_PEOPLE_N,
};
