/* What the connectors of Opsgenie and of its successor, Jira Service Management Operations, share: the same alerts, with other
 * words around them. */
#pragma once

#include "connectors/listing.h"

/** What the timeline of an incident shows, and what the log of an alert does. */
#define ALD_OPSGENIE_TIMELINE (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN)
#define ALD_OPSGENIE_LOG (ALD_OPSGENIE_TIMELINE | ALD_HOLDS_ESCALATIONS | ALD_HOLDS_NOTIFIED)
#define ALD_OPSGENIE_LIMIT_MAX 100

/* ---- opsgenie_pages.c ---- */

/** A list: its words, and by which time it is sorted and read. */
struct ald_opsgenie_list {
    const char *path;   /* absolute but for the base: "/v2/alerts" */
    const char *member; /* of the document that is the list: data, values */
    const char *size;   /* name of the parameter: limit, size */
    const char *time;   /* createdAt, updatedAt; NULL: a list without windows */
    const char *params; /* more, each with '&' before it */
    const char *terms;  /* the user's own search, or NULL */
    bool single;         /* not paged: one answer holds all of it */
    bool by_offset_text; /* of one record: pages are named by a text of the source's */
};
#define ALD_OPSGENIE_TIME_DOC "from|offset: time in ms that the page begins with, elements of that list to pass over"
#define ALD_OPSGENIE_OFFSET_DOC "offset, as the source names the next page"

/** Address of the page of a list that req's cursor names. Arena-owned. */
const char *ald_opsgenie_url(struct ald_arena *arena, const char *base, const struct ald_opsgenie_list *list,
                             const struct ald_http_req *req);

/** Reads every element of a page by fn (NULL: none becomes rows) and says what follows. */
ALD_CHECK enum ald_rc ald_opsgenie_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                        const struct ald_opsgenie_list *list, ald_listing_row_fn *fn, struct ald_next *next,
                                        struct ald_err *err);
/** Past one element that cannot be read. */
void ald_opsgenie_skip(struct ald_arena *arena, const struct ald_opsgenie_list *list, const struct ald_http_req *req,
                       struct ald_next *next);

/** For doctor: the count of alerts, or the place of the last incident when pages hold one each, which its link tells. */
ALD_CHECK enum ald_rc ald_opsgenie_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                         int64_t *n, const char **ret_cursor, struct ald_err *err);

/* ---- What elements mean: opsgenie_rows.c, opsgenie_log.c. A failure quarantines the element. ---- */

ald_listing_row_fn ald_opsgenie_incident, ald_opsgenie_alert, ald_opsgenie_team, ald_opsgenie_service;
ald_listing_row_fn ald_opsgenie_timeline, ald_opsgenie_log, ald_opsgenie_incident_note, ald_opsgenie_alert_note,
    ald_opsgenie_responder_alert;
/** Who is in charge of an alert, one after the other: a later owner took over from the one before. */
void ald_opsgenie_retell(struct ald_told *events, size_t n);

/** Request, page and skip of a list: NAME_list(arena, cfg, req) says which, NAME_base(cfg) where. */
#define ALD_OPSGENIE_PAGED(of, what, fn)                                                                                 \
    static enum ald_rc what##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, \
                                      struct ald_err *err)                                                               \
    {                                                                                                                    \
        const struct ald_opsgenie_list list = what##_list(arena, cfg, req);                                               \
        return of##_ask(arena, cfg, &list, req, err);                                                                    \
    }                                                                                                                    \
    static enum ald_rc what##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, \
                                   struct ald_next *next, struct ald_err *err)                                           \
    {                                                                                                                    \
        const struct ald_opsgenie_list list = what##_list(rows->arena, cfg, res->req);                                    \
        return ald_opsgenie_page(cfg, res, rows, &list, fn, next, err);                                                  \
    }
#define ALD_OPSGENIE_SKIPPED(what)                                                                                       \
    static enum ald_rc what##_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, \
                                   struct ald_next *next, struct ald_err *err)                                           \
    {                                                                                                                    \
        (void)err;                                                                                                       \
        const struct ald_opsgenie_list list = what##_list(arena, cfg, res->req);                                          \
        ald_opsgenie_skip(arena, &list, res->req, next);                                                                 \
        return ALD_OK;                                                                                                   \
    }
/** "/v2/alerts/ID/logs": of the one subject of a detail request. */
const char *ald_opsgenie_below(struct ald_arena *arena, const struct ald_http_req *req, const char *before, const char *after);

/** True unless the source's key of that name says off. */
bool ald_opsgenie_on(const struct ald_source_cfg *cfg, const char *key);
