/* Checking a configuration against the table of keys: every message names file, line, key, what was found and what is
 * expected, and offers the nearest key. Knows nothing of what the keys mean. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alidade/yaml.h"
#include "near.h"

#define KEY_MAX 256

const struct ald_key_row *ald_key_find(const char *path)
{
    const struct ald_key_row *row;
    for (size_t i = 0; (row = ald_key_at(i)); i++)
        if (strcmp(row->path, path) == 0)
            return row;
    return NULL;
}

/* The last step of a path when it stands right below prefix, else NULL. */
static const char *child_of(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    if (strncmp(path, prefix, n) != 0)
        return NULL;
    const char *rest = path + n;
    if (n) {
        if (*rest != '.')
            return NULL;
        rest++;
    }
    return strpbrk(rest, ".[") ? NULL : rest;
}

/* What may stand where this key stands. */
static struct ald_near nearest(const char *prefix, const char *key, const struct ald_source_type *type)
{
    struct ald_near near = ald_near_begin(key);
    const struct ald_key_row *row;
    for (size_t i = 0; (row = ald_key_at(i)); i++) {
        const char *name = child_of(row->path, prefix);
        if (name)
            ald_near_offer(&near, name);
    }
    for (size_t i = 0; type && i < type->keys_n; i++)
        ald_near_offer(&near, type->keys[i].key);
    return near;
}

static enum ald_rc wrong(const char *file, const char *key, const struct ald_yaml *node, const char *expected, struct ald_err *err)
{
    if (node->kind != ALD_YAML_SCALAR)
        return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s': found a %s, expected %s", file, node->line, node->column, key,
                        node->kind == ALD_YAML_LIST ? "list" : "map", expected);
    return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s': found '%.60s', expected %s", file, node->line, node->column, key,
                    node->text, expected);
}

bool ald_cfg_in_words(const char *words, const char *word)
{
    size_t n = strchr(word, ' ') ? 0 : strlen(word); /* two of them are none of them */
    for (const char *p = words; n && (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

static bool is_quarters(const char *text, long long *ret)
{
    char *end = NULL;
    *ret = strtoll(text, &end, 10);
    if (end == text)
        return false;
    while (*end == ' ')
        end++;
    return strcmp(end, "quarters") == 0 || strcmp(end, "quarter") == 0 || strcmp(end, "q") == 0;
}

static const char months[] = "january february march april may june july august september october november december";

static enum ald_rc check_range(const char *file, const char *key, const struct ald_key_row *row, const struct ald_yaml *node,
                               struct ald_err *err)
{
    char expected[128];
    long long number = 0;
    int64_t ms = 0;
    switch (row->type) {
    case ALD_KEY_INT:
        (void)snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)row->min, (long long)row->max);
        if (!ald_yaml_int(node, &number) || number < row->min || number > row->max)
            return wrong(file, key, node, expected, err);
        return ALD_OK;
    case ALD_KEY_SHARE: {
        double share = 0;
        if (!ald_yaml_num(node, &share) || !(share > 0 && share <= 1))
            return wrong(file, key, node, "a number above 0 and up to 1", err);
        return ALD_OK;
    }
    case ALD_KEY_QUARTERS:
        (void)snprintf(expected, sizeof expected, "'N quarters', N from %lld to %lld", (long long)row->min, (long long)row->max);
        if (!is_quarters(node->text, &number) || number < row->min || number > row->max)
            return wrong(file, key, node, expected, err);
        return ALD_OK;
    default: {
        char low[32];
        char high[32];
        (void)snprintf(expected, sizeof expected, "a duration such as 5m, 90s, 2h or 1d, from %s to %s",
                       ald_duration_format(row->min, low), ald_duration_format(row->max, high));
        if (!ald_duration_parse(node->text, &ms) || ms < row->min || ms > row->max)
            return wrong(file, key, node, expected, err);
        return ALD_OK;
    }
    }
}

static enum ald_rc check_strings(const char *file, const char *key, const struct ald_yaml *node, struct ald_err *err)
{
    if (node->kind != ALD_YAML_LIST)
        return wrong(file, key, node, "a list such as [a, b]", err);
    for (size_t i = 0; i < node->n; i++)
        if (node->items[i]->kind != ALD_YAML_SCALAR)
            return wrong(file, key, node->items[i], "a text", err);
    return ALD_OK;
}

static enum ald_rc check_free_map(const char *file, const char *key, const struct ald_key_row *row, const struct ald_yaml *node,
                                  struct ald_err *err)
{
    if (node->kind != ALD_YAML_MAP)
        return wrong(file, key, node, "a map such as { name: value }", err);
    for (size_t i = 0; i < node->n; i++) {
        char full[KEY_MAX];
        double number = 0;
        (void)snprintf(full, sizeof full, "%s.%.80s", key, node->keys[i]);
        if (node->items[i]->kind != ALD_YAML_SCALAR)
            return wrong(file, full, node->items[i], "one value", err);
        if (row->type == ALD_KEY_NUMBERS && (!ald_yaml_num(node->items[i], &number) || number < 0))
            return wrong(file, full, node->items[i], "a number that is not negative", err);
    }
    return ALD_OK;
}

/* What http.c insists on, said before any work and with the line. */
static enum ald_rc check_url(const char *file, const char *key, const struct ald_yaml *node, struct ald_err *err)
{
    struct ald_err why = {0};
    if (ald_source_url_check(node->text, &why) == ALD_OK)
        return ALD_OK;
    if (strchr(node->text, '@')) /* not shown: it may hold a password */
        return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s': the URL carries a user name, expected none: name a variable or a file "
                        "in user_env, token_env, user_file or token_file", file, node->line, node->column, key);
    return wrong(file, key, node, "a URL that begins with https:// (http:// only for 127.0.0.1)", err);
}

static enum ald_rc check_text(const char *file, const char *key, const struct ald_key_row *row, const struct ald_yaml *node,
                              struct ald_err *err)
{
    bool flag = false;
    int64_t ms = 0;
    char lower[64];
    size_t n = strlen(node->text);
    for (size_t i = 0; i <= n && i < sizeof lower; i++)
        lower[i] = (char)tolower((unsigned char)node->text[i]);
    lower[sizeof lower - 1] = '\0';
    switch (row->type) {
    case ALD_KEY_BOOL:
        return ald_yaml_bool(node, &flag) ? ALD_OK : wrong(file, key, node, "true or false", err);
    case ALD_KEY_ENUM: {
        char expected[128];
        (void)snprintf(expected, sizeof expected, "one of: %s", row->choices);
        return ald_cfg_in_words(row->choices, node->text) ? ALD_OK : wrong(file, key, node, expected, err);
    }
    case ALD_KEY_MONTH:
        return ald_cfg_in_words(months, lower) ? ALD_OK : wrong(file, key, node, "the name of a month", err);
    case ALD_KEY_TIME:
        return ald_time_parse(node->text, n, &ms) ? ALD_OK
                                                  : wrong(file, key, node, "a date or time such as 2025-01-01 or 2025-01-01T00:00:00Z", err);
    case ALD_KEY_ZONE: {
        struct ald_zone *zone = NULL;
        struct ald_err why = {0};
        if (ald_zone_load(node->text, &zone, &why) != ALD_OK)
            return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s': %s (expected an IANA name such as Europe/Berlin)", file,
                            node->line, node->column, key, why.msg);
        ald_zone_free(zone);
        return ALD_OK;
    }
    case ALD_KEY_URL:
        return check_url(file, key, node, err);
    default:
        return n ? ALD_OK : wrong(file, key, node, "a text that is not empty", err);
    }
}

enum ald_rc ald_config_check_value(const char *file, const char *key, const struct ald_key_row *row, const struct ald_yaml *node,
                                   struct ald_err *err)
{
    switch (row->type) {
    case ALD_KEY_STRINGS:
        return check_strings(file, key, node, err);
    case ALD_KEY_NUMBERS:
    case ALD_KEY_TEXTS:
        return check_free_map(file, key, row, node, err);
    default:
        break;
    }
    if (node->kind != ALD_YAML_SCALAR)
        return wrong(file, key, node, "one value", err);
    switch (row->type) {
    case ALD_KEY_INT:
    case ALD_KEY_QUARTERS:
    case ALD_KEY_SHARE:
    case ALD_KEY_DURATION:
        return check_range(file, key, row, node, err);
    default:
        return check_text(file, key, row, node, err);
    }
}

static enum ald_rc check_map(const char *file, const char *prefix, const char *shown, const struct ald_yaml *map,
                             const struct ald_source_type *type, struct ald_err *err);

/* The type comes first: which keys there are depends on it. *ret is left as it is where none is named, or not as a text. */
static enum ald_rc check_type(const char *file, const char *item, const struct ald_yaml *node, const struct ald_source_type **ret,
                              struct ald_err *err)
{
    char names[512] = "", room[ALD_NEAR_MAX];
    const struct ald_source_type *type;
    if (!node || node->kind != ALD_YAML_SCALAR || ald_yaml_is_null(node))
        return ALD_OK;
    struct ald_near near = ald_near_begin(node->text);
    for (size_t i = 0, n = 0; (type = ald_source_type_at(i)) && n < sizeof names; i++) {
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", type->type);
        ald_near_offer(&near, type->type);
    }
    *ret = ald_source_type(node->text);
    if (*ret)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s.type': found '%.40s'%s, expected one of: %s", file, node->line, node->column, item,
                    node->text, ald_near_text(&near, room), names);
}

static enum ald_rc check_list(const char *file, const struct ald_key_row *row, const char *shown, const struct ald_yaml *node,
                              struct ald_err *err)
{
    if (row->type == ALD_KEY_LIST_OR_FILE && node->kind == ALD_YAML_SCALAR && *node->text)
        return ALD_OK;
    if (node->kind != ALD_YAML_LIST)
        return wrong(file, shown, node, row->type == ALD_KEY_LIST ? "a list of maps" : "a list of maps, or a file name", err);
    for (size_t i = 0; i < node->n; i++) {
        char prefix[KEY_MAX];
        char item[KEY_MAX];
        const struct ald_source_type *type = NULL;
        (void)snprintf(prefix, sizeof prefix, "%s[]", row->path);
        (void)snprintf(item, sizeof item, "%.200s[%zu]", shown, i);
        if (node->items[i]->kind != ALD_YAML_MAP)
            return wrong(file, item, node->items[i], "a map such as { name: ... }", err);
        if (strcmp(row->path, "sources") == 0)
            ALD_TRY(check_type(file, item, ald_yaml_get(node->items[i], "type"), &type, err));
        ALD_TRY(check_map(file, prefix, item, node->items[i], type, err));
    }
    return ALD_OK;
}

static bool is_type_key(const struct ald_source_type *type, const char *key)
{
    for (size_t i = 0; type && i < type->keys_n; i++)
        if (strcmp(type->keys[i].key, key) == 0)
            return true;
    return false;
}

static enum ald_rc check_map(const char *file, const char *prefix, const char *shown, const struct ald_yaml *map,
                             const struct ald_source_type *type, struct ald_err *err)
{
    for (size_t i = 0; i < map->n; i++) {
        char path[KEY_MAX];
        char key[KEY_MAX];
        const struct ald_yaml *node = map->items[i];
        (void)snprintf(path, sizeof path, "%s%s%.80s", prefix, *prefix ? "." : "", map->keys[i]);
        (void)snprintf(key, sizeof key, "%.150s%s%.80s", shown, *shown ? "." : "", map->keys[i]);
        const struct ald_key_row *row = ald_key_find(path);
        if (!row && is_type_key(type, map->keys[i])) {
            if (node->kind != ALD_YAML_SCALAR)
                return wrong(file, key, node, "one value", err);
            continue;
        }
        if (!row) {
            struct ald_near near = nearest(prefix, map->keys[i], type);
            char room[ALD_NEAR_MAX];
            return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:1: unknown key '%s'%s", file, map->key_lines[i], key, ald_near_text(&near, room));
        }
        if (ald_yaml_is_null(node))
            continue;
        if (row->type == ALD_KEY_MAP) {
            if (node->kind != ALD_YAML_MAP)
                return wrong(file, key, node, "a map", err);
            ALD_TRY(check_map(file, row->path, key, node, NULL, err));
        } else if (row->type == ALD_KEY_LIST || row->type == ALD_KEY_LIST_OR_FILE) {
            ALD_TRY(check_list(file, row, key, node, err));
        } else {
            ALD_TRY(ald_config_check_value(file, key, row, node, err));
        }
    }
    return ALD_OK;
}

enum ald_rc ald_config_check(const char *file, const struct ald_yaml *root, struct ald_err *err)
{
    if (root->kind != ALD_YAML_MAP)
        return wrong(file, "(document)", root, "a map of keys such as 'store: alidade.db'", err);
    return check_map(file, "", "", root, NULL, err);
}
