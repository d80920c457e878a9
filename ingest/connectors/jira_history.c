/* What the timeline of an issue means: entries of its changelog, comments, remote links. A changelog names statuses by
 * id: their categories come from the list of statuses. Must not know requests or paging. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/jira_priv.h"
#include "connectors/word.h"

/** One changed field. from and to are ids where the field has them. */
struct item {
    const char *field; /* id where it is told, else name: customfield_10010, status, components */
    const char *name, *from, *to, *from_text, *to_text;
};

struct entry {
    const struct ald_source_cfg *cfg;
    const struct ald_http_res *res;
    struct ald_rows *rows;
    struct ald_element *el;
    const char *id, *subject, *author;
    int automatic;
    int64_t at;
    const char *resolution; /* of an item "resolution" of the same entry: "" cleared; NULL: none */
    bool has_status;        /* the entry changes the status */
};

static enum ald_rc read_item(struct ald_arena *arena, const struct ald_jv *v, struct item *ret, struct ald_err *err)
{
    ALD_TRY(ald_json_str(v, "field", &ret->name, err));
    ALD_TRY(ald_json_str_opt(v, "fieldId", &ret->field, err));
    ALD_TRY(ald_json_id_opt(arena, v, "from", &ret->from, err));
    ALD_TRY(ald_json_id_opt(arena, v, "to", &ret->to, err));
    ALD_TRY(ald_json_str_opt(v, "fromString", &ret->from_text, err));
    ALD_TRY(ald_json_str_opt(v, "toString", &ret->to_text, err));
    if (!ret->field || !*ret->field)
        ret->field = is(ret->name, "Component") ? "components" : ret->name;
    return ALD_OK;
}

/** True when the item is of the field that the configuration gives to a canonical name. */
static bool is_mapped(const struct entry *e, struct item *item, const char *canonical, const char *otherwise)
{
    const char *mapped = ald_source_field(e->cfg, canonical);
    mapped = mapped ? mapped : otherwise;
    if (!mapped || (!is(item->field, mapped) && !is(item->name, ald_fact(e->res, ALD_JIRA_FIELD, mapped))))
        return false;
    item->field = mapped; /* as the record's own rows name it */
    return true;
}

static struct ald_row_event *add(const struct entry *e, const struct item *item, const char *id, const char *kind)
{
    struct ald_row_event *event = ald_rows_event(e->rows, e->el, id, e->at, kind);
    event->external_id = e->subject;
    event->actor = event->agent = e->author;
    event->automatic = e->automatic;
    event->field = item->field;
    return event;
}

static const char *state_kind(const struct entry *e, const struct item *item)
{
    const char *from = ald_fact(e->res, ALD_JIRA_CATEGORY, item->from);
    const char *to = ald_fact(e->res, ALD_JIRA_CATEGORY, item->to);
    if (!from || !to) { /* a status that was deleted since: what the entry did to the resolution tells as well */
        if (e->resolution && !is(from, "done") && (!to || is(to, "done")) && *e->resolution)
            return "resolved";
        if (e->resolution && !is(to, "done") && (!from || is(from, "done")) && !*e->resolution)
            return "reopened";
        ald_rows_finding(e->rows, "status_unknown", from ? item->to : item->from,
                         "changelogs name a status that the source no longer lists: whether it meant done is not known",
                         1, "info");
        return is(to, "done") ? "resolved" : "status_update";
    }
    if (is(to, "done"))
        return is(from, "done") ? "status_update" : "resolved";
    if (is(from, "done"))
        return "reopened";
    return is(from, "new") && is(to, "indeterminate") ? "acknowledged" : "status_update";
}

static void assignee(const struct entry *e, const struct item *item, const char *id)
{
    if (!item->to) {
        (void)add(e, item, id, "status_update");
        return;
    }
    struct ald_row_event *event = add(e, item, id, item->from ? "reassigned" : "assigned");
    event->actor = item->to;
    event->automatic = -1;                /* who was assigned is a person, whoever did it */
    if (!item->from && e->automatic != 1) /* somebody took it up */
        (void)add(e, item, ald_sprintf(e->rows->arena, "%s.taken", id), "acknowledged");
}

/** True when name is one of the parts of a list "a, b". */
static bool is_part(const char *list, const char *name, size_t n)
{
    for (const char *s = list; s && *s;) {
        size_t len = strcspn(s, ",");
        if (len == n && memcmp(s, name, n) == 0)
            return true;
        s += len + (s[len] == ',');
        s += strspn(s, " ");
    }
    return false;
}

/** An item names one component, or the whole list before and after: several choices have their ids in brackets. */
static void services(const struct entry *e, const struct item *item, const char *id)
{
    bool list = (item->to && *item->to == '[') || (item->from && *item->from == '[');
    size_t added = 0;
    for (const char *s = item->to_text; s && *s; added++) {
        size_t n = list ? strcspn(s, ",") : strlen(s);
        const char *name = ald_strndup(e->rows->arena, s, n);
        if (!list || !is_part(item->from_text, s, n))
            add(e, item, added ? ald_sprintf(e->rows->arena, "%s.%zu", id, added) : id, "service_added")->service =
                name;
        s += n + (s[n] == ',');
        s += strspn(s, " ");
    }
    if (!added)
        (void)add(e, item, id, "status_update");
}

/** Housekeeping of boards and links is no work on the incident. */
static const char *const housekeeping[] = {
    "Rank",     "Sprint",    "Link",      "RemoteIssueLink", "Epic Link",   "Parent",  "IssueParentAssociation",
    "Workflow", "timespent", "WorklogId", "timeestimate",    "Fix Version", "project", "Key",
    NULL};

/** An impact or a company that the user maps to a field, or a customer's ticket that was linked, told in the words of
 *  timeline.h. */
static const char *given_word(const struct entry *e, struct item *item)
{
    const struct ald_given_field *given;
    if (is(item->name, "Link"))
        return ald_jira_is_support(e->cfg, item->to) ? "customer_report" : NULL;
    for (size_t i = 0; (given = ald_given_field_at(i)); i++)
        if (is_mapped(e, item, given->canonical, NULL))
            return ald_given_word(e->rows->arena, given, item->to_text);
    return NULL;
}

static void change(const struct entry *e, struct item *item, const char *id)
{
    if (is(item->field, "status")) {
        add(e, item, id, state_kind(e, item))->value = item->to_text;
    } else if (is(item->field, "assignee")) {
        assignee(e, item, id);
    } else if (is_mapped(e, item, "service", "components")) {
        services(e, item, id);
    } else if (is_mapped(e, item, "team", NULL)) {
        add(e, item, id,
            !item->to_text || !*item->to_text     ? "status_update"
            : item->from_text && *item->from_text ? "reassigned"
                                                  : "assigned")
            ->team = item->to_text;
    } else if (is_mapped(e, item, "severity", "priority")) {
        add(e, item, id, "severity_changed")->value = item->to_text;
    } else {
        const char *word = given_word(e, item);
        (void)add(e, item, id, one_of(item->name, housekeeping) ? "other" : "status_update");
        if (word)
            add(e, item, ald_sprintf(e->rows->arena, "%s.given", id), "other")->value = word;
    }
}

static enum ald_rc subject_of(const struct ald_http_res *res, const char **ret, struct ald_err *err)
{
    if (res->req->subjects_n != 1)
        return ald_fail(err, ALD_ERR_FORMAT, "a timeline of no issue");
    *ret = res->req->subjects[0];
    return ALD_OK;
}

enum ald_rc ald_jira_history(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    struct entry e = {.cfg = cfg, .res = res, .rows = rows, .el = el};
    struct ald_jv items, it;
    ALD_TRY(subject_of(res, &e.subject, err));
    ALD_TRY(ald_json_id(rows->arena, v, "id", &e.id, err));
    ALD_TRY(ald_json_time(v, "created", &e.at, err));
    ALD_TRY(ald_jira_person(v, "author", &e.author, &e.automatic, err));
    ALD_TRY(ald_json_get(v, "items", &items, err));
    if (ald_json_kind(&items) != ALD_JSON_ARRAY)
        return ald_json_expected(&items, "a list", err);
    size_t n = ald_json_len(&items), i = 0;
    struct item *list = ald_calloc(rows->arena, n, sizeof *list);
    for (bool ok = ald_json_first(&items, &it); ok; ok = ald_json_next(&it), i++) {
        ALD_TRY(read_item(rows->arena, &it, &list[i], err));
        if (is(list[i].field, "resolution"))
            e.resolution = list[i].to ? list[i].to : "";
        e.has_status = e.has_status || is(list[i].field, "status");
    }
    for (i = 0; i < n; i++)
        if (!e.has_status || !is(list[i].field, "resolution")) /* the change of status says it */
            change(&e, &list[i], ald_sprintf(rows->arena, "c%s.%zu", e.id, i));
    return ALD_OK;
}

enum ald_rc ald_jira_comment(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg;
    struct ald_jv body;
    const char *id = NULL, *subject = NULL, *author = NULL, *text = NULL;
    int automatic;
    int64_t at;
    ALD_TRY(subject_of(res, &subject, err));
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_time(v, "created", &at, err));
    ALD_TRY(ald_jira_person(v, "author", &author, &automatic, err));
    if (ald_json_opt(v, "body", &body))
        ALD_TRY(ald_jira_text(rows->arena, &body, &text, err));
    struct ald_row_event *event = ald_rows_event(rows, el, ald_sprintf(rows->arena, "m%s", id), at, "note");
    event->external_id = subject;
    event->actor = event->agent = author;
    event->automatic = automatic;
    event->field = "comment";
    event->text = text;
    ald_answer_mentions(rows, el, subject, text, "comment:body");
    return ALD_OK;
}

enum ald_rc ald_jira_remotelink(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    struct ald_jv object;
    const char *subject = NULL, *url = NULL, *title = NULL;
    ALD_TRY(subject_of(res, &subject, err));
    ALD_TRY(ald_json_get(v, "object", &object, err));
    ALD_TRY(ald_json_str_opt(&object, "url", &url, err));
    ALD_TRY(ald_json_str_opt(&object, "title", &title, err));
    ald_rows_link(rows, el, subject, "url", url, "remotelink:object.url");
    ald_jira_written_up(cfg, rows, el, subject, title, url);
    return ALD_OK;
}
