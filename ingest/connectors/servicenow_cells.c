/* Cells of ServiceNow's rows. Must not know what they mean. */

#include "connectors/servicenow_priv.h"
#include "connectors/word.h"

/* ---- Cells: "text", {"display_value", "value"} or {"link", "value"}; "" is null ---- */

enum ald_rc ald_servicenow_cell(struct ald_arena *arena, const struct ald_jv *row, const char *name,
                                struct ald_servicenow_cell *ret, struct ald_err *err)
{
    struct ald_jv v;
    *ret = (struct ald_servicenow_cell){0};
    if (!ald_json_opt(row, name, &v))
        return ALD_OK;
    struct ald_servicenow_cell c = {0};
    if (ald_json_kind(&v) == ALD_JSON_OBJECT) {
        ALD_TRY(ald_json_id_opt(arena, &v, "value", &c.value, err));
        ALD_TRY(ald_json_id_opt(arena, &v, "display_value", &c.display, err));
    } else {
        ALD_TRY(ald_json_id_opt(arena, row, name, &c.value, err));
    }
    if (c.value && !*c.value)
        c.value = NULL;
    if (!c.display || !*c.display)
        c.display = c.value;
    *ret = c;
    return ALD_OK;
}

enum ald_rc ald_servicenow_cell_time(const struct ald_jv *row, const char *name, int64_t *ret, struct ald_err *err)
{
    struct ald_jv v;
    *ret = ALD_TIME_NONE;
    if (!ald_json_opt(row, name, &v))
        return ALD_OK;
    if (ald_json_kind(&v) == ALD_JSON_OBJECT)
        return ald_json_time_opt(&v, "value", ret, err);
    return ald_json_time_opt(row, name, ret, err);
}

enum ald_rc ald_servicenow_cell_must(struct ald_arena *arena, const struct ald_jv *row, const char *name, const char **ret,
                                     struct ald_err *err)
{
    struct ald_servicenow_cell c;
    ALD_TRY(ald_servicenow_cell(arena, row, name, &c, err));
    if (c.value) {
        *ret = c.value;
        return ALD_OK;
    }
    struct ald_jv v;
    ALD_TRY(ald_json_get(row, name, &v, err));
    return ald_json_expected(&v, "an id", err);
}

enum ald_rc ald_servicenow_time_must(const struct ald_jv *row, const char *name, int64_t *ret, struct ald_err *err)
{
    struct ald_jv v;
    ALD_TRY(ald_servicenow_cell_time(row, name, ret, err));
    if (*ret != ALD_TIME_NONE)
        return ALD_OK;
    ALD_TRY(ald_json_get(row, name, &v, err));
    return ald_json_expected(&v, "a time", err);
}

void ald_servicenow_item(struct ald_rows *rows, struct ald_element *el, const struct ald_servicenow_cell *item)
{
    if (!is(item->value, item->display)) { /* other tables know only the id */
        el->service_def = ald_alloc(rows->arena, sizeof *el->service_def);
        *el->service_def = (struct ald_row_service_def){.external_id = item->value, .name = item->display};
    }
}

bool ald_servicenow_asked(const struct ald_http_req *req, const char *subject)
{
    for (size_t i = 0; i < req->subjects_n; i++)
        if (is(req->subjects[i], subject))
            return true;
    return req->subjects_n == 0;
}
