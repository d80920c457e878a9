/* What the two halves of landing share: land.c (pages) and land_record.c (a record and its timeline). */
#pragma once

#include "alidade/buf.h"
#include "land.h"

/* Longest text of one element: JSON escapes a byte of the page by six at most. */
#define ALD_LAND_TEXT_MAX ((size_t)6 * ALD_MAX_RESPONSE_BYTES)

/** One page on its way into the store. */
struct ald_landing {
    struct ald_land *land;
    const char *stream; /* under which elements are kept */
    const struct ald_stream *how; /* or NULL */
    struct ald_arena *page;    /* lives as long as the page */
    struct ald_arena *scratch; /* emptied after each element */
    struct ald_buf text;       /* scratch */
    bool changed;              /* something that readings depend on */
    const char *found_id;      /* external id of the record found last, and its row; NULL: none yet */
    int64_t found;
};
/** Row of a record of this source, 0 when there is none. */
ALD_CHECK enum ald_rc ald_landing_find(struct ald_landing *l, const char *external_id, int64_t *ret, struct ald_err *err);
/** Lands el->record. raw: text of the element, needed when the record has no version.
 *  *ret_news: the record is new or its version changed, so that its details are to be read. */
ALD_CHECK enum ald_rc ald_landing_record(struct ald_landing *l, const struct ald_element *el, const char *raw, int64_t *ret_record,
                                         bool *ret_news, struct ald_err *err);
/** What of a subject's details the page no longer holds goes. */
ALD_CHECK enum ald_rc ald_landing_replace(struct ald_landing *l, const struct ald_rows *rows, const char *subject,
                                          struct ald_err *err);
/** Links of an element to records. */
ALD_CHECK enum ald_rc ald_landing_links(struct ald_landing *l, const struct ald_element *el, struct ald_err *err);
/** Reviews, attendance, learnings, actions and told stories of an element. */
ALD_CHECK enum ald_rc ald_landing_said(struct ald_landing *l, const struct ald_element *el, struct ald_err *err);
/** Sets the kinds of the events of every record that the page's events belong to. */
ALD_CHECK enum ald_rc ald_landing_retell(struct ald_landing *l, const struct ald_rows *rows, struct ald_err *err);
ALD_CHECK enum ald_rc ald_landing_event(struct ald_landing *l, const struct ald_row_event *event, int64_t record,
                                        struct ald_err *err);
