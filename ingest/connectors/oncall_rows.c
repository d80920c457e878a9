/* What alert groups, alerts and resolution notes of Grafana OnCall mean. A group tells the present state alone: who acknowledged and who
 * resolved it, nobody where software did. Must not know requests or paging. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/utf8.h"
#include "connectors/answer.h"
#include "connectors/oncall_priv.h"
#include "connectors/word.h"

/* ---- Labels: [{key: {id, name}, value: {id, name}}] ---- */

static enum ald_rc read_label(const struct ald_jv *v, const char **ret_key, const char **ret_value, struct ald_err *err)
{
    static const char *const parts[] = {"key", "value"};
    const char **ret[] = {ret_key, ret_value};
    for (size_t i = 0; i < 2; i++) {
        struct ald_jv part;
        *ret[i] = NULL;
        if (!ald_json_opt(v, parts[i], &part))
            continue;
        if (ald_json_kind(&part) == ALD_JSON_STRING)
            ALD_TRY(ald_json_as_str(&part, ret[i], err));
        else
            ALD_TRY(ald_json_str_opt(&part, "name", ret[i], err));
    }
    return ALD_OK;
}

/** Values of the labels of that key, or a member of the group. For ald_mapped_read. */
static enum ald_rc texts_of(struct ald_arena *arena, const void *from, const char *field, const char *const **ret, size_t *ret_n,
                            struct ald_err *err)
{
    const struct ald_jv *element = from;
    struct ald_texts texts = {0};
    struct ald_jv list, it;
    bool any = false;
    const char *key = NULL, *value = NULL;
    ALD_TRY(ald_answer_each(element, "labels", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        ALD_TRY(read_label(&it, &key, &value, err));
        if (key && strcasecmp(key, field) == 0)
            ald_texts_add(arena, &texts, value);
    }
    if (!texts.n && ald_json_opt(element, field, &it) && ald_json_kind(&it) == ALD_JSON_STRING) {
        ALD_TRY(ald_json_as_str(&it, &value, err));
        ald_texts_add(arena, &texts, value);
    }
    *ret = texts.at;
    *ret_n = texts.n;
    return ALD_OK;
}

/** The first label of one of the usual keys, where nothing is mapped. */
static enum ald_rc usual(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *canonical, const char *const *names,
                         const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    const char *const *texts = NULL;
    size_t n = 0;
    *ret = NULL;
    for (; !ald_source_field(cfg, canonical) && *names && !*ret; names++) {
        ALD_TRY(texts_of(arena, v, *names, &texts, &n, err));
        *ret = n ? texts[0] : NULL;
    }
    return ALD_OK;
}

static enum ald_rc add_labels(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v,
                              struct ald_err *err)
{
    static const char *const severities[] = {"severity", "priority", NULL}, *const services[] = {"service_name", "service", NULL};
    static const char *const order[] = {"critical", "high", "medium", "low"}, *const ranks[] = {"1", "2", "3", "4"};
    struct ald_jv list, it;
    bool any = false;
    const char *key = NULL, *value = NULL, *severity = NULL, *service = NULL, *integration = NULL;
    ALD_TRY(ald_answer_each(v, "labels", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        ALD_TRY(read_label(&it, &key, &value, err));
        if (key && value)
            ald_rows_value(rows, rec, "label", ald_sprintf(rows->arena, "%s=%s", key, value), "labels");
    }
    ALD_TRY(usual(rows->arena, cfg, "severity", severities, v, &severity, err));
    ald_rows_value(rows, rec, "severity", severity, "labels");
    for (size_t i = 0; severity && i < sizeof order / sizeof order[0]; i++)
        if (strcasecmp(severity, order[i]) == 0)
            ald_rows_value(rows, rec, "severity_rank", ranks[i], "labels");
    ALD_TRY(usual(rows->arena, cfg, "service", services, v, &service, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "integration_id", &integration, err));
    if (service)
        ald_rows_service(rows, rec, service, "labels")->at_start = true;
    else if (!ald_source_field(cfg, "service")) /* where alerts come from, in place of what they are about */
        ald_rows_service(rows, rec, integration, "integration_id")->stand_in = true;
    ald_rows_value(rows, rec, "integration", integration, "integration_id");
    return ALD_OK;
}

/* ---- Groups ---- */

/** Somebody did it, or software. The event goes when the group tells of it no more. */
static void state_event(struct ald_rows *rows, struct ald_element *el, const char *id, const char *kind, int64_t at, const char *who)
{
    if (at == ALD_TIME_NONE)
        return;
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s %s", id, kind), at, kind);
    e->field = ALD_ONCALL_GROUPS;
    e->actor = e->agent = who;
    e->automatic = !who;
}

static enum ald_rc states(struct ald_rows *rows, struct ald_element *el, struct ald_row_record *rec, const struct ald_jv *v, struct ald_err *err)
{
    const char *acknowledged_by = NULL, *resolved_by = NULL;
    int64_t acknowledged, resolved, silenced;
    ALD_TRY(ald_json_time(v, "created_at", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(v, "acknowledged_at", &acknowledged, err));
    ALD_TRY(ald_json_time_opt(v, "resolved_at", &resolved, err));
    ALD_TRY(ald_json_time_opt(v, "silenced_at", &silenced, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "acknowledged_by", &acknowledged_by, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "resolved_by", &resolved_by, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created_at", 1);
    state_event(rows, el, rec->external_id, "opened", rec->entered_at, NULL);
    if (acknowledged_by) { /* else the source of the alerts did: nobody took it up */
        ald_rows_moment(rows, rec, "acknowledged", acknowledged, "acknowledged_at", 1);
        ald_rows_person(rows, rec, acknowledged_by, "acknowledged", acknowledged, "acknowledged_by");
        state_event(rows, el, rec->external_id, "acknowledged", acknowledged, acknowledged_by);
    }
    if (is(rec->end_state, "resolved")) {
        ald_rows_moment(rows, rec, "resolved", resolved, "resolved_at", 1);
        ald_rows_person(rows, rec, resolved_by, "resolved", resolved, "resolved_by");
        state_event(rows, el, rec->external_id, "resolved", resolved, resolved_by);
    }
    if (silenced != ALD_TIME_NONE) {
        struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s silenced", rec->external_id), silenced, "other");
        e->field = ALD_ONCALL_GROUPS;
        e->value = "silenced";
    }
    return ALD_OK;
}

enum ald_rc ald_oncall_group(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    (void)res;
    struct ald_jv links;
    const char *id = NULL, *team = NULL;
    bool has = false;
    int64_t n = 0;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->key = id;
    rec->timeline = ALD_HOLDS_HUMAN; /* all that it tells of people, it tells itself */
    rec->holds = ALD_HOLDS_HUMAN | (ald_oncall_on(cfg, "alerts") ? (unsigned)ALD_HOLDS_ALERTS : 0);
    ALD_TRY(ald_json_str(v, "state", &rec->status, err));
    ALD_TRY(ald_json_str_opt(v, "title", &rec->title, err));
    if (ald_json_opt(v, "permalinks", &links))
        ALD_TRY(ald_json_str_opt(&links, "web", &rec->url, err));
    ald_answer_site_alias(rows, rec->url);
    rec->end_state = is(rec->status, "resolved") ? "resolved" : "open";
    ALD_TRY(states(rows, el, rec, v, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "team_id", &team, err));
    ald_rows_team(rows, rec, team, "assigned", ALD_TIME_NONE, "team_id");
    ALD_TRY(ald_json_int_opt(v, "alerts_count", &has, &n, err));
    if (has)
        ald_rows_value(rows, rec, "alerts_grouped", ald_sprintf(rows->arena, "%" PRId64, n), "alerts_count");
    ALD_TRY(add_labels(cfg, rows, rec, v, err));
    ALD_TRY(ald_mapped_read(cfg, rows, rec, v, texts_of, err));
    (void)ald_rows_todo(rows, el, "resolution_notes", id);
    if (ald_oncall_on(cfg, "alerts"))
        (void)ald_rows_todo(rows, el, "alerts", id);
    return ALD_OK;
}

/* ---- Details ---- */

enum ald_rc ald_oncall_note(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                            const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL, *text = NULL, *author = NULL, *group = ald_listing_subject(res->req);
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_time(v, "created_at", &at, err));
    ALD_TRY(ald_json_str_opt(v, "text", &text, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "author", &author, err));
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "note %s", id), at, "note");
    e->external_id = group;
    e->field = "resolution_notes";
    e->text = text;
    e->actor = e->agent = author;
    e->automatic = author ? 0 : -1;
    ald_answer_mentions(rows, el, group, text, "resolution_notes:text");
    return ALD_OK;
}

/** Whatever the integration was sent; a title where it has one. */
enum ald_rc ald_oncall_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    struct ald_jv payload;
    const char *id = NULL, *title = NULL;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_time(v, "created_at", &at, err));
    if (ald_json_opt(v, "payload", &payload) && ald_json_kind(&payload) == ALD_JSON_OBJECT && ald_json_str_opt(&payload, "title", &title, NULL) != ALD_OK)
        title = NULL;
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "alert %s", id), at, "other");
    e->external_id = ald_listing_subject(res->req);
    e->field = "alerts";
    e->value = title ? ald_sprintf(rows->arena, "alert:%.*s", (int)ald_utf8_prefix(title, 200), title) : "alert";
    e->automatic = 1;
    return ALD_OK;
}

/* ---- Reference lists ---- */

enum ald_rc ald_oncall_team(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                            const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_team_def def = {0};
    ALD_TRY(ald_json_id(rows->arena, v, "id", &def.external_id, err));
    ALD_TRY(ald_json_str_opt(v, "name", &def.name, err));
    el->team_def = ald_alloc(rows->arena, sizeof def);
    *el->team_def = def;
    return ALD_OK;
}

enum ald_rc ald_oncall_integration(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                                   const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_service_def def = {0};
    ALD_TRY(ald_json_id(rows->arena, v, "id", &def.external_id, err));
    ALD_TRY(ald_json_str_opt(v, "name", &def.name, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "team_id", &def.team, err));
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    return ALD_OK;
}
