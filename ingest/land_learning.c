/* What people said of incidents into the store: reviews, attendance, learnings, actions, told stories. Rows name incidents by
 * record or key and wait for nobody: whoever reads them finds the incident. */
#include "land_priv.h"

#include <stdio.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/limits.h"
#include "alidade/time.h"

/** Cells of a row behind source and id, in the order of its put statement. */
struct cells {
    struct ald_cell at[ALD_CELLS_MAX];
    size_t n;
    bool several; /* of what makes an id: equal rows are several things, not one that is told twice */
};

static void text(struct cells *c, const char *s)
{
    c->at[c->n++] = ald_cell_text(s);
}

/** ALD_TIME_NONE is NULL. */
static void number(struct cells *c, int64_t v)
{
    c->at[c->n++] = ald_cell_at(v);
}

static void count(struct cells *c, int v)
{
    number(c, v < 0 ? ALD_TIME_NONE : v);
}

static enum ald_rc run(struct ald_landing *l, const char *statement, const char *id, const struct cells *cells, bool *ret_did,
                       struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t n = cells ? cells->n : 0;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, id);
    if (cells)
        ald_cells_bind(q, 3, cells->at, n);
    ald_q_time(q, 3 + (int)n, l->land->now);
    ALD_TRY(ald_q_run(q, err));
    *ret_did = ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

/** Where a row has no id of its own: what tells it from others. */
static enum ald_rc id_of(struct ald_landing *l, const char *given, const struct cells *told, const char **ret, struct ald_err *err)
{
    char digits[33];
    ALD_CLEANUP(ald_buf_done) struct ald_buf spelt;
    ald_buf_init(&spelt, ALD_MAX_FILE_BYTES);
    *ret = given;
    if (given)
        return ALD_OK;
    ALD_TRY(ald_cells_spell(&spelt, told->at, told->n, err));
    ald_fingerprint(spelt.data, spelt.len, digits);
    *ret = ald_sprintf(l->scratch, "h:%s", digits);
    size_t before = told->several ? ald_equals_met(&l->land->equals, *ret) : 0;
    if (before)
        *ret = ald_sprintf(l->scratch, "%s.%zu", *ret, before + 1);
    return ALD_OK;
}

enum table { REVIEW, ATTENDANCE, LEARNING, ACTION_ITEM, STORY_TOLD, TABLES_ };
static const struct {
    const char *put, *seen, *drop;
} tables[] = {
    [REVIEW] = {"said_review_put", "said_review_seen", "said_review_drop"},
    [ATTENDANCE] = {"said_attendance_put", "said_attendance_seen", "said_attendance_drop"},
    [LEARNING] = {"said_learning_put", "said_learning_seen", "said_learning_drop"},
    [ACTION_ITEM] = {"said_action_item_put", "said_action_item_seen", "said_action_item_drop"},
    [STORY_TOLD] = {"said_story_told_put", "said_story_told_seen", "said_story_told_drop"},
};
#define ALL_TABLES ((1 << TABLES_) - 1)

/** told: what makes an id where the row has none, so many cells. */
static enum ald_rc put(struct ald_landing *l, enum table table, const char *given, const struct cells *told, const struct cells *cells,
                       struct ald_err *err)
{
    bool did = false, seen = false;
    const char *id;
    ALD_TRY(id_of(l, given, told, &id, err));
    if (l->land->said >= 0)
        l->land->said |= 1 << table;
    ALD_TRY(run(l, tables[table].put, id, cells, &did, err));
    if (!did)
        return run(l, tables[table].seen, id, NULL, &seen, err);
    l->noted = true; /* reports read it, analyze does not */
    l->land->said_new++;
    return ALD_OK;
}

static enum ald_rc put_review(struct ald_landing *l, const struct ald_row_review *r, struct ald_err *err)
{
    struct cells c = {.n = 0};
    const struct cells told = {.at = {ald_cell_text("review"), ald_cell_text(r->incident), ald_cell_text(r->url)}, .n = 3};
    bool words = l->land->free_text;
    text(&c, r->incident);
    number(&c, r->held_at);
    text(&c, r->url);
    count(&c, r->facilitator_involved);
    text(&c, words ? r->why_surprised : NULL);
    text(&c, words ? r->risk_awareness : NULL);
    text(&c, r->title);
    text(&c, r->status);
    count(&c, r->readers);
    return put(l, REVIEW, r->external_id, &told, &c, err);
}

static enum ald_rc put_attendance(struct ald_landing *l, const struct ald_row_attendance *r, struct ald_err *err)
{
    struct cells c = {.n = 0};
    const struct cells told = {.at = {ald_cell_text("attendance"), ald_cell_text(r->incident), ald_cell_text(r->person),
                                      ald_cell_text(r->person ? NULL : r->team)},
                               .n = 4,
                               .several = !r->person}; /* two unnamed people of one team are two */
    text(&c, r->incident);
    count(&c, r->required);
    text(&c, r->person);
    text(&c, r->team);
    return put(l, ATTENDANCE, r->external_id, &told, &c, err);
}

static enum ald_rc put_learning(struct ald_landing *l, const struct ald_row_learning *r, struct ald_err *err)
{
    struct cells c = {.n = 0};
    const struct cells told = {.at = {ald_cell_text("learning"), ald_cell_text(r->incident), ald_cell_text(r->text), ald_cell_text(r->kind)},
                               .n = 4,
                               .several = true}; /* "the same for me": nobody says by whom */
    text(&c, r->incident);
    number(&c, r->at);
    text(&c, l->land->free_text ? r->text : NULL);
    text(&c, r->kind);
    return put(l, LEARNING, r->external_id, &told, &c, err);
}

/** What a task is changes with its end, not with when it was opened. */
static enum ald_rc put_action(struct ald_landing *l, const struct ald_row_action *r, struct ald_err *err)
{
    struct cells c = {.n = 0};
    const struct cells told = {.at = {ald_cell_text("action"), ald_cell_text(r->incident), ald_cell_text(r->url ? r->url : r->title),
                                      ald_cell_at(r->url ? ALD_TIME_NONE : r->opened_at)},
                               .n = 4};
    text(&c, r->incident);
    text(&c, r->title);
    text(&c, r->url);
    number(&c, r->opened_at);
    number(&c, r->due_at);
    number(&c, r->closed_at);
    text(&c, r->status);
    text(&c, r->team);
    return put(l, ACTION_ITEM, r->external_id, &told, &c, err);
}

static enum ald_rc put_told(struct ald_landing *l, const struct ald_row_told *r, struct ald_err *err)
{
    struct cells c = {.n = 0};
    const struct cells told = {.at = {ald_cell_text("told"), ald_cell_text(r->incident), ald_cell_at(r->told_at)}, .n = 3};
    text(&c, r->incident);
    number(&c, r->told_at);
    text(&c, r->place);
    return put(l, STORY_TOLD, r->external_id, &told, &c, err);
}

/** Rows of a stream that says things have ids of their elements, so that it is known whose they are. */
static const char *said_id(struct ald_landing *l, const struct ald_element *el, const char *given, size_t i)
{
    if (given || !l->how || !l->how->says)
        return given;
    return i ? ald_sprintf(l->scratch, "%s/%s/%zu", l->stream, el->id, i) : ald_sprintf(l->scratch, "%s/%s", l->stream, el->id);
}

static enum ald_rc put_all(struct ald_landing *l, const struct ald_element *el, struct ald_err *err)
{
    for (size_t i = 0; i < el->reviews_n; i++) {
        struct ald_row_review r = el->reviews[i];
        r.external_id = said_id(l, el, r.external_id, i);
        ALD_TRY(put_review(l, &r, err));
    }
    for (size_t i = 0; i < el->attendance_n; i++) {
        struct ald_row_attendance r = el->attendance[i];
        r.external_id = said_id(l, el, r.external_id, i);
        ALD_TRY(put_attendance(l, &r, err));
    }
    for (size_t i = 0; i < el->learnings_n; i++) {
        struct ald_row_learning r = el->learnings[i];
        r.external_id = said_id(l, el, r.external_id, i);
        ALD_TRY(put_learning(l, &r, err));
    }
    for (size_t i = 0; i < el->actions_n; i++) {
        struct ald_row_action r = el->actions[i];
        r.external_id = said_id(l, el, r.external_id, i);
        ALD_TRY(put_action(l, &r, err));
    }
    for (size_t i = 0; i < el->told_n; i++) {
        struct ald_row_told r = el->told[i];
        r.external_id = said_id(l, el, r.external_id, i);
        ALD_TRY(put_told(l, &r, err));
    }
    return ALD_OK;
}

/** Rows of some tables (a bit for each) whose ids are id or begin with id and '/', and which were last seen before. */
static enum ald_rc drop_below(struct ald_land *land, int of, const char *id, int64_t before, bool *ret_did, struct ald_err *err)
{
    for (int i = 0; i < TABLES_; i++) {
        if (!(of & 1 << i))
            continue;
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(land->store, tables[i].drop, &q, err));
        ald_q_text_lent(q, 1, land->cfg->name);
        ald_q_text_lent(q, 2, id);
        ald_q_time(q, 3, before);
        ALD_TRY(ald_q_run(q, err));
        *ret_did |= ald_store_changes(land->store) > 0;
    }
    return ALD_OK;
}

static enum ald_rc ask_said(struct ald_landing *l, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(l->land->store, "said_any_of", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, l->stream);
    ALD_TRY(ald_q_step(q, &row, err));
    l->land->said = 0;
    for (int i = 0; row && i < TABLES_; i++)
        l->land->said |= ald_q_col_int(q, i) ? 1 << i : 0;
    return ALD_OK;
}

/** What there was of the stream before this page: elements may have rows there that they tell no longer. */
static enum ald_rc look_for_said(struct ald_landing *l, struct ald_err *err)
{
    if (l->said >= 0)
        return ALD_OK;
    if (l->land->said < 0)
        ALD_TRY(ask_said(l, err));
    l->said = l->land->said;
    return ALD_OK;
}

enum ald_rc ald_landing_said(struct ald_landing *l, const struct ald_element *el, struct ald_err *err)
{
    const bool says = l->how && l->how->says && !l->land->stored;
    if (says)
        ALD_TRY(look_for_said(l, err));
    ALD_TRY(put_all(l, el, err));
    if (!says || !l->said)
        return ALD_OK;
    return drop_below(l->land, l->said, ald_sprintf(l->scratch, "%s/%s", l->stream, el->id), l->land->now, &l->noted, err);
}

enum ald_rc ald_landing_said_replace(struct ald_landing *l, struct ald_err *err)
{
    if (!l->land->replace || !l->how || !l->how->says)
        return ALD_OK;
    ALD_TRY(look_for_said(l, err)); /* a page without elements */
    const char *id = l->said ? ald_sprintf(l->scratch, "%s/%s", l->stream, l->land->replace) : NULL;
    return drop_below(l->land, l->said, id, l->land->now, &l->noted, err);
}

enum ald_rc ald_land_said_list(struct ald_land *land, const char *stream, int64_t before, struct ald_err *err)
{
    bool did = false;
    ALD_TRY(drop_below(land, ALL_TABLES, stream, before, &did, err));
    return did ? ald_store_touch_noted(land->store, err) : ALD_OK;
}

enum ald_rc ald_land_said_sweep(struct ald_land *land, const char *stream, int64_t before, struct ald_err *err)
{
    static const struct {
        const char *stream, *statement;
    } sweeps[] = {{"reviews", "said_review_sweep"},
                  {"attendance", "said_attendance_sweep"},
                  {"learnings", "said_learning_sweep"},
                  {"actions", "said_action_item_sweep"},
                  {"told", "said_story_told_sweep"}};
    for (size_t i = 0; i < sizeof sweeps / sizeof sweeps[0]; i++) {
        if (strcmp(sweeps[i].stream, stream) != 0)
            continue;
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(land->store, sweeps[i].statement, &q, err));
        ald_q_text(q, 1, land->cfg->name);
        ald_q_time(q, 2, before);
        ALD_TRY(ald_q_run(q, err));
        if (ald_store_changes(land->store) > 0)
            ALD_TRY(ald_store_touch_noted(land->store, err));
    }
    return ALD_OK;
}
