/* What an incident of incident.io means: a record with its moments, people, services, teams and refs. Statuses, timestamps and custom
 * fields are the organisation's own: a status has a category, the others are known by their names, which `fields:` overrides. Must not
 * know requests or paging. */
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/incidentio_priv.h"
#include "connectors/word.h"

/** A text member of an object member; both may be absent or null. */
static enum ald_rc text_in(struct ald_arena *arena, const struct ald_jv *v, const char *member, const char *key, const char **ret,
                           struct ald_err *err)
{
    struct ald_jv in;
    *ret = NULL;
    return ald_json_opt(v, member, &in) && ald_json_kind(&in) == ALD_JSON_OBJECT ? ald_json_id_opt(arena, &in, key, ret, err) : ALD_OK;
}

/* ---- Custom fields ---- */

/** One value of a custom field, whatever its type. */
static enum ald_rc value_text(struct ald_arena *arena, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    static const char *const plain[] = {"value_text", "value_link", "value_numeric"};
    ALD_TRY(text_in(arena, v, "value_catalog_entry", "name", ret, err));
    if (!*ret)
        ALD_TRY(text_in(arena, v, "value_option", "value", ret, err));
    for (size_t i = 0; !*ret && i < sizeof plain / sizeof plain[0]; i++)
        ALD_TRY(ald_json_id_opt(arena, v, plain[i], ret, err));
    return ALD_OK;
}

/** Adds the texts of one entry of custom_field_entries. */
static enum ald_rc entry_texts(struct ald_arena *arena, const struct ald_jv *entry, struct ald_texts *texts, struct ald_err *err)
{
    struct ald_jv values, v;
    bool any = false;
    ALD_TRY(ald_answer_each(entry, "values", &values, &any, err));
    for (bool ok = any && ald_json_first(&values, &v); ok; ok = ald_json_next(&v)) {
        const char *text = NULL;
        ALD_TRY(value_text(arena, &v, &text, err));
        ald_texts_add(arena, texts, text);
    }
    return ALD_OK;
}

/** Whether {id, name} is what the user calls `field`. */
static enum ald_rc is_called(struct ald_arena *arena, const struct ald_jv *named, const char *field, bool *ret, struct ald_err *err)
{
    const char *id = NULL, *name = NULL;
    ALD_TRY(ald_json_id_opt(arena, named, "id", &id, err));
    ALD_TRY(ald_json_str_opt(named, "name", &name, err));
    *ret = is(id, field) || ald_name_like(name, field);
    return ALD_OK;
}

static enum ald_rc timestamp_text(struct ald_arena *arena, const struct ald_jv *entry, const char **ret, struct ald_err *err)
{
    return text_in(arena, entry, "value", "value", ret, err);
}

/** Of a custom field or a timestamp, by name or id. */
static enum ald_rc texts_of(struct ald_arena *arena, const void *from, const char *field, const char *const **ret, size_t *ret_n,
                            struct ald_err *err)
{
    const struct ald_jv *incident = from;
    static const struct {
        const char *list, *named;
    } places[] = {{"custom_field_entries", "custom_field"}, {"incident_timestamp_values", "incident_timestamp"}};
    struct ald_texts texts = {.n = 0};
    for (size_t i = 0; i < 2; i++) {
        struct ald_jv list, entry, named;
        bool any = false, called = false;
        ALD_TRY(ald_answer_each(incident, places[i].list, &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &entry); ok; ok = ald_json_next(&entry)) {
            const char *text = NULL;
            if (!ald_json_opt(&entry, places[i].named, &named))
                continue;
            ALD_TRY(is_called(arena, &named, field, &called, err));
            if (called && i == 0)
                ALD_TRY(entry_texts(arena, &entry, &texts, err));
            else if (called)
                ALD_TRY(timestamp_text(arena, &entry, &text, err));
            ald_texts_add(arena, &texts, text);
        }
    }
    *ret = texts.at;
    *ret_n = texts.n;
    return ALD_OK;
}

static bool any_like(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (ald_name_like(name, *names))
            return true;
    return false;
}

/** Services and teams by the names that such fields usually have, where the user maps none; each value is kept as it is. */
static enum ald_rc add_custom_fields(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                     const struct ald_jv *incident, struct ald_err *err)
{
    static const char *const services[] = {"affected services", "affected service", "services", "service", "impacted services", NULL};
    static const char *const teams[] = {"affected teams", "affected team", "teams", "team", "owning team", NULL};
    bool own_services = !ald_source_field(cfg, "service"), own_teams = !ald_source_field(cfg, "team"), any = false;
    struct ald_jv list, entry, field;
    ALD_TRY(ald_answer_each(incident, "custom_field_entries", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &entry); ok; ok = ald_json_next(&entry)) {
        struct ald_texts texts = {.n = 0};
        const char *name = NULL;
        if (!ald_json_opt(&entry, "custom_field", &field))
            continue;
        ALD_TRY(ald_json_str_opt(&field, "name", &name, err));
        ALD_TRY(entry_texts(rows->arena, &entry, &texts, err));
        for (size_t i = 0; name && i < texts.n; i++) {
            const char *path = ald_sprintf(rows->arena, "custom_field_entries.%s", name);
            ald_rows_value(rows, rec, ald_sprintf(rows->arena, "field:%s", name), texts.at[i], path);
            if (own_services && any_like(name, services))
                (void)ald_rows_service(rows, rec, texts.at[i], path);
            else if (own_teams && any_like(name, teams))
                ald_rows_team(rows, rec, texts.at[i], "assigned", ALD_TIME_NONE, path);
        }
    }
    return ALD_OK;
}

/* ---- Moments ---- */

/** By the names that an account has from the start; what a team calls otherwise is mapped by `fields:`. *ret_held: of the review. */
static enum ald_rc add_timestamps(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *incident, int64_t *ret_held,
                                  struct ald_err *err)
{
    static const struct {
        const char *name, *moment;
        int rank;
    } known[] = {{"impact started", "impact_started", 2}, {"started", "impact_started", 3}, {"detected", "detected", 2},
                 {"reported", "opened", 2},               {"declared", "opened", 3},        {"acknowledged", "acknowledged", 2},
                 {"accepted", "acknowledged", 3},         {"mitigated", "mitigated", 2},    {"impact ended", "mitigated", 3},
                 {"fixed", "mitigated", 4},               {"resolved", "resolved", 2},      {"closed", "closed", 2}};
    struct ald_jv list, entry, named;
    bool any = false;
    ALD_TRY(ald_answer_each(incident, "incident_timestamp_values", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &entry); ok; ok = ald_json_next(&entry)) {
        const char *name = NULL, *text = NULL;
        int64_t at = ALD_TIME_NONE;
        if (!ald_json_opt(&entry, "incident_timestamp", &named))
            continue;
        ALD_TRY(ald_json_str_opt(&named, "name", &name, err));
        ALD_TRY(timestamp_text(rows->arena, &entry, &text, err));
        if (!name || !text || !*text)
            continue;
        if (!ald_time_parse(text, strlen(text), &at))
            return ald_fail(err, ALD_ERR_FORMAT, "incident_timestamp_values: \"%.60s\" of \"%.60s\" is no time", text, name);
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (ald_name_like(name, known[i].name))
                ald_rows_moment(rows, rec, known[i].moment, at,
                                ald_sprintf(rows->arena, "incident_timestamp_values.%s", name), known[i].rank);
        if (ald_name_like(name, "reviewed") || ald_name_like(name, "debrief held"))
            *ret_held = at;
    }
    return ALD_OK;
}

/* ---- State ---- */

static enum ald_rc add_status(struct ald_row_record *rec, const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_jv status;
    const char *category = NULL, *mode = NULL;
    ALD_TRY(ald_json_get(incident, "incident_status", &status, err));
    ALD_TRY(ald_json_str_opt(&status, "name", &rec->status, err));
    ALD_TRY(ald_json_str(&status, "category", &category, err));
    ALD_TRY(ald_json_str_opt(incident, "mode", &mode, err));
    bool turned_down = is(category, "declined") || is(category, "canceled"), merged = is(category, "merged");
    /* Post-incident is after the response: what follows is learning. */
    rec->end_state = is(category, "learning") ? "resolved" : is(category, "closed") || turned_down || merged ? "closed" : "open";
    rec->resolve_reason = turned_down || merged ? category : NULL;
    if (is(mode, "test") || is(mode, "tutorial"))
        rec->class_ = "exercise";
    else if (turned_down)
        rec->class_ = "noise";
    return ALD_OK;
}

static enum ald_rc add_severity(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                const struct ald_jv *incident, struct ald_err *err)
{
    const char *name = NULL, *id = NULL;
    if (ald_source_field(cfg, "severity"))
        return ALD_OK;
    ALD_TRY(text_in(rows->arena, incident, "severity", "name", &name, err));
    ALD_TRY(text_in(rows->arena, incident, "severity", "id", &id, err));
    ald_rows_value(rows, rec, "severity", name, "severity.name");
    ald_rows_value(rows, rec, "severity_id", id, "severity.id"); /* its place in the list gives the rank */
    return ALD_OK;
}

/* ---- People ---- */

enum ald_rc ald_incidentio_actor(const struct ald_jv *v, const char *member, const char **ret_person, int *ret_automatic,
                                 struct ald_err *err)
{
    static const char *const machines[] = {"api_key", "workflow", "alert"};
    struct ald_jv who, in;
    *ret_person = NULL;
    *ret_automatic = -1;
    if (!ald_json_opt(v, member, &who))
        return ALD_OK;
    if (ald_json_kind(&who) != ALD_JSON_OBJECT)
        return ald_json_expected(&who, "an object", err);
    if (ald_json_opt(&who, "user", &in)) {
        *ret_automatic = 0;
        return ald_json_kind(&in) == ALD_JSON_STRING ? ald_json_as_str(&in, ret_person, err) : ALD_OK;
    }
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (ald_json_opt(&who, machines[i], &in))
            *ret_automatic = 1;
    return ALD_OK;
}

/** Who has which role now; the source does not say since when. */
static enum ald_rc add_roles(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_jv list, x, who;
    bool any = false;
    ALD_TRY(ald_answer_each(incident, "incident_role_assignments", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *type = NULL, *person = NULL;
        if (!ald_json_opt(&x, "assignee", &who) || ald_json_kind(&who) != ALD_JSON_STRING)
            continue;
        ALD_TRY(ald_json_as_str(&who, &person, err));
        ALD_TRY(text_in(rows->arena, &x, "role", "role_type", &type, err));
        const char *role = is(type, "lead") ? "commander" : is(type, "reporter") ? "reporter" : "responder";
        if (*person)
            ald_rows_person(rows, rec, person, role, ALD_TIME_NONE, "incident_role_assignments");
    }
    return ALD_OK;
}

/* ---- The whole ---- */

static enum ald_rc add_refs(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *incident, struct ald_err *err)
{
    const char *s = NULL;
    ALD_TRY(ald_json_id_opt(rows->arena, incident, "slack_channel_id", &s, err));
    ald_rows_ref(rows, rec, "channel", s, "slack_channel_id");
    ALD_TRY(ald_json_str_opt(incident, "call_url", &s, err));
    ald_rows_ref(rows, rec, "channel", s, "call_url");
    ALD_TRY(text_in(rows->arena, incident, "external_issue_reference", "issue_permalink", &s, err));
    ald_rows_ref(rows, rec, "url", s, "external_issue_reference.issue_permalink");
    ALD_TRY(text_in(rows->arena, incident, "external_issue_reference", "issue_name", &s, err));
    ald_rows_ref(rows, rec, "key", s, "external_issue_reference.issue_name");
    return ALD_OK;
}

/** A debrief that was held, or a write-up that is known by its address alone; documents come by themselves. */
static enum ald_rc add_review(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el,
                              const struct ald_jv *incident, int64_t held, struct ald_err *err)
{
    const char *url = NULL;
    struct ald_jv documents;
    bool has = false, debrief = false, documented = false;
    ALD_TRY(ald_answer_each(incident, "postmortem_document_ids", &documents, &documented, err));
    ALD_TRY(ald_json_str_opt(incident, "postmortem_document_url", &url, err));
    ALD_TRY(ald_json_bool_opt(incident, "has_debrief", &has, &debrief, err));
    url = url && *url ? url : NULL;
    documented = documented && ald_listing_on(cfg, "postmortems");
    if (held == ALD_TIME_NONE && (documented || (!debrief && !url)))
        return ALD_OK;
    struct ald_row_review *r = ald_rows_review(rows, el, ald_listing_ref(rows->arena, cfg, el->record->external_id));
    r->held_at = held;
    r->url = url;
    r->status = debrief || held != ALD_TIME_NONE ? "held" : NULL;
    return ALD_OK;
}

static void ask_details(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el)
{
    static const char *const details[] = {"attachments", "alerts", "relationships", "participants"};
    const char *id = el->record->external_id;
    (void)ald_rows_todo(rows, el, "incident_updates", id);
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (ald_listing_on(cfg, details[i]))
            (void)ald_rows_todo(rows, el, ald_sprintf(rows->arena, "incident_%s", details[i]), id);
}

static void key_alias(struct ald_rows *rows, const char *key)
{
    const char *dash = key ? strrchr(key, '-') : NULL;
    if (dash && dash > key)
        ald_rows_alias(rows, "key", ald_strndup(rows->arena, key, (size_t)(dash + 1 - key)));
}

enum ald_rc ald_incidentio_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *id = NULL, *person = NULL;
    int64_t held = ALD_TIME_NONE;
    int automatic = -1;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->holds = ALD_INCIDENTIO_STATES;
    rec->holds |= ald_listing_on(cfg, "escalations") ? ALD_INCIDENTIO_CALLS : 0u;
    rec->holds |= ald_listing_on(cfg, "alerts") ? ALD_HOLDS_ALERTS : 0u;
    rec->holds |= ald_listing_on(cfg, "participants") ? ALD_HOLDS_RESPONDERS : 0u;
    ALD_TRY(ald_json_id_opt(rows->arena, row, "reference", &rec->key, err));
    ALD_TRY(ald_json_str_opt(row, "name", &rec->title, err));
    ALD_TRY(ald_json_str_opt(row, "permalink", &rec->url, err));
    ALD_TRY(ald_json_time(row, "created_at", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(row, "updated_at", &rec->updated_at, err));
    ALD_TRY(ald_json_str_opt(row, "updated_at", &rec->version, err));
    ALD_TRY(add_status(rec, row, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created_at", 4);
    ALD_TRY(add_timestamps(rows, rec, row, &held, err));
    ALD_TRY(add_severity(cfg, rows, rec, row, err));
    ALD_TRY(add_custom_fields(cfg, rows, rec, row, err));
    ALD_TRY(ald_mapped_read(cfg, rows, rec, row, texts_of, err));
    if (rec->teams_n) { /* a field of the organisation's names them, all of them */
        rec->holds |= ALD_HOLDS_TEAMS;
        rec->timeline |= ALD_HOLDS_TEAMS;
    }
    ALD_TRY(add_roles(rows, rec, row, err));
    ALD_TRY(ald_incidentio_actor(row, "creator", &person, &automatic, err));
    if (person && *person)
        ald_rows_person(rows, rec, person, "reporter", rec->entered_at, "creator.user");
    ALD_TRY(add_refs(rows, rec, row, err));
    ALD_TRY(add_review(cfg, rows, el, row, held, err));
    ald_answer_site_alias(rows, rec->url);
    key_alias(rows, rec->key);
    ask_details(cfg, rows, el);
    return ALD_OK;
}

/* ---- Reference lists ---- */

enum ald_rc ald_incidentio_severity(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_label label = {.kind = "severity"};
    int64_t rank = 0;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &label.external_id, err));
    ALD_TRY(ald_json_str_opt(row, "name", &label.name, err));
    ALD_TRY(ald_json_int(row, "rank", &rank, err));
    if (rank < -1000000 || rank > 1000000)
        return ald_fail(err, ALD_ERR_FORMAT, "rank: out of range");
    label.rank = (int)rank;
    el->label = ald_alloc(rows->arena, sizeof label);
    *el->label = label;
    return ALD_OK;
}

/** Custom fields name a team by its entry in the catalogue. */
enum ald_rc ald_incidentio_team(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    return ald_listing_team(rows, el, row, row, err);
}
