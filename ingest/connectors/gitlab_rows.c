/* What GitLab's issues, changes of their states and labels, links and merge requests mean. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/gitlab_priv.h"
#include "connectors/issues.h"
#include "connectors/word.h"

/* ---- Issues ---- */

/** Whether it is one of those that the user asks for. What was moved is another issue now, in another project. */
static enum ald_rc wanted(const struct ald_source_cfg *cfg, const struct ald_jv *v, const char *const *labels, bool *ret, struct ald_err *err)
{
    const char *type = ald_source_opt(cfg, "issue_type"), *own = NULL;
    struct ald_jv moved;
    type = type && *type ? type : "incident";
    ALD_TRY(ald_json_str_opt(v, "issue_type", &own, err));
    *ret = !ald_json_opt(v, "moved_to_id", &moved) && (is(type, "any") || !own || strcasecmp(type, own) == 0) &&
           ald_issue_has_labels(labels, ald_source_opt(cfg, "labels"));
    return ALD_OK;
}

/** Closed as a duplicate: nobody says that it was resolved. */
static bool is_duplicate(const struct ald_jv *v)
{
    struct ald_jv links, of;
    return ald_json_opt(v, "_links", &links) && ald_json_opt(&links, "closed_as_duplicate_of", &of);
}

static enum ald_rc times(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v, struct ald_err *err)
{
    int64_t closed;
    ALD_TRY(ald_json_time(v, "created_at", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(v, "updated_at", &rec->updated_at, err));
    ALD_TRY(ald_json_time_opt(v, "closed_at", &closed, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created_at", 2);
    if (!is(rec->end_state, "open"))
        ald_rows_moment(rows, rec, rec->end_state, closed, "closed_at", 2);
    if (rec->updated_at != ALD_TIME_NONE) /* some servers write the text in their own zone */
        rec->version = ald_sprintf(rows->arena, "%lld|%s", (long long)rec->updated_at, rec->status);
    return ALD_OK;
}

/** True when the source's own severity is given; *ret: its name. */
static enum ald_rc own_severity(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v, bool mapped, bool *ret,
                                struct ald_err *err)
{
    static const char *const names[] = {"CRITICAL", "HIGH", "MEDIUM", "LOW"};
    static const char *const ranks[] = {"1", "2", "3", "4"};
    const char *severity = NULL;
    ALD_TRY(ald_json_str_opt(v, "severity", &severity, err));
    *ret = severity && *severity && strcasecmp(severity, "UNKNOWN") != 0;
    if (!*ret || mapped)
        return ALD_OK;
    ald_rows_value(rows, rec, "severity", severity, "severity");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(severity, names[i]) == 0)
            ald_rows_value(rows, rec, "severity_rank", ranks[i], "severity");
    return ALD_OK;
}

static enum ald_rc values(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *v,
                          const char *const *labels, struct ald_err *err)
{
    struct ald_row_record *rec = el->record;
    struct ald_jv object;
    const char *full = NULL, *title = NULL, *type = NULL, *text = NULL, *path = "";
    bool severity = false;
    if (ald_json_opt(v, "references", &object))
        ALD_TRY(ald_json_str_opt(&object, "full", &full, err));
    if (full && strrchr(full, '#')) {
        path = ald_strndup(rows->arena, full, (size_t)(strrchr(full, '#') - full));
        rec->key = full;
    } else {
        rec->key = rec->external_id;
    }
    if (ald_json_opt(v, "milestone", &object))
        ALD_TRY(ald_json_str_opt(&object, "title", &title, err));
    ALD_TRY(ald_json_str_opt(v, "issue_type", &type, err));
    ALD_TRY(ald_json_str_opt(v, "description", &text, err));
    ald_rows_value(rows, rec, "milestone", title, "milestone");
    ald_rows_value(rows, rec, "type", type, "issue_type");
    ALD_TRY(own_severity(rows, rec, v, ald_source_field(cfg, "severity"), &severity, err));
    const struct ald_issue issue = {.cfg = cfg, .rows = rows, .rec = rec, .v = v, .labels = labels, .text = text,
                                    .text_field = "description", .place = path};
    ald_issue_tasks(&issue, el);
    return ald_issue_fields(&issue, severity, err);
}

enum ald_rc ald_gitlab_issue(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                             const struct ald_jv *v, struct ald_err *err)
{
    static const struct {
        const char *stream, *key;
    } details[] = {{"notes", NULL}, {"state_events", NULL}, {"label_events", NULL}, {"milestone_events", "milestones"},
                   {"links", "links"}, {"merge_requests", "merge_requests"}, {"timeline", "timeline"}, {"tasks", "tasks"}};
    const char *const *labels = NULL, *state = NULL, *type = NULL;
    bool ours = false;
    ALD_TRY(ald_issue_labels(rows->arena, v, &labels, err));
    ALD_TRY(wanted(cfg, v, labels, &ours, err));
    if (!ours) {
        el->gone = subject;
        return ALD_OK;
    }
    struct ald_row_record *rec = ald_rows_record(rows, el, subject);
    rec->kind = cfg->kind ? cfg->kind : "ticket";
    rec->holds = ALD_GITLAB_NOTES_HOLDS | ALD_GITLAB_STATES_HOLDS | ald_issue_holds(cfg);
    ALD_TRY(ald_json_str(v, "state", &state, err));
    ALD_TRY(ald_json_str_opt(v, "title", &rec->title, err));
    ALD_TRY(ald_json_str_opt(v, "web_url", &rec->url, err));
    ALD_TRY(ald_json_str_opt(v, "issue_type", &type, err));
    rec->status = state;
    rec->end_state = !is(state, "closed") ? "open" : is_duplicate(v) ? "closed" : "resolved";
    if (is(rec->end_state, "closed"))
        rec->resolve_reason = "duplicate";
    ALD_TRY(times(rows, rec, v, err));
    ALD_TRY(ald_issue_people(rows, rec, v, "author", err));
    ALD_TRY(values(cfg, rows, el, v, labels, err));
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        bool incident = !type || is(type, "incident"); /* others have no timeline */
        if ((!details[i].key || ald_gitlab_on(cfg, details[i].key)) && (incident || !is(details[i].stream, "timeline")))
            (void)ald_rows_todo(rows, el, details[i].stream, subject);
    }
    return ALD_OK;
}

/* ---- Changes of state, label and milestone ---- */

static enum ald_rc read_entry(const struct ald_http_res *res, struct ald_rows *rows, const struct ald_jv *v, const char *field, const char *who,
                              const char *word, struct ald_issue_who *ret, struct ald_err *err)
{
    const char *id = NULL;
    *ret = (struct ald_issue_who){.record = ald_listing_subject(res->req), .field = field};
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_time(v, "created_at", &ret->at, err));
    ald_issue_person(v, who, &ret->agent, &ret->automatic);
    ret->id = ald_sprintf(rows->arena, "%s %s", word, id);
    return ALD_OK;
}

enum ald_rc ald_gitlab_state(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    struct ald_issue_who who;
    const char *state = NULL;
    ALD_TRY(read_entry(res, rows, v, "state_events", "user", "state", &who, err));
    ALD_TRY(ald_json_str_opt(v, "state", &state, err));
    struct ald_row_event *e = ald_issue_event(rows, el, &who, is(state, "closed") ? "resolved" : is(state, "reopened") ? "reopened" : "other");
    e->value = is(e->kind, "other") ? state : NULL;
    return ALD_OK;
}

enum ald_rc ald_gitlab_label(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    struct ald_issue_who who;
    struct ald_jv label;
    const char *name = NULL, *action = NULL;
    ALD_TRY(read_entry(res, rows, v, "label_events", "user", "label", &who, err));
    ALD_TRY(ald_json_str_opt(v, "action", &action, err));
    if (ald_json_opt(v, "label", &label)) /* null once the label was deleted */
        ALD_TRY(ald_json_str_opt(&label, "name", &name, err));
    ald_issue_label_event(rows, el, cfg, &who, name ? name : "", is(action, "add"));
    return ALD_OK;
}

enum ald_rc ald_gitlab_milestone(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                                 const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    struct ald_issue_who who;
    ALD_TRY(read_entry(res, rows, v, "milestone_events", "user", "milestone", &who, err));
    ald_issue_event(rows, el, &who, "other")->value = "milestone";
    return ALD_OK;
}

/* ---- Linked issues and merge requests ---- */

enum ald_rc ald_gitlab_link(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                            const struct ald_jv *v, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req), *url = NULL;
    ALD_TRY(ald_json_str_opt(v, "web_url", &url, err));
    ald_rows_link(rows, el, subject, "mention", url, "links:web_url");
    return ald_issue_follows(cfg, rows, el, subject, v, url, err);
}

enum ald_rc ald_gitlab_merge_request(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    const char *url = NULL;
    ALD_TRY(ald_json_str_opt(v, "web_url", &url, err));
    ald_rows_link(rows, el, ald_listing_subject(res->req), "mention", url, "merge_requests:web_url");
    return ALD_OK;
}
