/* What PagerDuty's log entries, notes and alerts mean: events of incidents. An entry says what was done; what that
 * meant (the first trigger, a reopening) follows from the entries before it and is told by retell. Must not know
 * requests or paging. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/pagerduty_priv.h"
#include "connectors/word.h"

#define SUFFIX "_log_entry"
/* An incident that was read later than this after an entry shows what the entry did; two clocks differ by less. */
#define CLOCKS_MS ALD_DAY_MS

/* ---- Kinds ---- */

/** How entries of a type are read. known: by whom, where no agent says so; 0 a person, 1 a machine, -1 nobody knows. */
struct manner {
    const char *type, *kind;
    int known;
    bool assignees; /* engages whom it names, not who did it */
};

static const struct manner *manner_of(const char *type)
{
    static const struct manner manners[] = {
        {"trigger" SUFFIX, "opened", -1, false},
        {"acknowledge" SUFFIX, "acknowledged", 0, false},
        {"unacknowledge" SUFFIX, "status_update", -1, false},
        {"assign" SUFFIX, "assigned", -1, true},
        {"delegate" SUFFIX, "reassigned", 0, true},
        {"escalate" SUFFIX, "escalated", -1, true},
        {"resolve" SUFFIX, "resolved", -1, false},
        {"reopen" SUFFIX, "reopened", -1, false},
        {"merge" SUFFIX, "merged", -1, false},
        {"annotate" SUFFIX, "note", 0, false},
        {"snooze" SUFFIX, "status_update", 0, false},
        {"urgency_change" SUFFIX, "status_update", -1, false},
        {"priority_change" SUFFIX, "severity_changed", -1, false},
        {"field_value_change" SUFFIX, "status_update", -1, false},
        {"custom_field_value_change" SUFFIX, "status_update", -1, false},
        {"status_update" SUFFIX, "status_update", -1, false},
        {"responder_accept" SUFFIX, "responder_added", 0, false},
        {"notify" SUFFIX, "other", 1, false},
    };
    static const struct manner other = {NULL, "other", -1, false};
    for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++)
        if (is(type, manners[i].type))
            return &manners[i];
    return &other;
}

/** By whom: a person's pseudonym stands where a user did, a reference to a service or rule where a machine did; else
 * the channel tells. */
static enum ald_rc read_agent(const struct ald_jv *row, const struct manner *manner, struct ald_row_event *e,
                              struct ald_err *err)
{
    static const char *const people[] = {"website", "sms", "phone", "mobile", "web_trigger", "note", NULL};
    static const char *const machines[] = {"auto", "timeout", "nagios", NULL};
    struct ald_jv channel;
    const char *by = NULL;
    bool machine = false;
    e->agent = ald_pagerduty_person(row, "agent", &machine);
    if (e->agent || machine) {
        e->automatic = machine;
        return ALD_OK;
    }
    if (ald_json_opt(row, "channel", &channel))
        ALD_TRY(ald_json_str_opt(&channel, "type", &by, err));
    e->automatic = one_of(by, people) ? 0 : one_of(by, machines) ? 1 : manner->known;
    return ALD_OK;
}

/** The text of a note, and of nothing else: summaries repeat what the event says. */
static enum ald_rc note_text(const struct ald_jv *row, struct ald_row_event *e, struct ald_err *err)
{
    struct ald_jv channel;
    if (ald_json_opt(row, "channel", &channel))
        ALD_TRY(ald_json_str_opt(&channel, "summary", &e->text, err));
    return e->text ? ALD_OK : ald_json_str_opt(row, "note", &e->text, err);
}

/** The team that had the incident then, where there is just one. */
static enum ald_rc only_team(struct ald_arena *arena, const struct ald_jv *row, const char **ret, struct ald_err *err)
{
    struct ald_jv list, team;
    bool any = false;
    *ret = NULL;
    ALD_TRY(ald_answer_each(row, "teams", &list, &any, err));
    if (!any || ald_json_len(&list) != 1 || !ald_json_first(&list, &team))
        return ALD_OK;
    return ald_json_id_opt(arena, &team, "id", ret, err);
}

/** One event per person that is assigned; the first has the entry's own id. */
static enum ald_rc add_assignees(struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                 struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false;
    size_t n = 0;
    ALD_TRY(only_team(rows->arena, row, &el->events[0].team, err));
    ALD_TRY(ald_answer_each(row, "assignees", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *who = NULL;
        if (ald_json_as_str(&x, &who, NULL) != ALD_OK || !*who)
            continue;
        if (n++ > 0) {
            struct ald_row_event first = el->events[0];
            struct ald_row_event *e = ald_rows_event(rows, el, NULL, first.at, first.kind);
            *e = first;
            e->event_id = ald_sprintf(rows->arena, "%s/%zu", first.event_id, n);
        }
        el->events[n - 1].actor = who;
    }
    return ALD_OK;
}

static enum ald_rc add_entry(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                             const char *incident, const char *type, int64_t at, struct ald_err *err)
{
    const struct manner *manner = manner_of(type);
    bool machine;
    struct ald_row_event *e = ald_rows_event(rows, el, el->id, at, manner->kind);
    e->external_id = incident;
    e->field = type;
    ALD_TRY(read_agent(row, manner, e, err));
    if (is(manner->kind, "note"))
        ALD_TRY(note_text(row, e, err));
    e->actor = is(type, "notify" SUFFIX) ? ald_pagerduty_person(row, "user", &machine) : e->agent;
    if (is(type, "notify" SUFFIX)) {
        e->value = "notified";
        e->automatic = 1;
    }
    if (is(type, "field_value_change" SUFFIX) || is(type, "custom_field_value_change" SUFFIX))
        return ald_pagerduty_changes(cfg, rows, el, row, err);
    if (!manner->assignees)
        return ALD_OK;
    e->actor = NULL;
    return add_assignees(rows, el, row, err);
}

enum ald_rc ald_pagerduty_log_entry(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                    struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row,
                                    struct ald_err *err)
{
    const char *id = NULL, *type = NULL, *incident = NULL;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_str(row, "type", &type, err));
    ALD_TRY(ald_json_time(row, "created_at", &at, err));
    ALD_TRY(ald_pagerduty_ref(rows->arena, row, "incident", &incident, err));
    if (!incident && res->req->subjects_n == 1)
        incident = res->req->subjects[0];
    if (!incident) /* of the account, not of an incident */
        return ALD_OK;
    bool note = is(type, "annotate" SUFFIX);
    if (!note || !ald_pagerduty_notes_wanted(cfg)) /* else the note itself is read, as it is now */
        ALD_TRY(add_entry(cfg, rows, el, row, incident, type, at, err));
    else
        (void)ald_rows_todo(rows, el, "notes", incident);
    if (res->req->subjects_n > 0)
        return ALD_OK;
    if (is(type, "custom_field_value_change" SUFFIX) && ald_pagerduty_fields_wanted(cfg))
        (void)ald_rows_todo(rows, el, "custom_fields", incident);
    if (!is(type, "notify" SUFFIX))
        ald_rows_todo(rows, el, "incident", incident)->since = at + CLOCKS_MS;
    ald_rows_todo(rows, el, "incident_log_entries", incident)->stranger = true;
    return ALD_OK;
}

/* ---- Stories ---- */

static bool is_type(const struct ald_told *e, const char *type)
{
    size_t n = strlen(type);
    return e->field && strncmp(e->field, type, n) == 0 && strcmp(e->field + n, SUFFIX) == 0;
}

/** An entry that shows an incident at work again. */
static bool works(const struct ald_told *e)
{
    return is_type(e, "trigger") || is_type(e, "acknowledge") || is_type(e, "unacknowledge") || is_type(e, "assign") ||
           is_type(e, "escalate") || is_type(e, "delegate") || is_type(e, "reopen");
}

void ald_pagerduty_retell(struct ald_told *events, size_t n)
{
    bool triggered = false, assigned = false, closed = false;
    int64_t closed_at = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_told *e = &events[i];
        size_t type_n = e->field ? strlen(e->field) : 0;
        if (type_n <= strlen(SUFFIX) || strcmp(e->field + type_n - strlen(SUFFIX), SUFFIX) != 0)
            continue; /* notes and alerts */
        bool was_assigned = assigned, was_triggered = triggered;
        e->kind = manner_of(e->field)->kind;
        assigned |= manner_of(e->field)->assignees;
        triggered |= is_type(e, "trigger");
        if (closed && works(e) && e->at > closed_at) {
            e->kind = "reopened";
            closed = false;
        } else if (is_type(e, "trigger") && was_triggered) {
            e->kind = "status_update";
        } else if (is_type(e, "assign") && was_assigned) {
            /* Several people of one entry are one assignment. */
            bool same = i > 0 && events[i - 1].at == e->at && is(events[i - 1].field, e->field);
            e->kind = same ? events[i - 1].kind : "reassigned";
        } else if (is_type(e, "resolve")) {
            closed = true;
            closed_at = e->at;
        }
    }
}

/* ---- Notes and alerts ---- */

enum ald_rc ald_pagerduty_note(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL, *text = NULL, *incident = res->req->subjects_n == 1 ? res->req->subjects[0] : "";
    bool machine = false;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_time(row, "created_at", &at, err));
    ALD_TRY(ald_json_str_opt(row, "content", &text, err));
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, "note");
    e->external_id = incident;
    e->field = "notes";
    e->text = text;
    e->actor = e->agent = ald_pagerduty_person(row, "user", &machine);
    e->automatic = machine;
    ald_answer_mentions(rows, el, incident, text, "notes:content");
    return ALD_OK;
}

enum ald_rc ald_pagerduty_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL, *key = NULL, *severity = NULL, *incident = res->req->subjects_n == 1 ? res->req->subjects[0] : "";
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_time_opt(row, "created_at", &at, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "alert_key", &key, err));
    ALD_TRY(ald_json_str_opt(row, "severity", &severity, err));
    ald_rows_link(rows, el, incident, "alert", id, "alerts:id");
    ald_rows_link(rows, el, incident, "incident_key", key, "alerts:alert_key");
    if (at == ALD_TIME_NONE)
        return ALD_OK;
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "alert %s", id), at, "other");
    e->external_id = incident;
    e->field = "alerts";
    e->value = severity && *severity ? ald_sprintf(rows->arena, "alert:%s", severity) : "alert";
    e->automatic = 1;
    ALD_TRY(ald_json_str_opt(row, "summary", &e->text, err));
    return ALD_OK;
}
