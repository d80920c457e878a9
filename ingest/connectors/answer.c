/* Judges answers of JSON APIs: see answer.h. Knows no API in particular. */
#include "connectors/answer.h"

#include <string.h>

#include "alidade/hash.h"
#include "alidade/limits.h"

/** The API's own words: {"error": "text"}, {"error": {"message", "detail"}}, {"message": "text"}, {"errorMessages":
 * ["text"]}, {"errors": [{"title" or "message", "detail"}]}; "" when it has none.
 */
static void own_words(const struct ald_jv *root, const char **ret_message, const char **ret_detail)
{
    struct ald_jv error;
    *ret_message = *ret_detail = "";
    const struct ald_jv *from = ald_json_opt(root, "error", &error) ? &error : root;
    if (ald_json_kind(from) == ALD_JSON_STRING) {
        if (ald_json_as_str(from, ret_message, NULL) != ALD_OK)
            *ret_message = "";
        return;
    }
    const char *message = NULL, *detail = NULL;
    struct ald_jv list, first;
    if (ald_json_opt(root, "errors", &list) && ald_json_kind(&list) == ALD_JSON_ARRAY && ald_json_first(&list, &first) &&
        ald_json_kind(&first) == ALD_JSON_OBJECT)
        from = &first; /* JSON:API, and others like it: the first of several */
    else if (ald_json_opt(root, "errorMessages", &list) && ald_json_first(&list, &first) &&
        ald_json_as_str(&first, ret_message, NULL) != ALD_OK)
        *ret_message = "";
    if (ald_json_str_opt(from, "message", &message, NULL) == ALD_OK && message)
        *ret_message = message;
    else if (from == &first && ald_json_str_opt(from, "title", &message, NULL) == ALD_OK && message)
        *ret_message = message;
    if (ald_json_str_opt(from, "detail", &detail, NULL) == ALD_OK && detail)
        *ret_detail = detail;
}

enum ald_rc ald_answer_check(const struct ald_http_res *res, struct ald_err *err)
{
    const char *message = "", *detail = "";
    if (res->doc)
        own_words(&res->root, &message, &detail);
    const char *colon = *message ? ": " : "", *dash = *detail ? " - " : "";
    if (res->status >= 400)
        return ald_fail(err, res->status == 401 ? ALD_ERR_AUTH : ALD_ERR_NET, "the source answered %ld%s%.200s%s%.200s",
                        res->status, colon, message, dash, detail);
    if (!res->doc) {
        size_t i = 0;
        while (i < res->body_n && strchr(" \t\r\n", res->body[i]))
            i++;
        return ald_fail(err, ALD_ERR_FORMAT, "expected JSON, found %s",
                        i == res->body_n ? "nothing" : (res->body[i] == '<' ? "HTML or XML" : "other text"));
    }
    struct ald_jv error;
    const char *text = NULL;
    bool said = ald_json_opt(&res->root, "error", &error);
    bool empty = said && ald_json_kind(&error) == ALD_JSON_STRING && ald_json_as_str(&error, &text, NULL) == ALD_OK && !*text;
    if (said && !empty) /* some always have the member */
        return ald_fail(err, ALD_ERR_FORMAT, "the source broke off its answer%s%.200s%s%.200s", colon, message, dash,
                        detail);
    return ALD_OK;
}

const char *ald_answer_element_id(struct ald_arena *arena, const char *id, const struct ald_jv *raw)
{
    if (id && *id)
        return id;
    char print[33];
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    ald_buf_init(&text, ALD_MAX_RESPONSE_BYTES);
    if (ald_json_text(raw, &text, NULL) != ALD_OK)
        return ald_json_path(arena, raw);
    ald_fingerprint(text.data, text.len, print);
    return ald_sprintf(arena, "#%s", print);
}

enum ald_rc ald_answer_each(const struct ald_jv *v, const char *name, struct ald_jv *ret_list, bool *ret_any,
                            struct ald_err *err)
{
    *ret_any = ald_json_opt(v, name, ret_list);
    if (*ret_any && ald_json_kind(ret_list) != ALD_JSON_ARRAY)
        return ald_json_expected(ret_list, "a list", err);
    *ret_any = *ret_any && ald_json_len(ret_list) > 0;
    return ALD_OK;
}

void ald_answer_site_alias(struct ald_rows *rows, const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    size_t n = host ? strcspn(host + 3, "/") : 0;
    if (host && host[3 + n] == '/')
        ald_rows_alias(rows, "url", ald_strndup(rows->arena, url, (size_t)(host + 3 - url) + n));
}

const char *ald_answer_next_url(struct ald_arena *arena, const char **at)
{
    for (const char *p = *at; p && (p = strstr(p, "http")) != NULL;) {
        size_t head = strncmp(p, "https://", 8) == 0 ? 8 : strncmp(p, "http://", 7) == 0 ? 7 : 0;
        size_t len = strcspn(p, " \t\r\n<>\"'`|)]}");
        if (head == 0 || len <= head) {
            p += 4;
            continue;
        }
        size_t kept = len;
        while (kept > head && strchr(".,;:!?", p[kept - 1]))
            kept--;
        *at = p + len;
        return ald_strndup(arena, p, kept);
    }
    *at = NULL;
    return NULL;
}

void ald_answer_mentions(struct ald_rows *rows, struct ald_element *el, const char *record, const char *text, const char *field)
{
    const char *url;
    while ((url = ald_answer_next_url(rows->arena, &text)))
        ald_rows_link(rows, el, record, "mention", url, field);
}
