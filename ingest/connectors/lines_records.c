/* What the lines of record, event, service and team files mean, with the names of the exports (docs/FILES.md). Must not know
 * requests, nor whether a line was JSON or CSV. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/lines.h"

/* ---- Records ---- */

static const char *const kinds[] = {"pager", "ticket", "status", "file", NULL};
static const char *const end_states[] = {"open", "resolved", "closed", NULL};
static const char *const classes[] = {"planned", "exercise", "near_miss", NULL};
static const char *const ref_kinds[] = {"url",    "key",         "id",           "incident_key", "alert", "channel",
                                        "parent", "merged_into", "duplicate_of", "mention",      "customer_report", NULL};
/* Those that most files have come first: messages name some. */
static const char *const record_columns[] = {
    "source", "external_id", "key", "title", "opened_at", "resolved_at", "closed_at", "severity", "services_at_start",
    "services", "teams", "class", "kind", "url", "status", "urgency", "impact_started_at", "detected_at", "acknowledged_at",
    "mitigated_at", "entered_at", "updated_at", "resolve_reason", "merged_into", "refs", "customers_impacted", "regions",
    "requests_failed", "alerts_grouped", "external_party", "responders_n", "gone_at", "incident", "role", "end_state",
    "severity_rank", "services_stand_in", "services_fields", "holds", "timeline", NULL};

/** "kind:value", else an address or a key. */
static void add_ref(const struct ald_line *line, const char *ref)
{
    size_t n = strcspn(ref, ":");
    for (size_t i = 0; ref[n] && ref_kinds[i]; i++)
        if (strlen(ref_kinds[i]) == n && strncmp(ref, ref_kinds[i], n) == 0) {
            ald_rows_ref(line->rows, line->el->record, ref_kinds[i], ref + n + 1, "refs");
            return;
        }
    bool url = strncasecmp(ref, "http://", 7) == 0 || strncasecmp(ref, "https://", 8) == 0;
    ald_rows_ref(line->rows, line->el->record, url ? "url" : "key", ref, "refs");
}

static enum ald_rc record_moments(const struct ald_line *line, struct ald_row_record *rec, struct ald_err *err)
{
    static const char *const moments[] = {"impact_started", "detected", "opened", "acknowledged",
                                          "mitigated",      "resolved", "closed"};
    bool resolved = false, closed = false;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const char *column = ald_sprintf(line->rows->arena, "%s_at", moments[i]);
        int64_t at;
        ALD_TRY(ald_line_time_opt(line, column, &at, err));
        ald_rows_moment(line->rows, rec, moments[i], at, column, 1);
        resolved = resolved || (i == 5 && at != ALD_TIME_NONE);
        closed = closed || (i == 6 && at != ALD_TIME_NONE);
    }
    rec->end_state = resolved ? "resolved" : (closed ? "closed" : "open");
    ALD_TRY(ald_line_time_opt(line, "entered_at", &rec->entered_at, err));
    return ald_line_time_opt(line, "updated_at", &rec->updated_at, err);
}

static bool has_service(const struct ald_row_record *rec, const char *name)
{
    for (size_t i = 0; i < rec->services_n; i++)
        if (strcmp(rec->services[i].service, name) == 0)
            return true;
    return false;
}

/* The fields of the source that named the services, in the order of `services`. */
static enum ald_rc service_fields(const struct ald_line *line, struct ald_row_record *rec, struct ald_err *err)
{
    const char *const *names, *const *fields;
    ALD_TRY(ald_line_list(line, "services", &names, err));
    ALD_TRY(ald_line_list(line, "services_fields", &fields, err));
    for (; *names && *fields; names++, fields++)
        for (size_t i = 0; i < rec->services_n; i++)
            if (strcmp(rec->services[i].service, *names) == 0)
                rec->services[i].field = *fields;
    return ALD_OK;
}

static enum ald_rc record_lists(const struct ald_line *line, struct ald_row_record *rec, struct ald_err *err)
{
    const char *const *list, *merged = NULL;
    ALD_TRY(ald_line_list(line, "services_at_start", &list, err));
    for (; *list; list++)
        if (!has_service(rec, *list))
            ald_rows_service(line->rows, rec, *list, "services_at_start")->at_start = true;
    ALD_TRY(ald_line_list(line, "services", &list, err));
    for (; *list; list++)
        if (!has_service(rec, *list))
            (void)ald_rows_service(line->rows, rec, *list, "services");
    ALD_TRY(service_fields(line, rec, err));
    ALD_TRY(ald_line_list(line, "services_stand_in", &list, err));
    for (; *list; list++)
        for (size_t i = 0; i < rec->services_n; i++)
            if (strcmp(rec->services[i].service, *list) == 0)
                rec->services[i].stand_in = true;
    ALD_TRY(ald_line_list(line, "teams", &list, err));
    for (; *list; list++)
        ald_rows_team(line->rows, rec, *list, "assigned", ALD_TIME_NONE, "teams");
    ALD_TRY(ald_line_list(line, "regions", &list, err));
    for (; *list; list++)
        ald_rows_value(line->rows, rec, "regions", *list, "regions");
    ALD_TRY(ald_line_list(line, "refs", &list, err));
    for (; *list; list++)
        add_ref(line, *list);
    ALD_TRY(ald_line_text(line, "merged_into", &merged, err));
    ald_rows_ref(line->rows, rec, "merged_into", merged, "merged_into");
    return ALD_OK;
}

static enum ald_rc unknown_facet(const struct ald_line *line, const char *key, const char *found, struct ald_err *err)
{
    const char *names = "";
    for (size_t i = 0; ald_holds_name_at(i); i++)
        names = ald_sprintf(line->rows->arena, "%s%s, ", names, ald_holds_name_at(i)->word);
    return ald_fail(err, ALD_ERR_FORMAT, "%s: found '%.40s', expected %snone", key, found, names);
}

/* What the timeline holds and was read for: as the columns say, else all that a file of events can tell. */
static enum ald_rc holds_of(const struct ald_line *line, const char *key, bool *ret_given, unsigned *ret, struct ald_err *err)
{
    const char *const *list;
    ALD_TRY(ald_line_list(line, key, &list, err));
    *ret_given = *list != NULL;
    *ret = 0;
    for (; *list; list++) {
        size_t i = 0;
        while (ald_holds_name_at(i) && strcmp(ald_holds_name_at(i)->word, *list) != 0)
            i++;
        if (!ald_holds_name_at(i) && strcmp(*list, "none") != 0)
            return unknown_facet(line, key, *list, err);
        *ret |= ald_holds_name_at(i) ? ald_holds_name_at(i)->bit : 0;
    }
    return ALD_OK;
}

static enum ald_rc record_holds(const struct ald_line *line, struct ald_row_record *rec, struct ald_err *err)
{
    bool holds = false, timeline = false;
    ALD_TRY(holds_of(line, "holds", &holds, &rec->holds, err));
    ALD_TRY(holds_of(line, "timeline", &timeline, &rec->timeline, err));
    if (!holds)
        rec->holds = ALD_LINES_HOLDS;
    if (timeline)
        rec->timeline |= ALD_HOLDS_TOLD;
    else if (ald_source_opt(line->cfg, "events_path")) /* a file of events is whole */
        rec->timeline = rec->holds;
    return ALD_OK;
}

static enum ald_rc record_line(const struct ald_line *line, struct ald_err *err)
{
    static const char *const values[] = {"severity",     "severity_rank",   "urgency",        "customers_impacted",
                                         "responders_n", "requests_failed", "alerts_grouped", "external_party"};
    const char *id;
    ALD_TRY(ald_json_id(line->rows->arena, line->v, "external_id", &id, err));
    struct ald_row_record *rec = ald_rows_record(line->rows, line->el, id);
    rec->kind = line->cfg->kind ? line->cfg->kind : "file";
    ALD_TRY(ald_line_choice(line, "kind", kinds, &rec->kind, err));
    ALD_TRY(ald_line_choice(line, "class", classes, &rec->class_, err));
    ALD_TRY(ald_line_text(line, "key", &rec->key, err));
    if (!rec->key)
        rec->key = id;
    ALD_TRY(ald_json_str_opt(line->v, "title", &rec->title, err));
    ALD_TRY(ald_json_str_opt(line->v, "url", &rec->url, err));
    ALD_TRY(ald_line_text(line, "status", &rec->status, err));
    ALD_TRY(ald_line_text(line, "resolve_reason", &rec->resolve_reason, err));
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const char *value;
        ALD_TRY(ald_line_text(line, values[i], &value, err));
        ald_rows_value(line->rows, rec, values[i], value, values[i]);
    }
    ALD_TRY(record_moments(line, rec, err));
    ALD_TRY(record_lists(line, rec, err));
    ALD_TRY(ald_line_choice(line, "end_state", end_states, &rec->end_state, err));
    ALD_TRY(ald_line_time_opt(line, "gone_at", &rec->gone_at, err));
    return record_holds(line, rec, err);
}

enum ald_rc ald_lines_records(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, record_columns, record_line, next, err);
}

/* ---- Events ---- */

static const char *const event_kinds[] = {
    "opened",          "acknowledged",  "assigned",      "escalated", "reassigned", "note",
    "mitigated",       "resolved",      "reopened",      "closed",    "merged",     "severity_changed",
    "responder_added", "service_added", "status_update", "other",     NULL};
static const char *const event_columns[] = {"source", "external_id", "event_id", "at",        "kind", "actor", "agent",
                                            "team",   "service",     "value",    "automatic", "text", "actor_mapped", "field", NULL};

static enum ald_rc event_line(const struct ald_line *line, struct ald_err *err)
{
    /* There the actor is who was engaged, not who did it. */
    static const char *const engaging[] = {"assigned", "reassigned", "escalated", "responder_added", NULL};
    struct ald_arena *arena = line->rows->arena;
    const char *id, *event_id = NULL, *kind = NULL;
    int64_t at;
    int mapped;
    bool has, automatic;
    ALD_TRY(ald_json_id(arena, line->v, "external_id", &id, err));
    ALD_TRY(ald_json_id_opt(arena, line->v, "event_id", &event_id, err));
    ALD_TRY(ald_line_time(line, "at", &at, err));
    ALD_TRY(ald_line_choice(line, "kind", event_kinds, &kind, err));
    if (!kind)
        return ald_fail(err, ALD_ERR_FORMAT, "kind is missing");
    struct ald_row_event *e = ald_rows_event(line->rows, line->el, event_id, at, kind);
    e->external_id = id;
    ALD_TRY(ald_line_text(line, "actor", &e->actor, err));
    ALD_TRY(ald_line_text(line, "agent", &e->agent, err));
    ALD_TRY(ald_line_flag(line, "actor_mapped", &mapped, err));
    if (!e->agent && mapped < 0 && !ald_line_one_of(kind, engaging)) /* an export says who it was, or that nobody knows */
        e->agent = e->actor;
    ALD_TRY(ald_line_text(line, "field", &e->field, err));
    ALD_TRY(ald_line_text(line, "team", &e->team, err));
    ALD_TRY(ald_line_text(line, "service", &e->service, err));
    ALD_TRY(ald_line_text(line, "value", &e->value, err));
    ALD_TRY(ald_json_str_opt(line->v, "text", &e->text, err));
    ALD_TRY(ald_json_bool_opt(line->v, "automatic", &has, &automatic, err));
    if (has)
        e->automatic = automatic;
    return ALD_OK;
}

enum ald_rc ald_lines_events(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, event_columns, event_line, next, err);
}

/* ---- Services and teams ---- */

static const char *const service_columns[] = {"source", "name", "tier", "team", "depends_on", NULL};
static const char *const team_columns[] = {"source", "name", "parent", "timezone", NULL};

static enum ald_rc service_line(const struct ald_line *line, struct ald_err *err)
{
    struct ald_row_service_def def = {0};
    bool has;
    int64_t tier = 0;
    ALD_TRY(ald_json_str(line->v, "name", &def.name, err));
    ALD_TRY(ald_json_int_opt(line->v, "tier", &has, &tier, err));
    if (has && (tier < 1 || tier > 99))
        return ald_fail(err, ALD_ERR_FORMAT, "tier: expected 1 to 99, found %" PRId64, tier);
    ALD_TRY(ald_line_text(line, "team", &def.team, err));
    ALD_TRY(ald_line_list(line, "depends_on", &def.depends_on, err));
    def.external_id = def.name;
    def.tier = has ? (int)tier : 0;
    line->el->service_def = ald_alloc(line->rows->arena, sizeof def);
    *line->el->service_def = def;
    return ALD_OK;
}

enum ald_rc ald_lines_services(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, service_columns, service_line, next, err);
}

static enum ald_rc team_line(const struct ald_line *line, struct ald_err *err)
{
    struct ald_row_team_def def = {0};
    ALD_TRY(ald_json_str(line->v, "name", &def.name, err));
    ALD_TRY(ald_line_text(line, "parent", &def.parent, err));
    ALD_TRY(ald_line_text(line, "timezone", &def.timezone, err));
    def.external_id = def.name;
    line->el->team_def = ald_alloc(line->rows->arena, sizeof def);
    *line->el->team_def = def;
    return ALD_OK;
}

enum ald_rc ald_lines_teams(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, team_columns, team_line, next, err);
}
