/* What GitHub's issues, entries of their timelines and sub-issues mean. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/github_priv.h"
#include "connectors/issues.h"
#include "connectors/listing.h"
#include "connectors/word.h"

static enum ald_rc name_of(const struct ald_jv *v, const char *member, const char *key, const char **ret, struct ald_err *err)
{
    struct ald_jv object;
    *ret = NULL;
    return ald_json_opt(v, member, &object) && ald_json_kind(&object) == ALD_JSON_OBJECT ? ald_json_str_opt(&object, key, ret, err) : ALD_OK;
}

/** "Not planned" and "duplicate" say that nobody resolved it: stale issues are closed so, too. */
static bool unresolved(const char *reason)
{
    return is(reason, "not_planned") || is(reason, "duplicate");
}

/* ---- Issues ---- */

/** Whether it is one of those that the user asks for. */
static enum ald_rc wanted(const struct ald_source_cfg *cfg, const struct ald_jv *v, const char *const *labels, bool *ret, struct ald_err *err)
{
    const char *type = ald_source_opt(cfg, "issue_type"), *own = NULL;
    ALD_TRY(name_of(v, "type", "name", &own, err));
    *ret = ald_issue_has_labels(labels, ald_source_opt(cfg, "labels")) && (!type || !*type || (own && strcasecmp(type, own) == 0));
    return ALD_OK;
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
    return ALD_OK;
}

/** True when it may have sub-issues, or, seen before, may have had some: what counts them is not in every answer. */
static bool may_have_sub_issues(const struct ald_jv *v, bool before)
{
    struct ald_jv summary;
    bool has = false;
    int64_t total = 0;
    if (!ald_json_opt(v, "sub_issues_summary", &summary))
        return false; /* a server without them */
    return before || ald_json_int_opt(&summary, "total", &has, &total, NULL) != ALD_OK || !has || total > 0;
}

enum ald_rc ald_github_issue(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                             const struct ald_jv *v, bool before, struct ald_err *err)
{
    const char *const *labels = NULL, *state = NULL, *text = NULL, *s = NULL;
    bool ours = false;
    ALD_TRY(ald_issue_labels(rows->arena, v, &labels, err));
    ALD_TRY(wanted(cfg, v, labels, &ours, err));
    if (!ours) {
        el->gone = subject;
        return ALD_OK;
    }
    struct ald_row_record *rec = ald_rows_record(rows, el, subject);
    rec->kind = cfg->kind ? cfg->kind : "ticket";
    rec->key = subject;
    rec->holds = ALD_HOLDS_RESPONDERS | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN | ald_issue_holds(cfg);
    ALD_TRY(ald_json_str(v, "state", &state, err));
    ALD_TRY(ald_json_str_opt(v, "title", &rec->title, err));
    ALD_TRY(ald_json_str_opt(v, "html_url", &rec->url, err));
    ALD_TRY(ald_json_str_opt(v, "body", &text, err));
    rec->status = state;
    if (is(state, "closed"))
        ALD_TRY(ald_json_str_opt(v, "state_reason", &rec->resolve_reason, err));
    rec->end_state = !is(state, "closed") ? "open" : unresolved(rec->resolve_reason) ? "closed" : "resolved";
    ALD_TRY(times(rows, rec, v, err));
    ALD_TRY(ald_json_str_opt(v, "updated_at", &s, err));
    if (s && *s)
        rec->version = ald_sprintf(rows->arena, "%s|%s", s, state);
    ALD_TRY(name_of(v, "type", "name", &s, err));
    ald_rows_value(rows, rec, "type", s, "type");
    ALD_TRY(name_of(v, "milestone", "title", &s, err));
    ald_rows_value(rows, rec, "milestone", s, "milestone");
    ALD_TRY(ald_issue_people(rows, rec, v, "user", err));
    const struct ald_issue issue = {.cfg = cfg, .rows = rows, .rec = rec, .v = v, .labels = labels, .text = text, .text_field = "body",
                                    .place = ald_github_at(rows->arena, subject).repository};
    ALD_TRY(ald_issue_fields(&issue, false, err));
    ald_issue_tasks(&issue, el);
    (void)ald_rows_todo(rows, el, "timeline", subject);
    if (may_have_sub_issues(v, before))
        (void)ald_rows_todo(rows, el, "sub_issues", subject);
    return ALD_OK;
}

/* ---- Timelines ---- */

static const struct {
    const char *event, *kind, *value;
} kinds[] = {
    {"closed", "resolved", NULL},
    {"reopened", "reopened", NULL},
    {"commented", "note", NULL},
    {"renamed", "status_update", NULL},
    {"locked", "status_update", NULL},
    {"issue_type_added", "status_update", NULL},
    {"issue_type_changed", "status_update", NULL},
    {"marked_as_duplicate", "merged", NULL},
    {"mentioned", "other", "notified"},
};

/** The issue or pull request that mentions this one, or false. */
static bool source_issue(const struct ald_jv *v, struct ald_jv *holder, struct ald_jv *ret)
{
    return ald_json_opt(v, "source", holder) && ald_json_opt(holder, "issue", ret) && ald_json_kind(ret) == ALD_JSON_OBJECT;
}

const char *ald_github_event_id(struct ald_arena *arena, const struct ald_jv *v)
{
    struct ald_jv holder, issue;
    const char *event = NULL, *id = NULL;
    if (ald_json_str_opt(v, "event", &event, NULL) != ALD_OK || !event)
        event = "";
    if (ald_json_id_opt(arena, v, "id", &id, NULL) == ALD_OK && id)
        return ald_sprintf(arena, "%s%s%s", event, *event ? " " : "", id);
    if (source_issue(v, &holder, &issue) && ald_json_str_opt(&issue, "html_url", &id, NULL) == ALD_OK && id)
        return ald_sprintf(arena, "%s %s", event, id);
    if (ald_json_str_opt(v, "sha", &id, NULL) == ALD_OK && id)
        return ald_sprintf(arena, "%s %s", event, id);
    return NULL;
}

/** ".../repos/acme/ops/commits/SHA" of the API as people see it: ".../acme/ops/commit/SHA". */
static const char *commit_page(struct ald_arena *arena, const char *url)
{
    const char *repos = url ? strstr(url, "/repos/") : NULL, *commits = repos ? strstr(repos, "/commits/") : NULL;
    const char *host = repos ? strstr(url, "://") : NULL;
    if (!commits || !host || host > repos)
        return url;
    host += 3;
    size_t scheme_n = (size_t)(host - url), host_n = (size_t)(repos - host);
    const char *place = ald_strndup(arena, host, host_n), *v3 = strstr(place, "/api/v3");
    if (v3)
        place = ald_strndup(arena, place, (size_t)(v3 - place));
    else if (strncmp(place, "api.", 4) == 0)
        place += 4;
    return ald_sprintf(arena, "%.*s%s%.*s/commit/%s", (int)scheme_n, url, place, (int)(commits - repos - 6), repos + 6, commits + 9);
}

/** An issue of the user's own kinds that mentions this one is a review of it, or an action after it. */
static enum ald_rc cross_reference(const struct ald_source_cfg *cfg, const char *subject, struct ald_rows *rows, struct ald_element *el,
                                   const struct ald_jv *issue, struct ald_err *err)
{
    const char *url = NULL;
    struct ald_jv pull;
    ALD_TRY(ald_json_str_opt(issue, "html_url", &url, err));
    ald_rows_link(rows, el, subject, "mention", url, "timeline:source.issue.html_url");
    return ald_json_opt(issue, "pull_request", &pull) || !url ? ALD_OK : ald_issue_follows(cfg, rows, el, subject, issue, url, err);
}

static enum ald_rc comment(const char *subject, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *v,
                           struct ald_row_event *e, struct ald_err *err)
{
    ALD_TRY(ald_json_str_opt(v, "body", &e->text, err));
    if (!e->actor)
        ald_issue_person(v, "user", &e->actor, &e->automatic);
    e->agent = e->actor;
    ald_issue_mentions(rows, el, subject, ald_github_at(rows->arena, subject).repository, e->text, "timeline:body", NULL);
    return ALD_OK;
}

/** What an entry tells beside its kind. */
static enum ald_rc particulars(const char *subject, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *v, const char *event,
                               struct ald_row_event *e, struct ald_err *err)
{
    struct ald_jv rename;
    const char *commit = NULL;
    if (is(event, "commented"))
        return comment(subject, rows, el, v, e, err);
    if (is(event, "renamed") && ald_json_opt(v, "rename", &rename))
        ALD_TRY(ald_json_str_opt(&rename, "to", &e->value, err));
    if (is(event, "mentioned")) /* the actor is who was mentioned */
        e->automatic = -1;
    ALD_TRY(ald_json_str_opt(v, "commit_url", &commit, err));
    ald_rows_link(rows, el, subject, "mention", commit_page(rows->arena, commit), "timeline:commit_url");
    return ALD_OK;
}

/** Labels and assignees, which have rules of their own. @return false: the entry is none of these. */
static enum ald_rc label_or_assignee(const struct ald_source_cfg *cfg, const struct ald_issue_who *who, struct ald_rows *rows,
                                     struct ald_element *el, const struct ald_jv *v, const char *event, bool *ret, struct ald_err *err)
{
    struct ald_issue_who told = *who;
    const char *label = NULL;
    int automatic;
    *ret = true;
    if (is(event, "assigned") || is(event, "unassigned")) {
        ald_issue_person(v, "assignee", &told.person, &automatic);
        if (!told.person) /* a deleted account, or a machine */
            *ret = false;
        else
            ald_issue_assigned(rows, el, &told, is(event, "assigned"));
        return ALD_OK;
    }
    *ret = is(event, "labeled") || is(event, "unlabeled");
    if (!*ret)
        return ALD_OK;
    ALD_TRY(name_of(v, "label", "name", &label, err));
    ald_issue_label_event(rows, el, cfg, who, label ? label : "", is(event, "labeled"));
    return ALD_OK;
}

enum ald_rc ald_github_event(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                             const struct ald_jv *v, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req);
    struct ald_issue_who who = {.record = subject, .id = ald_github_event_id(rows->arena, v), .field = "timeline"};
    struct ald_jv holder, issue;
    const char *event = NULL, *kind = "other", *value = NULL, *reason = NULL;
    bool done = false;
    ALD_TRY(ald_json_str_opt(v, "event", &event, err));
    ALD_TRY(ald_json_time_opt(v, "created_at", &who.at, err));
    ald_issue_person(v, "actor", &who.agent, &who.automatic);
    if (source_issue(v, &holder, &issue))
        ALD_TRY(cross_reference(cfg, subject, rows, el, &issue, err));
    if (who.at == ALD_TIME_NONE || is(event, "subscribed") || is(event, "unsubscribed")) /* commits of pull requests have no such time */
        return ALD_OK;
    ALD_TRY(label_or_assignee(cfg, &who, rows, el, v, event, &done, err));
    if (done)
        return ALD_OK;
    value = event;
    ALD_TRY(ald_json_str_opt(v, "state_reason", &reason, err));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is(event, kinds[i].event)) {
            kind = kinds[i].kind;
            value = kinds[i].value;
        }
    if (is(event, "closed") && unresolved(reason)) {
        kind = "closed";
        value = reason;
    }
    struct ald_row_event *e = ald_issue_event(rows, el, &who, kind);
    e->value = value;
    return particulars(subject, rows, el, v, event, e, err);
}

/* ---- Sub-issues: what is left to do ---- */

enum ald_rc ald_github_sub_issue(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                                 const struct ald_jv *v, struct ald_err *err)
{
    const char *state = NULL;
    ALD_TRY(ald_json_str_opt(v, "state", &state, err));
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, ald_listing_subject(res->req)));
    ALD_TRY(ald_json_str_opt(v, "title", &a->title, err));
    ALD_TRY(ald_json_str_opt(v, "html_url", &a->url, err));
    ALD_TRY(ald_json_time_opt(v, "created_at", &a->opened_at, err));
    ALD_TRY(ald_json_time_opt(v, "closed_at", &a->closed_at, err));
    a->status = state;
    return ALD_OK;
}
