/* What the files of the JSON reader know of cJSON's nodes. Nobody else includes it. */
#pragma once

#include <cjson/cJSON.h>

#include "alidade/json.h"

/** Its kind; what cJSON holds raw or invalid is null. */
enum ald_json_kind ald_json_node_kind(const cJSON *node);
/** Its first element or member; NULL for anything else. */
const cJSON *ald_json_node_first(const cJSON *node);
/** The member, or a cursor without node that still has its path. Fails when v is no object. */
ALD_CHECK enum ald_rc ald_json_node_member(const struct ald_jv *v, const char *key, struct ald_jv *ret, struct ald_err *err);
