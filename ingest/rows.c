/* Appenders for what a connector makes of a page. Strings are borrowed from the page's arena or document; nothing here
 * judges them. */
#include "connector.h"

#include <string.h>

#include "alidade/time.h"

static bool is_given(const char *s)
{
    return s && *s;
}

struct ald_element *ald_rows_element(struct ald_rows *rows, const char *id, const struct ald_jv *raw)
{
    rows->elements = ald_grow(rows->arena, rows->elements, rows->n, &rows->cap, sizeof *rows->elements);
    struct ald_element *el = &rows->elements[rows->n++];
    *el = (struct ald_element){.id = id};
    if (raw) {
        el->raw = *raw;
        el->raw.parent = NULL; /* a cursor on the caller's stack, gone when the page is landed */
        el->raw.root_name = "$";
    }
    return el;
}

static struct ald_row_record new_record(const char *external_id)
{
    return (struct ald_row_record){
        .external_id = external_id, .entered_at = ALD_TIME_NONE, .updated_at = ALD_TIME_NONE, .gone_at = ALD_TIME_NONE};
}

struct ald_row_record *ald_rows_record(struct ald_rows *rows, struct ald_element *el, const char *external_id)
{
    el->record = ald_alloc(rows->arena, sizeof *el->record);
    *el->record = new_record(external_id);
    return el->record;
}

void ald_rows_moment(struct ald_rows *rows, struct ald_row_record *rec, const char *moment, int64_t at,
                     const char *field, int rank)
{
    if (at == ALD_TIME_NONE)
        return;
    rec->moments = ald_grow(rows->arena, rec->moments, rec->moments_n, &rec->moments_cap, sizeof *rec->moments);
    rec->moments[rec->moments_n++] = (struct ald_row_moment){.moment = moment, .at = at, .field = field, .rank = rank};
}

void ald_rows_value(struct ald_rows *rows, struct ald_row_record *rec, const char *name, const char *value,
                    const char *field)
{
    if (!is_given(value))
        return;
    int ord = 0;
    for (size_t i = 0; i < rec->values_n; i++)
        ord += strcmp(rec->values[i].name, name) == 0;
    rec->values = ald_grow(rows->arena, rec->values, rec->values_n, &rec->values_cap, sizeof *rec->values);
    rec->values[rec->values_n++] = (struct ald_row_value){.name = name, .value = value, .field = field, .ord = ord};
}

void ald_rows_ref(struct ald_rows *rows, struct ald_row_record *rec, const char *kind, const char *value,
                  const char *field)
{
    if (!is_given(value))
        return;
    rec->refs = ald_grow(rows->arena, rec->refs, rec->refs_n, &rec->refs_cap, sizeof *rec->refs);
    rec->refs[rec->refs_n++] = (struct ald_row_ref){.kind = kind, .value = value, .field = field};
}

struct ald_row_service *ald_rows_service(struct ald_rows *rows, struct ald_row_record *rec, const char *service,
                                         const char *field)
{
    struct ald_row_service *row;
    if (is_given(service)) {
        rec->services =
            ald_grow(rows->arena, rec->services, rec->services_n, &rec->services_cap, sizeof *rec->services);
        row = &rec->services[rec->services_n++];
    } else {
        row = ald_alloc(rows->arena, sizeof *row); /* belongs to no record, so the caller may fill it all the same */
    }
    *row = (struct ald_row_service){.service = service, .at = ALD_TIME_NONE, .field = field};
    return row;
}

void ald_rows_team(struct ald_rows *rows, struct ald_row_record *rec, const char *team, const char *role, int64_t at,
                   const char *field)
{
    if (!is_given(team))
        return;
    rec->teams = ald_grow(rows->arena, rec->teams, rec->teams_n, &rec->teams_cap, sizeof *rec->teams);
    rec->teams[rec->teams_n++] = (struct ald_row_team){.team = team, .role = role, .at = at, .field = field};
}

void ald_rows_person(struct ald_rows *rows, struct ald_row_record *rec, const char *person, const char *role,
                     int64_t at, const char *field)
{
    if (!is_given(person))
        return;
    rec->people = ald_grow(rows->arena, rec->people, rec->people_n, &rec->people_cap, sizeof *rec->people);
    rec->people[rec->people_n++] = (struct ald_row_person){.person = person, .role = role, .at = at, .field = field};
}

struct ald_row_event *ald_rows_event(struct ald_rows *rows, struct ald_element *el, const char *event_id, int64_t at,
                                     const char *kind)
{
    el->events = ald_grow(rows->arena, el->events, el->events_n, &el->events_cap, sizeof *el->events);
    struct ald_row_event *event = &el->events[el->events_n++];
    *event = (struct ald_row_event){.event_id = event_id, .at = at, .kind = kind, .automatic = -1};
    return event;
}

struct ald_row_todo *ald_rows_todo(struct ald_rows *rows, struct ald_element *el, const char *stream,
                                   const char *subject)
{
    el->todos = ald_grow(rows->arena, el->todos, el->todos_n, &el->todos_cap, sizeof *el->todos);
    struct ald_row_todo *todo = &el->todos[el->todos_n++];
    *todo = (struct ald_row_todo){.stream = stream, .subject = subject, .since = ALD_TIME_NONE};
    return todo;
}

#define APPEND(list) \
    (el->list = ald_grow(rows->arena, el->list, el->list##_n, &el->list##_cap, sizeof *el->list), &el->list[el->list##_n++])

struct ald_row_review *ald_rows_review(struct ald_rows *rows, struct ald_element *el, const char *incident)
{
    struct ald_row_review *row = APPEND(reviews);
    *row = (struct ald_row_review){.incident = incident, .held_at = ALD_TIME_NONE, .facilitator_involved = -1, .readers = -1};
    return row;
}

struct ald_row_attendance *ald_rows_attendance(struct ald_rows *rows, struct ald_element *el, const char *incident)
{
    struct ald_row_attendance *row = APPEND(attendance);
    *row = (struct ald_row_attendance){.incident = incident, .required = -1};
    return row;
}

struct ald_row_learning *ald_rows_learning(struct ald_rows *rows, struct ald_element *el, const char *incident)
{
    struct ald_row_learning *row = APPEND(learnings);
    *row = (struct ald_row_learning){.incident = incident, .at = ALD_TIME_NONE};
    return row;
}

struct ald_row_action *ald_rows_action(struct ald_rows *rows, struct ald_element *el, const char *incident)
{
    struct ald_row_action *row = APPEND(actions);
    *row = (struct ald_row_action){.incident = incident, .opened_at = ALD_TIME_NONE, .due_at = ALD_TIME_NONE, .closed_at = ALD_TIME_NONE};
    return row;
}

struct ald_row_told *ald_rows_told(struct ald_rows *rows, struct ald_element *el, const char *incident)
{
    struct ald_row_told *row = APPEND(told);
    *row = (struct ald_row_told){.incident = incident, .told_at = ALD_TIME_NONE};
    return row;
}

struct ald_row_record *ald_rows_addition(struct ald_rows *rows, struct ald_element *el, const char *external_id)
{
    for (size_t i = 0; i < el->additions_n; i++) /* few: mostly one */
        if (strcmp(el->additions[i]->external_id, external_id) == 0)
            return el->additions[i];
    struct ald_row_record **row = APPEND(additions);
    *row = ald_alloc(rows->arena, sizeof **row);
    **row = new_record(external_id);
    return *row;
}

void ald_rows_link(struct ald_rows *rows, struct ald_element *el, const char *external_id, const char *kind,
                   const char *value, const char *field)
{
    if (is_given(value))
        ald_rows_ref(rows, ald_rows_addition(rows, el, external_id), kind, value, field);
}

void ald_rows_alone(struct ald_rows *rows, const char *subject)
{
    rows->alone = ald_grow(rows->arena, rows->alone, rows->alone_n, &rows->alone_cap, sizeof *rows->alone);
    rows->alone[rows->alone_n++] = subject;
}

void ald_rows_finding(struct ald_rows *rows, const char *id, const char *subject, const char *text, int64_t n,
                      const char *severity)
{
    rows->findings =
        ald_grow(rows->arena, rows->findings, rows->findings_n, &rows->findings_cap, sizeof *rows->findings);
    rows->findings[rows->findings_n++] =
        (struct ald_row_finding){.id = id, .subject = subject, .text = text, .severity = severity, .n = n};
}

void ald_rows_alias(struct ald_rows *rows, const char *kind, const char *prefix)
{
    if (!is_given(prefix))
        return;
    for (size_t i = 0; i < rows->aliases_n; i++) /* few: every record of a page tells the same */
        if (strcmp(rows->aliases[i].kind, kind) == 0 && strcmp(rows->aliases[i].prefix, prefix) == 0)
            return;
    rows->aliases = ald_grow(rows->arena, rows->aliases, rows->aliases_n, &rows->aliases_cap, sizeof *rows->aliases);
    rows->aliases[rows->aliases_n++] = (struct ald_row_alias){.kind = kind, .prefix = prefix};
}

void ald_rows_fact(struct ald_rows *rows, const char *kind, const char *key, const char *value)
{
    if (!is_given(key) || !value)
        return;
    rows->facts = ald_grow(rows->arena, rows->facts, rows->facts_n, &rows->facts_cap, sizeof *rows->facts);
    rows->facts[rows->facts_n++] = (struct ald_row_fact){.kind = kind, .key = key, .value = value};
}

void ald_rows_refuse(struct ald_rows *rows, struct ald_element *el, const struct ald_err *err)
{
    *el = (struct ald_element){.id = el->id, .raw = el->raw, .error = ald_strdup(rows->arena, err->msg)};
}
