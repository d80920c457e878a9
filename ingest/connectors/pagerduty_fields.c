/* Facts that the configuration maps (`fields:`) to members of a PagerDuty incident or to its custom fields. Values of custom
 * fields are given incident by incident alone, so they are asked for only where a mapped name is no member of the incident. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/pagerduty_priv.h"
#include "http.h"

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool one_of(const char *s, const char *const *list)
{
    while (*list && !is(s, *list))
        list++;
    return *list != NULL;
}

bool ald_pagerduty_fields_wanted(const struct ald_source_cfg *cfg)
{
    return cfg->fields_n > 0 && !is(ald_source_opt(cfg, "custom_fields"), "off");
}

const char *ald_pagerduty_mapping(struct ald_arena *arena, const struct ald_source_cfg *cfg)
{
    const char *text = "";
    for (size_t i = 0; ald_pagerduty_fields_wanted(cfg) && i < cfg->fields_n; i++)
        text = ald_sprintf(arena, "%s|%s=%s", text, cfg->fields[i].key, cfg->fields[i].value);
    return text;
}

/* ---- What a value says ---- */

static enum ald_rc add_text(struct ald_rows *rows, struct ald_row_record *rec, const char *canonical, const char *text,
                            const char *field, const struct ald_jv *v, struct ald_err *err)
{
    static const char *const moments[] = {"impact_started", "detected", "opened", "acknowledged", "mitigated", "resolved", "closed", NULL};
    static const char *const refs[] = {"url", "key", "id", "incident_key", NULL};
    const struct ald_given_field *given;
    int64_t at = ALD_TIME_NONE;
    if (!*text)
        return ALD_OK;
    if (one_of(canonical, moments) && !ald_time_parse(text, strlen(text), &at))
        return ald_json_expected(v, "a time", err);
    if (at != ALD_TIME_NONE) {
        ald_rows_moment(rows, rec, canonical, at, field, 1);
    } else if (is(canonical, "severity")) {
        ald_rows_value(rows, rec, "severity", text, field);
    } else if (is(canonical, "service")) {
        (void)ald_rows_service(rows, rec, text, field);
    } else if (is(canonical, "team")) {
        ald_rows_team(rows, rec, text, "assigned", ALD_TIME_NONE, field);
    } else if (one_of(canonical, refs)) {
        ald_rows_ref(rows, rec, strncmp(text, "http", 4) == 0 ? "url" : canonical, text, field);
    }
    for (size_t i = 0; (given = ald_given_field_at(i)); i++)
        if (is(given->canonical, canonical))
            ald_rows_given(rows, rec, given->name, text, field);
    return ALD_OK;
}

/** A text, a number, true or false, what a reference is called, or a list of such. */
static enum ald_rc add_value(struct ald_rows *rows, struct ald_row_record *rec, const char *canonical, const struct ald_jv *v,
                             const char *field, struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    struct ald_jv it;
    const char *s = NULL;
    ald_buf_init(&text, 64);
    switch (ald_json_kind(v)) {
    case ALD_JSON_NULL:
        return ALD_OK;
    case ALD_JSON_ARRAY:
        for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
            if (ald_json_kind(&it) != ALD_JSON_ARRAY)
                ALD_TRY(add_value(rows, rec, canonical, &it, field, err));
        return ALD_OK;
    case ALD_JSON_STRING:
        ALD_TRY(ald_json_as_str(v, &s, err));
        return add_text(rows, rec, canonical, s, field, v, err);
    case ALD_JSON_OBJECT:
        for (size_t i = 0; i < 3 && !(s && *s); i++)
            ALD_TRY(ald_json_id_opt(rows->arena, v, ((const char *const[]){"name", "summary", "id"})[i], &s, err));
        return s ? add_text(rows, rec, canonical, s, field, v, err) : ALD_OK;
    case ALD_JSON_BOOL:
    case ALD_JSON_NUMBER:
        ALD_TRY(ald_json_text(v, &text, err));
        return add_text(rows, rec, canonical, ald_strndup(rows->arena, text.data, text.len), field, v, err);
    }
    return ALD_OK;
}

static bool is_called(const struct ald_jv *custom, const char *name)
{
    const char *own = NULL, *shown = NULL;
    return (ald_json_str_opt(custom, "name", &own, NULL) == ALD_OK && is(own, name)) ||
           (ald_json_str_opt(custom, "display_name", &shown, NULL) == ALD_OK && is(shown, name));
}

/* ---- Of the incident ---- */

/** The custom field of that name where the answer holds any; else the member; false: it has neither. */
static bool find(const struct ald_jv *it, const char *name, struct ald_jv *held, struct ald_jv *ret)
{
    if (ald_json_opt(it, "custom_fields", &held[0]) && ald_json_kind(&held[0]) == ALD_JSON_ARRAY)
        for (bool ok = ald_json_first(&held[0], &held[1]); ok; ok = ald_json_next(&held[1]))
            if (is_called(&held[1], name))
                return ald_json_get(&held[1], "value", ret, NULL) == ALD_OK;
    return ald_json_get(it, name, ret, NULL) == ALD_OK;
}

enum ald_rc ald_pagerduty_mapped(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                 const struct ald_jv *it, bool *ret_rest, struct ald_err *err)
{
    *ret_rest = false;
    for (size_t i = 0; i < cfg->fields_n; i++) {
        struct ald_jv held[2], v;
        if (find(it, cfg->fields[i].value, held, &v))
            ALD_TRY(add_value(rows, rec, cfg->fields[i].key, &v, cfg->fields[i].value, err));
        else
            *ret_rest = ald_pagerduty_fields_wanted(cfg);
    }
    return ALD_OK;
}

/* ---- Of its custom fields ---- */

enum ald_rc ald_pagerduty_fields_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                         struct ald_err *err)
{
    (void)err;
    const char *subject = ald_url_encode(arena, req->subjects_n ? req->subjects[0] : "");
    const struct ald_pagerduty_list list = {.path = ald_sprintf(arena, "/incidents/%s/custom_fields/values", subject)};
    return ald_pagerduty_ask_one(arena, cfg, &list, req);
}

static enum ald_rc custom_field(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *name = NULL;
    struct ald_jv value;
    ALD_TRY(ald_json_str(row, "name", &name, err));
    ALD_TRY(ald_json_get(row, "value", &value, err));
    const char *field = ald_sprintf(rows->arena, "custom_fields:%s", name);
    for (size_t i = 0; i < cfg->fields_n; i++)
        if (is_called(row, cfg->fields[i].value))
            ALD_TRY(add_value(rows, ald_rows_addition(rows, el, req->subjects_n ? req->subjects[0] : ""), cfg->fields[i].key, &value,
                              field, err));
    return ALD_OK;
}

enum ald_rc ald_pagerduty_fields_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_next *next, struct ald_err *err)
{
    static const struct ald_pagerduty_list list = {.path = "/incidents/custom_fields/values"};
    return ald_pagerduty_read(cfg, res, rows, &list, "custom_fields", custom_field, next, err);
}
