/* Lands a page in the store: rows, raw elements, people, todo, quarantine and findings, inside the caller's transaction. */
#pragma once

#include "connector.h"
#include "people.h"
#include "sync_came.h"

/** How people were stored in this run, so that they need not be once more. */
struct ald_met;
struct ald_met *ald_met_new(void);
void ald_met_freep(struct ald_met **met);
/** Which rows without an id of their own were met in this run; NULL: none yet. */
struct ald_equals;
void ald_equals_freep(struct ald_equals **equals);

struct ald_land {
    struct ald_store *store;
    const struct ald_source_cfg *cfg;
    const struct ald_connector *connector;
    bool free_text;
    bool again;          /* details are read again also of what has not changed */
    bool stored;         /* the page comes from the store: nothing was seen anew, what is gone stays gone */
    const char *replace; /* subject whose earlier details this page replaces, or NULL */
    int64_t now; /* of this page */
    bool texts;  /* set where a page brought a text that was not there */
    struct ald_met *met;   /* or NULL: everybody is stored each time */
    struct ald_equals *equals; /* made when it is needed; whoever has the run frees it */
    struct ald_came *came; /* which, or NULL: nobody asks */
    /* What the store holds of a stream, asked when its first page comes: nobody else adds to it while a source is read. */
    const char *told;  /* the stream, or NULL */
    int adds, said;    /* of it: see land_priv.h; -1: not asked yet */
    int keeps;         /* the same: raw texts of its elements */
    /* Counts, added to: */
    int64_t records_new, records_changed, events_new, quarantined_new, said_new;
    int64_t todos; /* detail requests that were noted */
};
ALD_CHECK enum ald_rc ald_land_page(struct ald_land *land, const char *stream, const struct ald_rows *rows,
                                    const struct ald_people_rows *people, struct ald_err *err);
/** After a finished detail request: its todo rows go, the records' timelines gain stream->holds. between: the subjects are sorted, and all
 *  that is to do of the stream from the first to the last. */
ALD_CHECK enum ald_rc ald_land_details_done(struct ald_land *land, const struct ald_stream *stream, const char *const *subjects,
                                            size_t subjects_n, bool between, struct ald_err *err);
/** After a whole read of a stream that holds nothing but what people said: rows of this source that it did not meet go. Does
 *  nothing for other streams. */
ALD_CHECK enum ald_rc ald_land_said_sweep(struct ald_land *land, const char *stream, int64_t before, struct ald_err *err);
/** After a whole read of an every_time list that says things: what it no longer showed goes. */
ALD_CHECK enum ald_rc ald_land_said_list(struct ald_land *land, const char *stream, int64_t before, struct ald_err *err);
/** Keeps bytes that could not be read at all (they have been scrubbed of nothing: raw is the reason and position only when
 *  people cannot be found in it). */
ALD_CHECK enum ald_rc ald_land_quarantine(struct ald_land *land, const char *stream, const char *element, const char *reason,
                                          const char *raw, struct ald_err *err);
