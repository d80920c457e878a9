/* What failed transfers mean: see http_failure.h. */
#include "http_failure.h"

#include <stdlib.h>

enum ald_retry_cause ald_http_failure_cause(CURL *easy, CURLcode code)
{
    curl_off_t connect_us = 0;
    long made = 0; /* connections for this transfer: none where an open one was used again, which has no time to connect either */
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
        return ALD_RETRY_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connect_us);
        curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &made);
        return connect_us || made == 0 ? ALD_RETRY_TIMEOUT : ALD_RETRY_CONNECT;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return ALD_RETRY_CUT;
    default:
        return ALD_RETRY_NO;
    }
}

const char *ald_http_tries(int tries)
{
    return tries == 1 ? "try" : "tries";
}

enum ald_rc ald_http_failure(const struct ald_http_failed *failed, struct ald_err *err)
{
    const char *host = failed->host;
    const int tries = failed->tries;
    switch (failed->code) {
    case CURLE_OUT_OF_MEMORY:
        abort();
    case CURLE_SSL_CACERT_BADFILE:
        if (!failed->ca_file)
            return ald_fail(err, ALD_ERR_NET, "the certificate of %s cannot be checked: this machine has no list of authorities "
                            "(install ca-certificates, or name a file in ca_file)", host);
        return ald_fail(err, ALD_ERR_CONFIG, "ca_file '%s' cannot be read as certificates", failed->ca_file);
    case CURLE_PEER_FAILED_VERIFICATION:
        return ald_fail(err, ALD_ERR_NET, "the certificate of %s is not trusted: %.200s", host, failed->detail);
    case CURLE_COULDNT_RESOLVE_HOST:
        return ald_fail(err, ALD_ERR_NET, "no address for %s after %d %s", host, tries, ald_http_tries(tries));
    case CURLE_COULDNT_CONNECT:
        return ald_fail(err, ALD_ERR_NET, "cannot connect to %s after %d %s", host, tries, ald_http_tries(tries));
    case CURLE_OPERATION_TIMEDOUT:
        return ald_fail(err, ALD_ERR_NET, "no answer in time from %s after %d %s", host, tries, ald_http_tries(tries));
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_BAD_CONTENT_ENCODING:
        return ald_fail(err, ALD_ERR_NET, "the answer of %s was cut short %d %s: %s", host, tries, tries == 1 ? "time" : "times",
                        curl_easy_strerror(failed->code));
    default:
        return ald_fail(err, ALD_ERR_NET, "request to %s failed after %d %s: %s", host, tries, ald_http_tries(tries),
                        curl_easy_strerror(failed->code));
    }
}
