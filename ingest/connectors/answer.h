/* What connectors of JSON APIs share: judging an answer before its rows are read, ids for elements without one, lists that may be
 * null, addresses in texts. */
#pragma once

#include "connector.h"

/** Refuses what is no usable answer: a status of 400 and above (ALD_ERR_NET with the API's own message), a body that is
 *  not JSON, and a success whose document carries a top-level `error` (ALD_ERR_FORMAT: the source gave up half-way). */
ALD_CHECK enum ald_rc ald_answer_check(const struct ald_http_res *res, struct ald_err *err);
/** id, or where it is NULL a fingerprint of the element's text, so that a bad element keeps its place in quarantine. */
const char *ald_answer_element_id(struct ald_arena *arena, const char *id, const struct ald_jv *raw);
/** A list that may be null, absent or empty: false then. A member that is none fails. */
ALD_CHECK enum ald_rc ald_answer_each(const struct ald_jv *v, const char *name, struct ald_jv *ret_list, bool *ret_any,
                                      struct ald_err *err);
/** The source owns the addresses of the site that url, of one of its records, is on: "https://acme.example". NULL is fine. */
void ald_answer_site_alias(struct ald_rows *rows, const char *url);
/** The next address in a text, from *at on; NULL at its end. *at may be NULL. */
const char *ald_answer_next_url(struct ald_arena *arena, const char **at);
/** Addresses in a text about a record are mentions: people link to all sorts of things. NULL is fine. */
void ald_answer_mentions(struct ald_rows *rows, struct ald_element *el, const char *record, const char *text, const char *field);
