/* When to ask again, and how long to wait before: see http_retry.h. Must not know curl, clocks or sockets. */
#include "http_retry.h"

#include <string.h>

#include "alidade/limits.h"
#include "alidade/time.h"

#define DELTA_LIMIT 1000000000LL     /* below: seconds from now; above: an instant */
#define SECONDS_LIMIT 100000000000LL /* below: epoch seconds; above: epoch milliseconds */
#define HEADER_JITTER_MS 1000u       /* added to what a server asks for, so that clients do not come back as one */

/** How often, and between which bounds the exponential wait grows. */
static const struct {
    const char *why;
    int max;
    int64_t first_ms, most_ms;
} rules[] = {
    [ALD_RETRY_NO] = {"", 0, 0, 0},
    [ALD_RETRY_CONNECT] = {"no connection", 2, 500, 1000},
    [ALD_RETRY_TIMEOUT] = {"no answer in time", 2, 1000, 5000},
    [ALD_RETRY_CUT] = {"answer cut short", ALD_MAX_RETRIES, 1000, 60000},
    [ALD_RETRY_BUSY] = {"rate limit", ALD_MAX_RETRIES, 2000, 120000},
    [ALD_RETRY_SLOWER] = {"rate limit", ALD_MAX_RETRIES, 60000, 900000},
    [ALD_RETRY_FAILED] = {"server error", ALD_MAX_RETRIES, 1000, 60000},
    [ALD_RETRY_AUTH] = {"credentials refused", 1, 1000, 1000},
};
_Static_assert(sizeof rules / sizeof rules[0] == ALD_RETRY_CAUSE_COUNT_, "one row per cause");

const char *ald_retry_why(enum ald_retry_cause cause)
{
    return rules[cause].why;
}

static const char *header(const struct ald_http_header *headers, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(headers[i].name, name) == 0)
            return headers[i].value;
    return NULL;
}

/** What is left of the quota, or NULL. While there is any, its reset is not what one has to wait for. */
static const char *quota_left(const struct ald_http_header *headers, size_t n)
{
    const char *left = header(headers, n, "x-ratelimit-remaining");
    return left && strcmp(left, "0") != 0 ? left : NULL;
}

enum ald_retry_cause ald_retry_answer(long status, const struct ald_http_header *headers, size_t headers_n, const char *body,
                                      size_t body_n)
{
    static const char secondary[] = "secondary rate limit";
    const char *left = header(headers, headers_n, "x-ratelimit-remaining");
    bool told = header(headers, headers_n, "retry-after"), spent = left && strcmp(left, "0") == 0;
    if ((status == 429 || status == 403) && !told && !spent && body_n && memmem(body, body_n, secondary, sizeof secondary - 1))
        return ALD_RETRY_SLOWER;
    if (status == 429 || status == 420)
        return ALD_RETRY_BUSY;
    if (status == 408 || status == 425 || (status >= 500 && status <= 599))
        return ALD_RETRY_FAILED;
    if (status == 401)
        return ALD_RETRY_AUTH;
    if (status != 403)
        return ALD_RETRY_NO;
    /* Some servers say "too fast" with 403: only their headers tell it from a refusal. */
    return spent || told ? ALD_RETRY_BUSY : ALD_RETRY_NO;
}

static int64_t capped(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > ALD_MAX_RETRY_WAIT_MS ? ALD_MAX_RETRY_WAIT_MS : ms;
}

/** Whole decimal number, fraction ignored; saturates far above any time. */
static bool number(const char *s, size_t n, int64_t *ret)
{
    int64_t v = 0;
    size_t i = 0;
    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
        if (v < INT64_MAX / 100)
            v = v * 10 + (s[i] - '0');
    if (i == 0)
        return false;
    if (i < n && s[i] == '.')
        for (i++; i < n && s[i] >= '0' && s[i] <= '9';)
            i++;
    if (i < n)
        return false;
    *ret = v;
    return true;
}

int64_t ald_retry_parse(const char *value, int64_t now_ms)
{
    value += strspn(value, " \t");
    size_t n = strlen(value);
    while (n && (value[n - 1] == ' ' || value[n - 1] == '\t'))
        n--;
    int64_t at;
    if (number(value, n, &at)) {
        if (at < DELTA_LIMIT)
            return capped(at * 1000);
        if (at >= INT64_MAX / 1000)
            return ALD_MAX_RETRY_WAIT_MS;
        return capped((at < SECONDS_LIMIT ? at * 1000 : at) - now_ms);
    }
    if (ald_time_parse_http(value, &at) || ald_time_parse(value, n, &at))
        return capped(at - now_ms);
    return -1;
}

/** What the server asks for, or -1. */
static int64_t asked(enum ald_retry_cause cause, const struct ald_http_header *headers, size_t n, int64_t now_ms)
{
    /* Reset headers come with every answer of some servers; only after a rate limit do they mean "wait". */
    static const char *const names[] = {"retry-after", "ratelimit-reset", "x-ratelimit-reset",
                                        "x-ratelimit-period-in-sec"};
    size_t names_n = cause == ALD_RETRY_BUSY ? sizeof names / sizeof names[0] : cause == ALD_RETRY_FAILED ? 1 : 0;
    for (size_t i = 0; i < names_n; i++) {
        if (strcmp(names[i], "x-ratelimit-reset") == 0 && quota_left(headers, n))
            continue;
        const char *value = header(headers, n, names[i]);
        int64_t ms = value ? ald_retry_parse(value, now_ms) : -1;
        if (ms >= 0)
            return ms;
    }
    return -1;
}

int64_t ald_retry_wait(struct ald_retry *retry, enum ald_retry_cause cause, const struct ald_http_header *headers,
                       size_t headers_n, int64_t now_ms, struct ald_rng *rng)
{
    if (retry->by_cause[cause] >= rules[cause].max || retry->total >= ALD_MAX_RETRIES)
        return -1;
    int64_t most = rules[cause].first_ms;
    for (int i = 0; i < retry->by_cause[cause] && most < rules[cause].most_ms; i++)
        most *= 2;
    if (most > rules[cause].most_ms)
        most = rules[cause].most_ms;
    retry->by_cause[cause]++;
    retry->total++;
    int64_t ms = asked(cause, headers, headers_n, now_ms);
    if (ms > 0)
        return capped(ms + (int64_t)ald_rng_below(rng, HEADER_JITTER_MS));
    if (cause == ALD_RETRY_SLOWER)
        return capped(most + (int64_t)ald_rng_below(rng, (uint64_t)most / 4 + 1));
    /* Full jitter (no header, or one that is already past). */
    return (int64_t)ald_rng_below(rng, (uint64_t)most + 1);
}
