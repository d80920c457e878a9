/* HTTP by libcurl: one request with its redirects and retries. Knows no API, no
 * store. A credential leaves this file only in the Authorization header of a request to the configured origin. */
#include "http.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "alidade/rng.h"
#include "http_failure.h"
#include "http_head.h"
#include "http_memory.h"
#include "http_origin.h"
#include "http_trip.h"
#include "http_url.h"

#define WAIT_SLICE_MS 200
#define CONNECT_MS 10000
#define TOTAL_MS (300 * 1000)
#define LOW_SPEED_S 60
#define LOW_SPEED_BYTES 64L

struct ald_http {
    struct ald_http_cfg cfg;
    CURL *easy;
    bool has_origin;
    struct ald_origin origin; /* of base_url: the only one that gets credentials */
    struct ald_rng rng;
    char curl_error[CURL_ERROR_SIZE];
    long last_status; /* of the last fetch */
};

/** One answer while it arrives. */
struct answer {
    struct ald_http *http;
    struct ald_arena *arena;
    struct ald_http_head head;
    struct ald_buf body;
    bool body_too_big;
    long status;
    CURLcode code;
};

static void answer_done(struct answer *answer)
{
    ald_buf_done(&answer->body);
}

/** Frees header lines after wiping them: one may be the credential. */
static void lines_freep(struct curl_slist **lines)
{
    for (struct curl_slist *line = *lines; line; line = line->next)
        sodium_memzero(line->data, strlen(line->data));
    curl_slist_free_all(*lines);
    *lines = NULL;
}

static void add_line(struct curl_slist **lines, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*lines, text);
    if (!longer)
        abort();
    *lines = longer;
}

/* ---- What curl calls ---- */

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct answer *answer = ctx;
    if (ald_buf_add(&answer->body, bytes, size * n, NULL) == ALD_OK)
        return size * n;
    answer->body_too_big = true;
    return 0;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *ctx)
{
    struct answer *answer = ctx;
    return ald_http_head_line(&answer->head, bytes, size * n) ? size * n : 0;
}

static bool stopped(const struct ald_http *http)
{
    return http->cfg.stop && http->cfg.stop(http->cfg.ctx);
}

static int on_progress(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    (void)down_total, (void)down, (void)up_total, (void)up;
    return stopped(ctx) ? 1 : 0;
}

/* ---- The handle ---- */

static void set_up(struct ald_http *http)
{
    CURL *easy = http->easy;
    const struct ald_http_cfg *cfg = &http->cfg;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->curl_error);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, cfg->user_agent ? cfg->user_agent : "alidade");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    /* By hand in fetch: curl would keep custom headers across hosts. */
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    /* A proxy of the environment only carries the encrypted connection; it never sees our headers. */
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (cfg->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, cfg->ca_file);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(cfg->connect_ms ? cfg->connect_ms : CONNECT_MS));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(cfg->total_ms ? cfg->total_ms : TOTAL_MS));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(cfg->low_speed_s ? cfg->low_speed_s : LOW_SPEED_S));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, http);
}

enum ald_rc ald_http_open(const struct ald_http_cfg *cfg, struct ald_http **ret, struct ald_err *err)
{
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, ald_wiped_malloc, ald_wiped_free, ald_wiped_realloc, ald_wiped_strdup,
                             ald_wiped_calloc) != CURLE_OK ||
        sodium_init() < 0)
        return ald_fail(err, ALD_ERR_NET, "libcurl or libsodium cannot start");
    ALD_CLEANUP(ald_http_closep) struct ald_http *http = calloc(1, sizeof *http);
    if (!http)
        abort();
    http->cfg = *cfg;
    if (!http->cfg.clock.now_ms || !http->cfg.clock.sleep_ms)
        http->cfg.clock = ald_clock_system();
    if (!http->cfg.max_body_bytes)
        http->cfg.max_body_bytes = ALD_MAX_RESPONSE_BYTES;
    ald_rng_init(&http->rng, cfg->jitter_seed);
    if (cfg->base_url) {
        ALD_CLEANUP(ald_curlu_freep) CURLU *url = NULL;
        if (ald_origin_parse(cfg->base_url, &url, &http->origin, err) != ALD_OK)
            return ald_wrap(err, "base_url");
        http->has_origin = true;
    }
    http->easy = curl_easy_init();
    if (!http->easy)
        abort();
    set_up(http);
    *ret = http;
    http = NULL;
    return ALD_OK;
}

void ald_http_close(struct ald_http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->easy);
    free(http);
    curl_global_cleanup();
}

void ald_http_closep(struct ald_http **http)
{
    ald_http_close(*http);
    *http = NULL;
}

/* ---- One request ---- */

/** Away from home only Accept is told: what else a connector adds may be a secret. */
static enum ald_rc request_lines(const struct ald_http *http, const struct ald_http_req *req, bool home,
                                 struct ald_arena *arena, struct curl_slist **ret, struct ald_err *err)
{
    ALD_CLEANUP(lines_freep) struct curl_slist *lines = NULL;
    bool typed = false;
    for (size_t i = 0; i < req->headers_n; i++) {
        const struct ald_http_header *h = &req->headers[i];
        if (ald_http_has_control(h->name) || ald_http_has_control(h->value))
            return ald_fail(err, ALD_ERR_CONFIG, "request header '%.40s' holds a control character", h->name);
        typed = typed || strcasecmp(h->name, "content-type") == 0;
        if (home || strcasecmp(h->name, "accept") == 0)
            add_line(&lines, ald_sprintf(arena, "%s: %s", h->name, h->value));
    }
    if (req->body) {
        if (!typed)
            add_line(&lines, "Content-Type: application/json");
        add_line(&lines, "Expect:"); /* no waiting for a "100 Continue" */
    }
    if (home && req->auth != ALD_AUTH_NONE) {
        char *line = NULL;
        ALD_TRY(ald_http_authorization(req, http->cfg.user, http->cfg.token, http->origin.host, &line, err));
        add_line(&lines, line);
        sodium_memzero(line, strlen(line));
        free(line);
    }
    *ret = lines;
    lines = NULL;
    return ALD_OK;
}

static void log_request(const struct ald_http *http, const struct ald_http_trip *trip, int number, const struct answer *answer, int64_t ms)
{
    if (!ald_log_shows(http->cfg.log, ALD_LOG_DEBUG))
        return;
    struct ald_arena *arena = answer->arena;
    ald_log_kv(http->cfg.log, ALD_LOG_DEBUG, "request", "url", ald_http_redact(arena, ald_curlu_text(arena, trip->url)),
               "status", ald_sprintf(arena, "%ld", answer->status), "bytes",
               ald_sprintf(arena, "%zu", answer->body.len), "ms", ald_sprintf(arena, "%lld", (long long)ms),
               "try", ald_sprintf(arena, "%d", number), "curl",
               answer->code == CURLE_OK ? "ok" : curl_easy_strerror(answer->code), NULL);
}

/** One try; answer->code and ->status tell how it went. Fails only where nothing could be sent at all. */
static enum ald_rc try_once(struct ald_http *http, const struct ald_http_req *req, const struct ald_http_trip *trip, int number,
                            struct answer *answer, struct ald_err *err)
{
    ALD_CLEANUP(lines_freep) struct curl_slist *lines = NULL;
    ALD_TRY(request_lines(http, req, trip->home, answer->arena, &lines, err));
    bool local = ald_url_host_is_loopback(trip->at.host);
    CURL *easy = http->easy;
    curl_easy_setopt(easy, CURLOPT_CURLU, trip->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, trip->at.scheme);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, trip->at.scheme);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, local ? "*" : NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines);
    /* Every POST that a connector makes is a query: asking it again changes nothing. Others say `once`. */
    if (req->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, req->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(req->body));
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
    http->curl_error[0] = '\0';
    answer->code = curl_easy_perform(easy);
    answer->status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer->status);
    http->last_status = answer->status;
    curl_off_t us = 0;
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &us);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy, CURLOPT_CURLU, NULL);
    log_request(http, trip, number, answer, us / 1000);
    return ALD_OK;
}

/* ---- Retries ---- */

/** Waits in slices, so that Ctrl-C is heard. */
static enum ald_rc wait_ms(struct ald_http *http, int64_t ms, const char *why, struct ald_err *err)
{
    if (http->cfg.waiting)
        http->cfg.waiting(http->cfg.ctx, ms, why);
    ald_log_kv(http->cfg.log, ALD_LOG_DEBUG, "wait", "why", why, NULL);
    for (; ms > 0; ms -= WAIT_SLICE_MS) {
        if (stopped(http))
            return ald_fail(err, ALD_ERR_STOPPED, "stopped while waiting (%s)", why);
        http->cfg.clock.sleep_ms(http->cfg.clock.ctx, ms < WAIT_SLICE_MS ? ms : WAIT_SLICE_MS);
    }
    return ALD_OK;
}

/** What cannot be mended by asking again, whatever the status; ALD_OK when there is no such thing. */
static enum ald_rc check_answer(struct ald_http *http, const struct answer *answer, const char *host,
                                struct ald_err *err)
{
    if (answer->code == CURLE_ABORTED_BY_CALLBACK || stopped(http))
        return ald_fail(err, ALD_ERR_STOPPED, "stopped during a request to %s", host);
    if (answer->head.too_big)
        return ald_fail(err, ALD_ERR_LIMIT, "headers of %s: more than %u, or than %u bytes", host, ALD_HTTP_MAX_HEADERS,
                        ALD_HTTP_MAX_HEADER_BYTES);
    /* The size of an error page is no reason to ask for smaller pages: it is judged by its status. */
    if (answer->body_too_big && answer->status < 400)
        return ald_fail(err, ALD_ERR_LIMIT, "answer of %s: more than %zu bytes", host, http->cfg.max_body_bytes);
    return ALD_OK;
}

/** Tries at one URL until there is an answer that the caller can judge. */
static enum ald_rc try_until(struct ald_http *http, const struct ald_http_req *req, struct ald_http_trip *trip,
                             struct answer *answer, struct ald_err *err)
{
    const char *host = ald_origin_label(answer->arena, &trip->at);
    for (;;) {
        if (stopped(http))
            return ald_fail(err, ALD_ERR_STOPPED, "stopped before a request to %s", host);
        ald_buf_clear(&answer->body);
        answer->head = (struct ald_http_head){.arena = answer->arena};
        answer->body_too_big = false;
        int number = trip->retry.total + 1;
        ALD_TRY(try_once(http, req, trip, number, answer, err));
        ALD_TRY(check_answer(http, answer, host, err));
        bool arrived = answer->code == CURLE_OK || answer->body_too_big;
        enum ald_retry_cause cause = arrived ? ald_retry_answer(answer->status, answer->head.headers, answer->head.n,
                                                              answer->body.data, answer->body.len)
                                             : ald_http_failure_cause(http->easy, answer->code);
        if (req->once && cause != ALD_RETRY_CONNECT && cause != ALD_RETRY_BUSY && cause != ALD_RETRY_SLOWER)
            cause = ALD_RETRY_NO;
        if (arrived && cause == ALD_RETRY_NO)
            return ALD_OK;
        int64_t now = ald_http_head_date(&answer->head);
        if (now == ALD_TIME_NONE)
            now = http->cfg.clock.now_ms(http->cfg.clock.ctx);
        int64_t ms = cause == ALD_RETRY_NO ? -1
                                           : ald_retry_wait(&trip->retry, cause, answer->head.headers,
                                                            arrived ? answer->head.n : 0, now, &http->rng);
        if (ms >= 0 && (!http->cfg.patience_ms || ms <= http->cfg.patience_ms)) {
            ALD_TRY(wait_ms(http, ms, ald_retry_why(cause), err));
            continue;
        }
        if (!arrived)
            return ald_http_failure(&(struct ald_http_failed){.code = answer->code, .host = host, .ca_file = http->cfg.ca_file,
                                                              .detail = http->curl_error, .tries = number}, err);
        /* Nobody refused credentials that were not sent. */
        if (answer->status == 401 && !trip->home && req->auth != ALD_AUTH_NONE)
            return ald_fail(err, ALD_ERR_NET,
                            "HTTP 401 from %s: no credentials are sent to another place than base_url; is base_url the "
                            "address that answers without a redirect?",
                            host);
        if (answer->status == 401)
            return ald_fail(err, ALD_ERR_AUTH, "HTTP 401 from %s", host);
        return ald_fail(err, ALD_ERR_NET, "HTTP %ld from %s after %d %s", answer->status, host, number, ald_http_tries(number));
    }
}

enum ald_rc ald_http_fetch(struct ald_http *http, const struct ald_http_req *req, struct ald_arena *arena,
                           struct ald_http_res *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_http_trip_done) struct ald_http_trip trip = {0};
    ALD_CLEANUP(answer_done) struct answer answer = {.http = http, .arena = arena};
    ald_buf_init(&answer.body, http->cfg.max_body_bytes);
    http->last_status = 0;
    if (!req->url || ald_origin_parse(req->url, &trip.url, &trip.at, err) != ALD_OK)
        return req->url ? ALD_ERR_CONFIG : ald_fail(err, ALD_ERR_CONFIG, "a request without URL");
    for (;;) {
        ALD_TRY(ald_http_trip_arrive(&trip, http->has_origin ? &http->origin : NULL, arena, err));
        ALD_TRY(try_until(http, req, &trip, &answer, err));
        const char *target = ald_http_redirect(answer.status, &answer.head);
        if (!target)
            break;
        if (req->body) /* what a question holds is for base_url alone, and most ways lead on by GET */
            return ald_fail(err, ALD_ERR_NET, "redirect of a POST from %s: is base_url the address that answers?",
                            ald_origin_label(arena, &trip.at));
        ALD_TRY(ald_http_trip_follow(&trip, target, arena, err));
    }
    char *body = ald_alloc(arena, answer.body.len + 1);
    memcpy(body, answer.body.data, answer.body.len);
    *ret = (struct ald_http_res){.req = req,
                                 .status = answer.status,
                                 .headers = answer.head.headers,
                                 .headers_n = answer.head.n,
                                 .body = body,
                                 .body_n = answer.body.len,
                                 .next_offset = -1,
                                 .server_date = ald_http_head_date(&answer.head)};
    return ALD_OK;
}

long ald_http_last_status(const struct ald_http *http)
{
    return http->last_status;
}
