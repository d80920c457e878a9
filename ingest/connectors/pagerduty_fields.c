/* Facts that the configuration maps (`fields:`) to members of a PagerDuty incident or to its custom fields. Values of custom
 * fields are given incident by incident alone, so they are asked for only where a mapped name is no member of the incident. */

#include "alidade/buf.h"
#include "connectors/answer.h"
#include "connectors/listing.h"
#include "connectors/pagerduty_priv.h"
#include "connectors/word.h"
#include "http.h"

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

/* ---- Texts of a value ---- */

/** A text, a number, true or false, what a reference is called, or a list of such. */
static enum ald_rc add_texts(struct ald_arena *arena, struct ald_texts *texts, const struct ald_jv *v, struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    static const char *const labels[] = {"name", "summary", "id"};
    struct ald_jv it;
    const char *s = NULL;
    ald_buf_init(&text, 64);
    switch (ald_json_kind(v)) {
    case ALD_JSON_NULL:
        break;
    case ALD_JSON_ARRAY:
        for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
            if (ald_json_kind(&it) != ALD_JSON_ARRAY)
                ALD_TRY(add_texts(arena, texts, &it, err));
        break;
    case ALD_JSON_STRING:
        ALD_TRY(ald_json_as_str(v, &s, err));
        break;
    case ALD_JSON_OBJECT:
        for (size_t i = 0; i < 3 && !(s && *s); i++)
            ALD_TRY(ald_json_id_opt(arena, v, labels[i], &s, err));
        break;
    case ALD_JSON_BOOL:
    case ALD_JSON_NUMBER:
        ALD_TRY(ald_json_text(v, &text, err));
        s = ald_strndup(arena, text.data, text.len);
        break;
    }
    ald_texts_add(arena, texts, s);
    return ALD_OK;
}

static enum ald_rc texts_of(struct ald_arena *arena, const struct ald_jv *v, const char *const **ret, size_t *ret_n, struct ald_err *err)
{
    struct ald_texts texts = {0};
    ALD_TRY(add_texts(arena, &texts, v, err));
    *ret = texts.at;
    *ret_n = texts.n;
    return ALD_OK;
}

static bool is_called(const struct ald_jv *custom, const char *name)
{
    const char *own = NULL, *shown = NULL;
    return (ald_json_str_opt(custom, "name", &own, NULL) == ALD_OK && is(own, name)) ||
           (ald_json_str_opt(custom, "display_name", &shown, NULL) == ALD_OK && is(shown, name));
}

/* ---- Of the incident ---- */

/** The custom field of that name where the answer holds any, else the member. False: it has neither. held: of the caller, because
 *  ret points into it. */
static bool find(const struct ald_jv *it, const char *name, struct ald_jv held[2], struct ald_jv *ret)
{
    if (ald_json_opt(it, "custom_fields", &held[0]) && ald_json_kind(&held[0]) == ALD_JSON_ARRAY)
        for (bool ok = ald_json_first(&held[0], &held[1]); ok; ok = ald_json_next(&held[1]))
            if (is_called(&held[1], name))
                return ald_json_get(&held[1], "value", ret, NULL) == ALD_OK;
    return ald_json_get(it, name, ret, NULL) == ALD_OK;
}

static enum ald_rc member_texts(struct ald_arena *arena, const void *it, const char *field, const char *const **ret,
                                size_t *ret_n, struct ald_err *err)
{
    struct ald_jv held[2], v;
    *ret_n = 0;
    return find(it, field, held, &v) ? texts_of(arena, &v, ret, ret_n, err) : ALD_OK;
}

enum ald_rc ald_pagerduty_mapped(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                 const struct ald_jv *it, bool *ret_rest, struct ald_err *err)
{
    *ret_rest = false;
    for (size_t i = 0; ald_pagerduty_fields_wanted(cfg) && i < cfg->fields_n; i++) {
        struct ald_jv held[2], v;
        *ret_rest = *ret_rest || !find(it, cfg->fields[i].value, held, &v);
    }
    return ald_mapped_read(cfg, rows, rec, it, member_texts, err);
}

/* ---- Of its custom fields ---- */

enum ald_rc ald_pagerduty_fields_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                         struct ald_err *err)
{
    (void)err;
    const char *subject = ald_url_encode(arena, ald_listing_subject(req));
    const struct ald_pagerduty_list list = {.path = ald_sprintf(arena, "/incidents/%s/custom_fields/values", subject)};
    return ald_pagerduty_ask_one(arena, cfg, &list, req);
}

static enum ald_rc custom_texts(struct ald_arena *arena, const void *row, const char *field, const char *const **ret,
                                size_t *ret_n, struct ald_err *err)
{
    struct ald_jv value;
    *ret_n = 0;
    return is_called(row, field) && ald_json_opt(row, "value", &value) ? texts_of(arena, &value, ret, ret_n, err) : ALD_OK;
}

static enum ald_rc custom_field(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *name = NULL;
    ALD_TRY(ald_json_str(row, "name", &name, err));
    return ald_mapped_read(cfg, rows, ald_rows_addition(rows, el, ald_listing_subject(res->req)), row, custom_texts, err);
}

enum ald_rc ald_pagerduty_fields_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_next *next, struct ald_err *err)
{
    static const struct ald_pagerduty_list list = {.path = "/incidents/custom_fields/values"};
    return ald_pagerduty_read(cfg, res, rows, &list, "custom_fields", custom_field, next, err);
}

/* ---- Changes of fields, in the log ---- */

/** An entry of a changeset: what it was changed to, in the words of the event that says so. */
static enum ald_rc changed(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, size_t n,
                           const struct ald_jv *change, struct ald_err *err)
{
    const char *name = NULL, *const *texts = NULL, *severity = ald_source_field(cfg, "severity");
    const struct ald_row_event entry = el->events[0];
    size_t texts_n = 0;
    struct ald_jv value;
    ALD_TRY(ald_json_str_opt(change, "name", &name, err));
    if (!name || !ald_json_opt(change, "value", &value))
        return ALD_OK;
    ALD_TRY(texts_of(rows->arena, &value, &texts, &texts_n, err));
    const struct ald_given_field *given = ald_given_field_of(cfg, name);
    bool rank = is(name, severity ? severity : "priority"), service = is(name, "service") || is(name, ald_source_field(cfg, "service"));
    const char *text = texts_n ? texts[0] : NULL;
    for (size_t i = 1; i < texts_n; i++)
        text = ald_sprintf(rows->arena, "%s, %s", text, texts[i]);
    const char *word = given ? ald_given_word(rows->arena, given, text) : NULL;
    rank = rank && text;
    service = service && text;
    /* Of what is mapped to nothing too, so that another mapping gives the same events another meaning. */
    const char *kind = word ? "other" : rank ? "severity_changed" : service ? "service_added" : "status_update";
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s/c%zu", entry.event_id, n), entry.at, kind);
    e->external_id = entry.external_id;
    e->agent = e->actor = entry.agent;
    e->automatic = entry.automatic;
    e->field = ald_sprintf(rows->arena, "log_entries:%s", name);
    e->service = service && !word && !rank ? text : NULL;
    e->value = word ? word : rank || service ? text : NULL;
    return ALD_OK;
}

enum ald_rc ald_pagerduty_changes(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                  struct ald_err *err)
{
    static const char *const lists[] = {"application_fields", "customer_fields", "custom_fields"};
    struct ald_jv channel, changeset, list, it;
    size_t n = 0;
    if (!ald_json_opt(row, "channel", &channel) || ald_json_kind(&channel) != ALD_JSON_OBJECT || !ald_json_opt(&channel, "changeset", &changeset) ||
        ald_json_kind(&changeset) != ALD_JSON_OBJECT)
        return ALD_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        bool any = false;
        ALD_TRY(ald_answer_each(&changeset, lists[i], &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it), n++)
            ALD_TRY(changed(cfg, rows, el, n, &it, err));
    }
    return ALD_OK;
}
