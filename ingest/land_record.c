/* One record and its events. A row is a list of cells, which are bound to a statement and hashed alike, so that no field
 * can be stored without taking part in "has it changed?". */
#include "land_priv.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"

/* ---- The record ---- */

struct stored {
    int64_t id; /* 0: not there yet */
    const char *fingerprint, *version;
    bool gone;
    int64_t last_seen;
};

static enum ald_rc look_up(struct ald_landing *l, const char *external_id, struct stored *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(l->land->store, "land_record_get", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, external_id);
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row) {
        *ret = (struct stored){.id = 0};
        return ALD_OK;
    }
    *ret = (struct stored){
        .id = ald_q_col_int(q, 0),
        .fingerprint = ald_strdup(l->scratch, ald_q_col_text(q, 1)),
        .version = ald_strdup(l->scratch, ald_q_col_text(q, 2)),
        .gone = ald_q_col_int(q, 3) != 0,
        .last_seen = ald_q_col_int(q, 4),
    };
    return ALD_OK;
}

enum ald_rc ald_landing_find(struct ald_landing *l, const char *external_id, int64_t *ret, struct ald_err *err)
{
    if (!l->found_id || strcmp(l->found_id, external_id) != 0) {
        struct stored stored;
        ALD_TRY(look_up(l, external_id, &stored, err));
        l->found_id = external_id;
        l->found = stored.id;
    }
    *ret = l->found;
    return ALD_OK;
}

/** Cells ?3.. of land_record_new and _change up to the mapping. */
static size_t record_cells(const struct ald_landing *l, const struct ald_row_record *rec, struct ald_cell ret[ALD_CELLS_MAX])
{
    size_t n = 0;
    ret[n++] = ald_cell_text_or(rec->kind, l->land->cfg->kind);
    ret[n++] = ald_cell_text(rec->key);
    ret[n++] = ald_cell_text(rec->title);
    ret[n++] = ald_cell_text(rec->url);
    ret[n++] = ald_cell_text(rec->status);
    ret[n++] = ald_cell_text(rec->resolve_reason);
    ret[n++] = ald_cell_text(rec->class_);
    ret[n++] = ald_cell_text_or(rec->end_state, "open");
    ret[n++] = ald_cell_at(rec->entered_at);
    ret[n++] = ald_cell_at(rec->updated_at);
    ret[n++] = ald_cell_number(rec->timeline);
    ret[n++] = ald_cell_number(rec->holds);
    ret[n++] = ald_cell_number(l->land->connector->mapping);
    return n;
}

static enum ald_rc fingerprint(struct ald_landing *l, const struct ald_row_record *rec, const struct ald_line *lines,
                               size_t n, char ret[33], struct ald_err *err)
{
    struct ald_cell cells[ALD_CELLS_MAX];
    size_t cells_n = record_cells(l, rec, cells);
    ald_buf_clear(&l->text);
    ALD_TRY(ald_cells_spell(&l->text, cells, cells_n, err));
    ALD_TRY(ald_landing_children_spell(l, lines, n, err));
    ald_fingerprint(l->text.data, l->text.len, ret);
    return ALD_OK;
}

/** Some of its texts may be new. */
static void note_texts(struct ald_landing *l, int64_t record)
{
    l->land->texts = l->noted = true;
    if (l->land->came)
        ald_came_record(l->land->came, l->land->cfg->name, record);
}

enum ald_rc ald_landing_note(struct ald_landing *l, int64_t record, struct ald_err *err)
{
    l->noted = true;
    if (l->noted_record == record)
        return ALD_OK;
    note_texts(l, record);
    l->noted_record = record;
    return ald_store_note_change(l->land->store, record, err);
}

/** Whether it is told to have been resolved later than it was seen, which no analysis believes until it is seen again. */
static enum ald_rc is_ahead(struct ald_landing *l, const struct stored *stored, bool *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_record_ahead", &q, err));
    ald_q_int(q, 1, stored->id);
    ald_q_int(q, 2, stored->last_seen);
    return ald_q_step(q, ret, err);
}

static enum ald_rc is_back(struct ald_landing *l, const struct stored *stored, struct ald_err *err)
{
    if (!stored->gone)
        return ALD_OK;
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_record_back", &q, err));
    ald_q_int(q, 1, stored->id);
    return ald_q_run(q, err);
}

static enum ald_rc mark_seen(struct ald_landing *l, const struct stored *stored, const char *version,
                             struct ald_err *err)
{
    bool ahead = false;
    ALD_TRY(is_ahead(l, stored, &ahead, err));
    if (ahead || stored->gone)
        ALD_TRY(ald_landing_note(l, stored->id, err));
    ALD_TRY(is_back(l, stored, err));
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_record_seen", &q, err));
    ald_q_int(q, 1, stored->id);
    ald_q_time(q, 2, l->land->now);
    ald_q_text_lent(q, 3, version);
    return ald_q_run(q, err);
}

static enum ald_rc write_record(struct ald_landing *l, const struct ald_row_record *rec, const char *statement,
                                const char *version, const char *print, struct ald_err *err)
{
    struct ald_cell cells[ALD_CELLS_MAX];
    size_t cells_n = record_cells(l, rec, cells);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, rec->external_id);
    ald_cells_bind(q, 3, cells, cells_n);
    ald_q_text_lent(q, 16, version);
    ald_q_text_lent(q, 17, print);
    ald_q_time(q, 18, l->land->now);
    ald_q_text_lent(q, 19, l->stream);
    return ald_q_run(q, err);
}

enum ald_rc ald_landing_record(struct ald_landing *l, const struct ald_element *el, const char *raw,
                               int64_t *ret_record, bool *ret_news, struct ald_err *err)
{
    const struct ald_row_record *rec = el->record;
    struct stored stored;
    struct ald_line *lines = NULL;
    size_t lines_n = 0;
    char print[33], raw_print[35] = "h:";
    ALD_TRY(look_up(l, rec->external_id, &stored, err));
    ALD_TRY(ald_landing_children_sort(l, rec, &lines, &lines_n, err));
    ALD_TRY(fingerprint(l, rec, lines, lines_n, print, err));
    const char *version = rec->version;
    if (!version) {
        raw = raw ? raw : "";
        ald_fingerprint(raw, strlen(raw), raw_print + 2);
        version = raw_print;
    }
    if (l->land->stored && stored.gone) {
        *ret_record = stored.id;
        *ret_news = false;
        return ALD_OK;
    }
    *ret_news = !stored.version || strcmp(stored.version, version) != 0;
    l->found_id = rec->external_id;
    if (stored.id && stored.fingerprint && strcmp(stored.fingerprint, print) == 0) {
        *ret_record = l->found = stored.id;
        return mark_seen(l, &stored, version, err);
    }
    if (stored.id) {
        ALD_TRY(ald_landing_note(l, stored.id, err));
        ALD_TRY(write_record(l, rec, "land_record_change", version, print, err));
        ALD_TRY(is_back(l, &stored, err));
        ALD_TRY(ald_landing_children_clear(l, stored.id, "", err));
        l->land->records_changed++;
    } else {
        ALD_TRY(write_record(l, rec, "land_record_new", version, print, err));
        stored.id = ald_store_last_rowid(l->land->store);
        ALD_TRY(ald_store_note_new(l->land->store, stored.id, err));
        note_texts(l, stored.id);
        l->land->records_new++;
    }
    *ret_record = l->found = stored.id;
    return ald_landing_children_add(l, rec, stored.id, "", lines, lines_n, err);
}

/* ---- Events ---- */

/** Where the source has no id for an event: at, kind, actor and text, and where they are given also team, service and
 *  value, because two teams may be called in the same minute. The text counts even when it is not stored. */
static enum ald_rc event_id_of(struct ald_landing *l, const struct ald_row_event *e, char ret[35], struct ald_err *err)
{
    struct ald_cell cells[] = {ald_cell_at(e->at),     ald_cell_text(e->kind),    ald_cell_text(e->actor), ald_cell_text(e->text),
                           ald_cell_text(e->team), ald_cell_text(e->service), ald_cell_text(e->value)};
    bool more = e->team || e->service || e->value;
    ald_buf_clear(&l->text);
    ALD_TRY(ald_cells_spell(&l->text, cells, more ? 7 : 4, err));
    memcpy(ret, "h:", 2);
    ald_fingerprint(l->text.data, l->text.len, ret + 2);
    return ALD_OK;
}

/** adds: else the statement changes one that is there. */
static enum ald_rc put_event(struct ald_landing *l, bool adds, int64_t record, const struct ald_cell *cells, size_t n, bool *ret_did,
                             struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, adds ? "land_event_add" : "land_event_change", &q, err));
    ald_q_int(q, 1, record);
    ald_cells_bind(q, 2, cells, n);
    ALD_TRY(ald_q_run(q, err));
    *ret_did = ald_store_changes(l->land->store) > 0;
    if (!*ret_did || adds)
        return *ret_did ? ald_landing_note(l, record, err) : ALD_OK;
    note_texts(l, record);
    return ald_store_note_changed(l->land->store, record, err);
}

/** The kind that the store has of an event which came with another one; NULL: it is the same. */
static enum ald_rc other_kind(struct ald_landing *l, int64_t record, const char *id, const char *kind, const char **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_event_kind", &q, err));
    ald_q_int(q, 1, record);
    ald_q_text(q, 2, id);
    ALD_TRY(ald_q_step(q, &row, err));
    if (row && strcmp(ald_q_col_text(q, 0), kind) != 0)
        *ret = ald_strdup(l->page, ald_q_col_text(q, 0));
    return ALD_OK;
}

/** An event that is there: changed where it differs. What its kind is, a connector that retells says at the end of the page. */
static enum ald_rc change_event(struct ald_landing *l, int64_t record, struct ald_cell *cells, size_t n, struct ald_err *err)
{
    const char *before = NULL, *id = cells[0].text, *kind = cells[2].text;
    bool did = false;
    if (l->land->connector->retell)
        ALD_TRY(other_kind(l, record, id, kind, &before, err));
    if (before)
        cells[2] = ald_cell_text(before);
    ALD_TRY(put_event(l, false, record, cells, n, &did, err));
    if (!before)
        return ALD_OK;
    l->rekinds = ald_grow(l->page, l->rekinds, l->rekinds_n, &l->rekinds_cap, sizeof *l->rekinds);
    l->rekinds[l->rekinds_n++] = (struct ald_rekind){.record = record, .event_id = ald_strdup(l->page, id), .before = before};
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_retell", &q, err));
    ald_q_int(q, 1, record);
    ald_q_text(q, 2, id);
    ald_q_text(q, 3, kind);
    return ald_q_run(q, err);
}

enum ald_rc ald_landing_event(struct ald_landing *l, const struct ald_row_event *event, int64_t record,
                              struct ald_err *err)
{
    char hashed[35];
    const char *id = event->event_id;
    if (!id) {
        ALD_TRY(event_id_of(l, event, hashed, err));
        id = hashed;
    }
    struct ald_cell cells[] = {
        ald_cell_text(id),
        ald_cell_at(event->at),
        ald_cell_text(event->kind),
        ald_cell_text(event->actor),
        ald_cell_text(event->agent),
        ald_cell_at(event->automatic < 0 ? ALD_TIME_NONE : event->automatic != 0), /* NULL: not known */
        ald_cell_text(event->team),
        ald_cell_text(event->service),
        ald_cell_text(event->value),
        ald_cell_text(event->field),
        ald_cell_text(l->land->free_text ? event->text : NULL), /* free_text off: no bodies, notes or quotes */
    };
    bool did = false;
    ALD_TRY(put_event(l, true, record, cells, sizeof cells / sizeof cells[0], &did, err));
    if (did)
        l->land->events_new++;
    else
        ALD_TRY(change_event(l, record, cells, sizeof cells / sizeof cells[0], err));
    return ALD_OK;
}
