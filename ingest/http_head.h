/* Heads of requests and answers as text: what http.c needs beside curl. */
#pragma once

#include "alidade/hash.h"
#include "connector.h"

#define ALD_HTTP_MAX_HEADERS 200u
#define ALD_HTTP_MAX_HEADER_BYTES (64u * 1024u)

/** Headers of one answer while they arrive; names in lower case, values valid UTF-8. Starts with arena alone. */
struct ald_http_head {
    struct ald_arena *arena;
    struct ald_http_header *headers;
    size_t n, cap, bytes;
    bool too_big;
};
/** Takes one line of n bytes; a status line begins anew, but for the limit of bytes. @return false when a limit was reached. */
bool ald_http_head_line(struct ald_http_head *head, const char *bytes, size_t n);
/** The time of the Date header, or ALD_TIME_NONE. */
int64_t ald_http_head_date(const struct ald_http_head *head);
/** Where a redirect leads, or NULL when it is none. */
const char *ald_http_redirect(long status, const struct ald_http_head *head);

/** True when s holds a control character: it could begin another header. */
bool ald_http_has_control(const char *s);
/** The line "Authorization: ..." for a request. @param ret malloc'ed; the caller wipes and frees it.
 *  @return ALD_ERR_CONFIG when there is no secret, or none that can stand in a header. */
ALD_CHECK enum ald_rc ald_http_authorization(const struct ald_http_req *req, const struct ald_secret *user_secret,
                                             const struct ald_secret *token_secret, const char *host, char **ret,
                                             struct ald_err *err);
