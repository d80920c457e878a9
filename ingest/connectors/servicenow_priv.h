/* What the files of the servicenow connector share. */
#pragma once

#include "connectors/listing.h"

/* Impact only where a field tells it. */
#define ALD_SERVICENOW_HOLDS                                                                                           \
    (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_SERVICES | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN |                \
     ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR)

/* ---- servicenow_crawl.c: requests and paging ---- */

/** Many instances read times in a query in the zone of the integration's account, although they answer in UTC. Zones
 *  lie between UTC-12 and UTC+14: 26 h is the most that two readings of one literal can be apart. */
#define ALD_SERVICENOW_ZONE_SLACK_MS (26 * ALD_HOUR_MS)

/** One query of the Table API. The rows come in the order of a time column, then sys_id. */
struct ald_servicenow_query {
    const char *table, *time_field;
    const char *filter;  /* encoded query terms, or NULL */
    const char *fields;  /* sysparm_fields */
    const char *display; /* sysparm_display_value: "all" or "false" */
    bool append_only;     /* rows never change: offsets stay good */
    int64_t since, until; /* of time_field; ALD_TIME_NONE: unbounded */
};
/** What paging must know of one row. id NULL or at ALD_TIME_NONE: the row could not be read. */
struct ald_servicenow_place {
    const char *id;
    int64_t at;
};

#define ALD_SERVICENOW_CURSOR_DOC \
    "time|offset|tries|mode|time of the last row|its sys_id: go on from this time and offset, where that row must stand"

/** Fills req for the page that req->cursor names. */
void ald_servicenow_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                        const struct ald_servicenow_query *query, struct ald_http_req *req);
/** Judges the order and range of a page's rows and sets next->cursor, ->gap and ->total.
 *  @return ALD_ERR_NET when the source ignored the filter or the order, or when rows never stop moving. */
ALD_CHECK enum ald_rc ald_servicenow_next(struct ald_arena *arena, const struct ald_servicenow_query *query,
                                          const struct ald_http_res *res, const struct ald_servicenow_place *rows,
                                          size_t n, struct ald_next *next, struct ald_err *err);
ALD_CHECK enum ald_rc ald_servicenow_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                          const struct ald_http_res *res, struct ald_next *next, struct ald_err *err);

/* ---- servicenow_cells.c ---- */

/** A cell comes as "text", {"display_value", "value"} or {"link", "value"}; "" is null. */
struct ald_servicenow_cell {
    const char *value, *display; /* NULL when empty; display is the value where there is none of its own */
};
ALD_CHECK enum ald_rc ald_servicenow_cell(struct ald_arena *arena, const struct ald_jv *row, const char *name,
                                          struct ald_servicenow_cell *ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_servicenow_cell_time(const struct ald_jv *row, const char *name, int64_t *ret,
                                               struct ald_err *err);
/** A cell that must hold something, or a time. */
ALD_CHECK enum ald_rc ald_servicenow_cell_must(struct ald_arena *arena, const struct ald_jv *row, const char *name, const char **ret,
                                               struct ald_err *err);
ALD_CHECK enum ald_rc ald_servicenow_time_must(const struct ald_jv *row, const char *name, int64_t *ret, struct ald_err *err);
/** Whether a row is of what a detail request asked for; any is where a request has no subjects. */
bool ald_servicenow_asked(const struct ald_http_req *req, const char *subject);
/** An item by id and name: other tables know only its id. Does nothing where the cell has no name. */
void ald_servicenow_item(struct ald_rows *rows, struct ald_element *el, const struct ald_servicenow_cell *item);
/* ---- servicenow_rows.c: what rows mean ---- */

ald_listing_row_fn ald_servicenow_incident, ald_servicenow_audit, ald_servicenow_group;
/** The letters before a number ("INC", "CHG") belong to this source. */
void ald_servicenow_key_alias(struct ald_rows *rows, const char *key);

/* ---- servicenow_change.c ---- */

ald_listing_row_fn ald_servicenow_change;

/* ---- servicenow_related.c: tables around an incident; each can be turned off by a key of its name ---- */

/** Name of the one type of relation that is read: the parent depends on the child. */
#define ALD_SERVICENOW_DEPENDS "Depends on::Used by"
/** Asks what depends on an item, and what it depends on. */
void ald_servicenow_ask_relations(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *item);
/** The problem of an incident, from columns of the incident's row, once it is over. */
ALD_CHECK enum ald_rc ald_servicenow_review(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el,
                                            const struct ald_jv *row, struct ald_err *err);
ald_listing_row_fn ald_servicenow_note, ald_servicenow_task_ci, ald_servicenow_task_service, ald_servicenow_task_offering,
    ald_servicenow_relation,
    ald_servicenow_incident_task, ald_servicenow_problem_task, ald_servicenow_problem;
