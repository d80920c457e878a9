/* One page into the store, inside the caller's transaction: nothing is written that is already so, nothing is dropped.
 * Knows no API and no network. */
#include "land.h"

#include <string.h>

#include "alidade/limits.h"
#include "alidade/store.h"
#include "alidade/time.h"
#include "land_priv.h"

/* ---- Quarantine ---- */

static enum ald_rc put_quarantine(struct ald_land *land, const char *statement, const char *stream, const char *element,
                                  const char *reason, const char *raw, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(land->store, statement, &q, err));
    ald_q_text_lent(q, 1, land->cfg->name);
    ald_q_text_lent(q, 2, stream);
    ald_q_text_lent(q, 3, element);
    ald_q_text_lent(q, 4, reason);
    ald_q_text_lent(q, 5, land->free_text && raw ? raw : ""); /* what was sent holds bodies: not without free_text */
    ald_q_time(q, 6, land->now);
    return ald_q_run(q, err);
}

enum ald_rc ald_land_quarantine(struct ald_land *land, const char *stream, const char *element, const char *reason,
                                const char *raw, struct ald_err *err)
{
    land->texts = true;
    ALD_TRY(put_quarantine(land, "land_quarantine_add", stream, element, reason, raw, err));
    if (ald_store_changes(land->store) > 0) {
        land->quarantined_new++;
        return ALD_OK;
    }
    return put_quarantine(land, "land_quarantine_seen", stream, element, reason, raw, err);
}

/* ---- Elements ---- */

/** What the first pass leaves for the second. */
struct element_state {
    const char *raw; /* text of the element, NULL when there is none */
    int64_t record;  /* row of its own record, or 0 */
    bool news;       /* its details are to be read */
    bool stranger;   /* of a stream of changes: tells of a record that is not there */
};

static enum ald_rc put_aside(struct ald_landing *l, const struct ald_element *el, const char *reason, const char *raw,
                             struct ald_err *err)
{
    l->quarantined = true;
    return ald_land_quarantine(l->land, l->stream, el->id, reason, raw, err);
}

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

/** The source itself says that it is gone. */
static enum ald_rc note_gone(struct ald_landing *l, const char *record, int64_t at, struct ald_err *err)
{
    int64_t row = 0;
    ALD_TRY(ald_landing_find(l, record, &row, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "sync_record_gone", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, record);
    ald_q_time(q, 3, at);
    ALD_TRY(ald_q_run(q, err));
    return ald_store_changes(l->land->store) > 0 ? ald_landing_note(l, row, err) : ALD_OK;
}

/** Records and definitions: all of them before any event, because an event may stand before its record. */
static enum ald_rc first_pass(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                              struct ald_err *err)
{
    ALD_TRY(raw_text(l, el, &state->raw, err));
    if (el->error)
        return put_aside(l, el, el->error, state->raw, err);
    ALD_TRY(ald_landing_definitions(l, el, err));
    ALD_TRY(ald_landing_said(l, el, err));
    if (el->record)
        ALD_TRY(ald_landing_record(l, el, state->raw, &state->record, &state->news, err));
    if (el->record && el->record->gone_at != ALD_TIME_NONE)
        return note_gone(l, el->record->external_id, el->record->gone_at, err);
    if (el->gone && !l->land->stored)
        return note_gone(l, el->gone, l->land->now, err);
    return ALD_OK;
}

/* Rows that belong to records: events, then additions. */
static size_t stories_n(const struct ald_element *el)
{
    return el->events_n + el->additions_n;
}

/* The record that row i names, NULL: the element's own. */
static const char *story_record(const struct ald_element *el, size_t i)
{
    return i < el->events_n ? el->events[i].external_id : el->additions[i - el->events_n]->external_id;
}

/* The one record that all of the element tells about, or NULL: none, or several. */
static const char *only_record(const struct ald_element *el)
{
    const char *own = el->record ? el->record->external_id : NULL;
    for (size_t i = 0; i < stories_n(el); i++) {
        const char *record = story_record(el, i);
        if (own && record && strcmp(own, record) != 0)
            return NULL;
        own = own ? own : record;
    }
    return own;
}

/** What an earlier run kept of the element goes. Most streams that keep nothing now never did: asked once. */
static enum ald_rc drop_raw(struct ald_landing *l, const struct ald_element *el, struct ald_err *err)
{
    bool row = false;
    if (l->land->keeps < 0) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_raw_any", &q, err));
        ald_q_text_lent(q, 1, l->land->cfg->name);
        ald_q_text_lent(q, 2, l->stream);
        ALD_TRY(ald_q_step(q, &row, err));
        l->land->keeps = row;
    }
    return l->land->keeps ? ald_landing_run(l, "land_raw_drop", (struct ald_texts){{l->stream, el->id}}, &row, err) : ALD_OK;
}

static enum ald_rc keep_raw(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                            struct ald_err *err)
{
    if (!l->land->free_text || !state->raw) { /* what was sent holds bodies */
        ALD_TRY(drop_raw(l, el, err));
        state->news |= !el->record; /* nothing to compare with */
        l->land->texts = true;
        return ALD_OK;
    }
    l->land->keeps = 1;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_raw_put", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, l->stream);
    ald_q_text_lent(q, 3, el->id);
    ald_q_text_lent(q, 4, state->raw);
    ald_q_time(q, 5, l->land->now);
    ald_q_text_lent(q, 6, only_record(el));
    ALD_TRY(ald_q_run(q, err));
    bool news = ald_store_changes(l->land->store) > 0;
    l->land->texts = l->land->texts || news;
    if (news && l->land->came)
        ald_came_element(l->land->came, l->land->cfg->name, l->stream, el->id);
    if (!el->record)
        state->news = news;
    return ALD_OK;
}

static enum ald_rc find_story_record(struct ald_landing *l, const struct ald_element *el, size_t i, const struct element_state *state,
                                     int64_t *ret, struct ald_err *err)
{
    const char *record = story_record(el, i);
    *ret = state->record;
    return record ? ald_landing_find(l, record, ret, err) : ALD_OK;
}

/** Why the element's events and additions cannot be stored, or NULL. Asked before any is, so that an element lands whole or not at
 * all. */
static enum ald_rc stories_problem(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                                  const char **ret, struct ald_err *err)
{
    *ret = NULL;
    for (size_t i = 0; i < stories_n(el) && !*ret; i++) {
        const struct ald_row_event *event = i < el->events_n ? &el->events[i] : NULL;
        const char *named = story_record(el, i);
        int64_t record = 0;
        ALD_TRY(find_story_record(l, el, i, state, &record, err));
        if (!record && l->how && l->how->tail)
            state->stranger = true;
        else if (!record)
            *ret = ald_sprintf(l->scratch, "%s of record '%s', which is not in the store", event ? "event" : "details", named ? named : "");
        else if (event && (event->at == ALD_TIME_NONE || !event->kind))
            *ret = ald_sprintf(l->scratch, "event '%s' has no %s", event->event_id ? event->event_id : "", event->kind ? "time" : "kind");
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
        ald_q_text_lent(q, 1, l->land->cfg->name);
        ald_q_text_lent(q, 2, todo->stream);
        ald_q_text_lent(q, 3, todo->subject);
        if (stale)
            ald_q_time(q, 4, todo->since);
        ALD_TRY(ald_q_run(q, err));
        l->land->todos++;
    }
    return ALD_OK;
}

/** Events, raw text and detail requests; an element that got here is out of quarantine. */
static enum ald_rc second_pass(struct ald_landing *l, const struct ald_element *el, struct element_state *state,
                               struct ald_err *err)
{
    bool did = false;
    const char *problem = NULL;
    if (el->error || el->gone)
        return ALD_OK;
    ALD_TRY(stories_problem(l, el, state, &problem, err));
    if (problem)
        ALD_TRY(put_aside(l, el, problem, state->raw, err));
    else if (l->quarantined)
        ALD_TRY(ald_landing_run(l, "land_quarantine_heal", (struct ald_texts){{l->stream, el->id}}, &did, err));
    for (size_t i = 0; i < el->events_n && !problem && !state->stranger; i++) {
        int64_t record = 0;
        ALD_TRY(find_story_record(l, el, i, state, &record, err));
        ALD_TRY(ald_landing_event(l, &el->events[i], record, err));
    }
    if (!problem || el->record)
        ALD_TRY(keep_raw(l, el, state, err));
    if (!problem && !state->stranger)
        ALD_TRY(ald_landing_additions(l, el, err));
    return add_todos(l, el, state, err);
}

static enum ald_rc look_for_quarantined(struct ald_landing *l, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_quarantine_any", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, l->stream);
    return ald_q_step(q, &l->quarantined, err);
}

static enum ald_rc touch(const struct ald_landing *l, struct ald_err *err)
{
    if (l->changed)
        return ald_store_touch(l->land->store, err);
    return l->noted ? ald_store_touch_noted(l->land->store, err) : ALD_OK;
}

static enum ald_rc land_rows(struct ald_landing *l, const struct ald_rows *rows, const struct ald_people_rows *people,
                             struct ald_err *err)
{
    ALD_TRY(ald_landing_people(l, people, err));
    if (!l->land->stored) /* counts of a page as the source cut it; of no other */
        ALD_TRY(ald_landing_page_facts(l, rows, err));
    ALD_TRY(look_for_quarantined(l, err));
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
    for (size_t i = 0; i < rows->n && l->how && l->how->events_whole; i++)
        if (states[i].record)
            ALD_TRY(ald_landing_events_replace(l, rows, states[i].record, err));
    ALD_TRY(ald_landing_said_replace(l, err));
    if (l->land->connector->retell)
        ALD_TRY(ald_landing_retell(l, rows, err));
    return touch(l, err);
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
        .land = land, .stream = stream, .how = stream_of(land->connector, stream), .page = page, .scratch = scratch, .said = -1};
    if (l.how && l.how->as)
        l.stream = l.how->as;
    if (!land->told || strcmp(land->told, l.stream) != 0) {
        land->told = !l.how ? NULL : l.how->as ? l.how->as : l.how->name;
        land->adds = land->said = land->keeps = -1;
    }
    ald_buf_init(&l.text, ALD_LAND_TEXT_MAX);
    enum ald_rc rc = land_rows(&l, rows, people, err);
    ald_buf_done(&l.text);
    if (rc != ALD_OK)
        (void)ald_wrap(err, "source '%s' stream '%s'", land->cfg->name, stream);
    return rc;
}

/** Which of the bits its timeline is to gain, and where it stands; record 0: it is not there. */
static enum ald_rc timeline_lacks(struct ald_landing *l, const char *subject, unsigned holds, int64_t *ret_record, int64_t *ret_lacks,
                                  struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(l->land->store, "land_timeline_lacks", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, subject);
    ald_q_int(q, 3, holds);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret_record = row ? ald_q_col_int(q, 0) : 0;
    *ret_lacks = row ? ald_q_col_int(q, 1) : 0;
    return ALD_OK;
}

/** The subject's timeline gains the bits that it would hold. */
static enum ald_rc timeline_add(struct ald_landing *l, const char *subject, unsigned holds, struct ald_err *err)
{
    int64_t record = 0, lacks = 0;
    ALD_TRY(timeline_lacks(l, subject, holds, &record, &lacks, err));
    if (!lacks)
        return ALD_OK;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_timeline_add", &q, err));
    ald_q_int(q, 1, record);
    ald_q_int(q, 2, lacks);
    ALD_TRY(ald_q_run(q, err));
    return ald_landing_note(l, record, err);
}

enum ald_rc ald_land_details_done(struct ald_land *land, const struct ald_stream *stream, const char *const *subjects,
                                  size_t subjects_n, bool between, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_landing l = {.land = land, .stream = stream->name, .scratch = scratch};
    bool did = false;
    if (between && subjects_n > 0)
        ALD_TRY(ald_landing_run(&l, "land_todo_done_between", (struct ald_texts){{stream->name, subjects[0], subjects[subjects_n - 1]}}, &did, err));
    for (size_t i = 0; i < subjects_n; i++) {
        if (!between)
            ALD_TRY(ald_landing_run(&l, "land_todo_done", (struct ald_texts){{stream->name, subjects[i]}}, &did, err));
        const char *of = stream->of_part ? strchr(subjects[i], '@') : NULL;
        if (stream->holds)
            ALD_TRY(timeline_add(&l, of ? of + 1 : subjects[i], stream->holds, err));
    }
    return touch(&l, err);
}
