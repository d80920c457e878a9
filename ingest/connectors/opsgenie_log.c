/* What entries of Opsgenie's timelines, logs and notes mean: events of incidents and alerts. A timeline has types; a log has only
 * words, of which the known ones are read. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/opsgenie_priv.h"
#include "connectors/listing.h"
#include "connectors/word.h"

/* ---- Who ---- */

/** A pseudonym stands where a person did, "" where software did; an object that is left is an integration or a rule. */
static void read_who(const struct ald_jv *row, const char *member, struct ald_row_event *e)
{
    struct ald_jv who;
    const char *text = NULL;
    if (!ald_json_opt(row, member, &who))
        return;
    if (ald_json_kind(&who) != ALD_JSON_STRING) {
        e->automatic = 1;
        return;
    }
    if (ald_json_as_str(&who, &text, NULL) != ALD_OK || !*text) {
        e->automatic = 1;
        return;
    }
    e->actor = e->agent = text;
    e->automatic = 0;
}

static const char *subject_of(const struct ald_http_req *req)
{
    return req->subjects_n ? req->subjects[0] : "";
}

/* ---- Timelines of incidents ---- */

static const struct timeline_type {
    const char *type, *kind;
} timeline_types[] = {
    {"IncidentOpened", "opened"},
    {"IncidentResolved", "resolved"},
    {"IncidentClosed", "closed"},
    {"IncidentReopened", "reopened"},
    {"IncidentReopen", "reopened"},
    {"IncidentPriorityChanged", "severity_changed"},
    {"IncidentResponderUserAdded", "status_update"}, /* who was added is in no member */
    {"IncidentResponderTeamAdded", "status_update"},
    {"IncidentImpactedServiceAdded", "service_added"},
    {"ImpactedServiceAdded", "service_added"},
    {"ResponderAlertAcked", "acknowledged"},
    {"ResponderAlertEscalated", "escalated"},
    {"ResponderAlertAssigned", "status_update"},
    {"ResponderAlertOwnershipTaken", "assigned"},
    {"IncidentNoteAdded", "note"},
    {"CustomUserEntry", "note"},
};

static const char *kind_of(const char *type)
{
    for (size_t i = 0; i < sizeof timeline_types / sizeof timeline_types[0]; i++)
        if (is(type, timeline_types[i].type))
            return timeline_types[i].kind;
    return "other";
}

/** {type, content} */
static enum ald_rc content(const struct ald_jv *row, const char *member, const char **ret, struct ald_err *err)
{
    struct ald_jv v;
    *ret = NULL;
    return ald_json_opt(row, member, &v) && ald_json_kind(&v) == ALD_JSON_OBJECT ? ald_json_str_opt(&v, "content", ret, err) : ALD_OK;
}

enum ald_rc ald_opsgenie_timeline(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL, *type = NULL, *text = NULL;
    bool has = false, hidden = false;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_str(row, "type", &type, err));
    ALD_TRY(ald_json_time(row, "eventTime", &at, err));
    ALD_TRY(ald_json_bool_opt(row, "hidden", &has, &hidden, err));
    ALD_TRY(content(row, "description", &text, err));
    const char *kind = kind_of(type);
    bool note = is(kind, "note");
    if (note && hidden) /* somebody took it off the timeline */
        return ALD_OK;
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, kind);
    e->external_id = subject_of(req);
    e->field = "incident_timeline";
    e->value = type;
    read_who(row, "actor", e);
    if (note) {
        e->text = text;
        ald_answer_mentions(rows, el, subject_of(req), text, "incident_timeline:description");
    }
    return ALD_OK;
}

/* ---- Logs of alerts ---- */

static bool begins(const char *text, const char *words)
{
    return strncasecmp(text, words, strlen(words)) == 0;
}

/** The words are English whatever the account's language. What is not known is kept as `other`. */
static const char *kind_of_words(const char *text)
{
    static const struct {
        const char *words, *kind;
        bool anywhere;
    } known[] = {
        {"unacknowledged", "status_update", true},
        {"un-acknowledged", "status_update", true},
        {"acknowledged", "acknowledged", true},
        {"alert created", "opened", false},
        {"created via", "opened", false},
        {"alert closed", "resolved", false},
        {"closed", "resolved", false},
        {"escalated", "escalated", true},
        {"took ownership", "assigned", true},
        {"assigned", "assigned", true},
        {"added responder", "status_update", true},
        {"added team", "status_update", true},
        {"snoozed", "status_update", true},
        {"priority", "severity_changed", false},
        {"updated priority", "severity_changed", false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].anywhere ? strcasestr(text, known[i].words) != NULL : begins(text, known[i].words))
            return known[i].kind;
    return "other";
}

enum ald_rc ald_opsgenie_log(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *text = NULL, *type = NULL, *offset = NULL;
    int64_t at;
    ALD_TRY(ald_json_str(row, "log", &text, err));
    ALD_TRY(ald_json_time(row, "createdAt", &at, err));
    ALD_TRY(ald_json_str_opt(row, "type", &type, err));
    if (!type)
        ALD_TRY(ald_json_str_opt(row, "logType", &type, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "offset", &offset, err));
    struct ald_row_event *e =
        ald_rows_event(rows, el, ald_sprintf(rows->arena, "log %s", offset ? offset : el->id), at, kind_of_words(text));
    e->external_id = subject_of(req);
    e->field = "alert_logs";
    e->value = type;
    read_who(row, "owner", e);
    if (is(type, "system"))
        e->automatic = 1;
    if (begins(text, "sent ") || begins(text, "notified") || begins(text, "viewed")) { /* who was called, or looked: not engaged */
        e->kind = "other";
        e->value = "notified";
    }
    return ALD_OK;
}

/* ---- Notes ---- */

/** stream: what the note belongs to, and how its event is told from others. */
static enum ald_rc note(const char *stream, const struct ald_http_req *req, struct ald_rows *rows, struct ald_element *el,
                        const struct ald_jv *row, struct ald_err *err)
{
    const char *text = NULL, *id = NULL;
    int64_t at;
    ALD_TRY(ald_json_time(row, "createdAt", &at, err));
    ALD_TRY(ald_json_str_opt(row, "note", &text, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "id", &id, err));
    if (!id)
        ALD_TRY(ald_json_id_opt(rows->arena, row, "offset", &id, err));
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "note %s", id ? id : el->id), at, "note");
    e->external_id = subject_of(req);
    e->field = stream;
    e->text = text;
    read_who(row, "owner", e);
    ald_answer_mentions(rows, el, subject_of(req), text, ald_sprintf(rows->arena, "%s:note", stream));
    return ALD_OK;
}

enum ald_rc ald_opsgenie_incident_note(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                                       struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    return note("incident_notes", req, rows, el, row, err);
}

enum ald_rc ald_opsgenie_alert_note(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    return note("alert_notes", req, rows, el, row, err);
}

/** An alert that was made to call an incident's responders: both tell of one happening. */
enum ald_rc ald_opsgenie_responder_alert(const struct ald_source_cfg *cfg, const struct ald_http_req *req, struct ald_rows *rows,
                                         struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *id = NULL;
    if (ald_json_kind(row) == ALD_JSON_STRING)
        ALD_TRY(ald_json_as_str(row, &id, err));
    else
        ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ald_rows_link(rows, el, subject_of(req), "id", ald_listing_ref(rows->arena, cfg, id), "responder_alerts:id");
    return ALD_OK;
}
