/* URLs as text: percent-encoding, redaction, which hosts are this machine. Must not know curl. */
#include "http_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "http.h"

bool ald_url_host_is_loopback(const char *host)
{
    if (strcasecmp(host, "localhost") == 0)
        return true;
    struct in_addr four;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return strcmp(host, "[::1]") == 0 || strcmp(host, "::1") == 0;
}

static bool alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char *ald_url_encode(struct ald_arena *arena, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *ret = ald_alloc(arena, strlen(s) * 3 + 1), *out = ret;
    for (; *s; s++) {
        if (alnum(*s) || strchr("-._~", *s)) {
            *out++ = *s;
            continue;
        }
        unsigned char c = (unsigned char)*s;
        *out++ = '%';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
    }
    return ret;
}

static bool contains(const char *s, size_t n, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= n; i++)
        if (strncasecmp(s + i, word, len) == 0)
            return true;
    return false;
}

static bool ends_with(const char *s, size_t n, const char *word)
{
    size_t len = strlen(word);
    return n >= len && strncasecmp(s + n - len, word, len) == 0;
}

/** A nibble, or -1. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** A NUL, which would end the text, becomes a space. */
static const char *decoded(struct ald_arena *arena, const char *s, size_t n)
{
    char *text = ald_strndup(arena, s, n), *to = text;
    for (const char *c = text; *c; c++) {
        int high = *c == '%' ? hex_value(c[1]) : -1, low = high >= 0 ? hex_value(c[2]) : -1;
        char byte = low >= 0 ? (char)(high * 16 + low) : *c == '+' ? ' ' : *c;
        *to++ = byte ? byte : ' ';
        c += low >= 0 ? 2 : 0;
    }
    *to = '\0';
    return text;
}

const char *ald_url_param(struct ald_arena *arena, const char *url, const char *name)
{
    size_t n = strlen(name);
    for (const char *s = strchr(url, '?'); s; s = strchr(s + 1, '&')) {
        if (strncmp(s + 1, name, n) != 0 || s[1 + n] != '=')
            continue;
        const char *value = decoded(arena, s + n + 2, strcspn(s + n + 2, "&#"));
        return *value ? value : NULL;
    }
    return NULL;
}

/** One list for query keys that carry secrets. Rather too many than too few: a hidden page token costs nothing. */
static bool is_secret_key(const char *s, size_t n)
{
    static const char *const inside[] = {"token", "secret",    "passw", "pwd",     "credential",
                                         "auth",  "signature", "jwt",   "session", "apikey"};
    static const char *const at_end[] = {"key", "sig", "pass", "sid", "code"};
    char key[128]; /* percent-decoded, so that an encoded name hides nothing; a longer one is not worth showing */
    if (n >= sizeof key)
        return true;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        int high = s[i] == '%' && i + 2 < n ? hex_value(s[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s[i + 2]) : -1;
        key[len++] = low >= 0 ? (char)(high * 16 + low) : s[i];
        i += low >= 0 ? 2 : 0;
    }
    while (len && key[len - 1] == ']')
        len--;
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (contains(key, len, inside[i]))
            return true;
    for (size_t i = 0; i < sizeof at_end / sizeof at_end[0]; i++)
        if (ends_with(key, len, at_end[i]))
            return true;
    return false;
}

char *ald_http_redact(struct ald_arena *arena, const char *url)
{
    static const char stars[] = "***";
    size_t n = strlen(url);
    char *ret = ald_alloc(arena, n * 4 + 8), *out = ret;
    const char *scheme = strstr(url, "://");
    const char *p = url, *rest = scheme ? scheme + 3 : url;
    size_t host_n = strcspn(rest, "/?#");
    const char *at = scheme ? memrchr(rest, '@', host_n) : NULL;
    if (at) {
        out = mempcpy(out, url, (size_t)(rest - url));
        out = mempcpy(out, stars, 3);
        p = at;
    }
    size_t plain = strcspn(p, "?#");
    out = mempcpy(out, p, plain);
    for (p += plain; *p;) {
        *out++ = *p++; /* one of ? # & ; */
        size_t part = strcspn(p, "?#&;");
        const char *equals = memchr(p, '=', part);
        size_t key_n = equals ? (size_t)(equals - p) : part;
        if (equals && is_secret_key(p, key_n)) {
            out = mempcpy(out, p, key_n + 1);
            out = mempcpy(out, stars, 3);
        } else {
            out = mempcpy(out, p, part);
        }
        p += part;
    }
    *out = '\0';
    return ret;
}
