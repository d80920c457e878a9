/* What happened in an incident of incident.io, and what people said of it: updates, alerts, escalations, what is attached or related,
 * follow-ups and post-mortems. Must not know requests or paging. */
#include <inttypes.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/incidentio_priv.h"
#include "connectors/word.h"
#include "cursor.h"

/* ---- Updates ---- */

/** An update tells the state that it leaves; whether that is a change, only the one before it tells. So its event's id begins with the
 *  category, or with the severity, and retell makes sense of them in their order. */
#define STATE "state "
#define SEVERITY "severity "

enum ald_rc ald_incidentio_update(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *id = NULL, *text = NULL, *person = NULL, *category = NULL, *name = NULL, *merged = NULL;
    const char *subject = ald_listing_subject(res->req);
    struct ald_jv status, severity;
    int64_t at;
    int automatic;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_time(row, "created_at", &at, err));
    ALD_TRY(ald_json_str_opt(row, "message", &text, err));
    ALD_TRY(ald_incidentio_actor(row, "updater", &person, &automatic, err));
    if (ald_json_opt(row, "new_incident_status", &status))
        ALD_TRY(ald_json_str_opt(&status, "category", &category, err));
    struct ald_row_event *e =
        ald_rows_event(rows, el, ald_sprintf(rows->arena, STATE "%s %s", category ? category : "-", id), at, "status_update");
    e->external_id = subject;
    e->field = "incident_updates";
    e->actor = e->agent = person;
    e->automatic = automatic;
    e->value = category;
    e->text = text && *text ? text : NULL;
    ald_answer_mentions(rows, el, subject, text, "incident_updates:message");
    if (ald_json_opt(row, "new_severity", &severity)) {
        const char *severity_id = NULL;
        ALD_TRY(ald_json_id(rows->arena, &severity, "id", &severity_id, err));
        ALD_TRY(ald_json_str_opt(&severity, "name", &name, err));
        e = ald_rows_event(rows, el, ald_sprintf(rows->arena, SEVERITY "%s %s", severity_id, id), at, "severity_changed");
        e->external_id = subject;
        e->field = "incident_updates";
        e->agent = person;
        e->automatic = automatic;
        e->value = name;
    }
    ALD_TRY(ald_json_id_opt(rows->arena, row, "merged_into_incident_id", &merged, err));
    if (merged && *merged)
        ald_rows_link(rows, el, subject, "merged_into", ald_listing_ref(rows->arena, cfg, merged), "incident_updates:merged_into");
    return ALD_OK;
}

/** The second word of an event's id. */
static const char *second(const char *id, size_t *ret_n)
{
    const char *word = strchr(id, ' ') + 1;
    *ret_n = strcspn(word, " ");
    return word;
}

static bool same(const char *a, size_t a_n, const char *b, size_t b_n)
{
    return a && a_n == b_n && strncmp(a, b, b_n) == 0;
}

static bool among(const char *word, size_t n, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == n && strncmp(word, *words, n) == 0)
            return true;
    return false;
}

/** What a change from one category to another is. Closing ends the response where no post-incident work came before it. */
static const char *state_kind(const char *was, size_t was_n, const char *word, size_t n)
{
    static const char *const open[] = {"triage", "live", "paused", NULL}, *const after[] = {"learning", "closed", NULL},
                      *const away[] = {"declined", "canceled", "merged", NULL};
    bool was_over = was && !among(was, was_n, open);
    if (!was)
        return among(word, n, open) ? "opened" : "resolved"; /* entered when it was over */
    if (same(was, was_n, word, n))
        return "status_update";
    if (among(word, n, open))
        return was_over ? "reopened" : same("triage", 6, was, was_n) && same("live", 4, word, n) ? "acknowledged" : "status_update";
    if (among(word, n, away))
        return "closed";
    return among(word, n, after) ? (was_over ? "closed" : "resolved") : "status_update";
}

void ald_incidentio_retell(struct ald_told *events, size_t n)
{
    const char *state = NULL, *severity = NULL;
    size_t state_n = 0, severity_n = 0, word_n;
    for (size_t i = 0; i < n; i++) {
        struct ald_told *e = &events[i];
        if (!is(e->field, "incident_updates"))
            continue;
        if (strncmp(e->event_id, STATE, sizeof STATE - 1) == 0) {
            const char *word = second(e->event_id, &word_n);
            e->kind = state_kind(state, state_n, word, word_n);
            state = word;
            state_n = word_n;
        } else if (strncmp(e->event_id, SEVERITY, sizeof SEVERITY - 1) == 0) {
            const char *word = second(e->event_id, &word_n);
            /* The first one was given when it was declared. */
            e->kind = !severity || same(severity, severity_n, word, word_n) ? "other" : "severity_changed";
            severity = word;
            severity_n = word_n;
        }
    }
}

/* ---- What belongs to it ---- */

/** Pages and tickets of other systems are the same happening; a customer's ticket is a report; all else is only named. */
enum ald_rc ald_incidentio_attachment(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    static const struct {
        const char *type, *by_url, *by_id;
    } kinds[] = {{"pager_duty_incident", "url", NULL},
                 {"opsgenie_alert", "url", "alert"},
                 {"jsm_alert", "url", "alert"},
                 {"jira_issue", "url", NULL},
                 {"atlassian_statuspage_incident", "url", NULL},
                 {"statuspage_incident", "url", NULL},
                 {"zendesk_ticket", "customer_report", NULL},
                 {"salesforce_case", "customer_report", NULL}};
    const char *subject = ald_listing_subject(res->req), *type = NULL, *id = NULL, *url = NULL, *by_url = "mention", *by_id = NULL;
    struct ald_jv resource;
    ALD_TRY(ald_json_get(row, "resource", &resource, err));
    ALD_TRY(ald_json_str_opt(&resource, "resource_type", &type, err));
    ALD_TRY(ald_json_id_opt(rows->arena, &resource, "external_id", &id, err));
    ALD_TRY(ald_json_str_opt(&resource, "permalink", &url, err));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!is(type, kinds[i].type))
            continue;
        by_url = kinds[i].by_url;
        by_id = kinds[i].by_id;
    }
    const char *field = ald_sprintf(rows->arena, "incident_attachments:%s", type ? type : "resource");
    ald_rows_link(rows, el, subject, by_url, url && *url ? url : is(by_url, "customer_report") ? id : NULL, field);
    if (by_id)
        ald_rows_link(rows, el, subject, by_id, id, field);
    return ALD_OK;
}

enum ald_rc ald_incidentio_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *subject = ald_listing_subject(res->req), *id = NULL, *title = NULL, *s = NULL;
    struct ald_jv alert;
    int64_t at;
    ALD_TRY(ald_json_get(row, "alert", &alert, err));
    ALD_TRY(ald_json_id(rows->arena, &alert, "id", &id, err));
    ALD_TRY(ald_json_str_opt(&alert, "title", &title, err));
    ALD_TRY(ald_json_time(&alert, "created_at", &at, err));
    ald_listing_alert(rows, el, subject, id, title, at);
    ALD_TRY(ald_json_str_opt(&alert, "source_url", &s, err));
    ald_rows_link(rows, el, subject, "url", s, "incident_alerts:source_url");
    ALD_TRY(ald_json_id_opt(rows->arena, &alert, "deduplication_key", &s, err));
    ald_rows_link(rows, el, subject, "incident_key", s, "incident_alerts:deduplication_key");
    return ALD_OK;
}

/** Related is not the same. */
enum ald_rc ald_incidentio_relationship(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                        struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *id = NULL;
    struct ald_jv other;
    ALD_TRY(ald_json_get(row, "incident", &other, err));
    ALD_TRY(ald_json_id(rows->arena, &other, "id", &id, err));
    ald_rows_link(rows, el, ald_listing_subject(res->req), "mention", ald_listing_ref(rows->arena, cfg, id), "incident_relationships:incident");
    return ALD_OK;
}

/** Who took part, also without a role; since when is not told. Who only looked on was not engaged. */
enum ald_rc ald_incidentio_participants(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                        struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    static const char *const lists[] = {"active", "passive"};
    struct ald_row_record *add = ald_rows_addition(rows, el, ald_listing_subject(res->req));
    struct ald_jv in, list, x, user;
    bool any = false;
    ALD_TRY(ald_json_get(row, "incident_participants", &in, err));
    for (size_t i = 0; i < 2; i++) {
        ALD_TRY(ald_answer_each(&in, lists[i], &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
            const char *type = NULL, *person = NULL;
            ALD_TRY(ald_json_str_opt(&x, "participant_type", &type, err));
            if (!ald_json_opt(&x, "user", &user) || ald_json_kind(&user) != ALD_JSON_STRING)
                continue;
            ALD_TRY(ald_json_as_str(&user, &person, err));
            if (*person)
                ald_rows_person(rows, add, person, i == 0 && !is(type, "observer") ? "responder" : "observer", ALD_TIME_NONE,
                                "incident_participants:user");
        }
    }
    return ALD_OK;
}

/* ---- Escalations ---- */

/** Whom an escalation has called so far. */
struct called {
    struct ald_texts people;
    bool answered;
};

static bool is_known(const struct called *called, const char *person)
{
    for (size_t i = 0; i < called->people.n; i++)
        if (is(called->people.at[i], person))
            return true;
    return false;
}

static struct ald_row_event *call_event(struct ald_rows *rows, struct ald_element *el, const char *incident, const char *id, int64_t at,
                                        const char *kind)
{
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, kind);
    e->external_id = incident;
    e->field = "escalations";
    return e;
}

/** Everybody whom one step called. Somebody new, when nobody had answered: it went on to a further level by itself. */
static enum ald_rc add_called(struct ald_rows *rows, struct ald_element *el, const char *incident, const struct ald_jv *step,
                              const char *id, int64_t at, struct called *called, struct ald_err *err)
{
    struct ald_jv users, user;
    bool any = false, before = called->people.n > 0, further = false;
    ALD_TRY(ald_answer_each(step, "users", &users, &any, err));
    for (bool ok = any && ald_json_first(&users, &user); ok; ok = ald_json_next(&user)) {
        const char *person = NULL;
        if (ald_json_kind(&user) != ALD_JSON_STRING)
            continue;
        ALD_TRY(ald_json_as_str(&user, &person, err));
        struct ald_row_event *e = call_event(rows, el, incident, ald_sprintf(rows->arena, "%s %s", id, person), at, "other");
        e->actor = person;
        e->automatic = 1;
        e->value = "notified";
        if (!is_known(called, person)) {
            further = before;
            ald_texts_add(rows->arena, &called->people, person);
        }
    }
    if (further && !called->answered)
        call_event(rows, el, incident, ald_sprintf(rows->arena, "%s level", id), at, "escalated")->automatic = 1;
    return ALD_OK;
}

static enum ald_rc add_step(struct ald_rows *rows, struct ald_element *el, const char *incident, const struct ald_jv *step,
                            struct called *called, struct ald_err *err)
{
    const char *id = NULL, *what = NULL, *person = NULL;
    struct ald_jv users, user;
    bool any = false;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, step, "id", &id, err));
    ALD_TRY(ald_json_str(step, "event", &what, err));
    ALD_TRY(ald_json_time(step, "occurred_at", &at, err));
    id = ald_sprintf(rows->arena, "escalation %s", ald_sprintf(rows->arena, "%s %s", incident, id));
    if (is(what, "notified_users"))
        return add_called(rows, el, incident, step, id, at, called, err);
    if (!is(what, "acked"))
        return ALD_OK;
    called->answered = true;
    ALD_TRY(ald_answer_each(step, "users", &users, &any, err));
    if (any && ald_json_first(&users, &user) && ald_json_kind(&user) == ALD_JSON_STRING)
        ALD_TRY(ald_json_as_str(&user, &person, err));
    struct ald_row_event *e = call_event(rows, el, incident, id, at, "acknowledged");
    e->actor = e->agent = person;
    e->automatic = person ? 0 : -1;
    return ALD_OK;
}

static enum ald_rc add_escalation(struct ald_rows *rows, struct ald_element *el, const char *incident, const struct ald_jv *row,
                                  struct ald_err *err)
{
    struct ald_jv steps, step;
    struct called called = {.answered = false};
    bool any = false;
    const char *person = NULL, *id = NULL;
    int automatic;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_time(row, "created_at", &at, err));
    ALD_TRY(ald_incidentio_actor(row, "creator", &person, &automatic, err));
    if (automatic == 0) { /* somebody called others in */
        struct ald_row_event *e = call_event(rows, el, incident, ald_sprintf(rows->arena, "escalation %s %s", incident, id), at, "escalated");
        e->agent = person;
        e->automatic = 0;
    }
    ALD_TRY(ald_answer_each(row, "events", &steps, &any, err));
    for (bool ok = any && ald_json_first(&steps, &step); ok; ok = ald_json_next(&step))
        ALD_TRY(add_step(rows, el, incident, &step, &called, err));
    return ALD_OK;
}

enum ald_rc ald_incidentio_escalation(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_jv list, incident;
    const char *own = el->id;
    bool any = false, first = true;
    ALD_TRY(ald_answer_each(row, "related_incidents", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &incident); ok; ok = ald_json_next(&incident), first = false) {
        const char *id = NULL;
        ALD_TRY(ald_json_id(rows->arena, &incident, "id", &id, err));
        /* An element each: one that is not in the store must not take the others with it. */
        if (!first)
            el = ald_rows_element(rows, ald_sprintf(rows->arena, "%s %s", own, id), row);
        ALD_TRY(add_escalation(rows, el, id, row, err));
    }
    return ALD_OK;
}

/* ---- Afterwards ---- */

enum ald_rc ald_incidentio_follow_up(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *incident = NULL, *status = NULL;
    struct ald_jv in;
    ALD_TRY(ald_json_id(rows->arena, row, "incident_id", &incident, err));
    ALD_TRY(ald_json_str_opt(row, "status", &status, err));
    if (is(status, "deleted"))
        return ALD_OK;
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, incident));
    a->status = status;
    ALD_TRY(ald_json_str_opt(row, "title", &a->title, err));
    ALD_TRY(ald_json_time_opt(row, "created_at", &a->opened_at, err));
    ALD_TRY(ald_json_time_opt(row, "completed_at", &a->closed_at, err));
    if (is(status, "not_doing") && a->closed_at == ALD_TIME_NONE) /* decided against: nobody will do it; the last word is when */
        ALD_TRY(ald_json_time_opt(row, "updated_at", &a->closed_at, err));
    if (ald_json_opt(row, "external_issue_reference", &in))
        ALD_TRY(ald_json_str_opt(&in, "issue_permalink", &a->url, err));
    if (ald_json_opt(row, "assignee_team", &in))
        ALD_TRY(ald_json_str_opt(&in, "name", &a->team, err));
    return ALD_OK;
}

enum ald_rc ald_incidentio_postmortem(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *incident = NULL, *type = NULL;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "incident_id", &incident, err));
    struct ald_row_review *r = ald_rows_review(rows, el, ald_listing_ref(rows->arena, cfg, incident));
    ALD_TRY(ald_json_str_opt(row, "title", &r->title, err));
    ALD_TRY(ald_json_str_opt(row, "document_url", &r->url, err));
    ALD_TRY(ald_json_str_opt(row, "status", &r->status, err));
    ALD_TRY(ald_json_str_opt(row, "type", &type, err));
    ALD_TRY(ald_json_time_opt(row, "updated_at", &at, err));
    if (!is(type, "external") && at != ALD_TIME_NONE) /* written elsewhere: only its address is known */
        (void)ald_rows_todo(rows, el, "postmortem_content", ald_sprintf(rows->arena, "%s@%s@%" PRId64, el->id, incident, at));
    return ALD_OK;
}

/** What was written afterwards is a note of that time: it tells how it failed, and names other incidents. */
enum ald_rc ald_incidentio_content(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *subject = ald_listing_subject(res->req), *incident = strchr(subject, '@'), *text = NULL;
    const char *at = incident ? strchr(incident + 1, '@') : NULL;
    ALD_TRY(ald_json_str_opt(row, "markdown", &text, err));
    if (!at || !text || !*text)
        return ALD_OK;
    incident = ald_strndup(rows->arena, incident + 1, (size_t)(at - incident - 1));
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "postmortem %s", el->id), ald_cursor_count(at + 1), "note");
    e->external_id = incident;
    e->field = "postmortem_content";
    e->value = "retrospective";
    e->text = text;
    ald_answer_mentions(rows, el, incident, text, "postmortem_content:markdown");
    return ALD_OK;
}
