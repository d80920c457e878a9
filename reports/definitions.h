/* Short definitions of figures, by id; docs/METHODS.md is the long form. */
#pragma once

#include <stddef.h>

struct ald_definition {
    const char *id, *text;
};
const struct ald_definition *ald_definition_at(size_t i); /* NULL after the last */
