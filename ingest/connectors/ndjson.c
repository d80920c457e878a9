/* Files of one JSON object a line: records, events, services and teams. The way in for everything that has no
 * connector. sync.c makes a list of the lines; what they mean is in ndjson_rows.c. Must not know files. */
#include <stdlib.h>

#include "connectors/ndjson_priv.h"

extern const struct ald_connector ald_connector_ndjson;

/* ---- Requests ---- */

static enum ald_rc ask(const struct ald_source_cfg *cfg, const char *key, struct ald_http_req *req, struct ald_err *err)
{
    req->file_path = ald_source_opt(cfg, key);
    if (!req->file_path)
        return ald_fail(err, ALD_ERR_CONFIG, "%s is missing: the file to read", key);
    if (req->cursor)
        req->offset = strtoll(req->cursor, NULL, 10);
    return ALD_OK;
}

/** One stream each: file key, whether it is wanted, request. */
#define FILE_STREAM(name, key)                                                                                         \
    static bool name##_wanted(const struct ald_source_cfg *cfg)                                                        \
    {                                                                                                                  \
        return ald_source_opt(cfg, key) != NULL;                                                                       \
    }                                                                                                                  \
    static enum ald_rc name##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,                       \
                                      struct ald_http_req *req, struct ald_err *err)                                   \
    {                                                                                                                  \
        (void)arena;                                                                                                   \
        return ask(cfg, key, req, err);                                                                                \
    }
FILE_STREAM(services, "services_path")
FILE_STREAM(teams, "teams_path")
FILE_STREAM(events, "events_path")
FILE_STREAM(records, "path")

/* ---- The tables ---- */

/* The records file is a list of records: one that is no longer in it may be gone. The others only describe. */
#define FILE_STREAM_ROW(id, describes, held)                                                                           \
    {                                                                                                                  \
        .name = #id, .cursor_doc = "byte offset of the next line", .every_time = (describes), .wanted = id##_wanted,   \
        .request = id##_request, .page = ald_ndjson_##id, .holds = (held)                                              \
    }

static const struct ald_stream streams[] = {
    FILE_STREAM_ROW(services, true, 0),
    FILE_STREAM_ROW(teams, true, 0),
    FILE_STREAM_ROW(records, false, 0),
    /* The file is whole: who is not in it had no events. */
    FILE_STREAM_ROW(events, true, ALD_NDJSON_HOLDS),
};

static const struct ald_person_path people[] = {
    {.stream = "events", .path = "[].actor", .primary = true},
    {.stream = "events", .path = "[].agent", .primary = true},
};

static const struct ald_source_key keys[] = {
    {.key = "path",
     .help = "records, one JSON object a line, as `alidade export records` writes them",
     .is_path = true},
    {.key = "events_path", .help = "their events; the file must be complete", .is_path = true},
    {.key = "services_path", .help = "services: name, tier, team, depends_on", .is_path = true},
    {.key = "teams_path", .help = "teams: name, parent, timezone", .is_path = true},
    {.key = "ignore_extra",
     .help = "true: columns without a meaning here are ignored; else a line with one is refused"},
    {.key = "only_source", .help = "only lines whose column source has this value (one file of several sources)"},
};

const struct ald_connector ald_connector_ndjson = {
    .type = {.type = "ndjson",
             .title = "Files of one JSON object a line",
             .default_kind = "file",
             .is_file = true,
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = 1000,
    .page_size_max = 10000,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
};
