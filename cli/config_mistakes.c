/* All mistakes of a configuration, for doctor: each part is checked by itself, so that one mistake does not hide the next. */
#include <string.h>

#include "alidade/file.h"
#include "alidade/limits.h"
#include "alidade/yaml.h"
#include "config_priv.h"

struct found {
    struct ald_err *list;
    size_t n;
};

static void note(struct found *f, const struct ald_err *err)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->list[i].msg, err->msg) == 0)
            return;
    if (f->n < ALD_CFG_MISTAKES_MAX)
        f->list[f->n++] = *err;
}

/* A document that holds one item of it, at its place: maps that stood before it in a list are empty. What else stood there is told once,
 * however often it is met. */
static struct ald_yaml *alone(const struct ald_cfg *cfg, const struct ald_yaml *of, size_t i, struct ald_yaml *item)
{
    bool list = of->kind == ALD_YAML_LIST;
    struct ald_yaml *one = ald_alloc(cfg->arena, sizeof *one);
    *one = *of;
    one->n = list ? i + 1 : 1;
    one->items = ald_calloc(cfg->arena, one->n, sizeof *one->items);
    for (size_t k = 0; k + 1 < one->n; k++) {
        one->items[k] = ald_alloc(cfg->arena, sizeof *one->items[k]);
        *one->items[k] = *of->items[k];
        if (one->items[k]->kind == ALD_YAML_MAP)
            one->items[k]->n = 0;
    }
    one->items[one->n - 1] = item;
    one->keys = list ? NULL : of->keys + i;
    one->key_lines = list ? NULL : of->key_lines + i;
    return one;
}

static bool check(const struct ald_cfg *cfg, struct found *f, size_t key, struct ald_yaml *node)
{
    struct ald_err err = {0};
    if (ald_config_check(cfg->file, alone(cfg, cfg->root, key, node), &err) == ALD_OK)
        return true;
    note(f, &err);
    return false;
}

/* A key of the document: if it is a list or a map, item by item. */
static void check_key(const struct ald_cfg *cfg, struct found *f, size_t key)
{
    struct ald_yaml *node = cfg->root->items[key];
    bool sources = strcmp(cfg->root->keys[key], "sources") == 0;
    if (node->kind == ALD_YAML_SCALAR || node->n == 0)
        (void)check(cfg, f, key, node);
    for (size_t i = 0; node->kind != ALD_YAML_SCALAR && i < node->n; i++) {
        struct ald_err err = {0};
        bool sound = check(cfg, f, key, alone(cfg, node, i, node->items[i]));
        if (sound && sources && ald_cfg_source_check(cfg, node->items[i], i, &err) != ALD_OK)
            note(f, &err);
    }
}

size_t ald_config_mistakes(struct ald_arena *arena, const char *path, struct ald_err list[ALD_CFG_MISTAKES_MAX])
{
    struct ald_cfg cfg = {.arena = arena};
    struct found f = {.list = list};
    char *bytes = NULL;
    size_t n = 0;
    if (ald_cfg_find_file(arena, path, &cfg.file, NULL) != ALD_OK || ald_file_read(cfg.file, ALD_MAX_FILE_BYTES, arena, &bytes, &n, NULL) != ALD_OK ||
        ald_yaml_parse(arena, cfg.file, bytes, n, &cfg.root, NULL) != ALD_OK || cfg.root->kind != ALD_YAML_MAP)
        return 0;
    for (size_t i = 0; i < cfg.root->n; i++)
        check_key(&cfg, &f, i);
    return f.n;
}
