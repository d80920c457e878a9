/* The JSON reader of json.h: the only file that sees cJSON. Bytes come here repaired and lexically checked by
 * json_repair.c; knows nothing of APIs or of what documents mean. */
#include "alidade/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "alidade/utf8.h"
#include "json_priv.h"

/* An error is one line: the head of a deep path and the tail of a long text give way. */
#define PATH_BYTES_IN_ERRORS 240
#define TEXT_CHARS_IN_ERRORS 40

struct ald_json_doc {
    cJSON *root;
    struct ald_json_repairs repairs;
};

/* cJSON says where it stopped in the repaired text; the caller knows only the bytes it gave. */
static enum ald_rc not_json(const char *bytes, size_t n, const struct ald_json_repaired *fixed, size_t stop,
                            struct ald_err *err)
{
    size_t end = fixed->text.len;
    while (end > 0 && strchr(" \t\r\n", fixed->text.data[end - 1]))
        end--;
    if (fixed->open > 0 && stop + 1 >= end)
        return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: the text ends inside an array or object", n);
    size_t at = ald_json_repair_origin(bytes, n, stop);
    unsigned char c = at < n ? (unsigned char)bytes[at] : 0;
    if (c > 0x20 && c < 0x7F)
        return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: unexpected '%c'", at, c);
    return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu", at);
}

enum ald_rc ald_json_parse(const char *bytes, size_t n, struct ald_json_doc **ret, struct ald_err *err)
{
    struct ald_json_repaired fixed;
    ALD_TRY(ald_json_repair(bytes, n, &fixed, err));
    const char *end = NULL;
    /* With its NUL, as cJSON likes it: it steps back from the very end of a buffer. */
    errno = 0;
    cJSON *root = cJSON_ParseWithLengthOpts(fixed.text.data, fixed.text.len + 1, &end, 0);
    if (!root && errno == ENOMEM)
        abort(); /* nothing is wrong with the text */
    size_t stop = end ? (size_t)(end - fixed.text.data) : 0;
    while (root && stop < fixed.text.len && strchr(" \t\r\n", fixed.text.data[stop]))
        stop++;
    enum ald_rc rc = ALD_OK;
    if (!root || stop < fixed.text.len) {
        rc = not_json(bytes, n, &fixed, stop, err);
        cJSON_Delete(root);
    } else {
        struct ald_json_doc *doc = malloc(sizeof *doc);
        if (!doc)
            abort();
        *doc = (struct ald_json_doc){root, fixed.repairs};
        *ret = doc;
    }
    ald_buf_done(&fixed.text);
    return rc;
}

void ald_json_doc_free(struct ald_json_doc *doc)
{
    if (!doc)
        return;
    cJSON_Delete(doc->root);
    free(doc);
}

void ald_json_doc_freep(struct ald_json_doc **doc)
{
    ald_json_doc_free(*doc);
    *doc = NULL;
}

struct ald_json_repairs ald_json_repairs(const struct ald_json_doc *doc)
{
    return doc->repairs;
}

void ald_json_root(struct ald_json_doc *doc, struct ald_jv *ret)
{
    *ret = (struct ald_jv){.node = doc->root, .root_name = "$"};
}

static enum ald_json_kind node_kind(const cJSON *node)
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
    return node_kind(v->node);
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
    if (node_kind(node) != ALD_JSON_STRING || strstr(what, "object") || strstr(what, "array"))
        return ald_json_kind_name(node_kind(node));
    size_t len = ald_utf8_prefix(node->valuestring, TEXT_CHARS_IN_ERRORS);
    const char *tail = node->valuestring[len] ? "..." : "";
    return ald_sprintf(a, "\"%s%s\"", ald_utf8_printable(a, ald_strndup(a, node->valuestring, len), false), tail);
}

enum ald_rc ald_json_expected(const struct ald_jv *v, const char *what, struct ald_err *err)
{
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

/* The member, or a cursor without node that still has its path. Fails when v is no object. */
static enum ald_rc member(const struct ald_jv *v, const char *key, struct ald_jv *ret, struct ald_err *err)
{
    assert(ret != v);
    *ret = (struct ald_jv){.parent = v, .key = key};
    if (ald_json_kind(v) != ALD_JSON_OBJECT)
        return ald_json_expected(v, "object", err);
    cJSON *node = cJSON_GetObjectItemCaseSensitive(v->node, key);
    if (node)
        *ret = (struct ald_jv){.node = node, .parent = v, .key = node->string};
    return ALD_OK;
}

enum ald_rc ald_json_get(const struct ald_jv *v, const char *key, struct ald_jv *ret, struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(member(v, key, &it, err));
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
    cJSON *node = cJSON_GetObjectItemCaseSensitive(v->node, key);
    if (node_kind(node) == ALD_JSON_NULL)
        return false;
    *ret = (struct ald_jv){.node = node, .parent = v, .key = node->string};
    return true;
}

static const cJSON *first_child(const cJSON *node)
{
    enum ald_json_kind kind = node_kind(node);
    return kind == ALD_JSON_ARRAY || kind == ALD_JSON_OBJECT ? node->child : NULL;
}

bool ald_json_first(const struct ald_jv *v, struct ald_jv *ret)
{
    assert(ret != v);
    if (!first_child(v->node))
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
    for (const cJSON *node = first_child(v->node); node; node = node->next)
        n++;
    return n;
}

/* ---- Values ---- */

/* What a member must be, to read it: *ret_has is false for null, absent and, when empty_is_absent, "". */
static enum ald_rc find(const struct ald_jv *v, const char *key, bool empty_is_absent, struct ald_jv *ret,
                        bool *ret_has, struct ald_err *err)
{
    *ret_has = false;
    ALD_TRY(member(v, key, ret, err));
    const cJSON *node = ret->node;
    enum ald_json_kind kind = node_kind(node);
    *ret_has = kind != ALD_JSON_NULL && !(empty_is_absent && kind == ALD_JSON_STRING && !*node->valuestring);
    return ALD_OK;
}

enum ald_rc ald_json_as_str(const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    if (ald_json_kind(v) != ALD_JSON_STRING)
        return ald_json_expected(v, "string", err);
    *ret = ((const cJSON *)v->node)->valuestring;
    return ALD_OK;
}

enum ald_rc ald_json_str(const struct ald_jv *v, const char *key, const char **ret, struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(member(v, key, &it, err));
    return ald_json_as_str(&it, ret, err);
}

enum ald_rc ald_json_str_opt(const struct ald_jv *v, const char *key, const char **ret, struct ald_err *err)
{
    struct ald_jv it;
    bool has;
    ALD_TRY(find(v, key, false, &it, &has, err));
    if (has)
        return ald_json_as_str(&it, ret, err);
    *ret = NULL;
    return ALD_OK;
}

static bool whole(double d, int64_t *ret)
{
    if (!(fabs(d) <= ALD_JSON_EXACT_INT) || trunc(d) != d)
        return false;
    *ret = (int64_t)d;
    return true;
}

static bool text_number(const char *s, double *ret)
{
    size_t n = strlen(s);
    bool integer;
    if (n == 0 || ald_json_number_scan(s, n, &integer) != n)
        return false;
    *ret = ald_json_number_value(s, n);
    return isfinite(*ret);
}

/* Digits are read as digits: text may hold any int64, also beyond 2^53. */
static bool text_int(const char *s, int64_t *ret)
{
    size_t n = strlen(s);
    bool integer;
    if (n == 0 || ald_json_number_scan(s, n, &integer) != n)
        return false;
    if (!integer)
        return whole(ald_json_number_value(s, n), ret);
    errno = 0;
    long long value = strtoll(s, NULL, 10);
    if (errno)
        return false;
    *ret = value;
    return true;
}

static enum ald_rc as_int(const struct ald_jv *v, int64_t *ret, struct ald_err *err)
{
    const cJSON *node = v->node;
    enum ald_json_kind kind = node_kind(node);
    if ((kind == ALD_JSON_NUMBER && whole(node->valuedouble, ret)) ||
        (kind == ALD_JSON_STRING && text_int(node->valuestring, ret)))
        return ALD_OK;
    return ald_json_expected(v, "integer", err);
}

static enum ald_rc as_id(struct ald_arena *a, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    const cJSON *node = v->node;
    enum ald_json_kind kind = node_kind(node);
    int64_t number;
    if (kind == ALD_JSON_STRING && *node->valuestring)
        *ret = node->valuestring;
    else if (kind == ALD_JSON_NUMBER && whole(node->valuedouble, &number))
        *ret = ald_sprintf(a, "%" PRId64, number);
    else
        return ald_json_expected(v, "string or integer", err);
    return ALD_OK;
}

static enum ald_rc as_time(const struct ald_jv *v, int64_t *ret_ms, struct ald_err *err)
{
    const cJSON *node = v->node;
    enum ald_json_kind kind = node_kind(node);
    if ((kind == ALD_JSON_STRING && ald_time_parse(node->valuestring, strlen(node->valuestring), ret_ms)) ||
        (kind == ALD_JSON_NUMBER && ald_time_from_number(node->valuedouble, ret_ms)))
        return ALD_OK;
    return ald_json_expected(v, "a time", err);
}

enum ald_rc ald_json_id(struct ald_arena *a, const struct ald_jv *v, const char *key, const char **ret,
                        struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(member(v, key, &it, err));
    return as_id(a, &it, ret, err);
}

enum ald_rc ald_json_id_opt(struct ald_arena *a, const struct ald_jv *v, const char *key, const char **ret,
                            struct ald_err *err)
{
    struct ald_jv it;
    bool has;
    ALD_TRY(find(v, key, true, &it, &has, err));
    if (has)
        return as_id(a, &it, ret, err);
    *ret = NULL;
    return ALD_OK;
}

enum ald_rc ald_json_int(const struct ald_jv *v, const char *key, int64_t *ret, struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(member(v, key, &it, err));
    return as_int(&it, ret, err);
}

enum ald_rc ald_json_int_opt(const struct ald_jv *v, const char *key, bool *ret_has, int64_t *ret, struct ald_err *err)
{
    struct ald_jv it;
    bool has;
    ALD_TRY(find(v, key, true, &it, &has, err));
    if (has)
        ALD_TRY(as_int(&it, ret, err));
    *ret_has = has;
    return ALD_OK;
}

enum ald_rc ald_json_num_opt(const struct ald_jv *v, const char *key, bool *ret_has, double *ret, struct ald_err *err)
{
    struct ald_jv it;
    bool has;
    ALD_TRY(find(v, key, true, &it, &has, err));
    const cJSON *node = it.node;
    double number = 0;
    if (has && node_kind(node) == ALD_JSON_NUMBER)
        number = node->valuedouble;
    else if (has && !(node_kind(node) == ALD_JSON_STRING && text_number(node->valuestring, &number)))
        return ald_json_expected(&it, "number", err);
    if (has)
        *ret = number;
    *ret_has = has;
    return ALD_OK;
}

enum ald_rc ald_json_bool_opt(const struct ald_jv *v, const char *key, bool *ret_has, bool *ret, struct ald_err *err)
{
    struct ald_jv it;
    bool has;
    ALD_TRY(find(v, key, true, &it, &has, err));
    const cJSON *node = it.node;
    const char *text = has && node_kind(node) == ALD_JSON_STRING ? node->valuestring : "";
    bool yes = has && (cJSON_IsTrue(node) || strcmp(text, "true") == 0);
    if (has && !yes && !cJSON_IsFalse(node) && strcmp(text, "false") != 0)
        return ald_json_expected(&it, "boolean", err);
    if (has)
        *ret = yes;
    *ret_has = has;
    return ALD_OK;
}

enum ald_rc ald_json_time(const struct ald_jv *v, const char *key, int64_t *ret_ms, struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(member(v, key, &it, err));
    return as_time(&it, ret_ms, err);
}

enum ald_rc ald_json_time_opt(const struct ald_jv *v, const char *key, int64_t *ret_ms, struct ald_err *err)
{
    struct ald_jv it;
    bool has;
    ALD_TRY(find(v, key, true, &it, &has, err));
    if (has)
        return as_time(&it, ret_ms, err);
    *ret_ms = ALD_TIME_NONE;
    return ALD_OK;
}

/* ---- Text and replacing; recursion is bounded by ALD_MAX_JSON_DEPTH ---- */

static void write_node(struct ald_jw *w, const cJSON *node)
{
    char number[ALD_JSON_NUMBER_BYTES];
    enum ald_json_kind kind = node_kind(node);
    if (kind == ALD_JSON_NULL) {
        ald_jw_null(w);
    } else if (kind == ALD_JSON_BOOL) {
        ald_jw_bool(w, cJSON_IsTrue(node) != 0);
    } else if (kind == ALD_JSON_NUMBER) {
        ald_jw_literal(w, ald_json_exact_text(node->valuedouble, number));
    } else if (kind == ALD_JSON_STRING) {
        ald_jw_str(w, node->valuestring);
    } else if (kind == ALD_JSON_ARRAY) {
        ald_jw_array(w);
        for (const cJSON *child = node->child; child; child = child->next)
            write_node(w, child);
        ald_jw_array_end(w);
    } else {
        ald_jw_object(w);
        for (const cJSON *child = node->child; child; child = child->next) {
            ald_jw_key(w, child->string);
            write_node(w, child);
        }
        ald_jw_object_end(w);
    }
}

enum ald_rc ald_json_text(const struct ald_jv *v, struct ald_buf *out, struct ald_err *err)
{
    struct ald_jw w;
    ald_jw_init(&w, ald_json_sink_buf(out), 0);
    write_node(&w, v->node);
    return ald_jw_finish(&w, err);
}

/* The node stays where it is, with its siblings and its name; only what it holds changes. `text` is cJSON's, or NULL.
 */
static void become(cJSON *node, int type, char *text)
{
    if (!(node->type & cJSON_IsReference)) {
        cJSON_Delete(node->child);
        cJSON_free(node->valuestring);
    }
    node->child = NULL;
    node->valuestring = text;
    node->valueint = 0;
    node->valuedouble = 0;
    node->type = type | (node->type & cJSON_StringIsConst);
}

static void become_string(cJSON *node, const char *value)
{
    size_t size = strlen(value) + 1;
    char *copy = cJSON_malloc(size);
    if (!copy)
        abort();
    memcpy(copy, value, size); /* before the old value goes: value may lie in it */
    become(node, cJSON_String, copy);
}

void ald_json_set_str(struct ald_jv *v, const char *value)
{
    become_string(v->node, value);
}

void ald_json_set_null(struct ald_jv *v)
{
    become(v->node, cJSON_NULL, NULL);
}

static void map_node(cJSON *node, const char *(*fn)(void *ctx, const char *s), void *ctx)
{
    if (node_kind(node) == ALD_JSON_STRING) {
        const char *other = fn(ctx, node->valuestring);
        if (other && other != node->valuestring && strcmp(other, node->valuestring) != 0)
            become_string(node, other);
        return;
    }
    if (!first_child(node))
        return;
    for (cJSON *child = node->child; child; child = child->next)
        map_node(child, fn, ctx);
}

void ald_json_map_strings(struct ald_jv *v, const char *(*fn)(void *ctx, const char *s), void *ctx)
{
    map_node(v->node, fn, ctx);
}
