/* One page into the store, inside the caller's transaction: nothing is written that is already so, nothing is dropped.
 * Knows no API and no network. */
#include "land.h"

#include <string.h>

#include "alidade/limits.h"
#include "alidade/store.h"
#include "alidade/time.h"
#include "land_priv.h"

/** Up to five texts, then NULLs: runs a named statement with the source's name before them. */
struct texts {
    const char *t[5];
};

static enum ald_rc run_texts(struct ald_landing *l, const char *statement, struct texts texts, bool *ret_did, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    for (int i = 0; i < 5 && texts.t[i]; i++)
        ald_q_text(q, i + 2, texts.t[i]);
    ALD_TRY(ald_q_run(q, err));
    *ret_did = ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

/* ---- Quarantine ---- */

static enum ald_rc put_quarantine(struct ald_land *land, const char *statement, const char *stream, const char *element,
                                  const char *reason, const char *raw, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(land->store, statement, &q, err));
    ald_q_text(q, 1, land->cfg->name);
    ald_q_text(q, 2, stream);
    ald_q_text(q, 3, element);
    ald_q_text(q, 4, reason);
    ald_q_text(q, 5, land->free_text && raw ? raw : ""); /* what was sent holds bodies: not without free_text */
    ald_q_time(q, 6, land->now);
    return ald_q_run(q, err);
}

enum ald_rc ald_land_quarantine(struct ald_land *land, const char *stream, const char *element, const char *reason,
                                const char *raw, struct ald_err *err)
{
    ALD_TRY(put_quarantine(land, "land_quarantine_add", stream, element, reason, raw, err));
    if (ald_store_changes(land->store) > 0) {
        land->quarantined_new++;
        return ALD_OK;
    }
    return put_quarantine(land, "land_quarantine_seen", stream, element, reason, raw, err);
}

/* ---- What is not a record ---- */

static enum ald_rc land_team(struct ald_landing *l, const struct ald_row_team_def *team, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_team_put", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, team->external_id);
    ald_q_text(q, 3, team->name ? team->name : team->external_id);
    ald_q_text(q, 4, team->parent);
    ald_q_text(q, 5, team->timezone);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

static bool is_listed(const char *const *list, const char *s)
{
    for (; *list; list++)
        if (strcmp(*list, s) == 0)
            return true;
    return false;
}

/** The list replaces what was there: edges that it does not name any more go. */
static enum ald_rc land_edges(struct ald_landing *l, const char *service, const char *const *depends_on,
                              struct ald_err *err)
{
    const char **stale = NULL;
    size_t stale_n = 0, stale_cap = 0;
    bool row = true, did = false;
    {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_edge_list", &q, err));
        ald_q_text(q, 1, l->land->cfg->name);
        ald_q_text(q, 2, service);
        for (;;) {
            ALD_TRY(ald_q_step(q, &row, err));
            if (!row)
                break;
            if (is_listed(depends_on, ald_q_col_text(q, 0)))
                continue;
            stale = ald_grow(l->scratch, stale, stale_n, &stale_cap, sizeof *stale);
            stale[stale_n++] = ald_strdup(l->scratch, ald_q_col_text(q, 0));
        }
    }
    for (size_t i = 0; i < stale_n; i++) {
        ALD_TRY(run_texts(l, "land_edge_drop", (struct texts){{service, stale[i]}}, &did, err));
        l->changed |= did;
    }
    for (; *depends_on; depends_on++) {
        ALD_TRY(run_texts(l, "land_edge_add", (struct texts){{service, *depends_on}}, &did, err));
        l->changed |= did;
    }
    return ALD_OK;
}

static enum ald_rc land_service(struct ald_landing *l, const struct ald_row_service_def *service, struct ald_err *err)
{
    if (!service->name && service->depends_on) /* of one that a list names */
        return land_edges(l, service->external_id, service->depends_on, err);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_service_put", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, service->external_id);
    ald_q_text(q, 3, service->name ? service->name : service->external_id);
    ald_q_time(q, 4, service->tier ? service->tier : ALD_TIME_NONE); /* NULL: not given */
    ald_q_text(q, 5, service->team);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= ald_store_changes(l->land->store) > 0;
    return service->depends_on ? land_edges(l, service->external_id, service->depends_on, err) : ALD_OK;
}

static enum ald_rc land_label(struct ald_landing *l, const struct ald_row_label *label, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_label_put", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, label->kind);
    ald_q_text(q, 3, label->external_id);
    ald_q_text(q, 4, label->name ? label->name : label->external_id);
    ald_q_int(q, 5, label->rank);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

static enum ald_rc land_people(struct ald_landing *l, const struct ald_people_rows *people, struct ald_err *err)
{
    for (size_t i = 0; people && i < people->n; i++) {
        const struct ald_person_row *person = &people->rows[i];
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_person_put", &q, err));
        ald_q_text(q, 1, l->land->cfg->name);
        ald_q_text(q, 2, person->pseudonym);
        ald_q_text(q, 3, person->canonical ? person->canonical : person->pseudonym);
        ald_q_int(q, 4, person->mapped);
        ald_q_text(q, 5, person->name);
        ALD_TRY(ald_q_run(q, err));
        l->changed |= ald_store_changes(l->land->store) > 0;
    }
    return ALD_OK;
}

static enum ald_rc land_page_facts(struct ald_landing *l, const struct ald_rows *rows, struct ald_err *err)
{
    for (size_t i = 0; i < rows->aliases_n; i++) {
        bool did = false;
        struct texts alias = {{rows->aliases[i].kind, rows->aliases[i].prefix}};
        ALD_TRY(run_texts(l, "land_alias_put", alias, &did, err));
        l->changed |= did;
    }
    for (size_t i = 0; i < rows->findings_n; i++) {
        const struct ald_row_finding *f = &rows->findings[i];
        ALD_TRY(
            ald_finding_set(l->land->store, f->id, l->land->cfg->name, f->subject, f->text, f->n, f->severity, err));
    }
    return ALD_OK;
}

/* ---- Elements ---- */

/** What the first pass leaves for the second. */
struct element_state {
    const char *raw; /* text of the element, NULL when there is none */
    int64_t record;  /* row of its own record, or 0 */
    bool news;       /* its details are to be read */
    bool stranger;   /* of a stream of changes: tells of a record that is not there */
};

static enum ald_rc raw_text(struct ald_landing *l, const struct ald_element *el, const char **ret, struct ald_err *err)
{
    if (!el->raw.node) {
        *ret = NULL;
        return ALD_OK;
    }
    ald_buf_clear(&l->text);
    ALD_TRY(ald_json_text(&el->raw, &l->text, err));
    *ret = ald_strndup(l->page, l->text.data, l->text.len);
    return ALD_OK;
}

/** The source's own list says that it is gone. */
static enum ald_rc note_gone(struct ald_landing *l, const struct ald_row_record *rec, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "sync_record_gone", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, rec->external_id);
    ald_q_time(q, 3, rec->gone_at);
    return ald_q_run(q, err);
}

/** Records and definitions: all of them before any event, because an event may stand before its record. */
static enum ald_rc first_pass(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                              struct ald_err *err)
{
    ALD_TRY(raw_text(l, el, &state->raw, err));
    if (el->error)
        return ald_land_quarantine(l->land, l->stream, el->id, el->error, state->raw, err);
    if (el->team_def)
        ALD_TRY(land_team(l, el->team_def, err));
    if (el->service_def)
        ALD_TRY(land_service(l, el->service_def, err));
    if (el->label)
        ALD_TRY(land_label(l, el->label, err));
    ALD_TRY(ald_landing_said(l, el, err));
    if (el->record)
        ALD_TRY(ald_landing_record(l, el, state->raw, &state->record, &state->news, err));
    if (el->record && el->record->gone_at != ALD_TIME_NONE)
        return note_gone(l, el->record, err);
    return ALD_OK;
}

static enum ald_rc keep_raw(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                            struct ald_err *err)
{
    bool did = false;
    if (!l->land->free_text || !state->raw) {
        /* What was sent holds bodies. Also what an earlier run kept goes. */
        ALD_TRY(run_texts(l, "land_raw_drop", (struct texts){{l->stream, el->id}}, &did, err));
        state->news |= !el->record; /* nothing to compare with */
        return ALD_OK;
    }
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_raw_put", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, l->stream);
    ald_q_text(q, 3, el->id);
    ald_q_text(q, 4, state->raw);
    ald_q_time(q, 5, l->land->now);
    ALD_TRY(ald_q_run(q, err));
    if (!el->record)
        state->news = ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

static enum ald_rc find_event_record(struct ald_landing *l, const struct ald_row_event *event,
                                     const struct element_state *state, int64_t *ret, struct ald_err *err)
{
    *ret = state->record;
    return event->external_id ? ald_landing_find(l, event->external_id, ret, err) : ALD_OK;
}

/** Why the element's events and additions cannot be stored, or NULL. Asked before any is, so that an element lands whole or not at
 * all. */
static enum ald_rc stories_problem(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                                  const char **ret, struct ald_err *err)
{
    *ret = NULL;
    for (size_t i = 0; i < el->events_n && !*ret; i++) {
        const struct ald_row_event *event = &el->events[i];
        int64_t record = 0;
        ALD_TRY(find_event_record(l, event, state, &record, err));
        if (!record && l->how && l->how->tail)
            state->stranger = true;
        else if (!record)
            *ret = ald_sprintf(l->scratch, "event of record '%s', which is not in the store",
                               event->external_id ? event->external_id : "");
        else if (event->at == ALD_TIME_NONE || !event->kind)
            *ret = ald_sprintf(l->scratch, "event '%s' has no %s", event->event_id ? event->event_id : "",
                               event->kind ? "time" : "kind");
    }
    for (size_t i = 0; i < el->additions_n && !*ret; i++) {
        int64_t record = 0;
        ALD_TRY(ald_landing_find(l, el->additions[i]->external_id, &record, err));
        if (!record && l->how && l->how->tail)
            state->stranger = true;
        else if (!record)
            *ret = ald_sprintf(l->scratch, "details of record '%s', which is not in the store", el->additions[i]->external_id);
    }
    return ALD_OK;
}

static enum ald_rc add_todos(struct ald_landing *l, const struct ald_element *el, const struct element_state *state,
                             struct ald_err *err)
{
    for (size_t i = 0; i < el->todos_n; i++) {
        const struct ald_row_todo *todo = &el->todos[i];
        bool stale = todo->since != ALD_TIME_NONE;
        bool again = state->stranger || (l->land->again && !stale);
        if (todo->stranger ? !state->stranger : !state->news && !again)
            continue;
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, stale ? "land_todo_stale" : "land_todo_add", &q, err));
        ald_q_text(q, 1, l->land->cfg->name);
        ald_q_text(q, 2, todo->stream);
        ald_q_text(q, 3, todo->subject);
        if (stale)
            ald_q_time(q, 4, todo->since);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/** Events, raw text and detail requests; an element that got here is out of quarantine. */
static enum ald_rc second_pass(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                               struct ald_err *err)
{
    bool did = false;
    const char *problem = NULL;
    if (el->error)
        return ALD_OK;
    ALD_TRY(stories_problem(l, el, state, &problem, err));
    if (problem)
        ALD_TRY(ald_land_quarantine(l->land, l->stream, el->id, problem, state->raw, err));
    else
        ALD_TRY(run_texts(l, "land_quarantine_heal", (struct texts){{l->stream, el->id}}, &did, err));
    for (size_t i = 0; i < el->events_n && !problem && !state->stranger; i++) {
        int64_t record = 0;
        ALD_TRY(find_event_record(l, &el->events[i], state, &record, err));
        ALD_TRY(ald_landing_event(l, &el->events[i], record, err));
    }
    if (!problem || el->record)
        ALD_TRY(keep_raw(l, el, state, err));
    if (!problem && !state->stranger)
        ALD_TRY(ald_landing_additions(l, el, err));
    return add_todos(l, el, state, err);
}

static enum ald_rc land_rows(struct ald_landing *l, const struct ald_rows *rows, const struct ald_people_rows *people,
                             struct ald_err *err)
{
    ALD_TRY(land_people(l, people, err));
    if (!l->land->stored) /* counts of a page as the source cut it; of no other */
        ALD_TRY(land_page_facts(l, rows, err));
    if (l->land->replace)
        ALD_TRY(ald_landing_replace(l, rows, l->land->replace, err));
    struct element_state *states = ald_calloc(l->page, rows->n, sizeof *states);
    for (size_t i = 0; i < rows->n; i++) {
        ALD_TRY(first_pass(l, &rows->elements[i], &states[i], err));
        ald_arena_reset(l->scratch);
    }
    for (size_t i = 0; i < rows->n; i++) {
        ALD_TRY(second_pass(l, &rows->elements[i], &states[i], err));
        ald_arena_reset(l->scratch);
    }
    ALD_TRY(ald_landing_said_replace(l, err));
    if (l->land->connector->retell)
        ALD_TRY(ald_landing_retell(l, rows, err));
    return l->changed ? ald_store_touch(l->land->store, err) : ALD_OK;
}

static const struct ald_stream *stream_of(const struct ald_connector *connector, const char *name)
{
    for (size_t i = 0; i < connector->streams_n; i++)
        if (strcmp(connector->streams[i].name, name) == 0)
            return &connector->streams[i];
    return NULL;
}

enum ald_rc ald_land_page(struct ald_land *land, const char *stream, const struct ald_rows *rows,
                          const struct ald_people_rows *people, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *page = ald_arena_new();
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_landing l = {
        .land = land, .stream = stream, .how = stream_of(land->connector, stream), .page = page, .scratch = scratch, .adds = -1};
    if (l.how && l.how->as)
        l.stream = l.how->as;
    ald_buf_init(&l.text, ALD_LAND_TEXT_MAX);
    enum ald_rc rc = land_rows(&l, rows, people, err);
    ald_buf_done(&l.text);
    if (rc != ALD_OK)
        (void)ald_wrap(err, "source '%s' stream '%s'", land->cfg->name, stream);
    return rc;
}

enum ald_rc ald_land_details_done(struct ald_land *land, const struct ald_stream *stream, const char *const *subjects,
                                  size_t subjects_n, struct ald_err *err)
{
    struct ald_landing l = {.land = land, .stream = stream->name};
    bool did = false;
    for (size_t i = 0; i < subjects_n; i++) {
        ALD_TRY(run_texts(&l, "land_todo_done", (struct texts){{stream->name, subjects[i]}}, &did, err));
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(land->store, "land_timeline_add", &q, err));
        ald_q_text(q, 1, land->cfg->name);
        ald_q_text(q, 2, subjects[i]);
        ald_q_int(q, 3, stream->holds);
        ALD_TRY(ald_q_run(q, err));
        l.changed |= ald_store_changes(land->store) > 0;
    }
    return l.changed ? ald_store_touch(land->store, err) : ALD_OK;
}
