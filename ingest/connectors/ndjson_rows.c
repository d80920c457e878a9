/* What the lines of NDJSON files mean, with the names of the exports (DESIGN 9). Every line is judged by itself: a
 * column or a value that is not understood is refused by name. Must not know requests. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/ndjson_priv.h"

#define LINE_KEY "@line"

static bool one_of(const char *s, const char *const *list)
{
    for (; s && *list; list++)
        if (strcmp(s, *list) == 0)
            return true;
    return false;
}

/* ---- Lines ---- */

struct line {
    const struct ald_source_cfg *cfg;
    struct ald_rows *rows;
    struct ald_element *el;
    const struct ald_jv *v;
};
typedef enum ald_rc line_fn(const struct line *line, struct ald_err *err);

static enum ald_rc check_columns(const struct line *line, const char *const *known, struct ald_err *err)
{
    struct ald_jv it;
    const char *extra = ald_source_opt(line->cfg, "ignore_extra");
    const char *source = NULL;
    ALD_TRY(ald_json_str_opt(line->v, "source", &source, err));
    if (source && line->cfg->name && strcmp(source, line->cfg->name) != 0)
        return ald_fail(err, ALD_ERR_FORMAT, "source '%.80s' is not this source ('%.80s')", source, line->cfg->name);
    if (extra && strcmp(extra, "true") == 0)
        return ALD_OK;
    for (bool ok = ald_json_first(line->v, &it); ok; ok = ald_json_next(&it))
        if (strcmp(it.key, LINE_KEY) != 0 && !one_of(it.key, known))
            return ald_fail(err, ALD_ERR_FORMAT, "unknown column '%.80s'", it.key);
    return ALD_OK;
}

/** Text, or a number as text; NULL when absent or "". */
static enum ald_rc scalar(const struct line *line, const char *key, const char **ret, struct ald_err *err)
{
    struct ald_jv v;
    *ret = NULL;
    if (!ald_json_opt(line->v, key, &v))
        return ALD_OK;
    switch (ald_json_kind(&v)) {
    case ALD_JSON_STRING:
        ALD_TRY(ald_json_as_str(&v, ret, err));
        break;
    case ALD_JSON_NUMBER: {
        ALD_CLEANUP(ald_buf_done) struct ald_buf text;
        ald_buf_init(&text, 64);
        ALD_TRY(ald_json_text(&v, &text, err));
        *ret = ald_strdup(line->rows->arena, text.data);
        break;
    }
    case ALD_JSON_BOOL:
    case ALD_JSON_NULL:
    case ALD_JSON_ARRAY:
    case ALD_JSON_OBJECT:
        return ald_json_expected(&v, "text or a number", err);
    }
    if (*ret && !**ret)
        *ret = NULL;
    return ALD_OK;
}

/** Strings of a list, NULL-terminated; none when absent. */
static enum ald_rc strings(const struct line *line, const char *key, const char *const **ret, struct ald_err *err)
{
    static const char *const none[] = {NULL};
    struct ald_jv list, it;
    *ret = none;
    if (!ald_json_opt(line->v, key, &list))
        return ALD_OK;
    if (ald_json_kind(&list) != ALD_JSON_ARRAY)
        return ald_json_expected(&list, "a list", err);
    const char **all = ald_calloc(line->rows->arena, ald_json_len(&list) + 1, sizeof *all);
    size_t n = 0;
    for (bool ok = ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *s;
        ALD_TRY(ald_json_as_str(&it, &s, err));
        if (*s)
            all[n++] = s;
    }
    *ret = (const char *const *)all;
    return ALD_OK;
}

/** A line's number and its place in the page are two things: messages speak of the line. */
static void refuse(struct ald_rows *rows, struct ald_element *el, int64_t number, const struct ald_err *why)
{
    const char *msg = why->msg;
    struct ald_err err = {0};
    if (strncmp(msg, "$[", 2) == 0 && strchr(msg, ']'))
        (void)ald_fail(&err, ALD_ERR_FORMAT, "line %" PRId64 ": $%.400s", number, strchr(msg, ']') + 1);
    else
        (void)ald_fail(&err, ALD_ERR_FORMAT, "line %" PRId64 ": %.400s", number, msg);
    ald_rows_refuse(rows, el, &err);
}

static enum ald_rc read_lines(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              const char *const *columns, line_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv it;
    if (!res->doc || ald_json_kind(&res->root) != ALD_JSON_ARRAY)
        return ald_fail(err, ALD_ERR_FORMAT, "expected a list of lines");
    int64_t number = res->first_line - 1;
    const char *only = ald_source_opt(cfg, "only_source");
    for (bool ok = ald_json_first(&res->root, &it); ok; ok = ald_json_next(&it)) {
        struct ald_err why = {0};
        bool has = false;
        int64_t at = 0;
        if (ald_json_int_opt(&it, LINE_KEY, &has, &at, NULL) != ALD_OK)
            has = false;
        number = has ? at : number + 1;
        /* A file of several sources is read once for each: the other lines belong to the other runs. */
        const char *source = NULL;
        if (only && ald_json_kind(&it) == ALD_JSON_OBJECT && ald_json_str_opt(&it, "source", &source, NULL) == ALD_OK &&
            source && strcmp(source, only) != 0)
            continue;
        struct ald_element *el = ald_rows_element(rows, ald_sprintf(rows->arena, "line %" PRId64, number), &it);
        const struct line line = {.cfg = cfg, .rows = rows, .el = el, .v = &it};
        enum ald_rc rc = ald_json_kind(&it) == ALD_JSON_OBJECT ? check_columns(&line, columns, &why)
                                                               : ald_json_expected(&it, "an object", &why);
        if (rc == ALD_OK)
            rc = fn(&line, &why);
        if (rc != ALD_OK)
            refuse(rows, el, number, &why);
    }
    next->high_water = ALD_TIME_NONE;
    if (res->next_offset >= 0)
        next->cursor = ald_sprintf(rows->arena, "%" PRId64, res->next_offset);
    return ALD_OK;
}

/* ---- Records ---- */

static const char *const kinds[] = {"pager", "ticket", "status", "file", NULL};
static const char *const classes[] = {"planned", "exercise", "near_miss", NULL};
static const char *const ref_kinds[] = {"url",    "key",         "id",           "incident_key", "alert", "channel",
                                        "parent", "merged_into", "duplicate_of", "mention",      "customer_report", NULL};
static const char *const record_columns[] = {"source",
                                             "external_id",
                                             "key",
                                             "kind",
                                             "title",
                                             "url",
                                             "status",
                                             "class",
                                             "severity",
                                             "urgency",
                                             "impact_started_at",
                                             "detected_at",
                                             "opened_at",
                                             "acknowledged_at",
                                             "mitigated_at",
                                             "resolved_at",
                                             "closed_at",
                                             "entered_at",
                                             "updated_at",
                                             "resolve_reason",
                                             "merged_into",
                                             "services",
                                             "services_at_start",
                                             "teams",
                                             "refs",
                                             "customers_impacted",
                                             "regions",
                                             "requests_failed",
                                             "alerts_grouped",
                                             "external_party",
                                             "responders_n",
                                             "gone_at",
                                             "incident",
                                             NULL};

static enum ald_rc choice(const struct line *line, const char *key, const char *const *list, const char **ret,
                          struct ald_err *err)
{
    struct ald_jv v;
    const char *s = NULL;
    ALD_TRY(scalar(line, key, &s, err));
    if (!s)
        return ALD_OK;
    *ret = s;
    if (one_of(s, list))
        return ALD_OK;
    const char *names = "";
    for (size_t i = 0; list[i]; i++)
        names = ald_sprintf(line->rows->arena, "%s%s%s", names, i ? ", " : "one of ", list[i]);
    ALD_TRY(ald_json_get(line->v, key, &v, err));
    return ald_json_expected(&v, names, err);
}

/** "kind:value", else an address or a key. */
static void add_ref(const struct line *line, const char *ref)
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

static enum ald_rc record_moments(const struct line *line, struct ald_row_record *rec, struct ald_err *err)
{
    static const char *const moments[] = {"impact_started", "detected", "opened", "acknowledged",
                                          "mitigated",      "resolved", "closed"};
    bool resolved = false, closed = false;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const char *column = ald_sprintf(line->rows->arena, "%s_at", moments[i]);
        int64_t at;
        ALD_TRY(ald_json_time_opt(line->v, column, &at, err));
        ald_rows_moment(line->rows, rec, moments[i], at, column, 1);
        resolved = resolved || (i == 5 && at != ALD_TIME_NONE);
        closed = closed || (i == 6 && at != ALD_TIME_NONE);
    }
    rec->end_state = resolved ? "resolved" : (closed ? "closed" : "open");
    ALD_TRY(ald_json_time_opt(line->v, "entered_at", &rec->entered_at, err));
    return ald_json_time_opt(line->v, "updated_at", &rec->updated_at, err);
}

static bool has_service(const struct ald_row_record *rec, const char *name)
{
    for (size_t i = 0; i < rec->services_n; i++)
        if (strcmp(rec->services[i].service, name) == 0)
            return true;
    return false;
}

static enum ald_rc record_lists(const struct line *line, struct ald_row_record *rec, struct ald_err *err)
{
    const char *const *list, *merged = NULL;
    ALD_TRY(strings(line, "services_at_start", &list, err));
    for (; *list; list++)
        if (!has_service(rec, *list))
            ald_rows_service(line->rows, rec, *list, "services_at_start")->at_start = true;
    ALD_TRY(strings(line, "services", &list, err));
    for (; *list; list++)
        if (!has_service(rec, *list))
            (void)ald_rows_service(line->rows, rec, *list, "services");
    ALD_TRY(strings(line, "teams", &list, err));
    for (; *list; list++)
        ald_rows_team(line->rows, rec, *list, "assigned", ALD_TIME_NONE, "teams");
    ALD_TRY(strings(line, "regions", &list, err));
    for (; *list; list++)
        ald_rows_value(line->rows, rec, "regions", *list, "regions");
    ALD_TRY(strings(line, "refs", &list, err));
    for (; *list; list++)
        add_ref(line, *list);
    ALD_TRY(scalar(line, "merged_into", &merged, err));
    ald_rows_ref(line->rows, rec, "merged_into", merged, "merged_into");
    return ALD_OK;
}

static enum ald_rc record_line(const struct line *line, struct ald_err *err)
{
    static const char *const values[] = {"severity",        "urgency",        "customers_impacted", "responders_n",
                                         "requests_failed", "alerts_grouped", "external_party"};
    const char *id;
    ALD_TRY(ald_json_id(line->rows->arena, line->v, "external_id", &id, err));
    struct ald_row_record *rec = ald_rows_record(line->rows, line->el, id);
    rec->kind = line->cfg->kind ? line->cfg->kind : "file";
    ALD_TRY(choice(line, "kind", kinds, &rec->kind, err));
    ALD_TRY(choice(line, "class", classes, &rec->class_, err));
    ALD_TRY(scalar(line, "key", &rec->key, err));
    if (!rec->key)
        rec->key = id;
    ALD_TRY(ald_json_str_opt(line->v, "title", &rec->title, err));
    ALD_TRY(ald_json_str_opt(line->v, "url", &rec->url, err));
    ALD_TRY(scalar(line, "status", &rec->status, err));
    ALD_TRY(scalar(line, "resolve_reason", &rec->resolve_reason, err));
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const char *value;
        ALD_TRY(scalar(line, values[i], &value, err));
        ald_rows_value(line->rows, rec, values[i], value, values[i]);
    }
    ALD_TRY(record_moments(line, rec, err));
    ALD_TRY(record_lists(line, rec, err));
    rec->holds = ALD_NDJSON_HOLDS;
    rec->timeline = ald_source_opt(line->cfg, "events_path") ? ALD_NDJSON_HOLDS : 0; /* a file of events is whole */
    return ALD_OK;
}

enum ald_rc ald_ndjson_records(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    return read_lines(cfg, res, rows, record_columns, record_line, next, err);
}

/* ---- Events ---- */

static const char *const event_kinds[] = {
    "opened",          "acknowledged",  "assigned",      "escalated", "reassigned", "note",
    "mitigated",       "resolved",      "reopened",      "closed",    "merged",     "severity_changed",
    "responder_added", "service_added", "status_update", "other",     NULL};
static const char *const event_columns[] = {"source", "external_id", "event_id", "at",        "kind", "actor", "agent",
                                            "team",   "service",     "value",    "automatic", "text", NULL};

static enum ald_rc event_line(const struct line *line, struct ald_err *err)
{
    /* There the actor is who was engaged, not who did it. */
    static const char *const engaging[] = {"assigned", "reassigned", "escalated", "responder_added", NULL};
    struct ald_arena *arena = line->rows->arena;
    const char *id, *event_id = NULL, *kind = NULL;
    int64_t at;
    bool has, automatic;
    ALD_TRY(ald_json_id(arena, line->v, "external_id", &id, err));
    ALD_TRY(ald_json_id_opt(arena, line->v, "event_id", &event_id, err));
    ALD_TRY(ald_json_time(line->v, "at", &at, err));
    ALD_TRY(choice(line, "kind", event_kinds, &kind, err));
    if (!kind)
        return ald_fail(err, ALD_ERR_FORMAT, "kind is missing");
    struct ald_row_event *e = ald_rows_event(line->rows, line->el, event_id, at, kind);
    e->external_id = id;
    ALD_TRY(scalar(line, "actor", &e->actor, err));
    ALD_TRY(scalar(line, "agent", &e->agent, err));
    if (!e->agent && !one_of(kind, engaging))
        e->agent = e->actor;
    ALD_TRY(scalar(line, "team", &e->team, err));
    ALD_TRY(scalar(line, "service", &e->service, err));
    ALD_TRY(scalar(line, "value", &e->value, err));
    ALD_TRY(ald_json_str_opt(line->v, "text", &e->text, err));
    ALD_TRY(ald_json_bool_opt(line->v, "automatic", &has, &automatic, err));
    if (has)
        e->automatic = automatic;
    return ALD_OK;
}

enum ald_rc ald_ndjson_events(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    return read_lines(cfg, res, rows, event_columns, event_line, next, err);
}

/* ---- Services and teams ---- */

static const char *const service_columns[] = {"source", "name", "tier", "team", "depends_on", NULL};
static const char *const team_columns[] = {"source", "name", "parent", "timezone", NULL};

static enum ald_rc service_line(const struct line *line, struct ald_err *err)
{
    struct ald_row_service_def def = {0};
    bool has;
    int64_t tier = 0;
    ALD_TRY(ald_json_str(line->v, "name", &def.name, err));
    ALD_TRY(ald_json_int_opt(line->v, "tier", &has, &tier, err));
    if (has && (tier < 1 || tier > 99))
        return ald_fail(err, ALD_ERR_FORMAT, "tier: expected 1 to 99, found %" PRId64, tier);
    ALD_TRY(scalar(line, "team", &def.team, err));
    ALD_TRY(strings(line, "depends_on", &def.depends_on, err));
    def.external_id = def.name;
    def.tier = has ? (int)tier : 0;
    line->el->service_def = ald_alloc(line->rows->arena, sizeof def);
    *line->el->service_def = def;
    return ALD_OK;
}

enum ald_rc ald_ndjson_services(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    return read_lines(cfg, res, rows, service_columns, service_line, next, err);
}

static enum ald_rc team_line(const struct line *line, struct ald_err *err)
{
    struct ald_row_team_def def = {0};
    ALD_TRY(ald_json_str(line->v, "name", &def.name, err));
    ALD_TRY(scalar(line, "parent", &def.parent, err));
    ALD_TRY(scalar(line, "timezone", &def.timezone, err));
    def.external_id = def.name;
    line->el->team_def = ald_alloc(line->rows->arena, sizeof def);
    *line->el->team_def = def;
    return ALD_OK;
}

enum ald_rc ald_ndjson_teams(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_next *next, struct ald_err *err)
{
    return read_lines(cfg, res, rows, team_columns, team_line, next, err);
}
