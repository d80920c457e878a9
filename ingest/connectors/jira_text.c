/* Jira's values as text: documents in Atlassian Document Format, options, lists, people who have been replaced. Must
 * not know what a field means. */
#include <string.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "connectors/jira_priv.h"
#include "connectors/word.h"

static const char *string(const struct ald_jv *v, const char *key)
{
    const char *s = NULL;
    return ald_json_str_opt(v, key, &s, NULL) == ALD_OK ? s : NULL;
}

/* ---- Documents ---- */

static enum ald_rc nodes(const struct ald_jv *parent, struct ald_buf *out, struct ald_err *err);

/** Nodes that end a line. */
static bool is_block(const char *type)
{
    static const char *const blocks[] = {"paragraph", "heading",   "codeBlock", "blockquote", "listItem",    "panel",
                                         "tableRow",  "blockCard", "rule",      "taskItem",   "decisionItem"};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        if (is(type, blocks[i]))
            return true;
    return false;
}

/** The address behind a text, where it shows another text. */
static enum ald_rc link_of(const struct ald_jv *node, const char *text, struct ald_buf *out, struct ald_err *err)
{
    struct ald_jv marks, it, attrs;
    if (!ald_json_opt(node, "marks", &marks))
        return ALD_OK;
    for (bool ok = ald_json_first(&marks, &it); ok; ok = ald_json_next(&it)) {
        const char *href = NULL;
        if (is(string(&it, "type"), "link") && ald_json_opt(&it, "attrs", &attrs))
            href = string(&attrs, "href");
        if (href && !is(href, text))
            ALD_TRY(ald_buf_addf(out, err, " (%s)", href));
    }
    return ALD_OK;
}

/** A node that says what it is in its attributes. */
static enum ald_rc leaf(const struct ald_jv *node, const char *type, struct ald_buf *out, struct ald_err *err)
{
    struct ald_jv attrs;
    const char *s = NULL;
    bool has = ald_json_opt(node, "attrs", &attrs);
    if (is(type, "mention")) { /* people have been replaced: a pseudonym stands there, or nothing */
        if (!has || ald_json_kind(&attrs) != ALD_JSON_STRING || ald_json_as_str(&attrs, &s, NULL) != ALD_OK)
            s = "someone";
        return ald_buf_addf(out, err, "@%s", s);
    }
    if (!has)
        return ALD_OK;
    static const char *const keys[] = {"text", "url", "shortName"};
    for (size_t i = 0; !s && i < sizeof keys / sizeof keys[0]; i++)
        s = string(&attrs, keys[i]);
    int64_t at;
    char date[32];
    if (!s && is(type, "date") && ald_json_time_opt(&attrs, "timestamp", &at, NULL) == ALD_OK && at != ALD_TIME_NONE) {
        (void)ald_time_format(at, date);
        date[10] = '\0';
        s = date;
    }
    return s ? ald_buf_adds(out, s, err) : ALD_OK;
}

static enum ald_rc node(const struct ald_jv *v, struct ald_buf *out, struct ald_err *err)
{
    const char *type = string(v, "type"), *text = string(v, "text");
    if (is(type, "text") && text) {
        ALD_TRY(ald_buf_adds(out, text, err));
        return link_of(v, text, out, err);
    }
    if (is(type, "hardBreak"))
        return ald_buf_adds(out, "\n", err);
    if (is(type, "listItem"))
        ALD_TRY(ald_buf_adds(out, "- ", err));
    ALD_TRY(leaf(v, type, out, err));
    ALD_TRY(nodes(v, out, err));
    if (is(type, "tableCell") || is(type, "tableHeader"))
        return ald_buf_adds(out, "\t", err);
    bool ended = out->len > 0 && out->data[out->len - 1] == '\n';
    return is_block(type) && !ended ? ald_buf_adds(out, "\n", err) : ALD_OK;
}

static enum ald_rc nodes(const struct ald_jv *parent, struct ald_buf *out, struct ald_err *err)
{
    struct ald_jv content, it;
    if (!ald_json_opt(parent, "content", &content))
        return ALD_OK;
    if (ald_json_kind(&content) != ALD_JSON_ARRAY)
        return ald_json_expected(&content, "a list", err);
    for (bool ok = ald_json_first(&content, &it); ok; ok = ald_json_next(&it))
        ALD_TRY(node(&it, out, err));
    return ALD_OK;
}

/* The parser's limit on nesting bounds the recursion. */
enum ald_rc ald_jira_text(struct ald_arena *arena, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    *ret = NULL;
    if (ald_json_kind(v) == ALD_JSON_STRING)
        return ald_json_as_str(v, ret, err);
    if (ald_json_kind(v) != ALD_JSON_OBJECT)
        return ald_json_expected(v, "a text or a document", err);
    ALD_CLEANUP(ald_buf_done) struct ald_buf out;
    ald_buf_init(&out, ALD_MAX_RESPONSE_BYTES);
    ALD_TRY(nodes(v, &out, err));
    while (out.len > 0 && strchr(" \t\r\n", out.data[out.len - 1]))
        out.len--;
    *ret = out.len ? ald_strndup(arena, out.data, out.len) : NULL;
    return ALD_OK;
}

/* ---- Values of fields ---- */

/** Text of one value; NULL when it has none. */
static enum ald_rc value_text(struct ald_arena *arena, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    static const char *const keys[] = {"value", "name", "title", "key", "id"};
    *ret = NULL;
    switch (ald_json_kind(v)) {
    case ALD_JSON_STRING:
        return ald_json_as_str(v, ret, err);
    case ALD_JSON_BOOL:
    case ALD_JSON_NUMBER: {
        ALD_CLEANUP(ald_buf_done) struct ald_buf text;
        ald_buf_init(&text, 64);
        ALD_TRY(ald_json_text(v, &text, err));
        *ret = ald_strdup(arena, text.data);
        return ALD_OK;
    }
    case ALD_JSON_OBJECT:
        if (is(string(v, "type"), "doc"))
            return ald_jira_text(arena, v, ret, err);
        for (size_t i = 0; !*ret && i < sizeof keys / sizeof keys[0]; i++)
            *ret = string(v, keys[i]);
        struct ald_jv child; /* of a cascading option */
        if (*ret && ald_json_opt(v, "child", &child) && string(&child, "value"))
            *ret = ald_sprintf(arena, "%s / %s", *ret, string(&child, "value"));
        return ALD_OK;
    case ALD_JSON_NULL:
    case ALD_JSON_ARRAY:
        break;
    }
    return ALD_OK;
}

enum ald_rc ald_jira_values(struct ald_arena *arena, const struct ald_jv *fields, const char *name, const char ***ret,
                            size_t *ret_n, struct ald_err *err)
{
    struct ald_jv v, it;
    *ret = NULL;
    *ret_n = 0;
    if (!name || !ald_json_opt(fields, name, &v))
        return ALD_OK;
    bool list = ald_json_kind(&v) == ALD_JSON_ARRAY;
    const char **texts = ald_calloc(arena, list ? ald_json_len(&v) : 1, sizeof *texts);
    size_t n = 0;
    if (!list) {
        ALD_TRY(value_text(arena, &v, &texts[0], err));
        n = texts[0] && *texts[0] ? 1 : 0;
    }
    for (bool ok = list && ald_json_first(&v, &it); ok; ok = ald_json_next(&it)) {
        ALD_TRY(value_text(arena, &it, &texts[n], err));
        n += texts[n] && *texts[n];
    }
    *ret = texts;
    *ret_n = n;
    return ALD_OK;
}

enum ald_rc ald_jira_person(const struct ald_jv *v, const char *key, const char **ret, int *ret_automatic,
                            struct ald_err *err)
{
    struct ald_jv person;
    *ret = NULL;
    *ret_automatic = 1;
    if (ald_json_get(v, key, &person, NULL) != ALD_OK) /* rules of automation sign nothing */
        return ALD_OK;
    *ret_automatic = -1;
    if (ald_json_kind(&person) == ALD_JSON_NULL)
        return ALD_OK;
    ALD_TRY(ald_json_as_str(&person, ret, err));
    if (**ret)
        return ALD_OK;
    *ret = NULL;
    *ret_automatic = 1;
    return ALD_OK;
}
