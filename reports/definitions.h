/* Short definitions of figures, by id; docs/METHODS.md is the long form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ald_definition {
    const char *id, *text;
};
/** False after the last. */
bool ald_definition_at(size_t i, struct ald_definition *ret);
