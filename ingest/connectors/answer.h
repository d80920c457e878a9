/* What connectors of JSON APIs share: judging an answer before its rows are read, and ids for elements without one. */
#pragma once

#include "connector.h"

/** Refuses what is no usable answer: a status of 400 and above (ALD_ERR_NET with the API's own message), a body that is
 *  not JSON, and a success whose document carries a top-level `error` (ALD_ERR_FORMAT: the source gave up half-way). */
ALD_CHECK enum ald_rc ald_answer_check(const struct ald_http_res *res, struct ald_err *err);
/** id, or where it is NULL a fingerprint of the element's text, so that a bad element keeps its place in quarantine. */
const char *ald_answer_element_id(struct ald_arena *arena, const char *id, const struct ald_jv *raw);
