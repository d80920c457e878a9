/* Where a URL leads: its origin (scheme, host, port), and which URLs may be fetched at all. Knows curl's URLs, not its
 * transfers. */
#include "http_origin.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/ingest.h"
#include "http_url.h"

void ald_curlu_freep(CURLU **url)
{
    curl_url_cleanup(*url);
    *url = NULL;
}

static bool url_part(CURLU *url, CURLUPart part, unsigned flags, char *ret, size_t ret_size)
{
    char *value = NULL;
    bool fits = curl_url_get(url, part, &value, flags) == CURLUE_OK && strlen(value) < ret_size;
    if (fits)
        memcpy(ret, value, strlen(value) + 1);
    curl_free(value);
    return fits;
}

enum ald_rc ald_origin_of(CURLU *url, struct ald_origin *ret, struct ald_err *err)
{
    struct ald_origin at = {0};
    if (!url_part(url, CURLUPART_SCHEME, 0, at.scheme, sizeof at.scheme) ||
        !url_part(url, CURLUPART_HOST, 0, at.host, sizeof at.host) ||
        !url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, at.port, sizeof at.port))
        return ald_fail(err, ALD_ERR_CONFIG, "not an absolute http or https URL");
    for (char *c = at.host; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + ('a' - 'A'));
    char *user = NULL;
    bool has_user = curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;
    if (user)
        sodium_memzero(user, strlen(user));
    curl_free(user);
    if (has_user)
        return ald_fail(err, ALD_ERR_CONFIG, "the URL for %s carries a user name; name a variable or a file instead",
                        at.host);
    bool plain = strcmp(at.scheme, "http") == 0;
    if (!plain && strcmp(at.scheme, "https") != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "scheme '%s' of %s is not https", at.scheme, at.host);
    if (plain && !ald_url_host_is_loopback(at.host))
        return ald_fail(err, ALD_ERR_CONFIG, "http to %s is refused: only https, or http to this machine", at.host);
    *ret = at;
    return ALD_OK;
}

enum ald_rc ald_origin_parse(const char *text, CURLU **ret, struct ald_origin *ret_at, struct ald_err *err)
{
    ALD_CLEANUP(ald_curlu_freep) CURLU *url = curl_url();
    if (!url)
        abort();
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_URLENCODE) != CURLUE_OK)
        return ald_fail(err, ALD_ERR_CONFIG, "not a URL that can be fetched");
    ALD_TRY(ald_origin_of(url, ret_at, err));
    *ret = url;
    url = NULL;
    return ALD_OK;
}

enum ald_rc ald_source_url_check(const char *url, struct ald_err *err)
{
    ALD_CLEANUP(ald_curlu_freep) CURLU *parsed = NULL;
    struct ald_origin at;
    return ald_origin_parse(url, &parsed, &at, err);
}

bool ald_origin_same(const struct ald_origin *a, const struct ald_origin *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

/** "host", or "host:port" where the port is not the scheme's own. */
const char *ald_origin_label(struct ald_arena *arena, const struct ald_origin *at)
{
    bool usual = strcmp(at->port, strcmp(at->scheme, "https") == 0 ? "443" : "80") == 0;
    return usual ? ald_strdup(arena, at->host) : ald_sprintf(arena, "%s:%s", at->host, at->port);
}

const char *ald_curlu_text(struct ald_arena *arena, CURLU *url)
{
    char *text = NULL;
    if (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
        return "";
    const char *ret = ald_strdup(arena, text);
    curl_free(text);
    return ret;
}
