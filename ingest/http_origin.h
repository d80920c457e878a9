/* Origins of URLs. Only http*.c include it. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "alidade/arena.h"
#include "alidade/err.h"

struct ald_origin {
    char scheme[8], host[256], port[8];
};
/** For cleanup attributes. NULL is fine. */
void ald_curlu_freep(CURLU **url);
/** Text of the whole URL, "" when it has none. Arena-owned. */
const char *ald_curlu_text(struct ald_arena *arena, CURLU *url);
/** Reads the origin; refuses user info, other schemes, and plain http to anything but this machine. ALD_ERR_CONFIG. */
ALD_CHECK enum ald_rc ald_origin_of(CURLU *url, struct ald_origin *ret, struct ald_err *err);
/** The same from text; *ret is the caller's to free. */
ALD_CHECK enum ald_rc ald_origin_parse(const char *text, CURLU **ret, struct ald_origin *ret_at, struct ald_err *err);
bool ald_origin_same(const struct ald_origin *a, const struct ald_origin *b);
/** "host", or "host:port" where the port is not the scheme's own. Arena-owned. */
const char *ald_origin_label(struct ald_arena *arena, const struct ald_origin *at);
