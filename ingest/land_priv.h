/* What the parts of landing share: land.c (pages), land_record.c (a record and its timeline), land_children.c (what belongs to a
 * record), land_addition.c (what details add to one), land_definitions.c (what is no record), land_people.c, land_story.c and land_learning.c. */
#pragma once

#include "alidade/buf.h"
#include "land.h"

/* Longest text of one element: JSON escapes a byte of the page by six at most. */
#define ALD_LAND_TEXT_MAX ((size_t)6 * ALD_MAX_RESPONSE_BYTES)

/** An event that came with another kind than the store has: with a connector that retells, that is no change yet. */
struct ald_rekind {
    int64_t record;
    const char *event_id, *before;
};
/** One page on its way into the store. */
struct ald_landing {
    struct ald_land *land;
    const char *stream; /* under which elements are kept */
    const struct ald_stream *how; /* or NULL */
    struct ald_arena *page;    /* lives as long as the page */
    struct ald_arena *scratch; /* emptied after each element */
    struct ald_buf text;       /* scratch */
    bool changed;              /* something that readings depend on, and that no note of a record tells */
    bool noted;                /* records that are noted (store.h), or what no analysis reads */
    int64_t noted_record;      /* the one noted last, or 0 */
    const char *found_id;      /* external id of the record found last, and its row; NULL: none yet */
    int64_t found;
    bool quarantined; /* elements of this stream lie in quarantine */
    struct ald_rekind *rekinds; /* in page */
    size_t rekinds_n, rekinds_cap;
    int said; /* what the stream has of what people said before this page, a bit for each table; -1: not asked yet. land->adds: it
                 has additions; land->said: what it has now */
};

/* ---- land_children.c ---- */

enum ald_cell_type { ALD_CELL_TEXT, ALD_CELL_NUMBER, ALD_CELL_TIME };
struct ald_cell {
    enum ald_cell_type type;
    const char *text;
    int64_t number;
};
#define ALD_CELLS_MAX 16
/** NULL stays NULL in the store. */
struct ald_cell ald_cell_text(const char *s);
/** For columns that are NOT NULL. */
struct ald_cell ald_cell_text_or(const char *s, const char *otherwise);
struct ald_cell ald_cell_number(int64_t v);
struct ald_cell ald_cell_at(int64_t ms);
/** Cells as parameters from ?first on; texts are lent (ald_q_text_lent). */
void ald_cells_bind(struct ald_q *q, int first, const struct ald_cell *cells, size_t n);
/** Adds their spelling to buf. Lengths go before texts, so that two lists of cells never give the same bytes. */
ALD_CHECK enum ald_rc ald_cells_spell(struct ald_buf *buf, const struct ald_cell *cells, size_t n, struct ald_err *err);
/* land_equals.c: how many rows under this id were met before in the run; it counts as met now. */
size_t ald_equals_met(struct ald_equals **equals, const char *id);
/** A row that belongs to a record, by its spelling. Lives in l->scratch. */
struct ald_line {
    const char *spelt;
    int child; /* which kind */
    size_t i;  /* in the record's list of that kind */
};
/** All rows of rec in canonical order: sources may list the same things in another order each time. */
ALD_CHECK enum ald_rc ald_landing_children_sort(struct ald_landing *l, const struct ald_row_record *rec, struct ald_line **ret,
                                                size_t *ret_n, struct ald_err *err);
/** Adds their spelling to l->text. */
ALD_CHECK enum ald_rc ald_landing_children_spell(struct ald_landing *l, const struct ald_line *lines, size_t n, struct ald_err *err);
/** origin: "" for the record's own element. */
ALD_CHECK enum ald_rc ald_landing_children_clear(struct ald_landing *l, int64_t record, const char *origin, struct ald_err *err);
ALD_CHECK enum ald_rc ald_landing_children_add(struct ald_landing *l, const struct ald_row_record *rec, int64_t record,
                                               const char *origin, const struct ald_line *lines, size_t n, struct ald_err *err);

/* ---- land_addition.c ---- */

/** What the element adds to records: what it added before and does not now goes. */
ALD_CHECK enum ald_rc ald_landing_additions(struct ald_landing *l, const struct ald_element *el, struct ald_err *err);
/** What elements "SUBJECT/..." of the stream added and the page does not hold goes. */
ALD_CHECK enum ald_rc ald_landing_additions_replace(struct ald_landing *l, const struct ald_rows *rows, const char *subject,
                                                    struct ald_err *err);

/* ---- land_record.c, land_story.c, land_learning.c ---- */

/** Before a record changes, or once its timeline did. */
ALD_CHECK enum ald_rc ald_landing_note(struct ald_landing *l, int64_t record, struct ald_err *err);
/** Row of a record of this source, 0 when there is none. */
ALD_CHECK enum ald_rc ald_landing_find(struct ald_landing *l, const char *external_id, int64_t *ret, struct ald_err *err);
/** Lands el->record. raw: text of the element, needed when the record has no version.
 *  *ret_news: the record is new or its version changed, so that its details are to be read. */
ALD_CHECK enum ald_rc ald_landing_record(struct ald_landing *l, const struct ald_element *el, const char *raw, int64_t *ret_record,
                                         bool *ret_news, struct ald_err *err);
/** What of a subject's details the page no longer holds goes. */
ALD_CHECK enum ald_rc ald_landing_replace(struct ald_landing *l, const struct ald_rows *rows, const char *subject,
                                          struct ald_err *err);
/** Reviews, attendance, learnings, actions and told stories of an element. */
ALD_CHECK enum ald_rc ald_landing_said(struct ald_landing *l, const struct ald_element *el, struct ald_err *err);
/** Of a stream that says things: what an answer that replaces the earlier ones, and just landed, no longer holds goes. */
ALD_CHECK enum ald_rc ald_landing_said_replace(struct ald_landing *l, struct ald_err *err);
/** Events of the stream (by field) that the record has and the page does not hold go. */
ALD_CHECK enum ald_rc ald_landing_events_replace(struct ald_landing *l, const struct ald_rows *rows, int64_t record, struct ald_err *err);
/** Sets the kinds of the events of every record that the page's events belong to. */
ALD_CHECK enum ald_rc ald_landing_retell(struct ald_landing *l, const struct ald_rows *rows, struct ald_err *err);
ALD_CHECK enum ald_rc ald_landing_event(struct ald_landing *l, const struct ald_row_event *event, int64_t record,
                                        struct ald_err *err);

/* ---- land_people.c ---- */

ALD_CHECK enum ald_rc ald_landing_people(struct ald_landing *l, const struct ald_people_rows *people, struct ald_err *err);

/* ---- land_definitions.c ---- */

/** Teams, services and labels of an element. */
ALD_CHECK enum ald_rc ald_landing_definitions(struct ald_landing *l, const struct ald_element *el, struct ald_err *err);
/** Findings and addresses that the page as a whole told of. */
ALD_CHECK enum ald_rc ald_landing_page_facts(struct ald_landing *l, const struct ald_rows *rows, struct ald_err *err);

/** Up to five texts, then NULLs. */
struct ald_texts {
    const char *t[5];
};
/** Runs a named statement whose parameters are the source's name and the texts; *ret_did: it changed something. */
ALD_CHECK enum ald_rc ald_landing_run(struct ald_landing *l, const char *statement, struct ald_texts texts, bool *ret_did,
                                      struct ald_err *err);
