/* Between config.c and config_sources.c. */
#pragma once

#include "config.h"

#define ALD_CFG_NOTES_MAX 64

struct ald_cfg {
    struct ald_arena *arena;
    const char *file;
    const struct ald_yaml *root;
};
/** The node at a dotted path below a map; NULL when absent or null. */
const struct ald_yaml *ald_cfg_node(const struct ald_yaml *map, const char *path);
/** A path of the configuration, relative to its file. */
const char *ald_cfg_path(const struct ald_cfg *cfg, const char *path);
/** The file of the configuration: the one that is given, or that of the default places. */
ALD_CHECK enum ald_rc ald_cfg_find_file(struct ald_arena *arena, const char *given, const char **ret, struct ald_err *err);
/** One source: what its type needs. */
ALD_CHECK enum ald_rc ald_cfg_source_check(const struct ald_cfg *cfg, const struct ald_yaml *item, size_t i, struct ald_err *err);
/** Fills config->sources. */
ALD_CHECK enum ald_rc ald_cfg_sources(const struct ald_cfg *cfg, struct ald_config *config, struct ald_err *err);
