/* What ServiceNow's rows mean: incidents, entries of the audit trail, groups. Choices are read by value, never by
 * label: labels are translated. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/listing.h"
#include "connectors/servicenow_priv.h"
#include "connectors/word.h"

/* ---- Incidents ---- */
#define VENDOR_FIELD "vendor" /* unless another is mapped to external_party */

static void number_value(struct ald_rows *rows, struct ald_row_record *rec, const char *name,
                         const struct ald_servicenow_cell *c, const char *field)
{
    ald_rows_value(rows, rec, name, c->value, field);
    if (c->value && !is(c->value, c->display))
        ald_rows_value(rows, rec, ald_sprintf(rows->arena, "%s_label", name), c->display, field);
}

static enum ald_rc incident_moments(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                    const struct ald_jv *row, struct ald_err *err)
{
    static const struct {
        const char *moment, *field;
    } own[] = {{"impact_started", NULL},       {"detected", NULL},  {"opened", "opened_at"},
               {"acknowledged", "work_start"}, {"mitigated", NULL}, {"resolved", "resolved_at"},
               {"closed", "closed_at"}};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        const char *mapped = ald_source_field(cfg, own[i].moment);
        int64_t at;
        if (mapped) {
            ALD_TRY(ald_servicenow_cell_time(row, mapped, &at, err));
            ald_rows_moment(rows, rec, own[i].moment, at, mapped, 1);
        }
        if (own[i].field && !is(mapped, own[i].field)) {
            ALD_TRY(ald_servicenow_cell_time(row, own[i].field, &at, err));
            ald_rows_moment(rows, rec, own[i].moment, at, own[i].field, mapped ? 2 : 1);
        }
    }
    ALD_TRY(ald_servicenow_cell_time(row, "sys_created_on", &rec->entered_at, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "sys_created_on", 3);
    return ALD_OK;
}

static enum ald_rc incident_values(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                   const struct ald_jv *row, struct ald_err *err)
{
    static const char *const own[] = {"priority", "urgency", "impact", "category"};
    const struct ald_given_field *given;
    struct ald_servicenow_cell c;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        ALD_TRY(ald_servicenow_cell(rows->arena, row, own[i], &c, err));
        number_value(rows, rec, own[i], &c, own[i]);
    }
    const char *severity = ald_source_field(cfg, "severity");
    severity = severity ? severity : "priority";
    ALD_TRY(ald_servicenow_cell(rows->arena, row, severity, &c, err));
    number_value(rows, rec, "severity", &c, severity);
    if (c.value && strlen(c.value) <= 2 && strspn(c.value, "0123456789") == strlen(c.value))
        ald_rows_value(rows, rec, "severity_rank", c.value, severity); /* 1 is the most severe, as ServiceNow has it */
    for (size_t i = 0; (given = ald_given_field_at(i)); i++) {
        const char *field = ald_source_field(cfg, given->canonical);
        if (!field)
            continue;
        ALD_TRY(ald_servicenow_cell(rows->arena, row, field, &c, err));
        ald_rows_given(rows, rec, given->name, c.display, field);
    }
    ALD_TRY(ald_servicenow_cell(rows->arena, row, VENDOR_FIELD, &c, err));
    if (!ald_source_field(cfg, "external_party"))
        ald_rows_value(rows, rec, "external_party", c.display, VENDOR_FIELD);
    return ALD_OK;
}

/* Undated: the audit trail says when a service was named. */
static enum ald_rc incident_service(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el,
                                    const struct ald_jv *row, struct ald_err *err)
{
    const char *const fields[] = {ald_source_field(cfg, "service"), "business_service", "cmdb_ci", "category"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct ald_servicenow_cell c = {0};
        if (fields[i])
            ALD_TRY(ald_servicenow_cell(rows->arena, row, fields[i], &c, err));
        if (!c.value)
            continue;
        struct ald_row_service *service = ald_rows_service(rows, el->record, c.display, fields[i]);
        service->stand_in = i == 3;
        if (i < 3)
            ald_servicenow_item(rows, el, &c);
        if (i < 3 && !is(c.value, c.display))
            ald_servicenow_ask_relations(cfg, rows, el, c.value);
        return ALD_OK;
    }
    return ALD_OK;
}

static enum ald_rc incident_team(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el,
                                 const struct ald_jv *row, struct ald_err *err)
{
    const char *field = ald_source_field(cfg, "team");
    field = field ? field : "assignment_group";
    struct ald_servicenow_cell c;
    ALD_TRY(ald_servicenow_cell(rows->arena, row, field, &c, err));
    if (c.value)
        ald_rows_team(rows, el->record, c.value, "assigned", ALD_TIME_NONE, field);
    if (c.value && !is(c.value, c.display)) {
        el->team_def = ald_alloc(rows->arena, sizeof *el->team_def);
        *el->team_def = (struct ald_row_team_def){.external_id = c.value, .name = c.display};
    }
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "assigned_to", &c, err));
    if (c.value)
        ald_rows_person(rows, el->record, c.value, "assigned", ALD_TIME_NONE, "assigned_to");
    return ALD_OK;
}

static enum ald_rc incident_refs(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *row,
                                 struct ald_err *err)
{
    static const char *const keyed[] = {"problem_id", "parent"}, *const changes[] = {"rfc", "caused_by"};
    struct ald_servicenow_cell c, parent;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) { /* another thing, not another record of this one */
        ALD_TRY(ald_servicenow_cell(rows->arena, row, changes[i], &c, err));
        ald_rows_ref(rows, rec, "mention", c.value, changes[i]);
    }
    for (size_t i = 0; i < sizeof keyed / sizeof keyed[0]; i++) {
        ALD_TRY(ald_servicenow_cell(rows->arena, row, keyed[i], &c, err));
        if (!c.value)
            continue;
        ald_rows_ref(rows, rec, "key", c.display, keyed[i]);
        if (!is(c.value, c.display))
            ald_rows_ref(rows, rec, "id", c.value, keyed[i]);
    }
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "parent_incident", &parent, err));
    if (parent.value)
        ald_rows_ref(rows, rec, "parent", parent.value, "parent_incident");
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "correlation_id", &c, err));
    if (c.value)
        ald_rows_ref(rows, rec, strncasecmp(c.value, "http", 4) == 0 ? "url" : "key", c.value, "correlation_id");
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "close_code", &c, err));
    if (parent.value && c.value && (strcasestr(c.value, "duplicate") || strcasestr(c.display, "duplicate")))
        ald_rows_ref(rows, rec, "merged_into", parent.value, "parent_incident");
    rec->resolve_reason = c.display;
    return ALD_OK;
}

static const char *end_state(const char *state)
{
    if (is(state, "6"))
        return "resolved";
    return is(state, "7") || is(state, "8") ? "closed" : "open";
}

void ald_servicenow_key_alias(struct ald_rows *rows, const char *key)
{
    size_t n = key ? strcspn(key, "0123456789") : 0;
    if (n == 0 || !key[n])
        return;
    ald_rows_alias(rows, "key", ald_strndup(rows->arena, key, n));
}

static void ask_details(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *id)
{
    if (ald_listing_on(cfg, "audit"))
        (void)ald_rows_todo(rows, el, "sys_audit", id);
    if (ald_listing_on(cfg, "journal"))
        (void)ald_rows_todo(rows, el, "sys_journal_field", id);
    if (!ald_listing_on(cfg, "affected"))
        return;
    (void)ald_rows_todo(rows, el, "task_ci", id);
    (void)ald_rows_todo(rows, el, "task_cmdb_ci_service", id);
    (void)ald_rows_todo(rows, el, "task_service_offering", id);
}

enum ald_rc ald_servicenow_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                    struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                    struct ald_err *err)
{
    (void)res;
    struct ald_arena *arena = rows->arena;
    struct ald_servicenow_cell c, state;
    const char *id = NULL;
    ALD_TRY(ald_servicenow_cell_must(arena, row, "sys_id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "ticket";
    rec->url = ald_sprintf(arena, "%s/incident.do?sys_id=%s", cfg->base_url ? cfg->base_url : "", id);
    rec->holds = ALD_SERVICENOW_HOLDS & (~(unsigned)ALD_HOLDS_IMPACT | ald_given_facets(cfg));
    ALD_TRY(ald_servicenow_cell(arena, row, "number", &c, err));
    rec->key = c.value;
    ald_servicenow_key_alias(rows, c.value);
    ALD_TRY(ald_servicenow_cell(arena, row, "short_description", &c, err));
    rec->title = c.value;
    ALD_TRY(ald_servicenow_cell(arena, row, "state", &state, err));
    if (!state.value)
        ALD_TRY(ald_servicenow_cell(arena, row, "incident_state", &state, err));
    rec->status = state.display;
    rec->end_state = end_state(state.value);
    ALD_TRY(ald_servicenow_cell_time(row, "sys_updated_on", &rec->updated_at, err));
    struct ald_servicenow_cell updated;
    ALD_TRY(ald_servicenow_cell(arena, row, "sys_mod_count", &c, err));
    ALD_TRY(ald_servicenow_cell(arena, row, "sys_updated_on", &updated, err));
    if (updated.value)
        rec->version = ald_sprintf(arena, "%s@%s", c.value ? c.value : "", updated.value);
    ALD_TRY(ald_servicenow_cell(arena, row, "problem_id.sys_updated_on", &updated, err));
    if (updated.value && rec->version) /* what is read of its problem is part of it */
        rec->version = ald_sprintf(arena, "%s %s", rec->version, updated.value);
    ALD_TRY(incident_moments(cfg, rows, rec, row, err));
    ALD_TRY(incident_values(cfg, rows, rec, row, err));
    ALD_TRY(incident_service(cfg, rows, el, row, err));
    ALD_TRY(incident_team(cfg, rows, el, row, err));
    ALD_TRY(incident_refs(rows, rec, row, err));
    if (ald_listing_on(cfg, "problems"))
        ALD_TRY(ald_servicenow_review(cfg, rows, el, row, err));
    ask_details(cfg, rows, el, id);
    return ALD_OK;
}

/* ---- The audit trail ---- */

/** Kind of a change of state from one choice to another; 1 new, 2 in progress, 3 on hold, 6 resolved, 7 closed, 8
 * cancelled. */
static const char *state_event(const char *from, const char *to)
{
    static const char *const ended[] = {"6", "7", "8", NULL}, *const open[] = {"1", "2", "3", "4", "5", NULL};
    bool was_ended = one_of(from, ended), is_open = one_of(to, open);
    if (is(to, "6"))
        return "resolved";
    if (is(to, "7") || is(to, "8"))
        return "closed";
    if (was_ended && is_open)
        return "reopened";
    if ((!from || is(from, "1")) && (is(to, "2") || is(to, "3")))
        return "acknowledged";
    return !from && is(to, "1") ? "opened" : "status_update";
}

struct change {
    const char *field, *from, *to, *who;
};

/** A change of what the user maps, or of the vendor, in the words of timeline.h; NULL: of nothing such. */
static const char *given_word(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct change *c)
{
    static const struct ald_given_field vendor = {"external_party", "external_party", ALD_HOLDS_VENDOR};
    const struct ald_given_field *given = ald_given_field_of(cfg, c->field);
    bool own = is(c->field, VENDOR_FIELD) && !ald_source_field(cfg, "external_party");
    return given || own ? ald_given_word(arena, given ? given : &vendor, c->to) : NULL;
}

static void audit_event(const struct ald_source_cfg *cfg, const struct change *c, struct ald_row_event *e)
{
    static const char *const services[] = {"business_service", "cmdb_ci", "category", NULL};
    static const char *const levels[] = {"priority", "severity", "impact", "urgency", NULL};
    static const char *const notes[] = {"comments", "work_notes", "comments_and_work_notes", NULL};
    const char *state_field = ald_source_opt(cfg, "state_field");
    e->actor = e->agent = c->who;
    e->field = c->field;
    e->kind = "status_update";
    if (is(c->field, state_field ? state_field : "incident_state")) {
        e->kind = state_event(c->from, c->to);
        e->value = c->to;
    } else if (is(c->field, "assignment_group") || is(c->field, ald_source_field(cfg, "team"))) {
        e->team = c->to;
        if (c->to)
            e->kind = c->from ? "reassigned" : "assigned";
    } else if (is(c->field, "assigned_to")) {
        if (c->to) {
            e->kind = c->from ? "reassigned" : "assigned";
            e->actor = c->to;
        }
    } else if (one_of(c->field, services) || is(c->field, ald_source_field(cfg, "service"))) {
        e->service = c->to;
        if (c->to)
            e->kind = "service_added";
    } else if (one_of(c->field, levels) || is(c->field, ald_source_field(cfg, "severity"))) {
        e->kind = "severity_changed";
        e->value = c->to;
    } else if (one_of(c->field, notes)) {
        e->kind = ald_listing_on(cfg, "journal") ? "status_update" : "note"; /* the journal has its words */
    } else if (is(c->field, "state") || is(c->field, "incident_state")) {
        e->value = c->to;
    }
}

static enum ald_rc change_of(struct ald_arena *arena, const struct ald_jv *row, struct change *ret, struct ald_err *err)
{
    struct ald_servicenow_cell from, to, who;
    ALD_TRY(ald_servicenow_cell_must(arena, row, "fieldname", &ret->field, err));
    ALD_TRY(ald_servicenow_cell(arena, row, "oldvalue", &from, err));
    ALD_TRY(ald_servicenow_cell(arena, row, "newvalue", &to, err));
    ALD_TRY(ald_servicenow_cell(arena, row, "user", &who, err));
    ret->from = from.value;
    ret->to = to.value;
    ret->who = who.value;
    return ALD_OK;
}

enum ald_rc ald_servicenow_audit(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                 struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                 struct ald_err *err)
{
    const char *id = NULL, *subject = NULL;
    struct ald_servicenow_cell table;
    struct change change = {0};
    int64_t at;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "sys_id", &id, err));
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "documentkey", &subject, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "tablename", &table, err));
    if ((table.value && !is(table.value, "incident")) || !ald_servicenow_asked(res->req, subject))
        return ald_fail(err, ALD_ERR_NET,
                        "sys_audit: got a row of %.40s %.40s, not asked for: the source ignored the filter",
                        table.value ? table.value : "", subject);
    ALD_TRY(change_of(rows->arena, row, &change, err));
    ALD_TRY(ald_servicenow_time_must(row, "sys_created_on", &at, err));
    if (is(change.field, "reopen_count")) /* the change of state says it */
        return ALD_OK;
    const char *word = given_word(rows->arena, cfg, &change);
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, "other");
    e->external_id = subject;
    audit_event(cfg, &change, e);
    if (!word)
        return ALD_OK;
    e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s.given", id), at, "other");
    e->external_id = subject;
    e->field = change.field;
    e->value = word;
    return ALD_OK;
}

enum ald_rc ald_servicenow_group(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                 struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                 struct ald_err *err)
{
    (void)cfg;
    (void)res;
    const char *id = NULL;
    struct ald_servicenow_cell name, parent;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "sys_id", &id, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "name", &name, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "parent", &parent, err));
    el->team_def = ald_alloc(rows->arena, sizeof *el->team_def);
    *el->team_def =
        (struct ald_row_team_def){.external_id = id, .name = name.display ? name.display : id, .parent = parent.value};
    return ALD_OK;
}
