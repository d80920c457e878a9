/* The cursor of json.h: kinds, paths, errors, going down. Knows nothing of APIs or of what documents mean. */
#include "alidade/json.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/utf8.h"
#include "json_node.h"

/* An error is one line: the head of a deep path and the tail of a long text give way. */
#define PATH_BYTES_IN_ERRORS 240
#define TEXT_CHARS_IN_ERRORS 40

enum ald_json_kind ald_json_node_kind(const cJSON *node)
{
    if (!node)
        return ALD_JSON_NULL;
    switch (node->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return ALD_JSON_BOOL;
    case cJSON_Number:
        return ALD_JSON_NUMBER;
    case cJSON_String:
        return ALD_JSON_STRING;
    case cJSON_Array:
        return ALD_JSON_ARRAY;
    case cJSON_Object:
        return ALD_JSON_OBJECT;
    default:
        return ALD_JSON_NULL;
    }
}

enum ald_json_kind ald_json_kind(const struct ald_jv *v)
{
    return ald_json_node_kind(v->node);
}

const char *ald_json_kind_name(enum ald_json_kind kind)
{
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
    return names[kind];
}

/* ---- Paths and errors ---- */

static void add(struct ald_buf *buf, const char *bytes, size_t n)
{
    if (ald_buf_add(buf, bytes, n, NULL) != ALD_OK)
        abort(); /* its maximum is out of reach */
}

/* Other keys are written as ["..."], escaped: paths end up on terminals and in logs. */
static bool plain_key(const char *key)
{
    return *key && !key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")];
}

static void add_path(struct ald_buf *buf, const struct ald_jv *v)
{
    char number[32];
    if (v->parent)
        add_path(buf, v->parent);
    if (!v->parent) {
        add(buf, v->root_name, strlen(v->root_name));
    } else if (!v->key) {
        (void)snprintf(number, sizeof number, "[%zu]", v->index);
        add(buf, number, strlen(number));
    } else if (plain_key(v->key)) {
        add(buf, ".", 1);
        add(buf, v->key, strlen(v->key));
    } else {
        struct ald_jw w;
        ald_jw_init(&w, ald_json_sink_buf(buf), 0);
        add(buf, "[", 1);
        ald_jw_str(&w, v->key);
        if (ald_jw_finish(&w, NULL) != ALD_OK)
            abort();
        add(buf, "]", 1);
    }
}

char *ald_json_path(struct ald_arena *a, const struct ald_jv *v)
{
    struct ald_buf buf;
    ald_buf_init(&buf, SIZE_MAX / 2);
    add_path(&buf, v);
    char *path = ald_strndup(a, buf.data, buf.len);
    ald_buf_done(&buf);
    return path;
}

/* Texts are quoted only where a scalar was expected: where a person's record should be, they may be a person's name. */
static const char *found_text(struct ald_arena *a, const struct ald_jv *v, const char *what)
{
    const cJSON *node = v->node;
    if (!node)
        return "nothing";
    if (ald_json_node_kind(node) != ALD_JSON_STRING || strstr(what, "object") || strstr(what, "array"))
        return ald_json_kind_name(ald_json_node_kind(node));
    size_t len = ald_utf8_prefix(node->valuestring, TEXT_CHARS_IN_ERRORS);
    const char *tail = node->valuestring[len] ? "..." : "";
    return ald_sprintf(a, "\"%s%s\"", ald_utf8_printable(a, ald_strndup(a, node->valuestring, len), false), tail);
}

enum ald_rc ald_json_expected(const struct ald_jv *v, const char *what, struct ald_err *err)
{
    if (!err) /* somebody only tries */
        return ALD_ERR_FORMAT;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *a = ald_arena_new();
    const char *path = ald_json_path(a, v), *cut = "";
    size_t len = strlen(path);
    if (len > PATH_BYTES_IN_ERRORS) {
        path += len - PATH_BYTES_IN_ERRORS;
        while (((unsigned char)*path & 0xC0) == 0x80)
            path++;
        cut = "...";
    }
    return ald_fail(err, ALD_ERR_FORMAT, "%s%s: expected %s, found %s", cut, path, what, found_text(a, v, what));
}

/* ---- Going down ---- */

/* Most names differ in their first letter already, which cJSON's own look-up calls strcmp for. */
static cJSON *member(const cJSON *object, const char *key)
{
    cJSON *child = object->child;
    while (child && (child->string[0] != key[0] || strcmp(child->string, key) != 0))
        child = child->next;
    return child;
}

enum ald_rc ald_json_node_member(const struct ald_jv *v, const char *key, struct ald_jv *ret, struct ald_err *err)
{
    assert(ret != v);
    *ret = (struct ald_jv){.parent = v, .key = key};
    if (ald_json_kind(v) != ALD_JSON_OBJECT)
        return ald_json_expected(v, "object", err);
    cJSON *node = member(v->node, key);
    if (node)
        *ret = (struct ald_jv){.node = node, .parent = v, .key = node->string};
    return ALD_OK;
}

enum ald_rc ald_json_get(const struct ald_jv *v, const char *key, struct ald_jv *ret, struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(ald_json_node_member(v, key, &it, err));
    if (!it.node)
        return ald_json_expected(&it, "a value", err);
    assert(ret != v);
    *ret = it;
    return ALD_OK;
}

bool ald_json_opt(const struct ald_jv *v, const char *key, struct ald_jv *ret)
{
    assert(ret != v);
    if (ald_json_kind(v) != ALD_JSON_OBJECT)
        return false;
    cJSON *node = member(v->node, key);
    if (ald_json_node_kind(node) == ALD_JSON_NULL)
        return false;
    *ret = (struct ald_jv){.node = node, .parent = v, .key = node->string};
    return true;
}

bool ald_json_names(const struct ald_jv *v, const char *key, size_t n)
{
    if (ald_json_kind(v) != ALD_JSON_OBJECT)
        return false;
    for (const cJSON *node = ((const cJSON *)v->node)->child; node; node = node->next)
        if (node->string && *node->string == *key && strncmp(node->string, key, n) == 0 && !node->string[n])
            return true;
    return false;
}

const cJSON *ald_json_node_first(const cJSON *node)
{
    enum ald_json_kind kind = ald_json_node_kind(node);
    return kind == ALD_JSON_ARRAY || kind == ALD_JSON_OBJECT ? node->child : NULL;
}

bool ald_json_first(const struct ald_jv *v, struct ald_jv *ret)
{
    assert(ret != v);
    if (!ald_json_node_first(v->node))
        return false;
    cJSON *node = ((cJSON *)v->node)->child;
    *ret = (struct ald_jv){.node = node, .parent = v, .key = node->string};
    return true;
}

bool ald_json_next(struct ald_jv *it)
{
    cJSON *node = ((cJSON *)it->node)->next;
    if (!node)
        return false;
    it->node = node;
    it->key = node->string;
    it->index++;
    return true;
}

size_t ald_json_len(const struct ald_jv *v)
{
    size_t n = 0;
    for (const cJSON *node = ald_json_node_first(v->node); node; node = node->next)
        n++;
    return n;
}
