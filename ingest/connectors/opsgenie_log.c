/* What entries of Opsgenie's timelines, logs and notes mean: events of incidents and alerts. A timeline has types; a log has only
 * words, of which the known ones are read. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "alidade/hash.h"
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

/** "P2", the last that a text names; NULL: none. */
static const char *last_priority(struct ald_arena *arena, const char *text)
{
    const char *last = NULL;
    for (const char *at = text; at && (at = strchr(at, 'P')); at++)
        if (at[1] >= '1' && at[1] <= '5' && !(at[2] >= '0' && at[2] <= '9'))
            last = at;
    return last ? ald_strndup(arena, last, 2) : NULL;
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

enum ald_rc ald_opsgenie_timeline(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *id = NULL, *type = NULL, *text = NULL, *title = NULL, *priority;
    bool has = false, hidden = false;
    int64_t at;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_str(row, "type", &type, err));
    ALD_TRY(ald_json_time(row, "eventTime", &at, err));
    ALD_TRY(ald_json_bool_opt(row, "hidden", &has, &hidden, err));
    ALD_TRY(content(row, "description", &text, err));
    ALD_TRY(content(row, "title", &title, err));
    const char *kind = kind_of(type);
    bool note = is(kind, "note");
    if (note && hidden) /* somebody took it off the timeline */
        return ALD_OK;
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, kind);
    e->external_id = ald_listing_subject(res->req);
    e->field = "incident_timeline";
    e->value = type;
    if (is(kind, "severity_changed") && ((priority = last_priority(rows->arena, text)) || (priority = last_priority(rows->arena, title))))
        e->value = priority;
    read_who(row, "actor", e);
    if (note) {
        e->text = text;
        ald_answer_mentions(rows, el, ald_listing_subject(res->req), text, "incident_timeline:description");
    }
    return ALD_OK;
}

/* ---- Logs of alerts ---- */

/* An event's id begins with a sign for who is in charge after it, so that retell can tell a handover: "owner SIGN ...", SIGN being "-"
 * where nobody can be told, and in other alerts another. Who acknowledges an alert that nobody has owns it. */
#define OWNER "owner "
#define TAKEN "ack "

/** ID behind a sign for the event's person, by which nobody is known again elsewhere. */
static const char *signed_id(struct ald_arena *arena, const char *of, const struct ald_row_event *e)
{
    char digest[33] = "-";
    if (e->actor) {
        const char *key = ald_sprintf(arena, "%s\n%s", e->external_id, e->actor);
        ald_fingerprint(key, strlen(key), digest);
        digest[6] = '\0';
    }
    return ald_sprintf(arena, "%s%s %s", of, digest, e->event_id);
}

static bool begins(const char *text, const char *words)
{
    return strncasecmp(text, words, strlen(words)) == 0;
}

#define ASSIGNED_TO "assigned to "
#define NOTIFIED "notified" /* who was called, or looked: not engaged */

/** The words are English whatever the account's language. What is not known is kept as `other`. */
static const char *kind_of_words(const char *text)
{
    static const struct {
        const char *words, *kind;
        bool anywhere;
    } known[] = {
        {"sent ", NOTIFIED, false},
        {"notified", NOTIFIED, false},
        {"viewed", NOTIFIED, false},
        {"unacknowledged", "status_update", true},
        {"un-acknowledged", "status_update", true},
        {"acknowledged", "acknowledged", true},
        {"alert created", "opened", false},
        {"created via", "opened", false},
        {"alert closed", "resolved", false},
        {"closed", "resolved", false},
        {"escalated", "escalated", true},
        {"ownership", "assigned", true},
        {ASSIGNED_TO, "assigned", true},
        {"added responder", "status_update", true},
        {"added team", "status_update", true},
        {"snoozed", "status_update", true},
        {"alert priority", "severity_changed", false},
        {"priority", "severity_changed", false},
        {"updated priority", "severity_changed", false},
        {"updated alert priority", "severity_changed", false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].anywhere ? strcasestr(text, known[i].words) != NULL : begins(text, known[i].words))
            return known[i].kind;
    return "other";
}

/** "Alert ownership assigned to [PSEUDONYM] via web", behind such words: whom; NULL: the text names nobody that is known. */
static const char *person_after(struct ald_arena *arena, const char *text, const char *words)
{
    const char *at = strcasestr(text, words), *from;
    if (!at)
        return NULL;
    from = at + strlen(words);
    from += *from == '[';
    size_t n = strspn(from, "0123456789abcdef");
    return n == 16 && (from[n] == '\0' || strchr("] .,", from[n])) ? ald_strndup(arena, from, n) : NULL;
}

/** Who has it now is whom it was given to; who took it is who did it. */
static void assigned(struct ald_arena *arena, const char *text, struct ald_row_event *e)
{
    const char *who = person_after(arena, text, ASSIGNED_TO);
    bool given = strcasestr(text, ASSIGNED_TO) != NULL;
    e->actor = given ? who : e->agent;
    if (who)
        e->automatic = 0; /* a person has it, whoever gave it */
    e->event_id = signed_id(arena, OWNER, e);
}

enum ald_rc ald_opsgenie_log(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    const char *text = NULL, *type = NULL, *offset = NULL;
    int64_t at;
    ALD_TRY(ald_json_str(row, "log", &text, err));
    ALD_TRY(ald_json_time_opt(row, "createdAt", &at, err));
    if (at == ALD_TIME_NONE)
        ALD_TRY(ald_json_time(row, "logTime", &at, err));
    ALD_TRY(ald_json_str_opt(row, "type", &type, err));
    if (!type)
        ALD_TRY(ald_json_str_opt(row, "logType", &type, err));
    ALD_TRY(ald_json_id_opt(rows->arena, row, "offset", &offset, err));
    const char *kind = kind_of_words(text);
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "log %s", offset ? offset : el->id), at, kind);
    e->external_id = ald_listing_subject(res->req);
    e->field = "alert_logs";
    e->value = type;
    read_who(row, "owner", e); /* the type tells nothing: what a person did by the web is of type "system" too */
    if (is(kind, NOTIFIED)) {
        const char *called = person_after(rows->arena, text, "notification to ");
        e->kind = "other";
        e->value = NOTIFIED;
        e->actor = called ? called : e->actor; /* else the entry is of whom it called */
        if (!begins(text, "viewed")) { /* by hand */
            e->automatic = 1;
            e->agent = NULL;
        }
    } else if (is(kind, "assigned")) {
        assigned(rows->arena, text, e);
    } else if (is(kind, "acknowledged")) {
        e->event_id = signed_id(rows->arena, TAKEN, e);
    } else if (is(kind, "severity_changed")) {
        const char *priority = last_priority(rows->arena, text);
        e->value = priority ? priority : type;
    }
    return ALD_OK;
}

void ald_opsgenie_retell(struct ald_told *events, size_t n)
{
    const char *owner = NULL;
    size_t owner_n = 0;
    bool ever = false; /* given to anybody */
    for (size_t i = 0; i < n; i++) {
        struct ald_told *e = &events[i];
        if (!is(e->field, "alert_logs"))
            continue;
        bool given = begins(e->event_id, OWNER), taken = begins(e->event_id, TAKEN);
        if (!given && !taken)
            continue;
        const char *who = e->event_id + (given ? strlen(OWNER) : strlen(TAKEN));
        size_t who_n = strcspn(who, " ");
        bool nobody = who_n == 1 && *who == '-', same = owner && who_n == owner_n && strncmp(who, owner, who_n) == 0;
        if (given)
            e->kind = same && !nobody ? (ever ? "status_update" : "assigned") : owner ? "reassigned" : "assigned";
        ever = ever || given;
        if (given || (!owner && !nobody)) {
            owner = who;
            owner_n = who_n;
        }
    }
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
    e->external_id = ald_listing_subject(req);
    e->field = stream;
    e->text = text;
    read_who(row, "owner", e);
    ald_answer_mentions(rows, el, ald_listing_subject(req), text, ald_sprintf(rows->arena, "%s:note", stream));
    return ALD_OK;
}

enum ald_rc ald_opsgenie_incident_note(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    return note("incident_notes", res->req, rows, el, row, err);
}

enum ald_rc ald_opsgenie_alert_note(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    return note("alert_notes", res->req, rows, el, row, err);
}

/** An alert that was made to call an incident's responders: both tell of one happening. */
enum ald_rc ald_opsgenie_responder_alert(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    const char *id = NULL;
    if (ald_json_kind(row) == ALD_JSON_STRING)
        ALD_TRY(ald_json_as_str(row, &id, err));
    else
        ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ald_rows_link(rows, el, ald_listing_subject(res->req), "id", ald_listing_ref(rows->arena, cfg, id), "responder_alerts:id");
    return ALD_OK;
}
