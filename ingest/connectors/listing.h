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
/** Asks with a bearer token for this media type. */
void ald_listing_sign(struct ald_http_req *req, const char *accept);
/** A number of a cursor, from 0 to most, and the '|' behind it; false, and *s stays, where there is none. */
bool ald_listing_number(const char **s, int64_t most, int64_t *ret);
/** Numbers of a cursor "1|20|..." into parts, as far as they are there; what follows the last one's '|', or NULL. */
const char *ald_listing_numbers(const char *cursor, int64_t *const *parts, size_t n);
/** Page that begins behind `seen` elements, where pages are smaller or larger now than when the cursor was made: sizes divide one
 *  another (sync.c). */
void ald_listing_resize(int64_t *page, int64_t *limit, int64_t seen, int64_t now);
/** Request and page of a list `struct list what_list`, for a file with `ask` and `read_list` of its own. */
#define ALD_LISTING(what, fn, ...)                                                                                       \
    static const struct list what##_list = {__VA_ARGS__};                                                               \
    static enum ald_rc what##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, \
                                      struct ald_err *err)                                                               \
    {                                                                                                                    \
        (void)err;                                                                                                       \
        return ask(arena, cfg, &what##_list, req);                                                                       \
    }                                                                                                                    \
    static enum ald_rc what##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, \
                                   struct ald_next *next, struct ald_err *err)                                           \
    {                                                                                                                    \
        return read_list(cfg, res, rows, &what##_list, fn, next, err);                                                   \
    }
/** A stream that the source's key of that name turns off. */
#define ALD_LISTING_WANTED(key)                                                                                          \
    static bool key##_wanted(const struct ald_source_cfg *cfg)                                                           \
    {                                                                                                                    \
        return ald_listing_on(cfg, #key);                                                                                \
    }
bool ald_listing_on(const struct ald_source_cfg *cfg, const char *key);
/** "SOURCE:ID" of a record. */
const char *ald_listing_ref(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *id);
/** The event of an alert that was grouped into the subject. */
void ald_listing_alert(struct ald_rows *rows, struct ald_element *el, const char *subject, const char *id, const char *title, int64_t at);
/** A team, by "id" of the element and "name" of what holds it. */
ALD_CHECK enum ald_rc ald_listing_team(struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row, const struct ald_jv *named,
                                       struct ald_err *err);
/** The words of a text with HTML in it: without tags, paragraphs on lines of their own. NULL is fine. */
const char *ald_listing_plain(struct ald_arena *arena, const char *html);
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
