/* What Grafana IRM's incidents mean: the preview of the list, and what is told of each alone (roles, tasks, links). A missing time is "", a
 * severity that nobody chose is "pending". Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/irm_priv.h"
#include "connectors/issues.h"
#include "connectors/word.h"

#define DETAILS "incident" /* the stream */

/* ---- Labels: [{key, label}], where the key of plain ones is "tags" ---- */

/** "service_name" is "service", for what is usual among labels. */
static const char *label_text(struct ald_arena *arena, const char *key, const char *label)
{
    static const char tail[] = "_name";
    size_t n = key ? strlen(key) : 0, tail_n = sizeof tail - 1;
    if (n == 0 || is(key, "tags"))
        return label;
    if (n > tail_n && strcmp(key + n - tail_n, tail) == 0)
        n -= tail_n;
    return ald_sprintf(arena, "%.*s:%s", (int)n, key, label);
}

static enum ald_rc read_labels(struct ald_arena *arena, const struct ald_jv *v, const char *const **ret, struct ald_err *err)
{
    struct ald_jv list, it;
    bool any = false;
    size_t n = 0;
    ALD_TRY(ald_answer_each(v, "labels", &list, &any, err));
    const char **labels = ald_calloc(arena, (any ? ald_json_len(&list) : 0) + 1, sizeof *labels);
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *key = NULL, *label = NULL;
        ALD_TRY(ald_json_str_opt(&it, "key", &key, err));
        ALD_TRY(ald_json_str_opt(&it, "label", &label, err));
        if (label && *label)
            labels[n++] = label_text(arena, key, label);
    }
    *ret = labels;
    return ALD_OK;
}

/* ---- The preview ---- */

static enum ald_rc read_severity(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v, struct ald_err *err)
{
    static const char *const order[] = {"critical", "major", "minor"}, *const ranks[] = {"1", "2", "3"};
    const char *severity = NULL;
    ALD_TRY(ald_json_str_opt(v, "severityLabel", &severity, err));
    if (!severity || !*severity)
        ALD_TRY(ald_json_str_opt(v, "severity", &severity, err));
    if (!severity || strcasecmp(severity, "pending") == 0)
        return ALD_OK;
    ald_rows_value(rows, rec, "severity", severity, "severityLabel");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (strcasecmp(severity, order[i]) == 0)
            ald_rows_value(rows, rec, "severity_rank", ranks[i], "severityLabel");
    return ALD_OK;
}

static enum ald_rc read_times(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v, struct ald_err *err)
{
    int64_t created, closed, start, end;
    ALD_TRY(ald_json_time(v, "createdTime", &created, err));
    ALD_TRY(ald_json_time_opt(v, "closedTime", &closed, err));
    ALD_TRY(ald_json_time_opt(v, "incidentStart", &start, err));
    ALD_TRY(ald_json_time_opt(v, "incidentEnd", &end, err));
    ALD_TRY(ald_json_time_opt(v, "modifiedTime", &rec->updated_at, err));
    rec->entered_at = created;
    ald_rows_moment(rows, rec, "opened", created, "createdTime", 1);
    if (start != created)
        ald_rows_moment(rows, rec, "impact_started", start, "incidentStart", 1);
    if (!is(rec->end_state, "resolved"))
        return ALD_OK;
    ald_rows_moment(rows, rec, "resolved", end, "incidentEnd", 1); /* which people may set */
    ald_rows_moment(rows, rec, "resolved", closed, "closedTime", 2);
    ald_rows_moment(rows, rec, "closed", closed, "closedTime", 1);
    return ALD_OK;
}

enum ald_rc ald_irm_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    (void)res;
    const char *id = NULL, *summary = NULL, *const *labels = NULL, *type = NULL;
    bool has = false, drill = false;
    ALD_TRY(ald_json_id(rows->arena, v, "incidentID", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "ticket";
    rec->key = id;
    rec->holds = ALD_IRM_ACTIVITY_HOLDS;
    rec->url = ald_sprintf(rows->arena, "%s/a/grafana-irm-app/incidents/%s", ald_irm_stack(rows->arena, cfg), id);
    ald_answer_site_alias(rows, rec->url);
    ALD_TRY(ald_json_str(v, "status", &rec->status, err));
    ALD_TRY(ald_json_str_opt(v, "title", &rec->title, err));
    ALD_TRY(ald_json_str_opt(v, "summary", &summary, err));
    ALD_TRY(ald_json_str_opt(v, "incidentType", &type, err));
    ALD_TRY(ald_json_bool_opt(v, "isDrill", &has, &drill, err));
    rec->end_state = strcasecmp(rec->status, "resolved") == 0 ? "resolved" : "open";
    rec->class_ = has && drill ? "exercise" : NULL;
    ALD_TRY(read_times(rows, rec, v, err));
    if (!ald_source_field(cfg, "severity"))
        ALD_TRY(read_severity(rows, rec, v, err));
    ald_rows_value(rows, rec, "type", type, "incidentType");
    ALD_TRY(read_labels(rows->arena, v, &labels, err));
    const struct ald_issue issue = {.cfg = cfg, .rows = rows, .rec = rec, .v = v, .labels = labels, .text = summary, .text_field = "summary",
                                    .place = ""};
    ALD_TRY(ald_issue_fields(&issue, true, err));
    ALD_TRY(ald_issue_people(rows, rec, v, "createdByUser", err));
    (void)ald_rows_todo(rows, el, DETAILS, id);
    (void)ald_rows_todo(rows, el, "activity", id);
    return ALD_OK;
}

/* ---- What is told of each incident alone ---- */

static enum ald_rc add_roles(struct ald_rows *rows, struct ald_row_record *add, const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_jv holder, list, it, role;
    bool any = false;
    if (!ald_json_opt(incident, "incidentMembership", &holder))
        return ALD_OK;
    ALD_TRY(ald_answer_each(&holder, "assignments", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *person = NULL, *name = NULL;
        int automatic;
        ald_issue_person(&it, "user", &person, &automatic);
        if (ald_json_opt(&it, "role", &role))
            ALD_TRY(ald_json_str_opt(&role, "name", &name, err));
        const char *as = !name ? "responder" : strcasestr(name, "commander") ? "commander" : strcasestr(name, "observer") ? "observer" : "responder";
        ald_rows_person(rows, add, person, as, ALD_TIME_NONE, DETAILS ":incidentMembership");
    }
    return ALD_OK;
}

/** Tasks that the product makes itself tell nothing; one that was done before the incident was over is work on it, no follow-up. When one
 *  was done is not told: its last change is, and that is not earlier. */
static enum ald_rc add_task(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                            const struct ald_jv *task, int64_t over, struct ald_err *err)
{
    const char *id = NULL, *text = NULL, *status = NULL;
    bool has = false, made = false;
    int64_t opened, changed;
    ALD_TRY(ald_json_id(rows->arena, task, "taskID", &id, err));
    ALD_TRY(ald_json_str_opt(task, "text", &text, err));
    ALD_TRY(ald_json_str_opt(task, "status", &status, err));
    ALD_TRY(ald_json_bool_opt(task, "immutable", &has, &made, err));
    ALD_TRY(ald_json_time_opt(task, "createdTime", &opened, err));
    ALD_TRY(ald_json_time_opt(task, "modifiedTime", &changed, err));
    bool done = is(status, "done");
    if ((has && made) || (done && (over == ALD_TIME_NONE || changed == ALD_TIME_NONE || changed <= over)))
        return ALD_OK;
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, subject));
    a->external_id = ald_sprintf(rows->arena, DETAILS "/%s/%s", subject, id); /* below the element */
    a->title = text;
    a->status = status;
    a->opened_at = opened;
    a->closed_at = done ? changed : ALD_TIME_NONE;
    return ALD_OK;
}

static enum ald_rc add_tasks(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                             const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_jv holder, list, it;
    int64_t over, closed;
    bool any = false;
    ALD_TRY(ald_json_time_opt(incident, "incidentEnd", &over, err));
    ALD_TRY(ald_json_time_opt(incident, "closedTime", &closed, err));
    if (closed > over)
        over = closed;
    if (!ald_json_opt(incident, "taskList", &holder))
        return ALD_OK;
    ALD_TRY(ald_answer_each(&holder, "tasks", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it))
        ALD_TRY(add_task(cfg, rows, el, subject, &it, over, err));
    return ALD_OK;
}

enum ald_rc ald_irm_details(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                            const struct ald_jv *row, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req);
    struct ald_jv incident, list, it;
    bool any = false;
    ALD_TRY(ald_json_get(row, "incident", &incident, err));
    ALD_TRY(add_roles(rows, ald_rows_addition(rows, el, subject), &incident, err));
    ALD_TRY(add_tasks(cfg, rows, el, subject, &incident, err));
    ALD_TRY(ald_answer_each(&incident, "refs", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *url = NULL;
        ALD_TRY(ald_json_str_opt(&it, "url", &url, err));
        if (!url || !*url)
            continue;
        bool group = strstr(url, "/alert-groups/"); /* what it was declared from */
        const char *whole = *url == '/' ? ald_sprintf(rows->arena, "%s%s", ald_irm_stack(rows->arena, cfg), url) : url;
        ald_rows_link(rows, el, subject, group ? "url" : "mention", whole, DETAILS ":refs.url");
    }
    return ALD_OK;
}
