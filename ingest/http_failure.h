/* Transfers that curl calls failed: whether asking again can help, and what is said when it did not. */
#pragma once

#include <curl/curl.h>

#include "alidade/err.h"
#include "http_retry.h"

/** Of the last transfer of easy, which failed with code; ALD_RETRY_NO: asking again cannot help. */
enum ald_retry_cause ald_http_failure_cause(CURL *easy, CURLcode code);

/** A transfer that will not be tried again. */
struct ald_http_failed {
    CURLcode code;
    const char *host;
    const char *ca_file; /* or NULL */
    const char *detail;  /* curl's own words */
    int tries;
};
/** Always fails. Out of memory aborts. */
ALD_CHECK enum ald_rc ald_http_failure(const struct ald_http_failed *failed, struct ald_err *err);
/** "try" or "tries". */
const char *ald_http_tries(int tries);
