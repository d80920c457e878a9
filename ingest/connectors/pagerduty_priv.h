/* What the files of the pagerduty connector share. */
#pragma once

#include "connectors/listing.h"

/** What the log of an incident shows. Its service is the one it was opened on. */
#define ALD_PAGERDUTY_HOLDS                                                                                            \
    (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN | ALD_HOLDS_ESCALATIONS |             \
     ALD_HOLDS_NOTIFIED)

/* ---- pagerduty_windows.c: paging, and windows that are halved where they hold too much ---- */

#define ALD_PAGERDUTY_LIMIT_MAX 100

/** A list: what to ask, and of which of its members the elements are. */
struct ald_pagerduty_list {
    const char *path;   /* "/incidents" */
    const char *params; /* beside windows and paging, each with '&' before it */
    bool windowed;
    int64_t slack_s; /* how much earlier than asked for the windows begin */
};

#define ALD_PAGERDUTY_CURSOR_DOC                                                                                       \
    "from|to|length|offset|tries|id: window, length of the next ones in s, where to go on in it, how often it was "    \
    "begun again, id of the last element; lists without windows leave the first three empty"

/** "limit=..&offset=.." and the window for the page that req->cursor names. */
const char *ald_pagerduty_url(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                              const struct ald_pagerduty_list *list, const struct ald_http_req *req);
/** Elements of the list before those of the page. */
int64_t ald_pagerduty_before(const struct ald_pagerduty_list *list, const struct ald_http_req *req);
/** Ids of a page's elements in their order; NULL for one that cannot be read. */
struct ald_pagerduty_seen {
    const char **ids;
    size_t n;
};
/** Sets next->cursor, ->gap and ->total after a page. */
ALD_CHECK enum ald_rc ald_pagerduty_next(struct ald_arena *arena, const struct ald_pagerduty_list *list,
                                         const struct ald_http_res *res, const struct ald_pagerduty_seen *seen,
                                         struct ald_next *next, struct ald_err *err);
/** After an answer 400. False: it does not say that a window holds too much. */
bool ald_pagerduty_too_much(struct ald_arena *arena, const struct ald_pagerduty_list *list,
                            const struct ald_http_res *res, struct ald_next *next);
/** Past one element that cannot be read. */
void ald_pagerduty_skip(struct ald_arena *arena, const struct ald_pagerduty_list *list, const struct ald_http_req *req,
                        struct ald_next *next);

/** Adds what a window holds, however much it is; *ret_cursor is the next one's. */
ALD_CHECK enum ald_rc ald_pagerduty_count(struct ald_arena *arena, const struct ald_pagerduty_list *list,
                                          const struct ald_http_res *res, int64_t *n, const char **ret_cursor,
                                          struct ald_err *err);

/* ---- pagerduty_details.c: asking and reading ---- */

#define ALD_PAGERDUTY_URL "https://api.pagerduty.com"

/** Says how the token is sent, and which version of the API is meant; ingest/http.c adds the token itself. */
void ald_pagerduty_sign(struct ald_http_req *req);
ALD_CHECK enum ald_rc ald_pagerduty_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                        const struct ald_pagerduty_list *list, struct ald_http_req *req);
/** A document that is not paged. */
ALD_CHECK enum ald_rc ald_pagerduty_ask_one(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                            const struct ald_pagerduty_list *list, struct ald_http_req *req);

/* ---- What elements mean. A failure quarantines the element. ---- */

/** Reads every element of a page's list by fn; NULL: none makes rows. */
ALD_CHECK enum ald_rc ald_pagerduty_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         const struct ald_pagerduty_list *list, const char *member, ald_listing_row_fn *fn,
                                         struct ald_next *next, struct ald_err *err);
/** Requests and pages of details (pagerduty_details.c, pagerduty_fields.c) and of analytics (pagerduty_analytics.c). */
typedef enum ald_rc ald_pagerduty_request_fn(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                             struct ald_err *err);
typedef enum ald_rc ald_pagerduty_page_fn(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                          struct ald_next *next, struct ald_err *err);
ald_pagerduty_request_fn ald_pagerduty_incident_request, ald_pagerduty_own_log_request, ald_pagerduty_notes_request,
    ald_pagerduty_alerts_request, ald_pagerduty_dependencies_request, ald_pagerduty_fields_request, ald_pagerduty_analytics_request;
ald_pagerduty_page_fn ald_pagerduty_incident_page, ald_pagerduty_own_log_page, ald_pagerduty_notes_page, ald_pagerduty_alerts_page,
    ald_pagerduty_dependencies_page, ald_pagerduty_fields_page, ald_pagerduty_analytics_page;

/* ---- pagerduty_fields.c: facts that the configuration maps to members of the incident or to custom fields ---- */

/** What an entry of the log says that fields were changed to: priority, service, and what `fields:` maps. The entry's own event is
 *  el's first. */
ALD_CHECK enum ald_rc ald_pagerduty_changes(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el,
                                            const struct ald_jv *row, struct ald_err *err);
/** True when a mapped fact may be in a custom field, so that details are asked for. */
bool ald_pagerduty_fields_wanted(const struct ald_source_cfg *cfg);
/** Adds all mapped facts that the incident itself tells. *ret_rest: some may be in custom fields. */
ALD_CHECK enum ald_rc ald_pagerduty_mapped(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                           const struct ald_jv *it, bool *ret_rest, struct ald_err *err);
/** "severity=impact_level|...": what is mapped, so that a change of it makes details be asked for. */
const char *ald_pagerduty_mapping(struct ald_arena *arena, const struct ald_source_cfg *cfg);

/** True unless the key `analytics` is off. */
bool ald_pagerduty_analytics_wanted(const struct ald_source_cfg *cfg);

/* pagerduty_rows.c */
ald_listing_row_fn ald_pagerduty_incident, ald_pagerduty_service, ald_pagerduty_team, ald_pagerduty_priority,
    ald_pagerduty_dependencies, ald_pagerduty_maintenance;
/* pagerduty_log.c */
ald_listing_row_fn ald_pagerduty_log_entry, ald_pagerduty_note, ald_pagerduty_alert;
void ald_pagerduty_retell(struct ald_told *events, size_t n);

/** Notes are read unless the key `notes` is off; alerts when the key `alerts` is on. */
bool ald_pagerduty_notes_wanted(const struct ald_source_cfg *cfg);
bool ald_pagerduty_alerts_wanted(const struct ald_source_cfg *cfg);
/** Member `id` of an object member `name` (a reference), or NULL. */
ALD_CHECK enum ald_rc ald_pagerduty_ref(struct ald_arena *arena, const struct ald_jv *v, const char *name,
                                        const char **ret, struct ald_err *err);
/** A person's pseudonym where a reference to a user stood; NULL for all else. *ret_machine: something else is named. */
const char *ald_pagerduty_person(const struct ald_jv *v, const char *name, bool *ret_machine);
