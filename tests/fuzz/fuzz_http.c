/* Any bytes as the head of an answer, line by line, and its body: limits hold, names are lower case, values are text, a redirect leads
 * to an origin or is refused, and no server sends us to sleep for longer than we allow. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "alidade/utf8.h"
#include "http_head.h"
#include "http_origin.h"
#include "http_retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1790000000000)

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_headers(const struct ald_http_head *head)
{
    must(head->n <= ALD_HTTP_MAX_HEADERS && head->bytes <= ALD_HTTP_MAX_HEADER_BYTES);
    for (size_t i = 0; i < head->n; i++) {
        must(ald_utf8_valid(head->headers[i].value, strlen(head->headers[i].value)));
        for (const char *c = head->headers[i].name; *c; c++)
            must(!(*c >= 'A' && *c <= 'Z'));
        int64_t wait = ald_retry_parse(head->headers[i].value, NOW);
        must(wait >= -1 && wait <= ALD_MAX_RETRY_WAIT_MS);
    }
}

static void check_redirect(struct ald_arena *arena, const struct ald_http_head *head)
{
    static const long codes[] = {200, 301, 302, 303, 307, 308};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const char *to = ald_http_redirect(codes[i], head);
        ALD_CLEANUP(ald_curlu_freep) CURLU *url = NULL;
        struct ald_origin at;
        struct ald_err err = {0};
        must(codes[i] != 200 || !to);
        if (!to || ald_origin_parse(to, &url, &at, &err) != ALD_OK)
            continue;
        must(strcmp(at.scheme, "https") == 0 || strcmp(at.scheme, "http") == 0);
        must(ald_origin_same(&at, &at) && *ald_origin_label(arena, &at));
    }
}

/* Tried again and again, asking ends, and each wait is within its bound. */
static void check_retries(const struct ald_http_head *head, const char *body, size_t n)
{
    static const long codes[] = {200, 401, 403, 408, 420, 425, 429, 500, 502, 503, 504};
    struct ald_rng rng;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct ald_retry retry = {0};
        int tries = 0;
        ald_rng_init(&rng, 7);
        for (; tries < 1000; tries++) {
            enum ald_retry_cause cause = ald_retry_answer(codes[i], head->headers, head->n, body, n);
            int64_t wait = cause == ALD_RETRY_NO ? -1 : ald_retry_wait(&retry, cause, head->headers, head->n, NOW, &rng);
            must(wait >= -1 && wait <= ALD_MAX_RETRY_WAIT_MS);
            if (wait < 0)
                break;
        }
        must(tries < 1000);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_http_head head = {.arena = arena};
    size_t at = 0;
    while (at < size) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t n = end ? (size_t)(end - data) - at + 1 : size - at;
        bool fits = ald_http_head_line(&head, (const char *)data + at, n);
        must(fits == !head.too_big);
        bool empty = n <= 2 && (data[at] == '\n' || data[at] == '\r');
        at += n;
        if (!fits || empty)
            break;
    }
    if (!head.too_big)
        check_headers(&head);
    (void)ald_http_head_date(&head);
    check_redirect(arena, &head);
    check_retries(&head, (const char *)data + at, size - at);
    return 0;
}
