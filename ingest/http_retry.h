/* When to ask again, and how long to wait before: pure decisions, no clock and no network of their own. */
#pragma once

#include "alidade/rng.h"
#include "connector.h"

/** Why a request has to be made again. */
enum ald_retry_cause {
    ALD_RETRY_NO,      /* it has not */
    ALD_RETRY_CONNECT, /* the server was never reached: few and quick tries, so that "it is down" is said soon */
    ALD_RETRY_TIMEOUT, /* it was reached, but went silent: each try costs a minute already */
    ALD_RETRY_CUT,     /* the answer ended too early or could not be decompressed */
    ALD_RETRY_BUSY,    /* rate limit: 429, 420, 403 with a spent quota; reset headers count */
    ALD_RETRY_SLOWER,  /* a rate limit that tells no time (GitHub's secondary one): not before a minute, then ever longer */
    ALD_RETRY_FAILED,  /* 408, 425, 5xx: of headers, only Retry-After counts */
    ALD_RETRY_AUTH,    /* 401: some servers refuse a good token now and then */
    ALD_RETRY_CAUSE_COUNT_
};
const char *ald_retry_why(enum ald_retry_cause cause);

/** Tries of one request so far. Starts zeroed. */
struct ald_retry {
    int by_cause[ALD_RETRY_CAUSE_COUNT_];
    int total;
};

/** The cause that an answer gives. Header names are lower case; body: n bytes, may be NULL when n is 0. */
enum ald_retry_cause ald_retry_answer(long status, const struct ald_http_header *headers, size_t headers_n, const char *body,
                                      size_t body_n);
/** Counts one more retry. @return milliseconds to wait before it, never above ALD_MAX_RETRY_WAIT_MS; -1: give up.
 *  now_ms is the server's time where it is known. */
int64_t ald_retry_wait(struct ald_retry *retry, enum ald_retry_cause cause, const struct ald_http_header *headers,
                       size_t headers_n, int64_t now_ms, struct ald_rng *rng);
/** Reads a wait in any dialect: delta seconds, epoch seconds or milliseconds, HTTP date, ISO 8601 down to the minute.
 *  @return milliseconds from now_ms (0 when past), capped; -1 when it is none of these. */
int64_t ald_retry_parse(const char *value, int64_t now_ms);
