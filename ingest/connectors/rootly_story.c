/* What happened in an incident of Rootly, and what people said of it: who had which role, its timeline, posts, alerts, form fields, action
 * items, feedback and retrospective. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/rootly_priv.h"
#include "connectors/word.h"

/* ---- Roles and the retrospective: what an incident's own answer includes ---- */

static enum ald_rc add_role(struct ald_rows *rows, struct ald_element *el, const char *subject, const struct ald_jv *attributes,
                            struct ald_err *err)
{
    struct ald_jv v, role, in;
    const char *person = NULL, *name = NULL;
    ALD_TRY(ald_rootly_user(attributes, "user", &person, err));
    if (!person)
        return ALD_OK;
    if (ald_json_opt(attributes, "incident_role", &v) && ald_rootly_resource(&v, &role)) {
        const struct ald_jv *from = ald_json_opt(&role, "attributes", &in) ? &in : &role;
        ALD_TRY(ald_json_str_opt(from, "name", &name, err));
    }
    bool leads = name && (strcasestr(name, "commander") || strcasestr(name, "lead"));
    ald_rows_person(rows, ald_rows_addition(rows, el, subject), person, leads ? "commander" : "responder", ALD_TIME_NONE,
                    "incident_included:roles");
    return ALD_OK;
}

struct retrospective {
    const char *title, *url, *status, *progress, *content;
    int64_t at;
};

static struct ald_row_event *add_words(struct ald_rows *rows, struct ald_element *el, const char *subject, const char *id, int64_t at,
                                       const char *kind, const char *text)
{
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "included %s", id), at, kind);
    e->external_id = subject;
    e->field = "incident_included";
    e->value = id;
    e->text = ald_listing_plain(rows->arena, text);
    ald_answer_mentions(rows, el, subject, e->text, "incident_included:text");
    return e;
}

/** What was said when it was mitigated, resolved or cancelled, with the time of that. */
static enum ald_rc add_messages(struct ald_rows *rows, struct ald_element *el, const char *subject, const struct ald_jv *attributes,
                                struct ald_err *err)
{
    static const struct {
        const char *text, *at, *by, *kind;
    } messages[] = {{"mitigation_message", "mitigated_at", "mitigated_by", "mitigated"},
                    {"resolution_message", "resolved_at", "resolved_by", "resolved"},
                    {"cancellation_message", "cancelled_at", "cancelled_by", "closed"}};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        const char *text = NULL, *person = NULL;
        int64_t at;
        ALD_TRY(ald_json_str_opt(attributes, messages[i].text, &text, err));
        ALD_TRY(ald_json_time_opt(attributes, messages[i].at, &at, err));
        ALD_TRY(ald_rootly_user(attributes, messages[i].by, &person, err));
        if (!text || !*text || at == ALD_TIME_NONE)
            continue;
        struct ald_row_event *e = add_words(rows, el, subject, messages[i].text, at, messages[i].kind, text);
        e->actor = e->agent = person;
        e->automatic = person ? 0 : -1;
    }
    return ALD_OK;
}

/** A draft is made for every incident; what people began, finished or published is a review. */
static void add_review(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                       const struct retrospective *retro)
{
    bool begun = is(retro->progress, "active") || is(retro->progress, "completed");
    if (!begun && !is(retro->status, "published"))
        return;
    struct ald_row_review *r = ald_rows_review(rows, el, ald_listing_ref(rows->arena, cfg, subject));
    r->title = retro->title;
    r->url = retro->url;
    r->status = begun ? retro->progress : retro->status;
    if (retro->content && *retro->content && retro->at != ALD_TIME_NONE)
        (void)add_words(rows, el, subject, "retrospective", retro->at, "note", retro->content);
}

enum ald_rc ald_rootly_included(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req);
    struct ald_jv data, attributes, list, it;
    struct retrospective retro = {.at = ALD_TIME_NONE};
    bool any = false;
    ALD_TRY(ald_json_get(row, "data", &data, err));
    ALD_TRY(ald_rootly_attributes(&data, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "retrospective_progress_status", &retro.progress, err));
    ALD_TRY(add_messages(rows, el, subject, &attributes, err));
    ALD_TRY(ald_answer_each(row, "included", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *type = NULL;
        if (ald_json_kind(&it) != ALD_JSON_OBJECT || !ald_json_opt(&it, "attributes", &attributes))
            continue;
        ALD_TRY(ald_json_str_opt(&it, "type", &type, err));
        if (is(type, "incident_post_mortems")) {
            ALD_TRY(ald_json_str_opt(&attributes, "title", &retro.title, err));
            ALD_TRY(ald_json_str_opt(&attributes, "url", &retro.url, err));
            ALD_TRY(ald_json_str_opt(&attributes, "status", &retro.status, err));
            ALD_TRY(ald_json_str_opt(&attributes, "content", &retro.content, err));
            ALD_TRY(ald_json_time_opt(&attributes, "updated_at", &retro.at, err));
        } else if (type && strstr(type, "role")) {
            ALD_TRY(add_role(rows, el, subject, &attributes, err));
        }
    }
    add_review(cfg, rows, el, subject, &retro);
    return ALD_OK;
}

/* ---- The timeline ---- */

static enum ald_rc add_entry(const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                             const char *time_key, const char *field, struct ald_row_event **ret, struct ald_jv *ret_attributes,
                             struct ald_err *err)
{
    const char *id = NULL, *text = NULL, *person = NULL, *subject = ald_listing_subject(res->req);
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_rootly_attributes(row, ret_attributes, err));
    ALD_TRY(ald_json_time(ret_attributes, time_key, &at, err));
    ALD_TRY(ald_json_str_opt(ret_attributes, "event", &text, err));
    ALD_TRY(ald_rootly_user(ret_attributes, "user", &person, err));
    if (!person)
        ALD_TRY(ald_rootly_user(ret_attributes, "user_id", &person, err));
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s %s", field, id), at, "note");
    e->external_id = subject;
    e->field = field;
    e->text = text;
    e->actor = e->agent = person;
    e->automatic = person ? 0 : -1;
    ald_answer_mentions(rows, el, subject, text, ald_sprintf(rows->arena, "%s:event", field));
    *ret = e;
    return ALD_OK;
}

enum ald_rc ald_rootly_event(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    struct ald_row_event *e;
    struct ald_jv attributes;
    ALD_TRY(add_entry(res, rows, el, row, "occurred_at", "incident_events", &e, &attributes, err));
    return ald_json_str_opt(&attributes, "visibility", &e->value, err);
}

/** What customers were told. */
enum ald_rc ald_rootly_status_page_event(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    struct ald_row_event *e;
    struct ald_jv attributes;
    ALD_TRY(add_entry(res, rows, el, row, "started_at", "incident_status_page_events", &e, &attributes, err));
    e->kind = "status_update";
    return ald_json_str_opt(&attributes, "status", &e->value, err);
}

enum ald_rc ald_rootly_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req), *id = NULL, *title = NULL, *s = NULL;
    struct ald_jv attributes;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "summary", &title, err));
    ALD_TRY(ald_json_time_opt(&attributes, "started_at", &at, err));
    if (at == ALD_TIME_NONE)
        ALD_TRY(ald_json_time(&attributes, "created_at", &at, err));
    ald_listing_alert(rows, el, subject, id, title, at);
    ALD_TRY(ald_json_str_opt(&attributes, "external_url", &s, err));
    ald_rows_link(rows, el, subject, "url", s, "incident_alerts:external_url");
    ALD_TRY(ald_json_id_opt(rows->arena, &attributes, "external_id", &s, err));
    ald_rows_link(rows, el, subject, "alert", s, "incident_alerts:external_id");
    if (ald_rootly_calls(cfg))
        (void)ald_rows_todo(rows, el, "incident_alert_events", ald_sprintf(rows->arena, "%s@%s", id, subject));
    return ALD_OK;
}

/* ---- Form fields ---- */

enum ald_rc ald_rootly_definition(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    (void)el;
    struct ald_jv attributes;
    const char *id = NULL, *type = NULL, *name = NULL;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_str_opt(row, "type", &type, err));
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    bool option = is(type, "form_field_options");
    ALD_TRY(ald_json_id_opt(rows->arena, &attributes, option ? "value" : "name", &name, err));
    if (name && (option || is(type, "form_fields")))
        ald_rows_fact(rows, option ? ALD_ROOTLY_OPTION : ALD_ROOTLY_FORM_FIELD, id, name);
    return ALD_OK;
}

/** A selection, with the names that stand for its ids. */
struct selection {
    const char *id, *name;
    struct ald_texts texts;
};

static enum ald_rc read_selection(const struct ald_http_res *res, struct ald_arena *arena, const struct ald_jv *attributes,
                                  struct selection *ret, struct ald_err *err)
{
    static const struct {
        const char *member, *kind;
    } ids[] = {{"selected_option_ids", ALD_ROOTLY_OPTION}, {"selected_group_ids", ALD_ROOTLY_TEAM}, {"selected_service_ids", NULL}};
    const char *text = NULL;
    *ret = (struct selection){.id = NULL};
    ALD_TRY(ald_json_id(arena, attributes, "form_field_id", &ret->id, err));
    ret->name = ald_fact(res, ALD_ROOTLY_FORM_FIELD, ret->id);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct ald_jv list, it;
        bool any = false;
        ALD_TRY(ald_answer_each(attributes, ids[i].member, &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
            const char *id = NULL;
            if (ald_json_kind(&it) != ALD_JSON_STRING)
                continue;
            ALD_TRY(ald_json_as_str(&it, &id, err));
            const char *known = ids[i].kind ? ald_fact(res, ids[i].kind, id) : NULL;
            ald_texts_add(arena, &ret->texts, known ? known : id);
        }
    }
    if (!ret->texts.n)
        ALD_TRY(ald_json_id_opt(arena, attributes, "value", &text, err));
    ald_texts_add(arena, &ret->texts, text);
    return ALD_OK;
}

static enum ald_rc texts_of(struct ald_arena *arena, const void *from, const char *field, const char *const **ret, size_t *ret_n,
                            struct ald_err *err)
{
    (void)arena;
    (void)err;
    const struct selection *selection = from;
    bool called = is(selection->id, field) || ald_name_like(selection->name, field);
    *ret = selection->texts.at;
    *ret_n = called ? selection->texts.n : 0;
    return ALD_OK;
}

enum ald_rc ald_rootly_form_field(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    struct ald_jv attributes;
    struct selection selection;
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(read_selection(res, rows->arena, &attributes, &selection, err));
    if (!selection.texts.n)
        return ALD_OK;
    struct ald_row_record *add = ald_rows_addition(rows, el, ald_listing_subject(res->req));
    const char *name = selection.name ? selection.name : selection.id;
    for (size_t i = 0; i < selection.texts.n; i++)
        ald_rows_value(rows, add, ald_sprintf(rows->arena, "field:%s", name), selection.texts.at[i], "incident_form_fields:value");
    return ald_mapped_read(cfg, rows, add, &selection, texts_of, err);
}

/* ---- Afterwards ---- */

/** Follow-ups; tasks are what was done meanwhile. When one was done is told by newer answers alone: else its last change is, and that is
 *  not earlier. */
enum ald_rc ald_rootly_action_item(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    struct ald_jv attributes, list, it;
    const char *kind = NULL, *team = NULL;
    bool any = false;
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "kind", &kind, err));
    if (is(kind, "task"))
        return ALD_OK;
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, ald_listing_subject(res->req)));
    ALD_TRY(ald_json_str_opt(&attributes, "summary", &a->title, err));
    ALD_TRY(ald_json_str_opt(&attributes, "status", &a->status, err));
    ALD_TRY(ald_json_str_opt(&attributes, "jira_issue_url", &a->url, err));
    ALD_TRY(ald_json_time_opt(&attributes, "created_at", &a->opened_at, err));
    ALD_TRY(ald_json_time_opt(&attributes, "due_date", &a->due_at, err));
    if (is(a->status, "done") || is(a->status, "cancelled")) {
        ALD_TRY(ald_json_time_opt(&attributes, "completed_at", &a->closed_at, err));
        if (a->closed_at == ALD_TIME_NONE)
            ALD_TRY(ald_json_time_opt(&attributes, "updated_at", &a->closed_at, err));
    }
    ALD_TRY(ald_answer_each(&attributes, "assigned_to_group_ids", &list, &any, err));
    if (any && ald_json_first(&list, &it) && ald_json_kind(&it) == ALD_JSON_STRING) {
        ALD_TRY(ald_json_as_str(&it, &team, err));
        const char *name = ald_fact(res, ALD_ROOTLY_TEAM, team);
        a->team = name ? name : team;
    }
    return ALD_OK;
}

/** What people said of it, never by whom. */
enum ald_rc ald_rootly_feedback(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    struct ald_jv attributes;
    const char *text = NULL;
    int64_t at;
    ALD_TRY(ald_rootly_attributes(row, &attributes, err));
    ALD_TRY(ald_json_str_opt(&attributes, "feedback", &text, err));
    ALD_TRY(ald_json_time_opt(&attributes, "created_at", &at, err));
    if (!text || !*text)
        return ALD_OK;
    struct ald_row_learning *l = ald_rows_learning(rows, el, ald_listing_ref(rows->arena, cfg, ald_listing_subject(res->req)));
    l->text = text;
    l->kind = "feedback";
    l->at = at;
    return ALD_OK;
}
