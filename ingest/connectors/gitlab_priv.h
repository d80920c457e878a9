/* What the files of the GitLab connector share. */
#pragma once

#include "alidade/time.h"
#include "connector.h"
#include "connectors/listing.h"

#define ALD_GITLAB_NOTES_HOLDS (ALD_HOLDS_RESPONDERS | ALD_HOLDS_HUMAN)
#define ALD_GITLAB_STATES_HOLDS ALD_HOLDS_STATES
#define ALD_GITLAB_LABELS_HOLDS (ALD_HOLDS_TEAMS | ALD_HOLDS_SERVICES | ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR)

/** An issue is told apart by "PROJECT_ID#IID": projects may be renamed. */
struct ald_gitlab_at {
    const char *project, *iid;
};
struct ald_gitlab_at ald_gitlab_at(struct ald_arena *arena, const char *subject);
/** The address that base_url names, without the path of the API. */
const char *ald_gitlab_host(struct ald_arena *arena, const struct ald_source_cfg *cfg);
void ald_gitlab_ask(struct ald_http_req *req, const char *url);
/** False where the source's key of that name says off. */
bool ald_gitlab_on(const struct ald_source_cfg *cfg, const char *key);

/* ---- gitlab_rows.c, gitlab_notes.c. A failure quarantines the element. ---- */
ald_listing_row_fn ald_gitlab_note, ald_gitlab_state, ald_gitlab_label, ald_gitlab_milestone, ald_gitlab_link, ald_gitlab_merge_request;
/** Of an issue that is not, or no longer, among those asked for, only that. */
ALD_CHECK enum ald_rc ald_gitlab_issue(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                                       const struct ald_jv *v, struct ald_err *err);

/* ---- gitlab_timeline.c: the timeline of an incident, by GraphQL ---- */
#define ALD_GITLAB_TIMELINE_DOC "issue|project|cursor: what the source calls them, and where the next page begins"
ALD_CHECK enum ald_rc ald_gitlab_timeline_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                                  struct ald_err *err);
ALD_CHECK enum ald_rc ald_gitlab_timeline_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                               struct ald_next *next, struct ald_err *err);

/* ---- gitlab_graphql.c ---- */

/** A variable of a question. value NULL: null. list: the question asks for a list, which holds this one. */
struct ald_gitlab_variable {
    const char *name, *value;
    bool list;
};
/** What GraphQL calls the project. Arena-owned. */
const char *ald_gitlab_project_id(struct ald_arena *arena, const struct ald_gitlab_at *at);
/** Makes the request of a query with its n variables. */
ALD_CHECK enum ald_rc ald_gitlab_graphql_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                             const char *query, const struct ald_gitlab_variable *variables, size_t n, struct ald_err *err);
/** Refuses an answer of GraphQL that is none: failures come with status 200. *ret_absent: the server does not know what was asked for, which
 *  is told as a finding. */
ALD_CHECK enum ald_rc ald_gitlab_graphql_check(const struct ald_http_res *res, struct ald_rows *rows, const char *finding, const char *stream,
                                               const char *text, bool *ret_absent, struct ald_err *err);
/** What a list says of what follows it. *ret_end: the cursor to go on from, NULL when it names none; lives as long as the answer. */
ALD_CHECK enum ald_rc ald_gitlab_connection_end(const struct ald_jv *connection, bool *ret_more, const char **ret_end, struct ald_err *err);
/** Each node of a list goes to rows by fn, named "subject/id". nodes must live as long as the page: its path is asked for later.
 *  @return ALD_ERR_FORMAT when it is no list. */
ALD_CHECK enum ald_rc ald_gitlab_nodes(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       const struct ald_jv *nodes, ald_listing_row_fn *fn, struct ald_err *err);

/* ---- gitlab_tasks.c: child tasks, by GraphQL ---- */
ALD_CHECK enum ald_rc ald_gitlab_tasks_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                               struct ald_err *err);
ALD_CHECK enum ald_rc ald_gitlab_tasks_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                            struct ald_next *next, struct ald_err *err);
