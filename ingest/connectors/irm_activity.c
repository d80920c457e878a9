/* What entries of the activity of Grafana IRM's incidents mean. eventTime is what people may set, createdTime when it was written. What a
 * change was made to stands in fieldValues, else at the end of the text. What is not known is kept as a change. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/irm_priv.h"
#include "connectors/issues.h"
#include "connectors/word.h"

#define STREAM "activity"

/** What it was changed to: a member of fieldValues of one of these names, or NULL. */
static const char *changed_to(const struct ald_jv *v, const char *const *names)
{
    struct ald_jv values;
    const char *text = NULL;
    for (; ald_json_opt(v, "fieldValues", &values) && ald_json_kind(&values) == ALD_JSON_OBJECT && *names; names++)
        if (ald_json_str_opt(&values, *names, &text, NULL) == ALD_OK && text && *text)
            return text;
    return NULL;
}

/** Which of the words stands last in a text, whatever its case; NULL: none. */
static const char *last_word(const char *text, const char *const *words)
{
    const char *found = NULL, *best = NULL, *at;
    for (; text && *words; words++)
        for (const char *from = text; (at = strcasestr(from, *words)); from = at + 1)
            if (!best || at > best) {
                best = at;
                found = *words;
            }
    return found;
}

static void status_changed(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, const struct ald_jv *v, const char *text)
{
    static const char *const names[] = {"status", "newStatus", "to", NULL}, *const words[] = {"resolved", "active", NULL};
    const char *status = changed_to(v, names);
    status = last_word(status ? status : text, words);
    ald_issue_event(rows, el, who, is(status, "resolved") ? "resolved" : is(status, "active") ? "reopened" : "status_update")->value = status;
}

static void severity_changed(struct ald_rows *rows, struct ald_element *el, struct ald_issue_who *who, const struct ald_jv *v, const char *text)
{
    static const char *const names[] = {"severity", "severityLabel", "newSeverity", "to", NULL},
                      *const words[] = {"critical", "major", "minor", "pending", NULL};
    const char *severity = changed_to(v, names);
    if (!severity)
        severity = last_word(text, words);
    if (severity && strcasecmp(severity, "pending") != 0) /* the first one that was chosen is given, not changed */
        who->id = ald_sprintf(rows->arena, ALD_ISSUE_SEVERITY "%s", who->id);
    ald_issue_event(rows, el, who, "severity_changed")->value = severity;
}

static const char *kind_of(const char *activity)
{
    static const struct {
        const char *activity, *kind;
    } kinds[] = {{"incidentCreated", "opened"},       {"incidentTitleChanged", "status_update"}, {"incidentUpdated", "status_update"},
                 {"incidentSummary", "status_update"}, {"userNote", "note"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is(activity, kinds[i].activity))
            return kinds[i].kind;
    return "other";
}

static void tell(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, struct ald_issue_who *who,
                 const struct ald_jv *v, const char *activity, const char *text)
{
    static const char *const label[] = {"label", NULL};
    const char *name;
    if (is(activity, "roleAssigned") || is(activity, "roleUnassigned")) {
        int automatic;
        ald_issue_person(v, "subjectUser", &who->person, &automatic);
        if (who->person)
            ald_issue_assigned(rows, el, who, is(activity, "roleAssigned"));
        else
            ald_issue_event(rows, el, who, "status_update")->value = activity;
    } else if (is(activity, "incidentStatusChanged")) {
        status_changed(rows, el, who, v, text);
    } else if (is(activity, "incidentClosed")) {
        (void)ald_issue_event(rows, el, who, "resolved");
    } else if (is(activity, "incidentSeverityChanged")) {
        severity_changed(rows, el, who, v, text);
    } else if ((is(activity, "labelAdded") || is(activity, "labelRemoved")) && (name = changed_to(v, label))) {
        ald_issue_label_event(rows, el, cfg, who, name, is(activity, "labelAdded"));
    } else {
        struct ald_row_event *e = ald_issue_event(rows, el, who, kind_of(activity));
        if (is(e->kind, "note"))
            e->text = text;
        else if (is(e->kind, "other"))
            e->value = activity;
    }
}

enum ald_rc ald_irm_activity(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req), *id = NULL, *activity = NULL, *text = NULL, *url = NULL, *of = NULL;
    struct ald_issue_who who = {.record = subject, .field = STREAM};
    ALD_TRY(ald_json_id(rows->arena, v, "activityItemID", &id, err));
    ALD_TRY(ald_json_id_opt(rows->arena, v, "incidentID", &of, err));
    if (of && *of && *subject && !is(of, subject))
        return ald_fail(err, ALD_ERR_FORMAT, "incidentID: it belongs to %.60s, asked for was %.60s", of, subject);
    ALD_TRY(ald_json_str(v, "activityKind", &activity, err));
    ALD_TRY(ald_json_time_opt(v, "eventTime", &who.at, err));
    if (who.at == ALD_TIME_NONE)
        ALD_TRY(ald_json_time(v, "createdTime", &who.at, err));
    ALD_TRY(ald_json_str_opt(v, "body", &text, err));
    ALD_TRY(ald_json_str_opt(v, "url", &url, err));
    ald_issue_person(v, "user", &who.agent, &who.automatic);
    who.id = ald_sprintf(rows->arena, "activity %s", id);
    tell(cfg, rows, el, &who, v, activity, text);
    if (url && strncasecmp(url, "http", 4) == 0)
        ald_rows_link(rows, el, subject, "mention", url, STREAM ":url");
    ald_answer_mentions(rows, el, subject, text, STREAM ":body");
    return ALD_OK;
}
