/* One message to a webhook: see webhook.h. The way out of http.c, without its log: an address here is a secret as a whole. */
#include "alidade/webhook.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "http.h"

#define SAID_MOST 200       /* bytes of an answer that a message shows */
#define TELLING_BYTES 6     /* of an address: shorter words are "v1", "hooks" */
#define PATIENCE_MS 60000   /* a longer wait is the reader's to make */
#define ANSWER_BYTES 65536

static enum ald_rc address(const struct ald_webhook *w, struct ald_secret *ret, struct ald_err *err)
{
    if (!w->url_env && !w->url_file)
        return ald_fail(err, ALD_ERR_CONFIG, "nothing says where to publish: set publish.url_env to the name of the environment variable that "
                                             "holds the webhook's address (or publish.url_file)");
    enum ald_rc rc = w->url_env ? ald_secret_from_env(w->url_env, ret, err) : ald_secret_from_file(w->url_file, ret, err);
    return rc == ALD_OK ? rc : ald_wrap(err, w->url_env ? "publish.url_env" : "publish.url_file");
}

/* Whether a part of the address stands in the answer: all of it, or a word of its path or query long enough to be the secret. */
static bool tells_address(const struct ald_http_res *res, const char *url)
{
    const char *host = strstr(url, "://"), *at = host ? strpbrk(host + 3, "/?#") : NULL;
    while (at && *at) {
        at += strspn(at, "/?#&=;");
        size_t n = strcspn(at, "/?#&=;");
        if (n >= TELLING_BYTES && memmem(res->body, res->body_n, at, n))
            return true;
        at += n;
    }
    return false;
}

/* What the other side said, on one line and without the address. */
static const char *said(struct ald_arena *a, const struct ald_http_res *res, const char *url)
{
    char *text = ald_strndup(a, res->body, res->body_n < SAID_MOST ? res->body_n : SAID_MOST);
    for (char *c = text; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = ' ';
    if (!*text || tells_address(res, url)) /* of the whole answer: what is shown may end within the secret */
        return "";
    return ald_sprintf(a, ": %s", text);
}

static enum ald_rc judge(struct ald_arena *a, const struct ald_http_res *res, const char *url, struct ald_err *err)
{
    if (res->status < 300)
        return ALD_OK;
    if (res->status == 401 || res->status == 403 || res->status == 404 || res->status == 410)
        return ald_fail(err, ALD_ERR_AUTH, "the webhook answered HTTP %ld%s; is its address still good?", res->status, said(a, res, url));
    return ald_fail(err, ALD_ERR_NET, "the webhook answered HTTP %ld%s", res->status, said(a, res, url));
}

enum ald_rc ald_webhook_send(const struct ald_webhook *w, const char *json, struct ald_arena *arena, struct ald_err *err)
{
    ALD_CLEANUP(ald_secret_done) struct ald_secret url = {0};
    ALD_CLEANUP(ald_http_closep) struct ald_http *http = NULL;
    ALD_TRY(address(w, &url, err));
    const struct ald_http_cfg cfg = {.ca_file = w->ca_file,
                                     .user_agent = ald_sprintf(arena, "alidade/%s", w->version),
                                     .clock = w->clock,
                                     .jitter_seed = ald_siphash(json, strlen(json)),
                                     .stop = w->stop,
                                     .ctx = w->stop_ctx,
                                     .patience_ms = PATIENCE_MS,
                                     .max_body_bytes = ANSWER_BYTES};
    ALD_TRY(ald_http_open(&cfg, &http, err));
    const struct ald_http_req req = {.url = url.value, .body = json, .once = true, .auth = ALD_AUTH_NONE, .text = true};
    struct ald_http_res res = {0};
    enum ald_rc rc = ald_http_fetch(http, &req, arena, &res, err);
    if (rc == ALD_ERR_CONFIG) /* its message may show the address */
        return ald_fail(err, ALD_ERR_CONFIG, "the address in %s '%s' is none that can be used: expected https://..., or http to this machine",
                        w->url_env ? "the variable" : "the file", w->url_env ? w->url_env : w->url_file);
    long status = ald_http_last_status(http);
    if (rc == ALD_ERR_NET && status >= 300 && status < 400)
        return ald_fail(err, ALD_ERR_NET, "the webhook answered HTTP %ld: it has moved; put its new address there", status);
    ALD_TRY(rc);
    return judge(arena, &res, url.value, err);
}
