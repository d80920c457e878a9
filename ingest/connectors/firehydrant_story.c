/* What happened in an incident of FireHydrant, and what people said of it: its timeline, alerts, links, related incidents, tickets,
 * retrospectives with their answers and contributing factors. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/firehydrant_priv.h"
#include "connectors/word.h"

static bool has_word(const char *text, const char *word)
{
    return text && strcasestr(text, word);
}

/* ---- The timeline ---- */

/** Words in an entry's type; the first that fits. What is not known is kept as `other`. */
static const struct {
    const char *word, *kind;
    bool text; /* somebody wrote it */
} entry_types[] = {
    {"note", "note", true},
    {"chat_message", "note", true},
    {"chatmessage", "note", true},
    {"root_cause", "note", true},
    {"general_update", "status_update", true},
    {"generalupdate", "status_update", true},
    {"milestone", "status_update", false},
    {"status", "status_update", false},
    {"impact", "status_update", false},
    {"bulk_update", "status_update", false},
};

/** The words of an entry stand in different members by its type. */
static enum ald_rc entry_text(const struct ald_jv *row, const char **ret, struct ald_err *err)
{
    static const char *const members[] = {"body", "message", "summary", "description"};
    struct ald_jv data, v;
    *ret = NULL;
    if (!ald_json_opt(row, "data", &data) || ald_json_kind(&data) != ALD_JSON_OBJECT)
        return ALD_OK;
    for (size_t i = 0; !*ret && i < sizeof members / sizeof members[0]; i++)
        if (ald_json_opt(&data, members[i], &v) && ald_json_kind(&v) == ALD_JSON_STRING)
            ALD_TRY(ald_json_as_str(&v, ret, err));
    return ALD_OK;
}

enum ald_rc ald_firehydrant_event(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *subject = ald_listing_subject(res->req), *id = NULL, *type = NULL, *text = NULL, *person = NULL;
    int automatic;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_str_opt(row, "type", &type, err));
    ALD_TRY(ald_json_time(row, "occurred_at", &at, err));
    ALD_TRY(ald_firehydrant_author(row, "author", &person, &automatic, err));
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "event %s", id), at, "other");
    e->external_id = subject;
    e->field = "incident_events";
    e->value = type;
    e->automatic = automatic;
    for (size_t i = 0; i < sizeof entry_types / sizeof entry_types[0]; i++) {
        if (!has_word(type, entry_types[i].word))
            continue;
        e->kind = entry_types[i].kind;
        e->actor = e->agent = person;
        if (entry_types[i].text) {
            ALD_TRY(entry_text(row, &text, err));
            e->text = text;
            ald_answer_mentions(rows, el, subject, text, "incident_events:body");
        }
        return ALD_OK;
    }
    e->agent = person; /* `other` engages nobody */
    return ALD_OK;
}

/* ---- What belongs to it ---- */

enum ald_rc ald_firehydrant_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *subject = ald_listing_subject(res->req), *id = NULL, *title = NULL, *s = NULL;
    struct ald_jv alert;
    int64_t at;
    ALD_TRY(ald_json_get(row, "alert", &alert, err));
    ALD_TRY(ald_json_id(rows->arena, &alert, "id", &id, err));
    ALD_TRY(ald_json_str_opt(&alert, "summary", &title, err));
    ALD_TRY(ald_json_time_opt(&alert, "starts_at", &at, err));
    if (at != ALD_TIME_NONE)
        ald_listing_alert(rows, el, subject, id, title, at);
    ALD_TRY(ald_json_str_opt(&alert, "remote_url", &s, err));
    ald_rows_link(rows, el, subject, "url", s, "incident_alerts:remote_url");
    ALD_TRY(ald_json_id_opt(rows->arena, &alert, "remote_id", &s, err));
    ald_rows_link(rows, el, subject, "alert", s, "incident_alerts:remote_id");
    return ALD_OK;
}

/** People link to all sorts of things. */
enum ald_rc ald_firehydrant_link(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *url = NULL;
    ALD_TRY(ald_json_str_opt(row, "href_url", &url, err));
    ald_rows_link(rows, el, ald_listing_subject(res->req), "mention", url, "incident_links:href_url");
    return ALD_OK;
}

static enum ald_rc add_relative(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                                const struct ald_jv *other, const char *kind, struct ald_err *err)
{
    const char *id = NULL;
    if (ald_json_kind(other) != ALD_JSON_OBJECT)
        return ALD_OK;
    ALD_TRY(ald_json_id_opt(rows->arena, other, "id", &id, err));
    if (id)
        ald_rows_link(rows, el, subject, kind, ald_listing_ref(rows->arena, cfg, id),
                      ald_sprintf(rows->arena, "incident_relationships:%s", kind));
    return ALD_OK;
}

/** The child names its parent; what is only beside it is named, no more. */
enum ald_rc ald_firehydrant_relationships(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                          struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    static const char *const beside[] = {"children", "siblings"};
    const char *subject = ald_listing_subject(res->req);
    struct ald_jv other, list;
    bool any = false;
    if (ald_json_opt(row, "parent", &other))
        ALD_TRY(add_relative(cfg, rows, el, subject, &other, "parent", err));
    for (size_t i = 0; i < 2; i++) {
        ALD_TRY(ald_answer_each(row, beside[i], &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &other); ok; ok = ald_json_next(&other))
            ALD_TRY(add_relative(cfg, rows, el, subject, &other, "mention", err));
    }
    return ALD_OK;
}

/* ---- Afterwards ---- */

/** Follow-ups; tasks are what was done meanwhile. When one was done is not told: its last change is, and that is not earlier. */
enum ald_rc ald_firehydrant_ticket(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *incident = NULL, *type = NULL;
    struct ald_jv link;
    ALD_TRY(ald_json_str_opt(row, "type", &type, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "incident_id", &incident, err));
    if (!is(type, "follow_up") || !incident)
        return ALD_OK;
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, incident));
    ALD_TRY(ald_json_str_opt(row, "summary", &a->title, err));
    ALD_TRY(ald_json_str_opt(row, "state", &a->status, err));
    ALD_TRY(ald_json_time_opt(row, "created_at", &a->opened_at, err));
    ALD_TRY(ald_json_time_opt(row, "due_at", &a->due_at, err));
    if (is(a->status, "done") || is(a->status, "cancelled"))
        ALD_TRY(ald_json_time_opt(row, "updated_at", &a->closed_at, err));
    if (ald_json_opt(row, "link", &link) && ald_json_kind(&link) == ALD_JSON_OBJECT)
        ALD_TRY(ald_json_str_opt(&link, "href_url", &a->url, err));
    return ALD_OK;
}

/** An object, or a list of which the first counts; ret stands in holder. */
static bool first_of(const struct ald_jv *v, const char *member, struct ald_jv *holder, struct ald_jv *ret)
{
    if (!ald_json_opt(v, member, holder))
        return false;
    if (ald_json_kind(holder) == ALD_JSON_ARRAY)
        return ald_json_first(holder, ret) && ald_json_kind(ret) == ALD_JSON_OBJECT;
    return ald_json_kind(holder) == ALD_JSON_OBJECT && ald_json_opt(v, member, ret);
}

/** An answer to a question of the form: what surprised, what was known of the risk, else what was learned. */
static enum ald_rc add_answer(struct ald_rows *rows, struct ald_element *el, const char *incident, const struct ald_jv *question,
                              struct ald_row_review *review, struct ald_err *err)
{
    const char *title = NULL, *body = NULL;
    if (ald_json_kind(question) != ALD_JSON_OBJECT)
        return ALD_OK;
    ALD_TRY(ald_json_str_opt(question, "title", &title, err));
    ALD_TRY(ald_json_str_opt(question, "body", &body, err));
    if (!body || !body[strspn(body, " \t\r\n")])
        return ALD_OK;
    if (has_word(title, "surpris") && !review->why_surprised) {
        review->why_surprised = body;
    } else if (has_word(title, "risk") && !review->risk_awareness) {
        review->risk_awareness = body;
    } else {
        struct ald_row_learning *l = ald_rows_learning(rows, el, incident);
        l->text = body;
        l->kind = title;
    }
    return ALD_OK;
}

enum ald_rc ald_firehydrant_report(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *id = NULL, *incident = NULL;
    struct ald_jv in, list, x;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_id(rows->arena, row, "incident_id", &incident, err));
    const char *ref = ald_listing_ref(rows->arena, cfg, incident);
    struct ald_row_review *r = ald_rows_review(rows, el, ref);
    ALD_TRY(ald_json_str_opt(row, "name", &r->title, err));
    if (ald_json_opt(row, "incident", &in) && ald_json_kind(&in) == ALD_JSON_OBJECT)
        ALD_TRY(ald_json_str_opt(&in, "incident_url", &r->url, err));
    if (first_of(row, "calendar_events", &list, &x)) /* the meeting */
        ALD_TRY(ald_json_time_opt(&x, "starts_at", &r->held_at, err));
    if (ald_json_opt(row, "questions", &list) && ald_json_kind(&list) == ALD_JSON_ARRAY) {
        for (bool ok = ald_json_first(&list, &x); ok; ok = ald_json_next(&x))
            ALD_TRY(add_answer(rows, el, ref, &x, r, err));
    } else if (first_of(row, "questions", &list, &x)) {
        ALD_TRY(add_answer(rows, el, ref, &x, r, err));
    }
    (void)ald_rows_todo(rows, el, "contributing_factors", ald_sprintf(rows->arena, "%s@%s", id, incident));
    return ALD_OK;
}

enum ald_rc ald_firehydrant_reason(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *at = strchr(ald_listing_subject(res->req), '@'), *text = NULL;
    ALD_TRY(ald_json_str_opt(row, "summary", &text, err));
    if (!at || !text || !*text)
        return ALD_OK;
    struct ald_row_learning *l = ald_rows_learning(rows, el, ald_listing_ref(rows->arena, cfg, at + 1));
    l->text = text;
    l->kind = "contributing factor";
    return ALD_OK;
}

void ald_firehydrant_retell(struct ald_told *events, size_t n)
{
    int64_t first = ALD_TIME_NONE;
    for (size_t i = 0; i < n; i++) {
        struct ald_told *e = &events[i];
        if (!is(e->field, "role_assignments") || (!is(e->kind, "assigned") && !is(e->kind, "reassigned")))
            continue;
        e->kind = first != ALD_TIME_NONE && e->at > first ? "reassigned" : "assigned";
        first = first == ALD_TIME_NONE ? e->at : first;
    }
}
