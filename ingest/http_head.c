/* Heads of requests and answers as text: the Authorization line, header lines with their limits, dates, redirects. Must
 * not know curl. */
#include "http_head.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "alidade/utf8.h"

bool ald_http_has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return true;
    return false;
}

static const char *secret_text(const struct ald_secret *secret)
{
    return secret && secret->value ? secret->value : "";
}

enum ald_rc ald_http_authorization(const struct ald_http_req *req, const struct ald_secret *user_secret,
                                   const struct ald_secret *token_secret, const char *host, char **ret,
                                   struct ald_err *err)
{
    const char *user = secret_text(user_secret), *token = secret_text(token_secret);
    bool basic = req->auth == ALD_AUTH_BASIC;
    if (!*token && !(basic && *user))
        return ald_fail(err, ALD_ERR_CONFIG, "no credentials for %s", host);
    if (ald_http_has_control(user) || ald_http_has_control(token))
        return ald_fail(err, ALD_ERR_CONFIG, "the credentials for %s hold a control character", host);
    const char *scheme = basic ? "Basic" : req->auth_scheme ? req->auth_scheme : "";
    size_t scheme_n = strlen(scheme);
    size_t plain_n = strlen(user) + 1 + strlen(token);
    size_t room =
        sizeof "Authorization: " + scheme_n + 1 + sodium_base64_ENCODED_LEN(plain_n, sodium_base64_VARIANT_ORIGINAL);
    char *line = calloc(1, room), *plain = calloc(1, plain_n + 1);
    if (!line || !plain)
        abort();
    /* "Token token=" is followed by the token at once, "Bearer" by a space. */
    const char *gap = scheme_n && scheme[scheme_n - 1] != '=' ? " " : "";
    int head = snprintf(line, room, "Authorization: %s%s", scheme, gap);
    size_t used = head > 0 ? (size_t)head : 0;
    if (basic) {
        (void)snprintf(plain, plain_n + 1, "%s:%s", user, token);
        sodium_bin2base64(line + used, room - used, (const unsigned char *)plain, plain_n,
                          sodium_base64_VARIANT_ORIGINAL);
    } else {
        (void)snprintf(line + used, room - used, "%s", token);
    }
    sodium_memzero(plain, plain_n + 1);
    free(plain);
    *ret = line;
    return ALD_OK;
}

bool ald_http_head_line(struct ald_http_head *head, const char *bytes, size_t n)
{
    head->bytes += n;
    if (head->bytes > ALD_HTTP_MAX_HEADER_BYTES) {
        head->too_big = true;
        return false;
    }
    if (n >= 5 && strncasecmp(bytes, "HTTP/", 5) == 0) {
        head->n = 0; /* the one before was only interim; its bytes count, else heads could follow one another for ever */
        return true;
    }
    const char *colon = memchr(bytes, ':', n);
    if (!colon || colon == bytes)
        return true;
    if (head->n == ALD_HTTP_MAX_HEADERS) {
        head->too_big = true;
        return false;
    }
    char *name = ald_utf8_repair(head->arena, bytes, (size_t)(colon - bytes), NULL);
    for (char *c = name; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    const char *value = colon + 1, *end = bytes + n;
    while (value < end && strchr(" \t", *value))
        value++;
    while (end > value && strchr(" \t\r\n", end[-1]))
        end--;
    head->headers = ald_grow(head->arena, head->headers, head->n, &head->cap, sizeof *head->headers);
    head->headers[head->n++] = (struct ald_http_header){
        .name = name, .value = ald_utf8_repair(head->arena, value, (size_t)(end - value), NULL)};
    return true;
}

static const char *find(const struct ald_http_head *head, const char *name)
{
    for (size_t i = 0; i < head->n; i++)
        if (strcmp(head->headers[i].name, name) == 0)
            return head->headers[i].value;
    return NULL;
}

int64_t ald_http_head_date(const struct ald_http_head *head)
{
    const char *date = find(head, "date");
    int64_t at;
    return date && ald_time_parse_http(date, &at) ? at : ALD_TIME_NONE;
}

const char *ald_http_redirect(long status, const struct ald_http_head *head)
{
    bool moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    const char *target = moved ? find(head, "location") : NULL;
    return target && *target ? target : NULL;
}
