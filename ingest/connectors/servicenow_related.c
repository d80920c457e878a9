/* What stands around an incident of ServiceNow in tables of their own: the notes of its journal, the items and services that it
 * affects and what depends on them, its tasks, and the problem that it led to. Must not know paging. */
#include "connectors/answer.h"
#include "connectors/listing.h"
#include "connectors/servicenow_priv.h"
#include "connectors/word.h"

void ald_servicenow_ask_relations(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *item)
{
    if (ald_listing_on(cfg, "affected"))
        (void)ald_rows_todo(rows, el, "cmdb_rel_ci", item);
}

/** A row of a detail must be of what was asked for: an instance leaves out a part of a query that it does not understand. */
static enum ald_rc asked_for(const struct ald_http_req *req, const char *table, const char *subject, struct ald_err *err)
{
    return ald_servicenow_asked(req, subject) ? ALD_OK
                                              : ald_fail(err, ALD_ERR_NET, "%s: got a row of %.40s, not asked for: the source ignored the filter",
                                                         table, subject);
}

enum ald_rc ald_servicenow_note(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL, *incident = NULL;
    struct ald_servicenow_cell element, text, who;
    int64_t at;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "sys_id", &id, err));
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "element_id", &incident, err));
    ALD_TRY(asked_for(res->req, "sys_journal_field", incident, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "element", &element, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "value", &text, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "sys_created_by", &who, err));
    ALD_TRY(ald_servicenow_time_must(row, "sys_created_on", &at, err));
    if (!is(element.value, "work_notes") && !is(element.value, "comments"))
        return ALD_OK;
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, "note");
    e->external_id = incident;
    e->actor = e->agent = who.value;
    e->field = element.value;
    e->text = text.value;
    ald_answer_mentions(rows, el, incident, text.value, ald_sprintf(rows->arena, "sys_journal_field:%s", element.value));
    return ALD_OK;
}

/** An affected item: a service of the incident from when it was added on. */
static enum ald_rc affected(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                            struct ald_element *el, const struct ald_jv *row, const char *table, const char *member, struct ald_err *err)
{
    const char *incident = NULL;
    struct ald_servicenow_cell item;
    int64_t at;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "task", &incident, err));
    ALD_TRY(asked_for(req, table, incident, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, member, &item, err));
    ALD_TRY(ald_servicenow_cell_time(row, "sys_created_on", &at, err));
    if (!item.value)
        return ALD_OK;
    struct ald_row_record *rec = ald_rows_addition(rows, el, incident);
    struct ald_row_service *service = ald_rows_service(rows, rec, item.display, ald_sprintf(rows->arena, "%s:%s", table, member));
    service->at = at;
    ald_servicenow_item(rows, el, &item);
    ald_servicenow_ask_relations(cfg, rows, el, item.value);
    return ALD_OK;
}

enum ald_rc ald_servicenow_task_ci(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    return affected(cfg, res->req, rows, el, row, "task_ci", "ci_item", err);
}

enum ald_rc ald_servicenow_task_service(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                        struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    return affected(cfg, res->req, rows, el, row, "task_cmdb_ci_service", "cmdb_ci_service", err);
}

enum ald_rc ald_servicenow_task_offering(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    return affected(cfg, res->req, rows, el, row, "task_service_offering", "service_offering", err);
}

/** "Depends on::Used by": the parent depends on the child. A row is one edge of many. */
enum ald_rc ald_servicenow_relation(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL;
    struct ald_servicenow_cell parent, child, type;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "sys_id", &id, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "type", &type, err));
    if (!is(type.display, ALD_SERVICENOW_DEPENDS))
        return ald_fail(err, ALD_ERR_NET, "cmdb_rel_ci: got a relation '%.60s', not asked for: the source ignored the filter",
                        type.display ? type.display : "");
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "parent", &parent, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "child", &child, err));
    if (!parent.value || !child.value)
        return ALD_OK;
    if (!ald_servicenow_asked(res->req, parent.value))
        ALD_TRY(asked_for(res->req, "cmdb_rel_ci", child.value, err));
    const char **on = ald_calloc(rows->arena, 2, sizeof *on);
    on[0] = child.value;
    el->service_def = ald_alloc(rows->arena, sizeof *el->service_def);
    *el->service_def = (struct ald_row_service_def){.external_id = parent.value, .name = parent.display, .depends_on = on, .adds = true};
    /* The other end has a name too, and may be in no other row. */
    ald_servicenow_item(rows, ald_rows_element(rows, ald_sprintf(rows->arena, "%s/child", id), row), &child);
    return ALD_OK;
}

static enum ald_rc action(struct ald_rows *rows, struct ald_element *el, const struct ald_source_cfg *cfg, const char *table,
                          const char *incident, const struct ald_jv *row, struct ald_err *err)
{
    const char *id = NULL;
    struct ald_servicenow_cell title, state, team, number;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "sys_id", &id, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "number", &number, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "short_description", &title, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "state", &state, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "assignment_group", &team, err));
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, incident));
    a->external_id = ald_sprintf(rows->arena, "%s/%s", table, id);
    a->title = title.value ? title.value : number.value;
    a->status = state.display;
    a->team = team.display;
    a->url = ald_sprintf(rows->arena, "%s/%s.do?sys_id=%s", cfg->base_url ? cfg->base_url : "", table, id);
    ALD_TRY(ald_servicenow_cell_time(row, "opened_at", &a->opened_at, err));
    ALD_TRY(ald_servicenow_cell_time(row, "due_date", &a->due_at, err));
    return ald_servicenow_cell_time(row, "closed_at", &a->closed_at, err);
}

enum ald_rc ald_servicenow_incident_task(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    struct ald_servicenow_cell incident;
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "incident", &incident, err));
    return incident.value ? action(rows, el, cfg, "incident_task", incident.value, row, err) : ALD_OK;
}

/** A task of a problem is an action of the incident that the problem was raised from. */
enum ald_rc ald_servicenow_problem_task(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                        struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    struct ald_servicenow_cell incident;
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "problem.first_reported_by_task", &incident, err));
    return incident.value ? action(rows, el, cfg, "problem_task", incident.value, row, err) : ALD_OK;
}

/** What changed in a problem stands in no column of its incidents that tells of changes: they are read again. A first run has just
 *  read them. */
enum ald_rc ald_servicenow_problem(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL;
    ALD_TRY(ald_servicenow_cell_must(rows->arena, row, "sys_id", &id, err));
    if (!res->req->window.first)
        (void)ald_rows_todo(rows, el, "problem_incident", id);
    return ALD_OK;
}

/** A problem that is over is the write-up of its incidents: what was found stands in it. */
enum ald_rc ald_servicenow_review(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el,
                                  const struct ald_jv *row, struct ald_err *err)
{
    struct ald_servicenow_cell problem, title, state;
    int64_t closed, resolved;
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "problem_id", &problem, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "problem_id.short_description", &title, err));
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "problem_id.state", &state, err));
    ALD_TRY(ald_servicenow_cell_time(row, "problem_id.closed_at", &closed, err));
    ALD_TRY(ald_servicenow_cell_time(row, "problem_id.resolved_at", &resolved, err));
    if (!problem.value || (closed == ALD_TIME_NONE && resolved == ALD_TIME_NONE))
        return ALD_OK;
    struct ald_row_review *review = ald_rows_review(rows, el, ald_listing_ref(rows->arena, cfg, el->record->external_id));
    review->external_id = ald_sprintf(rows->arena, "%s/%s", problem.value, el->record->external_id);
    review->title = title.value ? title.value : problem.display;
    review->status = state.display;
    review->url = ald_sprintf(rows->arena, "%s/problem.do?sys_id=%s", cfg->base_url ? cfg->base_url : "", problem.value);
    return ALD_OK;
}
