/* What happens to issues, and what their texts name: see issues.h. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/issues.h"
#include "connectors/issues_priv.h"
#include "connectors/listing.h"

struct ald_row_event *ald_issue_event(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, const char *kind)
{
    struct ald_row_event *e = ald_rows_event(rows, el, who->id, who->at, kind);
    e->external_id = who->record;
    e->field = who->field;
    e->actor = e->agent = who->agent;
    e->automatic = who->automatic;
    return e;
}

/* ---- Labels and assignees ---- */

/** The moment that a label stands for, or NULL. */
static const char *moment_of(const struct ald_source_cfg *cfg, const char *label)
{
    static const char *const names[] = {"acknowledged", "mitigated", "resolved"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *spec = ald_source_field(cfg, names[i]);
        if (of_labels(spec) && ald_issue_label_value(NULL, spec, label))
            return names[i];
    }
    return NULL;
}

/** An impact or a company that a label tells, in the words of timeline.h; NULL: it tells none. */
static const char *given_word(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label)
{
    const struct ald_given_field *given;
    for (size_t i = 0; (given = ald_given_field_at(i)); i++) {
        const char *value = ald_issue_label_value(arena, ald_source_field(cfg, given->canonical), label);
        if (value)
            return ald_given_word(arena, given, value);
    }
    return NULL;
}

static struct ald_row_event *label_event(struct ald_rows *rows, struct ald_element *el, const struct ald_source_cfg *cfg, const char *id,
                                         int64_t at, const char *label, bool on)
{
    struct ald_arena *arena = rows->arena;
    const char *value, *kind = on ? moment_of(cfg, label) : NULL;
    struct ald_row_event *e;
    if (!on) {
        e = ald_rows_event(rows, el, id, at, "status_update");
    } else if (kind) {
        e = ald_rows_event(rows, el, id, at, kind);
    } else if ((value = ald_issue_label_severity(arena, cfg, label))) {
        e = ald_rows_event(rows, el, ald_sprintf(arena, ALD_ISSUE_SEVERITY "%s", id), at, "severity_changed");
        e->value = value;
        return e;
    } else if ((value = ald_issue_label_service(arena, cfg, label))) {
        e = ald_rows_event(rows, el, id, at, "service_added");
        e->service = value;
    } else if ((value = ald_issue_label_team(arena, cfg, label))) {
        e = ald_rows_event(rows, el, ald_sprintf(arena, ALD_ISSUE_TEAM "%s", id), at, "assigned");
        e->team = value;
    } else if ((value = given_word(arena, cfg, label))) {
        e = ald_rows_event(rows, el, id, at, "other");
        e->value = value;
        return e;
    } else {
        e = ald_rows_event(rows, el, id, at, "status_update");
    }
    e->value = label;
    return e;
}

void ald_issue_label_event(struct ald_rows *rows, struct ald_element *el, const struct ald_source_cfg *cfg, const struct ald_issue_who *who,
                           const char *label, bool on)
{
    struct ald_row_event *e = label_event(rows, el, cfg, who->id, who->at, label, on);
    e->external_id = who->record;
    e->field = who->field;
    e->agent = who->agent;
    e->actor = e->team ? NULL : who->agent; /* a team was put in charge, not who did it */
    e->automatic = who->automatic;
}

unsigned ald_issue_holds(const struct ald_source_cfg *cfg)
{
    const char *service = ald_source_field(cfg, "service");
    unsigned holds = of_labels(ald_source_field(cfg, "team")) ? ALD_HOLDS_TEAMS : 0;
    const struct ald_given_field *given;
    for (size_t i = 0; (given = ald_given_field_at(i)); i++)
        holds |= of_labels(ald_source_field(cfg, given->canonical)) ? given->facet : 0;
    return holds | (!service || of_labels(service) ? ALD_HOLDS_SERVICES : 0);
}

void ald_issue_retell(struct ald_told *events, size_t n)
{
    struct ald_told *joined = NULL;
    size_t ever = 0, now = 0, teams = 0, severities = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_told *e = &events[i];
        if (begins(e->event_id, ALD_ISSUE_ASSIGNED)) {
            e->kind = now ? "responder_added" : ever ? "reassigned" : "assigned";
            joined = now ? e : NULL;
            ever++;
            now++;
        } else if (begins(e->event_id, ALD_ISSUE_TAKEN)) {
            e->kind = ever == 1 ? "acknowledged" : "other";
        } else if (begins(e->event_id, ALD_ISSUE_UNASSIGNED)) {
            now -= now > 0;
            if (now && joined) /* who came before has left */
                joined->kind = "reassigned";
            joined = NULL;
        } else if (begins(e->event_id, ALD_ISSUE_TEAM)) {
            e->kind = teams++ ? "reassigned" : "assigned";
        } else if (begins(e->event_id, ALD_ISSUE_SEVERITY)) {
            e->kind = severities++ ? "severity_changed" : "status_update"; /* the first one is given, not changed */
        }
    }
}

void ald_issue_assigned(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, bool on)
{
    const char *id = ald_sprintf(rows->arena, on ? ALD_ISSUE_ASSIGNED "%s" : ALD_ISSUE_UNASSIGNED "%s", who->id);
    struct ald_row_event *e = ald_rows_event(rows, el, id, who->at, on ? "assigned" : "status_update");
    e->external_id = who->record;
    e->field = who->field;
    e->agent = who->agent;
    e->actor = on ? who->person : who->agent;
    e->automatic = on ? -1 : who->automatic; /* who was assigned is a person, whoever did it */
    if (!on || who->automatic == 1 || !who->person)
        return;
    e = ald_rows_event(rows, el, ald_sprintf(rows->arena, ALD_ISSUE_TAKEN "%s", who->id), who->at, "acknowledged");
    e->external_id = who->record;
    e->field = who->field;
    e->agent = e->actor = who->agent;
    e->automatic = who->automatic;
}

/* ---- Mentions ---- */

static bool is_path(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("._-/", c));
}

/** "acme/ops#12" around the '#' at hash, or "#12" in place; NULL: it is none. */
static const char *reference(struct ald_arena *arena, const char *text, const char *hash, const char *place)
{
    size_t digits = strspn(hash + 1, "0123456789");
    const char *from = hash;
    if (digits == 0 || digits > 10 || is_letter(hash[1 + digits]))
        return NULL;
    while (from > text && is_path(from[-1]))
        from--;
    if (from == hash)
        return *place && (from == text || !strchr("&#", from[-1])) ? ald_sprintf(arena, "%s#%.*s", place, (int)digits, hash + 1) : NULL;
    bool repository = *from != '/' && memchr(from, '/', (size_t)(hash - from)) && hash[-1] != '/' && (from == text || from[-1] != ':');
    return repository ? ald_strndup(arena, from, (size_t)(hash - from) + 1 + digits) : NULL;
}

/** Whether "duplicate of" stands before the reference that begins at or before hash. */
static bool names_duplicate(const char *text, const char *hash)
{
    static const char words[] = "duplicate of ";
    while (hash > text && is_path(hash[-1]))
        hash--;
    size_t n = sizeof words - 1;
    return (size_t)(hash - text) >= n && strncasecmp(hash - n, words, n) == 0;
}

void ald_issue_mentions(struct ald_rows *rows, struct ald_element *el, const char *record, const char *place, const char *text,
                        const char *field, struct ald_row_record *rec)
{
    const char *url, *at = text;
    while ((url = ald_answer_next_url(rows->arena, &at))) {
        if (rec)
            ald_rows_ref(rows, rec, "mention", url, field);
        else
            ald_rows_link(rows, el, record, "mention", url, field);
    }
    for (const char *hash = text; hash && (hash = strchr(hash, '#')); hash++) {
        const char *key = reference(rows->arena, text, hash, place ? place : ""), *kind = names_duplicate(text, hash) ? "duplicate_of" : "mention";
        if (!key || strcmp(key, record) == 0)
            continue;
        if (rec)
            ald_rows_ref(rows, rec, "mention", key, field);
        else
            ald_rows_link(rows, el, record, kind, key, field);
    }
}

/* ---- What follows an incident ---- */

enum ald_rc ald_issue_follows(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *record,
                              const struct ald_jv *issue, const char *url, struct ald_err *err)
{
    const char *title = NULL, *state = NULL, *const *labels = NULL, *incident = ald_listing_ref(rows->arena, cfg, record);
    const char *reviews = ald_source_opt(cfg, "review_label"), *actions = ald_source_opt(cfg, "action_label");
    int64_t opened, closed, due;
    ALD_TRY(ald_issue_labels(rows->arena, issue, &labels, err));
    ALD_TRY(ald_json_str_opt(issue, "title", &title, err));
    ALD_TRY(ald_json_str_opt(issue, "state", &state, err));
    ALD_TRY(ald_json_time_opt(issue, "created_at", &opened, err));
    ALD_TRY(ald_json_time_opt(issue, "closed_at", &closed, err));
    ALD_TRY(ald_json_time_opt(issue, "due_date", &due, err));
    if (reviews && *reviews && ald_issue_has_labels(labels, reviews)) {
        struct ald_row_review *r = ald_rows_review(rows, el, incident);
        r->url = url;
        r->title = title;
        r->status = state;
        r->held_at = closed;
    } else if (actions && *actions && ald_issue_has_labels(labels, actions)) {
        struct ald_row_action *a = ald_rows_action(rows, el, incident);
        a->url = url;
        a->title = title;
        a->status = state;
        a->opened_at = opened;
        a->closed_at = closed;
        a->due_at = due;
    }
    return ALD_OK;
}
