/* CSV files with a header: what spreadsheets and other tools write. The columns, and what they
 * mean, are those of every file of lines: lines_*.c. */
#include "connectors/lines.h"

extern const struct ald_connector ald_connector_csv;

const struct ald_connector ald_connector_csv = {
    .type = {.type = "csv",
             .title = "CSV files (RFC 4180) with a header",
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
