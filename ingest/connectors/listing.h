/* What connectors of JSON APIs share beyond judging an answer: reading a list element by element, and the fields that users map
 * to a source's own ones. */
#pragma once

#include "connector.h"

/** Reads one element into rows. A failure quarantines it. */
typedef enum ald_rc ald_listing_row_fn(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       struct ald_element *el, const struct ald_jv *row, struct ald_err *err);
struct ald_listing {
    size_t n;         /* elements that the page holds */
    const char *last; /* id of the last one, NULL: none can be read */
};
/** Reads every element of member `member` of an answer ("": the answer is the list) by fn (NULL: none becomes rows: who is named there is
 *  known from now on). Ids of a detail's elements begin with its subject. Sets next->high_water to the newest `changed` (NULL: no such
 *  member); fails when an element changed before `since`, or is of another subject: the source ignored what it was asked. */
struct ald_listing_how {
    const char *member, *changed, *id; /* id: NULL: "id" */
    const char *of; /* of a detail's elements: the member that holds the subject's id, or an object with it; NULL: none does */
    int64_t since;                     /* ALD_TIME_NONE: whatever comes */
    ald_listing_row_fn *fn;
};
ALD_CHECK enum ald_rc ald_listing_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       const struct ald_listing_how *how, struct ald_listing *ret, struct ald_next *next,
                                       struct ald_err *err);
/** The one element of an answer, in member `member` ("": the answer itself), as the list gives it. */
ALD_CHECK enum ald_rc ald_listing_one(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      const char *member, ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err);
/** Subject of a detail request, or "". */
const char *ald_listing_subject(const struct ald_http_req *req);
/** Element v goes to rows by fn, or to quarantine. */
void ald_listing_element(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, const char *id,
                         const struct ald_jv *v, ald_listing_row_fn *fn);

/* ---- Fields of the user's choice ---- */

/** What stands in a source's own field of that name, as texts: a field's name as people see it, or its id. *ret_n 0: nothing.
 *  from: what ald_mapped_read was given. */
typedef enum ald_rc ald_mapped_texts_fn(struct ald_arena *arena, const void *from, const char *field, const char *const **ret,
                                        size_t *ret_n, struct ald_err *err);
/** Adds to rec all that `fields:` maps: the seven moments (rank 1), severity, service, team, the facts of given_fields.c, url, key, id,
 *  incident_key, channel, and class ("maintenance", "game day", "near miss" ...). A mapped moment that is no time is a finding. */
ALD_CHECK enum ald_rc ald_mapped_read(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                      const void *from, ald_mapped_texts_fn *texts, struct ald_err *err);
/** Class that a label names, or NULL. */
const char *ald_mapped_class(const char *label);
/** A list of texts that grows. */
struct ald_texts {
    const char **at;
    size_t n, cap;
};
void ald_texts_add(struct ald_arena *arena, struct ald_texts *texts, const char *text);
/** Names that differ only in case, blanks at the ends, and a trailing " at" are one: "Fixed at" is "fixed". */
bool ald_name_like(const char *a, const char *b);
