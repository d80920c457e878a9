/* HTTP, by libcurl, which only http*.c know. TLS is always verified; http only to loopback; credentials go to the
 * configured origin (scheme, host, port) alone. */
#pragma once

#include "connector.h"

struct ald_http;

struct ald_http_cfg {
    const char *base_url; /* origin that credentials are bound to */
    const char *ca_file;
    const char *user_agent;
    const struct ald_secret *user, *token; /* borrowed; either may hold no value */
    struct ald_clock clock;
    uint64_t jitter_seed;
    const struct ald_log *log;
    void (*waiting)(void *ctx, int64_t ms, const char *why); /* may be NULL */
    bool (*stop)(void *ctx);
    void *ctx;
    /* Limits; 0 gives the default. */
    int64_t connect_ms, low_speed_s, total_ms;
    int64_t patience_ms; /* a longer wait before a retry is not made: what came counts */
    size_t max_body_bytes;
};

ALD_CHECK enum ald_rc ald_http_open(const struct ald_http_cfg *cfg, struct ald_http **ret, struct ald_err *err);
/** Wipes what it held of secrets and closes its connections. NULL is fine. */
void ald_http_close(struct ald_http *http);
void ald_http_closep(struct ald_http **http);

/** Fetches with retries (connection failures, 408, 425, 429, 5xx; jitter; Retry-After and reset headers in every dialect,
 *  capped). Body is decompressed, capped and arena-owned; res->doc is not set here.
 *  @return ALD_OK for any status below 400 and for 404/410/400/403/422 etc., which the caller judges by res->status;
 *          ALD_ERR_AUTH for 401 (after one retry); ALD_ERR_NET when retries are used up or the answer is cut short;
 *          ALD_ERR_LIMIT for a body above the cap; ALD_ERR_CONFIG for a forbidden URL; ALD_ERR_STOPPED. */
ALD_CHECK enum ald_rc ald_http_fetch(struct ald_http *http, const struct ald_http_req *req, struct ald_arena *arena,
                                     struct ald_http_res *ret, struct ald_err *err);
/** Status of the last answer of the last fetch, whether it succeeded or not; 0 when no answer came at all. */
long ald_http_last_status(const struct ald_http *http);
/** The request's URL with secrets removed from query and user info: what may be logged and stored. Arena-owned. */
char *ald_http_redact(struct ald_arena *arena, const char *url);
/** Percent-encodes a query value. Arena-owned. */
char *ald_url_encode(struct ald_arena *arena, const char *s);
/** Value of a parameter of a URL's query, decoded, or NULL: there is none, or nothing in it. Arena-owned. */
const char *ald_url_param(struct ald_arena *arena, const char *url, const char *name);
