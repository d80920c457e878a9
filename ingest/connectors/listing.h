/* What connectors of JSON APIs share beyond judging an answer: reading a list element by element, and the fields that users map
 * to a source's own ones. */
#pragma once

#include "alidade/time.h"
#include "connector.h"

/** Reads one element into rows. A failure quarantines it, but for ALD_ERR_NET, which is the page's: not what was asked for came. */
typedef enum ald_rc ald_listing_row_fn(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       struct ald_element *el, const struct ald_jv *row, struct ald_err *err);
/** An element, before it becomes rows. */
struct ald_listing_met {
    const char *id; /* NULL: none that can be read */
    int64_t at;     /* of `changed`; ALD_TIME_NONE: none that can be read */
    bool passed;    /* over: it becomes no rows */
};
/** Looks at an element: notes in `seen` what the next page depends on, and mends *met where members alone do not tell. A failure is the
 *  page's. */
typedef enum ald_rc ald_listing_look_fn(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met,
                                        struct ald_err *err);
/** What a page held. */
struct ald_listing {
    size_t n;         /* elements */
    const char *last; /* id of the last one, NULL: none can be read */
    int64_t last_at, newest; /* the last and the latest `changed`, ALD_TIME_NONE: none */
};
/** How a list is read. Ids of a detail's elements begin with its subject. It fails when an element changed before `oldest`, or is of
 *  another subject: the source ignored what it was asked. */
struct ald_listing_how {
    const char *member;       /* of the answer; "": the answer is the list */
    const char *changed, *id; /* of elements: NULL: no such member; NULL: "id" */
    const char *of; /* of a detail's elements: the member that holds the subject's id, or an object with it; NULL: none does */
    bool own_ids;   /* of its elements: they are of the whole source, not of the subject */
    int64_t oldest; /* as ald_listing_oldest has it */
    const char *asked; /* what the source ignored then; NULL: "the query" */
    ald_listing_look_fn *look; /* NULL: members tell all */
    void *seen;
    ald_listing_row_fn *fn; /* NULL: none becomes rows: who is named there is known from now on */
};
/** Reads every element of a list. */
ALD_CHECK enum ald_rc ald_listing_each(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       const struct ald_jv *list, const struct ald_listing_how *how, struct ald_listing *ret,
                                       struct ald_err *err);
/** Judges an answer, and reads every element of its list. next->high_water: the newest `changed`. */
ALD_CHECK enum ald_rc ald_listing_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       const struct ald_listing_how *how, struct ald_listing *ret, struct ald_next *next,
                                       struct ald_err *err);
/** Sources round times, and their clocks are not ours: before `since` by so much. ALD_TIME_NONE: whatever comes. */
#define ALD_LISTING_SLACK_MS (2 * ALD_DAY_MS)
int64_t ald_listing_oldest(int64_t since, int64_t slack_ms);
/** The one element of an answer, in member `member` ("": the answer itself), as the list gives it. */
ALD_CHECK enum ald_rc ald_listing_one(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                      const char *member, ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err);
/** Asks with a bearer token for this media type. */
void ald_listing_sign(struct ald_http_req *req, const char *accept);
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
/** Element v goes to rows by fn, or to quarantine. @return ALD_ERR_NET, of fn. */
ALD_CHECK enum ald_rc ald_listing_element(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                          const char *id, const struct ald_jv *v, ald_listing_row_fn *fn, struct ald_err *err);

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
