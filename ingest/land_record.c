/* One record with its children and its events. A row is a list of cells, which are bound to a statement and hashed
 * alike, so that no field can be stored without taking part in "has it changed?". */
#include "land_priv.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"

enum cell_type { TEXT, NUMBER, TIME };
struct cell {
    enum cell_type type;
    const char *text;
    int64_t number;
};
#define CELLS_MAX 16

static struct cell text(const char *s)
{
    return (struct cell){.type = TEXT, .text = s};
}

/** For columns that are NOT NULL. */
static struct cell text_or(const char *s, const char *otherwise)
{
    return text(s ? s : otherwise);
}

static struct cell number(int64_t v)
{
    return (struct cell){.type = NUMBER, .number = v};
}

static struct cell at(int64_t ms)
{
    return (struct cell){.type = TIME, .number = ms};
}

static void bind(struct ald_q *q, int first, const struct cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int param = first + (int)i;
        switch (cells[i].type) {
        case TEXT:
            ald_q_text(q, param, cells[i].text);
            break;
        case NUMBER:
            ald_q_int(q, param, cells[i].number);
            break;
        case TIME:
            ald_q_time(q, param, cells[i].number);
            break;
        }
    }
}

/** Lengths go before texts, so that two lists of cells never give the same bytes. */
static enum ald_rc spell(struct ald_buf *buf, const struct cell *cells, size_t n, struct ald_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (cells[i].type != TEXT)
            ALD_TRY(ald_buf_addf(buf, err, "%lld,", (long long)cells[i].number));
        else if (!cells[i].text)
            ALD_TRY(ald_buf_adds(buf, "-,", err));
        else
            ALD_TRY(ald_buf_addf(buf, err, "%zu:%s,", strlen(cells[i].text), cells[i].text));
    }
    return ALD_OK;
}

/* ---- Children ---- */

enum child { MOMENT, VALUE, REF, SERVICE, TEAM, PERSON, CHILDREN_ };
static const struct {
    const char *clear, *add;
} statements[] = {
    [MOMENT] = {"land_moments_clear", "land_moment_add"}, [VALUE] = {"land_values_clear", "land_value_add"},
    [REF] = {"land_refs_clear", "land_ref_add"},          [SERVICE] = {"land_services_clear", "land_service_add"},
    [TEAM] = {"land_teams_clear", "land_team_add"},       [PERSON] = {"land_people_clear", "land_person_add"},
};

static size_t children_n(const struct ald_row_record *rec, enum child child)
{
    switch (child) {
    case MOMENT:
        return rec->moments_n;
    case VALUE:
        return rec->values_n;
    case REF:
        return rec->refs_n;
    case SERVICE:
        return rec->services_n;
    case TEAM:
        return rec->teams_n;
    case PERSON:
        return rec->people_n;
    case CHILDREN_:
        break;
    }
    return 0;
}

/** Cells in the order of the add statement's parameters, from ?2. */
static size_t child_cells(const struct ald_row_record *rec, enum child child, size_t i, struct cell ret[CELLS_MAX])
{
    size_t n = 0;
    switch (child) {
    case MOMENT:
        ret[n++] = text(rec->moments[i].moment);
        ret[n++] = number(rec->moments[i].rank);
        ret[n++] = text_or(rec->moments[i].field, "");
        ret[n++] = at(rec->moments[i].at);
        break;
    case VALUE:
        ret[n++] = text(rec->values[i].name);
        ret[n++] = number(rec->values[i].ord);
        ret[n++] = text(rec->values[i].value);
        ret[n++] = text_or(rec->values[i].field, "");
        break;
    case REF:
        ret[n++] = text(rec->refs[i].kind);
        ret[n++] = text(rec->refs[i].value);
        ret[n++] = text_or(rec->refs[i].field, "");
        break;
    case SERVICE:
        ret[n++] = text(rec->services[i].service);
        ret[n++] = at(rec->services[i].at);
        ret[n++] = number(rec->services[i].at_start);
        ret[n++] = number(rec->services[i].stand_in);
        ret[n++] = text_or(rec->services[i].field, "");
        break;
    case TEAM:
        ret[n++] = text(rec->teams[i].team);
        ret[n++] = text_or(rec->teams[i].role, "");
        ret[n++] = at(rec->teams[i].at);
        ret[n++] = text_or(rec->teams[i].field, "");
        break;
    case PERSON:
        ret[n++] = text(rec->people[i].person);
        ret[n++] = text_or(rec->people[i].role, "");
        ret[n++] = at(rec->people[i].at);
        ret[n++] = text_or(rec->people[i].field, "");
        break;
    case CHILDREN_:
        break;
    }
    return n;
}

struct line {
    const char *spelt;
    enum child child;
    size_t i;
};

static int by_spelling(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->child != y->child)
        return x->child < y->child ? -1 : 1;
    return strcmp(x->spelt, y->spelt);
}

/** All children in canonical order: sources may list the same things in another order each time. */
static enum ald_rc sort_children(struct ald_landing *l, const struct ald_row_record *rec, struct line **ret,
                                 size_t *ret_n, struct ald_err *err)
{
    size_t n = 0, k = 0;
    for (int child = 0; child < CHILDREN_; child++)
        n += children_n(rec, (enum child)child);
    struct line *lines = ald_calloc(l->scratch, n, sizeof *lines);
    for (int child = 0; child < CHILDREN_; child++) {
        for (size_t i = 0; i < children_n(rec, (enum child)child); i++) {
            struct cell cells[CELLS_MAX];
            size_t cells_n = child_cells(rec, (enum child)child, i, cells);
            ald_buf_clear(&l->text);
            ALD_TRY(spell(&l->text, cells, cells_n, err));
            lines[k++] = (struct line){ald_strndup(l->scratch, l->text.data, l->text.len), (enum child)child, i};
        }
    }
    qsort(lines, n, sizeof *lines, by_spelling);
    *ret = lines;
    *ret_n = n;
    return ALD_OK;
}

static enum ald_rc clear_children(struct ald_landing *l, int64_t record, struct ald_err *err)
{
    for (int child = 0; child < CHILDREN_; child++) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, statements[child].clear, &q, err));
        ald_q_int(q, 1, record);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

static enum ald_rc add_children(struct ald_landing *l, const struct ald_row_record *rec, int64_t record,
                                const struct line *lines, size_t n, struct ald_err *err)
{
    for (size_t k = 0; k < n; k++) {
        struct cell cells[CELLS_MAX];
        size_t cells_n = child_cells(rec, lines[k].child, lines[k].i, cells);
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, statements[lines[k].child].add, &q, err));
        ald_q_int(q, 1, record);
        bind(q, 2, cells, cells_n);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

/* ---- The record ---- */

struct stored {
    int64_t id; /* 0: not there yet */
    const char *fingerprint, *version;
    bool gone;
};

static enum ald_rc look_up(struct ald_landing *l, const char *external_id, struct stored *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(l->land->store, "land_record_get", &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, external_id);
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
static size_t record_cells(const struct ald_landing *l, const struct ald_row_record *rec, struct cell ret[CELLS_MAX])
{
    size_t n = 0;
    ret[n++] = text_or(rec->kind, l->land->cfg->kind);
    ret[n++] = text(rec->key);
    ret[n++] = text(rec->title);
    ret[n++] = text(rec->url);
    ret[n++] = text(rec->status);
    ret[n++] = text(rec->resolve_reason);
    ret[n++] = text(rec->class_);
    ret[n++] = text_or(rec->end_state, "open");
    ret[n++] = at(rec->entered_at);
    ret[n++] = at(rec->updated_at);
    ret[n++] = number(rec->timeline);
    ret[n++] = number(rec->holds);
    ret[n++] = number(l->land->connector->mapping);
    return n;
}

static enum ald_rc fingerprint(struct ald_landing *l, const struct ald_row_record *rec, const struct line *lines,
                               size_t n, char ret[33], struct ald_err *err)
{
    struct cell cells[CELLS_MAX];
    size_t cells_n = record_cells(l, rec, cells);
    ald_buf_clear(&l->text);
    ALD_TRY(spell(&l->text, cells, cells_n, err));
    for (size_t k = 0; k < n; k++)
        ALD_TRY(ald_buf_addf(&l->text, err, "\n%d %s", (int)lines[k].child, lines[k].spelt));
    ald_fingerprint(l->text.data, l->text.len, ret);
    return ALD_OK;
}

static enum ald_rc mark_seen(struct ald_landing *l, const struct stored *stored, const char *version,
                             struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_record_seen", &q, err));
    ald_q_int(q, 1, stored->id);
    ald_q_time(q, 2, l->land->now);
    ald_q_text(q, 3, version);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= stored->gone; /* it is back */
    return ALD_OK;
}

static enum ald_rc write_record(struct ald_landing *l, const struct ald_row_record *rec, const char *statement,
                                const char *version, const char *print, struct ald_err *err)
{
    struct cell cells[CELLS_MAX];
    size_t cells_n = record_cells(l, rec, cells);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_text(q, 1, l->land->cfg->name);
    ald_q_text(q, 2, rec->external_id);
    bind(q, 3, cells, cells_n);
    ald_q_text(q, 16, version);
    ald_q_text(q, 17, print);
    ald_q_time(q, 18, l->land->now);
    ald_q_text(q, 19, l->stream);
    return ald_q_run(q, err);
}

enum ald_rc ald_landing_record(struct ald_landing *l, const struct ald_element *el, const char *raw,
                               int64_t *ret_record, bool *ret_news, struct ald_err *err)
{
    const struct ald_row_record *rec = el->record;
    struct stored stored;
    struct line *lines = NULL;
    size_t lines_n = 0;
    char print[33], raw_print[35] = "h:";
    ALD_TRY(look_up(l, rec->external_id, &stored, err));
    ALD_TRY(sort_children(l, rec, &lines, &lines_n, err));
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
    l->changed = true;
    if (stored.id) {
        ALD_TRY(write_record(l, rec, "land_record_change", version, print, err));
        ALD_TRY(clear_children(l, stored.id, err));
        l->land->records_changed++;
    } else {
        ALD_TRY(write_record(l, rec, "land_record_new", version, print, err));
        stored.id = ald_store_last_rowid(l->land->store);
        l->land->records_new++;
    }
    *ret_record = l->found = stored.id;
    return add_children(l, rec, stored.id, lines, lines_n, err);
}

/* ---- Events ---- */

/** Where the source has no id for an event: at, kind, actor and text, and where they are given also team, service and
 *  value, because two teams may be called in the same minute. The text counts even when it is not stored. */
static enum ald_rc event_id_of(struct ald_landing *l, const struct ald_row_event *e, char ret[35], struct ald_err *err)
{
    struct cell cells[] = {at(e->at),     text(e->kind),    text(e->actor), text(e->text),
                           text(e->team), text(e->service), text(e->value)};
    bool more = e->team || e->service || e->value;
    ald_buf_clear(&l->text);
    ALD_TRY(spell(&l->text, cells, more ? 7 : 4, err));
    memcpy(ret, "h:", 2);
    ald_fingerprint(l->text.data, l->text.len, ret + 2);
    return ALD_OK;
}

static enum ald_rc put_event(struct ald_landing *l, const char *statement, int64_t record, const struct cell *cells,
                             size_t n, bool *ret_did, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_int(q, 1, record);
    bind(q, 2, cells, n);
    ALD_TRY(ald_q_run(q, err));
    *ret_did = ald_store_changes(l->land->store) > 0;
    l->changed |= *ret_did;
    return ALD_OK;
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
    struct cell cells[] = {
        text(id),
        at(event->at),
        text(event->kind),
        text(event->actor),
        text(event->agent),
        at(event->automatic < 0 ? ALD_TIME_NONE : event->automatic != 0), /* NULL: not known */
        text(event->team),
        text(event->service),
        text(event->value),
        text(event->field),
        text(l->land->free_text ? event->text : NULL), /* free_text off: no bodies, notes or quotes */
    };
    bool did = false;
    ALD_TRY(put_event(l, "land_event_add", record, cells, sizeof cells / sizeof cells[0], &did, err));
    if (did)
        l->land->events_new++;
    else
        ALD_TRY(put_event(l, "land_event_change", record, cells, sizeof cells / sizeof cells[0], &did, err));
    return ALD_OK;
}
