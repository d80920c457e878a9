/* The streams, people and keys that the connectors of line files share: one file each, read whole. */
#include <string.h>

#include "connectors/lines.h"
#include "cursor.h"

static enum ald_rc ask(const struct ald_source_cfg *cfg, const char *key, struct ald_http_req *req, struct ald_err *err)
{
    req->file_path = ald_source_opt(cfg, key);
    if (!req->file_path)
        return ald_fail(err, ALD_ERR_CONFIG, "%s is missing: the file to read", key);
    req->csv = cfg->type && strcmp(cfg->type, "csv") == 0;
    req->offset = ald_cursor_count(req->cursor);
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
FILE_STREAM(records, "path")
FILE_STREAM(events, "events_path")
FILE_STREAM(reviews, "reviews_path")
FILE_STREAM(attendance, "attendance_path")
FILE_STREAM(learnings, "learnings_path")
FILE_STREAM(actions, "actions_path")
FILE_STREAM(told, "told_path")

/* The records file is a list of records: one that is no longer in it may be gone. The others only describe. */
#define FILE_STREAM_ROW(id, describes, held)                                                                           \
    {                                                                                                                  \
        .name = #id, .list = "", .cursor_doc = "byte offset of the next line", .every_time = (describes), .wanted = id##_wanted,   \
        .request = id##_request, .page = ald_lines_##id, .holds = (held)                                               \
    }

const struct ald_stream ald_lines_streams[] = {
    FILE_STREAM_ROW(services, true, 0),
    FILE_STREAM_ROW(teams, true, 0),
    FILE_STREAM_ROW(records, false, 0),
    /* The file is whole: who is not in it had no events. */
    FILE_STREAM_ROW(events, true, ALD_LINES_HOLDS),
    FILE_STREAM_ROW(reviews, true, 0),
    FILE_STREAM_ROW(attendance, true, 0),
    FILE_STREAM_ROW(learnings, true, 0),
    FILE_STREAM_ROW(actions, true, 0),
    FILE_STREAM_ROW(told, true, 0),
};
_Static_assert(sizeof ald_lines_streams / sizeof ald_lines_streams[0] == ALD_LINES_STREAMS_N, "as the connectors say");

/* An actor whom the exported source could not map to a person is not one here either. */
const struct ald_person_path ald_lines_people[] = {
    {.stream = "events", .path = "[].actor", .primary = true, .when_key = "actor_mapped", .when_values = "true yes 1 -"},
    {.stream = "events", .path = "[].actor", .ours = true, .when_key = "actor_mapped", .when_values = "false no 0"},
    {.stream = "events", .path = "[].agent", .primary = true},
    {.stream = "attendance", .path = "[].person", .primary = true},
};
_Static_assert(sizeof ald_lines_people / sizeof ald_lines_people[0] == ALD_LINES_PEOPLE_N, "as the connectors say");

const struct ald_source_key ald_lines_keys[] = {
    {.key = "path", .help = "records, as `alidade export records` writes them", .is_path = true},
    {.key = "events_path", .help = "their events; the file must be complete", .is_path = true},
    {.key = "services_path", .help = "services: name, tier, team, depends_on", .is_path = true},
    {.key = "teams_path", .help = "teams: name, parent, timezone", .is_path = true},
    {.key = "reviews_path",
     .help = "reviews: incident, held_at, url, facilitator_involved, why_surprised, risk_awareness",
     .is_path = true},
    {.key = "attendance_path", .help = "who came to reviews: incident, required, person, team", .is_path = true},
    {.key = "learnings_path", .help = "what people said they learned: incident, text, kind, at", .is_path = true},
    {.key = "actions_path", .help = "follow-ups: incident, title, url, opened_at, closed_at", .is_path = true},
    {.key = "told_path", .help = "stories that were told: incident, on, where", .is_path = true},
    {.key = "timezone", .help = "zone of the times that name none, such as 2026-07-01 08:30 (IANA name; default: UTC)"},
    {.key = "dates", .help = "what 4/1/2026 is: dmy, the day first, or mdy, the month first (default: such a date is refused)"},
    {.key = "ignore_extra",
     .help = "true: columns without a meaning here are ignored; else a line with one is refused"},
    {.key = "one_run", .help = "true: what earlier files of this source said and this one does not stays (import sets it)"},
    {.key = "only_source", .help = "only lines whose column source has this value (one file of several sources)"},
};
_Static_assert(sizeof ald_lines_keys / sizeof ald_lines_keys[0] == ALD_LINES_KEYS_N, "as the connectors say");
