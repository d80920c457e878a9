/* The sources of a configuration: required keys, types, credentials by reference. Secrets are not read here. */
#include "config_priv.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/yaml.h"

static const char *text(const struct ald_yaml *map, const char *key)
{
    const struct ald_yaml *node = ald_cfg_node(map, key);
    return node ? node->text : NULL;
}

static enum ald_rc missing(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, const char *key, const char *what,
                           struct ald_err *err)
{
    return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key 'sources[%zu].%s': missing, expected %s", cfg->file, item->line, item->column,
                    i, key, what);
}

static const char *type_names(struct ald_arena *arena)
{
    const char *names = "";
    const struct ald_source_type *type;
    for (size_t i = 0; (type = ald_source_type_at(i)); i++)
        names = ald_sprintf(arena, "%s%s%s", names, i ? ", " : "", type->type);
    return names;
}

/* A name becomes part of ids "name:external_id" and of the command line. */
bool ald_cfg_name_ok(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= 64 && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n && *name != '-';
}

static enum ald_rc options_of(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, const struct ald_source_type *type,
                              struct ald_source_cfg *src, struct ald_err *err)
{
    struct ald_source_opt *opts = ald_calloc(cfg->arena, type->keys_n + 1, sizeof *opts);
    for (size_t k = 0; k < type->keys_n; k++) {
        const struct ald_source_key *key = &type->keys[k];
        const char *value = text(item, key->key);
        if (!value && key->required)
            return missing(cfg, item, i, key->key, key->help, err);
        if (value)
            opts[src->opts_n++] = (struct ald_source_opt){key->key, key->is_path ? ald_cfg_path(cfg, value) : value};
    }
    src->opts = opts;
    const struct ald_yaml *fields = ald_cfg_node(item, "fields");
    src->fields_n = fields ? fields->n : 0;
    struct ald_source_opt *list = ald_calloc(cfg->arena, src->fields_n + 1, sizeof *list);
    for (size_t k = 0; k < src->fields_n; k++)
        list[k] = (struct ald_source_opt){fields->keys[k], fields->items[k]->text};
    src->fields = list;
    return ALD_OK;
}

static enum ald_rc credentials_of(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, const struct ald_source_type *type,
                                  struct ald_source_cfg *src, struct ald_err *err)
{
    src->user_env = text(item, "user_env");
    src->user_file = ald_cfg_path(cfg, text(item, "user_file"));
    src->token_env = text(item, "token_env");
    src->token_file = ald_cfg_path(cfg, text(item, "token_file"));
    if (src->replay) /* nobody is asked */
        return ALD_OK;
    bool token = type->needs_token && (!type->token_when_key || ald_source_opt(src, type->token_when_key));
    if (type->needs_user && !src->user_env && !src->user_file)
        return missing(cfg, item, i, "user_env", "the name of the environment variable with the user name (or user_file)", err);
    if (token && !src->token_env && !src->token_file)
        return missing(cfg, item, i, "token_env", "the name of the environment variable with the token or password (or token_file)", err);
    return ALD_OK;
}

static enum ald_rc url_of(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, const struct ald_source_type *type,
                          struct ald_source_cfg *src, struct ald_err *err)
{
    const char *url = text(item, "base_url");
    if (!url && type->default_base_url && (!type->token_when_key || ald_source_opt(src, type->token_when_key)))
        url = type->default_base_url;
    if (!url && !type->is_file)
        return missing(cfg, item, i, "base_url", "where the API is, such as https://example.com", err);
    size_t n = url ? strlen(url) : 0;
    while (n && url[n - 1] == '/')
        n--;
    src->base_url = url ? ald_strndup(cfg->arena, url, n) : NULL;
    return ALD_OK;
}

static enum ald_rc source_of(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, struct ald_source_cfg *src,
                             struct ald_err *err)
{
    const char *type_name = text(item, "type");
    src->name = text(item, "name");
    if (!src->name)
        return missing(cfg, item, i, "name", "a short name such as 'pager'", err);
    if (!ald_cfg_name_ok(src->name))
        return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key 'sources[%zu].name': found '%.64s', expected letters, digits, '.', '_' or '-'",
                        cfg->file, item->line, item->column, i, src->name);
    if (!type_name)
        return missing(cfg, item, i, "type", ald_sprintf(cfg->arena, "one of: %s", type_names(cfg->arena)), err);
    const struct ald_source_type *type = ald_source_type(type_name); /* there is such a type: ald_config_check */
    src->type = type->type;
    src->kind = text(item, "kind") ? text(item, "kind") : type->default_kind;
    src->role = text(item, "role") ? text(item, "role") : "own";
    src->ca_file = ald_cfg_path(cfg, text(item, "ca_file"));
    src->replay = ald_cfg_path(cfg, text(item, "replay"));
    if (src->replay && type->is_file) {
        const struct ald_yaml *node = ald_cfg_node(item, "replay");
        return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key 'sources[%zu].replay': a source of type %s reads files itself, expected a source that asks a server",
                        cfg->file, node->line, node->column, i, type->type);
    }
    src->since = ALD_TIME_NONE;
    const char *since = text(item, "since"), *overlap = text(item, "overlap"), *page_size = text(item, "page_size");
    if (since)
        (void)ald_time_parse(since, strlen(since), &src->since);
    src->overlap_ms = -1;
    if (overlap)
        (void)ald_duration_parse(overlap, &src->overlap_ms);
    if (page_size)
        src->page_size = (int)strtol(page_size, NULL, 10);
    if (text(item, "timeout"))
        (void)ald_duration_parse(text(item, "timeout"), &src->timeout_ms);
    ALD_TRY(options_of(cfg, item, i, type, src, err));
    ALD_TRY(url_of(cfg, item, i, type, src, err));
    return credentials_of(cfg, item, i, type, src, err);
}

enum ald_rc ald_cfg_source_check(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, struct ald_err *err)
{
    struct ald_source_cfg source = {0};
    return source_of(cfg, item, i, &source, err);
}

enum ald_rc ald_cfg_sources(const struct ald_cfg *cfg, struct ald_config *config, struct ald_err *err)
{
    const struct ald_yaml *list = ald_cfg_node(cfg->root, "sources");
    config->sources_n = list ? list->n : 0;
    struct ald_source_cfg *sources = ald_calloc(cfg->arena, config->sources_n + 1, sizeof *sources);
    for (size_t i = 0; i < config->sources_n; i++) {
        const struct ald_yaml *item = list->items[i];
        ALD_TRY(source_of(cfg, item, i, &sources[i], err));
        for (size_t k = 0; k < i; k++)
            if (strcmp(sources[k].name, sources[i].name) == 0)
                return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key 'sources[%zu].name': '%s' is taken by sources[%zu], expected another name",
                                cfg->file, item->line, item->column, i, sources[i].name, k);
    }
    config->sources = sources;
    return ALD_OK;
}
