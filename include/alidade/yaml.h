/* YAML in: libyaml events turned into nodes that know their line and column. No anchors, aliases, tags or multiple
 * documents: each is refused with its position. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/arena.h"
#include "alidade/err.h"

enum ald_yaml_kind { ALD_YAML_SCALAR, ALD_YAML_LIST, ALD_YAML_MAP };

struct ald_yaml {
    enum ald_yaml_kind kind;
    int line, column;      /* 1-based */
    const char *text;      /* scalar; "" for an empty one */
    bool quoted;           /* scalar written in quotes or as a block */
    size_t n;              /* children of a list or map */
    struct ald_yaml **items;
    const char **keys;     /* map: key of each item */
    int *key_lines;        /* map: where each key stands */
};

/** Parses one document; everything is arena-owned. name is the file's name for messages.
 *  @return ALD_ERR_CONFIG "NAME:LINE:COLUMN: what"; duplicate keys are refused; an empty file gives an empty map. */
ALD_CHECK enum ald_rc ald_yaml_parse(struct ald_arena *arena, const char *name, const char *bytes, size_t n,
                                     const struct ald_yaml **ret, struct ald_err *err);
/** The member of a map, or NULL. */
const struct ald_yaml *ald_yaml_get(const struct ald_yaml *map, const char *key);
/* What stands in quotes or in a block is text: the readers below answer false for it. */
/** True for a plain scalar that is empty, "~" or "null". */
bool ald_yaml_is_null(const struct ald_yaml *node);
/** Plain true/false (also yes/no/on/off); false when it is neither. */
bool ald_yaml_bool(const struct ald_yaml *node, bool *ret);
/** Whole decimal number with optional sign; the whole text must be taken. */
bool ald_yaml_int(const struct ald_yaml *node, long long *ret);
/** Finite decimal number, with optional fraction and exponent; the locale does not matter. */
bool ald_yaml_num(const struct ald_yaml *node, double *ret);
