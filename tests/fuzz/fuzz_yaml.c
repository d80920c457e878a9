/* Any bytes as YAML: refused with a position, or nodes that can all be walked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "alidade/utf8.h"
#include "alidade/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void walk(const struct ald_yaml *node, int depth)
{
    bool truth;
    long long whole;
    double num;
    must(depth <= ALD_MAX_YAML_DEPTH && node->line >= 1 && node->column >= 1);
    must(ald_utf8_valid(node->text, strlen(node->text)));
    (void)ald_yaml_is_null(node);
    (void)ald_yaml_bool(node, &truth);
    if (ald_yaml_int(node, &whole))
        must(ald_yaml_num(node, &num));
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == ALD_YAML_MAP)
            must(ald_yaml_get(node, node->keys[i]) == node->items[i]);
        walk(node->items[i], depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000)
        return 0;
    struct ald_arena *arena = ald_arena_new();
    const struct ald_yaml *root = NULL;
    struct ald_err err = {0};
    enum ald_rc rc = ald_yaml_parse(arena, "f", (const char *)data, size, &root, &err);
    if (rc == ALD_OK)
        walk(root, 0);
    else
        must(rc == ALD_ERR_CONFIG && strncmp(err.msg, "f:", 2) == 0);
    ald_arena_free(arena);
    return 0;
}
