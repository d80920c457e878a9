/* What the files of the jira connector share. */
#pragma once

#include "connectors/listing.h"

/* Teams, impact and other companies only where a field tells them; support tickets only where their projects are known. */
#define ALD_JIRA_CHANGELOG_HOLDS                                                                                       \
    (ALD_HOLDS_STATES | ALD_HOLDS_SERVICES | ALD_HOLDS_TEAMS | ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR | ALD_HOLDS_REPORTS)
#define ALD_JIRA_COMMENT_HOLDS (ALD_HOLDS_RESPONDERS | ALD_HOLDS_HUMAN)

/* Facts of reference lists. */
#define ALD_JIRA_CATEGORY "category" /* id of a status: new, indeterminate or done */
#define ALD_JIRA_CATEGORY_NAMED "category named" /* the same by the status's name */
#define ALD_JIRA_STATUS "status"     /* id of a status: its name */
#define ALD_JIRA_BIRTH "birth"       /* id of a status that some issue of this run began in */
#define ALD_JIRA_FIELD "field"       /* id of a field: its name, for changelogs that say no ids */

/** What the configuration chose: links to other systems are asked for; the site is Data Center (else Cloud). */
bool ald_jira_remotelinks_wanted(const struct ald_source_cfg *cfg);
bool ald_jira_is_datacenter(const struct ald_source_cfg *cfg);
/** True for the key of an issue in one of `support_projects`: a ticket of a customer. */
bool ald_jira_is_support(const struct ald_source_cfg *cfg, const char *key);

/* ---- jira_search.c: the search, whose pages hold the issues ---- */
#define ALD_JIRA_CURSOR_DOC                                                                                            \
    "t|restarts|token (Cloud; s: step over one issue, r: from the start), T|restarts|created|token (issues created from then on), o|startAt|created|id (Data Center: place of the " \
    "last issue read, which must stand there)"
ALD_CHECK enum ald_rc ald_jira_search_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                          struct ald_http_req *req, struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_search_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                           struct ald_rows *rows, struct ald_next *next, struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_search_skip(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                           const struct ald_http_res *res, struct ald_next *next, struct ald_err *err);
/** The query that stands in a key of the configuration and the window, without an order. */
const char *ald_jira_terms(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *query, const struct ald_window *window);
/** The same search by another query of the configuration, for these fields. */
ALD_CHECK enum ald_rc ald_jira_search_for(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *query, const char *fields,
                                          struct ald_http_req *req, struct ald_err *err);
/** Judges any answer: status, JSON, and whether the credentials were taken at all. */
ALD_CHECK enum ald_rc ald_jira_check(const struct ald_http_res *res, struct ald_err *err);
/** What all requests have in common. */
void ald_jira_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *path, struct ald_http_req *req);

/* ---- jira_issue.c, jira_history.c: what elements mean. A failure quarantines the element ---- */
/** Makes an element of each entry of a list of the request's subject. */
ALD_CHECK enum ald_rc ald_jira_entries(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                       const struct ald_jv *list, ald_listing_row_fn *fn, struct ald_err *err);
/** A page of a search, each issue read by fn. */
ALD_CHECK enum ald_rc ald_jira_search_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                           ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err);
ald_listing_row_fn ald_jira_issue, ald_jira_history, ald_jira_comment, ald_jira_remotelink;

/* ---- jira_details.c: what is asked of one issue ---- */
ALD_CHECK enum ald_rc ald_jira_changelog_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                                 struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_comment_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                               struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_remotelink_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                                  struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_changelog_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                              struct ald_next *next, struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_comment_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                            struct ald_next *next, struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_remotelink_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                               struct ald_next *next, struct ald_err *err);

/* ---- jira_learning.c: actions, reviews, write-ups ---- */
bool ald_jira_actions_wanted(const struct ald_source_cfg *cfg);
bool ald_jira_reviews_wanted(const struct ald_source_cfg *cfg);
ALD_CHECK enum ald_rc ald_jira_actions_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                           struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_reviews_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                           struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_actions_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                            struct ald_next *next, struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_reviews_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                            struct ald_next *next, struct ald_err *err);
/** A link from an issue to another place is a review where its title says so. */
void ald_jira_written_up(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                         const char *title, const char *url);

/* ---- jira_bulk.c: changelogs of many issues in one answer (Cloud) ---- */
#define ALD_JIRA_BULK_MAX 100 /* issues of one question */
ALD_CHECK enum ald_rc ald_jira_bulk_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                        struct ald_err *err);
ALD_CHECK enum ald_rc ald_jira_bulk_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                         struct ald_rows *rows, struct ald_next *next, struct ald_err *err);
/** Notes the status that an issue began in. list: the oldest entries of its changelog, none left out. */
void ald_jira_birth(struct ald_rows *rows, const struct ald_jv *list);

/* ---- jira_count.c: how many issues there are (Cloud; Data Center tells it with every page) ---- */
extern const struct ald_probe ald_jira_probe;

/* ---- jira_text.c: values and texts ---- */
/** Plain text of a document (Atlassian Document Format) or of a string; NULL when there is none. Arena-owned. */
ALD_CHECK enum ald_rc ald_jira_text(struct ald_arena *arena, const struct ald_jv *v, const char **ret,
                                    struct ald_err *err);
/** Texts of a field's value, one for each element of a list. */
ALD_CHECK enum ald_rc ald_jira_values(struct ald_arena *arena, const struct ald_jv *fields, const char *name,
                                      const char ***ret, size_t *ret_n, struct ald_err *err);
/** A person's pseudonym, or NULL. *ret_automatic: 1 where none stands, because software did it, -1 else. */
ALD_CHECK enum ald_rc ald_jira_person(const struct ald_jv *v, const char *key, const char **ret, int *ret_automatic,
                                      struct ald_err *err);
