/* Change requests of ServiceNow: planned work, in the window in which it was done. What has not begun, and what was called off
 * before it did, is no work yet and no record. States are read by value: labels are translated. Must not know paging. */
#include "connectors/servicenow_priv.h"
#include "connectors/word.h"

/** Work as it was done, else as it was planned. A planned end counts only once the change is past its work. */
static enum ald_rc window_of(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *row, struct ald_err *err)
{
    static const struct {
        const char *moment, *field;
        int rank;
    } times[] = {{"opened", "opened_at", 1},          {"opened", "sys_created_on", 2}, {"impact_started", "work_start", 1},
                 {"impact_started", "start_date", 2}, {"resolved", "work_end", 1},     {"resolved", "end_date", 2},
                 {"closed", "closed_at", 1}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t at;
        bool end = is(times[i].moment, "resolved") || is(times[i].moment, "closed");
        ALD_TRY(ald_servicenow_cell_time(row, times[i].field, &at, err));
        if (!end || !is(rec->end_state, "open"))
            ald_rows_moment(rows, rec, times[i].moment, at, times[i].field, times[i].rank);
    }
    ALD_TRY(ald_servicenow_cell_time(row, "sys_created_on", &rec->entered_at, err));
    return ald_servicenow_cell_time(row, "sys_updated_on", &rec->updated_at, err);
}

/** Both the service and the item that it changes: an incident may name either. */
static enum ald_rc services_of(struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    static const char *const fields[] = {"business_service", "cmdb_ci"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct ald_servicenow_cell c;
        ALD_TRY(ald_servicenow_cell(rows->arena, row, fields[i], &c, err));
        if (!c.value)
            continue;
        (void)ald_rows_service(rows, el->record, c.display, fields[i]);
        ald_servicenow_item(rows, el, &c); /* of the two the item: only it stands in other tables */
    }
    return ALD_OK;
}

static enum ald_rc labels_of(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *row, struct ald_err *err)
{
    static const char *const fields[] = {"type", "risk", "priority", "impact"};
    struct ald_servicenow_cell c;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        ALD_TRY(ald_servicenow_cell(rows->arena, row, fields[i], &c, err));
        ald_rows_value(rows, rec, fields[i], c.display, fields[i]);
    }
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "close_code", &c, err));
    rec->resolve_reason = c.display;
    ALD_TRY(ald_servicenow_cell(rows->arena, row, "assignment_group", &c, err));
    if (c.value)
        ald_rows_team(rows, rec, c.value, "assigned", ALD_TIME_NONE, "assignment_group");
    return ALD_OK;
}

enum ald_rc ald_servicenow_change(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    static const char *const before[] = {"-5", "-4", "-3", "-2", NULL}; /* new, assess, authorise, scheduled */
    struct ald_arena *arena = rows->arena;
    struct ald_servicenow_cell state, number, title, updated;
    const char *id = NULL;
    int64_t began;
    ALD_TRY(ald_servicenow_cell_must(arena, row, "sys_id", &id, err));
    ALD_TRY(ald_servicenow_cell(arena, row, "state", &state, err));
    ALD_TRY(ald_servicenow_cell_time(row, "work_start", &began, err));
    if (began == ALD_TIME_NONE && (one_of(state.value, before) || is(state.value, "4"))) {
        el->gone = id; /* put back after it had been said to have begun */
        return ALD_OK;
    }
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "ticket";
    rec->class_ = "planned";
    rec->url = ald_sprintf(arena, "%s/change_request.do?sys_id=%s", cfg->base_url ? cfg->base_url : "", id);
    ALD_TRY(ald_servicenow_cell(arena, row, "number", &number, err));
    rec->key = number.value;
    ald_servicenow_key_alias(rows, number.value);
    ALD_TRY(ald_servicenow_cell(arena, row, "short_description", &title, err));
    rec->title = title.value;
    rec->status = state.display;
    bool over = is(state.value, "3") || is(state.value, "4"); /* closed, cancelled; 0 is a review of what was done */
    rec->end_state = over ? "closed" : is(state.value, "0") ? "resolved" : "open";
    ALD_TRY(ald_servicenow_cell(arena, row, "sys_updated_on", &updated, err));
    rec->version = updated.value;
    ALD_TRY(window_of(rows, rec, row, err));
    ALD_TRY(services_of(rows, el, row, err));
    return labels_of(rows, rec, row, err);
}
