/* Values of a JSON document as types: see json.h. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "json_node.h"
#include "json_priv.h"

/* What a member must be, to read it: *ret_has is false for null, absent and, when empty_is_absent, "". */
static enum ald_rc find(const struct ald_jv *v, const char *key, bool empty_is_absent, struct ald_jv *ret,
                        bool *ret_has, struct ald_err *err)
{
    *ret_has = false;
    ALD_TRY(ald_json_node_member(v, key, ret, err));
    const cJSON *node = ret->node;
    enum ald_json_kind kind = ald_json_node_kind(node);
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
    ALD_TRY(ald_json_node_member(v, key, &it, err));
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
    enum ald_json_kind kind = ald_json_node_kind(node);
    if ((kind == ALD_JSON_NUMBER && whole(node->valuedouble, ret)) ||
        (kind == ALD_JSON_STRING && text_int(node->valuestring, ret)))
        return ALD_OK;
    return ald_json_expected(v, "integer", err);
}

static enum ald_rc as_id(struct ald_arena *a, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    const cJSON *node = v->node;
    enum ald_json_kind kind = ald_json_node_kind(node);
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
    enum ald_json_kind kind = ald_json_node_kind(node);
    if ((kind == ALD_JSON_STRING && ald_time_parse(node->valuestring, strlen(node->valuestring), ret_ms)) ||
        (kind == ALD_JSON_NUMBER && ald_time_from_number(node->valuedouble, ret_ms)))
        return ALD_OK;
    return ald_json_expected(v, "a time", err);
}

enum ald_rc ald_json_id(struct ald_arena *a, const struct ald_jv *v, const char *key, const char **ret,
                        struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(ald_json_node_member(v, key, &it, err));
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
    ALD_TRY(ald_json_node_member(v, key, &it, err));
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
    if (has && ald_json_node_kind(node) == ALD_JSON_NUMBER)
        number = node->valuedouble;
    else if (has && !(ald_json_node_kind(node) == ALD_JSON_STRING && text_number(node->valuestring, &number)))
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
    const char *text = has && ald_json_node_kind(node) == ALD_JSON_STRING ? node->valuestring : "";
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
    ALD_TRY(ald_json_node_member(v, key, &it, err));
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
